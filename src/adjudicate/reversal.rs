//! A reversal: it takes back what a claim was paid, and applies no rule.

use std::sync::Arc;

use rust_decimal::Decimal;

use super::{Adjudication, BenefitLines, Decision, Outcome, Reason};
use crate::accumulator::{OpenClaim, Posting};
use crate::claim::Claim;
use crate::code::Code;
use crate::error::Error;
use crate::exact;
use crate::money;
use crate::plan::{AllAssumed, Plan};
use crate::text::say;

impl Adjudication {
    /// A reversal: what the reversed claim was paid is due back, by benefit and in all.
    ///
    /// It applies no rule, so that a benefit has no steps; what was never paid is not taken back, so that it starts from what was paid.
    pub(crate) fn reversal(claim: &Claim, plan: &Plan, reversed: &Posting) -> Result<Adjudication, Error> {
        let benefits = plan.taken_back(reversed)?;
        let payable = benefits.iter().map(|lines| lines.paid).try_fold(Decimal::ZERO, exact::add)?;
        let (id, paid) = (reversed.claim(), money::print(exact::subtract(Decimal::ZERO, payable)?));
        let text =
            say!("冲销理赔申请 `{id}`，应追回 {paid} 元", "reverses the claim `{id}`; {paid} yuan are to be recovered");
        let code = Code::Reversal.name().to_owned();
        let reason = Reason { code, text, clause: None, fact: None, detail: None, found: Vec::new() };
        let outcome = Outcome {
            claim: Arc::clone(&claim.id),
            plan: Arc::clone(&plan.reference),
            decision: Decision::Reversed,
            payable,
            posting: None,
            stands: OpenClaim {
                event_date: Some(reversed.event_date),
                coverage_start: Some(reversed.period.start),
                ..OpenClaim::under(reversed.period.enrollment.clone())
            },
        };
        Ok(Adjudication { benefits, reasons: vec![reason], ..Adjudication::of(outcome) })
    }

    /// A reversal in a member's account of which nothing can be decided.
    pub(crate) fn held_reversal(claim: &Claim, plan: &Plan) -> Adjudication {
        let outcome = Outcome {
            claim: Arc::clone(&claim.id),
            plan: Arc::clone(&plan.reference),
            decision: Decision::Pended,
            payable: Decimal::ZERO,
            posting: None,
            stands: OpenClaim::under(None),
        };
        let mut adjudication = Adjudication::of(outcome);
        claim.notices().iter().for_each(|notice| adjudication.note(notice.clone()));
        adjudication
    }
}

impl Plan {
    /// What a reversal takes back, by benefit.
    fn taken_back(&self, reversed: &Posting) -> Result<Vec<BenefitLines>, Error> {
        let id = reversed.claim();
        if let Some((benefit, _)) = reversed.payments().find(|(paid, _)| self.benefit_ids().all(|own| own != *paid)) {
            let (plan, version) = (self.id(), self.version());
            return Err(Error::history(say!(
                "理赔申请 `{id}` 曾给付 `{benefit}`，计划 `{plan}` 的版本 `{version}` 没有这项待遇",
                "the claim `{id}` was paid `{benefit}`, which version `{version}` of `{plan}` does not have"
            )));
        }
        let mut benefits = Vec::new();
        for stated in &self.benefits {
            for (_, paid) in reversed.payments().filter(|(benefit, _)| **benefit == *stated.id) {
                let back = exact::subtract(Decimal::ZERO, paid)?;
                benefits.push(BenefitLines {
                    id: Arc::clone(&stated.id),
                    title: Arc::clone(&stated.title),
                    clause: Arc::clone(&stated.citation.clause),
                    basis: say!("冲回理赔申请 `{id}` 的给付", "paid for the claim `{id}`, taken back").into(),
                    assumed: AllAssumed::default(),
                    formula: None,
                    gross: back,
                    paid: back,
                    is_known: true,
                    lines: Vec::new(),
                });
            }
        }
        Ok(benefits)
    }
}

/// A reversal takes back what is posted and applies no rule, whatever facts it repeats.
pub(super) fn check_is_no_reversal(claim: &Claim) -> Result<(), Error> {
    let Some(reversed) = claim.reverses() else { return Ok(()) };
    let id = claim.id();
    Err(Error::history(say!(
        "`{id}` 冲销 `{reversed}`，须与既往理赔一并审核",
        "`{id}` reverses `{reversed}`: it is decided with the history, not by the rules"
    )))
}
