//! Empty tables to be filled in: the columns that plans read, by the titles that ingest knows, with what to write in each.

#[cfg(feature = "workbook")]
mod sheet;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Serialize;

use crate::batch::files::csv_header;
use crate::batch::headings::Heading;
use crate::batch::ingest::Vocabulary;
use crate::batch::{Input, id_called};
use crate::catalog::Catalog;
use crate::error::Error;
use crate::fact::{Absent, Bounds, Holder, Kind, SHARES_ELSEWHERE, StandardFact, StandardIndex};
use crate::plan::{Plan, PlanFact};
use crate::text::{Language, Text, say};

/// The tables of claims and enrollments that some plans read.
///
/// ```
/// # use huzhu::batch::{Input, Template};
/// # let pack = std::fs::read("rules/henan-accident.toml")?;
/// let catalog = huzhu::Catalog::read([("henan-accident.toml".to_owned(), pack)])?;
/// let template = Template::of(&catalog, &[], huzhu::Language::Zh)?;
/// let first = &template.columns(Input::Claims)[0];
/// assert_eq!((first.title.as_str(), first.name.as_str(), first.needed.as_str()), ("理赔编号", "claim_id", "必填"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Template {
    #[cfg_attr(not(feature = "workbook"), expect(dead_code, reason = "only a sheet says what to write"))]
    language: Language,
    claims: Vec<TemplateColumn>,
    enrollments: Vec<TemplateColumn>,
}

/// A column to be filled in, in the language of its template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct TemplateColumn {
    /// What stands above it.
    pub title: String,
    /// Its name, which may stand there too.
    pub name: String,
    /// What is written in it.
    pub content: String,
    /// Whether it must be filled in, and what follows if it is not.
    pub needed: String,
    /// A value.
    pub example: String,
    /// The values that it may have, or those that are told apart from all others.
    pub values: Vec<String>,
    /// Whether it is a category that may have others.
    pub has_others: bool,
    #[serde(skip)]
    kind: Option<Kind>,
}

/// Whether a column must be filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Need {
    Always,
    WhereUsed,
    IfAny,
    Derived,
}

/// What is known of a fact of the plans.
struct Known<'p> {
    name: &'p str,
    holder: Holder,
    kind: Kind,
    bounds: Bounds,
    title: Text,
    need: Need,
    /// Names and titles of values, those of all plans.
    values: Vec<(&'p str, &'p Text)>,
    /// Whether a category may have other values.
    is_open: bool,
    /// Which of the standard facts it is; `None` of a pack's own.
    standard: Option<StandardIndex>,
}

/// The columns that need no plan, in their order.
const OF_CLAIMS: [(&str, &str); 2] = [("claim_id", "LP2025-0001"), ("enrollment_id", "CB2025-0001")];
const OF_ENROLLMENTS: [(&str, &str); 2] = [("enrollment_id", "CB2025-0001"), ("member_id", "HY0001")];
/// The facts that every enrollment has a column of.
const ALWAYS: [&str; 3] = ["shares", "coverage_start", "coverage_end"];
/// Standard facts with an example of their own.
const EXAMPLES: [(&str, &str); 9] = [
    ("shares", "2"),
    ("birth_date", "1990-05-05"),
    ("coverage_start", "2025-01-01"),
    ("coverage_end", "2025-12-31"),
    ("previous_coverage_end", "2024-12-31"),
    ("admitted", "2025-03-10"),
    ("discharged", "2025-03-15"),
    ("begndate", "2025-03-10"),
    ("enddate", "2025-03-15"),
];

