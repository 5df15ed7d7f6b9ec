//! Variants of one task, run in turns.

use std::fmt;
use std::time::{Duration, Instant};

use huzhu::Decision;

/// What every variant of a section must come to.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(crate) struct Totals {
    /// Paid, nothing due, denied, pended; no claim reverses another.
    pub(crate) decisions: [u64; 4],
    /// In fen.
    pub(crate) payable: i64,
}

impl Totals {
    pub(crate) fn count(&mut self, decision: Decision, payable: i64) {
        let place = match decision {
            Decision::Paid => 0,
            Decision::NothingDue => 1,
            Decision::Denied => 2,
            Decision::Pended => 3,
            Decision::Reversed => panic!("no claim reverses another"),
        };
        self.decisions[place] += 1;
        self.payable += payable;
    }
}

impl fmt::Display for Totals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [paid, nothing, denied, pended] = self.decisions;
        let (yuan, fen) = (self.payable / 100, self.payable % 100);
        write!(f, "{paid} paid, {nothing} nothing due, {denied} denied, {pended} pended; {yuan}.{fen:02} yuan")
    }
}

/// One way to do the task.
pub(crate) struct Variant {
    name: String,
    run: Box<dyn FnMut() -> Totals>,
}

impl Variant {
    pub(crate) fn new(name: &str, run: impl FnMut() -> Totals + 'static) -> Variant {
        Variant { name: name.to_owned(), run: Box::new(run) }
    }
}

/// One task, set up when its turn comes.
pub(crate) struct Section {
    pub(crate) name: String,
    variants: Box<dyn FnOnce() -> Vec<Variant>>,
}

impl Section {
    pub(crate) fn lazy(name: String, variants: impl FnOnce() -> Vec<Variant> + 'static) -> Section {
        Section { name, variants: Box::new(variants) }
    }

    /// A round that is not counted, then rounds in each of which every variant runs once; prints medians and ratios of medians.
    pub(crate) fn run(self, rounds: usize) {
        println!("\n{}", self.name);
        let mut variants = (self.variants)();
        let mut times = vec![Vec::new(); variants.len()];
        let mut expected = None;
        for round in 0..=rounds {
            for (variant, times) in variants.iter_mut().zip(&mut times) {
                let start = Instant::now();
                let totals = (variant.run)();
                let time = start.elapsed();
                let agreed = *expected.get_or_insert(totals);
                assert_eq!(totals, agreed, "{} comes to something else", variant.name);
                if round > 0 {
                    times.push(time);
                }
            }
        }
        let Some(totals) = expected else { return };
        println!("  {totals}");
        let claims: u64 = totals.decisions.iter().sum();
        let baseline = times.first().map(|times| median(times)).unwrap_or_default();
        for (variant, times) in variants.iter().zip(&times) {
            print(&variant.name, times, baseline, claims);
        }
    }
}

fn print(name: &str, times: &[Duration], baseline: Duration, claims: u64) {
    let (median, least) = (median(times), times.iter().min().copied().unwrap_or_default());
    let hundredths = |part: Duration, whole: u128| {
        let hundredths = part.as_nanos() * 100 / whole.max(1);
        format!("{}.{:02}", hundredths / 100, hundredths % 100)
    };
    let (each, ratio) = (hundredths(median, claims.into()), hundredths(median, baseline.as_nanos()));
    println!("  {name:<24} median {median:>8.2?}  least {least:>8.2?}  {each:>8} ns a claim  {ratio:>6}x");
}

fn median(times: &[Duration]) -> Duration {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len() / 2).copied().unwrap_or_default()
}
