//! Columns that name a claim, an enrollment, a member or a plan.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, StringArray};
use arrow_cast::cast;
use arrow_schema::{ArrowError, DataType};

use crate::batch::ingest::target::{Bad, Read, Seen, Wrong};
use crate::batch::ingest::vocabulary::PlanTitles;
use crate::code::Code;
use crate::spelling::is_invisible;
use crate::text::say;

/// The ids as text; an empty one is none, and none is bad where one is needed.
pub(super) fn read(column: &ArrayRef, is_needed: bool) -> Result<Read, ArrowError> {
    let texts = if *column.data_type() == DataType::Utf8 { Arc::clone(column) } else { cast(column, &DataType::Utf8)? };
    let Some(ids) = texts.as_string_opt::<i32>() else {
        return Err(ArrowError::CastError("a column of ids".to_owned()));
    };
    let seen = left_by_a_spreadsheet(ids).into_iter().chain(with_blanks(ids)).collect();
    let has_empty = ids.offsets().lengths().any(|length| length == 0);
    let given = |id: Option<&str>| id.is_some_and(|id| !id.is_empty());
    let (mut array, mut bad) = (Arc::clone(&texts), Vec::new());
    if is_needed && (has_empty || ids.null_count() > 0) {
        let missing = ids.iter().enumerate().filter(|(_, id)| !given(*id));
        bad = missing.map(|(row, _)| Bad { row, wrong: Wrong::Missing }).collect();
    } else if has_empty {
        let given: StringArray = ids.iter().map(|id| id.filter(|id| !id.is_empty())).collect();
        array = Arc::new(given);
    }
    Ok(Read { array, uncoded: None, bad, seen })
}

/// Plans by their ids or titles, as ids.
pub(super) fn read_plans(column: &ArrayRef, titles: &PlanTitles) -> Result<Read, ArrowError> {
    let mut read = read(column, true)?;
    let Some(plans) = read.array.as_string_opt::<i32>() else { return Ok(read) };
    let titled = plans.iter().enumerate().filter_map(|(row, plan)| Some((row, plan?, titles.plan(plan?)?)));
    let titled: Vec<(usize, &str, &str)> = titled.collect();
    let Some((first, title, id)) = titled.first() else { return Ok(read) };
    let text = say!("`{title}` 读作计划 `{id}`", "`{title}` is read as the plan `{id}`");
    let rows = u64::try_from(titled.len()).unwrap_or(u64::MAX);
    let seen = Seen { code: Code::ReadAsMeant, rows, first: *first, text };
    let by_row: BTreeMap<usize, &str> = titled.iter().map(|(row, _, id)| (*row, *id)).collect();
    let ids = plans.iter().enumerate().map(|(row, plan)| by_row.get(&row).copied().or(plan));
    let array: ArrayRef = Arc::new(ids.collect::<StringArray>());
    read.array = array;
    read.seen.push(seen);
    Ok(read)
}

/// Ids that look like what is left of a long number once a spreadsheet has read it.
fn left_by_a_spreadsheet(ids: &StringArray) -> Option<Seen> {
    let mut left = ids.iter().enumerate().filter_map(|(row, id)| Some((row, id.filter(|id| is_rewritten(id))?)));
    let (first, id) = left.next()?;
    let text = say!(
        "`{id}` 像是电子表格改写后的长号码，原号码可能已丢失",
        "`{id}` looks like a long number that a spreadsheet has rewritten; the number itself may be lost"
    );
    let rows = u64::try_from(left.count()).unwrap_or(u64::MAX).saturating_add(1);
    Some(Seen { code: Code::SpreadsheetId, rows, first, text })
}

/// Ids that begin or end with what cannot be seen. They are not trimmed: that would make one member of two unasked.
fn with_blanks(ids: &StringArray) -> Option<Seen> {
    let mut with = ids.iter().enumerate().filter_map(|(row, id)| Some((row, id.filter(|id| has_blank_around(id))?)));
    let (first, id) = with.next()?;
    let text = say!(
        "`{id}` 首尾有空白，照原样作为另一编号",
        "`{id}` has blanks around it; it is kept as it is written, another id than the one without them"
    );
    let rows = u64::try_from(with.count()).unwrap_or(u64::MAX).saturating_add(1);
    Some(Seen { code: Code::BlankAroundId, rows, first, text })
}

fn has_blank_around(id: &str) -> bool {
    let cannot_be_seen = |letter: char| letter.is_whitespace() || is_invisible(letter);
    id.starts_with(cannot_be_seen) || id.ends_with(cannot_be_seen)
}

/// A spreadsheet keeps fifteen digits of a number.
const KEPT_DIGITS: usize = 15;

/// `3.10101E+17`, or more digits than a spreadsheet keeps, of which the last are zeros.
fn is_rewritten(id: &str) -> bool {
    if !id.starts_with(|first: char| first.is_ascii_digit()) || !id.ends_with(|last: char| last.is_ascii_digit()) {
        return false;
    }
    if let Some(lost) = id.get(KEPT_DIGITS..).filter(|lost| !lost.is_empty()) {
        return lost.bytes().all(|digit| digit == b'0') && id.bytes().all(|digit| digit.is_ascii_digit());
    }
    let Some((mantissa, exponent)) = id.split_once(['E', 'e']) else { return false };
    let are_digits = |text: &str| !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit());
    let (whole, places) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    exponent.strip_prefix('+').is_some_and(are_digits) && whole.len() == 1 && are_digits(whole) && are_digits(places)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_spreadsheet_leaves_of_a_long_number_is_recognised() {
        for id in ["3.10101E+17", "4.1e+17", "1E+15", "410101199001010000", "1234567890123450"] {
            assert!(is_rewritten(id), "{id}");
        }
        for id in
            ["", "E1", "1E5", "12E+3", "410101199001011234", "123456789012345", "3.1E+", "3.E+17", "4101011990010100X"]
        {
            assert!(!is_rewritten(id), "{id}");
        }
    }
}
