//! How a run divides the memory that it may take.

use std::num::NonZeroUsize;
use std::sync::{Condvar, Mutex, PoisonError};

use super::job::{Job, Mebibytes};
use crate::error::Error;
use crate::text::say;

/// The program, the packs and the tables of the inputs, about.
const BASE: u64 = 24 << 20;
/// A thread that reads has less than this to do no good.
const LEAST_OF_A_THREAD: u64 = 6 << 20;
/// What a row takes while it is read, about: as it came, as plain columns, and once more while it is put by bucket.
const BYTES_OF_A_ROW: u64 = 768;
const FEWEST_ROWS_AT_ONCE: u64 = 2_048;
const MOST_ROWS_AT_ONCE: u64 = 32_768;
/// Rows are kept until so many bytes can be put by bucket together, if there is room.
const MOST_HELD: u64 = 256 << 20;
/// What deciding a bucket takes, as a multiple of its rows in the work files: the rows themselves, put together, and the results.
const TIMES_A_BUCKET: u64 = 4;

/// The memory of a run.
#[derive(Debug, Clone, Copy)]
pub(super) struct Budget {
    memory: u64,
    threads: NonZeroUsize,
}

/// What a thread may take while rows are read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Share {
    pub(super) threads: NonZeroUsize,
    /// Rows to read at once.
    pub(super) rows: usize,
    /// Bytes of rows to keep before they are written.
    pub(super) held: u64,
}

impl Budget {
    pub(super) fn of(job: &Job) -> Budget {
        Budget { memory: job.memory, threads: job.threads }
    }

    /// Refuses so many enrollments, if the table of their ids leaves no room for anything else.
    pub(super) fn admit_enrollments(self, enrollments: u64) -> Result<(), Error> {
        let table = table_of(enrollments);
        let room = self.memory.saturating_sub(BASE).saturating_sub(LEAST_OF_A_THREAD.saturating_mul(2));
        if table <= room {
            return Ok(());
        }
        let least = Mebibytes(table.saturating_add(self.memory).saturating_sub(room));
        let given = Mebibytes(self.memory);
        Err(Error::memory(say!(
            "{enrollments} 条参保记录需要 {least} 内存，现为 {given}；用 `--memory` 放宽",
            "{enrollments} enrollments need {least} of memory, and {given} is allowed; raise it with `--memory`"
        )))
    }

    /// What each thread may take beside a table of so many enrollments.
    pub(super) fn reading(self, enrollments: u64) -> Share {
        let room = self.memory.saturating_sub(BASE).saturating_sub(table_of(enrollments)).max(LEAST_OF_A_THREAD);
        let most = usize::try_from(room.div_euclid(LEAST_OF_A_THREAD)).unwrap_or(usize::MAX);
        let threads = NonZeroUsize::new(most).unwrap_or(NonZeroUsize::MIN).min(self.threads);
        let share = room.div_euclid(u64::try_from(threads.get()).unwrap_or(u64::MAX).max(1));
        let rows = share.div_euclid(2).div_euclid(BYTES_OF_A_ROW).clamp(FEWEST_ROWS_AT_ONCE, MOST_ROWS_AT_ONCE);
        Share { threads, rows: usize::try_from(rows).unwrap_or(usize::MAX), held: share.div_euclid(3).min(MOST_HELD) }
    }

    /// What may be taken at once while buckets are decided.
    pub(super) fn deciding(self) -> Room {
        Room {
            all: self.memory.saturating_sub(BASE),
            free: Mutex::new(self.memory.saturating_sub(BASE)),
            changed: Condvar::new(),
        }
    }

    /// The bytes that may be taken by one thing alone.
    pub(super) fn half(self) -> u64 {
        self.memory.saturating_sub(BASE).div_euclid(2)
    }
}

/// The bytes of the table of enrollments: an entry of 8 bytes each, and a quarter of the entries free.
fn table_of(enrollments: u64) -> u64 {
    enrollments.saturating_mul(10)
}

/// Memory that threads take and give back.
#[derive(Debug)]
pub(super) struct Room {
    all: u64,
    free: Mutex<u64>,
    changed: Condvar,
}

/// A part of it, given back when it is dropped.
#[derive(Debug)]
pub(super) struct Taken<'r> {
    room: &'r Room,
    bytes: u64,
}

impl Room {
    /// Refuses a bucket of so many bytes of rows, if deciding it takes more than there is.
    pub(super) fn admit_bucket(&self, bytes: u64) -> Result<(), Error> {
        let bytes = bytes.saturating_mul(TIMES_A_BUCKET);
        if bytes > self.all {
            let (least, given) = (Mebibytes(bytes.saturating_add(BASE)), Mebibytes(self.all.saturating_add(BASE)));
            return Err(Error::memory(say!(
                "一部分会员的数据需要 {least} 内存，现为 {given}；用 `--memory` 放宽",
                "one part of the members needs {least} of memory, and {given} is allowed; raise it with `--memory`"
            )));
        }
        Ok(())
    }

    /// What deciding a bucket of so many bytes of rows takes, as soon as there is so much.
    pub(super) fn for_bucket(&self, bytes: u64) -> Taken<'_> {
        let bytes = bytes.saturating_mul(TIMES_A_BUCKET).min(self.all);
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        while *free < bytes {
            free = self.changed.wait(free).unwrap_or_else(PoisonError::into_inner);
        }
        *free = free.saturating_sub(bytes);
        Taken { room: self, bytes }
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        let mut free = self.room.free.lock().unwrap_or_else(PoisonError::into_inner);
        *free = free.saturating_add(self.bytes);
        self.room.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn budget(mebibytes: u64, threads: usize) -> Budget {
        Budget::of(&Job::new("a.csv", "b.csv", "c.csv").memory(mebibytes << 20).threads(threads.try_into().unwrap()))
    }

    #[test]
    fn little_memory_means_fewer_rows_at_once_then_fewer_threads() {
        let share = |mebibytes, threads, enrollments| {
            let Share { threads, rows, held } = budget(mebibytes, threads).reading(enrollments);
            (threads.get(), rows, held >> 20)
        };
        assert_eq!(share(1024, 2, 0), (2, 32_768, 166));
        assert_eq!(share(64, 2, 0), (2, 13_653, 6));
        assert_eq!(share(64, 16, 0), (6, 4_551, 2));
        assert_eq!(share(64, 16, 3_000_000), (1, 7_775, 3));
    }

    #[test]
    fn enrollments_that_do_not_fit_are_refused_with_what_they_need() {
        budget(1024, 2).admit_enrollments(100_000_000).unwrap();
        let error = budget(64, 2).admit_enrollments(10_000_000).unwrap_err();
        assert_eq!(
            error.to_string(),
            "10000000 enrollments need 132 MiB of memory, and 64 MiB is allowed; raise it with `--memory`"
        );
        budget(132, 2).admit_enrollments(10_000_000).unwrap();
    }

    #[test]
    fn a_bucket_that_does_not_fit_is_refused_and_the_others_wait() {
        let room = budget(64, 2).deciding();
        let error = room.admit_bucket(20 << 20).unwrap_err();
        assert!(error.is_memory());
        assert_eq!(
            error.to_string(),
            "one part of the members needs 104 MiB of memory, and 64 MiB is allowed; raise it with `--memory`"
        );
        room.admit_bucket(9 << 20).unwrap();
        let first = room.for_bucket(9 << 20);
        std::thread::scope(|scope| {
            let second = scope.spawn(|| drop(room.for_bucket(9 << 20)));
            drop(first);
            second.join().unwrap();
        });
    }
}
