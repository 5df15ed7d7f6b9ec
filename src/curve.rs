//! What a claim is paid for every value of one fact, all else as it is.
//!
//! The payout is made of pieces: within one, every choice that the plan makes comes out the same way, so that the payout runs along a straight
//! line there, rounded as the plan rounds. Where a choice turns is found by halving, to the fen or the day; nothing is sampled.

mod drawing;
mod rules;
mod search;
mod ways;

use rust_decimal::Decimal;

use crate::accumulator::Accumulators;
use crate::adjudicate::Decision;
use crate::claim::Claim;
use crate::diagnostic::did_you_mean;
use crate::enrollment::Enrollment;
use crate::error::Error;
use crate::exact;
use crate::fact::{Kind, StandardFact, Value};
use crate::plan::expression::Slot;
use crate::plan::{Plan, PlanFact};
use crate::reading::formula::Formula;
use crate::reading::formula::evaluate::Inputs;
use crate::reading::formula::graph::Operation;
use crate::text::{Text, say};

/// The payout of one claim by one fact, piece by piece over all values that the fact can have; [`Plan::curve`] gives it.
///
/// ```
/// use huzhu::{Case, Catalog};
///
/// # let catalog = Catalog::load("rules".as_ref())?;
/// let case = Case::read("zhao.json", &std::fs::read("rules/cases/zhao.json")?, &catalog)?;
/// let plan = catalog.resolve(&case.enrollment, &case.claim)?;
/// let curve = plan.curve(&case.enrollment, &case.claim, &case.accumulators(&catalog)?, "hospital_days")?;
///
/// let pieces: Vec<String> = curve.pieces.iter().map(|piece| format!("{} to {}: {}", piece.from, piece.to, piece.payable_to)).collect();
/// assert_eq!(pieces, ["0 to 0: 0", "1 to 100: 12019.87", "101 to 36500: 12019.87"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Curve {
    /// The claim's id.
    pub claim: String,
    /// The plan's title.
    pub plan: Text,
    /// The fact's name.
    pub fact: String,
    /// What the fact is called.
    pub title: Text,
    /// What kind of number it is; money is in yuan.
    pub kind: Kind,
    /// Its value in the claim, if the claim has one or it follows from other facts.
    pub now: Option<Decimal>,
    /// What is payable by the plan as the claim is, in yuan; none if the claim has no value of the fact.
    pub payable_now: Option<Decimal>,
    /// In the order of the fact's values; each begins one unit (a fen, a day) after the one before ends.
    pub pieces: Vec<Piece>,
}

/// Values of the fact between which the payout runs along one line.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Piece {
    /// The first value.
    pub from: Decimal,
    /// The last value.
    pub to: Decimal,
    /// What becomes of the claim there.
    pub decision: Decision,
    /// What is payable at the first value, in yuan.
    pub payable_from: Decimal,
    /// What is payable at the last value, in yuan.
    pub payable_to: Decimal,
    /// What turns where the piece begins; none for the first.
    pub because: Vec<Turn>,
}

/// A choice of the plan that turns.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Turn {
    /// The rule that makes it.
    pub text: Text,
    /// Where it is written; empty where that is in no clause of its own.
    pub clause: Text,
}

