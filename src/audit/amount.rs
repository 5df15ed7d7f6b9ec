//! A recorded amount, as other systems write it.
//!
//! What can mean only one amount is read, and what had to be put right is said; anything else is refused. Nothing is guessed.

use crate::text::{Text, say};

/// The unit of amounts that name none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Unit {
    /// Yuan.
    #[default]
    Yuan,
    /// Hundredths of a yuan, in whole numbers.
    Fen,
}

/// An amount in fen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Amount {
    pub(super) fen: i64,
    /// What had to be put right to read it; none if it is a plain decimal.
    pub(super) put_right: Option<Text>,
}

/// So many digits before the point are an amount.
const MOST_DIGITS: usize = 15;
/// Each of these names yuan.
const BEFORE: [&str; 4] = ["¥", "人民币", "RMB", "CNY"];
const BEHIND: [&str; 6] = ["元整", "元", "圆", "RMB", "CNY", "yuan"];
const MINUS: [char; 3] = ['-', '\u{2212}', '\u{2013}'];

/// Reads an amount, or says why not.
pub(super) fn read(text: &str, unit: Unit) -> Result<Amount, Text> {
    if unit == Unit::Yuan
        && let Some(fen) = plain(text)
    {
        return Ok(Amount { fen, put_right: None });
    }
    let mut notes = Notes::default();
    let narrow: String = text.trim().chars().map(narrow).collect();
    if narrow.is_empty() {
        return Err(say!("没有金额", "there is no amount"));
    }
    notes.note(narrow != text, "全角字符或空格", "full-width signs or blanks");
    let Marks { is_negative, names_yuan, rest } = marks(&narrow, &mut notes)?;
    let (rest, unit) = match rest.strip_suffix('分').or_else(|| rest.strip_suffix("fen")) {
        Some(rest) => {
            notes.note(true, "以分为单位", "in fen");
            (rest.trim(), Unit::Fen)
        }
        None if names_yuan => (rest, Unit::Yuan),
        None if unit == Unit::Fen && rest.contains('.') => {
            return Err(say!("文件以分为单位，而金额有小数点", "the file is in fen, and the amount has a point"));
        }
        None => (rest, unit),
    };
    let (whole, fraction) = rest.split_once('.').unwrap_or((rest, ""));
    notes.note(rest.contains('.') && (whole.is_empty() || fraction.is_empty()), "小数点一侧无数字", "a bare point");
    let whole = without_separators(whole, &mut notes)?;
    let fen = match unit {
        Unit::Yuan => yuan(&whole, fraction, &mut notes),
        Unit::Fen => fen(&whole, fraction),
    }?;
    Ok(Amount { fen: if is_negative { fen.saturating_neg() } else { fen }, put_right: notes.said() })
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

/// The short way for `-1234`, `1234.5` and `1234.50`.
fn plain(text: &str) -> Option<i64> {
    let (sign, digits) = text.strip_prefix('-').map_or((1_i64, text), |rest| (-1, rest));
    let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(whole, rest)| (whole, Some(rest)));
    let cents = match fraction {
        None => 0,
        Some(one) if one.len() == 1 => number(one)?.checked_mul(10)?,
        Some(two) if two.len() == 2 => number(two)?,
        Some(_) => return None,
    };
    (whole.len() <= MOST_DIGITS).then_some(())?;
    number(whole)?.checked_mul(100)?.checked_add(cents)?.checked_mul(sign)
}

/// Digits and nothing else.
fn number(digits: &str) -> Option<i64> {
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.parse().ok()).flatten()
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

/// Takes off signs and currencies on both sides.
fn marks<'t>(text: &'t str, notes: &mut Notes) -> Result<Marks<'t>, Text> {
    let mut rest = text;
    let (mut minus, mut names_yuan) = (0_u8, false);
    loop {
        let before = rest;
        rest = rest.trim();
        for word in BEFORE {
            rest = rest.strip_prefix(word).unwrap_or(rest);
        }
        for word in BEHIND {
            rest = rest.strip_suffix(word).unwrap_or(rest);
        }
        names_yuan |= rest != before.trim();
        rest = rest.strip_prefix('+').unwrap_or(rest);
        notes.note(rest != before.trim(), "货币符号或正号", "a currency or plus sign");
        if let Some(inside) = rest.strip_prefix(MINUS) {
            notes.note(!rest.starts_with('-'), "负号写法", "the form of the minus");
            (rest, minus) = (inside, minus.saturating_add(1));
        }
        let around = rest.strip_prefix('(').and_then(|inside| inside.strip_suffix(')'));
        if let Some(inside) = around.or_else(|| rest.strip_suffix(MINUS)) {
            notes.note(true, "负号写法", "the form of the minus");
            (rest, minus) = (inside, minus.saturating_add(1));
        }
        if rest == before {
            break;
        }
    }
    if minus > 1 {
        return Err(say!("负号多于一个", "there is more than one minus"));
    }
    Ok(Marks { is_negative: minus == 1, names_yuan, rest })
}

