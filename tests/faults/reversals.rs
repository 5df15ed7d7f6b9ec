//! What a reversal takes back.

use std::fs::{self, File};
use std::path::PathBuf;
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, StringArray};
use arrow_cast::display::array_value_to_string;
use huzhu::batch::{self, Alone};
use huzhu::{Case, Catalog, Claim, Decision, Enrollment, Language, WorkedCases, history};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::Value as Json;

use super::program::{batched, huzhu, input};

const CLAIMS: &str = "06-reversal-amount/c.csv";
const ENROLLMENTS: &str = "06-reversal-amount/e.csv";

/// A folder of its own.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let folder = std::env::temp_dir().join(format!("huzhu-reversals-{}-{name}", std::process::id()));
        let _gone = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        Folder(folder)
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).to_string_lossy().into_owned()
    }

    fn write(&self, name: &str, text: &str) -> String {
        fs::write(self.0.join(name), text).unwrap();
        self.path(name)
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.0.join(name)).unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _gone = fs::remove_dir_all(&self.0);
    }
}

// ── batch ─────────────────────────────────────────────────────────────────

#[test]
fn the_sum_of_a_file_is_what_is_due_in_all_and_the_recovery_stands_in_its_own_columns() {
    let (rows, summary) = batched(CLAIMS, ENROLLMENTS, &[]);
    let expected = [
        "claim_id,enrollment_id,plan,plan_version,decision,payable,reasons,notices,reverses,to_recover",
        "a,e3,henan-accident,1,paid,15100.00,,,,0.00",
        "b,e3,henan-accident,1,paid,20100.00,,,,0.00",
        "r,e3,henan-accident,1,reversed,-15100.00,reversal,,a,15100.00",
    ];
    assert_eq!(rows, expected);
    let decisions = &summary["decisions"];
    assert_eq!(
        (&decisions["paid"], &decisions["nothing-due"], &decisions["reversed"]),
        (&2.into(), &0.into(), &1.into())
    );
    assert_eq!(
        [&summary["payable"], &summary["paid"], &summary["to_recover"]],
        ["20100.00", "35200.00", "15100.00"].map(Json::from).each_ref()
    );
}

#[test]
fn the_summary_names_what_is_to_be_recovered_where_something_is() {
    let folder = Folder::new("summary");
    let (claims, enrollments, out) = (input(CLAIMS), input(ENROLLMENTS), folder.path("out.csv"));
    let files = ["batch", "--claims", &claims, "--enrollments", &enrollments, "--out", &out];
    let page = huzhu(&files).out;
    let named = "    reversed                    1\n\
                 payable, in yuan        20,100.00\n  paid                  35,200.00\n  less to be recovered  15,100.00\n";
    assert!(page.contains(named), "{page}");
    let without: String = fs::read_to_string(&claims)
        .unwrap()
        .lines()
        .filter(|line| !line.starts_with("r,"))
        .collect::<Vec<_>>()
        .join("\n");
    let claims = folder.write("c.csv", &without);
    let page = huzhu(&["batch", "--claims", &claims, "--enrollments", &enrollments, "--out", &out, "--force"]).out;
    assert!(page.contains("payable, in yuan  20,200.00\n\n") && !page.contains("to be recovered"), "{page}");
}

#[test]
fn every_format_of_payouts_and_lines_says_the_same() {
    let folder = Folder::new("formats");
    let (claims, enrollments) = (input(CLAIMS), input(ENROLLMENTS));
    for ending in ["csv", "jsonl", "parquet"] {
        let (out, lines) = (folder.path(&format!("out.{ending}")), folder.path(&format!("lines.{ending}")));
        let ran = huzhu(&["batch", "-c", &claims, "-e", &enrollments, "-o", &out, "--lines", &lines, "--force"]);
        assert_eq!(ran.code, 0, "{ran:?}");
    }
    let of = "e3,m3,henan-accident";
    let lines = format!(
        "claim_id,benefit,gross,paid,enrollment_id,member_id,plan\n\
         a,hospital-medical,15000.00,15000.00,{of}\na,hospital-allowance,100.00,100.00,{of}\n\
         b,hospital-medical,20000.00,20000.00,{of}\nb,hospital-allowance,100.00,100.00,{of}\n\
         r,hospital-medical,-15000.00,-15000.00,{of}\nr,hospital-allowance,-100.00,-100.00,{of}\n"
    );
    assert_eq!(folder.read("lines.csv"), lines);
    let reversal = ["r", "e3", "henan-accident", "1", "reversed", "-15100.00", "reversal", "", "a", "15100.00"];
    let json = folder.read("out.jsonl");
    let json: Json = serde_json::from_str(json.lines().last().unwrap()).unwrap();
    let names = [
        "claim_id",
        "enrollment_id",
        "plan",
        "plan_version",
        "decision",
        "payable",
        "reasons",
        "notices",
        "reverses",
        "to_recover",
    ];
    assert_eq!(names.map(|name| json[name].as_str().unwrap()), reversal);
    let read = |name: &str| -> RecordBatch {
        let file = File::open(folder.path(name)).unwrap();
        ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap().next().unwrap().unwrap()
    };
    let payouts = read("out.parquet");
    let row: Vec<String> = payouts.columns().iter().map(|column| array_value_to_string(column, 2).unwrap()).collect();
    assert_eq!(row[..reversal.len()], reversal);
    let paid = |row| array_value_to_string(read("lines.parquet").column_by_name("paid").unwrap(), row).unwrap();
    assert_eq!([4, 5].map(paid), ["-15000.00", "-100.00"]);
}

