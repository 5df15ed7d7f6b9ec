//! Results as a sheet of a workbook: put together in memory, which has room for all rows of a sheet.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use arrow_array::{Array, RecordBatch};
use arrow_schema::{DataType, SchemaRef};
use rust_decimal::prelude::ToPrimitive;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};
use serde_json::Value as Json;

use crate::batch::files::cells::{Cells, write_amount};
use crate::batch::files::fault::{not_encoded, unreadable};
use crate::batch::files::sink::Head;
use crate::disk::fs;
use crate::error::Error;
use crate::exact;
use crate::foreign::in_xml;
use crate::text::say;

/// The most rows of a sheet, the header among them.
const MOST_ROWS: u32 = 1_048_576;
/// Amounts with at least two places, and as many as they have.
const AMOUNT: &str = "#,##0.00######";
/// What is typed there is a text, whatever it looks like.
const TEXT: &str = "@";
/// A cell holds so many letters, as UTF-16 counts them.
const MOST_LETTERS: usize = 32_767;
/// A number of more digits does not come back from a cell as it was written.
const MOST_DIGITS: usize = 15;

/// A sheet while it is written.
pub(super) struct Excel {
    schema: SchemaRef,
    workbook: Workbook,
    amount: Format,
    /// By column: of ids, which are texts where they are corrected as well.
    are_ids: Vec<bool>,
    row: u32,
}

impl Excel {
    /// A sheet with its header.
    pub(super) fn new(schema: &SchemaRef, heads: &[Head]) -> Result<Excel, XlsxError> {
        let mut workbook = Workbook::new();
        // No clock is read: the file says that it was made at the beginning of 2000.
        let made = ExcelDateTime::from_ymd(2000, 1, 1)?;
        workbook.set_properties(&DocProperties::new().set_author("huzhu").set_creation_datetime(&made));
        let (sheet, bold) = (workbook.add_worksheet(), Format::new().set_bold());
        sheet.set_freeze_panes(1, 0)?;
        for (column, Head { called, width, is_id }) in (0_u16..).zip(heads) {
            let width = u32::from(*width);
            if *is_id {
                sheet.set_column_format(column, &Format::new().set_num_format(TEXT))?;
            }
            sheet.write_string_with_format(0, column, in_xml(called), &bold)?.set_column_width(column, width)?;
        }
        let amount = Format::new().set_num_format(AMOUNT);
        let are_ids = heads.iter().map(|head| head.is_id).collect();
        Ok(Excel { schema: SchemaRef::clone(schema), workbook, amount, are_ids, row: 1 })
    }

    /// Adds the rows of a batch.
    pub(super) fn add(&mut self, rows: &RecordBatch, to: &Path) -> Result<(), Error> {
        let columns: Vec<Cells<'_>> = rows.columns().iter().map(Cells::of).collect();
        let mut amount = String::new();
        for row in 0..rows.num_rows() {
            for (place, column) in (0_u16..).zip(&columns) {
                amount.clear();
                let written = match column {
                    Cells::Texts(texts) if texts.is_valid(row) => self.text(place, texts.value(row)),
                    Cells::Numbers(numbers) if numbers.is_valid(row) => {
                        self.number(place, &numbers.value(row).to_string(), false)
                    }
                    Cells::Amounts(amounts, places) if amounts.is_valid(row) => {
                        write_amount(&mut amount, amounts.value(row), *places);
                        self.number(place, &amount, true)
                    }
                    Cells::Texts(_) | Cells::Numbers(_) | Cells::Amounts(..) | Cells::Other => Ok(()),
                };
                written.map_err(|fault| not_encoded(to, &fault))?;
            }
            self.next(to)?;
        }
        Ok(())
    }

