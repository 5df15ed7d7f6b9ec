//! Why a text is no date or no number, in words that say what to write: put behind the text that is told of.

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;

use super::{Marks, Notes, marks, measured, narrow, number_of, parts_of, split_time};
use crate::fact::Kind;
use crate::text::{Text, say};
use crate::{calendar, exact};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Why a text is not read.
pub(crate) struct Why {
    /// With what to write instead.
    pub(crate) said: Text,
    /// The same of all texts with the fault, to count them.
    #[cfg_attr(not(feature = "batch"), expect(dead_code, reason = "only a batch counts what is wrong"))]
    general: Text,
}

/// Why a text is not read as a value of this kind; nothing where there is no more to say than that it is none.
pub(crate) fn why(text: &str, kind: Kind) -> Option<Why> {
    let narrow: String = text.trim().chars().map(narrow).collect();
    match kind {
        Kind::Date => no_date(split_time(&narrow).0),
        Kind::Money | Kind::Ratio | Kind::Number | Kind::Days => no_number(&narrow, kind),
        Kind::YesNo | Kind::Category => None,
    }
}

/// What was said of a value, as it is said of all values with the fault.
#[cfg(feature = "batch")]
pub(crate) fn general(said: &Text, value: &str) -> Text {
    let whys = [Kind::Date, Kind::Money].into_iter().filter_map(|kind| why(value, kind));
    whys.fold(said.clone(), |said, why| Text {
        zh: said.zh.replace(&why.said.zh, &why.general.zh),
        en: said.en.replace(&why.said.en, &why.general.en),
    })
}

fn no_date(day: &str) -> Option<Why> {
    let parts = parts_of(day)?;
    let [first, second, third] = parts.map(|part| number_of(part, 4));
    let (first, second, third) = (first?, second?, third?);
    match parts.map(str::len) {
        [4, 1 | 2, 1 | 2] => Some(no_such_day(first, second, third)),
        [1 | 2, 1 | 2, 4] => year_last(third, [first, second]),
        [1 | 2, 1 | 2, 1 | 2] => {
            let said = say!("的年份不足四位", "has a year of two digits; write all four");
            Some(Why { general: said.clone(), said })
        }
        _ => None,
    }
}

fn no_such_day(year: u32, month: u32, day: u32) -> Why {
    let said = match month_called(month) {
        None => say!("不是日期：没有{month}月", "is no date: there is no month {month}"),
        Some(_) if date(year, month, day).is_some() => {
            let said = say!("不在 1800 年至 2999 年之间", "is not of the years 1800 to 2999");
            return Why { general: said.clone(), said };
        }
        Some(called) => {
            say!("不是日期：{year}年{month}月没有{day}日", "is no date: there is no {day} {called} {year}")
        }
    };
    Why { said, general: say!("不是日期：没有这一天", "is no date: there is no such day") }
}

/// Of a date that ends with its year nobody knows whether day or month comes first.
fn year_last(year: u32, [first, second]: [u32; 2]) -> Option<Why> {
    let readings = [(second, first), (first, second)].map(|(month, day)| date(year, month, day));
    let mut readings = readings.into_iter().flatten().filter(|date| calendar::has(*date));
    let one = readings.next()?;
    let Some(two) = readings.find(|other| *other != one) else {
        return Some(Why {
            said: say!("没有把年份写在前面；请写 `{one}`", "does not begin with the year; write `{one}`"),
            general: say!("没有把年份写在前面", "does not begin with the year"),
        });
    };
    let zh = [one, two].map(|date| format!("{}月{}日", date.month(), date.day()));
    let en = [one, two].map(|date| format!("{} {}", date.day(), month_called(date.month()).unwrap_or_default()));
    let ([zh_one, zh_two], [en_one, en_two]) = (zh, en);
    Some(Why {
        said: say!(
            "可以是{zh_one}，也可以是{zh_two}；请写 `{one}` 或 `{two}`",
            "can be {en_one} or {en_two}; write `{one}` or `{two}`"
        ),
        general: say!("可以是两个日期；请把年份写在前面", "can be two dates; write the year first"),
    })
}

fn date(year: u32, month: u32, day: u32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)
}

fn month_called(month: u32) -> Option<&'static str> {
    MONTHS.get(usize::try_from(month.checked_sub(1)?).ok()?).copied()
}

/// What `10万` comes to.
fn in_ten_thousands(rest: &str, is_negative: bool) -> Option<Decimal> {
    let number = exact::parse(rest.trim().strip_suffix('万')?.trim_end()).ok()?;
    let number = exact::multiply(number, Decimal::from(if is_negative { -10_000 } else { 10_000 })).ok()?;
    Some(number.normalize())
}

/// A comma may part thousands, or be the decimal point.
fn no_number(text: &str, kind: Kind) -> Option<Why> {
    let Marks { is_negative, rest, .. } = marks(text, kind, &mut Notes::default()).ok()?;
    if let Some(number) = in_ten_thousands(rest, is_negative).filter(|_| kind == Kind::Money) {
        return Some(Why {
            said: say!("以万为单位；请写 `{number}`", "is in units of ten thousand; write `{number}`"),
            general: say!("以万为单位；请写成元", "is in units of ten thousand; write it in yuan"),
        });
    }
    let (digits, _) = measured(rest, kind, false, &mut Notes::default()).ok()?;
    let (whole, fraction) = digits.rsplit_once(',')?;
    let whole = if whole.is_empty() { "0" } else { whole };
    let sign = if is_negative { "-" } else { "" };
    let as_point = (!fraction.contains('.')).then(|| format!("{sign}{}.{fraction}", whole.replace('.', "")));
    let as_separator = format!("{sign}{}", digits.replace(',', ""));
    let mut readings = as_point.into_iter().chain([as_separator]).filter(|reading| exact::parse(reading).is_ok());
    let one = readings.next()?;
    Some(match readings.next() {
        Some(two) => Why {
            said: say!(
                "有两种读法：`{one}` 或 `{two}`；请去掉逗号重写",
                "can mean two numbers, `{one}` or `{two}`; write the one that is meant, without a comma"
            ),
            general: say!(
                "有两种读法；请去掉逗号重写",
                "can mean two numbers; write the one that is meant, without a comma"
            ),
        },
        None => Why {
            said: say!(
                "的逗号不是千位分隔符；如指 `{one}`，请这样写",
                "has a comma that separates no thousands; if `{one}` is meant, write that"
            ),
            general: say!("的逗号不是千位分隔符", "has a comma that separates no thousands"),
        },
    })
}
