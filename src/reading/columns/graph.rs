//! The graph of operations that a plan comes to: each stands once, and each number has proven bounds.

use std::collections::BTreeMap;
use std::sync::Arc;

use rust_decimal::Decimal;

use crate::plan::expression::{Comparison, PriorIndex, Slot};
use crate::reading::absence::Absence;
use crate::reading::range::Range;
use crate::rounding::Mode;

/// A whole number of some unit: money in fen or finer, a ratio, a count, days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Number(u32);

/// True or false for each claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Mask(u32);

/// A day for each claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Date(u32);

/// A place in the graph, whatever stands there.
pub(crate) type Node = u32;

impl Number {
    pub(crate) fn node(self) -> Node {
        self.0
    }
}

impl Mask {
    pub(crate) const NEVER: Mask = Mask(0);
    pub(crate) const ALWAYS: Mask = Mask(1);

    pub(crate) fn node(self) -> Node {
        self.0
    }

    /// Whether it is so for every claim, or for none.
    pub(crate) fn constant(self) -> Option<bool> {
        match self {
            Mask::NEVER => Some(false),
            Mask::ALWAYS => Some(true),
            Mask(_) => None,
        }
    }
}

impl Date {
    pub(crate) fn node(self) -> Node {
        self.0
    }
}

/// One operation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Operation {
    /// A value and its places.
    Constant(i64, u32),
    NumberFact(Slot),
    /// What earlier claims have posted: an index into [`super::lower::Lowered::priors`].
    Prior(PriorIndex),
    Add(Number, Number),
    Subtract(Number, Number),
    Times(Number, Number),
    Least(Number, Number),
    Greatest(Number, Number),
    Choose(Mask, Number, Number),
    /// Of sets, a bit for each member.
    Union(Number, Number),
    /// To the nearest multiple of a divisor, given in multiples.
    Divide(Number, i64, Mode, u32),
    LookUp(Number, i64, Table),
    LookUpCategory(Slot, Table),
    DaysBetween(Date, Date),
    MonthsBetween(Date, Date),
    YearsBetween(Date, Date),

    Given(Slot),
    TruthFact(Slot),
    /// Whether the category's code is one of the set.
    Among(Slot, Arc<[bool]>),
    Compare(Comparison, Number, Number),
    CompareDates(Comparison, Date, Date),
    And(Mask, Mask),
    Or(Mask, Mask),
    Not(Mask),
    Never,
    Always,

    Day(i32),
    DateFact(Slot),
    PlusDays(Date, Number),
    PlusMonths(Date, u32),
    ChooseDate(Mask, Date, Date),
}

/// Values by a small whole number: a key less the first key, or the code of a category.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Table {
    pub(crate) values: Arc<[i64]>,
    /// The value beside the table.
    pub(crate) beside: i64,
    pub(crate) places: u32,
}

impl Table {
    /// The value of a category that is not given, whose code is 0.
    fn of_no_code(&self) -> i64 {
        self.values.first().copied().unwrap_or(self.beside)
    }

    /// Any of the values; at least the one beside the table.
    fn hull(&self) -> Range {
        let all = self.values.iter().chain([&self.beside]);
        let (low, high) =
            all.fold((self.beside, self.beside), |(low, high), value| (low.min(*value), high.max(*value)));
        Range::units(low.into(), high.into(), self.places)
    }
}

/// A number does not provably fit 64 bits, or a table is too large: the plan cannot be read by columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooWide;

/// Every operation once, after those that it needs.
#[derive(Debug)]
pub(crate) struct Graph {
    operations: Vec<Operation>,
    known: BTreeMap<Operation, Node>,
    /// Of numbers, and of dates in days from 1970-01-01; of no use for truths.
    ranges: Vec<Range>,
    pub(crate) too_wide: Option<TooWide>,
}

/// The whole number that a decimal is at so many places, if it is one.
pub(crate) fn whole(number: Decimal, places: u32) -> Option<i64> {
    let short = number.normalize();
    let raise = 10_i128.checked_pow(places.checked_sub(short.scale())?)?;
    i64::try_from(short.mantissa().checked_mul(raise)?).ok()
}

impl Graph {
    pub(crate) fn new() -> Graph {
        let mut graph = Graph { operations: Vec::new(), known: BTreeMap::new(), ranges: Vec::new(), too_wide: None };
        graph.put(Operation::Never);
        graph.put(Operation::Always);
        graph
    }

