//! Parts of a file put together, without decoding them.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use arrow_schema::SchemaRef;
use parquet::arrow::ArrowSchemaConverter;
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::ParquetError;
use parquet::file::metadata::{ColumnChunkMetaData, KeyValue, ParquetMetaDataReader};
use parquet::file::properties::WriterPropertiesPtr;
use parquet::file::writer::SerializedFileWriter;

use crate::batch::Manifest;
use crate::batch::files::fault::{not_encoded, unwritable};
use crate::batch::files::open::{created, opened};
use crate::disk::fs::File;
use crate::error::Error;

type Each<'e> = &'e mut dyn FnMut(usize) -> Result<(), Error>;

/// One Parquet file of the row groups of all parts.
pub(super) fn row_groups(
    schema: &SchemaRef,
    properties: &WriterPropertiesPtr,
    parts: &[PathBuf],
    to: &Path,
    manifest: &str,
    each: Each<'_>,
) -> Result<(), Error> {
    let written = |fault: ParquetError| parquet_fault(to, fault);
    let root = ArrowSchemaConverter::new().schema_root("arrow_schema").convert(schema).map_err(written)?;
    let file = BufWriter::with_capacity(1 << 20, created(to)?);
    let mut writer = SerializedFileWriter::new(file, root.root_schema_ptr(), properties.clone()).map_err(written)?;
    for (number, part) in parts.iter().enumerate() {
        append(&mut writer, &opened(part)?).map_err(written)?;
        each(number)?;
    }
    writer.append_key_value_metadata(KeyValue::new(Manifest::KEY.to_owned(), manifest.trim_end().to_owned()));
    let file = writer.into_inner().map_err(written)?;
    file.into_inner().map_err(|fault| unwritable(to, fault.error())).map(drop)
}

fn append(writer: &mut SerializedFileWriter<BufWriter<File>>, part: &File) -> Result<(), ParquetError> {
    let metadata = ParquetMetaDataReader::new().parse_and_finish(part)?;
    for group in metadata.row_groups() {
        let mut rows = writer.next_row_group()?;
        for column in group.columns() {
            rows.append_column(part, closed(column, group.num_rows()))?;
        }
        rows.close()?;
    }
    Ok(())
}

/// A column of a part as if it had just been written.
fn closed(column: &ColumnChunkMetaData, rows: i64) -> ColumnCloseResult {
    ColumnCloseResult {
        bytes_written: u64::try_from(column.compressed_size()).unwrap_or_default(),
        rows_written: u64::try_from(rows).unwrap_or_default(),
        metadata: column.clone(),
        bloom_filter: None,
        column_index: None,
        offset_index: None,
    }
}

/// A full disk is what the system says, not what the format is.
pub(super) fn parquet_fault(path: &Path, fault: ParquetError) -> Error {
    match fault {
        ParquetError::External(inner) => match inner.downcast::<io::Error>() {
            Ok(fault) => unwritable(path, &fault),
            Err(other) => not_encoded(path, &other),
        },
        other => not_encoded(path, &other),
    }
}

/// One text file: the header, then the lines of all parts.
pub(super) fn lines(header: &[u8], parts: &[PathBuf], to: &Path, each: Each<'_>) -> Result<(), Error> {
    let unwritable = |fault: io::Error| unwritable(to, &fault);
    let mut file = BufWriter::with_capacity(1 << 20, created(to)?);
    file.write_all(header).map_err(unwritable)?;
    for (number, part) in parts.iter().enumerate() {
        io::copy(&mut opened(part)?, &mut file).map_err(unwritable)?;
        each(number)?;
    }
    file.flush().map_err(unwritable)
}
