//! One bucket decided on what its members have posted before.

use std::collections::BTreeMap;
use std::mem;
use std::slice;

use super::grouping::Account;
use super::joint::Joint;
use super::payouts::Results;
use super::plans::Plans;
use super::{BucketRows, fallback};
use crate::batch::{Decided, Given};
use crate::error::{Error, OrBug};
use crate::history;
use crate::joint::Held;
use crate::notice::Notice;

/// What members have posted, by member.
pub(crate) type Posted = BTreeMap<String, Vec<Held>>;

/// Decides the claims of one bucket on what the members have posted, claim by claim, and posts them.
pub(crate) fn decide_bucket_on(plans: &Plans<'_>, given: Given<'_>, posted: &mut Posted) -> Result<Decided, Error> {
    let (rows, mut rejects) = BucketRows::of(plans, given)?;
    let around = rows.around(plans)?;
    let bucket = rows.bucket(plans, &around);
    let (accounts, enrollments) = (bucket.accounts, bucket.enrollments);
    let mut results = Results::new(accounts.claim_count(), true);
    let joint = Joint::of(bucket);
    let members = enrollments.texts("member_id")?;
    let mut decide = |enrollment: usize, accounts: &[Account]| {
        let held = posted.entry(members.value(enrollment).to_owned()).or_default();
        *held = fallback::decide_on(bucket, accounts, mem::take(held), &mut results, &mut rejects)?;
        Ok::<_, Error>(())
    };
    for group in joint.groups() {
        if let Some(first) = group.first() {
            decide(accounts.enrollment_at(first.places.start), group)?;
        }
    }
    let is_alone = |account: &Account| !account.places.is_empty() && plans.turn_of(account.plan).is_none();
    for account in accounts.iter().filter(is_alone) {
        decide(accounts.enrollment_at(account.places.start), slice::from_ref(&account))?;
    }
    let of = enrollments.texts("plan")?;
    for lost in accounts.lost_alone() {
        let plan = plans.number_of(of.value(lost.enrollment)).or_bug()?;
        let held = posted.entry(members.value(lost.enrollment).to_owned()).or_default();
        let mut member = history::Accounts::of(plans.catalog(), mem::take(held));
        fallback::keep_open(bucket, plan, lost.clone(), &mut member)?;
        *held = member.into_held();
    }
    if given.is_apart {
        results.note_of_all(&Notice::decided_apart());
    }
    rejects.sort();
    results.lay_out(bucket, rejects)
}
