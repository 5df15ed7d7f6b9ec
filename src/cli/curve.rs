//! `huzhu adjudicate --curve`: what is paid for every value of one fact, as a table and as a drawing.

use std::fmt::Write as _;

use huzhu::{Case, Catalog, Curve, Decision, Error, Kind, Language, Piece, Turn, exact, money};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::layout::{Ink, grouped, pad, pad_left, width};
use super::options::{Format, Setting};
use super::page::Page;
use super::words::{self, pick, say};
use super::{Report, check};

pub(super) fn of(case: &Case, catalog: &Catalog, fact: &str) -> Result<Curve, Error> {
    let case = &*case.known(catalog);
    let plan = catalog.resolve(&case.enrollment, &case.claim)?;
    plan.curve(&case.enrollment, &case.claim, &case.accumulators(catalog)?, fact)
}

/// What joint limits leave, where the curve goes beyond.
pub(super) fn beyond_joint_limits(case: &Case, catalog: &Catalog, curve: &Curve) -> Result<Option<Decimal>, Error> {
    let most = curve.pieces.iter().flat_map(|piece| [piece.payable_from, piece.payable_to]).max();
    Ok(case.joint_limits_leave(catalog)?.filter(|left| most.is_some_and(|most| most > *left)))
}

/// The curve of the plan alone, and what joint limits leave where it goes beyond.
pub(super) fn report(curve: &Curve, left: Option<Decimal>, setting: &Setting) -> Report {
    let results = match setting.format {
        Format::Text => page(curve, left, setting),
        Format::Json => check::json(&json(curve, left, setting.language)),
    };
    Report { results, ..Report::default() }
}

fn json(curve: &Curve, left: Option<Decimal>, language: Language) -> serde_json::Value {
    let turn = |turn: &Turn| serde_json::json!({ "text": turn.text.in_language(language), "clause": turn.clause.in_language(language) });
    let piece = |piece: &Piece| {
        serde_json::json!({
            "from": piece.from.to_string(),
            "to": piece.to.to_string(),
            "decision": piece.decision.name(),
            "payable_from": money::print(piece.payable_from),
            "payable_to": money::print(piece.payable_to),
            "because": piece.because.iter().map(turn).collect::<Vec<_>>(),
        })
    };
    serde_json::json!({
        "fact": curve.fact,
        "title": curve.title.in_language(language),
        "now": curve.now.map(|now| now.to_string()),
        "joint_limits_leave": left.map(money::print),
        "pieces": curve.pieces.iter().map(piece).collect::<Vec<_>>(),
    })
}

fn page(curve: &Curve, left: Option<Decimal>, setting: &Setting) -> String {
    let language = setting.language;
    let mut page = Page::of(setting.results);
    let (title, fact) = (curve.title.in_language(language), &curve.fact);
    let head = say!(
        language,
        "应付额随{title}（`{fact}`）的变化，其他事实不变",
        "What is paid by {title} (`{fact}`), all else as it is"
    );
    page.wrapped(Ink::Strong, 0, &head);
    if let Some(now) = curve.now {
        let now = shown(curve, now);
        page.wrapped(Ink::Faint, 0, &say!(language, "现为 {now}", "now {now}"));
    }
    page.blank();
    let rows: Vec<[String; 4]> = curve.pieces.iter().map(|piece| row(curve, piece, language)).collect();
    let widest =
        |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| width(cell)).max().unwrap_or(0);
    let wide = [widest(0), widest(1), widest(2), widest(3)];
    for (row, piece) in rows.iter().zip(&curve.pieces) {
        let ([from, to, decision, paid], [a, b, c, d]) = (row, wide);
        let line =
            format!("{}  …  {}  {}  {}", pad_left(from, a), pad_left(to, b), pad(decision, c), pad_left(paid, d));
        page.line(if is_now(curve, piece) { Ink::Strong } else { Ink::Plain }, &line);
        for turn in &piece.because {
            let (text, clause) = (turn.text.in_language(language), turn.clause.in_language(language));
            let clause = if clause.is_empty() { String::new() } else { format!(" [{clause}]") };
            page.wrapped(Ink::Faint, a.saturating_add(2), &format!("↑ {text}{clause}"));
        }
    }
    if let Some(left) = left.map(|left| grouped(&money::print(left))) {
        page.blank();
        let line = say!(
            language,
            "以上为计划本身的给付；合计限额对本件只余 {left} 元。",
            "This is what the plan alone pays; a joint limit leaves {left} yuan for this claim."
        );
        page.wrapped(Ink::Plain, 0, &line);
    }
    page.into_text()
}

