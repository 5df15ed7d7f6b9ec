//! Names to indexes, syntax to typed expressions.

mod assumed;
mod units;
mod values;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use assumed::AssumedSet;
use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::choice;
use super::parse::{self, Fault};
use super::syntax::{Literal, Operator, Set, Syntax, Term, Unit};
use crate::accumulator::{Entry, Measure};
use crate::code::Code;
use crate::diagnostic::{Findings, Span, did_you_mean};
use crate::document::{Form, Node};
use crate::fact::{Absent, Kind, SHARES_ELSEWHERE, STANDARD, StandardFact};
use crate::names;
use crate::plan::expression::{
    Choice, Comparison, Date, DateFigure, Members, Number, NumberFigure, Prior, Several, Slot, Truth,
};
use crate::plan::{Assumed, Derived, LedgerAmount, LedgerEntry, PlanFact, Symbol};
use crate::scope::Scope;
use crate::text::{Text, say};

pub(super) use values::{SlabKey, SlabState, ValueState};

/// An expression with its type.
#[derive(Debug, Clone)]
pub(super) enum Typed {
    Number(Number, Unit),
    Truth(Truth),
    Date(Date),
    Category(Slot),
    /// Already reported; fits everywhere.
    Poisoned,
}

/// What a name of the pack stands for.
#[derive(Debug, Clone)]
pub(super) enum Named {
    NumberFigure(NumberFigure, Unit),
    DateFigure(DateFigure),
    Table(usize, Unit),
    Slab(usize, Unit),
    Ladder(usize),
    List(String, Members),
    Waiting(usize),
    Value(usize),
    /// Declared, but not well; what uses it is not to blame.
    Poisoned,
}

/// A name with what it adds to the assumptions of its users.
#[derive(Debug, Clone)]
pub(super) struct Declared {
    pub(super) span: Span,
    pub(super) named: Named,
    pub(super) assumed: AssumedSet,
}

/// All expressions of a pack have at most so many parts, what has a name counted wherever it is used.
pub const MAX_PARTS: u64 = 200_000;
/// Expressions nest at most so deep, values put in where they are used.
pub const MAX_NESTING: usize = 128;

/// How large an expression is, what has a name counted wherever it is used.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Extent {
    pub(super) parts: u64,
    depth: usize,
}

/// A number that counts something of which there is no part.
#[derive(Debug)]
pub(super) struct Counted {
    pub(super) number: Number,
    pub(super) of: Countable,
    pub(super) span: Span,
}

/// What is counted.
#[derive(Debug, Clone, Copy)]
pub(super) enum Countable {
    DaysAddedToADate,
    DaysOfAWaitingPeriod,
    Shares,
}

/// Resolves the expressions of one pack.
pub(super) struct Resolver {
    pub(super) findings: Findings,
    pub(super) names: BTreeMap<String, Declared>,
    /// The figures that are numbers, as they are written.
    pub(super) figures: BTreeMap<String, (Literal, Span)>,
    pub(super) values: Vec<(String, ValueState)>,
    /// The values that are numbers; none where one is not resolved yet, or was not well written.
    value_numbers: Vec<Option<Number>>,
    value_truths: Vec<Truth>,
    value_dates: Vec<Date>,
    pub(super) facts: Vec<PlanFact>,
    /// The pack's own facts and closer words, by name.
    pub(super) own_facts: BTreeMap<String, (Span, PlanFact)>,
    /// Facts whose values could not be read.
    pub(super) of_unread_values: BTreeSet<String>,
    /// A whole section of names could not be read: any name may be one of them.
    pub(super) has_unread_names: bool,
    pub(super) benefits: Vec<Arc<str>>,
    /// The first benefit of each id.
    pub(super) benefit_places: BTreeMap<Arc<str>, usize>,
    pub(super) entries: Vec<LedgerEntry>,
    entry_places: BTreeMap<Entry, usize>,
    /// The cap of shares that voids what is beyond it, and of how many parts it is: it is put in wherever shares are read.
    pub(super) max_shares: Option<(Number, u64)>,
    /// The fact that each table is looked up by.
    pub(super) table_keys: Vec<Slot>,
    /// The benefit that is being resolved: what stands before it may be named.
    pub(super) benefit: usize,
    pub(super) used: BTreeSet<String>,
    /// What the item that is being resolved assumes.
    pub(super) touched: AssumedSet,
    /// All that the pack assumes.
    assumptions: Vec<Arc<Assumed>>,
    /// Facts that the pack's own expressions name.
    pub(super) rule_facts: BTreeSet<Slot>,
    /// All that is resolved so far of the pack, or of the value that is under way.
    pub(super) extent: Extent,
    /// That of each value.
    pub(super) extents: Vec<Extent>,
    /// What bands that pick one value are picked by.
    pub(super) slab_keys: Vec<SlabKey>,
    /// How many parts each waiting period has.
    pub(super) waiting_parts: Vec<u64>,
    /// The expression of most parts, and where it stands.
    pub(super) largest: Option<(u64, Span)>,
    /// Numbers of which only whole ones make sense, with what they count and where they stand.
    pub(super) counted: Vec<Counted>,
    /// The names that each value is worked out from.
    pub(super) value_names: Vec<Vec<String>>,
    /// How deep the expression under way stands in others.
    depth: usize,
    /// Facts asked with `given` in the item that is being resolved.
    guarded: BTreeSet<Slot>,
    /// Expressions of the engine's own tables may write numbers bare and ask `given` of anything.
    standard: bool,
}

