//! `huzhu adjudicate --curve`: what is paid for every value of one fact, as a table and as a drawing.

use huzhu::curve::{Piece, Turn};
use huzhu::{Curve, Decision, Language, money};
use rust_decimal::Decimal;

use super::layout::{Ink, grouped, pad, pad_left, width};
use super::options::{Format, Setting};
use super::page::Page;
use super::words::{self, say};
use super::{Report, check};

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
        "payable_now": curve.payable_now.map(money::print),
        "unit": curve.unit(language),
        "joint_limits_leave": left.map(money::print),
        "pieces": curve.pieces.iter().map(piece).collect::<Vec<_>>(),
    })
}

fn page(curve: &Curve, left: Option<Decimal>, setting: &Setting) -> String {
    let language = setting.language;
    let mut page = Page::of(setting.results);
    let (title, fact) = (curve.title.in_language(language), &curve.fact);
    let unit = match curve.unit(language) {
        "" => String::new(),
        unit => say!(language, "，单位为{unit}", ", in {unit}"),
    };
    let head = say!(
        language,
        "应付金额（元）随{title}（`{fact}`{unit}）的变化，其他事实不变",
        "What is payable, in yuan, by {title} (`{fact}`{unit}), all else as it is"
    );
    page.wrapped(Ink::Strong, 0, &head);
    if let Some((now, paid)) = curve.now.zip(curve.payable_now) {
        let (now, paid) = (curve.with_unit(now, language), grouped(&money::print(paid)));
        page.wrapped(Ink::Faint, 0, &say!(language, "现为 {now}，应付 {paid} 元", "now {now}: {paid} yuan payable"));
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
    [curve.shown(piece.from), curve.shown(piece.to), decision, paid]
}

fn is_now(curve: &Curve, piece: &Piece) -> bool {
    curve.now.is_some_and(|now| (piece.from..=piece.to).contains(&now))
}
