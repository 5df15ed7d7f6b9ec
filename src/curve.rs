//! What a claim is paid for every value of one fact, all else as it is.
//!
//! The payout is made of pieces: within one, every choice that the plan makes comes out the same way, so that the payout runs along a straight
//! line there, rounded as the plan rounds. Where a choice turns is found by halving, to the fen or the day; nothing is sampled.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::accumulator::Accumulators;
use crate::adjudicate::Decision;
use crate::claim::Claim;
use crate::diagnostic::did_you_mean;
use crate::enrollment::Enrollment;
use crate::error::Error;
use crate::exact;
use crate::fact::{Kind, Value};
use crate::plan::expression::Slot;
use crate::plan::{Plan, PlanFact};
use crate::reading::formula::Formula;
use crate::reading::formula::evaluate::{Inputs, Values};
use crate::reading::formula::graph::{Node, Operation, Step};
use crate::semantics::Place;
use crate::text::{Text, say};

/// The payout of one claim by one fact, piece by piece over all values that the fact can have.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Curve {
    /// The fact's name.
    pub fact: String,
    /// What the fact is called.
    pub title: Text,
    /// What kind of number it is; money is in yuan.
    pub kind: Kind,
    /// Its value in the claim, if the claim has one or it follows from other facts.
    pub now: Option<Decimal>,
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

/// A curve with more pieces would help nobody.
const MOST_PIECES: usize = 1_000;

impl Plan {
    /// Decides the claim for every value that a fact can have, all else as it is. Whether the facts agree with each other is not asked: one of them changes.
    ///
    /// Where an amount is rounded before it is compared, a choice can go to and fro within one unit of the rounding; the piece then begins at
    /// one of these values.
    ///
    /// # Errors
    /// [`Error::is_fact`] if the plan reads no such fact, if it is no number, or if the payout does not run along lines in it; and those of [`Plan::decide`].
    ///
    /// ```
    /// # use huzhu::{Case, Catalog};
    /// # let catalog = Catalog::load(std::path::Path::new("rules"))?;
    /// # let bytes = std::fs::read("rules/cases/zhao.json")?;
    /// let case = Case::read("zhao.json", &bytes, &catalog)?;
    /// let plan = catalog.resolve(&case.enrollment, &case.claim)?;
    /// let curve = plan.curve(&case.enrollment, &case.claim, &case.accumulators(&catalog)?, "hospital_days")?;
    /// let last = curve.pieces.last().ok_or("a curve has pieces")?;
    /// assert_eq!((last.from.to_string(), last.payable_to.to_string()), ("100".to_owned(), "12019.87".to_owned()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn curve(
        &self,
        enrollment: &Enrollment,
        claim: &Claim,
        accumulators: &Accumulators,
        fact: &str,
    ) -> Result<Curve, Error> {
        self.decide(enrollment, claim, accumulators)?;
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
        let pieces = Search { plan: self, formula: &formula, inputs, slot }.pieces()?;
        let stated = self.fact(slot);
        Ok(Curve { fact: fact.to_owned(), title: stated.title.clone(), kind: stated.kind, now, pieces })
    }

    fn slot_to_vary(&self, fact: &str) -> Result<Slot, Error> {
        let is_number =
            |stated: &&PlanFact| matches!(stated.kind, Kind::Money | Kind::Ratio | Kind::Number | Kind::Days);
        match self.facts.iter().position(|stated| &*stated.name == fact) {
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
        if let Some(Some(Value::Number(number))) = inputs.facts.get(slot) {
            return Ok(Some(*number));
        }
        let values = formula.values(self, inputs).map_err(|_| does_not_fit())?;
        let steps = formula.graph.steps().iter().zip(values.all());
        let derived = steps.filter(|(step, _)| matches!(step.operation, Operation::Derived(_, of) if of == slot));
        Ok(derived.filter_map(|(_, value)| value.as_ref()).find_map(|value| match value {
            Value::Number(number) => Some(*number),
            Value::YesNo(_) | Value::Date(_) | Value::Text(_) => None,
        }))
    }

    /// The rule at a place of the pack.
    fn rule_at(&self, place: Place) -> Option<Turn> {
        let of_benefit = |benefit: usize, text: Text| {
            let stated = self.benefit(benefit);
            let (zh, en) = (&stated.title.zh, &stated.title.en);
            let (zh_rule, en_rule) = (&text.zh, &text.en);
            Turn { text: say!("{zh}：{zh_rule}", "{en}: {en_rule}"), clause: stated.citation.clause.clone() }
        };
        Some(match place {
            Place::Condition(index) => {
                let condition = self.condition(index);
                Turn { text: condition.text.clone(), clause: condition.citation.clause.clone() }
            }
            Place::When(benefit) => of_benefit(benefit, say!("是否适用", "whether it applies")),
            Place::Gross(benefit) => of_benefit(benefit, self.benefit(benefit).gross.wording.clone()),
            Place::Rounding(benefit) => of_benefit(benefit, say!("舍入", "rounding")),
            Place::Step(benefit, step) => {
                let stated = self.benefit(benefit).steps.get(step)?;
                let turn = of_benefit(benefit, stated.text.clone());
                Turn { clause: stated.clause.clone().unwrap_or(turn.clause), ..turn }
            }
            Place::Limit(index) => {
                let limit = self.limits.get(index)?;
                Turn { text: limit.title.clone(), clause: limit.citation.clause.clone() }
            }
            Place::Identity(_) | Place::Ledger => return None,
        })
    }
}

