//! What a run is asked to do.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use xxhash_rust::xxh3::xxh3_64;

use super::manifest::InputFile;
use crate::batch::files::{self, Encoding, Headers, Intake, Style};
use crate::batch::{Input, Words};
use crate::catalog::Catalog;
use crate::disk::{beside, fs};
use crate::error::Error;
use crate::text::{Language, say};

/// The memory that a run may take unless it is said otherwise, in bytes: 1 GiB.
pub const USUAL_MEMORY: u64 = 1 << 30;
/// The least memory that a run may be given, in bytes: 64 MiB.
pub const LEAST_MEMORY: u64 = 64 << 20;
/// The threads that a run may have: each has files of its own open.
pub const MOST_THREADS: usize = 128;

/// Two files to read, the files to write, and how: made by [`Job::new`], changed by the other functions.
///
/// Nothing but the two inputs, the packs, the columns to ignore and, where files have words, the language changes a byte of what is written.
///
/// ```
/// use huzhu::batch::Job;
///
/// let job = Job::new("claims.parquet", "enrollments.parquet", "payouts.parquet").threads(2.try_into()?).memory(512 << 20);
/// # Ok::<(), std::num::TryFromIntError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Job {
    pub(super) claims: PathBuf,
    pub(super) claims_as: Intake,
    pub(super) enrollments: PathBuf,
    pub(super) enrollments_as: Intake,
    pub(super) is_strict: bool,
    /// Whether CSV begins with a mark of its encoding; where the input had one unless it is said.
    pub(super) marks: Option<bool>,
    pub(super) out: PathBuf,
    pub(super) lines: Option<PathBuf>,
    pub(super) certificates: Option<PathBuf>,
    pub(super) rejects: PathBuf,
    pub(super) ignored: BTreeSet<String>,
    pub(super) is_spreadsheet_safe: bool,
    pub(super) language: Language,
    pub(super) headers: Option<Headers>,
    pub(super) threads: NonZeroUsize,
    pub(super) memory: u64,
    pub(super) is_forced: bool,
    /// The folder in which the work folder lies; beside the payouts unless it is said.
    pub(super) work_dir: Option<PathBuf>,
    /// The most bytes that the work folder may take.
    pub(super) work_space: Option<u64>,
    /// What an audit writes beside the differences.
    pub(super) notes: Option<PathBuf>,
    /// The payouts that an audit lays beside, for the manifest.
    pub(super) recorded: Option<RecordedFile>,
}

/// The recorded payouts of an audit: their file, how it was read, the unit of amounts that name none, and whether rules of rounding are laid beside them.
#[derive(Debug, Clone)]
pub(crate) struct RecordedFile {
    pub(crate) file: InputFile,
    pub(crate) intake: Intake,
    pub(crate) unit: &'static str,
    pub(crate) compares_roundings: bool,
}

