//! Columns decide as claims are decided alone, whatever the pack says: random packs, random histories.
//!
//! `RANDOM_PACKS=5000` asks for another number of packs, `RANDOM_SEED=7` for others than the usual ones. What is ignored is the same on many.

#![expect(clippy::format_push_string, reason = "a pack is put together line by line, and read once")]

pub(crate) mod compare;
pub(crate) mod expressions;
pub(crate) mod histories;
pub(crate) mod packs;
pub(crate) mod tree;

use std::collections::{BTreeMap, BTreeSet};

use huzhu::certificate::Roll;
use huzhu::{Adjudication, Catalog, Certifier, Diagnostics, Hold, Notice, Order, Posting, history};

use self::compare::{Answer, alone, by_columns, decidable_histories, differences, is_plain, is_sound};
use self::histories::{Member, member};
use self::packs::{Drawn, drawn};
use crate::oracle::draw::Draw;

const PACKS: u64 = 8;
const MANY_PACKS: u64 = 200;
const MEMBERS: usize = 150;
/// Of each pack, so many are certified too.
const CERTIFIED_MEMBERS: usize = 15;
/// So many differences are shown before the test gives up.
const MOST_SHOWN: usize = 5;

#[test]
fn columns_decide_as_one_claim_at_a_time_under_any_pack() {
    columns_decide_as_one_claim_at_a_time(PACKS);
}

#[test]
#[ignore = "it takes long: the same on many packs"]
fn columns_decide_as_one_claim_at_a_time_under_many_packs() {
    columns_decide_as_one_claim_at_a_time(MANY_PACKS);
}

fn columns_decide_as_one_claim_at_a_time(packs: u64) {
    let (packs, first) = (asked("RANDOM_PACKS", packs), asked("RANDOM_SEED", 0));
    let (mut accepted, mut refused, mut shown) = (0, BTreeMap::<String, u64>::new(), Vec::new());
    let mut decisions = BTreeMap::<String, u64>::new();
    for seed in first..first + packs {
        let mut draw = Draw::seeded(seed);
        let drawn = drawn(&mut draw);
        let catalog = match read(&drawn) {
            Ok(catalog) => catalog,
            Err(wrong) => {
                for wrong in wrong.iter() {
                    *refused.entry(wrong.code().name().to_owned()).or_default() += 1;
                }
                continue;
            }
        };
        accepted += 1;
        let members = members(&drawn, &catalog, &mut draw);
        let of_columns = by_columns(&catalog, &members.iter().collect::<Vec<_>>());
        let mut claims = 0;
        let mut first_of_pack = true;
        for member in &members {
            let of_one = alone(&catalog, member);
            claims += of_one.len();
            for answer in of_one.values() {
                *decisions.entry(kind(answer)).or_default() += 1;
            }
            if first_of_pack && !differences(&of_one, &of_columns).is_empty() {
                first_of_pack = false;
                println!("seed {seed}: the readings differ");
                shown.push(format!("seed {seed}\n{}", shrunk(drawn.clone(), member.clone())));
            }
        }
        assert_eq!(claims, of_columns.len(), "seed {seed}: each claim has one answer");
        if shown.len() >= MOST_SHOWN {
            break;
        }
    }
    println!("{accepted} packs accepted, {decisions:?}; refused for {refused:?}");
    assert!(shown.is_empty(), "the readings differ:\n{}", shown.join("\n\n"));
    assert!(accepted * 100 >= packs * 60, "{accepted} of {packs} packs are accepted; the others have {refused:?}");
}

/// The same where claims wait for open ones, of members whose claims can all be decided.
#[test]
fn columns_wait_for_open_claims_as_one_claim_at_a_time_does() {
    columns_wait_as_one_claim_at_a_time_does(PACKS);
}

#[test]
#[ignore = "it takes long: the same on many packs"]
fn columns_wait_for_open_claims_as_one_claim_at_a_time_does_under_many_packs() {
    columns_wait_as_one_claim_at_a_time_does(MANY_PACKS);
}

