//! Files of rows: Parquet and CSV, and of results JSON Lines, by their ending.

mod cells;
mod csv;
pub(crate) mod fault;
mod join;
mod json;
mod open;
mod parquet;
mod raw;
mod rejects;
mod sink;
mod source;
#[cfg(test)]
mod tests;

use std::path::Path;

pub(crate) use self::raw::Raw;
pub(crate) use self::rejects::RejectsFile;
pub(crate) use self::sink::Sink;
pub(crate) use self::source::{Lane, Source, Stream};
use crate::text::{Text, say};

/// How the rows of a file are written, said by the ending of its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Parquet,
    Csv,
}

/// How the rows of results are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ResultForm {
    Parquet,
    Csv,
    /// An object a line.
    Json,
}

impl ResultForm {
    fn of(path: &Path) -> Result<ResultForm, Text> {
        if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("jsonl")) {
            return Ok(ResultForm::Json);
        }
        let form = Form::of(path).map(|form| match form {
            Form::Parquet => ResultForm::Parquet,
            Form::Csv => ResultForm::Csv,
        });
        form.map_err(|_| {
            let path = path.display();
            say!(
                "`{path}` 应以 `.parquet`、`.csv` 或 `.jsonl` 结尾",
                "`{path}` ends in none of `.parquet`, `.csv` and `.jsonl`: the ending says how a file is written"
            )
        })
    }
}

impl Form {
    fn of(path: &Path) -> Result<Form, Text> {
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
        match ending.as_deref() {
            Some("parquet") => Ok(Form::Parquet),
            Some("csv") => Ok(Form::Csv),
            Some(_) | None => {
                let path = path.display();
                Err(say!(
                    "`{path}` 应以 `.parquet` 或 `.csv` 结尾",
                    "`{path}` ends neither in `.parquet` nor in `.csv`: the ending says how a file is written"
                ))
            }
        }
    }
}
