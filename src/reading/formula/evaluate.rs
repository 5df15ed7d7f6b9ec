//! The value of every node of a formula for one claim, exactly.

use std::cmp::Ordering;

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;

use super::Formula;
use super::graph::{Logic, Node, Operation};
use crate::accumulator::Accumulators;
use crate::arena::Arena;
use crate::calendar;
use crate::claim::Claim;
use crate::enrollment::Enrollment;
use crate::error::Error;
use crate::exact::{self, Fixed, Inexact};
use crate::fact::Value;
use crate::plan::expression::{Prior, PriorIndex, Slot, Slots, TableIndex};
use crate::plan::{Plan, Rows, Table};
use crate::reading::exact::{Exact, Known, Silence};
use crate::semantics::Reading;
use crate::semantics::outcome::{self, Decision, Ground, Part};

/// What a claim brings to a formula.
#[derive(Debug, Clone)]
pub(crate) struct Inputs {
    /// `None` where a fact is not given.
    pub(crate) facts: Arena<Slot, Option<Value>>,
    /// Or the missing facts without which it is not known.
    pub(crate) priors: Arena<PriorIndex, Result<Decimal, Slots>>,
}

impl Inputs {
    /// What the exact reading reads of a claim.
    pub(crate) fn of(
        plan: &Plan,
        priors: &Arena<PriorIndex, Prior>,
        enrollment: &Enrollment,
        claim: &Claim,
        accumulators: &Accumulators,
    ) -> Result<Inputs, Error> {
        let mut exact = Exact::new(plan, enrollment, claim, accumulators, Silence);
        let facts = plan.slots().map(|slot| exact.given_value(slot)).collect();
        let priors = priors.iter().map(|prior| match exact.prior(*prior) {
            Known::Known(amount) => Ok(amount.into()),
            Known::Missing(gap) => Err(gap),
        });
        let inputs = Inputs { facts, priors: priors.collect() };
        exact.fault().map_or(Ok(inputs), Err)
    }
}

/// Every node's value for one claim, or what is missing to tell it.
pub(crate) struct Values<'f> {
    inputs: &'f Inputs,
    tables: &'f Arena<TableIndex, Table>,
    /// By node.
    known: Vec<Known<Value>>,
}

impl Formula {
    /// Works out every node.
    ///
    /// # Errors
    /// [`Inexact`] if a number does not fit; the checker has proven that none does not.
    pub(crate) fn values<'f>(&'f self, plan: &'f Plan, inputs: &'f Inputs) -> Result<Values<'f>, Inexact> {
        let mut values = Values { inputs, tables: &plan.tables, known: Vec::new() };
        for step in self.graph.steps() {
            let value = values.work_out(&step.operation)?;
            values.known.push(value);
        }
        Ok(values)
    }
}

impl Formula {
    /// What the values come to.
    pub(crate) fn decision(&self, values: &Values<'_>) -> Decision {
        let outcome = &self.outcome;
        outcome::decision(|ground| match ground {
            Ground::Unsound => values.truth(outcome.sound) == Some(false),
            Ground::Ineligible => values.truth(outcome.eligible) == Some(false),
            Ground::Uncleared => values.truth(outcome.cleared) == Some(false),
            Ground::Unknown => Part::ALL.iter().any(|part| values.value(outcome.node(*part)).is_none()),
            Ground::Payable => values.number(outcome.payable).is_some_and(|payable| payable > Decimal::ZERO),
        })
    }

    /// The facts that a pended claim is asked for.
    pub(crate) fn asked(&self, values: &Values<'_>) -> Slots {
        let is_sound = values.truth(self.outcome.sound) != Some(false);
        outcome::asked(is_sound, |part| values.missing(self.outcome.node(part)))
    }
}

