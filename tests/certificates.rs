//! A certificate says what was decided, in the one canonical form, by one program for each version of a plan.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use huzhu::certificate::{Extract, Roll, Tree};
use huzhu::{Adjudication, Case, Catalog, Certificate, Certifier, Decision, Plan, WorkedCases, history};
use rust_decimal::Decimal;
use serde_json::Value as Json;

use crate::drawn::claims::pair;
use crate::oracle::draw::Draw;
use crate::oracle::population::{PLANS, history as drawn};

const MEMBERS: usize = 400;
const MANY_MEMBERS: usize = 5_000;
/// Of the worked cases, one in so many.
const ONE_IN: usize = 6;
const SEED: u64 = 20_261_123;
const LEAST_CASES: usize = 800;

#[test]
fn the_certificate_of_a_worked_case_says_what_was_decided() {
    worked_cases_are_certified(ONE_IN);
}

#[test]
#[ignore = "it takes long: the same of all worked cases"]
fn the_certificate_of_every_worked_case_says_what_was_decided() {
    worked_cases_are_certified(1);
}

fn worked_cases_are_certified(one_in: usize) {
    let catalog = catalog();
    let certifier = Certifier::new(&catalog);
    let mut certified = 0;
    for path in std::fs::read_dir("rules").expect("the rules are there").map(|entry| entry.expect("it is read").path())
    {
        let name = path.to_string_lossy().into_owned();
        if !name.ends_with(".cases.toml") {
            continue;
        }
        let cases = WorkedCases::read(&name, &std::fs::read(&path).expect("it is read"), &catalog);
        for case in cases.expect("the worked cases are right").cases().step_by(one_in) {
            let (adjudication, _) = case.decide(&catalog).expect("it is decided");
            if case.claim.reverses().is_some() {
                assert!(certifier.certify(&case).is_err_and(|error| error.is_certificate()));
                continue;
            }
            check(&certifier.certify(&case).expect("it is certified").to_text(), &adjudication);
            certified += 1;
        }
    }
    let least = LEAST_CASES / one_in;
    assert!(certified >= least, "{certified} certificates, at least {least} are expected");
}

#[test]
fn the_certificate_of_every_drawn_claim_says_what_was_decided() {
    drawn_claims_are_certified(MEMBERS);
}

#[test]
#[ignore = "it takes long: the same of many members"]
fn the_certificate_of_every_claim_of_many_members_says_what_was_decided() {
    drawn_claims_are_certified(MANY_MEMBERS);
}

fn drawn_claims_are_certified(members: usize) {
    let catalog = catalog();
    let certifier = Certifier::new(&catalog);
    let mut draw = Draw::seeded(SEED);
    let mut decisions: BTreeMap<&str, usize> = BTreeMap::new();
    for plan in PLANS.iter().cycle().take(members) {
        let facts = drawn(plan, &mut draw).into_iter().enumerate();
        let claims: Vec<_> = facts.map(|(index, facts)| pair(plan.id, &facts, index)).collect();
        let (adjudications, _) = history::decide(&catalog, &claims).expect("a member's history can be decided");
        let records = certifier.certify_history(&claims).expect("what can be decided can be certified");
        let certificates: Vec<Certificate> =
            records.iter().filter_map(|record| record.certificate().cloned()).collect();
        let (lines, _) = roll(&certificates);
        let lines = lines.lines().filter(|line| line.starts_with("{\"claim\":"));
        assert_eq!(lines.clone().count(), adjudications.len());
        for (line, adjudication) in lines.zip(&adjudications) {
            check(line, adjudication);
            *decisions.entry(adjudication.decision().name()).or_default() += 1;
        }
    }
    println!("{decisions:?}");
    // a reversal has no certificate
    assert_eq!(decisions.len(), Decision::ALL.len() - 1, "{decisions:?}");
}

fn catalog() -> Catalog {
    Catalog::load(Path::new("rules")).expect("the packs are right")
}

