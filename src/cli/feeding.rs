//! How the files that people feed in are read, as options.

use std::num::NonZeroU32;
use std::str::FromStr;

use clap::Args;
use huzhu::batch::{Encoding, Intake};

/// How files are read and CSV is written, where what is found does not do.
#[derive(Debug, Args)]
pub(super) struct Feeding {
    /// Read this sheet of a workbook; `claims=NAME` says it of one file, and may be given again [default: the first] · 工作表
    #[arg(long, value_name = "[INPUT=]NAME")]
    sheet: Vec<For<String>>,
    /// The header stands in this row, and what is above it is left out [default: the first; in a workbook the first that names columns] · 列名所在行
    #[arg(long, value_name = "[INPUT=]ROW")]
    header_row: Vec<For<NonZeroU32>>,
    /// The encoding of CSV: UTF-8, UTF-16LE, UTF-16BE or GB18030 [default: found] · 编码
    #[arg(long, value_name = "[INPUT=]NAME")]
    encoding: Vec<For<Encoding>>,
    /// Refuse numbers and dates that are not in their plain form, such as `2,019.87` and `2025/1/10` · 只收规范写法
    #[arg(long)]
    pub(super) strict: bool,
    /// Begin CSV results with the mark by which spreadsheets know UTF-8 [default: where an input is in GB18030] · 带编码标记
    #[arg(long, value_name = "true|false", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(super) bom: Option<bool>,
    /// Put an apostrophe before texts in CSV results that a spreadsheet would take for formulas (`=1+1`); ids are then no longer the same · 防止当作公式
    #[arg(long)]
    pub(super) spreadsheet_safe: bool,
}

/// A file that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    Claims,
    Enrollments,
    Recorded,
}

/// What is said of one file, or of all.
#[derive(Debug, Clone, PartialEq, Eq)]
struct For<T> {
    which: Option<Which>,
    value: T,
}

impl<T: FromStr> FromStr for For<T> {
    type Err = T::Err;

    fn from_str(text: &str) -> Result<For<T>, T::Err> {
        let inputs = [("claims=", Which::Claims), ("enrollments=", Which::Enrollments), ("recorded=", Which::Recorded)];
        let named = inputs.into_iter().find_map(|(name, which)| Some((which, text.strip_prefix(name)?)));
        let (which, value) = named.map_or((None, text), |(which, value)| (Some(which), value));
        Ok(For { which, value: value.parse()? })
    }
}

/// The last that is said of a file, else of all.
fn of<T: Clone>(said: &[For<T>], which: Which) -> Option<T> {
    let said_of = |wanted| said.iter().rev().find(|said| said.which == wanted).map(|said| said.value.clone());
    said_of(Some(which)).or_else(|| said_of(None))
}

impl Feeding {
    /// How one of the files is to be read.
    pub(super) fn intake(&self, which: Which) -> Intake {
        let mut intake = Intake::default();
        if let Some(sheet) = of(&self.sheet, which) {
            intake = intake.sheet(sheet);
        }
        if let Some(row) = of(&self.header_row, which) {
            intake = intake.header_row(row);
        }
        if let Some(encoding) = of(&self.encoding, which) {
            intake = intake.encoding(encoding);
        }
        intake
    }
}