impl Template {
    /// The columns that these plans read in any of their versions; those of all plans if none is named.
    ///
    /// # Errors
    /// [`Error::is_columns`] if a plan is not there, or two plans cannot share a column.
    pub fn of(catalog: &Catalog, plans: &[&str], language: Language) -> Result<Template, Error> {
        if let Some(unknown) = plans.iter().find(|plan| catalog.versions(plan).is_empty()) {
            return Err(Error::columns(say!("没有计划 `{unknown}`", "there is no plan `{unknown}`")));
        }
        let vocabulary = Vocabulary::of(catalog)?;
        let wanted: Vec<&Plan> =
            catalog.plans().filter(|plan| plans.is_empty() || plans.contains(&plan.id())).collect();
        let ids: BTreeSet<&str> = wanted.iter().map(|plan| plan.id()).collect();
        let known = known(&wanted);
        let writer = Writer { language, vocabulary: &vocabulary, known: &known };
        let facts = |holder: Holder, of_settlement: bool| {
            let is_wanted =
                move |known: &&Known<'_>| known.holder == holder && known.is_of_settlement() == of_settlement;
            known.iter().filter(is_wanted).map(|known| writer.fact(known)).collect::<Vec<_>>()
        };
        let ids_of =
            |list: &[(&str, &str)]| list.iter().map(|(name, example)| writer.id(name, example, Need::Always)).collect();
        let mut claims: Vec<TemplateColumn> = ids_of(&OF_CLAIMS);
        claims.extend(facts(Holder::Claim, false));
        claims.extend(facts(Holder::Claim, true));
        claims.push(writer.id("reverses", "", Need::IfAny));
        let mut enrollments: Vec<TemplateColumn> = ids_of(&OF_ENROLLMENTS);
        enrollments.push(writer.plan(&ids));
        let (always, others): (Vec<_>, Vec<_>) =
            facts(Holder::Enrollment, false).into_iter().partition(|column| ALWAYS.contains(&column.name.as_str()));
        enrollments.extend(always);
        enrollments.extend(others);
        Ok(Template { language, claims, enrollments })
    }

    /// The columns of a table, in order.
    #[must_use]
    pub fn columns(&self, input: Input) -> &[TemplateColumn] {
        match input {
            Input::Claims => &self.claims,
            Input::Enrollments => &self.enrollments,
        }
    }

    /// The empty table as a file of this name: `.csv`, or `.xlsx` with a second sheet that says what to write.
    ///
    /// # Errors
    /// [`Error::is_output`] if the name has another ending.
    pub fn to_bytes(&self, input: Input, path: &Path) -> Result<Vec<u8>, Error> {
        let columns = self.columns(input);
        match path.extension().and_then(|ending| ending.to_str()) {
            Some("csv") => csv_header(&columns.iter().map(|column| column.title.as_str()).collect::<Vec<_>>(), path),
            #[cfg(feature = "workbook")]
            Some("xlsx") => sheet::bytes(columns, input, self.language),
            Some(_) | None => {
                let path = path.display();
                Err(Error::output(say!(
                    "`{path}` 应以 `.xlsx` 或 `.csv` 结尾",
                    "`{path}` ends in neither `.xlsx` nor `.csv`"
                )))
            }
        }
    }
}

impl TemplateColumn {
    /// The values that it may have, in words; empty if any will do.
    #[must_use]
    pub fn allowed(&self, language: Language) -> String {
        let (joint, others) = match language {
            Language::Zh => ("、", "，也可填其他"),
            Language::En => (", ", ", or any other"),
        };
        let values = self.values.join(joint);
        if self.has_others && !values.is_empty() { values + others } else { values }
    }
}

/// Where a fact stands: the standard ones in their order, the packs' own by name behind them.
type Place<'p> = (bool, Option<StandardIndex>, &'p str);

fn in_order(standard: Option<StandardIndex>, name: &str) -> Place<'_> {
    (standard.is_none(), standard, name)
}

/// Every fact that a person fills in for these plans: the standard ones in their order, then those of the packs' own.
fn known<'p>(plans: &[&'p Plan]) -> Vec<Known<'p>> {
    let always = StandardFact::indexed().filter(|(_, fact)| ALWAYS.contains(&fact.name));
    let always = always.map(|(index, fact)| (in_order(Some(index), fact.name), Known::standard(index, fact)));
    let mut known: BTreeMap<Place<'_>, Known<'p>> = always.collect();
    let filled_in = plans.iter().flat_map(|plan| {
        let wanted = filled_in(plan);
        plan.facts.iter().filter(move |fact| wanted.contains(&*fact.name))
    });
    for fact in filled_in {
        let known = known.entry(in_order(fact.standard, &fact.name)).or_insert_with(|| Known::of(fact));
        known.need = known.need.min(Need::of(fact));
        known.is_open |= fact.open;
        for symbol in fact.symbols.iter() {
            if !known.values.iter().any(|(name, _)| *name == &*symbol.name) {
                known.values.push((&symbol.name, &symbol.title));
            }
        }
    }
    known.into_values().collect()
}

