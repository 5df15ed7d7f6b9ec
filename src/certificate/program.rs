//! A formula in JSON, with the words of the pack.

use rust_decimal::Decimal;
use serde_json::{Map, Value as Json, json};

use super::canonical::decimal;
use super::earlier::Earlier;
use crate::arena::Index;
use crate::fact::{Bounds, Kind};
use crate::plan::expression::{Comparison, EntryIndex, Slot};
use crate::plan::{AnyFigure, Benefit, Citation, LedgerEntry, Origin, Otherwise, Plan, PlanFact, Rows};
use crate::reading::formula::graph::{Logic, Node, Operation, Step};
use crate::reading::formula::{Formula, Line, Waterfall};
use crate::semantics::outcome::LineKind;
use crate::semantics::{Place, Source};
use crate::text::{Text, say};

/// The program of a plan. It depends on nothing else.
pub(super) fn json(plan: &Plan, formula: &Formula, earlier: &[Earlier]) -> Json {
    let writer = Writer { plan, sources: sources(formula) };
    json!({
        "format": "huzhu-program/2",
        "plan": {
            "id": plan.id(),
            "version": plan.version(),
            "fingerprint": plan.fingerprint(),
            "title": plan.title(),
        },
        "facts": writer.facts(),
        "sources": writer.sources.iter().map(|source| writer.source(*source)).collect::<Vec<Json>>(),
        "priors": writer.priors(formula, earlier),
        "steps": formula.graph.steps().iter().map(|step| writer.step(step)).collect::<Vec<Json>>(),
        "identities": writer.identities(formula),
        "conditions": writer.conditions(formula),
        "benefits": writer.benefits(formula),
        "outcome": {
            "sound": formula.outcome.sound.place(),
            "eligible": formula.outcome.eligible.place(),
            "cleared": formula.outcome.cleared.place(),
            "payable": formula.outcome.payable.place(),
            "event_date": formula.outcome.event_date.place(),
            "coverage_start": formula.outcome.coverage_start.place(),
        },
        "posts": writer.posts(formula),
    })
}

/// The reason that a line states, and its clause.
pub(crate) fn line_words<'p>(plan: &'p Plan, benefit: &'p Benefit, kind: LineKind) -> (Text, &'p Text) {
    let own = &benefit.citation.clause;
    match kind {
        LineKind::Step(index) => {
            let step = benefit.step(index);
            (Text::clone(&step.text), step.clause.as_ref().unwrap_or(own))
        }
        LineKind::Rounding => (say!("舍入", "rounding"), &plan.rounding_citation(benefit).clause),
        LineKind::Limit(index) => {
            let limit = plan.limit(index);
            (Text::clone(&limit.title), &limit.citation.clause)
        }
    }
}

/// What the steps cite, in the order in which they come to.
fn sources(formula: &Formula) -> Vec<Source> {
    let mut sources = Vec::new();
    for source in formula.graph.steps().iter().filter_map(|step| cited(&step.operation)) {
        if !sources.contains(&source) {
            sources.push(source);
        }
    }
    sources
}

fn cited(operation: &Operation) -> Option<Source> {
    match operation {
        Operation::Number(_, source) | Operation::Date(_, source) => *source,
        Operation::LookUp(_, table) => Some(Source::Table(*table)),
        Operation::Truth(_)
        | Operation::Fact(_)
        | Operation::Prior(_)
        | Operation::Add(_)
        | Operation::Subtract(_)
        | Operation::Times(_)
        | Operation::Least(_)
        | Operation::Greatest(_)
        | Operation::Round(..)
        | Operation::DaysBetween(_)
        | Operation::MonthsBetween(_)
        | Operation::YearsBetween(_)
        | Operation::PlusDays(_)
        | Operation::PlusMonths(..) // the format has months as they are
        | Operation::Compare(..)
        | Operation::Logic(_)
        | Operation::Among(..)
        | Operation::Choose(_)
        | Operation::Derived(..) => None,
    }
}

struct Writer<'p> {
    plan: &'p Plan,
    sources: Vec<Source>,
}

