//! Ingest of a batch: raw columns of any sensible type become plain ones, and a row with a bad value is rejected.
//!
//! Values are read as in a case file, by [`StandardFact::fit`](crate::StandardFact) and [`Kind::fit`](crate::Kind).
//! What is read often has a shorter way with the same answers.

pub(crate) mod added;
mod categories;
mod codes;
mod columns;
mod dates;
mod ids;
mod numbers;
mod otherwise;
mod target;
#[cfg(test)]
mod tests;
mod texts;
mod vocabulary;
mod words;

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow_array::{Array, ArrayRef, BooleanArray, RecordBatch, UInt64Array};
use arrow_buffer::BooleanBuffer;
use arrow_cast::display::array_value_to_string;
use arrow_ord::cmp::neq;
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use arrow_select::filter::FilterBuilder;
use arrow_select::zip::zip;

use self::columns::Column;
pub(crate) use self::columns::{is_id, uncoded};
use self::target::{Read, Seen};
pub(crate) use self::vocabulary::Vocabulary;
use crate::batch::{Decided, Given, Input, Observation, Observations, Reject, refused};
use crate::error::Error;
use crate::fact::Value;
use crate::given::told_twice_text;
use crate::text::{Text, say};

/// The most characters of a bad value that a reject repeats.
const MOST_SHOWN: usize = 200;

/// Reads the raw rows of one input whose columns have been checked.
#[derive(Debug)]
pub(crate) struct Ingest {
    input: Input,
    /// The raw columns that are read, in the order of the plain ones.
    columns: Vec<Column>,
    /// The raw columns that are read, in their own order.
    projection: Vec<usize>,
    /// The raw columns that are the input's own: not those that were added to rejected rows.
    own: Vec<usize>,
    /// Of those that were added the one in which a row may stand whole.
    whole: Option<usize>,
    /// What the columns are called that are for people alone.
    notes: Vec<String>,
    raw: SchemaRef,
    plain: SchemaRef,
}

/// Both inputs as plain columns, and the rows that were rejected at ingest.
pub(crate) struct Entered {
    pub(crate) claims: RecordBatch,
    /// The rejected rows that say whose claim they are.
    pub(crate) refused: RecordBatch,
    pub(crate) enrollments: RecordBatch,
    /// Whether an input is a file of rejected rows.
    pub(crate) is_apart: bool,
    pub(crate) rejects: Vec<Reject>,
    pub(crate) observations: Observations,
}

impl Entered {
    /// What there is to decide.
    pub(crate) fn given(&self) -> Given<'_> {
        Given { claims: &self.claims, refused: &self.refused, enrollments: &self.enrollments, is_apart: self.is_apart }
    }

    /// What was decided, with what ingest has to say.
    pub(crate) fn with(self, mut decided: Decided) -> Decided {
        let Entered { rejects, mut observations, .. } = self;
        decided.rejects.extend(rejects);
        decided.rejects.sort();
        observations.extend_with(&decided.observations);
        decided.observations = observations.list();
        decided
    }
}

/// Rows that were read.
#[derive(Debug, PartialEq)]
pub(crate) struct Passed {
    /// The good ones as plain columns.
    pub(crate) rows: RecordBatch,
    /// Every bad value of the others, by row.
    pub(crate) rejects: Vec<Reject>,
    /// Those of the others that say whose claim they are.
    pub(crate) refused: RecordBatch,
    pub(crate) observations: Observations,
}

/// Reads both inputs, each as one batch with all of its rows.
///
/// # Errors
/// Those of [`Ingest::new`].
pub(crate) fn enter(
    vocabulary: &Vocabulary,
    claims: &RecordBatch,
    enrollments: &RecordBatch,
) -> Result<Entered, Error> {
    let of = |input, batch: &RecordBatch| Ingest::new(vocabulary, input, batch.schema_ref(), &[]);
    let (to_enrollments, to_claims) = (of(Input::Enrollments, enrollments)?, of(Input::Claims, claims)?);
    let is_apart = to_enrollments.is_of_rejected() || to_claims.is_of_rejected();
    let Passed { rows: enrollments, mut rejects, mut observations, .. } = to_enrollments.read(enrollments, 1)?;
    let Passed { rows: claims, rejects: rejected, refused, observations: seen } = to_claims.read(claims, 1)?;
    observations.extend(&seen);
    observations.extend_with(refused::unplaced_among(&rejected, &refused).as_slice());
    rejects.extend(rejected);
    Ok(Entered { claims, refused, enrollments, is_apart, rejects, observations })
}

