//! A CSV file, read by one thread at a time.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::builder::StringBuilder;
use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use csv::{ByteRecord, Reader, ReaderBuilder};

use crate::batch::door::Rows;
use crate::batch::files::fault::unreadable;
use crate::batch::files::open::opened;
use crate::batch::files::raw::Raw;
use crate::batch::{Input, Reject};
use crate::error::Error;
use crate::text::{Text, say};

/// The most bytes that one row may have: a quote that is never closed must not swallow the file.
const MOST_BYTES_OF_A_ROW: usize = 1 << 20;
/// A batch ends with the row that takes it beyond so many bytes.
const BYTES_OF_A_BATCH: usize = 8 << 20;
/// The most characters of a bad row that a reject repeats.
const MOST_SHOWN: usize = 200;
const BUFFER: usize = 1 << 18;

/// A CSV file whose header has been read.
#[derive(Debug)]
pub(super) struct Csv {
    path: PathBuf,
    input: Input,
    schema: SchemaRef,
}

/// The rows of a CSV file.
#[derive(Debug)]
pub(crate) struct CsvRows {
    path: PathBuf,
    input: Input,
    /// How many fields a row has.
    width: usize,
    /// The places of the columns that are read, and what they are called.
    columns: Vec<usize>,
    schema: SchemaRef,
    /// The most rows of a batch.
    most: usize,
    reader: Reader<Metered>,
    record: ByteRecord,
    /// The number of the last row, and where it begins in the file.
    row: u64,
    begins: u64,
    has_ended: bool,
}

impl Csv {
    pub(super) fn open(path: &Path, input: Input) -> Result<Csv, Error> {
        let mut reader = reader(path)?;
        let mut header = ByteRecord::new();
        if !read(&mut reader, &mut header, path, 0)? {
            let path = path.display();
            return Err(Error::input(say!("`{path}` 是空文件，没有列名", "`{path}` is empty: it has no header")));
        }
        let mut fields = Vec::new();
        for name in &header {
            let Ok(name) = std::str::from_utf8(name) else {
                let path = path.display();
                return Err(Error::input(say!(
                    "`{path}` 的列名不是 UTF-8 文本；请另存为 UTF-8",
                    "the header of `{path}` is not UTF-8; save the file as UTF-8"
                )));
            };
            fields.push(Field::new(name.trim(), DataType::Utf8, false));
        }
        if let [only] = &*fields
            && only.name().contains([';', '\t', '|'])
        {
            let path = path.display();
            return Err(Error::input(say!(
                "`{path}` 的列名之间没有逗号；请以逗号分隔各列",
                "the header of `{path}` has no comma; separate columns by commas"
            )));
        }
        Ok(Csv { path: path.to_owned(), input, schema: Arc::new(Schema::new(fields)) })
    }

    pub(super) fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    pub(super) fn rows(&self, columns: &[usize], most: usize) -> Result<CsvRows, Error> {
        let schema = self.schema.project(columns).map_err(|fault| Error::columns(Text::same(&fault.to_string())))?;
        let (mut reader, mut record) = (reader(&self.path)?, ByteRecord::new());
        read(&mut reader, &mut record, &self.path, 0)?;
        Ok(CsvRows {
            path: self.path.clone(),
            input: self.input,
            width: self.schema.fields().len(),
            columns: columns.to_vec(),
            schema: Arc::new(schema),
            most: most.max(1),
            reader,
            record,
            row: 0,
            begins: 0,
            has_ended: false,
        })
    }
}

impl CsvRows {
    /// The next rows; `None` after the last.
    pub(super) fn next(&mut self) -> Result<Option<Raw>, Error> {
        let mut columns: Vec<StringBuilder> = self.columns.iter().map(|_| StringBuilder::new()).collect();
        let (mut numbers, mut rejects) = (Vec::new(), Vec::new());
        let (mut read, mut bytes) = (0_usize, 0_usize);
        while read < self.most && bytes < BYTES_OF_A_BATCH && self.advance()? {
            read = read.saturating_add(1);
            bytes = bytes.saturating_add(self.record.as_slice().len());
            let wrong = self.give(&mut columns);
            if wrong.is_empty() {
                numbers.push(self.row);
            } else {
                rejects.extend(wrong);
            }
        }
        if read == 0 {
            return Ok(None);
        }
        let options = RecordBatchOptions::new().with_row_count(Some(numbers.len()));
        let columns = columns.into_iter().map(|mut column| -> ArrayRef { Arc::new(column.finish()) }).collect();
        let batch = RecordBatch::try_new_with_options(Arc::clone(&self.schema), columns, &options);
        let batch = batch.map_err(|fault| Error::columns(Text::same(&fault.to_string())))?;
        let read = u64::try_from(read).unwrap_or(u64::MAX);
        Ok(Some(Raw { batch, rows: in_a_row(numbers), rejects, read }))
    }

    /// Reads one more row; there is none if this is false.
    fn advance(&mut self) -> Result<bool, Error> {
        if self.has_ended {
            return Ok(false);
        }
        let begins = self.reader.position().byte();
        let row = self.row.saturating_add(1);
        if read(&mut self.reader, &mut self.record, &self.path, row)? {
            (self.row, self.begins) = (row, begins);
            return Ok(true);
        }
        self.has_ended = true;
        self.check_end()?;
        Ok(false)
    }

