//! The whole accounts of some claims, as they would be read one by one.

use std::collections::BTreeSet;

use arrow::array::{BooleanArray, RecordBatch};
use arrow::compute::filter_record_batch;
use xxhash_rust::xxh3::xxh3_64;

use super::accounts::{Account, Accounts};
use super::facts::{Rows, not_plain};
use super::plans::Plans;
use super::{Bucket, exactly};
use crate::claim::Claim;
use crate::enrollment::Enrollment;
use crate::error::Error;
use crate::history;

/// All claims of a member under one plan that can be read, in the order in which they are decided.
pub(crate) type Story = Vec<(Enrollment, Claim)>;

/// The accounts that have one of these claims; now and then another one too.
pub(crate) fn stories(
    plans: &Plans<'_>,
    claims: &RecordBatch,
    enrollments: &RecordBatch,
    wanted: &BTreeSet<&str>,
) -> Result<Vec<Story>, Error> {
    let (claims, enrollments) = accounts_alone(claims, enrollments, wanted)?;
    let (claims, enrollments) = (Rows::of(&claims)?, Rows::of(&enrollments)?);
    let accounts = Accounts::of(plans, &claims, &enrollments, &mut Vec::new())?;
    let bucket = Bucket { plans, claims: &claims, enrollments: &enrollments, accounts: &accounts };
    let ids = claims.texts("claim_id")?;
    let is_wanted =
        |account: &Account| account.places.clone().any(|place| wanted.contains(ids.value(accounts.claim_at(place))));
    Ok(accounts.iter().filter(is_wanted).map(|account| story(bucket, &account)).collect())
}

/// The rows of the members that have one of these claims. Texts are told apart by their hashes: two that share one only leave a row too many.
fn accounts_alone(
    claims: &RecordBatch,
    enrollments: &RecordBatch,
    wanted: &BTreeSet<&str>,
) -> Result<(RecordBatch, RecordBatch), Error> {
    let wanted: BTreeSet<u64> = wanted.iter().map(|id| hash(id)).collect();
    let of_claims = among(claims, "claim_id", &wanted)?;
    let covers = hashes(claims, "enrollment_id", &of_claims)?;
    let members = hashes(enrollments, "member_id", &among(enrollments, "enrollment_id", &covers)?)?;
    let of_members = among(enrollments, "member_id", &members)?;
    let covers = hashes(enrollments, "enrollment_id", &of_members)?;
    let kept = |rows: &RecordBatch, which: &BooleanArray| {
        filter_record_batch(rows, which).map_err(|_| not_plain("enrollment_id"))
    };
    Ok((kept(claims, &among(claims, "enrollment_id", &covers)?)?, kept(enrollments, &of_members)?))
}

fn hash(text: &str) -> u64 {
    xxh3_64(text.as_bytes())
}

/// Where a column has one of the texts.
fn among(rows: &RecordBatch, column: &str, texts: &BTreeSet<u64>) -> Result<BooleanArray, Error> {
    let rows = Rows::of(rows)?;
    Ok(rows.texts(column)?.iter().map(|text| Some(text.is_some_and(|text| texts.contains(&hash(text))))).collect())
}

/// The texts of a column in some rows.
fn hashes(rows: &RecordBatch, column: &str, which: &BooleanArray) -> Result<BTreeSet<u64>, Error> {
    let rows = Rows::of(rows)?;
    let texts = rows.texts(column)?.iter().zip(which).filter(|(_, is_meant)| *is_meant == Some(true));
    Ok(texts.filter_map(|(text, _)| text.map(hash)).collect())
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
