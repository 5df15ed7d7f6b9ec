//! What is to be said of a row of the recorded payouts: it could not be read, or not as it stands.

use crate::batch::Reject;
use crate::batch::files::Positions;
use crate::text::{Text, say};

/// A row that was rejected or put right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Its number; the first row after the header is row 1.
    pub row: u64,
    /// The claim; empty if it is not known.
    pub claim: String,
    /// The column at fault.
    pub column: String,
    /// The value as it stands there.
    pub value: String,
    /// What it was read as, in fen; none if it was rejected.
    pub read_as: Option<i64>,
    /// Why it was rejected, or what was put right.
    pub reason: Text,
}

impl Note {
    pub(super) fn refused(row: u64, column: &str, claim: &str, value: &str, reason: Text) -> Note {
        let (claim, column, value) = (claim.to_owned(), column.to_owned(), value.to_owned());
        Note { row, claim, column, value, read_as: None, reason }
    }

    pub(super) fn put_right(row: u64, column: &str, claim: &str, value: &str, fen: i64, said: Text) -> Note {
        Note { read_as: Some(fen), ..Note::refused(row, column, claim, value, said) }
    }

    /// The same, with the cell in its reason.
    pub(super) fn located(self, positions: &Positions) -> Note {
        let (cell, Text { zh, en }) = (positions.cell(self.row, &self.column), &self.reason);
        Note { reason: say!("{zh}（单元格 `{cell}`）", "{en} (cell `{cell}`)"), ..self }
    }

    /// A row that the file itself does not give.
    pub(super) fn unread(reject: Reject) -> Note {
        let Reject { row, column, value, reason, .. } = reject;
        Note { row, claim: String::new(), column, value, read_as: None, reason }
    }

    /// Whether the row was rejected.
    #[must_use]
    pub fn is_rejected(&self) -> bool {
        self.read_as.is_none()
    }
}
