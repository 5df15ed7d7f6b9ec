//! The whole command by hand: from Parquet to Parquet, on several threads, everything in memory.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex};

use arrow::array::{
    Array, ArrayRef, AsArray, Decimal64Array, DictionaryArray, RecordBatch, StringArray, StringViewArray, UInt8Array,
    UInt16Array,
};
use arrow::buffer::NullBuffer;
use arrow::datatypes::{
    ArrowDictionaryKeyType, DataType, Date32Type, Decimal64Type, Field, Int32Type, Schema, SchemaRef, UInt8Type,
    UInt16Type,
};
use parquet::arrow::ArrowWriter;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use parquet::arrow::arrow_writer::{ArrowColumnChunk, ArrowRowGroupWriterFactory, compute_leaves};
use parquet::basic::Compression;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::SerializedFileWriter;
use xxhash_rust::xxh3::xxh3_128;

use super::columns::cause;
use super::members::{Claims, Decider, Record, partition, partitions};
use super::{
    Answer, Before, Claim, Decision, NEVER, NO_BIRTH_DATE, NO_BURDEN, NO_CAUSE, NO_END, NO_EVENT_DATE, NO_SHARES,
    NO_START, decide, decision_name, reasons,
};

const ROWS_AT_ONCE: usize = 16_384;
/// For so many claims their covers are looked up together, so that the memory is asked for many at once.
const BLOCK: usize = 512;
/// The number of a cover is its row group and its row therein.
const ROW_BITS: u32 = 20;
/// No answer has this decision.
const NOT_YET: u64 = u64::MAX;

/// Decides `claims.parquet` with `enrollments.parquet` of a folder; gives the answers by row.
pub(crate) fn run(folder: &Path, out: &Path, threads: usize) -> Vec<Answer> {
    let covers = Covers::read(&folder.join("enrollments.parquet"), threads);
    let claims = Table::open(&folder.join("claims.parquet"), CLAIM_COLUMNS);
    let answers: Vec<AtomicU64> = std::iter::repeat_with(|| AtomicU64::new(NOT_YET)).take(claims.rows()).collect();
    let (kept, parts) = read_claims(&claims, &covers, &answers, threads);
    decide_members(&kept, &parts, &answers, threads);
    drop(parts);
    let answers: Vec<Answer> = answers.into_iter().map(|answer| Answer(answer.into_inner())).collect();
    write(out, &kept, &answers, threads);
    answers
}

/// A Parquet file of which some columns are read.
struct Table {
    path: PathBuf,
    metadata: ArrowReaderMetadata,
    columns: &'static [&'static str],
}

const CLAIM_COLUMNS: &[&str] = &[
    "claim_id",
    "enrollment_id",
    "event_date",
    "cause",
    "death",
    "disability_grade",
    "hospital_days",
    "personal_burden",
];
const ENROLLMENT_COLUMNS: &[&str] = &[
    "enrollment_id",
    "member_id",
    "plan",
    "shares",
    "birth_date",
    "coverage_start",
    "coverage_end",
    "previous_coverage_end",
];

