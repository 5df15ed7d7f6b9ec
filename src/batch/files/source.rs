//! A file of claims or enrollments, read by several threads.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use arrow_schema::SchemaRef;

use crate::batch::Input;
use crate::batch::door::{Door, Vocabulary};
use crate::batch::files::Form;
use crate::batch::files::csv::{Csv, CsvRows};
use crate::batch::files::parquet::{Groups, Parquet, Turns};
use crate::batch::files::raw::Raw;
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
}

impl Source {
    /// Opens a file and reads its columns; `.parquet` or `.csv`, by its ending.
    ///
    /// # Errors
    /// If it has another ending, can not be read, is cut short or has no header.
    pub(crate) fn open(path: &Path, input: Input) -> Result<Source, Error> {
        let content = match Form::of(path).map_err(Error::input)? {
            Form::Parquet => Content::Parquet(Parquet::open(path)?),
            Form::Csv => Content::Csv(Csv::open(path, input)?),
        };
        Ok(Source { input, path: path.to_owned(), content })
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
        }
    }

    /// How many rows it has, if it says so.
    #[must_use]
    pub(crate) fn rows(&self) -> Option<u64> {
        match &self.content {
            Content::Parquet(parquet) => Some(parquet.rows()),
            Content::Csv(_) => None,
        }
    }

    /// The door for its columns. Categories that are stored as dictionaries are then read as such.
    ///
    /// # Errors
    /// Those of [`Door::new`], with the name of the file.
    pub(crate) fn door(&mut self, vocabulary: &Vocabulary, ignore: &[String]) -> Result<Door, Error> {
        if let Content::Parquet(parquet) = &mut self.content {
            parquet.keep_dictionaries(|column| vocabulary.highest(column) > 0)?;
        }
        let place = Text::same(&format!("`{}`", self.path.display()));
        Door::of(&place, vocabulary, self.input, self.schema(), ignore)
    }

    /// Its rows, at most so many at a time, with these columns only.
    ///
    /// # Errors
    /// If it can not be read.
    pub(crate) fn stream(&self, columns: &[usize], rows: usize) -> Result<Stream<'_>, Error> {
        let flow = match &self.content {
            Content::Parquet(parquet) => Flow::Parquet(parquet, Turns::new(columns, rows)),
            Content::Csv(csv) => Flow::Csv(Box::new(Mutex::new(csv.rows(columns, rows)?))),
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
}

impl Stream<'_> {
    /// What one thread reads.
    #[must_use]
    pub(crate) fn lane(&self) -> Lane<'_> {
        match &self.flow {
            Flow::Parquet(parquet, turns) => Lane::Parquet(parquet.groups(turns)),
            Flow::Csv(rows) => Lane::Csv(rows),
        }
    }
}

/// The rows that one thread gets.
pub(crate) enum Lane<'s> {
    /// Row group after row group.
    Parquet(Groups<'s>),
    /// What the other threads leave.
    Csv(&'s Mutex<CsvRows>),
}

impl Lane<'_> {
    /// The next rows; `None` after the last.
    ///
    /// # Errors
    /// If the file can not be read any more, or is damaged: the file, and the row group or the row.
    pub(crate) fn next(&mut self) -> Result<Option<Raw>, Error> {
        match self {
            Lane::Parquet(groups) => groups.next(),
            Lane::Csv(rows) => rows.lock().unwrap_or_else(PoisonError::into_inner).next(),
        }
    }
}
