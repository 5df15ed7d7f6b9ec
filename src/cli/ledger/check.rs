//! What is wrong with a ledger.

use std::path::Path;

use huzhu::settle::Violation;
use huzhu::{Language, Text};
use serde_json::{Value as Json, json};

use super::yuan;
use crate::cli::Report;
use crate::cli::check::json as print;
use crate::cli::layout::{Ink, Lines, clean};
use crate::cli::options::{Format, Setting};
use crate::cli::words::say;

pub(super) fn checked(
    path: &Path,
    wrong: &[Violation],
    files: &[Text],
    rows: &[(&str, i64)],
    setting: &Setting,
) -> Report {
    let (language, look) = (setting.language, setting.results);
    let wrong = wrong.iter().map(|wrong| violation(wrong, language));
    let wrong: Vec<String> = wrong.chain(files.iter().map(|text| text.in_language(language).to_owned())).collect();
    let results = match setting.format {
        Format::Json => {
            let rows: serde_json::Map<String, Json> =
                rows.iter().map(|(table, count)| ((*table).to_owned(), json!(count))).collect();
            print(&json!({ "in_order": wrong.is_empty(), "rows": rows, "violations": wrong }))
        }
        Format::Text => {
            let mut lines = Lines::default();
            for wrong in &wrong {
                lines.line(&look.paint(Ink::Bad, &clean(wrong)));
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
            say!(language, "账本结构中的 `{name}` 被改动或缺失", "`{name}` of the schema was changed, or is gone")
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
                "冲销分录 {entry} 与其所冲销的分录不完全相反",
                "the entry {entry} does not cancel the one that it takes back"
            )
        }
        Violation::Twice(claim) => {
            say!(language, "理赔 `{claim}` 有两笔未冲销的分录", "the claim `{claim}` has two entries that stand")
        }
        Violation::PaymentChanged(reference) => {
            say!(
                language,
                "付款 `{reference}` 的记录与摘要不符",
                "what became of the payment `{reference}` is not what its digest says"
            )
        }
        Violation::PaymentUnequal(reference) => {
            say!(
                language,
                "付款 `{reference}` 的分录与其状态不符",
                "what is booked for the payment `{reference}` is not what became of it"
            )
        }
        Violation::ClosingChanged(number) => {
            say!(
                language,
                "第 {number} 次结账的分录与其根不符",
                "the entries of closing {number} are not those of its root"
            )
        }
        _ => say!(language, "账本有误", "the ledger is not in order"),
    }
}
