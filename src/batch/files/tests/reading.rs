//! Inputs: what is read, and what is said of those that cannot be.

use arrow_array::types::Int32Type;
use arrow_array::{BinaryArray, Decimal128Array, DictionaryArray};
use arrow_schema::{DataType, Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::basic::{BrotliLevel, Compression, GzipLevel, ZstdLevel};
use parquet::file::properties::WriterProperties;

use super::*;
use crate::batch::ingest::Passed;

/// The numbers of rows, their cells, and the rows that are in no batch.
type All = (Vec<u64>, Vec<Vec<String>>, Vec<Reject>);

/// All rows of a file through one lane.
fn all(source: &files::Source, rows: usize) -> Result<All, Error> {
    let columns: Vec<usize> = (0..source.schema().fields().len()).collect();
    let stream = source.stream(&columns, rows)?;
    let mut lane = stream.lane();
    let (mut numbers, mut found, mut rejects, mut read) = (Vec::new(), Vec::new(), Vec::new(), 0);
    while let Some(raw) = lane.next()? {
        assert!(raw.read <= u64::try_from(rows).unwrap());
        numbers.extend((0..raw.batch.num_rows()).map(|place| raw.rows.number(place)));
        found.extend(cells(&raw.batch));
        rejects.extend(raw.rejects);
        read += raw.read;
    }
    let mut all: Vec<u64> = numbers.iter().copied().chain(rejects.iter().map(|reject| reject.row)).collect();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all, (1..=read).collect::<Vec<_>>());
    Ok((numbers, found, rejects))
}

fn csv_of(text: &[u8]) -> (Vec<Vec<String>>, Vec<Reject>) {
    let folder = Folder::new();
    let path = folder.file("claims.csv", text);
    let source = Source::open(&path, Input::Claims).unwrap();
    let whole = all(&source, 1_000).unwrap();
    for rows in 1..4 {
        assert_eq!(all(&source, rows).unwrap(), whole);
    }
    (whole.1, whole.2)
}

fn fault_of(name: &str, bytes: &[u8]) -> (String, String) {
    let folder = Folder::new();
    let path = folder.file(name, bytes);
    let error = Source::open(&path, Input::Claims).and_then(|source| all(&source, 2).map(|_| ())).unwrap_err();
    assert!(error.is_input());
    folder.said(&error)
}

#[test]
fn a_file_is_read_by_its_ending() {
    let (zh, en) = fault_of("claims.gz", b"a");
    assert_eq!(
        en,
        "`claims.gz` ends in none of `.parquet`, `.csv`, `.csv.gz`, `.xlsx`, `.xls` and `.ods`: the ending says how a file is written"
    );
    assert_eq!(zh, "`claims.gz` 应以 `.parquet`、`.csv`、`.csv.gz`、`.xlsx`、`.xls` 或 `.ods` 结尾");
    let folder = Folder::new();
    let path = folder.file("CLAIMS.CSV", "a,b\n1,2\n");
    assert_eq!(all(&Source::open(&path, Input::Claims).unwrap(), 9).unwrap().1, [["1", "2"]]);
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let folder = Folder::new();
    for name in ["claims.csv", "claims.parquet"] {
        let error = Source::open(&folder.path(name), Input::Claims).unwrap_err();
        let said = (
            format!("`{name}` 读不出：没有这个文件或目录"),
            format!("`{name}` cannot be read: no such file or folder"),
        );
        assert_eq!(folder.said(&error), said);
        fs::create_dir(folder.path(name)).unwrap();
        let error = Source::open(&folder.path(name), Input::Claims).unwrap_err();
        assert_eq!(folder.said(&error).1, format!("`{name}` cannot be read: it is a folder, not a file"));
    }
}

// ── CSV ──────────────────────────────────────────────────────────────────

#[test]
fn fields_may_be_quoted_and_lines_end_in_either_way() {
    let expected = [["C1", "a,b"], ["C2", "say \"hi\"\r\nthere"], ["C3", ""], ["C4", "中文"]];
    let unix = "id,note\nC1,\"a,b\"\nC2,\"say \"\"hi\"\"\r\nthere\"\nC3,\nC4,中文\n";
    let windows = "\u{feff} id , note\r\nC1,\"a,b\"\r\nC2,\"say \"\"hi\"\"\r\nthere\"\r\n\r\nC3,\r\nC4,中文";
    for text in [unix, windows] {
        let (found, rejects) = csv_of(text.as_bytes());
        assert_eq!(found, expected);
        assert_eq!(rejects, []);
    }
}

