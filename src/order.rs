//! The order in which a member's claims are decided.

pub(crate) mod day;

use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::fact::{Holder, Kind, StandardFact, StandardIndex};

/// Which order of a member's claims is meant.
///
/// ```
/// use huzhu::Order;
///
/// assert_eq!("as-received".parse(), Ok(Order::AsReceived));
/// assert_eq!(Order::default().to_string(), "by-event");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Order {
    /// As the plan puts them, by the date of the event where its pack does not say otherwise, whenever they were received: what a
    /// recalculation of all claims takes. A reversal comes right after what it reverses, which then no later claim has seen.
    #[default]
    ByEvent,
    /// In the order in which they are given: what a service lives. What is decided stays, and the next claim sees it; so does a claim that
    /// is decided before a reversal.
    AsReceived,
}

impl Order {
    /// Both, by name.
    pub const ALL: [(&'static str, Order); 2] = [("by-event", Order::ByEvent), ("as-received", Order::AsReceived)];

    /// What it is called: `by-event` or `as-received`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Order::ByEvent => "by-event",
            Order::AsReceived => "as-received",
        }
    }
}

impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A text that names no order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("neither `by-event` nor `as-received`")]
pub struct UnknownOrder;

impl FromStr for Order {
    type Err = UnknownOrder;

    fn from_str(text: &str) -> Result<Order, UnknownOrder> {
        Order::ALL.into_iter().find(|(name, _)| *name == text).map(|(_, order)| order).ok_or(UnknownOrder)
    }
}

/// The dates of a claim by which a plan orders a member's claims: the first of them, and the others in turn where those before are the same. The
/// claim id decides where none of them does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OrderRule {
    pub(crate) first: OrderDate,
    pub(crate) then: Vec<OrderDate>,
}

/// A standard date of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OrderDate {
    pub(crate) fact: &'static str,
    pub(crate) index: StandardIndex,
}

/// Of a plan that does not say.
pub(crate) static BY_EVENT_DATE: LazyLock<OrderRule> = LazyLock::new(|| {
    const EVENT_DATE: StandardIndex = StandardIndex::of("event_date");
    let first = OrderDate { fact: StandardFact::at(EVENT_DATE).name, index: EVENT_DATE };
    OrderRule { first, then: Vec::new() }
});

impl OrderDate {
    fn all() -> impl Iterator<Item = OrderDate> {
        let dates = StandardFact::indexed();
        let dates = dates.filter(|(_, fact)| fact.holder == Holder::Claim && fact.kind == Kind::Date);
        dates.map(|(index, fact)| OrderDate { fact: fact.name, index })
    }
}

impl OrderRule {
    /// The facts that it can name: the standard dates of a claim.
    pub(crate) fn dates() -> Vec<&'static str> {
        OrderDate::all().map(|date| date.fact).collect()
    }

    /// Of these names in turn; none if there is no name, or one that is not of such a fact.
    pub(crate) fn of(names: &[&str]) -> Option<OrderRule> {
        let known = |name: &&str| OrderDate::all().find(|date| date.fact == *name);
        let mut dates = names.iter().map(known).collect::<Option<Vec<_>>>()?.into_iter();
        Some(OrderRule { first: dates.next()?, then: dates.collect() })
    }

    /// The facts in turn.
    pub(crate) fn facts(&self) -> impl Iterator<Item = &'static str> {
        [self.first].into_iter().chain(self.then.iter().copied()).map(|date| date.fact)
    }
}
