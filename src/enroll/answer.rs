//! What becomes of an application.

use std::sync::Arc;

use rust_decimal::Decimal;

use crate::adjudicate::Reason;
use crate::enrollment::Enrollment;
use crate::plan::{Assumed, PlanReference, PoolUnit};
use crate::text::Text;

/// What becomes of an application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// There is a cover.
    Enrolled(Box<Enrolled>),
    /// There is none, for all of these reasons.
    Refused(Reasons),
    /// It waits: facts are missing or contradict each other, or something must be proved first.
    Pended(Reasons),
}

impl Answer {
    /// The decision in one word: `enrolled`, `refused` or `pended`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Answer::Enrolled(_) => "enrolled",
            Answer::Refused(_) => "refused",
            Answer::Pended(_) => "pended",
        }
    }

    /// The cover, if there is one.
    #[must_use]
    pub fn enrolled(&self) -> Option<&Enrolled> {
        match self {
            Answer::Enrolled(enrolled) => Some(enrolled),
            Answer::Refused(_) | Answer::Pended(_) => None,
        }
    }

    /// Why there is no cover; nothing where there is one.
    #[must_use]
    pub fn reasons(&self) -> &[Reason] {
        match self {
            Answer::Enrolled(_) => &[],
            Answer::Refused(reasons) | Answer::Pended(reasons) => &reasons.list,
        }
    }

    /// Which version of which plan has decided.
    #[must_use]
    pub fn plan(&self) -> &Arc<PlanReference> {
        match self {
            Answer::Enrolled(enrolled) => &enrolled.plan,
            Answer::Refused(reasons) | Answer::Pended(reasons) => &reasons.plan,
        }
    }

    /// Everything assumed that the answer stands on.
    pub fn assumed(&self) -> impl Iterator<Item = &Assumed> {
        match self {
            Answer::Enrolled(enrolled) => &enrolled.assumed,
            Answer::Refused(reasons) | Answer::Pended(reasons) => &reasons.assumed,
        }
        .iter()
        .map(|assumed| &**assumed)
    }
}

/// Why there is no cover.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reasons {
    pub(super) application: Arc<str>,
    pub(super) plan: Arc<PlanReference>,
    pub(super) list: Vec<Reason>,
    pub(super) assumed: Vec<Arc<Assumed>>,
}

/// A cover, and who pays what of its price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrolled {
    pub(super) plan: Arc<PlanReference>,
    pub(super) enrollment: Enrollment,
    pub(super) shares: Decimal,
    pub(super) void_shares: Decimal,
    pub(super) price: Option<Decimal>,
    pub(super) total: Decimal,
    pub(super) payers: Vec<PayerLine>,
    pub(super) period: Option<Arc<Text>>,
    pub(super) waived: Vec<Arc<Text>>,
    pub(super) assumed: Vec<Arc<Assumed>>,
}

impl Enrolled {
    /// The enrollment as claims are decided under it: with its dates, the shares that count, those that were gifted, and the last day of the cover before.
    #[must_use]
    pub fn enrollment(&self) -> &Enrollment {
        &self.enrollment
    }

    /// The shares that count and are paid for.
    #[must_use]
    pub fn shares(&self) -> Decimal {
        self.shares
    }

    /// The shares that were asked for and do not count.
    #[must_use]
    pub fn void_shares(&self) -> Decimal {
        self.void_shares
    }

    /// What one share costs; none if the pack states no price.
    #[must_use]
    pub fn price(&self) -> Option<Decimal> {
        self.price
    }

    /// What all shares cost: exactly the sum of what the payers pay.
    #[must_use]
    pub fn total(&self) -> Decimal {
        self.total
    }

    /// Every payer of the pack, in its order, also one that pays nothing.
    #[must_use]
    pub fn payers(&self) -> &[PayerLine] {
        &self.payers
    }

    /// What a payer pays; none if the pack has no such payer.
    #[must_use]
    pub fn paid_by(&self, payer: &str) -> Option<Decimal> {
        self.payers.iter().find(|line| line.id() == payer).map(PayerLine::pays)
    }

    /// What is taken from each pool.
    pub fn drawn(&self) -> impl Iterator<Item = &Drawn> {
        self.payers.iter().filter_map(PayerLine::drawn)
    }

    /// The waiting periods that this cover does not begin again, since it renews another within the grace.
    pub fn waived(&self) -> impl Iterator<Item = &Text> {
        self.waived.iter().map(|title| &**title)
    }
}

/// One payer, and what is left after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PayerLine {
    pub(super) id: Arc<str>,
    pub(super) title: Arc<Text>,
    pub(super) reason: Text,
    pub(super) clause: Arc<Text>,
    pub(super) gives: Decimal,
    pub(super) pays: Decimal,
    pub(super) leaves: Decimal,
    pub(super) drawn: Option<Drawn>,
    pub(super) short_of: Option<Arc<str>>,
}

impl PayerLine {
    /// The payer's id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The payer's name.
    #[must_use]
    pub fn title(&self) -> &Text {
        &self.title
    }

    /// What the payer pays by its rule, or why nothing.
    #[must_use]
    pub fn reason(&self) -> &Text {
        &self.reason
    }

    /// Where it is written.
    #[must_use]
    pub fn clause(&self) -> &Text {
        &self.clause
    }

    /// The shares that it gives whole.
    #[must_use]
    pub fn gives(&self) -> Decimal {
        self.gives
    }

    /// What it pays.
    #[must_use]
    pub fn pays(&self) -> Decimal {
        self.pays
    }

    /// What it leaves of the price to those after it.
    #[must_use]
    pub fn leaves(&self) -> Decimal {
        self.leaves
    }

    /// The pool that has not enough for what the payer would pay, if so.
    #[must_use]
    pub fn short_of(&self) -> Option<&str> {
        self.short_of.as_deref()
    }

    /// What it takes from a pool, if it draws from one and gets anything.
    #[must_use]
    pub fn drawn(&self) -> Option<&Drawn> {
        self.drawn.as_ref()
    }
}

/// What is taken from a pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawn {
    pub(super) pool: Arc<str>,
    pub(super) title: Arc<Text>,
    pub(super) unit: PoolUnit,
    pub(super) taken: Decimal,
    pub(super) left: Decimal,
}

impl Drawn {
    /// The pool's id.
    #[must_use]
    pub fn pool(&self) -> &str {
        &self.pool
    }

    /// What the pool is called.
    #[must_use]
    pub fn title(&self) -> &Text {
        &self.title
    }

    /// What the pool holds.
    #[must_use]
    pub fn unit(&self) -> PoolUnit {
        self.unit
    }

    /// How much is taken.
    #[must_use]
    pub fn taken(&self) -> Decimal {
        self.taken
    }

    /// How much is left of the pool then.
    #[must_use]
    pub fn left(&self) -> Decimal {
        self.left
    }
}