fn row(curve: &Curve, piece: &Piece, language: Language) -> [String; 4] {
    let amount = |amount: Decimal| grouped(&money::print(amount));
    let paid = match piece.decision {
        Decision::Paid if piece.is_flat() => amount(piece.payable_from),
        Decision::Paid => format!("{} … {}", amount(piece.payable_from), amount(piece.payable_to)),
        Decision::NothingDue | Decision::Denied | Decision::Pended | Decision::Reversed => String::new(),
    };
    let decision = words::decision(piece.decision, language).to_owned();
    [shown(curve, piece.from), shown(curve, piece.to), decision, paid]
}

fn is_now(curve: &Curve, piece: &Piece) -> bool {
    curve.now.is_some_and(|now| (piece.from..=piece.to).contains(&now))
}

fn shown(curve: &Curve, value: Decimal) -> String {
    match curve.kind {
        Kind::Money => grouped(&money::print(value)),
        _ => value.normalize().to_string(),
    }
}

const WIDTH: i128 = 720;
const HEIGHT: i128 = 320;
const LEFT: i128 = 90;
const TOP: i128 = 40;
/// Lines of the legend.
const LINE: i128 = 20;

/// What a drawing shows: values and amounts in hundredths, as far as something happens.
struct Frame {
    most: i128,
    highest: i128,
}

impl Frame {
    /// A quarter beyond the last turn, or the value now if that is beyond it.
    fn of(curve: &Curve) -> Frame {
        let last = curve.pieces.last().map_or(0, |piece| hundredths(piece.from));
        let now = curve.now.map_or(0, hundredths);
        let end = curve.pieces.last().map_or(100, |piece| hundredths(piece.to));
        let beyond = last.max(now).saturating_mul(5).div_euclid(4);
        let most = if curve.kind == Kind::Days { beyond.div_euclid(100).saturating_mul(100) } else { beyond };
        let most = most.clamp(1, end.max(1));
        let most = if last == 0 && now == 0 { end.max(1) } else { most };
        let amounts = curve.pieces.iter().flat_map(|piece| {
            let (_, until) = seen(piece, most);
            [hundredths(piece.payable_from), until]
        });
        Frame { most, highest: amounts.max().unwrap_or(1).max(1) }
    }

    fn x(&self, value: i128) -> i128 {
        LEFT.saturating_add(value.min(self.most).saturating_mul(WIDTH).div_euclid(self.most))
    }

    fn y(&self, amount: i128) -> i128 {
        TOP.saturating_add(HEIGHT).saturating_sub(amount.saturating_mul(HEIGHT).div_euclid(self.highest))
    }
}

/// Only for the drawing: the last value of a piece that it shows, and what is paid there.
fn seen(piece: &Piece, most: i128) -> (i128, i128) {
    let (from, to) = (hundredths(piece.from), hundredths(piece.to));
    let (low, high) = (hundredths(piece.payable_from), hundredths(piece.payable_to));
    let until = to.min(most.max(from));
    let rise = high.saturating_sub(low).saturating_mul(until.saturating_sub(from));
    (until, low.saturating_add(rise.checked_div(to.saturating_sub(from)).unwrap_or(0)))
}

fn hundredths(value: Decimal) -> i128 {
    exact::multiply(value, Decimal::ONE_HUNDRED).ok().and_then(|value| value.to_i128()).unwrap_or(0)
}