impl Values<'_> {
    pub(crate) fn all(&self) -> &[Known<Value>] {
        &self.known
    }

    pub(crate) fn value(&self, node: Node) -> Option<&Value> {
        self.at(node).value()
    }

    pub(crate) fn number(&self, node: Node) -> Option<Decimal> {
        self.value(node).and_then(Value::number)
    }

    pub(crate) fn truth(&self, node: Node) -> Option<bool> {
        self.value(node).and_then(Value::truth)
    }

    /// The missing facts without which a node has no value; none if it has one.
    pub(crate) fn missing(&self, node: Node) -> Slots {
        self.at(node).missing()
    }

    #[expect(clippy::indexing_slicing, reason = "a node is worked out before it is asked for")]
    fn at(&self, node: Node) -> &Known<Value> {
        &self.known[node.place()]
    }

    fn prior(&self, index: PriorIndex) -> Known<Decimal> {
        match self.inputs.priors[index] {
            Ok(amount) => Known::Known(amount),
            Err(gap) => Known::Missing(gap),
        }
    }

    fn table(&self, index: TableIndex) -> &Table {
        &self.tables[index]
    }

    fn work_out(&self, operation: &Operation) -> Result<Known<Value>, Inexact> {
        Ok(match operation {
            Operation::Number(number, _) => Known::Known(Value::Number(*number)),
            Operation::Date(date, _) => on_calendar(Some(*date)),
            Operation::Truth(truth) => Known::Known(Value::YesNo(*truth)),
            Operation::Fact(slot) => Known::or_lacks(self.inputs.facts[*slot].clone(), *slot),
            Operation::Prior(index) => self.prior(*index).map(Value::Number),
            Operation::Add(sides) => self.numbers(sides, exact::add)?,
            Operation::Subtract(sides) => self.numbers(sides, exact::subtract)?,
            Operation::Times(sides) => self.numbers(sides, exact::multiply)?,
            Operation::Least(sides) => self.numbers(sides, |left, right| Ok(left.min(right)))?,
            Operation::Greatest(sides) => self.numbers(sides, |left, right| Ok(left.max(right)))?,
            Operation::Round(node, rounding) => {
                let rounded = self.read(*node, Value::number).map(|number| exact::round(number, *rounding));
                rounded.transposed()?.map(Value::Number)
            }
            Operation::DaysBetween(dates) => self.between(dates, |from, to| calendar::days(from, to).into()),
            Operation::MonthsBetween(dates) => self.between(dates, |from, to| calendar::months(from, to).into()),
            Operation::YearsBetween(dates) => self.between(dates, |from, to| calendar::years(from, to).into()),
            Operation::PlusDays([from, days]) => {
                let later = self.read(*from, Value::date).with(self.read(*days, Value::number)).map(|(date, days)| {
                    let days = i64::try_from(Fixed::from(days).whole()?).ok();
                    Ok(on_calendar(days.and_then(|days| calendar::plus_days(date, days))))
                });
                later.transposed()?.and_then(|later| later)
            }
            Operation::PlusMonths(from, months, _) => {
                self.read(*from, Value::date).and_then(|date| on_calendar(calendar::plus_months(date, *months)))
            }
            Operation::Compare(comparison, [left, right]) => {
                let sides = self.at(*left).as_ref().with(self.at(*right).as_ref());
                let order = sides.and_then(|(left, right)| of_kind(order(left, right)));
                order.map(|order| Value::YesNo(comparison.holds(order)))
            }
            Operation::Logic(logic) => self.logic(logic).map(Value::YesNo),
            Operation::Among(node, values) => {
                let among = self.at(*node).as_ref().and_then(|value| of_kind(value.text()));
                among.map(|text| Value::YesNo(values.has(text)))
            }
            Operation::Choose([condition, then, otherwise]) => Known::chosen(
                self.read(*condition, Value::truth),
                self.at(*then).as_ref(),
                self.at(*otherwise).as_ref(),
            )
            .map(Value::clone),
            Operation::LookUp(key, table) => self.look_up(*key, *table),
            Operation::Derived(node, fact) => self.at(*node).as_ref().followed(*fact).map(Value::clone),
        })
    }

    fn logic(&self, logic: &Logic) -> Known<bool> {
        let truth = |node: &Node| self.read(*node, Value::truth);
        match logic {
            Logic::And([left, right]) => truth(left).and(truth(right)),
            Logic::Or([left, right]) => truth(left).or(truth(right)),
            Logic::Not(node) => truth(node).map(|truth| !truth),
            Logic::NotFalse(node) => Known::Known(truth(node).unless_false()),
            Logic::Given(node) => Known::Known(self.value(*node).is_some()),
        }
    }

    /// The value of a node as what it is.
    fn read<T>(&self, node: Node, as_kind: impl FnOnce(&Value) -> Option<T>) -> Known<T> {
        self.at(node).as_ref().and_then(|value| of_kind(as_kind(value)))
    }

    fn numbers(
        &self,
        [left, right]: &[Node; 2],
        join: impl FnOnce(Decimal, Decimal) -> Result<Decimal, Inexact>,
    ) -> Result<Known<Value>, Inexact> {
        let sides = self.read(*left, Value::number).with(self.read(*right, Value::number));
        Ok(sides.map(|(left, right)| join(left, right)).transposed()?.map(Value::Number))
    }

    fn between(&self, [from, to]: &[Node; 2], count: impl FnOnce(NaiveDate, NaiveDate) -> Decimal) -> Known<Value> {
        self.read(*from, Value::date).with(self.read(*to, Value::date)).map(|(from, to)| Value::Number(count(from, to)))
    }

    fn look_up(&self, key: Node, table: TableIndex) -> Known<Value> {
        let table = self.table(table);
        self.at(key).as_ref().and_then(|key| {
            let found = match (key, &table.rows) {
                (Value::Number(key), Rows::Numbers(rows)) => {
                    rows.iter().find(|(row, _)| row == key).map(|(_, value)| *value)
                }
                (Value::Text(key), Rows::Categories(rows)) => {
                    rows.iter().find(|(row, _)| row == key).map(|(_, value)| *value)
                }
                (Value::Number(_) | Value::Text(_) | Value::YesNo(_) | Value::Date(_), _) => None,
            };
            Known::or_lacks(found.or(table.otherwise).map(Value::Number), table.by)
        })
    }
}

fn order(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => Some(exact::compare(*left, *right)),
        (Value::Date(left), Value::Date(right)) => Some(left.cmp(right)),
        (Value::Number(_) | Value::Date(_) | Value::YesNo(_) | Value::Text(_), _) => None,
    }
}

/// A value of another kind is none, and no fact is missing for it.
fn of_kind<T>(value: Option<T>) -> Known<T> {
    value.map_or(Known::Missing(Slots::default()), Known::Known)
}

/// A date is known from the year 1 to 9999; beyond, no fact is missing for it.
fn on_calendar(date: Option<NaiveDate>) -> Known<Value> {
    of_kind(date.filter(|date| (1..=9999).contains(&date.year())).map(Value::Date))
}
