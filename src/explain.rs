//! The explanation of benefits: a decision put in words of one language. It computes nothing.

use std::sync::Arc;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize, Serializer};

use crate::accumulator::Accumulators;
use crate::adjudicate::{Adjudication, BenefitLines, Decision, DerivedFact, Inapplicable, Line, Reason, UsedFigure};
use crate::money;
use crate::notice::{Notice, Recalculated, Recalculation};
use crate::order::Order;
use crate::plan::{Assumed, PlanReference, Provenance};
use crate::text::{Language, Text};

/// A decision in the form in which it leaves the engine, `huzhu adjudicate --format json` too; money is text in yuan.
///
/// ```
/// use huzhu::{Case, Catalog, Explanation, Language};
///
/// # let catalog = Catalog::load("rules".as_ref())?;
/// let case = Case::read("zhao.json", &std::fs::read("rules/cases/zhao.json")?, &catalog)?;
/// let explained = case.decide(&catalog)?.0.explain(Language::En);
/// assert_eq!(explained.benefits[0].title, "hospital costs after an accident");
/// assert_eq!(explained.benefits[0].steps[0].reason, "at most 10,000 yuan a share in a period");
/// assert_eq!(serde_json::from_str::<Explanation>(&serde_json::to_string(&explained)?)?, explained);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    /// The id of the claim.
    pub claim: String,
    /// The version that decided.
    pub plan: PlanReference,
    /// What becomes of the claim.
    pub decision: Decision,
    /// What is payable.
    pub payable: String,
    /// The benefits that apply.
    pub benefits: Vec<BenefitExplanation>,
    /// The benefits that do not apply.
    pub inapplicable: Vec<InapplicableExplanation>,
    /// Why nothing is payable.
    pub reasons: Vec<ReasonExplanation>,
    /// What is said of the claim beside its decision.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<NoticeExplanation>,
    /// The names of everything assumed that the decision stands on.
    pub assumed: Vec<String>,
    /// The same with titles and values.
    pub assumptions: Vec<Assumption>,
    /// The figures, tables and bands of the pack that the decision was made with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub figures: Vec<FigureExplanation>,
    /// The facts that follow from what the claim states, with how.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub derived: Vec<DerivedExplanation>,
    /// What is posted once this claim is: by claim id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accumulators: Option<Accumulators>,
    /// In which order the history was decided; none where there is no history.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<Order>,
    /// What one more yuan of an amount that the claim states would change.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub next_yuan: Vec<NextYuan>,
}

/// The waterfall of one benefit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BenefitExplanation {
    /// The benefit's id.
    pub id: String,
    /// Its name.
    pub title: String,
    /// Where it is written.
    pub clause: String,
    /// How the gross amount is worked out.
    pub basis: String,
    /// The names of everything assumed that the gross amount stands on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assumed: Vec<String>,
    /// The same with its numbers, unless it is a single one: `50 yuan/day × 51 days × 2 shares = 5,100.00`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub formula: Option<String>,
    /// The amount before all steps.
    pub gross: String,
    /// What is paid, after limits.
    pub paid: String,
    /// The steps, in order.
    pub steps: Vec<StepExplanation>,
}

/// One line of a waterfall.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepExplanation {
    /// The step's key in the pack, or `rounding`.
    pub step: String,
    /// What it takes; negative if it adds.
    pub takes: String,
    /// What is due after it.
    pub leaves: String,
    /// Why.
    pub reason: String,
    /// Where it is written.
    pub clause: String,
    /// Whether it changed the amount.
    pub binding: bool,
    /// The names of everything assumed that it stands on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assumed: Vec<String>,
    /// Whether the step was worked; else its own condition is not met.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub applies: bool,
    /// The step with its numbers: the rate and why it applies, a limit and what was used of it before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub working: Option<String>,
}

