//! The work folder: what a run has done so far, and for whom.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::checksummed::Sealed;
use super::disk::{self, damaged, open_own, read_if_there, replace, replace_for_good, unreadable, unwritable};
use super::fingerprint::Fingerprint;
use super::job::Job;
use super::space::Space;
use crate::disk::fs::{self, File, Permissions};
use crate::disk::{beside, sync_folder};
use crate::error::{Error, Remedy};
use crate::text::{Text, say};

const FINGERPRINT: &str = "fingerprint.json";
const LOCK: &str = "lock";
/// What says that a stage is done.
pub(super) const ENROLLMENTS: &str = "enrollments.json";
pub(super) const CLAIMS: &str = "claims.json";
pub(super) const DIGESTS: &str = "digests.json";
pub(super) const JOURNAL: &str = "parts.log";
pub(super) const SUMMARY: &str = "summary.json";
/// The run may overwrite results: it was asked to (`false`), or results that are there are its own (`true`).
const OVERWRITES: &str = "overwrites.json";
/// The outputs that a run puts together: what it leaves beside them is its own.
const OUTPUTS: &str = "outputs.json";
/// The files that are written of what has come of a run: what stands under their names is its own.
const FURTHER: &str = "further.json";

/// Work files from which a consumer tells once more what it has found: they are kept as long as what says that the run is done.
const TOLD_AGAIN: [&str; 2] = [".differences", ".outside"];

/// The work folder of a run, locked against other runs.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    /// Whether an earlier run has left work in it.
    pub(super) is_resumed: bool,
    /// Of the folder, and of each output while it is put together, so that no other run writes it, whatever its own folder is called.
    locks: Vec<Lock>,
    space: Space,
}

/// What is written with its checksum, so that it counts only if it is whole.
#[derive(Serialize, Deserialize)]
pub(super) struct Mark<T> {
    crc: u32,
    of: T,
}

impl<T: Serialize> Mark<T> {
    /// On one line.
    pub(super) fn write(of: T) -> serde_json::Result<Vec<u8>> {
        let crc = crc32fast::hash(&serde_json::to_vec(&of)?);
        serde_json::to_vec(&Mark { crc, of })
    }
}

impl<T: Serialize + DeserializeOwned> Mark<T> {
    /// What was written; none if it is not whole.
    pub(super) fn read(bytes: &[u8]) -> Option<T> {
        let mark: Mark<T> = serde_json::from_slice(bytes).ok()?;
        let is_whole = crc32fast::hash(&serde_json::to_vec(&mark.of).ok()?) == mark.crc;
        is_whole.then_some(mark.of)
    }
}

impl Folder {
    /// Opens or makes the work folder of a job; refuses one that another run or another job has made.
    pub(super) fn open(job: &Job, fingerprint: &Fingerprint, space: Space) -> Result<Folder, Error> {
        let path = job.work_folder();
        take_up_removal(&path)?;
        if fs::symlink_metadata(&path).is_ok() {
            Folder::check_ours(&path)?;
        } else {
            refuse_to_overwrite(job)?;
            fs::create_dir(&path).and_then(|()| sync_folder(&path)).map_err(|fault| unwritable(&path, &fault))?;
        }
        let lock = Lock { file: open_own(&path.join(LOCK), true)? };
        let mut folder = Folder { locks: vec![lock], path, is_resumed: false, space };
        let earlier = folder.mark::<Fingerprint>(FINGERPRINT)?;
        let was_ours = earlier.is_some();
        let begun = folder.begin(job, fingerprint, earlier).and_then(|()| folder.count_what_is_left());
        match begun {
            Ok(()) => Ok(folder),
            Err(fault) => {
                if !was_ours {
                    // What is left of the attempt; the fault itself is what to tell.
                    let _gone = folder.discard(job);
                }
                Err(fault)
            }
        }
    }

    fn count_what_is_left(&self) -> Result<(), Error> {
        self.space.count(&self.path).map_err(|fault| unreadable(&self.path, &fault))
    }

