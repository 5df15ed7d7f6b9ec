//! The waterfalls on a claim's sheet: the gross amount, what each line takes and leaves, what is paid.

use rust_decimal::Decimal;

use super::claim::Pen;
use super::grid::{Content, Ink, Style};
use super::words;
use crate::certificate::conclusion;
use crate::certificate::program::line_words;
use crate::plan::{Benefit, Provenance};
use crate::reading::formula::{Line, Waterfall};
use crate::reading::sheet::{Whole, power_of_ten, quoted};
use crate::semantics::outcome::{CAUSES, Effect, LineKind, NONE_APPLIES, NOTHING_CLAIMED, ReasonKind};

/// In the row of a benefit's name: 1 if its amounts are shown.
const SHOWN: char = 'G';
/// In its lines: what is due after the line, in whole units.
const DUE: char = 'G';
/// What the first line that is known leaves, from here on.
const FIRST_KNOWN: char = 'H';
/// Why nothing is left, as soon as a line says so.
const WHY: char = 'I';

/// A benefit on the sheet: the row of its name, that of the gross amount, one for each line, that of what is paid.
struct Block<'a> {
    stated: &'a Benefit,
    waterfall: &'a Waterfall,
    /// What it comes to, where its amounts are shown.
    decided: Option<&'a conclusion::Benefit>,
    row: usize,
    /// The places in which all of its amounts are whole units.
    places: u32,
    scale: String,
}

/// What the lines so far have come to.
struct Told {
    due: Option<Whole>,
    why: String,
}

impl Block<'_> {
    fn gross_row(&self) -> usize {
        self.row.saturating_add(1)
    }

    fn first_line(&self) -> usize {
        self.row.saturating_add(2)
    }

    fn paid_row(&self) -> usize {
        self.first_line().saturating_add(self.waterfall.lines.len())
    }
}

fn decimal(amount: Option<Decimal>) -> String {
    amount.map(|amount| amount.normalize().to_string()).unwrap_or_default()
}

fn written(units: Option<Whole>) -> String {
    units.map(|units| units.to_string()).unwrap_or_default()
}

impl<'a> Pen<'a> {
    pub(super) fn benefits(&mut self) {
        let heads = [
            ('A', self.say("步骤", "step")),
            ('B', self.say("理由", "reason")),
            ('C', self.say("扣除（元）", "takes (yuan)")),
            ('D', self.say("余下（元）", "leaves (yuan)")),
            ('E', self.say("适用 / 出处", "applies / provenance")),
            ('F', self.say("条款", "clause")),
        ];
        let title = self.say("各项待遇", "Benefits");
        self.section(self.rows.benefits_title, title, &heads);
        let mut shown = Vec::new();
        let waterfalls = self.page.plan.benefits.iter().zip(&self.page.formula.benefits);
        for ((benefit, waterfall), row) in waterfalls.zip(self.rows.benefits.clone()) {
            self.benefit(&self.block(benefit, waterfall, row));
            shown.push(format!("{SHOWN}{row}"));
        }
        let is_none = if shown.is_empty() { "TRUE".to_owned() } else { format!("SUM({})=0", shown.join(",")) };
        let holds = format!("AND({},{is_none})", Pen::has(ReasonKind::Cause));
        let counts = self.gives(ReasonKind::Cause) && self.page.conclusion.benefits.is_empty();
        let words = self.say("没有适用的待遇", "no benefit applies");
        self.reason(self.rows.none_applies, &holds, counts, NONE_APPLIES.name(), words);
    }

