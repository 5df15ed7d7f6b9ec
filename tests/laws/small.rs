//! Small packs written in a test, and tables of claims that they decide.

use huzhu::{
    Accumulators, Adjudication, BenefitLines, Claim, Decision, Enrollment, Holder, Plan, STANDARD, exact, money, pack,
};
use rust_decimal::Decimal;
use serde_json::Value as Json;

use super::shelf::nodes;

const CITED: &str = r#"clause = "§", provenance = "stated""#;
const TITLED: &str = r#"title = { zh = "某", en = "some" }, clause = "§", provenance = "stated""#;
const HEAD: &str = r#"plan = { id = "small", title = { zh = "某", en = "some" }, effective = { from = 2000-01-01, by = "coverage_start" }, rounding = { to = "0.01 yuan", mode = "half-up", @cited } }"#;

/// A pack of the sections; `@cited` stands for clause and provenance, `@titled` for a title besides, and a `plan` is put in
/// where none is written.
pub(crate) fn text(sections: &str) -> String {
    let head = if sections.contains("plan =") { "" } else { HEAD };
    words(&format!("{head}\n{sections}"))
}

/// The text with what `@cited` and `@titled` stand for.
pub(crate) fn words(sections: &str) -> String {
    sections.replace("@cited", CITED).replace("@titled", TITLED)
}

pub(crate) fn plan(sections: &str) -> Plan {
    pack::load("small.toml", text(sections).as_bytes()).unwrap_or_else(|wrong| panic!("{wrong}"))
}

/// Decides the rows of a table and compares each with what the row expects.
///
/// Columns are facts, or `payable`, `paid:BENEFIT`, `decision`, `reasons`; an empty cell leaves a fact out. Rows are the claims
/// of one member, one after another; a row of dashes starts another member. Unless a column says otherwise, the cover starts on
/// 2025-01-01, the event is on 2025-06-01, and the member holds one share.
pub(crate) fn decides(sections: &str, table: &str) {
    run(sections, table, "payable");
}

/// The same for each of several packs that differ in one word, which names the column of what they pay.
pub(crate) fn decides_each(word: &str, variants: &[&str], sections: &str, table: &str) {
    for variant in variants {
        run(&sections.replace(word, variant), table, variant);
    }
}

fn run(sections: &str, table: &str, payable: &str) {
    let plan = plan(sections);
    let says = nodes(&text(sections));
    let mut lines = table.lines().map(str::trim).filter(|line| !line.is_empty());
    let columns: Vec<&str> = cells(lines.next().unwrap());
    assert!(columns.contains(&payable), "no column is named `{payable}`");
    let mut accumulators = Accumulators::new();
    for (number, line) in lines.enumerate() {
        if line.starts_with('-') {
            accumulators = Accumulators::new();
            continue;
        }
        let row = cells(line);
        assert_eq!(row.len(), columns.len(), "`{line}`");
        let row: Vec<(&str, &str)> = columns.iter().copied().zip(row).collect();
        let (enrollment, claim) = told(&says, &row, number);
        let adjudication = plan.adjudicate(&enrollment, &claim, &accumulators).unwrap();
        assert_eq!(&plan.decide(&enrollment, &claim, &accumulators).unwrap(), adjudication.outcome());
        for (column, expected) in row.iter().filter(|(_, cell)| !cell.is_empty()) {
            if let Some(found) = found(&adjudication, column, payable) {
                let expected = exact::parse(expected).map_or((*expected).to_owned(), money::print);
                assert_eq!(found, expected, "{column} of `{line}` under `{payable}`\n{adjudication:#?}");
            }
        }
        if let Some(posting) = adjudication.posting() {
            accumulators.post(posting).unwrap();
        }
    }
}

fn cells(line: &str) -> Vec<&str> {
    line.split('|').map(str::trim).collect()
}

fn told(says: &Json, row: &[(&str, &str)], number: usize) -> (Enrollment, Claim) {
    let mut facts = vec![("coverage_start", "2025-01-01"), ("event_date", "2025-06-01"), ("shares", "1")];
    facts.retain(|(name, _)| !row.iter().any(|(column, _)| column == name));
    facts.extend(row.iter().filter(|(_, cell)| !cell.is_empty()));
    let mut enrollment = Enrollment::new("E", "small", "M");
    let mut claim = Claim::new(&format!("C{number}"));
    for (name, cell) in facts {
        match holder(says, name) {
            Some(Holder::Enrollment) => enrollment = enrollment.with(name, cell).unwrap(),
            Some(Holder::Claim) => claim = claim.with(name, cell).unwrap(),
            None => {}
        }
    }
    (enrollment, claim)
}

/// Whose the fact is; none if the column is no fact.
fn holder(says: &Json, name: &str) -> Option<Holder> {
    let standard = STANDARD.iter().find(|fact| fact.name == name).map(|fact| fact.holder);
    standard.or_else(|| match says["fact"][name]["of"].as_str()? {
        "enrollment" => Some(Holder::Enrollment),
        _ => Some(Holder::Claim),
    })
}

/// What the adjudication has for a column that expects something.
fn found(adjudication: &Adjudication, column: &str, payable: &str) -> Option<String> {
    if column == payable {
        return Some(money::print(adjudication.payable()));
    }
    match column {
        "decision" => Some(name(adjudication.decision()).to_owned()),
        "reasons" => Some(reasons(adjudication).join(" ")),
        _ => column.strip_prefix("paid:").map(|benefit| money::print(paid(adjudication, benefit))),
    }
}

/// The codes of the reasons, each with the fact that it names.
pub(crate) fn reasons(adjudication: &Adjudication) -> Vec<String> {
    let reasons = adjudication.reasons().iter();
    reasons
        .map(|reason| {
            reason.fact.as_ref().map_or_else(|| reason.code.clone(), |fact| format!("{}:{fact}", reason.code))
        })
        .collect()
}

/// What a benefit pays; one that does not apply pays nothing.
pub(crate) fn paid(adjudication: &Adjudication, benefit: &str) -> Decimal {
    let lines = adjudication.benefits().iter().find(|lines| lines.id() == benefit);
    lines.map_or(Decimal::ZERO, BenefitLines::paid)
}

pub(crate) fn name(decision: Decision) -> &'static str {
    match decision {
        Decision::Paid => "paid",
        Decision::NothingDue => "nothing-due",
        Decision::Denied => "denied",
        Decision::Pended => "pended",
        Decision::Reversed => "reversed",
    }
}
