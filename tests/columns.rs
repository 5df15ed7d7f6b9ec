//! Columns decide every claim as it is decided alone: on the oracle's population, over all packs.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, StringArray};
use huzhu::batch;
use huzhu::certificate::Roll;
use huzhu::{Adjudication, Catalog, Claim, Enrollment, history};
use rust_decimal::Decimal;

use crate::drawn::claims::with_facts;
use crate::oracle::draw::Draw;
use crate::oracle::population::{PLANS, history as drawn};
use crate::results::read::{amounts, texts};

const MEMBERS: usize = 1_500;
const MANY_MEMBERS: usize = 20_000;
const CERTIFIED_MEMBERS: usize = 1_000;
const SEED: u64 = 20_261_122;

#[test]
fn columns_decide_every_claim_as_it_is_decided_alone() {
    assert_eq!(totals_by_both(MEMBERS), GOLDEN_TOTALS);
}

#[test]
#[ignore = "it takes long: the same on many members"]
fn columns_decide_every_claim_of_many_as_it_is_decided_alone() {
    assert_eq!(totals_by_both(MANY_MEMBERS), GOLDEN_TOTALS_OF_MANY);
}

/// What all members are due, once claims are decided alone as columns decide them.
fn totals_by_both(count: usize) -> String {
    let catalog = Catalog::load(Path::new("rules")).expect("the packs are right");
    let members = members(count);
    let (of_claims, of_enrollments) = batches(&members);
    let decided = batch::decide(&catalog, &of_claims, &of_enrollments).expect("the columns are right");
    let rejects: Vec<_> = decided.rejects.iter().take(3).collect();
    assert!(rejects.is_empty(), "{rejects:?}");
    let (found, lines) = (rows_of(&decided.payouts), lines_of(&decided.lines));
    let mut claims = 0;
    for member in &members {
        let (adjudications, _) = history::decide(&catalog, member).expect("a member's history can be decided");
        for adjudication in adjudications {
            let id = adjudication.outcome().claim().to_owned();
            assert_eq!(found.get(&id), Some(&row_of(&adjudication)), "{id}: {member:?}");
            assert_eq!(lines.get(&id).cloned().unwrap_or_default(), lines_of_one(&adjudication), "{id}: {member:?}");
            claims += 1;
        }
    }
    assert_eq!(claims, found.len());
    totals(&found)
}

/// Claims by decision and all that is payable: whoever changes these changes what members are paid.
const GOLDEN_TOTALS: &str = "1076 denied, 918 nothing-due, 1951 paid, 515 pended; 196818185.75 yuan";
const GOLDEN_TOTALS_OF_MANY: &str = "14553 denied, 12179 nothing-due, 26382 paid, 6702 pended; 3562274896.87 yuan";

fn totals(rows: &BTreeMap<String, Row>) -> String {
    let mut decisions: BTreeMap<&str, usize> = BTreeMap::new();
    let mut payable = Decimal::ZERO;
    for (decision, amount, ..) in rows.values() {
        *decisions.entry(decision).or_default() += 1;
        payable += amount.parse::<Decimal>().expect("it is an amount");
    }
    let decisions: Vec<String> = decisions.iter().map(|(decision, count)| format!("{count} {decision}")).collect();
    format!("{}; {payable} yuan", decisions.join(", "))
}

#[test]
fn every_decided_claim_of_a_batch_is_certified_in_the_order_of_the_payouts() {
    let catalog = Catalog::load(Path::new("rules")).expect("the packs are right");
    let (claims, enrollments) = batches(&members(CERTIFIED_MEMBERS));
    let decided = batch::decide(&catalog, &claims, &enrollments).expect("the columns are right");
    let mut file = Vec::new();
    let mut roll = Roll::to(&mut file);
    let rejects = batch::certify(&catalog, &claims, &enrollments, &mut roll).expect("the columns are right");
    roll.end().expect("memory takes it");
    assert_eq!(rejects, decided.rejects);
    let lines = file.split(|byte| *byte == b'\n').filter(|line| line.starts_with(b"{\"claim\":"));
    let certified = lines.map(|line| {
        let line: serde_json::Value = serde_json::from_slice(line).expect("it is JSON");
        let text = |value: &serde_json::Value| value.as_str().expect("it is a text").to_owned();
        let conclusion = &line["conclusion"];
        (text(&line["claim"]), text(&conclusion["decision"]), text(&conclusion["payable"]))
    });
    let rows = rows_of(&decided.payouts);
    let order = texts(&decided.payouts, "claim_id").into_iter();
    let expected: Vec<_> = order.map(|id| (id.clone(), rows[&id].0.clone(), rows[&id].1.clone())).collect();
    assert_eq!(certified.collect::<Vec<_>>(), expected);
}

/// Decision, payable, version, reasons and notices.
pub(crate) type Row = (String, String, String, String, String);
/// Benefit, gross, paid.
pub(crate) type Line = (String, String, String);

