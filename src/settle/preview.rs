//! What would change, before anything is booked.

use rust_decimal::Decimal;

use super::{Job, Ledger, Mapping, Summary, book, settled};
use crate::catalog::Catalog;
use crate::error::Error;

/// What a run would come to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Preview {
    /// What the run would say of itself.
    pub summary: Summary,
    /// The members to whom something else would be due than now, by id.
    pub changes: Vec<Change>,
}

/// What would change for a member.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Change {
    /// Who.
    pub member: String,
    /// How many claims would be paid otherwise.
    pub claims: u64,
    /// What is due for these claims now.
    pub before: Decimal,
    /// What would be due for them.
    pub now: Decimal,
}

impl Change {
    /// By how much what is due would change.
    #[must_use]
    pub fn difference(&self) -> Decimal {
        self.now.saturating_sub(self.before)
    }
}

/// What [`super::run`] would change. Nothing is written, neither results nor in the ledger, and none is made.
///
/// # Errors
/// Those of [`super::run`].
pub fn preview(job: &Job, catalog: &Catalog, mapping: &Mapping) -> Result<Preview, Error> {
    preview_on(&mut job.look_into_ledger()?, job, catalog, mapping)
}

/// The same in a ledger that is open.
///
/// # Errors
/// Those of [`super::run`].
pub fn preview_on(ledger: &mut Ledger, job: &Job, catalog: &Catalog, mapping: &Mapping) -> Result<Preview, Error> {
    let begun = ledger.begin().map_err(|fault| book::fault(job.ledger_path(), &fault))?;
    let book = book::Writing { book: begun, path: job.ledger_path() };
    let results = settled(&book, job, catalog, mapping)?; // and no commit
    let changes = results.changes()?;
    Ok(Preview { summary: results.into_summary(), changes })
}
