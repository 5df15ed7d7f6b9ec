//! Many claims at once, as Arrow record batches.

pub(crate) mod accounts;
pub(crate) mod files;
mod given;
mod groups;
pub(crate) mod hash;
pub(crate) mod headings;
mod ingest;
mod local_run;
mod observation;
mod owners;
mod refused;
mod template;
mod words;

use std::io::Write;

use arrow_array::RecordBatch;
use serde::{Deserialize, Serialize};

pub use self::accounts::Alone;
pub(crate) use self::accounts::Posted;
use self::accounts::{Certified, Plans, certify_bucket, decide_bucket_on, decide_in_shares};
pub use self::files::{Encoding, Headers, Intake};
pub(crate) use self::given::Given;
pub(crate) use self::headings::id_called;
pub(crate) use self::ingest::Vocabulary;
pub(crate) use self::ingest::text_at;
#[cfg(feature = "workbook")]
pub(crate) use self::local_run::seek;
pub(crate) use self::local_run::{
    AllAccounts, Consumer, DecidedAccounts, Digest, Outside, RecordedFile, Sealing, beside, digest_of, each_once,
    for_people_beside, is_left_further, refuse_to_lose, room_to_read, run_for, share,
};
pub use self::local_run::{
    Cause, Certificates, InputFile, InputIntake, Job, JointLimitFile, LEAST_MEMORY, MOST_THREADS, Manifest, Numbers,
    OutputFile, Pack, Program, Progress, Rehearsal, Rows, Settings, Sought, Stage, Summary, Totals, USUAL_MEMORY,
    WorkedClaim, look_up, rehearse, run,
};
pub use self::observation::Observation;
pub(crate) use self::observation::Observations;
pub use self::template::{Template, TemplateColumn};
pub(crate) use self::words::Words;
use crate::catalog::Catalog;
use crate::certificate::{Certifier, Roll};
use crate::error::Error;
use crate::text::{Text, say};

/// Decides many claims, joined with their enrollments by `enrollment_id`.
///
/// `claims` has `claim_id`, `enrollment_id`, `reverses` where some are reversals, and a column for each fact; `enrollments` has
/// `enrollment_id`, `member_id`, `plan`, `plan_version` where some name one, `shares`, `coverage_start`, `coverage_end` and a column
/// for each other fact. Amounts are decimals, whole numbers or text; nothing that is a float is taken. An empty value is a fact
/// that is not given. The claims of a member are decided as [`history::decide_together`](crate::history::decide_together) decides
/// them, in the order of the catalog: by event, it is the same whatever their order in the batch. [`Decider`](crate::Decider) decides batch after batch.
/// A reversal follows the claim that it names; its amounts are negative, so that the sum of the payouts is what is due in all.
///
/// The order of the result depends on members, plans, dates and claim ids alone. Many claims are decided on all threads that the machine has.
///
/// # Errors
/// [`Error::is_columns`] if a column is missing, unknown, or of a type that its fact cannot be read from. What is wrong
/// with a row is no error: the row is among the rejects.
pub fn decide(catalog: &Catalog, claims: &RecordBatch, enrollments: &RecordBatch) -> Result<Decided, Error> {
    decide_prepared(&Prepared::of(catalog)?, claims, enrollments)
}

/// The plans of a catalog and their facts, as columns read them.
pub(crate) struct Prepared<'c> {
    vocabulary: Vocabulary,
    plans: Plans<'c>,
}

