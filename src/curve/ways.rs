//! Which way the choices of a plan go for one value of a fact.

use std::collections::BTreeMap;

use crate::adjudicate::Decision;
use crate::fact::Value;
use crate::plan::expression::Slot;
use crate::reading::formula::Formula;
use crate::reading::formula::evaluate::Values;
use crate::reading::formula::graph::{Node, Operation};
use crate::semantics::Place;

/// Which way every choice of the plan goes, by node.
pub(super) type Ways = BTreeMap<usize, Way>;

/// Which way a choice goes.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Way {
    /// The first of two numbers is taken, or the second.
    First(bool),
    Is(Value),
    Unknown,
}

impl Formula {
    /// The highest power of a fact in what is payable: 1 where it runs along lines.
    pub(super) fn degree(&self, slot: Slot) -> u32 {
        let mut degrees: Vec<u32> = Vec::with_capacity(self.graph.steps().len());
        for step in self.graph.steps() {
            let of = |node: &Node| degree_of(&degrees, *node);
            let highest = || step.operation.arguments().iter().map(of).fold(0, u32::max);
            let degree = match &step.operation {
                Operation::Fact(fact) => u32::from(*fact == slot),
                Operation::Times(sides) => sides.iter().map(of).fold(0, u32::saturating_add),
                other if chooses(other) => 0, // a value of few does not run along anything
                _ => highest(),
            };
            degrees.push(degree);
        }
        degree_of(&degrees, self.outcome.payable)
    }
}

/// What stands nowhere yet may be of any degree, and then runs along no line.
fn degree_of(degrees: &[u32], node: Node) -> u32 {
    degrees.get(node.place()).map_or(u32::MAX, |degree| *degree)
}

/// Whether the operation gives one of a few values, rather than one that runs with its arguments.
fn chooses(operation: &Operation) -> bool {
    matches!(
        operation,
        Operation::Compare(..)
            | Operation::Logic(_)
            | Operation::Among(..)
            | Operation::LookUp(..)
            | Operation::MonthsBetween(_)
            | Operation::YearsBetween(_)
    )
}

impl Formula {
    /// Of all choices.
    pub(super) fn ways(&self, values: &Values<'_>) -> Ways {
        let steps = self.graph.steps().iter().enumerate();
        steps
            .filter_map(|(node, step)| Some((node, way(&step.operation, values.all().get(node)?.value(), values)?)))
            .collect()
    }

    /// The choices on the way to the decision: what was not chosen does not count.
    pub(super) fn taken(&self, values: &Values<'_>, decision: Decision) -> Ways {
        let outcome = &self.outcome;
        let mut taken = Ways::new();
        let met = self.conditions.iter().map(|(_, met)| *met);
        let mut left: Vec<Node> = match decision {
            Decision::Paid | Decision::NothingDue => vec![outcome.payable],
            Decision::Denied | Decision::Pended | Decision::Reversed => Vec::new(),
        };
        for node in met.chain([outcome.eligible, outcome.cleared]) {
            let way = values.value(node).cloned().map_or(Way::Unknown, Way::Is);
            taken.insert(node.place(), way);
        }
        while let Some(node) = left.pop() {
            let Some(step) = self.graph.steps().get(node.place()) else { continue };
            match (&step.operation, way(&step.operation, values.value(node), values)) {
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

    fn arguments(&self, node: Node) -> &[Node] {
        self.graph.steps().get(node.place()).map_or(&[], |step| step.operation.arguments())
    }
}

/// Which way an operation goes; `None` for one that runs with its arguments.
fn way(operation: &Operation, value: Option<&Value>, values: &Values<'_>) -> Option<Way> {
    match operation {
        Operation::Least([left, right]) => {
            let sides = values.number(*left).zip(values.number(*right));
            Some(sides.map_or(Way::Unknown, |(left, right)| Way::First(left <= right)))
        }
        Operation::Greatest([left, right]) => {
            let sides = values.number(*left).zip(values.number(*right));
            Some(sides.map_or(Way::Unknown, |(left, right)| Way::First(left >= right)))
        }
        other if chooses(other) => Some(value.cloned().map_or(Way::Unknown, Way::Is)),
        _ => None,
    }
}