    pub(crate) fn operations(&self) -> &[Operation] {
        &self.operations
    }

    pub(crate) fn range(&self, number: Number) -> Range {
        self.range_of(number.0)
    }

    /// Nothing can be proven of a node that is none of the graph's: it could be anything, and does not fit.
    fn range_of(&self, node: Node) -> Range {
        let range = usize::try_from(node).ok().and_then(|place| self.ranges.get(place));
        range.copied().unwrap_or(Range::anything(0))
    }

    fn operation(&self, node: Node) -> Option<&Operation> {
        usize::try_from(node).ok().and_then(|place| self.operations.get(place))
    }

    /// What comes of an operation; what enters is said where it is put in, and could be anything until then.
    fn result(&self, operation: &Operation) -> Range {
        let (number, date) = (|number: &Number| self.range_of(number.0), |date: &Date| self.range_of(date.0));
        match operation {
            Operation::Constant(value, places) => Range::units((*value).into(), (*value).into(), *places),
            Operation::NumberFact(_) | Operation::Prior(_) => Range::anything(0),
            Operation::Add(left, right) => number(left).add(number(right)),
            Operation::Subtract(left, right) => number(left).subtract(number(right)),
            Operation::Times(left, right) => number(left).times(number(right)),
            Operation::Least(left, right) => number(left).least(number(right)),
            Operation::Greatest(left, right) => number(left).greatest(number(right)),
            Operation::Choose(_, then, otherwise) => number(then).or(number(otherwise)),
            Operation::Union(left, right) => all_bits(number(left).or(number(right))),
            Operation::Divide(dividend, divisor, mode, places) => {
                number(dividend).multiples((*divisor).into(), *mode, *places)
            }
            Operation::LookUp(_, _, table) | Operation::LookUpCategory(_, table) => table.hull(),
            Operation::DaysBetween(from, to) => Range::days_between(date(from), date(to)),
            Operation::MonthsBetween(from, to) => Range::months_between(date(from), date(to)),
            Operation::YearsBetween(from, to) => Range::years_between(date(from), date(to)),
            Operation::Given(_)
            | Operation::TruthFact(_)
            | Operation::Among(..)
            | Operation::Compare(..)
            | Operation::CompareDates(..)
            | Operation::And(..)
            | Operation::Or(..)
            | Operation::Not(_)
            | Operation::Never
            | Operation::Always => Range::NOTHING,
            Operation::Day(day) => Range::units((*day).into(), (*day).into(), 0),
            Operation::DateFact(_) => Range::GIVEN_DAYS,
            Operation::PlusDays(from, days) => date(from).plus_days(number(days)),
            Operation::PlusMonths(from, months) => date(from).plus_months(*months),
            Operation::ChooseDate(_, then, otherwise) => date(then).or(date(otherwise)),
        }
    }

    fn put(&mut self, operation: Operation) -> Node {
        let range = self.result(&operation);
        self.node(operation, range)
    }

    fn node(&mut self, operation: Operation, range: Range) -> Node {
        if let Some(node) = self.known.get(&operation) {
            return *node;
        }
        if !range.fits_a_column() {
            self.too_wide = Some(TooWide);
        }
        let Ok(node) = u32::try_from(self.operations.len()) else {
            self.too_wide = Some(TooWide);
            return Node::MAX;
        };
        self.known.insert(operation.clone(), node);
        self.operations.push(operation);
        self.ranges.push(range);
        node
    }

    fn number(&mut self, operation: Operation) -> Number {
        Number(self.put(operation))
    }

    fn mask(&mut self, operation: Operation) -> Mask {
        Mask(self.put(operation))
    }

    /// A date that may lie beyond the calendar is a fault of the data, which columns cannot tell.
    fn date(&mut self, operation: Operation) -> Date {
        let date = self.put(operation);
        if !self.range_of(date).is_on_the_calendar() {
            self.too_wide = Some(TooWide);
        }
        Date(date)
    }

    pub(crate) fn constant(&mut self, number: Decimal) -> Number {
        let short = number.normalize();
        let value = i64::try_from(short.mantissa()).unwrap_or_else(|_| {
            self.too_wide = Some(TooWide);
            0
        });
        self.constant_at(value, short.scale())
    }

    pub(crate) fn constant_at(&mut self, value: i64, places: u32) -> Number {
        self.number(Operation::Constant(value, places))
    }

