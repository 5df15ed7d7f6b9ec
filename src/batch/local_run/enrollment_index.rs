//! From the id of an enrollment to the bucket of its member.

use std::collections::{BTreeMap, BTreeSet};
use std::hint::black_box;

use crate::batch::hash::{Seed, hash_of_member};

/// The parts of a run at most.
pub(super) const MOST_BUCKETS: u64 = 4096;

/// Members are spread over buckets by the top bits of their hash, so that buckets in order are members in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Buckets {
    bits: u32,
}

/// So many claims or enrollments are a bucket, on average.
const ROWS_OF_A_BUCKET: u64 = 65_536;

impl Buckets {
    /// For so many rows: a power of two.
    pub(super) fn for_rows(rows: u64) -> Buckets {
        let count = rows.div_ceil(ROWS_OF_A_BUCKET).clamp(1, MOST_BUCKETS).next_power_of_two();
        Buckets { bits: count.trailing_zeros() }
    }

    pub(super) fn count(self) -> usize {
        1_usize.checked_shl(self.bits).unwrap_or(1)
    }

    pub(super) fn of_member(self, member: &str) -> u16 {
        let top = hash_of_member(member).checked_shr(64_u32.saturating_sub(self.bits)).unwrap_or(0);
        u16::try_from(top).unwrap_or(0)
    }
}

/// Where the claims of an enrollment go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Route {
    /// To this bucket.
    Bucket(u16),
    /// No enrollment has this id.
    Unknown,
    /// The ids that share this entry have members in several buckets.
    Doubtful,
}

/// One part of the table: the enrollments whose hash falls into a range.
///
/// An entry is 48 bits of the hash and, in the low 16 bits, the bucket plus one; 0 is free. Where an entry is searched, one that has the same
/// 48 bits counts as found, so that two ids may share an entry; if their buckets differ the entry is doubtful and the ids are told apart by their text.
#[derive(Debug)]
pub(super) struct Shard {
    entries: Vec<u64>,
}

const LOW: u64 = 0xffff;
const DOUBTFUL: u64 = LOW;

impl Shard {
    /// Room for so many enrollments.
    pub(super) fn for_enrollments(count: usize) -> Shard {
        Shard { entries: vec![0; count.saturating_add(count.div_euclid(4)).saturating_add(1)] }
    }

    fn start(&self, hash: u64) -> usize {
        let room = u128::try_from(self.entries.len()).unwrap_or(0);
        usize::try_from(u128::from(hash).wrapping_mul(room) >> 64).unwrap_or(0)
    }

    /// The entry of a hash, or the free one where it would stand; none if there is neither.
    fn find(&self, hash: u64) -> Option<usize> {
        let (before, after) = self.entries.split_at_checked(self.start(hash))?;
        let is_it = |entry: &u64| *entry == 0 || (*entry ^ (hash << 16)) & !LOW == 0;
        match after.iter().position(is_it) {
            Some(place) => Some(place.wrapping_add(before.len())),
            None => before.iter().position(is_it),
        }
    }

    /// Reads where hashes lead to, one independent of the other, so that the entries are near when they are used.
    pub(super) fn touch(&self, hashes: impl Iterator<Item = u64>) {
        let entries = hashes.map(|hash| self.entries.get(self.start(hash)).copied().unwrap_or(0));
        black_box(entries.fold(0, |all, entry| all ^ entry));
    }

    /// Adds an enrollment; whether its entry is doubtful from now on and was not before.
    pub(super) fn insert(&mut self, hash: u64, bucket: u16) -> bool {
        let route = u64::from(bucket).wrapping_add(1);
        let Some(entry) = self.find(hash).and_then(|place| self.entries.get_mut(place)) else { return false };
        if *entry == 0 {
            *entry = (hash << 16) | route;
            return false;
        }
        let is_new = *entry & LOW != route && *entry & LOW != DOUBTFUL;
        if is_new {
            *entry |= DOUBTFUL;
        }
        is_new
    }

    fn route(&self, hash: u64) -> Route {
        let entry = self.find(hash).and_then(|place| self.entries.get(place)).copied().unwrap_or(0);
        match entry & LOW {
            0 => Route::Unknown,
            DOUBTFUL => Route::Doubtful,
            route => Route::Bucket(u16::try_from(route.wrapping_sub(1)).unwrap_or(0)),
        }
    }
}

/// The whole table, in shards by ranges of the hash.
#[derive(Debug)]
pub(super) struct EnrollmentIndex {
    seed: Seed,
    shards: Vec<Shard>,
    /// The ids that share a doubtful entry, each with the buckets of its rows.
    doubtful: BTreeMap<String, BTreeSet<u16>>,
}

