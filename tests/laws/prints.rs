//! Law 11: parse of print is the identity.

use std::fmt::Debug;

use huzhu::{Accumulators, Case, Claim, Enrollment, Explanation, Language, exact, money};
use proptest::prelude::*;
use proptest::test_runner::{TestCaseError, TestRunner};
use rust_decimal::Decimal;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::law::{config, decide_in_turn, over_every_pack};
use super::member::Telling;
use super::shelf::CATALOG;

#[test]
fn parse_of_print_is_the_identity() {
    over_every_pack(Telling::anything(3), |pack, told| {
        for decided in decide_in_turn(pack, told) {
            comes_back::<Enrollment>(&decided.told.enrollment())?;
            comes_back::<Claim>(&decided.told.claim())?;
            comes_back::<Claim>(&Claim::reversal("R", &decided.told.id))?;
            comes_back::<Enrollment>(&decided.told.enrollment().with_plan_version(pack.plan.version()))?;
            comes_back::<Accumulators>(&decided.before)?;
            for language in [Language::Zh, Language::En] {
                comes_back::<Explanation>(&decided.adjudication.explain(language))?;
            }
            let mut explanation = decided.adjudication.explain(Language::En);
            explanation.accumulators = Some(decided.before.clone());
            comes_back::<Explanation>(&explanation)?;
        }
        Ok(())
    });
}

/// What is printed is read as the same, and printed the same again.
fn comes_back<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) -> Result<(), TestCaseError> {
    let printed = serde_json::to_string(value).unwrap();
    let read: T = serde_json::from_str(&printed).map_err(|fault| TestCaseError::fail(format!("{fault}: {printed}")))?;
    prop_assert_eq!(&read, value, "{}", &printed);
    prop_assert_eq!(serde_json::to_string(&read).unwrap(), printed);
    Ok(())
}

#[test]
fn a_case_file_of_printed_parts_is_the_case() {
    over_every_pack(Telling::anything(1), |_, told| {
        for told in told.iter().filter(|told| told.value("coverage_start").is_some()) {
            let (enrollment, claim) = (told.enrollment(), told.claim());
            let file = json!({ "enrollment": enrollment, "claim": claim }).to_string();
            let case = Case::read("case.json", file.as_bytes(), &CATALOG)
                .map_err(|wrong| TestCaseError::fail(wrong.to_string()))?;
            let decided = case.decide(&CATALOG).unwrap();
            let plan = CATALOG.resolve(&enrollment, &claim).unwrap();
            prop_assert_eq!(decided.0, plan.adjudicate(&enrollment, &claim, &Accumulators::new()).unwrap());
            prop_assert_eq!(case.enrollment, enrollment, "{}", &file);
            prop_assert_eq!(case.claim, claim, "{}", &file);
        }
        Ok(())
    });
}

#[test]
fn parse_of_a_printed_amount_is_the_amount() {
    // At most 15 digits before the point and 18 in all.
    let amounts = (any::<i64>(), 0_u32..=8)
        .prop_map(|(coefficient, scale)| Decimal::new(coefficient % 10_i64.pow(15 + scale.min(3)), scale));
    let tried = TestRunner::new(config(256)).run(&amounts, |amount| {
        let printed = money::print(amount);
        let read = exact::parse(&printed).map_err(|fault| TestCaseError::fail(format!("{printed}: {fault}")))?;
        prop_assert_eq!(read, amount);
        prop_assert_eq!(money::print(read), printed);
        Ok(())
    });
    tried.unwrap_or_else(|broken| panic!("{broken}"));
}
