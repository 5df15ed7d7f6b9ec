//! Payouts ready to be paid, and what the bank says of them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::{ArrayRef, Decimal128Array, RecordBatch, StringArray, UInt64Array};
use huzhu_ledger::{Answer, Answered, Payment, State};
use rust_decimal::Decimal;

use super::feed::each_row;
use super::results::{publish, table, yuan};
use super::{open_ledger, said, styled};
use crate::batch::{Intake, refuse_to_lose};
use crate::error::{Error, OrBug};
use crate::money;
use crate::text::{Language, Text, say};

/// Which payments are written, and where.
#[derive(Debug, Clone)]
pub struct Paying {
    out: PathBuf,
    on: Option<String>,
    run: Option<i64>,
    language: Language,
    is_forced: bool,
}

impl Paying {
    /// All that is due, into this file (`.csv`, `.xlsx`, `.jsonl` or `.parquet`).
    #[must_use]
    pub fn new(out: &Path) -> Paying {
        Paying { out: out.to_owned(), on: None, run: None, language: Language::En, is_forced: false }
    }

    /// Booked for this day (year, month and day); else for the last one that anything is booked for.
    #[must_use]
    pub fn on(self, day: &str) -> Paying {
        Paying { on: Some(day.to_owned()), ..self }
    }

    /// The payments of an earlier run again; nothing is booked.
    #[must_use]
    pub fn run(self, run: i64) -> Paying {
        Paying { run: Some(run), ..self }
    }

    /// The language of what is written for people.
    #[must_use]
    pub fn language(self, language: Language) -> Paying {
        Paying { language, ..self }
    }

    /// A file that is there is replaced.
    #[must_use]
    pub fn force(self) -> Paying {
        Paying { is_forced: true, ..self }
    }
}

/// What a run of payments came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Paid {
    /// The number of the run; 0 if there was nothing to be sent, and no file was written.
    pub run: i64,
    /// How many payments.
    pub payments: usize,
    /// What they come to.
    pub sum: Decimal,
    /// The last run before, if nothing was sent.
    pub last_run: i64,
}

/// Sends all that is due to members as one run: a payment for each, booked as sent, in a file whose every row says how many there are and what they come to.
/// Who has nothing to get is sent nothing, and so nobody is twice.
///
/// # Errors
/// [`Error::is_output`] if the ledger fails, the file cannot be written or is there and not to be overwritten; [`Error::is_input`] if there is no such run. Nothing is
/// booked then, but where the file alone cannot be written its run can be written again.
pub fn pay(path: &Path, paying: &Paying) -> Result<Paid, Error> {
    if !paying.is_forced {
        refuse_to_lose([paying.out.clone()].into_iter(), &[], &paying.out)?;
    }
    let mut ledger = open_ledger(path)?;
    let write = |payments: &[Payment]| -> Result<(Vec<u8>, Decimal), Error> {
        let sum = payments.iter().try_fold(0_i64, |sum, payment| sum.checked_add(payment.fen)).or_bug()?;
        Ok((styled(&paying.out, &rows(payments)?, paying.language)?, yuan(sum)?))
    };
    if let Some(run) = paying.run {
        let payments = said(path, ledger.sent(run))?;
        if payments.is_empty() {
            return Err(Error::input(say!("没有第 {run} 批付款", "there is no run {run} of payments")));
        }
        let (bytes, sum) = write(&payments)?;
        publish(&[(paying.out.clone(), bytes)])?;
        return Ok(Paid { run, payments: payments.len(), sum, last_run: 0 });
    }
    let last_run = said(path, ledger.last_run())?;
    let newest = said(path, ledger.newest_day())?;
    let Some(day) = paying.on.clone().or(newest) else { return Ok(Paid::default()) };
    let book = said(path, ledger.begin())?;
    let payments = said(path, book.pay(&day))?;
    let Some(run) = payments.first().map(|payment| payment.run) else {
        return Ok(Paid { last_run, ..Paid::default() });
    };
    let (bytes, sum) = write(&payments)?;
    said(path, book.commit())?;
    publish(&[(paying.out.clone(), bytes)])?;
    Ok(Paid { run, payments: payments.len(), sum, last_run: 0 })
}

