//! Full-width signs, as a Chinese input method types them: what is to be typed instead.

use std::ops::RangeInclusive;

use super::Notation;
use crate::spelling::half_width;

/// The plain text of a sign that only looks like it; `None` for every other character.
pub(crate) fn plain(sign: char) -> Option<String> {
    let plain = match sign {
        '“' | '”' | '„' | '「' | '」' | '『' | '』' => "\"",
        '‘' | '’' => "'",
        '【' | '〔' => "[",
        '】' | '〕' => "]",
        '、' => ",",
        '。' => ".",
        '≥' | '≧' => ">=",
        '≤' | '≦' => "<=",
        '≠' => "!=",
        '×' | '✕' => "*",
        '−' | '–' | '—' => "-",
        '\u{3000}' => " ",
        sign => {
            let half = half_width(sign);
            return (half != sign).then(|| half.to_string());
        }
    };
    Some(plain.to_owned())
}

/// The signs that a text begins with: their length in bytes, and what is to be typed for them.
pub(crate) fn run(text: &str) -> Option<(usize, String)> {
    let signs: Vec<(char, String)> = text.chars().map_while(|sign| Some((sign, plain(sign)?))).collect();
    let length = signs.iter().map(|(sign, _)| sign.len_utf8()).sum();
    (length > 0).then(|| (length, signs.into_iter().map(|(_, plain)| plain).collect()))
}

/// A line of TOML or JSON in which such signs stand outside texts and comments.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Mended {
    /// The first sign, and its place.
    pub(super) sign: char,
    pub(super) place: usize,
    /// The line with all of them typed plain; what texts say is left as it is.
    pub(super) line: String,
}

/// The lines of a file that have faults. Each is looked at once, however many faults it has.
#[derive(Debug)]
pub(super) struct Lines<'t> {
    text: &'t str,
    notation: Notation,
    /// Where the line begins and ends that was looked at last.
    last: RangeInclusive<usize>,
    mended: Option<Mended>,
}

/// A longer line is not read: nobody would copy what it should be.
const LONGEST: usize = 1000;

impl<'t> Lines<'t> {
    pub(super) fn new(text: &'t str, notation: Notation) -> Lines<'t> {
        Lines { text, notation, last: RangeInclusive::new(1, 0), mended: None }
    }

    /// The line around a place, if signs in it are to blame.
    pub(super) fn mended(&mut self, place: usize) -> Option<&Mended> {
        if !self.last.contains(&place) {
            let (before, rest) = self.text.split_at_checked(place).unwrap_or((self.text, ""));
            let start = before.rfind('\n').map_or(0, |newline| newline.saturating_add(1));
            let end = rest.find('\n').map_or(self.text.len(), |newline| place.saturating_add(newline));
            let line = self.text.get(start..end).filter(|line| line.len() <= LONGEST);
            let read = |line| Quotes::IN_ORDER.iter().find_map(|quotes| mend(line, self.notation, *quotes));
            self.mended = line.and_then(read).map(|mended| {
                let place = start.saturating_add(mended.place);
                Mended { place, ..mended }
            });
            self.last = start..=end;
        }
        self.mended.as_ref()
    }
}

/// How the quotes of a line are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quotes {
    /// A plain one is closed by a plain one, and all are.
    Matched,
    /// A full-width one also closes what a plain one has opened, and all are closed.
    Mixed,
    /// As if they matched, and the last one is not closed.
    Open,
}

impl Quotes {
    const IN_ORDER: [Quotes; 3] = [Quotes::Matched, Quotes::Mixed, Quotes::Open];
}

