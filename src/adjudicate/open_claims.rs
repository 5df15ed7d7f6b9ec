//! Earlier claims that are open: whether a decision hangs on what they come to.

use super::decide::conclude;
use super::{Decision, Outcome};
use crate::accumulator::{Accumulators, OpenClaim};
use crate::claim::Claim;
use crate::code::Code;
use crate::enrollment::Enrollment;
use crate::error::Error;
use crate::notice::{self, Notice};
use crate::order::day::Comes;
use crate::plan::Plan;
use crate::reading::exact::{Exact, Silence};
use crate::semantics::Meaning;
use crate::text::{Text, say};

impl Plan {
    /// The answer alone, with what is said where earlier claims are open.
    #[cfg(feature = "batch")]
    pub(crate) fn decide_beside_open_claims(
        &self,
        enrollment: &Enrollment,
        claim: &Claim,
        accumulators: &Accumulators,
    ) -> Result<(Outcome, Option<Notice>), Error> {
        let (outcome, _, _) = self.run(enrollment, claim, accumulators, Silence)?;
        let notice = self.open_claims(&outcome, enrollment, claim, accumulators)?;
        let outcome = if notice.as_ref().is_some_and(Notice::holds) { outcome.held() } else { outcome };
        Ok((outcome, notice))
    }

    /// What is said where earlier claims are open that the outcome hangs on.
    pub(super) fn open_claims(
        &self,
        outcome: &Outcome,
        enrollment: &Enrollment,
        claim: &Claim,
        accumulators: &Accumulators,
    ) -> Result<Option<Notice>, Error> {
        let open = self.hangs_on(outcome, enrollment, claim, accumulators)?;
        if open.is_empty() {
            return Ok(None);
        }
        let Text { zh, en } = notice::named(&open);
        let text = if self.holds_open_claims {
            say!(
                "既往理赔未结：{zh}；本件待其结案后再审核",
                "earlier claims are open: {en}; this one waits until they are settled"
            )
        } else {
            say!(
                "既往理赔未结：{zh}；其结案后，本件的结果可能改变",
                "earlier claims are open: {en}; once they are settled, this one may come out otherwise"
            )
        };
        let notice = Notice::new(Code::EarlierClaimOpen, text).about(open);
        Ok(Some(if self.holds_open_claims { notice.holding() } else { notice }))
    }

    /// The earlier claims that are open and without which the outcome is not known: any of them may have posted anything.
    pub(super) fn hangs_on<'a>(
        &self,
        outcome: &Outcome,
        enrollment: &Enrollment,
        claim: &Claim,
        accumulators: &'a Accumulators,
    ) -> Result<Vec<&'a str>, Error> {
        if accumulators.has_no_open_claim() {
            return Ok(Vec::new());
        }
        let own = Comes::of(&self.order, claim);
        let is_earlier = |(id, open): &(&str, &OpenClaim)| open.comes.may_be_before(id, &own, claim.id());
        let earlier: Vec<(&str, &OpenClaim)> = accumulators.open().filter(is_earlier).collect();
        if earlier.is_empty() || outcome.decision == Decision::Pended {
            return Ok(Vec::new());
        }
        let open: Vec<OpenClaim> = earlier.iter().map(|(_, open)| OpenClaim::clone(open)).collect();
        let mut meaning = Meaning::new(self, Exact::new(self, enrollment, claim, accumulators, Silence).beside(&open));
        let verdict = meaning.adjudicate();
        let (decision, payable, _) = conclude(&verdict, self, &outcome.stands)?;
        if let Some(fault) = meaning.reading.fault() {
            return Err(fault);
        }
        if (decision, payable) == (outcome.decision, outcome.payable) {
            return Ok(Vec::new());
        }
        let asked = meaning.reading.asked();
        let counts = |open: &OpenClaim| asked.iter().any(|scope| open.may_share(*scope, &outcome.stands));
        Ok(earlier.into_iter().filter(|(_, open)| counts(open)).map(|(id, _)| id).collect())
    }
}
