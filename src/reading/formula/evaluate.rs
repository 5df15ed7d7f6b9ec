//! The value of every node of a formula for one claim, exactly.

use std::cmp::Ordering;

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;

use super::Formula;
use super::graph::{Node, Operation};
use crate::accumulator::Accumulators;
use crate::calendar;
use crate::claim::Claim;
use crate::enrollment::Enrollment;
use crate::error::Error;
use crate::exact::{self, Fixed, Inexact};
use crate::fact::Value;
use crate::plan::expression::{Prior, Slots};
use crate::plan::{Plan, Rows, Table};
use crate::reading::exact::{Exact, Known, Silence};
use crate::semantics::Reading;
use crate::semantics::outcome::{self, Decision, Ground, Part};

/// What a claim brings to a formula.
#[derive(Debug, Clone)]
pub(crate) struct Inputs {
    /// By slot; `None` where a fact is not given.
    pub(crate) facts: Vec<Option<Value>>,
    /// By index of the formula's list; or the missing facts without which it is not known.
    pub(crate) priors: Vec<Result<Decimal, Slots>>,
}

impl Inputs {
    /// What the exact reading reads of a claim.
    pub(crate) fn of(
        plan: &Plan,
        priors: &[Prior],
        enrollment: &Enrollment,
        claim: &Claim,
        accumulators: &Accumulators,
    ) -> Result<Inputs, Error> {
        let mut exact = Exact::new(plan, enrollment, claim, accumulators, Silence);
        let facts = (0..plan.facts.len()).map(|slot| exact.given_value(slot)).collect();
        let priors = priors.iter().map(|prior| match exact.prior(*prior) {
            Known::Known(amount) => Ok(amount.into()),
            Known::Missing(gap) => Err(gap),
        });
        let inputs = Inputs { facts, priors: priors.collect() };
        exact.fault().map_or(Ok(inputs), Err)
    }
}

/// Every node's value for one claim, and what is missing where there is none.
pub(crate) struct Values<'f> {
    inputs: &'f Inputs,
    tables: &'f [Table],
    /// By node.
    known: Vec<Option<Value>>,
    /// Nothing where there is a value.
    missing: Vec<Slots>,
}

impl Formula {
    /// Works out every node.
    ///
    /// # Errors
    /// [`Inexact`] if a number does not fit; the checker has proven that none does not.
    pub(crate) fn values<'f>(&'f self, plan: &'f Plan, inputs: &'f Inputs) -> Result<Values<'f>, Inexact> {
        let mut values = Values { inputs, tables: &plan.tables, known: Vec::new(), missing: Vec::new() };
        for step in self.graph.steps() {
            let value = values.work_out(&step.operation)?;
            let missing = if value.is_some() { Slots::default() } else { values.lacks(&step.operation) };
            values.known.push(value);
            values.missing.push(missing);
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
        let asked = Part::ALL.into_iter().filter(|part| is_sound || part.is_asked_of_unsound());
        asked.map(|part| values.missing(self.outcome.node(part))).fold(Slots::default(), Slots::and)
    }
}