/// An expression's text read, with places in the file; a date of TOML is none. A title of the pack is answered with the name that has it.
pub(super) fn expression(
    node: &Node,
    findings: &mut Findings,
    name_titled: &dyn Fn(&str) -> Option<String>,
) -> Option<Syntax> {
    let is_full = findings.is_full();
    let by = |text: &str| {
        parse::expression(text).map_err(|fault| {
            let word = text.get(fault.span.clone()).filter(|_| fault.is_foreign_word && !is_full);
            match word.and_then(|word| Some((word, name_titled(word)?))) {
                Some((word, name)) => {
                    Fault { help: Some(say!("`{word}` 写作 `{name}`", "`{word}` is written `{name}`")), ..fault }
                }
                None => fault,
            }
        })
    };
    if matches!(node.form, Form::Date(_)) { None } else { read(node, findings, by) }
}

/// The same of a number with its unit, or of a date.
pub(super) fn literal(node: &Node, findings: &mut Findings) -> Option<Syntax> {
    read(node, findings, parse::literal)
}

fn read(node: &Node, findings: &mut Findings, by: impl Fn(&str) -> Result<Syntax, Fault>) -> Option<Syntax> {
    let (text, starts) = match &node.form {
        Form::Text { text, starts } => (text.clone(), *starts),
        Form::Number(raw) => {
            // as it is written, unless zeros at its end were left out
            let written = findings.source().text.get(node.span.clone());
            let written = written.filter(|written| written.replace('_', "") == *raw);
            (written.unwrap_or(raw).to_owned(), Some(node.span.start))
        }
        Form::Date(date) => (date.to_string(), Some(node.span.start)),
        Form::Table(_) | Form::List(_) | Form::YesNo(_) | Form::Other | Form::Poisoned => return None,
    };
    let placed = |span: &Span| match starts {
        Some(base) => base.saturating_add(span.start)..base.saturating_add(span.end),
        None => node.span.clone(),
    };
    match by(&text) {
        Ok(mut syntax) => {
            syntax.place(&placed);
            Some(syntax)
        }
        Err(fault) => {
            findings.report(fault.code, &placed(&fault.span), fault.message).help_with(fault.help);
            None
        }
    }
}

impl Resolver {
    pub(super) fn new(findings: Findings) -> Resolver {
        Resolver {
            findings,
            names: BTreeMap::new(),
            figures: BTreeMap::new(),
            values: Vec::new(),
            value_numbers: Vec::new(),
            value_truths: Vec::new(),
            value_dates: Vec::new(),
            facts: Vec::new(),
            own_facts: BTreeMap::new(),
            of_unread_values: BTreeSet::new(),
            has_unread_names: false,
            benefits: Vec::new(),
            benefit_places: BTreeMap::new(),
            entries: Vec::new(),
            entry_places: BTreeMap::new(),
            max_shares: None,
            table_keys: Vec::new(),
            benefit: 0,
            used: BTreeSet::new(),
            touched: AssumedSet::default(),
            assumptions: Vec::new(),
            rule_facts: BTreeSet::new(),
            extent: Extent::default(),
            extents: Vec::new(),
            slab_keys: Vec::new(),
            waiting_parts: Vec::new(),
            largest: None,
            counted: Vec::new(),
            value_names: Vec::new(),
            depth: 0,
            guarded: BTreeSet::new(),
            standard: false,
        }
    }

    /// An amount, a rate, …: a number of the unit.
    pub(super) fn number(&mut self, syntax: &Syntax, unit: Unit) -> Option<Number> {
        match self.typed(syntax) {
            Typed::Number(number, found) if found == unit => Some(number),
            Typed::Number(_, found) => {
                let help = self.figure_to_blame(syntax, unit);
                let (unit, found) = (unit.said(), found.said());
                let message = say!("此处应为{unit}，却是{found}", "{unit} expected, {found} found"; unit, found);
                self.findings.report(Code::UnitMismatch, &syntax.span, message).help_with(help);
                None
            }
            Typed::Poisoned => None,
            Typed::Truth(_) | Typed::Date(_) | Typed::Category(_) => self.mismatch(syntax, "数", "a number"),
        }
    }

    pub(super) fn truth(&mut self, syntax: &Syntax) -> Option<Truth> {
        match self.typed(syntax) {
            Typed::Truth(truth) => Some(truth),
            Typed::Poisoned => None,
            Typed::Number(..) | Typed::Date(_) | Typed::Category(_) => {
                self.mismatch(syntax, "真或假", "something true or false")
            }
        }
    }

    pub(super) fn date(&mut self, syntax: &Syntax) -> Option<Date> {
        match self.typed(syntax) {
            Typed::Date(date) => Some(date),
            Typed::Poisoned => None,
            Typed::Number(..) | Typed::Truth(_) | Typed::Category(_) => self.mismatch(syntax, "日期", "a date"),
        }
    }

    fn mismatch<T>(&mut self, syntax: &Syntax, zh: &str, en: &str) -> Option<T> {
        self.findings.report(Code::TypeMismatch, &syntax.span, say!("此处应为{zh}", "{en} is expected here"));
        None
    }

    /// Notes that only a whole number makes sense here; whether it always is one is known once the plan is whole.
    pub(super) fn count(&mut self, of: Countable, number: &Number, span: &Span) {
        if !self.standard {
            self.counted.push(Counted { number: number.clone(), of, span: span.clone() });
        }
    }

    /// An expression of the engine's own tables; such expressions are right by test.
    pub(super) fn standard<T>(
        &mut self,
        text: &str,
        resolve: impl FnOnce(&mut Resolver, &Syntax) -> Option<T>,
    ) -> Option<T> {
        let syntax = parse::expression(text).ok()?;
        let before = (std::mem::replace(&mut self.standard, true), std::mem::take(&mut self.depth), self.extent);
        let resolved = resolve(self, &syntax);
        (self.standard, self.depth, self.extent) = before;
        resolved
    }

    /// What the item just resolved assumes; forgets it, and which facts it has asked for with `given`.
    pub(super) fn take_touched(&mut self) -> AssumedSet {
        self.guarded.clear();
        std::mem::take(&mut self.touched)
    }

