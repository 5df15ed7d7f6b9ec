//! What stands for a content.

use std::fmt::Write;

use sha2::{Digest, Sha256};

/// The SHA-256 of texts, each with its length before it, so that no two lists of texts are written alike.
#[must_use]
pub fn digest(texts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for text in texts {
        hash.update(text.len().to_string());
        hash.update(":");
        hash.update(text);
    }
    hash.finalize().iter().fold(String::new(), |mut digits, byte| {
        let _into_a_text = write!(digits, "{byte:02x}");
        digits
    })
}
