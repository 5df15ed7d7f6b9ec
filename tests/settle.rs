//! Settlement records, from a feed to a ledger.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

use huzhu::settle::{self, Job, Ledger, Mapping, Summary};
use huzhu::{Catalog, Order};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

pub(crate) static CATALOG: LazyLock<Catalog> =
    LazyLock::new(|| Catalog::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("rules")).unwrap());
static FOLDERS: AtomicU32 = AtomicU32::new(0);

/// Two years of M1, one of M2 under two plans, and a member without cover.
const COVERS: &str = "\
enrollment_id,member_id,plan,shares,birth_date,coverage_start,coverage_end,occupation
E1,M1,henan-accident,2,1990-05-05,2025-01-01,2025-12-31,
E2,M1,henan-accident,2,1990-05-05,2026-01-01,2026-12-31,
E3,M2,henan-accident,1,1985-05-05,2025-01-01,2025-12-31,
E4,M2,guangdong-second-medical,1,1985-05-05,2025-07-01,2026-06-30,
";

/// A ledger in memory, and a folder for the files of its runs.
struct Office {
    ledger: Ledger,
    folder: PathBuf,
    runs: u32,
}

impl Office {
    fn new() -> Office {
        let number = FOLDERS.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("huzhu-settle-{}-{number}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("covers.csv"), COVERS).unwrap();
        Office { ledger: Ledger::in_memory().unwrap(), folder, runs: 0 }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Settles files of records, each given with its name.
    fn settle(&mut self, files: &[(&str, String)]) -> Result<Summary, huzhu::Error> {
        self.runs += 1;
        for (name, text) in files {
            fs::write(self.file(name), text).unwrap();
        }
        let feed = files.iter().map(|(name, _)| self.file(name));
        let job = Job::new(feed, &self.file("covers.csv"), &self.file("out.csv")).force();
        settle::run_on(&mut self.ledger, &job, &CATALOG, &Mapping::shipped())
    }

    fn feed(&mut self, records: &[String]) -> Summary {
        self.settle(&[("feed.jsonl", records.join("\n"))]).unwrap()
    }

    /// The named columns of a file of results.
    fn rows(&self, file: &str, columns: &[&str]) -> Vec<String> {
        let mut reader = csv::Reader::from_path(self.file(file)).unwrap();
        let header = reader.headers().unwrap().clone();
        let places: Vec<usize> =
            columns.iter().map(|name| header.iter().position(|known| known == *name).unwrap()).collect();
        let row =
            |row: csv::StringRecord| places.iter().map(|place| row[*place].to_owned()).collect::<Vec<_>>().join(" ");
        reader.records().map(|found| row(found.unwrap())).collect()
    }

    fn out(&self) -> Vec<String> {
        self.rows("out.csv", &["claim_id", "decision", "payable", "booked", "reasons"])
    }

    fn aside(&self) -> Vec<String> {
        self.rows("out.rejects.csv", &["row", "setl_id", "code", "column", "value"])
    }

    fn balances(&self) -> BTreeMap<String, i64> {
        self.ledger.balances().unwrap().into_iter().map(|balance| (balance.account, balance.fen)).collect()
    }

    fn due(&self, member: &str) -> i64 {
        self.balances().get(&format!("payable:{member}")).map_or(0, |fen| -fen)
    }
}

impl Drop for Office {
    fn drop(&mut self) {
        let _gone = fs::remove_dir_all(&self.folder);
    }
}

/// A stay after an accident, of which the funds paid a part.
fn stay(id: &str, member: &str, from: &str, to: &str, total: &str, funds: &str) -> String {
    format!(
        r#"{{"setl_id":"{id}","psn_no":"{member}","med_type":"22","begndate":"{from}","enddate":"{to}","setl_time":"{to}","medfee_sumamt":"{total}","fund_pay_sumamt":"{funds}"}}"#
    )
}

/// What takes a stay back: the same with all amounts below zero.
fn refund(id: &str, of: &str, record: &str) -> String {
    let mut record: BTreeMap<String, String> = serde_json::from_str(record).unwrap();
    for amount in ["medfee_sumamt", "fund_pay_sumamt"] {
        let paid = record[amount].clone();
        record.insert(amount.to_owned(), format!("-{paid}"));
    }
    record.insert("setl_id".to_owned(), id.to_owned());
    record.insert("init_setl_id".to_owned(), of.to_owned());
    record.insert("refd_setl_flag".to_owned(), "1".to_owned());
    serde_json::to_string(&record).unwrap()
}

fn first() -> String {
    stay("S1", "M1", "2025-01-10", "2025-01-12", "900.00", "300.00") // 600 borne, and 2 days of 100
}

fn second() -> String {
    stay("S2", "M1", "2025-03-01", "2025-03-04", "500.00", "400.00") // 100 borne, and 3 days of 100
}

#[test]
fn a_record_is_decided_or_set_aside_with_the_reason() {
    let mut office = Office::new();
    let clinic = first().replace("S1", "S3").replace(r#""22""#, r#""11""#);
    let illness = first().replace("S1", "S4").replace(r#""22""#, r#""21","trum_flag":"0""#);
    let unknown_cause = first().replace("S1", "S5").replace(r#""22""#, r#""21""#);
    let records = [
        first(),
        clinic,
        illness,
        unknown_cause,
        stay("S6", "M1", "2024-12-30", "2025-01-01", "900.00", "300.00"),
        stay("S7", "M9", "2025-02-01", "2025-02-02", "900.00", "300.00"),
        first().replace("S1", "S8").replace("900.00", "900.001"),
        first().replace("S1", "S9").replace("900.00", "-900.00"),
        "{\"setl_id\":\"S10\"".to_owned(),
        r#"{"psn_no":"M1"}"#.to_owned(),
        r#"{"setl_id":"S11"}"#.to_owned(),
        first().replace("S1", "S12").replace(r#""22""#, r#""22","trum_flag":"0""#),
        first().replace("S1", "S13").replace("900.00", "200.00"),
    ];
    let summary = office.feed(&records);
    assert_eq!(
        office.out(),
        [
            "S1/E1 paid 800.00 800.00 ",
            "S13/E1 pended 0.00 0.00 fund-above-total",
            "S4/E1 denied 0.00 0.00 covered-cause",
            "S5/E1 pended 0.00 0.00 missing-fact",
        ]
    );
    assert_eq!(
        office.aside(),
        [
            "2 S3 other-care med_type 11",
            "5 S6 no-cover event_date 2024-12-30",
            "6 S7 no-cover event_date 2025-02-01",
            "7 S8 record-unreadable medfee_sumamt 900.001",
            "8 S9 record-unreadable medfee_sumamt -900.00",
            "9  record-unreadable  ",
            "10  record-unreadable setl_id ",
            "11 S11 record-unreadable psn_no ",
            "12 S12 record-unreadable med_type 22",
        ]
    );
    assert_eq!((summary.records, summary.new, summary.known), (13, 8, 0));
    assert_eq!(office.due("M1"), 80_000);
    assert_eq!(office.ledger.check().unwrap(), []);
}

#[test]
fn a_record_that_is_too_long_or_of_another_encoding_or_cut_stops_no_other() {
    let mut office = Office::new();
    let long = first().replace("S1", "S0").replace("M1", &"M".repeat(1 << 20));
    let gbk = first().replace("S1", "S9").replace("900.00", "900.00\",\"psn_name\":\"张");
    let (head, tail) = gbk.split_once('张').unwrap();
    let good = first();
    let bytes = [
        long.as_bytes(),
        b"\n",
        head.as_bytes(),
        b"\xd5\xc5",
        tail.as_bytes(),
        b"\r\n\n",
        good.as_bytes(),
        b"\n{\"setl_id\":\"S2\",\"psn",
    ];
    fs::write(office.file("raw.jsonl"), bytes.concat()).unwrap();
    let job = Job::new([office.file("raw.jsonl")], &office.file("covers.csv"), &office.file("out.csv"));
    settle::run_on(&mut office.ledger, &job, &CATALOG, &Mapping::shipped()).unwrap();
    assert_eq!(office.out(), ["S1/E1 paid 800.00 800.00 "]);
    let rows = office.rows("out.rejects.csv", &["row", "code", "reason"]);
    let [long, gbk, cut] = &rows[..] else { panic!("{rows:?}") };
    assert!(long.starts_with("1 record-unreadable ") && long.contains("at most 1048576"), "{long}");
    assert!(gbk.starts_with("2 record-unreadable not UTF-8 at byte"), "{gbk}");
    assert!(cut.starts_with("5 record-unreadable "), "{cut}");
}

#[test]
fn the_same_file_again_changes_nothing() {
    let mut office = Office::new();
    office.feed(&[first(), second()]);
    let (rows, balances) = (office.ledger.rows().unwrap(), office.balances());
    let again = office.feed(&[first(), second()]);
    assert_eq!((again.new, again.known, again.booked.to_string()), (0, 2, "0.00".to_owned()));
    assert_eq!((office.ledger.rows().unwrap(), office.balances()), (rows, balances));
    assert_eq!(office.out(), ["S1/E1 paid 800.00 0.00 ", "S2/E1 paid 400.00 0.00 "]);
}

#[test]
fn the_same_id_with_other_content_shows_both_digests_and_stays_as_it_was() {
    let mut office = Office::new();
    office.feed(&[first()]);
    let summary = office.feed(&[first().replace("900.00", "901.00"), second()]);
    assert_eq!((summary.new, office.due("M1")), (1, 120_000));
    let [reason] = &office.rows("out.rejects.csv", &["code", "reason"])[..] else { panic!() };
    let digests =
        reason.split('`').filter(|part| part.len() == 16 && part.chars().all(|digit| digit.is_ascii_hexdigit()));
    assert_eq!((digests.count(), reason.starts_with("record-conflict ")), (2, true), "{reason}");
}

#[test]
fn what_is_written_otherwise_is_the_same_record() {
    let mut office = Office::new();
    office.feed(&[first()]);
    let header =
        "psn_no,setl_id\t,med_type,begndate,enddate,setl_time,medfee_sumamt,fund_pay_sumamt,psn_part_amt,certno";
    let row = "M1,S1\t,22,20250110,2025/01/12,2025-01-12 10:00:00,900.0,300,null,11010519491231002X";
    let summary = office.settle(&[("feed.csv", format!("{header}\n{row}\n"))]).unwrap();
    assert_eq!((summary.new, summary.known, summary.booked.to_string()), (0, 1, "0.00".to_owned()));
    let inner = first();
    let summary = office.feed(&[format!(r#"{{"output":{{"setlinfo":{inner},"setldetail":[]}}}}"#)]);
    assert_eq!((summary.new, summary.known), (0, 1));
}

#[test]
fn a_refund_takes_back_what_was_paid_whenever_it_comes() {
    let back = refund("R1", "S1", &first());
    let (first, flagged) = (first(), first().replace("\"S1\"", "\"S1\",\"refd_setl_flag\":\"1\""));
    let days: [&[&[&String]]; 5] = [
        &[&[&first], &[&back]],
        &[&[&back], &[&first]],
        &[&[&back, &first]],
        &[&[&first], &[&back], &[&back], &[&first]],
        &[&[&flagged], &[&back]],
    ];
    for days in days {
        let mut office = Office::new();
        for records in days {
            office.feed(&records.iter().copied().cloned().collect::<Vec<_>>());
        }
        assert_eq!(office.due("M1"), 0);
        assert_eq!(office.ledger.check().unwrap(), []);
        assert!(office.balances().values().all(|fen| *fen == 0));
    }
}

#[test]
fn a_refund_that_comes_later_is_booked_as_the_difference() {
    let mut office = Office::new();
    office.feed(&[first(), second()]);
    let summary = office.feed(&[refund("R1", "S1", &first())]);
    assert_eq!(summary.booked.to_string(), "-800.00");
    assert_eq!(office.out(), ["S1/E1 denied 0.00 -800.00 settlement-refunded"]);
    let posted: Vec<(i64, Option<i64>, i64)> = office
        .ledger
        .statement("payable:M1")
        .unwrap()
        .iter()
        .map(|posted| (posted.entry, posted.reverses, posted.fen))
        .collect();
    assert_eq!(
        posted,
        [
            (1, None, -20_000),
            (1, None, -60_000),
            (2, None, -30_000),
            (2, None, -10_000),
            (3, Some(1), 20_000),
            (3, Some(1), 60_000)
        ]
    );
}

#[test]
fn a_refund_that_does_not_go_with_its_settlement_takes_nothing_back() {
    let mut office = Office::new();
    let other = refund("R2", "S2", &second());
    office.feed(&[first(), second(), other]);
    let records = [
        refund("R1", "S1", &first()).replace("-900.00", "-899.00"),
        refund("R3", "S2", &second()),
        refund("R4", "R2", &second()),
        refund("R5", "S9", &second()),
        refund("R6", "S8", &second()).replace("-500.00", "500.00"),
    ];
    office.feed(&records);
    assert_eq!(
        office.aside(),
        [
            "1 R1 refund-unmatched medfee_sumamt -899.00",
            "2 R3 record-conflict init_setl_id S2",
            "3 R4 refund-unmatched init_setl_id R2",
            "4 R5 refund-unmatched init_setl_id S9",
            "5 R6 record-unreadable medfee_sumamt 500.00",
        ]
    );
    assert_eq!(office.due("M1"), 80_000);
}

#[test]
fn a_cover_that_comes_later_covers_what_has_waited() {
    let mut office = Office::new();
    let record = stay("S1", "M9", "2025-02-01", "2025-02-02", "900.00", "300.00");
    office.feed(std::slice::from_ref(&record));
    assert_eq!((office.due("M9"), office.aside()), (0, vec!["1 S1 no-cover event_date 2025-02-01".to_owned()]));
    fs::write(office.file("covers.csv"), format!("{COVERS}E9,M9,henan-accident,1,1990-05-05,2025-01-01,2025-12-31,\n"))
        .unwrap();
    office.feed(std::slice::from_ref(&record));
    assert_eq!(office.due("M9"), 65_000);
    // the cover is kept, and another of its id is not taken
    fs::write(office.file("covers.csv"), format!("{COVERS}E9,M9,henan-accident,2,1990-05-05,2025-01-01,2025-12-31,\n"))
        .unwrap();
    office.feed(&[record]);
    let aside = vec!["5  record-conflict enrollment_id E9".to_owned()];
    assert_eq!((office.due("M9"), office.aside()), (65_000, aside));
}

#[test]
fn one_settlement_is_decided_under_every_cover_on_the_day() {
    let mut office = Office::new();
    let record = stay("S1", "M2", "2025-08-01", "2025-08-03", "900.00", "300.00")
        .replace(r#""fund_pay"#, r#""inscp_scp_amt":"800.00","fund_pay"#);
    office.feed(&[record]);
    let claims: Vec<String> = office.rows("out.csv", &["claim_id", "decision"]);
    assert_eq!(claims, ["S1/E3 paid", "S1/E4 paid"]);
    assert_eq!(office.ledger.check().unwrap(), []);
}

/// A record with the number of its message, of one hospital.
fn sent_as(record: &str, message: &str) -> String {
    record.replacen('{', &format!(r#"{{"fixmedins_code":"H1","medins_setl_id":"{message}","#), 1)
}

#[test]
fn a_settlement_that_was_sent_twice_is_decided_once_whichever_comes_first() {
    let one = sent_as(&first(), "MESSAGE-1");
    let two = one.replace("\"S1\"", "\"S0\"");
    let later = two.replace("\"S0\"", "\"S9\"").replace(r#""setl_time":"2025-01-12""#, r#""setl_time":"2025-01-13""#);
    for records in [[&one, &two], [&two, &one]] {
        let mut office = Office::new();
        office.feed(&[records[0].clone()]);
        assert_eq!(office.due("M1"), 80_000);
        let summary = office.feed(&[records[0].clone(), records[1].clone()]);
        assert_eq!((office.due("M1"), summary.booked.to_string()), (80_000, "0.00".to_owned()));
        let row = if records[0] == &one { 1 } else { 2 };
        assert_eq!(office.aside(), [format!("{row} S1 record-repeated medins_setl_id S0")]);
        let rows = office.out();
        let [stands, ..] = &rows[..] else { panic!() };
        assert!(stands.starts_with("S0/E1 paid 800.00"), "{stands}");
        assert_eq!(rows.len(), if row == 1 { 2 } else { 1 });
        assert!(rows.get(1).is_none_or(|gone| gone == "S1/E1 denied 0.00 -800.00 record-repeated"), "{rows:?}");
        assert_eq!(office.ledger.check().unwrap(), []);
        // of what is taken back the other is left
        office.feed(&[refund("R0", "S0", &two).replace("MESSAGE-1", "MESSAGE-2")]);
        assert_eq!(office.due("M1"), 80_000);
        office.feed(&[refund("R1", "S1", &one).replace("MESSAGE-1", "MESSAGE-3")]);
        assert_eq!(office.due("M1"), 0);
        assert_eq!(office.ledger.check().unwrap(), []);
    }
    // the one that was settled first decides; what says something else is told with both digests
    let mut office = Office::new();
    office.feed(&[later, one.clone(), one.replace("\"S1\"", "\"S2\"").replace("H1", "H2")]);
    assert_eq!(office.aside(), ["1 S9 record-conflict medins_setl_id ".to_owned() + &aside_value(&office)]);
    let [reason] = &office.rows("out.rejects.csv", &["reason"])[..] else { panic!() };
    let digests =
        reason.split('`').filter(|part| part.len() == 16 && part.chars().all(|digit| digit.is_ascii_hexdigit()));
    assert_eq!((digests.count(), office.due("M1")), (2, 160_000), "{reason}");
}

fn aside_value(office: &Office) -> String {
    office.rows("out.rejects.csv", &["value"]).concat()
}

#[test]
fn a_preview_says_what_a_run_then_books_and_writes_nothing() {
    let mut office = Office::new();
    let path = office.file("ledger.db");
    let job = |office: &Office, records: &[String]| {
        fs::write(office.file("feed.jsonl"), records.join("\n")).unwrap();
        Job::new([office.file("feed.jsonl")], &office.file("covers.csv"), &office.file("none.csv")).ledger(&path)
    };
    let asked = job(&office, &[first()]);
    let preview = settle::preview(&asked, &CATALOG, &Mapping::shipped()).unwrap();
    assert_eq!((preview.changes.len(), preview.summary.booked.to_string()), (1, "800.00".to_owned()));
    assert!(!path.exists() && !office.file("none.csv").exists());
    settle::run(&asked, &CATALOG, &Mapping::shipped()).unwrap();
    let before = fs::read(&path).unwrap();
    let asked = job(&office, &[second(), refund("R1", "S1", &first())]).force();
    let preview = settle::preview(&asked, &CATALOG, &Mapping::shipped()).unwrap();
    let [change] = &preview.changes[..] else { panic!("{preview:?}") };
    let said = [change.before, change.now, change.difference()].map(|amount| amount.to_string());
    assert_eq!(
        (change.member.as_str(), change.claims, said),
        ("M1", 2, ["800.00", "400.00", "-400.00"].map(str::to_owned))
    );
    assert_eq!(fs::read(&path).unwrap(), before);
    let booked = settle::run(&asked, &CATALOG, &Mapping::shipped()).unwrap();
    assert_eq!(booked, preview.summary);
    office.ledger = Ledger::open_existing(&path).unwrap();
    assert_eq!(office.due("M1"), 40_000);
    let preview = settle::preview(&asked, &CATALOG, &Mapping::shipped()).unwrap();
    assert_eq!(preview.changes, []);
}

#[test]
fn who_is_not_paid_is_told_with_what_is_wanting() {
    let mut office = Office::new();
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/henan-accident.toml")).unwrap();
    let window = r#"
[figure.report_days]
value      = "60 days"
title      = "days to report it"
clause     = "made up"
provenance = "assumed"

[[condition]]
id         = "reported-in-time"
require    = "reported_on <= event_date + report_days"
otherwise  = "deny"
text       = "it is reported in time"
clause     = "made up"
provenance = "assumed"
"#;
    let catalog = Catalog::read([("henan-accident.toml".to_owned(), (text + window).into_bytes())]).unwrap();
    let covers: Vec<&str> = COVERS.split_inclusive('\n').filter(|line| !line.contains("guangdong")).collect();
    fs::write(office.file("covers.csv"), covers.concat()).unwrap();
    let late = second().replace(r#""setl_time":"2025-03-04""#, r#""setl_time":"2025-09-04""#);
    let death = r#""med_type":"21","cause":"sudden-death","death":"yes","fund"#;
    let waiting = first().replace("S1", "S3").replace(r#""med_type":"22","#, "").replace("\"fund", death);
    let no_cause = first().replace("S1", "S4").replace(r#""22""#, r#""21""#);
    let illness = first().replace("S1", "S5").replace(r#""22""#, r#""21","trum_flag":"0""#);
    let clinic = first().replace("S1", "S6").replace(r#""22""#, r#""11""#);
    let nobody = stay("S7", "M9", "2025-02-01", "2025-02-02", "900.00", "300.00");
    let records = [first(), late, waiting, no_cause, illness, clinic, nobody].join("\n");
    fs::write(office.file("feed.jsonl"), records).unwrap();
    let job = Job::new([office.file("feed.jsonl")], &office.file("covers.csv"), &office.file("out.csv"));
    let job = job.missed(&office.file("missed.csv"));
    let summary = settle::run_on(&mut office.ledger, &job, &catalog, &Mapping::shipped()).unwrap();
    assert_eq!(
        office.rows("missed.csv", &["setl_id", "claim_id", "day", "wanting", "would_pay", "reasons", "details"]),
        [
            "S2 S2/E1 2025-03-01 window 400.00 reported-in-time ",
            "S3 S3/E1 2025-01-10 waiting 100000.00 waiting-period ",
            "S4 S4/E1 2025-01-10 fact  missing-fact missing-fact(cause)",
            "S7  2025-02-01 cover  no-cover ",
        ]
    );
    let counts: Vec<(&str, u64)> = summary.missed.into_iter().collect();
    assert_eq!(counts, [("cover", 1), ("fact", 1), ("waiting", 1), ("window", 1)]);
}

#[test]
fn a_run_that_stops_at_any_write_leaves_the_ledger_as_it_was() {
    let mut office = Office::new();
    office.feed(&[first()]);
    let before = office.ledger.rows().unwrap();
    let records = [second(), refund("R1", "S1", &first())].join("\n");
    for writes in 0.. {
        office.ledger.fail_after(Some(writes));
        let done = office.settle(&[("feed.jsonl", records.clone())]);
        assert_eq!(office.ledger.check().unwrap(), []);
        if done.is_ok() {
            assert!(writes > 8, "{writes}");
            break;
        }
        assert_eq!(office.ledger.rows().unwrap(), before);
    }
    assert_eq!(office.due("M1"), 40_000);
}

#[test]
fn rules_that_changed_under_one_version_book_nothing() {
    let mut office = Office::new();
    office.feed(&[first()]);
    let rows = office.ledger.rows().unwrap();
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/henan-accident.toml")).unwrap();
    let changed = text.replacen("10_000 yuan", "11_000 yuan", 1);
    assert_ne!(changed, text);
    let catalog = Catalog::read([("henan-accident.toml".to_owned(), changed.into_bytes())]).unwrap();
    fs::write(office.file("more.jsonl"), second()).unwrap();
    let covers: Vec<&str> = COVERS.split_inclusive('\n').filter(|line| !line.contains("guangdong")).collect();
    fs::write(office.file("covers.csv"), covers.concat()).unwrap();
    let job = Job::new([office.file("more.jsonl")], &office.file("covers.csv"), &office.file("more.csv"));
    let refused = settle::run_on(&mut office.ledger, &job, &catalog, &Mapping::shipped()).unwrap_err();
    assert!(refused.is_history(), "{refused}");
    assert_eq!(office.ledger.rows().unwrap(), rows);
}

#[test]
fn as_received_what_is_decided_stays_and_what_the_other_order_pays_is_told() {
    // of 100 days in the period the first claim takes 60, and leaves 40
    let summer = stay("S1", "M1", "2025-06-01", "2025-07-31", "100.00", "100.00");
    let spring = stay("S2", "M1", "2025-02-01", "2025-04-02", "100.00", "100.00");
    let orders = [
        (Order::ByEvent, ["S1/E1 4000.00 6000.00 2000.00", "S2/E1 6000.00 4000.00 -2000.00"], ["4000.00", "6000.00"]),
        (
            Order::AsReceived,
            ["S1/E1 6000.00 4000.00 -2000.00", "S2/E1 4000.00 6000.00 2000.00"],
            ["6000.00", "4000.00"],
        ),
    ];
    for (order, apart, paid) in orders {
        let mut office = Office::new();
        let catalog = one_pack().in_order(order);
        let covers: Vec<&str> = COVERS.split_inclusive('\n').filter(|line| !line.contains("guangdong")).collect();
        fs::write(office.file("covers.csv"), covers.concat()).unwrap();
        let folder = office.folder.clone();
        let mut settle = |records: &[&String], catalog: &Catalog| {
            let text: Vec<String> = records.iter().map(|record| (*record).clone()).collect();
            fs::write(folder.join("feed.jsonl"), text.join("\n")).unwrap();
            let job =
                Job::new([folder.join("feed.jsonl")], &folder.join("covers.csv"), &folder.join("out.csv")).force();
            let job = job.other_order(&folder.join("apart.csv"));
            settle::run_on(&mut office.ledger, &job, catalog, &Mapping::shipped())
        };
        let first = settle(&[&summer], &catalog).unwrap();
        assert_eq!((first.apart, first.other_order.to_string().as_str()), (0, "0"));
        let second = settle(&[&spring, &summer], &catalog).unwrap();
        assert_eq!(second.apart, 2);
        let refused = settle(&[&spring], &one_pack().in_order(other_than(order))).unwrap_err();
        assert!(refused.is_history(), "{refused}");
        assert_eq!(office.rows("apart.csv", &["claim_id", "payable", "other_order", "difference"]), apart);
        assert_eq!(office.rows("out.csv", &["payable"]), paid);
        assert_eq!((office.due("M1"), office.ledger.check().unwrap()), (1_000_000, vec![]));
    }
}

fn one_pack() -> Catalog {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/henan-accident.toml");
    Catalog::read([("henan-accident.toml".to_owned(), fs::read(path).unwrap())]).unwrap()
}

fn other_than(order: Order) -> Order {
    match order {
        Order::ByEvent => Order::AsReceived,
        Order::AsReceived => Order::ByEvent,
    }
}

/// What happened to two members: stays, some of which are taken back, or were sent twice, in the same words or in others.
fn history() -> impl Strategy<Value = Vec<String>> {
    let one = (1_u32..=2, 1_u32..=12, 1_u32..=20, 0_u32..9, 1_u32..3_000, any::<bool>(), 0_u32..6);
    prop::collection::vec(one, 1..6).prop_map(|stays| {
        let mut records = Vec::new();
        for (number, (member, month, day, days, borne, is_refunded, sent)) in stays.into_iter().enumerate() {
            let (from, to) = (format!("2025-{month:02}-{day:02}"), format!("2025-{month:02}-{:02}", day + days));
            let (total, member) = (format!("{}.50", borne + 100), format!("M{member}"));
            let record = stay(&format!("S{number}"), &member, &from, &to, &total, "100.00");
            let record = sent_as(&record, &format!("MESSAGE-{number}"));
            if sent < 2 {
                let again = record.replace(&format!("\"S{number}\""), &format!("\"A{number}\""));
                records.push(if sent == 0 { again } else { again.replace("100.00", "101.00") });
            }
            if is_refunded {
                records.push(refund(&format!("R{number}"), &format!("S{number}"), &record));
            }
            records.push(record);
        }
        records
    })
}

/// The program, from a made-up city to a statement.
#[cfg(feature = "cli")]
#[test]
fn the_program_settles_books_and_checks() {
    let office = Office::new();
    let place = |name: &str| office.file(name).display().to_string();
    let (city, ledger) = (place("city"), format!("sqlite:{}", place("city/ledger.db")));
    let huzhu = |arguments: &[&str]| {
        let mut program = crate::cli::program();
        program.args(arguments);
        crate::cli::run(program)
    };
    assert_eq!(huzhu(&["demo", &city, "--lang", "en"]).code, 0);
    let again = huzhu(&["demo", &city, "--lang", "en"]);
    assert!(again.code == 2 && again.err.contains("already exists"), "{}", again.err);

    let settle = |day: &str, more: &[&str]| {
        let [feed, out] = [format!("{city}/{day}.jsonl"), format!("{city}/{day}.csv")];
        let covers = format!("{city}/covers.csv");
        let own = ["settle", "--feed", &feed, "-e", &covers, "-o", &out, "--ledger", &ledger];
        huzhu(&[&own, more].concat())
    };
    let monday = settle("monday", &["--lang", "en"]);
    assert_eq!((monday.code, monday.err.as_str()), (0, ""));
    assert_eq!(
        monday.out.split(&city).next().unwrap(),
        "Records        4\n\
         of them new    4\n\
         of them known  0\n\
         \n\
         Paid                      1\n\
         Pended                    1\n\
         Due in all (yuan)  2,900.00\n\
         Booked now (yuan)  2,900.00\n\
         \n\
         Set aside\n  \
           1  other-care  this kind of care is not decided\n  \
           1  no-cover  there is no cover on the day\n\
         \n"
    );
    assert_eq!(settle("monday", &["--lang", "en"]).code, 2, "the results are there");
    let again = settle("monday", &["--lang", "zh", "--force"]);
    assert!(again.out.contains("本次入账（元）      0.00\n"), "{}", again.out);
    let tuesday = settle("tuesday", &["--format", "json"]);
    assert_eq!(tuesday.code, 1, "one record is broken");
    let json: serde_json::Value = serde_json::from_str(&tuesday.out).unwrap();
    assert_eq!((&json["known"], &json["booked"], &json["changed"]), (&1.into(), &"750.00".into(), &1.into()), "{json}");

    let asked = |arguments: &[&str]| huzhu(&[&["ledger", "--ledger", &ledger, "--lang", "en"], arguments].concat());
    let checked = asked(&["check"]);
    assert_eq!(checked.code, 0);
    assert!(checked.out.ends_with("is in order: decisions 5, entries 4\n"), "{}", checked.out);
    assert_eq!(
        asked(&["balance"]).out,
        "expense:henan-accident:hospital-allowance     650.00\n\
         expense:henan-accident:hospital-medical     3,000.00\n\
         payable:MADE-UP-M1                         -2,700.00\n\
         payable:MADE-UP-M2                           -950.00\n\
         in all                                          0.00\n"
    );
    let statement = asked(&["statement", "MADE-UP-M1"]).out;
    assert!(statement.contains("(takes back 1)") && statement.ends_with("  2,700.00\n"), "{statement}");
    damage(&office.file("city/ledger.db"));
    let checked = asked(&["check"]);
    assert_eq!(checked.code, 1, "{}", checked.out);
    fs::write(office.file("city/ledger.db"), "no ledger\n".repeat(100)).unwrap();
    let refused = asked(&["check"]);
    assert!(refused.code == 2 && refused.err.contains("is no ledger"), "{}", refused.err);
}

/// Damages a ledger as an editor of files would.
#[cfg(feature = "cli")]
fn damage(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    let place = bytes.windows(4).rposition(|window| window == b"paid").unwrap();
    bytes[place..place + 4].copy_from_slice(b"PAID");
    fs::write(path, bytes).unwrap();
}

/// However records come, what is due in the end is the same, every entry sums to zero, and what comes twice is no row.
fn check_order_files_and_repetition(cases: u32) {
    let drawn = history().prop_flat_map(|records| {
        let count = records.len();
        (Just(records.clone()), Just(records).prop_shuffle(), 0..=count)
    });
    let mut runner = TestRunner::new(ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() });
    let ran = runner.run(&drawn, |(records, order, cut)| {
        let mut at_once = Office::new();
        at_once.feed(&records);
        let mut in_parts = Office::new();
        let (one, other) = order.split_at(cut);
        for part in [one, other, one] {
            in_parts.feed(part);
        }
        let that_hold = |office: &Office| -> BTreeMap<String, i64> {
            office.balances().into_iter().filter(|(_, fen)| *fen != 0).collect()
        };
        prop_assert_eq!(that_hold(&at_once), that_hold(&in_parts));
        prop_assert_eq!(in_parts.ledger.check().unwrap(), []);
        prop_assert_eq!(in_parts.balances().values().sum::<i64>(), 0);
        let rows = in_parts.ledger.rows().unwrap();
        in_parts.feed(&order);
        prop_assert_eq!(in_parts.ledger.rows().unwrap(), rows);
        Ok(())
    });
    ran.unwrap();
}

#[test]
fn order_files_and_repetition_do_not_change_the_end() {
    check_order_files_and_repetition(4);
}

#[test]
#[ignore = "it takes long: minutes"]
fn order_files_and_repetition_do_not_change_the_end_at_length() {
    check_order_files_and_repetition(300);
}

/// A program that is killed at any moment has booked all or nothing, and run again it ends as if nothing had been.
#[cfg(feature = "cli")]
fn check_kills(kills: u32) {
    let office = Office::new();
    let record = |number: u32| {
        let day = format!("2025-{:02}-{:02}", number % 12 + 1, number % 27 + 1);
        stay(&format!("S{number}"), &format!("M{}", number % 2 + 1), &day, &day, "200.00", "150.00")
    };
    let records: Vec<String> = (0..400).map(record).collect();
    fs::write(office.file("feed.jsonl"), records.join("\n")).unwrap();
    let path = office.file("ledger.db");
    let program = || {
        let mut program = crate::cli::program();
        let [feed, covers, out] = ["feed.jsonl", "covers.csv", "out.csv"].map(|name| office.file(name));
        program.args(["settle", "--force", "--feed"]).arg(feed).arg("-e").arg(covers).arg("-o").arg(out);
        program.arg("--ledger").arg(format!("sqlite:{}", path.display()));
        program.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
        program
    };
    let start = std::time::Instant::now();
    assert!(program().status().unwrap().success());
    let (whole, rows) = (start.elapsed(), Ledger::open_existing(&path).unwrap().rows().unwrap());
    for kill in 1..=kills {
        fs::remove_file(&path).unwrap();
        let mut running = program().spawn().unwrap();
        std::thread::sleep(whole * kill / (kills + 1));
        let _may_have_ended = running.kill();
        running.wait().unwrap();
        if path.exists() && fs::metadata(&path).unwrap().len() > 0 {
            let ledger = Ledger::open(&path).unwrap();
            assert_eq!(ledger.check().unwrap(), []);
            let booked = ledger.rows().unwrap();
            assert!(booked == rows || booked.iter().all(|(_, count)| *count == 0), "{booked:?}");
        }
        assert!(program().status().unwrap().success());
        assert_eq!(Ledger::open_existing(&path).unwrap().rows().unwrap(), rows);
    }
}

#[cfg(feature = "cli")]
#[test]
fn a_program_that_is_killed_has_booked_all_or_nothing() {
    check_kills(2);
}

#[cfg(feature = "cli")]
#[test]
#[ignore = "it takes long: a minute"]
fn a_program_that_is_killed_at_many_moments_has_booked_all_or_nothing() {
    check_kills(40);
}
