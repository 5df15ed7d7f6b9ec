//! Claims of one event in any order.
//!
//! Case 00: a death after a disability of the same accident was paid another sum than a disability after a death.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;

use huzhu::{Code, Diagnostics, Language, exact, pack};
use rust_decimal::Decimal;

use super::program::{adjudicated, batched, huzhu, input};
use crate::oracle::draw::Draw;

// ── case 00 ──────────────────────────────────────────────────────────────

#[test]
fn a_death_after_a_disability_fills_up_to_one_sum() {
    let json = adjudicated("00-order-of-one-event/death-after-disability.json");
    assert_eq!((&json["decision"], &json["payable"]), (&"paid".into(), &"5000.00".into()));
}

#[test]
fn a_disability_after_a_death_is_paid_nothing_more() {
    let text = fs::read_to_string(input("00-order-of-one-event/death-after-disability.json")).unwrap();
    let mut case: serde_json::Value = serde_json::from_str(&text).unwrap();
    let disability = case["history"][0].take();
    case["history"][0] = case["claim"].take();
    case["claim"] = disability;
    let folder = Folder::new("turned");
    let json = adjudicated_at(&folder.write("turned.json", &case.to_string()));
    assert_eq!((&json["decision"], &json["payable"]), (&"nothing-due".into(), &"0.00".into()));
}

/// `a-2`, the death, comes before `z-1`, the disability.
#[test]
fn a_file_of_both_is_paid_one_sum() {
    let (rows, summary) = batched("00-order-of-one-event/claims.csv", "00-order-of-one-event/enrollments.csv", &[]);
    assert_eq!(
        paid(&rows),
        [("a-2", "50000.00"), ("z-1", "0.00")].map(|(id, paid)| (id.to_owned(), yuan(paid))).into()
    );
    assert_eq!(summary["totals"]["payable"].as_str().or(summary["payable"].as_str()), Some("50000.00"));
}

#[test]
fn a_file_with_the_other_ids_is_paid_the_same_sum() {
    let text = fs::read_to_string(input("00-order-of-one-event/claims.csv")).unwrap();
    let text = text.replace("z-1", "a-1").replace("a-2", "z-2");
    let enrollments = fs::read_to_string(input("00-order-of-one-event/enrollments.csv")).unwrap();
    let paid = batched_texts("other-ids", &text, &enrollments);
    assert_eq!(paid, [("a-1", "45000.00"), ("z-2", "5000.00")].map(|(id, paid)| (id.to_owned(), yuan(paid))).into());
}

/// One claim for both: the disability first, then what is left of the sum for the death.
#[test]
fn a_claim_of_both_is_paid_one_sum() {
    let claims = "claim_id,enrollment_id,event_date,cause,disability_grade,death\nb-3,E1,2025-03-01,accident,2,true\n";
    let enrollments = fs::read_to_string(input("00-order-of-one-event/enrollments.csv")).unwrap();
    assert_eq!(batched_texts("both", claims, &enrollments), [("b-3".to_owned(), yuan("50000.00"))].into());
}

// ── the shipped packs ────────────────────────────────────────────────────

/// The limits that hold a death and a disability of one accident together.
const LIMITS: [(&str, &str); 3] = [
    ("henan-accident", "amount     = \"death_sum * shares\"\nper        = \"event\""),
    ("guangdong-accident", "amount     = \"principal_sum\"\nper        = \"event\""),
    ("wuxi-xixinbao", "amount     = \"accident_sum\"\nper        = \"period\""),
];

/// A limit that forgets earlier claims is a limit by which the order counts again.
#[test]
fn without_the_limit_that_counts_both_ways_the_promise_is_broken() {
    for (plan, limit) in LIMITS {
        let text = rules(plan);
        assert!(pack::load(plan, text.as_bytes()).is_ok(), "{plan}");
        assert_eq!(text.matches(limit).count(), 1, "{plan}: {limit}");
        let (amount, _) = limit.split_once('\n').unwrap();
        let forgetful = text.replace(limit, &format!("{amount}\nper        = \"claim\""));
        let wrong = pack::load(plan, forgetful.as_bytes()).unwrap_err();
        assert_eq!(only(&wrong), Code::PromiseBroken, "{plan}");
    }
}

#[test]
fn a_pack_that_deducts_one_way_only_is_shown_a_pair() {
    let one_way = rules("henan-accident")
        .replace("over       = [\"disability\", \"death\", \"sudden-death\"]", "over       = [\"sudden-death\"]")
        .replace(
            "gross      = \"death_sum * shares\"\n",
            "gross      = \"death_sum * shares\"\nsteps      = [{ offset = [\"disability\"], per = \"event\" }]\n",
        );
    let wrong = pack::load("one-way.toml", one_way.as_bytes()).unwrap_err();
    assert_eq!(only(&wrong), Code::PromiseBroken);
    let help: Vec<&str> = wrong.iter().flat_map(|wrong| wrong.help(Language::En)).collect();
    let [help, _what_to_do] = help.as_slice() else { panic!("{help:?}") };
    assert!(help.starts_with("two claims that break it: "), "{help}");
    assert!(help.contains(" together; but ") && help.ends_with(" together"), "{help}");
}

