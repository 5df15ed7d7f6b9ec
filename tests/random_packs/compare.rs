//! One claim at a time and by columns: what each says of a history, and where they differ.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, StringArray};
use chrono::NaiveDate;
use huzhu::batch::{self, Input};
use huzhu::{
    Accumulators, Adjudication, BenefitLines, Catalog, Claim, Code, Decision, Enrollment, Notice, Value, history,
};
use rust_decimal::Decimal;

use super::histories::{Member, Row};
use crate::results::read::{amounts, texts};

/// What became of a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    Decided {
        decision: String,
        payable: String,
        version: String,
        reasons: String,
        details: String,
        notices: String,
        lines: Vec<(String, String, String)>,
    },
    Rejected,
}

pub(crate) type Answers = BTreeMap<String, Answer>;

/// One claim at a time.
pub(crate) fn alone(catalog: &Catalog, member: &Member) -> Answers {
    let (by_plan, mut answers) = readable(member);
    for Account { claims, lost } in by_plan.values() {
        answers.extend(under_one_plan(catalog, claims, lost, &covers(member)));
    }
    answers
}

/// What can be decided of a member's claims, by plan, where nothing is known of the member's other covers.
pub(crate) fn decidable_histories(catalog: &Catalog, member: &Member) -> Vec<Vec<(Enrollment, Claim)>> {
    readable(member).0.values().map(|account| decidable(catalog, &account.claims, &[])).collect()
}

/// The covers of the member that can be read.
fn covers(member: &Member) -> Vec<Enrollment> {
    member.enrollments.iter().filter_map(enrollment).collect()
}

/// A member's claims under one plan, and what can be read of those that are rejected.
#[derive(Default)]
pub(crate) struct Account {
    claims: Vec<(Enrollment, Claim)>,
    lost: Vec<(Enrollment, Claim)>,
}

/// Whether each of the member's claims can be decided, and none takes back another.
pub(crate) fn is_plain(catalog: &Catalog, member: &Member) -> bool {
    is_sound(catalog, member) && !member.claims.iter().any(|claim| claim.contains_key("reverses"))
}

/// Whether each of the member's claims can be decided.
pub(crate) fn is_sound(catalog: &Catalog, member: &Member) -> bool {
    let (by_plan, rejected) = readable(member);
    rejected.is_empty() && by_plan.values().all(|account| history::decide(catalog, &account.claims).is_ok())
}

/// The claims that can be read, by plan; the others are rejected.
fn readable(member: &Member) -> (BTreeMap<String, Account>, Answers) {
    let enrollments: BTreeMap<&str, Option<Enrollment>> =
        member.enrollments.iter().map(|row| (row["enrollment_id"].as_str(), enrollment(row))).collect();
    let mut answers = Answers::new();
    let mut by_plan: BTreeMap<String, Account> = BTreeMap::new();
    for row in &member.claims {
        let known = enrollments.get(row["enrollment_id"].as_str()).and_then(Clone::clone);
        let claim = claim(row);
        if known.is_none() || claim.is_none() {
            answers.insert(row["claim_id"].clone(), Answer::Rejected);
        }
        let Some(enrollment) = known else { continue };
        let account = by_plan.entry(enrollment.plan().to_owned()).or_default();
        match claim {
            Some(claim) => account.claims.push((enrollment, claim)),
            None => account.lost.push((enrollment, remains(row))),
        }
    }
    (by_plan, answers)
}

/// What a row that cannot be read says of when the event was.
fn remains(row: &Row) -> Claim {
    let claim = Claim::new(&row["claim_id"]);
    let date = row.get("event_date").filter(|date| !date.is_empty());
    date.and_then(|date| claim.clone().with("event_date", date.as_str()).ok()).unwrap_or(claim)
}

