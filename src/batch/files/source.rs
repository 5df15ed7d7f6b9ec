//! A file of claims or enrollments, read by several threads.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use arrow_schema::SchemaRef;

use crate::batch::Input;
use crate::batch::files::Form;
use crate::batch::files::csv::{Csv, CsvRows};
use crate::batch::files::encoding::Encoding;
use crate::batch::files::header::Knows;
use crate::batch::files::intake::Intake;
use crate::batch::files::office::Sheet;
use crate::batch::files::open::refuse_pipe;
use crate::batch::files::original::Originals;
use crate::batch::files::parquet::{Groups, Parquet, Turns};
use crate::batch::files::position::Positions;
use crate::batch::files::raw::Raw;
use crate::batch::ingest::{Ingest, Vocabulary};
use crate::error::Error;
use crate::text::Text;

/// A file of claims or enrollments.
#[derive(Debug)]
pub(crate) struct Source {
    input: Input,
    path: PathBuf,
    content: Content,
}

#[derive(Debug)]
enum Content {
    Parquet(Parquet),
    Csv(Csv),
    Sheet(Sheet),
}

impl Source {
    /// Opens a file, by the ending of its name, and reads its columns.
    ///
    /// # Errors
    /// If it has another ending, cannot be read, is cut short or has no header.
    pub(crate) fn open(path: &Path, input: Input, intake: &Intake, knows: Knows<'_>) -> Result<Source, Error> {
        refuse_pipe(path)?;
        let content = match Form::of(path).map_err(Error::input)? {
            Form::Parquet => Content::Parquet(Parquet::open(path)?),
            Form::Csv => Content::Csv(Csv::open(path, input, intake, knows)?),
            Form::Office(kind) => Content::Sheet(Sheet::open(path, kind, input, intake, knows)?),
        };
        Ok(Source { input, path: path.to_owned(), content })
    }

    /// Where its cells stand, if it is a sheet.
    pub(crate) fn positions(&self) -> Option<Positions> {
        match &self.content {
            Content::Sheet(sheet) => Some(sheet.positions()),
            Content::Parquet(_) | Content::Csv(_) => None,
        }
    }

    /// The encoding of its text, if it is a text file.
    pub(crate) fn encoding(&self) -> Option<Encoding> {
        match &self.content {
            Content::Csv(csv) => Some(csv.form().encoding),
            Content::Parquet(_) | Content::Sheet(_) => None,
        }
    }

    /// How it was read, where that is not what everyone expects; nothing of a plain file.
    pub(crate) fn said(&self) -> Option<Text> {
        match &self.content {
            Content::Parquet(_) => None,
            Content::Csv(csv) => csv.form().said(),
            Content::Sheet(sheet) => Some(sheet.said()),
        }
    }

    /// What it holds.
    #[must_use]
    pub(crate) fn input(&self) -> Input {
        self.input
    }

    /// Its columns.
    #[must_use]
    pub(crate) fn schema(&self) -> &SchemaRef {
        match &self.content {
            Content::Parquet(parquet) => parquet.schema(),
            Content::Csv(csv) => csv.schema(),
            Content::Sheet(sheet) => sheet.schema(),
        }
    }

    /// How many rows it has, if it says so.
    #[must_use]
    pub(crate) fn rows(&self) -> Option<u64> {
        match &self.content {
            Content::Parquet(parquet) => Some(parquet.rows()),
            Content::Csv(_) => None,
            Content::Sheet(sheet) => Some(sheet.rows()),
        }
    }

    /// Ingest for its columns. Categories that are stored as dictionaries are then read as such.
    ///
    /// # Errors
    /// Those of [`Ingest::new`], with the name of the file.
    pub(crate) fn ingest(&mut self, vocabulary: &Vocabulary, ignore: &[String]) -> Result<Ingest, Error> {
        if let Content::Parquet(parquet) = &mut self.content {
            parquet.keep_dictionaries(|column| vocabulary.highest(column) > 0)?;
        }
        let place = Text::same(&format!("`{}`", self.path.display()));
        Ingest::of(&place, vocabulary, self.input, self.schema(), ignore)
    }

    /// The memory that one thread takes for these columns before it has a row: of Parquet the pages that are open at once.
    ///
    /// # Errors
    /// If it cannot be read, or is damaged.
    pub(crate) fn held(&self, columns: &[usize]) -> Result<u64, Error> {
        match &self.content {
            Content::Parquet(parquet) => parquet.held(columns),
            Content::Csv(_) | Content::Sheet(_) => Ok(0),
        }
    }

    /// Its rows once more, as they stand there, within so many bytes of memory.
    ///
    /// # Errors
    /// If it cannot be read, or that is not enough.
    pub(crate) fn originals(&self, memory: u64) -> Result<Originals<'_>, Error> {
        Ok(match &self.content {
            Content::Parquet(parquet) => Originals::Parquet(Box::new(parquet.originals(memory))),
            Content::Csv(csv) => Originals::Csv(Box::new(csv.originals()?)),
            Content::Sheet(sheet) => Originals::Sheet(sheet),
        })
    }

    /// Its rows, at most so many at a time, with these columns only.
    ///
    /// # Errors
    /// If it cannot be read.
    pub(crate) fn stream(&self, columns: &[usize], rows: usize) -> Result<Stream<'_>, Error> {
        let flow = match &self.content {
            Content::Parquet(parquet) => Flow::Parquet(parquet, Turns::new(columns, rows)),
            Content::Csv(csv) => Flow::Csv(Box::new(Mutex::new(csv.rows(columns, rows)?))),
            Content::Sheet(sheet) => Flow::Sheet(sheet, columns.to_vec(), AtomicUsize::new(0)),
        };
        Ok(Stream { flow })
    }
}

/// The rows of a file, each of which one of several threads gets.
#[derive(Debug)]
pub(crate) struct Stream<'s> {
    flow: Flow<'s>,
}

#[derive(Debug)]
enum Flow<'s> {
    /// Threads read row groups of their own.
    Parquet(&'s Parquet, Turns),
    /// Threads take turns.
    Csv(Box<Mutex<CsvRows>>),
    /// Threads take page after page of these columns.
    Sheet(&'s Sheet, Vec<usize>, AtomicUsize),
}

impl Stream<'_> {
    /// What one thread reads.
    #[must_use]
    pub(crate) fn lane(&self) -> Lane<'_> {
        match &self.flow {
            Flow::Parquet(parquet, turns) => Lane::Parquet(parquet.groups(turns)),
            Flow::Csv(rows) => Lane::Csv(rows),
            Flow::Sheet(sheet, columns, next) => Lane::Sheet(sheet, columns, next),
        }
    }
}

/// The rows that one thread gets.
pub(crate) enum Lane<'s> {
    /// Row group after row group.
    Parquet(Groups<'s>),
    /// What the other threads leave.
    Csv(&'s Mutex<CsvRows>),
    /// The pages that the other threads leave.
    Sheet(&'s Sheet, &'s [usize], &'s AtomicUsize),
}

impl Lane<'_> {
    /// The next rows; `None` after the last.
    ///
    /// # Errors
    /// If the file cannot be read any more, or is damaged: the file, and the row group or the row.
    pub(crate) fn next(&mut self) -> Result<Option<Raw>, Error> {
        match self {
            Lane::Parquet(groups) => groups.next(),
            Lane::Csv(rows) => rows.lock().unwrap_or_else(PoisonError::into_inner).next(),
            Lane::Sheet(sheet, columns, next) => sheet.page(next.fetch_add(1, Ordering::Relaxed), columns),
        }
    }
}
