//! What an audit has found so far.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::cause::{Cause, Subject};
use super::difference::{Difference, MOST_LISTED};
use super::recorded::{PayoutIndex, Recorded};
use super::roundings::Tally;
use super::sample::Payout;
use crate::adjudicate::Adjudication;
use crate::arena::Arena;
use crate::catalog::Catalog;
use crate::code::Code;
use crate::error::{Error, OrBug};
use crate::plan::Plan;
use crate::text::Text;

/// What an audit has found in one bucket, as it waits in the work folder for the others.
#[derive(Debug, Default)]
pub(super) struct Findings {
    /// The recorded payouts whose claims were decided, what is due in fen if that is known, and which version decided.
    pub(super) matched: Vec<(PayoutIndex, Option<i64>, VersionNumber)>,
    /// Recorded payouts that differ.
    pub(super) differing: Vec<(PayoutIndex, Vec<Cause>)>,
    /// Those whose claims were rejected.
    pub(super) rejected: Vec<PayoutIndex>,
    /// Claims with something due and no record.
    pub(super) unrecorded: Vec<(String, i64)>,
    /// Claims with nothing due and no record.
    pub(super) nothing_to_record: u64,
    /// What each rule of rounding explains; empty unless they are compared.
    pub(super) roundings: Vec<Tally>,
}

/// The number of a version among those of all plans of the catalog.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct VersionNumber(u16);

impl VersionNumber {
    /// What stands where no version has decided.
    const FIRST: VersionNumber = VersionNumber(0);

    /// The number of the version of this name.
    pub(super) fn of(catalog: &Catalog, plan: &str, version: &str) -> Result<VersionNumber, Error> {
        let number = catalog.plans().position(|known| known.id() == plan && known.version() == version);
        u16::try_from(number.or_bug()?).or_bug().map(VersionNumber)
    }

    pub(super) fn place(self) -> usize {
        self.0.into()
    }
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
    pub(super) states: Arena<PayoutIndex, State>,
    /// What is due, in fen; nothing of what is not [`State::Matched`].
    pub(super) due: Arena<PayoutIndex, i64>,
    /// The deciding version, of what is matched.
    pub(super) versions: Arena<PayoutIndex, VersionNumber>,
    /// Recorded payouts that differ.
    pub(super) differing: Vec<(PayoutIndex, Vec<Cause>)>,
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
        let mut states = recorded.each(State::Open);
        for payout in &recorded.again {
            states[*payout] = State::Again;
        }
        Found {
            states,
            due: recorded.each(0),
            versions: recorded.each(VersionNumber::FIRST),
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
    ///
    /// # Errors
    /// [`Error::is_bug`] if it is of other recorded payouts.
    pub(super) fn take(&mut self, findings: Findings, bucket: u16, recorded: &Recorded) -> Result<(), Error> {
        findings.payouts().try_for_each(|payout| self.states.find(payout).map(|_| ()).or_bug())?;
        let Findings { matched, differing, rejected, unrecorded, nothing_to_record, roundings } = findings;
        for payout in rejected {
            self.settle(payout, State::Rejected);
        }
        for (payout, due, version) in matched {
            // Of a claim that waits nothing is paid, and nothing is as it should be.
            let due = due.or((recorded.amount(payout) == 0).then_some(0));
            self.settle(payout, if due.is_some() { State::Matched } else { State::Pended });
            if let Some(due) = due {
                self.due[payout] = due;
            }
            self.versions[payout] = version;
        }
        for (payout, causes) in &differing {
            self.weigh(*payout, causes, bucket, recorded);
        }
        self.differing.extend(differing);
        self.unrecorded.extend(unrecorded);
        self.nothing_to_record = self.nothing_to_record.saturating_add(nothing_to_record);
        self.roundings.resize(self.roundings.len().max(roundings.len()), Tally::default());
        self.roundings.iter_mut().zip(roundings).for_each(|(sum, more)| sum.add(more));
        Ok(())
    }

    /// Keeps where a difference is if it is among the gravest.
    fn weigh(&mut self, payout: PayoutIndex, causes: &[Cause], bucket: u16, recorded: &Recorded) {
        let is_explained = causes.iter().all(|cause| cause.code != Code::Unexplained);
        let excess = self.due[payout].abs_diff(recorded.amount(payout));
        self.buckets.insert((is_explained, Reverse(excess), recorded.id(payout).to_owned()), bucket);
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
    pub(super) fn settle(&mut self, payout: PayoutIndex, state: State) {
        let known = &mut self.states[payout];
        *known = if *known == State::Open { state } else { State::Ambiguous };
    }

    /// The recorded payouts of which it is known what is due, in fen, each with the version that decided.
    pub(super) fn matched(&self) -> impl Iterator<Item = (PayoutIndex, i64, VersionNumber)> {
        let matched = self.states.indexed().filter(|(_, state)| **state == State::Matched);
        matched.map(|(payout, _)| (payout, self.due[payout], self.versions[payout]))
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
        let plan_of = move |version: VersionNumber| plans[version.place()];
        self.matched().map(move |(payout, due, version)| Payout {
            claim: recorded.id(payout),
            plan: plan_of(version),
            recorded: recorded.amount(payout),
            due,
        })
    }
}

/// The findings of a bucket as they are written.
#[derive(Serialize, Deserialize)]
struct Written {
    matched: Vec<(PayoutIndex, Option<i64>, VersionNumber)>,
    differing: Vec<(PayoutIndex, Vec<WrittenCause>)>,
    rejected: Vec<PayoutIndex>,
    unrecorded: Vec<(String, i64)>,
    nothing_to_record: u64,
    roundings: Vec<Tally>,
}

/// The name of a cause, and name and title of all that it is about.
type WrittenCause = (String, Vec<(String, Text)>);

impl Findings {
    /// Every recorded payout of which something was found.
    fn payouts(&self) -> impl Iterator<Item = PayoutIndex> {
        let (matched, differing) = (self.matched.iter().map(|(payout, ..)| payout), self.differing.iter());
        matched.chain(differing.map(|(payout, _)| payout)).chain(&self.rejected).copied()
    }

    pub(super) fn into_bytes(self) -> Result<Vec<u8>, Error> {
        let Findings { matched, differing, rejected, unrecorded, nothing_to_record, roundings } = self;
        let causes = |(payout, causes): (PayoutIndex, Vec<Cause>)| (payout, causes.into_iter().map(written).collect());
        let differing = differing.into_iter().map(causes).collect();
        let written = Written { matched, differing, rejected, unrecorded, nothing_to_record, roundings };
        serde_json::to_vec(&written).map_err(|_| Error::bug())
    }

    /// Reads back what was written; none if it is something else.
    pub(super) fn read(bytes: &[u8]) -> Option<Findings> {
        let Written { matched, differing, rejected, unrecorded, nothing_to_record, roundings } =
            serde_json::from_slice(bytes).ok()?;
        let causes = |(payout, causes): (PayoutIndex, Vec<WrittenCause>)| {
            Some((payout, causes.into_iter().map(read).collect::<Option<_>>()?))
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