/// Reads a line that begins outside of a text. Where a word of Chinese stands outside of texts, what is wanted is quotes, and nothing is said of signs.
fn mend(line: &str, notation: Notation, quotes: Quotes) -> Option<Mended> {
    let mut first = None;
    let mut mended = String::with_capacity(line.len());
    let mut quote = None;
    let mut letters = line.char_indices();
    while let Some((place, letter)) = letters.next() {
        if let Some(open) = quote {
            if closes(open, letter) || (quotes == Quotes::Mixed && closes(full_width_of(open), letter)) {
                if first.is_none() && letter != plain_quote(open) {
                    first = Some((letter, place));
                }
                quote = None;
                mended.push(plain_quote(open));
            } else {
                mended.push(letter);
                if letter == '\\' && open != '\'' {
                    mended.extend(letters.next().map(|(_, escaped)| escaped));
                }
            }
            continue;
        }
        if letter == '#' {
            mended.push_str(line.get(place..).unwrap_or_default());
            break;
        }
        let plain = match (letter, notation) {
            ('：', Notation::Toml) => Some("=".to_owned()),
            (letter, Notation::Toml | Notation::Json) => plain(letter),
        };
        if plain.is_none() && letter.is_alphabetic() && !letter.is_ascii() {
            return None;
        }
        if plain.is_some() && first.is_none() {
            first = Some((letter, place));
        }
        if matches!(letter, '"' | '\'') || is_full_width_quote(letter) {
            quote = Some(letter);
        }
        match plain {
            Some(plain) => mended.push_str(&plain),
            None => mended.push(letter),
        }
    }
    if quote.is_some() && quotes != Quotes::Open {
        return None;
    }
    let (sign, place) = first?;
    Some(Mended { sign, place, line: mended.trim().to_owned() })
}

fn is_full_width_quote(letter: char) -> bool {
    matches!(letter, '“' | '”' | '„' | '「' | '『' | '‘' | '’' | '＂' | '＇')
}

/// A full-width quote is closed by any quote of its kind, also by a plain one: input methods mix them.
fn closes(open: char, letter: char) -> bool {
    match open {
        '"' | '\'' => letter == open,
        '‘' | '’' | '＇' => matches!(letter, '‘' | '’' | '＇' | '\''),
        _ => matches!(letter, '“' | '”' | '„' | '」' | '』' | '＂' | '"'),
    }
}

/// A quote that is closed by any of its kind.
fn full_width_of(open: char) -> char {
    match open {
        '"' => '“',
        '\'' => '‘',
        other => other,
    }
}

fn plain_quote(open: char) -> char {
    if matches!(open, '\'' | '‘' | '’' | '＇') { '\'' } else { '"' }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_mended_and_its_texts_are_left() {
        let read = |line, notation| Quotes::IN_ORDER.iter().find_map(|quotes| mend(line, notation, *quotes));
        let mended = |line| read(line, Notation::Toml).map(|mended| (mended.sign, mended.place, mended.line));
        let is = |sign, place, line: &str| Some((sign, place, line.to_owned()));
        assert_eq!(mended("value ＝ \"80%\""), is('＝', 6, "value = \"80%\""));
        assert_eq!(mended("value = “100 元”"), is('“', 8, "value = \"100 元\""));
        assert_eq!(
            mended("title = { zh = “住院，门诊（全部）\" }"),
            is('“', 15, "title = { zh = \"住院，门诊（全部）\" }")
        );
        assert_eq!(mended("over ＝ 【“a”、“b”】 # 注：全角"), is('＝', 5, "over = [\"a\",\"b\"] # 注：全角"));
        assert_eq!(mended("value：“80%”"), is('：', 5, "value=\"80%\""));
        assert_eq!(mended("title = 住院（全部）"), None);
        let json = read("{ “a”：1，\"b\": 2 }", Notation::Json).map(|mended| mended.line);
        assert_eq!(json.as_deref(), Some("{ \"a\":1,\"b\": 2 }"));
        assert_eq!(mended("value = １００"), is('１', 8, "value = 100"));
        assert_eq!(mended("title = \"住院”"), is('”', 15, "title = \"住院\""));
        assert_eq!(
            mended("clause = { zh = \"第五条”, en = \"Article 5” }"),
            is('”', 26, "clause = { zh = \"第五条\", en = \"Article 5\" }")
        );
        assert_eq!(mended("title ＝ \"住院”"), is('＝', 6, "title = \"住院\""));
        assert_eq!(mended("title ＝ \"住院"), is('＝', 6, "title = \"住院"));
        assert_eq!(mended("title = \"住院"), None);
        assert_eq!(mended("title = \"\"\"他说“好”"), None);
        assert_eq!(mended("title = \"住院（全部）\" # 说明：略"), None);
        assert_eq!(mended("title = \"他说\\\"好\\\"，（对）\""), None);
    }
}
