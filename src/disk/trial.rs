//! A command tried under all that a disk may do to it.

#![expect(clippy::arithmetic_side_effects, reason = "a test fails by a panic, and the numbers are small")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::double::Mounted;
use super::draw::Draw;
use super::memory::{Disk, Harm, Plan};
use crate::disk::publish;
use crate::error::Error;

pub(crate) type Files = BTreeMap<String, Vec<u8>>;

/// Why a command could not do its work.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) message: String,
    /// Whether it says how to go on.
    pub(crate) has_remedy: bool,
}

impl From<Error> for Told {
    fn from(error: Error) -> Told {
        Told { message: error.to_string(), has_remedy: error.remedy().is_some() }
    }
}

type Run<'c> = &'c dyn Fn(&Path) -> Result<(), Told>;

/// A command, run on files of a folder.
pub(crate) struct Command<'c> {
    pub(crate) name: &'c str,
    pub(crate) before: Vec<(String, Vec<u8>)>,
    pub(crate) run: Run<'c>,
    /// The same with the leave to start over and to overwrite.
    pub(crate) force: Run<'c>,
}

/// How much is tried.
pub(crate) struct Size {
    pub(crate) seed: u64,
    /// One act of so many.
    pub(crate) one_in: usize,
    /// So many ways to lose what was not synced.
    pub(crate) losses: usize,
    /// Whether the second run is disturbed as well, before a third one is not.
    pub(crate) is_twice: bool,
}

/// What came of one kind of harm.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Tally {
    /// So often harm was done.
    pub(crate) points: usize,
    /// The command did its work all the same.
    pub(crate) survived: usize,
    /// The same command again did it.
    pub(crate) again: usize,
    /// It was done but for the end of the program: the same command again finds its results and says so.
    pub(crate) was_done: usize,
    /// The same command again says what is in its way and how to go on.
    pub(crate) told: usize,
}

#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) by_harm: BTreeMap<(Harm, bool), Tally>,
    pub(crate) acts: [u64; 2],
    /// What was said where the same command did not do it, without what it is about.
    pub(crate) told: BTreeSet<String>,
    /// Where something was lost, touched or left.
    pub(crate) faults: Vec<String>,
}

impl Report {
    /// The rows of a table for `tests/README.md`.
    pub(crate) fn table(&self, name: &str) -> String {
        let mut table = String::new();
        for ((harm, changes), Tally { points, survived, again, was_done, told }) in &self.by_harm {
            let what = if *changes { "changes" } else { "looks" };
            writeln!(table, "| {name} | {harm} | {what} | {points} | {survived} | {again} | {was_done} | {told} |")
                .unwrap();
        }
        table
    }

    /// Nothing was lost, touched or left; prints the table.
    pub(crate) fn assert_sound(&self, name: &str) {
        println!("{name}: {:?} acts\n{}{:#?}", self.acts, self.table(name), self.told);
        let faults: Vec<&String> = self.faults.iter().take(40).collect();
        assert!(faults.is_empty(), "{name}: {} faults: {faults:#?}", self.faults.len());
        assert!(self.told.is_empty(), "{name}: the same command does not go on: {:#?}", self.told);
    }
}

