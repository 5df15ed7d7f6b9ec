//! An input: its file, and how its rows are ingested.

use std::collections::{BTreeMap, BTreeSet};

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;

use super::job::Job;
use super::progress::Stage;
use super::read_as::Manner;
use crate::batch::files::{self, Originals, Raw, fault};
use crate::batch::ingest::{self, Ingest, Passed, Vocabulary};
use crate::batch::{Input, Observations, Reject, refused};
use crate::disk::fs;
use crate::error::Error;
use crate::text::{Text, say};

/// What a row of a text file takes on average, about: how many buckets it makes follows from its size.
const BYTES_OF_A_ROW: u64 = 96;

/// A file of claims or enrollments whose columns have been checked.
#[derive(Debug)]
pub(super) struct Source {
    file: files::Source,
    ingest: Ingest,
    bytes: u64,
}

/// Plain rows, with those that the file or ingest has rejected.
pub(super) struct Block {
    /// All rows of the file in it.
    pub(super) read: u64,
    pub(super) rows: RecordBatch,
    pub(super) rejects: Vec<Reject>,
    /// Those of the rejected rows that say whose claim they are.
    pub(super) refused: RecordBatch,
    pub(super) observations: Observations,
    /// The claims of rejected rows that name one, each with the number of its row.
    pub(super) refused_claims: Vec<(u64, String)>,
}

impl Source {
    pub(super) fn open(input: Input, vocabulary: &Vocabulary, job: &Job) -> Result<Source, Error> {
        let (path, intake) = job.input(input);
        let ignored: Vec<String> = job.ignored.iter().cloned().collect();
        let knows = |called: &str| ignored.iter().any(|ignored| ignored == called) || vocabulary.knows(called);
        let mut file = files::Source::open(path, input, intake, &knows)?;
        let ingest = file.ingest(vocabulary, &ignored)?;
        let ingest = if job.is_strict { ingest.strict() } else { ingest };
        let bytes = fs::metadata(path).map_err(|fault| fault::unreadable(path, &fault))?.len();
        Ok(Source { file, ingest, bytes })
    }

    /// How it was read, for people to see.
    pub(super) fn manner(&self) -> Manner {
        let mut positions = self.file.positions();
        for (called, name) in self.ingest.called() {
            if let Some(positions) = &mut positions {
                positions.also(called, name);
            }
        }
        let notes =
            self.ingest.notes().iter().map(|called| say!("`{called}` 列只供人看，未读", "column `{called}` left out"));
        let said = self.file.said().into_iter().chain(notes).reduce(|said, more| Text {
            zh: format!("{}，{}", said.zh, more.zh),
            en: format!("{}, {}", said.en, more.en),
        });
        Manner { said, encoding: self.file.encoding(), positions }
    }

    pub(super) fn input(&self) -> Input {
        self.file.input()
    }

    /// What its work files are called.
    pub(super) fn name(&self) -> &'static str {
        self.input().name()
    }

    pub(super) fn stage(&self) -> Stage {
        match self.input() {
            Input::Enrollments => Stage::Enrollments,
            Input::Claims => Stage::Claims,
        }
    }

    /// Its columns, and the places of those that a rejected row is given back with.
    pub(super) fn own_columns(&self) -> (Vec<String>, Vec<usize>) {
        let columns = self.file.schema().fields().iter().map(|field| field.name().clone());
        (columns.collect(), self.ingest.own_columns().to_vec())
    }

    /// Whether it is a file of rejected rows.
    pub(super) fn is_of_rejected(&self) -> bool {
        self.ingest.is_of_rejected()
    }

    /// The place of the column in which a row that was rejected before may stand whole.
    pub(super) fn whole(&self) -> Option<usize> {
        self.ingest.whole()
    }

    /// The place of a column by what the file calls it and by its own name, and whether it holds ids.
    pub(super) fn places(&self) -> BTreeMap<String, (usize, bool)> {
        let fields = self.file.schema().fields().iter().enumerate();
        let fields = fields.map(|(place, field)| {
            let name = field.name().trim();
            (name.to_owned(), (place, ingest::is_id(self.input(), name)))
        });
        let mut places: BTreeMap<String, (usize, bool)> = fields.collect();
        for (called, name) in self.ingest.called() {
            if let Some((place, _)) = places.get(called).copied() {
                let is_id = ingest::is_id(self.input(), name);
                places.extend([(called.to_owned(), (place, is_id)), (name.to_owned(), (place, is_id))]);
            }
        }
        places
    }

    /// What the file calls a column, for those who have only the file before them.
    pub(super) fn called(&self, column: String) -> String {
        let called = self.ingest.called().find(|(_, name)| *name == column).map(|(called, _)| called.to_owned());
        called.unwrap_or(column)
    }

    /// Its rows once more, as they stand there, within so many bytes of memory.
    pub(super) fn originals(&self, memory: u64) -> Result<Originals<'_>, Error> {
        self.file.originals(memory)
    }

    /// The plain columns.
    pub(super) fn schema(&self) -> &SchemaRef {
        self.ingest.schema()
    }

    /// How many rows it has, if it says so.
    pub(super) fn rows(&self) -> Option<u64> {
        self.file.rows()
    }

    /// How many rows it has, or may have by its size.
    pub(super) fn about_rows(&self) -> u64 {
        self.rows().unwrap_or_else(|| self.bytes.div_ceil(BYTES_OF_A_ROW))
    }

    /// The memory that one thread takes for it before it has a row.
    pub(super) fn held(&self) -> Result<u64, Error> {
        self.file.held(self.ingest.projection())
    }

    /// Its rows, at most so many at a time.
    pub(super) fn stream(&self, rows: usize) -> Result<Stream<'_>, Error> {
        Ok(Stream { stream: self.file.stream(self.ingest.projection(), rows)?, ingest: &self.ingest })
    }
}

/// The rows of an input, each of which one of several threads gets.
pub(super) struct Stream<'s> {
    stream: files::Stream<'s>,
    ingest: &'s Ingest,
}

impl Stream<'_> {
    /// What one thread reads.
    pub(super) fn lane(&self) -> Lane<'_> {
        Lane { lane: self.stream.lane(), ingest: self.ingest }
    }
}

/// The rows that one thread gets.
pub(super) struct Lane<'s> {
    lane: files::Lane<'s>,
    ingest: &'s Ingest,
}

impl Lane<'_> {
    /// The next rows; none after the last.
    pub(super) fn next(&mut self) -> Result<Option<Block>, Error> {
        let Some(raw) = self.lane.next()? else { return Ok(None) };
        let Passed { rows, rejects, refused, mut observations } = raw.through(self.ingest)?;
        let refused_claims = self.claims_of(&rejects, &raw);
        observations.extend_with(refused::unplaced_among(&rejects, &refused).as_slice());
        Ok(Some(Block { read: raw.read, rows, rejects, refused, observations, refused_claims }))
    }

    fn claims_of(&self, rejects: &[Reject], raw: &Raw) -> Vec<(u64, String)> {
        if rejects.is_empty() {
            return Vec::new();
        }
        let rejected: BTreeSet<u64> = rejects.iter().map(|reject| reject.row).collect();
        let rows = (0..raw.batch.num_rows()).map(|row| (row, raw.rows.number(row)));
        let rows = rows.filter(|(_, number)| rejected.contains(number));
        rows.filter_map(|(row, number)| Some((number, self.ingest.claim_at(&raw.batch, row)?))).collect()
    }
}
