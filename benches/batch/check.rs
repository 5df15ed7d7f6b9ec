//! The baseline held against the engine, member by member.

use std::collections::BTreeMap;
use std::path::Path;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{DataType, Date32Type, Decimal128Type, Int32Type};
use huzhu::{Catalog, Claim, Decision, Enrollment, Value, history};
use rust_decimal::Decimal;

use crate::by_hand::columns::{Columns, Room};
use crate::by_hand::{decision_name, reasons};
use crate::data::packs::to_date;

/// Every decision, every amount and every reason must be those of [`history::decide`].
pub(crate) fn agree(claims: &RecordBatch, enrollments: &RecordBatch) {
    let catalog = Catalog::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("rules")).expect("the packs are right");
    let (columns, mut room, mut answers) = (Columns::join(claims, enrollments), Room::default(), Vec::new());
    columns.decide_with_limits(&mut room, &mut answers);
    let mut alone = Vec::new();
    columns.decide_alone(&mut alone);
    for (_, rows) in histories(claims, enrollments) {
        let history: Vec<(Enrollment, Claim)> = rows.iter().map(|(_, pair)| pair.clone()).collect();
        let (decided, _) = history::decide(&catalog, &history).expect("the claims can be decided");
        let by_claim: BTreeMap<&str, _> = decided.iter().map(|decided| (decided.outcome().claim(), decided)).collect();
        for (row, (enrollment, claim)) in &rows {
            let expected = by_claim[claim.id()];
            let codes: Vec<&str> = expected.reasons().iter().map(|reason| reason.code.as_str()).collect();
            let expected = (name(expected.decision()), expected.payable(), codes.join(";"));
            let answer = answers[*row];
            let found = (decision_name(answer.decision()), Decimal::new(answer.payable(), 2), reasons(answer.kind()));
            assert_eq!(found, expected, "{claim:?} of {enrollment:?}");
            if rows.len() == 1 {
                assert_eq!(alone[*row], answer, "{claim:?} alone");
            }
        }
    }
}

fn name(decision: Decision) -> &'static str {
    match decision {
        Decision::Paid => "paid",
        Decision::NothingDue => "nothing-due",
        Decision::Denied => "denied",
        Decision::Pended => "pended",
    }
}

/// A member's claims, each with its row.
type History = Vec<(usize, (Enrollment, Claim))>;

fn histories(claims: &RecordBatch, enrollments: &RecordBatch) -> BTreeMap<String, History> {
    let text =
        |batch: &RecordBatch, column: usize, row: usize| batch.column(column).as_string::<i32>().value(row).to_owned();
    let mut covers = BTreeMap::new();
    for row in 0..enrollments.num_rows() {
        let (id, member) = (text(enrollments, 0, row), text(enrollments, 1, row));
        let mut enrollment = Enrollment::new(&id, "henan-accident", &member);
        for (fact, value) in facts(enrollments, row) {
            enrollment = enrollment.with(&fact, value).expect("a fact of an enrollment");
        }
        covers.insert(id, enrollment);
    }
    let mut histories: BTreeMap<String, History> = BTreeMap::new();
    for row in 0..claims.num_rows() {
        let mut claim = Claim::new(&text(claims, 0, row));
        for (fact, value) in facts(claims, row) {
            claim = claim.with(&fact, value).expect("a fact of a claim");
        }
        let enrollment = covers[&text(claims, 1, row)].clone();
        histories.entry(enrollment.member().to_owned()).or_default().push((row, (enrollment, claim)));
    }
    histories
}

/// The facts that a row gives, ids left out.
fn facts(batch: &RecordBatch, row: usize) -> Vec<(String, Value)> {
    let schema = batch.schema();
    let columns = schema.fields().iter().zip(batch.columns());
    let facts = columns.filter(|(field, column)| column.is_valid(row) && !is_id(field.name()));
    facts.map(|(field, column)| (field.name().clone(), value(column.as_ref(), row))).collect()
}

fn is_id(name: &str) -> bool {
    ["claim_id", "enrollment_id", "member_id", "plan"].contains(&name)
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
