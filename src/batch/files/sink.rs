//! Results as they are written to a file, part by part.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::{Array, RecordBatch};
use arrow_schema::{DataType, SchemaRef};
use csv::{QuoteStyle, Terminator, WriterBuilder};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::Compression;
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesPtr};
use parquet::schema::types::ColumnPath;

use crate::batch::files::cells::{Cells, write_amount};
#[cfg(feature = "workbook")]
use crate::batch::files::excel::Excel;
use crate::batch::files::fault::not_encoded;
use crate::batch::files::open::written;
use crate::batch::files::style::Style;
use crate::batch::files::{ResultForm, join, json};
use crate::batch::headings::{Heading, USUAL_WIDTH};
use crate::batch::words::Words;
use crate::error::Error;
use crate::foreign::no_formula;
use crate::text::{Language, Text, say};

/// The columns with few values, for which a dictionary is smaller and quicker.
const REPEATED: [&str; 8] =
    ["plan", "plan_version", "decision", "reasons", "pack_fingerprint", "benefit", "column", "reason"];

/// By which spreadsheets know that a text is UTF-8.
pub(super) const MARK: &[u8] = "\u{feff}".as_bytes();

/// Encodes rows for one file. Several threads may use it at once; the same rows give the same bytes.
#[derive(Debug)]
pub(crate) struct Sink {
    path: PathBuf,
    form: ResultForm,
    schema: SchemaRef,
    properties: WriterPropertiesPtr,
    style: Style,
}

/// What stands above a column, and how wide it is in a sheet.
#[derive(Debug, Clone)]
pub(super) struct Head {
    pub(super) called: String,
    #[cfg_attr(not(feature = "workbook"), expect(dead_code, reason = "only a sheet has widths"))]
    pub(super) width: u8,
    /// Whether people type ids there: a long number then keeps all of its digits.
    #[cfg_attr(not(feature = "workbook"), expect(dead_code, reason = "only a sheet has formats"))]
    pub(super) is_id: bool,
}

impl Sink {
    /// For a file of this name, `.parquet`, `.csv`, `.jsonl` or `.xlsx`, with these columns.
    ///
    /// # Errors
    /// If the name has another ending, or a column cannot be written so.
    pub(crate) fn new(path: &Path, schema: &SchemaRef) -> Result<Sink, Error> {
        let form = ResultForm::of(path).map_err(Error::output)?;
        for field in schema.fields() {
            if !matches!(field.data_type(), DataType::Utf8 | DataType::UInt64 | DataType::Decimal128(_, 0..)) {
                let (name, kind) = (field.name(), field.data_type());
                return Err(Error::output(say!(
                    "列 `{name}`（{kind}）无法写出",
                    "the column `{name}` ({kind}) cannot be written"
                )));
            }
        }
        let (path, schema, properties) = (path.to_owned(), Arc::clone(schema), Arc::new(properties()));
        Ok(Sink { path, form, schema, properties, style: Style::of(Words::in_language(Language::En)) })
    }

    /// The same written so.
    pub(crate) fn styled(self, style: &Style) -> Sink {
        Sink { style: style.clone(), ..self }
    }

    /// That of its titles and words; none if it has names and codes.
    pub(crate) fn language(&self) -> Option<Language> {
        self.form.has_words(self.style.headers).then(|| self.style.words.language())
    }

    /// The language of those who read it, where it has words.
    pub(crate) fn speaks(&self) -> Language {
        self.style.words.language()
    }

    /// The file that it is for.
    #[must_use]
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The bytes of a part of the file: a Parquet file of one row group, or lines without header.
    ///
    /// # Errors
    /// If the columns are other than those that were said.
    pub(crate) fn part(&self, rows: &RecordBatch) -> Result<Vec<u8>, Error> {
        let columns = |schema: &SchemaRef| -> Vec<(String, DataType)> {
            schema.fields().iter().map(|field| (field.name().clone(), field.data_type().clone())).collect()
        };
        if columns(&rows.schema()) != columns(&self.schema) {
            return Err(not_encoded(&self.path, &"its columns have changed"));
        }
        let rows = &*self.in_words(rows)?;
        match self.form {
            ResultForm::Parquet => self.row_group(rows).map_err(|fault| not_encoded(&self.path, &fault)),
            ResultForm::Csv => self.lines(rows).map_err(|fault| not_encoded(&self.path, &fault)),
            ResultForm::Json => self.lines_of_json(rows),
            // rows of a sheet wait as lines until all are there
            #[cfg(feature = "workbook")]
            ResultForm::Excel => self.lines_of_json(rows),
        }
    }

