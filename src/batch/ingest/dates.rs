//! Dates: typed ones, moments at midnight, and text, as days since 1970.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Date64Type, TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType,
    TimestampSecondType,
};
use arrow_array::{Array, ArrowPrimitiveType, Date32Array};
use arrow_buffer::{NullBuffer, ScalarBuffer};
use arrow_schema::{ArrowError, DataType, TimeUnit};
use chrono::{Datelike, NaiveDate};

use crate::batch::ingest::numbers::values_of;
use crate::batch::ingest::otherwise::Otherwise;
use crate::batch::ingest::target::{Bad, Read, Target, Wrong};
use crate::batch::ingest::texts;
use crate::fact::{Misfit, Value};

/// 1 January 1800 and 31 December 2999, in days since 1 January 1970.
const FIRST_DAY: i32 = -62_091;
const LAST_DAY: i32 = 376_199;
/// 1 January 1970, in days since the beginning of the calendar.
const EPOCH: i32 = 719_163;
const SECONDS_OF_A_DAY: i64 = 86_400;

pub(super) fn read(target: &Target, column: &dyn Array) -> Result<Read, ArrowError> {
    let a_day = |of_a_second: i64| SECONDS_OF_A_DAY.saturating_mul(of_a_second);
    match column.data_type() {
        DataType::Date32 => days(column),
        DataType::Date64 => moments::<Date64Type>(target, column, a_day(1_000)),
        DataType::Timestamp(TimeUnit::Second, _) => moments::<TimestampSecondType>(target, column, a_day(1)),
        DataType::Timestamp(TimeUnit::Millisecond, _) => {
            moments::<TimestampMillisecondType>(target, column, a_day(1_000))
        }
        DataType::Timestamp(TimeUnit::Microsecond, _) => {
            moments::<TimestampMicrosecondType>(target, column, a_day(1_000_000))
        }
        DataType::Timestamp(TimeUnit::Nanosecond, _) => {
            moments::<TimestampNanosecondType>(target, column, a_day(1_000_000_000))
        }
        _ => Ok(from_texts(target, column)),
    }
}

fn days(column: &dyn Array) -> Result<Read, ArrowError> {
    let Some(dates) = column.as_primitive_opt::<Date32Type>() else {
        return Err(ArrowError::CastError("a column of dates".to_owned()));
    };
    if dates.values().iter().all(|day| (FIRST_DAY..=LAST_DAY).contains(day)) {
        return Ok(Read::plain(Arc::new(dates.clone()), Vec::new()));
    }
    convert(dates.values(), dates.nulls(), |day| within(day.into()))
}

/// Moments count parts of a second since 1970.
fn moments<T: ArrowPrimitiveType>(target: &Target, column: &dyn Array, parts_of_a_day: i64) -> Result<Read, ArrowError>
where
    T::Native: Into<i64>,
{
    let may_be_a_moment = target.may_be_a_moment();
    convert(values_of::<T>(column)?, column.nulls(), |moment| {
        let moment: i64 = moment.into();
        let (day, time) = (moment.checked_div_euclid(parts_of_a_day), moment.checked_rem_euclid(parts_of_a_day));
        match (day, time) {
            (Some(day), Some(0)) => within(day),
            (Some(day), Some(_)) if may_be_a_moment => within(day),
            (_, _) => Err(Misfit::TimeOfDay.into()),
        }
    })
}

fn within(day: i64) -> Result<i32, Wrong> {
    i32::try_from(day).ok().filter(|day| (FIRST_DAY..=LAST_DAY).contains(day)).ok_or(Wrong::Year)
}

/// Converts every value; one that cannot be read is bad, unless it only fills the place of a null.
fn convert<N: Copy>(
    values: &[N],
    nulls: Option<&NullBuffer>,
    read: impl Fn(N) -> Result<i32, Wrong>,
) -> Result<Read, ArrowError> {
    let mut bad = Vec::new();
    let days: Vec<i32> = values
        .iter()
        .enumerate()
        .map(|(row, value)| {
            read(*value).unwrap_or_else(|wrong| {
                if nulls.is_none_or(|nulls| nulls.is_valid(row)) {
                    bad.push(Bad { row, wrong });
                }
                0
            })
        })
        .collect();
    let array = Date32Array::try_new(ScalarBuffer::from(days), nulls.cloned())?;
    Ok(Read::plain(Arc::new(array), bad))
}

fn from_texts(target: &Target, column: &dyn Array) -> Read {
    let may_be_a_moment = target.may_be_a_moment();
    let otherwise = Otherwise::default();
    let (array, bad) = texts::read_each::<i32, Date32Array>(column, |text| {
        let day = short_date(text.as_bytes()).or_else(|| short_moment(text.as_bytes()).filter(|_| may_be_a_moment));
        day.map_or_else(|| otherwise.count(target, text, from_text(target, text)?), Ok)
    });
    Read { seen: otherwise.seen(target, column), ..Read::plain(Arc::new(array), bad) }
}

/// As in a case file.
#[cold]
fn from_text(target: &Target, text: &str) -> Result<i32, Wrong> {
    match target.fit_text(text)? {
        Value::Date(date) => Ok(day_number(date)),
        Value::Number(_) | Value::YesNo(_) | Value::Text(_) => Err(Misfit::Kind.into()),
    }
}

fn day_number(date: NaiveDate) -> i32 {
    date.num_days_from_ce().saturating_sub(EPOCH)
}

/// A date `YYYY-MM-DD`; `None` if it is to be read with more care.
#[inline]
fn short_date(text: &[u8]) -> Option<i32> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = text else { return None };
    let year = i32::try_from(number([y1, y2, y3, y4])?).ok()?;
    let date = NaiveDate::from_ymd_opt(year, number([m1, m2])?, number([d1, d2])?)?;
    (1800..3000).contains(&year).then(|| day_number(date))
}

/// The day of a moment `YYYY-MM-DD HH:MM:SS`; `None` if it is to be read with more care.
#[inline]
fn short_moment(text: &[u8]) -> Option<i32> {
    let (day, [b' ' | b'T', h1, h2, b':', m1, m2, b':', s1, s2]) = text.split_at_checked(10)? else { return None };
    let is_time = number([h1, h2])? < 24 && number([m1, m2])? < 60 && number([s1, s2])? < 60;
    if is_time { short_date(day) } else { None }
}

/// A number of at most four digits.
#[inline]
fn number<const N: usize>(digits: [&u8; N]) -> Option<u32> {
    digits.iter().try_fold(0_u32, |number, byte| {
        let digit = byte.wrapping_sub(b'0');
        (digit < 10).then(|| number.wrapping_mul(10).wrapping_add(digit.into()))
    })
}
