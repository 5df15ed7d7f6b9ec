//! The rows of an input put by the buckets of their members.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arrow_array::cast::AsArray;
use arrow_array::types::UInt64Type;
use arrow_array::{RecordBatch, StringArray, UInt64Array};
use serde::{Deserialize, Serialize};

use super::budget::Share;
use super::checksummed::Sealed;
use super::enrollment_index::{Buckets, EnrollmentIndex};
use super::index_log::RouteLog;
use super::input::{Block, Source};
use super::outside::{Outside, OutsideClaims};
use super::progress::{Progress, heed};
use super::rejects::Rejected;
use super::spill::{self, NOWHERE, Segment, Spill, Spilled};
use super::work_folder::Folder;
use super::workers::share;
use crate::batch::accounts::unknown_enrollment;
use crate::batch::hash::Seed;
use crate::batch::{Input, Observations, Reject, refused};
use crate::error::Error;
use crate::text::say;

/// What there is of an input once its rows are put by bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Put {
    /// The rows that the file has.
    pub(super) read: u64,
    /// Those that are in a bucket.
    pub(super) taken: u64,
    /// The files of rows.
    pub(super) files: usize,
    /// Where the rows of each bucket stand in them.
    table: Sealed,
    /// The same of rejected rows that say whose claim they are, in as many files.
    refused: Option<Sealed>,
    /// The files of rejected rows.
    pub(super) rejects: Vec<Sealed>,
    /// The files of claims that are in no bucket.
    pub(super) outside: Vec<Sealed>,
    /// The files of enrollments by hash and bucket.
    pub(super) logs: Vec<Sealed>,
    /// By what enrollments are hashed in them.
    pub(super) seed: Option<Seed>,
    pub(super) observations: Observations,
}

impl Put {
    /// The same with rows that were copied to other buckets, in one more file.
    pub(super) fn with_copies(self, folder: &Folder, spilled: Spilled, copies: Vec<Segment>) -> Result<Put, Error> {
        let table = folder.put(&self.table.name, &spilled.with(copies).to_bytes()?)?;
        Ok(Put { table, files: self.files.saturating_add(1), ..self })
    }

    /// Whether all files are as they were left. What was lost of them is no more than time: the stage is done again.
    pub(super) fn is_whole(&self, name: &str, folder: &Folder) -> bool {
        let are_whole = |rows: Result<Spilled, Error>| rows.is_ok_and(|rows| rows.is_whole());
        let mut others = self.rejects.iter().chain(&self.outside).chain(&self.logs);
        others.all(|sealed| folder.has(sealed))
            && are_whole(self.spilled(name, folder))
            && are_whole(self.refused(folder))
    }

    /// The rows by bucket.
    pub(super) fn spilled(&self, name: &str, folder: &Folder) -> Result<Spilled, Error> {
        self.listed(&self.table, name, folder)
    }

    /// The rejected rows that say whose claim they are, by bucket.
    pub(super) fn refused(&self, folder: &Folder) -> Result<Spilled, Error> {
        match &self.refused {
            Some(table) => self.listed(table, REFUSED, folder),
            None => Ok(Spilled::of(Arc::clone(refused::schema()), Vec::new(), Vec::new())),
        }
    }

    fn listed(&self, table: &Sealed, name: &str, folder: &Folder) -> Result<Spilled, Error> {
        let files = (0..self.files).map(|number| spill::path(folder.as_path(), name, number)).collect();
        let spilled = Spilled::from_bytes(files, &folder.get(table)?);
        let spilled = spilled.ok_or_else(|| super::disk::damaged(&folder.path(&table.name)))?;
        spilled.check_lengths()?;
        Ok(spilled)
    }
}

/// What the work files of rejected rows that say whose claim they are are called.
const REFUSED: &str = "refused";

/// So many rows of a bucket are worth a message of their own. Beyond that, rows are put while they are still near.
const ROWS_OF_A_SEGMENT: usize = 512;

/// So many routes are looked up together.
const ROUTES_AT_ONCE: usize = 1_024;

/// The work files that one thread fills.
struct Lane {
    spill: Spill,
    /// Of claims.
    refused: Option<Spill>,
    rejected: Rejected,
    outside: OutsideClaims,
    log: Option<RouteLog>,
    observations: Observations,
    read: u64,
    taken: u64,
}

/// What a thread has written.
struct Written {
    segments: Vec<Segment>,
    refused: Option<Vec<Segment>>,
    rejects: Option<Sealed>,
    outside: Option<Sealed>,
    log: Option<Sealed>,
    observations: Observations,
    read: u64,
    taken: u64,
}

