//! What an audit has found so far.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::cause::{Cause, Subject};
use super::difference::{Difference, MOST_LISTED};
use super::recorded::Recorded;
use super::roundings::Tally;
use super::sample::Payout;
use crate::adjudicate::Adjudication;
use crate::catalog::Catalog;
use crate::code::Code;
use crate::error::Error;
use crate::plan::Plan;
use crate::text::Text;

/// What an audit has found in one bucket, as it waits in the work folder for the others.
#[derive(Debug, Default)]
pub(super) struct Findings {
    /// The place of each recorded payout whose claim was decided, what is due in fen if that is known, and the number of the version.
    pub(super) matched: Vec<(usize, Option<i64>, u16)>,
    /// Recorded payouts that differ, by place.
    pub(super) differing: Vec<(usize, Vec<Cause>)>,
    /// The places of those whose claims were rejected.
    pub(super) rejected: Vec<usize>,
    /// Claims with something due and no record.
    pub(super) unrecorded: Vec<(String, i64)>,
    /// Claims with nothing due and no record.
    pub(super) nothing_to_record: u64,
    /// What each rule of rounding explains; empty unless they are compared.
    pub(super) roundings: Vec<Tally>,
}

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
type Gravity = (bool, Reverse<u64>, String);

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
    /// What each rule of rounding explains.
    pub(super) roundings: Vec<Tally>,
    /// The buckets of the gravest differences of claims that were decided.
    buckets: BTreeMap<Gravity, u16>,
    /// How these claims were decided, where that is kept.
    pub(super) gravest: BTreeMap<String, Adjudication>,
    /// The differences in order, once all are found.
    pub(super) lines: Vec<Difference>,
}

impl Found {
    /// Nothing found yet of recorded payouts.
    pub(super) fn none_of(recorded: &Recorded) -> Found {
        let count = recorded.len();
        let mut states = vec![State::Open; count];
        for place in &recorded.again {
            set(&mut states, *place, State::Again);
        }
        Found {
            states,
            due: vec![0; count],
            plans: vec![0; count],
            differing: Vec::new(),
            unrecorded: Vec::new(),
            nothing_to_record: 0,
            roundings: Vec::new(),
            buckets: BTreeMap::new(),
            gravest: BTreeMap::new(),
            lines: Vec::new(),
        }
    }

    /// Takes what was found in a bucket.
    pub(super) fn take(&mut self, findings: Findings, bucket: u16, recorded: &Recorded) {
        let Findings { matched, differing, rejected, unrecorded, nothing_to_record, roundings } = findings;
        for place in rejected {
            self.settle(place, State::Rejected);
        }
        for (place, due, plan) in matched {
            let is_known = due.is_some() || recorded.amount(place) == 0;
            self.settle(place, if is_known { State::Matched } else { State::Pended });
            set(&mut self.due, place, due.unwrap_or(0));
            set(&mut self.plans, place, plan);
        }
        for (place, causes) in &differing {
            self.weigh(*place, causes, bucket, recorded);
        }
        self.differing.extend(differing);
        self.unrecorded.extend(unrecorded);
        self.nothing_to_record = self.nothing_to_record.saturating_add(nothing_to_record);
        self.roundings.resize(self.roundings.len().max(roundings.len()), Tally::default());
        self.roundings.iter_mut().zip(roundings).for_each(|(sum, more)| sum.add(more));
    }

    /// Keeps where a difference is if it is among the gravest.
    fn weigh(&mut self, place: usize, causes: &[Cause], bucket: u16, recorded: &Recorded) {
        let is_explained = causes.iter().all(|cause| cause.code != Code::Unexplained);
        let excess = self.due.get(place).map_or(0, |due| due.abs_diff(recorded.amount(place)));
        self.buckets.insert((is_explained, Reverse(excess), recorded.id(place).to_owned()), bucket);
        if self.buckets.len() > MOST_LISTED {
            self.buckets.pop_last();
        }
    }

    /// The claims of the gravest differences.
    pub(super) fn gravest_by_bucket(&self) -> BTreeMap<u16, BTreeSet<&str>> {
        let mut claims: BTreeMap<u16, BTreeSet<&str>> = BTreeMap::new();
        for ((.., claim), bucket) in &self.buckets {
            claims.entry(*bucket).or_default().insert(claim);
        }
        claims
    }

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

fn set<T>(list: &mut [T], place: usize, value: T) {
    if let Some(slot) = list.get_mut(place) {
        *slot = value;
    }
}

/// The findings of a bucket as they are written.
#[derive(Serialize, Deserialize)]
struct Written {
    matched: Vec<(usize, Option<i64>, u16)>,
    differing: Vec<(usize, Vec<WrittenCause>)>,
    rejected: Vec<usize>,
    unrecorded: Vec<(String, i64)>,
    nothing_to_record: u64,
    roundings: Vec<Tally>,
}

/// The name of a cause, and name and title of all that it is about.
type WrittenCause = (String, Vec<(String, Text)>);

impl Findings {
    pub(super) fn into_bytes(self) -> Result<Vec<u8>, Error> {
        let Findings { matched, differing, rejected, unrecorded, nothing_to_record, roundings } = self;
        let causes = |(place, causes): (usize, Vec<Cause>)| (place, causes.into_iter().map(written).collect());
        let differing = differing.into_iter().map(causes).collect();
        let written = Written { matched, differing, rejected, unrecorded, nothing_to_record, roundings };
        serde_json::to_vec(&written).map_err(|_| Error::bug())
    }

    /// Reads back what was written; none if it is something else.
    pub(super) fn read(bytes: &[u8]) -> Option<Findings> {
        let Written { matched, differing, rejected, unrecorded, nothing_to_record, roundings } =
            serde_json::from_slice(bytes).ok()?;
        let causes = |(place, causes): (usize, Vec<WrittenCause>)| {
            Some((place, causes.into_iter().map(read).collect::<Option<_>>()?))
        };
        let differing = differing.into_iter().map(causes).collect::<Option<_>>()?;
        Some(Findings { matched, differing, rejected, unrecorded, nothing_to_record, roundings })
    }
}

fn written(Cause { code, about }: Cause) -> WrittenCause {
    (code.name().to_owned(), about.into_iter().map(|Subject { name, title }| (name, title)).collect())
}

fn read((code, about): WrittenCause) -> Option<Cause> {
    let about = about.into_iter().map(|(name, title)| Subject { name, title });
    Some(Cause::of(Code::named(&code)?, about.collect()))
}
