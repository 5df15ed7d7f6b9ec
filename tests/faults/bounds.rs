//! What a run may take: memory whatever a file claims of itself, the disk, threads, and the length of a line.

use std::fs;
use std::io::{BufReader, Read};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use huzhu::certificate::Extract;

use super::program::{Folder, Ran, huzhu};

fn of_attack(name: &str) -> String {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/attack/inputs").join(name).to_string_lossy().into_owned()
}

const CLAIMS: &str = "rules/cases/claims.csv";
const ENROLLMENTS: &str = "rules/cases/enrollments.csv";

/// The program on the shipped cases.
fn batch(folder: &Folder, out: &str, options: &[&str]) -> Ran {
    let out = folder.path(out);
    huzhu(&[&["batch", "-c", CLAIMS, "-e", ENROLLMENTS, "-o", &out, "-q"], options].concat())
}

// ── memory ────────────────────────────────────────────────────────────────

/// A few kilobytes that come to gigabytes: a text that a million rows repeat, pages of hundreds of megabytes.
#[cfg(target_os = "linux")]
#[test]
fn a_parquet_file_takes_no_more_memory_and_disk_than_it_may() {
    let enrollments = of_attack("e.parquet");
    let refusals = [
        ("bomb_mid", "the work folder has taken all of the disk that it may, 48 MiB; raise it with `--work-space`"),
        ("bomb_dict", "the work folder has taken all of the disk that it may, 48 MiB; raise it with `--work-space`"),
        (
            "bomb_cell",
            "the pages of a Parquet file need 2892 MiB of memory; the limit is 64 MiB; raise it with `--memory`",
        ),
    ];
    for (name, refusal) in refusals {
        let folder = Folder::new(name);
        let (claims, out) = (of_attack(&format!("{name}.parquet")), folder.path("out.csv"));
        let files = ["batch", "-c", &claims, "-e", &enrollments, "-o", &out, "-q"];
        let bounds = ["--memory", "64M", "--work-space", "48M", "--threads", "2", "--lang", "en"];
        let (told, peak) = run_with_its_peak(&[&files[..], &bounds].concat());
        assert!(told.contains(refusal), "{name}: {told}");
        // 64 MiB, and what the program and its packs take unoptimised
        assert!(peak < 112 << 10, "{name}: {peak} KiB");
        let work = folder.path("out.csv.work");
        let left: u64 =
            fs::read_dir(&work).map_or(0, |files| files.map(|file| file.unwrap().metadata().unwrap().len()).sum());
        assert!(left < 1 << 20, "{name}: what was written in vain is gone, {left} bytes are left");
    }
}

/// What the program says, and the most memory that it has taken, in KiB.
#[cfg(target_os = "linux")]
fn run_with_its_peak(arguments: &[&str]) -> (String, u64) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_huzhu"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).args(arguments).env_remove("HUZHU_RULES");
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        let status = fs::read_to_string(&status).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let now = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
        peak = now.unwrap_or(0).max(peak);
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    let mut told = String::new();
    child.stderr.take().unwrap().read_to_string(&mut told).unwrap();
    (told, peak)
}

// ── the work folder ───────────────────────────────────────────────────────

#[test]
fn the_work_folder_takes_no_more_disk_than_it_may_and_the_same_command_goes_on_with_more() {
    let folder = Folder::new("work-space");
    let ran = batch(&folder, "out.csv", &["--work-space", "100"]);
    assert_eq!(ran.code, 2);
    assert_eq!(
        ran.err.lines().next().unwrap(),
        "error: the work folder needs 1 KiB of disk at least; the limit is 1 KiB; raise it with `--work-space`, name another disk with `--work-dir`"
    );
    let ran = batch(&folder, "out.csv", &["--work-space", "6000"]);
    assert_eq!(ran.code, 2);
    assert_eq!(
        ran.err.lines().next().unwrap(),
        "error: the work folder has taken all of the disk that it may, 6 KiB; raise it with `--work-space`, name another disk with `--work-dir`"
    );
    assert!(!fs::exists(folder.path("out.csv")).unwrap());
    assert_eq!(batch(&folder, "out.csv", &[]).code, 0);
    assert_eq!(batch(&folder, "undisturbed.csv", &[]).code, 0);
    assert_eq!(folder.read("out.csv"), folder.read("undisturbed.csv"));
    assert!(!fs::exists(folder.path("out.csv.work")).unwrap());
}

