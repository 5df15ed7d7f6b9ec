//! Whole members whose claims are decided as they were received, by the rules, by the library and as a file.

use huzhu::{Case, Catalog, Order};

use super::account::{Rules, decide};
use super::draw::Draw;
use super::exact::yuan;
use super::files::{
    answer_of, at_least, case_of, compare, difference, drawn, shipped, story_in, with_a_joint_limit_of,
};
use super::joint::Joint;
use super::member::Member;
use super::situations;

const MANY_MEMBERS: usize = 560;
const FEW_MEMBERS: usize = 100;
const SEED: u64 = 20_251_201;
const AMOUNTS: [i64; 2] = [30_000, 100_000];

/// Of all plans in turn, so that Henan, Gansu and those of Guangdong are among them.
#[test]
fn claims_are_decided_as_they_were_received() {
    are_decided_as_received(FEW_MEMBERS);
}

#[test]
#[ignore = "it takes long: the same of more members"]
fn claims_of_many_are_decided_as_they_were_received() {
    are_decided_as_received(MANY_MEMBERS);
}

fn are_decided_as_received(count: usize) {
    let members = drawn(SEED, count, |number, plan, draw: &mut Draw| {
        situations::received(situations::of_one_plan_without_reversals(plan, number, draw), draw)
    });
    let seen = compare(&as_received(shipped()), &members, &Rules::as_received());
    at_least(&seen, count, &[("a reversal", 200), ("a reversal of a payout", 100), ("a claim after a reversal", 30)]);
    at_least(&seen, count, &[("earlier-claim-open", 30)]);
    let seen = compare(
        &as_received(shipped()).holding(huzhu::Hold::OpenClaims),
        &without_reversals(&members),
        &Rules { hold_open: true, ..Rules::as_received() },
    );
    at_least(&seen, count, &[("earlier-claim-open", 20)]);
    the_order_matters(&members, &Rules::as_received());
}

#[test]
fn covers_at_once_are_decided_as_claims_under_them_were_received() {
    covers_are_decided_as_received(FEW_MEMBERS);
}

#[test]
#[ignore = "it takes long: the same of more members"]
fn covers_at_once_of_many_are_decided_as_claims_under_them_were_received() {
    covers_are_decided_as_received(MANY_MEMBERS);
}

fn covers_are_decided_as_received(count: usize) {
    let members = drawn(SEED + 1, count, |number, plan, draw: &mut Draw| {
        situations::received(situations::with_covers_at_once_without_reversals(plan, number, draw), draw)
    });
    let seen = compare(&as_received(shipped()), &members, &Rules::as_received());
    at_least(&seen, count, &[("overlapping-covers", 500), ("shares-elsewhere", 250), ("possible-duplicate", 150)]);
}

/// What one plan of Guangdong was paid first leaves less to the others, whichever is served first by event.
#[test]
fn the_joint_limit_of_guangdong_is_used_up_as_claims_were_received() {
    the_joint_limit_is_used_up_as_received(FEW_MEMBERS);
}

#[test]
#[ignore = "it takes long: the same of more members"]
fn the_joint_limit_of_guangdong_is_used_up_as_claims_of_many_were_received() {
    the_joint_limit_is_used_up_as_received(MANY_MEMBERS);
}

fn the_joint_limit_is_used_up_as_received(count: usize) {
    let members = drawn(SEED + 2, count, |number, _, draw: &mut Draw| {
        situations::received(situations::of_the_family_without_reversals(number, draw), draw)
    });
    compare(&as_received(shipped()), &members, &Rules::as_received());
    for amount in AMOUNTS {
        let rules = Rules { joint: Joint { amount: yuan(amount) }, ..Rules::as_received() };
        let seen = compare(&as_received(with_a_joint_limit_of(amount)), &members, &rules);
        at_least(&seen, MANY_MEMBERS, &[("joint-limit", 20), ("cut by a joint limit", 10)]);
        at_least(&seen, MANY_MEMBERS, &[("a reversal of a payout", 20)]);
        the_order_matters(&members, &rules);
    }
}

/// A service has those before it as its history; what comes later it does not know.
#[test]
fn one_claim_after_another_is_decided_as_all_that_were_received() {
    one_after_another(FEW_MEMBERS);
}

#[test]
#[ignore = "it takes long: the same of more members"]
fn one_claim_of_many_after_another_is_decided_as_all_that_were_received() {
    one_after_another(MANY_MEMBERS);
}

