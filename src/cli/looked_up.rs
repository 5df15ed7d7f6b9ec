//! `huzhu adjudicate --claims`: a few claims of two tables, each explained.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::Path;

use huzhu::batch::{self, Job, Reject, Sought, WorkedClaim};
use huzhu::explain::NextYuan;
use huzhu::{Catalog, Explanation, Workbook};
use serde_json::{Value as Json, json};

use super::batch::{not_run, quiet_about_damaged_files, stop_on_interrupt};
use super::explanation::Statement;
use super::feeding::Which;
use super::layout::{Ink, Lines, clean};
use super::meter::Meter;
use super::options::{Adjudicate, Format, Setting};
use super::words::say;
use super::{Failure, Report, check, files};

pub(super) fn run(
    asked: &Adjudicate,
    (claims, enrollments): (&Path, &Path),
    setting: &Setting,
) -> Result<Report, Failure> {
    let inputs = if claims == enrollments { vec![claims] } else { vec![claims, enrollments] };
    files::each_once(inputs.into_iter().chain(asked.workbook.as_deref()), setting.language)?;
    let catalog = match files::catalog(setting)? {
        Ok(catalog) => asked.policy.of(catalog),
        Err(wrong) => return Ok(check::refused(&wrong, setting)),
    };
    let job = job(asked, claims, enrollments, setting);
    let asked_for: Vec<Cow<'_, str>> = asked.subjects.iter().map(|id| id.to_string_lossy()).collect();
    let mut seen = BTreeSet::new();
    let ids: Vec<&str> = asked_for.iter().map(|id| &**id).filter(|id| seen.insert(*id)).collect();
    let loud = quiet_about_damaged_files();
    let meter = Meter::new(setting, false, stop_on_interrupt());
    let found = batch::look_up(&job, &catalog, &ids, &meter);
    meter.end();
    std::panic::set_hook(loud);
    let found = found.map_err(|error| not_run(&error, setting))?;
    let missing: Vec<&str> = found.iter().filter(|(_, sought)| sought.is_empty()).map(|(id, _)| *id).collect();
    if !missing.is_empty() {
        return Err(not_there(&missing, claims, setting));
    }
    let shown = Shown { asked, catalog: &catalog, setting };
    let report = shown.report(&found).map_err(|error| Failure::new(files::said(&error, setting.language)))?;
    let Some(path) = &asked.workbook else { return Ok(report) };
    let (workbook, remarks) =
        shown.workbook(&found).map_err(|error| Failure::new(files::said(&error, setting.language)))?;
    if let Some(workbook) = workbook {
        files::write(path, &workbook, setting.language)?;
    }
    Ok(Report { remarks: report.remarks + &remarks, ..report })
}

/// What is read, and how; nothing of it is written.
fn job(asked: &Adjudicate, claims: &Path, enrollments: &Path, setting: &Setting) -> Job {
    let reading = &asked.tables.reading;
    let job = Job::new(claims, enrollments, "")
        .ignore_columns(reading.ignored())
        .claims_as(reading.intake(Which::Claims))
        .enrollments_as(reading.intake(Which::Enrollments))
        .language(setting.language);
    if reading.strict { job.strict() } else { job }
}

fn not_there(missing: &[&str], claims: &Path, setting: &Setting) -> Failure {
    let (list, claims) = (missing.join("`, `"), claims.display());
    Failure::new(say!(
        setting.language,
        "`{claims}` 中没有编号为 `{list}` 的理赔申请",
        "no claim of `{claims}` has the id `{list}`"
    ))
    .with_help([say!(setting.language, "照表中“理赔编号”一列填写", "write the ids as the table has them")])
}

/// What was found, on its way to the reader.
struct Shown<'a> {
    asked: &'a Adjudicate,
    catalog: &'a Catalog,
    setting: &'a Setting,
}

