//! Deciding one claim: the answer alone, or with its reasons.

pub(crate) mod detail;
pub(crate) mod reasons;
mod shown;
mod workings;

use std::borrow::Cow;
use std::sync::Arc;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::accumulator::{Accumulators, OpenClaim, Period, Posting};
use crate::claim::Claim;
use crate::code::Code;
use crate::enrollment::Enrollment;
use crate::error::Error;

use crate::exact::{self, Fixed};
use crate::fact::Kind;
use crate::money;
use crate::notice::{self, Notice};
use crate::order::day::Comes;
use crate::plan::expression::Slots;
use crate::plan::{AllAssumed, Assumed, Plan, PlanReference};
use crate::reading::exact::{Exact, Known, Listener, Silence};
use crate::rounding::Rounding;
use crate::semantics::outcome::{self, Effect, Ground, Part, ReasonKind};
use crate::semantics::{Meaning, Verdict};
use crate::text::{Text, say};
use reasons::Journal;
use workings::{Worker, Working};

pub use workings::{DerivedFact, UsedFigure};

pub use crate::semantics::outcome::Decision;

/// The step that stands for what a joint limit takes.
const JOINT_LIMIT: &str = "joint-limit";

/// The answer alone: what [`Plan::decide`] gives.
///
/// ```
/// use huzhu::{Accumulators, Case, Catalog, Decision};
///
/// # let catalog = Catalog::load("rules".as_ref())?;
/// let case = Case::read("zhao.json", &std::fs::read("rules/cases/zhao.json")?, &catalog)?;
/// let plan = catalog.resolve(&case.enrollment, &case.claim)?;
///
/// let mut account = Accumulators::new();
/// let outcome = plan.decide(&case.enrollment, &case.claim, &account)?;
/// assert_eq!((outcome.decision(), outcome.payable().to_string()), (Decision::Paid, "7119.87".to_owned()));
/// outcome.add_to(&mut account)?; // for the next claim of the member
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    claim: Arc<str>,
    plan: Arc<PlanReference>,
    decision: Decision,
    payable: Decimal,
    posting: Option<Posting>,
    /// Where it stands among the member's claims, as far as that is known.
    stands: OpenClaim,
}

impl Outcome {
    /// The id of the claim.
    #[must_use]
    pub fn claim(&self) -> &str {
        &self.claim
    }

    /// The version that decided.
    #[must_use]
    pub fn plan(&self) -> &Arc<PlanReference> {
        &self.plan
    }

    /// What becomes of the claim.
    #[must_use]
    pub fn decision(&self) -> Decision {
        self.decision
    }

    /// In yuan; zero unless the claim is paid, and negative for a reversal and for that alone: the sum over all claims is what is due in all.
    #[must_use]
    pub fn payable(&self) -> Decimal {
        self.payable
    }

    /// What the member's accumulators take in; none if the claim is denied or pended, or takes back what another has posted.
    #[must_use]
    pub fn posting(&self) -> Option<&Posting> {
        self.posting.as_ref()
    }

    /// Adds the claim to the member's account: what it posts, or that it is open, so that later claims can say that they may hang on it.
    ///
    /// # Errors
    /// Those of [`Accumulators::post`].
    pub fn add_to(&self, accumulators: &mut Accumulators) -> Result<(), Error> {
        match (&self.posting, self.decision) {
            (Some(posting), _) => accumulators.post(posting)?,
            (None, Decision::Pended) => accumulators.keep_open(Arc::clone(&self.claim), self.stands.clone()),
            // Without a date it is denied in one place of several: one that was open stays so.
            (None, _) if self.stands.event_date.is_none() => {}
            (None, Decision::Paid | Decision::NothingDue | Decision::Denied | Decision::Reversed) => {
                let _was_open = accumulators.close(&self.claim);
            }
        }
        Ok(())
    }

    /// The same, but nothing is decided until something else is settled.
    fn held(&self) -> Outcome {
        Outcome { decision: Decision::Pended, payable: Decimal::ZERO, posting: None, ..self.clone() }
    }
}