/// The facts that rules read themselves, and those that people have on paper from which these follow. The fields of settlement records come from
/// another system: they stand here only where a rule reads them.
fn filled_in(plan: &Plan) -> BTreeSet<&str> {
    let slots = plan.rule_facts.iter().chain([&plan.event_date]);
    let read: BTreeSet<&str> = slots.map(|slot| &*plan.fact(*slot).name).chain(ALWAYS).collect();
    let on_paper = read.iter().flat_map(|name| sources(name)).filter(|fact| !fact.settlement).map(|fact| fact.name);
    read.iter().copied().chain(on_paper).filter(|name| *name != SHARES_ELSEWHERE).collect()
}

/// The standard facts from which a fact follows, where it is a standard one itself.
fn sources(name: &str) -> impl Iterator<Item = &'static StandardFact> + use<> {
    let derived = StandardFact::named(name).and_then(|fact| fact.derived).unwrap_or("");
    derived.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).filter_map(StandardFact::named)
}

impl Need {
    fn of(fact: &PlanFact) -> Need {
        match (ALWAYS.contains(&&*fact.name), &fact.derived, fact.absent) {
            (true, ..) => Need::Always,
            (false, Some(_), _) => Need::Derived,
            (false, None, Absent::Unknown) => Need::WhereUsed,
            (false, None, Absent::None) => Need::IfAny,
        }
    }

    fn said(self) -> Text {
        match self {
            Need::Always => say!("必填", "required"),
            Need::WhereUsed => {
                say!("审核要用，不填则暂缓", "required where it counts: without it the claim is pended")
            }
            Need::IfAny => say!("没有的不填", "left empty if there was none"),
            Need::Derived => say!("可不填", "may be left empty"),
        }
    }
}

impl<'p> Known<'p> {
    fn of(fact: &'p PlanFact) -> Known<'p> {
        let PlanFact { holder, kind, bounds, standard, open: is_open, .. } = *fact;
        let (name, title, need, values) = (&*fact.name, fact.title.clone(), Need::of(fact), Vec::new());
        Known { name, holder, kind, bounds, title, need, values, is_open, standard }
    }

    /// One that every enrollment has, whether a rule reads it or not.
    fn standard(index: StandardIndex, fact: &'static StandardFact) -> Known<'p> {
        let StandardFact { name, holder, kind, .. } = *fact;
        let title = Text { zh: fact.zh.to_owned(), en: fact.en.to_owned() };
        let (bounds, need, values) = (fact.bounds(), Need::Always, Vec::new());
        Known { name, holder, kind, bounds, title, need, values, is_open: false, standard: Some(index) }
    }

    fn is_of_settlement(&self) -> bool {
        self.standard.is_some_and(|index| StandardFact::at(index).settlement)
    }
}

/// Puts columns into words.
struct Writer<'v> {
    language: Language,
    vocabulary: &'v Vocabulary,
    /// All facts that have a column.
    known: &'v [Known<'v>],
}

