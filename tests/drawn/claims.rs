//! Claims of the oracle's population as the engine takes them.

use huzhu::{Claim, Enrollment};

use crate::oracle::facts::{Facts, Value};

/// A claim of a member's history, by its place, with its enrollment.
pub(crate) fn pair(plan: &str, facts: &Facts, index: usize) -> (Enrollment, Claim) {
    pair_of("M1", plan, facts, index)
}

/// The same of one member of many.
pub(crate) fn pair_of(member: &str, plan: &str, facts: &Facts, index: usize) -> (Enrollment, Claim) {
    let enrollment = Enrollment::new(facts.enrollment_id, plan, member);
    with_facts(enrollment, Claim::new(&format!("C{index}")), facts)
}

pub(crate) fn with_facts(enrollment: Enrollment, claim: Claim, facts: &Facts) -> (Enrollment, Claim) {
    let enrollment = facts
        .enrollment
        .iter()
        .fold(enrollment, |enrollment, (name, value)| enrollment.with(name, written(value)).expect("the fact fits"));
    let claim =
        facts.claim.iter().fold(claim, |claim, (name, value)| claim.with(name, written(value)).expect("the fact fits"));
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
