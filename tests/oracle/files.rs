//! Whole members, decided by the rules, by the library and as a file.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use arrow_array::{Array, ArrayRef, Decimal128Array, RecordBatch, StringArray};
use huzhu::{Adjudication, Case, Catalog, Claim, Enrollment, Hold, batch, history};
use num_bigint::BigInt;
use rust_decimal::Decimal;
use serde_json::Value as Json;

use super::account::{self, Name, Rules};
use super::answer::{Answer, notice};
use super::draw::Draw;
use super::every_step;
use super::exact::{Exact, nothing, yuan};
use super::facts::{Named, Value};
use super::joint::Joint;
use super::late::{self, Late};
use super::member::{Cover, Member, Told};
use super::order::{self, Order};
use super::population::{PLANS, Plan};
use super::situations;
use super::spelling::{self, Reading};
use super::verdict::{Decision, MISSING};

/// So many of what is asked for are seen among them; of fewer, as many fewer.
const MANY_MEMBERS: usize = 560;
const MEMBERS: usize = 200;
const FEW_MEMBERS: usize = 100;
/// Of each category.
const SPELLINGS: usize = 200;
const SEED: u64 = 20_251_130;
const DIFFERENCES_SHOWN: usize = 2;

#[test]
fn members_are_decided_as_the_rules_say_from_every_way_in() {
    are_decided_as_the_rules_say(MEMBERS);
}

#[test]
#[ignore = "it takes long: the same of more members"]
fn many_members_are_decided_as_the_rules_say_from_every_way_in() {
    are_decided_as_the_rules_say(MANY_MEMBERS);
}

fn are_decided_as_the_rules_say(members: usize) {
    let draw = |number, plan, draw: &mut Draw| situations::of_one_plan(plan, number, draw);
    let seen = compare(&shipped(), &drawn(SEED, members, draw), &Rules::shipped());
    let reversals = [("a reversal", 200), ("a reversal of a payout", 100), ("a claim after a reversal", 50)];
    at_least(&seen, members, &reversals);
    let lumps = [("a death takes less after a disability", 5), ("a disability takes less after a death", 5)];
    at_least(&seen, members, &lumps);
    at_least(&seen, members, &[("earlier-claim-open", 30), (BY_ID, 60)]);
}

/// 50,000 yuan a share for a death with the disability of the same accident, whichever comes first.
#[test]
fn claims_of_one_event_come_to_one_sum_in_any_order() {
    come_to_one_sum(MEMBERS);
}

#[test]
#[ignore = "it takes long: the same of more members"]
fn claims_of_one_event_of_many_come_to_one_sum_in_any_order() {
    come_to_one_sum(MANY_MEMBERS);
}

fn come_to_one_sum(count: usize) {
    let lumps: Vec<&'static Plan> = PLANS.iter().filter(|plan| ONE_SUM.contains(&plan.id)).collect();
    let mut draw = Draw::seeded(SEED + 7);
    let (mut members, mut shared) = (Vec::new(), 0);
    for (number, plan) in (0..count).zip(lumps.into_iter().cycle()) {
        let member = situations::of_one_event(plan, number, &mut draw);
        let turned = member.with_ids_turned(&format!("T{number}"));
        let sum = |member: &Member| -> Exact {
            let answers = account::decide(member, &Rules::without_a_look_at_what_is_open());
            answers.values().map(|answer| answer.payable.clone()).sum()
        };
        let alone = member.claims.iter().map(|told| sum(&member.with_only(told))).sum::<Exact>();
        assert_eq!(sum(&member), sum(&turned), "{}", story(&member));
        shared += usize::from(alone > sum(&member));
        members.extend([member, turned]);
    }
    assert!(shared > 50 * count / MANY_MEMBERS, "{shared}");
    compare(&shipped(), &members, &Rules::shipped());
}

/// Their bylaws mean one sum for an event; elsewhere the order counts, as by 80% first and 70% second.
const ONE_SUM: [&str; 3] = ["henan-accident", "guangdong-accident", "wuxi-xixinbao"];

#[test]
fn claims_wait_for_earlier_ones_that_are_open_where_they_are_told_to() {
    wait_for_what_is_open(MEMBERS);
}

#[test]
#[ignore = "it takes long: the same of more members"]
fn claims_of_many_wait_for_earlier_ones_that_are_open_where_they_are_told_to() {
    wait_for_what_is_open(MANY_MEMBERS);
}