fn does_not_fit() -> Error {
    Error::arithmetic(say!("金额超出可精确表示的范围", "an amount does not fit 28 digits"))
}

impl Formula {
    /// The highest power of a fact in what is payable: 1 where it runs along lines.
    fn degree(&self, slot: Slot) -> u32 {
        let mut degrees: Vec<u32> = Vec::with_capacity(self.graph.steps().len());
        for step in self.graph.steps() {
            let of = |node: &Node| degrees.get(node.place()).copied().unwrap_or_default();
            let highest = || step.operation.arguments().iter().map(of).max().unwrap_or_default();
            let degree = match &step.operation {
                Operation::Fact(fact) => u32::from(*fact == slot),
                Operation::Times(sides) => sides.iter().map(of).fold(0, u32::saturating_add),
                other if chooses(other) => highest().min(1), // which way it goes does not run along anything
                _ => highest(),
            };
            degrees.push(degree);
        }
        degrees.get(self.outcome.payable.place()).copied().unwrap_or_default()
    }
}

/// Whether the operation gives one of a few values, rather than one that runs with its arguments.
fn chooses(operation: &Operation) -> bool {
    matches!(
        operation,
        Operation::Compare(..)
            | Operation::And(_)
            | Operation::Or(_)
            | Operation::Not(_)
            | Operation::NotFalse(_)
            | Operation::Given(_)
            | Operation::Among(..)
            | Operation::LookUp(..)
            | Operation::MonthsBetween(_)
            | Operation::YearsBetween(_)
    )
}

/// Which way every choice of the plan goes, by node.
type Ways = BTreeMap<usize, Way>;

/// Which way a choice goes.
#[derive(Debug, Clone, PartialEq)]
enum Way {
    /// The first of two numbers is taken, or the second.
    First(bool),
    Is(Value),
    Unknown,
}

/// Finds the pieces.
struct Search<'a> {
    plan: &'a Plan,
    formula: &'a Formula,
    inputs: Inputs,
    slot: Slot,
}

/// What the plan makes of one value of the fact.
struct Point {
    decision: Decision,
    payable: Decimal,
    /// Of all choices.
    ways: Ways,
    /// Of those alone that the payout depends on.
    taken: Ways,
}

