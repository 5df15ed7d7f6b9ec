//! What rows of an input have in common that a person should know of, though they were taken.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Input;
use crate::code::Code;
use crate::text::Text;

/// Something seen in a column of an input, with the rows that have it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Observation {
    /// The file.
    pub input: Input,
    /// The column.
    pub column: String,
    /// What kind of thing it is.
    pub code: Code,
    /// The rows that have it.
    pub rows: u64,
    /// The first of them.
    pub first_row: u64,
    /// What is so of the first row, in words.
    pub text: Text,
}

/// Observations counted: by input, column and code.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Observations {
    counts: Vec<Counted>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Counted {
    input: Input,
    column: String,
    code: String,
    rows: u64,
    first_row: u64,
    text: Text,
}

impl FromIterator<Observation> for Observations {
    fn from_iter<I: IntoIterator<Item = Observation>>(all: I) -> Observations {
        let mut counted = Observations::default();
        all.into_iter().for_each(|seen| counted.add(seen));
        counted
    }
}

impl Observations {
    /// Counts what was seen; of two first rows the earlier one is told.
    pub(crate) fn add(&mut self, seen: Observation) {
        let Observation { input, column, code, rows, first_row, text } = seen;
        let is_the_same =
            |known: &&mut Counted| known.input == input && known.column == column && known.code == code.name();
        match self.counts.iter_mut().find(is_the_same) {
            Some(known) => {
                known.rows = known.rows.saturating_add(rows);
                if first_row < known.first_row {
                    (known.first_row, known.text) = (first_row, text);
                }
            }
            None => self.counts.push(Counted { input, column, code: code.name().to_owned(), rows, first_row, text }),
        }
    }

    pub(crate) fn extend(&mut self, others: &Observations) {
        self.extend_with(&others.list());
    }

    pub(crate) fn extend_with(&mut self, others: &[Observation]) {
        for seen in others {
            self.add(seen.clone());
        }
    }

    /// The same with columns by other names.
    pub(crate) fn renamed(self, name: impl Fn(Input, String) -> String) -> Observations {
        let named = |seen: Counted| Counted { column: name(seen.input, seen.column), ..seen };
        Observations { counts: self.counts.into_iter().map(named).collect() }
    }

    /// All of them, by input, column and code, whatever the order in which they were seen.
    pub(crate) fn list(&self) -> Vec<Observation> {
        let sorted: BTreeMap<_, _> =
            self.counts.iter().map(|seen| ((seen.input, &seen.column, &seen.code), seen)).collect();
        let told = sorted.into_values().filter_map(|seen| {
            let Counted { input, column, code, rows, first_row, text } = seen.clone();
            Some(Observation { input, column, code: Code::named(&code)?, rows, first_row, text })
        });
        told.collect()
    }
}
