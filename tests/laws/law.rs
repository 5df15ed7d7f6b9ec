//! How a law is tried: over every shipped pack, on many members of each.

use huzhu::{Accumulators, Adjudication};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngSeed, TestCaseError, TestRunner};

use super::member::{Facts, Telling, Told, a_member};
use super::shelf::{Pack, SHELF};

/// Members that are tried of each pack; `PROPTEST_CASES` asks for another number, `LAWS_TIMES=6` for so many times the usual one of each law.
pub(crate) const MEMBERS: u32 = 64;
/// Of what each law asks for, a part does for every day.
const ONE_IN: u32 = 6;

pub(crate) fn config(cases: u32) -> Config {
    let asked = Config::default();
    let times = std::env::var("LAWS_TIMES").map_or(1, |times| times.parse().unwrap());
    let is_asked = std::env::var_os("PROPTEST_CASES").is_some();
    let cases = if is_asked { asked.cases } else { cases.div_ceil(ONE_IN) * times };
    Config { cases, failure_persistence: None, max_shrink_iters: 20_000, ..asked }
}

/// Tries a law on members of every pack.
pub(crate) fn over_every_pack(telling: Telling, law: impl Fn(&'static Pack, &[Told]) -> Result<(), TestCaseError>) {
    for pack in SHELF.iter() {
        over(pack, telling, |told| law(pack, told));
    }
}

/// Tries a law on members of one pack.
pub(crate) fn over(pack: &'static Pack, telling: Telling, law: impl Fn(&[Told]) -> Result<(), TestCaseError>) {
    let tried = TestRunner::new(config(MEMBERS)).run(&a_member(pack, telling), |told| law(&told));
    tried.unwrap_or_else(|broken| panic!("{}: {broken}", pack.file));
}

/// So many members of a pack, the same every time.
pub(crate) fn the_same_members(pack: &'static Pack, telling: Telling, members: usize) -> Vec<Vec<Told>> {
    let mut runner = TestRunner::new(Config { rng_seed: RngSeed::Fixed(20_250_508), ..config(MEMBERS) });
    (0..members).map(|_| a_member(pack, telling).new_tree(&mut runner).unwrap().current()).collect()
}

/// A claim that was decided on top of what earlier ones posted.
pub(crate) struct Decided {
    pub(crate) told: Told,
    pub(crate) before: Accumulators,
    pub(crate) adjudication: Adjudication,
}

/// Decides a member's claims one after another, each on what those before it posted.
pub(crate) fn decide_in_turn(pack: &Pack, told: &[Told]) -> Vec<Decided> {
    let mut accumulators = Accumulators::new();
    let mut decided = Vec::new();
    for told in told {
        let adjudication = decide(pack, told, &accumulators);
        let before = accumulators.clone();
        if let Some(posting) = adjudication.posting() {
            accumulators.post(posting).unwrap();
        }
        decided.push(Decided { told: told.clone(), before, adjudication });
    }
    decided
}

/// Decides one claim; what is within bounds can always be decided.
pub(crate) fn decide(pack: &Pack, told: &Told, accumulators: &Accumulators) -> Adjudication {
    pack.plan.adjudicate(&told.enrollment(), &told.claim(), accumulators).unwrap()
}

/// The same facts in another order.
pub(crate) fn turned(facts: &Facts) -> Facts {
    facts.iter().rev().cloned().collect()
}
