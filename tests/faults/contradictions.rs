//! Facts that cannot all be true: parts above their wholes, sums that do not add up, dates out of order.

use std::path::Path;
use std::sync::{Arc, LazyLock};

use arrow_array::{ArrayRef, RecordBatch, StringArray};
use huzhu::batch::{self, Decided};
use huzhu::{Accumulators, Case, Catalog, Claim, Decision, Enrollment, Language, case_schema};
use serde_json::{Value as Json, json};

use super::program::{adjudicated, batched};

type Facts = &'static [(&'static str, &'static str)];

static CATALOG: LazyLock<Catalog> = LazyLock::new(|| Catalog::load(Path::new("rules")).unwrap());

/// Decision, amount and the reasons with their texts.
fn answer(result: &Json) -> (String, String, Vec<String>) {
    let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
    let reason = |reason: &Json| format!("{}: {}", text(&reason["code"]), text(&reason["text"]));
    let reasons = result["reasons"].as_array().unwrap().iter().map(reason).collect();
    (text(&result["decision"]), text(&result["payable"]), reasons)
}

fn pended(reason: &str) -> (String, String, Vec<String>) {
    ("pended".to_owned(), "0.00".to_owned(), vec![reason.to_owned()])
}

#[test]
fn a_part_above_its_whole_pends_and_says_by_how_much() {
    let cases = [
        (
            "burden",
            "the funds + the member + others + the hospital is more than the total cost (2019.87 and 100.00, 1919.87 too much)",
        ),
        (
            "in_pool",
            "borne inside the pool + the funds + cost outside the scope is more than the total cost (10060.00 and 100.00, 9960.00 too much)",
        ),
        (
            "scope",
            "within scope + self-funded + above the limit + paid first, as far as known, is more than the total cost (10000.00 and 100.00, 9900.00 too much)",
        ),
        (
            "self_funded",
            "within scope + self-funded + paid first is more than the total cost (10000.00 and 100.00, 9900.00 too much)",
        ),
    ];
    for (case, relation) in cases {
        let found = answer(&adjudicated(&format!("08-part-above-whole/{case}.json")));
        assert_eq!(found, pended(&format!("part-above-whole: {relation}")), "{case}");
    }
    let (rows, _) = batched("08-part-above-whole/c.csv", "08-part-above-whole/e.csv", &[]);
    assert_eq!(rows[1..], ["x,e,guangdong-self-funded,1,pended,0.00,part-above-whole,,,0.00"]);
}

#[test]
fn a_sum_that_no_absent_part_can_mend_is_broken() {
    let cases = [
        (
            "all-given",
            "settlement-funds: all funds is not the sum of the eight (0.00 and 7000.00, a difference of -7000.00)",
        ),
        (
            "maf_pay-absent",
            "part-above-whole: the sum of the eight, as far as known, is more than all funds (7000.00 and 0.00, 7000.00 too much)",
        ),
        (
            "scope-all-given",
            "settlement-scope: the total cost is not within scope + self-funded + above the limit + paid first (10000.00 and 11000.00, a difference of -1000.00)",
        ),
        (
            "scope-one-absent",
            "part-above-whole: within scope + self-funded + above the limit + paid first, as far as known, is more than the total cost (10900.00 and 10000.00, 900.00 too much)",
        ),
    ];
    for (case, reason) in cases {
        let found = answer(&adjudicated(&format!("09-identity-with-a-gap/{case}.json")));
        assert_eq!(found, pended(reason), "{case}");
    }
}

#[test]
fn a_previous_cover_ends_before_this_one_starts() {
    let paid = ("paid".to_owned(), "100000.00".to_owned(), Vec::new());
    let waiting = "waiting-period: sudden death: the sudden death falls in the waiting period".to_owned();
    let broken = pended("previous-cover: the previous cover does not end before this one starts");
    let cases = [
        ("2024-11-30", ("nothing-due".to_owned(), "0.00".to_owned(), vec![waiting])),
        ("2024-12-31", paid),
        ("2025-06-01", broken.clone()),
        ("2999-12-31", broken),
    ];
    for (case, expected) in cases {
        let found = answer(&adjudicated(&format!("13-previous-cover-ends-later/{case}.json")));
        assert_eq!(found, expected, "{case}");
    }
}

