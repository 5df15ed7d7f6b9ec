//! Why one recorded payout differs: every alternative is tried, and one counts only if it gives the recorded amount to the fen.

use rust_decimal::Decimal;

use super::variants::{Variant, Variants};
use super::{binary, cause, slips};
use crate::accumulator::Accumulators;
use crate::adjudicate::{Adjudication, Decision};
use crate::batch::bucket::Story;
use crate::catalog::Catalog;
use crate::claim::Claim;
use crate::code::Code;
use crate::enrollment::Enrollment;
use crate::error::Error;
use crate::history;
use crate::plan::Plan;

/// A rounding changes no payout by more than this, in fen: a yuan for each benefit and step is far above what plans have.
const MOST_BY_ROUNDING: u64 = 10_000;
/// In longer accounts other orders are not tried.
const MOST_IN_ORDER: usize = 40;

/// One claim with all that decides it.
pub(super) struct Scene<'a> {
    catalog: &'a Catalog,
    plan: &'a Plan,
    story: &'a Story,
    /// The place of the claim in the story.
    place: usize,
    enrollment: &'a Enrollment,
    claim: &'a Claim,
    /// What the account holds before it.
    before: &'a Accumulators,
    decided: Adjudication,
    due: i64,
    recorded: i64,
}

impl<'a> Scene<'a> {
    /// The claim at a place of the story; none if it can not be decided alone.
    pub(super) fn of(
        catalog: &'a Catalog,
        story: &'a Story,
        place: usize,
        before: &'a Accumulators,
        recorded: i64,
    ) -> Option<Scene<'a>> {
        let (enrollment, claim) = story.get(place)?;
        let plan = catalog.resolve(enrollment, claim).ok()?;
        let decided = plan.adjudicate(enrollment, claim, before).ok()?;
        let due = fen(decided.payable())?;
        Some(Scene { catalog, plan, story, place, enrollment, claim, before, decided, due, recorded })
    }

    /// The version that decides the claim.
    pub(super) fn plan(&self) -> &'a Plan {
        self.plan
    }

    /// All causes that explain what is recorded, the most likely first; or that none does.
    pub(super) fn causes(&self, variants: &Variants) -> Vec<Code> {
        if self.claim.reverses().is_some() {
            return vec![cause::UNEXPLAINED];
        }
        let mut found = slips::between(self.due, self.recorded);
        found.extend(variants.rules.iter().filter(|variant| self.is_by(variant)).map(|variant| variant.cause));
        self.benefits(&mut found);
        self.facts(variants, &mut found);
        self.histories(&mut found);
        if self.due.abs_diff(self.recorded) <= MOST_BY_ROUNDING {
            self.roundings(variants, &mut found);
        }
        if found.is_empty() { vec![cause::UNEXPLAINED] } else { cause::in_order(&found) }
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
        then(self.before)
            || self.by_itself(&|plan| variant.instead_of(plan), &|_, _| None).is_some_and(|before| then(&before))
    }

    /// What the account holds if the earlier claims were decided otherwise as well; none if there are none.
    fn by_itself(
        &self,
        rules: &dyn Fn(&'a Plan) -> Option<&Plan>,
        facts: &dyn Fn(&Enrollment, &Claim) -> Option<Claim>,
    ) -> Option<Accumulators> {
        let earlier =
            self.story.get(..self.place).filter(|earlier| !earlier.is_empty() && earlier.len() <= MOST_IN_ORDER)?;
        let mut before = Accumulators::new();
        for (enrollment, claim) in earlier {
            if let Some(reversed) = claim.reverses() {
                before.reverse(reversed).ok()?;
                continue;
            }
            let plan = self.catalog.resolve(enrollment, claim).ok()?;
            let outcome = match rules(plan) {
                Some(other) => {
                    let enrollment = enrollment.clone().with_plan_version(other.version());
                    let claim = facts(&enrollment, claim).unwrap_or_else(|| claim.clone());
                    other.decide(&enrollment, &claim, &before).ok()?
                }
                None => plan.decide(enrollment, claim, &before).ok()?,
            };
            if let Some(posting) = outcome.posting() {
                before.post(posting).ok()?;
            }
        }
        Some(before)
    }

    fn pays(&self, plan: &Plan, enrollment: &Enrollment, claim: &Claim, before: &Accumulators) -> bool {
        let outcome = plan.decide(enrollment, claim, before);
        outcome.is_ok_and(|outcome| fen(outcome.payable()) == Some(self.recorded))
    }

    /// A benefit left out of the sum, or in it twice, whatever limits there are over it.
    fn benefits(&self, found: &mut Vec<Code>) {
        for paid in self.decided.benefits().iter().filter_map(|lines| fen(lines.paid())).filter(|paid| *paid > 0) {
            if self.due.saturating_sub(paid) == self.recorded {
                found.push(Code::BenefitLeftOut);
            }
            if self.due.saturating_add(paid) == self.recorded {
                found.push(Code::BenefitTwice);
            }
        }
        if self.recorded == 0 && self.due > 0 {
            found.push(Code::BenefitLeftOut);
        }
    }

    fn facts(&self, variants: &Variants, found: &mut Vec<Code>) {
        let as_given = &variants.as_given;
        let own = |plan: &Plan| (plan.version() == as_given.version()).then_some(as_given);
        for otherwise in &variants.facts {
            let read_so = otherwise.read(as_given, self.enrollment, self.claim);
            let claim = read_so.unwrap_or_else(|| self.claim.clone());
            let then = |before: &Accumulators| self.pays(as_given, self.enrollment, &claim, before);
            let read = |enrollment: &Enrollment, claim: &Claim| otherwise.read(as_given, enrollment, claim);
            if then(self.before) || self.by_itself(&own, &read).is_some_and(|before| then(&before)) {
                found.push(otherwise.cause);
            }
        }
    }

    /// Nothing counted of what came before, or what comes later counted first.
    fn histories(&self, found: &mut Vec<Code>) {
        if !self.before.is_empty() && self.pays(self.plan, self.enrollment, self.claim, &Accumulators::new()) {
            found.push(Code::PriorNotCounted);
        }
        if (2..=MOST_IN_ORDER).contains(&self.story.len()) && self.is_by_order().unwrap_or(false) {
            found.push(Code::OrderOfClaims);
        }
    }

    /// Whether the claim would be paid so after fewer or more of the member's other claims, taken in their order or in the reverse of it.
    fn is_by_order(&self) -> Result<bool, Error> {
        let others = || self.story.iter().enumerate().filter(|(place, _)| *place != self.place).map(|(_, pair)| pair);
        Ok(self.is_after_some(&mut others())? || self.is_after_some(&mut others().rev())?)
    }

    fn is_after_some(&self, others: &mut dyn Iterator<Item = &'a (Enrollment, Claim)>) -> Result<bool, Error> {
        let mut before = Accumulators::new();
        loop {
            if self.pays(self.plan, self.enrollment, self.claim, &before) {
                return Ok(true);
            }
            let Some((enrollment, claim)) = others.next() else { return Ok(false) };
            history::next(self.catalog, enrollment, claim, &mut before)?;
        }
    }

    fn roundings(&self, variants: &Variants, found: &mut Vec<Code>) {
        if self.decided.decision() == Decision::Pended || self.decided.decision() == Decision::Denied {
            return;
        }
        found.extend(variants.roundings.iter().filter(|variant| self.is_by(variant)).map(|variant| variant.cause));
        let in_binary = |habit: &binary::Habit| {
            let paid = binary::payable(self.plan, self.enrollment, self.claim, self.before, *habit);
            paid == Some(self.recorded)
        };
        if binary::HABITS.iter().any(in_binary) {
            found.push(Code::RoundingBinary);
        }
    }
}

/// An amount in fen; none if it is finer.
pub(super) fn fen(amount: Decimal) -> Option<i64> {
    let short = amount.normalize();
    let raise = 10_i128.checked_pow(2_u32.checked_sub(short.scale())?)?;
    short.mantissa().checked_mul(raise).and_then(|fen| i64::try_from(fen).ok())
}