/// The text is canonical, and its conclusion is the decision.
fn check(text: &str, adjudication: &Adjudication) {
    let json: Json = serde_json::from_str(text).expect("it is JSON");
    assert_eq!(serde_json_canonicalizer::to_string(&json).expect("it has a canonical form"), text);
    let conclusion = &json["conclusion"];
    let amount = |amount: Decimal| {
        let amount = amount.normalize();
        if amount.is_zero() { "0".to_owned() } else { amount.to_string() }
    };
    assert_eq!(conclusion["decision"], adjudication.decision().name());
    assert_eq!(conclusion["payable"], amount(adjudication.payable()));
    let benefits = conclusion["benefits"].as_array().expect("it is a list");
    assert_eq!(benefits.len(), adjudication.benefits().len());
    for (found, expected) in benefits.iter().zip(adjudication.benefits()) {
        assert_eq!(found["id"], expected.id());
        assert_eq!(found["gross"], amount(expected.gross()));
        assert_eq!(found["paid"], amount(expected.paid()));
        let lines = found["lines"].as_array().expect("it is a list").iter();
        let lines: Vec<_> = lines.filter(|line| !line["leaves"].is_null()).collect();
        assert_eq!(lines.len(), expected.lines().len());
        for (found, expected) in lines.into_iter().zip(expected.lines()) {
            assert_eq!(found["takes"], amount(expected.takes()));
            assert_eq!(found["leaves"], amount(expected.leaves()));
        }
    }
    let reasons = conclusion["reasons"].as_array().expect("it is a list").iter();
    let reasons: Vec<(&Json, &Json)> = reasons.map(|reason| (&reason["code"], &reason["fact"])).collect();
    let expected = adjudication.reasons().iter();
    let expected: Vec<(Json, Json)> =
        expected.map(|reason| (reason.code.clone().into(), reason.fact.clone().into())).collect();
    assert_eq!(reasons, expected.iter().map(|(code, fact)| (code, fact)).collect::<Vec<_>>());
}

/// Every decision once, and facts that contradict each other.
const SAMPLES: [&str; 7] = ["zhao", "limited", "nothing-due", "denied", "pended", "contradicts", "settlement"];

#[test]
fn the_sample_certificates_are_those_of_the_engine() {
    let catalog = catalog();
    let certificates: Vec<Certificate> = SAMPLES.iter().map(|name| sample(&catalog, name)).collect();
    for (name, certificate) in SAMPLES.iter().zip(&certificates) {
        expect(&format!("{name}.json"), &format!("{}\n", certificate.to_text()));
    }
    let (lines, tree) = roll(&certificates);
    expect("batch.jsonl", &lines);
    let alone = certificates[2].to_text_within(&tree.inclusion(2).expect("there are seven"));
    expect("nothing-due.of-batch.json", &format!("{alone}\n"));
}

fn roll(certificates: &[Certificate]) -> (String, Tree) {
    let mut file = Vec::new();
    let mut roll = Roll::to(&mut file);
    for certificate in certificates {
        roll.add(certificate).expect("memory takes it");
    }
    let root = roll.end().expect("memory takes it");
    let tree: Tree = certificates.iter().collect();
    assert_eq!(tree.root(), root);
    (String::from_utf8(file).expect("it is text"), tree)
}

fn sample(catalog: &Catalog, name: &str) -> Certificate {
    let path = if name == "zhao" { "rules/cases/zhao.json".to_owned() } else { format!("tests/expected/{name}.json") };
    let text = std::fs::read_to_string(&path).expect("it is read");
    // each of a member of its own, so that they make one batch
    let text = ["M1", "M2"].iter().fold(text, |text, member| {
        text.replacen(&format!("\"member\": \"{member}\""), &format!("\"member\": \"{name}\""), 1)
    });
    let case = Case::read(&path, text.as_bytes(), catalog).expect("the case is right");
    Certifier::new(catalog).certify(&case).expect("it is certified")
}

/// `HUZHU_BLESS=1` writes the expected texts anew.
fn expect(name: &str, text: &str) {
    let path = Path::new("tests/expected/certificates").join(name);
    if std::env::var_os("HUZHU_BLESS").is_some() {
        std::fs::write(&path, text).expect("it is written");
    }
    assert!(std::fs::read_to_string(&path).is_ok_and(|expected| expected == text), "{} differs", path.display());
}

#[test]
fn a_batch_has_every_program_once_and_the_root_of_its_certificates() {
    let catalog = catalog();
    let samples: Vec<Certificate> = SAMPLES.iter().map(|name| sample(&catalog, name)).collect();
    let (text, tree) = roll(&samples);
    let lines: Vec<Json> = text.lines().map(|line| serde_json::from_str(line).expect("it is JSON")).collect();
    for (line, json) in text.lines().zip(&lines) {
        assert_eq!(serde_json_canonicalizer::to_string(json).expect("it has a canonical form"), line);
    }
    let (end, others) = lines.split_last().expect("there is an end");
    assert_eq!((&end["count"], &end["root"]), (&Json::from(SAMPLES.len()), &Json::from(tree.root())));
    let mut programs = BTreeSet::new();
    let mut certificates = 0;
    for line in others {
        let digest = line["program_digest"].as_str().expect("every line has one").to_owned();
        if line.get("program").is_some() {
            assert!(programs.insert(digest), "a duplicate program");
        } else {
            assert!(programs.contains(&digest), "a program stands after its certificate");
            assert_eq!(line["digest"], samples[certificates].digest());
            certificates += 1;
        }
    }
    assert_eq!(certificates, SAMPLES.len());
}

