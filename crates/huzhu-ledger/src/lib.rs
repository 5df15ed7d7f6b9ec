//! An append-only ledger of decisions, by double entry in whole fen.
//!
#![doc = include_str!("../README.md")]

mod account;
mod book;
mod check;
mod closing;
mod digest;
mod entry;
mod fault;
mod ledger;
mod payment;
mod schema;
#[cfg(test)]
mod tests;

pub use account::{Balance, Posted};
pub use book::{Book, Booked, Decision, Kept, Message, Newest, Part, Taken};
pub use check::Violation;
pub use closing::{Chain, Closing, Through};
pub use digest::digest;
pub use entry::{Cause, Entry, Moved};
pub use fault::Fault;
pub use ledger::Ledger;
pub use payment::{Answer, Answered, Payment, State};