#[test]
fn a_header_is_trimmed_of_blanks_and_of_its_mark() {
    let folder = Folder::new();
    let path = folder.file("claims.csv", "\u{feff}claim_id ,\"enrollment_id\", total_cost\r\n");
    let source = Source::open(&path, Input::Claims).unwrap();
    let names: Vec<&str> = source.schema().fields().iter().map(|field| field.name().as_str()).collect();
    assert_eq!(names, ["claim_id", "enrollment_id", "total_cost"]);
    assert_eq!((source.rows(), all(&source, 10).unwrap().0.len()), (None, 0));
}

#[test]
fn a_row_with_too_many_or_too_few_fields_is_rejected() {
    let (found, rejects) = csv_of(b"id,cost\nC1,1\nC2\nC3,3,3\nC4,4\n");
    assert_eq!(found, [["C1", "1"], ["C4", "4"]]);
    let said: Vec<_> = rejects
        .iter()
        .map(|r| (r.row, r.column.as_str(), r.value.as_str(), r.reason.zh.as_str(), r.reason.en.as_str()))
        .collect();
    assert_eq!(
        said,
        [
            (2, "", "C2", "此行有 1 列，列名有 2 列", "the row has 1 fields, the header 2"),
            (3, "", "C3,3,3", "此行有 3 列，列名有 2 列", "the row has 3 fields, the header 2"),
        ]
    );
    assert!(rejects.iter().all(|reject| reject.input == Input::Claims));
}

#[test]
fn a_row_that_is_not_utf_8_is_rejected() {
    // the last row is UTF-8 as a whole, but not its fields
    let (found, rejects) = csv_of(b"id,note,x\nC1,ok,\nC\xff,\xd6\xd0,\nC3,ok,\nC4,\xe4\xb8,\xad\n");
    assert_eq!(found, [["C1", "ok", ""], ["C3", "ok", ""]]);
    let said: Vec<_> = rejects.iter().map(|r| (r.row, r.column.as_str(), r.value.as_str())).collect();
    assert_eq!(
        said,
        [(2, "id", "C\u{fffd}"), (2, "note", "\u{fffd}\u{fffd}"), (4, "note", "\u{fffd}"), (4, "x", "\u{fffd}")]
    );
    assert_eq!(rejects[0].reason.en, "the value of `id` is not UTF-8");
    assert_eq!(rejects[0].reason.zh, "`id` 的值不是 UTF-8 文本");
}

#[test]
fn a_column_that_is_not_read_may_be_anything() {
    let folder = Folder::new();
    let path = folder.file("claims.csv", b"id,note,cost\nC1,\xff,1\n");
    let source = Source::open(&path, Input::Claims).unwrap();
    let stream = source.stream(&[0, 2], 10).unwrap();
    let raw = stream.lane().next().unwrap().unwrap();
    assert_eq!((cells(&raw.batch), raw.rejects), (vec![vec!["C1".to_owned(), "1".to_owned()]], Vec::new()));
}

#[test]
fn a_csv_file_without_header_is_refused() {
    for empty in ["", "\u{feff}", "\n\r\n"] {
        let (zh, en) = fault_of("claims.csv", empty.as_bytes());
        assert_eq!(en, "`claims.csv` is empty: it has no header");
        assert_eq!(zh, "`claims.csv` 是空文件，没有列名");
    }
    let (zh, en) = fault_of("claims.csv", b"\xffid,\n");
    assert_eq!(en, "the header of `claims.csv` is not UTF-8; save the file as UTF-8");
    assert_eq!(zh, "`claims.csv` 的列名不是 UTF-8 文本；请另存为 UTF-8");
    let (zh, en) = fault_of("claims.csv", b"claim_id|enrollment_id\nC1|E1\n");
    assert_eq!(en, "the header of `claims.csv` has no comma; separate columns by commas");
    assert_eq!(zh, "`claims.csv` 的列名之间没有逗号；请以逗号分隔各列");
}

