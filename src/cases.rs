//! Worked cases beside a pack: tables that a bylaw expert reads, and the engine must agree with.

mod enrolling;

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use crate::adjudicate::{Adjudication, BenefitLines, Decision, Inapplicable};
use crate::case::{Case, Reader};
use crate::catalog::Catalog;
use crate::claim::Claim;
use crate::code::Code;
use crate::diagnostic::{Diagnostics, Findings, Span, did_you_mean};
use crate::document::{self, Entry, Form, Node, Notation};
use crate::enrollment::Enrollment;
use crate::exact;
use crate::fact::{Holder, STANDARD, Value};
use crate::money;
use crate::pack::{choice, shape};
use crate::plan::Plan;
use crate::text::{Text, say};

/// The worked cases of one file, read and checked.
#[derive(Debug)]
pub struct WorkedCases {
    plan: String,
    version: Option<String>,
    tables: Vec<CaseTable>,
    enrolling: Vec<enrolling::Table>,
    findings: Findings,
}

/// A row comes after at most 100 earlier rows of its table.
pub const MAX_EARLIER_ROWS: usize = 100;

#[derive(Debug, Default)]
struct CaseTable {
    rule: Text,
    rows: Vec<Row>,
    /// The places of the rows, by id.
    by_id: BTreeMap<String, usize>,
}

/// One case: what is given, and what is expected of it, each with its cell.
#[derive(Debug)]
struct Row {
    id: String,
    span: Span,
    enrollment: Enrollment,
    claim: Claim,
    after: Option<Earlier>,
    expected: Vec<(Expectation, Span)>,
}

/// The row that a row comes after, and how many come before it with that one.
#[derive(Debug, Clone, Copy)]
struct Earlier {
    row: usize,
    count: usize,
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
            shape::check_has_a_table(&root, &mut findings);
        }
        if !findings.is_empty() {
            return Err(findings.into_diagnostics());
        }
        let plan = root.get("plan").and_then(Node::text).unwrap_or_default().to_owned();
        let facts = Reader { catalog, findings, plan: plan.clone() };
        let mut reader = TableReader { facts, defaults: Vec::new() };
        reader.facts.check_plan(&plan, &root);
        reader.read_defaults(&root);
        let tables: Vec<CaseTable> =
            root.get("table").map(Node::items).unwrap_or_default().iter().map(|table| reader.table(table)).collect();
        let of_enrolling = root.get("enrolling").map(Node::items).unwrap_or_default();
        let enrolling = of_enrolling.iter().map(|table| reader.enrolling(table)).collect();
        let findings = reader.facts.findings;
        if !findings.is_empty() {
            return Err(findings.into_diagnostics());
        }
        let version = root.get("version").and_then(Node::text).map(str::to_owned);
        Ok(WorkedCases { plan, version, tables, enrolling, findings })
    }

    /// Every case of a claim, as a case file would say it, in the order of the file.
    pub fn cases(&self) -> impl Iterator<Item = Case> {
        self.tables.iter().flat_map(|table| table.rows.iter().map(|row| table.case(row)))
    }

    /// Decides every case and compares it with what the table expects.
    #[must_use]
    pub fn run(&self, catalog: &Catalog) -> CasesReport {
        let mut findings = Findings::of(std::sync::Arc::clone(self.findings.source()));
        let mut cases = Vec::new();
        for table in &self.tables {
            for row in &table.rows {
                let passed = self.run_row(row, &table.case(row), catalog, &mut findings);
                cases.push(CaseReport { rule: table.rule.clone(), id: row.id.clone(), passed });
            }
        }
        for table in &self.enrolling {
            for row in &table.rows {
                let passed = table.run(row, catalog, &mut findings);
                cases.push(CaseReport { rule: table.rule.clone(), id: row.id.clone(), passed });
            }
        }
        CasesReport { plan: self.plan.clone(), cases, failures: findings.into_diagnostics() }
    }

    fn run_row(&self, row: &Row, case: &Case, catalog: &Catalog, findings: &mut Findings) -> bool {
        let id = &row.id;
        let adjudication = match case.decide(catalog) {
            Ok((adjudication, _)) => adjudication,
            Err(error) => {
                let Text { zh, en } = error.text();
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
                let Text { zh, en } = expectation.column(&adjudication);
                let message =
                    say!("`{id}` 的 {zh}应为 {wanted}，实为 {found}", "`{id}`: expected {en} {wanted}, got {found}");
                let help = expectation.how_come(&adjudication);
                findings.report(Code::CaseFailed, span, message).help_with(help);
                passed = false;
            }
        }
        passed
    }
}

