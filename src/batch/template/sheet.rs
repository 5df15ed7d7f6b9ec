//! An empty table as a workbook: a sheet to fill in, whose cells say what belongs there, and a sheet that says it of all columns.

use rust_xlsxwriter::{
    DataValidation, DataValidationErrorStyle, DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError,
};

use super::TemplateColumn;
use crate::batch::Input;
use crate::error::Error;
use crate::fact::Kind;
use crate::foreign::in_xml;
use crate::text::{Language, say};

/// The rows that are prepared.
const ROWS: u32 = 10_000;
/// A hint has at most so many letters, and so has a list of values with its commas.
const MOST_LETTERS: usize = 255;

pub(super) fn bytes(columns: &[TemplateColumn], input: Input, language: Language) -> Result<Vec<u8>, Error> {
    let written = write(columns, input, language);
    written.map_err(|fault| Error::output(say!("空表写不出：{fault}", "the table cannot be written: {fault}")))
}

fn write(columns: &[TemplateColumn], input: Input, language: Language) -> Result<Vec<u8>, XlsxError> {
    let pick = |zh, en| match language {
        Language::Zh => zh,
        Language::En => en,
    };
    let mut workbook = Workbook::new();
    // No clock is read: the file says that it was made at the beginning of 2000.
    let made = ExcelDateTime::from_ymd(2000, 1, 1)?;
    workbook.set_properties(&DocProperties::new().set_author("huzhu").set_creation_datetime(&made));
    let table = workbook.add_worksheet();
    table.set_name(match input {
        Input::Claims => pick("理赔申请", "claims"),
        Input::Enrollments => pick("参保记录", "enrollments"),
    })?;
    fill_in(table, columns, language)?;
    let guide = workbook.add_worksheet();
    guide.set_name(pick("填写说明", "what to write"))?;
    let heads = [
        (pick("列", "column"), 30),
        (pick("填什么", "what to write"), 30),
        (pick("是否必填", "required"), 36),
        (pick("例", "example"), 18),
        (pick("可填的值", "values"), 60),
        (pick("列名（程序用）", "name for programs"), 24),
    ];
    explain(guide, &heads, columns, language)?;
    workbook.save_to_buffer()
}

fn fill_in(sheet: &mut Worksheet, columns: &[TemplateColumn], language: Language) -> Result<(), XlsxError> {
    sheet.set_freeze_panes(1, 0)?;
    let bold = Format::new().set_bold();
    for (place, column) in (0_u16..).zip(columns) {
        let form = match column.kind {
            Some(Kind::Date) => "yyyy-mm-dd",
            Some(Kind::Money) => "0.00",
            Some(Kind::Ratio | Kind::Number | Kind::Days) => "General",
            // as text, so that a long number keeps all of its digits
            Some(Kind::YesNo | Kind::Category) | None => "@",
        };
        sheet.set_column_format(place, &Format::new().set_num_format(form))?.set_column_width(place, 20)?;
        sheet.write_string_with_format(0, place, in_xml(&column.title), &bold)?;
        sheet.add_data_validation(1, place, ROWS, place, &hint(column, language)?)?;
    }
    Ok(())
}

/// What a cell of the column says when it is chosen, and what it offers.
fn hint(column: &TemplateColumn, language: Language) -> Result<DataValidation, XlsxError> {
    let TemplateColumn { content, example, needed, values, .. } = column;
    let text = match language {
        Language::Zh if example.is_empty() => format!("{content}。{needed}。"),
        Language::Zh => format!("{content}，如 {example}。{needed}。"),
        Language::En if example.is_empty() => format!("{content}; {needed}"),
        Language::En => format!("{content}, such as {example}; {needed}"),
    };
    let text: String = in_xml(&text).chars().take(MOST_LETTERS).collect();
    let letters = values.iter().map(|value| value.chars().count().saturating_add(1)).fold(0, usize::saturating_add);
    let is_list = !values.is_empty() && letters <= MOST_LETTERS && !values.iter().any(|value| value.contains(','));
    let validation = DataValidation::new().set_input_message(text)?;
    if !is_list {
        return Ok(validation.allow_any_value());
    }
    let validation = validation.allow_list_strings(values)?;
    Ok(if column.has_others { validation.set_error_style(DataValidationErrorStyle::Information) } else { validation })
}

fn explain(
    sheet: &mut Worksheet,
    heads: &[(&str, u32)],
    columns: &[TemplateColumn],
    language: Language,
) -> Result<(), XlsxError> {
    sheet.set_freeze_panes(1, 0)?;
    let (bold, wrapped) = (Format::new().set_bold(), Format::new().set_text_wrap());
    for (place, (head, width)) in (0_u16..).zip(heads) {
        sheet.write_string_with_format(0, place, *head, &bold)?.set_column_width(place, *width)?;
    }
    for (row, column) in (1_u32..).zip(columns) {
        let values = column.allowed(language);
        let TemplateColumn { title, content, needed, example, name, .. } = column;
        for (place, text) in (0_u16..).zip([title, content, needed, example, &values, name]) {
            sheet.write_string_with_format(row, place, in_xml(text), &wrapped)?;
        }
    }
    Ok(())
}
