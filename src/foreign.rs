//! Text from files and command lines, as each medium can have it: no other file of the sources says what a medium obeys.
//!
//! | medium | by |
//! |---|---|
//! | a message, on one line | [`written_out`] |
//! | a terminal | [`shown`]; [`quoted`] beside what the program says itself |
//! | a cell or a formula of a workbook | [`in_xml`] |
//! | HTML and SVG | [`in_markup`] |
//! | CSV for a spreadsheet | [`no_formula`] |

use std::borrow::Cow;

/// Whether a terminal, or an editor, would obey the character and not show it: control characters of both sets (U+0000 to U+001F, U+007F to
/// U+009F), the ends of lines and paragraphs, and marks that turn the direction of writing, so that a text reads as another.
#[must_use]
pub fn is_control(character: char) -> bool {
    let turns =
        matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    character.is_control() || turns || matches!(character, '\u{2028}' | '\u{2029}')
}

/// A text as one line that can be shown: blanks for ends of lines and tabs, U+FFFD for any other [control](is_control).
///
/// ```
/// assert_eq!(huzhu::shown("a\u{1b}[2Jb\nc\u{9b}d"), "a\u{fffd}[2Jb c\u{fffd}d");
/// ```
#[must_use]
pub fn shown(text: &str) -> Cow<'_, str> {
    replaced(text, |character| match character {
        '\n' | '\t' | '\r' | '\u{2028}' | '\u{2029}' => Some(' '),
        _ => is_control(character).then_some(INSTEAD),
    })
}

/// A text from elsewhere as messages quote it: [shown] on one line between backticks, which it cannot leave.
///
/// ```
/// assert_eq!(huzhu::quoted("a` · paid 9 yuan\u{1b}[8m"), "`a' · paid 9 yuan\u{fffd}[8m`");
/// ```
#[must_use]
pub fn quoted(text: &str) -> String {
    format!("`{}`", shown(text).replace('`', "'"))
}

/// A text on one line, its control characters written out: nothing of what it says is lost.
pub(crate) fn written_out(text: String) -> String {
    if !text.contains(is_control) {
        return text;
    }
    let written =
        |letter: char| if is_control(letter) { letter.escape_default().to_string() } else { letter.to_string() };
    text.chars().map(written).collect()
}

/// What cannot become a part of a page, within HTML and SVG.
pub(crate) fn in_markup(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other if is_control(other) || !is_in_xml(other) => safe.push(INSTEAD),
            other => safe.push(other),
        }
    }
    safe
}

/// Whether a character may stand in XML 1.0: no control but tab and ends of lines, and neither of the noncharacters U+FFFE and U+FFFF.
pub(crate) fn is_in_xml(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..)
}

/// The text as a workbook can have it: U+FFFD for what is no character of XML. In formulas as in cells, so that what was equal stays so.
#[cfg(feature = "workbook")]
pub(crate) fn in_xml(text: &str) -> Cow<'_, str> {
    replaced(text, |character| (!is_in_xml(character)).then_some(INSTEAD))
}

/// What a formula begins with. Tab and ends of lines are skipped by some programs; full-width signs are taken for the plain ones by others.
#[cfg(feature = "batch")]
const BEGINNINGS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// The text with an apostrophe before it if a spreadsheet would take it for a formula; a plain number is none.
///
/// It is another text then, which no longer joins with the one in other files: so it is done only where it is asked for.
#[cfg(feature = "batch")]
pub(crate) fn no_formula(text: &str) -> Cow<'_, str> {
    if !text.starts_with(BEGINNINGS) || is_number(text) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(format!("'{text}"))
}

#[cfg(feature = "batch")]
fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let is_plain = |digits: &str| !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
    is_plain(whole) && is_plain(fraction)
}

/// What stands for a character that the medium cannot have.
const INSTEAD: char = '\u{fffd}';

fn replaced(text: &str, by: impl Fn(char) -> Option<char>) -> Cow<'_, str> {
    if !text.chars().any(|character| by(character).is_some()) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(|character| by(character).unwrap_or(character)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(feature = "batch")]
    fn formulas_are_told_from_numbers_and_names() {
        let formulas = ["=1+1", "+A1", "-A1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "-1-1", "+", "-1."];
        for formula in formulas {
            assert_eq!(no_formula(formula), format!("'{formula}"));
        }
        for plain in ["", "C-1", "-1", "-15100.00", "+8613800000000", "张=1", "'=1", "1-1"] {
            assert_eq!(no_formula(plain), plain);
        }
    }

    /// Every character there is, in every medium.
    #[test]
    fn no_medium_gets_what_it_would_obey() {
        let all: String = ('\0'..=char::MAX).collect();
        for text in [shown(&all).into_owned(), quoted(&all), written_out(all.clone()), in_markup(&all)] {
            assert_eq!(text.chars().find(|letter| is_control(*letter)), None);
        }
        assert!(in_markup(&all).chars().all(is_in_xml));
        let inner = quoted(&all).chars().filter(|letter| *letter == '`').count();
        assert_eq!(inner, 2);
    }
}