impl Values<'_> {
    pub(crate) fn all(&self) -> &[Option<Value>] {
        &self.known
    }

    pub(crate) fn value(&self, node: Node) -> Option<&Value> {
        self.known.get(node.place()).and_then(Option::as_ref)
    }

    pub(crate) fn number(&self, node: Node) -> Option<Decimal> {
        match self.value(node) {
            Some(Value::Number(number)) => Some(*number),
            Some(Value::YesNo(_) | Value::Date(_) | Value::Text(_)) | None => None,
        }
    }

    pub(crate) fn truth(&self, node: Node) -> Option<bool> {
        match self.value(node) {
            Some(Value::YesNo(truth)) => Some(*truth),
            Some(Value::Number(_) | Value::Date(_) | Value::Text(_)) | None => None,
        }
    }

    fn date(&self, node: Node) -> Option<NaiveDate> {
        match self.value(node) {
            Some(Value::Date(date)) => Some(*date),
            Some(Value::Number(_) | Value::YesNo(_) | Value::Text(_)) | None => None,
        }
    }

    /// The missing facts without which a node has no value; none if it has one.
    pub(crate) fn missing(&self, node: Node) -> Slots {
        self.missing_at(node.place())
    }

    /// The same by the node's place.
    #[expect(clippy::indexing_slicing, reason = "a node is worked out before it is asked for")]
    pub(crate) fn missing_at(&self, place: usize) -> Slots {
        self.missing[place]
    }

    #[expect(clippy::indexing_slicing, reason = "there is an input for each prior of the formula")]
    fn prior(&self, index: usize) -> Result<Decimal, Slots> {
        self.inputs.priors[index]
    }

    #[expect(clippy::indexing_slicing, reason = "indexes come from resolving the same plan")]
    fn table(&self, index: usize) -> &Table {
        &self.tables[index]
    }

    /// The missing facts without which an operation has no value.
    fn lacks(&self, operation: &Operation) -> Slots {
        match operation {
            Operation::Fact(slot) | Operation::Derived(_, slot) => Slots::of(*slot),
            Operation::Prior(index) => match self.prior(*index) {
                Ok(_) => Slots::default(),
                Err(gap) => gap,
            },
            Operation::LookUp(key, table) if self.value(*key).is_some() => Slots::of(self.table(*table).by),
            Operation::Choose([condition, then, otherwise]) => match self.truth(*condition) {
                Some(true) => self.missing(*then),
                Some(false) => self.missing(*otherwise),
                None => self.missing_of_any(operation.arguments()),
            },
            other => self.missing_of_any(other.arguments()),
        }
    }

    fn missing_of_any(&self, nodes: &[Node]) -> Slots {
        nodes.iter().map(|node| self.missing(*node)).fold(Slots::default(), Slots::and)
    }

    fn work_out(&self, operation: &Operation) -> Result<Option<Value>, Inexact> {
        Ok(match operation {
            Operation::Number(number, _) => Some(Value::Number(*number)),
            Operation::Date(date, _) => on_calendar(Some(*date)),
            Operation::Truth(truth) => Some(Value::YesNo(*truth)),
            Operation::Fact(slot) => self.inputs.facts.get(*slot).cloned().flatten(),
            Operation::Prior(index) => self.prior(*index).ok().map(Value::Number),
            Operation::Add(sides) => self.numbers(sides, exact::add)?,
            Operation::Subtract(sides) => self.numbers(sides, exact::subtract)?,
            Operation::Times(sides) => self.numbers(sides, exact::multiply)?,
            Operation::Least(sides) => self.numbers(sides, |left, right| Ok(left.min(right)))?,
            Operation::Greatest(sides) => self.numbers(sides, |left, right| Ok(left.max(right)))?,
            Operation::Round(number, rounding) => {
                self.number(*number).map(|number| exact::round(number, *rounding)).transpose()?.map(Value::Number)
            }
            Operation::DaysBetween(dates) => self.between(dates, |from, to| calendar::days(from, to).into()),
            Operation::MonthsBetween(dates) => self.between(dates, |from, to| calendar::months(from, to).into()),
            Operation::YearsBetween(dates) => self.between(dates, |from, to| calendar::years(from, to).into()),
            Operation::PlusDays([date, days]) => {
                let days = self.number(*days).map(|days| Fixed::from(days).whole()).transpose()?;
                let days = days.and_then(|days| i64::try_from(days).ok());
                on_calendar(self.date(*date).zip(days).and_then(|(date, days)| calendar::plus_days(date, days)))
            }
            Operation::PlusMonths(date, months) => {
                on_calendar(self.date(*date).and_then(|date| calendar::plus_months(date, *months)))
            }
            Operation::Compare(comparison, sides) => {
                self.order(sides).map(|order| Value::YesNo(comparison.holds(order)))
            }
            Operation::And([left, right]) => match (self.truth(*left), self.truth(*right)) {
                (Some(false), _) | (_, Some(false)) => Some(Value::YesNo(false)),
                (Some(true), Some(true)) => Some(Value::YesNo(true)),
                (None, _) | (_, None) => None,
            },
            Operation::Or([left, right]) => match (self.truth(*left), self.truth(*right)) {
                (Some(true), _) | (_, Some(true)) => Some(Value::YesNo(true)),
                (Some(false), Some(false)) => Some(Value::YesNo(false)),
                (None, _) | (_, None) => None,
            },
            Operation::Not(truth) => self.truth(*truth).map(|truth| Value::YesNo(!truth)),
            Operation::NotFalse(truth) => Some(Value::YesNo(self.truth(*truth) != Some(false))),
            Operation::Given(node) => Some(Value::YesNo(self.value(*node).is_some())),
            Operation::Among(node, values) => match self.value(*node) {
                Some(Value::Text(text)) => Some(Value::YesNo(values.contains(text))),
                Some(Value::Number(_) | Value::YesNo(_) | Value::Date(_)) | None => None,
            },
            Operation::Choose([condition, then, otherwise]) => match self.truth(*condition) {
                Some(true) => self.value(*then).cloned(),
                Some(false) => self.value(*otherwise).cloned(),
                None => None,
            },
            Operation::LookUp(key, table) => self.look_up(*key, *table),
            Operation::Derived(node, _) => self.value(*node).cloned(),
        })
    }

    fn numbers(
        &self,
        [left, right]: &[Node; 2],
        join: impl FnOnce(Decimal, Decimal) -> Result<Decimal, Inexact>,
    ) -> Result<Option<Value>, Inexact> {
        let sides = self.number(*left).zip(self.number(*right));
        sides.map(|(left, right)| join(left, right).map(Value::Number)).transpose()
    }

    fn between(&self, [from, to]: &[Node; 2], count: impl FnOnce(NaiveDate, NaiveDate) -> Decimal) -> Option<Value> {
        let dates = self.date(*from).zip(self.date(*to));
        dates.map(|(from, to)| Value::Number(count(from, to)))
    }

    fn order(&self, [left, right]: &[Node; 2]) -> Option<Ordering> {
        match (self.value(*left)?, self.value(*right)?) {
            (Value::Number(left), Value::Number(right)) => Some(exact::compare(*left, *right)),
            (Value::Date(left), Value::Date(right)) => Some(left.cmp(right)),
            (Value::Number(_) | Value::Date(_) | Value::YesNo(_) | Value::Text(_), _) => None,
        }
    }

    fn look_up(&self, key: Node, table: usize) -> Option<Value> {
        let table = self.table(table);
        let found = match (self.value(key)?, &table.rows) {
            (Value::Number(key), Rows::Numbers(rows)) => {
                rows.iter().find(|(row, _)| row == key).map(|(_, value)| *value)
            }
            (Value::Text(key), Rows::Categories(rows)) => {
                rows.iter().find(|(row, _)| row == key).map(|(_, value)| *value)
            }
            (Value::Number(_) | Value::Text(_) | Value::YesNo(_) | Value::Date(_), _) => None,
        };
        found.or(table.otherwise).map(Value::Number)
    }
}

/// A date is known from the year 1 to 9999.
fn on_calendar(date: Option<NaiveDate>) -> Option<Value> {
    date.filter(|date| (1..=9999).contains(&date.year())).map(Value::Date)
}