fn table(columns: &[(&str, &[&str])]) -> RecordBatch {
    let column = |values: &[&str]| -> ArrayRef {
        Arc::new(values.iter().map(|value| Some(*value).filter(|value| !value.is_empty())).collect::<StringArray>())
    };
    RecordBatch::try_from_iter(columns.iter().map(|(name, values)| (*name, column(values)))).unwrap()
}

/// Spreadsheets repeat the whole row: a reversal that has all the facts of its claim is a reversal all the same.
#[test]
fn a_reversal_that_repeats_the_facts_of_its_claim_is_not_paid() {
    let catalog = Catalog::load("rules".as_ref()).unwrap();
    let claims = table(&[
        ("claim_id", &["a", "r"]),
        ("enrollment_id", &["e3", "e3"]),
        ("reverses", &["", "a"]),
        ("event_date", &["2025-01-05", "2025-01-05"]),
        ("cause", &["accident", "accident"]),
        ("personal_burden", &["15000.00", "15000.00"]),
        ("hospital_days", &["1", "1"]),
    ]);
    let enrollments = table(&[
        ("enrollment_id", &["e3"]),
        ("member_id", &["m3"]),
        ("plan", &["henan-accident"]),
        ("shares", &["2"]),
        ("coverage_start", &["2025-01-01"]),
        ("coverage_end", &["2025-12-31"]),
        ("birth_date", &["1990-05-05"]),
    ]);
    let decided = batch::decide(&catalog, &claims, &enrollments).unwrap();
    let payable = |row| array_value_to_string(decided.payouts.column_by_name("payable").unwrap(), row).unwrap();
    assert_eq!([0, 1].map(payable), ["15100.00", "-15100.00"]);
    let alone = Alone::of(&catalog, &claims, &enrollments).unwrap();
    assert_eq!(alone.decide(), [Some((Decision::Paid, 1_510_000)), None], "alone there is nothing to take back");
}

/// A row that takes back the claim of another enrollment contradicts it: it is rejected, and what is paid stays.
#[test]
fn a_reversal_under_another_enrollment_than_its_claim_is_rejected_with_the_right_one() {
    let folder = Folder::new("another-enrollment");
    let claims = "claim_id,enrollment_id,reverses,event_date,cause,personal_burden,hospital_days\n\
                  a,e1,,2025-01-05,accident,15000.00,1\n\
                  r,e2,a,,,,\n";
    let enrollments = "enrollment_id,member_id,plan,shares,coverage_start,coverage_end,birth_date\n\
                       e1,m3,henan-accident,2,2025-01-01,2025-12-31,1990-05-05\n\
                       e2,m3,henan-accident,2,2026-01-01,2026-12-31,1990-05-05\n";
    let (claims, enrollments) = (folder.write("c.csv", claims), folder.write("e.csv", enrollments));
    let out = folder.path("payouts.csv");
    let ran = huzhu(&["batch", "--claims", &claims, "--enrollments", &enrollments, "--out", &out]);
    assert_eq!(ran.code, 1, "{ran:?}");
    let payouts = folder.read("payouts.csv");
    assert!(payouts.lines().nth(1).unwrap().starts_with("a,e1,henan-accident,1,paid,15100.00,"), "{payouts}");
    assert_eq!(payouts.lines().count(), 2);
    let rejects = folder.read("payouts.rejects.csv");
    let reason = "the claim that it reverses is under another enrollment, `e1`";
    assert!(rejects.contains(reason), "{rejects}");
    let under = |id: &str| Enrollment::new(id, "henan-accident", "m3");
    let pairs = [(under("e1"), Claim::new("a")), (under("e2"), Claim::reversal("r", "a"))];
    let error = history::decide(&Catalog::load("rules".as_ref()).unwrap(), &pairs).unwrap_err();
    assert_eq!((error.is_history(), error.to_string()), (true, format!("`r` reverses `a`: {reason}")));
}

