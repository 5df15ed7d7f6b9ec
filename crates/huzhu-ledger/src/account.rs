//! What accounts say: their balances, and what was posted to one.

use crate::fault::Fault;
use crate::ledger::Ledger;

/// What an account holds: debits less credits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Balance {
    /// The account.
    pub account: String,
    /// How much.
    pub fen: i64,
}

/// What an entry posted to an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posted {
    /// The number of the entry, in the order in which entries were recorded.
    pub entry: i64,
    /// The day that it is booked for.
    pub valid_on: String,
    /// What it was made for: a claim, or a payment.
    pub of: String,
    /// What was decided of the claim, or what became of the payment.
    pub outcome: String,
    /// Whether it is of a payment.
    pub is_payment: bool,
    /// The entry that this one takes back.
    pub reverses: Option<i64>,
    /// The account on the other side.
    pub other: String,
    /// How much: a debit is positive, a credit negative.
    pub fen: i64,
}

impl Ledger {
    /// All accounts with their balances, by name. They sum to zero.
    ///
    /// # Errors
    /// If the database fails.
    pub fn balances(&self) -> Result<Vec<Balance>, Fault> {
        let mut statement = self
            .connection
            .prepare("SELECT account, CAST(SUM(fen) AS BIGINT) FROM line GROUP BY account ORDER BY account")?;
        let rows = statement.query_map([], |row| Ok(Balance { account: row.get(0)?, fen: row.get(1)? }))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// What was posted to an account, in the order in which it was recorded.
    ///
    /// # Errors
    /// If the database fails.
    pub fn statement(&self, account: &str) -> Result<Vec<Posted>, Fault> {
        let mut statement = self.connection.prepare(
            "SELECT entry.seq, entry.valid_on, COALESCE(decision.claim, payment.reference), COALESCE(decision.outcome, payment.state), entry.reverses,
                CASE WHEN transfer.debit = $1 THEN transfer.credit ELSE transfer.debit END,
                CASE WHEN transfer.debit = $1 THEN transfer.fen ELSE -transfer.fen END, entry.payment IS NOT NULL
             FROM transfer JOIN entry ON entry.seq = transfer.entry
             LEFT JOIN decision ON decision.seq = entry.decision LEFT JOIN payment ON payment.seq = entry.payment
             WHERE transfer.debit = $1 OR transfer.credit = $1 ORDER BY transfer.seq",
        )?;
        let rows = statement.query_map([account], |row| {
            Ok(Posted {
                entry: row.get(0)?,
                valid_on: row.get(1)?,
                of: row.get(2)?,
                outcome: row.get(3)?,
                reverses: row.get(4)?,
                other: row.get(5)?,
                fen: row.get(6)?,
                is_payment: row.get(7)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The day of the newest entry by its day; none before the first.
    ///
    /// # Errors
    /// If the database fails.
    pub fn newest_day(&self) -> Result<Option<String>, Fault> {
        Ok(self.connection.query_row("SELECT MAX(valid_on) FROM entry", [], |row| row.get(0))?)
    }

    /// How many rows each table has.
    ///
    /// # Errors
    /// If the database fails.
    pub fn rows(&self) -> Result<Vec<(&'static str, i64)>, Fault> {
        let count = |table: &'static str| {
            let query = format!("SELECT COUNT(*) FROM {table}");
            Ok((table, self.connection.query_row(&query, [], |row| row.get(0))?))
        };
        crate::schema::KEPT.into_iter().map(count).collect()
    }
}
