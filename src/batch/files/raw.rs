//! Rows of a file as they are written there.

use arrow_array::RecordBatch;

use crate::batch::Reject;
use crate::batch::ingest::{Ingest, Passed, Rows};
use crate::error::Error;

/// Some rows, as they come.
#[derive(Debug)]
pub(crate) struct Raw {
    /// The columns that were asked for.
    pub(crate) batch: RecordBatch,
    /// The numbers of its rows.
    pub(crate) rows: Rows,
    /// The rows that are in no batch: not UTF-8, or with too many or too few fields.
    pub(crate) rejects: Vec<Reject>,
    /// How many rows of the file this is, rejected ones included.
    pub(crate) read: u64,
}

impl Raw {
    /// The plain rows, with what ingest rejects besides.
    ///
    /// # Errors
    /// Those of [`Ingest::read`].
    pub(crate) fn through(&self, ingest: &Ingest) -> Result<Passed, Error> {
        let mut passed = ingest.read_rows(&self.batch, &self.rows)?;
        if !self.rejects.is_empty() {
            passed.rejects.extend(self.rejects.iter().cloned());
            passed.rejects.sort();
        }
        Ok(passed)
    }
}
