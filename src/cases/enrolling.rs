//! Worked cases of enrolling: what is applied for, and what comes of it.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::{TableReader, joined, written};
use crate::applications::Round;
use crate::catalog::Catalog;
use crate::code::Code;
use crate::diagnostic::{Findings, Span, did_you_mean};
use crate::document::{Entry, Form, Node};
use crate::enroll::{Answer, Application, Pools};
use crate::enrollment::Enrollment;
use crate::error::Error;
use crate::fact::{Holder, STANDARD, Value};
use crate::facts;
use crate::money;
use crate::pack::choice;
use crate::plan::Plan;
use crate::text::{Text, say};

/// The decisions of applications.
const DECISIONS: [&str; 3] = ["enrolled", "refused", "pended"];

/// A table of applications.
#[derive(Debug, Default)]
pub(super) struct Table {
    pub(super) rule: Text,
    pub(super) rows: Vec<Row>,
    by_id: BTreeMap<String, usize>,
}

#[derive(Debug)]
pub(super) struct Row {
    pub(super) id: String,
    span: Span,
    application: Application,
    /// The row that this one comes after.
    after: Option<usize>,
    expected: Vec<(Expectation, Span)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Expectation {
    Decision(String),
    /// The shares that count.
    Counts(Decimal),
    Total(Decimal),
    Pays(String, Decimal),
    Left(String, Decimal),
    Starts(String),
    Ends(String),
    Reasons(Vec<String>),
}

/// What a column of a table holds.
enum Column<'n> {
    Id,
    After,
    Member,
    AppliedAt,
    Decision,
    Counts,
    Total,
    Pays(&'n str),
    Left(&'n str),
    Starts,
    Ends,
    Reasons,
    Fact {
        name: &'n str,
        span: &'n Span,
    },
    /// Reported already.
    Poisoned,
}

/// The columns that are no facts.
const OWN: [&str; 10] =
    ["id", "after", "member", "applied_at", "decision", "counts", "total", "starts", "ends", "reasons"];

impl Table {
    /// The applications before a row, from the first on, and then its own.
    fn in_turn<'t>(&'t self, row: &'t Row) -> Vec<&'t Application> {
        let before = std::iter::successors(row.after.and_then(|after| self.rows.get(after)), |last| {
            last.after.and_then(|after| self.rows.get(after))
        });
        let mut in_turn: Vec<&Application> =
            [&row.application].into_iter().chain(before.map(|row| &row.application)).collect();
        in_turn.reverse();
        in_turn
    }

    /// Decides a row and compares it with what the table expects.
    pub(super) fn run(&self, row: &Row, catalog: &Catalog, findings: &mut Findings) -> bool {
        let mut round = Round::new(catalog, Pools::new());
        let decided: Result<Vec<Answer>, Error> =
            self.in_turn(row).into_iter().map(|application| round.decide(application)).collect();
        let id = &row.id;
        let answer = match decided.map(|mut answers| answers.pop()) {
            Ok(Some(answer)) => answer,
            Ok(None) => return false,
            Err(error) => {
                let Text { zh, en } = error.text();
                findings.report(Code::CaseFailed, &row.span, say!("`{id}`：{zh}", "`{id}`: {en}"));
                return false;
            }
        };
        let mut passed = true;
        for (expectation, span) in &row.expected {
            if let Some((wanted, found)) = expectation.unmet(&answer, catalog, round.pools()) {
                let column = expectation.column();
                let message = say!(
                    "`{id}` 的 `{column}` 应为 {wanted}，实为 {found}",
                    "`{id}`: expected `{column}` {wanted}, got {found}"
                );
                let reasons = answer.reasons().iter().map(|reason| {
                    let (code, Text { zh, en }) = (&reason.code, &reason.text);
                    say!("`{code}`：{zh}", "`{code}`: {en}")
                });
                findings.report(Code::CaseFailed, span, message).help_with(reasons);
                passed = false;
            }
        }
        passed
    }
}

impl Expectation {
    /// What was expected and what came instead, if that differs.
    fn unmet(&self, answer: &Answer, catalog: &Catalog, pools: &Pools) -> Option<(String, String)> {
        let none = || "-".to_owned();
        let enrolled = answer.enrolled();
        let count = |number: Decimal| number.normalize().to_string();
        let (wanted, found) = match self {
            Expectation::Decision(wanted) => (wanted.clone(), answer.name().to_owned()),
            Expectation::Counts(wanted) => {
                (count(*wanted), enrolled.map_or_else(none, |enrolled| count(enrolled.shares())))
            }
            Expectation::Total(wanted) => {
                (money::print(*wanted), enrolled.map_or_else(none, |enrolled| money::print(enrolled.total())))
            }
            Expectation::Pays(payer, wanted) => {
                let pays = enrolled.and_then(|enrolled| enrolled.paid_by(payer));
                (money::print(*wanted), pays.map_or_else(none, money::print))
            }
            Expectation::Left(pool, wanted) => {
                let reference = answer.plan();
                let plan = catalog.version(&reference.id, &reference.version).ok();
                let left = plan.and_then(|plan| pools.left(plan, pool));
                (count(*wanted), left.map_or_else(none, count))
            }
            Expectation::Starts(wanted) => {
                let day = enrolled.and_then(|enrolled| enrolled.enrollment().fact(facts::COVERAGE_START));
                (wanted.clone(), day.map_or_else(none, |day| day.to_string()))
            }
            Expectation::Ends(wanted) => {
                let day = enrolled.and_then(|enrolled| enrolled.enrollment().fact(facts::COVERAGE_END));
                (wanted.clone(), day.map_or_else(none, |day| day.to_string()))
            }
            Expectation::Reasons(wanted) => {
                let mut found: Vec<String> = answer.reasons().iter().map(|reason| reason.code.clone()).collect();
                let mut wanted = wanted.clone();
                wanted.sort();
                found.sort();
                (joined(&wanted), joined(&found))
            }
        };
        (wanted != found).then_some((wanted, found))
    }

    fn column(&self) -> String {
        match self {
            Expectation::Decision(_) => "decision".to_owned(),
            Expectation::Counts(_) => "counts".to_owned(),
            Expectation::Total(_) => "total".to_owned(),
            Expectation::Pays(payer, _) => format!("pays:{payer}"),
            Expectation::Left(pool, _) => format!("left:{pool}"),
            Expectation::Starts(_) => "starts".to_owned(),
            Expectation::Ends(_) => "ends".to_owned(),
            Expectation::Reasons(_) => "reasons".to_owned(),
        }
    }
}

impl<'c> TableReader<'c> {
    /// A table of applications.
    pub(super) fn enrolling(&mut self, table: &'c Node) -> Table {
        let heads = table.get("columns").map(Node::items).unwrap_or_default();
        let columns: Vec<Column<'c>> =
            heads.iter().map(|head| self.column_of_enrolling(head.text().unwrap_or_default(), &head.span)).collect();
        let rule = table.get("rule").map(Node::words).unwrap_or_default();
        let mut read = Table { rule, ..Table::default() };
        for node in table.get("rows").map(Node::items).unwrap_or_default() {
            if let Some(row) = self.row_of_enrolling(node, &columns, &read) {
                read.by_id.entry(row.id.clone()).or_insert(read.rows.len());
                read.rows.push(row);
            }
        }
        read
    }

    fn column_of_enrolling(&mut self, name: &'c str, span: &'c Span) -> Column<'c> {
        if let Some(payer) = name.strip_prefix("pays:") {
            return self.named_column(payer, span, Plan::payer_ids, Column::Pays);
        }
        if let Some(pool) = name.strip_prefix("left:") {
            return self.named_column(pool, span, Plan::pool_ids, Column::Left);
        }
        match name {
            "id" => Column::Id,
            "after" => Column::After,
            "member" => Column::Member,
            "applied_at" => Column::AppliedAt,
            "decision" => Column::Decision,
            "counts" => Column::Counts,
            "total" => Column::Total,
            "starts" => Column::Starts,
            "ends" => Column::Ends,
            "reasons" => Column::Reasons,
            _ if self.facts.holder(name) == Some(Holder::Enrollment) => Column::Fact { name, span },
            _ => {
                let standard = STANDARD.iter().filter(|fact| fact.holder == Holder::Enrollment).map(|fact| fact.name);
                let near = did_you_mean(name, standard.chain(OWN));
                if near.is_some() || self.facts.knows_the_plan() {
                    let message = say!(
                        "列 `{name}` 不是参保记录的事实，也不是预期结果",
                        "the column `{name}` is neither a fact of the enrollment nor an expectation"
                    );
                    self.facts.findings.report(Code::UnknownFact, span, message).help_with(near);
                }
                Column::Poisoned
            }
        }
    }

    /// A column of a payer or of a pool.
    fn named_column<'p>(
        &mut self,
        name: &'c str,
        span: &Span,
        ids: fn(&'p Plan) -> Vec<&'p str>,
        column: fn(&'c str) -> Column<'c>,
    ) -> Column<'c>
    where
        'c: 'p,
    {
        let catalog: &'c Catalog = self.facts.catalog;
        let known: Vec<&str> = catalog.versions(&self.facts.plan).iter().flat_map(ids).collect();
        if known.contains(&name) {
            return column(name);
        }
        let near = did_you_mean(name, known);
        if near.is_some() || self.facts.knows_the_plan() {
            let message = say!("规则包没有 `{name}`", "the pack has no `{name}`");
            self.facts.findings.report(Code::UnknownName, span, message).help_with(near);
        }
        Column::Poisoned
    }

    fn row_of_enrolling(&mut self, node: &'c Node, columns: &[Column<'c>], above: &Table) -> Option<Row> {
        let (found, wanted) = (node.items().len(), columns.len());
        if found != wanted {
            let message = say!(
                "此行有 {found} 格，应有 {wanted} 格",
                "this row has {found} cells, the table has {wanted} columns"
            );
            let help =
                say!("每列一格，没有值的写 `\"\"`", "write a cell for each column, `\"\"` for what is not given");
            self.facts.findings.report(Code::BadValue, &node.span, message).help_with([help]);
            return None;
        }
        let cells: Vec<(&Column<'c>, &'c Node)> = columns.iter().zip(node.items()).collect();
        let text = |wanted: fn(&Column<'_>) -> bool| {
            let cell = cells.iter().find(|(column, _)| wanted(column)).map(|(_, cell)| *cell)?;
            Some((cell, written(cell).filter(|text| !text.is_empty())?))
        };
        let number = above.rows.len().saturating_add(1);
        let id =
            text(|column| matches!(column, Column::Id)).map_or_else(|| number.to_string(), |(_, id)| id.to_owned());
        if above.by_id.contains_key(&id) {
            let message = say!("申请编号 `{id}` 重复", "two applications have the id `{id}`");
            self.facts.findings.report(Code::DuplicateClaim, &node.span, message);
        }
        let mut after = None;
        if let Some((cell, name)) = text(|column| matches!(column, Column::After)) {
            after = above.by_id.get(name).copied();
            if after.is_none() {
                let message = say!("此前没有编号为 `{name}` 的行", "no row above has the id `{name}`");
                self.facts.findings.report(Code::UnknownClaim, &cell.span, message);
            }
        }
        let member = text(|column| matches!(column, Column::Member)).map_or("M", |(_, member)| member);
        let mut application = Application::new(self.enrollment_of(&id, member, &cells));
        let at = cells.iter().find(|(column, _)| matches!(column, Column::AppliedAt)).map(|(_, cell)| *cell);
        if let Some((cell, at)) = at.and_then(|cell| Some((cell, moment(cell)?))) {
            match application.clone().at(&at) {
                Ok(timed) => application = timed,
                Err(error) => {
                    self.facts.findings.report(Code::BadFact, &cell.span, error.text());
                }
            }
        }
        let mut expected = Vec::new();
        for (column, cell) in &cells {
            expected.extend(self.expected_of_enrolling(column, cell).map(|wanted| (wanted, cell.span.clone())));
        }
        if !columns.iter().any(|column| matches!(column, Column::Decision)) {
            expected.push((Expectation::Decision("enrolled".to_owned()), node.span.clone()));
        }
        Some(Row { id, span: node.span.clone(), application, after, expected })
    }

    /// Defaults first, the row's own cells over them; an empty text leaves a fact absent.
    fn enrollment_of(&mut self, id: &str, member: &str, cells: &[(&Column<'c>, &'c Node)]) -> Enrollment {
        let of_enrollment = self.defaults.iter().filter(|(_, holder, _)| *holder == Holder::Enrollment);
        let mut given: BTreeMap<&str, Value> = of_enrollment.map(|(name, _, value)| (*name, value.clone())).collect();
        for (column, cell) in cells {
            let Column::Fact { name, span } = column else { continue };
            given.remove(name);
            if cell.text() != Some("") {
                let entry = Entry { key: (*name).to_owned(), key_span: (*span).clone(), node: (*cell).clone() };
                given.extend(self.facts.fact(&entry, Holder::Enrollment).map(|value| (*name, value)));
            }
        }
        let mut enrollment = Enrollment::new(id, &self.facts.plan, member);
        for (name, value) in given {
            let _fits = enrollment.facts.set(Holder::Enrollment, name, value);
        }
        enrollment
    }

    fn expected_of_enrolling(&mut self, column: &Column<'_>, cell: &'c Node) -> Option<Expectation> {
        match column {
            Column::Id
            | Column::After
            | Column::Member
            | Column::AppliedAt
            | Column::Fact { .. }
            | Column::Poisoned => None,
            Column::Decision => {
                let text = written(cell).unwrap_or_default();
                if DECISIONS.contains(&text) {
                    return Some(Expectation::Decision(text.to_owned()));
                }
                let message = choice::refused(text, &DECISIONS);
                let help = choice::help(text, &DECISIONS);
                self.facts.findings.report(Code::BadValue, &cell.span, message).help_with([help]);
                None
            }
            Column::Reasons => self.codes(cell).map(Expectation::Reasons),
            Column::Counts => self.amount(cell).map(Expectation::Counts),
            Column::Total => self.amount(cell).map(Expectation::Total),
            Column::Pays(payer) => self.amount(cell).map(|amount| Expectation::Pays((*payer).to_owned(), amount)),
            Column::Left(pool) => self.amount(cell).map(|amount| Expectation::Left((*pool).to_owned(), amount)),
            Column::Starts => moment(cell).map(Expectation::Starts),
            Column::Ends => moment(cell).map(Expectation::Ends),
        }
    }
}

/// A day or a moment as it is written, be it a date of the file or a text.
fn moment(cell: &Node) -> Option<String> {
    match &cell.form {
        Form::Date(day) => Some(day.to_string()),
        Form::Text { text, .. } if !text.is_empty() => Some(text.clone()),
        Form::Text { .. }
        | Form::Number(_)
        | Form::Table(_)
        | Form::List(_)
        | Form::YesNo(_)
        | Form::Other
        | Form::Poisoned => None,
    }
}
