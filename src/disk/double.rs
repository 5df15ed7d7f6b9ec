//! The names of [`std::fs`] for a disk of memory, in tests.
//!
//! It is mounted at a path; what lies elsewhere is the system's. So whoever goes past [`crate::disk`] finds nothing of what a test has put there.

#![expect(clippy::arithmetic_side_effects, reason = "a test fails by a panic, and the numbers are small")]

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
pub(crate) use std::fs::{Permissions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{FileExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::memory::{Act, Change, Disk, Fate, Node, Number, Written};

static MOUNTED: Mutex<BTreeMap<PathBuf, Arc<Disk>>> = Mutex::new(BTreeMap::new());

/// A disk at a path, until it is dropped.
#[derive(Debug)]
pub(crate) struct Mounted(PathBuf);

impl Mounted {
    /// The disk takes the place of what lies at the path.
    pub(crate) fn at(path: &Path, disk: &Arc<Disk>) -> Mounted {
        let before = mounts().insert(path.to_owned(), Arc::clone(disk));
        assert!(before.is_none(), "two disks at one place");
        Mounted(path.to_owned())
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        mounts().remove(&self.0);
    }
}

fn mounts() -> MutexGuard<'static, BTreeMap<PathBuf, Arc<Disk>>> {
    MOUNTED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The disk on which a path lies, and the path in it; none if it is the system's.
fn disk_of(path: &Path) -> Option<(Arc<Disk>, PathBuf)> {
    let mounts = mounts();
    mounts.iter().find_map(|(root, disk)| Some((Arc::clone(disk), path.strip_prefix(root).ok()?.to_owned())))
}

/// An open file.
#[derive(Debug)]
pub(crate) struct File(Open);

#[derive(Debug)]
enum Open {
    System(fs::File),
    Held { disk: Arc<Disk>, node: Number, path: PathBuf, at: AtomicU64, appends: bool, handle: u64 },
}

static HANDLES: AtomicU64 = AtomicU64::new(1);

impl File {
    pub(crate) fn open(path: impl AsRef<Path>) -> io::Result<File> {
        OpenOptions::new().read(true).open(path)
    }

    pub(crate) fn create(path: impl AsRef<Path>) -> io::Result<File> {
        OpenOptions::new().write(true).create(true).truncate(true).open(path)
    }

    pub(crate) fn create_new(path: impl AsRef<Path>) -> io::Result<File> {
        OpenOptions::new().write(true).create_new(true).open(path)
    }

    pub(crate) fn options() -> OpenOptions {
        OpenOptions::new()
    }

    pub(crate) fn metadata(&self) -> io::Result<Metadata> {
        match &self.0 {
            Open::System(file) => file.metadata().map(|about| Metadata(About::System(about))),
            Open::Held { disk, node, path, .. } => {
                disk.owned(Act::Look, path, 0, |state| Ok(Metadata::of(&state.nodes[*node])))
            }
        }
    }

    pub(crate) fn set_permissions(&self, permissions: Permissions) -> io::Result<()> {
        match &self.0 {
            Open::System(file) => file.set_permissions(permissions),
            Open::Held { disk, node, path, .. } => disk.owned(Act::Tidy, path, 0, |state| {
                if let Node::File { mode, .. } = &mut state.nodes[*node] {
                    *mode = permissions.mode();
                }
                Ok(())
            }),
        }
    }

    pub(crate) fn sync_all(&self) -> io::Result<()> {
        match &self.0 {
            Open::System(file) => file.sync_all(),
            Open::Held { disk, node, path, .. } => disk.owned(Act::Sync, path, 0, |state| {
                state.sync(*node);
                Ok(())
            }),
        }
    }

    pub(crate) fn try_lock(&self) -> Result<(), TryLockError> {
        match &self.0 {
            Open::System(file) => file.try_lock(),
            Open::Held { disk, node, path, handle, .. } => {
                let locked = disk.owned(Act::Look, path, 0, |state| match &mut state.nodes[*node] {
                    Node::File { owner, .. } if owner.is_none_or(|owner| owner == *handle) => {
                        *owner = Some(*handle);
                        Ok(true)
                    }
                    Node::File { .. } | Node::Folder { .. } => Ok(false),
                });
                match locked {
                    Ok(true) => Ok(()),
                    Ok(false) => Err(TryLockError::WouldBlock),
                    Err(fault) => Err(TryLockError::Error(fault)),
                }
            }
        }
    }

    pub(crate) fn unlock(&self) -> io::Result<()> {
        match &self.0 {
            Open::System(file) => file.unlock(),
            Open::Held { .. } => {
                self.let_go();
                Ok(())
            }
        }
    }

    fn let_go(&self) {
        if let Open::Held { disk, node, handle, .. } = &self.0
            && let Node::File { owner, .. } = &mut disk.state().nodes[*node]
            && *owner == Some(*handle)
        {
            *owner = None;
        }
    }
}

impl Drop for File {
    fn drop(&mut self) {
        self.let_go();
    }
}

impl Read for &File {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        match &self.0 {
            Open::System(file) => (&mut &*file).read(bytes),
            Open::Held { at, .. } => {
                let read = self.read_at(bytes, at.load(Ordering::Relaxed))?;
                at.fetch_add(read.try_into().unwrap(), Ordering::Relaxed);
                Ok(read)
            }
        }
    }
}

impl FileExt for File {
    fn read_at(&self, into: &mut [u8], offset: u64) -> io::Result<usize> {
        match &self.0 {
            Open::System(file) => file.read_at(into, offset),
            Open::Held { disk, node, path, .. } => {
                let mut state = disk.state();
                let Node::File { bytes, .. } = &state.nodes[*node] else {
                    return Err(io::ErrorKind::IsADirectory.into());
                };
                let start = usize::try_from(offset).unwrap().min(bytes.len());
                let most = into.len().min(bytes.len() - start);
                let most = match state.fate(Act::Read, path, most)? {
                    Fate::Done => most,
                    Fate::Part(part, None) => part,
                    Fate::Part(_, Some(fault)) => return Err(fault),
                };
                let Node::File { bytes, .. } = &state.nodes[*node] else { panic!("not a file") };
                into[..most].copy_from_slice(&bytes[start..start + most]);
                Ok(most)
            }
        }
    }

    fn write_at(&self, _bytes: &[u8], _offset: u64) -> io::Result<usize> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

impl Write for &File {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &self.0 {
            Open::System(file) => (&mut &*file).write(bytes),
            Open::Held { disk, node, path, at, appends, .. } => {
                let mut state = disk.state();
                let (most, fault) = match state.fate(Act::Write, path, bytes.len())? {
                    Fate::Done => (bytes.len(), None),
                    Fate::Part(part, fault) => (part, fault),
                };
                let Node::File { bytes: there, .. } = &state.nodes[*node] else { panic!("not a file") };
                let place = if *appends { there.len() } else { usize::try_from(at.load(Ordering::Relaxed)).unwrap() };
                state.write(*node, Written::Bytes(place, bytes[..most].to_vec()));
                at.store((place + most).try_into().unwrap(), Ordering::Relaxed);
                fault.map_or(Ok(most), Err)
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for &File {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match &self.0 {
            Open::System(file) => (&mut &*file).seek(to),
            Open::Held { disk, node, at, .. } => {
                let place = match to {
                    SeekFrom::Start(place) => Some(place),
                    SeekFrom::Current(by) => at.load(Ordering::Relaxed).checked_add_signed(by),
                    SeekFrom::End(by) => match &disk.state().nodes[*node] {
                        Node::File { bytes, .. } => u64::try_from(bytes.len()).unwrap().checked_add_signed(by),
                        Node::Folder { .. } => None,
                    },
                };
                let place = place.ok_or(io::ErrorKind::InvalidInput)?;
                at.store(place, Ordering::Relaxed);
                Ok(place)
            }
        }
    }
}

impl Read for File {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        (&*self).read(bytes)
    }
}

impl Write for File {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        (&*self).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        (&*self).flush()
    }
}

impl Seek for File {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        (&*self).seek(to)
    }
}

#[cfg(feature = "batch")]
impl parquet::file::reader::Length for File {
    fn len(&self) -> u64 {
        match &self.0 {
            Open::System(file) => parquet::file::reader::Length::len(file),
            Open::Held { .. } => self.metadata().map_or(0, |about| about.len()),
        }
    }
}

/// Reads a file from a place on.
#[cfg(feature = "batch")]
#[derive(Debug)]
pub(crate) struct Chunk(File);

#[cfg(feature = "batch")]
impl Read for Chunk {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.0.read(bytes)
    }
}

