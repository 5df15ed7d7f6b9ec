//! The rows of a sheet under its header, as columns of texts, page by page.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use arrow_array::builder::StringBuilder;
use arrow_array::{ArrayRef, BooleanArray, RecordBatch, RecordBatchOptions};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use arrow_select::filter::filter_record_batch;

use super::cell::{Cell, Unread};
use crate::batch::files::header::{self, Knows};
use crate::batch::files::intake::Intake;
use crate::batch::files::original::{self, Original};
use crate::batch::files::position::{Positions, letters};
use crate::batch::files::raw::Raw;
use crate::batch::ingest::Rows;
use crate::batch::{Input, Reject};
use crate::error::Error;
use crate::text::{Text, say};

/// The rows of a page: no reader asks for fewer at once.
const ROWS_OF_A_PAGE: usize = 2_048;

/// The cells of a row that are not empty, by column.
type Cells = Vec<(u32, Cell)>;

/// All rows under a header.
#[derive(Debug)]
pub(super) struct Table {
    input: Input,
    header: Header,
    /// The first row that is not empty, counted from 0.
    first_row: u32,
    pages: Vec<Page>,
}

/// Where the columns are.
#[derive(Debug, Clone)]
struct Header {
    /// Counted from 0.
    row: u32,
    /// The column of each field, counted from 0.
    columns: Vec<u32>,
    schema: SchemaRef,
}

/// Some rows.
#[derive(Debug)]
struct Page {
    batch: RecordBatch,
    /// The number of each row, which counts from the header.
    numbers: Vec<u64>,
    /// Cells that cannot be read: the row's place in the page, the field's among the columns.
    unread: Vec<(usize, usize, Unread)>,
    /// Rows with cells beyond the columns.
    beyond: Vec<Beyond>,
}

/// What a row has on one side of the columns.
#[derive(Debug)]
struct Beyond {
    /// The row's place in the page.
    place: usize,
    /// The column of the first cell there.
    column: u32,
    /// What the cells hold.
    texts: Vec<String>,
}

impl Table {
    pub(super) fn schema(&self) -> &SchemaRef {
        &self.header.schema
    }

    pub(super) fn rows(&self) -> u64 {
        let rows = self.pages.iter().map(|page| page.numbers.len()).fold(0, usize::saturating_add);
        u64::try_from(rows).unwrap_or(u64::MAX)
    }

    /// The header's row, counted from 1.
    pub(super) fn header_row(&self) -> u64 {
        u64::from(self.header.row).saturating_add(1)
    }

    /// The first row that is not empty, counted from 1.
    pub(super) fn first_row(&self) -> u64 {
        u64::from(self.first_row).saturating_add(1)
    }

    pub(super) fn positions(&self, sheet: &str) -> Positions {
        let names = self.header.schema.fields().iter().map(|field| field.name().clone());
        let columns: BTreeMap<String, u32> = names.zip(self.header.columns.iter().copied()).collect();
        Positions::new(sheet, self.header_row(), columns)
    }

    /// The rows of a page that can be read in these columns, and what is wrong with the others.
    pub(super) fn page(&self, number: usize, columns: &[usize], sheet: &str) -> Result<Option<Raw>, Error> {
        let Some(page) = self.pages.get(number) else { return Ok(None) };
        let fault = |fault: ArrowError| Error::columns(Text::same(&fault.to_string()));
        let mut batch = page.batch.project(columns).map_err(fault)?;
        let mut numbers = page.numbers.clone();
        let read = u64::try_from(numbers.len()).unwrap_or(u64::MAX);
        let (bad, rejects) = self.rejected(page, columns, sheet);
        if !bad.is_empty() {
            let is_good: BooleanArray = (0..numbers.len()).map(|place| Some(!bad.contains(&place))).collect();
            batch = filter_record_batch(&batch, &is_good).map_err(fault)?;
            numbers =
                numbers.into_iter().enumerate().filter(|(place, _)| !bad.contains(place)).map(|(_, row)| row).collect();
        }
        Ok(Some(Raw { batch, rows: Rows::of(numbers), rejects, read }))
    }

    /// The row of this number, as it stands there.
    pub(super) fn original(&self, row: u64) -> Option<Original> {
        let number = self.pages.partition_point(|page| page.numbers.last().is_some_and(|last| *last < row));
        let page = self.pages.get(number)?;
        let place = page.numbers.binary_search(&row).ok()?;
        let original = original::of_columns(&page.batch, place);
        let beyond: Vec<&Beyond> = page.beyond.iter().filter(|beyond| beyond.place == place).collect();
        if !beyond.is_empty() {
            let first = self.header.columns.first().copied().unwrap_or_default();
            let side = |is_before: bool| {
                let side = beyond.iter().filter(move |beyond| (beyond.column < first) == is_before);
                side.flat_map(|beyond| beyond.texts.iter().map(String::as_str))
            };
            let values = original.values.unwrap_or_default();
            let whole = original::on_one_line(side(true).chain(values.iter().map(String::as_str)).chain(side(false)));
            return Some(Original { values: None, whole, ..original });
        }
        let unread = page.unread.iter().filter(|(of, _, _)| *of == place).map(|(_, field, _)| *field);
        Some(Original { unread: unread.collect(), ..original })
    }