    /// The rows as the file says them.
    fn in_words<'r>(&self, rows: &'r RecordBatch) -> Result<Cow<'r, RecordBatch>, Error> {
        if self.language().is_none() {
            return Ok(Cow::Borrowed(rows));
        }
        self.style.words.put_in(rows).map(Cow::Owned).map_err(|fault| not_encoded(&self.path, &fault))
    }

    fn heads(&self) -> Vec<Head> {
        let head = |name: &String| {
            let heading = Heading::of(name);
            let title = heading.zip(self.language()).map(|(heading, language)| heading.title(language).to_owned());
            let width = heading.map_or(USUAL_WIDTH, Heading::width);
            Head { called: title.unwrap_or_else(|| name.clone()), width, is_id: false }
        };
        self.schema.fields().iter().map(|field| head(field.name())).collect()
    }

    fn lines_of_json(&self, rows: &RecordBatch) -> Result<Vec<u8>, Error> {
        let mut bytes = Vec::new();
        json::write_lines(&mut bytes, rows).map_err(|fault| not_encoded(&self.path, &fault))?;
        Ok(bytes)
    }

    /// Writes a file of these rows alone.
    ///
    /// # Errors
    /// If the columns are other than those that were said, or the file cannot be written.
    pub(crate) fn whole(&self, rows: &RecordBatch, to: &Path) -> Result<(), Error> {
        written(to, &self.bytes(rows, to)?)
    }

    /// The bytes of a file of these rows alone.
    ///
    /// # Errors
    /// If the columns are other than those that were said.
    pub(crate) fn bytes(&self, rows: &RecordBatch, to: &Path) -> Result<Vec<u8>, Error> {
        let mut bytes = match self.form {
            ResultForm::Parquet | ResultForm::Json => Vec::new(),
            #[cfg(feature = "workbook")]
            ResultForm::Excel => return self.workbook(to, |excel| excel.add(&*self.in_words(rows)?, to)),
            ResultForm::Csv => self.header().map_err(|fault| not_encoded(to, &fault))?,
        };
        bytes.extend(self.part(rows)?);
        Ok(bytes)
    }

    /// Writes a file of all parts in their order, in Parquet with the manifest; `each` hears the number of every part that is done and may stop it.
    ///
    /// # Errors
    /// If a part cannot be read or the file not be written, and what `each` says.
    pub(crate) fn join(
        &self,
        parts: &[PathBuf],
        to: &Path,
        manifest: &str,
        each: &mut dyn FnMut(usize) -> Result<(), Error>,
    ) -> Result<(), Error> {
        match self.form {
            ResultForm::Parquet => join::row_groups(&self.schema, &self.properties, parts, to, manifest, each),
            ResultForm::Csv => {
                let header = self.header().map_err(|fault| not_encoded(to, &fault))?;
                join::lines(&header, parts, to, each)
            }
            ResultForm::Json => join::lines(&[], parts, to, each),
            #[cfg(feature = "workbook")]
            ResultForm::Excel => {
                let bytes = self.workbook(to, |excel| {
                    let mut parts = parts.iter().enumerate();
                    parts.try_for_each(|(number, part)| excel.add_part(part, to).and_then(|()| each(number)))
                })?;
                written(to, &bytes)
            }
        }
    }

    /// What its sheet is called.
    #[cfg(feature = "workbook")]
    fn sheet(&self) -> Text {
        let has = |name: &str| self.schema.column_with_name(name).is_some();
        if has("decision") {
            say!("审核结果", "payouts")
        } else if has("benefit") {
            say!("明细", "lines")
        } else if has("difference") {
            say!("差异", "differences")
        } else {
            say!("附注", "notes")
        }
    }

    /// A workbook of the rows that are added.
    #[cfg(feature = "workbook")]
    fn workbook(&self, to: &Path, fill: impl FnOnce(&mut Excel) -> Result<(), Error>) -> Result<Vec<u8>, Error> {
        let fault = |fault| not_encoded(to, &fault);
        let mut excel = Excel::new(&self.schema, &self.heads()).map_err(fault)?;
        if let Some(language) = self.language() {
            excel = excel.called(self.sheet().in_language(language)).map_err(fault)?;
        }
        fill(&mut excel)?;
        excel.bytes().map_err(fault)
    }

    fn row_group(&self, rows: &RecordBatch) -> parquet::errors::Result<Vec<u8>> {
        let mut writer = parquet_writer(Vec::new(), &self.schema, &self.properties)?;
        writer.write(rows)?;
        writer.into_inner()
    }

    fn header(&self) -> csv::Result<Vec<u8>> {
        let mark = if self.style.is_marked { MARK } else { &[] };
        let mut writer = csv_writer(mark.to_vec());
        write_header(&mut writer, &self.heads(), self.style.is_spreadsheet_safe)?;
        finished(writer)
    }

    fn lines(&self, rows: &RecordBatch) -> csv::Result<Vec<u8>> {
        let mut writer = csv_writer(Vec::with_capacity(rows.num_rows().saturating_mul(64)));
        write_lines(&mut writer, rows, self.style.is_spreadsheet_safe)?;
        finished(writer)
    }
}

