//! Claims decided call after call: plans that are made ready once, and accounts that go in and come out.

#[cfg(feature = "batch")]
mod account_rows;
#[cfg(feature = "batch")]
mod rows;

#[cfg(feature = "batch")]
pub use self::rows::Continued;
use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::accumulator::Accumulators;
use crate::adjudicate::Adjudication;
use crate::catalog::Catalog;
use crate::claim::Claim;
use crate::enrollment::Enrollment;
use crate::error::Error;
use crate::history::{self, turn};
use crate::joint::{Cover, Held};
use crate::member;
use crate::text::say;

/// Decides claims by the plans of a catalog, call after call; made once, and shared between threads.
///
/// State is a value: a member's accounts go in, the claims are decided on them in the order of the catalog and posted, and the accounts are then those
/// with which the next call goes on. In that order it is nothing to the decisions how claims are split into calls. What is said of a claim because of
/// others (`possible-duplicate`, `overlapping-covers`, `decided-by-id` and their like) is said of those that it comes with in one call, unless the
/// claims have been told of more by [`history::known`].
///
/// ```
/// use huzhu::{Catalog, Claim, Decider, Enrollment, MemberAccounts, facts};
///
/// let catalog = Catalog::load("rules".as_ref())?;
/// let decider = Decider::new(&catalog);
/// let enrollment = Enrollment::new("E1", "henan-accident", "M1")
///     .with(facts::SHARES, 2)?
///     .with(facts::BIRTH_DATE, "1990-05-05".parse()?)?
///     .with(facts::COVERAGE_START, "2025-01-01".parse()?)?
///     .with(facts::COVERAGE_END, "2025-12-31".parse()?)?;
/// let stay = |id, day: &str| {
///     let claim = Claim::new(id).with(facts::EVENT_DATE, day.parse().expect("a date"))?;
///     claim.with(facts::CAUSE, "accident")?.with(facts::PERSONAL_BURDEN, 0.into())?.with(facts::HOSPITAL_DAYS, 60)
/// };
///
/// let mut accounts = MemberAccounts::new("M1");
/// let first = decider.next(&mut accounts, &enrollment, &stay("C1", "2025-01-10")?)?;
/// let kept = serde_json::to_string(&accounts)?; // until the next claim comes
///
/// let mut accounts: MemberAccounts = serde_json::from_str(&kept)?;
/// let second = decider.next(&mut accounts, &enrollment, &stay("C2", "2025-06-01")?)?;
/// assert_eq!((first.payable().to_string(), second.payable().to_string()), ("6000.00".to_owned(), "4000.00".to_owned()));
///
/// let stranger = MemberAccounts::new("M2");
/// assert!(decider.next(&mut stranger.clone(), &enrollment, &stay("C3", "2025-06-01")?).is_err_and(|error| error.is_history()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Decider<'c> {
    catalog: &'c Catalog,
    #[cfg(feature = "batch")]
    ready: rows::Ready<'c>,
}

impl<'c> Decider<'c> {
    /// By the plans of this catalog, in its order.
    #[must_use]
    pub fn new(catalog: &'c Catalog) -> Decider<'c> {
        Decider {
            catalog,
            #[cfg(feature = "batch")]
            ready: rows::Ready::default(),
        }
    }

    /// Decides the next claim of a member on what is posted, within what joint limits leave, and posts it; a reversal takes back what it names.
    ///
    /// # Errors
    /// Those of [`Decider::decide`]. Nothing is posted then.
    pub fn next(
        &self,
        accounts: &mut MemberAccounts,
        enrollment: &Enrollment,
        claim: &Claim,
    ) -> Result<Adjudication, Error> {
        accounts.check_owner(enrollment)?;
        let mut member = history::Accounts::of(self.catalog, accounts.held.clone());
        member.foresee(enrollment, claim)?;
        let adjudication = member.next(enrollment, claim)?;
        accounts.held = member.into_held();
        Ok(adjudication)
    }

    /// Decides claims of a member, in the order of the catalog, on what is posted, and posts them; see [`history::decide_together`].
    ///
    /// # Errors
    /// [`Error::is_history`] if an enrollment is another member's; else those of [`history::decide_together`]. Nothing is posted then.
    pub fn decide(
        &self,
        accounts: &mut MemberAccounts,
        claims: &[(Enrollment, Claim)],
    ) -> Result<Vec<Adjudication>, Error> {
        claims.iter().try_for_each(|(enrollment, _)| accounts.check_owner(enrollment))?;
        let were_told = claims.iter().any(|(_, claim)| claim.was_told());
        let known = if were_told { Cow::Borrowed(claims) } else { member::known(self.catalog, claims, &[]) };
        let in_turn = turn::of_all(self.catalog, &known, &accounts.held)?;
        let mut member = history::Accounts::of(self.catalog, accounts.held.clone());
        let decided = member.decide_each(&known, &in_turn)?;
        accounts.held = member.into_held();
        Ok(decided)
    }
}

/// A member's accounts under all plans: what is posted, which claims are open, and under which covers claims were made, which joint limits count by.
///
/// It serialises, and is the state that a service keeps between the claims of a member; what it holds of a plan is [`MemberAccounts::under`]. Those of many
/// members are rows of one table, `MemberAccounts::to_rows`, which `Decider::decide_rows_on` takes and gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberAccounts {
    member: String,
    held: Vec<Held>,
}

impl MemberAccounts {
    /// Those of a member of whom nothing is posted.
    #[must_use]
    pub fn new(member: &str) -> MemberAccounts {
        MemberAccounts { member: member.to_owned(), held: Vec::new() }
    }

    /// Whose they are.
    #[must_use]
    pub fn member(&self) -> &str {
        &self.member
    }

    /// The account under a plan; none if no claim was made under it.
    #[must_use]
    pub fn under(&self, plan: &str) -> Option<&Accumulators> {
        self.held.iter().find(|held| held.plan == plan).map(|held| &held.accumulators)
    }

    fn check_owner(&self, enrollment: &Enrollment) -> Result<(), Error> {
        let (own, other, id) = (&self.member, enrollment.member(), enrollment.id());
        if own == other {
            return Ok(());
        }
        Err(Error::history(say!(
            "参保记录 `{id}` 是会员 `{other}` 的，账户是会员 `{own}` 的",
            "the enrollment `{id}` is of the member `{other}`, the accounts are of `{own}`"
        )))
    }
}

/// The serialised form.
#[derive(Serialize, Deserialize)]
struct Record {
    member: String,
    plans: BTreeMap<String, PlanRecord>,
}

#[derive(Serialize, Deserialize)]
struct PlanRecord {
    claims: Accumulators,
    covers: Vec<Cover>,
}

impl Serialize for MemberAccounts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let plan = |held: &Held| {
            let record = PlanRecord { claims: held.accumulators.clone(), covers: held.covers() };
            (held.plan.clone(), record)
        };
        Record { member: self.member.clone(), plans: self.held.iter().map(plan).collect() }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for MemberAccounts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<MemberAccounts, D::Error> {
        let Record { member, plans } = Record::deserialize(deserializer)?;
        if member.is_empty() {
            return Err(D::Error::missing_field("member"));
        }
        let held = plans.into_iter().map(|(plan, record)| Held::of(&plan, record.claims, record.covers));
        Ok(MemberAccounts { member, held: held.collect() })
    }
}
