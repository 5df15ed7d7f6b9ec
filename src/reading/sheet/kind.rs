//! What the value of each step is, and in units of how many places its number is counted.

use super::PackPlaces;
use crate::fact;
use crate::plan::{LedgerAmount, Plan};
use crate::reading::formula::Formula;
use crate::reading::formula::graph::{Node, Operation};

/// A rate or an amount may be changed to one with so many places.
pub(crate) const LEAST_PLACES: u32 = 2;
/// No posted number has more.
const MOST_PLACES_POSTED: u32 = 8;

/// What the value of a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// In units of its last place.
    Number(u32),
    Truth,
    /// In days since 30 December 1899.
    Date,
    Text,
}

/// The places that the formulas carry of each prior, by index.
pub(crate) type Priors = Vec<u32>;

/// The kind of every step.
pub(crate) fn kinds(plan: &Plan, formula: &Formula, pack: &PackPlaces, priors: &[u32]) -> Vec<Kind> {
    let mut kinds: Vec<Kind> = Vec::new();
    for step in formula.graph.steps() {
        let kind = kind_of(plan, pack, priors, &kinds, &step.operation);
        kinds.push(kind);
    }
    kinds
}

/// The places that posted numbers have; what a prior sums was posted so, too.
pub(crate) fn places_of_posts(plan: &Plan, formula: &Formula, pack: &PackPlaces) -> Priors {
    let counted: Priors = vec![LEAST_PLACES; formula.priors.len()];
    let kinds = kinds(plan, formula, pack, &counted);
    let posted = |entry: usize| formula.posts.iter().find(|(post, _)| *post == entry).map(|(_, node)| *node);
    let places = formula.priors.iter().map(|prior| match &plan.entry(prior.entry).amount {
        LedgerAmount::Count(_) => 0,
        LedgerAmount::Paid(_) | LedgerAmount::Deducted(_) | LedgerAmount::Sum(_) => {
            match posted(prior.entry).and_then(|node| kinds.get(node.place())) {
                Some(Kind::Number(places)) => (*places).clamp(LEAST_PLACES, MOST_PLACES_POSTED),
                Some(Kind::Truth | Kind::Date | Kind::Text) | None => LEAST_PLACES,
            }
        }
    });
    places.collect()
}

fn kind_of(plan: &Plan, pack: &PackPlaces, priors: &[u32], known: &[Kind], operation: &Operation) -> Kind {
    #[expect(clippy::indexing_slicing, reason = "a step comes after those that it needs")]
    let kind = |node: &Node| known[node.place()];
    let places = |node: &Node| match kind(node) {
        Kind::Number(places) => places,
        Kind::Truth | Kind::Date | Kind::Text => 0,
    };
    let wider = |[left, right]: &[Node; 2]| Kind::Number(places(left).max(places(right)));
    match operation {
        Operation::Number(number, source) => {
            let placed = source.and_then(|source| pack.numbers.get(&(source, *number)));
            Kind::Number(placed.map_or_else(|| number.normalize().scale(), |(_, places)| *places))
        }
        Operation::Fact(slot) => match plan.fact(*slot).kind {
            fact::Kind::Date => Kind::Date,
            fact::Kind::YesNo => Kind::Truth,
            fact::Kind::Category => Kind::Text,
            number @ (fact::Kind::Money | fact::Kind::Ratio | fact::Kind::Number | fact::Kind::Days) => {
                Kind::Number(number.places())
            }
        },
        #[expect(clippy::indexing_slicing, reason = "there are places for each prior of the formula")]
        Operation::Prior(index) => Kind::Number(priors[*index]),
        Operation::Add(sides) | Operation::Subtract(sides) | Operation::Least(sides) | Operation::Greatest(sides) => {
            wider(sides)
        }
        Operation::Times([left, right]) => Kind::Number(places(left).saturating_add(places(right))),
        Operation::Round(_, rounding) => Kind::Number(rounding.to.scale()),
        Operation::DaysBetween(_) | Operation::MonthsBetween(_) | Operation::YearsBetween(_) => Kind::Number(0),
        Operation::LookUp(_, table) => Kind::Number(pack.tables.get(table).map_or(0, |table| table.places)),
        Operation::Date(..) | Operation::PlusDays(_) | Operation::PlusMonths(..) => Kind::Date,
        Operation::Truth(_)
        | Operation::Compare(..)
        | Operation::And(_)
        | Operation::Or(_)
        | Operation::Not(_)
        | Operation::NotFalse(_)
        | Operation::Given(_)
        | Operation::Among(..) => Kind::Truth,
        Operation::Choose([_, then, otherwise]) => match (kind(then), kind(otherwise)) {
            (Kind::Number(then), Kind::Number(otherwise)) => Kind::Number(then.max(otherwise)),
            (then, _) => then,
        },
        Operation::Derived(node, _) => kind(node),
    }
}
