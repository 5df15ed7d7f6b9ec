//! Who pays the price of a cover, in which order, and out of which pools.

use std::sync::Arc;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::expression::{Date, Number, PoolIndex, Slot, Truth};
use super::{Citation, Spelled};
use crate::rounding::Rounding;
use crate::text::Text;

/// One who pays a part of what those before have left of the price.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Payer {
    pub(crate) id: Arc<str>,
    pub(crate) title: Arc<Text>,
    pub(crate) when: Option<Spelled<Truth>>,
    pub(crate) part: Part,
    pub(crate) at_most: Option<(Spelled<Number>, Per)>,
    pub(crate) rounding: Option<Rounding>,
    pub(crate) draws: Option<Draws>,
    pub(crate) citation: Citation,
}

/// What a payer pays.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Part {
    /// So many yuan.
    Amount(Spelled<Number>, Per),
    /// A rate of an amount.
    Rate(Spelled<Number>, Of),
    /// The whole price of so many shares.
    Shares(Spelled<Number>),
    /// The whole price of the shares that the enrollment says were gifted.
    Gifted,
    /// All that is left.
    Rest,
}

/// What an amount counts for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Per {
    /// Each share whose price is still open.
    Share,
    /// The application, however many shares it is for.
    Person,
}

impl Per {
    pub(crate) const ALL: [(&'static str, Per); 2] = [("share", Per::Share), ("person", Per::Person)];

    pub(crate) fn named(name: &str) -> Option<Per> {
        Per::ALL.iter().find(|(known, _)| *known == name).map(|(_, per)| *per)
    }
}

/// What a rate is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Of {
    /// The price of the shares that nobody has given whole.
    Price,
    /// What those before have left.
    Rest,
}

impl Of {
    pub(crate) const ALL: [(&'static str, Of); 2] = [("price", Of::Price), ("rest", Of::Rest)];

    pub(crate) fn named(name: &str) -> Option<Of> {
        Of::ALL.iter().find(|(known, _)| *known == name).map(|(_, of)| *of)
    }
}

/// The pool that a payer pays from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Draws {
    pub(crate) pool: PoolIndex,
    pub(crate) if_short: IfShort,
    /// The fact that says on which day the application was made.
    pub(crate) applied_on: Slot,
}

/// What becomes of an application for which the pool has less than its part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum IfShort {
    /// It gets what is there.
    Part,
    /// It gets nothing of the pool, and whoever comes next pays.
    Nothing,
    /// It is refused.
    Refuse,
}

impl IfShort {
    pub(crate) const ALL: [(&'static str, IfShort); 3] =
        [("part", IfShort::Part), ("nothing", IfShort::Nothing), ("refuse", IfShort::Refuse)];

    pub(crate) fn named(name: &str) -> Option<IfShort> {
        IfShort::ALL.iter().find(|(known, _)| *known == name).map(|(_, if_short)| *if_short)
    }
}

/// Places or money for gifts and subsidies, while they last.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Pool {
    pub(crate) id: Arc<str>,
    pub(crate) title: Arc<Text>,
    pub(crate) unit: PoolUnit,
    /// What it holds at first.
    pub(crate) holds: Decimal,
    pub(crate) from: NaiveDate,
    pub(crate) until: Option<NaiveDate>,
    pub(crate) citation: Citation,
}

/// What a pool holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PoolUnit {
    /// Whole shares.
    Shares,
    /// Yuan.
    Yuan,
}

/// When a cover starts, and what becomes of one that overlaps another of the same member.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct CoverRule {
    /// None if the application says so.
    pub(crate) starts: Option<Spelled<Date>>,
    pub(crate) overlap: Overlap,
    pub(crate) citation: Citation,
}

/// What becomes of a cover that overlaps another of the same member and plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Overlap {
    /// It stands beside it, and their shares count together.
    #[default]
    Join,
    /// It is refused.
    Refuse,
}

impl Overlap {
    pub(crate) const ALL: [(&'static str, Overlap); 2] = [("join", Overlap::Join), ("refuse", Overlap::Refuse)];

    pub(crate) fn named(name: &str) -> Option<Overlap> {
        Overlap::ALL.iter().find(|(known, _)| *known == name).map(|(_, overlap)| *overlap)
    }
}
