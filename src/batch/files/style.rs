//! How files of results are written, beside what the endings of their names say.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::ResultForm;
use crate::batch::words::Words;

/// Whether files of results have names and codes, for programs, or titles and words, for people.
///
/// It is said of CSV and of workbooks. Parquet and JSON Lines are for programs: they have names and codes always.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Headers {
    /// `claim_id`, `paid`, `missing-fact`.
    Names,
    /// 理赔编号, 给付, 缺少事实; or the same in English.
    Titles,
}

/// How files of results are written.
#[derive(Debug, Clone)]
pub(crate) struct Style {
    /// Whether CSV begins with the mark of its encoding.
    pub(crate) is_marked: bool,
    /// Whether texts that a spreadsheet takes for formulas are neutralised in CSV.
    pub(crate) is_spreadsheet_safe: bool,
    /// By its ending, where it is not said.
    pub(crate) headers: Option<Headers>,
    pub(crate) words: Arc<Words>,
}

impl Style {
    /// The plain one, with these words.
    pub(crate) fn of(words: Words) -> Style {
        Style { is_marked: false, is_spreadsheet_safe: false, headers: None, words: Arc::new(words) }
    }
}

impl ResultForm {
    /// Whether a file of results has titles and words.
    pub(super) fn has_words(self, headers: Option<Headers>) -> bool {
        match (self, headers) {
            (ResultForm::Parquet | ResultForm::Json, _) | (ResultForm::Csv, None | Some(Headers::Names)) => false,
            (ResultForm::Csv, Some(Headers::Titles)) => true,
            #[cfg(feature = "workbook")]
            (ResultForm::Excel, headers) => headers != Some(Headers::Names),
        }
    }

    /// Whether the columns that are added to rejected rows have titles: people correct these also in CSV.
    pub(super) fn has_titles_for_rejects(self, headers: Option<Headers>) -> bool {
        match (self, headers) {
            (ResultForm::Parquet | ResultForm::Json, _) | (_, Some(Headers::Names)) => false,
            (_, None | Some(Headers::Titles)) => true,
        }
    }
}
