//! The whole accounts of some claims, as they would be read one by one.

use std::collections::{BTreeMap, BTreeSet};
use std::slice;

use arrow_array::{BooleanArray, RecordBatch};
use arrow_select::filter::filter_record_batch;

use super::facts::{Rows, not_plain};
use super::fallback::Legible;
use super::grouping::Account;
use super::joint::Joint;
use super::plans::Plans;
use super::{Bucket, BucketRows, fallback};
use crate::accumulator::Accumulators;
use crate::adjudicate::{Adjudication, Detail};
use crate::batch::Given;
use crate::batch::hash::{Seed, place_of};
use crate::catalog::Catalog;
use crate::claim::Claim;
use crate::enrollment::Enrollment;
use crate::error::{Error, OrBug, unless_bug};
use crate::history::{self, turn};
use crate::joint::Room;

/// All claims of a member under one plan that can be read, in the order in which they are decided.
pub(crate) struct History<'c> {
    pub(crate) claims: Vec<(Enrollment, Claim)>,
    /// What joint limits leave for each of them, after what the member's claims under other plans were paid.
    pub(crate) rooms: Vec<Room<'c>>,
    /// What the account holds before them: of those that cannot be read, that they are open.
    pub(crate) start: Accumulators,
}

impl<'c> History<'c> {
    /// Each claim with its enrollment, and with what joint limits leave for it.
    pub(crate) fn iter(
        &self,
    ) -> impl DoubleEndedIterator<Item = (&(Enrollment, Claim), &Room<'c>)> + ExactSizeIterator {
        self.claims.iter().zip(&self.rooms)
    }
}

/// A claim of a history that was asked for, as it is decided.
pub(crate) struct Asked<'h, 'c> {
    /// The claims before it.
    pub(crate) earlier: &'h [(Enrollment, Claim)],
    pub(crate) enrollment: &'h Enrollment,
    pub(crate) claim: &'h Claim,
    pub(crate) room: &'h Room<'c>,
    /// What the account holds before it.
    pub(crate) before: Accumulators,
    pub(crate) decided: Adjudication,
    /// What it holds then.
    pub(crate) after: &'h Accumulators,
}

impl<'c> History<'c> {
    /// Decides its claims one after the other, and gives those that are asked for, so much of each as is said. A claim that cannot be decided is open.
    pub(crate) fn decide(
        &self,
        catalog: &Catalog,
        wanted: &BTreeSet<&str>,
        detail: Detail,
        mut take: impl FnMut(Asked<'_, 'c>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut account = self.start.clone();
        for (place, ((enrollment, claim), room)) in self.iter().enumerate() {
            if !wanted.contains(claim.id()) {
                if unless_bug(history::pass(catalog, enrollment, claim, &mut account, room))?.is_none() {
                    history::give_up(catalog, enrollment, claim, &mut account);
                }
                continue;
            }
            let before = account.clone();
            match unless_bug(history::next(catalog, enrollment, claim, &mut account, room, detail))? {
                None => history::give_up(catalog, enrollment, claim, &mut account),
                Some(decided) => {
                    let earlier = self.claims.get(..place).or_bug()?;
                    take(Asked { earlier, enrollment, claim, room, before, decided, after: &account })?;
                }
            }
        }
        Ok(())
    }
}

/// The accounts that have one of these claims; now and then another one too.
pub(crate) fn histories<'c>(
    plans: &Plans<'c>,
    given: Given<'_>,
    wanted: &BTreeSet<&str>,
) -> Result<Vec<History<'c>>, Error> {
    let (claims, enrollments) = accounts_alone(given.claims, given.enrollments, wanted)?;
    let (rows, _) = BucketRows::of(plans, Given { claims: &claims, enrollments: &enrollments, ..given })?;
    let around = rows.around(plans)?;
    let bucket = rows.bucket(plans, &around);
    let accounts = bucket.accounts;
    let ids = bucket.claims.texts("claim_id")?;
    let is_wanted =
        |account: &Account| account.places.clone().any(|place| wanted.contains(ids.value(accounts.claim_at(place))));
    let joint = Joint::of(bucket);
    let of_kin: BTreeMap<usize, &[Account]> =
        joint.groups().flat_map(|group| group.iter().map(move |account| (account.index, group))).collect();
    let catalog = plans.catalog();
    let history = |account: Account| match of_kin.get(&account.index) {
        Some(group) => told(catalog, bucket, &account, group),
        None if account.lacks_order => told(catalog, bucket, &account, slice::from_ref(&account)),
        None => plain(catalog, bucket, &account),
    };
    accounts.iter().filter(is_wanted).map(history).collect()
}

