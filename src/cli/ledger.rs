//! `huzhu ledger`: a ledger checked and read, paid from and closed.

mod check;
mod payments;
mod statement;

use std::path::Path;

use huzhu::settle::{self, AccountNames, Balance, Certified, Closing, Through};
use huzhu::{Language, Plan, money};
use serde_json::json;

use super::check::json as print;
use super::figures::figures;
use super::files;
use super::layout::{Ink, Lines, clean, columns};
use super::options::{Asked, Format, Ledger, Setting, Until};
use super::words::{pick, say};
use super::{Failure, Report};

pub(super) fn run(asked: &Ledger, setting: &Setting) -> Result<Report, Failure> {
    let (path, language) = (asked.place.0.as_path(), setting.language);
    refuse_misplaced(asked, setting)?;
    let failed = |error: huzhu::Error| Failure::new(files::said(&error, language));
    let open = || settle::open_ledger(path).map_err(failed);
    match asked.asked {
        Asked::Check => {
            let ledger = open()?;
            let wrong = settle::said(path, ledger.check()).map_err(failed)?;
            let files = settle::check_closings(path, &ledger, &asked.closing).map_err(failed)?;
            let rows = settle::said(path, ledger.rows()).map_err(failed)?;
            Ok(check::checked(path, &wrong, &files, &rows, setting))
        }
        Asked::Balance => {
            let balances = settle::said(path, open()?.balances()).map_err(failed)?;
            Ok(Report { results: balanced(&balances, &names(setting), setting), ..Report::default() })
        }
        Asked::Statement => {
            let (ledger, member) = (open()?, asked.what.as_deref().unwrap_or_default());
            let posted = settle::said(path, ledger.statement(&format!("payable:{member}"))).map_err(failed)?;
            let payments = settle::said(path, ledger.payments(None)).map_err(failed)?;
            let results = statement::stated(member, &posted, &payments, &names(setting), setting);
            Ok(Report { results, ..Report::default() })
        }
        Asked::Export => {
            let out = out(asked, setting)?;
            let lines = settle::export(path, out, &names(setting), language, asked.force).map_err(failed)?;
            let results = match setting.format {
                Format::Json => print(&json!({ "lines": lines, "written": out })),
                Format::Text => say!(language, "写出 {lines} 行\n", "lines written: {lines}\n"),
            };
            Ok(Report { results, ..Report::default() })
        }
        Asked::Close => {
            let through = match asked.through.as_ref() {
                Some(Until::Day(day)) => Through::Day(day),
                Some(Until::Entry(entry)) => Through::Entry(*entry),
                None => return Err(needed("--through", setting)),
            };
            let out = out(asked, setting)?;
            let closing = settle::close(path, through, out, asked.force).map_err(failed)?;
            Ok(Report { results: closed(&closing, out, setting), ..Report::default() })
        }
        Asked::Pay => {
            out(asked, setting)?;
            payments::pay(asked, path, setting)
        }
        Asked::Confirm => payments::confirm(asked, path, setting),
        Asked::Certificate => certified(asked, setting),
    }
}

/// An option that the question does not take is no option that was heeded.
fn refuse_misplaced(asked: &Ledger, setting: &Setting) -> Result<(), Failure> {
    let given = [
        ("--out", asked.out.is_some(), [Asked::Export, Asked::Close, Asked::Pay, Asked::Certificate].as_slice()),
        ("--through", asked.through.is_some(), &[Asked::Close]),
        ("--on", asked.on.is_some(), &[Asked::Pay, Asked::Confirm]),
        ("--run", asked.run.is_some(), &[Asked::Pay]),
        ("--closing", !asked.closing.is_empty(), &[Asked::Check]),
        ("--mapping", asked.mapping.is_some(), &[Asked::Certificate]),
        ("--force", asked.force, &[Asked::Export, Asked::Close, Asked::Pay, Asked::Certificate]),
    ];
    let misplaced = given.iter().find(|(_, is_given, of)| *is_given && !of.contains(&asked.asked));
    let Some((option, ..)) = misplaced else { return Ok(()) };
    let language = setting.language;
    Err(Failure::new(say!(language, "`{option}` 不适用于此项操作", "`{option}` goes with another question")))
}

