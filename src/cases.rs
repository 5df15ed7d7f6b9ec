//! Worked cases beside a pack: tables that a bylaw expert reads, and the engine must agree with.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use crate::adjudicate::{Adjudication, Decision};
use crate::case::{Case, Reader};
use crate::catalog::Catalog;
use crate::claim::Claim;
use crate::code::Code;
use crate::diagnostic::{Diagnostics, Findings, Span, did_you_mean};
use crate::document::{self, Entry, Form, Node, Notation};
use crate::enrollment::Enrollment;
use crate::exact;
use crate::fact::Holder;
use crate::money;
use crate::pack::shape;
use crate::text::{Language, Text, say};

/// The worked cases of one file, read and checked.
#[derive(Debug)]
pub struct WorkedCases {
    plan: String,
    version: Option<String>,
    tables: Vec<CaseTable>,
    findings: Findings,
}

#[derive(Debug)]
struct CaseTable {
    rule: Text,
    rows: Vec<Row>,
}

/// One case: what is given, and what is expected of it, each with its cell.
#[derive(Debug)]
struct Row {
    id: String,
    span: Span,
    case: Case,
    expected: Vec<(Expectation, Span)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Expectation {
    Decision(String),
    Payable(Decimal),
    Paid(String, Decimal),
    Reasons(Vec<String>),
}

/// What came of one file of worked cases.
#[derive(Debug)]
pub struct CasesReport {
    /// The plan.
    pub plan: String,
    /// Every case, in the order of the file.
    pub cases: Vec<CaseReport>,
    /// Each cell that the engine does not agree with.
    pub failures: Diagnostics,
}

/// What came of one case.
#[derive(Debug)]
pub struct CaseReport {
    /// The rule that its table shows.
    pub rule: Text,
    /// The case's id.
    pub id: String,
    /// Whether every expectation held.
    pub passed: bool,
}

impl WorkedCases {
    /// Reads a `.cases.toml` file (at most 1 MiB) against the plans of a catalog; the path is only for messages.
    ///
    /// # Errors
    /// All that is wrong with it, in the order of the text.
    pub fn read(path: &str, bytes: &[u8], catalog: &Catalog) -> Result<WorkedCases, Diagnostics> {
        let (root, mut findings) = document::read(path, bytes, Notation::Toml, document::MAX_PACK_BYTES)?;
        if findings.is_readable() {
            shape::CASES.check(&root, &mut findings);
        }
        if !findings.is_empty() {
            return Err(findings.into_diagnostics());
        }
        let plan = root.get("plan").and_then(Node::text).unwrap_or_default().to_owned();
        let mut reader = TableReader { facts: Reader { catalog, findings, plan: plan.clone() }, root: &root };
        reader.facts.check_plan(&plan, &root);
        let tables: Vec<CaseTable> =
            root.get("table").map(Node::items).unwrap_or_default().iter().map(|table| reader.table(table)).collect();
        let findings = reader.facts.findings;
        if !findings.is_empty() {
            return Err(findings.into_diagnostics());
        }
        let version = root.get("version").and_then(Node::text).map(str::to_owned);
        Ok(WorkedCases { plan, version, tables, findings })
    }

    /// Decides every case and compares it with what the table expects.
    #[must_use]
    pub fn run(&self, catalog: &Catalog) -> CasesReport {
        let mut findings = Findings::of(std::sync::Arc::clone(self.findings.source()));
        let mut cases = Vec::new();
        for table in &self.tables {
            for row in &table.rows {
                let passed = self.run_row(row, catalog, &mut findings);
                cases.push(CaseReport { rule: table.rule.clone(), id: row.id.clone(), passed });
            }
        }
        CasesReport { plan: self.plan.clone(), cases, failures: findings.into_diagnostics() }
    }

