//! A page of text: headings, paragraphs, waterfalls, lists side by side.

use super::layout::{Amounts, Ink, Look, clean, pad, pad_left, spaces, width};

/// How far text stands in.
pub(super) const INDENT: usize = 2;
const GAP: usize = 2;
/// Between two lists that stand side by side.
const BETWEEN: usize = 6;

/// The columns of the waterfalls.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ledger {
    pub(super) indent: usize,
    pub(super) change: Amounts,
    pub(super) change_width: usize,
    pub(super) left: Amounts,
    pub(super) left_width: usize,
    pub(super) width: usize,
}

impl Ledger {
    /// The same with the words further in.
    pub(super) fn inner(self) -> Ledger {
        Ledger { indent: self.indent.saturating_add(INDENT), ..self }
    }

    /// A rule above the last column.
    pub(super) fn rule(&self, stroke: &str) -> String {
        format!("{}{}", spaces(self.width.saturating_sub(self.left_width)), stroke.repeat(self.left_width))
    }
}

/// Lines of text, one under another.
pub(super) struct Page {
    look: Look,
    text: String,
}

impl Page {
    pub(super) fn of(look: Look) -> Page {
        Page { look, text: String::new() }
    }

    pub(super) fn into_text(self) -> String {
        self.text
    }

    fn put(&mut self, line: &str) {
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    pub(super) fn line(&mut self, ink: Ink, line: &str) {
        let line = self.look.paint(ink, line.trim_end());
        self.put(&line);
    }

    pub(super) fn blank(&mut self) {
        self.text.push('\n');
    }

    pub(super) fn heading(&mut self, text: &str) {
        self.blank();
        self.wrapped(Ink::Strong, 0, text);
    }

    pub(super) fn wrapped(&mut self, ink: Ink, indent: usize, text: &str) {
        for line in self.look.paragraph(indent, indent, &clean(text)) {
            self.line(ink, &line);
        }
    }

    /// A paragraph behind a bullet or a number.
    pub(super) fn item(&mut self, bullet: &str, text: &str) {
        let hanging = INDENT.saturating_add(width(bullet)).saturating_add(1);
        for (number, line) in self.look.paragraph(hanging, hanging, &clean(text)).into_iter().enumerate() {
            let start = if number == 0 { format!("{}{bullet} ", spaces(INDENT)) } else { spaces(hanging) };
            let line = self.look.paint_marked(Ink::Plain, line.trim());
            self.put(&format!("{start}{line}"));
        }
    }

    /// Words, a change and what is left; the words take the room of amounts that are not there.
    pub(super) fn row(&mut self, ledger: &Ledger, ink: Ink, [words, change, left]: [&str; 3]) {
        let (gap, left_cell) = (spaces(GAP), pad_left(left, ledger.left_width));
        let amounts = match (change, left) {
            ("", "") => String::new(),
            ("", _) => format!("{gap}{left_cell}"),
            (_, _) => format!("{gap}{}{gap}{left_cell}", pad_left(change, ledger.change_width)),
        };
        let indent = spaces(ledger.indent);
        let room = self.look.width.saturating_sub(ledger.indent).saturating_sub(width(&amounts));
        let mut lines = Look { width: room, ..self.look }.paragraph(0, INDENT, &clean(words)).into_iter();
        let first = lines.next().unwrap_or_default();
        let filling = if amounts.is_empty() { String::new() } else { spaces(room.saturating_sub(width(&first))) };
        let (words, amounts) = (self.look.paint_marked(ink, &first), self.look.paint(ink, &amounts));
        self.put(&format!("{indent}{words}{filling}{amounts}"));
        for line in lines {
            let line = self.look.paint_marked(ink, &line);
            self.put(&format!("{indent}{line}"));
        }
    }

    /// Two lists of names and values, side by side if there is room.
    pub(super) fn columns(&mut self, left: (&str, &[(String, String)]), right: (&str, &[(String, String)])) {
        let of = |list: &[(String, String)]| Pairs {
            name: list.iter().map(|(name, _)| width(name)).max().unwrap_or(0),
            value: list.iter().map(|(_, value)| width(value)).max().unwrap_or(0),
        };
        let (ours, theirs) = (of(left.1), of(right.1));
        let both = ours.width().saturating_add(BETWEEN).saturating_add(theirs.width()).saturating_add(INDENT);
        if both > self.look.width {
            for (title, list, pairs) in [(left.0, left.1, ours), (right.0, right.1, theirs)] {
                self.blank();
                self.line(Ink::Strong, title);
                for pair in list {
                    let line = format!("{}{}", spaces(INDENT), pairs.row(pair));
                    self.line(Ink::Plain, &line);
                }
            }
            return;
        }
        let head = format!("{}{}", pad(left.0, INDENT.saturating_add(ours.width()).saturating_add(BETWEEN)), right.0);
        self.blank();
        self.line(Ink::Strong, &head);
        for row in 0..left.1.len().max(right.1.len()) {
            let left = left.1.get(row).map(|pair| ours.row(pair)).unwrap_or_default();
            let right = right.1.get(row).map(|pair| theirs.row(pair)).unwrap_or_default();
            self.line(Ink::Plain, &format!("{}{}{}{right}", spaces(INDENT), pad(&left, ours.width()), spaces(BETWEEN)));
        }
    }
}

/// The widths of names and of their values.
#[derive(Debug, Clone, Copy)]
struct Pairs {
    name: usize,
    value: usize,
}

impl Pairs {
    fn width(self) -> usize {
        self.name.saturating_add(GAP).saturating_add(self.value)
    }

    fn row(self, (name, value): &(String, String)) -> String {
        format!("{}{}{}", pad(name, self.name), spaces(GAP), pad_left(value, self.value))
    }
}
