//! Makes claims and enrollments to measure with: as many as wanted, the same for the same seed. See `../README.md`.

#![expect(clippy::arithmetic_side_effects, reason = "numbers made up here are small")]
#![expect(clippy::expect_used, reason = "without its files the program has nothing to do")]
#![expect(clippy::panic, reason = "an argument that is not understood ends the program")]

mod files;

use std::ops::Range;
use std::path::PathBuf;
use std::time::Instant;

use arrow_array::RecordBatch;
use data::arguments;
use data::columns::Flaws;
use data::packs::Packs;
use data::people::{Order, People};
use files::{Format, Sink};

const HELP: &str = "\
Makes claims and enrollments to measure with.

cargo bench -p huzhu-benches --bench generate -- --claims 1000000 --out DIR

  --claims N          how many claims
  --out DIR           where claims and enrollments are written
  --seed N            1; another seed, other claims
  --plan ID           henan-accident; claims under this plan
  --plans all         under all plans of the rules folder
  --rules DIR         rules
  --order ORDER       submission; or member: the same claims, those of a member together
  --faults N          0; rows in a thousand that cannot be read or joined
  --reversals N       0; claims in a thousand that take back the member's claim before
  --format FORMAT     parquet; or csv
  --compression NAME  snappy; or zstd
  --row-group N       131072; rows in a row group
  --threads N         2";

struct Options {
    claims: u64,
    out: PathBuf,
    seed: u64,
    plan: Option<String>,
    rules: PathBuf,
    order: Order,
    flaws: Flaws,
    format: Format,
    row_group: u64,
    threads: usize,
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    match Options::read(&arguments) {
        Some(options) => generate(&options),
        None => println!("{HELP}"),
    }
}

impl Options {
    /// Nothing without a number of claims and a folder: `cargo bench` of everything makes no files.
    fn read(arguments: &[String]) -> Option<Options> {
        let value = |name| arguments::value(arguments, name);
        let number = |name, otherwise| arguments::number(arguments, name, otherwise);
        let zstd = match value("--compression") {
            None | Some("snappy") => false,
            Some("zstd") => true,
            Some(other) => panic!("--compression: {other}"),
        };
        Some(Options {
            claims: value("--claims").map(|_| number("--claims", 0))?,
            out: value("--out")?.into(),
            seed: number("--seed", 1),
            plan: match (value("--plans"), value("--plan")) {
                (Some("all"), _) => None,
                (_, plan) => Some(plan.unwrap_or("henan-accident").to_owned()),
            },
            rules: value("--rules").map_or_else(data::rules, PathBuf::from),
            order: match value("--order") {
                None | Some("submission") => Order::Submission,
                Some("member") => Order::Member,
                Some(other) => panic!("--order: {other}"),
            },
            flaws: Flaws { faults: number("--faults", 0), reversals: number("--reversals", 0) },
            format: match value("--format") {
                None | Some("parquet") => Format::Parquet { zstd },
                Some("csv") => Format::Csv,
                Some(other) => panic!("--format: {other}"),
            },
            row_group: number("--row-group", 131_072).max(1),
            threads: usize::try_from(number("--threads", 2)).unwrap_or(1).max(1),
        })
    }
}

fn generate(options: &Options) {
    let start = Instant::now();
    let packs = Packs::read(&options.rules, options.plan.as_deref());
    let people = People::new(packs, options.seed, options.claims, options.order);
    std::fs::create_dir_all(&options.out).expect("the folder can be made");
    let flaws = options.flaws;
    let claims = write(options, "claims", people.claims, |rows| people.claims(rows, flaws));
    let enrollments = write(options, "enrollments", people.members, |places| people.enrollments(places, flaws));
    let seconds = start.elapsed();
    println!("{claims} claims and {enrollments} enrollments of {} members in {seconds:.1?}", people.members);
}

/// Writes a file row group by row group, each thread making one at a time; gives the number of rows.
fn write(options: &Options, name: &str, count: u64, make: impl Fn(Range<u64>) -> RecordBatch + Sync) -> usize {
    let group = |number: u64| (number * options.row_group).min(count)..((number + 1) * options.row_group).min(count);
    let (mut sink, path) = Sink::create(&options.out, name, options.format, &make(0..0).schema());
    let mut rows = 0;
    let groups: Vec<Range<u64>> = (0..count.div_ceil(options.row_group)).map(group).collect();
    for groups in groups.chunks(options.threads) {
        let batches: Vec<RecordBatch> = std::thread::scope(|scope| {
            let makers: Vec<_> = groups.iter().map(|group| scope.spawn(|| make(group.clone()))).collect();
            makers.into_iter().map(|maker| maker.join().expect("a row group was made")).collect()
        });
        for batch in batches {
            rows += batch.num_rows();
            sink.write(&batch);
        }
    }
    sink.close();
    println!("{}: {rows} rows", path.display());
    rows
}
