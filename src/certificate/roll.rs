//! Many certificates, line by line, under one root.

use std::collections::BTreeSet;
use std::io::{self, Write};

use serde_json::json;

use super::Certificate;
use super::canonical::canonical;
use super::tree::Tree;

/// Writes a batch of certificates as lines: each program before the first certificate that needs it, the root in the last.
///
/// Of a certificate that is written only its digest is kept.
///
/// ```
/// # use huzhu::{Catalog, Case, Certifier, Roll};
/// # let catalog = Catalog::load("rules".as_ref())?;
/// # let case = Case::read("zhao.json", &std::fs::read("rules/cases/zhao.json")?, &catalog)?;
/// let certificate = Certifier::new(&catalog).certify(&case)?;
/// let mut file = Vec::new();
/// let mut roll = Roll::to(&mut file);
/// roll.add(&certificate)?;
/// let tree = roll.end()?;
/// let sample = certificate.to_text_within(&tree.inclusion(0).expect("there is one leaf"));
/// assert!(sample.contains(&tree.root()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Roll<W> {
    sink: W,
    /// The digests of those that are written.
    programs: BTreeSet<String>,
    digests: Vec<[u8; 32]>,
}

impl<W: Write> Roll<W> {
    /// A batch that goes to the sink, from its first line.
    pub fn to(sink: W) -> Roll<W> {
        Roll { sink, programs: BTreeSet::new(), digests: Vec::new() }
    }

    /// Writes the next certificate.
    ///
    /// # Errors
    /// Those of the sink.
    pub fn add(&mut self, certificate: &Certificate) -> io::Result<()> {
        let digest = &certificate.program_digest;
        if !self.programs.contains(digest) {
            writeln!(self.sink, "{{\"program\":{},\"program_digest\":\"{digest}\"}}", certificate.program)?;
            self.programs.insert(digest.clone());
        }
        writeln!(self.sink, "{}", certificate.line())?;
        self.digests.push(certificate.digest);
        Ok(())
    }

    /// Writes the last line and gives the tree over all certificates.
    ///
    /// # Errors
    /// Those of the sink.
    pub fn end(mut self) -> io::Result<Tree> {
        let tree = Tree::of(self.digests.iter().copied());
        let end = json!({ "count": self.digests.len(), "format": "huzhu-batch/1", "root": tree.root() });
        writeln!(self.sink, "{}", canonical(end))?;
        self.sink.flush()?;
        Ok(tree)
    }
}
