//! Rows to read: of a Parquet file, or in memory already.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Int32Type};
use arrow_array::{Array, RecordBatch, StringViewArray};
use arrow_buffer::NullBuffer;
use arrow_cast::cast;
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder};

const ROWS_AT_ONCE: usize = 16_384;

/// Row groups, of which some columns are read.
pub(crate) enum Table {
    File { path: PathBuf, metadata: ArrowReaderMetadata, columns: &'static [&'static str] },
    Memory(Vec<RecordBatch>),
}

impl Table {
    pub(crate) fn open(path: &Path, columns: &'static [&'static str]) -> Table {
        let file = File::open(path).expect("the file is there");
        let metadata = ArrowReaderMetadata::load(&file, ArrowReaderOptions::new()).expect("a Parquet file");
        let options = ArrowReaderOptions::new().with_schema(convenient(metadata.schema()));
        let metadata = ArrowReaderMetadata::load(&file, options).expect("the types fit");
        Table::File { path: path.to_owned(), metadata, columns }
    }

    /// The rows of a batch in groups, in the types in which they would come from a file.
    pub(crate) fn of(batch: &RecordBatch, rows_of_group: usize) -> Table {
        let schema = convenient(&batch.schema());
        let arrays = batch.columns().iter().zip(schema.fields());
        let arrays = arrays.map(|(array, field)| cast(array, field.data_type()).expect("the types fit")).collect();
        let batch = RecordBatch::try_new(schema, arrays).expect("the same rows");
        Table::Memory(pieces(&batch, rows_of_group).collect())
    }

    pub(crate) fn rows(&self) -> usize {
        self.groups().sum()
    }

    /// How many rows each group has.
    pub(crate) fn groups(&self) -> Box<dyn Iterator<Item = usize> + '_> {
        match self {
            Table::File { metadata, .. } => {
                let groups = metadata.metadata().row_groups().iter();
                Box::new(groups.map(|group| usize::try_from(group.num_rows()).unwrap_or_default()))
            }
            Table::Memory(batches) => Box::new(batches.iter().map(RecordBatch::num_rows)),
        }
    }

    /// The first row of each group.
    pub(crate) fn starts(&self) -> Vec<usize> {
        let mut next = 0;
        let starts = self.groups().map(|rows| {
            next += rows;
            next - rows
        });
        starts.collect()
    }

    pub(crate) fn batches(&self, group: usize) -> Box<dyn Iterator<Item = RecordBatch> + '_> {
        match self {
            Table::File { path, metadata, columns } => {
                let file = File::open(path).expect("the file is still there"); // a cloned handle would share its place
                let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata.clone());
                let mask = ProjectionMask::columns(builder.parquet_schema(), columns.iter().copied());
                let builder = builder.with_row_groups(vec![group]).with_projection(mask).with_batch_size(ROWS_AT_ONCE);
                let batches = builder.build().expect("the row group is there");
                Box::new(batches.map(|batch| batch.expect("the row group is whole")))
            }
            Table::Memory(batches) => Box::new(pieces(&batches[group], ROWS_AT_ONCE)),
        }
    }
}

fn pieces(batch: &RecordBatch, rows: usize) -> impl Iterator<Item = RecordBatch> {
    let starts = (0..batch.num_rows()).step_by(rows);
    starts.map(move |start| batch.slice(start, rows.min(batch.num_rows() - start)))
}

/// Texts are read where they lie, amounts as 64-bit integers.
fn convenient(schema: &Schema) -> SchemaRef {
    let fields = schema.fields().iter().map(|field| {
        let kind = match field.data_type() {
            DataType::Utf8 => DataType::Utf8View,
            DataType::Decimal128(precision, scale) => DataType::Decimal64(*precision, *scale),
            other => other.clone(),
        };
        Field::new(field.name(), kind, field.is_nullable())
    });
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

pub(crate) fn column<'b>(batch: &'b RecordBatch, name: &str) -> &'b dyn Array {
    batch.column_by_name(name).expect("the column is there").as_ref()
}

pub(crate) fn views<'b>(batch: &'b RecordBatch, name: &str) -> &'b StringViewArray {
    column(batch, name).as_string_view()
}

pub(crate) fn dates<'b>(batch: &'b RecordBatch, name: &str) -> (&'b [i32], Option<&'b NullBuffer>) {
    let dates = column(batch, name).as_primitive::<Date32Type>();
    (dates.values(), dates.nulls())
}

pub(crate) fn numbers<'b>(batch: &'b RecordBatch, name: &str) -> (&'b [i32], Option<&'b NullBuffer>) {
    let numbers = column(batch, name).as_primitive::<Int32Type>();
    (numbers.values(), numbers.nulls())
}

#[inline]
pub(crate) fn is_given(given: Option<&NullBuffer>, row: usize) -> bool {
    given.is_none_or(|given| given.is_valid(row))
}

#[inline]
pub(crate) fn unless(given: Option<&NullBuffer>, row: usize, bit: u8) -> u8 {
    if is_given(given, row) { 0 } else { bit }
}