fn wait_for_what_is_open(members: usize) {
    let draw = |number, plan, draw: &mut Draw| situations::of_one_plan_without_reversals(plan, number, draw);
    let waiting = Rules { hold_open: true, ..Rules::shipped() };
    let seen = compare(&shipped().holding(Hold::OpenClaims), &drawn(SEED + 6, members, draw), &waiting);
    at_least(&seen, members, &[("earlier-claim-open", 20), (BY_ID, 60)]);
}

#[test]
fn covers_at_once_count_the_shares_of_one_person_and_pay_a_bill_once() {
    covers_count_once(FEW_MEMBERS);
}

#[test]
#[ignore = "it takes long: the same of more members"]
fn covers_at_once_of_many_count_the_shares_of_one_person_and_pay_a_bill_once() {
    covers_count_once(MANY_MEMBERS);
}

fn covers_count_once(count: usize) {
    let draw = |number, plan, draw: &mut Draw| situations::with_covers_at_once(plan, number, draw);
    let members = drawn(SEED + 1, count, draw);
    let seen = compare(&shipped(), &members, &Rules::shipped());
    at_least(&seen, count, &[("overlapping-covers", 500), ("shares-elsewhere", 250), ("possible-duplicate", 150)]);
    at_least(&seen, count, &[("paid with shares elsewhere", 10), ("nothing due with shares elsewhere", 100)]);
    let waiting = Rules { hold_duplicates: true, ..Rules::shipped() };
    let seen = compare(&shipped().holding(Hold::Duplicates), &members, &waiting);
    at_least(&seen, count, &[("possible-duplicate", 150)]);
}

#[test]
fn what_cannot_be_one_person_is_decided_under_no_plan() {
    let draw = |number, _, draw: &mut Draw| situations::perhaps_of_two_people(number, draw);
    let seen = compare(&shipped(), &drawn(SEED + 2, FEW_MEMBERS, draw), &Rules::shipped());
    at_least(&seen, MANY_MEMBERS, &[("member-contradicts", 100)]);
}

#[test]
fn the_plans_of_guangdong_pay_no_more_together_than_the_joint_limit() {
    pay_no_more_together(FEW_MEMBERS);
}

#[test]
#[ignore = "it takes long: the same of more members"]
fn the_plans_of_guangdong_pay_many_no_more_together_than_the_joint_limit() {
    pay_no_more_together(MANY_MEMBERS);
}

fn pay_no_more_together(members: usize) {
    let draw = |number, _, draw: &mut Draw| situations::of_the_family(number, draw);
    let members = drawn(SEED + 3, members, draw);
    compare(&shipped(), &members, &Rules::shipped());
    for amount in [30_000, 100_000] {
        let rules = Rules { joint: Joint { amount: yuan(amount) }, ..Rules::shipped() };
        let seen = compare(&with_a_joint_limit_of(amount), &members, &rules);
        at_least(&seen, MANY_MEMBERS, &[("joint-limit", 20), ("cut by a joint limit", 10)]);
        at_least(&seen, MANY_MEMBERS, &[(BY_ID_BY_JOINT, 3)]);
    }
}

/// Every claim of a member in turn is received last, in a case file.
#[test]
fn a_claim_that_comes_late_says_what_the_order_does_to_the_amounts() {
    say_what_the_order_does(MEMBERS);
}

#[test]
#[ignore = "it takes long: the same of more members"]
fn claims_of_many_that_come_late_say_what_the_order_does_to_the_amounts() {
    say_what_the_order_does(MANY_MEMBERS);
}