impl Search<'_> {
    fn pieces(mut self) -> Result<Vec<Piece>, Error> {
        let fact = self.plan.fact(self.slot);
        let (least, most) = (self.units(fact.bounds.min, Decimal::ceil), self.units(fact.bounds.max, Decimal::floor));
        let last = self.at(most)?;
        let mut pieces: Vec<(Piece, Ways)> = Vec::new();
        let (mut from, mut here) = (least, self.at(least)?);
        loop {
            let (to, next) =
                if here.ways == last.ways { (most, most) } else { self.turn_after(from, &here.ways, most)? };
            self.add((from, &here), to, &mut pieces)?;
            if to == most {
                return Ok(pieces.into_iter().map(|(piece, _)| piece).collect());
            }
            if pieces.len() > MOST_PIECES {
                return Err(Error::fact(say!("分段过多", "there are too many pieces")));
            }
            (from, here) = (next, self.at(next)?);
        }
    }

    /// The last value at which all choices go as they do here, and the one after it.
    fn turn_after(&mut self, from: i64, ways: &Ways, most: i64) -> Result<(i64, i64), Error> {
        let (mut same, mut other) = (from, most);
        while other.saturating_sub(same) > 1 {
            let middle = same.midpoint(other);
            if self.at(middle)?.ways == *ways {
                same = middle;
            } else {
                other = middle;
            }
        }
        Ok((same, other))
    }

    /// Adds a piece, or lengthens the one before if nothing turns that the payout depends on.
    fn add(&mut self, (from, first): (i64, &Point), to: i64, pieces: &mut Vec<(Piece, Ways)>) -> Result<(), Error> {
        let end = self.at(to)?;
        let mut piece = Piece {
            from: self.value(from),
            to: self.value(to),
            decision: first.decision,
            payable_from: first.payable,
            payable_to: end.payable,
            because: Vec::new(),
        };
        if let Some((before, taken)) = pieces.last_mut() {
            piece.because = self.turns(taken, &first.taken);
            let goes_on = *taken == first.taken || before.is_level_with(&piece);
            if before.decision == piece.decision && (goes_on || (piece.because.is_empty() && before.runs_on(&piece))) {
                (before.to, before.payable_to) = (piece.to, piece.payable_to);
                *taken = end.taken;
                return Ok(());
            }
        }
        pieces.push((piece, end.taken));
        Ok(())
    }

    /// The rules whose choices differ.
    fn turns(&self, before: &Ways, after: &Ways) -> Vec<Turn> {
        let differ = before.iter().filter(|(node, way)| after.get(node).is_some_and(|other| other != *way));
        let mut turns: Vec<Turn> = Vec::new();
        for (node, _) in differ {
            let turn = self.formula.graph.steps().get(*node).and_then(|step| self.rule_of(step));
            turns.extend(turn.filter(|turn| !turns.contains(turn)));
        }
        turns
    }

    /// The rule that makes a choice: a table, a bound on a fact, or else what stands at its place of the pack.
    fn rule_of(&self, step: &Step) -> Option<Turn> {
        let by_place = || step.place.and_then(|place| self.plan.rule_at(place));
        match &step.operation {
            Operation::LookUp(_, table) => {
                let origin = &self.plan.tables.get(*table)?.origin;
                Some(Turn { text: origin.title.clone(), clause: origin.clause.clone() })
            }
            Operation::Choose(_) => match step.place {
                Some(Place::Rounding(benefit)) => self.plan.rule_at(Place::When(benefit)), // paid, if it applies
                _ => by_place(),
            },
            Operation::Least(sides) => self.bound(sides, "至多", "at most").or_else(by_place),
            Operation::Greatest(sides) => self.bound(sides, "至少", "at least").or_else(by_place),
            _ => by_place(),
        }
    }

    /// A fact bounded by a constant, which many rules may read.
    fn bound(&self, sides: &[Node; 2], zh_bound: &str, en_bound: &str) -> Option<Turn> {
        let operation = |node: &Node| Some(&self.formula.graph.steps().get(node.place())?.operation);
        let of = |left: &Node, right: &Node| match (operation(left)?, operation(right)?) {
            (Operation::Fact(slot), Operation::Number(bound, _)) => Some((self.plan.fact(*slot), *bound)),
            _ => None,
        };
        let [left, right] = sides;
        let (fact, bound) = of(left, right).or_else(|| of(right, left))?;
        let (zh, en) = (&fact.title.zh, &fact.title.en);
        Some(Turn { text: say!("{zh}{zh_bound} {bound}", "{en}: {en_bound} {bound}"), clause: Text::default() })
    }

    fn arguments(&self, node: Node) -> &[Node] {
        self.formula.graph.steps().get(node.place()).map(|step| step.operation.arguments()).unwrap_or_default()
    }

    fn at(&mut self, units: i64) -> Result<Point, Error> {
        let value = Value::Number(self.value(units));
        if let Some(fact) = self.inputs.facts.get_mut(self.slot) {
            *fact = Some(value);
        }
        let values = self.formula.values(self.plan, &self.inputs).map_err(|_| does_not_fit())?;
        let decision = self.formula.decision(&values);
        let payable = values.number(self.formula.outcome.payable).filter(|_| decision == Decision::Paid);
        let taken = self.taken(&values, decision);
        Ok(Point { decision, payable: payable.unwrap_or_default(), ways: self.ways(&values), taken })
    }

    fn ways(&self, values: &Values<'_>) -> Ways {
        let steps = self.formula.graph.steps().iter().enumerate();
        steps.filter_map(|(node, step)| Some((node, way(&step.operation, values.all().get(node)?, values)?))).collect()
    }

    /// The choices on the way to the decision: what was not chosen does not count.
    fn taken(&self, values: &Values<'_>, decision: Decision) -> Ways {
        let outcome = &self.formula.outcome;
        let mut taken = Ways::new();
        let met = self.formula.conditions.iter().map(|(_, met)| *met);
        let mut left: Vec<Node> = match decision {
            Decision::Paid | Decision::NothingDue => vec![outcome.payable],
            Decision::Denied | Decision::Pended => Vec::new(),
        };
        for node in met.chain([outcome.eligible, outcome.cleared]) {
            let way = values.value(node).cloned().map_or(Way::Unknown, Way::Is);
            taken.insert(node.place(), way);
        }
        while let Some(node) = left.pop() {
            let Some(step) = self.formula.graph.steps().get(node.place()) else { continue };
            let value = values.value(node).cloned();
            match (&step.operation, way(&step.operation, &value, values)) {
                (Operation::Choose([condition, then, otherwise]), _) => {
                    let truth = values.truth(*condition);
                    if let Some(Place::Limit(_)) = step.place {
                        left.extend(self.arguments(*condition)); // that nothing is due is no limit's doing
                    } else {
                        taken.insert(node.place(), truth.map_or(Way::Unknown, |truth| Way::Is(Value::YesNo(truth))));
                    }
                    left.push(if truth == Some(true) { *then } else { *otherwise });
                }
                (
                    Operation::Least([first, second]) | Operation::Greatest([first, second]),
                    Some(Way::First(is_first)),
                ) => {
                    taken.insert(node.place(), Way::First(is_first));
                    left.push(if is_first { *first } else { *second });
                }
                (_, Some(way)) => {
                    taken.insert(node.place(), way);
                }
                (operation, None) => left.extend(operation.arguments()),
            }
        }
        taken
    }

    /// A bound in the smallest unit of the fact.
    fn units(&self, bound: Decimal, within: fn(&Decimal) -> Decimal) -> i64 {
        let unit = Decimal::from(10_i64.saturating_pow(self.plan.fact(self.slot).kind.places()));
        let units = exact::multiply(bound, unit).ok();
        units.and_then(|units| within(&units).to_i64()).unwrap_or_default()
    }

    fn value(&self, units: i64) -> Decimal {
        Decimal::new(units, self.plan.fact(self.slot).kind.places())
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

/// Which way an operation goes; `None` for one that runs with its arguments.
fn way(operation: &Operation, value: &Option<Value>, values: &Values<'_>) -> Option<Way> {
    match operation {
        Operation::Least([left, right]) => {
            let sides = values.number(*left).zip(values.number(*right));
            Some(sides.map_or(Way::Unknown, |(left, right)| Way::First(left <= right)))
        }
        Operation::Greatest([left, right]) => {
            let sides = values.number(*left).zip(values.number(*right));
            Some(sides.map_or(Way::Unknown, |(left, right)| Way::First(left >= right)))
        }
        other if chooses(other) => Some(value.clone().map_or(Way::Unknown, Way::Is)),
        _ => None,
    }
}
