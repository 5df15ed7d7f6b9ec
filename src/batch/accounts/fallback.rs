//! Decides one account by the exact reading, claim by claim.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::facts::date;
use super::grouping::{Account, Lost, reject_of};
use super::payouts::{Results, Unheld};
use super::plans::PlanIndex;
use super::{Bucket, Certified};
use crate::accumulator::{Accumulators, OpenClaim};
use crate::adjudicate::{Adjudication, Detail};
use crate::batch::{Input, Reject};
use crate::certificate::Certifier;
use crate::claim::Claim;
use crate::enrollment::Enrollment;
use crate::error::{Error, OrBug, unless_bug};
use crate::fact::Holder;
use crate::history;
use crate::history::turn::{self, InTurn};
use crate::joint::{Held, Room};
use crate::order::day::Comes;
use crate::plan::Plan;
use crate::text::{Text, say};

/// Decides all claims of a member's accounts together; what cannot be decided is rejected, the rest stands.
///
/// # Errors
/// [`Error::is_bug`], which is no fault of a claim.
pub(super) fn decide(
    bucket: Bucket<'_>,
    accounts: &[Account],
    results: &mut Results,
    rejects: &mut Vec<Reject>,
) -> Result<(), Error> {
    decide_on(bucket, accounts, Vec::new(), results, rejects).map(|_| ())
}

/// The same on what the member has posted before; what it has posted then.
pub(super) fn decide_on(
    bucket: Bucket<'_>,
    accounts: &[Account],
    held: Vec<Held>,
    results: &mut Results,
    rejects: &mut Vec<Reject>,
) -> Result<Vec<Held>, Error> {
    let (faults, held) = faults(bucket, accounts, held, results)?;
    for (place, fault) in faults {
        results.reject(place);
        rejects.push(fault.reject(bucket, place));
    }
    Ok(held)
}

/// Certifies all claims of a member's accounts that can be decided, by account and in the order in which they are: a reversal stands right behind what
/// it takes back, not where its row does. The others are rejected.
pub(super) fn certify(
    bucket: Bucket<'_>,
    accounts: &[Account],
    certifier: &Certifier<'_>,
    rejects: &mut Vec<Reject>,
) -> Result<BTreeMap<(usize, usize), Certified>, Error> {
    let mut all = BTreeMap::new();
    let take = |place, enrollment: &Enrollment, claim: &Claim, accumulators: &mut Accumulators, room: &Room<'_>| {
        let (record, adjudication) = certifier.next(enrollment, claim, accumulators, room)?;
        let certified = Certified { enrollment: enrollment.clone(), adjudication, record };
        all.insert((bucket.accounts.account_at(place), all.len()), certified);
        Ok(())
    };
    let (faults, _) = one_by_one(bucket, accounts, Vec::new(), take)?;
    rejects.extend(faults.into_iter().map(|(place, fault)| fault.reject(bucket, place)));
    Ok(all)
}

/// The claims that cannot be decided, by place.
type Faults = Vec<(usize, Fault)>;

/// Decides the claims of the accounts; gives those that cannot be decided, and what is posted.
fn faults(
    bucket: Bucket<'_>,
    accounts: &[Account],
    held: Vec<Held>,
    results: &mut Results,
) -> Result<(Faults, Vec<Held>), Error> {
    one_by_one(bucket, accounts, held, |place, enrollment, claim, accumulators, room| {
        let adjudication = history::next(bucket.plans.catalog(), enrollment, claim, accumulators, room, Detail::Plain)?;
        Ok(results.set_exactly(bucket, place, &adjudication)??)
    })
}

/// Why a claim could not be taken.
enum Failed {
    Undecided(Error),
    Unheld(Unheld),
}

impl From<Error> for Failed {
    fn from(error: Error) -> Failed {
        Failed::Undecided(error)
    }
}

impl From<Unheld> for Failed {
    fn from(amount: Unheld) -> Failed {
        Failed::Unheld(amount)
    }
}

