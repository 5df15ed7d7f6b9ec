//! A member's claims under one plan, decided in their declared order.

mod accounts;
mod prior;

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;

pub use self::prior::Prior;
use crate::accumulator::{Accumulators, OpenClaim};
pub use crate::accumulator::{Entry, Measure};
use crate::adjudicate::{Adjudication, Decision, Detail, Outcome};
use crate::catalog::Catalog;
use crate::claim::Claim;
use crate::enrollment::Enrollment;
use crate::error::{Error, unless_bug};
use crate::facts;
use crate::joint::Room;
use crate::member;
#[cfg(feature = "batch")]
use crate::plan::Plan;
use crate::text::{Text, say};
pub(crate) use accounts::{Accounts, put_in_order};

/// A history has at most 10,000 claims.
pub const MAX_CLAIMS: usize = 10_000;

/// Decides a member's claims under one plan: by event date, then by claim id; a reversal right after what it reverses.
///
/// Gives every claim's adjudication in that order and what is posted in the end. A joint limit counts the claims of this plan
/// alone; [`decide_together`] takes those under the others as well.
///
/// ```
/// use huzhu::{Catalog, Claim, Enrollment, facts, history};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let catalog = Catalog::load("rules".as_ref())?;
/// let enrollment = Enrollment::new("E1", "henan-accident", "M1")
///     .with(facts::SHARES, 2)?
///     .with(facts::BIRTH_DATE, "1990-05-05".parse()?)?
///     .with(facts::COVERAGE_START, "2025-01-01".parse()?)?
///     .with(facts::COVERAGE_END, "2025-12-31".parse()?)?;
/// let stay = |id, day: &str, days| {
///     let claim = Claim::new(id).with(facts::EVENT_DATE, day.parse().expect("a date"))?;
///     claim.with(facts::CAUSE, "accident")?.with(facts::PERSONAL_BURDEN, 0.into())?.with(facts::HOSPITAL_DAYS, days)
/// };
/// // In any order: the claim of January is decided first, and leaves 40 of 100 days in the period.
/// let claims = [stay("C2", "2025-06-01", 60)?, stay("C1", "2025-01-10", 60)?].map(|claim| (enrollment.clone(), claim));
/// let (decided, account) = history::decide(&catalog, &claims)?;
///
/// let paid: Vec<String> = decided.iter().map(|claim| format!("{} {}", claim.outcome().claim(), claim.payable())).collect();
/// assert_eq!(paid, ["C1 6000.00", "C2 4000.00"]);
/// assert!(account.has_posted("C2"));
/// # Ok(()) }
/// ```
///
/// # Errors
/// [`Error::is_history`] if two claims share an id, a reversal names a claim that has posted nothing, the claims are under
/// several plans, or there are more than [`MAX_CLAIMS`]; else those of [`Catalog::resolve`] and [`crate::Plan::adjudicate`].
pub fn decide(catalog: &Catalog, claims: &[(Enrollment, Claim)]) -> Result<(Vec<Adjudication>, Accumulators), Error> {
    check_count(claims.len())?;
    decide_among(catalog, claims, &[])
}

/// The same where the member has other covers too, under which nothing may be claimed: their shares count towards the cap of the plan.
///
/// # Errors
/// Those of [`decide`].
pub fn decide_among(
    catalog: &Catalog,
    claims: &[(Enrollment, Claim)],
    covers: &[Enrollment],
) -> Result<(Vec<Adjudication>, Accumulators), Error> {
    check_count(claims.len())?;
    let claims = member::known(catalog, claims, covers);
    let mut accounts = Accounts::new(catalog);
    for (enrollment, claim) in claims.iter() {
        accounts.foresee(enrollment, claim)?;
    }
    let mut decided = Vec::new();
    for (enrollment, claim) in in_order(&*claims)? {
        decided.push(accounts.next(enrollment, claim)?);
    }
    Ok((decided, accounts.into_only()?))
}

/// The claims of a member, each told what is known around it: whether its bill is in another claim, which covers overlap, whether all are of one
/// person. Deciding them together does so by itself; a claim that is decided alone by [`crate::Plan::adjudicate`] says and heeds what it was told.
#[must_use]
pub fn known(catalog: &Catalog, claims: &[(Enrollment, Claim)]) -> Vec<(Enrollment, Claim)> {
    known_among(catalog, claims, &[])
}

/// The same where the member has other covers too, under which nothing may be claimed, as [`decide_among`] takes them.
#[must_use]
pub fn known_among(
    catalog: &Catalog,
    claims: &[(Enrollment, Claim)],
    covers: &[Enrollment],
) -> Vec<(Enrollment, Claim)> {
    member::known(catalog, claims, covers).into_owned()
}

