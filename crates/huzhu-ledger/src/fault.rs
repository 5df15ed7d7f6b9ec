//! Why the ledger did not do what it was asked.

use std::fmt;

/// What went wrong. Nothing is booked then.
#[derive(Debug)]
#[non_exhaustive]
pub enum Fault {
    /// The database says no: it cannot be read or written, or a row breaks its rules.
    Database(rusqlite::Error),
    /// Another writer has it, and did not let go for a minute.
    Busy,
    /// There is no such file, or it cannot be opened.
    NotOpened,
    /// The file is no ledger.
    NoLedger,
    /// The ledger is of a newer schema than this program knows.
    Newer {
        /// Its schema.
        schema: i64,
        /// The newest that is known.
        known: i64,
    },
    /// The ledger is of a schema from before the first release.
    Older {
        /// Its schema.
        schema: i64,
        /// The oldest that is known.
        known: i64,
    },
    /// The parts of a decision do not add up to its amount.
    Unbalanced {
        /// The claim.
        claim: String,
    },
    /// A sum is too large.
    TooLarge,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Database(fault) => write!(f, "{fault}"),
            Fault::Busy => f.write_str("another program is writing to the ledger"),
            Fault::NotOpened => f.write_str("the file is not there, or cannot be opened"),
            Fault::NoLedger => f.write_str("the file is no ledger"),
            Fault::Newer { schema, known } => {
                write!(f, "the ledger is of schema {schema}, and {known} is the newest that is known here")
            }
            Fault::Older { schema, known } => {
                write!(f, "the ledger is of schema {schema}, and {known} is the oldest that is known here")
            }
            Fault::Unbalanced { claim } => write!(f, "the parts of `{claim}` do not add up to its amount"),
            Fault::TooLarge => f.write_str("a sum is too large"),
        }
    }
}

impl std::error::Error for Fault {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Fault::Database(fault) => Some(fault),
            Fault::Busy
            | Fault::NotOpened
            | Fault::NoLedger
            | Fault::Newer { .. }
            | Fault::Older { .. }
            | Fault::Unbalanced { .. }
            | Fault::TooLarge => None,
        }
    }
}

impl From<rusqlite::Error> for Fault {
    fn from(fault: rusqlite::Error) -> Fault {
        match fault.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked) => Fault::Busy,
            Some(rusqlite::ErrorCode::NotADatabase) => Fault::NoLedger,
            Some(rusqlite::ErrorCode::CannotOpen) => Fault::NotOpened,
            Some(_) | None => Fault::Database(fault),
        }
    }
}
