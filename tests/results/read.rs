//! What stands in the columns of a result, as text.

use arrow_array::{Array, Decimal128Array, RecordBatch, StringArray};
use rust_decimal::Decimal;

pub(crate) fn texts(batch: &RecordBatch, name: &str) -> Vec<String> {
    let column = batch.column_by_name(name).expect("the column is there");
    let column = column.as_any().downcast_ref::<StringArray>().expect("it holds texts");
    column.iter().map(|text| text.unwrap_or_default().to_owned()).collect()
}

pub(crate) fn amounts(batch: &RecordBatch, name: &str) -> Vec<String> {
    let column = batch.column_by_name(name).expect("the column is there");
    let column = column.as_any().downcast_ref::<Decimal128Array>().expect("it holds amounts");
    let scale = u32::try_from(column.scale()).expect("places are not negative");
    let amount = |units: Option<i128>| {
        // Without the noughts at its end, whatever was decided fits a decimal.
        let (mut units, mut scale) = (units.unwrap_or_default(), scale);
        while scale > 0 && units % 10 == 0 {
            (units, scale) = (units / 10, scale - 1);
        }
        Decimal::from_i128_with_scale(units, scale).to_string()
    };
    column.iter().map(amount).collect()
}
