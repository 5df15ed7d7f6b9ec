//! Money as text: the one form in which amounts enter and leave.

use std::fmt;

use rust_decimal::Decimal;
use serde::de::{Error, Visitor};

use crate::exact;

/// The smallest amount that is billed or paid: 0.01 yuan.
pub(crate) const FEN: Decimal = Decimal::from_parts(1, 0, 0, false, 2);

/// The amount with at least two places, as a payout is printed.
///
/// Trailing zeros beyond the second place are dropped; no digit that counts is.
///
/// ```
/// use huzhu::money;
/// use rust_decimal::Decimal;
/// assert_eq!(money::print(Decimal::new(5100, 0)), "5100.00");
/// assert_eq!(money::print(Decimal::new(12345, 3)), "12.345");
/// ```
#[must_use]
pub fn print(amount: Decimal) -> String {
    let short = amount.normalize();
    if short.scale() < 2 { format!("{short:.2}") } else { short.to_string() }
}

/// A number as it is printed, the digits before its point in groups of three.
///
/// ```
/// assert_eq!(huzhu::money::grouped("-1234567.8912"), "-1,234,567.8912");
/// ```
#[must_use]
pub fn grouped(number: &str) -> String {
    let (sign, unsigned) = number.strip_prefix('-').map_or(("", number), |rest| ("-", rest));
    let point = unsigned.find('.').unwrap_or(unsigned.len());
    let (whole, fraction) = unsigned.split_at_checked(point).unwrap_or((unsigned, ""));
    let count = whole.chars().count();
    let mut grouped = String::from(sign);
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && count.saturating_sub(place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped.push_str(fraction);
    grouped
}

/// Serialises a [`Decimal`] as a string and reads it from a string or a whole number, never from a float.
pub mod text {
    use super::{AsText, Decimal};
    use serde::{Deserializer, Serializer};

    /// Writes the amount as a string with at least two places.
    ///
    /// # Errors
    /// Those of the serialiser.
    pub fn serialize<S: Serializer>(amount: &Decimal, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&super::print(*amount))
    }

    /// Reads a plain decimal from a string, or a whole number.
    ///
    /// # Errors
    /// If the text is no plain decimal, has too many digits, or the input is a float.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
        deserializer.deserialize_any(AsText)
    }
}

/// Reads a [`Decimal`] from a string or a whole number.
pub(crate) struct AsText;

impl Visitor<'_> for AsText {
    type Value = Decimal;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a decimal number in a string, such as \"2019.87\"")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Decimal, E> {
        exact::parse(text).map_err(|fault| E::custom(format_args!("`{text}`: {fault}")))
    }

    fn visit_i64<E: Error>(self, whole: i64) -> Result<Decimal, E> {
        Ok(Decimal::from(whole))
    }

    fn visit_u64<E: Error>(self, whole: u64) -> Result<Decimal, E> {
        Ok(Decimal::from(whole))
    }
}
