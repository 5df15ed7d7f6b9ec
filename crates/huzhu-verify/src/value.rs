//! The four types of values, and what is not known.

use std::fmt::{self, Display, Formatter};

use super::canonical::{Json, quoted};
use super::date::Date;
use super::flaw::{Flaw, Place};
use super::number::Number;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Number,
    Date,
    Truth,
    Text,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Value<'t> {
    /// It is not known.
    Null,
    Number(Number),
    Date(Date),
    Truth(bool),
    Text(&'t str),
}

impl<'t> Value<'t> {
    /// Reads a value of a type, or `null`.
    pub(super) fn read(json: &'t Json<'_>, kind: Kind, place: &Place<'_>) -> Result<Value<'t>, Flaw> {
        let value = match (json, kind) {
            (Json::Null, _) => Some(Value::Null),
            (Json::Text(text), Kind::Number) => Number::parse(text).map(Value::Number),
            (Json::Text(text), Kind::Date) => Date::parse(text).map(Value::Date),
            (Json::Truth(truth), Kind::Truth) => Some(Value::Truth(*truth)),
            (Json::Text(text), Kind::Text) => Some(Value::Text(text)),
            _ => None,
        };
        value.ok_or_else(|| Flaw::new(place, format!("应为{}", kind.zh()), format!("it must be {}", kind.en())))
    }

    pub(super) fn is_null(self) -> bool {
        self == Value::Null
    }

    pub(super) fn number(self) -> Option<Number> {
        match self {
            Value::Number(number) => Some(number),
            Value::Null | Value::Date(_) | Value::Truth(_) | Value::Text(_) => None,
        }
    }

    pub(super) fn date(self) -> Option<Date> {
        match self {
            Value::Date(date) => Some(date),
            Value::Null | Value::Number(_) | Value::Truth(_) | Value::Text(_) => None,
        }
    }

    pub(super) fn truth(self) -> Option<bool> {
        match self {
            Value::Truth(truth) => Some(truth),
            Value::Null | Value::Number(_) | Value::Date(_) | Value::Text(_) => None,
        }
    }
}

impl Kind {
    pub(super) fn zh(self) -> &'static str {
        match self {
            Kind::Number => "数",
            Kind::Date => "日期",
            Kind::Truth => "真假",
            Kind::Text => "文本",
        }
    }

    pub(super) fn en(self) -> &'static str {
        match self {
            Kind::Number => "a number",
            Kind::Date => "a date",
            Kind::Truth => "a truth",
            Kind::Text => "a text",
        }
    }
}

/// As a certificate writes it.
impl Display for Value<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Value::Null => f.write_str("null"),
            Value::Number(number) => write!(f, "\"{number}\""),
            Value::Date(date) => write!(f, "\"{date}\""),
            Value::Truth(truth) => write!(f, "{truth}"),
            Value::Text(text) => f.write_str(&quoted(text)),
        }
    }
}