fn columns_wait_as_one_claim_at_a_time_does(packs: u64) {
    let (packs, first) = (asked("RANDOM_PACKS", packs), asked("RANDOM_SEED", 0));
    let mut waiting = 0;
    for seed in first..first + packs {
        let mut draw = Draw::seeded(seed);
        let drawn = drawn(&mut draw);
        let Ok(catalog) = read(&drawn) else { continue };
        let mut members = members(&drawn, &catalog, &mut draw);
        members.retain(|member| is_plain(&catalog, member));
        let catalog = catalog.holding(Hold::OpenClaims);
        let of_columns = by_columns(&catalog, &members.iter().collect::<Vec<_>>());
        for member in &members {
            let of_one = alone(&catalog, member);
            let found = differences(&of_one, &of_columns);
            assert!(found.is_empty(), "seed {seed}: {member:?}\n{}", found.join("\n"));
            let waits = |answer: &&Answer| matches!(answer, Answer::Decided { notices, .. } if notices.contains("earlier-claim-open"));
            waiting += of_one.values().filter(waits).count();
        }
    }
    println!("{waiting} claims wait");
    assert!(waiting > 0);
}

/// The same in the order that a pack says, and as claims were received, of members whose claims can all be decided.
#[test]
fn columns_keep_the_order_of_claims_as_one_claim_at_a_time_does() {
    columns_keep_the_order(PACKS / 4);
}

#[test]
#[ignore = "it takes long: the same on many packs"]
fn columns_keep_the_order_of_claims_as_one_claim_at_a_time_does_under_many_packs() {
    columns_keep_the_order(MANY_PACKS / 4); // six orders of each
}

/// What a pack may say of the order.
const ORDERS: [&str; 3] = ["", "order = [\"event_date\", \"reported_on\"]\n", "order = [\"reported_on\"]\n"];

fn columns_keep_the_order(packs: u64) {
    let (packs, first) = (asked("RANDOM_PACKS", packs), asked("RANDOM_SEED", 0));
    let (mut decided, mut by_id) = (0, 0);
    for seed in first..first + packs {
        let mut draw = Draw::seeded(seed);
        let drawn = drawn(&mut draw);
        let Ok(catalog) = read(&drawn) else { continue };
        let members = members(&drawn, &catalog, &mut draw);
        for order in ORDERS {
            let says = |text: String| text.replacen("effective = ", &format!("{order}effective = "), 1).into_bytes();
            let files = drawn.packs.iter().enumerate();
            let files = files.map(|(version, pack)| (format!("drawn.{version}.toml"), says(pack.text())));
            let mut catalog = Catalog::read(files).unwrap_or_else(|wrong| panic!("seed {seed}: {wrong}"));
            for how in [Order::ByEvent, Order::AsReceived] {
                catalog = catalog.in_order(how);
                let members: Vec<&Member> = members.iter().filter(|member| is_sound(&catalog, member)).collect();
                let of_columns = by_columns(&catalog, &members);
                for member in members {
                    let of_one = alone(&catalog, member);
                    let found = differences(&of_one, &of_columns);
                    assert!(found.is_empty(), "seed {seed} {how} {order}: {member:?}\n{}", found.join("\n"));
                    let is_by_id = |answer: &&Answer| matches!(answer, Answer::Decided { notices, .. } if notices.contains("decided-by-id"));
                    decided += of_one.len();
                    by_id += of_one.values().filter(is_by_id).count();
                }
            }
        }
    }
    println!("of {decided} claims {by_id} are put in order by their ids alone");
    assert!(by_id > 0);
}

