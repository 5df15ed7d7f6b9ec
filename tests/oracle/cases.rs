//! The worked cases that stand beside the packs, as the oracle decides them.

use std::collections::BTreeMap;
use std::path::Path;

use toml::de::{DeTable, DeValue};

use super::exact::{Exact, fraction};
use super::facts::{Facts, Value};
use super::population::PLANS;
use super::record::Record;
use super::verdict::{Decision, Verdict};

#[test]
fn every_worked_case_comes_out_as_it_is_written() {
    let mut rows = 0;
    let mut wrong = Vec::new();
    for entry in Path::new("rules").read_dir().expect("the rules are there") {
        let path = entry.expect("the rules can be listed").path();
        if path.to_string_lossy().ends_with(".cases.toml") {
            let text = std::fs::read_to_string(&path).expect("the cases can be read");
            let file = DeTable::parse(&text).expect("the cases are TOML");
            rows += check(&Cell::table(file.get_ref()), &mut wrong);
        }
    }
    assert!(rows > 300, "only {rows} cases were found");
    assert!(wrong.is_empty(), "{} of {rows} cases differ:\n{}", wrong.len(), wrong.join("\n"));
}

/// Decides all tables of one file, and says how many rows they have.
fn check(file: &Cell, wrong: &mut Vec<String>) -> usize {
    let plan = file.at("plan").text();
    let decide = PLANS
        .iter()
        .find(|known| known.id == plan)
        .unwrap_or_else(|| panic!("`{plan}` has no module among PLANS of tests/oracle"))
        .decide;
    let mut rows = 0;
    for table in file.at("table").list() {
        let columns: Vec<&str> = table.at("columns").list().iter().map(Cell::text).collect();
        let mut cases: BTreeMap<&str, Case> = BTreeMap::new();
        for row in table.at("rows").list() {
            let row: Row<'_> = columns.iter().copied().zip(row.list()).collect();
            let case = Case::read(file.at("defaults"), &row, &cases);
            let verdict = decide(&case.facts, &case.record());
            if let Some(difference) = difference(&row, &verdict) {
                wrong.push(format!("{plan}, {}: {difference}, not {verdict}\n{}", row["id"].text(), case.facts));
            }
            rows += 1;
            cases.insert(row["id"].text(), Case { verdict: Some(verdict), ..case });
        }
    }
    rows
}

/// The cells of one case, by the names of their columns.
type Row<'file> = BTreeMap<&'file str, &'file Cell>;

/// One row, with the claims that its member made before.
struct Case {
    facts: Facts,
    verdict: Option<Verdict>,
    earlier: Vec<(Facts, Verdict)>,
}

impl Case {
    fn read(defaults: &Cell, row: &Row<'_>, cases: &BTreeMap<&str, Case>) -> Self {
        let mut facts = Facts {
            enrollment_id: "enrollment",
            enrollment: defaults.at("enrollment").entries().map(|(name, cell)| (lasting(name), cell.value())).collect(),
            claim: defaults.at("claim").entries().map(|(name, cell)| (lasting(name), cell.value())).collect(),
        };
        for (name, cell) in row.iter().filter(|(name, _)| !is_expectation(name)) {
            facts.enrollment.remove(*name);
            facts.claim.remove(*name);
            if !cell.is_empty() {
                facts.claim.insert(lasting(name), cell.value());
            }
        }
        let mut earlier = Vec::new();
        if let Some(after) = row.get("after").filter(|after| !after.is_empty()) {
            let before = &cases[after.text()];
            earlier.clone_from(&before.earlier);
            earlier.push((before.facts.clone(), before.verdict.clone().expect("it stands above")));
        }
        Self { facts, verdict: None, earlier }
    }

    fn record(&self) -> Record {
        let mut record = Record::default();
        for (facts, verdict) in &self.earlier {
            record.enter(facts, verdict.clone());
        }
        record
    }
}

fn is_expectation(column: &str) -> bool {
    ["id", "after", "decision", "payable", "reasons"].contains(&column) || column.starts_with("paid:")
}

/// What the row expects and the verdict does not give.
fn difference(row: &Row<'_>, verdict: &Verdict) -> Option<String> {
    let decision = match row.get("decision").map_or("paid", |cell| cell.text()) {
        "paid" => Decision::Paid,
        "nothing-due" => Decision::NothingDue,
        "denied" => Decision::Denied,
        "pended" => Decision::Pended,
        other => panic!("there is no decision `{other}`"),
    };
    if verdict.decision != decision {
        return Some(format!("the case says {decision:?}"));
    }
    row.iter().find_map(|(column, cell)| {
        let given = match column.strip_prefix("paid:") {
            Some(benefit) => verdict.paid_by(benefit),
            None if *column == "payable" => verdict.payable(),
            None => return None,
        };
        (given != amount(cell.text())).then(|| format!("the case says {column} {}", cell.text()))
    })
}

/// A value of the file, stripped to what cases use.
enum Cell {
    Text(String),
    Fact(Value),
    List(Vec<Cell>),
    Table(BTreeMap<String, Cell>),
}

impl Cell {
    fn of(value: &DeValue<'_>) -> Self {
        match value {
            DeValue::String(text) => Self::Text(text.to_string()),
            DeValue::Integer(number) => {
                Self::Fact(Value::Whole(number.as_str().parse().expect("numbers of cases are small")))
            }
            DeValue::Boolean(is_so) => Self::Fact(Value::YesNo(*is_so)),
            DeValue::Datetime(date) => {
                Self::Fact(Value::Date(date.to_string().parse().expect("dates of cases have no time")))
            }
            DeValue::Array(list) => Self::List(list.iter().map(|item| Self::of(item.get_ref())).collect()),
            DeValue::Table(table) => Self::table(table),
            DeValue::Float(number) => panic!("{} is a float", number.as_str()),
        }
    }

    fn table(table: &DeTable<'_>) -> Self {
        let entries = table.iter().map(|(name, value)| (name.get_ref().to_string(), Self::of(value.get_ref())));
        Self::Table(entries.collect())
    }

    fn at(&self, name: &str) -> &Self {
        match self {
            Self::Table(table) => &table[name],
            _ => panic!("`{name}` is asked of what is no table"),
        }
    }

    fn entries(&self) -> impl Iterator<Item = (&String, &Self)> {
        match self {
            Self::Table(table) => table.iter(),
            _ => panic!("a table is asked for"),
        }
    }

    fn list(&self) -> &[Self] {
        match self {
            Self::List(list) => list,
            _ => panic!("a list is asked for"),
        }
    }

    fn text(&self) -> &str {
        match self {
            Self::Text(text) => text,
            _ => panic!("a text is asked for"),
        }
    }

    fn is_empty(&self) -> bool {
        matches!(self, Self::Text(text) if text.is_empty())
    }

    fn value(&self) -> Value {
        match self {
            Self::Fact(value) => *value,
            Self::Text(text) => money(text).map_or_else(|| Value::Word(lasting(text)), Value::Money),
            _ => panic!("a fact is asked for"),
        }
    }
}

fn amount(text: &str) -> Exact {
    fraction(money(text).expect("an amount is asked for"), 100)
}

/// The fen in a text such as `12.34`.
fn money(text: &str) -> Option<i64> {
    let (yuan, fen) = text.split_once('.')?;
    (fen.len() == 2).then(|| format!("{yuan}{fen}").parse().ok()).flatten()
}

/// Names of facts live as long as the program does.
fn lasting(text: &str) -> &'static str {
    String::from(text).leak()
}
