//! A member's claims under one plan, decided in their declared order.

mod accounts;
mod prior;
mod tie_break;
pub(crate) mod turn;

use std::collections::BTreeMap;
use std::sync::Arc;

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
use crate::order::Order;
use crate::order::day::{Comes, Day};
use crate::plan::Plan;
use crate::text::say;
pub(crate) use accounts::Accounts;
use turn::Pair;

/// A history has at most 10,000 claims.
pub const MAX_CLAIMS: usize = 10_000;

/// Decides a member's claims under one plan: in the order of its pack, which is by event date where it does not say, and then by claim id; a
/// reversal right after what it reverses. Where only the ids say which of two comes first, and that changes an amount, a notice says so.
/// Under a catalog [in the order](Catalog::in_order) as received, as they stand here.
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
    let decided = accounts.decide_each(&claims, &turn::of_account(catalog, as_given(&claims), None)?)?;
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

/// Decides a member's claims under all plans: by the first date of the order of their packs, the event date where they do not say; then in the order
/// in which joint limits serve the plans; then as [`decide`] does. Claims without that date come last.
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
    let mut accounts = Accounts::new(catalog);
    let decided = accounts.decide_each(&claims, &turn::of_all(catalog, &claims, &[])?)?;
    Ok((decided, accounts.into_all()))
}

/// Claims with where they stand among those given.
pub(crate) fn as_given(claims: &[Pair]) -> impl Iterator<Item = (u64, &Pair)> {
    (0..).zip(claims)
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
    accumulators.close(claim.id()); // it may have come before, and been rejected
    Ok(adjudication)
}

/// What a plan decides within what joint limits leave, without a reason.
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
    let stays_open = match catalog.order() {
        Order::ByEvent => is_open_from_the_start(catalog, enrollment, claim)?,
        Order::AsReceived => accumulators.close(claim.id()),
    };
    if stays_open {
        keep_open(catalog, enrollment, claim, accumulators);
    }
    Ok(())
}

/// Whether a claim without the date that the plan orders by is open whatever comes of it last in order, since it may belong before any other: unless
/// it is denied without a history. As received, it belongs where it stands.
fn is_open_from_the_start(catalog: &Catalog, enrollment: &Enrollment, claim: &Claim) -> Result<bool, Error> {
    let is_placed = match catalog.order() {
        Order::ByEvent => !Day::of(claim, catalog.order_of(enrollment.plan()).first).is_unknown(),
        Order::AsReceived => true,
    };
    if claim.reverses().is_some() || is_placed {
        return Ok(false);
    }
    let plan = catalog.resolve(enrollment, claim);
    let alone = plan.and_then(|plan| plan.decide(enrollment, claim, &Accumulators::new()));
    Ok(unless_bug(alone)?.is_none_or(|alone| alone.decision() != Decision::Denied))
}

/// Keeps a claim as open that could not be decided, or not told. It is not open if it has posted; nor is a reversal of what has posted nothing.
#[cfg(feature = "batch")]
pub(crate) fn give_up(catalog: &Catalog, enrollment: &Enrollment, claim: &Claim, account: &mut Accumulators) {
    let is_open = match claim.reverses() {
        Some(reversed) => account.has_posted(reversed),
        None => !account.has_posted(claim.id()),
    };
    if is_open {
        keep_open(catalog, enrollment, claim, account);
    }
}

fn keep_open(catalog: &Catalog, enrollment: &Enrollment, claim: &Claim, account: &mut Accumulators) {
    let open = OpenClaim {
        event_date: claim.fact(facts::EVENT_DATE),
        coverage_start: enrollment.fact(facts::COVERAGE_START),
        enrollment: Some(Arc::clone(&enrollment.id)),
        comes: match catalog.order() {
            Order::ByEvent => Comes::of(catalog.order_of(enrollment.plan()), claim),
            Order::AsReceived => Comes::AsReceived,
        },
    };
    account.keep_open(Arc::clone(&claim.id), open);
}