    /// Notes the facts that the expression asks with `given`; they may be read in the rest of the item.
    pub(super) fn guard(&mut self, syntax: &Syntax) {
        let mut asked = Vec::new();
        syntax.walk(&mut |inner| {
            if let Term::Call(function, arguments) = &inner.term
                && function == "given"
                && let [Syntax { term: Term::Name(name), .. }] = arguments.as_slice()
            {
                asked.push(name.clone());
            }
        });
        for name in asked {
            if let Some(slot) = self.slot(&name) {
                self.guarded.insert(slot);
            }
        }
    }

    pub(super) fn typed(&mut self, syntax: &Syntax) -> Typed {
        let before = self.extent.parts;
        self.depth = self.depth.saturating_add(1);
        let typed = if self.has_room(0, &syntax.span) { self.resolved(syntax) } else { None };
        self.depth = self.depth.saturating_sub(1);
        if self.depth == 0 && !self.standard {
            self.weigh(self.extent.parts.saturating_sub(before), &syntax.span);
        }
        typed.unwrap_or(Typed::Poisoned)
    }

    /// Remembers the largest expression, which is told of where all together are too many.
    fn weigh(&mut self, parts: u64, span: &Span) {
        if self.largest.as_ref().is_none_or(|(most, _)| parts > *most) {
            self.largest = Some((parts, span.clone()));
        }
    }

    /// What has a name is counted where it is used.
    pub(super) fn count_parts(&mut self, parts: u64) {
        self.extent.parts = self.extent.parts.saturating_add(parts);
    }

    /// Whether something of this depth may stand here; notes how deep it comes.
    fn has_room(&mut self, inner: usize, span: &Span) -> bool {
        let depth = self.depth.saturating_add(inner);
        self.extent.depth = self.extent.depth.max(depth);
        if depth > MAX_NESTING {
            let message = say!(
                "表达式连同其中的计算值嵌套超过 {MAX_NESTING} 层",
                "the expression nests more than {MAX_NESTING} deep once values are put in"
            );
            self.findings.report(Code::TooDeep, span, message);
        }
        depth <= MAX_NESTING
    }

    fn resolved(&mut self, syntax: &Syntax) -> Option<Typed> {
        let span = &syntax.span;
        self.extent.parts = self.extent.parts.saturating_add(1);
        match &syntax.term {
            Term::Number(literal) => self.literal(literal, span),
            Term::Date(date) => self.bare_date(*date, span),
            Term::Name(name) => self.name(name, span),
            Term::Call(function, arguments) => self.call(function, arguments, span),
            Term::Binary(operator, sides) => self.binary(*operator, sides, span),
            Term::Within(subject, set) => self.within(subject, set).map(Typed::Truth),
            Term::Not(inner) => Some(Typed::Truth(Truth::Not(Box::new(self.truth(inner)?)))),
            Term::If(parts) => self.choice(parts),
        }
    }

    fn literal(&mut self, literal: &Literal, span: &Span) -> Option<Typed> {
        let is_plain = literal.number.is_zero() || literal.number == Decimal::ONE;
        if !is_plain && !self.standard {
            self.bare(&literal.said(), span);
            return None;
        }
        Some(Typed::Number(Number::Constant(literal.number), literal.unit))
    }

    fn bare_date(&mut self, date: NaiveDate, span: &Span) -> Option<Typed> {
        self.bare(&Text::same(&date.to_string()), span);
        None
    }

    fn bare(&mut self, written: &Text, span: &Span) {
        let message = say!("数字 `{written}` 没有出处", "the figure `{written}` has no source"; written);
        let help = say!(
            "另列 `[figure.名称]`，写明 `value`、`title`、`clause`、`provenance`，此处用其名称",
            "declare it as `[figure.NAME]` with value, title, clause and provenance, and use its name here"
        );
        self.findings.report(Code::BareFigure, span, message).help_with([help]);
    }

    fn name(&mut self, name: &str, span: &Span) -> Option<Typed> {
        if let Some(declared) = self.names.get(name) {
            self.used.insert(name.to_owned());
            self.touched.extend(&declared.assumed);
            return match declared.named.clone() {
                Named::NumberFigure(index, unit) => Some(Typed::Number(Number::Figure(index), unit)),
                Named::DateFigure(index) => Some(Typed::Date(Date::Figure(index))),
                Named::Table(index, unit) => {
                    if let Some(slot) = self.table_keys.get(index).copied() {
                        self.check_guarded(slot, span);
                    }
                    Some(Typed::Number(Number::Table(index), unit))
                }
                Named::Slab(index, unit) => {
                    self.slab(index, span)?;
                    Some(Typed::Number(Number::Slab(index), unit))
                }
                Named::Value(index) => self.value(index, span),
                Named::Poisoned => None,
                Named::Ladder(_) => self.not_a_value(
                    name,
                    span,
                    say!(
                        "分段累进只能用作步骤 `{{ bands = \"{name}\" }}`",
                        "use marginal bands as a step: `{{ bands = \"{name}\" }}`"
                    ),
                ),
                Named::List(..) => {
                    self.not_a_value(name, span, say!("名单用于 `… in {name}`", "use a list as `… in {name}`"))
                }
                Named::Waiting(_) => self.not_a_value(
                    name,
                    span,
                    say!(
                        "等待期只能用作步骤 `{{ waiting = \"{name}\" }}`",
                        "use a waiting period as a step: `{{ waiting = \"{name}\" }}`"
                    ),
                ),
            };
        }
        let Some(slot) = self.rule_slot(name) else {
            self.unknown_name(name, span);
            return None;
        };
        let fact = self.facts.get(slot)?;
        let number = Number::Fact(slot);
        let kind = fact.kind;
        self.check_guarded(slot, span);
        Some(match kind {
            Kind::Money => Typed::Number(number, Unit::Yuan),
            Kind::Days => Typed::Number(number, Unit::Day),
            Kind::Number if name == "shares" => Typed::Number(self.counted_shares(number), Unit::Plain),
            Kind::Ratio | Kind::Number => Typed::Number(number, Unit::Plain),
            Kind::Date => Typed::Date(Date::Fact(slot)),
            Kind::YesNo => Typed::Truth(Truth::Fact(slot)),
            Kind::Category => Typed::Category(slot),
        })
    }