fn out<'a>(asked: &'a Ledger, setting: &Setting) -> Result<&'a Path, Failure> {
    let out = asked.out.as_deref().ok_or_else(|| needed("--out", setting))?;
    files::each_once([asked.place.0.as_path(), out], setting.language)?;
    Ok(out)
}

fn needed(option: &str, setting: &Setting) -> Failure {
    let language = setting.language;
    Failure::new(say!(language, "还需 `{option}`", "`{option}` is needed, too"))
}

/// What accounts are called: a ledger can be without rules, and its accounts go by their codes then, as they do in English.
fn names(setting: &Setting) -> AccountNames {
    let plans = match setting.language {
        Language::Zh => files::plans(setting),
        Language::En => Vec::new(),
    };
    AccountNames::of(&plans.iter().collect::<Vec<&Plan>>(), setting.language)
}

/// The certificate of a claim, worked out anew.
fn certified(asked: &Ledger, setting: &Setting) -> Result<Report, Failure> {
    let (path, language) = (asked.place.0.as_path(), setting.language);
    let (claim, out) = (asked.what.as_deref().unwrap_or_default(), out(asked, setting)?);
    let catalog = match files::catalog(setting)? {
        Ok(catalog) => catalog,
        Err(wrong) => return Ok(super::check::refused(&wrong, setting)),
    };
    let mapping = match super::settle::mapping(asked.mapping.as_deref(), setting)? {
        Ok(mapping) => mapping,
        Err(wrong) => return Ok(super::check::refused(&wrong, setting)),
    };
    let certified = settle::certificate(path, claim, &catalog, &mapping, out, asked.force);
    let Certified { digest, kept, .. } = certified.map_err(|error| Failure::new(files::said(&error, language)))?;
    let results = match setting.format {
        Format::Json => print(&json!({ "digest": digest, "kept": kept, "written": out })),
        Format::Text if kept.is_some() => {
            say!(language, "凭证摘要 {digest}，与账本所存相同\n", "digest {digest}, as the ledger has kept it\n")
        }
        Format::Text => say!(language, "凭证摘要 {digest}\n", "digest {digest}\n"),
    };
    Ok(Report { results, ..Report::default() })
}

fn closed(closing: &Closing, out: &Path, setting: &Setting) -> String {
    let Closing { number, through, last, entries, previous, root } = closing;
    if setting.format == Format::Json {
        return print(&json!({
            "number": number, "through": through, "last": last, "entries": entries, "previous": previous, "root": root, "written": out,
        }));
    }
    let language = setting.language;
    let mut lines = Lines::default();
    let rows = [
        (Ink::Plain, pick(language, "结账次数", "Closing"), number.to_string()),
        (Ink::Plain, pick(language, "分录笔数", "Entries"), entries.to_string()),
    ];
    figures(&mut lines, &rows, setting.results);
    lines.line(&say!(language, "根  {root}", "root  {root}"));
    lines.blank();
    lines.line(&out.display().to_string());
    lines.into_text()
}

fn balanced(balances: &[Balance], names: &AccountNames, setting: &Setting) -> String {
    if setting.format == Format::Json {
        let row = |balance: &Balance| json!({ "account": balance.account, "balance": yuan(balance.fen) });
        return print(&balances.iter().map(row).collect::<Vec<_>>());
    }
    let language = setting.language;
    let sum: i128 = balances.iter().map(|balance| i128::from(balance.fen)).fold(0, i128::saturating_add);
    let row = |account: &str, fen| [clean(account), money::grouped(&yuan(fen))];
    let mut rows: Vec<_> = balances.iter().map(|balance| row(&names.title(&balance.account), balance.fen)).collect();
    rows.push(row(&say!(language, "合计", "in all"), i64::try_from(sum).unwrap_or(i64::MAX)));
    columns(&rows, 1)
}

/// Fen as yuan.
fn yuan(fen: i64) -> String {
    let (sign, size) = if fen < 0 { ("-", fen.unsigned_abs()) } else { ("", fen.unsigned_abs()) };
    format!("{sign}{}.{:02}", size.div_euclid(100), size.rem_euclid(100))
}