fn say_what_the_order_does(members: usize) {
    let draw = |number, plan, draw: &mut Draw| situations::of_one_plan(plan, number, draw);
    let catalog = shipped();
    let (mut late, mut in_time, mut other_sum) = (0, 0, 0);
    for member in drawn(SEED + 4, members, draw).into_iter().filter(|member| member.covers.len() == 1) {
        let rules = Rules::without_a_look_at_what_is_open();
        for told in member.claims.iter().filter(|told| told.reverses.is_none()) {
            let is_taken_back = member.claims.iter().any(|other| other.reverses.as_ref() == Some(&told.id));
            if is_taken_back || !account::reversals_stand(&member.before(told), &rules) {
                continue;
            }
            let text = case_of(&member, told).to_string();
            let case =
                Case::read("case.json", text.as_bytes(), &catalog).unwrap_or_else(|wrong| panic!("{wrong}\n{text}"));
            let (adjudication, _) = case.decide(&catalog).unwrap_or_else(|wrong| panic!("{wrong}\n{text}"));
            let said = adjudication.notices().iter().find(|notice| notice.code().name() == "later-claim-in-history");
            let expected = late::of(&member, told);
            let name = (member.plan_of(told), told.id.clone());
            let (_, given) = answer_of(&adjudication);
            let received = account::decide_last(&member, &told.id, &rules)[&name].clone();
            assert_eq!(
                (received.decision, &received.payable, &received.lines),
                (given.decision, &given.payable, &given.lines),
                "{}",
                story(&member)
            );
            let found = said.map(|notice| {
                let recalculation = notice.recalculation().expect("the order works where no reversal is out of place");
                let sum =
                    |of: fn(&huzhu::Recalculated) -> Decimal| recalculation.claims().iter().map(of).sum::<Decimal>();
                let (as_received, in_order) = (sum(|claim| claim.as_received), sum(|claim| claim.in_order));
                Late {
                    later: notice.subjects().iter().cloned().collect::<BTreeSet<String>>().into_iter().collect(),
                    as_received: exact(as_received.mantissa(), as_received.scale()),
                    in_order: exact(in_order.mantissa(), in_order.scale()),
                }
            });
            assert_eq!(expected, found, "{} last\n{}", told.id, story(&member));
            late += usize::from(found.is_some());
            in_time += usize::from(found.is_none());
            other_sum += usize::from(found.is_some_and(|late| late.as_received != late.in_order));
        }
    }
    println!("{late} late, {in_time} in time, {other_sum} of another sum");
    let of = |many: usize| many * members / MANY_MEMBERS;
    assert!(late > of(100) && in_time > of(100) && other_sum > of(20), "{late} {in_time} {other_sum}");
}

/// Categories that packs list, of the enrollment or of the claim.
const CATEGORIES: [(&str, &str); 7] = [
    ("gansu-comprehensive", "occupation"),
    ("gansu-comprehensive", "illness_class"),
    ("guangdong-critical-illness", "illness_class"),
    ("guangdong-womens-illness", "illness_class"),
    ("guangdong-womens-illness", "sex"),
    ("ningbo-critical", "illness_class"),
    ("wuxi-return-allowance", "came_from"),
];

#[test]
fn a_category_is_read_as_meant_and_never_denied_for_its_spelling() {
    let mut draw = Draw::seeded(SEED + 5);
    let (mut members, mut meant) = (Vec::new(), Vec::new());
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for (plan, category) in CATEGORIES {
        let plan = PLANS.iter().rfind(|known| known.id == plan).expect("every plan has its module");
        let known = spelling::values(plan.id, category);
        for _ in 0..SPELLINGS {
            let number = members.len();
            let Some(member) = situations::of_one_claim_that_tells(plan, category, number, &mut draw) else { continue };
            let text = spelling::drawn(&known, &mut draw);
            let reading = spelling::read(&text, &known);
            let kind = match reading {
                Reading::Value(value) if value == text => "as the pack writes it",
                Reading::Value(_) => "another spelling",
                Reading::Near => "near a value",
                Reading::Another => "another value",
                Reading::Nothing => "blank",
            };
            *seen.entry(kind).or_default() += 1;
            members.push(member.with_word(category, text.clone().leak()));
            meant.push(match reading {
                Reading::Value(value) => Some(member.with_word(category, value)),
                Reading::Another if spelling::is_closed(plan.id, category) => None,
                Reading::Another => Some(member.with_word(category, text.leak())),
                Reading::Near => None,
                Reading::Nothing => Some(member.without(category)),
            });
        }
    }
    let (claims, enrollments) = tables(&members);
    let decided = batch::decide(&shipped(), &claims, &enrollments).expect("the columns are right");
    let by_file = rows(&decided.payouts, &decided.lines);
    let mut wrong = Vec::new();
    for (spelt, meant) in members.iter().zip(&meant) {
        let told = &spelt.claims[0];
        let expected = meant
            .as_ref()
            .map(|meant| account::decide(meant, &Rules::shipped()).into_values().next().expect("it has a claim"));
        let given = by_file.get(&(spelt.plan_of(told), told.id.clone()));
        let is_right = match (&expected, given) {
            (Some(expected), Some(given)) => difference(expected, given).is_none(),
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        if !is_right {
            wrong.push(format!(
                "{:?}\n  given {:?}\n{}",
                expected.map(|answer| answer.decision),
                given.map(|answer| answer.decision),
                story(spelt)
            ));
        }
    }
    println!("{seen:#?}");
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        members.len(),
        wrong.iter().take(12).cloned().collect::<Vec<_>>().join("\n")
    );
    for kind in ["as the pack writes it", "another spelling", "near a value", "another value"] {
        assert!(seen.get(kind).is_some_and(|times| *times > 100), "{kind}: {seen:?}");
    }
}

