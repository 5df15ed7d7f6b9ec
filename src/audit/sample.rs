//! A sample of the recorded payouts, and what it says of all of them.
//!
//! The measures are those of claim audits, as the New Hampshire Medicaid quality programme publishes them (CLAIM.26, Claims Financial Accuracy:
//! "measured by evaluating dollars overpaid and underpaid in relation to total paid amounts taking into account the dollar stratification of
//! claims") and as performance guarantees of claim administrators define them: *payment accuracy* is the share of claims paid right, *financial
//! accuracy* the share of money paid right, where what was paid too little counts as what was paid too much.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::interval::{Part, korn_graubard};

/// How claims are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sampling {
    /// How many.
    pub size: u64,
    /// Another seed draws other claims; the same one the same claims, whatever the order of the rows.
    pub seed: u64,
    /// Whether every plan and size of payout has its part.
    pub is_stratified: bool,
}

/// What a sample says. Shares are in millionths.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sample {
    /// How it was drawn.
    pub sampling: Sampling,
    /// The recorded payouts that it was drawn from: those of which it is known what is due.
    pub population: u64,
    /// The claims drawn.
    pub size: u64,
    /// Those of them that are recorded otherwise than is due.
    pub errors: u64,
    /// The share of claims paid wrong among all, as estimated from the sample.
    pub error_rate: u64,
    /// Between these the true share lies with 95% confidence, as if drawn from a population without end; both are the share itself if all were drawn. The exact interval of Clopper and Pearson, for strata by the way of Korn and Graubard.
    pub interval: (u64, u64),
    /// The share of claims paid right.
    pub payment_accuracy: u64,
    /// The share of money paid right; none if nothing was paid.
    pub financial_accuracy: Option<u64>,
    /// The parts that it was drawn from.
    pub strata: Vec<Stratum>,
    /// The claims drawn, by id.
    pub claims: Vec<Sampled>,
}

/// A claim that was drawn.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Sampled {
    /// Its id.
    pub claim: String,
    /// What is recorded, in fen.
    pub recorded: i64,
    /// What is due, in fen.
    pub due: i64,
}

/// A part of the payouts from which claims were drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stratum {
    /// The plan; empty if claims were drawn from all.
    pub plan: String,
    /// The recorded payout, without its sign, lies below so many fen, and at or above that of the stratum before; none above all.
    pub below: Option<i64>,
    /// The payouts in it.
    pub population: u64,
    /// The claims drawn.
    pub size: u64,
    /// Those paid wrong.
    pub errors: u64,
}

/// A recorded payout whose claim was decided.
#[derive(Debug, Clone, Copy)]
pub(super) struct Payout<'a> {
    pub(super) claim: &'a str,
    pub(super) plan: &'a str,
    /// In fen.
    pub(super) recorded: i64,
    /// In fen.
    pub(super) due: i64,
}

impl Payout<'_> {
    fn sampled(&self) -> Sampled {
        Sampled { claim: self.claim.to_owned(), recorded: self.recorded, due: self.due }
    }
}

const MILLION: u64 = 1_000_000;
/// 5%: what is left of 95% confidence.
const DOUBT: u64 = 50_000;
/// Where the sizes of payouts part, in fen: nothing, and 100, 1,000, 10,000 and 100,000 yuan.
const EDGES: [i64; 5] = [1, 10_000, 100_000, 1_000_000, 10_000_000];
/// Of every stratum at least so many are drawn.
const LEAST: u64 = 2;

/// Draws claims and measures them; none if there is nothing to draw from.
pub(super) fn draw<'a>(sampling: Sampling, payouts: impl Iterator<Item = Payout<'a>>) -> Option<Sample> {
    let mut strata: BTreeMap<(&str, usize), Vec<Payout<'a>>> = BTreeMap::new();
    for payout in payouts {
        let key = if sampling.is_stratified {
            (payout.plan, band(payout.recorded.saturating_abs()))
        } else {
            ("", EDGES.len())
        };
        strata.entry(key).or_default().push(payout);
    }
    let population = strata.values().map(|payouts| count(payouts)).fold(0, u64::saturating_add);
    let parts = shares(sampling.size.min(population), population, strata.values().map(|payouts| count(payouts)));
    let mut drawn = Vec::new();
    for ((key, payouts), size) in strata.into_iter().zip(parts) {
        drawn.push(Drawn::of(key, payouts, size, sampling.seed));
    }
    (population > 0).then(|| measured(sampling, population, &drawn))
}

