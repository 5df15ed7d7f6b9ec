//! Which row of a file is its header.

use std::path::Path;

use crate::error::{Error, Remedy};
use crate::text::{Text, say};

/// So many rows may stand above a header.
pub(super) const MOST_ROWS_ABOVE: usize = 20;

/// Whether a name is that of a column.
pub(crate) type Knows<'k> = &'k dyn Fn(&str) -> bool;

/// Whether a row may be a header that has other rows above it: two of its cells name columns.
#[expect(single_use_lifetimes, reason = "the lifetime of an item of `impl Iterator` has to be named")]
pub(super) fn is_header<'c>(mut cells: impl Iterator<Item = &'c str>, knows: Knows<'_>) -> bool {
    let mut named = cells.by_ref().filter(|cell| knows(cell.trim()));
    named.next().is_some() && named.next().is_some()
}

/// A file as messages name it.
pub(super) fn of_file(path: &Path) -> Text {
    let path = path.display();
    say!("`{path}`", "`{path}`")
}

/// A sheet of a file; another input may be another one of the same file.
pub(super) fn of_sheet(path: &Path, sheet: &str) -> Text {
    let path = path.display();
    say!("`{path}` 的工作表 `{sheet}`", "sheet `{sheet}` of `{path}`")
}

/// Where not the row that was taken for a header, or asked for as one, but another looks like one.
pub(super) fn stands_elsewhere(place: &Text, asked: Option<u32>, row: u64) -> Error {
    let message = match asked {
        None => say!(
            "{place} 的列名似乎在第 {row} 行，其上是标题；请指明列名所在的行",
            "the header of {place} seems to be row {row}, below a title; say which row it is"; place
        ),
        Some(asked) => say!(
            "{place} 第 {asked} 行不是列名；列名似乎在第 {row} 行",
            "row {asked} of {place} is no header; that seems to be row {row}"; place
        ),
    };
    Error::input(message).mended_by(Remedy::HeaderRow)
}

/// Where the row that was asked for is empty.
pub(super) fn blank(place: &Text, row: u32) -> Error {
    let message = say!("{place} 第 {row} 行是空的，没有列名", "row {row} of {place} is empty: it has no header"; place);
    Error::input(message).mended_by(Remedy::HeaderRow)
}
