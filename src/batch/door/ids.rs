//! Columns that name a claim, an enrollment, a member or a plan.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, StringArray};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use arrow::error::ArrowError;

use crate::batch::door::target::{Bad, Read, Wrong};

/// The ids as text; an empty one is none, and none is bad where one is needed.
pub(super) fn read(column: &ArrayRef, is_needed: bool) -> Result<Read, ArrowError> {
    let texts = if *column.data_type() == DataType::Utf8 { Arc::clone(column) } else { cast(column, &DataType::Utf8)? };
    let Some(ids) = texts.as_string_opt::<i32>() else {
        return Err(ArrowError::CastError("a column of ids".to_owned()));
    };
    let has_empty = ids.offsets().lengths().any(|length| length == 0);
    let given = |id: Option<&str>| id.is_some_and(|id| !id.is_empty());
    if is_needed && (has_empty || ids.null_count() > 0) {
        let bad = ids.iter().enumerate().filter(|(_, id)| !given(*id));
        let bad = bad.map(|(row, _)| Bad { row, wrong: Wrong::Missing }).collect();
        return Ok(Read { array: texts, bad });
    }
    if has_empty {
        let ids: StringArray = ids.iter().map(|id| id.filter(|id| !id.is_empty())).collect();
        return Ok(Read { array: Arc::new(ids), bad: Vec::new() });
    }
    Ok(Read { array: texts, bad: Vec::new() })
}
