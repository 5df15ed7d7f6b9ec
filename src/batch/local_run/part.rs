//! What came of one bucket.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::checksummed::Sealed;
use super::summary::Tally;
use crate::batch::Observations;

/// What came of one bucket; as a line of the journal it says that its files are complete.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Part {
    pub(super) decided: u64,
    pub(super) tally: Tally,
    pub(super) observations: Observations,
    /// What consumers have made of it, by what they hold; nothing of one that has written nothing.
    pub(super) made: BTreeMap<String, Sealed>,
    /// The claims that they have left out.
    pub(super) left_out: u64,
    pub(super) rejects: Option<Sealed>,
}

impl Part {
    /// All files of it.
    pub(super) fn files(&self) -> impl Iterator<Item = &Sealed> {
        self.made.values().chain(&self.rejects)
    }
}
