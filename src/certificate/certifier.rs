//! Certificates of many claims under the plans of a catalog.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::{Certificate, Move, Program, Record, Uncertified};
use crate::accumulator::Accumulators;
use crate::adjudicate::{Adjudication, Detail};
use crate::case::Case;
use crate::catalog::Catalog;
use crate::claim::Claim;
use crate::enrollment::Enrollment;
use crate::error::Error;
use crate::history::{self, turn};
use crate::joint::Room;
use crate::member;
use crate::plan::Plan;

/// Certifies claims; the program of each version of a plan is made once, where it is first needed.
///
/// ```
/// use huzhu::{Case, Catalog, Certifier, verify};
///
/// # let catalog = Catalog::load("rules".as_ref())?;
/// let case = Case::read("zhao.json", &std::fs::read("rules/cases/zhao.json")?, &catalog)?;
/// let certifier = Certifier::new(&catalog); // keep it for many claims
/// let certificate = certifier.certify(&case)?.to_text();
/// assert_eq!(verify::certificate(certificate.as_bytes())?.payable(), "7119.87"); // worked out again, without the engine
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Certifier<'c> {
    catalog: &'c Catalog,
    /// By id and version.
    programs: BTreeMap<(&'c str, &'c str), OnceLock<Program<'c>>>,
}

impl<'c> Certifier<'c> {
    /// Of the plans of this catalog.
    #[must_use]
    pub fn new(catalog: &'c Catalog) -> Certifier<'c> {
        let programs = catalog.plans().map(|plan| ((plan.id(), plan.version()), OnceLock::new()));
        Certifier { catalog, programs: programs.collect() }
    }

    /// Decides the claim of a case on top of its history, as [`Case::decide`] does, and certifies it.
    ///
    /// # Errors
    /// Those of [`Case::accumulators`] and [`Program::certify`]; [`Error::is_certificate`] if a joint limit cuts the claim, since a
    /// certificate comes to what the plan alone pays.
    pub fn certify(&self, case: &Case) -> Result<Certificate, Error> {
        let before = case.before(self.catalog)?;
        let case = case.known(self.catalog);
        let plan = self.catalog.resolve(&case.enrollment, &case.claim)?;
        let (certificate, mut adjudication) = self.one(plan, &case.enrollment, &case.claim, &before.accumulators)?;
        before.room.cut(&mut adjudication, &before.accumulators)?;
        let uncut = certificate.and_then(|certificate| uncut(certificate, &adjudication));
        uncut.map_err(Uncertified::into)
    }

    /// Decides a member's claims under one plan, as [`history::decide`] does, and certifies each, in the order in which they are
    /// decided. A reversal takes back what it reverses, and has no certificate; nor has a claim that a joint limit cuts: a batch records what they move.
    /// Of a claim that is pended for what is known around it there is nothing to record.
    ///
    /// # Errors
    /// Those of [`history::decide`] and [`Program::certify`].
    pub fn certify_history(&self, claims: &[(Enrollment, Claim)]) -> Result<Vec<Record>, Error> {
        history::check_count(claims.len())?;
        let claims = member::known(self.catalog, claims, &[]);
        let mut accounts = history::Accounts::new(self.catalog);
        for (enrollment, claim) in claims.iter() {
            accounts.foresee(enrollment, claim)?;
        }
        let mut records = Vec::new();
        for (_, enrollment, claim) in turn::of_account(self.catalog, history::as_given(&claims), None)? {
            let (record, _) =
                accounts.take(enrollment, claim, |account, room| self.next(enrollment, claim, account, room))?;
            records.extend(record);
        }
        Ok(records)
    }

    /// Decides the next claim of a member, certifies and posts it, or takes back what a reversal names.
    pub(crate) fn next(
        &self,
        enrollment: &Enrollment,
        claim: &Claim,
        accumulators: &mut Accumulators,
        room: &Room<'_>,
    ) -> Result<(Option<Record>, Adjudication), Error> {
        if let Some(reversed) = claim.reverses() {
            let adjudication = history::next(self.catalog, enrollment, claim, accumulators, room, Detail::Plain)?;
            let takes_back = !claim.is_held();
            let record = takes_back.then(|| Record::Move(Move::reversal(enrollment, claim, reversed)));
            return Ok((record, adjudication));
        }
        let plan = self.catalog.resolve(enrollment, claim)?;
        let (certificate, mut adjudication) = self.one(plan, enrollment, claim, accumulators)?;
        room.cut(&mut adjudication, accumulators)?;
        history::post(self.catalog, enrollment, claim, adjudication.outcome(), accumulators)?;
        let posted = || adjudication.posting().map(|posting| Record::Move(Move::posting(enrollment, posting)));
        let uncut = certificate.and_then(|certificate| uncut(certificate, &adjudication));
        Ok((uncut.map(Record::Certificate).ok().or_else(posted), adjudication))
    }

    fn one(
        &self,
        plan: &'c Plan,
        enrollment: &Enrollment,
        claim: &Claim,
        accumulators: &Accumulators,
    ) -> Result<(Result<Certificate, Uncertified>, Adjudication), Error> {
        match self.programs.get(&(plan.id(), plan.version())) {
            Some(program) => program.get_or_init(|| plan.program()).decide(enrollment, claim, accumulators),
            None => plan.program().decide(enrollment, claim, accumulators),
        }
    }
}

/// A certificate proves what the plan alone pays.
fn uncut(certificate: Certificate, adjudication: &Adjudication) -> Result<Certificate, Uncertified> {
    if adjudication.is_cut() { Err(Uncertified::Cut) } else { Ok(certificate) }
}
