//! What an expression comes to.

use rust_decimal::Decimal;

use super::{Meaning, Reading, Source};
use crate::fact::Absent;
use crate::plan::expression::{Choice, Comparison, Date, Months, Number, Several, SlabIndex, Slot, TableIndex, Truth};
use crate::plan::parts::NamedNumber;
use crate::plan::{AnyFigure, Derived, Rows};

impl<'p, R: Reading> Meaning<'p, R> {
    pub(crate) fn number(&mut self, number: &'p Number) -> R::Number {
        match number {
            Number::Constant(constant) => self.reading.number(*constant),
            Number::Figure(index) => {
                let source = Source::Figure(AnyFigure::Number(*index));
                self.reading.sourced(source, self.plan.number_figure(*index).value)
            }
            Number::Fact(slot) => self.number_fact(*slot),
            Number::Value(index) => self.number_value(*index),
            Number::Table(index) => self.look_up(*index),
            Number::Slab(index) => self.pick(*index),
            Number::Paid(benefit) => self.paid(*benefit),
            Number::Prior(prior) => self.reading.prior(*prior),
            Number::Add(sides) => {
                let [left, right] = self.numbers(sides);
                self.reading.add(left, right)
            }
            Number::Subtract(sides) => {
                let [left, right] = self.numbers(sides);
                self.reading.subtract(left, right)
            }
            Number::Times(sides) => {
                let [left, right] = self.numbers(sides);
                self.reading.times(left, right)
            }
            Number::Least(numbers) => self.fold(numbers, R::least),
            Number::Greatest(numbers) => self.fold(numbers, R::greatest),
            Number::Choose(choice) => self.choose_number(choice),
            Number::DaysBetween(sides) => {
                let [from, to] = self.dates(sides);
                self.reading.days_between(from, to)
            }
            Number::MonthsBetween(sides) => {
                let [from, to] = self.dates(sides);
                self.reading.months_between(from, to)
            }
            Number::YearsBetween(sides) => {
                let [from, to] = self.dates(sides);
                self.reading.years_between(from, to)
            }
        }
    }

    /// The fact as given, or as it follows from others.
    #[inline(never)]
    pub(crate) fn number_fact(&mut self, slot: Slot) -> R::Number {
        match &self.plan.fact(slot).derived {
            Some(Derived::Number(derived)) => {
                let given = self.reading.given(slot);
                let derive = |m: &mut Self| {
                    let number = m.number(derived);
                    m.reading.derived(slot, number)
                };
                self.choose(given, |m| m.stated_number(slot), derive)
            }
            Some(Derived::Date(_)) | None => self.stated_number(slot),
        }
    }

    // What an absent fact says is said in these three and nowhere else: there was none, or it is not known.

    pub(super) fn stated_number(&mut self, slot: Slot) -> R::Number {
        let stated = self.plan.fact(slot);
        match stated.absent {
            Absent::None if stated.bounds.min.is_zero() => {
                let given = self.reading.given(slot);
                self.choose(given, |m| m.reading.number_fact(slot), Self::nothing)
            }
            Absent::None | Absent::Unknown => self.reading.number_fact(slot),
        }
    }

    pub(super) fn unless_absent(&mut self, slot: Slot, stated: R::Truth) -> R::Truth {
        match self.plan.fact(slot).absent {
            Absent::None => {
                let given = self.reading.given(slot);
                self.reading.and(given, stated)
            }
            Absent::Unknown => stated,
        }
    }

    pub(super) fn look_up_category(
        &mut self,
        index: TableIndex,
        slot: Slot,
        rows: &[(Box<str>, Decimal)],
    ) -> R::Number {
        let otherwise = self.plan.table(index).otherwise;
        let found = self.reading.look_up_category(index, slot, rows, otherwise);
        match (self.plan.fact(slot).absent, otherwise) {
            (Absent::None, Some(otherwise)) => {
                let given = self.reading.given(slot);
                let otherwise = self.reading.sourced(Source::Table(index), otherwise);
                self.reading.choose(given, found, otherwise)
            }
            (Absent::None, None) | (Absent::Unknown, _) => found,
        }
    }

    #[inline(never)]
    pub(super) fn choose_number(&mut self, choice: &'p Choice<Number>) -> R::Number {
        let Choice { condition, then, otherwise } = choice;
        let condition = self.truth(condition);
        self.choose(condition, |m| m.number(then), |m| m.number(otherwise))
    }

    pub(super) fn numbers(&mut self, [left, right]: &'p [Number; 2]) -> [R::Number; 2] {
        [self.number(left), self.number(right)]
    }

