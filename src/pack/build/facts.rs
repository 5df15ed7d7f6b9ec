//! Figures and the pack's own facts.

use super::{Builder, assumption, origin, title};
use crate::code::Code;
use crate::diagnostic::Span;
use crate::document::{Form, Node};
use crate::fact::{Absent, Bounds, Holder, Kind, STANDARD, StandardFact};
use crate::pack::resolve::{Named, literal};
use crate::pack::shape;
use crate::pack::syntax::{Literal, Term, Unit};
use crate::plan::{Figure, PlanFact, Symbol, Symbols};
use crate::spelling;
use crate::text::{Text, say};
use std::collections::BTreeSet;

impl Builder<'_> {
    pub(super) fn declare_figures(&mut self) {
        for (name, span, node) in self.named("figure") {
            let syntax = node.get("value").and_then(|value| literal(value, &mut self.resolver.findings));
            let origin = origin(name, node);
            let named = match syntax.as_ref().map(|syntax| &syntax.term) {
                Some(Term::Number(Literal { number, unit, percent })) => {
                    let literal = Literal { number: *number, unit: *unit, percent: *percent };
                    let place = node.get("value").map(|value| value.span.clone()).unwrap_or_default();
                    self.resolver.figures.insert(name.to_owned(), (literal, place));
                    self.resolver.figure_values.push(*number);
                    let figure = Figure { value: *number, unit: unit.name(), origin };
                    Named::NumberFigure(self.figures.push_number(figure), *unit)
                }
                Some(Term::Date(date)) => {
                    Named::DateFigure(self.figures.push_date(Figure { value: *date, unit: None, origin }))
                }
                Some(
                    Term::Name(_) | Term::Call(..) | Term::Binary(..) | Term::Within(..) | Term::Not(_) | Term::If(_),
                )
                | None => Named::Poisoned,
            };
            let written = syntax.map(|syntax| syntax.to_string());
            let assumed = assumption(name, node, written);
            self.declare(name, span, named, assumed);
        }
    }

    pub(super) fn declare_facts(&mut self) {
        for (name, span, node) in self.named("fact") {
            let meant = StandardFact::meant_by(name);
            if meant != name {
                let message = say!(
                    "`{name}` 是标准事实 `{meant}` 的别名，不能另作他用",
                    "`{name}` is another name of the standard fact `{meant}` and can name nothing else"
                );
                let help = say!("写 `{meant}`", "write `{meant}`");
                self.resolver.findings.report(Code::BadName, span, message).help_with([help]);
            }
            let standard = PlanFact::standard(name);
            match self.own_fact(name, span, node, standard) {
                Some(fact) if fact.standard.is_some() || !self.resolver.names.contains_key(name) => {
                    self.resolver.own_facts.insert(name.to_owned(), (span.clone(), fact));
                }
                Some(_) | None => self.declare(name, span, Named::Poisoned, BTreeSet::new()),
            }
        }
    }

    pub(super) fn own_fact(
        &mut self,
        name: &str,
        span: &Span,
        node: &Node,
        standard: Option<PlanFact>,
    ) -> Option<PlanFact> {
        let text = |key| node.get(key).and_then(Node::text);
        let mut fact = match standard {
            Some(fact) => {
                for key in ["of", "type"] {
                    if let Some(entry) = node.entries().iter().find(|entry| entry.key == key) {
                        let message = say!(
                            "标准事实 `{name}` 不能改变 `{key}`",
                            "`{key}` of the standard fact `{name}` cannot be changed"
                        );
                        self.resolver.findings.report(Code::UnknownKey, &entry.key_span, message);
                    }
                }
                fact
            }
            None => {
                self.check_own_name(name, span);
                for key in ["title", "of", "type"] {
                    if node.get(key).is_none() {
                        let message = say!(
                            "自有事实 `{name}` 缺少 `{key}`",
                            "`{key}` is missing: the pack's own fact `{name}` needs it"
                        );
                        self.resolver
                            .findings
                            .report(Code::MissingKey, span, message)
                            .help_with(shape::example_for_a_fact(key));
                    }
                }
                let kind = text("type")
                    .and_then(|name| Kind::ALL.iter().find(|(known, _)| *known == name))
                    .map(|(_, kind)| *kind)?;
                PlanFact {
                    name: name.into(),
                    standard: None,
                    holder: if text("of") == Some("enrollment") { Holder::Enrollment } else { Holder::Claim },
                    kind,
                    bounds: Bounds::of(kind),
                    absent: Absent::Unknown,
                    derived: None,
                    title: Text::same(name),
                    symbols: Symbols::default(),
                    open: true,
                }
            }
        };
        if let Some(given) = title(node) {
            fact.title = given;
        }
        match text("absent") {
            Some("none") => fact.absent = Absent::None,
            Some("unknown") => fact.absent = Absent::Unknown,
            Some(_) | None => {}
        }
        self.narrow(&mut fact, node);
        self.set_symbols(&mut fact, node);
        self.close(&mut fact, node);
        Some(fact)
    }

    /// A closed category has no other values than the pack's.
    fn close(&mut self, fact: &mut PlanFact, node: &Node) {
        let Some(closed) = node.get("closed").filter(|closed| closed.form == Form::YesNo(true)) else { return };
        let (message, help) = if fact.kind != Kind::Category {
            (say!("只有类别才有 `closed`", "only a category is `closed`"), leave_out("closed"))
        } else if fact.is_fixed() {
            let name = &fact.name;
            (say!("`{name}` 的取值是固定的", "the values of `{name}` are fixed"), leave_out("closed"))
        } else if node.get("values").is_none() {
            let message =
                say!("`closed` 须与 `values` 并用", "a category is `closed` by its `values`, and none are given");
            (message, say!("写上 `values = {{ … }}`，列出全部取值", "add `values = {{ … }}` with all of them"))
        } else {
            fact.open = false;
            return;
        };
        self.resolver.findings.report(Code::BadValue, &closed.span, message).help_with([help]);
    }

    /// A fact whose name is a slip away from that of a standard one would be taken for it.
    fn check_own_name(&mut self, name: &str, span: &Span) {
        if let Some(near) = spelling::near_name(name, STANDARD.iter().map(|fact| fact.name)) {
            let message = say!(
                "`{name}` 与标准事实 `{near}` 只差一两个字母",
                "`{name}` is a letter or two from the standard fact `{near}`"
            );
            let help = say!(
                "换一个不会混淆的名称，或改用标准事实",
                "take a name that is not taken for it, or the standard fact"
            );
            self.resolver.findings.report(Code::BadName, span, message).help_with([help]);
        }
    }

    /// The pack's own bounds, within those of the kind or of the standard fact.
    pub(super) fn narrow(&mut self, fact: &mut PlanFact, node: &Node) {
        let Some(unit) = Unit::of(fact.kind) else {
            for key in ["min", "max"] {
                if let Some(bound) = node.get(key) {
                    self.resolver.findings.report(
                        Code::TypeMismatch,
                        &bound.span,
                        say!("只有数才有 `{key}`", "only a number has a `{key}`"),
                    );
                }
            }
            return;
        };
        let widest = fact.bounds;
        for key in ["min", "max"] {
            let Some(node) = node.get(key) else { continue };
            let Some(bound) = self.amount(node, unit) else { continue };
            if bound < widest.min || bound > widest.max {
                let (min, max) = (widest.min, widest.max);
                let message = say!("界限须在 {min} 至 {max} 之间", "a bound is from {min} to {max} here");
                let help = say!("改为其间的数，或删去 `{key}`", "write a number between them, or leave `{key}` out");
                self.resolver.findings.report(Code::BadValue, &node.span, message).help_with([help]);
            }
        }
        if let Some(min) = node.get("min").and_then(|node| self.amount(node, unit)) {
            fact.bounds.min = min.max(widest.min);
        }
        if let Some(max) = node.get("max").and_then(|node| self.amount(node, unit)) {
            fact.bounds.max = max.min(widest.max);
        }
        if fact.bounds.min > fact.bounds.max {
            let (min, max) = (fact.bounds.min, fact.bounds.max);
            let message = say!("最小值 {min} 大于最大值 {max}", "the least, {min}, is above the most, {max}");
            let help = say!("核对 `min` 与 `max` 是否写反", "see whether `min` and `max` are exchanged");
            self.resolver
                .findings
                .report(Code::BadValue, &node.get("min").unwrap_or(node).span, message)
                .help_with([help]);
            fact.bounds = widest;
        }
    }

    pub(super) fn set_symbols(&mut self, fact: &mut PlanFact, node: &Node) {
        let Some(values) = node.get("values") else { return };
        if fact.kind != Kind::Category {
            self.resolver.findings.report(
                Code::TypeMismatch,
                &values.span,
                say!("只有类别才有 `values`", "only a category has `values`"),
            );
            return;
        }
        if fact.is_fixed() {
            let name = &fact.name;
            self.resolver
                .findings
                .report(
                    Code::BadValue,
                    &values.span,
                    say!("`{name}` 的取值是固定的", "the values of `{name}` are fixed"),
                )
                .help_with([leave_out("values")]);
        }
        if !matches!(values.form, Form::List(_) | Form::Table(_)) {
            self.resolver.of_unread_values.insert(fact.name.to_string());
        }
        let listed =
            values.items().iter().filter_map(|node| Some((node.text()?, &node.span, Text::same(node.text()?))));
        let titled = values.entries().iter().map(|entry| (entry.key.as_str(), &entry.key_span, entry.node.words()));
        let mut symbols: Vec<Symbol> = fact.symbols.to_vec();
        let mut known: BTreeSet<Box<str>> = symbols.iter().map(|symbol| symbol.name.clone()).collect();
        for (name, span, title) in listed.chain(titled) {
            if known.insert(name.into()) {
                symbols.push(Symbol::new(name, title));
            } else {
                self.resolver.findings.report(
                    Code::DuplicateName,
                    span,
                    say!("取值 `{name}` 重复", "duplicate value `{name}`"),
                );
            }
        }
        fact.symbols = symbols.into_iter().collect();
    }
}

fn leave_out(key: &str) -> Text {
    say!("删去 `{key}`", "leave `{key}` out")
}
