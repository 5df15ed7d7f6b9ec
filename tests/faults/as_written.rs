//! Numbers and dates as people write them: read the same in every way in where they can mean one thing only, said, and refused on request.

use std::path::Path;
use std::sync::Arc;

use arrow_array::types::Int32Type;
use arrow_array::{ArrayRef, DictionaryArray, RecordBatch, StringArray};
use huzhu::{Case, Catalog, Claim, Enrollment};
use serde_json::{Value as Json, json};

use super::files::{CLAIMS, ENROLLMENTS, Folder, lines, plain_payouts};
use super::program::{batched, huzhu, input};

/// Ways to write a date, an amount and a number of days.
const DATES: [&str; 9] = [
    "2025/1/10",
    "2025-1-10",
    "2025.01.10",
    "20250110",
    "2025年1月10日",
    "2025年01月10号",
    "2025-01-10 00:00:00",
    "２０２５-01-10",
    "2025/01/10 0:00",
];
const AMOUNTS: [&str; 9] = [
    "2,019.87",
    "¥2019.87",
    "￥2,019.87",
    "2019.87元",
    "２０１９．８７",
    " 2019.87",
    "2019.870000000000000000",
    "201987分",
    "+2019.87",
];
const DAYS: [&str; 3] = ["51天", "51.0", "５１"];

/// The fact, and how it may be written.
fn ways() -> Vec<(&'static str, &'static str, &'static str)> {
    let of = |fact, plain, ways: &[&'static str]| ways.iter().map(|way| (fact, plain, *way)).collect::<Vec<_>>();
    [
        of("event_date", "2025-01-10", &DATES),
        of("personal_burden", "2019.87", &AMOUNTS),
        of("hospital_days", "51", &DAYS),
    ]
    .concat()
}

fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}

fn case(fact: &str, value: &Json) -> String {
    let mut case = json!({
        "enrollment": {"id": "E1", "plan": "henan-accident", "member": "M1", "shares": 2, "coverage_start": "2025-01-01",
            "coverage_end": "2025-12-31", "birth_date": "1990-05-05"},
        "claim": {"id": "C1", "event_date": "2025-01-10", "cause": "accident", "personal_burden": "2019.87", "hospital_days": 51},
    });
    case["claim"][fact] = value.clone();
    case.to_string()
}

#[test]
fn what_means_one_thing_only_is_read_in_every_way_in() {
    let (folder, expected) = (Folder::new(), plain_payouts());
    let [_, enrollments] = folder.plain();
    let catalog = Catalog::load(Path::new("rules")).unwrap();
    for (fact, plain, way) in ways() {
        let text = lines(&CLAIMS, ",").replace(&format!(",{plain},"), &format!(",{},", quoted(way)));
        let c = folder.file("c.csv", text);
        let (payouts, said) = folder.decided(&c, &enrollments, &[]);
        assert_eq!(payouts, expected, "{way}");
        let seen = said["observations"].as_array().unwrap().iter().find(|seen| seen["code"] == "normalised");
        let seen = seen.unwrap_or_else(|| panic!("{way}: {said}"));
        assert_eq!((&seen["column"], &seen["rows"], &seen["first_row"]), (&fact.into(), &1.into(), &1.into()), "{way}");
        assert_eq!(seen["text"], format!("`{way}` of `{fact}` is read as `{plain}`"));
        // a case file says so beside the decision
        let case = folder.file("case.json", case(fact, &way.into()));
        let ran = folder.huzhu(&["adjudicate", &case, "--format", "json"]);
        let said: Json = serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{way}: {ran:?}"));
        assert_eq!(said["payable"], "7119.87", "{way}");
        assert_eq!(said["notices"][0]["code"], "normalised", "{way}: {said}");
        // the library reads it, too
        let claim = Claim::new("C1").with(fact, way).unwrap();
        assert_eq!(claim, Claim::new("C1").with(fact, plain).unwrap(), "{way}");
    }
    let plain = case("hospital_days", &51.into());
    assert!(Case::read("case.json", plain.as_bytes(), &catalog).is_ok());
}

#[test]
fn what_can_mean_two_things_is_refused_in_every_way_in() {
    let folder = Folder::new();
    let [_, enrollments] = folder.plain();
    for (fact, plain, way) in [
        ("event_date", "2025-01-10", "1/10/2025"),
        ("event_date", "2025-01-10", "10.01.2025"),
        ("event_date", "2025-01-10", "25-1-10"),
        ("event_date", "2025-01-10", "45667"),
        ("event_date", "2025-01-10", "2025-01-10 09:30:00"),
        ("personal_burden", "2019.87", "2,01987"),
        ("personal_burden", "2019.87", "2.019,87"),
        ("personal_burden", "2019.87", "2019,87"),
        ("personal_burden", "2019.87", "0.2万"),
        ("personal_burden", "2019.87", "$2019.87"),
        ("personal_burden", "2019.87", "2019.875"),
        ("hospital_days", "51", "51元"),
        ("hospital_days", "51", "5 1"),
    ] {
        let text = lines(&CLAIMS, ",").replace(&format!(",{plain},"), &format!(",{},", quoted(way)));
        let said = folder.batch(&folder.file("c.csv", text), &enrollments, &[]);
        assert_eq!((&said["claims"]["rejected"], &said["claims"]["decided"]), (&1.into(), &2.into()), "{way}");
        let [(row, column, reason)] = &*folder.rejects() else { panic!("{way}") };
        assert_eq!((row.as_str(), column.as_str()), ("1", fact), "{way}");
        assert!(reason.contains(&format!("`{way}`")), "{way}: {reason}");
        let ran = folder.huzhu(&["adjudicate", &folder.file("case.json", case(fact, &way.into()))]);
        assert_eq!(ran.code, 1, "{way}: {ran:?}");
        assert!(Claim::new("C1").with(fact, way).is_err(), "{way}");
    }
}

