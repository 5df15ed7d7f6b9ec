//! The whole accounts of some claims, as they would be read one by one.

use std::collections::BTreeSet;

use arrow::array::RecordBatch;

use super::accounts::Accounts;
use super::exactly;
use super::facts::Rows;
use super::plans::Plans;
use super::{Bucket, accounts::Account};
use crate::claim::Claim;
use crate::enrollment::Enrollment;
use crate::error::Error;
use crate::history;

/// All claims of a member under one plan that can be read, in the order in which they are decided.
pub(crate) type Story = Vec<(Enrollment, Claim)>;

/// The accounts that have one of these claims.
pub(crate) fn stories(
    plans: &Plans<'_>,
    claims: &RecordBatch,
    enrollments: &RecordBatch,
    wanted: &BTreeSet<&str>,
) -> Result<Vec<Story>, Error> {
    let (claims, enrollments) = (Rows::of(claims)?, Rows::of(enrollments)?);
    let accounts = Accounts::of(plans, &claims, &enrollments, &mut Vec::new())?;
    let bucket = Bucket { plans, claims: &claims, enrollments: &enrollments, accounts: &accounts };
    let ids = claims.texts("claim_id")?;
    let is_wanted =
        |account: &Account| account.places.clone().any(|place| wanted.contains(ids.value(accounts.claim_at(place))));
    Ok(accounts.iter().filter(is_wanted).map(|account| story(bucket, &account)).collect())
}

fn story(bucket: Bucket<'_>, account: &Account) -> Story {
    let read = |place: usize| exactly::read(bucket, place).ok().map(|pair| (place, pair));
    let mut pairs: Vec<_> = account.places.clone().filter_map(read).collect();
    for (loose, _) in exactly::loose_reversals(&pairs) {
        pairs.retain(|(place, _)| *place != loose);
    }
    let claims: Story = pairs.into_iter().map(|(_, pair)| pair).collect();
    // More claims than a history may have are rejected by the run as well.
    history::in_order(&claims).map(|ordered| ordered.into_iter().cloned().collect()).unwrap_or_default()
}
