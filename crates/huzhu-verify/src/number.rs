//! Exact decimal numbers of at most 96 bits and 28 decimal places.
//!
//! An `i128` holds them all, with room for a carry. No big integer is needed: a product is cleared of the tens in it before it is multiplied out, and
//! a rounding goes digit by digit. So `None` says exactly that the result is no number of the format; no result is refused because room is short inside.

use std::cmp::Ordering;
use std::fmt::{self, Display, Formatter};

const MOST_PLACES: u32 = 28;
const LARGEST: u128 = (1 << 96) - 1;

/// `digits` over ten to the `places`, in lowest terms of ten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Number {
    digits: i128,
    places: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Floor,
    Ceiling,
    Down,
    Up,
    HalfUp,
    HalfDown,
    HalfEven,
}

impl Number {
    pub(super) const ZERO: Number = Number { digits: 0, places: 0 };

    /// Reads `-?(0|[1-9][0-9]*)(\.[0-9]*[1-9])?`, but not `-0`.
    pub(super) fn parse(text: &str) -> Option<Number> {
        let unsigned = text.strip_prefix('-').unwrap_or(text);
        let (whole, fraction) = match unsigned.split_once('.') {
            Some((_, fraction)) if fraction.is_empty() || fraction.ends_with('0') => return None,
            Some(parts) => parts,
            None => (unsigned, ""),
        };
        if whole.is_empty() || (whole.starts_with('0') && whole != "0") || text == "-0" {
            return None;
        }
        let mut digits: i128 = 0;
        for letter in whole.chars().chain(fraction.chars()) {
            let digit = letter.to_digit(10)?;
            digits = digits.checked_mul(10)?.checked_add(digit.into())?;
        }
        let digits = if unsigned.len() == text.len() { digits } else { digits.checked_neg()? };
        Number::new(digits, u32::try_from(fraction.len()).ok()?)
    }

    /// `None` if the format has no such number.
    fn new(mut digits: i128, mut places: u32) -> Option<Number> {
        while let (Some(fewer), 0) = (places.checked_sub(1), digits % 10) {
            (digits, places) = (digits / 10, fewer);
        }
        (places <= MOST_PLACES && digits.unsigned_abs() <= LARGEST).then_some(Number { digits, places })
    }

    pub(super) fn from_whole(whole: i64) -> Number {
        Number { digits: whole.into(), places: 0 }
    }

    /// The number, if it is whole.
    pub(super) fn to_whole(self) -> Option<i128> {
        (self.places == 0).then_some(self.digits)
    }

    pub(super) fn is_zero(self) -> bool {
        self.digits == 0
    }

    pub(super) fn is_negative(self) -> bool {
        self.digits < 0
    }

    /// The places after the point; none ends with 0.
    pub(super) fn places(self) -> u32 {
        self.places
    }

    pub(super) fn is_positive(self) -> bool {
        self.digits > 0
    }

    /// Where the places differ, the last digit of the sum is that of the longer number, not zero, so that nothing shortens it; if an `i128` does not
    /// hold it then, no number does.
    pub(super) fn add(self, other: Number) -> Option<Number> {
        let places = self.places.max(other.places);
        let sum = self.digits_at(places)?.checked_add(other.digits_at(places)?)?;
        Number::new(sum, places)
    }

    pub(super) fn subtract(self, other: Number) -> Option<Number> {
        self.add(other.negated())
    }

    /// Takes every ten out of the factors that a decimal place can be given up for; what does not fit then is too large in any form.
    pub(super) fn times(self, other: Number) -> Option<Number> {
        let (mut a, mut b, mut places) = (self.digits, other.digits, self.places.checked_add(other.places)?);
        while let Some(fewer) = places.checked_sub(1) {
            (a, b) = match (a % 2, a % 5, b % 2, b % 5) {
                (0, 0, _, _) => (a / 10, b),
                (_, _, 0, 0) => (a, b / 10),
                (0, _, _, 0) => (a / 2, b / 5),
                (_, 0, 0, _) => (a / 5, b / 2),
                _ => break,
            };
            places = fewer;
        }
        Number::new(a.checked_mul(b)?, places)
    }

    /// The multiple of `to`, which is above 0, that the mode asks for.
    pub(super) fn rounded(self, to: Number, mode: Mode) -> Option<Number> {
        let size = if self.digits < 0 { self.negated() } else { self };
        let part = size.part_of(to);
        let is_negative = self.digits < 0;
        let away = match mode {
            _ if part.is_none => return Some(self),
            Mode::Floor => is_negative,
            Mode::Ceiling => !is_negative,
            Mode::Down => false,
            Mode::Up => true,
            Mode::HalfUp => part.to_half.is_ge(),
            Mode::HalfDown => part.to_half.is_gt(),
            Mode::HalfEven => part.to_half.is_gt() || (part.to_half.is_eq() && part.follows_odd),
        };
        let rounded = size.without(part, to, away)?;
        Some(if is_negative { rounded.negated() } else { rounded })
    }