#[test]
fn with_strict_only_the_plain_form_is_taken() {
    let folder = Folder::new();
    let [claims, enrollments] = folder.plain();
    for (fact, plain, way) in ways() {
        let text = lines(&CLAIMS, ",").replace(&format!(",{plain},"), &format!(",{},", quoted(way)));
        let said = folder.batch(&folder.file("c.csv", text), &enrollments, &["--strict"]);
        assert_eq!(said["claims"]["rejected"], 1, "{way}");
        let expected = format!("`{way}` of `{fact}` is not in its plain form; write `{plain}`");
        assert_eq!(folder.rejects(), [("1".to_owned(), fact.to_owned(), expected)]);
    }
    assert_eq!(folder.payouts(&claims, &enrollments, &["--strict"]), plain_payouts());
    let text = lines(&ENROLLMENTS, ",").replace("1990-05-05", "1990/5/5");
    let said = folder.batch(&claims, &folder.file("e.csv", text), &["--strict"]);
    assert_eq!(said["enrollments"]["rejected"], 1);
}

#[test]
fn zeros_at_the_end_give_the_same_in_every_format() {
    let paid = |rows: &[String]| rows.iter().any(|row| row.contains(",paid,7119.87,"));
    let parquet = batched("17-trailing-zeros/c.parquet", "17-trailing-zeros/e.csv", &[]).0;
    let csv = batched("17-trailing-zeros/c.csv", "17-trailing-zeros/e.csv", &[]).0;
    assert!(paid(&parquet), "{parquet:?}");
    assert_eq!(csv, parquet);
    let ran = huzhu(&["adjudicate", &input("17-trailing-zeros/c.json"), "--format", "json"]);
    let said: Json = serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{ran:?}"));
    assert_eq!(said["payable"], "7119.87");
    // as a number of JSON, too
    let folder = Folder::new();
    let text = case("personal_burden", &"here".into()).replace("\"here\"", "2019.870000000000000000");
    let ran = huzhu(&["adjudicate", &folder.file("number.json", text), "--format", "json"]);
    let said: Json = serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{ran:?}"));
    assert_eq!(said["payable"], "7119.87");
}

#[test]
fn a_settlement_may_say_the_time_of_day_however_it_is_written() {
    for way in ["2025-01-10 09:30:00", "2025/1/10 9:30", "2025-01-10T09:30:00.5", "20250110"] {
        let claim = Claim::new("C1").with("begndate", way).unwrap();
        assert_eq!(claim, Claim::new("C1").with("begndate", "2025-01-10").unwrap(), "{way}");
    }
    assert!(Enrollment::new("E", "henan-accident", "M").with("birth_date", "1990-05-05 09:30:00").is_err());
}

#[test]
fn a_value_that_repeats_in_a_dictionary_is_counted_by_its_rows() {
    let catalog = Catalog::load(Path::new("rules")).unwrap();
    let texts = |values: &[&str]| -> ArrayRef { Arc::new(StringArray::from(values.to_vec())) };
    let burden: DictionaryArray<Int32Type> = ["2019.87", "2,019.87", "2,019.87", "2019.87"].into_iter().collect();
    let burden: ArrayRef = Arc::new(burden);
    let claims = RecordBatch::try_from_iter([
        ("claim_id", texts(&["c0", "c1", "c2", "c3"])),
        ("enrollment_id", texts(&["e0"; 4])),
        ("event_date", texts(&["2025-01-10"; 4])),
        ("cause", texts(&["accident"; 4])),
        ("hospital_days", texts(&["51"; 4])),
        ("personal_burden", burden),
    ])
    .unwrap();
    let enrollments = RecordBatch::try_from_iter([
        ("enrollment_id", texts(&["e0"])),
        ("member_id", texts(&["m0"])),
        ("plan", texts(&["henan-accident"])),
        ("shares", texts(&["2"])),
        ("coverage_start", texts(&["2025-01-01"])),
        ("coverage_end", texts(&["2025-12-31"])),
        ("birth_date", texts(&["1990-05-05"])),
    ])
    .unwrap();
    let decided = huzhu::batch::decide(&catalog, &claims, &enrollments).unwrap();
    let seen: Vec<_> = decided.observations.iter().map(|seen| (seen.code.name(), seen.rows, seen.first_row)).collect();
    assert_eq!(seen, [("normalised", 2, 2)]);
    assert!(decided.rejects.is_empty());
}
