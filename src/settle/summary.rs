//! What a run came to.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use crate::code::Code;

/// How many records came, what became of them, and what is due.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Summary {
    /// Records that were read.
    pub records: u64,
    /// Of these those that were kept for the first time.
    pub new: u64,
    /// Of these those that were kept already and say the same.
    pub known: u64,
    /// Records and enrollments that were set aside, by why; one that is kept may be among them.
    pub set_aside: BTreeMap<Code, u64>,
    /// The claims of the feed, and others that are decided otherwise now, by what was decided.
    pub decisions: BTreeMap<String, u64>,
    /// What is due for these claims in all.
    pub payable: Decimal,
    /// By how much this run has changed what is due.
    pub booked: Decimal,
    /// Claims that are not paid, by what they want: `cover`, `fact`, `waiting`, `window`; of those that are to be told.
    pub missed: BTreeMap<&'static str, u64>,
    /// Claims that the other order would pay otherwise, if that was asked.
    pub apart: u64,
    /// What more it would pay for them; less if it is below zero.
    pub other_order: Decimal,
    /// Claims that had been decided before, and whose amount has changed.
    pub changed: u64,
}
