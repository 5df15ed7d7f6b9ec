//! The sheet of one claim: its outcome, its inputs, what is asked of it, and every step.

use chrono::Datelike;
use rust_decimal::Decimal;

use super::Summary;
use super::figures::Figures;
use super::grid::{Choice, Content, Grid, Ink, Style};
use super::rows::{DECISION, EXACT, PAYABLE, READABLE, REASONS, Rows};
use super::words::{self, BEYOND, UNREADABLE, pick};
use crate::accumulator::Measure;
use crate::certificate::conclusion::Conclusion;
use crate::exact;
use crate::fact::{Holder, Kind, StandardFact, Value};
use crate::notice::Notice;
use crate::plan::expression::{Slot, Slots};
use crate::plan::{LedgerAmount, Otherwise, Plan, PlanFact};
use crate::reading::formula::Formula;
use crate::reading::formula::evaluate::{Inputs, Values};
use crate::reading::formula::graph::{Node, Operation};
use crate::reading::known::Known;
use crate::reading::sheet::{
    self, BITS, MISSING, MOST, MOST_UNITS, Places, REACH, Sheet, StepCells, WORK, Whole, bit_of, one_of, power_of_ten,
    quoted, serial, text_of_date, word_of,
};
use crate::semantics::Source;
use crate::semantics::outcome::{DECISIONS, Decision, Ground, OTHERWISE, Part, ReasonKind};
use crate::text::Language;

/// All that a sheet is written from.
pub(super) struct Page<'a> {
    pub(super) plan: &'a Plan,
    pub(super) formula: &'a Formula,
    pub(super) figures: &'a Figures,
    /// The places that the formulas carry of each prior.
    pub(super) priors: &'a [u32],
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
    /// The facts that have a row, in their order.
    facts: Vec<Slot>,
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