#[test]
fn a_quote_that_is_never_closed_is_refused() {
    let (zh, en) = fault_of("claims.csv", b"id,cost\nC1,1\nC2,\"2\nC3,3\n");
    assert_eq!(en, "row 2 of `claims.csv` opens a quote that is never closed");
    assert_eq!(zh, "`claims.csv` 第 2 行有引号未闭合");
    let long = format!("id,cost\nC1,1\nC2,\"2\n{}", "C3,3\n".repeat(400_000));
    let (zh, en) = fault_of("claims.csv", long.as_bytes());
    assert_eq!(en, "row 2 of `claims.csv` has more than 1 MiB; is a quote not closed?");
    assert_eq!(zh, "`claims.csv` 第 2 行超过 1 MiB；是否有引号未闭合？");
    for closed in ["id,cost\nC1,\"1\"", "id,cost\nC1,\"1\"\"\"", "id,cost\nC1,1\"", "id,cost\nC1,\"1\"x\n\n"] {
        assert_eq!(csv_of(closed.as_bytes()).0.len(), 1);
    }
}

#[test]
fn a_long_csv_file_comes_in_pieces() {
    let folder = Folder::new();
    let row = format!("C,{}\n", "x".repeat(1 << 19));
    let path = folder.file("claims.csv", format!("id,note\n{}", row.repeat(40)));
    let source = Source::open(&path, Input::Claims).unwrap();
    let stream = source.stream(&[0], 1_000).unwrap();
    let mut lane = stream.lane();
    let mut counts = Vec::new();
    while let Some(raw) = lane.next().unwrap() {
        counts.push(raw.read);
    }
    assert_eq!(counts, [16, 16, 8]);
}

#[test]
fn threads_share_the_rows_of_a_file() {
    let folder = Folder::new();
    let names: Vec<String> = (0..1_000).map(|number| format!("C{number}")).collect();
    let csv = folder.file("claims.csv", format!("id\n{}\n", names.join("\n")));
    let parquet = folder.path("claims.parquet");
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    written(&parquet, &batch(vec![("id", text(&names))]), 10);
    for path in [csv, parquet] {
        let source = Source::open(&path, Input::Claims).unwrap();
        let stream = source.stream(&[0], 7).unwrap();
        let read = || {
            let mut lane = stream.lane();
            let mut found = Vec::new();
            while let Some(raw) = lane.next().unwrap() {
                let ids = cells(&raw.batch).into_iter().flatten();
                found.extend(ids.enumerate().map(|(place, id)| (raw.rows.number(place), id)));
            }
            found
        };
        let mut found = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..3).map(|_| scope.spawn(read)).collect();
            threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
        });
        found.sort();
        let expected: Vec<_> = (0..1_000).map(|number| (number + 1, format!("C{number}"))).collect();
        assert_eq!(found, expected);
    }
}

// ── Parquet ──────────────────────────────────────────────────────────────

fn written(path: &Path, rows: &RecordBatch, rows_of_a_group: usize) {
    let properties = WriterProperties::builder()
        .set_max_row_group_row_count(Some(rows_of_a_group))
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .build();
    let mut writer = ArrowWriter::try_new(fs::File::create(path).unwrap(), rows.schema(), Some(properties)).unwrap();
    writer.write(rows).unwrap();
    writer.close().unwrap();
}

