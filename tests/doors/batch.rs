//! A member's claims by columns, and each by the exact reading: decided alike, or both refuse.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::{Arc, LazyLock};

use arrow_array::cast::AsArray;
use arrow_array::types::Decimal128Type;
use arrow_array::{Array, ArrayRef, RecordBatch, StringArray};
use huzhu::{
    Adjudication, BenefitLines, Case, Catalog, Claim, Decider, Enrollment, Notice, Order, batch, history, pack,
};
use rust_decimal::Decimal;
use serde_json::json;

use super::choices::{self, Choices};
use super::{CATALOG, is_one_of, root, said, shipped};

/// Of so many inputs one is decided by all plans; the others by those of the claims alone, as every plan takes its time.
const BY_ALL: u32 = 64;

/// A catalog, and who decides by it, in either order of claims.
type BothOrders = [(&'static Catalog, Decider<'static>); 2];

static ALL: LazyLock<BothOrders> = LazyLock::new(|| {
    static AS_RECEIVED: LazyLock<Catalog> = LazyLock::new(|| shipped().in_order(Order::AsReceived));
    [&*CATALOG, &*AS_RECEIVED].map(|catalog| (catalog, Decider::new(catalog)))
});

/// The same by the versions of one plan alone, by its id.
static ALONE: LazyLock<BTreeMap<String, BothOrders>> = LazyLock::new(|| {
    static CATALOGS: LazyLock<BTreeMap<String, [Catalog; 2]>> = LazyLock::new(by_plan);
    let with_decider = |catalog| (catalog, Decider::new(catalog));
    CATALOGS.iter().map(|(plan, catalogs)| (plan.clone(), catalogs.each_ref().map(with_decider))).collect()
});

fn by_plan() -> BTreeMap<String, [Catalog; 2]> {
    let mut files: BTreeMap<String, Vec<(String, Vec<u8>)>> = BTreeMap::new();
    for entry in fs::read_dir(root().join("rules")).expect("the rules are there") {
        let path = entry.expect("it can be read").path();
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let is_pack = path.extension().is_some_and(|ending| ending == "toml");
        if is_pack && !stem.ends_with(".cases") && !stem.ends_with(".joint") {
            let name = format!("{stem}.toml");
            let bytes = fs::read(&path).expect("it can be read");
            let plan = pack::load(&name, &bytes).expect("the shipped packs are right");
            files.entry(plan.id().to_owned()).or_default().push((name, bytes));
        }
    }
    let catalogs = files.into_iter().map(|(plan, files)| {
        let catalog = |order| Catalog::read(files.clone()).expect("the shipped packs are right").in_order(order);
        (plan, [Order::default(), Order::AsReceived].map(catalog))
    });
    catalogs.collect()
}

pub(super) fn and_alone(bytes: &[u8]) {
    let mut choices = Choices::of(bytes);
    let is_as_received = choices.next() % 4 == 3;
    let case = choices::case(&mut choices);
    let Some((claims, member)) = of_one_member(case) else { return };
    let plans: BTreeSet<&str> = claims.iter().map(|(cover, _)| cover.plan()).collect();
    let plan = plans.first().filter(|_| plans.len() == 1 && !is_one_of(BY_ALL, bytes));
    let both_orders = plan.and_then(|plan| ALONE.get(*plan)).unwrap_or(&ALL);
    let (catalog, decider) = &both_orders[usize::from(is_as_received)];
    let (rows, covers) = columns(&claims);
    let by_columns = decider.decide_rows(&rows, &covers);
    match (by_columns, history::decide_together(catalog, &claims)) {
        (Ok(decided), Ok((alone, _))) => {
            assert!(decided.rejects.is_empty(), "{member}: {:?}: {claims:?}", decided.rejects);
            let alone: BTreeMap<String, Row> =
                alone.iter().map(|one| (one.outcome().claim().to_owned(), Row::of(one))).collect();
            assert_eq!(rows_of(&decided), alone, "{claims:?}");
        }
        (Ok(decided), Err(error)) => {
            said::is_an_answer(&error);
            assert!(!decided.rejects.is_empty(), "{error}, and columns decide: {claims:?}");
            let taken = decided.payouts.num_rows()
                + decided.rejects.iter().map(|reject| reject.row).collect::<BTreeSet<_>>().len();
            assert!(taken >= claims.len(), "a claim is neither decided nor rejected: {claims:?}");
        }
        (Err(error), _) => panic!("columns of texts are right: {error}"),
    }
}

/// All claims of a case with ids of their own, under covers with ids of their own; nothing where the case is of several people or its claims share ids.
fn of_one_member(case: Case) -> Option<(Vec<(Enrollment, Claim)>, String)> {
    let Case { enrollment, history, other_covers, claim } = case;
    let others = other_covers.into_iter().flatten().flat_map(|cover| cover.history);
    let claims: Vec<_> = history.into_iter().chain(others).chain([(enrollment, claim)]).collect();
    let member = claims.first()?.0.member().to_owned();
    let (ids, covers): (BTreeSet<&str>, BTreeMap<&str, &Enrollment>) = (
        claims.iter().map(|(_, claim)| claim.id()).collect(),
        claims.iter().map(|(cover, _)| (cover.id(), cover)).collect(),
    );
    let is_one = claims.iter().all(|(cover, _)| cover.member() == member && covers[cover.id()] == cover);
    (is_one && ids.len() == claims.len()).then_some(())?;
    Some((claims, member))
}

