//! A plan's formula run over blocks of claims in whole numbers.
//!
//! [`lower`] takes the steps of the formula, for claims of which so much is given, to a [`graph`] where each number has proven bounds.
//! [`schedule`] keeps what an answer needs and lays it out as a [`program`] of small [`kernel`]s over a few registers.
//! A claim whose answer depends on a missing fact gets none here: the exact reading decides it, and names the fact.

pub(crate) mod answer;
pub(crate) mod graph;
mod kernel;
pub(crate) mod lower;
pub(crate) mod program;
mod schedule;
