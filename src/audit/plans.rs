//! What an audit has found by version of a plan.

use super::found::Found;
use super::recorded::Recorded;
use crate::catalog::Catalog;
use crate::error::{Error, OrBug};
use crate::plan::{Plan, PlanReference};
use crate::text::Text;

/// The recorded payouts whose claims one version of a plan has decided.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PlanTotal {
    /// The version.
    pub plan: PlanReference,
    /// The plan's title.
    pub title: Text,
    /// How many there are.
    pub count: u64,
    /// Those recorded as is due.
    pub right: u64,
    /// What is recorded of them, in fen.
    pub recorded: i64,
    /// What is due of them, in fen.
    pub due: i64,
}

/// Every version that has decided a recorded claim, in the order of the catalog.
pub(super) fn totals(found: &Found, recorded: &Recorded, catalog: &Catalog) -> Result<Vec<PlanTotal>, Error> {
    let none = |plan: &Plan| PlanTotal {
        plan: plan.reference().as_ref().clone(),
        title: plan.title().clone(),
        count: 0,
        right: 0,
        recorded: 0,
        due: 0,
    };
    let mut totals: Vec<PlanTotal> = catalog.plans().map(none).collect();
    for (payout, due, version) in found.matched() {
        let total = totals.get_mut(version.place()).or_bug()?;
        let amount = recorded.amount(payout);
        total.count = total.count.saturating_add(1);
        total.right = total.right.saturating_add(u64::from(amount == due));
        total.recorded = total.recorded.saturating_add(amount);
        total.due = total.due.saturating_add(due);
    }
    totals.retain(|total| total.count > 0);
    Ok(totals)
}
