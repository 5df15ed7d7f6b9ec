//! The formula of a plan for columns: whole numbers for numbers, masks for truths, and what is not known as masks and sets of facts.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;

use super::graph::{self, Graph, Mask, Table, TooWide, whole};
use crate::arena::Arena;
use crate::code::Code;
use crate::exact;
use crate::fact::Kind;
use crate::plan::expression::{
    BenefitIndex, Comparison, ConditionIndex, EntryIndex, IdentityIndex, Members, Prior, PriorIndex, Slot, TableIndex,
};
use crate::plan::{self, LedgerAmount, Plan, Rows};
use crate::reading::absence::{self, Absence, Spread};
use crate::reading::formula::graph::{Node, Operation, Step};
use crate::reading::formula::{self, Formula};
use crate::reading::range::Range;
use crate::rounding::Rounding;

/// How much of a fact's column is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Presence {
    Never,
    Sometimes,
    Always,
}

/// What the values of categories are called in columns.
pub(crate) trait Codes {
    /// The code of the value, if any plan tells it apart; codes start at 1 and are dense.
    fn code(&self, fact: &str, value: &str) -> Option<u16>;
    /// The highest code of the fact.
    fn highest(&self, fact: &str) -> u16;
}

/// Amounts of a column beyond this are left to the exact reading: a billion yuan, in fen.
pub(crate) const MOST_FEN: i64 = 100_000_000_000;
/// The same for what earlier claims have posted, at the places of their entry.
pub(crate) const MOST_POSTED: i64 = 1_000_000_000_000;
/// Counts beyond this are left to the exact reading.
const MOST_COUNTED: i64 = 1_000_000;
/// The slots that have a bit in a gap.
const MOST_IN_GAP: usize = 62;
/// A table with keys further apart is read by comparisons.
const WIDEST_TABLE: i64 = 1024;

/// The largest value of a number fact that columns take, in the units of its column.
pub(crate) fn most_of(kind: Kind) -> i64 {
    match kind {
        Kind::Money => MOST_FEN,
        Kind::Ratio => 100_000_000,
        Kind::Number | Kind::Days | Kind::Date | Kind::YesNo | Kind::Category => MOST_COUNTED,
    }
}

/// A number for each claim, and where it is known.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Number {
    pub(crate) value: graph::Number,
    pub(crate) lack: Lack,
}

/// The facts that are missing to tell something, a bit for each slot; none where it is known.
pub(crate) type Gap = graph::Number;

/// Where something is known, and what is missing where it is not.
pub(crate) type Lack = absence::Lack<Mask, Gap>;

/// What is known of a truth.
pub(crate) type Truth = absence::Ternary<Mask, Gap>;

/// A date for each claim, and where it is known.
#[derive(Debug, Clone, Copy)]
struct Date {
    value: graph::Date,
    lack: Lack,
}

/// One line of a benefit's waterfall, as far as it decides why nothing is left.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Line {
    /// Why nothing is paid if it is the line that leaves nothing.
    pub(crate) cause: Code,
    pub(crate) leaves: Number,
}

/// A benefit's way through the plan.
#[derive(Debug, Clone)]
pub(crate) struct Waterfall {
    pub(crate) applies: Mask,
    pub(crate) gross: Number,
    pub(crate) lines: Vec<Line>,
}

/// A plan's formula for columns, and where its answers stand in it.
#[derive(Debug)]
pub(crate) struct Lowered {
    pub(crate) graph: Graph,
    /// All that earlier claims have posted and a rule reads.
    pub(crate) priors: Arena<PriorIndex, Prior>,
    pub(crate) sound: Truth,
    pub(crate) eligible: Truth,
    pub(crate) cleared: Truth,
    pub(crate) payable: Number,
    pub(crate) paid: Arena<BenefitIndex, Number>,
    /// What each entry of the plan's ledger is posted.
    pub(crate) posted: Arena<EntryIndex, Number>,
    /// Where each identity is broken.
    pub(crate) broken: Vec<(IdentityIndex, Mask)>,
    /// Where each condition is known not to be met.
    pub(crate) unmet: Vec<(ConditionIndex, Mask)>,
    /// Where a table has no row for its key: a fault of the data, which columns cannot tell.
    pub(crate) beyond: Mask,
    /// Whether every fact has a bit in a gap.
    pub(crate) tells_gaps: bool,
    pub(crate) waterfalls: Arena<BenefitIndex, Waterfall>,
}

