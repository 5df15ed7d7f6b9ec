//! What an audit is asked to do.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use super::amount::Unit;
use super::recorded::Manner;
use super::sample::Sampling;
use crate::batch::{Headers, Intake, Job, for_people_beside, is_left_further};
use crate::text::Language;

/// Claims, enrollments and recorded payouts to read, the differences to write, and how: made by [`Audit::new`], changed by the other functions.
///
/// ```
/// use huzhu::audit::{Audit, Unit};
///
/// let audit = Audit::new("claims.csv", "enrollments.csv", "recorded.csv", "differences.csv").unit(Unit::Fen).roundings();
/// ```
#[derive(Debug, Clone)]
pub struct Audit {
    pub(super) job: Job,
    pub(super) recorded: PathBuf,
    pub(super) recorded_as: Intake,
    pub(super) is_strict: bool,
    pub(super) notes: PathBuf,
    pub(super) unit: Unit,
    pub(super) memory: u64,
    pub(super) compares_roundings: bool,
    pub(super) sampling: Option<Sampling>,
    pub(super) keeps_gravest: bool,
}

impl Audit {
    /// Recomputes the payouts of one file from claims and enrollments, and writes what differs; each file ends as [`Job::new`] says.
    ///
    /// Rejected claims and enrollments go beside `out`, to `….rejects.csv`; recorded payouts that were rejected or put right to `….notes.csv`; beside a workbook they are workbooks, too.
    #[must_use]
    pub fn new(
        claims: impl Into<PathBuf>,
        enrollments: impl Into<PathBuf>,
        recorded: impl Into<PathBuf>,
        out: impl Into<PathBuf>,
    ) -> Audit {
        let out = out.into();
        let notes = for_people_beside(&out, "notes");
        Audit {
            recorded: recorded.into(),
            recorded_as: Intake::default(),
            is_strict: false,
            notes: notes.clone(),
            unit: Unit::default(),
            memory: crate::batch::USUAL_MEMORY,
            compares_roundings: false,
            sampling: None,
            keeps_gravest: false,
            job: Job::new(claims, enrollments, out).notes(notes),
        }
    }

    /// Writes rejected claims and enrollments to this file.
    #[must_use]
    pub fn rejects(self, rejects: impl Into<PathBuf>) -> Audit {
        Audit { job: self.job.rejects(rejects), ..self }
    }

    /// Writes what is to be said of recorded payouts to this file.
    #[must_use]
    pub fn notes(self, notes: impl Into<PathBuf>) -> Audit {
        let notes = notes.into();
        Audit { job: self.job.notes(notes.clone()), notes, ..self }
    }

    /// Reads the claims so.
    #[must_use]
    pub fn claims_as(self, intake: Intake) -> Audit {
        Audit { job: self.job.claims_as(intake), ..self }
    }

    /// Reads the enrollments so.
    #[must_use]
    pub fn enrollments_as(self, intake: Intake) -> Audit {
        Audit { job: self.job.enrollments_as(intake), ..self }
    }

    /// Reads the recorded payouts so.
    #[must_use]
    pub fn recorded_as(self, intake: Intake) -> Audit {
        Audit { recorded_as: intake, ..self }
    }

    /// Takes numbers, dates and amounts in their plain form only.
    #[must_use]
    pub fn strict(self) -> Audit {
        Audit { job: self.job.strict(), is_strict: true, ..self }
    }

    /// Begins CSV with the mark of UTF-8. Unless it is said, that is so where an input was in GB18030.
    #[must_use]
    pub fn mark_encoding(self, marks: bool) -> Audit {
        Audit { job: self.job.mark_encoding(marks), ..self }
    }

    /// How recorded amounts are read.
    pub(super) fn manner(&self) -> Manner {
        Manner { unit: self.unit, is_strict: self.is_strict }
    }

    /// Reads amounts that name no unit in this one.
    #[must_use]
    pub fn unit(self, unit: Unit) -> Audit {
        Audit { unit, ..self }
    }

