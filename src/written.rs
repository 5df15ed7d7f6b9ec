//! Numbers and dates as people write them. The rule stands here alone: for facts, in whatever way they come in, and for recorded payouts.
//!
//! What can mean only one thing is read, and what had to be put right is said; anything else is refused. Nothing is guessed.

mod why;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::fact::{Kind, Misfit};
use crate::text::Text;
use crate::{calendar, exact};

#[cfg(feature = "batch")]
pub(crate) use self::why::general;
pub(crate) use self::why::{Why, why};

/// A number that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Number {
    /// In the unit of its kind.
    pub(crate) value: Decimal,
    /// What had to be put right to read it; none if it is a plain decimal.
    pub(crate) put_right: Option<Text>,
}

/// Why a text is no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// There is nothing.
    Empty,
    /// Commas that part no thousands.
    Commas,
    Minuses,
    /// More places than its kind has.
    Places,
    /// More digits than a number has.
    Digits,
    /// A point in a file of fen.
    PointInFen,
    /// A part of a fen.
    PartOfFen,
    NotANumber,
}

impl Fault {
    fn misfit(self) -> Misfit {
        match self {
            Fault::Places | Fault::Digits | Fault::PartOfFen => Misfit::Digits,
            Fault::Empty | Fault::Commas | Fault::Minuses | Fault::PointInFen | Fault::NotANumber => Misfit::Kind,
        }
    }
}

/// Each of these names yuan.
const BEFORE: [&str; 4] = ["¥", "人民币", "RMB", "CNY"];
const BEHIND: [&str; 6] = ["元整", "元", "圆", "RMB", "CNY", "yuan"];
const MINUS: [char; 3] = ['-', '\u{2212}', '\u{2013}'];

/// Reads the number of a fact.
pub(crate) fn fact(text: &str, kind: Kind) -> Result<Decimal, Misfit> {
    number(text, kind, false).map(|number| number.value).map_err(Fault::misfit)
}

/// Reads a number of this kind. Of amounts that name no unit it is told whether they are in fen.
pub(crate) fn number(text: &str, kind: Kind, is_in_fen: bool) -> Result<Number, Fault> {
    if let Some(value) = plain(text, kind).filter(|_| !is_in_fen) {
        return Ok(Number { value, put_right: None });
    }
    let mut notes = Notes::default();
    let narrow: String = text.trim().chars().map(narrow).collect();
    if narrow.is_empty() {
        return Err(Fault::Empty);
    }
    notes.note(narrow != text, "已改全角字符或去掉空格", "full-width signs or blanks");
    let Marks { is_negative, names_yuan, rest } = marks(&narrow, kind, &mut notes)?;
    let (rest, measure) = measured(rest, kind, is_in_fen && !names_yuan, &mut notes)?;
    let (whole, fraction) = rest.split_once('.').unwrap_or((rest, ""));
    notes.note(rest.contains('.') && (whole.is_empty() || fraction.is_empty()), "已补小数点一侧的零", "a bare point");
    let whole = without_separators(whole, &mut notes)?;
    let value = measure.value(&whole, fraction, kind, &mut notes)?;
    let signed = if is_negative { value.mantissa().checked_neg() } else { Some(value.mantissa()) };
    let signed = signed.and_then(|mantissa| Decimal::try_from_i128_with_scale(mantissa, value.scale()).ok());
    Ok(Number { value: signed.ok_or(Fault::Digits)?, put_right: notes.said() })
}

/// A number that needs nothing put right: no more places than its kind has.
fn plain(text: &str, kind: Kind) -> Option<Decimal> {
    exact::parse(text).ok().filter(|number| number.scale() <= kind.places())
}

/// Whether a text is read without anything put right.
pub(crate) fn is_plain(text: &str, kind: Kind, may_be_a_moment: bool) -> bool {
    match kind {
        Kind::Money | Kind::Ratio | Kind::Number | Kind::Days => {
            number(text, kind, false).is_ok_and(|number| number.put_right.is_none())
        }
        Kind::Date => {
            let (day, time) = split_time(text);
            calendar::parse(day).is_some() && time.is_none_or(|time| may_be_a_moment && is_plain_time(time))
        }
        Kind::YesNo | Kind::Category => true,
    }
}

/// A plain number without the zeros at its end that no number has room for.
pub(crate) fn without_zeros(text: &str) -> &str {
    match text.split_once('.') {
        Some((whole, fraction)) if fraction.bytes().all(|byte| byte.is_ascii_digit()) && !fraction.is_empty() => {
            let kept = fraction.trim_end_matches('0').len();
            let point = usize::from(kept > 0);
            text.get(..whole.len().saturating_add(point).saturating_add(kept)).unwrap_or(text)
        }
        Some(_) | None => text,
    }
}

