//! Texts that a spreadsheet must not take for formulas.

use std::borrow::Cow;

/// What a formula begins with. Tab and ends of lines are skipped by some programs; full-width signs are taken for the plain ones by others.
const BEGINNINGS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// The text with an apostrophe before it if a spreadsheet would take it for a formula; a plain number is none.
///
/// It is another text then, which no longer joins with the one in other files: so it is done only where it is asked for.
pub(super) fn neutral(text: &str) -> Cow<'_, str> {
    if !text.starts_with(BEGINNINGS) || is_number(text) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(format!("'{text}"))
}

fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let is_plain = |digits: &str| !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
    is_plain(whole) && is_plain(fraction)
}

#[cfg(test)]
mod tests {
    use super::neutral;

    #[test]
    fn formulas_are_told_from_numbers_and_names() {
        let formulas = ["=1+1", "+A1", "-A1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "-1-1", "+", "-1."];
        for formula in formulas {
            assert_eq!(neutral(formula), format!("'{formula}"));
        }
        for plain in ["", "C-1", "-1", "-15100.00", "+8613800000000", "张=1", "'=1", "1-1"] {
            assert_eq!(neutral(plain), plain);
        }
    }
}
