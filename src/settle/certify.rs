//! What stands for the certificate of each claim, and a certificate on demand.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rust_decimal::Decimal;

use super::claims::{self, Claims};
use super::results::{Results, publish, yuan};
use super::{Mapping, Taken, book, open_ledger, said};
use crate::batch::{Prepared, certify_prepared, refuse_to_lose};
use crate::catalog::Catalog;
use crate::certificate::{Certificate, Certifier, Record};
use crate::error::Error;
use crate::text::{Text, say};

/// Certifies the claims of members after members, by plans that are made ready once.
pub(super) struct Certifying<'c> {
    prepared: Prepared<'c>,
    certifier: Certifier<'c>,
}

impl<'c> Certifying<'c> {
    pub(super) fn of(catalog: &'c Catalog) -> Result<Certifying<'c>, Error> {
        Ok(Certifying { prepared: Prepared::of(catalog)?, certifier: Certifier::new(catalog) })
    }

    /// What stands for the certificates, by claim. A claim that a joint limit cuts has none.
    pub(super) fn digests(&self, claims: &Claims) -> Result<BTreeMap<String, String>, Error> {
        let mut digests = BTreeMap::new();
        self.each(claims, |claim, certificate, _| {
            digests.insert(claim.to_owned(), certificate.digest());
        })?;
        Ok(digests)
    }

    fn each(&self, claims: &Claims, mut take: impl FnMut(&str, &Certificate, Decimal)) -> Result<(), Error> {
        if claims.rows.is_empty() {
            return Ok(());
        }
        let (rows, enrollments) = (claims::columns(&claims.rows)?, claims::columns(&claims.enrollments)?);
        let rejects = certify_prepared(&self.prepared, &self.certifier, &rows, &enrollments, |certified| {
            if let Some(certificate) = certified.record.as_ref().and_then(Record::certificate) {
                take(certified.adjudication.outcome().claim(), certificate, certified.adjudication.payable());
            }
            Ok(())
        })?;
        drop(rejects); // told of where the claims are decided
        Ok(())
    }
}

/// A certificate that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Certified {
    /// What stands for it.
    pub digest: String,
    /// What the ledger has kept, if a certificate was made when the claim was decided.
    pub kept: Option<String>,
    /// Where it was written.
    pub written: PathBuf,
}

/// Writes the certificate of a claim, worked out from what the ledger has of the member.
///
/// # Errors
/// [`Error::is_input`] if the ledger has no such claim, [`Error::is_certificate`] if the claim has none, or is not worked out as it was booked; [`Error::is_output`] if
/// the ledger fails, or the file cannot be written or is there and not to be overwritten.
pub fn certificate(
    path: &Path,
    claim: &str,
    catalog: &Catalog,
    mapping: &Mapping,
    out: &Path,
    is_forced: bool,
) -> Result<Certified, Error> {
    if !is_forced {
        refuse_to_lose([out.to_owned()].into_iter(), &[], out)?;
    }
    let mut ledger = open_ledger(path)?;
    let begun = said(path, ledger.begin())?; // what is read stands still, and nothing is written
    let Some(newest) = said(path, begun.newest(claim))? else {
        return Err(Error::input(say!("账本中没有理赔 `{claim}`", "the ledger has no claim `{claim}`")));
    };
    let book = book::Writing { book: begun, path: Some(path) };
    let (taken, mut results) = (Taken::default(), Results::default());
    let claims = claims::of(&[newest.owner.as_str()], mapping, &taken, &book, &mut results)?;
    let mut found = None;
    Certifying::of(catalog)?.each(&claims, |other, certificate, payable| {
        if other == claim {
            found = Some((certificate.clone(), payable));
        }
    })?;
    let Some((certificate, payable)) = found else {
        return Err(Error::certificate(say!(
            "理赔 `{claim}` 没有凭证：受合计限额所限，或按现在所用的规则和对应表不审核该件",
            "the claim `{claim}` has no certificate: a joint limit cuts it, or these rules and this mapping do not decide it"
        )));
    };
    let digest = certificate.digest();
    let differs = |what: Text| {
        Error::certificate(say!(
            "理赔 `{claim}` 现在算出的{what}与账本不同；所用的规则或对应表与入账时不同，请改用入账时的",
            "{what} of `{claim}` as worked out now is not what the ledger has: other rules, or another mapping, than it was booked by"; what
        ))
    };
    if newest.certificate.as_ref().is_some_and(|kept| *kept != digest) {
        return Err(differs(say!("凭证", "the certificate")));
    }
    if payable != yuan(newest.fen)? {
        return Err(differs(say!("应付额", "the amount")));
    }
    publish(&[(out.to_owned(), certificate.to_text().into_bytes())])?;
    Ok(Certified { digest, kept: newest.certificate, written: out.to_owned() })
}
