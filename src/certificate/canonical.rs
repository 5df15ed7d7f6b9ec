//! One form for each content (RFC 8785), and its digest.

use rust_decimal::Decimal;
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

/// Canonical JSON. All keys are ASCII and all numbers small and whole, so that order and digits need no more than this.
pub(super) fn canonical(mut json: Json) -> String {
    json.sort_all_objects();
    json.to_string()
}

/// The number without zeros at its end, so that equal numbers are equal texts.
pub(super) fn decimal(number: Decimal) -> String {
    if number.is_zero() { "0".to_owned() } else { number.normalize().to_string() }
}

pub(super) fn digest(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}
