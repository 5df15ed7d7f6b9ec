//! One certificate taken out of a batch, with the proof that it is one of it.

use std::collections::BTreeMap;
use std::io::{self, BufRead};

use serde_json::{Map, Value as Json};

use super::canonical::canonical;
use super::line::Line;
use super::record::Move;
use super::tree::{Inclusion, Tree};
use crate::error::Error;
use crate::text::{Text, say};

/// A certificate of a batch by itself: with its program, and with the proof that it is in the batch. It needs no other claim's data.
///
/// ```
/// # use huzhu::certificate::{Extract, Roll};
/// # use huzhu::{Case, Catalog, Certifier};
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
    /// The digest of every record of the batch is kept meanwhile, 64 bytes for each.
    ///
    /// # Errors
    /// [`Error::is_certificate`] if it cannot be read, is no batch, is cut short, or if its root is not that of its certificates. The certificates themselves
    /// are not checked: that is for [`crate::verify`].
    pub fn all(batch: impl BufRead, claim: &str) -> Result<Vec<Extract>, Error> {
        let mut search = Search::of(claim);
        let (mut batch, mut line) = (batch, Vec::new());
        for number in 1_u64.. {
            let next = next_line(&mut batch, &mut line);
            let taken = next.and_then(|next| next.map(|text| search.take(text)).transpose());
            let taken = taken
                .map_err(|Text { zh, en }| Error::certificate(say!("第 {number} 行：{zh}", "line {number}: {en}")))?;
            if taken.is_none() {
                break;
            }
        }
        let tree = search.tree()?;
        search.found.into_iter().map(|found| found.extract(&tree)).collect()
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

/// The most bytes of a line, and of all programs together: a batch has one for each version of a plan.
const MOST_BYTES: usize = 64 << 20;

/// The next line; none after the last. `line` is where it is read to.
fn next_line(batch: &mut impl BufRead, line: &mut Vec<u8>) -> Result<Option<String>, Text> {
    line.clear();
    let most = u64::try_from(MOST_BYTES).unwrap_or(u64::MAX);
    let read = io::Read::take(&mut *batch, most.saturating_add(1)).read_until(b'\n', line);
    if read.map_err(|fault| Text::same(&fault.to_string()))? == 0 {
        return Ok(None);
    }
    if line.len() > MOST_BYTES {
        return Err(too_long());
    }
    let text = line.strip_suffix(b"\n").unwrap_or(line);
    let text = str::from_utf8(text.strip_suffix(b"\r").unwrap_or(text));
    text.map(|text| Some(text.to_owned())).map_err(|_| say!("不是 UTF-8 文本", "it is not UTF-8"))
}

fn too_long() -> Text {
    let most = MOST_BYTES >> 20;
    say!("超过 {most} MiB", "it has more than {most} MiB")
}

/// What a batch has of a claim, line by line.
struct Search<'c> {
    claim: &'c str,
    /// The lines of programs, by their digests.
    programs: BTreeMap<String, String>,
    bytes_of_programs: usize,
    digests: Vec<[u8; 32]>,
    found: Vec<Found>,
    /// What the last line says: how many there are, and their root.
    end: Option<(u64, String)>,
}

/// A certificate of the claim.
struct Found {
    index: usize,
    enrollment: String,
    line: String,
    /// The line of its program.
    program: String,
}

impl Search<'_> {
    fn of(claim: &str) -> Search<'_> {
        Search {
            claim,
            programs: BTreeMap::new(),
            bytes_of_programs: 0,
            digests: Vec::new(),
            found: Vec::new(),
            end: None,
        }
    }

    fn take(&mut self, line: String) -> Result<(), Text> {
        let read = Line::read(&line).filter(|_| self.end.is_none());
        match read.ok_or_else(|| say!("不是批次的一行", "it is not a line of a batch"))? {
            Line::Program { digest } => {
                let digest = digest.into_owned();
                self.bytes_of_programs = self.bytes_of_programs.saturating_add(line.len());
                if self.bytes_of_programs > MOST_BYTES {
                    return Err(too_long());
                }
                self.programs.insert(digest, line);
            }
            Line::Certificate { claim, enrollment, digest, program_digest } => {
                if claim == self.claim {
                    let program = self.programs.get(&*program_digest).cloned();
                    let program =
                        program.ok_or_else(|| say!("其程序不在此前", "its program does not come before it"))?;
                    let (index, enrollment) = (self.digests.len(), enrollment.into_owned());
                    self.found.push(Found { index, enrollment, line: line.clone(), program });
                }
                self.digests.push(digest);
            }
            Line::Move => self.digests.push(Move::digest_of(&line)),
            Line::End { count, root } => self.end = Some((count, root.into_owned())),
        }
        Ok(())
    }

    /// The tree, which must be the one that the last line is of.
    fn tree(&self) -> Result<Tree, Error> {
        let tree = Tree::of(self.digests.iter().copied());
        let count = u64::try_from(self.digests.len()).unwrap_or(u64::MAX);
        match &self.end {
            Some((stated, root)) if *stated == count && *root == tree.root() => Ok(tree),
            Some(_) => Err(Error::certificate(say!(
                "批次不完整：最后一行的份数和根与各凭证不符",
                "the batch is incomplete: the number and the root in its last line are not those of its certificates"
            ))),
            None => Err(Error::certificate(say!(
                "批次不完整：没有最后一行",
                "the batch is incomplete: it has no last line"
            ))),
        }
    }
}

impl Found {
    fn extract(self, tree: &Tree) -> Result<Extract, Error> {
        let Found { index, enrollment, line, program } = self;
        let text = tree.inclusion(index).and_then(|inclusion| put_together(&line, &program, &inclusion));
        match text {
            Some(text) => Ok(Extract { enrollment, text }),
            None => Err(Error::certificate(say!("其程序一行没有程序", "the line of its program has no program"))),
        }
    }
}

fn put_together(line: &str, program: &str, inclusion: &Inclusion) -> Option<String> {
    let mut certificate: Map<String, Json> = serde_json::from_str(line).ok()?;
    let mut program: Map<String, Json> = serde_json::from_str(program).ok()?;
    certificate.insert("program".to_owned(), program.remove("program")?);
    certificate.insert("inclusion".to_owned(), inclusion.json());
    Some(canonical(Json::Object(certificate)))
}
