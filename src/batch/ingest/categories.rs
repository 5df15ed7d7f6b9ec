//! Categories as their codes, and answers as true or false.

use std::cell::Cell;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Int64Type, UInt16Type, UInt64Type};
use arrow_array::{Array, ArrayRef, BooleanArray, StringArray, UInt16Array, new_null_array};
use arrow_cast::cast;
use arrow_schema::{ArrowError, DataType};

use crate::batch::ingest::target::{Bad, Read, Seen, Target, Wrong};
use crate::batch::ingest::{ids, texts, words};
use crate::code::Code;
use crate::fact::{Misfit, Value};
use crate::spelling;

/// The codes of a column of texts or whole numbers, and the texts that have none; texts alone where no value has one.
pub(super) fn read(target: &Target, column: &ArrayRef) -> Result<Read, ArrowError> {
    if target.is_plain_text() {
        return read_plain(column);
    }
    let data_type = column.data_type();
    if texts::is_text(data_type) {
        return read_texts(target, column);
    }
    if let DataType::Decimal32(..) | DataType::Decimal64(..) | DataType::Decimal128(..) | DataType::Decimal256(..) =
        data_type
    {
        return read_texts(target, &cast(column, &DataType::Utf8)?);
    }
    let read = read_wholes(target, column)?;
    if !target.has_uncoded() {
        return Ok(read);
    }
    let uncoded = uncoded(read.array.as_primitive_opt::<UInt16Type>(), column)?;
    Ok(Read { uncoded: Some(uncoded), ..read })
}

/// Texts of which no plan tells one apart from another.
fn read_plain(column: &ArrayRef) -> Result<Read, ArrowError> {
    let mut read = ids::read(column, false)?;
    let texts = read.array.as_string_opt::<i32>().into_iter().flatten().enumerate();
    let blank = texts.filter(|(_, text)| text.is_some_and(spelling::is_blank));
    let bad = blank.map(|(row, _)| Bad { row, wrong: Misfit::Blank.into() }).collect();
    read.bad = bad;
    Ok(read)
}

fn read_texts(target: &Target, column: &ArrayRef) -> Result<Read, ArrowError> {
    let (codes, _) = texts::read_each::<u16, UInt16Array>(column, |text| Ok(target.codes.code(text)));
    if codes.iter().any(|code| code == Some(0)) {
        let texts = cast(column, &DataType::Utf8)?;
        if let Some(texts) = texts.as_string_opt::<i32>() {
            return Ok(words::read(target, &codes, texts));
        }
    }
    let uncoded = target.has_uncoded().then(|| new_null_array(&DataType::Utf8, column.len()));
    Ok(Read { uncoded, ..Read::plain(Arc::new(codes), Vec::new()) })
}

fn read_wholes(target: &Target, column: &dyn Array) -> Result<Read, ArrowError> {
    let codes = Wholes::of(target);
    if *column.data_type() == DataType::UInt64 {
        let values = column.as_primitive_opt::<UInt64Type>().into_iter().flatten();
        return Ok(codes.read(values.map(|value| value.map(i128::from))));
    }
    let column = cast(column, &DataType::Int64)?;
    let values = column.as_primitive_opt::<Int64Type>().into_iter().flatten();
    Ok(codes.read(values.map(|value| value.map(i128::from))))
}

/// The whole numbers that have no code, as texts.
fn uncoded(codes: Option<&UInt16Array>, column: &ArrayRef) -> Result<ArrayRef, ArrowError> {
    let are_uncoded = || codes.into_iter().flatten().map(|code| code == Some(0));
    if !are_uncoded().any(|is_uncoded| is_uncoded) {
        return Ok(new_null_array(&DataType::Utf8, column.len()));
    }
    let texts = cast(column, &DataType::Utf8)?;
    let texts = texts.as_string_opt::<i32>().into_iter().flatten();
    let uncoded = are_uncoded().zip(texts).map(|(is_uncoded, text)| text.filter(|_| is_uncoded));
    Ok(Arc::new(uncoded.collect::<StringArray>()))
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
pub(super) fn read_answers(target: &Target, column: &ArrayRef) -> Result<Read, ArrowError> {
    if let Some(answers) = column.as_boolean_opt() {
        return Ok(Read::plain(Arc::new(answers.clone()), Vec::new()));
    }
    let meant = Cell::new(0_usize);
    let (array, bad) = texts::read_each::<bool, BooleanArray>(column, |text| match text {
        "true" => Ok(true),
        "false" => Ok(false),
        other => {
            let answer = answer(target, other)?;
            meant.set(meant.get().saturating_add(1));
            Ok(answer)
        }
    });
    let seen = if meant.get() > 0 { first_meant(target, column, meant.get())? } else { None };
    Ok(Read { seen: seen.into_iter().collect(), ..Read::plain(Arc::new(array), bad) })
}

/// As in a case file.
#[cold]
fn answer(target: &Target, text: &str) -> Result<bool, Wrong> {
    match target.fit_text(text)? {
        Value::YesNo(answer) => Ok(answer),
        Value::Number(_) | Value::Date(_) | Value::Text(_) => Err(Misfit::Kind.into()),
    }
}

/// What is said of so many answers that are read as meant.
#[cold]
fn first_meant(target: &Target, column: &ArrayRef, count: usize) -> Result<Option<Seen>, ArrowError> {
    let texts = cast(column, &DataType::Utf8)?;
    let texts = texts.as_string_opt::<i32>().into_iter().flatten().enumerate();
    let mut others =
        texts.filter_map(|(row, text)| Some((row, text.filter(|text| !matches!(*text, "true" | "false"))?)));
    let first = others.find_map(|(row, text)| Some((row, text, answer(target, text).ok()?)));
    Ok(first.map(|(row, text, answer)| words::seen(Code::ReadAsMeant, count, row, target, text, &answer.to_string())))
}
