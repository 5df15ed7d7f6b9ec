//! A certificate says what was decided, in the one canonical form, by one program for each version of a plan.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that meets what it does not know must stop, not carry on"
)]
#![expect(dead_code, reason = "of the oracle only its population is used here")]

mod oracle {
    pub(crate) mod calendar;
    pub(crate) mod claims;
    pub(crate) mod disability;
    pub(crate) mod draw;
    pub(crate) mod exact;
    pub(crate) mod facts;
    pub(crate) mod gansu_comprehensive;
    pub(crate) mod guangdong_accident;
    pub(crate) mod guangdong_critical_illness;
    pub(crate) mod guangdong_hospital_allowance;
    pub(crate) mod guangdong_second_medical;
    pub(crate) mod guangdong_self_funded;
    pub(crate) mod guangdong_womens_illness;
    pub(crate) mod henan_accident;
    pub(crate) mod ningbo_critical;
    pub(crate) mod ningbo_hospital;
    pub(crate) mod population;
    pub(crate) mod record;
    pub(crate) mod truth;
    pub(crate) mod verdict;
    pub(crate) mod wuxi_return_allowance;
    pub(crate) mod wuxi_xixinbao;
}

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use huzhu::{Accumulators, Adjudication, Bundle, Catalog, Certificate, Claim, Enrollment, Plan, Program, WorkedCases};
use rust_decimal::Decimal;
use serde_json::Value as Json;

use oracle::draw::Draw;
use oracle::facts::{Facts, Value};
use oracle::population::{PLANS, history};

const MEMBERS: usize = 2_000;
const SEED: u64 = 20_261_123;
const LEAST_CASES: usize = 800;

#[test]
fn the_certificate_of_every_worked_case_says_what_was_decided() {
    let catalog = catalog();
    let mut certified = 0;
    for path in std::fs::read_dir("rules").expect("the rules are there").map(|entry| entry.expect("it is read").path()) {
        let name = path.to_string_lossy().into_owned();
        if !name.ends_with(".cases.toml") {
            continue;
        }
        let cases = WorkedCases::read(&name, &std::fs::read(&path).expect("it is read"), &catalog);
        for case in cases.expect("the worked cases are right").cases() {
            let (adjudication, _) = case.decide(&catalog).expect("it is decided");
            if case.claim.reverses().is_some() {
                assert!(case.certify(&catalog).is_err_and(|error| error.is_certificate()));
                continue;
            }
            check(&case.certify(&catalog).expect("it is certified"), &adjudication);
            certified += 1;
        }
    }
    assert!(certified >= LEAST_CASES, "{certified} certificates, at least {LEAST_CASES} are expected");
}

#[test]
fn the_certificate_of_every_drawn_claim_says_what_was_decided() {
    let catalog = catalog();
    let programs: BTreeMap<(&str, &str), Program<'_>> =
        catalog.plans().map(|plan| ((plan.id(), plan.version()), plan.program())).collect();
    let mut draw = Draw::seeded(SEED);
    let mut decisions: BTreeMap<&str, usize> = BTreeMap::new();
    for drawn in PLANS.iter().cycle().take(MEMBERS) {
        let mut accumulators = Accumulators::new();
        for (index, facts) in history(drawn, &mut draw).into_iter().enumerate() {
            let (enrollment, claim) = pair(drawn.id, &facts, index);
            let plan = catalog.resolve(&enrollment, &claim).expect("a version holds");
            let adjudication = plan.adjudicate(&enrollment, &claim, &accumulators).expect("it is decided");
            let program = &programs[&(plan.id(), plan.version())];
            let certificate = program.certify(&enrollment, &claim, &accumulators).expect("it is certified");
            check(&certificate, &adjudication);
            *decisions.entry(adjudication.decision().name()).or_default() += 1;
            if let Some(posting) = adjudication.posting() {
                accumulators.post(posting).expect("it is posted");
            }
        }
    }
    println!("{decisions:?}");
    assert_eq!(decisions.len(), 4, "{decisions:?}");
}

fn catalog() -> Catalog {
    Catalog::load(Path::new("rules")).expect("the packs are right")
}

fn pair(plan: &str, facts: &Facts, index: usize) -> (Enrollment, Claim) {
    let enrollment = facts.enrollment.iter().fold(Enrollment::new(facts.enrollment_id, plan, "M1"), |it, (name, value)| {
        it.with(name, written(value)).expect("the fact fits")
    });
    let claim = facts.claim.iter().fold(Claim::new(&format!("C{index}")), |it, (name, value)| {
        it.with(name, written(value)).expect("the fact fits")
    });
    (enrollment, claim)
}

fn written(value: &Value) -> huzhu::Value {
    match *value {
        Value::Money(_) => value.to_string().as_str().into(),
        Value::Whole(number) => number.into(),
        Value::YesNo(is_so) => is_so.into(),
        Value::Date(date) => date.into(),
        Value::Word(word) => word.into(),
    }
}

/// The text is canonical, and its conclusion is the decision.
fn check(certificate: &Certificate, adjudication: &Adjudication) {
    let text = certificate.to_text();
    let json: Json = serde_json::from_str(&text).expect("it is JSON");
    assert_eq!(serde_json_canonicalizer::to_string(&json).expect("it has a canonical form"), text);
    let conclusion = &json["conclusion"];
    let amount = |amount: Decimal| {
        let amount = amount.normalize();
        if amount.is_zero() { "0".to_owned() } else { amount.to_string() }
    };
    assert_eq!(conclusion["decision"], adjudication.decision().name());
    assert_eq!(conclusion["payable"], amount(adjudication.payable()));
    let benefits = conclusion["benefits"].as_array().expect("it is a list");
    assert_eq!(benefits.len(), adjudication.benefits().len());
    for (found, expected) in benefits.iter().zip(adjudication.benefits()) {
        assert_eq!(found["id"], expected.id());
        assert_eq!(found["gross"], amount(expected.gross()));
        assert_eq!(found["paid"], amount(expected.paid()));
        let lines = found["lines"].as_array().expect("it is a list").iter();
        let lines: Vec<_> = lines.filter(|line| !line["leaves"].is_null()).collect();
        assert_eq!(lines.len(), expected.lines().len());
        for (found, expected) in lines.into_iter().zip(expected.lines()) {
            assert_eq!(found["takes"], amount(expected.takes()));
            assert_eq!(found["leaves"], amount(expected.leaves()));
        }
    }
    let reasons = conclusion["reasons"].as_array().expect("it is a list").iter();
    let reasons: Vec<(&Json, &Json)> = reasons.map(|reason| (&reason["code"], &reason["fact"])).collect();
    let expected = adjudication.reasons().iter();
    let expected: Vec<(Json, Json)> =
        expected.map(|reason| (reason.code.clone().into(), reason.fact.clone().into())).collect();
    assert_eq!(reasons, expected.iter().map(|(code, fact)| (code, fact)).collect::<Vec<_>>());
}
