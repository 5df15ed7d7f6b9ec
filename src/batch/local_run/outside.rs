//! Claims that are in no bucket, so that nobody decides them: kept in work files as they come.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use super::checksummed::{Sealed, Sealing};
use super::disk::{damaged, unreadable, unwritable};
use super::space::Space;
use crate::disk::fs::File;
use crate::error::Error;

/// Why a claim is in no bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outside {
    /// Its enrollment is not there or was rejected.
    WithoutEnrollment,
    /// Its row cannot be read.
    Unread,
}

/// A work file of such claims while it is filled. There is no file as long as there is none.
pub(super) struct OutsideClaims {
    file: Sealing,
}

/// A line of it: the claim, and whether its row could be read.
type Line<'l> = (&'l str, bool);

impl OutsideClaims {
    pub(super) fn at(path: PathBuf, space: &Space) -> OutsideClaims {
        OutsideClaims { file: Sealing::at(path, space) }
    }

    pub(super) fn add(&mut self, claim: &str, why: Outside) -> Result<(), Error> {
        let line: Line<'_> = (claim, why == Outside::WithoutEnrollment);
        let line = serde_json::to_vec(&line).map_err(|fault| unwritable(Path::new("outside"), &fault.into()))?;
        self.file.put(&line)?;
        self.file.put(b"\n")
    }

    /// The complete file; none if there is no claim.
    pub(super) fn seal(self) -> Result<Option<Sealed>, Error> {
        self.file.seal()
    }
}

/// Gives the claims of a file.
pub(super) fn each(path: &Path, give: &mut dyn FnMut(&str, Outside)) -> Result<(), Error> {
    let lines = File::open(path).map_err(|fault| unreadable(path, &fault))?;
    for line in BufReader::new(lines).lines() {
        let line = line.map_err(|fault| unreadable(path, &fault))?;
        let (claim, is_read): (String, bool) = serde_json::from_str(&line).map_err(|_| damaged(path))?;
        give(&claim, if is_read { Outside::WithoutEnrollment } else { Outside::Unread });
    }
    Ok(())
}
