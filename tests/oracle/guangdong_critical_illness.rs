//! Guangdong: critical illness.

use super::exact::{Exact, left_of, lesser, nothing, percent, to_the_fen, yuan};
use super::facts::Facts;
use super::record::Record;
use super::verdict::{Payout, Requirements, Verdict, hold_together, judge};

const SEVERE: [&str; 6] = [
    "malignant-tumour",
    "acute-myocardial-infarction",
    "stroke-sequelae",
    "organ-transplant",
    "bypass-surgery",
    "end-stage-renal-disease",
];
const MILD: [&str; 3] = ["mild-malignant-tumour", "mild-myocardial-infarction", "mild-stroke-sequelae"];

/// Of one person; more are void.
pub(crate) const MOST_SHARES: i64 = 1;

/// In the order of the pack.
pub(crate) const BENEFITS: &[&str] = &["severe-illness", "mild-illness"];

pub(crate) fn decide(facts: &Facts, record: &Record) -> Verdict {
    let listed = facts.illness_is_one_of(&SEVERE) || facts.illness_is_one_of(&MILD);
    let requirements = Requirements {
        most_shares: MOST_SHARES,
        or_deny: &[
            ("age-at-enrolment", facts.aged_16_to_60_at_the_start()),
            ("diagnosed-in-cover", facts.falls_in_cover("event_date")),
            ("listed-illness", Some(listed)),
        ],
        or_pend: &[],
    };
    judge(facts, &requirements, || work_out(facts, record))
}

fn work_out(facts: &Facts, record: &Record) -> Option<Payout> {
    let period = facts.period()?;
    let severe = once_in_a_life("severe-illness", &SEVERE, yuan(195_000), facts, record)?;
    let mild = once_in_a_life("mild-illness", &MILD, yuan(195_000) * percent(30), facts, record)?;
    let mut payout = vec![("severe-illness", severe), ("mild-illness", mild)];
    let served = ["severe-illness", "mild-illness"];
    hold_together(&mut payout, &served, yuan(195_000), record.paid_together_in_period(&served, period));
    Some(payout)
}

/// The sum of the class, and no more than it in a life; days 1 to 90 wait.
fn once_in_a_life(benefit: &str, class: &[&str], sum: Exact, facts: &Facts, record: &Record) -> Option<Exact> {
    if !facts.illness_is_one_of(class) || facts.waits_unless_an_accident("event_date", 90)? {
        return Some(nothing());
    }
    let left = left_of(sum.clone(), record.paid_in_life(benefit));
    Some(to_the_fen(&lesser(sum, left)))
}
