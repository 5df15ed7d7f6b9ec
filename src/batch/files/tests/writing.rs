//! Outputs: the same rows give the same bytes, and a file says what its parts say.

use std::collections::BTreeSet;

use arrow_array::Decimal128Array;
use arrow_array::types::Decimal128Type;
use arrow_schema::DataType;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::file::metadata::RowGroupMetaData;
use proptest::prelude::*;

use super::*;
use crate::batch::Words;
use crate::batch::files::Style;
use crate::text::Text;

const MANIFEST: &str = "{\"manifest\":1}\n";

fn payouts(first: usize, count: usize) -> RecordBatch {
    let ids: Vec<String> = (first..first + count).map(|number| format!("C{number:06}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let amounts = (first..first + count).map(|number| i128::try_from(number).unwrap() * 12_345 - 50);
    let amounts = Decimal128Array::from_iter_values(amounts).with_precision_and_scale(18, 2).unwrap();
    let decisions = ["paid", "denied"].iter().cycle().take(count).copied().collect::<Vec<_>>();
    let reasons = ["", "waiting;\"quoted\", or so"].iter().cycle().take(count).copied().collect::<Vec<_>>();
    batch(vec![
        ("claim_id", text(&ids)),
        ("decision", text(&decisions)),
        ("payable", Arc::new(amounts)),
        ("reasons", text(&reasons)),
    ])
}

fn joined(folder: &Folder, sink: &Sink, parts: &[RecordBatch]) -> Vec<u8> {
    let parts: Vec<PathBuf> = parts
        .iter()
        .enumerate()
        .map(|(number, rows)| folder.file(&format!("{number}.part"), sink.part(rows).unwrap()))
        .collect();
    let mut heard = Vec::new();
    let out = folder.path("joined");
    sink.join(&parts, &out, MANIFEST, &mut |number| {
        heard.push(number);
        Ok(())
    })
    .unwrap();
    assert_eq!(heard, (0..parts.len()).collect::<Vec<_>>());
    fs::read(out).unwrap()
}

fn reader_of(folder: &Folder, bytes: &[u8]) -> ParquetRecordBatchReaderBuilder<fs::File> {
    let file = fs::File::open(folder.file("read.parquet", bytes)).unwrap();
    ParquetRecordBatchReaderBuilder::try_new(file).unwrap()
}

#[test]
fn a_parquet_file_has_the_rows_of_its_parts() {
    let folder = Folder::new();
    let parts = [payouts(0, 3), payouts(3, 5_000), payouts(5_003, 1)];
    let sink = Sink::new(&folder.path("payouts.parquet"), &parts[0].schema()).unwrap();
    let bytes = joined(&folder, &sink, &parts);
    assert_eq!(bytes, joined(&folder, &sink, &parts));
    let reader = reader_of(&folder, &bytes);
    let metadata = reader.metadata();
    let rows: Vec<i64> = metadata.row_groups().iter().map(RowGroupMetaData::num_rows).collect();
    assert_eq!(rows, [3, 5_000, 1]);
    assert_eq!(metadata.file_metadata().created_by(), Some(concat!("huzhu version ", env!("CARGO_PKG_VERSION"))));
    let pairs = metadata.file_metadata().key_value_metadata().cloned().unwrap_or_default();
    let pairs: Vec<_> = pairs.iter().map(|pair| (pair.key.as_str(), pair.value.as_deref())).collect();
    assert_eq!(pairs, [("huzhu.manifest", Some("{\"manifest\":1}"))]);
    let dictionaries: Vec<bool> =
        metadata.row_group(1).columns().iter().map(|column| column.dictionary_page_offset().is_some()).collect();
    assert_eq!(dictionaries, [false, true, false, true]);
    let found: Vec<RecordBatch> = reader.with_batch_size(10_000).build().unwrap().map(Result::unwrap).collect();
    let whole = arrow_select::concat::concat_batches(&parts[0].schema(), &parts).unwrap();
    assert_eq!(arrow_select::concat::concat_batches(&whole.schema(), &found).unwrap().columns(), whole.columns());
    assert_eq!(found[0].column(2).as_primitive::<Decimal128Type>().data_type(), &DataType::Decimal128(18, 2));
}

#[test]
fn a_file_of_no_rows_has_its_columns() {
    let folder = Folder::new();
    let none = payouts(0, 0);
    let sink = Sink::new(&folder.path("payouts.parquet"), &none.schema()).unwrap();
    for parts in [&[][..], std::slice::from_ref(&none)] {
        let bytes = joined(&folder, &sink, parts);
        let reader = reader_of(&folder, &bytes);
        let names: Vec<&str> = reader.schema().fields().iter().map(|field| field.name().as_str()).collect();
        assert_eq!(names, ["claim_id", "decision", "payable", "reasons"]);
        assert_eq!(reader.build().unwrap().count(), 0);
    }
    let sink = Sink::new(&folder.path("payouts.csv"), &none.schema()).unwrap();
    assert_eq!(joined(&folder, &sink, &[none]), b"claim_id,decision,payable,reasons\n");
}

#[test]
fn a_csv_file_has_plain_amounts_and_quotes_where_they_are_needed() {
    let folder = Folder::new();
    let parts = [payouts(0, 2), payouts(2, 1)];
    let sink = Sink::new(&folder.path("payouts.csv"), &parts[0].schema()).unwrap();
    assert_eq!(
        String::from_utf8(joined(&folder, &sink, &parts)).unwrap(),
        "claim_id,decision,payable,reasons\nC000000,paid,-0.50,\nC000001,denied,122.95,\"waiting;\"\"quoted\"\", or so\"\n\
         C000002,paid,246.40,\n"
    );
    let amounts = [Some(0), Some(5), Some(-12_345_000_000_000), Some(100_000_000), Some(123_456_789), None];
    let amounts = Decimal128Array::from(amounts.to_vec()).with_precision_and_scale(38, 8).unwrap();
    let numbers = UInt64Array::from(vec![Some(1), Some(2), Some(3), Some(4), Some(u64::MAX), None]);
    let lines = batch(vec![("row", Arc::new(numbers)), ("gross", Arc::new(amounts))]);
    let sink = Sink::new(&folder.path("lines.csv"), &lines.schema()).unwrap();
    assert_eq!(
        String::from_utf8(sink.part(&lines).unwrap()).unwrap(),
        "1,0.00\n2,0.00000005\n3,-123450.00\n4,1.00\n18446744073709551615,1.23456789\n,\n"
    );
    let whole = Decimal128Array::from(vec![120]).with_precision_and_scale(10, 0).unwrap();
    let lines = batch(vec![("gross", Arc::new(whole))]);
    let sink = Sink::new(&folder.path("lines.csv"), &lines.schema()).unwrap();
    assert_eq!(sink.part(&lines).unwrap(), b"120\n");
}

#[test]
fn a_sink_takes_only_its_own_columns() {
    let folder = Folder::new();
    let sink = Sink::new(&folder.path("payouts.csv"), &payouts(0, 0).schema()).unwrap();
    let error = sink.part(&batch(vec![("claim_id", text(&["C1"]))])).unwrap_err();
    assert_eq!(folder.said(&error).1, "`payouts.csv` cannot be written: its columns have changed");
    let error = Sink::new(&folder.path("payouts.txt"), &payouts(0, 0).schema()).unwrap_err();
    assert!(error.is_output());
    assert_eq!(
        folder.said(&error).1,
        "`payouts.txt` ends in none of `.parquet`, `.csv`, `.jsonl` and `.xlsx`: the ending says how a file is written"
    );
}

#[test]
fn a_file_that_can_not_be_written_is_named() {
    let folder = Folder::new();
    let sink = Sink::new(&folder.path("payouts.parquet"), &payouts(0, 0).schema()).unwrap();
    let error = sink.join(&[], &folder.path("no/such/folder"), MANIFEST, &mut |_| Ok(())).unwrap_err();
    assert!(error.is_output());
    assert_eq!(folder.said(&error).1, "`no/such/folder` cannot be written: there is no folder `no/such`");
    let stop = || Error::input(Text::same("stopped"));
    let part = folder.file("part", sink.part(&payouts(0, 1)).unwrap());
    let error = sink.join(&[part], &folder.path("out"), MANIFEST, &mut |_| Err(stop())).unwrap_err();
    assert_eq!(error, stop());
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_said() {
    let folder = Folder::new();
    let rows = payouts(0, 200_000);
    for name in ["payouts.parquet", "payouts.csv"] {
        let sink = Sink::new(&folder.path(name), &rows.schema()).unwrap();
        let part = folder.file("part", sink.part(&rows).unwrap());
        let error = sink.join(&[part], Path::new("/dev/full"), MANIFEST, &mut |_| Ok(())).unwrap_err();
        assert_eq!(error.message(Language::En), "`/dev/full` cannot be written: the disk is full");
        let mut rejects = rejects_file(Path::new("/dev/full"), Path::new(name));
        let written = (0..100_000)
            .try_for_each(|row| rejects.add(&original(), line_of(&original()), &[reject(row)]))
            .and_then(|()| rejects.finish());
        assert_eq!(written.unwrap_err().message(Language::Zh), "`/dev/full` 写不进去：磁盘已满");
    }
}

fn style(language: Language) -> Style {
    Style::of(Words::in_language(language))
}

/// A file of rows of three columns, the second of which an earlier run has added.
fn rejects_file(path: &Path, named: &Path) -> RejectsFile {
    let columns = ["claim_id", "row", "cause"].map(str::to_owned).to_vec();
    RejectsFile::create(path, named, &columns, vec![0, 2], &BTreeSet::new(), &style(Language::En)).unwrap()
}

fn original() -> Original {
    let values = ["", "-3", "=1+1"].map(str::to_owned).to_vec();
    Original {
        values: Some(values),
        unread: vec![],
        whole: String::new(),
        lines: Some(Lines { of_text: 3, of_sheet: 2 }),
    }
}

fn line_of(original: &Original) -> Option<u64> {
    original.lines.map(|lines| lines.of_text)
}

fn reject(row: u64) -> (Reject, String) {
    let reason = Text { zh: "缺少 `claim_id`".to_owned(), en: "`claim_id` is not given, \"really\"".to_owned() };
    let reject = Reject { input: Input::Claims, row, column: "claim_id".to_owned(), value: String::new(), reason };
    (reject, "A2".to_owned())
}

#[test]
fn rejects_are_written_in_both_forms() {
    let folder = Folder::new();
    for (name, count) in
        [("rejects.csv", 2), ("rejects.csv", 20_000), ("rejects.parquet", 300_000), ("rejects.parquet", 0)]
    {
        let path = folder.path("partial");
        let mut file = rejects_file(&path, Path::new(name));
        for row in 1..=count {
            file.add(&original(), line_of(&original()), &[reject(row)]).unwrap();
        }
        file.finish().unwrap();
        let bytes = fs::read(&path).unwrap();
        if name == "rejects.csv" {
            let text = String::from_utf8(bytes).unwrap();
            assert_eq!(u64::try_from(text.lines().count()).unwrap(), count + 1);
            assert!(text.starts_with(
                "claim_id,cause,row,line,cell,column,value,reason\n\
                 ,=1+1,1,3,A2,claim_id,,\"`claim_id` is not given, \"\"really\"\"\"\n"
            ));
        } else {
            let reader = reader_of(&folder, &bytes);
            let numbers = reader.build().unwrap().flat_map(|rows| {
                rows.unwrap().column_by_name("row").unwrap().as_primitive::<UInt64Type>().values().to_vec()
            });
            let numbers: BTreeSet<u64> = numbers.collect();
            assert_eq!(numbers, (1..=count).collect());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_again(
        rows in prop::collection::vec(("[ -~\r\n\"，\u{feff}\u{0}]{0,5}", "(\"|,|\n|\r|a|;| ){0,4}"), 0..30),
        cut in 0_usize..30,
    ) {
        let folder = Folder::new();
        let rows_of = |rows: &[(String, String)]| {
            let column = |of: fn(&(String, String)) -> &str| text(&rows.iter().map(of).collect::<Vec<_>>());
            batch(vec![("claim_id", column(|row| &row.0)), ("reasons", column(|row| &row.1))])
        };
        let (first, second) = rows.split_at(cut.min(rows.len()));
        let whole = rows_of(&rows);
        for name in ["rows.csv", "rows.parquet"] {
            let sink = Sink::new(&folder.path(name), &whole.schema()).unwrap();
            let bytes = joined(&folder, &sink, &[rows_of(first), rows_of(second)]);
            let source = Source::open(&folder.file(name, bytes), Input::Claims).unwrap();
            let stream = source.stream(&[0, 1], 7).unwrap();
            let mut lane = stream.lane();
            let mut found = Vec::new();
            while let Some(raw) = lane.next().unwrap() {
                prop_assert_eq!(raw.rejects, []);
                found.extend(cells(&raw.batch));
            }
            prop_assert_eq!(found, cells(&whole));
        }
    }
}

#[test]
fn json_lines_have_texts_for_amounts_and_null_for_nothing() {
    let folder = Folder::new();
    let nothing: ArrayRef = Arc::new(StringArray::from(vec![Some("a \"b\""), None]));
    let numbers: ArrayRef = Arc::new(UInt64Array::from(vec![7, 8]));
    let rows = payouts(0, 2);
    let rows = batch(vec![("text", nothing), ("row", numbers), ("payable", rows.column(2).clone())]);
    let sink = Sink::new(&folder.path("payouts.jsonl"), &rows.schema()).unwrap();
    let expected = "{\"text\":\"a \\\"b\\\"\",\"row\":7,\"payable\":\"-0.50\"}\n{\"text\":null,\"row\":8,\"payable\":\"122.95\"}\n";
    let written = joined(&folder, &sink, &[rows.slice(0, 1), rows.slice(1, 1)]);
    assert_eq!(String::from_utf8(written).unwrap(), expected);
    let whole = folder.path("whole.jsonl");
    sink.whole(&rows, &whole).unwrap();
    assert_eq!(fs::read_to_string(whole).unwrap(), expected);
}

#[test]
fn rejected_rows_as_json_lines() {
    let folder = Folder::new();
    let (path, named) = (folder.path("partial"), folder.path("rejects.jsonl"));
    let mut file = rejects_file(&path, &named);
    let reason = Text { zh: "空".to_owned(), en: "empty".to_owned() };
    let (input, column) = (Input::Claims, "cause".to_owned());
    let second = (Reject { input, row: 3, column, value: "=1+1".to_owned(), reason }, "C2".to_owned());
    file.add(&original(), line_of(&original()), &[reject(3), second]).unwrap();
    file.finish().unwrap();
    assert_eq!(
        fs::read_to_string(path).unwrap(),
        "{\"claim_id\":null,\"cause\":\"=1+1\",\"row\":3,\"line\":3,\"cell\":\"A2; C2\",\"column\":\"claim_id; cause\",\"value\":\"; =1+1\",\
         \"reason\":\"`claim_id` is not given, \\\"really\\\"; `cause`: empty\"}\n"
    );
}

#[test]
fn a_rejected_row_has_its_own_columns_and_can_be_safe_in_a_spreadsheet() {
    let folder = Folder::new();
    let path = folder.path("partial");
    let columns = ["claim_id", "row", "cause"].map(str::to_owned).to_vec();
    let style = Style { is_spreadsheet_safe: true, ..style(Language::Zh) };
    let mut file =
        RejectsFile::create(&path, Path::new("r.csv"), &columns, vec![0, 1, 2], &BTreeSet::new(), &style).unwrap();
    let misshapen = Original { values: None, unread: vec![], whole: "=2,b".to_owned(), lines: None };
    file.add(&original(), line_of(&original()), &[reject(1)]).unwrap();
    let (fault, _) = reject(2);
    file.add(&misshapen, line_of(&misshapen), &[(Reject { column: String::new(), ..fault }, String::new())]).unwrap();
    file.finish().unwrap();
    assert_eq!(
        fs::read_to_string(path).unwrap(),
        "claim_id,row,cause,行号,文件中的行,单元格,有误的列,原值,退回原因\n\
         ,-3,'=1+1,1,3,A2,claim_id,,缺少 `claim_id`\n\
         ,,,2,,,,\"'=2,b\",缺少 `claim_id`\n"
    );
}
