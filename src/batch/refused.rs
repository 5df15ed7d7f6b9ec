//! Rejected rows of claims, as far as they say whose claim of which day it was: later claims may hang on it.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, UInt64Type};
use arrow_array::{Array, ArrayRef, Date32Array, RecordBatch, StringArray, UInt64Array};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};

use super::{Input, Observation, Reject};
use crate::code::Code;
use crate::text::say;

const IDS: [&str; 2] = ["claim_id", "enrollment_id"];
const DAY: &str = "event_date";

static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
    let row = Field::new("row", DataType::UInt64, false);
    let ids = IDS.map(|name| Field::new(name, DataType::Utf8, false));
    let day = Field::new(DAY, DataType::Date32, true);
    Arc::new(Schema::new([row].into_iter().chain(ids).chain([day]).collect::<Vec<_>>()))
});

/// Their columns: the number of the row, the claim, the enrollment, and the day if it could be read.
pub(crate) fn schema() -> &'static SchemaRef {
    &SCHEMA
}

/// No row.
pub(crate) fn none() -> RecordBatch {
    RecordBatch::new_empty(Arc::clone(&SCHEMA))
}

/// The rows among these plain columns that have unread values, by row and column, and still say whose claim they are.
pub(crate) fn of(
    plain: &Schema,
    columns: &[ArrayRef],
    unread: &BTreeSet<(u64, String)>,
) -> Result<RecordBatch, ArrowError> {
    let column = |name: &str| plain.index_of(name).ok().and_then(|place| columns.get(place));
    let numbers = column("row").and_then(|rows| rows.as_primitive_opt::<UInt64Type>());
    let ids = IDS.map(|name| column(name).and_then(|ids| ids.as_string_opt::<i32>()));
    let (Some(numbers), [Some(claims), Some(enrollments)]) = (numbers, ids) else { return Ok(none()) };
    let days = column(DAY).and_then(|days| days.as_primitive_opt::<Date32Type>());
    let rejected: BTreeSet<u64> = unread.iter().map(|(row, _)| *row).collect();
    let is_unread = |row: u64, column: &str| unread.contains(&(row, column.to_owned()));
    let is_told = |row: u64| rejected.contains(&row) && IDS.iter().all(|id| !is_unread(row, id));
    let told = numbers.values().iter().enumerate().filter(|(_, row)| is_told(**row));
    let told: Vec<(usize, u64)> = told.map(|(place, row)| (place, *row)).collect();
    let text = |ids: &StringArray| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(told.iter().map(|(place, _)| ids.value(*place))))
    };
    let day = |(place, row): &(usize, u64)| {
        let days = days.filter(|days| days.is_valid(*place) && !is_unread(*row, DAY))?;
        Some(days.value(*place))
    };
    let rows = UInt64Array::from_iter_values(told.iter().map(|(_, row)| *row));
    let days: Date32Array = told.iter().map(day).collect();
    let columns: Vec<ArrayRef> = vec![Arc::new(rows), text(claims), text(enrollments), Arc::new(days)];
    RecordBatch::try_new(Arc::clone(&SCHEMA), columns)
}

/// What is said of rejected claims of which nobody can say to which account they belong; nothing if there is none.
pub(crate) fn unplaced(rows: impl IntoIterator<Item = u64>) -> Option<Observation> {
    let rows: BTreeSet<u64> = rows.into_iter().collect();
    let text = say!(
        "参保编号查不到，请核对；改正之前，该会员其后的理赔申请不会提示这件未结",
        "this claim cannot be assigned to a member and plan, so later claims do not say that it is open"
    );
    Some(Observation {
        input: Input::Claims,
        column: "enrollment_id".to_owned(),
        code: Code::RejectedClaimUnplaced,
        rows: u64::try_from(rows.len()).unwrap_or(u64::MAX),
        first_row: *rows.first()?,
        text,
    })
}

/// Of the claims rejected so far those that are not among the refused.
pub(crate) fn unplaced_among(rejects: &[Reject], refused: &RecordBatch) -> Option<Observation> {
    let told = row_numbers(refused);
    let claims = rejects.iter().filter(|reject| reject.input == Input::Claims);
    unplaced(claims.map(|reject| reject.row).filter(|row| !told.contains(row)))
}

/// The numbers of the rows in their file.
pub(crate) fn row_numbers(refused: &RecordBatch) -> BTreeSet<u64> {
    let rows = refused.column_by_name("row").and_then(|rows| rows.as_primitive_opt::<UInt64Type>());
    rows.into_iter().flat_map(|rows| rows.values().iter().copied()).collect()
}
