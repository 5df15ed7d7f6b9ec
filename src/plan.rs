//! A plan: one checked version of a rule pack, with every name resolved.

pub(crate) mod expression;
pub(crate) mod parts;
mod premium;
mod step;
pub(crate) mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;
use std::sync::Arc;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::accumulator::{Entry, Measure};
use crate::arena::Arena;
use crate::exact::divides;
use crate::fact::{Absent, Bounds, Holder, Kind, SHARES_ELSEWHERE, StandardFact, StandardIndex};
use crate::order::OrderRule;
use crate::rounding::Rounding;
use crate::spelling::Spellings;
use crate::text::{Text, say};
use expression::{
    BenefitIndex, Comparison, ConditionIndex, Date, DateFigure, DateValue, EntryIndex, IdentityIndex, LadderIndex,
    LimitIndex, Months, Number, NumberFigure, NumberValue, PayerIndex, PoolIndex, SlabIndex, Slot, Slots, StepIndex,
    TableIndex, Truth, TruthValue, WaitingIndex, WhenIndex,
};
pub use premium::PoolUnit;
pub(crate) use premium::{CoverRule, Draws, IfShort, Of, Overlap, Part, Payer, Per, Pool};
pub(crate) use step::{Action, EarlierBenefit, Operand, Step, StepKind};

/// One version of a plan, ready to decide claims.
///
/// It exists only if its pack passed every check; see [`crate::pack::load`]. It is immutable, `Send` and `Sync`.
///
/// [`Plan::decide`] gives the answer, [`Plan::adjudicate`] with its reasons, [`Plan::work_out`] with every number too. Both take what the member's
/// earlier claims have posted, which [`Plan::reads_of_history`] narrows to what counts.
///
/// ```
/// use huzhu::{Accumulators, Catalog, Claim, Decision, Enrollment, facts};
///
/// let catalog = Catalog::load("rules".as_ref())?;
/// let plan = &catalog.versions("henan-accident")[0];
/// assert_eq!(plan.title().zh, "新就业形态劳动者专项意外伤害互助保障活动（河南）");
/// assert!(plan.reads("hospital_days") && !plan.reads("car_kind"));
///
/// let enrollment = Enrollment::new("E1", plan.id(), "M1").with(facts::COVERAGE_START, "2025-01-01".parse()?)?;
/// let decided = plan.decide(&enrollment, &Claim::new("C1"), &Accumulators::new())?;
/// assert_eq!(decided.decision(), Decision::Pended); // nothing is known of the claim yet
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Plan {
    pub(crate) reference: Arc<PlanReference>,
    pub(crate) title: Text,
    pub(crate) effective: Effective,
    pub(crate) terms: Terms,
    /// What orders the claims of a member.
    pub(crate) order: OrderRule,
    /// Whether a bill that may be one of an earlier claim pends.
    pub(crate) holds_duplicates: bool,
    pub(crate) facts: Arena<Slot, PlanFact>,
    pub(crate) figures: Figures,
    pub(crate) tables: Arena<TableIndex, Table>,
    pub(crate) slabs: Arena<SlabIndex, Slab>,
    pub(crate) ladders: Arena<LadderIndex, Ladder>,
    pub(crate) values: Values,
    pub(crate) waitings: Arena<WaitingIndex, Waiting>,
    pub(crate) conditions: Arena<ConditionIndex, Condition>,
    pub(crate) benefits: Arena<BenefitIndex, Benefit>,
    pub(crate) limits: Arena<LimitIndex, Limit>,
    /// What `prior.…`, limits and deductibles read from earlier claims; every claim posts to all of them.
    pub(crate) entries: Arena<EntryIndex, LedgerEntry>,
    /// Indexes of the entries in their own order, in which they are posted.
    pub(crate) posting_order: Vec<EntryIndex>,
    pub(crate) identities: Arena<IdentityIndex, Identity>,
    pub(crate) event_date: Slot,
    pub(crate) coverage_start: Slot,
    pub(crate) rounding_citation: Citation,
    /// Whether a claim waits where an earlier one that it counts is open.
    pub(crate) holds_open_claims: bool,
    /// The pack's own facts.
    pub(crate) own_facts: Vec<Slot>,
    /// The own facts of all plans of its catalog: one that is another plan's says nothing here, and is no slip.
    pub(crate) kin_facts: Arc<BTreeSet<(Box<str>, Holder)>>,
    /// The categories of which the plan tells some values apart, and which claims may give otherwise than its kind allows.
    pub(crate) worded: Vec<Slot>,
    /// The slots of the standard facts; `None` where the plan does not read one.
    pub(crate) standard_slots: Arena<StandardIndex, Option<Slot>>,
    /// The facts that rules read themselves, not only through the derivation of others.
    pub(crate) rule_facts: Vec<Slot>,
    /// What the checker has proven, in words.
    pub(crate) promises: Vec<Text>,
    /// How many parts are read when the plan is read once.
    pub(crate) parts: usize,
    /// The named parts that several rules read.
    pub(crate) shared: parts::Shared,
}

