//! Why a certificate does not hold.

use std::error::Error;
use std::fmt::{self, Display, Formatter};

/// The first thing found that does not hold, where it stands, and why, in English and in Chinese.
///
/// `Display` gives the English sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    line: Option<usize>,
    step: Option<usize>,
    place: String,
    en: String,
    zh: String,
    /// What was changed, in an auditor's words.
    what: Option<Box<What>>,
    /// Whether the file is of another kind, and nothing was ever certified by it.
    is_foreign: bool,
}

/// What was changed, in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
struct What {
    zh: String,
    en: String,
}

impl Flaw {
    /// Whether the file is no certificate at all, but of another kind.
    #[must_use]
    pub fn is_foreign(&self) -> bool {
        self.is_foreign
    }

    /// The line of the batch, counted from 1.
    #[must_use]
    pub fn line(&self) -> Option<usize> {
        self.line
    }

    /// The step of the program that is wrong or was worked out wrong, counted from 0.
    #[must_use]
    pub fn step(&self) -> Option<usize> {
        self.step
    }

    /// The member that is wrong, such as `program.steps[12].args`, or the byte; empty for the whole.
    #[must_use]
    pub fn place(&self) -> &str {
        &self.place
    }

    /// The sentence in English: what was changed, if that is plain, and then the place.
    #[must_use]
    pub fn en(&self) -> String {
        match (&self.what, self.line) {
            (None, line) => self.en_at(line),
            (Some(what), None) => format!("{} ({})", what.en, self.en_at(None)),
            (Some(what), Some(line)) => format!("line {line}: {} ({})", what.en, self.en_at(None)),
        }
    }

    fn en_at(&self, line: Option<usize>) -> String {
        match (line, self.place.as_str()) {
            (None, "") => self.en.clone(),
            (None, place) => format!("`{place}`: {}", self.en),
            (Some(line), "") => format!("line {line}: {}", self.en),
            (Some(line), place) => format!("line {line}, `{place}`: {}", self.en),
        }
    }

    /// The sentence in Chinese: what was changed, if that is plain, and then the place.
    #[must_use]
    pub fn zh(&self) -> String {
        match (&self.what, self.line) {
            (None, line) => self.zh_at(line),
            (Some(what), None) => format!("{}（{}）", what.zh, self.zh_at(None)),
            (Some(what), Some(line)) => format!("第 {line} 行：{}（{}）", what.zh, self.zh_at(None)),
        }
    }

    fn zh_at(&self, line: Option<usize>) -> String {
        match (line, self.place.as_str()) {
            (None, "") => self.zh.clone(),
            (None, place) => format!("`{place}`：{}", self.zh),
            (Some(line), "") => format!("第 {line} 行：{}", self.zh),
            (Some(line), place) => format!("第 {line} 行 `{place}`：{}", self.zh),
        }
    }

    pub(super) fn new(place: impl Display, zh: impl Into<String>, en: impl Into<String>) -> Flaw {
        Flaw {
            line: None,
            step: None,
            place: plain(place.to_string()),
            en: plain(en.into()),
            zh: plain(zh.into()),
            what: None,
            is_foreign: false,
        }
    }

    /// The same, and what was changed so that it is so.
    pub(super) fn of_a_change(self, zh: impl Into<String>, en: impl Into<String>) -> Flaw {
        Flaw { what: Some(Box::new(What { zh: plain(zh.into()), en: plain(en.into()) })), ..self }
    }

    /// The flaw of a file of another kind, which has no place.
    pub(super) fn of_another_kind(self) -> Flaw {
        Flaw { place: String::new(), is_foreign: true, ..self }
    }

    /// The same place, said in other words.
    pub(super) fn saying(self, zh: &str, en: &str) -> Flaw {
        Flaw { zh: zh.to_owned(), en: en.to_owned(), ..self }
    }

    /// The same flaw, of a certificate that another program has written anew.
    pub(super) fn of_rewritten(self) -> Flaw {
        let (zh, en) = (&self.zh, &self.en);
        let zh = format!("凭证被别的程序改写过（{zh}）：请取出具时的文件");
        let en =
            format!("it is a certificate that another program has written anew ({en}): take the file as it was issued");
        Flaw { en, zh, ..self }
    }

    pub(super) fn of_step(self, step: usize) -> Flaw {
        Flaw { step: self.step.or(Some(step)), ..self }
    }

    pub(super) fn on_line(self, line: usize) -> Flaw {
        Flaw { line: Some(line), is_foreign: self.is_foreign && line == 1, ..self }
    }
}

/// A sentence on one line, with what a terminal would obey and not show written out: it may quote what a file says.
fn plain(text: String) -> String {
    let is_obeyed = |letter: char| {
        let turns =
            matches!(letter, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        letter.is_control() || turns || matches!(letter, '\u{2028}' | '\u{2029}')
    };
    if !text.contains(is_obeyed) {
        return text;
    }
    let written =
        |letter: char| if is_obeyed(letter) { letter.escape_default().to_string() } else { letter.to_string() };
    text.chars().map(written).collect()
}

impl Display for Flaw {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.en())
    }
}

impl Error for Flaw {}

/// Where a value stands, written only when something is wrong there.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place<'a> {
    Whole,
    Member(&'a Place<'a>, &'a str),
    Item(&'a Place<'a>, usize),
}

impl<'a> Place<'a> {
    pub(super) fn member(&'a self, name: &'a str) -> Place<'a> {
        Place::Member(self, name)
    }

    pub(super) fn item(&'a self, place: usize) -> Place<'a> {
        Place::Item(self, place)
    }
}

impl Display for Place<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Place::Whole => Ok(()),
            Place::Member(Place::Whole, name) => f.write_str(name),
            Place::Member(parent, name) => write!(f, "{parent}.{name}"),
            Place::Item(parent, place) => write!(f, "{parent}[{place}]"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_written_out() {
        for (said, plainly) in [
            ("中文 as it is", "中文 as it is"),
            ("a\u{1b}[2J", "a\\u{1b}[2J"),
            ("a\nb", "a\\nb"),
            ("\u{202e}b", "\\u{202e}b"),
            ("a\u{2028}b", "a\\u{2028}b"),
        ] {
            assert_eq!(plain(said.to_owned()), plainly);
        }
    }
}
