//! Members: one person under one id, covers that overlap, bills that come twice.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use huzhu::{Accumulators, Catalog, Claim, Enrollment, money};
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
    // without the fingerprint of the pack, which is another with every change of it
    let payouts = folder.read("payouts.csv").split_off(1);
    let mut payouts: Vec<String> = payouts.iter().map(|row| row.rsplitn(3, ',').last().unwrap().to_owned()).collect();
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
            "d1,e1,henan-accident,1,pended,0.00,member-contradicts,\"member-contradicts(e1, e2);overlapping-covers(e2)\",,0.00",
            "d2,e2,henan-accident,1,pended,0.00,member-contradicts,\
             \"member-contradicts(e1, e2);overlapping-covers(e1);shares-elsewhere(e1)\",,0.00",
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
    assert!(!Path::new(&file).exists());
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
    assert_eq!(folder.read("differences.csv")[1..], ["a,200.00,,,claim-pended,"]);
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

// ── covers that overlap ───────────────────────────────────────────────────

const STAYS: &str = "claim_id,enrollment_id,event_date,cause,personal_burden,hospital_days\n";

/// Two covers of Henan that overlap, with so many shares each.
fn two_covers(first: u32, second: u32) -> String {
    format!(
        "{ENROLLED}\n\
         e1,m1,henan-accident,{first},2025-01-01,2025-12-31,1990-05-05\n\
         e2,m1,henan-accident,{second},2025-01-02,2026-01-01,1990-05-05\n"
    )
}

#[test]
fn one_stay_under_two_covers_is_paid_once() {
    let (rows, summary) = batched("15-overlapping-covers/c.csv", "15-overlapping-covers/e.csv", &[]);
    assert_eq!(
        rows[1..],
        [
            "a,e1,henan-accident,1,paid,25100.00,,overlapping-covers(e2),,0.00",
            "b,e2,henan-accident,1,pended,0.00,possible-duplicate,\
             overlapping-covers(e1);shares-elsewhere(e1);possible-duplicate(a),,0.00",
        ]
    );
    let seen = observation(&summary, "overlapping-covers");
    assert_eq!(
        (&seen["input"], &seen["column"], &seen["rows"], &seen["first_row"]),
        (&"enrollments".into(), &"coverage_start".into(), &2.into(), &1.into())
    );
    assert_eq!(seen["text"], "`m1` has covers of `henan-accident` that overlap: `e1`, `e2`");
}

#[test]
fn of_one_bill_under_two_covers_that_under_the_first_cover_is_paid_whatever_the_claims_are_called() {
    let claims = format!("{STAYS}a,e2,2025-02-05,accident,20000.00,51\nb,e1,2025-02-05,accident,20000.00,51\n");
    assert_eq!(
        batch(&claims, &two_covers(2, 2), &[]).payouts,
        [
            "a,e2,henan-accident,1,pended,0.00,possible-duplicate,\
             overlapping-covers(e1);shares-elsewhere(e1);possible-duplicate(b),,0.00",
            "b,e1,henan-accident,1,paid,25100.00,,overlapping-covers(e2),,0.00",
        ]
    );
}

#[test]
fn another_bill_under_the_second_cover_finds_no_share_that_counts() {
    let claims = format!("{STAYS}a,e1,2025-02-05,accident,20000.00,51\nb,e2,2025-03-05,accident,3000.00,10\n");
    assert_eq!(
        batch(&claims, &two_covers(2, 2), &[]).payouts,
        [
            "a,e1,henan-accident,1,paid,25100.00,,overlapping-covers(e2),,0.00",
            "b,e2,henan-accident,1,nothing-due,0.00,no-benefit-applies,overlapping-covers(e1);shares-elsewhere(e1),,0.00",
        ]
    );
    // Where the first cover leaves a share, it counts: 3,000 and 10 days of 50.
    let rows = batch(&claims, &two_covers(1, 2), &[]).payouts;
    assert_eq!(rows[1], "b,e2,henan-accident,1,paid,3500.00,,overlapping-covers(e1);shares-elsewhere(e1),,0.00");
}