#[cfg(feature = "batch")]
impl parquet::file::reader::ChunkReader for File {
    type T = io::BufReader<Chunk>;

    fn get_read(&self, start: u64) -> parquet::errors::Result<Self::T> {
        let mut file = self.try_clone()?;
        file.seek(SeekFrom::Start(start))?;
        Ok(io::BufReader::new(Chunk(file)))
    }

    fn get_bytes(&self, start: u64, length: usize) -> parquet::errors::Result<bytes::Bytes> {
        let mut bytes = vec![0; length];
        self.read_exact_at(&mut bytes, start)?;
        Ok(bytes.into())
    }
}

impl File {
    fn try_clone(&self) -> io::Result<File> {
        let open = match &self.0 {
            Open::System(file) => Open::System(file.try_clone()?),
            Open::Held { disk, node, path, .. } => Open::Held {
                disk: Arc::clone(disk),
                node: *node,
                path: path.clone(),
                at: AtomicU64::new(0),
                appends: false,
                handle: HANDLES.fetch_add(1, Ordering::Relaxed),
            },
        };
        Ok(File(open))
    }
}

/// How a file is opened.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "as the standard library has them")]
pub(crate) struct OpenOptions {
    system: fs::OpenOptions,
    write: bool,
    append: bool,
    truncate: bool,
    create: bool,
    create_new: bool,
    mode: u32,
}

