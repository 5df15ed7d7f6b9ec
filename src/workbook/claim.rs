//! The sheet of one claim: its outcome, its inputs, what is asked of it, and every step.

mod asked;
mod facts;
mod outcome;
mod postings;
mod steps;

use chrono::Datelike;
use rust_decimal::Decimal;

use super::Summary;
use super::figures::Figures;
use super::grid::{Content, Grid, Ink, Style};
use super::rows::{DECISION, EXACT, PAYABLE, READABLE, REASONS, Rows};
use super::words::{self, BEYOND, UNREADABLE, pick};
use crate::certificate::conclusion::Conclusion;
use crate::exact;
use crate::fact::{Holder, StandardFact, Value};
use crate::notice::Notice;
use crate::plan::expression::{BenefitIndex, Slot};
use crate::plan::{Plan, PlanFact};
use crate::reading::formula::Formula;
use crate::reading::formula::evaluate::{Inputs, Values};
use crate::reading::formula::extents::{Kind, PlacesOfPriors};
use crate::reading::formula::graph::{Node, Operation};
use crate::reading::sheet::{MOST, Places, Sheet, StepCells, WORK, Whole, power_of_ten, quoted, text_of_date};
use crate::semantics::outcome::{Decision, ReasonKind};
use crate::text::Language;

/// All that a sheet is written from.
pub(super) struct Page<'a> {
    pub(super) plan: &'a Plan,
    pub(super) formula: &'a Formula,
    pub(super) figures: &'a Figures,
    /// The places that the formulas carry of each prior.
    pub(super) priors: &'a PlacesOfPriors,
    pub(super) inputs: &'a Inputs,
    pub(super) values: &'a Values<'a>,
    pub(super) conclusion: &'a Conclusion,
    pub(super) claim: &'a str,
    pub(super) enrollment: &'a str,
    pub(super) language: Language,
}

/// Where things stand while a sheet is written.
pub(super) struct Pen<'a> {
    pub(super) page: &'a Page<'a>,
    pub(super) rows: Rows,
    pub(super) sheet: Sheet<'a>,
    pub(super) grid: Grid,
    /// The code of the outcome, which is that of a decision unless the sheet cannot work it out.
    pub(super) outcome: &'static str,
    /// The facts that have a row, in their order, each with the place of the step that reads it.
    facts: Vec<(Slot, usize)>,
    /// The cells with the reasons so far, and what they come to: codes, and words.
    chain: [(String, String); 2],
}

/// Beside a fact: whether it cannot be read.
const WRONG: char = 'G';
const BIT: char = 'H';
const WORD: char = 'I';
/// Reasons so far, in codes and in words.
const CHAIN: [char; 2] = ['K', 'L'];
/// The first day that a fact may be, and the last.
const YEARS: [i32; 2] = [1800, 2999];
/// The last day, as spreadsheets count.
const LAST_SERIAL: i64 = 401_768;

