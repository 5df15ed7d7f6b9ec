//! The file of rejected rows of an input: each as it came, and what is wrong with it.

use std::collections::BTreeSet;
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
use crate::batch::files::sink::Head;
use crate::batch::files::style::Style;
use crate::batch::files::{Original, ResultForm, json, open, sink};
use crate::batch::headings::{ADDED, Heading, USUAL_WIDTH};
use crate::batch::ingest::added;
use crate::disk::fs::File;
use crate::error::Error;
use crate::text::Language;
#[cfg(feature = "workbook")]
use crate::text::say;

/// Rows are encoded so many at a time, or so many bytes.
const ROWS_OF_A_BLOCK: usize = 8_192;
const BYTES_OF_A_BLOCK: usize = 1 << 20;
/// A row group of Parquet has so many blocks.
const BLOCKS_OF_A_GROUP: usize = 16;

/// A file of rejected rows while it is written: the columns of the input, then those of [`ADDED`].
pub(crate) struct RejectsFile {
    path: PathBuf,
    /// The columns of the input that are repeated, by place.
    repeated: Vec<usize>,
    schema: SchemaRef,
    held: Vec<Row>,
    held_bytes: usize,
    blocks: usize,
    is_spreadsheet_safe: bool,
    language: Language,
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

/// A rejected row.
struct Row {
    /// In the order of the repeated columns; empty if it has more or fewer values than there are columns.
    values: Vec<String>,
    number: u64,
    line: Option<u64>,
    cell: String,
    column: String,
    value: String,
    reason: String,
}

impl RejectsFile {
    /// Creates a file that is to have the other name, which says by its ending how it is written, for rows with these columns, some of which hold ids.
    ///
    /// # Errors
    /// If the ending is none of results, or the file cannot be created.
    pub(crate) fn create(
        path: &Path,
        named: &Path,
        columns: &[String],
        repeated: Vec<usize>,
        ids: &BTreeSet<usize>,
        style: &Style,
    ) -> Result<RejectsFile, Error> {
        let form = ResultForm::of(named).map_err(Error::output)?;
        let (language, is_spreadsheet_safe) = (style.words.language(), style.is_spreadsheet_safe);
        let originals: Vec<String> = repeated.iter().filter_map(|place| columns.get(*place).cloned()).collect();
        let added = added::called(&originals, form.has_titles_for_rejects(style.headers).then_some(language));
        let widths = originals.iter().map(|_| USUAL_WIDTH).chain(ADDED.iter().map(Heading::width));
        let are_ids = repeated.iter().map(|place| ids.contains(place)).chain(ADDED.iter().map(|_| false));
        let heads = originals.iter().chain(&added).zip(widths).zip(are_ids);
        let heads: Vec<Head> =
            heads.map(|((called, width), is_id)| Head { called: called.clone(), width, is_id }).collect();
        let added = added.into_iter().enumerate().map(|(number, name)| match number {
            0 => Field::new(name, DataType::UInt64, false),
            1 => Field::new(name, DataType::UInt64, true),
            _ => Field::new(name, DataType::Utf8, false),
        });
        let fields = originals.iter().map(|name| Field::new(name, DataType::Utf8, true)).chain(added);
        let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        let mut file = open::created(path)?;
        let file = match form {
            ResultForm::Parquet => {
                let writer = sink::parquet_writer(BufWriter::new(file), &schema, &Arc::new(sink::properties()));
                Writer::Parquet(Box::new(writer.map_err(|fault| parquet_fault(path, fault))?))
            }
            ResultForm::Csv => {
                let mark = if style.is_marked { sink::MARK } else { &[] };
                file.write_all(mark).map_err(|fault| unwritable(path, &fault))?;
                let mut writer = sink::csv_writer(file);
                sink::write_header(&mut writer, &heads, is_spreadsheet_safe)
                    .map_err(|fault| sink::csv_fault(path, fault))?;
                Writer::Csv(Box::new(writer))
            }
            ResultForm::Json => Writer::Json(BufWriter::new(file)),
            #[cfg(feature = "workbook")]
            ResultForm::Excel => {
                let mut excel = Excel::new(&schema, &heads).map_err(|fault| not_encoded(path, &fault))?;
                if form.has_words(style.headers) {
                    let name = say!("退回", "rejected");
                    excel = excel.called(name.in_language(language)).map_err(|fault| not_encoded(path, &fault))?;
                }
                Writer::Excel(Box::new(excel), file)
            }
        };
        let (path, held) = (path.to_owned(), Vec::new());
        Ok(RejectsFile { path, repeated, schema, held, held_bytes: 0, blocks: 0, is_spreadsheet_safe, language, file })
    }

