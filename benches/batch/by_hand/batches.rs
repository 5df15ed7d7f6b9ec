//! Claims joined with their covers and decided, on several threads, everything in memory.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use arrow_array::cast::AsArray;
use arrow_array::types::{ArrowDictionaryKeyType, Decimal64Type, Int32Type, UInt8Type, UInt16Type};
use arrow_array::{
    Array, ArrayRef, Decimal64Array, DictionaryArray, PrimitiveArray, RecordBatch, StringArray, StringViewArray,
    UInt8Array, UInt16Array,
};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use xxhash_rust::xxh3::xxh3_128;

use super::columns::cause;
use super::covers::{BLOCK, Covers};
use super::members::{Claims, Decider, Record, partition, partitions};
use super::table::{Table, column, dates, is_given, numbers, unless, views};
use super::threads::on_threads;
use super::{Answer, Before, Claim, Decision, NO_BURDEN, NO_CAUSE, NO_EVENT_DATE, decide, decision_name, reasons};

pub(crate) const CLAIM_COLUMNS: &[&str] = &[
    "claim_id",
    "enrollment_id",
    "event_date",
    "cause",
    "death",
    "disability_grade",
    "hospital_days",
    "personal_burden",
];
/// No answer is this.
const NOT_YET: u64 = u64::MAX;

/// Decides claims; gives what of them is written again, in batches, and the answers by row.
pub(crate) fn decide_all(claims: &Table, enrollments: &Table, threads: usize) -> (Vec<Kept>, Vec<Answer>) {
    let covers = Covers::read(enrollments, threads);
    let answers: Vec<AtomicU64> = std::iter::repeat_with(|| AtomicU64::new(NOT_YET)).take(claims.rows()).collect();
    let (kept, parts) = read_claims(claims, &covers, &answers, threads);
    decide_members(&kept, &parts, &answers, threads);
    let answers = answers.into_iter().map(|answer| Answer(answer.into_inner())).collect();
    (kept, answers)
}

/// Claims that were read together: their ids, to be written again, and the few that must be looked at again.
pub(crate) struct Kept {
    pub(crate) first_row: usize,
    pub(crate) group: usize,
    pub(crate) claim_ids: StringViewArray,
    enrollment_ids: StringViewArray,
    with_gaps: Vec<(u32, Claim)>,
}

/// Records by thread and part.
type Parts = Vec<Vec<Vec<Record>>>;

fn read_claims(table: &Table, covers: &Covers, answers: &[AtomicU64], threads: usize) -> (Vec<Kept>, Parts) {
    let starts = table.starts();
    let count = partitions(answers.len());
    let read = on_threads(threads, table.groups().count(), |groups| {
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

/// As long as that of the pack.
const FINGERPRINT: &str = "0123456789abcdef";

pub(crate) fn schema() -> SchemaRef {
    let small = |key: DataType| DataType::Dictionary(Box::new(key), Box::new(DataType::Utf8));
    Arc::new(Schema::new(vec![
        Field::new("claim_id", DataType::Utf8View, false),
        Field::new("enrollment_id", DataType::Utf8View, false),
        Field::new("plan", small(DataType::UInt8), false),
        Field::new("plan_version", small(DataType::UInt8), false),
        Field::new("decision", small(DataType::UInt8), false),
        Field::new("payable", DataType::Decimal64(18, 2), false),
        Field::new("reasons", small(DataType::UInt16), false),
        Field::new("notices", small(DataType::UInt8), false),
        Field::new("reverses", small(DataType::UInt8), false),
        Field::new("to_recover", DataType::Decimal64(18, 2), false),
        Field::new("pack_fingerprint", small(DataType::UInt8), false),
    ]))
}

/// The result for the claims of one batch, of the answers to all. Nothing is noticed, and nothing is taken back.
pub(crate) fn columns_of(kept: &Kept, answers: &[Answer]) -> [ArrayRef; 11] {
    let rows = kept.claim_ids.len();
    let answers = &answers[kept.first_row..kept.first_row + rows];
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
    let always = |text: &str| dictionary::<UInt8Type>(UInt8Array::from(vec![0; rows]), &[text]);
    [
        Arc::new(kept.claim_ids.clone()),
        Arc::new(kept.enrollment_ids.clone()),
        always("henan-accident"),
        always("1"),
        dictionary::<UInt8Type>(decided, &decisions.map(decision_name)),
        Arc::new(payable.with_data_type(DataType::Decimal64(18, 2))),
        dictionary::<UInt16Type>(keys, &texts),
        always(""),
        always(""),
        Arc::new(Decimal64Array::from(vec![0; rows]).with_data_type(DataType::Decimal64(18, 2))),
        always(FINGERPRINT),
    ]
}

fn dictionary<K: ArrowDictionaryKeyType>(keys: PrimitiveArray<K>, values: &[impl AsRef<str>]) -> ArrayRef {
    let values = StringArray::from_iter_values(values.iter().map(AsRef::as_ref));
    Arc::new(DictionaryArray::<K>::try_new(keys, Arc::new(values)).expect("keys of these values"))
}
