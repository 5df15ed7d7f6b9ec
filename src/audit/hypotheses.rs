//! Why one recorded payout differs: every alternative is tried, and one counts only if it gives the recorded amount to the fen.

use rust_decimal::Decimal;

use super::cause::{Cause, Subject};
use super::plan_variants::{Variant, Variants};
use super::{binary, cause, typos};
use crate::accumulator::Accumulators;
use crate::adjudicate::{Adjudication, Decision, Detail};
use crate::batch::accounts::{self, History};
use crate::catalog::Catalog;
use crate::claim::Claim;
use crate::code::Code;
use crate::enrollment::Enrollment;
use crate::error::Error;
use crate::history;
use crate::joint::Room;
use crate::plan::Plan;

/// A rounding to the yuan changes a benefit by less than a yuan, and its steps by some fen: in fen, no more than this for each benefit of each claim.
const MOST_BY_ROUNDING: u64 = 200;
/// In longer accounts other orders are not tried.
const MOST_IN_ORDER: usize = 40;
/// In longer accounts earlier claims are not decided otherwise.
pub(super) const MOST_EARLIER: usize = 1_000;

/// A claim of the account with what joint limits leave for it.
type Told<'a> = (&'a (Enrollment, Claim), &'a Room<'a>);

/// A claim of the account as it was decided.
pub(super) struct Earlier<'a> {
    enrollment: &'a Enrollment,
    claim: &'a Claim,
    plan: &'a Plan,
    /// What the account held before it.
    before: Accumulators,
    /// What joint limits left for it.
    room: &'a Room<'a>,
    decided: Adjudication,
}

impl<'a> Earlier<'a> {
    /// Decides a claim and posts it; none if it has no decision, and then it posts nothing.
    pub(super) fn decide(
        catalog: &'a Catalog,
        (enrollment, claim): &'a (Enrollment, Claim),
        room: &'a Room<'a>,
        account: &mut Accumulators,
    ) -> Option<Earlier<'a>> {
        let before = account.clone();
        let decided = history::next(catalog, enrollment, claim, account, room, Detail::Plain).ok()?;
        let plan = catalog.decided_by(&decided).ok()?;
        Some(Earlier { enrollment, claim, plan, before, room, decided })
    }
}

/// One claim with all that decides it.
pub(super) struct Scene<'a> {
    catalog: &'a Catalog,
    plan: &'a Plan,
    history: &'a History<'a>,
    /// The place of the claim in the history.
    place: usize,
    enrollment: &'a Enrollment,
    claim: &'a Claim,
    /// The claims before it.
    earlier: &'a [Earlier<'a>],
    /// What the account holds before it.
    before: &'a Accumulators,
    /// What joint limits leave for it.
    room: &'a Room<'a>,
    decided: Adjudication,
    due: i64,
    recorded: i64,
    /// What is recorded of the claim that this one reverses.
    recorded_of_reversed: Option<i64>,
}

