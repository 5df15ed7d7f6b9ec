//! Law: a record whose amounts cannot all be true is never paid on, and one whose amounts can is not held up for them.

use std::collections::BTreeMap;

use huzhu::{Accumulators, Adjudication, Claim, Decision, Enrollment, Plan};
use proptest::prelude::*;
use proptest::test_runner::{TestCaseError, TestRunner};

use super::law::config;
use super::shelf::CATALOG;

/// Amounts in fen by the names of facts.
type Amounts = BTreeMap<&'static str, u32>;

const FUNDS: [&str; 8] =
    ["hifp_pay", "cvlserv_pay", "hifes_pay", "hifmi_pay", "hifob_pay", "maf_pay", "oth_pay", "hifdm_pay"];
const PAYMENTS: [&str; 3] = ["acct_pay", "psn_cash_pay", "acct_mulaid_pay"];
const OUTSIDE: [&str; 3] = ["fulamt_ownpay_amt", "overlmt_selfpay", "preselfpay_amt"];
/// What was none where it is not told, so that it is left out only where it was none.
const ABSENT_IS_NONE: [&str; 3] = ["hosp_part_amt", "other_paid", "hifdm_pay"];

/// The wholes that a fact is a part of, whatever the funds have paid.
const PARTS: &[(&str, &[&str])] = &[
    (
        "total_cost",
        &["fund_paid", "fund_pay_sumamt", "psn_part_amt", "hosp_part_amt", "personal_burden", "self_funded"],
    ),
    ("total_cost", &["inscp_scp_amt", "in_pool_burden", "act_pay_dedc"]),
    ("total_cost", &OUTSIDE),
    ("total_cost", &PAYMENTS),
    ("total_cost", &FUNDS),
    ("medfee_sumamt", &["fund_paid", "psn_part_amt", "hosp_part_amt", "personal_burden", "self_funded"]),
    ("medfee_sumamt", &["inscp_scp_amt", "in_pool_burden"]),
    ("medfee_sumamt", &OUTSIDE),
    ("medfee_sumamt", &PAYMENTS),
    ("medfee_sumamt", &FUNDS),
    ("fund_pay_sumamt", &FUNDS),
    ("fund_paid", &FUNDS),
    ("psn_part_amt", &PAYMENTS),
    ("psn_part_amt", &["personal_burden"]),
    ("inscp_scp_amt", &["in_pool_burden"]),
    ("psn_part_amt", &["in_pool_burden"]),
    ("personal_burden", &PAYMENTS),
];

/// Codes of facts that contradict each other.
const CONTRADICTIONS: [&str; 7] = [
    "fact-contradicts",
    "fund-above-total",
    "part-above-whole",
    "settlement-scope",
    "settlement-funds",
    "settlement-burden",
    "settlement-payments",
];

/// A settlement record that adds up, and the bill that follows from it.
fn a_record() -> impl Strategy<Value = Amounts> {
    let amount = || prop_oneof![2 => Just(0_u32), 3 => 0..2_000_000_u32];
    (proptest::array::uniform14(amount()), proptest::array::uniform5(0..=100_u32)).prop_map(|(told, shares)| {
        let mut amounts = Amounts::new();
        amounts.extend(FUNDS.into_iter().chain(PAYMENTS).chain(["hosp_part_amt", "other_paid"]).zip(told));
        let sum = |amounts: &Amounts, of: &[&str]| of.iter().map(|name| amounts[name]).sum::<u32>();
        let (funds, person) = (sum(&amounts, &FUNDS), sum(&amounts, &PAYMENTS));
        let total = funds + person + amounts["hosp_part_amt"];
        let mut within = total;
        for (name, share) in OUTSIDE.into_iter().zip(shares) {
            let outside = within / 100 * share / 2;
            amounts.insert(name, outside);
            within -= outside;
        }
        amounts.insert("medfee_sumamt", total);
        amounts.insert("total_cost", total);
        amounts.insert("fund_pay_sumamt", funds);
        amounts.insert("fund_paid", funds);
        amounts.insert("psn_part_amt", person);
        amounts.insert("inscp_scp_amt", within);
        amounts.insert("act_pay_dedc", within / 100 * shares[4]);
        amounts.insert("self_funded", amounts["fulamt_ownpay_amt"]);
        amounts.insert("in_pool_burden", within.saturating_sub(funds));
        amounts.insert("personal_burden", person.saturating_sub(amounts["other_paid"]));
        amounts
    })
}

