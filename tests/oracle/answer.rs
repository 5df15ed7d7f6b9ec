//! What a file of results says of one claim.

use std::collections::{BTreeMap, BTreeSet};

use super::exact::{Exact, nothing};
use super::verdict::{Decision, Verdict};

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Answer {
    pub(crate) decision: Decision,
    pub(crate) payable: Exact,
    pub(crate) to_recover: Exact,
    /// What each benefit pays, or is paid back; those that pay nothing are left out.
    pub(crate) lines: BTreeMap<String, Exact>,
    pub(crate) reasons: BTreeSet<String>,
    /// Each with what it is about: `overlapping-covers(E1, E2)`.
    pub(crate) notices: BTreeSet<String>,
}

impl Answer {
    pub(crate) fn of(verdict: &Verdict) -> Self {
        Self {
            decision: verdict.decision,
            payable: verdict.payable(),
            to_recover: nothing(),
            lines: lines(verdict, |paid| paid),
            reasons: verdict.reasons.iter().map(ToString::to_string).collect(),
            notices: BTreeSet::new(),
        }
    }

    /// A reversal takes back what the other was paid: benefit by benefit, and in all.
    pub(crate) fn taking_back(reversed: &Verdict) -> Self {
        Self {
            decision: Decision::Reversed,
            payable: -reversed.payable(),
            to_recover: reversed.payable(),
            lines: lines(reversed, |paid| -paid),
            reasons: BTreeSet::from(["reversal".to_owned()]),
            notices: BTreeSet::new(),
        }
    }
}

fn lines(verdict: &Verdict, signed: impl Fn(Exact) -> Exact) -> BTreeMap<String, Exact> {
    let pays = verdict.payout.iter().filter(|(_, paid)| *paid > nothing());
    pays.map(|(benefit, paid)| ((*benefit).to_owned(), signed(paid.clone()))).collect()
}

/// A notice with what it is about, in the order of their ids.
pub(crate) fn notice<'id>(code: &str, about: impl IntoIterator<Item = &'id str> + 'id) -> String {
    let about: BTreeSet<&str> = about.into_iter().collect();
    format!("{code}({})", about.into_iter().collect::<Vec<_>>().join(", "))
}
