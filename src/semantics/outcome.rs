//! What becomes of a claim, written once: the decision, the kinds of its reasons, the facts that are asked for, why a benefit pays nothing.
//!
//! All of it is data: lists in which the first that holds decides. A reading says for each [`Ground`] where it holds, be it as a value of
//! one claim, a mask over many or a cell of a sheet, and goes through the lists; it decides nothing itself.

use serde::{Deserialize, Serialize};

use crate::code::Code;
use crate::plan::expression::{LimitIndex, Slots, StepIndex};
use crate::plan::{Benefit, StepKind};

/// What becomes of a claim. A no is an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Decision {
    /// Something is payable.
    Paid,
    /// The claim is eligible and nothing is payable.
    NothingDue,
    /// A condition is not met.
    Denied,
    /// A fact is missing, or facts contradict each other, or a person must look.
    Pended,
    /// The claim takes back another one: what that was paid is due back.
    Reversed,
}

impl Decision {
    /// Every decision.
    pub const ALL: [Decision; 5] =
        [Decision::Paid, Decision::NothingDue, Decision::Denied, Decision::Pended, Decision::Reversed];

    /// The decision's name in results and in worked cases.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Decision::Paid => "paid",
            Decision::NothingDue => "nothing-due",
            Decision::Denied => "denied",
            Decision::Pended => "pended",
            Decision::Reversed => "reversed",
        }
    }

    /// Whether the claim was open to benefits: it has lines, and posts what it comes to.
    pub(crate) const fn is_open(self) -> bool {
        match self {
            Decision::Paid | Decision::NothingDue => true,
            Decision::Denied | Decision::Pended | Decision::Reversed => false,
        }
    }

    /// The kinds of reasons that it has, in the order in which they are given.
    pub(crate) const fn reasons(self) -> &'static [ReasonKind] {
        match self {
            // of a reversal the reason is what it takes back, which no rule of the plan says
            Decision::Paid | Decision::Reversed => &[],
            Decision::NothingDue => &[ReasonKind::Cause],
            Decision::Denied => &[ReasonKind::Unmet],
            Decision::Pended => &[ReasonKind::Contradiction, ReasonKind::Unmet, ReasonKind::Missing],
        }
    }
}

/// A kind of reasons.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReasonKind {
    /// An identity between facts that is broken.
    Contradiction,
    /// A condition that is not met.
    Unmet,
    /// A fact that is missing.
    Missing,
    /// Why a benefit that applies pays nothing.
    Cause,
}

#[cfg(feature = "workbook")]
impl ReasonKind {
    /// The decisions that have reasons of this kind.
    pub(crate) fn decisions(self) -> impl Iterator<Item = Decision> {
        Decision::ALL.into_iter().filter(move |decision| decision.reasons().contains(&self))
    }
}

/// What a decision stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ground {
    /// Facts contradict each other.
    Unsound,
    /// A condition that denies is known not to be met.
    Ineligible,
    /// A condition that pends is known not to be met.
    Uncleared,
    /// One of [`Part::ALL`] is not known.
    Unknown,
    /// What is payable is more than nothing.
    Payable,
}

/// The first ground that holds decides.
pub(crate) const DECISIONS: [(Ground, Decision); 5] = [
    (Ground::Unsound, Decision::Pended),
    (Ground::Ineligible, Decision::Denied),
    (Ground::Uncleared, Decision::Pended),
    (Ground::Unknown, Decision::Pended),
    (Ground::Payable, Decision::Paid),
];

/// What becomes of a claim to which none of the grounds holds.
pub(crate) const OTHERWISE: Decision = Decision::NothingDue;

/// The decision on one claim.
#[inline]
pub(crate) fn decision(holds: impl Fn(Ground) -> bool) -> Decision {
    DECISIONS.iter().find(|(ground, _)| holds(*ground)).map_or(OTHERWISE, |(_, decision)| *decision)
}

/// What must be known of a claim before anything is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    EventDate,
    CoverageStart,
    Eligible,
    Cleared,
    Payable,
}

impl Part {
    pub(crate) const ALL: [Part; 5] =
        [Part::EventDate, Part::CoverageStart, Part::Eligible, Part::Cleared, Part::Payable];

    /// Whether a pended claim is asked for the facts that this lacks though others contradict each other. Until those are put
    /// right nobody knows what the rules will ask for; the dates by which an account counts are always asked for.
    pub(crate) const fn is_asked_of_unsound(self) -> bool {
        match self {
            Part::EventDate | Part::CoverageStart => true,
            Part::Eligible | Part::Cleared | Part::Payable => false,
        }
    }
}