impl<'c> Prepared<'c> {
    pub(crate) fn of(catalog: &'c Catalog) -> Result<Prepared<'c>, Error> {
        let vocabulary = Vocabulary::of(catalog)?;
        Ok(Prepared { plans: Plans::of(catalog, &vocabulary), vocabulary })
    }
}

/// Decides many claims by plans that are made ready.
pub(crate) fn decide_prepared(
    Prepared { vocabulary, plans }: &Prepared<'_>,
    claims: &RecordBatch,
    enrollments: &RecordBatch,
) -> Result<Decided, Error> {
    let entered = ingest::enter(vocabulary, claims, enrollments)?;
    let decided = decide_in_shares(plans, entered.given())?;
    Ok(entered.with(decided))
}

/// Decides claims on what their members have posted, and posts them.
pub(crate) fn decide_prepared_on(
    Prepared { vocabulary, plans }: &Prepared<'_>,
    claims: &RecordBatch,
    enrollments: &RecordBatch,
    posted: &mut Posted,
) -> Result<Decided, Error> {
    let entered = ingest::enter(vocabulary, claims, enrollments)?;
    owners::check(plans.catalog(), &entered, posted)?;
    let decided = decide_bucket_on(plans, entered.given(), posted)?;
    Ok(entered.with(decided))
}
/// Certifies many claims, given as to [`decide`], and writes the certificates to a roll, in the order of the payouts.
///
/// Gives what could not be decided. A reversal has no certificate, nor has a claim that a joint limit cuts: what they move is recorded. A claim has a
/// certificate also where its amount is too long for the columns of payouts.
///
/// # Errors
/// Those of [`decide`]; [`Error::is_output`] if the roll cannot be written.
pub fn certify<W: Write>(
    catalog: &Catalog,
    claims: &RecordBatch,
    enrollments: &RecordBatch,
    roll: &mut Roll<W>,
) -> Result<Vec<Reject>, Error> {
    let (prepared, certifier) = (Prepared::of(catalog)?, Certifier::new(catalog));
    certify_prepared(&prepared, &certifier, claims, enrollments, |certified| {
        certified.record.iter().try_for_each(|record| roll.record(record)).map_err(|fault| {
            let why = Text::of_the_system(&fault);
            Error::output(say!("凭证写不出去：{why}", "the certificates cannot be written: {why}"; why))
        })
    })
}

/// Certifies many claims by plans that are made ready, and gives each; gives what could not be decided.
pub(crate) fn certify_prepared(
    Prepared { vocabulary, plans }: &Prepared<'_>,
    certifier: &Certifier<'_>,
    claims: &RecordBatch,
    enrollments: &RecordBatch,
    take: impl FnMut(&Certified) -> Result<(), Error>,
) -> Result<Vec<Reject>, Error> {
    let entered = ingest::enter(vocabulary, claims, enrollments)?;
    let mut rejects = certify_bucket(plans, certifier, entered.given(), take)?;
    rejects.extend(entered.rejects);
    rejects.sort();
    Ok(rejects)
}

/// What became of the claims of a batch: each is decided or rejected, none is dropped.
#[derive(Debug, Clone)]
pub struct Decided {
    /// A row for each decided claim: `claim_id, enrollment_id, plan, plan_version, decision, payable, reasons, notices, reverses,
    /// to_recover, pack_fingerprint, details`; `reverses` and `to_recover` of a reversal, else empty and zero; of the fingerprint of the pack that decided, the first
    /// [`Manifest::FINGERPRINT_DIGITS`]; [`crate::adjudicate::Adjudication::details`].
    pub payouts: RecordBatch,
    /// A row for each benefit of a claim that is paid or nothing due, and for each that a reversal takes back: `claim_id, benefit, gross, paid,
    /// enrollment_id, member_id, plan`.
    pub lines: RecordBatch,
    /// Each row that could not be decided, with the reason.
    pub rejects: Vec<Reject>,
    /// What was seen of rows that were taken.
    pub observations: Vec<Observation>,
}

/// The file or the batch that a row stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Input {
    /// The claims.
    Claims,
    /// The enrollments.
    Enrollments,
}

impl Input {
    /// Its name in options and in the file of rejected rows.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Input::Claims => "claims",
            Input::Enrollments => "enrollments",
        }
    }
}

/// A row that could not be read or decided.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reject {
    /// Where it stands.
    pub input: Input,
    /// Its number; the first row after the header is row 1.
    pub row: u64,
    /// The column at fault.
    pub column: String,
    /// The value there, as it was given; empty if there is none.
    pub value: String,
    /// What is wrong with it.
    pub reason: Text,
}
