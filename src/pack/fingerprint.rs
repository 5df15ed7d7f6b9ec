//! A pack's fingerprint: SHA-256 over its canonical JSON (RFC 8785), so that layout and comments do not count.

use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use crate::document::{Form, Node};
use crate::text::hexadecimal;

/// The fingerprint of a table, such as the whole of a pack, in lower-case hexadecimal.
pub(crate) fn of(root: &Node) -> String {
    hexadecimal(&Sha256::digest(canonical(root).to_string()))
}

/// The pack as JSON of objects, lists and texts. Numbers are texts as written, so that no number format can touch them;
/// keys are ASCII and sorted, and so the compact form is canonical by RFC 8785.
pub(super) fn canonical(node: &Node) -> Json {
    match &node.form {
        Form::Table(entries) => {
            Json::Object(entries.iter().map(|entry| (entry.key.clone(), canonical(&entry.node))).collect())
        }
        Form::List(items) => Json::Array(items.iter().map(canonical).collect()),
        Form::Text { text, .. } => Json::String(text.clone()),
        Form::Number(raw) => Json::String(raw.clone()),
        Form::YesNo(answer) => Json::Bool(*answer),
        Form::Date(date) => Json::String(date.to_string()),
        Form::Other | Form::Poisoned => Json::Null,
    }
}
