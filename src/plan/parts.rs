//! What the rules of a plan are made of: how much there is to read, and which named parts are read by several rules.

use super::expression::{
    Date, DateValue, Number, NumberValue, SlabIndex, Slot, TableIndex, Truth, TruthValue, WaitingIndex,
};
use super::{Derived, LedgerAmount, Operand, Period, Plan, Rows};
use crate::arena::{Arena, Index, indexes};

/// A named part of a pack, which any number of rules may read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Named {
    Number(NamedNumber),
    Truth(NamedTruth),
    Date(DateValue),
}

/// One that is a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum NamedNumber {
    Value(NumberValue),
    Table(TableIndex),
    Slab(SlabIndex),
}

/// One that is true or false.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum NamedTruth {
    Value(TruthValue),
    /// Whether a waiting period takes all that is due.
    Waiting(WaitingIndex),
    /// Whether a claim lies in the reduced window after it.
    Reduced(WaitingIndex),
}

indexes! {
    /// Of a number among those that a reading keeps.
    KeptNumber,
    KeptTruth,
    KeptDate,
}

/// The named parts that several rules read: a reading reads each of them once, and keeps what it comes to.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Shared {
    numbers: Arena<NumberValue, Option<KeptNumber>>,
    truths: Arena<TruthValue, Option<KeptTruth>>,
    dates: Arena<DateValue, Option<KeptDate>>,
    tables: Arena<TableIndex, Option<KeptNumber>>,
    slabs: Arena<SlabIndex, Option<KeptNumber>>,
    waitings: Arena<WaitingIndex, Option<KeptTruth>>,
    reduced: Arena<WaitingIndex, Option<KeptTruth>>,
    pub(crate) counts: Counts,
}

/// How many of them there are of each type.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Counts {
    pub(crate) numbers: usize,
    pub(crate) truths: usize,
    pub(crate) dates: usize,
}

impl Shared {
    /// Where its number is kept, if several rules read it.
    #[inline]
    pub(crate) fn number(&self, named: NamedNumber) -> Option<KeptNumber> {
        match named {
            NamedNumber::Value(index) => self.numbers.find(index),
            NamedNumber::Table(index) => self.tables.find(index),
            NamedNumber::Slab(index) => self.slabs.find(index),
        }
        .copied()
        .flatten()
    }

    /// The same of a truth.
    #[inline]
    pub(crate) fn truth(&self, named: NamedTruth) -> Option<KeptTruth> {
        match named {
            NamedTruth::Value(index) => self.truths.find(index),
            NamedTruth::Waiting(index) => self.waitings.find(index),
            NamedTruth::Reduced(index) => self.reduced.find(index),
        }
        .copied()
        .flatten()
    }

    /// The same of a date.
    #[inline]
    pub(crate) fn date(&self, index: DateValue) -> Option<KeptDate> {
        self.dates.find(index).copied().flatten()
    }
}

/// A fact that follows from others is worked out of about so many parts.
pub(crate) const PARTS_OF_A_DERIVATION: usize = 20;
/// What a band does with the due.
const PARTS_OF_A_BAND: usize = 4;

/// The parts of a plan, counted.
pub(crate) struct Parts {
    /// How many parts are read when the plan is read once, each named one counted once.
    pub(crate) count: usize,
    pub(crate) shared: Shared,
}

impl Parts {
    pub(crate) fn of(plan: &Plan) -> Parts {
        let mut uses = Uses::of(plan);
        uses.count_rules();
        let mut counts = Counts::default();
        let Counts { numbers, truths, dates } = &mut counts;
        let values = &plan.values;
        let shared = Shared {
            numbers: places(&uses.numbers, numbers, |index| !values.numbers[index].is_plain()),
            truths: places(&uses.truths, truths, |index| !values.truths[index].is_plain()),
            dates: places(&uses.dates, dates, |index| !values.dates[index].is_plain()),
            tables: places(&uses.tables, numbers, |_| true),
            slabs: places(&uses.slabs, numbers, |_| true),
            waitings: places(&uses.waitings, truths, |_| true),
            reduced: places(&uses.waitings, truths, |index| plan.waiting(index).reduced.is_some()),
            counts: Counts::default(),
        };
        Parts { count: uses.parts, shared: Shared { counts, ..shared } }
    }
}

/// A place for each that is used more than once, and is worth it.
fn places<I: Index, K: Index>(
    uses: &Arena<I, usize>,
    next: &mut usize,
    is_worth_it: impl Fn(I) -> bool,
) -> Arena<I, Option<K>> {
    let place = |(index, uses): (I, &usize)| {
        (*uses > 1 && is_worth_it(index)).then(|| {
            let place = K::at(*next);
            *next = next.saturating_add(1);
            place
        })
    };
    uses.indexed().map(place).collect()
}

/// How often each named part is used, and how many parts there are.
struct Uses<'p> {
    plan: &'p Plan,
    parts: usize,
    numbers: Arena<NumberValue, usize>,
    truths: Arena<TruthValue, usize>,
    dates: Arena<DateValue, usize>,
    tables: Arena<TableIndex, usize>,
    slabs: Arena<SlabIndex, usize>,
    waitings: Arena<WaitingIndex, usize>,
}

