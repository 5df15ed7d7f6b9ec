//! What is read as meant: a value of a category, a yes or a no, however it is spelt. The rule stands here alone.
//!
//! Two spellings of a text are one if they differ only in blanks around it, in invisible characters, in case, in full or half
//! width, or in what joins its words (a blank, a hyphen, an underscore, a dash). A value is meant by each spelling of its name and of its
//! Chinese and English titles.

use crate::text::{Text, say};

/// What a text is among the known values of a category.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Spelt<'k> {
    /// The name of a value, letter for letter.
    Exact,
    /// Another spelling of this value, and of no other.
    Meant(&'k str),
    /// No spelling of one value; these are near it, the nearest first.
    Near(Vec<&'k str>),
    /// Nothing known.
    Other,
}

/// The spellings of one known value, folded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Spellings(Box<[Box<str>]>);

impl Spellings {
    pub(crate) fn of(name: &str, title: &Text) -> Spellings {
        let mut all = Vec::new();
        for spelling in [name, &title.zh, &title.en].map(fold) {
            if !spelling.is_empty() && !all.contains(&spelling) {
                all.push(spelling);
            }
        }
        Spellings(all.into_iter().map(Box::from).collect())
    }

    fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|spelling| &**spelling)
    }
}

/// Reads a text among known values, each by its name and its spellings.
pub(crate) fn read<'k>(text: &str, known: impl Iterator<Item = (&'k str, &'k Spellings)> + Clone) -> Spelt<'k> {
    if known.clone().any(|(name, _)| name == text) {
        return Spelt::Exact;
    }
    let folded = fold(text);
    let mut meant = known.clone().filter(|(_, spellings)| spellings.iter().any(|spelling| spelling == folded));
    match (meant.next(), meant.next()) {
        (Some((name, _)), None) => return Spelt::Meant(name),
        (Some((first, _)), Some((second, _))) => {
            return Spelt::Near([first, second].into_iter().chain(meant.map(|(name, _)| name)).collect());
        }
        (None, _) => {}
    }
    let distance = |spellings: &Spellings| spellings.iter().filter_map(|spelling| distance(&folded, spelling)).min();
    let mut near: Vec<(usize, &str)> =
        known.filter_map(|(name, spellings)| Some((distance(spellings)?, name))).collect();
    near.sort_unstable();
    let nearest = near.into_iter().map(|(_, name)| name);
    match nearest.collect::<Vec<_>>() {
        near if near.is_empty() => Spelt::Other,
        near => Spelt::Near(near),
    }
}

/// A yes or a no.
pub(crate) fn answer(text: &str) -> Option<bool> {
    match text {
        "true" => Some(true),
        "false" => Some(false),
        other => match fold(other).as_str() {
            "true" | "yes" | "是" => Some(true),
            "false" | "no" | "否" => Some(false),
            _ => None,
        },
    }
}

/// Whether nothing of the text can be seen.
pub(crate) fn is_blank(text: &str) -> bool {
    text.chars().all(|c| is_invisible(c) || c.is_whitespace())
}

/// What is said of a text that is read as meant: the fact as each language names it, the value that was read with its title.
pub(crate) fn meant_text(fact: &Text, text: &str, read: &str, title: Option<&Text>) -> Text {
    let read_zh = title.map(|title| title.zh.as_str()).filter(|title| !title.is_empty()).unwrap_or(read);
    if text == read_zh && text != read {
        return say!("{fact}的 `{text}` 按名称读取", "`{text}` of {fact} is read as `{read}`"; fact);
    }
    say!("{fact}的 `{text}` 读作 `{read_zh}`", "`{text}` of {fact} is read as `{read}`"; fact)
}

/// How a yes or a no is called.
pub(crate) fn answer_title(answer: &str) -> Text {
    match answer {
        "true" => say!("是", "yes"),
        "false" => say!("否", "no"),
        _ => Text::default(),
    }
}

/// The most values that are named where several are near.
const MOST_NAMED: usize = 3;

/// A value as a message names it: in Chinese by its title, which is read as meant.
pub(crate) fn named(value: &str, title: Option<&Text>) -> Text {
    let zh = title.map(|title| title.zh.as_str()).filter(|title| !title.is_empty()).unwrap_or(value);
    Text { zh: format!("`{zh}`"), en: format!("`{value}`") }
}