/// What claims bring, as far as it is known before they are read.
#[derive(Clone, Copy)]
pub(crate) struct Given<'a> {
    pub(crate) codes: &'a dyn Codes,
    pub(crate) presence: &'a Arena<Slot, Presence>,
    pub(crate) places: &'a Arena<EntryIndex, u32>,
    /// Whether claims may have others before them; without, nothing was posted.
    pub(crate) earlier: bool,
}

/// The formula of the plan for claims of which so much is given.
///
/// # Errors
/// [`TooWide`] if columns cannot hold a number of it.
pub(crate) fn lower(plan: &Plan, formula: &Formula, given: Given<'_>) -> Result<Lowered, TooWide> {
    let mut lowering = Lowering {
        plan,
        given,
        steps: formula.graph.steps(),
        priors: &formula.priors,
        sets: BTreeMap::new(),
        graph: Graph::new(),
        beyond: Mask::NEVER,
        values: Vec::new(),
    };
    for step in lowering.steps {
        let value = lowering.step(step)?;
        lowering.values.push(value);
    }
    let outcome = formula.outcome;
    let truth = |node: Node| lowering.truth_at(node);
    let broken = formula.identities.iter().map(|(index, node)| Ok((*index, truth(*node)?.no)));
    let unmet = formula.conditions.iter().map(|(index, node)| Ok((*index, truth(*node)?.no)));
    let (broken, unmet) = (broken.collect::<Result<_, TooWide>>()?, unmet.collect::<Result<_, TooWide>>()?);
    let [sound, eligible, cleared] = [truth(outcome.sound)?, truth(outcome.eligible)?, truth(outcome.cleared)?];
    let number = |node: &Node| lowering.number_at(*node);
    let mut posts = formula.posts.clone();
    posts.sort_unstable_by_key(|(entry, _)| *entry);
    let posted = posts.iter().map(|(_, node)| number(node)).collect::<Result<_, _>>()?;
    let (paid, payable) = (formula.paid.iter().map(number).collect::<Result<_, _>>()?, number(&outcome.payable)?);
    let waterfalls = formula.benefits.iter().zip(&plan.benefits);
    let waterfalls = waterfalls.map(|(waterfall, benefit)| lowering.waterfall(waterfall, benefit));
    let waterfalls = waterfalls.collect::<Result<_, TooWide>>()?;
    let Lowering { graph, beyond, .. } = lowering;
    if let Some(too_wide) = graph.too_wide {
        return Err(too_wide);
    }
    let priors = if given.earlier { formula.priors.clone() } else { Arena::new() };
    let tells_gaps = plan.facts.len() <= MOST_IN_GAP;
    Ok(Lowered {
        graph,
        priors,
        sound,
        eligible,
        cleared,
        payable,
        paid,
        posted,
        broken,
        unmet,
        beyond,
        tells_gaps,
        waterfalls,
    })
}

/// What a step of the formula is in columns.
#[derive(Debug, Clone, Copy)]
enum Value {
    Number(Number),
    Truth(Truth),
    Date(Date),
    /// A category is read by what is asked of it.
    Category(Slot),
}

/// What a step comes to where it is known.
enum Worth {
    Number(graph::Number),
    Date(graph::Date),
    Holds(Mask),
    Category(Slot),
}

struct Lowering<'a> {
    plan: &'a Plan,
    given: Given<'a>,
    steps: &'a [Step],
    priors: &'a Arena<PriorIndex, Prior>,
    /// Lists of values as sets of codes, as far as they were read.
    sets: BTreeMap<(Slot, Members), Arc<[bool]>>,
    graph: Graph,
    beyond: Mask,
    /// By step of the formula.
    values: Vec<Value>,
}

