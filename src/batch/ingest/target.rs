//! What the values of one fact must be, and what is wrong with one that is not.

use arrow_array::ArrayRef;
use rust_decimal::Decimal;

use crate::batch::ingest::codes::Codes;
use crate::batch::ingest::vocabulary::KnownFact;
use crate::code::Code;
use crate::fact::{Bounds, Kind, Misfit, StandardFact, Value};
use crate::given::misfit_text;
use crate::plan::Symbols;
use crate::spelling::{self, Spelt};
use crate::text::{Text, say};
use crate::written;

/// A fact as ingest reads it.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) name: String,
    pub(super) kind: Kind,
    standard: Option<&'static StandardFact>,
    /// The least that a number may be, in units of the last place of its kind.
    pub(super) min: i64,
    /// The most.
    pub(super) max: i64,
    /// Whether numbers and dates may come in their plain form only.
    pub(super) is_strict: bool,
    /// The codes of its values, if it is a category.
    pub(super) codes: Codes,
    /// The values that plans tell apart in an open category, plan by plan.
    lexicons: Vec<Symbols>,
}

/// A column that has been read, with the places of what could not be.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) array: ArrayRef,
    /// Of a category with codes: the text where it has none.
    pub(super) uncoded: Option<ArrayRef>,
    pub(super) bad: Vec<Bad>,
    pub(super) seen: Vec<Seen>,
}

/// What a person should know of values that were taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) code: Code,
    /// How many values of the batch are so.
    pub(super) rows: u64,
    /// The place of the first in the batch.
    pub(super) first: usize,
    /// What is so of it.
    pub(super) text: Text,
}

impl Read {
    /// A column of which nothing need be said.
    pub(super) fn plain(array: ArrayRef, bad: Vec<Bad>) -> Read {
        Read { array, uncoded: None, bad, seen: Vec::new() }
    }
}

/// A value that cannot stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bad {
    /// Its place in the batch.
    pub(super) row: usize,
    pub(super) wrong: Wrong,
}

/// What is wrong with a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wrong {
    /// It does not fit its fact.
    Misfit(Misfit),
    /// It is a number or a date, and not in its plain form.
    NotPlain,
    /// It is a date that no claim can have.
    Year,
    /// It must be there.
    Missing,
}

impl From<Misfit> for Wrong {
    fn from(misfit: Misfit) -> Wrong {
        Wrong::Misfit(misfit)
    }
}

impl Target {
    pub(super) fn of(name: &str, known: &KnownFact) -> Target {
        let bounds = known.standard.map_or_else(|| Bounds::of(known.kind), StandardFact::bounds);
        Target {
            name: name.to_owned(),
            kind: known.kind,
            standard: known.standard,
            // Of bounds that do not fit, none is taken.
            min: units(bounds.min, known.kind).unwrap_or(i64::MAX),
            max: units(bounds.max, known.kind).unwrap_or(i64::MIN),
            is_strict: false,
            codes: Codes::of(known),
            lexicons: known.lexicons.clone(),
        }
    }

    /// Reads a value as in a case file.
    pub(super) fn fit(&self, value: &Value) -> Result<Value, Misfit> {
        match self.standard {
            Some(fact) => fact.fit(value),
            None => self.kind.fit(value, Bounds::of(self.kind)),
        }
    }

    /// Reads a text as in a case file.
    pub(super) fn fit_text(&self, text: &str) -> Result<Value, Misfit> {
        self.fit(&Value::from(text))
    }

    /// Whether a text that was read may stay: it is in its plain form, or any form does.
    ///
    /// # Errors
    /// If only the plain form does.
    pub(super) fn admit(&self, text: &str) -> Result<bool, Wrong> {
        let is_plain = written::is_plain(text, self.kind, self.may_be_a_moment());
        if is_plain || !self.is_strict { Ok(is_plain) } else { Err(Wrong::NotPlain) }
    }