/// The answer with its reasons: what [`Plan::adjudicate`] gives.
///
/// A benefit is a waterfall: its gross amount is what its lines take and what is paid, to the last digit. [`Adjudication::explain`] puts all of it in
/// words of one language; so does serialising it, in Chinese.
///
/// ```
/// use huzhu::{Case, Catalog, Decimal, Language};
///
/// # let catalog = Catalog::load("rules".as_ref())?;
/// let case = Case::read("zhao.json", &std::fs::read("rules/cases/zhao.json")?, &catalog)?;
/// let (decided, _) = case.decide(&catalog)?;
/// for benefit in decided.benefits() {
///     let taken: Decimal = benefit.lines().iter().map(|line| line.takes()).sum();
///     assert_eq!(benefit.gross(), taken + benefit.paid());
/// }
/// let json = serde_json::to_value(&decided)?;
/// assert_eq!((&json["decision"], &json["payable"]), (&"paid".into(), &"7119.87".into()));
/// assert_eq!(json, serde_json::to_value(decided.explain(Language::Zh))?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Adjudication {
    outcome: Outcome,
    pub(crate) benefits: Vec<BenefitLines>,
    pub(crate) inapplicable: Vec<Inapplicable>,
    pub(crate) reasons: Vec<Reason>,
    pub(crate) assumed: Vec<Arc<Assumed>>,
    pub(crate) figures: Vec<UsedFigure>,
    pub(crate) derived: Vec<DerivedFact>,
    notices: Vec<Notice>,
}

impl Adjudication {
    /// An answer without reasons yet.
    fn of(outcome: Outcome) -> Adjudication {
        Adjudication {
            outcome,
            benefits: Vec::new(),
            inapplicable: Vec::new(),
            reasons: Vec::new(),
            assumed: Vec::new(),
            figures: Vec::new(),
            derived: Vec::new(),
            notices: Vec::new(),
        }
    }

    /// The answer alone.
    #[must_use]
    pub fn outcome(&self) -> &Outcome {
        &self.outcome
    }

    /// What becomes of the claim.
    #[must_use]
    pub fn decision(&self) -> Decision {
        self.outcome.decision
    }

    /// In yuan; zero unless the claim is paid, and negative for a reversal and for that alone: the sum over all claims is what is due in all.
    #[must_use]
    pub fn payable(&self) -> Decimal {
        self.outcome.payable
    }

    /// What the member's accumulators take in; none if the claim is denied or pended, or takes back what another has posted.
    #[must_use]
    pub fn posting(&self) -> Option<&Posting> {
        self.outcome.posting()
    }

    /// The benefits that apply, each with its waterfall, in the order of the pack; of a reversal those that it takes back.
    #[must_use]
    pub fn benefits(&self) -> &[BenefitLines] {
        &self.benefits
    }

    /// The benefits that do not apply, each with what is not met.
    #[must_use]
    pub fn inapplicable(&self) -> &[Inapplicable] {
        &self.inapplicable
    }

    /// Why nothing is payable, all the reasons and not the first; of a reversal what it takes back.
    #[must_use]
    pub fn reasons(&self) -> &[Reason] {
        &self.reasons
    }

    /// Everything assumed that the decision stands on.
    pub fn assumed(&self) -> impl Iterator<Item = &Assumed> {
        self.assumed.iter().map(|assumed| &**assumed)
    }

    /// The figures, tables and bands of the pack that the decision was made with, in the order in which they were read; none unless it was
    /// worked out by [`Plan::work_out`].
    #[must_use]
    pub fn figures(&self) -> &[UsedFigure] {
        &self.figures
    }

    /// The facts that the decision stands on and that follow from what the claim states; none unless it was worked out.
    #[must_use]
    pub fn derived(&self) -> &[DerivedFact] {
        &self.derived
    }

    /// What is said of the claim beside its decision, such as that an earlier claim is still open.
    #[must_use]
    pub fn notices(&self) -> &[Notice] {
        &self.notices
    }

    /// Whether the claim is pended for a notice, and not by the rules alone.
    #[must_use]
    pub fn is_held(&self) -> bool {
        self.notices.iter().any(Notice::holds)
    }

    /// Says something of the claim. A notice that holds pends it: nothing is decided until it is settled, and nothing is posted.
    /// A reversal has taken back what was posted already, so that there is nothing to hold.
    pub(crate) fn note(&mut self, notice: Notice) {
        if notice.holds() && self.outcome.decision != Decision::Reversed {
            if self.outcome.decision != Decision::Pended {
                self.outcome = self.outcome.held();
                self.benefits.clear();
                self.inapplicable.clear();
                self.reasons.clear();
                self.assumed.clear();
                self.figures.clear();
                self.derived.clear();
            }
            let reason = Reason {
                code: notice.code().name().to_owned(),
                text: notice.text().clone(),
                clause: None,
                fact: None,
                detail: None,
                found: Vec::new(),
            };
            let held = self.notices.iter().filter(|earlier| earlier.holds()).count();
            self.reasons.insert(held.min(self.reasons.len()), reason);
        }
        self.notices.push(notice);
    }

    /// The answer alone.
    pub(crate) fn into_outcome(self) -> Outcome {
        self.outcome
    }

