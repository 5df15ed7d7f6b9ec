//! Charts of a report. Their places are whole numbers, and each number that a bar stands for is beside it.

use std::fmt::Write as _;

use crate::foreign::in_markup;
use crate::scale::Scale;

/// So many payouts are drawn; more would be a blot.
pub(super) const MOST_POINTS: usize = 1_000;

/// What a bar or a point stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Over,
    Under,
    Count,
}

impl Side {
    fn class(self) -> &'static str {
        match self {
            Side::Over => "over",
            Side::Under => "under",
            Side::Count => "count",
        }
    }
}

/// A bar, as long as its number beside those of the same chart.
pub(super) struct Bar {
    pub(super) side: Side,
    pub(super) number: u64,
    /// The number in words.
    pub(super) label: String,
}

/// Bars below each name.
pub(super) fn bars(groups: &[(String, Vec<Bar>)]) -> String {
    let most = groups.iter().flat_map(|(_, bars)| bars).map(|bar| bar.number).max().unwrap_or(1).max(1);
    let bar = |bar: &Bar| {
        let long = u128::from(bar.number).saturating_mul(1_000).div_euclid(most.into()).max(1);
        let (class, label) = (bar.side.class(), in_markup(&bar.label));
        format!(
            "<dd><svg viewBox=\"0 0 1000 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\">\
             <rect class=\"{class}\" width=\"{long}\" height=\"10\"/></svg><span>{label}</span></dd>"
        )
    };
    let mut drawn = "<dl class=\"bars\">\n".to_owned();
    for (name, bars) in groups {
        let (name, bars) = (in_markup(name), bars.iter().map(bar).collect::<String>());
        let _infallible = writeln!(drawn, "<div><dt>{name}</dt>{bars}</div>");
    }
    drawn + "</dl>\n"
}

/// A payout as a point: to the right what is due, upwards what is recorded, in fen.
pub(super) struct Point {
    pub(super) due: i64,
    pub(super) recorded: i64,
    /// What is said of it where a pointer rests on it.
    pub(super) label: String,
}

impl Point {
    fn side(&self) -> Side {
        if self.recorded < self.due { Side::Under } else { Side::Over }
    }
}

/// What the drawing of points is called, and its axes.
pub(super) struct Names<'n> {
    pub(super) title: &'n str,
    pub(super) due: &'n str,
    pub(super) recorded: &'n str,
    /// What the diagonal says.
    pub(super) same: &'n str,
}

/// The drawing, and how many of its points lie beyond its edge.
pub(super) struct Scatter {
    pub(super) svg: String,
    pub(super) beyond: usize,
}

/// The side of the field, in pixels of the drawing.
const FIELD: i128 = 360;
const TOP: i128 = 28;
const BOTTOM: i128 = TOP + FIELD;
const BELOW: i128 = 46;
const RIGHT: i128 = 34;
const MARKS: i128 = 5;
/// The least step of an axis, in fen.
const YUAN: i128 = 100;
const DIGIT: i128 = 8;

/// Points above the diagonal are overpaid, those below underpaid; what lies far beyond all that is due stands at the edge.
pub(super) fn scatter(points: &[Point], names: &Names<'_>) -> Scatter {
    let scale = scale_of(points);
    let field = Field { scale, left: left_of(scale) };
    let (wide, high) = (field.left.saturating_add(FIELD).saturating_add(RIGHT), BOTTOM.saturating_add(BELOW));
    let title = in_markup(names.title);
    let mut svg = format!("<svg viewBox=\"0 0 {wide} {high}\" role=\"img\" aria-label=\"{title}\">\n");
    field.axes(&mut svg, names);
    let mut beyond = 0_usize;
    for point in points {
        let is_beyond = !scale.contains(point.recorded.into()) || !scale.contains(point.due.into());
        beyond = beyond.saturating_add(usize::from(is_beyond));
        field.point(&mut svg, point, is_beyond);
    }
    svg.push_str("</svg>\n");
    Scatter { svg, beyond }
}

