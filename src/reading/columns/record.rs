//! Records what a plan means as a graph: the reading whose numbers are places in that graph.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;

use super::graph::{self, Graph, Mask, Range, Table, TooWide, whole};
use crate::code::Code;
use crate::exact;
use crate::fact::Kind;
use crate::plan::expression::{Comparison, Members, Prior, Slot};
use crate::plan::{LedgerAmount, Plan};
use crate::rounding::Rounding;
use crate::semantics::{Event, Meaning, Reading};

/// How much of a fact's column is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Presence {
    Never,
    Sometimes,
    Always,
}

/// What the values of categories are called in columns.
pub(crate) trait Codes {
    /// The code of the value, if any plan tells it apart; codes start at 1 and are dense.
    fn code(&self, fact: &str, value: &str) -> Option<u16>;
    /// The highest code of the fact.
    fn highest(&self, fact: &str) -> u16;
}

/// Amounts of a column beyond this are left to the exact reading: a billion yuan, in fen.
pub(crate) const MOST_FEN: i64 = 100_000_000_000;
/// The same for what earlier claims have posted, at the places of their entry.
pub(crate) const MOST_POSTED: i64 = 1_000_000_000_000;
/// Counts beyond this are left to the exact reading.
const MOST_COUNTED: i64 = 1_000_000;
/// The slots that have a bit in a gap.
const MOST_IN_GAP: usize = 62;
/// A table with keys further apart is read by comparisons.
const WIDEST_TABLE: i64 = 1024;

/// The largest value of a number fact that columns take, in the units of its column.
pub(crate) fn most_of(kind: Kind) -> i64 {
    match kind {
        Kind::Money => MOST_FEN,
        Kind::Ratio => 100_000_000,
        Kind::Number | Kind::Days | Kind::Date | Kind::YesNo | Kind::Category => MOST_COUNTED,
    }
}

/// What is known of a number, for each claim.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Number {
    pub(crate) value: graph::Number,
    pub(crate) known: Mask,
    pub(crate) gap: Gap,
}

/// The facts that are missing to tell something, a bit for each slot; none where it is known.
pub(crate) type Gap = graph::Number;

/// What is known of a truth: neither where a fact is missing.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Truth {
    pub(crate) yes: Mask,
    pub(crate) no: Mask,
    pub(crate) gap: Gap,
}

/// What is known of a date.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Date {
    value: graph::Date,
    known: Mask,
    gap: Gap,
}

/// One line of a benefit's waterfall, as far as it decides why nothing is left.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Line {
    /// Why nothing is paid if it is the line that leaves nothing.
    pub(crate) cause: Code,
    pub(crate) leaves: Number,
}

/// A benefit's way through the plan.
#[derive(Debug, Clone)]
pub(crate) struct Waterfall {
    pub(crate) applies: Mask,
    pub(crate) gross: Number,
    pub(crate) lines: Vec<Line>,
}

/// A plan's meaning as a graph, and where its answers stand in it.
#[derive(Debug)]
pub(crate) struct Recorded {
    pub(crate) graph: Graph,
    /// All that earlier claims have posted and a rule reads.
    pub(crate) priors: Vec<Prior>,
    pub(crate) sound: Truth,
    pub(crate) eligible: Truth,
    pub(crate) cleared: Truth,
    pub(crate) payable: Number,
    pub(crate) paid: Vec<Number>,
    /// What each entry of the plan's ledger is posted.
    pub(crate) posted: Vec<Number>,
    /// Where each identity is broken.
    pub(crate) broken: Vec<(usize, Mask)>,
    /// Where each condition is known not to be met.
    pub(crate) unmet: Vec<(usize, Mask)>,
    /// Where a table has no row for its key: a fault of the data, which columns cannot tell.
    pub(crate) beyond: Mask,
    /// Whether every fact has a bit in a gap.
    pub(crate) tells_gaps: bool,
    pub(crate) waterfalls: Vec<Option<Waterfall>>,
}

