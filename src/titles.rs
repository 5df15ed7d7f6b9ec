//! What people call facts and columns: besides its name, each goes by its titles, in any spelling.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use crate::fact::{Holder, STANDARD};
use crate::spelling;
use crate::text::Text;

/// What may stand in brackets behind a title without changing it.
const UNITS: [&str; 8] = ["元", "人民币元", "天", "日", "份", "级", "yuan", "days"];

/// The titles of facts.
#[derive(Debug, Clone, Default)]
pub(crate) struct Titles {
    /// By holder and folded title: the facts of that title.
    whole: BTreeMap<(Holder, String), BTreeSet<String>>,
    /// The same without what stands in brackets.
    short: BTreeMap<(Holder, String), BTreeSet<String>>,
    /// By name, what was added: versions of a plan, and plans, nearly all call a fact alike, and to fold a title takes long.
    added: BTreeMap<String, Vec<(Holder, Text)>>,
}

static OF_STANDARD_FACTS: LazyLock<Titles> = LazyLock::new(|| {
    let mut titles = Titles::default();
    for fact in &STANDARD {
        let others = OTHER_TITLES.iter().filter(|(name, ..)| *name == fact.name).map(|(_, zh, en)| (*zh, *en));
        for (zh, en) in others.chain([(fact.zh, fact.en)]) {
            titles.add(fact.holder, fact.name, &Text { zh: zh.to_owned(), en: en.to_owned() });
        }
    }
    titles
});

/// The fact that a title stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Called<'t> {
    One(&'t str),
    /// Several have the title.
    Any(Vec<&'t str>),
    Nothing,
}

/// What else standard facts are called, in Chinese and in English.
const OTHER_TITLES: [(&str, &str, &str); 2] =
    [("event_date", "事件日期", "event date"), ("shares", "份数", "number of shares")];

impl Titles {
    /// Those of the standard facts.
    pub(crate) fn standard() -> Titles {
        OF_STANDARD_FACTS.clone()
    }

    pub(crate) fn add(&mut self, holder: Holder, name: &str, title: &Text) {
        let added = self.added.entry(name.to_owned()).or_default();
        if added.iter().any(|(of, known)| *of == holder && known == title) {
            return;
        }
        added.push((holder, title.clone()));
        for title in [name, &title.zh, &title.en] {
            let whole = spelling::fold(title);
            let short = match without_brackets(title) {
                Cow::Borrowed(_) => whole.clone(),
                Cow::Owned(short) => spelling::fold(&short),
            };
            for (titles, title) in [(&mut self.whole, whole), (&mut self.short, short)] {
                if !title.is_empty() {
                    titles.entry((holder, title)).or_default().insert(name.to_owned());
                }
            }
        }
    }

    /// The fact of a holder that is called so. A title in full goes before one without its brackets.
    pub(crate) fn find(&self, holder: Holder, called: &str) -> Called<'_> {
        let folded = [called, without_unit(called)].map(spelling::fold);
        let mut found = folded.into_iter().flat_map(|folded| {
            let key = (holder, folded);
            [self.whole.get(&key), self.short.get(&key)].into_iter().flatten()
        });
        let names: Vec<&str> = found.next().into_iter().flatten().map(String::as_str).collect();
        match *names {
            [] => Called::Nothing,
            [one] => Called::One(one),
            [_, _, ..] => Called::Any(names),
        }
    }

    /// The fact of a holder whose title is a part of this text: the longest such title.
    #[cfg(feature = "batch")]
    pub(crate) fn near(&self, holder: Holder, called: &str) -> Option<&str> {
        let folded = spelling::fold(without_unit(called));
        let is_near = |title: &str| {
            let is_long = |text: &str| text.chars().nth(1).is_some() && !text.is_ascii();
            is_long(title) && folded.contains(title)
        };
        let titles =
            self.short.iter().filter(|((of, title), names)| *of == holder && names.len() == 1 && is_near(title));
        let longest = titles.max_by_key(|((_, title), _)| title.chars().count());
        longest.and_then(|(_, names)| names.first()).map(String::as_str)
    }

    /// Whether a fact of either input is called so.
    #[cfg(feature = "batch")]
    pub(crate) fn knows(&self, called: &str) -> bool {
        [Holder::Claim, Holder::Enrollment].into_iter().any(|holder| self.find(holder, called) != Called::Nothing)
    }
}

fn without_brackets(title: &str) -> Cow<'_, str> {
    if !title.contains(['(', '（', ')', '）']) {
        return Cow::Borrowed(title);
    }
    let (mut kept, mut depth) = (String::new(), 0_u32);
    for c in title.chars() {
        match c {
            '(' | '（' => depth = depth.saturating_add(1),
            ')' | '）' => depth = depth.saturating_sub(1),
            _ if depth == 0 => kept.push(c),
            _ => {}
        }
    }
    Cow::Owned(kept)
}

/// The title without a unit in brackets at its end.
pub(crate) fn without_unit(title: &str) -> &str {
    let trimmed = title.trim_end();
    let inside = trimmed.strip_suffix([')', '）']).and_then(|rest| rest.rsplit_once(['(', '（']));
    match inside {
        Some((before, unit)) if UNITS.contains(&unit.trim()) => before,
        Some(_) | None => title,
    }
}

#[cfg(all(test, feature = "batch"))]
mod tests {
    use super::*;

    fn titles() -> Titles {
        let mut titles = Titles::default();
        for (name, zh, en) in [
            ("admitted", "入院日期", "date of admission"),
            ("begndate", "入院日期（结算）", "admission (settlement)"),
            ("event_date", "事故（确诊、身故）日期", "date of the event"),
            ("personal_burden", "个人负担", "borne by the member"),
            ("one", "某项", "some"),
            ("two", "某项", "other"),
        ] {
            titles.add(Holder::Claim, name, &Text { zh: zh.to_owned(), en: en.to_owned() });
        }
        titles
    }

    #[test]
    fn a_column_goes_by_its_titles() {
        let titles = titles();
        for (called, name) in [
            ("入院日期", "admitted"),
            ("入院日期（结算）", "begndate"),
            ("入院日期(结算)", "begndate"),
            ("事故日期", "event_date"),
            ("Event Date", "event_date"),
            ("Date of the event", "event_date"),
            ("个人负担（元）", "personal_burden"),
            (" 个人负担 (元) ", "personal_burden"),
        ] {
            assert_eq!(titles.find(Holder::Claim, called), Called::One(name), "{called}");
        }
        for called in ["个人负担（万元）", "", "负担", "某"] {
            assert_eq!(titles.find(Holder::Claim, called), Called::Nothing, "{called}");
        }
        assert_eq!(titles.find(Holder::Enrollment, "入院日期"), Called::Nothing);
        assert_eq!(titles.find(Holder::Claim, "某项"), Called::Any(vec!["one", "two"]));
    }

    #[test]
    fn a_standard_fact_has_usual_titles_too() {
        let titles = Titles::standard();
        for called in ["事件日期", "事故日期", "event_date"] {
            assert_eq!(titles.find(Holder::Claim, called), Called::One("event_date"), "{called}");
        }
        for called in ["份数", "持有份数", "份数（份）"] {
            assert_eq!(titles.find(Holder::Enrollment, called), Called::One("shares"), "{called}");
        }
    }
}
