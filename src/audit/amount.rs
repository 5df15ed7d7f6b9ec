//! A recorded amount, as other systems write it.
//!
//! They are read as the amounts of facts are; see [`crate::written`].

use crate::fact::Kind;
use crate::text::{Text, say};
use crate::written::{self, Fault, Number};

/// The unit of amounts that name none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Unit {
    /// Yuan.
    #[default]
    Yuan,
    /// Hundredths of a yuan, in whole numbers.
    Fen,
}

impl Unit {
    pub(super) fn name(self) -> &'static str {
        match self {
            Unit::Yuan => "yuan",
            Unit::Fen => "fen",
        }
    }
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

/// Reads an amount, or says why not.
pub(super) fn read(text: &str, unit: Unit) -> Result<Amount, Text> {
    if unit == Unit::Yuan
        && let Some(fen) = plain(text)
    {
        return Ok(Amount { fen, put_right: None });
    }
    let Number { value, put_right } = written::number(text, Kind::Money, unit == Unit::Fen)
        .map_err(|fault| written::why(text, Kind::Money).map_or_else(|| said(fault), |why| why.said))?;
    let places = Kind::Money.places().checked_sub(value.scale()).and_then(|places| 10_i128.checked_pow(places));
    let fen = places.and_then(|places| value.mantissa().checked_mul(places)).and_then(|fen| i64::try_from(fen).ok());
    Ok(Amount { fen: fen.ok_or_else(|| said(Fault::Digits))?, put_right })
}

/// What is wrong with an amount.
fn said(fault: Fault) -> Text {
    match fault {
        Fault::Empty => say!("没有填金额，请补填", "there is no amount"),
        Fault::Commas => say!("逗号不是千位分隔符", "the commas do not separate thousands"),
        Fault::Minuses => say!("负号多于一个", "there is more than one minus"),
        Fault::Places => say!("小数多于两位", "there are more than two places after the point"),
        Fault::PointInFen => say!("文件以分为单位，而金额有小数点", "the file is in fen, and the amount has a point"),
        Fault::PartOfFen => say!("以分为单位而有小数", "an amount in fen has a fraction"),
        Fault::Digits | Fault::NotANumber => say!("不是金额", "not an amount"),
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
            ("12.340", 1_234, "zeros beyond the last place"),
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
            ("12,34", "can mean two numbers, `12.34` or `1234`; write the one that is meant, without a comma"),
            ("1,2345.00", "has a comma that separates no thousands; if `12345.00` is meant, write that"),
            (",123", "can mean two numbers, `0.123` or `123`; write the one that is meant, without a comma"),
            ("12,34元", "can mean two numbers, `12.34` or `1234`; write the one that is meant, without a comma"),
            ("1,2,3,4.5.6", "the commas do not separate thousands"),
            ("12.34分", "an amount in fen has a fraction"),
            ("--12", "there is more than one minus"),
            ("(-12)", "there is more than one minus"),
            ("1e3", "not an amount"),
            ("壹佰元", "not an amount"),
            ("1.2万", "is in units of ten thousand; write `12000`"),
            ("-10万元", "is in units of ten thousand; write `-100000`"),
            ("壹万", "not an amount"),
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
