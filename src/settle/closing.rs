//! Closings: the entries of a period in a file that can be checked without the ledger.

use std::io::Write;
use std::path::{Path, PathBuf};

use huzhu_ledger::{Cause, Chain, Closing, Entry, Fault, Ledger, Moved, Through};
use serde_json::{Value as Json, json};

use super::results::publish;
use super::said;
use crate::batch::files::fault::unreadable;
use crate::batch::refuse_to_lose;
use crate::disk::fs;
use crate::error::{Error, OrBug};
use crate::text::{Text, say};

/// How the first line of a closing says what it is.
const FORM: &str = "huzhu-closing/1";

/// Closes a ledger up to a day or an entry and writes the closing, a line for each entry under a first line with the root. What was closed so last, with nothing booked
/// since, is written again.
///
/// # Errors
/// [`Error::is_output`] if the ledger fails, the file cannot be written or is there and not to be overwritten; [`Error::is_input`] if there is nothing to close.
pub fn close(path: &Path, through: Through<'_>, out: &Path, is_forced: bool) -> Result<Closing, Error> {
    if !is_forced {
        refuse_to_lose([out.to_owned()].into_iter(), &[], out)?;
    }
    let mut ledger = super::open_ledger(path)?;
    let book = said(path, ledger.begin())?;
    let Some(closing) = said(path, book.close(through))? else {
        return Err(Error::input(say!("没有可结账的分录", "there are no entries to be closed")));
    };
    said(path, book.commit())?; // where the file is not written then, the same command writes it
    let bytes = said(path, bytes(&ledger, &closing))?.or_bug()?;
    publish(&[(out.to_owned(), bytes)])?;
    Ok(closing)
}

/// The lines of a closing; none if memory fails.
fn bytes(ledger: &Ledger, closing: &Closing) -> Result<Option<Vec<u8>>, Fault> {
    let mut bytes = Vec::new();
    let mut is_written = writeln!(bytes, "{}", head(closing)).is_ok();
    ledger.each_entry_of(closing, |entry| {
        is_written &= writeln!(bytes, "{}", line(&entry)).is_ok();
        Ok::<(), Fault>(())
    })?;
    Ok(is_written.then_some(bytes))
}

fn head(closing: &Closing) -> Json {
    let Closing { number, through, last, entries, previous, root } = closing;
    json!({ "closing": FORM, "number": number, "through": through, "last": last, "entries": entries, "previous": previous, "root": root })
}

fn line(Entry { entry, valid_on, reverses, cause, transfers }: &Entry) -> Json {
    let transfers: Vec<Json> =
        transfers.iter().map(|Moved { debit, credit, fen }| json!([debit, credit, fen])).collect();
    match cause {
        Cause::Decided { claim, owner, plan, version, fingerprint, outcome, digest, certificate } => json!({
            "entry": entry, "valid_on": valid_on, "reverses": reverses, "cause": "decided", "claim": claim, "owner": owner, "plan": plan,
            "version": version, "fingerprint": fingerprint, "outcome": outcome, "digest": digest, "certificate": certificate, "transfers": transfers,
        }),
        Cause::Paid { reference, owner, state, digest } => json!({
            "entry": entry, "valid_on": valid_on, "reverses": reverses, "cause": "paid", "reference": reference, "owner": owner, "state": state,
            "digest": digest, "transfers": transfers,
        }),
    }
}

