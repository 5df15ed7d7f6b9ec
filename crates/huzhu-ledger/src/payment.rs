//! What is due is paid: sent, then confirmed or returned, each by a row and an entry of its own.

use rusqlite::{Row, params};

use crate::book::{Book, Of, payable};
use crate::digest::digest;
use crate::fault::Fault;
use crate::ledger::Ledger;

/// Money that was sent and not confirmed.
pub(crate) const TRANSIT: &str = "transit";
/// Money.
pub(crate) const CASH: &str = "cash";
/// So much of a digest is in a reference.
const DIGITS: usize = 8;

/// What became of a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// It was given to the bank.
    Sent,
    /// It has arrived.
    Confirmed,
    /// It came back, and is due again.
    Returned,
}

/// A payment, and what became of it last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// What it is called by, outside too; no other payment is called so.
    pub reference: String,
    /// The run that it was sent in.
    pub run: i64,
    /// To whom.
    pub owner: String,
    /// How much; more than nothing.
    pub fen: i64,
    /// What became of it.
    pub state: State,
    /// The day of that.
    pub valid_on: String,
    /// Why, if somebody said it.
    pub reason: String,
}

/// What is said of a payment that was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer<'a> {
    /// What the payment is called by.
    pub reference: &'a str,
    /// How much was paid; nothing is compared where it is not said.
    pub fen: Option<i64>,
    /// [`State::Confirmed`] or [`State::Returned`].
    pub state: State,
    /// The day, as year, month and day.
    pub valid_on: &'a str,
    /// Why, or nothing.
    pub reason: &'a str,
}

/// What became of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answered {
    /// It is booked.
    Booked(Payment),
    /// It was said before.
    Known,
    /// No payment is called so.
    Unknown,
    /// Another amount was sent.
    OtherAmount {
        /// The one that was sent.
        sent: i64,
    },
    /// The payment was returned before, and is over.
    Over,
}

impl State {
    /// How it is written.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            State::Sent => "sent",
            State::Confirmed => "confirmed",
            State::Returned => "returned",
        }
    }

    /// The one that is written so.
    #[must_use]
    pub fn named(name: &str) -> Option<State> {
        [State::Sent, State::Confirmed, State::Returned].into_iter().find(|state| state.name() == name)
    }
}

impl Payment {
    fn digest(&self) -> String {
        let (run, fen) = (self.run.to_string(), self.fen.to_string());
        digest(&[&self.reference, self.state.name(), &run, &self.owner, &fen, &self.valid_on, &self.reason])
    }
}

