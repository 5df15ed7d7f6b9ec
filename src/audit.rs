//! Recorded payouts recomputed, and what differs sorted by cause.
//!
//! An auditor has the payouts that some other system recorded. [`run`] decides every claim anew, lays both side by side, and asks of every
//! difference what that system may have done: each alternative is decided by the same meaning as the plan itself, and counts only if it gives the
//! recorded amount to the fen.

mod amount;
mod binary;
mod cause;
mod chart;
mod compare;
mod difference;
mod fact_variants;
mod found;
mod headline;
mod hypotheses;
mod interval;
mod job;
mod note;
mod plan_variants;
mod plans;
mod recorded;
mod report;
mod roundings;
mod sample;
mod summary;
#[cfg(test)]
#[cfg(unix)]
mod trial;
mod typos;
#[cfg(feature = "workbook")]
mod workbook;

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

pub use self::amount::Unit;
pub use self::cause::{Cause, Subject, causes, title};
use self::compare::Comparer;
pub use self::difference::Difference;
pub use self::headline::Headline;
pub use self::job::Audit;
pub use self::note::Note;
use self::note::Notes;
pub use self::plans::PlanTotal;
use self::recorded::Recorded;
pub use self::report::Report;
pub use self::roundings::{Fit, Policy};
use self::roundings::{Policies, Roundings};
pub use self::sample::{Sample, Sampled, Sampling, Stratum};
pub use self::summary::{CauseTotal, Rows, Summary};
#[cfg(feature = "workbook")]
pub use self::workbook::workbook;
use crate::batch::files::{Encoding, Sink, Style};
use crate::batch::{
    Digest, InputFile, LEAST_MEMORY, Progress, RecordedFile, beside, digest_of, each_once, refuse_to_lose, run_for,
};
use crate::catalog::Catalog;
use crate::error::{Error, Remedy};
use crate::text::say;

/// Recomputes all recorded payouts of an audit and writes what differs.
///
/// Memory holds every recorded payout: 56 bytes and the text of its claim id; the claims themselves are worked off in pieces, as by
/// [`crate::batch::run`]. After any end, even of the process, the same call goes on from what is decided and ends with the same bytes.
///
/// # Errors
/// Those of [`crate::batch::run`]; [`Error::is_columns`] if the recorded payouts have no `claim_id` and `payable`, or a float in their place.
pub fn run(audit: &Audit, catalog: &Catalog, progress: &dyn Progress) -> Result<Summary, Error> {
    run_with(audit, catalog, progress, |_| Ok(Vec::new()))
}

/// The same, with files that `further` makes of what has come of it, each with its path. They are published whole, after the differences; where that is
/// stopped the same audit writes all again.
///
/// # Errors
/// Those of [`run`] and of `further`; [`Error::is_output`] for one of these files that cannot be written.
pub fn run_with(
    audit: &Audit,
    catalog: &Catalog,
    progress: &dyn Progress,
    further: impl FnOnce(&Summary) -> Result<Vec<(PathBuf, Vec<u8>)>, Error>,
) -> Result<Summary, Error> {
    let started = Instant::now();
    audit.check()?;
    let (sink, notes) =
        (Sink::new(audit.out_path(), &difference::schema())?, Sink::new(&audit.notes, &note::schema())?);
    let (mut recorded, digest) = audit.read_recorded(progress)?;
    let (job, [claims, enrollments]) = audit.job.clone().with_encodings()?;
    let marks = job.marks(&[recorded.encoding, claims, enrollments]);
    let style = Style { is_marked: marks, ..job.style(catalog, &[]) };
    let [sink, notes] = [sink, notes].map(|sink| sink.styled(&style));
    let job = job.mark_encoding(marks).memory(audit.memory_beside(&recorded)?);
    let job = job.recorded(audit.recorded_file(&digest, recorded.encoding));
    let policies = audit.compares_roundings.then(|| Policies::of(catalog));
    let roundings = policies.as_ref().map(|policies| Roundings::new(policies, &recorded));
    let comparer = Comparer::new(catalog, &recorded, &sink, roundings, audit.keeps_gravest);
    let notes = Notes { notes: &recorded.notes, sink: &notes };
    let (batch, kept) = run_for(&job, catalog, progress, &[&comparer, &notes])?;
    let (found, fits) = comparer.into_found()?;
    let sample = audit.sampling.and_then(|sampling| sample::draw(sampling, found.payouts(&recorded, catalog)));
    let plans = plans::totals(&found, &recorded, catalog)?;
    let mut summary = Summary::of(batch, &mut recorded, found);
    (summary.roundings, summary.sample, summary.plans) = (fits, sample, plans);
    summary.took = started.elapsed();
    kept.publish(&further(&summary)?)?;
    kept.finish(&job)?;
    Ok(summary)
}

impl Audit {
    /// The recorded payouts, and the digest of their file, which is taken meanwhile.
    fn read_recorded(&self, progress: &dyn Progress) -> Result<(Recorded, Digest), Error> {
        let is_over = AtomicBool::new(false);
        let read = || {
            let recorded = Recorded::read(self);
            is_over.store(recorded.is_err(), Ordering::Relaxed);
            recorded
        };
        let (recorded, digest) =
            beside(read, || digest_of(&self.recorded, progress, || is_over.load(Ordering::Relaxed)));
        Ok((recorded?, digest?))
    }

    /// What the manifest says of the recorded payouts.
    fn recorded_file(&self, digest: &Digest, encoding: Option<Encoding>) -> RecordedFile {
        let file = InputFile::of("recorded", &self.recorded, digest);
        RecordedFile {
            file,
            intake: self.recorded_as.clone().found(encoding),
            unit: self.unit.name(),
            compares_roundings: self.compares_roundings,
        }
    }

    /// Every file is one of its own, and none of the outputs is there unless an earlier run may have written it.
    fn check(&self) -> Result<(), Error> {
        let recorded = (self.recorded.as_path(), &self.recorded_as);
        each_once(self.job.files(Some(recorded)))?;
        if self.job.overwrites() || self.job.has_begun() {
            return Ok(());
        }
        refuse_to_lose(self.job.outputs(), &self.job.corrections(), self.job.out_path())
    }

    /// What is left for deciding beside the recorded payouts.
    fn memory_beside(&self, recorded: &Recorded) -> Result<u64, Error> {
        let (bytes, count) = (recorded.bytes(), recorded.len());
        match self.memory.checked_sub(bytes).filter(|left| *left >= LEAST_MEMORY) {
            Some(left) => Ok(left),
            None => {
                let least = bytes.saturating_add(LEAST_MEMORY).div_ceil(1 << 20);
                Err(Error::memory(say!(
                    "{count} 条记录需要 {least} MiB 内存",
                    "{count} recorded payouts need {least} MiB of memory"
                ))
                .mended_by(Remedy::MoreMemory))
            }
        }
    }
}
