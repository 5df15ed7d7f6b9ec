//! Whether the whole file is in order.

use std::collections::BTreeMap;

use crate::book::payable;
use crate::digest::digest;
use crate::fault::Fault;
use crate::ledger::Ledger;
use crate::payment::{CASH, TRANSIT};
use crate::schema;

/// Something that is not in order.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Violation {
    /// The file is damaged, as the database says it.
    Damaged(String),
    /// A table, a trigger or another part of the schema is not as this program makes it, or is gone.
    Schema(String),
    /// A table lacks rows: so many are there, and the last has this number.
    RowsGone {
        /// The table.
        table: &'static str,
        /// How many rows are there.
        rows: i64,
        /// The number of the last one.
        last: i64,
    },
    /// A message is not what its digest says.
    MessageChanged(String),
    /// A decision of a claim is not what its digest says.
    DecisionChanged(String),
    /// What is booked for a claim is not what its newest decision says.
    Unequal {
        /// The claim.
        claim: String,
        /// What the decision says.
        decided: i64,
        /// What is booked.
        booked: i64,
    },
    /// An entry moves nothing.
    Empty(i64),
    /// An entry that takes another back is not its mirror.
    NoMirror(i64),
    /// A claim has more than one entry that is not taken back.
    Twice(String),
    /// What became of a payment is not what its digest says.
    PaymentChanged(String),
    /// What is booked for a payment is not what became of it, or that does not follow from what was before.
    PaymentUnequal(String),
    /// The entries of a closing are not those that its root stands for.
    ClosingChanged(i64),
}

impl Ledger {
    /// Proves that the whole file is in order; gives what is not.
    ///
    /// # Errors
    /// If the database fails in another way than by what is wrong with the file.
    pub fn check(&self) -> Result<Vec<Violation>, Fault> {
        let mut wrong = self.damage()?;
        if !wrong.is_empty() {
            return Ok(wrong); // what else would be said follows from it
        }
        wrong.extend(self.schema()?);
        if !wrong.is_empty() {
            return Ok(wrong);
        }
        wrong.extend(self.rows_gone()?);
        wrong.extend(self.changed_messages()?);
        wrong.extend(self.changed_decisions()?);
        wrong.extend(self.unequal()?);
        wrong.extend(self.entries()?);
        wrong.extend(self.changed_payments()?);
        wrong.extend(self.unequal_payments()?);
        wrong.extend(self.changed_closings()?);
        Ok(wrong)
    }

    fn damage(&self) -> Result<Vec<Violation>, Fault> {
        let said = self.texts("PRAGMA integrity_check")?;
        let foreign = self.texts("SELECT \"table\" FROM pragma_foreign_key_check")?;
        let said = said.into_iter().filter(|said| said != "ok");
        Ok(said.chain(foreign).map(Violation::Damaged).collect())
    }

    fn schema(&self) -> Result<Vec<Violation>, Fault> {
        let mut statement =
            self.connection.prepare("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name")?;
        let rows = statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
        let found: BTreeMap<String, String> = rows.collect::<Result<_, _>>()?;
        let ours: BTreeMap<String, String> = schema::statements().into_iter().collect();
        let is_ours = |name: &&String| found.get(*name) != ours.get(*name);
        let mut wrong: Vec<&String> = ours.keys().chain(found.keys()).filter(is_ours).collect();
        wrong.sort();
        wrong.dedup();
        Ok(wrong.into_iter().cloned().map(Violation::Schema).collect())
    }

