//! Categories as people write them.
//!
//! A text is the value whose name it is, or of whose name or title it is another spelling. What only comes near a value is never
//! taken for it, nor for another one. What is far from all of them is another value.

use std::borrow::Cow;
use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::draw::Draw;

/// A value with its titles.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub(crate) name: &'static str,
    pub(crate) zh: String,
    pub(crate) en: String,
}

/// How a text is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    Value(&'static str),
    Near,
    Another,
    /// A blank text tells nothing.
    Nothing,
}

pub(crate) fn read(text: &str, known: &[Known]) -> Reading {
    if plain(text).is_empty() {
        return Reading::Nothing;
    }
    if let Some(value) = known.iter().find(|value| value.name == text) {
        return Reading::Value(value.name);
    }
    let meant: Vec<&Known> =
        known.iter().filter(|value| value.spellings().any(|one| plain(one) == plain(text))).collect();
    match meant.as_slice() {
        [value] => Reading::Value(value.name),
        [] if known.iter().any(|value| value.spellings().any(|one| is_near(&plain(one), &plain(text)))) => {
            Reading::Near
        }
        [] => Reading::Another,
        [..] => Reading::Near,
    }
}

impl Known {
    fn spellings(&self) -> impl Iterator<Item = &str> {
        [self.name, &self.zh, &self.en].into_iter()
    }
}

/// The text as it is meant: small letters of half width, no characters that no one sees, one blank between words.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    for letter in text.chars() {
        match half_width(letter) {
            '\u{200b}' | '\u{200d}' | '\u{feff}' | '\u{ad}' | '\u{2060}' => {}
            ' ' | '\u{a0}' | '\t' | '-' | '_' | '\u{2014}' => {
                if !plain.ends_with(' ') {
                    plain.push(' ');
                }
            }
            seen => plain.extend(seen.to_lowercase()),
        }
    }
    plain.trim().to_owned()
}

/// `Ａ` is `A`, and a blank of full width is a blank.
fn half_width(letter: char) -> char {
    match letter {
        '\u{3000}' => ' ',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(letter) - 0xfee0).expect("both are characters"),
        _ => letter,
    }
}

/// A letter or two away, whole words of it, or two or more of its Chinese characters.
fn is_near(value: &str, text: &str) -> bool {
    let (of_value, of_text): (Vec<char>, Vec<char>) = (value.chars().collect(), text.chars().collect());
    let most = match of_value.len().max(of_text.len()) {
        0..=2 => 0,
        3..=7 => 1,
        _ => 2,
    };
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let is_misspelt = digits(value) == digits(text) && distance(&of_value, &of_text) <= most;
    let is_chinese = !of_text.is_empty() && of_text.iter().all(|letter| ('\u{4e00}'..='\u{9fff}').contains(letter));
    let is_part = if is_chinese { of_text.len() >= 2 && value.contains(text) } else { has_words(value, text) };
    is_misspelt || is_part
}

fn has_words(value: &str, text: &str) -> bool {
    !text.is_empty() && format!(" {value} ").contains(&format!(" {text} "))
}

