//! Claims of one day, which only their ids put in order: which of them columns pay otherwise in another order.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::Bucket;
use super::dates::Dates;
use super::gather::{Gathered, mark_beyond};
use super::grouping::Account;
use super::payouts::Results;
use super::plans::{Ledger, PlanIndex, Prepared, TallyIndex, VersionIndex};
use super::rounds::{Posted, Rounds, Tallies};
use crate::adjudicate::Decision;
use crate::arena::Arena;
use crate::error::{Error, OrBug};
use crate::plan::Plan;
use crate::plan::expression::PriorIndex;
use crate::reading::columns::answer::{Answers, Decisions};
use crate::reading::columns::lower::MOST_POSTED;

/// What columns know of the days of some accounts.
#[derive(Debug, Default)]
pub(super) struct Ties {
    /// The places of claims that are paid otherwise in another order, each with those of its day.
    pub(super) hanging: Vec<(usize, Range<usize>)>,
    /// The days of which columns do not know it, by the place of their first claim.
    pub(super) in_doubt: BTreeSet<usize>,
}

impl Ties {
    /// Tries the same orders as the exact reading: that of the ids, which has decided, the opposite one, and each claim as the first.
    pub(super) fn of(
        rounds: &Rounds<'_>,
        (prepared, ledger, plan): (&Prepared<'_>, &Ledger, PlanIndex),
        accounts: &[Account],
        tallies: &Tallies,
        results: &Results,
    ) -> Result<Ties, Error> {
        let (mut ties, mut by_version) = (Ties::default(), BTreeMap::<VersionIndex, Vec<Day>>::new());
        let bucket = rounds.bucket();
        let dates = Dates::of(bucket);
        for account in accounts {
            for places in rounds.runs_of_a_day(account) {
                if bucket.plans.turn_of(plan).is_some() || !rounds.is_under_one_cover(&places) {
                    ties.in_doubt.insert(places.start);
                    continue;
                }
                let version = dates.at(bucket, prepared, places.start).or_bug()?.version;
                let before = before_the_day(rounds, ledger, account, places.start, tallies)?;
                by_version.entry(version).or_default().push(Day { places, before });
            }
        }
        for (version, days) in by_version {
            let stated = prepared.version(version);
            let trial = Trial { bucket, ledger, plan: (plan, version), stated };
            let paid = trial.paid_otherwise(&days)?;
            for (day, others) in days.into_iter().zip(paid) {
                match hanging(&day, others.as_deref(), results) {
                    Some(places) => ties.hanging.extend(places.into_iter().map(|place| (place, day.places.clone()))),
                    None => _ = ties.in_doubt.insert(day.places.start),
                }
            }
        }
        Ok(ties)
    }
}

/// The tied claims of one day, which are under one cover.
struct Day {
    places: Range<usize>,
    /// What its claims find posted before the first of them.
    before: Sums,
}

/// What each claim of a day is paid in each of the other orders, by where it stands on the day; `None` where columns do not know.
type Paid = Option<Vec<(usize, i64)>>;

/// Those that are paid otherwise than by their ids; `None` if columns do not know.
fn hanging(day: &Day, others: Option<&[(usize, i64)]>, results: &Results) -> Option<BTreeSet<usize>> {
    let mut hanging = BTreeSet::new();
    for (place, other) in others? {
        if paid(results.settled(*place))? != *other {
            hanging.insert(*place);
        }
    }
    let are_known = day.places.clone().all(|place| paid(results.settled(place)).is_some());
    are_known.then_some(hanging)
}

/// In fen; `None` of a claim that is pended, or that columns have not decided.
fn paid(decided: Option<(Decision, i64)>) -> Option<i64> {
    let (decision, payable) = decided?;
    match decision {
        Decision::Paid | Decision::NothingDue | Decision::Denied => Some(payable),
        Decision::Pended | Decision::Reversed => None,
    }
}

fn before_the_day(
    rounds: &Rounds<'_>,
    ledger: &Ledger,
    account: &Account,
    first: usize,
    tallies: &Tallies,
) -> Result<Sums, Error> {
    if first == account.places.start {
        return Ok(ledger.tallies.each(0));
    }
    let of_each = ledger.tallies.iter().zip(&tallies.after);
    of_each.map(|(tally, after)| rounds.found(after, tally.scope, first).or_bug()).collect()
}

/// Claims decided again in an order that is not theirs.
struct Trial<'t> {
    bucket: Bucket<'t>,
    ledger: &'t Ledger,
    plan: (PlanIndex, VersionIndex),
    stated: &'t Plan,
}

