//! Every worked case beside every pack, and that no plan is without.

use std::collections::BTreeSet;
use std::error::Error;
use std::path::{Path, PathBuf};

use huzhu::{Catalog, WorkedCases};

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