fn rows(payments: &[Payment]) -> Result<RecordBatch, Error> {
    let text = |of: &dyn Fn(&Payment) -> &str| -> ArrayRef {
        Arc::new(payments.iter().map(|payment| Some(of(payment))).collect::<StringArray>())
    };
    let number = |of: &dyn Fn(&Payment) -> i64| -> ArrayRef {
        Arc::new(payments.iter().map(|payment| u64::try_from(of(payment)).ok()).collect::<UInt64Array>())
    };
    let amount = |of: &dyn Fn(&Payment) -> i64| -> Result<ArrayRef, Error> {
        let fen = payments.iter().map(|payment| Some(i128::from(of(payment))));
        Ok(Arc::new(fen.collect::<Decimal128Array>().with_precision_and_scale(18, 2).ok().or_bug()?))
    };
    let count = i64::try_from(payments.len()).ok().or_bug()?;
    let sum = payments.iter().try_fold(0_i64, |sum, payment| sum.checked_add(payment.fen)).or_bug()?;
    table([
        ("reference", text(&|payment| &payment.reference)),
        ("member_id", text(&|payment| &payment.owner)),
        ("amount", amount(&|payment| payment.fen)?),
        ("day", text(&|payment| &payment.valid_on)),
        ("run", number(&|payment| payment.run)),
        ("payments", number(&|_| count)),
        ("control_sum", amount(&|_| sum)?),
    ])
}

/// What the bank's answers came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Confirmed {
    /// Payments that are confirmed now.
    pub confirmed: u64,
    /// Payments that are returned now, and due again.
    pub returned: u64,
    /// Rows that say what is known.
    pub known: u64,
    /// What is wrong, each with its row; nothing is booked then.
    pub wrong: Vec<(u64, Text)>,
}

/// What a row says of a payment.
struct Said {
    row: u64,
    reference: String,
    fen: Option<i64>,
    state: State,
    reason: String,
}

/// A file of answers.
#[derive(Default)]
struct Answers {
    said: Vec<Said>,
    wrong: Vec<(u64, Text)>,
    /// Whether any row says what became of its payment; else it is the file that was sent, and all of it arrived.
    has_states: bool,
    /// How many payments there should be, and what they should come to.
    control: Option<(String, String)>,
}

/// Books what the bank says of payments: a table with the `reference` of each, and the `amount`, the `state` (`confirmed`, `returned`) and the `reason` where they are
/// given. Without states all are confirmed, so that the file that was sent can be given back. All of it is booked, or nothing.
///
/// # Errors
/// [`Error::is_input`] and [`Error::is_columns`] of a file that cannot be read, [`Error::is_output`] if the ledger fails.
pub fn confirm(path: &Path, file: &Path, on: Option<&str>) -> Result<Confirmed, Error> {
    let answers = answers(file)?;
    let mut confirmed = Confirmed { wrong: answers.wrong, ..Confirmed::default() };
    let mut ledger = open_ledger(path)?;
    let newest = said(path, ledger.newest_day())?;
    let day = on.map(str::to_owned).or(newest).unwrap_or_default();
    let book = said(path, ledger.begin())?;
    for Said { row, reference, fen, state, reason } in &answers.said {
        let answer = Answer { reference, fen: *fen, state: *state, valid_on: &day, reason };
        let why = match said(path, book.answer(&answer))? {
            Answered::Booked(_) if *state == State::Returned => {
                confirmed.returned = confirmed.returned.saturating_add(1);
                continue;
            }
            Answered::Booked(_) => {
                confirmed.confirmed = confirmed.confirmed.saturating_add(1);
                continue;
            }
            Answered::Known => {
                confirmed.known = confirmed.known.saturating_add(1);
                continue;
            }
            Answered::Unknown => say!("账本中没有付款编号 `{reference}`", "there is no payment `{reference}`"),
            Answered::OtherAmount { sent } => {
                let sent = money::print(yuan(sent)?);
                say!(
                    "付款 `{reference}` 送出的是 {sent} 元，与文件所写的金额不同",
                    "{sent} yuan were sent as `{reference}`, another amount"
                )
            }
            Answered::Over => say!("付款 `{reference}` 先前已退回", "the payment `{reference}` was returned before"),
        };
        confirmed.wrong.push((*row, why));
    }
    if !confirmed.wrong.is_empty() {
        confirmed.wrong.sort();
        return Ok(Confirmed { wrong: confirmed.wrong, ..Confirmed::default() });
    }
    said(path, book.commit())?;
    Ok(confirmed)
}