    /// Goes on with what an earlier run has done, or starts over.
    fn begin(&mut self, job: &Job, fingerprint: &Fingerprint, earlier: Option<Fingerprint>) -> Result<(), Error> {
        let left = self.mark::<BTreeSet<PathBuf>>(OUTPUTS)?.unwrap_or_default();
        match earlier {
            Some(earlier) if !job.is_forced => {
                let path = self.path.display();
                if let Some(Text { zh, en }) = fingerprint.difference(&earlier) {
                    return Err(Error::resume(say!(
                        "`{path}` 中是另一次运行的进度：{zh}；删除该目录可重新开始",
                        "`{path}` holds the work of another run: {en}; removing the folder starts over"
                    ))
                    .mended_by(Remedy::StartOver));
                }
                self.is_resumed = true;
                self.admit_outputs(job)?;
            }
            Some(_) | None => {
                refuse_to_overwrite(job)?;
                self.empty()?;
                let outputs: BTreeSet<PathBuf> = job.outputs().map(|path| absolute(&path)).collect();
                remove_left(left.difference(&outputs).cloned());
                self.put_lasting_mark(FINGERPRINT, fingerprint)?;
                if job.is_forced {
                    self.put_lasting_mark(OVERWRITES, &false)?;
                }
            }
        }
        self.take_outputs(job, &left)
    }

    /// Takes the names under which the outputs are put together; an earlier run of ours may have left something there.
    fn take_outputs(&mut self, job: &Job, left: &BTreeSet<PathBuf>) -> Result<(), Error> {
        self.put_lasting_mark(OUTPUTS, &job.outputs().map(|path| absolute(&path)).collect::<BTreeSet<_>>())?;
        for path in job.outputs() {
            let file = open_own(&partial(&path), left.contains(&absolute(&path)))?;
            self.locks.push(Lock { file });
        }
        Ok(())
    }

    /// Who may read the outputs: whoever may read the folder, as it was made.
    pub(super) fn readers(&self) -> Result<Option<Permissions>, Error> {
        disk::readers(&self.path).map_err(|fault| unreadable(&self.path, &fault))
    }

    pub(super) fn space(&self) -> &Space {
        &self.space
    }

    /// Refuses if there are results that this run may not overwrite.
    fn admit_outputs(&self, job: &Job) -> Result<(), Error> {
        if self.mark::<bool>(OVERWRITES)?.is_some() { Ok(()) } else { refuse_to_overwrite(job) }
    }

    /// From here on what stands under the names of the results is this run's own.
    pub(super) fn begin_naming(&self, job: &Job) -> Result<(), Error> {
        self.admit_outputs(job)?;
        self.put_lasting_mark(OVERWRITES, &true)
    }

    /// Whether that was said: without the folder nobody would know it any more.
    pub(super) fn has_begun_naming(&self) -> bool {
        // Where it cannot be told, nothing is given away.
        self.mark::<bool>(OVERWRITES).map_or(true, |is_own| is_own == Some(true))
    }

    /// From here on what stands under these names too.
    pub(super) fn begin_further(&self, paths: impl Iterator<Item = PathBuf>) -> Result<(), Error> {
        self.put_lasting_mark(FURTHER, &paths.map(|path| absolute(&path)).collect::<BTreeSet<_>>())
    }

    /// A folder of this name that holds anything else is not touched.
    fn check_ours(path: &Path) -> Result<(), Error> {
        let failed = |fault| unreadable(path, &fault);
        if !fs::symlink_metadata(path).map_err(failed)?.is_dir() {
            return Err(not_ours(path));
        }
        let (mut is_started, mut has_others) = (false, false);
        for entry in fs::read_dir(path).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let name = entry.file_name();
            let is_file = entry.file_type().map_err(failed)?.is_file();
            is_started |= is_file && name == FINGERPRINT;
            has_others |= !is_file || (name != LOCK && name != format!("{FINGERPRINT}.new").as_str());
        }
        // A mark of ours is whole or not there: another file of its name says nothing.
        let mark = if is_started { read_if_there(&path.join(FINGERPRINT))? } else { None };
        if !has_others || mark.is_some_and(|bytes| Mark::<Fingerprint>::read(&bytes).is_some()) {
            return Ok(());
        }
        Err(not_ours(path))
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    pub(super) fn as_path(&self) -> &Path {
        &self.path
    }