/// Decides a member's claims under all plans: by event date, then in the order in which joint limits serve the plans, then by
/// claim id; a reversal right after what it reverses. Claims without an event date come last.
///
/// A claim is decided by its plan, on what the member's claims under that plan have posted; then joint limits take off what is
/// beyond them, over all their plans so far. Gives every claim's adjudication in that order, and by plan what is posted in the end.
///
/// # Errors
/// Those of [`decide`], for each plan.
pub fn decide_together(
    catalog: &Catalog,
    claims: &[(Enrollment, Claim)],
) -> Result<(Vec<Adjudication>, BTreeMap<String, Accumulators>), Error> {
    let claims = member::known(catalog, claims, &[]);
    let mut by_plan: BTreeMap<&str, Vec<&(Enrollment, Claim)>> = BTreeMap::new();
    for pair in &*claims {
        by_plan.entry(pair.0.plan()).or_default().push(pair);
    }
    let mut dated = Vec::with_capacity(claims.len());
    for (plan, claims) in by_plan {
        check_count(claims.len())?;
        dated.extend(self::dated(claims)?.into_iter().map(|(date, pair)| (date, plan, pair)));
    }
    put_in_order(catalog, &mut dated);
    let mut accounts = Accounts::new(catalog);
    for (enrollment, claim) in claims.iter() {
        accounts.foresee(enrollment, claim)?;
    }
    let decided = dated.into_iter().map(|(_, _, (enrollment, claim))| accounts.next(enrollment, claim));
    Ok((decided.collect::<Result<_, Error>>()?, accounts.into_all()))
}

pub(crate) fn check_count(count: usize) -> Result<(), Error> {
    if count <= MAX_CLAIMS {
        return Ok(());
    }
    Err(Error::history(say!(
        "理赔申请有 {count} 件，上限为 {MAX_CLAIMS}",
        "the history has {count} claims, at most {MAX_CLAIMS} are decided"
    )))
}

/// Decides the next claim of a member within what joint limits leave for it and posts it, or takes back what a reversal names.
pub(crate) fn next(
    catalog: &Catalog,
    enrollment: &Enrollment,
    claim: &Claim,
    accumulators: &mut Accumulators,
    room: &Room<'_>,
    detail: Detail,
) -> Result<Adjudication, Error> {
    if let Some(reversed) = claim.reverses() {
        if claim.is_held() {
            let plan = catalog.resolve(enrollment, claim)?;
            return Ok(Adjudication::held_reversal(claim, plan));
        }
        return take_back(catalog, enrollment, claim, reversed, accumulators);
    }
    let plan = catalog.resolve(enrollment, claim)?;
    let mut adjudication = plan.reasoned(enrollment, claim, accumulators, detail)?;
    room.cut(&mut adjudication, accumulators)?;
    post(catalog, enrollment, claim, adjudication.outcome(), accumulators)?;
    Ok(adjudication)
}

/// Posts the next claim of a member, or takes back what a reversal names, without a reason.
#[cfg(feature = "batch")]
pub(crate) fn pass(
    catalog: &Catalog,
    enrollment: &Enrollment,
    claim: &Claim,
    accumulators: &mut Accumulators,
    room: &Room<'_>,
) -> Result<(), Error> {
    match claim.reverses() {
        Some(_) if claim.is_held() => Ok(()),
        Some(reversed) => take_back(catalog, enrollment, claim, reversed, accumulators).map(|_| ()),
        None => {
            let plan = catalog.resolve(enrollment, claim)?;
            let outcome = outcome(plan, enrollment, claim, accumulators, room)?;
            post(catalog, enrollment, claim, &outcome, accumulators)
        }
    }
}

/// Takes back what a claim has posted, by the version that decided it; where that cannot be said nothing is taken back.
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

/// What a plan decides within what joint limits leave, without a reason.
#[cfg(feature = "batch")]
pub(crate) fn outcome(
    plan: &Plan,
    enrollment: &Enrollment,
    claim: &Claim,
    accumulators: &Accumulators,
    room: &Room<'_>,
) -> Result<Outcome, Error> {
    let outcome = plan.decide(enrollment, claim, accumulators)?;
    if room.caps(outcome.payable(), accumulators)? == outcome.payable() {
        return Ok(outcome);
    }
    let mut adjudication = plan.reasoned(enrollment, claim, accumulators, Detail::Plain)?;
    room.cut(&mut adjudication, accumulators)?;
    Ok(adjudication.into_outcome())
}