/// Which facts are told, as a bit each; all of them now and then.
fn a_choice() -> impl Strategy<Value = u64> {
    prop_oneof![1 => Just(u64::MAX), 6 => any::<u64>(), 3 => (any::<u64>(), any::<u64>()).prop_map(|(a, b)| a & b)]
}

/// The record without the facts that are not chosen.
fn chosen(record: &Amounts, choice: u64, keep: &[&str]) -> Amounts {
    let is_told = |place: usize, name: &str, amount: u32| {
        choice >> place & 1 == 1 || keep.contains(&name) || ABSENT_IS_NONE.contains(&name) && amount > 0
    };
    let told = record.iter().enumerate().filter(|(place, (name, amount))| is_told(*place, name, **amount));
    told.map(|(_, (name, amount))| (*name, *amount)).collect()
}

fn plans() -> [&'static Plan; 3] {
    ["guangdong-second-medical", "guangdong-self-funded", "henan-accident"]
        .map(|id| CATALOG.versions(id).last().unwrap())
}

const COVER: [(&str, &str); 4] =
    [("shares", "1"), ("birth_date", "1990-05-05"), ("coverage_start", "2025-07-01"), ("coverage_end", "2026-06-30")];
const STAY: [(&str, &str); 4] =
    [("event_date", "2025-10-01"), ("cause", "accident"), ("admitted", "2025-10-01"), ("discharged", "2025-10-11")];

fn adjudicated(plan: &Plan, record: &Amounts) -> Adjudication {
    let enrollment =
        COVER.iter().fold(Enrollment::new("E", plan.id(), "M"), |e, (name, value)| e.with(name, *value).unwrap());
    let claim = STAY.iter().fold(Claim::new("C"), |claim, (name, value)| claim.with(name, *value).unwrap());
    let claim = record.iter().fold(claim, |claim, (name, fen)| claim.with(name, yuan(*fen).as_str()).unwrap());
    plan.adjudicate(&enrollment, &claim, &Accumulators::new()).unwrap()
}

fn yuan(fen: u32) -> String {
    format!("{}.{:02}", fen / 100, fen % 100)
}

fn contradictions(adjudication: &Adjudication) -> Vec<&str> {
    let codes = adjudication.reasons().iter().map(|reason| reason.code.as_str());
    codes.filter(|code| CONTRADICTIONS.contains(code)).collect()
}

fn never_paid(record: &Amounts) -> Result<(), TestCaseError> {
    for plan in plans() {
        let adjudication = adjudicated(plan, record);
        prop_assert_eq!(adjudication.decision(), Decision::Pended, "{}", plan.id());
        prop_assert!(!contradictions(&adjudication).is_empty());
    }
    Ok(())
}

/// Tries a law on so many records.
fn on_records<S: Strategy>(strategy: &S, law: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    TestRunner::new(config(600)).run(strategy, law).unwrap_or_else(|broken| panic!("{broken}"));
}

#[test]
fn a_record_that_adds_up_is_not_held_up_whatever_is_left_out() {
    on_records(&(a_record(), a_choice()), |(record, choice)| {
        let told = chosen(&record, choice, &[]);
        for plan in plans() {
            let adjudication = adjudicated(plan, &told);
            let expected: Vec<&str> = Vec::new();
            prop_assert_eq!(contradictions(&adjudication), expected, "{:?}", adjudication.reasons());
        }
        Ok(())
    });
}

