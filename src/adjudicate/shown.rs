//! Numbers of a claim in words: each with its unit, and expressions with the numbers in them.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::exact;
use crate::fact::Kind;
use crate::money;
use crate::text::{Language, Text, say};

/// What a number counts, and so how it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Of no unit: a percentage, if it is no whole number.
    Plain,
    Rate,
    Yuan,
    YuanPerDay,
    Days,
    Months,
    Shares,
    /// Of so many that are held fewer count.
    SharesOf(Decimal),
}

impl Form {
    /// That of a figure's unit.
    pub(super) fn of_unit(unit: Option<&str>) -> Form {
        match unit {
            Some("yuan") => Form::Yuan,
            Some("yuan/day") => Form::YuanPerDay,
            Some("days") => Form::Days,
            Some("months") => Form::Months,
            Some(_) | None => Form::Plain,
        }
    }

    pub(super) fn of_fact(name: &str, kind: Kind) -> Form {
        match kind {
            Kind::Money => Form::Yuan,
            Kind::Ratio => Form::Rate,
            Kind::Days => Form::Days,
            Kind::Number if matches!(name, "shares" | "gifted_shares") => Form::Shares,
            Kind::Number | Kind::Date | Kind::YesNo | Kind::Category => Form::Plain,
        }
    }

    /// The form in which a number is compared with one of this form, which may know more.
    pub(super) fn or(self, other: Form) -> Form {
        if self == Form::Plain { other } else { self }
    }

    pub(super) fn show(self, number: Decimal) -> Text {
        let short = number.normalize();
        let is_one = short == Decimal::ONE;
        let grouped = money::grouped(&short.to_string());
        match self {
            Form::Plain if short.is_integer() => Text::same(&grouped),
            Form::Plain | Form::Rate => Text::same(&percent(short)),
            Form::Yuan => {
                let amount = if short.is_integer() { grouped } else { money::grouped(&money::print(short)) };
                say!("{amount} 元", "{amount} yuan")
            }
            Form::YuanPerDay => say!("{grouped} 元/天", "{grouped} yuan/day"),
            Form::Days if is_one => say!("1 天", "1 day"),
            Form::Days => say!("{grouped} 天", "{grouped} days"),
            Form::Months if is_one => say!("1 个月", "1 month"),
            Form::Months => say!("{grouped} 个月", "{grouped} months"),
            Form::Shares if is_one => say!("1 份", "1 share"),
            Form::Shares => say!("{grouped} 份", "{grouped} shares"),
            Form::SharesOf(held) => {
                let held = money::grouped(&held.normalize().to_string());
                say!("{grouped} 份（共 {held} 份）", "{grouped} of {held} shares")
            }
        }
    }

    /// The same after the name of what it is, which says already that shares are counted.
    pub(super) fn beside_name(self, number: Decimal) -> Text {
        match self {
            Form::Shares => Form::Plain.show(number),
            Form::Plain
            | Form::Rate
            | Form::Yuan
            | Form::YuanPerDay
            | Form::Days
            | Form::Months
            | Form::SharesOf(_) => self.show(number),
        }
    }

    /// The same as the result of a formula: an amount of money needs no unit there.
    pub(super) fn result(self, number: Decimal) -> Text {
        match self {
            Form::Yuan => Text::same(&money::grouped(&money::print(number))),
            Form::Plain
            | Form::Rate
            | Form::YuanPerDay
            | Form::Days
            | Form::Months
            | Form::Shares
            | Form::SharesOf(_) => self.show(number),
        }
    }
}

fn percent(ratio: Decimal) -> String {
    match exact::multiply(ratio, Decimal::ONE_HUNDRED) {
        Ok(hundredths) => format!("{}%", money::grouped(&hundredths.normalize().to_string())),
        Err(_) => ratio.to_string(),
    }
}

/// An expression with its numbers.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Term {
    /// A number as it stands, by the name of what it is.
    Number {
        name: Text,
        value: Decimal,
        form: Form,
    },
    Infix(Infix, Box<[Term; 2]>),
    Function(Function, Vec<Term>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Infix {
    Add,
    Subtract,
    Times,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Function {
    Least,
    Greatest,
}

impl Infix {
    fn sign(self) -> &'static str {
        match self {
            Infix::Add => " + ",
            Infix::Subtract => " − ",
            Infix::Times => " × ",
        }
    }

    fn strength(self) -> u8 {
        match self {
            Infix::Add | Infix::Subtract => 1,
            Infix::Times => 2,
        }
    }
}

/// Whether numbers are written with the names of what they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Naming {
    Bare,
    Named,
}

