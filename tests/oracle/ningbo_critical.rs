//! Ningbo: the critical illness rider.

use super::exact::{Exact, left_of, lesser, nothing, to_the_fen, yuan};
use super::facts::Facts;
use super::record::Record;
use super::verdict::{Requirements, Verdict, judge};

const LISTED: [&str; 6] = [
    "malignant-tumour",
    "acute-myocardial-infarction",
    "stroke-sequelae",
    "organ-transplant",
    "bypass-surgery",
    "end-stage-renal-disease",
];

/// Of one person; more are void.
pub(crate) const MOST_SHARES: i64 = 3;

/// In the order of the pack.
pub(crate) const BENEFITS: &[&str] = &["critical-illness"];

pub(crate) fn decide(facts: &Facts, record: &Record) -> Verdict {
    let requirements = Requirements {
        most_shares: MOST_SHARES,
        or_deny: &[
            ("diagnosed-in-cover", facts.falls_in_cover("event_date")),
            ("listed-illness", Some(facts.illness_is_one_of(&LISTED))),
        ],
        or_pend: &[],
    };
    judge(facts, &requirements, || Some(vec![("critical-illness", critical_illness(facts, record)?)]))
}

/// 10,000 a share, at most 3 shares, and no more than that in a period. Paid from day 90, so days 1 to 89 wait.
fn critical_illness(facts: &Facts, record: &Record) -> Option<Exact> {
    let sum = yuan(10_000) * yuan(facts.shares_up_to(MOST_SHARES)?);
    if facts.waits("event_date", 89)? {
        return Some(nothing());
    }
    let before = record.paid_in_period("critical-illness", facts.period()?);
    Some(to_the_fen(&lesser(sum.clone(), left_of(sum, before))))
}