fn band(recorded: i64) -> usize {
    EDGES.partition_point(|edge| *edge <= recorded)
}

fn count<T>(list: &[T]) -> u64 {
    u64::try_from(list.len()).unwrap_or(u64::MAX)
}

/// How many to draw of each stratum: in proportion, the largest rests rounded up; but two at least, or all there are.
fn shares(size: u64, population: u64, strata: impl Iterator<Item = u64>) -> Vec<u64> {
    let exact = |of: u64| u128::from(of).saturating_mul(size.into());
    let whole = u128::from(population.max(1));
    let strata: Vec<u64> = strata.collect();
    let down = |of: u64| u64::try_from(exact(of).div_euclid(whole)).unwrap_or(u64::MAX);
    let mut shares: Vec<u64> = strata.iter().map(|of| down(*of)).collect();
    let left = size.saturating_sub(shares.iter().copied().fold(0, u64::saturating_add));
    let mut by_rest: Vec<usize> = (0..strata.len()).collect();
    by_rest.sort_by_key(|place| Reverse(strata.get(*place).map(|of| exact(*of).rem_euclid(whole))));
    for place in by_rest.into_iter().take(usize::try_from(left).unwrap_or(usize::MAX)) {
        if let Some(share) = shares.get_mut(place) {
            *share = share.saturating_add(1);
        }
    }
    let least = if strata.len() > 1 { LEAST } else { 0 };
    shares.iter().zip(strata).map(|(share, of)| (*share).max(least).min(of)).collect()
}

/// A stratum with the claims that were drawn from it.
struct Drawn<'a> {
    stratum: Stratum,
    payouts: Vec<Payout<'a>>,
}

impl<'a> Drawn<'a> {
    /// The claims whose hashes are lowest: a draw without looking, the same however the rows stand.
    fn of((plan, band): (&str, usize), mut payouts: Vec<Payout<'a>>, size: u64, seed: u64) -> Drawn<'a> {
        let population = count(&payouts);
        payouts.sort_by_cached_key(|payout| (xxh3_64_with_seed(payout.claim.as_bytes(), seed), payout.claim));
        payouts.truncate(usize::try_from(size).unwrap_or(usize::MAX));
        let errors = count(&payouts.iter().filter(|payout| payout.recorded != payout.due).collect::<Vec<_>>());
        let below = EDGES.get(band).copied();
        Drawn { stratum: Stratum { plan: plan.to_owned(), below, population, size, errors }, payouts }
    }

    /// What the stratum stands for, of a sum over the claims drawn.
    fn raised(&self, sum: u128) -> u128 {
        let Stratum { population, size, .. } = self.stratum;
        sum.saturating_mul(population.into()).checked_div(size.into()).unwrap_or(0)
    }
}

fn measured(sampling: Sampling, population: u64, drawn: &[Drawn<'_>]) -> Sample {
    let sum = |of: &dyn Fn(&Drawn<'_>) -> u128| drawn.iter().map(of).fold(0, u128::saturating_add);
    // half up to the millionth
    let share = |part: u128, whole: u128| {
        let halves = part.saturating_mul(2).saturating_add(whole);
        u64::try_from(halves.checked_div(whole.saturating_mul(2)).unwrap_or(0)).unwrap_or(MILLION)
    };
    let wrong = sum(&|drawn| drawn.raised(u128::from(drawn.stratum.errors).saturating_mul(MILLION.into())));
    let error_rate = share(wrong, population.into());
    let parts = drawn.iter().map(|Drawn { stratum, .. }| {
        let Stratum { population, size, errors: hits, .. } = *stratum;
        Part { population, size, hits }
    });
    let is_all = drawn.iter().all(|drawn| drawn.stratum.size == drawn.stratum.population);
    let interval = if is_all { (error_rate, error_rate) } else { korn_graubard(&parts.collect::<Vec<_>>(), DOUBT) };
    let money = |of: fn(&Payout<'_>) -> u64| {
        sum(&|drawn| {
            drawn.raised(drawn.payouts.iter().map(|payout| u128::from(of(payout))).fold(0, u128::saturating_add))
        })
    };
    let paid = money(|payout| payout.recorded.unsigned_abs());
    let astray = money(|payout| payout.recorded.abs_diff(payout.due)).saturating_mul(MILLION.into());
    let strata: Vec<Stratum> = drawn.iter().map(|drawn| drawn.stratum.clone()).collect();
    let mut claims: Vec<Sampled> = drawn.iter().flat_map(|drawn| &drawn.payouts).map(Payout::sampled).collect();
    claims.sort();
    Sample {
        sampling,
        population,
        size: strata.iter().map(|stratum| stratum.size).fold(0, u64::saturating_add),
        errors: strata.iter().map(|stratum| stratum.errors).fold(0, u64::saturating_add),
        error_rate,
        interval,
        payment_accuracy: MILLION.saturating_sub(error_rate),
        financial_accuracy: (paid > 0).then(|| MILLION.saturating_sub(share(astray, paid))),
        strata,
        claims,
    }
}

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "numbers made up here are small")]
mod tests {
    use super::*;

