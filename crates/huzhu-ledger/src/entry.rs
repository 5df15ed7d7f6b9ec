//! Entries as they are recorded, one after the other, with all that they rest on.

use rusqlite::Connection;

use crate::digest::digest;
use crate::fault::Fault;
use crate::ledger::Ledger;

/// An entry, and what it moves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its number, in the order in which entries were recorded.
    pub entry: i64,
    /// The day that it is booked for.
    pub valid_on: String,
    /// The entry that this one takes back.
    pub reverses: Option<i64>,
    /// What it was made for.
    pub cause: Cause,
    /// From which account to which, and how much.
    pub transfers: Vec<Moved>,
}

/// What an entry was made for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// A claim was decided.
    Decided {
        /// The claim.
        claim: String,
        /// To whom the amount is due.
        owner: String,
        /// The plan.
        plan: String,
        /// Its version.
        version: String,
        /// What stands for the text of the version.
        fingerprint: String,
        /// What was decided, in a word.
        outcome: String,
        /// What stands for the decision.
        digest: String,
        /// What stands for the certificate of it, if one was made.
        certificate: Option<String>,
    },
    /// A payment was sent, confirmed or returned.
    Paid {
        /// The payment.
        reference: String,
        /// To whom.
        owner: String,
        /// What became of it, in a word.
        state: String,
        /// What stands for that.
        digest: String,
    },
}

/// An amount that went from one account to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// The account that got it.
    pub debit: String,
    /// The account that gave it.
    pub credit: String,
    /// How much, always more than nothing.
    pub fen: i64,
}

impl Entry {
    /// What stands for the entry in a closing.
    #[must_use]
    pub fn digest(&self) -> String {
        let mut texts = vec![self.entry.to_string(), self.valid_on.clone()];
        texts.push(self.reverses.map(|entry| entry.to_string()).unwrap_or_default());
        match &self.cause {
            Cause::Decided { claim, owner, plan, version, fingerprint, outcome, digest, certificate } => {
                let certificate = certificate.clone().unwrap_or_default();
                let said = ["decided", claim, owner, plan, version, fingerprint, outcome, digest, &certificate];
                texts.extend(said.map(str::to_owned));
            }
            Cause::Paid { reference, owner, state, digest } => {
                texts.extend(["paid", reference, owner, state, digest].map(str::to_owned));
            }
        }
        for Moved { debit, credit, fen } in &self.transfers {
            texts.extend([debit.clone(), credit.clone(), fen.to_string()]);
        }
        digest(&texts.iter().map(String::as_str).collect::<Vec<_>>())
    }
}

impl Ledger {
    /// Gives every entry, in the order in which they were recorded.
    ///
    /// # Errors
    /// If the database fails; that of whoever takes them.
    pub fn each_entry<E: From<Fault>>(&self, each: impl FnMut(Entry) -> Result<(), E>) -> Result<(), E> {
        each_of(&self.connection, "SELECT seq FROM entry", [], each)
    }
}

/// Gives the entries of some numbers, in their order.
pub(crate) fn each_of<E: From<Fault>>(
    connection: &Connection,
    numbers: &str,
    of: impl rusqlite::Params,
    mut each: impl FnMut(Entry) -> Result<(), E>,
) -> Result<(), E> {
    let query = format!(
        "SELECT entry.seq, entry.valid_on, entry.reverses,
            decision.claim, decision.owner, decision.plan, decision.version, rules.fingerprint, decision.outcome, decision.digest, decision.certificate,
            payment.reference, payment.owner, payment.state, payment.digest, transfer.debit, transfer.credit, transfer.fen
         FROM entry LEFT JOIN decision ON decision.seq = entry.decision
         LEFT JOIN rules ON rules.plan = decision.plan AND rules.version = decision.version
         LEFT JOIN payment ON payment.seq = entry.payment
         LEFT JOIN transfer ON transfer.entry = entry.seq
         WHERE entry.seq IN ({numbers}) ORDER BY entry.seq, transfer.seq"
    );
    let mut statement = connection.prepare(&query).map_err(Fault::from)?;
    let mut rows = statement.query(of).map_err(Fault::from)?;
    let mut open: Option<Entry> = None;
    while let Some(row) = rows.next().map_err(Fault::from)? {
        let number: i64 = row.get(0).map_err(Fault::from)?;
        if let Some(done) = open.take_if(|entry| entry.entry != number) {
            each(done)?;
        }
        let moved = moved(row).map_err(Fault::from)?;
        match &mut open {
            Some(entry) => entry.transfers.extend(moved),
            None => open = Some(Entry { transfers: moved.into_iter().collect(), ..entry(row).map_err(Fault::from)? }),
        }
    }
    open.map_or(Ok(()), each)
}

fn moved(row: &rusqlite::Row<'_>) -> Result<Option<Moved>, rusqlite::Error> {
    let debit: Option<String> = row.get(15)?;
    let Some(debit) = debit else { return Ok(None) };
    Ok(Some(Moved { debit, credit: row.get(16)?, fen: row.get(17)? }))
}

fn entry(row: &rusqlite::Row<'_>) -> Result<Entry, rusqlite::Error> {
    let claim: Option<String> = row.get(3)?;
    let cause = match claim {
        Some(claim) => Cause::Decided {
            claim,
            owner: row.get(4)?,
            plan: row.get(5)?,
            version: row.get(6)?,
            fingerprint: row.get(7)?,
            outcome: row.get(8)?,
            digest: row.get(9)?,
            certificate: row.get(10)?,
        },
        None => Cause::Paid { reference: row.get(11)?, owner: row.get(12)?, state: row.get(13)?, digest: row.get(14)? },
    };
    Ok(Entry { entry: row.get(0)?, valid_on: row.get(1)?, reverses: row.get(2)?, cause, transfers: Vec::new() })
}
