//! Inputs on which the program was once wrong, each with the right outcome, and the whole kind that it is a case of.
//!
//! The inputs stand in `tests/faults/inputs`, one folder a case.

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
