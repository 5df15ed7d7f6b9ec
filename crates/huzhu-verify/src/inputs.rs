//! What the steps of a program stand on: its facts, and the sources of its figures.

use std::collections::BTreeMap;

use super::bounds::Bounds;
use super::canonical::Json;
use super::date::Date;
use super::flaw::{Flaw, Place};
use super::members::{self, Members};
use super::number::Number;
use super::program::Edition;
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
    rule: Rule,
}

/// What a value must be beyond its type.
#[derive(Debug)]
enum Rule {
    /// Nothing, as in version 1.
    Free,
    Number(Bounds),
    /// Some text.
    Text,
    OneOf(Vec<String>),
}

impl Fact {
    pub(super) fn check(&self, value: Value<'_>, place: &Place<'_>) -> Result<(), Flaw> {
        match (&self.rule, value) {
            (Rule::Number(bounds), Value::Number(number)) => bounds.check(number, place),
            (Rule::Text, Value::Text("")) => Err(Flaw::new(place, "不能为空", "it must not be empty")),
            (Rule::OneOf(values), Value::Text(text)) if !values.iter().any(|value| value == text) => {
                Err(Flaw::new(place, format!("没有 `{text}` 这个取值"), format!("`{text}` is none of its values")))
            }
            (Rule::Free | Rule::Number(_) | Rule::Text | Rule::OneOf(_), _) => Ok(()),
        }
    }
}

/// A figure with its value, or a table or bands.
#[derive(Debug)]
pub(super) enum Source {
    Number(Number),
    Date(Date),
    Other,
}

/// The kinds of facts; of a number with its decimal places.
const FACT_KINDS: [(&str, (Kind, u32)); 7] = [
    ("money", (Kind::Number, 2)),
    ("ratio", (Kind::Number, 8)),
    ("number", (Kind::Number, 0)),
    ("days", (Kind::Number, 0)),
    ("date", (Kind::Date, 0)),
    ("yes-no", (Kind::Truth, 0)),
    ("category", (Kind::Text, 0)),
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
        let places = places_of(list.iter().map(|fact| &fact.name), place)?;
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
pub(super) fn places_of(
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

pub(super) fn fact(members: &mut Members<'_, '_, '_>, edition: Edition, place: &Place<'_>) -> Result<Fact, Flaw> {
    members.one_of("holder", &[("enrollment", ()), ("claim", ())])?;
    members.words("title")?;
    let (kind, places) = members.one_of("kind", &FACT_KINDS)?;
    let name = members.text("name")?.to_owned();
    let rule = match edition {
        Edition::One => Rule::Free,
        Edition::Two => rule(members, kind, places, place)?,
    };
    Ok(Fact { name, kind, rule })
}

/// Reads `min`, `max` and `values`, of which a fact has those of its kind.
fn rule(members: &mut Members<'_, '_, '_>, kind: Kind, places: u32, place: &Place<'_>) -> Result<Rule, Flaw> {
    match kind {
        Kind::Number => {
            let bounds = Bounds::read(members, places, place)?;
            none(members, &["values"], place)?;
            Ok(Rule::Number(bounds))
        }
        Kind::Text => {
            none(members, &["max", "min"], place)?;
            let (listed, place) = (members.take("values")?, place.member("values"));
            if matches!(listed.value, Json::Null) {
                return Ok(Rule::Text);
            }
            let values = members::list(&listed.value, &place)?.iter().enumerate();
            let values = values.map(|(number, value)| members::text(value, &place.item(number)).map(str::to_owned));
            let values = values.collect::<Result<Vec<_>, _>>()?;
            places_of(values.iter(), &place)?;
            Ok(Rule::OneOf(values))
        }
        Kind::Date | Kind::Truth => none(members, &["max", "min", "values"], place).map(|()| Rule::Free),
    }
}

fn none(members: &mut Members<'_, '_, '_>, names: &[&str], place: &Place<'_>) -> Result<(), Flaw> {
    for name in names {
        if !matches!(members.take(name)?.value, Json::Null) {
            return Err(Flaw::new(place.member(name), "应为 `null`", "it must be null"));
        }
    }
    Ok(())
}

pub(super) fn source(members: &mut Members<'_, '_, '_>, place: &Place<'_>) -> Result<Source, Flaw> {
    members.words("clause")?;
    members.words("title")?;
    members.text("name")?;
    provenance(members)?;
    let is_figure = members.one_of("kind", &[("figure", true), ("table", false), ("bands", false)])?;
    if !is_figure {
        none(members, &["unit", "value"], place)?;
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
