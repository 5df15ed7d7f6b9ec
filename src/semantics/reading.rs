//! What a use of a plan's meaning is made of: numbers, truths and dates of its own, and a few primitives over them.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::outcome::LineKind;
use crate::plan::expression::{
    BenefitIndex, Comparison, ConditionIndex, IdentityIndex, LadderIndex, LimitIndex, Members, Prior, SlabIndex, Slot,
    Slots, StepIndex, TableIndex, Truth, WhenIndex,
};
use crate::plan::parts::Named;
use crate::plan::{AnyFigure, Ladder};
use crate::rounding::Rounding;

/// A way to read a plan: what its numbers, truths and dates are, and a few primitives over them.
///
/// Every primitive is strict. What a reading can settle at once is told by [`Reading::settled`], and then only the side that
/// counts is read.
pub(crate) trait Reading {
    type Number: Clone;
    type Truth: Clone;
    type Date: Clone;

    fn number(&mut self, constant: Decimal) -> Self::Number;
    fn truth(&mut self, constant: bool) -> Self::Truth;
    fn date(&mut self, constant: NaiveDate) -> Self::Date;

    /// A constant that the pack has given a name; a reading that cites nothing does not ask which.
    #[inline]
    fn sourced(&mut self, _source: Source, constant: Decimal) -> Self::Number {
        self.number(constant)
    }

    /// The same of a date.
    #[inline]
    fn sourced_date(&mut self, _source: Source, constant: NaiveDate) -> Self::Date {
        self.date(constant)
    }

    /// The fact as it is given; where it is not, it is unknown, whatever its absence may say.
    fn number_fact(&mut self, slot: Slot) -> Self::Number;
    fn truth_fact(&mut self, slot: Slot) -> Self::Truth;
    fn date_fact(&mut self, slot: Slot) -> Self::Date;
    /// Whether the fact itself is present; never unknown.
    fn given(&mut self, slot: Slot) -> Self::Truth;
    /// Whether all of the facts are given.
    fn all_given(&mut self, slots: Slots) -> Self::Truth {
        let all = self.truth(true);
        slots.iter().fold(all, |all, slot| {
            let given = self.given(slot);
            self.and(all, given)
        })
    }

    /// Whether one of the facts is given.
    fn any_given(&mut self, slots: Slots) -> Self::Truth {
        let none = self.truth(false);
        slots.iter().fold(none, |any, slot| {
            let given = self.given(slot);
            self.or(any, given)
        })
    }

    /// Whether the category that is given is one of these; unknown where none is.
    fn among(&mut self, slot: Slot, values: &Members) -> Self::Truth;
    fn prior(&mut self, prior: Prior) -> Self::Number;

    fn add(&mut self, left: Self::Number, right: Self::Number) -> Self::Number;
    fn subtract(&mut self, left: Self::Number, right: Self::Number) -> Self::Number;
    fn times(&mut self, left: Self::Number, right: Self::Number) -> Self::Number;
    fn least(&mut self, left: Self::Number, right: Self::Number) -> Self::Number;
    fn greatest(&mut self, left: Self::Number, right: Self::Number) -> Self::Number;
    fn round(&mut self, number: Self::Number, rounding: Rounding) -> Self::Number;
    /// The rows are those of the plan's table of this index, as is what holds otherwise.
    fn look_up(
        &mut self,
        table: TableIndex,
        key: Self::Number,
        rows: &[(Decimal, Decimal)],
        otherwise: Option<Decimal>,
    ) -> Self::Number;
    /// Unknown where the category is not given.
    fn look_up_category(
        &mut self,
        table: TableIndex,
        key: Slot,
        rows: &[(Box<str>, Decimal)],
        otherwise: Option<Decimal>,
    ) -> Self::Number;

    fn days_between(&mut self, from: Self::Date, to: Self::Date) -> Self::Number;
    fn months_between(&mut self, from: Self::Date, to: Self::Date) -> Self::Number;
    fn years_between(&mut self, from: Self::Date, to: Self::Date) -> Self::Number;
    fn plus_days(&mut self, date: Self::Date, days: Self::Number) -> Self::Date;
    fn plus_months(&mut self, date: Self::Date, months: u32) -> Self::Date;

    /// The same by a number of months that the pack has given a name.
    #[inline]
    fn plus_sourced_months(&mut self, _source: Source, date: Self::Date, months: u32) -> Self::Date {
        self.plus_months(date, months)
    }

