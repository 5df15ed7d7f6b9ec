//! Claims as another system may have read them: one fact taken otherwise in each.

use rust_decimal::Decimal;

use crate::accumulator::Accumulators;
use crate::claim::Claim;
use crate::code::Code;
use crate::enrollment::Enrollment;
use crate::exact;
use crate::fact::{Holder, Kind};
use crate::plan::expression::Slot;
use crate::plan::{Plan, PlanFact};
use crate::reading::exact::{Exact, Known, Silence};
use crate::semantics::Meaning;

/// What others pay, by itself or together.
const PAYERS: [&str; 10] = [
    "other_paid",
    "fund_paid",
    "cvlserv_pay",
    "hifes_pay",
    "hifmi_pay",
    "hifob_pay",
    "maf_pay",
    "oth_pay",
    "hosp_part_amt",
    "acct_pay",
];
const TOTAL: &str = "total_cost";

/// Each claim that the other system may have seen, with what it then did.
pub(super) fn claims(plan: &Plan, enrollment: &Enrollment, claim: &Claim, before: &Accumulators) -> Vec<(Code, Claim)> {
    let reading = Exact::new(plan, enrollment, claim, before, Silence);
    let mut facts = Facts { plan, claim, meaning: Meaning::new(plan, reading), found: Vec::new() };
    facts.days();
    facts.bases();
    facts.found
}

struct Facts<'a> {
    plan: &'a Plan,
    claim: &'a Claim,
    meaning: Meaning<'a, Exact<'a, Silence>>,
    found: Vec<(Code, Claim)>,
}

impl<'a> Facts<'a> {
    /// The facts of the claim that rules read, of this kind, with their values.
    fn read_by_rules(&mut self, kind: Kind) -> Vec<(&'a PlanFact, Decimal)> {
        let plan = self.plan;
        let slots = plan.rule_facts.iter().map(|slot| (*slot, plan.fact(*slot)));
        let of_kind = slots.filter(|(_, fact)| fact.kind == kind && fact.holder == Holder::Claim);
        of_kind.filter_map(|(slot, fact)| Some((fact, self.value(slot)?))).collect()
    }

    fn value(&mut self, slot: Slot) -> Option<Decimal> {
        match self.meaning.number_fact(slot) {
            Known::Known(value) => Some(value.into()),
            Known::Missing(_) => None,
        }
    }

    /// A fact that no rule may read, if the claim gives it or the plan can derive it.
    fn amount(&mut self, name: &str) -> Option<Decimal> {
        let slot = self.plan.facts.iter().position(|fact| &*fact.name == name);
        let value = match slot {
            Some(slot) => self.value(slot),
            None => match self.claim.fact(name) {
                Some(crate::fact::Value::Number(number)) => Some(*number),
                Some(_) | None => None,
            },
        };
        value.filter(|value| !value.is_zero())
    }

    fn days(&mut self) {
        for (fact, days) in self.read_by_rules(Kind::Days) {
            for change in [Decimal::ONE, Decimal::NEGATIVE_ONE] {
                if let Ok(changed) = exact::add(days, change) {
                    self.try_with(Code::DaysOffByOne, &[(fact, changed)]);
                }
            }
        }
    }

    /// The amounts that benefits start from: before what others paid, and the total.
    fn bases(&mut self) {
        let read = self.read_by_rules(Kind::Money);
        let is_payer = |fact: &PlanFact| PAYERS.contains(&&*fact.name);
        let (payers, bases): (Vec<_>, Vec<_>) = read.into_iter().partition(|(fact, _)| is_payer(fact));
        for (fact, _) in payers {
            self.try_with(Code::BaseBeforeOthers, &[(fact, Decimal::ZERO)]);
        }
        let paid: Vec<Decimal> = PAYERS.iter().filter_map(|payer| self.amount(payer)).collect();
        let first_two = ["other_paid", "fund_paid"].iter().filter_map(|payer| self.amount(payer));
        let together = first_two.map(Ok).reduce(|sum, paid| exact::add(sum?, paid?)).and_then(Result::ok);
        for (fact, base) in &bases {
            for paid in paid.iter().chain(&together) {
                if let Ok(before) = exact::add(*base, *paid) {
                    self.try_with(Code::BaseBeforeOthers, &[(fact, before)]);
                }
            }
        }
        if let Some(total) = self.amount(TOTAL) {
            let all: Vec<_> =
                bases.iter().filter(|(fact, _)| &*fact.name != TOTAL).map(|(fact, _)| (*fact, total)).collect();
            for one in &all {
                self.try_with(Code::BaseTotalCost, &[*one]);
            }
            if all.len() > 1 {
                self.try_with(Code::BaseTotalCost, &all);
            }
        }
    }

    /// The claim with other values; there is none if a fact can not have such a value.
    fn try_with(&mut self, cause: Code, facts: &[(&PlanFact, Decimal)]) {
        let claim = facts.iter().try_fold(self.claim.clone(), |claim, (fact, value)| claim.with(&fact.name, *value));
        self.found.extend(claim.ok().map(|claim| (cause, claim)));
    }
}
