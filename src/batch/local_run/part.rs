//! What came of one bucket.

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
    /// The file of payouts; none if there is no row.
    pub(super) payouts: Option<Sealed>,
    pub(super) lines: Option<Sealed>,
    pub(super) certificates: Option<Sealed>,
    /// The claims that have no certificate because a joint limit cuts them.
    #[serde(default)]
    pub(super) cut: u64,
    pub(super) rejects: Option<Sealed>,
}

impl Part {
    /// All files of it.
    pub(super) fn files(&self) -> impl Iterator<Item = &Sealed> {
        [&self.payouts, &self.lines, &self.certificates, &self.rejects].into_iter().flatten()
    }
}