fn under_one_plan(
    catalog: &Catalog,
    claims: &[(Enrollment, Claim)],
    lost: &[(Enrollment, Claim)],
    covers: &[Enrollment],
) -> Answers {
    let mut answers = Answers::new();
    let decided = history::decide_among(catalog, claims, covers).or_else(|_| {
        let kept = decidable(catalog, claims, covers);
        answers.extend(claims.iter().map(|(_, claim)| (claim.id().to_owned(), Answer::Rejected)));
        history::decide_among(catalog, &kept, covers)
    });
    let (mut adjudications, _) = decided.expect("what is rejected was left out");
    let mut ids_alone = BTreeMap::new();
    let is_kept = |claim: &Claim| adjudications.iter().any(|kept| kept.outcome().claim() == claim.id());
    let rejected: Vec<_> = claims.iter().filter(|(_, claim)| !is_kept(claim)).collect();
    let has_lost = !lost.is_empty() || !rejected.is_empty();
    if has_lost {
        let has_its_place =
            |pair: &&(Enrollment, Claim)| pair.1.reverses().is_none() || reversed_in(claims, pair).is_some();
        let claims: Vec<(Enrollment, Claim)> = claims.iter().filter(has_its_place).cloned().collect();
        let known = history::known_among(catalog, &claims, covers);
        let beside = beside_the_lost(catalog, &known, lost.iter().chain(rejected), &adjudications);
        ids_alone = by_id(&adjudications);
        adjudications = beside;
    }
    for adjudication in adjudications {
        // Payouts are columns of 18 digits: what they cannot hold is rejected, and posted all the same.
        let mut paid = adjudication.benefits().iter().map(BenefitLines::paid).chain([adjudication.payable()]);
        let is_held = paid.all(|paid| paid < Decimal::from(10_u64.pow(16)));
        let by_id = ids_alone.get(adjudication.outcome().claim());
        let answer = if is_held { answer(&adjudication, by_id) } else { Answer::Rejected };
        answers.insert(adjudication.outcome().claim().to_owned(), answer);
    }
    answers
}

/// The same claims decided once more, where those that were rejected are open: they may have posted anything.
fn beside_the_lost<'a>(
    catalog: &Catalog,
    claims: &'a [(Enrollment, Claim)],
    lost: impl Iterator<Item = &'a (Enrollment, Claim)>,
    adjudications: &[Adjudication],
) -> Vec<Adjudication> {
    // A reversal of a claim of the account fails where that has posted nothing: it would change nothing, or the claim is open itself.
    let lost: Vec<_> = lost.cloned().collect();
    let is_by_itself = |pair: &&(Enrollment, Claim)| [claims, &lost].iter().all(|of| reversed_in(of, pair).is_none());
    let lost = lost.iter().filter(is_by_itself);
    let undated = claims.iter().filter(|(enrollment, claim)| {
        let alone = catalog.resolve(enrollment, claim).ok();
        let alone = alone.and_then(|plan| plan.adjudicate(enrollment, claim, &Accumulators::new()).ok());
        let is_denied = alone.is_some_and(|alone| alone.decision() == Decision::Denied);
        claim.reverses().is_none() && claim.fact("event_date").is_none() && !is_denied
    });
    let date = |value: Option<&Value>| match value {
        Some(Value::Date(date)) => serde_json::Value::from(date.to_string()),
        _ => serde_json::Value::Null,
    };
    let open = lost.chain(undated).map(|(enrollment, claim)| {
        let (event_date, coverage_start) = (date(claim.fact("event_date")), date(enrollment.fact("coverage_start")));
        let cover = enrollment.id();
        let open = serde_json::json!({
            "open": true, "event_date": event_date, "coverage_start": coverage_start, "enrollment_id": cover,
        });
        (claim.id().to_owned(), open)
    });
    let open: serde_json::Value = open.collect();
    let mut accumulators: Accumulators = serde_json::from_value(open).expect("it is an account");
    let again = adjudications.iter().map(|adjudication| {
        let id = adjudication.outcome().claim();
        let (enrollment, claim) = claims.iter().find(|(_, claim)| claim.id() == id).expect("it was decided");
        if let Some(reversed) = claim.reverses() {
            accumulators.reverse(reversed).expect("it was reversed before");
            return adjudication.clone();
        }
        let plan = catalog.resolve(enrollment, claim).expect("it was decided");
        let again = plan.adjudicate(enrollment, claim, &accumulators).expect("it was decided");
        again.outcome().add_to(&mut accumulators).expect("it was posted before");
        again
    });
    again.collect()
}

/// The claim among these that a reversal takes back.
fn reversed_in<'a>(claims: &'a [(Enrollment, Claim)], reversal: &(Enrollment, Claim)) -> Option<&'a Claim> {
    let (enrollment, id) = (&reversal.0, reversal.1.reverses()?);
    let is_meant = |(other, claim): &&(Enrollment, Claim)| claim.id() == id && other.id() == enrollment.id();
    claims.iter().find(is_meant).map(|(_, claim)| claim).filter(|claim| claim.reverses().is_none())
}

