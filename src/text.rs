//! Text in Chinese and in English.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io;
use std::path::Path;

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

    /// What the system says of a file that it does not let be read or written.
    #[must_use]
    pub fn of_the_system(fault: &io::Error) -> Text {
        match fault.kind() {
            io::ErrorKind::NotFound => say!("没有这个文件或目录", "no such file or folder"),
            io::ErrorKind::AlreadyExists => say!("已有这个文件或目录", "it is there already"),
            io::ErrorKind::PermissionDenied => say!("没有权限", "permission denied"),
            io::ErrorKind::IsADirectory => say!("这是目录，不是文件", "it is a folder, not a file"),
            io::ErrorKind::NotADirectory => say!("这不是目录", "it is not a folder"),
            io::ErrorKind::InvalidFilename => say!("文件名过长或无效", "the file name is too long, or is not valid"),
            io::ErrorKind::StorageFull => say!("磁盘已满", "the disk is full"),
            io::ErrorKind::QuotaExceeded => say!("超出磁盘配额", "the quota of the disk is used up"),
            io::ErrorKind::FileTooLarge => say!("文件超出允许的大小", "the file is larger than the system allows"),
            io::ErrorKind::ReadOnlyFilesystem => say!("文件系统只读", "the file system cannot be written"),
            io::ErrorKind::UnexpectedEof => say!("文件不完整", "the file ends too early"),
            io::ErrorKind::BrokenPipe => say!("没有程序在读", "nobody reads"),
            io::ErrorKind::OutOfMemory => say!("内存不足", "out of memory"),
            _ => say!("系统报告 `{fault}`", "{fault}"),
        }
    }

    /// The same of a file that it does not let be written: where there is no such file, it is its folder that is missing.
    #[must_use]
    pub fn of_the_system_writing(path: &Path, fault: &io::Error) -> Text {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        match folder {
            Some(folder) if fault.kind() == io::ErrorKind::NotFound => {
                let folder = folder.display();
                say!("没有文件夹 `{folder}`", "there is no folder `{folder}`")
            }
            Some(_) | None => Text::of_the_system(fault),
        }
    }

    /// The text on one line, control characters written out: it may quote what a file says.
    #[must_use]
    pub(crate) fn on_one_line(self) -> Text {
        let plain = |text: String| {
            if text.chars().any(is_control) {
                text.chars()
                    .map(|c| if is_control(c) { c.escape_default().to_string() } else { c.to_string() })
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
    if !text.contains(is_control) {
        return Cow::Borrowed(text);
    }
    let shown = |character| match character {
        '\n' | '\t' | '\r' | '\u{2028}' | '\u{2029}' => ' ',
        _ if is_control(character) => '\u{fffd}',
        _ => character,
    };
    Cow::Owned(text.chars().map(shown).collect())
}

/// Whether a character may stand in XML 1.0: no control but tab and ends of lines, and neither of the noncharacters U+FFFE and U+FFFF.
#[cfg(feature = "workbook")]
pub(crate) fn is_in_xml(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..)
}

/// The text as a workbook can have it: U+FFFD for what is no character of XML. In formulas as in cells, so that what was equal stays so.
#[cfg(feature = "workbook")]
pub(crate) fn in_xml(text: &str) -> Cow<'_, str> {
    if text.chars().all(is_in_xml) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(|character| if is_in_xml(character) { character } else { '\u{fffd}' }).collect())
}

/// A [`Text`] from two format strings, the Chinese one first; what is named behind a semicolon is a text itself, put in in its language.
macro_rules! say {
    ($zh:literal, $en:literal $(,)?) => {
        $crate::text::Text { zh: format!($zh), en: format!($en) }
    };
    ($zh:literal, $en:literal; $($part:ident),+ $(,)?) => {
        $crate::text::Text {
            zh: {
                $(let $part = &$part.zh;)+
                format!($zh)
            },
            en: {
                $(let $part = &$part.en;)+
                format!($en)
            },
        }
    };
}
pub(crate) use say;
/// Bytes in lower-case hexadecimal, as digests are written.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len().saturating_mul(2)), |mut text, byte| {
        let _infallible = write!(text, "{byte:02x}");
        text
    })
}
