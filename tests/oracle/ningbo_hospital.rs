//! Ningbo: mutual aid for a stay in hospital.

use super::exact::{Exact, left_of, lesser, nothing, percent, to_the_fen, yuan};
use super::facts::Facts;
use super::record::Record;
use super::truth::{Truth, any};
use super::verdict::{Payout, Requirements, Verdict, judge};

/// Of one person; more are void.
pub(crate) const MOST_SHARES: i64 = 1;

/// In the order of the pack.
pub(crate) const BENEFITS: &[&str] = &["hospital-medical", "first-stay"];

pub(crate) fn decide(facts: &Facts, record: &Record) -> Verdict {
    let requirements = Requirements {
        most_shares: MOST_SHARES,
        or_deny: &[("admitted-in-cover", facts.falls_in_cover("admitted"))],
        or_pend: &[],
    };
    judge(facts, &requirements, || work_out(facts, record))
}

fn work_out(facts: &Facts, record: &Record) -> Option<Payout> {
    let medical = hospital_medical(facts)?;
    let first_stay = first_stay(facts, record, &medical)?;
    Some(vec![("hospital-medical", medical), ("first-stay", first_stay)])
}

/// The rate of the member up to 3,000, and 10% of what is above.
fn hospital_medical(facts: &Facts) -> Option<Exact> {
    let base = base(facts)?;
    if base == nothing() {
        return Some(nothing());
    }
    let low = lesser(base.clone(), yuan(3_000)) * low_rate(facts)?;
    let high = left_of(base, yuan(3_000)) * percent(10);
    Some(to_the_fen(&(low + high)))
}

/// The computed burden less a civil servant's subsidy, never more than the receipt.
fn base(facts: &Facts) -> Option<Exact> {
    let subsidy = facts.money("cvlserv_pay").unwrap_or_else(nothing);
    let computed = left_of(facts.money("computed_base")?, subsidy);
    Some(lesser(computed, facts.money("receipt_self_paid")?))
}

/// 80% for the active, 50% for the retired who were members without a break, 40% for other retired.
fn low_rate(facts: &Facts) -> Option<Exact> {
    Some(if facts.is("employment", "active")? {
        percent(80)
    } else if unbroken(facts)? {
        percent(50)
    } else {
        percent(40)
    })
}

fn unbroken(facts: &Facts) -> Truth {
    any(&[facts.renewed_within_30_days(), Some(facts.yes("was_active_member").unwrap_or(false))])
}

/// 200 once in a period, with a stay that is paid.
fn first_stay(facts: &Facts, record: &Record, medical: &Exact) -> Option<Exact> {
    let before = record.paid_in_period("first-stay", facts.period()?);
    Some(if *medical > nothing() { left_of(yuan(200), before) } else { nothing() })
}
