//! `huzhu explain`: the page of a code, or what a condition of a pack requires.

use std::collections::{BTreeMap, BTreeSet};

use huzhu::{Code, Condition, Language, Plan};
use serde_json::{Value as Json, json};

use super::check::json as print;
use super::files::{self, did_you_mean};
use super::layout::{Ink, Lines, Look, clean, pad, width, wrap};
use super::options::{Explain, Format, Setting};
use super::words::{self, pick, say};
use super::{Failure, Report};

/// The columns of the labels of a condition.
const LABEL: usize = 14;

pub(super) fn run(asked: &Explain, setting: &Setting) -> Result<Report, Failure> {
    let Some(name) = &asked.code else {
        return Ok(Report { results: all(setting), ..Report::default() });
    };
    let mut plans: Vec<Plan> = files::plans(setting);
    if let Some(asked) = &asked.plan {
        let ids: BTreeSet<&str> = plans.iter().map(Plan::id).collect();
        if !ids.contains(asked.as_str()) {
            let help = did_you_mean(asked, &ids, setting.language);
            let message = say!(setting.language, "没有计划 `{asked}`", "there is no plan `{asked}`");
            return Err(Failure::new(message).with_help([help]));
        }
        plans.retain(|plan| plan.id() == asked);
    }
    // Cells of results have several, apart by semicolons.
    let names = name.split(['；', ';']).map(str::trim).filter(|name| !name.is_empty());
    let found: Vec<(&str, Meant<'_>)> = names.map(|name| (name, Meant::by(name, &plans))).collect();
    if let Some((name, _)) = found.iter().find(|(_, meant)| meant.is_nothing()) {
        return Err(unknown(name, &plans, setting));
    }
    let pages: Vec<String> = found.iter().flat_map(|(_, meant)| meant.pages(setting)).collect();
    let results = match (setting.format, pages.as_slice()) {
        (Format::Json, [_, _, ..]) => format!("[\n{}]\n", pages.join(",\n")),
        (Format::Json | Format::Text, _) => pages.join("\n"),
    };
    Ok(Report { results, ..Report::default() })
}

/// What a name stands for: codes of our own, and conditions of packs.
#[derive(Debug, Default)]
struct Meant<'p> {
    codes: Vec<Code>,
    /// By id.
    conditions: BTreeMap<&'p str, Vec<(&'p Plan, &'p Condition)>>,
}

