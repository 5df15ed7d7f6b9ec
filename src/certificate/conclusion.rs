//! What the values of a program's steps come to.

use rust_decimal::Decimal;
use serde_json::{Map, Value as Json, json};

use super::canonical::decimal;
use crate::accumulator::Posting;
use crate::adjudicate::{Adjudication, BenefitLines};
use crate::code::Code;
use crate::exact::{self, Inexact};
use crate::plan::{self, Plan};
use crate::reading::formula::evaluate::Values;
use crate::reading::formula::{Formula, Waterfall};
use crate::semantics::outcome::{self, Decision, Effect, NONE_APPLIES, NOTHING_CLAIMED, ReasonKind};

/// The decision with its amounts and reasons, from the values alone.
pub(crate) struct Conclusion {
    pub(crate) decision: Decision,
    pub(crate) payable: Decimal,
    pub(crate) benefits: Vec<Benefit>,
    reasons: Vec<Reason>,
    /// By entry; `None` where what is posted is not known.
    pub(crate) posts: Vec<(String, Option<Decimal>)>,
}

/// A benefit that applies. The gross amount is the sum of what the lines take and what is paid, exactly.
pub(crate) struct Benefit {
    pub(crate) id: String,
    pub(crate) gross: Option<Decimal>,
    pub(crate) lines: Vec<Line>,
    pub(crate) paid: Option<Decimal>,
}

/// One line of a benefit; without amounts where what it leaves is not known.
pub(crate) struct Line {
    pub(crate) step: &'static str,
    /// Why nothing is paid if it is the line that leaves nothing.
    cause: Code,
    pub(crate) amounts: Option<Amounts>,
}

pub(crate) struct Amounts {
    pub(crate) takes: Decimal,
    pub(crate) leaves: Decimal,
    /// Whether it took something, or was the first to be known.
    decides: bool,
}

impl Amounts {
    fn effect(&self) -> Option<Effect> {
        let of = if self.decides { Effect::TakesAll } else { Effect::LeavesNothingOfNothing };
        self.leaves.is_zero().then_some(of)
    }
}

#[derive(PartialEq, Eq)]
struct Reason {
    code: String,
    fact: Option<String>,
}

impl Conclusion {
    pub(crate) fn of(plan: &Plan, formula: &Formula, values: &Values<'_>) -> Result<Conclusion, Inexact> {
        let decision = formula.decision(values);
        let is_open = decision.is_open();
        let payable = if decision == Decision::Paid {
            values.number(formula.outcome.payable).ok_or(Inexact)?
        } else {
            Decimal::ZERO
        };
        let mut benefits = Vec::new();
        let waterfalls = plan.benefits.iter().zip(&formula.benefits);
        for (benefit, waterfall) in waterfalls.filter(|(_, waterfall)| is_open && is_true(values, waterfall)) {
            benefits.push(Benefit::of(benefit, waterfall, values)?);
        }
        let posts = formula.posts.iter().filter(|_| is_open);
        let posts = posts.map(|(entry, node)| (plan.entry(*entry).entry.to_string(), values.number(*node))).collect();
        let reasons = decision.reasons().iter().flat_map(|kind| match kind {
            ReasonKind::Contradiction => broken(plan, formula, values),
            ReasonKind::Unmet => unmet(plan, formula, values),
            ReasonKind::Missing => missing(plan, formula, values),
            ReasonKind::Cause => why_nothing(&benefits),
        });
        let reasons = reasons.collect();
        Ok(Conclusion { decision, payable, benefits, reasons, posts })
    }

    /// Whether the engine says the same.
    pub(crate) fn is_that_of(&self, adjudication: &Adjudication) -> bool {
        let reasons = adjudication.reasons().iter();
        let reasons: Vec<Reason> =
            reasons.map(|reason| Reason { code: reason.code.clone(), fact: reason.fact.clone() }).collect();
        let benefits = adjudication.benefits();
        let posts = adjudication.posting().into_iter().flat_map(Posting::amounts);
        let posts = posts.map(|(entry, amount)| (entry.to_string(), amount));
        let posted = self.posts.iter().filter_map(|(entry, amount)| Some((entry.clone(), (*amount)?)));
        self.decision == adjudication.decision()
            && self.payable == adjudication.payable()
            && self.reasons == reasons
            && self.benefits.len() == benefits.len()
            && self.benefits.iter().zip(benefits).all(|(own, theirs)| own.is(theirs))
            && posted.filter(|(_, amount)| !amount.is_zero()).eq(posts)
    }