impl Plan {
    /// The names that are summed over claims.
    pub(crate) fn sums(&self) -> impl Iterator<Item = &Arc<str>> {
        let sums = self.entries.iter().filter(|posted| posted.entry.measure == Measure::Sum);
        sums.map(|posted| &posted.entry.name)
    }

    /// The plan's id, shared by its versions.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.reference.id
    }

    /// The version's name.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.reference.version
    }

    /// SHA-256 of the canonical pack, in lower-case hexadecimal.
    #[must_use]
    pub fn fingerprint(&self) -> &str {
        &self.reference.fingerprint
    }

    /// Id, version and fingerprint together.
    #[must_use]
    pub fn reference(&self) -> &Arc<PlanReference> {
        &self.reference
    }

    /// The plan's name.
    #[must_use]
    pub fn title(&self) -> &Text {
        &self.title
    }

    /// The dates between which this version holds, and which date counts.
    #[must_use]
    pub fn effective(&self) -> Effective {
        self.effective
    }

    /// The ids of the benefits, in the order of the pack.
    pub fn benefit_ids(&self) -> impl Iterator<Item = &str> {
        self.benefits.iter().map(|benefit| &*benefit.id)
    }

    /// The ids of those who pay the price of a cover, in their order.
    #[must_use]
    pub fn payer_ids(&self) -> Vec<&str> {
        self.terms.payers.iter().map(|payer| &*payer.id).collect()
    }

    /// The ids of the pools that they draw from.
    #[must_use]
    pub fn pool_ids(&self) -> Vec<&str> {
        self.terms.pools.iter().map(|pool| &*pool.id).collect()
    }

    /// What a claim must meet, in the order of the pack; what every plan requires comes last.
    pub fn conditions(&self) -> impl Iterator<Item = &Condition> {
        self.conditions.iter()
    }

    /// The pack's promises, each proven: of what a claim is paid for every claim, of what many are paid together for all histories that this
    /// version has decided, of the order for all claims of one cover and event date.
    #[must_use]
    pub fn promises(&self) -> &[Text] {
        &self.promises
    }

    /// The name of a fact that the plan reads.
    #[must_use]
    pub fn fact_title(&self, fact: &str) -> Option<&Text> {
        self.facts.iter().find(|known| &*known.name == fact).map(|known| &known.title)
    }

    /// The name of a category's value that the plan tells apart.
    #[must_use]
    pub fn value_title(&self, fact: &str, value: &str) -> Option<&Text> {
        let fact = self.facts.iter().find(|known| &*known.name == fact)?;
        fact.symbols.named(value).map(|symbol| &symbol.title)
    }

    /// Whether this fact follows from others where it is not given.
    #[must_use]
    pub fn can_derive(&self, fact: &str) -> bool {
        self.facts.iter().any(|known| &*known.name == fact && known.derived.is_some())
    }

    /// Whether this is the code of something that must hold between facts, such as that a settlement adds up.
    #[must_use]
    pub fn is_identity(&self, code: &str) -> bool {
        self.identities.iter().any(|identity| identity.id == code)
    }

    /// Whether the plan reads this fact, be it a standard one or its own.
    #[must_use]
    pub fn reads(&self, fact: &str) -> bool {
        self.facts.iter().any(|known| &*known.name == fact)
    }
}