impl Table {
    /// Texts are read where they lie, amounts as 64-bit integers.
    fn open(path: &Path, columns: &'static [&'static str]) -> Table {
        let file = File::open(path).expect("the file is there");
        let metadata = ArrowReaderMetadata::load(&file, ArrowReaderOptions::new()).expect("a Parquet file");
        let fields = metadata.schema().fields().iter().map(|field| {
            let kind = match field.data_type() {
                DataType::Utf8 => DataType::Utf8View,
                DataType::Decimal128(precision, scale) => DataType::Decimal64(*precision, *scale),
                other => other.clone(),
            };
            Field::new(field.name(), kind, field.is_nullable())
        });
        let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        let options = ArrowReaderOptions::new().with_schema(schema);
        let metadata = ArrowReaderMetadata::load(&file, options).expect("the types fit");
        Table { path: path.to_owned(), metadata, columns }
    }

    fn rows(&self) -> usize {
        usize::try_from(self.metadata.metadata().file_metadata().num_rows()).unwrap_or_default()
    }

    fn groups(&self) -> usize {
        self.metadata.metadata().num_row_groups()
    }

    /// The first row of each row group.
    fn starts(&self) -> Vec<usize> {
        let groups = self.metadata.metadata().row_groups().iter();
        let mut next = 0;
        let starts = groups.map(|group| {
            let start = next;
            next += usize::try_from(group.num_rows()).unwrap_or_default();
            start
        });
        starts.collect()
    }

    fn batches(&self, group: usize) -> impl Iterator<Item = RecordBatch> {
        let file = File::open(&self.path).expect("the file is still there"); // a cloned handle would share its place
        let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, self.metadata.clone());
        let mask = ProjectionMask::columns(builder.parquet_schema(), self.columns.iter().copied());
        let builder = builder.with_row_groups(vec![group]).with_projection(mask).with_batch_size(ROWS_AT_ONCE);
        builder.build().expect("the row group is there").map(|batch| batch.expect("the row group is whole"))
    }
}

/// Runs the same work on several threads; the numbers below `count` are handed out one by one.
fn on_threads<T: Send>(
    threads: usize,
    count: usize,
    work: impl Fn(&mut dyn Iterator<Item = usize>) -> T + Sync,
) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let take = || Some(next.fetch_add(1, Relaxed)).filter(|number| *number < count);
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(|| work(&mut std::iter::from_fn(take)))).collect();
        workers.into_iter().map(|worker| worker.join().expect("the thread ended well")).collect()
    })
}

/// What of an enrollment a claim needs.
#[derive(Clone, Copy)]
struct Cover {
    /// The half of the id's hash that its place in the table does not tell.
    id: u64,
    member: u64,
    more_of_member: u32,
    birth_date: i32,
    start: i32,
    end: i32,
    previous_end: i32,
    shares: u16,
    missing: u8,
}

/// Covers by the hash of their ids, 128 bits of it: two ids that share one have not been seen yet.
struct Covers {
    groups: Vec<Vec<Cover>>,
    /// 32 bits of the hash and the number of the cover, from 1.
    slots: Vec<AtomicU64>,
    shift: u32,
}

impl Covers {
    fn read(path: &Path, threads: usize) -> Covers {
        let table = Table::open(path, ENROLLMENT_COLUMNS);
        let bits = usize::BITS - (table.rows() * 2).leading_zeros();
        let slots = std::iter::repeat_with(|| AtomicU64::new(0)).take(1 << bits).collect();
        let mut covers = Covers { groups: Vec::new(), slots, shift: u64::BITS - bits };
        let mut groups: Vec<(usize, Vec<Cover>)> = on_threads(threads, table.groups(), |numbers| {
            numbers.map(|number| (number, covers.read_group(&table, number))).collect::<Vec<_>>()
        })
        .into_iter()
        .flatten()
        .collect();
        groups.sort_unstable_by_key(|(number, _)| *number);
        covers.groups = groups.into_iter().map(|(_, group)| group).collect();
        covers
    }

