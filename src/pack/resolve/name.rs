//! What a name, a figure or a date of an expression stands for.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::{Declared, Named, Resolver, Typed};
use crate::code::Code;
use crate::diagnostic::Span;
use crate::fact::{Kind, SHARES_ELSEWHERE, STANDARD, StandardFact};
use crate::names;
use crate::pack::syntax::{Literal, Unit};
use crate::plan::expression::{Date, Number, Several, Slot, Truth};
use crate::plan::{Derived, PlanFact};
use crate::text::{Text, say};

impl Resolver {
    pub(super) fn literal(&mut self, literal: &Literal, span: &Span) -> Option<Typed> {
        let is_plain = literal.number.is_zero() || literal.number == Decimal::ONE;
        if !is_plain && !self.standard {
            self.bare(&literal.said(), span);
            return None;
        }
        Some(Typed::Number(Number::Constant(literal.number), literal.unit))
    }

    pub(super) fn bare_date(&mut self, date: NaiveDate, span: &Span) -> Option<Typed> {
        self.bare(&Text::same(&date.to_string()), span);
        None
    }

    pub(super) fn bare(&mut self, written: &Text, span: &Span) {
        let message = say!("数字 `{written}` 没有出处", "the figure `{written}` has no source"; written);
        let help = say!(
            "另列 `[figure.名称]`，写明 `value`、`title`、`clause`、`provenance`，此处用其名称",
            "declare it as `[figure.NAME]` with value, title, clause and provenance, and use its name here"
        );
        self.findings.report(Code::BareFigure, span, message).help_with([help]);
    }

    pub(super) fn name(&mut self, name: &str, span: &Span) -> Option<Typed> {
        if let Some(declared) = self.names.get(name) {
            self.used.insert(name.to_owned());
            self.touched.extend(&declared.assumed);
            return match declared.named.clone() {
                Named::NumberFigure(index, unit) => Some(Typed::Number(Number::Figure(index), unit)),
                Named::DateFigure(index) => Some(Typed::Date(Date::Figure(index))),
                Named::Table(index, unit) => {
                    self.check_guarded(self.table_keys[index], span);
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
        let number = Number::Fact(slot);
        let kind = self.facts[slot].kind;
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
    pub(super) fn check_guarded(&mut self, slot: Slot, span: &Span) {
        let fact = &self.facts[slot];
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
    pub(super) fn counted_shares(&mut self, held: Number) -> Number {
        let Some((max, parts)) = self.max_shares.clone() else { return held };
        self.count_parts(parts);
        let least_of = |first, other| Box::new(Several { first, rest: vec![other] });
        let Some(elsewhere) = self.slot(SHARES_ELSEWHERE) else { return Number::Least(least_of(held, max)) };
        let left = Number::Subtract(Box::new([max, Number::Fact(elsewhere)]));
        Number::Least(least_of(held, Number::Greatest(least_of(left, Number::Constant(Decimal::ZERO)))))
    }

    pub(super) fn not_a_value(&mut self, name: &str, span: &Span, help: Text) -> Option<Typed> {
        let message = say!("`{name}` 不是一个值", "`{name}` is not a value");
        self.findings.report(Code::TypeMismatch, span, message).help_with([help]);
        None
    }

    /// Whether a name may be that of something declared badly, which was reported: what uses it is not to blame.
    pub(in crate::pack) fn may_be_poisoned(&self, name: &str) -> bool {
        let is_poisoned = |declared: &Declared| matches!(declared.named, Named::Poisoned);
        self.has_unread_names || self.names.get(name).is_some_and(is_poisoned)
    }

    pub(super) fn unknown_name(&mut self, name: &str, span: &Span) {
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
    pub(in crate::pack) fn rule_slot(&mut self, name: &str) -> Option<Slot> {
        let slot = self.slot(name)?;
        if !self.standard {
            self.rule_facts.insert(slot);
        }
        Some(slot)
    }

    /// The plan's index of a fact, be it the pack's own or a standard one; made on first use.
    pub(in crate::pack) fn slot(&mut self, name: &str) -> Option<Slot> {
        if let Some(slot) = self.facts.position(|fact| &*fact.name == name) {
            self.used.insert(name.to_owned());
            return Some(slot);
        }
        let fact = match self.own_facts.get(name) {
            Some((_, own)) => own.clone(),
            None => PlanFact::standard(name)?,
        };
        self.used.insert(name.to_owned());
        let derived = StandardFact::named(name).and_then(|standard| standard.derived);
        let kind = fact.kind;
        let slot = self.facts.push(fact);
        if let Some(text) = derived {
            let derived = match kind {
                Kind::Money => self.standard(text, |r, syntax| r.number(syntax, Unit::Yuan)).map(Derived::Number),
                Kind::Days => self.standard(text, |r, syntax| r.number(syntax, Unit::Day)).map(Derived::Number),
                Kind::Date => self.standard(text, Resolver::date).map(Derived::Date),
                Kind::Ratio | Kind::Number | Kind::YesNo | Kind::Category => None,
            };
            self.facts[slot].derived = derived;
        }
        Some(slot)
    }
}
