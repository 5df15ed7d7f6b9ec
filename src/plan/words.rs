//! The words of a plan: which values its categories have for a claim, and which facts it knows.

use super::{Plan, PlanFact};
use crate::claim::Claim;
use crate::code::Code;
use crate::enrollment::Enrollment;
use crate::fact::{Holder, Kind, StandardFact, Value};
use crate::given::{Facts, otherwise_written};
use crate::spelling::{self, Spelt};
use crate::text::{Text, say};

/// A formula asks for the titles of so many values, one in the other.
#[cfg(feature = "workbook")]
const MOST_TITLED: usize = 40;

/// A value that a claim or an enrollment gives in a spelling of its own.
pub(crate) struct Meant {
    /// Whether it is a word, or a number or a date.
    pub(crate) code: Code,
    pub(crate) fact: Box<str>,
    pub(crate) written: Box<str>,
    pub(crate) read: Box<str>,
    /// What the value that was read is called; none of a number or a date.
    pub(crate) title: Option<Text>,
}

impl PlanFact {
    /// Whether it is a category of which the plan tells values apart, while a claim may give any.
    pub(crate) fn is_worded(&self) -> bool {
        self.kind == Kind::Category && !self.symbols.is_empty() && !self.is_fixed()
    }

    /// Whether its values are those of the standard fact, to which no pack adds any.
    pub(crate) fn is_fixed(&self) -> bool {
        let standard = self.standard.map(StandardFact::at);
        standard.is_some_and(|fact| fact.kind == Kind::Category && !fact.is_open())
    }

    /// Another value than the text itself that it is decided as, if there is one.
    ///
    /// # Errors
    /// What is wrong with a text that is near known values, or that is none in a category which has no others.
    pub(crate) fn word(&self, text: &str) -> Result<Option<&str>, Text> {
        let known = self.symbols.iter().map(|symbol| (&*symbol.name, &symbol.spellings));
        match spelling::read(text, known) {
            Spelt::Exact => Ok(None),
            Spelt::Meant(name) => Ok(Some(name)),
            Spelt::Near(near) => {
                let near: Vec<Text> = near.into_iter().map(|name| self.named(name)).collect();
                Err(spelling::near_text(&self.name, text, &near))
            }
            Spelt::Other if self.open => Ok(None),
            Spelt::Other => {
                let known: Vec<Text> = self.symbols.iter().map(|symbol| self.named(&symbol.name)).collect();
                Err(spelling::unlisted_text(&self.name, text, &known))
            }
        }
    }

    /// What a value is called.
    fn value_title(&self, value: &str) -> Option<Text> {
        let symbol = self.symbols.named(value).map(|symbol| symbol.title.clone());
        let standard = || self.standard.map(StandardFact::at).map(|fact| fact.value_title(value));
        symbol.or_else(standard)
    }

    /// The values with their Chinese titles, where these are other texts and each is that of one value; none if a formula has no room for them.
    #[cfg(feature = "workbook")]
    pub(crate) fn titled_values(&self) -> Vec<(&str, String)> {
        let standard = self.standard.map(StandardFact::at).map_or(&[][..], |fact| fact.values);
        let own = self.symbols.iter().map(|symbol| &*symbol.name).filter(|name| !standard.contains(name));
        let names: Vec<&str> = standard.iter().copied().chain(own).collect();
        if self.kind != Kind::Category || names.len() > MOST_TITLED {
            return Vec::new();
        }
        let titled = names.iter().filter_map(|name| Some((*name, self.value_title(name)?.zh)));
        let titled: Vec<(&str, String)> = titled.collect();
        let is_its_own = |title: &String| {
            !title.is_empty()
                && !names.contains(&title.as_str())
                && titled.iter().filter(|(_, other)| other == title).count() == 1
        };
        titled.iter().filter(|(_, title)| is_its_own(title)).cloned().collect()
    }

    /// A value as a message names it.
    fn named(&self, value: &str) -> Text {
        spelling::named(value, self.value_title(value).as_ref())
    }

    /// The value of the fact, if it is given.
    fn given<'f>(&self, enrollment: &'f Enrollment, claim: &'f Claim) -> Option<&'f Value> {
        self.facts(enrollment, claim).get(&self.name)
    }

    fn facts<'f>(&self, enrollment: &'f Enrollment, claim: &'f Claim) -> &'f Facts {
        match self.holder {
            Holder::Enrollment => &enrollment.facts,
            Holder::Claim => &claim.facts,
        }
    }
}

impl Plan {
    /// What was given in another spelling and is read as meant, fact by fact.
    pub(crate) fn read_as_meant(&self, enrollment: &Enrollment, claim: &Claim) -> Vec<Meant> {
        let meant = self.facts.iter().filter_map(|fact| {
            let value = fact.given(enrollment, claim)?;
            let (written, read) = match (fact.facts(enrollment, claim).written(&fact.name), value) {
                (Some(written), value) => (written, value.to_string()),
                (None, Value::Text(text)) if fact.is_worded() => (&**text, fact.word(text).ok()??.to_owned()),
                (None, value) if fact.standard.is_none() && fact.kind != Kind::Category => {
                    let read = fact.kind.fit(value, fact.bounds).ok()?;
                    (otherwise_written(value, &read, fact.kind, false)?, read.to_string())
                }
                (None, Value::Text(_) | Value::Number(_) | Value::YesNo(_) | Value::Date(_)) => return None,
            };
            let code = match fact.kind {
                Kind::Money | Kind::Ratio | Kind::Number | Kind::Days | Kind::Date => Code::Normalised,
                Kind::YesNo | Kind::Category => Code::ReadAsMeant,
            };
            let title = match fact.kind {
                Kind::Money | Kind::Ratio | Kind::Number | Kind::Days | Kind::Date => None,
                Kind::YesNo => Some(spelling::answer_title(&read)),
                Kind::Category => fact.value_title(&read),
            };
            Some(Meant { code, fact: fact.name.clone(), written: written.into(), read: read.into(), title })
        });
        meant.collect()
    }

    /// The facts whose words cannot be decided, each with what is wrong.
    pub(crate) fn unread_words<'p>(
        &'p self,
        enrollment: &'p Enrollment,
        claim: &'p Claim,
    ) -> impl Iterator<Item = (&'p PlanFact, &'p str, Text)> {
        self.worded.iter().filter_map(move |slot| {
            let fact = self.fact(*slot);
            match fact.given(enrollment, claim)? {
                Value::Text(text) => Some((fact, &**text, fact.word(text).err()?)),
                Value::Number(_) | Value::YesNo(_) | Value::Date(_) => None,
            }
        })
    }

    /// What is wrong with the name of a fact that neither the plan nor another of its catalog has.
    pub(crate) fn stranger(&self, holder: Holder, name: &str) -> Option<Text> {
        let own = self.own_facts.iter().map(|slot| self.fact(*slot)).map(|fact| (&*fact.name, fact.holder));
        let mut known = own.chain(self.kin_facts.iter().map(|(name, holder)| (&**name, *holder)));
        if known.any(|known| known == (name, holder)) {
            return None;
        }
        let id = self.id();
        let of_plan = self.facts.iter().filter(|fact| fact.holder == holder).map(|fact| &*fact.name);
        Some(match spelling::near_name(name, of_plan) {
            Some(near) => say!(
                "计划 `{id}` 没有名为 `{name}` 的事实；是否想写 `{near}`？",
                "the plan `{id}` knows no fact `{name}`; did you mean `{near}`?"
            ),
            None => say!("计划 `{id}` 没有名为 `{name}` 的事实", "the plan `{id}` knows no fact `{name}`"),
        })
    }
}
