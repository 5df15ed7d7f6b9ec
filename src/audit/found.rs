//! What an audit has found so far.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::cause::Cause;
use super::difference::Difference;
use super::recorded::Recorded;
use super::sample::Payout;
use crate::adjudicate::Adjudication;
use crate::catalog::Catalog;
use crate::plan::Plan;

/// What became of a recorded payout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// No claim of its id has come by.
    Open,
    /// Its claim was decided, and what is due is known.
    Matched,
    /// Its claim waits, so that nobody knows what is due, and something is recorded of it.
    Pended,
    /// Its claim has no enrollment.
    TurnedAway,
    /// Its claim was rejected.
    Rejected,
    /// More than one claim has its id.
    Ambiguous,
    /// Another payout before it is of the same claim.
    Again,
}

/// What nothing explains first, then the largest difference, then the claim: the order of the differences.
pub(super) type Gravity = (bool, Reverse<u64>, String);

/// Everything found so far.
#[derive(Debug)]
pub(super) struct Found {
    /// By place of the recorded payout.
    pub(super) states: Vec<State>,
    /// What is due, in fen, by place.
    pub(super) due: Vec<i64>,
    /// The number of the deciding version, by place.
    pub(super) plans: Vec<u16>,
    /// Recorded payouts that differ, by place.
    pub(super) differing: Vec<(usize, Vec<Cause>)>,
    /// Claims with something due and no record.
    pub(super) unrecorded: Vec<(String, i64)>,
    /// Claims with nothing due and no record.
    pub(super) nothing_to_record: u64,
    /// How the claims of the gravest differences were decided.
    pub(super) gravest: BTreeMap<Gravity, Adjudication>,
    /// The differences in order, once all are found.
    pub(super) lines: Vec<Difference>,
}

impl Found {
    /// Says what became of a claim's record. After a second claim of its id nobody knows which of them is meant.
    pub(super) fn settle(&mut self, place: usize, state: State) {
        if let Some(known) = self.states.get_mut(place) {
            *known = if *known == State::Open { state } else { State::Ambiguous };
        }
    }

    /// The recorded payouts of which it is known what is due.
    pub(super) fn payouts<'f>(
        &'f self,
        recorded: &'f Recorded,
        catalog: &'f Catalog,
    ) -> impl Iterator<Item = Payout<'f>> {
        let plans: Vec<&str> = catalog.plans().map(Plan::id).collect();
        #[expect(
            clippy::indexing_slicing,
            reason = "a claim is matched with the number of the version that decided it"
        )]
        let plan_of = move |number: u16| plans[usize::from(number)];
        let states = self.states.iter().zip(self.due.iter().zip(&self.plans)).enumerate();
        let matched = states.filter(|(_, (state, _))| **state == State::Matched);
        matched.map(move |(place, (_, (due, plan)))| Payout {
            claim: recorded.id(place),
            plan: plan_of(*plan),
            recorded: recorded.amount(place),
            due: *due,
        })
    }
}
