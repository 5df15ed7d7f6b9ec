//! Expressions as written: names and literals with their places, before anything is resolved.

use std::fmt;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::diagnostic::Span;
use crate::fact::Kind;
use crate::text::{Language, Text, say};

/// An expression with its place in the file.
#[derive(Debug, Clone)]
pub(crate) struct Syntax {
    pub(crate) span: Span,
    pub(crate) term: Term,
}

/// Two expressions are the same if they say the same, wherever they stand.
impl PartialEq for Syntax {
    fn eq(&self, other: &Syntax) -> bool {
        self.term == other.term
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Term {
    Number(Literal),
    Date(NaiveDate),
    Name(String),
    /// `least(a, b)`, `prior.paid(death, event)`.
    Call(String, Vec<Syntax>),
    Binary(Operator, Box<[Syntax; 2]>),
    Within(Box<Syntax>, Set),
    Not(Box<Syntax>),
    If(Box<[Syntax; 3]>),
}

/// A number with its unit.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Literal {
    pub(crate) number: Decimal,
    pub(crate) unit: Unit,
    /// Written with `%`; the number is a hundredth of what is written.
    pub(crate) percent: bool,
}

/// The unit of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    /// A ratio or a count.
    Plain,
    Yuan,
    YuanPerDay,
    Day,
    Month,
}

impl Unit {
    /// The unit of a fact of the kind; `None` if it is no number.
    pub(crate) fn of(kind: Kind) -> Option<Unit> {
        match kind {
            Kind::Money => Some(Unit::Yuan),
            Kind::Days => Some(Unit::Day),
            Kind::Ratio | Kind::Number => Some(Unit::Plain),
            Kind::Date | Kind::YesNo | Kind::Category => None,
        }
    }

    /// Its name; `None` where there is no unit.
    pub(crate) fn name(self) -> Option<&'static str> {
        match self {
            Unit::Plain => None,
            Unit::Yuan => Some("yuan"),
            Unit::YuanPerDay => Some("yuan/day"),
            Unit::Day => Some("days"),
            Unit::Month => Some("months"),
        }
    }

    /// How the unit is said where another is expected.
    pub(crate) fn said(self) -> Text {
        let name = self.name().unwrap_or("no unit");
        match self {
            Unit::Plain => say!("没有单位的数", "{name}"),
            Unit::Yuan => say!("元", "{name}"),
            Unit::YuanPerDay => say!("元/天", "{name}"),
            Unit::Day => say!("天", "{name}"),
            Unit::Month => say!("个月", "{name}"),
        }
    }

    /// The unit of the product, if there is one.
    pub(crate) fn times(self, other: Unit) -> Option<Unit> {
        match (self, other) {
            (Unit::Plain, unit) | (unit, Unit::Plain) => Some(unit),
            (Unit::YuanPerDay, Unit::Day) | (Unit::Day, Unit::YuanPerDay) => Some(Unit::Yuan),
            (Unit::Yuan | Unit::YuanPerDay | Unit::Day | Unit::Month, _) => None,
        }
    }
}

/// What a value may be within.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Set {
    Range { from: Box<Syntax>, to: Box<Syntax>, closed: bool },
    Names(Vec<Syntax>),
    List(Box<Syntax>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Or,
    And,
    Equal,
    Unequal,
    Less,
    AtMost,
    Greater,
    AtLeast,
    Add,
    Subtract,
    Times,
}

impl Operator {
    /// How tightly it binds.
    pub(crate) fn strength(self) -> u8 {
        match self {
            Operator::Or => 1,
            Operator::And => 2,
            Operator::Equal
            | Operator::Unequal
            | Operator::Less
            | Operator::AtMost
            | Operator::Greater
            | Operator::AtLeast => 4,
            Operator::Add | Operator::Subtract => 5,
            Operator::Times => 6,
        }
    }

    pub(crate) fn symbol(self) -> &'static str {
        match self {
            Operator::Or => "or",
            Operator::And => "and",
            Operator::Equal => "=",
            Operator::Unequal => "!=",
            Operator::Less => "<",
            Operator::AtMost => "<=",
            Operator::Greater => ">",
            Operator::AtLeast => ">=",
            Operator::Add => "+",
            Operator::Subtract => "-",
            Operator::Times => "*",
        }
    }
}

/// `not` binds tighter than `and`, looser than a comparison.
pub(crate) const NOT_STRENGTH: u8 = 3;

impl fmt::Display for Syntax {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.print(f, 0, &Words { language: None, name: &str::to_owned, benefit: &str::to_owned })
    }
}

/// The words that an expression is put in.
pub(crate) struct Words<'w> {
    /// `None` for the rule language itself.
    pub(crate) language: Option<Language>,
    pub(crate) name: &'w dyn Fn(&str) -> String,
    /// For names of benefits, which may be those of category values too.
    pub(crate) benefit: &'w dyn Fn(&str) -> String,
}

