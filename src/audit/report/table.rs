//! Tables of a report: on a narrow screen each row is a card.

use std::fmt::Write as _;

use crate::foreign::in_markup;

/// What stands in a cell.
pub(super) enum Cell {
    /// As a file or a pack has it.
    Words(String),
    /// What a machine reads: an id, a digest.
    Code(String),
    /// Flush right.
    Number(String),
    /// No amount, where zeros would hide the others.
    Nothing,
    /// Made by the report itself.
    Markup(String),
}

/// Rows below a head; the first cell of a row is its head.
pub(super) struct Table<'n> {
    class: &'n str,
    columns: &'n [(&'n str, bool)],
    rows: String,
}

impl<'n> Table<'n> {
    /// Each column with its name, and whether it has numbers.
    pub(super) fn of(columns: &'n [(&'n str, bool)]) -> Table<'n> {
        Table { class: "cards", columns, rows: String::new() }
    }

    /// Few and narrow columns stay side by side on any screen.
    pub(super) fn narrow(self) -> Table<'n> {
        Table { class: "narrow", ..self }
    }

    pub(super) fn row(&mut self, class: &str, cells: Vec<Cell>) {
        let _infallible = write!(self.rows, "<tr role=\"row\" class=\"{class}\">");
        for (place, (cell, (name, _))) in cells.into_iter().zip(self.columns).enumerate() {
            let (class, content) = cell.parts();
            let class = if content.is_empty() { format!("{class} empty") } else { class.to_owned() };
            let name = in_markup(name);
            let _infallible = if place == 0 {
                write!(self.rows, "<th role=\"rowheader\" scope=\"row\" class=\"{class}\">{content}</th>")
            } else {
                write!(self.rows, "<td role=\"cell\" class=\"{class}\" data-name=\"{name}\">{content}</td>")
            };
        }
        self.rows.push_str("</tr>\n");
    }

    /// A row of one cell, which belongs to the row above.
    pub(super) fn below(&mut self, markup: &str) {
        let columns = self.columns.len();
        let _infallible = writeln!(
            self.rows,
            "<tr role=\"row\" class=\"below\"><td role=\"cell\" colspan=\"{columns}\">{markup}</td></tr>"
        );
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub(super) fn into_html(self) -> String {
        let head = self.columns.iter().map(|(name, is_number)| {
            let (name, class) = (in_markup(name), if *is_number { "n" } else { "" });
            format!("<th role=\"columnheader\" scope=\"col\" class=\"{class}\">{name}</th>")
        });
        let (class, head) = (self.class, head.collect::<String>());
        format!(
            "<table role=\"table\" class=\"{class}\">\n<thead role=\"rowgroup\"><tr role=\"row\">{head}</tr></thead>\n\
             <tbody role=\"rowgroup\">\n{}</tbody>\n</table>\n",
            self.rows
        )
    }
}

/// An id of so many letters fits into a row of a phone.
const SHORT: usize = 24;

impl Cell {
    fn parts(self) -> (&'static str, String) {
        match self {
            Cell::Words(words) => ("", in_markup(&words)),
            Cell::Code(code) if code.chars().count() <= SHORT => ("code", in_markup(&code)),
            Cell::Code(code) => ("code long", in_markup(&code)),
            Cell::Number(number) => ("n", in_markup(&number)),
            Cell::Nothing => ("n nothing", "–".to_owned()),
            Cell::Markup(markup) => ("", markup),
        }
    }
}
