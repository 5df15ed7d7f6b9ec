//! What came of an audit, in numbers.

use std::collections::BTreeMap;
use std::time::Duration;

use super::difference::Difference;
use super::found::{Found, State};
use super::note::Note;
use super::plans::PlanTotal;
use super::recorded::Recorded;
use super::roundings::Fit;
use super::sample::Sample;
use crate::adjudicate::Adjudication;
use crate::batch;
use crate::code::Code;
use crate::text::Text;

/// What came of an audit: every recorded payout that was read is in one of the numbers.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Summary {
    /// What became of the claims and enrollments.
    pub batch: batch::Summary,
    /// What became of the recorded payouts.
    pub rows: Rows,
    /// Claims with something due that are not recorded.
    pub not_recorded: u64,
    /// Claims with nothing due that are not recorded.
    pub nothing_to_record: u64,
    /// What is recorded of the matched payouts, in fen.
    pub recorded: i64,
    /// What is due of them, in fen.
    pub recomputed: i64,
    /// By the most likely cause; what nothing explains first, then by the amount.
    pub causes: Vec<CauseTotal>,
    /// Every difference, what nothing explains first, then the gravest.
    pub differences: Vec<Difference>,
    /// What is to be said of recorded rows: rejected, or put right.
    pub notes: Vec<Note>,
    /// How the claims of the gravest differences were decided, by claim; empty unless they were to be kept.
    pub gravest: BTreeMap<String, Adjudication>,
    /// How well each rule of rounding fits, the best first; empty unless it was asked for.
    pub roundings: Vec<Fit>,
    /// What a sample says; none unless it was asked for.
    pub sample: Option<Sample>,
    /// How the recorded payouts were read, where that is not what everyone expects.
    pub recorded_read_as: Option<Text>,
    /// The versions that have decided a recorded claim.
    pub plans: Vec<PlanTotal>,
    /// How long it took.
    pub took: Duration,
}

/// What became of the rows of the recorded payouts: `read` is the sum of all others but `put_right`, which are read in another form.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rows {
    /// All of them.
    pub read: u64,
    /// Recorded as is due.
    pub equal: u64,
    /// Recorded otherwise.
    pub different: u64,
    /// Of a claim that was recorded before.
    pub again: u64,
    /// Of a claim that waits, so that nobody knows what is due.
    pub pended: u64,
    /// Of no claim that was decided: it is not there, its enrollment is not, or it was rejected.
    pub orphans: u64,
    /// Of a claim id that several claims have.
    pub ambiguous: u64,
    /// That could not be read.
    pub rejected: u64,
    /// That were read though they were not plain.
    pub put_right: u64,
}

/// The differences of one cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct CauseTotal {
    /// The cause.
    pub cause: Code,
    /// The differences of which it is the most likely.
    pub count: u64,
    /// Those too among whose causes it is listed further down.
    pub listed: u64,
    /// Those of the count of which nobody knows what is due: they are neither too much nor too little.
    pub not_checked: u64,
    /// What is recorded of these, in fen.
    pub not_checked_recorded: i64,
    /// What was recorded too much, in fen.
    pub over: i64,
    /// What was recorded too little, in fen.
    pub under: i64,
    /// The largest difference, in fen, over or under.
    pub largest: i64,
}

impl CauseTotal {
    /// Those of the count of which it is known what is due.
    pub(super) fn checked(&self) -> u64 {
        self.count.saturating_sub(self.not_checked)
    }
}

impl Summary {
    pub(super) fn of(batch: batch::Summary, recorded: &mut Recorded, found: Found) -> Summary {
        let notes = std::mem::take(&mut recorded.notes);
        let mut rows = Rows { read: recorded.read, ..Rows::default() };
        let (mut sum_recorded, mut sum_due) = (0_i64, 0_i64);
        for ((payout, state), due) in found.states.indexed().zip(&found.due) {
            let number = match state {
                State::Matched if recorded.amount(payout) == *due => &mut rows.equal,
                State::Matched => &mut rows.different,
                State::Open | State::TurnedAway | State::Rejected => &mut rows.orphans,
                State::Pended => &mut rows.pended,
                State::Ambiguous => &mut rows.ambiguous,
                State::Again => &mut rows.again,
            };
            *number = number.saturating_add(1);
            if *state == State::Matched {
                sum_recorded = sum_recorded.saturating_add(recorded.amount(payout));
                sum_due = sum_due.saturating_add(*due);
            }
        }
        let count = |is_so: &dyn Fn(&Note) -> bool| {
            let mut rows: Vec<u64> = notes.iter().filter(|note| is_so(note)).map(|note| note.row).collect();
            rows.dedup();
            u64::try_from(rows.len()).unwrap_or(u64::MAX)
        };
        rows.rejected = count(&Note::is_rejected);
        rows.put_right = count(&|note| !note.is_rejected());
        let not_recorded = found.lines.iter().filter(|line| line.cause() == Code::NotRecorded).count();
        Summary {
            batch,
            rows,
            not_recorded: u64::try_from(not_recorded).unwrap_or(u64::MAX),
            nothing_to_record: found.nothing_to_record,
            recorded: sum_recorded,
            recomputed: sum_due,
            causes: totals(&found.lines),
            differences: found.lines,
            gravest: found.gravest,
            notes,
            roundings: Vec::new(),
            sample: None,
            recorded_read_as: recorded.said.take(),
            plans: Vec::new(),
            took: Duration::ZERO,
        }
    }

    /// Whether something is wrong: a difference, or a row that could not be read.
    #[must_use]
    pub fn is_wrong(&self) -> bool {
        let batch = [self.batch.claims().rejected, self.batch.enrollments().rejected];
        !self.differences.is_empty() || self.rows.rejected > 0 || batch.iter().any(|rejected| *rejected > 0)
    }
}

fn totals(differences: &[Difference]) -> Vec<CauseTotal> {
    let mut totals: BTreeMap<Code, CauseTotal> = BTreeMap::new();
    let none = |cause| CauseTotal {
        cause,
        count: 0,
        listed: 0,
        not_checked: 0,
        not_checked_recorded: 0,
        over: 0,
        under: 0,
        largest: 0,
    };
    for line in differences {
        for cause in line.codes() {
            let total = totals.entry(cause).or_insert_with(|| none(cause));
            total.listed = total.listed.saturating_add(1);
        }
        let cause = line.cause();
        let total = totals.entry(cause).or_insert_with(|| none(cause));
        total.count = total.count.saturating_add(1);
        let Some(excess) = line.excess() else {
            total.not_checked = total.not_checked.saturating_add(1);
            total.not_checked_recorded = total.not_checked_recorded.saturating_add(line.recorded.unwrap_or(0));
            continue;
        };
        total.over = total.over.saturating_add(excess.max(0));
        total.under = total.under.saturating_sub(excess.min(0));
        if excess.unsigned_abs() > total.largest.unsigned_abs() {
            total.largest = excess;
        }
    }
    let mut totals: Vec<CauseTotal> = totals.into_values().collect();
    let weight = |total: &CauseTotal| total.over.saturating_add(total.under).saturating_add(total.not_checked_recorded);
    totals.sort_by_key(|total| (total.cause != Code::Unexplained, std::cmp::Reverse(weight(total)), total.cause));
    totals
}
