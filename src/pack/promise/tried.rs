//! The claims on which a promise is tried: drawn at the edges, the same every time.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::accumulator::Accumulators;
use crate::adjudicate::{Decision, Outcome};
use crate::calendar;
use crate::claim::Claim;
use crate::enrollment::Enrollment;
use crate::exact;
use crate::fact::{Holder, Kind, Value};
use crate::plan::expression::Slot;
use crate::plan::{FigureValue, Plan};

/// The facts of one tried claim, by slot.
#[derive(Clone)]
pub(super) struct Tried {
    facts: Vec<(Slot, Value)>,
}

impl Tried {
    pub(super) fn random(plan: &Plan, dice: &mut Dice) -> Tried {
        let start = plan.effective.from;
        let dates = [Some(plan.event_date), Some(plan.coverage_start)].into_iter().flatten();
        let slots = plan.rule_facts.iter().copied().chain(dates);
        let mut facts: Vec<(Slot, Value)> = Vec::new();
        for slot in slots {
            if facts.iter().all(|(known, _)| *known != slot)
                && let Some(value) = random_value(plan, slot, start, dice)
            {
                facts.push((slot, value));
            }
        }
        Tried { facts }
    }

    /// The same claim with more of one fact.
    pub(super) fn raised(&self, plan: &Plan, slot: Slot, dice: &mut Dice) -> Option<Tried> {
        let max = plan.fact(slot).bounds.max;
        let now = self.number(slot)?;
        let more = match dice.below(3) {
            0 => exact::add(now, Decimal::ONE).ok()?,
            1 => exact::add(now, Decimal::from(dice.below(100_000))).ok()?,
            _ => max,
        };
        let mut raised = self.clone();
        for (known, value) in &mut raised.facts {
            if *known == slot {
                *value = Value::Number(more.min(max));
            }
        }
        Some(raised)
    }

    pub(super) fn number(&self, slot: Slot) -> Option<Decimal> {
        self.facts.iter().find_map(|(known, value)| match value {
            Value::Number(number) if *known == slot => Some(*number),
            Value::Number(_) | Value::YesNo(_) | Value::Date(_) | Value::Text(_) => None,
        })
    }

    pub(super) fn decide(&self, plan: &Plan, accumulators: &Accumulators) -> Option<Outcome> {
        let mut enrollment = Enrollment::new("E", plan.id(), "M");
        let mut claim = Claim::new("C");
        for (slot, value) in &self.facts {
            let fact = plan.fact(*slot);
            match fact.holder {
                Holder::Enrollment => enrollment = enrollment.with(&fact.name, value.clone()).ok()?,
                Holder::Claim => claim = claim.with(&fact.name, value.clone()).ok()?,
            }
        }
        let outcome = plan.decide(&enrollment, &claim, accumulators).ok()?;
        matches!(outcome.decision(), Decision::Paid | Decision::NothingDue).then_some(outcome)
    }

    pub(super) fn words(&self, plan: &Plan, outcome: &Outcome) -> String {
        let facts = self.facts.iter().map(|(slot, value)| format!("{} = {value}", plan.fact(*slot).name));
        let paid = crate::money::print(outcome.payable());
        format!("{} → {paid}", facts.collect::<Vec<_>>().join(", "))
    }
}

/// A value at an edge more often than not: bounds, figures of the plan and their neighbours.
fn random_value(plan: &Plan, slot: Slot, start: NaiveDate, dice: &mut Dice) -> Option<Value> {
    let fact = plan.fact(slot);
    if fact.absent == crate::fact::Absent::None && dice.below(3) == 0 {
        return None;
    }
    match fact.kind {
        Kind::Money | Kind::Ratio | Kind::Number | Kind::Days => {
            let number = match dice.below(4) {
                0 => fact.bounds.min,
                1 => fact.bounds.max.min(Decimal::from(10_000_000)),
                2 => figure_near(plan, dice).unwrap_or(fact.bounds.min),
                _ => Decimal::new(i64::from(dice.below(10_000_000)), fact.kind.places()),
            };
            let whole = if fact.kind.places() == 0 { number.trunc() } else { number };
            Some(Value::Number(whole.clamp(fact.bounds.min, fact.bounds.max)))
        }
        Kind::Date => {
            let shift = match &*fact.name {
                "birth_date" => i64::from(dice.below(30_000)).saturating_neg(),
                "coverage_start" => 0,
                "coverage_end" => 364,
                "previous_coverage_end" => i64::from(dice.below(90)).saturating_neg(),
                _ => i64::from(dice.below(365)),
            };
            calendar::plus_days(start, shift).map(Value::Date)
        }
        Kind::YesNo => Some(Value::YesNo(dice.below(2) == 0)),
        Kind::Category => {
            let count = u32::try_from(fact.symbols.len()).unwrap_or(0);
            let pick = usize::try_from(dice.below(count.max(1))).unwrap_or(0);
            Some(Value::Text(fact.symbols.get(pick).map_or("other".into(), |symbol| symbol.name.clone())))
        }
    }
}

/// A figure of the plan, or one just above it.
fn figure_near(plan: &Plan, dice: &mut Dice) -> Option<Decimal> {
    let numbers: Vec<Decimal> = plan
        .figures
        .iter()
        .filter_map(|figure| match figure.value {
            FigureValue::Number(number) => Some(number),
            FigureValue::Date(_) => None,
        })
        .chain(plan.ladders.iter().flat_map(|ladder| ladder.rungs.iter().filter_map(|rung| rung.up_to)))
        .chain(plan.slabs.iter().flat_map(|slab| slab.bands.iter().map(|(edge, _)| *edge)))
        .collect();
    let count = u32::try_from(numbers.len()).ok().filter(|count| *count > 0)?;
    let number = numbers.get(usize::try_from(dice.below(count)).ok()?)?;
    match dice.below(3) {
        0 => exact::add(*number, Decimal::new(1, 2)).ok(),
        1 => exact::subtract(*number, Decimal::new(1, 2)).ok(),
        _ => Some(*number),
    }
}

/// A small generator of numbers (splitmix64), the same every time.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new() -> Dice {
        Dice(0x9e37_79b9_7f4a_7c15)
    }

    fn below(&mut self, end: u32) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        u32::try_from(mixed.checked_rem(u64::from(end.max(1))).unwrap_or(0)).unwrap_or(0)
    }
}
