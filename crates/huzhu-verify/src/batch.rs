//! Many certificates in one file, with one root.

use std::collections::BTreeMap;

use super::MAX_BYTES;
use super::canonical::{self, Json};
use super::certificate::{Verified, body, of_the_rules, same_digest};
use super::digest::Digest;
use super::flaw::{Flaw, Place};
use super::foreign;
use super::members::Members;
use super::program::Program;
use super::tree::Tree;

const FORMAT: &str = "huzhu-batch/1";

/// A batch that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedBatch {
    count: u64,
    root: String,
    programs: Vec<String>,
}

impl VerifiedBatch {
    /// The number of certificates.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The root, 64 hexadecimal digits. That it is the noted one is for the reader to compare.
    #[must_use]
    pub fn root(&self) -> &str {
        &self.root
    }

    /// The digests of all programs, in ascending order.
    #[must_use]
    pub fn programs(&self) -> &[String] {
        &self.programs
    }
}

/// Checks a whole batch, the bytes of its file.
///
/// # Errors
///
/// The first [`Flaw`] found, if anything does not hold.
pub fn batch(bytes: &[u8]) -> Result<VerifiedBatch, Flaw> {
    let mut batch = Batch::new();
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        batch.line(line)?;
    }
    batch.end()
}

/// A batch that is checked line by line, in memory for one line and its programs.
#[derive(Debug, Default)]
pub struct Batch {
    programs: BTreeMap<Digest, Program>,
    /// The program of the line before, which the next certificate must name.
    awaited: Option<Digest>,
    tree: Tree,
    lines: usize,
    /// What the last line says, once it is read.
    end: Option<Digest>,
}

impl Batch {
    /// A batch of which nothing is read yet.
    #[must_use]
    pub fn new() -> Batch {
        Batch::default()
    }

    /// Checks the next line, with the line feed that ends it; gives what it says if it is a certificate.
    ///
    /// # Errors
    ///
    /// The first [`Flaw`] found. After one the batch does not hold, whatever follows.
    pub fn line(&mut self, line: &[u8]) -> Result<Option<Verified>, Flaw> {
        self.lines = self.lines.saturating_add(1);
        self.read(line).map_err(|flaw| flaw.on_line(self.lines))
    }

    /// Checks that the batch is complete.
    ///
    /// # Errors
    ///
    /// A [`Flaw`], if its last line has not been read.
    pub fn end(self) -> Result<VerifiedBatch, Flaw> {
        let missing = || Flaw::new("", "没有末行", "it has no last line").on_line(self.lines.saturating_add(1));
        let root = self.end.ok_or_else(missing)?;
        Ok(VerifiedBatch {
            count: self.tree.count,
            root: root.to_string(),
            programs: self.programs.keys().map(ToString::to_string).collect(),
        })
    }

    fn read(&mut self, line: &[u8]) -> Result<Option<Verified>, Flaw> {
        if self.end.is_some() {
            return Err(Flaw::new("", "末行之后还有内容", "something follows the last line"));
        }
        if line.len() > MAX_BYTES {
            return Err(Flaw::new("", "超过 64 MiB", "it is longer than 64 MiB"));
        }
        let whole = line;
        let line = canonical::text_of(line)?;
        let Some(line) = line.strip_suffix('\n') else {
            return Err(Flaw::new("", "行末没有换行", "no line feed ends it"));
        };
        let json = canonical::read(line).map_err(|flaw| foreign::told(whole, flaw))?;
        let place = Place::Whole;
        let mut members = Members::of(&json, &place)?;
        let awaited = self.awaited.take();
        if awaited.is_some() && Members::of(&json, &place)?.digest("program_digest").ok() != awaited {
            return Err(Flaw::new(
                "program_digest",
                "上一行的程序须由此行的凭证引用",
                "the program of the line before must be named by a certificate on this one",
            ));
        }
        if let Some(program) = members.take_if_there("program") {
            let stated = members.digest("program_digest")?;
            members.end()?;
            let digest = Digest::of(&[program.text.as_bytes()]);
            same_digest(stated, digest, "program_digest")?;
            let program = Program::read(&program.value, &place.member("program")).map_err(of_the_rules)?;
            if self.programs.insert(digest, program).is_some() {
                return Err(Flaw::new("program", "程序重复", "duplicate program"));
            }
            self.awaited = Some(digest);
            return Ok(None);
        }
        if let Some(root) = members.take_if_there("root") {
            return self.last(&root.value, members).map(|()| None);
        }
        self.certificate(&json, members).map(Some)
    }

    fn certificate(&mut self, json: &Json<'_>, members: Members<'_, '_, '_>) -> Result<Verified, Flaw> {
        let place = Place::Whole;
        let named = Members::of(json, &place)?.digest("program_digest")?;
        let Some(program) = self.programs.get(&named) else {
            return Err(Flaw::new("program_digest", "此前没有该程序", "no such program stands before it"));
        };
        let (digest, verified) = body(json, members, program, named)?;
        self.tree.add(digest);
        Ok(verified)
    }

    fn last(&mut self, root: &Json<'_>, mut members: Members<'_, '_, '_>) -> Result<(), Flaw> {
        members.one_of("format", &[(FORMAT, ())])?;
        let count = members.whole("count")?;
        members.end()?;
        if count != self.tree.count {
            let found = self.tree.count;
            return Err(Flaw::new("count", format!("共有 {found} 份凭证"), format!("there are {found} certificates")));
        }
        let place = Place::Whole;
        let place = place.member("root");
        let stated = super::members::digest(super::members::text(root, &place)?, &place)?;
        if stated != self.tree.root() {
            let found = self.tree.root();
            return Err(Flaw::new(place, format!("应为 {found}"), format!("the root is {found}")));
        }
        self.end = Some(stated);
        Ok(())
    }
}
