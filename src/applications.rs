//! Many applications, first come, first served: each by the version of its plan that holds on the first day of its cover.

#[cfg(feature = "batch")]
mod files;
#[cfg(feature = "batch")]
mod results;
mod round;
#[cfg(feature = "batch")]
mod rows;

#[cfg(feature = "batch")]
pub use self::files::{Job, PoolSummary, Summary, run};
pub(crate) use self::round::Round;
use crate::catalog::Catalog;
use crate::enroll::{Answer, Application, Pools};
use crate::enrollment::Enrollment;
use crate::error::{Error, unless_bug};
use crate::plan::Plan;
use crate::text::say;

/// What becomes of one of many applications; an error if it could not be decided.
pub type Decided = Result<Answer, Error>;

impl Catalog {
    /// Decides an application by the version of its plan that holds on the first day of the cover; see [`Plan::enroll`].
    ///
    /// # Errors
    /// [`Error::is_plan`] if there is no such plan, [`Error::is_version`] if none of its versions holds on that day, and those of [`Plan::enroll`].
    pub fn enroll(&self, application: &Application, covers: &[Enrollment], pools: &Pools) -> Result<Answer, Error> {
        self.version_for(application, covers)?.enroll(application, covers, pools)
    }

    /// Decides many applications in the order of their moments, then of their ids: whoever comes first takes from the pools first, and is a cover to
    /// those who come later. So each gets the same in whatever order the applications are given. The answers stand as the applications do.
    ///
    /// ```
    /// use huzhu::enroll::{Application, Pools};
    /// use huzhu::{Catalog, Enrollment};
    ///
    /// let pack = std::fs::read("rules/examples/rider-care.toml")?;
    /// let catalog = Catalog::read([("rider-care.toml".to_owned(), pack)])?;
    /// let rider = |id: &str, member: &str, at: &str| {
    ///     let asked = Enrollment::new(id, "rider-care", member)
    ///         .with("shares", 1)?
    ///         .with("birth_date", "1990-05-05")?
    ///         .with("occupation", "food-delivery-rider")?
    ///         .with("paid_on", "2025-06-10")?;
    ///     Application::new(asked).at(at)
    /// };
    /// let applications = [
    ///     rider("A4", "M4", "2025-06-01 10:00")?, // the last of four, and there are three gifts
    ///     rider("A1", "M1", "2025-06-01 08:00")?,
    ///     rider("A2", "M2", "2025-06-01 09:00")?,
    ///     rider("A3", "M3", "2025-06-01 09:00")?,
    /// ];
    ///
    /// let mut pools = Pools::new();
    /// let mut members_pay = Vec::new();
    /// for answer in catalog.enroll_all(&applications, &[], &mut pools)? {
    ///     members_pay.push(answer?.enrolled().and_then(|enrolled| enrolled.paid_by("member")));
    /// }
    /// assert_eq!(members_pay[0], Some("31.50".parse()?)); // 45 less 30% of the province
    /// assert!(members_pay[1..].iter().all(|pays| *pays == Some(0.into())));
    /// assert_eq!(pools.taken("rider-care", "summer-gift"), 3.into());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::is_bug`] alone; an application that cannot be decided has its own error, and so has each of those that have one id.
    pub fn enroll_all(
        &self,
        applications: &[Application],
        covers: &[Enrollment],
        pools: &mut Pools,
    ) -> Result<Vec<Decided>, Error> {
        let mut round = Round::new(self, std::mem::take(pools));
        for cover in covers {
            round.add(cover);
        }
        let decided = round.decide_all(applications);
        *pools = round.into_pools();
        decided
    }

    fn version_for(&self, application: &Application, covers: &[Enrollment]) -> Result<&Plan, Error> {
        let asked = application.enrollment();
        let id = asked.plan();
        let versions = self.versions(id);
        let Some(latest) = versions.last() else { return Err(self.unknown_plan(id)) };
        if let Some(version) = asked.plan_version() {
            return self.version(id, version);
        }
        let is_other = |cover: &&Enrollment| cover.plan() == id && cover.member() == asked.member();
        let others: Vec<&Enrollment> = covers.iter().filter(is_other).collect();
        let mut day = None;
        for plan in versions {
            let first = plan.first_day_of(asked, &others)?;
            if first.is_some_and(|first| plan.effective().holds_on(first)) {
                return Ok(plan);
            }
            day = day.or(first);
        }
        match day {
            None => Ok(latest), // it pends the application and names what is missing
            Some(day) => Err(Error::version(say!(
                "计划 `{id}` 没有适用于 {day} 的版本",
                "no version of the plan `{id}` holds on {day}"
            ))),
        }
    }
}

impl Round<'_> {
    fn decide_all(&mut self, applications: &[Application]) -> Result<Vec<Decided>, Error> {
        let mut in_turn: Vec<(usize, &Application)> = applications.iter().enumerate().collect();
        in_turn.sort_by_key(|(_, application)| application.turn());
        let twice = round::twice(applications.iter().map(Application::id));
        let mut decided: Vec<(usize, Decided)> = Vec::with_capacity(applications.len());
        for (place, application) in in_turn {
            let id = application.id();
            let answer = if twice.contains(id) { Err(is_twice(id)) } else { self.decide(application) };
            unless_bug(answer.clone())?;
            decided.push((place, answer));
        }
        decided.sort_by_key(|(place, _)| *place);
        Ok(decided.into_iter().map(|(_, answer)| answer).collect())
    }
}

/// Which of several applications of one id is meant, nobody can say.
fn is_twice(id: &str) -> Error {
    Error::fact(say!("申请编号 `{id}` 重复", "several applications have the id `{id}`"))
}
