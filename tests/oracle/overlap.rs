//! Covers of one plan that one member holds at once.

use chrono::NaiveDate;

use super::answer::notice;
use super::facts::{Facts, Value};
use super::member::{Cover, Member, Told, date};

/// What other covers of the plan mean for a claim.
pub(crate) struct Elsewhere {
    pub(crate) notices: Vec<String>,
    /// What is told of the shares cannot stand beside what is known of them.
    pub(crate) pends: bool,
}

/// Writes into the facts how many shares count first under other covers.
pub(crate) fn count_shares(member: &Member, told: &Told, facts: &mut Facts, most_shares: i64) -> Elsewhere {
    let own = member.cover_of(told);
    let days = days(told);
    let at_once: Vec<&Cover> = others_in_force(member, own, &days).collect();
    let first: Vec<&Cover> = at_once.iter().copied().filter(|other| other.counts_before(own)).collect();
    let mut notices = Vec::new();
    for (code, covers) in [("overlapping-covers", &at_once), ("shares-elsewhere", &first)] {
        if !covers.is_empty() {
            notices.push(notice(code, covers.iter().map(|cover| cover.id)));
        }
    }
    let held: Option<i64> = first.iter().map(|cover| cover.shares()).sum();
    let known = held.map(|held| held.min(most_shares));
    let given = facts.whole("shares_elsewhere");
    let pends = known.is_none() || given.zip(known).is_some_and(|(given, known)| given < known);
    if let (None, Some(known @ 1..)) = (given, known) {
        facts.claim.insert("shares_elsewhere", Value::Whole(u32::try_from(known).expect("shares are few")));
    }
    Elsewhere { notices, pends }
}

/// The days that a plan may cover a claim by: of the event, of the admission, of the pathology report.
fn days(told: &Told) -> [Option<NaiveDate>; 3] {
    ["event_date", "admitted", "confirmed_on"].map(|name| date(&told.facts, name))
}

/// On one of the days both hold.
fn others_in_force<'member>(
    member: &'member Member,
    own: &'member Cover,
    days: &'member [Option<NaiveDate>],
) -> impl Iterator<Item = &'member Cover> {
    let of_the_plan = member.covers.iter().filter(|other| other.plan.id == own.plan.id && other.id != own.id);
    of_the_plan.filter(|other| days.iter().flatten().any(|day| own.holds_on(*day) && other.holds_on(*day)))
}