impl Benefit {
    pub(crate) fn step(&self, index: StepIndex) -> &Step {
        &self.steps[index]
    }
}

impl Plan {
    /// Where the rounding of a benefit is written: with the benefit, or else with the plan.
    pub(crate) fn rounding_citation<'p>(&'p self, benefit: &'p Benefit) -> &'p Citation {
        benefit.rounding_citation.as_ref().unwrap_or(&self.rounding_citation)
    }
}

impl Plan {
    /// Whether claims of one event under one enrollment have the fact in common: what is said of the enrollment, the date of the event, and
    /// how many shares count under other covers on that date.
    pub(crate) fn is_of_the_event(&self, slot: Slot) -> bool {
        let fact = self.fact(slot);
        match fact.holder {
            Holder::Enrollment => true,
            Holder::Claim => slot == self.event_date || &*fact.name == SHARES_ELSEWHERE,
        }
    }

    /// Every fact that the plan reads.
    pub(crate) fn slots(&self) -> impl Iterator<Item = Slot> + Clone + use<> {
        self.facts.indexes()
    }

    /// The slot of a standard fact, if the plan reads it.
    #[inline]
    pub(crate) fn slot_of_standard(&self, index: StandardIndex) -> Option<Slot> {
        self.standard_slots[index]
    }
}

/// Access by the indexes that resolving made: no date can be read as a number, nor a fact as a table.
macro_rules! by_index {
    ($($name:ident, $index:ident, $($list:ident).+: $item:ty;)*) => {
        impl Plan {
            $(
                pub(crate) fn $name(&self, index: $index) -> &$item {
                    &self.$($list).+[index]
                }
            )*
        }
    };
}

by_index! {
    condition, ConditionIndex, conditions: Condition;
    benefit, BenefitIndex, benefits: Benefit;
    limit, LimitIndex, limits: Limit;
    entry, EntryIndex, entries: LedgerEntry;
    identity, IdentityIndex, identities: Identity;
    fact, Slot, facts: PlanFact;
    table, TableIndex, tables: Table;
    slab, SlabIndex, slabs: Slab;
    ladder, LadderIndex, ladders: Ladder;
    waiting, WaitingIndex, waitings: Waiting;
    payer, PayerIndex, terms.payers: Payer;
    pool, PoolIndex, terms.pools: Pool;
    number_figure, NumberFigure, figures.numbers: Figure<Decimal>;
    date_figure, DateFigure, figures.dates: Figure<NaiveDate>;
    number_value, NumberValue, values.numbers: Number;
    truth_value, TruthValue, values.truths: Truth;
    date_value, DateValue, values.dates: Date;
}

impl Plan {
    /// What the pack calls a named expression.
    pub(crate) fn title_of_value(&self, value: AnyValue) -> Text {
        self.values.titles.get(&value).map_or_else(Text::default, Text::clone)
    }
}

#[cfg(feature = "workbook")]
impl Plan {
    /// What a figure is called, and where it is written.
    pub(crate) fn origin_of(&self, figure: AnyFigure) -> &Origin {
        match figure {
            AnyFigure::Number(index) => &self.number_figure(index).origin,
            AnyFigure::Date(index) => &self.date_figure(index).origin,
        }
    }
}

/// Which version of which plan decided.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PlanReference {
    /// The plan's id.
    pub id: String,
    /// The version's name.
    pub version: String,
    /// SHA-256 of the canonical pack, in lower-case hexadecimal.
    pub fingerprint: String,
}

/// When a version holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effective {
    /// The first day.
    pub from: NaiveDate,
    /// The last day; `None` while no end is set.
    pub until: Option<NaiveDate>,
    /// The date of a claim that must lie between the two.
    pub by: EffectiveBy,
}

