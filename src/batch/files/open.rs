//! Files opened and created, or what is said of them.

use std::io::{self, Read};
use std::path::Path;

use super::fault;
use crate::disk::fs::{self, File};
use crate::error::Error;
use crate::text::say;

/// Refuses what can be read only once, or by its end never: an input is read several times, for its columns, its rows and its digest.
pub(crate) fn refuse_pipe(path: &Path) -> Result<(), Error> {
    if fs::metadata(path).map_or(true, |about| about.is_file() || about.is_dir()) {
        return Ok(());
    }
    let path = path.display();
    Err(Error::input(say!(
        "`{path}` 是管道或设备，只能读一遍，而输入文件要读几遍；请先存为文件，再指明该文件",
        "`{path}` is a pipe or a device, which can be read only once, and inputs are read several times; write it to a file first"
    )))
}

/// Opens a file for reading.
pub(super) fn opened(path: &Path) -> Result<File, Error> {
    let unreadable = |fault| fault::unreadable(path, &fault);
    let file = File::open(path).map_err(unreadable)?;
    if file.metadata().map_err(unreadable)?.is_dir() {
        return Err(unreadable(io::ErrorKind::IsADirectory.into()));
    }
    Ok(file)
}

/// Reads on where a signal has interrupted it: not every library that reads does.
pub(super) struct Steady<R>(pub(super) R);

impl<R: Read> Read for Steady<R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.0.read(to) {
                Err(fault) if fault.kind() == io::ErrorKind::Interrupted => {}
                read => return read,
            }
        }
    }
}

/// Writes a file in one go.
pub(super) fn written(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    fs::write(path, bytes).map_err(|fault| fault::unwritable(path, &fault))
}

/// Creates a file to write.
pub(super) fn created(path: &Path) -> Result<File, Error> {
    File::create(path).map_err(|fault| fault::unwritable(path, &fault))
}
