//! All tests in one program: it is linked once, and what several of them draw on is compiled once.
//!
//! `cargo test laws::` runs those of one file. What takes long is ignored here and run by `.ci/run`, with `-- --ignored`.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unreachable,
    clippy::unwrap_used,
    reason = "a test fails by a panic"
)]
#![expect(
    clippy::arithmetic_side_effects,
    reason = "the numbers made up here are small, and exact fractions do not overflow"
)]

#[cfg(feature = "cli")]
mod audit;
#[cfg(feature = "cli")]
mod batch;
mod certificates;
mod chinese;
#[cfg(feature = "cli")]
mod cli;
#[cfg(feature = "batch")]
mod columns;
#[cfg(feature = "batch")]
mod continued;
mod continuity;
mod curve;
mod decimal;
#[cfg(feature = "batch")]
mod doors;
mod exact;
#[cfg(feature = "cli")]
mod faults;
#[cfg(feature = "cli")]
mod first_hour;
mod hostile;
mod joint;
mod laws;
mod layers;
#[cfg(all(feature = "cli", feature = "settle"))]
mod ledger;
mod oracle;
mod order;
mod pages;
#[cfg(feature = "batch")]
mod random_packs;
mod rejected;
#[cfg(feature = "cli")]
mod report;
#[cfg(feature = "settle")]
mod settle;
mod steps;
mod tidy;
mod verify;
#[cfg(feature = "workbook")]
mod workbook;
mod worked_cases;

mod drawn {
    pub(crate) mod claims;
}
mod forgery {
    pub(crate) mod forge;
    pub(crate) mod generate;
    pub(crate) mod python;
}
#[cfg(feature = "batch")]
mod results {
    pub(crate) mod read;
}