impl CaseTable {
    /// The rows that come before one, the last first: the row that it comes after, with those before that.
    fn before(&self, after: Option<Earlier>) -> impl Iterator<Item = &Row> {
        let row = |after: Option<Earlier>| after.and_then(|earlier| self.rows.get(earlier.row));
        std::iter::successors(row(after), move |last| row(last.after))
    }

    /// The case of a row: its history is what comes before it.
    fn case(&self, row: &Row) -> Case {
        let mut history: Vec<(Enrollment, Claim)> =
            self.before(row.after).map(|row| (row.enrollment.clone(), row.claim.clone())).collect();
        history.reverse();
        Case { enrollment: row.enrollment.clone(), history, other_covers: None, claim: row.claim.clone() }
    }
}

impl Expectation {
    /// What was expected and what came instead, if that differs.
    fn unmet(&self, adjudication: &Adjudication) -> Option<(String, String)> {
        let (wanted, found) = match self {
            Expectation::Decision(wanted) => (wanted.clone(), adjudication.decision().name().to_owned()),
            Expectation::Payable(wanted) => (money::print(*wanted), money::print(adjudication.payable())),
            Expectation::Paid(benefit, wanted) => {
                let benefit = adjudication.benefits().iter().find(|lines| lines.id() == benefit);
                let paid = benefit.map_or(Decimal::ZERO, BenefitLines::paid);
                (money::print(*wanted), money::print(paid))
            }
            Expectation::Reasons(wanted) => {
                let found: Vec<String> = adjudication.reasons().iter().map(|reason| reason.code.clone()).collect();
                let (mut sorted_wanted, mut sorted_found) = (wanted.clone(), found);
                sorted_wanted.sort();
                sorted_found.sort();
                (joined(&sorted_wanted), joined(&sorted_found))
            }
        };
        (wanted != found).then_some((wanted, found))
    }

    /// The column that the expectation stands in, with what it is called.
    fn column(&self, adjudication: &Adjudication) -> Text {
        match self {
            Expectation::Decision(_) => say!("`decision`（审核结果）", "`decision`"),
            Expectation::Payable(_) => say!("`payable`（应付合计）", "`payable`"),
            Expectation::Reasons(_) => say!("`reasons`（理由）", "`reasons`"),
            Expectation::Paid(id, _) => {
                let applied = adjudication.benefits().iter().map(|lines| (lines.id(), lines.title()));
                let others = adjudication.inapplicable().iter().map(|benefit| (benefit.id(), &*benefit.title));
                match applied.chain(others).find(|(own, _)| own == id) {
                    Some((_, Text { zh, en })) => say!("`paid:{id}`（{zh}）", "`paid:{id}` ({en})"),
                    None => Text::same(&format!("`paid:{id}`")),
                }
            }
        }
    }

    /// What led to what was found: why nothing is paid, what each benefit pays, or how one comes to what it pays.
    fn how_come(&self, adjudication: &Adjudication) -> Vec<Text> {
        let reasons = adjudication.reasons().iter().map(|reason| {
            let (code, Text { zh, en }) = (&reason.code, &reason.text);
            say!("`{code}`：{zh}", "`{code}`: {en}")
        });
        if !adjudication.reasons().is_empty() {
            return reasons.collect();
        }
        match self {
            Expectation::Decision(_) | Expectation::Reasons(_) => Vec::new(),
            Expectation::Payable(_) => {
                let paid = adjudication.benefits().iter().map(|lines| {
                    let (id, Text { zh, en }, paid) = (lines.id(), lines.title(), money::print(lines.paid()));
                    say!("`{id}`（{zh}）给付 {paid}", "`{id}` ({en}) pays {paid}")
                });
                paid.collect()
            }
            Expectation::Paid(id, _) => {
                let lines = adjudication.benefits().iter().find(|lines| lines.id() == id);
                let unmet = adjudication.inapplicable().iter().find(|benefit| benefit.id() == id);
                let unmet = unmet.into_iter().flat_map(Inapplicable::unmet);
                let unmet = unmet.map(|Text { zh, en }| say!("不适用：{zh}", "does not apply: {en}"));
                lines.map(how_it_comes).into_iter().flatten().chain(unmet).collect()
            }
        }
    }
}