impl Writer<'_> {
    fn facts(&self) -> Vec<Json> {
        let facts = self.plan.facts.iter();
        facts
            .map(|fact| {
                let bounds = bounds(fact);
                json!({
                    "name": fact.name,
                    "kind": fact.kind.name(),
                    "holder": fact.holder,
                    "title": fact.title,
                    "min": bounds.map(|bounds| decimal(bounds.min)),
                    "max": bounds.map(|bounds| decimal(bounds.max)),
                    "values": values(fact),
                })
            })
            .collect()
    }

    fn source(&self, source: Source) -> Json {
        let (kind, origin, value, unit) = match source {
            Source::Figure(AnyFigure::Number(index)) => {
                let figure = self.plan.number_figure(index);
                ("figure", &figure.origin, Some(decimal(figure.value)), Some(figure.unit.unwrap_or("none")))
            }
            Source::Figure(AnyFigure::Date(index)) => {
                let figure = self.plan.date_figure(index);
                ("figure", &figure.origin, Some(figure.value.to_string()), Some("date"))
            }
            Source::Table(index) => ("table", &self.plan.table(index).origin, None, None),
            Source::Slab(index) => ("bands", &self.plan.slab(index).origin, None, None),
            Source::Ladder(index) => ("bands", &self.plan.ladder(index).origin, None, None),
        };
        let Origin { name, title, clause, provenance } = origin;
        json!({
            "kind": kind,
            "name": name,
            "title": title,
            "clause": clause,
            "provenance": provenance,
            "value": value,
            "unit": unit,
        })
    }

    fn priors(&self, formula: &Formula, earlier: &[Earlier]) -> Vec<Json> {
        let priors = formula.priors.iter().zip(earlier);
        priors
            .map(|(prior, Earlier { min, max, places })| {
                let LedgerEntry { entry, .. } = self.plan.entry(prior.entry);
                json!({
                    "entry": entry.to_string(),
                    "scope": prior.scope.to_string(),
                    "min": decimal(*min),
                    "max": decimal(*max),
                    "places": places,
                })
            })
            .collect()
    }

    fn step(&self, step: &Step) -> Json {
        let (op, rest) = self.operation(&step.operation);
        let mut members = Map::new();
        members.insert("op".to_owned(), json!(op));
        let arguments: Vec<usize> = step.operation.arguments().iter().map(|node| node.place()).collect();
        members.insert("args".to_owned(), json!(arguments));
        members.extend(rest.into_iter().map(|(name, json)| (name.to_owned(), json)));
        if let Some(place) = step.place {
            members.insert("at".to_owned(), json!(self.place(place)));
        }
        if let Some(source) = cited(&step.operation) {
            let index = self.sources.iter().position(|known| *known == source);
            members.insert("source".to_owned(), json!(index));
        }
        Json::Object(members)
    }

    /// The name of an operation, and what it has beside its arguments.
    fn operation(&self, operation: &Operation) -> (&'static str, Vec<(&'static str, Json)>) {
        let fact = |slot: Slot| ("fact", json!(self.plan.fact(slot).name));
        match operation {
            Operation::Number(number, _) => ("number", vec![("is", json!(decimal(*number)))]),
            Operation::Date(date, _) => ("date", vec![("is", json!(date.to_string()))]),
            Operation::Truth(truth) => ("truth", vec![("is", json!(truth))]),
            Operation::Fact(slot) => ("fact", vec![fact(*slot)]),
            Operation::Prior(index) => ("prior", vec![("prior", json!(index.place()))]),
            Operation::Add(_) => ("add", Vec::new()),
            Operation::Subtract(_) => ("subtract", Vec::new()),
            Operation::Times(_) => ("times", Vec::new()),
            Operation::Least(_) => ("least", Vec::new()),
            Operation::Greatest(_) => ("greatest", Vec::new()),
            Operation::Round(_, rounding) => {
                ("round", vec![("to", json!(decimal(rounding.to))), ("mode", json!(rounding.mode.name()))])
            }
            Operation::DaysBetween(_) => ("days-between", Vec::new()),
            Operation::MonthsBetween(_) => ("months-between", Vec::new()),
            Operation::YearsBetween(_) => ("years-between", Vec::new()),
            Operation::PlusDays(_) => ("plus-days", Vec::new()),
            Operation::PlusMonths(_, months, _) => ("plus-months", vec![("months", json!(months))]),
            Operation::Compare(comparison, _) => ("compare", vec![("by", json!(compared(*comparison)))]),
            Operation::Logic(Logic::And(_)) => ("and", Vec::new()),
            Operation::Logic(Logic::Or(_)) => ("or", Vec::new()),
            Operation::Logic(Logic::Not(_)) => ("not", Vec::new()),
            Operation::Logic(Logic::NotFalse(_)) => ("not-false", Vec::new()),
            Operation::Logic(Logic::Given(_)) => ("given", Vec::new()),
            Operation::Among(_, values) => ("among", vec![("of", json!(values.listed()))]),
            Operation::Choose(_) => ("choose", Vec::new()),
            Operation::LookUp(_, table) => {
                let table = self.plan.table(*table);
                let otherwise = ("otherwise", json!(table.otherwise.map(decimal)));
                ("look-up", vec![("rows", json!(rows(&table.rows))), otherwise, fact(table.by)])
            }
            Operation::Derived(_, slot) => ("derived", vec![fact(*slot)]),
        }
    }

    /// The name of a place of the pack.
    fn place(&self, place: Place) -> String {
        match place {
            Place::Identity(index) => format!("identity:{}", self.plan.identity(index).id),
            Place::Condition(index) => format!("condition:{}", self.plan.condition(index).id),
            Place::When(benefit) => format!("benefit:{}/when", self.plan.benefit(benefit).id),
            Place::Gross(benefit) => format!("benefit:{}/gross", self.plan.benefit(benefit).id),
            Place::Step(benefit, step) => {
                format!("benefit:{}/step:{}", self.plan.benefit(benefit).id, step.place())
            }
            Place::Rounding(benefit) => format!("benefit:{}/rounding", self.plan.benefit(benefit).id),
            Place::Limit(index) => format!("limit:{}", self.plan.limit(index).id),
            Place::Ledger => "posts".to_owned(),
        }
    }

    fn identities(&self, formula: &Formula) -> Vec<Json> {
        let identities = formula.identities.iter();
        identities
            .map(|(index, holds)| {
                let stated = self.plan.identity(*index);
                json!({ "id": stated.id, "holds": holds.place(), "text": stated.text })
            })
            .collect()
    }

    fn conditions(&self, formula: &Formula) -> Vec<Json> {
        let conditions = formula.conditions.iter();
        conditions
            .map(|(index, met)| {
                let stated = self.plan.condition(*index);
                let otherwise = match stated.otherwise {
                    Otherwise::Deny => "deny",
                    Otherwise::Pend => "pend",
                };
                let Citation { clause, provenance, .. } = &stated.citation;
                json!({
                    "id": stated.id,
                    "met": met.place(),
                    "otherwise": otherwise,
                    "text": *stated.text,
                    "clause": **clause,
                    "provenance": provenance,
                })
            })
            .collect()
    }

    fn benefits(&self, formula: &Formula) -> Vec<Json> {
        let benefits = self.plan.benefits.iter().zip(&formula.benefits);
        benefits
            .map(|(stated, Waterfall { applies, gross, lines })| {
                json!({
                    "id": &*stated.id,
                    "title": *stated.title,
                    "clause": *stated.citation.clause,
                    "provenance": stated.citation.provenance,
                    "applies": applies.place(),
                    "gross": gross.place(),
                    "lines": lines.iter().map(|line| self.line(stated, *line)).collect::<Vec<Json>>(),
                })
            })
            .collect()
    }

    fn line(&self, benefit: &Benefit, Line { kind, leaves }: Line) -> Json {
        let (text, clause) = line_words(self.plan, benefit, kind);
        json!({
            "step": kind.name(benefit),
            "leaves": leaves.place(),
            "text": text,
            "clause": clause,
        })
    }

    fn posts(&self, formula: &Formula) -> Vec<Json> {
        let entry = |index: EntryIndex| self.plan.entry(index).entry.to_string();
        let post = |(index, node): &(EntryIndex, Node)| json!({ "entry": entry(*index), "step": node.place() });
        formula.posts.iter().map(post).collect()
    }
}

