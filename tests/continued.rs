//! Claims decided call after call as rows: however they are split, and as one by one.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use arrow_array::{ArrayRef, Decimal128Array, RecordBatch, StringArray};
use arrow_cast::cast;
use arrow_schema::DataType;
use arrow_select::concat::concat_batches;
use huzhu::{Catalog, Claim, Decider, Decision, Enrollment, Error, MemberAccounts, Order, facts};

use crate::columns::{batches, lines_of, members, row_of, rows_of};
use crate::results::read::texts;

type Pair = (Enrollment, Claim);

const MEMBERS: usize = 400;
const MANY_MEMBERS: usize = 10_000;

fn catalog() -> Catalog {
    Catalog::load(Path::new("rules")).expect("the packs are right")
}

fn no_accounts() -> RecordBatch {
    MemberAccounts::to_rows([]).unwrap()
}

// ── the law ───────────────────────────────────────────────────────────────

#[test]
fn splitting_rows_into_calls_is_nothing() {
    splitting_is_nothing(MEMBERS);
}

#[test]
#[ignore = "it takes long: the same of many members"]
fn splitting_rows_of_many_members_into_calls_is_nothing() {
    splitting_is_nothing(MANY_MEMBERS);
}

/// In both orders, with claims that are pended, denied and reversed: calls one after another come to what one call comes to, and both to what each
/// member's claims come to one by one.
fn splitting_is_nothing(count: usize) {
    for catalog in [catalog(), catalog().in_order(Order::AsReceived)] {
        let decider = Decider::new(&catalog);
        let members: Vec<Vec<Pair>> = members(count).into_iter().map(|member| in_order(&catalog, member)).collect();
        let (claims, enrollments) = batches(&members);
        let whole = decider.decide_rows_on(&no_accounts(), &claims, &enrollments).unwrap();
        assert!(whole.decided.rejects.is_empty(), "{:?}", whole.decided.rejects.first());
        let alone = one_by_one(&decider, &members);
        assert_eq!(MemberAccounts::to_rows(&alone.accounts).unwrap(), whole.accounts);
        assert_eq!(but_for_notices(rows_of(&whole.decided.payouts)), alone.rows);
        let decisions: BTreeSet<String> = texts(&whole.decided.payouts, "decision").into_iter().collect();
        assert_eq!(decisions.len(), Decision::ALL.len(), "{decisions:?}");
        for size in [1, 2] {
            let (mut accounts, mut payouts, mut lines) = (no_accounts(), BTreeMap::new(), BTreeMap::new());
            let longest = members.iter().map(Vec::len).max().unwrap();
            for call in 0..longest.div_ceil(size) {
                let claims: Vec<Vec<Pair>> =
                    members.iter().map(|claims| claims.chunks(size).nth(call).unwrap_or_default().to_vec()).collect();
                let next = decider.decide_rows_on(&accounts, &batches(&claims).0, &enrollments).unwrap();
                assert!(next.decided.rejects.is_empty(), "{:?}", next.decided.rejects.first());
                payouts.extend(but_for_notices(rows_of(&next.decided.payouts)));
                lines.extend(lines_of(&next.decided.lines));
                accounts = next.accounts;
            }
            assert_eq!(payouts, alone.rows, "{size} at a time");
            assert_eq!(lines, lines_of(&whole.decided.lines), "{size} at a time");
            assert_eq!(accounts, whole.accounts, "{size} at a time");
        }
    }
}

/// A member's claims as the catalog orders them, the first one taken back in the end.
fn in_order(catalog: &Catalog, mut claims: Vec<Pair>) -> Vec<Pair> {
    let day = |(_, claim): &Pair| claim.fact(facts::EVENT_DATE);
    // one without a date would have to be known from the start
    claims.retain(|pair| day(pair).is_some());
    // two of one day are tied within a call alone
    let mut days = BTreeSet::new();
    claims.retain(|pair| days.insert(day(pair)));
    match catalog.order() {
        Order::ByEvent => claims.sort_by_key(day),
        Order::AsReceived => {}
    }
    let Some((cover, first)) = claims.first().cloned() else { return claims };
    let place = match catalog.order() {
        Order::ByEvent => 1,
        Order::AsReceived => claims.len(),
    };
    if takes_back(catalog, &cover, &first) {
        claims.insert(place, (cover, Claim::reversal(&format!("R{}", first.id()), first.id())));
    }
    claims
}

