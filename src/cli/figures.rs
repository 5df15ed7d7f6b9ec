//! Numbers of a summary.

use std::time::Duration;

use huzhu::Language;

use super::layout::{Ink, Lines, Look, clean, grouped, pad, pad_left, width};
use super::words::say;

/// So many lines of a list are shown; JSON has all.
pub(super) const MOST_LISTED: usize = 10;

/// Names, and the figure of each flush right.
pub(super) fn figures<N: AsRef<str>>(lines: &mut Lines, rows: &[(Ink, N, String)], look: Look) {
    let names = rows.iter().map(|(_, name, _)| width(name.as_ref())).max().unwrap_or(0);
    let figures = rows.iter().map(|(.., figure)| width(figure)).max().unwrap_or(0);
    for (ink, name, figure) in rows {
        lines.line(&look.paint(*ink, &format!("{}  {}", pad(name.as_ref(), names), pad_left(figure, figures))));
    }
}

/// A title, and numbers with what they count.
pub(super) fn list(lines: &mut Lines, title: &str, rows: Vec<(String, String)>, language: Language, look: Look) {
    if rows.is_empty() {
        return;
    }
    lines.blank();
    lines.line(&look.paint(Ink::Strong, title));
    let widest = rows.iter().map(|(number, _)| width(number)).max().unwrap_or(0);
    for (number, words) in rows.iter().take(MOST_LISTED) {
        lines.line(&format!("  {}  {}", pad_left(number, widest), clean(words)));
    }
    if let Some(more) = rows.len().checked_sub(MOST_LISTED).filter(|more| *more > 0) {
        lines.line(&say!(language, "  另有 {more} 项", "  and {more} more"));
    }
}

/// A number with its digits in groups.
pub(super) fn count(number: u64) -> String {
    grouped(&number.to_string())
}

/// Seconds with one place.
pub(super) fn seconds(time: Duration) -> String {
    let tenths = time.as_millis().div_ceil(100);
    format!("{}.{}", tenths.div_euclid(10), tenths.rem_euclid(10))
}
