//! The loops: one small operation over one block of claims.
//!
//! Each is a plain loop over slices that the compiler turns into vector instructions. Numbers wrap where they would not fit;
//! their proven bounds say that none does.

#![expect(
    clippy::inline_always,
    reason = "a loop takes the vector instructions of the function that it is inlined into"
)]

use chrono::NaiveDate;

use crate::calendar;
use crate::plan::expression::Comparison;
use crate::rounding::Mode;

/// An operand: a value for each claim, or one for all.
#[derive(Clone, Copy)]
pub(super) enum In<'a, T> {
    Each(&'a [T]),
    All(T),
}

#[inline(always)]
pub(super) fn map<T: Copy, U: Copy>(into: &mut [U], from: In<'_, T>, by: impl Fn(T) -> U) {
    match from {
        In::Each(from) => into.iter_mut().zip(from).for_each(|(into, from)| *into = by(*from)),
        In::All(from) => into.fill(by(from)),
    }
}

#[inline(always)]
pub(super) fn join<T: Copy, U: Copy, V: Copy>(
    into: &mut [V],
    left: In<'_, T>,
    right: In<'_, U>,
    by: impl Fn(T, U) -> V,
) {
    match (left, right) {
        (In::Each(left), In::Each(right)) => {
            let sides = left.iter().zip(right);
            into.iter_mut().zip(sides).for_each(|(into, (left, right))| *into = by(*left, *right));
        }
        (In::Each(left), In::All(right)) => {
            into.iter_mut().zip(left).for_each(|(into, left)| *into = by(*left, right));
        }
        (In::All(left), In::Each(right)) => {
            into.iter_mut().zip(right).for_each(|(into, right)| *into = by(left, *right));
        }
        (In::All(left), In::All(right)) => into.fill(by(left, right)),
    }
}

#[inline(always)]
pub(super) fn choose<T: Copy>(into: &mut [T], condition: In<'_, u8>, then: In<'_, T>, otherwise: In<'_, T>) {
    let In::Each(condition) = condition else {
        let In::All(condition) = condition else { return };
        return map(into, if condition == 0 { otherwise } else { then }, |value| value);
    };
    let rows = into.iter_mut().zip(condition);
    match (then, otherwise) {
        (In::Each(then), In::Each(otherwise)) => {
            let sides = then.iter().zip(otherwise);
            rows.zip(sides).for_each(|((into, condition), (then, otherwise))| {
                *into = if *condition == 0 { *otherwise } else { *then };
            });
        }
        (In::Each(then), In::All(otherwise)) => rows.zip(then).for_each(|((into, condition), then)| {
            *into = if *condition == 0 { otherwise } else { *then };
        }),
        (In::All(then), In::Each(otherwise)) => rows.zip(otherwise).for_each(|((into, condition), otherwise)| {
            *into = if *condition == 0 { *otherwise } else { then };
        }),
        (In::All(then), In::All(otherwise)) => rows.for_each(|(into, condition)| {
            *into = if *condition == 0 { otherwise } else { then };
        }),
    }
}

#[inline(always)]
pub(super) fn compare<T: Copy + Ord>(into: &mut [u8], by: Comparison, left: In<'_, T>, right: In<'_, T>) {
    match by {
        Comparison::Equal => join(into, left, right, |left, right| u8::from(left == right)),
        Comparison::Unequal => join(into, left, right, |left, right| u8::from(left != right)),
        Comparison::Less => join(into, left, right, |left, right| u8::from(left < right)),
        Comparison::AtMost => join(into, left, right, |left, right| u8::from(left <= right)),
        Comparison::Greater => join(into, left, right, |left, right| u8::from(left > right)),
        Comparison::AtLeast => join(into, left, right, |left, right| u8::from(left >= right)),
    }
}

/// To the nearest multiple of the divisor, counted in multiples.
#[inline(always)]
pub(super) fn divide(into: &mut [i64], from: In<'_, i64>, divisor: i64, mode: Mode) {
    // A divisor that is known here becomes a multiplication.
    match divisor {
        10 => divide_by(into, from, 10, mode),
        100 => divide_by(into, from, 100, mode),
        1_000 => divide_by(into, from, 1_000, mode),
        10_000 => divide_by(into, from, 10_000, mode),
        1_000_000 => divide_by(into, from, 1_000_000, mode),
        other => divide_by(into, from, other, mode),
    }
}