impl Shown<'_> {
    fn report(&self, found: &[(&str, Vec<Sought>)]) -> Result<Report, huzhu::Error> {
        let all = || found.iter().flat_map(|(id, sought)| sought.iter().map(move |sought| (*id, sought)));
        let results = match self.setting.format {
            Format::Text => {
                let pages = all().map(|(id, sought)| self.page(id, sought)).collect::<Result<Vec<_>, _>>()?;
                pages.join("\n")
            }
            Format::Json => check::json(&all().map(|(id, sought)| self.json(id, sought)).collect::<Vec<Json>>()),
        };
        let is_wrong = all().any(|(_, sought)| matches!(sought, Sought::Rejected(_)));
        Ok(Report { results, is_wrong, ..Report::default() })
    }

    fn page(&self, id: &str, sought: &Sought) -> Result<String, huzhu::Error> {
        match sought {
            Sought::Worked(worked) => {
                let explanation = self.explanation(worked);
                let statement = Statement {
                    explanation: &explanation,
                    catalog: self.catalog,
                    plan: self.catalog.decided_by(&worked.adjudication)?,
                    case: &worked.case,
                    before: &worked.before,
                    joint_limits: Vec::new(), // all plans of the member are counted
                    language: self.setting.language,
                    look: self.setting.results,
                };
                Ok(if self.asked.brief { statement.brief() } else { statement.page() })
            }
            Sought::Rejected(rejects) => Ok(self.rejected(id, rejects)),
        }
    }

    fn explanation(&self, worked: &WorkedClaim) -> Explanation {
        let mut explanation = worked.adjudication.explain(self.setting.language);
        explanation.accumulators = Some(worked.after.clone());
        explanation.next_yuan = NextYuan::all(&worked.next_yuan);
        explanation
    }

    fn rejected(&self, id: &str, rejects: &[Reject]) -> String {
        let (language, look) = (self.setting.language, self.setting.results);
        let mut lines = Lines::default();
        let id = clean(id);
        let head =
            say!(language, "理赔申请 {id}：此行退回，没有审核", "claim {id}: its row was rejected and not decided");
        lines.line(&look.paint(Ink::Bad, &head));
        for Reject { row, column, value, reason, .. } in rejects {
            let reason = reason.in_language(language);
            let told = say!(
                language,
                "  • 第 {row} 行 `{column}` 列 `{value}`：{reason}",
                "  • row {row}, column `{column}`, `{value}`: {reason}"
            );
            lines.line(&clean(&told));
        }
        lines.into_text()
    }

    fn json(&self, id: &str, sought: &Sought) -> Json {
        match sought {
            Sought::Worked(worked) => serde_json::to_value(self.explanation(worked)).unwrap_or_default(),
            Sought::Rejected(rejects) => {
                let rejects = rejects.iter().map(|Reject { row, column, value, reason, .. }| {
                    let reason = reason.in_language(self.setting.language);
                    json!({ "row": row, "column": column, "value": value, "reason": reason })
                });
                json!({ "claim": id, "rejected": rejects.collect::<Vec<_>>() })
            }
        }
    }

    /// The claims that can have a sheet as a workbook, and what is to be said of the others.
    fn workbook(&self, found: &[(&str, Vec<Sought>)]) -> Result<(Option<Vec<u8>>, String), huzhu::Error> {
        let language = self.setting.language;
        let mut workbook = Workbook::new(self.catalog, language);
        let mut without = Vec::new();
        for (id, sought) in found.iter().flat_map(|(id, sought)| sought.iter().map(move |sought| (id, sought))) {
            match sought {
                Sought::Worked(worked) if worked.has_sheet() => {
                    workbook.add_claim(&worked.case.enrollment, &worked.case.claim, &worked.before)?;
                }
                Sought::Worked(_) | Sought::Rejected(_) => without.push(clean(id)),
            }
        }
        let remarks = if without.is_empty() {
            String::new()
        } else {
            let list = without.join("`, `");
            say!(
                language,
                "工作簿中没有 `{list}`：退回的、冲销的、为合计限额所减的、因其他记录而暂缓的没有工作表\n",
                "the workbook has no sheet of `{list}`: rejected rows, reversals, claims that a joint limit cuts or that are pended for other records have none\n"
            )
        };
        Ok((if workbook.is_empty() { None } else { Some(workbook.to_bytes()?) }, remarks))
    }
}
