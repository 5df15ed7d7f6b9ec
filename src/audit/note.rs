//! What is to be said of a row of the recorded payouts: it could not be read, or not as it stands.

use std::path::Path;
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, StringArray, UInt64Array};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};

use super::difference;
use crate::batch::files::{Positions, Sink};
use crate::batch::{AllAccounts, Consumer, DecidedAccounts, Reject, Sealing};
use crate::error::Error;
use crate::text::{Language, Text, say};

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

/// The file of what is to be said of rows.
pub(super) struct Notes<'a> {
    pub(super) notes: &'a [Note],
    pub(super) sink: &'a Sink,
}

impl Consumer for Notes<'_> {
    fn holds(&self) -> &'static str {
        "notes"
    }

    fn path(&self) -> &Path {
        self.sink.path()
    }

    /// Nothing that is decided changes what is said of the records.
    fn see(&self, _accounts: DecidedAccounts<'_>, _part: &mut Sealing) -> Result<u64, Error> {
        Ok(0)
    }

    fn write(&self, _all: &AllAccounts<'_>, to: &Path, _manifest: &str) -> Result<(), Error> {
        let rows = rows(self.notes, self.sink.speaks());
        self.sink.whole(&rows.map_err(|fault| Error::output(Text::same(&fault.to_string())))?, to)
    }
}

/// The columns of the file of notes.
pub(super) fn schema() -> SchemaRef {
    let text = |name| Field::new(name, DataType::Utf8, false);
    Arc::new(Schema::new(vec![
        Field::new("row", DataType::UInt64, false),
        text("claim_id"),
        text("column"),
        text("value"),
        Field::new("read_as", DataType::Decimal128(18, 2), true),
        text("reason"),
    ]))
}

/// Notes as rows of their file.
fn rows(notes: &[Note], language: Language) -> Result<RecordBatch, ArrowError> {
    let text =
        |of: &dyn Fn(&'_ Note) -> String| -> ArrayRef { Arc::new(StringArray::from_iter_values(notes.iter().map(of))) };
    let columns: Vec<ArrayRef> = vec![
        Arc::new(UInt64Array::from_iter_values(notes.iter().map(|note| note.row))),
        text(&|note| note.claim.clone()),
        text(&|note| note.column.clone()),
        text(&|note| note.value.clone()),
        difference::amounts(notes.iter().map(|note| note.read_as))?,
        text(&|note| note.reason.in_language(language).to_owned()),
    ];
    RecordBatch::try_new(schema(), columns)
}