impl Page<'_> {
    /// The sheet, and its line in the list of all.
    pub(super) fn laid_out(&self, name: String) -> (Grid, Summary) {
        let facts = self.facts();
        let rows = Rows::of(self.formula, facts.len(), &self.order());
        let places = self.places(&rows, &facts);
        let priors: Vec<u32> = self
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
    fn order(&self) -> Vec<usize> {
        let rank = |benefit: &usize| {
            let stated = self.plan.benefits.get(*benefit);
            let decided =
                self.conclusion.benefits.iter().find(|one| stated.is_some_and(|stated| *one.id == *stated.id));
            match decided {
                Some(decided) if decided.paid.is_some_and(|paid| paid > Decimal::ZERO) => 0,
                Some(_) => 1,
                None => 2,
            }
        };
        let mut order: Vec<usize> = (0..self.plan.benefits.len()).collect();
        order.sort_by_key(rank);
        order
    }

    /// The facts that a step reads: those of the enrollment, those of the claim, those of its settlement.
    fn facts(&self) -> Vec<Slot> {
        let steps = self.formula.graph.steps().iter();
        let mut facts: Vec<Slot> = steps
            .filter_map(|step| match &step.operation {
                Operation::Fact(slot) => Some(*slot),
                _other => None,
            })
            .collect();
        let rank = |slot: &Slot| {
            let fact = self.plan.fact(*slot);
            let place = fact.standard.unwrap_or(usize::MAX);
            (fact.holder == Holder::Claim, is_of_settlement(fact), place, *slot)
        };
        facts.sort_by_key(rank);
        facts
    }

    fn places(&self, rows: &Rows, facts: &[Slot]) -> Places {
        let input = |row: usize| format!("C{row}");
        Places {
            first_step: rows.steps.first,
            facts: facts.iter().zip(rows.facts.first..).map(|(slot, row)| (*slot, input(row))).collect(),
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

    fn write(&mut self, steps: &[StepCells], priors: &[u32]) -> (Grid, Summary) {
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

    // ── inputs ────────────────────────────────────────────────────────────

    fn facts(&mut self) {
        let (section, language) = (self.rows.facts, self.page.language);
        let heads = [
            ('A', self.say("事实", "fact")),
            ('B', self.say("名称", "title")),
            ('C', self.say("值", "value")),
            ('D', self.say("未填时推算", "follows, if not given")),
            ('E', self.say("状态", "status")),
            ('F', self.say("可填", "what may be put in")),
        ];
        self.section(section.title, self.say("事实", "Facts"), &heads);
        let mut settlement = Vec::new();
        for (row, slot) in (section.first..).zip(self.facts.clone()) {
            let fact = self.page.plan.fact(slot);
            self.grid.put(row, 'A', Style::Code, &*fact.name);
            self.grid.put(row, 'B', Style::Text, fact.title.in_language(language));
            self.given(row, slot, fact);
            self.derived(row, slot);
            let allowed = self.allowed(fact);
            self.grid.put(row, 'F', Style::Clause, allowed);
            let wrong = self.wrong(row, slot, fact);
            self.grid.live(row, WRONG, Style::Work, wrong, 0);
            let bit = u64::try_from(bit_of(slot)).unwrap_or_default();
            self.grid.put(row, BIT, Style::Work, Decimal::from(bit));
            let word = slot.checked_div(BITS).unwrap_or_default();
            self.grid.put(row, WORD, Style::Work, Decimal::from(word));
            self.grid.named.push((format!("fact_{}", fact.name), row, 'C'));
            if is_of_settlement(fact) {
                settlement.push((row, self.fact(slot).is_some()));
            }
        }
        if let (Some((first, _)), Some((last, _))) = (settlement.first(), settlement.last()) {
            let is_given = settlement.iter().any(|(_, is_given)| *is_given);
            self.grid.groups.push((*first, *last, !is_given));
        }
        let (first, last) = ((section.first, 'A'), (section.last(), 'F'));
        self.grid.signal(first, last, format!("=${WRONG}{}=1", section.first), Ink::Bad);
    }

    fn fact(&self, slot: Slot) -> Option<&Value> {
        self.page.inputs.facts.get(slot).and_then(Option::as_ref)
    }

    fn given(&mut self, row: usize, slot: Slot, fact: &PlanFact) {
        let style = match fact.kind {
            Kind::Money => Style::InputAmount,
            Kind::Date => Style::InputDate,
            Kind::Ratio | Kind::Number | Kind::Days | Kind::YesNo | Kind::Category => Style::Input,
        };
        let content = match self.fact(slot) {
            Some(Value::Number(number)) => Content::Number(*number),
            Some(Value::Date(date)) => Content::Date(*date),
            Some(Value::YesNo(truth)) => words::yes(*truth, self.page.language).into(),
            Some(Value::Text(text)) => self.value_in_words(fact, text).into(),
            None => Content::Empty,
        };
        self.grid.put(row, 'C', style, content);
        let choice = match fact.kind {
            Kind::Money | Kind::Ratio | Kind::Number | Kind::Days => {
                Some(Choice::Between { min: fact.bounds.min, max: fact.bounds.max }) // a warning only
            }
            Kind::YesNo => {
                let values = [true, false].map(|truth| words::yes(truth, self.page.language).to_owned()).into();
                Some(Choice::Of { values, is_open: false })
            }
            Kind::Category => {
                let values = names(fact).iter().map(|name| self.value_in_words(fact, name)).collect();
                Some(Choice::Of { values, is_open: fact.open })
            }
            Kind::Date => None,
        };
        self.grid.choices.extend(choice.map(|choice| (row, 'C', choice)));
    }

    /// A value of a category as a reader writes it: in Chinese by its title, which the formulas read as its name.
    fn value_in_words(&self, fact: &PlanFact, value: &str) -> String {
        let titled = fact.titled_values().into_iter().find(|(name, _)| *name == value);
        match (self.page.language, titled) {
            (Language::Zh, Some((_, title))) => title,
            (Language::Zh, None) | (Language::En, _) => value.to_owned(),
        }
    }

    /// What a fact that is not given follows to be.
    fn derived(&mut self, row: usize, slot: Slot) {
        let steps = self.page.formula.graph.steps().iter().enumerate();
        let mut derived = steps.filter_map(|(place, step)| match &step.operation {
            Operation::Derived(node, of) if *of == slot => Some((place, *node)),
            _other => None,
        });
        let Some((place, node)) = derived.next() else {
            self.grid.put(row, 'D', Style::Plain, Content::Empty);
            return;
        };
        let value = self.page.values.all().get(place).and_then(Known::value).cloned();
        let is_absent = self.fact(slot).is_none();
        let (shown, result) = self.readable(node, value.as_ref());
        let result = if is_absent { result } else { String::new() };
        self.grid.live(row, 'D', Style::Amount, format!("IF(C{row}=\"\",{shown},\"\")"), result);
    }

    /// The value of a step as a reader writes it.
    fn readable(&self, node: Node, value: Option<&Value>) -> (String, String) {
        let own = self.cell(node);
        let formula = match self.sheet.kind(node.place()) {
            sheet::Kind::Number(0) | sheet::Kind::Truth | sheet::Kind::Text => own,
            sheet::Kind::Number(places) => format!("IF({own}=\"\",\"\",{own}/{})", power_of_ten(places)),
            sheet::Kind::Date => {
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

    fn allowed(&self, fact: &PlanFact) -> String {
        let kind = words::kind(fact.kind, self.page.language);
        match fact.kind {
            Kind::Money | Kind::Ratio | Kind::Number | Kind::Days => {
                let (min, max) = (fact.bounds.min.normalize(), fact.bounds.max.normalize());
                match self.page.language {
                    Language::Zh => format!("{kind}，{min} 至 {max}"),
                    Language::En => format!("{kind}, {min} to {max}"),
                }
            }
            Kind::Category => {
                let named = fact.symbols.iter().map(|symbol| {
                    let title = symbol.title.in_language(self.page.language);
                    let is_written = self.value_in_words(fact, &symbol.name) == title;
                    if is_written { title.to_owned() } else { format!("{} {title}", symbol.name) }
                });
                let named = named.collect::<Vec<_>>().join(", ");
                match (named.is_empty(), fact.open) {
                    (true, _) => kind.to_owned(),
                    (false, true) => format!("{named}, …"),
                    (false, false) => named,
                }
            }
            Kind::Date | Kind::YesNo => kind.to_owned(),
        }
    }

    /// A formula that is 1 where what stands in a fact's cell is no value of it.
    fn wrong(&self, row: usize, slot: Slot, fact: &PlanFact) -> String {
        let cell = format!("C{row}");
        let step = self.page.formula.graph.steps().iter().position(|step| step.operation == Operation::Fact(slot));
        let line = self.rows.steps.first.saturating_add(step.unwrap_or_default());
        let [first_year, last_year] = YEARS;
        let is_right = match fact.kind {
            Kind::Money | Kind::Ratio | Kind::Number | Kind::Days => {
                let bounds = fact.given_bounds();
                let (min, max) = (bounds.min.normalize(), bounds.max.normalize());
                let scale = power_of_ten(fact.kind.places());
                format!("AND({cell}>={min},{cell}<={max},ROUND({cell}*{scale},0)/{scale}={cell})")
            }
            Kind::Date => {
                let last = serial(chrono::NaiveDate::from_ymd_opt(last_year, 12, 31));
                let [year, month, day] = WORK.map(|column| format!("{column}{line}"));
                let text = text_of_date([&year, &month, &day]);
                return format!(
                    "IF({cell}=\"\",0,IF(ISNUMBER({cell}),IF(AND({cell}>=61,{cell}<={last},{cell}=INT({cell})),0,1),\
                     IF(ISNUMBER({year}),IF(AND({year}>={first_year},{year}<={last_year},EXACT({text},{cell})),0,1),1)))"
                );
            }
            Kind::YesNo => return format!("IF({cell}=\"\",0,IF(C{line}=\"\",1,0))"),
            Kind::Category => {
                let mut values = names(fact);
                values.extend(fact.titled_values().into_iter().map(|(_, title)| title));
                if fact.open || values.is_empty() {
                    return "0".to_owned();
                }
                let listed = one_of(&format!("({cell}&\"\")"), &values);
                return format!("IF({cell}=\"\",0,IF({listed},0,1))");
            }
        };
        format!("IF({cell}=\"\",0,IF(ISNUMBER({cell}),IF({is_right},0,1),1))")
    }

    /// What each fact is to the claim; where it is missing, that is a reason.
    fn missing_facts(&mut self) {
        let needed = self.page.formula.asked(self.page.values);
        let asks = self.gives(ReasonKind::Missing);
        let (bad, missing) =
            (self.say("✗ 读不出", "✗ cannot be read"), self.say("缺，待补", "missing: the claim waits for it"));
        let follows = self.say("推算", "follows from others");
        // as the plan came to read them
        let mut in_order: Vec<(Slot, usize)> = self.facts.iter().copied().zip(self.rows.facts.first..).collect();
        in_order.sort_unstable();
        for (slot, row) in in_order {
            let fact = self.page.plan.fact(slot);
            let word = slot.checked_div(BITS).unwrap_or_default();
            let mask = format!("${}${DECISION}", MISSING.get(word).copied().unwrap_or('K'));
            let is_needed = format!("AND({},_xlfn.BITAND({mask},{})>0)", Pen::has(ReasonKind::Missing), bit_of(slot));
            let absent = words::absent(fact.absent, self.page.language);
            let formula = format!(
                "IF({WRONG}{row}=1,{},IF(C{row}<>\"\",\"\",IF({is_needed},{},IF(D{row}<>\"\",{},{}))))",
                quoted(bad),
                quoted(missing),
                quoted(follows),
                quoted(absent)
            );
            let counts = asks && needed.has_any(Slots::of(slot));
            let has_derived = matches!(self.grid.cells.get(&(row, 'D')).map(|cell| &cell.content), Some(Content::Live(live)) if !live.result.is_empty());
            let result = match () {
                () if self.fact(slot).is_some() => "",
                () if counts => missing,
                () if has_derived => follows,
                () => absent,
            };
            self.grid.live(row, 'E', Style::Mark, formula, result);
            let title = self.words(&fact.title);
            let lacks = self.say("缺少", "missing: ");
            self.reason(row, &is_needed, counts, &format!("missing-fact:{}", fact.name), &format!("{lacks}{title}"));
        }
        let (first, last) = ((self.rows.facts.first, 'E'), (self.rows.facts.last(), 'E'));
        self.grid.signal(first, last, format!("=$E{}={}", self.rows.facts.first, quoted(missing)), Ink::Doubt);
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

    fn priors(&mut self, places: &[u32]) {
        let section = self.rows.priors;
        let heads = [
            ('A', self.say("项目", "entry")),
            ('B', self.say("含义", "what it counts")),
            ('C', self.say("值", "value")),
            ('D', self.say("单位", "unit")),
            ('E', self.say("值未知时：因缺少", "if it is not known, the missing facts:")),
        ];
        let title = self.say("此前各次申请的入账（没有时填 0）", "What earlier claims have posted (0 if nothing)");
        self.section(section.title, title, &heads);
        let priors = self.page.formula.priors.iter().zip(&self.page.inputs.priors).zip(places);
        for (row, ((prior, value), places)) in (section.first..).zip(priors) {
            let ledger = self.page.plan.entry(prior.entry);
            let scope = words::scope(prior.scope, self.page.language);
            self.grid.put(row, 'A', Style::Code, format!("{} · {}", ledger.entry, prior.scope));
            let what = self.entry_words(&ledger.entry.name, ledger.entry.measure);
            self.grid.put(row, 'B', Style::Text, format!("{what} · {scope}"));
            let unit = match ledger.amount {
                LedgerAmount::Paid(_) | LedgerAmount::Deducted(_) => self.say("元", "yuan"),
                LedgerAmount::Count(_) => self.say("次", "claims"),
                LedgerAmount::Sum(_) => "",
            };
            self.grid.put(row, 'D', Style::Code, unit);
            let input = if unit.is_empty() || *places > 0 { Style::InputAmount } else { Style::Input };
            let (amount, missing) = match value {
                Ok(amount) => (Content::Number(amount.normalize()), Content::Empty),
                Err(gap) => {
                    let named = gap.iter().next().map(|slot| &*self.page.plan.fact(slot).name);
                    (Content::Empty, named.unwrap_or_default().into())
                }
            };
            self.grid.put(row, 'C', input, amount);
            self.grid.put(row, 'E', Style::Input, missing);
            let (scale, names) = (power_of_ten(*places), &self.rows.facts.column('A'));
            let wrong = format!(
                "IF(C{row}=\"\",IF(SUMPRODUCT(EXACT({names},E{row})*1)=1,0,1),\
                 IF(ISNUMBER(C{row}),IF(ROUND(C{row}*{scale},0)/{scale}=C{row},0,1),1))"
            );
            self.grid.live(row, WRONG, Style::Work, wrong, 0);
        }
        if section.count > 0 {
            let (first, last) = ((section.first, 'A'), (section.last(), 'F'));
            self.grid.signal(first, last, format!("=${WRONG}{}=1", section.first), Ink::Bad);
        }
    }

    /// What an entry counts, with the title of what it is about.
    fn entry_words(&self, name: &str, measure: Measure) -> String {
        let benefit =
            self.page.plan.benefits.iter().find(|benefit| &*benefit.id == name).map(|benefit| &*benefit.title);
        let title =
            benefit.or_else(|| self.page.plan.fact_title(name)).map_or_else(|| name.to_owned(), |t| self.words(t));
        let what = match measure {
            Measure::Paid => self.say("已付", "paid"),
            Measure::Count => self.say("给付次数", "claims paid"),
            Measure::Deducted => self.say("已扣起付线", "deductible taken"),
            Measure::Sum => self.say("合计", "sum"),
        };
        format!("{title} · {what}")
    }

    // ── what is asked ─────────────────────────────────────────────────────

    fn identities(&mut self) {
        let section = self.rows.identities;
        let heads = [
            ('A', self.say("勾稽", "identity")),
            ('B', self.say("内容", "what must agree")),
            ('C', self.say("结果", "result")),
        ];
        self.section(section.title, self.say("事实之间的勾稽", "How the facts must agree"), &heads);
        let words = [self.say("相符", "agrees"), self.say("矛盾", "contradicts"), self.say("未知", "not known")];
        for (row, (index, holds)) in (section.first..).zip(self.page.formula.identities.clone()) {
            let identity = self.page.plan.identity(index);
            self.grid.put(row, 'A', Style::Code, identity.id);
            self.grid.put(row, 'B', Style::Text, identity.text.in_language(self.page.language));
            let (formula, result) = self.in_words(holds, words);
            self.grid.live(row, 'C', Style::Plain, formula, result);
            let counts = self.gives(ReasonKind::Contradiction) && self.page.values.truth(holds) == Some(false);
            let broken = format!("AND({},{})", Pen::has(ReasonKind::Contradiction), self.is_false(holds));
            self.reason(row, &broken, counts, identity.id, &self.words(&identity.broken));
        }
        let (first, last) = ((section.first, 'A'), (section.last(), 'C'));
        if section.count > 0 {
            self.grid.signal(first, last, format!("=$C{}={}", section.first, quoted(words[1])), Ink::Bad);
            let is_sound = self.page.values.truth(self.page.formula.outcome.sound) != Some(false);
            self.grid.groups.push((section.first, section.last(), is_sound));
        }
    }

    /// A formula that holds where a step is known to be false.
    fn is_false(&self, truth: Node) -> String {
        let cell = self.cell(truth);
        format!("IF({cell}=\"\",FALSE,NOT({cell}))")
    }

    fn conditions(&mut self) {
        let section = self.rows.conditions;
        let heads = [
            ('A', self.say("条件", "condition")),
            ('B', self.say("要求", "what is required")),
            ('C', self.say("结果", "result")),
            ('D', self.say("不满足则", "otherwise")),
            ('E', self.say("出处", "provenance")),
            ('F', self.say("条款", "clause")),
        ];
        self.section(section.title, self.say("条件", "Conditions"), &heads);
        let words = [self.say("满足", "met"), self.say("不满足", "not met"), self.say("未知", "not known")];
        for (row, (index, met)) in (section.first..).zip(self.page.formula.conditions.clone()) {
            let condition = self.page.plan.condition(index);
            self.grid.put(row, 'A', Style::Code, &*condition.id);
            self.grid.put(row, 'B', Style::Text, condition.text.in_language(self.page.language));
            let (formula, result) = self.in_words(met, words);
            self.grid.live(row, 'C', Style::Plain, formula, result);
            let otherwise = match condition.otherwise {
                Otherwise::Deny => self.say("不予给付", "denied"),
                Otherwise::Pend => self.say("暂缓", "pended"),
            };
            self.grid.put(row, 'D', Style::Plain, otherwise);
            let provenance = words::provenance(condition.citation.provenance, self.page.language);
            let is_assumed = condition.citation.provenance == crate::plan::Provenance::Assumed;
            self.grid.put(row, 'E', if is_assumed { Style::Assumed } else { Style::Mark }, provenance);
            self.grid.put(row, 'F', Style::Clause, condition.citation.clause.in_language(self.page.language));
            let counts = self.gives(ReasonKind::Unmet) && self.page.values.truth(met) == Some(false);
            let unmet = format!("AND({},{})", Pen::has(ReasonKind::Unmet), self.is_false(met));
            let what = self.words(&condition.text);
            self.reason(row, &unmet, counts, &condition.id, &what);
        }
        if section.count > 0 {
            let (first, last) = ((section.first, 'C'), (section.last(), 'C'));
            for (word, ink) in words.into_iter().zip([Ink::Good, Ink::Bad, Ink::Doubt]) {
                self.grid.signal(first, last, format!("=$C{}={}", section.first, quoted(word)), ink);
            }
        }
    }

    fn posts(&mut self) {
        let section = self.rows.posts;
        let heads = [
            ('A', self.say("项目", "entry")),
            ('B', self.say("含义", "what it counts")),
            ('C', self.say("值", "value")),
        ];
        self.section(section.title, self.say("本次申请的入账", "What this claim posts"), &heads);
        for (row, (entry, node)) in (section.first..).zip(self.page.formula.posts.clone()) {
            let entry = &self.page.plan.entry(entry).entry;
            self.grid.put(row, 'A', Style::Code, entry.to_string());
            let what = self.entry_words(&entry.name, entry.measure);
            self.grid.put(row, 'B', Style::Text, what);
            let (shown, result) = self.readable(node, self.page.values.value(node));
            let open = format!("IF({},{shown},\"\")", Pen::is_open_now());
            let result = if self.is_open() { result } else { String::new() };
            let style = if entry.measure == Measure::Count { Style::Plain } else { Style::Amount };
            self.grid.live(row, 'C', style, open, result);
        }
    }

    // ── the outcome ───────────────────────────────────────────────────────

    fn outcome(&mut self, steps: &[StepCells]) {
        let outcome = self.page.formula.outcome;
        let language = self.page.language;
        let decided = DECISIONS.iter().rev().fold(quoted(OTHERWISE.name()), |otherwise, (ground, decision)| {
            format!("IF({},{},{otherwise})", self.ground(*ground), quoted(decision.name()))
        });
        let code = format!(
            "IF($C${READABLE}>0,{},IF($C${EXACT}>={MOST_UNITS},{},{decided}))",
            quoted(UNREADABLE),
            quoted(BEYOND)
        );
        let payable = self.cell(outcome.payable);
        self.grid.put(DECISION, 'A', Style::Label, self.say("审核结果", "Decision"));
        let outcomes = words::outcomes(language);
        let words = outcomes.iter().rev().fold("\"\"".to_owned(), |rest, (code, word)| {
            format!("IF($C${DECISION}={},{},{rest})", quoted(code), quoted(word))
        });
        let word = outcomes.iter().find(|(code, _)| *code == self.outcome).map_or("", |(_, word)| word);
        self.grid.live(DECISION, 'B', Style::Strong, words, word);
        self.grid.live(DECISION, 'C', Style::Strong, code, self.outcome);

        self.grid.put(PAYABLE, 'A', Style::Label, self.say("应付（元）", "Payable (yuan)"));
        let places = self.sheet.places_of(outcome.payable);
        let amount = format!(
            "IF(OR($C${DECISION}={},$C${DECISION}={}),\"\",IF($C${DECISION}=\"paid\",{payable}/{},0))",
            quoted(UNREADABLE),
            quoted(BEYOND),
            power_of_ten(places)
        );
        let paid = self.page.conclusion.payable.normalize();
        let paid = if self.is_calculated() { paid.to_string() } else { String::new() };
        self.grid.live(PAYABLE, 'C', Style::StrongAmount, amount, paid);

        self.grid.put(REASONS, 'A', Style::Label, self.say("理由", "Reasons"));
        let [(codes, code_texts), (words, word_texts)] = self.chain.clone();
        self.grid.live(REASONS, 'B', Style::Text, format!("{words}&\"\""), word_texts);
        self.grid.live(REASONS, 'C', Style::Faint, format!("{codes}&\"\""), code_texts);

        self.readable_inputs();
        self.exactness(steps);
        let needed = self.page.formula.asked(self.page.values);
        for (word, column) in MISSING.into_iter().enumerate().take(self.sheet.words()) {
            let (always, if_sound): (Vec<Part>, Vec<Part>) =
                Part::ALL.into_iter().partition(|part| part.is_asked_of_unsound());
            let [always, if_sound] = [always, if_sound].map(|parts| {
                let nodes: Vec<Node> = parts.into_iter().map(|part| outcome.node(part)).collect();
                self.sheet.missing_of(&nodes, word)
            });
            let formula = format!("_xlfn.BITOR({always},IF({},0,{if_sound}))", self.ground(Ground::Unsound));
            self.grid.live(DECISION, column, Style::Work, formula, word_of(needed, word));
        }
        let inks = [("paid", Ink::Good), ("nothing-due", Ink::Doubt), ("denied", Ink::Bad), ("pended", Ink::Doubt)];
        for (code, ink) in inks.into_iter().chain([(UNREADABLE, Ink::Bad), (BEYOND, Ink::Bad)]) {
            self.grid.signal((DECISION, 'B'), (DECISION, 'C'), format!("=$C${DECISION}={}", quoted(code)), ink);
        }
        self.grid.named.push(("decision".to_owned(), DECISION, 'C'));
        self.grid.named.push(("payable".to_owned(), PAYABLE, 'C'));
        self.grid.named.push(("reasons".to_owned(), REASONS, 'C'));
        self.grid.last_printed = Some((self.rows.identities.title.saturating_sub(2), 'F'));
    }

    /// A formula that holds where a ground does.
    fn ground(&self, ground: Ground) -> String {
        let outcome = &self.page.formula.outcome;
        match ground {
            Ground::Unsound => self.is_false(outcome.sound),
            Ground::Ineligible => self.is_false(outcome.eligible),
            Ground::Uncleared => self.is_false(outcome.cleared),
            Ground::Unknown => {
                let is_open = |part: Part| format!("{}=\"\"", self.cell(outcome.node(part)));
                format!("OR({})", Part::ALL.map(is_open).join(","))
            }
            Ground::Payable => format!("{}>0", self.cell(outcome.payable)),
        }
    }

    fn readable_inputs(&mut self) {
        self.grid.put(READABLE, 'A', Style::Label, self.say("输入", "Inputs"));
        let facts = self.rows.facts.column(WRONG);
        let priors = if self.rows.priors.count > 0 {
            format!("+SUM({})", self.rows.priors.column(WRONG))
        } else {
            String::new()
        };
        let formula = format!("SUM({facts}){priors}+SUM({})", self.page.figures.wrong);
        self.grid.live(READABLE, 'C', Style::Plain, formula, 0);
        let (good, bad) = (
            self.say("都读得出", "all can be read"),
            self.say(
                "右边数目的输入读不出，见红色格",
                "so many inputs cannot be read: see the red cells here and on the plan's sheet",
            ),
        );
        let words = format!("IF($C${READABLE}=0,{},{})", quoted(good), quoted(bad));
        self.grid.live(READABLE, 'B', Style::Text, words, good);
        self.grid.signal((READABLE, 'B'), (READABLE, 'C'), format!("=$C${READABLE}>0"), Ink::Bad);
    }

    fn exactness(&mut self, steps: &[StepCells]) {
        self.grid.put(EXACT, 'A', Style::Label, self.say("精确", "Exactness"));
        let (values, reach) = (self.rows.steps.column(sheet::VALUE), self.rows.steps.column(REACH));
        let formula = format!("MAX(MAX({values}),-MIN({values}),MAX({reach}))");
        self.grid.live(EXACT, 'C', Style::Plain, formula, reached(steps));
        let (good, bad) = (
            self.say(
                "各步的整数都小于 10^15，电子表格能精确表示",
                "every step is a whole number below 10^15, which a spreadsheet holds exactly",
            ),
            self.say(
                "有整数达到 10^15，电子表格不能保证精确，不予计算",
                "a step reaches 10^15, which a spreadsheet does not hold exactly: nothing is worked out",
            ),
        );
        let words = format!("IF($C${EXACT}<{MOST_UNITS},{},{})", quoted(good), quoted(bad));
        let is_exact = reached(steps) < MOST;
        self.grid.live(EXACT, 'B', Style::Text, words, if is_exact { good } else { bad });
        self.grid.signal((EXACT, 'B'), (EXACT, 'C'), format!("=$C${EXACT}>={MOST_UNITS}"), Ink::Bad);
    }

    // ── the steps ─────────────────────────────────────────────────────────

    fn steps(&mut self, steps: &[StepCells]) {
        let section = self.rows.steps;
        let heads = [
            ('A', self.say("步骤", "step")),
            ('B', self.say("内容", "what it is")),
            ('C', self.say("值（末位为单位的整数）", "value (in whole units of its last place)")),
            ('D', self.say("读作", "reads")),
            ('E', self.say("属于", "belongs to")),
            ('F', self.say("条款", "clause")),
            (WORK[0], self.say("年 / 商", "year / quotient")),
            (WORK[1], self.say("月 / 余", "month / rest")),
            (WORK[2], self.say("日", "day")),
            (REACH, self.say("最大", "reach")),
            (MISSING[0], self.say("缺少的事实", "facts missing, as bits")),
        ];
        self.section(section.title, self.say("每一步", "Every step"), &heads);
        let graph = self.page.formula.graph.steps();
        for ((row, place), (step, cells)) in (section.first..).zip(0_usize..).zip(graph.iter().zip(steps)) {
            let name = words::operation(&step.operation, self.page.language);
            self.grid.put(row, 'A', Style::Work, format!("{row} {name}"));
            let (what, source) = self.step_words(&step.operation);
            self.grid.put(row, 'B', Style::Work, what);
            let live = |cell: &sheet::Live| Content::Live(cell.clone());
            self.grid.put(row, 'C', Style::Work, live(&cells.value));
            if matches!(self.sheet.kind(place), sheet::Kind::Date | sheet::Kind::Number(1..)) {
                let value = self.page.values.all().get(place).and_then(Known::value).cloned();
                let (formula, result) = self.readable(self.page.formula.graph.node(place), value.as_ref());
                self.grid.live(row, 'D', Style::Work, formula, result);
            }
            let (place, clause) =
                step.place.map(|place| words::place(self.page.plan, place, self.page.language)).unwrap_or_default();
            self.grid.put(row, 'E', Style::Work, place);
            self.grid.put(row, 'F', Style::Work, source.unwrap_or(clause));
            for (column, cell) in WORK.into_iter().zip(&cells.work) {
                self.grid.put(row, column, Style::Work, live(cell));
            }
            if let Some(reach) = &cells.reach {
                self.grid.put(row, REACH, Style::Work, live(reach));
            }
            for (column, cell) in MISSING.into_iter().zip(&cells.missing) {
                self.grid.put(row, column, Style::Work, live(cell));
            }
        }
        self.grid.groups.push((section.first, section.last(), false));
    }

    /// What a step is about, and the clause of its figure.
    fn step_words(&self, operation: &Operation) -> (String, Option<String>) {
        let plan = self.page.plan;
        let cite = |source: Source| {
            let origin = match source {
                Source::Figure(figure) => plan.origin_of(figure),
                Source::Table(index) => &plan.table(index).origin,
                Source::Slab(index) => &plan.slab(index).origin,
                Source::Ladder(index) => &plan.ladder(index).origin,
            };
            let title = self.words(&origin.title);
            (if title.is_empty() { origin.name.to_string() } else { title }, Some(self.words(&origin.clause)))
        };
        match operation {
            Operation::Number(_, Some(source)) | Operation::Date(_, Some(source)) => cite(*source),
            Operation::LookUp(_, table) => cite(Source::Table(*table)),
            Operation::Fact(slot) | Operation::Derived(_, slot) => (self.words(&plan.fact(*slot).title), None),
            Operation::Prior(index) => match self.page.formula.priors.get(*index) {
                Some(prior) => {
                    let entry = &plan.entry(prior.entry).entry;
                    (self.entry_words(&entry.name, entry.measure), None)
                }
                None => Default::default(),
            },
            Operation::Round(_, rounding) => {
                let mode = rounding.mode.title();
                (format!("{} · {}", rounding.to.normalize(), self.words(&mode)), None)
            }
            Operation::Among(_, values) => (values.listed().join(", "), None),
            other => {
                let cells: Vec<String> = other.arguments().iter().map(|node| self.cell(*node)).collect();
                (cells.join(", "), None)
            }
        }
    }
}

/// The values of a category, where only these are values of it.
fn names(fact: &PlanFact) -> Vec<String> {
    let standard = StandardFact::named(&fact.name).map(|fact| fact.values).unwrap_or_default();
    if standard.is_empty() {
        fact.symbols.iter().map(|symbol| symbol.name.to_string()).collect()
    } else {
        standard.iter().map(|value| (*value).to_owned()).collect()
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
