//! The claims of one member after another: what was paid before, by event, period and life.

use std::cmp::Ordering;

use super::{ACCIDENT, Answer, Before, Claim, Decision, NEVER, NO_SHARES, Paid, SUDDEN_DEATH, decide, pay, waits};

/// What is left to decide of an eligible claim once the member's claims before it are; half a cache line.
#[derive(Clone, Copy)]
pub(crate) struct Record {
    /// Who claims: 96 bits, a hash or a number.
    member: u64,
    more_of_member: u32,
    row: u32,
    event_date: i32,
    start: i32,
    personal_burden: u32,
    hospital_days: u8,
    /// The grade, and above it the shares.
    grade_and_shares: u8,
    flags: u8,
}

const IS_DEATH: u8 = 1;
const IS_ACCIDENT: u8 = 2;
const WAITS: u8 = 4;
/// Something is missing that may not be needed: the claim itself must be looked at again.
const HAS_GAPS: u8 = 8;

/// More of it changes no payout: it is beyond the limit of two shares.
const MOST_BURDEN: i64 = 2_000_000;
const MOST_DAYS: u16 = 100;

impl Record {
    pub(crate) fn of(claim: &Claim, alone: Answer, member: (u64, u32), row: u32) -> Record {
        Record {
            member: member.0,
            more_of_member: member.1,
            row,
            event_date: claim.event_date,
            start: claim.start,
            personal_burden: claim.personal_burden.min(MOST_BURDEN) as u32,
            hospital_days: claim.hospital_days.min(MOST_DAYS) as u8,
            grade_and_shares: claim.disability_grade | (claim.shares.min(2) as u8) << 4,
            flags: either(claim.is_death, IS_DEATH)
                | either(claim.cause == ACCIDENT, IS_ACCIDENT)
                | either(waits(claim), WAITS)
                | either(alone.decision() == Decision::Pended, HAS_GAPS),
        }
    }

    /// Whether the member's earlier claims could change the answer that the claim has alone.
    ///
    /// A claim that can be decided alone can be decided after others. One that cannot is decided after others only if it is for
    /// a death, which was paid before, so that the shares are not needed.
    #[inline]
    pub(crate) fn is_needed(claim: &Claim, alone: Answer) -> bool {
        match alone.decision() {
            Decision::Paid | Decision::NothingDue => true,
            Decision::Pended => claim.is_death && claim.missing & NO_SHARES != 0,
            Decision::Denied => false,
        }
    }

    #[inline]
    fn is_of_same_member(&self, other: &Record) -> bool {
        self.member == other.member && self.more_of_member == other.more_of_member
    }

    #[inline]
    fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    /// As much of the claim as paying it needs.
    fn claim(&self) -> Claim {
        Claim {
            event_date: self.event_date,
            start: self.start,
            previous_end: if self.has(WAITS) { NEVER } else { self.start },
            cause: if self.has(IS_ACCIDENT) { ACCIDENT } else { SUDDEN_DEATH },
            is_death: self.has(IS_DEATH),
            disability_grade: self.grade_and_shares & 15,
            hospital_days: u16::from(self.hospital_days),
            shares: u16::from(self.grade_and_shares >> 4),
            personal_burden: i64::from(self.personal_burden),
            ..Claim::default()
        }
    }
}

#[inline]
fn either(is_so: bool, flag: u8) -> u8 {
    if is_so { flag } else { 0 }
}

/// What the claims know of each other beside their records.
pub(crate) trait Claims {
    fn claim(&self, row: u32) -> Claim;
    fn compare_ids(&self, left: u32, right: u32) -> Ordering;
}

/// What one member was paid so far. Claims come by event date, so that of earlier events only the deaths count.
#[derive(Default)]
struct Account {
    event_date: i32,
    disability: i64,
    /// For disability and death.
    paid_for_event: i64,
    died_in_event: bool,
    died_before: bool,
    periods: Vec<Period>,
}

#[derive(Clone, Copy)]
struct Period {
    start: i32,
    medical: i64,
    allowance: i64,
    total: i64,
}

impl Account {
    fn clear(&mut self) {
        self.event_date = NEVER;
        self.disability = 0;
        self.paid_for_event = 0;
        self.died_in_event = false;
        self.died_before = false;
        self.periods.clear();
    }

