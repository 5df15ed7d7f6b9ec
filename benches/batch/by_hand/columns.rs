//! Claims in memory, joined with their covers, column by column: what computing alone takes.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Decimal128Type, Int32Type};
use arrow_array::{Array, RecordBatch};

use super::members::{Claims, Decider, Record, partition, partitions};
use super::{
    Answer, Before, Claim, NEVER, NO_BIRTH_DATE, NO_BURDEN, NO_CAUSE, NO_END, NO_EVENT_DATE, NO_SHARES, NO_START,
    decide,
};

#[derive(Default)]
pub(crate) struct Columns {
    /// The number in the claim's id: ids of one length compare as their numbers do.
    id: Vec<u64>,
    member: Vec<u64>,
    event_date: Vec<i32>,
    birth_date: Vec<i32>,
    start: Vec<i32>,
    end: Vec<i32>,
    previous_end: Vec<i32>,
    cause: Vec<u8>,
    is_death: Vec<bool>,
    disability_grade: Vec<u8>,
    hospital_days: Vec<u16>,
    shares: Vec<u16>,
    personal_burden: Vec<i64>,
    missing: Vec<u8>,
}

/// Room for [`Columns::decide_with_limits`] that is used again and again.
#[derive(Default)]
pub(crate) struct Room {
    parts: Vec<Vec<Record>>,
    group: Vec<Record>,
    decider: Decider,
}

impl Columns {
    /// Joins claims with enrollments; not a part of what is timed.
    pub(crate) fn join(claims: &RecordBatch, enrollments: &RecordBatch) -> Columns {
        let ids = text(enrollments, "enrollment_id");
        let by_id: BTreeMap<&str, usize> = (0..enrollments.num_rows()).map(|row| (ids.value(row), row)).collect();
        let (claim_ids, enrollment_ids) = (text(claims, "claim_id"), text(claims, "enrollment_id"));
        let members = text(enrollments, "member_id");
        let mut columns = Columns::default();
        for row in 0..claims.num_rows() {
            let cover = by_id[enrollment_ids.value(row)];
            columns.id.push(digits(claim_ids.value(row)));
            columns.member.push(digits(members.value(cover)));
            columns.push(&read(claims, row, enrollments, cover));
        }
        columns
    }

    fn push(&mut self, claim: &Claim) {
        self.event_date.push(claim.event_date);
        self.birth_date.push(claim.birth_date);
        self.start.push(claim.start);
        self.end.push(claim.end);
        self.previous_end.push(claim.previous_end);
        self.cause.push(claim.cause);
        self.is_death.push(claim.is_death);
        self.disability_grade.push(claim.disability_grade);
        self.hospital_days.push(claim.hospital_days);
        self.shares.push(claim.shares);
        self.personal_burden.push(claim.personal_burden);
        self.missing.push(claim.missing);
    }

    pub(crate) fn len(&self) -> usize {
        self.id.len()
    }

    #[expect(clippy::inline_always, reason = "a claim is never put together where not all of it is used")]
    #[inline(always)]
    fn at(&self, row: usize) -> Claim {
        Claim {
            event_date: self.event_date[row],
            birth_date: self.birth_date[row],
            start: self.start[row],
            end: self.end[row],
            previous_end: self.previous_end[row],
            cause: self.cause[row],
            is_death: self.is_death[row],
            disability_grade: self.disability_grade[row],
            hospital_days: self.hospital_days[row],
            shares: self.shares[row],
            personal_burden: self.personal_burden[row],
            missing: self.missing[row],
        }
    }

    /// Each claim as if it were the member's first.
    pub(crate) fn decide_alone(&self, answers: &mut Vec<Answer>) {
        answers.clear();
        answers.extend((0..self.len()).map(|row| decide(&self.at(row), Before::default()).0));
    }

    /// Each claim after those of the same member before it.
    pub(crate) fn decide_with_limits(&self, room: &mut Room, answers: &mut Vec<Answer>) {
        if self.member.is_sorted() {
            self.decide_in_order(room, answers);
        } else {
            self.decide_in_parts(room, answers);
        }
    }

