//! How a system that works in binary floating point would have decided. **No amount of ours comes from here.**
//!
//! This is the one place of the engine where money is a float: to recognise another system's error one has to make it. What comes out is only
//! ever compared with a recorded amount. Everything but the arithmetic (facts, dates, conditions, what is missing) is the exact reading's.

#![expect(clippy::float_arithmetic, reason = "the arithmetic of the system that is imitated")]
#![expect(clippy::as_conversions, reason = "a float that is a whole number of fen becomes one")]
#![expect(clippy::cast_possible_truncation, reason = "checked to be far within the bounds of the integer")]

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::accumulator::Accumulators;
use crate::claim::Claim;
use crate::enrollment::Enrollment;
use crate::exact::Fixed;
use crate::plan::Plan;
use crate::plan::expression::{Comparison, Members, Prior, Slot, TableIndex};
use crate::reading::exact::{Exact, Known, Silence};
use crate::rounding::{Mode, Rounding};
use crate::semantics::{Meaning, Reading};

/// How a system rounds a float.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Habit {
    /// Times a hundred, to the next whole number, by a hundred: `Math.round(x * 100) / 100`.
    Scales,
    /// By printing two places: `round(x, 2)`, `%.2f`.
    Prints,
}

pub(super) const HABITS: [Habit; 2] = [Habit::Scales, Habit::Prints];

/// What such a system would pay, in fen; none if it cannot be told.
pub(super) fn payable(
    plan: &Plan,
    enrollment: &Enrollment,
    claim: &Claim,
    accumulators: &Accumulators,
    habit: Habit,
) -> Option<i64> {
    let exact = Exact::new(plan, enrollment, claim, accumulators, Silence);
    let mut meaning = Meaning::new(plan, Binary { exact, habit });
    let paid = meaning.adjudicate().payable;
    let is_told = matches!(paid.exact, Known::Known(_)) && meaning.reading.exact.fault().is_none();
    let fen = (paid.binary * 100.0).round();
    (is_told && fen.abs() < 1e15).then_some(fen as i64)
}

struct Binary<'a> {
    exact: Exact<'a, Silence>,
    habit: Habit,
}

/// A number as it is, and as the other system has it.
#[derive(Clone, Copy)]
struct Pair {
    exact: Known<Fixed>,
    binary: f64,
}

/// The float nearest to a number, as it is read from a file.
fn nearest(number: Known<Fixed>) -> Pair {
    let binary = match number {
        Known::Known(number) => Decimal::from(number).to_string().parse().unwrap_or(f64::NAN),
        Known::Missing(_) => f64::NAN,
    };
    Pair { exact: number, binary }
}

fn rounded(number: f64, rounding: Rounding, habit: Habit) -> f64 {
    let places = rounding.to.scale();
    if habit == Habit::Prints && is_to_nearest(rounding.mode) {
        let places = (0..places).count();
        return format!("{number:.places$}").parse().unwrap_or(f64::NAN);
    }
    let to = nearest(Known::Known(rounding.to.into())).binary;
    let scale = (1.0 / to).round();
    let (scaled, by_scale) = if scale >= 1.0 { (number * scale, true) } else { (number / to, false) };
    let whole = match rounding.mode {
        Mode::HalfUp => scaled.round(),
        Mode::HalfDown => (scaled.abs() - 0.5).ceil().copysign(scaled),
        Mode::HalfEven => scaled.round_ties_even(),
        Mode::Up => scaled.abs().ceil().copysign(scaled),
        Mode::Down => scaled.trunc(),
        Mode::Ceiling => scaled.ceil(),
        Mode::Floor => scaled.floor(),
    };
    if by_scale { whole / scale } else { whole * to }
}

const fn is_to_nearest(mode: Mode) -> bool {
    match mode {
        Mode::HalfUp | Mode::HalfEven | Mode::HalfDown => true,
        Mode::Up | Mode::Down | Mode::Ceiling | Mode::Floor => false,
    }
}