fn yes() -> bool {
    true
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
fn is_yes(answer: &bool) -> bool {
    *answer
}

/// A figure, table or bands of the pack with what they come to for a claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FigureExplanation {
    /// Its name in the pack.
    pub name: String,
    /// What it is called.
    pub title: String,
    /// Its value, of a table the row that applies; none of bands that each pay a part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// Why this row or band.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub because: Vec<String>,
    /// How sure we are of it.
    pub provenance: Provenance,
    /// Where it is written.
    pub clause: String,
}

/// A fact that follows from others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DerivedExplanation {
    /// Its name.
    pub fact: String,
    /// What it is called.
    pub title: String,
    /// What it comes to.
    pub value: String,
    /// How it follows.
    pub formula: String,
}

/// A benefit that does not apply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InapplicableExplanation {
    /// The benefit's id.
    pub id: String,
    /// Its name.
    pub title: String,
    /// What it needs and is not so.
    pub unmet: Vec<String>,
}

/// One reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReasonExplanation {
    /// A code of the engine, or the id of a condition of the pack.
    pub code: String,
    /// The reason in words.
    pub text: String,
    /// Where it is written, if a rule of the pack is the reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clause: Option<String>,
    /// The fact that is missing, if one is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fact: Option<String>,
    /// The fact that is missing, or those that contradict each other with their values, and by how much; what a batch has in `details`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// What was found and what is wanted, where a condition is not met.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub found: Vec<String>,
}

/// One notice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeExplanation {
    /// Its code.
    pub code: String,
    /// The claims, enrollments or rows that it is about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub about: Vec<String>,
    /// The notice in words.
    pub text: String,
    /// Whether the claim is pended for it.
    pub holds: bool,
    /// What the declared order makes of the amounts, where claims were decided in another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recalculation: Option<RecalculationExplanation>,
}

/// What claims are paid as they were received, and what in the declared order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecalculationExplanation {
    /// The claim that is decided, then those after it in order.
    pub claims: Vec<RecalculatedExplanation>,
    /// What they are paid in all as they were received.
    pub as_received: String,
    /// What they would be paid in all in the declared order.
    pub in_order: String,
    /// How much more that is; less if it is negative.
    pub difference: String,
}

/// What one claim is paid either way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecalculatedExplanation {
    /// The id of the claim.
    pub claim: String,
    /// As it was received.
    pub as_received: String,
    /// In the declared order.
    pub in_order: String,
}

/// Something assumed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assumption {
    /// Its name in the pack.
    pub name: String,
    /// Its title.
    pub title: String,
    /// Its value, if it is a figure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

/// What one more yuan would change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NextYuan {
    /// The fact that is one yuan more.
    pub fact: String,
    /// What would be paid more (or less).
    pub change: String,
}

impl NextYuan {
    /// What one more yuan of each fact changes, as it is shown.
    #[must_use]
    pub fn all(changes: &[(String, Decimal)]) -> Vec<NextYuan> {
        changes.iter().map(|(fact, change)| NextYuan { fact: fact.clone(), change: money::print(*change) }).collect()
    }
}

impl Adjudication {
    /// The decision put in words.
    #[must_use]
    pub fn explain(&self, language: Language) -> Explanation {
        Explanation {
            claim: self.outcome().claim().to_owned(),
            plan: PlanReference::clone(self.outcome().plan()),
            decision: self.decision(),
            payable: money::print(self.payable()),
            benefits: self.benefits.iter().map(|benefit| benefit.explain(language)).collect(),
            inapplicable: self.inapplicable.iter().map(|benefit| benefit.explain(language)).collect(),
            reasons: self.reasons.iter().map(|reason| reason.explain(language)).collect(),
            notices: self.notices().iter().map(|notice| notice.explain(language)).collect(),
            assumed: names(&self.assumed),
            assumptions: self.assumed.iter().map(|assumed| assumed.explain(language)).collect(),
            figures: self.figures.iter().map(|figure| figure.explain(language)).collect(),
            derived: self.derived.iter().map(|derived| derived.explain(language)).collect(),
            accumulators: None,
            order: None,
            next_yuan: Vec::new(),
        }
    }
}

/// The [explanation](Adjudication::explain) in Chinese, the language of the members.
impl Serialize for Adjudication {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.explain(Language::default()).serialize(serializer)
    }
}