/// How Parquet is written: by name and version of the program, and without a word of when.
pub(super) fn properties() -> WriterProperties {
    let plain = WriterProperties::builder()
        .set_created_by(concat!("huzhu version ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_compression(Compression::SNAPPY)
        .set_statistics_enabled(EnabledStatistics::None)
        .set_offset_index_disabled(true)
        .set_dictionary_enabled(false)
        .set_max_row_group_row_count(None)
        .set_max_row_group_bytes(None);
    let repeated = REPEATED.into_iter().map(ColumnPath::from);
    repeated.fold(plain, |plain, column| plain.set_column_dictionary_enabled(column, true)).build()
}

pub(super) fn parquet_writer<W: std::io::Write + Send>(
    to: W,
    schema: &SchemaRef,
    properties: &WriterPropertiesPtr,
) -> parquet::errors::Result<ArrowWriter<W>> {
    let options = ArrowWriterOptions::new().with_properties((**properties).clone()).with_skip_arrow_metadata(true);
    ArrowWriter::try_new_with_options(to, Arc::clone(schema), options)
}

/// A header alone, which spreadsheets know to be UTF-8.
pub(crate) fn csv_header(titles: &[&str], path: &Path) -> Result<Vec<u8>, Error> {
    let mut writer = csv_writer(MARK.to_vec());
    writer.write_record(titles).and_then(|()| finished(writer)).map_err(|fault| csv_fault(path, fault))
}

/// Lines end with a line feed; a field is quoted where it has to be.
pub(super) fn csv_writer<W: std::io::Write>(to: W) -> csv::Writer<W> {
    WriterBuilder::new().terminator(Terminator::Any(b'\n')).quote_style(QuoteStyle::Necessary).from_writer(to)
}

fn finished(writer: csv::Writer<Vec<u8>>) -> csv::Result<Vec<u8>> {
    writer.into_inner().map_err(|fault| fault.into_error().into())
}

/// Writes what stands above the columns.
pub(super) fn write_header<W: std::io::Write>(
    writer: &mut csv::Writer<W>,
    heads: &[Head],
    is_spreadsheet_safe: bool,
) -> csv::Result<()> {
    for head in heads {
        write_text(writer, &head.called, is_spreadsheet_safe)?;
    }
    writer.write_record(None::<&[u8]>)
}

fn write_text<W: std::io::Write>(
    writer: &mut csv::Writer<W>,
    text: &str,
    is_spreadsheet_safe: bool,
) -> csv::Result<()> {
    if is_spreadsheet_safe { writer.write_field(&*no_formula(text)) } else { writer.write_field(text) }
}

/// Writes rows as lines: texts and whole numbers as they are, amounts as plain decimals.
pub(super) fn write_lines<W: std::io::Write>(
    writer: &mut csv::Writer<W>,
    rows: &RecordBatch,
    is_spreadsheet_safe: bool,
) -> csv::Result<()> {
    let columns: Vec<Cells<'_>> = rows.columns().iter().map(Cells::of).collect();
    let mut field = String::new();
    for row in 0..rows.num_rows() {
        for column in &columns {
            match column {
                Cells::Texts(texts) if texts.is_valid(row) => {
                    write_text(writer, texts.value(row), is_spreadsheet_safe)?;
                }
                Cells::Numbers(numbers) if numbers.is_valid(row) => {
                    field.clear();
                    let _infallible = write!(field, "{}", numbers.value(row));
                    writer.write_field(&field)?;
                }
                Cells::Amounts(amounts, places) if amounts.is_valid(row) => {
                    field.clear();
                    write_amount(&mut field, amounts.value(row), *places);
                    writer.write_field(&field)?;
                }
                Cells::Texts(_) | Cells::Numbers(_) | Cells::Amounts(..) | Cells::Other => {
                    writer.write_field("")?;
                }
            }
        }
        writer.write_record(None::<&[u8]>)?;
    }
    Ok(())
}

/// What went wrong while a text file was written.
pub(super) fn csv_fault(path: &Path, fault: csv::Error) -> Error {
    let text = fault.to_string();
    match fault.into_kind() {
        csv::ErrorKind::Io(fault) => crate::batch::files::fault::unwritable(path, &fault),
        _ => Error::output(Text::same(&text)),
    }
}
