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
    told("tests/forgery/judge.py", texts.into_iter().map(|text| serde_json::to_string(&text).unwrap()))
}

/// Certificates with other facts or earlier amounts, each worked out again with all its digests.
pub(crate) fn worked_out_again(certificates: impl IntoIterator<Item = serde_json::Value>) -> Vec<String> {
    told("tests/forgery/again.py", certificates.into_iter().map(|certificate| certificate.to_string()))
}

/// What a script says to lines, line by line.
fn told(script: &str, lines: impl Iterator<Item = String>) -> Vec<String> {
    let mut child = Command::new("python3")
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("there is a python3");
    let mut input = child.stdin.take().unwrap();
    let lines: Vec<String> = lines.collect();
    let writing = std::thread::spawn(move || lines.iter().try_for_each(|line| writeln!(input, "{line}")));
    let ran = child.wait_with_output().unwrap();
    writing.join().unwrap().unwrap();
    assert!(ran.status.success(), "`{script}` has stopped");
    String::from_utf8(ran.stdout).unwrap().lines().map(str::to_owned).collect()
}