// ── one claim ─────────────────────────────────────────────────────────────

/// A reversal of one of several claims; its own file need say no more than which.
const CASE: &str = r#"{
    "enrollment": {"id": "e3", "plan": "henan-accident", "member": "m3", "shares": 2, "coverage_start": "2025-01-01", "coverage_end": "2025-12-31", "birth_date": "1990-05-05"},
    "history": [
        {"id": "a", "event_date": "2025-01-05", "cause": "accident", "personal_burden": "15000.00", "hospital_days": 1},
        {"id": "b", "event_date": "2025-02-05", "cause": "accident", "personal_burden": "20000.00", "hospital_days": 1}
    ],
    "claim": {"id": "r", "reverses": "a"}
}"#;

#[test]
fn a_case_says_what_is_taken_back_as_json_and_on_the_page() {
    let folder = Folder::new("case");
    let case = folder.write("case.json", CASE);
    let json: Json = serde_json::from_str(&huzhu(&["adjudicate", &case, "--format", "json"]).out).unwrap();
    assert_eq!((&json["decision"], &json["payable"]), (&"reversed".into(), &"-15100.00".into()));
    let benefits: Vec<[&str; 3]> = json["benefits"]
        .as_array()
        .unwrap()
        .iter()
        .map(|benefit| ["id", "gross", "paid"].map(|name| benefit[name].as_str().unwrap()))
        .collect();
    let expected = [["hospital-medical", "-15000.00", "-15000.00"], ["hospital-allowance", "-100.00", "-100.00"]];
    assert_eq!(benefits, expected);
    assert!(json["benefits"].as_array().unwrap().iter().all(|benefit| benefit["steps"] == Json::Array(Vec::new())));
    let reasons = json["reasons"].as_array().unwrap();
    assert_eq!(reasons.len(), 1);
    assert_eq!(reasons[0]["code"], "reversal");
    assert_eq!(reasons[0]["text"], "reverses the claim `a`; 15100.00 yuan are to be recovered");
    assert_eq!(json["next_yuan"], Json::Null, "no fact changes what is taken back");
    let page = huzhu(&["adjudicate", &case]).out;
    for said in ["  Reversed ", " to be recovered 15,100.00 yuan\n", " -15,000.00\n", "  Payable in all, yuan "] {
        assert!(page.contains(said), "{said}: {page}");
    }
}

#[test]
fn a_reversal_of_what_was_paid_nothing_recovers_nothing() {
    let catalog = Catalog::load("rules".as_ref()).unwrap();
    let nothing = CASE.replacen("\"15000.00\", \"hospital_days\": 1", "\"0.00\"", 1);
    let (decided, _) = Case::read("case.json", nothing.as_bytes(), &catalog).unwrap().decide(&catalog).unwrap();
    let explained = decided.explain(Language::Zh);
    assert_eq!((decided.decision(), explained.payable.as_str()), (Decision::Reversed, "0.00"));
    assert_eq!(explained.reasons[0].text, "冲销理赔申请 `a`，应追回 0.00 元");
    assert!(explained.benefits.is_empty());
}

// ── worked cases ──────────────────────────────────────────────────────────

/// A table of the Henan plan with these rows.
fn worked(rows: &str) -> String {
    format!(
        r#"plan = "henan-accident"

[defaults.enrollment]
shares = 2
birth_date = 1990-05-05
coverage_start = 2025-01-01
coverage_end = 2025-12-31

[defaults.claim]
cause = "accident"
hospital_days = 1

[[table]]
rule = {{ zh = "冲销", en = "a reversal" }}
why = {{ zh = "冲回所付", en = "what was paid is taken back" }}
columns = ["id", "after", "reverses", "event_date", "personal_burden", "decision", "paid:hospital-medical", "payable"]
rows = [{rows}]
"#
    )
}

