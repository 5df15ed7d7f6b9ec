//! What an earlier amount can be: a certificate states it with the plan, so that a checker holds against it what a claim inherits.

use rust_decimal::Decimal;

use crate::accumulator::MOST_POSTED;
use crate::exact;
use crate::plan::Plan;
use crate::plan::expression::Prior;
use crate::reading::bounds::Bounds;

/// The bounds of what earlier claims have posted of one entry together, both included, and its places after the point.
#[derive(Debug, Clone, Copy)]
pub(super) struct Earlier {
    pub(super) min: Decimal,
    pub(super) max: Decimal,
    pub(super) places: u32,
}

impl Earlier {
    pub(super) fn of(plan: &Plan, prior: Prior) -> Earlier {
        let measure = plan.entry(prior.entry).entry.measure();
        let may_be_less_than_nothing =
            !measure.is_never_negative() && Bounds::new(plan, None, None).may_sum_to_less_than_nothing(prior.entry);
        let min = if may_be_less_than_nothing { -MOST_POSTED } else { Decimal::ZERO };
        Earlier { min, max: MOST_POSTED, places: measure.places() }
    }

    pub(super) fn has(&self, amount: Decimal) -> bool {
        let unit = Decimal::new(1, self.places);
        self.min <= amount && amount <= self.max && exact::divides(unit, amount)
    }
}
