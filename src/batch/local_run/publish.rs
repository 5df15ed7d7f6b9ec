//! The results put together under their final names.

use std::cell::Cell;
use std::io;
use std::path::PathBuf;

use super::Sources;
use super::checksummed::Sealed;
use super::consumer::{AllAccounts, Consumer};
use super::decide::Members;
use super::digest;
use super::disk;
use super::given_back::GivenBack;
use super::job::Job;
use super::manifest::{Manifest, OutputFile};
use super::part::Part;
use super::progress::{Progress, Stage, heed};
use super::rejects;
use super::summary::{Cause, Causes, Certificates, Counts};
use super::work_folder::{Folder, partial};
use crate::batch::accounts::Plans;
use crate::batch::files::Style;
use crate::batch::{Input, Reject};
use crate::disk::fs;
use crate::disk::sync_folder;
use crate::error::Error;

/// What the file of rejected rows has.
#[derive(Debug, Default)]
pub(super) struct RejectCounts {
    pub(super) claims: u64,
    pub(super) enrollments: u64,
    pub(super) causes: Vec<Cause>,
}

/// What stands in files so far, before what says so is written.
pub(super) struct Published {
    pub(super) rejected: RejectCounts,
    pub(super) certificates: Option<Certificates>,
}

/// The results of a run and where they go.
pub(super) struct Results<'a> {
    pub(super) job: &'a Job,
    /// How rejected rows are written.
    pub(super) style: &'a Style,
    pub(super) sources: &'a Sources,
    pub(super) folder: &'a Folder,
    pub(super) plans: &'a Plans<'a>,
    pub(super) members: Members<'a>,
    pub(super) parts: &'a [Part],
    /// The rejected rows that stand in no part.
    pub(super) rejects: Vec<Sealed>,
    /// The claims that are in no bucket.
    pub(super) outside: &'a [Sealed],
    pub(super) consumers: &'a [&'a dyn Consumer],
    pub(super) memory: u64,
}

impl Results<'_> {
    /// Writes all outputs beside their names: rejected rows and what the manifest tells more of, then the rest with what `count` makes of them in the
    /// footers, and last the manifest with the digests of all that was written.
    pub(super) fn write(
        &self,
        progress: &dyn Progress,
        count: impl FnOnce(Published) -> Result<Counts, Error>,
    ) -> Result<Counts, Error> {
        let written = self.write_all(progress, count);
        if written.is_err() {
            for path in self.job.outputs() {
                // What is left of the attempt; the first fault is the one to tell.
                let _gone = fs::remove_file(partial(&path));
            }
        }
        written
    }

    fn write_all(
        &self,
        progress: &dyn Progress,
        count: impl FnOnce(Published) -> Result<Counts, Error>,
    ) -> Result<Counts, Error> {
        let steps = self.parts.len().saturating_mul(self.consumers.len());
        let (done, total) = (Cell::new(0), u64::try_from(steps).unwrap_or(u64::MAX));
        progress.advance(Stage::Writing, 0, total);
        let rejected = self.write_rejects(progress)?;
        let taken = || {
            progress.advance(Stage::Writing, done.get(), total);
            done.set(done.get().saturating_add(1));
        };
        let all = AllAccounts {
            plans: self.plans,
            folder: self.folder,
            parts: self.parts,
            outside: self.outside,
            members: Some(self.members),
            progress,
            taken: &taken,
        };
        let mut certificates = None;
        for consumer in self.consumers {
            certificates = certificates.or(consumer.write_told(&all, &partial(consumer.path()))?);
        }
        let counts = count(Published { rejected, certificates })?;
        let manifest = counts.manifest.as_ref().map(Manifest::to_text).transpose()?.unwrap_or_default();
        self.consumers.iter().try_for_each(|consumer| consumer.write(&all, &partial(consumer.path()), &manifest))?;
        let outputs = self.digests(progress)?;
        let manifest = counts.manifest.map(|manifest| Manifest { outputs, ..manifest });
        let text = manifest.as_ref().map(Manifest::to_text).transpose()?.unwrap_or_default();
        let path = partial(&self.job.manifest_path());
        fs::write(&path, &text).map_err(|fault| disk::unwritable(&path, &fault))?;
        progress.advance(Stage::Writing, total, total);
        Ok(Counts { manifest, ..counts })
    }

    /// What was written, as the manifest names it.
    fn digests(&self, progress: &dyn Progress) -> Result<Vec<OutputFile>, Error> {
        let mut written = Vec::new();
        for (holds, path) in self.job.results() {
            let partial = partial(&path);
            if disk::is_there(&partial)? {
                written.push(OutputFile::of(holds, &path, digest::of(&partial, progress, || false)?));
            }
        }
        Ok(written)
    }

    fn write_rejects(&self, progress: &dyn Progress) -> Result<RejectCounts, Error> {
        let parts = self.parts.iter().filter_map(|part| part.rejects.as_ref());
        let files: Vec<PathBuf> =
            self.rejects.iter().chain(parts).map(|sealed| self.folder.path(&sealed.name)).collect();
        let Sources { claims, enrollments } = self.sources;
        let mut claims = GivenBack::of(claims, self.job.rejects.clone(), self.style, self.memory);
        let mut enrollments = GivenBack::of(enrollments, self.job.rejected_enrollments_path(), self.style, self.memory);
        claims.create()?; // also where no claim is rejected, so that who looks for it finds it empty
        let mut causes = Causes::default();
        rejects::in_order(&files, (self.folder.as_path(), self.folder.space()), self.memory, |reject| {
            heed(progress)?;
            let reject = Reject { column: self.sources.called(reject.input, reject.column), ..reject };
            causes.count(&reject);
            match reject.input {
                Input::Claims => claims.add(reject),
                Input::Enrollments => enrollments.add(reject),
            }
        })?;
        let (claims, enrollments) = (claims.finish()?, enrollments.finish()?);
        if enrollments == 0 {
            let path = partial(&self.job.rejected_enrollments_path());
            fs::remove_file(&path).map_err(|fault| disk::unwritable(&path, &fault))?;
        }
        Ok(RejectCounts { claims, enrollments, causes: causes.into_list() })
    }

    /// Gives all outputs their names, the payouts last. What this run has not written is not left from an earlier one.
    pub(super) fn name(&self) -> Result<(), Error> {
        self.folder.begin_naming(self.job)?;
        let readers = self.folder.readers()?;
        let rejected_enrollments = self.job.rejected_enrollments_path();
        self.job.outputs().try_for_each(|path| {
            let from = partial(&path);
            if path == rejected_enrollments && !disk::is_there(&from)? {
                return match fs::remove_file(&path) {
                    Err(fault) if fault.kind() == io::ErrorKind::NotFound => Ok(()),
                    gone => gone.and_then(|()| sync_folder(&path)).map_err(|fault| disk::unwritable(&path, &fault)),
                };
            }
            disk::publish(&from, &path, readers.as_ref())
        })
    }
}
