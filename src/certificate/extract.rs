//! One certificate taken out of a batch, with the proof that it is one of it.

use std::collections::BTreeMap;
use std::io::BufRead;

use serde_json::{Map, Value as Json};

use super::canonical::canonical;
use super::line::Line;
use super::tree::{Inclusion, Tree};
use crate::error::Error;
use crate::text::{Text, say};

/// A certificate of a batch by itself: with its program, and with the proof that it is in the batch. It needs no other claim's data.
///
/// ```
/// # use huzhu::{Case, Catalog, Certifier, Extract, Roll};
/// # let catalog = Catalog::load("rules".as_ref())?;
/// # let case = Case::read("zhao.json", &std::fs::read("rules/cases/zhao.json")?, &catalog)?;
/// # let certificate = Certifier::new(&catalog).certify(&case)?;
/// # let mut file = Vec::new();
/// let mut roll = Roll::to(&mut file);
/// roll.add(&certificate)?;
/// let root = roll.end()?;
/// let extracts = Extract::all(file.as_slice(), "zhao-2025-01")?;
/// assert!(extracts[0].as_text().contains(&root));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extract {
    enrollment: String,
    text: String,
}

impl Extract {
    /// The certificates of all claims of this id, in the order of the batch; none if it has no such claim.
    ///
    /// The digest of every certificate of the batch is kept meanwhile, 64 bytes for each.
    ///
    /// # Errors
    /// [`Error::is_certificate`] if it can not be read, is no batch, is cut short, or if its root is not that of its certificates. The certificates themselves
    /// are not checked: that is for [`crate::verify`].
    pub fn all(batch: impl BufRead, claim: &str) -> Result<Vec<Extract>, Error> {
        let mut programs = BTreeMap::new();
        let (mut digests, mut found, mut end) = (Vec::new(), Vec::new(), None);
        for (number, line) in (1_u64..).zip(batch.lines()) {
            let line = line.map_err(|fault| at(number, Text::same(&fault.to_string())))?;
            let read = Line::read(&line).filter(|_| end.is_none());
            match read.ok_or_else(|| at(number, say!("不是批次的一行", "it is no line of a batch")))? {
                Line::Program { digest } => {
                    programs.insert(digest.into_owned(), line);
                }
                Line::Certificate { claim: other, enrollment, digest, program_digest } => {
                    if other == claim {
                        let program = programs.get(&*program_digest);
                        let program = program.ok_or_else(|| {
                            at(number, say!("其程序不在此前", "its program does not stand before it"))
                        })?;
                        found.push((digests.len(), enrollment.into_owned(), line.clone(), program.clone()));
                    }
                    digests.push(digest);
                }
                Line::End { count, root } => end = Some((count, root.into_owned())),
            }
        }
        let tree = Tree::of(digests.iter().copied());
        let count = u64::try_from(digests.len()).unwrap_or(u64::MAX);
        let Some((stated, root)) = end else {
            return Err(Error::certificate(say!(
                "批次不完整：没有最后一行",
                "the batch is not whole: it has no last line"
            )));
        };
        if stated != count || root != tree.root() {
            return Err(Error::certificate(say!(
                "批次不完整：最后一行的份数和根与各凭证不符",
                "the batch is not whole: the number and the root in its last line are not those of its certificates"
            )));
        }
        let extract = |(index, enrollment, line, program): (usize, String, String, String)| {
            let text = tree.inclusion(index).and_then(|inclusion| put_together(&line, &program, &inclusion));
            Some(Extract { enrollment, text: text? })
        };
        Ok(found.into_iter().filter_map(extract).collect())
    }

    /// The enrollment that the claim is made under.
    #[must_use]
    pub fn enrollment(&self) -> &str {
        &self.enrollment
    }

    /// The certificate in canonical JSON.
    #[must_use]
    pub fn as_text(&self) -> &str {
        &self.text
    }
}

fn put_together(line: &str, program: &str, inclusion: &Inclusion) -> Option<String> {
    let mut certificate: Map<String, Json> = serde_json::from_str(line).ok()?;
    let mut program: Map<String, Json> = serde_json::from_str(program).ok()?;
    certificate.insert("program".to_owned(), program.remove("program")?);
    certificate.insert("inclusion".to_owned(), inclusion.json());
    Some(canonical(Json::Object(certificate)))
}

fn at(number: u64, Text { zh, en }: Text) -> Error {
    Error::certificate(say!("第 {number} 行：{zh}", "line {number}: {en}"))
}
