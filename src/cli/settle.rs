//! `huzhu settle`: settlement records in, payouts out.

use std::path::{Path, PathBuf};

use huzhu::settle::{self, Job, Mapping, Summary};
use huzhu::{Code, Decision, Diagnostics, money};
use serde_json::json;

use super::check::{self, json as print};
use super::figures::{count, figures, list};
use super::files;
use super::layout::{Ink, Lines};
use super::options::{Format, Setting, Settle};
use super::words::{pick, say};
use super::{Failure, Report};

pub(super) fn run(asked: &Settle, setting: &Setting) -> Result<Report, Failure> {
    let language = setting.language;
    let (Some(enrollments), Some(out)) = (&asked.enrollments, &asked.out) else {
        return Ok(Report { results: Mapping::SHIPPED.to_owned(), ..Report::default() });
    };
    let catalog = match files::catalog(setting)? {
        Ok(catalog) => catalog,
        Err(wrong) => return Ok(check::refused(&wrong, setting)),
    };
    let mapping = match mapping(asked.mapping.as_deref(), setting)? {
        Ok(mapping) => mapping,
        Err(wrong) => return Ok(check::refused(&wrong, setting)),
    };
    let mut job = Job::new(asked.feed.clone(), enrollments, out).language(language);
    let rejects = asked.rejects.clone().unwrap_or_else(|| out.with_extension("rejects.csv"));
    job = job.rejects(&rejects);
    if let Some(place) = &asked.ledger {
        job = job.ledger(&place.0);
    }
    if asked.force {
        job = job.force();
    }
    let all = asked.feed.iter().chain([enrollments, out, &rejects]);
    files::each_once(all.chain(asked.ledger.as_ref().map(|place| &place.0)), language)?;
    let summary = settle::run(&job, &catalog, &mapping).map_err(|error| Failure::new(files::said(&error, language)))?;
    let results = match setting.format {
        Format::Text => text(&summary, [out, &rejects], setting),
        Format::Json => print(&json!({
            "records": summary.records,
            "new": summary.new,
            "known": summary.known,
            "set_aside": summary.set_aside.iter().map(|(code, count)| (code.name(), count)).collect::<std::collections::BTreeMap<_, _>>(),
            "decisions": summary.decisions,
            "payable": money::print(summary.payable),
            "booked": money::print(summary.booked),
            "changed": summary.changed,
            "written": [out, &rejects],
        })),
    };
    Ok(Report { results, is_wrong: is_wrong(&summary), ..Report::default() })
}

fn mapping(path: Option<&Path>, setting: &Setting) -> Result<Result<Mapping, Diagnostics>, Failure> {
    let Some(path) = path else { return Ok(Ok(Mapping::shipped())) };
    let bytes = files::read(path, setting.language)?;
    Ok(Mapping::read(&path.display().to_string(), &bytes))
}

/// Care that is not decided and members without cover are in every feed; all else is to be looked into.
fn is_wrong(summary: &Summary) -> bool {
    summary.set_aside.keys().any(|code| !matches!(code, Code::OtherCare | Code::NoCover))
}

fn text(summary: &Summary, written: [&PathBuf; 2], setting: &Setting) -> String {
    let (language, look) = (setting.language, setting.results);
    let mut lines = Lines::default();
    let rows = [
        (Ink::Strong, pick(language, "结算记录", "Records"), count(summary.records)),
        (Ink::Plain, pick(language, "其中新收到", "of them new"), count(summary.new)),
        (Ink::Plain, pick(language, "其中已收过", "of them known"), count(summary.known)),
    ];
    figures(&mut lines, &rows, look);
    lines.blank();
    let decisions = Decision::ALL.iter().filter_map(|decision| {
        let number = summary.decisions.get(decision.name())?;
        Some((Ink::Plain, decision.title(language).to_owned(), count(*number)))
    });
    let mut rows: Vec<(Ink, String, String)> = decisions.collect();
    let amount = |amount| money::grouped(&money::print(amount));
    rows.push((Ink::Strong, say!(language, "应付合计（元）", "Due in all (yuan)"), amount(summary.payable)));
    rows.push((Ink::Strong, say!(language, "本次入账（元）", "Booked now (yuan)"), amount(summary.booked)));
    if summary.changed > 0 {
        rows.push((
            Ink::Plain,
            say!(language, "先前已审、金额有变", "Decided before, and changed"),
            count(summary.changed),
        ));
    }
    figures(&mut lines, &rows, look);
    let words = |code: &Code| [code.name(), code.title(language).unwrap_or_default()].join("  ");
    let aside = summary.set_aside.iter().map(|(code, number)| (count(*number), words(code)));
    list(&mut lines, pick(language, "未审核", "Set aside"), aside.collect(), language, look);
    lines.blank();
    for path in written {
        lines.line(&path.display().to_string());
    }
    lines.into_text()
}
