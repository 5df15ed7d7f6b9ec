//! Workbooks as Excel and LibreOffice write them, read like CSV; results written as workbooks.

use std::path::Path;
use std::process::{Command, Stdio};

use calamine::{Data, Reader, Xlsx, open_workbook};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, Worksheet};

use super::files::{
    CLAIMS, CLAIMS_IN_CHINESE, ENROLLMENTS, ENROLLMENTS_IN_CHINESE, Folder, called, lines, plain_payouts,
};
use super::program::huzhu;

/// CSV in UTF-8, with the cells as they are shown.
const AS_SHOWN: &str = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true";
const DATE: &str = "yyyy\"年\"m\"月\"d\"日\"";

/// Writes a table as people keep it: dates as dates, numbers as numbers.
fn write(sheet: &mut Worksheet, top: u32, rows: &[Vec<&str>]) {
    let date = Format::new().set_num_format(DATE);
    for (row, cells) in (top..).zip(rows) {
        for (column, cell) in (0_u16..).zip(cells) {
            let day = ExcelDateTime::parse_from_str(cell).ok().filter(|_| cell.len() == 10);
            match (day, cell.parse::<f64>()) {
                (_, _) if cell.is_empty() => {}
                (Some(day), _) => drop(sheet.write_datetime_with_format(row, column, &day, &date).unwrap()),
                (None, Ok(number)) => drop(sheet.write_number(row, column, number).unwrap()),
                (None, Err(_)) => drop(sheet.write_string(row, column, *cell).unwrap()),
            }
        }
    }
}