impl Words<'_> {
    fn word(&self, source: &'static str) -> &'static str {
        match (self.language, source) {
            (Some(_), "*") => "×",
            (Some(_), "<=") => "≤",
            (Some(_), ">=") => "≥",
            (Some(_), "!=") => "≠",
            (Some(Language::En), "..=") => " to ",
            (Some(Language::En), "..") => " to below ",
            (Some(Language::Zh), "..=") => " 至 ",
            (Some(Language::Zh), "..") => " 至（不含）",
            (Some(Language::Zh), "and") => "且",
            (Some(Language::Zh), "or") => "或",
            (Some(Language::Zh), "not") => "非",
            (Some(Language::Zh), "in") => "属于",
            (Some(Language::Zh), "if") => "若",
            (Some(Language::Zh), "then") => "则",
            (Some(Language::Zh), "else") => "否则",
            (None | Some(_), source) => source,
        }
    }

    fn function(&self, source: &str) -> String {
        let (zh, en) = match source {
            "least" => ("取小", "least"),
            "greatest" => ("取大", "greatest"),
            "age" => ("周岁", "age"),
            "days" => ("天数", "days"),
            "months" => ("月数", "months"),
            "paid" => ("本次给付", "paid now"),
            "prior.paid" => ("此前给付", "paid before"),
            "prior.count" => ("此前给付次数", "times paid before"),
            "prior.sum" => ("此前累计", "sum before"),
            other => (other, other),
        };
        match self.language {
            None => source,
            Some(Language::Zh) => zh,
            Some(Language::En) => en,
        }
        .to_owned()
    }
}

impl Syntax {
    /// The expression in these words.
    pub(crate) fn wording(&self, words: &Words<'_>) -> String {
        Wording { syntax: self, words }.to_string()
    }

    /// Every expression inside, itself first.
    pub(crate) fn walk(&self, visit: &mut dyn FnMut(&Syntax)) {
        visit(self);
        match &self.term {
            Term::Number(_) | Term::Date(_) | Term::Name(_) => {}
            Term::Call(_, arguments) => arguments.iter().for_each(|argument| argument.walk(visit)),
            Term::Binary(_, sides) => sides.iter().for_each(|side| side.walk(visit)),
            Term::Not(inner) => inner.walk(visit),
            Term::If(parts) => parts.iter().for_each(|part| part.walk(visit)),
            Term::Within(subject, set) => {
                subject.walk(visit);
                match set {
                    Set::Range { from, to, .. } => {
                        from.walk(visit);
                        to.walk(visit);
                    }
                    Set::Names(names) => names.iter().for_each(|name| name.walk(visit)),
                    Set::List(list) => list.walk(visit),
                }
            }
        }
    }

    /// Moves every place, from the expression's text into the file.
    pub(crate) fn place(&mut self, placed: &dyn Fn(&Span) -> Span) {
        self.span = placed(&self.span);
        match &mut self.term {
            Term::Number(_) | Term::Date(_) | Term::Name(_) => {}
            Term::Call(_, arguments) => arguments.iter_mut().for_each(|argument| argument.place(placed)),
            Term::Binary(_, sides) => sides.iter_mut().for_each(|side| side.place(placed)),
            Term::Not(inner) => inner.place(placed),
            Term::If(parts) => parts.iter_mut().for_each(|part| part.place(placed)),
            Term::Within(subject, set) => {
                subject.place(placed);
                match set {
                    Set::Range { from, to, .. } => {
                        from.place(placed);
                        to.place(placed);
                    }
                    Set::Names(names) => names.iter_mut().for_each(|name| name.place(placed)),
                    Set::List(list) => list.place(placed),
                }
            }
        }
    }

    /// The parts of a conjunction, from left to right.
    pub(crate) fn conjuncts(&self) -> Vec<&Syntax> {
        match &self.term {
            Term::Binary(Operator::And, sides) => sides.iter().flat_map(Syntax::conjuncts).collect(),
            Term::Binary(..)
            | Term::Number(_)
            | Term::Date(_)
            | Term::Name(_)
            | Term::Call(..)
            | Term::Within(..)
            | Term::Not(_)
            | Term::If(_) => {
                vec![self]
            }
        }
    }

