//! Numbers: whole ones, decimals of any precision, and text, in units of the last place of their kind.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type,
    UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrowPrimitiveType, Int64Array};
use arrow_buffer::{NullBuffer, ScalarBuffer, i256};
use arrow_schema::{ArrowError, DataType};

use crate::batch::ingest::otherwise::Otherwise;
use crate::batch::ingest::target::{Bad, Read, Target, Wrong, units};
use crate::batch::ingest::texts;
use crate::exact::DIGITS_BEFORE_THE_POINT;
use crate::fact::{Misfit, Value};

pub(super) fn read(target: &Target, column: &dyn Array) -> Result<Read, ArrowError> {
    match column.data_type() {
        DataType::Int8 => wholes::<Int8Type>(target, column),
        DataType::Int16 => wholes::<Int16Type>(target, column),
        DataType::Int32 => wholes::<Int32Type>(target, column),
        DataType::Int64 => wholes::<Int64Type>(target, column),
        DataType::UInt8 => wholes::<UInt8Type>(target, column),
        DataType::UInt16 => wholes::<UInt16Type>(target, column),
        DataType::UInt32 => wholes::<UInt32Type>(target, column),
        DataType::UInt64 => wholes::<UInt64Type>(target, column),
        DataType::Decimal32(_, scale) => decimals::<Decimal32Type>(target, column, *scale),
        DataType::Decimal64(_, scale) => decimals::<Decimal64Type>(target, column, *scale),
        DataType::Decimal128(_, scale) => decimals::<Decimal128Type>(target, column, *scale),
        DataType::Decimal256(_, scale) => wide_decimals(target, column, *scale),
        _ => Ok(from_texts(target, column)),
    }
}

/// The values of a column of this type; those of another are not none.
pub(super) fn values_of<T: ArrowPrimitiveType>(column: &dyn Array) -> Result<&[T::Native], ArrowError> {
    match column.as_primitive_opt::<T>() {
        Some(array) => Ok(array.values()),
        None => Err(ArrowError::CastError(format!("a column of {}", T::DATA_TYPE))),
    }
}

fn wholes<T: ArrowPrimitiveType>(target: &Target, column: &dyn Array) -> Result<Read, ArrowError>
where
    T::Native: TryInto<i64>,
{
    let scale = Scale::of(target, 0);
    convert(values_of::<T>(column)?, column.nulls(), |value| {
        let value: i64 = value.try_into().map_err(|_| Misfit::Bounds)?;
        scale.read_short(value)
    })
}

fn decimals<T: ArrowPrimitiveType>(target: &Target, column: &dyn Array, scale: i8) -> Result<Read, ArrowError>
where
    T::Native: Into<i128>,
{
    let scale = Scale::of(target, scale);
    convert(values_of::<T>(column)?, column.nulls(), |value| scale.read(value.into()))
}

fn wide_decimals(target: &Target, column: &dyn Array, scale: i8) -> Result<Read, ArrowError> {
    let short = Scale::of(target, scale);
    convert(values_of::<Decimal256Type>(column)?, column.nulls(), |value: i256| match value.to_i128() {
        Some(value) => short.read(value),
        None => {
            let (value, scale) = without_zeros(value, scale);
            value.to_i128().ok_or(Wrong::from(Misfit::Bounds)).and_then(|value| Scale::of(target, scale).read(value))
        }
    })
}

/// The same number without zeros at the end of its places.
fn without_zeros(mut value: i256, mut scale: i8) -> (i256, i8) {
    let ten = i256::from_i128(10);
    while scale > 0
        && value.checked_rem(ten) == Some(i256::ZERO)
        && let Some(short) = value.checked_div(ten)
    {
        value = short;
        scale = scale.saturating_sub(1);
    }
    (value, scale)
}

/// Converts every value; one that cannot be read is bad, unless it only fills the place of a null.
fn convert<N: Copy>(
    values: &[N],
    nulls: Option<&NullBuffer>,
    read: impl Fn(N) -> Result<i64, Wrong>,
) -> Result<Read, ArrowError> {
    let mut all_are_good = true;
    let converted: Vec<i64> = values
        .iter()
        .map(|value| {
            read(*value).unwrap_or_else(|_| {
                all_are_good = false;
                0
            })
        })
        .collect();
    let bad = if all_are_good { Vec::new() } else { bad_ones(values, nulls, read) };
    let array = Int64Array::try_new(ScalarBuffer::from(converted), nulls.cloned())?;
    Ok(Read::plain(Arc::new(array), bad))
}

#[cold]
fn bad_ones<N: Copy>(values: &[N], nulls: Option<&NullBuffer>, read: impl Fn(N) -> Result<i64, Wrong>) -> Vec<Bad> {
    let given = values.iter().enumerate().filter(|(row, _)| nulls.is_none_or(|nulls| nulls.is_valid(*row)));
    given.filter_map(|(row, value)| read(*value).err().map(|wrong| Bad { row, wrong })).collect()
}

/// How a whole number of 10⁻ⁿ becomes one in the units of a fact.
#[derive(Debug, Clone, Copy)]
struct Scale {
    /// The bounds, in the units of the fact.
    min: i64,
    max: i64,
    step: Step,
}

