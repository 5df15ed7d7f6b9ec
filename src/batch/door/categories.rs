//! Categories as their codes, and answers as true or false.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, StringArray, UInt16Array, new_null_array};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int64Type, UInt16Type, UInt64Type};
use arrow::error::ArrowError;

use crate::batch::door::target::{Bad, Read, Target, Wrong};
use crate::batch::door::{ids, texts};
use crate::fact::{Misfit, Value};

/// The codes of a column of texts or whole numbers, and the texts that have none; texts alone where no value has one.
pub(super) fn read(target: &Target, column: &ArrayRef) -> Result<Read, ArrowError> {
    if target.is_plain_text() {
        return ids::read(column, false);
    }
    let read = read_codes(target, column)?;
    let uncoded = if target.has_uncoded() { Some(uncoded(&read.array, column)?) } else { None };
    Ok(Read { uncoded, ..read })
}

/// The texts of the values that have no code.
fn uncoded(codes: &ArrayRef, column: &ArrayRef) -> Result<ArrayRef, ArrowError> {
    let codes = codes.as_primitive_opt::<UInt16Type>();
    let are_uncoded = || codes.into_iter().flatten().map(|code| code == Some(0));
    if !are_uncoded().any(|is_uncoded| is_uncoded) {
        return Ok(new_null_array(&DataType::Utf8, column.len()));
    }
    let texts = cast(column, &DataType::Utf8)?;
    let texts = texts.as_string_opt::<i32>().into_iter().flatten();
    let uncoded = are_uncoded().zip(texts).map(|(is_uncoded, text)| text.filter(|_| is_uncoded));
    Ok(Arc::new(uncoded.collect::<StringArray>()))
}

fn read_codes(target: &Target, column: &dyn Array) -> Result<Read, ArrowError> {
    let data_type = column.data_type();
    if texts::is_text(data_type) {
        let (array, bad) = texts::read_each::<u16, UInt16Array>(column, |text| code(target, text));
        return Ok(Read::plain(Arc::new(array), bad));
    }
    if let DataType::Decimal32(..) | DataType::Decimal64(..) | DataType::Decimal128(..) | DataType::Decimal256(..) =
        data_type
    {
        return read_codes(target, &cast(column, &DataType::Utf8)?);
    }
    let codes = Wholes::of(target);
    if *data_type == DataType::UInt64 {
        let values = column.as_primitive_opt::<UInt64Type>().into_iter().flatten();
        return Ok(codes.read(values.map(|value| value.map(i128::from))));
    }
    let column = cast(column, &DataType::Int64)?;
    let values = column.as_primitive_opt::<Int64Type>().into_iter().flatten();
    Ok(codes.read(values.map(|value| value.map(i128::from))))
}

fn code(target: &Target, text: &str) -> Result<u16, Wrong> {
    match target.codes.code(text) {
        0 if target.is_closed() => Err(Misfit::Value.into()),
        code => Ok(code),
    }
}

/// The values of a category that are written as whole numbers, sorted, with their codes.
struct Wholes {
    codes: Vec<(i128, u16)>,
    is_closed: bool,
}

impl Wholes {
    fn of(target: &Target) -> Wholes {
        let whole = |text: &str| text.parse::<i128>().ok().filter(|number| number.to_string() == text);
        let values = target.codes.values().iter();
        let mut codes: Vec<_> = values.filter_map(|value| Some((whole(value)?, target.codes.code(value)))).collect();
        codes.sort_unstable();
        Wholes { codes, is_closed: target.is_closed() }
    }

    fn read(&self, values: impl Iterator<Item = Option<i128>>) -> Read {
        let mut bad = Vec::new();
        let codes = values.enumerate().map(|(row, value)| {
            let found = self.codes.binary_search_by_key(&value?, |(number, _)| *number).ok();
            let code = found.and_then(|place| self.codes.get(place)).map_or(0, |(_, code)| *code);
            if code == 0 && self.is_closed {
                bad.push(Bad { row, wrong: Misfit::Value.into() });
            }
            Some(code)
        });
        let array: UInt16Array = codes.collect();
        Read::plain(Arc::new(array), bad)
    }
}

/// True or false, of a column of these or of texts.
pub(super) fn read_answers(target: &Target, column: &dyn Array) -> Read {
    if let Some(answers) = column.as_boolean_opt() {
        return Read::plain(Arc::new(answers.clone()), Vec::new());
    }
    let (array, bad) = texts::read_each::<bool, BooleanArray>(column, |text| match text {
        "true" => Ok(true),
        "false" => Ok(false),
        other => answer(target, other),
    });
    Read::plain(Arc::new(array), bad)
}

/// As in a case file.
#[cold]
fn answer(target: &Target, text: &str) -> Result<bool, Wrong> {
    match target.fit_text(text)? {
        Value::YesNo(answer) => Ok(answer),
        Value::Number(_) | Value::Date(_) | Value::Text(_) => Err(Misfit::Kind.into()),
    }
}