impl Writer<'_> {
    fn said(&self, text: &Text) -> String {
        text.in_language(self.language).to_owned()
    }

    fn id(&self, name: &str, example: &str, need: Need) -> TemplateColumn {
        let title = Heading::of(name).map(|heading| heading.title(self.language));
        let title = title.filter(|title| id_called(title) == Some(name)).unwrap_or(name);
        TemplateColumn {
            title: title.to_owned(),
            name: name.to_owned(),
            content: self.said(&say!("编号", "id")),
            needed: self.said(&need.said()),
            example: example.to_owned(),
            values: Vec::new(),
            has_others: false,
            kind: None,
        }
    }

    fn plan(&self, plans: &BTreeSet<&str>) -> TemplateColumn {
        let values: Vec<String> = plans.iter().map(|plan| (*plan).to_owned()).collect();
        let column = self.id("plan", "", Need::Always);
        let content = self.said(&say!("计划编号", "id of the plan"));
        TemplateColumn {
            content,
            example: values.first().cloned().unwrap_or_default(),
            values,
            has_others: false,
            ..column
        }
    }

    fn fact(&self, known: &Known<'_>) -> TemplateColumn {
        let values: Vec<String> = match known.kind {
            Kind::YesNo => [say!("是", "yes"), say!("否", "no")].iter().map(|answer| self.said(answer)).collect(),
            Kind::Category => {
                // plans may give one title to values of several names
                let mut titles: Vec<String> = Vec::new();
                for title in known.values.iter().map(|(_, title)| self.said(title)) {
                    if !titles.contains(&title) {
                        titles.push(title);
                    }
                }
                titles
            }
            Kind::Money | Kind::Ratio | Kind::Number | Kind::Days | Kind::Date => Vec::new(),
        };
        TemplateColumn {
            title: self.title(known),
            name: known.name.to_owned(),
            content: self.said(&content(known)),
            needed: self.needed(known),
            example: example(known, &values),
            has_others: known.kind == Kind::Category && known.is_open,
            values,
            kind: Some(known.kind),
        }
    }

    /// Whether it must be filled in; of what follows from columns beside it, from which.
    fn needed(&self, known: &Known<'_>) -> String {
        let beside = self.known.iter().filter(|other| sources(known.name).any(|fact| fact.name == other.name));
        let beside: Vec<String> = beside.map(|other| self.said(&other.title)).collect();
        if known.need != Need::Derived || beside.is_empty() {
            return self.said(&known.need.said());
        }
        match self.language {
            Language::Zh => format!("不填则由{}推算", beside.join("、")),
            Language::En => format!("if left empty it is worked out from: {}", beside.join(", ")),
        }
    }

    /// The title with its unit, or less of it: what ingest reads as this fact and no other.
    fn title(&self, known: &Known<'_>) -> String {
        let title = self.said(&known.title);
        let with_unit = (known.kind == Kind::Money).then(|| match self.language {
            Language::Zh => format!("{title}（元）"),
            Language::En => format!("{title} (yuan)"),
        });
        let input = match known.holder {
            Holder::Claim => Input::Claims,
            Holder::Enrollment => Input::Enrollments,
        };
        let mut titles = with_unit.into_iter().chain([title]);
        titles.find(|title| self.vocabulary.is_name(input, title, known.name)).unwrap_or_else(|| known.name.to_owned())
    }
}

/// What is written for a fact.
fn content(known: &Known<'_>) -> Text {
    let (min, max) = (known.bounds.min, known.bounds.max);
    match known.kind {
        Kind::Money => say!("金额，单位元，至多两位小数", "an amount in yuan, at most 2 places"),
        Kind::Ratio => say!("0 至 1 的比例", "a ratio from 0 to 1"),
        Kind::Number => say!("整数，{min} 至 {max}", "a whole number, {min} to {max}"),
        Kind::Days => say!("天数", "days"),
        Kind::Date => say!("日期", "a date"),
        Kind::YesNo => say!("是或否", "yes or no"),
        Kind::Category if known.is_open => say!("文字", "text"),
        Kind::Category => say!("从可填的值中选一个", "one of the values"),
    }
}

fn example(known: &Known<'_>, values: &[String]) -> String {
    if let Some((_, example)) = EXAMPLES.iter().find(|(name, _)| *name == known.name) {
        return (*example).to_owned();
    }
    match known.kind {
        Kind::Money => "2019.87".to_owned(),
        Kind::Ratio => "0.8".to_owned(),
        Kind::Days => "5".to_owned(),
        Kind::Number => known.bounds.min.max(rust_decimal::Decimal::ONE).min(known.bounds.max).to_string(),
        Kind::Date => "2025-03-10".to_owned(),
        Kind::YesNo | Kind::Category => values.first().cloned().unwrap_or_default(),
    }
}
