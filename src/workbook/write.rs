//! Grids as a file: the one place that knows the library that writes it.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use rust_decimal::prelude::ToPrimitive;
use rust_xlsxwriter::{
    ConditionalFormatFormula, DataValidation, DataValidationErrorStyle, DataValidationRule, DocProperties,
    ExcelDateTime, Format, FormatAlign, FormatBorder, Formula, Url, Workbook, Worksheet, XlsxError,
};

use super::grid::{Choice, Content, Grid, Ink, Style};
use crate::foreign::in_xml;

/// A list of values is a text of at most so many letters.
const LONGEST_LIST: usize = 255;
/// Amounts with at least two places, and as many as they have.
const AMOUNT: &str = "#,##0.00######";
const PERCENT: &str = "0.00######%";
const DATE: &str = "yyyy-mm-dd";
/// Serial numbers count from here in every program alike; what is before is a text.
const FIRST_DATE: (i32, u32, u32) = (1900, 3, 1);

/// The sheets in their order. No clock is read: the file says that it was made at the beginning of 2000.
pub(super) fn workbook(grids: &[&Grid]) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let made = ExcelDateTime::from_ymd(2000, 1, 1)?;
    workbook.set_properties(&DocProperties::new().set_author("huzhu").set_creation_datetime(&made));
    let formats = formats();
    for grid in grids {
        let sheet = workbook.add_worksheet();
        write(grid, sheet, &formats)?;
        for (name, row, column) in &grid.named {
            workbook.define_name(format!("'{}'!{name}", grid.name), &format!("={}", grid.address(*row, *column)))?;
        }
    }
    workbook.save_to_buffer()
}

fn write(grid: &Grid, sheet: &mut Worksheet, formats: &BTreeMap<Style, Format>) -> Result<(), XlsxError> {
    sheet.set_name(&grid.name)?.set_screen_gridlines(false).set_formula_result_default("");
    for (letter, width) in &grid.widths {
        sheet.set_column_width(column(*letter), *width)?;
    }
    for ((row, letter), cell) in &grid.cells {
        let Some(format) = formats.get(&cell.style) else { continue };
        let (row, column) = (line(*row), column(*letter));
        match &cell.content {
            Content::Empty => sheet.write_blank(row, column, format)?,
            Content::Text(text) => sheet.write_string_with_format(row, column, in_xml(text), format)?,
            Content::Number(number) => {
                // A cell has no other numbers than floating point ones. This is the nearest to the decimal; the formulas round it back.
                match number.to_string().parse().ok().or_else(|| number.to_f64()) {
                    Some(nearest) => sheet.write_number_with_format(row, column, nearest, format)?,
                    None => sheet.write_string_with_format(row, column, number.to_string(), format)?,
                }
            }
            Content::Date(date) => match counted(*date)? {
                Some(moment) => sheet.write_datetime_with_format(row, column, &moment, format)?,
                None => sheet.write_string_with_format(row, column, date.to_string(), format)?,
            },
            Content::Live(live) => {
                let formula = Formula::new(in_xml(&live.formula)).set_result(in_xml(&live.result));
                sheet.write_formula_with_format(row, column, formula, format)?
            }
        };
    }
    for (row, letter, target) in &grid.links {
        if let (Some(cell), Some(format)) = (grid.cells.get(&(*row, *letter)), formats.get(&Style::Text))
            && let Content::Text(text) = &cell.content
        {
            let url = Url::new(format!("internal:'{target}'!A1")).set_text(in_xml(text));
            sheet.write_url_with_format(line(*row), column(*letter), url, &format.clone().set_font_color("#1F4E79"))?;
        }
    }
    for (row, height) in &grid.heights {
        sheet.set_row_height(line(*row), *height)?;
    }
    for (first, last, is_folded) in grid.groups.iter().filter(|(first, last, _)| first <= last) {
        if *is_folded {
            sheet.group_rows_collapsed(line(*first), line(*last))?;
        } else {
            sheet.group_rows(line(*first), line(*last))?;
        }
    }
    if let Some((first, last)) = grid.folded {
        sheet.group_columns_collapsed(column(first), column(last))?;
    }
    for (row, letter, choice) in &grid.choices {
        if let Some(validation) = validation(choice)? {
            sheet.add_data_validation(line(*row), column(*letter), line(*row), column(*letter), &validation)?;
        }
    }
    for signal in &grid.signals {
        let (first, last) = (signal.first, signal.last);
        let format = ConditionalFormatFormula::new().set_rule(&*in_xml(&signal.formula)).set_format(ink(signal.ink));
        sheet.add_conditional_format(line(first.0), column(first.1), line(last.0), column(last.1), &format)?;
    }
    if let Some((row, letter)) = grid.last_printed {
        sheet.set_print_area(0, 0, line(row), column(letter))?;
    }
    if grid.frozen > 0 {
        sheet.set_freeze_panes(u32::try_from(grid.frozen).unwrap_or_default(), 0)?;
    }
    sheet.set_tab_color(if grid.is_figures { "#BF9000" } else { "#1F4E79" });
    sheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0).set_margins(0.4, 0.4, 0.5, 0.5, 0.2, 0.2);
    sheet.set_footer("&L&A&R&P / &N");
    Ok(())
}

