//! `huzhu init`: a new rule pack that works, with its cases.

use std::io;
use std::path::{Path, PathBuf};

use huzhu::{Language, Plan};
use serde_json::json;

use super::check::json as print;
use super::files::{self, did_you_mean, why, within};
use super::options::{Format, Init, Setting};
use super::spoken::spoken;
use super::words::say;
use super::{Failure, Report, shipped};

const PACK: &str = include_str!("template.toml");
const CASES: &str = include_str!("template.cases.toml");
/// What stands for the plan's id in the templates.
const ID: &str = "PLAN-ID";

pub(super) fn run(asked: &Init, setting: &Setting) -> Result<Report, Failure> {
    let id = asked.plan.as_deref().or(asked.from.as_deref()).unwrap_or_default();
    if !is_id(id) {
        let message = say!(setting.language, "`{id}` 不能作计划编号", "`{id}` cannot be a plan's id");
        let help = say!(
            setting.language,
            "小写字母、数字，以连字符相连，如 `my-plan`",
            "lower case letters and digits joined by hyphens, such as `my-plan`"
        );
        return Err(Failure::new(message).with_help([help]));
    }
    let folder = &setting.rules;
    let (mut files, joint) = match &asked.from {
        Some(plan) => (shipped(plan, id, setting)?, Joint::of(id, setting)),
        None => (template(id, setting), Joint::default()),
    };
    refuse_to_overwrite(id, &files, asked.force, setting)?;
    files.extend(joint.files);
    huzhu::make_folder(folder).map_err(|fault| unwritable(folder, &fault, setting))?;
    files::write_all(files.iter().map(|(path, text)| (path.as_path(), text.as_bytes())), setting.language)?;
    let paths: Vec<String> = files.iter().map(|(path, _)| path.display().to_string()).collect();
    let results = match setting.format {
        Format::Json => print(&json!({ "written": paths })),
        Format::Text => next_steps(id, &paths, setting),
    };
    Ok(Report { results, remarks: joint.remarks, ..Report::default() })
}

/// Files to be written: where, and what.
type Files = Vec<(PathBuf, String)>;

fn template(id: &str, setting: &Setting) -> Files {
    let file = |(ending, text): (&str, &str)| {
        (within(&setting.rules, format!("{id}.{ending}")), begun(text, setting.language).replace(ID, id))
    };
    [("toml", PACK), ("cases.toml", CASES)].map(file).into()
}

/// A new pack is in the reader's language; for one who reads Chinese its titles are in Chinese alone.
fn begun(template: &str, language: Language) -> String {
    let text = spoken(template, language);
    match language {
        Language::En => text,
        Language::Zh => titles_in_chinese(&text),
    }
}

/// `{ zh = "名称", en = "title" }` is `"名称"`.
fn titles_in_chinese(text: &str) -> String {
    let mut parts = text.split("{ zh = ");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        let titles = part.split_once(", en = ").and_then(|(zh, rest)| Some((zh, rest.split_once(" }")?.1)));
        match titles {
            Some((zh, rest)) => text + zh + rest,
            None => text + "{ zh = " + part,
        }
    })
}

/// A plan that comes with the program, under an id. Its titles are kept in both languages: someone has written them.
fn shipped(plan: &str, id: &str, setting: &Setting) -> Result<Files, Failure> {
    let files = shipped::files_of(plan, id);
    if files.is_empty() {
        let message = say!(setting.language, "程序未附带计划 `{plan}`", "no plan `{plan}` comes with the program");
        return Err(Failure::new(message).with_help([did_you_mean(plan, &shipped::plans(), setting.language)]));
    }
    let copied = |(name, text): (String, String)| (within(&setting.rules, name), spoken(&text, setting.language));
    Ok(files.into_iter().map(copied).collect())
}

/// The joint limits that a shipped plan is under.
#[derive(Debug, Default)]
struct Joint {
    files: Files,
    remarks: String,
}

impl Joint {
    /// A joint limit comes with the last of its plans, and is spoken of with the others.
    fn of(id: &str, setting: &Setting) -> Joint {
        let here: Vec<Plan> = files::plans(setting);
        let is_here = |plan: &&str| *plan == id || here.iter().any(|here| here.id() == *plan);
        let mut joint = Joint::default();
        for (name, text, plans) in shipped::joint_limits_over(id) {
            let path = within(&setting.rules, name);
            let lacking: Vec<String> =
                plans.iter().filter(|plan| !is_here(plan)).map(|plan| format!("`{plan}`")).collect();
            if lacking.is_empty() {
                joint.files.extend((!path.exists()).then(|| (path, spoken(text, setting.language))));
                continue;
            }
            let lacking = lacking.join(", ");
            joint.remarks += &say!(
                setting.language,
                "合计限额 `{name}` 未复制：还缺少计划 {lacking}\n",
                "the joint limit `{name}` is not copied until these plans are here too: {lacking}\n"
            );
        }
        joint
    }
}

/// The form of ids that packs require.
fn is_id(text: &str) -> bool {
    let is_part =
        |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    text.len() <= 64 && text.starts_with(|first: char| first.is_ascii_lowercase()) && text.split('-').all(is_part)
}

fn refuse_to_overwrite(id: &str, files: &[(PathBuf, String)], force: bool, setting: &Setting) -> Result<(), Failure> {
    let written: Vec<&PathBuf> = files.iter().map(|(path, _)| path).collect();
    let new = files.iter().map(|(path, text)| (path.as_path(), text.as_bytes()));
    if let Some(path) = files::in_the_way(new, setting.language)?.filter(|_| !force) {
        let path = path.display();
        let message = say!(setting.language, "`{path}` 已存在", "`{path}` already exists");
        let help = say!(
            setting.language,
            "换一个编号，或用 `--force` 覆盖",
            "choose another id, or overwrite it with `--force`"
        );
        return Err(Failure::new(message).with_help([help]));
    }
    let other =
        files::plan_file(id, setting).filter(|other| !written.iter().any(|path| path.as_path() == Path::new(other)));
    match other {
        Some(other) => {
            let message =
                say!(setting.language, "计划 `{id}` 已在 `{other}` 中", "the plan `{id}` is in `{other}` already");
            let help = say!(setting.language, "换一个编号", "choose another id");
            Err(Failure::new(message).with_help([help]))
        }
        None => Ok(()),
    }
}

fn unwritable(path: &Path, fault: &io::Error, setting: &Setting) -> Failure {
    let (path, why) = (path.display(), why(fault, setting.language));
    Failure::new(say!(setting.language, "`{path}` 写不进去：{why}", "`{path}` cannot be written: {why}"))
}

fn next_steps(id: &str, paths: &[String], setting: &Setting) -> String {
    let folder = setting.rules.display();
    let rules = if setting.names_rules { format!(" --rules {folder}") } else { String::new() };
    let paths = paths.join("\n  ");
    say!(
        setting.language,
        "已写入\n  {paths}\n\n接下来\n  huzhu check {id}{rules}    检查规则包，证明承诺\n  huzhu test {id}{rules}     运行算例\n\n\
         两条命令现在即可通过。然后逐条对照条款修改数字，并先写算例。\n",
        "wrote\n  {paths}\n\nnext\n  huzhu check {id}{rules}    checks the pack and proves its promises\n  huzhu test {id}{rules}     runs its worked cases\n\n\
         Both pass as it stands. Then change it clause by clause, writing the cases first.\n"
    )
}
