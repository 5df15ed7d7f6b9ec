//! What reading a row group takes, from the headers of its pages: told before a byte of it is unpacked.
//!
//! A few bytes can state pages of gigabytes, a dictionary of one long text that a million rows repeat, or lengths of values that are not there.
//! So it is worked out first what the pages take while they are open, and how many rows can be read at once.

use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;

use parquet::arrow::arrow_reader::ArrowReaderMetadata;
use parquet::basic::{Compression, Encoding, Type};
use parquet::column::page::{Page, PageReader};
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::serialized_reader::SerializedPageReader;

use super::heads::{self, Head, Kind};
use super::unpacked::{behind_levels, exceed, longest_text, stated_lengths};
use crate::batch::files::fault::sound;
use crate::batch::files::open::opened;
use crate::disk::fs::File;
use crate::error::Error;
use crate::text::say;

/// The most bytes of a text, as of a row of CSV.
pub(super) const MOST_BYTES_OF_A_TEXT: u64 = 1 << 20;
/// What rows may take at once for each that was asked for, about: rows of usual width are read as many at a time as were asked for.
const BYTES_OF_A_ROW: u64 = 512;
/// A text and where it ends, or a number as the library keeps it, with the levels that say whether it is there.
const BYTES_OF_A_VALUE: u64 = 12;

/// Of one row beside its texts.
const SLACK: u64 = 64 << 10;

const DELTA_LENGTHS: i64 = 6;
const SHARED_DELTAS: i64 = 7;

/// What is wrong with a row group.
pub(super) enum Fault {
    Damaged(String),
    /// A text that is too long, of this column.
    TooLong(String, u64),
    TooLarge(u64),
}

impl From<String> for Fault {
    fn from(what: String) -> Fault {
        Fault::Damaged(what)
    }
}

/// The columns of a row group that are read, by their leaves.
pub(super) struct Chunks<'m> {
    file: Arc<File>,
    columns: Vec<&'m ColumnChunkMetaData>,
    rows: u64,
}