#[test]
fn a_part_above_its_whole_is_never_paid_on_whatever_is_left_out() {
    let pairs: Vec<(&str, &str)> =
        PARTS.iter().flat_map(|(whole, parts)| parts.iter().map(move |part| (*whole, *part))).collect();
    let broken = (a_record(), a_choice(), prop::sample::select(pairs), 1..1_000_000_u32);
    on_records(&broken, |(record, choice, (whole, part), by)| {
        let mut told = chosen(&record, choice, &[whole, part]);
        // What is borne inside the pool may be the hospital's, and what was paid in cash may have come back from others.
        let elsewhere = record["hosp_part_amt"] + record["other_paid"];
        told.insert(part, told[whole] + elsewhere + by);
        never_paid(&told)
    });
}

/// Two parts may each fit their whole and be too much together.
#[test]
fn parts_that_are_too_much_together_are_never_paid_on_whatever_is_left_out() {
    let sums: [(&str, &[&str]); 7] = [
        ("fund_paid", &FUNDS),
        ("fund_pay_sumamt", &FUNDS),
        ("psn_part_amt", &PAYMENTS),
        ("total_cost", &["inscp_scp_amt", "fulamt_ownpay_amt", "overlmt_selfpay", "preselfpay_amt"]),
        ("total_cost", &["fund_paid", "psn_part_amt", "hosp_part_amt"]),
        ("medfee_sumamt", &["fund_pay_sumamt", "psn_part_amt", "hosp_part_amt"]),
        ("medfee_sumamt", &["hifp_pay", "psn_cash_pay", "hosp_part_amt"]),
    ];
    let broken = (a_record(), a_choice(), prop::sample::select(sums.to_vec()), any::<prop::sample::Index>());
    on_records(&broken, |(record, choice, (whole, parts), left_out)| {
        let left_out = parts[left_out.index(parts.len())];
        let others: Vec<&str> = parts.iter().copied().filter(|part| *part != left_out).collect();
        let sum: u32 = others.iter().map(|part| record[part]).sum();
        prop_assume!(sum > 0);
        let keep: Vec<&str> = others.into_iter().chain([whole]).collect();
        let mut told = chosen(&record, choice, &keep);
        if !ABSENT_IS_NONE.contains(&left_out) {
            told.remove(left_out);
        }
        told.insert(whole, sum - 1);
        never_paid(&told)
    });
}

#[test]
fn a_whole_record_with_one_amount_off_is_never_paid_on() {
    let amounts = FUNDS.into_iter().chain(PAYMENTS).chain(OUTSIDE);
    let wholes = ["medfee_sumamt", "inscp_scp_amt", "fund_pay_sumamt", "psn_part_amt", "hosp_part_amt"];
    let names: Vec<&str> = amounts.chain(wholes).collect();
    let broken = (a_record(), prop::sample::select(names), 1..1_000_000_u32, any::<bool>());
    on_records(&broken, |(record, name, by, is_more)| {
        let amount = if is_more { record[name] + by } else { record[name].saturating_sub(by) };
        prop_assume!(amount != record[name]);
        let bill = ["total_cost", "fund_paid", "self_funded", "in_pool_burden", "personal_burden", "act_pay_dedc"];
        let mut told: Amounts = record.into_iter().filter(|(name, _)| !bill.contains(name)).collect();
        told.insert(name, amount);
        never_paid(&told)
    });
}