/// What of a file of a closing is not as the ledger has it, or not as its own root says.
///
/// # Errors
/// [`Error::is_input`] if the file cannot be read or is no closing; [`Error::is_output`] if the ledger fails.
fn check_closing(path: &Path, ledger: &Ledger, file: &Path) -> Result<Vec<Text>, Error> {
    let name = file.display();
    let text = fs::read(file).map_err(|fault| unreadable(file, &fault))?;
    let text = String::from_utf8_lossy(&text);
    let mut lines = text.split_inclusive('\n');
    let first: Option<Json> = lines.next().and_then(|line| serde_json::from_str(line).ok());
    let Some(first) = first.filter(|first| first.get("closing").and_then(Json::as_str) == Some(FORM)) else {
        return Err(Error::input(say!("`{name}` 不是结账文件", "`{name}` is no file of a closing")));
    };
    let mut wrong = Vec::new();
    let number = first.get("number").and_then(Json::as_i64).unwrap_or_default();
    let closings = said(path, ledger.closings())?;
    match closings.iter().find(|closing| closing.number == number) {
        None => wrong.push(say!(
            "账本中没有 `{name}` 所写的第 {number} 次结账",
            "`{name}` is of closing {number}, which the ledger has not"
        )),
        Some(closing) if head(closing) != first => wrong.push(say!(
            "`{name}` 所写的第 {number} 次结账与账本不同",
            "what `{name}` says of closing {number} is not what the ledger has"
        )),
        Some(_) => {}
    }
    let said_of = |key: &str| first.get(key).and_then(Json::as_str).unwrap_or_default();
    let last = first.get("last").and_then(Json::as_i64).unwrap_or_default();
    let mut chain = Chain::begin(said_of("previous"), number, said_of("through"), last);
    let mut entries = 0_i64;
    for line in lines {
        let entry = line.ends_with('\n').then(|| of_line(line)).flatten();
        let Some(entry) = entry else {
            let row = entries.saturating_add(2);
            wrong.push(say!("`{name}` 第 {row} 行不是一笔分录", "line {row} of `{name}` is no entry"));
            return Ok(wrong);
        };
        chain.add(&entry.digest());
        entries = entries.saturating_add(1);
    }
    if chain.root() != said_of("root") || Some(entries) != first.get("entries").and_then(Json::as_i64) {
        wrong.push(say!("`{name}` 的分录与其根不符", "the entries of `{name}` are not those of its root"));
    }
    Ok(wrong)
}

/// The entry of a line that is written as one is.
fn of_line(text: &str) -> Option<Entry> {
    let said: Json = serde_json::from_str(text).ok()?;
    let text_of = |key: &str| said.get(key)?.as_str().map(str::to_owned);
    let moved = |moved: &Json| {
        let [debit, credit, fen] = moved.as_array()?.as_slice() else { return None };
        Some(Moved { debit: debit.as_str()?.to_owned(), credit: credit.as_str()?.to_owned(), fen: fen.as_i64()? })
    };
    let cause = match said.get("cause")?.as_str()? {
        "decided" => Cause::Decided {
            claim: text_of("claim")?,
            owner: text_of("owner")?,
            plan: text_of("plan")?,
            version: text_of("version")?,
            fingerprint: text_of("fingerprint")?,
            outcome: text_of("outcome")?,
            digest: text_of("digest")?,
            certificate: text_of("certificate"),
        },
        "paid" => Cause::Paid {
            reference: text_of("reference")?,
            owner: text_of("owner")?,
            state: text_of("state")?,
            digest: text_of("digest")?,
        },
        _ => return None,
    };
    let entry = Entry {
        entry: said.get("entry")?.as_i64()?,
        valid_on: text_of("valid_on")?,
        reverses: said.get("reverses")?.as_i64(),
        cause,
        transfers: said.get("transfers")?.as_array()?.iter().map(moved).collect::<Option<_>>()?,
    };
    // Whatever else stands in the line is not covered by the root.
    (line(&entry) == said).then_some(entry)
}

/// Whether every one of some files of closings is as the ledger has it.
///
/// # Errors
/// [`Error::is_input`] if a file cannot be read or is no closing; [`Error::is_output`] if the ledger fails.
pub fn check_closings(path: &Path, ledger: &Ledger, files: &[PathBuf]) -> Result<Vec<Text>, Error> {
    let checked = files.iter().map(|file| check_closing(path, ledger, file));
    Ok(checked.collect::<Result<Vec<_>, _>>()?.concat())
}
