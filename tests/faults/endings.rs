//! How a run ends: whatever stops it in its last steps, the same command completes or repeats, and nothing is lost or left behind.

use std::fs;
use std::path::{Path, PathBuf};

use huzhu::audit::{self, Audit};
use huzhu::batch::{self, Job, Progress, Stage, Summary};
use huzhu::{Catalog, Error, Remedy};

/// A folder with the shipped cases and their packs, removed at the end.
struct World {
    root: PathBuf,
    catalog: Catalog,
}

impl World {
    fn new(name: &str) -> World {
        let root = std::env::temp_dir().join(format!("huzhu-ending-{name}-{}", std::process::id()));
        let _gone = fs::remove_dir_all(&root);
        fs::create_dir_all(&root).unwrap();
        let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
        for name in ["claims.csv", "enrollments.csv", "recorded.csv"] {
            fs::copy(rules.join("cases").join(name), root.join(name)).unwrap();
        }
        World { root, catalog: Catalog::load(&rules).unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    fn job(&self) -> Job {
        Job::new(self.path("claims.csv"), self.path("enrollments.csv"), self.path("out.csv"))
            .lines(self.path("lines.csv"))
    }

    fn run(&self, job: &Job) -> Result<Summary, Error> {
        batch::run(job, &self.catalog, &())
    }

    /// Ends a run when all of its results have their names, and its work folder is still there.
    fn end_before_removal(&self) {
        let job = self.job();
        let obstacle = job.work_folder().join("obstacle.rows");
        self.run_with(&job, &Obstacle(obstacle.clone())).unwrap_err();
        fs::remove_dir(obstacle).unwrap();
        assert!(job.work_folder().join("summary.json").exists() && self.path("out.csv").exists());
    }

    fn run_with(&self, job: &Job, progress: &dyn Progress) -> Result<Summary, Error> {
        batch::run(job, &self.catalog, progress)
    }

    /// The files of the folder by name, with their bytes.
    fn files(&self) -> Vec<(String, Vec<u8>)> {
        let entries = fs::read_dir(&self.root).unwrap().map(Result::unwrap);
        let files = entries.filter(|entry| entry.file_type().unwrap().is_file());
        let mut files: Vec<_> =
            files.map(|file| (file.file_name().into_string().unwrap(), fs::read(file.path()).unwrap())).collect();
        files.sort();
        files
    }
}

impl Drop for World {
    fn drop(&mut self) {
        let _gone = fs::remove_dir_all(&self.root);
    }
}

/// Puts a folder into the work folder that has the name of a work file, which cannot be removed as one.
struct Obstacle(PathBuf);

impl Progress for Obstacle {
    fn advance(&self, stage: Stage, done: u64, total: u64) {
        if stage == Stage::Writing && done == total && total > 0 {
            fs::create_dir_all(&self.0).unwrap();
        }
    }
}

/// Stops a run where a stage begins.
struct StopAt(Stage, std::sync::atomic::AtomicBool);

impl StopAt {
    fn the(stage: Stage) -> StopAt {
        StopAt(stage, false.into())
    }
}

impl Progress for StopAt {
    fn advance(&self, stage: Stage, _done: u64, _total: u64) {
        self.1.fetch_or(stage == self.0, std::sync::atomic::Ordering::Relaxed);
    }

    fn stops(&self) -> bool {
        self.1.load(std::sync::atomic::Ordering::Relaxed)
    }
}

#[test]
fn a_run_that_ends_before_its_folder_is_gone_tells_its_summary_again() {
    let undisturbed = World::new("undisturbed");
    let expected = undisturbed.run(&undisturbed.job()).unwrap();
    for is_half_gone in [false, true] {
        let world = World::new("told-again");
        world.end_before_removal();
        let (work, removed) = (world.job().work_folder(), world.path("out.csv.work.removed"));
        if is_half_gone {
            fs::rename(&work, &removed).unwrap();
        }
        let told = world.run(&world.job()).unwrap();
        assert_eq!((told.claims(), told.payable()), (expected.claims(), expected.payable()));
        assert!(!work.exists() && !removed.exists(), "{is_half_gone}");
        assert_eq!(world.files(), undisturbed.files());
    }
}

#[test]
fn what_a_removal_has_left_goes_with_the_next_run_and_a_foreign_folder_stays() {
    let world = World::new("left-by-removal");
    world.end_before_removal();
    let removed = world.path("out.csv.work.removed");
    fs::rename(world.job().work_folder(), &removed).unwrap();
    fs::remove_file(removed.join("summary.json")).unwrap();
    let error = world.run(&world.job()).unwrap_err();
    assert!(error.remedy() == Some(Remedy::Overwrite) && !removed.exists(), "{error}");
    fs::create_dir(&removed).unwrap();
    fs::write(removed.join("thesis.txt"), "mine").unwrap();
    world.run(&world.job().force()).unwrap();
    assert_eq!(fs::read(removed.join("thesis.txt")).unwrap(), b"mine");
    assert!(!world.job().work_folder().exists());
}

#[test]
fn results_that_are_gone_are_written_again() {
    let world = World::new("gone-again");
    world.run(&world.job()).unwrap();
    let expected = world.files();
    for name in ["out.csv", "lines.csv", "out.rejects.csv", "out.csv.manifest.json"] {
        world.run(&world.job().force()).unwrap();
        for (name, _) in &expected {
            if !["claims.csv", "enrollments.csv", "recorded.csv"].contains(&name.as_str()) {
                fs::remove_file(world.path(name)).unwrap();
            }
        }
        world.end_before_removal();
        fs::remove_file(world.path(name)).unwrap();
        world.run(&world.job()).unwrap();
        assert_eq!(world.files(), expected, "without {name}");
    }
}

#[test]
fn what_was_changed_after_it_was_written_is_neither_told_nor_overwritten() {
    let world = World::new("changed-after");
    world.end_before_removal();
    let rejects = world.path("out.rejects.csv");
    let mut corrected = fs::read(&rejects).unwrap();
    corrected.extend_from_slice(b"corrected\n");
    fs::write(&rejects, &corrected).unwrap();
    let error = world.run(&world.job()).unwrap_err();
    assert!(error.to_string().ends_with("was changed after it was written; move it away"), "{error}");
    assert_eq!(fs::read(&rejects).unwrap(), corrected);
}

#[test]
fn the_summary_of_other_inputs_is_not_told() {
    let world = World::new("other-inputs");
    world.end_before_removal();
    let claims = fs::read_to_string(world.path("claims.csv")).unwrap();
    fs::write(world.path("claims.csv"), claims.replace("2019.87", "2019.88")).unwrap();
    let error = world.run(&world.job()).unwrap_err();
    assert!(error.to_string().contains("claims.csv` has changed since"), "{error}");
    assert_eq!((error.is_resume(), error.remedy()), (true, Some(Remedy::StartOver)));
}

#[test]
fn starting_over_with_fewer_outputs_leaves_nothing_of_the_others() {
    let world = World::new("fewer-outputs");
    world.run_with(&world.job(), &StopAt::the(Stage::Deciding)).unwrap_err();
    let partial = world.path("lines.csv.partial");
    fs::write(&partial, "zhao-2025-01").unwrap();
    let fewer = Job::new(world.path("claims.csv"), world.path("enrollments.csv"), world.path("out.csv"));
    world.run(&fewer.force()).unwrap();
    assert!(!partial.exists());
}

#[test]
fn a_file_that_would_be_written_too_is_named_with_the_output_that_was_asked_for() {
    let world = World::new("named-with");
    world.run(&world.job()).unwrap();
    let other = Job::new(world.path("claims.csv"), world.path("enrollments.csv"), world.path("out.parquet"));
    let error = world.run(&other).unwrap_err();
    let (out, rejects) = (world.path("out.parquet"), world.path("out.rejects.csv"));
    let (out, rejects) = (out.display(), rejects.display());
    let said = format!(
        "`{out}` cannot be written: `{rejects}` already exists (`{rejects}` may hold corrections), and would be written with it"
    );
    assert_eq!(error.to_string(), said);
}

/// What a stopped run has left stays when its work folder is removed by hand.
#[test]
fn a_file_that_a_stopped_run_has_left_is_told_for_what_it_is() {
    let world = World::new("left-over");
    fs::write(world.path("out.csv.partial"), "zhao-2025-01").unwrap();
    let error = world.run(&world.job()).unwrap_err();
    assert!(
        error.to_string().ends_with(
            "is there and is not a file of this run: a stopped run whose work folder was removed leaves such a file; \
         delete it, or name another output"
        ),
        "{error}"
    );
    assert_eq!(fs::read(world.path("out.csv.partial")).unwrap(), b"zhao-2025-01");
    assert!(!world.job().work_folder().exists());
}

// ── who may read ──────────────────────────────────────────────────────────

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[cfg(unix)]
#[test]
fn nobody_else_reads_what_is_not_finished() {
    let world = World::new("modes");
    let job = world.job().certificates(world.path("certificates.jsonl"));
    world.run_with(&job, &StopAt::the(Stage::Writing)).unwrap_err();
    let inside = fs::read_dir(job.work_folder()).unwrap().map(|entry| entry.unwrap().path());
    let beside = fs::read_dir(&world.root).unwrap().map(|entry| entry.unwrap().path());
    let beside = beside.filter(|path| path.extension().is_some_and(|ending| ending == "partial"));
    let files: Vec<PathBuf> = inside.chain(beside).collect();
    assert!(files.len() > 10, "{files:?}");
    for path in &files {
        assert_eq!(mode(path), 0o600, "{}", path.display());
    }
    world.run(&job).unwrap();
    fs::write(world.path("as-the-system-has-it"), "").unwrap();
    let usual = mode(&world.path("as-the-system-has-it"));
    assert!(usual != 0o600, "another umask is needed");
    for name in ["out.csv", "lines.csv", "certificates.jsonl", "out.rejects.csv", "out.csv.manifest.json"] {
        assert_eq!(mode(&world.path(name)), usual, "{name}");
    }
}

// ── an audit ──────────────────────────────────────────────────────────────

#[test]
fn differences_and_notes_are_there_together_or_not_at_all() {
    let world = World::new("audited");
    let audit = |out: &str| {
        Audit::new(world.path("claims.csv"), world.path("enrollments.csv"), world.path("recorded.csv"), world.path(out))
    };
    let nowhere = audit("wrong.csv").notes(world.path("nowhere/notes.csv"));
    assert!(audit::run(&nowhere, &world.catalog, &()).unwrap_err().is_output());
    assert!(!world.path("wrong.csv").exists());
    audit::run(&audit("wrong.csv"), &world.catalog, &()).unwrap();
    assert!(world.path("wrong.csv").exists() && world.path("wrong.notes.csv").exists());
    fs::remove_file(world.path("wrong.csv")).unwrap();
    let error = audit::run(&audit("wrong.csv"), &world.catalog, &()).unwrap_err();
    assert!(
        error.to_string().contains("wrong.csv` cannot be written") && error.to_string().contains("wrong.notes.csv")
    );
}

#[test]
fn a_report_that_could_not_be_written_is_written_by_the_same_audit() {
    let world = World::new("report-later");
    let at = |name: &str| world.path(name);
    let audit = Audit::new(at("claims.csv"), at("enrollments.csv"), at("recorded.csv"), at("differences.csv"));
    let report = at("reports/report.html");
    let run = || {
        audit::run_with(&audit, &world.catalog, &(), |summary| {
            Ok(vec![(report.clone(), summary.headline().over.to_string().into_bytes())])
        })
    };
    let error = run().unwrap_err();
    assert!(error.is_output() && error.to_string().contains("there is no folder"), "{error}");
    assert!(at("differences.csv").exists() && audit.has_left(&report));
    fs::create_dir(at("reports")).unwrap();
    let summary = run().unwrap();
    assert_eq!(fs::read_to_string(&report).unwrap(), summary.headline().over.to_string());
    assert!(!audit.work_folder().exists() && !audit.has_left(&report));
}

/// An audit tells its differences again from what its buckets have left; where that is gone, too, or an explanation needs rows, it decides again.
#[test]
fn an_audit_that_ends_before_its_folder_is_gone_tells_its_summary_again() {
    let audit_in = |world: &World, keeps: bool| {
        let [claims, enrollments, recorded, out] =
            ["claims.csv", "enrollments.csv", "recorded.csv", "out.csv"].map(|name| world.path(name));
        let audit = Audit::new(claims, enrollments, recorded, out).roundings();
        if keeps { audit.keep_gravest() } else { audit }
    };
    let undisturbed = World::new("undisturbed-audit");
    let expected = audit::run(&audit_in(&undisturbed, false), &undisturbed.catalog, &()).unwrap();
    assert!(!expected.differences.is_empty());
    let told = |summary: &audit::Summary| {
        let audit::Summary { rows, differences, causes, notes, roundings, plans, .. } = summary;
        let sums = (summary.not_recorded, summary.nothing_to_record, summary.recorded, summary.recomputed);
        format!("{rows:?} {differences:?} {causes:?} {notes:?} {roundings:?} {plans:?} {sums:?}")
    };
    for (is_half_gone, are_findings_gone, keeps_gravest) in
        [(false, false, false), (true, false, false), (true, true, false), (false, false, true)]
    {
        let world = World::new("audit-told-again");
        let audit = audit_in(&world, keeps_gravest);
        let obstacle = audit.work_folder().join("obstacle.rows");
        audit::run(&audit, &world.catalog, &Obstacle(obstacle.clone())).unwrap_err();
        fs::remove_dir(obstacle).unwrap();
        let (work, removed) = (audit.work_folder(), world.path("out.csv.work.removed"));
        assert!(work.join("summary.json").exists() && world.path("out.csv").exists());
        if are_findings_gone {
            fs::remove_file(work.join("part-0000.differences")).unwrap();
        }
        if is_half_gone {
            fs::rename(&work, &removed).unwrap();
        }
        let reads = Reads(false.into());
        let again = audit::run(&audit, &world.catalog, &reads).unwrap();
        assert_eq!(told(&again), told(&expected));
        assert_eq!(again.gravest.is_empty(), !keeps_gravest);
        assert_eq!(reads.0.into_inner(), are_findings_gone || keeps_gravest, "{is_half_gone}");
        assert!(!work.exists() && !removed.exists(), "{is_half_gone}");
        assert_eq!(world.files(), undisturbed.files());
    }
}

/// Hears whether claims are read.
struct Reads(std::sync::atomic::AtomicBool);

impl Progress for Reads {
    fn advance(&self, stage: Stage, _done: u64, _total: u64) {
        self.0.fetch_or(stage == Stage::Claims, std::sync::atomic::Ordering::Relaxed);
    }
}

#[test]
fn notes_that_were_changed_after_they_were_written_are_not_overwritten() {
    let world = World::new("changed-notes");
    let audit = Audit::new(
        world.path("claims.csv"),
        world.path("enrollments.csv"),
        world.path("recorded.csv"),
        world.path("out.csv"),
    );
    let obstacle = audit.work_folder().join("obstacle.rows");
    audit::run(&audit, &world.catalog, &Obstacle(obstacle.clone())).unwrap_err();
    fs::remove_dir(obstacle).unwrap();
    fs::write(world.path("out.notes.csv"), "seen by Li").unwrap();
    let error = audit::run(&audit, &world.catalog, &()).unwrap_err();
    assert!(error.to_string().ends_with("out.notes.csv` was changed after it was written; move it away"), "{error}");
    assert_eq!(fs::read(world.path("out.notes.csv")).unwrap(), b"seen by Li");
}
