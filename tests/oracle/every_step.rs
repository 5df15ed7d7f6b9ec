//! A made-up plan that has every kind of step, band, scope and expression of the format page, in two versions.

mod first;
mod histories;
mod ledger;
mod misread;
mod rules;
mod second;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use huzhu::{Catalog, Claim, Enrollment, batch, history};

use self::histories::{Member, Told, member};
use self::ledger::{Entry, Ledger};
use self::misread::{Reader, Slip};
use self::rules::{Outcome, Rules};
use super::answer::Answer;
use super::calendar::day;
use super::draw::Draw;
use super::exact::nothing;
use super::facts::Named;
use super::files::{self, table, texts};
use super::verdict::Decision;

const MEMBERS: usize = 80;
const MANY_MEMBERS: usize = 20_000;
const MEMBERS_MISREAD: usize = 1_000;
const SEED: u64 = 20_251_201;
const DIFFERENCES_SHOWN: usize = 3;

#[test]
fn every_kind_of_step_is_worked_as_the_format_page_says() {
    are_worked_as_the_page_says(MEMBERS);
}

#[test]
#[ignore = "it takes long: the same of a hundred thousand claims, 80 s of one processor"]
fn every_kind_of_step_of_many_claims_is_worked_as_the_format_page_says() {
    are_worked_as_the_page_says(MANY_MEMBERS);
}

fn are_worked_as_the_page_says(members: usize) {
    let members = drawn(members);
    let by_rules: Vec<BTreeMap<String, Answer>> =
        members.iter().map(|member| decide(member, &Reader::default())).collect();
    let catalog = catalog();
    let by_file = by_file(&catalog, &members);
    let mut differences: BTreeMap<String, (usize, Vec<String>)> = BTreeMap::new();
    for (member, expected) in members.iter().zip(&by_rules) {
        let by_library = by_library(&catalog, member);
        for told in member.in_order() {
            let expected = &expected[&told.id];
            for (way, given) in [("file", by_file.get(&told.id)), ("library", by_library.get(&told.id))] {
                let kind = match given {
                    Some(given) => difference(expected, given),
                    None => Some("no answer".to_owned()),
                };
                if let Some(kind) = kind {
                    let (times, shown) = differences.entry(format!("{way}: {kind}")).or_default();
                    *times += 1;
                    if shown.len() < DIFFERENCES_SHOWN {
                        shown.push(format!(
                            "{}\n  by the rules {expected:?}\n  given {given:?}\n{}",
                            told.id,
                            story(member)
                        ));
                    }
                }
            }
        }
    }
    let claims: usize = by_rules.iter().map(BTreeMap::len).sum();
    println!("{claims} claims\n{}", decisions(&by_rules));
    let told: Vec<String> = differences.iter().map(|(kind, (times, _))| format!("{times} {kind}")).collect();
    let shown: String = differences
        .iter()
        .flat_map(|(kind, (_, shown))| shown.iter().map(move |story| format!("== {kind}\n{story}\n")))
        .collect();
    assert!(differences.is_empty(), "{}\n{shown}", told.join("\n"));
    assert_eq!(by_file.len(), claims);
}

/// Also of one that does not ask for that sum itself: 10 yuan for 3 visits of the first version and 4 of the second are 70 yuan.
#[test]
fn a_sum_counts_the_claims_of_every_version() {
    let version = |version: &str, from: &str, gross: &str| {
        let effective = format!("effective = {{ {from}, by = \"event_date\" }}");
        let head = format!("[plan]\nversion = \"{version}\"\n{effective}\n");
        let text = SUMS.replace("[plan]\n", &head).replace("GROSS", gross);
        (format!("every-sum.{version}.toml"), text.into_bytes())
    };
    let first = version("1", "from = 2025-01-01, until = 2025-06-30", "fee * visits");
    let second = version("2", "from = 2025-07-01", "fee * prior.sum(visits, period)");
    let catalog = Catalog::read(vec![first, second]).expect("the packs are right");
    let cover = Enrollment::new("E1", "every-sum", "M1").with("coverage_start", "2025-01-01").expect("it is a date");
    let claim = |id: &str, date: &str, visits: &str| {
        let claim = Claim::new(id).with("event_date", date).expect("it is a date");
        (cover.clone(), claim.with("visits", visits).expect("it is a number"))
    };
    let claims = [claim("C1", "2025-03-01", "3"), claim("C2", "2025-07-02", "4"), claim("C3", "2025-08-01", "2")];
    let (decided, _) = history::decide_together(&catalog, &claims).expect("they can be decided");
    let paid: Vec<String> = decided.iter().map(|one| one.payable().to_string()).collect();
    assert_eq!(paid, ["30.00", "30.00", "70.00"]);
}

