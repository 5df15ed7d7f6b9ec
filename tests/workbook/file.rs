//! Workbooks as they are written: values, formulas, inputs.

use std::collections::BTreeMap;
use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use serde_json::Value as Json;

/// The sheets of a file by their names.
pub(crate) type File = BTreeMap<String, Sheet>;

/// The names of the sheets, in their order.
pub(crate) fn names(file: &[u8]) -> Vec<String> {
    let book: Xlsx<_> = Xlsx::new(Cursor::new(file.to_vec())).expect("it is a workbook");
    book.sheet_names()
}

/// Cells by row and column, counted from 0.
#[derive(Debug, Default, Clone)]
pub(crate) struct Sheet {
    pub(crate) values: BTreeMap<(usize, usize), Json>,
    pub(crate) formulas: BTreeMap<(usize, usize), String>,
}

pub(crate) fn read(file: &[u8]) -> File {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(file.to_vec())).expect("it is a workbook");
    let names = book.sheet_names();
    let place = |start: Option<(u32, u32)>, row: usize, column: usize| {
        let (first_row, first_column) = start.unwrap_or_default();
        let whole = |number: u32| usize::try_from(number).expect("it is small");
        (whole(first_row) + row, whole(first_column) + column)
    };
    let sheets = names.into_iter().map(|name| {
        let mut sheet = Sheet::default();
        let values = book.worksheet_range(&name).expect("it is a sheet");
        for (row, column, value) in values.used_cells() {
            sheet.values.insert(place(values.start(), row, column), plain(value));
        }
        let formulas = book.worksheet_formula(&name).expect("it is a sheet");
        for (row, column, formula) in formulas.used_cells() {
            sheet.formulas.insert(place(formulas.start(), row, column), formula.clone());
        }
        (name, sheet)
    });
    sheets.collect()
}

fn plain(value: &Data) -> Json {
    match value {
        Data::Int(number) => (*number).into(),
        Data::Float(number) => (*number).into(),
        Data::DateTime(moment) => moment.as_f64().into(),
        Data::Bool(truth) => f64::from(u8::from(*truth)).into(),
        Data::String(text) => text.as_str().into(),
        Data::Empty => "".into(),
        other => panic!("no sheet has {other:?}"),
    }
}

impl Sheet {
    pub(crate) fn value(&self, row: usize, column: usize) -> Json {
        self.values.get(&(row, column)).cloned().unwrap_or_else(|| "".into())
    }

    /// The cells that may be changed: of the facts, and of what earlier claims have posted.
    pub(crate) fn inputs(&self) -> Vec<(usize, usize)> {
        let is_there = |row: &usize| self.value(*row, 0) != "";
        let facts: Vec<usize> = (FIRST_FACT..LONGEST_SHEET).take_while(is_there).collect();
        let first_prior = FIRST_FACT + facts.len() + 3;
        let priors = (first_prior..LONGEST_SHEET).take_while(is_there).flat_map(|row| [(row, 2), (row, 4)]);
        facts.iter().map(|row| (*row, 2)).chain(priors).collect()
    }

    /// The row of a fact.
    pub(crate) fn row_of(&self, fact: &str) -> usize {
        (FIRST_FACT..LONGEST_SHEET)
            .take_while(|row| self.value(*row, 0) != "")
            .find(|row| self.value(*row, 0) == fact)
            .expect("a fact")
    }
}

const FIRST_FACT: usize = 11;
/// No sheet has more rows.
pub(crate) const LONGEST_SHEET: usize = 10_000;

/// `C12` for row 11, column 2.
pub(crate) fn name(row: usize, column: usize) -> String {
    let letter = char::from(b'A' + u8::try_from(column).expect("a column of one letter"));
    format!("{letter}{}", row + 1)
}
