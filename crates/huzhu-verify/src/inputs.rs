//! What the steps of a program stand on: its facts, and the sources of its figures.

use std::collections::BTreeMap;

use super::canonical::Json;
use super::date::Date;
use super::flaw::{Flaw, Place};
use super::members::Members;
use super::number::Number;
use super::value::{Kind, Value};

/// The facts in their order, and their places by name.
#[derive(Debug)]
pub(super) struct Facts {
    pub(super) list: Vec<Fact>,
    pub(super) places: BTreeMap<String, usize>,
}

#[derive(Debug)]
pub(super) struct Fact {
    pub(super) name: String,
    pub(super) kind: Kind,
}

/// A figure with its value, or a table or bands.
#[derive(Debug)]
pub(super) enum Source {
    Number(Number),
    Date(Date),
    Other,
}

const FACT_KINDS: [(&str, Kind); 7] = [
    ("money", Kind::Number),
    ("ratio", Kind::Number),
    ("number", Kind::Number),
    ("days", Kind::Number),
    ("date", Kind::Date),
    ("yes-no", Kind::Truth),
    ("category", Kind::Text),
];

/// The units of figures; only a date has a date for its value.
const UNITS: [(&str, Kind); 6] = [
    ("yuan", Kind::Number),
    ("yuan/day", Kind::Number),
    ("days", Kind::Number),
    ("months", Kind::Number),
    ("none", Kind::Number),
    ("date", Kind::Date),
];

impl Facts {
    pub(super) fn of(list: Vec<Fact>, place: &Place<'_>) -> Result<Facts, Flaw> {
        let places = places(list.iter().map(|fact| &fact.name), place)?;
        Ok(Facts { list, places })
    }

    /// The place of a fact.
    pub(super) fn named(&self, name: &str, place: &Place<'_>) -> Result<usize, Flaw> {
        self.places.get(name).copied().ok_or_else(|| {
            Flaw::new(place, format!("程序没有事实 `{name}`"), format!("the program has no fact `{name}`"))
        })
    }
}

/// The places of names, each of which may stand once.
pub(super) fn places(
    names: impl Iterator<Item = impl AsRef<str>>,
    place: &Place<'_>,
) -> Result<BTreeMap<String, usize>, Flaw> {
    let mut places = BTreeMap::new();
    for (number, name) in names.enumerate() {
        let name = name.as_ref();
        if places.insert(name.to_owned(), number).is_some() {
            return Err(Flaw::new(place, format!("`{name}` 重复"), format!("duplicate `{name}`")));
        }
    }
    Ok(places)
}

pub(super) fn fact(members: &mut Members<'_, '_, '_>, _: &Place<'_>) -> Result<Fact, Flaw> {
    members.one_of("holder", &[("enrollment", ()), ("claim", ())])?;
    members.words("title")?;
    Ok(Fact { kind: members.one_of("kind", &FACT_KINDS)?, name: members.text("name")?.to_owned() })
}

pub(super) fn source(members: &mut Members<'_, '_, '_>, place: &Place<'_>) -> Result<Source, Flaw> {
    members.words("clause")?;
    members.words("title")?;
    members.text("name")?;
    provenance(members)?;
    let is_figure = members.one_of("kind", &[("figure", true), ("table", false), ("bands", false)])?;
    if !is_figure {
        for name in ["unit", "value"] {
            if !matches!(members.take(name)?.value, Json::Null) {
                return Err(Flaw::new(place.member(name), "应为 `null`", "it must be null"));
            }
        }
        return Ok(Source::Other);
    }
    let kind = members.one_of("unit", &UNITS)?;
    match Value::read(&members.take("value")?.value, kind, &place.member("value"))? {
        Value::Number(number) => Ok(Source::Number(number)),
        Value::Date(date) => Ok(Source::Date(date)),
        Value::Null | Value::Truth(_) | Value::Text(_) => {
            Err(Flaw::new(place.member("value"), "不应为 `null`", "it must not be null"))
        }
    }
}

pub(super) fn provenance(members: &mut Members<'_, '_, '_>) -> Result<(), Flaw> {
    members.one_of("provenance", &[("stated", ()), ("published", ()), ("assumed", ())])
}
