//! A Parquet file, row group by row group.

mod bounds;
mod compact;
mod footer;
mod heads;
mod unpacked;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use arrow_array::cast::AsArray;
use arrow_array::{AnyDictionaryArray, Array, ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};
use parquet::basic::ConvertedType;

use self::bounds::{Chunks, Fault, MOST_BYTES_OF_A_TEXT};
use crate::batch::files::fault::{sound, unreadable};
use crate::batch::files::open::opened;
use crate::batch::files::original::{self, Original};
use crate::batch::files::raw::Raw;
use crate::batch::ingest::Rows;
use crate::error::Error;
use crate::text::say;

/// A Parquet file whose footer has been read.
#[derive(Debug)]
pub(super) struct Parquet {
    path: PathBuf,
    metadata: ArrowReaderMetadata,
    /// The rows before each row group, and those of the group.
    groups: Vec<(u64, u64)>,
    rows: u64,
}

/// Which row group comes next, of which columns, how many rows at a time.
#[derive(Debug)]
pub(super) struct Turns {
    next: AtomicUsize,
    columns: Vec<usize>,
    rows: usize,
    /// The most bytes of a text.
    longest: u64,
    /// The most bytes of the pages that are open at once, if that has not been asked before.
    most_held: Option<u64>,
}

impl Turns {
    pub(super) fn new(columns: &[usize], rows: usize) -> Turns {
        let (next, columns) = (AtomicUsize::new(0), columns.to_vec());
        Turns { next, columns, rows, longest: MOST_BYTES_OF_A_TEXT, most_held: None }
    }
}

impl Parquet {
    pub(super) fn open(path: &Path) -> Result<Parquet, Error> {
        let file = opened(path)?;
        match footer::fault(&mut &file).map_err(|fault| unreadable(path, &fault))? {
            None => {}
            Some(footer::Fault::Senseless) => return Err(cut(path, "its footer makes no sense")),
            Some(footer::Fault::TooLarge) => return Err(overloaded(path)),
        }
        let metadata = sound(|| ArrowReaderMetadata::load(&file, ArrowReaderOptions::new()));
        let metadata = metadata.map_err(|fault| cut(path, &fault))?;
        let (mut groups, mut before) = (Vec::new(), 0_u64);
        for group in metadata.metadata().row_groups() {
            let count = group.num_rows();
            let rows = u64::try_from(count).map_err(|_| cut(path, &format!("a row group of {count} rows")))?;
            groups.push((before, rows));
            before = before.saturating_add(rows);
        }
        Ok(Parquet { path: path.to_owned(), metadata, groups, rows: before })
    }

    pub(super) fn schema(&self) -> &SchemaRef {
        self.metadata.schema()
    }

    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    /// Reads text columns as dictionaries where they are asked for and stored so: each value is then read once.
    pub(super) fn keep_dictionaries(&mut self, is_wanted: impl Fn(&str) -> bool) -> Result<(), Error> {
        let schema = self.metadata.schema();
        let fields = schema.fields().iter().enumerate().map(|(place, field)| {
            let is_text = matches!(field.data_type(), DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View);
            if is_text && is_wanted(field.name().trim()) && self.is_dictionary(place) {
                let values = Box::new(DataType::Utf8);
                let kind = DataType::Dictionary(Box::new(DataType::Int32), values);
                Arc::new(Field::new(field.name(), kind, field.is_nullable()))
            } else {
                Arc::clone(field)
            }
        });
        let schema = Arc::new(Schema::new_with_metadata(fields.collect::<Vec<_>>(), schema.metadata().clone()));
        let options = ArrowReaderOptions::new().with_schema(schema);
        let metadata = sound(|| ArrowReaderMetadata::try_new(Arc::clone(self.metadata.metadata()), options));
        self.metadata = metadata.map_err(|fault| cut(&self.path, &fault))?;
        Ok(())
    }

    /// Whether a column without parts of its own is stored with a dictionary, everywhere. Other texts than plain ones, such as JSON, the
    /// library reads row by row only.
    fn is_dictionary(&self, root: usize) -> bool {
        let parquet = self.metadata.parquet_schema();
        let mut leaves = (0..parquet.num_columns()).filter(|leaf| parquet.get_column_root_idx(*leaf) == root);
        let (Some(leaf), None) = (leaves.next(), leaves.next()) else { return false };
        if parquet.column(leaf).converted_type() != ConvertedType::UTF8 {
            return false;
        }
        let mut groups = self.metadata.metadata().row_groups().iter();
        groups.all(|group| group.columns().get(leaf).is_some_and(|column| column.dictionary_page_offset().is_some()))
    }

