//! Payouts and benefits as rows of a file: what their columns are, and their parts.

use std::path::Path;

use arrow_array::RecordBatch;

use super::Sources;
use super::checksummed::Sealing;
use super::consumer::{AllAccounts, Consumer, DecidedAccounts};
use super::job::Job;
use crate::batch::accounts::{Plans, decide_bucket};
use crate::batch::files::{Sink, Style};
use crate::batch::{Decided, Given, refused};
use crate::error::Error;
use crate::text::Language;

/// A file of decided rows, whose name has been checked.
pub(super) struct Output {
    holds: &'static str,
    sink: Sink,
    /// Which rows of those that are decided.
    rows: fn(&Decided) -> &RecordBatch,
    is_of_lines: bool,
}

impl Output {
    /// Those of a job, the payouts last; their columns are those of no claims decided.
    pub(super) fn all(job: &Job, sources: &Sources, plans: &Plans<'_>, style: &Style) -> Result<Vec<Output>, Error> {
        let none = |source: &super::Source| RecordBatch::new_empty(source.schema().clone());
        let (claims, refused, enrollments) = (none(&sources.claims), refused::none(), none(&sources.enrollments));
        let given = Given { claims: &claims, refused: &refused, enrollments: &enrollments, is_apart: false };
        let none = decide_bucket(plans, given, true)?;
        let output = |holds, path: &Path, rows: fn(&Decided) -> &RecordBatch, is_of_lines| {
            let sink = Sink::new(path, &rows(&none).schema())?.styled(style);
            Ok::<Output, Error>(Output { holds, sink, rows, is_of_lines })
        };
        let payouts = output("payouts", &job.out, |decided| &decided.payouts, false)?;
        let lines = job.lines.as_ref().map(|path| output("lines", path, |decided| &decided.lines, true));
        Ok(lines.transpose()?.into_iter().chain([payouts]).collect())
    }
}

impl Consumer for Output {
    fn holds(&self) -> &'static str {
        self.holds
    }

    fn path(&self) -> &Path {
        self.sink.path()
    }

    fn reads_lines(&self) -> bool {
        self.is_of_lines
    }

    fn language(&self) -> Option<Language> {
        self.sink.language()
    }

    /// Writes the rows, if there is one.
    fn see(&self, accounts: DecidedAccounts<'_>, part: &mut Sealing) -> Result<u64, Error> {
        let rows = (self.rows)(accounts.decided);
        if rows.num_rows() > 0 {
            part.put(&self.sink.part(rows)?)?;
        }
        Ok(0)
    }

    fn write(&self, all: &AllAccounts<'_>, to: &Path, manifest: &str) -> Result<(), Error> {
        self.sink.join(&all.parts(self), to, manifest, &mut |_| all.has_taken_a_part())
    }
}