    pub(crate) fn value(&self, number: Number) -> Option<i64> {
        match self.operation(number.0) {
            Some(Operation::Constant(value, _)) => Some(*value),
            Some(_) | None => None,
        }
    }

    fn is_zero(&self, number: Number) -> bool {
        self.value(number) == Some(0)
    }

    pub(crate) fn number_fact(&mut self, slot: Slot, range: Range) -> Number {
        Number(self.node(Operation::NumberFact(slot), range))
    }

    pub(crate) fn prior(&mut self, index: PriorIndex, range: Range) -> Number {
        Number(self.node(Operation::Prior(index), range))
    }

    /// Both at the larger of their places.
    fn aligned(&mut self, left: Number, right: Number) -> (Number, Number) {
        let (a, b) = (self.range(left).places(), self.range(right).places());
        (self.at_places(left, a.max(b)), self.at_places(right, a.max(b)))
    }

    /// The same number in a finer unit.
    pub(crate) fn at_places(&mut self, number: Number, places: u32) -> Number {
        let raise = 10_i64.checked_pow(places.saturating_sub(self.range(number).places()));
        let Some(raise) = raise else {
            self.too_wide = Some(TooWide);
            return number;
        };
        if raise == 1 {
            return number;
        }
        if let Some(value) = self.value(number) {
            let Some(raised) = value.checked_mul(raise) else {
                self.too_wide = Some(TooWide);
                return number;
            };
            return self.constant_at(raised, places);
        }
        let (factor, raised) = (self.constant_at(raise, 0), self.range(number).raised(places));
        Number(self.node(Operation::Times(number, factor), raised))
    }

    pub(crate) fn add(&mut self, left: Number, right: Number) -> Number {
        let (left, right) = self.aligned(left, right);
        if self.is_zero(left) {
            return right;
        }
        if self.is_zero(right) {
            return left;
        }
        self.folded(Operation::Add(left, right))
    }

    pub(crate) fn subtract(&mut self, left: Number, right: Number) -> Number {
        let (left, right) = self.aligned(left, right);
        if self.is_zero(right) {
            return left;
        }
        if left == right {
            return self.constant_at(0, self.range(left).places());
        }
        self.folded(Operation::Subtract(left, right))
    }

    pub(crate) fn times(&mut self, left: Number, right: Number) -> Number {
        let (a, b) = (self.range(left).places(), self.range(right).places());
        if self.is_zero(left) || self.is_zero(right) {
            return self.constant_at(0, a.max(b));
        }
        if self.value(left) == Some(1) && a == 0 {
            return right;
        }
        if self.value(right) == Some(1) && b == 0 {
            return left;
        }
        self.folded(Operation::Times(left, right))
    }

    pub(crate) fn least(&mut self, left: Number, right: Number) -> Number {
        let (left, right) = self.aligned(left, right);
        let (a, b) = (self.range(left), self.range(right));
        if a.is_at_most(b) {
            return left;
        }
        if b.is_at_most(a) {
            return right;
        }
        self.folded(Operation::Least(left, right))
    }

    pub(crate) fn greatest(&mut self, left: Number, right: Number) -> Number {
        let (left, right) = self.aligned(left, right);
        let (a, b) = (self.range(left), self.range(right));
        if b.is_at_most(a) {
            return left;
        }
        if a.is_at_most(b) {
            return right;
        }
        self.folded(Operation::Greatest(left, right))
    }

    pub(crate) fn choose(&mut self, condition: Mask, then: Number, otherwise: Number) -> Number {
        match condition.constant() {
            Some(true) => return then,
            Some(false) => return otherwise,
            None => {}
        }
        let (then, otherwise) = self.where_it_counts(condition, then, otherwise);
        let (then, otherwise) = self.aligned(then, otherwise);
        if self.stands_for_absence(condition, then, otherwise) {
            return then;
        }
        if then == otherwise || self.value(then).is_some_and(|value| self.value(otherwise) == Some(value)) {
            return then;
        }
        self.number(Operation::Choose(condition, then, otherwise))
    }

    /// Of a side that is a choice by the same condition, the side that counts here.
    fn where_it_counts(&self, condition: Mask, then: Number, otherwise: Number) -> (Number, Number) {
        let side = |number: Number, holds: bool| match self.operation(number.0) {
            Some(Operation::Choose(same, yes, _)) if *same == condition && holds => *yes,
            Some(Operation::Choose(same, _, no)) if *same == condition => *no,
            Some(Operation::Choose(other, yes, _)) if self.are_opposite(*other, condition) && !holds => *yes,
            Some(Operation::Choose(other, _, no)) if self.are_opposite(*other, condition) => *no,
            Some(_) | None => number,
        };
        (side(then, true), side(otherwise, false))
    }