impl Page<'_> {
    /// The sheet, and its line in the list of all.
    pub(super) fn laid_out(&self, name: String) -> (Grid, Summary) {
        let facts = self.facts();
        let rows = Rows::of(self.formula, facts.len(), &self.order());
        let places = self.places(&rows, &facts);
        let priors: PlacesOfPriors = self
            .priors
            .iter()
            .zip(&self.inputs.priors)
            .map(|(places, prior)| prior.as_ref().map_or(*places, |amount| amount.normalize().scale().max(*places)))
            .collect();
        let sheet = Sheet::new(self.plan, self.formula, &self.figures.places, self.values, &priors, places);
        let steps = sheet.steps();
        let outcome = if reached(&steps) < MOST { self.conclusion.decision.name() } else { BEYOND };
        let nothing = || ("\"\"".to_owned(), String::new());
        let chain = [nothing(), nothing()];
        let mut pen = Pen { page: self, rows, sheet, grid: Grid::new(name), outcome, facts, chain };
        pen.write(&steps, &priors)
    }

    /// The benefits as they are laid out: what is paid first, then what applies, and last what does not; else as in the pack.
    fn order(&self) -> Vec<BenefitIndex> {
        let rank = |benefit: &BenefitIndex| {
            let stated = self.plan.benefit(*benefit);
            let decided = self.conclusion.benefits.iter().find(|one| *one.id == *stated.id);
            match decided {
                Some(decided) if decided.paid.is_some_and(|paid| paid > Decimal::ZERO) => 0,
                Some(_) => 1,
                None => 2,
            }
        };
        let mut order: Vec<BenefitIndex> = self.plan.benefits.indexes().collect();
        order.sort_by_key(rank);
        order
    }

    /// The facts that a step reads: those of the enrollment, those of the claim, those of its settlement.
    fn facts(&self) -> Vec<(Slot, usize)> {
        let steps = self.formula.graph.steps().iter().enumerate();
        let mut facts: Vec<(Slot, usize)> = steps
            .filter_map(|(place, step)| match &step.operation {
                Operation::Fact(slot) => Some((*slot, place)),
                _other => None,
            })
            .collect();
        let rank = |(slot, _): &(Slot, usize)| {
            let fact = self.plan.fact(*slot);
            (fact.holder == Holder::Claim, is_of_settlement(fact), fact.standard.is_none(), fact.standard, *slot)
        };
        facts.sort_by_key(rank);
        facts
    }

    fn places(&self, rows: &Rows, facts: &[(Slot, usize)]) -> Places {
        let input = |row: usize| format!("C{row}");
        Places {
            first_step: rows.steps.first,
            facts: facts.iter().zip(rows.facts.first..).map(|((slot, _), row)| (*slot, input(row))).collect(),
            priors: (rows.priors.first..)
                .take(self.formula.priors.len())
                .map(|row| [input(row), format!("E{row}")])
                .collect(),
            names: rows.facts.column('A'),
            words: rows.facts.column(WORD),
            bits: rows.facts.column(BIT),
        }
    }
}

/// Says beside the outcome what is to be known of the claim.
pub(super) fn note(grid: &mut Grid, notices: &[Notice], language: Language) {
    let texts: Vec<&str> = notices.iter().map(|notice| notice.text().in_language(language)).collect();
    if !texts.is_empty() {
        grid.put(PAYABLE, 'F', Style::Label, pick(language, "请注意", "Please note"));
        grid.put(REASONS, 'F', Style::Text, texts.join("\n"));
        grid.heights.push((REASONS, 90));
    }
}

/// The largest whole number in any cell of the steps.
fn reached(steps: &[StepCells]) -> Whole {
    let cells = steps.iter().flat_map(|step| [Some(&step.value), step.reach.as_ref()]).flatten();
    cells.filter_map(|cell| cell.result.parse::<Whole>().ok()).map(Whole::abs).max().unwrap_or_default()
}

pub(super) fn is_of_settlement(fact: &PlanFact) -> bool {
    StandardFact::named(&fact.name).is_some_and(|fact| fact.settlement)
}

