//! One bucket of members: all their enrollments and all their claims, decided in order.

mod continued;
mod dates;
mod estimate;
mod facts;
mod fallback;
mod gather;
mod grouping;
mod histories;
mod joint;
mod open_claims;
mod payouts;
mod plans;
mod rounds;
mod surroundings;
#[cfg(test)]
mod tests;
mod ties;

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::slice;
use std::thread::available_parallelism;

use arrow_array::RecordBatch;
use arrow_select::concat::concat_batches;

pub(crate) use self::continued::{Posted, decide_bucket_on};
pub use self::estimate::Alone;
use self::facts::Rows;
pub(crate) use self::grouping::unknown_enrollment;
use self::grouping::{Account, Accounts};
pub(crate) use self::histories::{Asked, History, histories};
use self::joint::Joint;
use self::open_claims::OpenClaims;
use self::payouts::Results;
pub(crate) use self::payouts::{FINGERPRINT_DIGITS, fen};
pub(crate) use self::plans::Plans;
use self::rounds::Rounds;
use self::surroundings::Surroundings;
use super::local_run::share;
use super::{Decided, Given, Observations, Reject};
use crate::adjudicate::Adjudication;
use crate::certificate::{Certifier, Move, Record};
use crate::enrollment::Enrollment;
use crate::error::{Error, OrBug};
use crate::notice::Notice;

/// The most claims that one thread decides at once, but for those of one member: their columns fit into the processor's own memory.
const MOST_AT_ONCE: usize = 1 << 15;

/// What a decision reads.
#[derive(Clone, Copy)]
struct Bucket<'a> {
    plans: &'a Plans<'a>,
    claims: &'a Rows<'a>,
    enrollments: &'a Rows<'a>,
    accounts: &'a Accounts,
    around: &'a Surroundings,
}

/// The rows of a bucket, joined.
struct BucketRows<'r> {
    claims: Rows<'r>,
    enrollments: Rows<'r>,
    accounts: Accounts,
}

impl<'r> BucketRows<'r> {
    /// The rows that have no account are rejected.
    fn of(
        plans: &Plans<'_>,
        Given { claims, refused, enrollments, .. }: Given<'r>,
    ) -> Result<(BucketRows<'r>, Vec<Reject>), Error> {
        let (claims, refused, enrollments) = (Rows::of(claims)?, Rows::of(refused)?, Rows::of(enrollments)?);
        let mut rejects = Vec::new();
        let accounts = Accounts::of(plans, &claims, &refused, &enrollments, &mut rejects)?;
        Ok((BucketRows { claims, enrollments, accounts }, rejects))
    }

    fn around(&self, plans: &Plans<'_>) -> Result<Surroundings, Error> {
        Surroundings::of(plans.vocabulary(), &self.claims, &self.enrollments, &self.accounts)
    }

    fn bucket<'a>(&'a self, plans: &'a Plans<'a>, around: &'a Surroundings) -> Bucket<'a> {
        let BucketRows { claims, enrollments, accounts } = self;
        Bucket { plans, claims, enrollments, accounts, around }
    }

    /// The accounts in shares of members, each with all of the rows.
    fn cut(self, most: usize) -> Vec<BucketRows<'r>> {
        let BucketRows { claims, enrollments, accounts } = self;
        let shares = accounts.cut(most).into_iter();
        shares
            .map(|accounts| BucketRows { claims: claims.clone(), enrollments: enrollments.clone(), accounts })
            .collect()
    }
}

/// Decides the claims of one bucket, given as plain columns.
///
/// An account is what one member has under one plan. Where columns have an answer for every claim of an account, that is
/// the answer; any other account is decided by the exact reading, claim by claim. So are a member's accounts under plans that
/// joint limits hold together, all of them, as soon as one is, or as columns pay more than one of the limits. Where a claim is open and
/// another may hang on it, the exact reading says so, and decides if that one is to wait.
pub(crate) fn decide_bucket(plans: &Plans<'_>, given: Given<'_>, with_lines: bool) -> Result<Decided, Error> {
    let (rows, rejects) = BucketRows::of(plans, given)?;
    decide_joined(plans, &rows, given.is_apart, with_lines, rejects)
}

/// The same with lines, a share of the members after another, on all threads of the machine: what is at work at once stays near the processor.
pub(crate) fn decide_in_shares(plans: &Plans<'_>, given: Given<'_>) -> Result<Decided, Error> {
    decide_in_shares_of(MOST_AT_ONCE, plans, given)
}

fn decide_in_shares_of(most: usize, plans: &Plans<'_>, given: Given<'_>) -> Result<Decided, Error> {
    let (rows, mut rejects) = BucketRows::of(plans, given)?;
    let shares = rows.cut(most);
    let decide = |rows: &BucketRows<'_>| decide_joined(plans, rows, given.is_apart, true, Vec::new());
    let decided = share(threads_for(shares.len()), shares.len(), |_, pieces| {
        let mut decided = Vec::new();
        while let Some(piece) = pieces.next() {
            decided.push((piece, decide(shares.get(piece).or_bug()?)?));
        }
        Ok(decided)
    })?;
    let mut decided: Vec<(usize, Decided)> = decided.into_iter().flatten().collect();
    decided.sort_by_key(|(piece, _)| *piece);
    let together = put_together(decided.into_iter().map(|(_, decided)| decided).collect())?;
    rejects.extend(together.rejects);
    rejects.sort();
    Ok(Decided { rejects, ..together })
}