impl Effective {
    /// Whether the version holds on this day.
    #[must_use]
    pub fn holds_on(&self, date: NaiveDate) -> bool {
        self.from <= date && self.until.is_none_or(|until| date <= until)
    }
}

/// The date that picks the version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EffectiveBy {
    /// The first day of the cover.
    CoverageStart,
    /// The date of the event.
    EventDate,
}

impl EffectiveBy {
    /// The name of the fact that counts.
    #[must_use]
    pub fn fact(self) -> &'static str {
        match self {
            EffectiveBy::CoverageStart => "coverage_start",
            EffectiveBy::EventDate => "event_date",
        }
    }
}

/// How sure we are of what a pack says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Provenance {
    /// Printed in the source that the pack was written from.
    Stated,
    /// Read in another public rule text or report.
    Published,
    /// Chosen by the pack's author so that the pack can run.
    Assumed,
}

/// Where a rule is written, how sure we are of it, and which assumed things it stands on.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Citation {
    pub(crate) clause: Arc<Text>,
    pub(crate) provenance: Provenance,
    pub(crate) assumed: AllAssumed,
}

/// The figures, tables, bands, lists, values that are assumed, by name: shared by all results that list them.
pub(crate) type AllAssumed = Arc<[Arc<Assumed>]>;

/// Something that the pack assumes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Assumed {
    /// Its name in the pack: a figure, a table, a condition, a benefit, ….
    pub name: String,
    /// Its title.
    pub title: Text,
    /// Its value, if it is a figure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

/// What enrolling costs and how many shares count.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Terms {
    pub(crate) price: Option<Spelled<Number>>,
    pub(crate) max_shares: Option<(Number, Excess)>,
    pub(crate) term: Option<Term>,
    pub(crate) cover: Option<CoverRule>,
    /// What an application must meet.
    pub(crate) conditions: Vec<Condition>,
    /// Those who pay the price, in their order; the last pays the rest.
    pub(crate) payers: Arena<PayerIndex, Payer>,
    pub(crate) pools: Arena<PoolIndex, Pool>,
    /// What the price stands on that is assumed.
    pub(crate) assumed: AllAssumed,
}

impl Terms {
    /// What becomes of a cover that overlaps another.
    pub(crate) fn overlap(&self) -> Overlap {
        self.cover.as_ref().map_or_else(Overlap::default, |cover| cover.overlap)
    }
}

/// What every benefit needs where shares beyond a cap are void.
pub(crate) fn some_shares_count() -> Text {
    say!("其他保障先计入的份数未达上限", "the shares under other covers do not come to the cap")
}

/// What becomes of shares beyond the cap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Excess {
    /// They do not count, the enrollment stands.
    Void,
    /// A claim on the enrollment is denied.
    Refuse,
}

/// How long one cover runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Term {
    Years(u32),
    Months(u32),
    Days(u32),
}

/// A fact that the plan reads, directly or to derive another.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PlanFact {
    pub(crate) name: Box<str>,
    /// Which of the standard facts it is; `None` for the pack's own.
    pub(crate) standard: Option<StandardIndex>,
    pub(crate) holder: Holder,
    pub(crate) kind: Kind,
    pub(crate) bounds: Bounds,
    pub(crate) absent: Absent,
    pub(crate) derived: Option<Derived>,
    pub(crate) title: Text,
    /// The values that the plan tells apart, if it is a category.
    pub(crate) symbols: Symbols,
    /// Whether a category may have other values too.
    pub(crate) open: bool,
}

impl PlanFact {
    /// What a number that is given must lie between. A standard fact is read by its own bounds: one beyond those that a pack has narrowed is pended for it.
    pub(crate) fn given_bounds(&self) -> Bounds {
        self.standard.map_or(self.bounds, |index| StandardFact::at(index).bounds())
    }
}

/// A value of a category.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Symbol {
    pub(crate) name: Box<str>,
    pub(crate) title: Text,
    pub(crate) spellings: Spellings,
}