    /// What a mark says; none if it is not there or not whole.
    pub(super) fn mark<T: DeserializeOwned + Serialize>(&self, name: &str) -> Result<Option<T>, Error> {
        Ok(read_if_there(&self.path(name))?.and_then(|bytes| Mark::read(&bytes)))
    }

    /// Marks that something is done. A loss of power may take the mark away or leave it in part; then it counts for nothing and is done again.
    pub(super) fn put_mark<T: Serialize>(&self, name: &str, of: &T) -> Result<(), Error> {
        let path = self.path(name);
        replace(&path, &Mark::write(of).map_err(|fault| unwritable(&path, &fault.into()))?)
    }

    /// Marks what is this run's own, before anything else is touched: whoever comes after a loss of power must know.
    fn put_lasting_mark<T: Serialize>(&self, name: &str, of: &T) -> Result<(), Error> {
        let path = self.path(name);
        replace_for_good(&path, &Mark::write(of).map_err(|fault| unwritable(&path, &fault.into()))?)
    }

    /// Writes a work file in one go.
    pub(super) fn put(&self, name: &str, bytes: &[u8]) -> Result<Sealed, Error> {
        let path = self.path(name);
        let written = self.space.create(&path).and_then(|mut file| file.write_all(bytes));
        written.map_err(|fault| unwritable(&path, &fault))?;
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        Ok(Sealed { name: name.to_owned(), bytes: length, crc: crc32fast::hash(bytes) })
    }

    /// The bytes of a work file as they were written.
    pub(super) fn get(&self, sealed: &Sealed) -> Result<Vec<u8>, Error> {
        let path = self.path(&sealed.name);
        let bytes = fs::read(&path).map_err(|fault| unreadable(&path, &fault))?;
        if crc32fast::hash(&bytes) == sealed.crc { Ok(bytes) } else { Err(damaged(&path)) }
    }

    /// Whether a work file is there as it was written.
    pub(super) fn has(&self, sealed: &Sealed) -> bool {
        let mut crc = Crc::default();
        let read = File::open(self.path(&sealed.name)).and_then(|mut file| io::copy(&mut file, &mut crc));
        read.is_ok() && crc.0.finalize() == sealed.crc
    }

    /// Removes all that an earlier run has done: what says that something is done before what it is about, so that a folder that is left in between
    /// is that of a run that had done less.
    fn empty(&self) -> Result<(), Error> {
        for mark in [SUMMARY, JOURNAL, CLAIMS, ENROLLMENTS, DIGESTS, OVERWRITES, OUTPUTS, FURTHER] {
            self.remove_all(|name| name == mark)?;
        }
        self.remove_all(|name| is_of_a_run(name) && ![LOCK, FINGERPRINT].contains(&name))
    }

    /// Removes the rows of a stage that was not finished: they are read anew.
    pub(super) fn drop_unfinished(&self) -> Result<(), Error> {
        if disk::is_there(&self.path(CLAIMS))? {
            return Ok(());
        }
        self.remove_all(|name| is_of_a_run(name) && ["claims-", "refused-"].iter().any(|stage| name.starts_with(stage)))
    }

    fn remove_all(&self, is_meant: impl Fn(&str) -> bool) -> Result<(), Error> {
        let fault = |fault| unwritable(&self.path, &fault);
        for entry in fs::read_dir(&self.path).map_err(fault)? {
            let entry = entry.map_err(fault)?;
            if is_meant(&entry.file_name().to_string_lossy()) {
                fs::remove_file(entry.path()).map_err(|fault| unwritable(&entry.path(), &fault))?;
            }
        }
        Ok(())
    }

