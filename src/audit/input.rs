//! The files that an audit is about, so that whoever has its report can tell whether he has the same ones.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::batch::files::fault::unreadable;
use crate::batch::{Progress, heed};
use crate::error::Error;

const BYTES_AT_ONCE: usize = 1 << 20;

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Input {
    /// Where it is.
    pub path: PathBuf,
    /// Its size and the SHA-256 of all its bytes in lower-case hexadecimal; none of what can be read only once, such as a pipe.
    pub content: Option<(u64, String)>,
}

impl Input {
    pub(super) fn of(path: &Path, progress: &dyn Progress) -> Result<Input, Error> {
        let is_plain = path.metadata().is_ok_and(|about| about.is_file());
        let content = is_plain.then(|| content(path, progress)).transpose()?;
        Ok(Input { path: path.to_owned(), content })
    }

    /// The name without its folder.
    pub(super) fn name(&self) -> String {
        self.path.file_name().unwrap_or(self.path.as_os_str()).to_string_lossy().into_owned()
    }
}

fn content(path: &Path, progress: &dyn Progress) -> Result<(u64, String), Error> {
    let mut file = File::open(path).map_err(|fault| unreadable(path, &fault))?;
    let (mut digest, mut bytes, mut size) = (Sha256::new(), vec![0; BYTES_AT_ONCE], 0_u64);
    loop {
        heed(progress)?;
        let read = file.read(&mut bytes).map_err(|fault| unreadable(path, &fault))?;
        if read == 0 {
            let digest: [u8; 32] = digest.finalize().into();
            let digits = digest.iter().map(|byte| format!("{byte:02x}"));
            return Ok((size, digits.collect::<Vec<_>>().concat()));
        }
        digest.update(bytes.get(..read).unwrap_or_default());
        size = size.saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
    }
}
