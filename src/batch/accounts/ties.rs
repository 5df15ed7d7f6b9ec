//! Claims of one day, which only their ids put in order: of which of them columns know that no other order changes anything.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::Bucket;
use super::dates::Dates;
use super::gather::{Gathered, mark_beyond};
use super::grouping::Account;
use super::plans::{Ledger, Prepared};
use super::rounds::{Rounds, Tallies};
use crate::error::{Error, OrBug};
use crate::reading::columns::program::Outputs;
use crate::reading::columns::record::MOST_POSTED;
use crate::scope::Scope;

/// A claim that is tied with others of its account.
struct Tied {
    place: usize,
    /// The places of all claims of the day.
    run: Range<usize>,
    is_first_of_account: bool,
}

/// What a claim finds posted by those that it is tied with.
#[derive(Clone, Copy)]
enum Before {
    /// As their ids say.
    Earlier,
    /// In the opposite order.
    Later,
    Nothing,
}

/// The days of these accounts, by the place of their first claim, of which a claim comes out otherwise, or may, where those that it is tied with come
/// after it instead of before, the other way round, or all after it. If none does, with all that it posts, then no order of them changes anything.
pub(super) fn in_doubt(
    rounds: &Rounds<'_>,
    bucket: Bucket<'_>,
    (prepared, ledger, plan): (&Prepared<'_>, &Ledger, usize),
    accounts: &[Account],
    tallies: &Tallies,
) -> Result<BTreeSet<usize>, Error> {
    let (mut in_doubt, mut by_version) = (BTreeSet::new(), BTreeMap::<usize, Vec<Tied>>::new());
    let dates = Dates::of(bucket);
    for account in accounts {
        for run in rounds.runs_of_a_day(account) {
            if !rounds.is_under_one_cover(&run) {
                in_doubt.insert(run.start);
                continue;
            }
            for place in run.clone() {
                let version = dates.at(bucket, prepared, place).or_bug()?.version;
                let is_first_of_account = run.start == account.places.start;
                let tied = Tied { place, run: run.clone(), is_first_of_account };
                by_version.entry(version).or_default().push(tied);
            }
        }
    }
    for (version, tied) in by_version {
        let stated = prepared.versions.get(version).or_bug()?;
        let places: Vec<usize> = tied.iter().map(|tied| tied.place).collect();
        let mut gathered = Gathered::of(bucket, stated, &places)?;
        let answers = bucket.plans.answers(plan, version, true, gathered.presence.clone());
        let Some(answers) = answers else {
            in_doubt.extend(tied.iter().map(|tied| tied.run.start));
            continue;
        };
        let mut outputs: Vec<Outputs> = Vec::with_capacity(3);
        for before in [Before::Earlier, Before::Later, Before::Nothing] {
            let mut priors = Vec::with_capacity(answers.priors.len());
            for prior in &answers.priors {
                let after = ledger.tally_of(stated, *prior).and_then(|tally| tallies.after.get(tally)).or_bug()?;
                let found = tied.iter().map(|tied| found(rounds, after, prior.scope, tied, before));
                let column = found.collect::<Option<Vec<i64>>>().or_bug()?;
                mark_beyond(&column, MOST_POSTED, &mut gathered.odd);
                priors.push(column);
            }
            gathered.inputs.priors = priors;
            outputs.push(answers.posting.run(&gathered.inputs, places.len())?);
        }
        for (at, tied) in tied.iter().enumerate() {
            let is_odd = gathered.odd.get(at) == Some(&true);
            if is_odd || !outputs.windows(2).all(|pair| matches!(pair, [one, other] if are_one_at(one, other, at))) {
                in_doubt.insert(tied.run.start);
            }
        }
    }
    Ok(in_doubt)
}

/// What a sum holds for a claim: that before its day, and what those of the day have added that come before it.
fn found(rounds: &Rounds<'_>, after: &[i64], scope: Scope, tied: &Tied, before: Before) -> Option<i64> {
    let before_the_day = if tied.is_first_of_account { 0 } else { rounds.found(after, scope, tied.run.start)? };
    let reached = |place: usize| {
        if place == tied.run.start { Some(before_the_day) } else { after.get(place.checked_sub(1)?).copied() }
    };
    let last = tied.run.end.checked_sub(1)?;
    Some(match before {
        Before::Nothing => before_the_day,
        Before::Earlier => reached(tied.place)?,
        Before::Later => before_the_day.checked_add(after.get(last)?.checked_sub(*after.get(tied.place)?)?)?,
    })
}

fn are_one_at(one: &Outputs, other: &Outputs, at: usize) -> bool {
    let numbers = one.numbers.iter().zip(&other.numbers).all(|(one, other)| one.get(at) == other.get(at));
    let masks = one.masks.iter().zip(&other.masks).all(|(one, other)| one.get(at) == other.get(at));
    let are_known = one.masks.get(3).is_none_or(|known| known.get(at) == Some(&1));
    numbers && masks && are_known
}
