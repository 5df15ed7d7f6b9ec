//! The record of one member's earlier claims under one plan.

use chrono::NaiveDate;

use super::exact::{Exact, nothing};
use super::facts::{Facts, Period};
use super::verdict::{Decision, Verdict};

/// Claims that were paid, or looked at in full and found to be due nothing. Denied and pended ones leave no trace.
#[derive(Clone, Debug, Default)]
pub(crate) struct Record {
    entries: Vec<Entry>,
}

#[derive(Clone, Debug)]
struct Entry {
    event_date: NaiveDate,
    period: Period,
    verdict: Verdict,
}

impl Record {
    pub(crate) fn enter(&mut self, facts: &Facts, verdict: Verdict) {
        if !matches!(verdict.decision, Decision::Paid | Decision::NothingDue) {
            return;
        }
        let event_date = facts.date("event_date").expect("a claim without it is pended");
        let period = facts.period().expect("a claim without it is pended");
        self.entries.push(Entry { event_date, period, verdict });
    }

    /// What a benefit has paid for the same event.
    pub(crate) fn paid_for_event(&self, benefit: &str, event_date: NaiveDate) -> Exact {
        self.paid(benefit, |entry| entry.event_date == event_date)
    }

    /// What a benefit has paid in the same cover.
    pub(crate) fn paid_in_period(&self, benefit: &str, period: Period) -> Exact {
        self.paid(benefit, |entry| entry.period == period)
    }

    /// What several benefits together have paid in the same cover.
    pub(crate) fn paid_together_in_period(&self, benefits: &[&str], period: Period) -> Exact {
        benefits.iter().map(|benefit| self.paid_in_period(benefit, period)).sum()
    }

    /// What a benefit has ever paid.
    pub(crate) fn paid_in_life(&self, benefit: &str) -> Exact {
        self.paid(benefit, |_| true)
    }

    /// Earlier claims of the same cover in which a benefit paid more than nothing. Which of the others came before a claim without a
    /// day nobody knows.
    pub(crate) fn times_before(&self, benefit: &str, facts: &Facts) -> Option<usize> {
        let period = facts.period()?;
        if self.entries.is_empty() {
            return Some(0);
        }
        facts.date("event_date")?;
        let in_period = self.entries.iter().filter(|entry| entry.period == period);
        Some(in_period.filter(|entry| entry.verdict.paid_by(benefit) > nothing()).count())
    }

    /// Whether a benefit ever paid more than nothing.
    pub(crate) fn ever_paid(&self, benefit: &str) -> bool {
        self.paid_in_life(benefit) > nothing()
    }

    /// What several benefits together have paid for the same event.
    pub(crate) fn paid_together_for_event(&self, benefits: &[&str], event_date: NaiveDate) -> Exact {
        benefits.iter().map(|benefit| self.paid_for_event(benefit, event_date)).sum()
    }

    /// Whether a benefit paid more than nothing for another event.
    pub(crate) fn paid_for_another_event(&self, benefit: &str, event_date: NaiveDate) -> bool {
        self.paid(benefit, |entry| entry.event_date != event_date) > nothing()
    }

    fn paid(&self, benefit: &str, counts: impl Fn(&Entry) -> bool) -> Exact {
        self.entries.iter().filter(|entry| counts(entry)).map(|entry| entry.verdict.paid_by(benefit)).sum()
    }
}