impl<'m> Chunks<'m> {
    pub(super) fn of(
        path: &Path,
        metadata: &'m ArrowReaderMetadata,
        group: usize,
        columns: &[usize],
    ) -> Result<Chunks<'m>, Error> {
        let file = Arc::new(opened(path)?);
        let group = metadata.metadata().row_groups().get(group);
        let chunks = group.map_or(&[][..], |group| group.columns());
        let is_read = |leaf: usize| columns.contains(&metadata.parquet_schema().get_column_root_idx(leaf));
        let chunks = chunks.iter().enumerate().filter(|(leaf, _)| is_read(*leaf)).map(|(_, chunk)| chunk).collect();
        let rows = group.and_then(|group| u64::try_from(group.num_rows()).ok()).unwrap_or(0);
        Ok(Chunks { file, columns: chunks, rows })
    }

    /// The bytes that its pages take while they are open, one of each column.
    pub(super) fn held(&self) -> Result<u64, Fault> {
        let columns = self.columns.iter().map(|chunk| self.pages(chunk).map(|pages| pages.held()));
        columns.sum_all()
    }

    /// How many rows can be read at once, of as many as were asked for.
    pub(super) fn rows_at_once(&self, asked: usize, longest: u64) -> Result<usize, Fault> {
        let columns =
            self.columns.iter().map(|chunk| self.looked_into(chunk, longest)).collect::<Result<Vec<_>, _>>()?;
        let held = columns.iter().map(Pages::held).fold(0, u64::saturating_add);
        let asked = u64::try_from(asked).unwrap_or(u64::MAX).max(1);
        let most = asked.saturating_mul(BYTES_OF_A_ROW).max(held.saturating_add(SLACK));
        let mut rows = asked;
        loop {
            let bytes = columns.iter().map(|pages| pages.bytes_of(rows)).fold(0, u64::saturating_add);
            match rows {
                _ if bytes <= most => return Ok(usize::try_from(rows).unwrap_or(usize::MAX)),
                1 => return Err(Fault::TooLarge(held.saturating_add(bytes))),
                _ => rows = rows.div_euclid(2),
            }
        }
    }

    fn pages(&self, chunk: &'m ColumnChunkMetaData) -> Result<Pages<'m>, Fault> {
        let (begin, length) = sound(|| Ok::<_, String>(chunk.byte_range()))?;
        let mut file = &*self.file;
        let heads = heads::all(&mut file, begin, length, self.rows);
        Ok(Pages { chunk, heads: heads.map_err(|fault| page_fault(&fault))?, longest: None })
    }

    /// The pages of a column, after a look into those whose headers do not say what they come to.
    fn looked_into(&self, chunk: &'m ColumnChunkMetaData, most: u64) -> Result<Pages<'m>, Fault> {
        let pages = self.pages(chunk)?;
        for head in &pages.heads {
            self.check_packed(chunk, head)?;
        }
        let pages = Pages { longest: self.longest(&pages)?, ..pages };
        if let Some(longest) = pages.longest.filter(|longest| *longest > most) {
            return Err(Fault::TooLong(chunk.column_path().string(), longest));
        }
        Ok(pages)
    }

    /// Whether a page comes to no more than its header says.
    fn check_packed(&self, chunk: &ColumnChunkMetaData, head: &Head) -> Result<(), Fault> {
        let by = chunk.compression();
        if !head.is_packed || !matches!(by, Compression::GZIP(_) | Compression::BROTLI(_) | Compression::LZ4) {
            return Ok(());
        }
        let (begin, length) = (head.begin.saturating_add(head.plain), head.packed.saturating_sub(head.plain));
        let (mut file, mut packed) = (&*self.file, Vec::new());
        let read = file.seek(SeekFrom::Start(begin)).and_then(|_| file.take(length).read_to_end(&mut packed));
        read.map_err(|fault| page_fault(&fault))?;
        let most = head.unpacked.saturating_sub(head.plain);
        if most > 0 && exceed(&packed, by, most) {
            return Err(Fault::Damaged("a page comes to more bytes than it says".to_owned()));
        }
        Ok(())
    }

    /// The longest text of the dictionary; lengths that are stated inside of pages are looked at on the way.
    fn longest(&self, pages: &Pages<'_>) -> Result<Option<u64>, Fault> {
        let Pages { chunk, heads, .. } = pages;
        let has_lengths = heads.iter().any(|head| has_lengths(chunk, head));
        let has_dictionary = heads.first().is_some_and(|head| head.kind == Kind::Dictionary);
        let has_texts = has_dictionary && chunk.column_type() == Type::BYTE_ARRAY;
        if !has_lengths && !has_texts {
            return Ok(None);
        }
        let rows = usize::try_from(self.rows).unwrap_or(usize::MAX);
        let mut reader = sound(|| SerializedPageReader::new(Arc::clone(&self.file), chunk, rows, None))?;
        let mut longest = None;
        for _ in heads {
            match sound(|| reader.get_next_page()) {
                Ok(Some(Page::DictionaryPage { buf, .. })) => longest = Some(longest_text(&buf)),
                Ok(Some(page)) => check_lengths(chunk, &page)?,
                // what is damaged is told where it is read
                Ok(None) | Err(_) => break,
            }
            if !has_lengths {
                break;
            }
        }
        Ok(longest)
    }
}

/// The sum of all, unless one of them is a fault.
trait SumAll {
    fn sum_all(self) -> Result<u64, Fault>;
}

impl<I: Iterator<Item = Result<u64, Fault>>> SumAll for I {
    fn sum_all(mut self) -> Result<u64, Fault> {
        self.try_fold(0_u64, |sum, bytes| Ok(sum.saturating_add(bytes?)))
    }
}

fn page_fault(fault: &std::io::Error) -> Fault {
    if fault.kind() == std::io::ErrorKind::InvalidData {
        return Fault::Damaged("the header of a page makes no sense".to_owned());
    }
    Fault::Damaged(fault.to_string())
}

/// Whether the values of a page stand behind their lengths, all of which are read before the first value.
fn has_lengths(chunk: &ColumnChunkMetaData, head: &Head) -> bool {
    let is_text = matches!(chunk.column_type(), Type::BYTE_ARRAY | Type::FIXED_LEN_BYTE_ARRAY);
    is_text && head.kind == Kind::Values && matches!(head.encoding, DELTA_LENGTHS | SHARED_DELTAS)
}

fn check_lengths(chunk: &ColumnChunkMetaData, page: &Page) -> Result<(), Fault> {
    let highest = |level: i16| u64::try_from(level).unwrap_or(0);
    let column = chunk.column_descr();
    let levels = [highest(column.max_rep_level()), highest(column.max_def_level())];
    let (encoding, count, values) = match page {
        Page::DictionaryPage { .. } => return Ok(()),
        Page::DataPage { buf, num_values, encoding, def_level_encoding, rep_level_encoding, .. } => {
            let has_length = [rep_level_encoding, def_level_encoding].map(|encoding| *encoding == Encoding::RLE);
            let [of_rows, of_values] =
                [0, 1].map(|at| (levels.get(at).copied().unwrap_or(0), has_length.get(at) == Some(&true)));
            (*encoding, *num_values, behind_levels(buf, (*num_values).into(), [of_rows, of_values]))
        }
        Page::DataPageV2 { buf, num_values, encoding, def_levels_byte_len, rep_levels_byte_len, .. } => {
            let levels = def_levels_byte_len.saturating_add(*rep_levels_byte_len);
            (*encoding, *num_values, usize::try_from(levels).ok().and_then(|levels| buf.get(levels..)))
        }
    };
    let are_shared = match encoding {
        Encoding::DELTA_LENGTH_BYTE_ARRAY => false,
        Encoding::DELTA_BYTE_ARRAY => true,
        _ => return Ok(()),
    };
    let stated = values.and_then(|values| if values.is_empty() { Some(0) } else { stated_lengths(values, are_shared) });
    match stated {
        Some(stated) if stated <= u64::from(count) => Ok(()),
        Some(_) | None => Err(Fault::Damaged("a page states more values than it has".to_owned())),
    }
}

/// The pages of a column of a row group.
struct Pages<'m> {
    chunk: &'m ColumnChunkMetaData,
    heads: Vec<Head>,
    /// Of the texts of its dictionary.
    longest: Option<u64>,
}