pub(crate) fn row_of(adjudication: &Adjudication) -> Row {
    let decision = serde_json::to_value(adjudication.decision()).expect("a decision has a name");
    let codes: Vec<&str> = adjudication.reasons().iter().map(|reason| reason.code.as_str()).collect();
    let told = |notice: &huzhu::Notice| format!("{}({})", notice.code(), notice.subjects().join(", "));
    let notices = adjudication.notices().iter().map(told);
    (
        decision.as_str().expect("a name is a text").to_owned(),
        adjudication.payable().normalize().to_string(),
        adjudication.outcome().plan().version.clone(),
        codes.join(";"),
        notices.collect::<Vec<_>>().join(";"),
    )
}

fn lines_of_one(adjudication: &Adjudication) -> Vec<Line> {
    let amount = |amount: Decimal| amount.normalize().to_string();
    let of = |lines: &huzhu::BenefitLines| (lines.id().to_owned(), amount(lines.gross()), amount(lines.paid()));
    adjudication.benefits().iter().map(of).collect()
}

pub(crate) fn rows_of(payouts: &RecordBatch) -> BTreeMap<String, Row> {
    let text = |name: &str| texts(payouts, name);
    let payable = amounts(payouts, "payable");
    let said = text("reasons").into_iter().zip(text("notices"));
    let rows = text("claim_id").into_iter().zip(text("decision")).zip(payable).zip(text("plan_version")).zip(said);
    rows.map(|((((id, decision), payable), version), (reasons, notices))| {
        (id, (decision, payable, version, reasons, notices))
    })
    .collect()
}

pub(crate) fn lines_of(lines: &RecordBatch) -> BTreeMap<String, Vec<Line>> {
    let columns = texts(lines, "claim_id").into_iter().zip(texts(lines, "benefit"));
    let mut found: BTreeMap<String, Vec<Line>> = BTreeMap::new();
    for (((id, benefit), gross), paid) in columns.zip(amounts(lines, "gross")).zip(amounts(lines, "paid")) {
        found.entry(id).or_default().push((benefit, gross, paid));
    }
    found
}

/// Each member with claims under one plan and one or two covers; what the first claim under a cover does not know of it, none knows.
pub(crate) fn members(count: usize) -> Vec<Vec<(Enrollment, Claim)>> {
    let mut draw = Draw::seeded(SEED);
    let plans = PLANS.iter().cycle();
    (0..count)
        .zip(plans)
        .map(|(member, plan)| {
            let facts = drawn(plan, &mut draw).into_iter().enumerate();
            let mut covers: BTreeMap<String, Enrollment> = BTreeMap::new();
            facts
                .map(|(index, facts)| {
                    let id = format!("E{member}-{}", facts.enrollment_id);
                    let enrollment = Enrollment::new(&id, plan.id, &format!("M{member}"));
                    let (enrollment, claim) = with_facts(enrollment, Claim::new(&format!("C{member}-{index}")), &facts);
                    (covers.entry(id).or_insert(enrollment).clone(), claim)
                })
                .collect()
        })
        .collect()
}

/// Claims and enrollments of all members, every fact as text.
pub(crate) fn batches(members: &[Vec<(Enrollment, Claim)>]) -> (RecordBatch, RecordBatch) {
    let pairs: Vec<&(Enrollment, Claim)> = members.iter().flatten().collect();
    let json = |value: serde_json::Value| value.as_object().cloned().expect("it is an object");
    let enrollments: Vec<_> = pairs.iter().map(|(e, _)| json(serde_json::to_value(e).expect("it is JSON"))).collect();
    let claims: Vec<_> = pairs.iter().map(|(_, c)| json(serde_json::to_value(c).expect("it is JSON"))).collect();
    let flat = |rows: Vec<serde_json::Map<String, serde_json::Value>>| -> Vec<BTreeMap<String, String>> {
        let text = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        rows.iter()
            .map(|row| {
                let mut flat = BTreeMap::new();
                for (key, value) in row {
                    match value.as_object() {
                        Some(inner) => flat.extend(inner.iter().map(|(key, value)| (key.clone(), text(value)))),
                        None => drop(flat.insert(key.clone(), text(value))),
                    }
                }
                flat
            })
            .collect()
    };
    let mut enrollments = flat(enrollments);
    let mut claims = flat(claims);
    for (enrollment, claim) in enrollments.iter_mut().zip(&mut claims) {
        let id = enrollment.remove("id").expect("an enrollment has an id");
        let member = enrollment.remove("member").expect("an enrollment has a member");
        claim.insert("enrollment_id".to_owned(), id.clone());
        let claim_id = claim.remove("id").expect("a claim has an id");
        claim.insert("claim_id".to_owned(), claim_id);
        enrollment.insert("enrollment_id".to_owned(), id);
        enrollment.insert("member_id".to_owned(), member);
    }
    let mut seen = BTreeSet::new();
    enrollments.retain(|enrollment| seen.insert(enrollment["enrollment_id"].clone()));
    (columns(&claims), columns(&enrollments))
}

fn columns(rows: &[BTreeMap<String, String>]) -> RecordBatch {
    let names: BTreeSet<&String> = rows.iter().flat_map(BTreeMap::keys).collect();
    let column =
        |name: &String| -> ArrayRef { Arc::new(rows.iter().map(|row| row.get(name)).collect::<StringArray>()) };
    RecordBatch::try_from_iter(names.into_iter().map(|name| (name, column(name)))).expect("all columns are as long")
}
