//! Rows put by bucket into work files, and read back bucket by bucket.

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use arrow_array::RecordBatch;
use arrow_buffer::Buffer;
use arrow_ipc::reader::StreamDecoder;
use arrow_ipc::writer::StreamEncoder;
use arrow_schema::{ArrowError, SchemaRef};
use arrow_select::concat::concat_batches;
use arrow_select::interleave::interleave_record_batch;

use super::disk::{damaged, unreadable, unwritable};
use super::enrollment_index::MOST_BUCKETS;
use super::space::{Space, WorkFile};
use crate::batch::groups::Groups;
use crate::disk::fs::{self, File};
use crate::error::Error;
use crate::text::say;

/// The bucket of a row that is in none.
pub(super) const NOWHERE: u16 = u16::MAX;
const BYTES_AT_ONCE: usize = 1 << 20;

/// Rows of one bucket that stand together in a work file: one Arrow IPC message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Segment {
    bucket: u16,
    /// The number of the work file.
    file: u16,
    offset: u64,
    rows: u32,
    length: u32,
    crc: u32,
}

/// A work file while one thread fills it.
pub(super) struct Spill {
    path: PathBuf,
    file: BufWriter<WorkFile>,
    number: u16,
    encoder: StreamEncoder,
    offset: u64,
    segments: Vec<Segment>,
    held: Vec<RecordBatch>,
    /// For each held batch the bucket of each row.
    buckets: Vec<Vec<u16>>,
}

impl Spill {
    /// The work file of a thread, empty.
    pub(super) fn create(path: PathBuf, thread: usize, schema: &SchemaRef, space: &Space) -> Result<Spill, Error> {
        let file = space.create(&path).map_err(|fault| unwritable(&path, &fault))?;
        let mut encoder = StreamEncoder::try_new(schema).map_err(unencodable)?;
        let _head = encoder.encode(&RecordBatch::new_empty(schema.clone())).map_err(unencodable)?;
        Ok(Spill {
            path,
            file: BufWriter::with_capacity(BYTES_AT_ONCE, file),
            number: u16::try_from(thread).unwrap_or(u16::MAX),
            encoder,
            offset: 0,
            segments: Vec::new(),
            held: Vec::new(),
            buckets: Vec::new(),
        })
    }

    /// Keeps rows in memory until the next flush; `buckets` has the bucket of each.
    pub(super) fn hold(&mut self, rows: RecordBatch, buckets: Vec<u16>) {
        if !buckets.is_empty() {
            self.held.push(rows);
            self.buckets.push(buckets);
        }
    }

    /// How many rows are held.
    pub(super) fn held_rows(&self) -> usize {
        self.buckets.iter().map(Vec::len).fold(0, usize::saturating_add)
    }

    /// The bytes of memory that the held rows take.
    pub(super) fn held_bytes(&self) -> u64 {
        let bytes = self.held.iter().map(RecordBatch::get_array_memory_size).fold(0, usize::saturating_add);
        u64::try_from(bytes).unwrap_or(u64::MAX)
    }

    /// Writes the held rows, those of a bucket together.
    pub(super) fn flush(&mut self) -> Result<(), Error> {
        let (held, buckets) = (std::mem::take(&mut self.held), std::mem::take(&mut self.buckets));
        let batches: Vec<&RecordBatch> = held.iter().collect();
        let Groups { things: places, ranges } = by_bucket(&buckets);
        if places.is_empty() {
            return Ok(());
        }
        // All buckets at once: each column is gone through once, while it is near.
        let rows = interleave_record_batch(&batches, &places).map_err(unencodable)?;
        drop(held);
        for (bucket, range) in (0_u16..).zip(ranges).filter(|(_, range)| !range.is_empty()) {
            self.write(bucket, &rows.slice(range.start, range.len()))?;
        }
        Ok(())
    }

    /// Writes rows of one bucket.
    pub(super) fn write(&mut self, bucket: u16, rows: &RecordBatch) -> Result<(), Error> {
        let mut crc = crc32fast::Hasher::new();
        let mut length = 0_usize;
        for buffer in self.encoder.encode(rows).map_err(unencodable)? {
            crc.update(&buffer);
            length = length.saturating_add(buffer.len());
            self.file.write_all(&buffer).map_err(|fault| unwritable(&self.path, &fault))?;
        }
        let (Ok(count), Ok(length)) = (u32::try_from(rows.num_rows()), u32::try_from(length)) else {
            return Err(Error::memory(say!("一批数据过大", "a block of rows is too large for a work file")));
        };
        let (file, offset, crc) = (self.number, self.offset, crc.finalize());
        self.segments.push(Segment { bucket, file, rows: count, offset, length, crc });
        self.offset = self.offset.saturating_add(u64::from(length));
        Ok(())
    }