impl Pages<'_> {
    /// What the column takes while its pages are open: the dictionary as a page and as texts, and the largest of the others.
    fn held(&self) -> u64 {
        let of = |kind| self.heads.iter().filter(move |head| head.kind == kind);
        let page = |head: &Head| {
            let packed = if self.chunk.compression() == Compression::UNCOMPRESSED { 0 } else { head.packed };
            let lengths = if has_lengths(self.chunk, head) { head.values.saturating_mul(8) } else { 0 };
            head.unpacked.max(head.packed).saturating_add(packed).saturating_add(lengths)
        };
        let dictionary = of(Kind::Dictionary).map(|head| {
            let values = head.values.saturating_mul(self.width().max(4));
            page(head).saturating_add(head.unpacked).saturating_add(values)
        });
        let values = of(Kind::Values).map(page).max().unwrap_or(0);
        dictionary.fold(values, u64::saturating_add)
    }

    /// The bytes of a value, but for a text.
    fn width(&self) -> u64 {
        match self.chunk.column_type() {
            Type::BOOLEAN => 1,
            Type::INT32 | Type::FLOAT => 4,
            Type::INT64 | Type::DOUBLE => 8,
            Type::INT96 => 12,
            Type::BYTE_ARRAY => 0,
            // as it stands there and as a number
            Type::FIXED_LEN_BYTE_ARRAY => {
                u64::try_from(self.chunk.column_descr().type_length()).unwrap_or(0).saturating_add(32)
            }
        }
    }

    /// The most bytes that so many rows take that follow one another.
    fn bytes_of(&self, rows: u64) -> u64 {
        if self.chunk.column_descr().max_rep_level() > 0 {
            // a row may have all values of the column
            return self.values().map(|head| self.bytes_in(head, head.values)).fold(0, u64::saturating_add);
        }
        let pages: Vec<&Head> = self.values().collect();
        let (mut most, mut past, mut inside, mut bytes) = (0, 0, 0_u64, 0_u64);
        for (place, first) in pages.iter().enumerate() {
            // of the first page one row, of those behind it all until there are enough
            if past <= place {
                (past, inside, bytes) = (place.saturating_add(1), 0, 0);
            }
            while let Some(next) = pages.get(past).filter(|_| inside.saturating_add(1) < rows) {
                inside = inside.saturating_add(next.values);
                bytes = bytes.saturating_add(self.bytes_in(next, next.values.min(rows)));
                past = past.saturating_add(1);
            }
            most = most.max(self.bytes_in(first, first.values.min(rows)).saturating_add(bytes));
            if let Some(next) = pages.get(place.saturating_add(1)).filter(|_| past > place.saturating_add(1)) {
                inside = inside.saturating_sub(next.values);
                bytes = bytes.saturating_sub(self.bytes_in(next, next.values.min(rows)));
            }
        }
        most
    }

    fn values(&self) -> impl Iterator<Item = &Head> {
        self.heads.iter().filter(|head| head.kind == Kind::Values)
    }

    /// The most bytes that so many values of a page take.
    fn bytes_in(&self, head: &Head, values: u64) -> u64 {
        const PLAIN: i64 = 0;
        let texts = match (self.chunk.column_type(), head.encoding) {
            (Type::BYTE_ARRAY, PLAIN | DELTA_LENGTHS) => head.unpacked.max(head.packed),
            (Type::BYTE_ARRAY, SHARED_DELTAS) => values.saturating_mul(head.unpacked.max(head.packed)),
            (Type::BYTE_ARRAY, _) => values.saturating_mul(self.longest.unwrap_or(0)),
            (
                Type::BOOLEAN
                | Type::INT32
                | Type::INT64
                | Type::INT96
                | Type::FLOAT
                | Type::DOUBLE
                | Type::FIXED_LEN_BYTE_ARRAY,
                _,
            ) => 0,
        };
        texts.saturating_add(values.saturating_mul(self.width().saturating_add(BYTES_OF_A_VALUE)))
    }
}

impl Fault {
    /// What is said of it.
    pub(super) fn said(self, path: &Path, group: usize) -> Error {
        let (path, group) = (path.display(), group.saturating_add(1));
        match self {
            Fault::Damaged(what) => Error::input(say!(
                "`{path}` 已损坏，第 {group} 个行组读不出：{what}",
                "`{path}` is damaged: its row group {group} cannot be read: {what}"
            )),
            Fault::TooLong(column, bytes) => {
                let (given, most) = (Kibibytes(bytes), Kibibytes(MOST_BYTES_OF_A_TEXT));
                Error::input(say!(
                    "`{path}` 第 {group} 个行组的 `{column}` 列有长达 {given} 的文本，最长为 {most}",
                    "a text in column `{column}` of row group {group} of `{path}` has {given}; it may have {most}"
                ))
            }
            Fault::TooLarge(bytes) => {
                let least = Kibibytes(bytes);
                Error::memory(say!(
                    "`{path}` 第 {group} 个行组的一行可能需要 {least} 内存",
                    "a single row of row group {group} of `{path}` may need {least} of memory"
                ))
            }
        }
    }
}

struct Kibibytes(u64);

impl std::fmt::Display for Kibibytes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} KiB", self.0.div_ceil(1 << 10))
    }
}
