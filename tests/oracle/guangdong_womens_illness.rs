//! Guangdong: women's serious illness.

use super::exact::{Exact, left_of, lesser, nothing, percent, to_the_fen, yuan};
use super::facts::Facts;
use super::record::Record;
use super::verdict::{Requirements, Verdict, judge};

const CANCERS: [&str; 4] = ["breast-cancer", "cervical-cancer", "endometrial-cancer", "ovarian-cancer"];
const IN_SITU: [&str; 1] = ["carcinoma-in-situ"];

/// Of one person; more are void.
pub(crate) const MOST_SHARES: i64 = 1;

/// In the order of the pack.
pub(crate) const BENEFITS: &[&str] = &["womens-illness"];

pub(crate) fn decide(facts: &Facts, record: &Record) -> Verdict {
    let listed = facts.illness_is_one_of(&CANCERS) || facts.illness_is_one_of(&IN_SITU);
    let requirements = Requirements {
        most_shares: MOST_SHARES,
        or_deny: &[
            ("women-only", facts.is("sex", "female")),
            ("age-at-enrolment", facts.aged_16_to_60_at_the_start()),
            ("confirmed-in-cover", facts.falls_in_cover("confirmed_on")),
            ("listed-illness", Some(listed)),
        ],
        or_pend: &[],
    };
    judge(facts, &requirements, || Some(vec![("womens-illness", womens_illness(facts, record)?)]))
}

/// 54,000 for a cancer, 20% of it in situ, at most 54,000 in a period.
fn womens_illness(facts: &Facts, record: &Record) -> Option<Exact> {
    let part = if facts.illness_is_one_of(&IN_SITU) { percent(20) } else { percent(100) };
    let before = record.paid_in_period("womens-illness", facts.period()?);
    let due = yuan(54_000) * part * part_after_waiting(facts)?;
    Some(to_the_fen(&lesser(due, left_of(yuan(54_000), before))))
}

/// Nothing on days 1 to 30, half on days 31 to 90; all of it later, or for who renewed in time.
fn part_after_waiting(facts: &Facts) -> Option<Exact> {
    Some(if facts.waits("confirmed_on", 30)? {
        nothing()
    } else if facts.waits("confirmed_on", 90)? {
        percent(50)
    } else {
        percent(100)
    })
}