/// What is said of a text that is near known values.
pub(crate) fn near_text(fact: &str, text: &str, near: &[Text]) -> Text {
    let named =
        |of: fn(&Text) -> &str, joint: &str| near.iter().take(MOST_NAMED).map(of).collect::<Vec<_>>().join(joint);
    let (zh, en) = (named(|text| &text.zh, " 或 "), named(|text| &text.en, " or "));
    say!("`{fact}` 不能填 `{text}`；是否想填 {zh}？", "`{fact}` has no value `{text}`; did you mean {en}?")
}

/// What is said of a text that is no value of a category that has no others.
pub(crate) fn unlisted_text(fact: &str, text: &str, known: &[Text]) -> Text {
    let list = |of: fn(&Text) -> &str, joint: &str| known.iter().map(of).collect::<Vec<_>>().join(joint);
    let (zh, en) = (list(|text| &text.zh, "、"), list(|text| &text.en, ", "));
    say!("`{fact}` 不能填 `{text}`；可填 {zh}", "the value `{text}` of `{fact}` is not one of {en}")
}

/// What is said of a category whose value is blank.
pub(crate) fn blank_text(fact: &str) -> Text {
    say!(
        "`{fact}` 的值是空白；不知道的事实不要给出",
        "the value of `{fact}` is blank; a fact that is not known is left out"
    )
}

/// The name that a misspelt one most likely means; `None` if none is near.
pub(crate) fn near_name<'k>(name: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    known.filter_map(|known| Some((slips_between(name, known)?, known))).min().map(|(_, known)| known)
}

/// How far a text is from a spelling, both folded; `None` if they are not near.
///
/// A slip or two of the hand are near, but not another digit: the numbers of codes are not slips. So is a part of a title, which may be
/// that of several values.
fn distance(text: &str, spelling: &str) -> Option<usize> {
    let is_part = || is_part(text, spelling).then(|| spelling.chars().count().saturating_sub(text.chars().count()));
    slips_between(text, spelling).or_else(is_part)
}

/// How many slips are between two texts; `None` if more than a hand makes.
fn slips_between(text: &str, other: &str) -> Option<usize> {
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let (length, of_other) = (text.chars().count(), other.chars().count());
    let allowed = slips(length.max(of_other));
    if length.abs_diff(of_other) > allowed || digits(text) != digits(other) {
        return None;
    }
    Some(strsim::osa_distance(text, other)).filter(|distance| *distance <= allowed)
}

/// How many letters may be wrong, missing or too many in a text that is near, by the longer of the two.
const fn slips(length: usize) -> usize {
    match length {
        0..=2 => 0,
        3..=7 => 1,
        _ => 2,
    }
}

/// Whether a text is some whole words of a spelling, or some Chinese characters of it.
pub(crate) fn is_part(text: &str, spelling: &str) -> bool {
    if text.is_ascii() {
        let (part, all) = (words(text), words(spelling));
        text.contains(|c: char| c.is_ascii_alphabetic()) && all.windows(part.len().max(1)).any(|some| some == part)
    } else {
        text.chars().nth(1).is_some() && spelling.contains(text)
    }
}

fn words(text: &str) -> Vec<&str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect()
}

/// The form in which spellings are compared.
pub(crate) fn fold(text: &str) -> String {
    let plain = text.chars().filter(|c| !is_invisible(*c)).map(half_width);
    let plain: String = plain.collect();
    let mut folded = String::with_capacity(plain.len());
    let mut joint = String::new();
    for c in plain.trim().chars().flat_map(char::to_lowercase) {
        if is_joint(c) {
            joint.push(c);
            continue;
        }
        push_joint(&mut folded, &joint, c);
        joint.clear();
        folded.push(c);
    }
    folded + &joint
}

/// What joins two words of letters is one hyphen, beside anything else nothing. At an end it stays: `-1` is not `1`.
fn push_joint(folded: &mut String, joint: &str, next: char) {
    match folded.chars().next_back() {
        None => folded.push_str(joint),
        Some(before) if before.is_ascii_alphanumeric() && next.is_ascii_alphanumeric() && !joint.is_empty() => {
            folded.push('-');
        }
        Some(_) => {}
    }
}

