//! The sheet reading: one spreadsheet formula for every operation of a formula graph.
//!
//! A spreadsheet has binary floating point numbers only. Numbers are therefore counted in whole units of their last decimal
//! place, which such a number holds exactly as long as it is below [`MOST_UNITS`]; every formula keeps to whole numbers, and
//! what it reached is in a cell of its own, so that the sheet itself says where that no longer holds. A cell with the empty
//! text is what is not known; the missing facts that make it so are a set of bits in the cells beside it.

mod formula;
mod lacks;
mod result;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::arena::Arena;
use crate::plan::Plan;
use crate::plan::expression::{PriorIndex, Slot, Slots, TableIndex};
use crate::reading::formula::Formula;
use crate::reading::formula::evaluate::Values;
use crate::reading::formula::extents::{Extents, Kind, PlacesOfPriors, Stated};
use crate::reading::formula::graph::{Node, Operation};
use crate::reading::range::Range;
use crate::semantics::Source;

pub(crate) use formula::{of_date, one_of, quoted, text_of_date};
pub(crate) use result::{Whole, power_of_ten, units};

/// Spreadsheets promise fifteen digits; whole numbers below this are exact, and compare and subtract as such.
pub(crate) const MOST_UNITS: &str = "1E+15";
/// The same as a whole number.
pub(crate) const MOST: Whole = 1_000_000_000_000_000;
/// The bits of a number that functions on bits take.
pub(crate) const BITS: usize = 48;

/// A rate or an amount may be changed to one with so many places.
pub(crate) const LEAST_PLACES: u32 = 2;

/// The columns of a step.
pub(crate) const VALUE: char = 'C';
/// Year, month and day of a date; quotient and rest of a rounding.
pub(crate) const WORK: [char; 3] = ['G', 'H', 'I'];
pub(crate) const REACH: char = 'J';
/// By [`BITS`] facts: which of them are missing where there is no value.
pub(crate) const MISSING: [char; 3] = ['K', 'L', 'M'];

/// A formula, and what it comes to now: a number, `TRUE` or `FALSE`, or a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Live {
    pub(crate) formula: String,
    pub(crate) result: String,
}

/// Where the inputs of the steps stand.
#[derive(Debug, Clone, Default)]
pub(crate) struct Places {
    /// The row of the first step, counted from 1.
    pub(crate) first_step: usize,
    /// The input cell of each fact, by slot.
    pub(crate) facts: BTreeMap<Slot, String>,
    /// The amount, and the name of the missing fact without which it is not known, of each prior.
    pub(crate) priors: Arena<PriorIndex, [String; 2]>,
    /// The cells with the names of the facts.
    pub(crate) names: String,
    /// Beside them, which of the cells of [`MISSING`] has their bit, counted from 0.
    pub(crate) words: String,
    /// Beside them, the bit.
    pub(crate) bits: String,
}

/// Where the numbers of a pack stand.
#[derive(Debug, Clone, Default)]
pub(crate) struct PackPlaces {
    /// The cell of a constant, and the places that the formulas carry of it.
    pub(crate) numbers: BTreeMap<(Source, Decimal), (String, u32)>,
    pub(crate) dates: BTreeMap<(Source, NaiveDate), String>,
    /// By index of the plan's table.
    pub(crate) tables: BTreeMap<TableIndex, TablePlace>,
}

/// Any number may be changed to another one of so many places.
impl Stated for PackPlaces {
    fn number(&self, number: Decimal, source: Option<Source>) -> Range {
        let placed = source.and_then(|source| self.numbers.get(&(source, number)));
        placed.map_or_else(|| Range::of(number.normalize()), |(_, places)| Range::anything(*places))
    }

    fn found(&self, table: TableIndex) -> Range {
        Range::anything(self.tables.get(&table).map_or(0, |table| table.places))
    }
}

/// Where a table stands.
#[derive(Debug, Clone)]
pub(crate) struct TablePlace {
    pub(crate) keys: String,
    pub(crate) values: String,
    pub(crate) otherwise: Option<String>,
    pub(crate) places: u32,
}

