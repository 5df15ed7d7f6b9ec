//! What is said of a file that cannot be read or written.

use std::fmt::Display;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use crate::error::Error;
use crate::text::{Text, say};

/// A file that the system does not let be read.
pub(crate) fn unreadable(path: &Path, fault: &io::Error) -> Error {
    let path = path.display();
    let Text { zh, en } = Text::of_the_system(fault);
    Error::input(Text { zh: format!("`{path}` 读不出：{zh}"), en: format!("`{path}` cannot be read: {en}") })
}

/// A file that the system does not let be written.
pub(crate) fn unwritable(path: &Path, fault: &io::Error) -> Error {
    let Text { zh, en } = Text::of_the_system_writing(path, fault);
    let path = path.display();
    Error::output(Text { zh: format!("`{path}` 写不进去：{zh}"), en: format!("`{path}` cannot be written: {en}") })
}

/// Rows that cannot be encoded as the file that they are for.
pub(super) fn not_encoded(path: &Path, fault: &dyn Display) -> Error {
    let path = path.display();
    Error::output(say!("`{path}` 写不进去：{fault}", "`{path}` cannot be written: {fault}"))
}

/// What a library reads; damaged bytes that it does not foresee make it panic, which is no way to end.
pub(super) fn sound<T, E: Display>(read: impl FnOnce() -> Result<T, E>) -> Result<T, String> {
    match catch_unwind(AssertUnwindSafe(read)) {
        Ok(read) => read.map_err(|fault| fault.to_string()),
        Err(_panic) => Err("its bytes make no sense".to_owned()),
    }
}
