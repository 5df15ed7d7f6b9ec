//! The reading by ties: what hangs on the claim, and what the claims before it may move.
//!
//! It compares claims of one enrollment and one event date, on one account. Most of what a plan reads is the same for all of
//! them; facts of the claim tell them apart; and what earlier claims posted differs with their order. A difference of two
//! sums of one entry does not: a claim of the event adds to the entry in every scope, so `prior.count(death, life)` less
//! `prior.count(death, event)` stays where it was.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::plan::expression::{Comparison, EntryIndex, Members, Prior, Slot, TableIndex};
use crate::plan::{LedgerAmount, Plan};
use crate::rounding::Rounding;
use crate::semantics::{Event, Place, Reading};

/// What a truth or a date hangs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Ties {
    /// On a fact of the claim beyond its event date.
    of_claim: bool,
    /// On earlier claims of the event, as far as can be seen.
    moves: bool,
}

/// What a number hangs on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NumberTies {
    of_claim: bool,
    /// The ledger entries of which it holds so many sums more than it takes away; none where it hangs on them in another way.
    sums: Option<BTreeMap<EntryIndex, i32>>,
}

impl NumberTies {
    /// The same for all claims of the event.
    pub(crate) fn is_fixed(&self) -> bool {
        !self.of_claim && !self.moves()
    }

    /// Whether claims of the event that come first may change it.
    pub(crate) fn moves(&self) -> bool {
        self.sums.as_ref().is_none_or(|sums| !sums.is_empty())
    }

    fn ties(&self) -> Ties {
        Ties { of_claim: self.of_claim, moves: self.moves() }
    }
}

impl Ties {
    /// The same for all claims of the event.
    pub(crate) fn is_fixed(self) -> bool {
        !self.of_claim && !self.moves
    }

    fn and(self, other: Ties) -> Ties {
        Ties { of_claim: self.of_claim || other.of_claim, moves: self.moves || other.moves }
    }
}

impl From<Ties> for NumberTies {
    fn from(Ties { of_claim, moves }: Ties) -> NumberTies {
        NumberTies { of_claim, sums: (!moves).then(BTreeMap::new) }
    }
}

/// Reads a plan for what hangs on what.
pub(crate) struct Tied<'p> {
    plan: &'p Plan,
    place: Place,
    /// Where the plan reads what earlier claims of the event may have moved.
    pub(crate) moved: BTreeSet<Place>,
}

impl<'p> Tied<'p> {
    pub(crate) fn new(plan: &'p Plan) -> Tied<'p> {
        Tied { plan, place: Place::Ledger, moved: BTreeSet::new() }
    }

    fn fact(&self, slot: Slot) -> Ties {
        Ties { of_claim: !self.plan.is_of_the_event(slot), moves: false }
    }

    /// Left and right sums put together, the right ones counted so.
    fn sum(left: NumberTies, right: NumberTies, counted: i32) -> NumberTies {
        let of_claim = left.of_claim || right.of_claim;
        let sums = left.sums.zip(right.sums).and_then(|(mut sums, others)| {
            for (entry, other) in others {
                let sum = sums.remove(&entry).unwrap_or(0).checked_add(other.checked_mul(counted)?)?;
                if sum != 0 {
                    sums.insert(entry, sum);
                }
            }
            Some(sums)
        });
        NumberTies { of_claim, sums }
    }

    fn both(left: &NumberTies, right: &NumberTies) -> NumberTies {
        left.ties().and(right.ties()).into()
    }
}

impl Reading for Tied<'_> {
    type Number = NumberTies;
    type Truth = Ties;
    type Date = Ties;

    fn number(&mut self, _: Decimal) -> NumberTies {
        Ties::default().into()
    }

    fn truth(&mut self, _: bool) -> Ties {
        Ties::default()
    }

    fn date(&mut self, _: NaiveDate) -> Ties {
        Ties::default()
    }

    fn number_fact(&mut self, slot: Slot) -> NumberTies {
        self.fact(slot).into()
    }

    fn truth_fact(&mut self, slot: Slot) -> Ties {
        self.fact(slot)
    }

    fn date_fact(&mut self, slot: Slot) -> Ties {
        self.fact(slot)
    }