    fn read_group(&self, table: &Table, number: usize) -> Vec<Cover> {
        let (mut group, mut places) = (Vec::new(), Vec::new());
        for batch in table.batches(number) {
            let (ids, members) = (views(&batch, "enrollment_id"), views(&batch, "member_id"));
            let (birth_dates, births_given) = dates(&batch, "birth_date");
            let (starts, starts_given) = dates(&batch, "coverage_start");
            let (ends, ends_given) = dates(&batch, "coverage_end");
            let (previous_ends, previous_given) = dates(&batch, "previous_coverage_end");
            let (shares, shares_given) = numbers(&batch, "shares");
            check_plan(&batch);
            for row in 0..batch.num_rows() {
                let id = xxh3_128(ids.value(row).as_bytes());
                let member = xxh3_128(members.value(row).as_bytes());
                places.push((id as u64, (number << ROW_BITS | group.len()) as u64 + 1));
                group.push(Cover {
                    id: (id >> 64) as u64,
                    member: member as u64,
                    more_of_member: (member >> 64) as u32,
                    birth_date: birth_dates[row],
                    start: starts[row],
                    end: ends[row],
                    previous_end: if is_given(previous_given, row) { previous_ends[row] } else { NEVER },
                    shares: shares[row] as u16,
                    missing: unless(births_given, row, NO_BIRTH_DATE)
                        | unless(starts_given, row, NO_START)
                        | unless(ends_given, row, NO_END)
                        | unless(shares_given, row, NO_SHARES),
                });
            }
            self.insert(&places);
            places.clear();
        }
        assert!(group.len() < 1 << ROW_BITS, "row groups are smaller");
        group
    }

    fn insert(&self, places: &[(u64, u64)]) {
        for block in places.chunks(BLOCK) {
            // Slots are touched before they are written: reads wait for each other less than exchanges do.
            let touched = block.iter().fold(0, |sum, (id, _)| sum ^ self.slots[self.slot(*id)].load(Relaxed));
            std::hint::black_box(touched);
            for (id, number) in block {
                let entry = id << 32 | number;
                let mut slot = self.slot(*id);
                while self.slots[slot].compare_exchange(0, entry, Relaxed, Relaxed).is_err() {
                    slot = (slot + 1) & (self.slots.len() - 1);
                }
            }
        }
    }

    #[inline]
    fn slot(&self, id: u64) -> usize {
        (id >> self.shift) as usize
    }

    /// Finds the covers of a block of claims. The table is gone through first and the covers then, so that no read of memory
    /// waits for another.
    fn find(&self, ids: &[u128], numbers: &mut Vec<u32>, found: &mut Vec<Cover>) {
        numbers.clear();
        numbers.extend(ids.iter().map(|id| self.next_number(*id, self.slot(*id as u64)).0));
        found.clear();
        found.extend(numbers.iter().map(|number| *self.cover(*number)));
        for (id, cover) in ids.iter().zip(found) {
            let mut slot = self.slot(*id as u64);
            while cover.id != (id >> 64) as u64 {
                let number;
                (number, slot) = self.next_number(*id, slot);
                *cover = *self.cover(number);
            }
        }
    }

    /// The number of the next cover that shares half of the hash, and the slot after it.
    #[inline]
    fn next_number(&self, id: u128, mut slot: usize) -> (u32, usize) {
        loop {
            let entry = self.slots[slot].load(Relaxed);
            slot = (slot + 1) & (self.slots.len() - 1);
            if (entry >> 32) as u32 == id as u32 && entry as u32 != 0 {
                return (entry as u32 - 1, slot);
            }
            assert_ne!(entry, 0, "every claim has its enrollment");
        }
    }

    #[inline]
    fn cover(&self, number: u32) -> &Cover {
        &self.groups[(number >> ROW_BITS) as usize][number as usize & ((1 << ROW_BITS) - 1)]
    }
}

/// Claims that were read together: their ids, to be written again, and the few that must be looked at again.
struct Kept {
    first_row: usize,
    group: usize,
    claim_ids: StringViewArray,
    enrollment_ids: StringViewArray,
    with_gaps: Vec<(u32, Claim)>,
}

/// Records by thread and part.
type Parts = Vec<Vec<Vec<Record>>>;