#[test]
fn a_parquet_file_comes_by_its_row_groups() {
    let folder = Folder::new();
    let path = folder.path("claims.parquet");
    let costs = Decimal128Array::from(vec![100, 200, 300, 400, 500]).with_precision_and_scale(12, 2).unwrap();
    let rows = batch(vec![
        ("claim_id", text(&["C1", "C2", "C3", "C4", "C5"])),
        ("skipped", text(&["x"; 5])),
        ("total_cost", Arc::new(costs)),
    ]);
    written(&path, &rows, 3);
    let source = Source::open(&path, Input::Claims).unwrap();
    assert_eq!((source.rows(), source.schema().field(2).data_type()), (Some(5), &DataType::Decimal128(12, 2)));
    assert_eq!(all(&source, 2).unwrap().0, [1, 2, 3, 4, 5]);
    let stream = source.stream(&[0, 2], 10).unwrap();
    let mut lane = stream.lane();
    let mut pieces = Vec::new();
    while let Some(raw) = lane.next().unwrap() {
        pieces.push((raw.rows, raw.read, cells(&raw.batch)));
    }
    let cells = |cells: &[[&str; 2]]| cells.iter().map(|row| row.map(str::to_owned).to_vec()).collect::<Vec<_>>();
    assert_eq!(
        pieces,
        [
            (Rows::From(1), 3, cells(&[["C1", "1.00"], ["C2", "2.00"], ["C3", "3.00"]])),
            (Rows::From(4), 2, cells(&[["C4", "4.00"], ["C5", "5.00"]])),
        ]
    );
}

#[test]
fn a_category_stored_as_a_dictionary_is_read_as_one() {
    let folder = Folder::new();
    let path = folder.path("claims.parquet");
    let causes: DictionaryArray<Int32Type> = ["illness", "flood", "illness"].into_iter().collect();
    let rows = batch(vec![
        ("claim_id", text(&["C1", "C2", "C3"])),
        ("enrollment_id", text(&["E1", "E2", "E3"])),
        ("cause", text(&["illness", "flood", "illness"])),
        ("psn_no", text(&["1", "2", "3"])),
        ("illness_class", Arc::new(causes)),
    ]);
    written(&path, &rows, 2);
    let vocabulary = Vocabulary::of(&shelf()).unwrap();
    let mut source = Source::open(&path, Input::Claims).unwrap();
    let ingest = source.ingest(&vocabulary, &[]).unwrap();
    let dictionary = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
    let kinds: Vec<_> = source.schema().fields().iter().map(|field| field.data_type().clone()).collect();
    assert_eq!(kinds, [DataType::Utf8, DataType::Utf8, dictionary.clone(), DataType::Utf8, dictionary]);
    let (plain, rejects) = through(&source, &ingest);
    assert_eq!(plain, [["1", "C1", "E1", "2", "0", "illness", "1"], ["3", "C3", "E3", "2", "0", "illness", "3"]]);
    let said: Vec<_> = rejects.iter().map(|r| (r.row, r.column.as_str(), r.value.as_str())).collect();
    assert_eq!(said, [(2, "cause", "flood")]);
}

fn shelf() -> Catalog {
    Catalog::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("rules")).unwrap()
}

fn through(source: &files::Source, ingest: &Ingest) -> (Vec<Vec<String>>, Vec<Reject>) {
    let stream = source.stream(ingest.projection(), 100).unwrap();
    let mut lane = stream.lane();
    let (mut plain, mut rejects) = (Vec::new(), Vec::new());
    while let Some(raw) = lane.next().unwrap() {
        let Passed { rows: batch, rejects: more, .. } = raw.through(ingest).unwrap();
        plain.extend(cells(&batch));
        rejects.extend(more);
    }
    (plain, rejects)
}

#[test]
fn the_door_names_the_file() {
    let folder = Folder::new();
    let path = folder.file("claims.csv", "claim_id,enrolment_id\n");
    let vocabulary = Vocabulary::of(&shelf()).unwrap();
    let error = Source::open(&path, Input::Claims).unwrap().ingest(&vocabulary, &[]).unwrap_err();
    assert_eq!(
        folder.said(&error).1,
        "`claims.csv`: no plan knows the column `enrolment_id`; did you mean `enrollment_id`?"
    );
}

#[test]
fn the_rejects_of_a_file_and_of_its_door_come_in_one_order() {
    let folder = Folder::new();
    let path = folder.file("claims.csv", "claim_id,enrollment_id,total_cost\nC1,E1,x\nC2\n,E3,1\nC4,E4,4\n");
    let vocabulary = Vocabulary::of(&shelf()).unwrap();
    let mut source = Source::open(&path, Input::Claims).unwrap();
    let ingest = source.ingest(&vocabulary, &[]).unwrap();
    let (plain, rejects) = through(&source, &ingest);
    assert_eq!(plain, [["4", "C4", "E4", "400"]]);
    let said: Vec<_> = rejects.iter().map(|r| (r.row, r.column.as_str())).collect();
    assert_eq!(said, [(1, "total_cost"), (2, ""), (3, "claim_id")]);
}

