//! The named expressions of a pack, each put among those of its type.

use super::assumed::AssumedSet;
use super::{DeclaredValue, Extent, Resolver, Typed};
use crate::code::Code;
use crate::diagnostic::Span;
use crate::pack::syntax::{Syntax, Unit};
use crate::plan::expression::{Date, DateValue, Number, NumberValue, SlabIndex, Truth, TruthValue};
use crate::plan::{AnyValue, Values};
use crate::text::{Text, say};

/// A value while it is being resolved, and after.
pub(in crate::pack) enum ValueState {
    Waiting(Syntax),
    UnderWay(Option<SumOfItself>),
    Done(Option<ValueIndex>),
}

/// A value that sums itself is named before it is known what it is.
pub(in crate::pack) struct SumOfItself {
    index: NumberValue,
    span: Span,
}

/// A value that is resolved.
#[derive(Debug, Clone, Copy)]
pub(in crate::pack) enum ValueIndex {
    Number(NumberValue, Unit),
    Truth(TruthValue),
    Date(DateValue),
}

/// What bands that pick one value are picked by.
pub(in crate::pack) struct SlabKey {
    pub(in crate::pack) name: String,
    pub(in crate::pack) state: SlabState,
}

/// The same while it is being resolved, and after.
pub(in crate::pack) enum SlabState {
    Waiting(Syntax),
    UnderWay,
    Done(Option<(Number, Unit)>, Extent),
}

impl ValueIndex {
    /// The unit of a number.
    pub(super) fn unit(self) -> Option<Unit> {
        match self {
            ValueIndex::Number(_, unit) => Some(unit),
            ValueIndex::Truth(_) | ValueIndex::Date(_) => None,
        }
    }

    fn any(self) -> AnyValue {
        match self {
            ValueIndex::Number(index, _) => AnyValue::Number(index),
            ValueIndex::Truth(index) => AnyValue::Truth(index),
            ValueIndex::Date(index) => AnyValue::Date(index),
        }
    }

    fn typed(self) -> Typed {
        match self {
            ValueIndex::Number(index, unit) => Typed::Number(Number::Value(index), unit),
            ValueIndex::Truth(index) => Typed::Truth(Truth::Value(index)),
            ValueIndex::Date(index) => Typed::Date(Date::Value(index)),
        }
    }
}

impl Resolver {
    pub(in crate::pack) fn value(&mut self, index: DeclaredValue, span: &Span) -> Option<Typed> {
        let (_, state) = &mut self.values[index];
        match state {
            ValueState::Done(done) => {
                let typed = done.map(ValueIndex::typed);
                let Extent { parts, depth } = self.extents[index];
                self.count_parts(parts);
                typed.filter(|_| self.has_room(depth, span))
            }
            ValueState::UnderWay(_) => {
                self.findings.report(
                    Code::CircularValue,
                    span,
                    say!("计算值的定义绕回了自身", "a value is defined in terms of itself"),
                );
                None
            }
            ValueState::Waiting(_) => {
                if let ValueState::Waiting(syntax) = std::mem::replace(state, ValueState::UnderWay(None)) {
                    self.resolve_value(index, &syntax);
                }
                self.value(index, span)
            }
        }
    }

    /// Resolves what has a name of its own, wherever it is come to first: how large it is, and what it stands on that is assumed.
    fn apart(&mut self, syntax: &Syntax) -> (Typed, Extent, AssumedSet) {
        let outer_extent = std::mem::take(&mut self.extent);
        let (outer, outer_guarded) = (std::mem::take(&mut self.touched), std::mem::take(&mut self.guarded));
        self.guard(syntax);
        let typed = self.typed(syntax);
        let own = std::mem::replace(&mut self.extent, outer_extent);
        let assumed = std::mem::replace(&mut self.touched, outer);
        self.guarded = outer_guarded;
        self.touched.extend(&assumed);
        self.weigh(own.parts, &syntax.span);
        (typed, Extent { depth: own.depth.saturating_sub(self.depth), ..own }, assumed)
    }

    fn resolve_value(&mut self, index: DeclaredValue, syntax: &Syntax) {
        let (typed, own, assumed) = self.apart(syntax);
        self.extents[index] = own;
        let (name, state) = &mut self.values[index];
        if let Some(declared) = self.names.get_mut(name) {
            declared.assumed.extend(&assumed);
        }
        let summed = match state {
            ValueState::UnderWay(summed) => summed.take(),
            ValueState::Waiting(_) | ValueState::Done(_) => None,
        };
        let done = self.keep_value(typed, summed, syntax);
        let (_, state) = &mut self.values[index];
        *state = ValueState::Done(done);
    }

