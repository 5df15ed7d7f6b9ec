//! The claims on which a promise is tried: drawn at the edges, the same every time.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::work::Work;
use crate::accumulator::Accumulators;
use crate::adjudicate::{Decision, Outcome};
use crate::calendar;
use crate::claim::Claim;
use crate::enrollment::Enrollment;
use crate::exact;
use crate::fact::{Bounds, Holder, Kind, Value};
use crate::plan::expression::Slot;
use crate::plan::{Plan, PlanFact, Rows};
use crate::spelling::answer_title;
use crate::text::{Text, say};

/// A plan on which claims are tried: what they are drawn from, and how much of it may still be read.
pub(super) struct Trial<'p> {
    pub(super) plan: &'p Plan,
    work: &'p Work,
    /// The figures and the edges of bands.
    numbers: Vec<Decimal>,
    dates: Vec<NaiveDate>,
    /// The keys of the tables that are looked up by a fact.
    keys: BTreeMap<Slot, Vec<Decimal>>,
}

impl<'p> Trial<'p> {
    pub(super) fn of(plan: &'p Plan, work: &'p Work) -> Trial<'p> {
        let figures = plan.figures.numbers.iter().map(|figure| figure.value);
        let rungs = plan.ladders.iter().flat_map(|ladder| ladder.rungs.iter().filter_map(|rung| rung.up_to));
        let bands = plan.slabs.iter().flat_map(|slab| slab.bands.iter().map(|(edge, _)| *edge));
        let mut keys: BTreeMap<Slot, Vec<Decimal>> = BTreeMap::new();
        for table in &plan.tables {
            match &table.rows {
                Rows::Numbers(rows) => keys.entry(table.by).or_default().extend(rows.iter().map(|(key, _)| *key)),
                Rows::Categories(_) | Rows::YesNo { .. } => {}
            }
        }
        Trial {
            plan,
            work,
            numbers: figures.chain(rungs).chain(bands).collect(),
            dates: plan.figures.dates.iter().map(|figure| figure.value).collect(),
            keys,
        }
    }

    /// Whether there is enough left to decide so many claims.
    pub(super) fn has_work(&self, claims: usize) -> bool {
        self.work.has(self.work_of_a_claim().saturating_mul(claims))
    }

    /// To draw a claim and to decide it.
    fn work_of_a_claim(&self) -> usize {
        self.plan.parts.saturating_add(PARTS_OF_A_CLAIM)
    }
}

/// To draw a claim, to make it and to look at what was decided costs as much as to read so many parts.
const PARTS_OF_A_CLAIM: usize = 200;

/// The facts of one tried claim, by slot.
#[derive(Clone)]
pub(super) struct Tried {
    facts: Vec<(Slot, Value)>,
}