/// What was put right, in words.
#[derive(Default)]
struct Notes {
    zh: Vec<&'static str>,
    en: Vec<&'static str>,
}

impl Notes {
    fn note(&mut self, is_so: bool, zh: &'static str, en: &'static str) {
        if is_so && !self.en.contains(&en) {
            self.zh.push(zh);
            self.en.push(en);
        }
    }

    fn said(self) -> Option<Text> {
        (!self.en.is_empty()).then(|| Text { zh: self.zh.join("、"), en: self.en.join(", ") })
    }
}

/// The usual sign for a full-width one.
fn narrow(letter: char) -> char {
    match letter {
        '\u{ff01}'..='\u{ff5e}' => u32::from(letter).checked_sub(0xfee0).and_then(char::from_u32).unwrap_or(letter),
        '\u{3000}' | '\u{a0}' => ' ',
        '￥' => '¥',
        other => other,
    }
}

/// What stands around the digits.
struct Marks<'t> {
    is_negative: bool,
    /// Whether there is a sign of the currency.
    names_yuan: bool,
    rest: &'t str,
}

/// Takes off signs on both sides, and of amounts the currency.
fn marks<'t>(text: &'t str, kind: Kind, notes: &mut Notes) -> Result<Marks<'t>, Fault> {
    let mut rest = text;
    let (mut minus, mut names_yuan) = (0_u8, false);
    loop {
        let before = rest;
        rest = rest.trim();
        if kind == Kind::Money {
            for word in BEFORE {
                rest = rest.strip_prefix(word).unwrap_or(rest);
            }
            for word in BEHIND {
                rest = rest.strip_suffix(word).unwrap_or(rest);
            }
        }
        names_yuan |= rest != before.trim();
        rest = rest.strip_prefix('+').unwrap_or(rest);
        notes.note(rest != before.trim(), "已去掉货币符号或正号", "a currency or plus sign");
        if let Some(inside) = rest.strip_prefix(MINUS) {
            notes.note(!rest.starts_with('-'), "已改负号写法", "the form of the minus");
            (rest, minus) = (inside, minus.saturating_add(1));
        }
        let around = rest.strip_prefix('(').and_then(|inside| inside.strip_suffix(')'));
        if let Some(inside) = around.or_else(|| rest.strip_suffix(MINUS)) {
            notes.note(true, "已改负号写法", "the form of the minus");
            (rest, minus) = (inside, minus.saturating_add(1));
        }
        if rest == before {
            break;
        }
    }
    if minus > 1 {
        return Err(Fault::Minuses);
    }
    Ok(Marks { is_negative: minus == 1, names_yuan, rest })
}

/// What the digits count.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Measure {
    /// The unit of the kind.
    Ones,
    Fen,
    Percent,
}

/// Takes off the unit that is written behind the digits.
fn measured<'t>(rest: &'t str, kind: Kind, is_in_fen: bool, notes: &mut Notes) -> Result<(&'t str, Measure), Fault> {
    let mut behind = |units: &[&str], zh, en| {
        let inside = units.iter().find_map(|unit| rest.strip_suffix(unit));
        notes.note(inside.is_some(), zh, en);
        inside.map(str::trim_end)
    };
    Ok(match kind {
        Kind::Money => match behind(&["分", "fen"], "已由分换算成元", "in fen") {
            Some(inside) => (inside, Measure::Fen),
            None if !is_in_fen => (rest, Measure::Ones),
            None if rest.contains('.') => return Err(Fault::PointInFen),
            None => (rest, Measure::Fen),
        },
        Kind::Ratio => match behind(&["%"], "已由百分数换算", "in per cent") {
            Some(inside) => (inside, Measure::Percent),
            None => (rest, Measure::Ones),
        },
        Kind::Days => (behind(&["天", "日", "days", "day"], "已去掉单位", "the unit").unwrap_or(rest), Measure::Ones),
        Kind::Number | Kind::Date | Kind::YesNo | Kind::Category => (rest, Measure::Ones),
    })
}