impl<'a> Scene<'a> {
    /// The claim at a place of the history; none if it cannot be decided alone.
    pub(super) fn of(
        catalog: &'a Catalog,
        history: &'a History<'a>,
        place: usize,
        earlier: &'a [Earlier<'a>],
        before: &'a Accumulators,
        recorded: &dyn Fn(&str) -> Option<i64>,
    ) -> Option<Scene<'a>> {
        let ((enrollment, claim), room) = history.iter().nth(place)?;
        let decided = history::next(catalog, enrollment, claim, &mut before.clone(), room, Detail::Plain).ok()?;
        let plan = catalog.decided_by(&decided).ok()?;
        let due = fen(decided.payable())?;
        let recorded_of_reversed = claim.reverses().and_then(recorded);
        let recorded = recorded(claim.id())?;
        Some(Scene {
            catalog,
            plan,
            history,
            place,
            enrollment,
            claim,
            earlier,
            before,
            room,
            decided,
            due,
            recorded,
            recorded_of_reversed,
        })
    }

    /// The version that decides the claim.
    pub(super) fn plan(&self) -> &'a Plan {
        self.plan
    }

    /// All causes that explain what is recorded, the most likely first; or that none does.
    pub(super) fn causes(&self, variants: &Variants) -> Vec<Cause> {
        if self.decided.decision() == Decision::Reversed {
            return self.causes_of_reversal();
        }
        if self.decided.is_held() {
            return vec![self.pended()]; // no rule has pended it
        }
        let mut found = self.typos();
        found.extend(variants.rules.iter().filter(|variant| self.is_by(variant)).map(Variant::as_cause));
        self.joint_limits(&mut found);
        self.benefits(&mut found);
        self.facts(variants, &mut found);
        self.histories(&mut found);
        if self.due.abs_diff(self.recorded) <= self.most_by_rounding() {
            self.roundings(variants, &mut found);
        }
        match (found.as_slice(), self.decided.decision()) {
            ([], Decision::Pended) => vec![self.pended()],
            ([], _) => vec![cause::UNEXPLAINED.into()],
            _ => cause::in_order(&found),
        }
    }

    fn typos(&self) -> Vec<Cause> {
        typos::between(self.due, self.recorded).into_iter().map(Cause::from).collect()
    }

    /// The facts for want of which nothing is known, and those that contradict each other.
    fn pended(&self) -> Cause {
        let about = self.decided.reasons().iter().map(|reason| match &reason.fact {
            Some(fact) => self.plan.slots().find(|slot| *self.plan.fact(*slot).name == **fact),
            None => None,
        });
        Cause::of(Code::ClaimPended, about.flatten().map(|slot| Subject::fact(self.plan, slot)).collect())
    }

    /// A reversal applies no rule: it takes back nothing, another amount than was paid, or one with a typo in it.
    fn causes_of_reversal(&self) -> Vec<Cause> {
        let mut found = self.typos();
        if self.recorded == 0 {
            found.push(Code::Reversal.into());
        } else {
            self.benefits(&mut found);
        }
        if self.recorded_of_reversed.and_then(i64::checked_neg) == Some(self.recorded) {
            found.push(Code::ReversalAsRecorded.into());
        }
        if found.is_empty() { vec![cause::UNEXPLAINED.into()] } else { cause::in_order(&found) }
    }

    /// Whether another system with these rules would pay so, be it after what is due of the earlier claims or after what it paid itself.
    fn is_by(&self, variant: &Variant) -> bool {
        let then = |before: &Accumulators| match variant.cause {
            Code::VersionOther => {
                let enrollment = self.enrollment.clone().with_plan_version(variant.plan.version());
                self.pays(&variant.plan, &enrollment, self.claim, before)
            }
            _ => self.pays(&variant.plan, self.enrollment, self.claim, before),
        };
        (!variant.is_idle(self.plan, &self.decided) && then(self.before))
            || self.by_itself(variant).is_some_and(|before| then(&before))
    }

    /// What the account holds if the earlier claims were decided by these rules as well; none if it is the same.
    fn by_itself(&self, variant: &Variant) -> Option<Accumulators> {
        let is_idle = |earlier: &Earlier<'_>| variant.is_idle(earlier.plan, &earlier.decided);
        self.otherwise(&is_idle, &|plan| variant.instead_of(plan), &|_, _| None)
    }

    /// What the account holds if the earlier claims were decided otherwise as well; none if it is the same.
    fn otherwise(
        &self,
        is_same: &dyn Fn(&Earlier<'_>) -> bool,
        rules: &dyn Fn(&'a Plan) -> Option<&Plan>,
        facts: &dyn Fn(&Enrollment, &Claim) -> Option<Claim>,
    ) -> Option<Accumulators> {
        let mut other: Option<Accumulators> = None;
        for earlier in self.earlier {
            let Earlier { enrollment, claim, plan, before, room, decided } = earlier;
            if let Some(reversed) = claim.reverses() {
                if let Some(other) = &mut other {
                    other.reverse(reversed).ok()?;
                }
                continue;
            }
            if other.is_none() && is_same(earlier) {
                continue;
            }
            let now = other.as_ref().unwrap_or(before);
            let read = rules(plan).map(|rules| (rules, facts(enrollment, claim)));
            let outcome = match &read {
                Some((rules, claim_read)) => {
                    let claim = claim_read.as_ref().unwrap_or(claim);
                    if rules.version() == plan.version() {
                        history::outcome(rules, enrollment, claim, now, room)
                    } else {
                        let enrollment = Enrollment::clone(enrollment).with_plan_version(rules.version());
                        history::outcome(rules, &enrollment, claim, now, room)
                    }
                }
                None if other.is_none() => continue,
                None => history::outcome(plan, enrollment, claim, now, room),
            };
            let outcome = outcome.ok()?;
            if other.is_none() && outcome.posting() != decided.posting() {
                other = Some(before.clone());
            }
            if let (Some(other), Some(posting)) = (&mut other, outcome.posting()) {
                other.post(posting).ok()?;
            }
        }
        other
    }

    fn pays(&self, plan: &Plan, enrollment: &Enrollment, claim: &Claim, before: &Accumulators) -> bool {
        let outcome = plan.decide(enrollment, claim, before);
        let paid = outcome.and_then(|outcome| self.room.caps(outcome.payable(), before));
        paid.is_ok_and(|paid| fen(paid) == Some(self.recorded))
    }

    /// What the plan alone pays, without what joint limits take of this claim, or of the earlier ones too.
    fn joint_limits(&self, found: &mut Vec<Cause>) {
        let alone = |before: &Accumulators| {
            let outcome = self.plan.decide(self.enrollment, self.claim, before);
            outcome.is_ok_and(|outcome| fen(outcome.payable()) == Some(self.recorded))
        };
        let were_cut = self.earlier.iter().any(|earlier| earlier.decided.is_cut());
        if (self.decided.is_cut() && alone(self.before))
            || (were_cut && self.uncut().is_ok_and(|before| alone(&before)))
        {
            found.push(Cause::of(
                Code::JointLimitIgnored,
                self.room.limits().map(|(id, title)| Subject::called(id, title)).collect(),
            ));
        }
    }

    /// What the account holds if joint limits took nothing of the earlier claims.
    fn uncut(&self) -> Result<Accumulators, Error> {
        let mut account = Accumulators::new();
        for Earlier { enrollment, claim, .. } in self.earlier {
            history::pass(self.catalog, enrollment, claim, &mut account, &Room::unlimited())?;
        }
        Ok(account)
    }

    /// A benefit left out of the sum, or in it twice, whatever limits there are over it.
    fn benefits(&self, found: &mut Vec<Cause>) {
        for (lines, paid) in self.decided.benefits().iter().filter_map(|lines| Some((lines, fen(lines.paid())?))) {
            let about = || vec![Subject::called(lines.id(), lines.title())];
            if paid != 0 && self.due.saturating_sub(paid) == self.recorded {
                found.push(Cause::of(Code::BenefitLeftOut, about()));
            }
            if paid != 0 && self.due.saturating_add(paid) == self.recorded {
                found.push(Cause::of(Code::BenefitTwice, about()));
            }
        }
        if self.recorded == 0 && self.due > 0 {
            let paid = self.decided.benefits().iter().filter(|lines| !lines.paid().is_zero());
            let about = paid.map(|lines| Subject::called(lines.id(), lines.title())).collect();
            found.push(Cause::of(Code::BenefitLeftOut, about));
        }
    }

    fn facts(&self, variants: &Variants, found: &mut Vec<Cause>) {
        let as_given = &variants.as_given;
        let own = |plan: &Plan| (plan.version() == as_given.version()).then_some(as_given);
        for otherwise in &variants.facts {
            let read_so = otherwise.read(as_given, self.enrollment, self.claim);
            let claim = read_so.as_ref().unwrap_or(self.claim);
            let then = |before: &Accumulators| self.pays(as_given, self.enrollment, claim, before);
            let read = |enrollment: &Enrollment, claim: &Claim| otherwise.read(as_given, enrollment, claim);
            let is_same = |earlier: &Earlier<'_>| {
                earlier.decided.decision() != Decision::Pended && read(earlier.enrollment, earlier.claim).is_none()
            };
            if (read_so.is_some() && then(self.before))
                || self.otherwise(&is_same, &own, &read).is_some_and(|before| then(&before))
            {
                found.push(otherwise.as_cause(as_given));
            }
        }
    }

    /// Nothing counted of what came before, or what comes later counted first.
    fn histories(&self, found: &mut Vec<Cause>) {
        if !self.before.is_empty() && self.pays(self.plan, self.enrollment, self.claim, &Accumulators::new()) {
            found.push(Code::PriorNotCounted.into());
        }
        if (2..=MOST_IN_ORDER).contains(&self.history.claims.len()) && self.is_by_order().unwrap_or(false) {
            found.push(Code::OrderOfClaims.into());
        }
    }

    /// Whether the claim would be paid so after fewer or more of the member's other claims, taken in their order or in the reverse of it.
    fn is_by_order(&self) -> Result<bool, Error> {
        let others = || self.history.iter().enumerate().filter(|(place, _)| *place != self.place).map(|(_, told)| told);
        Ok(self.is_after_some(&mut others())? || self.is_after_some(&mut others().rev())?)
    }

    fn is_after_some(&self, others: &mut dyn Iterator<Item = Told<'a>>) -> Result<bool, Error> {
        let mut before = Accumulators::new();
        loop {
            if self.pays(self.plan, self.enrollment, self.claim, &before) {
                return Ok(true);
            }
            let Some(((enrollment, claim), room)) = others.next() else { return Ok(false) };
            history::pass(self.catalog, enrollment, claim, &mut before, room)?;
        }
    }

    fn most_by_rounding(&self) -> u64 {
        let count = |length: usize| u64::try_from(length).unwrap_or(u64::MAX);
        let claims = count(self.earlier.len()).saturating_add(1);
        count(self.decided.benefits().len()).saturating_mul(claims).saturating_mul(MOST_BY_ROUNDING)
    }

    fn roundings(&self, variants: &Variants, found: &mut Vec<Cause>) {
        if self.decided.decision() == Decision::Pended || self.decided.decision() == Decision::Denied {
            return;
        }
        found.extend(variants.roundings.iter().filter(|variant| self.is_by(variant)).map(Variant::as_cause));
        let in_binary = |habit: &binary::Habit| {
            let paid = binary::payable(self.plan, self.enrollment, self.claim, self.before, *habit);
            let paid = paid.and_then(|paid| fen(self.room.caps(Decimal::new(paid, 2), self.before).ok()?));
            paid == Some(self.recorded)
        };
        if binary::HABITS.iter().any(in_binary) {
            found.push(Code::RoundingBinary.into());
        }
    }
}

/// An amount as payouts have it, in fen; none if they cannot.
fn fen(amount: Decimal) -> Option<i64> {
    accounts::fen(amount).ok()
}
