//! What is to be settled, and where the results go.

use std::path::{Path, PathBuf};

use huzhu_ledger::Ledger;

use super::book;
use crate::batch::files::fault::unreadable;
use crate::batch::{Intake, refuse_to_lose};
use crate::disk::fs;
use crate::error::Error;
use crate::text::Language;

/// Files of settlement records, the covers, where the results go, and the ledger.
#[derive(Debug, Clone)]
pub struct Job {
    pub(super) feed: Vec<PathBuf>,
    pub(super) enrollments: PathBuf,
    pub(super) out: PathBuf,
    pub(super) rejects: PathBuf,
    pub(super) missed: Option<PathBuf>,
    pub(super) orders: Option<PathBuf>,
    pub(super) certifies: bool,
    pub(super) intake: Intake,
    pub(super) language: Language,
    ledger: Option<PathBuf>,
    is_forced: bool,
}

impl Job {
    /// Settles these files (`.jsonl`, and whatever batches read), with these enrollments, into this file of results.
    #[must_use]
    pub fn new(feed: impl IntoIterator<Item = PathBuf>, enrollments: &Path, out: &Path) -> Job {
        Job {
            feed: feed.into_iter().collect(),
            enrollments: enrollments.to_owned(),
            out: out.to_owned(),
            rejects: out.with_extension("rejects.csv"),
            missed: None,
            orders: None,
            certifies: false,
            intake: Intake::default(),
            language: Language::En,
            ledger: None,
            is_forced: false,
        }
    }

    /// Books in the ledger of this file, which is made if it is not there; without it nothing is kept.
    #[must_use]
    pub fn ledger(self, path: &Path) -> Job {
        Job { ledger: Some(path.to_owned()), ..self }
    }

    /// Records that are not decided go to this file; beside the results unless it is said.
    #[must_use]
    pub fn rejects(self, path: &Path) -> Job {
        Job { rejects: path.to_owned(), ..self }
    }

    /// Who is not paid, and for want of what, goes to this file; nobody is told unless it is said.
    #[must_use]
    pub fn missed(self, path: &Path) -> Job {
        Job { missed: Some(path.to_owned()), ..self }
    }

    /// Which claims the other order (by event, or as received) would pay otherwise goes to this file.
    #[must_use]
    pub fn other_order(self, path: &Path) -> Job {
        Job { orders: Some(path.to_owned()), ..self }
    }

    /// Each decision is kept with what stands for its certificate, which [`super::certificate`] writes; it takes some times as long.
    #[must_use]
    pub fn certify(self) -> Job {
        Job { certifies: true, ..self }
    }

    /// The language of what is written for people.
    #[must_use]
    pub fn language(self, language: Language) -> Job {
        Job { language, ..self }
    }

    /// Files of results that are there are replaced.
    #[must_use]
    pub fn force(self) -> Job {
        Job { is_forced: true, ..self }
    }

    pub(super) fn ledger_path(&self) -> Option<&Path> {
        self.ledger.as_deref()
    }

    pub(super) fn open_ledger(&self) -> Result<Ledger, Error> {
        let opened = self.ledger_path().map_or_else(Ledger::in_memory, Ledger::open);
        opened.map_err(|fault| book::fault(self.ledger_path(), &fault))
    }

    /// The ledger to look into: none is made.
    pub(super) fn look_into_ledger(&self) -> Result<Ledger, Error> {
        let Some(path) = self.ledger_path() else { return self.open_ledger() };
        let is_there = fs::exists(path).map_err(|fault| unreadable(path, &fault))?;
        if is_there { super::open_ledger(path) } else { Job { ledger: None, ..self.clone() }.open_ledger() }
    }

    pub(super) fn refuse_to_lose(&self) -> Result<(), Error> {
        if self.is_forced {
            return Ok(());
        }
        let files =
            [self.out.clone(), self.rejects.clone()].into_iter().chain(self.missed.clone()).chain(self.orders.clone());
        refuse_to_lose(files, &[], &self.out)
    }
}
