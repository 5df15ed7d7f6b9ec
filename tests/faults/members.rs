//! Members: one person under one id, covers that overlap, bills that come twice.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value as Json, json};

use super::program::{Ran, batched, huzhu};

/// A folder of its own for one test, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Folder {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("huzhu-members-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).to_string_lossy().into_owned()
    }

    fn write(&self, name: &str, text: &str) -> String {
        std::fs::write(self.path(name), text).unwrap();
        self.path(name)
    }

    fn read(&self, name: &str) -> Vec<String> {
        std::fs::read_to_string(self.path(name)).unwrap().lines().map(str::to_owned).collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).unwrap();
    }
}

/// What became of a batch: the rows of its payouts without the header, in order; the rejected rows; the summary.
struct Batch {
    payouts: Vec<String>,
    rejects: Vec<String>,
    summary: Json,
}

fn batch(claims: &str, enrollments: &str, options: &[&str]) -> Batch {
    let folder = Folder::new();
    let (claims, enrollments) = (folder.write("claims.csv", claims), folder.write("enrollments.csv", enrollments));
    let (out, rejects) = (folder.path("payouts.csv"), folder.path("rejects.csv"));
    let files = ["batch", "--claims", &claims, "--enrollments", &enrollments, "--out", &out, "--rejects", &rejects];
    let ran = huzhu(&[&files, options, &["--format", "json"]].concat());
    let mut payouts = folder.read("payouts.csv").split_off(1);
    payouts.sort();
    let rejects = folder.read("rejects.csv").split_off(1);
    Batch { payouts, rejects, summary: serde_json::from_str(&ran.out).unwrap() }
}

/// The result of a case given as JSON.
fn case(case: &Json) -> Json {
    let Ran { code, out, err } = run_case(case, &[]);
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    serde_json::from_str(&out).unwrap()
}

fn run_case(case: &Json, options: &[&str]) -> Ran {
    let folder = Folder::new();
    let path = folder.write("case.json", &case.to_string());
    huzhu(&[&["adjudicate", &path, "--format", "json"], options].concat())
}

fn observation<'s>(summary: &'s Json, code: &str) -> &'s Json {
    let all = summary["observations"].as_array().unwrap();
    all.iter().find(|seen| seen["code"] == code).unwrap_or_else(|| panic!("no {code} in {summary}"))
}

#[test]
fn an_id_that_a_spreadsheet_has_rewritten_is_said_with_its_rows() {
    let (_, summary) = batched("12-excel-mangled-member/c.csv", "12-excel-mangled-member/e.csv", &[]);
    let seen = observation(&summary, "spreadsheet-id");
    assert_eq!(
        (&seen["input"], &seen["column"], &seen["rows"], &seen["first_row"]),
        (&"enrollments".into(), &"member_id".into(), &2.into(), &1.into())
    );
    let text = seen["text"].as_str().unwrap();
    assert!(text.starts_with("`3.10101E+17` looks like a long number"), "{text}");
}

#[test]
fn two_people_under_one_id_are_not_decided_as_one() {
    let (rows, summary) = batched("12-excel-mangled-member/c.csv", "12-excel-mangled-member/e.csv", &[]);
    assert_eq!(
        rows[1..],
        [
            "d1,e1,henan-accident,1,pended,0.00,member-contradicts,\"member-contradicts(e1, e2)\",,0.00",
            "d2,e2,henan-accident,1,pended,0.00,member-contradicts,\"member-contradicts(e1, e2)\",,0.00",
        ]
    );
    let seen = observation(&summary, "member-contradicts");
    assert_eq!(
        (&seen["input"], &seen["column"], &seen["rows"], &seen["first_row"]),
        (&"enrollments".into(), &"birth_date".into(), &2.into(), &1.into())
    );
    assert_eq!(
        seen["text"],
        "`3.10101E+17` cannot be one person: the enrollments give more than one date of birth (`birth_date`): \
         `1990-05-05` (row 1), `1972-11-30` (row 2)"
    );
}