/// The claims without those that cannot be decided.
fn decidable(catalog: &Catalog, claims: &[(Enrollment, Claim)], covers: &[Enrollment]) -> Vec<(Enrollment, Claim)> {
    let date = |claim: &Claim| match claim.fact("event_date") {
        Some(Value::Date(date)) => *date,
        _ => NaiveDate::MAX,
    };
    let mut ordered = Vec::new();
    for pair in claims {
        let (_, claim) = pair;
        match claim.reverses() {
            None => ordered.push((date(claim), claim.id(), None, pair)),
            Some(_) => {
                if let Some(original) = reversed_in(claims, pair) {
                    ordered.push((date(original), original.id(), Some(claim.id()), pair));
                }
            }
        }
    }
    ordered.sort_by_key(|(date, original, reversal, _)| (*date, *original, *reversal));
    let mut accumulators = Accumulators::new();
    let mut kept = Vec::new();
    for (.., pair) in ordered {
        let (enrollment, claim) = pair;
        let with: Vec<_> = kept.iter().chain([pair]).cloned().collect();
        let is_decided = match (claim.reverses(), catalog.resolve(enrollment, claim)) {
            (Some(reversed), _) => {
                history::decide_among(catalog, &with, covers).is_ok() && accumulators.reverse(reversed).is_ok()
            }
            (None, Err(_)) => false,
            (None, Ok(plan)) => plan.adjudicate(enrollment, claim, &accumulators).is_ok_and(|adjudication| {
                let worked = plan.work_out(enrollment, claim, &accumulators).expect("it was decided without numbers");
                assert_eq!(worked.outcome(), adjudication.outcome(), "with its numbers it is another decision");
                // what it posts hangs on other covers too, of which the claim alone knows nothing
                let Ok((told, _)) = history::decide_among(catalog, &with, covers) else { return false };
                let told = told.iter().find(|told| told.outcome().claim() == claim.id()).expect("it was decided");
                told.posting().is_none_or(|posting| accumulators.post(posting).is_ok())
            }),
        };
        if is_decided {
            kept.push(pair.clone());
        }
    }
    kept
}

fn enrollment(row: &Row) -> Option<Enrollment> {
    let mut enrollment = Enrollment::new(&row["enrollment_id"], &row["plan"], &row["member_id"]);
    if let Some(version) = row.get("plan_version") {
        enrollment = enrollment.with_plan_version(version);
    }
    let ids = ["enrollment_id", "plan", "member_id", "plan_version"];
    let mut facts = row.iter().filter(|(name, _)| !ids.contains(&name.as_str()));
    facts.try_fold(enrollment, |enrollment, (name, value)| enrollment.with(name, value.as_str()).ok())
}

fn claim(row: &Row) -> Option<Claim> {
    let id = &row["claim_id"];
    let claim = row.get("reverses").map_or_else(|| Claim::new(id), |of| Claim::reversal(id, of));
    let ids = ["claim_id", "enrollment_id", "reverses"];
    let mut facts = row.iter().filter(|(name, _)| !ids.contains(&name.as_str()));
    facts.try_fold(claim, |claim, (name, value)| claim.with(name, value.as_str()).ok())
}

/// What is said of claims that only their ids order: who decides them one after another does not know of it.
fn by_id(adjudications: &[Adjudication]) -> BTreeMap<String, Notice> {
    let found = adjudications.iter().filter_map(|adjudication| {
        let notice = adjudication.notices().iter().find(|notice| notice.code() == Code::DecidedById)?;
        Some((adjudication.outcome().claim().to_owned(), notice.clone()))
    });
    found.collect()
}

