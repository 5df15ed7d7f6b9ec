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
mod ties;

use std::collections::BTreeMap;
use std::slice;

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
use super::{Decided, Given, Reject};
use crate::adjudicate::Adjudication;
use crate::certificate::{Certifier, Move, Record};
use crate::enrollment::Enrollment;
use crate::error::Error;
use crate::notice::Notice;

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
    around: Surroundings,
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
        let around = Surroundings::of(plans.vocabulary(), &claims, &enrollments, &accounts)?;
        Ok((BucketRows { claims, enrollments, accounts, around }, rejects))
    }

    fn bucket<'a>(&'a self, plans: &'a Plans<'a>) -> Bucket<'a> {
        let BucketRows { claims, enrollments, accounts, around } = self;
        Bucket { plans, claims, enrollments, accounts, around }
    }
}

/// Decides the claims of one bucket, given as plain columns.
///
/// An account is what one member has under one plan. Where columns have an answer for every claim of an account, that is
/// the answer; any other account is decided by the exact reading, claim by claim. So are a member's accounts under plans that
/// joint limits hold together, all of them, as soon as one is, or as columns pay more than one of the limits. Where a claim is open and
/// another may hang on it, the exact reading says so, and decides if that one is to wait.
pub(crate) fn decide_bucket(plans: &Plans<'_>, given: Given<'_>, with_lines: bool) -> Result<Decided, Error> {
    let (rows, mut rejects) = BucketRows::of(plans, given)?;
    let bucket = rows.bucket(plans);
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
    if given.is_apart {
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
    let bucket = rows.bucket(plans);
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