fn one_after_another(count: usize) {
    let catalog = as_received(shipped());
    let rules = Rules::as_received();
    let (mut decided, mut after_reversals, mut again) = (0, 0, 0);
    let members = drawn(SEED + 4, count, |number, plan, draw: &mut Draw| {
        situations::received(situations::of_one_plan_without_reversals(plan, number, draw), draw)
    });
    for member in members.iter().filter(|member| member.covers.len() == 1) {
        let expected = decide(member, &rules);
        for (place, told) in member.claims.iter().enumerate().filter(|(_, told)| told.reverses.is_none()) {
            let known = Member { claims: member.claims[..=place].to_vec(), ..member.clone() };
            let text = case_of(&known, told).to_string();
            let case =
                Case::read("case.json", text.as_bytes(), &catalog).unwrap_or_else(|wrong| panic!("{wrong}\n{text}"));
            let (adjudication, _) = case.decide(&catalog).unwrap_or_else(|wrong| panic!("{wrong}\n{text}"));
            let (name, given) = answer_of(&adjudication);
            let difference = difference(&expected[&name], &given);
            assert!(difference.is_none(), "{difference:?} of {name:?}\n{}", story_in(rules.order, &known));
            decided += 1;
            after_reversals += usize::from(known.claims.iter().any(|told| told.reverses.is_some()));
            again += usize::from(given.notices.iter().any(|said| said.starts_with("possible-duplicate")));
        }
    }
    println!("{decided} one after another, {after_reversals} after reversals, {again} of a bill again");
    assert!(
        decided > 3 * count / 2 && after_reversals > count / 10 && again > count / 28,
        "{decided} {after_reversals} {again}"
    );
}

fn as_received(catalog: Catalog) -> Catalog {
    catalog.in_order(Order::AsReceived)
}

fn without_reversals(members: &[Member]) -> Vec<Member> {
    let stripped = members.iter().map(|member| {
        let claims = member.claims.iter().filter(|told| member.stands(told)).cloned().collect();
        Member { claims, ..member.clone() }
    });
    stripped.collect()
}

/// Claims are paid another amount by event, or the comparison would say nothing of the order.
fn the_order_matters(members: &[Member], rules: &Rules) {
    let by_event =
        Rules { order: super::order::Order::ByEvent, tells_open: false, joint: rules.joint.clone(), ..*rules };
    let as_received = Rules { tells_open: false, joint: rules.joint.clone(), ..*rules };
    let mut differing = 0;
    for member in &without_reversals(members) {
        let (by_event, as_received) = (decide(member, &by_event), decide(member, &as_received));
        differing += by_event.iter().filter(|(name, answer)| as_received[*name].payable != answer.payable).count();
    }
    println!("{differing} claims are paid another amount by event");
    assert!(differing > members.len() / 28, "{differing}");
}

#[cfg(feature = "cli")]
mod by_the_program {
    use std::fs::File;

    use arrow_array::RecordBatch;
    use arrow_select::concat::concat_batches;
    use parquet::arrow::ArrowWriter;
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

    use super::*;
    use crate::faults::program::{Folder, huzhu};
    use crate::oracle::files::{compare_with, rows, tables};

    /// Henan, Gansu and the six of Guangdong.
    #[test]
    fn a_file_of_claims_is_decided_as_its_rows_were_received() {
        let mut members = drawn(SEED + 3, 3 * FEW_MEMBERS, |number, plan, draw: &mut Draw| {
            let member = if plan.id.starts_with("guangdong") {
                situations::of_the_family_without_reversals(number, draw)
            } else {
                situations::of_one_plan_without_reversals(plan, number, draw)
            };
            situations::received(member, draw)
        });
        members.retain(|member| {
            member.covers.iter().any(|cover| THREE.iter().any(|name| cover.plan.id.starts_with(name)))
        });
        let (claims, enrollments) = tables(&members);
        let folder = Folder::new("received");
        let [claims, enrollments] = [("claims", claims), ("enrollments", enrollments)].map(|(name, table)| {
            let path = folder.path(&format!("{name}.parquet"));
            write(&path, &table);
            path
        });
        let [payouts, lines] = ["payouts.parquet", "lines.parquet"].map(|name| folder.path(name));
        let ran = huzhu(&[
            "batch",
            "--claims",
            &claims,
            "--enrollments",
            &enrollments,
            "--out",
            &payouts,
            "--lines",
            &lines,
            "--order",
            "as-received",
        ]);
        assert_eq!(ran.code, 0, "{ran:?}");
        let by_file = rows(&read(&payouts), &read(&lines));
        let seen = compare_with(&as_received(shipped()), &members, &Rules::as_received(), &by_file);
        at_least(&seen, members.len(), &[("a reversal", 200), ("a reversal of a payout", 100)]);
        the_order_matters(&members, &Rules::as_received());
    }

    const THREE: [&str; 3] = ["henan", "gansu", "guangdong"];

    fn write(path: &str, table: &RecordBatch) {
        let file = File::create(path).expect("the folder is there");
        let mut writer = ArrowWriter::try_new(file, table.schema(), None).expect("it is a table");
        writer.write(table).expect("there is room");
        writer.close().expect("there is room");
    }

    fn read(path: &str) -> RecordBatch {
        let file = File::open(path).expect("it was written");
        let reader = ParquetRecordBatchReaderBuilder::try_new(file).expect("it is a table");
        let reader = reader.build().expect("it is a table");
        let parts: Vec<RecordBatch> = reader.map(|part| part.expect("it is whole")).collect();
        concat_batches(&parts[0].schema(), &parts).expect("they are of one table")
    }
}