impl BenefitLines {
    fn explain(&self, language: Language) -> BenefitExplanation {
        BenefitExplanation {
            id: self.id().to_owned(),
            title: self.title.in_language(language).to_owned(),
            clause: self.clause.in_language(language).to_owned(),
            basis: self.basis.in_language(language).to_owned(),
            assumed: names(&self.assumed),
            formula: self.formula().map(|formula| formula.in_language(language).to_owned()),
            gross: money::print(self.gross()),
            paid: money::print(self.paid()),
            steps: self.lines.iter().map(|line| line.explain(language)).collect(),
        }
    }
}

impl Line {
    fn explain(&self, language: Language) -> StepExplanation {
        StepExplanation {
            step: self.step().to_owned(),
            takes: money::print(self.takes()),
            leaves: money::print(self.leaves()),
            reason: self.reason().in_language(language).to_owned(),
            clause: self.clause.in_language(language).to_owned(),
            binding: self.is_binding(),
            assumed: names(&self.assumed),
            applies: self.applies(),
            working: self.working().map(|working| working.in_language(language).to_owned()),
        }
    }
}

impl Inapplicable {
    fn explain(&self, language: Language) -> InapplicableExplanation {
        InapplicableExplanation {
            id: self.id().to_owned(),
            title: self.title.in_language(language).to_owned(),
            unmet: self.unmet().map(|unmet| unmet.in_language(language).to_owned()).collect(),
        }
    }
}

impl Reason {
    fn explain(&self, language: Language) -> ReasonExplanation {
        ReasonExplanation {
            code: self.code.clone(),
            text: self.text.in_language(language).to_owned(),
            clause: self.clause.as_ref().map(|clause| clause.in_language(language).to_owned()),
            fact: self.fact.clone(),
            detail: self.detail.clone(),
            found: in_language(&self.found, language),
        }
    }
}

impl UsedFigure {
    fn explain(&self, language: Language) -> FigureExplanation {
        FigureExplanation {
            name: self.name.clone(),
            title: self.title.in_language(language).to_owned(),
            value: self.value.as_ref().map(|value| value.in_language(language).to_owned()),
            because: in_language(&self.because, language),
            provenance: self.provenance,
            clause: self.clause.in_language(language).to_owned(),
        }
    }
}

impl DerivedFact {
    fn explain(&self, language: Language) -> DerivedExplanation {
        DerivedExplanation {
            fact: self.fact.clone(),
            title: self.title.in_language(language).to_owned(),
            value: self.value.in_language(language).to_owned(),
            formula: self.formula.in_language(language).to_owned(),
        }
    }
}

fn names(assumed: &[Arc<Assumed>]) -> Vec<String> {
    assumed.iter().map(|assumed| assumed.name.clone()).collect()
}

fn in_language(texts: &[Text], language: Language) -> Vec<String> {
    texts.iter().map(|text| text.in_language(language).to_owned()).collect()
}

impl Notice {
    fn explain(&self, language: Language) -> NoticeExplanation {
        NoticeExplanation {
            code: self.code().to_string(),
            about: self.subjects().to_vec(),
            text: self.text().in_language(language).to_owned(),
            holds: self.holds(),
            recalculation: self.recalculation().map(Recalculation::explain),
        }
    }
}

impl Recalculation {
    fn explain(&self) -> RecalculationExplanation {
        RecalculationExplanation {
            claims: self.claims().iter().map(Recalculated::explain).collect(),
            as_received: money::print(self.as_received()),
            in_order: money::print(self.in_order()),
            difference: money::print(self.difference()),
        }
    }
}

impl Recalculated {
    fn explain(&self) -> RecalculatedExplanation {
        RecalculatedExplanation {
            claim: self.claim.clone(),
            as_received: money::print(self.as_received),
            in_order: money::print(self.in_order),
        }
    }
}

impl Assumed {
    fn explain(&self, language: Language) -> Assumption {
        let title = self.title.in_language(language).to_owned();
        Assumption { name: self.name.clone(), title, value: self.value.clone() }
    }
}
