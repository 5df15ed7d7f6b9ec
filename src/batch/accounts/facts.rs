//! The facts of rows: plain columns by name.

use std::borrow::Cow;
use std::collections::BTreeMap;

use arrow_array::{
    Array, ArrayRef, BooleanArray, Date32Array, Int64Array, RecordBatch, StringArray, UInt16Array, UInt64Array,
};
use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::batch::ingest::{Vocabulary, uncoded};
use crate::calendar;
use crate::error::Error;
use crate::fact::{Kind, Value};
use crate::text::say;

/// The rows of one input.
#[derive(Debug, Clone)]
pub(super) struct Rows<'a> {
    batch: &'a RecordBatch,
    columns: BTreeMap<&'a str, &'a ArrayRef>,
    numbers: &'a UInt64Array,
}

/// Columns that stand in every input and are no facts.
const NOT_FACTS: [&str; 7] = ["row", "claim_id", "enrollment_id", "member_id", "plan", "plan_version", "reverses"];

impl<'a> Rows<'a> {
    pub(super) fn of(batch: &'a RecordBatch) -> Result<Rows<'a>, Error> {
        let schema = batch.schema_ref();
        let names = schema.fields().iter().map(|field| field.name().as_str());
        let columns: BTreeMap<&str, &ArrayRef> = names.zip(batch.columns()).collect();
        let numbers = batch.column_by_name("row").and_then(|column| column.as_any().downcast_ref::<UInt64Array>());
        let Some(numbers) = numbers else { return Err(not_plain("row")) };
        Ok(Rows { batch, columns, numbers })
    }

    pub(super) fn count(&self) -> usize {
        self.batch.num_rows()
    }

    /// The number of the row in its input.
    pub(super) fn number(&self, row: usize) -> u64 {
        if row < self.numbers.len() { self.numbers.value(row) } else { 0 }
    }

    pub(super) fn column(&self, name: &str) -> Option<&'a ArrayRef> {
        self.columns.get(name).copied()
    }

    pub(super) fn texts(&self, name: &str) -> Result<&'a StringArray, Error> {
        let column = self.column(name).and_then(|column| column.as_any().downcast_ref::<StringArray>());
        column.ok_or_else(|| not_plain(name))
    }

    /// A column of texts that may not be there, nor be given everywhere.
    pub(super) fn some_texts(&self, name: &str) -> Texts<'a> {
        Texts(self.column(name).and_then(|column| column.as_any().downcast_ref()))
    }

    /// The days of a date fact, as numbers from 1970-01-01.
    pub(super) fn days(&self, name: &str) -> Days<'a> {
        Days(self.column(name).and_then(|column| column.as_any().downcast_ref()))
    }

    /// What the row gives of a category, as it was given.
    pub(super) fn category_text<'t>(&self, name: &str, row: usize, vocabulary: &'t Vocabulary) -> Option<&'t str>
    where
        'a: 't,
    {
        let column = self.column(name).filter(|column| row < column.len() && column.is_valid(row))?.as_any();
        if let Some(texts) = column.downcast_ref::<StringArray>() {
            return Some(texts.value(row));
        }
        let code = column.downcast_ref::<UInt16Array>()?.value(row);
        vocabulary.text(name, code).or_else(|| self.some_texts(&uncoded(name)).at(row))
    }

    /// What the row gives of a fact, as it is shown.
    pub(super) fn shown<'t>(&self, name: &str, row: usize, vocabulary: &'t Vocabulary) -> Option<Cow<'t, str>>
    where
        'a: 't,
    {
        match vocabulary.kind(name)? {
            Kind::Category => self.category_text(name, row, vocabulary).map(Cow::from),
            kind @ (Kind::Money | Kind::Ratio | Kind::Number | Kind::Days | Kind::Date | Kind::YesNo) => {
                value(self.column(name)?, row, kind).map(|value| value.to_string().into())
            }
        }
    }

    /// Every fact that the row gives, as it was given.
    pub(super) fn facts(
        &self,
        row: usize,
        vocabulary: &Vocabulary,
        kind: impl Fn(&str) -> Option<Kind>,
    ) -> Vec<(&'a str, Value)> {
        let facts = self.columns.iter().filter(|(name, _)| !NOT_FACTS.contains(*name));
        let given = facts.filter_map(|(name, column)| {
            let value = match kind(name)? {
                Kind::Category => Value::Text(self.category_text(name, row, vocabulary)?.into()),
                kind @ (Kind::Money | Kind::Ratio | Kind::Number | Kind::Days | Kind::Date | Kind::YesNo) => {
                    value(column, row, kind)?
                }
            };
            Some((*name, value))
        });
        given.collect()
    }
}

/// Texts that may not be given.
#[derive(Debug, Clone, Copy)]
pub(super) struct Texts<'a>(Option<&'a StringArray>);

impl<'a> Texts<'a> {
    pub(super) fn at(self, row: usize) -> Option<&'a str> {
        let texts = self.0?;
        (row < texts.len() && texts.is_valid(row)).then(|| texts.value(row))
    }

    /// Whether some row has one.
    pub(super) fn is_any(self) -> bool {
        self.0.is_some_and(|texts| texts.null_count() < texts.len())
    }
}

/// Dates that may not be given.
#[derive(Debug, Clone, Copy)]
pub(super) struct Days<'a>(Option<&'a Date32Array>);

impl Days<'_> {
    pub(super) fn at(self, row: usize) -> Option<i32> {
        let days = self.0?;
        (row < days.len() && days.is_valid(row)).then(|| days.value(row))
    }
}

fn value(column: &ArrayRef, row: usize, kind: Kind) -> Option<Value> {
    if row >= column.len() || column.is_null(row) {
        return None;
    }
    let column = column.as_any();
    if let Some(numbers) = column.downcast_ref::<Int64Array>() {
        return Decimal::try_from_i128_with_scale(numbers.value(row).into(), kind.places()).ok().map(Value::Number);
    }
    if let Some(days) = column.downcast_ref::<Date32Array>() {
        return date(days.value(row)).map(Value::Date);
    }
    column.downcast_ref::<BooleanArray>().map(|truths| Value::YesNo(truths.value(row)))
}

pub(super) fn date(day: i32) -> Option<NaiveDate> {
    calendar::plus_days(NaiveDate::default(), day.into())
}

pub(super) fn not_plain(name: &str) -> Error {
    Error::columns(say!("列 `{name}` 缺失或类型不符", "the column `{name}` is missing or of another type"))
}