impl Measure {
    fn value(self, whole: &str, fraction: &str, kind: Kind, notes: &mut Notes) -> Result<Decimal, Fault> {
        if !fraction.bytes().all(|byte| byte.is_ascii_digit()) || (whole.is_empty() && fraction.is_empty()) {
            return Err(Fault::NotANumber);
        }
        let shift = match self {
            Measure::Ones => 0,
            Measure::Fen | Measure::Percent => 2,
        };
        let places = kind.places().saturating_sub(shift);
        let (kept, beyond) =
            fraction.split_at_checked(usize::try_from(places).unwrap_or(usize::MAX)).unwrap_or((fraction, ""));
        if beyond.bytes().any(|byte| byte != b'0') {
            return Err(if self == Measure::Fen { Fault::PartOfFen } else { Fault::Places });
        }
        let is_plain = beyond.is_empty() || (kept.is_empty() && beyond == "00"); // as a number of any kind is printed
        notes.note(self == Measure::Ones && !is_plain, "已去掉末位之后的零", "zeros beyond the last place");
        let (whole, point) = (if whole.is_empty() { "0" } else { whole }, if kept.is_empty() { "" } else { "." });
        let number = exact::parse(&format!("{whole}{point}{kept}")).map_err(|fault| match fault {
            exact::Malformed::NotANumber => Fault::NotANumber,
            exact::Malformed::TooManyDigits => Fault::Digits,
        })?;
        if number.is_sign_negative() {
            return Err(Fault::NotANumber);
        }
        Decimal::try_from_i128_with_scale(number.mantissa(), number.scale().saturating_add(shift))
            .map_err(|_| Fault::Digits)
    }
}

/// Commas stand before every three digits, or the comma may be a decimal point.
fn without_separators(whole: &str, notes: &mut Notes) -> Result<String, Fault> {
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or_default();
    let mut joined = first.to_owned();
    let mut is_even = !first.is_empty() && first.len() <= 3;
    let mut has_groups = false;
    for group in groups {
        has_groups = true;
        is_even &= group.len() == 3;
        joined.push_str(group);
    }
    if has_groups && !is_even {
        return Err(Fault::Commas);
    }
    notes.note(has_groups, "已去掉千位分隔符", "separators of thousands");
    Ok(joined)
}

/// Reads a date: the year first, then month and day. A time of day is left out where there may be one, and else has to be midnight.
pub(crate) fn date(text: &str, may_be_a_moment: bool) -> Result<NaiveDate, Misfit> {
    let narrow: String = text.trim().chars().map(narrow).collect();
    let (day, time) = split_time(&narrow);
    let date = day_of(day).filter(|date| calendar::has(*date)).ok_or(Misfit::Kind)?;
    match time.map(|time| is_midnight(time.trim())) {
        None | Some(Some(true)) => Ok(date),
        Some(Some(false)) if may_be_a_moment => Ok(date),
        Some(Some(false)) => Err(Misfit::TimeOfDay),
        Some(None) => Err(Misfit::Kind),
    }
}

/// The day and the time of a moment.
fn split_time(text: &str) -> (&str, Option<&str>) {
    match text.split_once([' ', 'T']) {
        Some((day, time)) => (day, Some(time)),
        None => (text, None),
    }
}

fn day_of(text: &str) -> Option<NaiveDate> {
    let [year, month, day] = parts_of(text)?;
    let years = number_of(year, 4).filter(|_| year.len() == 4)?;
    NaiveDate::from_ymd_opt(i32::try_from(years).ok()?, number_of(month, 2)?, number_of(day, 2)?)
}

/// What stands in the places of year, month and day.
fn parts_of(text: &str) -> Option<[&str; 3]> {
    Some(if let Some((year, rest)) = text.split_once('年') {
        let (month, day) = rest.split_once('月')?;
        [year, month, day.strip_suffix(['日', '号'])?]
    } else if let Some(sign) = text.chars().find(|c| matches!(c, '-' | '/' | '.')) {
        let mut parts = text.split(sign);
        let parts = [parts.next()?, parts.next()?, parts.next()?, parts.next().unwrap_or_default()];
        let [year, month, day, ""] = parts else { return None };
        [year, month, day]
    } else {
        let ((year, rest), is_long) = (text.split_at_checked(4)?, text.len() == 8);
        let (month, day) = rest.split_at_checked(2).filter(|_| is_long)?;
        [year, month, day]
    })
}

/// A number of so many digits at most.
fn number_of(part: &str, most: usize) -> Option<u32> {
    let is_number = !part.is_empty() && part.len() <= most && part.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| part.parse::<u32>().ok()).flatten()
}

/// Whether a time of day is midnight; none if it is no time.
fn is_midnight(time: &str) -> Option<bool> {
    let (clock, part) = time.split_once('.').unwrap_or((time, "0"));
    let mut parts = clock.split(':');
    let mut next = |below: u32| {
        let part = parts.next().filter(|part| matches!(part.len(), 1 | 2))?;
        part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok()).flatten().filter(|part| *part < below)
    };
    let (hour, minute) = (next(24)?, next(60)?);
    let second = next(60);
    let is_part = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let is_clock = clock.split(':').count() == if second.is_some() { 3 } else { 2 };
    let is_zero = (hour, minute, second.unwrap_or(0)) == (0, 0, 0) && part.bytes().all(|byte| byte == b'0');
    (is_part && is_clock).then_some(is_zero)
}

