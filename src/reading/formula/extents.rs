//! What each node of a formula can be, worked out in one pass: its kind, its range with its decimal places, whether it can be unknown.

use rust_decimal::Decimal;

use super::Formula;
use super::graph::{Logic, Node, Operation};
use crate::accumulator::MOST_POSTED;
use crate::arena::Arena;
use crate::fact;
use crate::plan::expression::{EntryIndex, PriorIndex, TableIndex};
use crate::plan::{LedgerAmount, Plan, PlanFact};
use crate::reading::range::Range;
use crate::semantics::Source;

/// What the value of a node is, and which it can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Number(Range),
    Truth,
    Date(Range),
    Text,
}

#[derive(Debug, Clone, Copy)]
struct Extent {
    kind: Kind,
    may_lack: bool,
}

/// What the numbers of a pack can be where a formula is worked out: a workbook lets its reader change them.
pub(crate) trait Stated {
    fn number(&self, number: Decimal, source: Option<Source>) -> Range;
    /// All that is found in the table.
    fn found(&self, table: TableIndex) -> Range;
}

/// The numbers as the pack states them.
#[cfg(any(feature = "batch", test))]
pub(crate) struct AsStated<'p>(pub(crate) &'p Plan);

#[cfg(any(feature = "batch", test))]
impl Stated for AsStated<'_> {
    fn number(&self, number: Decimal, _: Option<Source>) -> Range {
        Range::of(number.normalize())
    }

    fn found(&self, table: TableIndex) -> Range {
        let table = self.0.table(table);
        let values = table.rows.values().into_iter().chain(table.otherwise);
        Range::hull(values.map(|value| Range::of(value.normalize()))).unwrap_or(Range::NOTHING)
    }
}

/// What each node of a formula can be.
#[derive(Debug)]
pub(crate) struct Extents(Vec<Extent>);

impl Extents {
    /// For claims whose facts lie within their bounds, and whose earlier claims have posted numbers of so many places.
    pub(crate) fn of(plan: &Plan, formula: &Formula, stated: &impl Stated, priors: &PlacesOfPriors) -> Extents {
        let mut extents = Extents(Vec::with_capacity(formula.graph.steps().len()));
        for step in formula.graph.steps() {
            let kind = extents.kind_of(plan, stated, priors, &step.operation);
            let may_lack = extents.may_lack_of(&step.operation);
            extents.0.push(Extent { kind, may_lack });
        }
        extents
    }

    #[expect(clippy::indexing_slicing, reason = "every node has an extent, and comes after those that it needs")]
    pub(crate) fn kind(&self, node: Node) -> Kind {
        self.0[node.place()].kind
    }

    /// Whether it can be unknown.
    #[expect(clippy::indexing_slicing, reason = "every node has an extent, and comes after those that it needs")]
    pub(crate) fn may_lack(&self, node: Node) -> bool {
        self.0[node.place()].may_lack
    }

    /// Of a number; 0 of what is none.
    pub(crate) fn places(&self, node: Node) -> u32 {
        self.number(node).places()
    }

    /// A node that is read as a number is one.
    fn number(&self, node: Node) -> Range {
        match self.kind(node) {
            Kind::Number(range) => range,
            Kind::Truth | Kind::Date(_) | Kind::Text => Range::NOTHING,
        }
    }

    fn date(&self, node: Node) -> Range {
        match self.kind(node) {
            Kind::Date(range) => range,
            Kind::Truth | Kind::Number(_) | Kind::Text => Range::NOTHING,
        }
    }

    fn kind_of(&self, plan: &Plan, stated: &impl Stated, priors: &PlacesOfPriors, operation: &Operation) -> Kind {
        let numbers = |[left, right]: &[Node; 2], join: fn(Range, Range) -> Range| {
            Kind::Number(join(self.number(*left), self.number(*right)))
        };
        let between = |[from, to]: &[Node; 2], count: fn(Range, Range) -> Range| {
            Kind::Number(count(self.date(*from), self.date(*to)))
        };
        match operation {
            Operation::Number(number, source) => Kind::Number(stated.number(*number, *source)),
            Operation::Date(date, _) => Kind::Date(Range::day(*date)),
            Operation::Fact(slot) => of_fact(plan.fact(*slot)),
            Operation::Prior(index) => Kind::Number(Range::between(-MOST_POSTED, MOST_POSTED, priors[*index])),
            Operation::Add(sides) => numbers(sides, Range::add),
            Operation::Subtract(sides) => numbers(sides, Range::subtract),
            Operation::Times(sides) => numbers(sides, Range::times),
            Operation::Least(sides) => numbers(sides, Range::least),
            Operation::Greatest(sides) => numbers(sides, Range::greatest),
            Operation::Round(number, rounding) => Kind::Number(self.number(*number).round(*rounding)),
            Operation::DaysBetween(dates) => between(dates, Range::days_between),
            Operation::MonthsBetween(dates) => between(dates, Range::months_between),
            Operation::YearsBetween(dates) => between(dates, Range::years_between),
            Operation::PlusDays([date, days]) => {
                Kind::Date(self.date(*date).plus_days(self.number(*days)).within(Range::CALENDAR))
            }
            Operation::PlusMonths(date, months, _) => {
                Kind::Date(self.date(*date).plus_months(*months).within(Range::CALENDAR))
            }
            Operation::LookUp(_, table) => Kind::Number(stated.found(*table)),
            Operation::Truth(_) | Operation::Compare(..) | Operation::Logic(_) | Operation::Among(..) => Kind::Truth,
            Operation::Choose([_, then, otherwise]) => self.kind(*then).or(self.kind(*otherwise)),
            Operation::Derived(node, _) => self.kind(*node),
        }
    }