    /// Whether the value of a fact that is not given is this one anyway: nothing in a column of numbers, what a table has beside its codes.
    fn stands_for_absence(&self, condition: Mask, stated: Number, absent: Number) -> bool {
        let Some(Operation::Given(given)) = self.operation(condition.0) else { return false };
        match (self.operation(stated.0), self.value(absent)) {
            (Some(Operation::NumberFact(slot)), Some(0)) => slot == given,
            (Some(Operation::LookUpCategory(slot, table)), Some(absent)) => {
                slot == given && table.of_no_code() == absent
            }
            (Some(_) | None, _) => false,
        }
    }

    /// Both sets together; a set is a whole number, a bit for each member.
    pub(crate) fn union(&mut self, left: Number, right: Number) -> Number {
        if left == right || self.is_zero(right) {
            return left;
        }
        if self.is_zero(left) {
            return right;
        }
        let (left, right) = (left.min(right), left.max(right));
        self.folded(Operation::Union(left, right))
    }

    /// To the nearest multiple of `divisor` units, counted in multiples; `places` are those of one multiple.
    pub(crate) fn divide(&mut self, number: Number, divisor: i64, mode: Mode, places: u32) -> Number {
        self.number(Operation::Divide(number, divisor, mode, places))
    }

    pub(crate) fn look_up(&mut self, key: Number, first: i64, table: Table) -> Number {
        self.number(Operation::LookUp(key, first, table))
    }

    pub(crate) fn look_up_category(&mut self, slot: Slot, table: Table) -> Number {
        self.number(Operation::LookUpCategory(slot, table))
    }

    pub(crate) fn days_between(&mut self, from: Date, to: Date) -> Number {
        self.number(Operation::DaysBetween(from, to))
    }

    pub(crate) fn months_between(&mut self, from: Date, to: Date) -> Number {
        self.number(Operation::MonthsBetween(from, to))
    }

    pub(crate) fn years_between(&mut self, from: Date, to: Date) -> Number {
        self.number(Operation::YearsBetween(from, to))
    }

    pub(crate) fn given(&mut self, slot: Slot) -> Mask {
        self.mask(Operation::Given(slot))
    }

    pub(crate) fn truth_fact(&mut self, slot: Slot) -> Mask {
        self.mask(Operation::TruthFact(slot))
    }

    pub(crate) fn among(&mut self, slot: Slot, set: Arc<[bool]>) -> Mask {
        if set.iter().any(|found| *found) { self.mask(Operation::Among(slot, set)) } else { Mask::NEVER }
    }

    pub(crate) fn compare(&mut self, comparison: Comparison, left: Number, right: Number) -> Mask {
        let (left, right) = self.aligned(left, right);
        match self.range(left).compare(comparison, self.range(right)).settled() {
            Some(true) => Mask::ALWAYS,
            Some(false) => Mask::NEVER,
            None => self.mask(Operation::Compare(comparison, left, right)),
        }
    }

    pub(crate) fn compare_dates(&mut self, comparison: Comparison, left: Date, right: Date) -> Mask {
        self.mask(Operation::CompareDates(comparison, left, right))
    }

    pub(crate) fn and(&mut self, left: Mask, right: Mask) -> Mask {
        let (left, right) = (left.min(right), left.max(right));
        match (left.constant(), right.constant()) {
            (Some(false), _) | (_, Some(false)) => Mask::NEVER,
            (Some(true), _) => right,
            (_, Some(true)) => left,
            (None, None) if left == right => left,
            (None, None) if self.are_opposite(left, right) => Mask::NEVER,
            (None, None) if self.needs(left, right) => left,
            (None, None) if self.needs(right, left) => right,
            (None, None) => self.mask(Operation::And(left, right)),
        }
    }

    pub(crate) fn or(&mut self, left: Mask, right: Mask) -> Mask {
        let (left, right) = (left.min(right), left.max(right));
        match (left.constant(), right.constant()) {
            (Some(true), _) | (_, Some(true)) => Mask::ALWAYS,
            (Some(false), _) => right,
            (_, Some(false)) => left,
            (None, None) if left == right => left,
            (None, None) if self.are_opposite(left, right) => Mask::ALWAYS,
            (None, None) => self.either(left, right),
        }
    }

