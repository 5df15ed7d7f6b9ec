//! The Merkle tree over the certificates of a batch (RFC 6962), and the proof that one is in it (RFC 9162).

use super::canonical::Json;
use super::digest::Digest;
use super::flaw::{Flaw, Place};
use super::members::{self, Members};

/// Where in a batch a certificate stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inclusion {
    index: u64,
    count: u64,
    root: String,
}

impl Inclusion {
    /// The place, counted from 0.
    #[must_use]
    pub fn index(&self) -> u64 {
        self.index
    }

    /// The number of certificates.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The root, 64 hexadecimal digits.
    #[must_use]
    pub fn root(&self) -> &str {
        &self.root
    }

    /// Reads and checks the proof for a certificate of this digest.
    pub(super) fn read(json: &Json<'_>, certificate: Digest, place: &Place<'_>) -> Result<Inclusion, Flaw> {
        let mut members = Members::of(json, place)?;
        let (index, count, root) = (members.whole("index")?, members.whole("count")?, members.digest("root")?);
        let path_place = place.member("path");
        let path = members.list("path")?.iter().enumerate().map(|(number, item)| {
            let place = path_place.item(number);
            members::digest(members::text(item, &place)?, &place)
        });
        let path = path.collect::<Result<Vec<_>, _>>()?;
        members.end()?;
        if top_by(leaf(certificate), index, count, &path).map(|top| counted(top, count)) != Some(root) {
            return Err(Flaw::new(place, "由该路径得不出该根", "the path does not lead to the root"));
        }
        Ok(Inclusion { index, count, root: root.to_string() })
    }
}

/// The top that a path leads to; `None` if it is no path of that place in a tree of that size.
fn top_by(leaf: Digest, index: u64, count: u64, path: &[Digest]) -> Option<Digest> {
    let mut last = count.checked_sub(1).filter(|last| index <= *last)?;
    let (mut place, mut root) = (index, leaf);
    for digest in path {
        if last == 0 {
            return None;
        }
        if place % 2 == 1 || place == last {
            root = node(*digest, root);
            while place != 0 && place % 2 == 0 {
                (place, last) = (place / 2, last / 2);
            }
        } else {
            root = node(root, *digest);
        }
        (place, last) = (place / 2, last / 2);
    }
    (last == 0).then_some(root)
}

fn leaf(certificate: Digest) -> Digest {
    Digest::of(&[&[0], certificate.bytes()])
}

fn node(left: Digest, right: Digest) -> Digest {
    Digest::of(&[&[1], left.bytes(), right.bytes()])
}

/// The root: the top of the tree with the number of its leaves.
fn counted(top: Digest, count: u64) -> Digest {
    Digest::of(&[&[2], &count.to_be_bytes(), top.bytes()])
}

/// A tree that grows by a leaf after another and keeps only the roots of its full parts.
#[derive(Debug, Default)]
pub(super) struct Tree {
    /// Roots of full trees of falling size, each with its size.
    full: Vec<(Digest, u64)>,
    pub(super) count: u64,
}

impl Tree {
    pub(super) fn add(&mut self, certificate: Digest) {
        let (mut root, mut size) = (leaf(certificate), 1_u64);
        while let Some((left, _)) = self.full.pop_if(|(_, full)| *full == size) {
            (root, size) = (node(left, root), size.saturating_mul(2));
        }
        self.full.push((root, size));
        self.count = self.count.saturating_add(1);
    }

    pub(super) fn root(&self) -> Digest {
        let roots = self.full.iter().rev().map(|(root, _)| *root);
        let top = roots.reduce(|right, left| node(left, right)).unwrap_or_else(|| Digest::of(&[]));
        counted(top, self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaves(count: u64) -> Vec<Digest> {
        (0..count).map(|number| leaf(Digest::of(&[&number.to_be_bytes()]))).collect()
    }

    /// The greatest power of two below the number of leaves, which is two at least.
    fn left(count: usize) -> usize {
        count.next_power_of_two() / 2
    }

    fn top(leaves: &[Digest]) -> Digest {
        match leaves {
            [one] => *one,
            more => {
                let (first, second) = more.split_at(left(more.len()));
                node(top(first), top(second))
            }
        }
    }

    fn path(leaves: &[Digest], place: usize) -> Vec<Digest> {
        if leaves.len() == 1 {
            return Vec::new();
        }
        let (first, second) = leaves.split_at(left(leaves.len()));
        let (mut path, beside) = match place.checked_sub(first.len()) {
            None => (path(first, place), top(second)),
            Some(place) => (path(second, place), top(first)),
        };
        path.push(beside);
        path
    }

    #[test]
    fn a_path_leads_to_the_top_from_its_own_place_alone() {
        for count in 1..=20_u64 {
            let leaves = leaves(count);
            let mut tree = Tree::default();
            (0..count).for_each(|number| tree.add(Digest::of(&[&number.to_be_bytes()])));
            assert_eq!(tree.root(), counted(top(&leaves), count));
            for (place, leaf) in leaves.iter().enumerate() {
                let path = path(&leaves, place);
                for index in 0..=count {
                    let is_its_own = index == u64::try_from(place).unwrap();
                    let leads = top_by(*leaf, index, count, &path) == Some(top(&leaves));
                    assert_eq!(leads, is_its_own, "{place} as {index} of {count}");
                }
                let longer = [path.clone(), vec![*leaf]].concat();
                assert_eq!(top_by(*leaf, u64::try_from(place).unwrap(), count, &longer), None);
                let shorter = path.split_last().map(|(_, rest)| rest);
                assert!(shorter.is_none_or(|path| top_by(*leaf, u64::try_from(place).unwrap(), count, path).is_none()));
            }
        }
        assert_eq!(top_by(leaf(Digest::of(&[])), 0, 0, &[]), None);
    }
}