/// Dates of one claim, and the code of what is impossible about them.
#[test]
fn dates_that_cannot_all_be_true_pend_by_name() {
    let cases: [(Facts, &[&str]); 23] = [
        (&[("coverage_end", "2025-06-30")], &["cover-dates"]),
        (&[("previous_coverage_end", "2025-06-30")], &[]),
        (&[("previous_coverage_end", "2025-07-01")], &["previous-cover"]),
        (&[("admitted", "2025-10-05"), ("discharged", "2025-10-05")], &[]),
        (&[("admitted", "2025-10-06"), ("discharged", "2025-10-05")], &["stay-dates"]),
        (&[("begndate", "2025-10-06"), ("enddate", "2025-10-05")], &["stay-dates"]),
        (&[("birth_date", "2025-10-02")], &["birth-after-event"]),
        (&[("birth_date", "2025-07-02")], &["birth-after-event"]),
        (
            &[("event_date", "2025-12-01"), ("admitted", "2025-05-01"), ("birth_date", "2025-05-02")],
            &["birth-after-event"],
        ),
        (&[("reported_on", "2025-10-01")], &[]),
        (&[("reported_on", "2025-09-30")], &["report-before-event"]),
        // reported when it happened, in hospital months later
        (&[("reported_on", "2025-10-02"), ("admitted", "2026-02-01"), ("discharged", "2026-02-10")], &[]),
        (&[("admitted", "2025-09-01"), ("discharged", "2025-10-01")], &[]),
        (&[("admitted", "2025-09-01"), ("discharged", "2025-09-30")], &["event-after-stay"]),
        (&[("begndate", "2025-09-01"), ("enddate", "2025-09-30")], &["event-after-stay"]),
        (&[("discharged", "2025-09-30"), ("cause", "illness")], &["event-after-stay"]),
        // the laboratory confirms it after the discharge
        (&[("discharged", "2025-09-30"), ("cause", "illness"), ("illness_class", "cancer")], &[]),
        (&[("discharged", "2025-09-30"), ("illness_class", "cancer")], &["event-after-stay"]),
        // taken home, and dies there
        (&[("discharged", "2025-09-30"), ("cause", "illness"), ("death", "true")], &[]),
        (&[("discharged", "2025-09-30"), ("cause", "sudden-death"), ("death", "true")], &[]),
        (&[("discharged", "2025-09-30"), ("death", "true")], &["event-after-stay"]),
        (&[("discharged", "2025-09-30"), ("cause", ""), ("death", "true")], &[]),
        (&[("discharged", "2025-09-30"), ("cause", "")], &["event-after-stay"]),
    ];
    let codes = ["cover-dates", "previous-cover", "stay-dates", "event-after-stay", "birth-after-event"];
    let codes = [&codes[..], &["report-before-event", "fact-contradicts"]].concat();
    for (changed, expected) in cases {
        let facts = told(changed);
        let enrollment = Enrollment::new("E", "henan-accident", "M");
        let of_cover = |name: &str| {
            name.starts_with("coverage") || name.starts_with("previous") || matches!(name, "birth_date" | "shares")
        };
        let (cover, claim): (Vec<_>, Vec<_>) = facts.into_iter().partition(|(name, _)| of_cover(name));
        let enrollment = cover.into_iter().fold(enrollment, |e, (name, value)| e.with(name, value).unwrap());
        let claim = claim.into_iter().fold(Claim::new("C"), |claim, (name, value)| claim.with(name, value).unwrap());
        let plan = CATALOG.resolve(&enrollment, &claim).unwrap();
        let adjudication = plan.adjudicate(&enrollment, &claim, &Accumulators::new()).unwrap();
        let found: Vec<&str> = adjudication.reasons().iter().map(|reason| reason.code.as_str()).collect();
        let found: Vec<&str> = found.into_iter().filter(|code| codes.contains(code)).collect();
        assert_eq!(found, expected, "{changed:?}");
        assert!(expected.is_empty() || adjudication.decision() == Decision::Pended, "{changed:?}");
    }
}

/// A claim of 1 October under a cover from 1 July, with other facts; an empty one is left out.
fn told(changed: Facts) -> Vec<(&'static str, &'static str)> {
    let plain = [
        ("coverage_start", "2025-07-01"),
        ("coverage_end", "2026-06-30"),
        ("birth_date", "1990-05-05"),
        ("event_date", "2025-10-01"),
        ("cause", "accident"),
        ("shares", "1"),
        ("personal_burden", "100.00"),
    ];
    let is_changed = |name: &str| changed.iter().any(|(other, _)| *other == name);
    let kept = plain.into_iter().filter(|(name, _)| !is_changed(name));
    kept.chain(changed.iter().copied()).filter(|(_, value)| !value.is_empty()).collect()
}