    fn run_row(&self, row: &Row, catalog: &Catalog, findings: &mut Findings) -> bool {
        let id = &row.id;
        let adjudication = match row.case.decide(catalog) {
            Ok((adjudication, _)) => adjudication,
            Err(error) => {
                let (zh, en) = (error.message(Language::Zh), error.message(Language::En));
                findings.report(Code::CaseFailed, &row.span, say!("`{id}`：{zh}", "`{id}`: {en}"));
                return false;
            }
        };
        let mut passed = true;
        let version = &adjudication.outcome().plan().version;
        if let Some(expected) = self.version.as_ref().filter(|expected| *expected != version) {
            let message = say!(
                "`{id}` 由版本 `{version}` 审核，应为 `{expected}`",
                "`{id}` was decided by version `{version}`, expected `{expected}`"
            );
            findings.report(Code::CaseFailed, &row.span, message);
            passed = false;
        }
        for (expectation, span) in &row.expected {
            if let Some((wanted, found)) = expectation.unmet(&adjudication) {
                let message = say!("`{id}`：应为 {wanted}，实为 {found}", "`{id}`: expected {wanted}, got {found}");
                findings.report(Code::CaseFailed, span, message);
                passed = false;
            }
        }
        passed
    }
}

impl Expectation {
    /// What was expected and what came instead, if that differs.
    fn unmet(&self, adjudication: &Adjudication) -> Option<(String, String)> {
        let (wanted, found) = match self {
            Expectation::Decision(wanted) => (wanted.clone(), decision_name(adjudication.decision()).to_owned()),
            Expectation::Payable(wanted) => (money::print(*wanted), money::print(adjudication.payable())),
            Expectation::Paid(benefit, wanted) => {
                let benefit = adjudication.benefits().iter().find(|lines| lines.id() == benefit);
                let paid = benefit.map_or(Decimal::ZERO, super::adjudicate::BenefitLines::paid);
                (money::print(*wanted), money::print(paid))
            }
            Expectation::Reasons(wanted) => {
                let found: Vec<String> = adjudication.reasons().iter().map(|reason| reason.code.clone()).collect();
                let (mut sorted_wanted, mut sorted_found) = (wanted.clone(), found);
                sorted_wanted.sort();
                sorted_found.sort();
                (sorted_wanted.join(";"), sorted_found.join(";"))
            }
        };
        (wanted != found).then_some((wanted, found))
    }
}

fn decision_name(decision: Decision) -> &'static str {
    match decision {
        Decision::Paid => "paid",
        Decision::NothingDue => "nothing-due",
        Decision::Denied => "denied",
        Decision::Pended => "pended",
    }
}

struct TableReader<'c> {
    facts: Reader<'c>,
    root: &'c Node,
}

