//! Files that are read and written, whole and damaged.

#![expect(clippy::arithmetic_side_effects, reason = "places in a small file")]

mod reading;
mod writing;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use arrow_array::cast::AsArray;
use arrow_array::types::UInt64Type;
use arrow_array::{Array, ArrayRef, RecordBatch, StringArray, UInt64Array};
use arrow_cast::display::array_value_to_string;

use crate::batch::files::original::Lines;
use crate::batch::files::{self, Intake, Original, RejectsFile, Sink};
use crate::batch::ingest::{Ingest, Rows, Vocabulary};
use crate::batch::{Input, Reject};
use crate::catalog::Catalog;
use crate::error::Error;
use crate::text::Language;

/// A folder of its own, which goes with the test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Folder {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("huzhu-files-{}-{number}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        Folder(folder)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, bytes).unwrap();
        path
    }

    /// The message about a file, with the folder left out.
    fn said(&self, error: &Error) -> (String, String) {
        let folder = format!("{}/", self.0.display());
        let message = |language| error.message(language).replace(&folder, "");
        (message(Language::Zh), message(Language::En))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}

fn text(values: &[&str]) -> ArrayRef {
    Arc::new(StringArray::from(values.to_vec()))
}

fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    RecordBatch::try_from_iter(columns).unwrap()
}

/// Opens files without anything being said of how.
struct Source;

impl Source {
    fn open(path: &Path, input: Input) -> Result<files::Source, Error> {
        files::Source::open(path, input, &Intake::default(), &|_| true)
    }
}

/// The cells of a batch as text, row by row.
fn cells(batch: &RecordBatch) -> Vec<Vec<String>> {
    let cell = |column: &ArrayRef, row| array_value_to_string(column, row).unwrap();
    (0..batch.num_rows()).map(|row| batch.columns().iter().map(|column| cell(column, row)).collect()).collect()
}