fn read_claims(table: &Table, covers: &Covers, answers: &[AtomicU64], threads: usize) -> (Vec<Kept>, Parts) {
    let starts = table.starts();
    let count = partitions(answers.len());
    let read = on_threads(threads, table.groups(), |groups| {
        let mut parts = vec![Vec::new(); count];
        let mut kept = Vec::new();
        for group in groups {
            let mut first_row = starts[group];
            for batch in table.batches(group) {
                let with_gaps = read_batch(&batch, first_row, covers, answers, &mut parts);
                let (claim_ids, enrollment_ids) = (views(&batch, "claim_id"), views(&batch, "enrollment_id"));
                let (claim_ids, enrollment_ids) = (claim_ids.clone(), enrollment_ids.clone());
                kept.push(Kept { first_row, group, claim_ids, enrollment_ids, with_gaps });
                first_row += batch.num_rows();
            }
        }
        (kept, parts)
    });
    let (kept, parts): (Vec<Vec<Kept>>, Parts) = read.into_iter().unzip();
    let mut kept: Vec<Kept> = kept.into_iter().flatten().collect();
    kept.sort_unstable_by_key(|kept| kept.first_row);
    (kept, parts)
}

fn read_batch(
    batch: &RecordBatch,
    first_row: usize,
    covers: &Covers,
    answers: &[AtomicU64],
    parts: &mut [Vec<Record>],
) -> Vec<(u32, Claim)> {
    let enrollment_ids = views(batch, "enrollment_id");
    let (event_dates, dates_given) = dates(batch, "event_date");
    let causes = column(batch, "cause").as_dictionary::<Int32Type>();
    let (cause_keys, causes_given) = (causes.keys().values(), causes.nulls());
    let cause_codes: Vec<u8> = causes.values().as_string::<i32>().iter().flatten().map(cause).collect();
    let deaths = column(batch, "death").as_boolean();
    let (grades, grades_given) = numbers(batch, "disability_grade");
    let (days, days_given) = numbers(batch, "hospital_days");
    let burdens = column(batch, "personal_burden").as_primitive::<Decimal64Type>();
    let (burdens, burdens_given) = (burdens.values(), burdens.nulls());
    let mut with_gaps = Vec::new();
    let (mut ids, mut numbers_of_covers, mut found) = (Vec::new(), Vec::new(), Vec::new());
    for row in 0..batch.num_rows() {
        if row % BLOCK == 0 {
            let rows = row..(row + BLOCK).min(batch.num_rows());
            ids.clear();
            ids.extend(rows.map(|row| xxh3_128(enrollment_ids.value(row).as_bytes())));
            covers.find(&ids, &mut numbers_of_covers, &mut found);
        }
        let cover = &found[row % BLOCK];
        let claim = Claim {
            event_date: event_dates[row],
            birth_date: cover.birth_date,
            start: cover.start,
            end: cover.end,
            previous_end: cover.previous_end,
            cause: if is_given(causes_given, row) { cause_codes[cause_keys[row] as usize] } else { 0 },
            is_death: is_given(deaths.nulls(), row) && deaths.value(row),
            disability_grade: if is_given(grades_given, row) { grades[row] as u8 } else { 0 },
            hospital_days: if is_given(days_given, row) { days[row] as u16 } else { 0 },
            shares: cover.shares,
            personal_burden: burdens[row],
            missing: cover.missing
                | unless(dates_given, row, NO_EVENT_DATE)
                | unless(causes_given, row, NO_CAUSE)
                | unless(burdens_given, row, NO_BURDEN),
        };
        let at = (first_row + row) as u32;
        let answer = decide(&claim, Before::default()).0;
        answers[at as usize].store(answer.0, Relaxed);
        if Record::is_needed(&claim, answer) {
            let member = (cover.member, cover.more_of_member);
            parts[partition(cover.member, parts.len())].push(Record::of(&claim, answer, member, at));
            if answer.decision() == Decision::Pended {
                with_gaps.push((at, claim));
            }
        }
    }
    with_gaps
}

fn decide_members(kept: &[Kept], parts: &Parts, answers: &[AtomicU64], threads: usize) {
    let count = parts.first().map_or(0, Vec::len);
    on_threads(threads, count, |numbers| {
        let (mut decider, mut records) = (Decider::default(), Vec::new());
        for part in numbers {
            records.clear();
            for parts in parts {
                records.extend_from_slice(&parts[part]);
            }
            decider.decide(&records, &kept, |row, answer| answers[row as usize].store(answer.0, Relaxed));
        }
    });
}