const SUMS: &str = r#"
[plan]
id = "every-sum"
title = { zh = "累计（虚构）", en = "sums (made up)" }
rounding = { to = "0.01 yuan", mode = "half-up", clause = "第3条", provenance = "stated" }
[fact.visits]
of = "claim"
type = "number"
max = 60
title = { zh = "就诊次数", en = "visits" }
[figure.fee]
value = "10 yuan"
title = { zh = "每次补助", en = "sum of a visit" }
clause = "第1条"
provenance = "stated"
[[benefit]]
id = "aid"
title = { zh = "补助", en = "aid" }
when = "visits > 0"
gross = "GROSS"
clause = "第2条"
provenance = "stated"
"#;

// ── a rule that is misread is noticed ────────────────────────────────────

#[test]
#[ignore = "it takes long: every way to misread every rule, 15 s of one processor"]
fn every_way_to_misread_a_rule_is_noticed() {
    let members = drawn(MEMBERS_MISREAD);
    let reader = Reader::default();
    let as_printed: Vec<BTreeMap<String, Answer>> = members.iter().map(|member| decide(member, &reader)).collect();
    let slips = reader.slips();
    let is_noticed = |slip: Slip| {
        let reader = Reader::that_slips(slip);
        members.iter().zip(&as_printed).position(|(member, expected)| decide(member, &reader) != *expected)
    };
    let seen: Vec<(Slip, Option<usize>)> = slips.into_iter().map(|slip| (slip, is_noticed(slip))).collect();
    let unnoticed: Vec<Slip> = seen.iter().filter(|(_, place)| place.is_none()).map(|(slip, _)| *slip).collect();
    let latest = seen.iter().filter_map(|(slip, place)| Some(((*place)?, slip))).max_by_key(|(place, _)| *place);
    let mut kinds: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (slip, place) in &seen {
        let (ways, noticed) = kinds.entry(slip.what).or_default();
        *ways += 1;
        *noticed += usize::from(place.is_some());
    }
    println!("{} misreadings; the last of them was noticed as {latest:?}\n{kinds:#?}", seen.len());
    assert!(unnoticed.is_empty(), "{} unnoticed: {unnoticed:#?}", unnoticed.len());
}

// ── by the rules ─────────────────────────────────────────────────────────

fn drawn(count: usize) -> Vec<Member> {
    let mut draw = Draw::seeded(SEED);
    (0..count).map(|number| with_reversals(with_high_bills(member(number, &mut draw), &mut draw), &mut draw)).collect()
}

fn with_high_bills(mut member: Member, draw: &mut Draw) -> Member {
    if draw.chance(30) {
        let answers = decide(&member, &Reader::default());
        histories::tell_of_high_bills(draw, &mut member.claims, |told| is_posted(&answers[&told.id]));
    }
    member
}

fn is_posted(answer: &Answer) -> bool {
    matches!(answer.decision, Decision::Paid | Decision::NothingDue)
}

/// Now and then one claim that was paid, or due nothing, is taken back.
fn with_reversals(mut member: Member, draw: &mut Draw) -> Member {
    if !draw.chance(25) {
        return member;
    }
    let answers = decide(&member, &Reader::default());
    let posted: Vec<Told> = member.claims.iter().filter(|told| is_posted(&answers[&told.id])).cloned().collect();
    let Some(taken_back) = posted.first() else { return member };
    let id = format!("{}-back", taken_back.id);
    member.claims.push(Told { id, reverses: Some(taken_back.id.clone()), facts: Named::new(), ..taken_back.clone() });
    member.claims.last_mut().expect("it was pushed").facts.clone_from(&taken_back.facts);
    member
}

fn decide(member: &Member, read: &Reader) -> BTreeMap<String, Answer> {
    let mut ledger = Ledger::default();
    let mut answers: BTreeMap<String, Answer> = BTreeMap::new();
    for told in member.in_order() {
        let answer = match &told.reverses {
            Some(taken_back) => take_back(&mut ledger, taken_back),
            None => {
                let facts = member.facts_of(told);
                let rules = Rules { facts: &facts, earlier: ledger.before(&facts), read };
                let is_first = told.event_date() < day(2025, 7, 1);
                let outcome = if is_first { rules.by_the_first() } else { rules.by_the_second() };
                let answer = Answer::of(&outcome.verdict);
                enter(&mut ledger, told, facts, outcome);
                answer
            }
        };
        answers.insert(told.id.clone(), answer);
    }
    answers
}

fn enter(ledger: &mut Ledger, told: &Told, facts: super::facts::Facts, outcome: Outcome) {
    if !matches!(outcome.verdict.decision, Decision::Paid | Decision::NothingDue) {
        return;
    }
    ledger.enter(Entry {
        id: told.id.clone(),
        event_date: told.event_date(),
        period: facts.period().expect("it is drawn"),
        paid: outcome.verdict.payout,
        borne: outcome.borne,
        facts,
        eligible: outcome.eligible,
    });
}

