//! What is written between a beginning and a commit: messages, decisions and entries.

use std::cell::Cell;

use rusqlite::{OptionalExtension, Params, Transaction, params};

use crate::digest::digest;
use crate::fault::Fault;

/// A writer's book: all of it is kept, or nothing.
#[derive(Debug)]
pub struct Book<'l> {
    pub(crate) transaction: Transaction<'l>,
    /// So many writes are left until one fails, for tests.
    left: Cell<Option<u64>>,
}

/// A message as it came: one of its kind and id, of an owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Message<'m> {
    /// Such as `settlement`.
    pub kind: &'m str,
    /// What it is called by among those of its kind.
    pub id: &'m str,
    /// Whose it is.
    pub owner: &'m str,
    /// The message of the same kind that it takes back; only one may do so.
    pub undoes: Option<&'m str>,
    /// What it says, written in one way only.
    pub content: &'m str,
}

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// It is new, and is kept.
    New,
    /// It is kept already, and says the same.
    Known,
    /// One of its kind and id is kept already, and says something else.
    Conflict {
        /// What stands for the content that is kept.
        kept: String,
        /// What stands for the content that came.
        came: String,
    },
    /// What it takes back is taken back by another one already.
    UndoneBy(String),
}

/// A message that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// What it is called by.
    pub id: String,
    /// Whose it is.
    pub owner: String,
    /// The message that it takes back.
    pub undoes: Option<String>,
    /// What it says.
    pub content: String,
}

/// What was decided of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision<'d> {
    /// The claim.
    pub claim: &'d str,
    /// To whom the amount is due.
    pub owner: &'d str,
    /// The plan, whose version must be kept as [`Book::take_rules`] keeps it.
    pub plan: &'d str,
    /// Its version.
    pub version: &'d str,
    /// What was decided, in a word.
    pub outcome: &'d str,
    /// The amount; negative if it is to come back.
    pub fen: i64,
    /// The day that it is booked for, as year, month and day.
    pub valid_on: &'d str,
    /// All else that was decided.
    pub content: &'d str,
    /// What stands for the certificate of it, if one was made.
    pub certificate: Option<&'d str>,
}

/// The newest decision of a claim, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Newest {
    /// The claim.
    pub claim: String,
    /// To whom the amount is due.
    pub owner: String,
    /// The plan.
    pub plan: String,
    /// Its version.
    pub version: String,
    /// What was decided, in a word.
    pub outcome: String,
    /// The amount.
    pub fen: i64,
    /// The day that it is booked for.
    pub valid_on: String,
    /// All else that was decided.
    pub content: String,
    /// What stands for the certificate of it, if one was made.
    pub certificate: Option<String>,
}

/// A part of an amount, and the account that bears it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Part {
    /// The account.
    pub account: String,
    /// How much.
    pub fen: i64,
}

/// What a decision changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Booked {
    /// The amount of the decision before; 0 if there was none.
    pub before: i64,
    /// The amount now.
    pub now: i64,
    /// Whether there was no decision of the claim before.
    pub is_first: bool,
}

impl Booked {
    /// By how much what is due has changed; none if that is too large.
    #[must_use]
    pub fn difference(self) -> Option<i64> {
        self.now.checked_sub(self.before)
    }
}

impl Decision<'_> {
    fn digest(&self) -> String {
        let fen = self.fen.to_string();
        let said = [self.claim, self.owner, self.plan, self.version, self.outcome, &fen, self.valid_on, self.content];
        digest(&said.into_iter().chain(self.certificate).collect::<Vec<_>>())
    }
}

impl Message<'_> {
    fn digest(&self) -> String {
        // What undoes nothing has one text fewer, which no id can be.
        let said = [self.kind, self.id, self.owner, self.content];
        digest(&said.into_iter().chain(self.undoes).collect::<Vec<_>>())
    }
}

/// The account of what is due to an owner.
pub(crate) fn payable(owner: &str) -> String {
    format!("payable:{owner}")
}