impl<'p> Uses<'p> {
    fn of(plan: &'p Plan) -> Uses<'p> {
        Uses {
            plan,
            parts: 0,
            numbers: plan.values.numbers.each(0),
            truths: plan.values.truths.each(0),
            dates: plan.values.dates.each(0),
            tables: plan.tables.each(0),
            slabs: plan.slabs.each(0),
            waitings: plan.waitings.each(0),
        }
    }

    fn more(&mut self, parts: usize) {
        self.parts = self.parts.saturating_add(parts);
    }

    /// Every rule of the plan once.
    fn count_rules(&mut self) {
        let plan = self.plan;
        self.count_declared();
        for identity in &plan.identities {
            self.truth(&identity.agrees);
        }
        for condition in &plan.conditions {
            self.truth(&condition.require);
        }
        for benefit in &plan.benefits {
            benefit.when.iter().for_each(|part| self.truth(&part.expression));
            self.number(&benefit.gross.expression);
            for step in &benefit.steps {
                self.more(1);
                step.when.iter().for_each(|when| self.truth(when));
                self.operand(step.action.operand());
            }
        }
        for limit in &plan.limits {
            self.more(limit.over.len());
            self.number(&limit.amount);
        }
        for stated in &plan.entries {
            match &stated.amount {
                LedgerAmount::Sum(number) => self.number(number),
                LedgerAmount::Paid(_) | LedgerAmount::Count(_) | LedgerAmount::Deducted(_) => self.more(1),
            }
        }
    }

    /// What is declared by name, once, however often it is used.
    fn count_declared(&mut self) {
        let plan = self.plan;
        plan.values.numbers.iter().for_each(|number| self.number(number));
        plan.values.truths.iter().for_each(|truth| self.truth(truth));
        plan.values.dates.iter().for_each(|date| self.date(date));
        for table in &plan.tables {
            self.more(match &table.rows {
                Rows::Numbers(rows) => rows.len(),
                Rows::Categories(rows) => rows.len(),
                Rows::YesNo { .. } => 1,
            });
        }
        for slab in &plan.slabs {
            self.more(slab.bands.len());
            self.number(&slab.by);
        }
        for fact in &plan.facts {
            match &fact.derived {
                Some(Derived::Number(number)) => self.number(number),
                Some(Derived::Date(date)) => self.date(date),
                None => {}
            }
        }
        for waiting in &plan.waitings {
            self.date(&waiting.counts);
            self.date(&waiting.from);
            match &waiting.period {
                Period::Days(days) => self.number(days),
                Period::Months(_) => {}
            }
            waiting.not_when.iter().for_each(|truth| self.truth(truth));
            waiting.waived_within.iter().for_each(|(grace, _)| self.number(grace));
            waiting.reduced.iter().flat_map(|(until, rate)| [until, rate]).for_each(|number| self.number(number));
        }
    }

    fn operand(&mut self, operand: Operand<'p>) {
        match operand {
            Operand::Amount(number) | Operand::Rate(number) => self.number(number),
            Operand::Ladder(ladder) => {
                self.more(self.plan.ladder(ladder).rungs.len().saturating_mul(PARTS_OF_A_BAND));
            }
            Operand::Benefits(benefits) => self.more(benefits.len()),
            Operand::Waiting(index) => note(&mut self.waitings, index),
        }
    }

    fn fact(&mut self, slot: Slot) {
        self.more(match self.plan.fact(slot).derived {
            Some(_) => PARTS_OF_A_DERIVATION,
            None => 0,
        });
    }

    fn number(&mut self, number: &'p Number) {
        self.more(1);
        match number {
            Number::Constant(_) | Number::Figure(_) | Number::Paid(_) | Number::Prior(_) => {}
            Number::Fact(slot) => self.fact(*slot),
            Number::Value(index) => note(&mut self.numbers, *index),
            Number::Table(index) => note(&mut self.tables, *index),
            Number::Slab(index) => note(&mut self.slabs, *index),
            Number::Add(sides) | Number::Subtract(sides) | Number::Times(sides) => {
                sides.iter().for_each(|side| self.number(side));
            }
            Number::Least(numbers) | Number::Greatest(numbers) => numbers.iter().for_each(|side| self.number(side)),
            Number::Choose(choice) => {
                self.truth(&choice.condition);
                self.number(&choice.then);
                self.number(&choice.otherwise);
            }
            Number::DaysBetween(dates) | Number::MonthsBetween(dates) | Number::YearsBetween(dates) => {
                dates.iter().for_each(|date| self.date(date));
            }
        }
    }

    fn truth(&mut self, truth: &'p Truth) {
        self.more(1);
        match truth {
            Truth::Fact(_) | Truth::Given(_) => {}
            Truth::Among(_, members) => self.more(members.looks()),
            Truth::Value(index) => note(&mut self.truths, *index),
            Truth::Compare(_, sides) => sides.iter().for_each(|side| self.number(side)),
            Truth::CompareDates(_, sides) => sides.iter().for_each(|side| self.date(side)),
            Truth::Within(_, numbers) => numbers.iter().for_each(|number| self.number(number)),
            Truth::WithinDates(_, dates) => dates.iter().for_each(|date| self.date(date)),
            Truth::And(sides) | Truth::Or(sides) => sides.iter().for_each(|side| self.truth(side)),
            Truth::Not(truth) => self.truth(truth),
            Truth::Choose(choice) => {
                self.truth(&choice.condition);
                self.truth(&choice.then);
                self.truth(&choice.otherwise);
            }
        }
    }

    fn date(&mut self, date: &'p Date) {
        self.more(1);
        match date {
            Date::Figure(_) => {}
            Date::Fact(slot) => self.fact(*slot),
            Date::Value(index) => note(&mut self.dates, *index),
            Date::PlusDays(sides) => {
                let (date, days) = &**sides;
                self.date(date);
                self.number(days);
            }
            Date::PlusMonths(date, _) => self.date(date),
            Date::Choose(choice) => {
                self.truth(&choice.condition);
                self.date(&choice.then);
                self.date(&choice.otherwise);
            }
        }
    }
}

fn note<I: Index>(uses: &mut Arena<I, usize>, index: I) {
    uses[index] = uses[index].saturating_add(1);
}