/// Records the plan for claims of which so much is given; `places` are those of the ledger's entries.
///
/// Without `earlier` claims, nothing was posted before.
pub(crate) fn record(
    plan: &Plan,
    codes: &dyn Codes,
    presence: &[Presence],
    places: &[u32],
    earlier: bool,
) -> Result<Recorded, TooWide> {
    let reading = Recorder {
        plan,
        codes,
        presence,
        places,
        earlier,
        sets: BTreeMap::new(),
        graph: Graph::new(),
        priors: Vec::new(),
        broken: Vec::new(),
        unmet: Vec::new(),
        beyond: Mask::NEVER,
        applies: vec![Mask::ALWAYS; plan.benefits.len()],
        waterfalls: vec![None; plan.benefits.len()],
    };
    let mut meaning = Meaning::new(plan, reading);
    let verdict = meaning.adjudicate();
    let posted = plan.entries.iter().map(|stated| meaning.posting(&stated.amount, &verdict.paid)).collect();
    let Recorder { graph, priors, broken, unmet, beyond, waterfalls, .. } = meaning.reading;
    if let Some(too_wide) = graph.too_wide {
        return Err(too_wide);
    }
    Ok(Recorded {
        graph,
        priors,
        sound: verdict.sound,
        eligible: verdict.eligible,
        cleared: verdict.cleared,
        payable: verdict.payable,
        paid: verdict.paid,
        posted,
        broken,
        unmet,
        beyond,
        tells_gaps: plan.facts.len() <= MOST_IN_GAP,
        waterfalls,
    })
}

struct Recorder<'a> {
    plan: &'a Plan,
    codes: &'a dyn Codes,
    /// By slot.
    presence: &'a [Presence],
    /// By entry of the ledger.
    places: &'a [u32],
    earlier: bool,
    /// Lists of values as sets of codes, as far as they were read.
    sets: BTreeMap<(Slot, Members), Arc<[bool]>>,
    graph: Graph,
    priors: Vec<Prior>,
    broken: Vec<(usize, Mask)>,
    unmet: Vec<(usize, Mask)>,
    beyond: Mask,
    applies: Vec<Mask>,
    waterfalls: Vec<Option<Waterfall>>,
}

