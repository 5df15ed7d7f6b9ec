//! Whether an input is the one that an earlier run has read.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::time::UNIX_EPOCH;

use xxhash_rust::xxh3::Xxh3;

use super::disk::unreadable;
use super::progress::{Progress, heed};
use crate::error::Error;

const BYTES_AT_ONCE: usize = 1 << 20;

/// The XXH3-128 of all bytes of a file, in hexadecimal: it tells files apart that differ by chance or by change, not by malice.
pub(super) fn of(path: &Path, progress: &dyn Progress, is_over: impl Fn() -> bool) -> Result<String, Error> {
    let mut file = File::open(path).map_err(|fault| unreadable(path, &fault))?;
    let mut digest = Xxh3::new();
    let mut bytes = vec![0; BYTES_AT_ONCE];
    loop {
        heed(progress)?;
        let read = file.read(&mut bytes).map_err(|fault| unreadable(path, &fault))?;
        if read == 0 || is_over() {
            return Ok(format!("{:032x}", digest.digest128()));
        }
        digest.update(bytes.get(..read).unwrap_or_default());
    }
}

/// What changes when a file is written: its size and its time. Cheap, so that it can be asked again at the end.
pub(super) fn stamp(path: &Path) -> Result<(u64, u128), Error> {
    let about = path.metadata().map_err(|fault| unreadable(path, &fault))?;
    let time = about.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    Ok((about.len(), time.map_or(0, |time| time.as_nanos())))
}
