//! How long many claims take, by hand and by the engine, all in one run. See `../README.md`.

#![expect(clippy::arithmetic_side_effects, reason = "code written by hand uses the operators")]
#![expect(clippy::as_conversions, reason = "values are within bounds that the data keep")]
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "values are within bounds that the data keep"
)]
#![expect(clippy::expect_used, reason = "a bench that cannot be set up has nothing to measure")]
#![expect(clippy::indexing_slicing, reason = "rows are counted from the same columns")]
#![expect(clippy::panic, reason = "an argument that is not understood ends the program")]

mod audit;
mod by_hand;
mod check;
mod rounds;

use std::path::{Path, PathBuf};

use std::num::NonZeroUsize;
use std::sync::LazyLock;

use arrow_array::cast::AsArray;
use arrow_array::types::Decimal128Type;
use arrow_array::{Array, RecordBatch};
use by_hand::Answer;
use by_hand::batches::{columns_of, decide_all};
use by_hand::columns::{Columns, Room};
use by_hand::files;
use by_hand::table::Table;
use data::arguments;
use data::columns::Flaws;
use data::packs::Packs;
use data::people::{Order, People};
use huzhu::batch::{self, Alone, Decided, Job};
use huzhu::{Catalog, Decision};
use rounds::{Section, Totals, Variant};

static CATALOG: LazyLock<Catalog> = LazyLock::new(|| Catalog::load(&data::rules()).expect("the packs are right"));

const HELP: &str = "\
How long many claims of the Henan plan take.

cargo bench -p huzhu-benches --bench batch -- --claims 1000000 --rounds 7

  --claims N    1000000; how many claims in memory
  --rounds N    7; every variant runs once in each round
  --files DIR   also from Parquet to Parquet, and audited: claims.parquet and enrollments.parquet of the folder
  --out FILE    where by hand writes; huzhu-by-hand.parquet in the folder for temporary files
  --threads N   2; of the variants from files and from record batches
  --only TEXT   only sections with this in their name
  --test        only the checks, on few claims of all plans";

const HENAN: &str = "henan-accident";

struct Options {
    claims: u64,
    rounds: usize,
    files: Option<PathBuf>,
    out: Option<PathBuf>,
    threads: usize,
    only: String,
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    if arguments.iter().any(|argument| argument == "--help") {
        println!("{HELP}");
        return;
    }
    let (few, covers) = claims(Some(HENAN), 20_000, Order::Submission);
    check::agree(&few, &covers);
    println!("by hand and by huzhu::history: the same answers on {} claims", few.num_rows());
    if arguments.iter().any(|argument| argument == "--test") {
        show_all_plans();
        return;
    }
    let options = Options::read(&arguments);
    for section in sections(&options).into_iter().filter(|section| section.name.contains(&options.only)) {
        section.run(options.rounds);
    }
}

/// That the claims made up for the other plans can be decided too, and how they are.
fn show_all_plans() {
    let (claims, covers) = claims(None, 40_000, Order::Submission);
    for (plan, [paid, nothing, denied, pended]) in check::decide(&claims, &covers) {
        println!("{plan:<28} {paid:>5} paid {nothing:>5} nothing due {denied:>5} denied {pended:>5} pended");
    }
}

impl Options {
    fn read(arguments: &[String]) -> Options {
        let value = |name| arguments::value(arguments, name);
        let number = |name, otherwise| arguments::number(arguments, name, otherwise);
        Options {
            claims: number("--claims", 1_000_000),
            rounds: usize::try_from(number("--rounds", 7)).unwrap_or(1).max(1),
            files: value("--files").map(PathBuf::from),
            out: value("--out").map(PathBuf::from),
            threads: usize::try_from(number("--threads", 2)).unwrap_or(1).max(1),
            only: value("--only").unwrap_or_default().to_owned(),
        }
    }
}

/// What is compared: the first variant of a section is its baseline.
fn sections(options: &Options) -> Vec<Section> {
    let count = options.claims;
    let mut sections = vec![
        Section::lazy(format!("alone: each of {count} claims as if it were the member's first"), move || alone(count)),
        Section::lazy(format!("limits: {count} claims in order of submission"), move || {
            with_limits(count, Order::Submission)
        }),
        Section::lazy(format!("limits: {count} claims in order of members"), move || with_limits(count, Order::Member)),
    ];
    let threads = options.threads;
    sections.push(Section::lazy(
        format!("batches: {count} claims from record batches to such, {threads} threads"),
        move || from_batches(count, threads),
    ));
    if let Some(folder) = options.files.clone() {
        let name = format!("files: {} to Parquet on {threads} threads", folder.display());
        let out = options.out.clone().unwrap_or_else(|| std::env::temp_dir().join("huzhu-by-hand.parquet"));
        let (of_audit, beside) = (folder.clone(), out.clone());
        sections.push(Section::lazy(name, move || from_files(&folder, &out, threads)));
        let name = format!("audit: {} on {threads} threads, one payout in a hundred wrong", of_audit.display());
        let threads = NonZeroUsize::new(threads).expect("a thread at least");
        sections.push(Section::lazy(name, move || audit::variants(&of_audit, &beside, threads)));
    }
    sections
}

