//! The claims of a sample as a workbook.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::job::Audit;
use super::sample::{Sample, Sampled};
use crate::adjudicate::Detail;
use crate::batch::accounts::Asked;
use crate::batch::{Progress, seek};
use crate::catalog::Catalog;
use crate::error::Error;
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
    let claims: BTreeSet<&str> = drawn.keys().copied().collect();
    let histories = seek(&audit.job, catalog, &claims, progress)?;
    let mut workbook = Workbook::new(catalog, language);
    for history in &histories {
        history.decide(catalog, &claims, Detail::Plain, |Asked { enrollment, claim, before, decided, .. }| {
            let has_sheet = claim.reverses().is_none() && !decided.is_cut() && !decided.is_held();
            match drawn.get(claim.id()).filter(|_| has_sheet) {
                Some(drawn) => workbook.add_recorded(enrollment, claim, &before, Decimal::new(drawn.recorded, 2)),
                None => Ok(()),
            }
        })?;
    }
    Ok(workbook)
}
