//! `huzhu check`: rule packs read, checked, and their promises proven.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use huzhu::{Diagnostic, Diagnostics, Language, Plan, WorkedCases, pack};
use serde::Serialize;

use super::files::{self, Shelf, Sort};
use super::layout::{Ink, Lines, Look, clean, pad, width};
use super::options::{Check, Format, Setting};
use super::words::{pick, say};
use super::{Failure, Report};

pub(super) fn run(asked: &Check, setting: &Setting) -> Result<Report, Failure> {
    let mut found = Found::default();
    for shelf in files::shelves(&asked.packs, setting)? {
        found.examine(&shelf);
    }
    let is_wrong = !found.diagnostics.is_empty();
    let results = match setting.format {
        Format::Text => found.text(setting),
        Format::Json => json(&found),
    };
    Ok(Report { results, is_wrong, ..Report::default() })
}

/// What was examined and what is wrong with it.
#[derive(Debug, Default, Serialize)]
struct Found {
    packs: Vec<Examined>,
    diagnostics: Vec<Diagnostic>,
}

/// One file.
#[derive(Debug, Serialize)]
struct Examined {
    path: String,
    /// Its number of problems.
    problems: usize,
    #[serde(flatten)]
    pack: Option<Checked>,
}

/// What a pack is that passed.
#[derive(Debug, Serialize)]
struct Checked {
    id: String,
    version: String,
    title: huzhu::Text,
    effective: huzhu::Effective,
    fingerprint: String,
    /// The digest of the program that certificates hold.
    program: String,
    promises: Vec<huzhu::Text>,
}

impl Checked {
    fn of(plan: &Plan) -> Checked {
        Checked {
            id: plan.id().to_owned(),
            version: plan.version().to_owned(),
            title: plan.title().clone(),
            effective: plan.effective(),
            fingerprint: plan.fingerprint().to_owned(),
            program: plan.program().digest().to_owned(),
            promises: plan.promises().to_vec(),
        }
    }

    /// Version, dates and fingerprint in a line.
    fn line(&self, language: Language) -> String {
        let (version, from) = (&self.version, self.effective.from);
        let dates = match self.effective.until {
            Some(until) => say!(language, "{from} 至 {until}", "{from} to {until}"),
            None => say!(language, "{from} 起", "from {from}"),
        };
        let short: String = self.fingerprint.chars().take(12).collect();
        say!(language, "版本 {version} · {dates} · {short}", "version {version} · {dates} · {short}")
    }
}

impl Found {
    fn examine(&mut self, shelf: &Shelf) {
        let mut wrong: Vec<Diagnostic> = Vec::new();
        // A joint limit is checked against the plans around it, another file alone or with those that were asked for with it.
        let around: BTreeSet<&str> = match shelf.asked(Sort::Joint).next() {
            Some(_) if !shelf.is_whole => shelf.plans().into_iter().map(|(name, _)| name).collect(),
            Some(_) | None => BTreeSet::new(),
        };
        if let Err(found) = shelf.catalog(|name| shelf.asked.contains(name) || around.contains(name)) {
            wrong.extend(found.iter().filter(|diagnostic| shelf.asked.contains(diagnostic.path())).cloned());
        }
        wrong.extend(misread_cases(shelf));
        for name in shelf.asked.iter().filter(|name| Sort::of(name) != Sort::Cases || shelf.named.contains(*name)) {
            let problems = wrong.iter().filter(|diagnostic| diagnostic.path() == name).count();
            let plan = shelf.files.get(name).and_then(|bytes| pack::load(name, bytes).ok());
            let plan = plan.filter(|_| Sort::of(name) == Sort::Pack && problems == 0);
            self.packs.push(Examined { path: name.clone(), problems, pack: plan.as_ref().map(Checked::of) });
        }
        self.diagnostics.extend(wrong);
    }

    fn text(&self, setting: &Setting) -> String {
        let (language, look) = (setting.language, setting.results);
        let mut lines = Lines::default();
        let widest = self.packs.iter().map(|examined| width(&examined.path)).max().unwrap_or(0);
        for examined in &self.packs {
            let path = pad(&clean(&examined.path), widest);
            let (mark, rest) = match (&examined.pack, examined.problems) {
                (Some(checked), _) => (look.paint(Ink::Good, "✓"), checked.line(language)),
                (None, 0) => (look.paint(Ink::Good, "✓"), other_sort(&examined.path, language).to_owned()),
                (None, problems) => (look.paint(Ink::Bad, "✗"), count_of_problems(problems, language)),
            };
            lines.line(&format!("{mark} {path}  {rest}"));
            for promise in examined.pack.iter().flat_map(|checked| &checked.promises) {
                let promise = promise.in_language(language);
                let line = say!(language, "    已证明：{promise}", "    proven: {promise}");
                lines.line(&look.paint(Ink::Faint, &line));
            }
        }
        for diagnostic in &self.diagnostics {
            lines.blank();
            lines.line(&diagnostic.render(language, look.is_styled));
        }
        lines.blank();
        lines.line(&self.summary(language, look));
        if let Some(pointer) = where_more_is_said(&mut self.diagnostics.iter(), language) {
            lines.line(&pointer);
        }
        lines.into_text()
    }