fn alone(count: u64) -> Vec<Variant> {
    let columns = columns(count, Order::Submission);
    let mut answers = Vec::with_capacity(columns.len());
    let by_hand = Variant::new("by hand", move || {
        columns.decide_alone(&mut answers);
        totals(&answers)
    });
    let (claims, enrollments) = claims(Some(HENAN), count, Order::Submission);
    let ready = Alone::of(&CATALOG, &claims, &enrollments).expect("the claims can be joined");
    let by_columns = Variant::new("by columns", move || {
        let mut totals = Totals::default();
        for (decision, payable) in ready.decide().into_iter().flatten() {
            totals.count(decision, payable);
        }
        totals
    });
    vec![by_hand, by_columns]
}

fn with_limits(count: u64, order: Order) -> Vec<Variant> {
    let columns = columns(count, order);
    let (mut room, mut answers) = (Room::default(), Vec::with_capacity(columns.len()));
    let by_hand = Variant::new("by hand", move || {
        columns.decide_with_limits(&mut room, &mut answers);
        totals(&answers)
    });
    vec![by_hand]
}

fn of_payouts(decided: &Decided) -> Totals {
    let decisions = decided.payouts.column(4).as_string::<i32>();
    let payable = decided.payouts.column(5).as_primitive::<Decimal128Type>();
    let mut totals = Totals::default();
    for row in 0..decisions.len() {
        let decision = match decisions.value(row) {
            "paid" => Decision::Paid,
            "nothing-due" => Decision::NothingDue,
            "denied" => Decision::Denied,
            _ => Decision::Pended,
        };
        totals.count(decision, payable.value(row) as i64);
    }
    totals
}

/// Ids are texts here: to join claims with covers, and claims with claims, is a part of it, and so is to make the result.
fn from_batches(count: u64, threads: usize) -> Vec<Variant> {
    let whole = claims(Some(HENAN), count, Order::Submission);
    let (claims, enrollments) = &whole;
    let (claims, enrollments) = (Table::of(claims, ROWS_OF_GROUP), Table::of(enrollments, ROWS_OF_GROUP));
    let by_hand = Variant::new("by hand", move || {
        let (kept, answers) = decide_all(&claims, &enrollments, threads);
        let rows = kept.iter().map(|kept| columns_of(kept, &answers)).map(|columns| columns[0].len());
        assert_eq!(rows.sum::<usize>(), answers.len());
        totals(&answers)
    });
    let (claims, enrollments) = whole;
    let by_columns = Variant::new("by columns, all threads", move || {
        of_payouts(&batch::decide(&CATALOG, &claims, &enrollments).expect("the claims can be decided"))
    });
    vec![by_hand, by_columns]
}

fn of_summary(summary: &batch::Summary) -> Totals {
    let decisions = [Decision::Paid, Decision::NothingDue, Decision::Denied, Decision::Pended];
    let payable = summary.payable().replace('.', "").parse().expect("fen are a whole number");
    Totals { decisions: decisions.map(|decision| summary.decided(decision)), payable }
}

fn from_files(folder: &Path, out: &Path, threads: usize) -> Vec<Variant> {
    let (folder, out) = (folder.to_owned(), out.to_owned());
    let beside = out.with_extension("huzhu.parquet");
    let threads_at_once = NonZeroUsize::new(threads).expect("a thread at least");
    let job = Job::new(folder.join("claims.parquet"), folder.join("enrollments.parquet"), beside);
    let job = job.threads(threads_at_once).force();
    let by_hand = Variant::new("by hand", move || totals(&files::run(&folder, &out, threads)));
    let by_columns = Variant::new("huzhu batch", move || {
        of_summary(&batch::run(&job, &CATALOG, &()).expect("the files can be decided"))
    });
    vec![by_hand, by_columns]
}

const ROWS_OF_GROUP: usize = 131_072;

fn columns(count: u64, order: Order) -> Columns {
    let (claims, enrollments) = claims(Some(HENAN), count, order);
    Columns::join(&claims, &enrollments)
}

/// Claims under one plan or under all of them, with their enrollments.
fn claims(plan: Option<&str>, count: u64, order: Order) -> (RecordBatch, RecordBatch) {
    let rules = data::rules();
    let people = People::new(Packs::read(&rules, plan), 1, count, order);
    let none = Flaws::default();
    (people.claims(0..people.claims, none), people.enrollments(0..people.members, none))
}

fn totals(answers: &[Answer]) -> Totals {
    let mut totals = Totals::default();
    for answer in answers {
        totals.decisions[answer.decision() as usize] += 1;
        totals.payable += answer.payable();
    }
    totals
}
