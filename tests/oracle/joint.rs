//! Guangdong: what the six plans pay together.

use super::exact::{Exact, left_of, lesser, nothing, yuan};
use super::member::{Member, Told};
use super::verdict::{Decision, Verdict};

/// In the order in which they are served.
const FAMILY: [&str; 6] = [
    "guangdong-second-medical",
    "guangdong-self-funded",
    "guangdong-accident",
    "guangdong-hospital-allowance",
    "guangdong-womens-illness",
    "guangdong-critical-illness",
];

/// At most so much in a period.
#[derive(Clone, Debug)]
pub(crate) struct Joint {
    pub(crate) amount: Exact,
}

impl Joint {
    /// 506,200 yuan, the sum of the caps of the six.
    pub(crate) fn shipped() -> Self {
        Self { amount: yuan(506_200) }
    }

    pub(crate) fn concerns(member: &Member) -> bool {
        member.covers.iter().any(|cover| Self::place_of(cover.plan.id).is_some())
    }

    pub(crate) fn place_of(plan: &str) -> Option<usize> {
        FAMILY.iter().position(|served| *served == plan)
    }

    /// Takes off what is beyond the amount, after all that the six were paid before in the period: under the covers that hold on
    /// the day of the event, and those that start on the same day as the claim's.
    pub(crate) fn hold<'paid>(
        &self,
        member: &Member,
        told: &Told,
        verdict: Verdict,
        paid: impl Iterator<Item = (&'paid Told, &'paid Verdict)>,
    ) -> Verdict {
        let Some(day) = told.event_date().filter(|_| Self::place_of(member.plan_of(told)).is_some()) else {
            return verdict;
        };
        let start = member.cover_of(told).start();
        let in_period = |other: &Told| {
            let cover = member.cover_of(other);
            Self::place_of(cover.plan.id).is_some() && (cover.holds_on(day) || cover.start() == start)
        };
        let before: Exact = paid.filter(|(other, _)| in_period(other)).map(|(_, verdict)| verdict.payable()).sum();
        cut(verdict, left_of(self.amount.clone(), before))
    }
}

/// Each benefit is paid what the ones before it leave.
fn cut(verdict: Verdict, mut left: Exact) -> Verdict {
    if verdict.decision != Decision::Paid {
        return verdict;
    }
    let mut held = verdict;
    for (_, paid) in &mut held.payout {
        *paid = lesser(paid.clone(), left.clone());
        left -= &*paid;
    }
    if held.payable() == nothing() {
        held.decision = Decision::NothingDue;
        held.reasons.push("joint-limit");
    }
    held
}