/// A settlement of 10,000.00, of which the funds paid 7,000.00 and the member bears 3,000.00.
fn settlement(changed: &[(&str, Option<&str>)]) -> Json {
    let mut settlement = json!({
        "medfee_sumamt": "10000.00", "fulamt_ownpay_amt": "500.00", "overlmt_selfpay": "100.00", "preselfpay_amt": "400.00",
        "inscp_scp_amt": "9000.00", "hifp_pay": "6500.00", "cvlserv_pay": "0.00", "hifes_pay": "0.00", "hifmi_pay": "0.00",
        "hifob_pay": "300.00", "maf_pay": "0.00", "oth_pay": "0.00", "hifdm_pay": "200.00", "fund_pay_sumamt": "7000.00",
        "hosp_part_amt": "0.00", "psn_part_amt": "3000.00", "acct_pay": "1000.00", "psn_cash_pay": "2000.00", "acct_mulaid_pay": "0.00",
    });
    for (name, value) in changed {
        let object = settlement.as_object_mut().unwrap();
        match value {
            Some(value) => drop(object.insert((*name).to_owned(), (*value).into())),
            None => drop(object.remove(*name)),
        }
    }
    settlement
}

fn case(settlement: &Json) -> String {
    let enrollment = json!({
        "id": "E", "plan": "guangdong-second-medical", "member": "M", "shares": 1,
        "coverage_start": "2025-07-01", "coverage_end": "2026-06-30", "birth_date": "1990-05-05",
    });
    let claim = json!({
        "id": "C", "event_date": "2025-10-01", "cause": "illness", "admitted": "2025-10-01", "discharged": "2025-10-11",
        "settlement": settlement,
    });
    json!({ "enrollment": enrollment, "claim": claim }).to_string()
}

/// Decision, amount and codes of a case with the settlement; or what is wrong with the file.
fn decided(settlement: &Json) -> Result<String, Vec<String>> {
    let read = Case::read("case.json", case(settlement).as_bytes(), &CATALOG);
    let case = read.map_err(|wrong| {
        wrong.iter().map(|found| format!("{}: {}", found.code(), found.message(Language::En))).collect::<Vec<_>>()
    })?;
    let (adjudication, _) = case.decide(&CATALOG).unwrap();
    let codes: Vec<&str> = adjudication.reasons().iter().map(|reason| reason.code.as_str()).collect();
    Ok(format!("{:?} {} {}", adjudication.decision(), adjudication.payable(), codes.join(";")))
}

#[test]
fn the_eighth_fund_counts() {
    assert_eq!(decided(&settlement(&[])), Ok("Paid 1600.00 ".to_owned()));
    let without = [("hifdm_pay", None), ("fund_pay_sumamt", Some("6800.00")), ("psn_part_amt", Some("3200.00"))];
    let without = [&without[..], &[("psn_cash_pay", Some("2200.00"))]].concat();
    assert_eq!(decided(&settlement(&without)), Ok("Paid 1760.00 ".to_owned()), "absent, it was none");
    assert_eq!(decided(&settlement(&[("hifdm_pay", None)])), Ok("Pended 0 settlement-funds".to_owned()));
}

#[test]
fn what_takes_back_a_settlement_is_a_refund() {
    let original = ("init_setl_id", Some("S1"));
    let refund = settlement(&[original, ("refd_setl_flag", Some("1"))]);
    assert_eq!(decided(&refund), Ok("Denied 0 settlement-refunded".to_owned()));
    assert_eq!(decided(&settlement(&[original])), Ok("Pended 0 fact-contradicts".to_owned()));
    assert_eq!(
        decided(&settlement(&[original, ("refd_setl_flag", Some("0"))])),
        Ok("Pended 0 fact-contradicts".to_owned())
    );
    let negative = decided(&settlement(&[("psn_part_amt", Some("-3000.00"))]));
    let help = "a refund is entered as another claim, which reverses the one that was paid (`reverses`)";
    assert!(negative.unwrap_err()[0].contains(help));
}

