//! What a number can be, and what each operation makes of it: the one arithmetic of ranges.
//!
//! The checker bounds a plan over all claims, columns need the width of every number, a sheet its decimal places. All of them ask here
//! for what comes of an operation whose arguments can be this and that.

#[cfg(test)]
mod tests;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::calendar;
use crate::exact;
use crate::plan::PlanFact;
use crate::plan::expression::Comparison;
use crate::rounding::{Mode, Rounding};

/// All that a number can be, both ends included, in whole units of its last decimal place. A day is the number of days from 1970-01-01.
///
/// An end that does not fit 127 bits is open: it stays open whatever is done to it, and fits nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Range {
    low: i128,
    high: i128,
    places: u32,
}

/// Whether a truth can hold, and whether it can fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct May {
    pub(crate) hold: bool,
    pub(crate) fail: bool,
}

const OPEN_HIGH: i128 = i128::MAX;
const OPEN_LOW: i128 = -i128::MAX;

/// No month has fewer days, no year either.
const SHORTEST_MONTH: i128 = 28;
const LONGEST_MONTH: i128 = 31;
const SHORTEST_YEAR: i128 = 365;

impl Range {
    #[cfg(any(feature = "batch", feature = "workbook", test))]
    pub(crate) const NOTHING: Range = Range { low: 0, high: 0, places: 0 };
    /// The days that a date can be where it enters: 1800-01-01 to 2999-12-31.
    pub(crate) const GIVEN_DAYS: Range = Range { low: -62_091, high: 376_199, places: 0 };
    /// The days that the calendar has: those of the years 1 to 9999.
    pub(crate) const CALENDAR: Range = Range { low: -719_162, high: 2_932_896, places: 0 };

    /// In units of the last place.
    #[cfg(any(feature = "batch", test))]
    pub(crate) fn units(low: i128, high: i128, places: u32) -> Range {
        Range { low: low.max(OPEN_LOW), high: high.max(OPEN_LOW), places }
    }

    pub(crate) fn of(number: Decimal) -> Range {
        Range { low: number.mantissa(), high: number.mantissa(), places: number.scale() }
    }

    /// Between two numbers that have no more places.
    pub(crate) fn between(low: Decimal, high: Decimal, places: u32) -> Range {
        let [low, high] = [low, high].map(|end| Range::of(end.normalize()).raised(places));
        Range { low: low.low, high: high.high, places }
    }

    /// What the fact can be where it is given.
    pub(crate) fn of_fact(fact: &PlanFact) -> Range {
        Range::between(fact.bounds.min, fact.bounds.max, fact.kind.places())
    }

    /// What has so many places and else can be any number.
    #[cfg(any(feature = "batch", feature = "workbook", test))]
    pub(crate) fn anything(places: u32) -> Range {
        Range { low: OPEN_LOW, high: OPEN_HIGH, places }
    }

    pub(crate) fn day(date: NaiveDate) -> Range {
        let day = calendar::days(NaiveDate::default(), date).into();
        Range { low: day, high: day, places: 0 }
    }

    /// Whatever one of several can be; none if there are none.
    pub(crate) fn hull(all: impl IntoIterator<Item = Range>) -> Option<Range> {
        all.into_iter().reduce(Range::or)
    }

    /// The least that it can be; of an open end, or of one with more places than a number has, what is nearest.
    pub(crate) fn low(self) -> Decimal {
        decimal(self.low, self.places).unwrap_or(Decimal::MIN)
    }

    /// The most, likewise.
    pub(crate) fn high(self) -> Decimal {
        decimal(self.high, self.places).unwrap_or(Decimal::MAX)
    }

    #[cfg(any(feature = "batch", feature = "workbook", test))]
    pub(crate) fn places(self) -> u32 {
        self.places
    }

    /// In units of its last place.
    #[cfg(any(feature = "batch", test))]
    pub(crate) fn ends(self) -> [i128; 2] {
        [self.low, self.high]
    }

    /// Whether every number of the range, with all its places, has at most 28 digits, so that none is lost.
    pub(crate) fn fits_a_decimal(self) -> bool {
        let fits = |end: i128| end.unsigned_abs().saturating_add(1).wrapping_shr(96) == 0;
        self.places <= Decimal::MAX_SCALE && fits(self.low) && fits(self.high)
    }

    /// Whether every number of the range is a whole number of 64 bits.
    #[cfg(feature = "batch")]
    pub(crate) fn fits_a_column(self) -> bool {
        i64::try_from(self.low).is_ok() && i64::try_from(self.high).is_ok()
    }

