//! Days of the calendar, counted by hand.

use chrono::{Datelike, NaiveDate};

/// The day of the given year, month and day.
pub(crate) fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).expect("the dates in this program are of the calendar")
}

/// Days from one date to another; negative when the other is earlier.
pub(crate) fn days_between(from: NaiveDate, to: NaiveDate) -> i64 {
    i64::from(to.num_days_from_ce()) - i64::from(from.num_days_from_ce())
}

/// Completed years: the birthday itself completes the year, and who is born on 29 February completes it on 1 March in a
/// common year.
pub(crate) fn completed_years(birth: NaiveDate, on: NaiveDate) -> i32 {
    let had_birthday = (on.month(), on.day()) >= (birth.month(), birth.day());
    on.year() - birth.year() - i32::from(!had_birthday)
}

#[test]
fn a_birthday_completes_the_year() {
    assert_eq!(completed_years(day(2009, 1, 1), day(2025, 1, 1)), 16);
    assert_eq!(completed_years(day(2009, 1, 2), day(2025, 1, 1)), 15);
    assert_eq!(completed_years(day(2004, 2, 29), day(2021, 2, 28)), 16);
    assert_eq!(completed_years(day(2004, 2, 29), day(2021, 3, 1)), 17);
}

#[test]
fn a_leap_day_counts() {
    assert_eq!(days_between(day(2024, 2, 28), day(2024, 3, 1)), 2);
    assert_eq!(days_between(day(2025, 3, 1), day(2025, 2, 28)), -1);
}
