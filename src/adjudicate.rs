//! What becomes of one claim: the answer alone, or with its reasons.

mod decide;
pub(crate) mod detail;
mod joint_cut;
mod next_yuan;
mod open_claims;
pub(crate) mod reasons;
mod reversal;
mod shown;
mod workings;

use std::borrow::Cow;
use std::sync::Arc;

use rust_decimal::Decimal;

use crate::accumulator::{Accumulators, OpenClaim, Posting};
use crate::code::Code;
use crate::error::Error;
use crate::exact;
use crate::notice::Notice;
use crate::plan::{AllAssumed, Assumed, PlanReference};
use crate::rounding::Rounding;
use crate::semantics::outcome::Effect;
use crate::text::{Text, say};
use workings::Working;

pub use workings::{DerivedFact, UsedFigure};

pub use crate::semantics::outcome::Decision;

/// The answer alone: what [`Plan::decide`](crate::Plan::decide) gives.
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

/// The answer with its reasons: what [`Plan::adjudicate`](crate::Plan::adjudicate) gives.
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
    /// worked out by [`Plan::work_out`](crate::Plan::work_out).
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