    /// All that was written, once it is in the file.
    pub(super) fn finish(mut self) -> Result<Vec<Segment>, Error> {
        self.flush()?;
        self.file.flush().map_err(|fault| unwritable(&self.path, &fault))?;
        Ok(self.segments)
    }
}

/// The places of all rows, by bucket: the batch, and the row in it.
fn by_bucket(buckets: &[Vec<u16>]) -> Groups<(usize, usize)> {
    let taken = |bucket: u16| (bucket != NOWHERE).then_some(usize::from(bucket));
    let last = buckets.iter().flatten().filter_map(|bucket| taken(*bucket)).max();
    let rows = buckets.iter().enumerate().flat_map(|(batch, buckets)| {
        buckets.iter().enumerate().map(move |(row, bucket)| (taken(*bucket), (batch, row)))
    });
    Groups::of(last.map_or(0, |last| last.saturating_add(1)), rows)
}

/// All segments of a phase, by bucket, and the head that a reader of any of them needs.
#[derive(Debug)]
pub(super) struct Spilled {
    schema: SchemaRef,
    files: Vec<PathBuf>,
    segments: Vec<Segment>,
}

/// The bytes of a segment in the table.
const RECORD: usize = 24;

impl Spilled {
    pub(super) fn of(schema: SchemaRef, files: Vec<PathBuf>, mut segments: Vec<Segment>) -> Spilled {
        segments.sort_unstable();
        Spilled { schema, files, segments }
    }

    /// The same with more segments.
    pub(super) fn with(self, more: Vec<Segment>) -> Spilled {
        let Spilled { schema, files, mut segments } = self;
        segments.extend(more);
        Spilled::of(schema, files, segments)
    }

    pub(super) fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// The segments of a bucket.
    pub(super) fn of_bucket(&self, bucket: u16) -> &[Segment] {
        let start = self.segments.partition_point(|segment| segment.bucket < bucket);
        let end = self.segments.partition_point(|segment| segment.bucket <= bucket);
        self.segments.get(start..end).unwrap_or_default()
    }

    /// The rows of a bucket, and the bytes that they take.
    pub(super) fn size_of_bucket(&self, bucket: u16) -> (u64, u64) {
        let segments = self.of_bucket(bucket).iter();
        segments.fold((0, 0), |(rows, bytes), segment| {
            (rows.saturating_add(segment.rows.into()), bytes.saturating_add(segment.length.into()))
        })
    }

    pub(super) fn rows(&self) -> u64 {
        self.segments.iter().fold(0, |rows, segment| rows.saturating_add(segment.rows.into()))
    }

    /// The table of segments and the schema, as bytes for the work folder.
    pub(super) fn to_bytes(&self) -> Result<Vec<u8>, Error> {
        let head = head(&self.schema)?;
        let mut bytes = Vec::with_capacity(self.segments.len().saturating_mul(RECORD).saturating_add(head.len()));
        bytes.extend_from_slice(&u64::try_from(head.len()).unwrap_or(0).to_le_bytes());
        bytes.extend_from_slice(&head);
        for segment in &self.segments {
            bytes.extend_from_slice(&segment.bucket.to_le_bytes());
            bytes.extend_from_slice(&segment.file.to_le_bytes());
            bytes.extend_from_slice(&segment.rows.to_le_bytes());
            bytes.extend_from_slice(&segment.offset.to_le_bytes());
            bytes.extend_from_slice(&segment.length.to_le_bytes());
            bytes.extend_from_slice(&segment.crc.to_le_bytes());
        }
        Ok(bytes)
    }