    /// Whether every day of it is on the calendar.
    #[cfg(feature = "batch")]
    pub(crate) fn is_on_the_calendar(self) -> bool {
        self.within(Range::CALENDAR) == self
    }

    /// The one number that it can be.
    #[cfg(feature = "batch")]
    pub(crate) fn constant(self) -> Option<i128> {
        (self.low == self.high).then_some(self.low)
    }

    pub(crate) fn is_nothing(self) -> bool {
        self.low == 0 && self.high == 0
    }

    pub(crate) fn is_never_negative(self) -> bool {
        self.low >= 0
    }

    pub(crate) fn is_never_positive(self) -> bool {
        self.high <= 0
    }

    /// Whether it never is more than the other.
    pub(crate) fn is_at_most(self, other: Range) -> bool {
        let [one, other] = aligned(self, other);
        one.high <= other.low
    }

    /// Whether it is from 0 to 1.
    pub(crate) fn is_ratio(self) -> bool {
        self.is_never_negative() && self.is_at_most(Range { low: 1, high: 1, places: 0 })
    }
}

/// What comes of operations.
impl Range {
    pub(crate) fn add(self, other: Range) -> Range {
        let [one, other] = aligned(self, other);
        Range {
            low: low_of_sum(one.low, other.low),
            high: low_of_sum(one.high.saturating_neg(), other.high.saturating_neg()).saturating_neg(),
            ..one
        }
    }

    pub(crate) fn subtract(self, other: Range) -> Range {
        self.add(Range { low: other.high.saturating_neg(), high: other.low.saturating_neg(), ..other })
    }

    pub(crate) fn times(self, other: Range) -> Range {
        let corner = |one: i128, two: i128| one.saturating_mul(two).max(OPEN_LOW);
        let (a, b) = (corner(self.low, other.low), corner(self.low, other.high));
        let (c, d) = (corner(self.high, other.low), corner(self.high, other.high));
        let places = self.places.saturating_add(other.places);
        Range { low: a.min(b).min(c).min(d), high: a.max(b).max(c).max(d), places }
    }

    pub(crate) fn least(self, other: Range) -> Range {
        let [one, other] = aligned(self, other);
        Range { low: one.low.min(other.low), high: one.high.min(other.high), ..one }
    }

    pub(crate) fn greatest(self, other: Range) -> Range {
        let [one, other] = aligned(self, other);
        Range { low: one.low.max(other.low), high: one.high.max(other.high), ..one }
    }

    /// One of the two, whichever is chosen.
    pub(crate) fn or(self, other: Range) -> Range {
        let [one, other] = aligned(self, other);
        Range { low: one.low.min(other.low), high: one.high.max(other.high), ..one }
    }

    pub(crate) fn round(self, rounding: Rounding) -> Range {
        let to = Range::of(rounding.to);
        let [number, multiple] = aligned(self, to);
        let multiples = number.multiples(multiple.low, rounding.mode, 0);
        Range { places: to.places, ..multiples.times(Range { places: 0, ..to }) }
    }

    /// How many multiples of so many units it is rounded to; the count has so many places.
    pub(crate) fn multiples(self, multiple: i128, mode: Mode, places: u32) -> Range {
        let count = |end: i128, open: i128| match exact::multiples(end, multiple, mode) {
            Ok(count) if end != open => count,
            Ok(_) | Err(_) => open,
        };
        Range { low: count(self.low, OPEN_LOW), high: count(self.high, OPEN_HIGH), places }
    }

    /// The same numbers at so many places, or at their own where these are more.
    pub(crate) fn raised(self, places: u32) -> Range {
        let more = places.saturating_sub(self.places);
        let factor = 10_i128.saturating_pow(more);
        let end = |end: i128| if more == 0 { end } else { end.saturating_mul(factor).max(OPEN_LOW) };
        Range { low: end(self.low), high: end(self.high), places: self.places.max(places) }
    }

    /// Only what is at least the number.
    pub(crate) fn at_least(self, least: Decimal) -> Range {
        let [one, least] = aligned(self, Range::of(least));
        Range { low: one.low.max(least.low), ..one }
    }

    /// The same, or anything down to nothing.
    pub(crate) fn or_less(self) -> Range {
        Range { low: self.low.min(0), ..self }
    }