impl Pen<'_> {
    pub(super) fn say(&self, zh: &'static str, en: &'static str) -> &'static str {
        pick(self.page.language, zh, en)
    }

    pub(super) fn words(&self, text: &crate::text::Text) -> String {
        text.in_language(self.page.language).to_owned()
    }

    /// Whether amounts are shown: the claim is decided, and not refused or set aside.
    pub(super) fn is_open(&self) -> bool {
        Decision::ALL.into_iter().any(|decision| decision.is_open() && decision.name() == self.outcome)
    }

    /// A formula that holds where amounts are shown.
    pub(super) fn is_open_now() -> String {
        is_one_of(Decision::ALL.into_iter().filter(|decision| decision.is_open()))
    }

    fn write(&mut self, steps: &[StepCells], priors: &PlacesOfPriors) -> (Grid, Summary) {
        self.head();
        self.facts();
        self.priors(priors);
        // the reasons follow each other in this order: identities, conditions, facts, benefits
        self.identities();
        self.conditions();
        self.missing_facts();
        self.benefits();
        self.posts();
        self.steps(steps);
        self.outcome(steps);
        let page = self.page;
        let payable =
            if self.is_calculated() { page.conclusion.payable.normalize().to_string() } else { String::new() };
        let summary = Summary {
            claim: page.claim.to_owned(),
            plan: format!("{} {}", page.plan.id(), page.plan.version()),
            decision: self.outcome.to_owned(),
            payable,
            reasons: self.chain[0].1.clone(),
            recorded: None,
        };
        (std::mem::replace(&mut self.grid, Grid::new(String::new())), summary)
    }

    fn is_calculated(&self) -> bool {
        ![UNREADABLE, BEYOND].contains(&self.outcome)
    }

    fn head(&mut self) {
        let (page, language) = (self.page, self.page.language);
        let (plan, grid) = (page.plan, &mut self.grid);
        grid.widths = vec![('A', 24), ('B', 50), ('C', 18), ('D', 18), ('E', 26), ('F', 56)];
        grid.widths.extend(('G'..='M').map(|column| (column, 11)));
        grid.folded = Some(('G', 'M'));
        grid.put(1, 'A', Style::Title, plan.title().in_language(language));
        let (claim, enrollment, id, version) = (page.claim, page.enrollment, plan.id(), plan.version());
        let fingerprint = plan.fingerprint();
        let line = match language {
            Language::Zh => {
                format!("理赔申请 {claim} · 参保记录 {enrollment} · {id} · 版本 {version} · SHA-256 {fingerprint}")
            }
            Language::En => {
                format!("claim {claim} · enrollment {enrollment} · {id} · version {version} · SHA-256 {fingerprint}")
            }
        };
        grid.put(2, 'A', Style::Faint, line);
        let note = pick(
            language,
            "改动黄色格，结果随之改变；规则的数字在计划页。每一步都是公式，在本页末；折叠的列是辅助计算。",
            "Change a yellow cell, and the result changes; the figures of the rules are on the plan's sheet. Every step is a formula, at the end of \
             this sheet; the folded columns help to work them out.",
        );
        grid.put(3, 'A', Style::Faint, note);
        grid.heights.extend([(DECISION, 18), (PAYABLE, 20), (REASONS, 30), (READABLE, 16), (EXACT, 30)]);
        grid.frozen = EXACT;
    }

    /// A section's title, and the heads of its columns.
    pub(super) fn section(&mut self, row: usize, title: &str, heads: &[(char, &str)]) {
        self.grid.put(row, 'A', Style::Section, title);
        self.grid.heights.push((row, 18));
        for column in 'A'..='F' {
            self.grid.put(row.saturating_add(1), column, Style::Head, Content::Empty);
        }
        self.grid.texts(row.saturating_add(1), Style::Head, heads);
    }

    /// The value of a step, or the empty text.
    pub(super) fn cell(&self, node: Node) -> String {
        self.sheet.value(node)
    }

    /// A formula of a truth in three words.
    pub(super) fn in_words(&self, truth: Node, [yes, no, open]: [&str; 3]) -> (String, String) {
        let cell = self.cell(truth);
        let formula = format!("IF({cell}=\"\",{},IF({cell},{},{}))", quoted(open), quoted(yes), quoted(no));
        let word = match self.page.values.truth(truth) {
            Some(true) => yes,
            Some(false) => no,
            None => open,
        };
        (formula, word.to_owned())
    }

    /// The value of a step as a reader writes it.
    fn readable(&self, node: Node, value: Option<&Value>) -> (String, String) {
        let own = self.cell(node);
        let formula = match self.sheet.kind(node) {
            Kind::Number(_) => match self.sheet.places_of(node) {
                0 => own,
                places => format!("IF({own}=\"\",\"\",{own}/{})", power_of_ten(places)),
            },
            Kind::Truth | Kind::Text => own,
            Kind::Date(_) => {
                let row = self.rows.steps.first.saturating_add(node.place());
                let [year, month, day] = WORK.map(|column| format!("{column}{row}"));
                format!("IF({own}=\"\",\"\",{})", text_of_date([&year, &month, &day]))
            }
        };
        let result = match value {
            Some(Value::Number(number)) => number.normalize().to_string(),
            Some(Value::Date(date)) => format!("{:04}-{:02}-{:02}", date.year(), date.month(), date.day()),
            Some(Value::YesNo(truth)) => if *truth { "TRUE" } else { "FALSE" }.to_owned(),
            Some(Value::Text(text)) => text.to_string(),
            None => String::new(),
        };
        (formula, result)
    }

    /// A formula that holds where the decision has reasons of a kind.
    pub(super) fn has(kind: ReasonKind) -> String {
        is_one_of(kind.decisions())
    }

    /// Whether it has some now.
    pub(super) fn gives(&self, kind: ReasonKind) -> bool {
        kind.decisions().any(|decision| decision.name() == self.outcome)
    }

    /// Adds a reason to those so far, if a formula holds.
    pub(super) fn reason(&mut self, row: usize, holds: &str, counts: bool, code: &str, words: &str) {
        let texts = [(quoted(code), code.to_owned()), (quoted(words), words.to_owned())];
        self.reason_by(row, holds, counts, texts);
    }

    /// The same with formulas of what is added.
    pub(super) fn reason_by(&mut self, row: usize, holds: &str, counts: bool, texts: [(String, String); 2]) {
        let separator = self.say("；", "; ");
        let separators = [";", separator];
        for (((column, so_far), (formula, text)), separator) in
            CHAIN.into_iter().zip(&mut self.chain).zip(texts).zip(separators)
        {
            let before = &so_far.0;
            let live = format!("{before}&IF({holds},IF({before}=\"\",\"\",{})&{formula},\"\")", quoted(separator));
            let mut result = so_far.1.clone();
            if counts {
                if !result.is_empty() {
                    result.push_str(separator);
                }
                result.push_str(&text);
            }
            self.grid.live(row, column, Style::Work, live, &result);
            *so_far = (format!("{column}{row}"), result);
        }
    }
}