/// Commas stand before every three digits, or the comma may be a decimal point.
fn without_separators(whole: &str, notes: &mut Notes) -> Result<String, Text> {
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
        return Err(say!("逗号不是千位分隔符", "the commas do not part thousands"));
    }
    notes.note(has_groups, "千位分隔符", "separators of thousands");
    Ok(joined)
}

fn yuan(whole: &str, fraction: &str, notes: &mut Notes) -> Result<i64, Text> {
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) || (whole.is_empty() && fraction.is_empty()) {
        return Err(no_amount());
    }
    let (kept, beyond) = fraction.split_at_checked(2).unwrap_or((fraction, ""));
    if beyond.bytes().any(|byte| byte != b'0') {
        return Err(say!("小数多于两位", "there are more than two places after the point"));
    }
    notes.note(!beyond.is_empty(), "两位之后的零", "zeros beyond the second place");
    let whole = if whole.is_empty() { "0" } else { whole };
    let point = if kept.is_empty() { "" } else { "." };
    plain(&format!("{whole}{point}{kept}")).ok_or_else(no_amount)
}

fn fen(whole: &str, fraction: &str) -> Result<i64, Text> {
    if fraction.bytes().any(|byte| byte != b'0') {
        return Err(say!("以分为单位而有小数", "an amount in fen has a fraction"));
    }
    number(whole).filter(|_| whole.len() <= MOST_DIGITS).ok_or_else(no_amount)
}

fn no_amount() -> Text {
    say!("不是金额", "not an amount")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fen(text: &str) -> (i64, String) {
        let amount = read(text, Unit::Yuan).unwrap();
        (amount.fen, amount.put_right.map(|text| text.en).unwrap_or_default())
    }

    fn refused(text: &str) -> String {
        read(text, Unit::Yuan).unwrap_err().en
    }

    #[test]
    fn a_plain_amount_is_read_as_it_is() {
        for (text, expected) in [("7119.87", 711_987), ("0", 0), ("12", 1_200), ("12.5", 1_250), ("-3.00", -300)] {
            assert_eq!(fen(text), (expected, String::new()), "{text}");
        }
    }

    #[test]
    fn an_amount_that_can_mean_one_thing_only_is_put_right_and_said() {
        for (text, expected, said) in [
            ("1,234,567.80", 123_456_780, "separators of thousands"),
            ("¥7119.87", 711_987, "a currency or plus sign"),
            ("7119.87元", 711_987, "a currency or plus sign"),
            ("RMB 12.00", 1_200, "a currency or plus sign"),
            ("７１１９．８７", 711_987, "full-width signs or blanks"),
            (
                "￥１，２３４．５０",
                123_450,
                "full-width signs or blanks, a currency or plus sign, separators of thousands",
            ),
            (" 12.00 ", 1_200, "full-width signs or blanks"),
            ("(12.00)", -1_200, "the form of the minus"),
            ("12.00-", -1_200, "the form of the minus"),
            ("\u{2212}12.00", -1_200, "the form of the minus"),
            ("¥-12.00", -1_200, "a currency or plus sign"),
            ("12.340", 1_234, "zeros beyond the second place"),
            ("1234分", 1_234, "in fen"),
            (".50", 50, "a bare point"),
        ] {
            assert_eq!(fen(text), (expected, said.to_owned()), "{text}");
        }
    }

    #[test]
    fn an_amount_that_can_mean_two_things_is_refused() {
        for (text, said) in [
            ("", "there is no amount"),
            ("  ", "there is no amount"),
            ("12.345", "there are more than two places after the point"),
            ("12,34", "the commas do not part thousands"),
            ("1,2345.00", "the commas do not part thousands"),
            (",123", "the commas do not part thousands"),
            ("12.34分", "an amount in fen has a fraction"),
            ("--12", "there is more than one minus"),
            ("(-12)", "there is more than one minus"),
            ("1e3", "not an amount"),
            ("壹佰元", "not an amount"),
            ("1.2万", "not an amount"),
            ("-", "not an amount"),
            ("1 234", "not an amount"),
            ("9999999999999999", "not an amount"),
        ] {
            assert_eq!(refused(text), said, "{text}");
        }
    }

    #[test]
    fn in_a_file_of_fen_a_whole_number_is_fen() {
        let read = |text: &str| read(text, Unit::Fen).map(|amount| amount.fen).map_err(|text| text.en);
        assert_eq!(read("711987"), Ok(711_987));
        assert_eq!(read("-5"), Ok(-5));
        assert_eq!(read("+5"), Ok(5));
        for text in ["711987.00", "7119.87"] {
            assert_eq!(read(text), Err("the file is in fen, and the amount has a point".to_owned()));
        }
        assert_eq!(read("711987.0分"), Ok(711_987));
        for text in ["¥7119.87", "7119.87元", "RMB 7,119.87"] {
            assert_eq!(read(text), Ok(711_987), "{text} names its unit");
        }
    }
}