    /// What is left of a number that is not negative beyond the multiples of `to`.
    fn part_of(self, to: Number) -> Part {
        let places = self.places.max(to.places);
        let Some(unit) = to.digits_at(places) else {
            // `to` is 2¹²⁷ units or more, the number below 2⁹⁶: it is all part, and far below one half.
            return Part {
                rest: self.digits,
                unit: None,
                places,
                is_none: self.is_zero(),
                to_half: Ordering::Less,
                follows_odd: false,
            };
        };
        // Long division, a place after another; the rest stays below ten units.
        let (mut rest, mut quotient) = (self.digits.rem_euclid(unit), self.digits.div_euclid(unit));
        for _ in self.places..places {
            rest = rest.saturating_mul(10);
            (rest, quotient) = (rest.rem_euclid(unit), rest.div_euclid(unit));
        }
        let to_half = rest.cmp(&unit.saturating_sub(rest));
        Part { rest, unit: Some(unit), places, is_none: rest == 0, to_half, follows_odd: quotient % 2 != 0 }
    }

    /// The multiple of `to` below, or the one above.
    fn without(self, part: Part, to: Number, above: bool) -> Option<Number> {
        match (part.unit, above) {
            (None, false) => Some(Number::ZERO),
            (None, true) => Some(to),
            (Some(unit), _) => {
                let change = if above { unit.checked_sub(part.rest)? } else { part.rest.checked_neg()? };
                if self.places == part.places {
                    return Number::new(self.digits.checked_add(change)?, part.places);
                }
                // The unit has the digits of `to` here, so that the change is a number itself.
                self.add(Number::new(change, part.places)?)
            }
        }
    }

    pub(super) fn negated(self) -> Number {
        // The digits have 96 bits, so that their contrary is an `i128`.
        Number { digits: self.digits.saturating_neg(), ..self }
    }

    fn digits_at(self, places: u32) -> Option<i128> {
        self.digits.checked_mul(10_i128.checked_pow(places.checked_sub(self.places)?)?)
    }
}

/// What a rounding is about.
#[derive(Debug, Clone, Copy)]
struct Part {
    rest: i128,
    /// What is rounded to, at `places`, if it fits.
    unit: Option<i128>,
    places: u32,
    is_none: bool,
    to_half: Ordering,
    follows_odd: bool,
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Number) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Number) -> Ordering {
        // First the whole parts, then 28 places of the fractions; neither leaves an `i128`.
        let parts = |number: &Number| {
            let unit = 10_i128.saturating_pow(number.places);
            let shift = 10_i128.saturating_pow(MOST_PLACES.saturating_sub(number.places));
            (number.digits.div_euclid(unit), number.digits.rem_euclid(unit).saturating_mul(shift))
        };
        parts(self).cmp(&parts(other))
    }
}

