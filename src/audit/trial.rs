//! An audit under all that a disk may do to it.

use std::path::{Path, PathBuf};

use super::{Audit, Summary, run_with};
use crate::catalog::Catalog;
use crate::disk::trial::{Command, Size, Told};
use crate::error::Error;
use crate::text::Language;

fn before() -> Vec<(String, Vec<u8>)> {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/cases");
    let inputs = ["claims.csv", "enrollments.csv", "recorded.csv"];
    let inputs = inputs.map(|name| (name.to_owned(), std::fs::read(cases.join(name)).unwrap()));
    let foreign = ["notes.csv.partial.mine", "differences.csv.works"];
    inputs.into_iter().chain(foreign.map(|name| (name.to_owned(), b"mine".to_vec()))).collect()
}

fn audit(root: &Path) -> Audit {
    let at = |name: &str| root.join(name);
    let audit = Audit::new(at("claims.csv"), at("enrollments.csv"), at("recorded.csv"), at("differences.csv"));
    audit.notes(at("notes.csv")).ignore_columns(["place_number"]).threads(1.try_into().unwrap())
}

/// The report, as the command writes it.
fn further(audit: &Audit) -> impl FnOnce(&Summary) -> Result<Vec<(PathBuf, Vec<u8>)>, Error> + use<> {
    let path = audit.out_path().with_extension("html");
    |summary: &Summary| Ok(vec![(path, summary.report(Language::Zh).to_html().into_bytes())])
}

fn try_all(name: &str, size: &Size) {
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let pack = std::fs::read(rules.join("henan-accident.toml")).unwrap();
    let catalog = Catalog::read([("henan-accident.toml".to_owned(), pack)]).unwrap();
    let go = |audit: Audit| run_with(&audit, &catalog, &(), further(&audit)).map(drop).map_err(Told::from);
    let (run, force) = (|root: &Path| go(audit(root)), |root: &Path| go(audit(root).force()));
    let report = Command { name, before: before(), run: &run, force: &force }.try_all(size);
    report.assert_sound(name);
}

#[test]
fn an_audit_goes_on_after_any_harm_to_its_disk() {
    try_all("audit", &Size { seed: 14, one_in: 24, losses: 1, is_twice: false });
}

#[test]
#[ignore = "it takes long: every act is harmed"]
fn an_audit_goes_on_after_every_harm_to_its_disk() {
    try_all("audit", &Size { seed: 14, one_in: 1, losses: 4, is_twice: false });
}

#[test]
#[ignore = "it takes long: what goes on after a harm is harmed, too"]
fn an_audit_goes_on_after_harm_upon_every_harm_to_its_disk() {
    try_all("audit, harmed twice", &Size { seed: 41, one_in: 2, losses: 4, is_twice: true });
}
