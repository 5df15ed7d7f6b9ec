//! Settlement records in, payouts out, without an application: decided as a batch decides them, and booked in a ledger.

mod accounts;
mod book;
mod certify;
mod claims;
mod closing;
mod covers;
mod export;
mod feed;
mod job;
mod mapping;
mod missed;
mod orders;
mod payments;
mod preview;
mod record;
mod results;
mod set_aside;
mod summary;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use arrow_array::RecordBatch;

pub use huzhu_ledger::{Balance, Closing, Ledger, Payment, Posted, State, Through, Violation};

pub use self::accounts::{AccountNames, payment_state};
use self::certify::Certifying;
pub use self::certify::{Certified, certificate};
pub use self::closing::{check_closings, close};
pub use self::export::export;
pub use self::job::Job;
pub use self::mapping::Mapping;
pub use self::payments::{Confirmed, Paid, Paying, confirm, pay};
pub use self::preview::{Change, Preview, preview, preview_on};
pub use self::summary::Summary;
use crate::batch::files::Style;
use crate::batch::{Vocabulary, Words};
use crate::catalog::Catalog;
use crate::decider::Decider;
use crate::error::Error;
use crate::text::Language;

/// So many members are decided at once.
const MEMBERS_AT_ONCE: usize = 2_000;

/// Where records and covers are kept in the ledger.
const SETTLEMENT: &str = "settlement";
const REFUNDED: &str = "refunded";
const COVER: &str = "cover";

/// Takes settlement records in, decides the claims of all members that they name, books what that changes, and writes the results.
///
/// The claims of a member are decided from all records and covers that the ledger has of the member, in the order of the catalog: it is nothing to what is due in
/// the end in which order records come, how they are split into files, or whether they come twice. What was decided before and is decided otherwise now is
/// taken back and booked anew. One record that cannot be decided stops no other.
///
/// ```
/// use huzhu::{Catalog, settle};
///
/// # let folder = std::env::temp_dir().join(format!("huzhu-settle-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder)?;
/// # let file = |name: &str| folder.join(name);
/// std::fs::write(file("covers.csv"), "enrollment_id,member_id,plan,shares,birth_date,coverage_start,coverage_end\n\
///     E1,M1,henan-accident,2,1990-05-05,2025-01-01,2025-12-31\n")?;
/// std::fs::write(file("monday.jsonl"), r#"{"setl_id":"S1","psn_no":"M1","med_type":"22","trum_flag":"1","begndate":"2025-01-10","enddate":"2025-01-12","medfee_sumamt":"900.00","fund_pay_sumamt":"300.00"}"#)?;
///
/// let catalog = Catalog::load("rules".as_ref())?;
/// let job = settle::Job::new([file("monday.jsonl")], &file("covers.csv"), &file("payouts.csv")).ledger(&file("ledger.db")).force();
/// let summary = settle::run(&job, &catalog, &settle::Mapping::shipped())?;
/// assert_eq!(summary.booked.to_string(), "800.00"); // 600 that the member bore, and two days
///
/// let again = settle::run(&job, &catalog, &settle::Mapping::shipped())?;
/// assert_eq!((again.known, again.payable.to_string(), again.booked.to_string()), (1, "800.00".to_owned(), "0.00".to_owned()));
/// # std::fs::remove_dir_all(&folder)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`Error::is_input`] and [`Error::is_columns`] of a file that cannot be read, [`Error::is_output`] of one that cannot be written or of the ledger,
/// [`Error::is_history`] if a version of a plan is not the one that the ledger was booked by. Nothing is booked then.
pub fn run(job: &Job, catalog: &Catalog, mapping: &Mapping) -> Result<Summary, Error> {
    job.refuse_to_lose()?;
    run_on(&mut job.open_ledger()?, job, catalog, mapping)
}

/// The same in a ledger that is open, such as one in memory; that of the job is left alone.
///
/// # Errors
/// Those of [`run`].
pub fn run_on(ledger: &mut Ledger, job: &Job, catalog: &Catalog, mapping: &Mapping) -> Result<Summary, Error> {
    job.refuse_to_lose()?;
    let fault = |fault| book::fault(job.ledger_path(), &fault);
    let book = book::Writing { book: ledger.begin().map_err(fault)?, path: job.ledger_path() };
    let mut results = settled(&book, job, catalog, mapping)?;
    let files = results.written(job, catalog)?;
    book.book.commit().map_err(fault)?;
    results::publish(&files)?;
    Ok(results.into_summary())
}

/// Takes the feed in, decides and books; it is for the caller to commit.
fn settled(
    book: &book::Writing<'_>,
    job: &Job,
    catalog: &Catalog,
    mapping: &Mapping,
) -> Result<results::Results, Error> {
    let vocabulary = Vocabulary::of(catalog)?;
    orders::check(catalog, book)?;
    let mut results = results::Results::default();
    results.apart = job.orders.is_some().then(Vec::new);
    results.missed = job.missed.is_some().then(Vec::new);
    let taken = feed::take(job, mapping, &vocabulary, book, &mut results)?;
    covers::take(job, &vocabulary, &taken.members, book, &mut results)?;
    let decider = Decider::new(catalog);
    let other = job.orders.is_some().then(|| orders::other(catalog));
    let other = other.as_ref().map(Decider::new);
    let certifying = job.certifies.then(|| Certifying::of(catalog)).transpose()?;
    let members: Vec<&str> = taken.members.iter().map(String::as_str).collect();
    for members in members.chunks(MEMBERS_AT_ONCE) {
        let claims = claims::of(members, mapping, &taken, book, &mut results)?;
        let certificates = certifying.as_ref().map(|certifying| certifying.digests(&claims)).transpose()?;
        let decided = book::decide(&decider, &claims, &certificates.unwrap_or_default(), &taken, book, &mut results)?;
        orders::add(other.as_ref(), &claims, &decided, &mut results)?;
        missed::add(&decider, catalog, &claims, &decided, &taken, &mut results)?;
    }
    Ok(results)
}

/// Opens a ledger that is there, to be checked or read.
///
/// # Errors
/// [`Error::is_output`] if it cannot be opened, is no ledger, or is of a newer schema.
pub fn open_ledger(path: &Path) -> Result<Ledger, Error> {
    Ledger::open_existing(path).map_err(|fault| book::fault(Some(path), &fault))
}

/// What the ledger says, or why it cannot.
///
/// # Errors
/// [`Error::is_output`] if the database fails.
pub fn said<T>(path: &Path, answer: Result<T, huzhu_ledger::Fault>) -> Result<T, Error> {
    answer.map_err(|fault| book::fault(Some(path), &fault))
}

/// A file of rows, with words for people where its form is for them.
fn styled(path: &Path, rows: &RecordBatch, language: Language) -> Result<Vec<u8>, Error> {
    results::bytes(path, &Style::of(Words::in_language(language)), rows)
}

/// What the files of a feed named.
#[derive(Debug, Default)]
struct Taken {
    /// Whose claims are to be decided.
    members: BTreeSet<String>,
    /// The settlements, each with the place where it stands.
    places: BTreeMap<String, Place>,
}

/// Where a record stands.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Place {
    file: String,
    row: u64,
}