/// No more than there are shares; one where the machine does not say.
fn threads_for(shares: usize) -> NonZeroUsize {
    let all = available_parallelism().unwrap_or(NonZeroUsize::MIN);
    NonZeroUsize::new(shares).map_or(NonZeroUsize::MIN, |shares| all.min(shares))
}

/// What was decided of shares that follow one another.
fn put_together(shares: Vec<Decided>) -> Result<Decided, Error> {
    let together = |of: fn(&Decided) -> &RecordBatch| {
        let all: Vec<&RecordBatch> = shares.iter().map(of).collect();
        let schema = all.first().or_bug()?.schema();
        concat_batches(&schema, all).ok().or_bug()
    };
    let (payouts, lines) = (together(|share| &share.payouts)?, together(|share| &share.lines)?);
    let seen: Observations = shares.iter().flat_map(|share| share.observations.iter().cloned()).collect();
    let rejects = shares.into_iter().flat_map(|share| share.rejects).collect();
    Ok(Decided { payouts, lines, rejects, observations: seen.list() })
}

fn decide_joined(
    plans: &Plans<'_>,
    rows: &BucketRows<'_>,
    is_apart: bool,
    with_lines: bool,
    mut rejects: Vec<Reject>,
) -> Result<Decided, Error> {
    let around = rows.around(plans)?;
    let bucket = rows.bucket(plans, &around);
    let mut results = Results::new(bucket.accounts.claim_count(), with_lines);
    let mut rounds = Rounds::new(bucket);
    rounds.decide(&mut results)?;
    let open = OpenClaims::of(bucket)?;
    for account in bucket.accounts.iter() {
        if rounds.needs_exact(account.index) || !open.may_matter(&account, &results)? {
            continue;
        }
        let is_told_of = rounds.hangs_on_ids(account.index);
        if plans.holds_open_claims(account.plan) || is_told_of || !fallback::note(bucket, &account, &mut results)? {
            rounds.give_up(account.index);
        }
    }
    let joint = Joint::of(bucket);
    let is_left = |group: &&[Account]| {
        group.iter().any(|account| rounds.needs_exact(account.index)) || results.may_be_cut(bucket, group)
    };
    let left: Vec<&[Account]> = joint.groups().filter(is_left).collect();
    for group in &left {
        rounds.leave(group);
    }
    results.keep_lines(|place| !rounds.is_left_at(place));
    for account in bucket.accounts.iter().filter(|account| bucket.plans.turn_of(account.plan).is_none()) {
        if rounds.needs_exact(account.index) {
            fallback::decide(bucket, slice::from_ref(&account), &mut results, &mut rejects)?;
        }
    }
    for group in left {
        fallback::decide(bucket, group, &mut results, &mut rejects)?;
    }
    if is_apart {
        results.note_of_all(&Notice::decided_apart());
    }
    rejects.sort();
    results.lay_out(bucket, rejects)
}

/// A claim that was decided alone, with what is recorded of it: nothing of a claim that is held.
pub(crate) struct Certified {
    pub(crate) enrollment: Enrollment,
    pub(crate) adjudication: Adjudication,
    pub(crate) record: Option<Record>,
}

impl Certified {
    /// What to record of it where it has no payout, and yet posts.
    pub(crate) fn moved(&self) -> Option<Record> {
        match &self.record {
            Some(Record::Move(_)) => self.record.clone(),
            Some(Record::Certificate(_)) | None => {
                let posting = self.adjudication.posting()?;
                Some(Record::Move(Move::posting(&self.enrollment, posting)))
            }
        }
    }
}

/// Certifies the claims of one bucket, account by account, each as it is decided alone.
pub(crate) fn certify_bucket(
    plans: &Plans<'_>,
    certifier: &Certifier<'_>,
    given: Given<'_>,
    mut take: impl FnMut(&Certified) -> Result<(), Error>,
) -> Result<Vec<Reject>, Error> {
    let (rows, mut rejects) = BucketRows::of(plans, given)?;
    let around = rows.around(plans)?;
    let bucket = rows.bucket(plans, &around);
    let joint = Joint::of(bucket);
    let first = |group: &[Account]| group.iter().map(|account| account.index).min();
    let groups: BTreeMap<usize, &[Account]> = joint.groups().filter_map(|group| Some((first(group)?, group))).collect();
    // The claims of one member; of some accounts more than have been told.
    let mut certified = BTreeMap::new();
    for account in bucket.accounts.iter() {
        if let Some(group) = groups.get(&account.index) {
            certified.extend(fallback::certify(bucket, group, certifier, &mut rejects)?);
        } else if bucket.plans.turn_of(account.plan).is_none() {
            certified.extend(fallback::certify(bucket, slice::from_ref(&account), certifier, &mut rejects)?);
        }
        while let Some(next) = certified.first_entry().filter(|next| next.key().0 <= account.index) {
            take(&next.remove())?;
        }
    }
    Ok(rejects)
}
