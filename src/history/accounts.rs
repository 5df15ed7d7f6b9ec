//! The accounts of a member under several plans, which joint limits hold together.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::accumulator::Accumulators;
use crate::adjudicate::{Adjudication, Detail};
use crate::catalog::Catalog;
use crate::claim::Claim;
use crate::enrollment::Enrollment;
use crate::error::{Error, OrBug};
use crate::joint::{Held, Room};
use crate::text::say;

/// What a member's claims have posted, plan by plan.
#[derive(Debug, Clone)]
pub(crate) struct Accounts<'c> {
    catalog: &'c Catalog,
    held: Vec<Held>,
}

impl<'c> Accounts<'c> {
    /// Before the first claim.
    pub(crate) fn new(catalog: &'c Catalog) -> Accounts<'c> {
        Accounts { catalog, held: Vec::new() }
    }

    /// Keeps a claim as open before any is decided, if it is so from the start.
    ///
    /// # Errors
    /// [`Error::is_bug`].
    pub(crate) fn foresee(&mut self, enrollment: &Enrollment, claim: &Claim) -> Result<(), Error> {
        if super::is_open_from_the_start(self.catalog, enrollment, claim)? {
            self.change(enrollment.plan(), |account| super::keep_open(enrollment, claim, account))?;
        }
        Ok(())
    }

    /// Changes what is held under a plan.
    ///
    /// # Errors
    /// [`Error::is_bug`].
    pub(crate) fn change(&mut self, plan: &str, change: impl FnOnce(&mut Accumulators)) -> Result<(), Error> {
        let place = self.place_of(plan).unwrap_or_else(|| self.open(plan));
        change(&mut self.held.get_mut(place).or_bug()?.accumulators);
        Ok(())
    }

    /// Decides the next claim of the member in the declared order and posts it, or takes back what a reversal names.
    pub(crate) fn next(&mut self, enrollment: &Enrollment, claim: &Claim) -> Result<Adjudication, Error> {
        let catalog = self.catalog;
        self.take(enrollment, claim, |account, room| {
            super::next(catalog, enrollment, claim, account, room, Detail::Plain)
        })
    }

    /// Takes the next claim of the member, on its account and within what joint limits leave for it.
    pub(crate) fn take<T, E: From<Error>>(
        &mut self,
        enrollment: &Enrollment,
        claim: &Claim,
        take: impl FnOnce(&mut Accumulators, &Room<'c>) -> Result<T, E>,
    ) -> Result<T, E> {
        let place = self.place_of(enrollment.plan());
        let room = self.catalog.joint_limits().room(enrollment, claim, &self.held, place)?;
        let place = place.unwrap_or_else(|| self.open(enrollment.plan()));
        let held = self.held.get_mut(place).or_bug()?;
        held.note(enrollment);
        take(&mut held.accumulators, &room)
    }

    /// What joint limits leave for a claim that would come next.
    pub(crate) fn room(&self, enrollment: &Enrollment, claim: &Claim) -> Result<Room<'c>, Error> {
        self.catalog.joint_limits().room(enrollment, claim, &self.held, self.place_of(enrollment.plan()))
    }

    /// What is posted under a plan.
    pub(crate) fn into_account(self, plan: &str) -> Accumulators {
        match self.held.into_iter().find(|held| held.plan == plan) {
            Some(held) => held.accumulators,
            None => Accumulators::new(), // nothing is posted
        }
    }

    /// What is posted, where there is one plan only.
    pub(crate) fn into_only(self) -> Result<Accumulators, Error> {
        if let [one, other, ..] = self.held.as_slice() {
            let (one, other) = (&one.plan, &other.plan);
            return Err(Error::history(say!(
                "理赔申请分属计划 `{one}` 和 `{other}`",
                "the claims of the history are under `{one}` and `{other}`"
            )));
        }
        Ok(self.held.into_iter().next().map_or_else(Accumulators::new, |held| held.accumulators))
    }

    /// What is posted, by plan.
    pub(crate) fn into_all(self) -> BTreeMap<String, Accumulators> {
        self.held.into_iter().map(|held| (held.plan, held.accumulators)).collect()
    }

    fn place_of(&self, plan: &str) -> Option<usize> {
        self.held.iter().position(|held| held.plan == plan)
    }

    fn open(&mut self, plan: &str) -> usize {
        self.held.push(Held::new(plan, Accumulators::new()));
        self.held.len().saturating_sub(1)
    }
}

/// Puts the claims of several accounts in the declared order: by day, then as joint limits serve the plans. Those of one
/// account stay in its order.
pub(crate) fn put_in_order<T>(catalog: &Catalog, claims: &mut [(NaiveDate, &str, T)]) {
    claims.sort_by_key(|(date, plan, _)| (*date, catalog.joint_limits().place_of(plan)));
}
