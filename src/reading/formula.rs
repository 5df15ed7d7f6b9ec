//! The formula reading: what a plan means, as one graph of exact operations that knows no claim.
//!
//! Every operation is strict and stands once, after what it is worked out from. What is not known is a value like any other, so
//! that the graph says also what becomes of a claim of which a fact is missing. Each node knows the place of the pack that first
//! came to need it.

pub(crate) mod evaluate;
#[cfg(any(feature = "batch", feature = "workbook", test))]
pub(crate) mod extents;
pub(crate) mod graph;
mod record;

use crate::arena::Arena;
use crate::plan::Plan;
use crate::plan::expression::{BenefitIndex, ConditionIndex, EntryIndex, IdentityIndex, Prior, PriorIndex};
use crate::semantics::outcome::{LineKind, Part};
use crate::semantics::{Meaning, Verdict};
use graph::{Graph, Node};
use record::Recorder;

/// A plan as a graph, and the nodes that answer.
#[derive(Debug)]
pub(crate) struct Formula {
    pub(crate) graph: Graph,
    /// What the graph reads of earlier claims.
    pub(crate) priors: Arena<PriorIndex, Prior>,
    /// Whether each identity of the plan holds, in the order in which they are asked.
    pub(crate) identities: Vec<(IdentityIndex, Node)>,
    /// Whether each condition is met, likewise: those that deny come first.
    pub(crate) conditions: Vec<(ConditionIndex, Node)>,
    pub(crate) benefits: Arena<BenefitIndex, Waterfall>,
    /// What each benefit pays, after limits.
    pub(crate) paid: Arena<BenefitIndex, Node>,
    /// What the claim posts to each entry of the plan.
    pub(crate) posts: Vec<(EntryIndex, Node)>,
    pub(crate) outcome: Outcome,
}

/// The nodes that decide.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Outcome {
    pub(crate) sound: Node,
    pub(crate) eligible: Node,
    pub(crate) cleared: Node,
    pub(crate) payable: Node,
    pub(crate) event_date: Node,
    pub(crate) coverage_start: Node,
}

impl Outcome {
    /// The node that a part of the verdict is.
    pub(crate) fn node(&self, part: Part) -> Node {
        match part {
            Part::EventDate => self.event_date,
            Part::CoverageStart => self.coverage_start,
            Part::Eligible => self.eligible,
            Part::Cleared => self.cleared,
            Part::Payable => self.payable,
        }
    }
}

/// A benefit from its gross amount down; what stands here counts where the benefit applies.
#[derive(Debug, Clone)]
pub(crate) struct Waterfall {
    pub(crate) applies: Node,
    pub(crate) gross: Node,
    pub(crate) lines: Vec<Line>,
}

/// One line of a waterfall.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Line {
    pub(crate) kind: LineKind,
    pub(crate) leaves: Node,
}

impl Formula {
    /// Reads the whole plan once.
    pub(crate) fn of(plan: &Plan) -> Formula {
        Formula::read(plan, Meaning::adjudicate)
    }

    /// The same without asking whether the facts agree with each other.
    pub(crate) fn as_given(plan: &Plan) -> Formula {
        Formula::read(plan, Meaning::adjudicate_as_given)
    }

    fn read<'p>(plan: &'p Plan, adjudicate: impl FnOnce(&mut Meaning<'p, Recorder>) -> Verdict<Recorder>) -> Formula {
        let mut meaning = Meaning::new(plan, Recorder::new(plan));
        let Verdict { sound, eligible, cleared, paid, payable } = adjudicate(&mut meaning);
        let posts = plan.posting_order.iter();
        let posts = posts.map(|entry| (*entry, meaning.posting(&plan.entry(*entry).amount, &paid))).collect();
        let Recorder { mut graph, priors, identities, conditions, benefits } = meaning.reading;
        let (event_date, coverage_start) = (graph.fact(plan.event_date), graph.fact(plan.coverage_start));
        let outcome = Outcome { sound, eligible, cleared, payable, event_date, coverage_start };
        let mut formula = Formula { graph, priors, identities, conditions, benefits, paid, posts, outcome };
        formula.leave_out_what_nothing_needs();
        formula
    }

    fn leave_out_what_nothing_needs(&mut self) {
        let mut needed = Vec::new();
        self.answers(|node| needed.push(*node));
        let moved = self.graph.keep(&needed);
        self.answers(|node| *node = moved.get(node.place()).copied().flatten().unwrap_or(*node));
    }

    /// Every node that answers something.
    fn answers(&mut self, mut see: impl FnMut(&mut Node)) {
        let Outcome { sound, eligible, cleared, payable, event_date, coverage_start } = &mut self.outcome;
        [sound, eligible, cleared, payable, event_date, coverage_start].into_iter().for_each(&mut see);
        self.identities.iter_mut().for_each(|(_, node)| see(node));
        self.conditions.iter_mut().for_each(|(_, node)| see(node));
        self.posts.iter_mut().for_each(|(_, node)| see(node));
        self.paid.iter_mut().for_each(&mut see);
        for Waterfall { applies, gross, lines } in &mut self.benefits {
            [applies, gross].into_iter().chain(lines.iter_mut().map(|line| &mut line.leaves)).for_each(&mut see);
        }
    }
}