#[inline(always)]
fn divide_by(into: &mut [i64], from: In<'_, i64>, divisor: i64, mode: Mode) {
    let parts = |amount: i64| {
        let Some(quotient) = amount.checked_div(divisor) else { return (0, 0) }; // the graph divides by a multiple above zero
        (quotient, amount.wrapping_sub(quotient.wrapping_mul(divisor)))
    };
    let half = |remainder: i64| remainder.wrapping_abs().wrapping_mul(2);
    let away =
        |amount: i64, quotient: i64, away: bool| quotient.wrapping_add(amount.signum().wrapping_mul(away.into()));
    match mode {
        Mode::HalfUp => map(into, from, |amount| {
            let (quotient, remainder) = parts(amount);
            away(amount, quotient, half(remainder) >= divisor)
        }),
        Mode::HalfDown => map(into, from, |amount| {
            let (quotient, remainder) = parts(amount);
            away(amount, quotient, half(remainder) > divisor)
        }),
        Mode::HalfEven => map(into, from, |amount| {
            let (quotient, remainder) = parts(amount);
            let (half, is_odd) = (half(remainder), quotient & 1 == 1);
            away(amount, quotient, half > divisor || (half == divisor && is_odd))
        }),
        Mode::Up => map(into, from, |amount| {
            let (quotient, remainder) = parts(amount);
            away(amount, quotient, remainder != 0)
        }),
        Mode::Down => map(into, from, |amount| parts(amount).0),
        Mode::Ceiling => map(into, from, |amount| {
            let (quotient, remainder) = parts(amount);
            away(amount, quotient, remainder > 0)
        }),
        Mode::Floor => map(into, from, |amount| {
            let (quotient, remainder) = parts(amount);
            away(amount, quotient, remainder < 0)
        }),
    }
}

#[inline(always)]
pub(super) fn look_up(into: &mut [i64], key: In<'_, i64>, first: i64, values: &[i64], beside: i64) {
    map(into, key, |key| {
        let place = usize::try_from(key.wrapping_sub(first)).ok();
        place.and_then(|place| values.get(place)).copied().unwrap_or(beside)
    });
}

#[inline(always)]
pub(super) fn look_up_category(into: &mut [i64], code: &[u16], values: &[i64], beside: i64) {
    map(into, In::Each(code), |code| values.get(usize::from(code)).copied().unwrap_or(beside));
}

#[inline(always)]
pub(super) fn among(into: &mut [u8], code: &[u16], set: &[bool]) {
    // Nearly every set has one code.
    let mut codes = (0_u16..).zip(set).filter(|(_, found)| **found).map(|(code, _)| code);
    match (codes.next(), codes.next(), codes.next()) {
        (Some(only), None, _) => map(into, In::Each(code), |code| u8::from(code == only)),
        (Some(one), Some(two), None) => map(into, In::Each(code), |code| u8::from(code == one) | u8::from(code == two)),
        _ => map(into, In::Each(code), |code| u8::from(set.get(usize::from(code)).copied().unwrap_or(false))),
    }
}

#[inline(always)]
pub(super) fn years_between(into: &mut [i64], from: In<'_, i32>, to: In<'_, i32>) {
    join(into, from, to, |from, to| {
        let years = (day_of_year(to).wrapping_sub(day_of_year(from))) >> 9;
        i64::from(if to < from { 0 } else { years })
    });
}

pub(super) fn months_between(into: &mut [i64], from: In<'_, i32>, to: In<'_, i32>) {
    join(into, from, to, |from, to| calendar::months(date(from), date(to)).into());
}

pub(super) fn plus_months(into: &mut [i32], from: In<'_, i32>, months: u32) {
    map(into, from, |from| calendar::plus_months(date(from), months).map_or(i32::MAX, super::lower::day_number));
}

/// The graph has proven every day to lie within the calendar; what did not would be its end, and no day within it.
fn date(day: i32) -> NaiveDate {
    match calendar::plus_days(NaiveDate::default(), day.into()) {
        Some(date) => date,
        None if day < 0 => NaiveDate::MIN,
        None => NaiveDate::MAX,
    }
}

/// The low half of a number.
#[inline(always)]
pub(super) fn low(number: i64) -> i32 {
    let [a, b, c, d, ..] = number.to_le_bytes();
    i32::from_le_bytes([a, b, c, d])
}

/// The year that starts in March, times 512, and the day in it.
///
/// Leap days stand at the end of such a year, so that the difference of two, without its last 9 bits, is completed years.
#[inline(always)]
fn day_of_year(day: i32) -> i32 {
    const DAYS_FROM_MARCH_OF_YEAR_0: i32 = 719_468;
    const DAYS_OF_400_YEARS: u32 = 146_097;
    let days = day.wrapping_add(DAYS_FROM_MARCH_OF_YEAR_0).cast_unsigned();
    let era = days / DAYS_OF_400_YEARS;
    let day = days.wrapping_sub(era.wrapping_mul(DAYS_OF_400_YEARS));
    let leap_days = (day / 1_460).wrapping_sub(day / 36_524).wrapping_add(day / 146_096);
    let year = day.wrapping_sub(leap_days) / 365;
    let before = year.wrapping_mul(365).wrapping_add(year / 4).wrapping_sub(year / 100);
    let year = year.wrapping_add(era.wrapping_mul(400));
    year.wrapping_mul(512).wrapping_add(day.wrapping_sub(before)).cast_signed()
}
