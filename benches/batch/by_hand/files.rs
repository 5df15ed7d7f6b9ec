//! The whole command by hand: from Parquet to Parquet.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::sync::{Arc, Mutex};

use arrow_schema::SchemaRef;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::{ArrowColumnChunk, ArrowRowGroupWriterFactory, compute_leaves};
use parquet::basic::Compression;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::SerializedFileWriter;

use super::Answer;
use super::batches::{CLAIM_COLUMNS, Kept, columns_of, decide_all, schema};
use super::covers::ENROLLMENT_COLUMNS;
use super::table::Table;
use super::threads::on_threads;

/// Decides `claims.parquet` with `enrollments.parquet` of a folder; gives the answers by row.
pub(crate) fn run(folder: &Path, out: &Path, threads: usize) -> Vec<Answer> {
    let enrollments = Table::open(&folder.join("enrollments.parquet"), ENROLLMENT_COLUMNS);
    let claims = Table::open(&folder.join("claims.parquet"), CLAIM_COLUMNS);
    let (kept, answers) = decide_all(&claims, &enrollments, threads);
    write(out, &kept, &answers, threads);
    answers
}

/// Writes a row group for each that was read, in the order of the input.
fn write(out: &Path, kept: &[Kept], answers: &[Answer], threads: usize) {
    let schema = schema();
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_dictionary_enabled(false)
        .set_statistics_enabled(EnabledStatistics::None)
        .set_offset_index_disabled(true)
        .build();
    let file = File::create(out).expect("the file can be created");
    let writer = ArrowWriter::try_new(file, Arc::clone(&schema), Some(properties)).expect("a schema");
    let (writer, factory) = writer.into_serialized_writer().expect("nothing is written yet");
    let groups: Vec<&[Kept]> = kept.chunk_by(|left, right| left.group == right.group).collect();
    let finished = Mutex::new(Finished { writer, next: 0, waiting: BTreeMap::new() });
    on_threads(threads, groups.len(), |numbers| {
        for number in numbers {
            let chunks = encode(&factory, number, groups[number], answers, &schema);
            finished.lock().expect("no thread failed").append(number, chunks);
        }
    });
    let finished = finished.into_inner().expect("no thread failed");
    finished.writer.close().expect("the disk has room");
}

struct Finished {
    writer: SerializedFileWriter<File>,
    next: usize,
    waiting: BTreeMap<usize, Vec<ArrowColumnChunk>>,
}

impl Finished {
    /// Row groups stand in their order, whichever thread is done first.
    fn append(&mut self, number: usize, chunks: Vec<ArrowColumnChunk>) {
        self.waiting.insert(number, chunks);
        while let Some(chunks) = self.waiting.remove(&self.next) {
            let mut group = self.writer.next_row_group().expect("the row group before is closed");
            for chunk in chunks {
                chunk.append_to_row_group(&mut group).expect("the disk has room");
            }
            group.close().expect("the disk has room");
            self.next += 1;
        }
    }
}

fn encode(
    factory: &ArrowRowGroupWriterFactory,
    number: usize,
    kept: &[Kept],
    answers: &[Answer],
    schema: &SchemaRef,
) -> Vec<ArrowColumnChunk> {
    let mut writers = factory.create_column_writers(number).expect("the schema can be written");
    for kept in kept {
        for ((array, field), writer) in columns_of(kept, answers).iter().zip(schema.fields()).zip(&mut writers) {
            for leaf in compute_leaves(field, array).expect("a flat column") {
                writer.write(&leaf).expect("the column can be encoded");
            }
        }
    }
    writers.into_iter().map(|writer| writer.close().expect("the column can be encoded")).collect()
}