    /// A fact that may be absent because there was none is read only where `given` has been asked.
    fn check_guarded(&mut self, slot: Slot, span: &Span) {
        let Some(fact) = self.facts.get(slot) else { return };
        if fact.needs_guard() && !self.guarded.contains(&slot) && !self.standard {
            let name = fact.name.clone();
            let message = say!(
                "`{name}` 未填表示没有，须先用 `given({name})` 判断",
                "`{name}` is absent where there was none; ask `given({name})` first"
            );
            let help = say!("写成 `given({name}) and …`", "write `given({name}) and …`");
            self.findings.report(Code::UnguardedFact, span, message).help_with([help]);
        }
    }

    /// Shares beyond a cap that voids them do not count, nor those that come to it only with the shares under other covers.
    fn counted_shares(&mut self, held: Number) -> Number {
        let Some((max, parts)) = self.max_shares.clone() else { return held };
        self.count_parts(parts);
        let least_of = |first, other| Box::new(Several { first, rest: vec![other] });
        let Some(elsewhere) = self.slot(SHARES_ELSEWHERE) else { return Number::Least(least_of(held, max)) };
        let left = Number::Subtract(Box::new([max, Number::Fact(elsewhere)]));
        Number::Least(least_of(held, Number::Greatest(least_of(left, Number::Constant(Decimal::ZERO)))))
    }

    fn not_a_value(&mut self, name: &str, span: &Span, help: Text) -> Option<Typed> {
        let message = say!("`{name}` 不是一个值", "`{name}` is not a value");
        self.findings.report(Code::TypeMismatch, span, message).help_with([help]);
        None
    }

    /// Whether a name may be that of something declared badly, which was reported: what uses it is not to blame.
    pub(super) fn may_be_poisoned(&self, name: &str) -> bool {
        let is_poisoned = |declared: &Declared| matches!(declared.named, Named::Poisoned);
        self.has_unread_names || self.names.get(name).is_some_and(is_poisoned)
    }

    fn unknown_name(&mut self, name: &str, span: &Span) {
        if self.may_be_poisoned(name) {
            return;
        }
        if self.findings.is_full() {
            return self.findings.one_more(Code::UnknownName, span);
        }
        let known = self.names.keys().map(String::as_str);
        let known = known.chain(self.own_facts.keys().map(String::as_str)).chain(STANDARD.iter().map(|fact| fact.name));
        let alias = Some(StandardFact::meant_by(name)).filter(|meant| *meant != name);
        let meant = alias.or(names::nearest(name, known)).map(str::to_owned);
        let mut help: Vec<Text> =
            meant.iter().map(|meant| say!("是否想写 `{meant}`？", "did you mean `{meant}`?")).collect();
        self.used.extend(meant); // a misspelt name is a use of what was meant
        if let Some((left, right)) = name.split_once('-') {
            help.push(say!(
                "减号两边要有空格：`{left} - {right}`",
                "a minus needs blanks around it: `{left} - {right}`"
            ));
        }
        self.findings
            .report(Code::UnknownName, span, say!("没有名为 `{name}` 的事实或数值", "nothing is named `{name}`"))
            .help_with(help);
    }

    /// The slot of a fact that a rule reads itself, not only through the derivation of another.
    pub(super) fn rule_slot(&mut self, name: &str) -> Option<Slot> {
        let slot = self.slot(name)?;
        if !self.standard {
            self.rule_facts.insert(slot);
        }
        Some(slot)
    }

    /// The plan's index of a fact, be it the pack's own or a standard one; made on first use.
    pub(super) fn slot(&mut self, name: &str) -> Option<Slot> {
        if let Some(slot) = self.facts.iter().position(|fact| &*fact.name == name) {
            self.used.insert(name.to_owned());
            return Some(slot);
        }
        let fact = match self.own_facts.get(name) {
            Some((_, own)) => own.clone(),
            None => PlanFact::standard(name)?,
        };
        self.used.insert(name.to_owned());
        let slot = self.facts.len();
        let derived = StandardFact::named(name).and_then(|standard| standard.derived);
        let kind = fact.kind;
        self.facts.push(fact);
        if let Some(text) = derived {
            let derived = match kind {
                Kind::Money => self.standard(text, |r, syntax| r.number(syntax, Unit::Yuan)).map(Derived::Number),
                Kind::Days => self.standard(text, |r, syntax| r.number(syntax, Unit::Day)).map(Derived::Number),
                Kind::Date => self.standard(text, Resolver::date).map(Derived::Date),
                Kind::Ratio | Kind::Number | Kind::YesNo | Kind::Category => None,
            };
            if let Some(fact) = self.facts.get_mut(slot) {
                fact.derived = derived;
            }
        }
        Some(slot)
    }

