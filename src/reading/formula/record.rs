//! A plan's meaning written down as a graph.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::graph::{Graph, Logic, Node, Operation};
use super::{Line, Waterfall};
use crate::arena::Arena;
use crate::plan::Plan;
use crate::plan::expression::{
    BenefitIndex, Comparison, ConditionIndex, IdentityIndex, Members, Prior, PriorIndex, Slot, TableIndex,
};
use crate::rounding::Rounding;
use crate::semantics::{Event, Reading, Source};

/// Reads a plan for all claims; its numbers, truths and dates are nodes.
pub(super) struct Recorder {
    pub(super) graph: Graph,
    pub(super) priors: Arena<PriorIndex, Prior>,
    pub(super) identities: Vec<(IdentityIndex, Node)>,
    pub(super) conditions: Vec<(ConditionIndex, Node)>,
    pub(super) benefits: Arena<BenefitIndex, Waterfall>,
}

impl Recorder {
    pub(super) fn new(plan: &Plan) -> Recorder {
        let mut graph = Graph::default();
        let (applies, gross) = (graph.truth(true), graph.number(Decimal::ZERO));
        let benefits = plan.benefits.each(Waterfall { applies, gross, lines: Vec::new() });
        Recorder { graph, priors: Arena::new(), identities: Vec::new(), conditions: Vec::new(), benefits }
    }
}

impl Reading for Recorder {
    type Number = Node;
    type Truth = Node;
    type Date = Node;

    fn number(&mut self, constant: Decimal) -> Node {
        self.graph.number(constant)
    }

    fn truth(&mut self, constant: bool) -> Node {
        self.graph.truth(constant)
    }

    fn date(&mut self, constant: NaiveDate) -> Node {
        self.graph.put(Operation::Date(constant, None))
    }

    fn sourced(&mut self, source: Source, constant: Decimal) -> Node {
        self.graph.put(Operation::Number(constant.normalize(), Some(source)))
    }

    fn sourced_date(&mut self, source: Source, constant: NaiveDate) -> Node {
        self.graph.put(Operation::Date(constant, Some(source)))
    }

    fn number_fact(&mut self, slot: Slot) -> Node {
        self.graph.fact(slot)
    }

    fn truth_fact(&mut self, slot: Slot) -> Node {
        self.graph.fact(slot)
    }

    fn date_fact(&mut self, slot: Slot) -> Node {
        self.graph.fact(slot)
    }

    fn given(&mut self, slot: Slot) -> Node {
        let fact = self.graph.fact(slot);
        self.graph.put(Operation::Logic(Logic::Given(fact)))
    }

    fn among(&mut self, slot: Slot, values: &Members) -> Node {
        let fact = self.graph.fact(slot);
        self.graph.put(Operation::Among(fact, values.clone()))
    }

    fn prior(&mut self, prior: Prior) -> Node {
        let known = self.priors.position(|known| *known == prior);
        let index = known.unwrap_or_else(|| self.priors.push(prior));
        self.graph.put(Operation::Prior(index))
    }

    fn add(&mut self, left: Node, right: Node) -> Node {
        if self.graph.is_nothing(left) { right } else { self.graph.put(Operation::Add([left, right])) }
    }

    fn subtract(&mut self, left: Node, right: Node) -> Node {
        if self.graph.is_nothing(right) { left } else { self.graph.put(Operation::Subtract([left, right])) }
    }

    fn times(&mut self, left: Node, right: Node) -> Node {
        self.graph.put(Operation::Times([left, right]))
    }

    fn least(&mut self, left: Node, right: Node) -> Node {
        self.graph.put(Operation::Least([left, right]))
    }

    fn greatest(&mut self, left: Node, right: Node) -> Node {
        self.graph.put(Operation::Greatest([left, right]))
    }

    fn round(&mut self, number: Node, rounding: Rounding) -> Node {
        self.graph.put(Operation::Round(number, rounding))
    }

    fn look_up(&mut self, table: TableIndex, key: Node, _: &[(Decimal, Decimal)], _: Option<Decimal>) -> Node {
        self.graph.put(Operation::LookUp(key, table))
    }