impl Symbol {
    pub(crate) fn new(name: &str, title: Text) -> Symbol {
        Symbol { name: name.into(), spellings: Spellings::of(name, &title), title }
    }
}

/// The values of a category, in the order of the pack, and each found by its name. There may be very many, and plans are copied.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Symbols {
    list: Arc<Vec<Symbol>>,
    places: Arc<BTreeMap<Box<str>, usize>>,
}

impl Symbols {
    /// The value of this name.
    #[inline]
    pub(crate) fn named(&self, name: &str) -> Option<&Symbol> {
        self.list.get(*self.places.get(name)?)
    }
}

impl Deref for Symbols {
    type Target = [Symbol];

    fn deref(&self) -> &[Symbol] {
        &self.list
    }
}

impl FromIterator<Symbol> for Symbols {
    fn from_iter<I: IntoIterator<Item = Symbol>>(symbols: I) -> Symbols {
        let list: Vec<Symbol> = symbols.into_iter().collect();
        let places = list.iter().enumerate().map(|(place, symbol)| (symbol.name.clone(), place));
        Symbols { places: Arc::new(places.collect()), list: Arc::new(list) }
    }
}

/// How a fact follows from others.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Derived {
    Number(Number),
    Date(Date),
}

/// What the pack calls a figure, a table or bands, and where it is written.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Origin {
    pub(crate) name: Box<str>,
    pub(crate) title: Text,
    pub(crate) clause: Text,
    pub(crate) provenance: Provenance,
}

/// The figures of a pack, numbers and dates apart.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Figures {
    pub(crate) numbers: Arena<NumberFigure, Figure<Decimal>>,
    pub(crate) dates: Arena<DateFigure, Figure<NaiveDate>>,
    /// All of them, as the pack lists them.
    pub(crate) in_order: Vec<AnyFigure>,
}

impl Figures {
    pub(crate) fn push_number(&mut self, figure: Figure<Decimal>) -> NumberFigure {
        let index = self.numbers.push(figure);
        self.in_order.push(AnyFigure::Number(index));
        index
    }

    pub(crate) fn push_date(&mut self, figure: Figure<NaiveDate>) -> DateFigure {
        let index = self.dates.push(figure);
        self.in_order.push(AnyFigure::Date(index));
        index
    }

    /// What a number is, if it is a figure as it stands.
    pub(crate) fn number(&self, index: NumberFigure) -> Option<Decimal> {
        self.numbers.find(index).map(|figure| figure.value)
    }
}

/// Index of any figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum AnyFigure {
    Number(NumberFigure),
    Date(DateFigure),
}

/// A figure with its value in the unit it was written in.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Figure<V> {
    pub(crate) value: V,
    /// The unit's name; `None` of a plain number or a date.
    pub(crate) unit: Option<&'static str>,
    pub(crate) origin: Origin,
}

/// A total table from a fact to a number.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Table {
    pub(crate) by: Slot,
    pub(crate) rows: Rows,
    pub(crate) otherwise: Option<Decimal>,
    pub(crate) origin: Origin,
}

/// A table's rows, by the kind of its key.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Rows {
    /// Sorted by key.
    Numbers(Vec<(Decimal, Decimal)>),
    Categories(Vec<(Box<str>, Decimal)>),
    YesNo {
        yes: Decimal,
        no: Decimal,
    },
}

#[cfg(any(feature = "batch", feature = "workbook", test))]
impl Rows {
    /// The values of all rows, in order.
    pub(crate) fn values(&self) -> Vec<Decimal> {
        match self {
            Rows::Numbers(rows) => rows.iter().map(|(_, value)| *value).collect(),
            Rows::Categories(rows) => rows.iter().map(|(_, value)| *value).collect(),
            Rows::YesNo { yes, no } => vec![*yes, *no],
        }
    }
}

/// Bands of which one gives the value for the whole.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Slab {
    pub(crate) by: Number,
    pub(crate) edge: Edge,
    /// From low to high: upper edge and value.
    pub(crate) bands: Vec<(Decimal, Decimal)>,
    /// The value above the last edge.
    pub(crate) above: Decimal,
    pub(crate) origin: Origin,
}