impl OpenOptions {
    pub(crate) fn new() -> OpenOptions {
        let system = fs::OpenOptions::new();
        OpenOptions {
            system,
            write: false,
            append: false,
            truncate: false,
            create: false,
            create_new: false,
            mode: 0o666,
        }
    }

    pub(crate) fn read(&mut self, is: bool) -> &mut OpenOptions {
        self.system.read(is);
        self
    }

    pub(crate) fn write(&mut self, is: bool) -> &mut OpenOptions {
        self.system.write(is);
        self.write = is;
        self
    }

    pub(crate) fn append(&mut self, is: bool) -> &mut OpenOptions {
        self.system.append(is);
        (self.append, self.write) = (is, self.write || is);
        self
    }

    pub(crate) fn truncate(&mut self, is: bool) -> &mut OpenOptions {
        self.system.truncate(is);
        self.truncate = is;
        self
    }

    pub(crate) fn create(&mut self, is: bool) -> &mut OpenOptions {
        self.system.create(is);
        self.create = is;
        self
    }

    pub(crate) fn create_new(&mut self, is: bool) -> &mut OpenOptions {
        self.system.create_new(is);
        self.create_new = is;
        self
    }

    pub(crate) fn open(&self, path: impl AsRef<Path>) -> io::Result<File> {
        let path = path.as_ref();
        let Some((disk, place)) = disk_of(path) else {
            return self.system.open(path).map(|file| File(Open::System(file)));
        };
        let there = disk.state().find(&place);
        let act = if self.write && (there.is_err() || self.truncate) { Act::Make } else { Act::Look };
        let node = disk.owned(act, path, 0, |state| match there {
            Ok(_) if self.create_new => Err(io::ErrorKind::AlreadyExists.into()),
            Ok(node) => match (&state.nodes[node], self.write) {
                (Node::Folder { .. }, true) => Err(io::ErrorKind::IsADirectory.into()),
                (Node::Folder { .. }, false) => Ok(node),
                (Node::File { .. }, _) => {
                    if self.truncate {
                        state.write(node, Written::Cut(0));
                    }
                    Ok(node)
                }
            },
            Err(fault) if fault.kind() == io::ErrorKind::NotFound && (self.create || self.create_new) => {
                let (folder, name) = state.place(&place)?;
                state.clock += 1;
                let (mode, written) = (self.mode & 0o644, state.clock);
                Ok(state.put(
                    folder,
                    name,
                    Node::File {
                        bytes: Vec::new(),
                        lasting: Vec::new(),
                        since: Vec::new(),
                        mode,
                        owner: None,
                        written,
                    },
                ))
            }
            Err(fault) => Err(fault),
        })?;
        let handle = HANDLES.fetch_add(1, Ordering::Relaxed);
        Ok(File(Open::Held { disk, node, path: path.to_owned(), at: AtomicU64::new(0), appends: self.append, handle }))
    }
}

