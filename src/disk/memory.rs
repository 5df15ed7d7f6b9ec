//! A disk of memory: it fails, tears and loses power where it is told to.
//!
//! Of what is written it knows what is sure to last: bytes of a file once that file is synced, names in a folder once that folder is.

#![expect(clippy::arithmetic_side_effects, reason = "a test fails by a panic, and the numbers are small")]

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::io;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::draw::Draw;

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Harm {
    /// `EIO`, once.
    Failed,
    /// `ENOSPC`, from here to the end of the run: nothing is made or written any more, but what is there can be removed.
    Full,
    /// Half of the bytes are written, then `ENOSPC`, from here to the end of the run.
    Torn,
    /// `EINTR`, once: nothing was done, and it is to be tried again.
    Interrupted,
    /// Half of the bytes, once, and no fault at all.
    Short,
    /// The process ends: nothing more is done, and all that was done stays.
    Killed,
    /// The same, and of what was not synced the disk keeps what it likes.
    PowerLost,
}

/// What a disk is asked to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Act {
    /// Makes a file, a folder or another name, or cuts a file short.
    Make,
    Write,
    Sync,
    /// Takes a name away, or says who may read.
    Tidy,
    /// Opens a file to read it, or asks what is there.
    Look,
    Read,
}

impl Act {
    /// Whether it changes the disk.
    pub(crate) fn changes(self) -> bool {
        match self {
            Act::Make | Act::Write | Act::Sync | Act::Tidy => true,
            Act::Look | Act::Read => false,
        }
    }
}

/// Where a disk does harm: at the act of this number, those that change it and the others counted apart. (Two threads may read at a time, so that only
/// the order of changes is the same in every run.)
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) harm: Harm,
    pub(crate) at: u64,
    pub(crate) changes: bool,
}

/// What becomes of an act.
pub(super) enum Fate {
    Done,
    /// So many bytes of it only; then it fails with this, if with anything.
    Part(usize, Option<io::Error>),
}

pub(super) type Number = usize;

/// A change of a folder that is not sure to last.
#[derive(Debug, Clone)]
pub(super) enum Change {
    Put(OsString, Number),
    Taken(OsString),
    Moved(OsString, OsString, Number),
}

/// A change of a file that is not sure to last.
#[derive(Debug, Clone)]
pub(super) enum Written {
    Bytes(usize, Vec<u8>),
    Cut(usize),
}

#[derive(Debug, Clone)]
pub(super) enum Node {
    File { bytes: Vec<u8>, lasting: Vec<u8>, since: Vec<Written>, mode: u32, owner: Option<u64>, written: u64 },
    Folder { names: BTreeMap<OsString, Number>, lasting: BTreeMap<OsString, Number>, since: Vec<Change> },
}

impl Node {
    pub(super) fn folder() -> Node {
        Node::Folder { names: BTreeMap::new(), lasting: BTreeMap::new(), since: Vec::new() }
    }
}

/// All that is on a disk, and what is to happen to it.
#[derive(Debug, Clone)]
pub(super) struct State {
    pub(super) nodes: Vec<Node>,
    pub(super) clock: u64,
    plan: Option<Plan>,
    /// Acts so far: those that look and those that change.
    done: [u64; 2],
    struck: Option<String>,
    is_over: bool,
    is_full: bool,
}

/// A disk of memory.
#[derive(Debug)]
pub(crate) struct Disk(Mutex<State>);

const ROOT: Number = 0;

impl Disk {
    /// A disk with nothing on it but these files, which last.
    pub(crate) fn with(files: &[(String, Vec<u8>)]) -> Disk {
        let nodes = vec![Node::folder()];
        let disk = Disk(Mutex::new(State {
            nodes,
            clock: 1,
            plan: None,
            done: [0, 0],
            struck: None,
            is_over: false,
            is_full: false,
        }));
        for (name, bytes) in files {
            let mut state = disk.state();
            let mut path: Vec<OsString> = name.split('/').map(OsString::from).collect();
            let last = path.pop().unwrap();
            let mut folder = ROOT;
            for part in path {
                folder = match state.names(folder).unwrap().get(&part) {
                    Some(inner) => *inner,
                    None => state.put(folder, part, Node::folder()),
                };
            }
            let file = Node::File {
                bytes: bytes.clone(),
                lasting: Vec::new(),
                since: Vec::new(),
                mode: 0o644,
                owner: None,
                written: 1,
            };
            state.put(folder, last, file);
        }
        disk.state().settle();
        disk
    }