    /// The places of the rows that cannot be read in these columns, and why.
    fn rejected(&self, page: &Page, columns: &[usize], sheet: &str) -> (BTreeSet<usize>, Vec<Reject>) {
        let (mut bad, mut rejects) = (BTreeSet::new(), Vec::new());
        let mut reject = |place: usize, column: &str, value: &str, reason: &Text| {
            bad.insert(place);
            let row = page.numbers.get(place).copied().unwrap_or(u64::MAX);
            let (column, value, reason) = (column.to_owned(), value.to_owned(), reason.clone().on_one_line());
            rejects.push(Reject { input: self.input, row, column, value, reason });
        };
        for (place, field, Unread { value, reason }) in
            page.unread.iter().filter(|(_, field, _)| columns.contains(field))
        {
            reject(*place, self.header.schema.field(*field).name(), value, reason);
        }
        for Beyond { place, column, .. } in &page.beyond {
            let column = letters(*column);
            let reason = say!(
                "`{sheet}` 的 `{column}` 列没有列名，此行却有值",
                "the column `{column}` of `{sheet}` has no name, and the row has a value in it"
            );
            reject(*place, "", "", &reason);
        }
        (bad, rejects)
    }
}

/// A table while it is put together.
pub(super) struct Writing<'k> {
    input: Input,
    knows: Knows<'k>,
    /// The row that is said to be the header, counted from 0.
    asked: Option<u32>,
    /// The first rows, until one is known to be the header.
    above: Vec<(u32, Cells)>,
    filling: Option<Filling>,
    /// The first row that is not empty.
    first_row: Option<u32>,
    /// If a row is said to be the header: the rows looked at for another, and the first that looks like one.
    looked_at: usize,
    elsewhere: Option<u32>,
    /// Whether the header has a name that is known.
    knows_it: bool,
}

