//! The tables, and what a row may not break. All that only SQLite says so stands here.

use rusqlite::Connection;

use crate::fault::Fault;

/// The schema that this program writes.
pub(crate) const SCHEMA: i64 = 2;
/// What marks a file of SQLite as a ledger: `huzh`.
const APPLICATION: i64 = 0x6875_7a68;

/// What can be said in the same words to other databases.
///
/// `seq` is the order in which rows were recorded. An amount goes from one account to another: a sum that is not zero cannot be written.
const TABLES: [(&str, &str); 8] = [
    (
        "message",
        "CREATE TABLE message (
            seq BIGINT PRIMARY KEY,
            kind TEXT NOT NULL,
            id TEXT NOT NULL,
            owner TEXT NOT NULL,
            undoes TEXT,
            digest TEXT NOT NULL,
            content TEXT NOT NULL,
            UNIQUE (kind, id),
            UNIQUE (kind, undoes)
        )",
    ),
    (
        "rules",
        "CREATE TABLE rules (
            seq BIGINT PRIMARY KEY,
            plan TEXT NOT NULL,
            version TEXT NOT NULL,
            fingerprint TEXT NOT NULL,
            UNIQUE (plan, version)
        )",
    ),
    (
        "decision",
        "CREATE TABLE decision (
            seq BIGINT PRIMARY KEY,
            claim TEXT NOT NULL,
            nth BIGINT NOT NULL CHECK (nth > 0),
            owner TEXT NOT NULL,
            plan TEXT NOT NULL,
            version TEXT NOT NULL,
            outcome TEXT NOT NULL,
            fen BIGINT NOT NULL,
            valid_on TEXT NOT NULL,
            digest TEXT NOT NULL,
            content TEXT NOT NULL,
            certificate TEXT,
            UNIQUE (claim, nth),
            FOREIGN KEY (plan, version) REFERENCES rules (plan, version)
        )",
    ),
    (
        "payment",
        "CREATE TABLE payment (
            seq BIGINT PRIMARY KEY,
            reference TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('sent', 'confirmed', 'returned')),
            run BIGINT NOT NULL CHECK (run > 0),
            owner TEXT NOT NULL,
            fen BIGINT NOT NULL CHECK (fen > 0),
            valid_on TEXT NOT NULL,
            reason TEXT NOT NULL,
            digest TEXT NOT NULL,
            UNIQUE (reference, state)
        )",
    ),
    (
        "entry",
        "CREATE TABLE entry (
            seq BIGINT PRIMARY KEY,
            decision BIGINT REFERENCES decision (seq),
            payment BIGINT REFERENCES payment (seq),
            reverses BIGINT UNIQUE REFERENCES entry (seq),
            valid_on TEXT NOT NULL,
            CHECK (reverses < seq),
            CHECK ((decision IS NULL) <> (payment IS NULL))
        )",
    ),
    (
        "transfer",
        "CREATE TABLE transfer (
            seq BIGINT PRIMARY KEY,
            entry BIGINT NOT NULL REFERENCES entry (seq),
            debit TEXT NOT NULL,
            credit TEXT NOT NULL,
            fen BIGINT NOT NULL CHECK (fen > 0),
            CHECK (debit <> credit)
        )",
    ),
    (
        "closing",
        "CREATE TABLE closing (
            seq BIGINT PRIMARY KEY,
            through TEXT NOT NULL,
            last BIGINT NOT NULL REFERENCES entry (seq),
            entries BIGINT NOT NULL CHECK (entries > 0),
            root TEXT NOT NULL
        )",
    ),
    (
        "line",
        "CREATE VIEW line (entry, account, fen) AS
            SELECT entry, debit, fen FROM transfer UNION ALL SELECT entry, credit, -fen FROM transfer",
    ),
];

const INDEXES: [(&str, &str); 8] = [
    ("message_of", "CREATE INDEX message_of ON message (owner, kind)"),
    ("decision_of", "CREATE INDEX decision_of ON decision (owner, claim)"),
    ("payment_of", "CREATE INDEX payment_of ON payment (run)"),
    ("entry_of", "CREATE INDEX entry_of ON entry (decision)"),
    ("entry_of_payment", "CREATE INDEX entry_of_payment ON entry (payment)"),
    ("transfer_of", "CREATE INDEX transfer_of ON transfer (entry)"),
    ("transfer_from", "CREATE INDEX transfer_from ON transfer (credit)"),
    ("transfer_to", "CREATE INDEX transfer_to ON transfer (debit)"),
];

/// The tables that keep what they have.
pub(crate) const KEPT: [&str; 7] = ["message", "rules", "decision", "payment", "entry", "transfer", "closing"];

/// All statements that make the schema, each with the name of what it makes.
pub(crate) fn statements() -> Vec<(String, String)> {
    let said = TABLES.into_iter().chain(INDEXES).map(|(name, text)| (name.to_owned(), text.to_owned()));
    said.chain(triggers()).collect()
}

/// Nothing is changed or removed, and an entry that others have followed gets no further line.
fn triggers() -> impl Iterator<Item = (String, String)> {
    let keeps = |(table, verb): (&str, &str)| {
        let name = format!("{table}_keeps_{}", verb.to_lowercase());
        let text = format!(
            "CREATE TRIGGER {name} BEFORE {verb} ON {table} BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"
        );
        (name, text)
    };
    let late = "CREATE TRIGGER transfer_in_time BEFORE INSERT ON transfer WHEN NEW.entry <> (SELECT MAX(seq) FROM entry) \
                BEGIN SELECT RAISE(ABORT, 'the entry is closed'); END";
    KEPT.into_iter()
        .flat_map(|table| [(table, "UPDATE"), (table, "DELETE")])
        .map(keeps)
        .chain([("transfer_in_time".to_owned(), late.to_owned())])
}

/// How every connection is set.
pub(crate) fn prepare(connection: &Connection) -> Result<(), Fault> {
    connection.busy_timeout(std::time::Duration::from_mins(1))?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "recursive_triggers", true)?; // else what replaces a row removes it unseen
    Ok(())
}

/// Makes the schema in a file that has nothing yet; refuses what is no ledger, and one that this program does not know.
pub(crate) fn make_or_know(connection: &mut Connection) -> Result<(), Fault> {
    let making = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let objects: i64 = making.query_row("SELECT COUNT(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if objects == 0 {
        for (_, text) in statements() {
            making.execute(&text, [])?;
        }
        making.pragma_update(None, "application_id", APPLICATION)?;
        making.pragma_update(None, "user_version", SCHEMA)?;
        making.commit()?;
        return Ok(());
    }
    drop(making);
    know(connection)
}

/// Refuses what is no ledger, and one that this program does not know.
pub(crate) fn know(connection: &Connection) -> Result<(), Fault> {
    let number = |pragma: &str| connection.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
    if number("application_id")? != APPLICATION {
        return Err(Fault::NoLedger);
    }
    match number("user_version")? {
        SCHEMA => Ok(()),
        schema if schema > SCHEMA => Err(Fault::Newer { schema, known: SCHEMA }),
        // before the first release: there are none to be kept
        schema => Err(Fault::Older { schema, known: SCHEMA }),
    }
}