    fn summary(&self, language: Language, look: Look) -> String {
        let files = self.packs.len();
        let promises: usize =
            self.packs.iter().filter_map(|examined| examined.pack.as_ref()).map(|checked| checked.promises.len()).sum();
        if self.diagnostics.is_empty() {
            let (files, promises) = (
                count(files, language, ("个文件", "file", "files")),
                count(promises, language, ("项承诺", "promise", "promises")),
            );
            return look.paint(
                Ink::Good,
                &say!(
                    language,
                    "共 {files}，无误，已证明 {promises}",
                    "{files} checked, nothing wrong, {promises} proven"
                ),
            );
        }
        let bad = self.packs.iter().filter(|examined| examined.problems > 0).count();
        let (problems, files) =
            (count_of_problems(self.diagnostics.len(), language), count(files, language, ("个文件", "file", "files")));
        let words = if self.packs.len() == 1 {
            say!(language, "共 {problems}", "{problems} in {bad} of {files}")
        } else {
            say!(language, "{files}中 {bad} 个有误，共 {problems}", "{problems} in {bad} of {files}")
        };
        look.paint(Ink::Bad, &words)
    }
}

/// What is wrong with named files of worked cases; whether they pass is for `huzhu test`.
fn misread_cases(shelf: &Shelf) -> Vec<Diagnostic> {
    let named: Vec<(&str, &[u8])> = shelf.asked(Sort::Cases).filter(|(name, _)| shelf.named.contains(*name)).collect();
    if named.is_empty() {
        return Vec::new();
    }
    let plans: BTreeSet<&str> = shelf.plans().into_iter().map(|(name, _)| name).collect();
    let wrong: Vec<Diagnostics> = match shelf.catalog(|name| plans.contains(name)) {
        Ok(catalog) => {
            named.into_iter().filter_map(|(name, bytes)| WorkedCases::read(name, bytes, &catalog).err()).collect()
        }
        Err(wrong) => vec![wrong],
    };
    wrong.iter().flat_map(Diagnostics::iter).cloned().collect()
}

/// What a file is that is no pack.
fn other_sort(path: &str, language: Language) -> &'static str {
    match Sort::of(path) {
        Sort::Joint => pick(language, "合计限额", "joint limit"),
        Sort::Cases => pick(language, "算例", "worked cases"),
        Sort::Pack => "",
    }
}

/// A number of things: `13 files`, `13 个文件`.
pub(super) fn count(number: usize, language: Language, (zh, one, many): (&str, &str, &str)) -> String {
    match language {
        Language::Zh => format!("{number} {zh}"),
        Language::En if number == 1 => format!("1 {one}"),
        Language::En => format!("{number} {many}"),
    }
}

fn count_of_problems(number: usize, language: Language) -> String {
    count(number, language, ("处问题", "problem", "problems"))
}

/// Mistakes in what was to be read: no result, and why not.
pub(super) fn refused(wrong: &Diagnostics, setting: &Setting) -> Report {
    let remarks = match setting.format {
        Format::Text => rendered(wrong, setting.language, setting.remarks),
        Format::Json => json(&serde_json::json!({ "diagnostics": wrong })),
    };
    Report { remarks, is_wrong: true, ..Report::default() }
}

/// Every problem with its place, and how many there are.
pub(super) fn rendered(wrong: &Diagnostics, language: Language, look: Look) -> String {
    let mut lines = Lines::default();
    for diagnostic in wrong.iter() {
        lines.line(&diagnostic.render(language, look.is_styled));
        lines.blank();
    }
    let problems = count_of_problems(wrong.len(), language);
    lines.line(&look.paint(Ink::Bad, &problems));
    if let Some(pointer) = where_more_is_said(&mut wrong.iter(), language) {
        lines.line(&pointer);
    }
    lines.into_text()
}

/// Where more is said of the codes of these problems; none if there are none.
pub(super) fn where_more_is_said(wrong: &mut dyn Iterator<Item = &Diagnostic>, language: Language) -> Option<String> {
    let codes: BTreeSet<_> = wrong.map(|diagnostic| diagnostic.code().name()).collect();
    let code = *codes.first()?;
    Some(if codes.len() == 1 {
        say!(language, "`huzhu explain {code}` 说明这一代码", "`huzhu explain {code}` says more of this code")
    } else {
        say!(
            language,
            "`huzhu explain 代码` 说明各代码，如 `huzhu explain {code}`",
            "`huzhu explain CODE` says more of a code, such as `huzhu explain {code}`"
        )
    })
}

/// JSON with line breaks, for people and programs alike: what a terminal would obey is written as an escape.
pub(super) fn json<T: Serialize + ?Sized>(value: &T) -> String {
    let plain = serde_json::to_string_pretty(value).unwrap_or_default();
    let mut text = String::with_capacity(plain.len().saturating_add(1));
    for letter in plain.chars() {
        if letter == '\n' || !huzhu::is_control(letter) {
            text.push(letter);
        } else {
            let _infallible = write!(text, "\\u{:04x}", u32::from(letter));
        }
    }
    text.push('\n');
    text
}
