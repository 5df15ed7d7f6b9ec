//! The entries of a ledger as a table, for people.

use std::path::Path;
use std::sync::Arc;

use arrow_array::{ArrayRef, Decimal128Array, RecordBatch, StringArray, UInt64Array};
use huzhu_ledger::{Cause, Entry, Fault, Moved};

use super::accounts::AccountNames;
use super::results::{publish, table};
use super::{said, styled};
use crate::batch::refuse_to_lose;
use crate::error::{Error, OrBug};
use crate::text::Language;

/// A line of an entry.
struct Line {
    entry: i64,
    day: String,
    account: String,
    /// Debits less credits.
    fen: i64,
    member: String,
    /// The claim with plan, version and decision; or nothing.
    claim: [String; 4],
    /// The payment with what became of it; or nothing.
    payment: [String; 2],
    reverses: Option<i64>,
}

/// Writes two lines for each amount of each entry, as a table; gives how many. All of it is written, or nothing.
///
/// # Errors
/// [`Error::is_output`] if the ledger cannot be read or the file not be written, or is there already and is not to be overwritten.
pub fn export(
    ledger: &Path,
    out: &Path,
    names: &AccountNames,
    language: Language,
    is_forced: bool,
) -> Result<usize, Error> {
    if !is_forced {
        refuse_to_lose([out.to_owned()].into_iter(), &[], out)?;
    }
    let mut lines = Vec::new();
    let take = |entry: Entry| {
        for moved in &entry.transfers {
            lines.extend(both(&entry, moved));
        }
        Ok::<(), Fault>(())
    };
    said(ledger, super::open_ledger(ledger)?.each_entry(take))?;
    let bytes = styled(out, &rows(&lines, names)?, language)?;
    publish(&[(out.to_owned(), bytes)])?;
    Ok(lines.len())
}

fn both(entry: &Entry, Moved { debit, credit, fen }: &Moved) -> [Line; 2] {
    let (member, claim, payment) = match entry.cause.clone() {
        Cause::Decided { claim, owner, plan, version, outcome, .. } => {
            (owner, [claim, plan, version, outcome], [String::new(), String::new()])
        }
        Cause::Paid { reference, owner, state, .. } => (owner, Default::default(), [reference, state]),
    };
    [(debit, *fen), (credit, fen.saturating_neg())].map(|(account, fen)| Line {
        entry: entry.entry,
        day: entry.valid_on.clone(),
        account: account.clone(),
        fen,
        member: member.clone(),
        claim: claim.clone(),
        payment: payment.clone(),
        reverses: entry.reverses,
    })
}

fn rows(lines: &[Line], names: &AccountNames) -> Result<RecordBatch, Error> {
    let text = |of: &dyn Fn(&Line) -> String| -> ArrayRef {
        Arc::new(lines.iter().map(|line| Some(of(line))).collect::<StringArray>())
    };
    let amount = |of: &dyn Fn(i64) -> bool| -> Result<ArrayRef, Error> {
        let fen =
            lines.iter().map(|line| Some(line.fen).filter(|fen| of(*fen)).map(|fen| i128::from(fen.unsigned_abs())));
        Ok(Arc::new(fen.collect::<Decimal128Array>().with_precision_and_scale(18, 2).ok().or_bug()?))
    };
    let number = |number: i64| u64::try_from(number).ok();
    let entries: ArrayRef = Arc::new(lines.iter().map(|line| number(line.entry)).collect::<UInt64Array>());
    let reverses: UInt64Array = lines.iter().map(|line| line.reverses.and_then(number)).collect();
    let of_claim = |line: &Line, place: usize| line.claim.get(place).cloned().unwrap_or_default();
    let of_payment = |line: &Line, place: usize| line.payment.get(place).cloned().unwrap_or_default();
    table([
        ("entry", entries),
        ("day", text(&|line| line.day.clone())),
        ("account", text(&|line| line.account.clone())),
        ("account_name", text(&|line| names.title(&line.account))),
        ("debit", amount(&|fen| fen > 0)?),
        ("credit", amount(&|fen| fen < 0)?),
        ("member_id", text(&|line| line.member.clone())),
        ("claim_id", text(&|line| of_claim(line, 0))),
        ("plan", text(&|line| of_claim(line, 1))),
        ("plan_version", text(&|line| of_claim(line, 2))),
        ("decision", text(&|line| of_claim(line, 3))),
        ("reference", text(&|line| of_payment(line, 0))),
        ("state", text(&|line| of_payment(line, 1))),
        ("takes_back", Arc::new(reverses)),
    ])
}
