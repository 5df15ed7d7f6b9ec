//! Many certificates, line by line, under one root.

use std::collections::BTreeSet;
use std::io::{self, Write};

use serde_json::json;

use super::canonical::canonical;
use super::line::Line;
use super::tree::Growing;
use super::{Certificate, Move, Record};

/// Writes a batch of certificates as lines: each program before the first certificate that needs it, the root in the last.
///
/// Nothing of a certificate that is written is kept but its part in the root; a [`Tree`](super::Tree) proves of each that it is one of the batch,
/// and so does an [`Extract`](super::Extract) of what was written.
///
/// ```
/// # use huzhu::certificate::{Roll, Tree};
/// # use huzhu::{Case, Catalog, Certifier};
/// # let catalog = Catalog::load("rules".as_ref())?;
/// # let case = Case::read("zhao.json", &std::fs::read("rules/cases/zhao.json")?, &catalog)?;
/// let certificate = Certifier::new(&catalog).certify(&case)?;
/// let mut file = Vec::new();
/// let mut roll = Roll::to(&mut file);
/// roll.add(&certificate)?;
/// assert_eq!(roll.end()?, [&certificate].into_iter().collect::<Tree>().root());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Roll<W> {
    sink: W,
    /// The digests of those that are written.
    programs: BTreeSet<String>,
    certificates: u64,
    root: Growing,
}

impl<W: Write> Roll<W> {
    /// A batch that goes to the sink, from its first line.
    pub fn to(sink: W) -> Roll<W> {
        Roll { sink, programs: BTreeSet::new(), certificates: 0, root: Growing::default() }
    }

    /// Writes the next certificate.
    ///
    /// # Errors
    /// Those of the sink.
    pub fn add(&mut self, certificate: &Certificate) -> io::Result<()> {
        let digest = &certificate.program_digest;
        if !self.programs.contains(digest) {
            self.write_program(digest, &certificate.program_line())?;
        }
        self.write_certificate(certificate.digest, &certificate.line())
    }

    /// Writes what is recorded of the next claim of a member. A checker asks that all records of a member under one plan follow one another, in the
    /// order in which the claims were decided.
    ///
    /// # Errors
    /// Those of the sink.
    pub fn record(&mut self, record: &Record) -> io::Result<()> {
        match record {
            Record::Certificate(certificate) => self.add(certificate),
            Record::Move(moved) => self.write_move(moved.as_text()),
        }
    }

    /// Writes a line of another batch, so that several become one: not a program that this one has, nor the end.
    ///
    /// # Errors
    /// Those of the sink; [`io::ErrorKind::InvalidData`] if it is not a line of a batch.
    pub fn append(&mut self, line: &str) -> io::Result<()> {
        match Line::read(line).ok_or(io::ErrorKind::InvalidData)? {
            Line::Program { digest } if self.programs.contains(&*digest) => Ok(()),
            Line::Program { digest } => self.write_program(&digest, line),
            Line::Certificate { digest, .. } => self.write_certificate(digest, line),
            Line::Move => self.write_move(line),
            Line::End { .. } => Ok(()),
        }
    }

    fn write_program(&mut self, digest: &str, line: &str) -> io::Result<()> {
        writeln!(self.sink, "{line}")?;
        self.programs.insert(digest.to_owned());
        Ok(())
    }

    fn write_certificate(&mut self, digest: [u8; 32], line: &str) -> io::Result<()> {
        writeln!(self.sink, "{line}")?;
        self.root.add(digest);
        self.certificates = self.certificates.saturating_add(1);
        Ok(())
    }

    fn write_move(&mut self, line: &str) -> io::Result<()> {
        writeln!(self.sink, "{line}")?;
        self.root.add(Move::digest_of(line));
        Ok(())
    }

    /// The certificates so far.
    pub fn count(&self) -> u64 {
        self.certificates
    }

    /// Writes the last line, and gives the root over all certificates and moves: what is noted on the day.
    ///
    /// # Errors
    /// Those of the sink.
    pub fn end(mut self) -> io::Result<String> {
        let root = self.root.root();
        let end = json!({ "count": self.root.count(), "format": "huzhu-batch/2", "root": root });
        writeln!(self.sink, "{}", canonical(end))?;
        self.sink.flush()?;
        Ok(root)
    }
}
