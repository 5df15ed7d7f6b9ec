//! The rules that make the choices, in words.

use rust_decimal::Decimal;

use super::Turn;
use super::ways::Ways;
use crate::plan::Plan;
use crate::plan::expression::BenefitIndex;
use crate::reading::formula::Formula;
use crate::reading::formula::graph::{Node, Operation, Step};
use crate::semantics::Place;
use crate::text::{Text, say};

/// Names rules.
pub(super) struct Rules<'a> {
    pub(super) plan: &'a Plan,
    pub(super) formula: &'a Formula,
}

impl Rules<'_> {
    /// The rules whose choices differ.
    pub(super) fn turns(&self, before: &Ways, after: &Ways) -> Vec<Turn> {
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
                let origin = &self.plan.table(*table).origin;
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
        let of = |left: &Node, right: &Node| match self.operation(*left)? {
            Operation::Fact(slot) => Some((self.plan.fact(*slot), self.constant(*right)?)),
            _ => None,
        };
        let [left, right] = sides;
        let (fact, bound) = of(left, right).or_else(|| of(right, left))?;
        let (zh, en) = (&fact.title.zh, &fact.title.en);
        Some(Turn { text: say!("{zh}{zh_bound} {bound}", "{en}: {en_bound} {bound}"), clause: Text::default() })
    }

    /// The constant that a bound comes from; what is counted towards it elsewhere is taken off, down to nothing.
    fn constant(&self, node: Node) -> Option<Decimal> {
        match self.operation(node)? {
            Operation::Number(number, _) => Some(*number),
            Operation::Greatest([left, _]) | Operation::Subtract([left, _]) => self.constant(*left),
            _ => None,
        }
    }

    fn operation(&self, node: Node) -> Option<&Operation> {
        Some(&self.formula.graph.steps().get(node.place())?.operation)
    }
}

impl Plan {
    /// The rule at a place of the pack.
    fn rule_at(&self, place: Place) -> Option<Turn> {
        let of_benefit = |benefit: BenefitIndex, text: Text| {
            let stated = self.benefit(benefit);
            let (zh, en) = (&stated.title.zh, &stated.title.en);
            let (zh_rule, en_rule) = (&text.zh, &text.en);
            Turn { text: say!("{zh}：{zh_rule}", "{en}: {en_rule}"), clause: Text::clone(&stated.citation.clause) }
        };
        Some(match place {
            Place::Condition(index) => {
                let condition = self.condition(index);
                Turn { text: Text::clone(&condition.text), clause: Text::clone(&condition.citation.clause) }
            }
            Place::When(benefit) => of_benefit(benefit, say!("是否适用", "whether it applies")),
            Place::Gross(benefit) => of_benefit(benefit, Text::clone(&self.benefit(benefit).gross.wording)),
            Place::Rounding(benefit) => of_benefit(benefit, say!("舍入", "rounding")),
            Place::Step(benefit, step) => {
                let stated = self.benefit(benefit).step(step);
                let turn = of_benefit(benefit, Text::clone(&stated.text));
                Turn { clause: stated.clause.as_deref().cloned().unwrap_or(turn.clause), ..turn }
            }
            Place::Limit(index) => {
                let limit = self.limit(index);
                Turn { text: Text::clone(&limit.title), clause: Text::clone(&limit.citation.clause) }
            }
            Place::Identity(_) | Place::Ledger => return None,
        })
    }
}