impl Lowering<'_> {
    fn presence(&self, slot: Slot) -> Presence {
        self.given.presence[slot]
    }

    /// Values for the codes of a category fact, at the places that the finest of them has.
    fn by_code(&mut self, fact: &str, rows: &[(Box<str>, Decimal)], otherwise: Option<Decimal>) -> Table {
        let places = most_places(rows.iter().map(|(_, value)| *value).chain(otherwise));
        let beside = self.whole(beside(otherwise), places);
        let length = usize::from(self.given.codes.highest(fact)).saturating_add(1);
        let mut values = vec![beside; length];
        for (row, value) in rows {
            let value = self.whole(*value, places);
            let code = self.given.codes.code(fact, row).map(usize::from);
            if let Some(place) = code.and_then(|code| values.get_mut(code)) {
                *place = value;
            }
        }
        Table { values: values.into(), beside, places }
    }

    fn whole(&mut self, number: Decimal, places: u32) -> i64 {
        whole(number, places).unwrap_or_else(|| {
            self.graph.too_wide = Some(TooWide);
            0
        })
    }

    /// Where the key is one of the rows'.
    fn is_among(&mut self, key: graph::Number, rows: &[(Decimal, Decimal)]) -> Mask {
        let follows = |pair: &[(Decimal, Decimal)]| match pair {
            [(one, _), (next, _)] => exact::subtract(*next, *one) == Ok(Decimal::ONE),
            _ => false,
        };
        let is_dense = self.graph.range(key).places() == 0 && rows.windows(2).all(follows);
        if let ([(first, _), .., (last, _)], true) = (rows, is_dense) {
            let (first, last) = (self.graph.constant(*first), self.graph.constant(*last));
            let above = self.graph.compare(Comparison::AtLeast, key, first);
            let below = self.graph.compare(Comparison::AtMost, key, last);
            return self.graph.and(above, below);
        }
        rows.iter().fold(Mask::NEVER, |found, (row, _)| {
            let row = self.graph.constant(*row);
            let here = self.graph.compare(Comparison::Equal, key, row);
            self.graph.or(found, here)
        })
    }

    fn set_of(&self, slot: Slot, values: impl Iterator<Item = Box<str>>) -> Arc<[bool]> {
        let fact = &*self.plan.fact(slot).name;
        let mut set = vec![false; usize::from(self.given.codes.highest(fact)).saturating_add(1)];
        for value in values {
            let code = self.given.codes.code(fact, &value).map(usize::from);
            if let Some(place) = code.and_then(|code| set.get_mut(code)) {
                *place = true;
            }
        }
        set.into()
    }

    /// A table whose keys lie close together, as values from the first key on.
    fn dense(&mut self, key: Range, rows: &[(Decimal, Decimal)], otherwise: Option<Decimal>) -> Option<(i64, Table)> {
        let places = most_places(rows.iter().map(|(_, value)| *value).chain(otherwise));
        let keys: Option<Vec<i64>> = rows.iter().map(|(row, _)| whole(*row, key.places())).collect();
        let keys = keys?;
        let (first, last) = (*keys.iter().min()?, *keys.iter().max()?);
        let width = last.checked_sub(first).filter(|width| *width < WIDEST_TABLE)?;
        let beside = self.whole(beside(otherwise), places);
        let mut values = vec![beside; usize::try_from(width).ok()?.saturating_add(1)];
        for (row, (_, value)) in keys.iter().zip(rows) {
            let value = self.whole(*value, places);
            let place = row.checked_sub(first).and_then(|place| usize::try_from(place).ok());
            *values.get_mut(place?)? = value;
        }
        Some((first, Table { values: values.into(), beside, places }))
    }
}

impl Spread for Lowering<'_> {
    type Terms = Graph;
    type Fault = TooWide;

    fn terms(&mut self) -> &mut Graph {
        &mut self.graph
    }

    fn lack_of(&mut self, node: Node) -> Result<Lack, TooWide> {
        match self.value_at(node)? {
            Value::Number(number) => Ok(number.lack),
            Value::Date(date) => Ok(date.lack),
            Value::Truth(truth) => Ok(self.graph.lack(truth)),
            Value::Category(slot) => self.absence(&Operation::Fact(slot)),
        }
    }

    fn truth_of(&mut self, node: Node) -> Result<Truth, TooWide> {
        self.truth_at(node)
    }

    fn is_given(&mut self, slot: Slot) -> Mask {
        match self.presence(slot) {
            Presence::Never => Mask::NEVER,
            Presence::Always => Mask::ALWAYS,
            Presence::Sometimes => self.graph.given(slot),
        }
    }

    fn only(&mut self, slot: Slot) -> Gap {
        // A slot beyond has no bit; a plan with so many facts does not tell gaps.
        let bit = u32::try_from(slot.0).ok().and_then(|slot| 1_i64.checked_shl(slot)).map_or(0, |bit| bit.max(0));
        self.graph.constant_at(bit, 0)
    }

    /// A claim of which it is not known is left to the exact reading.
    fn prior(&mut self, _: PriorIndex) -> Lack {
        self.graph.nothing_lacks()
    }

    /// A number without a row is left to the exact reading.
    fn has_row(&mut self, key: Node, table: TableIndex) -> Result<Mask, TooWide> {
        let table = self.plan.table(table);
        Ok(match (&table.rows, table.otherwise) {
            (Rows::Categories(rows), None) => {
                let slot = self.category_at(key)?;
                match self.presence(slot) {
                    Presence::Never => Mask::NEVER,
                    Presence::Sometimes | Presence::Always => {
                        let set = self.set_of(slot, rows.iter().map(|(row, _)| row.clone()));
                        self.graph.among(slot, set)
                    }
                }
            }
            (Rows::Categories(_), Some(_)) | (Rows::Numbers(_) | Rows::YesNo { .. }, _) => Mask::ALWAYS,
        })
    }

    fn fact_of(&self, table: TableIndex) -> Slot {
        self.plan.table(table).by
    }
}

