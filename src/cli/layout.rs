//! Text on a terminal: columns that align under Chinese, lines that wrap, colour where it is wanted.

use clap::builder::styling::{AnsiColor, Style};
pub(super) use huzhu::money::grouped;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// How the output looks where it goes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    pub(super) is_styled: bool,
    /// In columns.
    pub(super) width: usize,
}

/// Lines, one under another.
#[derive(Debug, Default)]
pub(super) struct Lines {
    text: String,
}

impl Lines {
    pub(super) fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    pub(super) fn blank(&mut self) {
        self.text.push('\n');
    }

    pub(super) fn into_text(self) -> String {
        self.text
    }
}

/// What a piece of text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ink {
    Plain,
    Strong,
    Faint,
    Good,
    Bad,
    Doubt,
}

impl Ink {
    fn style(self) -> Style {
        match self {
            Ink::Plain => Style::new(),
            Ink::Strong => Style::new().bold(),
            Ink::Faint => Style::new().dimmed(),
            Ink::Good => AnsiColor::Green.on_default().bold(),
            Ink::Bad => AnsiColor::Red.on_default().bold(),
            Ink::Doubt => AnsiColor::Yellow.on_default().bold(),
        }
    }
}

impl Look {
    pub(super) fn paint(&self, ink: Ink, text: &str) -> String {
        if !self.is_styled || ink == Ink::Plain || text.is_empty() {
            return text.to_owned();
        }
        let style = ink.style();
        format!("{style}{text}{style:#}")
    }

    /// The text in one ink, its marks (`[1]`, `†a`) faint.
    pub(super) fn paint_marked(&self, ink: Ink, text: &str) -> String {
        let mut runs: Vec<(bool, String)> = Vec::new();
        for word in text.split(' ') {
            match runs.last_mut() {
                Some((is_marks, run)) if *is_marks == is_mark(word) => {
                    run.push(' ');
                    run.push_str(word);
                }
                Some(_) | None => runs.push((is_mark(word), word.to_owned())),
            }
        }
        let runs = runs.iter().map(|(is_marks, run)| self.paint(if *is_marks { Ink::Faint } else { ink }, run));
        runs.collect::<Vec<_>>().join(" ")
    }

    /// The text wrapped behind a first indent; lines that follow are indented by `hanging`.
    pub(super) fn paragraph(&self, indent: usize, hanging: usize, text: &str) -> Vec<String> {
        let room = self.width.saturating_sub(hanging.max(indent));
        let lines = wrap(text, room).into_iter().enumerate();
        lines.map(|(number, line)| format!("{}{line}", spaces(if number == 0 { indent } else { hanging }))).collect()
    }
}

fn is_mark(word: &str) -> bool {
    let is_clause = |inner: &str| !inner.is_empty() && inner.chars().all(|letter| letter.is_ascii_digit());
    word.starts_with('†') || word.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).is_some_and(is_clause)
}

/// The columns that a text takes.
pub(super) fn width(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

pub(super) fn spaces(count: usize) -> String {
    " ".repeat(count)
}

/// The text with spaces after it, to a width.
pub(super) fn pad(text: &str, to: usize) -> String {
    format!("{text}{}", spaces(to.saturating_sub(width(text))))
}

/// The text with spaces before it, to a width.
pub(super) fn pad_left(text: &str, to: usize) -> String {
    format!("{}{text}", spaces(to.saturating_sub(width(text))))
}

/// One line without what a terminal would obey: control characters and turned writing directions.
pub(super) fn clean(text: &str) -> String {
    huzhu::shown(text).into_owned()
}

/// A text from elsewhere as one line in backticks, which it cannot leave: it cannot pass for what the program says itself.
pub(super) fn quoted(text: &str) -> String {
    huzhu::quoted(text)
}

/// All that is printed, without what a terminal would obey but ends of lines, tabs and, if it is `styled`, colours.
///
/// Whoever lays out a text cleans what it quotes; this is for what nobody has thought of.
pub(super) fn tamed(text: &str, is_styled: bool) -> String {
    let mut tamed = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(place) = rest.find(|letter| huzhu::is_control(letter) && letter != '\n' && letter != '\t') {
        let (before, from) = rest.split_at_checked(place).unwrap_or((rest, ""));
        tamed.push_str(before);
        let taken = match colour(from).filter(|_| is_styled) {
            Some(colour) => {
                tamed.push_str(colour);
                colour.len()
            }
            None => {
                let control = from.chars().next().map_or(1, char::len_utf8);
                tamed.push_str(&huzhu::shown(from.get(..control).unwrap_or_default()));
                control
            }
        };
        rest = from.get(taken..).unwrap_or_default();
    }
    tamed.push_str(rest);
    tamed
}

/// The code of a colour that a text begins with: `ESC [ 1;32 m`.
fn colour(text: &str) -> Option<&str> {
    let rest = text.strip_prefix("\u{1b}[")?;
    let numbers = rest.find(|letter: char| !letter.is_ascii_digit() && letter != ';')?;
    let is_colour = rest.get(numbers..).is_some_and(|rest| rest.starts_with('m'));
    if is_colour { text.get(..numbers.saturating_add(3)) } else { None }
}

/// A space at which no line ends.
pub(super) const TIE: char = '\u{a0}';

/// The lines of a text, none wider than `room` unless one sign is; Chinese breaks between signs, English between words.
pub(super) fn wrap(text: &str, room: usize) -> Vec<String> {
    let room = room.max(1);
    let mut lines = Vec::new();
    let (mut line, mut taken) = (String::new(), 0_usize);
    for piece in pieces(text).into_iter().flat_map(|piece| piece.cut_to(room)) {
        let gap = usize::from(piece.is_spaced && taken > 0);
        let wide = width(&piece.text);
        if taken > 0 && taken.saturating_add(gap).saturating_add(wide) > room {
            lines.push(std::mem::take(&mut line));
            taken = 0;
        }
        if taken > 0 && piece.is_spaced {
            line.push(' ');
            taken = taken.saturating_add(1);
        }
        line.push_str(&piece.text);
        taken = taken.saturating_add(wide);
    }
    lines.push(line);
    lines.iter().map(|line| line.replace(TIE, " ")).collect()
}

/// What stays on one line.
struct Piece {
    text: String,
    is_spaced: bool,
}

impl Piece {
    /// Cut where it is longer than a line.
    fn cut_to(self, room: usize) -> Vec<Piece> {
        if width(&self.text) <= room {
            return vec![self];
        }
        let mut cut = vec![Piece { text: String::new(), is_spaced: self.is_spaced }];
        for letter in self.text.chars() {
            let wide = letter.width().unwrap_or(0);
            match cut.last_mut() {
                Some(last) if width(&last.text).saturating_add(wide) <= room => last.text.push(letter),
                Some(_) | None => cut.push(Piece { text: letter.to_string(), is_spaced: false }),
            }
        }
        cut
    }
}

fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut is_spaced = false;
    for letter in text.chars() {
        if letter == ' ' {
            is_spaced = true;
            continue;
        }
        let before = pieces.last().and_then(|piece| piece.text.chars().next_back());
        let stays = !is_spaced && before.is_some_and(|before| stays_with(before, letter));
        match pieces.last_mut() {
            Some(last) if stays => last.text.push(letter),
            Some(_) | None => pieces.push(Piece { text: letter.to_string(), is_spaced }),
        }
        is_spaced = false;
    }
    pieces
}