const ENROLLED: &str = "enrollment_id,member_id,plan,shares,coverage_start,coverage_end,birth_date";

#[test]
fn every_plan_of_such_a_member_waits_and_no_other_member_does() {
    let claims = "claim_id,enrollment_id,event_date,cause,personal_burden,hospital_days,in_pool_burden,admitted\n\
                  a,e1,2025-02-01,accident,100.00,2,,\n\
                  b,e2,2025-08-01,illness,,3,100.00,2025-08-01\n\
                  c,e3,2025-02-01,accident,100.00,2,,\n";
    let enrollments = format!(
        "{ENROLLED}\n\
         e1,m1,henan-accident,1,2025-01-01,2025-12-31,1990-05-05\n\
         e2,m1,guangdong-second-medical,1,2025-07-01,2026-06-30,1990-05-06\n\
         e3,m2,henan-accident,1,2025-01-01,2025-12-31,1990-05-05\n"
    );
    let rows = batch(claims, &enrollments, &[]).payouts;
    let decisions: Vec<(&str, &str)> =
        rows.iter().map(|row| (row.split(',').next().unwrap(), row.split(',').nth(4).unwrap())).collect();
    assert_eq!(decisions, [("a", "pended"), ("b", "pended"), ("c", "paid")]);
}

#[test]
fn a_spelling_of_one_identity_number_is_no_second_one() {
    let enrollments = format!("{ENROLLED}\ne1,m1,henan-accident,1,2025-01-01,2025-12-31,1990-05-05\n");
    let claims = |other: &str| {
        format!(
            "claim_id,enrollment_id,event_date,cause,personal_burden,hospital_days,certno\n\
             a,e1,2025-02-01,accident,100.00,2,41010119900505123x\n\
             b,e1,2025-03-01,accident,200.00,2,{other}\n"
        )
    };
    let paid = batch(&claims("41010119900505123X"), &enrollments, &[]);
    assert_eq!(paid.summary["decisions"]["paid"], 2, "{:?}", paid.payouts);
    let held = batch(&claims("410101199005051248"), &enrollments, &[]);
    assert_eq!(
        held.payouts,
        [
            "a,e1,henan-accident,1,pended,0.00,member-contradicts,\"member-contradicts(a, b)\",,0.00",
            "b,e1,henan-accident,1,pended,0.00,member-contradicts,\"member-contradicts(a, b)\",,0.00",
        ]
    );
    let seen = observation(&held.summary, "member-contradicts");
    assert_eq!((&seen["input"], &seen["column"]), (&"claims".into(), &"certno".into()));
}

fn zhao() -> Json {
    json!({
        "enrollment": {
            "id": "E1", "plan": "henan-accident", "member": "M1", "shares": 2,
            "coverage_start": "2025-01-01", "coverage_end": "2025-12-31", "birth_date": "1990-05-05",
        },
        "claim": {
            "id": "C2", "event_date": "2025-03-10", "cause": "accident", "personal_burden": "2019.87", "hospital_days": 51,
        },
    })
}

#[test]
fn a_case_whose_history_is_of_another_person_waits() {
    let mut two = zhao();
    two["history"] = json!([{
        "id": "C1", "event_date": "2025-02-10", "cause": "accident", "personal_burden": "10.00", "hospital_days": 1,
        "enrollment": { "birth_date": "1990-05-06" },
    }]);
    let held = case(&two);
    assert_eq!((&held["decision"], &held["payable"]), (&"pended".into(), &"0.00".into()));
    assert_eq!(held["reasons"][0]["code"], "member-contradicts");
    let text = held["reasons"][0]["text"].as_str().unwrap();
    assert!(text.contains("`1990-05-05`") && text.contains("`1990-05-06`"), "{text}");
    two["history"][0]["enrollment"]["birth_date"] = "1990-05-05".into();
    assert_eq!(case(&two)["decision"], "paid");
}