/// A time as records have it: `09:30:00`.
fn is_plain_time(time: &str) -> bool {
    let is_clock =
        |(place, byte): (usize, u8)| if matches!(place, 2 | 5) { byte == b':' } else { byte.is_ascii_digit() };
    time.len() == 8 && time.bytes().enumerate().all(is_clock) && is_midnight(time).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, kind: Kind) -> String {
        match number(text, kind, false) {
            Ok(Number { value, put_right: None }) => value.to_string(),
            Ok(Number { value, put_right: Some(said) }) => format!("{value}: {}", said.en),
            Err(fault) => format!("{fault:?}"),
        }
    }

    #[test]
    fn a_number_that_can_mean_one_thing_only_is_read() {
        for (text, said) in [
            ("2019.87", "2019.87"),
            ("-5", "-5"),
            ("2,019.87", "2019.87: separators of thousands"),
            ("¥2019.87", "2019.87: a currency or plus sign"),
            ("2019.87元", "2019.87: a currency or plus sign"),
            ("２０１９．８７", "2019.87: full-width signs or blanks"),
            (" 2019.87 ", "2019.87: full-width signs or blanks"),
            ("2019.870000000000000000", "2019.87: zeros beyond the last place"),
            ("201987分", "2019.87: in fen"),
            ("(3)", "-3: the form of the minus"),
            ("1,234,567", "1234567: separators of thousands"),
        ] {
            assert_eq!(read(text, Kind::Money), said, "{text}");
        }
        assert_eq!(read("51天", Kind::Days), "51: the unit");
        assert_eq!(read("51.0", Kind::Days), "51: zeros beyond the last place");
        assert_eq!(read("51.00", Kind::Days), "51");
        assert_eq!(read("80%", Kind::Ratio), "0.80: in per cent");
        assert_eq!(read("1,000", Kind::Number), "1000: separators of thousands");
    }

    #[test]
    fn a_number_that_can_mean_two_things_is_refused() {
        for (text, fault) in [
            ("2019.875", "Places"),
            ("2,01", "Commas"),
            ("1,2345", "Commas"),
            (",123", "Commas"),
            ("2.019,87", "NotANumber"),
            ("--1", "Minuses"),
            ("1e3", "NotANumber"),
            ("1 234", "NotANumber"),
            ("1.2万", "NotANumber"),
            ("", "Empty"),
            ("9999999999999999", "Digits"),
            ("0.5分", "PartOfFen"),
        ] {
            assert_eq!(read(text, Kind::Money), fault, "{text}");
        }
        for (text, kind) in [("¥2", Kind::Days), ("80%", Kind::Number), ("2元", Kind::Ratio), ("51天", Kind::Money)]
        {
            assert_eq!(read(text, kind), "NotANumber", "{text}");
        }
        assert_eq!(read("51.5", Kind::Days), "Places");
    }

    #[test]
    fn zeros_at_the_end_change_no_number() {
        for (text, kept) in [("2019.8700", "2019.87"), ("5.000", "5"), ("100", "100"), ("5.", "5."), ("1.5x0", "1.5x0")]
        {
            assert_eq!(without_zeros(text), kept);
        }
    }

    #[test]
    fn a_date_has_its_year_first() {
        let expected = NaiveDate::from_ymd_opt(2025, 1, 10).unwrap();
        for text in [
            "2025-01-10",
            "2025/1/10",
            "2025-1-10",
            "2025.01.10",
            "20250110",
            "2025年1月10日",
            "2025年01月10号",
            "2025-01-10 00:00:00",
            "2025-01-10T00:00:00.000",
            "2025/1/10 0:00",
            "２０２５／１／１０",
            " 2025-01-10 ",
        ] {
            assert_eq!(date(text, false), Ok(expected), "{text}");
            assert_eq!(
                is_plain(text, Kind::Date, true),
                matches!(text, "2025-01-10" | "2025-01-10 00:00:00"),
                "{text}"
            );
        }
        for text in ["2025-01-10 09:30:00", "2025/1/10 9:30", "2025-01-10T09:30:00.5", "2025-01-10 00:00:01"] {
            assert_eq!((date(text, true), date(text, false)), (Ok(expected), Err(Misfit::TimeOfDay)), "{text}");
        }
        for text in [
            "10/1/2025",
            "1/10/2025",
            "25-1-10",
            "2025-1",
            "2025-01/10",
            "2025-13-01",
            "2025-02-30",
            "202501",
            "45667",
            "2025-01-10-01",
            "2025年1月",
            "1799-01-01",
            "3000-01-01",
            "",
            "2025-01-10 25:00",
            "2025-01-10 noon",
            "2025-01-10 1:2:3:4",
            "2025 01 10",
            "+2025-1-1",
            "2025-+1-1",
        ] {
            assert_eq!(date(text, true), Err(Misfit::Kind), "{text}");
        }
    }
}