fn answer(adjudication: &Adjudication, by_id: Option<&Notice>) -> Answer {
    let decision = serde_json::to_value(adjudication.decision()).expect("a decision has a name");
    let codes: Vec<&str> = adjudication.reasons().iter().map(|reason| reason.code.as_str()).collect();
    let written = |amount: Decimal| amount.normalize().to_string();
    Answer::Decided {
        decision: decision.as_str().expect("a name is a text").to_owned(),
        payable: written(adjudication.payable()),
        version: adjudication.outcome().plan().version.clone(),
        reasons: codes.join(";"),
        details: adjudication.details(),
        notices: {
            let (after, before): (Vec<_>, Vec<_>) =
                adjudication.notices().iter().partition(|notice| notice.code() == Code::EarlierClaimOpen);
            before.into_iter().chain(by_id).chain(after).map(told).collect::<Vec<_>>().join(";")
        },
        lines: adjudication
            .benefits()
            .iter()
            .map(|lines| (lines.id().to_owned(), written(lines.gross()), written(lines.paid())))
            .collect(),
    }
}

/// A notice as it stands in a column.
fn told(notice: &Notice) -> String {
    format!("{}({})", notice.code(), notice.subjects().join(", "))
}

/// Every claim of all members by columns.
pub(crate) fn by_columns(catalog: &Catalog, members: &[&Member]) -> Answers {
    let claims: Vec<&Row> = members.iter().flat_map(|member| &member.claims).collect();
    let enrollments: Vec<&Row> = members.iter().flat_map(|member| &member.enrollments).collect();
    let (of_claims, of_enrollments) =
        (columns(&claims, &[]), columns(&enrollments, &["shares", "coverage_start", "coverage_end"]));
    let decided = batch::decide(catalog, &of_claims, &of_enrollments).expect("the columns are right");
    let mut lines: BTreeMap<String, Vec<(String, String, String)>> = BTreeMap::new();
    let of_lines = &decided.lines;
    let benefits = texts(of_lines, "claim_id").into_iter().zip(texts(of_lines, "benefit"));
    for (((id, benefit), gross), paid) in benefits.zip(amounts(of_lines, "gross")).zip(amounts(of_lines, "paid")) {
        lines.entry(id).or_default().push((benefit, gross, paid));
    }
    let mut answers = Answers::new();
    for reject in decided.rejects.iter().filter(|reject| reject.input == Input::Claims) {
        let place = usize::try_from(reject.row).expect("a row") - 1;
        answers.insert(claims[place]["claim_id"].clone(), Answer::Rejected);
    }
    let payouts = &decided.payouts;
    let columns = texts(payouts, "decision").into_iter().zip(amounts(payouts, "payable"));
    let said = texts(payouts, "reasons").into_iter().zip(texts(payouts, "details")).zip(texts(payouts, "notices"));
    let columns = columns.zip(texts(payouts, "plan_version")).zip(said);
    let back = texts(payouts, "reverses").into_iter().zip(amounts(payouts, "to_recover"));
    for ((decision, payable), (reverses, to_recover)) in columns.clone().map(|((column, _), _)| column).zip(back) {
        assert_eq!(decision == "reversed", !reverses.is_empty());
        let back = if decision == "reversed" { payable.strip_prefix('-').unwrap_or(&payable) } else { "0" };
        assert_eq!(to_recover, back, "of {reverses}");
    }
    for (id, (((decision, payable), version), ((reasons, details), notices))) in
        texts(payouts, "claim_id").into_iter().zip(columns)
    {
        let lines = lines.remove(&id).unwrap_or_default();
        let answer = Answer::Decided { decision, payable, version, reasons, details, notices, lines };
        assert!(answers.insert(id.clone(), answer).is_none(), "{id} has two answers");
    }
    assert!(lines.is_empty(), "lines of no claim: {lines:?}");
    answers
}

fn columns(rows: &[&Row], needed: &[&str]) -> RecordBatch {
    let given = rows.iter().flat_map(|row| row.keys()).map(String::as_str);
    let names: BTreeSet<&str> = given.chain(needed.iter().copied()).collect();
    let column = |name: &str| -> ArrayRef { Arc::new(rows.iter().map(|row| row.get(name)).collect::<StringArray>()) };
    RecordBatch::try_from_iter(names.into_iter().map(|name| (name, column(name)))).expect("all columns are as long")
}

/// The claims of a member that are answered differently, with both answers.
pub(crate) fn differences(of_one: &Answers, of_columns: &Answers) -> Vec<String> {
    let ids = of_one.keys();
    ids.filter(|id| of_one.get(*id) != of_columns.get(*id))
        .map(|id| format!("{id}\n    alone      {:?}\n    by columns {:?}", of_one.get(id), of_columns.get(id)))
        .collect()
}
