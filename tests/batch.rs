//! Runs over files: the same bytes however they are stopped, divided and ordered, and no row lost.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime};

use arrow_array::{ArrayRef, Date32Array, Decimal128Array, Int64Array, RecordBatch, StringArray, UInt64Array};
use arrow_cast::display::array_value_to_string;
use arrow_select::take::take_record_batch;
use huzhu::audit::{self, Audit, Sampling, Unit};
use huzhu::batch::{self, Job, Progress, Stage, Summary};
use huzhu::verify::Batch;
use huzhu::{Catalog, Decision, Error, Remedy};
use parquet::arrow::ArrowWriter;
use parquet::file::properties::WriterProperties;
use rust_decimal::Decimal;
use serde_json::Value as Json;

const PROGRAM: &str = env!("CARGO_BIN_EXE_huzhu");
const RULES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/rules");

// ── determinism ───────────────────────────────────────────────────────────

#[test]
fn threads_and_memory_change_no_byte() {
    is_divided_without_a_trace(World::new("divided"), &[(2, 64)]);
}

#[test]
#[ignore = "it takes long: the same divided in more ways"]
fn no_number_of_threads_and_no_memory_changes_a_byte() {
    is_divided_without_a_trace(World::large("divided-often"), &[(1, 64), (2, 64), (3, 100), (5, 1024)]);
}

/// By threads and mebibytes.
fn is_divided_without_a_trace(world: World, ways: &[(usize, u64)]) {
    world.run("one.parquet", &());
    let expected = world.results("one.parquet");
    for (threads, memory) in ways {
        let job = world.job("other.parquet").threads(NonZeroUsize::new(*threads).unwrap()).memory(memory << 20).force();
        batch::run(&job, &world.catalog, &()).unwrap();
        assert!(world.results("other.parquet") == expected, "{threads} threads, {memory} MiB");
    }
}

#[test]
fn the_order_of_the_rows_changes_no_payout() {
    let world = World::new("shuffled");
    let expected = world.run("one.parquet", &());
    let [payouts, lines, ..] = world.results("one.parquet");
    write(&world.path("claims.parquet"), &shuffled(&claims(CLAIMS)), 500);
    write(&world.path("enrollments.parquet"), &shuffled(&enrollments(ENROLLMENTS)), 50_000);
    let found = world.run("other.parquet", &());
    let [other_payouts, other_lines, ..] = world.results("other.parquet");
    // the footer alone names the inputs, which are other files
    assert!(before_the_footer(&payouts) == before_the_footer(&other_payouts) && lines == other_lines);
    assert_eq!((found.payable(), found.claims()), (expected.payable(), expected.claims()));
}

/// The row groups of a Parquet file.
fn before_the_footer(file: &[u8]) -> &[u8] {
    let (rest, end) = file.split_at(file.len() - 8);
    let length = u32::from_le_bytes(end[..4].try_into().unwrap());
    &rest[..rest.len() - usize::try_from(length).unwrap()]
}

/// The rows in another order.
fn shuffled(rows: &RecordBatch) -> RecordBatch {
    let mut order: Vec<u64> = (0..u64::try_from(rows.num_rows()).unwrap()).collect();
    order.sort_by_key(|row| row.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(31));
    take_record_batch(rows, &UInt64Array::from(order)).unwrap()
}

// ── certificates ──────────────────────────────────────────────────────────

#[test]
fn certificates_are_the_same_however_a_run_is_divided_or_stopped() {
    certificates_are_the_same(World::of("certified", ENROLLMENTS, 1_000), &[], &[(Stage::Deciding, 1)]);
}

#[test]
#[ignore = "it takes long: the same divided and stopped in more ways"]
fn certificates_are_the_same_in_whatever_way_a_run_is_divided_or_stopped() {
    let stops = [(Stage::Claims, 1), (Stage::Deciding, 2), (Stage::Deciding, 4), (Stage::Writing, 1)];
    certificates_are_the_same(World::large("certified-often"), &[(1, 64), (3, 100)], &stops);
}

fn certificates_are_the_same(world: World, ways: &[(usize, u64)], stops: &[(Stage, u64)]) {
    let path = |out: &str| world.path(out).with_extension("jsonl");
    let job = |out: &str| world.job(out).certificates(path(out));
    let summary = batch::run(&job("one.csv"), &world.catalog, &()).unwrap();
    let expected = fs::read(path("one.csv")).unwrap();
    every_payout_has_its_certificate(&world, &summary, &expected);
    for (threads, memory) in ways {
        let job = job("other.csv").threads(NonZeroUsize::new(*threads).unwrap()).memory(memory << 20).force();
        assert_eq!(batch::run(&job, &world.catalog, &()).unwrap().certificates(), summary.certificates());
        assert!(fs::read(path("other.csv")).unwrap() == expected, "{threads} threads, {memory} MiB");
    }
    for (stage, after) in stops {
        assert!(batch::run(&job("stopped.csv"), &world.catalog, &StopAt::new(*stage, *after)).is_err());
        assert!(!path("stopped.csv").exists() && job("stopped.csv").work_folder().exists());
        let resumed = batch::run(&job("stopped.csv"), &world.catalog, &()).unwrap();
        assert_eq!((resumed.certificates(), resumed.is_resumed()), (summary.certificates(), true));
        assert!(fs::read(path("stopped.csv")).unwrap() == expected, "{stage:?} {after}");
        world.remove_results("stopped.csv");
        fs::remove_file(path("stopped.csv")).unwrap();
    }
}

fn every_payout_has_its_certificate(world: &World, summary: &Summary, lines: &[u8]) {
    let mut checker = Batch::new();
    let mut certified = BTreeSet::new();
    for line in lines.split_inclusive(|byte| *byte == b'\n') {
        checker.line(line).unwrap();
        let json: Json = serde_json::from_slice(line).unwrap();
        if let Some(claim) = json["claim"].as_str() {
            let payable: Decimal = json["conclusion"]["payable"].as_str().unwrap().parse().unwrap();
            certified.insert(format!("{claim},{},{payable:.2}", json["conclusion"]["decision"].as_str().unwrap()));
        }
    }
    let held = checker.end().unwrap();
    let made = summary.certificates().unwrap();
    assert_eq!((held.count(), held.root()), (made.count, made.root.as_str()));
    assert_eq!(made.count, summary.claims().taken);
    let payouts = fs::read_to_string(world.path("one.csv")).unwrap();
    let payouts = payouts.lines().skip(1).map(|line| {
        let fields: Vec<&str> = line.split(',').collect();
        format!("{},{},{}", fields[0], fields[4], fields[5])
    });
    assert_eq!(certified, payouts.collect());
}

// ── no row is lost ────────────────────────────────────────────────────────

