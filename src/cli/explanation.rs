//! The explanation of benefits as a page of text, for the member and for the auditor.

use huzhu::explain::{
    Assumption, BenefitExplanation, DerivedExplanation, FigureExplanation, NextYuan, ReasonExplanation, StepExplanation,
};
use huzhu::{
    Accumulators, Case, Catalog, Condition, Decision, Explanation, Holder, Kind, Language, Order, Plan, Provenance,
    STANDARD, StandardFact, Value, exact, money,
};
use rust_decimal::Decimal;

use super::layout::{Amounts, Ink, Look, TIE, clean, grouped, pad_left, spaces, width};
use super::notes::{Notes, letter};
use super::page::{INDENT, Ledger, Page};
use super::words::{self, pick, say};

/// The most lines of the short form.
const BRIEF: usize = 10;

/// All that the page is written from.
pub(super) struct Statement<'a> {
    pub(super) explanation: &'a Explanation,
    pub(super) plan: &'a Plan,
    /// What words mean that the plan does not tell apart may be known to another.
    pub(super) catalog: &'a Catalog,
    pub(super) case: &'a Case,
    /// What the history has posted.
    pub(super) before: &'a Accumulators,
    /// What the joint limits over the plan and others are called.
    pub(super) joint_limits: Vec<&'a str>,
    pub(super) language: Language,
    pub(super) look: Look,
}