impl Recorder<'_> {
    #[expect(clippy::indexing_slicing, reason = "`record` is given the presence of every fact of the plan")]
    fn presence(&self, slot: Slot) -> Presence {
        self.presence[slot]
    }

    fn given_mask(&mut self, slot: Slot) -> Mask {
        match self.presence(slot) {
            Presence::Never => Mask::NEVER,
            Presence::Always => Mask::ALWAYS,
            Presence::Sometimes => self.graph.given(slot),
        }
    }

    fn no_gap(&mut self) -> Gap {
        self.graph.constant_at(0, 0)
    }

    /// The fact itself, where something is not known.
    fn gap_of(&mut self, slot: Slot, known: Mask) -> Gap {
        // A slot beyond has no bit; a plan with so many facts does not tell gaps.
        let bit = u32::try_from(slot).ok().and_then(|slot| 1_i64.checked_shl(slot)).map_or(0, |bit| bit.max(0));
        let (bit, none) = (self.graph.constant_at(bit, 0), self.no_gap());
        self.graph.choose(known, none, bit)
    }

    /// A truth that is known where its fact is given.
    fn truth_where_given(&mut self, slot: Slot, yes: Mask) -> Truth {
        let (given, not) = (self.given_mask(slot), self.graph.not(yes));
        Truth { yes, no: self.graph.and(given, not), gap: self.gap_of(slot, given) }
    }

    /// Where both are known, and what is missing to tell either.
    fn both_known(&mut self, (left, left_gap): (Mask, Gap), (right, right_gap): (Mask, Gap)) -> (Mask, Gap) {
        (self.graph.and(left, right), self.graph.union(left_gap, right_gap))
    }

    fn joined(
        &mut self,
        left: Number,
        right: Number,
        by: impl FnOnce(&mut Graph, graph::Number, graph::Number) -> graph::Number,
    ) -> Number {
        let (known, gap) = self.both_known((left.known, left.gap), (right.known, right.gap));
        Number { value: by(&mut self.graph, left.value, right.value), known, gap }
    }

    fn between(
        &mut self,
        from: Date,
        to: Date,
        by: impl FnOnce(&mut Graph, graph::Date, graph::Date) -> graph::Number,
    ) -> Number {
        let (known, gap) = self.both_known((from.known, from.gap), (to.known, to.gap));
        Number { value: by(&mut self.graph, from.value, to.value), known, gap }
    }

    fn known_truth(&mut self, holds: Mask, (known, gap): (Mask, Gap)) -> Truth {
        let fails = self.graph.not(holds);
        Truth { yes: self.graph.and(known, holds), no: self.graph.and(known, fails), gap }
    }

    /// Where the chosen side is known; what is missing where the condition is unknown: all that either side lacks too.
    fn chosen_known(&mut self, condition: Truth, then: (Mask, Gap), otherwise: (Mask, Gap)) -> (Mask, Gap) {
        let is_then = self.graph.and(condition.yes, then.0);
        let is_otherwise = self.graph.and(condition.no, otherwise.0);
        let sides = self.graph.union(then.1, otherwise.1);
        let all = self.graph.union(condition.gap, sides);
        let unless_then = self.graph.choose(condition.no, otherwise.1, all);
        (self.graph.or(is_then, is_otherwise), self.graph.choose(condition.yes, then.1, unless_then))
    }

    /// Values for the codes of a category fact, at the places that the finest of them has.
    fn by_code(&mut self, fact: &str, rows: &[(Box<str>, Decimal)], otherwise: Option<Decimal>) -> Table {
        let places = most_places(rows.iter().map(|(_, value)| *value).chain(otherwise));
        let beside = self.whole(beside(otherwise), places);
        let length = usize::from(self.codes.highest(fact)).saturating_add(1);
        let mut values = vec![beside; length];
        for (row, value) in rows {
            let value = self.whole(*value, places);
            let code = self.codes.code(fact, row).map(usize::from);
            if let Some(place) = code.and_then(|code| values.get_mut(code)) {
                *place = value;
            }
        }
        Table { values: values.into(), beside, places }
    }

    fn whole(&mut self, number: Decimal, places: u32) -> i64 {
        whole(number, places).unwrap_or_else(|| {
            self.graph.too_wide = Some(TooWide);
            0
        })
    }

    /// Where the key is one of the rows'.
    fn has_row(&mut self, key: graph::Number, rows: &[(Decimal, Decimal)]) -> Mask {
        let follows = |pair: &[(Decimal, Decimal)]| match pair {
            [(one, _), (next, _)] => exact::subtract(*next, *one) == Ok(Decimal::ONE),
            _ => false,
        };
        let is_dense = self.graph.range(key).places == 0 && rows.windows(2).all(follows);
        if let ([(first, _), .., (last, _)], true) = (rows, is_dense) {
            let (first, last) = (self.graph.constant(*first), self.graph.constant(*last));
            let above = self.graph.compare(Comparison::AtLeast, key, first);
            let below = self.graph.compare(Comparison::AtMost, key, last);
            return self.graph.and(above, below);
        }
        rows.iter().fold(Mask::NEVER, |found, (row, _)| {
            let row = self.graph.constant(*row);
            let here = self.graph.compare(Comparison::Equal, key, row);
            self.graph.or(found, here)
        })
    }

    fn set_of(&self, slot: Slot, values: impl Iterator<Item = Box<str>>) -> Arc<[bool]> {
        let fact = &*self.plan.fact(slot).name;
        let mut set = vec![false; usize::from(self.codes.highest(fact)).saturating_add(1)];
        for value in values {
            let code = self.codes.code(fact, &value).map(usize::from);
            if let Some(place) = code.and_then(|code| set.get_mut(code)) {
                *place = true;
            }
        }
        set.into()
    }

    /// A table whose keys lie close together, as values from the first key on.
    fn dense(&mut self, key: Range, rows: &[(Decimal, Decimal)], otherwise: Option<Decimal>) -> Option<(i64, Table)> {
        let places = most_places(rows.iter().map(|(_, value)| *value).chain(otherwise));
        let keys: Option<Vec<i64>> = rows.iter().map(|(row, _)| whole(*row, key.places)).collect();
        let keys = keys?;
        let (first, last) = (*keys.iter().min()?, *keys.iter().max()?);
        let width = last.checked_sub(first).filter(|width| *width < WIDEST_TABLE)?;
        let beside = self.whole(beside(otherwise), places);
        let mut values = vec![beside; usize::try_from(width).ok()?.saturating_add(1)];
        for (row, (_, value)) in keys.iter().zip(rows) {
            let value = self.whole(*value, places);
            let place = row.checked_sub(first).and_then(|place| usize::try_from(place).ok());
            *values.get_mut(place?)? = value;
        }
        Some((first, Table { values: values.into(), beside, places }))
    }
}

