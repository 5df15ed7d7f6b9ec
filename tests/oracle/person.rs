//! Whether all that is told of one member can be one person's.

use std::collections::{BTreeMap, BTreeSet};

use super::member::Member;

/// A person is born once, has one sex and one identity number.
const ONE_OF_EACH: [&str; 3] = ["birth_date", "sex", "certno"];

/// The enrollments and claims that tell two of what a person has one of; empty if all are one person's.
pub(crate) fn contradictions(member: &Member) -> BTreeSet<String> {
    let mut rows = BTreeSet::new();
    for name in ONE_OF_EACH {
        let of_covers = member.covers.iter().map(|cover| (cover.id.to_owned(), cover.facts.get(name)));
        let of_claims = member.claims.iter().map(|told| (told.id.clone(), told.facts.get(name)));
        let mut told: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (row, value) in of_covers.chain(of_claims) {
            if let Some(value) = value {
                // The last character of an identity number may be a small or a capital x.
                told.entry(value.to_string().to_uppercase()).or_default().push(row);
            }
        }
        if told.len() > 1 {
            rows.extend(told.into_values().flatten());
        }
    }
    rows
}
