//! A pack's promises: proven over all claims, or refuted by one that is shown.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::accumulator::Accumulators;
use crate::adjudicate::{Decision, Outcome};
use crate::calendar;
use crate::claim::Claim;
use crate::code::Code;
use crate::diagnostic::{Findings, Span};
use crate::document::Node;
use crate::enrollment::Enrollment;
use crate::exact;
use crate::fact::{Holder, Kind, Value};
use crate::plan::expression::Slot;
use crate::plan::{FigureValue, Plan};
use crate::reading::bounds::{Bounds, Range, Trend};
use crate::semantics::Meaning;
use crate::text::{Text, say};

/// How many claims are tried to refute what could not be proven, over all promises of a pack.
const TRIES: usize = 40_000;
/// And at least so many for one promise.
const LEAST_TRIES: usize = 50;

/// Checks every promise.
pub(super) fn check(plan: &Plan, promises: Option<&Node>, findings: &mut Findings) {
    let Some(promises) = promises else { return };
    let count =
        promises.entries().len().saturating_add(promises.get("monotone_in").map_or(0, |list| list.items().len()));
    let tries = TRIES.checked_div(count).unwrap_or(TRIES).max(LEAST_TRIES);
    if let Some(node) = promises.get("never_pays_more_than") {
        check_most(plan, node, tries, findings);
    }
    if let Some(node) = promises.get("never_pays_more_than_borne") {
        check_borne(plan, node, tries, findings);
    }
    for node in promises.get("monotone_in").map(Node::items).unwrap_or_default() {
        check_monotone(plan, node, tries, findings);
    }
}

/// The promises in words, once they are proven.
pub(super) fn words(plan: &Plan, promises: &Node, findings: &mut Findings) -> Vec<Text> {
    let title = |name: &str| plan.fact_title(name).cloned().unwrap_or_else(|| Text::same(name));
    let mut words = Vec::new();
    if let Some(most) = promises.get("never_pays_more_than").and_then(|node| super::yuan(node, findings)) {
        words.push(say!("每次给付不超过 {most} 元", "no claim is paid more than {most} yuan"));
    }
    if let Some(borne) = promises.get("never_pays_more_than_borne").and_then(Node::text).map(title) {
        let (zh, en) = (borne.zh, borne.en);
        words.push(say!("给付不超过{zh}", "no claim is paid more than `{en}`"));
    }
    for fact in promises.get("monotone_in").map(Node::items).unwrap_or_default().iter().filter_map(Node::text) {
        let Text { zh, en } = title(fact);
        words.push(say!("{zh}增加，给付不减少", "more `{en}` never pays less"));
    }
    words
}

fn check_most(plan: &Plan, node: &Node, tries: usize, findings: &mut Findings) {
    let Some(most) = super::yuan(node, findings) else { return };
    let high = payable(plan, None, None).high;
    if high <= most {
        return;
    }
    let refuted = refute(plan, None, tries, |_, one, _| one.payable() > most);
    let unproven = say!("只能证明不超过 {high} 元", "only {high} yuan could be proven");
    report(&node.span, refuted, unproven, findings);
}

fn check_borne(plan: &Plan, node: &Node, tries: usize, findings: &mut Findings) {
    let Some(slot) = slot_of(plan, node) else { return };
    if payable(plan, None, Some(slot)).is_at_most_borne() {
        return;
    }
    let refuted =
        refute(plan, None, tries, |facts, one, _| facts.number(slot).is_some_and(|borne| one.payable() > borne));
    report(&node.span, refuted, say!("未能证明", "it could not be proven"), findings);
}

fn check_monotone(plan: &Plan, node: &Node, tries: usize, findings: &mut Findings) {
    let Some(slot) = slot_of(plan, node) else { return };
    if matches!(payable(plan, Some(slot), None).trend(), Trend::Still | Trend::Up) {
        return;
    }
    let refuted =
        refute(plan, Some(slot), tries, |_, one, more| more.is_some_and(|more| more.payable() < one.payable()));
    report(&node.span, refuted, say!("未能证明", "it could not be proven"), findings);
}

/// All that any single claim can be paid.
fn payable(plan: &Plan, watched: Option<Slot>, borne: Option<Slot>) -> Range {
    Meaning::new(plan, Bounds::new(plan, watched, borne)).adjudicate().payable
}

fn slot_of(plan: &Plan, node: &Node) -> Option<Slot> {
    let name = node.text()?;
    plan.facts.iter().position(|fact| &*fact.name == name)
}

fn report(span: &Span, refuted: Option<Text>, unproven: Text, findings: &mut Findings) {
    match refuted {
        Some(claim) => {
            findings.report(Code::PromiseBroken, span, say!("承诺不成立", "the promise is broken")).help_with([claim])
        }
        None => findings
            .report(
                Code::PromiseUnproven,
                span,
                say!("承诺未得证明，也未找到反例", "the promise is neither proven nor refuted"),
            )
            .help_with([unproven]),
    };
}

/// Looks for a claim that breaks a promise; the same claims are tried every time.
fn refute(
    plan: &Plan,
    raised: Option<Slot>,
    tries: usize,
    broken: impl Fn(&Tried, &Outcome, Option<&Outcome>) -> bool,
) -> Option<Text> {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let nothing = Accumulators::new();
    for _ in 0..tries {
        let tried = Tried::random(plan, &mut dice);
        let Some(one) = tried.decide(plan, &nothing) else { continue };
        let more = match raised {
            Some(slot) => tried
                .raised(plan, slot, &mut dice)
                .map(|more| more.decide(plan, &nothing).map(|outcome| (more, outcome))),
            None => None,
        };
        match more {
            Some(Some((other, outcome))) if broken(&tried, &one, Some(&outcome)) => {
                let (one, two) = (tried.words(plan, &one), other.words(plan, &outcome));
                return Some(say!("反例：{one}；而 {two}", "a claim that breaks it: {one}; but {two}"));
            }
            None if broken(&tried, &one, None) => {
                let one = tried.words(plan, &one);
                return Some(say!("反例：{one}", "a claim that breaks it: {one}"));
            }
            Some(_) | None => {}
        }
    }
    None
}

/// The facts of one tried claim, by slot.
#[derive(Clone)]
struct Tried {
    facts: Vec<(Slot, Value)>,
}

impl Tried {
    fn random(plan: &Plan, dice: &mut Dice) -> Tried {
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
    fn raised(&self, plan: &Plan, slot: Slot, dice: &mut Dice) -> Option<Tried> {
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

    fn number(&self, slot: Slot) -> Option<Decimal> {
        self.facts.iter().find_map(|(known, value)| match value {
            Value::Number(number) if *known == slot => Some(*number),
            Value::Number(_) | Value::YesNo(_) | Value::Date(_) | Value::Text(_) => None,
        })
    }

    fn decide(&self, plan: &Plan, accumulators: &Accumulators) -> Option<Outcome> {
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

    fn words(&self, plan: &Plan, outcome: &Outcome) -> String {
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
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u32) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        u32::try_from(mixed.checked_rem(u64::from(end.max(1))).unwrap_or(0)).unwrap_or(0)
    }
}
