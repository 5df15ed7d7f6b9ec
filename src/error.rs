//! The error of a calling program: misuse, or data that does not fit its facts.

use std::fmt;
use std::num::TryFromIntError;
use std::panic::Location;

use crate::exact::Inexact;
use crate::text::{Language, Text, say};

/// What went wrong on the caller's side; opaque, with predicates.
///
/// A claim that lacks a fact, or that is denied, is no error: that is a [`Decision`](crate::Decision).
///
/// ```
/// use huzhu::{Claim, Language};
///
/// let error = Claim::new("C1").with("hospital_days", "-3").unwrap_err();
/// assert!(error.is_fact() && !error.is_bug());
/// assert_eq!(error.message(Language::Zh), "`hospital_days` 的值 `-3` 不在 0 至 36500 之间");
/// assert_eq!(error.to_string(), "the value `-3` of `hospital_days` is not from 0 to 36500");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    kind: Kind,
    message: Text,
    remedy: Option<Remedy>,
}

/// What a caller can ask for so that it goes on; how, is for the caller to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Remedy {
    /// To overwrite results that are there.
    Overwrite,
    /// To start over, instead of going on from an earlier run.
    StartOver,
    /// To allow more memory.
    MoreMemory,
    /// To allow the work folder more of the disk.
    MoreSpace,
    /// To say of a file in which row its header stands.
    HeaderRow,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Fact,
    Plan,
    Version,
    History,
    Arithmetic,
    Certificate,
    Bug,
    #[cfg(feature = "workbook")]
    Workbook,
    #[cfg(feature = "batch")]
    Columns,
    #[cfg(feature = "batch")]
    Input,
    #[cfg(feature = "batch")]
    Output,
    #[cfg(feature = "batch")]
    Resume,
    #[cfg(feature = "batch")]
    Memory,
    #[cfg(feature = "batch")]
    Interrupted,
}

impl Error {
    /// The same with a fact by what its reader calls it, in place of its name.
    pub(crate) fn calling(self, name: &str, called: &Text) -> Error {
        let name = format!("`{name}`");
        let with = |text: &str, called: &str| text.replacen(&name, &format!("`{called}`"), 1);
        let message = Text { zh: with(&self.message.zh, &called.zh), en: with(&self.message.en, &called.en) };
        Error { message: message.on_one_line(), ..self }
    }

    pub(crate) fn fact(message: Text) -> Error {
        Error::of(Kind::Fact, message)
    }

    fn of(kind: Kind, message: Text) -> Error {
        Error { kind, message: message.on_one_line(), remedy: None }
    }

    pub(crate) fn plan(message: Text) -> Error {
        Error::of(Kind::Plan, message)
    }

    pub(crate) fn version(message: Text) -> Error {
        Error::of(Kind::Version, message)
    }

    pub(crate) fn history(message: Text) -> Error {
        Error::of(Kind::History, message)
    }

    pub(crate) fn arithmetic(message: Text) -> Error {
        Error::of(Kind::Arithmetic, message)
    }

    pub(crate) fn certificate(message: Text) -> Error {
        Error::of(Kind::Certificate, message)
    }

    /// What is so by construction is not so, here. Told instead of going on with a zero, the first day or the first row.
    #[cold]
    #[track_caller]
    pub(crate) fn bug() -> Error {
        let here = Location::caller();
        let message = say!(
            "程序自身有错（{here}），未作决定，请告知其维护者",
            "the program itself is wrong at {here}; it decides nothing then, please tell its maintainers"
        );
        Error::of(Kind::Bug, message)
    }

    #[cfg(feature = "workbook")]
    pub(crate) fn workbook(message: Text) -> Error {
        Error::of(Kind::Workbook, message)
    }

    #[cfg(feature = "batch")]
    pub(crate) fn columns(message: Text) -> Error {
        Error::of(Kind::Columns, message)
    }

    #[cfg(feature = "batch")]
    pub(crate) fn input(message: Text) -> Error {
        Error::of(Kind::Input, message)
    }

    #[cfg(feature = "batch")]
    pub(crate) fn output(message: Text) -> Error {
        Error::of(Kind::Output, message)
    }

    #[cfg(feature = "batch")]
    pub(crate) fn resume(message: Text) -> Error {
        Error::of(Kind::Resume, message)
    }

    #[cfg(feature = "batch")]
    pub(crate) fn memory(message: Text) -> Error {
        Error::of(Kind::Memory, message)
    }

    #[cfg(feature = "batch")]
    pub(crate) fn interrupted(message: Text) -> Error {
        Error::of(Kind::Interrupted, message)
    }

    /// The same, with what mends it.
    #[cfg(feature = "batch")]
    pub(crate) fn mended_by(self, remedy: Remedy) -> Error {
        Error { remedy: Some(remedy), ..self }
    }