fn stays_with(before: char, letter: char) -> bool {
    let opens = |letter| "（「『《“‘([【".contains(letter);
    let closes = |letter| "，。、；：！？）」』》”’】,.;:!?)]%…·".contains(letter);
    let is_wide = |letter: char| letter.width() == Some(2);
    before == TIE || letter == TIE || opens(before) || closes(letter) || (!is_wide(before) && !is_wide(letter))
}

/// What stands before the point, and the rest with the point.
fn split_at_the_point(amount: &str) -> (&str, &str) {
    amount.find('.').and_then(|point| amount.split_at_checked(point)).unwrap_or((amount, ""))
}

/// A column of amounts that stand point under point.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Amounts {
    before: usize,
    after: usize,
}

impl Amounts {
    /// Makes room for one more amount.
    pub(super) fn admit(&mut self, amount: &str) {
        let (whole, fraction) = split_at_the_point(amount);
        self.before = self.before.max(width(whole));
        self.after = self.after.max(width(fraction));
    }

    pub(super) fn width(self) -> usize {
        self.before.saturating_add(self.after)
    }

    pub(super) fn place(self, amount: &str) -> String {
        let (whole, fraction) = split_at_the_point(amount);
        format!("{}{}", pad_left(whole, self.before), pad(fraction, self.after))
    }
}

/// Rows of cells: so many texts flush left, then figures flush right.
#[cfg(feature = "settle")]
pub(super) fn columns<const N: usize>(rows: &[[String; N]], texts: usize) -> String {
    let mut widths = [0; N];
    for row in rows {
        for (widest, cell) in widths.iter_mut().zip(row) {
            *widest = (*widest).max(width(cell));
        }
    }
    let mut lines = Lines::default();
    for row in rows {
        let cells = row.iter().zip(widths).enumerate();
        let cells =
            cells.map(|(place, (cell, widest))| if place < texts { pad(cell, widest) } else { pad_left(cell, widest) });
        lines.line(&cells.collect::<Vec<_>>().join("  "));
    }
    lines.into_text()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_wraps_between_signs_and_no_line_starts_with_a_stop() {
        assert_eq!(wrap("推定：未见条文，按各地通例", 8), ["推定：未", "见条文，", "按各地通", "例"]);
        assert_eq!(wrap("最高13万元（每人）", 8), ["最高13万", "元（每", "人）"]);
    }

    #[test]
    fn english_wraps_between_words_and_a_long_one_is_cut() {
        assert_eq!(wrap("at most 100 days in a period", 12), ["at most 100", "days in a", "period"]);
        assert_eq!(wrap("a6f9df4dfca8", 5), ["a6f9d", "f4dfc", "a8"]);
        assert_eq!(wrap("", 5), [""]);
    }

    #[test]
    fn amounts_stand_point_under_point() {
        let mut column = Amounts::default();
        for amount in ["1,234.5", "-0.125", "7"] {
            column.admit(amount);
        }
        let placed = ["1,234.5", "-0.125", "7"].map(|amount| column.place(amount));
        assert_eq!(placed, ["1,234.5  ", "   -0.125", "    7    "]);
    }

    #[test]
    fn a_terminal_is_told_nothing_by_the_text() {
        assert_eq!(clean("a\u{1b}[2Jb\nc\u{9b}\u{202e}d"), "a\u{fffd}[2Jb c\u{fffd}\u{fffd}d");
    }

    #[test]
    fn marks_alone_are_faint() {
        let look = Look { is_styled: true, width: 80 };
        assert_eq!(look.paint_marked(Ink::Plain, "限额 [1] †a"), "限额 \u{1b}[2m[1] †a\u{1b}[0m");
        assert_eq!(look.paint_marked(Ink::Plain, "[a] 5"), "[a] 5");
    }
}
