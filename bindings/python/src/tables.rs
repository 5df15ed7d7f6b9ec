//! Many claims as Arrow tables, in and out.

use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, StringArray, UInt64Array};
use arrow_schema::ArrowError;
use arrow_select::concat::concat_batches;
use huzhu::batch::{Decided, Reject};
use huzhu::{Catalog, Decider, Error, MemberAccounts, Text};
use pyo3::prelude::*;
use pyo3_arrow::input::AnyRecordBatch;
use pyo3_arrow::{PyArray, PyTable};
use serde_json::{Value as Json, json};

use crate::refusal::Refusal;

/// A table as one batch.
pub(crate) fn whole(name: &str, table: AnyRecordBatch) -> PyResult<RecordBatch> {
    let (batches, schema) = table.into_table()?.into_inner();
    let batch = match <[RecordBatch; 1]>::try_from(batches) {
        Ok([batch]) => Ok(batch),
        Err(batches) => concat_batches(&schema, &batches),
    };
    Ok(batch.and_then(|batch| without_index(&batch)).map_err(|fault| unreadable(name, &fault))?)
}

/// Without the columns in which pandas passes on the labels of its rows.
fn without_index(batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    let is_index = |name: &str| name.starts_with("__index_level_") && name.ends_with("__");
    let fields = batch.schema_ref().fields().iter().enumerate();
    let kept: Vec<usize> = fields.filter(|(_, field)| !is_index(field.name())).map(|(place, _)| place).collect();
    batch.project(&kept)
}

fn unreadable(name: &str, fault: &ArrowError) -> Refusal {
    let (zh, en) = (format!("表 `{name}` 读不出：{fault}"), format!("the table `{name}` cannot be read: {fault}"));
    Refusal::of_argument(name, &Text { zh, en })
}

/// Decides claims, on what is posted if that is given.
pub(crate) fn decide(
    catalog: &Catalog,
    claims: &RecordBatch,
    enrollments: &RecordBatch,
    postings: Option<&RecordBatch>,
) -> Result<(Decided, Option<RecordBatch>), Error> {
    let decider = Decider::new(catalog);
    match postings {
        None => Ok((decider.decide_rows(claims, enrollments)?, None)),
        Some(postings) => {
            let continued = decider.decide_rows_on(postings, claims, enrollments)?;
            Ok((continued.decided, Some(continued.accounts)))
        }
    }
}

/// What was decided, as Python takes it.
pub(crate) fn given_out(
    (decided, postings): (Decided, Option<RecordBatch>),
) -> PyResult<(PyTable, PyTable, PyTable, Option<PyTable>, String)> {
    let Decided { payouts, lines, rejects, observations } = decided;
    let rejects = rejected(&rejects).map_err(|fault| unreadable("rejects", &fault))?;
    let observations = observations.iter().map(|seen| {
        json!({
            "input": seen.input.name(),
            "column": seen.column,
            "code": seen.code.name(),
            "rows": seen.rows,
            "first_row": seen.first_row,
            "text": seen.text,
        })
    });
    let observations = Json::from(observations.collect::<Vec<_>>()).to_string();
    Ok((table(payouts)?, table(lines)?, table(rejects)?, postings.map(table).transpose()?, observations))
}

fn table(batch: RecordBatch) -> PyResult<PyTable> {
    let schema = batch.schema();
    PyTable::try_new(vec![batch], schema)
}

fn rejected(rejects: &[Reject]) -> Result<RecordBatch, ArrowError> {
    let texts =
        |of: fn(&Reject) -> &str| -> ArrayRef { Arc::new(StringArray::from_iter_values(rejects.iter().map(of))) };
    let columns: [(&str, ArrayRef); 6] = [
        ("input", texts(|reject| reject.input.name())),
        ("row", Arc::new(UInt64Array::from_iter_values(rejects.iter().map(|reject| reject.row)))),
        ("column", texts(|reject| &reject.column)),
        ("value", texts(|reject| &reject.value)),
        ("reason", texts(|reject| &reject.reason.en)),
        ("reason_zh", texts(|reject| &reject.reason.zh)),
    ];
    RecordBatch::try_from_iter(columns)
}

/// What is posted before the first claim: a table without rows.
#[pyfunction]
pub(crate) fn no_postings() -> PyResult<PyTable> {
    table(MemberAccounts::to_rows([]).map_err(Refusal::from)?)
}

/// The values of every column of a table, as Python has them; of its first rows if a number is given.
#[pyfunction]
pub(crate) fn values(py: Python<'_>, table: AnyRecordBatch, most: Option<usize>) -> PyResult<Vec<(String, Py<PyAny>)>> {
    let batch = whole("table", table)?;
    let batch = batch.slice(0, most.unwrap_or(usize::MAX).min(batch.num_rows()));
    let columns = batch.schema_ref().fields().iter().zip(batch.columns());
    let list =
        |array: &ArrayRef| PyArray::from_array_ref(Arc::clone(array)).into_pyobject(py)?.call_method0("to_pylist");
    columns.map(|(field, array)| Ok((field.name().clone(), list(array)?.unbind()))).collect()
}