/// All that is due, and nine tenths of what is recorded: one slipped point must not press all others into a corner.
fn scale_of(points: &[Point]) -> Scale {
    let mut recorded: Vec<i64> = points.iter().map(|point| point.recorded).collect();
    recorded.sort_unstable();
    let tenth = recorded.len().div_euclid(10);
    let at = |place: usize| recorded.get(place).copied().unwrap_or(0);
    let (low, high) = (at(tenth), at(recorded.len().saturating_sub(1).saturating_sub(tenth)));
    let due = || points.iter().map(|point| point.due);
    let low = due().min().unwrap_or(0).min(low).min(0);
    let high = due().max().unwrap_or(0).max(high).max(1);
    Scale::over(low.into(), high.into(), YUAN, MARKS).to_marks()
}

/// Room for the longest mark.
fn left_of(scale: Scale) -> i128 {
    let longest = scale.marks().map(|mark| yuan(mark).chars().count()).max().unwrap_or(1);
    i128::try_from(longest).unwrap_or(0).saturating_mul(DIGIT).saturating_add(14)
}

/// A mark in yuan.
fn yuan(fen: i128) -> String {
    crate::money::grouped(&fen.div_euclid(YUAN).to_string())
}

#[derive(Clone, Copy)]
struct Field {
    scale: Scale,
    left: i128,
}

impl Field {
    fn right(self) -> i128 {
        self.left.saturating_add(FIELD)
    }

    fn x(self, fen: i128) -> i128 {
        self.left.saturating_add(self.scale.place(fen, FIELD))
    }

    fn y(self, fen: i128) -> i128 {
        BOTTOM.saturating_sub(self.scale.place(fen, FIELD))
    }

    fn axes(self, svg: &mut String, names: &Names<'_>) {
        let (left, right, bottom) = (self.left, self.right(), BOTTOM);
        for mark in self.scale.marks() {
            let (x, y, label) = (self.x(mark), self.y(mark), yuan(mark));
            let class = if mark == 0 { "axis" } else { "grid" };
            let (below, beside, level) = (bottom.saturating_add(17), left.saturating_sub(7), y.saturating_add(4));
            let _infallible = writeln!(
                svg,
                "<path class=\"{class}\" d=\"M{x} {TOP}V{bottom}M{left} {y}H{right}\"/>\
                 <text class=\"mark\" x=\"{x}\" y=\"{below}\" text-anchor=\"middle\">{label}</text>\
                 <text class=\"mark\" x=\"{beside}\" y=\"{level}\" text-anchor=\"end\">{label}</text>"
            );
        }
        let (due, recorded, same) = (in_markup(names.due), in_markup(names.recorded), in_markup(names.same));
        let (head, foot) = (TOP.saturating_sub(12), bottom.saturating_add(38));
        let (x, y) = (right.saturating_sub(10), TOP.saturating_add(24));
        let _infallible = writeln!(
            svg,
            "<path class=\"same\" d=\"M{left} {bottom}L{right} {TOP}\"/>\
             <text x=\"2\" y=\"{head}\">{recorded}</text>\
             <text x=\"{right}\" y=\"{foot}\" text-anchor=\"end\">{due}</text>\
             <text x=\"{x}\" y=\"{y}\" text-anchor=\"end\" transform=\"rotate(-45 {x} {y})\">{same}</text>"
        );
    }

    /// A disc above the diagonal, a square below it, a triangle at the edge: told apart without colour too.
    fn point(self, svg: &mut String, point: &Point, is_beyond: bool) {
        let (x, y) = (self.x(point.due.into()), self.y(point.recorded.into()));
        let (class, label) = (point.side().class(), in_markup(&point.label));
        let shape = match point.side() {
            Side::Over | Side::Count if is_beyond => format!("path class=\"{class}\" d=\"M{x} {y}m-5 9h10l-5 -9z\""),
            Side::Under if is_beyond => format!("path class=\"{class}\" d=\"M{x} {y}m-5 -9h10l-5 9z\""),
            Side::Over | Side::Count => format!("circle class=\"{class}\" cx=\"{x}\" cy=\"{y}\" r=\"4\""),
            Side::Under => {
                let (x, y) = (x.saturating_sub(4), y.saturating_sub(4));
                format!("rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"7\" height=\"7\"")
            }
        };
        let name = shape.split(' ').next().unwrap_or_default();
        let _infallible = writeln!(svg, "<{shape}><title>{label}</title></{name}>");
    }
}
