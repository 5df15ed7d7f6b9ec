//! What is given of some members: all their claims and enrollments.

use arrow_array::RecordBatch;

/// Plain columns, as ingest gives them.
#[derive(Clone, Copy)]
pub(crate) struct Given<'a> {
    pub(crate) claims: &'a RecordBatch,
    /// Of rejected rows what says whose claim they are; see [`super::refused`].
    pub(crate) refused: &'a RecordBatch,
    pub(crate) enrollments: &'a RecordBatch,
    /// Whether an input is a file of rejected rows: what else the members have is not there.
    pub(crate) is_apart: bool,
}
