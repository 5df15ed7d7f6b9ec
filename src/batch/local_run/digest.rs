//! What an input is: for the manifest, and to tell whether it is the one that an earlier run has read.

use std::io::{self, Read};
use std::path::Path;
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::disk::unreadable;
use super::progress::{Progress, heed};
use crate::batch::files::refuse_pipe;
use crate::disk::fs::{self, File};
use crate::error::Error;
use crate::text::hexadecimal;

const BYTES_AT_ONCE: usize = 1 << 20;

/// The size of a file and the SHA-256 of its bytes, in lower-case hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Digest {
    pub(crate) bytes: u64,
    pub(crate) sha256: String,
}

/// Takes the digest of a file, beside whoever reads its rows; what it gives where `is_over` has ended it counts for nothing.
pub(crate) fn of(path: &Path, progress: &dyn Progress, is_over: impl Fn() -> bool) -> Result<Digest, Error> {
    refuse_pipe(path)?;
    let mut file = File::open(path).map_err(|fault| unreadable(path, &fault))?;
    let mut digest = Sha256::new();
    let mut buffer = vec![0; BYTES_AT_ONCE];
    let mut bytes = 0_u64;
    loop {
        heed(progress)?;
        let read = match file.read(&mut buffer) {
            Err(fault) if fault.kind() == io::ErrorKind::Interrupted => continue,
            read => read.map_err(|fault| unreadable(path, &fault))?,
        };
        if read == 0 || is_over() {
            return Ok(Digest { bytes, sha256: hexadecimal(&digest.finalize()) });
        }
        bytes = bytes.saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
        digest.update(buffer.get(..read).unwrap_or_default());
    }
}

/// What changes when a file is written: its size and its time. Cheap, so that it can be asked again at the end.
pub(super) fn stamp(path: &Path) -> Result<(u64, u128), Error> {
    let about = fs::metadata(path).map_err(|fault| unreadable(path, &fault))?;
    let time = about.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    Ok((about.len(), time.map_or(0, |time| time.as_nanos())))
}