    /// The same disk in a process that starts anew.
    pub(crate) fn again(&self, plan: Option<Plan>) -> Disk {
        let mut state = self.state().clone();
        for node in &mut state.nodes {
            if let Node::File { owner, .. } = node {
                *owner = None;
            }
        }
        Disk(Mutex::new(State { plan, done: [0, 0], struck: None, is_over: false, is_full: false, ..state }))
    }

    /// What a loss of power leaves, one way of many.
    pub(crate) fn after_loss_of_power(&self, draw: &mut Draw) -> Disk {
        let left = self.again(None);
        left.state().lose(draw);
        left
    }

    /// The acts that were done: those that look and those that change.
    pub(crate) fn done(&self) -> [u64; 2] {
        self.state().done
    }

    /// The act at which harm was done.
    pub(crate) fn struck(&self) -> Option<String> {
        self.state().struck.clone()
    }

    /// All files by their paths; folders that are empty end in a slash.
    pub(crate) fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let state = self.state();
        let mut files = BTreeMap::new();
        state.list(ROOT, "", &mut files);
        files
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn owned<T>(
        &self,
        act: Act,
        path: &Path,
        length: usize,
        rest: impl FnOnce(&mut State) -> io::Result<T>,
    ) -> io::Result<T> {
        let mut state = self.state();
        match state.fate(act, path, length)? {
            Fate::Done | Fate::Part(_, None) => rest(&mut state),
            Fate::Part(_, Some(fault)) => Err(fault),
        }
    }
}

impl State {
    /// Counts an act, and does to it what is planned.
    pub(super) fn fate(&mut self, act: Act, path: &Path, length: usize) -> io::Result<Fate> {
        if self.is_over {
            return Err(broken());
        }
        let done = &mut self.done[usize::from(act.changes())];
        let number = *done;
        *done += 1;
        let fills = match act {
            Act::Make | Act::Write => true,
            Act::Sync | Act::Tidy | Act::Look | Act::Read => false,
        };
        if self.is_full && fills {
            return Err(full());
        }
        let Some(plan) = self.plan.filter(|plan| plan.at == number && plan.changes == act.changes()) else {
            return Ok(Fate::Done);
        };
        let moves = matches!(act, Act::Write | Act::Read) && length > 0;
        let applies = match plan.harm {
            Harm::Failed | Harm::Killed | Harm::PowerLost => true,
            Harm::Full => fills || act == Act::Sync,
            Harm::Torn => act == Act::Write && length > 1,
            Harm::Interrupted => moves,
            Harm::Short => moves && length > 1,
        };
        if !applies {
            return Ok(Fate::Done);
        }
        self.struck = Some(format!("{:?} at {act:?} {number} of `{}`", plan.harm, path.display()));
        match plan.harm {
            Harm::Failed => Err(broken()),
            Harm::Full => {
                self.is_full = true;
                Err(full())
            }
            Harm::Torn => {
                self.is_full = true;
                Ok(Fate::Part(length / 2, Some(full())))
            }
            Harm::Interrupted => Err(io::ErrorKind::Interrupted.into()),
            Harm::Short => Ok(Fate::Part(length / 2, None)),
            // What is under way may be half done; nobody is there to be told.
            Harm::Killed | Harm::PowerLost => {
                self.is_over = true;
                Ok(Fate::Part(length / 2, Some(broken())))
            }
        }
    }

    pub(super) fn names(&self, folder: Number) -> io::Result<&BTreeMap<OsString, Number>> {
        match &self.nodes[folder] {
            Node::Folder { names, .. } => Ok(names),
            Node::File { .. } => Err(io::ErrorKind::NotADirectory.into()),
        }
    }

    /// The node at a path within the disk.
    pub(super) fn find(&self, path: &Path) -> io::Result<Number> {
        let step = |at: Number, part: &OsStr| self.names(at)?.get(part).copied().ok_or(io::ErrorKind::NotFound.into());
        path.iter().try_fold(ROOT, step)
    }

    /// The folder of a path, and its name in it.
    pub(super) fn place(&self, path: &Path) -> io::Result<(Number, OsString)> {
        let folder = self.find(path.parent().unwrap_or(Path::new("")))?;
        self.names(folder)?;
        Ok((folder, path.file_name().unwrap_or_default().to_owned()))
    }

    pub(super) fn change(&mut self, folder: Number, change: Change) {
        let Node::Folder { names, since, .. } = &mut self.nodes[folder] else { panic!("not a folder") };
        apply(names, &change);
        since.push(change);
    }

