//! Guangdong: the accident plan.

use super::disability::ratio;
use super::exact::{Exact, left_of, lesser, nothing, percent, to_the_fen, yuan};
use super::facts::Facts;
use super::record::Record;
use super::verdict::{Payout, Requirements, Verdict, hold_together, judge};

/// Of one person; more are void.
pub(crate) const MOST_SHARES: i64 = 1;

/// In the order of the pack.
pub(crate) const BENEFITS: &[&str] =
    &["accidental-disability", "accidental-death", "accident-medical", "accident-allowance"];

pub(crate) fn decide(facts: &Facts, record: &Record) -> Verdict {
    let requirements = Requirements {
        most_shares: MOST_SHARES,
        or_deny: &[
            ("age-at-enrolment", facts.aged_16_to_60_at_the_start()),
            ("accident-only", facts.is("cause", "accident")),
            ("accident-in-cover", facts.falls_in_cover("event_date")),
        ],
        or_pend: &[],
    };
    judge(facts, &requirements, || work_out(facts, record))
}

fn work_out(facts: &Facts, record: &Record) -> Option<Payout> {
    let period = facts.period()?;
    let mut payout = vec![
        ("accidental-disability", disability(facts, record)?),
        ("accidental-death", death(facts)),
        ("accident-medical", medical(facts, record)?),
        ("accident-allowance", allowance(facts, record)?),
    ];
    let of_one_accident = ["accidental-disability", "accidental-death"];
    let before = record.paid_together_for_event(&of_one_accident, facts.date("event_date")?);
    hold_together(&mut payout, &of_one_accident, yuan(50_000), before);
    let served = ["accidental-death", "accidental-disability", "accident-medical", "accident-allowance"];
    hold_together(&mut payout, &served, yuan(65_400), record.paid_together_in_period(&served, period));
    Some(payout)
}

/// 50,000 by the grade, and no more than 50,000 in a period.
fn disability(facts: &Facts, record: &Record) -> Option<Exact> {
    if !facts.given("disability_grade") {
        return Some(nothing());
    }
    let before = record.paid_in_period("accidental-disability", facts.period()?);
    Some(to_the_fen(&lesser(yuan(50_000) * ratio(facts)?, left_of(yuan(50_000), before))))
}

/// 50,000.
fn death(facts: &Facts) -> Exact {
    if facts.died() { to_the_fen(&yuan(50_000)) } else { nothing() }
}

/// 80% of what the member bears of a stay, at most 10,000 in a period.
fn medical(facts: &Facts, record: &Record) -> Option<Exact> {
    if !facts.in_hospital()? {
        return Some(nothing());
    }
    let before = record.paid_in_period("accident-medical", facts.period()?);
    Some(to_the_fen(&lesser(facts.personal_burden()? * percent(80), left_of(yuan(10_000), before))))
}

/// 60 a day, at most 90 days in a period.
fn allowance(facts: &Facts, record: &Record) -> Option<Exact> {
    let before = record.paid_in_period("accident-allowance", facts.period()?);
    Some(to_the_fen(&lesser(yuan(60) * yuan(facts.hospital_days()?), left_of(yuan(60) * yuan(90), before))))
}