    /// Adds rows that stand in a file as JSON, one to a line.
    pub(super) fn add_lines(&mut self, lines: &str, to: &Path) -> Result<(), Error> {
        let names: Vec<(String, bool)> = self
            .schema
            .fields()
            .iter()
            .map(|field| (field.name().clone(), matches!(field.data_type(), DataType::Decimal128(..))))
            .collect();
        for line in lines.lines() {
            let row: Json = serde_json::from_str(line).map_err(|fault| not_encoded(to, &fault))?;
            for (place, (name, is_amount)) in (0_u16..).zip(&names) {
                let written = match row.get(name) {
                    Some(Json::String(text)) if *is_amount => self.number(place, text, true),
                    Some(Json::String(text)) => self.text(place, text),
                    Some(Json::Number(number)) => self.number(place, &number.to_string(), false),
                    Some(Json::Null | Json::Bool(_) | Json::Array(_) | Json::Object(_)) | None => Ok(()),
                };
                written.map_err(|fault| not_encoded(to, &fault))?;
            }
            self.next(to)?;
        }
        Ok(())
    }

    /// Adds the rows of a part of the results.
    pub(super) fn add_part(&mut self, part: &PathBuf, to: &Path) -> Result<(), Error> {
        let lines = fs::read_to_string(part).map_err(|fault| unreadable(part, &fault))?;
        self.add_lines(&lines, to)
    }

    /// The same with a name for its sheet.
    pub(super) fn called(mut self, name: &str) -> Result<Excel, XlsxError> {
        self.sheet()?.set_name(name)?;
        Ok(self)
    }

    pub(super) fn bytes(mut self) -> Result<Vec<u8>, XlsxError> {
        self.workbook.save_to_buffer()
    }

    fn sheet(&mut self) -> Result<&mut Worksheet, XlsxError> {
        self.workbook.worksheet_from_index(0)
    }

    fn text(&mut self, column: u16, text: &str) -> Result<(), XlsxError> {
        let row = self.row;
        if text.is_empty() {
            return Ok(());
        }
        if self.are_ids.get(usize::from(column)) == Some(&true) {
            let format = Format::new().set_num_format(TEXT);
            self.sheet()?.write_string_with_format(row, column, cut(&in_xml(text)), &format)?;
        } else {
            self.sheet()?.write_string(row, column, cut(&in_xml(text)))?;
        }
        Ok(())
    }

    /// A cell has no other numbers than floating point ones: this is the nearest to the decimal. One that would not come back as it is
    /// stays a text.
    fn number(&mut self, column: u16, text: &str, is_amount: bool) -> Result<(), XlsxError> {
        let digits = text.chars().filter(char::is_ascii_digit).count();
        let number = exact::parse(text).ok().filter(|_| digits <= MOST_DIGITS);
        let nearest = number.and_then(|number| text.parse().ok().or_else(|| number.to_f64()));
        let (row, amount) = (self.row, self.amount.clone());
        let Some(nearest) = nearest else { return self.text(column, text) };
        let sheet = self.sheet()?;
        if is_amount {
            sheet.write_number_with_format(row, column, nearest, &amount)?;
        } else {
            sheet.write_number(row, column, nearest)?;
        }
        Ok(())
    }

    fn next(&mut self, to: &Path) -> Result<(), Error> {
        self.row = self.row.saturating_add(1);
        if self.row <= MOST_ROWS {
            return Ok(());
        }
        let path = to.display();
        Err(Error::output(say!(
            "`{path}` 写不下：工作表至多 {MOST_ROWS} 行；请写成 `.parquet` 或 `.csv`",
            "`{path}` has no room for all rows: a sheet has at most {MOST_ROWS}; write `.parquet` or `.csv`"
        )))
    }
}

/// As much of a text as a cell holds: a quote that nobody has closed makes one text of all rows below, and many claims a long list.
fn cut(text: &str) -> Cow<'_, str> {
    if text.len() <= MOST_LETTERS || text.encode_utf16().count() <= MOST_LETTERS {
        return Cow::Borrowed(text);
    }
    let mut letters = 0_usize;
    let fits = |letter: &char| {
        letters = letters.saturating_add(letter.len_utf16());
        letters < MOST_LETTERS
    };
    Cow::Owned(text.chars().take_while(fits).chain(['…']).collect())
}
