//! What a plan reads of earlier claims.

use std::collections::BTreeSet;

use crate::accumulator::Entry;
use crate::plan::Plan;
use crate::reading::formula::Formula;
use crate::reading::formula::graph::Operation;
use crate::scope::Scope;

/// A sum of what earlier claims have posted, over those that count together with the claim.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Prior {
    /// What is summed up.
    pub entry: Entry,
    /// Over which claims.
    pub scope: Scope,
}

impl Plan {
    /// What the plan needs of a member's earlier claims, each sum once, in order: what a service keeps of them, and how far back. A plan that reads
    /// nothing decides each claim by itself. What a joint limit counts comes on top.
    ///
    /// The whole plan is read for it: keep the answer.
    ///
    /// ```
    /// use huzhu::{Catalog, Scope};
    ///
    /// let catalog = Catalog::load("rules".as_ref())?;
    /// let henan = &catalog.versions("henan-accident")[0];
    /// let reads = henan.reads_of_history();
    /// let of_hospital = reads.iter().find(|prior| prior.entry.to_string() == "paid:hospital-allowance");
    /// assert_eq!(of_hospital.map(|prior| prior.scope), Some(Scope::Period)); // at most 100 days in a period
    /// assert!(reads.iter().any(|prior| prior.scope == Scope::Life)); // a member dies once
    /// # Ok::<(), huzhu::LoadError>(())
    /// ```
    #[must_use]
    pub fn reads_of_history(&self) -> Vec<Prior> {
        let formula = Formula::of(self);
        let read = formula.graph.steps().iter().filter_map(|step| {
            if let Operation::Prior(index) = &step.operation { Some(formula.priors[*index]) } else { None }
        });
        let priors: BTreeSet<Prior> =
            read.map(|prior| Prior { entry: self.entry(prior.entry).entry.clone(), scope: prior.scope }).collect();
        priors.into_iter().collect()
    }
}
