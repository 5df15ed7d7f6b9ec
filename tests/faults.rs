//! Inputs on which the program was once wrong, each with the right outcome, and the whole kind that it is a case of.
//!
//! The inputs stand in `tests/faults/inputs`, one folder a case.

#![cfg(feature = "cli")]
#![expect(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that meets what it does not know must stop, not carry on"
)]
#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]
#![expect(clippy::panic, reason = "a test fails by a panic")]

#[expect(dead_code, reason = "of the oracle only the population is used here")]
#[path = "oracle/all.rs"]
mod oracle;

#[path = "drawn/claims.rs"]
mod claims;

mod faults {
    mod contradictions;
    mod every_way;
    mod histories;
    mod joint_limits;
    mod members;
    mod orders;
    mod program;
    mod reversals;
    mod whole_numbers;
    mod words;
}