/// To which side an amount counts that lies exactly at an edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Edge {
    /// To what lies below it.
    UpTo,
    /// To what lies above it.
    Below,
}

impl Edge {
    /// Both, with their names in a pack.
    pub(crate) const ALL: [(&'static str, Edge); 2] = [("up-to", Edge::UpTo), ("below", Edge::Below)];

    /// The edge of this name.
    pub(crate) fn named(name: &str) -> Option<Edge> {
        Edge::ALL.iter().find(|(called, _)| *called == name).map(|(_, edge)| *edge)
    }

    /// How what counts below stands to the edge.
    pub(crate) const fn below(self) -> Comparison {
        match self {
            Edge::UpTo => Comparison::AtMost,
            Edge::Below => Comparison::Less,
        }
    }

    /// How what counts above stands to the edge.
    pub(crate) const fn above(self) -> Comparison {
        match self {
            Edge::UpTo => Comparison::Greater,
            Edge::Below => Comparison::AtLeast,
        }
    }
}

/// Bands each of which pays its rate on the part inside it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Ladder {
    pub(crate) rungs: Vec<Rung>,
    pub(crate) origin: Origin,
}

impl Ladder {
    /// Whether no band pays more than what lies inside it, where the due and what each band pays are rounded so.
    pub(crate) fn gives_parts(&self, each: Option<Rounding>) -> bool {
        let is_whole = |edge: Decimal| each.is_none_or(|each| divides(each.to, edge));
        self.rungs.iter().all(|rung| {
            let edges = is_whole(rung.from) && rung.up_to.is_none_or(is_whole);
            edges && rung.pays >= Decimal::ZERO && rung.pays <= Decimal::ONE
        })
    }
}

/// One band of a [`Ladder`], above `from`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Rung {
    pub(crate) from: Decimal,
    pub(crate) up_to: Option<Decimal>,
    pub(crate) pays: Decimal,
    pub(crate) at_most: Option<Decimal>,
}

/// The named expressions of a pack, by what they are.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Values {
    pub(crate) numbers: Arena<NumberValue, Number>,
    pub(crate) truths: Arena<TruthValue, Truth>,
    pub(crate) dates: Arena<DateValue, Date>,
    /// What the pack calls each.
    pub(crate) titles: BTreeMap<AnyValue, Text>,
}

/// Index of any named expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum AnyValue {
    Number(NumberValue),
    Truth(TruthValue),
    Date(DateValue),
}

/// A waiting period, with an optional reduced window after it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Waiting {
    pub(crate) title: Arc<Text>,
    pub(crate) period: Period,
    pub(crate) counts: Date,
    pub(crate) from: Date,
    pub(crate) not_when: Option<Truth>,
    pub(crate) waived_within: Option<(Number, Slot)>,
    pub(crate) reduced: Option<(Number, Number)>,
}

/// A length of time in days or in calendar months.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Period {
    Days(Number),
    Months(Months),
}

/// Something that a claim must meet.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    pub(crate) id: Box<str>,
    pub(crate) require: Truth,
    pub(crate) otherwise: Otherwise,
    pub(crate) text: Arc<Text>,
    pub(crate) citation: Citation,
}

impl Condition {
    /// The condition's id, which is the code of the reason if it is not met.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What is required, in words.
    #[must_use]
    pub fn text(&self) -> &Text {
        &self.text
    }

    /// What becomes of a claim that does not meet it.
    #[must_use]
    pub fn otherwise(&self) -> Otherwise {
        self.otherwise
    }

    /// Where it is written.
    #[must_use]
    pub fn clause(&self) -> &Text {
        &self.citation.clause
    }

    /// How sure we are of it.
    #[must_use]
    pub fn provenance(&self) -> Provenance {
        self.citation.provenance
    }

    /// Everything assumed that it stands on, itself included.
    pub fn assumed(&self) -> impl Iterator<Item = &Assumed> {
        self.citation.assumed.iter().map(|assumed| &**assumed)
    }
}

