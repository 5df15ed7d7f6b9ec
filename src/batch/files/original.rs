//! Rows as they stand in their file, found again by number: so that a rejected row can be given back as it came.

use arrow_array::{Array, RecordBatch};
use arrow_schema::DataType;

use super::csv::CsvOriginals;
use super::office::Sheet;
use super::parquet::ParquetOriginals;
use crate::batch::ingest;
use crate::error::Error;

/// A row of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Original {
    /// Its values in the order of the columns; none if it has more or fewer than there are columns, so that nobody can say which is which.
    pub(crate) values: Option<Vec<String>>,
    /// The places of values that the file does not give for certain: a number that a sheet has cut, bytes that are no text.
    pub(crate) unread: Vec<usize>,
    /// The whole row, where it has no values or none that is read.
    pub(crate) whole: String,
    /// The line of the text on which it begins, and its row as a spreadsheet counts them.
    pub(crate) lines: Option<Lines>,
}

/// Where a row stands in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Lines {
    pub(crate) of_text: u64,
    pub(crate) of_sheet: u64,
}

/// The rows of a file, each of which can be asked for once, in order.
pub(crate) enum Originals<'s> {
    Parquet(Box<ParquetOriginals<'s>>),
    Csv(Box<CsvOriginals>),
    Sheet(&'s Sheet),
}

impl Originals<'_> {
    /// The row of this number, which is higher than that of the row before; none if there are not so many.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub(crate) fn find(&mut self, row: u64) -> Result<Option<Original>, Error> {
        match self {
            Originals::Parquet(rows) => rows.find(row),
            Originals::Csv(rows) => rows.find(row),
            Originals::Sheet(sheet) => Ok(sheet.original(row)),
        }
    }
}

/// Values as a row of CSV.
#[expect(single_use_lifetimes, reason = "the lifetime of an item of `impl Iterator` has to be named")]
pub(super) fn on_one_line<'v>(values: impl Iterator<Item = &'v str>) -> String {
    let quoted = |value: &str| {
        if value.contains([',', '"', '\n', '\r']) {
            format!("\"{}\"", value.replace('"', "\"\""))
        } else {
            value.to_owned()
        }
    };
    values.map(quoted).collect::<Vec<_>>().join(",")
}

/// A row of columns as texts.
pub(super) fn of_columns(batch: &RecordBatch, row: usize) -> Original {
    let values = batch.columns().iter().map(|column| {
        let text = ingest::text_at(column, row);
        match column.data_type() {
            // a day is given as a moment where a column has moments; a text of it is read as a day again
            DataType::Timestamp(..) => text.strip_suffix("T00:00:00").map_or_else(|| text.clone(), str::to_owned),
            _ => text,
        }
    });
    Original { values: Some(values.collect()), unread: Vec::new(), whole: String::new(), lines: None }
}
