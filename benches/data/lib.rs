//! Made-up members, covers and claims: the same for the same seed, on every machine.

#![expect(missing_docs, reason = "shapes of what is made up, whose names say it")]
#![expect(clippy::must_use_candidate, reason = "what is made up is made to be used")]
#![expect(clippy::missing_panics_doc, reason = "what cannot be made up ends the program")]
#![expect(clippy::arithmetic_side_effects, reason = "numbers made up here are small")]
#![expect(clippy::as_conversions, reason = "lengths and indexes widen")]
#![expect(clippy::expect_used, reason = "without its packs there is nothing to make up")]
#![expect(clippy::indexing_slicing, reason = "indexes come from the same lists")]
#![expect(clippy::panic, reason = "an argument that is not understood ends the program")]

pub mod arguments;
pub mod columns;
pub mod packs;
pub mod people;
pub mod random;
pub mod story;

use std::path::{Path, PathBuf};

/// The folder of the shipped packs.
pub fn rules() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../rules")
}
