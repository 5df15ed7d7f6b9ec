//! Files of applications and of covers, read row by row.

use std::path::Path;

use rust_decimal::Decimal;

use crate::batch::files::Source;
use crate::batch::{Input, Intake, Vocabulary, id_called, text_at};
use crate::catalog::Catalog;
use crate::enroll::{Application, Pools};
use crate::enrollment::Enrollment;
use crate::error::{Error, OrBug};
use crate::exact;
use crate::fact::{Holder, Value};
use crate::text::{Text, say};

const ROWS_AT_ONCE: usize = 8_192;
const APPLICATION: &str = "application_id";
const MOMENT: &str = "applied_at";
const ID: &str = "enrollment_id";
/// What a file of pools has been told.
const OF_POOLS: [&str; 3] = ["plan", "pool", "taken"];

/// A row that is not decided, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rejected {
    pub(super) row: u64,
    pub(super) id: String,
    pub(super) column: String,
    pub(super) value: String,
    pub(super) why: Text,
}

/// A file whose columns are known.
pub(super) struct Table {
    source: Source,
    /// The column of each name, as it goes here.
    pub(super) names: Vec<String>,
}

/// One row as it is written: all cells in one text, since there may be millions of rows.
pub(super) struct Row {
    pub(super) number: u64,
    cells: Box<str>,
    ends: Box<[u32]>,
}

impl Row {
    fn new(number: u64, cells: impl Iterator<Item = String>) -> Result<Row, Error> {
        let (mut text, mut ends) = (String::new(), Vec::new());
        for cell in cells {
            text.push_str(cell.trim());
            ends.push(u32::try_from(text.len()).or_bug()?);
        }
        Ok(Row { number, cells: text.into(), ends: ends.into() })
    }

    /// The cells, from left to right.
    fn cells(&self) -> impl Iterator<Item = &str> {
        let starts = [0].into_iter().chain(self.ends.iter().copied());
        let place = |end: u32| usize::try_from(end).unwrap_or(usize::MAX);
        let ends = starts.zip(self.ends.iter().copied());
        ends.map(move |(start, end)| self.cells.get(place(start)..place(end)).unwrap_or_default())
    }

    /// What stands in a column.
    pub(super) fn cell(&self, names: &[String], wanted: &str) -> &str {
        names.iter().zip(self.cells()).find(|(name, _)| *name == wanted).map_or("", |(_, cell)| cell)
    }
}

impl Table {
    /// Opens a file of applications, whose id is that of the enrollment they ask for.
    pub(super) fn of_applications(path: &Path, intake: &Intake, vocabulary: &Vocabulary) -> Result<Table, Error> {
        let name = |called: &str| match called {
            MOMENT | "申请时间" => Some(MOMENT.to_owned()),
            APPLICATION | "申请编号" | "参保申请编号" => Some(ID.to_owned()),
            called => vocabulary.column_of_enrollments(called).map(str::to_owned),
        };
        Table::open(path, intake, &name, &[ID, "member_id", "plan"])
    }

    /// Opens a file of covers that are there.
    pub(super) fn of_covers(path: &Path, intake: &Intake, vocabulary: &Vocabulary) -> Result<Table, Error> {
        let name = |called: &str| vocabulary.column_of_enrollments(called).map(str::to_owned);
        Table::open(path, intake, &name, &[ID, "member_id", "plan"])
    }

    /// Opens the pools of an earlier run.
    pub(super) fn of_pools(path: &Path, intake: &Intake) -> Result<Table, Error> {
        Table::open(path, intake, &|called| Some(called.to_owned()), &OF_POOLS)
    }

    fn open(
        path: &Path,
        intake: &Intake,
        name: &dyn Fn(&str) -> Option<String>,
        needed: &[&str],
    ) -> Result<Table, Error> {
        let knows = |called: &str| name(called).is_some() || id_called(called).is_some();
        let source = Source::open(path, Input::Enrollments, intake, &knows)?;
        let file = path.display();
        let mut names: Vec<String> = Vec::new();
        for field in source.schema().fields() {
            let called = field.name().trim();
            let Some(name) = name(called) else {
                return Err(Error::columns(say!(
                    "`{file}` 的列 `{called}` 不是参保申请的列",
                    "`{called}` in `{file}` is no column of applications"
                )));
            };
            if names.contains(&name) {
                return Err(Error::columns(say!("`{file}` 有两列 `{name}`", "`{file}` has two columns `{name}`")));
            }
            names.push(name);
        }
        if let Some(lacks) = needed.iter().find(|needed| !names.iter().any(|name| name == **needed)) {
            let lacks = if *lacks == ID && name(APPLICATION).is_some_and(|id| id == ID) { APPLICATION } else { lacks };
            return Err(Error::columns(say!("`{file}` 没有列 `{lacks}`", "`{file}` has no column `{lacks}`")));
        }
        Ok(Table { source, names })
    }