/// A share under each of two covers: each has its own limit of a period, on whichever day it starts.
#[test]
fn covers_that_start_on_one_day_have_a_period_each() {
    let claims = format!("{STAYS}a,e1,2025-02-05,accident,20000.00,51\nb,e2,2025-03-05,accident,20000.00,3\n");
    let later = two_covers(1, 1);
    let together = later.replace("2025-01-02,2026-01-01", "2025-01-01,2025-12-31");
    assert_ne!(together, later);
    let rows = batch(&claims, &together, &[]).payouts;
    assert_eq!(rows, batch(&claims, &later, &[]).payouts);
    assert_eq!(
        rows,
        [
            "a,e1,henan-accident,1,paid,12550.00,,overlapping-covers(e2),,0.00",
            "b,e2,henan-accident,1,paid,10150.00,,overlapping-covers(e1);shares-elsewhere(e1),,0.00",
        ]
    );
    // Under one cover, the second stay finds the limit of the costs used up.
    let under_one = claims.replace("b,e2", "b,e1");
    let rows = batch(&under_one, &together, &[]).payouts;
    assert_eq!(rows[1], "b,e1,henan-accident,1,paid,150.00,,overlapping-covers(e2),,0.00");
}

/// An account of an earlier version does not say under which cover its claims were.
#[test]
fn what_an_account_does_not_place_counts_with_every_cover_that_starts_on_the_day() {
    let catalog = Catalog::load(Path::new("rules")).unwrap();
    let [plan] = catalog.versions("henan-accident") else { panic!("one version") };
    let enrollment = |id: &str, start: &str| {
        let enrollment = Enrollment::new(id, "henan-accident", "m1").with("shares", 1).unwrap();
        let enrollment = enrollment.with("coverage_end", "2025-12-31").unwrap();
        enrollment.with("coverage_start", start).unwrap().with("birth_date", "1990-05-05").unwrap()
    };
    let stay = Claim::new("b").with("event_date", "2025-03-05").unwrap().with("cause", "accident").unwrap();
    let stay = stay.with("personal_burden", "20000.00").unwrap().with("hospital_days", 3).unwrap();
    let paid = |account: &str, start: &str| {
        let account: Accumulators = serde_json::from_str(account).unwrap();
        money::print(plan.decide(&enrollment("e2", start), &stay, &account).unwrap().payable())
    };
    let unplaced = r#"{"a": {"event_date": "2025-02-05", "coverage_start": "2025-01-01", "amounts": {"paid:hospital-medical": "10000.00"}}}"#;
    assert_eq!(paid(unplaced, "2025-01-01"), "150.00");
    assert_eq!(paid(unplaced, "2025-01-02"), "10150.00");
    let placed = unplaced.replace(r#""amounts""#, r#""enrollment_id": "e1", "amounts""#);
    assert_eq!(paid(&placed, "2025-01-01"), "10150.00");
    assert_eq!(paid(&placed.replace("e1", "e2"), "2025-01-01"), "150.00");
}

/// The plan covers by the day of the pathology report, when neither cover was in force at the event.
#[test]
fn covers_overlap_on_a_day_that_the_plan_itself_dates() {
    let claims = "claim_id,enrollment_id,event_date,cause,illness_class,confirmed_on\n\
                  a,e1,2025-12-20,illness,breast-cancer,2026-09-01\nb,e2,2025-12-20,illness,breast-cancer,2026-09-01\n";
    let enrollments = "enrollment_id,member_id,plan,shares,coverage_start,coverage_end,birth_date,previous_coverage_end,sex\n\
         e1,m,guangdong-womens-illness,1,2026-01-01,2026-12-31,1990-05-05,2025-12-31,female\n\
         e2,m,guangdong-womens-illness,1,2026-01-02,2027-01-01,1990-05-05,2025-12-31,female\n";
    let rows = batch(claims, enrollments, &[]).payouts;
    let expected = [
        "a,e1,guangdong-womens-illness,1,paid,54000.00,,overlapping-covers(e2),,0.00",
        "b,e2,guangdong-womens-illness,1,nothing-due,0.00,no-benefit-applies,overlapping-covers(e1);shares-elsewhere(e1),,0.00",
    ];
    assert_eq!(rows, expected);
}

/// Of two shares under another cover one counts where the plan takes one of a person: whoever says one is right.
#[test]
fn shares_beyond_the_cap_need_not_be_told() {
    let claims = |told: u32| {
        format!(
            "claim_id,enrollment_id,event_date,cause,illness_class,shares_elsewhere\n\
             a,e2,2026-07-01,illness,malignant-tumour,{told}\n"
        )
    };
    let enrollments = "enrollment_id,member_id,plan,shares,coverage_start,coverage_end,birth_date,previous_coverage_end\n\
                       e1,m,guangdong-critical-illness,2,2026-01-01,2026-12-31,1990-05-05,2025-12-31\n\
                       e2,m,guangdong-critical-illness,1,2026-01-02,2027-01-01,1990-05-05,2025-12-31\n";
    let decision = |told| batch(&claims(told), enrollments, &[]).payouts[0].split(',').nth(4).unwrap().to_owned();
    assert_eq!([0, 1, 2].map(decision), ["pended", "nothing-due", "nothing-due"]);
}

#[test]
fn a_cover_without_a_day_does_not_stand_between_two_that_overlap() {
    let claims = format!("{STAYS}a,e1,2025-02-05,accident,20000.00,51\nb,e2,2025-03-05,accident,3000.00,10\n");
    let without_a_day = "e3,m1,henan-accident,2,2025-01-02,2025-01-01,1990-05-05\n";
    let Batch { payouts, summary, .. } = batch(&claims, &(two_covers(2, 2) + without_a_day), &[]);
    assert_eq!(payouts, batch(&claims, &two_covers(2, 2), &[]).payouts);
    assert!(payouts[1].starts_with("b,e2,henan-accident,1,nothing-due,0.00"), "{payouts:?}");
    assert_eq!(observation(&summary, "overlapping-covers")["first_row"], 1);
}

#[test]
fn covers_that_follow_one_another_do_not_overlap() {
    let claims = format!("{STAYS}a,e1,2025-12-31,accident,100.00,1\nb,e2,2026-01-01,accident,100.00,1\n");
    let enrollments = format!(
        "{ENROLLED}\n\
         e1,m1,henan-accident,2,2025-01-01,2025-12-31,1990-05-05\n\
         e2,m1,henan-accident,2,2026-01-01,2026-12-31,1990-05-05\n"
    );
    let Batch { payouts, summary, .. } = batch(&claims, &enrollments, &[]);
    assert_eq!(payouts, ["a,e1,henan-accident,1,paid,200.00,,,,0.00", "b,e2,henan-accident,1,paid,200.00,,,,0.00"]);
    assert_eq!(summary["observations"], json!([]));
}

#[test]
fn a_benefit_that_does_not_go_by_shares_is_paid_under_one_cover() {
    let claims = "claim_id,enrollment_id,event_date,cause,in_pool_burden,admitted\n\
                  a,e1,2025-10-08,illness,1000.00,2025-10-08\n\
                  b,e2,2025-11-08,illness,500.00,2025-11-08\n";
    let enrollments = format!(
        "{ENROLLED},previous_coverage_end\n\
         e1,m1,guangdong-second-medical,1,2025-07-01,2026-06-30,1990-05-05,2025-06-30\n\
         e2,m1,guangdong-second-medical,1,2025-08-01,2026-07-31,1990-05-05,2025-06-30\n"
    );
    let rows = batch(claims, &enrollments, &[]).payouts;
    assert!(rows[0].starts_with("a,e1,guangdong-second-medical,2025-07,paid,800.00,"), "{rows:?}");
    assert!(
        rows[1].starts_with("b,e2,guangdong-second-medical,2025-07,nothing-due,0.00,no-benefit-applies,"),
        "{rows:?}"
    );
}

#[test]
fn shares_that_are_said_to_count_elsewhere_must_be_those_that_are_known() {
    let claims = |given: &str| {
        format!(
            "claim_id,enrollment_id,event_date,cause,personal_burden,hospital_days,shares_elsewhere\n\
             b,e2,2025-03-05,accident,3000.00,10,{given}\n"
        )
    };
    let decided = |given: &str, first| {
        let rows = batch(&claims(given), &two_covers(first, 2), &[]).payouts;
        rows[0].split(',').skip(4).take(3).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(decided("", 1), "paid 3500.00 ");
    assert_eq!(decided("1", 1), "paid 3500.00 ");
    assert_eq!(decided("0", 1), "pended 0.00 shares-elsewhere");
    assert_eq!(decided("2", 1), "nothing-due 0.00 no-benefit-applies");
}

#[test]
fn a_case_counts_the_shares_of_a_cover_in_its_history() {
    let mut two = zhao();
    two["enrollment"]["coverage_start"] = "2025-01-02".into();
    two["enrollment"]["coverage_end"] = "2026-01-01".into();
    two["history"] = json!([{
        "id": "C1", "event_date": "2025-02-10", "cause": "accident", "personal_burden": "10.00", "hospital_days": 1,
        "enrollment": { "coverage_start": "2025-01-01", "coverage_end": "2025-12-31", "shares": 1 },
    }]);
    let decided = case(&two);
    // One share of two is left: 2,019.87 and 51 days of 50.
    assert_eq!((&decided["decision"], &decided["payable"]), (&"paid".into(), &"4569.87".into()));
    let codes: Vec<&Json> = decided["notices"].as_array().unwrap().iter().map(|notice| &notice["code"]).collect();
    assert_eq!(codes, ["overlapping-covers", "shares-elsewhere"]);
    two["history"][0]["enrollment"]["shares"] = 2.into();
    let decided = case(&two);
    assert_eq!(
        (&decided["decision"], &decided["reasons"][0]["code"]),
        (&"nothing-due".into(), &"no-benefit-applies".into())
    );
    assert!(decided["reasons"][0]["text"].as_str().unwrap().contains("none count here"), "{decided}");
    let folder = Folder::new();
    let path = folder.write("case.json", &two.to_string());
    let page = huzhu(&["adjudicate", &path]).out;
    assert!(page.contains("of which count"), "{page}");
}

#[test]
fn a_claim_whose_shares_count_elsewhere_is_certified_with_them() {
    let folder = Folder::new();
    let claims = format!("{STAYS}a,e1,2025-02-05,accident,20000.00,51\nb,e2,2025-03-05,accident,3000.00,10\n");
    let (claims, enrollments) = (folder.write("c.csv", &claims), folder.write("e.csv", &two_covers(1, 2)));
    let (out, certificates) = (folder.path("payouts.csv"), folder.path("certificates.jsonl"));
    let files = ["batch", "--claims", &claims, "--enrollments", &enrollments, "--out", &out];
    let ran = huzhu(&[&files[..], &["--certificates", &certificates, "--lines", &folder.path("lines.csv")]].concat());
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(std::fs::read_to_string(&certificates).unwrap().contains(r#""shares_elsewhere":"1""#));
    assert_eq!(huzhu(&["verify", &certificates]).code, 0);
    // An audit of these payouts finds nothing; one that paid two shares has not capped them.
    for (recorded, differences) in [
        ("b,3500.00", vec![]),
        (
            "b,4000.00",
            vec![
                "b,4000.00,3500.00,500.00,shares-uncapped;benefit-twice,shares-uncapped(shares);benefit-twice(hospital-allowance)",
            ],
        ),
    ] {
        let recorded = folder.write("r.csv", &format!("claim_id,payable\na,12550.00\n{recorded}\n"));
        let differs = folder.path("differences.csv");
        let files = ["audit", "--claims", &claims, "--enrollments", &enrollments, "--recorded", &recorded];
        huzhu(&[&files[..], &["--out", &differs, "--force"]].concat());
        assert_eq!(folder.read("differences.csv")[1..], differences);
    }
}

// ── bills that come twice ─────────────────────────────────────────────────

fn one_cover() -> String {
    format!("{ENROLLED}\ne1,m1,henan-accident,2,2025-01-01,2025-12-31,1990-05-05\n")
}

/// Decision, payable, reasons and notices of each claim.
fn outcomes(claims: &str, enrollments: &str, options: &[&str]) -> Vec<String> {
    let rows = batch(claims, enrollments, options).payouts;
    rows.iter().map(|row| row.split(',').skip(4).take(4).collect::<Vec<_>>().join(" ")).collect()
}

#[test]
fn a_bill_that_comes_twice_is_said_and_an_option_holds_it() {
    let twice = format!("{STAYS}a,e1,2025-02-05,accident,100.00,2\nb,e1,2025-02-05,accident,100.00,2\n");
    assert_eq!(outcomes(&twice, &one_cover(), &[]), ["paid 300.00  ", "paid 300.00  possible-duplicate(a)"]);
    assert_eq!(
        outcomes(&twice, &one_cover(), &["--hold=duplicates"]),
        ["paid 300.00  ", "pended 0.00 possible-duplicate possible-duplicate(a)"]
    );
    let other_amount = twice.replace("b,e1,2025-02-05,accident,100.00", "b,e1,2025-02-05,accident,100.01");
    let other_day = twice.replace("b,e1,2025-02-05", "b,e1,2025-02-06");
    for once in [other_amount, other_day] {
        assert!(outcomes(&once, &one_cover(), &["--hold=duplicates"]).iter().all(|row| row.starts_with("paid")));
    }
}

#[test]
fn a_settlement_that_comes_twice_is_said_though_the_day_is_another() {
    let claims = "claim_id,enrollment_id,event_date,cause,personal_burden,hospital_days,setl_id\n\
                  a,e1,2025-02-05,accident,100.00,2,S-1\n\
                  b,e1,2025-02-06,accident,90.00,2,s-1\n\
                  c,e1,2025-02-06,accident,90.01,2,S-2\n";
    assert_eq!(
        outcomes(claims, &one_cover(), &[]),
        ["paid 300.00  ", "paid 290.00  possible-duplicate(a)", "paid 290.01  "]
    );
}

#[test]
fn a_reversed_claim_and_its_correction_are_no_duplicates() {
    let claims = "claim_id,enrollment_id,event_date,cause,personal_burden,hospital_days,reverses\n\
                  a,e1,2025-02-05,accident,100.00,2,\n\
                  r,e1,2025-02-05,accident,100.00,2,a\n\
                  c,e1,2025-02-05,accident,100.00,2,\n";
    let rows = outcomes(claims, &one_cover(), &["--hold=duplicates"]);
    assert!(rows.iter().all(|row| !row.contains("duplicate")), "{rows:?}");
}

#[test]
fn claims_without_an_amount_are_no_bills() {
    let claims = "claim_id,enrollment_id,event_date,cause,disability_grade\n\
                  a,e1,2025-02-05,accident,9\n\
                  b,e1,2025-02-05,accident,8\n";
    assert_eq!(
        outcomes(claims, &one_cover(), &[]),
        ["paid 20000.00  decided-by-id(b)", "paid 10000.00  decided-by-id(a)"]
    );
}

#[test]
fn a_case_says_that_its_bill_is_in_its_history_and_the_option_holds_it() {
    let mut twice = zhao();
    let mut first = twice["claim"].clone();
    first["id"] = "C1".into();
    twice["history"] = json!([first]);
    let said = case(&twice);
    assert_eq!((&said["decision"], &said["notices"][0]["code"]), (&"paid".into(), &"possible-duplicate".into()));
    assert_eq!(said["notices"][0]["about"], json!(["C1"]));
    let ran = run_case(&twice, &["--hold=duplicates"]);
    let held: Json = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((&held["decision"], &held["reasons"][0]["code"]), (&"pended".into(), &"possible-duplicate".into()));
}

#[test]
fn a_pack_may_hold_what_comes_twice() {
    let folder = Folder::new();
    let rules = format!("{}/rules/henan-accident.toml", env!("CARGO_MANIFEST_DIR"));
    let pack = std::fs::read_to_string(rules).unwrap();
    folder.write("henan-accident.toml", &pack.replacen("[plan]\n", "[plan]\nduplicates = \"pend\"\n", 1));
    let mut twice = zhao();
    let mut first = twice["claim"].clone();
    first["id"] = "C1".into();
    twice["history"] = json!([first]);
    let case = folder.write("case.json", &twice.to_string());
    let ran = huzhu(&["adjudicate", &case, "--format", "json", "--rules", &folder.0.to_string_lossy()]);
    let held: Json = serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{ran:?}"));
    assert_eq!(held["decision"], "pended");
}
