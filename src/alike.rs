//! Ids that differ only in case, width, blanks or what cannot be seen. A hyphen tells ids apart, where it only joins the words of a spelling.

use std::borrow::Cow;

use crate::spelling::{half_width, is_invisible};

/// The text without blanks and invisible characters, in half width and lower case: two texts that a person takes for one have the
/// same. A text that is so already is given back.
pub(crate) fn fold(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| byte.is_ascii_graphic() && !byte.is_ascii_uppercase()) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(
        text.chars()
            .filter(|char| !char.is_whitespace() && !is_invisible(*char))
            .map(half_width)
            .flat_map(char::to_lowercase)
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_person_takes_for_one_text_folds_to_one() {
        for text in
            ["m-1x", "M-1X", " m-1x", "m-1x\u{a0}", "\u{feff}M-1x", "ｍ－１Ｘ", "m\u{200b}-1\u{3000}x", "m -1x\t"]
        {
            assert_eq!(fold(text), "m-1x", "{text:?}");
        }
        assert!(matches!(fold("m-1x"), Cow::Borrowed(_)));
        assert_eq!(fold("张三"), "张三");
        assert_ne!(fold("m-1"), fold("m1"));
        assert_eq!(fold(" \u{200b}"), "");
    }
}