    fn rows_gone(&self) -> Result<Vec<Violation>, Fault> {
        let mut wrong = Vec::new();
        for table in schema::KEPT {
            let query = format!("SELECT COUNT(*), COALESCE(MAX(seq), 0) FROM {table}");
            let (rows, last): (i64, i64) =
                self.connection.query_row(&query, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
            if rows != last {
                wrong.push(Violation::RowsGone { table, rows, last });
            }
        }
        Ok(wrong)
    }

    fn changed_messages(&self) -> Result<Vec<Violation>, Fault> {
        let query = "SELECT id, digest, kind, id, owner, content, undoes FROM message ORDER BY seq";
        Ok(self.changed(query)?.into_iter().map(Violation::MessageChanged).collect())
    }

    fn changed_decisions(&self) -> Result<Vec<Violation>, Fault> {
        let query = "SELECT claim, digest, claim, owner, plan, version, outcome, CAST(fen AS TEXT), valid_on, content, certificate \
                     FROM decision ORDER BY seq";
        Ok(self.changed(query)?.into_iter().map(Violation::DecisionChanged).collect())
    }

    fn changed_payments(&self) -> Result<Vec<Violation>, Fault> {
        let query = "SELECT reference, digest, reference, state, CAST(run AS TEXT), owner, CAST(fen AS TEXT), valid_on, reason \
                     FROM payment ORDER BY seq";
        Ok(self.changed(query)?.into_iter().map(Violation::PaymentChanged).collect())
    }

    /// What rows are called by whose digest is not that of their texts; one that is null is none of them.
    fn changed(&self, query: &str) -> Result<Vec<String>, Fault> {
        let mut statement = self.connection.prepare(query)?;
        let columns = statement.column_count();
        let mut rows = statement.query([])?;
        let mut changed = Vec::new();
        while let Some(row) = rows.next()? {
            let texts = (2..columns).filter_map(|place| row.get::<_, Option<String>>(place).transpose());
            let texts = texts.collect::<Result<Vec<_>, _>>()?;
            let said: Vec<&str> = texts.iter().map(String::as_str).collect();
            if row.get::<_, String>(1)? != digest(&said) {
                changed.push(row.get(0)?);
            }
        }
        Ok(changed)
    }

    fn changed_closings(&self) -> Result<Vec<Violation>, Fault> {
        let mut wrong = Vec::new();
        for closing in self.closings()? {
            if self.again(&closing)? != closing {
                wrong.push(Violation::ClosingChanged(closing.number));
            }
        }
        Ok(wrong)
    }

    /// A payment is sent first and once; what came of it moves what it should between the owner, the way and the money.
    fn unequal_payments(&self) -> Result<Vec<Violation>, Fault> {
        let mut statement = self.connection.prepare(
            "SELECT payment.reference, payment.state, payment.fen,
                COALESCE(SUM(CASE WHEN line.account = $1 || payment.owner THEN line.fen END), 0),
                COALESCE(SUM(CASE WHEN line.account = $2 THEN line.fen END), 0),
                COALESCE(SUM(CASE WHEN line.account = $3 THEN line.fen END), 0),
                COALESCE(SUM(ABS(line.fen)), 0),
                EXISTS (SELECT 1 FROM payment AS sent WHERE sent.reference = payment.reference AND sent.state = 'sent'
                    AND sent.seq <= payment.seq AND sent.owner = payment.owner AND sent.fen = payment.fen AND sent.run = payment.run),
                EXISTS (SELECT 1 FROM payment AS known WHERE known.reference = payment.reference AND known.state = 'confirmed'
                    AND known.seq < payment.seq),
                EXISTS (SELECT 1 FROM payment AS over WHERE over.reference = payment.reference AND over.state = 'returned'
                    AND over.seq < payment.seq)
             FROM payment LEFT JOIN entry ON entry.payment = payment.seq LEFT JOIN line ON line.entry = entry.seq
             GROUP BY payment.seq ORDER BY payment.seq",
        )?;
        let mut rows = statement.query([payable("").as_str(), TRANSIT, CASH])?;
        let mut wrong = Vec::new();
        while let Some(row) = rows.next()? {
            let (reference, state): (String, String) = (row.get(0)?, row.get(1)?);
            let amount = |place| row.get::<_, i64>(place);
            let is = |place| row.get::<_, bool>(place);
            let fen = amount(2)?;
            // of what each account moves, and of all that moves on both sides
            let (owner, way, money, all) = match (state.as_str(), is(8)?) {
                ("sent", _) => (1, -1, 0, 2),
                ("confirmed", _) => (0, 1, -1, 2),
                (_, false) => (-1, 1, 0, 2),
                (_, true) => (-1, 0, 1, 4),
            };
            let should = [owner, way, money, all].map(|times: i64| fen.checked_mul(times));
            let does = [amount(3)?, amount(4)?, amount(5)?, amount(6)?].map(Some);
            if should != does || !is(7)? || is(9)? {
                wrong.push(Violation::PaymentUnequal(reference));
            }
        }
        Ok(wrong)
    }

    fn unequal(&self) -> Result<Vec<Violation>, Fault> {
        let payable = payable("");
        let mut statement = self.connection.prepare(
            "SELECT newest.claim, newest.fen, COALESCE((
                SELECT CAST(SUM(CASE $1 || newest.owner WHEN transfer.credit THEN transfer.fen WHEN transfer.debit THEN -transfer.fen ELSE 0 END) AS BIGINT)
                FROM decision JOIN entry ON entry.decision = decision.seq JOIN transfer ON transfer.entry = entry.seq
                WHERE decision.claim = newest.claim), 0) AS booked
             FROM decision AS newest
             WHERE newest.nth = (SELECT MAX(nth) FROM decision WHERE claim = newest.claim)",
        )?;
        let rows = statement.query_map([payable], |row| {
            Ok(Violation::Unequal { claim: row.get(0)?, decided: row.get(1)?, booked: row.get(2)? })
        })?;
        let unequal = |violation: &Result<Violation, rusqlite::Error>| match violation {
            Ok(Violation::Unequal { decided, booked, .. }) => decided != booked,
            Ok(_) | Err(_) => true,
        };
        Ok(rows.filter(unequal).collect::<Result<_, _>>()?)
    }

    fn entries(&self) -> Result<Vec<Violation>, Fault> {
        let numbers = |query: &str| -> Result<Vec<i64>, Fault> {
            let mut statement = self.connection.prepare(query)?;
            let rows = statement.query_map([], |row| row.get(0))?;
            Ok(rows.collect::<Result<_, _>>()?)
        };
        let empty = numbers(
            "SELECT seq FROM entry WHERE NOT EXISTS (SELECT 1 FROM transfer WHERE transfer.entry = entry.seq) ORDER BY seq",
        )?;
        // Together a mirror and what it mirrors post nothing to any account.
        let crooked = numbers(
            "SELECT DISTINCT seq FROM (
                SELECT mirror.seq, debit AS account, fen FROM entry AS mirror
                JOIN transfer ON transfer.entry IN (mirror.seq, mirror.reverses) WHERE mirror.reverses IS NOT NULL
                UNION ALL
                SELECT mirror.seq, credit, -fen FROM entry AS mirror
                JOIN transfer ON transfer.entry IN (mirror.seq, mirror.reverses) WHERE mirror.reverses IS NOT NULL
             ) AS both_sides GROUP BY seq, account HAVING SUM(fen) <> 0 ORDER BY seq",
        )?;
        let twice = self.texts(
            "SELECT decision.claim FROM entry JOIN decision ON decision.seq = entry.decision
             WHERE entry.reverses IS NULL AND NOT EXISTS (SELECT 1 FROM entry AS later WHERE later.reverses = entry.seq)
             GROUP BY decision.claim HAVING COUNT(*) > 1 ORDER BY decision.claim",
        )?;
        let empty = empty.into_iter().map(Violation::Empty);
        let crooked = crooked.into_iter().map(Violation::NoMirror);
        Ok(empty.chain(crooked).chain(twice.into_iter().map(Violation::Twice)).collect())
    }

    fn texts(&self, query: &str) -> Result<Vec<String>, Fault> {
        let mut statement = self.connection.prepare(query)?;
        let rows = statement.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
