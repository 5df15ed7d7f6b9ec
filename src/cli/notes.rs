//! The notes of a page: clauses by number, assumptions by letter.

use std::collections::{BTreeMap, BTreeSet};

use huzhu::Explanation;
use huzhu::explain::Assumption;

use super::layout::TIE;

/// Clauses by number and assumptions by letter, in the order in which the page names them.
pub(super) struct Notes<'a> {
    pub(super) clauses: Vec<String>,
    known: BTreeMap<&'a str, &'a Assumption>,
    named: Vec<&'a Assumption>,
    /// What has been told of a rule.
    told: BTreeSet<(&'a str, &'a str)>,
}

impl<'a> Notes<'a> {
    pub(super) fn of(explanation: &'a Explanation) -> Notes<'a> {
        let known = explanation.assumptions.iter().map(|assumption| (assumption.name.as_str(), assumption)).collect();
        Notes { clauses: Vec::new(), known, named: Vec::new(), told: BTreeSet::new() }
    }

    /// Whether this has not been told of the rule yet.
    pub(super) fn is_new(&mut self, rule: &'a str, working: &'a str) -> bool {
        self.told.insert((rule, working))
    }

    /// The assumptions that have a letter.
    pub(super) fn marked(&self) -> usize {
        self.named.len()
    }

    /// The mark of a clause, with the space before it.
    pub(super) fn clause(&mut self, clause: &str) -> String {
        let place = self.clauses.iter().position(|known| known == clause).unwrap_or_else(|| {
            self.clauses.push(clause.to_owned());
            self.clauses.len().saturating_sub(1)
        });
        format!("{TIE}[{}]", place.saturating_add(1))
    }

    /// The mark of assumptions, with the space before it; none if there are none.
    pub(super) fn assumed(&mut self, names: &[String]) -> String {
        let mut letters = Vec::new();
        for name in names {
            let Some(assumption) = self.known.get(name.as_str()).copied() else { continue };
            let place = self.named.iter().position(|known| known.name == *name).unwrap_or_else(|| {
                self.named.push(assumption);
                self.named.len().saturating_sub(1)
            });
            letters.push(place);
        }
        letters.sort_unstable();
        letters.dedup();
        if letters.is_empty() {
            return String::new();
        }
        format!("{TIE}†{}", letters.into_iter().map(letter).collect::<Vec<_>>().join(","))
    }

    /// Those that the page has named, in that order; then the others.
    pub(super) fn into_assumptions(self) -> Vec<&'a Assumption> {
        let mut all = self.named;
        for assumption in self.known.into_values() {
            if !all.iter().any(|named| named.name == assumption.name) {
                all.push(assumption);
            }
        }
        all
    }
}

/// `a` to `z`, then `aa`, `ab`, ….
pub(super) fn letter(number: usize) -> String {
    let last = u32::try_from(number.checked_rem(26).unwrap_or(0)).ok();
    let last = last.and_then(|place| char::from_u32(u32::from('a').saturating_add(place))).unwrap_or('?');
    match number.div_euclid(26).checked_sub(1) {
        Some(before) => format!("{}{last}", letter(before)),
        None => last.to_string(),
    }
}
