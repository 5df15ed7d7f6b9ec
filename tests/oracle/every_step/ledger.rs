//! What earlier claims of a member have come to.

use chrono::{Datelike, NaiveDate};

use crate::oracle::exact::{Exact, nothing};
use crate::oracle::facts::{Facts, Period};
use crate::oracle::verdict::Payout;

/// Which claims count together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    Claim,
    Event,
    Period,
    CalendarYear,
    Life,
}

impl Scope {
    pub(crate) const ALL: [Self; 5] = [Self::Claim, Self::Event, Self::Period, Self::CalendarYear, Self::Life];
}

/// Claims that were decided and neither denied nor pended, nor taken back.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    entries: Vec<Entry>,
}

/// What one of them leaves behind.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) id: String,
    pub(crate) event_date: NaiveDate,
    pub(crate) period: Period,
    /// After all limits.
    pub(crate) paid: Payout,
    /// What the deductible of a benefit that runs over several claims has taken.
    pub(crate) borne: Payout,
    pub(crate) facts: Facts,
    /// The bill without drugs, as the version that decided the claim has it.
    pub(crate) eligible: Option<Exact>,
}

/// The earlier claims as one claim sees them.
#[derive(Clone, Copy)]
pub(crate) struct Earlier<'ledger> {
    ledger: &'ledger Ledger,
    event_date: NaiveDate,
    period: Period,
}

impl Ledger {
    pub(crate) fn enter(&mut self, entry: Entry) {
        self.entries.push(entry);
    }

    pub(crate) fn take_back(&mut self, id: &str) -> Option<Entry> {
        let place = self.entries.iter().position(|entry| entry.id == id)?;
        Some(self.entries.remove(place))
    }

    pub(crate) fn before(&self, facts: &Facts) -> Earlier<'_> {
        let event_date = facts.date("event_date").expect("it is drawn");
        let period = facts.period().expect("it is drawn");
        Earlier { ledger: self, event_date, period }
    }
}

impl<'ledger> Earlier<'ledger> {
    fn within(self, scope: Scope) -> impl Iterator<Item = &'ledger Entry> {
        self.ledger.entries.iter().filter(move |entry| match scope {
            Scope::Claim => false,
            Scope::Event => entry.event_date == self.event_date,
            Scope::Period => entry.period == self.period,
            Scope::CalendarYear => entry.event_date.year() == self.event_date.year(),
            Scope::Life => true,
        })
    }

    pub(crate) fn paid(self, benefits: &[&str], scope: Scope) -> Exact {
        self.within(scope).map(|entry| of(&entry.paid, benefits)).sum()
    }

    pub(crate) fn borne(self, benefit: &str, scope: Scope) -> Exact {
        self.within(scope).map(|entry| of(&entry.borne, &[benefit])).sum()
    }

    /// Claims in which it paid more than nothing.
    pub(crate) fn count(self, benefit: &str, scope: Scope) -> i64 {
        let paying = self.within(scope).filter(|entry| of(&entry.paid, &[benefit]) > nothing());
        i64::try_from(paying.count()).expect("they are few")
    }

    /// Not known if one of them does not say it.
    pub(crate) fn sum(self, of: impl Fn(&Entry) -> Option<Exact>, scope: Scope) -> Option<Exact> {
        self.within(scope).map(of).sum()
    }
}

/// What some benefits come to together.
pub(crate) fn of(amounts: &[(&'static str, Exact)], benefits: &[&str]) -> Exact {
    amounts.iter().filter(|(benefit, _)| benefits.contains(benefit)).map(|(_, amount)| amount).sum()
}
