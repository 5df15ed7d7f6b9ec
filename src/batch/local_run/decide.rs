//! The buckets decided, each under a checkpoint of its own.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use arrow_array::RecordBatch;

use super::checkpoint::Checkpoint;
use super::checksummed::Sealing;
use super::consumer::{Consumer, DecidedAccounts};
use super::enrollment_index::Buckets;
use super::part::Part;
use super::partition::number_of;
use super::progress::{Progress, Stage, heed};
use super::rejects::{Rejected, rows_of};
use super::spill::{Reader, Spilled};
use super::summary::Tally;
use super::work_folder::Folder;
use super::workers::share;
use crate::batch::accounts::{Plans, decide_bucket};
use crate::batch::{Given, Input, Reject};
use crate::error::Error;
use crate::text::say;

/// The rows of all members, by bucket.
#[derive(Clone, Copy)]
pub(super) struct Members<'a> {
    pub(super) claims: &'a Spilled,
    /// Rejected rows of claims that say whose they are.
    pub(super) refused: &'a Spilled,
    pub(super) enrollments: &'a Spilled,
    /// Whether an input is a file of rejected rows.
    pub(super) is_apart: bool,
}

/// The files that the rows of a bucket are read from.
pub(super) struct Readers<'a> {
    claims: Reader<'a>,
    refused: Reader<'a>,
    enrollments: Reader<'a>,
    is_apart: bool,
}

/// The rows of a bucket.
pub(crate) struct Rows {
    claims: RecordBatch,
    refused: RecordBatch,
    enrollments: RecordBatch,
    is_apart: bool,
}

impl<'a> Members<'a> {
    /// For all threads.
    pub(super) fn open(&self) -> Result<Readers<'a>, Error> {
        Ok(Readers {
            claims: self.claims.reader()?,
            refused: self.refused.reader()?,
            enrollments: self.enrollments.reader()?,
            is_apart: self.is_apart,
        })
    }

    /// The bytes of the rows of the largest bucket.
    pub(super) fn largest(&self, buckets: Buckets) -> u64 {
        (0..buckets.count()).map(|piece| self.bytes_of(number_of(piece))).max().unwrap_or(0)
    }

    /// The bytes of the rows of a bucket.
    fn bytes_of(&self, bucket: u16) -> u64 {
        let all = [self.claims, self.refused, self.enrollments].map(|rows| rows.size_of_bucket(bucket).1);
        all.into_iter().fold(0, u64::saturating_add)
    }
}

impl Readers<'_> {
    /// The rows of a bucket.
    pub(super) fn rows(&self, bucket: u16) -> Result<Rows, Error> {
        let Readers { claims, refused, enrollments, is_apart } = self;
        let [claims, refused, enrollments] =
            [claims.bucket(bucket)?, refused.bucket(bucket)?, enrollments.bucket(bucket)?];
        Ok(Rows { claims, refused, enrollments, is_apart: *is_apart })
    }
}

impl Rows {
    /// What there is to decide.
    pub(crate) fn given(&self) -> Given<'_> {
        let Rows { claims, refused, enrollments, is_apart } = self;
        Given { claims, refused, enrollments, is_apart: *is_apart }
    }
}

/// All that is needed to decide a bucket.
pub(super) struct Deciding<'a> {
    pub(super) plans: &'a Plans<'a>,
    pub(super) members: Members<'a>,
    pub(super) folder: &'a Folder,
    pub(super) journal: &'a Checkpoint,
    pub(super) consumers: &'a [&'a dyn Consumer],
}

impl Deciding<'_> {
    /// Decides all buckets that have not been; what came of each, in order.
    pub(super) fn all(
        &self,
        buckets: Buckets,
        threads: std::num::NonZeroUsize,
        progress: &dyn Progress,
    ) -> Result<Vec<Part>, Error> {
        let (done, total) = (AtomicU64::new(0), self.members.claims.rows());
        progress.advance(Stage::Deciding, 0, total);
        let readers = self.members.open()?;
        let decided = share(threads, buckets.count(), |_, pieces| {
            let mut parts = Vec::new();
            while let Some(piece) = pieces.next() {
                heed(progress)?;
                let bucket = number_of(piece);
                parts.push((bucket, self.part(bucket, &readers)?));
                let (rows, _) = self.members.claims.size_of_bucket(bucket);
                progress.advance(Stage::Deciding, done.fetch_add(rows, Ordering::Relaxed).saturating_add(rows), total);
            }
            Ok(parts)
        })?;
        let mut parts: Vec<(u16, Part)> = decided.into_iter().flatten().collect();
        parts.sort_by_key(|(bucket, _)| *bucket);
        Ok(parts.into_iter().map(|(_, part)| part).collect())
    }

    /// What an earlier run has made of a bucket, or else what this one makes of it.
    fn part(&self, bucket: u16, from: &Readers<'_>) -> Result<Part, Error> {
        if self.members.bytes_of(bucket) == 0 {
            return Ok(Part::default());
        }
        let earlier = self.journal.earlier(bucket);
        if let Some(part) = earlier.filter(|part| part.files().all(|file| self.folder.has(file))) {
            return Ok(part.clone());
        }
        let part = self.decide(bucket, from.rows(bucket)?.given())?;
        self.journal.add(bucket, &part)?;
        Ok(part)
    }

    fn decide(&self, bucket: u16, given: Given<'_>) -> Result<Part, Error> {
        let with_lines = self.consumers.iter().any(|consumer| consumer.reads_lines());
        let mut decided = decide_bucket(self.plans, given, with_lines)?;
        let rejects = std::mem::take(&mut decided.rejects);
        balance(bucket, rows(given.claims), rows(&decided.payouts), &rejects)?;
        let at = |of: &str| self.folder.path(&format!("part-{bucket:04}.{of}"));
        let (mut made, mut left_out) = (BTreeMap::new(), 0_u64);
        for consumer in self.consumers {
            let mut part = Sealing::at(at(consumer.holds()), self.folder.space());
            let accounts = DecidedAccounts { plans: self.plans, given, decided: &decided };
            left_out = left_out.saturating_add(consumer.see(accounts, &mut part)?);
            made.extend(part.seal()?.map(|sealed| (consumer.holds().to_owned(), sealed)));
        }
        let mut rejected = Rejected::at(at("rejects"), self.folder.space());
        rejected.add(rejects)?;
        Ok(Part {
            decided: rows(&decided.payouts),
            tally: Tally::of(&decided.payouts),
            observations: decided.observations.into_iter().collect(),
            made,
            left_out,
            rejects: rejected.seal()?,
        })
    }
}

fn rows(batch: &RecordBatch) -> u64 {
    u64::try_from(batch.num_rows()).unwrap_or(u64::MAX)
}

/// Every claim is decided or rejected, or the program is at fault and says so.
fn balance(bucket: u16, claims: u64, decided: u64, rejects: &[Reject]) -> Result<(), Error> {
    let rejected = rows_of(rejects, Input::Claims);
    if decided.saturating_add(rejected) == claims {
        return Ok(());
    }
    Err(Error::arithmetic(say!(
        "程序错误：第 {bucket} 部分有 {claims} 条理赔，{decided} 条已审，{rejected} 条退回",
        "a fault of the program: part {bucket} has {claims} claims, {decided} decided and {rejected} rejected"
    )))
}