/// The numbers of the rows of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Rows {
    /// One after the other from this one.
    From(u64),
    /// As listed, where some in between could not be read.
    These(Vec<u64>),
}

impl Rows {
    /// These numbers, in short where none is missing between them.
    pub(crate) fn of(numbers: Vec<u64>) -> Rows {
        match (numbers.first(), numbers.last(), u64::try_from(numbers.len())) {
            (Some(first), Some(last), Ok(count)) if last.saturating_sub(*first).saturating_add(1) == count => {
                Rows::From(*first)
            }
            (_, _, _) => Rows::These(numbers),
        }
    }

    /// The number of the row at this place of the batch.
    #[must_use]
    pub(crate) fn number(&self, place: usize) -> u64 {
        match self {
            Rows::From(first) => first.saturating_add(u64::try_from(place).unwrap_or(u64::MAX)),
            Rows::These(numbers) => numbers.get(place).copied().unwrap_or(u64::MAX),
        }
    }
}

impl Ingest {
    /// Checks the columns of an input: each is known, stands once, and has a type that its fact can be read from.
    ///
    /// # Errors
    /// All that is wrong with the columns, in one.
    pub(crate) fn new(vocabulary: &Vocabulary, input: Input, raw: &Schema, ignore: &[String]) -> Result<Ingest, Error> {
        let place = match input {
            Input::Claims => say!("理赔申请", "the claims"),
            Input::Enrollments => say!("参保记录", "the enrollments"),
        };
        Ingest::of(&place, vocabulary, input, raw, ignore)
    }

    /// The same for an input that has a name of its own, such as a file's.
    ///
    /// # Errors
    /// Those of [`Ingest::new`].
    pub(crate) fn of(
        place: &Text,
        vocabulary: &Vocabulary,
        input: Input,
        raw: &Schema,
        ignore: &[String],
    ) -> Result<Ingest, Error> {
        let columns = columns::checked(vocabulary, input, raw, ignore).map_err(|problems| {
            let list = |of: fn(&Text) -> &str, joint| problems.iter().map(of).collect::<Vec<_>>().join(joint);
            let (zh, en) = (list(|text| &text.zh, "；"), list(|text| &text.en, "; "));
            Error::columns(Text { zh: format!("{}：{zh}", place.zh), en: format!("{}: {en}", place.en) })
        })?;
        let added = columns::added(vocabulary, input, raw);
        let whole = added::whole(raw, &added);
        let mut projection: Vec<usize> = columns.iter().flat_map(Column::places).chain(whole).collect();
        projection.sort_unstable();
        let row = Field::new("row", DataType::UInt64, false);
        let fields = columns.iter().flat_map(Column::fields);
        let plain = Arc::new(Schema::new([row].into_iter().chain(fields).collect::<Vec<_>>()));
        let own = (0..raw.fields().len()).filter(|place| !added.contains(place)).collect();
        let called = raw.fields().iter().map(|field| field.name().trim());
        let notes = called.filter(|called| columns::is_note(vocabulary, input, called)).map(str::to_owned).collect();
        Ok(Ingest { input, columns, projection, own, whole, notes, raw: Arc::new(raw.clone()), plain })
    }

    /// The same, which takes numbers and dates in their plain form only.
    #[must_use]
    pub(crate) fn strict(mut self) -> Ingest {
        self.columns.iter_mut().for_each(Column::make_strict);
        self
    }

    /// The columns that are given out: `row`, the ids, and the facts by name.
    #[must_use]
    pub(crate) fn schema(&self) -> &SchemaRef {
        &self.plain
    }

    /// The places of the raw columns that are read, in order; a batch may come with these only.
    #[must_use]
    pub(crate) fn projection(&self) -> &[usize] {
        &self.projection
    }

    /// The places of the raw columns that a rejected row is given back with.
    pub(crate) fn own_columns(&self) -> &[usize] {
        &self.own
    }

    /// Whether the input is a file of rejected rows, by the columns that were added.
    pub(crate) fn is_of_rejected(&self) -> bool {
        self.own.len() < self.raw.fields().len()
    }

    /// What the columns are called that are left out by themselves.
    pub(crate) fn notes(&self) -> &[String] {
        &self.notes
    }

    /// The place of the raw column in which a rejected row may stand whole.
    pub(crate) fn whole(&self) -> Option<usize> {
        self.whole
    }