/// Whether the claim posts something that can be taken back.
fn takes_back(catalog: &Catalog, cover: &Enrollment, claim: &Claim) -> bool {
    let mut accounts = MemberAccounts::new(cover.member());
    let decided = Decider::new(catalog).next(&mut accounts, cover, claim).unwrap();
    decided.posting().is_some() && claim.id().ends_with("-0")
}

struct OneByOne {
    accounts: Vec<MemberAccounts>,
    rows: BTreeMap<String, Row>,
}

type Row = (String, String, String, String);

fn one_by_one(decider: &Decider<'_>, members: &[Vec<Pair>]) -> OneByOne {
    let mut all = OneByOne { accounts: Vec::new(), rows: BTreeMap::new() };
    for claims in members.iter().filter(|claims| !claims.is_empty()) {
        let mut accounts = MemberAccounts::new(claims[0].0.member());
        for (enrollment, claim) in claims {
            let decided = decider.next(&mut accounts, enrollment, claim).unwrap();
            let (decision, payable, version, reasons, _) = row_of(&decided);
            all.rows.insert(claim.id().to_owned(), (decision, payable, version, reasons));
        }
        all.accounts.push(accounts);
    }
    all
}

/// What is said of a claim because of others is said within a call.
fn but_for_notices(rows: BTreeMap<String, (String, String, String, String, String)>) -> BTreeMap<String, Row> {
    let row = |(id, (decision, payable, version, reasons, _))| (id, (decision, payable, version, reasons));
    rows.into_iter().map(row).collect()
}

#[test]
fn what_comes_in_one_call_is_decided_as_columns_decide_it() {
    let catalog = catalog();
    let (claims, enrollments) = batches(&members(MEMBERS));
    let decider = Decider::new(&catalog);
    let on_nothing = decider.decide_rows_on(&no_accounts(), &claims, &enrollments).unwrap().decided;
    let by_columns = decider.decide_rows(&claims, &enrollments).unwrap();
    assert_eq!(on_nothing.payouts, by_columns.payouts);
    assert_eq!(on_nothing.lines, by_columns.lines);
    assert_eq!(on_nothing.rejects, by_columns.rejects);
}

// ── accounts that are not these members' ──────────────────────────────────

/// Rows of text, the first line of which has the names.
fn rows(text: &str) -> RecordBatch {
    let mut lines = text.trim().lines().map(|line| line.trim().split(',').collect::<Vec<_>>());
    let (names, rows) = (lines.next().unwrap(), lines.collect::<Vec<_>>());
    let column = |place: usize| -> ArrayRef {
        let cells = rows.iter().map(|row| Some(row[place]).filter(|cell| !cell.is_empty()));
        Arc::new(cells.collect::<StringArray>())
    };
    RecordBatch::try_from_iter(names.iter().enumerate().map(|(place, name)| (*name, column(place)))).unwrap()
}

fn enrollments() -> RecordBatch {
    rows(
        "enrollment_id,member_id,plan,shares,birth_date,coverage_start,coverage_end
        E1,M1,henan-accident,2,1990-05-05,2025-01-01,2025-12-31
        E2,M2,henan-accident,2,1991-06-06,2025-01-01,2025-12-31",
    )
}

/// Claims by id, enrollment and day, of sixty days each: of the hundred days in a period that are paid by the day.
fn stays(stays: &[(&str, &str, &str)]) -> RecordBatch {
    let line = |(id, enrollment, day): &(&str, &str, &str)| format!("{id},{enrollment},,{day},accident,0,60");
    let lines: Vec<String> = stays.iter().map(line).collect();
    rows(&format!(
        "claim_id,enrollment_id,reverses,event_date,cause,personal_burden,hospital_days\n{}",
        lines.join("\n")
    ))
}

