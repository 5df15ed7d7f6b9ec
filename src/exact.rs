//! Arithmetic that keeps every digit or fails.
//!
//! `rust_decimal` rounds in silence where a result needs more than 28 digits. Nothing here does: an operation gives the
//! mathematically exact result or [`Inexact`]. [`round`] is the only place where a digit may go, and the rule asked for it.
//!
//! ```
//! use huzhu::exact;
//! use rust_decimal::Decimal;
//!
//! let tiny = Decimal::new(1, 28);
//! assert_eq!(tiny.checked_mul(Decimal::new(1, 1)), Some(Decimal::ZERO)); // the library loses it
//! assert!(exact::multiply(tiny, Decimal::new(1, 1)).is_err()); // here it is a fault
//! ```

use std::cmp::Ordering;

use rust_decimal::Decimal;

use crate::rounding::{Mode, Rounding};

/// The exact result needs more than 96 bits or 28 places.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the exact result does not fit 28 digits")]
pub struct Inexact;

/// The sum, exactly; at the larger of the two scales.
///
/// # Errors
/// [`Inexact`] if the sum does not fit.
pub fn add(left: Decimal, right: Decimal) -> Result<Decimal, Inexact> {
    Fixed::from(left).add(right.into()).map(Decimal::from)
}

/// The difference, exactly; at the larger of the two scales.
///
/// # Errors
/// [`Inexact`] if the difference does not fit.
pub fn subtract(left: Decimal, right: Decimal) -> Result<Decimal, Inexact> {
    Fixed::from(left).subtract(right.into()).map(Decimal::from)
}

/// The product, exactly; at the sum of the two scales.
///
/// # Errors
/// [`Inexact`] if the product does not fit.
pub fn multiply(left: Decimal, right: Decimal) -> Result<Decimal, Inexact> {
    Fixed::from(left).times(right.into()).map(Decimal::from)
}

/// Which is more.
#[must_use]
pub fn compare(left: Decimal, right: Decimal) -> Ordering {
    Fixed::from(left).compare(right.into())
}

/// The value rounded to a multiple, at the scale of that multiple.
///
/// # Errors
/// [`Inexact`] if the multiple is not above zero, or the value at the places of the multiple does not fit.
///
/// ```
/// use huzhu::{exact, rounding::{Mode, Rounding}};
/// use rust_decimal::Decimal;
///
/// let to_the_fen = Rounding { to: Decimal::new(1, 2), mode: Mode::HalfUp };
/// assert_eq!(exact::round(Decimal::new(2345, 3), to_the_fen)?.to_string(), "2.35"); // 2.345
/// # Ok::<(), exact::Inexact>(())
/// ```
pub fn round(value: Decimal, rounding: Rounding) -> Result<Decimal, Inexact> {
    Fixed::from(value).round(rounding).map(Decimal::from)
}

/// How many multiples a whole number is rounded to.
///
/// # Errors
/// [`Inexact`] if the multiple is not above zero, or twice what is over does not fit.
#[inline]
pub(crate) fn multiples(amount: i128, multiple: i128, mode: Mode) -> Result<i128, Inexact> {
    if multiple <= 0 {
        return Err(Inexact);
    }
    let (quotient, remainder) = divided(amount, multiple)?;
    let doubled = remainder.abs().checked_mul(2).ok_or(Inexact)?;
    let away = match mode {
        Mode::HalfUp => doubled >= multiple,
        Mode::HalfDown => doubled > multiple,
        Mode::HalfEven => match doubled.cmp(&multiple) {
            Ordering::Less => false,
            Ordering::Equal => quotient & 1 == 1,
            Ordering::Greater => true,
        },
        Mode::Up => remainder != 0,
        Mode::Down => false,
        Mode::Ceiling => remainder > 0,
        Mode::Floor => remainder < 0,
    };
    let step = if away { amount.signum() } else { 0 };
    quotient.checked_add(step).ok_or(Inexact)
}

/// Whether a number is a whole multiple of another one, which is above zero.
pub(crate) fn divides(multiple: Decimal, number: Decimal) -> bool {
    round(number, Rounding { to: multiple, mode: Mode::Down }) == Ok(number)
}