impl Reading for Binary<'_> {
    type Number = Pair;
    type Truth = Known<bool>;
    type Date = Known<NaiveDate>;

    fn number(&mut self, constant: Decimal) -> Pair {
        nearest(self.exact.number(constant))
    }
    fn truth(&mut self, constant: bool) -> Known<bool> {
        self.exact.truth(constant)
    }
    fn date(&mut self, constant: NaiveDate) -> Known<NaiveDate> {
        self.exact.date(constant)
    }

    fn number_fact(&mut self, slot: Slot) -> Pair {
        nearest(self.exact.number_fact(slot))
    }
    fn truth_fact(&mut self, slot: Slot) -> Known<bool> {
        self.exact.truth_fact(slot)
    }
    fn date_fact(&mut self, slot: Slot) -> Known<NaiveDate> {
        self.exact.date_fact(slot)
    }
    fn given(&mut self, slot: Slot) -> Known<bool> {
        self.exact.given(slot)
    }
    fn among(&mut self, slot: Slot, values: &Members) -> Known<bool> {
        self.exact.among(slot, values)
    }
    fn prior(&mut self, prior: Prior) -> Pair {
        nearest(self.exact.prior(prior))
    }

    fn add(&mut self, left: Pair, right: Pair) -> Pair {
        Pair { exact: self.exact.add(left.exact, right.exact), binary: left.binary + right.binary }
    }
    fn subtract(&mut self, left: Pair, right: Pair) -> Pair {
        Pair { exact: self.exact.subtract(left.exact, right.exact), binary: left.binary - right.binary }
    }
    fn times(&mut self, left: Pair, right: Pair) -> Pair {
        Pair { exact: self.exact.times(left.exact, right.exact), binary: left.binary * right.binary }
    }
    fn least(&mut self, left: Pair, right: Pair) -> Pair {
        Pair { exact: self.exact.least(left.exact, right.exact), binary: left.binary.min(right.binary) }
    }
    fn greatest(&mut self, left: Pair, right: Pair) -> Pair {
        Pair { exact: self.exact.greatest(left.exact, right.exact), binary: left.binary.max(right.binary) }
    }
    fn round(&mut self, number: Pair, rounding: Rounding) -> Pair {
        let binary = rounded(number.binary, rounding, self.habit);
        Pair { exact: self.exact.round(number.exact, rounding), binary }
    }
    fn look_up(
        &mut self,
        table: TableIndex,
        key: Pair,
        rows: &[(Decimal, Decimal)],
        otherwise: Option<Decimal>,
    ) -> Pair {
        nearest(self.exact.look_up(table, key.exact, rows, otherwise))
    }
    fn look_up_category(
        &mut self,
        table: TableIndex,
        key: Slot,
        rows: &[(Box<str>, Decimal)],
        otherwise: Option<Decimal>,
    ) -> Pair {
        nearest(self.exact.look_up_category(table, key, rows, otherwise))
    }

    fn days_between(&mut self, from: Known<NaiveDate>, to: Known<NaiveDate>) -> Pair {
        nearest(self.exact.days_between(from, to))
    }
    fn months_between(&mut self, from: Known<NaiveDate>, to: Known<NaiveDate>) -> Pair {
        nearest(self.exact.months_between(from, to))
    }
    fn years_between(&mut self, from: Known<NaiveDate>, to: Known<NaiveDate>) -> Pair {
        nearest(self.exact.years_between(from, to))
    }
    fn plus_days(&mut self, date: Known<NaiveDate>, days: Pair) -> Known<NaiveDate> {
        self.exact.plus_days(date, days.exact)
    }
    fn plus_months(&mut self, date: Known<NaiveDate>, months: u32) -> Known<NaiveDate> {
        self.exact.plus_months(date, months)
    }

    fn compare(&mut self, comparison: Comparison, left: Pair, right: Pair) -> Known<bool> {
        self.exact.compare(comparison, left.exact, right.exact)
    }
    fn compare_dates(
        &mut self,
        comparison: Comparison,
        left: Known<NaiveDate>,
        right: Known<NaiveDate>,
    ) -> Known<bool> {
        self.exact.compare_dates(comparison, left, right)
    }
    fn and(&mut self, left: Known<bool>, right: Known<bool>) -> Known<bool> {
        self.exact.and(left, right)
    }
    fn or(&mut self, left: Known<bool>, right: Known<bool>) -> Known<bool> {
        self.exact.or(left, right)
    }
    fn not(&mut self, truth: Known<bool>) -> Known<bool> {
        self.exact.not(truth)
    }
    fn unless_false(&mut self, truth: Known<bool>) -> Known<bool> {
        self.exact.unless_false(truth)
    }
    fn choose(&mut self, condition: Known<bool>, then: Pair, otherwise: Pair) -> Pair {
        let binary = if condition == Known::Known(true) { then.binary } else { otherwise.binary };
        Pair { exact: self.exact.choose(condition, then.exact, otherwise.exact), binary }
    }
    fn choose_date(
        &mut self,
        condition: Known<bool>,
        then: Known<NaiveDate>,
        otherwise: Known<NaiveDate>,
    ) -> Known<NaiveDate> {
        self.exact.choose_date(condition, then, otherwise)
    }

    fn is_nothing(&self, number: &Pair) -> bool {
        self.exact.is_nothing(&number.exact)
    }
    fn derived(&mut self, fact: Slot, number: Pair) -> Pair {
        Pair { exact: self.exact.derived(fact, number.exact), ..number }
    }
    fn derived_date(&mut self, fact: Slot, date: Known<NaiveDate>) -> Known<NaiveDate> {
        self.exact.derived_date(fact, date)
    }
    fn settled(&self, truth: &Known<bool>) -> Option<bool> {
        self.exact.settled(truth)
    }
}