impl Plan {
    /// Decides the claim for every value that a fact can have, all else as it is. Whether the facts agree with each other is not asked: one of them changes.
    /// Nor is whether the claim waits for an earlier one that is open.
    ///
    /// Where an amount is rounded before it is compared, a choice can go to and fro within one unit of the rounding; the piece then begins at
    /// one of these values.
    ///
    /// # Errors
    /// [`Error::is_fact`] if the claim is a reversal, if the plan reads no such fact, if it is no number, or if the payout does not run along lines in it; and those of [`Plan::decide`].
    ///
    /// ```
    /// # use huzhu::{Case, Catalog};
    /// # let catalog = Catalog::load(std::path::Path::new("rules"))?;
    /// # let bytes = std::fs::read("rules/cases/zhao.json")?;
    /// let case = Case::read("zhao.json", &bytes, &catalog)?;
    /// let plan = catalog.resolve(&case.enrollment, &case.claim)?;
    /// let curve = plan.curve(&case.enrollment, &case.claim, &case.accumulators(&catalog)?, "hospital_days")?;
    /// let last = curve.pieces.last().ok_or("a curve has pieces")?;
    /// assert_eq!((last.from.to_string(), last.payable_to.to_string()), ("101".to_owned(), "12019.87".to_owned()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn curve(
        &self,
        enrollment: &Enrollment,
        claim: &Claim,
        accumulators: &Accumulators,
        fact: &str,
    ) -> Result<Curve, Error> {
        if claim.reverses().is_some() {
            return Err(Error::fact(say!("冲销没有曲线", "a reversal has no curve")));
        }
        let decided = self.decide(enrollment, claim, accumulators)?;
        let slot = self.slot_to_vary(fact)?;
        let formula = Formula::as_given(self);
        if formula.degree(slot) > 1 {
            return Err(Error::fact(say!(
                "应付额与 `{fact}` 不成分段直线",
                "what is payable does not run along lines in `{fact}`"
            )));
        }
        let inputs = Inputs::of(self, &formula.priors, enrollment, claim, accumulators)?;
        let now = self.value_now(slot, &formula, &inputs)?;
        let pieces = search::Search { plan: self, formula: &formula, inputs, slot }.pieces()?;
        let stated = self.fact(slot);
        Ok(Curve {
            claim: claim.id().to_owned(),
            plan: self.title().clone(),
            fact: fact.to_owned(),
            title: stated.title.clone(),
            kind: stated.kind,
            now,
            payable_now: now.map(|_| decided.payable()),
            pieces,
        })
    }

    fn slot_to_vary(&self, fact: &str) -> Result<Slot, Error> {
        let fact = StandardFact::meant_by(fact);
        let is_number =
            |stated: &&PlanFact| matches!(stated.kind, Kind::Money | Kind::Ratio | Kind::Number | Kind::Days);
        match self.slots().find(|slot| &*self.fact(*slot).name == fact) {
            Some(slot) if is_number(&self.fact(slot)) => Ok(slot),
            Some(_) => Err(Error::fact(say!("`{fact}` 不是数值", "`{fact}` is no number"))),
            None => {
                let numbers = || self.facts.iter().filter(is_number).map(|stated| &*stated.name);
                let list = numbers().collect::<Vec<_>>().join(", ");
                let Text { zh, en } = did_you_mean(fact, numbers()).unwrap_or_default();
                Err(Error::fact(say!(
                    "计划不读取数值 `{fact}`，只读取：{list}。{zh}",
                    "the plan reads no number `{fact}`, only: {list}. {en}"
                )))
            }
        }
    }

    /// The fact as the claim gives it, or as it follows.
    fn value_now(&self, slot: Slot, formula: &Formula, inputs: &Inputs) -> Result<Option<Decimal>, Error> {
        if let Some(Value::Number(number)) = &inputs.facts[slot] {
            return Ok(Some(*number));
        }
        let values = formula.values(self, inputs)?;
        let steps = formula.graph.steps().iter().zip(values.all());
        let derived = steps.filter(|(step, _)| matches!(step.operation, Operation::Derived(_, of) if of == slot));
        Ok(derived.filter_map(|(_, value)| value.value()).find_map(|value| match value {
            Value::Number(number) => Some(*number),
            Value::YesNo(_) | Value::Date(_) | Value::Text(_) => None,
        }))
    }
}

impl Piece {
    /// Whether the payout is the same all along.
    #[must_use]
    pub fn is_flat(&self) -> bool {
        self.payable_from == self.payable_to
    }

    fn is_level_with(&self, next: &Piece) -> bool {
        self.is_flat() && next.is_flat() && self.payable_to == next.payable_to
    }

    /// Whether the next piece goes on along the same line.
    fn runs_on(&self, next: &Piece) -> bool {
        let from = |value: Decimal, paid: Decimal| {
            let (along, up) = (exact::subtract(value, self.from).ok()?, exact::subtract(paid, self.payable_from).ok()?);
            Some((along, up))
        };
        let is_between = |value: Decimal, paid: Decimal| {
            let ((along, up), (whole, rise)) = (from(value, paid)?, from(next.to, next.payable_to)?);
            Some(exact::multiply(along, rise).ok()? == exact::multiply(up, whole).ok()?)
        };
        is_between(self.to, self.payable_to) == Some(true) && is_between(next.from, next.payable_from) == Some(true)
    }
}