impl Statement<'_> {
    /// The page.
    pub(super) fn page(&self) -> String {
        let mut page = Page::of(self.look);
        let mut notes = Notes::of(self.explanation);
        self.head(&mut page);
        self.reasons(&mut page, &mut notes);
        self.notices(&mut page);
        self.facts(&mut page);
        self.derived(&mut page);
        self.benefits(&mut page, &mut notes);
        self.joint_limits(&mut page);
        self.inapplicable(&mut page);
        self.next_yuan(&mut page);
        self.clauses(&mut page, &mut notes);
        self.assumptions(&mut page, notes);
        page.into_text()
    }

    /// The outcome in ten lines at most: what is due, each benefit, each reason, and on how much that is assumed it stands.
    pub(super) fn brief(&self) -> String {
        let explanation = self.explanation;
        let (word, amount, claim) =
            (words::decision(explanation.decision, self.language), self.amount(), &explanation.claim);
        let title = self.plan.title().in_language(self.language);
        let mut lines = vec![
            title.to_owned(),
            say!(self.language, "理赔申请 {claim}：{word}，{amount}", "claim {claim}: {word}, {amount}"),
        ];
        let benefits = explanation.benefits.iter().map(|benefit| {
            let (title, paid) = (&benefit.title, grouped(&benefit.paid));
            vec![format!("  {title}  {paid}")]
        });
        let reasons = explanation.reasons.iter().map(|reason| {
            let found = reason.found.iter().map(|found| format!("    {found}"));
            [format!("  • {}", reason.text)].into_iter().chain(found).collect()
        });
        let notices = explanation.notices.iter().filter(|notice| !notice.holds);
        let notices = notices.map(|notice| vec![format!("  • {}", notice.text)]);
        let told: Vec<Vec<String>> = benefits.chain(reasons).chain(notices).collect();
        // a line is kept for what is assumed
        lines.extend(self.within(BRIEF.saturating_sub(lines.len()).saturating_sub(1), told));
        let assumed = explanation.assumptions.len();
        if assumed > 0 {
            lines.push(match assumed {
                1 => {
                    self.say("† 含 1 项推定，给付前须核实", "† stands on 1 assumption, verify before paying").to_owned()
                }
                _ => say!(
                    self.language,
                    "† 含 {assumed} 项推定，给付前须核实",
                    "† stands on {assumed} assumptions, verify before paying"
                ),
            });
        }
        let mut text = String::new();
        for line in lines {
            text.push_str(&shortened(&clean(&line), self.look.width));
            text.push('\n');
        }
        text
    }

    /// All lines if there is room for them; else those of the first items, and how many items are left out.
    fn within(&self, room: usize, told: Vec<Vec<String>>) -> Vec<String> {
        let (count, all) = (told.len(), told.iter().map(Vec::len).sum::<usize>());
        if all <= room {
            return told.concat();
        }
        let (mut lines, mut shown) = (Vec::new(), 0_usize);
        for item in told {
            if lines.len().saturating_add(item.len()) >= room {
                break;
            }
            lines.extend(item);
            shown = shown.saturating_add(1);
        }
        let left = count.saturating_sub(shown);
        lines.push(say!(self.language, "  … 另有 {left} 项", "  … and {left} more"));
        lines
    }

    fn say(&self, zh: &'static str, en: &'static str) -> &'static str {
        pick(self.language, zh, en)
    }

    fn head(&self, page: &mut Page) {
        let (plan, language) = (self.plan, self.language);
        page.wrapped(Ink::Strong, 0, plan.title().in_language(language));
        let (id, version, claim) = (plan.id(), plan.version(), &self.explanation.claim);
        let line =
            say!(language, "{id} · 版本 {version} · 理赔申请 {claim}", "{id} · version {version} · claim {claim}");
        page.wrapped(Ink::Faint, 0, &line);
        let fingerprint = &self.explanation.plan.fingerprint;
        page.wrapped(Ink::Faint, 0, &say!(language, "规则包指纹 {fingerprint}", "pack {fingerprint}"));
        let (word, ink) = match self.explanation.decision {
            Decision::Paid => (words::decision(Decision::Paid, language), Ink::Good),
            Decision::NothingDue => (words::decision(Decision::NothingDue, language), Ink::Strong),
            Decision::Denied => (words::decision(Decision::Denied, language), Ink::Bad),
            Decision::Pended => (words::decision(Decision::Pended, language), Ink::Doubt),
            Decision::Reversed => (words::decision(Decision::Reversed, language), Ink::Strong),
        };
        let amount = self.amount();
        let rule = "═".repeat(self.look.width);
        page.line(Ink::Plain, &rule);
        let room = self.look.width.saturating_sub(width(word)).saturating_sub(INDENT).saturating_sub(INDENT);
        page.line(ink, &format!("{}{word}{}", spaces(INDENT), pad_left(&amount, room)));
        page.line(Ink::Plain, &rule);
    }

    /// What is due, to whom.
    fn amount(&self) -> String {
        let amount = grouped(self.explanation.payable.trim_start_matches('-'));
        match self.explanation.decision {
            Decision::Reversed => say!(self.language, "应追回 {amount} 元", "to be recovered {amount} yuan"),
            Decision::Paid | Decision::NothingDue | Decision::Denied | Decision::Pended => {
                say!(self.language, "应付 {amount} 元", "payable {amount} yuan")
            }
        }
    }

    fn reasons(&self, page: &mut Page, notes: &mut Notes<'_>) {
        if self.explanation.reasons.is_empty() {
            return;
        }
        page.heading(match self.explanation.decision {
            Decision::Reversed => self.say("说明", "What it does"),
            Decision::Denied => self.say("不予给付，因为未满足下列条件", "Denied, because this is not met"),
            Decision::Pended => self.say("暂缓，待下列各项解决", "Pended, until this is settled"),
            Decision::NothingDue | Decision::Paid => self.say("无应付的理由", "Why nothing is due"),
        });
        for reason in &self.explanation.reasons {
            let clause = reason.clause.as_deref().map(|clause| notes.clause(clause)).unwrap_or_default();
            let assumed = notes.assumed(&self.assumed_by(reason));
            // the reader types the name, which the English text has already
            let name = match (&reason.fact, self.language) {
                (Some(name), Language::Zh) => format!("（`{name}`）"),
                (Some(_), Language::En) | (None, _) => String::new(),
            };
            page.item("•", &format!("{}{name}{clause}{assumed}", reason.text));
            for found in &reason.found {
                page.wrapped(Ink::Plain, INDENT.saturating_add(2), found);
            }
            page.wrapped(Ink::Faint, INDENT.saturating_add(2), &reason.code);
        }
        if self.explanation.decision == Decision::Pended {
            let words = self.say(
                "暂缓不是不予给付，补齐后再次审核即可。",
                "This is no denial: once it is settled, the claim is decided.",
            );
            page.wrapped(Ink::Plain, INDENT, words);
        }
    }

    /// What is said beside the decision; what pends the claim is among the reasons already.
    fn notices(&self, page: &mut Page) {
        let notices: Vec<_> = self.explanation.notices.iter().filter(|notice| !notice.holds).collect();
        if notices.is_empty() {
            return;
        }
        page.heading(self.say("请注意", "Please note"));
        for notice in notices {
            page.item("•", &notice.text);
            page.wrapped(Ink::Faint, INDENT.saturating_add(2), &notice.code);
        }
    }

    /// What a reason stands on that is assumed; only conditions of the pack stand on anything.
    fn assumed_by(&self, reason: &ReasonExplanation) -> Vec<String> {
        let condition = self.plan.conditions().find(|condition| condition.id() == reason.code);
        condition.into_iter().flat_map(Condition::assumed).map(|assumed| assumed.name.clone()).collect()
    }

    fn facts(&self, page: &mut Page) {
        let enrollment = &self.case.enrollment;
        let mut left = vec![(self.say("会员", "member").to_owned(), clean(enrollment.member()))];
        left.extend(self.facts_of(Holder::Enrollment, |name| enrollment.fact(name), enrollment));
        if let Some(place) = left.iter().position(|(title, _)| *title == self.title_of("shares")) {
            left.splice(place.saturating_add(1)..place.saturating_add(1), self.shares_that_count());
        }
        left.extend(self.history());
        left.extend(self.other_covers());
        let claim = &self.case.claim;
        let right: Vec<_> = self.facts_of(Holder::Claim, |name| claim.fact(name), claim);
        page.columns((self.say("参保", "Enrollment"), &left), (self.say("理赔申请", "Claim"), &right));
    }

    /// What follows from the facts that are given.
    fn derived(&self, page: &mut Page) {
        if self.explanation.derived.is_empty() {
            return;
        }
        page.heading(self.say("由此推算", "Derived from these"));
        for DerivedExplanation { title, formula, .. } in &self.explanation.derived {
            page.item("•", &say!(self.language, "{title}：{formula}", "{title}: {formula}"));
        }
    }

    /// Where fewer shares count than are held.
    fn shares_that_count(&self) -> Option<(String, String)> {
        let enrollment = &self.case.enrollment;
        let counted = self.plan.counted_shares_of(enrollment, &self.case.claim).ok()??;
        let are_fewer = enrollment.fact("shares").is_some_and(|held| *held != Value::Number(counted));
        are_fewer.then(|| (self.say("  其中计入", "  of which count").to_owned(), counted.to_string()))
    }

    /// The facts that are given, by title; of the settlement record those that the plan reads.
    fn facts_of<'f>(
        &self,
        holder: Holder,
        fact: impl Fn(&str) -> Option<&'f Value>,
        all: &impl serde::Serialize,
    ) -> Vec<(String, String)> {
        let standard = STANDARD.iter().filter(|known| known.holder == holder);
        let standard =
            standard.filter(|known| !known.settlement || self.plan.reads(known.name)).map(|known| known.name);
        let all = serde_json::to_value(all).unwrap_or_default();
        let own = all.as_object().into_iter().flat_map(serde_json::Map::keys).map(String::as_str);
        let own = own.filter(|name| StandardFact::named(name).is_none());
        let named = standard.chain(own).filter_map(|name| Some((name, fact(name)?)));
        named.map(|(name, value)| (self.title_of(name), self.words_of(name, value))).collect()
    }

    fn title_of(&self, name: &str) -> String {
        let standard = StandardFact::named(name).map(|fact| self.say(fact.zh, fact.en));
        let title = self.plan.fact_title(name).map(|title| title.in_language(self.language)).or(standard);
        clean(title.unwrap_or(name))
    }

    fn words_of(&self, name: &str, value: &Value) -> String {
        match (value, StandardFact::named(name).map(|fact| fact.kind)) {
            (Value::Number(amount), Some(Kind::Money)) => grouped(&money::print(*amount)),
            (Value::Number(days), Some(Kind::Days)) if *days == Decimal::ONE => self.say("1 天", "1 day").to_owned(),
            (Value::Number(days), Some(Kind::Days)) => say!(self.language, "{days} 天", "{days} days"),
            (Value::Number(number), _) => number.to_string(),
            (Value::YesNo(true), _) => self.say("是", "yes").to_owned(),
            (Value::YesNo(false), _) => self.say("否", "no").to_owned(),
            (Value::Date(date), _) => date.to_string(),
            (Value::Text(text), _) => {
                let standard = || StandardFact::named(name).map(|fact| fact.value_title(text));
                let elsewhere = || self.catalog.plans().find_map(|plan| plan.value_title(name, text).cloned());
                let title = self.plan.value_title(name, text).cloned().or_else(elsewhere).or_else(standard);
                clean(title.as_ref().map_or(text, |title| title.in_language(self.language)))
            }
        }
    }

    /// How much of the history counts.
    fn history(&self) -> Option<(String, String)> {
        let count = self.case.history.len();
        if count == 0 {
            return None;
        }
        let paid =
            self.before.postings().try_fold(Decimal::ZERO, |sum, posting| exact::add(sum, posting.paid()?)).ok()?;
        let paid = grouped(&money::print(paid));
        let title = self.say("既往理赔", "earlier claims").to_owned();
        let order = match self.catalog.order() {
            Order::ByEvent => "",
            Order::AsReceived => self.say("，按收到的先后", ", as received"),
        };
        Some((title, say!(self.language, "{count} 件，已付 {paid}{order}", "{count}, paid {paid}{order}")))
    }

    /// The other plans of the member.
    fn other_covers(&self) -> Option<(String, String)> {
        let covers = self.case.other_covers.as_ref()?;
        let plans: Vec<String> = covers.iter().map(|cover| clean(cover.enrollment.plan())).collect();
        let plans = if plans.is_empty() { self.say("无", "none").to_owned() } else { plans.join(", ") };
        Some((self.say("其他参保", "other covers").to_owned(), plans))
    }

    /// Where something is paid and joint limits would count what the case does not say.
    fn joint_limits(&self, page: &mut Page) {
        if self.explanation.decision != Decision::Paid || self.case.other_covers.is_some() {
            return;
        }
        for title in &self.joint_limits {
            page.blank();
            let line = say!(
                self.language,
                "合计限额“{title}”按会员各计划合计；本件未写 `other_covers`，只计了本计划的给付。",
                "The joint limit “{title}” counts all plans of the member; without `other_covers`, only what this plan paid is counted."
            );
            page.wrapped(Ink::Plain, INDENT, &line);
        }
    }

    fn benefits<'s>(&'s self, page: &mut Page, notes: &mut Notes<'s>) {
        if self.explanation.benefits.is_empty() {
            return;
        }
        let ledger = self.ledger();
        page.blank();
        page.row(
            &ledger,
            Ink::Strong,
            [self.say("待遇", "Benefits"), self.say("增减", "change"), self.say("余下", "left")],
        );
        for (number, benefit) in self.explanation.benefits.iter().enumerate() {
            if number > 0 {
                page.blank();
            }
            self.benefit(benefit, &ledger, page, notes);
        }
        page.line(Ink::Plain, &ledger.rule("═"));
        let sum = ledger.left.place(&grouped(&self.explanation.payable));
        page.row(&ledger, Ink::Strong, [self.say("应付合计（元）", "Payable in all, yuan"), "", &sum]);
    }

    fn benefit<'s>(&'s self, benefit: &'s BenefitExplanation, ledger: &Ledger, page: &mut Page, notes: &mut Notes<'s>) {
        let itself: Vec<String> =
            self.explanation.assumed.iter().filter(|name| **name == benefit.id).cloned().collect();
        let (clause, assumed) = (notes.clause(&benefit.clause), notes.assumed(&itself));
        page.row(ledger, Ink::Strong, [&format!("{}{clause}{assumed}", benefit.title), "", ""]);
        let gross = grouped(&benefit.gross);
        let assumed = notes.assumed(&benefit.assumed);
        let basis = match &benefit.formula {
            // the amount stands at the end of the row
            Some(formula) => format!("{}{assumed} =", formula.replacen(&format!(" = {gross}"), "", 1)),
            None => format!("{}{assumed}", benefit.basis),
        };
        page.row(&ledger.inner(), Ink::Plain, [&basis, "", &ledger.left.place(&gross)]);
        for step in benefit.steps.iter().filter(|step| step.binding) {
            let (clause, assumed) = (notes.clause(&step.clause), notes.assumed(&step.assumed));
            let label = format!("{}{clause}{assumed}", step.reason);
            let (change, left) = (ledger.change.place(&change_of(step)), ledger.left.place(&grouped(&step.leaves)));
            page.row(&ledger.inner(), Ink::Plain, [&label, &change, &left]);
            if let Some(working) = &step.working {
                page.row(&ledger.inner().inner(), Ink::Faint, [working, "", ""]);
            }
        }
        self.idle_steps(benefit, ledger, page, notes);
        if benefit.steps.iter().any(|step| step.binding) {
            page.line(Ink::Plain, &ledger.rule("─"));
            let paid = ledger.left.place(&grouped(&benefit.paid));
            page.row(&ledger.inner(), Ink::Strong, [self.say("给付", "paid"), "", &paid]);
        }
    }

    /// The steps that took nothing, in one paragraph; what does not apply and that nothing was to be rounded is not told.
    fn idle_steps<'s>(
        &'s self,
        benefit: &'s BenefitExplanation,
        ledger: &Ledger,
        page: &mut Page,
        notes: &mut Notes<'s>,
    ) {
        let idle = benefit.steps.iter().filter(|step| !step.binding && step.applies && step.step != "rounding");
        let told: Vec<String> = idle
            .map(|step| {
                let (clause, assumed) = (notes.clause(&step.clause), notes.assumed(&step.assumed));
                let working = step.working.as_deref().filter(|working| notes.is_new(&step.reason, working));
                let working = working.map(|working| say!(self.language, "（{working}）", " ({working})"));
                format!("{}{clause}{assumed}{}", step.reason, working.unwrap_or_default())
            })
            .collect();
        if told.is_empty() {
            return;
        }
        let told = told.join(self.say("；", "; "));
        let words = say!(self.language, "未扣除：{told}", "takes nothing: {told}");
        page.row(&ledger.inner(), Ink::Faint, [&words, "", ""]);
    }

    /// The widths of the two columns of amounts.
    fn ledger(&self) -> Ledger {
        let (mut change, mut left) = (Amounts::default(), Amounts::default());
        left.admit(&grouped(&self.explanation.payable));
        for benefit in &self.explanation.benefits {
            left.admit(&grouped(&benefit.gross));
            for step in benefit.steps.iter().filter(|step| step.binding) {
                left.admit(&grouped(&step.leaves));
                change.admit(&change_of(step));
            }
        }
        Ledger {
            indent: INDENT,
            change,
            change_width: change.width().max(width(self.say("增减", "change"))),
            left,
            left_width: left.width().max(width(self.say("余下", "left"))),
            width: self.look.width,
        }
    }

    fn inapplicable(&self, page: &mut Page) {
        if self.explanation.inapplicable.is_empty() {
            return;
        }
        let told: Vec<String> = self
            .explanation
            .inapplicable
            .iter()
            .map(|benefit| {
                let (title, unmet) = (&benefit.title, benefit.unmet.join(self.say("，", ", ")));
                if unmet.is_empty() {
                    return title.clone();
                }
                say!(self.language, "{title}（须{unmet}）", "{title} (needs {unmet})")
            })
            .collect();
        let told = told.join(self.say("；", "; "));
        page.blank();
        page.wrapped(Ink::Plain, 0, &say!(self.language, "不适用：{told}", "Does not apply: {told}"));
    }

    fn next_yuan(&self, page: &mut Page) {
        if self.explanation.next_yuan.is_empty() {
            return;
        }
        if self.explanation.inapplicable.is_empty() {
            page.blank();
        }
        for next in &self.explanation.next_yuan {
            page.wrapped(Ink::Plain, 0, &self.next_yuan_of(next));
        }
    }

    fn next_yuan_of(&self, next: &NextYuan) -> String {
        let (fact, change) = (self.title_of(&next.fact), grouped(next.change.trim_start_matches('-')));
        if next.change.starts_with('-') {
            say!(self.language, "{fact}每多 1 元，少付 {change} 元", "1 yuan more of “{fact}”: {change} less is paid")
        } else if next.change.chars().any(|digit| matches!(digit, '1'..='9')) {
            say!(self.language, "{fact}每多 1 元，多付 {change} 元", "1 yuan more of “{fact}”: {change} more is paid")
        } else {
            say!(self.language, "{fact}再多 1 元，给付不变", "1 yuan more of “{fact}”: no more is paid")
        }
    }

    /// The clauses that the page names, by number, and then those that it does not name; each with the figures that it states.
    fn clauses<'s>(&'s self, page: &mut Page, notes: &mut Notes<'s>) {
        let named = notes.clauses.len();
        let stated = self.explanation.figures.iter().filter(|figure| figure.provenance != Provenance::Assumed);
        for figure in stated.clone() {
            notes.clause(&figure.clause);
        }
        if notes.clauses.is_empty() {
            return;
        }
        page.heading(self.say("条款", "Clauses"));
        for (number, clause) in (1_usize..).zip(&notes.clauses) {
            let of_clause: Vec<&FigureExplanation> = stated.clone().filter(|figure| figure.clause == *clause).collect();
            let figures = self.figures(&of_clause);
            let mark = if number <= named { format!("[{number}]") } else { "•".to_owned() };
            page.item(&mark, &format!("{clause}{figures}"));
        }
    }

    /// Figures with their values, of tables with the row, and how sure they are.
    fn figures(&self, figures: &[&FigureExplanation]) -> String {
        let told: Vec<(String, Provenance)> =
            figures.iter().filter_map(|figure| Some((self.figure(figure)?, figure.provenance))).collect();
        let mut texts = Vec::new();
        for (number, (text, provenance)) in told.iter().enumerate() {
            let next = told.get(number.saturating_add(1)).map(|(_, next)| next);
            texts.push(if next == Some(provenance) {
                text.clone()
            } else {
                let provenance = words::provenance(*provenance, self.language);
                say!(self.language, "{text}（{provenance}）", "{text} ({provenance})")
            });
        }
        if texts.is_empty() { String::new() } else { format!(" — {}", texts.join(self.say("；", "; "))) }
    }

    /// A figure with its value. A table without a title goes by what it was looked up by, bands without one by their clause.
    fn figure(&self, figure: &FigureExplanation) -> Option<String> {
        let (title, because) = (&figure.title, figure.because.join(self.say("，", ", ")));
        let is_titled = *title != figure.name;
        match (&figure.value, because.is_empty()) {
            (Some(value), true) => Some(say!(self.language, "{title}：{value}", "{title}: {value}")),
            (Some(value), false) if is_titled => {
                Some(say!(self.language, "{title}：{value}（{because}）", "{title}: {value} ({because})"))
            }
            (Some(value), false) => Some(say!(self.language, "{because}：{value}", "{because}: {value}")),
            (None, _) => is_titled.then(|| title.clone()),
        }
    }

    /// What is assumed: what the page marks by its letters, and then what it does not name.
    fn assumptions(&self, page: &mut Page, notes: Notes<'_>) {
        let marked = notes.marked();
        let assumptions = notes.into_assumptions();
        if assumptions.is_empty() {
            return;
        }
        page.heading(
            self.say("† 推定：没有条文载明，给付前须核实", "† Assumed: no source states it, verify before paying"),
        );
        let told: Vec<String> = assumptions
            .into_iter()
            .enumerate()
            .map(|(number, assumption)| {
                let text = self.assumption(assumption);
                if number < marked { format!("{}{TIE}{text}", letter(number)) } else { text }
            })
            .collect();
        page.wrapped(Ink::Plain, INDENT, &told.join(self.say("；", "; ")));
    }

    fn assumption(&self, assumption: &Assumption) -> String {
        let title = &assumption.title;
        let used = self.explanation.figures.iter().find(|figure| figure.name == assumption.name);
        match (used.and_then(|figure| self.figure(figure)), &assumption.value) {
            (Some(figure), _) => figure,
            (None, Some(value)) => {
                let value = words::value(value, self.language);
                say!(self.language, "{title}：{value}", "{title}: {value}")
            }
            (None, None) => title.clone(),
        }
    }
}

/// The text on one line; what has no room is cut off.
fn shortened(text: &str, room: usize) -> String {
    if width(text) <= room {
        return text.to_owned();
    }
    let mut short = String::new();
    for letter in text.chars() {
        short.push(letter);
        if width(&short).saturating_add(1) > room {
            short.pop();
            break;
        }
    }
    short.push('…');
    short
}

/// What a step changes, with its sign.
fn change_of(step: &StepExplanation) -> String {
    match step.takes.strip_prefix('-') {
        Some(added) => format!("+{}", grouped(added)),
        None => format!("-{}", grouped(&step.takes)),
    }
}