    /// What the caller can ask for, if that mends it.
    #[must_use]
    pub fn remedy(&self) -> Option<Remedy> {
        self.remedy
    }

    /// A fact has a value that it cannot have.
    #[must_use]
    pub fn is_fact(&self) -> bool {
        self.kind == Kind::Fact
    }

    /// No such plan, or the enrollment and the accumulators belong to another plan.
    #[must_use]
    pub fn is_plan(&self) -> bool {
        self.kind == Kind::Plan
    }

    /// No version of the plan holds at the date, or another one than was asked.
    #[must_use]
    pub fn is_version(&self) -> bool {
        self.kind == Kind::Version
    }

    /// A history that cannot be: two claims of one id, a reversal of what was never decided.
    #[must_use]
    pub fn is_history(&self) -> bool {
        self.kind == Kind::History
    }

    /// A number left the range that the checker proved; accumulators from outside can do that.
    #[must_use]
    pub fn is_arithmetic(&self) -> bool {
        self.kind == Kind::Arithmetic
    }

    /// A claim of which no certificate can be written: a reversal; or a fault of the engine, whose readings differ.
    #[must_use]
    pub fn is_certificate(&self) -> bool {
        self.kind == Kind::Certificate
    }

    /// The program itself is wrong: nothing that the caller did. It stops before it gives an amount that may be wrong.
    #[must_use]
    pub fn is_bug(&self) -> bool {
        self.kind == Kind::Bug
    }

    /// A claim of which no workbook can be written: a reversal, or more than a workbook holds; or a fault of the engine, whose
    /// readings differ.
    #[cfg(feature = "workbook")]
    #[must_use]
    pub fn is_workbook(&self) -> bool {
        self.kind == Kind::Workbook
    }

    /// The columns of claims or enrollments are not those of their facts.
    #[cfg(feature = "batch")]
    #[must_use]
    pub fn is_columns(&self) -> bool {
        self.kind == Kind::Columns
    }

    /// An input cannot be read: it is not there, cut short, damaged, or was changed meanwhile.
    #[cfg(feature = "batch")]
    #[must_use]
    pub fn is_input(&self) -> bool {
        self.kind == Kind::Input
    }

    /// A result cannot be written, or is there already.
    #[cfg(feature = "batch")]
    #[must_use]
    pub fn is_output(&self) -> bool {
        self.kind == Kind::Output
    }

    /// The work folder of a run is another job's, in use, or damaged.
    #[cfg(feature = "batch")]
    #[must_use]
    pub fn is_resume(&self) -> bool {
        self.kind == Kind::Resume
    }

    /// The memory limit is too small.
    #[cfg(feature = "batch")]
    #[must_use]
    pub fn is_memory(&self) -> bool {
        self.kind == Kind::Memory
    }

    /// The run was stopped, and can go on from there.
    #[cfg(feature = "batch")]
    #[must_use]
    pub fn is_interrupted(&self) -> bool {
        self.kind == Kind::Interrupted
    }

    /// What went wrong, in one language.
    #[must_use]
    pub fn message(&self, language: Language) -> &str {
        self.message.in_language(language)
    }

    /// The same in both.
    pub(crate) fn text(&self) -> Text {
        self.message.clone()
    }
}

/// What is there by construction, or the fault of the program that it is not.
pub(crate) trait OrBug<T> {
    #[track_caller]
    fn or_bug(self) -> Result<T, Error>;
}

impl<T> OrBug<T> for Option<T> {
    #[inline]
    fn or_bug(self) -> Result<T, Error> {
        match self {
            Some(value) => Ok(value),
            None => Err(Error::bug()),
        }
    }
}

impl<T> OrBug<T> for Result<T, TryFromIntError> {
    #[inline]
    fn or_bug(self) -> Result<T, Error> {
        match self {
            Ok(value) => Ok(value),
            Err(_) => Err(Error::bug()),
        }
    }
}

/// What was worked out, or nothing where that failed; a fault of the program itself goes on.
pub(crate) fn unless_bug<T>(worked_out: Result<T, Error>) -> Result<Option<T>, Error> {
    match worked_out {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.is_bug() => Err(error),
        Err(_) => Ok(None),
    }
}

impl From<Inexact> for Error {
    fn from(_: Inexact) -> Error {
        Error::arithmetic(say!("金额超出可精确表示的范围", "an amount does not fit 28 digits"))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message.en)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self.kind {
            Kind::Arithmetic => Some(&Inexact),
            Kind::Fact | Kind::Plan | Kind::Version | Kind::History | Kind::Certificate | Kind::Bug => None,
            #[cfg(feature = "workbook")]
            Kind::Workbook => None,
            #[cfg(feature = "batch")]
            Kind::Columns | Kind::Input | Kind::Output | Kind::Resume | Kind::Memory | Kind::Interrupted => None,
        }
    }
}