impl Display for Number {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let sign = if self.digits < 0 { "-" } else { "" };
        let unit = 10_u128.saturating_pow(self.places);
        let size = self.digits.unsigned_abs();
        let (whole, fraction) = (size.div_euclid(unit), size.rem_euclid(unit));
        match usize::try_from(self.places) {
            Ok(places) if places > 0 => write!(f, "{sign}{whole}.{fraction:0places$}"),
            Ok(_) | Err(_) => write!(f, "{sign}{whole}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODES: [Mode; 7] =
        [Mode::Floor, Mode::Ceiling, Mode::Down, Mode::Up, Mode::HalfUp, Mode::HalfDown, Mode::HalfEven];
    const LARGEST_TEXT: &str = "79228162514264337593543950335";

    fn number(text: &str) -> Number {
        Number::parse(text).unwrap_or_else(|| panic!("{text}"))
    }

    fn text(number: Option<Number>) -> String {
        number.map_or_else(|| "none".to_owned(), |number| number.to_string())
    }

    #[test]
    fn a_number_has_one_form() {
        for good in ["0", "-1", "0.5", "-0.5", "10", "1.05", LARGEST_TEXT, "0.0000000000000000000000000001"] {
            assert_eq!(number(good).to_string(), good);
        }
        for bad in [
            "",
            "-",
            "-0",
            "+1",
            "00",
            "01",
            "1.",
            ".5",
            "1.0",
            "1.50",
            "-0.0",
            "1e3",
            " 1",
            "1 ",
            "1,000",
            "１",
            "--1",
            "1.-5",
            "79228162514264337593543950336",
            "7.9228162514264337593543950336",
            "0.00000000000000000000000000001",
            "99999999999999999999999999999999999999999999999999",
        ] {
            assert_eq!(Number::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_result_is_exact_or_none() {
        let tiny = "0.0000000000000000000000000001";
        for (a, b, sum, product) in [
            ("0.1", "0.2", "0.3", "0.02"),
            ("0.5", "0.5", "1", "0.25"),
            ("-1.25", "1.25", "0", "-1.5625"),
            (LARGEST_TEXT, "0", LARGEST_TEXT, "0"),
            (LARGEST_TEXT, "1", "none", LARGEST_TEXT),
            (LARGEST_TEXT, "-1", "79228162514264337593543950334", "-79228162514264337593543950335"),
            (LARGEST_TEXT, tiny, "none", "7.9228162514264337593543950335"),
            (tiny, tiny, "0.0000000000000000000000000002", "none"),
            // 2⁹⁰ × 5²⁸/10²⁸ = 2⁶²: the product of the digits has 155 bits, and still it is a number
            ("1237940039285380274899124224", "0.0000000037252902984619140625", "none", "4611686018427387904"),
            ("0.0000000037252902984619140625", "1237940039285380274899124224", "none", "4611686018427387904"),
            // as many digits, of which those of one factor are noughts
            ("70000000000000000000000000000", "0.1234567890123456789012345", "none", "8641975230864197523086415000"),
            ("0.1234567890123456789012345", "70000000000000000000000000000", "none", "8641975230864197523086415000"),
        ] {
            assert_eq!(text(number(a).add(number(b))), sum, "{a} + {b}");
            assert_eq!(text(number(a).times(number(b))), product, "{a} × {b}");
        }
    }

    #[test]
    fn numbers_of_any_size_are_compared() {
        let rising = ["-79228162514264337593543950335", "-1", "-0.5", "-0.0000000000000000000000000001", "0"];
        let rising =
            rising.into_iter().chain(["0.0000000000000000000000000001", "0.09", "0.1", "1", "1.5", "2", LARGEST_TEXT]);
        let rising: Vec<Number> = rising.map(number).collect();
        assert!(rising.is_sorted() && rising.iter().rev().is_sorted_by(|a, b| a > b));
    }

    #[test]
    fn every_mode_rounds_as_it_is_defined() {
        // floor, ceiling, down, up, half-up, half-down, half-even
        for (argument, to, expected) in [
            ("2.5", "1", ["2", "3", "2", "3", "3", "2", "2"]),
            ("3.5", "1", ["3", "4", "3", "4", "4", "3", "4"]),
            ("-2.5", "1", ["-3", "-2", "-2", "-3", "-3", "-2", "-2"]),
            ("-0.4", "1", ["-1", "0", "0", "-1", "0", "0", "0"]),
            ("7", "5", ["5", "10", "5", "10", "5", "5", "5"]),
            ("7.5", "5", ["5", "10", "5", "10", "10", "5", "10"]),
            ("12.5", "5", ["10", "15", "10", "15", "15", "10", "10"]),
            ("10", "5", ["10"; 7]),
            ("1.005", "0.01", ["1", "1.01", "1", "1.01", "1.01", "1", "1"]),
            ("1", "0.3", ["0.9", "1.2", "0.9", "1.2", "0.9", "0.9", "0.9"]),
            ("0.45", "0.3", ["0.3", "0.6", "0.3", "0.6", "0.6", "0.3", "0.6"]),
            ("0.7", "0.03", ["0.69", "0.72", "0.69", "0.72", "0.69", "0.69", "0.69"]),
            ("4", "1.6", ["3.2", "4.8", "3.2", "4.8", "4.8", "3.2", "3.2"]),
            ("2", "0.16", ["1.92", "2.08", "1.92", "2.08", "2.08", "1.92", "1.92"]),
            ("0.0000000000000000000000000001", LARGEST_TEXT, ["0", LARGEST_TEXT, "0", LARGEST_TEXT, "0", "0", "0"]),
            (LARGEST_TEXT, "0.0000000000000000000000000001", [LARGEST_TEXT; 7]),
            (
                LARGEST_TEXT,
                "2",
                [
                    "79228162514264337593543950334",
                    "none",
                    "79228162514264337593543950334",
                    "none",
                    "none",
                    "79228162514264337593543950334",
                    "none",
                ],
            ),
            // 7 × 10³⁸ units, more than an `i128` has, and still the result is a number
            (
                "70000000007.000000000000000001",
                "0.0000000000000000010000000001",
                ["70000000007", "none", "70000000007", "none", "none", "none", "none"],
            ),
        ] {
            for (mode, expected) in MODES.into_iter().zip(expected) {
                assert_eq!(text(number(argument).rounded(number(to), mode)), expected, "{argument} to {to} {mode:?}");
            }
        }
    }
}
