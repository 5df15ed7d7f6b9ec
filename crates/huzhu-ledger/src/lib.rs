//! An append-only ledger of decisions, by double entry in whole fen.
//!
#![doc = include_str!("../README.md")]

mod account;
mod book;
mod check;
mod digest;
mod fault;
mod ledger;
mod schema;
#[cfg(test)]
mod tests;

pub use account::{Balance, Posted};
pub use book::{Book, Booked, Decision, Kept, Message, Part, Taken};
pub use check::Violation;
pub use digest::digest;
pub use fault::Fault;
pub use ledger::Ledger;