pub(super) fn case_of(member: &Member, last: &Told) -> Json {
    let json = |told: &Told| {
        let mut claim = Json::from(
            texts(&told.facts)
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value.into()))
                .collect::<serde_json::Map<String, Json>>(),
        );
        for (name, value) in &told.facts {
            if let Value::YesNo(is_so) = value {
                claim[*name] = (*is_so).into();
            }
        }
        claim["id"] = told.id.as_str().into();
        if let Some(reversed) = &told.reverses {
            claim["reverses"] = reversed.as_str().into();
        }
        claim
    };
    let cover = member.cover_of(last);
    let mut enrollment = Json::from(
        texts(&cover.facts)
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value.into()))
            .collect::<serde_json::Map<String, Json>>(),
    );
    for (name, value) in &cover.facts {
        if let Value::YesNo(is_so) = value {
            enrollment[*name] = (*is_so).into();
        }
    }
    for (name, value) in [("id", cover.id), ("plan", cover.plan.id), ("member", &member.id)] {
        enrollment[name] = value.into();
    }
    let history: Vec<Json> = member.claims.iter().filter(|told| told.id != last.id).map(json).collect();
    serde_json::json!({ "enrollment": enrollment, "history": history, "claim": json(last) })
}

pub(super) fn shipped() -> Catalog {
    Catalog::load(Path::new("rules")).expect("the packs are right")
}

/// The shipped packs with another amount for the six plans of Guangdong together.
pub(super) fn with_a_joint_limit_of(amount: i64) -> Catalog {
    let mut files = Vec::new();
    for entry in Path::new("rules").read_dir().expect("the rules are there") {
        let path = entry.expect("the rules can be listed").path();
        let name = path.to_string_lossy().into_owned();
        if !name.ends_with(".cases.toml") && path.extension().is_some_and(|ending| ending == "toml") {
            let text = std::fs::read_to_string(&path).expect("the pack can be read");
            files.push((name, text.replace("\"506_200 yuan\"", &format!("\"{amount} yuan\"")).into_bytes()));
        }
    }
    Catalog::read(files).expect("the packs are right")
}