/// The shard of a hash among so many, and the hash to use within it.
pub(super) fn shard_of(hash: u64, shards: usize) -> (usize, u64) {
    let product = u128::from(hash).wrapping_mul(u128::try_from(shards).unwrap_or(0));
    let within = u64::try_from(product & u128::from(u64::MAX)).unwrap_or(0);
    (usize::try_from(product >> 64).unwrap_or(0), within)
}

impl EnrollmentIndex {
    pub(super) fn of(seed: Seed, shards: Vec<Shard>) -> EnrollmentIndex {
        EnrollmentIndex { seed, shards, doubtful: BTreeMap::new() }
    }

    /// By what ids are hashed.
    pub(super) fn seed(&self) -> Seed {
        self.seed
    }

    /// The buckets of the ids that share a doubtful entry.
    pub(super) fn with_doubtful(self, doubtful: BTreeMap<String, BTreeSet<u16>>) -> EnrollmentIndex {
        EnrollmentIndex { doubtful, ..self }
    }

    /// Reads where hashes lead to; see [`Shard::touch`].
    pub(super) fn touch(&self, hashes: &[u64]) {
        for (number, shard) in self.shards.iter().enumerate() {
            let placed = hashes.iter().map(|hash| shard_of(*hash, self.shards.len()));
            shard.touch(placed.filter(|(of, _)| *of == number).map(|(_, within)| within));
        }
    }

    pub(super) fn by_hash(&self, hash: u64) -> Route {
        let (shard, within) = shard_of(hash, self.shards.len());
        self.shards.get(shard).map_or(Route::Unknown, |shard| shard.route(within))
    }

    /// The bucket for the claims of an enrollment, its first if it stands in several; none if there is no such enrollment.
    pub(super) fn bucket(&self, hash: u64, id: &str) -> Option<u16> {
        match self.by_hash(hash) {
            Route::Bucket(bucket) => Some(bucket),
            Route::Unknown => None,
            Route::Doubtful => self.doubtful.get(id).and_then(|buckets| buckets.first().copied()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_buckets_is_a_power_of_two() {
        let counts = [0, 1, 65_536, 65_537, 200_000, 10_000_000, u64::MAX].map(|rows| Buckets::for_rows(rows).count());
        assert_eq!(counts, [1, 1, 1, 2, 4, 256, 4096]);
    }

    #[test]
    fn buckets_in_order_are_hashes_in_order() {
        let buckets = Buckets::for_rows(10_000_000);
        let mut members: Vec<String> = (0..1000).map(|number| format!("M{number}")).collect();
        members.sort_by_key(|member| hash_of_member(member));
        assert!(members.is_sorted_by_key(|member| buckets.of_member(member)));
        assert_eq!(Buckets::for_rows(1).of_member("M1"), 0);
    }

    #[test]
    fn every_enrollment_is_found_again() {
        let mut shards: Vec<Shard> = (0..3).map(|_| Shard::for_enrollments(4_000)).collect();
        let ids: Vec<String> = (0..10_000).map(|number| format!("E{number}")).collect();
        let seed = Seed::drawn();
        let bucket_of = |id: &str| u16::try_from(id.len() * 1000).unwrap() % 4096;
        for id in &ids {
            let (shard, within) = shard_of(seed.hash_of_enrollment(id), 3);
            assert!(!shards[shard].insert(within, bucket_of(id)));
        }
        let routes = EnrollmentIndex::of(seed, shards);
        for id in &ids {
            assert_eq!(routes.bucket(seed.hash_of_enrollment(id), id), Some(bucket_of(id)));
        }
        assert_eq!(routes.bucket(seed.hash_of_enrollment("F1"), "F1"), None);
    }

    #[test]
    fn ids_that_share_an_entry_are_told_apart_by_their_text() {
        let mut shard = Shard::for_enrollments(4);
        assert_eq!(
            (shard.insert(7, 1), shard.insert(7, 1), shard.insert(7, 2), shard.insert(7, 3)),
            (false, false, true, false)
        );
        let doubtful = [("A".to_owned(), BTreeSet::from([2, 3])), ("B".to_owned(), BTreeSet::from([1]))];
        let routes = EnrollmentIndex::of(Seed::drawn(), vec![shard]).with_doubtful(doubtful.into());
        assert_eq!(routes.by_hash(7), Route::Doubtful);
        assert_eq!(["A", "B", "C"].map(|id| routes.bucket(7, id)), [Some(2), Some(1), None]);
        assert_eq!(routes.bucket(8, "A"), None);
    }

    #[test]
    fn a_full_table_finds_what_it_has_and_nothing_else() {
        let mut shard = Shard { entries: vec![0; 2] };
        shard.insert(u64::MAX, 4);
        shard.insert(u64::MAX - 1, 5);
        assert_eq!(
            (shard.route(u64::MAX), shard.route(u64::MAX - 1), shard.route(5)),
            (Route::Bucket(4), Route::Bucket(5), Route::Unknown)
        );
    }
}