/// The amount before all steps, and what each step that changed it leaves.
fn how_it_comes(lines: &BenefitLines) -> Vec<Text> {
    let gross = money::print(lines.gross());
    let start = say!("计算基数 {gross}", "the amount before all steps is {gross}");
    let steps = lines.lines().iter().filter(|line| line.is_binding()).map(|line| {
        let (step, leaves) = (line.step(), money::print(line.leaves()));
        let Text { zh, en } = &*line.reason();
        say!("`{step}`（{zh}）之后余 {leaves}", "`{step}` ({en}) leaves {leaves}")
    });
    [start].into_iter().chain(steps).collect()
}

fn joined(codes: &[String]) -> String {
    if codes.is_empty() { "-".to_owned() } else { codes.join(";") }
}

struct TableReader<'c> {
    facts: Reader<'c>,
    defaults: Vec<(&'c str, Holder, Value)>,
}

/// What a column of a table holds.
enum Column<'n> {
    Id,
    After,
    /// The row that this one takes back.
    Reverses,
    Decision,
    Payable,
    Reasons,
    /// What one benefit pays.
    Paid(&'n str),
    Fact {
        name: &'n str,
        span: &'n Span,
        holder: Holder,
    },
    /// Reported already; what stands below is not to blame.
    Poisoned,
}

impl<'c> TableReader<'c> {
    /// Facts of every row; an empty text leaves a fact absent.
    fn read_defaults(&mut self, root: &'c Node) {
        for (section, holder) in [("enrollment", Holder::Enrollment), ("claim", Holder::Claim)] {
            let given = root.get("defaults").and_then(|defaults| defaults.get(section));
            for entry in given.into_iter().flat_map(Node::entries).filter(|entry| entry.node.text() != Some("")) {
                let value = self.facts.fact(entry, holder);
                self.defaults.extend(value.map(|value| (entry.key.as_str(), holder, value)));
            }
        }
    }

    fn table(&mut self, table: &'c Node) -> CaseTable {
        let columns = self.columns(table);
        let rule = table.get("rule").map(Node::words).unwrap_or_default();
        let mut read = CaseTable { rule, ..CaseTable::default() };
        for row in table.get("rows").map(Node::items).unwrap_or_default() {
            let row = self.row(row, &columns, &read);
            read.by_id.entry(row.id.clone()).or_insert(read.rows.len());
            read.rows.push(row);
        }
        read
    }

    fn columns(&mut self, table: &'c Node) -> Vec<Column<'c>> {
        let heads = table.get("columns").map(Node::items).unwrap_or_default();
        let mut seen = BTreeSet::new();
        let mut columns = Vec::new();
        for head in heads {
            let name = head.text().unwrap_or_default();
            if seen.insert(name) {
                columns.push(self.column(name, &head.span));
            } else {
                let message = say!("列 `{name}` 重复", "duplicate column `{name}`");
                self.facts.findings.report(Code::DuplicateName, &head.span, message);
                columns.push(Column::Poisoned);
            }
        }
        if !seen.contains("payable") && !seen.contains("decision") {
            let span = table.get("columns").map(|node| node.span.clone()).unwrap_or_default();
            let message = say!("表须有 `payable` 或 `decision` 一列", "a table needs a column `payable` or `decision`");
            let help = say!(
                "在 `columns` 中加 `\"payable\"`（应付合计），各行相应加一格",
                "add `\"payable\"` to `columns`, and a cell to each row"
            );
            self.facts.findings.report(Code::MissingKey, &span, message).help_with([help]);
        }
        columns
    }

    fn column(&mut self, name: &'c str, span: &'c Span) -> Column<'c> {
        match name {
            "id" => Column::Id,
            "after" => Column::After,
            "reverses" => Column::Reverses,
            "decision" => Column::Decision,
            "payable" => Column::Payable,
            "reasons" => Column::Reasons,
            _ => match (name.strip_prefix("paid:"), self.facts.holder(name)) {
                (Some(benefit), _) => self.benefit_column(benefit, span),
                (None, Some(holder)) => Column::Fact { name, span, holder },
                (None, None) => self.unknown_column(name, span),
            },
        }
    }

    fn benefit_column(&mut self, benefit: &'c str, span: &Span) -> Column<'c> {
        let ids: Vec<&str> = self.facts.versions().flat_map(Plan::benefit_ids).collect();
        if ids.contains(&benefit) {
            return Column::Paid(benefit);
        }
        let near = did_you_mean(benefit, ids);
        if near.is_some() || self.facts.knows_the_plan() {
            let message = say!("没有待遇 `{benefit}`", "there is no benefit `{benefit}`");
            self.facts.findings.report(Code::UnknownName, span, message).help_with(near);
        }
        Column::Poisoned
    }

    fn unknown_column(&mut self, name: &str, span: &Span) -> Column<'c> {
        let standard = STANDARD.iter().map(|fact| fact.name);
        let own = self.facts.versions().flat_map(|plan| &plan.facts).map(|fact| &*fact.name);
        let near = did_you_mean(
            name,
            standard.chain(own).chain(["id", "after", "reverses", "decision", "payable", "reasons"]),
        );
        if near.is_some() || self.facts.knows_the_plan() {
            let message = say!(
                "列 `{name}` 不是事实，也不是预期结果",
                "the column `{name}` is neither a fact nor an expectation"
            );
            self.facts.findings.report(Code::UnknownFact, span, message).help_with(near);
        }
        Column::Poisoned
    }