/// The two places of the point.
#[derive(Debug, Clone, Copy)]
enum Step {
    Same,
    Times(i64),
    /// Times more than any value can be.
    TimesTooMuch,
    Divided(i64),
    /// By more than 64 bits.
    DividedByMuch(i128),
    /// By more than any value can be.
    DividedByTooMuch,
}

impl Scale {
    fn of(target: &Target, scale: i8) -> Scale {
        let places = i64::from(target.kind.places());
        let shift = u32::try_from(places.saturating_sub(scale.into()).unsigned_abs()).unwrap_or(u32::MAX);
        let step = match i64::from(scale).cmp(&places) {
            std::cmp::Ordering::Equal => Step::Same,
            std::cmp::Ordering::Less => 10_i64.checked_pow(shift).map_or(Step::TimesTooMuch, Step::Times),
            std::cmp::Ordering::Greater => match (10_i64.checked_pow(shift), 10_i128.checked_pow(shift)) {
                (Some(factor), _) => Step::Divided(factor),
                (None, Some(factor)) => Step::DividedByMuch(factor),
                (None, None) => Step::DividedByTooMuch,
            },
        };
        Scale { min: target.min, max: target.max, step }
    }

    #[inline]
    fn read(&self, value: i128) -> Result<i64, Wrong> {
        match i64::try_from(value) {
            Ok(short) => self.read_short(short),
            Err(_) => self.read_long(value),
        }
    }

    #[inline]
    fn read_short(&self, value: i64) -> Result<i64, Wrong> {
        match self.step {
            Step::Same => self.within(value),
            Step::Times(factor) => self.within(value.checked_mul(factor).ok_or(Misfit::Bounds)?),
            Step::Divided(factor) => match value.checked_rem(factor) {
                Some(0) => self.within(value.checked_div(factor).ok_or(Misfit::Bounds)?),
                Some(_) | None => Err(Misfit::Digits.into()),
            },
            Step::TimesTooMuch | Step::DividedByMuch(_) | Step::DividedByTooMuch => self.read_long(value.into()),
        }
    }

    fn read_long(&self, value: i128) -> Result<i64, Wrong> {
        let factor = match self.step {
            Step::Same | Step::Times(_) | Step::TimesTooMuch if value != 0 => return Err(Misfit::Bounds.into()),
            Step::DividedByTooMuch if value != 0 => return Err(Misfit::Digits.into()),
            Step::Same | Step::Times(_) | Step::TimesTooMuch | Step::DividedByTooMuch => return self.within(0),
            Step::Divided(factor) => factor.into(),
            Step::DividedByMuch(factor) => factor,
        };
        match value.checked_rem(factor) {
            Some(0) => {
                let quotient = value.checked_div(factor).and_then(|value| i64::try_from(value).ok());
                self.within(quotient.ok_or(Misfit::Bounds)?)
            }
            Some(_) | None => Err(Misfit::Digits.into()),
        }
    }

    #[inline]
    fn within(&self, value: i64) -> Result<i64, Wrong> {
        if value < self.min || value > self.max { Err(Misfit::Bounds.into()) } else { Ok(value) }
    }
}

fn from_texts(target: &Target, column: &dyn Array) -> Read {
    let places = (0..target.kind.places()).count();
    let otherwise = Otherwise::default();
    let (array, bad) = texts::read_each::<i64, Int64Array>(column, |text| match short_number(text, places) {
        Some(number) if number >= target.min && number <= target.max => Ok(number),
        Some(_) | None => otherwise.count(target, text, from_text(target, text)?),
    });
    Read { seen: otherwise.seen(target, column), ..Read::plain(Arc::new(array), bad) }
}

/// As in a case file.
#[cold]
fn from_text(target: &Target, text: &str) -> Result<i64, Wrong> {
    match target.fit_text(text)? {
        Value::Number(number) => units(number, target.kind).ok_or(Wrong::Misfit(Misfit::Digits)),
        Value::YesNo(_) | Value::Date(_) | Value::Text(_) => Err(Misfit::Kind.into()),
    }
}

/// A number without sign and with no more than these places; `None` if it is to be read with more care.
#[inline]
fn short_number(text: &str, places: usize) -> Option<i64> {
    let bytes = text.as_bytes();
    let (mut number, mut whole) = (0_i64, 0_usize);
    let mut rest = bytes.iter();
    while let Some(byte) = rest.next() {
        match byte.wrapping_sub(b'0') {
            digit @ 0..=9 => {
                number = number.wrapping_mul(10).wrapping_add(digit.into()); // it fits, or is not used
                whole = whole.saturating_add(1);
            }
            _ if *byte == b'.' && !rest.as_slice().is_empty() => break,
            _ => return None,
        }
    }
    let fraction = rest.as_slice();
    if whole == 0 || whole > DIGITS_BEFORE_THE_POINT || fraction.len() > places || whole.saturating_add(places) > 18 {
        return None; // 18 digits fit 64 bits
    }
    for byte in fraction {
        match byte.wrapping_sub(b'0') {
            digit @ 0..=9 => number = number.wrapping_mul(10).wrapping_add(digit.into()),
            _ => return None,
        }
    }
    (fraction.len()..places).try_fold(number, |number, _| number.checked_mul(10))
}