    pub(super) fn json(&self) -> Json {
        let posts: Map<String, Json> =
            self.posts.iter().map(|(entry, amount)| (entry.clone(), json!(amount.map(decimal)))).collect();
        let reasons = self.reasons.iter().map(|Reason { code, fact }| json!({ "code": code, "fact": fact }));
        json!({
            "decision": self.decision.name(),
            "payable": decimal(self.payable),
            "benefits": self.benefits.iter().map(Benefit::json).collect::<Vec<Json>>(),
            "reasons": reasons.collect::<Vec<Json>>(),
            "posts": posts,
        })
    }
}

impl Benefit {
    fn of(stated: &plan::Benefit, waterfall: &Waterfall, values: &Values<'_>) -> Result<Benefit, Inexact> {
        let mut gross = values.number(waterfall.gross);
        let mut due = gross;
        let mut lines = Vec::new();
        for line in &waterfall.lines {
            let (step, cause) = (line.kind.name(stated), line.kind.cause(stated));
            let amounts = match values.number(line.leaves) {
                None => None,
                Some(leaves) => {
                    let is_first = due.is_none();
                    gross = gross.or(Some(leaves));
                    let takes = exact::subtract(due.unwrap_or(leaves), leaves)?;
                    due = Some(leaves);
                    Some(Amounts { takes, leaves, decides: is_first || !takes.is_zero() })
                }
            };
            lines.push(Line { step, cause, amounts });
        }
        Ok(Benefit { id: stated.id.to_string(), gross, lines, paid: due })
    }

    /// Why it pays nothing.
    fn cause(&self) -> Code {
        let lines = self.lines.iter().map(|line| (line.cause, line.amounts.as_ref().and_then(Amounts::effect)));
        outcome::taker(lines).unwrap_or(NOTHING_CLAIMED)
    }

    fn is(&self, stated: &BenefitLines) -> bool {
        let known = self.lines.iter().filter_map(|line| Some((line.step, line.amounts.as_ref()?)));
        let known = known.map(|(step, amounts)| (step, amounts.takes, amounts.leaves));
        self.id == stated.id()
            && self.gross == Some(stated.gross())
            && self.paid == Some(stated.paid())
            && known.eq(stated.lines().iter().map(|line| (line.step(), line.takes(), line.leaves())))
    }

    fn json(&self) -> Json {
        let lines = self.lines.iter().map(|line| match &line.amounts {
            Some(Amounts { takes, leaves, .. }) => json!({ "takes": decimal(*takes), "leaves": decimal(*leaves) }),
            None => json!({ "takes": null, "leaves": null }),
        });
        json!({
            "id": self.id,
            "gross": self.gross.map(decimal),
            "lines": lines.collect::<Vec<Json>>(),
            "paid": self.paid.map(decimal),
        })
    }
}

fn is_true(values: &Values<'_>, waterfall: &Waterfall) -> bool {
    values.truth(waterfall.applies) == Some(true)
}

fn broken(plan: &Plan, formula: &Formula, values: &Values<'_>) -> Vec<Reason> {
    let broken = formula.identities.iter().filter(|(_, holds)| values.truth(*holds) == Some(false));
    broken.map(|(index, _)| Reason { code: plan.identity(*index).id.to_owned(), fact: None }).collect()
}

fn unmet(plan: &Plan, formula: &Formula, values: &Values<'_>) -> Vec<Reason> {
    let unmet = formula.conditions.iter().filter(|(_, met)| values.truth(*met) == Some(false));
    unmet.map(|(index, _)| Reason { code: plan.condition(*index).id.to_string(), fact: None }).collect()
}

fn missing(plan: &Plan, formula: &Formula, values: &Values<'_>) -> Vec<Reason> {
    let code = Code::MissingFact.name();
    let facts = formula.asked(values).iter().map(|slot| plan.fact(slot).name.to_string());
    facts.map(|fact| Reason { code: code.to_owned(), fact: Some(fact) }).collect()
}

fn why_nothing(benefits: &[Benefit]) -> Vec<Reason> {
    let reason = |code: Code| Reason { code: code.name().to_owned(), fact: None };
    if benefits.is_empty() {
        return vec![reason(NONE_APPLIES)];
    }
    benefits.iter().map(|benefit| reason(benefit.cause())).collect()
}
