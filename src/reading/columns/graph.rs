//! The graph of operations that a plan comes to: each stands once, and each number has proven bounds.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

use rust_decimal::Decimal;

use crate::plan::expression::{Comparison, Slot};
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
    Prior(usize),
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

    fn hull(&self) -> Range {
        let all = self.values.iter();
        let (low, high) =
            all.fold((self.beside, self.beside), |(low, high), value| (low.min(*value), high.max(*value)));
        Range { low: low.into(), high: high.into(), places: self.places }
    }
}

/// All that a number can be, in units of 10 to the minus `places`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Range {
    pub(crate) low: i128,
    pub(crate) high: i128,
    pub(crate) places: u32,
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

/// The days from 1970-01-01 that the calendar has: those of the years 1 to 9999.
const CALENDAR: RangeInclusive<i128> = -719_162..=2_932_896;
/// The days that a date can be where it enters: 1800-01-01 to 2999-12-31.
const DATES: Range = Range { low: -62_091, high: 376_199, places: 0 };
/// More than the months between two dates.
const MOST_MONTHS: i128 = 1_000_000;
const NO_RANGE: Range = Range { low: 0, high: 0, places: 0 };

impl Graph {
    pub(crate) fn new() -> Graph {
        let mut graph = Graph { operations: Vec::new(), known: BTreeMap::new(), ranges: Vec::new(), too_wide: None };
        graph.node(Operation::Never, NO_RANGE);
        graph.node(Operation::Always, NO_RANGE);
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
        const ANYTHING: Range = Range { low: i128::MIN, high: i128::MAX, places: 0 };
        match usize::try_from(node).ok().and_then(|place| self.ranges.get(place)) {
            Some(range) => *range,
            None => ANYTHING,
        }
    }

    fn operation(&self, node: Node) -> Option<&Operation> {
        usize::try_from(node).ok().and_then(|place| self.operations.get(place))
    }