    /// Reads rows that follow one another, the first of which has this number.
    ///
    /// # Errors
    /// If the columns are not the ones that were checked.
    pub(crate) fn read(&self, batch: &RecordBatch, first_row: u64) -> Result<Passed, Error> {
        self.read_rows(batch, &Rows::From(first_row))
    }

    /// Reads rows with these numbers.
    ///
    /// # Errors
    /// If the columns are not the ones that were checked.
    pub(crate) fn read_rows(&self, batch: &RecordBatch, rows: &Rows) -> Result<Passed, Error> {
        let numbers = (0..batch.num_rows()).map(|place| rows.number(place));
        let mut plain: Vec<ArrayRef> = vec![Arc::new(UInt64Array::from_iter_values(numbers))];
        let mut found = Found {
            rejects: Vec::new(),
            unread: BTreeSet::new(),
            observations: Observations::default(),
            is_good: vec![true; batch.num_rows()],
        };
        for column in &self.columns {
            let mut read = self.read_column(batch, column, rows, &mut found)?;
            if let Some(also) = &column.also {
                let second = self.read_column(batch, also, rows, &mut found)?;
                read.array = self.joined(batch, [column, also], [&read.array, &second.array], rows, &mut found)?;
            }
            plain.push(read.array);
            plain.extend(read.uncoded);
        }
        self.refuse_whole_rows(batch, rows, &mut found)?;
        let Found { mut rejects, unread, observations, is_good } = found;
        let fault = |fault: ArrowError| self.changed(batch, &fault.to_string());
        let mut refused = refused::none();
        if !rejects.is_empty() {
            rejects.sort();
            refused = refused::of(&self.plain, &plain, &unread).map_err(fault)?;
            let good = FilterBuilder::new(&BooleanArray::from(is_good)).optimize().build();
            for column in &mut plain {
                *column = good.filter(column).map_err(fault)?;
            }
        }
        let batch = RecordBatch::try_new(Arc::clone(&self.plain), plain).map_err(fault)?;
        Ok(Passed { rows: batch, rejects, refused, observations })
    }

    fn read_column(&self, batch: &RecordBatch, column: &Column, rows: &Rows, found: &mut Found) -> Result<Read, Error> {
        let raw = self.raw_column(batch, column)?;
        let mut read = column.read(raw).map_err(|fault| self.changed(batch, &fault.to_string()))?;
        for bad in &read.bad {
            let reason = |value: &str| column.as_called(column.reason(value, bad.wrong));
            found.reject(self.input, column, raw, rows, bad.row, reason);
        }
        for seen in std::mem::take(&mut read.seen) {
            found.observations.add(self.observation(column, rows, seen));
        }
        Ok(read)
    }

    /// Refuses rows that stand in one column of a file of rejected rows and nowhere else; what their columns lack is not said besides.
    fn refuse_whole_rows(&self, batch: &RecordBatch, rows: &Rows, found: &mut Found) -> Result<(), Error> {
        let Some(place) = self.whole else { return Ok(()) };
        let (whole, called) = (self.raw_at(batch, place)?, self.raw.field(place).name().trim());
        let places = self.columns.iter().flat_map(Column::places);
        let columns: Vec<&ArrayRef> = places.map(|place| self.raw_at(batch, place)).collect::<Result<_, _>>()?;
        let is_whole = |row: &usize| {
            !text_at(whole, *row).is_empty() && columns.iter().all(|column| text_at(column, *row).is_empty())
        };
        let of_whole: Vec<usize> = (0..batch.num_rows()).filter(is_whole).collect();
        let numbers: BTreeSet<u64> = of_whole.iter().map(|row| rows.number(*row)).collect();
        found.rejects.retain(|reject| !numbers.contains(&reject.row));
        for row in of_whole {
            let reason = say!(
                "此行只写在 `{called}` 列中；请把各值分填到所属的列",
                "the row stands only in `{called}`; spread its values over the columns"
            );
            if let Some(flag) = found.is_good.get_mut(row) {
                *flag = false;
            }
            let (input, value, row) = (self.input, shown(whole, row), rows.number(row));
            found.rejects.push(Reject { input, row, column: String::new(), value, reason: reason.on_one_line() });
        }
        Ok(())
    }

