//! The order of a member's claims, by option: from a table, from a case, and one claim of a table explained.

use serde_json::Value as Json;

use super::program::{Folder, huzhu};

const ENROLLMENTS: &str = "enrollment_id,member_id,plan,shares,coverage_start,coverage_end,birth_date
E1,M1,henan-accident,2,2025-01-01,2025-12-31,1990-05-05
";

/// Of hospital costs 20,000 yuan are paid in a period; the second row is of an earlier day.
const CLAIMS: &str = "claim_id,enrollment_id,event_date,cause,personal_burden,hospital_days
C1,E1,2025-06-01,accident,15000.00,1
C2,E1,2025-03-01,accident,9000.00,1
C3,E1,2025-03-01,accident,4000.00,1
";

fn payouts(folder: &Folder, order: &[&str]) -> Vec<String> {
    let (claims, enrollments) = (folder.write("claims.csv", CLAIMS), folder.write("enrollments.csv", ENROLLMENTS));
    let out = folder.path("payouts.jsonl");
    let arguments = ["batch", "--claims", &claims, "--enrollments", &enrollments, "--out", &out, "--force"];
    let ran = huzhu(&[&arguments[..], order].concat());
    assert_eq!(ran.code, 0, "{ran:?}");
    let row = |line: &str| {
        let row: Json = serde_json::from_str(line).unwrap();
        let text = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
        format!("{} {} {}", text("claim_id"), text("payable"), text("notices")).trim_end().to_owned()
    };
    folder.read("payouts.jsonl").lines().map(row).collect()
}

#[test]
fn a_table_is_decided_by_event_or_as_its_rows_were_received() {
    let folder = Folder::new("order-of-claims");
    let by_event = ["C2 9100.00", "C3 4100.00", "C1 7100.00"];
    assert_eq!(payouts(&folder, &[]), by_event);
    assert_eq!(payouts(&folder, &["--order", "by-event"]), by_event);
    assert_eq!(payouts(&folder, &["--order", "as-received"]), ["C1 15100.00", "C2 5100.00", "C3 100.00"]);
    let manifest: Json = serde_json::from_str(&folder.read("payouts.jsonl.manifest.json")).unwrap();
    assert_eq!(manifest["options"]["order"], "as-received");
}

#[test]
fn one_claim_of_a_table_is_explained_in_the_order_that_is_asked_for() {
    let folder = Folder::new("order-of-one-claim");
    let (claims, enrollments) = (folder.write("claims.csv", CLAIMS), folder.write("enrollments.csv", ENROLLMENTS));
    for (order, paid) in [("by-event", "4100.00"), ("as-received", "100.00")] {
        let arguments =
            ["--claims", &claims, "--enrollments", &enrollments, "--order", order, "--format", "json", "C3"];
        let ran = huzhu(&[&["adjudicate"], &arguments[..]].concat());
        assert_eq!(ran.code, 0, "{ran:?}");
        assert!(ran.out.contains(&format!("\"payable\": \"{paid}\"")), "{order}: {}", ran.out);
    }
}

#[test]
fn a_case_says_in_which_order_its_history_was_decided() {
    let folder = Folder::new("order-of-a-case");
    let case = r#"{
  "enrollment": { "id": "E1", "plan": "henan-accident", "member": "M1", "shares": 2,
    "coverage_start": "2025-01-01", "coverage_end": "2025-12-31", "birth_date": "1990-05-05" },
  "history": [
    { "id": "C1", "event_date": "2025-06-01", "cause": "accident", "personal_burden": "15000.00", "hospital_days": 1 },
    { "id": "C2", "event_date": "2025-03-01", "cause": "accident", "personal_burden": "9000.00", "hospital_days": 1 }
  ],
  "claim": { "id": "C3", "event_date": "2025-07-01", "cause": "accident", "personal_burden": "10.00", "hospital_days": 1 }
}"#;
    let case = folder.write("case.json", case);
    for (order, posted, said) in
        [("by-event", "11000", "2, paid 20,200.00\n"), ("as-received", "15000.00", "2, paid 20,200.00, as received")]
    {
        let ran = huzhu(&["adjudicate", &case, "--order", order, "--format", "json"]);
        let result: Json = serde_json::from_str(&ran.out).unwrap();
        assert_eq!(result["order"], order);
        let paid = result["accumulators"]["C1"]["amounts"]["paid:hospital-medical"].as_str().unwrap_or_default();
        assert_eq!(paid.trim_end_matches(".00"), posted.trim_end_matches(".00"), "{}", result["accumulators"]);
        let page = huzhu(&["adjudicate", &case, "--order", order]).out;
        assert!(page.contains(said.trim_end()), "{page}");
    }
}
