//! A ledger and its file.

use std::path::Path;

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use crate::book::Book;
use crate::fault::Fault;
use crate::schema;

/// A ledger in a file. One writer at a time has it; others wait.
#[derive(Debug)]
pub struct Ledger {
    pub(crate) connection: Connection,
    /// So many writes of a book go well, for tests.
    fails_after: Option<u64>,
}

impl Ledger {
    /// Opens the ledger in a file, which is made if it is not there.
    ///
    /// # Errors
    /// If it cannot be opened, is no ledger, or is of a newer schema.
    pub fn open(path: &Path) -> Result<Ledger, Fault> {
        Ledger::made(Connection::open(path)?)
    }

    /// Opens the ledger in a file that is there.
    ///
    /// # Errors
    /// Those of [`Ledger::open`]; [`Fault::NotOpened`].
    pub fn open_existing(path: &Path) -> Result<Ledger, Fault> {
        // A writer that was killed left what must be taken back first, so that this is no reader.
        let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        schema::prepare(&connection)?;
        schema::know(&connection)?;
        Ok(Ledger { connection, fails_after: None })
    }

    /// One that is gone with its value.
    ///
    /// # Errors
    /// If there is no memory.
    pub fn in_memory() -> Result<Ledger, Fault> {
        Ledger::made(Connection::open_in_memory()?)
    }

    fn made(mut connection: Connection) -> Result<Ledger, Fault> {
        schema::prepare(&connection)?;
        schema::make_or_know(&mut connection)?;
        Ok(Ledger { connection, fails_after: None })
    }

    /// Begins to write. All of it is there after [`Book::commit`], and none of it if that is never reached.
    ///
    /// # Errors
    /// [`Fault::Busy`] if another writer does not let go.
    pub fn begin(&mut self) -> Result<Book<'_>, Fault> {
        let left = self.fails_after;
        Ok(Book::of(self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?, left))
    }

    /// From now on the write after so many of each book fails: for tests of what is left then.
    #[doc(hidden)]
    pub fn fail_after(&mut self, writes: Option<u64>) {
        self.fails_after = writes;
    }
}