impl Job {
    /// Decides the claims of one file by the enrollments of another; each ends in `.parquet`, `.csv`, `.csv.gz`, `.xlsx`, `.xls` or `.ods`.
    ///
    /// Rejected claims go beside `out`: those of `payouts.parquet` to `payouts.rejects.csv`, of a workbook to `payouts.rejects.xlsx`, with all of their own columns and what is wrong, so that the
    /// file can be corrected and given as claims again. So do rejected enrollments, if there are any, to `payouts.rejects.enrollments.csv`.
    #[must_use]
    pub fn new(claims: impl Into<PathBuf>, enrollments: impl Into<PathBuf>, out: impl Into<PathBuf>) -> Job {
        let out = out.into();
        Job {
            claims: claims.into(),
            claims_as: Intake::default(),
            enrollments: enrollments.into(),
            enrollments_as: Intake::default(),
            is_strict: false,
            marks: None,
            rejects: for_people_beside(&out, "rejects"),
            out,
            lines: None,
            certificates: None,
            ignored: BTreeSet::new(),
            is_spreadsheet_safe: false,
            language: Language::En,
            headers: None,
            threads: bounded(std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)),
            memory: USUAL_MEMORY,
            is_forced: false,
            work_dir: None,
            work_space: None,
            notes: None,
            recorded: None,
        }
    }

    /// Reads the claims so.
    #[must_use]
    pub fn claims_as(self, intake: Intake) -> Job {
        Job { claims_as: intake, ..self }
    }

    /// Reads the enrollments so.
    #[must_use]
    pub fn enrollments_as(self, intake: Intake) -> Job {
        Job { enrollments_as: intake, ..self }
    }

    /// Takes numbers and dates in their plain form only: `2019.87` and `2025-01-10`, not `2,019.87` and `2025/1/10`.
    #[must_use]
    pub fn strict(self) -> Job {
        Job { is_strict: true, ..self }
    }

    /// Begins CSV with the mark of UTF-8, by which spreadsheets know it. Unless it is said, that is so where an input was in GB18030.
    #[must_use]
    pub fn mark_encoding(self, marks: bool) -> Job {
        Job { marks: Some(marks), ..self }
    }

    /// Also writes a row for each benefit of each claim.
    #[must_use]
    pub fn lines(self, lines: impl Into<PathBuf>) -> Job {
        Job { lines: Some(lines.into()), ..self }
    }

    /// Also writes a certificate of each decided claim, as the lines of one batch; see [`mod@crate::certificate_format`].
    ///
    /// Each claim is then decided a second time by itself, and must come to its payout. A certificate takes some two kilobytes.
    #[must_use]
    pub fn certificates(self, certificates: impl Into<PathBuf>) -> Job {
        Job { certificates: Some(certificates.into()), ..self }
    }

    /// Writes rejected claims to this file; rejected enrollments to one beside it, if there are any: see [`Job::rejected_enrollments_path`].
    #[must_use]
    pub fn rejects(self, rejects: impl Into<PathBuf>) -> Job {
        Job { rejects: rejects.into(), ..self }
    }

    /// Leaves out columns that no plan knows.
    #[must_use]
    pub fn ignore_columns<C: Into<String>>(self, columns: impl IntoIterator<Item = C>) -> Job {
        Job { ignored: columns.into_iter().map(Into::into).collect(), ..self }
    }

    /// Puts an apostrophe before texts in CSV results that a spreadsheet would take for formulas: those that begin with `=`, `+`, `-`, `@`, a tab
    /// or an end of line and are no numbers.
    ///
    /// An id is another one then, so that results no longer join with other files, and rejected rows should not be given again.
    #[must_use]
    pub fn spreadsheet_safe(self) -> Job {
        Job { is_spreadsheet_safe: true, ..self }
    }

    /// Says in this language what is wrong with rejected rows, and what has titles and words; in English unless it is said.
    #[must_use]
    pub fn language(self, language: Language) -> Job {
        Job { language, ..self }
    }

    /// Writes CSV and workbooks so. Unless it is said, CSV has names and codes, and a workbook titles and words; what is added to rejected rows
    /// has titles in both.
    #[must_use]
    pub fn headers(self, headers: Headers) -> Job {
        Job { headers: Some(headers), ..self }
    }

    /// Works with so many threads, [`MOST_THREADS`] at most; as many as there are processors unless it is said.
    #[must_use]
    pub fn threads(self, threads: NonZeroUsize) -> Job {
        Job { threads: bounded(threads), ..self }
    }

    /// Takes at most about so many bytes of memory, [`USUAL_MEMORY`] unless it is said.
    #[must_use]
    pub fn memory(self, bytes: u64) -> Job {
        Job { memory: bytes, ..self }
    }

    /// Keeps the work folder in this folder, on another disk perhaps, and not beside the payouts.
    #[must_use]
    pub fn work_dir(self, folder: impl Into<PathBuf>) -> Job {
        Job { work_dir: Some(folder.into()), ..self }
    }

    /// Takes at most so many bytes of disk for the work folder. Unless it is said: 1 GiB, 64 times the size of both inputs, and 8 KiB for
    /// each certificate.
    #[must_use]
    pub fn work_space(self, bytes: u64) -> Job {
        Job { work_space: Some(bytes), ..self }
    }

    /// Overwrites finished results, and starts over where an earlier run has stopped.
    #[must_use]
    pub fn force(self) -> Job {
        Job { is_forced: true, ..self }
    }

    /// The file of payouts.
    #[must_use]
    pub fn out_path(&self) -> &Path {
        &self.out
    }

    /// The file of benefits, if one is asked for.
    #[must_use]
    pub fn lines_path(&self) -> Option<&Path> {
        self.lines.as_deref()
    }

    /// The file of certificates, if one is asked for.
    #[must_use]
    pub fn certificates_path(&self) -> Option<&Path> {
        self.certificates.as_deref()
    }

    /// The file of rejected claims.
    #[must_use]
    pub fn rejects_path(&self) -> &Path {
        &self.rejects
    }

    /// The file of rejected enrollments, which is there only if there are any: `payouts.rejects.enrollments.csv` beside `payouts.rejects.csv`.
    #[must_use]
    pub fn rejected_enrollments_path(&self) -> PathBuf {
        let ending = self.rejects.extension().map(|ending| ending.to_string_lossy().into_owned());
        self.rejects.with_extension(format!("enrollments.{}", ending.unwrap_or_default()))
    }

    /// The file that says what was decided by what: `payouts.parquet.manifest.json`, a [`Manifest`](super::Manifest).
    #[must_use]
    pub fn manifest_path(&self) -> PathBuf {
        beside(&self.out, "manifest.json")
    }

    /// The folder in which a run keeps what it has done so far: `payouts.parquet.work`, or one in [`Job::work_dir`] with the name and a sign of
    /// the path of the payouts.
    #[must_use]
    pub fn work_folder(&self) -> PathBuf {
        let Some(folder) = &self.work_dir else { return beside(&self.out, "work") };
        let path = std::path::absolute(&self.out).unwrap_or_else(|_| self.out.clone());
        let sign = xxh3_64(path.as_os_str().as_encoded_bytes());
        let name = self.out.file_name().unwrap_or_default().to_string_lossy();
        folder.join(format!("{name}.{sign:016x}.work"))
    }

    /// How results are written, where inputs were in these encodings.
    pub(crate) fn style(&self, catalog: &Catalog, encodings: &[Option<Encoding>]) -> Style {
        let (is_marked, is_spreadsheet_safe) = (self.marks(encodings), self.is_spreadsheet_safe);
        Style { is_marked, is_spreadsheet_safe, headers: self.headers, ..Style::of(Words::of(catalog, self.language)) }
    }

    /// How rejected rows are written: what is said of them in Chinese is for a spreadsheet, which knows it by the mark.
    pub(super) fn style_of_rejects(&self, style: Style) -> Style {
        let is_marked = self.marks.unwrap_or(style.is_marked || self.language == Language::Zh);
        Style { is_marked, ..style }
    }

    /// Whether CSV begins with a mark, where inputs were in these encodings.
    pub(crate) fn marks(&self, encodings: &[Option<Encoding>]) -> bool {
        let is_workbook = |path: &PathBuf| files::is_workbook(path);
        self.marks.unwrap_or_else(|| {
            encodings.contains(&Some(Encoding::Gb18030))
                || self.headers == Some(Headers::Titles)
                || [&self.claims, &self.enrollments].into_iter().any(is_workbook)
        })
    }

    /// The encodings of both inputs, and the job that knows them: each text is gone through for its encoding, and not once more by the run.
    pub(crate) fn with_encodings(self) -> Result<(Job, [Option<Encoding>; 2]), Error> {
        let of = |(path, intake): (&Path, &Intake)| files::encoding_of(path, intake);
        let [claims, enrollments] = [of(self.input(Input::Claims))?, of(self.input(Input::Enrollments))?];
        let (claims_as, enrollments_as) = (self.claims_as.found(claims), self.enrollments_as.found(enrollments));
        Ok((Job { claims_as, enrollments_as, ..self }, [claims, enrollments]))
    }

    /// Also writes what an audit has to say of recorded payouts to this file.
    pub(crate) fn notes(self, notes: PathBuf) -> Job {
        Job { notes: Some(notes), ..self }
    }

    /// Names the recorded payouts in the manifest.
    pub(crate) fn recorded(self, recorded: RecordedFile) -> Job {
        Job { recorded: Some(recorded), ..self }
    }

    /// One of the two, and how it is to be read.
    pub(super) fn input(&self, input: Input) -> (&Path, &Intake) {
        match input {
            Input::Claims => (&self.claims, &self.claims_as),
            Input::Enrollments => (&self.enrollments, &self.enrollments_as),
        }
    }

    /// Every file that is read or written, another input among them. Two sheets of one workbook are as two files.
    pub(crate) fn files<'p>(&'p self, other: Option<(&'p Path, &'p Intake)>) -> impl Iterator<Item = PathBuf> {
        let inputs = [Input::Claims, Input::Enrollments].map(|input| self.input(input));
        let inputs: Vec<_> = inputs.into_iter().chain(other).collect();
        let is_of_an_earlier = |place: usize, (path, intake): (&Path, &Intake)| {
            let mut earlier = inputs.iter().take(place).filter(|(before, _)| *before == path).peekable();
            earlier.peek().is_some() && earlier.all(|(_, before_as)| before_as.is_other_sheet(intake))
        };
        let apart = inputs.iter().enumerate().filter(|(place, input)| !is_of_an_earlier(*place, **input));
        let apart: Vec<PathBuf> = apart.map(|(_, (path, _))| (*path).to_owned()).collect();
        apart.into_iter().chain(self.outputs())
    }

    pub(crate) fn thread_count(&self) -> NonZeroUsize {
        self.threads
    }

    /// Whether an earlier run may have left work.
    pub(crate) fn has_begun(&self) -> bool {
        let folder = self.work_folder();
        // Where it cannot be told, whoever opens it says so.
        [beside(&folder, "removed"), folder].iter().any(|folder| fs::exists(folder).unwrap_or(true))
    }

    /// Whether finished results are overwritten.
    pub(crate) fn overwrites(&self) -> bool {
        self.is_forced
    }

    /// Whether decided claims are laid beside recorded payouts.
    pub(super) fn is_audit(&self) -> bool {
        self.recorded.is_some()
    }

    /// The files to write, in the order in which they get their names.
    pub(crate) fn outputs(&self) -> impl Iterator<Item = PathBuf> {
        let rejects = [Some(self.rejects.clone()), Some(self.rejected_enrollments_path())];
        let asked = [self.lines.clone(), self.certificates.clone(), self.notes.clone()];
        let last = [Some(self.manifest_path()), Some(self.out.clone())];
        rejects.into_iter().chain(asked).chain(last).flatten()
    }

    /// Those of them that a manifest names, each with what it holds.
    pub(super) fn results(&self) -> impl Iterator<Item = (&'static str, PathBuf)> {
        let results = [
            (if self.is_audit() { "differences" } else { "payouts" }, Some(self.out.clone())),
            ("lines", self.lines.clone()),
            ("rejects", Some(self.rejects.clone())),
            ("rejected-enrollments", Some(self.rejected_enrollments_path())),
            ("certificates", self.certificates.clone()),
            ("notes", self.notes.clone()),
        ];
        results.into_iter().filter_map(|(holds, path)| Some((holds, path?)))
    }

    /// Those of them in which people correct rows.
    pub(crate) fn corrections(&self) -> [PathBuf; 2] {
        [self.rejects.clone(), self.rejected_enrollments_path()]
    }

    pub(super) fn check(&self) -> Result<(), Error> {
        each_once(self.files(None))?;
        if let Some(folder) = self.outputs().find(|path| fs::metadata(path).is_ok_and(|about| about.is_dir())) {
            let folder = folder.display();
            return Err(Error::output(say!("`{folder}` 是目录，不是文件", "`{folder}` is a folder, not a file")));
        }
        if self.memory < LEAST_MEMORY {
            let (given, least) = (Mebibytes(self.memory), Mebibytes(LEAST_MEMORY));
            return Err(Error::memory(say!(
                "内存 {given} 太少，至少 {least}",
                "the memory limit of {given} is too small; the least is {least}"
            )));
        }
        files::refuse_unwritable(&self.rejects)
    }
}