/// The entry of a claim that is not taken back. Most entries take nothing back: asked by `IS NULL`, the index of those that do would be read through.
pub(crate) const STANDING: &str = "SELECT entry.seq FROM entry JOIN decision ON decision.seq = entry.decision
    WHERE decision.claim = $1 AND COALESCE(entry.reverses, 0) = 0
    AND NOT EXISTS (SELECT 1 FROM entry AS later WHERE later.reverses = entry.seq)
    ORDER BY entry.seq DESC LIMIT 1";

/// An amount on its way, always positive.
pub(crate) type Transfer = (String, String, i64);

/// What an entry is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Of {
    Decision,
    Payment,
}

impl<'l> Book<'l> {
    pub(crate) fn of(transaction: Transaction<'l>, left: Option<u64>) -> Book<'l> {
        Book { transaction, left: Cell::new(left) }
    }

    /// Keeps a message, unless one of its kind and id is kept.
    ///
    /// # Errors
    /// If the database fails.
    pub fn take(&self, message: &Message<'_>) -> Result<Taken, Fault> {
        let Message { kind, id, owner, undoes, content } = *message;
        let came = message.digest();
        let kept: Option<String> =
            self.one("SELECT digest FROM message WHERE kind = $1 AND id = $2", params![kind, id])?;
        match kept {
            Some(kept) if kept == came => return Ok(Taken::Known),
            Some(kept) => return Ok(Taken::Conflict { kept, came }),
            None => {}
        }
        let other: Option<String> =
            self.one("SELECT id FROM message WHERE kind = $1 AND undoes = $2", params![kind, undoes])?;
        if let Some(other) = other {
            return Ok(Taken::UndoneBy(other));
        }
        self.write(
            "INSERT INTO message (seq, kind, id, owner, undoes, digest, content)
             SELECT COALESCE(MAX(seq), 0) + 1, $1, $2, $3, $4, $5, $6 FROM message",
            params![kind, id, owner, undoes, came, content],
        )?;
        Ok(Taken::New)
    }

    /// The message of a kind and an id.
    ///
    /// # Errors
    /// If the database fails.
    pub fn message(&self, kind: &str, id: &str) -> Result<Option<Kept>, Fault> {
        let kept =
            self.kept("SELECT id, owner, undoes, content FROM message WHERE kind = $1 AND id = $2", [kind, id])?;
        Ok(kept.into_iter().next())
    }

    /// The message that takes the one of a kind and an id back.
    ///
    /// # Errors
    /// If the database fails.
    pub fn undoing(&self, kind: &str, id: &str) -> Result<Option<Kept>, Fault> {
        let kept =
            self.kept("SELECT id, owner, undoes, content FROM message WHERE kind = $1 AND undoes = $2", [kind, id])?;
        Ok(kept.into_iter().next())
    }

    /// The messages of a kind and an owner, in the order in which they were recorded.
    ///
    /// # Errors
    /// If the database fails.
    pub fn messages_of(&self, kind: &str, owner: &str) -> Result<Vec<Kept>, Fault> {
        self.kept(
            "SELECT id, owner, undoes, content FROM message WHERE kind = $1 AND owner = $2 ORDER BY seq",
            [kind, owner],
        )
    }

    fn kept(&self, query: &str, of: [&str; 2]) -> Result<Vec<Kept>, Fault> {
        let mut statement = self.transaction.prepare_cached(query)?;
        let rows = statement.query_map(of, |row| {
            Ok(Kept { id: row.get(0)?, owner: row.get(1)?, undoes: row.get(2)?, content: row.get(3)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The newest decisions of the claims of an owner, by claim.
    ///
    /// # Errors
    /// If the database fails.
    pub fn newest_of(&self, owner: &str) -> Result<Vec<Newest>, Fault> {
        self.newest_by("owner = $1", owner)
    }

    /// The newest decision of a claim.
    ///
    /// # Errors
    /// If the database fails.
    pub fn newest(&self, claim: &str) -> Result<Option<Newest>, Fault> {
        Ok(self.newest_by("claim = $1", claim)?.into_iter().next())
    }

    fn newest_by(&self, which: &str, of: &str) -> Result<Vec<Newest>, Fault> {
        let mut statement = self.transaction.prepare_cached(&format!(
            "SELECT claim, plan, version, outcome, fen, valid_on, content, certificate, owner FROM decision
             WHERE {which} AND nth = (SELECT MAX(nth) FROM decision AS later WHERE later.claim = decision.claim) ORDER BY claim"
        ))?;
        let rows = statement.query_map([of], |row| {
            Ok(Newest {
                claim: row.get(0)?,
                plan: row.get(1)?,
                version: row.get(2)?,
                outcome: row.get(3)?,
                fen: row.get(4)?,
                valid_on: row.get(5)?,
                content: row.get(6)?,
                certificate: row.get(7)?,
                owner: row.get(8)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Keeps the fingerprint of a version of a plan. Another one that is kept already is given, and stays.
    ///
    /// # Errors
    /// If the database fails.
    pub fn take_rules(&self, plan: &str, version: &str, fingerprint: &str) -> Result<Option<String>, Fault> {
        let kept: Option<String> =
            self.one("SELECT fingerprint FROM rules WHERE plan = $1 AND version = $2", params![plan, version])?;
        if kept.is_none() {
            self.write(
                "INSERT INTO rules (seq, plan, version, fingerprint) SELECT COALESCE(MAX(seq), 0) + 1, $1, $2, $3 FROM rules",
                params![plan, version, fingerprint],
            )?;
        }
        Ok(kept.filter(|kept| kept != fingerprint))
    }

    /// Keeps a decision, if it is another than the newest of its claim (one that names no certificate is not another for that), and books what it changes: what stands is taken back by its mirror, and what
    /// holds now is entered. Nothing is entered of an amount of zero, nor where the parts are what stands.
    ///
    /// # Errors
    /// [`Fault::Unbalanced`] if the parts are not the amount; if the database fails.
    pub fn decide(&self, decision: &Decision<'_>, parts: &[Part]) -> Result<Booked, Fault> {
        let Decision { claim, owner, plan, version, outcome, fen, valid_on, content, certificate } = *decision;
        let sum = parts.iter().try_fold(0_i64, |sum, part| sum.checked_add(part.fen)).ok_or(Fault::TooLarge)?;
        if sum != fen {
            return Err(Fault::Unbalanced { claim: claim.to_owned() });
        }
        let newest = self
            .transaction
            .prepare_cached(
                "SELECT nth, digest, fen, certificate FROM decision WHERE claim = $1 ORDER BY nth DESC LIMIT 1",
            )?
            .query_row([claim], |row| {
                Ok((
                    row.get::<_, i64>(0)?,
                    row.get::<_, String>(1)?,
                    row.get::<_, i64>(2)?,
                    row.get::<_, Option<String>>(3)?,
                ))
            })
            .optional()?;
        let (nth, before) = newest.as_ref().map_or((0, 0), |(nth, _, fen, _)| (*nth, *fen));
        let booked = Booked { before, now: fen, is_first: newest.is_none() };
        let came = decision.digest();
        let is_kept = |(_, kept, _, known): &(i64, String, i64, Option<String>)| {
            *kept == Decision { certificate: certificate.or(known.as_deref()), ..*decision }.digest()
        };
        if newest.as_ref().is_some_and(is_kept) {
            return Ok(booked);
        }
        let nth = nth.checked_add(1).ok_or(Fault::TooLarge)?;
        self.write(
            "INSERT INTO decision (seq, claim, nth, owner, plan, version, outcome, fen, valid_on, digest, content, certificate)
             SELECT COALESCE(MAX(seq), 0) + 1, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11 FROM decision",
            params![claim, nth, owner, plan, version, outcome, fen, valid_on, came, content, certificate],
        )?;
        let standing = self.standing(claim)?;
        let due = transfers(owner, parts);
        match standing {
            Some((_, stands)) if stands == due => return Ok(booked),
            Some((entry, stands)) => {
                let mirror = stands.into_iter().map(|(debit, credit, fen)| (credit, debit, fen));
                self.enter(Of::Decision, Some(entry), valid_on, mirror)?;
            }
            None => {}
        }
        if !due.is_empty() {
            self.enter(Of::Decision, None, valid_on, due)?;
        }
        Ok(booked)
    }

    /// The entry of a claim that is not taken back, and what it moved.
    fn standing(&self, claim: &str) -> Result<Option<(i64, Vec<Transfer>)>, Fault> {
        let entry: Option<i64> = self.one(STANDING, params![claim])?;
        let Some(entry) = entry else { return Ok(None) };
        Ok(Some((entry, self.moved(entry)?)))
    }

    /// What an entry moved.
    pub(crate) fn moved(&self, entry: i64) -> Result<Vec<Transfer>, Fault> {
        let mut statement =
            self.transaction.prepare_cached("SELECT debit, credit, fen FROM transfer WHERE entry = $1 ORDER BY seq")?;
        let rows = statement.query_map([entry], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Enters what the newest decision or payment moves.
    pub(crate) fn enter(
        &self,
        of: Of,
        reverses: Option<i64>,
        valid_on: &str,
        transfers: impl IntoIterator<Item = Transfer>,
    ) -> Result<(), Fault> {
        let newest = match of {
            Of::Decision => {
                "INSERT INTO entry (seq, decision, reverses, valid_on)
                 SELECT (SELECT COALESCE(MAX(seq), 0) + 1 FROM entry), MAX(seq), $1, $2 FROM decision"
            }
            Of::Payment => {
                "INSERT INTO entry (seq, payment, reverses, valid_on)
                 SELECT (SELECT COALESCE(MAX(seq), 0) + 1 FROM entry), MAX(seq), $1, $2 FROM payment"
            }
        };
        self.write(newest, params![reverses, valid_on])?;
        for (debit, credit, fen) in transfers {
            self.write(
                "INSERT INTO transfer (seq, entry, debit, credit, fen)
                 SELECT (SELECT COALESCE(MAX(seq), 0) + 1 FROM transfer), MAX(seq), $1, $2, $3 FROM entry",
                params![debit, credit, fen],
            )?;
        }
        Ok(())
    }

    /// What is written is kept from here on.
    ///
    /// # Errors
    /// If the database fails; nothing is kept then.
    pub fn commit(self) -> Result<(), Fault> {
        self.may_write()?;
        Ok(self.transaction.commit()?)
    }

    pub(crate) fn one<T: rusqlite::types::FromSql>(&self, query: &str, of: impl Params) -> Result<Option<T>, Fault> {
        Ok(self.transaction.prepare_cached(query)?.query_row(of, |row| row.get(0)).optional()?)
    }

    pub(crate) fn write(&self, statement: &str, of: impl Params) -> Result<(), Fault> {
        self.may_write()?;
        self.transaction.prepare_cached(statement)?.execute(of)?;
        Ok(())
    }

    fn may_write(&self) -> Result<(), Fault> {
        let Some(left) = self.left.get() else { return Ok(()) };
        let left = left.checked_sub(1).ok_or(Fault::Database(rusqlite::Error::QueryReturnedNoRows))?;
        self.left.set(Some(left));
        Ok(())
    }
}

/// What the parts move: an account bears what is due to the owner, or gets it back.
fn transfers(owner: &str, parts: &[Part]) -> Vec<Transfer> {
    let moves = |Part { account, fen }: &Part| match fen.signum() {
        0 => None,
        1 => Some((account.clone(), payable(owner), *fen)),
        _less => Some((payable(owner), account.clone(), fen.checked_neg()?)),
    };
    let mut transfers: Vec<Transfer> = parts.iter().filter_map(moves).collect();
    transfers.sort();
    transfers
}
