//! Who makes something of decided accounts: a run decides them, and what is written of them is theirs.

use std::path::{Path, PathBuf};

use super::checksummed::{Sealed, Sealing};
use super::decide::{Members, Rows};
use super::outside::{self, Outside};
use super::part::Part;
use super::progress::{Progress, heed};
use super::summary::Certificates;
use super::work_folder::Folder;
use crate::batch::accounts::Plans;
use crate::batch::{Decided, Given};
use crate::error::{Error, OrBug};
use crate::text::Language;

/// Makes a part of each bucket of decided accounts, and one file of all parts.
///
/// Parts stay in the work folder until the file has its name, so that a run which was stopped goes on with those that are made. Whatever a consumer
/// writes follows from the parts, in the order of the buckets, and from what the run is about.
pub(crate) trait Consumer: Sync {
    /// What its file holds, as the manifest says it; its parts end so.
    fn holds(&self) -> &'static str;

    /// The file.
    fn path(&self) -> &Path;

    /// Whether it reads the lines of benefits.
    fn reads_lines(&self) -> bool {
        false
    }

    /// The language of titles and words in the file, if it has any.
    fn language(&self) -> Option<Language> {
        None
    }

    /// Writes what it makes of a bucket; the claims that it leaves out. Buckets come in no order, from any thread.
    fn see(&self, accounts: DecidedAccounts<'_>, part: &mut Sealing) -> Result<u64, Error>;

    /// Writes a file of which the manifest says more than what its bytes are.
    fn write_told(&self, _all: &AllAccounts<'_>, _to: &Path) -> Result<Option<Certificates>, Error> {
        Ok(None)
    }

    /// Writes any other file.
    fn write(&self, all: &AllAccounts<'_>, to: &Path, manifest: &str) -> Result<(), Error>;

    /// Takes up what the parts say where the file has its name already, so that what was found is told again; whether they still say all that it needs.
    fn recall(&self, _all: Option<&AllAccounts<'_>>) -> Result<bool, Error> {
        Ok(true)
    }
}

/// The accounts of a bucket of members: the plain rows, and what was decided of them.
#[derive(Clone, Copy)]
pub(crate) struct DecidedAccounts<'a> {
    pub(crate) plans: &'a Plans<'a>,
    pub(crate) given: Given<'a>,
    pub(crate) decided: &'a Decided,
}

/// All accounts once they are decided: what a consumer has made of each bucket.
pub(crate) struct AllAccounts<'a> {
    pub(super) plans: &'a Plans<'a>,
    pub(super) folder: &'a Folder,
    /// By bucket.
    pub(super) parts: &'a [Part],
    /// The files of claims that are in none.
    pub(super) outside: &'a [Sealed],
    /// The rows, as long as they are there.
    pub(super) members: Option<Members<'a>>,
    pub(super) progress: &'a dyn Progress,
    /// Hears of each part that is taken into a file.
    pub(super) taken: &'a (dyn Fn() + 'a),
}

impl AllAccounts<'_> {
    /// The files of what a consumer has written of each bucket.
    pub(crate) fn parts(&self, consumer: &dyn Consumer) -> Vec<PathBuf> {
        let made = self.parts.iter().filter_map(|part| part.made.get(consumer.holds()));
        made.map(|made| self.folder.path(&made.name)).collect()
    }

    /// Gives what a consumer has written of each bucket, each a part of a file.
    pub(crate) fn each_part(
        &self,
        consumer: &dyn Consumer,
        mut take: impl FnMut(u16, &[u8]) -> Result<(), Error>,
    ) -> Result<(), Error> {
        for (bucket, part) in (0..).zip(self.parts) {
            if let Some(made) = part.made.get(consumer.holds()) {
                take(bucket, &self.folder.get(made)?)?;
                self.has_taken_a_part()?;
            }
        }
        Ok(())
    }

    /// Whether they are there as they were written, and the files of claims that are in no bucket.
    pub(crate) fn are_whole(&self, consumer: &dyn Consumer) -> bool {
        let parts = self.parts.iter().filter_map(|part| part.made.get(consumer.holds()));
        parts.chain(self.outside).all(|file| self.folder.has(file))
    }

    /// The claims that the consumers have left out.
    pub(crate) fn left_out(&self) -> u64 {
        self.parts.iter().fold(0, |sum, part| sum.saturating_add(part.left_out))
    }

    /// Gives every claim that is in no bucket.
    pub(crate) fn outside(&self, give: &mut dyn FnMut(&str, Outside)) -> Result<(), Error> {
        self.outside.iter().try_for_each(|file| outside::each(&self.folder.path(&file.name), give))
    }

    /// Stops the run if that is asked for.
    pub(crate) fn heed(&self) -> Result<(), Error> {
        heed(self.progress)
    }

    /// Says that a part of a file is written; stops the run if that is asked for.
    pub(crate) fn has_taken_a_part(&self) -> Result<(), Error> {
        (self.taken)();
        self.heed()
    }

    /// The rows of a bucket once more, and the plans by which they were decided.
    pub(crate) fn again(&self, bucket: u16) -> Result<(&Plans<'_>, Rows), Error> {
        Ok((self.plans, self.members.or_bug()?.open()?.rows(bucket)?))
    }
}
