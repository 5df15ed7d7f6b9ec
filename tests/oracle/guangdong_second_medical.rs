//! Guangdong: the second medical insurance, in its three versions.

use super::calendar::day;
use super::exact::{Exact, left_of, lesser, nothing, percent, to_the_fen, yuan};
use super::facts::Facts;
use super::record::Record;
use super::verdict::{Requirements, Verdict, judge};

/// Of one person; more are void.
pub(crate) const MOST_SHARES: i64 = 1;

/// In the order of the pack.
pub(crate) const BENEFITS: &[&str] = &["second-medical"];

/// The first day of cover leads to the version. Without it no version pays.
pub(crate) fn decide(facts: &Facts, record: &Record) -> Verdict {
    match facts.date("coverage_start") {
        Some(start) if start < day(2019, 1, 1) => decide_by_2015(facts, record),
        Some(start) if start < day(2025, 7, 1) => decide_by_2019(facts, record),
        _ => decide_by_2025_07(facts, record),
    }
}

/// Covers that begin from 2015 to 2018: 70% for either claim, in 2018 by assumption.
fn decide_by_2015(facts: &Facts, record: &Record) -> Verdict {
    decide_at(facts, record, [percent(70), percent(70)])
}

/// Covers that begin from 2019 to June 2025: 80%, then 70%.
fn decide_by_2019(facts: &Facts, record: &Record) -> Verdict {
    decide_at(facts, record, [percent(80), percent(70)])
}

/// Covers that begin from July 2025: 80% for either claim.
fn decide_by_2025_07(facts: &Facts, record: &Record) -> Verdict {
    decide_at(facts, record, [percent(80), percent(80)])
}

fn decide_at(facts: &Facts, record: &Record, [first, second]: [Exact; 2]) -> Verdict {
    let claims_before = record.times_before("second-medical", facts);
    let requirements = Requirements {
        most_shares: MOST_SHARES,
        or_deny: &[
            ("age-at-enrolment", facts.aged_16_to_60_at_the_start()),
            ("admitted-in-cover", facts.falls_in_cover("admitted")),
            ("two-claims-a-period", claims_before.map(|claims| claims < 2)),
        ],
        or_pend: &[],
    };
    judge(facts, &requirements, || {
        let rate = if claims_before? == 0 { first } else { second };
        Some(vec![("second-medical", second_medical(facts, record, rate)?)])
    })
}

/// A part of what is borne within the pool, at most 173,000 in a period; days 1 to 30 wait.
fn second_medical(facts: &Facts, record: &Record, rate: Exact) -> Option<Exact> {
    let borne = facts.in_pool_burden()?;
    if borne == nothing() || facts.waits_unless_an_accident("admitted", 30)? {
        return Some(nothing());
    }
    let before = record.paid_in_period("second-medical", facts.period()?);
    Some(to_the_fen(&lesser(borne * rate, left_of(yuan(173_000), before))))
}