impl TableReader<'_> {
    fn table(&mut self, table: &Node) -> CaseTable {
        let columns: Vec<(&str, &Span)> = table
            .get("columns")
            .map(Node::items)
            .unwrap_or_default()
            .iter()
            .filter_map(|node| Some((node.text()?, &node.span)))
            .collect();
        self.check_columns(&columns, table);
        let mut rows: Vec<Row> = Vec::new();
        for row in table.get("rows").map(Node::items).unwrap_or_default() {
            let cells = row.items();
            if cells.len() != columns.len() {
                let (found, wanted) = (cells.len(), columns.len());
                let message = say!(
                    "此行有 {found} 格，应有 {wanted} 格",
                    "this row has {found} cells, the table has {wanted} columns"
                );
                self.facts.findings.report(Code::BadValue, &row.span, message);
                continue;
            }
            let cells: Vec<(&str, &Span, &Node)> =
                columns.iter().zip(cells).map(|((column, span), cell)| (*column, *span, cell)).collect();
            if let Some(row) = self.row(row, &cells, &rows) {
                rows.push(row);
            }
        }
        CaseTable { rule: table.get("rule").map(Node::words).unwrap_or_default(), rows }
    }

    fn check_columns(&mut self, columns: &[(&str, &Span)], table: &Node) {
        for (column, span) in columns {
            let is_known =
                is_expectation(column) || matches!(*column, "id" | "after") || self.facts.holder(column).is_some();
            if !is_known {
                let standard = crate::fact::STANDARD.iter().map(|fact| fact.name);
                let help = did_you_mean(column, standard.chain(["id", "after", "decision", "payable", "reasons"]));
                let message = say!(
                    "列 `{column}` 不是事实，也不是期望",
                    "the column `{column}` is neither a fact nor an expectation"
                );
                self.facts.findings.report(Code::UnknownFact, span, message).help_with(help);
            }
        }
        if !columns.iter().any(|(column, _)| matches!(*column, "payable" | "decision")) {
            let span = table.get("columns").map(|node| node.span.clone()).unwrap_or_default();
            let message = say!("表须有 `payable` 或 `decision` 一列", "a table needs a column `payable` or `decision`");
            self.facts.findings.report(Code::MissingKey, &span, message);
        }
    }

    fn row(&mut self, node: &Node, cells: &[(&str, &Span, &Node)], earlier: &[Row]) -> Option<Row> {
        let cell = |name: &str| cells.iter().find(|(column, _, _)| *column == name).map(|(_, _, cell)| *cell);
        let number = earlier.len().saturating_add(1);
        let id = cell("id").and_then(Node::text).map_or_else(|| number.to_string(), str::to_owned);
        let history = match cell("after").filter(|node| node.text() != Some("")) {
            None => Vec::new(),
            Some(after) => self.history(after, earlier)?,
        };
        let (enrollment, claim) = self.facts_of(&id, cells)?;
        let mut expected: Vec<(Expectation, Span)> = Vec::new();
        for (column, _, cell) in cells.iter().filter(|(column, _, _)| is_expectation(column)) {
            expected.extend(self.expectation(column, cell).map(|expectation| (expectation, cell.span.clone())));
        }
        if cell("decision").is_none() {
            expected.push((Expectation::Decision("paid".to_owned()), node.span.clone()));
        }
        Some(Row { id, span: node.span.clone(), case: Case { enrollment, history, claim }, expected })
    }

    /// The claims of an earlier row and of those before it.
    fn history(&mut self, after: &Node, earlier: &[Row]) -> Option<Vec<(Enrollment, Claim)>> {
        let name = after.text().unwrap_or_default();
        let Some(row) = earlier.iter().find(|row| row.id == name) else {
            let message = say!("此前没有编号为 `{name}` 的行", "no row above has the id `{name}`");
            self.facts.findings.report(Code::UnknownClaim, &after.span, message);
            return None;
        };
        let mut history = row.case.history.clone();
        history.push((row.case.enrollment.clone(), row.case.claim.clone()));
        Some(history)
    }

    /// Defaults first, the row's own cells over them; an empty text leaves a fact absent.
    fn facts_of(&mut self, id: &str, cells: &[(&str, &Span, &Node)]) -> Option<(Enrollment, Claim)> {
        let defaults =
            self.root.get("defaults").into_iter().flat_map(Node::entries).flat_map(|section| section.node.entries());
        let mut given: BTreeMap<String, Entry> = defaults.map(|entry| (entry.key.clone(), entry.clone())).collect();
        for (column, span, cell) in cells {
            if !is_expectation(column) && !matches!(*column, "id" | "after") {
                let entry = Entry { key: (*column).to_owned(), key_span: (*span).clone(), node: (*cell).clone() };
                given.insert(entry.key.clone(), entry);
            }
        }
        let mut enrollment = Enrollment::new("E", &self.facts.plan, "M");
        let mut claim = Claim::new(id);
        let before = self.facts.findings.is_empty();
        for entry in given.values().filter(|entry| entry.node.text() != Some("")) {
            let holder = self.facts.holder(&entry.key).unwrap_or(Holder::Claim);
            let Some(value) = self.facts.fact(entry, holder) else { continue };
            let _fits = match holder {
                Holder::Enrollment => enrollment.facts.set(holder, &entry.key, value),
                Holder::Claim => claim.facts.set(holder, &entry.key, value),
            };
        }
        (before == self.facts.findings.is_empty()).then_some((enrollment, claim))
    }

    fn expectation(&mut self, column: &str, cell: &Node) -> Option<Expectation> {
        match column {
            "decision" => {
                let decisions =
                    [Decision::Paid, Decision::NothingDue, Decision::Denied, Decision::Pended].map(decision_name);
                let text = cell.text().unwrap_or_default();
                if !decisions.contains(&text) {
                    let list = decisions.join(", ");
                    let message = say!("`{text}` 不是下列之一：{list}", "`{text}` is not one of {list}");
                    self.facts
                        .findings
                        .report(Code::BadValue, &cell.span, message)
                        .help_with(did_you_mean(text, decisions));
                    return None;
                }
                Some(Expectation::Decision(text.to_owned()))
            }
            "reasons" => {
                let codes = cell.text().unwrap_or_default().split(';').filter(|code| !code.is_empty());
                Some(Expectation::Reasons(codes.map(str::to_owned).collect()))
            }
            "payable" => self.amount(cell).map(Expectation::Payable),
            _ => {
                let benefit = column.strip_prefix("paid:").unwrap_or_default();
                let ids: Vec<&str> = self
                    .facts
                    .catalog
                    .versions(&self.facts.plan)
                    .iter()
                    .flat_map(super::plan::Plan::benefit_ids)
                    .collect();
                if !ids.contains(&benefit) {
                    let message = say!("没有待遇 `{benefit}`", "there is no benefit `{benefit}`");
                    self.facts
                        .findings
                        .report(Code::UnknownName, &cell.span, message)
                        .help_with(did_you_mean(benefit, ids));
                    return None;
                }
                self.amount(cell).map(|amount| Expectation::Paid(benefit.to_owned(), amount))
            }
        }
    }

    /// An expected amount; an empty text expects nothing of this row.
    fn amount(&mut self, cell: &Node) -> Option<Decimal> {
        let raw = match &cell.form {
            Form::Text { text, .. } if text.is_empty() => return None,
            Form::Text { text, .. } => text.clone(),
            Form::Number(raw) => raw.clone(),
            Form::Table(_) | Form::List(_) | Form::YesNo(_) | Form::Date(_) | Form::Other | Form::Poisoned => {
                String::new()
            }
        };
        let amount = exact::parse(&raw).ok();
        if amount.is_none() {
            self.facts.findings.report(
                Code::BadValue,
                &cell.span,
                say!("`{raw}` 不是金额", "`{raw}` is not an amount"),
            );
        }
        amount
    }
}

fn is_expectation(column: &str) -> bool {
    matches!(column, "decision" | "payable" | "reasons") || column.starts_with("paid:")
}