    /// Whether a joint limit has taken something.
    pub(crate) fn is_cut(&self) -> bool {
        self.benefits.iter().flat_map(BenefitLines::lines).any(|line| line.step == JOINT_LIMIT)
    }

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

/// The waterfall of one benefit. The gross amount is the sum of what the lines take and what is paid, exactly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BenefitLines {
    id: Arc<str>,
    pub(crate) title: Arc<Text>,
    pub(crate) clause: Arc<Text>,
    pub(crate) basis: Arc<Text>,
    pub(crate) assumed: AllAssumed,
    pub(crate) formula: Option<Text>,
    gross: Decimal,
    paid: Decimal,
    /// Whether the amount that is due so far could be worked out.
    is_known: bool,
    pub(crate) lines: Vec<Line>,
}

impl BenefitLines {
    /// The benefit's id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What the benefit is called.
    #[must_use]
    pub fn title(&self) -> &Text {
        &self.title
    }

    /// The amount before all steps with its numbers, if it was worked out and is not a single one: `50 yuan/day × 51 days × 2 shares = 5,100.00`.
    #[must_use]
    pub fn formula(&self) -> Option<&Text> {
        self.formula.as_ref()
    }

    /// The amount before all steps, in yuan.
    #[must_use]
    pub fn gross(&self) -> Decimal {
        self.gross
    }

    /// What is paid, after limits, in yuan.
    #[must_use]
    pub fn paid(&self) -> Decimal {
        self.paid
    }

    /// The steps, in order, those that took nothing among them.
    #[must_use]
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// The only way in which an amount leaves a waterfall.
    fn leave(&mut self, leaves: Decimal, stated: StatedLine<'_>) -> Result<(), Error> {
        let decides = !self.is_known; // what is left is known though what was due is not: a waiting period, say
        if decides {
            (self.gross, self.paid, self.is_known) = (leaves, leaves, true);
        }
        let takes = exact::subtract(self.paid, leaves)?;
        let is_binding = decides || !takes.is_zero();
        let StatedLine { step, cause, reason, clause, assumed } = stated;
        self.lines.push(Line {
            step,
            cause,
            takes,
            leaves,
            reason,
            clause: Arc::clone(clause),
            is_binding,
            assumed: Arc::clone(assumed),
            working: None,
            applies: true,
        });
        self.paid = leaves;
        Ok(())
    }

    /// How the last line was worked out.
    fn work_out(&mut self, working: Option<Working>) {
        if let (Some(line), Some(Working { text, applies })) = (self.lines.last_mut(), working) {
            (line.working, line.applies) = (Some(text), applies);
        }
    }
}

/// What a pack says of a line.
struct StatedLine<'p> {
    step: &'static str,
    cause: Code,
    reason: Said,
    clause: &'p Arc<Text>,
    assumed: &'p AllAssumed,
}

/// What a line does, in words that are made when they are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Said {
    /// As the pack states it.
    Stated(Arc<Text>),
    Rounded(Rounding),
}

/// One line of a waterfall.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub(crate) step: &'static str,
    /// Why nothing is paid if it is the line that leaves nothing.
    cause: Code,
    takes: Decimal,
    leaves: Decimal,
    reason: Said,
    pub(crate) clause: Arc<Text>,
    is_binding: bool,
    pub(crate) assumed: AllAssumed,
    pub(crate) working: Option<Text>,
    applies: bool,
}

impl Line {
    /// The step's key in the pack, or `rounding`.
    #[must_use]
    pub fn step(&self) -> &str {
        self.step
    }

    /// What the step takes, in yuan; negative if it adds.
    #[must_use]
    pub fn takes(&self) -> Decimal {
        self.takes
    }

    /// What is still due after it, in yuan.
    #[must_use]
    pub fn leaves(&self) -> Decimal {
        self.leaves
    }

    /// What it does, in words.
    pub(crate) fn reason(&self) -> Cow<'_, Text> {
        match &self.reason {
            Said::Stated(text) => Cow::Borrowed(text),
            Said::Rounded(Rounding { to, mode }) => {
                let Text { zh, en } = mode.title();
                Cow::Owned(say!("舍入至 {to} 元，{zh}", "rounded to {to} yuan, {en}"))
            }
        }
    }

    /// What it does, if it leaves nothing.
    fn effect(&self) -> Option<Effect> {
        let effect = if self.is_binding { Effect::TakesAll } else { Effect::LeavesNothingOfNothing };
        self.leaves.is_zero().then_some(effect)
    }

    /// Whether it changed the amount.
    #[must_use]
    pub fn is_binding(&self) -> bool {
        self.is_binding
    }

    /// Whether the step was worked; else its own condition is not met.
    #[must_use]
    pub fn applies(&self) -> bool {
        self.applies
    }

    /// The step with its numbers, if it was worked out: the rate and why it applies, a limit and what was used of it before.
    #[must_use]
    pub fn working(&self) -> Option<&Text> {
        self.working.as_ref()
    }
}