/// A decimal taken apart: at most 96 bits and 28 places, as the library's.
///
/// A decision is a chain of small operations. To take each operand apart and to put each result together again costs more
/// than the operations themselves.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fixed {
    coefficient: i128,
    scale: u32,
}

impl Fixed {
    pub(crate) const ZERO: Fixed = Fixed { coefficient: 0, scale: 0 };

    #[inline]
    fn fit(coefficient: i128, scale: u32) -> Result<Fixed, Inexact> {
        if coefficient.unsigned_abs() >> 96 == 0 && scale <= Decimal::MAX_SCALE {
            Ok(Fixed { coefficient, scale })
        } else {
            Err(Inexact)
        }
    }

    #[inline]
    pub(crate) fn is_zero(self) -> bool {
        self.coefficient == 0
    }

    #[inline]
    pub(crate) fn is_positive(self) -> bool {
        self.coefficient > 0
    }

    #[inline]
    pub(crate) fn add(self, other: Fixed) -> Result<Fixed, Inexact> {
        let (left, right, scale) = self.aligned(other)?;
        Fixed::fit(left.checked_add(right).ok_or(Inexact)?, scale)
    }

    #[inline]
    pub(crate) fn subtract(self, other: Fixed) -> Result<Fixed, Inexact> {
        let (left, right, scale) = self.aligned(other)?;
        Fixed::fit(left.checked_sub(right).ok_or(Inexact)?, scale)
    }

    #[inline]
    pub(crate) fn times(self, other: Fixed) -> Result<Fixed, Inexact> {
        let scale = self.scale.saturating_add(other.scale);
        match (i64::try_from(self.coefficient), i64::try_from(other.coefficient)) {
            (Ok(left), Ok(right)) => Fixed::fit(i128::from(left).wrapping_mul(right.into()), scale), // 64 by 64 bits fit 128
            (Ok(_) | Err(_), _) => Fixed::fit(self.coefficient.checked_mul(other.coefficient).ok_or(Inexact)?, scale),
        }
    }

    #[inline]
    pub(crate) fn compare(self, other: Fixed) -> Ordering {
        if self.scale == other.scale {
            return self.coefficient.cmp(&other.coefficient);
        }
        match self.aligned(other) {
            Ok((left, right, _)) => left.cmp(&right),
            Err(Inexact) => Decimal::from(self).cmp(&other.into()),
        }
    }

    /// The number, if it is whole.
    #[inline]
    pub(crate) fn whole(self) -> Result<i128, Inexact> {
        let unit = 10_i128.checked_pow(self.scale).ok_or(Inexact)?;
        match divided(self.coefficient, unit)? {
            (whole, 0) => Ok(whole),
            (_, _) => Err(Inexact),
        }
    }

    pub(crate) fn round(self, rounding: Rounding) -> Result<Fixed, Inexact> {
        let to = Fixed::from(rounding.to);
        let (amount, multiple, _) = self.aligned(to)?;
        let multiples = multiples(amount, multiple, rounding.mode)?;
        Fixed::fit(multiples.checked_mul(to.coefficient).ok_or(Inexact)?, to.scale)
    }

    /// Both coefficients at the larger of the two scales.
    #[inline]
    fn aligned(self, other: Fixed) -> Result<(i128, i128, u32), Inexact> {
        let (left, right) = (self.coefficient, other.coefficient);
        Ok(match self.scale.cmp(&other.scale) {
            Ordering::Equal => (left, right, self.scale),
            Ordering::Less => (raised(left, other.scale.abs_diff(self.scale))?, right, other.scale),
            Ordering::Greater => (left, raised(right, self.scale.abs_diff(other.scale))?, self.scale),
        })
    }
}

impl From<Decimal> for Fixed {
    #[inline]
    fn from(number: Decimal) -> Fixed {
        Fixed { coefficient: number.mantissa(), scale: number.scale() }
    }
}

