//! A claim decided by the rules of a plan: the answer alone, or with its reasons.

use std::sync::Arc;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::reasons::{self, Journal};
use super::reversal::check_is_no_reversal;
use super::workings::Worker;
use super::{Adjudication, Decision, Detail, Outcome};
use crate::accumulator::{Accumulators, OpenClaim, Period, Posting};
use crate::claim::Claim;
use crate::enrollment::Enrollment;
use crate::error::{Error, OrBug};
use crate::exact::Fixed;
use crate::order::day::Comes;
use crate::plan::expression::Slots;
use crate::plan::{EffectiveBy, Plan};
use crate::reading::exact::{Exact, Known, Listener, Silence};
use crate::semantics::outcome::{self, Ground, Part, ReasonKind};
use crate::semantics::{Meaning, Verdict};
use crate::text::say;

impl Plan {
    /// Decides a claim and gives the answer alone.
    ///
    /// # Errors
    /// [`Error::is_plan`] or [`Error::is_version`] if the enrollment or the dates belong to another plan or version;
    /// [`Error::is_fact`] if a fact of the pack's own has a value that it cannot have; [`Error::is_arithmetic`] if the
    /// accumulators hold amounts that the engine did not post; [`Error::is_history`] if the claim is a reversal, which
    /// [`crate::history::decide`] and [`crate::Case::decide`] decide.
    pub fn decide(
        &self,
        enrollment: &Enrollment,
        claim: &Claim,
        accumulators: &Accumulators,
    ) -> Result<Outcome, Error> {
        let (outcome, _, _) = self.run(enrollment, claim, accumulators, Silence)?;
        if claim.is_held()
            || (self.holds_open_claims && !self.hangs_on(&outcome, enrollment, claim, accumulators)?.is_empty())
        {
            return Ok(outcome.held());
        }
        Ok(outcome)
    }

    /// Decides a claim and says why, line by line.
    ///
    /// # Errors
    /// Those of [`Plan::decide`].
    pub fn adjudicate(
        &self,
        enrollment: &Enrollment,
        claim: &Claim,
        accumulators: &Accumulators,
    ) -> Result<Adjudication, Error> {
        self.reasoned(enrollment, claim, accumulators, Detail::Plain)
    }

    /// The same for a person to read: also with the numbers of every rule, the figures and what follows from other facts. The decision is the
    /// same and takes a few times as long.
    ///
    /// # Errors
    /// Those of [`Plan::decide`].
    pub fn work_out(
        &self,
        enrollment: &Enrollment,
        claim: &Claim,
        accumulators: &Accumulators,
    ) -> Result<Adjudication, Error> {
        self.reasoned(enrollment, claim, accumulators, Detail::Worked)
    }

    /// The same with all numbers or without: who compares decisions needs no formulas.
    pub(crate) fn reasoned(
        &self,
        enrollment: &Enrollment,
        claim: &Claim,
        accumulators: &Accumulators,
        detail: Detail,
    ) -> Result<Adjudication, Error> {
        let (outcome, missing, journal) = self.run(enrollment, claim, accumulators, Journal::of(detail))?;
        let mut adjudication = Adjudication::of(outcome);
        let decision = adjudication.decision();
        let mut worker = match detail {
            Detail::Plain => None,
            Detail::Worked => {
                let paid = journal.paid_before_limits(self);
                Some(Worker::new(self, enrollment, claim, accumulators, paid))
            }
        };
        let mut assumed = Vec::new();
        if decision.is_open() {
            self.lay_out(&journal.notes, worker.as_mut(), &mut adjudication, &mut assumed)?;
        }
        for kind in decision.reasons() {
            match kind {
                ReasonKind::Contradiction => {
                    self.list_broken(&journal.notes, enrollment, claim, &mut adjudication);
                }
                ReasonKind::Unmet => {
                    self.list_unmet(&journal.notes, worker.as_mut(), &mut adjudication, &mut assumed);
                }
                ReasonKind::Missing => self.list_missing(missing, &mut adjudication),
                ReasonKind::Cause => adjudication.reasons = reasons::why_nothing(&adjudication),
            }
        }
        if let Some(worker) = &mut worker {
            let sources = journal.sources(decision).into_iter();
            adjudication.figures = sources.filter_map(|source| worker.figure(source)).collect();
            let derived = journal.derived(decision).into_iter();
            adjudication.derived = derived.filter_map(|slot| worker.derived(slot)).collect();
        }
        assumed.sort_unstable();
        assumed.dedup();
        adjudication.assumed = assumed.into_iter().cloned().collect();
        for notice in claim.notices() {
            adjudication.note(notice.clone());
        }
        if let Some(notice) = self.open_claims(&adjudication.outcome, enrollment, claim, accumulators)? {
            adjudication.note(notice);
        }
        Ok(adjudication)
    }