    /// Most of a claim does not depend on those before it and is decided at once. What does is dealt out by member into parts
    /// that fit the cache, and put in order there.
    fn decide_in_parts(&self, room: &mut Room, answers: &mut Vec<Answer>) {
        answers.clear();
        let count = partitions(self.len());
        room.parts.resize_with(count, Vec::new);
        room.parts.iter_mut().for_each(Vec::clear);
        for row in 0..self.len() {
            let claim = self.at(row);
            let answer = decide(&claim, Before::default()).0;
            answers.push(answer);
            if Record::is_needed(&claim, answer) {
                let member = self.member[row];
                room.parts[partition(member, count)].push(Record::of(&claim, answer, (member, 0), row as u32));
            }
        }
        for part in &room.parts {
            room.decider.decide(part, self, |row, answer| answers[row as usize] = answer);
        }
    }

    /// Claims that stand member by member.
    fn decide_in_order(&self, room: &mut Room, answers: &mut Vec<Answer>) {
        self.decide_alone(answers);
        let mut first = 0;
        for member in self.member.chunk_by(|left, right| left == right) {
            let rows = first..first + member.len();
            first = rows.end;
            if rows.len() > 1 {
                let needed = rows.filter_map(|row| {
                    let claim = self.at(row);
                    let is_needed = Record::is_needed(&claim, answers[row]);
                    is_needed.then(|| Record::of(&claim, answers[row], (0, 0), row as u32))
                });
                room.group.clear();
                room.group.extend(needed);
                let records = room.group.iter().copied();
                room.decider.decide_member(records, self, |row, answer| answers[row as usize] = answer);
            }
        }
    }
}

impl Claims for Columns {
    fn claim(&self, row: u32) -> Claim {
        self.at(row as usize)
    }

    fn compare_ids(&self, left: u32, right: u32) -> Ordering {
        self.id[left as usize].cmp(&self.id[right as usize])
    }
}

fn read(claims: &RecordBatch, row: usize, enrollments: &RecordBatch, cover: usize) -> Claim {
    let mut claim = Claim::default();
    let date = |batch: &RecordBatch, name: &str, row: usize| {
        let column = column(batch, name).as_primitive::<Date32Type>();
        column.is_valid(row).then(|| column.value(row))
    };
    let number = |batch: &RecordBatch, name: &str, row: usize| {
        let column = column(batch, name).as_primitive::<Int32Type>();
        column.is_valid(row).then(|| column.value(row))
    };
    let mut or_missing = |value: Option<i32>, bit: u8| {
        claim.missing |= if value.is_some() { 0 } else { bit };
        value.unwrap_or_default()
    };
    claim.event_date = or_missing(date(claims, "event_date", row), NO_EVENT_DATE);
    claim.birth_date = or_missing(date(enrollments, "birth_date", cover), NO_BIRTH_DATE);
    claim.start = or_missing(date(enrollments, "coverage_start", cover), NO_START);
    claim.end = or_missing(date(enrollments, "coverage_end", cover), NO_END);
    claim.shares = or_missing(number(enrollments, "shares", cover), NO_SHARES) as u16;
    let causes = column(claims, "cause").as_dictionary::<Int32Type>();
    let cause = causes.key(row).map(|key| cause(causes.values().as_string::<i32>().value(key)));
    claim.cause = or_missing(cause.map(i32::from), NO_CAUSE) as u8;
    let burdens = column(claims, "personal_burden").as_primitive::<Decimal128Type>();
    if burdens.is_valid(row) {
        claim.personal_burden = burdens.value(row) as i64;
    } else {
        claim.missing |= NO_BURDEN;
    }
    claim.previous_end = date(enrollments, "previous_coverage_end", cover).unwrap_or(NEVER);
    let deaths = column(claims, "death").as_boolean();
    claim.is_death = deaths.is_valid(row) && deaths.value(row);
    claim.disability_grade = number(claims, "disability_grade", row).unwrap_or_default() as u8;
    claim.hospital_days = number(claims, "hospital_days", row).unwrap_or_default() as u16;
    claim
}

/// In the order of the codes of [`super`].
pub(crate) fn cause(text: &str) -> u8 {
    match text {
        "accident" => super::ACCIDENT,
        "sudden-death" => super::SUDDEN_DEATH,
        _ => super::SUDDEN_DEATH + 1,
    }
}

fn column<'b>(batch: &'b RecordBatch, name: &str) -> &'b dyn Array {
    batch.column_by_name(name).expect("the column is there").as_ref()
}

fn text<'b>(batch: &'b RecordBatch, name: &str) -> &'b arrow_array::StringArray {
    column(batch, name).as_string::<i32>()
}

fn digits(id: &str) -> u64 {
    id.bytes().filter(u8::is_ascii_digit).fold(0, |number, digit| number * 10 + u64::from(digit - b'0'))
}
