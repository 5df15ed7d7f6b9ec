//! The bucket of every enrollment as it was read, and the table that is made of it.

use std::io::{BufReader, BufWriter, Read, Write};
use std::num::NonZeroUsize;
use std::path::PathBuf;

use super::checksummed::Sealed;
use super::disk::{damaged, unreadable, unwritable};
use super::enrollment_index::{EnrollmentIndex, Shard, shard_of};
use super::space::WorkFile;
use super::work_folder::Folder;
use super::workers::share;
use crate::batch::hash::Seed;
use crate::disk::fs::File;
use crate::error::Error;

/// A hash and a bucket.
const RECORD: usize = 10;
const BYTES_AT_ONCE: usize = 1 << 18;
/// Few enough that what they lead to stays near.
const RECORDS_AT_ONCE: usize = 2_048;

/// The work file of one thread while it is filled.
#[derive(Debug)]
pub(super) struct RouteLog {
    name: String,
    path: PathBuf,
    file: BufWriter<WorkFile>,
    crc: crc32fast::Hasher,
    bytes: u64,
}

impl RouteLog {
    pub(super) fn create(folder: &Folder, thread: usize) -> Result<RouteLog, Error> {
        let name = format!("routes-{thread}.log");
        let path = folder.path(&name);
        let file = folder.space().create(&path).map_err(|fault| unwritable(&path, &fault))?;
        Ok(RouteLog { name, path, file: BufWriter::new(file), crc: crc32fast::Hasher::new(), bytes: 0 })
    }

    /// Adds enrollments by the hash of their id and the bucket of their member.
    pub(super) fn add(&mut self, routes: impl Iterator<Item = (u64, u16)>) -> Result<(), Error> {
        let mut bytes = Vec::new();
        for (hash, bucket) in routes {
            bytes.extend_from_slice(&hash.to_le_bytes());
            bytes.extend_from_slice(&bucket.to_le_bytes());
        }
        self.crc.update(&bytes);
        self.bytes = self.bytes.saturating_add(u64::try_from(bytes.len()).unwrap_or(0));
        self.file.write_all(&bytes).map_err(|fault| unwritable(&self.path, &fault))
    }

    pub(super) fn seal(mut self) -> Result<Sealed, Error> {
        self.file.flush().map_err(|fault| unwritable(&self.path, &fault))?;
        Ok(Sealed { name: self.name, bytes: self.bytes, crc: self.crc.finalize() })
    }
}

/// The enrollments in the logs.
pub(super) fn count(logs: &[Sealed]) -> u64 {
    let record = u64::try_from(RECORD).unwrap_or(u64::MAX);
    logs.iter().map(|log| log.bytes.div_euclid(record)).fold(0, u64::saturating_add)
}

/// Makes the table of all logs, a shard in each thread; and whether an entry is doubtful.
pub(super) fn table(
    folder: &Folder,
    seed: Seed,
    logs: &[Sealed],
    threads: NonZeroUsize,
) -> Result<(EnrollmentIndex, bool), Error> {
    let shards = threads.get();
    let made = share(threads, shards, |thread, _| shard(folder, logs, thread, shards))?;
    let is_doubtful = made.iter().any(|(_, is_doubtful)| *is_doubtful);
    Ok((EnrollmentIndex::of(seed, made.into_iter().map(|(shard, _)| shard).collect()), is_doubtful))
}

fn shard(folder: &Folder, logs: &[Sealed], wanted: usize, shards: usize) -> Result<(Shard, bool), Error> {
    let mut count = 0_usize;
    if shards > 1 {
        each(folder, logs, |records| {
            let wanted = records.iter().filter(|(hash, _)| shard_of(*hash, shards).0 == wanted);
            count = count.saturating_add(wanted.count());
        })?;
    } else {
        count = usize::try_from(self::count(logs)).unwrap_or(usize::MAX);
    }
    let mut shard = Shard::for_enrollments(count);
    let (mut is_doubtful, mut placed) = (false, Vec::new());
    each(folder, logs, |records| {
        placed.clear();
        placed.extend(records.iter().filter_map(|(hash, bucket)| {
            let (place, within) = shard_of(*hash, shards);
            (place == wanted).then_some((within, *bucket))
        }));
        shard.touch(placed.iter().map(|(hash, _)| *hash));
        for (hash, bucket) in &placed {
            is_doubtful |= shard.insert(*hash, *bucket);
        }
    })?;
    Ok((shard, is_doubtful))
}

/// Reads all logs, some records at a time, checked against what was written.
fn each(folder: &Folder, logs: &[Sealed], mut take: impl FnMut(&[(u64, u16)])) -> Result<(), Error> {
    let mut records = Vec::with_capacity(RECORDS_AT_ONCE);
    for log in logs {
        let path = folder.path(&log.name);
        let file = File::open(&path).map_err(|fault| unreadable(&path, &fault))?;
        let mut file = BufReader::with_capacity(BYTES_AT_ONCE, file);
        let mut crc = crc32fast::Hasher::new();
        let (mut left, mut bytes) = (log.bytes, vec![0; RECORD.saturating_mul(RECORDS_AT_ONCE)]);
        while left > 0 {
            let length = usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len());
            let read = bytes.get_mut(..length).unwrap_or_default();
            file.read_exact(read).map_err(|fault| unreadable(&path, &fault))?;
            crc.update(read);
            left = left.saturating_sub(u64::try_from(length).unwrap_or(u64::MAX));
            records.clear();
            records.extend(read.as_chunks::<RECORD>().0.iter().map(|[h0, h1, h2, h3, h4, h5, h6, h7, b0, b1]| {
                let hash = u64::from_le_bytes([*h0, *h1, *h2, *h3, *h4, *h5, *h6, *h7]);
                (hash, u16::from_le_bytes([*b0, *b1]))
            }));
            take(&records);
        }
        if crc.finalize() != log.crc {
            return Err(damaged(&path));
        }
    }
    Ok(())
}
