//! Where a proof ends: the first place of the pack at which what was to be shown is lost.

use rust_decimal::Decimal;

use crate::plan::Plan;
use crate::plan::expression::BenefitIndex;
use crate::reading::bounds::{Bounded, Bounds, Finding, Leaves};
use crate::semantics::{Meaning, Place};
use crate::text::{Text, say};

/// A place in words.
pub(super) fn place(plan: &Plan, place: Place) -> Text {
    let id = |benefit: BenefitIndex| &plan.benefit(benefit).id;
    match place {
        Place::When(benefit) => {
            let id = id(benefit);
            say!("待遇 `{id}` 的适用条件（`when`）", "`when` of `{id}`")
        }
        Place::Gross(benefit) => {
            let id = id(benefit);
            say!("待遇 `{id}` 的计算基数（`gross`）", "`gross` of `{id}`")
        }
        Place::Step(benefit, step) => {
            let (id, key) = (id(benefit), plan.benefit(benefit).step(step).action.kind().key());
            let number = step.number();
            say!("待遇 `{id}` 的第 {number} 步（`{key}`）", "step {number} of `{id}`, `{key}`,")
        }
        Place::Rounding(benefit) => {
            let id = id(benefit);
            say!("待遇 `{id}` 的舍入", "the rounding of `{id}`")
        }
        Place::Condition(condition) => {
            let id = plan.condition(condition).id();
            say!("条件（`{id}`）", "the condition `{id}`")
        }
        Place::Limit(limit) => {
            let id = &plan.limit(limit).id;
            say!("限额（`{id}`）", "the limit `{id}`")
        }
        Place::Identity(_) | Place::Ledger => say!("各待遇之和", "the sum of the benefits"),
    }
}

/// The first place at which an amount, or what opens the way to it, is no longer kept.
pub(super) fn first<'p>(plan: &'p Plan, bounds: Bounds<'p>, kept: impl Fn(&Bounded) -> bool) -> Text {
    place(plan, first_place(plan, bounds, kept))
}

fn first_place<'p>(plan: &'p Plan, bounds: Bounds<'p>, kept: impl Fn(&Bounded) -> bool) -> Place {
    let mut meaning = Meaning::new(plan, bounds);
    meaning.adjudicate_as_given();
    let read = meaning.reading;
    let lost = |leaves: &&Leaves| !matches!(leaves.place, Place::Limit(_)) && !kept(&leaves.amount);
    if let Some(lost) = read.leaves.iter().filter(|leaves| ends_lost(&read.leaves, leaves.benefit, &kept)).find(lost) {
        return lost.place;
    }
    let conditional = |found: &Finding| match found {
        Finding::Condition { index, met } if !met.is_still() => Some(Place::Condition(*index)),
        Finding::When { benefit, holds } if !holds.is_still() => Some(Place::When(*benefit)),
        Finding::Condition { .. } | Finding::When { .. } | Finding::Gross { .. } | Finding::Inexact(_) => None,
    };
    let limited = |leaves: &Leaves| match leaves.place {
        Place::Limit(_) => Some(leaves.place).filter(|_| !kept(&leaves.amount)),
        Place::When(_)
        | Place::Gross(_)
        | Place::Step(..)
        | Place::Rounding(_)
        | Place::Condition(_)
        | Place::Identity(_)
        | Place::Ledger => None,
    };
    let opened = read.findings.iter().find_map(conditional);
    opened.or_else(|| read.leaves.iter().find_map(limited)).unwrap_or(Place::Ledger)
}

/// Whether a benefit, all its steps worked, is not kept.
fn ends_lost(leaves: &[Leaves], benefit: BenefitIndex, kept: impl Fn(&Bounded) -> bool) -> bool {
    leaves.iter().any(|left| left.place == Place::Rounding(benefit) && !kept(&left.amount))
}

/// What each benefit can be paid in one claim, before limits over several.
pub(super) fn each(plan: &Plan) -> Text {
    let paid = Meaning::new(plan, Bounds::new(plan, None, None)).waterfalls();
    let benefits = plan.benefits.iter().zip(paid).filter(|(_, paid)| paid.high() > Decimal::ZERO);
    let list = benefits.map(|(benefit, paid)| format!("`{}` {}", benefit.id, paid.high().normalize()));
    let list: Vec<String> = list.collect();
    let (zh, en) = (list.join("、"), list.join(", "));
    Text { zh, en }
}
