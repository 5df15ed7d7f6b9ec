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
