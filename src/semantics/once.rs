//! What has a name and is read by several rules: it is read once, and what it comes to is kept.

use super::{Meaning, Reading};
use crate::plan::AnyValue;
use crate::plan::expression::{DateValue, NumberValue, TruthValue};
use crate::plan::parts::Named;

/// What the named parts that several rules read have come to, by their place. No named part reads what a benefit pays, so that it is the same
/// wherever it is asked for.
pub(super) struct ReadBefore<R: Reading> {
    numbers: Vec<Option<R::Number>>,
    truths: Vec<Option<R::Truth>>,
    dates: Vec<Option<R::Date>>,
}

impl<R: Reading> ReadBefore<R> {
    pub(super) fn nothing() -> ReadBefore<R> {
        ReadBefore { numbers: Vec::new(), truths: Vec::new(), dates: Vec::new() }
    }
}

/// Keeps what was read; there is room for it from the first time on.
fn keep<T: Clone>(kept: &mut Vec<Option<T>>, count: usize, place: usize, read: &T) {
    if kept.is_empty() {
        kept.resize(count, None);
    }
    if let Some(kept) = kept.get_mut(place) {
        *kept = Some(read.clone());
    }
}

/// A named part is read the first time it is asked for.
macro_rules! once {
    ($name:ident, $type:ident, $kept:ident) => {
        pub(super) fn $name(&mut self, named: Named, read: impl FnOnce(&mut Self) -> R::$type) -> R::$type {
            let Some(place) = self.plan.shared.place(named) else { return read(self) };
            if let Some(Some(known)) = self.read_before.$kept.get(place) {
                let known = known.clone();
                self.reading.again(named);
                return known;
            }
            self.reading.enter(named);
            let read = read(self);
            self.reading.leave();
            keep(&mut self.read_before.$kept, self.plan.shared.counts.$kept, place, &read);
            read
        }
    };
}

impl<R: Reading> Meaning<'_, R> {
    once!(number_once, Number, numbers);
    once!(truth_once, Truth, truths);
    once!(date_once, Date, dates);

    #[inline(never)]
    pub(super) fn number_value(&mut self, index: NumberValue) -> R::Number {
        self.number_once(Named::Value(AnyValue::Number(index)), |m| m.number(m.plan.number_value(index)))
    }

    #[inline(never)]
    pub(super) fn truth_value(&mut self, index: TruthValue) -> R::Truth {
        self.truth_once(Named::Value(AnyValue::Truth(index)), |m| m.truth(m.plan.truth_value(index)))
    }

    #[inline(never)]
    pub(super) fn date_value(&mut self, index: DateValue) -> R::Date {
        self.date_once(Named::Value(AnyValue::Date(index)), |m| m.date(m.plan.date_value(index)))
    }
}