/// The curve as a drawing that needs nothing else.
pub(super) fn svg(curve: &Curve, language: Language) -> String {
    let frame = Frame::of(curve);
    let turns = curve.pieces.iter().filter(|piece| !piece.because.is_empty());
    let legend = turns.clone().map(|piece| legend(curve, piece, language)).collect::<Vec<_>>();
    let lines = i128::try_from(legend.len()).unwrap_or(0);
    let (wide, bottom) = (LEFT.saturating_add(WIDTH).saturating_add(30), TOP.saturating_add(HEIGHT));
    let high = bottom.saturating_add(50).saturating_add(lines.saturating_mul(LINE));
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {wide} {high}\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"{wide}\" height=\"{high}\" fill=\"#fff\"/>\n"
    );
    let right = LEFT.saturating_add(WIDTH);
    put(&mut svg, &format!("<path d=\"M{LEFT} {TOP}V{bottom}H{right}\" fill=\"none\" stroke=\"#888\"/>"));
    let title = say!(language, "应付额（元）", "payable, yuan");
    text(&mut svg, (LEFT, TOP.saturating_sub(15)), "start", &title);
    let (most, highest) = (of_hundredths(frame.most), of_hundredths(frame.highest));
    text(&mut svg, (LEFT.saturating_sub(6), TOP.saturating_add(4)), "end", &grouped(&money::print(highest)));
    text(&mut svg, (LEFT.saturating_sub(6), bottom), "end", "0");
    let end = format!("{} {}", curve.title.in_language(language), shown(curve, most));
    text(&mut svg, (right, bottom.saturating_add(18)), "end", &end);
    draw(&mut svg, curve, &frame);
    for (number, line) in (1_i128..).zip(&legend) {
        text(&mut svg, (LEFT, bottom.saturating_add(28).saturating_add(number.saturating_mul(LINE))), "start", line);
    }
    svg.push_str("</svg>\n");
    svg
}

/// The pieces, a number where something turns, a dot where the claim is.
fn draw(svg: &mut String, curve: &Curve, frame: &Frame) {
    let mut number = 0_u32;
    for piece in &curve.pieces {
        let (from, paid) = (hundredths(piece.from), hundredths(piece.payable_from));
        if from > frame.most {
            break;
        }
        let (until, last) = seen(piece, frame.most);
        let (x1, y1, x2, y2) = (frame.x(from), frame.y(paid), frame.x(until), frame.y(last));
        put(
            svg,
            &format!("<path d=\"M{x1} {y1}L{x2} {y2}\" stroke=\"#06c\" stroke-width=\"2\" stroke-linecap=\"round\"/>"),
        );
        if !piece.because.is_empty() {
            number = number.saturating_add(1);
            let bottom = TOP.saturating_add(HEIGHT);
            put(svg, &format!("<path d=\"M{x1} {y1}V{bottom}\" stroke=\"#bbb\" stroke-dasharray=\"3 3\"/>"));
            text(svg, (x1, y1.saturating_sub(6)), "middle", &number.to_string());
        }
        if let Some(now) = curve.now.filter(|_| is_now(curve, piece)).map(hundredths) {
            let rise = last.saturating_sub(paid).saturating_mul(now.saturating_sub(from));
            let here = paid.saturating_add(rise.checked_div(until.saturating_sub(from)).unwrap_or(0));
            put(svg, &format!("<circle cx=\"{}\" cy=\"{}\" r=\"4\" fill=\"#c30\"/>", frame.x(now), frame.y(here)));
        }
    }
}

fn legend(curve: &Curve, piece: &Piece, language: Language) -> String {
    let place = curve.pieces.iter().filter(|other| !other.because.is_empty()).position(|other| other == piece);
    let number = place.map_or(0, |place| place.saturating_add(1));
    let rules: Vec<&str> = piece.because.iter().map(|turn| turn.text.in_language(language)).collect();
    let joint = pick(language, "；", "; ");
    let (from, rules) = (shown(curve, piece.from), rules.join(joint));
    say!(language, "{number} · 自 {from} 起：{rules}", "{number} · from {from}: {rules}")
}

fn of_hundredths(value: i128) -> Decimal {
    Decimal::try_from_i128_with_scale(value, 2).unwrap_or_default()
}

fn put(svg: &mut String, element: &str) {
    svg.push_str(element);
    svg.push('\n');
}

fn text(svg: &mut String, (x, y): (i128, i128), anchor: &str, words: &str) {
    let words = words.replace('&', "&amp;").replace('<', "&lt;");
    let _infallible = writeln!(svg, "<text x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\">{words}</text>");
}