impl Claims for &[Kept] {
    fn claim(&self, row: u32) -> Claim {
        let with_gaps = &self[batch_of(self, row)].with_gaps;
        let place = with_gaps.binary_search_by_key(&row, |(row, _)| *row).expect("it was kept");
        with_gaps[place].1
    }

    fn compare_ids(&self, left: u32, right: u32) -> Ordering {
        let id = |row: u32| {
            let kept = &self[batch_of(self, row)];
            kept.claim_ids.value(row as usize - kept.first_row)
        };
        id(left).cmp(id(right))
    }
}

fn batch_of(kept: &[Kept], row: u32) -> usize {
    kept.partition_point(|kept| kept.first_row <= row as usize) - 1
}

/// Writes a row group for each that was read, in the order of the input.
fn write(out: &Path, kept: &[Kept], answers: &[Answer], threads: usize) {
    let schema = schema();
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_dictionary_enabled(false)
        .set_statistics_enabled(EnabledStatistics::None)
        .set_offset_index_disabled(true)
        .build();
    let file = File::create(out).expect("the file can be created");
    let writer = ArrowWriter::try_new(file, Arc::clone(&schema), Some(properties)).expect("a schema");
    let (writer, factory) = writer.into_serialized_writer().expect("nothing is written yet");
    let groups: Vec<&[Kept]> = kept.chunk_by(|left, right| left.group == right.group).collect();
    let finished = Mutex::new(Finished { writer, next: 0, waiting: BTreeMap::new() });
    on_threads(threads, groups.len(), |numbers| {
        for number in numbers {
            let chunks = encode(&factory, number, groups[number], answers, &schema);
            finished.lock().expect("no thread failed").append(number, chunks);
        }
    });
    let finished = finished.into_inner().expect("no thread failed");
    finished.writer.close().expect("the disk has room");
}

struct Finished {
    writer: SerializedFileWriter<File>,
    next: usize,
    waiting: BTreeMap<usize, Vec<ArrowColumnChunk>>,
}

impl Finished {
    /// Row groups stand in their order, whichever thread is done first.
    fn append(&mut self, number: usize, chunks: Vec<ArrowColumnChunk>) {
        self.waiting.insert(number, chunks);
        while let Some(chunks) = self.waiting.remove(&self.next) {
            let mut group = self.writer.next_row_group().expect("the row group before is closed");
            for chunk in chunks {
                chunk.append_to_row_group(&mut group).expect("the disk has room");
            }
            group.close().expect("the disk has room");
            self.next += 1;
        }
    }
}

fn schema() -> SchemaRef {
    let small = |key: DataType| DataType::Dictionary(Box::new(key), Box::new(DataType::Utf8));
    Arc::new(Schema::new(vec![
        Field::new("claim_id", DataType::Utf8View, false),
        Field::new("enrollment_id", DataType::Utf8View, false),
        Field::new("plan", small(DataType::UInt8), false),
        Field::new("plan_version", small(DataType::UInt8), false),
        Field::new("decision", small(DataType::UInt8), false),
        Field::new("payable", DataType::Decimal64(18, 2), false),
        Field::new("reasons", small(DataType::UInt16), false),
    ]))
}

fn encode(
    factory: &ArrowRowGroupWriterFactory,
    number: usize,
    kept: &[Kept],
    answers: &[Answer],
    schema: &SchemaRef,
) -> Vec<ArrowColumnChunk> {
    let mut writers = factory.create_column_writers(number).expect("the schema can be written");
    for kept in kept {
        let rows = kept.claim_ids.len();
        let answers = &answers[kept.first_row..kept.first_row + rows];
        for ((array, field), writer) in columns_of(kept, answers).iter().zip(schema.fields()).zip(&mut writers) {
            for leaf in compute_leaves(field, array).expect("a flat column") {
                writer.write(&leaf).expect("the column can be encoded");
            }
        }
    }
    writers.into_iter().map(|writer| writer.close().expect("the column can be encoded")).collect()
}