    /// The last row must not end inside a quoted field.
    fn check_end(&self) -> Result<(), Error> {
        let unreadable = |fault| unreadable(&self.path, &fault);
        let mut file = opened(&self.path)?;
        file.seek(SeekFrom::Start(self.begins)).map_err(unreadable)?;
        let mut last = Vec::new();
        let most = MOST_BYTES_OF_A_ROW.saturating_add(BUFFER).saturating_add(1);
        file.take(u64::try_from(most).unwrap_or(u64::MAX)).read_to_end(&mut last).map_err(unreadable)?;
        if !ends_in_quotes(&last) {
            return Ok(());
        }
        let (path, row) = (self.path.display(), self.row);
        Err(Error::input(say!(
            "`{path}` 第 {row} 行有引号未闭合",
            "row {row} of `{path}` opens a quote that is never closed"
        )))
    }

    /// Appends the fields that are read to their columns; or appends nothing and says what is wrong with the row.
    fn give(&self, columns: &mut [StringBuilder]) -> Vec<Reject> {
        if self.record.len() != self.width {
            return vec![self.misshapen()];
        }
        let whole = std::str::from_utf8(self.record.as_slice());
        let text = |place: &usize| match &whole {
            Ok(whole) => whole.get(self.record.range(*place)?),
            Err(_) => std::str::from_utf8(self.record.get(*place)?).ok(),
        };
        if self.columns.iter().all(|place| text(place).is_some()) {
            for (column, place) in columns.iter_mut().zip(&self.columns) {
                column.append_value(text(place).unwrap_or_default());
            }
            return Vec::new();
        }
        let bad = self.columns.iter().zip(self.schema.fields()).filter(|(place, _)| text(place).is_none());
        bad.map(|(place, field)| self.not_text(field.name(), self.record.get(*place).unwrap_or_default())).collect()
    }

    fn misshapen(&self) -> Reject {
        let (has, width) = (self.record.len(), self.width);
        let fields: Vec<_> = self.record.iter().map(String::from_utf8_lossy).collect();
        self.reject(
            "",
            &fields.join(","),
            say!("此行有 {has} 列，列名有 {width} 列", "the row has {has} fields, the header {width}"),
        )
    }

    fn not_text(&self, column: &str, value: &[u8]) -> Reject {
        self.reject(
            column,
            &String::from_utf8_lossy(value),
            say!("`{column}` 的值不是 UTF-8 文本", "the value of `{column}` is not UTF-8"),
        )
    }

    fn reject(&self, column: &str, value: &str, reason: Text) -> Reject {
        let value = match value.char_indices().nth(MOST_SHOWN) {
            Some((end, _)) => format!("{}…", value.get(..end).unwrap_or_default()),
            None => value.to_owned(),
        };
        Reject { input: self.input, row: self.row, column: column.to_owned(), value, reason: reason.on_one_line() }
    }
}

/// Row numbers in short, if none is missing between them.
fn in_a_row(numbers: Vec<u64>) -> Rows {
    match (numbers.first(), numbers.last(), u64::try_from(numbers.len())) {
        (Some(first), Some(last), Ok(count)) if last.saturating_sub(*first).saturating_add(1) == count => {
            Rows::From(*first)
        }
        (_, _, _) => Rows::These(numbers),
    }
}

/// Reads one row, the header being row 0; there is none if this is false.
fn read(reader: &mut Reader<Metered>, record: &mut ByteRecord, path: &Path, row: u64) -> Result<bool, Error> {
    reader.get_mut().refill();
    reader.read_byte_record(record).map_err(|fault| {
        let (text, path_text) = (fault.to_string(), path.display());
        match fault.into_kind() {
            csv::ErrorKind::Io(fault) if fault.kind() == io::ErrorKind::InvalidData => Error::input(say!(
                "`{path_text}` 第 {row} 行超过 1 MiB；是否有引号未闭合？",
                "row {row} of `{path_text}` has more than 1 MiB; is a quote not closed?"
            )),
            csv::ErrorKind::Io(fault) => unreadable(path, &fault),
            _ => Error::input(say!(
                "`{path_text}` 第 {row} 行读不出：{text}",
                "row {row} of `{path_text}` can not be read: {text}"
            )),
        }
    })
}

fn reader(path: &Path) -> Result<Reader<Metered>, Error> {
    let file = Metered { file: opened(path)?, left: 0 };
    Ok(ReaderBuilder::new().has_headers(false).flexible(true).buffer_capacity(BUFFER).from_reader(file))
}

/// A file that gives only so many bytes for one row.
#[derive(Debug)]
struct Metered {
    file: File,
    left: usize,
}

impl Metered {
    fn refill(&mut self) {
        self.left = MOST_BYTES_OF_A_ROW;
    }
}

impl Read for Metered {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let count = self.file.read(buffer)?;
        self.left = self.left.saturating_sub(count);
        Ok(count)
    }
}

/// Whether a row breaks off inside a quoted field.
fn ends_in_quotes(row: &[u8]) -> bool {
    #[derive(Clone, Copy, PartialEq)]
    enum At {
        Start,
        Plain,
        Quoted,
        /// After a quote inside a quoted field: the first of two, or the last of the field.
        Quote,
    }
    let after = |at: At, byte: &u8| match (at, byte) {
        (At::Quoted, b'"') => At::Quote,
        (At::Start | At::Quote, b'"') | (At::Quoted, _) => At::Quoted,
        (At::Start | At::Plain | At::Quote, b',' | b'\n' | b'\r') => At::Start,
        (At::Start | At::Plain | At::Quote, _) => At::Plain,
    };
    row.iter().fold(At::Start, after) == At::Quoted
}
