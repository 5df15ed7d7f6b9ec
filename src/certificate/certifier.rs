//! Certificates of many claims under the plans of a catalog.

use std::collections::BTreeMap;

use super::{Certificate, Program};
use crate::accumulator::Accumulators;
use crate::case::Case;
use crate::catalog::Catalog;
use crate::claim::Claim;
use crate::enrollment::Enrollment;
use crate::error::Error;
use crate::history;
use crate::plan::Plan;

/// Certifies claims; the program of each version of a plan is made once.
pub struct Certifier<'c> {
    catalog: &'c Catalog,
    /// By id and version.
    programs: BTreeMap<(&'c str, &'c str), Program<'c>>,
}

impl<'c> Certifier<'c> {
    /// Of the plans of this catalog.
    #[must_use]
    pub fn new(catalog: &'c Catalog) -> Certifier<'c> {
        Certifier { catalog, programs: BTreeMap::new() }
    }

    /// Decides the claim of a case on top of its history, as [`Case::decide`] does, and certifies it.
    ///
    /// # Errors
    /// Those of [`Case::accumulators`] and [`Program::certify`].
    pub fn certify(&mut self, case: &Case) -> Result<Certificate, Error> {
        let accumulators = case.accumulators(self.catalog)?;
        let plan = self.catalog.resolve(&case.enrollment, &case.claim)?;
        self.program(plan).certify(&case.enrollment, &case.claim, &accumulators)
    }

    /// Decides a member's claims under one plan, as [`history::decide`] does, and certifies each, in the order in which they are
    /// decided. A reversal takes back what it reverses, and has no certificate.
    ///
    /// # Errors
    /// Those of [`history::decide`] and [`Program::certify`].
    pub fn certify_history(&mut self, claims: &[(Enrollment, Claim)]) -> Result<Vec<Certificate>, Error> {
        let mut accumulators = Accumulators::new();
        let mut certificates = Vec::new();
        for (enrollment, claim) in history::in_order(claims)? {
            certificates.extend(self.next(enrollment, claim, &mut accumulators)?);
        }
        Ok(certificates)
    }

    /// Certifies the next claim of a member and posts it, or takes back what a reversal names.
    pub(crate) fn next(
        &mut self,
        enrollment: &Enrollment,
        claim: &Claim,
        accumulators: &mut Accumulators,
    ) -> Result<Option<Certificate>, Error> {
        let plan = self.catalog.resolve(enrollment, claim)?;
        let certificate = match claim.reverses() {
            None => Some(self.program(plan).certify(enrollment, claim, accumulators)?),
            Some(_) => None,
        };
        history::next(self.catalog, enrollment, claim, accumulators)?;
        Ok(certificate)
    }

    fn program(&mut self, plan: &'c Plan) -> &Program<'c> {
        self.programs.entry((plan.id(), plan.version())).or_insert_with(|| plan.program())
    }
}