/// Reads the claims of a member's accounts and takes one after the other on what is held, in the declared order over all of them; gives those that
/// cannot be read or taken, and what is held then.
fn one_by_one(
    bucket: Bucket<'_>,
    accounts: &[Account],
    held: Vec<Held>,
    mut take: impl FnMut(usize, &Enrollment, &Claim, &mut Accumulators, &Room<'_>) -> Result<(), Failed>,
) -> Result<(Faults, Vec<Held>), Error> {
    let catalog = bucket.plans.catalog();
    let mut faults = Vec::new();
    let read = accounts.iter().map(|account| Legible::of(bucket, account, &held, &mut faults));
    let read: Vec<Legible> = read.collect::<Result<_, Error>>()?;
    let (mut in_turn, mut places) = (Vec::new(), BTreeMap::new());
    for (account, read) in accounts.iter().zip(&read) {
        match read.in_turn(bucket, &held) {
            Ok(claims) => in_turn.extend(claims),
            Err(error) => {
                faults.extend(read.places.iter().map(|(id, place)| (*place, Fault::of("claim_id", id, &error))));
            }
        }
        let plan = bucket.plans.prepared(account.plan).id();
        places.extend(read.places.iter().map(|(id, place)| ((plan, id.as_str()), *place)));
    }
    turn::put_in_order(&mut in_turn);
    let mut member = history::Accounts::of(catalog, held);
    for (account, Legible { claims, faulty, .. }) in accounts.iter().zip(&read) {
        begin(bucket, account, claims, faulty, &mut member)?;
    }
    member.take_each(&in_turn, |member, enrollment, claim| {
        let place = *places.get(&(enrollment.plan(), claim.id())).or_bug()?;
        let taken =
            member.take(enrollment, claim, |accumulators, room| take(place, enrollment, claim, accumulators, room));
        let fault = match taken {
            Ok(()) => return Ok(()),
            Err(Failed::Undecided(error)) if error.is_bug() => return Err(error),
            Err(Failed::Undecided(error)) => located(bucket, &error, enrollment, claim),
            Err(Failed::Unheld(amount)) => unheld(claim, &amount),
        };
        faults.push((place, fault));
        member.change(enrollment.plan(), |account| history::give_up(catalog, enrollment, claim, account))
    })?;
    Ok((faults, member.into_held()))
}

/// Why a row cannot be read: by its own fault, or because the run has to stop.
pub(super) enum Refused {
    Row(Fault),
    Run(Error),
}

impl Refused {
    pub(super) fn of_the_row(self) -> Result<Fault, Error> {
        match self {
            Refused::Row(fault) => Ok(fault),
            Refused::Run(error) => Err(error),
        }
    }
}

/// Says what is to be said of open claims in an account that columns have decided; whether it can be read one by one.
///
/// # Errors
/// [`Error::is_bug`].
pub(super) fn note(bucket: Bucket<'_>, account: &Account, results: &mut Results) -> Result<bool, Error> {
    let mut faults = Vec::new();
    let read = Legible::of(bucket, account, &[], &mut faults)?;
    if !faults.is_empty() {
        return Ok(false);
    }
    Ok(unless_bug(note_each(bucket, account, &read, results))?.is_some())
}

fn note_each(bucket: Bucket<'_>, account: &Account, read: &Legible, results: &mut Results) -> Result<(), Error> {
    let catalog = bucket.plans.catalog();
    let mut member = history::Accounts::new(catalog);
    begin(bucket, account, &read.claims, &[], &mut member)?;
    for (_, enrollment, claim) in read.in_turn(bucket, &[])? {
        let plan = catalog.resolve(enrollment, claim)?;
        let noted = member.take(enrollment, claim, |account, _| {
            let (outcome, notice) = plan.decide_beside_open_claims(enrollment, claim, account)?;
            history::post(catalog, enrollment, claim, &outcome, account)?;
            Ok::<_, Error>(notice)
        })?;
        results.note(*read.places.get(claim.id()).or_bug()?, noted.as_slice());
    }
    Ok(())
}

/// Whether the ids of claims of one day decide an amount, on what their account holds before them; in doubt, they do.
///
/// # Errors
/// [`Error::is_bug`].
pub(super) fn hang_on_ids(
    bucket: Bucket<'_>,
    account: &Account,
    places: Range<usize>,
    before: Accumulators,
) -> Result<bool, Error> {
    let mut pairs = Vec::with_capacity(places.len());
    for place in places.clone() {
        match read(bucket, place) {
            Ok(pair) => pairs.push(pair),
            Err(refused) => {
                refused.of_the_row()?;
                return Ok(true);
            }
        }
    }
    let catalog = bucket.plans.catalog();
    let plan = bucket.plans.prepared(account.plan).id();
    let run = turn::of_account(catalog, history::as_given(&pairs), None)?;
    history::Accounts::of(catalog, vec![Held::new(plan, before)]).hang_on_ids(&run)
}

/// Keeps as open, before any claim of the account is decided, those of it that were rejected and those that nobody knows the date of.
pub(super) fn begin(
    bucket: Bucket<'_>,
    account: &Account,
    claims: &[(Enrollment, Claim)],
    faulty: &[usize],
    member: &mut history::Accounts<'_>,
) -> Result<(), Error> {
    for (enrollment, claim) in claims {
        member.foresee(enrollment, claim)?;
    }
    let (ids, days) = (bucket.claims.texts("claim_id")?, bucket.claims.days("event_date"));
    let faulty = opened_by_themselves(bucket, account, faulty)?.map(|place| {
        let row = bucket.accounts.claim_at(place);
        Lost { id: ids.value(row).into(), day: days.at(row), enrollment: bucket.accounts.enrollment_at(place) }
    });
    for lost in bucket.accounts.lost(account.index).iter().cloned().chain(faulty) {
        keep_open(bucket, account.plan, lost, member)?;
    }
    Ok(())
}

/// The rejected claims of an account but for reversals of claims that are there: where such a claim is decided, nothing of it is taken back; where it is
/// not, it is open itself.
fn opened_by_themselves<'a>(
    bucket: Bucket<'a>,
    account: &Account,
    rejected: &'a [usize],
) -> Result<impl Iterator<Item = usize> + use<'a>, Error> {
    let (ids, reverses) = (bucket.claims.texts("claim_id")?, bucket.claims.some_texts("reverses"));
    let row = move |place: usize| (bucket.accounts.claim_at(place), bucket.accounts.enrollment_at(place));
    let reversal = move |place: usize| {
        let (row, enrollment) = row(place);
        reverses.at(row).map(|reversed| (reversed, enrollment))
    };
    let mut there = BTreeSet::new();
    if rejected.iter().any(|place| reversal(*place).is_some()) {
        let read = account.places.clone().filter(|place| reversal(*place).is_none()).map(row);
        there.extend(read.map(|(row, enrollment)| (ids.value(row), enrollment)));
        there.extend(bucket.accounts.lost(account.index).iter().map(|lost| (&*lost.id, lost.enrollment)));
    }
    let is_by_itself = move |place: &usize| reversal(*place).is_none_or(|reversed| !there.contains(&reversed));
    Ok(rejected.iter().copied().filter(is_by_itself))
}