impl From<Fixed> for Decimal {
    #[inline]
    fn from(Fixed { coefficient, scale }: Fixed) -> Decimal {
        let part = |bits: u32| low(coefficient.unsigned_abs().wrapping_shr(bits));
        Decimal::from_parts(part(0), part(32), part(64), coefficient < 0, scale)
    }
}

/// The lowest 32 bits.
#[inline]
fn low(bits: u128) -> u32 {
    let [a, b, c, d, ..] = bits.to_le_bytes();
    u32::from_le_bytes([a, b, c, d])
}

/// Digits before the point that a number may have where it enters.
pub const DIGITS_BEFORE_THE_POINT: usize = 15;
/// Places after the point that a number may have where it enters.
pub const DIGITS_AFTER_THE_POINT: usize = 8;

/// Why a text is no number here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// Not of the form `-12.34`.
    #[error("not a plain decimal number")]
    NotANumber,
    /// More than 15 digits before the point, 8 after, or 19 in all.
    #[error("more digits than 15 before and 8 after the point, 19 in all")]
    TooManyDigits,
}

/// Reads a plain decimal number: an optional `-`, digits, and optionally a point with digits on both sides.
///
/// No exponent, no sign `+`, no underscore, no bare point, no `NaN`; nothing is rounded.
///
/// # Errors
/// [`Malformed`], by form or by size (15 digits before the point, 8 after, 19 in all; leading zeros count).
///
/// ```
/// use huzhu::exact::{self, Malformed};
/// assert_eq!(exact::parse("9566.46")?.to_string(), "9566.46");
/// assert_eq!(exact::parse("1e3"), Err(Malformed::NotANumber));
/// # Ok::<(), Malformed>(())
/// ```
pub fn parse(text: &str) -> Result<Decimal, Malformed> {
    let (sign, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text),
    };
    let (whole, fraction) = match unsigned.split_once('.') {
        Some((whole, fraction)) if is_digits(fraction) => (whole, fraction),
        Some(_) => return Err(Malformed::NotANumber),
        None => (unsigned, ""),
    };
    if !is_digits(whole) {
        return Err(Malformed::NotANumber);
    }
    let digits = whole.len().saturating_add(fraction.len());
    if whole.len() > DIGITS_BEFORE_THE_POINT || fraction.len() > DIGITS_AFTER_THE_POINT || digits > 19 {
        return Err(Malformed::TooManyDigits);
    }
    let coefficient = whole
        .bytes()
        .chain(fraction.bytes())
        .try_fold(0_i128, |sum, digit| sum.checked_mul(10)?.checked_add(i128::from(digit.wrapping_sub(b'0'))));
    let scale = u32::try_from(fraction.len()).map_err(|_| Malformed::TooManyDigits)?;
    let signed = coefficient.and_then(|digits| digits.checked_mul(sign)).ok_or(Malformed::TooManyDigits)?;
    Decimal::try_from_i128_with_scale(signed, scale).map_err(|_| Malformed::TooManyDigits)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[inline]
fn raised(coefficient: i128, places: u32) -> Result<i128, Inexact> {
    let factor = 10_i64.checked_pow(places);
    match (i64::try_from(coefficient), factor) {
        (Ok(small), Some(factor)) => Ok(i128::from(small).wrapping_mul(factor.into())), // 64 by 64 bits fit 128
        (Ok(_) | Err(_), _) => coefficient.checked_mul(10_i128.checked_pow(places).ok_or(Inexact)?).ok_or(Inexact),
    }
}

/// Quotient towards zero and remainder; in 64 bits where they fit, which is several times faster.
#[inline]
fn divided(amount: i128, multiple: i128) -> Result<(i128, i128), Inexact> {
    if let (Ok(amount), Ok(multiple)) = (i64::try_from(amount), i64::try_from(multiple)) {
        let quotient = amount.checked_div(multiple).ok_or(Inexact)?;
        let remainder = amount.checked_rem(multiple).ok_or(Inexact)?;
        return Ok((quotient.into(), remainder.into()));
    }
    let quotient = amount.checked_div(multiple).ok_or(Inexact)?;
    let remainder = amount.checked_rem(multiple).ok_or(Inexact)?;
    Ok((quotient, remainder))
}
