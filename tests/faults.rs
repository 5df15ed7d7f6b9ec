//! Inputs on which the program was once wrong, each with the right outcome, and the whole kind that it is a case of.
//!
//! The inputs stand in `tests/faults/inputs`, one folder a case.

#![cfg(feature = "cli")]
#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]
#![expect(clippy::panic, reason = "a test fails by a panic")]
#![expect(clippy::expect_used, reason = "a test fails by a panic")]
#![expect(clippy::indexing_slicing, reason = "a test fails by a panic")]
#![expect(clippy::arithmetic_side_effects, reason = "numbers of a test are small")]

mod faults {
    mod contradictions;
    #[path = "../oracle/draw.rs"]
    mod draw;
    mod histories;
    mod joint_limits;
    mod members;
    mod orders;
    mod program;
    mod reversals;
    mod whole_numbers;
    mod words;
}
