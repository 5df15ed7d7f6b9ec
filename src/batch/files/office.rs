//! A sheet of a workbook, as Excel and LibreOffice write them: read whole, since it has at most 1,048,576 rows.

mod cell;
mod table;

use std::fmt::Display;
use std::io::BufReader;
use std::path::Path;

use arrow_schema::SchemaRef;
use calamine::{Data, Ods, Reader, SheetType, SheetVisible, Xls, Xlsx, open_workbook_from_rs};

use self::table::{Table, Writing};
use crate::batch::Input;
use crate::batch::files::fault::sound;
use crate::batch::files::header::Knows;
use crate::batch::files::intake::Intake;
use crate::batch::files::open::opened;
use crate::batch::files::original::Original;
use crate::batch::files::position::Positions;
use crate::batch::files::raw::Raw;
use crate::disk::fs::File;
use crate::error::Error;
use crate::text::{Text, say};

/// The workbooks that are read, by the endings of their names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Xlsx,
    Xls,
    Ods,
}

/// A sheet whose rows have been read.
#[derive(Debug)]
pub(crate) struct Sheet {
    name: String,
    table: Table,
}

impl Sheet {
    pub(super) fn open(
        path: &Path,
        kind: Kind,
        input: Input,
        intake: &Intake,
        knows: Knows<'_>,
    ) -> Result<Sheet, Error> {
        let file = BufReader::new(opened(path)?);
        let reading = Reading { path, intake, writing: Writing::new(input, intake, knows) };
        match sound(|| Ok::<_, &str>(reading.read(kind, file))) {
            Ok(sheet) => sheet,
            Err(fault) => Err(not_whole(path, &fault)),
        }
    }

    pub(super) fn schema(&self) -> &SchemaRef {
        self.table.schema()
    }

    pub(super) fn rows(&self) -> u64 {
        self.table.rows()
    }

    /// Where its cells stand.
    pub(super) fn positions(&self) -> Positions {
        self.table.positions(&self.name)
    }

    /// Which sheet was read, and what of it was left out.
    pub(super) fn said(&self) -> Text {
        let (sheet, row) = (&self.name, self.table.header_row());
        if row == self.table.first_row() {
            return say!("工作表 `{sheet}`", "sheet `{sheet}`");
        }
        say!(
            "工作表 `{sheet}`，列名在第 {row} 行，其上各行未读",
            "sheet `{sheet}`, header in row {row}, the rows above it left out"
        )
    }

    /// The row of this number, as it stands there.
    pub(super) fn original(&self, row: u64) -> Option<Original> {
        self.table.original(row)
    }

    /// The page of this number, with these columns only.
    pub(super) fn page(&self, number: usize, columns: &[usize]) -> Result<Option<Raw>, Error> {
        self.table.page(number, columns, &self.name)
    }
}

struct Reading<'r> {
    path: &'r Path,
    intake: &'r Intake,
    writing: Writing<'r>,
}

impl Reading<'_> {
    fn read(self, kind: Kind, file: BufReader<File>) -> Result<Sheet, Error> {
        let path = self.path;
        let broken = |fault: &dyn Display| not_whole(path, &fault.to_string());
        match kind {
            Kind::Xlsx => {
                let book: Xlsx<_> = open_workbook_from_rs(file).map_err(|fault| broken(&fault))?;
                self.streamed(book)
            }
            Kind::Xls => {
                let book: Xls<_> = open_workbook_from_rs(file).map_err(|fault| broken(&fault))?;
                self.held(book)
            }
            Kind::Ods => {
                let book: Ods<_> = open_workbook_from_rs(file).map_err(|fault| broken(&fault))?;
                self.held(book)
            }
        }
    }

    /// Cell by cell, in the order of the file.
    fn streamed(mut self, mut book: Xlsx<BufReader<File>>) -> Result<Sheet, Error> {
        let (path, name) = (self.path, self.sheet(&book)?);
        let broken = |fault: &dyn Display| not_whole(path, &fault.to_string());
        let mut cells = book.worksheet_cells_reader(&name).map_err(|fault| broken(&fault))?;
        let (mut row, mut held) = (0, Vec::new());
        while let Some(found) = cells.next_cell().map_err(|fault| broken(&fault))? {
            let (number, column) = found.get_position();
            if number != row {
                if number < row {
                    return Err(broken(&"its rows are not in order"));
                }
                self.writing.row(row, std::mem::take(&mut held))?;
                row = number;
            }
            held.extend(cell::read(&Data::from(found.get_value().clone())).map(|cell| (column, cell)));
        }
        self.writing.row(row, held)?;
        let table = self.writing.end(path, &name)?;
        Ok(Sheet { name, table })
    }

    /// Of a sheet that the library holds.
    fn held<B: Reader<BufReader<File>, Error: Display>>(mut self, mut book: B) -> Result<Sheet, Error> {
        let (path, name) = (self.path, self.sheet(&book)?);
        let range = book.worksheet_range(&name).map_err(|fault| not_whole(path, &fault.to_string()))?;
        let (first, left) = range.start().unwrap_or_default();
        for (row, cells) in (first..).zip(range.rows()) {
            let cells = (left..).zip(cells).filter_map(|(column, cell)| Some((column, cell::read(cell)?)));
            self.writing.row(row, cells.collect())?;
        }
        let table = self.writing.end(path, &name)?;
        Ok(Sheet { name, table })
    }

    /// The sheet that is asked for, or the first that is not hidden.
    fn sheet<B: Reader<BufReader<File>>>(&self, book: &B) -> Result<String, Error> {
        let sheets = book.sheets_metadata();
        let mut readable = sheets.iter().filter(|sheet| sheet.typ == SheetType::WorkSheet);
        let shown = self.path.display();
        let Some(asked) = &self.intake.sheet else {
            let first = readable.find(|sheet| sheet.visible == SheetVisible::Visible);
            return first
                .map(|sheet| sheet.name.clone())
                .ok_or_else(|| Error::input(say!("`{shown}` 中没有工作表", "`{shown}` has no sheet")));
        };
        if readable.any(|sheet| sheet.name == *asked) {
            return Ok(asked.clone());
        }
        let names: Vec<String> = sheets.iter().map(|sheet| format!("`{}`", sheet.name)).collect();
        let (zh, en) = (names.join("、"), names.join(", "));
        Err(Error::input(say!(
            "`{shown}` 中没有工作表 `{asked}`；有 {zh}",
            "`{shown}` has no sheet `{asked}`; it has {en}"
        )))
    }
}

/// A file that is no such workbook, is cut short, or is locked by a password.
fn not_whole(path: &Path, fault: &str) -> Error {
    let path = path.display();
    Error::input(Text {
        zh: format!("`{path}` 不是完整的工作簿（或设有密码）"),
        en: format!("`{path}` is not a complete workbook, or has a password: {fault}"),
    })
}
