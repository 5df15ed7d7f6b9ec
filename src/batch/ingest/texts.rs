//! Columns of text, value by value.

use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_schema::DataType;

use crate::batch::ingest::target::{Bad, Wrong};

/// Whether a column of this type is text, dictionaries of text included.
pub(super) fn is_text(data_type: &DataType) -> bool {
    match data_type {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => true,
        DataType::Dictionary(_, values) => {
            matches!(**values, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View)
        }
        _ => false,
    }
}

/// Reads every text that is given and not empty; what cannot be read is bad, and not given.
pub(super) fn read_each<T, C: FromIterator<Option<T>>>(
    texts: &dyn Array,
    read: impl Fn(&str) -> Result<T, Wrong>,
) -> (C, Vec<Bad>) {
    match texts.data_type() {
        DataType::LargeUtf8 => gather(texts.as_string_opt::<i64>().into_iter().flatten(), read),
        DataType::Utf8View => gather(texts.as_string_view_opt().into_iter().flatten(), read),
        _ => gather(texts.as_string_opt::<i32>().into_iter().flatten(), read),
    }
}

/// The first text, with its place, of which something is found.
pub(super) fn find<T>(texts: &dyn Array, found: impl Fn(&str) -> Option<T>) -> Option<(usize, T)> {
    match texts.data_type() {
        DataType::LargeUtf8 => first(texts.as_string_opt::<i64>().into_iter().flatten(), found),
        DataType::Utf8View => first(texts.as_string_view_opt().into_iter().flatten(), found),
        _ => first(texts.as_string_opt::<i32>().into_iter().flatten(), found),
    }
}

#[expect(single_use_lifetimes, reason = "the lifetime of an item of `impl Iterator` has to be named")]
fn first<'a, T>(texts: impl Iterator<Item = Option<&'a str>>, found: impl Fn(&str) -> Option<T>) -> Option<(usize, T)> {
    texts.enumerate().find_map(|(row, text)| Some((row, found(text?)?)))
}

#[expect(single_use_lifetimes, reason = "the lifetime of an item of `impl Iterator` has to be named")]
fn gather<'a, T, C: FromIterator<Option<T>>>(
    texts: impl Iterator<Item = Option<&'a str>>,
    read: impl Fn(&str) -> Result<T, Wrong>,
) -> (C, Vec<Bad>) {
    let mut bad = Vec::new();
    let values = texts.enumerate().map(|(row, text)| match read(text.filter(|text| !text.is_empty())?) {
        Ok(value) => Some(value),
        Err(wrong) => {
            bad.push(Bad { row, wrong });
            None
        }
    });
    (values.collect(), bad)
}
