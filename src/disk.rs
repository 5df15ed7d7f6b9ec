//! Files. All that touches one goes through here.
//!
//! Nothing stands between the program and the system: [`fs`] is the standard library's. Only in the tests of this crate it is a disk of memory that goes
//! by the same names and fails where it is told to.

#[cfg(test)]
#[cfg(unix)]
#[cfg_attr(not(feature = "batch"), expect(dead_code, reason = "runs over files use more of it"))]
pub(crate) mod double;
#[cfg(test)]
#[cfg(unix)]
pub(crate) mod draw;
#[cfg(test)]
#[cfg(unix)]
mod memory;
#[cfg(test)]
#[cfg(unix)]
mod tests;
#[cfg(test)]
#[cfg(unix)]
pub(crate) mod trial;

#[cfg(not(all(test, unix)))]
pub(crate) use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

#[cfg(all(test, unix))]
pub(crate) use self::double as fs;
use self::fs::{File, TryLockError};
use crate::text::hexadecimal;

/// The file of a set that could not be written, and why.
#[doc(hidden)]
#[derive(Debug)]
pub struct Unpublished {
    pub path: PathBuf,
    pub fault: io::Error,
}

/// Writes files that belong together. Each is written beside its name, and none gets its name before all are there, on the disk; so under a name there
/// is always a whole file. Where that is stopped, the same files published again leave nothing of it.
///
/// # Errors
/// The first file that cannot be written. Where it could not be given its name, those before it may have theirs.
#[doc(hidden)]
pub fn publish<'f>(files: impl IntoIterator<Item = (&'f Path, &'f [u8])>) -> Result<(), Unpublished> {
    let mut ready: Vec<Beside<'_>> = Vec::new();
    for (path, bytes) in files {
        let prepared = prepare(path, bytes).map_err(|fault| Unpublished { path: path.to_owned(), fault })?;
        ready.extend(prepared);
    }
    for beside in &mut ready {
        let named = fs::rename(&beside.path, beside.named);
        beside.is_named = named.is_ok();
        named.map_err(|fault| Unpublished { path: beside.named.to_owned(), fault })?;
    }
    ready.iter().try_for_each(|Beside { named, .. }| {
        sync_folder(named).map_err(|fault| Unpublished { path: (*named).to_owned(), fault })
    })
}

/// Makes a folder and those that it lies in, as far as they are not there, so that no loss of power takes them away.
///
/// # Errors
/// What the system says.
#[doc(hidden)]
pub fn make_folder(path: &Path) -> io::Result<()> {
    if path.as_os_str().is_empty() {
        return Ok(()); // here
    }
    match fs::metadata(path) {
        Ok(about) if about.is_dir() => return Ok(()),
        Ok(_) => return Err(io::ErrorKind::NotADirectory.into()),
        Err(fault) if fault.kind() != io::ErrorKind::NotFound => return Err(fault),
        Err(_) => {}
    }
    path.parent().map_or(Ok(()), make_folder)?;
    fs::create_dir(path)?;
    sync_folder(path)
}

/// The file that keeps new ones from being written: the first under whose name something else stands, or simply the first where all are there already.
/// What a stopped run of the same command has written of them is in nobody's way.
///
/// # Errors
/// The first file of which the system cannot tell.
#[doc(hidden)]
pub fn in_the_way<'f>(files: impl IntoIterator<Item = (&'f Path, &'f [u8])>) -> Result<Option<&'f Path>, Unpublished> {
    let (mut first, mut is_all_there) = (None, true);
    for (path, bytes) in files {
        match held(path, bytes).map_err(|fault| Unpublished { path: path.to_owned(), fault })? {
            Some(false) => return Ok(Some(path)),
            Some(true) => first = first.or(Some(path)),
            None => is_all_there = false,
        }
    }
    Ok(first.filter(|_| is_all_there))
}

/// Whether a file has these bytes; none if it is not there.
fn held(path: &Path, bytes: &[u8]) -> io::Result<Option<bool>> {
    match fs::metadata(path) {
        Ok(about) if about.is_file() && usize::try_from(about.len()).is_ok_and(|length| length == bytes.len()) => {
            fs::read(path).map(|there| Some(there == bytes))
        }
        Ok(_) => Ok(Some(false)),
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(fault) => Err(fault),
    }
}

/// A file that is written and has not got its name. It goes if it does not get it.
struct Beside<'f> {
    named: &'f Path,
    path: PathBuf,
    is_named: bool,
    /// Locked, so that nobody takes it for what an earlier attempt has left.
    file: File,
}

impl Drop for Beside<'_> {
    fn drop(&mut self) {
        if !self.is_named {
            // The fault that keeps it from its name is the one to tell.
            let _gone = fs::remove_file(&self.path);
        }
    }
}

/// None if all is written: what is no plain file, such as a pipe, is written to as it is.
fn prepare<'f>(named: &'f Path, bytes: &[u8]) -> io::Result<Option<Beside<'f>>> {
    if fs::symlink_metadata(named).is_ok_and(|about| !about.is_file()) {
        return fs::write(named, bytes).map(|()| None);
    }
    // Who writes the same again finds what an attempt has left that was ended, and nobody else has a file of that name.
    let sign: String = hexadecimal(&Sha256::digest(bytes)).chars().take(16).collect();
    let path = beside(named, &format!("{sign}.tmp"));
    let file = match File::create_new(&path) {
        Err(fault) if fault.kind() == io::ErrorKind::AlreadyExists => {
            remove_abandoned(&path)?;
            File::create_new(&path)?
        }
        made => made?,
    };
    let mut beside = Beside { named, path, is_named: false, file };
    fill(&mut beside.file, bytes)?;
    Ok(Some(beside))
}

fn remove_abandoned(path: &Path) -> io::Result<()> {
    if !fs::symlink_metadata(path)?.is_file() {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    lock(&File::open(path)?)?;
    fs::remove_file(path)
}

fn lock(file: &File) -> io::Result<()> {
    file.try_lock().map_err(|fault| match fault {
        TryLockError::WouldBlock => io::ErrorKind::ResourceBusy.into(),
        TryLockError::Error(fault) => fault,
    })
}

fn fill(file: &mut File, bytes: &[u8]) -> io::Result<()> {
    lock(file)?;
    // Who may read the file is as the system has it; nobody else does before all is there.
    let readers = file.metadata()?.permissions();
    for_its_owner(file)?;
    file.write_all(bytes)?;
    file.set_permissions(readers)?;
    file.sync_all()
}

/// Lets nobody else read a file.
#[cfg(unix)]
pub(crate) fn for_its_owner(file: &File) -> io::Result<()> {
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))
}

#[cfg(not(unix))]
pub(crate) fn for_its_owner(_file: &File) -> io::Result<()> {
    Ok(())
}

/// Makes the names in the folder of a file last.
#[cfg(unix)]
pub(crate) fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(folder_of(path))?.sync_all()
}

#[cfg(not(unix))]
pub(crate) fn sync_folder(_path: &Path) -> io::Result<()> {
    Ok(())
}

/// The folder that a file stands in.
pub(crate) fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        Some(_) | None => PathBuf::from("."),
    }
}

/// The path with one more ending.
pub(crate) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    PathBuf::from(name)
}
