//! Where units do not fit: the figure whose unit is to blame, and the unit that would fit.

use super::{Named, Resolver, ValueState};
use crate::fact::{Kind, STANDARD};
use crate::pack::syntax::{Literal, Operator, Syntax, Term, Unit};
use crate::text::{Text, say};

const UNITS: [Unit; 5] = [Unit::Yuan, Unit::YuanPerDay, Unit::Day, Unit::Plain, Unit::Month];

impl Resolver {
    /// The figure that would have to be of another unit for the expression to be of this one.
    pub(super) fn figure_to_blame(&self, syntax: &Syntax, wanted: Unit) -> Option<Text> {
        let misfits = self.misfits(syntax, wanted);
        let has_no_unit = |name: &str| self.figures.get(name).is_some_and(|(literal, _)| literal.unit == Unit::Plain);
        // a unit is left out more often than mistaken
        let (name, unit) = *misfits.iter().find(|(name, _)| has_no_unit(name)).or(misfits.first())?;
        let (found, span) = self.figures.get(name).filter(|(literal, _)| !literal.percent)?;
        let line = self.findings.line_of(span.start);
        let (found, fit) = (found.said(), Literal { unit, ..found.clone() }.said());
        Some(say!(
            "第 {line} 行 `{name}` 写的是 `{found}`，是否应为 `{fit}`？",
            "`{name}` is `{found}` in line {line}; should it be `{fit}`?"; found, fit
        ))
    }

    /// The same where two are joined or compared: one of them is of the wrong unit.
    pub(super) fn figure_out_of_two(&self, [left, right]: [&Syntax; 2], [unit, other]: [Unit; 2]) -> Option<Text> {
        self.figure_to_blame(right, unit).or_else(|| self.figure_to_blame(left, other))
    }

    /// The same of a product that has no unit: it is meant to be money where it can.
    pub(super) fn figure_of_a_product(&self, [left, right]: [&Syntax; 2], [unit, other]: [Unit; 2]) -> Option<Text> {
        let fit = |beside: Unit| UNITS.into_iter().find(|fit| fit.times(beside) == Some(Unit::Yuan));
        let blame = |side, beside| self.figure_to_blame(side, fit(beside)?);
        blame(left, other).or_else(|| blame(right, unit))
    }

    /// The figures in the expression of which one would have to be of another unit, each with that unit.
    fn misfits<'s>(&self, syntax: &'s Syntax, wanted: Unit) -> Vec<(&'s str, Unit)> {
        match &syntax.term {
            Term::Name(name) => match self.figures.get(name) {
                Some((literal, _)) if literal.unit != wanted => vec![(name, wanted)],
                Some(_) | None => Vec::new(),
            },
            Term::Binary(Operator::Times, sides) => {
                let [left, right] = &**sides;
                let fit = |beside: &Syntax| {
                    let beside = self.unit_of(beside)?;
                    UNITS.into_iter().find(|fit| fit.times(beside) == Some(wanted))
                };
                let blame = |side: &'s Syntax, beside: &Syntax| {
                    fit(beside).map_or_else(Vec::new, |fit| self.misfits(side, fit))
                };
                [blame(left, right), blame(right, left)].concat()
            }
            Term::Binary(Operator::Add | Operator::Subtract, sides) => {
                sides.iter().flat_map(|side| self.misfits(side, wanted)).collect()
            }
            Term::Call(function, arguments) if matches!(function.as_str(), "least" | "greatest") => {
                arguments.iter().flat_map(|argument| self.misfits(argument, wanted)).collect()
            }
            Term::If(parts) => {
                let [_, then, otherwise] = &**parts;
                [self.misfits(then, wanted), self.misfits(otherwise, wanted)].concat()
            }
            Term::Number(_)
            | Term::Date(_)
            | Term::Call(..)
            | Term::Binary(
                Operator::Or
                | Operator::And
                | Operator::Equal
                | Operator::Unequal
                | Operator::Less
                | Operator::AtMost
                | Operator::Greater
                | Operator::AtLeast,
                _,
            )
            | Term::Within(..)
            | Term::Not(_) => Vec::new(),
        }
    }

    /// The unit of a name or a product, as far as it is known without resolving anything.
    fn unit_of(&self, syntax: &Syntax) -> Option<Unit> {
        match &syntax.term {
            Term::Number(literal) => Some(literal.unit),
            Term::Name(name) => self.unit_of_name(name),
            Term::Binary(Operator::Times, sides) => {
                let [left, right] = &**sides;
                self.unit_of(left)?.times(self.unit_of(right)?)
            }
            Term::Binary(_, sides) => sides.iter().find_map(|side| self.unit_of(side)),
            Term::Call(function, arguments) => match function.as_str() {
                "least" | "greatest" => arguments.iter().find_map(|argument| self.unit_of(argument)),
                "days" => Some(Unit::Day),
                "age" | "months" | "prior.count" => Some(Unit::Plain),
                "paid" | "prior.paid" => Some(Unit::Yuan),
                _ => None,
            },
            Term::If(parts) => {
                let [_, then, _] = &**parts;
                self.unit_of(then)
            }
            Term::Date(_) | Term::Within(..) | Term::Not(_) => None,
        }
    }

    fn unit_of_name(&self, name: &str) -> Option<Unit> {
        match self.names.get(name).map(|declared| &declared.named) {
            Some(Named::NumberFigure(_, unit) | Named::Table(_, unit) | Named::Slab(_, unit)) => Some(*unit),
            Some(Named::Value(index)) => match &self.values[*index] {
                (_, ValueState::Done(Some(done))) => done.unit(),
                (_, ValueState::Waiting(_) | ValueState::UnderWay(_) | ValueState::Done(None)) => None,
            },
            Some(Named::DateFigure(_) | Named::Ladder(_) | Named::List(..) | Named::Waiting(_) | Named::Poisoned) => {
                None
            }
            None => {
                let standard = || STANDARD.iter().find(|fact| fact.name == name).map(|fact| fact.kind);
                let kind: Kind = self.own_facts.get(name).map(|(_, fact)| fact.kind).or_else(standard)?;
                Unit::of(kind)
            }
        }
    }
}
