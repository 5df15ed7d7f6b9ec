//! Words of the program itself in the language of the output.

use huzhu::rounding::Mode;
use huzhu::{Decision, Language, Otherwise, Provenance};

/// A text from two format strings, the Chinese one first.
macro_rules! say {
    ($language:expr, $zh:literal, $en:literal $(,)?) => {
        match $language {
            huzhu::Language::Zh => format!($zh),
            huzhu::Language::En => format!($en),
        }
    };
}
pub(super) use say;

/// One of two texts.
pub(super) fn pick<'t>(language: Language, zh: &'t str, en: &'t str) -> &'t str {
    match language {
        Language::Zh => zh,
        Language::En => en,
    }
}

pub(super) fn decision(decision: Decision, language: Language) -> &'static str {
    decision.title(language)
}

pub(super) fn provenance(provenance: Provenance, language: Language) -> &'static str {
    match provenance {
        Provenance::Stated => pick(language, "原文载明", "stated"),
        Provenance::Published => pick(language, "公开资料", "published"),
        Provenance::Assumed => pick(language, "推定", "assumed"),
    }
}

pub(super) fn otherwise(otherwise: Otherwise, language: Language) -> &'static str {
    match otherwise {
        Otherwise::Deny => pick(language, "不予给付", "the claim is denied"),
        Otherwise::Pend => pick(language, "暂缓", "the claim is pended"),
    }
}

/// A value as a pack writes it, put in words: `10_000 yuan` is `10,000 元`.
pub(super) fn value(written: &str, language: Language) -> String {
    let words = [
        ("yuan", "元", "yuan"),
        ("days", "天", "days"),
        ("day", "天", "day"),
        ("months", "个月", "months"),
        ("month", "个月", "month"),
    ];
    let mode = |part: &str| Mode::ALL.into_iter().find(|(name, _)| *name == part).map(|(_, mode)| mode.title());
    let in_words = |part: &str| match words.iter().find(|(pack, _, _)| *pack == part) {
        Some((_, zh, en)) => pick(language, zh, en).to_owned(),
        None => mode(part).map_or_else(|| part.replace('_', ","), |mode| mode.in_language(language).to_owned()),
    };
    let mut spoken = String::new();
    let mut part = String::new();
    for letter in written.chars() {
        if matches!(letter, ' ' | '/' | ',') {
            spoken.push_str(&in_words(&part));
            part.clear();
            spoken.push(letter);
        } else {
            part.push(letter);
        }
    }
    spoken.push_str(&in_words(&part));
    match language {
        Language::Zh => spoken.replace(", ", "，"),
        Language::En => spoken,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_put_in_words() {
        assert_eq!(value("10_000 yuan", Language::Zh), "10,000 元");
        assert_eq!(value("50 yuan/day", Language::Zh), "50 元/天");
        assert_eq!(value("0.01 yuan, half-up", Language::Zh), "0.01 元，四舍五入");
        assert_eq!(value("65_000 yuan", Language::En), "65,000 yuan");
        assert_eq!(value("2025-01-01", Language::Zh), "2025-01-01");
    }
}
