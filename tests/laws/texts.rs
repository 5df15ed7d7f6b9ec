//! Law 4: nothing in a pack is ignored.

use std::ops::Range;

use huzhu::{Catalog, Code, Diagnostics, Plan, WorkedCases, pack};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::shelf::{CATALOG, Pack, SHELF};

#[test]
fn nothing_in_a_pack_is_ignored() {
    an_unknown_key_is_told(4);
}

#[test]
#[ignore = "it takes long: the same of every table"]
fn nothing_in_any_table_of_a_pack_is_ignored() {
    an_unknown_key_is_told(1);
}

/// One table in so many, from another one on in each pack.
fn an_unknown_key_is_told(one_in: usize) {
    for (number, pack) in SHELF.iter().enumerate() {
        let places = tables(&pack.text);
        assert!(places.len() > 40, "{} has more tables than {}", pack.file, places.len());
        for place in places.into_iter().skip(number % one_in).step_by(one_in) {
            let text = place.with("unheard_of = \"x\"", &pack.text);
            let wrong =
                load(&text).expect_err(&format!("{}: an unknown key passed\n{}", pack.file, place.around(&text)));
            let is_named = wrong
                .iter()
                .any(|wrong| text[wrong.span()].contains("unheard_of") || text[wrong.span()].contains("\"x\""));
            assert!(is_named, "{}: an unknown key is not underlined\n{wrong}", pack.file);
        }
    }
}

#[test]
fn nothing_in_a_pack_can_be_left_out() {
    for pack in SHELF.iter() {
        for (section, name) in used(pack) {
            let text = without(&pack.text, section, &name);
            let wrong = load(&text).expect_err(&format!("{}: [{section}.{name}] is not missed", pack.file));
            let words = wrong.to_string();
            assert!(words.contains(&name), "{}: what is missed is named `{name}`\n{words}", pack.file);
        }
    }
}

/// The same of worked cases and of joint limits.
#[test]
fn nothing_beside_a_pack_is_ignored() {
    let files = std::fs::read_dir("rules").unwrap().map(|entry| entry.unwrap().path());
    let beside = files
        .map(|path| path.to_string_lossy().into_owned())
        .filter(|path| path.ends_with(".cases.toml") || path.ends_with(".joint.toml"));
    for path in beside {
        let text = std::fs::read_to_string(&path).unwrap();
        for place in tables(&text) {
            let changed = place.with("unheard_of = \"x\"", &text).into_bytes();
            let wrong = if path.ends_with(".joint.toml") {
                let packs = SHELF.iter().map(|pack| (pack.file.clone(), pack.text.clone().into_bytes()));
                Catalog::read(packs.chain([(path.clone(), changed)])).err()
            } else {
                WorkedCases::read(&path, &changed, &CATALOG).err()
            };
            let wrong = wrong.unwrap_or_else(|| panic!("{path}: an unknown key passed\n{}", place.around(&text)));
            assert!(wrong.to_string().contains("unheard_of"), "{path}: an unknown key is not named\n{wrong}");
        }
    }
}

/// What a rule names: without it the rule says nothing.
fn used(pack: &Pack) -> Vec<(&'static str, String)> {
    let sections = ["figure", "table", "list", "bands", "value", "waiting"];
    let mut used: Vec<_> = sections
        .iter()
        .flat_map(|section| pack.names(section).into_iter().map(|name| (*section, name.to_owned())))
        .collect();
    used.extend(pack.facts.iter().filter(|fact| fact.is_own).map(|fact| ("fact", fact.name.clone())));
    assert!(!used.is_empty());
    used
}

#[test]
fn a_figure_that_no_rule_names_is_an_error() {
    let unused = [
        r#"[figure.idle]
value = "1 yuan"
title = { zh = "某", en = "some" }
clause = "§"
provenance = "stated""#,
        r#"[value.idle]
is = "0 yuan"
title = { zh = "某", en = "some" }
clause = "§"
provenance = "stated""#,
        r#"[fact.idle]
of = "claim"
type = "money"
title = { zh = "某", en = "some" }"#,
        r#"[table.idle]
by = "disability_grade"
rows = {}
otherwise = "1 yuan"
clause = "§"
provenance = "stated""#,
        r#"[bands.idle]
kind = "marginal"
rows = [{ pays = "10%" }]
clause = "§"
provenance = "stated""#,
        r#"[waiting.idle]
period = "1 day"
counts = "event_date"
title = { zh = "某", en = "some" }
clause = "§"
provenance = "stated""#,
    ];
    for pack in SHELF.iter() {
        for section in unused {
            let text = format!("{}\n{section}\n", pack.text);
            let wrong = load(&text).expect_err(section);
            let found: Vec<(Code, &str)> = wrong.iter().map(|wrong| (wrong.code(), &text[wrong.span()])).collect();
            assert_eq!(found, [(Code::Unused, "idle")], "{}\n{section}", pack.file);
        }
    }
}

