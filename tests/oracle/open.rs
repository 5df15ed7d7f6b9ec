//! Earlier claims of which nobody knows yet what they come to.

use chrono::{Days, NaiveDate};

use super::exact::{Exact, fraction, yuan};
use super::facts::{Facts, Value};
use super::population::Plan;
use super::record::Record;
use super::verdict::{Decision, Payout, Verdict};

/// The places of the open claims on which the outcome of a claim hangs: it comes out otherwise if that one posts something, while
/// the others post nothing or something as well.
pub(crate) fn that_matter(plan: &Plan, open: &[Facts], facts: &Facts, record: &Record) -> Vec<usize> {
    let is_placed = facts.given("event_date") && facts.given("coverage_start");
    let asks = is_placed && (plan.decide)(facts, record).decision != Decision::Pended;
    let matters = |place: &usize| {
        let all_but: Vec<&Facts> =
            open.iter().enumerate().filter(|(other, _)| other != place).map(|(_, facts)| facts).collect();
        let mut without = vec![record.clone()];
        if !all_but.is_empty() {
            without.extend(with(plan, record, &all_but, facts, &[fraction(1, 100)]));
        }
        without.iter().any(|record| comes_out_otherwise(plan, record, &open[*place], facts))
    };
    (0..open.len()).filter(|place| asks && matters(place)).collect()
}

fn comes_out_otherwise(plan: &Plan, record: &Record, open: &Facts, facts: &Facts) -> bool {
    let outcome = |record: &Record| {
        let verdict = (plan.decide)(facts, record);
        (verdict.decision, verdict.payout)
    };
    let as_it_is = outcome(record);
    with(plan, record, &[open], facts, &amounts()).iter().any(|record| outcome(record) != as_it_is)
}

/// The record as it may be once the open ones are settled: each has posted little or much, under one benefit or under all.
fn with(plan: &Plan, record: &Record, open: &[&Facts], facts: &Facts, amounts: &[Exact]) -> Vec<Record> {
    let mut postings: Vec<Payout> = Vec::new();
    for amount in amounts {
        postings.extend(plan.benefits.iter().map(|benefit| vec![(*benefit, amount.clone())]));
        postings.push(plan.benefits.iter().map(|benefit| (*benefit, amount.clone())).collect());
    }
    let own = facts.date("event_date");
    let mut days = vec![own];
    if open.iter().any(|open| !open.given("event_date")) {
        days.push(own.and_then(|own| own.checked_sub_days(Days::new(1))));
    }
    let mut records = Vec::new();
    for posting in postings {
        for day in &days {
            let mut settled = record.clone();
            for open in open {
                settled.enter(&dated(open, facts, *day), posted(&posting));
            }
            records.push(settled);
        }
    }
    records
}

/// What an open claim does not tell of its day and its cover is taken to be near to this one.
fn dated(open: &Facts, near: &Facts, day: Option<NaiveDate>) -> Facts {
    let mut dated = open.clone();
    if let (false, Some(day)) = (open.given("event_date"), day) {
        dated.claim.insert("event_date", Value::Date(day));
    }
    if let (false, Some(start)) = (open.given("coverage_start"), near.date("coverage_start")) {
        dated.enrollment.insert("coverage_start", Value::Date(start));
    }
    dated
}

fn posted(payout: &Payout) -> Verdict {
    Verdict { decision: Decision::Paid, payout: payout.clone(), reasons: Vec::new() }
}

fn amounts() -> [Exact; 2] {
    [fraction(1, 100), yuan(1_000_000_000)]
}
