//! What the rule packs ask of their claims: facts, categories, dates.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use chrono::{Datelike, NaiveDate};
use huzhu::{Catalog, Holder, Kind, STANDARD, StandardFact, calendar};
use serde_json::Value as Json;
use toml::de::{DeTable, DeValue};

type Object = serde_json::Map<String, Json>;

/// A fact that becomes a column.
pub struct Fact {
    pub name: String,
    pub holder: Holder,
    pub kind: Kind,
    /// Every value that a pack tells apart; then one that no pack knows.
    pub values: Vec<String>,
}

/// One plan in all its versions.
pub struct Shape {
    pub id: String,
    /// Versions from the earliest to the latest: name and first day.
    pub versions: Vec<(String, i32)>,
    /// The facts that its rules read, as indexes into [`Packs::facts`], each with the indexes of the values that it tells apart.
    pub facts: BTreeMap<usize, Vec<u32>>,
    /// Where the first cover may begin, both days included.
    pub starts: (i32, i32),
    /// The only cover there is: a campaign.
    pub campaign: Option<(i32, i32)>,
    pub pays_accidents: bool,
    pub pays_illnesses: bool,
    pub pays_sudden_death: bool,
}

/// The plans that claims are made up for, and all their facts.
pub struct Packs {
    pub plans: Vec<Shape>,
    pub facts: Vec<Fact>,
}

/// Covers of plans without an end begin on or before this day.
const LAST_START: (i32, u32, u32) = (2026, 6, 30);

/// Keys of a pack whose texts are for people.
const PROSE: [&str; 8] = ["title", "text", "clause", "source", "provenance", "zh", "en", "rounding"];

/// Facts in whose place the file may have what they follow from.
pub const ROUNDABOUT: [(&str, [&str; 2]); 2] =
    [("hospital_days", ["admitted", "discharged"]), ("personal_burden", ["total_cost", "fund_paid"])];

impl Packs {
    /// Reads one plan, or all of a folder.
    pub fn read(folder: &Path, only: Option<&str>) -> Packs {
        let catalog = Catalog::load(folder).expect("the packs are right");
        let texts = texts(folder);
        let mut packs = Packs { plans: Vec::new(), facts: Vec::new() };
        let ids: BTreeSet<&str> = catalog.plans().map(huzhu::Plan::id).collect();
        for id in ids.into_iter().filter(|id| only.is_none_or(|only| only == *id)) {
            packs.add(&catalog, id, &texts);
        }
        assert!(!packs.plans.is_empty(), "no such plan");
        if only.is_none() {
            for name in ROUNDABOUT.iter().flat_map(|(_, sources)| sources) {
                packs.standard(StandardFact::named(name).expect("a standard fact"));
            }
        }
        for fact in packs.facts.iter_mut().filter(|fact| fact.kind == Kind::Category) {
            fact.values.push("something-else".to_owned());
        }
        packs
    }

    pub fn fact(&self, name: &str) -> Option<usize> {
        self.facts.iter().position(|fact| fact.name == name)
    }

    fn add(&mut self, catalog: &Catalog, id: &str, texts: &[Object]) {
        let own: Vec<&Object> = texts.iter().filter(|text| text_at(text, &["plan", "id"]) == Some(id)).collect();
        let mut words = BTreeSet::new();
        for text in &own {
            collect_words(&Json::Object((*text).clone()), &mut words);
        }
        let mut facts = BTreeMap::new();
        for standard in STANDARD.iter().filter(|fact| words.contains(fact.name)) {
            facts.insert(self.standard(standard), Vec::new());
        }
        for name in
            ["shares", "birth_date", "coverage_start", "coverage_end", "previous_coverage_end", "event_date", "cause"]
        {
            facts.insert(self.standard(StandardFact::named(name).expect("a standard fact")), Vec::new());
        }
        for text in &own {
            self.add_own_facts(text, &mut facts);
        }
        for (index, values) in &mut facts {
            let fact = &mut self.facts[*index];
            for value in own.iter().flat_map(|text| values_of(text, &fact.name)) {
                let place = fact.values.iter().position(|known| *known == value).unwrap_or_else(|| {
                    fact.values.push(value.clone());
                    fact.values.len() - 1
                });
                let place = u32::try_from(place).expect("few values");
                if !values.contains(&place) {
                    values.push(place);
                }
            }
        }
        let versions = catalog.versions(id);
        let first = versions.first().map(|plan| plan.effective().from).unwrap_or_default();
        let last = versions.last().and_then(|plan| plan.effective().until);
        let by_event = versions.iter().any(|plan| plan.effective().by == huzhu::EffectiveBy::EventDate);
        let campaign = by_event.then(|| campaign(&own)).flatten();
        let latest = day(LAST_START.0, LAST_START.1, LAST_START.2);
        self.plans.push(Shape {
            id: id.to_owned(),
            versions: versions.iter().map(|plan| (plan.version().to_owned(), of_date(plan.effective().from))).collect(),
            facts,
            starts: (of_date(first), last.map_or(latest, |last| of_date(last).min(latest))),
            campaign,
            pays_accidents: words.contains("disability_grade"),
            pays_illnesses: !words.contains("disability_grade") || words.contains("illness_class"),
            pays_sudden_death: words.contains("sudden-death"),
        });
    }

