//! Text in Chinese and in English.

use serde::{Deserialize, Serialize};

/// A language that results are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Chinese, the language of the members.
    #[default]
    Zh,
    /// English.
    En,
}

/// One text in both languages.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Text {
    /// The Chinese text.
    pub zh: String,
    /// The English text.
    pub en: String,
}

impl Text {
    /// A text that reads the same in both languages, such as a name or a number.
    #[must_use]
    pub fn same(text: &str) -> Text {
        Text { zh: text.to_owned(), en: text.to_owned() }
    }

    /// The text on one line, control characters written out: it may quote what a file says.
    #[must_use]
    pub(crate) fn on_one_line(self) -> Text {
        let plain = |text: String| {
            if text.chars().any(char::is_control) {
                text.chars()
                    .map(|c| if c.is_control() { c.escape_default().to_string() } else { c.to_string() })
                    .collect()
            } else {
                text
            }
        };
        Text { zh: plain(self.zh), en: plain(self.en) }
    }

    /// The text in one language.
    #[must_use]
    pub fn in_language(&self, language: Language) -> &str {
        match language {
            Language::Zh => &self.zh,
            Language::En => &self.en,
        }
    }
}

/// A [`Text`] from two format strings, the Chinese one first.
macro_rules! say {
    ($zh:literal, $en:literal $(,)?) => {
        $crate::text::Text { zh: format!($zh), en: format!($en) }
    };
}
pub(crate) use say;
