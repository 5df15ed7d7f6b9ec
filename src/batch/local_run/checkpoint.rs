//! Which buckets are decided: a line for each, written when its files are complete.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use super::disk::{private, read_if_there, unwritable};
use super::part::Part;
use super::work_folder::{Folder, JOURNAL, Mark};
use crate::disk::fs::File;
use crate::error::Error;

/// The journal of a run. A line counts only if it is whole; the last one may be cut short where a run has ended.
#[derive(Debug)]
pub(super) struct Checkpoint {
    path: PathBuf,
    file: Mutex<File>,
    earlier: BTreeMap<u16, Part>,
}

impl Checkpoint {
    /// Goes on with the journal of an earlier run, or begins one.
    pub(super) fn open(folder: &Folder) -> Result<Checkpoint, Error> {
        let path = folder.path(JOURNAL);
        let earlier = Checkpoint::parts(folder)?;
        let file = private(File::options().create(true).append(true)).open(&path).and_then(|mut file| {
            file.write_all(b"\n")?; // what was cut short stays a line of its own
            Ok(file)
        });
        let file = Mutex::new(file.map_err(|fault| unwritable(&path, &fault))?);
        Ok(Checkpoint { path, file, earlier })
    }

    /// What an earlier run has made of each bucket.
    pub(super) fn parts(folder: &Folder) -> Result<BTreeMap<u16, Part>, Error> {
        let lines = read_if_there(&folder.path(JOURNAL))?.unwrap_or_default();
        Ok(lines.split(|byte| *byte == b'\n').filter_map(Mark::<(u16, Part)>::read).collect())
    }

    /// What it has made of one.
    pub(super) fn earlier(&self, bucket: u16) -> Option<&Part> {
        self.earlier.get(&bucket)
    }

    /// Notes that the files of a bucket are complete.
    pub(super) fn add(&self, bucket: u16, part: &Part) -> Result<(), Error> {
        let mut line = Mark::write((bucket, part)).map_err(|fault| unwritable(&self.path, &fault.into()))?;
        line.push(b'\n');
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.write_all(&line).map_err(|fault| unwritable(&self.path, &fault))
    }
}