impl Lane {
    fn open(source: &Source, folder: &Folder, thread: usize) -> Result<Lane, Error> {
        let name = source.name();
        let (log, refused) = match source.input() {
            Input::Enrollments => (Some(RouteLog::create(folder, thread)?), None),
            Input::Claims => {
                let path = spill::path(folder.as_path(), REFUSED, thread);
                (None, Some(Spill::create(path, thread, refused::schema(), folder.space())?))
            }
        };
        Ok(Lane {
            spill: Spill::create(spill::path(folder.as_path(), name, thread), thread, source.schema(), folder.space())?,
            refused,
            rejected: Rejected::at(folder.path(&format!("{name}-{thread}.rejects")), folder.space()),
            outside: OutsideClaims::at(folder.path(&format!("{name}-{thread}.outside")), folder.space()),
            log,
            observations: Observations::default(),
            read: 0,
            taken: 0,
        })
    }

    /// Keeps the rejected rows that say whose claim they are; of the others it is counted.
    fn hold_refused(&mut self, refused: &RecordBatch, routes: &EnrollmentIndex) -> Result<(), Error> {
        if refused.num_rows() == 0 {
            return Ok(());
        }
        let (of, unknown) = routed(refused, routes)?;
        let numbers = row_numbers(refused)?;
        self.see_unplaced(unknown.iter().map(|row| numbers.value(*row)));
        if let Some(spill) = &mut self.refused {
            spill.hold(refused.clone(), of);
        }
        Ok(())
    }

    /// Counts rejected claims of which nobody can say whose they are.
    fn see_unplaced(&mut self, rows: impl Iterator<Item = u64>) {
        self.observations.extend_with(refused::unplaced(rows).as_slice());
    }

    fn held_rows(&self) -> usize {
        self.spills().map(Spill::held_rows).fold(0, usize::saturating_add)
    }

    fn held_bytes(&self) -> u64 {
        self.spills().map(Spill::held_bytes).fold(0, u64::saturating_add)
    }

    fn spills(&self) -> impl Iterator<Item = &Spill> {
        [&self.spill].into_iter().chain(&self.refused)
    }

    fn flush(&mut self) -> Result<(), Error> {
        self.spill.flush()?;
        self.refused.as_mut().map_or(Ok(()), Spill::flush)
    }

    fn close(self) -> Result<Written, Error> {
        Ok(Written {
            segments: self.spill.finish()?,
            refused: self.refused.map(Spill::finish).transpose()?,
            rejects: self.rejected.seal()?,
            outside: self.outside.seal()?,
            log: self.log.map(RouteLog::seal).transpose()?,
            observations: self.observations,
            read: self.read,
            taken: self.taken,
        })
    }
}

/// Puts enrollments by the bucket of their member.
pub(super) fn enrollments(
    source: &Source,
    folder: &Folder,
    buckets: Buckets,
    share: Share,
    progress: &dyn Progress,
) -> Result<Put, Error> {
    let seed = Seed::drawn();
    let put = put(source, folder, buckets, share, progress, &|Block { rows, .. }, lane| {
        let (ids, members) = (texts(rows, "enrollment_id")?, texts(rows, "member_id")?);
        let of: Vec<u16> = (0..rows.num_rows()).map(|row| buckets.of_member(members.value(row))).collect();
        let hashes = (0..rows.num_rows()).map(|row| seed.hash_of_enrollment(ids.value(row)));
        if let Some(log) = &mut lane.log {
            log.add(hashes.zip(of.iter().copied()))?;
        }
        Ok(of)
    })?;
    Ok(Put { seed: Some(seed), ..put })
}

/// Puts claims by the bucket of their enrollment; rejects those without one.
pub(super) fn claims(
    source: &Source,
    folder: &Folder,
    buckets: Buckets,
    routes: &EnrollmentIndex,
    share: Share,
    progress: &dyn Progress,
) -> Result<Put, Error> {
    put(source, folder, buckets, share, progress, &|Block { rows, refused, refused_claims, .. }, lane| {
        lane.hold_refused(refused, routes)?;
        for (_, claim) in refused_claims {
            lane.outside.add(claim, Outside::Unread)?;
        }
        let (of, unknown) = routed(rows, routes)?;
        let (claims, ids, numbers) = (texts(rows, "claim_id")?, texts(rows, "enrollment_id")?, row_numbers(rows)?);
        for row in &unknown {
            lane.outside.add(claims.value(*row), Outside::WithoutEnrollment)?;
        }
        lane.see_unplaced(unknown.iter().map(|row| numbers.value(*row)));
        let rejects = unknown.into_iter().map(|row| Reject {
            input: Input::Claims,
            row: numbers.value(row),
            column: "enrollment_id".to_owned(),
            value: ids.value(row).to_owned(),
            reason: unknown_enrollment(),
        });
        lane.rejected.add(rejects.collect())?;
        Ok(of)
    })
}

