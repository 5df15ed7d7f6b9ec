//! Guangdong: the self-funded part of a hospital's cost.

use super::exact::{Exact, left_of, lesser, nothing, percent, to_the_fen, yuan};
use super::facts::Facts;
use super::record::Record;
use super::verdict::{Requirements, Verdict, judge};

/// Of one person; more are void.
pub(crate) const MOST_SHARES: i64 = 1;

/// In the order of the pack.
pub(crate) const BENEFITS: &[&str] = &["self-funded"];

pub(crate) fn decide(facts: &Facts, record: &Record) -> Verdict {
    let requirements = Requirements {
        most_shares: MOST_SHARES,
        or_deny: &[
            ("age-at-enrolment", facts.aged_16_to_60_at_the_start()),
            ("admitted-in-cover", facts.falls_in_cover("admitted")),
        ],
        or_pend: &[],
    };
    judge(facts, &requirements, || Some(vec![("self-funded", self_funded(facts, record)?)]))
}

/// Half of it, at most 8,000 in a period; days 1 to 30 wait.
fn self_funded(facts: &Facts, record: &Record) -> Option<Exact> {
    let borne = facts.money("self_funded")?;
    if borne == nothing() || facts.waits_unless_an_accident("admitted", 30)? {
        return Some(nothing());
    }
    let before = record.paid_in_period("self-funded", facts.period()?);
    Some(to_the_fen(&lesser(borne * percent(50), left_of(yuan(8_000), before))))
}
