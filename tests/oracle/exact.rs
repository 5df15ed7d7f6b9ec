//! Money as exact fractions of a yuan.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::Zero;

/// An amount of yuan, or a plain ratio.
pub(crate) type Exact = BigRational;

pub(crate) fn nothing() -> Exact {
    Exact::zero()
}

pub(crate) fn yuan(whole: i64) -> Exact {
    Exact::from_integer(BigInt::from(whole))
}

pub(crate) fn percent(hundredths: i64) -> Exact {
    fraction(hundredths, 100)
}

pub(crate) fn fraction(numerator: i64, denominator: i64) -> Exact {
    Exact::new(BigInt::from(numerator), BigInt::from(denominator))
}

pub(crate) fn lesser(one: Exact, other: Exact) -> Exact {
    one.min(other)
}

/// What is left of an amount after another is taken off, never below nothing.
pub(crate) fn left_of(amount: Exact, taken: Exact) -> Exact {
    (amount - taken).max(nothing())
}

/// Half a fen goes up to the next fen.
pub(crate) fn to_the_fen(amount: &Exact) -> Exact {
    half_up(amount, &fraction(1, 100))
}

/// Half a yuan goes up to the next yuan.
pub(crate) fn to_the_yuan(amount: &Exact) -> Exact {
    half_up(amount, &yuan(1))
}

/// Half a unit goes up to the next one.
pub(crate) fn half_up(amount: &Exact, unit: &Exact) -> Exact {
    assert!(*amount >= nothing(), "half-up is written for amounts that are not negative: {amount}");
    (amount / unit + fraction(1, 2)).floor() * unit
}

#[test]
fn halves_go_up() {
    assert_eq!(to_the_fen(&fraction(5, 1000)), fraction(1, 100));
    assert_eq!(to_the_fen(&fraction(4999, 1_000_000)), nothing());
    assert_eq!(to_the_fen(&fraction(25, 1000)), fraction(3, 100));
    assert_eq!(to_the_yuan(&fraction(5505, 10)), yuan(551));
    assert_eq!(to_the_yuan(&fraction(55_049, 100)), yuan(550));
}