pub(super) fn drawn(seed: u64, count: usize, of: impl Fn(usize, &'static Plan, &mut Draw) -> Member) -> Vec<Member> {
    let mut draw = Draw::seeded(seed);
    (0..count).zip(PLANS.iter().cycle()).map(|(number, plan)| of(number, plan, &mut draw)).collect()
}

/// So often among many members, and among fewer as much less.
pub(super) fn at_least(seen: &Seen, members: usize, situations: &[(&str, usize)]) {
    println!("{seen:#?}");
    for (situation, least) in situations {
        let least = (least * members / MANY_MEMBERS).max(1);
        assert!(seen.get(situation).copied().unwrap_or(0) >= least, "{situation}: {seen:?}");
    }
}

/// How often each situation was seen.
pub(super) type Seen = BTreeMap<&'static str, usize>;

pub(super) fn compare(catalog: &Catalog, members: &[Member], rules: &Rules) -> Seen {
    let (claims, enrollments) = tables(members);
    let decided = batch::decide(catalog, &claims, &enrollments).expect("the columns are right");
    let claims_rejected = decided.rejects.iter().filter(|reject| reject.input == batch::Input::Claims).count();
    println!("{claims_rejected} rejected, {:?}", decided.rejects.first());
    compare_with(catalog, members, rules, &rows(&decided.payouts, &decided.lines))
}

/// The rules, the library and the results of a file side by side.
pub(super) fn compare_with(
    catalog: &Catalog,
    members: &[Member],
    rules: &Rules,
    by_file: &BTreeMap<Name, Answer>,
) -> Seen {
    let mut seen = Seen::new();
    let mut differences: BTreeMap<String, (usize, Vec<String>)> = BTreeMap::new();
    let mut expected_rows = 0;
    for member in members {
        let expected = account::decide(member, rules);
        let pairs: Vec<(Enrollment, Claim)> = member.claims.iter().map(|told| pair(member, told)).collect();
        let (adjudications, _) =
            history::decide_together(catalog, &pairs).unwrap_or_else(|wrong| panic!("{wrong}\n{}", story(member)));
        let by_library: BTreeMap<Name, Answer> = adjudications.iter().map(answer_of).collect();
        // The library knows the covers of the claims that it is given, and no others.
        let ways = if member.claims_under_every_cover() {
            vec![("file", by_file), ("library", &by_library)]
        } else {
            vec![("file", by_file)]
        };
        count(member, &expected, rules.order, &mut seen);
        if let Some(uncut) = (Joint::concerns(member)).then(|| account::decide(member, &rules.without_joint())) {
            let is_cut = |(name, answer): &(&Name, &Answer)| {
                uncut[*name].payable > answer.payable && answer.decision == Decision::Paid
            };
            *seen.entry("cut by a joint limit").or_default() += expected.iter().filter(is_cut).count();
            let is_by_id = |answer: &Answer| answer.notices.iter().any(|said| said.starts_with(BY_ID));
            let by_joint = expected.iter().filter(|(name, answer)| is_by_id(answer) && !is_by_id(&uncut[*name]));
            *seen.entry(BY_ID_BY_JOINT).or_default() += by_joint.count();
        }
        expected_rows += expected.len();
        for told in rules.order.of(member) {
            let name = &(member.plan_of(told), told.id.clone());
            let answer = &expected[name];
            if by_file.get(name).is_some_and(|given| is_cautious(answer, given, rules.hold_open)) {
                *seen.entry("earlier-claim-open, said too often by the engine").or_default() += 1;
                if rules.hold_open {
                    // It waits for nothing, and so do those after it.
                    break;
                }
            }
            for (way, given) in ways.iter().map(|(way, answers)| (way, answers.get(name))) {
                let from = |expected: &Answer| {
                    given.map_or_else(|| Some("no answer".to_owned()), |given| difference(expected, given))
                };
                if let Some(difference) = from(answer) {
                    let (times, shown) = differences.entry(format!("{way}, {}: {difference}", name.0)).or_default();
                    *times += 1;
                    if shown.len() < DIFFERENCES_SHOWN {
                        shown.push(format!(
                            "{name:?}\n  by the rules {answer:?}\n  given {given:?}\n{}",
                            story_in(rules.order, member)
                        ));
                    }
                }
            }
        }
    }
    assert!(differences.is_empty(), "{}", told(&differences));
    assert_eq!(expected_rows, by_file.len());
    seen
}

fn told(differences: &BTreeMap<String, (usize, Vec<String>)>) -> String {
    let counts = differences.iter().map(|(kind, (times, _))| format!("{times} {kind}\n"));
    let shown = differences
        .iter()
        .flat_map(|(kind, (_, shown))| shown.iter().map(move |story| format!("== {kind}\n{story}\n")));
    counts.chain(shown).collect()
}

/// In what the two differ, if they do.
pub(super) fn difference(expected: &Answer, given: &Answer) -> Option<String> {
    if expected.decision != given.decision {
        return Some(format!("{:?} by the rules, {:?} given", expected.decision, given.decision));
    }
    if expected.payable != given.payable || expected.to_recover != given.to_recover {
        return Some("another amount".to_owned());
    }
    if expected.lines != given.lines {
        return Some("other lines".to_owned());
    }
    let reasons = reasons_differ(expected, given);
    if reasons.is_some() {
        return reasons;
    }
    let codes = |notices: &BTreeSet<String>| -> Vec<String> {
        notices.iter().map(|notice| notice.split('(').next().unwrap_or_default().to_owned()).collect()
    };
    (expected.notices != without_caution(expected, given))
        .then(|| format!("notices {:?}, given {:?}", codes(&expected.notices), codes(&given.notices)))
}

/// engine differs: it says that earlier claims are open, or names more of them, where nothing that they may come to changes the
/// outcome: the limit is used up already, the claim falls in the waiting period, two claims were paid, or the open one is of another
/// cover. What is said too much is left out here; what is not said is a difference.
fn without_caution(expected: &Answer, given: &Answer) -> BTreeSet<String> {
    let mut left = given.notices.clone();
    if let Some(all) = names_some_of_them(expected, given) {
        left.retain(|notice| !notice.starts_with(OF_TWO_PEOPLE));
        left.insert(all);
    }
    if is_cautious(expected, given, false) {
        left.retain(|notice| !notice.starts_with(OPEN));
        left.extend(expected.notices.iter().filter(|notice| notice.starts_with(OPEN)).cloned());
    }
    left
}

const BY_ID: &str = "decided-by-id";
const BY_ID_BY_JOINT: &str = "decided-by-id for a joint limit alone";
const OPEN: &str = "earlier-claim-open";
const OF_TWO_PEOPLE: &str = "member-contradicts";

/// engine differs: of the rows that cannot be one person's it names four at most.
fn names_some_of_them(expected: &Answer, given: &Answer) -> Option<String> {
    let said = |answer: &Answer| answer.notices.iter().find(|notice| notice.starts_with(OF_TWO_PEOPLE)).cloned();
    let (all, some) = (said(expected)?, said(given)?);
    let (of_all, of_some) = (about(&all), about(&some));
    (of_some.len() >= 2 && of_some.is_subset(&of_all)).then_some(all)
}

/// What a notice is about.
fn about(notice: &str) -> BTreeSet<&str> {
    let (_, names) = notice.trim_end_matches(')').split_once('(').unwrap_or_default();
    names.split(", ").filter(|name| !name.is_empty()).collect()
}

/// Whether it names all that matter, and more: earlier claims that are open, or, as a claim would wait for them, claims of the same day.
fn is_cautious(expected: &Answer, given: &Answer, waits: bool) -> bool {
    let without = |answer: &Answer| {
        let others = answer.notices.iter().filter(|notice| !notice.starts_with(BY_ID));
        others.cloned().collect::<BTreeSet<String>>()
    };
    let is_by_id = |answer: &Answer| answer.notices.iter().any(|notice| notice.starts_with(BY_ID));
    if waits && is_by_id(given) && !is_by_id(expected) && without(given) == without(expected) {
        return true;
    }

    let said =
        |answer: &'_ Answer| answer.notices.iter().find(|notice| notice.starts_with(OPEN)).cloned().unwrap_or_default();
    let (expected, given) = (said(expected), said(given));
    let (expected, given) = (about(&expected), about(&given));
    expected.is_subset(&given) && expected != given
}

/// Why nothing is due is said benefit by benefit, of which only what stands for the whole claim is compared. Beside a reason that
/// decides a claim already, it does not matter what else is missing.
fn reasons_differ(expected: &Answer, given: &Answer) -> Option<String> {
    let decided_by_all_else = expected.reasons.iter().any(|reason| *reason != MISSING);
    let is_compared = |reason: &&String| match expected.decision {
        Decision::NothingDue => *reason == "joint-limit" || expected.reasons.contains(*reason),
        Decision::Paid | Decision::Reversed => true,
        Decision::Denied | Decision::Pended => !decided_by_all_else || *reason != MISSING,
    };
    let compared = |answer: &Answer| answer.reasons.iter().filter(is_compared).cloned().collect::<BTreeSet<String>>();
    let (reasons, said) = (compared(expected), compared(given));
    (reasons != said).then(|| format!("{:?} with reasons {reasons:?}, given {said:?}", expected.decision))
}

/// What is counted by its code, as a notice or a reason.
const COUNTED: [&str; 7] = [
    BY_ID,
    "overlapping-covers",
    "shares-elsewhere",
    "possible-duplicate",
    "member-contradicts",
    "joint-limit",
    "earlier-claim-open",
];

fn count(member: &Member, answers: &BTreeMap<Name, Answer>, order: Order, seen: &mut Seen) {
    let mut add = |situation, times: usize| *seen.entry(situation).or_default() += times;
    let of = |decision: Decision| answers.values().filter(|answer| answer.decision == decision).count();
    add("a reversal", of(Decision::Reversed));
    add("a reversal of a payout", answers.values().filter(|answer| answer.to_recover > nothing()).count());
    let mut is_after = false;
    for told in order.of(member) {
        let answer = &answers[&(member.plan_of(told), told.id.clone())];
        add("a claim after a reversal", usize::from(is_after && answer.decision == Decision::Paid));
        is_after |= answer.to_recover > nothing();
        let elsewhere = answer.notices.iter().any(|notice| notice.starts_with("shares-elsewhere"));
        add("paid with shares elsewhere", usize::from(elsewhere && answer.decision == Decision::Paid));
        add("nothing due with shares elsewhere", usize::from(elsewhere && answer.decision == Decision::NothingDue));
    }
    if let Some(kind) = shares_a_sum(member, answers) {
        add(kind, 1);
    }
    for answer in answers.values() {
        for code in COUNTED {
            add(code, answer.notices.iter().filter(|notice| notice.split('(').next() == Some(code)).count());
            add(code, answer.reasons.iter().filter(|reason| *reason == code).count());
        }
    }
    add("a claim", answers.len());
}

/// Of a death and a disability of one event, claimed one by one, the later is paid less than it would be alone.
fn shares_a_sum(member: &Member, answers: &BTreeMap<Name, Answer>) -> Option<&'static str> {
    let is_of = |told: &Told, name: &str| told.reverses.is_none() && told.facts.contains_key(name);
    let order = order::by_event(member);
    order.iter().enumerate().find_map(|(place, later)| {
        let of_the_event = |earlier: &&&Told| earlier.event_date() == later.event_date();
        let mut before = order[..place].iter().filter(of_the_event);
        let (kind, other) = if is_of(later, "death") && !is_of(later, "disability_grade") {
            ("a death takes less after a disability", "disability_grade")
        } else if is_of(later, "disability_grade") && !is_of(later, "death") {
            ("a disability takes less after a death", "death")
        } else {
            return None;
        };
        let given = &answers[&(member.plan_of(later), later.id.clone())];
        let is_after =
            before.any(|earlier| is_of(earlier, other)) && given.notices.iter().all(|said| said.starts_with(BY_ID));
        let rules = Rules::without_a_look_at_what_is_open();
        let takes_less = |alone: &Answer| alone.payable > given.payable;
        (is_after && account::decide(&member.with_only(later), &rules).values().any(takes_less)).then_some(kind)
    })
}

