//! What two sides of an operator come to.

use super::{Countable, Declared, Named, Resolver, Typed};
use crate::code::Code;
use rust_decimal::Decimal;

use crate::diagnostic::{Span, did_you_mean};
use crate::fact::STANDARD;
use crate::pack::syntax::{Operator, Set, Syntax, Term, Unit};
use crate::plan::expression::{Choice, Comparison, Date, Members, Months, Number, NumberFigure, Several, Slot, Truth};
use crate::text::{Text, say};

impl Resolver {
    pub(super) fn dates(&mut self, from: &Syntax, to: &Syntax) -> Option<Box<[Date; 2]>> {
        let (from, to) = (self.date(from), self.date(to));
        Some(Box::new([from?, to?]))
    }

    /// Numbers of one unit, which the first of them sets.
    pub(super) fn numbers(&mut self, syntaxes: &[Syntax]) -> Option<(Box<Several>, Unit)> {
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
    pub(in crate::pack) fn measured(&mut self, syntax: &Syntax) -> Option<(Number, Unit)> {
        let typed = self.typed(syntax);
        self.as_number(typed, syntax)
    }

    pub(super) fn as_number(&mut self, typed: Typed, syntax: &Syntax) -> Option<(Number, Unit)> {
        match typed {
            Typed::Number(number, unit) => Some((number, unit)),
            Typed::Poisoned => None,
            Typed::Truth(_) | Typed::Date(_) | Typed::Category(_) => self.mismatch(syntax, "数", "a number"),
        }
    }

    pub(super) fn binary(&mut self, operator: Operator, sides: &[Syntax; 2], span: &Span) -> Option<Typed> {
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

    pub(super) fn sum(&mut self, operator: Operator, left: &Syntax, right: &Syntax, span: &Span) -> Option<Typed> {
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
            (Typed::Date(date), Typed::Number(months, Unit::Month))
                if operator == Operator::Add && self.stated_months(&months).is_some() =>
            {
                let months = self.whole_months(self.stated_months(&months)?, right_span)?;
                Some(Typed::Date(Date::PlusMonths(Box::new(date), months)))
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

    /// How many months a number states, and the figure that states them; `None` of a number that is worked out.
    pub(in crate::pack) fn stated_months(&self, months: &Number) -> Option<(Decimal, Option<NumberFigure>)> {
        match months {
            Number::Constant(months) => Some((*months, None)),
            Number::Figure(figure) => Some((self.figure_values[*figure], Some(*figure))),
            _ => None,
        }
    }

    /// Months are whole, or else this is reported.
    pub(in crate::pack) fn whole_months(
        &mut self,
        (months, figure): (Decimal, Option<NumberFigure>),
        span: &Span,
    ) -> Option<Months> {
        let short = months.normalize();
        let count = if short.scale() > 0 { None } else { u32::try_from(short.mantissa()).ok() };
        if let Some(count) = count {
            return Some(Months { count, figure });
        }
        let message = say!("月数须为整数", "months must be whole numbers");
        let help =
            say!("写作 `3个月`；不足一月的以天计，如 `45天`", "write `3 months`; parts of a month are days: `45 days`");
        self.findings.report(Code::BadValue, span, message).help_with([help]);
        None
    }

    pub(super) fn product(&mut self, left: &Syntax, right: &Syntax, span: &Span) -> Option<Typed> {
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

    pub(super) fn comparison(
        &mut self,
        comparison: Comparison,
        left: &Syntax,
        right: &Syntax,
        span: &Span,
    ) -> Option<Typed> {
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
    pub(super) fn is_named(&self, name: &str) -> bool {
        let is_standard = || STANDARD.iter().any(|fact| fact.name == name);
        self.names.contains_key(name) || self.own_facts.contains_key(name) || is_standard()
    }

    /// A value of the category, by its bare name.
    pub(super) fn symbol(&mut self, slot: Slot, syntax: &Syntax) -> Option<Box<str>> {
        let fact = &self.facts[slot];
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
    pub(in crate::pack) fn no_such_value(&mut self, slot: Slot, value: &str, span: &Span) {
        let fact = &self.facts[slot];
        if self.of_unread_values.contains(&*fact.name) {
            return;
        }
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

    pub(super) fn within(&mut self, subject: &Syntax, set: &Set) -> Option<Truth> {
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

    pub(super) fn within_list(&mut self, subject: &Syntax, list: &Syntax) -> Option<Truth> {
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
        if *self.facts[slot].name != *of {
            let message = say!("名单 `{name}` 所列的是 `{of}`", "the list `{name}` lists values of `{of}`");
            self.findings.report(Code::TypeMismatch, &list.span, message);
            return None;
        }
        Some(Truth::Among(slot, values))
    }

    pub(super) fn category(&mut self, subject: &Syntax) -> Option<Slot> {
        match self.typed(subject) {
            Typed::Category(slot) => Some(slot),
            Typed::Poisoned => None,
            Typed::Number(..) | Typed::Truth(_) | Typed::Date(_) => self.mismatch(subject, "类别", "a category"),
        }
    }

    pub(super) fn choice(&mut self, parts: &[Syntax; 3]) -> Option<Typed> {
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