    #[inline(never)]
    pub(super) fn fold(
        &mut self,
        numbers: &'p Several,
        join: impl Fn(&mut R, R::Number, R::Number) -> R::Number,
    ) -> R::Number {
        let first = self.number(&numbers.first);
        numbers.rest.iter().fold(first, |sofar, number| {
            let number = self.number(number);
            join(&mut self.reading, sofar, number)
        })
    }

    #[inline(never)]
    pub(crate) fn look_up(&mut self, index: TableIndex) -> R::Number {
        self.number_once(NamedNumber::Table(index), |m| m.look_up_row(index))
    }

    pub(super) fn look_up_row(&mut self, index: TableIndex) -> R::Number {
        let table = self.plan.table(index);
        match &table.rows {
            Rows::Numbers(rows) => {
                let key = self.number_fact(table.by);
                self.reading.look_up(index, key, rows, table.otherwise)
            }
            Rows::Categories(rows) => self.look_up_category(index, table.by, rows),
            Rows::YesNo { yes, no } => {
                let key = self.truth_fact(table.by);
                let source = Source::Table(index);
                self.choose(key, |m| m.reading.sourced(source, *yes), |m| m.reading.sourced(source, *no))
            }
        }
    }

    /// The value of the band that the key lies in.
    #[inline(never)]
    pub(crate) fn pick(&mut self, index: SlabIndex) -> R::Number {
        self.number_once(NamedNumber::Slab(index), |m| {
            let key = m.number(&m.plan.slab(index).by);
            m.pick_from(index, &m.plan.slab(index).bands, &key)
        })
    }

    pub(super) fn pick_from(
        &mut self,
        index: SlabIndex,
        bands: &'p [(Decimal, Decimal)],
        key: &R::Number,
    ) -> R::Number {
        let (slab, source) = (self.plan.slab(index), Source::Slab(index));
        let Some(((edge, value), higher)) = bands.split_first() else {
            return self.reading.sourced(source, slab.above);
        };
        let edge = self.reading.sourced(source, *edge);
        let inside = self.reading.compare(slab.edge.below(), key.clone(), edge);
        self.choose(inside, |m| m.reading.sourced(source, *value), |m| m.pick_from(index, higher, key))
    }

    pub(crate) fn truth(&mut self, truth: &'p Truth) -> R::Truth {
        if let Some(supposed) = self.reading.supposed(truth) {
            return supposed;
        }
        match truth {
            Truth::Fact(slot) => self.truth_fact(*slot),
            Truth::Value(index) => self.truth_value(*index),
            Truth::Given(slot) => self.reading.given(*slot),
            Truth::Compare(comparison, sides) => self.compare(*comparison, sides),
            Truth::CompareDates(comparison, sides) => self.compare_dates(*comparison, sides),
            Truth::Within(upper, numbers) => self.within(*upper, numbers),
            Truth::WithinDates(upper, dates) => self.within_dates(*upper, dates),
            Truth::Among(slot, values) => {
                let among = self.reading.among(*slot, values);
                self.unless_absent(*slot, among)
            }
            Truth::And(sides) => {
                let [left, right] = &**sides;
                let left = self.truth(left);
                self.both(left, |m| m.truth(right))
            }
            Truth::Or(sides) => {
                let [left, right] = &**sides;
                let left = self.truth(left);
                self.either(left, |m| m.truth(right))
            }
            Truth::Not(truth) => {
                let truth = self.truth(truth);
                self.reading.not(truth)
            }
            Truth::Choose(choice) => self.choose_truth(choice),
        }
    }

    pub(super) fn truth_fact(&mut self, slot: Slot) -> R::Truth {
        let fact = self.reading.truth_fact(slot);
        self.unless_absent(slot, fact)
    }

    // The arms that need room of their own stand apart: a small frame keeps the recursion fast.
    #[inline(never)]
    pub(super) fn compare(&mut self, comparison: Comparison, sides: &'p [Number; 2]) -> R::Truth {
        let [left, right] = self.numbers(sides);
        self.reading.compare(comparison, left, right)
    }

    #[inline(never)]
    pub(super) fn compare_dates(&mut self, comparison: Comparison, sides: &'p [Date; 2]) -> R::Truth {
        let [left, right] = self.dates(sides);
        self.reading.compare_dates(comparison, left, right)
    }

    #[inline(never)]
    pub(super) fn within(&mut self, upper: Comparison, [subject, from, to]: &'p [Number; 3]) -> R::Truth {
        let (subject, from) = (self.number(subject), self.number(from));
        let above = self.reading.compare(Comparison::AtLeast, subject.clone(), from.clone());
        self.both(above, |m| {
            let to = m.number(to);
            if m.reading.is_empty_range(upper, &from, &to) {
                return m.reading.truth(false);
            }
            m.reading.compare(upper, subject, to)
        })
    }

