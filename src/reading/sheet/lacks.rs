//! What is not known, as formulas of a sheet: a cell with the empty text is not known, and the bits beside it say for want of what.

use std::convert::Infallible;
use std::fmt;

use super::{BITS, Sheet, bit_of};
use crate::plan::expression::{PriorIndex, Slot, TableIndex};
use crate::reading::absence::{Absence, Lack, Spread, Ternary};
use crate::reading::formula::graph::Node;

/// A formula that holds or does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Test {
    Always,
    Formula(String),
}

impl fmt::Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Test::Always => f.write_str("TRUE"),
            Test::Formula(formula) => f.write_str(formula),
        }
    }
}

/// Where a cell says yes, and where it says no; it says neither where it is not known.
pub(super) fn is_yes_or_no(cell: &str) -> [Test; 2] {
    ["TRUE", "FALSE"].map(|truth| Test::Formula(format!("{cell}={truth}")))
}

/// Tests, and formulas of sets of facts as bits.
pub(super) struct Formulas;

impl Absence for Formulas {
    type Truth = Test;
    type Facts = String;

    fn always(&mut self) -> Test {
        Test::Always
    }

    fn both(&mut self, one: Test, other: Test) -> Test {
        match (one, other) {
            (Test::Always, test) | (test, Test::Always) => test,
            (Test::Formula(one), Test::Formula(other)) if one == other => Test::Formula(one),
            (Test::Formula(one), Test::Formula(other)) => Test::Formula(format!("AND({one},{other})")),
        }
    }

    fn either(&mut self, one: Test, other: Test) -> Test {
        match (one, other) {
            (Test::Always, _) | (_, Test::Always) => Test::Always,
            (Test::Formula(one), Test::Formula(other)) if one == other => Test::Formula(one),
            (Test::Formula(one), Test::Formula(other)) => Test::Formula(format!("OR({one},{other})")),
        }
    }

    fn contrary(&mut self, truth: Test) -> Test {
        Test::Formula(format!("NOT({truth})"))
    }

    fn no_facts(&mut self) -> String {
        "0".to_owned()
    }

    fn facts_of_both(&mut self, one: String, other: String) -> String {
        match (one.as_str(), other.as_str()) {
            (_, "0") => one,
            ("0", _) => other,
            (_, _) if one == other => one,
            (_, _) => format!("_xlfn.BITOR({one},{other})"),
        }
    }

    fn facts_where(&mut self, truth: Test, then: String, otherwise: String) -> String {
        match truth {
            Test::Always => then,
            Test::Formula(_) if then == otherwise => then,
            Test::Formula(test) => format!("IF({test},{then},{otherwise})"),
        }
    }
}

/// What is known of a step, with one word of the facts that are missing.
pub(super) struct Lacks<'s> {
    sheet: &'s Sheet<'s>,
    node: Node,
    word: usize,
    terms: Formulas,
}

impl<'s> Lacks<'s> {
    pub(super) fn of(sheet: &'s Sheet<'_>, node: Node, word: usize) -> Lacks<'s> {
        Lacks { sheet, node, word, terms: Formulas }
    }

    fn has_value(&self, node: Node) -> Test {
        Test::Formula(format!("{}<>\"\"", self.sheet.value(node)))
    }

    fn missing(&self, node: Node) -> String {
        self.sheet.missing_of(&[node], self.word)
    }
}

impl Spread for Lacks<'_> {
    type Terms = Formulas;
    type Fault = Infallible;

    fn terms(&mut self) -> &mut Formulas {
        &mut self.terms
    }

    fn lack_of(&mut self, node: Node) -> Result<Lack<Test, String>, Infallible> {
        Ok(Lack { known: self.has_value(node), missing: self.missing(node) })
    }

    fn truth_of(&mut self, node: Node) -> Result<Ternary<Test, String>, Infallible> {
        let [yes, no] = is_yes_or_no(&self.sheet.value(node));
        Ok(Ternary { yes, no, missing: self.missing(node) })
    }

    /// The cell of a fact itself tells whether its input can be read.
    fn is_given(&mut self, _: Slot) -> Test {
        self.has_value(self.node)
    }

    fn only(&mut self, slot: Slot) -> String {
        if slot.0.checked_div(BITS) == Some(self.word) { bit_of(slot).to_string() } else { "0".to_owned() }
    }

    fn prior(&mut self, index: PriorIndex) -> Lack<Test, String> {
        let [_, named] = self.sheet.prior_cells(index);
        let places = &self.sheet.places;
        let (names, words, bits) = (&places.names, &places.words, &places.bits);
        let named = format!("SUMPRODUCT(EXACT({names},{named})*({words}={}),{bits})", self.word);
        Formulas.lacks_unless(self.has_value(self.node), named)
    }

    /// The cell of the step itself tells whether a row was found.
    fn has_row(&mut self, _: Node, _: TableIndex) -> Result<Test, Infallible> {
        Ok(self.has_value(self.node))
    }

    fn fact_of(&self, table: TableIndex) -> Slot {
        self.sheet.plan.table(table).by
    }
}