    fn add_own_facts(&mut self, text: &Object, facts: &mut BTreeMap<usize, Vec<u32>>) {
        for (name, fact) in text.get("fact").and_then(Json::as_object).into_iter().flatten() {
            let Some(fact) = fact.as_object() else { continue };
            let (Some(of), Some(kind)) = (text_at(fact, &["of"]), text_at(fact, &["type"])) else { continue };
            let kind = Kind::ALL.iter().find(|(known, _)| *known == kind).expect("a kind").1;
            let holder = if of == "claim" { Holder::Claim } else { Holder::Enrollment };
            let index = self.fact(name).unwrap_or_else(|| {
                self.facts.push(Fact { name: name.clone(), holder, kind, values: Vec::new() });
                self.facts.len() - 1
            });
            facts.insert(index, Vec::new());
        }
    }

    fn standard(&mut self, standard: &StandardFact) -> usize {
        self.fact(standard.name).unwrap_or_else(|| {
            let values = standard.values.iter().map(|value| (*value).to_owned()).collect();
            self.facts.push(Fact {
                name: standard.name.to_owned(),
                holder: standard.holder,
                kind: standard.kind,
                values,
            });
            self.facts.len() - 1
        })
    }
}

/// The values of a category that a pack's own words name: its values, its lists, the rows of its tables.
fn values_of(text: &Object, fact: &str) -> Vec<String> {
    let mut found = Vec::new();
    let declared = text.get("fact").and_then(|facts| facts.get(fact)).and_then(|fact| fact.get("values"));
    match declared {
        Some(Json::Object(values)) => found.extend(values.keys().cloned()),
        Some(Json::Array(values)) => found.extend(values.iter().filter_map(|v| v.as_str()).map(str::to_owned)),
        _ => {}
    }
    for list in text.get("list").and_then(Json::as_object).into_iter().flat_map(Object::values) {
        if list.get("of").and_then(Json::as_str) == Some(fact) {
            let values = list.get("values").and_then(Json::as_array).into_iter().flatten();
            found.extend(values.filter_map(|value| value.as_str()).map(str::to_owned));
        }
    }
    found
}

/// The days of a campaign: the two dates among the figures that lie closest together, as its claims must lie between them.
fn campaign(texts: &[&Object]) -> Option<(i32, i32)> {
    let figures = texts.iter().filter_map(|text| text.get("figure")?.as_object()).flat_map(Object::values);
    let dates = figures.filter_map(|figure| calendar::parse(figure.get("value")?.as_str()?));
    let mut days: Vec<i32> = dates.map(of_date).collect();
    days.sort_unstable();
    Some((*days.first()?, *days.get(days.len() / 2)?))
}

fn texts(folder: &Path) -> Vec<Object> {
    let files = fs::read_dir(folder).expect("the folder is there");
    let mut paths: Vec<_> = files.filter_map(|file| file.ok().map(|file| file.path())).collect();
    paths.sort();
    let packs = paths.iter().filter(|path| {
        let name = path.to_string_lossy();
        name.ends_with(".toml") && !name.ends_with(".cases.toml") && !name.ends_with(".joint.toml")
    });
    let texts = packs.map(|path| fs::read_to_string(path).expect("a pack"));
    texts.map(|text| object(DeTable::parse(&text).expect("a pack is TOML").get_ref())).collect()
}

fn object(table: &DeTable<'_>) -> Object {
    table.iter().map(|(key, value)| (key.get_ref().to_string(), plain(value.get_ref()))).collect()
}

/// Dates become texts; no other value than a text, a list or a table is asked for.
fn plain(value: &DeValue<'_>) -> Json {
    match value {
        DeValue::String(text) => Json::String(text.to_string()),
        DeValue::Datetime(date) => Json::String(date.to_string()),
        DeValue::Array(items) => items.iter().map(|item| plain(item.get_ref())).collect(),
        DeValue::Table(table) => Json::Object(object(table)),
        DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_) => Json::Null,
    }
}

fn text_at<'t>(table: &'t Object, path: &[&str]) -> Option<&'t str> {
    let (last, way) = path.split_last()?;
    let table = way.iter().try_fold(table, |table, key| table.get(*key)?.as_object())?;
    table.get(*last)?.as_str()
}

/// Every word of the rules themselves.
fn collect_words(value: &Json, words: &mut BTreeSet<String>) {
    match value {
        Json::String(text) => {
            let parts = text.split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_' || letter == '-'));
            words.extend(parts.map(str::to_owned));
        }
        Json::Array(items) => items.iter().for_each(|item| collect_words(item, words)),
        Json::Object(table) => {
            for (key, value) in table.iter().filter(|(key, _)| !PROSE.contains(&key.as_str())) {
                words.insert(key.clone());
                collect_words(value, words);
            }
        }
        _ => {}
    }
}

/// Days since 1970-01-01, as Arrow counts them.
pub fn day(year: i32, month: u32, day: u32) -> i32 {
    of_date(NaiveDate::from_ymd_opt(year, month, day).expect("a date"))
}

pub fn of_date(date: NaiveDate) -> i32 {
    date.num_days_from_ce() - EPOCH
}

pub fn to_date(day: i32) -> NaiveDate {
    NaiveDate::from_num_days_from_ce_opt(day + EPOCH).expect("a date")
}

const EPOCH: i32 = 719_163;