/// Between what a number must lie.
fn bounds(fact: &PlanFact) -> Option<Bounds> {
    match fact.kind {
        Kind::Money | Kind::Ratio | Kind::Number | Kind::Days => Some(fact.given_bounds()),
        Kind::Date | Kind::YesNo | Kind::Category => None,
    }
}

/// The texts that a category has, if it can have no other.
fn values(fact: &PlanFact) -> Option<Vec<&str>> {
    let is_closed = fact.kind == Kind::Category && !fact.open;
    is_closed.then(|| fact.symbols.iter().map(|symbol| &*symbol.name).collect())
}

fn rows(rows: &Rows) -> Vec<(String, String)> {
    let number = |number: &Decimal| decimal(*number);
    match rows {
        Rows::Numbers(rows) => rows.iter().map(|(key, value)| (number(key), number(value))).collect(),
        Rows::Categories(rows) => rows.iter().map(|(key, value)| (key.to_string(), number(value))).collect(),
        Rows::YesNo { .. } => Vec::new(), // such a table is read as a choice
    }
}

fn compared(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Equal => "equal",
        Comparison::Unequal => "unequal",
        Comparison::Less => "less",
        Comparison::AtMost => "at-most",
        Comparison::Greater => "greater",
        Comparison::AtLeast => "at-least",
    }
}