    fn call(&mut self, function: &str, arguments: &[Syntax], span: &Span) -> Option<Typed> {
        match (function, arguments) {
            ("least", [_, ..]) => {
                self.numbers(arguments).map(|(numbers, unit)| Typed::Number(Number::Least(numbers), unit))
            }
            ("greatest", [_, ..]) => {
                self.numbers(arguments).map(|(numbers, unit)| Typed::Number(Number::Greatest(numbers), unit))
            }
            ("age", [at]) => {
                let born = self.rule_slot("birth_date").map(Date::Fact)?;
                let at = self.date(at)?;
                Some(Typed::Number(Number::YearsBetween(Box::new([born, at])), Unit::Plain))
            }
            ("days", [from, to]) => {
                let dates = self.dates(from, to)?;
                Some(Typed::Number(Number::DaysBetween(dates), Unit::Day))
            }
            ("months", [from, to]) => {
                let dates = self.dates(from, to)?;
                Some(Typed::Number(Number::MonthsBetween(dates), Unit::Plain))
            }
            ("given", [Syntax { term: Term::Name(name), span }]) => self.given(name, span),
            ("paid", [Syntax { term: Term::Name(name), span }]) => {
                let benefit = self.earlier_benefit(name, span)?;
                Some(Typed::Number(Number::Paid(benefit), Unit::Yuan))
            }
            ("prior.paid" | "prior.count" | "prior.sum", [Syntax { term: Term::Name(name), span }]) => {
                self.prior_call(function, name, span, None)
            }
            (
                "prior.paid" | "prior.count" | "prior.sum",
                [Syntax { term: Term::Name(name), span }, Syntax { term: Term::Name(scope), span: scope_span }],
            ) => self.prior_call(function, name, span, Some((scope, scope_span))),
            _ => {
                self.unknown_call(function, span);
                None
            }
        }
    }

    fn unknown_call(&mut self, function: &str, span: &Span) {
        const FORMS: [(&str, &str); 10] = [
            ("least", "least(a, b, …)"),
            ("greatest", "greatest(a, b, …)"),
            ("age", "age(date)"),
            ("days", "days(from, to)"),
            ("months", "months(from, to)"),
            ("given", "given(fact)"),
            ("paid", "paid(benefit)"),
            ("prior.paid", "prior.paid(benefit, scope)"),
            ("prior.count", "prior.count(benefit, scope)"),
            ("prior.sum", "prior.sum(name, scope)"),
        ];
        if let Some((_, form)) = FORMS.iter().find(|(name, _)| *name == function) {
            let message = say!("`{function}` 的写法是 `{form}`", "`{function}` is written `{form}`");
            self.findings.report(Code::ExpressionSyntax, span, message);
            return;
        }
        let help = did_you_mean(function, FORMS.iter().map(|(name, _)| *name));
        let message = say!("没有名为 `{function}` 的函数", "no function is named `{function}`");
        self.findings.report(Code::UnknownName, span, message).help_with(help);
    }

    fn given(&mut self, name: &str, span: &Span) -> Option<Typed> {
        let Some(slot) = self.rule_slot(name) else {
            self.unknown_name(name, span);
            return None;
        };
        if self.facts.get(slot).is_some_and(|fact| fact.derived.is_some()) && !self.standard {
            let message = say!(
                "`{name}` 可由其他事实推出，不能用 `given` 判断",
                "`{name}` may follow from other facts; `given` cannot be asked of it"
            );
            self.findings.report(Code::TypeMismatch, span, message);
            return None;
        }
        Some(Typed::Truth(Truth::Given(slot)))
    }

    fn prior_call(&mut self, function: &str, name: &str, span: &Span, scope: Option<(&str, &Span)>) -> Option<Typed> {
        let scope = match scope {
            None => Scope::Period,
            Some((word, span)) => self.scope(word, span)?,
        };
        match function {
            "prior.sum" => self.prior_sum(name, span, scope),
            "prior.count" => {
                let benefit = self.benefit_named(name, span)?;
                let prior = self.prior(Measure::Count, benefit, scope)?;
                Some(Typed::Number(Number::Prior(prior), Unit::Plain))
            }
            _ => {
                let benefit = self.benefit_named(name, span)?;
                let prior = self.prior(Measure::Paid, benefit, scope)?;
                Some(Typed::Number(Number::Prior(prior), Unit::Yuan))
            }
        }
    }

    fn scope(&mut self, word: &str, span: &Span) -> Option<Scope> {
        let found = Scope::ALL.into_iter().find(|(name, _)| *name == word).map(|(_, scope)| scope);
        if found.is_none() {
            let names = Scope::ALL.map(|(name, _)| name);
            let message = choice::refused(word, &names);
            self.findings.report(Code::BadValue, span, message).help_with([choice::help(word, &names)]);
        }
        found
    }

    fn prior_sum(&mut self, name: &str, span: &Span, scope: Scope) -> Option<Typed> {
        // What is summed is read when an earlier claim is decided, so a value may sum itself.
        let itself = match self.names.get(name).map(|declared| declared.named.clone()) {
            Some(Named::Value(index)) => self.sum_of_itself(index, span),
            _ => None,
        };
        let (number, unit) = match itself {
            Some(index) => {
                self.used.insert(name.to_owned());
                (Number::Value(index), Unit::Yuan)
            }
            None => match self.name(name, span)? {
                Typed::Number(number, unit) => (number, unit),
                Typed::Poisoned => return None,
                Typed::Truth(_) | Typed::Date(_) | Typed::Category(_) => {
                    self.findings.report(
                        Code::TypeMismatch,
                        span,
                        say!("`{name}` 不是数，不能累计", "`{name}` is not a number and cannot be summed"),
                    );
                    return None;
                }
            },
        };
        let entry = Entry { measure: Measure::Sum, name: name.into() };
        let named = self.first_fact(name);
        let index = self.entry(entry, LedgerAmount::Sum(number), named);
        Some(Typed::Number(Number::Prior(Prior { entry: index, scope }), unit))
    }

