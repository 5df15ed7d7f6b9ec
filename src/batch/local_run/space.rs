//! How much of a disk the work folder of a run may take: told from the inputs, and counted while it is filled.

use std::fmt;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::disk;
use super::job::{Job, Mebibytes};
use crate::disk::fs::{self, File};
use crate::error::{Error, Remedy};
use crate::text::{Text, say};

/// What a run may take, however small its inputs are.
const LEAST: u64 = 1 << 30;
/// Packed rows take many times their size once they are plain.
const TIMES_THE_INPUTS: u64 = 64;
/// A certificate, about, with room to spare.
const BYTES_OF_A_CERTIFICATE: u64 = 8 << 10;
/// What a row takes in the work folder at the very least.
const LEAST_OF_A_ROW: u64 = 16;

/// The room that work files may take together.
#[derive(Debug, Clone)]
pub(super) struct Space {
    most: u64,
    taken: Arc<AtomicU64>,
}

impl Space {
    /// That of a job which has said how much, or else what its inputs make likely. Refuses so many rows as cannot fit.
    pub(super) fn of(job: &Job, inputs: [u64; 2], [claims, enrollments]: [u64; 2]) -> Result<Space, Error> {
        let certificates = if job.certificates.is_some() { claims.saturating_mul(BYTES_OF_A_CERTIFICATE) } else { 0 };
        let inputs = inputs.into_iter().fold(0, u64::saturating_add);
        let usual = inputs.saturating_mul(TIMES_THE_INPUTS).saturating_add(LEAST).saturating_add(certificates);
        let most = job.work_space.unwrap_or(usual);
        let least = claims.saturating_add(enrollments).saturating_mul(LEAST_OF_A_ROW);
        if least > most {
            let (least, most) = (Mebibytes(least), Mebibytes(most));
            return Err(Error::output(say!(
                "工作目录至少需要 {least} 磁盘空间，限额为 {most}",
                "the work folder needs {least} of disk at least; the limit is {most}"
            ))
            .mended_by(Remedy::MoreSpace));
        }
        Ok(Space { most, taken: Arc::new(AtomicU64::new(0)) })
    }

    /// For tests of what fills work files.
    #[cfg(test)]
    pub(super) fn unlimited() -> Space {
        Space { most: u64::MAX, taken: Arc::default() }
    }

    /// What an earlier run has left.
    pub(super) fn count(&self, folder: &Path) -> io::Result<()> {
        for entry in fs::read_dir(folder)? {
            self.taken.fetch_add(entry?.metadata()?.len(), Ordering::Relaxed);
        }
        Ok(())
    }

    /// A work file, empty. It is for nobody else to read.
    pub(super) fn create(&self, path: &Path) -> io::Result<WorkFile> {
        let left = fs::symlink_metadata(path).map_or(0, |about| about.len());
        let file = disk::create(path)?;
        self.give_back(left);
        Ok(WorkFile { file, space: self.clone() })
    }

    fn give_back(&self, bytes: u64) {
        let less = |taken: u64| Some(taken.saturating_sub(bytes));
        let _always = self.taken.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
    }
}

/// A work file while it is filled.
#[derive(Debug)]
pub(super) struct WorkFile {
    file: File,
    space: Space,
}

impl Write for WorkFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let before = self.space.taken.fetch_add(length, Ordering::Relaxed);
        if before.saturating_add(length) > self.space.most {
            self.space.give_back(length);
            return Err(io::Error::other(NoRoom { most: self.space.most }));
        }
        let written = self.file.write(bytes);
        let count = written.as_ref().map_or(0, |count| u64::try_from(*count).unwrap_or(length));
        self.space.give_back(length.saturating_sub(count));
        written
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// The work folder has taken all that it may.
#[derive(Debug)]
pub(super) struct NoRoom {
    most: u64,
}

impl NoRoom {
    pub(super) fn said(&self) -> Error {
        Error::output(self.text()).mended_by(Remedy::MoreSpace)
    }

    fn text(&self) -> Text {
        let most = Mebibytes(self.most);
        say!("工作目录已占满限定的磁盘空间 {most}", "the work folder has taken all of the disk that it may, {most}")
    }
}

impl fmt::Display for NoRoom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text().en)
    }
}

impl std::error::Error for NoRoom {}
