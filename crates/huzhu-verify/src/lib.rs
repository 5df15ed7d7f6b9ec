//! Certificates checked by nothing but their specification, the module `certificate_format` of the crate `huzhu`.
//!
//! This checker shares no code with the engine, on purpose: it was written from the specification alone, and of all libraries uses only the standard one
//! and SHA-256. What it accepts was therefore worked out twice.
//!
//! [`certificate`] checks one, [`batch`] a file of many, [`Batch`] such a file line by line. What holds gives what it says, [`Verified`]; what does not
//! gives the first [`Flaw`] found. Neither says that the program is the pack's: compare [`Verified::program_digest`] with the published one.
//!
//! ```
//! let text = std::fs::read("../../tests/expected/certificates/zhao.json")?;
//! let verified = huzhu_verify::certificate(&text)?;
//! assert_eq!((verified.decision(), verified.payable()), ("paid", "7119.87"));
//!
//! let forged = String::from_utf8(text)?.replacen("7119.87", "9119.87", 1);
//! let flaw = huzhu_verify::certificate(forged.as_bytes()).unwrap_err();
//! assert_eq!(
//!     flaw.to_string(),
//!     "the amount payable does not follow from the values (`conclusion.payable`: \"7119.87\" follows, not \"9119.87\")"
//! );
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod account;
mod batch;
mod bounds;
mod canonical;
mod certificate;
mod changed;
mod conclusion;
mod date;
mod digest;
mod flaw;
mod foreign;
mod inputs;
mod members;
mod missing;
mod number;
mod program;
mod step;
mod tree;
mod value;

pub use batch::{Batch, VerifiedBatch, batch, begins_a_batch};
pub use certificate::{Verified, certificate};
pub use flaw::Flaw;
pub use tree::Inclusion;

/// The most bytes of a certificate, or of a line of a batch with its line feed. More are refused unread.
pub const MAX_BYTES: usize = 64 << 20;