    /// What earlier claims have posted of a benefit.
    pub(super) fn prior(&mut self, measure: Measure, benefit: usize, scope: Scope) -> Option<Prior> {
        let amount = match measure {
            Measure::Paid => LedgerAmount::Paid(benefit),
            Measure::Count => LedgerAmount::Count(benefit),
            Measure::Deducted => LedgerAmount::Deducted(benefit),
            Measure::Sum => return None,
        };
        let name = Arc::clone(self.benefits.get(benefit)?);
        Some(Prior { entry: self.entry(Entry { measure, name }, amount, None), scope })
    }

    /// The fact of this name, or the first that the value of this name is worked out from.
    fn first_fact(&mut self, name: &str) -> Option<Slot> {
        let Some(Named::Value(index)) = self.names.get(name).map(|declared| declared.named.clone()) else {
            return self.slot(name);
        };
        let names = self.value_names.get(index)?;
        names.iter().find_map(|name| self.facts.iter().position(|fact| *fact.name == **name))
    }

    fn entry(&mut self, entry: Entry, amount: LedgerAmount, named: Option<Slot>) -> usize {
        if let Some(index) = self.entry_places.get(&entry) {
            return *index;
        }
        let index = self.entries.len();
        self.entry_places.insert(entry.clone(), index);
        self.entries.push(LedgerEntry { entry, amount, named });
        index
    }

    pub(super) fn benefit_named(&mut self, name: &str, span: &Span) -> Option<usize> {
        let found = self.benefit_places.get(name).copied();
        let is_every_benefit_named = || !self.benefits.is_empty() && !self.benefit_places.contains_key("");
        if found.is_none() && is_every_benefit_named() {
            if self.findings.is_full() {
                self.findings.one_more(Code::UnknownName, span);
                return None;
            }
            let help = did_you_mean(name, self.benefits.iter().map(|benefit| &**benefit));
            let message = say!("没有名为 `{name}` 的待遇", "no benefit is named `{name}`");
            self.findings.report(Code::UnknownName, span, message).help_with(help);
        }
        found
    }

    pub(super) fn earlier_benefit(&mut self, name: &str, span: &Span) -> Option<usize> {
        let found = self.benefit_named(name, span)?;
        if found >= self.benefit {
            let message = say!("待遇 `{name}` 不在本待遇之前", "the benefit `{name}` does not come before this one");
            let help = say!("调整 `[[benefit]]` 的先后", "change the order of the [[benefit]] tables");
            self.findings.report(Code::StandsAfter, span, message).help_with([help]);
            return None;
        }
        Some(found)
    }

    fn dates(&mut self, from: &Syntax, to: &Syntax) -> Option<Box<[Date; 2]>> {
        let (from, to) = (self.date(from), self.date(to));
        Some(Box::new([from?, to?]))
    }

    /// Numbers of one unit, which the first of them sets.
    fn numbers(&mut self, syntaxes: &[Syntax]) -> Option<(Box<Several>, Unit)> {
        let mut unit = None;
        let mut numbers = Vec::new();
        for syntax in syntaxes {
            let number = match unit {
                Some(unit) => self.number(syntax, unit),
                None => self.measured(syntax).map(|(number, found)| {
                    unit = Some(found);
                    number
                }),
            };
            numbers.push(number);
        }
        let mut numbers = numbers.into_iter().collect::<Option<Vec<Number>>>()?.into_iter();
        Some((Box::new(Several { first: numbers.next()?, rest: numbers.collect() }), unit?))
    }

    /// A number of any unit.
    pub(super) fn measured(&mut self, syntax: &Syntax) -> Option<(Number, Unit)> {
        let typed = self.typed(syntax);
        self.as_number(typed, syntax)
    }

    fn as_number(&mut self, typed: Typed, syntax: &Syntax) -> Option<(Number, Unit)> {
        match typed {
            Typed::Number(number, unit) => Some((number, unit)),
            Typed::Poisoned => None,
            Typed::Truth(_) | Typed::Date(_) | Typed::Category(_) => self.mismatch(syntax, "数", "a number"),
        }
    }

    fn binary(&mut self, operator: Operator, sides: &[Syntax; 2], span: &Span) -> Option<Typed> {
        let [left, right] = sides;
        match operator {
            Operator::And => {
                let (left, right) = (self.truth(left), self.truth(right));
                Some(Typed::Truth(Truth::And(Box::new([left?, right?]))))
            }
            Operator::Or => {
                let (left, right) = (self.truth(left), self.truth(right));
                Some(Typed::Truth(Truth::Or(Box::new([left?, right?]))))
            }
            Operator::Add | Operator::Subtract => self.sum(operator, left, right, span),
            Operator::Times => self.product(left, right, span),
            Operator::Equal => self.comparison(Comparison::Equal, left, right, span),
            Operator::Unequal => self.comparison(Comparison::Unequal, left, right, span),
            Operator::Less => self.comparison(Comparison::Less, left, right, span),
            Operator::AtMost => self.comparison(Comparison::AtMost, left, right, span),
            Operator::Greater => self.comparison(Comparison::Greater, left, right, span),
            Operator::AtLeast => self.comparison(Comparison::AtLeast, left, right, span),
        }
    }