// ── as the library takes and says it ─────────────────────────────────────

fn pair(member: &Member, told: &Told) -> (Enrollment, Claim) {
    let cover = member.cover_of(told);
    let enrollment =
        cover.facts.iter().fold(Enrollment::new(cover.id, cover.plan.id, &member.id), |enrollment, (name, value)| {
            enrollment.with(name, value.to_string().as_str()).expect("the fact fits")
        });
    let claim = match &told.reverses {
        Some(reversed) => Claim::reversal(&told.id, reversed),
        None => Claim::new(&told.id),
    };
    let claim = told
        .facts
        .iter()
        .fold(claim, |claim, (name, value)| claim.with(name, value.to_string().as_str()).expect("the fact fits"));
    (enrollment, claim)
}

pub(super) fn answer_of(adjudication: &Adjudication) -> (Name, Answer) {
    let plan = plan_named(&adjudication.outcome().plan().id);
    ((plan, adjudication.outcome().claim().to_owned()), given_by(adjudication))
}

pub(super) fn given_by(adjudication: &Adjudication) -> Answer {
    let decision = decision_named(adjudication.decision().name());
    let payable = exact(adjudication.payable().mantissa(), adjudication.payable().scale());
    let lines = adjudication
        .benefits()
        .iter()
        .map(|lines| (lines.id().to_owned(), exact(lines.paid().mantissa(), lines.paid().scale())));
    Answer {
        decision,
        to_recover: if decision == Decision::Reversed { -payable.clone() } else { nothing() },
        payable,
        lines: lines.filter(|(_, paid)| *paid != nothing()).collect(),
        reasons: adjudication.reasons().iter().map(|reason| reason.code.as_str().to_owned()).collect(),
        notices: adjudication
            .notices()
            .iter()
            .map(|said| notice(said.code().name(), said.subjects().iter().map(String::as_str)))
            .collect(),
    }
}

