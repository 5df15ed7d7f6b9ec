//! The baseline held against the engine, member by member.

use std::collections::BTreeMap;

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Decimal128Type, Int32Type};
use arrow_array::{Array, RecordBatch};
use arrow_schema::DataType;
use huzhu::{Catalog, Claim, Enrollment, Value, history};
use rust_decimal::Decimal;

use crate::by_hand::columns::{Columns, Room};
use crate::by_hand::{decision_name, reasons};
use data::packs::to_date;

/// Every decision, every amount and every reason must be those of [`history::decide`].
pub(crate) fn agree(claims: &RecordBatch, enrollments: &RecordBatch) {
    let catalog = Catalog::load(&data::rules()).expect("the packs are right");
    let (columns, mut room, mut answers) = (Columns::join(claims, enrollments), Room::default(), Vec::new());
    columns.decide_with_limits(&mut room, &mut answers);
    let mut alone = Vec::new();
    columns.decide_alone(&mut alone);
    for rows in histories(claims, enrollments).into_values() {
        let history: Vec<(Enrollment, Claim)> = rows.iter().map(|(_, pair)| pair.clone()).collect();
        let (decided, _) = history::decide(&catalog, &history).expect("the claims can be decided");
        let by_claim: BTreeMap<&str, _> = decided.iter().map(|decided| (decided.outcome().claim(), decided)).collect();
        for (row, (enrollment, claim)) in &rows {
            let expected = by_claim[claim.id()];
            let codes: Vec<&str> = expected.reasons().iter().map(|reason| reason.code.as_str()).collect();
            let expected = (expected.decision().name(), expected.payable(), codes.join(";"));
            let answer = answers[*row];
            let found = (decision_name(answer.decision()), Decimal::new(answer.payable(), 2), reasons(answer.kind()));
            assert_eq!(found, expected, "{claim:?} of {enrollment:?}");
            if rows.len() == 1 {
                assert_eq!(alone[*row], answer, "{claim:?} alone");
            }
        }
    }
}

/// Every claim that was made up can be decided; gives how, for each plan: paid, nothing due, denied, pended.
pub(crate) fn decide(claims: &RecordBatch, enrollments: &RecordBatch) -> BTreeMap<String, [u32; 4]> {
    let catalog = Catalog::load(&data::rules()).expect("the packs are right");
    let mut counts: BTreeMap<String, [u32; 4]> = BTreeMap::new();
    for ((_, plan), rows) in histories(claims, enrollments) {
        let history: Vec<(Enrollment, Claim)> = rows.into_iter().map(|(_, pair)| pair).collect();
        let (decided, _) = history::decide(&catalog, &history).expect("the claims can be decided");
        let counts = counts.entry(plan).or_default();
        for decided in decided {
            counts[decided.decision() as usize] += 1;
        }
    }
    counts
}

/// A member's claims under one plan, each with its row.
type History = Vec<(usize, (Enrollment, Claim))>;

/// By member and plan.
fn histories(claims: &RecordBatch, enrollments: &RecordBatch) -> BTreeMap<(String, String), History> {
    let mut covers = BTreeMap::new();
    for row in 0..enrollments.num_rows() {
        let text = |name: &str| text(enrollments, name, row).unwrap_or_default();
        let id = text("enrollment_id");
        let mut enrollment = Enrollment::new(&id, &text("plan"), &text("member_id"));
        let version = text("plan_version");
        if !version.is_empty() {
            enrollment = enrollment.with_plan_version(&version);
        }
        for (fact, value) in facts(enrollments, row) {
            enrollment = enrollment.with(&fact, value).expect("a fact of an enrollment");
        }
        covers.insert(id, enrollment);
    }
    let mut histories: BTreeMap<(String, String), History> = BTreeMap::new();
    for row in 0..claims.num_rows() {
        let text = |name: &str| text(claims, name, row).unwrap_or_default();
        let mut claim = Claim::new(&text("claim_id"));
        for (fact, value) in facts(claims, row) {
            claim = claim.with(&fact, value).expect("a fact of a claim");
        }
        let enrollment = covers[&text("enrollment_id")].clone();
        let account = (enrollment.member().to_owned(), enrollment.plan().to_owned());
        histories.entry(account).or_default().push((row, (enrollment, claim)));
    }
    histories
}

/// What stands in a column of texts, if there is one.
fn text(batch: &RecordBatch, name: &str, row: usize) -> Option<String> {
    let column = batch.column_by_name(name).filter(|column| column.is_valid(row))?;
    Some(match column.as_dictionary_opt::<Int32Type>() {
        Some(column) => column.values().as_string::<i32>().value(column.key(row)?).to_owned(),
        None => column.as_string::<i32>().value(row).to_owned(),
    })
}

/// The facts that a row gives, ids left out.
fn facts(batch: &RecordBatch, row: usize) -> Vec<(String, Value)> {
    let schema = batch.schema();
    let columns = schema.fields().iter().zip(batch.columns());
    let facts = columns.filter(|(field, column)| column.is_valid(row) && !is_id(field.name()));
    facts.map(|(field, column)| (field.name().clone(), value(column.as_ref(), row))).collect()
}

fn is_id(name: &str) -> bool {
    ["claim_id", "enrollment_id", "member_id", "plan", "plan_version"].contains(&name)
}

fn value(column: &dyn Array, row: usize) -> Value {
    match column.data_type() {
        DataType::Int32 => Value::from(column.as_primitive::<Int32Type>().value(row)),
        DataType::Date32 => Value::from(to_date(column.as_primitive::<Date32Type>().value(row))),
        DataType::Boolean => Value::from(column.as_boolean().value(row)),
        DataType::Decimal128(..) => {
            let fen = column.as_primitive::<Decimal128Type>().value(row);
            Value::from(Decimal::from_i128_with_scale(fen, 2))
        }
        DataType::Dictionary(..) => {
            let column = column.as_dictionary::<Int32Type>();
            let key = column.key(row).unwrap_or_default();
            Value::from(column.values().as_string::<i32>().value(key))
        }
        other => panic!("no fact is of type {other}"),
    }
}
