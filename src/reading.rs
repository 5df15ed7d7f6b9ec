//! Readings of a plan's meaning.

pub(crate) mod absence;
pub(crate) mod bounds;
#[cfg(feature = "batch")]
pub(crate) mod columns;
pub(crate) mod exact;
pub(crate) mod formula;
pub(crate) mod known;
pub(crate) mod range;
#[cfg(feature = "workbook")]
pub(crate) mod sheet;
#[cfg(test)]
pub(crate) mod tally;
pub(crate) mod ties;