/// Keeps a claim of the plan as open that was rejected.
pub(super) fn keep_open(
    bucket: Bucket<'_>,
    plan: PlanIndex,
    Lost { id, day, enrollment }: Lost,
    member: &mut history::Accounts<'_>,
) -> Result<(), Error> {
    let (enrollments, starts) = (bucket.enrollments.texts("enrollment_id")?, bucket.enrollments.days("coverage_start"));
    let is_by_event_date = bucket.plans.is_ordered_by_event_date_alone(plan);
    let event_date = day.and_then(date);
    let open = OpenClaim {
        event_date,
        coverage_start: starts.at(enrollment).and_then(date),
        comes: if is_by_event_date { Comes::by_event_date(event_date) } else { Comes::ANYWHERE },
        ..OpenClaim::under(Some(enrollments.value(enrollment).into()))
    };
    let plan = bucket.plans.prepared(plan).id();
    member.change(plan, |account| {
        if !account.has_posted(&id) {
            account.keep_open(id, open);
        }
    })
}

/// The claims of an account that can be read, with the place of each by its id.
pub(super) struct Legible {
    plan: String,
    places: BTreeMap<String, usize>,
    pub(super) claims: Vec<(Enrollment, Claim)>,
    /// The places of the others.
    pub(super) faulty: Vec<usize>,
}

impl Legible {
    pub(super) fn of(
        bucket: Bucket<'_>,
        account: &Account,
        held: &[Held],
        faults: &mut Vec<(usize, Fault)>,
    ) -> Result<Legible, Error> {
        let plan = bucket.plans.prepared(account.plan).id();
        let (mut pairs, before) = (Vec::new(), faults.len());
        for place in account.places.clone() {
            match read(bucket, place) {
                Ok(pair) => pairs.push((place, pair)),
                Err(refused) => faults.push((place, refused.of_the_row()?)),
            }
        }
        let posted = under(held, plan);
        let unfit = loose_reversals(&pairs, posted).into_iter().chain(posted_already(&pairs, posted));
        for (place, fault) in unfit {
            faults.push((place, fault));
            pairs.retain(|(other, _)| *other != place);
        }
        let places: BTreeMap<String, usize> =
            pairs.iter().map(|(place, (_, claim))| (claim.id().to_owned(), *place)).collect();
        let mut claims: Vec<(Enrollment, Claim)> = pairs.into_iter().map(|(_, pair)| pair).collect();
        bucket.around.tell(bucket, account.index, &mut claims)?;
        let faulty = faults.iter().skip(before).map(|(place, _)| *place).collect();
        Ok(Legible { plan: plan.to_owned(), places, claims, faulty })
    }

