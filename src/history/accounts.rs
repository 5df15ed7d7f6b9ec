//! The accounts of a member under several plans, which joint limits hold together.

use std::collections::BTreeMap;

use crate::accumulator::Accumulators;
use crate::adjudicate::{Adjudication, Detail};
use crate::catalog::Catalog;
use crate::claim::Claim;
use crate::enrollment::Enrollment;
use crate::error::{Error, OrBug};
use crate::joint::{Held, Room};
use crate::notice::Notice;
use crate::text::say;

use super::tie_break;
use super::turn::{InTurn, Pair};

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

    /// After claims that have posted so.
    pub(crate) fn of(catalog: &'c Catalog, held: Vec<Held>) -> Accounts<'c> {
        Accounts { catalog, held }
    }

    /// What is posted, by plan.
    pub(crate) fn into_held(self) -> Vec<Held> {
        self.held
    }

    /// Decides claims of the member, which stand in their turn.
    pub(crate) fn decide_each(&mut self, claims: &[Pair], in_turn: &[InTurn<'_>]) -> Result<Vec<Adjudication>, Error> {
        for (enrollment, claim) in claims {
            self.foresee(enrollment, claim)?;
        }
        let mut decided = Vec::with_capacity(in_turn.len());
        self.take_each(in_turn, |accounts, enrollment, claim| {
            decided.push(accounts.next(enrollment, claim)?);
            Ok::<_, Error>(())
        })?;
        Ok(decided)
    }

    /// Keeps a claim as open before any is decided, if it is so from the start.
    ///
    /// # Errors
    /// [`Error::is_bug`].
    pub(crate) fn foresee(&mut self, enrollment: &Enrollment, claim: &Claim) -> Result<(), Error> {
        let catalog = self.catalog;
        if super::is_open_from_the_start(catalog, enrollment, claim)? {
            self.change(enrollment.plan(), |account| super::keep_open(catalog, enrollment, claim, account))?;
        }
        Ok(())
    }

    /// Takes claims that stand in their turn, one after the other; those whose amounts hang on the order of ids alone are told so.
    pub(crate) fn take_each<E: From<Error>>(
        &mut self,
        claims: &[InTurn<'_>],
        mut take: impl FnMut(&mut Self, &Enrollment, &Claim) -> Result<(), E>,
    ) -> Result<(), E> {
        for run in claims.chunk_by(|(one, ..), (other, ..)| one.is_tied_with(other)) {
            let notices = tie_break::notices(self, run)?;
            for ((_, enrollment, claim), notice) in run.iter().zip(notices) {
                match notice {
                    Some(_) => take(self, enrollment, &Claim::clone(claim).noting(notice))?,
                    None => take(self, enrollment, claim)?,
                }
            }
        }
        Ok(())
    }

    /// Whether these claims, which are tied, are paid otherwise in another order.
    #[cfg(feature = "batch")]
    pub(crate) fn hang_on_ids(&mut self, tied: &[InTurn<'_>]) -> Result<bool, Error> {
        Ok(tie_break::notices(self, tied)?.iter().any(Option::is_some))
    }

    /// Decides claims that stand in their turn, before one that is to come next; what is said of that one if only its id puts it after some of them.
    pub(crate) fn take_before(&mut self, claims: &[InTurn<'_>], next: &InTurn<'_>) -> Result<Option<Notice>, Error> {
        let is_before = |(turn, ..): &&InTurn<'_>| turn.is_tied_with(&next.0) && *turn < next.0;
        let tied = claims.iter().rev().take_while(is_before).count();
        let (earlier, tied) = claims.split_at(claims.len().saturating_sub(tied));
        self.pass_each(earlier)?;
        let run: Vec<InTurn<'_>> = tied.iter().chain([next]).cloned().collect();
        let notice = tie_break::notices(self, &run)?.pop().flatten();
        self.pass_each(tied)?;
        Ok(notice)
    }

    fn pass_each(&mut self, claims: &[InTurn<'_>]) -> Result<(), Error> {
        let catalog = self.catalog;
        for (_, enrollment, claim) in claims {
            self.take(enrollment, claim, |account, room| super::pass(catalog, enrollment, claim, account, room))?;
        }
        Ok(())
    }

    /// What comes of taking some of these claims, which are under one plan; the account is then as if they had not been.
    pub(super) fn supposing<T>(
        &mut self,
        claims: &[&InTurn<'_>],
        take: impl FnOnce(&mut Self) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let (_, enrollment, _) = claims.first().or_bug()?;
        let place = self.place_of(enrollment.plan()).unwrap_or_else(|| self.open(enrollment.plan()));
        let before = self.held.get(place).or_bug()?.mark();
        let taken = take(self);
        let ids: Vec<&str> = claims.iter().map(|(_, _, claim)| claim.id()).collect();
        self.held.get_mut(place).or_bug()?.go_back(before, &ids)?;
        taken
    }

    pub(super) fn catalog(&self) -> &'c Catalog {
        self.catalog
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
