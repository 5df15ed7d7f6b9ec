//! Dates that stand in TOML as people write them, without quotes: what is to be written instead.

use std::ops::Range;

use crate::code::Code;
use crate::diagnostic::Findings;
use crate::fact::Kind;
use crate::text::say;
use crate::written;

/// The dates of a text that are to blame for faults; each is told once.
#[derive(Debug)]
pub(super) struct Dates<'t> {
    text: &'t str,
    last: Option<Range<usize>>,
}

impl<'t> Dates<'t> {
    pub(super) fn new(text: &'t str) -> Dates<'t> {
        Dates { text, last: None }
    }

    /// Whether a date is to blame for the fault at a place; then that is reported.
    pub(super) fn told(&mut self, place: usize, findings: &mut Findings) -> bool {
        if self.last.as_ref().is_some_and(|last| (last.start..=last.end).contains(&place)) {
            return true;
        }
        let Some(span) = around(self.text, place) else { return false };
        let date = self.text.get(span.clone()).unwrap_or_default();
        let help = match written::date(date, false) {
            Ok(day) => say!("写作 `{day}`，不加引号", "write `{day}`, without quotes"),
            Err(_) => written::why(date, Kind::Date).map_or_else(
                || say!("写作 `2026-01-02` 的样子", "write it as `2026-01-02`"),
                |written::Why { said, .. }| say!("`{date}` {said}", "`{date}` {said}"; said),
            ),
        };
        let message = say!("`{date}` 不是 TOML 的日期写法", "`{date}` is not how TOML writes a date");
        findings.report(Code::Syntax, &span, message).help_with([help]);
        self.last = Some(span);
        true
    }
}

/// No date has more letters; what is longer is not looked through at each of its faults.
const LONGEST: usize = 12;

/// What stands around the place, if it looks like a date that is written otherwise.
fn around(text: &str, place: usize) -> Option<Range<usize>> {
    let (before, after) = text.split_at_checked(place)?;
    let is_part =
        |letter: char| letter.is_ascii_digit() || matches!(letter, '-' | '/' | '.' | '年' | '月' | '日' | '号');
    let head: usize =
        before.chars().rev().take(LONGEST).take_while(|letter| is_part(*letter)).map(char::len_utf8).sum();
    let tail: usize = after.chars().take(LONGEST).take_while(|letter| is_part(*letter)).map(char::len_utf8).sum();
    let span = place.checked_sub(head)?..place.checked_add(tail)?;
    let date = text.get(span.clone())?;
    let stands_alone = |letter: Option<char>| {
        letter.is_none_or(|letter| letter.is_whitespace() || matches!(letter, '=' | '[' | ',' | ']' | '}' | '#'))
    };
    let is_bare =
        stands_alone(text.get(..span.start)?.chars().next_back()) && stands_alone(text.get(span.end..)?.chars().next());
    let numbers = date.split(|letter: char| !letter.is_ascii_digit()).filter(|number| !number.is_empty());
    let is_date = numbers.clone().count() == 3 && numbers.clone().any(|number| number.len() == 4);
    (is_bare && is_date && numbers.map(str::len).max() == Some(4)).then_some(span)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_a_date_is_found_around_a_fault() {
        let found = |line: &str, place| around(line, place).and_then(|span| line.get(span).map(str::to_owned));
        for date in ["2026/1/1", "2026.1.1", "2026-1-1", "1/2/2026", "2026年1月1日"] {
            let line = format!("from = {date}, by");
            for place in [7, 11] {
                assert_eq!(found(&line, place).as_deref(), Some(date), "{line}");
            }
        }
        for line in ["from = 12345/1/1", "from = 1.2.3", "from = \"2026/1/1\"", "rate = 10/20", "from = x2026/1/1"] {
            assert_eq!(found(line, 9), None, "{line}");
        }
    }
}