    /// One fact from two columns, each of which calls it by one of its names; a row that says two values is rejected.
    fn joined(
        &self,
        batch: &RecordBatch,
        [first, second]: [&Column; 2],
        [of_first, of_second]: [&ArrayRef; 2],
        rows: &Rows,
        found: &mut Found,
    ) -> Result<ArrayRef, Error> {
        let fault = |fault: ArrowError| self.changed(batch, &fault.to_string());
        let differ = neq(of_first, of_second).map_err(fault)?;
        let (raw, other) = (self.raw_column(batch, first)?, self.raw_column(batch, second)?);
        for (row, _) in differ.iter().enumerate().filter(|(_, differs)| *differs == Some(true)) {
            let value = Value::from(&*shown(raw, row));
            found.reject(self.input, second, other, rows, row, |text| {
                told_twice_text(&first.name, &value, &Value::from(text))
            });
        }
        zip(&is_given(of_first), of_first, of_second).map_err(fault)
    }

    /// The column of a batch that has all raw columns, or only those that are read.
    fn raw_column<'a>(&self, batch: &'a RecordBatch, column: &Column) -> Result<&'a ArrayRef, Error> {
        self.raw_at(batch, column.place)
    }

    fn raw_at<'a>(&self, batch: &'a RecordBatch, place: usize) -> Result<&'a ArrayRef, Error> {
        let is_all = batch.num_columns() == self.raw.fields().len();
        let given = if is_all { Some(place) } else { self.projection.binary_search(&place).ok() };
        let field = self.raw.fields().get(place);
        let is_the_same = |raw: &&ArrayRef| field.is_some_and(|field| field.data_type() == raw.data_type());
        let raw = given.and_then(|given| batch.columns().get(given)).filter(is_the_same);
        raw.ok_or_else(|| self.changed(batch, field.map_or("", |field| field.name().trim())))
    }

    /// The columns that are called otherwise than by their names: what they are called, and their names.
    pub(crate) fn called(&self) -> impl Iterator<Item = (&str, &str)> {
        let columns = self.columns.iter().filter(|column| column.called != column.name);
        columns.map(|column| (column.called.as_str(), column.name.as_str()))
    }

    /// The claim that a row is of, as it is written; none where there is no such column or no value.
    pub(crate) fn claim_at(&self, batch: &RecordBatch, row: usize) -> Option<String> {
        let column = self.columns.iter().find(|column| column.name == "claim_id")?;
        let id = shown(self.raw_column(batch, column).ok()?, row);
        Some(id).filter(|id| !id.is_empty())
    }

    fn observation(&self, column: &Column, rows: &Rows, Seen { code, rows: count, first, text }: Seen) -> Observation {
        let (first_row, text) = (rows.number(first), column.as_called(text).on_one_line());
        Observation { input: self.input, column: column.called.clone(), code, rows: count, first_row, text }
    }

    /// A stream whose batches differ from its schema is a fault of the caller.
    fn changed(&self, batch: &RecordBatch, what: &str) -> Error {
        let (has, expected) = (batch.num_columns(), self.raw.fields().len());
        Error::columns(say!(
            "一批数据的列与检查过的列不符（{has} 列，应为 {expected} 列）：{what}",
            "the columns of a batch are not the ones that were checked ({has}, not {expected}): {what}"
        ))
    }
}

/// What was found in the rows of one batch.
struct Found {
    rejects: Vec<Reject>,
    /// The values that could not be read: the number of the row and the name of the column.
    unread: BTreeSet<(u64, String)>,
    observations: Observations,
    is_good: Vec<bool>,
}

impl Found {
    fn reject(
        &mut self,
        input: Input,
        column: &Column,
        raw: &ArrayRef,
        rows: &Rows,
        row: usize,
        reason: impl FnOnce(&str) -> Text,
    ) {
        if let Some(flag) = self.is_good.get_mut(row) {
            *flag = false;
        }
        let value = shown(raw, row);
        let reason = reason(&value).on_one_line();
        self.unread.insert((rows.number(row), column.name.clone()));
        self.rejects.push(Reject { input, row: rows.number(row), column: column.called.clone(), value, reason });
    }
}

/// Where a column has a value.
fn is_given(column: &ArrayRef) -> BooleanArray {
    let given = column.logical_nulls().map(|nulls| nulls.inner().clone());
    BooleanArray::new(given.unwrap_or_else(|| BooleanBuffer::new_set(column.len())), None)
}

/// A value as it was given; empty if there is none.
pub(crate) fn text_at(raw: &ArrayRef, row: usize) -> String {
    if raw.logical_nulls().is_some_and(|nulls| nulls.is_null(row)) {
        return String::new();
    }
    array_value_to_string(raw, row).unwrap_or_default()
}

/// A value as it was given, cut off if it is very long.
fn shown(raw: &ArrayRef, row: usize) -> String {
    let text = text_at(raw, row);
    match text.char_indices().nth(MOST_SHOWN) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}
