//! The rows of an input put by the buckets of their members.

use std::sync::atomic::{AtomicU64, Ordering};

use arrow::array::{AsArray, RecordBatch, StringArray, UInt64Array};
use arrow::datatypes::UInt64Type;
use serde::{Deserialize, Serialize};

use super::budget::Share;
use super::folder::Folder;
use super::input::{Block, Source};
use super::progress::{Progress, heed};
use super::rejects::Rejected;
use super::route_log::RouteLog;
use super::routes::{Buckets, Routes};
use super::sealed::Sealed;
use super::spill::{self, NOWHERE, Segment, Spill, Spilled};
use super::watch::Watch;
use super::workers::share;
use crate::batch::hash::hash_of_enrollment;
use crate::batch::{Input, Observations, Reject};
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
    /// The files of rejected rows.
    pub(super) rejects: Vec<Sealed>,
    /// The files of enrollments by hash and bucket.
    pub(super) logs: Vec<Sealed>,
    pub(super) observations: Observations,
}

impl Put {
    /// The same with rows that were copied to other buckets, in one more file.
    pub(super) fn with_copies(self, folder: &Folder, spilled: Spilled, copies: Vec<Segment>) -> Result<Put, Error> {
        let table = folder.put(&self.table.name, &spilled.with(copies).to_bytes()?)?;
        Ok(Put { table, files: self.files.saturating_add(1), ..self })
    }

    /// The rows by bucket.
    pub(super) fn spilled(&self, name: &str, folder: &Folder) -> Result<Spilled, Error> {
        let files = (0..self.files).map(|number| spill::path(folder.as_path(), name, number)).collect();
        let spilled = Spilled::from_bytes(files, &folder.get(&self.table)?);
        let spilled = spilled.ok_or_else(|| super::disk::damaged(&folder.path(&self.table.name)))?;
        spilled.check_lengths()?;
        Ok(spilled)
    }
}

/// So many rows of a bucket are worth a message of their own. Beyond that, rows are put while they are still near.
const ROWS_OF_A_SEGMENT: usize = 512;

/// So many routes are looked up together.
const ROUTES_AT_ONCE: usize = 1_024;

/// The work files that one thread fills.
struct Lane {
    spill: Spill,
    rejected: Rejected,
    log: Option<RouteLog>,
    observations: Observations,
    read: u64,
    taken: u64,
}

/// What a thread has written.
struct Written {
    segments: Vec<Segment>,
    rejects: Option<Sealed>,
    log: Option<Sealed>,
    observations: Observations,
    read: u64,
    taken: u64,
}

impl Lane {
    fn open(source: &Source, folder: &Folder, thread: usize) -> Result<Lane, Error> {
        let name = source.name();
        let log = match source.input() {
            Input::Enrollments => Some(RouteLog::create(folder, thread)?),
            Input::Claims => None,
        };
        Ok(Lane {
            spill: Spill::create(spill::path(folder.as_path(), name, thread), thread, source.schema())?,
            rejected: Rejected::at(folder.path(&format!("{name}-{thread}.rejects"))),
            log,
            observations: Observations::default(),
            read: 0,
            taken: 0,
        })
    }

    fn close(self) -> Result<Written, Error> {
        Ok(Written {
            segments: self.spill.finish()?,
            rejects: self.rejected.seal()?,
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
    put(source, folder, buckets, share, progress, None, &|rows, lane| {
        let (ids, members) = (texts(rows, "enrollment_id")?, texts(rows, "member_id")?);
        let of: Vec<u16> = (0..rows.num_rows()).map(|row| buckets.of_member(members.value(row))).collect();
        let hashes = (0..rows.num_rows()).map(|row| hash_of_enrollment(ids.value(row)));
        if let Some(log) = &mut lane.log {
            log.add(hashes.zip(of.iter().copied()))?;
        }
        Ok(of)
    })
}

/// Puts claims by the bucket of their enrollment; rejects those without one.
pub(super) fn claims(
    source: &Source,
    folder: &Folder,
    buckets: Buckets,
    routes: &Routes,
    share: Share,
    progress: &dyn Progress,
    watch: Option<&dyn Watch>,
) -> Result<Put, Error> {
    put(source, folder, buckets, share, progress, watch, &|rows, lane| {
        let ids = texts(rows, "enrollment_id")?;
        let hashes: Vec<u64> = (0..rows.num_rows()).map(|row| hash_of_enrollment(ids.value(row))).collect();
        let mut unknown = Vec::new();
        let mut of = Vec::with_capacity(hashes.len());
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
        if let Some(watch) = watch {
            let claims = texts(rows, "claim_id")?;
            for row in &unknown {
                watch.turn_away(claims.value(*row));
            }
        }
        let numbers = row_numbers(rows)?;
        let rejects = unknown.into_iter().map(|row| Reject {
            input: Input::Claims,
            row: numbers.value(row),
            column: "enrollment_id".to_owned(),
            value: ids.value(row).to_owned(),
            reason: say!("没有这一参保记录，或其未被接受", "no such enrollment, or it was rejected"),
        });
        lane.rejected.add(rejects.collect())?;
        Ok(of)
    })
}

type ToBuckets<'a> = dyn Fn(&RecordBatch, &mut Lane) -> Result<Vec<u16>, Error> + Sync + 'a;

fn put(
    source: &Source,
    folder: &Folder,
    buckets: Buckets,
    room: Share,
    progress: &dyn Progress,
    watch: Option<&dyn Watch>,
    to_buckets: &ToBuckets<'_>,
) -> Result<Put, Error> {
    let enough = buckets.count().saturating_mul(ROWS_OF_A_SEGMENT);
    let (done, stream) = (AtomicU64::new(0), source.stream(room.rows)?);
    let written = share(room.threads, usize::MAX, |thread, pieces| {
        let mut lane = Lane::open(source, folder, thread)?;
        let mut input = stream.lane();
        while let Some(Block { read, rows, rejects, observations, refused }) = input.next()? {
            if let Some(watch) = watch {
                for claim in &refused {
                    watch.refuse(claim);
                }
            }
            lane.read = lane.read.saturating_add(read);
            lane.rejected.add(rejects)?;
            lane.observations.extend(&observations);
            let of = to_buckets(&rows, &mut lane)?;
            let taken = of.iter().filter(|bucket| **bucket != NOWHERE).count();
            lane.taken = lane.taken.saturating_add(u64::try_from(taken).unwrap_or(u64::MAX));
            lane.spill.hold(rows, of);
            if lane.spill.held_rows() >= enough || lane.spill.held_bytes() >= room.held {
                lane.spill.flush()?;
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
    let (mut segments, mut rejects, mut logs) = (Vec::new(), Vec::new(), Vec::new());
    let mut observations = Observations::default();
    for written in written {
        segments.extend(written.segments);
        rejects.extend(written.rejects);
        logs.extend(written.log);
        observations.extend(&written.observations);
    }
    let table = Spilled::of(source.schema().clone(), Vec::new(), segments).to_bytes()?;
    let table = folder.put(&format!("{}.table", source.name()), &table)?;
    Ok(Put { read, taken, files, table, rejects, logs, observations })
}

/// A column of text that the door gives.
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
