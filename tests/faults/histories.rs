//! Earlier claims that are open, and claims that come late.

use std::io::Cursor;
use std::path::Path;

use calamine::{Reader, Xlsx};
use huzhu::{Case, Catalog, Language, Notice, Recalculated, money};
use rust_decimal::Decimal;
use serde_json::json;

use super::program::{adjudicated, batched, huzhu, input};

const LATE: &str = "07-late-claim/2-march-comes-later.json";

fn catalog() -> Catalog {
    Catalog::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("rules")).unwrap()
}

/// A case of one member of the Gansu plan: claims of the history, then the one to decide.
fn gansu(claims: &[&str]) -> Case {
    let (claim, history) = claims.split_last().unwrap();
    let enrollment = r#"{"id": "E1", "plan": "gansu-comprehensive", "member": "M", "shares": 1, "coverage_start": "2022-01-01",
        "coverage_end": "2022-12-31", "birth_date": "1990-05-05", "occupation": "courier"}"#;
    let case = format!(r#"{{"enrollment": {enrollment}, "history": [{}], "claim": {claim}}}"#, history.join(", "));
    Case::read("case.json", case.as_bytes(), &catalog()).unwrap()
}

/// A stay of three days that bears so much.
fn stay(id: &str, event_date: &str, burden: &str) -> String {
    format!(
        r#"{{"id": "{id}", "event_date": "{event_date}", "cause": "illness", "hospital_days": 3, "hospital_grade": 3,
            "in_pool_burden": "{burden}"}}"#
    )
}

fn notices(claims: &[&str]) -> Vec<Notice> {
    gansu(claims).decide(&catalog()).unwrap().0.notices().to_vec()
}

/// Some columns of a file, row by row.
fn picked<const N: usize>(rows: &[String], columns: [&str; N]) -> Vec<[String; N]> {
    let cells: Vec<Vec<&str>> = rows.iter().map(|row| row.split(',').collect()).collect();
    let (head, rows) = cells.split_first().unwrap();
    let places = columns.map(|column| head.iter().position(|name| *name == column).unwrap());
    rows.iter().map(|row| places.map(|place| (*row.get(place).unwrap()).to_owned())).collect()
}

// ── claims that come late ─────────────────────────────────────────────────

#[test]
fn a_claim_that_comes_late_says_what_the_declared_order_makes_of_the_amounts() {
    let (june, march) = (adjudicated("07-late-claim/1-june.json"), adjudicated(LATE));
    assert!(june["notices"].is_null());
    assert_eq!((&june["payable"], &march["payable"]), (&json!("1000.00"), &json!("4150.00")));
    let (rows, _) = batched("07-late-claim/c.csv", "07-late-claim/e.csv", &[]);
    assert_eq!(picked(&rows, ["claim_id", "payable", "notices"]), [["B", "7300.00", ""], ["A", "550.00", ""]]);
    let text = "the history has claims that come after this one in order: `A`; as received, 4150.00 yuan are paid for this one \
                and 1000.00 for those, 5150.00 in all; worked out again in order, 7300.00 and 550.00, 7850.00 in all, which is \
                2700.00 more";
    assert_eq!(
        march["notices"],
        json!([{
            "code": "later-claim-in-history",
            "about": ["A"],
            "text": text,
            "holds": false,
            "recalculation": {
                "claims": [
                    {"claim": "B", "as_received": "4150.00", "in_order": "7300.00"},
                    {"claim": "A", "as_received": "1000.00", "in_order": "550.00"},
                ],
                "as_received": "5150.00",
                "in_order": "7850.00",
                "difference": "2700.00",
            }
        }])
    );
}

#[test]
fn it_is_said_in_chinese_too() {
    let catalog = catalog();
    let case = Case::read(LATE, &std::fs::read(input(LATE)).unwrap(), &catalog).unwrap();
    let (adjudication, _) = case.decide(&catalog).unwrap();
    let said = adjudication.notices()[0].text().in_language(Language::Zh);
    let expected = "既往理赔中有按顺序应在本件之后的：`A`；按收到的先后，本件 4150.00 元，其余 1000.00 元，共 5150.00 元；\
                    按顺序重算，本件 7300.00 元，其余 550.00 元，共 7850.00 元，多 2700.00 元";
    assert_eq!(said, expected);
}

#[test]
fn the_statement_and_a_what_if_say_it() {
    let said = "come after this one in order: `A`";
    let statement = huzhu(&["adjudicate", &input(LATE)]).out;
    assert!(statement.contains("Please note") && statement.contains(said), "{statement}");
    let earlier = huzhu(&["adjudicate", &input("07-late-claim/1-june.json")]).out;
    assert!(!earlier.contains("Please note"), "{earlier}");
    let moved = huzhu(&["adjudicate", &input(LATE), "--what-if", "event_date=2022-07-01"]).out;
    let (now, then) = moved.split_once("As it is").unwrap().1.split_once("Then").unwrap_or((&moved, ""));
    assert!(now.contains(said) && !then.contains(said), "{moved}");
}

