//! A period is closed: its entries under one root, which no later change leaves as it is.

use rusqlite::{Connection, OptionalExtension, params};

use crate::book::Book;
use crate::digest::digest;
use crate::entry::{Entry, each_of};
use crate::fault::Fault;
use crate::ledger::Ledger;

/// What the first link of every closing begins with.
const FORM: &str = "huzhu-closing/1";
/// Later than any day.
const ALL_DAYS: &str = "9999-12-31";

/// Up to where a ledger is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Through<'t> {
    /// All entries that are booked for this day or an earlier one, as year, month and day.
    Day(&'t str),
    /// All entries up to this number.
    Entry(i64),
}

/// A closing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closing {
    /// Its number.
    pub number: i64,
    /// It has the entries that are booked for this day or an earlier one …
    pub through: String,
    /// … whose number is this or a lower one, and that no earlier closing has.
    pub last: i64,
    /// How many.
    pub entries: i64,
    /// The root of the closing before; empty for the first.
    pub previous: String,
    /// What stands for all of it.
    pub root: String,
}

/// The root of a closing while its entries come.
#[derive(Debug, Clone)]
pub struct Chain(String);

impl Chain {
    /// Before the first entry.
    #[must_use]
    pub fn begin(previous: &str, number: i64, through: &str, last: i64) -> Chain {
        Chain(digest(&[FORM, previous, &number.to_string(), through, &last.to_string()]))
    }

    /// With one entry more, by what stands for it.
    pub fn add(&mut self, entry: &str) {
        self.0 = digest(&[&self.0, entry]);
    }

    /// With all that came.
    #[must_use]
    pub fn root(self) -> String {
        self.0
    }
}

impl Book<'_> {
    /// Closes what is open up to a day or an entry. What was closed so last, with nothing since, is given again; none if there is nothing to close.
    ///
    /// # Errors
    /// If the database fails.
    pub fn close(&self, through: Through<'_>) -> Result<Option<Closing>, Fault> {
        let newest: i64 = self.one("SELECT COALESCE(MAX(seq), 0) FROM entry", [])?.unwrap_or(0);
        let (through, last) = match through {
            Through::Day(day) => (day.to_owned(), newest),
            Through::Entry(last) => (ALL_DAYS.to_owned(), last.min(newest)),
        };
        let before = newest_closing(&self.transaction)?;
        let number = before.as_ref().map_or(0, |before| before.number).checked_add(1).ok_or(Fault::TooLarge)?;
        let previous = before.as_ref().map(|before| before.root.clone()).unwrap_or_default();
        let closing = Closing { number, through, last, entries: 0, previous, root: String::new() };
        let closing = closing.worked_out(&self.transaction)?;
        if closing.entries == 0 {
            return Ok(before.filter(|before| before.through == closing.through && before.last <= closing.last));
        }
        self.write(
            "INSERT INTO closing (seq, through, last, entries, root) VALUES ($1, $2, $3, $4, $5)",
            params![closing.number, closing.through, closing.last, closing.entries, closing.root],
        )?;
        Ok(Some(closing))
    }
}

impl Ledger {
    /// All closings, the first first.
    ///
    /// # Errors
    /// If the database fails.
    pub fn closings(&self) -> Result<Vec<Closing>, Fault> {
        closings(&self.connection)
    }

    /// Gives the entries of a closing, in the order in which they were recorded.
    ///
    /// # Errors
    /// If the database fails; that of whoever takes them.
    pub fn each_entry_of<E: From<Fault>>(
        &self,
        closing: &Closing,
        each: impl FnMut(Entry) -> Result<(), E>,
    ) -> Result<(), E> {
        closing.each(&self.connection, each)
    }

    /// A closing as the ledger is now.
    pub(crate) fn again(&self, closing: &Closing) -> Result<Closing, Fault> {
        closing.clone().worked_out(&self.connection)
    }
}

impl Closing {
    fn each<E: From<Fault>>(&self, connection: &Connection, each: impl FnMut(Entry) -> Result<(), E>) -> Result<(), E> {
        let numbers = "SELECT seq FROM entry AS own WHERE own.valid_on <= $1 AND own.seq <= $2 AND NOT EXISTS (
            SELECT 1 FROM closing WHERE closing.seq < $3 AND own.valid_on <= closing.through AND own.seq <= closing.last)";
        each_of(connection, numbers, params![self.through, self.last, self.number], each)
    }

    /// With the number of its entries and its root.
    fn worked_out(self, connection: &Connection) -> Result<Closing, Fault> {
        let mut chain = Chain::begin(&self.previous, self.number, &self.through, self.last);
        let mut entries = 0_i64;
        self.each(connection, |entry| {
            chain.add(&entry.digest());
            entries = entries.checked_add(1).ok_or(Fault::TooLarge)?;
            Ok::<(), Fault>(())
        })?;
        Ok(Closing { entries, root: chain.root(), ..self })
    }
}

fn closings(connection: &Connection) -> Result<Vec<Closing>, Fault> {
    let mut statement = connection.prepare("SELECT seq, through, last, entries, root FROM closing ORDER BY seq")?;
    let rows = statement.query_map([], |row| {
        let (number, through, last) = (row.get(0)?, row.get(1)?, row.get(2)?);
        Ok(Closing { number, through, last, entries: row.get(3)?, previous: String::new(), root: row.get(4)? })
    })?;
    let mut previous = String::new();
    let mut closings = Vec::new();
    for closing in rows {
        let closing: Closing = closing?;
        let root = closing.root.clone();
        closings.push(Closing { previous, ..closing });
        previous = root;
    }
    Ok(closings)
}

fn newest_closing(connection: &Connection) -> Result<Option<Closing>, Fault> {
    let any: Option<i64> = connection.query_row("SELECT seq FROM closing LIMIT 1", [], |row| row.get(0)).optional()?;
    Ok(if any.is_some() { closings(connection)?.pop() } else { None })
}