    /// Every row of the file, and those that are no rows.
    pub(super) fn each(
        &self,
        rejected: &mut Vec<Rejected>,
        row: &mut dyn FnMut(Row) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let columns: Vec<usize> = (0..self.names.len()).collect();
        let stream = self.source.stream(&columns, ROWS_AT_ONCE)?;
        let mut lane = stream.lane();
        while let Some(raw) = lane.next()? {
            for place in 0..raw.batch.num_rows() {
                let cells = raw.batch.columns().iter().map(|column| text_at(column, place));
                row(Row::new(raw.rows.number(place), cells)?)?;
            }
            rejected.extend(raw.rejects.into_iter().map(|reject| Rejected {
                row: reject.row,
                id: String::new(),
                column: reject.column,
                value: reject.value,
                why: reject.reason,
            }));
        }
        Ok(())
    }
}

/// The application of a row, or what is wrong with it.
pub(super) fn application(names: &[String], row: &Row, catalog: &Catalog) -> Result<Application, Box<Rejected>> {
    let application = Application::new(enrollment(names, row, catalog)?);
    let moment = row.cell(names, MOMENT);
    if moment.is_empty() {
        return Ok(application);
    }
    application.at(moment).map_err(|error| Box::new(rejected(names, row, MOMENT, error.text())))
}

/// The enrollment of a row, or what is wrong with it.
pub(super) fn enrollment(names: &[String], row: &Row, catalog: &Catalog) -> Result<Enrollment, Box<Rejected>> {
    for (column, called) in [(ID, APPLICATION), ("member_id", "member_id"), ("plan", "plan")] {
        if row.cell(names, column).is_empty() {
            let why = say!("`{called}` 没有填写", "`{called}` is empty");
            return Err(Box::new(rejected(names, row, called, why)));
        }
    }
    let plan = row.cell(names, "plan");
    let plan = catalog.plan_called(plan).unwrap_or(plan);
    let mut enrollment = Enrollment::new(row.cell(names, ID), plan, row.cell(names, "member_id"));
    for (name, cell) in names.iter().zip(row.cells()).filter(|(_, cell)| !cell.is_empty()) {
        match name.as_str() {
            ID | "member_id" | "plan" | MOMENT => {}
            "plan_version" => enrollment = enrollment.with_plan_version(cell),
            fact => {
                let told = enrollment.facts.tell(Holder::Enrollment, fact, Value::from(cell));
                told.map_err(|error| Box::new(rejected(names, row, fact, error.text())))?;
            }
        }
    }
    Ok(enrollment)
}

pub(super) fn rejected(names: &[String], row: &Row, column: &str, why: Text) -> Rejected {
    let cell = row.cell(names, if column == APPLICATION { ID } else { column });
    Rejected {
        row: row.number,
        id: row.cell(names, ID).to_owned(),
        column: column.to_owned(),
        value: cell.to_owned(),
        why,
    }
}

/// What earlier runs have taken from pools.
pub(super) fn pools(path: &Path, intake: &Intake) -> Result<Pools, Error> {
    let table = Table::of_pools(path, intake)?;
    let file = path.display();
    let (mut rejects, mut taken) = (Vec::new(), Pools::new());
    table.each(&mut rejects, &mut |row| {
        let [plan, pool, amount] = OF_POOLS.map(|column| row.cell(&table.names, column).to_owned());
        let number = row.number;
        let is_amount = |amount: &Decimal| !amount.is_sign_negative();
        let amount = exact::parse(&amount).ok().filter(is_amount).ok_or_else(|| {
            Error::input(say!(
                "`{file}` 第 {number} 行的 `taken` 不是数：`{amount}`",
                "`taken` in row {number} of `{file}` is no amount: `{amount}`"
            ))
        })?;
        taken.add(&plan, &pool, amount)
    })?;
    match rejects.into_iter().next() {
        Some(Rejected { row, why: Text { zh, en }, .. }) => {
            Err(Error::input(say!("`{file}` 第 {row} 行：{zh}", "row {row} of `{file}`: {en}")))
        }
        None => Ok(taken),
    }
}