    pub(super) fn groups<'s>(&'s self, turns: &'s Turns) -> Groups<'s> {
        Groups { parquet: self, turns, now: None }
    }

    /// The most bytes that the pages of these columns take while they are open, in any row group.
    pub(super) fn held(&self, columns: &[usize]) -> Result<u64, Error> {
        let held = |group| self.chunks(group, columns)?.held().map_err(|fault| fault.said(&self.path, group));
        (0..self.groups.len()).try_fold(0, |most: u64, group| Ok(most.max(held(group)?)))
    }

    fn chunks(&self, group: usize, columns: &[usize]) -> Result<Chunks<'_>, Error> {
        Chunks::of(&self.path, &self.metadata, group, columns)
    }

    /// The rows once more, with all columns, in so many bytes of memory.
    pub(super) fn originals(&self, memory: u64) -> ParquetOriginals<'_> {
        let columns: Vec<usize> = (0..self.schema().fields().len()).collect();
        let turns = Turns::new(&columns, ROWS_OF_ORIGINALS);
        let turns = Turns { longest: u64::MAX, most_held: Some(memory), ..turns };
        ParquetOriginals { parquet: self, turns, now: None, rows: None }
    }

    /// The rows of one row group.
    fn group(&self, number: usize, turns: &Turns) -> Result<Option<Group>, Error> {
        let Some((before, rows)) = self.groups.get(number) else { return Ok(None) };
        let at_once = self.rows_at_once(number, turns).map_err(|fault| fault.said(&self.path, number))?;
        let file = opened(&self.path)?;
        let columns = ProjectionMask::roots(self.metadata.parquet_schema(), turns.columns.iter().copied());
        let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(file, self.metadata.clone())
            .with_row_groups(vec![number])
            .with_projection(columns)
            .with_batch_size(at_once);
        let reader = sound(|| reader.build()).map_err(|fault| self.damaged(number, &fault))?;
        Ok(Some(Group { number, reader, next: before.saturating_add(1), left: *rows }))
    }

    /// How many rows of a row group can be read at once.
    fn rows_at_once(&self, group: usize, turns: &Turns) -> Result<usize, Fault> {
        let chunks = self.chunks(group, &turns.columns).map_err(|error| Fault::Damaged(error.to_string()))?;
        if let Some(most) = turns.most_held {
            let held = chunks.held()?;
            if held > most {
                return Err(Fault::TooLarge(held));
            }
        }
        chunks.rows_at_once(turns.rows, turns.longest)
    }

    fn damaged(&self, group: usize, what: &str) -> Error {
        Fault::Damaged(what.to_owned()).said(&self.path, group)
    }
}

/// A row group while it is read.
struct Group {
    number: usize,
    reader: ParquetRecordBatchReader,
    /// The number of the next row.
    next: u64,
    /// How many rows there still must be.
    left: u64,
}

/// The row groups that one thread reads.
pub(crate) struct Groups<'s> {
    parquet: &'s Parquet,
    turns: &'s Turns,
    now: Option<Group>,
}

impl Groups<'_> {
    pub(super) fn next(&mut self) -> Result<Option<Raw>, Error> {
        loop {
            if let Some(group) = &mut self.now {
                let batch = sound(|| group.reader.next().transpose());
                if let Some(batch) = batch.map_err(|fault| self.parquet.damaged(group.number, &fault))? {
                    return group.took(self.parquet, batch, self.turns.longest).map(Some);
                }
                if group.left > 0 {
                    return Err(self.parquet.damaged(group.number, "rows are missing at its end"));
                }
            }
            let number = self.turns.next.fetch_add(1, Ordering::Relaxed);
            self.now = self.parquet.group(number, self.turns)?;
            if self.now.is_none() {
                return Ok(None);
            }
        }
    }
}

/// Rows are looked for among so many at a time.
const ROWS_OF_ORIGINALS: usize = 1_024;

/// The rows of a file, looked for by number. Row groups in which none is looked for are not read.
pub(crate) struct ParquetOriginals<'p> {
    parquet: &'p Parquet,
    turns: Turns,
    now: Option<Group>,
    rows: Option<Raw>,
}