/// What is not drawn is held together by nothing: columns, certificates and workbooks could read it each in its own way.
#[test]
fn every_step_and_every_rounding_of_the_language_is_drawn() {
    let page = include_str!("../src/docs/format.en.md");
    let steps: Vec<&str> =
        page.lines().filter_map(|line| line.strip_prefix("| `{ ")?.split_once(" = ")).map(|(key, _)| key).collect();
    assert!(steps.len() > 10, "{steps:?}");
    let packs = (0..200).flat_map(|seed| drawn(&mut Draw::seeded(seed)).packs);
    let packs: String = packs.map(|pack| pack.text()).collect();
    for step in steps {
        assert!(packs.contains(&format!("{{ {step} = ")), "no pack that is drawn has a step `{step}`");
    }
    let (_, modes) = page.split_once("modes `").expect("the page says the modes of rounding");
    for mode in modes.split_once('`').expect("it is closed").0.split(' ') {
        assert!(packs.contains(&format!("mode = \"{mode}\"")), "no pack that is drawn is rounded `{mode}`");
    }
}

/// Certifying compares the steps of a plan's program with what the plan decides, to the last reason.
#[test]
fn every_claim_is_certified_as_it_is_decided_under_any_pack() {
    every_claim_is_certified_as_it_is_decided(PACKS);
}

#[test]
#[ignore = "it takes long: the same on many packs"]
fn every_claim_is_certified_as_it_is_decided_under_many_packs() {
    every_claim_is_certified_as_it_is_decided(MANY_PACKS);
}

fn every_claim_is_certified_as_it_is_decided(packs: u64) {
    let (packs, first) = (asked("RANDOM_PACKS", packs), asked("RANDOM_SEED", 0));
    let mut certified = 0;
    for seed in first..first + packs {
        let mut draw = Draw::seeded(seed);
        let drawn = drawn(&mut draw);
        let Ok(catalog) = read(&drawn) else { continue };
        let certifier = Certifier::new(&catalog);
        let mut lines = Vec::new();
        let mut roll = Roll::to(&mut lines);
        for member in members(&drawn, &catalog, &mut draw).iter().take(CERTIFIED_MEMBERS) {
            for claims in decidable_histories(&catalog, member) {
                let (adjudications, _) = history::decide(&catalog, &claims).expect("what cannot be was left out");
                let reversals: BTreeSet<&str> = claims
                    .iter()
                    .filter(|(_, claim)| claim.reverses().is_some())
                    .map(|(_, claim)| claim.id())
                    .collect();
                let is_held = |held: &&Adjudication| {
                    held.notices().iter().any(Notice::holds) && !reversals.contains(held.outcome().claim())
                };
                let without = reversals.len() + adjudications.iter().filter(is_held).count();
                let records = certifier.certify_history(&claims);
                let records = records.unwrap_or_else(|error| panic!("seed {seed}: {error}: {member:?}"));
                let certificates = records.iter().filter(|record| record.certificate().is_some()).count();
                let (of_all, has_each) = (adjudications.len(), certificates + without == adjudications.len());
                let is_beyond = adjudications.iter().filter_map(Adjudication::posting).any(has_more_than_a_certificate);
                assert!(has_each || is_beyond, "seed {seed}: {certificates} and {without} of {of_all}");
                certified += certificates;
                for record in &records {
                    roll.record(record).expect("memory takes it");
                }
            }
        }
        let root = roll.end().expect("memory takes it");
        // The checker knows the steps by their specification alone.
        let held = huzhu::verify::batch(&lines).unwrap_or_else(|flaw| panic!("seed {seed}: {flaw}"));
        assert_eq!(held.root(), root, "seed {seed}");
    }
    println!("{certified} claims certified");
    assert!(certified > 0);
}

/// A certificate states earlier amounts of so many places.
fn has_more_than_a_certificate(posting: &Posting) -> bool {
    posting.amounts().any(|(_, amount)| amount.normalize().scale() > 8)
}