fn plan_named(id: &str) -> &'static str {
    let plans = PLANS.iter().map(|plan| plan.id).chain([every_step::PLAN]);
    plans.into_iter().find(|plan| *plan == id).expect("every plan has its module")
}

fn decision_named(name: &str) -> Decision {
    match name {
        "paid" => Decision::Paid,
        "nothing-due" => Decision::NothingDue,
        "denied" => Decision::Denied,
        "pended" => Decision::Pended,
        "reversed" => Decision::Reversed,
        other => panic!("there is no decision `{other}`"),
    }
}

fn exact(units: i128, places: u32) -> Exact {
    Exact::new(BigInt::from(units), BigInt::from(10).pow(places))
}

// ── as a file has it ─────────────────────────────────────────────────────

/// Claims and enrollments of all members, every fact as text: the first claim of each member, the second of each, and so on.
pub(super) fn tables(members: &[Member]) -> (RecordBatch, RecordBatch) {
    let mut claims = Vec::new();
    let mut enrollments = Vec::new();
    let most = members.iter().map(|member| member.claims.len()).max().unwrap_or(0);
    for place in 0..most {
        for (member, told) in members.iter().filter_map(|member| Some((member, member.claims.get(place)?))) {
            let mut row = texts(&told.facts);
            row.insert("claim_id", told.id.clone());
            row.insert("enrollment_id", member.cover_of(told).id.to_owned());
            if let Some(reversed) = &told.reverses {
                row.insert("reverses", reversed.clone());
            }
            claims.push(row);
        }
    }
    for member in members {
        for Cover { id, plan, facts } in &member.covers {
            let mut row = texts(facts);
            row.insert("enrollment_id", (*id).to_owned());
            row.insert("member_id", member.id.clone());
            row.insert("plan", plan.id.to_owned());
            enrollments.push(row);
        }
    }
    (table(&claims), table(&enrollments))
}

