//! Columns of results as text files show them.

use std::fmt::Write as _;

use arrow_array::cast::AsArray;
use arrow_array::types::{Decimal128Type, UInt64Type};
use arrow_array::{Array, ArrayRef, Decimal128Array, StringArray, UInt64Array};
use arrow_schema::DataType;

/// The cells of a column.
pub(super) enum Cells<'r> {
    Texts(&'r StringArray),
    Numbers(&'r UInt64Array),
    Amounts(&'r Decimal128Array, usize),
    Other,
}

impl Cells<'_> {
    pub(super) fn of(column: &ArrayRef) -> Cells<'_> {
        match column.data_type() {
            DataType::Utf8 => column.as_string_opt().map_or(Cells::Other, Cells::Texts),
            DataType::UInt64 => column.as_primitive_opt::<UInt64Type>().map_or(Cells::Other, Cells::Numbers),
            DataType::Decimal128(_, places) => {
                let amounts = column.as_primitive_opt::<Decimal128Type>().zip(usize::try_from(*places).ok());
                amounts.map_or(Cells::Other, |(amounts, places)| Cells::Amounts(amounts, places))
            }
            _ => Cells::Other,
        }
    }
}

/// An amount with its point; zeros beyond the second place are left out.
pub(super) fn write_amount(to: &mut String, amount: i128, places: usize) {
    let digits = amount.unsigned_abs().to_string();
    let sign = if amount < 0 { "-" } else { "" };
    let padded = format!("{digits:0>width$}", width = places.saturating_add(1));
    let (whole, fraction) = padded.split_at_checked(padded.len().saturating_sub(places)).unwrap_or((&padded, ""));
    let kept = fraction.trim_end_matches('0').len().max(fraction.len().min(2));
    let fraction = fraction.get(..kept).unwrap_or(fraction);
    let point = if fraction.is_empty() { "" } else { "." };
    let _infallible = write!(to, "{sign}{whole}{point}{fraction}");
}