const VERSIONS: [&str; 2] = [
    r#"
[plan]
id = "drawn"
version = "v1"
title = { zh = "t", en = "t" }
effective = { from = 2025-01-01, until = 2025-06-30, by = "event_date" }
rounding = { to = "0.01 yuan", mode = "half-up", clause = "c", provenance = "stated" }

[[benefit]]
id = "aid"
title = { zh = "t", en = "t" }
when = "self_funded > 0 yuan"
gross = "self_funded"
clause = "c"
provenance = "stated"
"#,
    r#"
[plan]
id = "drawn"
version = "v2"
title = { zh = "t", en = "t" }
effective = { from = 2025-07-01, by = "event_date" }
rounding = { to = "0.01 yuan", mode = "half-up", clause = "c", provenance = "stated" }

[figure.rate]
value = "12.34%"
title = { zh = "t", en = "t" }
clause = "c"
provenance = "stated"

[[benefit]]
id = "aid"
title = { zh = "t", en = "t" }
when = "self_funded > 0 yuan"
gross = "self_funded * pool_prop_selfpay * rate"
clause = "c"
provenance = "stated"
"#,
];

/// The answers to the claims of one member, each told by id, event date, and other facts; both readings agree.
fn answers(claims: &[&[(&str, &str)]]) -> Vec<Answer> {
    let files = VERSIONS.iter().enumerate();
    let catalog = Catalog::read(files.map(|(number, pack)| (format!("{number}.toml"), pack.as_bytes().to_vec())));
    let catalog = catalog.expect("the packs are right");
    let row = |facts: &[(&str, &str)]| {
        facts.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect::<BTreeMap<_, _>>()
    };
    let enrollment = [
        ("enrollment_id", "E"),
        ("member_id", "M"),
        ("plan", "drawn"),
        ("coverage_start", "2025-01-01"),
        ("coverage_end", "2025-12-31"),
    ];
    let claims = claims.iter().map(|facts| row(&[*facts, &[("enrollment_id", "E")]].concat())).collect();
    let member = Member { enrollments: vec![row(&enrollment)], claims };
    let (of_one, of_columns) = (alone(&catalog, &member), by_columns(&catalog, &[&member]));
    assert_eq!(of_columns, of_one);
    of_one.into_values().collect()
}

#[test]
fn a_sum_that_may_be_negative_is_no_amount_to_start_from() {
    let net = r#"
[value.net]
is = "self_funded - in_pool_burden"
title = { zh = "t", en = "t" }
clause = "c"
provenance = "stated"
"#;
    let pack = VERSIONS[0].replace("gross = \"self_funded\"", "gross = \"prior.sum(net, life)\"") + net;
    let refused = huzhu::pack::load("net.toml", pack.as_bytes()).expect_err("the sum of a difference may be negative");
    let codes: Vec<&str> = refused.iter().map(|wrong| wrong.code().name()).collect();
    assert_eq!(codes, ["may-be-negative"]);
}

#[test]
fn a_reversal_is_of_the_version_that_decided_what_it_reverses() {
    let claim = [("claim_id", "C1"), ("event_date", "2025-03-01"), ("self_funded", "10")];
    let own_date = [("event_date", "2025-03-01"), ("event_date", "2025-08-01"), ("cause", "accident")];
    for other in own_date {
        let found = answers(&[&claim, &[("claim_id", "C2"), ("reverses", "C1"), other]]);
        assert!(matches!(&found[1], Answer::Decided { version, .. } if version == "v1"), "{other:?}: {found:?}");
    }
}

#[test]
fn the_amount_that_a_benefit_starts_from_keeps_all_its_places() {
    let claim = |id, cost| {
        [("claim_id", id), ("event_date", "2025-08-01"), ("self_funded", cost), ("pool_prop_selfpay", "0.12345679")]
    };
    let found = answers(&[&claim("C1", "1000.33")]);
    let Answer::Decided { payable, lines, .. } = &found[0] else { panic!("{found:?}") };
    assert_eq!((payable.as_str(), lines[0].1.as_str()), ("15.24", "15.23959529340238"));
}

fn asked(name: &str, usual: u64) -> u64 {
    std::env::var(name).map_or(usual, |asked| asked.parse().expect("a whole number"))
}

