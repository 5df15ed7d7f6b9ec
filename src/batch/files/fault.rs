//! What is said of a file that can not be read or written.

use std::fmt::Display;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use crate::error::Error;
use crate::text::{Text, say};

/// A file that the system does not let be read.
pub(crate) fn unreadable(path: &Path, fault: &io::Error) -> Error {
    let path = path.display();
    let Text { zh, en } = why(fault);
    Error::input(Text { zh: format!("`{path}` 读不出：{zh}"), en: format!("`{path}` can not be read: {en}") })
}

/// A file that the system does not let be written.
pub(crate) fn unwritable(path: &Path, fault: &io::Error) -> Error {
    let path = path.display();
    let Text { zh, en } = why(fault);
    Error::output(Text {
        zh: format!("`{path}` 写不进去：{zh}"), en: format!("`{path}` can not be written: {en}")
    })
}

/// Rows that can not be encoded as the file that they are for.
pub(super) fn not_encoded(path: &Path, fault: &dyn Display) -> Error {
    let path = path.display();
    Error::output(say!("`{path}` 写不进去：{fault}", "`{path}` can not be written: {fault}"))
}

/// What the system said.
fn why(fault: &io::Error) -> Text {
    match fault.kind() {
        io::ErrorKind::NotFound => say!("没有这个文件或目录", "no such file or folder"),
        io::ErrorKind::PermissionDenied => say!("没有权限", "permission denied"),
        io::ErrorKind::IsADirectory => say!("这是目录，不是文件", "it is a folder, not a file"),
        io::ErrorKind::NotADirectory => say!("这不是目录", "it is not a folder"),
        io::ErrorKind::StorageFull => say!("磁盘已满", "the disk is full"),
        io::ErrorKind::QuotaExceeded => say!("超出磁盘配额", "the quota of the disk is used up"),
        io::ErrorKind::FileTooLarge => say!("文件超出允许的大小", "the file is larger than the system allows"),
        io::ErrorKind::ReadOnlyFilesystem => say!("文件系统只读", "the file system can not be written"),
        io::ErrorKind::UnexpectedEof => say!("文件不完整", "the file ends too early"),
        _ => Text::same(&fault.to_string()),
    }
}

/// What a library reads; damaged bytes that it does not foresee make it panic, which is no way to end.
pub(super) fn sound<T, E: Display>(read: impl FnOnce() -> Result<T, E>) -> Result<T, String> {
    match catch_unwind(AssertUnwindSafe(read)) {
        Ok(read) => read.map_err(|fault| fault.to_string()),
        Err(_panic) => Err("its bytes make no sense".to_owned()),
    }
}
