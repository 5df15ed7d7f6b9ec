//! Files opened and created, or what is said of them.

use std::fs::File;
use std::path::Path;

use super::fault;
use crate::error::Error;

/// Opens a file for reading.
pub(super) fn opened(path: &Path) -> Result<File, Error> {
    let unreadable = |fault| fault::unreadable(path, &fault);
    let file = File::open(path).map_err(unreadable)?;
    if file.metadata().map_err(unreadable)?.is_dir() {
        return Err(unreadable(std::io::ErrorKind::IsADirectory.into()));
    }
    Ok(file)
}

/// Creates a file to write.
pub(super) fn created(path: &Path) -> Result<File, Error> {
    File::create(path).map_err(|fault| fault::unwritable(path, &fault))
}