    #[inline(never)]
    pub(super) fn within_dates(&mut self, upper: Comparison, [subject, from, to]: &'p [Date; 3]) -> R::Truth {
        let (subject, from) = (self.date(subject), self.date(from));
        let after = self.reading.compare_dates(Comparison::AtLeast, subject.clone(), from);
        self.both(after, |m| {
            let to = m.date(to);
            m.reading.compare_dates(upper, subject, to)
        })
    }

    #[inline(never)]
    pub(super) fn choose_truth(&mut self, choice: &'p Choice<Truth>) -> R::Truth {
        let Choice { condition, then, otherwise } = choice;
        let condition = self.truth(condition);
        let negated = self.reading.not(condition.clone());
        let then = self.both(condition, |m| m.truth(then));
        let otherwise = self.both(negated, |m| m.truth(otherwise));
        self.reading.or(then, otherwise)
    }

    /// So many months later, by the calendar.
    pub(super) fn plus_months(&mut self, date: R::Date, Months { count, figure }: Months) -> R::Date {
        match figure {
            Some(figure) => {
                let source = Source::Figure(AnyFigure::Number(figure));
                self.reading.plus_sourced_months(source, date, count)
            }
            None => self.reading.plus_months(date, count),
        }
    }

    pub(crate) fn date(&mut self, date: &'p Date) -> R::Date {
        match date {
            Date::Figure(index) => {
                let source = Source::Figure(AnyFigure::Date(*index));
                self.reading.sourced_date(source, self.plan.date_figure(*index).value)
            }
            Date::Fact(slot) => match &self.plan.fact(*slot).derived {
                Some(Derived::Date(derived)) => {
                    let given = self.reading.given(*slot);
                    let derive = |m: &mut Self| {
                        let date = m.date(derived);
                        m.reading.derived_date(*slot, date)
                    };
                    self.choose_date(given, |m| m.reading.date_fact(*slot), derive)
                }
                Some(Derived::Number(_)) | None => self.reading.date_fact(*slot),
            },
            Date::Value(index) => self.date_value(*index),
            Date::PlusDays(sides) => {
                let (date, days) = &**sides;
                let (date, days) = (self.date(date), self.number(days));
                self.reading.plus_days(date, days)
            }
            Date::PlusMonths(date, months) => {
                let date = self.date(date);
                self.plus_months(date, *months)
            }
            Date::Choose(choice) => {
                let Choice { condition, then, otherwise } = &**choice;
                let condition = self.truth(condition);
                self.choose_date(condition, |m| m.date(then), |m| m.date(otherwise))
            }
        }
    }

    pub(super) fn dates(&mut self, [from, to]: &'p [Date; 2]) -> [R::Date; 2] {
        [self.date(from), self.date(to)]
    }

    pub(super) fn both(&mut self, left: R::Truth, right: impl FnOnce(&mut Self) -> R::Truth) -> R::Truth {
        match self.reading.settled(&left) {
            Some(false) => left,
            Some(true) => right(self),
            None => {
                let right = right(self);
                self.reading.and(left, right)
            }
        }
    }

    pub(super) fn either(&mut self, left: R::Truth, right: impl FnOnce(&mut Self) -> R::Truth) -> R::Truth {
        match self.reading.settled(&left) {
            Some(true) => left,
            Some(false) => right(self),
            None => {
                let right = right(self);
                self.reading.or(left, right)
            }
        }
    }

    pub(super) fn choose(
        &mut self,
        condition: R::Truth,
        then: impl FnOnce(&mut Self) -> R::Number,
        otherwise: impl FnOnce(&mut Self) -> R::Number,
    ) -> R::Number {
        match self.reading.settled(&condition) {
            Some(true) => then(self),
            Some(false) => otherwise(self),
            None => {
                let (then, otherwise) = (then(self), otherwise(self));
                self.reading.choose(condition, then, otherwise)
            }
        }
    }

    pub(super) fn choose_date(
        &mut self,
        condition: R::Truth,
        then: impl FnOnce(&mut Self) -> R::Date,
        otherwise: impl FnOnce(&mut Self) -> R::Date,
    ) -> R::Date {
        match self.reading.settled(&condition) {
            Some(true) => then(self),
            Some(false) => otherwise(self),
            None => {
                let (then, otherwise) = (then(self), otherwise(self));
                self.reading.choose_date(condition, then, otherwise)
            }
        }
    }
}