/// Adds a claim that is decided to the account.
pub(crate) fn post(
    catalog: &Catalog,
    enrollment: &Enrollment,
    claim: &Claim,
    outcome: &Outcome,
    accumulators: &mut Accumulators,
) -> Result<(), Error> {
    outcome.add_to(accumulators)?;
    if is_open_from_the_start(catalog, enrollment, claim)? {
        keep_open(enrollment, claim, accumulators);
    }
    Ok(())
}

/// Whether a claim without an event date is open whatever comes of it last in order, since it may belong before any other: unless it is
/// denied without a history.
fn is_open_from_the_start(catalog: &Catalog, enrollment: &Enrollment, claim: &Claim) -> Result<bool, Error> {
    if claim.reverses().is_some() || claim.fact("event_date").is_some() {
        return Ok(false);
    }
    let plan = catalog.resolve(enrollment, claim);
    let alone = plan.and_then(|plan| plan.decide(enrollment, claim, &Accumulators::new()));
    Ok(unless_bug(alone)?.is_none_or(|alone| alone.decision() != Decision::Denied))
}

/// Keeps a claim as open that could not be decided, or not told. It is not open if it has posted; nor is a reversal of what has posted nothing.
#[cfg(feature = "batch")]
pub(crate) fn give_up(enrollment: &Enrollment, claim: &Claim, account: &mut Accumulators) {
    let is_open = match claim.reverses() {
        Some(reversed) => account.has_posted(reversed),
        None => !account.has_posted(claim.id()),
    };
    if is_open {
        keep_open(enrollment, claim, account);
    }
}

fn keep_open(enrollment: &Enrollment, claim: &Claim, account: &mut Accumulators) {
    let open = OpenClaim {
        event_date: claim.fact(facts::EVENT_DATE),
        coverage_start: enrollment.fact(facts::COVERAGE_START),
        enrollment: Some(Arc::clone(&enrollment.id)),
    };
    account.keep_open(Arc::clone(&claim.id), open);
}

/// The declared order of the claims of one account; claims without an event date come last.
pub(crate) fn in_order<'a>(
    claims: impl IntoIterator<Item = &'a (Enrollment, Claim), IntoIter: Clone>,
) -> Result<Vec<&'a (Enrollment, Claim)>, Error> {
    Ok(dated(claims)?.into_iter().map(|(_, pair)| pair).collect())
}

/// A claim with the day by which it comes among others, and with its enrollment.
type Dated<'a> = (NaiveDate, &'a (Enrollment, Claim));

/// The same, each claim with the day by which it comes among those of other accounts.
pub(crate) fn dated<'a>(
    claims: impl IntoIterator<Item = &'a (Enrollment, Claim), IntoIter: Clone>,
) -> Result<Vec<Dated<'a>>, Error> {
    let claims = claims.into_iter();
    let mut by_id: BTreeMap<&str, &(Enrollment, Claim)> = BTreeMap::new();
    for pair in claims.clone() {
        let id = pair.1.id();
        if by_id.insert(id, pair).is_some() {
            return Err(Error::history(say!("理赔申请编号 `{id}` 重复", "two claims have the id `{id}`")));
        }
    }
    let mut keyed = Vec::new();
    for pair in claims {
        keyed.push((order(pair, &by_id)?, pair));
    }
    keyed.sort_by_key(|(order, _)| *order);
    Ok(keyed.into_iter().map(|((date, ..), pair)| (date, pair)).collect())
}

/// Event date, claim id, and for a reversal its own id after that of the claim it reverses.
type Order<'c> = (NaiveDate, &'c str, Option<&'c str>);

fn order<'c>(
    pair @ (_, claim): &'c (Enrollment, Claim),
    by_id: &BTreeMap<&str, &'c (Enrollment, Claim)>,
) -> Result<Order<'c>, Error> {
    let Some(reversed) = claim.reverses() else { return Ok((day_of(claim), claim.id(), None)) };
    match reversed_claim(pair, by_id.get(reversed).copied()) {
        Ok(original) => Ok((day_of(original), original.id(), Some(claim.id()))),
        Err(Text { zh, en }) => {
            let id = claim.id();
            Err(Error::history(say!("`{id}` 冲销 `{reversed}`：{zh}", "`{id}` reverses `{reversed}`: {en}")))
        }
    }
}

/// The claim that a reversal takes back, where `original` is what has the id that it names; else why it cannot.
pub(crate) fn reversed_claim<'a>(
    (enrollment, _): &(Enrollment, Claim),
    original: Option<&'a (Enrollment, Claim)>,
) -> Result<&'a Claim, Text> {
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

/// The day by which a claim comes among others; without one it comes last.
pub(crate) fn day_of(claim: &Claim) -> NaiveDate {
    claim.fact(facts::EVENT_DATE).unwrap_or(NaiveDate::MAX)
}
