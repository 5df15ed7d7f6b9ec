//! How a run divides the memory that it may take.

use std::num::NonZeroUsize;

use super::job::{Job, Mebibytes};
use crate::error::{Error, Remedy};
use crate::text::say;

/// The program, the packs and the tables of the inputs, about.
const BASE: u64 = 24 << 20;
/// What a thread takes before it holds a row: pages of Parquet, buffers of files, what the allocator keeps for it.
const BASE_OF_A_THREAD: u64 = 6 << 20;
/// With less than this a thread does no good.
const LEAST_OF_A_THREAD: u64 = 12 << 20;
/// What a row takes while it is read, about: as it came, as plain columns, and once more while it is put by bucket.
const BYTES_OF_A_ROW: u64 = 768;
const FEWEST_ROWS_AT_ONCE: u64 = 2_048;
const MOST_ROWS_AT_ONCE: u64 = 32_768;
/// Rows are kept until so many bytes can be put by bucket together, if there is room.
const MOST_HELD: u64 = 256 << 20;
/// What deciding a bucket takes before it has a row.
const BASE_OF_A_BUCKET: u64 = 4 << 20;

/// The memory of a run.
#[derive(Debug, Clone, Copy)]
pub(super) struct Budget {
    memory: u64,
    threads: NonZeroUsize,
}

/// How many threads may read a file at once, and how many rows each at a time, if a thread holds so many bytes before it has a row.
pub(crate) fn room_to_read(memory: u64, threads: NonZeroUsize, held: u64) -> Result<(NonZeroUsize, usize), Error> {
    Budget { memory, threads }.reading(0, held).map(|Share { threads, rows, .. }| (threads, rows))
}

/// What a thread may take while rows are read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Share {
    pub(super) threads: NonZeroUsize,
    /// Rows to read at once.
    pub(super) rows: usize,
    /// Bytes of rows to keep before they are written; they are put in order by copying.
    pub(super) held: u64,
}

impl Budget {
    pub(super) fn of(job: &Job) -> Budget {
        Budget { memory: job.memory, threads: job.threads }
    }

    /// Refuses so many enrollments, if the table of their ids leaves no room for anything else.
    pub(super) fn admit_enrollments(self, enrollments: u64) -> Result<(), Error> {
        let table = table_of(enrollments);
        let room = self.memory.saturating_sub(BASE).saturating_sub(LEAST_OF_A_THREAD);
        if table <= room {
            return Ok(());
        }
        let least = Mebibytes(table.saturating_add(self.memory).saturating_sub(room));
        let given = Mebibytes(self.memory);
        Err(Error::memory(say!(
            "{enrollments} 条参保记录需要 {least} 内存，现为 {given}",
            "{enrollments} enrollments need {least} of memory; the limit is {given}"
        ))
        .mended_by(Remedy::MoreMemory))
    }

    /// What each thread may take beside a table of so many enrollments, if it holds so many bytes before it has a row; an error if one thread
    /// alone is too many.
    pub(super) fn reading(self, enrollments: u64, held: u64) -> Result<Share, Error> {
        // the pages, and the rows of them that are read at the least
        let base = held.saturating_mul(2).max(BASE_OF_A_THREAD);
        let least = base.saturating_add(LEAST_OF_A_THREAD.saturating_sub(BASE_OF_A_THREAD));
        let room = self.memory.saturating_sub(BASE).saturating_sub(table_of(enrollments)).max(LEAST_OF_A_THREAD);
        if least > room {
            let least = Mebibytes(self.memory.saturating_add(least.saturating_sub(room)));
            let given = Mebibytes(self.memory);
            return Err(Error::memory(say!(
                "Parquet 文件的页需要 {least} 内存，现为 {given}",
                "the pages of a Parquet file need {least} of memory; the limit is {given}"
            ))
            .mended_by(Remedy::MoreMemory));
        }
        let threads = self.threads_in(room, least);
        let share = room.div_euclid(u64::try_from(threads.get()).unwrap_or(u64::MAX).max(1));
        let share = share.saturating_sub(base);
        let rows = share.div_euclid(2).div_euclid(BYTES_OF_A_ROW).clamp(FEWEST_ROWS_AT_ONCE, MOST_ROWS_AT_ONCE);
        let rows = usize::try_from(rows).unwrap_or(usize::MAX);
        Ok(Share { threads, rows, held: share.div_euclid(4).min(MOST_HELD) })
    }

