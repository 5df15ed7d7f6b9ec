//! Gansu: the comprehensive plan for truck drivers and eight other trades.

use super::disability::ratio;
use super::exact::{Exact, left_of, nothing, percent, to_the_yuan, yuan};
use super::facts::Facts;
use super::record::Record;
use super::truth::{Truth, all};
use super::verdict::{Payout, Requirements, Verdict, hold_together, judge};

const TRADES: [&str; 9] = [
    "truck-driver",
    "ride-hailing-driver",
    "courier",
    "food-delivery-rider",
    "care-worker",
    "domestic-worker",
    "mall-worker",
    "housing-agent",
    "security-guard",
];

const CRITICAL: [&str; 30] = [
    "severe-malignancy",
    "acute-myocardial-infarction",
    "stroke-sequelae",
    "organ-transplant",
    "coronary-bypass",
    "chronic-kidney-failure",
    "loss-of-limbs",
    "acute-severe-hepatitis",
    "benign-brain-tumour",
    "chronic-liver-failure",
    "brain-infection-sequelae",
    "deep-coma",
    "deafness",
    "blindness",
    "paralysis",
    "heart-valve-surgery",
    "alzheimers-disease",
    "brain-injury",
    "parkinsons-disease",
    "third-degree-burns",
    "pulmonary-hypertension",
    "motor-neuron-disease",
    "loss-of-speech",
    "aplastic-anaemia",
    "aorta-surgery",
    "chronic-respiratory-failure",
    "crohns-disease",
    "ulcerative-colitis",
    "multiple-sclerosis",
    "lupus-nephritis",
];

/// Of one person; more are void.
pub(crate) const MOST_SHARES: i64 = 1;

/// In the order of the pack.
pub(crate) const BENEFITS: &[&str] = &["hospital", "critical-illness", "disability", "death", "relief"];

pub(crate) fn decide(facts: &Facts, record: &Record) -> Verdict {
    let covered_trade: Truth = facts.word("occupation").map(|trade| TRADES.contains(&trade));
    let requirements = Requirements {
        most_shares: MOST_SHARES,
        or_deny: &[("covered-trade", covered_trade), ("event-in-cover", facts.falls_in_cover("event_date"))],
        or_pend: &[],
    };
    judge(facts, &requirements, || work_out(facts, record))
}

fn work_out(facts: &Facts, record: &Record) -> Option<Payout> {
    let period = facts.period()?;
    let disability = disability(facts, record)?;
    let mut payout = vec![
        ("hospital", hospital(facts, record)?),
        ("critical-illness", critical_illness(facts, record)),
        ("disability", disability.clone()),
        ("death", death(facts, record, disability)?),
        ("relief", to_the_yuan(&facts.money("relief_granted").unwrap_or_else(nothing))),
    ];
    let mutual_aid = ["death", "disability", "critical-illness", "hospital"];
    hold_together(&mut payout, &mutual_aid, yuan(300_000), record.paid_together_in_period(&mutual_aid, period));
    hold_together(&mut payout, &["relief"], yuan(50_000), record.paid_in_period("relief", period));
    Some(payout)
}

/// A fixed sum by the hospital's grade, more 70% of what is borne within the pool. A second stay pays half of the sum, more
/// 40%; a third pays nothing.
fn hospital(facts: &Facts, record: &Record) -> Option<Exact> {
    let stays_before = record.times_before("hospital", facts)?;
    if !all(&[facts.in_hospital(), Some(stays_before < 2)])? {
        return Some(nothing());
    }
    let (part_of_sum, rate) = if stays_before == 0 { (percent(100), percent(70)) } else { (percent(50), percent(40)) };
    let fixed_sum = match facts.whole("hospital_grade")? {
        3 => yuan(300),
        2 => yuan(220),
        1 => yuan(160),
        other => panic!("there is no hospital of grade {other}"),
    };
    Some(to_the_yuan(&(facts.in_pool_burden()? * rate + fixed_sum * part_of_sum)))
}

/// 10,000 once in a life.
fn critical_illness(facts: &Facts, record: &Record) -> Exact {
    let first = facts.illness_is_one_of(&CRITICAL) && !record.ever_paid("critical-illness");
    if first { yuan(10_000) } else { nothing() }
}

/// 300,000 by the grade, less what the same accident was paid before.
fn disability(facts: &Facts, record: &Record) -> Option<Exact> {
    if !all(&[facts.is("cause", "accident"), Some(facts.given("disability_grade"))])? {
        return Some(nothing());
    }
    let before = record.paid_for_event("disability", facts.date("event_date")?);
    Some(to_the_yuan(&left_of(yuan(300_000) * ratio(facts)?, before)))
}

/// 300,000, less what the same accident pays or paid for disability. One dies once.
fn death(facts: &Facts, record: &Record, disability_now: Exact) -> Option<Exact> {
    if !all(&[facts.is("cause", "accident"), Some(facts.died()), Some(!record.ever_paid("death"))])? {
        return Some(nothing());
    }
    let before = record.paid_for_event("disability", facts.date("event_date")?);
    Some(to_the_yuan(&left_of(yuan(300_000), before + disability_now)))
}