    /// Reads back what [`Spilled::to_bytes`] gave; none if it is something else.
    pub(super) fn from_bytes(files: Vec<PathBuf>, bytes: &[u8]) -> Option<Spilled> {
        let mut bytes = Bytes { bytes };
        let head = usize::try_from(u64::from_le_bytes(bytes.take()?)).ok()?;
        let (head, table) = bytes.bytes.split_at_checked(head)?;
        let mut decoder = StreamDecoder::new();
        decoder.decode(&mut Buffer::from(head)).ok()?;
        let mut segments = Vec::new();
        let mut table = Bytes { bytes: table };
        while !table.bytes.is_empty() {
            segments.push(Segment {
                bucket: u16::from_le_bytes(table.take()?),
                file: u16::from_le_bytes(table.take()?),
                rows: u32::from_le_bytes(table.take()?),
                offset: u64::from_le_bytes(table.take()?),
                length: u32::from_le_bytes(table.take()?),
                crc: u32::from_le_bytes(table.take()?),
            });
        }
        Some(Spilled::of(decoder.schema()?, files, segments))
    }

    /// Whether every work file is as long as its segments say.
    pub(super) fn check_lengths(&self) -> Result<(), Error> {
        for (number, path) in (0_u16..).zip(&self.files) {
            let ends = self.segments.iter().filter(|segment| segment.file == number);
            let length = ends.map(|segment| segment.offset.saturating_add(segment.length.into())).max().unwrap_or(0);
            let found = fs::metadata(path).map_err(|fault| unreadable(path, &fault))?.len();
            if found != length {
                return Err(damaged(path));
            }
        }
        Ok(())
    }

    /// Whether all rows are as they were written; in the order in which they stand.
    pub(super) fn is_whole(&self) -> bool {
        let Ok(reader) = self.reader() else { return false };
        let mut segments: Vec<&Segment> = self.segments.iter().collect();
        segments.sort_unstable_by_key(|segment| (segment.file, segment.offset));
        segments.into_iter().all(|segment| reader.segment(segment).is_ok())
    }

    /// A reader for all threads.
    pub(super) fn reader(&self) -> Result<Reader<'_>, Error> {
        let open = |path: &PathBuf| File::open(path).map_err(|fault| unreadable(path, &fault));
        let files = self.files.iter().map(open).collect::<Result<_, _>>()?;
        Ok(Reader { spilled: self, files, head: Buffer::from(head(&self.schema)?) })
    }
}

/// Little-endian numbers, one after another.
struct Bytes<'a> {
    bytes: &'a [u8],
}

impl Bytes<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.bytes.split_first_chunk::<N>()?;
        self.bytes = rest;
        Some(*taken)
    }
}

/// Reads buckets back, each segment checked against what was written.
#[derive(Debug)]
pub(super) struct Reader<'s> {
    spilled: &'s Spilled,
    files: Vec<File>,
    head: Buffer,
}

impl Reader<'_> {
    /// All rows of a bucket.
    pub(super) fn bucket(&self, bucket: u16) -> Result<RecordBatch, Error> {
        let mut batches = Vec::new();
        self.each(bucket, |rows| {
            batches.push(rows);
            Ok(())
        })?;
        match (batches.pop(), batches.is_empty()) {
            (Some(only), true) => Ok(only),
            (last, _) => {
                batches.extend(last);
                concat_batches(self.spilled.schema(), &batches).map_err(unencodable)
            }
        }
    }

    /// The bytes of a segment, and where they are from.
    fn segment(&self, segment: &Segment) -> Result<(Vec<u8>, &Path), Error> {
        let number = usize::from(segment.file);
        let (Some(file), Some(path)) = (self.files.get(number), self.spilled.files.get(number)) else {
            return Err(damaged(Path::new("claims")));
        };
        let bytes = read(file, segment).map_err(|fault| unreadable(path, &fault))?;
        if crc32fast::hash(&bytes) == segment.crc { Ok((bytes, path)) } else { Err(damaged(path)) }
    }

    /// The rows of a bucket, segment by segment.
    pub(super) fn each(
        &self,
        bucket: u16,
        mut take: impl FnMut(RecordBatch) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut decoder = StreamDecoder::new();
        decoder.decode(&mut self.head.clone()).map_err(unencodable)?;
        for segment in self.spilled.of_bucket(bucket) {
            let (bytes, path) = self.segment(segment)?;
            let mut buffer = Buffer::from_vec(bytes);
            while let Some(rows) = decoder.decode(&mut buffer).map_err(|_| damaged(path))? {
                take(rows)?;
            }
        }
        Ok(())
    }
}

fn read(file: &File, segment: &Segment) -> std::io::Result<Vec<u8>> {
    let mut bytes = vec![0; usize::try_from(segment.length).unwrap_or(0)];
    read_exact_at(file, &mut bytes, segment.offset)?;
    Ok(bytes)
}

