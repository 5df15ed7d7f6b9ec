//! The laws of the engine: each a property, named as the law, over every shipped pack and over small packs written here.
//!
//! Members and their claims are drawn at random, at the edges more often than not; a member that breaks a law is shrunk to the
//! plainest that does. `PROPTEST_CASES` asks for more members, `PROPTEST_RNG_SEED` for the same again.

mod balance;
mod census;
#[cfg(feature = "batch")]
mod covers;
mod door;
mod enrolling;
mod histories;
mod law;
mod limits;
mod logic;
mod member;
mod missing;
mod prints;
mod promises;
mod proofs;
mod reasons;
mod same;
mod shelf;
mod small;
mod sums;
mod texts;
mod waterfall;
