//! Files of a run that are there whole or not at all.

use std::io::{self, Write};
use std::path::Path;

use super::space::NoRoom;
use crate::batch::files::fault;
pub(super) use crate::batch::files::fault::unreadable;
use crate::disk::fs::{self, File, OpenOptions, Permissions, TryLockError};
use crate::disk::{beside, for_its_owner, sync_folder};
use crate::error::{Error, Remedy};
use crate::text::say;

/// A file that the system does not let be written, or a work file for which there is no room.
pub(super) fn unwritable(path: &Path, fault: &io::Error) -> Error {
    match fault.get_ref().and_then(|inner| inner.downcast_ref::<NoRoom>()) {
        Some(no_room) => no_room.said(),
        None => fault::unwritable(path, fault),
    }
}

/// Creates a file that is for nobody else to read, empty.
pub(super) fn create(path: &Path) -> io::Result<File> {
    private(OpenOptions::new().write(true).create(true).truncate(true)).open(path)
}

/// What is made so is for its owner alone.
#[cfg(unix)]
pub(super) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600)
}

#[cfg(not(unix))]
pub(super) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

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
    private(options.write(true));
    let is_there = match fs::symlink_metadata(path) {
        Ok(entry) if entry.is_file() && (may_be_left || entry.len() == 0) => true,
        Ok(entry) => return Err(left_over(path, entry.is_file())),
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => false,
        Err(fault) => return Err(unwritable(path, &fault)),
    };
    let file = options.create_new(!is_there).open(path).map_err(|fault| unwritable(path, &fault))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let path = path.display();
            return Err(Error::resume(say!("另一次运行正在写 `{path}`", "another run is writing `{path}`")));
        }
        Err(TryLockError::Error(fault)) => return Err(unwritable(path, &fault)),
    }
    if is_there {
        for_its_owner(&file).map_err(|fault| unwritable(path, &fault))?;
    }
    Ok(file)
}

/// Who may read the files of a folder that was made as folders are: those who may read the folder.
#[cfg(unix)]
pub(super) fn readers(folder: &Path) -> io::Result<Option<Permissions>> {
    use std::os::unix::fs::PermissionsExt;
    Ok(Some(Permissions::from_mode(fs::metadata(folder)?.permissions().mode() & 0o666)))
}

#[cfg(not(unix))]
pub(super) fn readers(_folder: &Path) -> io::Result<Option<Permissions>> {
    Ok(None)
}

/// Something under a name that this program needs for itself.
fn left_over(path: &Path, is_file: bool) -> Error {
    let path = path.display();
    let said = if is_file {
        say!(
            "`{path}` 已存在，且不是本次运行的文件：中断的运行，若工作目录已被删除，会留下这样的文件；请删除它，或换一个输出文件名",
            "`{path}` is there and is not a file of this run: a stopped run whose work folder was removed leaves such a file; delete it, or name another output"
        )
    } else {
        say!(
            "`{path}` 不是本次运行的文件；请移走它，或换一个输出文件名",
            "`{path}` is not a file of this run; move it away, or name another output"
        )
    };
    Error::resume(said)
}

/// Writes a small file beside its name and renames it: as long as power lasts it is there whole or not at all.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    put_in_place(path, bytes, |_| Ok(())).map_err(|fault| unwritable(path, &fault))
}

/// The same, and what is there then no loss of power takes away.
pub(super) fn replace_for_good(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let replaced = put_in_place(path, bytes, File::sync_all).and_then(|()| sync_folder(path));
    replaced.map_err(|fault| unwritable(path, &fault))
}

fn put_in_place(path: &Path, bytes: &[u8], then: impl FnOnce(&File) -> io::Result<()>) -> io::Result<()> {
    let beside = beside(path, "new");
    let mut file = create(&beside)?;
    file.write_all(bytes)?;
    then(&file)?;
    fs::rename(&beside, path)
}

/// Whether something is there. What cannot be told is a fault: whoever takes it for absent loses what is there.
pub(super) fn is_there(path: &Path) -> Result<bool, Error> {
    fs::exists(path).map_err(|fault| unreadable(path, &fault))
}

/// The bytes of a file; `None` if there is no such file.
pub(super) fn read_if_there(path: &Path) -> Result<Option<Vec<u8>>, Error> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(fault) => Err(unreadable(path, &fault)),
    }
}

/// Gives a finished file its name, so that a loss of power cannot take it back, and lets those read it who may.
pub(super) fn publish(from: &Path, to: &Path, readers: Option<&Permissions>) -> Result<(), Error> {
    let synced = File::open(from).and_then(|file| {
        readers.map_or(Ok(()), |readers| file.set_permissions(readers.clone()))?;
        file.sync_all()
    });
    synced.and_then(|()| fs::rename(from, to)).and_then(|()| sync_folder(to)).map_err(|fault| unwritable(to, &fault))
}