    pub(crate) fn days_between(from: Range, to: Range) -> Range {
        to.subtract(from)
    }

    /// Whole months; 0 where the second day is the earlier one.
    pub(crate) fn months_between(from: Range, to: Range) -> Range {
        Range::whole_spans(from, to, SHORTEST_MONTH)
    }

    /// Whole years, likewise.
    pub(crate) fn years_between(from: Range, to: Range) -> Range {
        Range::whole_spans(from, to, SHORTEST_YEAR)
    }

    fn whole_spans(from: Range, to: Range, shortest: i128) -> Range {
        let most = Range::days_between(from, to).multiples(shortest, Mode::Down, 0).high.max(0);
        Range { low: 0, high: most, places: 0 }
    }

    /// A day so many whole days later; it may lie beyond the calendar.
    pub(crate) fn plus_days(self, days: Range) -> Range {
        let whole = |mode: Mode| days.multiples(10_i128.saturating_pow(days.places), mode, 0);
        self.add(Range { low: whole(Mode::Floor).low, high: whole(Mode::Ceiling).high, places: 0 })
    }

    /// A day so many months later, likewise.
    pub(crate) fn plus_months(self, months: u32) -> Range {
        let days = |of_a_month: i128| i128::from(months).saturating_mul(of_a_month);
        self.add(Range { low: days(SHORTEST_MONTH), high: days(LONGEST_MONTH), places: 0 })
    }

    /// What of it lies within another one, or else its nearest end.
    pub(crate) fn within(self, other: Range) -> Range {
        let [one, other] = aligned(self, other);
        let nearest = |end: i128| end.max(other.low).min(other.high);
        Range { low: nearest(one.low), high: nearest(one.high), ..one }
    }

    pub(crate) fn compare(self, comparison: Comparison, other: Range) -> May {
        let [one, other] = aligned(self, other);
        let can_be_equal = one.low <= other.high && other.low <= one.high;
        let can_differ = one.low != one.high || other.low != other.high || one.low != other.low;
        let (can_be_less, can_be_more) = (one.low < other.high, one.high > other.low);
        let (can_be_at_most, can_be_at_least) = (one.low <= other.high, one.high >= other.low);
        match comparison {
            Comparison::Equal => May { hold: can_be_equal, fail: can_differ },
            Comparison::Unequal => May { hold: can_differ, fail: can_be_equal },
            Comparison::Less => May { hold: can_be_less, fail: can_be_at_least },
            Comparison::AtMost => May { hold: can_be_at_most, fail: can_be_more },
            Comparison::Greater => May { hold: can_be_more, fail: can_be_at_most },
            Comparison::AtLeast => May { hold: can_be_at_least, fail: can_be_less },
        }
    }
}

impl May {
    /// Nothing is known of it.
    pub(crate) const BE_EITHER: May = May { hold: true, fail: true };

    pub(crate) fn be(truth: bool) -> May {
        May { hold: truth, fail: !truth }
    }

    pub(crate) fn and(self, other: May) -> May {
        May { hold: self.hold && other.hold, fail: self.fail || other.fail }
    }

    pub(crate) fn or(self, other: May) -> May {
        May { hold: self.hold || other.hold, fail: self.fail && other.fail }
    }

    pub(crate) fn not(self) -> May {
        May { hold: self.fail, fail: self.hold }
    }

    /// The truth, where it can be only one.
    pub(crate) fn settled(self) -> Option<bool> {
        match (self.hold, self.fail) {
            (true, false) => Some(true),
            (false, true) => Some(false),
            (true, true) | (false, false) => None,
        }
    }
}

/// Both at the larger of their places.
fn aligned(one: Range, other: Range) -> [Range; 2] {
    let places = one.places.max(other.places);
    [one.raised(places), other.raised(places)]
}

/// What is open downwards stays so, whatever is added.
fn low_of_sum(one: i128, other: i128) -> i128 {
    if one == OPEN_LOW || other == OPEN_LOW { OPEN_LOW } else { one.saturating_add(other).max(OPEN_LOW) }
}

fn decimal(units: i128, places: u32) -> Option<Decimal> {
    if places <= Decimal::MAX_SCALE {
        return Decimal::try_from_i128_with_scale(units, places).ok();
    }
    let shorter = units.checked_div(10_i128.saturating_pow(places.saturating_sub(Decimal::MAX_SCALE)))?;
    Decimal::try_from_i128_with_scale(shorter, Decimal::MAX_SCALE).ok()
}