#[test]
fn the_work_folder_lies_where_it_is_told_and_changes_no_byte() {
    let folder = Folder::new("work-dir");
    fs::create_dir(folder.path("scratch")).unwrap();
    let scratch = folder.path("scratch");
    // stopped for want of disk, so that the folder is seen
    let ran = batch(&folder, "out.csv", &["--work-dir", &scratch, "--work-space", "6000"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    let names = || fs::read_dir(&scratch).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let work: Vec<String> = names().collect();
    assert!(work.len() == 1 && work[0].starts_with("out.csv.") && work[0].contains(".work"), "{work:?}");
    assert!(!fs::exists(folder.path("out.csv.work")).unwrap());
    let ran = batch(&folder, "out.csv", &["--work-dir", &scratch]);
    assert!(ran.code == 0 && ran.out.contains("resumed from an earlier run"), "{ran:?}");
    assert_eq!(names().count(), 0);
    fs::create_dir(folder.path("undisturbed")).unwrap();
    batch(&folder, "undisturbed/out.csv", &[]);
    for name in ["out.csv", "out.csv.manifest.json", "out.rejects.csv"] {
        assert_eq!(folder.read(name), folder.read(&format!("undisturbed/{name}")));
    }
}

#[test]
fn outputs_of_one_name_in_two_folders_share_no_work_folder() {
    let folder = Folder::new("work-dir-shared");
    for name in ["a", "b", "scratch"] {
        fs::create_dir(folder.path(name)).unwrap();
    }
    let scratch = folder.path("scratch");
    for out in ["a/out.csv", "b/out.csv"] {
        batch(&folder, out, &["--work-dir", &scratch, "--work-space", "6000"]);
    }
    assert_eq!(fs::read_dir(&scratch).unwrap().count(), 2);
}

// ── threads ───────────────────────────────────────────────────────────────

/// No system gives a thread a stack of 2⁶⁰ bytes.
#[cfg(target_os = "linux")]
#[test]
fn where_the_system_has_no_thread_a_run_does_with_the_one_that_it_is() {
    let folder = Folder::new("no-thread");
    batch(&folder, "undisturbed.csv", &[]);
    let starved = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_huzhu"));
        command
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .args(arguments)
            .env("RUST_MIN_STACK", (1_u64 << 60).to_string());
        let done = command.output().unwrap();
        (done.status.code(), String::from_utf8(done.stderr).unwrap())
    };
    let (out, wrong) = (folder.path("out.csv"), folder.path("wrong.csv"));
    let (code, said) = starved(&["batch", "-c", CLAIMS, "-e", ENROLLMENTS, "-o", &out, "-q", "--threads", "3"]);
    assert_eq!((code, said.as_str()), (Some(0), ""));
    assert_eq!(folder.read("out.csv"), folder.read("undisturbed.csv"));
    let audit = ["audit", "-c", CLAIMS, "-e", ENROLLMENTS, "-r", "rules/cases/recorded.csv", "-o", &wrong, "-q"];
    let (code, said) = starved(&audit);
    assert_eq!((code, said.as_str()), (Some(1), ""));
}

// ── what nobody reads, and what never ends ────────────────────────────────

#[cfg(unix)]
#[test]
fn results_that_nobody_reads_are_not_called_done() {
    for arguments in [&["explain", "missing-fact"][..], &["--version"], &["--help"]] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_huzhu"));
        command.current_dir(env!("CARGO_MANIFEST_DIR")).args(arguments).env("HUZHU_LANG", "en");
        // the program that would read has ended before
        let mut reader = Command::new("true").stdin(Stdio::piped()).spawn().unwrap();
        let pipe = reader.stdin.take().unwrap();
        reader.wait().unwrap();
        let done = command.stdout(pipe).output().unwrap();
        assert_eq!(done.status.code(), Some(2), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
    }
}

#[test]
fn a_batch_of_certificates_whose_line_never_ends_is_refused() {
    let endless = BufReader::new(std::io::repeat(b'a'));
    let error = Extract::all(endless, "C1").unwrap_err();
    assert_eq!(error.to_string(), "line 1: it has more than 64 MiB");
}