pub(super) fn texts(facts: &Named) -> BTreeMap<&'static str, String> {
    facts.iter().map(|(name, value)| (*name, value.to_string())).collect()
}

pub(super) fn table(rows: &[BTreeMap<&'static str, String>]) -> RecordBatch {
    let names: BTreeSet<&str> = rows.iter().flat_map(BTreeMap::keys).copied().collect();
    let column = |name: &str| -> ArrayRef { Arc::new(rows.iter().map(|row| row.get(name)).collect::<StringArray>()) };
    RecordBatch::try_from_iter(names.into_iter().map(|name| (name, column(name)))).expect("all columns are as long")
}

pub(super) fn rows(payouts: &RecordBatch, lines: &RecordBatch) -> BTreeMap<Name, Answer> {
    let [claims, plans, decisions, reasons, notices] =
        ["claim_id", "plan", "decision", "reasons", "notices"].map(|name| column(payouts, name));
    let [payable, to_recover] = ["payable", "to_recover"].map(|name| amounts(payouts, name));
    let mut answers = BTreeMap::new();
    let mut of_claim: BTreeMap<String, Name> = BTreeMap::new();
    for row in 0..claims.len() {
        let parts = |text: &str| text.split(';').filter(|part| !part.is_empty()).map(str::to_owned).collect::<Vec<_>>();
        let name = (plan_named(&plans[row]), claims[row].clone());
        let notices = parts(&notices[row]).into_iter().map(|said| {
            let (code, about) = said.trim_end_matches(')').split_once('(').unwrap_or((&said, ""));
            notice(code, about.split(", ").filter(|id| !id.is_empty()))
        });
        let answer = Answer {
            decision: decision_named(&decisions[row]),
            payable: payable[row].clone(),
            to_recover: to_recover[row].clone(),
            lines: BTreeMap::new(),
            reasons: parts(&reasons[row]).into_iter().collect(),
            notices: notices.collect(),
        };
        of_claim.insert(claims[row].clone(), name.clone());
        answers.insert(name, answer);
    }
    for ((claim, benefit), paid) in
        column(lines, "claim_id").into_iter().zip(column(lines, "benefit")).zip(amounts(lines, "paid"))
    {
        let answer = answers.get_mut(&of_claim[&claim]).expect("it has a row");
        if paid != nothing() {
            answer.lines.insert(benefit, paid);
        }
    }
    answers
}

fn column(batch: &RecordBatch, name: &str) -> Vec<String> {
    let column = batch.column_by_name(name).expect("the column is there");
    let column = column.as_any().downcast_ref::<StringArray>().expect("it holds texts");
    column.iter().map(|text| text.unwrap_or_default().to_owned()).collect()
}

fn amounts(batch: &RecordBatch, name: &str) -> Vec<Exact> {
    let column = batch.column_by_name(name).expect("the column is there");
    let column = column.as_any().downcast_ref::<Decimal128Array>().expect("it holds amounts");
    let places = u32::try_from(column.scale()).expect("places are not negative");
    column.iter().map(|units| exact(units.unwrap_or_default(), places)).collect()
}

fn story(member: &Member) -> String {
    story_in(Order::ByEvent, member)
}

pub(super) fn story_in(order: Order, member: &Member) -> String {
    let covers =
        member.covers.iter().map(|cover| format!("    {} {}: {}\n", cover.id, cover.plan.title, line(&cover.facts)));
    let claims = order.of(member).into_iter().map(|told| {
        let reverses = told.reverses.as_ref().map(|id| format!(" reverses {id}")).unwrap_or_default();
        format!("    {} under {}{reverses}: {}\n", told.id, member.cover_of(told).id, line(&told.facts))
    });
    covers.chain(claims).collect()
}

fn line(facts: &Named) -> String {
    facts.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
}
