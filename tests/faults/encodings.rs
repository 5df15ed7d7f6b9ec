//! Text files as people have them: in the encodings, with the separators and under the headers that they write.

use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

use encoding_rs::{GB18030, UTF_16LE};
use huzhu::Catalog;
use huzhu::batch::{self, Job, Progress, Stage};

use super::files::{
    CLAIMS, CLAIMS_IN_CHINESE, ENROLLMENTS, ENROLLMENTS_IN_CHINESE, Folder, called, lines, plain_payouts,
};
use super::program::{huzhu, input};

fn gb18030(text: &str) -> Vec<u8> {
    let (bytes, _, has_faults) = GB18030.encode(text);
    assert!(!has_faults);
    bytes.into_owned()
}

fn utf_16(text: &str, is_little: bool) -> Vec<u8> {
    let units = "\u{feff}".encode_utf16().chain(text.encode_utf16());
    units.flat_map(|unit| if is_little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect()
}

fn packed(text: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(text).unwrap();
    packer.finish().unwrap()
}

/// The clerk's two tables, in Chinese, as texts.
fn in_chinese(separator: &str) -> [String; 2] {
    [
        lines(&called(CLAIMS_IN_CHINESE, CLAIMS), separator),
        lines(&called(ENROLLMENTS_IN_CHINESE, ENROLLMENTS), separator),
    ]
}

/// How a text is written.
type Way<'w> = &'w dyn Fn(&str) -> Vec<u8>;

#[test]
fn a_file_of_chinese_excel_is_read_as_the_same_in_utf_8() {
    let (folder, expected) = (Folder::new(), plain_payouts());
    let [claims, enrollments] = in_chinese(",");
    let (c, e) = (folder.file("c.csv", gb18030(&claims)), folder.file("e.csv", gb18030(&enrollments)));
    assert_eq!(folder.payouts(&c, &e, &[]), expected);
    let said = folder.batch(&c, &e, &[]);
    assert_eq!(said["read_as"]["claims"]["encoding"], "GB18030");
    assert_eq!(said["read_as"]["claims"]["text"], "in GB18030");
    assert!(folder.read("payouts.csv").starts_with("\u{feff}claim_id,"), "what Excel reads as Chinese again");
    assert!(folder.read("payouts.rejects.csv").starts_with('\u{feff}'));
    folder.batch(&c, &e, &["--bom=false"]);
    assert!(folder.read("payouts.csv").starts_with("claim_id,"));
}

#[test]
fn every_encoding_separator_and_packing_gives_the_same() {
    let (folder, expected) = (Folder::new(), plain_payouts());
    for separator in [",", ";", "\t"] {
        let [claims, enrollments] = in_chinese(separator);
        let marked = |text: &str| format!("\u{feff}{text}").into_bytes();
        let little = |text: &str| utf_16(text, true);
        let big = |text: &str| utf_16(text, false);
        let plain = |text: &str| text.as_bytes().to_vec();
        let ways: [(&str, Way<'_>); 5] =
            [("UTF-8", &plain), ("UTF-8", &marked), ("UTF-16LE", &little), ("UTF-16BE", &big), ("GB18030", &gb18030)];
        for (name, way) in ways {
            let (c, e) = (folder.file("c.csv", way(&claims)), folder.file("e.csv", way(&enrollments)));
            let (payouts, said) = folder.decided(&c, &e, &[]);
            assert_eq!(payouts, expected, "{name} {separator:?}");
            assert_eq!(said["read_as"]["claims"]["encoding"], name);
            let c = folder.file("c.csv.gz", packed(&way(&claims)));
            let e = folder.file("e.csv.gz", packed(&way(&enrollments)));
            assert_eq!(folder.payouts(&c, &e, &["--threads", "2"]), expected, "{name} {separator:?} packed");
        }
    }
    // the plain file begins with a mark only where that is asked for
    let [claims, enrollments] = folder.plain();
    folder.batch(&claims, &enrollments, &[]);
    assert!(folder.read("payouts.csv").starts_with("claim_id,"));
    folder.batch(&claims, &enrollments, &["--bom"]);
    assert!(folder.read("payouts.csv").starts_with("\u{feff}claim_id,"));
}

#[test]
fn an_encoding_that_is_named_is_believed_and_what_it_cannot_say_is_rejected() {
    let folder = Folder::new();
    let [claims, enrollments] = in_chinese(",");
    let (bytes, _, _) = UTF_16LE.encode(&claims);
    assert_eq!(bytes, claims.as_bytes(), "the library writes no UTF-16");
    let unmarked = utf_16(&claims, true).split_off(2);
    let (c, e) = (folder.file("c.csv", unmarked), folder.file("e.csv", &enrollments));
    assert_eq!(folder.payouts(&c, &e, &["--encoding", "claims=utf-16le"]), plain_payouts());
    let mut broken = gb18030(&claims);
    let place = broken.windows(3).position(|bytes| bytes == b"z-2").unwrap();
    broken[place] = 0xff;
    let c = folder.file("c.csv", broken);
    let said = folder.batch(&c, &e, &["--encoding", "claims=gbk"]);
    assert_eq!((&said["claims"]["decided"], &said["claims"]["rejected"]), (&2.into(), &1.into()));
    let told = ("2".to_owned(), "理赔编号".to_owned(), "the value of `理赔编号` is not GB18030".to_owned());
    assert_eq!(folder.rejects(), [told]);
}

#[test]
fn a_quote_that_is_never_closed_is_refused_in_every_encoding() {
    let folder = Folder::new();
    let [_, enrollments] = folder.plain();
    let text = lines(&CLAIMS, ";").replace("accident;1234", "\"accident;1234");
    for (name, bytes) in [("c.csv", gb18030(&format!("{text}快递员\n"))), ("c.csv.gz", packed(text.as_bytes()))] {
        let ran = folder.ran(&folder.file(name, bytes), &enrollments, &[]);
        assert_eq!(ran.code, 2);
        assert!(
            ran.err.contains(&format!("row 3 of `{}` opens a quote that is never closed", folder.path(name))),
            "{ran:?}"
        );
    }
    let half = packed(text.as_bytes());
    let ran = folder.ran(&folder.file("c.csv.gz", &half[..half.len() / 2]), &enrollments, &[]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.err.contains("c.csv.gz` cannot be read"), "{ran:?}");
}

#[test]
fn columns_go_by_their_titles_in_both_languages() {
    let (folder, expected) = (Folder::new(), plain_payouts());
    let [_, enrollments] = folder.plain();
    for names in [
        CLAIMS_IN_CHINESE,
        [
            "Claim ID",
            "Enrollment ID",
            "Date of the event",
            "Cause",
            "Borne by the member",
            "Days in hospital",
            "Disability grade",
        ],
        [
            "理赔申请编号",
            "参保记录编号",
            "事故（确诊、身故）日期",
            "原因",
            "个人负担",
            "住院天数（天）",
            "伤残等级（级）",
        ],
        ["CLAIM_ID", "Enrollment_Id", "event date", "cause", "personal_burden", "hospital_days", "disability_grade"],
    ] {
        let c = folder.file("c.csv", lines(&called(names, CLAIMS), ","));
        assert_eq!(folder.payouts(&c, &enrollments, &[]), expected, "{names:?}");
    }
    // a fact of a shipped pack's own
    let shipped = std::fs::read_to_string("rules/cases/enrollments.csv").unwrap();
    let own = shipped.replace("place_number", "赠送名额序号");
    assert_ne!(own, shipped);
    let ran = folder.ran("rules/cases/claims.csv", &folder.file("own.csv", own), &[]);
    assert_eq!(ran.code, 0, "{ran:?}");
}

#[test]
fn a_title_that_may_be_two_things_is_not_guessed() {
    let folder = Folder::new();
    let [_, enrollments] = folder.plain();
    let names =
        ["claim_id", "enrollment_id", "event_date", "事故日期", "personal_burden", "hospital_days", "disability_grade"];
    let ran = folder.ran(&folder.file("c.csv", lines(&called(names, CLAIMS), ",")), &enrollments, &[]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("the columns `event_date` and `事故日期` are both `event_date`"), "{}", ran.err);
    let names = ["claim_id", "enrollment_id", "event_date", "", "personal_burden", "hospital_days", "disability_grade"];
    let ran = folder.ran(&folder.file("c.csv", lines(&called(names, CLAIMS), ",")), &enrollments, &[]);
    assert!(ran.err.contains("column 4 has no name"), "{}", ran.err);
}

#[test]
fn a_rejected_row_under_chinese_titles_still_says_whose_claim_it_is() {
    let folder = Folder::new();
    let [claims, enrollments] = in_chinese(",");
    let c = folder.file("c.csv", claims.replace("2025-01-10", "someday"));
    let said = folder.batch(&c, &folder.file("e.csv", enrollments), &[]);
    assert_eq!(said["claims"]["rejected"], 1);
    let notices = said["notices"].as_array().unwrap();
    assert!(notices.iter().any(|notice| notice["code"] == "earlier-claim-open"), "{said}");
    let c = folder.file("c.csv", claims.replace("e-赵,2025-01-10", ",2025-01-10"));
    let said = folder.batch(&c, &folder.path("e.csv"), &[]);
    let seen = said["observations"].as_array().unwrap();
    assert!(seen.iter().any(|seen| seen["code"] == "rejected-claim-unplaced"), "{said}");
}

#[test]
fn columns_at_the_end_without_name_and_value_are_left_alone() {
    let (folder, expected) = (Folder::new(), plain_payouts());
    let [claims, enrollments] = folder.plain();
    let text = std::fs::read_to_string(&claims).unwrap();
    for ends in [[",,", ",,"], [",,", ""], ["", ",,,"]] {
        let [head, rest] = ends;
        let rows =
            text.lines().enumerate().map(|(row, line)| format!("{line}{}\n", if row == 0 { head } else { rest }));
        let c = folder.file("c.csv", rows.collect::<String>());
        assert_eq!(folder.payouts(&c, &enrollments, &[]), expected, "{ends:?}");
    }
    let c = folder.file("c.csv", text.replace("1234.50,12,9", "1234.50,12,9,,x"));
    let said = folder.batch(&c, &enrollments, &[]);
    assert_eq!((&said["claims"]["decided"], &said["claims"]["rejected"]), (&2.into(), &1.into()));
    assert_eq!(folder.rejects()[0].2, "the row has 9 fields, the header 7");
}

#[test]
fn a_title_above_the_header_is_said_and_left_out_where_that_is_asked_for() {
    let folder = Folder::new();
    let [claims, enrollments] = in_chinese(",");
    let titled = format!("2025年度理赔台账,,,,,,\n单位：某工会,,,,,,\n{claims}");
    let (c, e) = (folder.file("c.csv", gb18030(&titled)), folder.file("e.csv", gb18030(&enrollments)));
    let ran = folder.ran(&c, &e, &[]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("seems to be row 3, below a title"), "{}", ran.err);
    assert_eq!(folder.payouts(&c, &e, &["--header-row", "claims=3"]), plain_payouts());
    let said = folder.batch(&c, &e, &["--header-row", "claims=3"]);
    assert_eq!(said["read_as"]["claims"]["text"], "in GB18030, header in row 3, the rows above it left out");
    let ran = folder.ran(&c, &e, &["--header-row", "99"]);
    // 99 is beyond its end, and another row is a header
    assert!(ran.err.contains("row 99 of") && ran.err.contains("that seems to be row 3"), "{}", ran.err);
}

#[test]
fn the_row_of_the_header_is_counted_as_an_editor_counts_lines() {
    let (folder, expected) = (Folder::new(), plain_payouts());
    let [claims, enrollments] = in_chinese(",");
    let e = folder.file("e.csv", &enrollments);
    for end in ["\n", "\r\n"] {
        let claims = claims.replace('\n', end);
        let c = folder.file("c.csv", format!("2025年度理赔台账{end}{end}{claims}"));
        let ran = folder.ran(&c, &e, &[]);
        assert!(ran.code == 2 && ran.err.contains("seems to be row 3, below a title"), "{}", ran.err);
        let (payouts, said) = folder.decided(&c, &e, &["--header-row", "claims=3"]);
        assert_eq!(payouts, expected);
        assert_eq!(said["read_as"]["claims"]["text"], "header in row 3, the rows above it left out");
        for row in ["1", "2", "4", "99"] {
            let ran = folder.ran(&c, &e, &["--header-row", &format!("claims={row}")]);
            let said = format!("row {row} of `{c}` is no header; that seems to be row 3");
            assert!(ran.code == 2 && ran.err.contains(&said), "{}", ran.err);
        }
        // a spreadsheet shows a title of two lines in one row
        let c = folder.file("c.csv", format!("\"2025年度{end}理赔台账\"{end}{end}{claims}"));
        assert_eq!(folder.payouts(&c, &e, &["--header-row", "claims=3"]), expected);
        // empty lines alone are nothing to speak of
        let c = folder.file("c.csv", format!("{end}{end}{claims}"));
        let (payouts, said) = folder.decided(&c, &e, &[]);
        assert_eq!((payouts, &said["read_as"]["claims"]["text"]), (expected.clone(), &serde_json::Value::Null));
    }
    let c = folder.file("c.csv", "a\n\nb\n");
    for (row, said) in [("2", "is empty: it has no header"), ("9", "has no row 9")] {
        let ran = folder.ran(&c, &e, &["--header-row", &format!("claims={row}")]);
        assert!(ran.code == 2 && ran.err.contains(said), "{}", ran.err);
    }
}

#[test]
fn a_run_that_reads_otherwise_does_not_go_on_from_another() {
    let folder = Folder::new();
    let [claims, enrollments] = folder.plain();
    let out = folder.path("out.csv");
    let batch =
        |options: &[&str]| huzhu(&[&["batch", "-c", &claims, "-e", &enrollments, "-o", &out], options].concat());
    let lines = folder.path("lines.csv");
    let job = Job::new(&claims, &enrollments, &out).lines(&lines);
    let stopped = batch::run(&job, &Catalog::load(Path::new("rules")).unwrap(), &StopsAtTheEnd::default()).unwrap_err();
    assert!(stopped.is_interrupted() && job.work_folder().exists(), "{stopped}");
    let others = [
        (&["--strict"][..], "whether only the plain form is read is not the same"),
        (&["--bom"], "whether results begin with a byte order mark is not the same"),
        (&["--header-row", "1"], "the sheet, the row of the header or the encoding is not the same"),
    ];
    for (options, says) in others {
        let ran = batch(&[&["--lines", &lines], options].concat());
        assert!(ran.err.contains(says) && ran.err.contains("`--force` starts over"), "{options:?}: {ran:?}");
    }
    let ran = batch(&["--lines", &lines]);
    assert_eq!(ran.code, 0, "{ran:?}");
}

/// Stops a run when its work is done and the results are to be written.
#[derive(Default)]
struct StopsAtTheEnd {
    is_writing: AtomicBool,
}

impl Progress for StopsAtTheEnd {
    fn advance(&self, stage: Stage, _: u64, _: u64) {
        self.is_writing.store(stage == Stage::Writing, Ordering::Relaxed);
    }

    fn stops(&self) -> bool {
        self.is_writing.load(Ordering::Relaxed)
    }
}

#[test]
fn every_codec_of_parquet_is_read() {
    let folder = Folder::new();
    let enrollments = input("02-parquet-codecs/e.csv");
    let payouts =
        |codec: &str| folder.payouts(&input(&format!("02-parquet-codecs/{codec}.parquet")), &enrollments, &[]);
    let expected = payouts("none");
    assert!(expected.iter().any(|row| row.contains(",paid,")), "{expected:?}");
    for codec in ["snappy", "gzip", "brotli", "lz4", "zstd"] {
        assert_eq!(payouts(codec), expected, "{codec}");
    }
}

#[test]
fn a_column_of_json_texts_is_read_with_and_without_dictionary() {
    let folder = Folder::new();
    let enrollments = input("03-parquet-json-dictionary/e.csv");
    for name in ["plain", "dictionary"] {
        let claims = input(&format!("03-parquet-json-dictionary/{name}.parquet"));
        let said = folder.batch(&claims, &enrollments, &[]);
        assert_eq!((&said["payable"], &said["claims"]["rejected"]), (&"142397.40".into(), &0.into()), "{name}");
    }
}

#[test]
fn recorded_payouts_of_chinese_excel_are_audited() {
    let folder = Folder::new();
    let recorded =
        gb18030("赔付台账;;\n理赔编号;应付金额（元）;经办人\nzhao-2025-01;￥7,119.87;张\nzhao-2025-02;720.00;李\n");
    let recorded = folder.file("r.csv", recorded);
    let out = folder.path("differences.csv");
    let [c, e] = ["rules/cases/claims.csv", "rules/cases/enrollments.csv"];
    let audit = |options: &[&str]| {
        let all = ["audit", "-c", c, "-e", e, "-r", &recorded, "-o", &out, "--force", "--header-row", "recorded=2"];
        huzhu(&[&all, options].concat())
    };
    let ran = audit(&[]);
    assert!(
        ran.out.contains("recorded payouts read as: in GB18030, columns separated by semicolons, header in row 2"),
        "{ran:?}"
    );
    let notes = folder.read("differences.notes.csv");
    assert!(notes.starts_with("\u{feff}row,"), "{notes}");
    assert!(notes.contains("zhao-2025-01,应付金额（元）,\"￥7,119.87\",7119.87"), "{notes}");
    let ran = audit(&["--strict"]);
    assert_eq!(ran.code, 1);
    let notes = folder.read("differences.notes.csv");
    assert!(notes.contains("not in its plain form: full-width signs or blanks, a currency or plus sign"), "{notes}");
}

#[test]
fn what_iconv_writes_is_what_is_read() {
    // another writer of GB18030 than the library that reads it
    let folder = Folder::new();
    let [claims, enrollments] = in_chinese(",");
    let (c, e) = (folder.file("c.txt", &claims), folder.file("e.csv", &enrollments));
    let Ok(made) = Command::new("iconv").args(["-f", "UTF-8", "-t", "GB18030", &c]).output() else { return };
    let c = folder.file("c.csv", made.stdout);
    assert_eq!(folder.payouts(&c, &e, &[]), plain_payouts());
}