    #[inline]
    fn before(&self, record: &Record) -> Before {
        let period = self.periods.iter().rev().find(|period| period.start == record.start);
        let is_of_event = record.event_date == self.event_date;
        Before {
            disability: if is_of_event { self.disability } else { 0 },
            of_event: if is_of_event { self.paid_for_event } else { 0 },
            medical: period.map_or(0, |period| period.medical),
            allowance: period.map_or(0, |period| period.allowance),
            total: period.map_or(0, |period| period.total),
            has_died: self.died_before || (self.died_in_event && !is_of_event),
        }
    }

    #[inline]
    fn post(&mut self, record: &Record, paid: Paid) {
        if paid.total() == 0 {
            return;
        }
        if record.event_date != self.event_date {
            self.died_before |= self.died_in_event;
            (self.event_date, self.disability) = (record.event_date, 0);
            (self.paid_for_event, self.died_in_event) = (0, false);
        }
        self.disability += paid.disability;
        self.paid_for_event += paid.disability + paid.death;
        self.died_in_event |= paid.death > 0;
        let place = self.periods.iter().rposition(|period| period.start == record.start).unwrap_or_else(|| {
            self.periods.push(Period { start: record.start, medical: 0, allowance: 0, total: 0 });
            self.periods.len() - 1
        });
        let period = &mut self.periods[place];
        period.medical += paid.medical;
        period.allowance += paid.allowance;
        period.total += paid.total();
    }
}

/// Decides members, with room that is used again and again.
#[derive(Default)]
pub(crate) struct Decider {
    account: Account,
    group: Vec<Record>,
    /// The last record of each member, from 1; open addressing.
    slots: Vec<u32>,
    /// The record before of the same member.
    earlier: Vec<u32>,
}

impl Decider {
    /// Records of whole members in any order. Who claims once has the answer already.
    pub(crate) fn decide(&mut self, records: &[Record], claims: &impl Claims, mut put: impl FnMut(u32, Answer)) {
        let bits = usize::BITS - (records.len() * 2).leading_zeros();
        let (mask, shift) = ((1_usize << bits) - 1, u64::BITS - bits.max(1));
        self.slots.clear();
        self.slots.resize(mask + 1, 0);
        self.earlier.clear();
        for (place, record) in records.iter().enumerate() {
            let mut slot = (spread(record.member) << PARTITION_BITS >> shift) as usize & mask;
            loop {
                let last = self.slots[slot];
                if last == 0 || records[last as usize - 1].is_of_same_member(record) {
                    self.earlier.push(last);
                    self.slots[slot] = place as u32 + 1;
                    break;
                }
                slot = (slot + 1) & mask;
            }
        }
        for place in 0..self.slots.len() {
            let mut last = self.slots[place];
            if last == 0 || self.earlier[last as usize - 1] == 0 {
                continue;
            }
            self.group.clear();
            while last != 0 {
                self.group.push(records[last as usize - 1]);
                last = self.earlier[last as usize - 1];
            }
            self.decide_group(claims, &mut put);
        }
    }

    /// The records of one member.
    pub(crate) fn decide_member(
        &mut self,
        records: impl Iterator<Item = Record>,
        claims: &impl Claims,
        mut put: impl FnMut(u32, Answer),
    ) {
        self.group.clear();
        self.group.extend(records);
        self.decide_group(claims, &mut put);
    }

    fn decide_group(&mut self, claims: &impl Claims, put: &mut impl FnMut(u32, Answer)) {
        self.group.sort_unstable_by(|left, right| {
            left.event_date.cmp(&right.event_date).then_with(|| claims.compare_ids(left.row, right.row))
        });
        self.account.clear();
        for record in &self.group {
            let before = self.account.before(record);
            let (answer, paid) = if record.has(HAS_GAPS) {
                decide(&claims.claim(record.row), before)
            } else {
                pay(&record.claim(), before)
            };
            self.account.post(record, paid);
            put(record.row, answer);
        }
    }
}

/// In how many parts so many claims are dealt out, each small enough for the cache.
pub(crate) fn partitions(claims: usize) -> usize {
    (claims / 16_384).next_power_of_two().clamp(1, 1 << PARTITION_BITS)
}

/// The part of a member.
#[inline]
pub(crate) fn partition(member: u64, partitions: usize) -> usize {
    // the highest of PARTITION_BITS bits
    (spread(member) >> (u64::BITS - PARTITION_BITS)) as usize & (partitions - 1)
}

const PARTITION_BITS: u32 = 10;

#[inline]
fn spread(member: u64) -> u64 {
    member.wrapping_mul(0x9e37_79b9_7f4a_7c15)
}
