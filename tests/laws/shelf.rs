//! The shipped packs: each plan, and what its text says of facts, figures, conditions and promises.

use std::path::Path;
use std::sync::LazyLock;

use chrono::NaiveDate;
use huzhu::{Absent, Catalog, Hold, Holder, Kind, Order, Plan, STANDARD, Text, calendar, exact};
use rust_decimal::Decimal;
use serde_json::{Map, Value as Json};
use toml::de::{DeTable, DeValue};

/// The packs of the folder `rules`.
pub(crate) static CATALOG: LazyLock<Catalog> =
    LazyLock::new(|| Catalog::load(Path::new("rules")).unwrap_or_else(|wrong| panic!("{wrong}")));

/// The same packs, where a claim waits for an earlier one that is open.
pub(crate) static WAITING: LazyLock<Catalog> = LazyLock::new(|| {
    Catalog::load(Path::new("rules")).unwrap_or_else(|wrong| panic!("{wrong}")).holding(Hold::OpenClaims)
});

/// The same packs, in the order in which claims were received.
pub(crate) static RECEIVED: LazyLock<Catalog> = LazyLock::new(|| {
    Catalog::load(Path::new("rules")).unwrap_or_else(|wrong| panic!("{wrong}")).in_order(Order::AsReceived)
});

/// Every version of every plan, with its text.
pub(crate) static SHELF: LazyLock<Vec<Pack>> = LazyLock::new(|| {
    let folder = std::fs::read_dir("rules").unwrap();
    let mut names: Vec<String> = folder.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    let is_pack = |name: &str| {
        let stem = name.strip_suffix(".toml");
        stem.is_some_and(|stem| stem.strip_suffix(".cases").or(stem.strip_suffix(".joint")).is_none())
    };
    names.retain(|name| is_pack(name));
    names.sort();
    let packs: Vec<Pack> = names.iter().map(|name| Pack::read(name)).collect();
    assert_eq!(packs.len(), CATALOG.plans().count());
    packs
});

/// One shipped pack.
pub(crate) struct Pack {
    pub(crate) file: String,
    pub(crate) text: String,
    /// The text as nodes; numbers and dates are texts.
    pub(crate) says: Json,
    pub(crate) plan: &'static Plan,
    /// What members and claims of the plan say: standard facts that it reads, and its own.
    pub(crate) facts: Vec<Fact>,
    pub(crate) amounts: Vec<Decimal>,
    /// Whole numbers and days.
    pub(crate) counts: Vec<Decimal>,
    pub(crate) dates: Vec<NaiveDate>,
}

/// A fact as a plan reads it.
pub(crate) struct Fact {
    pub(crate) name: String,
    pub(crate) holder: Holder,
    pub(crate) kind: Kind,
    pub(crate) values: Vec<String>,
    /// Whether a text may be another than those.
    pub(crate) is_open: bool,
    pub(crate) min: Decimal,
    pub(crate) max: Decimal,
    pub(crate) absent: Absent,
    pub(crate) is_own: bool,
    /// A field of the settlement record that a rule reads itself.
    pub(crate) is_settlement: bool,
}

impl Pack {
    fn read(file: &str) -> Pack {
        let text = std::fs::read_to_string(Path::new("rules").join(file)).unwrap();
        let says = nodes(&text);
        let head = &says["plan"];
        let version = head["version"].as_str().unwrap_or("1");
        let mut versions = CATALOG.versions(head["id"].as_str().unwrap()).iter();
        let plan = versions.find(|plan| plan.version() == version).unwrap();
        let mut pack = Pack {
            file: file.to_owned(),
            facts: facts(plan, &says),
            text,
            plan,
            amounts: Vec::new(),
            counts: Vec::new(),
            dates: Vec::new(),
            says: Json::Null,
        };
        pack.collect(&says);
        pack.says = says;
        pack
    }

    /// Every figure wherever it stands: edges lie there.
    fn collect(&mut self, node: &Json) {
        match node {
            Json::String(text) => match text.split_once(' ').unwrap_or((text, "")) {
                (number, "yuan" | "yuan/day") => self.amounts.extend(number_of(number)),
                (number, "" | "day" | "days") => match calendar::parse(number) {
                    Some(date) => self.dates.push(date),
                    None => self.counts.extend(number_of(number)),
                },
                _ => {}
            },
            Json::Array(items) => items.iter().for_each(|item| self.collect(item)),
            Json::Object(entries) => entries.values().for_each(|item| self.collect(item)),
            Json::Null | Json::Bool(_) | Json::Number(_) => {}
        }
    }

    pub(crate) fn fact(&self, name: &str) -> Option<&Fact> {
        self.facts.iter().find(|fact| fact.name == name)
    }

    /// The items of a `[[section]]`.
    pub(crate) fn items(&self, section: &str) -> &[Json] {
        self.says[section].as_array().map_or(&[], Vec::as_slice)
    }

    /// The names of a `[section.NAME]`.
    pub(crate) fn names(&self, section: &str) -> Vec<&str> {
        self.says[section].as_object().map(|named| named.keys().map(String::as_str).collect()).unwrap_or_default()
    }

