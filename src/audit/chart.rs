//! Charts of a report, as SVG. Their places are whole numbers.

use std::fmt::Write as _;

/// So many payouts are drawn; more would be a blot.
pub(super) const MOST_POINTS: usize = 1_000;

const WIDTH: u64 = 900;
const BAR: u64 = 26;
const LABELS: u64 = 320;
const SIDE: u64 = 420;
const MARGIN: u64 = 60;

/// A bar for each name, as long as its number.
pub(super) fn bars(bars: &[(String, u64)]) -> String {
    let most = bars.iter().map(|(_, number)| *number).max().unwrap_or(1).max(1);
    let height = BAR.saturating_mul(u64::try_from(bars.len()).unwrap_or(0)).saturating_add(4);
    let room = WIDTH.saturating_sub(LABELS).saturating_sub(90);
    let mut drawn = format!("<svg viewBox=\"0 0 {WIDTH} {height}\" role=\"img\">\n");
    for (row, (name, number)) in (0_u64..).zip(bars) {
        let top = row.saturating_mul(BAR);
        let (base, text) = (top.saturating_add(4), top.saturating_add(18));
        let length = u128::from(*number).saturating_mul(room.into()).div_euclid(most.into()).max(1);
        let end = u128::from(LABELS).saturating_add(length).saturating_add(8);
        let label = LABELS.saturating_sub(10);
        let _infallible = writeln!(
            drawn,
            "<text x=\"{label}\" y=\"{text}\" text-anchor=\"end\" font-size=\"14\">{name}</text>\
             <rect x=\"{LABELS}\" y=\"{base}\" width=\"{length}\" height=\"18\" fill=\"#3b78b0\"/>\
             <text x=\"{end}\" y=\"{text}\" font-size=\"14\">{number}</text>"
        );
    }
    drawn + "</svg>\n"
}

/// Payouts as points: to the right what is due, upwards what is recorded. On the line both are the same.
pub(super) fn points(points: &[(i64, i64)], [right, up]: [&str; 2]) -> String {
    let all = || points.iter().flat_map(|(recorded, due)| [*recorded, *due]);
    let (low, high) = (all().min().unwrap_or(0).min(0), all().max().unwrap_or(1).max(1));
    let span = i128::from(high).saturating_sub(low.into()).max(1);
    let place = |fen: i64| {
        let part = i128::from(fen).saturating_sub(low.into()).saturating_mul(SIDE.into());
        u64::try_from(part.div_euclid(span)).unwrap_or(0)
    };
    let (side, bottom) = (SIDE.saturating_add(MARGIN.saturating_mul(2)), MARGIN.saturating_add(SIDE));
    let (x, y) = (|fen: i64| MARGIN.saturating_add(place(fen)), |fen: i64| bottom.saturating_sub(place(fen)));
    let whole = |fen: i64| fen.div_euclid(100);
    let mut drawn = format!("<svg viewBox=\"0 0 {side} {side}\" role=\"img\" style=\"max-width:34rem\">\n");
    let _infallible = writeln!(
        drawn,
        "<rect x=\"{MARGIN}\" y=\"{MARGIN}\" width=\"{SIDE}\" height=\"{SIDE}\" fill=\"none\" stroke=\"#b8c2cc\"/>\
         <line x1=\"{MARGIN}\" y1=\"{bottom}\" x2=\"{bottom}\" y2=\"{MARGIN}\" stroke=\"#b8c2cc\"/>\
         <text x=\"{MARGIN}\" y=\"{}\" font-size=\"13\">{}</text>\
         <text x=\"{bottom}\" y=\"{}\" font-size=\"13\" text-anchor=\"end\">{} {right}</text>\
         <text x=\"{MARGIN}\" y=\"{}\" font-size=\"13\">{} {up}</text>",
        bottom.saturating_add(20),
        whole(low),
        bottom.saturating_add(20),
        whole(high),
        MARGIN.saturating_sub(10),
        whole(high),
    );
    for (recorded, due) in points {
        let (x, y) = (x(*due), y(*recorded));
        let _infallible =
            writeln!(drawn, "<circle cx=\"{x}\" cy=\"{y}\" r=\"3\" fill=\"#c2452d\" fill-opacity=\".55\"/>");
    }
    drawn + "</svg>\n"
}