/// What is compared of a claim.
#[derive(Debug, PartialEq, Eq)]
struct Row {
    decision: String,
    payable: Decimal,
    version: String,
    reasons: String,
    notices: String,
    lines: Vec<(String, Decimal, Decimal)>,
}

impl Row {
    fn of(adjudication: &Adjudication) -> Row {
        let codes: Vec<&str> = adjudication.reasons().iter().map(|reason| reason.code.as_str()).collect();
        let told = |notice: &Notice| format!("{}({})", notice.code(), notice.subjects().join(", "));
        let notices: Vec<String> = adjudication.notices().iter().map(told).collect();
        let line = |lines: &BenefitLines| (lines.id().to_owned(), lines.gross().normalize(), lines.paid().normalize());
        Row {
            decision: json!(adjudication.decision()).as_str().unwrap_or_default().to_owned(),
            payable: adjudication.payable().normalize(),
            version: adjudication.outcome().plan().version.clone(),
            reasons: codes.join(";"),
            notices: notices.join(";"),
            lines: adjudication.benefits().iter().map(line).collect(),
        }
    }
}

fn rows_of(decided: &batch::Decided) -> BTreeMap<String, Row> {
    let batch::Decided { payouts, lines, .. } = decided;
    let text = |batch: &RecordBatch, name: &str, row: usize| {
        let column = batch.column_by_name(name).expect("the column is there").as_string::<i32>();
        if column.is_null(row) { String::new() } else { column.value(row).to_owned() }
    };
    let amount = |batch: &RecordBatch, name: &str, row: usize| {
        let column = batch.column_by_name(name).expect("the column is there").as_primitive::<Decimal128Type>();
        if column.is_null(row) { Decimal::ZERO } else { in_yuan(column.value(row), column.scale()) }
    };
    let row = |row: usize| {
        let found = Row {
            decision: text(payouts, "decision", row),
            payable: amount(payouts, "payable", row),
            version: text(payouts, "plan_version", row),
            reasons: text(payouts, "reasons", row),
            notices: text(payouts, "notices", row),
            lines: Vec::new(),
        };
        (text(payouts, "claim_id", row), found)
    };
    let mut rows: BTreeMap<String, Row> = (0..payouts.num_rows()).map(row).collect();
    for row in 0..lines.num_rows() {
        let line = (text(lines, "benefit", row), amount(lines, "gross", row), amount(lines, "paid", row));
        rows.get_mut(&text(lines, "claim_id", row)).expect("the claim of the line is there").lines.push(line);
    }
    rows
}

/// Without the noughts at its end, whatever was decided fits a decimal.
fn in_yuan(mut units: i128, scale: i8) -> Decimal {
    let mut scale = u32::try_from(scale).expect("places are not negative");
    while scale > 0 && units % 10 == 0 {
        (units, scale) = (units / 10, scale - 1);
    }
    Decimal::from_i128_with_scale(units, scale)
}

/// Claims and enrollments, every fact as text.
fn columns(claims: &[(Enrollment, Claim)]) -> (RecordBatch, RecordBatch) {
    let (mut rows, mut covers, mut seen) = (Vec::new(), Vec::new(), BTreeSet::new());
    for (cover, claim) in claims {
        let (mut row, mut cover) = (choices::flat(claim), choices::flat(cover));
        let (claim_id, id) = (row.remove("id").expect("it has an id"), cover.remove("id").expect("it has an id"));
        row.insert("claim_id".to_owned(), claim_id);
        row.insert("enrollment_id".to_owned(), id.clone());
        rows.push(row);
        if seen.insert(id.clone()) {
            let member = cover.remove("member").expect("it has a member");
            cover.insert("member_id".to_owned(), member);
            cover.insert("enrollment_id".to_owned(), id);
            covers.push(cover);
        }
    }
    (table(&rows, &["event_date"]), table(&covers, &["shares", "coverage_start", "coverage_end"]))
}

/// A column for each fact that a row has, and for those that a table must have.
fn table(rows: &[BTreeMap<String, String>], must: &[&str]) -> RecordBatch {
    let names: BTreeSet<&str> =
        rows.iter().flat_map(BTreeMap::keys).map(String::as_str).chain(must.iter().copied()).collect();
    let column = |name: &str| -> ArrayRef { Arc::new(rows.iter().map(|row| row.get(name)).collect::<StringArray>()) };
    RecordBatch::try_from_iter(names.into_iter().map(|name| (name, column(name)))).expect("all columns are as long")
}