    /// The same, or none where they have no order: the run has rejected them.
    pub(super) fn in_turn_if_any(&self, bucket: Bucket<'_>) -> Result<impl Iterator<Item = InTurn<'_>>, Error> {
        Ok(unless_bug(self.in_turn(bucket, &[]))?.into_iter().flatten())
    }

    /// The claims in the order in which they are decided on what is held.
    pub(super) fn in_turn(&self, bucket: Bucket<'_>, held: &[Held]) -> Result<Vec<InTurn<'_>>, Error> {
        let number = |claim: &Claim| {
            let place = self.places.get(claim.id()).or_bug()?;
            Ok::<_, Error>(bucket.claims.number(bucket.accounts.claim_at(*place)))
        };
        let given = self.claims.iter().map(|pair| Ok((number(&pair.1)?, pair)));
        let given = given.collect::<Result<Vec<_>, Error>>()?;
        turn::of_account(bucket.plans.catalog(), given, under(held, &self.plan))
    }
}

/// What is held under a plan.
fn under<'h>(held: &'h [Held], plan: &str) -> Option<&'h Accumulators> {
    held.iter().find(|held| held.plan == plan).map(|held| &held.accumulators)
}

fn unheld(claim: &Claim, Unheld(amount): &Unheld) -> Fault {
    let reason = say!("金额 {amount} 元超出结果列的位数", "the amount {amount} yuan does not fit its column");
    Fault { column: "claim_id".to_owned(), value: claim.id().to_owned(), reason }
}

/// Decides one claim on top of what the account holds before it, as if the member had no other; `None` if it has no decision.
pub(super) fn alone(bucket: Bucket<'_>, place: usize, accumulators: &Accumulators) -> Option<Adjudication> {
    let mut one = [read(bucket, place).ok()?];
    bucket.around.tell(bucket, bucket.accounts.account_at(place), &mut one).ok()?;
    let [(enrollment, claim)] = one;
    let catalog = bucket.plans.catalog();
    let plan = catalog.resolve(&enrollment, &claim).ok()?;
    let mut adjudication = plan.adjudicate(&enrollment, &claim, accumulators).ok()?;
    let room = history::Accounts::new(catalog).room(&enrollment, &claim).ok()?;
    room.cut(&mut adjudication, accumulators).ok()?;
    Some(adjudication)
}

/// What is wrong with a row, and where.
pub(super) struct Fault {
    column: String,
    value: String,
    reason: Text,
}

impl Fault {
    fn of(column: &str, value: &str, error: &Error) -> Fault {
        Fault { column: column.to_owned(), value: value.to_owned(), reason: error.text() }
    }

    fn reject(self, bucket: Bucket<'_>, place: usize) -> Reject {
        let row = bucket.accounts.claim_at(place);
        reject_of(Input::Claims, bucket.claims, row, &self.column, &self.value, self.reason)
    }
}

/// The claim at the place with its enrollment, as they would be read one by one.
pub(super) fn read(bucket: Bucket<'_>, place: usize) -> Result<(Enrollment, Claim), Refused> {
    let (row, holder) = (bucket.accounts.claim_at(place), bucket.accounts.enrollment_at(place));
    let kind = |name: &str| bucket.plans.vocabulary().kind(name);
    let enrollment = read_enrollment(bucket, holder)?;
    let id = bucket.claims.some_texts("claim_id").at(row).or_bug().map_err(Refused::Run)?;
    let reversed = bucket.claims.some_texts("reverses").at(row);
    let mut claim = reversed.map_or_else(|| Claim::new(id), |reversed| Claim::reversal(id, reversed));
    for (name, value) in bucket.claims.facts(row, bucket.plans.vocabulary(), kind) {
        let shown = value.to_string();
        claim = claim.with_foreign(name, value).map_err(|error| refused(name, &shown, &error))?;
    }
    if let (None, Ok(plan)) = (reversed, bucket.plans.catalog().resolve(&enrollment, &claim)) {
        check_own_facts(plan, &enrollment, &claim).map_err(Refused::Row)?;
        if let Some((fact, value, reason)) = plan.unread_words(&enrollment, &claim).next() {
            let (column, value) = (fact.name.to_string(), value.to_owned());
            return Err(Refused::Row(Fault { column, value, reason }));
        }
    }
    Ok((enrollment, claim))
}

