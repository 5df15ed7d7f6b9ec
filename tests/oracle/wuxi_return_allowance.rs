//! Wuxi: the allowance for the return to work after the Spring Festival of 2026.

use super::calendar::day;
use super::exact::{Exact, yuan};
use super::facts::Facts;
use super::record::Record;
use super::truth::{Truth, any, not};
use super::verdict::{Requirements, Verdict, judge};

/// Of one person; more are void.
pub(crate) const MOST_SHARES: i64 = 1;

/// In the order of the pack.
pub(crate) const BENEFITS: &[&str] = &["return-allowance"];

/// The campaign of 2026 is the only one of this version: one allowance a person, whatever the enrollments.
pub(crate) fn decide(facts: &Facts, record: &Record) -> Verdict {
    let requirements = Requirements {
        most_shares: MOST_SHARES,
        or_deny: &[
            (
                "return-window",
                facts.date("event_date").map(|date| (day(2026, 2, 21)..=day(2026, 3, 4)).contains(&date)),
            ),
            ("came-from-elsewhere", allowance(facts).map(|sum| sum > yuan(0))),
            ("registered-elsewhere", not(facts.yes("registered_in_wuxi"))),
            ("travel-ticket", facts.yes("travel_ticket")),
            ("within-vouchers", facts.whole("voucher_number").map(|number| number <= 10_000)),
            ("application-window", applied_in_time(facts)),
            ("once-a-campaign", record.times_before("return-allowance", facts).map(|times| times == 0)),
        ],
        or_pend: &[("employed-in-wuxi", employed(facts))],
    };
    judge(facts, &requirements, || Some(vec![("return-allowance", allowance(facts)?)]))
}

/// 100 from elsewhere in the province, 200 from outside it.
fn allowance(facts: &Facts) -> Option<Exact> {
    Some(match facts.word("came_from")? {
        "in-province" => yuan(100),
        "out-of-province" => yuan(200),
        _ => yuan(0),
    })
}

/// Only a voucher won online has dates to apply within.
fn applied_in_time(facts: &Facts) -> Truth {
    let within = facts.date("reported_on").map(|date| (day(2026, 3, 2)..=day(2026, 3, 20)).contains(&date));
    any(&[not(facts.yes("voucher_online")), within])
}

/// A social-insurance record is found, or a proof of employment is handed in.
fn employed(facts: &Facts) -> Truth {
    any(&[facts.yes("social_insurance_record"), Some(facts.yes("work_proof").unwrap_or(false))])
}
