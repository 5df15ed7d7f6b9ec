//! What is written of one claim, under all that a disk may do to it.

use std::io::BufReader;
use std::path::Path;

use super::{Certificate, Certifier, Extract, Roll};
use crate::case::Case;
use crate::catalog::Catalog;
use crate::disk::fs::File;
use crate::disk::trial::{Told, mine, try_writing, write_all};

fn certificate() -> Certificate {
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let read = |name: &str| std::fs::read(rules.join(name)).unwrap();
    let catalog = Catalog::read([("henan-accident.toml".to_owned(), read("henan-accident.toml"))]).unwrap();
    let case = Case::read("zhao.json", &read("cases/zhao.json"), &catalog).unwrap();
    Certifier::new(&catalog).certify(&case).unwrap()
}

/// A certificate, and as many bytes as a drawing and a workbook may have.
#[test]
fn what_adjudicate_writes_is_there_whole_or_as_it_was() {
    let certificate = certificate().to_text().into_bytes();
    let made =
        [("zhao.svg", b"<svg/>".repeat(90)), ("zhao.certificate.json", certificate), ("zhao.xlsx", vec![7; 3_000])];
    let before = mine(&["zhao.certificate.json", "zhao.xlsx", "zhao.xlsx.tmp", "zhao.json"]);
    let write = |root: &Path| write_all(root, &made);
    try_writing("adjudicate", before, &write, &write);
}

#[test]
fn what_extract_writes_is_there_whole_or_as_it_was() {
    let mut batch = Vec::new();
    let mut roll = Roll::to(&mut batch);
    roll.add(&certificate()).unwrap();
    roll.end().unwrap();
    let before = mine(&["zhao.certificate.json"]).into_iter().chain([("batch.jsonl".to_owned(), batch)]).collect();
    let write = |root: &Path| {
        let batch = File::open(root.join("batch.jsonl"));
        let batch = batch.map_err(|fault| Told { message: fault.to_string(), has_remedy: false })?;
        let extracts = Extract::all(BufReader::new(batch), "zhao-2025-01").map_err(Told::from)?;
        let text = extracts.first().unwrap().as_text().as_bytes().to_vec();
        write_all(root, &[("zhao.certificate.json", text)])
    };
    try_writing("extract", before, &write, &write);
}
