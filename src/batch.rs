//! Many claims at once, as Arrow record batches.

#[expect(dead_code, reason = "the run that comes next opens it")]
mod door;
#[expect(dead_code, unused_imports, reason = "the run that comes next opens them")]
mod files;

use arrow::array::RecordBatch;

use crate::text::Text;

/// What became of the claims of a batch: each is decided or rejected, none is dropped.
#[derive(Debug, Clone)]
pub struct Decided {
    /// A row for each decided claim: `claim_id, enrollment_id, plan, plan_version, decision, payable, reasons`.
    pub payouts: RecordBatch,
    /// A row for each benefit of a paid claim: `claim_id, benefit, gross, paid`.
    pub lines: RecordBatch,
    /// Each row that could not be decided, with the reason.
    pub rejects: Vec<Reject>,
}

/// The file or the batch that a row stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Input {
    /// The claims.
    Claims,
    /// The enrollments.
    Enrollments,
}

/// A row that could not be read or decided.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reject {
    /// Where it stands.
    pub input: Input,
    /// Its number; the first row after the header is row 1.
    pub row: u64,
    /// The column at fault.
    pub column: String,
    /// The value there, as it was given; empty if there is none.
    pub value: String,
    /// What is wrong with it.
    pub reason: Text,
}
