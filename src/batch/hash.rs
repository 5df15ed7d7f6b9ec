//! The hashes of ids: one for all ids that are alike, so that these come together; and those by which texts stand in tables.

use std::hash::{BuildHasher, Hasher, RandomState};

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use crate::alike::fold;

/// Ids up to this length are folded without an allocation.
const SHORT: usize = 64;

/// What nobody outside knows of a table, so that no ids can be chosen that stand in each other's way. Nothing that is written follows from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Seed(u64);

impl Seed {
    pub(crate) fn drawn() -> Seed {
        Seed(RandomState::new().build_hasher().finish())
    }

    /// The hash by which a text stands in a table.
    pub(crate) fn hash(self, text: &str) -> u64 {
        xxh3_64_with_seed(text.as_bytes(), self.0)
    }

    /// The hash by which the enrollment of a claim is found.
    pub(super) fn hash_of_enrollment(self, id: &str) -> u64 {
        of_folded(id, |folded| xxh3_64_with_seed(folded, self.0))
    }
}

/// The hash by which members are spread over buckets and put in order.
pub(super) fn hash_of_member(id: &str) -> u64 {
    of_folded(id, xxh3_64)
}

fn of_folded(id: &str, hash: impl Fn(&[u8]) -> u64) -> u64 {
    let mut short = [0; SHORT];
    match short.get_mut(..id.len()).filter(|_| id.bytes().all(|byte| byte.is_ascii_graphic())) {
        Some(folded) => {
            folded.copy_from_slice(id.as_bytes());
            folded.make_ascii_lowercase();
            hash(folded)
        }
        None => hash(fold(id).as_bytes()),
    }
}

/// A place that follows from a hash: its low digits.
pub(crate) fn place_of(hash: u64) -> usize {
    usize::try_from(hash & u64::from(u32::MAX)).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alike_ids_have_one_hash_however_long_they_are() {
        let long = "M".repeat(SHORT + 1);
        for (id, alike) in [("M1", "m1"), ("M1", "Ｍ１ "), (&*long, &*long.to_lowercase()), ("张三", " 张三")] {
            assert_eq!(hash_of_member(id), hash_of_member(alike), "{id}");
        }
        assert_ne!(hash_of_member("M1"), hash_of_member("M2"));
    }

    /// Two thousand ids that stand in the way of each other in a table of one seed do not in that of another.
    #[test]
    fn ids_cannot_be_chosen_so_that_they_stand_in_each_others_way() {
        let place = |seed: Seed, id: &str| seed.hash(id) & 0xff;
        let route = |seed: Seed, id: &str| seed.hash_of_enrollment(id) >> 56;
        let places: [fn(Seed, &str) -> u64; 2] = [place, route];
        for place in places {
            let ids: Vec<String> = (0..100_000).map(|number| format!("E{number}")).collect();
            let chosen: Vec<&String> = ids.iter().filter(|id| place(Seed(0x0068_757a_6875), id) == 0).collect();
            let drawn = Seed::drawn();
            let spread: std::collections::BTreeSet<u64> = chosen.iter().map(|id| place(drawn, id)).collect();
            assert!(chosen.len() > 300 && spread.len() > 150, "{} in {}", chosen.len(), spread.len());
        }
        assert_ne!(Seed::drawn(), Seed::drawn());
    }
}
