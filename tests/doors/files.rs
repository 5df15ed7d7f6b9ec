//! Any bytes as the files of a run: every row that is read is decided or rejected and is in one file or the other, the same by two threads; or an
//! error, and no file.

use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use huzhu::Decision;
use huzhu::batch::{self, Job, Rows, Summary};

use super::{TWO_PLANS, is_one_of, pages, root, said};

/// Parts two files that come as one.
const BETWEEN: &[u8] = b"\n----\n";
const MEMORY: u64 = 64 << 20;
const WORK_SPACE: u64 = 64 << 20;
/// Of so many inputs one is run by two threads, too.
pub(super) const SECOND_RUNS: u32 = 16;

/// Claims and enrollments as CSV, or claims alone.
pub(super) fn csv(bytes: &[u8]) {
    match bytes.windows(BETWEEN.len()).position(|window| window == BETWEEN) {
        Some(end) => run("claims.csv", &bytes[..end], Some(&bytes[end + BETWEEN.len()..])),
        None => run("claims.csv", bytes, None),
    }
}

/// Claims as Parquet. What was changed in a page is under its checksum again, or it would be refused before it is read.
pub(super) fn parquet(bytes: &[u8]) {
    run("claims.parquet", &pages::under_their_checksums(bytes), None);
}

fn run(name: &str, bytes: &[u8], enrollments: Option<&[u8]>) {
    let folder = Folder::of_its_own();
    let shipped = root().join("rules/cases/enrollments.csv");
    let claims = folder.with(name, bytes);
    let enrollments = enrollments.map_or(shipped, |enrollments| folder.with("enrollments.csv", enrollments));
    let job = |out: &str, threads: usize| {
        let threads = NonZeroUsize::new(threads).expect("there is one");
        let out = folder.path(out);
        Job::new(&claims, &enrollments, out).threads(threads).memory(MEMORY).work_space(WORK_SPACE)
    };
    let one = job("one.csv", 1);
    match batch::run(&one, &TWO_PLANS, &()) {
        Ok(summary) => {
            all_are_accounted_for(&summary);
            assert_eq!(rows(one.out_path()), summary.claims().taken, "payouts");
            assert_eq!(rows(one.rejects_path()), summary.claims().rejected, "rejected claims");
            assert_eq!(rows(&one.rejected_enrollments_path()), summary.enrollments().rejected, "rejected enrollments");
            if is_one_of(SECOND_RUNS, bytes) {
                let two = job("two.csv", 2);
                batch::run(&two, &TWO_PLANS, &()).expect("two threads decide what one does");
                assert_eq!(fs::read(one.out_path()).unwrap(), fs::read(two.out_path()).unwrap());
                assert_eq!(fs::read(one.rejects_path()).ok(), fs::read(two.rejects_path()).ok());
            }
        }
        Err(error) => {
            said::is_an_answer(&error);
            assert!(!one.out_path().exists() && !one.manifest_path().exists(), "an error, and a result");
        }
    }
}

pub(super) fn all_are_accounted_for(summary: &Summary) {
    let adds_up = |rows: Rows| rows.read == rows.taken + rows.rejected;
    assert!(adds_up(summary.claims()) && adds_up(summary.enrollments()), "{summary:?}");
    let decisions =
        [Decision::Paid, Decision::NothingDue, Decision::Denied, Decision::Pended, Decision::Reversed].into_iter();
    assert_eq!(decisions.map(|decision| summary.decided(decision)).sum::<u64>(), summary.claims().taken, "{summary:?}");
}

/// The rows of a table; of one that is not there, none.
fn rows(path: &Path) -> u64 {
    let Ok(mut table) = csv::ReaderBuilder::new().from_path(path) else { return 0 };
    let rows: Vec<_> = table.byte_records().collect::<Result<_, _>>().expect("our own table can be read");
    rows.len().try_into().unwrap()
}

/// A folder for one input, empty at first and gone in the end. One at a time: all are at one place.
pub(super) struct Folder {
    path: PathBuf,
    _alone: std::sync::MutexGuard<'static, ()>,
}

static ALONE: Mutex<()> = Mutex::new(());

impl Folder {
    pub(super) fn of_its_own() -> Folder {
        let alone = ALONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let path = std::env::temp_dir().join(format!("huzhu-door-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).expect("a folder can be made");
        Folder { path, _alone: alone }
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    pub(super) fn with(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, bytes).expect("the file can be written");
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.path);
    }
}