    fn node(&mut self, operation: Operation, range: Range) -> Node {
        if let Some(node) = self.known.get(&operation) {
            return *node;
        }
        if i64::try_from(range.low).is_err() || i64::try_from(range.high).is_err() {
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

    fn number(&mut self, operation: Operation, range: Range) -> Number {
        Number(self.node(operation, range))
    }

    fn mask(&mut self, operation: Operation) -> Mask {
        Mask(self.node(operation, NO_RANGE))
    }

    /// A date that may lie beyond the calendar is a fault of the data, which columns cannot tell.
    fn date(&mut self, operation: Operation, days: Range) -> Date {
        if !CALENDAR.contains(&days.low) || !CALENDAR.contains(&days.high) {
            self.too_wide = Some(TooWide);
        }
        Date(self.node(operation, days))
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
        let range = Range { low: value.into(), high: value.into(), places };
        self.number(Operation::Constant(value, places), range)
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
        self.number(Operation::NumberFact(slot), range)
    }

    pub(crate) fn prior(&mut self, index: usize, range: Range) -> Number {
        self.number(Operation::Prior(index), range)
    }

    /// Both at the larger of their places.
    fn aligned(&mut self, left: Number, right: Number) -> (Number, Number) {
        let (a, b) = (self.range(left).places, self.range(right).places);
        (self.at_places(left, a.max(b)), self.at_places(right, a.max(b)))
    }

    /// The same number in a finer unit.
    pub(crate) fn at_places(&mut self, number: Number, places: u32) -> Number {
        let range = self.range(number);
        let raise = 10_i64.checked_pow(places.saturating_sub(range.places));
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
        let factor = self.constant_at(raise, 0);
        let range = Range {
            low: range.low.saturating_mul(raise.into()),
            high: range.high.saturating_mul(raise.into()),
            places,
        };
        self.number(Operation::Times(number, factor), range)
    }

    pub(crate) fn add(&mut self, left: Number, right: Number) -> Number {
        let (left, right) = self.aligned(left, right);
        if self.is_zero(left) {
            return right;
        }
        if self.is_zero(right) {
            return left;
        }
        let (a, b) = (self.range(left), self.range(right));
        let range = Range { low: a.low.saturating_add(b.low), high: a.high.saturating_add(b.high), places: a.places };
        self.folded(Operation::Add(left, right), range)
    }

    pub(crate) fn subtract(&mut self, left: Number, right: Number) -> Number {
        let (left, right) = self.aligned(left, right);
        if self.is_zero(right) {
            return left;
        }
        let (a, b) = (self.range(left), self.range(right));
        let range = Range { low: a.low.saturating_sub(b.high), high: a.high.saturating_sub(b.low), places: a.places };
        if left == right {
            return self.constant_at(0, a.places);
        }
        self.folded(Operation::Subtract(left, right), range)
    }

    pub(crate) fn times(&mut self, left: Number, right: Number) -> Number {
        let (a, b) = (self.range(left), self.range(right));
        let places = a.places.saturating_add(b.places);
        if self.is_zero(left) || self.is_zero(right) {
            return self.constant_at(0, places.min(a.places.max(b.places)));
        }
        if self.value(left) == Some(1) && a.places == 0 {
            return right;
        }
        if self.value(right) == Some(1) && b.places == 0 {
            return left;
        }
        let (one, two) = (a.low.saturating_mul(b.low), a.low.saturating_mul(b.high));
        let (three, four) = (a.high.saturating_mul(b.low), a.high.saturating_mul(b.high));
        let (low, high) = (one.min(two).min(three).min(four), one.max(two).max(three).max(four));
        self.folded(Operation::Times(left, right), Range { low, high, places })
    }

    pub(crate) fn least(&mut self, left: Number, right: Number) -> Number {
        let (left, right) = self.aligned(left, right);
        let (a, b) = (self.range(left), self.range(right));
        if a.high <= b.low {
            return left;
        }
        if b.high <= a.low {
            return right;
        }
        let range = Range { low: a.low.min(b.low), high: a.high.min(b.high), places: a.places };
        self.folded(Operation::Least(left, right), range)
    }

    pub(crate) fn greatest(&mut self, left: Number, right: Number) -> Number {
        let (left, right) = self.aligned(left, right);
        let (a, b) = (self.range(left), self.range(right));
        if a.low >= b.high {
            return left;
        }
        if b.low >= a.high {
            return right;
        }
        let range = Range { low: a.low.max(b.low), high: a.high.max(b.high), places: a.places };
        self.folded(Operation::Greatest(left, right), range)
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
        let (a, b) = (self.range(then), self.range(otherwise));
        let range = Range { low: a.low.min(b.low), high: a.high.max(b.high), places: a.places };
        self.number(Operation::Choose(condition, then, otherwise), range)
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
        let high = self.range(left).high.max(self.range(right).high);
        let digits = i128::BITS.saturating_sub(high.max(0).leading_zeros());
        let high = i128::MAX.wrapping_shr(127_u32.saturating_sub(digits));
        let range = Range { low: 0, high, places: 0 };
        self.folded(Operation::Union(left, right), range)
    }

    /// To the nearest multiple of `divisor` units, counted in multiples; `places` are those of one multiple.
    pub(crate) fn divide(&mut self, number: Number, divisor: i64, mode: Mode, places: u32) -> Number {
        let range = self.range(number);
        let ends = range.low.checked_div(divisor.into()).zip(range.high.checked_div(divisor.into()));
        let Some((low, high)) = ends else {
            self.too_wide = Some(TooWide);
            return number;
        };
        let (low, high) = (low.saturating_sub(1), high.saturating_add(1));
        self.number(Operation::Divide(number, divisor, mode, places), Range { low, high, places })
    }

    pub(crate) fn look_up(&mut self, key: Number, first: i64, table: Table) -> Number {
        let range = table.hull();
        self.number(Operation::LookUp(key, first, table), range)
    }

    pub(crate) fn look_up_category(&mut self, slot: Slot, table: Table) -> Number {
        let range = table.hull();
        self.number(Operation::LookUpCategory(slot, table), range)
    }

    pub(crate) fn days_between(&mut self, from: Date, to: Date) -> Number {
        let (a, b) = (self.range_of(from.0), self.range_of(to.0));
        let range = Range { low: b.low.saturating_sub(a.high), high: b.high.saturating_sub(a.low), places: 0 };
        self.number(Operation::DaysBetween(from, to), range)
    }

    pub(crate) fn months_between(&mut self, from: Date, to: Date) -> Number {
        self.number(Operation::MonthsBetween(from, to), Range { low: 0, high: MOST_MONTHS, places: 0 })
    }

    pub(crate) fn years_between(&mut self, from: Date, to: Date) -> Number {
        self.number(Operation::YearsBetween(from, to), Range { low: 0, high: MOST_MONTHS, places: 0 })
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
        let (a, b) = (self.range(left), self.range(right));
        if a.high < b.low || a.low > b.high || (a.low == a.high && a == b) {
            return if comparison.holds(a.low.cmp(&b.low)) { Mask::ALWAYS } else { Mask::NEVER };
        }
        match comparison {
            Comparison::AtMost if a.high <= b.low => Mask::ALWAYS,
            Comparison::AtLeast if a.low >= b.high => Mask::ALWAYS,
            Comparison::Less if a.low >= b.high => Mask::NEVER,
            Comparison::Greater if a.high <= b.low => Mask::NEVER,
            Comparison::Equal
            | Comparison::Unequal
            | Comparison::Less
            | Comparison::AtMost
            | Comparison::Greater
            | Comparison::AtLeast => self.mask(Operation::Compare(comparison, left, right)),
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
        self.date(Operation::Day(day), Range { low: day.into(), high: day.into(), places: 0 })
    }

    pub(crate) fn date_fact(&mut self, slot: Slot) -> Date {
        self.date(Operation::DateFact(slot), DATES)
    }

    pub(crate) fn plus_days(&mut self, date: Date, days: Number) -> Date {
        let (from, by) = (self.range_of(date.0), self.range(days));
        if by.places != 0 {
            self.too_wide = Some(TooWide);
        }
        let range = Range { low: from.low.saturating_add(by.low), high: from.high.saturating_add(by.high), places: 0 };
        self.date(Operation::PlusDays(date, days), range)
    }

    pub(crate) fn plus_months(&mut self, date: Date, months: u32) -> Date {
        let from = self.range_of(date.0);
        let most = i128::from(months).saturating_mul(31);
        let range = Range { high: from.high.saturating_add(most), ..from };
        self.date(Operation::PlusMonths(date, months), range)
    }

    pub(crate) fn choose_date(&mut self, condition: Mask, then: Date, otherwise: Date) -> Date {
        match condition.constant() {
            Some(true) => then,
            Some(false) => otherwise,
            None if then == otherwise => then,
            None => {
                let (a, b) = (self.range_of(then.0), self.range_of(otherwise.0));
                let range = Range { low: a.low.min(b.low), high: a.high.max(b.high), places: 0 };
                self.date(Operation::ChooseDate(condition, then, otherwise), range)
            }
        }
    }

    /// The operation, or its value where all that it needs is constant.
    fn folded(&mut self, operation: Operation, range: Range) -> Number {
        if range.low == range.high
            && let Ok(value) = i64::try_from(range.low)
        {
            return self.constant_at(value, range.places);
        }
        self.number(operation, range)
    }
}