/// The bucket of each row, and the rows that have none.
fn routed(rows: &RecordBatch, routes: &EnrollmentIndex) -> Result<(Vec<u16>, Vec<usize>), Error> {
    let ids = texts(rows, "enrollment_id")?;
    let hashes: Vec<u64> = (0..rows.num_rows()).map(|row| routes.seed().hash_of_enrollment(ids.value(row))).collect();
    let (mut of, mut unknown) = (Vec::with_capacity(hashes.len()), Vec::new());
    for hashes in hashes.chunks(ROUTES_AT_ONCE) {
        routes.touch(hashes);
        for hash in hashes {
            let row = of.len();
            of.push(routes.bucket(*hash, ids.value(row)).unwrap_or_else(|| {
                unknown.push(row);
                NOWHERE
            }));
        }
    }
    Ok((of, unknown))
}

type ToBuckets<'a> = dyn Fn(&Block, &mut Lane) -> Result<Vec<u16>, Error> + Sync + 'a;

fn put(
    source: &Source,
    folder: &Folder,
    buckets: Buckets,
    room: Share,
    progress: &dyn Progress,
    to_buckets: &ToBuckets<'_>,
) -> Result<Put, Error> {
    let enough = buckets.count().saturating_mul(ROWS_OF_A_SEGMENT);
    let (done, stream) = (AtomicU64::new(0), source.stream(room.rows)?);
    let written = share(room.threads, usize::MAX, |thread, pieces| {
        let mut lane = Lane::open(source, folder, thread)?;
        let mut input = stream.lane();
        while let Some(block) = input.next()? {
            lane.read = lane.read.saturating_add(block.read);
            lane.observations.extend(&block.observations);
            let of = to_buckets(&block, &mut lane)?;
            let Block { read, rows, rejects, .. } = block;
            lane.rejected.add(rejects)?;
            let taken = of.iter().filter(|bucket| **bucket != NOWHERE).count();
            lane.taken = lane.taken.saturating_add(u64::try_from(taken).unwrap_or(u64::MAX));
            lane.spill.hold(rows, of);
            if lane.held_rows() >= enough || lane.held_bytes() >= room.held {
                lane.flush()?;
            }
            let done = done.fetch_add(read, Ordering::Relaxed).saturating_add(read);
            progress.advance(source.stage(), done, source.about_rows().max(done));
            heed(progress)?;
            if pieces.has_failed() {
                break;
            }
        }
        lane.close()
    })?;
    seal(source, folder, written)
}

fn seal(source: &Source, folder: &Folder, written: Vec<Written>) -> Result<Put, Error> {
    let files = written.len();
    let sum = |of: fn(&Written) -> u64| written.iter().map(of).fold(0, u64::saturating_add);
    let (read, taken) = (sum(|written| written.read), sum(|written| written.taken));
    let (mut segments, mut refused) = (Vec::new(), Vec::new());
    let (mut rejects, mut outside, mut logs) = (Vec::new(), Vec::new(), Vec::new());
    let mut observations = Observations::default();
    for written in written {
        segments.extend(written.segments);
        refused.extend(written.refused.into_iter().flatten());
        rejects.extend(written.rejects);
        outside.extend(written.outside);
        logs.extend(written.log);
        observations.extend(&written.observations);
    }
    let table = Spilled::of(source.schema().clone(), Vec::new(), segments).to_bytes()?;
    let table = folder.put(&format!("{}.table", source.name()), &table)?;
    let refused = match source.input() {
        Input::Enrollments => None,
        Input::Claims => {
            let table = Spilled::of(Arc::clone(refused::schema()), Vec::new(), refused).to_bytes()?;
            Some(folder.put(&format!("{REFUSED}.table"), &table)?)
        }
    };
    Ok(Put { read, taken, files, table, refused, rejects, outside, logs, seed: None, observations })
}

/// A column of text that ingest gives.
pub(super) fn texts<'r>(rows: &'r RecordBatch, column: &str) -> Result<&'r StringArray, Error> {
    rows.column_by_name(column).and_then(|column| column.as_string_opt()).ok_or_else(|| no_column(column))
}

/// The numbers of the rows in their file.
pub(super) fn row_numbers(rows: &RecordBatch) -> Result<&UInt64Array, Error> {
    rows.column_by_name("row")
        .and_then(|column| column.as_primitive_opt::<UInt64Type>())
        .ok_or_else(|| no_column("row"))
}

fn no_column(column: &str) -> Error {
    Error::columns(say!("缺少列 `{column}`", "there is no column `{column}`"))
}

/// The number of a bucket.
pub(super) fn number_of(piece: usize) -> u16 {
    u16::try_from(piece).unwrap_or(NOWHERE)
}