    /// Adds a row with its line in the file, and all that is wrong with it, and the cell of each.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub(crate) fn add(
        &mut self,
        original: &Original,
        line: Option<u64>,
        faults: &[(Reject, String)],
    ) -> Result<(), Error> {
        let row = self.row(original, line, faults);
        self.held_bytes = self.held_bytes.saturating_add(row.bytes());
        self.held.push(row);
        let is_full = self.held.len() >= ROWS_OF_A_BLOCK || self.held_bytes >= BYTES_OF_A_BLOCK;
        if is_full { self.write() } else { Ok(()) }
    }

    fn row(&self, original: &Original, line: Option<u64>, faults: &[(Reject, String)]) -> Row {
        let values = original.values.as_ref().map(|values| {
            let repeated = self.repeated.iter().map(|place| values.get(*place).cloned().unwrap_or_default());
            repeated.collect()
        });
        let list = |of: &dyn Fn(&Reject) -> String, joint| {
            faults.iter().map(|(fault, _)| of(fault)).collect::<Vec<_>>().join(joint)
        };
        let cells = faults.iter().map(|(_, cell)| cell.as_str()).filter(|cell| !cell.is_empty());
        let several = faults.len() > 1;
        let (colon, joint) = match self.language {
            Language::Zh => ("：", "；"),
            Language::En => (": ", "; "),
        };
        let reason = |Reject { column, reason, .. }: &Reject| {
            let (reason, named) = (reason.in_language(self.language), format!("`{column}`"));
            let says_its_column = column.is_empty() || reason.contains(&named);
            if several && !says_its_column { format!("{named}{colon}{reason}") } else { reason.to_owned() }
        };
        Row {
            value: if original.whole.is_empty() {
                list(&|fault| fault.value.clone(), "; ")
            } else {
                original.whole.clone()
            },
            values: values.unwrap_or_default(),
            number: faults.first().map_or(0, |(fault, _)| fault.row),
            line,
            cell: cells.collect::<Vec<_>>().join("; "),
            column: list(&|fault| fault.column.clone(), "; "),
            reason: list(&reason, joint),
        }
    }

    /// Writes what is left and ends the file.
    ///
    /// # Errors
    /// If the file cannot be written.
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
        self.held_bytes = 0;
        self.blocks = self.blocks.saturating_add(1);
        match &mut self.file {
            Writer::Parquet(writer) => {
                let written = writer.write(&rows);
                let is_full = self.blocks.checked_rem(BLOCKS_OF_A_GROUP) == Some(0);
                let written = written.and_then(|()| if is_full { writer.flush() } else { Ok(()) });
                written.map_err(|fault| parquet_fault(&self.path, fault))
            }
            Writer::Csv(writer) => sink::write_lines(writer, &rows, self.is_spreadsheet_safe)
                .map_err(|fault| sink::csv_fault(&self.path, fault)),
            Writer::Json(writer) => json::write_lines(writer, &rows).map_err(|fault| unwritable(&self.path, &fault)),
            #[cfg(feature = "workbook")]
            Writer::Excel(excel, _) => excel.add(&rows, &self.path),
        }
    }

    fn rows(&self) -> Result<RecordBatch, Error> {
        let held = || self.held.iter();
        let originals = (0..self.repeated.len()).map(|place| -> ArrayRef {
            let given = held().map(|row| row.values.get(place).map(String::as_str).filter(|text| !text.is_empty()));
            Arc::new(given.collect::<StringArray>())
        });
        let texts = |of: fn(&Row) -> &str| -> ArrayRef { Arc::new(StringArray::from_iter_values(held().map(of))) };
        let added: [ArrayRef; ADDED.len()] = [
            Arc::new(UInt64Array::from_iter_values(held().map(|row| row.number))),
            Arc::new(held().map(|row| row.line).collect::<UInt64Array>()),
            texts(|row| &row.cell),
            texts(|row| &row.column),
            texts(|row| &row.value),
            texts(|row| &row.reason),
        ];
        let columns: Vec<ArrayRef> = originals.chain(added).collect();
        RecordBatch::try_new(Arc::clone(&self.schema), columns).map_err(|fault| not_encoded(&self.path, &fault))
    }
}

impl Row {
    fn bytes(&self) -> usize {
        let Row { cell, column, value, reason, .. } = self;
        let said = [cell, column, value, reason];
        self.values.iter().chain(said).map(|text| text.len().saturating_add(16)).fold(0, usize::saturating_add)
    }
}
