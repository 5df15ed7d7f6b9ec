//! The columns that a file of rejected rows has beside those of its input: left alone where the file is given again, in whatever language they are.

use std::collections::BTreeSet;

use arrow_schema::Schema;

use crate::batch::headings::{ADDED, Heading};
use crate::text::Language;

/// The column that says what is wrong; without it a column `value` is a mistake to be told.
const REASON: &str = "reason";
/// What it was called when it stood in both languages.
const EARLIER_REASONS: [&str; 2] = ["reason_zh", "reason_en"];

/// Plain words, which any file may have: they are taken for added columns where all of them are there.
const SIGNS: [&str; 4] = ["row", "column", WHOLE, REASON];

const WHOLE: &str = "value";

/// What a name of [`ADDED`] begins with where the input has a column of that name; in Chinese a title.
const PREFIXES: [&str; 2] = ["rejected_", "退回的"];

/// The places of columns that were added to rejected rows. A column that is known is the input's own.
pub(super) fn places(raw: &Schema, is_known: impl Fn(&str) -> bool) -> BTreeSet<usize> {
    let called = raw.fields().iter().map(|field| field.name().trim()).enumerate();
    let added: Vec<(usize, &str, &str)> =
        called.filter_map(|(place, called)| Some((place, called, added(called)?))).collect();
    let added: Vec<(usize, &str, &str)> = added.into_iter().filter(|(_, called, _)| !is_known(called)).collect();
    let is_unmistakable = |called: &str| {
        let in_chinese = ADDED.iter().any(|heading| heading.name == REASON && heading.title(Language::Zh) == called);
        in_chinese || EARLIER_REASONS.contains(&called)
    };
    let has_all_signs = || SIGNS.iter().all(|sign| added.iter().any(|(_, _, name)| name == sign));
    if added.iter().any(|(_, called, _)| is_unmistakable(plain(called))) || has_all_signs() {
        added.into_iter().map(|(place, ..)| place).collect()
    } else {
        BTreeSet::new()
    }
}

/// Of these columns the one in which a row stands whole that has more or fewer values than there are columns.
pub(super) fn whole(raw: &Schema, places: &BTreeSet<usize>) -> Option<usize> {
    let is_whole =
        |place: &&usize| raw.fields().get(**place).is_some_and(|field| added(field.name().trim()) == Some(WHOLE));
    places.iter().rev().find(is_whole).copied() // behind an own column of that name
}

/// What the columns to add beside these are called: their titles, or their names where no language is said.
pub(crate) fn called(beside: &[String], language: Option<Language>) -> [String; ADDED.len()] {
    let prefix = match language {
        Some(Language::Zh) => "退回的",
        Some(Language::En) | None => "rejected_",
    };
    ADDED.each_ref().map(|heading| {
        let mut called = language.map_or(heading.name, |language| heading.title(language)).to_owned();
        while beside.iter().any(|other| other.trim() == called) {
            called.insert_str(0, prefix);
        }
        called
    })
}

/// The name of the added column that is called so.
fn added(called: &str) -> Option<&'static str> {
    let plain = plain(called);
    let known = ADDED.iter().find(|heading| heading.is_called(plain)).map(|Heading { name, .. }| *name);
    known.or_else(|| EARLIER_REASONS.contains(&plain).then_some(REASON))
}

fn plain(called: &str) -> &str {
    PREFIXES.iter().fold(called, |called, prefix| called.trim_start_matches(prefix))
}