/// A file that people correct or read, beside results: a workbook beside a workbook, else CSV.
pub(crate) fn for_people_beside(out: &Path, what: &str) -> PathBuf {
    let ending = if files::is_workbook(out) { "xlsx" } else { "csv" };
    out.with_extension(format!("{what}.{ending}"))
}

/// Every input and output is a file of its own.
pub(crate) fn each_once<P: AsRef<Path>>(paths: impl Iterator<Item = P>) -> Result<(), Error> {
    let mut seen = BTreeSet::new();
    for path in paths {
        let path = path.as_ref();
        let place = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        if !seen.insert(fs::canonicalize(&place).unwrap_or(place)) {
            let path = path.display();
            return Err(Error::output(say!(
                "`{path}` 用了两次；每个输入和输出须是不同的文件",
                "`{path}` is named twice; every input and output is a file of its own"
            )));
        }
    }
    Ok(())
}

fn bounded(threads: NonZeroUsize) -> NonZeroUsize {
    NonZeroUsize::new(threads.get().min(MOST_THREADS)).unwrap_or(threads)
}

/// Bytes to show, in whole mebibytes rounded up, or kibibytes where they are few.
pub(super) struct Mebibytes(pub(super) u64);

impl std::fmt::Display for Mebibytes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.0 < 1 << 20 {
            return write!(f, "{} KiB", self.0.div_ceil(1 << 10));
        }
        write!(f, "{} MiB", self.0.div_ceil(1 << 20))
    }
}