impl Command<'_> {
    /// Does every harm at the acts of the command, and looks at what it leaves.
    pub(crate) fn try_all(&self, size: &Size) -> Report {
        let start = Arc::new(Disk::with(&self.before));
        let ended = self.on(&start, self.run).unwrap_or_else(|told| panic!("{}: {told:?}", self.name));
        let changes = usize::try_from(ended.done()[1]).unwrap();
        let whole = Whole { before: Disk::with(&self.before).files(), after: ended.files(), changes };
        let mut draw = Draw::from(size.seed);
        for _ in 0..size.losses.max(8) {
            let left = ended.after_loss_of_power(&mut draw).files();
            whole.is_published(&left).unwrap_or_else(|fault| panic!("{}, power lost at the end: {fault}", self.name));
        }
        let mut report = Report { acts: ended.done(), ..Report::default() };
        let [looks, changes] = ended.done();
        let of_changes =
            [Harm::Failed, Harm::Full, Harm::Torn, Harm::Interrupted, Harm::Short, Harm::Killed, Harm::PowerLost]
                .map(|harm| (harm, true, changes));
        let of_looks = [Harm::Failed, Harm::Interrupted, Harm::Short].map(|harm| (harm, false, looks));
        for (harm, changes, acts) in of_changes.into_iter().chain(of_looks) {
            let ways = if harm == Harm::PowerLost { size.losses } else { 1 };
            for at in (0..acts).filter(|_| size.one_in == 1 || draw.below(size.one_in) == 0).collect::<Vec<_>>() {
                for _ in 0..ways {
                    let trial = Trial { command: self, whole: &whole, is_twice: size.is_twice };
                    trial.go(Plan { harm, at, changes }, &mut draw, &mut report);
                }
            }
        }
        report
    }

    /// Runs on a disk; a panic is no way to end.
    fn on(&self, disk: &Arc<Disk>, run: Run<'_>) -> Result<Arc<Disk>, Told> {
        let root = PathBuf::from("/disk of memory").join(self.name);
        let _mounted = Mounted::at(&root, disk);
        let ran = catch_unwind(AssertUnwindSafe(|| run(&root)));
        let ran = ran.unwrap_or_else(|_| panic!("{}: {:?} ends in a panic", self.name, disk.struck()));
        ran.map(|()| Arc::clone(disk))
    }
}

/// What is there before and after a command that nothing disturbs.
struct Whole {
    before: Files,
    after: Files,
    /// How often it changes the disk.
    changes: usize,
}

impl Whole {
    /// No name has half a result, and nothing else is touched.
    fn is_kept(&self, now: &Files) -> Result<(), String> {
        for (path, bytes) in now {
            let is_known = [&self.before, &self.after].iter().any(|files| files.get(path) == Some(bytes));
            let is_named = [&self.before, &self.after].iter().any(|files| files.contains_key(path));
            let is_folder_of_a_result = path.ends_with('/') && self.after.keys().any(|result| result.starts_with(path));
            if !is_known && (is_named || !is_scratch(path)) && !is_folder_of_a_result {
                return Err(format!("`{path}` has {} bytes that it has in no run", bytes.len()));
            }
        }
        match self.before.keys().find(|path| !now.contains_key(*path) && self.after.contains_key(*path)) {
            Some(path) => Err(format!("`{path}` is gone")),
            None => Ok(()),
        }
    }

    /// All results stand under their names.
    fn is_published(&self, now: &Files) -> Result<(), String> {
        match self.after.iter().find(|(path, bytes)| now.get(*path) != Some(*bytes)) {
            Some((path, _)) => Err(format!("`{path}` is not what it was")),
            None => Ok(()),
        }
    }

    /// The same, and nothing else is left.
    fn is_all(&self, now: &Files) -> Result<(), String> {
        self.is_published(now)?;
        match now.keys().find(|path| !self.after.contains_key(*path)) {
            Some(path) => Err(format!("`{path}` is left")),
            None => Ok(()),
        }
    }
}

/// Files that are the user's.
pub(crate) fn mine(names: &[&str]) -> Vec<(String, Vec<u8>)> {
    names.iter().map(|name| ((*name).to_owned(), b"mine".to_vec())).collect()
}

pub(crate) fn write_all(root: &Path, files: &[(&str, Vec<u8>)]) -> Result<(), Told> {
    let files: Vec<(PathBuf, &[u8])> = files.iter().map(|(name, bytes)| (root.join(name), bytes.as_slice())).collect();
    let published = publish(files.iter().map(|(path, bytes)| (path.as_path(), *bytes)));
    published.map_err(|fault| Told { message: format!("{fault:?}"), has_remedy: false })
}