#[cfg(unix)]
fn read_exact_at(file: &File, bytes: &mut [u8], offset: u64) -> std::io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, offset)
}

#[cfg(windows)]
fn read_exact_at(file: &File, mut bytes: &mut [u8], mut offset: u64) -> std::io::Result<()> {
    while !bytes.is_empty() {
        let read = std::os::windows::fs::FileExt::seek_read(file, bytes, offset)?;
        if read == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        bytes = bytes.get_mut(read..).unwrap_or_default();
        offset = offset.saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
    }
    Ok(())
}

/// The message that says what the columns are.
fn head(schema: &SchemaRef) -> Result<Vec<u8>, Error> {
    let mut encoder = StreamEncoder::try_new(schema).map_err(unencodable)?;
    let buffers = encoder.encode(&RecordBatch::new_empty(schema.clone())).map_err(unencodable)?;
    Ok(buffers.iter().flat_map(|buffer| buffer.iter().copied()).collect())
}

/// Plain columns can always be written and put together, unless memory ends.
pub(super) fn unencodable(fault: ArrowError) -> Error {
    Error::memory(say!("工作数据无法处理：{fault}", "the columns cannot be kept: {fault}"))
}

/// The path of a thread's work file.
pub(super) fn path(folder: &Path, name: &str, thread: usize) -> PathBuf {
    folder.join(format!("{name}-{thread}.rows"))
}

const _: () = assert!(MOST_BUCKETS < 0xffff, "a bucket is 16 bits");

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::Arc;

    use arrow_array::cast::AsArray;
    use arrow_array::types::Int64Type;
    use arrow_array::{Int64Array, StringArray};
    use arrow_schema::{DataType, Field, Schema};

    use super::*;

    fn rows(numbers: &[i64]) -> RecordBatch {
        let schema =
            Schema::new(vec![Field::new("number", DataType::Int64, true), Field::new("text", DataType::Utf8, false)]);
        let texts: StringArray = numbers.iter().map(|number| Some(format!("t{number}"))).collect();
        let numbers: Int64Array = numbers.iter().map(|number| (*number != 0).then_some(*number)).collect();
        RecordBatch::try_new(Arc::new(schema), vec![Arc::new(numbers), Arc::new(texts)]).unwrap()
    }

    fn numbers(rows: &RecordBatch) -> Vec<Option<i64>> {
        rows.column(0).as_primitive::<Int64Type>().iter().collect()
    }

    #[test]
    fn rows_come_back_by_bucket_and_a_changed_byte_is_seen() {
        let folder = std::env::temp_dir().join(format!("huzhu-spill-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let path = path(&folder, "claims", 0);
        let schema = rows(&[]).schema();
        let mut spill = Spill::create(path.clone(), 0, &schema, &Space::unlimited()).unwrap();
        spill.hold(rows(&[1, 2, 3]), vec![5, 0, 5]);
        spill.hold(rows(&[0, 9, 4]), vec![5, NOWHERE, 1]);
        assert!(spill.held_bytes() > 0);
        spill.flush().unwrap();
        spill.hold(rows(&[6]), vec![5]);
        let spilled = Spilled::of(schema, vec![path.clone()], spill.finish().unwrap());
        let bytes = spilled.to_bytes().unwrap();
        let spilled = Spilled::from_bytes(vec![path.clone()], &bytes).unwrap();
        spilled.check_lengths().unwrap();
        assert_eq!((spilled.rows(), spilled.size_of_bucket(5).0), (6, 4));
        let reader = spilled.reader().unwrap();
        let read = |bucket| numbers(&reader.bucket(bucket).unwrap());
        assert_eq!(read(5), [Some(1), Some(3), None, Some(6)]);
        assert_eq!((read(0), read(1), read(2)), (vec![Some(2)], vec![Some(4)], vec![]));

        let mut changed = fs::read(&path).unwrap();
        let last = changed.len() - 100;
        changed[last] ^= 1;
        fs::write(&path, &changed).unwrap();
        let error = spilled.reader().unwrap().bucket(5).unwrap_err();
        assert!(error.is_resume(), "{error}");
        fs::write(&path, &changed[..100]).unwrap();
        assert!(spilled.check_lengths().unwrap_err().is_resume());
        assert!(Spilled::from_bytes(Vec::new(), &bytes[..bytes.len() - 1]).is_none());
        fs::remove_dir_all(&folder).unwrap();
    }
}