    /// Removes the folder of a run whose results have their names. Until it is gone it says so, and what was found.
    pub(super) fn finish(self, job: &Job) -> Result<(), Error> {
        self.release(job);
        let kept = [LOCK, FINGERPRINT, SUMMARY, OVERWRITES, OUTPUTS, FURTHER, JOURNAL, CLAIMS];
        let is_told = |name: &str| kept.contains(&name) || TOLD_AGAIN.iter().any(|ending| name.ends_with(ending));
        self.remove_all(|name| is_of_a_run(name) && !is_told(name))?;
        self.vanish()
    }

    /// Removes the folder of a run that cannot go on, and what it has left of its outputs.
    pub(super) fn discard(self, job: &Job) -> Result<(), Error> {
        self.release(job);
        self.empty()?;
        self.vanish()
    }

    /// Removes what is left under the names that the run has taken.
    fn release(&self, job: &Job) {
        // The first lock is that of the folder. A name that was not taken is left alone.
        for (path, _) in job.outputs().zip(self.locks.iter().skip(1)) {
            // There may be none any more; the fault that ended the run is the one to tell.
            let _gone = fs::remove_file(partial(&path));
        }
    }

    /// Takes the folder away. What somebody else has put into it stays, and the folder with it.
    fn vanish(self) -> Result<(), Error> {
        let away = beside(&self.path, "removed");
        let entries = fs::read_dir(&self.path).map_err(|fault| unwritable(&self.path, &fault))?;
        let has_others = entries
            .into_iter()
            .any(|entry| entry.is_ok_and(|entry| !is_of_a_run(&entry.file_name().to_string_lossy())));
        if has_others {
            return self.remove_all(is_of_a_run);
        }
        let Folder { path, locks, .. } = self;
        let mut locks = locks.into_iter();
        // The folder stays locked to the last, where a folder with open files can be moved.
        let _lock = locks.next().filter(|_| cfg!(unix));
        drop(locks);
        // In one step, so that a folder that is left is that of a run; where something else has that name, file by file.
        let gone = fs::rename(&path, &away).and_then(|()| remove(&away)).or_else(|_| remove(&path));
        gone.map_err(|fault| unwritable(&path, &fault))
    }
}

/// A folder of a run that was stopped while its folder was taken away. If it still says what came of the run, it is that run's again; else it goes.
fn take_up_removal(path: &Path) -> Result<(), Error> {
    let away = beside(path, "removed");
    if fs::symlink_metadata(&away).is_err() || Folder::check_ours(&away).is_err() {
        return Ok(()); // none, or somebody else's
    }
    let Ok(lock) = open_own(&away.join(LOCK), true) else { return Ok(()) }; // another run is just removing it
    let is_told = disk::is_there(&away.join(FINGERPRINT))? && disk::is_there(&away.join(SUMMARY))?;
    let taken_up = if is_told && fs::symlink_metadata(path).is_err() {
        drop(lock);
        fs::rename(&away, path)
    } else {
        remove(&away)
    };
    taken_up.map_err(|fault| unwritable(&away, &fault))
}

/// Removes a work folder, and last of all what says whose it is: also a loss of power leaves no rest that nobody knows.
fn remove(folder: &Path) -> io::Result<()> {
    let last = [SUMMARY, FINGERPRINT, LOCK];
    let within = folder.join(LOCK);
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if !last.iter().any(|name| entry.file_name() == *name) {
            unless_gone(fs::remove_file(entry.path()))?;
        }
    }
    for name in last {
        unless_gone(sync_folder(&within))?;
        unless_gone(fs::remove_file(folder.join(name)))?;
    }
    unless_gone(fs::remove_dir(folder))
}

