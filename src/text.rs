//! Text in Chinese and in English.

use std::fmt::Write as _;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::foreign::written_out;

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
        Text { zh: written_out(self.zh), en: written_out(self.en) }
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