/// The rows of the members that have one of these claims, and now and then of another.
fn accounts_alone(
    claims: &RecordBatch,
    enrollments: &RecordBatch,
    wanted: &BTreeSet<&str>,
) -> Result<(RecordBatch, RecordBatch), Error> {
    let wanted = Traces::of(wanted.len(), wanted.iter().copied());
    let of_claims = among(claims, "claim_id", &wanted)?;
    let covers = traces(claims, "enrollment_id", &of_claims)?;
    let members = traces(enrollments, "member_id", &among(enrollments, "enrollment_id", &covers)?)?;
    let of_members = among(enrollments, "member_id", &members)?;
    let covers = traces(enrollments, "enrollment_id", &of_members)?;
    let kept = |rows: &RecordBatch, which: &BooleanArray| {
        filter_record_batch(rows, which).map_err(|_| not_plain("enrollment_id"))
    };
    Ok((kept(claims, &among(claims, "enrollment_id", &covers)?)?, kept(enrollments, &of_members)?))
}

/// Where a column has one of the texts.
fn among(rows: &RecordBatch, column: &str, texts: &Traces) -> Result<BooleanArray, Error> {
    let rows = Rows::of(rows)?;
    Ok(rows.texts(column)?.iter().map(|text| Some(text.is_some_and(|text| texts.may_hold(text)))).collect())
}

/// The traces of a column in some rows.
fn traces(rows: &RecordBatch, column: &str, which: &BooleanArray) -> Result<Traces, Error> {
    let rows = Rows::of(rows)?;
    let texts = rows.texts(column)?.iter().zip(which).filter(|(_, is_meant)| *is_meant == Some(true));
    Ok(Traces::of(which.true_count(), texts.filter_map(|(text, _)| text)))
}

/// What a few texts leave behind: a bit for the hash of each, so that two that share one are not told apart.
struct Traces {
    bits: Vec<u64>,
    seed: Seed,
}

/// So many words for each text: of other texts one in two thousand shares a bit.
const WORDS_OF_A_TEXT: usize = 32;

impl Traces {
    fn of<T: AsRef<str>>(count: usize, texts: impl Iterator<Item = T>) -> Traces {
        let words = count.saturating_mul(WORDS_OF_A_TEXT).next_power_of_two();
        let mut traces = Traces { bits: vec![0; words], seed: Seed::drawn() };
        for text in texts {
            let (word, bit) = traces.place(text.as_ref());
            if let Some(word) = traces.bits.get_mut(word) {
                *word |= bit;
            }
        }
        traces
    }

    fn may_hold(&self, text: &str) -> bool {
        let (word, bit) = self.place(text);
        self.bits.get(word).is_some_and(|word| word & bit != 0)
    }

    /// The word and the bit in it.
    fn place(&self, text: &str) -> (usize, u64) {
        let hash = self.seed.hash(text);
        let mask = self.bits.len().saturating_sub(1);
        (place_of(hash >> 6) & mask, 1 << (hash & 63))
    }
}

/// An account whose claims have nothing to do with others.
fn plain<'c>(catalog: &'c Catalog, bucket: Bucket<'_>, account: &Account) -> Result<History<'c>, Error> {
    let mut begun = history::Accounts::new(catalog);
    let read = legible(bucket, account, &mut begun)?;
    let in_turn = read.in_turn_if_any(bucket)?;
    let claims: Vec<_> = in_turn.map(|(_, enrollment, claim)| (enrollment.clone(), claim.clone())).collect();
    Ok(History { rooms: vec![Room::unlimited(); claims.len()], claims, start: begun.into_only()? })
}

/// An account that is decided with all that joint limits hold together with it; each claim is told whether only its id puts it in its place.
fn told<'c>(
    catalog: &'c Catalog,
    bucket: Bucket<'_>,
    account: &Account,
    group: &[Account],
) -> Result<History<'c>, Error> {
    let mut accounts = history::Accounts::new(catalog);
    let read = group.iter().map(|other| legible(bucket, other, &mut accounts)).collect::<Result<Vec<_>, Error>>()?;
    let mut in_turn = Vec::new();
    for read in &read {
        in_turn.extend(read.in_turn_if_any(bucket)?);
    }
    turn::put_in_order(&mut in_turn);
    let own = bucket.plans.prepared(account.plan).id();
    let start = accounts.clone().into_account(own);
    let (mut claims, mut rooms) = (Vec::new(), Vec::new());
    accounts.take_each(&in_turn, |accounts, enrollment, claim| {
        if enrollment.plan() == own {
            // A claim that cannot be decided asks of no room.
            rooms.push(unless_bug(accounts.room(enrollment, claim))?.unwrap_or_else(Room::unlimited));
            claims.push((enrollment.clone(), claim.clone()));
        }
        // It is open; the run has rejected it.
        if unless_bug(accounts.next(enrollment, claim))?.is_none() {
            accounts.change(enrollment.plan(), |account| history::give_up(catalog, enrollment, claim, account))?;
        }
        Ok::<_, Error>(())
    })?;
    Ok(History { claims, rooms, start })
}

/// The claims of an account that can be read; the others are kept as open.
fn legible(bucket: Bucket<'_>, account: &Account, member: &mut history::Accounts<'_>) -> Result<Legible, Error> {
    let read = Legible::of(bucket, account, &[], &mut Vec::new())?;
    fallback::begin(bucket, account, &read.claims, &read.faulty, member)?;
    Ok(read)
}