    /// The threads that may decide buckets at once, if the largest has so many bytes of rows; an error if that is none.
    ///
    /// What a thread has once taken its allocator keeps, so that every thread counts with the largest bucket.
    pub(super) fn deciding(self, largest: u64) -> Result<NonZeroUsize, Error> {
        let (bytes, room) = (decided(largest), self.memory.saturating_sub(BASE));
        let most = usize::try_from(room.checked_div(bytes).unwrap_or(u64::MAX)).unwrap_or(usize::MAX);
        NonZeroUsize::new(most).map(|most| most.min(self.threads)).ok_or_else(|| {
            let (least, given) = (Mebibytes(bytes.saturating_add(BASE)), Mebibytes(self.memory));
            Error::memory(say!(
                "一部分会员的数据需要 {least} 内存，现为 {given}",
                "one part of the members needs {least} of memory; the limit is {given}"
            ))
            .mended_by(Remedy::MoreMemory)
        })
    }

    /// As many threads as do some good in so much memory.
    fn threads_in(self, room: u64, least: u64) -> NonZeroUsize {
        let most = usize::try_from(room.checked_div(least).unwrap_or(1)).unwrap_or(usize::MAX);
        NonZeroUsize::new(most).unwrap_or(NonZeroUsize::MIN).min(self.threads)
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

/// What deciding a bucket of so many bytes of rows takes: the rows as they were written, put together, and the results.
fn decided(bytes: u64) -> u64 {
    bytes.saturating_mul(3).saturating_add(BASE_OF_A_BUCKET)
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
            let Share { threads, rows, held } = budget(mebibytes, threads).reading(enrollments, 0).unwrap();
            (threads.get(), rows, held >> 20)
        };
        assert_eq!(share(1024, 2, 0), (2, 32_768, 123));
        assert_eq!(share(64, 2, 0), (2, 9_557, 3));
        assert_eq!(share(64, 16, 0), (3, 5_006, 1));
        assert_eq!(share(64, 16, 3_000_000), (1, 4_096, 1));
    }

    #[test]
    fn large_pages_mean_fewer_threads_and_are_refused_where_one_has_no_room() {
        let threads = |held: u64| budget(256, 8).reading(0, held << 20).unwrap().threads.get();
        assert_eq!([0, 6, 20, 40, 113].map(threads), [8, 8, 5, 2, 1]);
        let error = budget(256, 8).reading(0, 114 << 20).unwrap_err();
        assert!(error.is_memory());
        assert_eq!(error.to_string(), "the pages of a Parquet file need 258 MiB of memory; the limit is 256 MiB");
    }

    #[test]
    fn enrollments_that_do_not_fit_are_refused_with_what_they_need() {
        budget(1024, 2).admit_enrollments(100_000_000).unwrap();
        let error = budget(64, 2).admit_enrollments(10_000_000).unwrap_err();
        assert_eq!(error.to_string(), "10000000 enrollments need 132 MiB of memory; the limit is 64 MiB");
        budget(132, 2).admit_enrollments(10_000_000).unwrap();
    }

    #[test]
    fn as_many_buckets_are_decided_at_once_as_fit() {
        let threads = |largest: u64| budget(128, 8).deciding(largest << 20).unwrap().get();
        assert_eq!([0, 6, 10, 30].map(threads), [8, 4, 3, 1]);
        let error = budget(128, 8).deciding(40 << 20).unwrap_err();
        assert!(error.is_memory());
        assert_eq!(error.to_string(), "one part of the members needs 148 MiB of memory; the limit is 128 MiB");
    }
}
