//! `huzhu explain`: the page of a code, or what a condition of a pack requires.

use std::collections::BTreeSet;

use huzhu::{Code, Condition, Language, Plan};
use serde_json::{Value as Json, json};

use super::check::json as print;
use super::files::{self, did_you_mean};
use super::layout::{Ink, Look, clean, pad, width, wrap};
use super::options::{Explain, Format, Setting};
use super::words::{self, say};
use super::{Failure, Report};

pub(super) fn run(asked: &Explain, setting: &Setting) -> Result<Report, Failure> {
    let Some(name) = &asked.code else {
        return Ok(Report { results: all(setting), ..Report::default() });
    };
    if let Some(code) = Code::named(name) {
        return Ok(Report { results: page(code, setting), ..Report::default() });
    }
    let plans = files::plans(setting);
    let found: Vec<(&Plan, &Condition)> = plans
        .iter()
        .flat_map(|plan| plan.conditions().map(move |condition| (plan, condition)))
        .filter(|(_, condition)| condition.id() == name)
        .collect();
    if found.is_empty() {
        return Err(unknown(name, &plans, setting));
    }
    Ok(Report { results: conditions(name, &found, setting), ..Report::default() })
}

fn unknown(name: &str, plans: &[Plan], setting: &Setting) -> Failure {
    let conditions = plans.iter().flat_map(Plan::conditions).map(Condition::id);
    let known: BTreeSet<&str> = Code::ALL.iter().map(|code| code.name()).chain(conditions).collect();
    let is_near =
        known.iter().any(|known| strsim::osa_distance(name, known) <= name.chars().count().div_euclid(2).max(2));
    let list = say!(setting.language, "`huzhu explain` 列出全部代码", "`huzhu explain` lists all codes");
    let near = is_near.then(|| did_you_mean(name, &known, setting.language));
    let folder = setting.rules.display();
    let message = say!(
        setting.language,
        "没有代码 `{name}`，`{folder}` 的规则包中也没有此编号的条件",
        "no code is named `{name}`, nor is a condition of the packs in `{folder}`"
    );
    Failure::new(message).with_help(near.into_iter().chain([list]))
}

/// Every code with the first line of its page.
fn all(setting: &Setting) -> String {
    let entries: Vec<(&str, &str)> =
        Code::ALL.iter().map(|code| (code.name(), first_line(*code, setting.language))).collect();
    if setting.format == Format::Json {
        let list = entries.iter().map(|(code, text)| json!({ "code": code, "text": text }));
        return print(&list.collect::<Vec<Json>>());
    }
    let look = setting.results;
    let widest = entries.iter().map(|(name, _)| width(name)).max().unwrap_or(0);
    let indent = widest.saturating_add(2);
    let mut text = String::new();
    for (name, line) in entries {
        let lines = wrap(line, look.width.saturating_sub(indent)).into_iter().enumerate();
        for (number, line) in lines {
            let name = if number == 0 { look.paint(Ink::Strong, &pad(name, indent)) } else { pad("", indent) };
            text.push_str(&format!("{name}{line}\n"));
        }
    }
    text
}

/// The first sentence, which stands behind the heading.
fn first_line(code: Code, language: Language) -> &'static str {
    let lines = code.page(language).lines().map(str::trim);
    lines.filter(|line| !line.is_empty() && !line.starts_with('#')).next().unwrap_or_default()
}

fn page(code: Code, setting: &Setting) -> String {
    let text = code.page(setting.language).trim();
    match setting.format {
        Format::Json => print(&json!({ "code": code.name(), "page": text })),
        Format::Text => dressed(text, setting.results),
    }
}

/// Markdown for a terminal: headings strong, code as it is.
fn dressed(markdown: &str, look: Look) -> String {
    let mut text = String::new();
    for line in markdown.lines() {
        let line = if line.starts_with('#') {
            look.paint(Ink::Strong, line)
        } else if let Some(fence) = line.strip_prefix("```") {
            let language = fence.split(',').next().unwrap_or_default();
            look.paint(Ink::Faint, &format!("```{language}"))
        } else {
            line.to_owned()
        };
        text.push_str(&format!("{line}\n"));
    }
    text
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
                "assumed": condition.assumed(),
            })
        });
        return print(&json!({ "condition": name, "plans": list.collect::<Vec<Json>>() }));
    }
    let look = setting.results;
    let mut text = format!("{}\n", look.paint(Ink::Strong, &format!("# {name}")));
    for (plan, condition) in found {
        let (id, version) = (plan.id(), plan.version());
        let head = say!(language, "{id} 版本 {version}", "{id}, version {version}");
        text.push_str(&format!(
            "\n{}  {}\n",
            look.paint(Ink::Strong, &head),
            clean(plan.title().in_language(language))
        ));
        let rows = [
            (say!(language, "须", "requires"), condition.text().in_language(language).to_owned()),
            (say!(language, "否则", "otherwise"), words::otherwise(condition.otherwise(), language).to_owned()),
            (say!(language, "条款", "clause"), condition.clause().in_language(language).to_owned()),
            (say!(language, "来源", "provenance"), words::provenance(condition.provenance(), language).to_owned()),
        ];
        let figures = condition.assumed().iter().filter_map(|assumed| {
            let value = words::value(assumed.value.as_deref()?, language);
            Some((say!(language, "假定", "assumed"), format!("{}: {value}", assumed.title.in_language(language))))
        });
        for (label, words) in rows.into_iter().chain(figures) {
            const LABEL: usize = 12;
            for (number, line) in wrap(&clean(&words), look.width.saturating_sub(LABEL)).into_iter().enumerate() {
                let label = if number == 0 { format!("  {label}") } else { String::new() };
                text.push_str(&format!("{}{line}\n", pad(&label, LABEL)));
            }
        }
    }
    text
}