#[test]
fn a_worked_case_may_be_a_reversal() {
    let catalog = Catalog::load("rules".as_ref()).unwrap();
    let read = |rows: &str| WorkedCases::read("henan-accident.cases.toml", worked(rows).as_bytes(), &catalog);
    let paid = r#"["a", "", "", 2025-01-05, "15000.00", "paid", "15000.00", "15100.00"],"#;
    let right = [
        r#"["r", "a", "a", "", "", "reversed", "-15000.00", "-15100.00"],"#,
        r#"["b", "r", "", 2025-02-05, "20000.00", "paid", "20000.00", "20100.00"],"#,
    ]
    .concat();
    let report = read(&format!("{paid}{right}")).unwrap().run(&catalog);
    assert_eq!((report.cases.len(), report.failures.to_string().as_str()), (3, ""));
    let wrong = r#"["r", "a", "a", "", "", "reversed", "-15000.00", "15100.00"],"#;
    let failures = read(&format!("{paid}{wrong}")).unwrap().run(&catalog).failures.to_string();
    assert!(failures.contains("`r`: expected `payable` 15100.00, got -15100.00"), "{failures}");
    for (rows, says) in [
        (r#"["r", "", "a", "", "", "reversed", "", ""],"#, "this row comes `after` no row with the id `a`"),
        (
            r#"["r", "a", "a", "", "", "reversed", "", ""], ["s", "r", "r", "", "", "reversed", "", ""],"#,
            "`r` is a reversal itself",
        ),
        (
            r#"["r", "a", "a", "", "", "reversed", "", ""], ["s", "r", "a", "", "", "reversed", "", ""],"#,
            "the claim `a` is reversed already",
        ),
    ] {
        let refused = read(&format!("{paid}{rows}")).unwrap_err().to_string();
        assert!(refused.contains(says) && refused.contains("unknown-claim"), "{refused}");
    }
}

// ── audit ─────────────────────────────────────────────────────────────────

/// The rows of the differences, and how the audit ended.
fn audited(folder: &Folder, recorded: &str) -> (Vec<String>, i32) {
    let recorded = folder.write("recorded.csv", recorded);
    let (claims, enrollments, out) = (input(CLAIMS), input(ENROLLMENTS), folder.path("differences.csv"));
    let ran = huzhu(&["audit", "-c", &claims, "-e", &enrollments, "-r", &recorded, "-o", &out, "--force"]);
    let rows = folder.read("differences.csv");
    let without_details = |row: &str| row.rsplit_once(',').unwrap().0.to_owned();
    (rows.lines().skip(1).map(without_details).collect(), ran.code)
}

#[test]
fn a_ledger_that_takes_back_what_was_paid_is_right() {
    let folder = Folder::new("right");
    let recorded = fs::read_to_string(input("06-reversal-amount/recorded.csv")).unwrap();
    assert_eq!(audited(&folder, &recorded), (Vec::new(), 0));
    let in_other_hands = recorded.replace("-15100.00", "\"(15,100.00)\"");
    assert_eq!(audited(&folder, &in_other_hands), (Vec::new(), 0));
}

#[test]
fn a_reversal_recorded_otherwise_is_a_difference_that_says_why() {
    let folder = Folder::new("wrong");
    let cases: [(&str, &str, &[&str]); 9] = [
        ("15100.00", "0.00", &["r,0.00,-15100.00,15100.00,reversal"]),
        ("15100.00", "", &["r,,-15100.00,15100.00,not-recorded;reversal"]),
        ("15100.00", "15100.00", &["r,15100.00,-15100.00,30200.00,sign-reversed"]),
        ("15100.00", "-1510.00", &["r,-1510.00,-15100.00,13590.00,point-moved"]),
        ("15100.00", "-51100.00", &["r,-51100.00,-15100.00,-36000.00,digits-swapped"]),
        ("15100.00", "-15000.00", &["r,-15000.00,-15100.00,100.00,benefit-left-out"]),
        ("15100.00", "-12345.67", &["r,-12345.67,-15100.00,2754.33,unexplained"]),
        ("19000.00", "-15100.00", &["a,19000.00,15100.00,3900.00,unexplained"]),
        (
            "19000.00",
            "-19000.00",
            &["a,19000.00,15100.00,3900.00,unexplained", "r,-19000.00,-15100.00,-3900.00,reversal-as-recorded"],
        ),
    ];
    for (paid, back, expected) in cases {
        let back = if back.is_empty() { String::new() } else { format!("r,{back}\n") };
        let recorded = format!("claim_id,payable\na,{paid}\n{back}b,20100.00\n");
        let (found, code) = audited(&folder, &recorded);
        assert_eq!(
            (found.as_slice(), code),
            (expected.iter().map(ToString::to_string).collect::<Vec<_>>().as_slice(), 1)
        );
    }
}
