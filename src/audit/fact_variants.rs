//! Claims as another system may have read them: one fact taken otherwise.

use rust_decimal::Decimal;

use super::cause::{Cause, Subject};
use crate::accumulator::Accumulators;
use crate::claim::Claim;
use crate::code::Code;
use crate::enrollment::Enrollment;
use crate::exact;
use crate::fact::{Holder, Kind, StandardFact, Value};
use crate::plan::Plan;
use crate::plan::expression::Slot;
use crate::reading::exact::{Exact, Known, Silence};
use crate::semantics::Meaning;

/// What others pay.
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

/// One thing that another system may read otherwise in every claim.
#[derive(Debug, Clone)]
pub(super) struct Otherwise {
    pub(super) cause: Code,
    /// The facts that it takes otherwise.
    facts: Vec<Slot>,
    as_what: AsWhat,
}

/// What stands in place of a number.
#[derive(Debug, Clone, Copy)]
enum AsWhat {
    MoreBy(Decimal),
    WithPaidBy(&'static [&'static str]),
    Total,
    Nothing,
}

impl Otherwise {
    /// All that is worth trying under a plan.
    pub(super) fn all(plan: &Plan) -> Vec<Otherwise> {
        let of = |kind| plan.rule_facts.iter().copied().filter(move |slot| is_of_claim(plan, *slot, kind));
        let is_payer = |slot: &Slot| PAYERS.contains(&&*plan.fact(*slot).name);
        let days = of(Kind::Days);
        let (payers, bases): (Vec<Slot>, Vec<Slot>) = of(Kind::Money).partition(is_payer);
        let mut all = Vec::new();
        let mut add = |cause, facts: &[Slot], as_what| all.push(Otherwise { cause, facts: facts.to_vec(), as_what });
        for day in days {
            add(Code::DaysOffByOne, &[day], AsWhat::MoreBy(Decimal::ONE));
            add(Code::DaysOffByOne, &[day], AsWhat::MoreBy(Decimal::NEGATIVE_ONE));
        }
        for payer in payers {
            add(Code::BaseBeforeOthers, &[payer], AsWhat::Nothing);
        }
        for base in &bases {
            for payer in PAYERS.chunks(1) {
                add(Code::BaseBeforeOthers, &[*base], AsWhat::WithPaidBy(payer));
            }
            if let Some(both) = PAYERS.get(..2) {
                add(Code::BaseBeforeOthers, &[*base], AsWhat::WithPaidBy(both));
            }
            add(Code::BaseTotalCost, &[*base], AsWhat::Total);
        }
        if bases.len() > 1 {
            add(Code::BaseTotalCost, &bases, AsWhat::Total);
        }
        all
    }

    /// The cause, with the facts that would have to be taken otherwise.
    pub(super) fn as_cause(&self, plan: &Plan) -> Cause {
        let about = match self.as_what {
            AsWhat::WithPaidBy(payers) => payers.iter().map(|payer| Subject::standard_fact(payer)).collect(),
            AsWhat::MoreBy(_) | AsWhat::Total | AsWhat::Nothing => {
                self.facts.iter().map(|slot| Subject::fact(plan, *slot)).collect()
            }
        };
        Cause::of(self.cause, about)
    }

    /// The claim as it is then read; none if it reads the same, or cannot be read so.
    pub(super) fn read(&self, plan: &Plan, enrollment: &Enrollment, claim: &Claim) -> Option<Claim> {
        let nothing = Accumulators::new();
        let reading = Exact::new(plan, enrollment, claim, &nothing, Silence);
        let mut facts = Facts { plan, claim, meaning: Meaning::new(plan, reading) };
        let mut changed = Vec::new();
        for slot in &self.facts {
            let value = facts.value(*slot)?;
            let instead = facts.instead(value, self.as_what)?;
            if instead != value {
                changed.push((&plan.fact(*slot).name, instead));
            }
        }
        if changed.is_empty() {
            return None;
        }
        changed.into_iter().try_fold(claim.clone(), |claim, (name, instead)| claim.with(name, instead)).ok()
    }
}

fn is_of_claim(plan: &Plan, slot: Slot, kind: Kind) -> bool {
    let fact = plan.fact(slot);
    fact.kind == kind && fact.holder == Holder::Claim
}

/// The numbers of a claim, given or derived.
struct Facts<'a> {
    plan: &'a Plan,
    claim: &'a Claim,
    meaning: Meaning<'a, Exact<'a, Silence>>,
}

impl Facts<'_> {
    fn value(&mut self, slot: Slot) -> Option<Decimal> {
        match self.meaning.number_fact(slot) {
            Known::Known(value) => Some(value.into()),
            Known::Missing(_) => None,
        }
    }

    /// The same of a fact that the plan may not read.
    fn amount(&mut self, name: &str) -> Option<Decimal> {
        let standard = StandardFact::index_of(name).and_then(|index| self.plan.slot_of_standard(index));
        match standard {
            Some(slot) => self.value(slot),
            None => match self.claim.fact(name)? {
                Value::Number(number) => Some(*number),
                Value::YesNo(_) | Value::Date(_) | Value::Text(_) => None,
            },
        }
    }

    fn instead(&mut self, value: Decimal, as_what: AsWhat) -> Option<Decimal> {
        match as_what {
            AsWhat::MoreBy(more) => exact::add(value, more).ok(),
            AsWhat::WithPaidBy(payers) => {
                payers.iter().try_fold(value, |sum, payer| exact::add(sum, self.amount(payer)?).ok())
            }
            AsWhat::Total => self.amount(TOTAL),
            AsWhat::Nothing => Some(Decimal::ZERO),
        }
    }
}
