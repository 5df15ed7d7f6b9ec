//! The checker in Python.

use std::io::Write;
use std::process::{Command, Stdio};

/// How a run has ended, and what it has printed.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
}

/// Runs `scripts/verify.py`.
pub(crate) fn run(arguments: impl IntoIterator<Item = impl AsRef<std::ffi::OsStr>>) -> Ran {
    let ran = Command::new("python3").arg("scripts/verify.py").args(arguments).output().expect("there is a python3");
    let out = String::from_utf8(ran.stdout).unwrap() + &String::from_utf8(ran.stderr).unwrap();
    Ran { code: ran.status.code().unwrap(), out }
}

/// Whether each text holds in Python, and why not.
pub(crate) fn judge(texts: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut child = Command::new("python3")
        .arg("tests/forgery/judge.py")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("there is a python3");
    let mut input = child.stdin.take().unwrap();
    let lines: Vec<String> = texts.into_iter().map(|text| serde_json::to_string(&text).unwrap()).collect();
    let writing = std::thread::spawn(move || lines.iter().try_for_each(|line| writeln!(input, "{line}")));
    let ran = child.wait_with_output().unwrap();
    writing.join().unwrap().unwrap();
    assert!(ran.status.success(), "the checker in Python has stopped");
    String::from_utf8(ran.stdout).unwrap().lines().map(str::to_owned).collect()
}
