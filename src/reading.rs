//! Readings of a plan's meaning.

pub(crate) mod bounds;
pub(crate) mod exact;
