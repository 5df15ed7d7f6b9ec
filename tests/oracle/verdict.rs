//! What becomes of a claim.

use std::fmt;

use super::exact::{Exact, left_of, lesser, nothing};
use super::facts::Facts;
use super::truth::Truth;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Decision {
    Paid,
    NothingDue,
    Denied,
    Pended,
    Reversed,
}

/// What each benefit pays, in the order in which they stand in the rules.
pub(crate) type Payout = Vec<(&'static str, Exact)>;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Verdict {
    pub(crate) decision: Decision,
    pub(crate) payout: Payout,
    /// Why it is denied or pended, by code.
    pub(crate) reasons: Vec<&'static str>,
}

impl Verdict {
    pub(crate) fn payable(&self) -> Exact {
        self.payout.iter().map(|(_, paid)| paid).sum()
    }

    pub(crate) fn paid_by(&self, benefit: &str) -> Exact {
        self.payout.iter().filter(|(id, _)| *id == benefit).map(|(_, paid)| paid).sum()
    }

    pub(crate) fn unpaid(decision: Decision, reasons: Vec<&'static str>) -> Self {
        Self { decision, payout: Payout::new(), reasons }
    }
}

/// What a claim must meet, each by its id.
pub(crate) struct Requirements<'plan> {
    /// Of one person, under whatever covers.
    pub(crate) most_shares: i64,
    /// Denied if one of these is not met.
    pub(crate) or_deny: &'plan [(&'static str, Truth)],
    /// Pended if one of these is not met.
    pub(crate) or_pend: &'plan [(&'static str, Truth)],
}

/// Facts that cannot all be true pend the claim, before anything is concluded from them. A requirement that is surely not met
/// then denies it, whatever else is missing. After that, what is not known or waits for proof pends it. Only then are the
/// benefits worked out; `None` is one that cannot be.
pub(crate) fn judge(
    facts: &Facts,
    requirements: &Requirements<'_>,
    work_out: impl FnOnce() -> Option<Payout>,
) -> Verdict {
    let failed = |asked: &[(&'static str, Truth)]| -> Vec<&'static str> {
        asked.iter().filter(|(_, met)| *met == Some(false)).map(|(id, _)| *id).collect()
    };
    let contradictions = facts.contradictions();
    let (denied, waits) = (failed(requirements.or_deny), failed(requirements.or_pend));
    let decision = if !contradictions.is_empty() {
        Some(Decision::Pended)
    } else if !denied.is_empty() {
        Some(Decision::Denied)
    } else {
        None
    };
    let mut reasons = [contradictions, denied, waits].concat();
    if let Some(decision) = decision {
        return Verdict::unpaid(decision, reasons);
    }
    let is_unknown = |asked: &[(&'static str, Truth)]| asked.iter().any(|(_, met)| met.is_none());
    let is_dated = facts.given("event_date") && facts.given("coverage_start");
    if !is_dated || is_unknown(requirements.or_deny) || is_unknown(requirements.or_pend) {
        reasons.push(MISSING);
    }
    if !reasons.is_empty() {
        return Verdict::unpaid(Decision::Pended, reasons);
    }
    if facts.shares_elsewhere() >= requirements.most_shares {
        return Verdict::unpaid(Decision::NothingDue, vec!["no-benefit-applies"]);
    }
    let Some(payout) = work_out() else {
        return Verdict::unpaid(Decision::Pended, vec![MISSING]);
    };
    let pays = payout.iter().any(|(_, paid)| *paid > nothing());
    Verdict { decision: if pays { Decision::Paid } else { Decision::NothingDue }, payout, reasons: Vec::new() }
}

/// A fact that the decision needs is not told.
pub(crate) const MISSING: &str = "missing-fact";

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