/// The cells of one step.
#[derive(Debug, Clone)]
pub(crate) struct StepCells {
    pub(crate) value: Live,
    pub(crate) work: Vec<Live>,
    pub(crate) reach: Option<Live>,
    pub(crate) missing: Vec<Live>,
}

/// A formula graph on a sheet.
pub(crate) struct Sheet<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) formula: &'a Formula,
    pub(crate) pack: &'a PackPlaces,
    pub(crate) values: &'a Values<'a>,
    places: Places,
    extents: Extents,
}

impl<'a> Sheet<'a> {
    /// A graph with the values of one claim; the formulas carry so many places of each prior.
    pub(crate) fn new(
        plan: &'a Plan,
        formula: &'a Formula,
        pack: &'a PackPlaces,
        values: &'a Values<'a>,
        priors: &PlacesOfPriors,
        places: Places,
    ) -> Sheet<'a> {
        let extents = Extents::of(plan, formula, pack, priors);
        Sheet { plan, formula, pack, values, places, extents }
    }
}

impl Sheet<'_> {
    /// The cells of every step, in order.
    pub(crate) fn steps(&self) -> Vec<StepCells> {
        self.formula.graph.nodes().map(|(node, step)| self.step(node, &step.operation)).collect()
    }

    /// What the value of a step is.
    pub(crate) fn kind(&self, node: Node) -> Kind {
        self.extents.kind(node)
    }

    /// The cell with the value of a step.
    pub(crate) fn value(&self, node: Node) -> String {
        self.cell(VALUE, node)
    }

    /// The value in units of so many places, for arithmetic; the step must be known.
    pub(crate) fn value_at(&self, node: Node, places: u32) -> String {
        let value = self.value(node);
        match places.saturating_sub(self.places_of(node)) {
            0 => value,
            more => format!("{value}*{}", power_of_ten(more)),
        }
    }

    /// The same as a whole number, if it is known.
    pub(crate) fn units_at(&self, node: Node, places: u32) -> Option<Whole> {
        self.values.number(node).map(|number| units(number, places))
    }

    pub(crate) fn places_of(&self, node: Node) -> u32 {
        self.extents.places(node)
    }

    /// The cells that say which missing facts leave a step unknown, a formula for each word.
    pub(crate) fn missing_of(&self, nodes: &[Node], word: usize) -> String {
        let cells = nodes.iter().filter(|node| self.extents.may_lack(**node));
        formula::union(cells.map(|node| self.missing_cell(*node, word)))
    }

    /// How many cells it takes to hold a bit for every fact.
    pub(crate) fn words(&self) -> usize {
        self.plan.facts.len().div_ceil(BITS).clamp(1, MISSING.len())
    }

    fn missing_cell(&self, node: Node, word: usize) -> String {
        self.cell(MISSING.get(word).copied().unwrap_or('K'), node)
    }

    fn cell(&self, column: char, node: Node) -> String {
        format!("{column}{}", self.places.first_step.saturating_add(node.place()))
    }

    fn step(&self, node: Node, operation: &Operation) -> StepCells {
        let value = Live { formula: self.formula_of(node, operation), result: self.result_of(node) };
        let missing = if self.extents.may_lack(node) { self.missing(node, operation) } else { Vec::new() };
        StepCells { value, work: self.work(node, operation), reach: self.reach(operation), missing }
    }

    /// Whether the step has a value, and else the missing facts.
    fn missing(&self, node: Node, operation: &Operation) -> Vec<Live> {
        let lacks = self.values.missing(node);
        let words = (0..self.words()).map(|word| Live {
            formula: self.missing_formula(node, operation, word),
            result: word_of(lacks, word).to_string(),
        });
        words.collect()
    }
}

/// The bits of one word of a set of facts.
pub(crate) fn word_of(slots: Slots, word: usize) -> Whole {
    let here = slots.iter().filter(|slot| slot.0.checked_div(BITS) == Some(word));
    here.map(bit_of).sum()
}

/// The bit of a fact in its word.
pub(crate) fn bit_of(slot: Slot) -> Whole {
    let place = slot.0.checked_rem(BITS).and_then(|place| u32::try_from(place).ok());
    place.and_then(|place| 1_i128.checked_shl(place)).unwrap_or(0) // a word has fewer bits than a number
}