impl ParquetOriginals<'_> {
    pub(super) fn find(&mut self, row: u64) -> Result<Option<Original>, Error> {
        loop {
            if let Some(Raw { batch, rows, .. }) = &self.rows
                && let Some(place) = row.checked_sub(rows.number(0)).and_then(|place| usize::try_from(place).ok())
                && place < batch.num_rows()
            {
                return Ok(Some(original::of_columns(batch, place)));
            }
            self.rows = self.next(row)?;
            if self.rows.is_none() {
                return Ok(None);
            }
        }
    }

    /// The next rows of the row group that has this row.
    fn next(&mut self, row: u64) -> Result<Option<Raw>, Error> {
        let groups = &self.parquet.groups;
        let number = groups.partition_point(|(before, rows)| before.saturating_add(*rows) < row);
        if self.now.as_ref().is_none_or(|group| group.number != number) {
            self.now = self.parquet.group(number, &self.turns)?;
        }
        let Some(group) = &mut self.now else { return Ok(None) };
        let batch = sound(|| group.reader.next().transpose());
        let batch = batch.map_err(|fault| self.parquet.damaged(number, &fault))?;
        batch.map(|batch| group.took(self.parquet, batch, self.turns.longest)).transpose()
    }
}

impl Group {
    fn took(&mut self, parquet: &Parquet, batch: RecordBatch, longest: u64) -> Result<Raw, Error> {
        let columns = batch.schema_ref().fields().iter().zip(batch.columns());
        if let Some((field, bytes)) =
            columns.map(|(field, column)| (field, longest_in(column))).find(|(_, bytes)| *bytes > longest)
        {
            return Err(Fault::TooLong(field.name().clone(), bytes).said(&parquet.path, self.number));
        }
        let (rows, read) = (Rows::From(self.next), u64::try_from(batch.num_rows()).unwrap_or(u64::MAX));
        self.left = self.left.checked_sub(read).ok_or_else(|| parquet.damaged(self.number, "it has too many rows"))?;
        self.next = self.next.saturating_add(read);
        Ok(Raw { batch, rows, rejects: Vec::new(), read })
    }
}

/// The bytes of the longest text of a column, if it may be longer than texts are.
fn longest_in(column: &ArrayRef) -> u64 {
    if u64::try_from(column.get_buffer_memory_size()).is_ok_and(|bytes| bytes <= MOST_BYTES_OF_A_TEXT) {
        return 0;
    }
    let lengths =
        |offsets: &mut dyn Iterator<Item = (u64, u64)>| offsets.map(|(one, next)| next.saturating_sub(one)).max();
    let longest = match column.data_type() {
        DataType::Utf8 => column.as_string_opt::<i32>().and_then(|texts| lengths(&mut ends(texts.value_offsets()))),
        DataType::LargeUtf8 => {
            column.as_string_opt::<i64>().and_then(|texts| lengths(&mut ends(texts.value_offsets())))
        }
        DataType::Binary => column.as_binary_opt::<i32>().and_then(|texts| lengths(&mut ends(texts.value_offsets()))),
        DataType::LargeBinary => {
            column.as_binary_opt::<i64>().and_then(|texts| lengths(&mut ends(texts.value_offsets())))
        }
        DataType::Utf8View => {
            column.as_string_view_opt().and_then(|texts| texts.iter().flatten().map(|text| wide(text.len())).max())
        }
        DataType::Dictionary(..) => column.as_any_dictionary_opt().map(AnyDictionaryArray::values).map(longest_in),
        _ => None, // of fixed width
    };
    longest.unwrap_or(0)
}

/// Each offset with the next.
fn ends<O: Copy + TryInto<u64>>(offsets: &[O]) -> impl Iterator<Item = (u64, u64)> {
    let whole = |offset: &O| (*offset).try_into().unwrap_or(0);
    offsets.iter().map(whole).zip(offsets.iter().skip(1).map(whole))
}

fn wide(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

/// A file whose footer tells more than is kept in memory.
fn overloaded(path: &Path) -> Error {
    let path = path.display();
    Error::input(say!(
        "`{path}` 尾部的说明过大；请减少行组和列后重新导出",
        "the footer of `{path}` is too large; write the file again with fewer row groups and columns"
    ))
}

/// A file whose footer makes no sense: it is cut short, or no Parquet file at all.
fn cut(path: &Path, fault: &str) -> Error {
    let path = path.display();
    Error::input(say!("`{path}` 不是完整的 Parquet 文件：{fault}", "`{path}` is not a complete Parquet file: {fault}"))
}