fn paid(payouts: &RecordBatch) -> Vec<String> {
    let ids = texts(payouts, "claim_id").into_iter().zip(crate::results::read::amounts(payouts, "payable"));
    let mut paid: Vec<String> = ids.map(|(id, amount)| format!("{id} {amount}")).collect();
    paid.sort();
    paid
}

/// The table with one column replaced, where it has the value, by another.
fn with(accounts: &RecordBatch, column: &str, value: &str, other: &str) -> RecordBatch {
    let columns = accounts.schema_ref().fields().iter().zip(accounts.columns()).map(|(field, values)| {
        if field.name() != column {
            return (field.name().clone(), values.clone());
        }
        let values =
            texts(accounts, column).into_iter().map(|text| if text == value { other.to_owned() } else { text });
        let values: ArrayRef = Arc::new(StringArray::from_iter_values(values));
        (field.name().clone(), values)
    });
    RecordBatch::try_from_iter_with_nullable(columns.map(|(name, values)| (name, values, true))).unwrap()
}

#[test]
fn accounts_of_somebody_else_are_refused() {
    let catalog = catalog();
    let decider = Decider::new(&catalog);
    let first = decider.decide_rows_on(&no_accounts(), &stays(&[("C1", "E1", "2025-01-10")]), &enrollments()).unwrap();
    let next = stays(&[("C2", "E1", "2025-06-01")]);
    let refused = |accounts: &RecordBatch| -> Error {
        decider.decide_rows_on(accounts, &next, &enrollments()).expect_err("they are not this member's")
    };
    for (column, value, other, says) in [
        ("member_id", "M1", "M3", "there are accounts of the member `M3`, who has none of the enrollments"),
        (
            "plan",
            "henan-accident",
            "henan",
            "an account of the member `M1` is under the plan `henan`, which is none of the rules",
        ),
        (
            "member_id",
            "M1",
            "M2",
            "the account of `M2` under `henan-accident` has the enrollment `E1`, which is of `M1` under `henan-accident`",
        ),
    ] {
        let error = refused(&with(&first.accounts, column, value, other));
        assert!(error.is_history() && error.to_string() == says, "{error}");
    }
    let decided = decider.decide_rows_on(&first.accounts, &next, &enrollments()).unwrap().decided;
    assert_eq!(paid(&decided.payouts), ["C2 4000"]);
}

#[test]
fn rows_that_make_no_account_are_refused() {
    let catalog = catalog();
    let decider = Decider::new(&catalog);
    let claims = stays(&[("C1", "E1", "2025-01-10"), ("C2", "E1", "2025-06-01")]);
    let accounts = decider.decide_rows_on(&no_accounts(), &claims, &enrollments()).unwrap().accounts;
    let twice = concat_batches(&accounts.schema(), [&accounts, &accounts.slice(0, 1)]).unwrap();
    let fen = |units: i128| {
        let amounts = Decimal128Array::from(vec![Some(units); accounts.num_rows()]).with_precision_and_scale(38, 8);
        replaced(&accounts, "amount", Arc::new(amounts.unwrap()))
    };
    let floats =
        replaced(&accounts, "amount", cast(accounts.column_by_name("amount").unwrap(), &DataType::Float64).unwrap());
    for (rows, says) in [
        (twice, "has two rows of"),
        (with(&accounts, "claim_id", "C1", "C2"), "have several dates or covers"),
        (with(&accounts, "holds", "posting", "posted"), "the column `holds` of the accounts has `posted`"),
        (with(&accounts, "entry", "paid:hospital-allowance", "paid"), "names no entry"),
        (fen(1), "cannot have posted 0.00000001 of"),
        (fen(-100_000_000), "cannot have posted -1 of"),
        (floats, "the column `amount` of the accounts is Float64, and cannot be read as"),
        (without(&accounts, "order"), "the accounts have no column `order`"),
    ] {
        let error = MemberAccounts::of_rows(&rows).expect_err(says);
        assert!(error.to_string().contains(says), "{says}: {error}");
    }
}

