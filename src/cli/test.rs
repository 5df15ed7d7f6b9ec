//! `huzhu test`: the worked cases beside the packs, run.

use std::collections::BTreeSet;

use huzhu::{CasesReport, Code, Diagnostic, Language, Text, WorkedCases};
use serde::Serialize;

use super::check::{count, json, where_more_is_said};
use super::files::{self, Shelf, Sort, file_name};
use super::layout::{Ink, Lines, Look, clean, pad, width};
use super::options::{Format, Setting, Test};
use super::words::say;
use super::{Failure, Report};

pub(super) fn run(asked: &Test, setting: &Setting) -> Result<Report, Failure> {
    let mut ran = Ran::default();
    for shelf in files::shelves(&asked.packs, setting)? {
        ran.run(&shelf, setting)?;
    }
    let is_wrong = !ran.diagnostics.is_empty();
    let results = match setting.format {
        Format::Text => ran.text(asked.verbose, setting),
        Format::Json => json(&ran),
    };
    Ok(Report { results, is_wrong, ..Report::default() })
}

/// So many problems are shown, unless all are asked for: one changed figure may fail every case.
const MOST_SHOWN: usize = 10;

/// What came of all files.
#[derive(Debug, Default, Serialize)]
struct Ran {
    files: Vec<RanFile>,
    diagnostics: Vec<Diagnostic>,
}

/// What came of one file of worked cases.
#[derive(Debug, Serialize)]
struct RanFile {
    path: String,
    plan: String,
    passed: usize,
    failed: usize,
    cases: Vec<RanCase>,
    /// Whether it could be run at all.
    #[serde(skip)]
    is_read: bool,
}

#[derive(Debug, Serialize)]
struct RanCase {
    rule: Text,
    id: String,
    passed: bool,
}

impl Ran {
    fn run(&mut self, shelf: &Shelf, setting: &Setting) -> Result<(), Failure> {
        let cases = cases_of(shelf, setting)?;
        let in_order: BTreeSet<&str> = shelf.plans().into_iter().map(|(name, _)| name).collect();
        let beside: BTreeSet<String> = cases.iter().map(|name| pack_of(name)).collect();
        let catalog = shelf.catalog(|name| {
            shelf.is_whole || in_order.contains(name) || shelf.asked.contains(name) || beside.contains(name)
        });
        let catalog = match catalog {
            Ok(catalog) => catalog,
            Err(wrong) => {
                self.diagnostics.extend(wrong.iter().cloned());
                return Ok(());
            }
        };
        for name in cases {
            let bytes = shelf.files.get(&name).map(Vec::as_slice).unwrap_or_default();
            match WorkedCases::read(&name, bytes, &catalog) {
                Ok(cases) => self.add(&name, cases.run(&catalog)),
                Err(wrong) => {
                    self.diagnostics.extend(wrong.iter().cloned());
                    let (plan, cases) = (String::new(), Vec::new());
                    self.files.push(RanFile { path: name, plan, passed: 0, failed: 0, cases, is_read: false });
                }
            }
        }
        Ok(())
    }

    fn add(&mut self, path: &str, report: CasesReport) {
        let CasesReport { plan, cases, failures } = report;
        self.diagnostics.extend(failures.iter().cloned());
        let passed = cases.iter().filter(|case| case.passed).count();
        let failed = cases.len().saturating_sub(passed);
        let cases = cases.into_iter().map(|case| RanCase { rule: case.rule, id: case.id, passed: case.passed });
        self.files.push(RanFile { path: path.to_owned(), plan, passed, failed, cases: cases.collect(), is_read: true });
    }

