//! Files of rows by their ending: Parquet, CSV and sheets of workbooks; of results JSON Lines, too.

mod cells;
mod csv;
mod encoding;
#[cfg(feature = "workbook")]
mod excel;
pub(crate) mod fault;
mod header;
mod intake;
mod join;
mod json;
mod office;
mod open;
mod original;
mod parquet;
mod position;
mod raw;
mod rejects;
mod sink;
mod source;
mod style;
#[cfg(test)]
mod tests;

use std::path::Path;

pub use self::encoding::Encoding;
pub use self::intake::Intake;
pub(crate) use self::open::refuse_pipe;
pub(crate) use self::original::{Original, Originals};
pub(crate) use self::position::{Positions, letters};
pub(crate) use self::raw::Raw;
pub(crate) use self::rejects::RejectsFile;
pub(crate) use self::sink::{Sink, csv_header};
pub(crate) use self::source::{Lane, Source, Stream};
pub use self::style::Headers;
pub(crate) use self::style::Style;
use crate::error::Error;
use crate::text::{Text, say};

/// How the rows of a file are written, said by the ending of its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Parquet,
    Csv,
    Office(office::Kind),
}

/// How the rows of results are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ResultForm {
    Parquet,
    Csv,
    /// An object a line.
    Json,
    /// A sheet of a workbook.
    #[cfg(feature = "workbook")]
    Excel,
}

/// Refuses a file whose name says no form in which rows are written.
pub(crate) fn refuse_unwritable(path: &Path) -> Result<(), Error> {
    ResultForm::of(path).map(drop).map_err(Error::output)
}

impl ResultForm {
    fn of(path: &Path) -> Result<ResultForm, Text> {
        match ending(path).as_str() {
            "parquet" => Ok(ResultForm::Parquet),
            "csv" => Ok(ResultForm::Csv),
            "jsonl" => Ok(ResultForm::Json),
            #[cfg(feature = "workbook")]
            "xlsx" => Ok(ResultForm::Excel),
            _ => {
                let path = path.display();
                Err(say!(
                    "`{path}` 应以 `.parquet`、`.csv`、`.jsonl` 或 `.xlsx` 结尾",
                    "`{path}` ends in none of `.parquet`, `.csv`, `.jsonl` and `.xlsx`: the ending says how a file is written"
                ))
            }
        }
    }
}

impl Form {
    fn of(path: &Path) -> Result<Form, Text> {
        match ending(path).as_str() {
            "parquet" => Ok(Form::Parquet),
            "csv" => Ok(Form::Csv),
            "gz" if path.file_stem().is_some_and(|stem| ending(Path::new(stem)) == "csv") => Ok(Form::Csv),
            "xlsx" | "xlsm" => Ok(Form::Office(office::Kind::Xlsx)),
            "xls" => Ok(Form::Office(office::Kind::Xls)),
            "ods" => Ok(Form::Office(office::Kind::Ods)),
            _ => {
                let path = path.display();
                Err(say!(
                    "`{path}` 应以 `.parquet`、`.csv`、`.csv.gz`、`.xlsx`、`.xls` 或 `.ods` 结尾",
                    "`{path}` ends in none of `.parquet`, `.csv`, `.csv.gz`, `.xlsx`, `.xls` and `.ods`: \
                     the ending says how a file is written"
                ))
            }
        }
    }
}

/// The encoding of a file, if it is a text file: the one that is said, or the one that is found.
pub(crate) fn encoding_of(path: &Path, intake: &Intake) -> Result<Option<Encoding>, Error> {
    match Form::of(path).map_err(Error::input)? {
        Form::Csv => csv::encoding_of(path, intake).map(Some),
        Form::Parquet | Form::Office(_) => Ok(None),
    }
}

/// Whether a file is one of a spreadsheet, by its ending.
pub(crate) fn is_workbook(path: &Path) -> bool {
    matches!(Form::of(path), Ok(Form::Office(_)))
}

/// The ending of a file's name in lower case.
fn ending(path: &Path) -> String {
    path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default()
}