/// The columns of an answer, by what else they are called.
const COLUMNS: [(&str, &[&str]); 6] = [
    ("reference", &["付款编号"]),
    ("amount", &["金额（元）", "金额", "amount (yuan)"]),
    ("state", &["状态"]),
    ("reason", &["原因", "退回原因"]),
    ("payments", &["本批笔数", "payments of the run"]),
    ("control_sum", &["本批合计（元）", "sum of the run (yuan)"]),
];

fn column(called: &str) -> Option<&'static str> {
    let is_called = |(name, others): &&(&str, &[&str])| *name == called || others.contains(&called);
    COLUMNS.iter().find(is_called).map(|(name, _)| *name)
}

fn answers(file: &Path) -> Result<Answers, Error> {
    let mut answers = Answers::default();
    each_row(&Intake::default(), file, &|called| column(called.trim()).is_some(), &mut |row, fields| {
        match fields {
            Ok(fields) => answers.add(row, &fields),
            Err((_, broken)) => answers.wrong.push((row, broken.why)),
        }
        Ok(())
    })?;
    answers.check_control();
    Ok(answers)
}

impl Answers {
    fn add(&mut self, row: u64, fields: &[(String, String)]) {
        let named = |name: &str| {
            let own = fields.iter().find(|(called, _)| column(called.trim()) == Some(name));
            own.map(|(_, value)| value.trim().to_owned()).filter(|value| !value.is_empty())
        };
        let Some(reference) = named("reference") else {
            self.wrong.push((row, say!("没有付款编号（`reference`）", "there is no `reference` of a payment")));
            return;
        };
        let said = named("state");
        self.has_states |= said.is_some();
        let state = match said.as_deref() {
            None | Some("confirmed" | "已到账" | "到账" | "成功") => State::Confirmed,
            Some("returned" | "已退回" | "退回" | "失败") => State::Returned,
            Some(other) => {
                self.wrong.push((
                    row,
                    say!(
                        "状态不能是 `{other}`；可写 `confirmed`（到账）或 `returned`（退回）",
                        "no state is named `{other}`; it can be `confirmed` or `returned`"
                    ),
                ));
                return;
            }
        };
        let fen = match named("amount").map(|amount| fen_of(&amount).ok_or(amount)) {
            Some(Err(amount)) => {
                self.wrong.push((row, say!("`{amount}` 不是金额", "`{amount}` is no amount")));
                return;
            }
            Some(Ok(fen)) => Some(fen),
            None => None,
        };
        self.control = self.control.take().or_else(|| Some((named("payments")?, named("control_sum")?)));
        let reason = named("reason").unwrap_or_default();
        self.said.push(Said { row, reference, fen, state, reason });
    }

    /// The file that was sent, given back, says itself whether all of it is there.
    fn check_control(&mut self) {
        let Some((count, sum)) = self.control.as_ref().filter(|_| !self.has_states && self.wrong.is_empty()) else {
            return;
        };
        let found = self.said.iter().try_fold(0_i64, |sum, said| sum.checked_add(said.fen?));
        if *count != self.said.len().to_string() || found.is_none() || found != fen_of(sum) {
            let rows = self.said.len();
            let why = say!(
                "文件应有 {count} 笔、合计 {sum} 元，读到 {rows} 笔；没有写明各笔状态的，须是送出的整个文件",
                "there should be payments {count} of {sum} yuan in all, and {rows} were read: without states it is the whole file that was sent"
            );
            self.wrong.push((0, why));
        }
    }
}

/// Yuan as fen.
fn fen_of(amount: &str) -> Option<i64> {
    let (whole, part) = amount.split_once('.').unwrap_or((amount, ""));
    let is_digits = |text: &str| text.bytes().all(|digit| digit.is_ascii_digit());
    if whole.is_empty() || !is_digits(whole) || !is_digits(part) || part.len() > 2 {
        return None;
    }
    format!("{whole}{part:0<2}").parse().ok()
}