fn table<const N: usize>(rows: &[[&'static str; N]]) -> Vec<Vec<&'static str>> {
    rows.iter().map(|row| row.to_vec()).collect()
}

/// A workbook of these sheets, each with its rows under so many empty ones.
fn workbook(folder: &Folder, name: &str, sheets: &[(&str, u32, Vec<Vec<&str>>)]) -> String {
    let mut book = Workbook::new();
    for (name, top, rows) in sheets {
        let sheet = book.add_worksheet();
        sheet.set_name(*name).unwrap();
        write(sheet, *top, rows);
    }
    book.save(folder.path(name)).unwrap();
    folder.path(name)
}

fn claims() -> Vec<Vec<&'static str>> {
    table(&called(CLAIMS_IN_CHINESE, CLAIMS))
}

fn enrollments() -> Vec<Vec<&'static str>> {
    table(&called(ENROLLMENTS_IN_CHINESE, ENROLLMENTS))
}

/// The file as LibreOffice writes it in another form.
fn converted(folder: &Folder, from: &str, to: &str) -> String {
    let profile = format!("-env:UserInstallation=file://{}", folder.path("office"));
    let (form, _) = to.split_once(':').unwrap_or((to, ""));
    let out = folder.path(&format!("by-office-{form}"));
    let ran = Command::new("soffice")
        .args([&profile, "--headless", "--convert-to", to, "--outdir", &out, from])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let stem = Path::new(from).file_stem().unwrap().to_string_lossy().into_owned();
    let path = format!("{out}/{stem}.{form}");
    assert!(Path::new(&path).exists(), "{ran:?}");
    path
}

#[test]
fn a_workbook_gives_what_the_same_rows_in_csv_give() {
    let (folder, expected) = (Folder::new(), plain_payouts());
    let c = workbook(&folder, "c.xlsx", &[("理赔", 0, claims())]);
    let e = workbook(&folder, "e.xlsx", &[("参保", 0, enrollments())]);
    assert_eq!(folder.payouts(&c, &e, &[]), expected);
    assert_eq!(folder.payouts(&c, &e, &["--threads", "1"]), expected);
    // a pack of another plan knows the occupation
    let said = folder.batch(&c, &e, &["--rules", "rules"]);
    assert_eq!(said["read_as"]["claims"]["text"], "sheet `理赔`");
    assert_eq!(said["observations"][0]["column"], "职业", "{said}");
    assert_eq!(said["observations"][0]["first_cell"], "参保!H2");
    assert!(folder.read("payouts.csv").starts_with("\u{feff}claim_id,"), "who lives in a spreadsheet opens it there");
    let ran = folder.ran(&c, &e, &["--dry-run"]);
    assert_eq!(ran.code, 0, "{ran:?}");
}

#[test]
#[ignore = "needs LibreOffice, and takes long"]
fn what_libreoffice_writes_gives_the_same() {
    let (folder, expected) = (Folder::new(), plain_payouts());
    let c = workbook(&folder, "c.xlsx", &[("理赔", 0, claims())]);
    let e = workbook(&folder, "e.xlsx", &[("参保", 0, enrollments())]);
    for form in ["xlsx", "xls", "ods"] {
        let (c, e) = (converted(&folder, &c, form), converted(&folder, &e, form));
        assert_eq!(folder.payouts(&c, &e, &[]), expected, "{form}");
    }
    // and what it makes of our results is what they say
    let out = folder.path("payouts.xlsx");
    let ran = huzhu(&["batch", "-c", &c, "-e", &e, "-o", &out, "--force"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let csv = std::fs::read_to_string(converted(&folder, &out, AS_SHOWN)).unwrap();
    assert!(csv.contains("z-1,e-赵,henan-accident,") && csv.contains(",Paid,\"7,119.87\","), "{csv}");
}

#[test]
fn a_sheet_is_found_by_its_name_and_a_header_under_a_title() {
    let (folder, expected) = (Folder::new(), plain_payouts());
    let mut titled = vec![vec!["2025年度理赔台账"], vec![], vec!["单位：某工会", "制表：张"]];
    titled.extend(claims());
    let c = workbook(&folder, "c.xlsx", &[("说明", 0, vec![vec!["请看第二页"]]), ("理赔 2025", 1, titled)]);
    let e = workbook(&folder, "e.xlsx", &[("参保", 4, enrollments())]);
    let options = ["--sheet", "claims=理赔 2025"];
    assert_eq!(folder.payouts(&c, &e, &options), expected);
    let said = folder.batch(&c, &e, &options);
    assert_eq!(said["read_as"]["claims"]["text"], "sheet `理赔 2025`, header in row 5, the rows above it left out");
    assert_eq!(said["read_as"]["enrollments"]["text"], "sheet `参保`", "empty rows are nothing to speak of");
    assert_eq!(folder.payouts(&c, &e, &[&options[..], &["--header-row", "5"]].concat()), expected);
    let ran = folder.ran(&c, &e, &["--sheet", "2024"]);
    assert!(ran.err.contains("has no sheet `2024`; it has `说明`, `理赔 2025`"), "{}", ran.err);
    let ran = folder.ran(&c, &e, &["--sheet", "claims=理赔 2025", "--header-row", "claims=99"]);
    assert!(ran.err.contains("row 99 of") && ran.err.contains("that seems to be row 5"), "{}", ran.err);
    let ran = folder.ran(&c, &e, &["--sheet", "claims=理赔 2025", "--header-row", "claims=6"]);
    assert!(ran.err.contains("row 6 of sheet `理赔 2025` of"), "{}", ran.err);
    assert!(ran.err.contains("is no header; that seems to be row 5"), "{}", ran.err);
    let ran = folder.ran(&c, &e, &["--sheet", "claims=说明", "--header-row", "claims=2"]);
    assert!(ran.err.contains("row 2 of") && ran.err.contains("is empty: it has no header"), "{}", ran.err);
}

#[test]
fn a_cell_that_cannot_be_read_exactly_is_rejected_by_its_name() {
    let folder = Folder::new();
    let [_, e] = folder.plain();
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    write(sheet, 0, &claims());
    let date = Format::new().set_num_format("yyyy-mm-dd");
    sheet.write_number(1, 4, 0.1 + 0.2).unwrap(); // E2: what a formula gives
    sheet.write_number(2, 4, 1234.567).unwrap(); // E3: finer than fen
    sheet.write_number_with_format(3, 2, 45_667.5, &date).unwrap(); // C4: a day at noon
    let c = folder.path("c.xlsx");
    book.save(&c).unwrap();
    let said = folder.batch(&c, &e, &[]);
    assert_eq!((&said["claims"]["decided"], &said["claims"]["rejected"]), (&0.into(), &3.into()));
    let rejects = folder.rejects();
    let said: Vec<(&str, &str, &str)> =
        rejects.iter().map(|(row, column, reason)| (row.as_str(), column.as_str(), reason.as_str())).collect();
    assert_eq!(
        said,
        [
            (
                "1",
                "个人负担（元）",
                "`0.30000000000000004` is no exact number, as formulas often give; round it to the places that are meant, or enter it as text (cell `Sheet1!E2`)"
            ),
            (
                "2",
                "个人负担（元）",
                "the value `1234.567` of `personal_burden` has too many digits: at most 2 after the point (cell `Sheet1!E3`)"
            ),
            ("3", "事故日期", "`event_date` is a date, and `2025-01-10 12:00:00` has a time of day (cell `Sheet1!C4`)"),
        ]
    );
}

#[test]
fn an_identity_number_in_a_number_cell_is_refused() {
    let folder = Folder::new();
    let [c, _] = folder.plain();
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    write(sheet, 0, &enrollments());
    sheet.write_number(1, 1, 410_101_199_005_050_000.0).unwrap();
    sheet.write_string(2, 1, "410101198511300034").unwrap();
    let e = folder.path("e.xlsx");
    book.save(&e).unwrap();
    let said = folder.batch(&c, &e, &[]);
    assert_eq!((&said["enrollments"]["accepted"], &said["enrollments"]["rejected"]), (&1.into(), &1.into()));
    let reason = &folder.rejects().into_iter().find(|(_, column, _)| column == "会员编号").unwrap().2;
    assert!(
        reason.contains("has more than fifteen digits, of which a spreadsheet keeps fifteen")
            && reason.ends_with("(cell `Sheet1!B2`)"),
        "{reason}"
    );
}

#[test]
fn a_cell_that_is_not_read_may_be_anything_and_a_stray_one_is_told() {
    let folder = Folder::new();
    let [_, e] = folder.plain();
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    write(sheet, 0, &claims());
    sheet.write_string(0, 7, "姓名").unwrap();
    sheet.write_string(0, 8, "经办人").unwrap();
    sheet.write_number(1, 7, 1.0 / 3.0).unwrap();
    let c = folder.path("c.xlsx");
    book.save(&c).unwrap();
    for columns in ["姓名,经办人", "姓名，经办人"] {
        assert_eq!(folder.payouts(&c, &e, &["--ignore-columns", columns]), plain_payouts());
    }
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    write(sheet, 0, &claims());
    sheet.write_string(2, 9, "已核").unwrap();
    book.save(&c).unwrap();
    let said = folder.batch(&c, &e, &[]);
    assert_eq!(said["claims"]["rejected"], 1);
    assert_eq!(
        folder.rejects()[0].2,
        "the column `J` of `Sheet1` has no name, and the row has a value in it (cell `Sheet1!3:3`)"
    );
    let rejects = folder.read("payouts.rejects.csv");
    let mut reader = csv::Reader::from_reader(rejects.trim_start_matches('\u{feff}').as_bytes());
    let value = reader.headers().unwrap().iter().position(|name| name == "value").unwrap();
    let whole = reader.records().next().unwrap().unwrap()[value].to_owned();
    assert_eq!(whole, "z-2,e-赵,2025-06-02,accident,320,3,,已核", "nothing of the row is lost");
}

#[test]
fn dates_are_read_in_both_systems_and_serial_numbers_alone_are_none() {
    let folder = Folder::new();
    let [_, e] = folder.plain();
    let c = workbook(&folder, "c.xlsx", &[("理赔", 0, claims())]);
    // the same file with its workbook told to count from 1904, as old Excel for the Mac did, and its dates moved
    let moved = folder.path("moved.xlsx");
    in_1904(&c, &moved);
    assert_eq!(folder.payouts(&moved, &e, &[]), plain_payouts());
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    write(sheet, 0, &claims());
    sheet.write_number(1, 2, 45_667).unwrap();
    sheet.write_number(2, 2, 20_250_602).unwrap();
    book.save(&c).unwrap();
    let said = folder.batch(&c, &e, &[]);
    assert_eq!(said["claims"]["rejected"], 1, "45667 is no date, 20250602 is one");
    assert!(
        folder.rejects()[0].2.contains("the value `45667` of `event_date` is not of type date"),
        "{:?}",
        folder.rejects()
    );
}

/// A copy of a workbook that counts days from 1904.
fn in_1904(from: &str, to: &str) {
    let mut book = zip::ZipArchive::new(std::fs::File::open(from).unwrap()).unwrap();
    let mut copy = zip::ZipWriter::new(std::fs::File::create(to).unwrap());
    for place in 0..book.len() {
        let mut part = book.by_index(place).unwrap();
        let (name, mut text) = (part.name().unwrap().into_owned(), Vec::new());
        std::io::Read::read_to_end(&mut part, &mut text).unwrap();
        if name == "xl/workbook.xml" {
            let xml = String::from_utf8(text).unwrap();
            assert!(xml.contains("<workbookPr "));
            text = xml.replace("<workbookPr ", "<workbookPr date1904=\"1\" ").into_bytes();
        } else if name == "xl/worksheets/sheet1.xml" {
            let xml = String::from_utf8(text).unwrap();
            let moved = [45_667, 45_810, 45_720].iter().fold(xml.clone(), |xml, day| {
                xml.replace(&format!("<v>{day}</v>"), &format!("<v>{}</v>", day - 1_462))
            });
            assert_ne!(moved, xml);
            text = moved.into_bytes();
        }
        copy.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        std::io::Write::write_all(&mut copy, &text).unwrap();
    }
    copy.finish().unwrap();
}

#[test]
fn what_is_no_workbook_is_named() {
    let folder = Folder::new();
    let [_, e] = folder.plain();
    let whole = std::fs::read(workbook(&folder, "whole.xlsx", &[("理赔", 0, claims())])).unwrap();
    for (name, bytes) in [
        ("c.xlsx", &b"claim_id"[..]),
        ("c.xls", b""),
        ("c.ods", &whole[..99]),
        ("half.xlsx", &whole[..whole.len() / 2]),
    ] {
        let ran = folder.ran(&folder.file(name, bytes), &e, &[]);
        assert_eq!(ran.code, 2, "{ran:?}");
        assert!(ran.err.contains("is not a complete workbook, or has a password"), "{name}: {}", ran.err);
        assert!(!ran.err.contains("panicked"), "{name}: {}", ran.err);
    }
    let empty = workbook(&folder, "empty.xlsx", &[("空", 0, Vec::new())]);
    let ran = folder.ran(&empty, &e, &[]);
    assert!(ran.err.contains("is empty: it has no header"), "{}", ran.err);
}

#[test]
fn results_are_written_as_workbooks_that_read_back() {
    let folder = Folder::new();
    let [c, e] = folder.plain();
    let broken = folder.file("c.csv", lines(&CLAIMS, ",").replace("320.00", "much"));
    let [out, lines, rejects] = ["payouts.xlsx", "lines.xlsx", "rejects.xlsx"].map(|name| folder.path(name));
    let ran =
        huzhu(&["batch", "-c", &broken, "-e", &e, "-o", &out, "--lines", &lines, "--rejects", &rejects, "--force"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    let payouts = cells(&out);
    let column = |name: &str| {
        let place = payouts[0].iter().position(|cell| *cell == Data::String(name.to_owned()));
        place.unwrap_or_else(|| panic!("{name}: {:?}", payouts[0]))
    };
    let of = |id: &str| payouts.iter().find(|row| row[0] == Data::String(id.to_owned())).unwrap().clone();
    assert_eq!(of("z-1")[column("payable (yuan)")], Data::Float(7119.87));
    assert_eq!(of("z-1")[column("plan")], Data::String("henan-accident".to_owned()));
    assert_eq!(payouts.len(), 3);
    assert_eq!(cells(&rejects).len(), 2);
    assert!(cells(&lines).len() > 3);
    // what was written can be audited: the workbook is the record
    let ran =
        huzhu(&["audit", "-c", &c, "-e", &e, "-r", &out, "-o", &folder.path("d.csv"), "--force", "--format", "json"]);
    let said: serde_json::Value = serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{ran:?}"));
    assert_eq!((&said["recorded"]["equal"], &said["recorded"]["different"]), (&2.into(), &0.into()), "{said}");
    let first = std::fs::read(&out).unwrap();
    huzhu(&["batch", "-c", &broken, "-e", &e, "-o", &out, "--force", "--threads", "1"]);
    assert!(first == std::fs::read(&out).unwrap(), "the same rows give the same bytes");
}

fn cells(path: &str) -> Vec<Vec<Data>> {
    let mut book: Xlsx<_> = open_workbook(path).unwrap();
    let range = book.worksheet_range_at(0).unwrap().unwrap();
    range.rows().map(<[Data]>::to_vec).collect()
}

#[test]
fn recorded_payouts_in_a_workbook_are_audited_by_cell() {
    let folder = Folder::new();
    let [c, e] = folder.plain();
    let recorded = vec![vec!["理赔编号", "应付金额（元）"], vec!["z-1", "7,119.87元"], vec!["z-2", "一千"]];
    let recorded = workbook(&folder, "r.xlsx", &[("台账", 0, recorded)]);
    let ran = huzhu(&["audit", "-c", &c, "-e", &e, "-r", &recorded, "-o", &folder.path("d.csv"), "--force"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    let notes = folder.read("d.notes.csv");
    assert!(notes.contains("not an amount (cell `台账!B3`)"), "{notes}");
    assert!(notes.contains("a currency or plus sign, separators of thousands (cell `台账!B2`)"), "{notes}");
}

#[test]
fn a_sheet_of_many_rows_is_read_by_several_threads() {
    let folder = Folder::new();
    let mut rows: Vec<Vec<String>> = vec![CLAIMS[0].map(str::to_owned).to_vec()];
    for number in 0..2_100 {
        let mut row = CLAIMS[1].map(str::to_owned).to_vec();
        row[0] = format!("z-{number:04}");
        rows.push(row);
    }
    let csv: String = rows.iter().map(|row| row.join(",") + "\n").collect();
    let borrowed: Vec<Vec<&str>> = rows.iter().map(|row| row.iter().map(String::as_str).collect()).collect();
    let [_, e] = folder.plain();
    let c = workbook(&folder, "c.xlsx", &[("理赔", 0, borrowed)]);
    let expected = folder.payouts(&folder.file("c.csv", csv), &e, &[]);
    assert_eq!(expected.len(), 2_101);
    assert_eq!(folder.payouts(&c, &e, &["--threads", "3"]), expected);
}

#[test]
fn one_workbook_may_hold_everything() {
    let folder = Folder::new();
    let recorded = vec![vec!["理赔编号", "应付"], vec!["z-1", "7119.87"]];
    let sheets = [("理赔", 0, claims()), ("参保", 0, enrollments()), ("台账", 0, recorded)];
    let book = workbook(&folder, "all.xlsx", &sheets);
    assert_eq!(folder.payouts(&book, &book, &["--sheet", "enrollments=参保"]), plain_payouts());
    let ran = folder.ran(&book, &book, &[]);
    assert!(ran.err.contains("is named twice"), "{}", ran.err);
    let out = folder.path("d.csv");
    let files = ["audit", "-c", &book, "-e", &book, "-r", &book, "-o", &out, "--force", "--format", "json"];
    let ran = huzhu(&[&files[..], &["--sheet", "enrollments=参保", "--sheet", "recorded=台账"]].concat());
    let said: serde_json::Value = serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{ran:?}"));
    assert_eq!((&said["recorded"]["equal"], &said["recorded"]["different"]), (&1.into(), &0.into()), "{said}");
    let ran = huzhu(&[&files[..], &["--sheet", "enrollments=参保"]].concat());
    assert!(ran.err.contains("is named twice"), "{}", ran.err);
}