/// These do not promise it, since their order counts by the bylaw: rates by the number of stays, and one allowance a person.
#[test]
fn where_the_order_counts_the_promise_is_broken() {
    for plan in [
        "gansu-comprehensive",
        "guangdong-second-medical.2015",
        "guangdong-second-medical.2019",
        "guangdong-second-medical.2025-07",
        "wuxi-return-allowance",
    ] {
        let text = rules(plan) + "same_in_any_order = \"event\"\n";
        let wrong = pack::load(plan, text.as_bytes()).unwrap_err();
        assert_eq!(only(&wrong), Code::PromiseBroken, "{plan}");
    }
}

const ORDERS: [[usize; 3]; 6] = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];

/// Three claims of one event, the same under ids in each of the six orders: a member each, by one run of the program.
#[test]
fn a_file_pays_three_claims_of_one_event_the_same_under_any_ids() {
    let mut draw = Draw::seeded(9);
    let mut enrollments =
        "enrollment_id,member_id,plan,shares,coverage_start,coverage_end,birth_date,place_number\n".to_owned();
    let mut claims =
        "claim_id,enrollment_id,event_date,cause,disability_grade,death,personal_burden,hospital_days\n".to_owned();
    for plan in ["henan-accident", "guangdong-accident", "wuxi-xixinbao"] {
        for event in 0..40 {
            let shares = draw.between(1, 2);
            let rows: Vec<String> = (0..3).map(|_| an_accident(&mut draw)).collect();
            for (number, order) in ORDERS.iter().enumerate() {
                let member = format!("{plan}-{event}-{number}");
                writeln!(enrollments, "{member},{member},{plan},{shares},2025-07-01,2026-06-30,1990-05-01,1").unwrap();
                for (place, row) in order.iter().zip(&rows) {
                    writeln!(claims, "{member}-{place},{member},{row}").unwrap();
                }
            }
        }
    }
    let mut together: BTreeMap<String, Vec<Decimal>> = BTreeMap::new();
    for (claim, paid) in batched_texts("ids", &claims, &enrollments) {
        let parts: Vec<&str> = claim.rsplitn(3, '-').collect();
        let [_, order, event] = parts.as_slice() else { panic!("{claim}") };
        let orders = together.entry((*event).to_owned()).or_insert_with(|| vec![Decimal::ZERO; 6]);
        let sum = &mut orders[order.parse::<usize>().unwrap()];
        *sum = exact::add(*sum, paid).unwrap();
    }
    assert_eq!(together.len(), 120);
    for (event, sums) in &together {
        assert!(sums.iter().all(|sum| *sum == sums[0]), "{event}: {sums:?}");
    }
    assert!(together.values().filter(|sums| !sums[0].is_zero()).count() > 60);
}

fn an_accident(draw: &mut Draw) -> String {
    let cause = if draw.chance(85) { "accident" } else { "sudden-death" };
    let grade = if draw.chance(60) { draw.between(1, 10).to_string() } else { String::new() };
    let death = if draw.chance(50) { "true" } else { "" };
    let (burden, days) = if draw.chance(50) {
        (format!("{}.5{}", draw.between(0, 15_000), draw.between(0, 9)), draw.between(1, 120).to_string())
    } else {
        (String::new(), String::new())
    };
    format!("2025-09-10,{cause},{grade},{death},{burden},{days}")
}

// ── files and answers ────────────────────────────────────────────────────

/// A folder that is gone at the end.
struct Folder(std::path::PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let folder = std::env::temp_dir().join(format!("huzhu-orders-{}-{name}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        Folder(folder)
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).to_string_lossy().into_owned()
    }

    fn write(&self, name: &str, text: &str) -> String {
        let path = self.path(name);
        fs::write(&path, text).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _gone = fs::remove_dir_all(&self.0);
    }
}

fn adjudicated_at(path: &str) -> serde_json::Value {
    let ran = huzhu(&["adjudicate", path, "--format", "json"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    serde_json::from_str(&ran.out).unwrap()
}

/// What each claim of the files is paid.
fn batched_texts(name: &str, claims: &str, enrollments: &str) -> BTreeMap<String, Decimal> {
    let folder = Folder::new(name);
    let (claims, enrollments) = (folder.write("claims.csv", claims), folder.write("enrollments.csv", enrollments));
    let out = folder.path("payouts.csv");
    let ran = huzhu(&["batch", "--claims", &claims, "--enrollments", &enrollments, "--out", &out]);
    assert_eq!(ran.code, 0, "{ran:?}");
    paid(&fs::read_to_string(&out).unwrap().lines().map(str::to_owned).collect::<Vec<_>>())
}

fn paid(rows: &[String]) -> BTreeMap<String, Decimal> {
    let (header, rows) = rows.split_first().unwrap();
    let place = |name: &str| header.split(',').position(|column| column == name).unwrap();
    let (id, payable) = (place("claim_id"), place("payable"));
    let cell = |row: &str, place: usize| row.split(',').nth(place).unwrap().to_owned();
    rows.iter().map(|row| (cell(row, id), yuan(&cell(row, payable)))).collect()
}

fn yuan(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn rules(plan: &str) -> String {
    fs::read_to_string(format!("{}/rules/{plan}.toml", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn only(wrong: &Diagnostics) -> Code {
    let codes: Vec<Code> = wrong.iter().map(huzhu::Diagnostic::code).collect();
    let [code] = codes.as_slice() else { panic!("{codes:?}") };
    *code
}
