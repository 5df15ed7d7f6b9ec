//! What is known of one claim: a value, or the facts that are missing to tell it, by the rules of [`super::absence`].

use rust_decimal::Decimal;

use super::absence::{Absence, Lack, Ternary};
use crate::exact::Fixed;
use crate::plan::expression::{Slot, Slots};

/// Truths and sets of facts of one claim, as they are.
struct OfOneClaim;

impl Absence for OfOneClaim {
    type Truth = bool;
    type Facts = Slots;

    #[inline]
    fn always(&mut self) -> bool {
        true
    }

    #[inline]
    fn both(&mut self, one: bool, other: bool) -> bool {
        one && other
    }

    #[inline]
    fn either(&mut self, one: bool, other: bool) -> bool {
        one || other
    }

    #[inline]
    fn contrary(&mut self, truth: bool) -> bool {
        !truth
    }

    #[inline]
    fn no_facts(&mut self) -> Slots {
        Slots::default()
    }

    #[inline]
    fn facts_of_both(&mut self, one: Slots, other: Slots) -> Slots {
        one.and(other)
    }

    #[inline]
    fn facts_where(&mut self, truth: bool, then: Slots, otherwise: Slots) -> Slots {
        if truth { then } else { otherwise }
    }
}

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
        let lack = OfOneClaim.lacks_unless(value.is_some(), Slots::of(fact));
        value.map_or(Missing(lack.missing), Is)
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

    #[inline]
    fn lack(&self) -> Lack<bool, Slots> {
        Lack { known: self.value().is_some(), missing: self.missing() }
    }

    #[inline]
    pub(crate) fn with<U>(self, other: Known<U>) -> Known<(T, U)> {
        let lack = OfOneClaim.with(self.lack(), other.lack());
        match (self, other) {
            (Is(left), Is(right)) => Is((left, right)),
            (Missing(_), _) | (_, Missing(_)) => Missing(lack.missing),
        }
    }

    #[inline]
    pub(crate) fn chosen(condition: Known<bool>, then: Known<T>, otherwise: Known<T>) -> Known<T> {
        let lack = OfOneClaim.chosen(condition.ternary(), then.lack(), otherwise.lack());
        match condition {
            Is(true) => then,
            Is(false) => otherwise,
            Missing(_) => Missing(lack.missing),
        }
    }

    /// The same as that of a fact which follows it.
    #[inline]
    pub(crate) fn followed(self, fact: Slot) -> Known<T> {
        Known::or_lacks(self.known(), fact)
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
    #[inline]
    fn ternary(self) -> Ternary<bool, Slots> {
        Ternary { yes: self == Is(true), no: self == Is(false), missing: self.missing() }
    }

    #[inline]
    pub(crate) fn and(self, other: Known<bool>) -> Known<bool> {
        OfOneClaim.conjunction(self.ternary(), other.ternary()).into()
    }

    #[inline]
    pub(crate) fn or(self, other: Known<bool>) -> Known<bool> {
        OfOneClaim.disjunction(self.ternary(), other.ternary()).into()
    }

    /// Unless it is known to be false.
    #[inline]
    pub(crate) fn unless_false(self) -> bool {
        OfOneClaim.unless_false(self.ternary()).yes
    }
}

impl From<Ternary<bool, Slots>> for Known<bool> {
    #[inline]
    fn from(truth: Ternary<bool, Slots>) -> Known<bool> {
        if truth.yes || truth.no { Is(truth.yes) } else { Missing(truth.missing) }
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

#[cfg(test)]
mod tests {
    use super::*;

    const A: Slot = Slot(0);
    const B: Slot = Slot(1);

    fn lacks<T>(slots: &[Slot]) -> Known<T> {
        Missing(slots.iter().copied().collect())
    }

    /// What is said whatever the unknown side should be is said; else both sides are asked for what they lack.
    #[test]
    fn a_truth_of_two_is_known_if_no_value_of_what_is_missing_changes_it() {
        let sides = [Is(true), Is(false), lacks(&[A]), lacks(&[B])];
        let values = |side: Known<bool>| side.known().map_or(vec![true, false], |truth| vec![truth]);
        for (left, right) in sides.iter().flat_map(|left| sides.iter().map(move |right| (*left, *right))) {
            let expected = |join: fn(bool, bool) -> bool| {
                let all =
                    values(left).into_iter().flat_map(|one| values(right).into_iter().map(move |two| join(one, two)));
                let mut all: Vec<bool> = all.collect();
                all.dedup();
                match all.as_slice() {
                    [same] => Is(*same),
                    _ => Missing(left.missing().and(right.missing())),
                }
            };
            assert_eq!(left.and(right), expected(|one, two| one && two), "{left:?} {right:?}");
            assert_eq!(left.or(right), expected(|one, two| one || two), "{left:?} {right:?}");
            assert_eq!(left.unless_false(), left != Is(false));
        }
    }

    #[test]
    fn what_is_not_chosen_need_not_be_known_and_where_nothing_is_chosen_all_is_asked_for() {
        let [one, two] = [Is(1), Is(2)];
        assert_eq!(Known::chosen(Is(true), one, lacks(&[B])), one);
        assert_eq!(Known::chosen(Is(false), lacks(&[B]), two), two);
        assert_eq!(Known::chosen(Is(true), lacks(&[B]), two), lacks(&[B]));
        assert_eq!(Known::chosen(lacks(&[A]), lacks(&[B]), two), lacks(&[A, B]));
        assert_eq!(Known::chosen(lacks(&[A]), one, one), lacks(&[A]));
    }

    #[test]
    fn two_are_known_together_and_a_fact_that_follows_is_asked_for_itself() {
        assert_eq!(Is(1).with(Is(2)), Is((1, 2)));
        assert_eq!(Is(1).with(lacks::<u8>(&[B])), lacks(&[B]));
        assert_eq!(lacks::<u8>(&[A]).with(lacks::<u8>(&[B])), lacks(&[A, B]));
        assert_eq!((Is(1).followed(B), lacks::<u8>(&[A]).followed(B)), (Is(1), lacks(&[B])));
        assert_eq!((Known::or_lacks(Some(1), A), Known::or_lacks(None::<u8>, A)), (Is(1), lacks(&[A])));
    }
}