    fn look_up_category(
        &mut self,
        table: TableIndex,
        key: Slot,
        _: &[(Box<str>, Decimal)],
        _: Option<Decimal>,
    ) -> Node {
        let fact = self.graph.fact(key);
        self.graph.put(Operation::LookUp(fact, table))
    }

    fn days_between(&mut self, from: Node, to: Node) -> Node {
        self.graph.put(Operation::DaysBetween([from, to]))
    }

    fn months_between(&mut self, from: Node, to: Node) -> Node {
        self.graph.put(Operation::MonthsBetween([from, to]))
    }

    fn years_between(&mut self, from: Node, to: Node) -> Node {
        self.graph.put(Operation::YearsBetween([from, to]))
    }

    fn plus_days(&mut self, date: Node, days: Node) -> Node {
        self.graph.put(Operation::PlusDays([date, days]))
    }

    fn plus_months(&mut self, date: Node, months: u32) -> Node {
        self.graph.put(Operation::PlusMonths(date, months, None))
    }

    fn plus_sourced_months(&mut self, source: Source, date: Node, months: u32) -> Node {
        self.graph.put(Operation::PlusMonths(date, months, Some(source)))
    }

    fn compare(&mut self, comparison: Comparison, left: Node, right: Node) -> Node {
        self.graph.put(Operation::Compare(comparison, [left, right]))
    }

    fn compare_dates(&mut self, comparison: Comparison, left: Node, right: Node) -> Node {
        self.graph.put(Operation::Compare(comparison, [left, right]))
    }

    fn and(&mut self, left: Node, right: Node) -> Node {
        self.graph.and(left, right)
    }

    fn or(&mut self, left: Node, right: Node) -> Node {
        self.graph.or(left, right)
    }

    fn not(&mut self, truth: Node) -> Node {
        self.graph.not(truth)
    }

    fn unless_false(&mut self, truth: Node) -> Node {
        match self.graph.constant(truth) {
            Some(_) => truth,
            None => self.graph.put(Operation::Logic(Logic::NotFalse(truth))),
        }
    }

    fn choose(&mut self, condition: Node, then: Node, otherwise: Node) -> Node {
        self.graph.put(Operation::Choose([condition, then, otherwise]))
    }

    fn choose_date(&mut self, condition: Node, then: Node, otherwise: Node) -> Node {
        self.graph.put(Operation::Choose([condition, then, otherwise]))
    }

    fn is_nothing(&self, number: &Node) -> bool {
        self.graph.is_nothing(*number)
    }

    fn unless_nothing(&mut self, due: &Node, now: Node, before: &Node) -> Node {
        let nothing = self.graph.number(Decimal::ZERO);
        let is_nothing = self.compare(Comparison::Equal, *due, nothing);
        let choice = self.choose(is_nothing, *before, now);
        self.graph.mark_of_nothing(choice);
        choice
    }

    fn derived(&mut self, fact: Slot, number: Node) -> Node {
        self.graph.put(Operation::Derived(number, fact))
    }

    fn derived_date(&mut self, fact: Slot, date: Node) -> Node {
        self.graph.put(Operation::Derived(date, fact))
    }

    fn settled(&self, truth: &Node) -> Option<bool> {
        self.graph.constant(*truth)
    }

    fn hear(&mut self, event: Event<'_, Self>) {
        match event {
            Event::At(place) => self.graph.place = Some(place),
            Event::Identity { index, holds, .. } => self.identities.push((index, *holds)),
            Event::Condition { index, met } => self.conditions.push((index, *met)),
            Event::When { benefit, holds, .. } => {
                let applies = self.benefits[benefit].applies;
                self.benefits[benefit].applies = self.graph.and(applies, *holds);
            }
            Event::Gross { benefit, amount } => self.benefits[benefit].gross = *amount,
            Event::Line { benefit, kind, leaves } => {
                self.benefits[benefit].lines.push(Line { kind, leaves: *leaves });
            }
        }
    }
}