impl Lowering<'_> {
    fn step(&mut self, step: &Step) -> Result<Value, TooWide> {
        let lack = self.absence(&step.operation)?;
        let value = match &step.operation {
            Operation::Number(number, _) => Worth::Number(self.graph.constant(*number)),
            Operation::Date(date, _) => Worth::Date(self.graph.day(day_number(*date))),
            Operation::Truth(truth) => Worth::Holds(if *truth { Mask::ALWAYS } else { Mask::NEVER }),
            Operation::Fact(slot) => self.fact(*slot),
            Operation::Prior(index) => Worth::Number(self.prior_column(*index)),
            Operation::Add(sides) => self.joined(sides, Graph::add)?,
            Operation::Subtract(sides) => self.joined(sides, Graph::subtract)?,
            Operation::Times(sides) => self.joined(sides, Graph::times)?,
            Operation::Least(sides) => self.joined(sides, Graph::least)?,
            Operation::Greatest(sides) => self.joined(sides, Graph::greatest)?,
            Operation::Round(number, rounding) => {
                Worth::Number(self.rounded(self.number_at(*number)?.value, *rounding))
            }
            Operation::DaysBetween(dates) => self.between(dates, Graph::days_between)?,
            Operation::MonthsBetween(dates) => self.between(dates, Graph::months_between)?,
            Operation::YearsBetween(dates) => self.between(dates, Graph::years_between)?,
            Operation::PlusDays([date, days]) => {
                let (date, days) = (self.date_at(*date)?, self.number_at(*days)?);
                Worth::Date(self.graph.plus_days(date.value, days.value))
            }
            Operation::PlusMonths(date, months, _) => {
                let date = self.date_at(*date)?;
                Worth::Date(self.graph.plus_months(date.value, *months))
            }
            Operation::Compare(comparison, sides) => Worth::Holds(self.compared(*comparison, sides)?),
            Operation::Logic(logic) => return Ok(Value::Truth(self.logic(logic)?)),
            Operation::Among(fact, values) => Worth::Holds(self.among(*fact, values)?),
            Operation::Choose(nodes) if step.is_of_nothing && self.is_known_with_its_due(nodes)? => {
                return self.value_at(nodes[2]);
            }
            Operation::Choose(nodes) => self.chosen(nodes)?,
            Operation::LookUp(key, table) => Worth::Number(self.looked_up(*key, self.plan.table(*table))?),
            Operation::Derived(node, _) => match self.value_at(*node)? {
                Value::Number(number) => Worth::Number(number.value),
                Value::Date(date) => Worth::Date(date.value),
                Value::Truth(_) | Value::Category(_) => return Err(TooWide),
            },
        };
        Ok(match value {
            Worth::Number(value) => Value::Number(Number { value, lack }),
            Worth::Date(value) => Value::Date(Date { value, lack }),
            Worth::Holds(holds) => Value::Truth(self.graph.told(holds, lack)),
            Worth::Category(slot) => Value::Category(slot),
        })
    }

    // Steps come after those that they need, and each is what its use takes it for; else columns would have no answer.

    fn value_at(&self, node: Node) -> Result<Value, TooWide> {
        self.values.get(node.place()).copied().ok_or(TooWide)
    }

    fn number_at(&self, node: Node) -> Result<Number, TooWide> {
        match self.value_at(node)? {
            Value::Number(number) => Ok(number),
            Value::Truth(_) | Value::Date(_) | Value::Category(_) => Err(TooWide),
        }
    }

    fn truth_at(&self, node: Node) -> Result<Truth, TooWide> {
        match self.value_at(node)? {
            Value::Truth(truth) => Ok(truth),
            Value::Number(_) | Value::Date(_) | Value::Category(_) => Err(TooWide),
        }
    }

    fn date_at(&self, node: Node) -> Result<Date, TooWide> {
        match self.value_at(node)? {
            Value::Date(date) => Ok(date),
            Value::Number(_) | Value::Truth(_) | Value::Category(_) => Err(TooWide),
        }
    }

    fn category_at(&self, node: Node) -> Result<Slot, TooWide> {
        match self.value_at(node)? {
            Value::Category(slot) => Ok(slot),
            Value::Number(_) | Value::Truth(_) | Value::Date(_) => Err(TooWide),
        }
    }

    fn fact(&mut self, slot: Slot) -> Worth {
        let fact = self.plan.fact(slot);
        let is_given = self.presence(slot) != Presence::Never;
        match fact.kind {
            Kind::Money | Kind::Ratio | Kind::Number | Kind::Days => {
                let places = fact.kind.places();
                Worth::Number(if is_given {
                    let most = self.whole(fact.bounds.max, places).min(most_of(fact.kind));
                    self.graph.number_fact(slot, Range::units(0, most.into(), places))
                } else {
                    self.graph.constant_at(0, 0)
                })
            }
            Kind::YesNo => Worth::Holds(if is_given { self.graph.truth_fact(slot) } else { Mask::NEVER }),
            Kind::Date => Worth::Date(if is_given { self.graph.date_fact(slot) } else { self.graph.day(0) }),
            Kind::Category => Worth::Category(slot),
        }
    }

    fn among(&mut self, fact: Node, values: &Members) -> Result<Mask, TooWide> {
        let slot = self.category_at(fact)?;
        if self.presence(slot) == Presence::Never {
            return Ok(Mask::NEVER);
        }
        let set = match self.sets.get(&(slot, values.clone())) {
            Some(known) => Arc::clone(known),
            None => {
                let set = self.set_of(slot, values.listed().iter().cloned());
                self.sets.insert((slot, values.clone()), Arc::clone(&set));
                set
            }
        };
        Ok(self.graph.among(slot, set))
    }

    fn prior_column(&mut self, index: PriorIndex) -> graph::Number {
        if !self.given.earlier {
            return self.graph.constant(Decimal::ZERO);
        }
        let prior = self.priors[index];
        let places = self.given.places[prior.entry];
        let high = match self.plan.entry(prior.entry).amount {
            LedgerAmount::Count(_) => MOST_COUNTED,
            LedgerAmount::Paid(_) | LedgerAmount::Deducted(_) | LedgerAmount::Sum(_) => MOST_POSTED,
        };
        self.graph.prior(index, Range::units(0, high.into(), places))
    }

    fn joined(
        &mut self,
        [left, right]: &[Node; 2],
        by: impl FnOnce(&mut Graph, graph::Number, graph::Number) -> graph::Number,
    ) -> Result<Worth, TooWide> {
        let (left, right) = (self.number_at(*left)?, self.number_at(*right)?);
        Ok(Worth::Number(by(&mut self.graph, left.value, right.value)))
    }

    fn between(
        &mut self,
        [from, to]: &[Node; 2],
        by: impl FnOnce(&mut Graph, graph::Date, graph::Date) -> graph::Number,
    ) -> Result<Worth, TooWide> {
        let (from, to) = (self.date_at(*from)?, self.date_at(*to)?);
        Ok(Worth::Number(by(&mut self.graph, from.value, to.value)))
    }

    fn compared(&mut self, comparison: Comparison, [left, right]: &[Node; 2]) -> Result<Mask, TooWide> {
        match (self.value_at(*left)?, self.value_at(*right)?) {
            (Value::Number(left), Value::Number(right)) => Ok(self.graph.compare(comparison, left.value, right.value)),
            (Value::Date(left), Value::Date(right)) => {
                Ok(self.graph.compare_dates(comparison, left.value, right.value))
            }
            (Value::Number(_) | Value::Date(_) | Value::Truth(_) | Value::Category(_), _) => Err(TooWide),
        }
    }

    fn rounded(&mut self, number: graph::Number, rounding: Rounding) -> graph::Number {
        let to = rounding.to.normalize();
        let places = self.graph.range(number).places().max(to.scale());
        let raised = self.graph.at_places(number, places);
        let multiple = self.whole(to, places);
        if multiple == 1 {
            return raised; // a whole number of the multiple already
        }
        let count = self.graph.divide(raised, multiple, rounding.mode, to.scale());
        let unit = self.whole(to, to.scale());
        let unit = self.graph.constant_at(unit, 0);
        self.graph.times(count, unit)
    }

    fn chosen(&mut self, [asked, then, otherwise]: &[Node; 3]) -> Result<Worth, TooWide> {
        let condition = self.truth_at(*asked)?;
        match (self.value_at(*then)?, self.value_at(*otherwise)?) {
            (Value::Number(then), Value::Number(otherwise)) => {
                Ok(Worth::Number(self.graph.choose(condition.yes, then.value, otherwise.value)))
            }
            (Value::Date(then), Value::Date(otherwise)) => {
                Ok(Worth::Date(self.graph.choose_date(condition.yes, then.value, otherwise.value)))
            }
            (Value::Number(_) | Value::Date(_) | Value::Truth(_) | Value::Category(_), _) => Err(TooWide),
        }
    }

    /// Whether what a limit comes to is known wherever it is known what was due, which is asked whether it is nothing; of nothing it leaves nothing.
    fn is_known_with_its_due(&self, [asked, _, now]: &[Node; 3]) -> Result<bool, TooWide> {
        match self.steps.get(asked.place()).map(|step| &step.operation) {
            Some(Operation::Compare(_, [due, _])) => {
                let (due, now) = (self.number_at(*due)?, self.number_at(*now)?);
                Ok(self.graph.value(due.value).is_none() && now.lack.known == due.lack.known)
            }
            Some(_) | None => Ok(false),
        }
    }

    fn looked_up(&mut self, key: Node, table: &plan::Table) -> Result<graph::Number, TooWide> {
        let otherwise = table.otherwise;
        match &table.rows {
            Rows::Numbers(rows) => {
                let key = self.number_at(key)?;
                Ok(self.row(key, rows, otherwise))
            }
            Rows::Categories(rows) => {
                let slot = self.category_at(key)?;
                Ok(self.row_of_category(slot, rows, otherwise))
            }
            Rows::YesNo { .. } => Err(TooWide), // the formula chooses between the two
        }
    }

    fn row(&mut self, key: Number, rows: &[(Decimal, Decimal)], otherwise: Option<Decimal>) -> graph::Number {
        let range = self.graph.range(key.value);
        if otherwise.is_none() {
            let has_row = self.is_among(key.value, rows);
            let has_none = self.graph.not(has_row);
            let here = self.graph.and(key.lack.known, has_none);
            self.beyond = self.graph.or(self.beyond, here);
        }
        match self.dense(range, rows, otherwise) {
            Some((first, table)) => self.graph.look_up(key.value, first, table),
            None => {
                let beside = self.graph.constant(beside(otherwise));
                rows.iter().fold(beside, |found, (row, value)| {
                    let (row, value) = (self.graph.constant(*row), self.graph.constant(*value));
                    let here = self.graph.compare(Comparison::Equal, key.value, row);
                    self.graph.choose(here, value, found)
                })
            }
        }
    }

    fn row_of_category(
        &mut self,
        slot: Slot,
        rows: &[(Box<str>, Decimal)],
        otherwise: Option<Decimal>,
    ) -> graph::Number {
        match self.presence(slot) {
            Presence::Never => self.graph.constant(beside(otherwise)),
            Presence::Sometimes | Presence::Always => {
                let table = self.by_code(&self.plan.fact(slot).name, rows, otherwise);
                self.graph.look_up_category(slot, table)
            }
        }
    }

    fn waterfall(&self, waterfall: &formula::Waterfall, benefit: &plan::Benefit) -> Result<Waterfall, TooWide> {
        let line =
            |line: &formula::Line| Ok(Line { cause: line.kind.cause(benefit), leaves: self.number_at(line.leaves)? });
        let lines = waterfall.lines.iter().map(line).collect::<Result<_, TooWide>>()?;
        let (applies, gross) = (self.truth_at(waterfall.applies)?.yes, self.number_at(waterfall.gross)?);
        Ok(Waterfall { applies, gross, lines })
    }
}

/// The day's number from 1970-01-01.
pub(crate) fn day_number(date: NaiveDate) -> i32 {
    const FROM_THE_YEAR_1: i32 = 719_163;
    date.num_days_from_ce().saturating_sub(FROM_THE_YEAR_1)
}

fn most_places(values: impl Iterator<Item = Decimal>) -> u32 {
    values.map(|value| value.normalize().scale()).fold(0, u32::max)
}

/// What stands for the value where a table has none: it is not known there, so that nobody reads it.
fn beside(otherwise: Option<Decimal>) -> Decimal {
    match otherwise {
        Some(value) => value,
        None => Decimal::ZERO,
    }
}
