//! The file of rejected rows.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, StringArray, UInt64Array};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use parquet::arrow::ArrowWriter;

use crate::batch::Reject;
#[cfg(feature = "workbook")]
use crate::batch::files::excel::Excel;
use crate::batch::files::fault::{not_encoded, unwritable};
use crate::batch::files::join::parquet_fault;
use crate::batch::files::{ResultForm, json, open, sink};
use crate::error::Error;

/// Rows are encoded so many at a time.
const ROWS_OF_A_BLOCK: usize = 8_192;
/// A row group of Parquet has so many blocks.
const BLOCKS_OF_A_GROUP: usize = 16;

/// A file of rejected rows while it is written: `input, row, column, value, reason_zh, reason_en`.
pub(crate) struct RejectsFile {
    path: PathBuf,
    schema: SchemaRef,
    held: Vec<Reject>,
    blocks: usize,
    file: Writer,
}

enum Writer {
    Parquet(Box<ArrowWriter<BufWriter<File>>>),
    Csv(Box<csv::Writer<File>>),
    Json(BufWriter<File>),
    /// What is written when all rows are there.
    #[cfg(feature = "workbook")]
    Excel(Box<Excel>, File),
}

impl RejectsFile {
    /// Creates a file that is to have the other name; that name's ending says how it is written. CSV begins with the mark of UTF-8 if it is to.
    ///
    /// # Errors
    /// If the ending is not `.parquet`, `.csv`, `.jsonl` or `.xlsx`, or the file can not be created.
    pub(crate) fn create(path: &Path, named: &Path, is_marked: bool) -> Result<RejectsFile, Error> {
        let form = ResultForm::of(named).map_err(Error::output)?;
        let text = |name| Field::new(name, DataType::Utf8, false);
        let row = Field::new("row", DataType::UInt64, false);
        let fields = vec![text("input"), row, text("column"), text("value"), text("reason_zh"), text("reason_en")];
        let schema = Arc::new(Schema::new(fields));
        let mut file = open::created(path)?;
        let file = match form {
            ResultForm::Parquet => {
                let writer = sink::parquet_writer(BufWriter::new(file), &schema, &Arc::new(sink::properties()));
                Writer::Parquet(Box::new(writer.map_err(|fault| parquet_fault(path, fault))?))
            }
            ResultForm::Csv => {
                let mark = if is_marked { sink::MARK } else { &[] };
                file.write_all(mark).map_err(|fault| unwritable(path, &fault))?;
                let mut writer = sink::csv_writer(file);
                let names = schema.fields().iter().map(|field| field.name());
                writer.write_record(names).map_err(|fault| sink::csv_fault(path, fault))?;
                Writer::Csv(Box::new(writer))
            }
            ResultForm::Json => Writer::Json(BufWriter::new(file)),
            #[cfg(feature = "workbook")]
            ResultForm::Excel => {
                let excel = Excel::new(&schema).map_err(|fault| not_encoded(path, &fault))?;
                Writer::Excel(Box::new(excel), file)
            }
        };
        Ok(RejectsFile { path: path.to_owned(), schema, held: Vec::new(), blocks: 0, file })
    }

    /// Adds a row.
    ///
    /// # Errors
    /// If the file can not be written.
    pub(crate) fn add(&mut self, reject: Reject) -> Result<(), Error> {
        self.held.push(reject);
        if self.held.len() < ROWS_OF_A_BLOCK { Ok(()) } else { self.write() }
    }

    /// Writes what is left and ends the file.
    ///
    /// # Errors
    /// If the file can not be written.
    pub(crate) fn finish(mut self) -> Result<(), Error> {
        self.write()?;
        let path = &self.path;
        match self.file {
            Writer::Parquet(writer) => {
                let file = writer.into_inner().map_err(|fault| parquet_fault(path, fault))?;
                file.into_inner().map_err(|fault| unwritable(path, fault.error())).map(drop)
            }
            Writer::Csv(mut writer) => writer.flush().map_err(|fault| unwritable(path, &fault)),
            Writer::Json(mut writer) => writer.flush().map_err(|fault| unwritable(path, &fault)),
            #[cfg(feature = "workbook")]
            Writer::Excel(excel, mut file) => {
                let bytes = excel.bytes().map_err(|fault| not_encoded(path, &fault))?;
                file.write_all(&bytes).map_err(|fault| unwritable(path, &fault))
            }
        }
    }

    fn write(&mut self) -> Result<(), Error> {
        if self.held.is_empty() {
            return Ok(());
        }
        let rows = self.rows()?;
        self.held.clear();
        self.blocks = self.blocks.saturating_add(1);
        match &mut self.file {
            Writer::Parquet(writer) => {
                let written = writer.write(&rows);
                let is_full = self.blocks.checked_rem(BLOCKS_OF_A_GROUP) == Some(0);
                let written = written.and_then(|()| if is_full { writer.flush() } else { Ok(()) });
                written.map_err(|fault| parquet_fault(&self.path, fault))
            }
            Writer::Csv(writer) => sink::write_lines(writer, &rows).map_err(|fault| sink::csv_fault(&self.path, fault)),
            Writer::Json(writer) => json::write_lines(writer, &rows).map_err(|fault| unwritable(&self.path, &fault)),
            #[cfg(feature = "workbook")]
            Writer::Excel(excel, _) => excel.add(&rows, &self.path),
        }
    }

    fn rows(&self) -> Result<RecordBatch, Error> {
        let texts = |of: fn(&Reject) -> &str| -> ArrayRef {
            Arc::new(self.held.iter().map(|reject| Some(of(reject))).collect::<StringArray>())
        };
        let numbers: ArrayRef = Arc::new(UInt64Array::from_iter_values(self.held.iter().map(|reject| reject.row)));
        let columns = vec![
            texts(|reject| reject.input.name()),
            numbers,
            texts(|reject| &reject.column),
            texts(|reject| &reject.value),
            texts(|reject| &reject.reason.zh),
            texts(|reject| &reject.reason.en),
        ];
        RecordBatch::try_new(Arc::clone(&self.schema), columns).map_err(|fault| not_encoded(&self.path, &fault))
    }
}
