//! The claims of a sample as a workbook.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::job::Audit;
use super::sample::{Sample, Sampled};
use crate::adjudicate::Detail;
use crate::batch::accounts::History;
use crate::batch::{Progress, seek};
use crate::catalog::Catalog;
use crate::error::{Error, unless_bug};
use crate::history;
use crate::text::Language;
use crate::workbook::Workbook;

/// The claims that an audit has drawn, each on a sheet of its own on top of what the member was due before, and in the list what is recorded of it.
///
/// They are read from the files of the audit once more. A reversal has no sheet, nor has a claim that a joint limit cuts.
///
/// # Errors
/// Those of [`crate::batch::run`] that come of reading, and of [`Workbook::add_claim`]: a workbook has room for 1,000 claims.
pub fn workbook<'c>(
    audit: &Audit,
    catalog: &'c Catalog,
    sample: &Sample,
    language: Language,
    progress: &dyn Progress,
) -> Result<Workbook<'c>, Error> {
    let drawn: BTreeMap<&str, &Sampled> = sample.claims.iter().map(|drawn| (drawn.claim.as_str(), drawn)).collect();
    let histories = seek(&audit.job, catalog, &drawn.keys().copied().collect(), progress)?;
    let mut workbook = Workbook::new(catalog, language);
    for history in &histories {
        add(&mut workbook, catalog, history, &drawn)?;
    }
    Ok(workbook)
}

/// Adds the claims of an account that were drawn.
fn add(
    workbook: &mut Workbook<'_>,
    catalog: &Catalog,
    history: &History<'_>,
    drawn: &BTreeMap<&str, &Sampled>,
) -> Result<(), Error> {
    let mut account = history.start.clone();
    for ((enrollment, claim), room) in history.iter() {
        let before = account.clone();
        let decided = unless_bug(history::next(catalog, enrollment, claim, &mut account, room, Detail::Plain))?;
        if decided.is_none() {
            history::give_up(catalog, enrollment, claim, &mut account);
        }
        let has_sheet =
            claim.reverses().is_none() && decided.is_some_and(|decided| !decided.is_cut() && !decided.is_held());
        if let Some(drawn) = drawn.get(claim.id()).filter(|_| has_sheet) {
            workbook.add_recorded(enrollment, claim, &before, Decimal::new(drawn.recorded, 2))?;
        }
    }
    Ok(())
}
