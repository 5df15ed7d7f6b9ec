//! Inputs on which the program was once wrong, each with the right outcome, and the whole kind that it is a case of.
//!
//! The inputs stand in `tests/faults/inputs`, one folder a case.

mod as_written;
mod bounds;
mod clerk;
mod clerks_hour;
mod contradictions;
mod details;
mod encodings;
mod endings;
mod enrolling;
mod every_way;
mod files;
mod first_files;

mod histories;
mod joint_limits;
mod manifest;
mod members;
mod office;
mod order_of_claims;
mod orders;
pub(crate) mod program;
mod rare_characters;
mod rejected_rows;
mod reversals;
mod whole_numbers;
mod words;