    fn given(&mut self, slot: Slot) -> Ties {
        self.fact(slot)
    }

    fn among(&mut self, slot: Slot, _: &Members) -> Ties {
        self.fact(slot)
    }

    /// A sum of facts may be unknown, so that it is more than a number that grows.
    fn prior(&mut self, Prior { entry, .. }: Prior) -> NumberTies {
        let sums = match self.plan.entry(entry).amount {
            LedgerAmount::Paid(_) | LedgerAmount::Count(_) | LedgerAmount::Deducted(_) => {
                Some(BTreeMap::from([(entry, 1)]))
            }
            LedgerAmount::Sum(_) => None,
        };
        NumberTies { of_claim: false, sums }
    }

    fn add(&mut self, left: NumberTies, right: NumberTies) -> NumberTies {
        Self::sum(left, right, 1)
    }

    fn subtract(&mut self, left: NumberTies, right: NumberTies) -> NumberTies {
        Self::sum(left, right, -1)
    }

    fn times(&mut self, left: NumberTies, right: NumberTies) -> NumberTies {
        Self::both(&left, &right)
    }

    fn least(&mut self, left: NumberTies, right: NumberTies) -> NumberTies {
        Self::both(&left, &right)
    }

    fn greatest(&mut self, left: NumberTies, right: NumberTies) -> NumberTies {
        Self::both(&left, &right)
    }

    fn round(&mut self, number: NumberTies, _: Rounding) -> NumberTies {
        number.ties().into()
    }

    fn look_up(&mut self, _: TableIndex, key: NumberTies, _: &[(Decimal, Decimal)], _: Option<Decimal>) -> NumberTies {
        key.ties().into()
    }

    fn look_up_category(
        &mut self,
        _: TableIndex,
        key: Slot,
        _: &[(Box<str>, Decimal)],
        _: Option<Decimal>,
    ) -> NumberTies {
        self.fact(key).into()
    }

    fn days_between(&mut self, from: Ties, to: Ties) -> NumberTies {
        from.and(to).into()
    }

    fn months_between(&mut self, from: Ties, to: Ties) -> NumberTies {
        from.and(to).into()
    }

    fn years_between(&mut self, from: Ties, to: Ties) -> NumberTies {
        from.and(to).into()
    }

    fn plus_days(&mut self, date: Ties, days: NumberTies) -> Ties {
        date.and(days.ties())
    }

    fn plus_months(&mut self, date: Ties, _: u32) -> Ties {
        date
    }

    /// Two sides that grow alike compare as before.
    fn compare(&mut self, _: Comparison, left: NumberTies, right: NumberTies) -> Ties {
        Self::sum(left, right, -1).ties()
    }

    fn compare_dates(&mut self, _: Comparison, left: Ties, right: Ties) -> Ties {
        left.and(right)
    }

    fn and(&mut self, left: Ties, right: Ties) -> Ties {
        left.and(right)
    }

    fn or(&mut self, left: Ties, right: Ties) -> Ties {
        left.and(right)
    }

    fn not(&mut self, truth: Ties) -> Ties {
        truth
    }

    fn unless_false(&mut self, truth: Ties) -> Ties {
        truth
    }

    fn choose(&mut self, condition: Ties, then: NumberTies, otherwise: NumberTies) -> NumberTies {
        condition.and(then.ties()).and(otherwise.ties()).into()
    }

    fn choose_date(&mut self, condition: Ties, then: Ties, otherwise: Ties) -> Ties {
        condition.and(then).and(otherwise)
    }

    fn is_nothing(&self, _: &NumberTies) -> bool {
        false
    }

    fn settled(&self, _: &Ties) -> Option<bool> {
        None
    }

    fn hear(&mut self, event: Event<'_, Self>) {
        let moves = match event {
            Event::At(place) => {
                self.place = place;
                return;
            }
            Event::Identity { holds: truth, .. } | Event::Condition { met: truth, .. } => truth.moves,
            // Said of each part while the place is that of all of them.
            Event::When { holds, .. } => holds.moves,
            Event::Gross { amount: number, .. } | Event::Line { leaves: number, .. } => number.moves(),
        };
        if moves {
            self.moved.insert(self.place);
        }
    }
}
