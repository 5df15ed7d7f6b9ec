//! A recorded payout that differs from what is due.

use std::cmp::Reverse;
use std::sync::Arc;

use arrow_array::{ArrayRef, Decimal128Array, RecordBatch, StringArray};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};

use super::cause::{Cause, UNEXPLAINED};
use crate::code::Code;

/// So many of the gravest differences are listed, those with a decision each with its explanation.
pub(super) const MOST_LISTED: usize = 50;

/// A line of the differences.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Difference {
    /// The claim.
    pub claim: String,
    /// What was recorded, in fen; none if nothing was.
    pub recorded: Option<i64>,
    /// What is due, in fen; none if nobody knows it, since the claim could not be decided or waits, or if it is due to another line.
    pub recomputed: Option<i64>,
    /// What explains it, the most likely first; never empty.
    pub causes: Vec<Cause>,
}

impl Difference {
    pub(super) fn new(claim: &str, recorded: Option<i64>, recomputed: Option<i64>, causes: Vec<Cause>) -> Difference {
        Difference { claim: claim.to_owned(), recorded, recomputed, causes }
    }

    /// What was recorded too much, in fen; below nothing if it was too little; none if nobody knows what is due.
    #[must_use]
    pub fn excess(&self) -> Option<i64> {
        self.is_known().then_some(self.weight())
    }

    /// Whether it is known what is due: of a claim that is recorded again, all of it to the other line.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.recomputed.is_some() || self.cause() == Code::PaidAgain
    }

    /// By how much it matters among other differences.
    fn weight(&self) -> i64 {
        self.recorded.unwrap_or(0).saturating_sub(self.recomputed.unwrap_or(0))
    }

    /// The most likely cause.
    #[must_use]
    pub fn cause(&self) -> Code {
        self.codes().next().unwrap_or(UNEXPLAINED)
    }

    /// The codes of the causes, the most likely first.
    pub fn codes(&self) -> impl Iterator<Item = Code> {
        self.causes.iter().map(|cause| cause.code)
    }

    /// The causes that are about something, with it, apart by `;`: `days-off-by-one(hospital_days);limit-ignored(death disability)`.
    #[must_use]
    pub fn details(&self) -> String {
        let told = self.causes.iter().filter(|cause| !cause.about.is_empty());
        told.map(ToString::to_string).collect::<Vec<_>>().join(";")
    }
}

/// What nothing explains first, then the gravest.
pub(super) fn sort(differences: &mut [Difference]) {
    differences.sort_by(|a, b| {
        let key = |line: &Difference| (line.cause() != UNEXPLAINED, Reverse(line.weight().unsigned_abs()));
        key(a).cmp(&key(b)).then_with(|| (&a.claim, a.recorded, &a.causes).cmp(&(&b.claim, b.recorded, &b.causes)))
    });
}

const DIGITS: u8 = 18;
const PLACES: i8 = 2;

/// `claim_id, recorded, recomputed, difference, causes, details`.
pub(super) fn schema() -> SchemaRef {
    let text = |name| Field::new(name, DataType::Utf8, false);
    let amount = |name| Field::new(name, DataType::Decimal128(DIGITS, PLACES), true);
    let amounts = ["recorded", "recomputed", "difference"].map(amount);
    let fields = [text("claim_id")].into_iter().chain(amounts).chain(["causes", "details"].map(text));
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

/// The lines as columns.
pub(super) fn rows(differences: &[Difference]) -> Result<RecordBatch, ArrowError> {
    let text = |of: &dyn Fn(&Difference) -> String| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(differences.iter().map(of)))
    };
    let causes = |line: &Difference| line.codes().map(Code::name).collect::<Vec<_>>().join(";");
    let columns = vec![
        text(&|line| line.claim.clone()),
        amounts(differences.iter().map(|line| line.recorded))?,
        amounts(differences.iter().map(|line| line.recomputed))?,
        amounts(differences.iter().map(Difference::excess))?,
        text(&causes),
        text(&Difference::details),
    ];
    RecordBatch::try_new(schema(), columns)
}

/// A column of amounts in fen.
pub(super) fn amounts(fen: impl Iterator<Item = Option<i64>>) -> Result<ArrayRef, ArrowError> {
    let column = fen.map(|fen| fen.map(i128::from)).collect::<Decimal128Array>();
    Ok(Arc::new(column.with_precision_and_scale(DIGITS, PLACES)?))
}
