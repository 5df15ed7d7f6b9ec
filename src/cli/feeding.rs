//! How the files that people feed in are read, as options.

use std::num::NonZeroU32;
use std::str::FromStr;

use clap::{Args, ValueEnum};
use huzhu::batch::{Encoding, Headers, Intake};

use super::options::Form;

/// How files are read, where what is found by itself is not right.
#[derive(Debug, Args)]
pub(super) struct Reading {
    /// Columns of claims and enrollments to leave out, that no plan knows
    /// · 理赔申请和参保记录中不读的列，没有计划用到
    #[arg(long, value_name = "COLUMN,…", value_delimiter = ',')]
    ignore_columns: Vec<String>,
    /// Read this sheet of a workbook; `claims=NAME` says it of one file, and may be given again [default: the first]
    /// · 读工作簿中的这张工作表；`claims=表名` 只指理赔申请的文件，`enrollments=` 指参保记录，`recorded=` 指已付记录，可写多次 [默认：第一张]
    #[arg(long, value_name = "[INPUT=]NAME", value_parser = sheet)]
    sheet: Vec<For<String>>,
    /// The header stands in this row, and what is above it is left out [default: the first; in a workbook the first that names columns]
    /// · 列名在第几行，其上各行不读；`claims=` 等同上 [默认：第一行；工作簿中为第一个能认出列名的行]
    #[arg(long, value_name = "[INPUT=]ROW", value_parser = row)]
    header_row: Vec<For<NonZeroU32>>,
    /// The encoding of CSV: UTF-8, UTF-16LE, UTF-16BE or GB18030 [default: found]
    /// · CSV 的编码：`UTF-8`、`UTF-16LE`、`UTF-16BE` 或 `GB18030`；`claims=` 等同上 [默认：自行辨认]
    #[arg(long, value_name = "[INPUT=]ENCODING", value_parser = encoding)]
    encoding: Vec<For<Encoding>>,
    /// Refuse numbers and dates that are not in their plain form, such as `2,019.87` and `2025/1/10`
    /// · 数和日期只收规范的写法，`2,019.87`、`2025/1/10` 等退回
    #[arg(long)]
    pub(super) strict: bool,
}

/// The same, and how results are written.
#[derive(Debug, Args)]
pub(super) struct Feeding {
    #[command(flatten)]
    pub(super) reading: Reading,
    /// Begin CSV results with the mark by which spreadsheets know UTF-8 [default: where an input is in GB18030 or a workbook]
    /// · CSV 结果开头加标记，电子表格凭此认出 UTF-8 [默认：有输入文件为 GB18030 或工作簿时加]
    #[arg(long, value_name = "true|false", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(super) bom: Option<bool>,
    /// Put an apostrophe before texts in CSV results that a spreadsheet would take for formulas (`=1+1`); ids are then no longer the same
    /// · CSV 结果中会被电子表格当作公式的文字（`=1+1`）前加单引号；这样的编号就与原来的不同了
    #[arg(long)]
    pub(super) spreadsheet_safe: bool,
    /// Write `names` and codes, for programs, or `titles` and words, for people; Parquet and JSON Lines have names always [default: titles in a workbook,
    /// names in CSV]
    /// · 结果写列名和代码（`names`，供程序读），还是写中文名称和说明（`titles`，供人看）；Parquet 和 JSON Lines 总是前者 [默认：工作簿写中文，CSV 写列名和代码]
    #[arg(long, value_enum, value_name = "WHICH")]
    headers: Option<HeadersOption>,
}

/// What stands above columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum HeadersOption {
    Names,
    Titles,
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

fn sheet(text: &str) -> Result<For<String>, Form> {
    said(text, Form { zh: "应为工作表名", en: "the name of a sheet" })
}

fn row(text: &str) -> Result<For<NonZeroU32>, Form> {
    said(text, Form { zh: "应为行号，从 1 数起", en: "the number of a row, from 1" })
}

fn encoding(text: &str) -> Result<For<Encoding>, Form> {
    said(
        text,
        Form {
            zh: "应为 `UTF-8`、`UTF-16LE`、`UTF-16BE` 或 `GB18030`",
            en: "one of UTF-8, UTF-16LE, UTF-16BE and GB18030",
        },
    )
}

fn said<T: FromStr>(text: &str, form: Form) -> Result<For<T>, Form> {
    let inputs = [("claims=", Which::Claims), ("enrollments=", Which::Enrollments), ("recorded=", Which::Recorded)];
    let named = inputs.into_iter().find_map(|(name, which)| Some((which, text.strip_prefix(name)?)));
    let (which, value) = named.map_or((None, text), |(which, value)| (Some(which), value));
    Ok(For { which, value: value.parse().map_err(|_| form)? })
}

/// The last that is said of a file, else of all.
fn of<T: Clone>(said: &[For<T>], which: Which) -> Option<T> {
    let said_of = |wanted| said.iter().rev().find(|said| said.which == wanted).map(|said| said.value.clone());
    said_of(Some(which)).or_else(|| said_of(None))
}

impl Feeding {
    /// What stands above columns, if it is said.
    pub(super) fn headers(&self) -> Option<Headers> {
        self.headers.map(|headers| match headers {
            HeadersOption::Names => Headers::Names,
            HeadersOption::Titles => Headers::Titles,
        })
    }
}

impl Reading {
    /// The columns to leave out, which may be listed with Chinese commas.
    pub(super) fn ignored(&self) -> Vec<&str> {
        self.ignore_columns.iter().flat_map(|columns| columns.split('，')).map(str::trim).collect()
    }

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