    fn may_lack_of(&self, operation: &Operation) -> bool {
        match operation {
            Operation::Number(..)
            | Operation::Date(..)
            | Operation::Truth(_)
            | Operation::Logic(Logic::NotFalse(_) | Logic::Given(_)) => false,
            Operation::Fact(_)
            | Operation::Prior(_)
            | Operation::LookUp(..)
            | Operation::PlusDays(_)
            | Operation::PlusMonths(..) => true,
            Operation::Add(_)
            | Operation::Subtract(_)
            | Operation::Times(_)
            | Operation::Least(_)
            | Operation::Greatest(_)
            | Operation::Round(..)
            | Operation::DaysBetween(_)
            | Operation::MonthsBetween(_)
            | Operation::YearsBetween(_)
            | Operation::Compare(..)
            | Operation::Logic(Logic::And(_) | Logic::Or(_) | Logic::Not(_))
            | Operation::Among(..)
            | Operation::Choose(_)
            | Operation::Derived(..) => operation.arguments().iter().any(|node| self.may_lack(*node)),
        }
    }
}

impl Kind {
    /// Both sides of a choice are of one kind.
    fn or(self, other: Kind) -> Kind {
        match (self, other) {
            (Kind::Number(one), Kind::Number(other)) => Kind::Number(one.or(other)),
            (Kind::Date(one), Kind::Date(other)) => Kind::Date(one.or(other)),
            (Kind::Number(_) | Kind::Truth | Kind::Date(_) | Kind::Text, _) => self,
        }
    }
}

fn of_fact(fact: &PlanFact) -> Kind {
    match fact.kind {
        fact::Kind::Money | fact::Kind::Ratio | fact::Kind::Number | fact::Kind::Days => {
            Kind::Number(Range::of_fact(fact))
        }
        fact::Kind::Date => Kind::Date(Range::GIVEN_DAYS),
        fact::Kind::YesNo => Kind::Truth,
        fact::Kind::Category => Kind::Text,
    }
}

/// The places at which numbers are kept that earlier claims have posted.
pub(crate) type PlacesOfPriors = Arena<PriorIndex, u32>;

/// The places at which each entry of the plan is kept: enough for whatever a claim posts on top of earlier ones that were kept so.
pub(crate) fn places_of_entries(plan: &Plan, formula: &Formula, stated: &impl Stated) -> Arena<EntryIndex, u32> {
    let mut places: Arena<EntryIndex, u32> = plan.entries.iter().map(|entry| least_places(&entry.amount)).collect();
    loop {
        let extents = Extents::of(plan, formula, stated, &of_priors(formula, &places));
        let mut needed = places.clone();
        for (entry, node) in &formula.posts {
            let most = plan.entry(*entry).entry.measure().places();
            needed[*entry] = extents.places(*node).min(most).max(needed[*entry]);
        }
        if needed == places {
            return places;
        }
        places = needed;
    }
}

/// The same by prior of the formula.
pub(crate) fn places_of_priors(plan: &Plan, formula: &Formula, stated: &impl Stated) -> PlacesOfPriors {
    of_priors(formula, &places_of_entries(plan, formula, stated))
}

fn of_priors(formula: &Formula, places_of_entries: &Arena<EntryIndex, u32>) -> PlacesOfPriors {
    formula.priors.iter().map(|prior| places_of_entries[prior.entry]).collect()
}

/// A column or a cell of an amount has two places at least.
fn least_places(amount: &LedgerAmount) -> u32 {
    match amount {
        LedgerAmount::Count(_) => 0,
        LedgerAmount::Paid(_) | LedgerAmount::Deducted(_) | LedgerAmount::Sum(_) => 2,
    }
}