/// Whatever a pack says, another word there is another pack or none.
#[test]
fn a_word_of_a_pack_is_in_its_fingerprint() {
    words_are_in_the_fingerprint(9);
}

#[test]
#[ignore = "it takes long: the same of every word"]
fn every_word_of_a_pack_is_in_its_fingerprint() {
    words_are_in_the_fingerprint(1);
}

/// One word in so many, from another one on in each pack.
fn words_are_in_the_fingerprint(one_in: usize) {
    for (number, pack) in SHELF.iter().enumerate() {
        for span in texts(&pack.text).into_iter().skip(number % one_in).step_by(one_in) {
            let (before, inside, after) = (&pack.text[..span.start], &pack.text[span.clone()], &pack.text[span.end..]);
            let quote = &inside[..1];
            let text = format!("{before}{quote}x{}{after}", &inside[1..]);
            if let Ok(plan) = load(&text) {
                assert_ne!(plan.fingerprint(), pack.plan.fingerprint(), "{}: {inside}", pack.file);
            }
        }
    }
}

#[test]
fn comments_and_spaces_are_not_in_the_fingerprint() {
    for pack in SHELF.iter() {
        let text = format!("# of no account\n{}", pack.text.replace('\n', "   # of none either\n\n"));
        assert_eq!(load(&text).unwrap().fingerprint(), pack.plan.fingerprint(), "{}", pack.file);
    }
}

fn load(text: &str) -> Result<Plan, Diagnostics> {
    pack::load("changed.toml", text.as_bytes())
}

// ── places in a text ──────────────────────────────────────────────────────

/// Where a key can be put into a table.
enum Place {
    /// After the brace of an inline table.
    Inline(usize),
    /// On a line after the header of a table.
    Line(usize),
}

impl Place {
    fn with(&self, key: &str, text: &str) -> String {
        match *self {
            Place::Inline(at) => {
                let comma = if text[at..].trim_start().starts_with('}') { "" } else { "," };
                format!("{} {key}{comma}{}", &text[..at], &text[at..])
            }
            Place::Line(at) => format!("{}\n{key}\n{}", &text[..at], &text[at..]),
        }
    }

    fn around<'t>(&self, text: &'t str) -> &'t str {
        let (Place::Inline(at) | Place::Line(at)) = *self;
        text[at..].get(..80).unwrap_or(&text[at..])
    }
}

/// Every table of a text, and the root.
fn tables(text: &str) -> Vec<Place> {
    let mut places = vec![Place::Line(0)];
    each_value(DeTable::parse(text).unwrap().get_ref(), &mut |value| {
        let span = value.span();
        if value.get_ref().is_table() {
            match text[span.clone()].chars().next() {
                Some('{') => places.push(Place::Inline(span.start + 1)),
                Some('[') => places.push(Place::Line(span.end)),
                // A table that only the headers of others name: `fact` of `[fact.sex]`.
                Some(_) | None => {}
            }
        }
    });
    places
}

/// Every text value.
fn texts(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    each_value(DeTable::parse(text).unwrap().get_ref(), &mut |value| {
        if value.get_ref().is_str() {
            found.push(value.span());
        }
    });
    found
}

fn each_value(table: &DeTable<'_>, see: &mut impl FnMut(&Spanned<DeValue<'_>>)) {
    fn each(value: &Spanned<DeValue<'_>>, see: &mut impl FnMut(&Spanned<DeValue<'_>>)) {
        match value.get_ref() {
            DeValue::Table(entries) => entries.values().for_each(|value| each(value, see)),
            DeValue::Array(items) => items.iter().for_each(|value| each(value, see)),
            DeValue::String(_)
            | DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_) => {}
        }
        see(value);
    }
    table.values().for_each(|value| each(value, see));
}

/// The text without `[section.name]` and the tables under it.
fn without(text: &str, section: &str, name: &str) -> String {
    let mut is_inside = false;
    let mut kept = Vec::new();
    for line in text.lines() {
        if line.starts_with('[') {
            let header = line.trim_start_matches('[').split(']').next().unwrap();
            is_inside = header == format!("{section}.{name}") || header.starts_with(&format!("{section}.{name}."));
        }
        if !is_inside {
            kept.push(line);
        }
    }
    assert!(kept.len() < text.lines().count(), "[{section}.{name}] stands in the text");
    kept.join("\n")
}