/// Two row groups of two rows, four columns, plain pages with checksums, as `pyarrow` writes them with
/// `write_page_checksum=True`.
const CHECKSUMS: &[u8] = include_bytes!("../../../../tests/batch/checksums.parquet");

fn read_all(bytes: &[u8]) -> Result<Vec<Vec<String>>, (String, String)> {
    let folder = Folder::new();
    let path = folder.file("claims.parquet", bytes);
    let found = Source::open(&path, Input::Claims).and_then(|source| all(&source, 10));
    found.map(|(_, cells, _)| cells).map_err(|error| folder.said(&error))
}

fn flipped(bytes: &[u8], place: usize) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[place] ^= 1;
    bytes
}

#[test]
fn a_page_with_a_wrong_checksum_is_refused() {
    let rows = [
        ["C1", "E1", "illness", "1"],
        ["C2", "E2", "accident", "2"],
        ["C3", "E1", "illness", "3"],
        ["C4", "E2", "illness", "4"],
    ];
    assert_eq!(read_all(CHECKSUMS).unwrap(), rows);
    for (value, group) in [("C1", 1), ("accident", 1), ("C4", 2)] {
        let place = CHECKSUMS.windows(value.len()).position(|bytes| bytes == value.as_bytes()).unwrap();
        let (zh, en) = read_all(&flipped(CHECKSUMS, place)).unwrap_err();
        let what = "Parquet argument error: Parquet error: Page CRC checksum mismatch";
        assert_eq!(en, format!("`claims.parquet` is damaged: its row group {group} cannot be read: {what}"));
        assert_eq!(zh, format!("`claims.parquet` 已损坏，第 {group} 个行组读不出：{what}"));
    }
}

#[test]
fn a_parquet_file_that_is_cut_short_is_refused() {
    let (zh, en) = read_all(&CHECKSUMS[..CHECKSUMS.len() - 1]).unwrap_err();
    assert_eq!(
        en,
        "`claims.parquet` is not a complete Parquet file: Parquet error: Invalid Parquet file. Corrupt footer"
    );
    assert_eq!(zh, "`claims.parquet` 不是完整的 Parquet 文件：Parquet error: Invalid Parquet file. Corrupt footer");
    for length in 0..CHECKSUMS.len() {
        let (_, en) = read_all(&CHECKSUMS[..length]).unwrap_err();
        assert!(en.starts_with("`claims.parquet` is not a complete Parquet file: "), "{en}");
    }
    let (_, en) = read_all(b"claim_id,enrollment_id\nC1,E1\n").unwrap_err();
    assert!(en.starts_with("`claims.parquet` is not a complete Parquet file: "), "{en}");
}

#[test]
fn no_damaged_byte_ends_the_program() {
    for place in 0..CHECKSUMS.len() {
        let mut bytes = CHECKSUMS.to_vec();
        bytes[place] ^= 1 << (place % 8);
        let _read_or_refused = read_all(&bytes);
    }
}

#[test]
fn a_text_of_parquet_that_is_not_utf_8_is_refused() {
    let folder = Folder::new();
    for is_kept in [false, true] {
        let path = folder.path("claims.parquet");
        let bytes = BinaryArray::from(vec![b"C1".as_slice(), b"C\xff"]);
        let schema = Arc::new(Schema::new(vec![Field::new("cause", DataType::Binary, false)]));
        let rows = RecordBatch::try_new(Arc::clone(&schema), vec![Arc::new(bytes)]).unwrap();
        let parquet = "message schema { required binary cause (STRING); }";
        let parquet = parquet::schema::parser::parse_message_type(parquet).unwrap();
        let parquet = parquet::schema::types::SchemaDescriptor::new(Arc::new(parquet));
        let options = parquet::arrow::arrow_writer::ArrowWriterOptions::new()
            .with_parquet_schema(parquet)
            .with_skip_arrow_metadata(true);
        let file = fs::File::create(&path).unwrap();
        let mut writer = ArrowWriter::try_new_with_options(file, schema, options).unwrap();
        writer.write(&rows).unwrap();
        writer.close().unwrap();
        let mut source = Source::open(&path, Input::Claims).unwrap();
        if is_kept {
            let vocabulary = Vocabulary::of(&shelf()).unwrap();
            assert!(source.ingest(&vocabulary, &[]).is_err()); // other columns are missing
            assert!(matches!(source.schema().field(0).data_type(), DataType::Dictionary(..)));
        }
        let error = all(&source, 10).unwrap_err();
        let (_, en) = folder.said(&error);
        assert!(en.starts_with("`claims.parquet` is damaged: its row group 1 cannot be read: "), "{en}");
        assert!(en.to_lowercase().contains("utf-8"), "{en}");
    }
}

