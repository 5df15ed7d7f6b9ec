//! What an enrollment costs, who pays it, and how long the cover runs.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::accumulator::Accumulators;
use crate::calendar;
use crate::claim::Claim;
use crate::enrollment::Enrollment;
use crate::error::{Error, OrBug};
use crate::exact::{self, Fixed};
use crate::fact::{SHARES_ELSEWHERE, Value};
use crate::money;
use crate::plan::expression::Number;
use crate::plan::{Plan, Term};
use crate::reading::exact::{Exact, Known, Silence};
use crate::semantics::Meaning;
use crate::text::say;

/// The price of an enrollment; all amounts in yuan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    /// The shares that count: those held, at most the plan's cap where it voids the excess.
    #[serde(with = "money::text")]
    pub shares: Decimal,
    /// Of those, the shares that were gifted and cost nothing.
    #[serde(with = "money::text")]
    pub gifted: Decimal,
    /// The price of one share.
    #[serde(with = "money::text")]
    pub price: Decimal,
    /// What others than the worker pay for all shares that are not gifted.
    #[serde(with = "money::text")]
    pub union_pays: Decimal,
    /// What the worker pays for them.
    #[serde(with = "money::text")]
    pub worker_pays: Decimal,
}

impl Plan {
    /// What an enrollment costs and who pays it, where no pool pays anything; `None` if the pack states no price. [`Plan::enroll`] says it payer by payer.
    ///
    /// # Errors
    /// [`Error::is_fact`] if a fact that the price needs is missing, [`Error::is_arithmetic`] if a sum does not fit.
    pub fn quote(&self, enrollment: &Enrollment) -> Result<Option<Quote>, Error> {
        let Some(price) = &self.terms.price else { return Ok(None) };
        let shares = self.counted_shares(enrollment)?.ok_or_else(|| needs("shares"))?;
        let (claim, nothing) = (Claim::new(""), Accumulators::new());
        let mut meaning = Meaning::new(self, Exact::new(self, enrollment, &claim, &nothing, Silence));
        let empty = self.terms.pools.iter().map(|_| Known::Known(Fixed::ZERO)).collect();
        let told = match whole_number(enrollment, "gifted_shares") {
            Some(told) => told,
            None => Decimal::ZERO, // where none is told, none is gifted
        };
        let counted = [shares, told].map(|shares| Known::Known(shares.into()));
        let premium = meaning.premium(&price.expression, counted, empty);
        if let Some(fault) = meaning.reading.fault() {
            return Err(fault);
        }
        let gap = premium.lines.iter().fold(premium.total.missing(), |gap, line| gap.and(line.pays.missing()));
        if !gap.is_empty() {
            let names = gap.iter().map(|slot| &*self.fact(slot).name).collect::<Vec<_>>();
            return Err(needs(&names.join(", ")));
        }
        let known = |number: &Known<Fixed>| number.known().map(Decimal::from).or_bug();
        let mut gifted = Decimal::ZERO;
        let mut given = Decimal::ZERO;
        for line in &premium.lines {
            gifted = exact::add(gifted, known(&line.gives)?)?;
            if !known(&line.gives)?.is_zero() {
                given = exact::add(given, known(&line.pays)?)?;
            }
        }
        let worker_pays = known(&premium.lines.iter().last().or_bug()?.pays)?;
        let others = exact::subtract(known(&premium.total)?, exact::add(given, worker_pays)?)?;
        Ok(Some(Quote { shares, gifted, price: known(&premium.price)?, union_pays: others, worker_pays }))
    }

    /// The shares that count: those held, but no more than the plan takes; `None` if the enrollment does not say how many it holds.
    ///
    /// # Errors
    /// Those of [`Plan::quote`].
    pub fn counted_shares(&self, enrollment: &Enrollment) -> Result<Option<Decimal>, Error> {
        let held = whole_number(enrollment, "shares");
        Ok(match (held, self.most_shares(enrollment)?) {
            (Some(held), Some(most)) => Some(held.min(most)),
            (held, _) => held,
        })
    }

    /// The most shares that the plan takes of one person.
    pub(crate) fn most_shares(&self, enrollment: &Enrollment) -> Result<Option<Decimal>, Error> {
        self.terms.max_shares.as_ref().map(|(max, _)| self.of_enrollment(max, enrollment)).transpose()
    }

    /// The shares that count for a claim: those that [`Plan::counted_shares`] gives, but no more than other covers leave of the cap.
    ///
    /// # Errors
    /// Those of [`Plan::quote`].
    pub fn counted_shares_of(&self, enrollment: &Enrollment, claim: &Claim) -> Result<Option<Decimal>, Error> {
        let counted = self.counted_shares(enrollment)?;
        match (counted, self.most_shares(enrollment)?, claim.fact(SHARES_ELSEWHERE)) {
            (Some(counted), Some(most), Some(Value::Number(elsewhere))) => {
                let left = exact::subtract(most, *elsewhere)?;
                Ok(Some(counted.min(left.max(Decimal::ZERO))))
            }
            (counted, ..) => Ok(counted),
        }
    }

    /// The last day of a cover that starts on this day, by the plan's term; `None` if the pack states no term.
    ///
    /// ```
    /// # let catalog = huzhu::Catalog::load(std::path::Path::new("rules")).unwrap();
    /// let henan = &catalog.versions("henan-accident")[0];
    /// let start = huzhu::calendar::parse("2025-01-01").unwrap();
    /// assert_eq!(henan.last_day_of_cover(start), huzhu::calendar::parse("2025-12-31"));
    /// ```
    #[must_use]
    pub fn last_day_of_cover(&self, first: NaiveDate) -> Option<NaiveDate> {
        let next = match self.terms.term? {
            Term::Years(years) => calendar::plus_months(first, years.checked_mul(12)?),
            Term::Months(months) => calendar::plus_months(first, months),
            Term::Days(days) => calendar::plus_days(first, days.into()),
        };
        calendar::plus_days(next?, -1)
    }

    /// A number of the enrollment's terms.
    fn of_enrollment(&self, number: &Number, enrollment: &Enrollment) -> Result<Decimal, Error> {
        let (claim, nothing) = (Claim::new(""), Accumulators::new());
        let mut meaning = Meaning::new(self, Exact::new(self, enrollment, &claim, &nothing, Silence));
        let known = meaning.number(number);
        if let Some(fault) = meaning.reading.fault() {
            return Err(fault);
        }
        match known {
            Known::Known(number) => Ok(number.into()),
            Known::Missing(gap) => {
                let names = gap.iter().map(|slot| &*self.fact(slot).name).collect::<Vec<_>>();
                Err(needs(&names.join(", ")))
            }
        }
    }
}

fn needs(facts: &str) -> Error {
    Error::fact(say!("会费的计算缺少 `{facts}`", "the price needs `{facts}`"))
}

fn whole_number(enrollment: &Enrollment, fact: &str) -> Option<Decimal> {
    match enrollment.fact(fact) {
        Some(Value::Number(number)) => Some(*number),
        Some(_) | None => None,
    }
}
