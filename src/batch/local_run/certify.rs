//! The certificates of a bucket, each held against its payout.

use std::collections::BTreeMap;

use std::io::{self, BufRead, BufReader, BufWriter};
use std::path::{Path, PathBuf};

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::Decimal128Type;

use super::checksummed::Sealing;
use super::consumer::{AllAccounts, Consumer, DecidedAccounts};
use super::disk;
use super::partition::texts;
use super::summary::Certificates;
use crate::adjudicate::Adjudication;
use crate::batch::accounts::{certify_bucket, fen};
use crate::catalog::Catalog;
use crate::certificate::{Certifier, Roll};
use crate::disk::fs::File;
use crate::error::Error;
use crate::text::say;

/// The file of certificates of all claims.
pub(super) struct Certifying<'c> {
    certifier: Certifier<'c>,
    path: PathBuf,
}

impl<'c> Certifying<'c> {
    pub(super) fn to(path: &Path, catalog: &'c Catalog) -> Certifying<'c> {
        Certifying { certifier: Certifier::new(catalog), path: path.to_owned() }
    }
}

impl Consumer for Certifying<'_> {
    fn holds(&self) -> &'static str {
        "certificates"
    }

    fn path(&self) -> &Path {
        &self.path
    }

    /// Certifies what a bucket has decided: the lines of a batch without its end, and how many claims have none because a joint limit
    /// cuts them. Each claim is decided once more by itself, and must come to its payout.
    fn see(&self, accounts: DecidedAccounts<'_>, part: &mut Sealing) -> Result<u64, Error> {
        let DecidedAccounts { plans, given, decided } = accounts;
        let mut payouts = Payouts::of(&decided.payouts)?;
        let path = part.path().to_owned();
        let mut roll = Roll::to(part);
        let mut cut = 0_u64;
        certify_bucket(plans, &self.certifier, given, |certified| {
            if payouts.tick_off(certified.enrollment.id(), &certified.adjudication)? {
                cut = cut.saturating_add(certified.adjudication.is_cut().into());
                certified.record.iter().try_for_each(|record| roll.record(record))
            } else {
                certified.moved().iter().try_for_each(|moved| roll.record(moved))
            }
            .map_err(|fault| disk::unwritable(&path, &fault))
        })?;
        payouts.are_all_certified()?;
        Ok(cut)
    }

    /// The parts as one batch, with its root.
    fn write_told(&self, all: &AllAccounts<'_>, to: &Path) -> Result<Option<Certificates>, Error> {
        let failed = |fault: io::Error| disk::unwritable(to, &fault);
        let mut roll = Roll::to(BufWriter::new(File::create(to).map_err(failed)?));
        for part in all.parts(self) {
            let lines = File::open(&part).map_err(|fault| disk::unreadable(&part, &fault))?;
            for line in BufReader::new(lines).lines() {
                all.heed()?;
                roll.append(&line.map_err(|fault| disk::unreadable(&part, &fault))?).map_err(failed)?;
            }
            all.has_taken_a_part()?;
        }
        let count = roll.count();
        Ok(Some(Certificates { count, root: roll.end().map_err(failed)?, cut: all.left_out() }))
    }

    /// All is written before there is a manifest.
    fn write(&self, _all: &AllAccounts<'_>, _to: &Path, _manifest: &str) -> Result<(), Error> {
        Ok(())
    }
}

/// What was decided of each claim that is not certified yet.
struct Payouts<'r> {
    /// By enrollment: the claim, its decision, and what is payable in fen.
    open: BTreeMap<&'r str, Vec<(&'r str, &'r str, i128)>>,
}

impl<'r> Payouts<'r> {
    fn of(rows: &'r RecordBatch) -> Result<Payouts<'r>, Error> {
        let names = texts(rows, "enrollment_id")?.iter().zip(texts(rows, "claim_id")?);
        let payable = rows.column_by_name("payable").and_then(|column| column.as_primitive_opt::<Decimal128Type>());
        let decided = texts(rows, "decision")?.iter().zip(payable.into_iter().flatten());
        let mut open: BTreeMap<&str, Vec<_>> = BTreeMap::new();
        for row in names.zip(decided) {
            if let ((Some(enrollment), Some(claim)), (Some(decision), Some(payable))) = row {
                open.entry(enrollment).or_default().push((claim, decision, payable));
            }
        }
        Ok(Payouts { open })
    }

    /// Whether the claim has a payout, which then must be this one. It has none if its amount is too long for the column.
    fn tick_off(&mut self, enrollment: &str, decided: &Adjudication) -> Result<bool, Error> {
        let claim = decided.outcome().claim();
        let Some(open) = self.open.get_mut(enrollment) else { return Ok(false) };
        let Some(place) = open.iter().position(|(other, ..)| *other == claim) else { return Ok(false) };
        let payout = open.swap_remove(place);
        let alone = fen(decided.payable()).map(|fen| (claim, decided.decision().name(), i128::from(fen)));
        if alone.is_ok_and(|alone| alone == payout) { Ok(true) } else { Err(differs(claim)) }
    }

    fn are_all_certified(&self) -> Result<(), Error> {
        self.open.values().flatten().next().map_or(Ok(()), |(claim, ..)| Err(differs(claim)))
    }
}

fn differs(claim: &str) -> Error {
    Error::arithmetic(say!(
        "程序错误：理赔申请 `{claim}` 单独审核与批量审核的结果不符",
        "a fault of the program: the claim `{claim}` is decided otherwise by itself than among the others"
    ))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{ArrayRef, Decimal128Array, StringArray};

    use super::*;
    use crate::case::Case;
    use crate::catalog::Catalog;

    /// The payouts of claims of one enrollment, paid so many fen.
    fn payouts(enrollment: &str, paid: &[(&str, i128)]) -> RecordBatch {
        let text = |values: Vec<&str>| -> ArrayRef { Arc::new(StringArray::from(values)) };
        let payable = Decimal128Array::from_iter_values(paid.iter().map(|(_, fen)| *fen));
        RecordBatch::try_from_iter([
            ("claim_id", text(paid.iter().map(|(claim, _)| *claim).collect())),
            ("enrollment_id", text(vec![enrollment; paid.len()])),
            ("decision", text(vec!["paid"; paid.len()])),
            ("payable", Arc::new(payable.with_precision_and_scale(18, 2).unwrap())),
        ])
        .unwrap()
    }

    #[test]
    fn a_payout_that_its_certificate_does_not_come_to_is_seen() {
        let catalog = Catalog::load("rules".as_ref()).unwrap();
        let case = Case::read("zhao.json", &std::fs::read("rules/cases/zhao.json").unwrap(), &catalog).unwrap();
        let (decided, _) = case.decide(&catalog).unwrap();
        let (enrollment, claim) = (case.enrollment.id(), case.claim.id());
        let agrees = |rows: RecordBatch| Payouts::of(&rows).unwrap().tick_off(enrollment, &decided);
        assert_eq!(agrees(payouts(enrollment, &[("other", 1), (claim, 711_987)])), Ok(true));
        assert!(agrees(payouts(enrollment, &[(claim, 711_988)])).unwrap_err().is_arithmetic());
        assert_eq!(agrees(payouts(enrollment, &[("other", 711_987)])), Ok(false));
        assert_eq!(agrees(payouts("other", &[(claim, 711_987)])), Ok(false));
        let rows = payouts(enrollment, &[("other", 1)]);
        assert!(Payouts::of(&rows).unwrap().are_all_certified().unwrap_err().is_arithmetic());
    }
}
