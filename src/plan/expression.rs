//! Resolved expressions: three types, every name an index, nothing left to fail but missing facts.

use std::cmp::Ordering;
use std::sync::Arc;

use rust_decimal::Decimal;

use crate::arena::indexes;
use crate::scope::Scope;

/// The most facts that one plan may read.
pub const MAX_FACTS: usize = 128;

/// A set of facts, as bits by slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Slots(u64, u64);

impl Slots {
    #[inline]
    pub(crate) fn of(slot: Slot) -> Slots {
        let bit = |place: usize| u32::try_from(place).ok().and_then(|places| 1_u64.checked_shl(places)).unwrap_or(0);
        Slots(bit(slot.0), slot.0.checked_sub(64).map_or(0, bit))
    }

    #[inline]
    pub(crate) fn and(self, other: Slots) -> Slots {
        Slots(self.0 | other.0, self.1 | other.1)
    }

    #[inline]
    pub(crate) fn is_empty(self) -> bool {
        self == Slots::default()
    }

    /// Whether all of the others are among these.
    #[inline]
    pub(crate) fn has_all(self, others: Slots) -> bool {
        others.0 & !self.0 == 0 && others.1 & !self.1 == 0
    }

    /// Whether one of the others is among these.
    #[inline]
    pub(crate) fn has_any(self, others: Slots) -> bool {
        others.0 & self.0 != 0 || others.1 & self.1 != 0
    }

    /// One by one, from low to high: the order in which the plan came to read them.
    pub(crate) fn iter(self) -> impl Iterator<Item = Slot> {
        (0..MAX_FACTS).map(Slot).filter(move |slot| self.has_any(Slots::of(*slot)))
    }
}

impl FromIterator<Slot> for Slots {
    fn from_iter<I: IntoIterator<Item = Slot>>(slots: I) -> Slots {
        slots.into_iter().map(Slots::of).fold(Slots::default(), Slots::and)
    }
}

indexes! {
    /// Of a fact that the plan uses, in the order in which it came to read them.
    Slot,
    ConditionIndex,
    BenefitIndex,
    /// Of a step of one benefit.
    StepIndex,
    /// Of a condition for which one benefit is.
    WhenIndex,
    LimitIndex,
    /// Of an entry of the ledger.
    EntryIndex,
    IdentityIndex,
    /// Of what a formula reads of earlier claims.
    PriorIndex,
    TableIndex,
    SlabIndex,
    LadderIndex,
    WaitingIndex,
    /// Of a figure that is a number.
    NumberFigure,
    /// Of a figure that is a date.
    DateFigure,
    /// Of a named expression that is a number.
    NumberValue,
    /// Of a named expression that is true or false.
    TruthValue,
    /// Of a named expression that is a date.
    DateValue,
    /// Of who pays a part of the price of a cover.
    PayerIndex,
    /// Of a pool that payers draw from.
    PoolIndex,
}

impl StepIndex {
    /// As a person counts it.
    pub(crate) fn number(self) -> usize {
        self.0.saturating_add(1)
    }
}

/// A number: money in yuan, a ratio, a count or days. Units were checked when it was resolved.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Number {
    Constant(Decimal),
    Figure(NumberFigure),
    Fact(Slot),
    Value(NumberValue),
    Table(TableIndex),
    Slab(SlabIndex),
    /// What a benefit that stands before pays in this claim, before limits.
    Paid(BenefitIndex),
    Prior(Prior),
    Add(Box<[Number; 2]>),
    Subtract(Box<[Number; 2]>),
    Times(Box<[Number; 2]>),
    Least(Box<Several>),
    Greatest(Box<Several>),
    Choose(Box<Choice<Number>>),
    DaysBetween(Box<[Date; 2]>),
    MonthsBetween(Box<[Date; 2]>),
    YearsBetween(Box<[Date; 2]>),
}

impl Number {
    /// Whether it is a figure or a fact as it stands, which is read as fast as what was kept of it.
    pub(crate) fn is_plain(&self) -> bool {
        matches!(self, Number::Constant(_) | Number::Figure(_) | Number::Fact(_))
    }
}

impl Truth {
    /// The same of a truth.
    pub(crate) fn is_plain(&self) -> bool {
        matches!(self, Truth::Fact(_) | Truth::Given(_))
    }
}

