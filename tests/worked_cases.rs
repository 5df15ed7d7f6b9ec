//! Every worked case beside every pack, and that no plan is without.

use std::collections::BTreeSet;
use std::error::Error;
use std::path::{Path, PathBuf};

use huzhu::{Case, Catalog, WorkedCases};

/// Fewer cases than this in all, and some have been lost.
const LEAST_CASES: usize = 800;

#[test]
fn the_engine_agrees_with_every_worked_case() -> Result<(), Box<dyn Error>> {
    let catalog = Catalog::load(Path::new("rules"))?;
    let mut decided = 0;
    let mut disagreements = Vec::new();
    for path in cases_files()? {
        let report = read(&path, &catalog)?.run(&catalog);
        let passed = report.cases.iter().filter(|case| case.passed).count();
        println!("{:5} of {:5} {}", passed, report.cases.len(), path.display());
        decided += report.cases.len();
        if !report.failures.is_empty() || passed != report.cases.len() {
            disagreements.push(report.failures.to_string());
        }
    }
    assert!(disagreements.is_empty(), "{}", disagreements.join("\n\n"));
    assert!(decided >= LEAST_CASES, "{decided} worked cases, at least {LEAST_CASES} are expected");
    Ok(())
}

/// Packs that are made up to show how rules are written stand apart.
#[test]
fn the_engine_agrees_with_the_worked_cases_of_the_examples() -> Result<(), Box<dyn Error>> {
    let folder = Path::new("rules/examples");
    let catalog = Catalog::load(folder)?;
    let report = read(&folder.join("rider-care.cases.toml"), &catalog)?.run(&catalog);
    assert!(report.failures.is_empty(), "{}", report.failures);
    assert_eq!(report.cases.len(), 33);
    Ok(())
}

#[test]
fn every_worked_case_is_read_as_it_is_written() -> Result<(), Box<dyn Error>> {
    let catalog = Catalog::load(Path::new("rules"))?;
    for path in cases_files()? {
        for case in read(&path, &catalog)?.cases() {
            assert_eq!(Case::read("case.json", &serde_json::to_vec(&case)?, &catalog)?, case);
        }
    }
    Ok(())
}

#[test]
fn a_case_says_what_was_different_and_what_is_held_beside() -> Result<(), Box<dyn Error>> {
    let catalog = Catalog::load(Path::new("rules"))?;
    let text = r#"{
        "enrollment": {"id": "E1", "plan": "guangdong-accident", "member": "M1", "shares": 2, "coverage_start": "2025-08-01"},
        "history": [
            {"id": "C1", "event_date": "2025-09-01", "enrollment": {"shares": 1, "occupation": "courier"}},
            {"id": "C2", "reverses": "C1"}
        ],
        "other_covers": [
            {"enrollment": {"id": "E2", "plan": "guangdong-self-funded", "member": "M1", "coverage_start": "2025-08-01"}, "history": [{"id": "C9", "settlement": {"psn_part_amt": "1.00"}}]}
        ],
        "claim": {"id": "C3", "event_date": "2025-10-01"}
    }"#;
    let case = Case::read("case.json", text.as_bytes(), &catalog)?;
    let written = serde_json::to_value(&case)?;
    assert_eq!(written["history"][0]["enrollment"], serde_json::json!({ "shares": "1.00", "occupation": "courier" }));
    assert_eq!(Case::read("case.json", written.to_string().as_bytes(), &catalog)?, case);

    let mut forgetful = case.clone();
    forgetful.enrollment = forgetful.enrollment.with("birth_date", "1990-05-05")?;
    let refused = serde_json::to_string(&forgetful).err().map(|fault| fault.to_string());
    assert_eq!(refused.as_deref(), Some("a case file cannot say that an earlier claim has no `birth_date`"));
    Ok(())
}

#[test]
fn every_pack_has_its_worked_cases() -> Result<(), Box<dyn Error>> {
    let folder = Path::new("rules");
    let mut packs = BTreeSet::new();
    for path in files(folder)? {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if let Some(pack) = name.strip_suffix(".toml")
            && pack.strip_suffix(".cases").or(pack.strip_suffix(".joint")).is_none()
        {
            packs.insert(pack.to_owned());
        }
    }
    let without: Vec<&String> =
        packs.iter().filter(|pack| !folder.join(format!("{pack}.cases.toml")).is_file()).collect();
    assert!(without.is_empty(), "no worked cases stand beside {without:?}");
    let plans = Catalog::load(folder)?.plans().count();
    assert_eq!(packs.len(), plans, "a file of the folder is no pack");
    Ok(())
}

fn cases_files() -> Result<Vec<PathBuf>, std::io::Error> {
    let is_cases = |path: &PathBuf| path.to_string_lossy().ends_with(".cases.toml");
    Ok(files(Path::new("rules"))?.into_iter().filter(is_cases).collect())
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, std::io::Error> {
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    files.retain(|path| path.is_file());
    files.sort();
    Ok(files)
}

fn read(path: &Path, catalog: &Catalog) -> Result<WorkedCases, Box<dyn Error>> {
    let bytes = std::fs::read(path)?;
    Ok(WorkedCases::read(&path.to_string_lossy(), &bytes, catalog)?)
}