    /// Also finds the rule of rounding that explains the most recorded payouts: all claims are decided under each of them.
    #[must_use]
    pub fn roundings(self) -> Audit {
        Audit { compares_roundings: true, ..self }
    }

    /// Also measures the recorded payouts by a sample of them.
    #[must_use]
    pub fn sample(self, sampling: Sampling) -> Audit {
        Audit { sampling: Some(sampling), ..self }
    }

    /// Also keeps the decisions of the gravest differences, for the report to explain them.
    #[must_use]
    pub fn keep_gravest(self) -> Audit {
        Audit { keeps_gravest: true, ..self }
    }

    /// Leaves out columns of claims and enrollments that no plan knows.
    #[must_use]
    pub fn ignore_columns<C: Into<String>>(self, columns: impl IntoIterator<Item = C>) -> Audit {
        Audit { job: self.job.ignore_columns(columns), ..self }
    }

    /// Neutralises texts in CSV results that a spreadsheet would take for formulas, as [`Job::spreadsheet_safe`] does.
    #[must_use]
    pub fn spreadsheet_safe(self) -> Audit {
        Audit { job: self.job.spreadsheet_safe(), ..self }
    }

    /// Says in this language what is wrong with rows, and what has titles and words, as [`Job::language`] does.
    #[must_use]
    pub fn language(self, language: Language) -> Audit {
        Audit { job: self.job.language(language), ..self }
    }

    /// Writes CSV and workbooks with names or with titles, as [`Job::headers`] does.
    #[must_use]
    pub fn headers(self, headers: Headers) -> Audit {
        Audit { job: self.job.headers(headers), ..self }
    }

    /// Works with so many threads; as many as there are processors unless it is said.
    #[must_use]
    pub fn threads(self, threads: NonZeroUsize) -> Audit {
        Audit { job: self.job.threads(threads), ..self }
    }

    /// Takes at most about so many bytes of memory. The recorded payouts are kept in it: 56 bytes each and the text of the claim id.
    #[must_use]
    pub fn memory(self, bytes: u64) -> Audit {
        Audit { memory: bytes, ..self }
    }

    /// Keeps the work folder in this folder, as [`Job::work_dir`] does.
    #[must_use]
    pub fn work_dir(self, folder: impl Into<PathBuf>) -> Audit {
        Audit { job: self.job.work_dir(folder), ..self }
    }

    /// Takes at most so many bytes of disk for the work folder, as [`Job::work_space`] does.
    #[must_use]
    pub fn work_space(self, bytes: u64) -> Audit {
        Audit { job: self.job.work_space(bytes), ..self }
    }

    /// Overwrites finished results.
    #[must_use]
    pub fn force(self) -> Audit {
        Audit { job: self.job.force(), ..self }
    }

    /// The file of differences.
    #[must_use]
    pub fn out_path(&self) -> &Path {
        self.job.out_path()
    }

    /// The file of rejected claims and enrollments.
    #[must_use]
    pub fn rejects_path(&self) -> &Path {
        self.job.rejects_path()
    }

    /// The file of rejected enrollments, which is there only if there are any.
    #[must_use]
    pub fn rejected_enrollments_path(&self) -> PathBuf {
        self.job.rejected_enrollments_path()
    }

    /// The file that says what was read and by what it was decided, a [`Manifest`](crate::batch::Manifest).
    #[must_use]
    pub fn manifest_path(&self) -> PathBuf {
        self.job.manifest_path()
    }

    /// The file of what is to be said of recorded payouts.
    #[must_use]
    pub fn notes_path(&self) -> &Path {
        &self.notes
    }

    /// Whether an audit of the same differences has written a file to this path and was stopped before it was done: it may write it again.
    #[must_use]
    pub fn has_left(&self, path: &Path) -> bool {
        is_left_further(&self.job, path)
    }

    /// The folder in which the run keeps its work: `differences.csv.work`.
    #[must_use]
    pub fn work_folder(&self) -> PathBuf {
        self.job.work_folder()
    }
}
