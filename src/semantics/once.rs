//! What has a name and is read by several rules: it is read once, and what it comes to is kept.

use super::{Meaning, Reading};
use crate::arena::{Arena, Index};
use crate::plan::expression::{DateValue, NumberValue, TruthValue};
use crate::plan::parts::{KeptDate, KeptNumber, KeptTruth, Named, NamedNumber, NamedTruth};

/// What the named parts that several rules read have come to, by their place. No named part reads what a benefit pays, so that it is the same
/// wherever it is asked for.
pub(super) struct ReadBefore<R: Reading> {
    numbers: Arena<KeptNumber, Option<R::Number>>,
    truths: Arena<KeptTruth, Option<R::Truth>>,
    dates: Arena<KeptDate, Option<R::Date>>,
}

impl<R: Reading> ReadBefore<R> {
    pub(super) const fn nothing() -> ReadBefore<R> {
        ReadBefore { numbers: Arena::new(), truths: Arena::new(), dates: Arena::new() }
    }
}

/// Keeps what was read; there is room for it from the first time on.
fn keep<I: Index, T: Clone>(kept: &mut Arena<I, Option<T>>, count: usize, index: I, read: &T) {
    if kept.is_empty() {
        *kept = vec![None; count].into();
    }
    kept[index] = Some(read.clone());
}

/// A named part is read the first time it is asked for.
macro_rules! once {
    ($name:ident, $type:ident, $named:ty, $one:ident, $kept:ident) => {
        pub(super) fn $name(&mut self, named: $named, read: impl FnOnce(&mut Self) -> R::$type) -> R::$type {
            let Some(index) = self.plan.shared.$one(named) else { return read(self) };
            if let Some(Some(known)) = self.read_before.$kept.find(index) {
                let known = known.clone();
                self.reading.again(Named::$type(named));
                return known;
            }
            self.reading.enter(Named::$type(named));
            let read = read(self);
            self.reading.leave();
            keep(&mut self.read_before.$kept, self.plan.shared.counts.$kept, index, &read);
            read
        }
    };
}

impl<R: Reading> Meaning<'_, R> {
    once!(number_once, Number, NamedNumber, number, numbers);
    once!(truth_once, Truth, NamedTruth, truth, truths);
    once!(date_once, Date, DateValue, date, dates);

    #[inline(never)]
    pub(super) fn number_value(&mut self, index: NumberValue) -> R::Number {
        self.number_once(NamedNumber::Value(index), |m| m.number(m.plan.number_value(index)))
    }

    #[inline(never)]
    pub(super) fn truth_value(&mut self, index: TruthValue) -> R::Truth {
        self.truth_once(NamedTruth::Value(index), |m| m.truth(m.plan.truth_value(index)))
    }

    #[inline(never)]
    pub(super) fn date_value(&mut self, index: DateValue) -> R::Date {
        self.date_once(index, |m| m.date(m.plan.date_value(index)))
    }
}
