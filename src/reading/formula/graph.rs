//! Operations by the operations that they are worked out from; each stands once.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::plan::expression::{Comparison, Members, PriorIndex, Slot, TableIndex};
use crate::rounding::Rounding;
use crate::semantics::{Place, Source};

/// A place in a graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Node(usize);

impl Node {
    pub(crate) fn place(self) -> usize {
        self.0
    }
}

/// One operation. What is known of it says [`crate::reading::absence`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Operation {
    Number(Decimal, Option<Source>),
    Date(NaiveDate, Option<Source>),
    Truth(bool),
    /// The fact as it is given, if it is.
    Fact(Slot),
    /// By its index in the formula's list.
    Prior(PriorIndex),
    Add([Node; 2]),
    Subtract([Node; 2]),
    Times([Node; 2]),
    Least([Node; 2]),
    Greatest([Node; 2]),
    Round(Node, Rounding),
    DaysBetween([Node; 2]),
    MonthsBetween([Node; 2]),
    YearsBetween([Node; 2]),
    PlusDays([Node; 2]),
    PlusMonths(Node, u32, Option<Source>),
    /// Of two numbers or of two dates.
    Compare(Comparison, [Node; 2]),
    Logic(Logic),
    Among(Node, Members),
    Choose([Node; 3]),
    /// In the plan's table, by its index.
    LookUp(Node, TableIndex),
    /// The same number or date, as that of a fact which it follows.
    Derived(Node, Slot),
}

/// A truth by what others say, or do not say.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Logic {
    And([Node; 2]),
    Or([Node; 2]),
    Not(Node),
    /// It is true, or not known.
    NotFalse(Node),
    /// It is known.
    Given(Node),
}

/// What an operation is worked out from: none, one, or a few.
macro_rules! arguments {
    ($operation:expr, $none:expr, $one:path) => {
        match $operation {
            Operation::Number(..)
            | Operation::Date(..)
            | Operation::Truth(_)
            | Operation::Fact(_)
            | Operation::Prior(_) => $none,
            Operation::Round(node, _)
            | Operation::PlusMonths(node, ..)
            | Operation::Logic(Logic::Not(node) | Logic::NotFalse(node) | Logic::Given(node))
            | Operation::Among(node, _)
            | Operation::LookUp(node, _)
            | Operation::Derived(node, _) => $one(node),
            Operation::Add(nodes)
            | Operation::Subtract(nodes)
            | Operation::Times(nodes)
            | Operation::Least(nodes)
            | Operation::Greatest(nodes)
            | Operation::DaysBetween(nodes)
            | Operation::MonthsBetween(nodes)
            | Operation::YearsBetween(nodes)
            | Operation::PlusDays(nodes)
            | Operation::Compare(_, nodes)
            | Operation::Logic(Logic::And(nodes) | Logic::Or(nodes)) => nodes,
            Operation::Choose(nodes) => nodes,
        }
    };
}

impl Operation {
    /// What it is worked out from.
    pub(crate) fn arguments(&self) -> &[Node] {
        arguments!(self, &[], std::slice::from_ref)
    }

    fn arguments_mut(&mut self) -> &mut [Node] {
        arguments!(self, &mut [], std::slice::from_mut)
    }
}

/// Operations, each after those that it is worked out from.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    steps: Vec<Step>,
    known: BTreeMap<Operation, Node>,
    /// What is put in next belongs here.
    pub(crate) place: Option<Place>,
}

/// An operation with the place of the pack that it belongs to.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    pub(crate) operation: Operation,
    pub(crate) place: Option<Place>,
    /// Whether it chooses what held before a limit where nothing is due; what it chooses else leaves nothing of nothing, too.
    pub(crate) is_of_nothing: bool,
}

impl Graph {
    /// In their order.
    pub(crate) fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The same with their nodes.
    #[cfg(any(feature = "workbook", test))]
    pub(crate) fn nodes(&self) -> impl Iterator<Item = (Node, &Step)> {
        (0..).map(Node).zip(&self.steps)
    }