/// A misread rule may have left nothing to take back.
fn take_back(ledger: &mut Ledger, id: &str) -> Answer {
    let paid = ledger.take_back(id).map(|entry| entry.paid).unwrap_or_default();
    let payable = paid.iter().map(|(_, amount)| amount).sum::<super::exact::Exact>();
    let lines = paid.iter().filter(|(_, amount)| *amount > nothing());
    Answer {
        decision: Decision::Reversed,
        lines: lines.map(|(benefit, amount)| ((*benefit).to_owned(), -amount.clone())).collect(),
        to_recover: payable.clone(),
        payable: -payable,
        reasons: BTreeSet::from(["reversal".to_owned()]),
        notices: BTreeSet::new(),
    }
}

// ── by the engine ────────────────────────────────────────────────────────

fn catalog() -> Catalog {
    let versions = [
        ("every_step.toml", include_bytes!("every_step.toml").to_vec()),
        ("every_step.2025-07.toml", include_bytes!("every_step.2025-07.toml").to_vec()),
    ];
    Catalog::read(versions.map(|(name, text)| (name.to_owned(), text)).to_vec()).expect("the packs are right")
}

pub(super) const PLAN: &str = "every-step";

fn by_library(catalog: &Catalog, member: &Member) -> BTreeMap<String, Answer> {
    let pairs: Vec<(Enrollment, Claim)> = member.claims.iter().map(|told| pair(member, told)).collect();
    let (adjudications, _) =
        history::decide_together(catalog, &pairs).unwrap_or_else(|wrong| panic!("{wrong}\n{}", story(member)));
    adjudications.iter().map(|one| (one.outcome().claim().to_owned(), files::given_by(one))).collect()
}

fn pair(member: &Member, told: &Told) -> (Enrollment, Claim) {
    let (id, enrollment) = &member.covers[told.cover];
    let enrollment =
        texts(enrollment).iter().fold(Enrollment::new(id, PLAN, &member.id), |enrollment, (name, value)| {
            enrollment.with(name, value.as_str()).expect("the fact fits")
        });
    let claim = match &told.reverses {
        Some(taken_back) => Claim::reversal(&told.id, taken_back),
        None => Claim::new(&told.id),
    };
    let claim = texts(&told.facts)
        .iter()
        .fold(claim, |claim, (name, value)| claim.with(name, value.as_str()).expect("the fact fits"));
    (enrollment, claim)
}

fn by_file(catalog: &Catalog, members: &[Member]) -> BTreeMap<String, Answer> {
    let (mut claims, mut enrollments) = (Vec::new(), Vec::new());
    for member in members {
        for told in &member.claims {
            let mut row = texts(&told.facts);
            row.insert("claim_id", told.id.clone());
            row.insert("enrollment_id", member.covers[told.cover].0.to_owned());
            if let Some(taken_back) = &told.reverses {
                row.insert("reverses", taken_back.clone());
            }
            claims.push(row);
        }
        for (id, facts) in &member.covers {
            let mut row = texts(facts);
            row.insert("enrollment_id", (*id).to_owned());
            row.insert("member_id", member.id.clone());
            row.insert("plan", PLAN.to_owned());
            enrollments.push(row);
        }
    }
    let decided = batch::decide(catalog, &table(&claims), &table(&enrollments)).expect("the columns are right");
    assert!(decided.rejects.is_empty(), "{:?}", decided.rejects.first());
    files::rows(&decided.payouts, &decided.lines).into_iter().map(|((_, id), answer)| (id, answer)).collect()
}

// ── side by side ─────────────────────────────────────────────────────────

/// In what the two differ. What is said beside a decision is not of the pack.
fn difference(expected: &Answer, given: &Answer) -> Option<String> {
    let alone = |answer: &Answer| Answer { notices: BTreeSet::new(), ..answer.clone() };
    files::difference(&alone(expected), &alone(given))
}

fn decisions(answers: &[BTreeMap<String, Answer>]) -> String {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for answer in answers.iter().flat_map(BTreeMap::values) {
        *seen.entry(format!("{:?}", answer.decision)).or_default() += 1;
        for reason in &answer.reasons {
            *seen.entry(format!("because of {reason}")).or_default() += 1;
        }
        for benefit in answer.lines.keys() {
            *seen.entry(format!("by {benefit}")).or_default() += 1;
        }
    }
    seen.iter().fold(String::new(), |mut text, (what, times)| {
        writeln!(text, "{times:6} {what}").expect("a text can be written to");
        text
    })
}

fn story(member: &Member) -> String {
    let line =
        |facts: &Named| facts.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ");
    let covers = member.covers.iter().map(|(id, facts)| format!("    {id}: {}\n", line(facts)));
    let claims = member.in_order().into_iter().map(|told| {
        let reverses = told.reverses.as_ref().map(|id| format!(" takes back {id}")).unwrap_or_default();
        format!("    {} under {}{reverses}: {}\n", told.id, member.covers[told.cover].0, line(&told.facts))
    });
    covers.chain(claims).collect()
}
