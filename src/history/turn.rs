//! When a claim is decided among others of the member.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::accumulator::Accumulators;
use crate::catalog::Catalog;
use crate::claim::Claim;
use crate::enrollment::Enrollment;
use crate::error::{Error, OrBug};
use crate::joint::Held;
use crate::order::Order;
use crate::order::day::{Day, are_tied};
use crate::text::{Text, say};

/// A claim with its enrollment.
pub(crate) type Pair = (Enrollment, Claim);

/// When a claim comes among those under its plan, and among those under plans that joint limits hold together with it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Turn<'a> {
    /// Where it stands among all that were given, if claims are decided as they were received.
    received: Option<u64>,
    first: Day,
    /// When joint limits serve the plan on that day.
    served: usize,
    plan: &'a str,
    then: Vec<Day>,
    id: &'a str,
    /// Of a reversal, which comes right after what it reverses, its own id.
    reversal: Option<&'a str>,
}

impl<'a> Turn<'a> {
    /// The turn of a claim that is no reversal, and stands so among those given.
    pub(crate) fn of(catalog: &Catalog, given: u64, enrollment: &'a Enrollment, claim: &'a Claim) -> Turn<'a> {
        let plan = enrollment.plan();
        let rule = catalog.order_of(plan);
        Turn {
            received: match catalog.order() {
                Order::ByEvent => None,
                Order::AsReceived => Some(given),
            },
            first: Day::of(claim, rule.first),
            served: catalog.joint_limits().place_of(plan),
            plan,
            then: rule.then.iter().map(|date| Day::of(claim, *date)).collect(),
            id: claim.id(),
            reversal: None,
        }
    }

    /// The first date that counts, and the place of the plan on it.
    pub(crate) fn day(&self) -> (Day, usize) {
        (self.first, self.served)
    }

    /// Whether only their ids say which of the two comes first.
    pub(crate) fn is_tied_with(&self, other: &Turn<'_>) -> bool {
        let is_dated = self.received.is_none() && self.first != BEFORE_ALL;
        is_dated && self.plan == other.plan && are_tied(self.dates(), other.dates())
    }

    fn dates(&self) -> impl Iterator<Item = Day> {
        [self.first].into_iter().chain(self.then.iter().copied())
    }
}

/// The day of a reversal of what has posted before: it is tied with none.
const BEFORE_ALL: Day = Day::On(NaiveDate::MIN);

/// A claim with its turn.
pub(crate) type InTurn<'a> = (Turn<'a>, &'a Enrollment, &'a Claim);

/// Puts claims of several accounts of a member in their turn.
pub(crate) fn put_in_order(claims: &mut [InTurn<'_>]) {
    claims.sort_by(|(one, ..), (other, ..)| one.cmp(other));
}

/// The claims of one account in their turn, each given with where it stands among all. A reversal may take back what has posted before all of them.
///
/// # Errors
/// [`Error::is_history`] if two share an id, or a reversal has no claim among them that it takes back.
pub(crate) fn of_account<'a>(
    catalog: &Catalog,
    claims: impl IntoIterator<Item = (u64, &'a Pair)>,
    before: Option<&Accumulators>,
) -> Result<Vec<InTurn<'a>>, Error> {
    let claims: Vec<(u64, &Pair)> = claims.into_iter().collect();
    let mut by_id: BTreeMap<&str, &Pair> = BTreeMap::new();
    for (_, pair) in &claims {
        let id = pair.1.id();
        if by_id.insert(id, pair).is_some() {
            return Err(Error::history(say!("理赔申请编号 `{id}` 重复", "two claims have the id `{id}`")));
        }
    }
    let turn = |(given, pair): (u64, &'a Pair)| Ok((turn(catalog, given, pair, &by_id, before)?, &pair.0, &pair.1));
    let mut in_turn = claims.iter().copied().map(turn).collect::<Result<Vec<_>, Error>>()?;
    put_in_order(&mut in_turn);
    Ok(in_turn)
}

/// The claims of a member under all plans in their turn, as they are given.
///
/// # Errors
/// Those of [`of_account`], and [`Error::is_history`] if there are more than [`MAX_CLAIMS`](super::MAX_CLAIMS) under a plan.
pub(crate) fn of_all<'a>(catalog: &Catalog, claims: &'a [Pair], before: &[Held]) -> Result<Vec<InTurn<'a>>, Error> {
    let mut by_plan: BTreeMap<&str, Vec<(u64, &Pair)>> = BTreeMap::new();
    for (given, pair) in super::as_given(claims) {
        by_plan.entry(pair.0.plan()).or_default().push((given, pair));
    }
    let mut in_turn = Vec::with_capacity(claims.len());
    for (plan, claims) in by_plan {
        super::check_count(claims.len())?;
        let before = before.iter().find(|held| held.plan == plan).map(|held| &held.accumulators);
        in_turn.extend(of_account(catalog, claims, before)?);
    }
    put_in_order(&mut in_turn);
    Ok(in_turn)
}

fn turn<'a>(
    catalog: &Catalog,
    given: u64,
    pair @ (enrollment, claim): &'a Pair,
    by_id: &BTreeMap<&str, &'a Pair>,
    before: Option<&Accumulators>,
) -> Result<Turn<'a>, Error> {
    let Some(reversed) = claim.reverses() else { return Ok(Turn::of(catalog, given, enrollment, claim)) };
    let original = by_id.get(reversed).copied();
    match taken_back(pair, original, before) {
        Err(Text { zh, en }) => {
            let id = claim.id();
            Err(Error::history(say!("`{id}` 冲销 `{reversed}`：{zh}", "`{id}` reverses `{reversed}`: {en}")))
        }
        Ok(None) => {
            Ok(Turn { first: BEFORE_ALL, reversal: Some(claim.id()), ..Turn::of(catalog, given, enrollment, claim) })
        }
        Ok(Some(claim_taken_back)) => {
            let (enrollment, _) = original.or_bug()?;
            Ok(Turn { reversal: Some(claim.id()), ..Turn::of(catalog, given, enrollment, claim_taken_back) })
        }
    }
}

/// What a reversal takes back, where `original` is what has the id that it names: that claim, or none if it has posted before all of them; else why it
/// takes nothing back.
pub(crate) fn taken_back<'a>(
    pair @ (enrollment, claim): &Pair,
    original: Option<&'a Pair>,
    before: Option<&Accumulators>,
) -> Result<Option<&'a Claim>, Text> {
    let has_posted = |reversed| before.is_some_and(|before| before.has_posted_under(reversed, enrollment.id()));
    if original.is_none() && claim.reverses().is_some_and(has_posted) {
        return Ok(None);
    }
    reversed_claim(pair, original).map(Some)
}

/// The claim that a reversal takes back, where `original` is what has the id that it names; else why it cannot.
fn reversed_claim<'a>((enrollment, _): &Pair, original: Option<&'a Pair>) -> Result<&'a Claim, Text> {
    match original {
        Some((other, claim)) if claim.reverses().is_none() && other.id() == enrollment.id() => Ok(claim),
        Some((other, claim)) if claim.reverses().is_none() => {
            let other = other.id();
            Err(say!(
                "要冲销的理赔申请属于另一参保记录 `{other}`",
                "the claim that it reverses is under another enrollment, `{other}`"
            ))
        }
        Some(_) | None => Err(say!("要冲销的理赔申请不在其中", "the claim that it reverses is not among them")),
    }
}
