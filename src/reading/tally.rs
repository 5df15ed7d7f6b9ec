//! The smallest reading: it keeps nothing of what is read, and counts the operations.
//!
//! A new reading may begin as a copy of it. It sees both sides of every choice, as a reading does that settles nothing.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::plan::expression::{Comparison, Members, Prior, Slot, TableIndex};
use crate::rounding::Rounding;
use crate::semantics::Reading;

/// How many operations were read.
#[derive(Debug, Default)]
pub(crate) struct Tally(pub(crate) usize);

impl Tally {
    fn count(&mut self) {
        self.0 = self.0.saturating_add(1);
    }
}

/// Each primitive is one operation.
macro_rules! counted {
    ($($primitive:ident($($argument:ty),*);)*) => {
        $(fn $primitive(&mut self, $(_: $argument),*) {
            self.count();
        })*
    };
}

impl Reading for Tally {
    type Number = ();
    type Truth = ();
    type Date = ();

    counted! {
        number(Decimal);
        truth(bool);
        date(NaiveDate);
        number_fact(Slot);
        truth_fact(Slot);
        date_fact(Slot);
        given(Slot);
        among(Slot, &Members);
        prior(Prior);
        add((), ());
        subtract((), ());
        times((), ());
        least((), ());
        greatest((), ());
        round((), Rounding);
        look_up(TableIndex, (), &[(Decimal, Decimal)], Option<Decimal>);
        look_up_category(TableIndex, Slot, &[(Box<str>, Decimal)], Option<Decimal>);
        days_between((), ());
        months_between((), ());
        years_between((), ());
        plus_days((), ());
        plus_months((), u32);
        compare(Comparison, (), ());
        compare_dates(Comparison, (), ());
        and((), ());
        or((), ());
        not(());
        unless_false(());
        choose((), (), ());
        choose_date((), (), ());
    }

    fn is_nothing(&self, (): &()) -> bool {
        false
    }

    fn settled(&self, (): &()) -> Option<bool> {
        None
    }
}