    /// What bands are picked by is resolved before they are used; it counts, and nests, where they are.
    pub(in crate::pack) fn slab(&mut self, index: SlabIndex, span: &Span) -> Option<()> {
        let SlabKey { name, state } = &mut self.slab_keys[index];
        match state {
            SlabState::Done(_, Extent { parts, depth }) => {
                let (parts, depth) = (*parts, *depth);
                self.count_parts(parts);
                self.has_room(depth, span).then_some(())
            }
            SlabState::UnderWay => {
                self.findings.report(
                    Code::CircularValue,
                    span,
                    say!("分段的依据绕回了自身", "bands are picked by what they give themselves"),
                );
                None
            }
            SlabState::Waiting(_) => {
                let name = name.clone();
                if let SlabState::Waiting(syntax) = std::mem::replace(state, SlabState::UnderWay) {
                    let (typed, own, assumed) = self.apart(&syntax);
                    let key = self.as_number(typed, &syntax);
                    if let Some(declared) = self.names.get_mut(&name) {
                        declared.assumed.extend(&assumed);
                    }
                    self.slab_keys[index].state = SlabState::Done(key, own);
                }
                self.slab(index, span)
            }
        }
    }

    /// What a slab is picked by, once it is resolved.
    pub(in crate::pack) fn slab_key(&mut self, index: SlabIndex) -> Option<(Number, Unit)> {
        match &self.slab_keys[index].state {
            SlabState::Done(key, _) => key.clone(),
            SlabState::Waiting(_) | SlabState::UnderWay => None,
        }
    }

    /// Puts a resolved value among those of its type; one that sums itself has a place there already, as an amount in yuan.
    fn keep_value(&mut self, typed: Typed, summed: Option<SumOfItself>, syntax: &Syntax) -> Option<ValueIndex> {
        match (typed, summed) {
            (Typed::Poisoned, _) => None,
            (Typed::Category(_), _) => self.mismatch(syntax, "数、真假或日期", "a number, a truth or a date"),
            (Typed::Number(number, Unit::Yuan), Some(SumOfItself { index, .. })) => {
                self.value_numbers[index] = Some(number);
                Some(ValueIndex::Number(index, Unit::Yuan))
            }
            (Typed::Number(_, unit), Some(SumOfItself { span, .. })) => {
                let unit = unit.said();
                let message = say!(
                    "累计自身的计算值须以元计，却是{unit}",
                    "a value that sums itself is in yuan; this one is {unit}"; unit
                );
                self.findings.report(Code::UnitMismatch, &span, message);
                None
            }
            (Typed::Truth(_) | Typed::Date(_), Some(SumOfItself { span, .. })) => {
                self.findings.report(
                    Code::TypeMismatch,
                    &span,
                    say!("此计算值不是数，不能累计", "this value is not a number and cannot be summed"),
                );
                None
            }
            (Typed::Number(number, unit), None) => {
                Some(ValueIndex::Number(self.value_numbers.push(Some(number)), unit))
            }
            (Typed::Truth(truth), None) => Some(ValueIndex::Truth(self.value_truths.push(truth))),
            (Typed::Date(date), None) => Some(ValueIndex::Date(self.value_dates.push(date))),
        }
    }

    /// All values of the pack by these titles, if each is resolved.
    pub(in crate::pack) fn resolved_values(&mut self, titles: Vec<Text>) -> Option<Values> {
        if !self.values.iter().all(|(_, state)| matches!(state, ValueState::Done(Some(_)))) {
            return None;
        }
        let resolved = self.values.iter().map(|(_, state)| match state {
            ValueState::Done(Some(index)) => Some(index.any()),
            ValueState::Done(None) | ValueState::Waiting(_) | ValueState::UnderWay(_) => None,
        });
        let titles = resolved.zip(titles).filter_map(|(value, title)| Some((value?, title))).collect();
        Some(Values {
            titles,
            numbers: std::mem::take(&mut self.value_numbers).into_iter().collect::<Option<_>>()?,
            truths: std::mem::take(&mut self.value_truths),
            dates: std::mem::take(&mut self.value_dates),
        })
    }

    /// The place of a value that is under way, among the numbers.
    pub(super) fn sum_of_itself(&mut self, index: DeclaredValue, span: &Span) -> Option<NumberValue> {
        let (_, ValueState::UnderWay(summed)) = &mut self.values[index] else { return None };
        if let Some(known) = summed {
            return Some(known.index);
        }
        let number = self.value_numbers.push(None);
        *summed = Some(SumOfItself { index: number, span: span.clone() });
        Some(number)
    }
}
