//! Rejected rows are given back as they came, so that a clerk corrects them where they stand and gives the file again.

use std::fs::{self, File};
use std::path::Path;
use std::sync::Arc;

use arrow_array::{ArrayRef, Date32Array, RecordBatch, StringArray};
use calamine::{Reader, Xlsx, open_workbook};
use encoding_rs::GB18030;
use parquet::arrow::ArrowWriter;

use super::program::{Folder, Ran, huzhu};

const ENROLLMENTS: &str = "enrollment_id,member_id,plan,shares,coverage_start,coverage_end,birth_date\n\
                           e1,m1,henan-accident,2,2025-01-01,2025-12-31,1990-05-05\n\
                           e2,m2,henan-accident,2,2025-01-01,2025-12-31,1985-03-03\n";

/// Decides `claims` and `enrollments`, files of a folder, into `out`.
fn batch(folder: &Folder, claims: &str, enrollments: &str, out: &str, options: &[&str]) -> Ran {
    let [claims, enrollments, out] = [claims, enrollments, out].map(|name| folder.path(name));
    let files = ["batch", "--claims", &claims, "--enrollments", &enrollments, "--out", &out];
    huzhu(&[&files, options].concat())
}

/// The rows of a CSV file without a quoted value, by fields.
fn fields(text: &str) -> Vec<Vec<&str>> {
    text.lines().map(|line| line.split(',').collect()).collect()
}

