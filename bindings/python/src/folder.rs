//! A folder of packs examined: checked, and its worked cases run.

use std::path::PathBuf;

use huzhu::{Catalog, WorkedCases, pack, rule_files};
use pyo3::prelude::*;
use serde_json::{Value as Json, json};

use crate::catalog::described;
use crate::refusal::{Refusal, problems};

const CASES: &str = ".cases.toml";

/// Checks every pack of a folder; what each is and all that is wrong, as JSON.
#[pyfunction]
pub(crate) fn check(py: Python<'_>, folder: PathBuf) -> PyResult<String> {
    let found = py.detach(|| -> Result<Json, Refusal> {
        let files = rule_files(&folder)?;
        let packs = files.iter().filter(|(name, _)| !name.ends_with(CASES) && !name.ends_with(".joint.toml"));
        let plans = packs.filter_map(|(name, bytes)| {
            let plan = pack::load(name, bytes).ok()?;
            Some(json!({ "path": name, "plan": described(&plan), "program_digest": plan.program().digest() }))
        });
        let plans: Vec<Json> = plans.collect();
        let wrong = catalog_of(files).err().map(|wrong| problems(&wrong));
        Ok(json!({ "plans": plans, "problems": wrong.unwrap_or_default() }))
    });
    Ok(found?.to_string())
}

/// Runs the worked cases of a folder; what came of each and all that differs, as JSON.
#[pyfunction]
pub(crate) fn test(py: Python<'_>, folder: PathBuf) -> PyResult<String> {
    let ran = py.detach(|| -> Result<Json, Refusal> {
        let (mut cases, mut wrong) = (Vec::new(), Vec::new());
        let (catalog, files) = opened(folder)?;
        for (name, bytes) in &files {
            match WorkedCases::read(name, bytes, &catalog) {
                Ok(read) => {
                    let report = read.run(&catalog);
                    wrong.extend(problems(&report.failures));
                    let plan = &report.plan;
                    cases.extend(report.cases.iter().map(|case| {
                        json!({ "path": name, "plan": plan, "rule": case.rule, "id": case.id, "passed": case.passed })
                    }));
                }
                Err(found) => wrong.extend(problems(&found)),
            }
        }
        Ok(json!({ "cases": cases, "problems": wrong }))
    });
    Ok(ran?.to_string())
}

/// The worked cases of a folder, each as a case file says it, with its file.
#[pyfunction]
pub(crate) fn worked_cases(py: Python<'_>, folder: PathBuf) -> PyResult<Vec<(String, String)>> {
    let said = py.detach(|| -> Result<Vec<(String, String)>, Refusal> {
        let (catalog, files) = opened(folder)?;
        let mut said = Vec::new();
        for (name, bytes) in &files {
            let cases = WorkedCases::read(name, bytes, &catalog).map_err(|wrong| Refusal::of_packs(&wrong))?;
            for case in cases.cases() {
                let text = serde_json::to_string(&case).map_err(|fault| Refusal::of_unsayable(name, &fault))?;
                said.push((name.clone(), text));
            }
        }
        Ok(said)
    });
    Ok(said?)
}

type Files = Vec<(String, Vec<u8>)>;

/// The packs of a folder, and its files of worked cases.
fn opened(folder: PathBuf) -> Result<(Catalog, Files), Refusal> {
    let (cases, packs): (Files, Files) = rule_files(&folder)?.into_iter().partition(|(name, _)| name.ends_with(CASES));
    Ok((catalog_of(packs).map_err(|wrong| Refusal::of_packs(&wrong))?, cases))
}

fn catalog_of(files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Result<Catalog, huzhu::Diagnostics> {
    Catalog::read(files.into_iter().filter(|(name, _)| !name.ends_with(CASES)))
}