impl Date {
    /// The same of a date.
    pub(crate) fn is_plain(&self) -> bool {
        matches!(self, Date::Figure(_) | Date::Fact(_))
    }
}

/// One number or more.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Several {
    pub(crate) first: Number,
    pub(crate) rest: Vec<Number>,
}

impl Several {
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Number> {
        std::iter::once(&self.first).chain(&self.rest)
    }
}

/// What earlier claims of a scope have posted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Prior {
    pub(crate) entry: EntryIndex,
    pub(crate) scope: Scope,
}

/// True, false or, where facts are missing, unknown.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Truth {
    Fact(Slot),
    Value(TruthValue),
    Given(Slot),
    Compare(Comparison, Box<[Number; 2]>),
    CompareDates(Comparison, Box<[Date; 2]>),
    /// The first is from the second to the third, which is included with [`Comparison::AtMost`].
    Within(Comparison, Box<[Number; 3]>),
    WithinDates(Comparison, Box<[Date; 3]>),
    /// The category fact has one of the values.
    Among(Slot, Members),
    And(Box<[Truth; 2]>),
    Or(Box<[Truth; 2]>),
    Not(Box<Truth>),
    Choose(Box<Choice<Truth>>),
}

/// Values of a category. A list of the pack is kept once, however many rules name it.
#[derive(Debug, Clone)]
pub(crate) struct Members(Arc<Listed>);

#[derive(Debug)]
struct Listed {
    /// As they are written.
    in_order: Vec<Box<str>>,
    /// Sorted, where there are many.
    sorted: Vec<Box<str>>,
}

/// So many values are gone through sooner than they are searched.
const FEW_MEMBERS: usize = 8;

impl Members {
    pub(crate) fn of(in_order: Vec<Box<str>>) -> Members {
        let mut sorted = if in_order.len() > FEW_MEMBERS { in_order.clone() } else { Vec::new() };
        sorted.sort_unstable();
        Members(Arc::new(Listed { in_order, sorted }))
    }

    /// As they are written.
    pub(crate) fn listed(&self) -> &[Box<str>] {
        &self.0.in_order
    }

    /// How often a long list is looked into for a value.
    pub(crate) fn looks(&self) -> usize {
        let looks = self.0.sorted.len().checked_ilog2().unwrap_or(0);
        usize::try_from(looks).unwrap_or(0)
    }

    #[inline]
    pub(crate) fn has(&self, value: &str) -> bool {
        let Listed { in_order, sorted } = &*self.0;
        if sorted.is_empty() {
            in_order.iter().any(|member| **member == *value)
        } else {
            sorted.binary_search_by(|member| (**member).cmp(value)).is_ok()
        }
    }
}

impl Ord for Members {
    fn cmp(&self, other: &Members) -> Ordering {
        if Arc::ptr_eq(&self.0, &other.0) { Ordering::Equal } else { self.listed().cmp(other.listed()) }
    }
}

impl PartialOrd for Members {
    fn partial_cmp(&self, other: &Members) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Members {
    fn eq(&self, other: &Members) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Members {}

/// A calendar date.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Date {
    Figure(DateFigure),
    Fact(Slot),
    Value(DateValue),
    PlusDays(Box<(Date, Number)>),
    PlusMonths(Box<Date>, Months),
    Choose(Box<Choice<Date>>),
}

/// Whole calendar months, and the figure of the pack that says how many, if one does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Months {
    pub(crate) count: u32,
    pub(crate) figure: Option<NumberFigure>,
}

/// `if condition then … else …`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Choice<T> {
    pub(crate) condition: Truth,
    pub(crate) then: T,
    pub(crate) otherwise: T,
}

/// How two values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Comparison {
    Equal,
    Unequal,
    Less,
    AtMost,
    Greater,
    AtLeast,
}

impl Comparison {
    /// Whether it holds where the left side stands so to the right.
    #[inline]
    pub(crate) fn holds(self, order: Ordering) -> bool {
        match self {
            Comparison::Equal => order.is_eq(),
            Comparison::Unequal => order.is_ne(),
            Comparison::Less => order.is_lt(),
            Comparison::AtMost => order.is_le(),
            Comparison::Greater => order.is_gt(),
            Comparison::AtLeast => order.is_ge(),
        }
    }
}
