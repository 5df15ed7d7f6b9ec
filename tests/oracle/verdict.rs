//! What becomes of a claim.

use std::fmt;

use super::exact::{Exact, left_of, lesser, nothing};
use super::facts::Facts;
use super::truth::{Truth, all};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Decision {
    Paid,
    NothingDue,
    Denied,
    Pended,
}

/// What each benefit pays, in the order in which they stand in the rules.
pub(crate) type Payout = Vec<(&'static str, Exact)>;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Verdict {
    pub(crate) decision: Decision,
    pub(crate) payout: Payout,
}

impl Verdict {
    pub(crate) fn payable(&self) -> Exact {
        self.payout.iter().map(|(_, paid)| paid).sum()
    }

    pub(crate) fn paid_by(&self, benefit: &str) -> Exact {
        self.payout.iter().filter(|(id, _)| *id == benefit).map(|(_, paid)| paid).sum()
    }

    fn unpaid(decision: Decision) -> Self {
        Self { decision, payout: Payout::new() }
    }
}

/// What a claim must meet.
pub(crate) struct Requirements<'plan> {
    /// Denied if one of these is not met.
    pub(crate) or_deny: &'plan [Truth],
    /// Pended if one of these is not met.
    pub(crate) or_pend: &'plan [Truth],
}

/// Facts that can not all be true pend the claim, before anything is concluded from them. A requirement that is surely not met
/// then denies it, whatever else is missing. After that, what is not known or waits for proof pends it. Only then are the
/// benefits worked out; `None` is one that can not be.
pub(crate) fn judge(
    facts: &Facts,
    requirements: &Requirements<'_>,
    work_out: impl FnOnce() -> Option<Payout>,
) -> Verdict {
    if facts.contradict_each_other() {
        return Verdict::unpaid(Decision::Pended);
    }
    if requirements.or_deny.contains(&Some(false)) {
        return Verdict::unpaid(Decision::Denied);
    }
    let all_met = all(requirements.or_deny) == Some(true) && all(requirements.or_pend) == Some(true);
    let is_dated = facts.given("event_date") && facts.given("coverage_start");
    if !all_met || !is_dated {
        return Verdict::unpaid(Decision::Pended);
    }
    let Some(payout) = work_out() else {
        return Verdict::unpaid(Decision::Pended);
    };
    let pays = payout.iter().any(|(_, paid)| *paid > nothing());
    Verdict { decision: if pays { Decision::Paid } else { Decision::NothingDue }, payout }
}

/// Holds several benefits together to an amount, served in the order given.
pub(crate) fn hold_together(payout: &mut Payout, served: &[&str], amount: Exact, paid_before: Exact) {
    let mut left = left_of(amount, paid_before);
    for benefit in served {
        for (_, paid) in payout.iter_mut().filter(|(id, _)| id == benefit) {
            *paid = lesser(paid.clone(), left.clone());
            left -= &*paid;
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?} {}", self.decision, self.payable())?;
        for (benefit, paid) in &self.payout {
            write!(formatter, ", {benefit} {paid}")?;
        }
        Ok(())
    }
}
