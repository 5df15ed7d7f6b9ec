//! Henan: the accident plan for workers in new forms of employment.

use super::disability::ratio;
use super::exact::{Exact, left_of, lesser, nothing, to_the_fen, yuan};
use super::facts::Facts;
use super::record::Record;
use super::truth::{all, any};
use super::verdict::{Payout, Requirements, Verdict, hold_together, judge};

/// Of one person; more are void.
pub(crate) const MOST_SHARES: i64 = 2;

/// In the order of the pack.
pub(crate) const BENEFITS: &[&str] = &["disability", "death", "sudden-death", "hospital-medical", "hospital-allowance"];

pub(crate) fn decide(facts: &Facts, record: &Record) -> Verdict {
    let covered_cause = any(&[facts.is("cause", "accident"), facts.is("cause", "sudden-death")]);
    let requirements = Requirements {
        most_shares: MOST_SHARES,
        or_deny: &[
            ("age-at-enrolment", facts.aged_16_to_60_at_the_start()),
            ("event-in-cover", facts.falls_in_cover("event_date")),
            ("covered-cause", covered_cause),
        ],
        or_pend: &[],
    };
    judge(facts, &requirements, || work_out(facts, record))
}

fn work_out(facts: &Facts, record: &Record) -> Option<Payout> {
    let period = facts.period()?;
    let mut payout = vec![
        ("disability", disability(facts, record)?),
        ("death", death(facts, record)?),
        ("sudden-death", sudden_death(facts, record)?),
        ("hospital-medical", hospital_medical(facts, record)?),
        ("hospital-allowance", hospital_allowance(facts, record)?),
    ];
    if let Some(shares) = facts.shares_up_to(MOST_SHARES) {
        let of_one_event = ["disability", "death", "sudden-death"];
        let before = record.paid_together_for_event(&of_one_event, facts.date("event_date")?);
        hold_together(&mut payout, &of_one_event, yuan(50_000) * yuan(shares), before);
        let served = ["death", "sudden-death", "disability", "hospital-medical", "hospital-allowance"];
        let ceiling = lesser(yuan(65_000) * yuan(shares), yuan(130_000));
        hold_together(&mut payout, &served, ceiling, record.paid_together_in_period(&served, period));
    }
    Some(payout)
}

/// 50,000 a share by the grade, less what the same accident was paid before.
fn disability(facts: &Facts, record: &Record) -> Option<Exact> {
    if !all(&[facts.is("cause", "accident"), Some(facts.given("disability_grade"))])? {
        return Some(nothing());
    }
    let sum = yuan(50_000) * yuan(facts.shares_up_to(MOST_SHARES)?) * ratio(facts)?;
    let before = record.paid_for_event("disability", facts.date("event_date")?);
    Some(to_the_fen(&left_of(sum, before)))
}

/// 50,000 a share. One dies once.
fn death(facts: &Facts, record: &Record) -> Option<Exact> {
    if !all(&[facts.is("cause", "accident"), Some(facts.died()), Some(!another_death_was_paid(facts, record)?)])? {
        return Some(nothing());
    }
    Some(to_the_fen(&(yuan(50_000) * yuan(facts.shares_up_to(MOST_SHARES)?))))
}

/// 50,000 a share after 30 days of waiting.
fn sudden_death(facts: &Facts, record: &Record) -> Option<Exact> {
    if !all(&[facts.is("cause", "sudden-death"), Some(facts.died()), Some(!another_death_was_paid(facts, record)?)])? {
        return Some(nothing());
    }
    let sum = yuan(50_000) * yuan(facts.shares_up_to(MOST_SHARES)?);
    Some(if facts.waits("event_date", 30)? { nothing() } else { to_the_fen(&sum) })
}

fn another_death_was_paid(facts: &Facts, record: &Record) -> Option<bool> {
    let event_date = facts.date("event_date")?;
    let was_paid = |benefit| record.paid_for_another_event(benefit, event_date);
    Some(was_paid("death") || was_paid("sudden-death"))
}

/// All that the member bears of a stay after an accident, at most 10,000 a share in a period.
fn hospital_medical(facts: &Facts, record: &Record) -> Option<Exact> {
    if !all(&[facts.is("cause", "accident"), facts.in_hospital()])? {
        return Some(nothing());
    }
    let before = record.paid_in_period("hospital-medical", facts.period()?);
    let limit = left_of(yuan(10_000) * yuan(facts.shares_up_to(MOST_SHARES)?), before);
    Some(to_the_fen(&lesser(facts.personal_burden()?, limit)))
}

/// 50 a day a share, at most 100 days in a period.
fn hospital_allowance(facts: &Facts, record: &Record) -> Option<Exact> {
    if !all(&[facts.is("cause", "accident"), facts.in_hospital()])? {
        return Some(nothing());
    }
    let shares = yuan(facts.shares_up_to(MOST_SHARES)?);
    let before = record.paid_in_period("hospital-allowance", facts.period()?);
    let limit = left_of(yuan(50) * yuan(100) * &shares, before);
    Some(to_the_fen(&lesser(yuan(50) * yuan(facts.hospital_days()?) * shares, limit)))
}
