//! A CSV file, read by one thread at a time.

use std::cmp::Ordering;
use std::fmt;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::builder::StringBuilder;
use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use csv::{ByteRecord, Reader, ReaderBuilder};
use flate2::bufread::MultiGzDecoder;

use crate::batch::files::encoding::{self, Encoding};
use crate::batch::files::fault::unreadable;
use crate::batch::files::header::{self, Knows};
use crate::batch::files::intake::Intake;
use crate::batch::files::open::{Steady, opened};
use crate::batch::files::original::{Lines, Original};
use crate::batch::files::raw::Raw;
use crate::batch::ingest::Rows;
use crate::batch::{Input, Reject};
use crate::error::{Error, Remedy};
use crate::text::{Text, say};

/// The most bytes that one row may have: a quote that is never closed must not swallow the file.
const MOST_BYTES_OF_A_ROW: usize = 1 << 20;
/// A batch ends with the row that takes it beyond so many bytes.
const BYTES_OF_A_BATCH: usize = 8 << 20;
/// The most characters of a bad row that a reject repeats.
const MOST_SHOWN: usize = 200;
const BUFFER: usize = 1 << 18;

/// What columns may be parted by; where a header has as many of two, by the first of them.
const SEPARATORS: [u8; 3] = [b',', b';', b'\t'];

/// A CSV file whose header has been read.
#[derive(Debug)]
pub(super) struct Csv {
    form: TextForm,
    input: Input,
    schema: SchemaRef,
}

/// What is found where a header is looked for.
enum Sought {
    /// The row, its number as a spreadsheet counts, and how many rows that are not empty end with it.
    Row { header: ByteRecord, row: u64, rows: u32 },
    /// An empty line.
    Blank,
    /// The end of the file.
    Beyond,
}

/// How a text file is written.
#[derive(Debug, Clone)]
pub(super) struct TextForm {
    path: PathBuf,
    is_packed: bool,
    pub(super) encoding: Encoding,
    pub(super) separator: u8,
    /// The header's row as a spreadsheet counts, from 1.
    header_row: u64,
    /// How many rows that are not empty end with the header.
    rows_to_header: u32,
}

/// The rows of a CSV file.
#[derive(Debug)]
pub(crate) struct CsvRows {
    form: TextForm,
    input: Input,
    /// How many fields a row has; those beyond are empty.
    width: usize,
    /// The places of the columns that are read, and what they are called.
    columns: Vec<usize>,
    schema: SchemaRef,
    /// The most rows of a batch.
    most: usize,
    reader: Reader<Metered>,
    record: ByteRecord,
    /// The number of the last row, and where it begins in the text.
    row: u64,
    begins: u64,
    has_ended: bool,
}

impl Csv {
    pub(super) fn open(path: &Path, input: Input, intake: &Intake, knows: Knows<'_>) -> Result<Csv, Error> {
        let mut form = TextForm::of(path, intake)?;
        let header = form.find_header(intake, knows)?;
        let mut fields = Vec::new();
        for name in header.iter().take(named(&header)) {
            let Ok(name) = std::str::from_utf8(name) else { return Err(form.header_is_no_text()) };
            fields.push(Field::new(name.trim(), DataType::Utf8, false));
        }
        if let [only] = &*fields
            && only.name().contains('|')
        {
            let path = path.display();
            return Err(Error::input(say!(
                "`{path}` 的列名之间没有逗号；请以逗号分隔各列",
                "the header of `{path}` has no comma; separate columns by commas"
            )));
        }
        Ok(Csv { form, input, schema: Arc::new(Schema::new(fields)) })
    }

    pub(super) fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    pub(super) fn form(&self) -> &TextForm {
        &self.form
    }

