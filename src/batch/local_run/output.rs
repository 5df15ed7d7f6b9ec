//! The results: what their columns are, and their parts in the work folder.

use std::path::Path;

use arrow_array::RecordBatch;

use super::Sources;
use super::checksummed::Sealed;
use super::job::Job;
use super::work_folder::Folder;
use crate::batch::accounts::{Plans, decide_bucket};
use crate::batch::files::{Sink, Style};
use crate::batch::{Decided, Given, refused};
use crate::error::Error;
use crate::text::Language;

/// The files of results, whose names have been checked.
#[derive(Debug)]
pub(super) struct Outputs {
    pub(super) payouts: Sink,
    pub(super) lines: Option<Sink>,
}

impl Outputs {
    /// Those of a job; their columns are those of no claims decided.
    pub(super) fn of(job: &Job, sources: &Sources, plans: &Plans<'_>, style: &Style) -> Result<Outputs, Error> {
        let none = |source: &super::Source| RecordBatch::new_empty(source.schema().clone());
        let (claims, refused, enrollments) = (none(&sources.claims), refused::none(), none(&sources.enrollments));
        let given = Given { claims: &claims, refused: &refused, enrollments: &enrollments, is_apart: false };
        let Decided { payouts, lines, .. } = decide_bucket(plans, given, true)?;
        // Of the rejected rows only the name is checked: it must end in the same ways.
        Sink::new(&job.rejects, &payouts.schema())?;
        let sink = |path: &Path, rows: &RecordBatch| Ok::<Sink, Error>(Sink::new(path, &rows.schema())?.styled(style));
        let payouts = sink(&job.out, &payouts)?;
        let lines = job.lines.as_ref().map(|path| sink(path, &lines)).transpose()?;
        Ok(Outputs { payouts, lines })
    }

    /// The language of titles and words, if a file has any.
    pub(super) fn language(&self) -> Option<Language> {
        let mut sinks = [Some(&self.payouts), self.lines.as_ref()].into_iter().flatten();
        sinks.find_map(Sink::language)
    }
}

/// Writes the rows of a part to the work folder; none if there is no row.
pub(super) fn write_part(
    sink: &Sink,
    rows: &RecordBatch,
    folder: &Folder,
    name: &str,
) -> Result<Option<Sealed>, Error> {
    if rows.num_rows() == 0 {
        return Ok(None);
    }
    folder.put(name, &sink.part(rows)?).map(Some)
}