#[test]
fn what_is_left_of_a_file_that_changed_meanwhile_is_refused() {
    let folder = Folder::new();
    let path = folder.file("claims.parquet", CHECKSUMS);
    let source = Source::open(&path, Input::Claims).unwrap();
    fs::write(&path, &CHECKSUMS[..60]).unwrap();
    let error = all(&source, 10).unwrap_err();
    let (_, en) = folder.said(&error);
    assert!(en.starts_with("`claims.parquet` is damaged: its row group 1 cannot be read: "), "{en}");
}

/// Texts of every kind, some of them not there, in two row groups.
fn mixed_rows() -> RecordBatch {
    let texts: Vec<Option<String>> =
        (0..600_usize).map(|row| (row % 7 != 3).then(|| format!("{}-{}", row % 5, "长".repeat(row % 40)))).collect();
    let plain: Vec<String> = (0..600).map(|row| format!("C{row:04}")).collect();
    let amounts = Decimal128Array::from_iter_values(0..600).with_precision_and_scale(20, 2).unwrap();
    batch(vec![
        ("claim_id", Arc::new(StringArray::from(plain))),
        ("note", Arc::new(StringArray::from(texts))),
        ("total_cost", Arc::new(amounts)),
    ])
}

fn written_as(path: &Path, rows: &RecordBatch, properties: WriterProperties) {
    let mut writer = ArrowWriter::try_new(fs::File::create(path).unwrap(), rows.schema(), Some(properties)).unwrap();
    writer.write(rows).unwrap();
    writer.close().unwrap();
}

#[test]
fn a_file_is_read_whole_however_its_pages_are_written() {
    use parquet::basic::Encoding;
    use parquet::file::properties::WriterVersion;
    let (folder, rows) = (Folder::new(), mixed_rows());
    let path = folder.path("claims.parquet");
    let expected = cells(&rows);
    let encodings =
        [None, Some(Encoding::PLAIN), Some(Encoding::DELTA_LENGTH_BYTE_ARRAY), Some(Encoding::DELTA_BYTE_ARRAY)];
    let codecs = [
        Compression::UNCOMPRESSED,
        Compression::SNAPPY,
        Compression::GZIP(GzipLevel::default()),
        Compression::BROTLI(BrotliLevel::default()),
        Compression::LZ4,
        Compression::LZ4_RAW,
        Compression::ZSTD(ZstdLevel::default()),
    ];
    for version in [WriterVersion::PARQUET_1_0, WriterVersion::PARQUET_2_0] {
        for (turn, encoding) in encodings.into_iter().enumerate() {
            for (place, codec) in codecs.into_iter().enumerate().filter(|(place, _)| turn == 0 || place % 3 == 0) {
                let mut properties = WriterProperties::builder()
                    .set_writer_version(version)
                    .set_compression(codec)
                    .set_data_page_row_count_limit(70)
                    .set_write_batch_size(10)
                    .set_max_row_group_row_count(Some(350));
                if let Some(encoding) = encoding {
                    properties = properties.set_dictionary_enabled(false).set_column_encoding("note".into(), encoding);
                }
                written_as(&path, &rows, properties.build());
                let found = all(&Source::open(&path, Input::Claims).unwrap(), 100).unwrap().1;
                assert_eq!(found, expected, "{version:?} {encoding:?} {codec:?} {place}");
            }
        }
    }
}

