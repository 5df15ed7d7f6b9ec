//! What a cell says, as text: exactly, or not at all.

use calamine::{CellErrorType, Data, ExcelDateTime};
use chrono::NaiveDate;

use crate::text::{Text, say};

/// A spreadsheet keeps so many digits of a number; those of its binary form that are beyond are not what was entered.
const KEPT_DIGITS: usize = 15;
/// Serial numbers count from here in every program alike.
const FIRST_DATE: (i32, u32, u32) = (1900, 3, 1);

/// A cell that is not empty: its text, or what is wrong with it.
pub(super) type Cell = Result<String, Unread>;

/// A cell that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unread {
    /// What stands in it.
    pub(super) value: String,
    pub(super) reason: Text,
}

/// The text of a cell; none if it is empty.
pub(super) fn read(data: &Data) -> Option<Cell> {
    match data {
        Data::Empty => None,
        Data::String(text) => (!text.is_empty()).then(|| Ok(text.clone())),
        Data::Int(number) => Some(exact(number.to_string())),
        // Displayed, a binary number is the shortest decimal that is nearest to it and to no other.
        Data::Float(number) => Some(exact(number.to_string())),
        Data::Bool(answer) => Some(Ok(answer.to_string())),
        Data::DateTime(moment) if moment.is_duration() => Some(Err(duration(moment.as_f64().to_string()))),
        Data::DateTime(moment) => Some(date(moment)),
        Data::DateTimeIso(moment) => Some(Ok(day_of_midnight(moment).to_owned())),
        Data::DurationIso(text) => Some(Err(duration(text.clone()))),
        Data::Error(kind) => Some(Err(error(kind))),
    }
}

/// A number of which every digit was entered.
fn exact(text: String) -> Cell {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let whole = text.trim_start_matches('-').split('.').next().unwrap_or_default();
    let is_number = text.chars().all(|c| c.is_ascii_digit() || matches!(c, '-' | '.'));
    if is_number && whole.len() > KEPT_DIGITS {
        let reason = say!(
            "`{text}` 超过十五位，而电子表格只保留一个数的十五位；请将该列设为文本后重新录入",
            "`{text}` has more than fifteen digits, of which a spreadsheet keeps fifteen; make the column text and enter it again"
        );
        return Err(Unread { value: text, reason });
    }
    if !is_number || digits.trim_start_matches('0').trim_end_matches('0').len() > KEPT_DIGITS {
        let reason = say!(
            "`{text}` 不是精确的数（多为公式的结果）；请四舍五入到所需位数，或改为文本",
            "`{text}` is no exact number, as formulas often give; round it to the places that are meant, or enter it as text"
        );
        return Err(Unread { value: text, reason });
    }
    Ok(if text == "-0" { "0".to_owned() } else { text })
}

/// A date, with the time of day where there is one.
fn date(moment: &ExcelDateTime) -> Cell {
    let serial = moment.as_f64().to_string();
    let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
    let date = NaiveDate::from_ymd_opt(year.into(), month.into(), day.into());
    let (first_year, first_month, first_day) = FIRST_DATE;
    let first = NaiveDate::from_ymd_opt(first_year, first_month, first_day);
    let Some(date) = date.filter(|date| !serial.starts_with('-') && Some(*date) >= first) else {
        let reason = say!(
            "日期序号 `{serial}` 早于1900年3月1日，各软件所指的日期不同；请改为文本",
            "the date `{serial}` is before 1 March 1900, where programs count differently; enter it as text"
        );
        return Err(Unread { value: serial, reason });
    };
    Ok(if (hour, minute, second) == (0, 0, 0) {
        date.to_string()
    } else {
        format!("{date} {hour:02}:{minute:02}:{second:02}")
    })
}

/// The day alone, where a moment is the beginning of a day.
fn day_of_midnight(moment: &str) -> &str {
    match moment.split_once('T') {
        Some((day, time)) if time.chars().all(|c| matches!(c, '0' | ':' | '.')) => day,
        Some(_) | None => moment,
    }
}

fn duration(value: String) -> Unread {
    let reason = say!("`{value}` 是时长，不是日期或数", "`{value}` is a length of time, not a date or a number");
    Unread { value, reason }
}

fn error(kind: &CellErrorType) -> Unread {
    let value = kind.to_string();
    let reason = say!("单元格是公式错误 `{value}`", "the cell holds the error `{value}` of a formula");
    Unread { value, reason }
}

#[cfg(test)]
mod tests {
    use calamine::ExcelDateTimeType;

    use super::*;

    fn told(data: Data) -> String {
        match read(&data) {
            None => "empty".to_owned(),
            Some(Ok(text)) => text,
            Some(Err(Unread { reason, .. })) => format!("unread: {}", reason.en),
        }
    }

    #[test]
    fn a_number_is_what_was_entered_or_nothing() {
        for (number, text) in [
            (2019.87, "2019.87"),
            (0.1, "0.1"),
            (-0.0, "0"),
            (51.0, "51"),
            (1e14, "100000000000000"),
            (123_456_789_012_345.0, "123456789012345"),
            (0.000_000_01, "0.00000001"),
            (9_999_999_999_999.99, "9999999999999.99"),
        ] {
            assert_eq!(told(Data::Float(number)), text);
        }
        for (number, shown) in [(0.1 + 0.2, "0.30000000000000004"), (1.0 / 3.0, "0.3333333333333333")] {
            assert!(
                told(Data::Float(number)).starts_with(&format!("unread: `{shown}` is no exact number")),
                "{number}"
            );
        }
        for number in [1e15, 110_101_199_001_011_230.0, 1e300] {
            assert!(told(Data::Float(number)).contains("has more than fifteen digits"), "{number}");
        }
        for number in ["NaN", "inf"] {
            assert!(told(Data::Float(number.parse().unwrap())).contains("is no exact number"), "{number}");
        }
        assert!(told(Data::Int(1_000_000_000_000_000)).contains("has more than fifteen digits"));
    }

    #[test]
    fn a_date_is_the_same_in_both_systems() {
        let date =
            |serial, is_1904| told(Data::DateTime(ExcelDateTime::new(serial, ExcelDateTimeType::DateTime, is_1904)));
        assert_eq!((date(45_667.0, false), date(44_205.0, true)), ("2025-01-10".into(), "2025-01-10".into()));
        assert_eq!(date(45_667.5, false), "2025-01-10 12:00:00");
        assert_eq!((date(61.0, false), date(0.0, true)), ("1900-03-01".into(), "1904-01-01".into()));
        for serial in [60.0, 59.0, 0.5, -1.0] {
            assert!(date(serial, false).contains("is before 1 March 1900"), "{serial}");
        }
        let duration = Data::DateTime(ExcelDateTime::new(0.5, ExcelDateTimeType::TimeDelta, false));
        assert!(told(duration).contains("is a length of time"));
        assert_eq!(told(Data::DateTimeIso("2025-01-10T00:00:00".into())), "2025-01-10");
        assert_eq!(told(Data::DateTimeIso("2025-01-10T09:30:00".into())), "2025-01-10T09:30:00");
    }

    #[test]
    fn what_is_no_value_is_said() {
        assert_eq!(told(Data::Empty), "empty");
        assert_eq!(told(Data::String(String::new())), "empty");
        assert_eq!(told(Data::Bool(true)), "true");
        assert!(told(Data::Error(CellErrorType::NA)).contains("the error `#N/A`"));
    }
}