    /// A row with a mistake stays, so that those after it are not wrong because of it; the file is not run then.
    fn row(&mut self, node: &Node, columns: &[Column<'_>], above: &CaseTable) -> Row {
        let (found, wanted) = (node.items().len(), columns.len());
        let cells: Vec<(&Column<'_>, &Node)> = columns.iter().zip(node.items()).collect();
        let id = self.id(node, &cells, above);
        if found != wanted {
            let message = say!(
                "此行有 {found} 格，应有 {wanted} 格",
                "this row has {found} cells, the table has {wanted} columns"
            );
            let help =
                say!("每列一格，没有值的写 `\"\"`", "write a cell for each column, `\"\"` for what is not given");
            self.facts.findings.report(Code::BadValue, &node.span, message).help_with([help]);
            let (enrollment, claim) = (Enrollment::default(), Claim::default());
            return Row { id, span: node.span.clone(), enrollment, claim, after: None, expected: Vec::new() };
        }
        let after = cells.iter().find(|(column, cell)| matches!(column, Column::After) && cell.text() != Some(""));
        let after = after.and_then(|(_, after)| self.earlier(after, above));
        let reverses =
            cells.iter().find(|(column, cell)| matches!(column, Column::Reverses) && cell.text() != Some(""));
        let reverses = reverses.and_then(|(_, reverses)| self.reversed(reverses, after, above));
        let claim = reverses.map_or_else(|| Claim::new(&id), |reversed| Claim::reversal(&id, reversed));
        let (enrollment, claim) = self.facts_of(claim, &cells);
        let mut expected = Vec::new();
        for (column, cell) in &cells {
            expected.extend(self.expectation(column, cell).map(|expectation| (expectation, cell.span.clone())));
        }
        if !columns.iter().any(|column| matches!(column, Column::Decision)) {
            expected.push((Expectation::Decision("paid".to_owned()), node.span.clone()));
        }
        Row { id, span: node.span.clone(), enrollment, claim, after, expected }
    }

    /// The id of a row is that of its claim; one that is not given is the number of the row.
    fn id(&mut self, node: &Node, cells: &[(&Column<'_>, &Node)], above: &CaseTable) -> String {
        let cell = cells.iter().find(|(column, _)| matches!(column, Column::Id)).map(|(_, cell)| *cell);
        let number = above.rows.len().saturating_add(1);
        let id = cell.and_then(written).map_or_else(|| number.to_string(), str::to_owned);
        if above.by_id.contains_key(&id) {
            let span = &cell.unwrap_or(node).span;
            let message = say!("理赔申请编号 `{id}` 重复", "two claims have the id `{id}`");
            self.facts.findings.report(Code::DuplicateClaim, span, message);
        }
        id
    }

    /// The row above that a row comes after.
    fn earlier(&mut self, after: &Node, above: &CaseTable) -> Option<Earlier> {
        let name = written(after).unwrap_or_default();
        let Some(row) = above.by_id.get(name).copied() else {
            let message = say!("此前没有编号为 `{name}` 的行", "no row above has the id `{name}`");
            self.facts.findings.report(Code::UnknownClaim, &after.span, message);
            return None;
        };
        let before = above.rows.get(row).and_then(|row| row.after).map_or(0, |earlier| earlier.count);
        let count = before.saturating_add(1);
        if count > MAX_EARLIER_ROWS {
            let message = say!(
                "此行之前有 {count} 行，上限为 {MAX_EARLIER_ROWS}",
                "this row comes after {count} others, at most {MAX_EARLIER_ROWS} are possible"
            );
            self.facts.findings.report(Code::TooMany, &after.span, message);
            return None;
        }
        Some(Earlier { row, count })
    }

    /// The row that a reversal takes back: one that it comes after, which is no reversal and not taken back yet.
    fn reversed<'n>(&mut self, reverses: &'n Node, after: Option<Earlier>, above: &CaseTable) -> Option<&'n str> {
        let name = written(reverses).unwrap_or_default();
        let is_reversal = above.before(after).find(|row| row.id == name).map(|row| row.claim.reverses().is_some());
        let message = match is_reversal {
            None => say!(
                "此行之前（`after`）没有编号为 `{name}` 的行",
                "this row comes `after` no row with the id `{name}`"
            ),
            Some(true) => {
                say!("`{name}` 本身是冲销，不能再冲销", "`{name}` is a reversal itself, which cannot be reversed")
            }
            Some(false) if above.before(after).any(|row| row.claim.reverses() == Some(name)) => {
                say!("理赔申请 `{name}` 已被冲销", "the claim `{name}` is reversed already")
            }
            Some(false) => return Some(name),
        };
        self.facts.findings.report(Code::UnknownClaim, &reverses.span, message);
        None
    }

    /// Defaults first, the row's own cells over them; an empty text leaves a fact absent.
    fn facts_of(&mut self, mut claim: Claim, cells: &[(&Column<'_>, &Node)]) -> (Enrollment, Claim) {
        let mut given: BTreeMap<&str, (Holder, Value)> =
            self.defaults.iter().map(|(name, holder, value)| (*name, (*holder, value.clone()))).collect();
        for (column, cell) in cells {
            let Column::Fact { name, span, holder } = column else { continue };
            given.remove(name);
            if cell.text() != Some("") {
                let entry = Entry { key: (*name).to_owned(), key_span: (*span).clone(), node: (*cell).clone() };
                given.extend(self.facts.fact(&entry, *holder).map(|value| (*name, (*holder, value))));
            }
        }
        let mut enrollment = Enrollment::new("E", &self.facts.plan, "M");
        for (name, (holder, value)) in given {
            let _fits = match holder {
                Holder::Enrollment => enrollment.facts.set(holder, name, value),
                Holder::Claim => claim.facts.set(holder, name, value),
            };
        }
        (enrollment, claim)
    }

    fn expectation(&mut self, column: &Column<'_>, cell: &Node) -> Option<Expectation> {
        match column {
            Column::Id | Column::After | Column::Reverses | Column::Fact { .. } | Column::Poisoned => None,
            Column::Decision => self.decision(cell),
            Column::Reasons => self.reasons(cell),
            Column::Payable => self.amount(cell).map(Expectation::Payable),
            Column::Paid(benefit) => self.amount(cell).map(|amount| Expectation::Paid((*benefit).to_owned(), amount)),
        }
    }

    fn decision(&mut self, cell: &Node) -> Option<Expectation> {
        let decisions = Decision::ALL.map(Decision::name);
        let text = written(cell).unwrap_or_default();
        if decisions.contains(&text) {
            return Some(Expectation::Decision(text.to_owned()));
        }
        let message = choice::refused(text, &decisions);
        self.facts.findings.report(Code::BadValue, &cell.span, message).help_with([choice::help(text, &decisions)]);
        None
    }

    fn reasons(&mut self, cell: &Node) -> Option<Expectation> {
        self.codes(cell).map(Expectation::Reasons)
    }

    fn codes(&mut self, cell: &Node) -> Option<Vec<String>> {
        let Some(text) = cell.text() else {
            let message = say!("理由应为文本中的代码", "reasons are codes in a text");
            let help = say!("多个理由以 `;` 分隔", "separate several reasons by `;`");
            self.facts.findings.report(Code::BadValue, &cell.span, message).help_with([help]);
            return None;
        };
        let codes = text.split(';').map(str::trim).filter(|code| !code.is_empty());
        Some(codes.map(str::to_owned).collect())
    }

    /// An expected amount; an empty text expects nothing of this row.
    fn amount(&mut self, cell: &Node) -> Option<Decimal> {
        let text = written(cell).unwrap_or_default();
        if cell.text() == Some("") {
            return None;
        }
        let amount = exact::parse(text).ok();
        if amount.is_none() {
            let message = say!("`{text}` 不是金额", "`{text}` is not an amount");
            let help = say!("以元计，只写数字，如 `1017.77`", "write yuan as a plain number, such as `1017.77`");
            self.facts.findings.report(Code::BadValue, &cell.span, message).help_with([help]);
        }
        amount
    }
}

/// What a cell holds, be it a text or a number.
fn written(cell: &Node) -> Option<&str> {
    match &cell.form {
        Form::Text { text, .. } => Some(text),
        Form::Number(raw) => Some(raw),
        Form::Table(_) | Form::List(_) | Form::YesNo(_) | Form::Date(_) | Form::Other | Form::Poisoned => None,
    }
}