/// What becomes of a claim that does not meet a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Otherwise {
    /// It is denied.
    Deny,
    /// It is pended: something must be proved first.
    Pend,
}

/// One benefit: a gross amount and the steps that it runs down.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Benefit {
    pub(crate) id: Arc<str>,
    pub(crate) title: Arc<Text>,
    /// All must hold; kept apart so that the ones that do not can be named.
    pub(crate) when: Arena<WhenIndex, Spelled<Truth>>,
    pub(crate) gross: Spelled<Number>,
    /// What the gross amount stands on that is assumed.
    pub(crate) gross_assumed: AllAssumed,
    pub(crate) steps: Arena<StepIndex, Step>,
    pub(crate) rounding: Rounding,
    /// How what each step leaves is rounded too. No pack says so; an audit asks what another system may have done.
    pub(crate) rounding_of_steps: Option<Rounding>,
    /// Of its own rounding, if it has one.
    pub(crate) rounding_citation: Option<Citation>,
    pub(crate) citation: Citation,
    /// Whether what it pays is counted in full by an outermost limit.
    pub(crate) is_within_outermost: bool,
}

/// An expression with its wording, names put as titles.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Spelled<T> {
    pub(crate) expression: T,
    pub(crate) wording: Arc<Text>,
}

/// A limit over several benefits, worked after all of them.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Limit {
    pub(crate) id: Box<str>,
    pub(crate) title: Arc<Text>,
    /// Indexes of benefits in the order in which they are served, with what each has paid before.
    pub(crate) over: Vec<EarlierBenefit>,
    pub(crate) amount: Number,
    pub(crate) citation: Citation,
    /// Whether no later limit touches any of its benefits, so that it has the last word on their sum.
    pub(crate) is_outermost: bool,
}

/// What every claim posts, and later ones read.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct LedgerEntry {
    pub(crate) entry: Entry,
    pub(crate) amount: LedgerAmount,
    /// The fact to name where the sum is not known.
    pub(crate) named: Option<Slot>,
}

/// Where a posted amount comes from.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum LedgerAmount {
    /// What a benefit pays, after limits.
    Paid(BenefitIndex),
    /// 1 if a benefit pays more than nothing.
    Count(BenefitIndex),
    /// What the accumulated deductible of a benefit has taken.
    Deducted(BenefitIndex),
    /// A fact or a named value.
    Sum(Number),
}

/// What must hold between facts: amounts that agree or fit, dates in a possible order.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Identity {
    pub(crate) id: &'static str,
    pub(crate) text: Text,
    /// What is wrong where it does not hold.
    pub(crate) broken: Text,
    pub(crate) asked: Asked,
    pub(crate) agrees: Truth,
    /// The facts that it holds against each other, as it reads them.
    pub(crate) about: Vec<Slot>,
    /// The two sides, where the identity is between amounts.
    pub(crate) sides: Option<Sides>,
}

/// Two amounts, and how the one must stand to the other.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Sides {
    pub(crate) relation: Comparison,
    pub(crate) amounts: Box<[Number; 2]>,
    /// The first is given, and the second follows from other facts.
    pub(crate) is_derivation: bool,
}

impl Sides {
    pub(crate) fn of(relation: Comparison, amounts: [Number; 2]) -> Sides {
        Sides { relation, amounts: Box::new(amounts), is_derivation: false }
    }

    /// A number that is given, and the same as it follows from other facts.
    pub(crate) fn of_a_derivation(amounts: [Number; 2]) -> Sides {
        Sides { is_derivation: true, ..Sides::of(Comparison::Equal, amounts) }
    }

    pub(crate) fn agree(&self) -> Truth {
        Truth::Compare(self.relation, self.amounts.clone())
    }
}

/// Which facts must be there for an identity to be asked at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Asked {
    /// All of these are given.
    pub(crate) given: Slots,
    /// None of these is.
    pub(crate) absent: Slots,
    /// One of these is, if there are any.
    pub(crate) any: Slots,
}
