//! `huzhu settle`: settlement records in, payouts out.

use std::collections::BTreeMap;
use std::path::Path;

use huzhu::settle::{self, Change, Job, Mapping, Preview, Summary};
use huzhu::{Catalog, Code, Decision, Diagnostics, Language, money};
use serde_json::{Value as Json, json};

use super::check::{self, json as print};
use super::figures::{count, figures, list};
use super::files;
use super::layout::{Ink, Lines, clean, columns};
use super::options::{Format, Setting, Settle};
use super::words::{pick, say};
use super::{Failure, Report};

pub(super) fn run(asked: &Settle, setting: &Setting) -> Result<Report, Failure> {
    let language = setting.language;
    let Some(enrollments) = &asked.enrollments else {
        return Ok(Report { results: Mapping::SHIPPED.to_owned(), ..Report::default() });
    };
    let catalog = match files::catalog(setting)? {
        Ok(catalog) => catalog.in_order(asked.order.order()),
        Err(wrong) => return Ok(check::refused(&wrong, setting)),
    };
    let mapping = match mapping(asked.mapping.as_deref(), setting)? {
        Ok(mapping) => mapping,
        Err(wrong) => return Ok(check::refused(&wrong, setting)),
    };
    let Some(out) = &asked.out else { return previewed(asked, enrollments, &catalog, &mapping, setting) };
    let mut job = Job::new(asked.feed.clone(), enrollments, out).language(language);
    let rejects = asked.rejects.clone().unwrap_or_else(|| out.with_extension("rejects.csv"));
    job = job.rejects(&rejects);
    if let Some(place) = &asked.ledger {
        job = job.ledger(&place.0);
    }
    if asked.force {
        job = job.force();
    }
    if asked.certify {
        job = job.certify();
    }
    if let Some(missed) = &asked.missed {
        job = job.missed(missed);
    }
    if let Some(path) = &asked.other_order {
        job = job.other_order(path);
    }
    let all = asked.feed.iter().chain([enrollments, out, &rejects]).chain(&asked.missed).chain(&asked.other_order);
    files::each_once(all.chain(asked.ledger.as_ref().map(|place| &place.0)), language)?;
    let written: Vec<&Path> =
        [out, &rejects].into_iter().chain(&asked.missed).chain(&asked.other_order).map(AsRef::as_ref).collect();
    let summary = settle::run(&job, &catalog, &mapping).map_err(|error| Failure::new(files::said(&error, language)))?;
    let results = match setting.format {
        Format::Text => text(&summary, setting),
        Format::Json => {
            let mut said = in_json(&summary);
            said.insert("written".to_owned(), json!(written));
            print(&Json::Object(said))
        }
    };
    let mut lines = Lines::default();
    if setting.format == Format::Text {
        lines.blank();
        for path in &written {
            lines.line(&path.display().to_string());
        }
    }
    Ok(Report { results: results + &lines.into_text(), is_wrong: is_wrong(&summary), ..Report::default() })
}

/// What would change; nothing is written.
fn previewed(
    asked: &Settle,
    enrollments: &Path,
    catalog: &Catalog,
    mapping: &Mapping,
    setting: &Setting,
) -> Result<Report, Failure> {
    let (language, look) = (setting.language, setting.results);
    let mut job = Job::new(asked.feed.clone(), enrollments, Path::new("")).language(language);
    if let Some(place) = &asked.ledger {
        job = job.ledger(&place.0);
    }
    let previewed = settle::preview(&job, catalog, mapping);
    let Preview { summary, changes, .. } = previewed.map_err(|error| Failure::new(files::said(&error, language)))?;
    let amounts = |change: &Change| [change.before, change.now, change.difference()].map(money::print);
    let results = match setting.format {
        Format::Json => {
            let row = |change: &Change| {
                let [before, now, difference] = amounts(change);
                json!({ "member": change.member, "claims": change.claims, "before": before, "now": now, "difference": difference })
            };
            let mut said = in_json(&summary);
            said.insert("changes".to_owned(), changes.iter().map(row).collect());
            print(&Json::Object(said))
        }
        Format::Text => {
            let mut lines = Lines::default();
            lines.blank();
            lines.line(&look.paint(
                Ink::Strong,
                pick(language, "会变更的应付额（元）；没有入账", "What would change (yuan); nothing is booked"),
            ));
            let titles: [&str; 5] = match language {
                Language::Zh => ["会员", "件数", "此前", "此后", "差额"],
                Language::En => ["member", "claims", "before", "after", "difference"],
            };
            let row = |change: &Change| {
                let [before, now, difference] = amounts(change).map(|amount| money::grouped(&amount));
                [clean(&change.member), count(change.claims), before, now, difference]
            };
            let rows = [titles.map(str::to_owned)].into_iter().chain(changes.iter().map(row));
            lines.line(columns(&rows.collect::<Vec<_>>(), 1).trim_end());
            text(&summary, setting) + &lines.into_text()
        }
    };
    Ok(Report { results, is_wrong: is_wrong(&summary), ..Report::default() })
}

fn in_json(summary: &Summary) -> serde_json::Map<String, Json> {
    let aside: BTreeMap<&str, u64> = summary.set_aside.iter().map(|(code, count)| (code.name(), *count)).collect();
    let said = json!({
        "records": summary.records,
        "new": summary.new,
        "known": summary.known,
        "set_aside": aside,
        "decisions": summary.decisions,
        "missed": summary.missed,
        "payable": money::print(summary.payable),
        "booked": money::print(summary.booked),
        "changed": summary.changed,
        "other_order": { "claims": summary.apart, "more": money::print(summary.other_order) },
    });
    match said {
        Json::Object(said) => said,
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Array(_) => serde_json::Map::new(),
    }
}

pub(super) fn mapping(path: Option<&Path>, setting: &Setting) -> Result<Result<Mapping, Diagnostics>, Failure> {
    let Some(path) = path else { return Ok(Ok(Mapping::shipped())) };
    let bytes = files::read(path, setting.language)?;
    Ok(Mapping::read(&path.display().to_string(), &bytes))
}

/// Care that is not decided and members without cover are in every feed; all else is to be looked into.
fn is_wrong(summary: &Summary) -> bool {
    summary.set_aside.keys().any(|code| !matches!(code, Code::OtherCare | Code::NoCover | Code::RecordRepeated))
}

fn text(summary: &Summary, setting: &Setting) -> String {
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
    if summary.apart > 0 {
        rows.push((
            Ink::Plain,
            say!(language, "按另一种先后应付额不同的件数", "Claims that the other order pays otherwise"),
            count(summary.apart),
        ));
        rows.push((
            Ink::Plain,
            say!(language, "按另一种先后多付（元）", "More in the other order (yuan)"),
            amount(summary.other_order),
        ));
    }
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
    let missed = summary.missed.iter().map(|(want, number)| (count(*number), wanting(want, language)));
    list(&mut lines, pick(language, "未给付的及其所缺", "Not paid, for want of"), missed.collect(), language, look);
    lines.into_text()
}

/// What is wanting, in words.
fn wanting(want: &str, language: Language) -> String {
    let words = match want {
        "cover" => pick(language, "当日没有参保", "a cover on the day"),
        "fact" => pick(language, "缺少事实，或事实互相矛盾", "a fact, or one that goes with the others"),
        "waiting" => pick(language, "等待期未满", "the end of the waiting period"),
        "window" => pick(language, "已过申请期限", "time to report it"),
        _ => "",
    };
    [want, words].join("  ")
}