#[test]
fn every_row_is_decided_or_rejected() {
    let world = World::new("rows");
    let summary = world.run("out.csv", &());
    let claims = summary.claims();
    assert_eq!(claims.read, u64::try_from(CLAIMS).unwrap());
    assert_eq!(claims.taken + claims.rejected, claims.read);
    assert_eq!(Decision::ALL.map(|decision| summary.decided(decision)).iter().sum::<u64>(), claims.taken);
    let payouts = fs::read_to_string(world.path("out.csv")).unwrap();
    let decided: BTreeSet<&str> = payouts.lines().skip(1).map(|line| line.split(',').next().unwrap()).collect();
    let rejected = rows_of(&world.path("out.rejects.csv"));
    assert_eq!(u64::try_from(decided.len()).unwrap(), claims.taken);
    assert_eq!(u64::try_from(rejected.len()).unwrap(), claims.rejected);
    let all: BTreeSet<String> = (1..=CLAIMS).map(|row| format!("C{}", row - 1)).collect();
    let accounted = decided.iter().map(|id| (*id).to_owned()).chain(rejected.iter().map(|row| format!("C{}", row - 1)));
    assert_eq!(accounted.collect::<BTreeSet<_>>(), all);
}

#[test]
fn an_enrollment_that_two_members_have_is_rejected_in_both_places_once() {
    let world = World::new("twins");
    let summary = world.run("out.csv", &());
    let mut rows: Vec<u64> =
        TWINS.iter().flat_map(|row| [row + 1, row + APART + 1]).map(|row| row.try_into().unwrap()).collect();
    rows.push(8); // of an unknown plan
    rows.sort_unstable();
    assert_eq!(summary.enrollments().rejected, u64::try_from(rows.len()).unwrap());
    assert_eq!(rows_of(&world.path("out.rejects.enrollments.csv")), rows);
    let rejects = fs::read_to_string(world.path("out.rejects.csv")).unwrap();
    let refused = rejects.matches("its enrollment was rejected").count();
    assert_eq!(refused, 3 * TWINS.len() - 1, "one of their claims has a fault of its own\n{rejects}");
}

/// The numbers of the rows in a file of rejects.
fn rows_of(rejects: &Path) -> Vec<u64> {
    let text = fs::read_to_string(rejects).unwrap();
    let mut lines = text.lines();
    let place = lines.next().unwrap().split(',').position(|name| name == "row").unwrap();
    let rows: Vec<u64> = lines.map(|line| line.split(',').nth(place).unwrap().parse().unwrap()).collect();
    assert!(rows.is_sorted_by(|one, other| one < other), "each row stands once");
    rows
}

#[test]
fn text_files_and_parquet_files_give_the_same_payouts() {
    let world = World::of("csv", 6_000, CLAIMS);
    let by_parquet = world.run("parquet.csv", &());
    let [payouts, lines, ..] = world.results("parquet.csv");
    let rejected = rows_of(&world.path("parquet.rejects.csv"));
    let (claims, enrollments) = (world.path("claims.csv"), world.path("enrollments.csv"));
    fs::write(&claims, csv(&self::claims(CLAIMS))).unwrap();
    fs::write(&enrollments, csv(&self::enrollments(6_000))).unwrap();
    let job = Job::new(claims, enrollments, world.path("csv.csv")).lines(world.path("csv.lines.csv"));
    let by_csv = batch::run(&job, &world.catalog, &()).unwrap();
    let [other_payouts, other_lines, ..] = world.results("csv.csv");
    assert!(payouts == other_payouts && lines == other_lines);
    assert_eq!(rows_of(&world.path("csv.rejects.csv")), rejected, "of text the line is told, too");
    assert_eq!((by_csv.claims(), by_csv.payable()), (by_parquet.claims(), by_parquet.payable()));
}

/// The rows as text, with a byte order mark, quotes and two line ends as other programs write them.
fn csv(rows: &RecordBatch) -> String {
    let schema = rows.schema();
    let names: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
    let mut text = format!("\u{feff}{}\r\n", names.join(","));
    for row in 0..rows.num_rows() {
        let fields = rows.columns().iter().map(|column| format!("\"{}\"", array_value_to_string(column, row).unwrap()));
        text.push_str(&fields.collect::<Vec<_>>().join(","));
        text.push_str("\r\n");
    }
    text
}

#[test]
fn the_summary_has_the_keys_that_others_rely_on() {
    let world = World::of("json", 6_000, CLAIMS);
    let ran = world.huzhu(&["--out", "out.parquet", "--format", "json", "--lang", "en"]);
    assert_eq!((ran.status.code(), ran.stderr.as_slice()), (Some(1), b"".as_slice()));
    let json: Json = serde_json::from_slice(&ran.stdout).unwrap();
    let keys: Vec<&String> = json.as_object().unwrap().keys().collect();
    let expected = [
        "certificates",
        "claims",
        "claims_per_second",
        "decisions",
        "dry_run",
        "enrollments",
        "files",
        "milliseconds",
        "notices",
        "observations",
        "paid",
        "payable",
        "read_as",
        "reasons",
        "rejects",
        "resumed",
        "to_recover",
    ];
    assert_eq!(keys, expected);
    assert_eq!(json["claims"]["read"], CLAIMS);
    let decisions = Decision::ALL.map(|decision| json["decisions"][decision.name()].as_u64().unwrap());
    assert_eq!(json["claims"]["decided"], decisions.iter().sum::<u64>());
    assert_eq!(json["rejects"][0]["reason"], "no such enrollment, or it was rejected");
    assert_eq!(json["files"]["rejects"], "out.rejects.csv");
    assert!(json["payable"].is_string() && json["certificates"].is_null());
}

// ── a dry run ─────────────────────────────────────────────────────────────

#[test]
fn a_dry_run_decides_the_first_thousand_and_writes_nothing() {
    let world = World::new("dry");
    let before = world.names();
    let rehearsal = batch::rehearse(&world.job("out.parquet"), &world.catalog, &()).unwrap();
    let claims = rehearsal.summary.claims();
    assert_eq!((claims.read, claims.taken + claims.rejected), (1000, 1000));
    assert!(claims.rejected > 0 && !rehearsal.rejects.is_empty());
    let ran = world.huzhu(&["--out", "out.parquet", "--dry-run", "--lang", "en"]);
    let out = String::from_utf8(ran.stdout).unwrap();
    assert!(ran.status.code() == Some(1) && out.starts_with("dry run: nothing was written\n"), "{out}");
    assert_eq!(world.names(), before);
}

// ── what is refused ───────────────────────────────────────────────────────

