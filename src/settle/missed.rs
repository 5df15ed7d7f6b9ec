//! Who is not paid, and for want of what.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow_array::{ArrayRef, Decimal128Array, RecordBatch, StringArray};

use super::Taken;
use super::book::{text, tried};
use super::claims::{Claims, settlement_of};
use super::record::Content;
use super::results::{Results, Row, count, table};
use crate::adjudicate::Decision;
use crate::catalog::Catalog;
use crate::code::Code;
use crate::decider::Decider;
use crate::error::{Error, OrBug};
use crate::facts::{COVERAGE_START, EVENT_DATE, PREVIOUS_COVERAGE_END, REPORTED_ON};
use crate::written;

/// Somebody who is not paid, or less.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Missed {
    pub(super) member: String,
    pub(super) settlement: String,
    pub(super) claim: String,
    pub(super) plan: String,
    pub(super) day: String,
    pub(super) want: Want,
    /// What more would be due in fen; none where nobody can tell.
    pub(super) due: Option<i64>,
    pub(super) reasons: String,
    pub(super) details: String,
}

/// What is wanting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Want {
    /// A cover on the day.
    Cover,
    /// A fact, or one that goes with the others.
    Fact,
    /// The waiting period was not over.
    Waiting,
    /// It is too late.
    Window,
}

impl Want {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Want::Cover => "cover",
            Want::Fact => "fact",
            Want::Waiting => "waiting",
            Want::Window => "window",
        }
    }
}

/// Adds the claims of the feed that would be paid if it were not for one thing.
pub(super) fn add(
    decider: &Decider<'_>,
    catalog: &Catalog,
    claims: &Claims,
    decided: &[Row],
    taken: &Taken,
    results: &mut Results,
) -> Result<(), Error> {
    if results.missed.is_none() {
        return Ok(());
    }
    let asked: Vec<&Row> = decided.iter().filter(|row| taken.places.contains_key(settlement_of(&row.claim))).collect();
    let day: BTreeMap<&str, &str> =
        claims.rows.iter().filter_map(|row| Some((text(row, "claim_id")?, text(row, EVENT_DATE.name())?))).collect();
    let mut add = |row: &Row, want, due| {
        results.missed(Missed {
            member: row.member.clone(),
            settlement: settlement_of(&row.claim).to_owned(),
            claim: row.claim.clone(),
            plan: row.plan.clone(),
            day: day.get(row.claim.as_str()).copied().unwrap_or_default().to_owned(),
            want,
            due,
            reasons: row.reasons.clone(),
            details: row.details.clone(),
        });
    };
    for row in asked.iter().filter(|row| row.decision == Decision::Pended.name()) {
        add(row, Want::Fact, None);
    }
    let is_waiting = |row: &&&Row| row.reasons.split(';').any(|reason| reason == Code::WaitingPeriod.name());
    let waiting: Vec<&&Row> = asked.iter().filter(is_waiting).collect();
    if !waiting.is_empty() {
        let covers: BTreeSet<&str> = waiting.iter().map(|row| row.enrollment.as_str()).collect();
        let renewed: Vec<Content> = claims.enrollments.iter().map(|cover| renewed(cover, &covers)).collect();
        let paid = tried(decider, &claims.rows, &renewed)?;
        for (row, more) in waiting.into_iter().filter_map(|row| Some((row, more(row, &paid)?))) {
            add(row, Want::Waiting, Some(more));
        }
    }
    let reads = |row: &Row| {
        let version = catalog.versions(&row.plan).iter().find(|plan| plan.version() == row.plan_version);
        version.is_some_and(|plan| plan.reads(REPORTED_ON.name()))
    };
    let is_denied = |row: &&&Row| row.decision == Decision::Denied.name() && reads(row);
    let late: Vec<&&Row> = asked.iter().filter(is_denied).collect();
    if !late.is_empty() {
        let ids: BTreeSet<&str> = late.iter().map(|row| row.claim.as_str()).collect();
        let at_once: Vec<Content> = claims.rows.iter().map(|claim| reported_at_once(claim, &ids)).collect();
        let paid = tried(decider, &at_once, &claims.enrollments)?;
        for (row, more) in late.into_iter().filter_map(|row| Some((row, more(row, &paid)?))) {
            add(row, Want::Window, Some(more));
        }
    }
    Ok(())
}

/// What more a claim would be paid.
fn more(row: &Row, paid: &BTreeMap<String, i64>) -> Option<i64> {
    paid.get(&row.claim)?.checked_sub(row.payable).filter(|more| *more > 0)
}

/// A cover as if one had ended the day before it, so that nobody waits who may renew.
fn renewed(cover: &Content, covers: &BTreeSet<&str>) -> Content {
    let mut cover = cover.clone();
    let is_asked = text(&cover, "enrollment_id").is_some_and(|id| covers.contains(id));
    let start = text(&cover, COVERAGE_START.name()).and_then(|start| written::date(start, true).ok());
    if let Some(before) = start.filter(|_| is_asked).and_then(|start| start.pred_opt()) {
        cover.insert(PREVIOUS_COVERAGE_END.name().to_owned(), before.to_string());
    }
    cover
}

/// A claim as if it had been reported on the day of the event.
fn reported_at_once(claim: &Content, ids: &BTreeSet<&str>) -> Content {
    let mut claim = claim.clone();
    let is_asked = text(&claim, "claim_id").is_some_and(|id| ids.contains(id));
    if let Some(day) = text(&claim, EVENT_DATE.name()).filter(|_| is_asked).map(str::to_owned) {
        claim.insert(REPORTED_ON.name().to_owned(), day);
    }
    claim
}

impl Results {
    pub(super) fn missed(&mut self, missed: Missed) {
        if let Some(told) = &mut self.missed {
            count(self.summary.missed.entry(missed.want.name()).or_default());
            told.push(missed);
        }
    }
}

pub(super) fn rows(missed: &[Missed]) -> Result<RecordBatch, Error> {
    let text = |of: &dyn Fn(&Missed) -> &str| -> ArrayRef {
        Arc::new(missed.iter().map(|missed| Some(of(missed))).collect::<StringArray>())
    };
    let due: Decimal128Array = missed.iter().map(|missed| missed.due.map(i128::from)).collect();
    table([
        ("member_id", text(&|missed| &missed.member)),
        ("setl_id", text(&|missed| &missed.settlement)),
        ("claim_id", text(&|missed| &missed.claim)),
        ("plan", text(&|missed| &missed.plan)),
        ("day", text(&|missed| &missed.day)),
        ("wanting", text(&|missed| missed.want.name())),
        ("would_pay", Arc::new(due.with_precision_and_scale(18, 2).ok().or_bug()?)),
        ("reasons", text(&|missed| &missed.reasons)),
        ("details", text(&|missed| &missed.details)),
    ])
}
