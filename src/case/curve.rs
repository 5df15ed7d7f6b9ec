//! What a case is paid for every value of one of its facts.

use rust_decimal::Decimal;

use super::Case;
use crate::catalog::Catalog;
use crate::curve::Curve;
use crate::error::Error;

impl Case {
    /// The curve of the plan alone over a fact, by its name or a title, as [`Plan::curve`](crate::Plan::curve) gives it on top of the history; and what joint limits
    /// leave, where it goes beyond.
    ///
    /// # Errors
    /// Those of [`Case::fact_called`], [`Case::accumulators`] and [`Plan::curve`](crate::Plan::curve).
    pub fn curve(&self, catalog: &Catalog, fact: &str) -> Result<(Curve, Option<Decimal>), Error> {
        let case = &*self.known(catalog);
        let fact = &case.fact_called(catalog, fact)?;
        let plan = catalog.resolve(&case.enrollment, &case.claim)?;
        let curve = plan.curve(&case.enrollment, &case.claim, &case.accumulators(catalog)?, fact)?;
        let most = curve.pieces.iter().flat_map(|piece| [piece.payable_from, piece.payable_to]).max();
        let left = case.joint_limits_leave(catalog)?.filter(|left| most.is_some_and(|most| most > *left));
        Ok((curve, left))
    }
}
