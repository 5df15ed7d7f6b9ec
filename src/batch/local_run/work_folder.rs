//! The work folder: what a run has done so far, and for whom.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::checksummed::Sealed;
use super::disk::{beside, damaged, foreign, open_own, read_if_there, replace, unreadable, unwritable};
use super::fingerprint::Fingerprint;
use super::job::Job;
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
/// The run may overwrite results: it was asked to, or the results are its own.
const OVERWRITES: &str = "overwrites.json";

/// The work folder of a run, locked against other runs.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    /// Whether an earlier run has left work in it.
    pub(super) is_resumed: bool,
    /// Of the folder, and of each output while it is put together, so that no other run writes it, whatever its own folder is called.
    locks: Vec<Lock>,
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
    pub(super) fn open(job: &Job, fingerprint: &Fingerprint) -> Result<Folder, Error> {
        let path = job.work_folder();
        if fs::symlink_metadata(&path).is_ok() {
            Folder::check_ours(&path)?;
        } else {
            refuse_to_overwrite(job)?;
            fs::create_dir(&path).map_err(|fault| unwritable(&path, &fault))?;
        }
        let lock = Lock { file: open_own(&path.join(LOCK), true)? };
        let mut folder = Folder { locks: vec![lock], path, is_resumed: false };
        let earlier = folder.mark::<Fingerprint>(FINGERPRINT)?;
        let was_ours = earlier.is_some();
        match earlier {
            Some(earlier) if !job.is_forced => {
                let path = folder.path.display();
                if let Some(Text { zh, en }) = fingerprint.difference(&earlier) {
                    return Err(Error::resume(say!(
                        "`{path}` 中是另一次运行的进度：{zh}；删除该目录可重新开始",
                        "`{path}` holds the work of another run: {en}; removing the folder starts over"
                    ))
                    .mended_by(Remedy::StartOver));
                }
                folder.is_resumed = true;
                folder.admit_outputs(job)?;
            }
            Some(_) | None => {
                refuse_to_overwrite(job)?;
                folder.empty()?;
                folder.put_mark(FINGERPRINT, fingerprint)?;
                if job.is_forced {
                    folder.put_mark(OVERWRITES, &true)?;
                }
            }
        }
        match folder.take_outputs(job, was_ours) {
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

    /// Takes the names under which the outputs are put together; an earlier run of ours may have left something there.
    fn take_outputs(&mut self, job: &Job, was_ours: bool) -> Result<(), Error> {
        for path in job.outputs() {
            self.locks.push(Lock { file: open_own(&partial(&path), was_ours)? });
        }
        Ok(())
    }

    /// Refuses if there are results that this run may not overwrite.
    fn admit_outputs(&self, job: &Job) -> Result<(), Error> {
        if self.mark::<bool>(OVERWRITES)?.is_some() { Ok(()) } else { refuse_to_overwrite(job) }
    }

    /// From here on what stands under the names of the results is this run's own.
    pub(super) fn begin_naming(&self, job: &Job) -> Result<(), Error> {
        self.admit_outputs(job)?;
        self.put_mark(OVERWRITES, &true)
    }

    /// A folder of this name that holds anything else is not touched.
    fn check_ours(path: &Path) -> Result<(), Error> {
        let failed = |fault| unreadable(path, &fault);
        if !fs::symlink_metadata(path).map_err(failed)?.is_dir() {
            return Err(foreign(path));
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
        let path = path.display();
        Err(Error::resume(say!(
            "`{path}` 不是本程序的工作目录；请移走它，或换一个输出文件名",
            "`{path}` is not a work folder of this program; move it away, or name another output"
        )))
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

    /// Marks that something is done: it is there whole or not at all.
    pub(super) fn put_mark<T: Serialize>(&self, name: &str, of: &T) -> Result<(), Error> {
        let path = self.path(name);
        replace(&path, &Mark::write(of).map_err(|fault| unwritable(&path, &fault.into()))?)
    }

    /// Writes a work file in one go.
    pub(super) fn put(&self, name: &str, bytes: &[u8]) -> Result<Sealed, Error> {
        let path = self.path(name);
        fs::write(&path, bytes).map_err(|fault| unwritable(&path, &fault))?;
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
        for mark in [SUMMARY, JOURNAL, CLAIMS, ENROLLMENTS, DIGESTS, OVERWRITES] {
            self.remove_all(|name| name == mark)?;
        }
        self.remove_all(|name| is_of_a_run(name) && ![LOCK, FINGERPRINT].contains(&name))
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

    /// Removes the folder of a run whose results have their names. Until it is gone it says so.
    pub(super) fn finish(self) -> Result<(), Error> {
        let kept = [LOCK, FINGERPRINT, SUMMARY, OVERWRITES];
        self.remove_all(|name| is_of_a_run(name) && !kept.contains(&name))?;
        self.vanish()
    }

    /// Removes the folder of a run that cannot go on, and what it has left of its outputs.
    pub(super) fn discard(self, job: &Job) -> Result<(), Error> {
        // The first lock is that of the folder. A name that was not taken is left alone.
        for (path, _) in job.outputs().zip(self.locks.iter().skip(1)) {
            // There may be none any more; the fault that ended the run is the one to tell.
            let _gone = fs::remove_file(partial(&path));
        }
        self.empty()?;
        self.vanish()
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
        drop(locks);
        // In one step, so that a folder that is left is that of a run; where something else has that name, file by file.
        let taken = fs::rename(&path, &away).and_then(|()| fs::remove_dir_all(&away));
        taken.or_else(|_| fs::remove_dir_all(&path)).map_err(|fault| unwritable(&path, &fault))
    }
}

/// Whether a run gives a file of its work folder such a name.
fn is_of_a_run(name: &str) -> bool {
    let marks = [LOCK, FINGERPRINT, ENROLLMENTS, CLAIMS, DIGESTS, JOURNAL, SUMMARY, OVERWRITES];
    let endings = [".rows", ".table", ".rejects", ".log", ".payouts", ".lines", ".certificates"];
    let plain = name.strip_suffix(".new").unwrap_or(name);
    marks.contains(&plain) || endings.iter().any(|ending| plain.ends_with(ending))
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

/// Finished results are not overwritten unless that is asked for.
fn refuse_to_overwrite(job: &Job) -> Result<(), Error> {
    if job.is_forced { Ok(()) } else { refuse_to_lose(job.outputs(), &job.corrections()) }
}

/// Refuses where one of the files is there already. Of rejected rows that an earlier run has left somebody may have corrected some.
pub(crate) fn refuse_to_lose(files: impl Iterator<Item = PathBuf>, corrections: &[PathBuf]) -> Result<(), Error> {
    let there: Vec<PathBuf> = files.filter(|path| path.exists()).collect();
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
    let said = match (corrected("、"), corrected(", ")) {
        (none, _) if none.is_empty() => say!("{zh} 已存在", "{en} {exist}"),
        (zh_corrected, en_corrected) => say!(
            "{zh} 已存在（{zh_corrected} 中可能有已改正的行）",
            "{en} {exist} ({en_corrected} may hold corrections)"
        ),
    };
    Err(Error::output(said).mended_by(Remedy::Overwrite))
}

/// Where an output is put together before it gets its name.
pub(super) fn partial(out: &Path) -> PathBuf {
    beside(out, "partial")
}
