//! Guangdong: the hospital allowance.

use super::exact::{Exact, left_of, lesser, nothing, to_the_fen, yuan};
use super::facts::Facts;
use super::record::Record;
use super::verdict::{Requirements, Verdict, judge};

/// Of one person; more are void.
pub(crate) const MOST_SHARES: i64 = 1;

/// In the order of the pack.
pub(crate) const BENEFITS: &[&str] = &["hospital-allowance"];

pub(crate) fn decide(facts: &Facts, record: &Record) -> Verdict {
    let requirements = Requirements {
        most_shares: MOST_SHARES,
        or_deny: &[
            ("age-at-enrolment", facts.aged_16_to_60_at_the_start()),
            ("admitted-in-cover", facts.falls_in_cover("admitted")),
        ],
        or_pend: &[],
    };
    judge(facts, &requirements, || Some(vec![("hospital-allowance", hospital_allowance(facts, record)?)]))
}

/// 60 a day, at most 180 days, which are 10,800, in a period; days 1 to 30 wait.
fn hospital_allowance(facts: &Facts, record: &Record) -> Option<Exact> {
    let days = facts.hospital_days()?;
    if days == 0 || facts.waits_unless_an_accident("admitted", 30)? {
        return Some(nothing());
    }
    let before = record.paid_in_period("hospital-allowance", facts.period()?);
    let most = lesser(yuan(60) * yuan(180), yuan(10_800));
    Some(to_the_fen(&lesser(yuan(60) * yuan(days), left_of(most, before))))
}