/// The facts that one claim that is pended is asked for, of those that each part lacks.
pub(crate) fn asked(is_sound: bool, lacks: impl Fn(Part) -> Slots) -> Slots {
    let asked = Part::ALL.into_iter().filter(|part| is_sound || part.is_asked_of_unsound());
    asked.map(lacks).fold(Slots::default(), Slots::and)
}

/// A line of a waterfall: what it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LineKind {
    /// A step of the benefit.
    Step(StepIndex),
    Rounding,
    /// A limit over several benefits.
    Limit(LimitIndex),
}

impl LineKind {
    /// The step's key in the pack, or `rounding`, or `limit`.
    pub(crate) fn name(self, benefit: &Benefit) -> &'static str {
        match self {
            LineKind::Step(index) => benefit.step(index).action.kind().key(),
            LineKind::Rounding => "rounding",
            LineKind::Limit(_) => "limit",
        }
    }

    /// Why the benefit pays nothing if this line leaves nothing of something.
    pub(crate) fn cause(self, benefit: &Benefit) -> Code {
        match self {
            LineKind::Step(index) => cause_of(benefit.step(index).action.kind()),
            LineKind::Rounding => Code::RoundedToNothing,
            LineKind::Limit(_) => Code::LimitReached,
        }
    }
}

/// Why a benefit pays nothing if a step of this kind leaves nothing of something.
const fn cause_of(step: StepKind) -> Code {
    match step {
        StepKind::Deductible => Code::DeductibleNotMet,
        StepKind::Limit => Code::LimitReached,
        StepKind::Waiting => Code::WaitingPeriod,
        StepKind::Offset | StepKind::Less => Code::OffsetByOthers,
        StepKind::Exclusive => Code::ExcludedByOthers,
        StepKind::Franchise => Code::FranchiseNotMet,
        StepKind::Pay | StepKind::Bands | StepKind::Minimum | StepKind::Add => Code::RateIsZero,
    }
}

/// What a line is known to do where it leaves nothing. The first line that does says why the benefit pays nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Nothing was due before it, as is known.
    LeavesNothingOfNothing,
    /// Something was due before it, or nobody knows what.
    TakesAll,
}

#[cfg(any(feature = "batch", feature = "workbook"))]
impl Effect {
    /// Why the benefit pays nothing, by the cause that the line has.
    pub(crate) const fn cause(self, of_the_line: Code) -> Code {
        match self {
            Effect::LeavesNothingOfNothing => NOTHING_CLAIMED,
            Effect::TakesAll => of_the_line,
        }
    }
}

/// Why a benefit pays nothing of which no line is known to leave nothing.
pub(crate) const NOTHING_CLAIMED: Code = Code::NothingClaimed;

/// Why nothing is due where no benefit applies.
pub(crate) const NONE_APPLIES: Code = Code::NoBenefitApplies;

/// The line of a benefit of one claim whose cause says why nothing is paid; where there is none, nothing was claimed. Lines come with their effect.
pub(crate) fn taker<L>(lines: impl IntoIterator<Item = (L, Option<Effect>)>) -> Option<L> {
    let (line, effect) = lines.into_iter().find_map(|(line, effect)| Some((line, effect?)))?;
    match effect {
        Effect::LeavesNothingOfNothing => None,
        Effect::TakesAll => Some(line),
    }
}

/// All causes.
#[cfg(any(feature = "batch", feature = "workbook"))]
pub(crate) const CAUSES: [Code; 9] = [
    NOTHING_CLAIMED,
    Code::DeductibleNotMet,
    Code::LimitReached,
    Code::WaitingPeriod,
    Code::OffsetByOthers,
    Code::ExcludedByOthers,
    Code::FranchiseNotMet,
    Code::RoundedToNothing,
    Code::RateIsZero,
];

/// Columns and workbooks tell a cause by its place in the list: one that is not there does not compile.
#[cfg(any(feature = "batch", feature = "workbook"))]
#[expect(clippy::indexing_slicing, clippy::as_conversions, reason = "it is worked out while compiling")]
const _: () = {
    let mut step = 0;
    while step < StepKind::ALL.len() {
        let (cause, mut place) = (cause_of(StepKind::ALL[step]), 0);
        while CAUSES[place] as usize != cause as usize {
            place += 1;
        }
        step += 1;
    }
};