    fn sum(&mut self, operator: Operator, left: &Syntax, right: &Syntax, span: &Span) -> Option<Typed> {
        let symbol = operator.symbol();
        let right_span = &right.span;
        let sides = [left, right];
        let (left, right) = (self.typed(left), self.typed(right));
        match (left, right) {
            (Typed::Poisoned, _) | (_, Typed::Poisoned) => None,
            (Typed::Number(left, unit), Typed::Number(right, other)) if unit == other => {
                let sides = Box::new([left, right]);
                let number = if operator == Operator::Add { Number::Add(sides) } else { Number::Subtract(sides) };
                Some(Typed::Number(number, unit))
            }
            (Typed::Date(date), Typed::Number(days, Unit::Day)) if operator == Operator::Add => {
                self.count(Countable::DaysAddedToADate, &days, right_span);
                Some(Typed::Date(Date::PlusDays(Box::new((date, days)))))
            }
            (Typed::Date(date), Typed::Number(Number::Constant(months), Unit::Month)) if operator == Operator::Add => {
                match whole_months(months) {
                    Some(months) => Some(Typed::Date(Date::PlusMonths(Box::new(date), months))),
                    None => self.not_whole_months(span),
                }
            }
            (Typed::Number(_, unit), Typed::Number(_, other)) => {
                let help = self.figure_out_of_two(sides, [unit, other]);
                let (unit, other) = (unit.said(), other.said());
                let message = say!(
                    "{unit}与{other}不能用 `{symbol}` 相连",
                    "{unit} and {other} cannot be joined by `{symbol}`"; unit, other
                );
                self.findings.report(Code::UnitMismatch, span, message).help_with(help);
                None
            }
            (Typed::Number(..) | Typed::Truth(_) | Typed::Date(_) | Typed::Category(_), _) => {
                let message = say!(
                    "`{symbol}` 只能用于数（日期可加天数或月数）",
                    "`{symbol}` joins numbers, or adds days or months to a date"
                );
                self.findings.report(Code::TypeMismatch, span, message);
                None
            }
        }
    }

    pub(super) fn not_whole_months<T>(&mut self, span: &Span) -> Option<T> {
        let message = say!("月数须为整数", "months must be whole numbers");
        let help =
            say!("写作 `3个月`；不足一月的以天计，如 `45天`", "write `3 months`; parts of a month are days: `45 days`");
        self.findings.report(Code::BadValue, span, message).help_with([help]);
        None
    }

    fn product(&mut self, left: &Syntax, right: &Syntax, span: &Span) -> Option<Typed> {
        let sides = [left, right];
        let (left, right) = (self.measured(left), self.measured(right));
        let ((left, unit), (right, other)) = (left?, right?);
        match unit.times(other) {
            Some(unit) => Some(Typed::Number(Number::Times(Box::new([left, right])), unit)),
            None => {
                let help = self.figure_of_a_product(sides, [unit, other]);
                let (unit, other) = (unit.said(), other.said());
                let message = say!("{unit}不能乘以{other}", "{unit} cannot be multiplied by {other}"; unit, other);
                self.findings.report(Code::UnitMismatch, span, message).help_with(help);
                None
            }
        }
    }

    fn comparison(&mut self, comparison: Comparison, left: &Syntax, right: &Syntax, span: &Span) -> Option<Typed> {
        let first = self.typed(left);
        if let Typed::Category(slot) = first {
            let among = Truth::Among(slot, Members::of(vec![self.symbol(slot, right)?]));
            return match comparison {
                Comparison::Equal => Some(Typed::Truth(among)),
                Comparison::Unequal => Some(Typed::Truth(Truth::Not(Box::new(among)))),
                Comparison::Less | Comparison::AtMost | Comparison::Greater | Comparison::AtLeast => {
                    self.findings.report(Code::TypeMismatch, span, say!("类别没有大小", "a category has no order"));
                    None
                }
            };
        }
        if matches!((&first, &right.term), (Typed::Poisoned, Term::Name(name)) if !self.is_named(name)) {
            return None; // beside what could have been a category, it could be a value of it
        }
        let (left_side, right_side) = (left, right);
        match (first, self.typed(right)) {
            (Typed::Poisoned, _) | (_, Typed::Poisoned) => None,
            (Typed::Number(left, unit), Typed::Number(right, other)) => {
                if unit != other {
                    let help = self.figure_out_of_two([left_side, right_side], [unit, other]);
                    let (unit, other) = (unit.said(), other.said());
                    let message = say!("{unit}与{other}不能比较", "{unit} and {other} cannot be compared"; unit, other);
                    self.findings.report(Code::UnitMismatch, span, message).help_with(help);
                    return None;
                }
                Some(Typed::Truth(Truth::Compare(comparison, Box::new([left, right]))))
            }
            (Typed::Date(left), Typed::Date(right)) => {
                Some(Typed::Truth(Truth::CompareDates(comparison, Box::new([left, right]))))
            }
            (Typed::Number(..) | Typed::Truth(_) | Typed::Date(_) | Typed::Category(_), _) => {
                self.findings.report(
                    Code::TypeMismatch,
                    span,
                    say!("两边类型不同，不能比较", "the two sides are of different types"),
                );
                None
            }
        }
    }

    /// Whether anything has this name.
    fn is_named(&self, name: &str) -> bool {
        let is_standard = || STANDARD.iter().any(|fact| fact.name == name);
        self.names.contains_key(name) || self.own_facts.contains_key(name) || is_standard()
    }

    /// A value of the category, by its bare name.
    fn symbol(&mut self, slot: Slot, syntax: &Syntax) -> Option<Box<str>> {
        let fact = self.facts.get(slot)?;
        let Term::Name(name) = &syntax.term else {
            return self.mismatch(syntax, "类别的取值", "a value of the category");
        };
        if let Some(symbol) = fact.symbols.named(name) {
            return Some(symbol.name.clone());
        }
        self.no_such_value(slot, name, &syntax.span);
        None
    }

    /// Says which values the category has, and where more may be declared.
    pub(super) fn no_such_value(&mut self, slot: Slot, value: &str, span: &Span) {
        let Some(fact) = self.facts.get(slot).filter(|fact| !self.of_unread_values.contains(&*fact.name)) else {
            return;
        };
        if self.findings.is_full() {
            return self.findings.one_more(Code::UnknownCategoryValue, span);
        }
        let of = &fact.name;
        let known = || fact.symbols.iter().map(|symbol| &*symbol.name);
        let list = known().collect::<Vec<_>>().join(", ");
        let mut help: Vec<Text> = did_you_mean(value, known()).into_iter().collect();
        if !list.is_empty() {
            help.push(say!("`{of}` 的取值有：{list}", "the values of `{of}` are: {list}"));
        }
        if !fact.is_fixed() {
            help.push(say!(
                "可在 `[fact.{of}]` 的 `values` 中增列",
                "more are declared in the values of `[fact.{of}]`"
            ));
        }
        let message = say!("`{of}` 没有取值 `{value}`", "`{of}` has no value `{value}`");
        self.findings.report(Code::UnknownCategoryValue, span, message).help_with(help);
    }

