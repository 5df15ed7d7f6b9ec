//! What was booked for a member, line by line, and what became of the payments.

use huzhu::settle::{AccountNames, Payment, Posted, State, payment_state};
use huzhu::{Decision, Language, money};
use serde_json::json;

use super::yuan;
use crate::cli::check::json as print;
use crate::cli::layout::{Ink, Lines, clean, columns};
use crate::cli::options::{Format, Setting};
use crate::cli::words::{pick, say};

/// A line of the statement; the last two cells are amounts.
type Line = [String; 6];

pub(super) fn stated(
    member: &str,
    posted: &[Posted],
    payments: &[Payment],
    names: &AccountNames,
    setting: &Setting,
) -> String {
    let payments: Vec<&Payment> = payments.iter().filter(|payment| payment.owner == member).collect();
    match setting.format {
        Format::Json => in_json(posted, &payments),
        Format::Text => in_words(member, posted, &payments, names, setting),
    }
}

fn in_json(posted: &[Posted], payments: &[&Payment]) -> String {
    let row = |posted: &Posted| {
        let (claim, payment) = if posted.is_payment { (None, Some(&posted.of)) } else { (Some(&posted.of), None) };
        json!({
            "entry": posted.entry, "valid_on": posted.valid_on, "claim": claim, "payment": payment, "decision": posted.outcome,
            "account": posted.other, "due": yuan(posted.fen.saturating_neg()), "reverses": posted.reverses,
        })
    };
    let paid = |payment: &&Payment| {
        json!({
            "reference": payment.reference, "run": payment.run, "amount": yuan(payment.fen), "state": payment.state.name(),
            "valid_on": payment.valid_on, "reason": payment.reason,
        })
    };
    print(
        &json!({ "entries": posted.iter().map(row).collect::<Vec<_>>(), "payments": payments.iter().map(paid).collect::<Vec<_>>() }),
    )
}

fn in_words(member: &str, posted: &[Posted], payments: &[&Payment], names: &AccountNames, setting: &Setting) -> String {
    let (language, look) = (setting.language, setting.results);
    let titles: [&str; 6] = match language {
        Language::Zh => ["编号", "日期", "事由", "账户", "金额（元）", "应付（元）"],
        Language::En => ["entry", "day", "what for", "account", "yuan", "due then"],
    };
    let mut due = 0_i64;
    let mut rows: Vec<Line> = vec![titles.map(str::to_owned)];
    for posted in posted {
        // What is due to the member stands on the credit side.
        let amount = posted.fen.saturating_neg();
        due = due.saturating_add(amount);
        let cells = [posted.entry.to_string(), posted.valid_on.clone(), what_for(posted, language)];
        let [entry, day, what] = cells.map(|cell| clean(&cell));
        let amounts = [amount, due].map(|fen| money::grouped(&yuan(fen)));
        let [amount, due] = amounts;
        rows.push([entry, day, what, clean(&names.short_title(&posted.other)), amount, due]);
    }
    let mut lines = Lines::default();
    lines.line(&look.paint(Ink::Strong, &clean(&say!(language, "会员 {member}", "member {member}"))));
    lines.line(columns(&rows, 4).trim_end());
    if !payments.is_empty() {
        lines.blank();
        lines.line(&look.paint(Ink::Strong, pick(language, "付款", "Payments")));
        for payment in payments {
            let Payment { reference, valid_on, state, reason, fen, .. } = payment;
            let state = payment_state(*state, language);
            let amount = money::grouped(&yuan(*fen));
            lines.line(clean(&format!("  {reference}  {valid_on}  {state}  {amount}  {reason}")).trim_end());
        }
    }
    lines.blank();
    let total = money::grouped(&yuan(i64::try_from(due.unsigned_abs()).unwrap_or(i64::MAX)));
    lines.line(&if due < 0 {
        say!(language, "应追回（元）  {total}", "to be recovered (yuan)  {total}")
    } else {
        say!(language, "应付合计（元）  {total}", "due in all (yuan)  {total}")
    });
    lines.into_text()
}

/// Why an entry was made.
fn what_for(posted: &Posted, language: Language) -> String {
    let Posted { of, outcome, reverses, .. } = posted;
    let became = if posted.is_payment {
        State::named(outcome).map(|state| payment_state(state, language))
    } else {
        let decision = Decision::ALL.into_iter().find(|decision| decision.name() == outcome);
        decision.map(|decision| decision.title(language).to_lowercase())
    };
    let became = became.unwrap_or_else(|| outcome.clone());
    let what = if posted.is_payment {
        say!(language, "付款 {of} {became}", "payment {of} {became}")
    } else {
        say!(language, "理赔 {of} {became}", "claim {of} {became}")
    };
    let reversal = reverses.map(|of| say!(language, "（冲销第 {of} 笔）", " (takes back {of})"));
    what + &reversal.unwrap_or_default()
}