fn replaced(rows: &RecordBatch, column: &str, values: ArrayRef) -> RecordBatch {
    let columns = rows
        .schema()
        .fields()
        .iter()
        .zip(rows.columns())
        .map(|(field, own)| {
            (field.name().clone(), if field.name() == column { values.clone() } else { own.clone() }, true)
        })
        .collect::<Vec<_>>();
    RecordBatch::try_from_iter_with_nullable(columns).unwrap()
}

fn without(rows: &RecordBatch, column: &str) -> RecordBatch {
    let place = rows.schema().index_of(column).unwrap();
    let others: Vec<usize> = (0..rows.num_columns()).filter(|other| *other != place).collect();
    rows.project(&others).unwrap()
}

// ── what a call leaves to the next ────────────────────────────────────────

#[test]
fn accounts_are_read_in_any_order_of_rows_and_columns_and_from_text() {
    let catalog = catalog();
    let decider = Decider::new(&catalog);
    let claims = stays(&[("C1", "E1", "2025-01-10"), ("C2", "E2", "2025-06-01"), ("C3", "E1", "2025-07-01")]);
    let accounts = decider.decide_rows_on(&no_accounts(), &claims, &enrollments()).unwrap().accounts;
    let kept = MemberAccounts::of_rows(&accounts).unwrap();
    assert_eq!(MemberAccounts::to_rows(&kept).unwrap(), accounts);
    let mut other: Vec<RecordBatch> = (0..accounts.num_rows()).map(|row| accounts.slice(row, 1)).collect();
    other.reverse();
    let other = concat_batches(&accounts.schema(), &other).unwrap();
    let turned: Vec<usize> = (0..accounts.num_columns()).rev().collect();
    assert_eq!(MemberAccounts::of_rows(&other.project(&turned).unwrap()).unwrap(), kept);
    let dates = replaced(
        &accounts,
        "event_date",
        cast(accounts.column_by_name("event_date").unwrap(), &DataType::Utf8).unwrap(),
    );
    assert_eq!(MemberAccounts::of_rows(&dates).unwrap(), kept);
}

/// A row that cannot be read leaves its claim open; corrected, it posts. A claim that has posted is rejected, and nothing changes.
#[test]
fn a_rejected_claim_is_open_until_it_comes_again_and_none_posts_twice() {
    let catalog = catalog();
    let decider = Decider::new(&catalog);
    let wrong = stays(&[("C1", "E1", "2025-13-10")]);
    let first = decider.decide_rows_on(&no_accounts(), &wrong, &enrollments()).unwrap();
    assert_eq!((first.decided.rejects.len(), first.decided.payouts.num_rows()), (1, 0));
    assert_eq!(texts(&first.accounts, "holds"), ["open"]);
    let second =
        decider.decide_rows_on(&first.accounts, &stays(&[("C2", "E1", "2025-06-01")]), &enrollments()).unwrap();
    assert!(
        texts(&second.decided.payouts, "notices")[0].contains("earlier-claim-open(C1)"),
        "{:?}",
        second.decided.payouts
    );
    let third =
        decider.decide_rows_on(&second.accounts, &stays(&[("C1", "E1", "2025-01-10")]), &enrollments()).unwrap();
    assert_eq!(paid(&third.decided.payouts), ["C1 4000"]);
    assert!(!texts(&third.accounts, "holds").contains(&"open".to_owned()));
    let again = decider.decide_rows_on(&third.accounts, &stays(&[("C1", "E1", "2025-01-10")]), &enrollments()).unwrap();
    assert_eq!(again.decided.rejects[0].reason.en, "claim `C1` has posted already");
    assert_eq!(again.accounts, third.accounts);
}

