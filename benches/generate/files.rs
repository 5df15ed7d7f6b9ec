//! Record batches as files.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Decimal128Type, Int32Type};
use arrow_array::{Array, RecordBatch};
use arrow_schema::{DataType, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use parquet::schema::types::ColumnPath;

use data::packs::to_date;

/// How a file is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Parquet { zstd: bool },
    Csv,
}

/// A file under way.
pub(crate) enum Sink {
    Parquet(Box<ArrowWriter<File>>),
    Csv(BufWriter<File>),
}

impl Sink {
    pub(crate) fn create(folder: &Path, name: &str, format: Format, schema: &SchemaRef) -> (Sink, PathBuf) {
        let ending = if format == Format::Csv { "csv" } else { "parquet" };
        let path = folder.join(name).with_extension(ending);
        let file = File::create(&path).expect("the file can be created");
        let sink = match format {
            Format::Parquet { zstd } => {
                let properties = Some(properties(zstd, schema));
                Sink::Parquet(Box::new(ArrowWriter::try_new(file, schema.clone(), properties).expect("a schema")))
            }
            Format::Csv => {
                let mut file = BufWriter::with_capacity(1 << 20, file);
                let names: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
                writeln!(file, "{}", names.join(",")).expect("the disk has room");
                Sink::Csv(file)
            }
        };
        (sink, path)
    }

    /// A batch is a row group.
    pub(crate) fn write(&mut self, batch: &RecordBatch) {
        match self {
            Sink::Parquet(writer) => {
                writer.write(batch).and_then(|()| writer.flush()).expect("the disk has room");
            }
            Sink::Csv(file) => write_lines(file, batch),
        }
    }

    pub(crate) fn close(self) {
        match self {
            Sink::Parquet(writer) => {
                writer.close().expect("the disk has room");
            }
            Sink::Csv(mut file) => file.flush().expect("the disk has room"),
        }
    }
}

/// Ids and amounts hardly repeat, so a dictionary of them is for nothing.
fn properties(zstd: bool, schema: &SchemaRef) -> WriterProperties {
    let compression =
        if zstd { Compression::ZSTD(ZstdLevel::try_new(3).expect("a level")) } else { Compression::SNAPPY };
    let unlike =
        schema.fields().iter().filter(|field| matches!(field.data_type(), DataType::Utf8 | DataType::Decimal128(..)));
    let builder = WriterProperties::builder().set_compression(compression);
    let builder = unlike.fold(builder, |builder, field| {
        builder.set_column_dictionary_enabled(ColumnPath::from(field.name().as_str()), false)
    });
    builder.build()
}

fn write_lines(file: &mut impl Write, batch: &RecordBatch) {
    let mut line = String::new();
    for row in 0..batch.num_rows() {
        line.clear();
        for (place, column) in batch.columns().iter().enumerate() {
            if place > 0 {
                line.push(',');
            }
            if column.is_valid(row) {
                push_cell(&mut line, column.as_ref(), row);
            }
        }
        writeln!(file, "{line}").expect("the disk has room");
    }
}

fn push_cell(line: &mut String, column: &dyn Array, row: usize) {
    use std::fmt::Write;
    let written = match column.data_type() {
        DataType::Utf8 => write!(line, "{}", column.as_string::<i32>().value(row)),
        DataType::Dictionary(..) => {
            let column = column.as_dictionary::<Int32Type>();
            let index = column.key(row).unwrap_or_default();
            write!(line, "{}", column.values().as_string::<i32>().value(index))
        }
        DataType::Decimal128(..) => write!(line, "{}", column.as_primitive::<Decimal128Type>().value_as_string(row)),
        DataType::Int32 => write!(line, "{}", column.as_primitive::<Int32Type>().value(row)),
        DataType::Date32 => write!(line, "{}", to_date(column.as_primitive::<Date32Type>().value(row))),
        DataType::Boolean => write!(line, "{}", column.as_boolean().value(row)),
        other => panic!("no column is of type {other}"),
    };
    written.expect("a text takes all");
}
