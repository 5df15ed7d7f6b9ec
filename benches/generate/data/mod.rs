//! Made-up members, covers and claims: the same for the same seed, on every machine.

pub(crate) mod arguments;
pub(crate) mod columns;
pub(crate) mod packs;
pub(crate) mod people;
pub(crate) mod random;
pub(crate) mod story;