fn kind(answer: &Answer) -> String {
    match answer {
        Answer::Decided { decision, .. } => decision.clone(),
        Answer::Rejected => "rejected".to_owned(),
    }
}

fn read(drawn: &Drawn) -> Result<Catalog, Diagnostics> {
    let files = drawn.packs.iter().enumerate();
    Catalog::read(files.map(|(version, pack)| (format!("drawn.{version}.toml"), pack.text().into_bytes())))
}

fn members(drawn: &Drawn, catalog: &Catalog, draw: &mut Draw) -> Vec<Member> {
    let reads = |name: &str| catalog.plans().any(|plan| plan.reads(name));
    (0..MEMBERS).map(|number| member(drawn, &reads, number, draw)).collect()
}

/// The pack, the member and the answers, as small as is easy.
fn shrunk(mut drawn: Drawn, mut member: Member) -> String {
    while let Some((smaller, member_of_it)) = smaller(&drawn, &member) {
        (drawn, member) = (smaller, member_of_it);
    }
    let texts: Vec<String> = drawn.packs.iter().map(packs::Pack::text).collect();
    let found = told_apart(&drawn, &member).expect("it was told apart before");
    format!("{}\n{member:#?}\n{found}", texts.join("\n──────\n"))
}

fn smaller(drawn: &Drawn, member: &Member) -> Option<(Drawn, Member)> {
    let shows = |drawn: &Drawn, member: &Member| told_apart(drawn, member).is_some();
    for place in 0..member.claims.len() {
        let mut fewer = member.clone();
        fewer.claims.remove(place);
        if shows(drawn, &fewer) {
            return Some((drawn.clone(), fewer));
        }
    }
    for place in 0..member.enrollments.len() {
        let mut fewer = member.clone();
        let gone = fewer.enrollments.remove(place);
        if fewer.claims.iter().all(|claim| claim["enrollment_id"] != gone["enrollment_id"]) && shows(drawn, &fewer) {
            return Some((drawn.clone(), fewer));
        }
    }
    for version in 0..drawn.packs.len() {
        if drawn.packs.len() > 1 {
            let mut fewer = drawn.clone();
            fewer.packs.remove(version);
            if shows(&fewer, member) {
                return Some((fewer, member.clone()));
            }
        }
        for pack in drawn.packs[version].smaller() {
            let mut other = drawn.clone();
            other.packs[version] = pack;
            if shows(&other, member) {
                return Some((other, member.clone()));
            }
        }
    }
    let ids = ["claim_id", "enrollment_id", "member_id", "plan"];
    for place in 0..member.claims.len() {
        for name in member.claims[place].keys().filter(|name| !ids.contains(&name.as_str())) {
            let mut fewer = member.clone();
            fewer.claims[place].remove(name);
            if shows(drawn, &fewer) {
                return Some((drawn.clone(), fewer));
            }
        }
    }
    for place in 0..member.enrollments.len() {
        for name in member.enrollments[place].keys().filter(|name| !ids.contains(&name.as_str())) {
            let mut fewer = member.clone();
            fewer.enrollments[place].remove(name);
            if shows(drawn, &fewer) {
                return Some((drawn.clone(), fewer));
            }
        }
    }
    None
}

/// Where the readings differ on this member; `None` if they do not, or the pack is refused.
fn told_apart(drawn: &Drawn, member: &Member) -> Option<String> {
    let catalog = read(drawn).ok()?;
    let known = |row: &BTreeMap<String, String>| {
        row.iter()
            .filter(|(name, _)| !name.starts_with("own_") || catalog.plans().any(|plan| plan.reads(name)))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect::<BTreeMap<_, _>>()
    };
    let member = Member {
        enrollments: member.enrollments.iter().map(known).collect(),
        claims: member.claims.iter().map(known).collect(),
    };
    if member.claims.is_empty() {
        return None;
    }
    let found = differences(&alone(&catalog, &member), &by_columns(&catalog, &[&member]));
    (!found.is_empty()).then(|| found.join("\n"))
}
