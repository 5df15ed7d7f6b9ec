//! Files of a run that are there whole or not at all.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

pub(super) use crate::batch::files::fault::{unreadable, unwritable};
use crate::error::{Error, Remedy};
use crate::text::say;

/// An input that is no longer what was read of it.
pub(super) fn changed() -> Error {
    Error::input(say!("输入文件在读取时被改动", "an input was changed while it was read"))
}

/// A file of the work folder that is not as it was left.
pub(super) fn damaged(path: &Path) -> Error {
    let path = path.display();
    Error::resume(say!("工作文件 `{path}` 已损坏", "the work file `{path}` is damaged")).mended_by(Remedy::StartOver)
}

/// Opens a file to be written under a name that only this run may have: made anew, or left by an earlier run of the same, but never what a
/// link leads to, and none that another process is writing. Nothing in it is lost before it is written.
pub(super) fn open_own(path: &Path, may_be_left: bool) -> Result<File, Error> {
    let mut options = OpenOptions::new();
    options.write(true);
    match fs::symlink_metadata(path) {
        Ok(entry) if entry.is_file() && (may_be_left || entry.len() == 0) => {}
        Ok(_) => return Err(foreign(path)),
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => _ = options.create_new(true),
        Err(fault) => return Err(unwritable(path, &fault)),
    }
    let file = options.open(path).map_err(|fault| unwritable(path, &fault))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            let path = path.display();
            Err(Error::resume(say!("另一次运行正在写 `{path}`", "another run is writing `{path}`")))
        }
        Err(TryLockError::Error(fault)) => Err(unwritable(path, &fault)),
    }
}

/// Something under a name that this program needs for itself.
pub(super) fn foreign(path: &Path) -> Error {
    let path = path.display();
    Error::resume(say!(
        "`{path}` 不是本次运行的文件；请移走它，或换一个输出文件名",
        "`{path}` is not a file of this run; move it away, or name another output"
    ))
}

/// Writes a small file beside its name and renames it: it is there whole or not at all.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let beside = beside(path, "new");
    let written = File::create(&beside).and_then(|mut file| file.write_all(bytes));
    written.and_then(|()| fs::rename(&beside, path)).map_err(|fault| unwritable(path, &fault))
}

/// The bytes of a file; `None` if there is no such file.
pub(super) fn read_if_there(path: &Path) -> Result<Option<Vec<u8>>, Error> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(fault) => Err(unreadable(path, &fault)),
    }
}

/// Gives a finished file its name, so that a loss of power cannot take it back.
pub(super) fn publish(from: &Path, to: &Path) -> Result<(), Error> {
    let synced = File::open(from).and_then(|file| file.sync_all());
    synced.and_then(|()| fs::rename(from, to)).and_then(|()| sync_folder(to)).map_err(|fault| unwritable(to, &fault))
}

/// Makes the names in the folder of a file last.
#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(folder_of(path))?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_path: &Path) -> io::Result<()> {
    Ok(())
}

/// The folder that a file stands in.
pub(super) fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        Some(_) | None => PathBuf::from("."),
    }
}

/// The path with one more ending.
pub(super) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    PathBuf::from(name)
}