fn is_joint(c: char) -> bool {
    c.is_whitespace() || matches!(c, '-' | '_' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

/// The half-width form of a full-width letter, digit or sign.
pub(crate) fn half_width(c: char) -> char {
    let is_full_width = ('\u{ff01}'..='\u{ff5e}').contains(&c);
    let half = u32::from(c).checked_sub(0xfee0).filter(|_| is_full_width).and_then(char::from_u32);
    half.unwrap_or(c)
}

/// Characters that no one sees: controls that are no blanks, soft hyphens, joiners, marks of direction, variation and order.
pub(crate) fn is_invisible(c: char) -> bool {
    (c.is_control() && !c.is_whitespace())
        || matches!(
            c,
            '\u{ad}'
                | '\u{34f}'
                | '\u{61c}'
                | '\u{180b}'..='\u{180f}'
                | '\u{200b}'..='\u{200f}'
                | '\u{202a}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{fe00}'..='\u{fe0f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e0fff}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRADES: [(&str, &str, &str); 5] = [
        ("courier", "快递员", "courier"),
        ("food-delivery-rider", "外卖配送员", "food-delivery rider"),
        ("ride-hailing-driver", "网约车司机", "ride-hailing driver"),
        ("truck-driver", "货车司机", "truck driver"),
        ("severe", "恶性肿瘤——重度", "malignant tumour, severe"),
    ];

    fn told(text: &str) -> String {
        let trades: Vec<(&str, Spellings)> = TRADES
            .iter()
            .map(|(name, zh, en)| (*name, Spellings::of(name, &Text { zh: (*zh).into(), en: (*en).into() })))
            .collect();
        match read(text, trades.iter().map(|(name, spellings)| (*name, spellings))) {
            Spelt::Exact => "exact".to_owned(),
            Spelt::Meant(name) => format!("meant {name}"),
            Spelt::Near(near) => format!("near {}", near.join(" ")),
            Spelt::Other => "other".to_owned(),
        }
    }

    #[test]
    fn a_spelling_of_one_value_is_read_as_it() {
        assert_eq!(told("courier"), "exact");
        for text in [
            "courier ",
            " courier",
            "\u{a0}courier\u{3000}",
            "Courier",
            "COURIER",
            "ｃｏｕｒｉｅｒ",
            "courier\u{200b}",
            "cou\u{ad}rier",
            "快递员",
            "快 递 员",
            "\u{feff}快递员\n",
        ] {
            assert_eq!(told(text), "meant courier", "{text:?}");
        }
        for text in ["food delivery rider", "FOOD_DELIVERY_RIDER", "food - delivery\u{2014}rider", "外卖　配送员"]
        {
            assert_eq!(told(text), "meant food-delivery-rider", "{text:?}");
        }
        for text in ["恶性肿瘤重度", "恶性肿瘤-重度", "Malignant tumour,severe"] {
            assert!(told(text).ends_with(" severe"), "{text:?}");
        }
    }

    #[test]
    fn a_slip_or_a_part_is_near_and_nothing_else_is() {
        assert_eq!(told("coureir"), "near courier");
        assert_eq!(told("truckdriver"), "near truck-driver");
        assert_eq!(told("快递园"), "near courier");
        assert_eq!(told("快递"), "near courier");
        assert_eq!(told("快员"), "near courier");
        assert_eq!(told("driver"), "near truck-driver ride-hailing-driver");
        assert_eq!(told("司机"), "near truck-driver ride-hailing-driver");
        assert_eq!(told("恶性肿瘤"), "near severe");
        for text in ["teacher", "员", "", " ", "former courier", "truck-driver-2", "river", "it"] {
            assert_eq!(told(text), "other", "{text:?}");
        }
    }

    #[test]
    fn another_digit_or_sign_is_another_code() {
        let codes: Vec<(&str, Spellings)> =
            ["0", "1", "11", "b-2"].iter().map(|code| (*code, Spellings::of(code, &Text::same(code)))).collect();
        let read = |text: &str| read(text, codes.iter().map(|(name, spellings)| (*name, spellings)));
        assert_eq!(read("１"), Spelt::Meant("1"));
        assert_eq!(read("B_2"), Spelt::Meant("b-2"));
        for text in ["-1", "1-", "12", "01", "+1", "1.0", "b-3"] {
            assert_eq!(read(text), Spelt::Other, "{text}");
        }
    }

    #[test]
    fn yes_and_no_are_read_in_both_languages() {
        for text in ["true", "TRUE", " True ", "yes", "YES", "是", "ｙｅｓ"] {
            assert_eq!(answer(text), Some(true), "{text}");
        }
        for text in ["false", "FALSE", "no", "No", "否", "否\u{200b}"] {
            assert_eq!(answer(text), Some(false), "{text}");
        }
        for text in ["", "1", "0", "yes!", "不是", "n/a", "truth"] {
            assert_eq!(answer(text), None, "{text}");
        }
    }
}
