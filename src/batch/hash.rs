//! The hashes of ids: one for all ids that are alike, so that these come together.

use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use crate::alike::fold;

/// Ids up to this length are folded without an allocation.
const SHORT: usize = 64;

/// Ids of enrollments are hashed otherwise than those of members.
const SEED: u64 = 0x0068_757a_6875;

/// The hash by which members are spread over buckets and put in order.
pub(super) fn hash_of_member(id: &str) -> u64 {
    of_folded(id, xxh3_64)
}

/// The hash by which the enrollment of a claim is found.
pub(super) fn hash_of_enrollment(id: &str) -> u64 {
    of_folded(id, |folded| xxh3_64_with_seed(folded, SEED))
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
}