#[test]
fn a_reversal_takes_back_what_an_earlier_call_has_posted_once() {
    let catalog = catalog();
    let decider = Decider::new(&catalog);
    let first = decider.decide_rows_on(&no_accounts(), &stays(&[("C1", "E1", "2025-01-10")]), &enrollments()).unwrap();
    let reversal = rows("claim_id,enrollment_id,reverses\nR1,E1,C1");
    let second = decider.decide_rows_on(&first.accounts, &reversal, &enrollments()).unwrap();
    assert_eq!(paid(&second.decided.payouts), ["R1 -6000"]);
    let third = decider
        .decide_rows_on(&second.accounts, &rows("claim_id,enrollment_id,reverses\nR2,E1,C1"), &enrollments())
        .unwrap();
    assert_eq!(third.decided.rejects[0].column, "reverses");
    let foreign = decider
        .decide_rows_on(&first.accounts, &rows("claim_id,enrollment_id,reverses\nR1,E2,C1"), &enrollments())
        .unwrap();
    assert_eq!(foreign.decided.rejects[0].column, "reverses");
    assert_eq!(foreign.accounts.num_rows(), first.accounts.num_rows() + 1, "it is open, and has taken nothing back");
    let fourth = decider
        .decide_rows_on(
            &second.accounts,
            &stays(&[("C4", "E1", "2025-08-01"), ("C5", "E2", "2025-08-01")]),
            &enrollments(),
        )
        .unwrap();
    assert_eq!(paid(&fourth.decided.payouts), ["C4 6000", "C5 6000"]);
}

#[test]
fn a_reversal_that_came_too_early_is_open_until_it_comes_again() {
    let catalog = catalog();
    let decider = Decider::new(&catalog);
    let reversal = rows("claim_id,enrollment_id,reverses\nR1,E1,C1");
    let mut accounts = no_accounts();
    for (claims, holds_open) in [(&reversal, true), (&stays(&[("C1", "E1", "2025-01-10")]), true), (&reversal, false)] {
        accounts = decider.decide_rows_on(&accounts, claims, &enrollments()).unwrap().accounts;
        assert_eq!(texts(&accounts, "holds").contains(&"open".to_owned()), holds_open);
    }
    assert!(!texts(&accounts, "holds").contains(&"posting".to_owned()));
}

/// What is not known, what is open in either order, and what an older account does not say.
#[test]
fn everything_that_an_account_can_hold_comes_back_from_rows() {
    let kept = serde_json::json!({
        "member": "M1",
        "plans": {
            "p": {
                "claims": {
                    "C1": {
                        "event_date": "2025-01-10", "coverage_start": "2025-01-01", "enrollment_id": "E1",
                        "amounts": { "paid:b": "20.05", "count:b": "1.00", "sum:days": "-1.50", "deducted:b": "0.12345678" },
                        "unknown": ["sum:cost"],
                    },
                    "C2": { "event_date": "2025-02-10", "coverage_start": "2025-01-01", "amounts": {} },
                    "C3": { "open": true },
                    "C4": { "open": true, "event_date": "2025-03-01", "coverage_start": "2025-01-01", "enrollment_id": "E1" },
                    "C5": { "open": true, "event_date": "2025-03-01", "order": ["2025-03-01", null, "2025-04-02"] },
                    "C6": { "open": true, "event_date": "2025-03-01", "order": "as-received" },
                },
                "covers": [{ "enrollment_id": "E1", "start": "2025-01-01" }, { "start": "2025-07-01", "end": "2026-06-30" }],
            },
            "q": { "claims": {}, "covers": [{ "enrollment_id": "E2", "start": "2025-01-01", "end": "2025-12-31" }] },
        },
    });
    let accounts: MemberAccounts = serde_json::from_value(kept.clone()).unwrap();
    let rows = MemberAccounts::to_rows([&accounts]).unwrap();
    assert_eq!(rows.num_rows(), 5 + 1 + 4 + 3);
    let back = MemberAccounts::of_rows(&rows).unwrap();
    assert_eq!(back, [accounts]);
    assert_eq!(serde_json::to_value(&back[0]).unwrap(), kept);
}
