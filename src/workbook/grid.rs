//! What stands in the cells of one sheet, and how it looks.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::reading::sheet::Live;

/// A sheet by its cells; rows are counted from 1, columns are letters.
#[derive(Debug)]
pub(super) struct Grid {
    pub(super) name: String,
    pub(super) cells: BTreeMap<(usize, char), Cell>,
    pub(super) widths: Vec<(char, u16)>,
    pub(super) heights: Vec<(usize, u16)>,
    /// From one row to another, which may be folded in.
    pub(super) groups: Vec<(usize, usize, bool)>,
    /// Columns that are folded in.
    pub(super) folded: Option<(char, char)>,
    pub(super) choices: Vec<(usize, char, Choice)>,
    /// Cells that are coloured while a formula holds.
    pub(super) signals: Vec<Signal>,
    /// Cells with a name on their sheet.
    pub(super) named: Vec<(String, usize, char)>,
    /// Texts that lead to another sheet.
    pub(super) links: Vec<(usize, char, String)>,
    /// What is printed.
    pub(super) last_printed: Option<(usize, char)>,
    /// Rows that stay when the others are scrolled.
    pub(super) frozen: usize,
    pub(super) is_figures: bool,
}

#[derive(Debug)]
pub(super) struct Cell {
    pub(super) content: Content,
    pub(super) style: Style,
}

#[derive(Debug)]
pub(super) enum Content {
    Empty,
    Text(String),
    Number(Decimal),
    Date(NaiveDate),
    Live(Live),
}

/// What may be put into a cell.
#[derive(Debug)]
pub(super) enum Choice {
    /// One of these; others too, if it is open.
    Of {
        values: Vec<String>,
        is_open: bool,
    },
    Between {
        min: Decimal,
        max: Decimal,
    },
}

/// A colour while a formula holds.
#[derive(Debug)]
pub(super) struct Signal {
    pub(super) first: (usize, char),
    pub(super) last: (usize, char),
    pub(super) formula: String,
    pub(super) ink: Ink,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Ink {
    Good,
    Doubt,
    Bad,
    Faint,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Style {
    Title,
    Faint,
    /// The name of a section.
    Section,
    /// The head of a column.
    Head,
    /// What stands before a result.
    Label,
    Strong,
    StrongAmount,
    Code,
    Text,
    Clause,
    Plain,
    Amount,
    Input,
    InputAmount,
    Percent,
    InputPercent,
    InputDate,
    /// A number or an amount of a pack that is only assumed.
    Assumed,
    Mark,
    BenefitName,
    BenefitText,
    BenefitClause,
    Paid,
    PaidAmount,
    Work,
}

impl Grid {
    pub(super) fn new(name: String) -> Grid {
        Grid {
            name,
            cells: BTreeMap::new(),
            widths: Vec::new(),
            heights: vec![(1, 26)],
            groups: Vec::new(),
            folded: None,
            choices: Vec::new(),
            signals: Vec::new(),
            named: Vec::new(),
            links: Vec::new(),
            last_printed: None,
            frozen: 0,
            is_figures: false,
        }
    }

    pub(super) fn put(&mut self, row: usize, column: char, style: Style, content: impl Into<Content>) {
        self.cells.insert((row, column), Cell { content: content.into(), style });
    }

    pub(super) fn live(&mut self, row: usize, column: char, style: Style, formula: String, result: impl ToString) {
        self.put(row, column, style, Content::Live(Live { formula, result: result.to_string() }));
    }

    /// A row of texts of one style.
    pub(super) fn texts(&mut self, row: usize, style: Style, texts: &[(char, &str)]) {
        for (column, text) in texts {
            self.put(row, *column, style, *text);
        }
    }

    pub(super) fn signal(&mut self, first: (usize, char), last: (usize, char), formula: String, ink: Ink) {
        self.signals.push(Signal { first, last, formula, ink });
    }

    /// A cell as the formulas of other sheets name it.
    pub(super) fn address(&self, row: usize, column: char) -> String {
        format!("'{}'!${column}${row}", self.name)
    }
}

impl From<&str> for Content {
    fn from(text: &str) -> Content {
        Content::Text(text.to_owned())
    }
}

impl From<String> for Content {
    fn from(text: String) -> Content {
        Content::Text(text)
    }
}

impl From<Decimal> for Content {
    fn from(number: Decimal) -> Content {
        Content::Number(number)
    }
}