/// A benefit that does not apply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inapplicable {
    pub(crate) id: Arc<str>,
    pub(crate) title: Arc<Text>,
    pub(crate) unmet: Vec<Arc<Text>>,
}

impl Inapplicable {
    /// The benefit's id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What it needs and is not so.
    pub fn unmet(&self) -> impl Iterator<Item = &Text> {
        self.unmet.iter().map(|unmet| &**unmet)
    }
}

/// One reason of a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// A code of the engine, or the id of a condition of the pack.
    pub code: String,
    /// The reason in words.
    pub text: Text,
    /// Where it is written, if a rule of the pack is the reason.
    pub clause: Option<Text>,
    /// The fact that is missing, if one is.
    pub fact: Option<String>,
    /// The same for programs, of a claim that is pended: the fact that is missing, or those that contradict each other with
    /// their values, and by how much: `fund_paid=120 total_cost=100 by 20`.
    pub detail: Option<String>,
    /// What was found and what is wanted, where a condition is not met and the decision was worked out.
    pub found: Vec<Text>,
}

/// How much a decision says of how it was worked out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Detail {
    /// Its lines and reasons.
    Plain,
    /// Also the numbers of every rule, the figures and the derived facts.
    Worked,
}

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
    fn open_claims(
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
    fn hangs_on<'a>(
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
        let (decision, payable, _) = conclude(&verdict, self, &outcome.stands);
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

    /// What one more yuan of each amount that a rule reads would change, all other facts as they are: the fact's name and the
    /// difference in yuan.
    ///
    /// # Errors
    /// Those of [`Plan::decide`].
    pub fn next_yuan(
        &self,
        enrollment: &Enrollment,
        claim: &Claim,
        accumulators: &Accumulators,
    ) -> Result<Vec<(String, Decimal)>, Error> {
        if claim.is_held() {
            return Ok(Vec::new());
        }
        let now = self.decide(enrollment, claim, accumulators)?;
        let mut changes = Vec::new();
        let amounts = self.slots().zip(&self.facts).filter(|(_, fact)| {
            let is_stated = fact.derived.is_some() || claim.facts.get(&fact.name).is_some();
            fact.kind == Kind::Money && is_stated && self.rules_read(&fact.name)
        });
        for (slot, fact) in amounts {
            let reading = || Exact::new(self, enrollment, claim, accumulators, Silence);
            if let Known::Missing(_) = Meaning::new(self, reading()).number_fact(slot) {
                continue;
            }
            let mut meaning = Meaning::new(self, reading().raised(slot, Decimal::ONE));
            let verdict = meaning.adjudicate_as_given();
            if let (Known::Known(payable), None) = (verdict.payable, meaning.reading.fault()) {
                let change = exact::subtract(payable.into(), now.payable)?;
                changes.push((fact.name.to_string(), change));
            }
        }
        Ok(changes)
    }

    fn run<'a, L: Listener>(
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
        let (decision, payable, missing) = conclude(&verdict, self, &stands);
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
        if let (true, Some((event_date, period))) = (decision.is_open(), dated) {
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

    fn check_belongs(&self, enrollment: &Enrollment) -> Result<(), Error> {
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
            crate::plan::EffectiveBy::CoverageStart => reading.stands().coverage_start,
            crate::plan::EffectiveBy::EventDate => reading.stands().event_date,
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

    /// Whether a rule reads the fact itself, not only another fact's derivation.
    fn rules_read(&self, fact: &str) -> bool {
        self.rule_facts.iter().any(|slot| &*self.fact(*slot).name == fact)
    }
}

/// A reversal takes back what is posted and applies no rule, whatever facts it repeats.
fn check_is_no_reversal(claim: &Claim) -> Result<(), Error> {
    let Some(reversed) = claim.reverses() else { return Ok(()) };
    let id = claim.id();
    Err(Error::history(say!(
        "`{id}` 冲销 `{reversed}`，须与既往理赔一并审核",
        "`{id}` reverses `{reversed}`: it is decided with the history, not by the rules"
    )))
}

/// What a verdict comes to: the decision, what is payable, and the missing facts that a pended claim is asked for.
fn conclude<L: Listener>(
    verdict: &Verdict<Exact<'_, L>>,
    plan: &Plan,
    stands: &OpenClaim,
) -> (Decision, Decimal, Slots) {
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
    let payable = match (decision, verdict.payable) {
        (Decision::Paid, Known::Known(payable)) => payable.into(),
        (Decision::Paid | Decision::NothingDue | Decision::Denied | Decision::Pended | Decision::Reversed, _) => {
            Decimal::ZERO
        }
    };
    (decision, payable, outcome::asked(is_sound, lacks))
}
