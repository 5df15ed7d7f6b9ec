//! Whether the whole file is in order.

use std::collections::BTreeMap;

use crate::book::payable;
use crate::digest::digest;
use crate::fault::Fault;
use crate::ledger::Ledger;
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
        let mut statement = self
            .connection
            .prepare("SELECT digest, kind, id, owner, COALESCE(undoes, ''), content FROM message ORDER BY seq")?;
        let mut rows = statement.query([])?;
        let mut wrong = Vec::new();
        while let Some(row) = rows.next()? {
            let text = |place| row.get::<_, String>(place);
            let (kept, id) = (text(0)?, text(2)?);
            if kept != digest(&[&text(1)?, &id, &text(3)?, &text(4)?, &text(5)?]) {
                wrong.push(Violation::MessageChanged(id));
            }
        }
        Ok(wrong)
    }

    fn changed_decisions(&self) -> Result<Vec<Violation>, Fault> {
        let mut statement = self.connection.prepare(
            "SELECT digest, claim, owner, plan, version, outcome, CAST(fen AS TEXT), valid_on, content FROM decision ORDER BY seq",
        )?;
        let mut rows = statement.query([])?;
        let mut wrong = Vec::new();
        while let Some(row) = rows.next()? {
            let texts = (0..9).map(|place| row.get::<_, String>(place)).collect::<Result<Vec<_>, _>>()?;
            let [kept, said @ ..] = &texts[..] else { continue };
            let said: Vec<&str> = said.iter().map(String::as_str).collect();
            if *kept != digest(&said) {
                wrong.extend(said.first().map(|claim| Violation::DecisionChanged((*claim).to_owned())));
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
