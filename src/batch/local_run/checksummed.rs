//! Work files that say of themselves whether they are whole.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::disk::unwritable;
use super::space::{Space, WorkFile};
use crate::error::Error;

/// A work file that is complete.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Sealed {
    /// Its name in the work folder.
    pub(super) name: String,
    pub(super) bytes: u64,
    pub(super) crc: u32,
}

/// A work file while it is filled. There is no file as long as nothing is written.
#[derive(Debug)]
pub(crate) struct Sealing {
    path: PathBuf,
    space: Space,
    file: Option<BufWriter<WorkFile>>,
    crc: crc32fast::Hasher,
    bytes: u64,
}

impl Sealing {
    pub(super) fn at(path: PathBuf, space: &Space) -> Sealing {
        Sealing { path, space: space.clone(), file: None, crc: crc32fast::Hasher::new(), bytes: 0 }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Writes all of the bytes.
    pub(crate) fn put(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.write_all(bytes).map_err(|fault| self.fault(&fault))
    }

    /// The complete file; none if nothing was written.
    pub(super) fn seal(mut self) -> Result<Option<Sealed>, Error> {
        self.flush().map_err(|fault| self.fault(&fault))?;
        let name = self.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        Ok(self.file.is_some().then(|| Sealed { name, bytes: self.bytes, crc: self.crc.finalize() }))
    }

    pub(super) fn fault(&self, fault: &io::Error) -> Error {
        unwritable(&self.path, fault)
    }
}

impl Write for Sealing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let file = match &mut self.file {
            Some(file) => file,
            None => self.file.insert(BufWriter::new(self.space.create(&self.path)?)),
        };
        let count = file.write(bytes)?;
        self.crc.update(bytes.get(..count).unwrap_or_default());
        self.bytes = self.bytes.saturating_add(u64::try_from(count).unwrap_or(0));
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.as_mut().map_or(Ok(()), BufWriter::flush)
    }
}
