//! Numbers and dates that were written otherwise than in their plain form: counted, or refused.

use std::cell::Cell;

use arrow_array::Array;

use super::target::{Seen, Target, Wrong};
use super::{texts, words};
use crate::code::Code;

/// How many values of a column were written otherwise.
#[derive(Debug, Default)]
pub(super) struct Otherwise(Cell<usize>);

impl Otherwise {
    /// Takes a value that was read from a text, if the text may stay.
    #[cold]
    pub(super) fn count<T>(&self, target: &Target, text: &str, value: T) -> Result<T, Wrong> {
        if !target.admit(text)? {
            self.0.set(self.0.get().saturating_add(1));
        }
        Ok(value)
    }

    /// What is said of them; the first stands for all.
    pub(super) fn seen(self, target: &Target, column: &dyn Array) -> Vec<Seen> {
        if self.0.get() == 0 {
            return Vec::new();
        }
        let first = texts::find(column, |text| {
            let read = target.fit_text(text).ok().filter(|_| target.admit(text) == Ok(false))?;
            Some((text.to_owned(), read.to_string()))
        });
        let seen = |(row, (text, read)): (usize, (String, String))| {
            words::seen(Code::Normalised, self.0.get(), row, target, &text, &read)
        };
        first.map(seen).into_iter().collect()
    }
}
