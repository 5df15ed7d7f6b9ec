//! Accounts with a claim that is open, on which a later one may hang: the exact reading says which do.

use std::collections::BTreeSet;

use arrow_array::StringArray;

use super::Bucket;
use super::facts::{Days, date};
use super::grouping::{Account, Lost};
use super::payouts::Results;
use super::plans::PlanIndex;
use crate::accumulator::OpenClaim;
use crate::adjudicate::Decision;
use crate::error::{Error, OrBug};
use crate::scope::Scope;

/// Looks for claims that are open: pended by the columns, or rejected before them.
pub(super) struct OpenClaims<'b> {
    bucket: Bucket<'b>,
    ids: &'b StringArray,
    enrollments: &'b StringArray,
    days: Days<'b>,
    starts: Days<'b>,
}

/// A claim that is open, and what it is known to come before.
struct Open {
    claim: OpenClaim,
    comes: Comes,
}

enum Comes {
    /// From the place after its own on.
    After(usize),
    /// By this day and id.
    At(i32, String),
    Anywhere,
}

impl<'b> OpenClaims<'b> {
    pub(super) fn of(bucket: Bucket<'b>) -> Result<OpenClaims<'b>, Error> {
        Ok(OpenClaims {
            bucket,
            ids: bucket.claims.texts("claim_id")?,
            enrollments: bucket.enrollments.texts("enrollment_id")?,
            days: bucket.claims.days("event_date"),
            starts: bucket.enrollments.days("coverage_start"),
        })
    }

    /// Whether a claim of an account that columns have decided may hang on another that is open, by their dates and by what the plan reads.
    ///
    /// # Errors
    /// [`Error::is_bug`].
    pub(super) fn may_matter(&self, account: &Account, results: &Results) -> Result<bool, Error> {
        let is_pended = |place: &usize| results.decision(*place) == Some(Decision::Pended);
        let lost = self.bucket.accounts.lost(account.index);
        let claims = account.places.len().saturating_add(lost.len());
        if claims < 2 || (lost.is_empty() && !account.places.clone().any(|place| is_pended(&place))) {
            return Ok(false);
        }
        let scopes = self.scopes(account.plan)?;
        let pended = account.places.clone().filter(is_pended).map(|place| self.pended(place));
        let open: Vec<Open> = pended.chain(lost.iter().map(|lost| self.lost(account.plan, lost))).collect();
        let mut decided = account.places.clone().filter(|place| !is_pended(place));
        Ok(decided.any(|place| {
            let stands = self.stands(place);
            let mut earlier = open.iter().filter(|open| self.comes_before(&open.comes, place));
            earlier.any(|open| scopes.iter().any(|scope| open.claim.may_share(*scope, &stands)))
        }))
    }

    /// The scopes in which the plan counts earlier claims.
    fn scopes(&self, plan: PlanIndex) -> Result<BTreeSet<Scope>, Error> {
        let plans = self.bucket.plans;
        let ledger = plans.prepared(plan).ledger(plans.vocabulary()).or_bug()?;
        Ok(ledger.tallies.iter().map(|tally| tally.scope).collect())
    }

    fn stands(&self, place: usize) -> OpenClaim {
        let accounts = self.bucket.accounts;
        self.stands_on(self.days.at(accounts.claim_at(place)), accounts.enrollment_at(place))
    }

    fn stands_on(&self, day: Option<i32>, enrollment: usize) -> OpenClaim {
        OpenClaim {
            event_date: day.and_then(date),
            coverage_start: self.starts.at(enrollment).and_then(date),
            ..OpenClaim::under(Some(self.enrollments.value(enrollment).into()))
        }
    }

    fn pended(&self, place: usize) -> Open {
        Open { claim: self.stands(place), comes: Comes::After(place) }
    }

    fn lost(&self, plan: PlanIndex, Lost { id, day, enrollment }: &Lost) -> Open {
        let known = day.filter(|_| self.bucket.plans.is_ordered_by_event_date_alone(plan));
        Open {
            claim: self.stands_on(*day, *enrollment),
            comes: known.map_or(Comes::Anywhere, |day| Comes::At(day, id.to_string())),
        }
    }

    fn comes_before(&self, comes: &Comes, place: usize) -> bool {
        let row = self.bucket.accounts.claim_at(place);
        match comes {
            Comes::After(own) => *own < place,
            Comes::At(day, id) => {
                let at = self.days.at(row).unwrap_or(i32::MAX); // without a day it comes last
                (*day, id.as_str()) < (at, self.ids.value(row))
            }
            Comes::Anywhere => true,
        }
    }
}