    pub(super) fn rows(&self, columns: &[usize], most: usize) -> Result<CsvRows, Error> {
        let schema = self.schema.project(columns).map_err(|fault| Error::columns(Text::same(&fault.to_string())))?;
        let (mut reader, mut record) = (self.form.reader(self.form.separator)?, ByteRecord::new());
        for _ in 0..self.form.rows_to_header {
            read(&mut reader, &mut record, &self.form, 0)?;
        }
        Ok(CsvRows {
            form: self.form.clone(),
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

impl Csv {
    /// The rows once more, with all columns.
    pub(super) fn originals(&self) -> Result<CsvOriginals, Error> {
        let mut rows = Placed::of(&self.form, self.form.separator)?;
        for _ in 0..self.form.rows_to_header {
            rows.read(&self.form, 0)?;
        }
        Ok(CsvOriginals { form: self.form.clone(), width: self.schema.fields().len(), rows, row: 0 })
    }
}

/// The rows of a CSV file, looked for by number.
#[derive(Debug)]
pub(crate) struct CsvOriginals {
    form: TextForm,
    width: usize,
    rows: Placed,
    row: u64,
}

impl CsvOriginals {
    pub(super) fn find(&mut self, row: u64) -> Result<Option<Original>, Error> {
        while self.row < row {
            let next = self.row.saturating_add(1);
            if !self.rows.read(&self.form, next)? {
                return Ok(None);
            }
            self.row = next;
        }
        let record = &self.rows.record;
        let is_misshapen = is_misshapen(record, self.width);
        let text = |field: &[u8]| String::from_utf8_lossy(field).into_owned();
        let is_unread = |(place, field): (usize, &[u8])| std::str::from_utf8(field).is_err().then_some(place);
        Ok(Some(Original {
            values: (!is_misshapen).then(|| record.iter().take(self.width).map(text).collect()),
            unread: record.iter().enumerate().filter_map(is_unread).collect(),
            whole: if is_misshapen { self.rows.text() } else { String::new() },
            lines: Some(self.rows.lines),
        }))
    }
}

/// The rows of a text one after the other, each with the place where it stands.
#[derive(Debug)]
struct Placed {
    reader: Reader<Metered>,
    record: ByteRecord,
    lines: Lines,
    /// The line ends inside of values so far: a spreadsheet does not count them.
    breaks: u64,
    /// Where the last row begins in the text; blank lines may stand before it.
    begins: u64,
}

impl Placed {
    fn of(form: &TextForm, separator: u8) -> Result<Placed, Error> {
        let mut reader = form.reader(separator)?;
        reader.get_mut().kept = Some(Kept::default());
        Ok(Placed { reader, record: ByteRecord::new(), lines: Lines { of_text: 0, of_sheet: 0 }, breaks: 0, begins: 0 })
    }

    /// Reads one more row; there is none if this is false.
    fn read(&mut self, form: &TextForm, row: u64) -> Result<bool, Error> {
        self.begins = self.reader.position().byte();
        if let Some(kept) = &mut self.reader.get_mut().kept {
            kept.from = self.begins;
        }
        if !read(&mut self.reader, &mut self.record, form, row)? {
            return Ok(false);
        }
        // Of a row the reader says where it ends; blank lines may stand before it, and the line feed of a carriage return is still to come.
        let is_line_feed = |byte: &&u8| **byte == b'\n';
        let inside = self.record.as_slice().iter().filter(is_line_feed).count();
        let inside = u64::try_from(inside).unwrap_or(u64::MAX);
        let end = self.reader.position();
        let of_text = end.line().saturating_sub(inside).saturating_sub(u64::from(self.bytes().ends_with(b"\n")));
        self.lines = Lines { of_text, of_sheet: of_text.saturating_sub(self.breaks) };
        self.breaks = self.breaks.saturating_add(inside);
        Ok(true)
    }

    /// The last row as it is written, with its quotes and without the end of its line.
    fn text(&self) -> String {
        String::from_utf8_lossy(self.bytes()).trim_matches(['\r', '\n']).to_owned()
    }

    fn bytes(&self) -> &[u8] {
        let kept = self.reader.get_ref().kept.as_ref();
        kept.and_then(|kept| kept.between(self.begins, self.reader.position().byte())).unwrap_or_default()
    }
}

/// Whether a row has fewer fields than there are columns, or a value beyond them.
fn is_misshapen(record: &ByteRecord, width: usize) -> bool {
    let is_beyond = |(place, field): (usize, &[u8])| place >= width && !field.is_empty();
    record.len() != width && (record.len() < width || record.iter().enumerate().any(is_beyond))
}

fn joined(record: &ByteRecord) -> String {
    record.iter().map(String::from_utf8_lossy).collect::<Vec<_>>().join(",")
}

/// How many fields there are up to the last that is not blank.
fn named(header: &ByteRecord) -> usize {
    let is_blank = |field: &[u8]| field.iter().all(u8::is_ascii_whitespace);
    let last = header.iter().rposition(|field| !is_blank(field));
    last.map_or(header.len(), |last| last.saturating_add(1))
}

/// The encoding of a text file.
pub(super) fn encoding_of(path: &Path, intake: &Intake) -> Result<Encoding, Error> {
    TextForm::of(path, intake).map(|form| form.encoding)
}

impl TextForm {
    /// Of a file whose header has not been read.
    fn of(path: &Path, intake: &Intake) -> Result<TextForm, Error> {
        let form = TextForm {
            path: path.to_owned(),
            is_packed: path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("gz")),
            encoding: Encoding::Utf8,
            separator: b',',
            header_row: 1,
            rows_to_header: 1,
        };
        let encoding = match intake.encoding {
            Some(encoding) => encoding,
            None => encoding::found(|| form.bytes().map_err(io::Error::other))
                .map_err(|fault| form.said_by_the_system(fault))?,
        };
        Ok(TextForm { encoding, ..form })
    }

    /// How it was read, where that is not as UTF-8 with commas under a header in the first row.
    pub(super) fn said(&self) -> Option<Text> {
        let (mut zh, mut en) = (Vec::new(), Vec::new());
        let mut say = |Text { zh: said_zh, en: said_en }: Text| {
            zh.push(said_zh);
            en.push(said_en);
        };
        if self.encoding != Encoding::Utf8 {
            let name = self.encoding;
            say(say!("编码 {name}", "in {name}"));
        }
        match self.separator {
            b';' => say(say!("以分号分隔", "columns separated by semicolons")),
            b'\t' => say(say!("以制表符分隔", "columns separated by tabs")),
            _ => {}
        }
        if self.rows_to_header > 1 {
            let row = self.header_row;
            say(say!("列名在第 {row} 行，其上各行未读", "header in row {row}, the rows above it left out"));
        }
        (!zh.is_empty()).then(|| Text { zh: zh.join("，"), en: en.join(", ") })
    }

    /// The bytes of the file, unpacked.
    fn bytes(&self) -> Result<Box<dyn Read + Send>, Error> {
        let file = Steady(opened(&self.path)?);
        Ok(if self.is_packed { Box::new(MultiGzDecoder::new(BufReader::new(file))) } else { Box::new(file) })
    }

    /// The text of the file in UTF-8.
    fn text(&self) -> Result<Box<dyn Read + Send>, Error> {
        Ok(encoding::decoded(self.bytes()?, self.encoding))
    }

    fn reader(&self, separator: u8) -> Result<Reader<Metered>, Error> {
        let text = Metered { text: self.text()?, left: 0, is_used_up: false, kept: None };
        let mut builder = ReaderBuilder::new();
        builder.has_headers(false).flexible(true).delimiter(separator).buffer_capacity(BUFFER);
        Ok(builder.from_reader(text))
    }

    /// The header, with the separator that parts the most of it. Where another row looks more like one, that is said.
    fn find_header(&mut self, intake: &Intake, knows: Knows<'_>) -> Result<ByteRecord, Error> {
        let asked = intake.header_row.map(NonZeroU32::get);
        let (mut best, mut missing) = (ByteRecord::new(), Sought::Beyond);
        for separator in SEPARATORS {
            match self.seek(separator, asked)? {
                Sought::Row { header, row, rows } if header.len() > best.len() => {
                    (best, self.separator, self.header_row, self.rows_to_header) = (header, separator, row, rows);
                }
                Sought::Row { .. } | Sought::Beyond => {}
                Sought::Blank => missing = Sought::Blank,
            }
        }
        let knows_it = best.iter().filter_map(|field| std::str::from_utf8(field).ok()).any(|name| knows(name.trim()));
        if !knows_it && let Some(row) = self.header_elsewhere(asked.map_or(self.header_row, u64::from), knows)? {
            return Err(header::stands_elsewhere(&header::of_file(&self.path), asked, row));
        }
        if best.is_empty() { Err(self.has_no_header(asked, &missing)) } else { Ok(best) }
    }

    /// The row of this number as a spreadsheet counts, or the first that is not empty.
    fn seek(&self, separator: u8, asked: Option<u32>) -> Result<Sought, Error> {
        let (mut found, mut rows) = (Placed::of(self, separator)?, 0_u32);
        while found.read(self, 0)? {
            rows = rows.saturating_add(1);
            let row = found.lines.of_sheet;
            match asked.map_or(Ordering::Equal, |asked| row.cmp(&asked.into())) {
                Ordering::Less => {}
                Ordering::Equal => return Ok(Sought::Row { header: found.record, row, rows }),
                Ordering::Greater => return Ok(Sought::Blank),
            }
        }
        Ok(Sought::Beyond)
    }

    fn has_no_header(&self, asked: Option<u32>, missing: &Sought) -> Error {
        let path = self.path.display();
        match (asked, missing) {
            (None, _) => Error::input(say!("`{path}` 是空文件，没有列名", "`{path}` is empty: it has no header")),
            (Some(row), Sought::Blank) => header::blank(&header::of_file(&self.path), row),
            (Some(row), Sought::Row { .. } | Sought::Beyond) => {
                let message = say!("`{path}` 没有第 {row} 行", "`{path}` has no row {row}");
                Error::input(message).mended_by(Remedy::HeaderRow)
            }
        }
    }

    /// The first row but this one that looks like a header.
    fn header_elsewhere(&self, own: u64, knows: Knows<'_>) -> Result<Option<u64>, Error> {
        for separator in SEPARATORS {
            let mut found = Placed::of(self, separator)?;
            for _ in 0..header::MOST_ROWS_ABOVE {
                if !found.read(self, 0)? {
                    break;
                }
                let (row, cells) = (found.lines.of_sheet, found.record.iter());
                if row != own && header::is_header(cells.filter_map(|field| std::str::from_utf8(field).ok()), knows) {
                    return Ok(Some(row));
                }
            }
        }
        Ok(None)
    }

    fn header_is_no_text(&self) -> Error {
        let path = self.path.display();
        Error::input(match self.encoding {
            Encoding::Utf8 => say!(
                "`{path}` 的列名不是 UTF-8 文本；请另存为 UTF-8",
                "the header of `{path}` is not UTF-8; save the file as UTF-8"
            ),
            other => say!("`{path}` 的列名不是 {other} 文本", "the header of `{path}` is not {other}"),
        })
    }

    /// What the system, or the library that unpacks, has against the file.
    fn said_by_the_system(&self, fault: io::Error) -> Error {
        match fault.downcast::<Error>() {
            Ok(error) => error,
            Err(fault) => unreadable(&self.path, &fault),
        }
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
        Ok(Some(Raw { batch, rows: Rows::of(numbers), rejects, read }))
    }

    /// Reads one more row; there is none if this is false.
    fn advance(&mut self) -> Result<bool, Error> {
        if self.has_ended {
            return Ok(false);
        }
        let begins = self.reader.position().byte();
        let row = self.row.saturating_add(1);
        if read(&mut self.reader, &mut self.record, &self.form, row)? {
            (self.row, self.begins) = (row, begins);
            return Ok(true);
        }
        self.has_ended = true;
        self.check_end()?;
        Ok(false)
    }

    /// The last row must not end inside a quoted field.
    fn check_end(&self) -> Result<(), Error> {
        let unreadable = |fault| unreadable(&self.form.path, &fault);
        let mut last = Vec::new();
        let most = MOST_BYTES_OF_A_ROW.saturating_add(BUFFER).saturating_add(1);
        self.text_from(self.begins)?
            .take(u64::try_from(most).unwrap_or(u64::MAX))
            .read_to_end(&mut last)
            .map_err(unreadable)?;
        if !ends_in_quotes(&last, self.form.separator) {
            return Ok(());
        }
        let (path, row) = (self.form.path.display(), self.row);
        Err(Error::input(say!(
            "`{path}` 第 {row} 行有引号未闭合",
            "row {row} of `{path}` opens a quote that is never closed"
        )))
    }

    /// The text from so many of its bytes on: sought in a file that is read as it is, and else read up to there.
    fn text_from(&self, begins: u64) -> Result<Box<dyn Read + Send>, Error> {
        let unreadable = |fault| unreadable(&self.form.path, &fault);
        if self.form.encoding == Encoding::Utf8 && !self.form.is_packed {
            let mut file = opened(&self.form.path)?;
            file.seek(SeekFrom::Start(begins)).map_err(unreadable)?;
            return Ok(Box::new(Steady(file)));
        }
        let mut text = self.form.text()?;
        io::copy(&mut text.by_ref().take(begins), &mut io::sink()).map_err(unreadable)?;
        Ok(text)
    }

    /// Appends the fields that are read to their columns; or appends nothing and says what is wrong with the row.
    fn give(&self, columns: &mut [StringBuilder]) -> Vec<Reject> {
        if is_misshapen(&self.record, self.width) {
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
        self.reject(
            "",
            &joined(&self.record),
            say!("此行有 {has} 列，列名有 {width} 列", "the row has {has} fields, the header {width}"),
        )
    }

    fn not_text(&self, column: &str, value: &[u8]) -> Reject {
        let encoding = self.form.encoding;
        self.reject(
            column,
            &String::from_utf8_lossy(value),
            say!("`{column}` 的值不是 {encoding} 文本", "the value of `{column}` is not {encoding}"),
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

/// Reads one row, the header being row 0; there is none if this is false.
fn read(reader: &mut Reader<Metered>, record: &mut ByteRecord, form: &TextForm, row: u64) -> Result<bool, Error> {
    reader.get_mut().refill();
    reader.read_byte_record(record).map_err(|fault| {
        let (text, path) = (fault.to_string(), form.path.display());
        match fault.into_kind() {
            csv::ErrorKind::Io(_) if reader.get_ref().is_used_up => Error::input(say!(
                "`{path}` 第 {row} 行超过 1 MiB；是否有引号未闭合？",
                "row {row} of `{path}` has more than 1 MiB; is a quote not closed?"
            )),
            csv::ErrorKind::Io(fault) => form.said_by_the_system(fault),
            _ => {
                Error::input(say!("`{path}` 第 {row} 行读不出：{text}", "row {row} of `{path}` cannot be read: {text}"))
            }
        }
    })
}

/// A text of which so many bytes are given for one row and no more.
struct Metered {
    text: Box<dyn Read + Send>,
    left: usize,
    is_used_up: bool,
    /// What it has given, where somebody looks back.
    kept: Option<Kept>,
}

/// The bytes that a text gave last.
#[derive(Debug, Default)]
struct Kept {
    bytes: Vec<u8>,
    /// Where they begin in the text.
    begin: u64,
    /// From where on they are wanted.
    from: u64,
}

impl Kept {
    fn keep(&mut self, bytes: &[u8]) {
        let past = usize::try_from(self.from.saturating_sub(self.begin)).unwrap_or(usize::MAX).min(self.bytes.len());
        self.bytes.drain(..past);
        self.begin = self.begin.saturating_add(u64::try_from(past).unwrap_or(u64::MAX));
        self.bytes.extend_from_slice(bytes);
    }

    /// The bytes from one place of the text to another.
    fn between(&self, from: u64, to: u64) -> Option<&[u8]> {
        let [from, to] = [from, to].map(|place| place.checked_sub(self.begin).map(usize::try_from));
        self.bytes.get(from?.ok()?..to?.ok()?)
    }
}

impl Metered {
    fn refill(&mut self) {
        self.left = MOST_BYTES_OF_A_ROW;
    }
}

impl fmt::Debug for Metered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metered").field("left", &self.left).finish_non_exhaustive()
    }
}

impl Read for Metered {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            self.is_used_up = true;
            return Err(io::ErrorKind::InvalidData.into());
        }
        let count = self.text.read(buffer)?;
        self.left = self.left.saturating_sub(count);
        if let Some(kept) = &mut self.kept {
            kept.keep(buffer.get(..count).unwrap_or_default());
        }
        Ok(count)
    }
}

/// Whether a row breaks off inside a quoted field.
fn ends_in_quotes(row: &[u8], separator: u8) -> bool {
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
        (At::Start | At::Plain | At::Quote, b'\n' | b'\r') => At::Start,
        (At::Start | At::Plain | At::Quote, byte) if *byte == separator => At::Start,
        (At::Start | At::Plain | At::Quote, _) => At::Plain,
    };
    row.iter().fold(At::Start, after) == At::Quoted
}
