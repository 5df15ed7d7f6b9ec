//! Applications on their way, one after another: what each takes from pools, and the cover that it becomes, counts for those that come later.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::Decided;
use crate::catalog::Catalog;
use crate::enroll::{Answer, Application, Pools};
use crate::enrollment::Enrollment;
use crate::error::Error;
use crate::facts;
use crate::text::say;

/// What the applications before have left.
pub(crate) struct Round<'c> {
    catalog: &'c Catalog,
    covers: BTreeMap<Box<str>, Vec<Cover>>,
    pools: Pools,
}

/// So much of a cover as counts for those that come later; there may be millions of them.
struct Cover {
    id: Box<str>,
    plan: Box<str>,
    shares: Option<u32>,
    first: Option<NaiveDate>,
    last: Option<NaiveDate>,
}

impl<'c> Round<'c> {
    pub(crate) fn new(catalog: &'c Catalog, pools: Pools) -> Round<'c> {
        Round { catalog, covers: BTreeMap::new(), pools }
    }

    #[cfg(feature = "batch")]
    pub(crate) fn catalog(&self) -> &'c Catalog {
        self.catalog
    }

    pub(crate) fn pools(&self) -> &Pools {
        &self.pools
    }

    pub(crate) fn into_pools(self) -> Pools {
        self.pools
    }

    /// A cover that is there.
    pub(crate) fn add(&mut self, cover: &Enrollment) {
        let covers = self.covers.entry(cover.member().into()).or_default();
        covers.push(Cover {
            id: cover.id().into(),
            plan: cover.plan().into(),
            shares: cover.fact(facts::SHARES),
            first: cover.fact(facts::COVERAGE_START),
            last: cover.fact(facts::COVERAGE_END),
        });
    }

    /// Decides the next application.
    pub(crate) fn decide(&mut self, application: &Application) -> Decided {
        let (asked, id) = (application.enrollment(), application.id());
        let known = self.covers.get(asked.member()).map(Vec::as_slice).unwrap_or_default();
        if known.iter().any(|cover| *cover.id == *id) {
            return Err(Error::fact(say!(
                "已有编号为 `{id}` 的参保记录",
                "there is a cover with the id `{id}` already"
            )));
        }
        let own_plan = known.iter().filter(|cover| *cover.plan == *asked.plan());
        let covers: Vec<Enrollment> =
            own_plan.map(|cover| cover.enrollment(asked.member())).collect::<Result<_, _>>()?;
        let answer = self.catalog.enroll(application, &covers, &self.pools)?;
        if let Answer::Enrolled(enrolled) = &answer {
            let plan = self.catalog.version(&answer.plan().id, &answer.plan().version)?;
            self.pools.take(plan, enrolled)?;
            self.add(enrolled.enrollment());
        }
        Ok(answer)
    }
}

impl Cover {
    fn enrollment(&self, member: &str) -> Result<Enrollment, Error> {
        let mut enrollment = Enrollment::new(&self.id, &self.plan, member);
        if let Some(shares) = self.shares {
            enrollment = enrollment.with(facts::SHARES, shares)?;
        }
        if let Some(first) = self.first {
            enrollment = enrollment.with(facts::COVERAGE_START, first)?;
        }
        if let Some(last) = self.last {
            enrollment = enrollment.with(facts::COVERAGE_END, last)?;
        }
        Ok(enrollment)
    }
}

/// The ids that come more than once.
pub(crate) fn twice<'i, I: Iterator<Item = &'i str>>(ids: I) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    ids.filter(|id| !seen.insert(*id)).map(str::to_owned).collect()
}
