//! `huzhu ledger`: a ledger checked and read.

use std::path::Path;

use huzhu::settle::{self, Balance, Posted, Violation};
use huzhu::{Language, money};
use serde_json::{Value as Json, json};

use super::check::json as print;
use super::files;
use super::layout::{Ink, Lines, clean, pad, pad_left, width};
use super::options::{Asked, Format, Ledger, Setting};
use super::words::say;
use super::{Failure, Report};

pub(super) fn run(asked: &Ledger, setting: &Setting) -> Result<Report, Failure> {
    let (path, language) = (asked.place.0.as_path(), setting.language);
    let failed = |error: huzhu::Error| Failure::new(files::said(&error, language));
    let ledger = settle::open_ledger(path).map_err(failed)?;
    match asked.asked {
        Asked::Check => {
            let wrong = settle::said(path, ledger.check()).map_err(failed)?;
            let rows = settle::said(path, ledger.rows()).map_err(failed)?;
            Ok(checked(path, &wrong, &rows, setting))
        }
        Asked::Balance => {
            let balances = settle::said(path, ledger.balances()).map_err(failed)?;
            Ok(Report { results: balanced(&balances, setting), ..Report::default() })
        }
        Asked::Statement => {
            let account = format!("payable:{}", asked.member.as_deref().unwrap_or_default());
            let posted = settle::said(path, ledger.statement(&account)).map_err(failed)?;
            Ok(Report { results: stated(&posted, setting), ..Report::default() })
        }
    }
}

fn checked(path: &Path, wrong: &[Violation], rows: &[(&str, i64)], setting: &Setting) -> Report {
    let (language, look) = (setting.language, setting.results);
    let results = match setting.format {
        Format::Json => {
            let rows: serde_json::Map<String, Json> =
                rows.iter().map(|(table, count)| ((*table).to_owned(), json!(count))).collect();
            let wrong: Vec<String> = wrong.iter().map(|wrong| violation(wrong, language)).collect();
            print(&json!({ "in_order": wrong.is_empty(), "rows": rows, "violations": wrong }))
        }
        Format::Text => {
            let mut lines = Lines::default();
            for wrong in wrong {
                lines.line(&look.paint(Ink::Bad, &clean(&violation(wrong, language))));
            }
            let of = |table: &str| rows.iter().find(|(name, _)| *name == table).map_or(0, |(_, count)| *count);
            let (decisions, entries, path) = (of("decision"), of("entry"), path.display());
            lines.line(&if wrong.is_empty() {
                say!(
                    language,
                    "账本 `{path}` 无误：审核结果 {decisions} 件次，分录 {entries} 笔",
                    "the ledger `{path}` is in order: decisions {decisions}, entries {entries}"
                )
            } else {
                say!(language, "账本 `{path}` 有误", "the ledger `{path}` is not in order")
            });
            lines.into_text()
        }
    };
    Report { results, is_wrong: !wrong.is_empty(), ..Report::default() }
}

fn violation(wrong: &Violation, language: Language) -> String {
    match wrong {
        Violation::Damaged(said) => say!(language, "文件损坏：`{said}`", "the file is damaged: `{said}`"),
        Violation::Schema(name) => {
            say!(language, "`{name}` 被改动或不见了", "`{name}` of the schema was changed, or is gone")
        }
        Violation::RowsGone { table, rows, last } => say!(
            language,
            "`{table}` 少了行：最后一行编号 {last}，只有 {rows} 行",
            "rows of `{table}` are gone: the last is number {last}, and {rows} are there"
        ),
        Violation::MessageChanged(id) => {
            say!(language, "记录 `{id}` 的内容与摘要不符", "the record `{id}` is not what its digest says")
        }
        Violation::DecisionChanged(claim) => {
            say!(
                language,
                "理赔 `{claim}` 的审核结果与摘要不符",
                "the decision of `{claim}` is not what its digest says"
            )
        }
        Violation::Unequal { claim, decided, booked } => {
            let (decided, booked) = (yuan(*decided), yuan(*booked));
            say!(
                language,
                "理赔 `{claim}` 应付 {decided} 元，入账 {booked} 元",
                "{decided} yuan are due for `{claim}`, and {booked} are booked"
            )
        }
        Violation::Empty(entry) => say!(language, "分录 {entry} 没有金额", "the entry {entry} moves nothing"),
        Violation::NoMirror(entry) => {
            say!(
                language,
                "冲销分录 {entry} 与所冲销的不相抵",
                "the entry {entry} does not cancel the one that it takes back"
            )
        }
        Violation::Twice(claim) => {
            say!(language, "理赔 `{claim}` 有两笔未冲销的分录", "the claim `{claim}` has two entries that stand")
        }
        _ => say!(language, "账本有误", "the ledger is not in order"),
    }
}

fn balanced(balances: &[Balance], setting: &Setting) -> String {
    if setting.format == Format::Json {
        let row = |balance: &Balance| json!({ "account": balance.account, "balance": yuan(balance.fen) });
        return print(&balances.iter().map(row).collect::<Vec<_>>());
    }
    let language = setting.language;
    let sum: i128 = balances.iter().map(|balance| i128::from(balance.fen)).fold(0, i128::saturating_add);
    let row = |account: &str, fen| (clean(account), money::grouped(&yuan(fen)));
    let mut rows: Vec<_> = balances.iter().map(|balance| row(&balance.account, balance.fen)).collect();
    rows.push(row(&say!(language, "合计", "in all"), i64::try_from(sum).unwrap_or(i64::MAX)));
    table(&rows)
}

/// Names, and an amount of each flush right.
fn table(rows: &[(String, String)]) -> String {
    let mut lines = Lines::default();
    let names = rows.iter().map(|(name, _)| width(name)).max().unwrap_or(0);
    let amounts = rows.iter().map(|(_, amount)| width(amount)).max().unwrap_or(0);
    for (name, amount) in rows {
        lines.line(&format!("{}  {}", pad(name, names), pad_left(amount, amounts)));
    }
    lines.into_text()
}

fn stated(posted: &[Posted], setting: &Setting) -> String {
    let language = setting.language;
    // What is due to the member stands on the credit side.
    let due = |posted: &Posted| yuan(posted.fen.saturating_neg());
    if setting.format == Format::Json {
        let row = |posted: &Posted| {
            json!({
                "entry": posted.entry, "valid_on": posted.valid_on, "claim": posted.claim, "decision": posted.outcome,
                "account": posted.other, "due": due(posted), "reverses": posted.reverses,
            })
        };
        return print(&posted.iter().map(row).collect::<Vec<_>>());
    }
    let row = |posted: &Posted| {
        let Posted { entry, valid_on, claim, other, .. } = posted;
        let reversal = posted.reverses.map(|of| say!(language, "（冲销第 {of} 笔）", " (takes back {of})"));
        let reversal = reversal.unwrap_or_default();
        (clean(&format!("{entry}  {valid_on}  {claim}  {other}{reversal}")), money::grouped(&due(posted)))
    };
    let mut rows: Vec<_> = posted.iter().map(row).collect();
    let sum = posted.iter().map(|posted| posted.fen.saturating_neg()).fold(0, i64::saturating_add);
    rows.push((say!(language, "应付合计（元）", "due in all (yuan)"), money::grouped(&yuan(sum))));
    table(&rows)
}

/// Fen as yuan.
fn yuan(fen: i64) -> String {
    let (sign, size) = if fen < 0 { ("-", fen.unsigned_abs()) } else { ("", fen.unsigned_abs()) };
    format!("{sign}{}.{:02}", size.div_euclid(100), size.rem_euclid(100))
}
