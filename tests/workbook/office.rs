//! LibreOffice, which works out the formulas of workbooks after cells were changed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value as Json, json};

/// A cell to change; `null` empties it.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    pub(crate) sheet: String,
    pub(crate) cell: String,
    pub(crate) value: Json,
}

/// A workbook, and what is changed in it, round after round.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) file: Vec<u8>,
    pub(crate) rounds: Vec<Vec<Change>>,
}

/// The cells of all sheets after a round: by sheet, by row, by column.
pub(crate) type Sheets = BTreeMap<String, Vec<Vec<Json>>>;

/// What LibreOffice shows after each round of each job.
pub(crate) fn recalculated(name: &str, jobs: &[Job]) -> Vec<Vec<Sheets>> {
    let python = python();
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("workbook-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder can be made");
    let mut list = Vec::new();
    for (number, job) in jobs.iter().enumerate() {
        let [file, out] = ["xlsx", "jsonl"].map(|ending| folder.join(format!("{number}.{ending}")));
        std::fs::write(&file, &job.file).expect("it is written");
        let change = |change: &Change| json!({ "sheet": change.sheet, "cell": change.cell, "value": change.value });
        let rounds: Vec<Vec<Json>> = job.rounds.iter().map(|round| round.iter().map(change).collect()).collect();
        list.push(json!({ "file": file, "out": out, "rounds": rounds }));
    }
    let jobs = folder.join("jobs.json");
    std::fs::write(&jobs, Json::from(list.clone()).to_string()).expect("it is written");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/workbook/recalculate.py");
    let ran = Command::new(python).arg(script).arg(&jobs).stdin(Stdio::null()).output().expect("python runs");
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let read = |job: &Json| {
        let text = std::fs::read_to_string(job["out"].as_str().expect("a path")).expect("it was written");
        text.lines().map(|line| serde_json::from_str(line).expect("it is JSON")).collect()
    };
    let found = list.iter().map(read).collect();
    std::fs::remove_dir_all(&folder).expect("the folder is ours");
    found
}

/// A Python that can speak to LibreOffice. Who asks for the tests that need it is told where there is none.
fn python() -> &'static str {
    let runs = |program: &str, arguments: &[&str]| {
        let ran = Command::new(program).args(arguments).stdin(Stdio::null()).output();
        ran.is_ok_and(|ran| ran.status.success())
    };
    let python = ["/usr/bin/python3", "python3"].into_iter().find(|python| runs(python, &["-c", "import uno"]));
    let has_office = runs("sh", &["-c", "command -v soffice"]);
    assert!(
        has_office && python.is_some(),
        "LibreOffice Calc and Python's module uno are not installed: see scripts/setup"
    );
    python.unwrap()
}