/// The serial number of a date, if every program counts it alike.
fn counted(date: NaiveDate) -> Result<Option<ExcelDateTime>, XlsxError> {
    let (year, month, day) = FIRST_DATE;
    if NaiveDate::from_ymd_opt(year, month, day).is_some_and(|first| date < first) {
        return Ok(None);
    }
    let parts = (u16::try_from(date.year()), u8::try_from(date.month()), u8::try_from(date.day()));
    let (Ok(year), Ok(month), Ok(day)) = parts else { return Ok(None) };
    ExcelDateTime::from_ymd(year, month, day).map(Some)
}

fn validation(choice: &Choice) -> Result<Option<DataValidation>, XlsxError> {
    let validation = DataValidation::new().set_error_style(DataValidationErrorStyle::Warning);
    Ok(match choice {
        Choice::Of { values, is_open } => {
            let length: usize = values.iter().map(|value| value.chars().count().saturating_add(1)).sum();
            let is_short = length <= LONGEST_LIST && !values.is_empty() && !values.iter().any(|v| v.contains(','));
            let values: Vec<_> = values.iter().map(|value| in_xml(value)).collect();
            if is_short { Some(validation.show_error_message(!is_open).allow_list_strings(&values)?) } else { None }
        }
        Choice::Between { min, max } => {
            let ends = min.to_string().parse().ok().zip(max.to_string().parse().ok());
            ends.map(|(min, max)| validation.allow_decimal_number(DataValidationRule::Between(min, max)))
        }
    })
}

fn line(row: usize) -> u32 {
    u32::try_from(row.saturating_sub(1)).unwrap_or_default()
}

fn column(letter: char) -> u16 {
    u32::from(letter).checked_sub(u32::from('A')).and_then(|column| u16::try_from(column).ok()).unwrap_or_default()
}

fn ink(ink: Ink) -> Format {
    let (back, front) = match ink {
        Ink::Good => ("#E2F0D9", "#1E5C1E"),
        Ink::Doubt => ("#FFF2CC", "#7F6000"),
        Ink::Bad => ("#F8CBAD", "#9C0006"),
        Ink::Faint => ("#FFFFFF", "#A6A6A6"),
    };
    Format::new().set_background_color(back).set_font_color(front)
}

fn formats() -> BTreeMap<Style, Format> {
    let base = Format::new().set_font_name("Noto Sans CJK SC").set_font_size(10).set_align(FormatAlign::Top);
    let wrapped = base.clone().set_text_wrap();
    let faint = base.clone().set_font_color("#7F7F7F");
    let lined = |format: Format| format.set_border_bottom(FormatBorder::Hair).set_border_color("#BFBFBF");
    let input = base
        .clone()
        .set_background_color("#FFF9DB")
        .set_font_color("#1F3FBF")
        .set_border(FormatBorder::Thin)
        .set_border_color("#C9B458")
        .set_align(FormatAlign::Right);
    let benefit = base
        .clone()
        .set_background_color("#DDEBF7")
        .set_border_top(FormatBorder::Thin)
        .set_align(FormatAlign::Left)
        .set_indent(1);
    let paid = base.clone().set_bold().set_border_top(FormatBorder::Thin).set_border_bottom(FormatBorder::Double);
    BTreeMap::from([
        (Style::Title, base.clone().set_bold().set_font_size(16)),
        (Style::Faint, faint.clone()),
        (Style::Section, base.clone().set_bold().set_font_size(12).set_font_color("#1F4E79")),
        (Style::Head, wrapped.clone().set_bold().set_background_color("#D9D9D9").set_border_bottom(FormatBorder::Thin)),
        (Style::Label, base.clone().set_bold()),
        (Style::Strong, wrapped.clone().set_bold().set_font_size(12)),
        (
            Style::StrongAmount,
            base.clone().set_bold().set_font_size(14).set_num_format(AMOUNT).set_align(FormatAlign::Right),
        ),
        (Style::Code, lined(wrapped.clone().set_font_color("#595959").set_align(FormatAlign::Left).set_indent(1))),
        (Style::Text, lined(wrapped.clone())),
        (
            Style::Clause,
            lined(
                wrapped.clone().set_font_color("#595959").set_font_size(9).set_align(FormatAlign::Left).set_indent(1),
            ),
        ),
        (Style::Plain, lined(base.clone().set_align(FormatAlign::Right))),
        (Style::Amount, lined(base.clone().set_num_format(AMOUNT).set_align(FormatAlign::Right))),
        (Style::Input, input.clone()),
        (Style::InputAmount, input.clone().set_num_format(AMOUNT)),
        (Style::Percent, lined(base.clone().set_num_format(PERCENT).set_align(FormatAlign::Right))),
        (Style::InputPercent, input.clone().set_num_format(PERCENT)),
        (Style::InputDate, input.clone().set_num_format(DATE)),
        (
            Style::Assumed,
            lined(
                wrapped
                    .clone()
                    .set_background_color("#FCE4D6")
                    .set_font_color("#833C0B")
                    .set_align(FormatAlign::Left)
                    .set_indent(1),
            ),
        ),
        (Style::Mark, lined(wrapped.clone().set_font_size(9).set_align(FormatAlign::Left).set_indent(1))),
        (Style::BenefitName, benefit.clone().set_bold()),
        (Style::BenefitText, benefit.clone().set_text_wrap().set_bold()),
        (Style::BenefitClause, benefit.set_text_wrap().set_font_size(9).set_font_color("#595959")),
        (Style::Paid, paid.clone()),
        (Style::PaidAmount, paid.set_num_format(AMOUNT).set_align(FormatAlign::Right)),
        (Style::Work, faint.set_font_size(8)),
    ])
}