impl Term {
    /// Whether it is a single number, of which there is nothing to show.
    pub(super) fn is_single(&self) -> bool {
        matches!(self, Term::Number { .. })
    }

    pub(super) fn text(&self, naming: Naming) -> Text {
        let [zh, en] = [Language::Zh, Language::En].map(|language| {
            let mut text = String::new();
            self.write(&mut text, 0, naming, language);
            text
        });
        Text { zh, en }
    }

    fn write(&self, text: &mut String, around: u8, naming: Naming, language: Language) {
        match self {
            Term::Number { name, value, form } => {
                if naming == Naming::Named && *name != Text::default() {
                    text.push_str(name.in_language(language));
                    text.push(' ');
                    text.push_str(form.beside_name(*value).in_language(language));
                } else {
                    text.push_str(form.show(*value).in_language(language));
                }
            }
            Term::Infix(infix, sides) => {
                let [left, right] = &**sides;
                let own = infix.strength();
                let is_bracketed = own < around;
                text.push_str(if is_bracketed { "(" } else { "" });
                left.write(text, own, naming, language);
                text.push_str(infix.sign());
                right.write(text, own.saturating_add(1), naming, language);
                text.push_str(if is_bracketed { ")" } else { "" });
            }
            Term::Function(function, terms) => {
                let (zh, en) = match function {
                    Function::Least => ("取小", "the least of "),
                    Function::Greatest => ("取大", "the greatest of "),
                };
                let [word, open, close] = if language == Language::Zh { [zh, "（", "）"] } else { [en, "(", ")"] };
                text.push_str(word);
                text.push_str(open);
                for (place, term) in terms.iter().enumerate() {
                    if place > 0 {
                        text.push_str(if language == Language::Zh { "，" } else { "; " });
                    }
                    term.write(text, 0, naming, language);
                }
                text.push_str(close);
            }
        }
    }
}

pub(super) fn date(date: NaiveDate) -> Text {
    Text::same(&date.to_string())
}

pub(super) fn yes(answer: bool) -> Text {
    if answer { say!("是", "yes") } else { say!("否", "no") }
}

/// Several texts one after another.
pub(super) fn joined(texts: &[Text], zh: &str, en: &str) -> Text {
    let of = |language, sign: &str| texts.iter().map(|text| text.in_language(language)).collect::<Vec<_>>().join(sign);
    Text { zh: of(Language::Zh, zh), en: of(Language::En, en) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_written_with_its_unit() {
        let show = |form: Form, number: &str| {
            let Text { zh, en } = form.show(number.parse().unwrap());
            [zh, en]
        };
        assert_eq!(show(Form::Yuan, "10000.00"), ["10,000 元", "10,000 yuan"]);
        assert_eq!(show(Form::Yuan, "2019.5"), ["2,019.50 元", "2,019.50 yuan"]);
        assert_eq!(show(Form::Plain, "0.8"), ["80%", "80%"]);
        assert_eq!(show(Form::Rate, "1"), ["100%", "100%"]);
        assert_eq!(show(Form::Shares, "1"), ["1 份", "1 share"]);
        assert_eq!(show(Form::SharesOf(Decimal::TEN), "2"), ["2 份（共 10 份）", "2 of 10 shares"]);
        assert_eq!(show(Form::Days, "51"), ["51 天", "51 days"]);
    }

    #[test]
    fn a_sum_inside_a_product_stands_in_brackets() {
        let number = |value: i64| Term::Number { name: Text::same("a"), value: value.into(), form: Form::Plain };
        let sum = Term::Infix(Infix::Add, Box::new([number(1), number(2)]));
        let product = Term::Infix(Infix::Times, Box::new([sum, number(3)]));
        assert_eq!(product.text(Naming::Bare).en, "(1 + 2) × 3");
        assert_eq!(product.text(Naming::Named).en, "(a 1 + a 2) × a 3");
    }
}
