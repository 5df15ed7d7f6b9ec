//! Files of rows: Parquet and CSV, by their ending.

mod csv;
pub(crate) mod fault;
mod join;
mod parquet;
mod rejects;
mod sink;
mod source;
#[cfg(test)]
mod tests;

use std::path::Path;

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
