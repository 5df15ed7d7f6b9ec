//! Payments are sent, and the bank's answers booked.

use std::path::Path;

use huzhu::money;
use huzhu::settle::{self, Confirmed, Paid, Paying};
use serde_json::json;

use crate::cli::audit::today_in_china;
use crate::cli::check::json as print;
use crate::cli::figures::{count, figures};
use crate::cli::files;
use crate::cli::layout::{Ink, Lines, clean};
use crate::cli::options::{Day, Format, Ledger, Setting};
use crate::cli::words::{pick, say};
use crate::cli::{Failure, Report};

fn day(on: Option<Day>) -> Option<String> {
    on.map(|Day(day)| day).or_else(today_in_china).map(|day| day.to_string())
}

pub(super) fn pay(asked: &Ledger, path: &Path, setting: &Setting) -> Result<Report, Failure> {
    let language = setting.language;
    let out = asked.out.as_deref().unwrap_or(Path::new(""));
    files::each_once([path, out], language)?;
    let mut paying = Paying::new(out).language(language);
    if let Some(day) = day(asked.on) {
        paying = paying.on(&day);
    }
    if let Some(run) = asked.run {
        paying = paying.run(run);
    }
    if asked.force {
        paying = paying.force();
    }
    let paid = settle::pay(path, &paying).map_err(|error| Failure::new(files::said(&error, language)))?;
    let Paid { run, payments, sum, last_run, .. } = paid;
    let written = (run > 0).then_some(out);
    let results = match setting.format {
        Format::Json => {
            print(&json!({ "run": run, "payments": payments, "control_sum": money::print(sum), "written": written }))
        }
        Format::Text if run == 0 && last_run == 0 => say!(language, "没有应付的金额\n", "nothing is due\n"),
        Format::Text if run == 0 => say!(
            language,
            "没有新的应付金额；第 {last_run} 批付款文件可用 `--run {last_run}` 再次写出\n",
            "nothing more is due; `--run {last_run}` writes the file of the last run again\n"
        ),
        Format::Text => {
            let mut lines = Lines::default();
            let rows = [
                (Ink::Plain, pick(language, "付款批次", "Run"), run.to_string()),
                (Ink::Plain, pick(language, "付款笔数", "Payments"), payments.to_string()),
                (Ink::Strong, pick(language, "合计（元）", "Control sum (yuan)"), money::grouped(&money::print(sum))),
            ];
            figures(&mut lines, &rows, setting.results);
            lines.blank();
            lines.line(&out.display().to_string());
            lines.into_text()
        }
    };
    Ok(Report { results, ..Report::default() })
}

pub(super) fn confirm(asked: &Ledger, path: &Path, setting: &Setting) -> Result<Report, Failure> {
    let (language, look) = (setting.language, setting.results);
    let file = Path::new(asked.what.as_deref().unwrap_or_default());
    files::each_once([path, file], language)?;
    let confirmed = settle::confirm(path, file, day(asked.on).as_deref());
    let Confirmed { confirmed, returned, known, wrong, .. } =
        confirmed.map_err(|error| Failure::new(files::said(&error, language)))?;
    let is_wrong = !wrong.is_empty();
    let results = match setting.format {
        Format::Json => {
            let wrong = wrong.iter().map(|(row, why)| json!({ "row": row, "reason": why.in_language(language) }));
            print(
                &json!({ "confirmed": confirmed, "returned": returned, "known": known, "wrong": wrong.collect::<Vec<_>>() }),
            )
        }
        Format::Text => {
            let mut lines = Lines::default();
            for (row, why) in &wrong {
                let why = why.in_language(language);
                let said = if *row == 0 {
                    why.to_owned()
                } else {
                    say!(language, "第 {row} 行：{why}", "row {row}: {why}")
                };
                lines.line(&look.paint(Ink::Bad, &clean(&said)));
            }
            if is_wrong {
                lines.line(pick(language, "没有入账", "nothing is booked"));
            } else {
                let rows = [
                    (Ink::Plain, pick(language, "确认到账", "Confirmed"), count(confirmed)),
                    (Ink::Plain, pick(language, "退回", "Returned"), count(returned)),
                    (Ink::Plain, pick(language, "先前已入账", "Known before"), count(known)),
                ];
                figures(&mut lines, &rows, look);
            }
            lines.into_text()
        }
    };
    Ok(Report { results, is_wrong, ..Report::default() })
}