fn columns_of(kept: &Kept, answers: &[Answer]) -> [ArrayRef; 7] {
    let rows = answers.len();
    let decisions = [Decision::Paid, Decision::NothingDue, Decision::Denied, Decision::Pended];
    let decided = UInt8Array::from_iter_values(answers.iter().map(|answer| answer.decision() as u8));
    let payable = Decimal64Array::from_iter_values(answers.iter().map(|answer| answer.payable()));
    let mut kinds: BTreeMap<u32, u16> = BTreeMap::from([(0, 0)]);
    let mut last = (0, 0);
    let keys = UInt16Array::from_iter_values(answers.iter().map(|answer| {
        let kind = answer.kind();
        if kind != last.0 {
            let fresh = kinds.len() as u16;
            last = (kind, *kinds.entry(kind).or_insert(fresh));
        }
        last.1
    }));
    let mut texts = vec![String::new(); kinds.len()];
    for (kind, place) in kinds {
        texts[usize::from(place)] = reasons(kind);
    }
    [
        Arc::new(kept.claim_ids.clone()),
        Arc::new(kept.enrollment_ids.clone()),
        dictionary::<UInt8Type>(UInt8Array::from(vec![0; rows]), &["henan-accident"]),
        dictionary::<UInt8Type>(UInt8Array::from(vec![0; rows]), &["1"]),
        dictionary::<UInt8Type>(decided, &decisions.map(decision_name)),
        Arc::new(payable.with_data_type(DataType::Decimal64(18, 2))),
        dictionary::<UInt16Type>(keys, &texts),
    ]
}

fn dictionary<K: ArrowDictionaryKeyType>(
    keys: arrow::array::PrimitiveArray<K>,
    values: &[impl AsRef<str>],
) -> ArrayRef {
    let values = StringArray::from_iter_values(values.iter().map(AsRef::as_ref));
    Arc::new(DictionaryArray::<K>::try_new(keys, Arc::new(values)).expect("keys of these values"))
}

/// Every enrollment is in the one plan that is known here.
fn check_plan(batch: &RecordBatch) {
    let plans = column(batch, "plan").as_dictionary::<Int32Type>();
    let texts = plans.values().as_string::<i32>();
    let ours = (0..texts.len()).find(|place| texts.value(*place) == "henan-accident").expect("the plan");
    let is_ours = plans.keys().values().iter().all(|key| *key as usize == ours);
    assert!(is_ours && plans.null_count() == 0, "another plan");
}

fn column<'b>(batch: &'b RecordBatch, name: &str) -> &'b dyn Array {
    batch.column_by_name(name).expect("the column is there").as_ref()
}

fn views<'b>(batch: &'b RecordBatch, name: &str) -> &'b StringViewArray {
    column(batch, name).as_string_view()
}

fn dates<'b>(batch: &'b RecordBatch, name: &str) -> (&'b [i32], Option<&'b NullBuffer>) {
    let dates = column(batch, name).as_primitive::<Date32Type>();
    (dates.values(), dates.nulls())
}

fn numbers<'b>(batch: &'b RecordBatch, name: &str) -> (&'b [i32], Option<&'b NullBuffer>) {
    let numbers = column(batch, name).as_primitive::<Int32Type>();
    (numbers.values(), numbers.nulls())
}

#[inline]
fn is_given(given: Option<&NullBuffer>, row: usize) -> bool {
    given.is_none_or(|given| given.is_valid(row))
}

#[inline]
fn unless(given: Option<&NullBuffer>, row: usize, bit: u8) -> u8 {
    if is_given(given, row) { 0 } else { bit }
}