#[test]
fn two_identity_numbers_in_a_history_hold_the_claim_and_it_has_no_certificate() {
    let mut two = zhao();
    two["claim"]["settlement"] = json!({ "certno": "410101199005051248" });
    two["history"] = json!([
        {
            "id": "C1", "event_date": "2025-02-10", "cause": "accident", "personal_burden": "10.00", "hospital_days": 1,
            "settlement": { "certno": "410101199005051230" },
        },
        { "id": "R1", "reverses": "C1" },
    ]);
    let held = case(&two);
    assert_eq!((&held["decision"], &held["notices"][0]["about"]), (&"pended".into(), &json!(["C1", "C2"])));
    let folder = Folder::new();
    let file = folder.path("certificate.json");
    let ran = run_case(&two, &["--certificate", &file]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("pended for what is known around it and has no certificate"), "{}", ran.err);
    assert!(!std::path::Path::new(&file).exists());
}

#[test]
fn a_held_claim_has_no_certificate_in_a_batch_and_its_record_is_told_apart() {
    let folder = Folder::new();
    let enrollments = folder.write(
        "e.csv",
        &format!(
            "{ENROLLED}\n\
             e1,m1,henan-accident,1,2025-01-01,2025-12-31,1990-05-05\n\
             e2,m1,henan-accident,1,2026-01-01,2026-12-31,1991-05-05\n\
             e3,m2,henan-accident,1,2025-01-01,2025-12-31,1990-05-05\n"
        ),
    );
    let claims = folder.write(
        "c.csv",
        "claim_id,enrollment_id,event_date,cause,personal_burden,hospital_days,reverses\n\
         a,e1,2025-02-01,accident,100.00,2,\n\
         r,e1,2025-02-01,accident,,,a\n\
         c,e3,2025-02-01,accident,100.00,2,\n",
    );
    let (out, certificates) = (folder.path("payouts.csv"), folder.path("certificates.jsonl"));
    let files = ["--claims", &claims, "--enrollments", &enrollments, "--out"];
    let ran = huzhu(&[&["batch"], &files[..], &[&out, "--certificates", &certificates, "--format", "json"]].concat());
    let summary: Json = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((ran.code, &summary["certificates"]["count"]), (0, &1.into()), "{}", ran.err);
    assert_eq!((&summary["decisions"]["pended"], &summary["decisions"]["paid"]), (&2.into(), &1.into()));
    let recorded = folder.write("r.csv", "claim_id,payable\na,200.00\nc,200.00\n");
    let differences = folder.path("differences.csv");
    let ran = huzhu(&[&["audit"], &files[..], &[&differences, "--recorded", &recorded]].concat());
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert_eq!(folder.read("differences.csv")[1..], ["a,200.00,0.00,200.00,claim-pended"]);
}

#[test]
fn ids_that_only_look_different_stay_apart_and_are_said_once() {
    let claims = "claim_id,enrollment_id,event_date,cause,personal_burden,hospital_days\n\
                  a,e1,2025-02-01,accident,100.00,2\n\
                  b,e2,2025-02-01,accident,100.00,2\n\
                  c,E1,2025-02-01,accident,100.00,2\n";
    let enrollments = format!(
        "{ENROLLED}\n\
         e1,M1,henan-accident,1,2025-01-01,2025-12-31,1990-05-05\n\
         e2,ｍ1,henan-accident,1,2025-01-01,2025-12-31,1972-05-05\n\
         e3,m2,henan-accident,1,2025-01-01,2025-12-31,1972-05-05\n"
    );
    let Batch { rejects, summary, .. } = batch(claims, &enrollments, &[]);
    assert_eq!(summary["decisions"]["paid"], 2);
    let seen = observation(&summary, "alike-ids");
    assert_eq!(
        (&seen["input"], &seen["column"], &seen["rows"], &seen["first_row"]),
        (&"enrollments".into(), &"member_id".into(), &2.into(), &1.into())
    );
    assert_eq!(seen["text"], "`M1` and `ｍ1` differ only in case, width or blanks; they are kept apart");
    assert_eq!(rejects.len(), 1);
    assert!(rejects[0].contains("`e1` differs from it only in case, width or blanks"), "{rejects:?}");
}
