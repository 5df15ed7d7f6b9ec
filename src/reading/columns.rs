//! The reading by columns: a plan recorded once, then run over blocks of claims in whole numbers.
//!
//! [`record`] reads the plan's meaning and writes down every operation in a [`graph`], where each number has proven bounds.
//! [`schedule`] keeps what an answer needs and lays it out as a [`program`] of small [`kernel`]s over a few registers.
//! A claim whose answer depends on a missing fact gets none here: the exact reading decides it, and names the fact.

pub(crate) mod answer;
pub(crate) mod graph;
mod kernel;
pub(crate) mod program;
pub(crate) mod record;
mod schedule;