#[test]
fn finished_results_are_not_overwritten_unasked() {
    let world = World::new("finished");
    for path in ["out.parquet", "out.lines.csv"] {
        fs::write(world.path(path), "mine").unwrap();
        let error = batch::run(&world.job("out.parquet"), &world.catalog, &()).unwrap_err();
        assert!(error.is_output() && error.to_string().contains("already exists"), "{error}");
        assert_eq!(error.remedy(), Some(Remedy::Overwrite));
        assert_eq!(fs::read(world.path(path)).unwrap(), b"mine");
        fs::remove_file(world.path(path)).unwrap();
    }
    assert!(!world.path("out.parquet.work").exists());
}

#[test]
fn a_run_goes_on_only_with_what_it_was_begun() {
    let world = World::new("changed");
    let begin = || {
        let job = world.job("out.parquet").threads(NonZeroUsize::MIN).force();
        batch::run(&job, &world.catalog, &StopAt::new(Stage::Deciding, 1)).unwrap_err();
    };
    let refused = |job: &Job, catalog: &Catalog, says: &str| {
        let error = batch::run(job, catalog, &()).unwrap_err();
        assert!(error.is_resume() && error.to_string().contains(says), "{error}");
        assert_eq!(error.remedy(), Some(Remedy::StartOver));
    };
    begin();
    let job = world.job("out.parquet");
    let other =
        Catalog::read([("a.toml".to_owned(), fs::read(format!("{RULES}/henan-accident.toml")).unwrap())]).unwrap();
    refused(&job, &other, "the pack `gansu-comprehensive 1` has changed");
    refused(&job.clone().lines(world.path("other.csv")), &world.catalog, "the file of the benefits is not the same");
    refused(&job.clone().ignore_columns(["note"]), &world.catalog, "the columns that are left out are not the same");

    let claims = fs::read(world.path("claims.parquet")).unwrap();
    let mut changed = claims.clone();
    let place = changed.len() / 2;
    changed[place] ^= 1;
    fs::write(world.path("claims.parquet"), &changed).unwrap();
    refused(&job, &world.catalog, "claims.parquet` has changed since");
    write(&world.path("claims.parquet"), &self::claims(CLAIMS - 1), 700);
    refused(&job, &world.catalog, "claims.parquet` has changed since");

    fs::write(world.path("claims.parquet"), &claims).unwrap();
    assert!(batch::run(&job, &world.catalog, &()).unwrap().is_resumed());
    begin();
    assert!(!batch::run(&job.force(), &world.catalog, &()).unwrap().is_resumed());
}

#[test]
fn one_run_at_a_time_writes_a_result() {
    let world = World::new("locked");
    let job = world.job("out.parquet");
    batch::run(&job, &world.catalog, &StopAt::new(Stage::Claims, 1)).unwrap_err();
    let lock = File::create(job.work_folder().join("lock")).unwrap();
    lock.lock().unwrap();
    let error = batch::run(&job, &world.catalog, &()).unwrap_err();
    assert!(error.is_resume() && error.to_string().contains("another run is writing"), "{error}");
    lock.unlock().unwrap();
    batch::run(&job, &world.catalog, &()).unwrap();
}

#[test]
fn a_folder_that_is_no_work_folder_is_left_alone() {
    let world = World::new("foreign");
    let job = world.job("out.parquet").force();
    fs::create_dir(job.work_folder()).unwrap();
    fs::write(job.work_folder().join("thesis.txt"), "mine").unwrap();
    let error = batch::run(&job, &world.catalog, &()).unwrap_err();
    assert!(error.is_resume() && error.to_string().contains("is not a work folder"), "{error}");
    assert_eq!(fs::read(job.work_folder().join("thesis.txt")).unwrap(), b"mine");
}

