//! Wuxi: Xixinbao, the accident cover for workers in new forms of employment.

use super::disability::ratio;
use super::exact::{Exact, left_of, lesser, nothing, to_the_fen, yuan};
use super::facts::Facts;
use super::record::Record;
use super::verdict::{Payout, Requirements, Verdict, hold_together, judge};

/// Of one person; more are void.
pub(crate) const MOST_SHARES: i64 = 1;

/// In the order of the pack.
pub(crate) const BENEFITS: &[&str] = &["disability", "death", "hospital-allowance"];

pub(crate) fn decide(facts: &Facts, record: &Record) -> Verdict {
    let requirements = Requirements {
        most_shares: MOST_SHARES,
        or_deny: &[
            ("within-places", facts.whole("place_number").map(|place| place <= 25_000)),
            ("age-at-enrolment", facts.aged_16_to_60_at_the_start()),
            ("accident-in-cover", facts.falls_in_cover("event_date")),
            ("accident-only", facts.is("cause", "accident")),
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
        ("hospital-allowance", hospital_allowance(facts, record)?),
    ];
    let served = ["disability", "death"];
    hold_together(&mut payout, &served, yuan(100_000), record.paid_together_in_period(&served, period));
    Some(payout)
}

/// 100,000 by the grade, less what the same accident was paid before.
fn disability(facts: &Facts, record: &Record) -> Option<Exact> {
    if !facts.given("disability_grade") {
        return Some(nothing());
    }
    let before = record.paid_for_event("disability", facts.date("event_date")?);
    Some(to_the_fen(&left_of(yuan(100_000) * ratio(facts)?, before)))
}

/// 100,000. One dies once.
fn death(facts: &Facts, record: &Record) -> Option<Exact> {
    if !facts.died() || record.paid_for_another_event("death", facts.date("event_date")?) {
        return Some(nothing());
    }
    Some(to_the_fen(&yuan(100_000)))
}

/// 50 a day from the fourth day, at most 90 days a stay and 180 days in a period.
fn hospital_allowance(facts: &Facts, record: &Record) -> Option<Exact> {
    let days_paid = (facts.hospital_days()? - 3).clamp(0, 90);
    let before = record.paid_in_period("hospital-allowance", facts.period()?);
    Some(to_the_fen(&lesser(yuan(50) * yuan(days_paid), left_of(yuan(50) * yuan(180), before))))
}
