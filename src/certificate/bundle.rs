//! Many certificates with one root.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::Certificate;
use super::canonical::{canonical, in_hexadecimal};
use super::tree::Tree;

/// Certificates in a fixed order, of one plan or of several, with the root of the tree over them.
#[derive(Debug)]
pub struct Bundle {
    certificates: Vec<Certificate>,
    tree: Tree,
}

impl Bundle {
    /// Takes the certificates in the order of the batch.
    #[must_use]
    pub fn of(certificates: Vec<Certificate>) -> Bundle {
        let tree = Tree::of(certificates.iter().map(|certificate| certificate.digest));
        Bundle { certificates, tree }
    }

    /// The root over all of them, in lower-case hexadecimal: what is noted on the day.
    #[must_use]
    pub fn root(&self) -> String {
        in_hexadecimal(&self.tree.root())
    }

    /// Every certificate, in order.
    #[must_use]
    pub fn certificates(&self) -> &[Certificate] {
        &self.certificates
    }

    /// One certificate for itself, in canonical JSON, with its program and the proof that it is one of these.
    #[must_use]
    pub fn sample(&self, index: usize) -> Option<String> {
        let certificate = self.certificates.get(index)?;
        let path: Vec<String> = self.tree.path(index).iter().map(|hash| in_hexadecimal(hash)).collect();
        let count = self.certificates.len();
        let inclusion = json!({ "count": count, "index": index, "path": path, "root": self.root() });
        let program = Json::clone(&certificate.program.0);
        Some(canonical(certificate.with([("program", program), ("inclusion", inclusion)])))
    }

    /// The whole as lines: each program before the first certificate that needs it, the root in the last.
    pub fn lines(&self) -> impl Iterator<Item = String> {
        let mut known = BTreeMap::new();
        let certificates = self.certificates.iter().flat_map(move |certificate| {
            let (program, digest) = &certificate.program;
            let is_new = known.insert(digest.clone(), ()).is_none();
            let program =
                is_new.then(|| canonical(json!({ "program": Json::clone(program), "program_digest": digest })));
            program.into_iter().chain([canonical(certificate.with([]))])
        });
        let end = json!({ "count": self.certificates.len(), "format": "huzhu-batch/1", "root": self.root() });
        certificates.chain([canonical(end)])
    }
}