    pub(super) fn put(&mut self, folder: Number, name: OsString, node: Node) -> Number {
        self.nodes.push(node);
        let number = self.nodes.len() - 1;
        self.change(folder, Change::Put(name, number));
        number
    }

    pub(super) fn write(&mut self, file: Number, change: Written) {
        self.clock += 1;
        let clock = self.clock;
        let Node::File { bytes, since, written, .. } = &mut self.nodes[file] else { panic!("not a file") };
        put_into(bytes, &change);
        since.push(change);
        *written = clock;
    }

    /// All that is there lasts.
    fn settle(&mut self) {
        for number in 0..self.nodes.len() {
            self.sync(number);
        }
    }

    pub(super) fn sync(&mut self, number: Number) {
        match &mut self.nodes[number] {
            Node::File { bytes, lasting, since, .. } => {
                lasting.clone_from(bytes);
                since.clear();
            }
            Node::Folder { names, lasting, since } => {
                lasting.clone_from(names);
                since.clear();
            }
        }
    }

    fn lose(&mut self, draw: &mut Draw) {
        for node in &mut self.nodes {
            match node {
                Node::File { bytes, lasting, since, .. } => {
                    *bytes = std::mem::take(lasting);
                    for change in kept(since, draw) {
                        put_into(bytes, &torn(change, draw));
                    }
                }
                Node::Folder { names, lasting, since } => {
                    *names = std::mem::take(lasting);
                    for change in kept(since, draw) {
                        apply(names, &change);
                    }
                }
            }
        }
        self.settle();
    }

    fn list(&self, folder: Number, at: &str, files: &mut BTreeMap<String, Vec<u8>>) {
        for (name, number) in self.names(folder).unwrap() {
            let path = format!("{at}{}", name.to_string_lossy());
            match &self.nodes[*number] {
                Node::File { bytes, .. } => {
                    files.insert(path, bytes.clone());
                }
                Node::Folder { names, .. } if names.is_empty() => {
                    files.insert(path + "/", Vec::new());
                }
                Node::Folder { .. } => self.list(*number, &(path + "/"), files),
            }
        }
    }
}

/// Of what was not synced all is kept, or nothing, or what came first, or any of it.
fn kept<T>(since: &mut Vec<T>, draw: &mut Draw) -> Vec<T> {
    let since = std::mem::take(since);
    let manner = draw.below(4);
    let count = since.len();
    let first = draw.below(count + 1);
    since
        .into_iter()
        .enumerate()
        .filter(|(number, _)| match manner {
            0 => true,
            1 => false,
            2 => *number < first,
            _ => draw.below(2) == 0,
        })
        .map(|(_, change)| change)
        .collect()
}

/// A write that was kept may be kept in part only.
fn torn(change: Written, draw: &mut Draw) -> Written {
    match change {
        Written::Bytes(at, mut bytes) if draw.below(3) == 0 => {
            bytes.truncate(draw.below(bytes.len() + 1));
            Written::Bytes(at, bytes)
        }
        whole @ (Written::Bytes(..) | Written::Cut(_)) => whole,
    }
}

/// A change of names. One that follows on another that was lost does what it can.
fn apply(names: &mut BTreeMap<OsString, Number>, change: &Change) {
    match change {
        Change::Put(name, number) => {
            names.insert(name.clone(), *number);
        }
        Change::Taken(name) => {
            names.remove(name);
        }
        Change::Moved(from, to, number) => {
            if names.get(from) == Some(number) {
                names.remove(from);
            }
            names.insert(to.clone(), *number);
        }
    }
}

/// What lies before bytes that were kept, and was not, is zeros.
fn put_into(bytes: &mut Vec<u8>, change: &Written) {
    match change {
        Written::Cut(length) => bytes.resize(*length, 0),
        Written::Bytes(at, new) => {
            let end = at + new.len();
            if bytes.len() < end && !new.is_empty() {
                bytes.resize(end, 0);
            }
            bytes.get_mut(*at..end).unwrap_or_default().copy_from_slice(new);
        }
    }
}

fn broken() -> io::Error {
    io::Error::from_raw_os_error(5)
}

fn full() -> io::Error {
    io::ErrorKind::StorageFull.into()
}

impl fmt::Display for Harm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Harm::Failed => "EIO, once",
            Harm::Full => "ENOSPC, from there on",
            Harm::Torn => "half a write, then ENOSPC",
            Harm::Interrupted => "EINTR",
            Harm::Short => "half of the bytes, no fault",
            Harm::Killed => "the process ends",
            Harm::PowerLost => "the power is lost",
        })
    }
}