#[test]
fn a_folder_is_no_work_folder_by_the_names_in_it() {
    let world = World::new("foreign-mark");
    let job = world.job("out.parquet").force();
    fs::create_dir(job.work_folder()).unwrap();
    for (name, content) in
        [("fingerprint.json", r#"{"crc": 1, "of": {}}"#), ("summary.json", "mine"), ("claims-0.rows", "mine")]
    {
        fs::write(job.work_folder().join(name), content).unwrap();
        let error = batch::run(&job, &world.catalog, &()).unwrap_err();
        assert!(error.is_resume() && error.to_string().contains("is not a work folder"), "{error}");
        assert_eq!(fs::read(job.work_folder().join(name)).unwrap(), content.as_bytes());
    }
}

#[test]
fn what_somebody_has_put_into_a_work_folder_stays() {
    let world = World::new("foreign-file");
    let job = world.job("out.parquet");
    batch::run(&job, &world.catalog, &StopAt::new(Stage::Claims, 1)).unwrap_err();
    fs::write(job.work_folder().join("thesis.txt"), "mine").unwrap();
    batch::run(&job, &world.catalog, &()).unwrap();
    let left: Vec<_> = fs::read_dir(job.work_folder()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["thesis.txt"]);
    world.run("undisturbed.parquet", &());
    assert_eq!(world.results("out.parquet"), world.results("undisturbed.parquet"));
}

#[cfg(unix)]
#[test]
fn no_link_is_followed_and_no_foreign_file_overwritten() {
    let world = World::new("links");
    fs::write(world.path("thesis.txt"), "mine").unwrap();
    for ending in ["partial", "rejects.csv.partial", "parquet.manifest.json.partial"] {
        let name = if ending == "partial" { "out.parquet.partial".to_owned() } else { format!("out.{ending}") };
        std::os::unix::fs::symlink(world.path("thesis.txt"), world.path(&name)).unwrap();
        let error = batch::run(&world.job("out.parquet").force(), &world.catalog, &()).unwrap_err();
        assert!(error.is_resume() && error.to_string().contains("is not a file of this run"), "{error}");
        fs::remove_file(world.path(&name)).unwrap();
        fs::write(world.path(&name), "mine").unwrap();
        let _removed = fs::remove_dir_all(world.job("out.parquet").work_folder());
        let error = batch::run(&world.job("out.parquet"), &world.catalog, &()).unwrap_err();
        assert!(error.to_string().contains("is not a file of this run"), "{error}");
        assert_eq!(fs::read(world.path(&name)).unwrap(), b"mine");
        fs::remove_file(world.path(&name)).unwrap();
        let _removed = fs::remove_dir_all(world.job("out.parquet").work_folder());
    }
    let target = world.path("elsewhere");
    fs::create_dir(&target).unwrap();
    std::os::unix::fs::symlink(&target, world.job("out.parquet").work_folder()).unwrap();
    batch::run(&world.job("out.parquet"), &world.catalog, &()).unwrap_err();
    assert_eq!(fs::read(world.path("thesis.txt")).unwrap(), b"mine");
    assert_eq!(fs::read_dir(target).unwrap().count(), 0);
}

/// The rejected rows of `payouts.csv` and of `payouts.parquet` have one name.
#[test]
fn two_runs_never_write_one_file_whatever_their_payouts_are_called() {
    let world = World::new("shared-names");
    let first = world.job("out.parquet");
    batch::run(&first, &world.catalog, &StopAt::new(Stage::Claims, 1)).unwrap_err();
    let taken = File::options().write(true).open(world.path("out.rejects.csv.partial")).unwrap();
    taken.lock().unwrap();
    let error = batch::run(&world.job("out.csv"), &world.catalog, &()).unwrap_err();
    assert!(error.is_resume() && error.to_string().contains("another run is writing"), "{error}");
    taken.unlock().unwrap();
    batch::run(&first, &world.catalog, &()).unwrap();
}

/// A work file of rejected rows is under a checksum as every other is.
#[test]
fn rejected_rows_that_a_work_file_has_lost_are_found_again() {
    let world = World::new("lost-rejects");
    world.run("undisturbed.parquet", &());
    let job = world.job("out.parquet");
    let damages: [fn(&mut Vec<u8>); 2] = [Vec::clear, |bytes| bytes.iter_mut().take(20).for_each(|byte| *byte ^= 1)];
    for (turn, damage) in damages.into_iter().enumerate() {
        batch::run(&job, &world.catalog, &StopAt::new(Stage::Deciding, 1)).unwrap_err();
        let of_stages: Vec<_> = fs::read_dir(job.work_folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
        let of_stages = of_stages.into_iter().filter(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            name.ends_with(".rejects") && !name.starts_with("part-")
        });
        let mut count = 0;
        for path in of_stages {
            let mut bytes = fs::read(&path).unwrap();
            damage(&mut bytes);
            fs::write(&path, bytes).unwrap();
            count += 1;
        }
        assert!(count > 0, "a stage has rejected rows");
        batch::run(&job, &world.catalog, &()).unwrap();
        assert_eq!(world.results("out.parquet"), world.results("undisturbed.parquet"), "turn {turn}");
        world.files("out.parquet").iter().for_each(|path| fs::remove_file(path).unwrap());
    }
}

#[test]
fn files_must_differ_and_memory_must_do() {
    let world = World::new("misuse");
    let claims = world.path("claims.parquet");
    let error = |job: Job| batch::run(&job, &world.catalog, &()).unwrap_err();
    let twice = error(Job::new(&claims, world.path("enrollments.parquet"), &claims).force());
    assert!(twice.is_output() && twice.to_string().contains("is named twice"), "{twice}");
    let little = error(world.job("out.parquet").memory(1 << 20));
    assert!(little.is_memory() && little.to_string().contains("the least is 64 MiB"), "{little}");
    assert!(claims.exists());
}

// ── bad input and bad disks ───────────────────────────────────────────────

#[test]
fn an_input_that_is_cut_short_or_missing_is_named() {
    let world = World::new("cut");
    for name in ["claims.parquet", "enrollments.parquet"] {
        let whole = fs::read(world.path(name)).unwrap();
        fs::write(world.path(name), &whole[..whole.len() / 2]).unwrap();
        world.refuses(name, Error::is_input);
        fs::remove_file(world.path(name)).unwrap();
        world.refuses(name, Error::is_input);
        fs::write(world.path(name), &whole).unwrap();
    }
}

#[test]
fn an_input_with_changed_bytes_leaves_nothing_half_written() {
    let world = World::of("bytes", 6_000, CLAIMS);
    let whole = fs::read(world.path("claims.parquet")).unwrap();
    for place in (100..whole.len()).step_by(whole.len() / 9) {
        let mut changed = whole.clone();
        changed[place..place + 8].fill(0xff);
        fs::write(world.path("claims.parquet"), changed).unwrap();
        match batch::run(&world.job("out.parquet").force(), &world.catalog, &()) {
            Ok(summary) => {
                let claims = summary.claims(); // bytes of a value may change unseen where the file has no checksums
                assert_eq!((claims.read, claims.taken + claims.rejected), (4_000, 4_000));
                world.remove_results("out.parquet");
            }
            Err(error) => {
                assert!(error.to_string().contains("claims.parquet"), "{error}");
                assert!(
                    !world.names().iter().any(|path| path.to_string_lossy().contains("out.")),
                    "{:?}",
                    world.names()
                );
            }
        }
    }
}

#[test]
fn a_column_that_no_plan_knows_is_named_before_anything_is_written() {
    let world = World::of("columns", 6_000, CLAIMS);
    let claims = claims(CLAIMS);
    let mut columns: Vec<(String, ArrayRef)> = Vec::new();
    for (field, column) in claims.schema().fields().iter().zip(claims.columns()) {
        columns.push((field.name().replace("cause", "causes"), column.clone()));
    }
    write(&world.path("claims.parquet"), &RecordBatch::try_from_iter(columns).unwrap(), 700);
    world.refuses("`causes`", Error::is_columns);
    batch::run(&world.job("out.parquet").ignore_columns(["causes"]), &world.catalog, &()).unwrap();
}

#[test]
fn a_work_file_that_was_changed_is_seen_and_written_again() {
    let world = World::new("damaged");
    world.run("whole.parquet", &());
    let job = world.job("out.parquet").threads(NonZeroUsize::MIN);
    // one bucket is decided, the other is not
    batch::run(&job, &world.catalog, &StopAt::new(Stage::Deciding, 1)).unwrap_err();
    let path = job.work_folder().join("claims-0.rows");
    let mut bytes = fs::read(&path).unwrap();
    let place = bytes.len() - 500;
    bytes[place] ^= 1;
    fs::write(&path, bytes).unwrap();
    batch::run(&job, &world.catalog, &()).unwrap();
    assert!(world.results("out.parquet") == world.results("whole.parquet"));
}

#[test]
#[cfg(unix)]
fn a_full_disk_leaves_nothing_under_the_final_name_and_no_work_undone() {
    a_full_disk_is_survived(World::new("full"), &[60, 2_000]);
}

#[test]
#[cfg(unix)]
#[ignore = "it takes long: a disk that is full at more moments"]
fn a_disk_that_is_full_at_any_moment_leaves_nothing_under_the_final_name() {
    a_full_disk_is_survived(World::large("full-often"), &[1, 20, 60, 120, 180, 4_000, 8_000]);
}

#[cfg(unix)]
fn a_full_disk_is_survived(world: World, at: &[u64]) {
    world.run("whole.parquet", &());
    let expected = world.results("whole.parquet");
    let mut full = 0;
    for blocks in at {
        let line = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\"");
        let mut limited = Command::new("bash");
        limited.args(["-c", &line, "bash", PROGRAM]).args(world.arguments("out.parquet"));
        let ran = limited.current_dir(&world.root).output().unwrap();
        let said = String::from_utf8_lossy(&ran.stderr).into_owned();
        if ran.status.code() == Some(2) {
            full += 1;
            assert!(said.contains("cannot be written: the file is larger than the system allows"), "{blocks}: {said}");
            assert!(!world.path("out.parquet").exists() && !world.path("out.lines.csv").exists(), "{blocks}");
            let ran = world.huzhu(&world.arguments_after("out.parquet"));
            assert_eq!(ran.status.code(), Some(1), "{blocks}");
        }
        assert!(world.results("out.parquet") == expected, "{blocks}: {said}");
        world.remove_results("out.parquet");
    }
    assert!(full > 1, "the disk was full {full} times");
}

// ── interruptions ─────────────────────────────────────────────────────────

#[test]
fn a_run_that_was_stopped_in_any_stage_ends_with_the_same_bytes() {
    a_stopped_run_goes_on(World::new("stopped"), &[1]);
}

#[test]
#[ignore = "it takes long: the same at more moments of each stage"]
fn a_run_that_was_stopped_anywhere_ends_with_the_same_bytes() {
    a_stopped_run_goes_on(World::large("stopped-often"), &[1, 2, 5]);
}

fn a_stopped_run_goes_on(world: World, moments: &[u64]) {
    let expected = world.run("whole.parquet", &());
    let files = world.results("whole.parquet");
    let mut stops = 0;
    for stage in Stage::ALL {
        for after in moments {
            let stopped = world.job("stopped.parquet");
            let outcome = batch::run(&stopped, &world.catalog, &StopAt::new(stage, *after));
            if let Err(error) = outcome {
                stops += 1;
                assert!(error.is_interrupted(), "{error}");
                assert!(!world.path("stopped.parquet").exists() && stopped.work_folder().exists());
                let resumed = batch::run(&stopped, &world.catalog, &()).unwrap();
                assert!(resumed.is_resumed() && resumed.claims_a_second().is_none());
                assert_eq!(resumed.payable(), expected.payable());
            }
            assert!(world.results("stopped.parquet") == files, "{stage:?} {after}");
            assert!(!stopped.work_folder().exists());
            world.remove_results("stopped.parquet");
        }
    }
    assert!(stops >= Stage::ALL.len() - 1, "{stops} stops");
}

#[test]
#[cfg(unix)]
fn an_interrupt_stops_the_program_where_it_can_go_on() {
    let world = World::new("interrupted");
    world.run("whole.parquet", &());
    let child = world.start("out.parquet");
    while !world.path("out.parquet.work/enrollments-0.rows").exists() {
        sleep(Duration::from_millis(1));
    }
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let ran = child.wait_with_output().unwrap();
    let said = String::from_utf8(ran.stderr).unwrap();
    assert_eq!(ran.status.code(), Some(2), "{said}");
    assert!(said.contains("interrupted; run the same command again to resume"), "{said}");
    assert!(!world.path("out.parquet").exists());
    assert_eq!(world.huzhu(&world.arguments_after("out.parquet")).status.code(), Some(1));
    assert!(world.results("out.parquet") == world.results("whole.parquet"));
}

#[test]
fn a_run_that_was_killed_ends_with_the_same_bytes() {
    a_killed_run_goes_on(World::new("killed"), 5);
}

#[test]
#[ignore = "it takes long: the same at a hundred moments"]
fn a_run_that_was_killed_at_any_moment_ends_with_the_same_bytes() {
    a_killed_run_goes_on(World::new("killed-often"), 100);
}

/// A sheet is read whole, and its rows wait in memory: what a run that goes on needs of them it reads again.
#[test]
fn a_run_from_a_workbook_that_was_killed_ends_with_the_same_bytes() {
    a_killed_run_goes_on(World::of_workbook("killed-book"), 4);
}

#[test]
#[ignore = "it takes long: the same at fifty moments"]
fn a_run_from_a_workbook_that_was_killed_at_any_moment_ends_with_the_same_bytes() {
    a_killed_run_goes_on(World::of_workbook("killed-book-often"), 50);
}

/// Ends the program at so many moments all over its life; whatever is left, it goes on to the same bytes.
fn a_killed_run_goes_on(world: World, times: usize) {
    world.run("whole.parquet", &());
    let expected = world.results("whole.parquet");
    let began = Instant::now();
    assert_eq!(world.huzhu(&world.arguments_after("timed.parquet")).status.code(), Some(1));
    let life = u64::try_from(began.elapsed().as_micros()).unwrap();
    let mut moments = Moments { random: 20_261_122, life };
    let mut kills = 0;
    while kills < times {
        kills += usize::from(moments.kill(world.start("out.parquet")));
        if world.path("out.parquet").exists() && !world.path("out.parquet.work").exists() {
            assert!(world.results("out.parquet") == expected, "after {kills} kills");
            world.remove_results("out.parquet");
        }
    }
    let ran = world.huzhu(&world.arguments_after("out.parquet"));
    assert_eq!(ran.status.code(), Some(1), "{}", String::from_utf8_lossy(&ran.stderr));
    assert!(world.results("out.parquet") == expected);
}

// ── interruptions of an audit ─────────────────────────────────────────────

#[test]
fn an_audit_that_was_stopped_in_any_stage_ends_with_the_same_bytes() {
    a_stopped_audit_goes_on(World::of("stopped-audit", 10 * FEW, 2 * FEW), &[1]);
}

#[test]
#[ignore = "it takes long: the same at more moments of each stage"]
fn an_audit_that_was_stopped_anywhere_ends_with_the_same_bytes() {
    a_stopped_audit_goes_on(World::large("stopped-audit-often"), &[1, 2, 5]);
}

fn a_stopped_audit_goes_on(world: World, moments: &[u64]) {
    world.record();
    let expected = audit::run(&world.audit("whole.csv"), &world.catalog, &()).unwrap();
    let files = world.audited("whole.csv");
    let counts = [expected.differences.len(), expected.gravest.len(), expected.roundings.len()];
    assert!(counts.into_iter().all(|count| count >= 10), "{counts:?}");
    let mut stops = 0;
    for stage in Stage::ALL {
        for after in moments {
            let stopped = world.audit("stopped.csv");
            if let Err(error) = audit::run(&stopped, &world.catalog, &StopAt::new(stage, *after)) {
                stops += 1;
                assert!(error.is_interrupted(), "{error}");
                assert!(!world.path("stopped.csv").exists() && stopped.work_folder().exists());
                let resumed = audit::run(&stopped, &world.catalog, &()).unwrap();
                assert!(resumed.batch.is_resumed());
                assert_eq!(told(&resumed), told(&expected), "{stage:?} {after}");
            }
            assert!(world.audited("stopped.csv") == files, "{stage:?} {after}");
            assert!(!stopped.work_folder().exists());
            world.remove_audited("stopped.csv");
        }
    }
    assert!(stops >= Stage::ALL.len() - 1, "{stops} stops");
}

#[test]
fn an_audit_decides_no_bucket_again() {
    let world = World::new("no-bucket-again");
    world.record();
    let audit = || world.plain_audit("out.csv").threads(NonZeroUsize::MIN);
    // one bucket is decided, the other is not
    audit::run(&audit(), &world.catalog, &StopAt::new(Stage::Deciding, 2)).unwrap_err();
    let parts = || -> Vec<(PathBuf, SystemTime)> {
        let files = fs::read_dir(audit().work_folder()).unwrap().map(|entry| entry.unwrap().path());
        let files = files.filter(|path| path.extension().is_some_and(|ending| ending == "differences"));
        files.map(|path| (path.clone(), fs::metadata(&path).unwrap().modified().unwrap())).collect()
    };
    let decided = parts();
    assert_eq!(decided.len(), 1);
    audit::run(&audit(), &world.catalog, &StopAt::new(Stage::Writing, 1)).unwrap_err();
    let all = parts();
    assert!(all.len() == 2 && all.contains(&decided[0]), "{decided:?} {all:?}");
    // a part that is no longer what was written is decided again
    let mut bytes = fs::read(&decided[0].0).unwrap();
    bytes.pop();
    fs::write(&decided[0].0, bytes).unwrap();
    audit::run(&audit(), &world.catalog, &()).unwrap();
    audit::run(&world.plain_audit("whole.csv"), &world.catalog, &()).unwrap();
    assert!(world.audited("out.csv") == world.audited("whole.csv"));
}

#[test]
fn an_audit_of_other_records_is_not_gone_on_with() {
    let world = World::new("other-records");
    world.record();
    let audit = world.audit("out.csv");
    let stopped = |audit: &Audit| audit::run(audit, &world.catalog, &StopAt::new(Stage::Deciding, 1)).unwrap_err();
    assert!(stopped(&audit).is_interrupted());
    let plain = world.plain_audit("out.csv");
    for (other, says) in [
        (plain, "whether rules of rounding are compared is not the same"),
        (world.audit("out.csv").unit(Unit::Fen), "the unit of recorded amounts is not the same"),
        (world.audit("out.csv").notes(world.path("other.csv")), "the file of the notes is not the same"),
    ] {
        let error = stopped(&other);
        assert!(error.is_resume() && error.to_string().contains(says), "{error}");
    }
    let batch = Job::new(world.path("claims.parquet"), world.path("enrollments.parquet"), world.path("out.csv"));
    let error = batch::run(&batch, &world.catalog, &()).unwrap_err();
    assert!(error.is_resume() && error.to_string().contains("`huzhu audit` made it"), "{error}");
    let records = fs::read_to_string(world.path("recorded.csv")).unwrap();
    fs::write(world.path("recorded.csv"), records.replacen("6.", "7.", 1)).unwrap();
    let error = stopped(&audit);
    assert!(error.is_resume() && error.to_string().contains("`recorded.csv` has changed since"), "{error}");
}

#[test]
fn an_audit_that_was_killed_ends_with_the_same_bytes() {
    a_killed_audit_goes_on(World::new("killed-audit"), 2);
}

#[test]
#[ignore = "it takes long: the same at a hundred moments"]
fn an_audit_that_was_killed_at_any_moment_ends_with_the_same_bytes() {
    a_killed_audit_goes_on(World::new("killed-audit-often"), 100);
}

/// Ends the program at so many moments all over its life; whatever is left, it goes on to the same bytes.
fn a_killed_audit_goes_on(world: World, times: usize) {
    world.record();
    let run = |out: &str| world.start_audit(out).wait_with_output().unwrap();
    let began = Instant::now();
    assert_eq!(run("whole.csv").status.code(), Some(1));
    let life = u64::try_from(began.elapsed().as_micros()).unwrap();
    let expected = world.audited("whole.csv");
    let mut moments = Moments { random: 20_261_130, life };
    let mut kills = 0;
    while kills < times {
        kills += usize::from(moments.kill(world.start_audit("out.csv")));
        if world.path("out.csv").exists() && !world.path("out.csv.work").exists() {
            assert!(world.audited("out.csv") == expected, "after {kills} kills");
            world.remove_audited("out.csv");
        }
    }
    let ran = run("out.csv");
    assert_eq!(ran.status.code(), Some(1), "{}", String::from_utf8_lossy(&ran.stderr));
    assert!(world.audited("out.csv") == expected);
}

#[test]
#[cfg(unix)]
fn an_interrupt_stops_an_audit_where_it_can_go_on() {
    let world = World::new("interrupted-audit");
    world.record();
    let child = world.start_audit("out.csv");
    while !world.path("out.csv.work/enrollments-0.rows").exists() {
        sleep(Duration::from_millis(1));
    }
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let ran = child.wait_with_output().unwrap();
    let said = String::from_utf8(ran.stderr).unwrap();
    assert_eq!(ran.status.code(), Some(2), "{said}");
    assert!(said.contains("interrupted; run the same command again to resume"), "{said}");
    assert!(!world.path("out.csv").exists());
    let resumed = world.start_audit("out.csv").wait_with_output().unwrap();
    let said = String::from_utf8(resumed.stdout).unwrap();
    assert!(resumed.status.code() == Some(1) && said.contains("resumed from an earlier run"), "{said}");
    assert_eq!(world.start_audit("whole.csv").wait_with_output().unwrap().status.code(), Some(1));
    assert!(world.audited("out.csv") == world.audited("whole.csv"));
}

/// All that an audit tells, but for how long it took.
fn told(summary: &audit::Summary) -> String {
    let audit::Summary { rows, differences, causes, notes, gravest, roundings, sample, plans, .. } = summary;
    let sums = (summary.not_recorded, summary.nothing_to_record, summary.recorded, summary.recomputed);
    let batch = (summary.batch.claims(), summary.batch.enrollments(), summary.batch.payable(), summary.batch.causes());
    format!(
        "{rows:?} {differences:?} {causes:?} {notes:?} {gravest:?} {roundings:?} {sample:?} {plans:?} {sums:?} {batch:?}"
    )
}

/// Moments all over the life of a program, in microseconds.
struct Moments {
    random: u64,
    life: u64,
}

impl Moments {
    /// Ends a program at the next moment; whether it was still there.
    fn kill(&mut self, mut child: Child) -> bool {
        self.random = self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        sleep(Duration::from_micros((self.random >> 33) % self.life));
        let is_there = child.try_wait().unwrap().is_none();
        if is_there {
            child.kill().unwrap();
        }
        child.wait().unwrap();
        is_there
    }
}

/// Stops a run the n-th time that it tells of a stage.
struct StopAt {
    stage: Stage,
    after: u64,
    seen: AtomicU64,
}

impl StopAt {
    fn new(stage: Stage, after: u64) -> StopAt {
        StopAt { stage, after, seen: AtomicU64::new(0) }
    }
}

impl Progress for StopAt {
    fn advance(&self, stage: Stage, _done: u64, _total: u64) {
        if stage == self.stage {
            self.seen.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn stops(&self) -> bool {
        self.seen.load(Ordering::Relaxed) >= self.after
    }
}

// ── the data ──────────────────────────────────────────────────────────────

/// Enough enrollments for two buckets, and for four.
const ENROLLMENTS: usize = 66_000;
const MANY_ENROLLMENTS: usize = 140_000;
const CLAIMS: usize = 4_000;
const FEW: usize = 1_000;
/// Rows whose id stands once more, so many rows below.
const TWINS: [usize; 8] = [40, 80, 120, 160, 200, 240, 280, 320];
const APART: usize = 60_000;

/// A folder with two inputs.
struct World {
    root: PathBuf,
    catalog: Catalog,
    claims: &'static str,
}

impl World {
    fn new(name: &str) -> World {
        World::of(name, ENROLLMENTS, CLAIMS)
    }

    fn large(name: &str) -> World {
        World::of(name, MANY_ENROLLMENTS, CLAIMS)
    }

    fn of(name: &str, enrolled: usize, claimed: usize) -> World {
        let root = std::env::temp_dir().join(format!("huzhu-batch-{name}-{}", std::process::id()));
        fs::create_dir_all(&root).unwrap();
        let world = World { root, catalog: Catalog::load(Path::new(RULES)).unwrap(), claims: "claims.parquet" };
        fs::write(world.path("claims.parquet"), &*file_of("claims", claimed)).unwrap();
        fs::write(world.path("enrollments.parquet"), &*file_of("enrollments", enrolled)).unwrap();
        world
    }

    /// The claims, fewer of them, in a sheet.
    fn of_workbook(name: &str) -> World {
        let mut world = World::new(name);
        world.claims = "claims.xlsx";
        let rows = claims(1_000);
        let mut book = rust_xlsxwriter::Workbook::new();
        let sheet = book.add_worksheet();
        for (column, (field, values)) in (0..).zip(rows.schema().fields().iter().zip(rows.columns())) {
            sheet.write(0, column, field.name()).unwrap();
            for row in 0..rows.num_rows() {
                let text = array_value_to_string(values, row).unwrap();
                sheet.write(u32::try_from(row).unwrap() + 1, column, text).unwrap();
            }
        }
        book.save(world.path(world.claims)).unwrap();
        world
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    fn job(&self, out: &str) -> Job {
        let job = Job::new(self.path(self.claims), self.path("enrollments.parquet"), self.path(out));
        job.lines(self.path(out).with_extension("lines.csv"))
    }

    fn run(&self, out: &str, progress: &dyn Progress) -> Summary {
        batch::run(&self.job(out), &self.catalog, progress).unwrap()
    }

    /// The bytes of payouts, lines, rejects and the manifest, in which the files are called as if the results were `out.parquet`.
    fn results(&self, out: &str) -> [Vec<u8>; 5] {
        let [payouts, lines, rejects, enrollments, manifest] = self.files(out).map(|path| fs::read(path).unwrap());
        let stem = out.strip_suffix("parquet").or_else(|| out.strip_suffix("csv")).unwrap();
        let manifest = String::from_utf8(manifest).unwrap().replace(&format!("\"{stem}"), "\"out.");
        [payouts, lines, rejects, enrollments, manifest.into_bytes()]
    }

    fn files(&self, out: &str) -> [PathBuf; 5] {
        let out = self.path(out);
        let [lines, rejects, enrollments] =
            ["lines.csv", "rejects.csv", "rejects.enrollments.csv"].map(|ending| out.with_extension(ending));
        let manifest = PathBuf::from(format!("{}.manifest.json", out.display()));
        [out, lines, rejects, enrollments, manifest]
    }

    /// The names in the folder.
    fn names(&self) -> BTreeSet<PathBuf> {
        fs::read_dir(&self.root).unwrap().map(|entry| entry.unwrap().path()).collect()
    }

    /// The job as a run refuses it, naming a file; nothing is left of it.
    fn refuses(&self, name: &str, is_so: fn(&Error) -> bool) {
        let error = batch::run(&self.job("out.parquet"), &self.catalog, &()).unwrap_err();
        assert!(is_so(&error) && error.to_string().contains(name), "{error}");
        assert!(!self.names().iter().any(|path| path.to_string_lossy().contains("out.")), "{:?}", self.names());
    }

    /// The options that say what [`World::job`] says.
    fn arguments_after(&self, out: &str) -> [String; 5] {
        let lines = self.path(out).with_extension("lines.csv").to_string_lossy().into_owned();
        let out = self.path(out).to_string_lossy().into_owned();
        ["--out".to_owned(), out, "--lines".to_owned(), lines, "--lang=en".to_owned()]
    }

    fn arguments(&self, out: &str) -> Vec<String> {
        let (claims, enrollments) = (self.path(self.claims), self.path("enrollments.parquet"));
        let [claims, enrollments] = [claims, enrollments].map(|path| path.to_string_lossy().into_owned());
        let fixed = ["batch", "--rules", RULES, "--claims", &claims, "--enrollments", &enrollments].map(str::to_owned);
        fixed.into_iter().chain(self.arguments_after(out)).collect()
    }

    fn huzhu<A: AsRef<str>>(&self, arguments: &[A]) -> Output {
        let fixed = ["batch", "--rules", RULES, "--claims", self.claims, "--enrollments", "enrollments.parquet"];
        let arguments = fixed.into_iter().chain(arguments.iter().map(AsRef::as_ref));
        Command::new(PROGRAM).args(arguments).current_dir(&self.root).output().unwrap()
    }

    fn start(&self, out: &str) -> Child {
        let mut command = Command::new(PROGRAM);
        command.args(self.arguments(out)).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// Records what is due of the claims, some of it wrong, some not at all, and something of claims that are not there.
    fn record(&self) {
        let payouts = self.path("payouts.csv");
        batch::run(&Job::new(self.path(self.claims), self.path("enrollments.parquet"), &payouts), &self.catalog, &())
            .unwrap();
        let payouts = fs::read_to_string(payouts).unwrap();
        let mut recorded = vec!["claim_id,payable".to_owned()];
        for (row, payout) in payouts.lines().skip(1).enumerate() {
            let fields: Vec<&str> = payout.split(',').collect();
            let (claim, due): (&str, Decimal) = (fields[0], fields[5].parse().unwrap());
            match row % 400 {
                7 | 80 | 150 | 300 => recorded.push(format!("{claim},{}", due + Decimal::ONE)),
                9 => recorded.push(format!("{claim},{}", due * Decimal::TEN)),
                40 => {}
                70 => recorded.push(format!("{claim},much")),
                90 => recorded.extend([format!("{claim},{due}"), format!("{claim},{due}")]),
                _ => recorded.push(format!("{claim},{due}")),
            }
        }
        // of rows that are rejected, the first of them since it has no enrollment
        recorded.extend(["C0,10.00", "C5,20.00", "C708,30.00", "C-nowhere,40.00"].map(str::to_owned));
        fs::write(self.path("recorded.csv"), recorded.join("\n") + "\n").unwrap();
    }

    /// An audit of what is recorded that is asked for all that it can say.
    fn plain_audit(&self, out: &str) -> Audit {
        let [claims, enrollments, recorded] =
            [self.claims, "enrollments.parquet", "recorded.csv"].map(|name| self.path(name));
        Audit::new(claims, enrollments, recorded, self.path(out))
    }

    /// The same with all that an audit can be asked for.
    fn audit(&self, out: &str) -> Audit {
        let sampling = Sampling { size: 30, seed: 7, is_stratified: true };
        self.plain_audit(out).roundings().sample(sampling).keep_gravest()
    }

    fn start_audit(&self, out: &str) -> Child {
        let mut command = Command::new(PROGRAM);
        command.args(["audit", "--rules", RULES, "--claims", self.claims, "--enrollments", "enrollments.parquet"]);
        command.args(["--recorded", "recorded.csv", "--lang=en", "--out", out]).current_dir(&self.root);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// The bytes of what an audit has written, and of its manifest as if the results were `out.csv`.
    fn audited(&self, out: &str) -> [Vec<u8>; 5] {
        let [differences, notes, rejects, enrollments, manifest] =
            self.files_of_audit(out).map(|path| fs::read(path).unwrap());
        let stem = out.strip_suffix("csv").unwrap();
        let manifest = String::from_utf8(manifest).unwrap().replace(&format!("\"{stem}"), "\"out.");
        [differences, notes, rejects, enrollments, manifest.into_bytes()]
    }

    fn files_of_audit(&self, out: &str) -> [PathBuf; 5] {
        let out = self.path(out);
        let [notes, rejects, enrollments] =
            ["notes.csv", "rejects.csv", "rejects.enrollments.csv"].map(|ending| out.with_extension(ending));
        let manifest = PathBuf::from(format!("{}.manifest.json", out.display()));
        [out, notes, rejects, enrollments, manifest]
    }

    fn remove_audited(&self, out: &str) {
        for path in self.files_of_audit(out) {
            fs::remove_file(path).unwrap();
        }
    }

    fn remove_results(&self, out: &str) {
        for path in self.files(out) {
            let _gone = fs::remove_file(path);
        }
    }
}

impl Drop for World {
    fn drop(&mut self) {
        let _gone = fs::remove_dir_all(&self.root);
    }
}

fn texts(values: impl Iterator<Item = String>) -> ArrayRef {
    Arc::new(StringArray::from_iter_values(values))
}

fn dates(count: usize, day: impl Fn(usize) -> i32) -> ArrayRef {
    Arc::new(Date32Array::from_iter_values((0..count).map(day)))
}

fn amounts(count: usize, fen: impl Fn(usize) -> i128) -> ArrayRef {
    let array = Decimal128Array::from_iter_values((0..count).map(fen));
    Arc::new(array.with_precision_and_scale(12, 2).unwrap())
}

/// 2025-01-01.
const NEW_YEAR: i32 = 20_089;

/// Two covers of a member follow each other: the days from the start of the first to that of this one.
fn year(row: usize) -> i32 {
    i32::try_from(row % 2 * 365).unwrap()
}

fn enrollments(count: usize) -> RecordBatch {
    let columns: Vec<(&str, ArrayRef)> = vec![
        (
            "enrollment_id",
            texts((0..count).map(|row| {
                format!("E{}", if row >= APART && TWINS.contains(&(row - APART)) { row - APART } else { row })
            })),
        ),
        ("member_id", texts((0..count).map(|row| format!("M{}", row / 2)))),
        ("plan", texts((0..count).map(|row| if row == 7 { "henan-acident" } else { "henan-accident" }.to_owned()))),
        ("shares", Arc::new(Int64Array::from_iter_values((0..count).map(|row| i64::try_from(row % 2).unwrap() + 1)))),
        ("coverage_start", dates(count, |row| NEW_YEAR + year(row))),
        ("coverage_end", dates(count, |row| NEW_YEAR + year(row) + 364)),
        ("birth_date", dates(count, |row| i32::try_from(row / 2 % 9_000).unwrap())),
        ("occupation", texts((0..count).map(|_| "courier".to_owned()))),
    ];
    RecordBatch::try_from_iter(columns).unwrap()
}

/// Three claims a member; some name no enrollment, some have a bad number.
fn claims(count: usize) -> RecordBatch {
    let of = |row: usize| if row.is_multiple_of(501) { format!("X{row}") } else { format!("E{}", row / 3 * 40) };
    let small = |row: usize| i128::try_from(row % 977).unwrap();
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("claim_id", texts((0..count).map(|row| format!("C{row}")))),
        ("enrollment_id", texts((0..count).map(of))),
        ("event_date", dates(count, |row| NEW_YEAR + i32::try_from(row * 7 % 360).unwrap())),
        ("cause", texts((0..count).map(|row| if row.is_multiple_of(11) { "illness" } else { "accident" }.to_owned()))),
        ("total_cost", amounts(count, |row| small(row) * 1_000 + 500_000)),
        ("fund_paid", amounts(count, |row| small(row) * 300 + 100_000)),
        ("personal_burden", amounts(count, |row| if row % 703 == 5 { -1 } else { small(row) * 700 + 400_000 })),
        (
            "hospital_days",
            Arc::new(Int64Array::from_iter_values((0..count).map(|row| i64::try_from(row % 40).unwrap() + 1))),
        ),
    ];
    RecordBatch::try_from_iter(columns).unwrap()
}

type Bytes = Arc<Vec<u8>>;

/// The bytes of an input with so many rows, which most tests share.
fn file_of(input: &'static str, count: usize) -> Bytes {
    static FILES: Mutex<BTreeMap<(&str, usize), Bytes>> = Mutex::new(BTreeMap::new());
    let mut files = FILES.lock().unwrap_or_else(PoisonError::into_inner);
    let made = files.entry((input, count)).or_insert_with(|| match input {
        "claims" => Arc::new(parquet(&claims(count), 700)),
        _ => Arc::new(parquet(&enrollments(count), 30_000)),
    });
    made.clone()
}

fn write(path: &Path, rows: &RecordBatch, group: usize) {
    fs::write(path, parquet(rows, group)).unwrap();
}

fn parquet(rows: &RecordBatch, group: usize) -> Vec<u8> {
    let properties = WriterProperties::builder().set_max_row_group_row_count(Some(group)).build();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, rows.schema(), Some(properties)).unwrap();
    writer.write(rows).unwrap();
    writer.close().unwrap();
    bytes
}
