//! A member's claims under one plan, decided in their declared order.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::accumulator::Accumulators;
use crate::adjudicate::{Adjudication, Outcome};
use crate::catalog::Catalog;
use crate::claim::Claim;
use crate::enrollment::Enrollment;
use crate::error::Error;
use crate::fact::Value;
use crate::member;
use crate::text::say;

/// A history has at most 10,000 claims.
pub const MAX_CLAIMS: usize = 10_000;

/// Decides a member's claims under one plan: by event date, then by claim id; a reversal right after what it reverses.
///
/// Gives every claim's adjudication in that order and what is posted in the end.
///
/// # Errors
/// [`Error::is_history`] if two claims share an id, a reversal names a claim that has posted nothing, or there are more
/// than [`MAX_CLAIMS`]; else those of [`Catalog::resolve`] and [`crate::Plan::adjudicate`].
pub fn decide(catalog: &Catalog, claims: &[(Enrollment, Claim)]) -> Result<(Vec<Adjudication>, Accumulators), Error> {
    decide_known(catalog, &member::known(claims))
}

/// The same of claims that have been told what is known around them.
pub(crate) fn decide_known(
    catalog: &Catalog,
    claims: &[(Enrollment, Claim)],
) -> Result<(Vec<Adjudication>, Accumulators), Error> {
    let mut accumulators = Accumulators::new();
    let mut decided = Vec::new();
    for (enrollment, claim) in in_order(claims)? {
        decided.push(next(catalog, enrollment, claim, &mut accumulators)?);
    }
    Ok((decided, accumulators))
}

/// Decides the next claim of a member and posts it, or takes back what a reversal names.
pub(crate) fn next(
    catalog: &Catalog,
    enrollment: &Enrollment,
    claim: &Claim,
    accumulators: &mut Accumulators,
) -> Result<Adjudication, Error> {
    if let Some(reversed) = claim.reverses() {
        if claim.is_held() {
            let plan = catalog.resolve(enrollment, claim)?;
            return Ok(Adjudication::held_reversal(claim, plan));
        }
        return take_back(catalog, enrollment, claim, reversed, accumulators);
    }
    let plan = catalog.resolve(enrollment, claim)?;
    let adjudication = plan.adjudicate(enrollment, claim, accumulators)?;
    post(adjudication.outcome(), accumulators)?;
    Ok(adjudication)
}

/// Posts the next claim of a member, or takes back what a reversal names, without a reason.
#[cfg(feature = "batch")]
pub(crate) fn pass(
    catalog: &Catalog,
    enrollment: &Enrollment,
    claim: &Claim,
    accumulators: &mut Accumulators,
) -> Result<(), Error> {
    match claim.reverses() {
        Some(_) if claim.is_held() => Ok(()),
        Some(reversed) => take_back(catalog, enrollment, claim, reversed, accumulators).map(|_| ()),
        None => {
            let plan = catalog.resolve(enrollment, claim)?;
            post(&plan.decide(enrollment, claim, accumulators)?, accumulators)
        }
    }
}

/// Takes back what a claim has posted, by the version that decided it; where that can not be said nothing is taken back.
fn take_back(
    catalog: &Catalog,
    enrollment: &Enrollment,
    claim: &Claim,
    reversed: &str,
    accumulators: &mut Accumulators,
) -> Result<Adjudication, Error> {
    let posting = accumulators.posting(reversed)?;
    let plan = catalog.resolve_posted(enrollment, posting)?;
    let adjudication = Adjudication::reversal(claim, plan, posting)?;
    accumulators.reverse(reversed)?;
    Ok(adjudication)
}

/// Posts what a claim that is decided adds to the account.
pub(crate) fn post(outcome: &Outcome, accumulators: &mut Accumulators) -> Result<(), Error> {
    outcome.posting().map_or(Ok(()), |posting| accumulators.post(posting))
}

/// The declared order; claims without an event date come last.
pub(crate) fn in_order(claims: &[(Enrollment, Claim)]) -> Result<Vec<&(Enrollment, Claim)>, Error> {
    let count = claims.len();
    if count > MAX_CLAIMS {
        return Err(Error::history(say!(
            "历史有 {count} 次理赔申请，上限为 {MAX_CLAIMS}",
            "the history has {count} claims, at most {MAX_CLAIMS} are decided"
        )));
    }
    let mut by_id: BTreeMap<&str, &Claim> = BTreeMap::new();
    for (_, claim) in claims {
        if by_id.insert(claim.id(), claim).is_some() {
            let id = claim.id();
            return Err(Error::history(say!("理赔申请编号 `{id}` 重复", "two claims have the id `{id}`")));
        }
    }
    let mut keyed = Vec::with_capacity(count);
    for pair in claims {
        keyed.push((order(&pair.1, &by_id)?, pair));
    }
    keyed.sort_by_key(|(order, _)| *order);
    Ok(keyed.into_iter().map(|(_, pair)| pair).collect())
}

/// Event date, claim id, and for a reversal its own id after that of the claim it reverses.
type Order<'c> = (NaiveDate, &'c str, Option<&'c str>);

fn order<'c>(claim: &'c Claim, by_id: &BTreeMap<&str, &'c Claim>) -> Result<Order<'c>, Error> {
    let (original, reversal) = match claim.reverses() {
        None => (claim, None),
        Some(reversed) => match by_id.get(reversed) {
            Some(original) if original.reverses().is_none() => (*original, Some(claim.id())),
            Some(_) | None => {
                let id = claim.id();
                return Err(Error::history(say!(
                    "`{id}` 要冲销的理赔申请 `{reversed}` 不在历史中",
                    "`{id}` reverses `{reversed}`, which is not in the history"
                )));
            }
        },
    };
    let date = match original.fact("event_date") {
        Some(Value::Date(date)) => Some(*date),
        Some(Value::Number(_) | Value::YesNo(_) | Value::Text(_)) | None => None,
    };
    Ok((date.unwrap_or(NaiveDate::MAX), original.id(), reversal))
}