    fn compare(&mut self, comparison: Comparison, left: Self::Number, right: Self::Number) -> Self::Truth;
    fn compare_dates(&mut self, comparison: Comparison, left: Self::Date, right: Self::Date) -> Self::Truth;
    fn and(&mut self, left: Self::Truth, right: Self::Truth) -> Self::Truth;
    fn or(&mut self, left: Self::Truth, right: Self::Truth) -> Self::Truth;
    fn not(&mut self, truth: Self::Truth) -> Self::Truth;
    /// True unless it is known to be false.
    fn unless_false(&mut self, truth: Self::Truth) -> Self::Truth;
    fn choose(&mut self, condition: Self::Truth, then: Self::Number, otherwise: Self::Number) -> Self::Number;
    fn choose_date(&mut self, condition: Self::Truth, then: Self::Date, otherwise: Self::Date) -> Self::Date;

    /// Whether the number is known to be nothing.
    fn is_nothing(&self, number: &Self::Number) -> bool;

    /// What a limit comes to, or, where nothing is due of a benefit, what held before, though the room be unknown. A reading that
    /// sees single claims has left such a benefit out.
    fn unless_nothing(&mut self, _due: &Self::Number, now: Self::Number, _before: &Self::Number) -> Self::Number {
        now
    }

    /// Whether nothing can lie between the ends; a reading that sees single claims does not ask.
    fn is_empty_range(&self, _upper: Comparison, _from: &Self::Number, _to: &Self::Number) -> bool {
        false
    }

    /// What a fact follows to be; where that is unknown, the fact itself is what is missing.
    fn derived(&mut self, _fact: Slot, number: Self::Number) -> Self::Number {
        number
    }

    /// The same for a date.
    fn derived_date(&mut self, _fact: Slot, date: Self::Date) -> Self::Date {
        date
    }

    /// What a benefit pays before limits; a reading that looks at one case after another may know more of it.
    #[inline]
    fn pays(&mut self, _benefit: BenefitIndex, paid: Self::Number) -> Self::Number {
        paid
    }

    /// What the bands of a ladder pay together of the due, where what each pays is rounded so.
    #[inline]
    fn climbed(
        &mut self,
        _due: &Self::Number,
        together: Self::Number,
        _ladder: &Ladder,
        _each: Option<Rounding>,
    ) -> Self::Number {
        together
    }

    /// What is supposed of a truth, by a reading that looks at one case after another; it is not read then.
    #[inline]
    fn supposed(&mut self, _truth: &Truth) -> Option<Self::Truth> {
        None
    }

    /// A named part of the pack begins to be read, which is read once.
    #[inline]
    fn enter(&mut self, _named: Named) {}

    /// It has been read.
    #[inline]
    fn leave(&mut self) {}

    /// It is asked for again: all that it was worked out from counts here too.
    #[inline]
    fn again(&mut self, _named: Named) {}

    /// The answer, where the reading has it now.
    fn settled(&self, truth: &Self::Truth) -> Option<bool>;
    /// Hears what happens, in order. A reading that gives no reasons does not listen.
    fn hear(&mut self, _event: Event<'_, Self>) {}
}

/// What happens while a plan is read.
pub(crate) enum Event<'a, R: Reading + ?Sized> {
    /// The sides are given where the identity is broken and between amounts.
    Identity {
        index: IdentityIndex,
        holds: &'a R::Truth,
        sides: Option<[&'a R::Number; 2]>,
    },
    Condition {
        index: ConditionIndex,
        met: &'a R::Truth,
    },
    /// One part of a benefit's `when`.
    When {
        benefit: BenefitIndex,
        part: WhenIndex,
        holds: &'a R::Truth,
    },
    Gross {
        benefit: BenefitIndex,
        amount: &'a R::Number,
    },
    Line {
        benefit: BenefitIndex,
        kind: LineKind,
        leaves: &'a R::Number,
    },
    /// What is read next belongs to this place of the pack.
    At(Place),
}

/// What a pack gives a name to, where its constants come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Source {
    Figure(AnyFigure),
    Table(TableIndex),
    Slab(SlabIndex),
    Ladder(LadderIndex),
}

/// A place of the pack that a reading may want to name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Place {
    Identity(IdentityIndex),
    Condition(ConditionIndex),
    When(BenefitIndex),
    Gross(BenefitIndex),
    Step(BenefitIndex, StepIndex),
    Rounding(BenefitIndex),
    Limit(LimitIndex),
    Ledger,
}
