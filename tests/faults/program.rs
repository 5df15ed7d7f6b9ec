//! The program run on an input, and what it answers.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value as Json;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// The path of an input by its place under `tests/faults/inputs`.
pub(super) fn input(name: &str) -> String {
    PathBuf::from(ROOT).join("tests/faults/inputs").join(name).to_string_lossy().into_owned()
}

/// A folder of its own for one test, removed at the end.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Folder {
        let folder = std::env::temp_dir().join(format!("huzhu-{name}-{}", std::process::id()));
        let _gone = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        Folder(folder)
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.0.join(name).to_string_lossy().into_owned()
    }

    pub(super) fn write(&self, name: &str, text: &str) -> String {
        std::fs::write(self.0.join(name), text).unwrap();
        self.path(name)
    }

    pub(super) fn copy(&self, from: &str, name: &str) {
        std::fs::copy(PathBuf::from(ROOT).join(from), self.0.join(name)).unwrap();
    }

    pub(super) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.0.join(name)).unwrap_or_else(|fault| panic!("{name}: {fault}"))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _gone = std::fs::remove_dir_all(&self.0);
    }
}

/// What the program printed, and how it ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// Runs the program with the shipped rules, in English.
pub(crate) fn huzhu(arguments: &[&str]) -> Ran {
    huzhu_in("en", arguments)
}

/// The same in a language.
pub(super) fn huzhu_in(language: &str, arguments: &[&str]) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_huzhu"));
    command.current_dir(ROOT).args(arguments).args(["--lang", language]).env_remove("HUZHU_RULES");
    let done = command.output().unwrap();
    Ran {
        code: done.status.code().unwrap(),
        out: String::from_utf8(done.stdout).unwrap(),
        err: String::from_utf8(done.stderr).unwrap(),
    }
}

/// The result of one case file, as JSON.
pub(super) fn adjudicated(name: &str) -> Json {
    let ran = huzhu(&["adjudicate", &input(name), "--format", "json"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{name}");
    serde_json::from_str(&ran.out).unwrap()
}

/// The payouts of `claims` and `enrollments` (inputs by name) as the rows of a CSV file, the header among them, without the last two columns, of which one
/// is another with every change of a pack; the summary as JSON beside.
pub(super) fn batched(claims: &str, enrollments: &str, options: &[&str]) -> (Vec<String>, Json) {
    let folder = std::env::temp_dir().join(format!("huzhu-faults-{}-{}", std::process::id(), claims.replace('/', "-")));
    let _gone = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    let out = folder.join("payouts.csv");
    let (claims, enrollments, out) = (input(claims), input(enrollments), out.to_string_lossy().into_owned());
    let files = ["batch", "--claims", &claims, "--enrollments", &enrollments, "--out", &out, "--format", "json"];
    let ran = huzhu(&[&files, options].concat());
    let rows = std::fs::read_to_string(&out).unwrap_or_else(|_| panic!("{ran:?}"));
    std::fs::remove_dir_all(&folder).unwrap();
    let rows = rows.lines().map(|row| row.rsplitn(3, ',').last().unwrap_or(row).to_owned());
    (rows.collect(), serde_json::from_str(&ran.out).unwrap())
}

#[test]
fn the_published_case_is_paid() {
    let json = adjudicated("01-json-surrogate-pairs/bmp.json");
    assert_eq!((&json["decision"], &json["payable"]), (&"paid".into(), &"7119.87".into()));
}