/// The line of a claim in the list of all.
pub(super) fn list(grid: &mut Grid, row: usize, claim: &Grid, summary: &Summary, has_recorded: bool) {
    grid.put(row, 'A', Style::Text, summary.claim.as_str());
    grid.links.push((row, 'A', claim.name.clone()));
    grid.put(row, 'B', Style::Code, summary.plan.as_str());
    grid.live(row, 'C', Style::Plain, claim.address(DECISION, 'C'), &summary.decision);
    grid.live(row, 'D', Style::Amount, claim.address(PAYABLE, 'C'), &summary.payable);
    let reasons = words::reasons_of_list(has_recorded);
    grid.live(row, reasons, Style::Mark, claim.address(REASONS, 'C'), &summary.reasons);
    if let Some(recorded) = summary.recorded {
        grid.put(row, 'E', Style::InputAmount, recorded);
        let excess = summary.payable.parse().ok().and_then(|due: Decimal| exact::subtract(recorded, due).ok());
        let formula = format!("IF(ISNUMBER($D{row}),ROUND($E{row}-$D{row},2),\"\")");
        grid.live(
            row,
            'F',
            Style::Amount,
            formula,
            excess.map_or_else(String::new, |excess| excess.normalize().to_string()),
        );
        grid.signal((row, 'E'), (row, 'F'), format!("=$E{row}<>$D{row}"), Ink::Bad);
    }
}

/// A formula that holds where the decision is one of these.
fn is_one_of(decisions: impl Iterator<Item = Decision>) -> String {
    let of = |decision: Decision| format!("$C${DECISION}={}", quoted(decision.name()));
    let all: Vec<String> = decisions.map(of).collect();
    format!("OR({})", all.join(","))
}