    /// The value as which some plan reads a text that it does not know letter for letter.
    pub(super) fn meant(&self, text: &str) -> Option<&str> {
        self.lexicons.iter().find_map(|symbols| {
            match spelling::read(text, symbols.iter().map(|symbol| (&*symbol.name, &symbol.spellings))) {
                Spelt::Meant(name) => Some(name),
                Spelt::Exact | Spelt::Near(_) | Spelt::Other => None,
            }
        })
    }

    /// What a value is called; none of numbers and dates.
    pub(super) fn title_of(&self, value: &str) -> Option<Text> {
        let symbol = self.lexicons.iter().find_map(|symbols| symbols.named(value));
        let standard = || self.standard.map(|fact| fact.value_title(value));
        match self.kind {
            Kind::Money | Kind::Ratio | Kind::Number | Kind::Days | Kind::Date => None,
            Kind::YesNo => Some(spelling::answer_title(value)),
            Kind::Category => symbol.map(|symbol| symbol.title.clone()).or_else(standard),
        }
    }

    /// Whether a date may come with a time of day.
    pub(super) fn may_be_a_moment(&self) -> bool {
        self.standard.is_some_and(StandardFact::may_be_a_moment)
    }

    /// Whether it is a category whose values no plan tells apart: these stay texts.
    pub(super) fn is_plain_text(&self) -> bool {
        self.kind == Kind::Category && self.codes.values().is_empty()
    }

    /// Whether it is a category that has codes for some values, and may have others too.
    pub(super) fn has_uncoded(&self) -> bool {
        self.kind == Kind::Category && !self.is_plain_text() && !self.is_closed()
    }

    /// Whether a category has no other values than its own.
    pub(super) fn is_closed(&self) -> bool {
        self.standard.is_some_and(|fact| !fact.is_open())
    }

    /// What is wrong, in words.
    pub(super) fn reason(&self, value: &str, wrong: Wrong) -> Text {
        let Target { name, kind, .. } = self;
        match (wrong, self.standard) {
            (Wrong::Misfit(misfit), Some(fact)) => misfit_text(fact, &Value::from(value), misfit),
            (Wrong::Misfit(misfit), None) => own_misfit_text(name, *kind, value, misfit),
            (Wrong::NotPlain, _) => match self.fit_text(value) {
                Ok(read) => not_plain_text(name, value, &read.to_string()),
                Err(misfit) => self.reason(value, misfit.into()),
            },
            (Wrong::Year, _) => say!(
                "`{name}` 的值 `{value}` 不在 1800 年至 2999 年之间",
                "the value `{value}` of `{name}` is not of the years 1800 to 2999"
            ),
            (Wrong::Missing, _) => missing(name),
        }
    }
}

/// What is said of a row without an id that it needs.
pub(super) fn missing(name: &str) -> Text {
    say!("`{name}` 未填", "`{name}` is not given")
}

/// A number in units of the last place that its kind may have; `None` if it does not fit.
pub(super) fn units(number: Decimal, kind: Kind) -> Option<i64> {
    let factor = 10_i128.checked_pow(kind.places().checked_sub(number.scale())?)?;
    i64::try_from(number.mantissa().checked_mul(factor)?).ok()
}

fn own_misfit_text(name: &str, kind: Kind, value: &str, misfit: Misfit) -> Text {
    let Bounds { min, max } = Bounds::of(kind);
    match misfit {
        Misfit::Kind | Misfit::Value => kind.misfit_text(name, value),
        Misfit::Digits => kind.digits_text(name, value),
        Misfit::Blank => spelling::blank_text(name),
        Misfit::TimeOfDay => Kind::time_of_day_text(name, value),
        Misfit::Bounds => say!(
            "`{name}` 的值 `{value}` 不在 {min} 至 {max} 之间",
            "the value `{value}` of `{name}` is not from {min} to {max}"
        ),
    }
}

/// What is said of a number or a date that may come in no other form than its plain one.
fn not_plain_text(fact: &str, text: &str, read: &str) -> Text {
    say!(
        "`{fact}` 的 `{text}` 不是规范写法，应写作 `{read}`",
        "`{text}` of `{fact}` is not in its plain form; write `{read}`"
    )
}