#[test]
fn every_certificate_of_a_batch_can_be_taken_out_alone() {
    let catalog = catalog();
    let samples: Vec<Certificate> = SAMPLES.iter().map(|name| sample(&catalog, name)).collect();
    let twice: Vec<Certificate> = samples.iter().chain(&samples).cloned().collect();
    let (text, tree) = roll(&twice);
    let mut found = BTreeSet::new();
    for certificate in &samples {
        let json: Json = serde_json::from_str(&certificate.to_text()).expect("it is JSON");
        let (claim, enrollment) = (json["claim"].as_str(), json["enrollment"].as_str());
        let extracts = Extract::all(text.as_bytes(), claim.expect("it is text")).expect("the batch is whole");
        assert!(extracts.len() >= 2 && extracts.iter().any(|extract| Some(extract.enrollment()) == enrollment));
        found.extend(extracts.iter().map(|extract| extract.as_text().to_owned()));
    }
    let expected = twice
        .iter()
        .enumerate()
        .map(|(index, certificate)| certificate.to_text_within(&tree.inclusion(index).expect("there is one for each")));
    assert_eq!(found, expected.collect());
    assert_eq!(Extract::all(text.as_bytes(), "of nobody").expect("the batch is whole"), []);
}

#[test]
fn what_is_no_whole_batch_gives_no_extract() {
    let catalog = catalog();
    let samples: Vec<Certificate> = SAMPLES.iter().map(|name| sample(&catalog, name)).collect();
    let (text, _) = roll(&samples);
    let lines: Vec<&str> = text.lines().collect();
    let says = |lines: &[&str]| match Extract::all(lines.join("\n").as_bytes(), "zhao-2025-01") {
        Ok(extracts) => format!("{} extracts", extracts.len()),
        Err(error) => error.to_string(),
    };
    let not_whole =
        "the batch is incomplete: the number and the root in its last line are not those of its certificates";
    assert_eq!(says(&lines), "1 extracts");
    let no_end = "the batch is incomplete: it has no last line";
    assert_eq!(says(&lines[..lines.len() - 1]), no_end);
    assert_eq!(says(&[&lines[..2], &lines[3..]].concat()), not_whole);
    let counted = lines[lines.len() - 1].replacen("\"count\":7", "\"count\":8", 1);
    assert_ne!(lines[lines.len() - 1], counted);
    assert_eq!(says(&[&lines[..lines.len() - 1], &[counted.as_str()]].concat()), not_whole);
    assert_eq!(says(&lines[1..]), "line 1: its program does not come before it");
    assert_eq!(
        says(&[&lines[..], &lines[1..2]].concat()),
        format!("line {}: it is not a line of a batch", lines.len() + 1)
    );
    assert_eq!(says(&["{}"]), "line 1: it is not a line of a batch");
    let long = lines[1].replacen("\"digest\":\"", "\"digest\":\"00", 1);
    assert_eq!(says(&[&lines[..1], &[long.as_str()]].concat()), "line 2: it is not a line of a batch");
    let bare = format!("{{\"program_digest\":{}}}", json_digest(lines[0]));
    assert_eq!(says(&[&[bare.as_str()], &lines[1..]].concat()), "the line of its program has no program");
    assert_eq!(says(&[]), no_end);
}

fn json_digest(program: &str) -> Json {
    let line: Json = serde_json::from_str(program).expect("it is JSON");
    line["program_digest"].clone()
}

#[test]
fn a_program_is_the_same_for_all_claims_of_a_version_and_of_no_other() {
    let catalog = catalog();
    let digests: Vec<String> = catalog.plans().map(|plan| plan.program().digest().to_owned()).collect();
    let again: Vec<String> = self::catalog().plans().map(|plan| plan.program().digest().to_owned()).collect();
    assert_eq!(digests, again);
    assert_eq!(digests.iter().collect::<BTreeSet<_>>().len(), catalog.plans().count());
    for name in SAMPLES {
        let json: Json = serde_json::from_str(&sample(&catalog, name).to_text()).expect("it is JSON");
        let plan = &json["program"]["plan"];
        let of = |known: &&Plan| plan["id"] == known.id() && plan["version"] == known.version();
        let plan = catalog.plans().find(of).expect("the plan is known");
        assert_eq!(json["program_digest"], plan.program().digest(), "{name}");
    }
}

#[test]
fn a_change_of_one_figure_changes_the_program() {
    let pack = std::fs::read_to_string("rules/henan-accident.toml").expect("it is read");
    let digest = |pack: &str| {
        huzhu::pack::load("pack.toml", pack.as_bytes()).expect("the pack is right").program().digest().to_owned()
    };
    let changed = pack.replacen("value      = \"30 days\"", "value      = \"31 days\"", 1);
    assert_ne!(pack, changed);
    assert_ne!(digest(&pack), digest(&changed));
    let with_a_comment = format!("# A comment changes nothing.\n{pack}");
    assert_eq!(digest(&pack), digest(&with_a_comment));
}