/// Tries a command that only writes what it has worked out: small enough for every harm, and for two of them.
pub(crate) fn try_writing(name: &str, before: Vec<(String, Vec<u8>)>, run: Run<'_>, force: Run<'_>) {
    for is_twice in [false, true] {
        let size = Size { seed: 14, one_in: 1, losses: if is_twice { 3 } else { 6 }, is_twice };
        Command { name, before: before.clone(), run, force }.try_all(&size).assert_sound(name);
    }
}

/// Whether the program itself has put such a file there and nobody takes it for a result.
fn is_scratch(path: &str) -> bool {
    path.split('/')
        .any(|part| [".work", ".work.removed", ".partial", ".tmp"].iter().any(|ending| part.ends_with(ending)))
}

struct Trial<'t> {
    command: &'t Command<'t>,
    whole: &'t Whole,
    is_twice: bool,
}

impl Trial<'_> {
    fn go(&self, plan: Plan, draw: &mut Draw, report: &mut Report) {
        let start = Arc::new(Disk::with(&self.command.before).again(Some(plan)));
        let ran = self.command.on(&start, self.command.run);
        let Some(struck) = start.struck() else { return };
        let tally = report.by_harm.entry((plan.harm, plan.changes)).or_default();
        tally.points += 1;
        let left = if plan.harm == Harm::PowerLost { start.after_loss_of_power(draw) } else { start.again(None) };
        if let Err(fault) = self.look(plan.harm, ran.is_ok(), left, draw, tally, &mut report.told) {
            report.faults.push(format!("{struck}: {fault}"));
        }
    }

    fn look(
        &self,
        harm: Harm,
        is_done: bool,
        left: Disk,
        draw: &mut Draw,
        tally: &mut Tally,
        said: &mut BTreeSet<String>,
    ) -> Result<(), String> {
        self.whole.is_kept(&left.files())?;
        if is_done && !matches!(harm, Harm::Killed | Harm::PowerLost) {
            tally.survived += 1;
            self.whole.is_all(&left.files()).map_err(|fault| format!("it ended well: {fault}"))?;
            let later = left.after_loss_of_power(draw).files();
            return self
                .whole
                .is_published(&later)
                .map_err(|fault| format!("it ended well, and power was lost: {fault}"));
        }
        if matches!(harm, Harm::Interrupted | Harm::Short) {
            return Err("nothing was wrong, and the command gives up".to_owned());
        }
        let left = if self.is_twice { self.disturbed_again(left, draw)? } else { left };
        let second = Arc::new(left);
        let Err(told) = self.command.on(&second, self.command.run) else {
            tally.again += 1;
            return self.whole.is_all(&second.files()).map_err(|fault| format!("run again: {fault}"));
        };
        if self.whole.is_published(&second.files()).is_ok() {
            tally.was_done += 1;
        } else {
            tally.told += 1;
            said.insert(told.message.clone());
        }
        if !told.has_remedy {
            return Err(format!("run again: {}", told.message));
        }
        let third = Arc::new(second.again(None));
        self.command.on(&third, self.command.force).map_err(|told| format!("started over: {}", told.message))?;
        self.whole.is_all(&third.files()).map_err(|fault| format!("started over: {fault}"))
    }

    /// The run that goes on is disturbed too.
    fn disturbed_again(&self, left: Disk, draw: &mut Draw) -> Result<Disk, String> {
        let harms = [Harm::Failed, Harm::Full, Harm::Torn, Harm::Killed, Harm::PowerLost];
        let harm = harms[draw.below(harms.len())];
        let at = u64::try_from(draw.below(self.whole.changes)).unwrap();
        let disk = Arc::new(left.again(Some(Plan { harm, at, changes: true })));
        let ran = self.command.on(&disk, self.command.run);
        let left = if harm == Harm::PowerLost { disk.after_loss_of_power(draw) } else { disk.again(None) };
        self.whole.is_kept(&left.files()).map_err(|fault| format!("then {:?}, {ran:?}: {fault}", disk.struck()))?;
        Ok(left)
    }
}
