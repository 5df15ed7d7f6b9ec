//! What is known of one claim: a value, or the facts that are missing to tell it. How it spreads from arguments to results is written here.

use rust_decimal::Decimal;

use crate::exact::Fixed;
use crate::plan::expression::{Slot, Slots};

/// A value, or the facts that are missing to tell it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Known<T> {
    Known(T),
    Missing(Slots),
}

use Known::{Known as Is, Missing};

impl<T> Known<T> {
    /// The value, or else this fact is what is missing.
    #[inline]
    pub(crate) fn or_lacks(value: Option<T>, fact: Slot) -> Known<T> {
        value.map_or_else(|| Missing(Slots::of(fact)), Is)
    }

    /// The value, if it is known.
    pub(crate) fn known(self) -> Option<T> {
        match self {
            Is(value) => Some(value),
            Missing(_) => None,
        }
    }

    /// The same without taking it.
    pub(crate) fn value(&self) -> Option<&T> {
        match self {
            Is(value) => Some(value),
            Missing(_) => None,
        }
    }

    /// The facts that are missing; none where it is known.
    pub(crate) fn missing(&self) -> Slots {
        match self {
            Is(_) => Slots::default(),
            Missing(gap) => *gap,
        }
    }

    #[inline]
    pub(crate) fn map<U>(self, by: impl FnOnce(T) -> U) -> Known<U> {
        match self {
            Is(value) => Is(by(value)),
            Missing(gap) => Missing(gap),
        }
    }

    #[inline]
    pub(crate) fn and_then<U>(self, by: impl FnOnce(T) -> Known<U>) -> Known<U> {
        match self {
            Is(value) => by(value),
            Missing(gap) => Missing(gap),
        }
    }

    pub(crate) fn as_ref(&self) -> Known<&T> {
        match self {
            Is(value) => Is(value),
            Missing(gap) => Missing(*gap),
        }
    }

    /// Both, or all that is missing to tell either.
    #[inline]
    pub(crate) fn with<U>(self, other: Known<U>) -> Known<(T, U)> {
        match (self, other) {
            (Is(left), Is(right)) => Is((left, right)),
            (Missing(gap), Is(_)) | (Is(_), Missing(gap)) => Missing(gap),
            (Missing(left), Missing(right)) => Missing(left.and(right)),
        }
    }

    /// The side that the condition chooses; where that is not known, all that is missing to tell it and the sides.
    #[inline]
    pub(crate) fn chosen(condition: Known<bool>, then: Known<T>, otherwise: Known<T>) -> Known<T> {
        match condition {
            Is(true) => then,
            Is(false) => otherwise,
            Missing(gap) => Missing(gap.and(then.missing()).and(otherwise.missing())),
        }
    }

    /// What a fact follows to be: where that is not known, the fact itself is what is missing.
    #[inline]
    pub(crate) fn followed(self, fact: Slot) -> Known<T> {
        match self {
            Is(value) => Is(value),
            Missing(_) => Missing(Slots::of(fact)),
        }
    }
}

impl<T, E> Known<Result<T, E>> {
    /// The error, if it came to one.
    pub(crate) fn transposed(self) -> Result<Known<T>, E> {
        match self {
            Is(result) => result.map(Is),
            Missing(gap) => Ok(Missing(gap)),
        }
    }
}

impl Known<bool> {
    /// A no is enough, whatever is missing to tell the other.
    #[inline]
    pub(crate) fn and(self, other: Known<bool>) -> Known<bool> {
        match (self, other) {
            (Is(false), _) | (_, Is(false)) => Is(false),
            (Is(true), other) | (other, Is(true)) => other,
            (Missing(left), Missing(right)) => Missing(left.and(right)),
        }
    }

    /// A yes is enough, whatever is missing to tell the other.
    #[inline]
    pub(crate) fn or(self, other: Known<bool>) -> Known<bool> {
        match (self, other) {
            (Is(true), _) | (_, Is(true)) => Is(true),
            (Is(false), other) | (other, Is(false)) => other,
            (Missing(left), Missing(right)) => Missing(left.and(right)),
        }
    }

    /// Unless it is known to be false.
    #[inline]
    pub(crate) fn unless_false(self) -> bool {
        self != Is(false)
    }
}

impl Known<Decimal> {
    /// The same in the numbers of a reading.
    pub(crate) fn fixed(self) -> Known<Fixed> {
        self.map(Fixed::from)
    }
}

impl Known<Fixed> {
    /// The same in the decimals of public signatures.
    pub(crate) fn decimal(self) -> Known<Decimal> {
        self.map(Decimal::from)
    }
}
