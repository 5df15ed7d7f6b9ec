//! What came of a run, in numbers.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use arrow_array::cast::AsArray;
use arrow_array::types::Decimal128Type;
use arrow_array::{RecordBatch, StringArray};
use serde::{Deserialize, Serialize};

use super::manifest::{Manifest, Totals};
use super::read_as::ReadAs;
use crate::adjudicate::Decision;
use crate::batch::files::Encoding;
use crate::batch::{Input, Observation, Observations, Reject};
use crate::text::Text;
use crate::written;

/// What came of all claims: every row that was read is decided or rejected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    pub(super) counts: Counts,
    pub(super) manners: ReadAs,
    pub(super) took: Duration,
    pub(super) is_resumed: bool,
}

/// What is the same however often a run was stopped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Counts {
    pub(super) claims: Rows,
    pub(super) enrollments: Rows,
    pub(super) tally: Tally,
    pub(super) causes: Vec<Cause>,
    pub(super) observations: Observations,
    /// The buckets of which anything came.
    pub(super) parts: u64,
    pub(super) certificates: Option<Certificates>,
    /// None of a dry run.
    pub(super) manifest: Option<Manifest>,
}

/// The file of certificates, where one was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Certificates {
    /// How many it holds: one for each decided claim but reversals and claims that a joint limit cuts.
    pub count: u64,
    /// The root over all of them, in lower-case hexadecimal: what is noted on the day.
    pub root: String,
    /// The claims that a joint limit cuts. A certificate proves what a plan alone pays, so that they have none.
    #[serde(default)]
    pub cut: u64,
}

impl Summary {
    /// The rows of the claims.
    #[must_use]
    pub fn claims(&self) -> Rows {
        self.counts.claims
    }

    /// The rows of the enrollments.
    #[must_use]
    pub fn enrollments(&self) -> Rows {
        self.counts.enrollments
    }

    /// The claims of a decision.
    #[must_use]
    pub fn decided(&self, decision: Decision) -> u64 {
        self.counts.tally.decisions.get(decision.name()).copied().unwrap_or(0)
    }

    /// What is due in all, in yuan with two places: what is paid less what is to be recovered.
    #[must_use]
    pub fn payable(&self) -> String {
        self.counts.tally.totals().payable
    }

    /// What is paid, reversals not counted, in yuan with two places.
    #[must_use]
    pub fn paid(&self) -> String {
        self.counts.tally.totals().paid
    }

    /// What reversals take back, in yuan with two places.
    #[must_use]
    pub fn to_recover(&self) -> String {
        self.counts.tally.totals().to_recover
    }

    /// The codes of reasons with the number of claims that have them, the most frequent first.
    #[must_use]
    pub fn reasons(&self) -> Vec<(&str, u64)> {
        most_frequent_first(&self.counts.tally.reasons)
    }

    /// Why rows were rejected, the most frequent first. A row with two faults counts under both.
    #[must_use]
    pub fn causes(&self) -> &[Cause] {
        &self.counts.causes
    }

    /// The codes of notices with the number of claims that have them, the most frequent first.
    #[must_use]
    pub fn notices(&self) -> Vec<(&str, u64)> {
        most_frequent_first(&self.counts.tally.notices)
    }

    /// What was seen of rows that were taken: values read as meant, ids that a spreadsheet has rewritten.
    #[must_use]
    pub fn observations(&self) -> Vec<Observation> {
        self.counts.observations.list()
    }

    /// How an input was read, where that is not what everyone expects: its encoding, its separator, its sheet, the row of its header.
    #[must_use]
    pub fn read_as(&self, input: Input) -> Option<&Text> {
        self.manners.of(input).said.as_ref()
    }

    /// The encoding of an input that is a text file.
    #[must_use]
    pub fn encoding(&self, input: Input) -> Option<Encoding> {
        self.manners.of(input).encoding
    }

    /// The cell of a row in a column, such as `Sheet1!C2`; none if the input is no sheet.
    #[must_use]
    pub fn cell(&self, input: Input, row: u64, column: &str) -> Option<String> {
        self.manners.cell(input, row, column)
    }

    /// The certificates, if they were asked for.
    #[must_use]
    pub fn certificates(&self) -> Option<&Certificates> {
        self.counts.certificates.as_ref()
    }

    /// What was decided of what and by what, as it stands beside the results; a dry run has none.
    #[must_use]
    pub fn manifest(&self) -> Option<&Manifest> {
        self.counts.manifest.as_ref()
    }

    /// How long this run took.
    #[must_use]
    pub fn took(&self) -> Duration {
        self.took
    }

    /// Whether an earlier run had done a part of the work.
    #[must_use]
    pub fn is_resumed(&self) -> bool {
        self.is_resumed
    }

    /// The claims read in a second; none if an earlier run had read some of them.
    #[must_use]
    pub fn claims_a_second(&self) -> Option<u64> {
        let micros = self.took.as_micros().max(1);
        let rate = u128::from(self.counts.claims.read).saturating_mul(1_000_000).div_euclid(micros);
        u64::try_from(rate).ok().filter(|_| !self.is_resumed)
    }
}

fn most_frequent_first(counts: &BTreeMap<String, u64>) -> Vec<(&str, u64)> {
    let mut codes: Vec<_> = counts.iter().map(|(code, count)| (code.as_str(), *count)).collect();
    codes.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    codes
}

fn yuan(fen: i128) -> String {
    let (yuan, rest) = (fen.unsigned_abs().div_euclid(100), fen.unsigned_abs().rem_euclid(100));
    format!("{}{yuan}.{rest:02}", if fen < 0 { "-" } else { "" })
}