fn unless_gone(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(fault) if fault.kind() != io::ErrorKind::NotFound => Err(fault),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Removes what an earlier run has left beside outputs that this one does not write, unless another run is writing it.
fn remove_left(outputs: impl Iterator<Item = PathBuf>) {
    for path in outputs.map(|output| partial(&output)).filter(|path| fs::exists(path).is_ok_and(|is_there| is_there)) {
        if let Ok(file) = open_own(&path, true) {
            // It is in nobody's way.
            let _gone = fs::remove_file(&path);
            drop(file);
        }
    }
}

/// The path from the root, so that it is the same file wherever the program is run.
fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// Something that stands where the work folder would.
fn not_ours(path: &Path) -> Error {
    let path = path.display();
    Error::resume(say!(
        "`{path}` 不是本程序的工作目录；请移走它，或换一个输出文件名",
        "`{path}` is not a work folder of this program; move it away, or name another output"
    ))
}

/// Whether a run gives a file of its work folder such a name.
fn is_of_a_run(name: &str) -> bool {
    let marks = [LOCK, FINGERPRINT, ENROLLMENTS, CLAIMS, DIGESTS, JOURNAL, SUMMARY, OVERWRITES, OUTPUTS, FURTHER];
    let endings = [".rows", ".table", ".rejects", ".log", ".payouts", ".lines", ".certificates"];
    let plain = name.strip_suffix(".new").unwrap_or(name);
    marks.contains(&plain) || endings.iter().chain(&TOLD_AGAIN).any(|ending| plain.ends_with(ending))
}

/// Keeps other runs out until it is dropped.
#[derive(Debug)]
struct Lock {
    file: File,
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing the file would do as well, but for a process that is just being started and has it open too.
        let _unlocked = self.file.unlock();
    }
}

/// The checksum of what is written to it.
#[derive(Default)]
struct Crc(crc32fast::Hasher);

impl Write for Crc {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Whether a stopped run has left a file of what has come of it under this name.
pub(crate) fn is_left_further(job: &Job, path: &Path) -> bool {
    let folder = job.work_folder();
    [beside(&folder, "removed"), folder].iter().any(|folder| {
        let mark = read_if_there(&folder.join(FURTHER)).ok().flatten();
        let paths = mark.and_then(|bytes| Mark::<BTreeSet<PathBuf>>::read(&bytes));
        paths.is_some_and(|paths| paths.contains(&absolute(path)))
    })
}

/// Finished results are not overwritten unless that is asked for.
fn refuse_to_overwrite(job: &Job) -> Result<(), Error> {
    if job.is_forced { Ok(()) } else { refuse_to_lose(job.outputs(), &job.corrections(), &job.out) }
}

/// Refuses where one of the files is there already. Of rejected rows that an earlier run has left somebody may have corrected some.
pub(crate) fn refuse_to_lose(
    files: impl Iterator<Item = PathBuf>,
    corrections: &[PathBuf],
    out: &Path,
) -> Result<(), Error> {
    let mut there = Vec::new();
    for path in files {
        there.extend(disk::is_there(&path)?.then_some(path));
    }
    let list = |paths: &mut dyn Iterator<Item = &PathBuf>, joint: &str| {
        paths.map(|path| format!("`{}`", path.display())).collect::<Vec<_>>().join(joint)
    };
    let all = |joint| list(&mut there.iter(), joint);
    let corrected = |joint| list(&mut there.iter().filter(|path| corrections.contains(path)), joint);
    let exist = match &*there {
        [] => return Ok(()),
        [_] => "already exists",
        [_, _, ..] => "already exist",
    };
    let (zh, en) = (all("、"), all(", "));
    let Text { zh, en } = match (corrected("、"), corrected(", ")) {
        (none, _) if none.is_empty() => say!("{zh} 已存在", "{en} {exist}"),
        (zh_corrected, en_corrected) => say!(
            "{zh} 已存在（{zh_corrected} 中可能有已改正的行）",
            "{en} {exist} ({en_corrected} may hold corrections)"
        ),
    };
    // Files that go with an output are named with it: nobody has asked for them by their names.
    let said = if there.iter().any(|path| path == out) {
        Text { zh, en }
    } else {
        let out = out.display();
        say!("不能写 `{out}`：要与它一起写的 {zh}", "`{out}` cannot be written: {en}, and would be written with it")
    };
    Err(Error::output(said).mended_by(Remedy::Overwrite))
}

/// Where an output is put together before it gets its name.
pub(super) fn partial(out: &Path) -> PathBuf {
    beside(out, "partial")
}
