//! The columns that a file of rejected rows has beside those of its input: left alone where the file is given again.

use std::collections::BTreeSet;

use arrow_schema::Schema;

/// What is said of a rejected row, in the order of the columns.
pub(crate) const ADDED: [&str; 7] = ["row", "line", "cell", "column", "value", "reason_zh", "reason_en"];

/// A file with one of these is one of rejected rows; in any other a column `value` is a mistake to be told.
const SIGNS: [&str; 2] = ["reason_zh", "reason_en"];

const WHOLE: &str = "value";

/// What a name of [`ADDED`] begins with where the input has a column of that name.
const PREFIX: &str = "rejected_";

/// The places of columns that were added to rejected rows. A column that is known is the input's own.
pub(super) fn places(raw: &Schema, is_known: impl Fn(&str) -> bool) -> BTreeSet<usize> {
    let names = || raw.fields().iter().map(|field| field.name().trim()).enumerate();
    if !names().any(|(_, name)| SIGNS.contains(&plain(name)) && !is_known(name)) {
        return BTreeSet::new();
    }
    names().filter(|(_, name)| ADDED.contains(&plain(name)) && !is_known(name)).map(|(place, _)| place).collect()
}

/// Of these columns the one in which a row stands whole that has more or fewer values than there are columns.
pub(super) fn whole(raw: &Schema, added: &BTreeSet<usize>) -> Option<usize> {
    let is_whole = |place: &&usize| raw.fields().get(**place).is_some_and(|field| plain(field.name().trim()) == WHOLE);
    added.iter().rev().find(is_whole).copied() // behind an own column of that name
}

/// The names of the columns to add beside these.
pub(crate) fn names(beside: &[String]) -> [String; ADDED.len()] {
    ADDED.map(|name| {
        let mut name = name.to_owned();
        while beside.iter().any(|other| other.trim() == name) {
            name.insert_str(0, PREFIX);
        }
        name
    })
}

fn plain(name: &str) -> &str {
    name.trim_start_matches(PREFIX)
}