impl<'k> Writing<'k> {
    pub(super) fn new(input: Input, intake: &Intake, knows: Knows<'k>) -> Writing<'k> {
        let asked = intake.header_row.map(|row| row.get().saturating_sub(1));
        Writing {
            input,
            knows,
            asked,
            above: Vec::new(),
            filling: None,
            first_row: None,
            looked_at: 0,
            elsewhere: None,
            knows_it: false,
        }
    }

    /// Adds a row, counted from 0.
    pub(super) fn row(&mut self, row: u32, cells: Cells) -> Result<(), Error> {
        if cells.is_empty() {
            return Ok(());
        }
        self.first_row.get_or_insert(row);
        if self.asked.is_some() && self.looked_at < header::MOST_ROWS_ABOVE {
            self.look_at(row, &cells);
        }
        if self.asked.is_some_and(|asked| row < asked) {
            return Ok(());
        }
        if let Some(filling) = &mut self.filling {
            return filling.row(row, cells);
        }
        let is_header = match self.asked {
            Some(asked) if row > asked => return Ok(()), // said at the end
            Some(_) => true,
            None => self.is_header(&cells),
        };
        if is_header {
            self.knows_it = texts(&cells).any(|text| (self.knows)(text.trim()));
            self.filling = Some(Filling::under(row, &cells));
            self.above.clear();
            return Ok(());
        }
        self.above.push((row, cells));
        if self.above.len() > header::MOST_ROWS_ABOVE { self.settle() } else { Ok(()) }
    }

    /// Whether it is a header, also under other rows; a first row needs one name that is known.
    fn is_header(&self, cells: &Cells) -> bool {
        header::is_header(texts(cells), self.knows)
            || (self.above.is_empty() && texts(cells).any(|text| (self.knows)(text.trim())))
    }

    /// Looks whether this row is more of a header than the one that is said to be.
    fn look_at(&mut self, row: u32, cells: &Cells) {
        self.looked_at = self.looked_at.saturating_add(1);
        if self.elsewhere.is_none() && self.asked != Some(row) && header::is_header(texts(cells), self.knows) {
            self.elsewhere = Some(row);
        }
    }

    /// Takes the first row as the header, where there is no better one.
    fn settle(&mut self) -> Result<(), Error> {
        let mut above = std::mem::take(&mut self.above).into_iter();
        let Some((row, cells)) = above.next() else { return Ok(()) };
        let mut filling = Filling::under(row, &cells);
        above.try_for_each(|(row, cells)| filling.row(row, cells))?;
        self.filling = Some(filling);
        Ok(())
    }

    pub(super) fn end(mut self, path: &Path, sheet: &str) -> Result<Table, Error> {
        let place = header::of_sheet(path, sheet);
        if self.filling.is_none() {
            self.settle()?;
        }
        let asked = self.asked.map(|row| row.saturating_add(1));
        if let (Some(_), false, Some(row)) = (asked, self.knows_it, self.elsewhere) {
            return Err(header::stands_elsewhere(&place, asked, u64::from(row).saturating_add(1)));
        }
        let Some(filling) = self.filling else {
            return Err(match asked {
                Some(row) => header::blank(&place, row),
                None => Error::input(say!("{place} 是空的，没有列名", "{place} is empty: it has no header"; place)),
            });
        };
        let Filling { header, pages, .. } = filling.ended()?;
        let first_row = self.first_row.unwrap_or(header.row);
        Ok(Table { input: self.input, header, first_row, pages })
    }
}

fn text_of(cell: Cell) -> String {
    cell.unwrap_or_else(|unread| unread.value)
}

fn texts(cells: &Cells) -> impl Iterator<Item = &str> {
    cells.iter().filter_map(|(_, cell)| cell.as_deref().ok())
}

/// The rows under a header while they are put together.
struct Filling {
    header: Header,
    pages: Vec<Page>,
    fields: Vec<StringBuilder>,
    numbers: Vec<u64>,
    unread: Vec<(usize, usize, Unread)>,
    beyond: Vec<Beyond>,
}

impl Filling {
    fn under(row: u32, cells: &Cells) -> Filling {
        // A column between others that has no name is told of as such.
        let last = cells.last().map_or(0, |(column, _)| *column);
        let first = cells.first().map_or(0, |(column, _)| *column);
        let name = |wanted: u32| {
            let cell = cells.iter().find(|(column, _)| *column == wanted);
            match cell {
                Some((_, Ok(text))) => text.trim().to_owned(),
                Some((_, Err(unread))) => unread.value.clone(),
                None => String::new(),
            }
        };
        let columns: Vec<u32> = (first..=last).collect();
        let fields: Vec<Field> =
            columns.iter().map(|column| Field::new(name(*column), DataType::Utf8, false)).collect();
        let builders = columns.iter().map(|_| StringBuilder::new()).collect();
        let header = Header { row, columns, schema: Arc::new(Schema::new(fields)) };
        Filling {
            header,
            pages: Vec::new(),
            fields: builders,
            numbers: Vec::new(),
            unread: Vec::new(),
            beyond: Vec::new(),
        }
    }

    fn row(&mut self, row: u32, cells: Cells) -> Result<(), Error> {
        let place = self.numbers.len();
        let mut cells = cells.into_iter().peekable();
        for (field, (column, builder)) in self.header.columns.iter().zip(&mut self.fields).enumerate() {
            while let Some((before, cell)) = cells.next_if(|(at, _)| at < column) {
                self.beyond.push(Beyond { place, column: before, texts: vec![text_of(cell)] });
            }
            match cells.next_if(|(at, _)| at == column) {
                Some((_, Ok(text))) => builder.append_value(text),
                Some((_, Err(unread))) => {
                    builder.append_value(&unread.value);
                    self.unread.push((place, field, unread));
                }
                None => builder.append_value(""),
            }
        }
        if let Some((column, _)) = cells.peek() {
            let column = *column;
            self.beyond.push(Beyond { place, column, texts: cells.map(|(_, cell)| text_of(cell)).collect() });
        }
        self.numbers.push(u64::from(row.saturating_sub(self.header.row)));
        if self.numbers.len() < ROWS_OF_A_PAGE { Ok(()) } else { self.turn() }
    }

    /// Ends a page.
    fn turn(&mut self) -> Result<(), Error> {
        let columns: Vec<ArrayRef> =
            self.fields.iter_mut().map(|field| -> ArrayRef { Arc::new(field.finish()) }).collect();
        let options = RecordBatchOptions::new().with_row_count(Some(self.numbers.len()));
        let batch = RecordBatch::try_new_with_options(Arc::clone(&self.header.schema), columns, &options);
        let batch = batch.map_err(|fault| Error::columns(Text::same(&fault.to_string())))?;
        let (numbers, unread) = (std::mem::take(&mut self.numbers), std::mem::take(&mut self.unread));
        self.pages.push(Page { batch, numbers, unread, beyond: std::mem::take(&mut self.beyond) });
        Ok(())
    }

    fn ended(mut self) -> Result<Filling, Error> {
        if !self.numbers.is_empty() {
            self.turn()?;
        }
        Ok(self)
    }
}
