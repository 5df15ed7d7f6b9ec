//! Which row of a file is its header.

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