/// A dictionary of one text that many rows repeat, and pages of few rows: what is unpacked at once has bounds, and no row is lost.
#[test]
fn long_texts_are_read_few_rows_at_a_time() {
    let folder = Folder::new();
    let path = folder.path("claims.parquet");
    let long = "a".repeat(100_000);
    for has_dictionary in [true, false] {
        let rows = batch(vec![("claim_id", text(&vec![&*long; 300]))]);
        let properties = WriterProperties::builder().set_dictionary_enabled(has_dictionary).set_data_page_size_limit(1);
        written_as(&path, &rows, properties.set_write_batch_size(1).build());
        let source = Source::open(&path, Input::Claims).unwrap();
        let stream = source.stream(&[0], 2_048).unwrap();
        let (mut lane, mut rows) = (stream.lane(), 0);
        while let Some(raw) = lane.next().unwrap() {
            // as much as as many rows of usual width
            assert!(raw.batch.num_rows() * 100_000 <= 2_048 * 512, "{} rows", raw.batch.num_rows());
            rows += raw.batch.num_rows();
        }
        assert_eq!(rows, 300);
    }
}

#[test]
fn a_text_longer_than_a_row_of_csv_is_refused() {
    let folder = Folder::new();
    let path = folder.path("claims.parquet");
    let long = "a".repeat((1 << 20) + 1);
    for has_dictionary in [true, false] {
        let rows = batch(vec![("claim_id", text(&["C1", &long]))]);
        let properties = WriterProperties::builder()
            .set_dictionary_enabled(has_dictionary)
            .set_dictionary_page_size_limit(1 << 22)
            .build();
        written_as(&path, &rows, properties);
        let error = all(&Source::open(&path, Input::Claims).unwrap(), 10).unwrap_err();
        let (zh, en) = folder.said(&error);
        assert_eq!(
            en,
            "a text in column `claim_id` of row group 1 of `claims.parquet` has 1025 KiB; it may have 1024 KiB"
        );
        assert_eq!(zh, "`claims.parquet` 第 1 个行组的 `claim_id` 列有长达 1025 KiB 的文本，最长为 1024 KiB");
        assert!(error.is_input());
    }
}

/// Some packings are undone to whatever they come to, and only then counted.
#[test]
fn a_page_that_comes_to_more_than_it_says_is_refused_before_it_is_unpacked() {
    let folder = Folder::new();
    let path = folder.path("claims.parquet");
    let rows = batch(vec![("claim_id", text(&vec!["C1"; 5_000]))]);
    let codecs = [Compression::GZIP(GzipLevel::default()), Compression::BROTLI(BrotliLevel::default())];
    for codec in codecs {
        let properties = WriterProperties::builder().set_compression(codec).set_dictionary_enabled(false).build();
        written_as(&path, &rows, properties);
        let mut bytes = fs::read(&path).unwrap();
        // behind the name of the format, the header: that it is a page of values, then what it comes to, here 30,000 bytes less 8
        let size = bytes.iter().enumerate().skip(5).find(|(_, byte)| **byte == 0x15).unwrap().0 + 1;
        bytes[size] = bytes[size].wrapping_sub(16) | 0x80;
        fs::write(&path, &bytes).unwrap();
        let error = all(&Source::open(&path, Input::Claims).unwrap(), 10).unwrap_err();
        let (_, en) = folder.said(&error);
        assert!(en.ends_with("row group 1 cannot be read: a page comes to more bytes than it says"), "{codec:?} {en}");
    }
}

#[test]
fn what_the_open_pages_take_is_told_from_their_headers() {
    let folder = Folder::new();
    let path = folder.path("claims.parquet");
    let long = "a".repeat(500_000);
    let rows = batch(vec![("claim_id", text(&["C1", "C2"])), ("note", text(&[&long, &long]))]);
    let plain = WriterProperties::builder().set_dictionary_enabled(false).build();
    written_as(&path, &rows, plain);
    let source = Source::open(&path, Input::Claims).unwrap();
    let held = |columns: &[usize]| source.held(columns).unwrap();
    assert!(held(&[0]) < 100, "{}", held(&[0]));
    assert!((1_000_000..1_001_000).contains(&held(&[0, 1])), "{}", held(&[0, 1]));
}