    fn text(&self, verbose: bool, setting: &Setting) -> String {
        let (language, look) = (setting.language, setting.results);
        let mut lines = Lines::default();
        let widest = self.files.iter().map(|file| width(&file.path)).max().unwrap_or(0);
        for file in &self.files {
            let is_good = file.is_read && file.failed == 0;
            let (failed, passed, all) = (file.failed, file.passed, file.cases.len());
            let words = if is_good {
                say!(language, "{passed} 例通过", "{passed} cases passed")
            } else if file.is_read {
                say!(language, "{all} 例中 {failed} 例未通过", "{failed} of {all} cases failed")
            } else {
                say!(language, "读不懂", "cannot be read")
            };
            lines.line(&format!("{} {}  {words}", mark(is_good, look), pad(&clean(&file.path), widest)));
            if verbose {
                file.list(&mut lines, language, look);
            }
        }
        let shown = if verbose { self.diagnostics.len() } else { MOST_SHOWN };
        for diagnostic in self.diagnostics.iter().take(shown) {
            lines.blank();
            lines.line(&diagnostic.render(language, look.is_styled));
        }
        lines.blank();
        if let Some(more) = self.diagnostics.len().checked_sub(shown).filter(|more| *more > 0) {
            lines.line(&say!(
                language,
                "另有 {more} 处从略；`--verbose` 全部列出",
                "and {more} more; `--verbose` shows all"
            ));
        }
        if self.diagnostics.iter().any(|diagnostic| diagnostic.code() == Code::CaseFailed) {
            lines.line(&say!(
                language,
                "条款确已改动的，按新条款改算例中的应付金额；没有改动的，改回规则包",
                "where the clause has changed, correct what the cases expect; where it has not, correct the pack"
            ));
        }
        lines.line(&self.summary(language, look));
        if let Some(pointer) = where_more_is_said(&mut self.diagnostics.iter(), language) {
            lines.line(&pointer);
        }
        lines.into_text()
    }

    fn summary(&self, language: Language, look: Look) -> String {
        let cases: usize = self.files.iter().map(|file| file.cases.len()).sum();
        let failed: usize = self.files.iter().map(|file| file.failed).sum();
        let files = count(self.files.len(), language, ("个文件", "file", "files"));
        let cases = count(cases, language, ("例", "case", "cases"));
        if self.diagnostics.is_empty() {
            return look
                .paint(Ink::Good, &say!(language, "共 {files}、{cases}，全部通过", "{cases} in {files}, all passed"));
        }
        let problems = count(self.diagnostics.len(), language, ("处", "problem", "problems"));
        let words = say!(
            language,
            "共 {files}、{cases}，{failed} 例未通过，{problems}不符或有误",
            "{cases} in {files}, {failed} failed; {problems} in all"
        );
        look.paint(Ink::Bad, &words)
    }
}

impl RanFile {
    /// Every case under the rule that it shows.
    fn list(&self, lines: &mut Lines, language: Language, look: Look) {
        let mut rule = None;
        for case in &self.cases {
            if rule != Some(&case.rule) {
                rule = Some(&case.rule);
                let title = look.paint(Ink::Strong, &clean(case.rule.in_language(language)));
                lines.line(&format!("    {title}"));
            }
            lines.line(&format!("      {} {}", mark(case.passed, look), clean(&case.id)));
        }
    }
}

fn mark(is_good: bool, look: Look) -> String {
    if is_good { look.paint(Ink::Good, "✓") } else { look.paint(Ink::Bad, "✗") }
}

/// The files of worked cases of what was asked for: those named themselves, and those beside named packs.
fn cases_of(shelf: &Shelf, setting: &Setting) -> Result<BTreeSet<String>, Failure> {
    let mut cases: BTreeSet<String> = shelf.asked(Sort::Cases).map(|(name, _)| name.to_owned()).collect();
    if !shelf.is_whole {
        for (pack, _) in shelf.asked(Sort::Pack) {
            let beside = format!("{}.cases.toml", pack.strip_suffix(".toml").unwrap_or(pack));
            if !shelf.files.contains_key(&beside) {
                let name = file_name(&beside);
                let message =
                    say!(setting.language, "`{pack}` 旁没有算例文件 `{name}`", "no worked cases stand beside `{pack}`");
                let help = say!(setting.language, "在同一目录新建 `{name}`", "write `{name}` in the same folder");
                return Err(Failure::new(message).with_help([help]));
            }
            cases.insert(beside);
        }
    }
    if cases.is_empty() {
        let message =
            say!(setting.language, "没有算例文件（`*.cases.toml`）", "there are no worked cases (`*.cases.toml`)");
        return Err(Failure::new(message));
    }
    Ok(cases)
}

fn pack_of(cases: &str) -> String {
    format!("{}.toml", cases.strip_suffix(".cases.toml").unwrap_or(cases))
}
