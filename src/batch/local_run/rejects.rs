//! Rejected rows: kept in work files as they come, and read back in order however many there are.

use std::cmp::Reverse;
use std::collections::binary_heap::PeekMut;
use std::collections::{BTreeSet, BinaryHeap};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use super::checksummed::{Sealed, Sealing};
use super::disk::{damaged, unreadable, unwritable};
use super::space::Space;
use crate::batch::{Input, Reject};
use crate::disk::fs::File;
use crate::error::Error;
use crate::text::Text;

/// A work file of rejected rows while it is filled. There is no file as long as there is no row.
#[derive(Debug)]
pub(super) struct Rejected {
    file: Sealing,
}

/// A row of a work file: whether it is of the claims, its number, column, value, and the reason in Chinese and in English.
type Line = (bool, u64, String, String, String, String);

impl Rejected {
    pub(super) fn at(path: PathBuf, space: &Space) -> Rejected {
        Rejected { file: Sealing::at(path, space) }
    }

    pub(super) fn add(&mut self, rejects: Vec<Reject>) -> Result<(), Error> {
        for reject in rejects {
            let mut line = to_line(reject)?;
            line.push(b'\n');
            self.file.put(&line)?;
        }
        Ok(())
    }

    /// The complete file; none if no row was rejected.
    pub(super) fn seal(self) -> Result<Option<Sealed>, Error> {
        self.file.seal()
    }
}

fn to_line(reject: Reject) -> Result<Vec<u8>, Error> {
    let Reject { input, row, column, value, reason } = reject;
    let line: Line = (input == Input::Claims, row, column, value, reason.zh, reason.en);
    serde_json::to_vec(&line).map_err(|fault| unwritable(Path::new("rejects"), &fault.into()))
}

fn from_line(line: &str) -> Option<Reject> {
    let (is_claim, row, column, value, zh, en): Line = serde_json::from_str(line).ok()?;
    let input = if is_claim { Input::Claims } else { Input::Enrollments };
    Some(Reject { input, row, column, value, reason: Text { zh, en } })
}

/// Gives all rejects of the files by input, row and column, within so many bytes of memory.
///
/// An enrollment that several buckets have seen is given once.
pub(super) fn in_order(
    files: &[PathBuf],
    (scratch, space): (&Path, &Space),
    memory: u64,
    mut give: impl FnMut(Reject) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut runs = Vec::new();
    let (mut held, mut bytes) = (Vec::new(), 0_u64);
    for path in files {
        for reject in Source::open(path)? {
            let reject = reject?;
            bytes = bytes.saturating_add(size(&reject));
            held.push(reject);
            if bytes > memory {
                runs.push(sorted_run(&mut held, &scratch.join(format!("sorted-{}.rejects", runs.len())), space)?);
                bytes = 0;
            }
        }
    }
    held.sort();
    let held = Source::Held(held.into_iter());
    let mut sources = runs.iter().map(|path| Source::open(path)).chain([Ok(held)]).collect::<Result<Vec<_>, _>>()?;
    let mut heads = BinaryHeap::new();
    for (number, source) in sources.iter_mut().enumerate() {
        heads.extend(source.next().transpose()?.map(|reject| Reverse((reject, number))));
    }
    let mut last: Option<Reject> = None;
    while let Some(mut head) = heads.peek_mut() {
        let Reverse((_, number)) = &*head;
        let next = sources.get_mut(*number).and_then(Iterator::next).transpose()?;
        let reject = match next {
            Some(next) => std::mem::replace(&mut head.0.0, next),
            None => PeekMut::pop(head).0.0,
        };
        if !last.as_ref().is_some_and(|last| is_twice(last, &reject)) {
            give(reject.clone())?;
        }
        last = Some(reject);
    }
    Ok(())
}

fn is_twice(earlier: &Reject, later: &Reject) -> bool {
    let key = |reject: &Reject| (reject.input, reject.row);
    later.input == Input::Enrollments && key(earlier) == key(later) && earlier.column == later.column
}

/// About what a reject takes in memory.
fn size(reject: &Reject) -> u64 {
    let Reject { column, value, reason, .. } = reject;
    let texts = [column, value, &reason.zh, &reason.en].map(|text| text.len().saturating_add(16));
    let texts = texts.into_iter().fold(size_of::<Reject>(), usize::saturating_add);
    u64::try_from(texts).unwrap_or(u64::MAX)
}

/// Writes rejects in order and forgets them.
fn sorted_run(held: &mut Vec<Reject>, path: &Path, space: &Space) -> Result<PathBuf, Error> {
    held.sort();
    let mut run = Rejected::at(path.to_owned(), space);
    run.add(std::mem::take(held))?;
    run.seal()?;
    Ok(path.to_owned())
}

/// Rejects one after another.
enum Source {
    Held(std::vec::IntoIter<Reject>),
    Read { path: PathBuf, lines: std::io::Lines<BufReader<File>> },
}

impl Source {
    fn open(path: &Path) -> Result<Source, Error> {
        let file = File::open(path).map_err(|fault| unreadable(path, &fault))?;
        Ok(Source::Read { path: path.to_owned(), lines: BufReader::new(file).lines() })
    }
}

impl Iterator for Source {
    type Item = Result<Reject, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Source::Held(rejects) => rejects.next().map(Ok),
            Source::Read { path, lines } => match lines.next()? {
                Ok(line) => Some(from_line(&line).ok_or_else(|| damaged(path))),
                Err(fault) => Some(Err(unreadable(path, &fault))),
            },
        }
    }
}

/// The rows of an input among rejects; a row may have several.
pub(super) fn rows_of(rejects: &[Reject], input: Input) -> u64 {
    let rows: BTreeSet<u64> = rejects.iter().filter(|reject| reject.input == input).map(|reject| reject.row).collect();
    u64::try_from(rows.len()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reject(input: Input, row: u64, column: &str) -> Reject {
        let reason = Text { zh: "错".to_owned(), en: "line\nbreak".to_owned() };
        Reject { input, row, column: column.to_owned(), value: "v".to_owned(), reason }
    }

    #[test]
    fn rejects_come_in_order_within_any_memory() {
        let folder = std::env::temp_dir().join(format!("huzhu-rejects-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let (claims, enrollments) = (Input::Claims, Input::Enrollments);
        let given = [
            vec![reject(enrollments, 2, "b"), reject(claims, 9, "a"), reject(claims, 10, "a")],
            vec![reject(enrollments, 2, "b"), reject(claims, 9, "A"), reject(enrollments, 1, "c")],
            vec![],
        ];
        let space = Space::unlimited();
        let files: Vec<PathBuf> = (0..3).map(|number| folder.join(format!("{number}.rejects"))).collect();
        for (path, rejects) in files.iter().zip(given) {
            let mut file = Rejected::at(path.clone(), &space);
            let is_empty = rejects.is_empty();
            file.add(rejects).unwrap();
            assert_eq!(file.seal().unwrap().is_none(), is_empty);
        }
        let expected =
            [(claims, 9, "A"), (claims, 9, "a"), (claims, 10, "a"), (enrollments, 1, "c"), (enrollments, 2, "b")];
        for memory in [0, 300, 1 << 20] {
            let mut found = Vec::new();
            let files: Vec<PathBuf> = files.iter().take(2).cloned().collect();
            in_order(&files, (&folder, &space), memory, |reject| {
                found.push(reject);
                Ok(())
            })
            .unwrap();
            assert_eq!(found, expected.map(|(input, row, column)| reject(input, row, column)), "{memory}");
        }
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