    fn either(&mut self, left: Mask, right: Mask) -> Mask {
        // Beside the opposite of one part, only the other part of an `and` counts.
        for (one, other) in [(left, right), (right, left)] {
            if let Some(Operation::And(a, b)) = self.operation(other.0).cloned() {
                if self.are_opposite(one, a) {
                    return self.or(one, b);
                }
                if self.are_opposite(one, b) {
                    return self.or(one, a);
                }
            }
        }
        match (self.operation(left.0), self.operation(right.0)) {
            (Some(Operation::Not(a)), Some(Operation::Not(b))) => {
                let (a, b) = (*a, *b);
                let both = self.and(a, b);
                self.not(both)
            }
            (Some(_) | None, _) => self.mask(Operation::Or(left, right)),
        }
    }

    /// Whether the first can be so only where the second is: what a fact says is so only where it is given.
    fn needs(&self, says: Mask, given: Mask) -> bool {
        match (self.operation(says.0), self.operation(given.0)) {
            (Some(Operation::TruthFact(fact) | Operation::Among(fact, _)), Some(Operation::Given(slot))) => {
                fact == slot
            }
            (Some(_) | None, _) => false,
        }
    }

    pub(crate) fn not(&mut self, mask: Mask) -> Mask {
        match mask.constant() {
            Some(true) => return Mask::NEVER,
            Some(false) => return Mask::ALWAYS,
            None => {}
        }
        if let Some(Operation::Not(inner)) = self.operation(mask.0) {
            return *inner;
        }
        self.mask(Operation::Not(mask))
    }

    fn are_opposite(&self, left: Mask, right: Mask) -> bool {
        matches!(self.operation(left.0), Some(Operation::Not(inner)) if *inner == right)
            || matches!(self.operation(right.0), Some(Operation::Not(inner)) if *inner == left)
    }

    pub(crate) fn day(&mut self, day: i32) -> Date {
        self.date(Operation::Day(day))
    }

    pub(crate) fn date_fact(&mut self, slot: Slot) -> Date {
        self.date(Operation::DateFact(slot))
    }

    pub(crate) fn plus_days(&mut self, date: Date, days: Number) -> Date {
        if self.range(days).places() != 0 {
            self.too_wide = Some(TooWide);
        }
        self.date(Operation::PlusDays(date, days))
    }

    pub(crate) fn plus_months(&mut self, date: Date, months: u32) -> Date {
        self.date(Operation::PlusMonths(date, months))
    }

    pub(crate) fn choose_date(&mut self, condition: Mask, then: Date, otherwise: Date) -> Date {
        match condition.constant() {
            Some(true) => then,
            Some(false) => otherwise,
            None if then == otherwise => then,
            None => self.date(Operation::ChooseDate(condition, then, otherwise)),
        }
    }

    /// The operation, or its value where it can be only one.
    fn folded(&mut self, operation: Operation) -> Number {
        let range = self.result(&operation);
        match range.constant().map(i64::try_from) {
            Some(Ok(value)) => self.constant_at(value, range.places()),
            Some(Err(_)) | None => Number(self.node(operation, range)),
        }
    }
}

/// What is not known, as masks and as bits of facts.
impl Absence for Graph {
    type Truth = Mask;
    type Facts = Number;

    fn always(&mut self) -> Mask {
        Mask::ALWAYS
    }

    fn both(&mut self, one: Mask, other: Mask) -> Mask {
        self.and(one, other)
    }

    fn either(&mut self, one: Mask, other: Mask) -> Mask {
        self.or(one, other)
    }

    fn contrary(&mut self, truth: Mask) -> Mask {
        self.not(truth)
    }

    fn no_facts(&mut self) -> Number {
        self.constant_at(0, 0)
    }

    fn facts_of_both(&mut self, one: Number, other: Number) -> Number {
        self.union(one, other)
    }

    fn facts_where(&mut self, truth: Mask, then: Number, otherwise: Number) -> Number {
        self.choose(truth, then, otherwise)
    }
}

/// Any set of the members that a set in the range can have.
fn all_bits(sets: Range) -> Range {
    let [_, high] = sets.ends();
    let digits = i128::BITS.saturating_sub(high.max(0).leading_zeros());
    Range::units(0, i128::MAX.wrapping_shr(127_u32.saturating_sub(digits)), 0)
}