    pub(crate) fn put(&mut self, operation: Operation) -> Node {
        if let Some(node) = self.known.get(&operation) {
            return *node;
        }
        let node = Node(self.steps.len());
        self.known.insert(operation.clone(), node);
        self.steps.push(Step { operation, place: self.place, is_of_nothing: false });
        node
    }

    /// Marks a choice that a limit makes.
    pub(crate) fn mark_of_nothing(&mut self, choice: Node) {
        if let Some(step) = self.steps.get_mut(choice.place()) {
            step.is_of_nothing = true;
        }
    }

    pub(crate) fn number(&mut self, number: Decimal) -> Node {
        self.put(Operation::Number(number.normalize(), None))
    }

    pub(crate) fn truth(&mut self, truth: bool) -> Node {
        self.put(Operation::Truth(truth))
    }

    pub(crate) fn fact(&mut self, slot: Slot) -> Node {
        self.put(Operation::Fact(slot))
    }

    /// The truth itself, where it is the same for all claims.
    pub(crate) fn constant(&self, truth: Node) -> Option<bool> {
        match self.operation(truth) {
            Some(Operation::Truth(constant)) => Some(*constant),
            Some(_) | None => None,
        }
    }

    /// Whether the number is the bare nothing, for all claims.
    pub(crate) fn is_nothing(&self, number: Node) -> bool {
        matches!(self.operation(number), Some(Operation::Number(number, None)) if number.is_zero())
    }

    pub(crate) fn and(&mut self, left: Node, right: Node) -> Node {
        match (self.constant(left), self.constant(right)) {
            (Some(false), _) | (_, Some(true)) => left,
            (_, Some(false)) | (Some(true), _) => right,
            (None, None) => self.put(Operation::Logic(Logic::And([left, right]))),
        }
    }

    pub(crate) fn or(&mut self, left: Node, right: Node) -> Node {
        match (self.constant(left), self.constant(right)) {
            (Some(true), _) | (_, Some(false)) => left,
            (_, Some(true)) | (Some(false), _) => right,
            (None, None) => self.put(Operation::Logic(Logic::Or([left, right]))),
        }
    }

    pub(crate) fn not(&mut self, truth: Node) -> Node {
        match self.operation(truth) {
            Some(Operation::Truth(constant)) => {
                let contrary = !*constant;
                self.truth(contrary)
            }
            Some(Operation::Logic(Logic::Not(inner))) => *inner,
            Some(_) | None => self.put(Operation::Logic(Logic::Not(truth))),
        }
    }

    /// Leaves out what none of these needs; gives where the others went.
    pub(crate) fn keep(&mut self, needed: &[Node]) -> Vec<Option<Node>> {
        let mut is_needed = vec![false; self.steps.len()];
        mark(needed, &mut is_needed);
        for (place, step) in self.steps.iter().enumerate().rev() {
            if is_needed.get(place) == Some(&true) {
                mark(step.operation.arguments(), &mut is_needed);
            }
        }
        self.known.clear();
        let mut moved: Vec<Option<Node>> = Vec::with_capacity(self.steps.len());
        let mut kept = Vec::new();
        for (mut step, is_needed) in std::mem::take(&mut self.steps).into_iter().zip(is_needed) {
            moved.push(is_needed.then_some(Node(kept.len())));
            if is_needed {
                for argument in step.operation.arguments_mut() {
                    *argument = moved.get(argument.place()).copied().flatten().unwrap_or(*argument);
                }
                kept.push(step);
            }
        }
        self.steps = kept;
        moved
    }

    fn operation(&self, node: Node) -> Option<&Operation> {
        self.steps.get(node.place()).map(|step| &step.operation)
    }
}

fn mark(nodes: &[Node], marks: &mut [bool]) {
    for node in nodes {
        if let Some(mark) = marks.get_mut(node.place()) {
            *mark = true;
        }
    }
}
