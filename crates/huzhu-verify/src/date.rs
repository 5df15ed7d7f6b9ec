//! Days of the proleptic Gregorian calendar, from 0001-01-01 to 9999-12-31.

use std::fmt::{self, Display, Formatter};

const LAST_YEAR: i64 = 9999;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Date {
    year: i64,
    month: i64,
    day: i64,
}

impl Date {
    /// Reads `YYYY-MM-DD`.
    pub(super) fn parse(text: &str) -> Option<Date> {
        let is_in_form = |(place, byte): (usize, u8)| match place {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        };
        if text.len() != 10 || !text.bytes().enumerate().all(is_in_form) {
            return None;
        }
        let part = |from: usize, to: usize| text.get(from..to)?.parse().ok();
        Date::new(part(0, 4)?, part(5, 7)?, part(8, 10)?)
    }

    fn new(year: i64, month: i64, day: i64) -> Option<Date> {
        let is_day =
            (1..=LAST_YEAR).contains(&year) && (1..=12).contains(&month) && (1..=days_in(year, month)).contains(&day);
        is_day.then_some(Date { year, month, day })
    }

    pub(super) fn year(self) -> i64 {
        self.year
    }

    /// The days to another date, negative if it is earlier.
    pub(super) fn days_to(self, other: Date) -> i64 {
        other.number().saturating_sub(self.number())
    }

    /// The date so many days later; `None` beyond the calendar.
    pub(super) fn plus_days(self, days: i128) -> Option<Date> {
        let number = i64::try_from(days).ok()?.checked_add(self.number())?;
        if number < 1 {
            return None;
        }
        // No year is longer than 366 days, so that this is the year or some years before it.
        let mut year = number.checked_sub(1)?.checked_div(366)?.checked_add(1)?;
        while days_before(year.checked_add(1)?) < number {
            if year > LAST_YEAR {
                return None;
            }
            year = year.checked_add(1)?;
        }
        let mut day = number.checked_sub(days_before(year))?;
        let mut month = 1;
        while day > days_in(year, month) {
            day = day.checked_sub(days_in(year, month))?;
            month = month.checked_add(1)?;
        }
        Date::new(year, month, day)
    }

    /// The same day so many months later, or the last of that month; `None` beyond the calendar.
    pub(super) fn plus_months(self, months: u64) -> Option<Date> {
        let month = self.months().checked_add(i64::try_from(months).ok()?)?;
        let (year, month) = (month.div_euclid(12), month.rem_euclid(12).checked_add(1)?);
        Date::new(year, month, self.day.min(days_in(year, month)))
    }

    /// The completed months to another date; 0 if it is earlier.
    pub(super) fn months_to(self, other: Date) -> i64 {
        let months = other.months().saturating_sub(self.months());
        let is_completed =
            u64::try_from(months).ok().and_then(|months| self.plus_months(months)).is_some_and(|day| day <= other);
        if is_completed { months } else { months.saturating_sub(1).max(0) }
    }

    /// The completed years to another date; 0 if it is earlier.
    pub(super) fn years_to(self, other: Date) -> i64 {
        let years = other.year.saturating_sub(self.year);
        let is_completed = (other.month, other.day) >= (self.month, self.day);
        if is_completed { years.max(0) } else { years.saturating_sub(1).max(0) }
    }

    /// The months since the year 0.
    fn months(self) -> i64 {
        self.year.saturating_mul(12).saturating_add(self.month).saturating_sub(1)
    }

    /// The place of the day in the calendar: 1 is 0001-01-01.
    fn number(self) -> i64 {
        let months = (1..self.month).map(|month| days_in(self.year, month)).sum::<i64>();
        days_before(self.year).saturating_add(months).saturating_add(self.day)
    }
}

impl Display for Date {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// The days of the calendar before a year.
fn days_before(year: i64) -> i64 {
    let years = year.saturating_sub(1);
    let leap_days = (years / 4).saturating_sub(years / 100).saturating_add(years / 400);
    years.saturating_mul(365).saturating_add(leap_days)
}

fn days_in(year: i64, month: i64) -> i64 {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    #[test]
    fn a_day_is_written_in_one_way() {
        for bad in [
            "2025-02-29",
            "0000-01-01",
            "2025-13-01",
            "2025-00-01",
            "2025-1-01",
            "20250101",
            "+025-01-01",
            "2025-04-31",
        ] {
            assert_eq!(Date::parse(bad), None, "{bad}");
        }
        assert_eq!(date("2024-02-29").to_string(), "2024-02-29");
    }

    #[test]
    fn every_day_follows_the_one_before() {
        // the 400 years after which the calendar repeats itself, and its last years
        for (first, last, count) in [("0001-01-01", "0401-01-01", 146_097), ("9990-01-01", "9999-12-31", 3_651)] {
            let (mut day, last) = (date(first), date(last));
            for _ in 0..count {
                let next = day.plus_days(1).unwrap();
                assert!(day < next && day.days_to(next) == 1 && date(&next.to_string()) == next);
                day = next;
            }
            assert_eq!((day, date(first).days_to(last)), (last, count));
        }
    }

    #[test]
    fn the_calendar_has_a_first_and_a_last_day() {
        let (first, last) = (date("0001-01-01"), date("9999-12-31"));
        assert_eq!((first.plus_days(3_652_058), first.plus_days(3_652_059)), (Some(last), None));
        assert_eq!((last.plus_days(-3_652_058), last.plus_days(-3_652_059)), (Some(first), None));
        assert_eq!((last.plus_days(i128::MAX), first.plus_days(i128::MIN)), (None, None));
    }

    #[test]
    fn months_and_years_are_completed() {
        assert_eq!(date("2025-01-31").plus_months(1), Some(date("2025-02-28")));
        assert_eq!(date("9999-12-31").plus_months(1), None);
        assert_eq!(date("2025-01-31").plus_months(u64::MAX), None);
        for (from, to, months, years) in [
            ("2025-01-31", "2025-02-28", 1, 0),
            ("2025-01-31", "2025-02-27", 0, 0),
            ("2025-03-31", "2025-04-30", 1, 0),
            ("2004-02-29", "2025-02-28", 252, 20),
            ("2004-02-29", "2025-03-01", 252, 21),
            ("2025-05-02", "2026-05-01", 11, 0),
            ("2025-05-02", "2026-05-02", 12, 1),
            ("2025-05-02", "2025-05-01", 0, 0),
            ("2025-05-02", "2020-05-01", 0, 0),
        ] {
            assert_eq!((date(from).months_to(date(to)), date(from).years_to(date(to))), (months, years), "{from} {to}");
        }
    }
}