    fn block(&self, stated: &'a Benefit, waterfall: &'a Waterfall, row: usize) -> Block<'a> {
        let nodes = waterfall.lines.iter().map(|line| line.leaves).chain([waterfall.gross]);
        let places = nodes.map(|node| self.sheet.places_of(node)).max().unwrap_or_default();
        let decided = self.page.conclusion.benefits.iter().find(|benefit| *benefit.id == *stated.id);
        let decided = decided.filter(|_| self.is_open());
        Block { stated, waterfall, decided, row, places, scale: power_of_ten(places) }
    }

    fn benefit(&mut self, block: &Block<'_>) {
        self.name(block);
        self.gross(block);
        let mut told = Told { due: self.sheet.units_at(block.waterfall.gross, block.places), why: String::new() };
        for index in 0..block.waterfall.lines.len() {
            self.line(block, index, &mut told);
        }
        self.paid(block, told.why);
        let Block { row, .. } = block;
        let (top, end) = ((*row, 'A'), (block.paid_row(), 'F'));
        self.grid.signal(top, end, format!("=${SHOWN}${row}=0"), Ink::Faint);
    }

    fn name(&mut self, Block { stated, waterfall, decided, row, .. }: &Block<'_>) {
        let language = self.page.language;
        let applies =
            [self.say("适用", "applies"), self.say("不适用", "does not apply"), self.say("未知", "not known")];
        self.grid.put(*row, 'A', Style::BenefitName, &*stated.id);
        self.grid.put(*row, 'B', Style::BenefitText, stated.title.in_language(language));
        let (formula, word) = self.in_words(waterfall.applies, applies);
        self.grid.put(*row, 'C', Style::BenefitName, Content::Empty);
        self.grid.put(*row, 'D', Style::BenefitName, Content::Empty);
        self.grid.live(*row, 'E', Style::BenefitName, formula, word);
        self.grid.put(*row, 'F', Style::BenefitClause, stated.citation.clause.in_language(language));
        let cell = self.cell(waterfall.applies);
        let shown = format!("IF({},IF({cell}=\"\",0,IF({cell},1,0)),0)", Pen::is_open_now());
        self.grid.live(*row, SHOWN, Style::Work, shown, i32::from(decided.is_some()));
    }

    fn gross(&mut self, block: &Block<'_>) {
        let Block { stated, waterfall, decided, row, places, scale } = block;
        let (language, at, first) = (self.page.language, block.gross_row(), block.first_line());
        let (gross, gross_at) = (self.cell(waterfall.gross), self.sheet.value_at(waterfall.gross, *places));
        self.grid.put(at, 'A', Style::Code, self.say("给付前", "gross"));
        self.grid.put(at, 'B', Style::Text, stated.gross.wording.in_language(language));
        self.grid.put(at, 'C', Style::Amount, Content::Empty);
        let known = self.sheet.units_at(waterfall.gross, *places);
        self.grid.live(at, DUE, Style::Work, format!("IF({gross}=\"\",\"\",{gross_at})"), written(known));
        let amount = format!(
            "IF({SHOWN}{row}=1,IF({DUE}{at}=\"\",IF({FIRST_KNOWN}{first}=\"\",\"\",{FIRST_KNOWN}{first}/{scale}),\
             {DUE}{at}/{scale}),\"\")"
        );
        self.grid.live(at, 'D', Style::Amount, amount, decimal(decided.and_then(|benefit| benefit.gross)));
        let is_assumed = stated.citation.provenance == Provenance::Assumed || !stated.gross_assumed.is_empty();
        self.assumed(at, is_assumed);
        self.grid.put(at, 'F', Style::Clause, stated.citation.clause.in_language(language));
        self.grid.live(at, WHY, Style::Work, "\"\"".to_owned(), "");
    }

    fn line(&mut self, block: &Block<'_>, index: usize, told: &mut Told) {
        let Some(line) = block.waterfall.lines.get(index) else { return };
        self.shown_line(block, index, line);
        self.worked_line(block, index, line, told);
    }

    /// What a reader sees of a line.
    fn shown_line(&mut self, block: &Block<'_>, index: usize, line: &Line) {
        let Block { stated, decided, row, scale, .. } = block;
        let (language, at) = (self.page.language, block.first_line().saturating_add(index));
        let before = at.saturating_sub(1);
        let (text, clause) = line_words(self.page.plan, stated, line.kind);
        let (leaves, leaves_at) = (self.cell(line.leaves), self.sheet.value_at(line.leaves, block.places));
        let amounts = decided.and_then(|benefit| benefit.lines.get(index)).and_then(|line| line.amounts.as_ref());
        self.grid.put(at, 'A', Style::Code, words::line(line.kind, stated, language));
        self.grid.put(at, 'B', Style::Text, text.in_language(language));
        let takes = format!(
            "IF(AND({SHOWN}{row}=1,{leaves}<>\"\"),IF({DUE}{before}=\"\",0,({DUE}{before}-{leaves_at})/{scale}),\"\")"
        );
        self.grid.live(at, 'C', Style::Amount, takes, decimal(amounts.map(|amounts| amounts.takes)));
        let stays = format!("IF(AND({SHOWN}{row}=1,{leaves}<>\"\"),{leaves_at}/{scale},\"\")");
        self.grid.live(at, 'D', Style::Amount, stays, decimal(amounts.map(|amounts| amounts.leaves)));
        self.assumed(at, self.is_line_assumed(stated, line.kind));
        self.grid.put(at, 'F', Style::Clause, clause.in_language(language));
    }

    /// The cells that the next line stands on.
    fn worked_line(&mut self, block: &Block<'_>, index: usize, line: &Line, told: &mut Told) {
        let Block { stated, waterfall, places, .. } = block;
        let at = block.first_line().saturating_add(index);
        let (before, after) = (at.saturating_sub(1), at.saturating_add(1));
        let (leaves, leaves_at) = (self.cell(line.leaves), self.sheet.value_at(line.leaves, *places));
        let because = |effect: Effect| effect.cause(line.kind.cause(stated)).name();
        let (of_nothing, of_all) = (because(Effect::LeavesNothingOfNothing), because(Effect::TakesAll));
        let units = self.sheet.units_at(line.leaves, *places);
        if told.why.is_empty() && units == Some(0) {
            told.why = String::from(if told.due == Some(0) { of_nothing } else { of_all });
        }
        told.due = units.or(told.due);
        let mut from_here = waterfall.lines.iter().skip(index);
        let first_known = from_here.find_map(|line| self.sheet.units_at(line.leaves, *places));
        let formula = format!("IF({leaves}=\"\",{DUE}{before},{leaves_at})");
        self.grid.live(at, DUE, Style::Work, formula, written(told.due));
        let formula = format!("IF({leaves}=\"\",{FIRST_KNOWN}{after},{leaves_at})");
        self.grid.live(at, FIRST_KNOWN, Style::Work, formula, written(first_known));
        let formula = format!(
            "IF({WHY}{before}<>\"\",{WHY}{before},IF({leaves}=\"\",\"\",IF({leaves}=0,IF({DUE}{before}=\"\",{of_all},\
             IF({DUE}{before}<>0,{of_all},{of_nothing})),\"\")))",
            of_all = quoted(of_all),
            of_nothing = quoted(of_nothing)
        );
        self.grid.live(at, WHY, Style::Work, formula, &told.why);
    }

    fn paid(&mut self, block: &Block<'_>, why: String) {
        let Block { stated, decided, row, scale, .. } = block;
        let (language, at) = (self.page.language, block.paid_row());
        let last = at.saturating_sub(1);
        self.grid.put(at, 'A', Style::Paid, self.say("给付", "paid"));
        self.grid.put(at, 'B', Style::Paid, stated.title.in_language(language));
        for column in ['C', 'E', 'F'] {
            self.grid.put(at, column, Style::Paid, Content::Empty);
        }
        let paid = format!("IF({SHOWN}{row}=1,IF({DUE}{last}=\"\",\"\",{DUE}{last}/{scale}),\"\")");
        self.grid.live(at, 'D', Style::PaidAmount, paid, decimal(decided.and_then(|benefit| benefit.paid)));
        self.grid.live(at, FIRST_KNOWN, Style::Work, "\"\"".to_owned(), "");
        let nothing = NOTHING_CLAIMED.name();
        let code = format!("IF({WHY}{last}=\"\",{},{WHY}{last})", quoted(nothing));
        let why = if why.is_empty() { nothing.to_owned() } else { why };
        self.grid.live(at, WHY, Style::Work, code, &why);
        self.reason_of(block, why);
    }

    /// Why nothing is paid, among the reasons of the claim.
    fn reason_of(&mut self, block: &Block<'_>, why: String) {
        let Block { stated, decided, row, .. } = block;
        let (language, at) = (self.page.language, block.paid_row());
        let holds = format!("AND({},{SHOWN}{row}=1)", Pen::has(ReasonKind::Cause));
        let counts = self.gives(ReasonKind::Cause) && decided.is_some();
        let title = self.words(&stated.title);
        let colon = self.say("：", ": ");
        let (of, text) = (quoted(&format!("{title}{colon}")), format!("{title}{colon}{}", words::why(&why, language)));
        let cell = format!("{WHY}{at}");
        let in_words = CAUSES.iter().rev().fold(cell.clone(), |otherwise, cause| {
            format!(
                "IF({cell}={},{},{otherwise})",
                quoted(cause.name()),
                quoted(cause.title(language).unwrap_or(cause.name()))
            )
        });
        self.reason_by(at, &holds, counts, [(cell, why), (format!("{of}&{in_words}"), text)]);
    }

    fn is_line_assumed(&self, stated: &Benefit, kind: LineKind) -> bool {
        match kind {
            LineKind::Step(index) => !stated.step(index).assumed.is_empty(),
            LineKind::Rounding => {
                let citation = self.page.plan.rounding_citation(stated);
                !citation.assumed.is_empty() || citation.provenance == Provenance::Assumed
            }
            LineKind::Limit(index) => {
                let citation = &self.page.plan.limit(index).citation;
                !citation.assumed.is_empty() || citation.provenance == Provenance::Assumed
            }
        }
    }

    /// Marks a line that stands on something assumed.
    fn assumed(&mut self, row: usize, is_assumed: bool) {
        let (style, word) = if is_assumed {
            (Style::Assumed, self.say("含推定", "stands on an assumption"))
        } else {
            (Style::Mark, "")
        };
        self.grid.put(row, 'E', style, word);
    }
}