    /// What the benefits are rounded to; no shipped benefit has a rounding of its own.
    pub(crate) fn rounding(&self) -> Decimal {
        assert!(self.items("benefit").iter().all(|benefit| benefit.get("rounding").is_none()));
        amount(self.says["plan"]["rounding"]["to"].as_str().unwrap())
    }

    /// The most shares that count.
    pub(crate) fn share_cap(&self) -> Option<Decimal> {
        let figure = self.says["enrollment"]["max_shares"].as_str()?;
        number_of(self.says["figure"][figure]["value"].as_str().unwrap())
    }
}

/// An amount as packs write it: `50_000 yuan`.
pub(crate) fn amount(text: &str) -> Decimal {
    number_of(text.strip_suffix(" yuan").unwrap()).unwrap()
}

/// A text that is the same in both languages, or one in each.
pub(crate) fn words(node: &Json) -> Text {
    let part = |key: &str| node[key].as_str().unwrap().to_owned();
    node.as_str().map_or_else(|| Text { zh: part("zh"), en: part("en") }, Text::same)
}

/// The nodes of a TOML text.
pub(crate) fn nodes(text: &str) -> Json {
    Json::Object(table(DeTable::parse(text).unwrap().get_ref()))
}

fn table(table: &DeTable<'_>) -> Map<String, Json> {
    table.iter().map(|(key, value)| (key.get_ref().to_string(), node(value.get_ref()))).collect()
}

fn node(value: &DeValue<'_>) -> Json {
    match value {
        DeValue::String(text) => text.as_ref().into(),
        DeValue::Integer(number) => number.as_str().into(),
        DeValue::Float(number) => number.as_str().into(),
        DeValue::Boolean(answer) => (*answer).into(),
        DeValue::Datetime(moment) => moment.to_string().into(),
        DeValue::Array(items) => items.iter().map(|item| node(item.get_ref())).collect(),
        DeValue::Table(entries) => Json::Object(table(entries)),
    }
}

fn number_of(text: &str) -> Option<Decimal> {
    exact::parse(&text.replace('_', "")).ok()
}

fn facts(plan: &Plan, says: &Json) -> Vec<Fact> {
    let stated = |name: &str| &says["fact"][name];
    let standard = STANDARD.iter().filter(|fact| plan.reads(fact.name));
    let standard = standard.filter(|fact| !fact.settlement || stated(fact.name).is_object()).map(|fact| Fact {
        name: fact.name.to_owned(),
        holder: fact.holder,
        kind: fact.kind,
        values: values(stated(fact.name))
            .unwrap_or_else(|| fact.values.iter().map(|value| (*value).to_owned()).collect()),
        is_open: fact.is_open() && !is_closed(stated(fact.name)),
        min: fact.min.into(),
        max: fact.max.map_or(widest(fact.kind), Decimal::from),
        absent: absent(stated(fact.name)).unwrap_or(fact.absent),
        is_own: false,
        is_settlement: fact.settlement,
    });
    let own = says["fact"].as_object().into_iter().flatten().filter(|(_, fact)| fact.get("type").is_some());
    let own = own.map(|(name, fact)| {
        let kind = Kind::ALL.iter().find(|(kind, _)| fact["type"] == **kind).unwrap().1;
        let bound = |key: &str| number_of(fact[key].as_str()?.split(' ').next()?);
        Fact {
            name: name.clone(),
            holder: if fact["of"] == "enrollment" { Holder::Enrollment } else { Holder::Claim },
            kind,
            values: values(fact).unwrap_or_default(),
            is_open: !is_closed(fact),
            min: bound("min").unwrap_or_default(),
            max: bound("max").unwrap_or_else(|| widest(kind)),
            absent: absent(fact).unwrap_or(Absent::Unknown),
            is_own: true,
            is_settlement: false,
        }
    });
    standard.chain(own).collect()
}

fn values(fact: &Json) -> Option<Vec<String>> {
    match fact.get("values")? {
        Json::Array(listed) => Some(listed.iter().map(|value| value.as_str().unwrap().to_owned()).collect()),
        titled => Some(titled.as_object().unwrap().keys().cloned().collect()),
    }
}

fn is_closed(fact: &Json) -> bool {
    fact.get("closed").is_some_and(|closed| *closed == true)
}

fn absent(fact: &Json) -> Option<Absent> {
    match fact.get("absent")?.as_str()? {
        "none" => Some(Absent::None),
        _ => Some(Absent::Unknown),
    }
}

/// The most that a number of the kind may be.
pub(crate) fn widest(kind: Kind) -> Decimal {
    match kind {
        Kind::Money => Decimal::new(99_999_999_999_999_999, 2),
        Kind::Ratio => Decimal::ONE,
        Kind::Number => Decimal::from(1_000_000_000),
        Kind::Days => Decimal::from(36_500),
        Kind::Date | Kind::YesNo | Kind::Category => Decimal::ZERO,
    }
}
