//! Choices made by bytes, so that whoever changes the bytes changes one choice.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::LazyLock;

use huzhu::{Case, Holder, Kind, STANDARD, StandardFact, WorkedCases};
use serde_json::Value as Json;

use super::{CATALOG, root};

pub(super) struct Choices<'b> {
    bytes: &'b [u8],
}

impl<'b> Choices<'b> {
    pub(super) fn of(bytes: &'b [u8]) -> Choices<'b> {
        Choices { bytes }
    }

    /// The next byte; nought after the last.
    pub(super) fn next(&mut self) -> u8 {
        let Some((first, rest)) = self.bytes.split_first() else { return 0 };
        self.bytes = rest;
        *first
    }

    /// Less than this.
    pub(super) fn below(&mut self, most: usize) -> usize {
        let low = usize::from(self.next());
        let number =
            if most > 256 { low | usize::from(self.next()) << 8 | usize::from(self.next()) << 16 } else { low };
        number % most
    }
}

/// A worked case of the shipped packs with facts changed to what other cases say of them, or to what stands at an edge.
pub(super) fn case(choices: &mut Choices<'_>) -> Case {
    let mut case = CASES[choices.below(CASES.len())].clone();
    let changes = choices.below(8);
    for _ in 0..changes {
        let (fact, value) = change(choices);
        let place = usize::from(choices.next()) % (case.history.len() + 1);
        let (enrollment, claim) = match case.history.get_mut(place) {
            Some((enrollment, claim)) => (enrollment, claim),
            None => (&mut case.enrollment, &mut case.claim),
        };
        match (fact.holder, value) {
            (Holder::Enrollment, None) => *enrollment = enrollment.clone().without(fact.name),
            (Holder::Claim, None) => *claim = claim.clone().without(fact.name),
            (Holder::Enrollment, Some(value)) => {
                *enrollment = enrollment.clone().with(fact.name, value).unwrap_or(enrollment.clone());
            }
            (Holder::Claim, Some(value)) => *claim = claim.clone().with(fact.name, value).unwrap_or(claim.clone()),
        }
    }
    case
}

/// A standard fact with a value, or without one.
pub(super) fn change(choices: &mut Choices<'_>) -> (&'static StandardFact, Option<&'static str>) {
    let fact = &STANDARD[usize::from(choices.next()) % STANDARD.len()];
    let values: &[String] = &VALUES[fact.name];
    let value = values.get(choices.below(values.len() + 1));
    (fact, value.map(String::as_str))
}

static CASES: LazyLock<Vec<Case>> = LazyLock::new(|| {
    let folder = fs::read_dir(root().join("rules")).expect("the rules are there");
    let mut files: Vec<_> = folder.map(|entry| entry.expect("it can be read").path()).collect();
    files.retain(|path| path.to_string_lossy().ends_with(".cases.toml"));
    files.sort();
    let cases = files.iter().flat_map(|path| {
        let bytes = fs::read(path).expect("it can be read");
        let cases = WorkedCases::read(&path.to_string_lossy(), &bytes, &CATALOG).expect("the cases are right");
        cases.cases().collect::<Vec<_>>()
    });
    cases.collect()
});

/// By fact, what the worked cases say of it, and what stands at an edge.
static VALUES: LazyLock<BTreeMap<&'static str, Vec<String>>> = LazyLock::new(|| {
    let mut values: BTreeMap<&str, BTreeSet<String>> =
        STANDARD.iter().map(|fact| (fact.name, edges(fact).into_iter().map(str::to_owned).collect())).collect();
    for case in CASES.iter() {
        for (name, value) in flat(&case.enrollment).into_iter().chain(flat(&case.claim)) {
            if let Some(values) = values.get_mut(name.as_str()) {
                values.insert(value);
            }
        }
    }
    values.into_iter().map(|(name, values)| (name, values.into_iter().collect())).collect()
});

fn edges(fact: &StandardFact) -> Vec<&'static str> {
    match fact.kind {
        Kind::Money => {
            vec!["0", "0.01", "0.05", "1", "99.99", "100", "999.99", "10000", "50000.01", "1000000", "9999999999.99"]
        }
        Kind::Ratio => vec!["0", "0.00000001", "0.3", "0.33333333", "0.99999999", "1"],
        Kind::Number | Kind::Days => vec!["0", "1", "2", "3", "9", "10", "30", "31", "90", "180", "365", "36500"],
        Kind::Date => vec![
            "0001-01-01",
            "1900-02-28",
            "2024-02-29",
            "2024-12-31",
            "2025-01-01",
            "2025-06-30",
            "2025-12-31",
            "2026-01-01",
            "9999-12-31",
        ],
        Kind::YesNo => vec!["true", "false"],
        Kind::Category => fact.values.to_vec(),
    }
}

/// What is given, by name, as text; a settlement record is a part of its claim.
pub(super) fn flat(of: &impl serde::Serialize) -> BTreeMap<String, String> {
    let json = serde_json::to_value(of).expect("it is JSON");
    let text = |value: &Json| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let mut flat = BTreeMap::new();
    for (name, value) in json.as_object().expect("it is an object") {
        match value.as_object() {
            Some(inner) => flat.extend(inner.iter().map(|(name, value)| (name.clone(), text(value)))),
            None => drop(flat.insert(name.clone(), text(value))),
        }
    }
    flat
}

/// The same of the enrollment or the claim of a case.
pub(super) fn flat_of(case: &Case, holder: Holder) -> BTreeMap<String, String> {
    match holder {
        Holder::Enrollment => flat(&case.enrollment),
        Holder::Claim => flat(&case.claim),
    }
}
