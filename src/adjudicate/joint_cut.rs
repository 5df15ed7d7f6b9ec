//! What a joint limit over several plans takes off a decision.

use std::sync::Arc;

use rust_decimal::Decimal;

use super::{Adjudication, BenefitLines, Decision, Reason, Said, StatedLine};
use crate::code::Code;
use crate::error::Error;
use crate::exact;
use crate::plan::AllAssumed;
use crate::text::Text;

/// The step that stands for what a joint limit takes.
const JOINT_LIMIT: &str = "joint-limit";

impl Adjudication {
    /// Whether a joint limit has taken something.
    pub(crate) fn is_cut(&self) -> bool {
        self.benefits.iter().flat_map(BenefitLines::lines).any(|line| line.step == JOINT_LIMIT)
    }

    /// Takes an amount off what is payable, from the last benefit to the first: a joint limit over several plans.
    ///
    /// A benefit of which it takes something has a line more; what is posted is what is then paid.
    pub(crate) fn cut(
        &mut self,
        takes: Decimal,
        title: &Arc<Text>,
        clause: &Arc<Text>,
        assumed: &AllAssumed,
    ) -> Result<(), Error> {
        if takes.is_zero() {
            return Ok(());
        }
        let mut left = takes;
        for benefit in self.benefits.iter_mut().rev() {
            let here = left.min(benefit.paid);
            if here.is_zero() {
                continue;
            }
            left = exact::subtract(left, here)?;
            let leaves = exact::subtract(benefit.paid, here)?;
            let (step, cause, reason) = (JOINT_LIMIT, Code::JointLimit, Said::Stated(Arc::clone(title)));
            benefit.leave(leaves, StatedLine { step, cause, reason, clause, assumed })?;
            if let Some(posting) = &mut self.outcome.posting {
                posting.set_paid(&benefit.id, leaves);
            }
        }
        self.assumed.extend_from_slice(assumed);
        self.assumed.sort();
        self.assumed.dedup();
        self.outcome.payable = exact::subtract(self.outcome.payable, takes)?;
        if self.outcome.payable.is_zero() && self.outcome.decision == Decision::Paid {
            self.outcome.decision = Decision::NothingDue;
            let code = Code::JointLimit.name().to_owned();
            self.reasons.push(Reason {
                code,
                text: Text::clone(title),
                clause: Some(Text::clone(clause)),
                fact: None,
                detail: None,
                found: Vec::new(),
            });
        }
        Ok(())
    }
}