    pub(super) fn run<'a, L: Listener>(
        &'a self,
        enrollment: &'a Enrollment,
        claim: &'a Claim,
        accumulators: &'a Accumulators,
        listener: L,
    ) -> Result<(Outcome, Slots, L), Error> {
        self.check_belongs(enrollment)?;
        check_is_no_reversal(claim)?;
        let mut meaning = Meaning::new(self, Exact::new(self, enrollment, claim, accumulators, listener));
        self.check_effective(enrollment, &meaning.reading)?;
        let verdict = meaning.adjudicate();
        let mut stands = meaning.reading.stands().clone();
        let (decision, payable, missing) = conclude(&verdict, self, &stands)?;
        let dated = stands.event_date.zip(stands.period());
        stands.comes = Comes::of(&self.order, claim);
        let mut outcome = Outcome {
            claim: Arc::clone(&claim.id),
            plan: Arc::clone(&self.reference),
            decision,
            payable,
            posting: None,
            stands,
        };
        if decision.is_open() {
            let (event_date, period) = dated.or_bug()?; // of no other claim anything is open
            outcome.posting = Some(self.posting(&mut meaning, &verdict, claim, event_date, period));
        }
        match meaning.reading.fault() {
            Some(fault) => Err(fault),
            None => Ok((outcome, missing, meaning.reading.listener)),
        }
    }

    fn posting<'a, L: Listener>(
        &'a self,
        meaning: &mut Meaning<'a, Exact<'a, L>>,
        verdict: &Verdict<Exact<'a, L>>,
        claim: &Claim,
        event_date: NaiveDate,
        period: Period,
    ) -> Posting {
        let (mut amounts, mut unknown) = (Vec::with_capacity(4), Vec::new());
        for index in &self.posting_order {
            let stated = self.entry(*index);
            match meaning.posting(&stated.amount, &verdict.paid) {
                Known::Known(amount) if amount.is_zero() => {}
                Known::Known(amount) => amounts.push((stated.entry.clone(), amount.into())),
                Known::Missing(_) => unknown.push(stated.entry.clone()),
            }
        }
        Posting { claim: Arc::clone(&claim.id), event_date, period, amounts, unknown }
    }

    pub(crate) fn check_belongs(&self, enrollment: &Enrollment) -> Result<(), Error> {
        let (wanted, own) = (enrollment.plan(), self.id());
        if wanted != own {
            return Err(Error::plan(say!(
                "参保记录属于计划 `{wanted}`，不属于 `{own}`",
                "the enrollment is in the plan `{wanted}`, not in `{own}`"
            )));
        }
        match enrollment.plan_version() {
            Some(version) if version != self.version() => {
                let own = self.version();
                Err(Error::version(say!(
                    "参保记录指定版本 `{version}`，此为 `{own}`",
                    "the enrollment names the version `{version}`, this is `{own}`"
                )))
            }
            Some(_) | None => Ok(()),
        }
    }

    fn check_effective<L: Listener>(&self, enrollment: &Enrollment, reading: &Exact<'_, L>) -> Result<(), Error> {
        let effective = self.effective;
        let date = match effective.by {
            EffectiveBy::CoverageStart => reading.stands().coverage_start,
            EffectiveBy::EventDate => reading.stands().event_date,
        };
        match date {
            Some(date) if enrollment.plan_version().is_none() && !effective.holds_on(date) => {
                let (id, version) = (self.id(), self.version());
                Err(Error::version(say!(
                    "计划 `{id}` 的版本 `{version}` 在 {date} 不适用",
                    "version `{version}` of `{id}` does not hold on {date}"
                )))
            }
            Some(_) | None => Ok(()),
        }
    }
}

/// What a verdict comes to: the decision, what is payable, and the missing facts that a pended claim is asked for.
pub(super) fn conclude<L: Listener>(
    verdict: &Verdict<Exact<'_, L>>,
    plan: &Plan,
    stands: &OpenClaim,
) -> Result<(Decision, Decimal, Slots), Error> {
    let lacks = |part| match part {
        Part::EventDate => Known::or_lacks(stands.event_date, plan.event_date).missing(),
        Part::CoverageStart => Known::or_lacks(stands.coverage_start, plan.coverage_start).missing(),
        Part::Eligible => verdict.eligible.missing(),
        Part::Cleared => verdict.cleared.missing(),
        Part::Payable => verdict.payable.missing(),
    };
    let is_sound = verdict.sound != Known::Known(false);
    let decision = outcome::decision(|ground| match ground {
        Ground::Unsound => !is_sound,
        Ground::Ineligible => verdict.eligible == Known::Known(false),
        Ground::Uncleared => verdict.cleared == Known::Known(false),
        Ground::Unknown => Part::ALL.into_iter().any(|part| !lacks(part).is_empty()),
        Ground::Payable => verdict.payable.known().is_some_and(Fixed::is_positive),
    });
    let payable = match decision {
        Decision::Paid => verdict.payable.known().or_bug()?.into(),
        Decision::NothingDue | Decision::Denied | Decision::Pended | Decision::Reversed => Decimal::ZERO,
    };
    Ok((decision, payable, outcome::asked(is_sound, lacks)))
}