#[test]
fn a_rejected_row_comes_back_with_its_columns_and_its_place() {
    let folder = Folder::new("rejected-place");
    // a value of two lines, a blank line, and a row with two faults
    let claims = "claim_id,enrollment_id,event_date,cause,personal_burden,hospital_days,note\r\n\
                  a,e1,2025-01-10,accident,2019.87,51,\"two\r\nlines\"\r\n\
                  \r\n\
                  b,e2,2025-02-30,accident,400.00,x,-1\r\n\
                  c,e9,2025-03-01,accident,400.00,3,\r\n";
    folder.write("c.csv", claims);
    folder.write("e.csv", ENROLLMENTS);
    let ran = batch(&folder, "c.csv", "e.csv", "out.csv", &["--ignore-columns", "note"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    let rejects = folder.read("out.rejects.csv");
    let expected = "claim_id,enrollment_id,event_date,cause,personal_burden,hospital_days,note,row,line,cell,column,value,reason\n\
         b,e2,2025-02-30,accident,400.00,x,-1,2,5,C4; F4,event_date; hospital_days,2025-02-30; x,";
    assert!(rejects.starts_with(expected), "{rejects}");
    let last = rejects.lines().last().unwrap();
    let expected =
        "c,e9,2025-03-01,accident,400.00,3,,3,6,B5,enrollment_id,e9,\"no such enrollment, or it was rejected\"";
    assert_eq!(last, expected);
    assert_eq!(rejects.lines().count(), 3, "{rejects}");
    assert!(!Path::new(&folder.path("out.rejects.enrollments.csv")).exists());
    assert!(ran.out.contains("put them back into their table and decide all of it again"), "{}", ran.out);
}

/// What is rejected is tied with nothing: the claim that is left is alone on its day, and in its account.
#[test]
fn two_rows_of_one_claim_leave_the_others_of_the_account_decided() {
    let folder = Folder::new("rejected-twice");
    let claims = "claim_id,enrollment_id,event_date,cause,personal_burden,hospital_days\n\
                  a,e1,2025-01-10,accident,2019.87,51\n\
                  b,e1,2025-06-02,accident,320.00,3\n\
                  b,e1,2025-06-02,accident,320.00,3\n";
    folder.write("c.csv", claims);
    folder.write("e.csv", ENROLLMENTS);
    let ran = batch(&folder, "c.csv", "e.csv", "out.csv", &[]);
    assert_eq!(ran.code, 1, "{ran:?}");
    let payouts = folder.read("out.csv");
    let ids: Vec<&str> = fields(&payouts).iter().skip(1).map(|fields| fields[0]).collect();
    assert_eq!(ids, ["a"], "{payouts}");
    assert!(payouts.contains(",paid,7119.87,"), "{payouts}");
    assert_eq!(folder.read("out.rejects.csv").lines().count(), 3);
}

/// A list of causes ends after ten, and a row may have two of them: how many rows were rejected stands above it.
#[test]
fn the_summary_says_how_many_rows_were_rejected_whatever_it_lists() {
    let folder = Folder::new("rejected-count");
    let faults = ["x", "1.5", "-1", "1,0", "1e3", "-", "?", "二", "1;2", "0x1", "１／２", "NaN", "51 people"];
    let claims = faults.iter().enumerate().map(|(number, fault)| {
        format!(
            "c{number},e1,2025-02-{:02},accident,400.00,\"{fault}\"\nd{number},e9,2025-03-01,accident,1,1\n",
            number + 1
        )
    });
    let head = "claim_id,enrollment_id,event_date,cause,personal_burden,hospital_days\n";
    folder.write("c.csv", &(head.to_owned() + &claims.collect::<String>()));
    folder.write("e.csv", ENROLLMENTS);
    let ran = batch(&folder, "c.csv", "e.csv", "out.csv", &[]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.out.contains("\nRejected rows: 26 in all\n"), "{}", ran.out);
}

#[test]
fn the_corrected_file_is_given_again_as_it_is() {
    let folder = Folder::new("rejected-again");
    let claims = "claim_id,enrollment_id,event_date,cause,personal_burden,hospital_days\n\
                  a,e1,2025-01-10,accident,2019.87,51\n\
                  b,e2,2025-02-30,accident,2019.87,51\n";
    folder.write("c.csv", claims);
    folder.write("e.csv", ENROLLMENTS);
    assert_eq!(batch(&folder, "c.csv", "e.csv", "out.csv", &[]).code, 1);
    // not corrected: rejected as before, in a file of the same columns
    let before = folder.read("out.rejects.csv");
    assert_eq!(batch(&folder, "out.rejects.csv", "e.csv", "again.csv", &[]).code, 1);
    let again = folder.read("again.rejects.csv");
    assert_eq!(again.lines().next(), before.lines().next());
    assert_eq!(
        again.replace("b,e2,2025-02-30,accident,2019.87,51,1,2,C2", "b,e2,2025-02-30,accident,2019.87,51,2,3,C3"),
        before
    );
    // corrected in its own cell
    folder.write("corrected.csv", &before.replacen("2025-02-30", "2025-02-28", 1));
    let ran = batch(&folder, "corrected.csv", "e.csv", "corrected-out.csv", &[]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let payouts = folder.read("corrected-out.csv");
    assert!(payouts.lines().nth(1).unwrap().starts_with("b,e2,henan-accident,1,paid,7119.87,"), "{payouts}");
    assert_eq!(payouts.lines().count(), 2);
}

#[test]
fn a_row_of_the_wrong_length_is_never_decided_by_values_that_have_moved() {
    let folder = Folder::new("rejected-length");
    let claims = "claim_id,enrollment_id,event_date,cause,personal_burden,hospital_days\n\
                  a,e1,2025-01-10,accident,2,019.87,51\n\
                  b,e2,2025-01-10,accident,51\n";
    folder.write("c.csv", claims);
    folder.write("e.csv", ENROLLMENTS);
    assert_eq!(batch(&folder, "c.csv", "e.csv", "out.csv", &[]).code, 1);
    let rejects = folder.read("out.rejects.csv");
    let rows: Vec<&str> = rejects.lines().skip(1).collect();
    assert!(rows[0].starts_with(",,,,,,1,2,2:2,,\"a,e1,2025-01-10,accident,2,019.87,51\","), "{rejects}");
    assert!(rows[1].starts_with(",,,,,,2,3,3:3,,\"b,e2,2025-01-10,accident,51\","), "{rejects}");
    let ran = batch(&folder, "out.rejects.csv", "e.csv", "again.csv", &["--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((&json["claims"]["decided"], &json["claims"]["rejected"]), (&0.into(), &2.into()), "{ran:?}");
}

#[test]
fn rejected_enrollments_have_a_file_of_their_own() {
    let folder = Folder::new("rejected-enrollments");
    let claims = "claim_id,enrollment_id,event_date,cause,personal_burden,hospital_days\n\
                  a,e1,2025-01-10,accident,2019.87,51\n\
                  b,e2,2025-01-10,accident,2019.87,51\n";
    folder.write("c.csv", claims);
    folder.write("e.csv", &ENROLLMENTS.replace("1985-03-03", "1985-13-03"));
    let ran = batch(&folder, "c.csv", "e.csv", "out.csv", &["--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(json["files"]["rejected_enrollments"], folder.path("out.rejects.enrollments.csv"), "{ran:?}");
    let (claims, enrollments) = (folder.read("out.rejects.csv"), folder.read("out.rejects.enrollments.csv"));
    assert!(claims.lines().nth(1).unwrap().starts_with("b,e2,2025-01-10,accident,2019.87,51,2,3,B3,enrollment_id,e2,"));
    let row = "e2,m2,henan-accident,2,2025-01-01,2025-12-31,1985-13-03,2,3,G3,birth_date,1985-13-03,";
    assert!(enrollments.lines().nth(1).unwrap().starts_with(row), "{enrollments}");
    // both corrected, both given again
    folder.write("e2.csv", &enrollments.replacen("1985-13-03", "1985-03-03", 1));
    let ran = batch(&folder, "out.rejects.csv", "e2.csv", "again.csv", &[]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(folder.read("again.csv").contains("b,e2,henan-accident,1,paid,7119.87,"));
    // what an earlier run has left does not outlive a run without rejects
    folder.write("e.csv", ENROLLMENTS);
    assert_eq!(batch(&folder, "c.csv", "e.csv", "out.csv", &["--force"]).code, 0);
    assert!(!Path::new(&folder.path("out.rejects.enrollments.csv")).exists());
    assert_eq!(folder.read("out.rejects.csv").lines().count(), 1);
}

#[test]
fn rows_of_parquet_come_back_and_are_read_again() {
    let folder = Folder::new("rejected-parquet");
    folder.write("e.csv", ENROLLMENTS);
    let text = |values: &[&str]| -> ArrayRef { Arc::new(StringArray::from(values.to_vec())) };
    let days: ArrayRef = Arc::new(Date32Array::from(vec![20_098, 20_099, 20_100, 20_101]));
    let claims = RecordBatch::try_from_iter([
        ("claim_id", text(&["a", "b", "c", "d"])),
        ("enrollment_id", text(&["e1", "e8", "e1", "e9"])),
        ("event_date", days),
        ("cause", text(&["accident"; 4])),
        ("personal_burden", text(&["2019.87"; 4])),
        ("hospital_days", text(&["51"; 4])),
    ]);
    let claims = claims.unwrap();
    let properties = parquet::file::properties::WriterProperties::builder().set_max_row_group_row_count(Some(1));
    let file = File::create(folder.path("c.parquet")).unwrap();
    let mut writer = ArrowWriter::try_new(file, claims.schema(), Some(properties.build())).unwrap();
    writer.write(&claims).unwrap();
    writer.close().unwrap();
    for form in ["csv", "parquet"] {
        let (out, rejects) = (format!("{form}.csv"), folder.path(&format!("rejects.{form}")));
        assert_eq!(batch(&folder, "c.parquet", "e.csv", &out, &["--rejects", &rejects]).code, 1);
        folder.write("e2.csv", &ENROLLMENTS.replace("e1,", "e8,").replace("e2,", "e9,"));
        let ran = batch(&folder, &format!("rejects.{form}"), "e2.csv", &format!("again-{form}.csv"), &[]);
        assert_eq!(ran.code, 0, "{ran:?}");
        let payouts = folder.read(&format!("again-{form}.csv"));
        let mut decided: Vec<(&str, &str)> = fields(&payouts).iter().skip(1).map(|row| (row[0], row[5])).collect();
        decided.sort_unstable();
        assert_eq!(decided, [("b", "7119.87"), ("d", "7119.87")], "{form}");
    }
    let rejects = folder.read("rejects.csv");
    assert!(rejects.contains("\nb,e8,2025-01-11,accident,2019.87,51,2,,,enrollment_id,e8,"), "{rejects}");
    assert!(rejects.contains("\nd,e9,2025-01-13,accident,2019.87,51,4,,,enrollment_id,e9,"), "{rejects}");
}

#[test]
fn columns_that_were_added_are_left_alone_only_in_a_file_of_rejected_rows() {
    let folder = Folder::new("rejected-columns");
    folder.write("e.csv", ENROLLMENTS);
    let claims = "claim_id,enrollment_id,event_date,cause,personal_burden,hospital_days,value\n\
                  a,e1,2025-01-10,accident,2019.87,51,x\n";
    folder.write("c.csv", claims);
    let ran = batch(&folder, "c.csv", "e.csv", "out.csv", &[]);
    assert!(ran.code == 2 && ran.err.contains("no plan knows the column `value`"), "{ran:?}");
}

#[test]
fn texts_that_a_spreadsheet_takes_for_formulas_are_neutralised_on_request_alone() {
    let folder = Folder::new("rejected-formulas");
    folder.write("e.csv", &ENROLLMENTS.replace("e1,m1", "e1,=m1"));
    let claims = "claim_id,enrollment_id,event_date,cause,personal_burden,hospital_days\n\
                  =1+1,e1,2025-01-10,accident,2019.87,51\n\
                  +b,e1,2025-01-10,accident,-5.00,51\n";
    folder.write("c.csv", claims);
    let lines = folder.path("lines.csv");
    for (options, quote) in [(&[][..], ""), (&["--spreadsheet-safe", "--force"][..], "'")] {
        let ran = batch(&folder, "c.csv", "e.csv", "out.csv", &[&["--lines", &lines], options].concat());
        assert_eq!(ran.code, 1, "{ran:?}");
        let (payouts, lines, rejects) =
            (folder.read("out.csv"), folder.read("lines.csv"), folder.read("out.rejects.csv"));
        assert!(payouts.contains(&format!("\n{quote}=1+1,e1,henan-accident,1,paid,7119.87,")), "{payouts}");
        assert!(lines.contains(&format!(",e1,{quote}=m1,henan-accident\n")), "{lines}");
        assert!(rejects.contains(&format!("\n{quote}+b,e1,2025-01-10,accident,-5.00,51,2,")), "{rejects}");
    }
    assert!(fs::read_to_string(folder.path("out.csv.manifest.json")).unwrap().contains("\"spreadsheet_safe\": true"));
}

#[test]
fn a_number_that_a_sheet_has_cut_is_not_given_back_as_an_id() {
    let folder = Folder::new("rejected-sheet");
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (row, cells) in (0_u32..).zip(ENROLLMENTS.lines()) {
        for (column, cell) in (0_u16..).zip(cells.split(',')) {
            sheet.write_string(row, column, cell).unwrap();
        }
    }
    sheet.write_number(2, 1, 410_101_199_005_050_000.0).unwrap();
    book.save(folder.path("e.xlsx")).unwrap();
    let claims = "claim_id,enrollment_id,event_date,cause,personal_burden,hospital_days\n\
                  b,e2,2025-01-10,accident,2019.87,51\n";
    folder.write("c.csv", claims);
    assert_eq!(batch(&folder, "c.csv", "e.xlsx", "out.csv", &[]).code, 1);
    let enrollments = folder.read("out.rejects.enrollments.csv");
    let row = "e2,,henan-accident,2,2025-01-01,2025-12-31,1985-03-03,2,3,Sheet1!B3,member_id,410101199005050000,";
    assert!(enrollments.lines().nth(1).unwrap().starts_with(row), "{enrollments}");
    // given again as it is, nobody is paid under half an id
    let ran = batch(&folder, "c.csv", "out.rejects.enrollments.csv", "again.csv", &[]);
    assert_eq!((ran.code, folder.read("again.csv").lines().count()), (1, 1), "{ran:?}");
}

#[test]
fn lines_and_cells_are_told_whatever_a_text_is_written_in() {
    let folder = Folder::new("rejected-lines");
    folder.write("e.csv", ENROLLMENTS);
    let header = "claim_id;enrollment_id;event_date;cause;personal_burden;hospital_days";
    let row = |id: &str, days: &str| format!("{id};e1;2025-01-10;accident;2019.87;{days}");
    for end in ["\n", "\r\n", "\r"] {
        let quoted = row("\"b\nb\nb\"", "2");
        let lines = [header, &row("a", "x"), "", "", &quoted, &row("c", "x"), "", &row("d", "x")];
        for last in ["", end] {
            for mark in ["", "\u{feff}"] {
                folder.write("c.csv", &format!("{mark}{}{last}", lines.join(end)));
                let ran = batch(&folder, "c.csv", "e.csv", "out.csv", &["--force"]);
                assert_eq!(ran.code, 1, "{ran:?}");
                let rejects = folder.read("out.rejects.csv");
                let told: Vec<Vec<&str>> = fields(&rejects).iter().skip(1).map(|row| row[6..9].to_vec()).collect();
                if end == "\r" {
                    // old Macs end lines so; an editor of today sees one line
                    assert_eq!(told.len(), 3, "{rejects}");
                } else {
                    assert_eq!(
                        told,
                        [["1", "2", "F2"], ["3", "8", "F6"], ["4", "10", "F8"]],
                        "{end:?} {last:?} {mark:?}"
                    );
                }
            }
        }
    }
}

const CLAIMS_IN_CHINESE: &str = "理赔编号,参保编号,事故日期,原因,个人负担（元）,住院天数\n\
                                 a,e1,2025/1/10,accident,2019.87,51\n\
                                 b,e2,2025年2月30日,accident,2019.87,51\n\
                                 c,e9,2025-03-01,accident,400.00,3\n";

#[test]
fn a_clerk_corrects_the_file_in_gb18030() {
    let folder = Folder::new("rejected-gb18030");
    folder.write("e.csv", ENROLLMENTS);
    fs::write(folder.path("c.csv"), GB18030.encode(CLAIMS_IN_CHINESE).0).unwrap();
    for options in [&["--dry-run"][..], &[]] {
        let ran = batch(&folder, "c.csv", "e.csv", "out.csv", options);
        assert!(ran.out.contains("claims, column `参保编号`: no such enrollment"), "{}", ran.out);
        assert!(ran.out.contains("claims, column `参保编号`: this claim cannot be assigned"), "{}", ran.out);
    }
    let rejects = folder.read("out.rejects.csv");
    let rows: Vec<&str> = rejects.lines().collect();
    assert_eq!(
        rows[0],
        "\u{feff}理赔编号,参保编号,事故日期,原因,个人负担（元）,住院天数,row,line,cell,column,value,reason"
    );
    assert!(rows[1].starts_with("b,e2,2025年2月30日,accident,2019.87,51,2,3,C3,事故日期,2025年2月30日,"), "{rejects}");
    assert!(rows[2].starts_with("c,e9,2025-03-01,accident,400.00,3,3,4,B4,参保编号,e9,"), "{rejects}");
    // as Excel saves it again
    let corrected = rejects.trim_start_matches('\u{feff}').replacen("30日", "28日", 1).replacen(",e9,", ",e2,", 1);
    fs::write(folder.path("corrected.csv"), GB18030.encode(&corrected.replace('\n', "\r\n")).0).unwrap();
    assert_eq!(batch(&folder, "corrected.csv", "e.csv", "again.csv", &[]).code, 0);
    assert_eq!(
        paid(&folder, "again.csv"),
        [("b".to_owned(), "7119.87".to_owned()), ("c".to_owned(), "700.00".to_owned())]
    );
}

/// The claims of a file of payouts, and what is paid for each.
fn paid(folder: &Folder, name: &str) -> Vec<(String, String)> {
    let payouts = folder.read(name);
    let mut paid: Vec<(String, String)> =
        fields(&payouts).iter().skip(1).map(|row| (row[0].to_owned(), row[5].to_owned())).collect();
    paid.sort_unstable();
    paid
}

#[test]
fn a_clerk_corrects_the_file_in_a_workbook() {
    let folder = Folder::new("rejected-workbook");
    folder.write("e.csv", ENROLLMENTS);
    let rows: Vec<Vec<String>> =
        fields(CLAIMS_IN_CHINESE).iter().map(|row| row.iter().map(|&cell| cell.to_owned()).collect()).collect();
    write_sheet(&folder.path("c.xlsx"), &rows);
    let rejects = folder.path("rejects.xlsx");
    assert_eq!(batch(&folder, "c.xlsx", "e.csv", "out.csv", &["--rejects", &rejects]).code, 1);
    let mut book: Xlsx<_> = open_workbook(&rejects).unwrap();
    let sheet = book.worksheet_range_at(0).unwrap().unwrap();
    let mut rows: Vec<Vec<String>> = sheet.rows().map(|row| row.iter().map(ToString::to_string).collect()).collect();
    assert_eq!(
        rows[1][..11],
        ["b", "e2", "2025年2月30日", "accident", "2019.87", "51", "2", "3", "Sheet1!C3", "事故日期", "2025年2月30日"]
    );
    assert_eq!(
        rows[2][..11],
        ["c", "e9", "2025-03-01", "accident", "400.00", "3", "3", "4", "Sheet1!B4", "参保编号", "e9"]
    );
    rows[1][2] = "2025年2月28日".to_owned();
    rows[2][1] = "e2".to_owned();
    write_sheet(&folder.path("corrected.xlsx"), &rows);
    assert_eq!(batch(&folder, "corrected.xlsx", "e.csv", "again.csv", &[]).code, 0);
    assert_eq!(
        paid(&folder, "again.csv"),
        [("b".to_owned(), "7119.87".to_owned()), ("c".to_owned(), "700.00".to_owned())]
    );
}

fn write_sheet(path: &str, rows: &[Vec<String>]) {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (row, cells) in (0_u32..).zip(rows) {
        for (column, cell) in (0_u16..).zip(cells) {
            sheet.write_string(row, column, cell).unwrap();
        }
    }
    book.save(path).unwrap();
}

#[test]
fn a_file_that_is_no_input_again_is_not_said_to_be_one() {
    let folder = Folder::new("rejected-hint");
    folder.write("e.csv", ENROLLMENTS);
    folder.write("c.csv", "claim_id,enrollment_id,event_date,cause\na,e9,2025-01-10,accident\n");
    let (csv, json) = (folder.path("r.csv"), folder.path("r.jsonl"));
    for (options, is_said) in
        [(&["--rejects", &*csv][..], true), (&["--rejects", &json], false), (&["--spreadsheet-safe"], false)]
    {
        let ran = batch(&folder, "c.csv", "e.csv", "out.csv", &[options, &["--force"]].concat());
        assert_eq!((ran.code, ran.out.contains("put them back into their table")), (1, is_said), "{ran:?}");
    }
}

#[test]
fn a_text_that_no_cell_can_hold_is_cut_in_a_workbook() {
    let folder = Folder::new("rejected-long");
    folder.write("e.csv", ENROLLMENTS);
    for (text, is_cut) in [("x".repeat(32_767), false), ("x".repeat(32_768), true), ("𠮷".repeat(16_384), true)] {
        folder.write("c.csv", &format!("claim_id,enrollment_id,event_date,cause\na,e1,2025-01-10,{text}\n"));
        let rejects = folder.path("rejects.xlsx");
        let ran = batch(&folder, "c.csv", "e.csv", "out.csv", &["--rejects", &rejects, "--force"]);
        assert_eq!(ran.code, 1, "{ran:?}");
        let mut book: Xlsx<_> = open_workbook(&rejects).unwrap();
        let cell = book.worksheet_range_at(0).unwrap().unwrap().get_value((1, 3)).unwrap().to_string();
        assert_eq!(cell == text, !is_cut);
        let rest = cell.strip_suffix('…').unwrap_or(&cell);
        assert!(text.starts_with(rest) && cell.ends_with('…') == is_cut && cell.encode_utf16().count() <= 32_767);
    }
}

#[test]
fn a_row_of_the_wrong_length_keeps_its_text_however_often_it_is_given() {
    let folder = Folder::new("rejected-whole");
    let header = "claim_id,enrollment_id,event_date,cause,personal_burden,hospital_days";
    let row = "LP0111,e1,2025年3月20日,意外伤害,\"11,810.84\",15,,\"多\"\"余\"";
    let lines = format!("二行,e1,2025-01-10,accident,\"2\r\n019\",5,,x\r\n\r\n{row}\r\nb,e2,2025-01-10,accident,51");
    let reason = "the row stands only in `value`; spread its values over the columns";
    folder.write("e.csv", ENROLLMENTS);
    for mark in ["", "\u{feff}"] {
        folder.write("c.csv", &format!("{mark}{header}\r\n{lines}"));
        let ran = batch(&folder, "c.csv", "e.csv", "out.csv", &["--force"]);
        assert_eq!(ran.code, 1, "{ran:?}");
        let wholes = ["二行,e1,2025-01-10,accident,\"2\r\n019\",5,,x", row, "b,e2,2025-01-10,accident,51"];
        assert_eq!(column(&folder.read("out.rejects.csv"), "value"), wholes);
        for (from, to) in [("out", "again"), ("again", "third")] {
            let ran = batch(&folder, &format!("{from}.rejects.csv"), "e.csv", &format!("{to}.csv"), &["--force"]);
            assert_eq!(ran.code, 1, "{ran:?}");
            let rejects = folder.read(&format!("{to}.rejects.csv"));
            assert_eq!(column(&rejects, "value"), wholes);
            assert_eq!(column(&rejects, "reason"), [reason; 3]);
            assert_eq!(column(&rejects, "claim_id"), [""; 3]);
            assert_eq!(column(&rejects, "column"), [""; 3]);
        }
        // spread over its columns, it is decided
        let rejects = folder.read("out.rejects.csv");
        let spread = rejects.replacen(",,,,,,3,", "b,e2,2025-01-10,accident,2019.87,51,3,", 1);
        folder.write("spread.csv", &spread);
        let ran = batch(&folder, "spread.csv", "e.csv", "spread-out.csv", &["--force"]);
        assert_eq!(ran.code, 1, "{ran:?}");
        assert!(folder.read("spread-out.csv").contains("\nb,e2,henan-accident,1,paid,7119.87,"));
        assert_eq!(column(&folder.read("spread-out.rejects.csv"), "value"), wholes[..2]);
    }
    // what somebody has noted beside it changes nothing, however long the row is
    let long = format!("b,e2,{}", "很长的一行".repeat(99));
    folder.write("c.csv", &format!("{header},备注\n{long}\n"));
    assert_eq!(batch(&folder, "c.csv", "e.csv", "out.csv", &["--force"]).code, 1);
    folder.write("noted.csv", &folder.read("out.rejects.csv").replacen("\n,,,,,,,", "\n,,,,,,待查,", 1));
    assert_eq!(batch(&folder, "noted.csv", "e.csv", "again.csv", &["--force"]).code, 1);
    let again = folder.read("again.rejects.csv");
    assert_eq!((column(&again, "value"), column(&again, "备注")), (vec![long], vec!["待查".to_owned()]));
    folder.write("c.csv", &format!("{header}\r\n{lines}"));
    // as a workbook, too
    let rejects = folder.path("rejects.xlsx");
    assert_eq!(batch(&folder, "c.csv", "e.csv", "out.csv", &["--rejects", &rejects, "--force"]).code, 1);
    assert_eq!(batch(&folder, "rejects.xlsx", "e.csv", "again.csv", &["--force"]).code, 1);
    let again = folder.read("again.rejects.csv");
    assert_eq!(column(&again, "value")[1..], [row, "b,e2,2025-01-10,accident,51"]);
    assert_eq!(column(&again, "reason"), [reason; 3]);
}

/// The values of a column of a CSV file.
fn column(text: &str, name: &str) -> Vec<String> {
    let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let place = reader.headers().unwrap().iter().position(|header| header == name).unwrap();
    reader.records().map(|record| record.unwrap()[place].to_owned()).collect()
}