/// The day's number from 1970-01-01.
pub(crate) fn day_number(date: NaiveDate) -> i32 {
    const FROM_THE_YEAR_1: i32 = 719_163;
    date.num_days_from_ce().saturating_sub(FROM_THE_YEAR_1)
}

fn most_places(values: impl Iterator<Item = Decimal>) -> u32 {
    values.map(|value| value.normalize().scale()).fold(0, u32::max)
}

/// What stands for the value where a table has none: it is not known there, so that nobody reads it.
fn beside(otherwise: Option<Decimal>) -> Decimal {
    match otherwise {
        Some(value) => value,
        None => Decimal::ZERO,
    }
}

impl Reading for Recorder<'_> {
    type Number = Number;
    type Truth = Truth;
    type Date = Date;

    fn number(&mut self, constant: Decimal) -> Number {
        Number { value: self.graph.constant(constant), known: Mask::ALWAYS, gap: self.no_gap() }
    }

    fn truth(&mut self, constant: bool) -> Truth {
        let (yes, no) = if constant { (Mask::ALWAYS, Mask::NEVER) } else { (Mask::NEVER, Mask::ALWAYS) };
        Truth { yes, no, gap: self.no_gap() }
    }

    fn date(&mut self, constant: NaiveDate) -> Date {
        Date { value: self.graph.day(day_number(constant)), known: Mask::ALWAYS, gap: self.no_gap() }
    }

    fn number_fact(&mut self, slot: Slot) -> Number {
        let fact = self.plan.fact(slot);
        let known = self.given_mask(slot);
        let places = fact.kind.places();
        let value = match self.presence(slot) {
            Presence::Never => self.graph.constant_at(0, 0),
            Presence::Sometimes | Presence::Always => {
                let most = self.whole(fact.bounds.max, places).min(most_of(fact.kind));
                self.graph.number_fact(slot, Range { low: 0, high: most.into(), places })
            }
        };
        Number { value, known, gap: self.gap_of(slot, known) }
    }

    fn truth_fact(&mut self, slot: Slot) -> Truth {
        let yes = match self.presence(slot) {
            Presence::Never => Mask::NEVER,
            Presence::Sometimes | Presence::Always => self.graph.truth_fact(slot),
        };
        self.truth_where_given(slot, yes)
    }

    fn date_fact(&mut self, slot: Slot) -> Date {
        let known = self.given_mask(slot);
        let value = match self.presence(slot) {
            Presence::Never => self.graph.day(0),
            Presence::Sometimes | Presence::Always => self.graph.date_fact(slot),
        };
        Date { value, known, gap: self.gap_of(slot, known) }
    }

    fn given(&mut self, slot: Slot) -> Truth {
        let yes = self.given_mask(slot);
        Truth { yes, no: self.graph.not(yes), gap: self.no_gap() }
    }

    fn among(&mut self, slot: Slot, values: &Members) -> Truth {
        let yes = match self.presence(slot) {
            Presence::Never => Mask::NEVER,
            Presence::Sometimes | Presence::Always => {
                let set = match self.sets.get(&(slot, values.clone())) {
                    Some(known) => Arc::clone(known),
                    None => {
                        let set = self.set_of(slot, values.listed().iter().cloned());
                        self.sets.insert((slot, values.clone()), Arc::clone(&set));
                        set
                    }
                };
                self.graph.among(slot, set)
            }
        };
        self.truth_where_given(slot, yes)
    }

    #[expect(clippy::indexing_slicing, reason = "`record` is given the places of every entry of the plan")]
    fn prior(&mut self, prior: Prior) -> Number {
        if !self.earlier {
            return self.number(Decimal::ZERO);
        }
        let index = self.priors.iter().position(|known| *known == prior).unwrap_or_else(|| {
            self.priors.push(prior);
            self.priors.len().saturating_sub(1)
        });
        let places = self.places[prior.entry];
        let high = match self.plan.entry(prior.entry).amount {
            LedgerAmount::Count(_) => MOST_COUNTED,
            LedgerAmount::Paid(_) | LedgerAmount::Deducted(_) | LedgerAmount::Sum(_) => MOST_POSTED,
        };
        let value = self.graph.prior(index, Range { low: 0, high: high.into(), places });
        Number { value, known: Mask::ALWAYS, gap: self.no_gap() }
    }

    fn add(&mut self, left: Number, right: Number) -> Number {
        self.joined(left, right, Graph::add)
    }

    fn subtract(&mut self, left: Number, right: Number) -> Number {
        self.joined(left, right, Graph::subtract)
    }

    fn times(&mut self, left: Number, right: Number) -> Number {
        self.joined(left, right, Graph::times)
    }

    fn least(&mut self, left: Number, right: Number) -> Number {
        self.joined(left, right, Graph::least)
    }

    fn greatest(&mut self, left: Number, right: Number) -> Number {
        self.joined(left, right, Graph::greatest)
    }

    fn round(&mut self, number: Number, rounding: Rounding) -> Number {
        let to = rounding.to.normalize();
        let places = self.graph.range(number.value).places.max(to.scale());
        let raised = self.graph.at_places(number.value, places);
        let multiple = self.whole(to, places);
        let value = if multiple == 1 {
            raised // a whole number of the multiple already
        } else {
            let count = self.graph.divide(raised, multiple, rounding.mode, to.scale());
            let unit = self.whole(to, to.scale());
            let unit = self.graph.constant_at(unit, 0);
            self.graph.times(count, unit)
        };
        Number { value, ..number }
    }

    fn look_up(&mut self, _: usize, key: Number, rows: &[(Decimal, Decimal)], otherwise: Option<Decimal>) -> Number {
        let range = self.graph.range(key.value);
        if otherwise.is_none() {
            let has_row = self.has_row(key.value, rows);
            let has_none = self.graph.not(has_row);
            let here = self.graph.and(key.known, has_none);
            self.beyond = self.graph.or(self.beyond, here);
        }
        let value = match self.dense(range, rows, otherwise) {
            Some((first, table)) => self.graph.look_up(key.value, first, table),
            None => {
                let beside = self.graph.constant(beside(otherwise));
                rows.iter().fold(beside, |found, (row, value)| {
                    let (row, value) = (self.graph.constant(*row), self.graph.constant(*value));
                    let here = self.graph.compare(Comparison::Equal, key.value, row);
                    self.graph.choose(here, value, found)
                })
            }
        };
        Number { value, ..key }
    }

    fn look_up_category(
        &mut self,
        _: usize,
        slot: Slot,
        rows: &[(Box<str>, Decimal)],
        otherwise: Option<Decimal>,
    ) -> Number {
        let fact = self.plan.fact(slot);
        let known = match (otherwise, self.presence(slot)) {
            (Some(_), _) => self.given_mask(slot),
            (None, Presence::Never) => Mask::NEVER,
            (None, Presence::Sometimes | Presence::Always) => {
                let set = self.set_of(slot, rows.iter().map(|(row, _)| row.clone()));
                self.graph.among(slot, set)
            }
        };
        let value = match self.presence(slot) {
            Presence::Never => self.graph.constant(beside(otherwise)),
            Presence::Sometimes | Presence::Always => {
                let table = self.by_code(&fact.name, rows, otherwise);
                self.graph.look_up_category(slot, table)
            }
        };
        Number { value, known, gap: self.gap_of(slot, known) }
    }

    fn days_between(&mut self, from: Date, to: Date) -> Number {
        self.between(from, to, Graph::days_between)
    }

    fn months_between(&mut self, from: Date, to: Date) -> Number {
        self.between(from, to, Graph::months_between)
    }

    fn years_between(&mut self, from: Date, to: Date) -> Number {
        self.between(from, to, Graph::years_between)
    }

    fn plus_days(&mut self, date: Date, days: Number) -> Date {
        let (known, gap) = self.both_known((date.known, date.gap), (days.known, days.gap));
        Date { value: self.graph.plus_days(date.value, days.value), known, gap }
    }

    fn plus_months(&mut self, date: Date, months: u32) -> Date {
        Date { value: self.graph.plus_months(date.value, months), ..date }
    }

    fn compare(&mut self, comparison: Comparison, left: Number, right: Number) -> Truth {
        let known = self.both_known((left.known, left.gap), (right.known, right.gap));
        let holds = self.graph.compare(comparison, left.value, right.value);
        self.known_truth(holds, known)
    }

    fn compare_dates(&mut self, comparison: Comparison, left: Date, right: Date) -> Truth {
        let known = self.both_known((left.known, left.gap), (right.known, right.gap));
        let holds = self.graph.compare_dates(comparison, left.value, right.value);
        self.known_truth(holds, known)
    }

    fn and(&mut self, left: Truth, right: Truth) -> Truth {
        let (yes, no) = (self.graph.and(left.yes, right.yes), self.graph.or(left.no, right.no));
        let (gap, none) = (self.graph.union(left.gap, right.gap), self.no_gap());
        Truth { yes, no, gap: self.graph.choose(no, none, gap) }
    }

    fn or(&mut self, left: Truth, right: Truth) -> Truth {
        let (yes, no) = (self.graph.or(left.yes, right.yes), self.graph.and(left.no, right.no));
        let (gap, none) = (self.graph.union(left.gap, right.gap), self.no_gap());
        Truth { yes, no, gap: self.graph.choose(yes, none, gap) }
    }

    fn not(&mut self, truth: Truth) -> Truth {
        Truth { yes: truth.no, no: truth.yes, ..truth }
    }

    fn unless_false(&mut self, truth: Truth) -> Truth {
        Truth { yes: self.graph.not(truth.no), no: truth.no, gap: self.no_gap() }
    }

    fn choose(&mut self, condition: Truth, then: Number, otherwise: Number) -> Number {
        let (known, gap) = self.chosen_known(condition, (then.known, then.gap), (otherwise.known, otherwise.gap));
        Number { value: self.graph.choose(condition.yes, then.value, otherwise.value), known, gap }
    }

    fn choose_date(&mut self, condition: Truth, then: Date, otherwise: Date) -> Date {
        let (known, gap) = self.chosen_known(condition, (then.known, then.gap), (otherwise.known, otherwise.gap));
        Date { value: self.graph.choose_date(condition.yes, then.value, otherwise.value), known, gap }
    }

    fn derived(&mut self, fact: Slot, number: Number) -> Number {
        Number { gap: self.gap_of(fact, number.known), ..number }
    }

    fn derived_date(&mut self, fact: Slot, date: Date) -> Date {
        Date { gap: self.gap_of(fact, date.known), ..date }
    }

    fn unless_nothing(&mut self, due: &Number, now: Number, before: &Number) -> Number {
        if now.known == due.known {
            return now; // the room is known, and leaves nothing of nothing
        }
        let nothing = self.number(Decimal::ZERO);
        let is_nothing = self.compare(Comparison::Equal, *due, nothing);
        self.choose(is_nothing, *before, now)
    }

    fn is_nothing(&self, number: &Number) -> bool {
        number.known == Mask::ALWAYS && self.graph.value(number.value) == Some(0)
    }

    fn settled(&self, truth: &Truth) -> Option<bool> {
        match (truth.yes.constant(), truth.no.constant()) {
            (Some(true), _) => Some(true),
            (_, Some(true)) => Some(false),
            (Some(false) | None, Some(false) | None) => None,
        }
    }

    fn hear(&mut self, event: Event<'_, Self>) {
        match event {
            Event::Condition { index, met } => self.unmet.push((index, met.no)),
            Event::When { benefit, holds, .. } => {
                if let Some(applies) = self.applies.get_mut(benefit) {
                    *applies = self.graph.and(*applies, holds.yes);
                }
            }
            Event::Gross { benefit, amount } => {
                let applies = self.applies.get(benefit).copied().unwrap_or(Mask::ALWAYS);
                if let Some(place) = self.waterfalls.get_mut(benefit) {
                    *place = Some(Waterfall { applies, gross: *amount, lines: Vec::new() });
                }
            }
            Event::Line { benefit, kind, leaves } => {
                let cause = kind.cause(self.plan.benefit(benefit));
                if let Some(Some(waterfall)) = self.waterfalls.get_mut(benefit) {
                    waterfall.lines.push(Line { cause, leaves: *leaves });
                }
            }
            Event::Identity { index, holds, .. } => self.broken.push((index, holds.no)),
            Event::At(_) => {}
        }
    }
}
