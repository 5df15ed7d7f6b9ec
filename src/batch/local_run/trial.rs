//! A run under all that a disk may do to it.

use std::path::Path;

use super::{Job, run};
use crate::catalog::Catalog;
use crate::disk::trial::{Command, Size, Told};

/// The inputs of the shipped cases, with a row that is rejected, and what is nobody's but the user's.
fn before() -> Vec<(String, Vec<u8>)> {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/cases");
    let read = |name: &str| std::fs::read(cases.join(name)).unwrap();
    let mut claims = read("claims.csv");
    let row = claims.split(|byte| *byte == b'\n').nth(1).unwrap().to_vec();
    claims.extend_from_slice(b"no-claim,");
    claims.extend_from_slice(&row);
    claims.push(b'\n');
    let foreign = ["out.csv.partial.mine", "out.csv.works", "lines.csv.txt", "out.csv.work.mine/manifest.json"];
    let foreign = foreign.map(|name| (name.to_owned(), b"mine".to_vec()));
    let inputs = [("claims.csv".to_owned(), claims), ("enrollments.csv".to_owned(), read("enrollments.csv"))];
    inputs.into_iter().chain(foreign).collect()
}

fn job(root: &Path, ending: &str) -> Job {
    let at = |name: &str| root.join(name);
    let job = Job::new(at("claims.csv"), at("enrollments.csv"), at(&format!("out.{ending}")));
    let job = job.lines(at(&format!("lines.{ending}"))).certificates(at("certificates.jsonl"));
    job.ignore_columns(["place_number"]).threads(1.try_into().unwrap())
}

/// One of the two plans of the cases, so that enrollments are rejected as well.
pub(crate) fn catalog() -> Catalog {
    let pack = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/henan-accident.toml");
    Catalog::read([("henan-accident.toml".to_owned(), std::fs::read(pack).unwrap())]).unwrap()
}

fn try_all(name: &str, ending: &str, size: &Size) {
    let catalog = catalog();
    let go = |job: Job| run(&job, &catalog, &()).map(drop).map_err(Told::from);
    let command = Command {
        name,
        before: before(),
        run: &|root| go(job(root, ending)),
        force: &|root| go(job(root, ending).force()),
    };
    let report = command.try_all(size);
    report.assert_sound(name);
}

#[test]
fn a_run_goes_on_after_any_harm_to_its_disk() {
    try_all("batch", "csv", &Size { seed: 14, one_in: 24, losses: 1, is_twice: false });
}

#[test]
#[ignore = "it takes long: every act is harmed"]
fn a_run_goes_on_after_every_harm_to_its_disk() {
    try_all("batch to CSV", "csv", &Size { seed: 14, one_in: 1, losses: 4, is_twice: false });
    try_all("batch to Parquet", "parquet", &Size { seed: 15, one_in: 4, losses: 2, is_twice: false });
    try_all("batch to JSON Lines", "jsonl", &Size { seed: 16, one_in: 4, losses: 2, is_twice: false });
}

#[test]
#[ignore = "it takes long: what goes on after a harm is harmed, too"]
fn a_run_goes_on_after_harm_upon_every_harm_to_its_disk() {
    try_all("batch, harmed twice", "csv", &Size { seed: 41, one_in: 2, losses: 4, is_twice: true });
}