impl<'p> Meant<'p> {
    /// By the code or the id, else by the title as results show it, with or without what stands in brackets behind it.
    fn by(name: &str, plans: &'p [Plan]) -> Meant<'p> {
        let named = Meant::of(plans, |code| code.name() == name, |condition| condition.id() == name);
        let titled =
            |name: &str| Meant::of(plans, |code| is_titled(code, name), |condition| is_called(condition, name));
        let without_brackets = || name.split(['（', '(']).next().unwrap_or_default().trim();
        [named, titled(name), titled(without_brackets())]
            .into_iter()
            .find(|meant| !meant.is_nothing())
            .unwrap_or_default()
    }

    fn of(plans: &'p [Plan], is_code: impl Fn(Code) -> bool, is_condition: impl Fn(&Condition) -> bool) -> Meant<'p> {
        let mut meant =
            Meant { codes: Code::ALL.iter().copied().filter(|code| is_code(*code)).collect(), ..Meant::default() };
        let conditions = plans.iter().flat_map(|plan| plan.conditions().map(move |condition| (plan, condition)));
        for (plan, condition) in conditions.filter(|(_, condition)| is_condition(condition)) {
            meant.conditions.entry(condition.id()).or_default().push((plan, condition));
        }
        meant
    }

    fn is_nothing(&self) -> bool {
        self.codes.is_empty() && self.conditions.is_empty()
    }

    /// A code's page alone, where a condition has its name.
    fn pages(&self, setting: &Setting) -> Vec<String> {
        if self.codes.is_empty() {
            self.conditions.iter().map(|(id, found)| conditions(id, found, setting)).collect()
        } else {
            self.codes.iter().map(|code| page(*code, setting)).collect()
        }
    }
}

/// Whether results call the code so, in either language.
fn is_titled(code: Code, name: &str) -> bool {
    let languages = [Language::Zh, Language::En];
    let titles = languages.iter().filter_map(|language| code.title(*language)).map(str::to_owned);
    titles
        .chain(languages.iter().filter_map(|language| title_of_cause(code, *language)))
        .any(|title| is_same(&title, name))
}

#[cfg(feature = "batch")]
fn title_of_cause(code: Code, language: Language) -> Option<String> {
    let is_cause = huzhu::audit::causes().any(|cause| cause == code);
    is_cause.then(|| huzhu::audit::title(code).in_language(language).to_owned())
}

#[cfg(not(feature = "batch"))]
fn title_of_cause(_: Code, _: Language) -> Option<String> {
    None
}

fn is_called(condition: &Condition, name: &str) -> bool {
    [Language::Zh, Language::En].iter().any(|language| is_same(condition.text().in_language(*language), name))
}

fn is_same(title: &str, name: &str) -> bool {
    title.trim().to_lowercase() == name.trim().to_lowercase()
}

fn unknown(name: &str, plans: &[Plan], setting: &Setting) -> Failure {
    let conditions = plans.iter().flat_map(Plan::conditions).map(Condition::id);
    let titles = Code::ALL.iter().filter_map(|code| code.title(setting.language));
    let known: BTreeSet<&str> = Code::ALL.iter().map(|code| code.name()).chain(titles).chain(conditions).collect();
    let is_near =
        known.iter().any(|known| strsim::osa_distance(name, known) <= name.chars().count().div_euclid(2).max(2));
    let list = say!(setting.language, "`huzhu explain` 列出全部代码", "`huzhu explain` lists all codes");
    let near = is_near.then(|| did_you_mean(name, &known, setting.language));
    let folder = setting.rules.display();
    let message = say!(
        setting.language,
        "没有名为 `{name}` 的代码或理由，`{folder}` 的规则包中也没有这样的条件",
        "no code or reason is named `{name}`, nor is a condition of the packs in `{folder}`"
    );
    Failure::new(message).with_help(near.into_iter().chain([list]))
}

/// Every code with the first sentence of its page.
fn all(setting: &Setting) -> String {
    let entries: Vec<(&str, String)> =
        Code::ALL.iter().map(|code| (code.name(), first_sentence(*code, setting.language))).collect();
    if setting.format == Format::Json {
        let list = entries.iter().map(|(code, text)| json!({ "code": code, "text": text }));
        return print(&list.collect::<Vec<Json>>());
    }
    let look = setting.results;
    let widest = entries.iter().map(|(name, _)| width(name)).max().unwrap_or(0);
    let indent = widest.saturating_add(2);
    let mut lines = Lines::default();
    for (name, line) in entries {
        let wrapped = wrap(&line, look.width.saturating_sub(indent)).into_iter().enumerate();
        for (number, line) in wrapped {
            let name = if number == 0 { look.paint(Ink::Strong, &pad(name, indent)) } else { pad("", indent) };
            lines.line(&format!("{name}{line}"));
        }
    }
    lines.into_text()
}

/// What a code is of, after the code: the first sentence of its page, or what the condition of this id requires, of several the first.
#[cfg(feature = "batch")]
pub(super) fn with_its_meaning(name: &str, plans: &[&Plan], language: Language) -> String {
    let meaning = match Code::named(name) {
        Some(code) => Some(first_sentence(code, language)),
        None => {
            let conditions = plans.iter().flat_map(|plan| plan.conditions()).filter(|condition| condition.id() == name);
            let texts: BTreeSet<&str> = conditions.map(|condition| condition.text().in_language(language)).collect();
            let first = texts.first().map(|text| text.trim_end_matches(['.', '。']));
            first.map(|text| match texts.len() {
                1 => text.to_owned(),
                _ => say!(language, "{text}（各计划不同）", "{text} (as the plan says)"),
            })
        }
    };
    match meaning {
        Some(meaning) => format!("{name}  {}", meaning.trim_end_matches(['.', '。'])),
        None => name.to_owned(),
    }
}

/// The first sentence of the page, behind the heading.
fn first_sentence(code: Code, language: Language) -> String {
    let paragraphs = paragraphs(code.page(language)).into_iter();
    let first = paragraphs.map(|(_, text)| text).find(|text| !text.is_empty() && !text.starts_with('#'));
    let first = first.unwrap_or_default();
    let end = ["。", ". "]
        .into_iter()
        .filter_map(|stop| first.split_once(stop).map(|(sentence, _)| (sentence, stop.trim_end())));
    match end.min_by_key(|(sentence, _)| sentence.len()) {
        Some((sentence, stop)) => format!("{sentence}{stop}"),
        None => first,
    }
}

fn page(code: Code, setting: &Setting) -> String {
    let text = code.page(setting.language).trim();
    match setting.format {
        Format::Json => print(&json!({ "code": code.name(), "page": text })),
        Format::Text => dressed(text, setting.results),
    }
}

/// Markdown for a terminal: headings strong, paragraphs wrapped, code as it is.
fn dressed(markdown: &str, look: Look) -> String {
    let mut lines = Lines::default();
    for (is_code, text) in paragraphs(markdown) {
        if let Some(fence) = text.strip_prefix("```") {
            let language = fence.split(',').next().unwrap_or_default();
            lines.line(&look.paint(Ink::Faint, &format!("```{language}")));
        } else if is_code {
            lines.line(&text);
        } else {
            let ink = if text.starts_with('#') { Ink::Strong } else { Ink::Plain };
            for line in wrap(&text, look.width) {
                lines.line(&look.paint(ink, &line));
            }
        }
    }
    lines.into_text()
}

/// The lines of a page, those joined that are one paragraph; and whether each is code.
///
/// A line that ends with a stop ends its paragraph.
fn paragraphs(markdown: &str) -> Vec<(bool, String)> {
    let mut paragraphs: Vec<(bool, String)> = Vec::new();
    let (mut is_code, mut is_open) = (false, false);
    for line in markdown.trim().lines() {
        let is_fence = line.starts_with("```");
        let stands_alone = is_code || is_fence || line.is_empty() || line.starts_with(['#', '-', '|']);
        match paragraphs.last_mut() {
            Some((_, text)) if is_open && !stands_alone => {
                let is_spaced =
                    text.ends_with(|last: char| last.is_ascii()) && line.starts_with(|first: char| first.is_ascii());
                text.push_str(if is_spaced { " " } else { "" });
                text.push_str(line);
            }
            Some(_) | None => paragraphs.push((is_code && !is_fence, line.to_owned())),
        }
        is_open = !stands_alone && !line.ends_with(['.', ':', '?', '。', '：', '？']);
        is_code = is_code != is_fence;
    }
    paragraphs
}

fn conditions(name: &str, found: &[(&Plan, &Condition)], setting: &Setting) -> String {
    let language = setting.language;
    if setting.format == Format::Json {
        let list = found.iter().map(|(plan, condition)| {
            json!({
                "plan": plan.reference().as_ref(),
                "text": condition.text().in_language(language),
                "otherwise": condition.otherwise(),
                "clause": condition.clause().in_language(language),
                "provenance": condition.provenance(),
                "assumed": condition.assumed().collect::<Vec<_>>(),
            })
        });
        return print(&json!({ "condition": name, "plans": list.collect::<Vec<Json>>() }));
    }
    let look = setting.results;
    let mut lines = Lines::default();
    lines.line(&look.paint(Ink::Strong, &format!("# {name}")));
    for Told { heads, rows } in alike(found, language) {
        lines.blank();
        lines.line(&look.paint(Ink::Strong, &heads.join(pick(language, "、", "; "))));
        for (label, words) in rows {
            for (number, line) in wrap(&clean(&words), look.width.saturating_sub(LABEL)).into_iter().enumerate() {
                let label = if number == 0 { format!("  {label}") } else { String::new() };
                lines.line(&format!("{}{line}", pad(&label, LABEL)));
            }
        }
    }
    lines.into_text()
}

/// What versions of plans say alike of a condition.
struct Told {
    heads: Vec<String>,
    /// Each with its label.
    rows: Vec<(String, String)>,
}

/// What versions of plans say of a condition, those together that say the same.
fn alike(found: &[(&Plan, &Condition)], language: Language) -> Vec<Told> {
    let mut groups: Vec<Told> = Vec::new();
    for (plan, condition) in found {
        let (id, version) = (plan.id(), plan.version());
        let head = say!(language, "{id} 版本 {version}", "{id}, version {version}");
        let rows = [
            (say!(language, "计划", "plan"), plan.title().in_language(language).to_owned()),
            (say!(language, "须", "requires"), condition.text().in_language(language).to_owned()),
            (say!(language, "否则", "otherwise"), words::otherwise(condition.otherwise(), language).to_owned()),
            (say!(language, "条款", "clause"), condition.clause().in_language(language).to_owned()),
            (say!(language, "出处", "provenance"), words::provenance(condition.provenance(), language).to_owned()),
        ];
        let figures = condition.assumed().filter_map(|assumed| {
            let value = words::value(assumed.value.as_deref()?, language);
            Some((say!(language, "推定", "assumed"), format!("{}: {value}", assumed.title.in_language(language))))
        });
        let rows: Vec<(String, String)> = rows.into_iter().chain(figures).collect();
        match groups.iter_mut().find(|told| told.rows == rows) {
            Some(told) => told.heads.push(head),
            None => groups.push(Told { heads: vec![head], rows }),
        }
    }
    groups
}