impl OpenOptionsExt for OpenOptions {
    fn mode(&mut self, mode: u32) -> &mut OpenOptions {
        self.system.mode(mode);
        self.mode = mode;
        self
    }

    fn custom_flags(&mut self, flags: i32) -> &mut OpenOptions {
        self.system.custom_flags(flags);
        self
    }
}

/// What is known of a file.
#[derive(Debug, Clone)]
pub(crate) struct Metadata(About);

#[derive(Debug, Clone)]
enum About {
    System(fs::Metadata),
    Held { length: u64, mode: u32, written: u64, is_file: bool },
}

impl Metadata {
    fn of(node: &Node) -> Metadata {
        Metadata(match node {
            Node::File { bytes, mode, written, .. } => {
                let length = bytes.len().try_into().unwrap();
                About::Held { length, mode: *mode, written: *written, is_file: true }
            }
            Node::Folder { .. } => About::Held { length: 0, mode: 0o755, written: 0, is_file: false },
        })
    }

    pub(crate) fn len(&self) -> u64 {
        match &self.0 {
            About::System(about) => about.len(),
            About::Held { length, .. } => *length,
        }
    }

    pub(crate) fn is_file(&self) -> bool {
        match &self.0 {
            About::System(about) => about.is_file(),
            About::Held { is_file, .. } => *is_file,
        }
    }

    pub(crate) fn is_dir(&self) -> bool {
        match &self.0 {
            About::System(about) => about.is_dir(),
            About::Held { is_file, .. } => !is_file,
        }
    }

    pub(crate) fn modified(&self) -> io::Result<SystemTime> {
        match &self.0 {
            About::System(about) => about.modified(),
            About::Held { written, .. } => Ok(UNIX_EPOCH + Duration::from_secs(*written)),
        }
    }

    pub(crate) fn permissions(&self) -> Permissions {
        match &self.0 {
            About::System(about) => about.permissions(),
            About::Held { mode, .. } => Permissions::from_mode(*mode),
        }
    }
}

pub(crate) fn metadata(path: impl AsRef<Path>) -> io::Result<Metadata> {
    let path = path.as_ref();
    match disk_of(path) {
        None => fs::metadata(path).map(|about| Metadata(About::System(about))),
        Some((disk, place)) => {
            disk.owned(Act::Look, path, 0, |state| Ok(Metadata::of(&state.nodes[state.find(&place)?])))
        }
    }
}

/// There are no links on a disk of memory.
pub(crate) fn symlink_metadata(path: impl AsRef<Path>) -> io::Result<Metadata> {
    let path = path.as_ref();
    match disk_of(path) {
        None => fs::symlink_metadata(path).map(|about| Metadata(About::System(about))),
        Some(_) => metadata(path),
    }
}

pub(crate) fn exists(path: impl AsRef<Path>) -> io::Result<bool> {
    match metadata(path) {
        Ok(_) => Ok(true),
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(fault) => Err(fault),
    }
}

pub(crate) fn canonicalize(path: impl AsRef<Path>) -> io::Result<PathBuf> {
    let path = path.as_ref();
    match disk_of(path) {
        None => fs::canonicalize(path),
        Some(_) => metadata(path).map(|_| path.to_owned()),
    }
}

pub(crate) fn read(path: impl AsRef<Path>) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

pub(crate) fn read_to_string(path: impl AsRef<Path>) -> io::Result<String> {
    String::from_utf8(read(path)?).map_err(|_| io::ErrorKind::InvalidData.into())
}

pub(crate) fn write(path: impl AsRef<Path>, bytes: impl AsRef<[u8]>) -> io::Result<()> {
    File::create(path)?.write_all(bytes.as_ref())
}