    fn payouts(ids: &[String]) -> impl Iterator<Item = Payout<'_>> {
        ids.iter().enumerate().map(|(place, claim)| {
            let recorded = i64::try_from(place).unwrap() * 100;
            let due = if place % 10 == 0 { recorded + 50 } else { recorded };
            Payout { claim, plan: if place < 900 { "most" } else { "few" }, recorded, due }
        })
    }

    fn ids() -> Vec<String> {
        (0..1_000).map(|place| format!("C{place}")).collect()
    }

    const SIMPLE: Sampling = Sampling { size: 200, seed: 1, is_stratified: false };

    #[test]
    fn the_same_seed_draws_the_same_claims_in_any_order() {
        let ids = ids();
        let one = draw(SIMPLE, payouts(&ids)).unwrap();
        let turned: Vec<Payout<'_>> = payouts(&ids).collect();
        assert_eq!(draw(SIMPLE, turned.into_iter().rev()), Some(one.clone()));
        let other = draw(Sampling { seed: 2, ..SIMPLE }, payouts(&ids)).unwrap();
        assert_ne!(one.claims, other.claims);
        assert_eq!((one.size, one.population), (200, 1_000));
    }

    #[test]
    fn all_claims_drawn_say_exactly_what_is_so() {
        let ids = ids();
        for is_stratified in [false, true] {
            let sample = draw(Sampling { size: 5_000, is_stratified, ..SIMPLE }, payouts(&ids)).unwrap();
            assert_eq!((sample.size, sample.errors, sample.error_rate), (1_000, 100, 100_000));
            assert_eq!(sample.payment_accuracy, 900_000);
            // 100 claims by 0.50 yuan each, of 499,500 yuan.
            assert_eq!(sample.financial_accuracy, Some(999_900));
            assert_eq!(sample.interval, (100_000, 100_000));
        }
    }

    #[test]
    fn every_stratum_has_its_part() {
        let ids = ids();
        let sample = draw(Sampling { is_stratified: true, ..SIMPLE }, payouts(&ids)).unwrap();
        let parts: Vec<_> =
            sample.strata.iter().map(|part| (part.plan.as_str(), part.below, part.population, part.size)).collect();
        let expected = [
            ("few", Some(100_000), 100, 20),
            ("most", Some(1), 1, 1),
            ("most", Some(10_000), 99, 20),
            ("most", Some(100_000), 800, 160),
        ];
        assert_eq!(parts, expected);
    }

    #[test]
    fn the_interval_holds_what_is_so_as_often_as_it_says() {
        let ids = ids();
        for is_stratified in [false, true] {
            let holds = |seed: u64| {
                let (low, high) = draw(Sampling { seed, is_stratified, ..SIMPLE }, payouts(&ids)).unwrap().interval;
                (low..=high).contains(&100_000)
            };
            assert!((0..200).filter(|seed| holds(*seed)).count() >= 190);
        }
    }

    #[test]
    fn nothing_is_drawn_from_nothing() {
        assert_eq!(draw(SIMPLE, std::iter::empty()), None);
    }
}
