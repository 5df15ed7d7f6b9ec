//! Decides one account by the exact reading, claim by claim.

use std::collections::BTreeMap;

use super::accounts::{Account, reject_of};
use super::payouts::{Results, Unheld};
use super::{Bucket, Certified};
use crate::accumulator::Accumulators;
use crate::adjudicate::Adjudication;
use crate::batch::{Input, Reject};
use crate::certificate::Certifier;
use crate::claim::Claim;
use crate::enrollment::Enrollment;
use crate::error::Error;
use crate::fact::Holder;
use crate::history;
use crate::plan::Plan;
use crate::text::{Text, say};

/// Decides all claims of the account; what can not be decided is rejected, the rest stands.
pub(super) fn decide(bucket: Bucket<'_>, account: &Account, results: &mut Results, rejects: &mut Vec<Reject>) {
    for (place, fault) in faults(bucket, account, results) {
        results.reject(place);
        rejects.push(fault.reject(bucket, place));
    }
}

/// Certifies all claims of the account that can be decided, in order; the others are rejected.
pub(super) fn certify(
    bucket: Bucket<'_>,
    account: &Account,
    certifier: &Certifier<'_>,
    rejects: &mut Vec<Reject>,
) -> Vec<Certified> {
    let mut all = Vec::new();
    let faults = one_by_one(bucket, account, |_, enrollment, claim, accumulators| {
        let certified = certifier.next(enrollment, claim, accumulators);
        let (certificate, adjudication) = certified.map_err(|error| located(bucket, &error, enrollment, claim))?;
        all.push(Certified { enrollment: enrollment.id().to_owned(), adjudication, certificate });
        Ok(())
    });
    rejects.extend(faults.into_iter().map(|(place, fault)| fault.reject(bucket, place)));
    all
}

/// Decides the claims of the account; gives those that can not be decided.
fn faults(bucket: Bucket<'_>, account: &Account, results: &mut Results) -> Vec<(usize, Fault)> {
    one_by_one(bucket, account, |place, enrollment, claim, accumulators| {
        let adjudication = history::next(bucket.plans.catalog(), enrollment, claim, accumulators)
            .map_err(|error| located(bucket, &error, enrollment, claim))?;
        results.set_exactly(bucket, place, &adjudication).map_err(|amount| unheld(claim, &amount))
    })
}

/// Reads the claims of the account and takes one after the other, in order; gives those that can not be read or taken.
fn one_by_one(
    bucket: Bucket<'_>,
    account: &Account,
    mut take: impl FnMut(usize, &Enrollment, &Claim, &mut Accumulators) -> Result<(), Fault>,
) -> Vec<(usize, Fault)> {
    let (mut pairs, mut faults) = (Vec::new(), Vec::new());
    for place in account.places.clone() {
        match read(bucket, place) {
            Ok(pair) => pairs.push((place, pair)),
            Err(fault) => faults.push((place, fault)),
        }
    }
    for (place, fault) in loose_reversals(&pairs) {
        faults.push((place, fault));
        pairs.retain(|(other, _)| *other != place);
    }
    let places: BTreeMap<String, usize> =
        pairs.iter().map(|(place, (_, claim))| (claim.id().to_owned(), *place)).collect();
    let mut claims: Vec<(Enrollment, Claim)> = pairs.into_iter().map(|(_, pair)| pair).collect();
    for (_, claim) in &mut claims {
        bucket.around.tell(account.index, claim);
    }
    let in_order = match history::in_order(&claims) {
        Ok(in_order) => in_order,
        Err(error) => {
            faults.extend(places.iter().map(|(id, place)| (*place, Fault::of("claim_id", id, &error))));
            return faults;
        }
    };
    let mut accumulators = Accumulators::new();
    for (enrollment, claim) in in_order {
        let place = places.get(claim.id()).copied().unwrap_or_default();
        let taken = take(place, enrollment, claim, &mut accumulators);
        faults.extend(taken.err().map(|fault| (place, fault)));
    }
    faults
}

fn unheld(claim: &Claim, Unheld(amount): &Unheld) -> Fault {
    let reason = say!("金额 {amount} 元超出结果列的位数", "the amount {amount} yuan does not fit its column");
    Fault { column: "claim_id".to_owned(), value: claim.id().to_owned(), reason }
}

/// Decides one claim on top of what the account holds before it; `None` if it has no decision.
pub(super) fn alone(bucket: Bucket<'_>, place: usize, accumulators: &Accumulators) -> Option<Adjudication> {
    let (enrollment, mut claim) = read(bucket, place).ok()?;
    bucket.around.tell(bucket.accounts.account_at(place), &mut claim);
    let plan = bucket.plans.catalog().resolve(&enrollment, &claim).ok()?;
    plan.adjudicate(&enrollment, &claim, accumulators).ok()
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
pub(super) fn read(bucket: Bucket<'_>, place: usize) -> Result<(Enrollment, Claim), Fault> {
    let (row, holder) = (bucket.accounts.claim_at(place), bucket.accounts.enrollment_at(place));
    let kind = |name: &str| bucket.plans.vocabulary().kind(name);
    let text = |name: &str| bucket.enrollments.some_texts(name).at(holder).unwrap_or_default();
    let mut enrollment = Enrollment::new(text("enrollment_id"), text("plan"), text("member_id"));
    if let Some(version) = bucket.enrollments.some_texts("plan_version").at(holder) {
        enrollment = enrollment.with_plan_version(version);
    }
    for (name, value) in bucket.enrollments.facts(holder, bucket.plans.vocabulary(), kind) {
        let shown = value.to_string();
        enrollment = enrollment.with(name, value).map_err(|error| Fault::of(name, &shown, &error))?;
    }
    let id = bucket.claims.some_texts("claim_id").at(row).unwrap_or_default();
    let reversed = bucket.claims.some_texts("reverses").at(row);
    let mut claim = reversed.map_or_else(|| Claim::new(id), |reversed| Claim::reversal(id, reversed));
    for (name, value) in bucket.claims.facts(row, bucket.plans.vocabulary(), kind) {
        let shown = value.to_string();
        claim = claim.with(name, value).map_err(|error| Fault::of(name, &shown, &error))?;
    }
    if let (None, Ok(plan)) = (reversed, bucket.plans.catalog().resolve(&enrollment, &claim)) {
        check_own_facts(plan, &enrollment, &claim)?;
    }
    Ok((enrollment, claim))
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
            let (kind, min, max) = (fact.kind.name(), fact.bounds.min, fact.bounds.max);
            let reason =
                say!("不是 {kind} 类型或不在 {min} 至 {max} 之间", "not of type {kind}, or not from {min} to {max}");
            return Err(Fault { column: fact.name.to_string(), value: value.to_string(), reason });
        }
    }
    Ok(())
}

/// Reversals of what is no claim of the account.
pub(super) fn loose_reversals(pairs: &[(usize, (Enrollment, Claim))]) -> Vec<(usize, Fault)> {
    let is_claim = |id: &str| pairs.iter().any(|(_, (_, claim))| claim.id() == id && claim.reverses().is_none());
    let loose =
        pairs.iter().filter_map(|(place, (_, claim))| Some((*place, claim.reverses().filter(|id| !is_claim(id))?)));
    loose
        .map(|(place, id)| {
            let reason = say!("要冲销的理赔申请不在其中", "the claim that it reverses is not among them");
            (place, Fault { column: "reverses".to_owned(), value: id.to_owned(), reason })
        })
        .collect()
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
    Fault::of(column, &date.map(ToString::to_string).unwrap_or_default(), error)
}