pub(crate) fn create_dir(path: impl AsRef<Path>) -> io::Result<()> {
    let path = path.as_ref();
    let Some((disk, place)) = disk_of(path) else { return fs::create_dir(path) };
    disk.owned(Act::Make, path, 0, |state| {
        let (folder, name) = state.place(&place)?;
        if place.as_os_str().is_empty() || state.names(folder)?.contains_key(&name) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        state.put(folder, name, Node::folder());
        Ok(())
    })
}

pub(crate) fn rename(from: impl AsRef<Path>, to: impl AsRef<Path>) -> io::Result<()> {
    let (from, to) = (from.as_ref(), to.as_ref());
    let (Some((disk, from_place)), Some((_, to_place))) = (disk_of(from), disk_of(to)) else {
        return fs::rename(from, to);
    };
    disk.owned(Act::Make, to, 0, |state| {
        let node = state.find(&from_place)?;
        let ((folder, from), (other, to)) = (state.place(&from_place)?, state.place(&to_place)?);
        assert_eq!(folder, other, "nothing is moved between folders");
        match (state.names(folder)?.get(&to).map(|there| &state.nodes[*there]), &state.nodes[node]) {
            (Some(Node::Folder { names, .. }), Node::Folder { .. }) if !names.is_empty() => {
                Err(io::ErrorKind::DirectoryNotEmpty.into())
            }
            (Some(Node::Folder { .. }), Node::File { .. }) => Err(io::ErrorKind::IsADirectory.into()),
            (Some(Node::File { .. }), Node::Folder { .. }) => Err(io::ErrorKind::NotADirectory.into()),
            (Some(Node::Folder { .. }), Node::Folder { .. })
            | (Some(Node::File { .. }), Node::File { .. })
            | (None, _) => {
                state.change(folder, Change::Moved(from, to, node));
                Ok(())
            }
        }
    })
}

pub(crate) fn remove_file(path: impl AsRef<Path>) -> io::Result<()> {
    let path = path.as_ref();
    let Some((disk, place)) = disk_of(path) else { return fs::remove_file(path) };
    disk.owned(Act::Tidy, path, 0, |state| match &state.nodes[state.find(&place)?] {
        Node::Folder { .. } => Err(io::ErrorKind::IsADirectory.into()),
        Node::File { .. } => {
            let (folder, name) = state.place(&place)?;
            state.change(folder, Change::Taken(name));
            Ok(())
        }
    })
}

pub(crate) fn remove_dir(path: impl AsRef<Path>) -> io::Result<()> {
    let path = path.as_ref();
    let Some((disk, place)) = disk_of(path) else { return fs::remove_dir(path) };
    disk.owned(Act::Tidy, path, 0, |state| {
        if !state.names(state.find(&place)?)?.is_empty() {
            return Err(io::ErrorKind::DirectoryNotEmpty.into());
        }
        let (folder, name) = state.place(&place)?;
        state.change(folder, Change::Taken(name));
        Ok(())
    })
}

/// What is in a folder.
pub(crate) fn read_dir(path: impl AsRef<Path>) -> io::Result<std::vec::IntoIter<io::Result<DirEntry>>> {
    let path = path.as_ref();
    let entries: Vec<io::Result<DirEntry>> = match disk_of(path) {
        None => fs::read_dir(path)?.map(|entry| entry.map(|entry| DirEntry { path: entry.path() })).collect(),
        Some((disk, place)) => disk.owned(Act::Look, path, 0, |state| {
            let names = state.names(state.find(&place)?)?.keys();
            Ok(names.map(|name| Ok(DirEntry { path: path.join(name) })).collect())
        })?,
    };
    Ok(entries.into_iter())
}

/// Something in a folder.
#[derive(Debug)]
pub(crate) struct DirEntry {
    path: PathBuf,
}

impl DirEntry {
    pub(crate) fn path(&self) -> PathBuf {
        self.path.clone()
    }

    pub(crate) fn file_name(&self) -> OsString {
        self.path.file_name().unwrap_or_default().to_owned()
    }

    pub(crate) fn metadata(&self) -> io::Result<Metadata> {
        symlink_metadata(&self.path)
    }

    pub(crate) fn file_type(&self) -> io::Result<Metadata> {
        symlink_metadata(&self.path)
    }
}
