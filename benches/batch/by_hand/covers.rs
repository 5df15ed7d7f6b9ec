//! Covers by the ids of their enrollments.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use arrow_array::cast::AsArray;
use arrow_array::types::Int32Type;
use arrow_array::{Array, RecordBatch};
use xxhash_rust::xxh3::xxh3_128;

use super::table::{Table, column, dates, is_given, numbers, unless, views};
use super::threads::on_threads;
use super::{NEVER, NO_BIRTH_DATE, NO_END, NO_SHARES, NO_START};

pub(crate) const ENROLLMENT_COLUMNS: &[&str] = &[
    "enrollment_id",
    "member_id",
    "plan",
    "shares",
    "birth_date",
    "coverage_start",
    "coverage_end",
    "previous_coverage_end",
];

/// For so many ids the memory is asked together, so that no answer is waited for alone.
pub(crate) const BLOCK: usize = 512;
/// The number of a cover is its row group and its row therein.
const ROW_BITS: u32 = 20;

/// What of an enrollment a claim needs.
#[derive(Clone, Copy)]
pub(crate) struct Cover {
    /// The half of the id's hash that its place in the table does not tell.
    id: u64,
    pub(crate) member: u64,
    pub(crate) more_of_member: u32,
    pub(crate) birth_date: i32,
    pub(crate) start: i32,
    pub(crate) end: i32,
    pub(crate) previous_end: i32,
    pub(crate) shares: u16,
    pub(crate) missing: u8,
}

/// Covers by the hash of their ids, 128 bits of it: two ids that share one have not been seen yet.
pub(crate) struct Covers {
    groups: Vec<Vec<Cover>>,
    /// 32 bits of the hash and the number of the cover, from 1.
    slots: Vec<AtomicU64>,
    shift: u32,
}

impl Covers {
    pub(crate) fn read(table: &Table, threads: usize) -> Covers {
        let bits = usize::BITS - (table.rows() * 2).leading_zeros();
        let slots = std::iter::repeat_with(|| AtomicU64::new(0)).take(1 << bits).collect();
        let mut covers = Covers { groups: Vec::new(), slots, shift: u64::BITS - bits };
        let mut groups: Vec<(usize, Vec<Cover>)> = on_threads(threads, table.groups().count(), |numbers| {
            numbers.map(|number| (number, covers.read_group(table, number))).collect::<Vec<_>>()
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
    pub(crate) fn find(&self, ids: &[u128], numbers: &mut Vec<u32>, found: &mut Vec<Cover>) {
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

/// Every enrollment is in the one plan that is known here.
fn check_plan(batch: &RecordBatch) {
    let plans = column(batch, "plan").as_dictionary::<Int32Type>();
    let texts = plans.values().as_string::<i32>();
    let ours = (0..texts.len()).find(|place| texts.value(*place) == "henan-accident").expect("the plan");
    let is_ours = plans.keys().values().iter().all(|key| *key as usize == ours);
    assert!(is_ours && plans.null_count() == 0, "another plan");
}
