//! Days, months and completed years between dates.

use chrono::{Datelike, Days, Months, NaiveDate};

/// Reads `YYYY-MM-DD`; `None` if it is not of that form or no such day exists.
///
/// Years run from 1800 to 2999.
#[must_use]
pub fn parse(text: &str) -> Option<NaiveDate> {
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let digits = |part: &str, length| part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit());
    if parts.next().is_some() || !digits(year, 4) || !digits(month, 2) || !digits(day, 2) {
        return None;
    }
    let date = NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)?;
    has(date).then_some(date)
}

/// Whether a date may be given: years run from 1800 to 2999.
pub(crate) fn has(date: NaiveDate) -> bool {
    (1800..3000).contains(&date.year())
}

/// Days from the first date to the second; negative if the second is earlier.
#[must_use]
pub fn days(from: NaiveDate, to: NaiveDate) -> i64 {
    to.signed_duration_since(from).num_days()
}

/// Completed years (周岁) from the first date to the second; 0 if the second is earlier.
///
/// A year is complete on the anniversary. Who is born on 29 February completes a common year on 1 March.
///
/// ```
/// use huzhu::calendar;
/// let born = calendar::parse("2004-02-29").unwrap();
/// assert_eq!(calendar::years(born, calendar::parse("2025-02-28").unwrap()), 20);
/// assert_eq!(calendar::years(born, calendar::parse("2025-03-01").unwrap()), 21);
/// ```
#[must_use]
pub fn years(from: NaiveDate, to: NaiveDate) -> u32 {
    to.years_since(from).unwrap_or(0)
}

/// Completed months from the first date to the second; 0 if the second is earlier.
///
/// The most months that can be added to the first date (see [`plus_months`]) without passing the second.
#[must_use]
pub fn months(from: NaiveDate, to: NaiveDate) -> u32 {
    let by_calendar = (i64::from(to.year()).saturating_sub(from.year().into()))
        .saturating_mul(12)
        .saturating_add(i64::from(to.month()).saturating_sub(from.month().into()));
    let Ok(by_calendar) = u32::try_from(by_calendar) else { return 0 }; // the second is earlier
    match plus_months(from, by_calendar) {
        Some(date) if date <= to => by_calendar,
        Some(_) | None => by_calendar.saturating_sub(1),
    }
}

/// The date so many days later (earlier, if negative); `None` beyond the years 1 to 9999.
#[must_use]
pub fn plus_days(date: NaiveDate, days: i64) -> Option<NaiveDate> {
    let distance = Days::new(days.unsigned_abs());
    within(if days < 0 { date.checked_sub_days(distance) } else { date.checked_add_days(distance) })
}

/// The same day so many months later, or the last day of that month if it has no such day; `None` beyond the years 1 to 9999.
#[must_use]
pub fn plus_months(date: NaiveDate, months: u32) -> Option<NaiveDate> {
    within(date.checked_add_months(Months::new(months)))
}

/// The calendar has the years that are written with four digits.
fn within(date: Option<NaiveDate>) -> Option<NaiveDate> {
    date.filter(|date| (1..=9999).contains(&date.year()))
}