/// What is posted, by tally.
type Sums = Arena<TallyIndex, i64>;

/// A claim that is tried, and what it finds posted.
struct Tried {
    day: usize,
    place: usize,
    before: Sums,
}

impl Trial<'_> {
    fn paid_otherwise(&self, days: &[Day]) -> Result<Vec<Paid>, Error> {
        let mut paid: Vec<Paid> = days.iter().map(|_| Some(Vec::new())).collect();
        let at = |day: usize, place: Option<usize>, before: &Sums| {
            place.map(|place| Tried { day, place, before: before.clone() })
        };
        // The last claim of the opposite order is the first by id, which has found nothing of its day.
        let mut next: Vec<Tried> =
            (0..).zip(days).filter_map(|(of, day)| at(of, last(&day.places), &day.before)).collect();
        while !next.is_empty() {
            let after = self.decide(&next, &mut paid)?;
            let earlier = next.iter().zip(after).filter_map(|(tried, after)| {
                let places = &days.get(tried.day)?.places;
                at(tried.day, last(&(places.start..tried.place)), &after)
            });
            next = earlier.collect();
        }
        // Those at either end have been the first already.
        let amid = (0..).zip(days).flat_map(|(of, day)| {
            let places = day.places.start.saturating_add(1)..day.places.end.saturating_sub(1);
            places.filter_map(move |place| at(of, Some(place), &day.before))
        });
        self.decide(&amid.collect::<Vec<_>>(), &mut paid)?;
        Ok(paid)
    }

    /// Takes what the claims are paid; gives what is posted after each. Without an answer nothing is known of any day, and none goes on.
    fn decide(&self, tried: &[Tried], paid_by_day: &mut [Paid]) -> Result<Vec<Sums>, Error> {
        let (plan, version) = self.plan;
        let places: Vec<usize> = tried.iter().map(|tried| tried.place).collect();
        let mut gathered = Gathered::of(self.bucket, self.stated, &places)?;
        let answers = self.bucket.plans.answers(plan, version, true, gathered.presence.clone());
        let Some(answers) = answers else {
            paid_by_day.fill(None);
            return Ok(Vec::new());
        };
        gathered.inputs.priors = self.priors(&answers, tried, &mut gathered.odd)?;
        let outputs = answers.posting.run(&gathered.inputs, places.len())?;
        let decisions = Decisions::of(&outputs);
        let tallies = self.ledger.tallies.iter().map(|tally| Posted::to(&tally.entry, self.stated, &outputs));
        let posted = tallies.collect::<Result<Vec<_>, Error>>()?;
        let mut after = Vec::with_capacity(tried.len());
        for (at, tried) in tried.iter().enumerate() {
            let is_known = gathered.odd.get(at) != Some(&true) && decisions.is_posting_known(at);
            let of_the_day = paid_by_day.get_mut(tried.day).or_bug()?;
            match (paid(decisions.at(at)).filter(|_| is_known), of_the_day.as_mut()) {
                (Some(amount), Some(of_the_day)) => of_the_day.push((tried.place, amount)),
                (None, _) | (_, None) => *of_the_day = None,
            }
            let sums = tried.before.iter().zip(&posted);
            let sums = sums.map(|(before, posted)| Ok(before.saturating_add(posted.at(at, decisions)?)));
            after.push(sums.collect::<Result<Sums, Error>>()?);
        }
        Ok(after)
    }

    fn priors(
        &self,
        answers: &Answers,
        tried: &[Tried],
        odd: &mut Vec<bool>,
    ) -> Result<Arena<PriorIndex, Vec<i64>>, Error> {
        let mut priors = Arena::with_capacity(answers.priors.len());
        for prior in &answers.priors {
            let tally = self.ledger.tally_of(self.stated, *prior).or_bug()?;
            let column: Vec<i64> = tried.iter().map(|tried| tried.before[tally]).collect();
            mark_beyond(&column, MOST_POSTED, odd);
            priors.push(column);
        }
        Ok(priors)
    }
}

fn last(places: &Range<usize>) -> Option<usize> {
    (!places.is_empty()).then(|| places.end.saturating_sub(1))
}