/// Whichever way a record comes in, sound or not, it gets the same decision for the same reasons.
#[cfg(feature = "batch")]
#[test]
fn columns_hold_up_what_is_held_up_alone() {
    let broken =
        (any::<bool>(), prop::sample::select(vec!["total_cost", "fund_paid", "psn_part_amt", "inscp_scp_amt"]));
    let rows = prop::collection::vec((a_record(), a_choice(), broken, 0..2_000_000_u32), 300);
    TestRunner::new(config(4))
        .run(&rows, |rows| {
            let told = rows.into_iter().map(|(record, choice, (is_broken, name), amount)| {
                let mut told = chosen(&record, choice, &[]);
                if is_broken {
                    told.insert(name, amount);
                }
                told
            });
            let records: Vec<Amounts> = told.collect();
            for plan in plans() {
                let alone: Vec<String> = records.iter().map(|record| in_one(&adjudicated(plan, record))).collect();
                prop_assert_eq!(by_columns::decided(plan, &records), alone, "{}", plan.id());
            }
            Ok(())
        })
        .unwrap_or_else(|broken| panic!("{broken}"));
}

#[cfg(feature = "batch")]
fn in_one(adjudication: &Adjudication) -> String {
    let codes: Vec<&str> = adjudication.reasons().iter().map(|reason| reason.code.as_str()).collect();
    format!("{} {}", super::small::name(adjudication.decision()), codes.join(";"))
}

#[cfg(feature = "batch")]
mod by_columns {
    use std::sync::Arc;

    use arrow_array::cast::AsArray;
    use arrow_array::{Array, ArrayRef, RecordBatch, StringArray};
    use huzhu::{Plan, batch};

    use super::{Amounts, CATALOG, COVER, STAY, names, yuan};

    /// Decision and reasons of each record, as columns have them.
    pub(super) fn decided(plan: &Plan, records: &[Amounts]) -> Vec<String> {
        let ids: Vec<String> = (0..records.len()).map(|place| format!("{place:04}")).collect();
        let text = |of: &dyn Fn(usize) -> Option<String>| -> ArrayRef {
            Arc::new((0..records.len()).map(of).collect::<StringArray>())
        };
        let id = |place: usize| Some(ids[place].clone());
        let mut claims = vec![("claim_id", text(&id)), ("enrollment_id", text(&id))];
        claims.extend(STAY.map(|(name, value)| (name, text(&|_| Some(value.to_owned())))));
        claims.extend(names().map(|name| (name, text(&|place| records[place].get(name).map(|fen| yuan(*fen))))));
        let mut enrollments = vec![("enrollment_id", text(&id)), ("member_id", text(&id))];
        enrollments.push(("plan", text(&|_| Some(plan.id().to_owned()))));
        enrollments.extend(COVER.map(|(name, value)| (name, text(&|_| Some(value.to_owned())))));
        let batch_of = |columns| RecordBatch::try_from_iter::<_, &str>(columns).unwrap();
        let decided = batch::decide(&CATALOG, &batch_of(claims), &batch_of(enrollments)).unwrap();
        assert!(decided.rejects.is_empty(), "{:?}", decided.rejects);
        let column = |name: &str| decided.payouts.column_by_name(name).unwrap().clone();
        let (id, decision, reasons) = (column("claim_id"), column("decision"), column("reasons"));
        let value = |of: &ArrayRef, row: usize| {
            let of = of.as_string::<i32>();
            if of.is_null(row) { String::new() } else { of.value(row).to_owned() }
        };
        let mut rows: Vec<(String, String)> = (0..decided.payouts.num_rows())
            .map(|row| (value(&id, row), format!("{} {}", value(&decision, row), value(&reasons, row))))
            .collect();
        rows.sort();
        rows.into_iter().map(|(_, row)| row).collect()
    }
}

/// The names of all amounts of a record.
#[cfg(feature = "batch")]
fn names() -> impl Iterator<Item = &'static str> {
    let bill = ["total_cost", "fund_paid", "other_paid", "personal_burden", "in_pool_burden", "self_funded"];
    let record = ["medfee_sumamt", "inscp_scp_amt", "act_pay_dedc", "fund_pay_sumamt", "psn_part_amt", "hosp_part_amt"];
    bill.into_iter().chain(record).chain(FUNDS).chain(PAYMENTS).chain(OUTSIDE)
}