impl Book<'_> {
    /// Sends whatever is due to anybody, a payment for each owner, as one run. Who has nothing to get, or owes, is sent nothing; where nobody has anything to get there is
    /// no run.
    ///
    /// # Errors
    /// If the database fails.
    pub fn pay(&self, valid_on: &str) -> Result<Vec<Payment>, Fault> {
        let run: i64 = self.one("SELECT COALESCE(MAX(run), 0) + 1 FROM payment", [])?.unwrap_or(1);
        let mut payments = Vec::new();
        for (number, (owner, fen)) in self.due()?.into_iter().enumerate() {
            let number = number.checked_add(1).ok_or(Fault::TooLarge)?;
            // Of a ledger that was put back to an earlier day and paid again, the bank has seen what is the same, and has not what is other.
            let drawn: String = digest(&[&run.to_string(), &owner, &fen.to_string()]).chars().take(DIGITS).collect();
            let reference = format!("P{run}-{number}-{drawn}");
            let (valid_on, reason) = (valid_on.to_owned(), String::new());
            let payment = Payment { reference, run, owner, fen, state: State::Sent, valid_on, reason };
            self.keep(&payment)?;
            let moved = (payable(&payment.owner), TRANSIT.to_owned(), fen);
            self.enter(Of::Payment, None, &payment.valid_on, [moved])?;
            payments.push(payment);
        }
        Ok(payments)
    }

    /// Books what is said of a payment: one that is confirmed is paid, and one that is returned is due again, by the mirrors of what was entered for it.
    ///
    /// # Errors
    /// If the database fails.
    pub fn answer(&self, answer: &Answer<'_>) -> Result<Answered, Fault> {
        let mut states = self.states(answer.reference)?;
        let Some(sent) = states.iter().find(|payment| payment.state == State::Sent).cloned() else {
            return Ok(Answered::Unknown);
        };
        if answer.fen.is_some_and(|fen| fen != sent.fen) {
            return Ok(Answered::OtherAmount { sent: sent.fen });
        }
        if states.iter().any(|payment| payment.state == answer.state) {
            return Ok(Answered::Known);
        }
        if states.iter().any(|payment| payment.state == State::Returned) {
            return Ok(Answered::Over);
        }
        let (valid_on, reason) = (answer.valid_on.to_owned(), answer.reason.to_owned());
        let payment = Payment { state: answer.state, valid_on, reason, ..sent };
        self.keep(&payment)?;
        match answer.state {
            State::Sent => {}
            State::Confirmed => {
                let moved = (TRANSIT.to_owned(), CASH.to_owned(), payment.fen);
                self.enter(Of::Payment, None, answer.valid_on, [moved])?;
            }
            State::Returned => {
                states.sort_by_key(|payment| std::cmp::Reverse(payment.state));
                for state in states {
                    self.take_back(&state, answer.valid_on)?;
                }
            }
        }
        Ok(Answered::Booked(payment))
    }

    /// Owners to whom something is due, and how much.
    fn due(&self) -> Result<Vec<(String, i64)>, Fault> {
        let (from, to) = (payable(""), "payable;"); // the texts that begin with the first
        let mut statement = self.transaction.prepare_cached(
            "SELECT SUBSTR(account, LENGTH($1) + 1), CAST(-SUM(fen) AS BIGINT) FROM line
             WHERE account >= $1 AND account < $2 GROUP BY account HAVING SUM(fen) < 0 ORDER BY account",
        )?;
        let rows = statement.query_map([&*from, to], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn states(&self, reference: &str) -> Result<Vec<Payment>, Fault> {
        let query = format!("SELECT {COLUMNS} FROM payment WHERE reference = $1 ORDER BY seq");
        let mut statement = self.transaction.prepare_cached(&query)?;
        let rows = statement.query_map([reference], of_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn keep(&self, payment: &Payment) -> Result<(), Fault> {
        let Payment { reference, run, owner, fen, state, valid_on, reason } = payment;
        self.write(
            "INSERT INTO payment (seq, reference, state, run, owner, fen, valid_on, reason, digest)
             SELECT COALESCE(MAX(seq), 0) + 1, $1, $2, $3, $4, $5, $6, $7, $8 FROM payment",
            params![reference, state.name(), run, owner, fen, valid_on, reason, payment.digest()],
        )
    }

    /// Takes back what was entered when a payment came to a state.
    fn take_back(&self, payment: &Payment, valid_on: &str) -> Result<(), Fault> {
        let entry: Option<i64> = self.one(
            "SELECT entry.seq FROM entry JOIN payment ON payment.seq = entry.payment WHERE payment.reference = $1 AND payment.state = $2",
            params![payment.reference, payment.state.name()],
        )?;
        let Some(entry) = entry else { return Ok(()) };
        let mirror = self.moved(entry)?.into_iter().map(|(debit, credit, fen)| (credit, debit, fen));
        self.enter(Of::Payment, Some(entry), valid_on, mirror)
    }
}

impl Ledger {
    /// The payments of a run, or of all, in the order in which they were sent, each with what became of it last.
    ///
    /// # Errors
    /// If the database fails.
    pub fn payments(&self, run: Option<i64>) -> Result<Vec<Payment>, Fault> {
        // A returned payment may have been confirmed before, and no payment is confirmed after.
        let query = format!(
            "SELECT {COLUMNS} FROM payment JOIN (SELECT reference AS of, MIN(seq) AS first, MAX(seq) AS newest FROM payment GROUP BY reference) ON seq = newest
             WHERE $1 IS NULL OR run = $1 ORDER BY first"
        );
        let mut statement = self.connection.prepare(&query)?;
        let rows = statement.query_map([run], of_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The payments of a run as they were sent.
    ///
    /// # Errors
    /// If the database fails.
    pub fn sent(&self, run: i64) -> Result<Vec<Payment>, Fault> {
        let query = format!("SELECT {COLUMNS} FROM payment WHERE run = $1 AND state = 'sent' ORDER BY seq");
        let mut statement = self.connection.prepare(&query)?;
        let rows = statement.query_map([run], of_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The number of the last run of payments; 0 before the first.
    ///
    /// # Errors
    /// If the database fails.
    pub fn last_run(&self) -> Result<i64, Fault> {
        Ok(self.connection.query_row("SELECT COALESCE(MAX(run), 0) FROM payment", [], |row| row.get(0))?)
    }
}

/// As [`of_row`] reads them.
const COLUMNS: &str = "reference, state, run, owner, fen, valid_on, reason";

fn of_row(row: &Row<'_>) -> Result<Payment, rusqlite::Error> {
    let state: String = row.get(1)?;
    let state = State::named(&state).ok_or(rusqlite::Error::InvalidQuery)?;
    Ok(Payment {
        reference: row.get(0)?,
        state,
        run: row.get(2)?,
        owner: row.get(3)?,
        fen: row.get(4)?,
        valid_on: row.get(5)?,
        reason: row.get(6)?,
    })
}
