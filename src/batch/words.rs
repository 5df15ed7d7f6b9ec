//! What the cells of results say to people: each code in words, each fact and benefit by its title.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{ArrayRef, RecordBatch, StringArray};
use arrow_schema::ArrowError;

use crate::adjudicate::Decision;
use crate::audit;
use crate::catalog::Catalog;
use crate::code::Code;
use crate::fact::StandardFact;
use crate::plan::Plan;
use crate::text::Language;

/// The words of all plans in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Words {
    language: Language,
    /// By plan, then by version.
    plans: BTreeMap<String, BTreeMap<String, OfPlan>>,
}

/// The words of one version of a plan, by their names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct OfPlan {
    benefits: BTreeMap<String, String>,
    limits: BTreeMap<String, String>,
    conditions: BTreeMap<String, String>,
    facts: BTreeMap<String, String>,
    /// By fact and value.
    values: BTreeMap<(String, String), String>,
}

impl OfPlan {
    fn of(plan: &Plan, language: Language) -> OfPlan {
        let of = |text: &crate::text::Text| text.in_language(language).to_owned();
        let conditions = plan.conditions().map(|condition| (condition.id().to_owned(), of(condition.text())));
        let facts = plan.facts.iter().map(|fact| (fact.name.to_string(), of(&fact.title)));
        let values = plan.facts.iter().flat_map(|fact| {
            let symbols = fact.symbols.iter();
            symbols.map(move |symbol| ((fact.name.to_string(), symbol.name.to_string()), of(&symbol.title)))
        });
        OfPlan {
            benefits: plan.benefits.iter().map(|benefit| (benefit.id.to_string(), of(&benefit.title))).collect(),
            limits: plan.limits.iter().map(|limit| (limit.id.to_string(), of(&limit.title))).collect(),
            conditions: conditions.collect(),
            facts: facts.collect(),
            values: values.collect(),
        }
    }
}

impl Words {
    /// Those of no plan.
    pub(crate) fn in_language(language: Language) -> Words {
        Words { language, plans: BTreeMap::new() }
    }

    pub(crate) fn of(catalog: &Catalog, language: Language) -> Words {
        let mut words = Words::in_language(language);
        for plan in catalog.plans() {
            let versions = words.plans.entry(plan.id().to_owned()).or_default();
            versions.insert(plan.version().to_owned(), OfPlan::of(plan, language));
        }
        words
    }

    pub(crate) fn language(&self) -> Language {
        self.language
    }

    /// The same rows with words in place of codes.
    pub(super) fn put_in(&self, rows: &RecordBatch) -> Result<RecordBatch, ArrowError> {
        let schema = rows.schema();
        let given = |name: &str| rows.column_by_name(name).and_then(|column| column.as_string_opt::<i32>());
        let (plans, versions) = (given("plan"), given("plan_version"));
        let at = |texts: Option<&StringArray>, row: usize| texts.map_or("", |texts| texts.value(row)).to_owned();
        let columns = schema.fields().iter().zip(rows.columns()).map(|(field, column)| -> ArrayRef {
            let (Some(say), Some(texts)) = (Say::of(field.name()), column.as_string_opt::<i32>()) else {
                return Arc::clone(column);
            };
            let mut known: BTreeMap<(String, String, &str), String> = BTreeMap::new();
            let said = texts.iter().enumerate().map(|(row, text)| {
                let text = text?;
                let (plan, version) = (at(plans, row), at(versions, row));
                let said = known.entry((plan.clone(), version.clone(), text));
                Some(said.or_insert_with(|| self.say(say, self.plan(&plan, &version), text)).clone())
            });
            Arc::new(said.collect::<StringArray>())
        });
        let columns = columns.collect();
        RecordBatch::try_new(schema, columns)
    }

    /// The words of a version; of the latest where none is said.
    fn plan(&self, plan: &str, version: &str) -> Option<&OfPlan> {
        let versions = self.plans.get(plan)?;
        versions.get(version).or_else(|| versions.last_key_value().map(|(_, words)| words))
    }

    fn say(&self, say: Say, plan: Option<&OfPlan>, text: &str) -> String {
        match say {
            Say::Decision => {
                let decision = Decision::ALL.into_iter().find(|decision| decision.name() == text);
                decision.map_or(text, |decision| decision.title(self.language)).to_owned()
            }
            Say::Benefit => plan.and_then(|plan| plan.benefits.get(text)).map_or(text, String::as_str).to_owned(),
            Say::Reasons | Say::Notices => {
                let mut said: Vec<String> = Vec::new();
                for entry in text.split(';').filter(|entry| !entry.is_empty()) {
                    let entry = self.entry(say, plan, entry);
                    if !said.contains(&entry) {
                        said.push(entry);
                    }
                }
                said.join(self.pick("；", "; "))
            }
            Say::Causes => {
                let title = |code: &str| {
                    let title = Code::named(code).map(audit::title);
                    title.map_or_else(|| code.to_owned(), |title| title.in_language(self.language).to_owned())
                };
                text.split(';').map(title).collect::<Vec<_>>().join(self.pick("；", "; "))
            }
        }
    }

