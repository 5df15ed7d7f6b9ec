//! Names to indexes, syntax to typed expressions.

mod assumed;
mod call;
mod name;
mod operator;
mod units;
mod values;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use assumed::AssumedSet;
use rust_decimal::Decimal;

use super::parse::{self, Fault};
use super::syntax::{Literal, Syntax, Term, Unit};
use crate::accumulator::Entry;
use crate::arena::{Arena, indexes};
use crate::code::Code;
use crate::diagnostic::{Findings, Span};
use crate::document::{Form, Node};
use crate::fact::{Absent, Kind, StandardFact};
use crate::plan::expression::{
    BenefitIndex, Date, DateFigure, DateValue, EntryIndex, LadderIndex, Members, Number, NumberFigure, NumberValue,
    SlabIndex, Slot, TableIndex, Truth, TruthValue, WaitingIndex,
};
use crate::plan::{Assumed, LedgerEntry, PlanFact, Symbol};
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

indexes! {
    /// Of a named expression, of whatever type it comes to be.
    DeclaredValue,
}

/// What a name of the pack stands for.
#[derive(Debug, Clone)]
pub(super) enum Named {
    NumberFigure(NumberFigure, Unit),
    DateFigure(DateFigure),
    Table(TableIndex, Unit),
    Slab(SlabIndex, Unit),
    Ladder(LadderIndex),
    List(String, Members),
    Waiting(WaitingIndex),
    Value(DeclaredValue),
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
    /// What they state, by index.
    pub(super) figure_values: Arena<NumberFigure, Decimal>,
    pub(super) values: Arena<DeclaredValue, (String, ValueState)>,
    /// The values that are numbers; none where one is not resolved yet, or was not well written.
    value_numbers: Arena<NumberValue, Option<Number>>,
    value_truths: Arena<TruthValue, Truth>,
    value_dates: Arena<DateValue, Date>,
    pub(super) facts: Arena<Slot, PlanFact>,
    /// The pack's own facts and closer words, by name.
    pub(super) own_facts: BTreeMap<String, (Span, PlanFact)>,
    /// Facts whose values could not be read.
    pub(super) of_unread_values: BTreeSet<String>,
    /// A whole section of names could not be read: any name may be one of them.
    pub(super) has_unread_names: bool,
    pub(super) benefits: Arena<BenefitIndex, Arc<str>>,
    /// The first benefit of each id.
    pub(super) benefit_places: BTreeMap<Arc<str>, BenefitIndex>,
    pub(super) entries: Arena<EntryIndex, LedgerEntry>,
    entry_places: BTreeMap<Entry, EntryIndex>,
    /// The cap of shares that voids what is beyond it, and of how many parts it is: it is put in wherever shares are read.
    pub(super) max_shares: Option<(Number, u64)>,
    /// The fact that each table is looked up by.
    pub(super) table_keys: Arena<TableIndex, Slot>,
    /// The benefit that is being resolved: what stands before it may be named.
    pub(super) benefit: BenefitIndex,
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
    pub(super) extents: Arena<DeclaredValue, Extent>,
    /// What bands that pick one value are picked by.
    pub(super) slab_keys: Arena<SlabIndex, SlabKey>,
    /// How many parts each waiting period has.
    pub(super) waiting_parts: Arena<WaitingIndex, u64>,
    /// The expression of most parts, and where it stands.
    pub(super) largest: Option<(u64, Span)>,
    /// Numbers of which only whole ones make sense, with what they count and where they stand.
    pub(super) counted: Vec<Counted>,
    /// The names that each value is worked out from.
    pub(super) value_names: Arena<DeclaredValue, Vec<String>>,
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
            figure_values: Arena::new(),
            values: Arena::new(),
            value_numbers: Arena::new(),
            value_truths: Arena::new(),
            value_dates: Arena::new(),
            facts: Arena::new(),
            own_facts: BTreeMap::new(),
            of_unread_values: BTreeSet::new(),
            has_unread_names: false,
            benefits: Arena::new(),
            benefit_places: BTreeMap::new(),
            entries: Arena::new(),
            entry_places: BTreeMap::new(),
            max_shares: None,
            table_keys: Arena::new(),
            benefit: BenefitIndex(0),
            used: BTreeSet::new(),
            touched: AssumedSet::default(),
            assumptions: Vec::new(),
            rule_facts: BTreeSet::new(),
            extent: Extent::default(),
            extents: Arena::new(),
            slab_keys: Arena::new(),
            waiting_parts: Arena::new(),
            largest: None,
            counted: Vec::new(),
            value_names: Arena::new(),
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
        let syntax = parse::standard(text)?;
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
}

impl PlanFact {
    /// A standard fact as plans know it.
    pub(super) fn standard(name: &str) -> Option<PlanFact> {
        let index = StandardFact::index_of(name)?;
        let fact = StandardFact::at(index);
        let symbol = |value: &&'static str| Symbol::new(value, fact.value_title(value));
        Some(PlanFact {
            name: fact.name.into(),
            standard: Some(index),
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