impl Tried {
    pub(super) fn random(trial: &Trial<'_>, dice: &mut Dice) -> Tried {
        let plan = trial.plan;
        let start = plan.effective.from;
        let dates = [Some(plan.event_date), Some(plan.coverage_start)].into_iter().flatten();
        let slots = plan.rule_facts.iter().copied().chain(dates);
        let mut facts: Vec<(Slot, Value)> = Vec::new();
        for slot in slots {
            if facts.iter().all(|(known, _)| *known != slot)
                && let Some(value) = random_value(trial, slot, start, dice)
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

    /// Another claim of the enrollment, some of whose facts are drawn anew.
    pub(super) fn beside(&self, trial: &Trial<'_>, is_of_the_event: bool, dice: &mut Dice) -> Tried {
        let plan = trial.plan;
        let fresh = Tried::random(trial, dice);
        let mut beside = self.clone();
        for slot in plan.slots() {
            let may_change =
                if plan.is_of_the_event(slot) { slot == plan.event_date && !is_of_the_event } else { true };
            if may_change && dice.below(2) == 0 {
                beside.leave_out(slot);
                beside.facts.extend(fresh.facts.iter().filter(|(other, _)| *other == slot).cloned());
            }
        }
        beside
    }

    /// The facts that claims of the event have in common, and those of the claim alone.
    fn words_in_common(&self, plan: &Plan) -> (Text, Text) {
        self.words_of(plan, |slot| plan.is_of_the_event(slot))
    }

    /// Some facts, and all others.
    pub(super) fn words_of(&self, plan: &Plan, is_among: impl Fn(Slot) -> bool) -> (Text, Text) {
        let mut facts: Vec<&(Slot, Value)> = self.facts.iter().collect();
        facts.sort_by_key(|(slot, _)| *slot);
        let (among, others): (Vec<_>, Vec<_>) = facts.into_iter().partition(|(slot, _)| is_among(*slot));
        (spelled(plan, among), spelled(plan, others))
    }

    pub(super) fn value(&self, slot: Slot) -> Option<&Value> {
        self.facts.iter().find(|(known, _)| *known == slot).map(|(_, value)| value)
    }

    pub(super) fn date(&self, slot: Slot) -> Option<NaiveDate> {
        self.value(slot)?.date()
    }

    /// The same with some of its dates so many days later.
    pub(super) fn moved(&self, dates: &[Slot], days: i64) -> Tried {
        let mut moved = self.clone();
        for (slot, value) in &mut moved.facts {
            if let Value::Date(date) = value
                && dates.contains(slot)
                && let Some(later) = calendar::plus_days(*date, days)
            {
                *date = later;
            }
        }
        moved
    }

    pub(super) fn leave_out(&mut self, slot: Slot) {
        self.facts.retain(|(known, _)| *known != slot);
    }

    pub(super) fn number(&self, slot: Slot) -> Option<Decimal> {
        self.value(slot)?.number()
    }

    /// What is decided of the claim, if it is open to the plan's benefits.
    pub(super) fn decide(&self, trial: &Trial<'_>, accumulators: &Accumulators) -> Option<Outcome> {
        let outcome = self.outcome(trial, "C", accumulators)?;
        matches!(outcome.decision(), Decision::Paid | Decision::NothingDue).then_some(outcome)
    }

    pub(super) fn outcome(&self, trial: &Trial<'_>, id: &str, accumulators: &Accumulators) -> Option<Outcome> {
        trial.work.spend(trial.work_of_a_claim());
        let plan = trial.plan;
        let mut enrollment = Enrollment::new("E", plan.id(), "M");
        let mut claim = Claim::new(id);
        for (slot, value) in &self.facts {
            let fact = plan.fact(*slot);
            match fact.holder {
                Holder::Enrollment => enrollment = enrollment.with(&fact.name, value.clone()).ok()?,
                Holder::Claim => claim = claim.with(&fact.name, value.clone()).ok()?,
            }
        }
        plan.decide(&enrollment, &claim, accumulators).ok()
    }

    pub(super) fn words(&self, plan: &Plan, outcome: &Outcome) -> Text {
        let paid = crate::money::print(outcome.payable());
        let Text { zh, en } = spelled(plan, self.facts.iter().collect());
        say!("{zh} → {paid}", "{en} → {paid}")
    }
}

/// Facts with their values, in Chinese by what they are called.
fn spelled(plan: &Plan, facts: Vec<&(Slot, Value)>) -> Text {
    let all: Vec<Text> = facts.into_iter().map(|(slot, value)| spelled_fact(plan.fact(*slot), value)).collect();
    let list = |of: fn(&Text) -> &str| all.iter().map(of).collect::<Vec<_>>().join(", ");
    Text { zh: list(|text| &text.zh), en: list(|text| &text.en) }
}

fn spelled_fact(fact: &PlanFact, value: &Value) -> Text {
    let (title, name) = (&fact.title.zh, &fact.name);
    let shown = value.to_string();
    let symbol = fact.symbols.iter().find(|symbol| *symbol.name == *shown).map(|symbol| &symbol.title);
    let answer = answer_title(&shown);
    let called = symbol.or(Some(&answer)).map(|title| &*title.zh).filter(|zh| !zh.is_empty()).unwrap_or(&shown);
    say!("{title} = {called}", "{name} = {value}")
}

/// Two claims of one enrollment and one event date, on an account on which one claim stands before or none.
#[derive(Clone)]
pub(super) struct Pair {
    before: Option<Tried>,
    one: Tried,
    other: Tried,
}

/// The most units above the lowest value that are drawn.
const MOST_UNITS: u32 = 10_000_000;

/// A pair and the claim before it, one way round and the other.
const CLAIMS_BOTH_WAYS: usize = 6;

/// In how many draws a claim is looked for that is paid.
const DRAWS: usize = 6;

/// A claim that is paid: drawn, or the one that was paid most so far where none that is drawn is paid.
pub(super) fn paid_most(trial: &Trial<'_>, most: &mut Option<Tried>, dice: &mut Dice) -> Tried {
    let nothing = Accumulators::new();
    let paid = |tried: &Tried| tried.decide(trial, &nothing).map_or(Decimal::ZERO, |outcome| outcome.payable());
    let mut drawn = Tried::random(trial, dice);
    for _ in 0..DRAWS {
        if !paid(&drawn).is_zero() {
            break;
        }
        drawn = Tried::random(trial, dice);
    }
    if most.as_ref().is_none_or(|most| paid(&drawn) > paid(most)) {
        *most = Some(drawn.clone());
        return drawn;
    }
    match (dice.below(3), most) {
        (0, _) | (_, None) => drawn,
        (1, Some(most)) => most.clone(),
        (_, Some(most)) => most.beside(trial, false, dice),
    }
}

impl Pair {
    /// What was paid once is varied where nothing else that is drawn is paid.
    pub(super) fn random(trial: &Trial<'_>, paid: &mut Option<Tried>, dice: &mut Dice) -> Pair {
        let nothing = Accumulators::new();
        let is_paid = |tried: &Tried| tried.decide(trial, &nothing).is_some_and(|outcome| !outcome.payable().is_zero());
        let mut one = Tried::random(trial, dice);
        for _ in 0..DRAWS {
            if is_paid(&one) {
                break;
            }
            one = Tried::random(trial, dice);
        }
        if is_paid(&one) {
            *paid = Some(one.clone());
        } else if let Some(paid) = paid {
            one = paid.beside(trial, true, dice);
        }
        let before = (dice.below(3) == 0).then(|| {
            let is_of_the_event = dice.below(2) == 0;
            one.beside(trial, is_of_the_event, dice)
        });
        let other = one.beside(trial, true, dice);
        Pair { before, one, other }
    }

    /// Whether the two are paid more together one way round than the other. A claim that is pended is not decided.
    pub(super) fn depends_on_order(&self, trial: &Trial<'_>) -> bool {
        let [forth, back] = self.both_ways(trial);
        forth.zip(back).is_some_and(|(forth, back)| forth.together != back.together)
    }

    fn both_ways(&self, trial: &Trial<'_>) -> [Option<InTurn>; 2] {
        [[&self.one, &self.other], [&self.other, &self.one]]
            .map(|pair| InTurn::decide(trial, self.before.as_ref(), pair))
    }

    /// The same pair without the facts that do not matter.
    pub(super) fn with_few_facts(self, trial: &Trial<'_>) -> Pair {
        let plan = trial.plan;
        let depends = |pair: &Pair| trial.has_work(CLAIMS_BOTH_WAYS) && pair.depends_on_order(trial);
        let mut fewest = self;
        let alone = Pair { before: None, ..fewest.clone() };
        if depends(&alone) {
            fewest = alone;
        }
        for slot in plan.slots() {
            let of_all = |pair: &mut Pair| {
                pair.one.leave_out(slot);
                pair.other.leave_out(slot);
                if let Some(before) = &mut pair.before {
                    before.leave_out(slot);
                }
            };
            let of_one = |pair: &mut Pair| pair.one.leave_out(slot);
            let of_other = |pair: &mut Pair| pair.other.leave_out(slot);
            let leave_outs: [&dyn Fn(&mut Pair); 3] = [&of_all, &of_one, &of_other];
            let may_differ = !plan.is_of_the_event(slot);
            for leave_out in leave_outs.into_iter().take(if may_differ { 3 } else { 1 }) {
                let mut fewer = fewest.clone();
                leave_out(&mut fewer);
                if depends(&fewer) {
                    fewest = fewer;
                }
            }
        }
        fewest
    }

    /// Both orders with their amounts.
    pub(super) fn words(&self, trial: &Trial<'_>) -> Option<Text> {
        let plan = trial.plan;
        let [forth, back] = self.both_ways(trial);
        let (forth, back) = (forth?, back?);
        let (common, _) = self.one.words_in_common(plan);
        let claim = |tried: &Tried| tried.words_in_common(plan).1;
        let (Text { zh: one, en: one_en }, Text { zh: other, en: other_en }) = (claim(&self.one), claim(&self.other));
        let [first, then, first_back, then_back] =
            [forth.first, forth.then, back.first, back.then].map(crate::money::print);
        let [together, together_back] = [forth.together, back.together].map(crate::money::print);
        let before = match &self.before {
            None => Text::same(""),
            Some(before) => {
                let Text { zh, en } = spelled(plan, before.facts.iter().collect());
                say!("此前已审核 ({zh})；", "after ({en}), ")
            }
        };
        let (zh, en) = (before.zh + &common.zh, before.en + "with " + &common.en);
        Some(say!(
            "反例：{zh}：先 ({one}) → {first}，后 ({other}) → {then}，合计 {together}；先 ({other}) → {first_back}，后 ({one}) → {then_back}，合计 {together_back}",
            "two claims that break it: {en}: ({one_en}) → {first}, then ({other_en}) → {then}, {together} together; but ({other_en}) → {first_back}, then ({one_en}) → {then_back}, {together_back} together"
        ))
    }
}

/// What two claims are paid, one after the other.
struct InTurn {
    first: Decimal,
    then: Decimal,
    together: Decimal,
}

impl InTurn {
    fn decide(trial: &Trial<'_>, before: Option<&Tried>, [first, then]: [&Tried; 2]) -> Option<InTurn> {
        let mut account = Accumulators::new();
        let mut next = |id: &str, tried: &Tried| {
            let outcome = tried.outcome(trial, id, &account)?;
            match outcome.decision() {
                Decision::Paid | Decision::NothingDue | Decision::Denied => {}
                Decision::Pended | Decision::Reversed => return None,
            }
            if let Some(posting) = outcome.posting() {
                account.post(posting).ok()?;
            }
            Some(outcome.payable())
        };
        if let Some(before) = before {
            next("A", before)?;
        }
        let (first, then) = (next("B", first)?, next("C", then)?);
        Some(InTurn { first, then, together: exact::add(first, then).ok()? })
    }
}

/// A value at an edge more often than not: bounds, figures of the plan and their neighbours, halves that are rounded.
fn random_value(trial: &Trial<'_>, slot: Slot, start: NaiveDate, dice: &mut Dice) -> Option<Value> {
    let fact = trial.plan.fact(slot);
    if fact.absent == crate::fact::Absent::None && dice.below(3) == 0 {
        return None;
    }
    match fact.kind {
        Kind::Money | Kind::Ratio | Kind::Number | Kind::Days => {
            let number = match dice.below(5) {
                0 => fact.bounds.min,
                1 if fact.kind == Kind::Money => Decimal::new(i64::from(dice.below(20_000)).saturating_mul(50), 2),
                1 | 2 => fact.bounds.max.min(Decimal::from(10_000_000)),
                3 => number_near(trial, slot, dice).unwrap_or(fact.bounds.min),
                _ => within(fact.bounds, fact.kind.places(), dice),
            };
            let whole = if fact.kind.places() == 0 { number.trunc() } else { number };
            Some(Value::Number(whole.clamp(fact.bounds.min, fact.bounds.max)))
        }
        Kind::Date => {
            let stated = &trial.dates;
            let number = u32::try_from(stated.len()).unwrap_or(0);
            if number > 0 && !is_of_cover(&fact.name) && dice.below(2) == 0 {
                let pick = usize::try_from(dice.below(number)).unwrap_or(0);
                return stated.get(pick).copied().map(Value::Date);
            }
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

fn is_of_cover(date: &str) -> bool {
    matches!(date, "birth_date" | "coverage_start" | "coverage_end" | "previous_coverage_end")
}

/// Anything up to ten million units above the lowest.
fn within(bounds: Bounds, places: u32, dice: &mut Dice) -> Decimal {
    let units_of_one = Decimal::from(10_u64.saturating_pow(places));
    let span = exact::subtract(bounds.max, bounds.min).and_then(|span| exact::multiply(span, units_of_one));
    let units = span.ok().and_then(|units| units.to_u32());
    let above = units.map_or(MOST_UNITS, |units| units.saturating_add(1).min(MOST_UNITS));
    exact::add(bounds.min, Decimal::new(i64::from(dice.below(above)), places)).unwrap_or(bounds.min)
}

/// A row of a table of the fact, a figure of the plan, or one next to it.
fn number_near(trial: &Trial<'_>, slot: Slot, dice: &mut Dice) -> Option<Decimal> {
    let keys: &[Decimal] = trial.keys.get(&slot).map_or(&[], Vec::as_slice);
    let count = u32::try_from(keys.len()).unwrap_or(0);
    if count > 0 && dice.below(2) == 0 {
        return keys.get(usize::try_from(dice.below(count)).ok()?).copied();
    }
    figure_near(trial, dice)
}

/// A figure of the plan, or one just above it.
fn figure_near(trial: &Trial<'_>, dice: &mut Dice) -> Option<Decimal> {
    let count = u32::try_from(trial.numbers.len()).ok().filter(|count| *count > 0)?;
    let number = trial.numbers.get(usize::try_from(dice.below(count)).ok()?)?;
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

    pub(super) fn below(&mut self, end: u32) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        u32::try_from(mixed.checked_rem(u64::from(end.max(1))).unwrap_or(0)).unwrap_or(0)
    }
}
