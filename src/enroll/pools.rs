//! What was taken from pools of places and money.

use std::collections::BTreeMap;
use std::sync::Arc;

use rust_decimal::Decimal;

use super::{Drawn, Enrolled};
use crate::error::Error;
use crate::exact;
use crate::plan::{Plan, Pool};
use crate::text::say;

/// What has been taken from the pools of plans so far. What is left is worked out from it and never stored.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pools {
    taken: BTreeMap<(Arc<str>, Arc<str>), Decimal>,
}

impl Pools {
    /// Nothing has been taken.
    #[must_use]
    pub fn new() -> Pools {
        Pools::default()
    }

    /// The same with so much more taken from a pool, such as by earlier runs.
    ///
    /// # Errors
    /// [`Error::is_arithmetic`] if the sum does not fit.
    pub fn with_taken(mut self, plan: &str, pool: &str, amount: Decimal) -> Result<Pools, Error> {
        self.add(plan, pool, amount)?;
        Ok(self)
    }

    /// What has been taken from a pool.
    #[must_use]
    pub fn taken(&self, plan: &str, pool: &str) -> Decimal {
        match self.taken.get(&(plan.into(), pool.into())) {
            Some(taken) => *taken,
            None => Decimal::ZERO, // nothing has been taken yet
        }
    }

    /// What is left of a pool of the plan, never below zero; none if the plan has no such pool.
    #[must_use]
    pub fn left(&self, plan: &Plan, pool: &str) -> Option<Decimal> {
        let pool = plan.terms.pools.iter().find(|known| &*known.id == pool)?;
        self.left_in(plan, pool).ok()
    }

    pub(super) fn left_in(&self, plan: &Plan, pool: &Pool) -> Result<Decimal, Error> {
        let left = exact::subtract(pool.holds, self.taken(plan.id(), &pool.id))?;
        Ok(left.max(Decimal::ZERO))
    }

    /// Takes what an enrollment draws, all of it or nothing.
    ///
    /// # Errors
    /// [`Error::is_history`] if a pool has less than that, because others have drawn since the enrollment was decided: decide it again.
    pub fn take(&mut self, plan: &Plan, enrolled: &Enrolled) -> Result<(), Error> {
        let mut after = self.clone();
        for Drawn { pool, taken, .. } in enrolled.drawn() {
            if after.left(plan, pool).is_none_or(|left| left < *taken) {
                return Err(Error::history(say!(
                    "`{pool}` 已不足，请重新审核申请",
                    "`{pool}` has less than that by now: decide the application again"
                )));
            }
            after.add(plan.id(), pool, *taken)?;
        }
        *self = after;
        Ok(())
    }

    pub(crate) fn add(&mut self, plan: &str, pool: &str, amount: Decimal) -> Result<(), Error> {
        let taken = self.taken.entry((plan.into(), pool.into())).or_default();
        *taken = exact::add(*taken, amount)?;
        Ok(())
    }
}