    fn within(&mut self, subject: &Syntax, set: &Set) -> Option<Truth> {
        match set {
            Set::Range { from, to, closed } => {
                let upper = if *closed { Comparison::AtMost } else { Comparison::Less };
                match self.typed(subject) {
                    Typed::Number(number, unit) => {
                        let (from, to) = (self.number(from, unit), self.number(to, unit));
                        Some(Truth::Within(upper, Box::new([number, from?, to?])))
                    }
                    Typed::Date(date) => {
                        let (from, to) = (self.date(from), self.date(to));
                        Some(Truth::WithinDates(upper, Box::new([date, from?, to?])))
                    }
                    Typed::Poisoned => {
                        self.typed(from);
                        self.typed(to);
                        None
                    }
                    Typed::Truth(_) | Typed::Category(_) => self.mismatch(subject, "数或日期", "a number or a date"),
                }
            }
            Set::Names(names) => {
                let slot = self.category(subject)?;
                let symbols: Vec<Option<Box<str>>> = names.iter().map(|name| self.symbol(slot, name)).collect();
                Some(Truth::Among(slot, Members::of(symbols.into_iter().collect::<Option<_>>()?)))
            }
            Set::List(list) => self.within_list(subject, list),
        }
    }

    fn within_list(&mut self, subject: &Syntax, list: &Syntax) -> Option<Truth> {
        let Term::Name(name) = &list.term else {
            self.category(subject);
            return self.mismatch(list, "名单的名称", "the name of a list");
        };
        let declared = self.names.get(name).cloned();
        if self.may_be_poisoned(name) {
            self.typed(subject);
            return None;
        }
        let slot = self.category(subject);
        let Some(Declared { named: Named::List(of, values), assumed, .. }) = declared else {
            let lists = self.names.iter().filter(|(_, declared)| matches!(declared.named, Named::List(..)));
            let help = did_you_mean(name, lists.map(|(name, _)| name.as_str()));
            let message = say!("没有名为 `{name}` 的名单", "no list is named `{name}`");
            self.findings.report(Code::UnknownName, &list.span, message).help_with(help);
            return None;
        };
        self.used.insert(name.clone());
        self.touched.extend(&assumed);
        let slot = slot?;
        if self.facts.get(slot).is_some_and(|fact| *fact.name != *of) {
            let message = say!("名单 `{name}` 所列的是 `{of}`", "the list `{name}` lists values of `{of}`");
            self.findings.report(Code::TypeMismatch, &list.span, message);
            return None;
        }
        Some(Truth::Among(slot, values))
    }

    fn category(&mut self, subject: &Syntax) -> Option<Slot> {
        match self.typed(subject) {
            Typed::Category(slot) => Some(slot),
            Typed::Poisoned => None,
            Typed::Number(..) | Typed::Truth(_) | Typed::Date(_) => self.mismatch(subject, "类别", "a category"),
        }
    }

    fn choice(&mut self, parts: &[Syntax; 3]) -> Option<Typed> {
        let [condition, then, otherwise] = parts;
        let condition = self.truth(condition);
        let first = self.typed(then);
        match first {
            Typed::Number(then, unit) => {
                let otherwise = self.number(otherwise, unit)?;
                Some(Typed::Number(Number::Choose(Box::new(Choice { condition: condition?, then, otherwise })), unit))
            }
            Typed::Truth(then) => {
                let otherwise = self.truth(otherwise)?;
                Some(Typed::Truth(Truth::Choose(Box::new(Choice { condition: condition?, then, otherwise }))))
            }
            Typed::Date(then) => {
                let otherwise = self.date(otherwise)?;
                Some(Typed::Date(Date::Choose(Box::new(Choice { condition: condition?, then, otherwise }))))
            }
            Typed::Category(_) => self.mismatch(then, "数、真假或日期", "a number, a truth or a date"),
            Typed::Poisoned => {
                self.typed(otherwise);
                None
            }
        }
    }
}

impl PlanFact {
    /// A standard fact as plans know it.
    pub(super) fn standard(name: &str) -> Option<PlanFact> {
        let place = StandardFact::place_of(name)?;
        let fact = STANDARD.get(place)?;
        let symbol = |value: &&'static str| Symbol::new(value, fact.value_title(value));
        Some(PlanFact {
            name: fact.name.into(),
            standard: Some(place),
            holder: fact.holder,
            kind: fact.kind,
            bounds: fact.bounds(),
            absent: fact.absent,
            derived: None,
            title: Text { zh: fact.zh.to_owned(), en: fact.en.to_owned() },
            symbols: fact.values.iter().map(symbol).collect(),
            open: fact.is_open(),
        })
    }

    /// Whether it is absent where there was none, and none is no value of it.
    pub(super) fn needs_guard(&self) -> bool {
        let none_is_a_value = match self.kind {
            Kind::Money | Kind::Ratio | Kind::Number | Kind::Days => self.bounds.min.is_zero(),
            Kind::YesNo | Kind::Category => true,
            Kind::Date => false,
        };
        self.absent == Absent::None && !none_is_a_value
    }
}

/// Months as a count; `None` if they are not whole.
pub(super) fn whole_months(months: Decimal) -> Option<u32> {
    let short = months.normalize();
    if short.scale() > 0 { None } else { u32::try_from(short.mantissa()).ok() }
}
