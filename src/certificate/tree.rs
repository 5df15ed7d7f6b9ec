//! A Merkle tree over digests, as in RFC 6962; its root binds the number of leaves too.

use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

use super::{Certificate, Move, Record};
use crate::text::hexadecimal;

type Hash = [u8; 32];

/// A leaf cannot pass for a node, nor a node for a leaf.
const LEAF: [u8; 1] = [0];
const NODE: [u8; 1] = [1];
/// Nor either for the root, which the tree of RFC 6962 alone would be the same for some other numbers of leaves.
const ROOT: [u8; 1] = [2];

/// The root over leaves that come one by one. Of n leaves, no more than log n hashes are kept.
#[derive(Debug, Default)]
pub(super) struct Growing {
    count: u64,
    /// The tops of the full trees that the leaves make so far, the largest first.
    tops: Vec<Hash>,
}

impl Growing {
    pub(super) fn add(&mut self, digest: Hash) {
        let mut top = hash(LEAF, &[digest]);
        self.count = self.count.saturating_add(1);
        for _ in 0..self.count.trailing_zeros() {
            if let Some(left) = self.tops.pop() {
                top = hash(NODE, &[left, top]);
            }
        }
        self.tops.push(top);
    }

    pub(super) fn count(&self) -> u64 {
        self.count
    }

    /// In lower-case hexadecimal.
    pub(super) fn root(&self) -> String {
        hexadecimal(&counted(self.count, self.top()))
    }

    fn top(&self) -> Hash {
        let above = self.tops.iter().copied().rev().reduce(|right, left| hash(NODE, &[left, right]));
        above.unwrap_or_else(|| Sha256::digest([]).into())
    }
}

/// The tree over the certificates of a batch, which proves of each that it is one of them. It takes 64 bytes for each.
#[derive(Debug)]
pub struct Tree {
    /// From the leaves to the root; a node without a neighbour goes up as it is.
    levels: Vec<Vec<Hash>>,
}

/// The proof that a certificate is a certain one of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inclusion {
    count: usize,
    index: usize,
    /// The neighbours of the leaf and of what is above it, from the leaf upwards.
    path: Vec<Hash>,
    root: Hash,
}

impl Inclusion {
    pub(super) fn json(&self) -> Json {
        let path: Vec<String> = self.path.iter().map(|hash| hexadecimal(hash)).collect();
        json!({ "count": self.count, "index": self.index, "path": path, "root": hexadecimal(&self.root) })
    }
}

impl<'r> FromIterator<&'r Record> for Tree {
    fn from_iter<I: IntoIterator<Item = &'r Record>>(records: I) -> Tree {
        Tree::of(records.into_iter().map(|record| match record {
            Record::Certificate(certificate) => certificate.digest,
            Record::Move(moved) => Move::digest_of(moved.as_text()),
        }))
    }
}

impl<'c> FromIterator<&'c Certificate> for Tree {
    fn from_iter<I: IntoIterator<Item = &'c Certificate>>(certificates: I) -> Tree {
        Tree::of(certificates.into_iter().map(|certificate| certificate.digest))
    }
}

impl Tree {
    pub(super) fn of(digests: impl Iterator<Item = Hash>) -> Tree {
        let mut level: Vec<Hash> = digests.map(|digest| hash(LEAF, &[digest])).collect();
        let mut levels = Vec::new();
        while level.len() > 1 {
            let above = level.chunks(2).map(joined).collect();
            levels.push(std::mem::replace(&mut level, above));
        }
        levels.push(level);
        Tree { levels }
    }

    /// The root over all certificates, in lower-case hexadecimal: what is noted on the day.
    #[must_use]
    pub fn root(&self) -> String {
        hexadecimal(&self.counted())
    }

    /// The proof for the certificate of this place, counted from 0.
    #[must_use]
    pub fn inclusion(&self, index: usize) -> Option<Inclusion> {
        let count = self.count();
        let is_one = index < count;
        is_one.then(|| Inclusion { count, index, path: self.path(index), root: self.counted() })
    }

    fn count(&self) -> usize {
        self.levels.first().map_or(0, Vec::len)
    }

    fn counted(&self) -> Hash {
        counted(u64::try_from(self.count()).unwrap_or(u64::MAX), self.top())
    }

    fn top(&self) -> Hash {
        let top = self.levels.last().and_then(|level| level.first()).copied();
        top.unwrap_or_else(|| Sha256::digest([]).into())
    }

    fn path(&self, leaf: usize) -> Vec<Hash> {
        let levels = self.levels.iter().enumerate();
        let neighbours = levels.map(|(height, level)| {
            let place = u32::try_from(height).ok().and_then(|height| leaf.checked_shr(height));
            place.and_then(|place| level.get(place ^ 1)).copied()
        });
        neighbours.flatten().collect()
    }
}

/// The top of a tree with the number of its leaves.
fn counted(count: u64, top: Hash) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update(ROOT);
    hasher.update(count.to_be_bytes());
    hasher.update(top);
    hasher.finalize().into()
}

fn joined(pair: &[Hash]) -> Hash {
    match pair {
        [alone] => *alone,
        pair => hash(NODE, pair),
    }
}

fn hash(kind: [u8; 1], parts: &[Hash]) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update(kind);
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The definition of RFC 6962, section 2.1, word for word.
    fn defined(digests: &[Hash]) -> Hash {
        match digests {
            [] => Sha256::digest([]).into(),
            [one] => hash(LEAF, &[*one]),
            many => {
                let k = many.len().next_power_of_two() / 2;
                let (first, rest) = many.split_at(k);
                hash(NODE, &[defined(first), defined(rest)])
            }
        }
    }

    /// RFC 9162, section 2.1.3.2.
    fn holds(digest: Hash, index: usize, count: usize, path: &[Hash], root: Hash) -> bool {
        let (mut f, mut s, mut r) = (index, count.saturating_sub(1), hash(LEAF, &[digest]));
        for p in path {
            if s == 0 {
                return false;
            }
            if f % 2 == 1 || f == s {
                r = hash(NODE, &[*p, r]);
                while f % 2 == 0 && f != 0 {
                    (f, s) = (f / 2, s / 2);
                }
            } else {
                r = hash(NODE, &[r, *p]);
            }
            (f, s) = (f / 2, s / 2);
        }
        s == 0 && r == root
    }

    #[test]
    fn every_leaf_of_every_tree_has_a_path_to_the_defined_root() {
        for count in 0_usize..40 {
            let digests: Vec<Hash> = (0..count).map(|leaf| Sha256::digest(leaf.to_be_bytes()).into()).collect();
            let tree = Tree::of(digests.iter().copied());
            assert_eq!(tree.top(), defined(&digests), "{count} leaves");
            let mut growing = Growing::default();
            for digest in &digests {
                growing.add(*digest);
            }
            assert_eq!((growing.top(), growing.root()), (tree.top(), tree.root()), "{count} leaves one by one");
            for (index, digest) in digests.iter().enumerate() {
                let path = tree.path(index);
                assert!(holds(*digest, index, count, &path, tree.top()), "leaf {index} of {count}");
                let other = (index + 1) % count;
                assert!(count == 1 || !holds(*digest, other, count, &path, tree.top()), "leaf {index} as {other}");
            }
        }
    }
}
