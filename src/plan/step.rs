//! Steps of a benefit: what each kind is called, and what a pack says of one.

use std::sync::Arc;

use super::expression::{BenefitIndex, LadderIndex, Number, Prior, Truth, WaitingIndex};
use super::{AllAssumed, Edge};
use crate::text::Text;

/// The one list of the kinds of steps: the key in a pack, and what the step is called in Chinese and in English.
macro_rules! kinds {
    ($($kind:ident $key:literal $zh:literal $en:literal,)*) => {
        /// A kind of step.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum StepKind {
            $($kind,)*
        }

        impl StepKind {
            pub(crate) const ALL: [StepKind; [$($key),*].len()] = [$(StepKind::$kind),*];

            /// The key that says it in a pack, and its name in results.
            pub(crate) const fn key(self) -> &'static str {
                match self {
                    $(StepKind::$kind => $key,)*
                }
            }

            /// The kind that has this key.
            pub(crate) fn named(key: &str) -> Option<StepKind> {
                StepKind::ALL.into_iter().find(|kind| kind.key() == key)
            }

            /// What it is called, in Chinese and in English.
            pub(crate) const fn titles(self) -> (&'static str, &'static str) {
                match self {
                    $(StepKind::$kind => ($zh, $en),)*
                }
            }
        }
    };
}

kinds! {
    Pay "pay" "给付比例" "the rate that is paid",
    Bands "bands" "分段给付" "marginal bands",
    Deductible "deductible" "起付线" "the deductible",
    Limit "limit" "限额" "the limit",
    Less "less" "扣减" "an amount that comes off",
    Offset "offset" "抵扣" "benefits that come off",
    Exclusive "exclusive" "不重复给付" "benefits that exclude this one",
    Waiting "waiting" "等待期" "a waiting period",
    Franchise "franchise" "给付门槛" "what must be due before anything is paid; then all of it is",
    Minimum "minimum" "最低给付" "the least that is paid",
    Add "add" "加给" "an amount that is added",
}

/// One step of a waterfall.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Step {
    pub(crate) action: Action,
    pub(crate) when: Option<Truth>,
    /// The reason shown.
    pub(crate) text: Arc<Text>,
    /// Its own clause, if it is not the benefit's.
    pub(crate) clause: Option<Arc<Text>>,
    /// What it stands on that is assumed.
    pub(crate) assumed: AllAssumed,
}

/// What a step does to the amount that is due.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Action {
    Pay(Number),
    Bands(LadderIndex),
    Deductible { amount: Number, used: Option<Prior> },
    Limit { amount: Number, used: Option<Prior> },
    Less(Number),
    Offset(Vec<EarlierBenefit>),
    Exclusive(Vec<EarlierBenefit>),
    Waiting(WaitingIndex),
    Franchise { amount: Number, edge: Edge },
    Minimum(Number),
    Add(Number),
}

impl Action {
    pub(crate) fn kind(&self) -> StepKind {
        match self {
            Action::Pay(_) => StepKind::Pay,
            Action::Bands(_) => StepKind::Bands,
            Action::Deductible { .. } => StepKind::Deductible,
            Action::Limit { .. } => StepKind::Limit,
            Action::Less(_) => StepKind::Less,
            Action::Offset(_) => StepKind::Offset,
            Action::Exclusive(_) => StepKind::Exclusive,
            Action::Waiting(_) => StepKind::Waiting,
            Action::Franchise { .. } => StepKind::Franchise,
            Action::Minimum(_) => StepKind::Minimum,
            Action::Add(_) => StepKind::Add,
        }
    }

    /// What it reads, for whoever looks at all steps alike.
    pub(crate) fn operand(&self) -> Operand<'_> {
        match self {
            Action::Pay(rate) => Operand::Rate(rate),
            Action::Bands(ladder) => Operand::Ladder(*ladder),
            Action::Deductible { amount, .. }
            | Action::Limit { amount, .. }
            | Action::Less(amount)
            | Action::Franchise { amount, .. }
            | Action::Minimum(amount)
            | Action::Add(amount) => Operand::Amount(amount),
            Action::Offset(benefits) | Action::Exclusive(benefits) => Operand::Benefits(benefits),
            Action::Waiting(waiting) => Operand::Waiting(*waiting),
        }
    }

    /// The amount of a limit, and what it counts of earlier claims. What is none proves nothing.
    pub(crate) fn as_limit(&self) -> Option<(&Number, Option<Prior>)> {
        let Action::Limit { amount, used } = self else { return None };
        Some((amount, *used))
    }
}

/// What a step reads beside the due.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Operand<'a> {
    /// In yuan, never below nothing.
    Amount(&'a Number),
    /// From nothing to the whole.
    Rate(&'a Number),
    /// Marginal bands, by their index.
    Ladder(LadderIndex),
    /// What benefits that stand before pay, and have paid.
    Benefits(&'a [EarlierBenefit]),
    /// A waiting period, by its index.
    Waiting(WaitingIndex),
}

/// A benefit that stands before, with what it has paid before in the scope of the step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct EarlierBenefit {
    pub(crate) benefit: BenefitIndex,
    pub(crate) paid_before: Option<Prior>,
}