/// What became of the rows of a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rows {
    /// All of them.
    pub read: u64,
    /// Those without a fault: of the claims, those that were decided.
    pub taken: u64,
    /// Those with a fault; they are in the file of rejected rows.
    pub rejected: u64,
}

/// Why rows were rejected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Cause {
    /// The file.
    pub input: Input,
    /// The column at fault.
    pub column: String,
    /// What is wrong, with the value if one row has it, else `…` in its place; empty for all that is left of a column with very many sorts of fault.
    pub reason: Text,
    /// The rows with this fault.
    pub count: u64,
    /// The first of them.
    pub first_row: u64,
}

/// Why rows were rejected, as far as it has been counted.
#[derive(Debug, Default)]
pub(super) struct Causes {
    /// By input, column and reason, with the first row and what is said of it.
    counts: BTreeMap<(Input, String, Text), (u64, u64, Text)>,
}

/// So many sorts of fault are told apart; a reason may name what only one row has.
const MOST_CAUSES: usize = 200;

impl Causes {
    /// Counts a reject; they come by input and row.
    pub(super) fn count(&mut self, reject: &Reject) {
        let quoted = format!("`{}`", reject.value);
        let general =
            |text: &str| if reject.value.is_empty() { text.to_owned() } else { text.replace(&quoted, "`…`") };
        let reason = written::general(&reject.reason, &reject.value);
        let reason = Text { zh: general(&reason.zh), en: general(&reason.en) };
        let mut key = (reject.input, reject.column.clone(), reason);
        if self.counts.len() >= MOST_CAUSES && !self.counts.contains_key(&key) {
            key.2 = Text::default();
        }
        let (count, ..) = self.counts.entry(key).or_insert_with(|| (0, reject.row, reject.reason.clone()));
        *count = count.saturating_add(1);
    }

    /// All of them, the most frequent first.
    pub(super) fn into_list(self) -> Vec<Cause> {
        let causes = self.counts.into_iter();
        let mut causes: Vec<Cause> = causes
            .map(|((input, column, reason), (count, first_row, first))| {
                let reason = if count == 1 { first } else { reason };
                Cause { input, column, reason, count, first_row }
            })
            .collect();
        causes.sort_by_key(|cause| std::cmp::Reverse(cause.count));
        causes
    }
}

/// Counts of payouts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Tally {
    decisions: BTreeMap<String, u64>,
    /// In fen.
    payable: i128,
    /// In fen.
    to_recover: i128,
    reasons: BTreeMap<String, u64>,
    notices: BTreeMap<String, u64>,
}

impl Tally {
    pub(super) fn of(payouts: &RecordBatch) -> Tally {
        let (payable, to_recover) = (summed(payouts, "payable"), summed(payouts, "to_recover"));
        let mut tally = Tally { payable, to_recover, ..Tally::default() };
        for (decision, count) in counted(payouts, "decision") {
            add(&mut tally.decisions, &decision, count);
        }
        for (column, counts) in [("reasons", &mut tally.reasons), ("notices", &mut tally.notices)] {
            for (codes, count) in counted(payouts, column) {
                // a claim that lacks two facts has the code of a missing fact twice; a notice says in brackets what it is about
                let code = |told: &'_ str| told.split('(').next().unwrap_or(told).to_owned();
                let codes: BTreeSet<String> = codes.split(';').map(code).filter(|code| !code.is_empty()).collect();
                for code in codes {
                    add(counts, &code, count);
                }
            }
        }
        tally
    }

    pub(super) fn decisions(&self) -> &BTreeMap<String, u64> {
        &self.decisions
    }

    pub(super) fn totals(&self) -> Totals {
        let (payable, to_recover) = (self.payable, self.to_recover);
        let paid = payable.saturating_add(to_recover);
        Totals { payable: yuan(payable), paid: yuan(paid), to_recover: yuan(to_recover) }
    }

    pub(super) fn add(&mut self, other: &Tally) {
        self.payable = self.payable.saturating_add(other.payable);
        self.to_recover = self.to_recover.saturating_add(other.to_recover);
        other.decisions.iter().for_each(|(decision, count)| add(&mut self.decisions, decision, *count));
        other.reasons.iter().for_each(|(code, count)| add(&mut self.reasons, code, *count));
        other.notices.iter().for_each(|(code, count)| add(&mut self.notices, code, *count));
    }
}

fn add(counts: &mut BTreeMap<String, u64>, key: &str, count: u64) {
    match counts.get_mut(key) {
        Some(counted) => *counted = counted.saturating_add(count),
        None => {
            counts.insert(key.to_owned(), count);
        }
    }
}

/// The sum of a column of amounts.
fn summed(batch: &RecordBatch, column: &str) -> i128 {
    let amounts = batch.column_by_name(column).and_then(|column| column.as_primitive_opt::<Decimal128Type>());
    amounts.into_iter().flatten().flatten().fold(0, i128::saturating_add)
}

/// The values of a column of text, each with its number of rows.
fn counted(batch: &RecordBatch, column: &str) -> BTreeMap<String, u64> {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    let texts: Option<&StringArray> = batch.column_by_name(column).and_then(|column| column.as_string_opt());
    // Neighbours are often alike: a run of the same value is counted before it is looked up.
    let (mut run, mut length) = ("", 0_u64);
    for text in texts.into_iter().flatten().flatten().filter(|text| !text.is_empty()) {
        if text != run {
            if length > 0 {
                let count = counts.entry(run).or_default();
                *count = count.saturating_add(length);
            }
            (run, length) = (text, 0);
        }
        length = length.saturating_add(1);
    }
    if length > 0 {
        let count = counts.entry(run).or_default();
        *count = count.saturating_add(length);
    }
    counts.into_iter().map(|(text, count)| (text.to_owned(), count)).collect()
}