/// What queries call a field is the field: in case files, in serde, in the library and as a column.
#[test]
fn the_names_of_queries_are_read() {
    let names = [
        ("psn_pay", "psn_part_amt", "3000.00"),
        ("cash_payamt", "psn_cash_pay", "2000.00"),
        ("othfund_pay", "oth_pay", "0.00"),
        ("inscp_amt", "inscp_scp_amt", "9000.00"),
    ];
    for (alias, name, value) in names {
        let only = settlement(&[(name, None), (alias, Some(value))]);
        let both = settlement(&[(alias, Some(value))]);
        let differ = settlement(&[(alias, Some("1.00"))]);
        let claim =
            |settlement: &Json| -> Json { serde_json::from_str::<Json>(&case(settlement)).unwrap()["claim"].clone() };
        let by_serde = |settlement: &Json| serde_json::from_value::<Claim>(claim(settlement));
        let told_twice = format!("`{name}` and `{alias}` are one fact");

        assert_eq!(decided(&only), Ok("Paid 1600.00 ".to_owned()), "{alias}");
        assert_eq!(decided(&both), Ok("Paid 1600.00 ".to_owned()), "{alias}");
        assert!(decided(&differ).unwrap_err()[0].contains(&told_twice), "{alias}");

        assert_eq!(by_serde(&only).unwrap(), by_serde(&settlement(&[])).unwrap());
        assert_eq!(by_serde(&both).unwrap(), by_serde(&settlement(&[])).unwrap());
        assert!(by_serde(&differ).unwrap_err().to_string().contains(alias));

        let with = Claim::new("C").with(name, "1.00").unwrap().with(alias, value).unwrap();
        assert_eq!(with, Claim::new("C").with(name, value).unwrap(), "replaced");
        assert_eq!(with.fact(alias), with.fact(name));
        assert!(with.without(alias).fact(name).is_none());

        let read = Case::read("case.json", case(&settlement(&[])).as_bytes(), &CATALOG).unwrap();
        assert_eq!(read.with(&CATALOG, alias, "7.00").unwrap(), read.with(&CATALOG, name, "7.00").unwrap());
        assert!(case_schema()["$defs"]["settlement"]["properties"][alias].is_object());

        let rows = in_columns(&[&only, &both, &differ]);
        let rejected: Vec<String> = rows
            .rejects
            .iter()
            .map(|reject| format!("{} {}: {}", reject.row, reject.column, reject.reason.en))
            .collect();
        assert_eq!(rows.payouts.num_rows(), 2, "{alias}");
        assert_eq!(rejected.len(), 1, "{rejected:?}");
        assert!(rejected[0].starts_with("3 ") && rejected[0].contains(&told_twice), "{rejected:?}");
    }
}

/// The settlements as rows of a batch, in columns by the names that they use.
fn in_columns(settlements: &[&Json]) -> Decided {
    let count = settlements.len();
    let text =
        |of: &dyn Fn(usize) -> Option<String>| -> ArrayRef { Arc::new((0..count).map(of).collect::<StringArray>()) };
    let same = |value: &'static str| text(&move |_| Some(value.to_owned()));
    let id = || text(&|place| Some(place.to_string()));
    let mut claims = vec![
        ("claim_id", id()),
        ("enrollment_id", id()),
        ("event_date", same("2025-10-01")),
        ("cause", same("illness")),
    ];
    claims.extend([("admitted", same("2025-10-01")), ("discharged", same("2025-10-11"))]);
    let fields: std::collections::BTreeSet<&str> =
        settlements.iter().flat_map(|settlement| settlement.as_object().unwrap().keys().map(String::as_str)).collect();
    for field in fields {
        claims.push((field, text(&|place| settlements.get(place)?.get(field)?.as_str().map(str::to_owned))));
    }
    let enrollments = vec![
        ("enrollment_id", id()),
        ("member_id", id()),
        ("plan", same("guangdong-second-medical")),
        ("shares", same("1")),
        ("coverage_start", same("2025-07-01")),
        ("coverage_end", same("2026-06-30")),
        ("birth_date", same("1990-05-05")),
    ];
    let batch_of = |columns: Vec<(&str, ArrayRef)>| RecordBatch::try_from_iter(columns).unwrap();
    batch::decide(&CATALOG, &batch_of(claims), &batch_of(enrollments)).unwrap()
}