#[cfg(feature = "workbook")]
#[test]
fn the_sheet_says_it_beside_the_outcome() {
    let catalog = catalog();
    let case = Case::read(LATE, &std::fs::read(input(LATE)).unwrap(), &catalog).unwrap();
    let mut workbook = huzhu::Workbook::new(&catalog, Language::En);
    workbook.add(&case).unwrap();
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(workbook.to_bytes().unwrap())).unwrap();
    let sheet = book.worksheet_range("B").unwrap();
    let cell = |row: u32| sheet.get_value((row, 5)).unwrap().to_string();
    assert_eq!(cell(4), "Please note");
    assert!(cell(5).starts_with("the history has claims that come after this one in order: `A`; "), "{}", cell(5));
}

#[test]
fn an_order_that_changes_no_amount_says_so() {
    let (march, after_the_cover) = (stay("B", "2022-03-01", "100.00"), stay("A", "2023-06-01", "100.00"));
    let [notice] = notices(&[&after_the_cover, &march]).try_into().unwrap();
    assert!(notice.text().en.ends_with("; worked out again in order, no amount changes"), "{}", notice.text().en);
    assert!(notice.recalculation().unwrap().difference().is_zero());
    assert_eq!(notices(&[&march, &after_the_cover]), []);
}

#[test]
fn a_later_claim_that_was_taken_back_counts_as_nothing_both_ways() {
    let (march, june) = (stay("B", "2022-03-01", "10000.00"), stay("A", "2022-06-01", "1000.00"));
    let back = r#"{"id": "R", "reverses": "A"}"#;
    let [notice] = notices(&[&june, back, &march]).try_into().unwrap();
    let recalculation = notice.recalculation().unwrap();
    let paid = |of: fn(&Recalculated) -> Decimal| -> Vec<String> {
        recalculation.claims().iter().map(|claim| money::print(of(claim))).collect()
    };
    assert_eq!(paid(|claim| claim.as_received), paid(|claim| claim.in_order));
    assert_eq!(paid(|claim| claim.in_order)[1], "0.00");
    assert!(recalculation.difference().is_zero());
}

/// In order the second allowance is denied, so that there is nothing to reverse.
#[test]
fn an_order_that_does_not_work_is_said_and_changes_nothing() {
    let enrollment = r#"{"id": "E", "plan": "wuxi-return-allowance", "member": "M", "shares": 1, "coverage_start": "2026-02-21",
        "coverage_end": "2026-03-04"}"#;
    let allowance = |id: &str, event_date: &str| {
        format!(
            r#"{{"id": "{id}", "event_date": "{event_date}", "came_from": "out-of-province", "registered_in_wuxi": false,
                "travel_ticket": true, "social_insurance_record": true, "voucher_number": 1, "voucher_online": true,
                "reported_on": "2026-03-10"}}"#
        )
    };
    let (later, now) = (allowance("A", "2026-02-25"), allowance("B", "2026-02-22"));
    let case = format!(
        r#"{{"enrollment": {enrollment}, "history": [{later}, {{"id": "R", "reverses": "A"}}], "claim": {now}}}"#
    );
    let catalog = catalog();
    let (adjudication, _) = Case::read("case.json", case.as_bytes(), &catalog).unwrap().decide(&catalog).unwrap();
    assert_eq!(money::print(adjudication.payable()), "200.00");
    let [notice] = adjudication.notices() else { panic!("{:?}", adjudication.notices()) };
    let said = "the history has claims that come after this one in order: `A`; they cannot be worked out again in order: claim `A` \
                has posted nothing that could be reversed";
    assert_eq!((notice.text().en.as_str(), notice.recalculation()), (said, None));
}

#[test]
fn many_later_claims_are_counted_in_words_and_all_named_in_the_notice() {
    let mut claims: Vec<String> =
        (1..=7).map(|day| stay(&format!("A{day}"), &format!("2022-06-0{day}"), "1000.00")).collect();
    claims.push(stay("B", "2022-03-01", "10000.00"));
    let claims: Vec<&str> = claims.iter().map(String::as_str).collect();
    let [notice] = notices(&claims).try_into().unwrap();
    assert_eq!(notice.subjects(), ["A1", "A2", "A3", "A4", "A5", "A6", "A7"]);
    assert!(notice.text().en.contains("order: `A1`, `A2`, `A3`, `A4`, `A5` and 2 more; "), "{}", notice.text().en);
    assert!(notice.text().zh.contains("`A5`等 7 件；"), "{}", notice.text().zh);
    assert_eq!(notice.recalculation().unwrap().claims().len(), 8);
}