    /// A code, with what it is about in brackets behind it.
    fn entry(&self, say: Say, plan: Option<&OfPlan>, entry: &str) -> String {
        let (code, about) = match entry.strip_suffix(')').and_then(|entry| entry.split_once('(')) {
            Some((code, about)) => (code, Some(about)),
            None => (entry, None),
        };
        let known = Code::named(code);
        let reason = known.and_then(|code| code.title(self.language)).map(str::to_owned);
        let cause = known.filter(|code| audit::causes().any(|cause| cause == *code)).map(audit::title);
        let joint = if reason.is_none() && cause.is_some() { " " } else { ", " };
        let cause = || cause.map(|title| title.in_language(self.language).to_owned());
        let condition = || plan.and_then(|plan| plan.conditions.get(code)).cloned();
        let title = reason.or_else(cause).or_else(condition).unwrap_or_else(|| code.to_owned());
        match about {
            None => title,
            Some(about) => {
                let facts = || about.split(joint).map(|about| self.about(plan, about)).collect::<Vec<_>>();
                let about = match say {
                    Say::Reasons => facts().join(self.pick("、", ", ")),
                    // ids stay as they are
                    Say::Notices | Say::Decision | Say::Benefit | Say::Causes => about.to_owned(),
                };
                match self.language {
                    Language::Zh => format!("{title}（{about}）"),
                    Language::En => format!("{title} ({about})"),
                }
            }
        }
    }

    /// What a reason or a cause is about: a fact, a fact with its value, by how much two sides differ, or a part of a pack.
    fn about(&self, plan: Option<&OfPlan>, about: &str) -> String {
        let fact = |name: &str| {
            let own = plan.and_then(|plan| plan.facts.get(name)).cloned();
            own.or_else(|| {
                let fact = StandardFact::named(name)?;
                Some(self.pick(fact.zh, fact.en).to_owned())
            })
        };
        if let Some((name, value)) = about.split_once('=')
            && let Some(title) = fact(name)
        {
            let in_words = plan.and_then(|plan| plan.values.get(&(name.to_owned(), value.to_owned())));
            let standard = || Some(StandardFact::named(name)?.value_title(value).in_language(self.language).to_owned());
            let value = in_words.cloned().or_else(standard).unwrap_or_else(|| value.to_owned());
            return match (self.language, value.as_str()) {
                (Language::Zh, "true") => format!("{title}：是"),
                (Language::Zh, "false") => format!("{title}：否"),
                (Language::Zh, value) => format!("{title}：{value}"),
                (Language::En, value) => format!("{title}: {value}"),
            };
        }
        match (about.strip_prefix("by "), self.language) {
            (Some(by), Language::Zh) => format!("相差 {by}"),
            (Some(_) | None, _) => fact(about).or_else(|| self.named(plan, about)).unwrap_or_else(|| about.to_owned()),
        }
    }

    /// What a name in a pack is called, by the plan or else by the first that has it: a difference does not say its plan.
    fn named(&self, plan: Option<&OfPlan>, name: &str) -> Option<String> {
        let all = self.plans.values().flat_map(BTreeMap::values);
        let called = plan.into_iter().chain(all).flat_map(|plan| {
            [&plan.facts, &plan.benefits, &plan.limits, &plan.conditions].map(|titles| titles.get(name))
        });
        called.flatten().next().cloned()
    }

    fn pick<'t>(&self, zh: &'t str, en: &'t str) -> &'t str {
        match self.language {
            Language::Zh => zh,
            Language::En => en,
        }
    }
}

/// What is said of the values of a column.
#[derive(Debug, Clone, Copy)]
enum Say {
    Decision,
    Benefit,
    /// Codes apart by semicolons, each with the facts that it is about.
    Reasons,
    /// The same with the ids of what they are about.
    Notices,
    Causes,
}

impl Say {
    fn of(column: &str) -> Option<Say> {
        match column {
            "decision" => Some(Say::Decision),
            "benefit" => Some(Say::Benefit),
            "reasons" | "details" => Some(Say::Reasons),
            "notices" => Some(Say::Notices),
            "causes" => Some(Say::Causes),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(language: Language, say: Say, codes: &str) -> String {
        Words::in_language(language).say(say, None, codes)
    }

    #[test]
    fn codes_are_put_into_words_with_what_they_are_about() {
        for (codes, zh, en) in [
            ("", "", ""),
            ("missing-fact;missing-fact", "缺少事实", "a fact is missing"),
            ("missing-fact(hospital_days)", "缺少事实（住院天数）", "a fact is missing (days in hospital)"),
            (
                "fund-above-total(total_cost=100, fund_paid=120, cause=illness, by 20)",
                "医保基金支付高于医疗费总额（医疗费总额：100、医保基金支付：120、原因：疾病、相差 20）",
                "the funds paid more than the total cost (total cost: 100, paid by basic insurance funds: 120, cause: illness, by 20)",
            ),
            (
                "days-off-by-one(hospital_days admitted)",
                "天数差一天（住院天数、入院日期）",
                "the days off by one (days in hospital, date of admission)",
            ),
            ("a-condition-of-a-pack", "a-condition-of-a-pack", "a-condition-of-a-pack"),
        ] {
            let said = [Language::Zh, Language::En].map(|language| said(language, Say::Reasons, codes));
            assert_eq!(said, [zh, en]);
        }
        // the id of a claim may be the name of a fact
        let notices = "later-claim-in-history(death, 2);overlapping-covers";
        assert_eq!(said(Language::Zh, Say::Notices, notices), "应在其后的理赔已先审核（death, 2）；保障重叠");
    }
}
