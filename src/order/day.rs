//! What the dates of a claim say of the order.

use chrono::NaiveDate;

use super::{OrderDate, OrderRule};
use crate::claim::Claim;
use crate::fact::Value;

/// A date by which claims are ordered; a claim without it comes after those that have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Day<D = NaiveDate> {
    On(D),
    Unknown,
}

impl Day {
    pub(crate) fn of(claim: &Claim, date: OrderDate) -> Day {
        match claim.facts.standard(date.index) {
            Some(Value::Date(day)) => Day::On(*day),
            Some(Value::Number(_) | Value::YesNo(_) | Value::Text(_)) | None => Day::Unknown,
        }
    }
}

impl<D> From<Option<D>> for Day<D> {
    fn from(date: Option<D>) -> Day<D> {
        date.map_or(Day::Unknown, Day::On)
    }
}

impl<D: Copy> Day<D> {
    pub(crate) fn date(&self) -> Option<D> {
        match self {
            Day::On(date) => Some(*date),
            Day::Unknown => None,
        }
    }
}

impl<D> Day<D> {
    /// Whether the claim has no such date, so that nobody knows where it belongs.
    pub(crate) fn is_unknown(&self) -> bool {
        match self {
            Day::On(_) => false,
            Day::Unknown => true,
        }
    }
}

/// Whether the dates by which two claims of an account are ordered do not say which of them comes first, so that their ids do.
pub(crate) fn are_tied<D: PartialEq>(
    one: impl IntoIterator<Item = Day<D>>,
    other: impl IntoIterator<Item = Day<D>>,
) -> bool {
    let mut dates = one.into_iter().zip(other);
    let is_first_the_same = dates.next().is_some_and(|(one, other)| one == other && !one.is_unknown());
    let differ = dates.find(|(one, other)| one != other);
    is_first_the_same && differ.is_none_or(|(one, other)| one.is_unknown() || other.is_unknown())
}

/// What a claim comes before that is open: it is pended, or could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Comes {
    /// Before all that were received after it, and only they find it open.
    AsReceived,
    /// As its dates say by which its plan orders claims; if nobody knows the first of them, it may come before any.
    ByEvent { first: Day, then: Vec<Day> },
}

impl Comes {
    /// Where it may come before any.
    pub(crate) const ANYWHERE: Comes = Comes::ByEvent { first: Day::Unknown, then: Vec::new() };

    /// Of a plan that orders claims by their event date alone.
    #[cfg(feature = "batch")]
    pub(crate) fn by_event_date(date: Option<NaiveDate>) -> Comes {
        Comes::ByEvent { first: date.into(), then: Vec::new() }
    }

    /// As the dates of a claim say.
    pub(crate) fn of(rule: &OrderRule, claim: &Claim) -> Comes {
        let then = rule.then.iter().map(|date| Day::of(claim, *date)).collect();
        Comes::ByEvent { first: Day::of(claim, rule.first), then }
    }

    /// Whether a claim comes before another, or may.
    pub(crate) fn may_be_before(&self, id: &str, other: &Comes, other_id: &str) -> bool {
        match (self, other) {
            _ if id == other_id => false,
            (Comes::AsReceived, _) | (_, Comes::AsReceived) => true,
            (Comes::ByEvent { first, then }, Comes::ByEvent { first: other, then: others }) => {
                first.is_unknown() || other.is_unknown() || (first, then, id) < (other, others, other_id)
            }
        }
    }
}