/// An enrollment as it would be read by itself.
pub(super) fn read_enrollment(bucket: Bucket<'_>, row: usize) -> Result<Enrollment, Refused> {
    let text = |name: &str| bucket.enrollments.some_texts(name).at(row).or_bug().map_err(Refused::Run);
    let mut enrollment = Enrollment::new(text("enrollment_id")?, text("plan")?, text("member_id")?);
    if let Some(version) = bucket.enrollments.some_texts("plan_version").at(row) {
        enrollment = enrollment.with_plan_version(version);
    }
    let kind = |name: &str| bucket.plans.vocabulary().kind(name);
    // A column that this plan does not know is another's.
    for (name, value) in bucket.enrollments.facts(row, bucket.plans.vocabulary(), kind) {
        let shown = value.to_string();
        enrollment = enrollment.with_foreign(name, value).map_err(|error| refused(name, &shown, &error))?;
    }
    Ok(enrollment)
}

fn refused(column: &str, value: &str, error: &Error) -> Refused {
    Refused::Row(Fault::of(column, value, error))
}

/// The bounds of a pack's own facts are known only with the plan.
fn check_own_facts(plan: &Plan, enrollment: &Enrollment, claim: &Claim) -> Result<(), Fault> {
    for slot in &plan.own_facts {
        let fact = plan.fact(*slot);
        let value = match fact.holder {
            Holder::Enrollment => enrollment.facts.own(&fact.name),
            Holder::Claim => claim.facts.own(&fact.name),
        };
        if let Some(value) = value
            && fact.kind.fit(value, fact.bounds).is_err()
        {
            let (kind, min, max) = (fact.kind.said(), fact.bounds.min, fact.bounds.max);
            let reason =
                say!("不是{kind}，或不在 {min} 至 {max} 之间", "not of type {kind}, or not from {min} to {max}"; kind);
            return Err(Fault { column: fact.name.to_string(), value: value.to_string(), reason });
        }
    }
    Ok(())
}

/// Reversals that take nothing back, neither of these claims nor of what is posted before them, with the reason.
fn loose_reversals(pairs: &[(usize, (Enrollment, Claim))], before: Option<&Accumulators>) -> Vec<(usize, Fault)> {
    let by_id: BTreeMap<&str, &(Enrollment, Claim)> = pairs.iter().map(|(_, pair)| (pair.1.id(), pair)).collect();
    let loose = pairs.iter().filter_map(|(place, pair)| {
        let reversed = pair.1.reverses()?;
        let reason = turn::taken_back(pair, by_id.get(reversed).copied(), before).err()?;
        Some((*place, Fault { column: "reverses".to_owned(), value: reversed.to_owned(), reason }))
    });
    loose.collect()
}

/// Claims that have posted before all of these, with the reason.
fn posted_already(pairs: &[(usize, (Enrollment, Claim))], before: Option<&Accumulators>) -> Vec<(usize, Fault)> {
    let Some(before) = before else { return Vec::new() };
    let is_posted = |claim: &Claim| claim.reverses().is_none() && before.has_posted(claim.id());
    let posted = pairs.iter().filter(|(_, (_, claim))| is_posted(claim)).map(|(place, (_, claim))| {
        let (column, value) = ("claim_id".to_owned(), claim.id().to_owned());
        (
            *place,
            Fault {
                column, reason: say!("理赔申请 `{value}` 已经入账", "claim `{value}` has posted already"), value
            },
        )
    });
    posted.collect()
}

/// The column that an error of deciding is about.
fn located(bucket: Bucket<'_>, error: &Error, enrollment: &Enrollment, claim: &Claim) -> Fault {
    if let (Some(reversed), true) = (claim.reverses(), error.is_history()) {
        return Fault::of("reverses", reversed, error);
    }
    if !error.is_version() {
        return Fault::of("claim_id", claim.id(), error);
    }
    if let Some(version) = enrollment.plan_version() {
        return Fault::of("plan_version", version, error);
    }
    let by = bucket.plans.catalog().versions(enrollment.plan()).last().map(|plan| plan.effective().by.fact());
    let column = by.unwrap_or("coverage_start");
    let date = enrollment.fact(column).or_else(|| claim.fact(column));
    Fault::of(column, &date.map_or_else(String::new, ToString::to_string), error)
}