/// Letters to change, to add or to leave out, or neighbours to exchange.
fn distance(one: &[char], other: &[char]) -> usize {
    let mut rows: Vec<Vec<usize>> = vec![(0..=other.len()).collect()];
    for (place, letter) in one.iter().enumerate() {
        let mut row = vec![place + 1];
        for (column, of_other) in other.iter().enumerate() {
            let changed = rows[place][column] + usize::from(letter != of_other);
            let mut least = changed.min(rows[place][column + 1] + 1).min(row[column] + 1);
            let is_exchange = place > 0 && column > 0 && one[place - 1] == *of_other && other[column - 1] == *letter;
            if is_exchange {
                least = least.min(rows[place - 1][column - 1] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[one.len()][other.len()]
}

/// Whether the plan's pack says that a category has no other values than it lists.
pub(crate) fn is_closed(plan: &str, category: &str) -> bool {
    let text = pack(plan);
    let pack = DeTable::parse(&text).expect("the pack is TOML");
    let closed = under(under(pack.get_ref(), "fact"), category).get("closed");
    closed.is_some_and(|closed| matches!(closed.get_ref(), DeValue::Boolean(true)))
}

fn pack(plan: &str) -> String {
    std::fs::read_to_string(Path::new("rules").join(format!("{plan}.toml"))).expect("the pack can be read")
}

/// The values of a category as the plan's pack lists them.
pub(crate) fn values(plan: &str, category: &str) -> Vec<Known> {
    let text = pack(plan);
    let pack = DeTable::parse(&text).expect("the pack is TOML");
    let values = under(under(under(pack.get_ref(), "fact"), category), "values");
    let title = |value: &DeValue<'_>, language: &str| match value {
        DeValue::Table(titles) => match titles.get(language).expect("it has both titles").get_ref() {
            DeValue::String(title) => title.to_string(),
            other => panic!("a title is no {other:?}"),
        },
        other => panic!("titles are a table, not {other:?}"),
    };
    let known = |(name, value): (&Spanned<Cow<'_, str>>, &Spanned<DeValue<'_>>)| Known {
        name: name.get_ref().to_string().leak(),
        zh: title(value.get_ref(), "zh"),
        en: title(value.get_ref(), "en"),
    };
    values.iter().map(known).collect()
}

fn under<'pack>(table: &'pack DeTable<'pack>, name: &str) -> &'pack DeTable<'pack> {
    match table.get(name).expect("the pack has it").get_ref() {
        DeValue::Table(table) => table,
        other => panic!("`{name}` is no table: {other:?}"),
    }
}

/// A value as somebody writes it: as it is meant, with a slip, in part, or another one.
pub(crate) fn drawn(known: &[Known], draw: &mut Draw) -> String {
    let place =
        usize::try_from(draw.between(0, i64::try_from(known.len()).expect("they are few") - 1)).expect("not negative");
    let value = &known[place];
    let text = draw.one_of(&[value.name, value.name, &value.zh, &value.en]);
    match draw.between(1, 100) {
        1..=20 => value.name.to_owned(),
        21..=60 => noisy(text, draw),
        61..=75 => with_a_slip(text, draw),
        76..=85 => {
            draw.one_of(&["teacher", "influenza", "fracture", "blacksmith", "教师", "流感", "gardener"]).to_owned()
        }
        _ => text.split([' ', '-']).next().unwrap_or(text).to_owned(),
    }
}

fn noisy(text: &str, draw: &mut Draw) -> String {
    let mut noisy = draw.one_of(&["", " ", "\u{3000}", "\u{feff}", "\t"]).to_owned();
    for letter in text.chars() {
        noisy.push(match letter {
            '-' | ' ' => draw.one_of(&['-', ' ', '_', '\u{2014}', '\u{a0}']),
            letter if letter.is_ascii_graphic() && draw.chance(20) => {
                char::from_u32(u32::from(letter) + 0xfee0).expect("both are characters")
            }
            letter if draw.chance(30) => letter.to_ascii_uppercase(),
            letter => letter,
        });
        if draw.chance(10) {
            noisy.push(draw.one_of(&['\u{200b}', '\u{ad}', '\u{2060}']));
        }
    }
    noisy + draw.one_of(&["", " ", "\u{a0}", "\u{200d}"])
}

/// One letter less, one more, another one, or two exchanged.
fn with_a_slip(text: &str, draw: &mut Draw) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    let last = i64::try_from(letters.len()).expect("texts are short") - 1;
    let place = usize::try_from(draw.between(0, last)).expect("not negative");
    match draw.between(1, 4) {
        1 => _ = letters.remove(place),
        2 => letters[place] = 'x',
        3 if place > 0 => letters.swap(place - 1, place),
        _ => letters.insert(place, 'q'),
    }
    letters.into_iter().collect()
}

#[test]
fn a_spelling_is_read_a_slip_is_near_and_the_rest_is_another_value() {
    let known = values("gansu-comprehensive", "occupation");
    for meant in ["courier", " Courier\u{200b}", "ｃｏｕｒｉｅｒ", "快递员"] {
        assert_eq!(read(meant, &known), Reading::Value("courier"), "{meant}");
    }
    assert_eq!(read("truck_driver", &known), Reading::Value("truck-driver"));
    for near in ["coureir", "快递", "truck", "driver", "couriers"] {
        assert_eq!(read(near, &known), Reading::Near, "{near}");
    }
    assert_eq!(read("teacher", &known), Reading::Another);
}