    fn print(&self, f: &mut fmt::Formatter<'_>, around: u8, words: &Words<'_>) -> fmt::Result {
        let own = self.strength();
        let bracketed = own < around;
        if bracketed {
            f.write_str("(")?;
        }
        match &self.term {
            Term::Number(literal) => f.write_str(&literal.in_words(words.language))?,
            Term::Date(date) => write!(f, "{date}")?,
            Term::Name(text) => f.write_str(&(words.name)(text))?,
            Term::Call(function, arguments) if function == "given" && words.language.is_some() => {
                let is_chinese = words.language == Some(Language::Zh);
                f.write_str(if is_chinese { "有" } else { "" })?;
                print_list(f, arguments, words)?;
                f.write_str(if is_chinese { "" } else { " given" })?;
            }
            Term::Call(function, arguments) => {
                write!(f, "{}(", words.function(function))?;
                let about_benefit = matches!(function.as_str(), "paid" | "prior.paid" | "prior.count");
                let name = if about_benefit { words.benefit } else { words.name };
                print_list(f, arguments, &Words { name, ..*words })?;
                f.write_str(")")?;
            }
            Term::Binary(operator, sides) => {
                let [left, right] = &**sides;
                let chained = matches!(operator.strength(), 4);
                left.print(f, if chained { own.saturating_add(1) } else { own }, words)?;
                write!(f, " {} ", words.word(operator.symbol()))?;
                right.print(f, own.saturating_add(1), words)?;
            }
            Term::Within(subject, set) => {
                subject.print(f, 5, words)?;
                write!(f, " {} ", words.word("in"))?;
                match set {
                    Set::Range { from, to, closed } => {
                        from.print(f, 5, words)?;
                        f.write_str(words.word(if *closed { "..=" } else { ".." }))?;
                        to.print(f, 5, words)?;
                    }
                    Set::Names(names) => {
                        f.write_str("[")?;
                        print_list(f, names, words)?;
                        f.write_str("]")?;
                    }
                    Set::List(list) => list.print(f, 7, words)?,
                }
            }
            Term::Not(inner) => {
                write!(f, "{} ", words.word("not"))?;
                inner.print(f, NOT_STRENGTH, words)?;
            }
            Term::If(parts) => {
                let [condition, then, otherwise] = &**parts;
                write!(f, "{} ", words.word("if"))?;
                condition.print(f, 1, words)?;
                write!(f, " {} ", words.word("then"))?;
                then.print(f, 1, words)?;
                write!(f, " {} ", words.word("else"))?;
                otherwise.print(f, 0, words)?;
            }
        }
        if bracketed { f.write_str(")") } else { Ok(()) }
    }

    fn strength(&self) -> u8 {
        match &self.term {
            Term::If(_) => 0,
            Term::Binary(operator, _) => operator.strength(),
            Term::Not(_) => NOT_STRENGTH,
            Term::Within(..) => 4,
            Term::Number(_) | Term::Date(_) | Term::Name(_) | Term::Call(..) => 7,
        }
    }
}

fn print_list(f: &mut fmt::Formatter<'_>, list: &[Syntax], words: &Words<'_>) -> fmt::Result {
    for (number, item) in list.iter().enumerate() {
        if number > 0 {
            f.write_str(", ")?;
        }
        item.print(f, 0, words)?;
    }
    Ok(())
}

struct Wording<'s> {
    syntax: &'s Syntax,
    words: &'s Words<'s>,
}

impl fmt::Display for Wording<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.syntax.print(f, 0, self.words)
    }
}

impl Literal {
    /// As it is written; in Chinese units where a text is Chinese.
    pub(crate) fn in_words(&self, language: Option<Language>) -> String {
        let source = self.to_string();
        match language {
            Some(Language::Zh) => source
                .replace("yuan/day", "元/天")
                .replace("yuan", "元")
                .replace("days", "天")
                .replace("day", "天")
                .replace("months", "个月")
                .replace("month", "个月"),
            Some(Language::En) | None => source,
        }
    }
}

impl Literal {
    /// As it is quoted in a message.
    pub(crate) fn said(&self) -> Text {
        let en = self.to_string();
        let number = grouped(self.number);
        let zh = match (self.percent, self.unit) {
            (true, _) | (false, Unit::Plain) => en.clone(),
            (false, Unit::Yuan | Unit::YuanPerDay | Unit::Day | Unit::Month) => {
                format!("{number}{}", self.unit.said().zh)
            }
        };
        Text { zh, en }
    }
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = grouped(self.number);
        match (self.percent, self.unit) {
            (true, _) => match crate::exact::multiply(self.number, Decimal::ONE_HUNDRED) {
                Ok(percent) => write!(f, "{}%", percent.normalize()),
                Err(_) => f.write_str(&number),
            },
            (false, Unit::Plain) => f.write_str(&number),
            (false, Unit::Yuan) => write!(f, "{number} yuan"),
            (false, Unit::YuanPerDay) => write!(f, "{number} yuan/day"),
            (false, Unit::Day) => write!(f, "{number} {}", if self.number == Decimal::ONE { "day" } else { "days" }),
            (false, Unit::Month) => {
                write!(f, "{number} {}", if self.number == Decimal::ONE { "month" } else { "months" })
            }
        }
    }
}

/// Digits in groups of three from five digits on: `50_000`.
fn grouped(number: Decimal) -> String {
    let text = number.to_string();
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    if whole.len() < 5 {
        return text;
    }
    let first = whole.len().checked_rem(3).unwrap_or_default();
    let mut groups: Vec<String> = Vec::new();
    let (head, rest) = whole.split_at(first);
    if !head.is_empty() {
        groups.push(head.to_owned());
    }
    groups.extend(rest.as_bytes().chunks(3).map(|group| String::from_utf8_lossy(group).into_owned()));
    let whole = groups.join("_");
    if fraction.is_empty() { whole } else { format!("{whole}.{fraction}") }
}
