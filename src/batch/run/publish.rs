//! The results put together under their final names.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, BufWriter};
use std::path::{Path, PathBuf};

use super::disk;
use super::folder::{Folder, partial};
use super::job::Job;
use super::manner::Manners;
use super::output::Outputs;
use super::part::Part;
use super::progress::{Progress, Stage, heed};
use super::rejects;
use super::sealed::Sealed;
use super::summary::{Cause, Causes, Certificates};
use super::watch::Watch;
use crate::batch::Input;
use crate::batch::files::RejectsFile;
use crate::certificate::Roll;
use crate::error::Error;

/// What the file of rejected rows has.
#[derive(Debug, Default)]
pub(super) struct RejectCounts {
    pub(super) claims: u64,
    pub(super) enrollments: u64,
    pub(super) causes: Vec<Cause>,
}

/// The results of a run and where they go.
pub(super) struct Results<'a> {
    pub(super) job: &'a Job,
    pub(super) manners: &'a Manners,
    /// Whether CSV begins with a mark of its encoding.
    pub(super) marks: bool,
    pub(super) folder: &'a Folder,
    pub(super) parts: &'a [Part],
    /// The rejected rows that stand in no part.
    pub(super) rejects: Vec<Sealed>,
    pub(super) outputs: &'a Outputs,
    pub(super) memory: u64,
    pub(super) watch: Option<&'a dyn Watch>,
}

impl Results<'_> {
    /// Writes all outputs beside their names.
    pub(super) fn write(&self, progress: &dyn Progress) -> Result<(RejectCounts, Option<Certificates>), Error> {
        let written = self.write_all(progress);
        if written.is_err() {
            for path in self.job.outputs() {
                // What is left of the attempt; the first fault is the one to tell.
                let _gone = fs::remove_file(partial(path));
            }
        }
        written
    }

    fn write_all(&self, progress: &dyn Progress) -> Result<(RejectCounts, Option<Certificates>), Error> {
        let total = u64::try_from(self.parts.len()).unwrap_or(u64::MAX);
        progress.advance(Stage::Writing, 0, total);
        let counts = self.write_rejects(progress)?;
        if let Some(lines) = &self.outputs.lines {
            let parts: Vec<PathBuf> = self.paths(|part| part.lines.as_ref());
            lines.join(&parts, &partial(lines.path()), &mut |_| heed(progress))?;
        }
        let certificates = self.job.certificates.as_ref().map(|path| self.write_certificates(path, progress));
        let certificates = certificates.transpose()?;
        let parts: Vec<PathBuf> = self.paths(|part| part.payouts.as_ref());
        let payouts = &self.outputs.payouts;
        match self.watch {
            Some(watch) => watch.write(&partial(&self.job.out))?,
            None => payouts.join(&parts, &partial(payouts.path()), &mut |part| {
                progress.advance(Stage::Writing, u64::try_from(part).unwrap_or(total), total);
                heed(progress)
            })?,
        }
        progress.advance(Stage::Writing, total, total);
        Ok((counts, certificates))
    }

    fn paths(&self, file: impl Fn(&Part) -> Option<&Sealed>) -> Vec<PathBuf> {
        self.parts.iter().filter_map(file).map(|sealed| self.folder.path(&sealed.name)).collect()
    }

    /// The parts as one batch, with its root.
    fn write_certificates(&self, path: &Path, progress: &dyn Progress) -> Result<Certificates, Error> {
        let path = &partial(path);
        let failed = |fault: io::Error| disk::unwritable(path, &fault);
        let mut roll = Roll::to(BufWriter::new(File::create(path).map_err(failed)?));
        for part in self.paths(|part| part.certificates.as_ref()) {
            let lines = File::open(&part).map_err(|fault| disk::unreadable(&part, &fault))?;
            for line in BufReader::new(lines).lines() {
                heed(progress)?;
                roll.append(&line.map_err(|fault| disk::unreadable(&part, &fault))?).map_err(failed)?;
            }
        }
        let count = roll.count();
        let cut = self.parts.iter().fold(0, |cut: u64, part| cut.saturating_add(part.cut));
        Ok(Certificates { count, root: roll.end().map_err(failed)?, cut })
    }

    fn write_rejects(&self, progress: &dyn Progress) -> Result<RejectCounts, Error> {
        let parts = self.parts.iter().filter_map(|part| part.rejects.as_ref());
        let files: Vec<PathBuf> =
            self.rejects.iter().chain(parts).map(|sealed| self.folder.path(&sealed.name)).collect();
        let mut file = RejectsFile::create(&partial(&self.job.rejects), &self.job.rejects, self.marks)?;
        let (mut counts, mut causes) = (RejectCounts::default(), Causes::default());
        let mut last = None;
        rejects::in_order(&files, self.folder.as_path(), self.memory, |reject| {
            if last != Some((reject.input, reject.row)) {
                heed(progress)?;
                last = Some((reject.input, reject.row));
                let count = match reject.input {
                    Input::Claims => &mut counts.claims,
                    Input::Enrollments => &mut counts.enrollments,
                };
                *count = count.saturating_add(1);
            }
            causes.count(&reject);
            file.add(self.manners.located(reject))
        })?;
        file.finish()?;
        counts.causes = causes.into_list();
        Ok(counts)
    }

    /// Gives all outputs their names, the payouts last.
    pub(super) fn name(&self) -> Result<(), Error> {
        self.folder.begin_naming(self.job)?;
        self.job.outputs().try_for_each(|path: &Path| disk::publish(&partial(path), path))
    }
}
