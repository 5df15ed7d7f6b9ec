//! `huzhu template`: empty tables of claims and enrollments, or what their columns are.

use std::path::Path;

use huzhu::batch::{Input, Template, TemplateColumn};
use huzhu::{Catalog, Language};
use serde_json::json;

use super::check::{self, json as print};
use super::files::{self, which_plan};
use super::layout::{Ink, Lines, Look, clean, wrap};
use super::options::{self, Format, Setting};
use super::words::{pick, say};
use super::{Failure, Report};

const INDENT: usize = 4;

pub(super) fn run(asked: &options::Template, setting: &Setting) -> Result<Report, Failure> {
    let language = setting.language;
    let catalog = match files::catalog(setting)? {
        Ok(catalog) => catalog,
        Err(wrong) => return Ok(check::refused(&wrong, setting)),
    };
    let plans: Vec<&str> = asked.plans.iter().map(|plan| catalog.plan_called(plan).unwrap_or(plan)).collect();
    refuse_unknown(&plans, &catalog, language)?;
    let failed = |error: huzhu::Error| Failure::new(files::said(&error, language));
    let template = Template::of(&catalog, &plans, language).map_err(failed)?;
    let wanted = [(Input::Claims, asked.claims.as_deref()), (Input::Enrollments, asked.enrollments.as_deref())];
    let wanted: Vec<(Input, &Path)> = wanted.into_iter().filter_map(|(input, path)| Some((input, path?))).collect();
    files::each_once(wanted.iter().map(|(_, path)| path), language)?;
    let mut tables = Vec::new();
    for (input, path) in &wanted {
        tables.push((*path, template.to_bytes(*input, path).map_err(failed)?));
    }
    refuse_to_overwrite(&tables, asked.force, language)?;
    files::write_all(tables.iter().map(|(path, bytes)| (*path, bytes.as_slice())), language)?;
    let results = match (setting.format, wanted.is_empty()) {
        (Format::Json, is_list) => print(&json!({
            "claims": template.columns(Input::Claims),
            "enrollments": template.columns(Input::Enrollments),
            "written": if is_list { Vec::new() } else { wanted.iter().map(|(_, path)| path).collect() },
        })),
        (Format::Text, true) => listed(&template, setting),
        (Format::Text, false) => next_step(asked, setting),
    };
    Ok(Report { results, ..Report::default() })
}

fn refuse_unknown(plans: &[&str], catalog: &Catalog, language: Language) -> Result<(), Failure> {
    let Some(unknown) = plans.iter().find(|plan| catalog.versions(plan).is_empty()) else { return Ok(()) };
    let message = say!(language, "没有计划 `{unknown}`", "there is no plan `{unknown}`");
    let known: Vec<&huzhu::Plan> = catalog.plans().collect();
    Err(Failure::new(message).with_help([which_plan(unknown, &known, language)]))
}

fn refuse_to_overwrite(tables: &[(&Path, Vec<u8>)], force: bool, language: Language) -> Result<(), Failure> {
    let new = tables.iter().map(|(path, bytes)| (*path, bytes.as_slice()));
    match files::in_the_way(new, language)?.filter(|_| !force) {
        None => Ok(()),
        Some(path) => {
            let path = path.display();
            let message = say!(language, "`{path}` 已存在", "`{path}` already exists");
            let help = say!(
                language,
                "换一个文件名，或用 `--force` 覆盖",
                "choose another name, or overwrite it with `--force`"
            );
            Err(Failure::new(message).with_help([help]))
        }
    }
}

/// Both tables, column by column.
fn listed(template: &Template, setting: &Setting) -> String {
    let (language, look) = (setting.language, setting.results);
    let mut lines = Lines::default();
    for (input, title) in [
        (Input::Claims, pick(language, "理赔申请（--claims）", "Claims (--claims)")),
        (Input::Enrollments, pick(language, "参保记录（--enrollments）", "Enrollments (--enrollments)")),
    ] {
        lines.line(&look.paint(Ink::Strong, title));
        for column in template.columns(input) {
            list(&mut lines, column, language, look);
        }
        lines.blank();
    }
    lines.line(&say!(
        language,
        "空表：`huzhu template … -c 理赔.xlsx -e 参保.xlsx`",
        "empty tables: `huzhu template … -c claims.xlsx -e enrollments.xlsx`"
    ));
    lines.into_text()
}

fn list(lines: &mut Lines, column: &TemplateColumn, language: Language, look: Look) {
    let TemplateColumn { title, name, content, needed, example, .. } = column;
    let name = if name == title { String::new() } else { look.paint(Ink::Faint, &format!("  {}", clean(name))) };
    lines.line(&format!("  {}{name}", clean(title)));
    let example = match example.as_str() {
        "" => String::new(),
        example => say!(language, "，如 {example}", ", such as {example}"),
    };
    let mut text = say!(language, "{content}{example}；{needed}", "{content}{example}; {needed}");
    let values = column.allowed(language);
    if !values.is_empty() {
        text += &say!(language, "；可填：{values}", "; values: {values}");
    }
    for line in wrap(&clean(&text), look.width.saturating_sub(INDENT)) {
        lines.line(&look.paint(Ink::Faint, &format!("    {line}")));
    }
}

fn next_step(asked: &options::Template, setting: &Setting) -> String {
    let written = asked.claims.iter().chain(&asked.enrollments).map(|path| format!("  {}\n", path.display()));
    let written: String = written.collect();
    let shown = |path: &Option<std::path::PathBuf>, zh: &str, en: &str| {
        path.as_ref().map_or_else(|| pick(setting.language, zh, en).to_owned(), |path| path.display().to_string())
    };
    let claims = shown(&asked.claims, "理赔.xlsx", "claims.xlsx");
    let enrollments = shown(&asked.enrollments, "参保.xlsx", "enrollments.xlsx");
    let out = pick(setting.language, "结果.xlsx", "payouts.xlsx");
    let rules = if setting.names_rules { format!(" --rules {}", setting.rules.display()) } else { String::new() };
    say!(
        setting.language,
        "已写入\n{written}\n填好之后\n  huzhu batch -c {claims} -e {enrollments} -o {out}{rules}\n",
        "wrote\n{written}\nnext, filled in\n  huzhu batch -c {claims} -e {enrollments} -o {out}{rules}\n"
    )
}
