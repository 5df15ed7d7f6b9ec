//! The buckets decided, each under a checkpoint of its own.

use std::sync::atomic::{AtomicU64, Ordering};

use arrow_array::RecordBatch;

use super::certify;
use super::checkpoint::Checkpoint;
use super::enrollment_index::Buckets;
use super::output::{Outputs, write_part};
use super::part::Part;
use super::partition::number_of;
use super::progress::{Progress, Stage, heed};
use super::rejects::{Rejected, rows_of};
use super::spill::{Reader, Spilled};
use super::summary::Tally;
use super::watch::Watch;
use super::work_folder::Folder;
use super::workers::share;
use crate::batch::accounts::{Plans, decide_bucket};
use crate::batch::{Decided, Given, Input, Reject};
use crate::certificate::Certifier;
use crate::error::Error;
use crate::text::say;

/// All that is needed to decide a bucket.
pub(super) struct Deciding<'a> {
    pub(super) plans: &'a Plans<'a>,
    pub(super) claims: &'a Spilled,
    /// Rejected rows of claims that say whose they are.
    pub(super) refused: &'a Spilled,
    pub(super) enrollments: &'a Spilled,
    /// Whether an input is a file of rejected rows.
    pub(super) is_apart: bool,
    pub(super) folder: &'a Folder,
    pub(super) journal: &'a Checkpoint,
    pub(super) outputs: &'a Outputs,
    /// Where certificates are asked for.
    pub(super) certifier: Option<Certifier<'a>>,
    pub(super) watch: Option<&'a dyn Watch>,
}

/// What the rows of a bucket are read from.
struct Readers<'a> {
    claims: Reader<'a>,
    refused: Reader<'a>,
    enrollments: Reader<'a>,
}

impl Deciding<'_> {
    /// Decides all buckets that have not been; what came of each, in order.
    pub(super) fn all(
        &self,
        buckets: Buckets,
        threads: std::num::NonZeroUsize,
        progress: &dyn Progress,
    ) -> Result<Vec<Part>, Error> {
        let (done, total) = (AtomicU64::new(0), self.claims.rows());
        progress.advance(Stage::Deciding, 0, total);
        let readers = Readers {
            claims: self.claims.reader()?,
            refused: self.refused.reader()?,
            enrollments: self.enrollments.reader()?,
        };
        let decided = share(threads, buckets.count(), |_, pieces| {
            let mut parts = Vec::new();
            while let Some(piece) = pieces.next() {
                heed(progress)?;
                let bucket = number_of(piece);
                parts.push((bucket, self.part(bucket, &readers)?));
                let (rows, _) = self.claims.size_of_bucket(bucket);
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
        if self.bytes_of(bucket) == 0 {
            return Ok(Part::default());
        }
        let earlier = if self.watch.is_some() { None } else { self.journal.earlier(bucket) };
        if let Some(part) = earlier.filter(|part| part.files().all(|file| self.folder.has(file))) {
            return Ok(part.clone());
        }
        let [claims, refused, enrollments] =
            [from.claims.bucket(bucket)?, from.refused.bucket(bucket)?, from.enrollments.bucket(bucket)?];
        let given = Given { claims: &claims, refused: &refused, enrollments: &enrollments, is_apart: self.is_apart };
        let part = self.decide(bucket, given)?;
        if self.watch.is_none() {
            self.journal.add(bucket, &part)?; // a part without its payouts is nothing to go on from
        }
        Ok(part)
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

    fn decide(&self, bucket: u16, given: Given<'_>) -> Result<Part, Error> {
        let Outputs { payouts: to_payouts, lines: to_lines } = self.outputs;
        let decided = decide_bucket(self.plans, given, to_lines.is_some())?;
        if let Some(watch) = self.watch {
            watch.see(self.plans, given, &decided)?;
        }
        let Decided { payouts, lines, rejects, observations } = decided;
        let decided = rows(&payouts);
        let name = |of: &str| format!("part-{bucket:04}.{of}");
        balance(bucket, rows(given.claims), decided, &rejects)?;
        let certificates = self.certifier.as_ref().map(|certifier| {
            let path = self.folder.path(&name("certificates"));
            certify::write_part(certifier, self.plans, given, &payouts, path, self.folder.space())
        });
        let (certificates, cut) = certificates.transpose()?.unwrap_or_default();
        let mut rejected = Rejected::at(self.folder.path(&name("rejects")), self.folder.space());
        rejected.add(rejects)?;
        Ok(Part {
            decided,
            tally: Tally::of(&payouts),
            observations: observations.into_iter().collect(),
            payouts: match self.watch {
                Some(_) => None,
                None => write_part(to_payouts, &payouts, self.folder, &name("payouts"))?,
            },
            lines: match to_lines {
                Some(sink) => write_part(sink, &lines, self.folder, &name("lines"))?,
                None => None,
            },
            certificates,
            cut,
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
