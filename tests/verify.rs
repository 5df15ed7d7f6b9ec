//! Certificates are checked by two small programs of their own, in Rust and in Python, and no change of a certificate gets past either.
//!
//! The two agree on every text here. `cargo test verify:: -- --ignored` runs the large ones: `VERIFY_CERTIFICATES=1000000` and `VERIFY_PYTHON=20000` say of how many
//! certificates, `VERIFY_ONE_IN=1` that every digit is changed to every other.

use std::fs;
use std::path::Path;
use std::time::Instant;

use huzhu::certificate::{Roll, Tree};
use huzhu::verify::{Batch, Flaw, Verified, batch, certificate};
use huzhu::{Case, Catalog, Certificate, Certifier};
use serde_json::Value as Json;

use crate::forgery::forge::{self, Forged};
use crate::forgery::{generate, python};

const SAMPLES: [&str; 8] =
    ["zhao", "limited", "nothing-due", "denied", "pended", "contradicts", "settlement", "nothing-due.of-batch"];

// ── what holds ────────────────────────────────────────────────────────────

#[test]
fn every_sample_holds() {
    for name in SAMPLES {
        let text = sample(name);
        let verified = certificate(text.as_bytes()).unwrap_or_else(|flaw| panic!("{name}: {flaw}"));
        let json: Json = serde_json::from_str(&text).unwrap();
        assert_eq!(verified.claim(), json["claim"]);
        assert_eq!(verified.enrollment(), json["enrollment"]);
        assert_eq!(verified.plan(), json["program"]["plan"]["id"]);
        assert_eq!(verified.version(), json["program"]["plan"]["version"]);
        assert_eq!(verified.decision(), json["conclusion"]["decision"]);
        assert_eq!(verified.payable(), json["conclusion"]["payable"]);
        assert_eq!((verified.digest(), verified.program_digest()), (of(&json["digest"]), of(&json["program_digest"])));
        assert_eq!(verified.inclusion().is_some(), name == "nothing-due.of-batch");
        // the line feed at the end may be missing
        assert_eq!(certificate(text.trim_end().as_bytes()), Ok(verified));
    }
    let held = batch(sample_batch().as_bytes()).unwrap();
    let end: Json = serde_json::from_str(sample_batch().lines().last().unwrap()).unwrap();
    assert_eq!((held.count(), held.root(), held.programs().len()), (7, of(&end["root"]), 2));
    let inclusion = certificate(sample("nothing-due.of-batch").as_bytes()).unwrap().inclusion().cloned().unwrap();
    assert_eq!((inclusion.index(), inclusion.count(), inclusion.root()), (2, 7, held.root()));
}

#[test]
fn every_sample_holds_in_python() {
    let files = SAMPLES.iter().map(|name| format!("{name}.json")).chain(["batch.jsonl".to_owned()]);
    let files: Vec<String> = files.map(|name| format!("tests/expected/certificates/{name}")).collect();
    let ran = python::run(files.iter().map(String::as_str));
    assert_eq!(ran.code, 0, "{}", ran.out);
    assert_eq!(ran.out.lines().filter(|line| line.starts_with("holds: ")).count(), files.len(), "{}", ran.out);
}

/// Each checker has its own lists, from the page on certificates alone; a word of the language that one lacks would make it refuse what holds.
#[test]
fn both_checkers_know_every_step_and_every_rounding_of_the_language() {
    let format = include_str!("../src/docs/format.en.md");
    let steps = format.lines().filter_map(|line| line.strip_prefix("| `{ ")?.split_once(" = ")).map(|(key, _)| key);
    let (_, modes) = format.split_once("modes `").unwrap();
    let words: Vec<&str> = steps.chain(modes.split_once('`').unwrap().0.split(' ')).collect();
    assert!(words.len() > 15, "{words:?}");
    let in_rust =
        [include_str!("../crates/huzhu-verify/src/program.rs"), include_str!("../crates/huzhu-verify/src/step.rs")]
            .concat();
    let in_python = include_str!("../scripts/verify.py");
    for word in words {
        assert!(in_rust.contains(&format!("(\"{word}\", ")), "the checker in Rust does not know `{word}`");
        assert!(in_python.contains(&format!("\"{word}\"")), "the checker in Python does not know `{word}`");
    }
}

#[test]
fn every_generated_certificate_holds() {
    generated_certificates_hold(150);
}

#[test]
#[ignore = "it takes long: the same of more certificates"]
fn two_thousand_generated_certificates_hold() {
    generated_certificates_hold(2_000);
}

fn generated_certificates_hold(count: u64) {
    let generated = generate::batch(count);
    let mut checker = Batch::new();
    let mut decisions = std::collections::BTreeMap::<&str, usize>::new();
    for line in generated.lines.split_inclusive('\n') {
        let verified = checker.line(line.as_bytes()).unwrap_or_else(|flaw| panic!("{flaw}: {line:.200}"));
        *decisions.entry(verified.as_ref().map_or("program", Verified::decision)).or_default() += 1;
    }
    let held = checker.end().unwrap();
    assert_eq!((held.count(), held.root()), (generated.count, generated.root.as_str()));
    assert_eq!(decisions.len(), 5, "{decisions:?}");
    println!("{decisions:?}");
}

/// `VERIFY_CERTIFICATES` certificates in Rust, of which the first `VERIFY_PYTHON` in Python too.
#[test]
#[ignore = "it takes long: as many certificates as are asked for"]
fn many_generated_certificates_hold() {
    let (wanted, wanted_in_python) = (asked("VERIFY_CERTIFICATES", 5_000), asked("VERIFY_PYTHON", 1_000));
    let folder = std::env::temp_dir().join(format!("huzhu-verify-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let (mut in_rust, mut in_python, mut bytes) = (0, 0, 0);
    let (mut rust_seconds, mut python_seconds) = (std::time::Duration::ZERO, std::time::Duration::ZERO);
    let mut generator = generate::Generator::seeded(20_261_124);
    while in_rust < wanted {
        let generated = generator.batch(wanted.min(20_000).min(wanted - in_rust));
        let start = Instant::now();
        let held = batch(generated.lines.as_bytes()).unwrap_or_else(|flaw| panic!("{flaw}"));
        rust_seconds += start.elapsed();
        assert_eq!((held.count(), held.root()), (generated.count, generated.root.as_str()));
        (in_rust, bytes) = (in_rust + held.count(), bytes + generated.lines.len());
        if in_python < wanted_in_python {
            let path = folder.join("batch.jsonl");
            fs::write(&path, &generated.lines).unwrap();
            let start = Instant::now();
            let ran = python::run([path.to_str().unwrap(), "--root", &generated.root]);
            python_seconds += start.elapsed();
            assert_eq!(ran.code, 0, "{}", ran.out);
            in_python += held.count();
        }
        println!(
            "{in_rust} certificates, {bytes} bytes: {rust_seconds:?} in Rust; {in_python} in {python_seconds:?} in Python"
        );
    }
    fs::remove_dir_all(&folder).unwrap();
}

fn asked(name: &str, usual: u64) -> u64 {
    std::env::var(name).map_or(usual, |value| value.parse().unwrap())
}

// ── what was changed ──────────────────────────────────────────────────────

/// Each digit of each certificate and of the batch, replaced by the next one. Of the samples of one program, the first has it changed.
#[test]
fn a_changed_digit_is_refused() {
    changed_digits_are_refused(&["zhao", "settlement"], 101, |digit| vec![(digit + 1) % 10]);
}

#[test]
#[ignore = "it takes long: the same of every digit"]
fn every_changed_digit_is_refused() {
    changed_digits_are_refused(&["zhao", "settlement"], 1, |digit| vec![(digit + 1) % 10]);
}

/// Nine changes of a digit, and one in ten: each digit has another change than the one before.
#[test]
#[ignore = "it takes long: every digit of every program, by any other"]
fn every_digit_changed_to_any_other_is_refused() {
    let one_in = usize::try_from(asked("VERIFY_ONE_IN", 10)).unwrap();
    changed_digits_are_refused(&SAMPLES, one_in, |digit| (0..10).filter(|other| *other != digit).collect());
}

fn changed_digits_are_refused(with_program: &[&str], one_in: usize, others: impl Fn(u8) -> Vec<u8>) {
    let mut changes = 0;
    for name in SAMPLES {
        let text = sample(name);
        let left_out = if with_program.contains(&name) { 0..0 } else { forge::program_in(&text) };
        for changed in
            forge::changed_digits(&text, &others).filter(|changed| !left_out.contains(&changed.place)).step_by(one_in)
        {
            let place = changed.place;
            let is_caught = certificate(&changed.bytes).is_err();
            assert!(is_caught, "{name}: byte {place} is changed and not refused");
            changes += 1;
        }
    }
    let text = sample_batch();
    for changed in forge::changed_digits(&text, &others).step_by(one_in) {
        assert!(batch(&changed.bytes).is_err(), "batch: byte {} is changed and not refused", changed.place);
        changes += 1;
    }
    println!("{changes} changed digits");
    assert!(changes * one_in > 10_000);
}

#[test]
#[ignore = "it takes long: thousands of certificates in Python"]
fn a_changed_digit_is_refused_in_python() {
    let one_in = usize::try_from(asked("VERIFY_ONE_IN", 10)).unwrap();
    for name in SAMPLES {
        let text = sample(name);
        let changed: Vec<_> = forge::changed_digits(&text, |digit| vec![(digit + 1) % 10]).step_by(one_in).collect();
        let texts = changed.iter().map(|changed| String::from_utf8(changed.bytes.clone()).unwrap());
        for (changed, verdict) in changed.iter().zip(python::judge(texts)) {
            let place = changed.place;
            assert!(verdict.starts_with("refused"), "{name}: byte {place}: {verdict}");
        }
        println!("{name}: {} changed digits", changed.len());
    }
}

#[test]
fn no_other_way_to_write_it_is_accepted() {
    for name in ["zhao", "nothing-due.of-batch"] {
        for Forged { what, text } in forge::rewritten(&sample(name)) {
            assert!(certificate(text.as_bytes()).is_err(), "{name}: {what}");
        }
    }
    let mut bytes = sample("zhao").into_bytes();
    let place = bytes.iter().position(|byte| *byte > 127).unwrap();
    bytes[place] = 0xff;
    assert_eq!(certificate(&bytes).unwrap_err().en(), format!("`byte {place}`: it is not UTF-8"));
}

/// The forger works out all digests again: what does not follow is refused for what it is, or the program is another one, and its digest shows it.
#[test]
fn a_forger_who_works_out_the_digests_again_does_not_get_through() {
    no_forger_gets_through(480);
}

#[test]
#[ignore = "it takes long: the same of all forgeries"]
fn no_forger_who_works_out_the_digests_again_gets_through() {
    no_forger_gets_through(1);
}

fn no_forger_gets_through(one_in: usize) {
    let mut shown = 0;
    for name in ["zhao", "nothing-due", "pended", "settlement"] {
        let original = certificate(sample(name).as_bytes()).unwrap();
        for Forged { what, text } in forge::forged(&sample(name), name == "zhao", one_in) {
            match certificate(text.as_bytes()) {
                Err(flaw) => {
                    assert!(!flaw.place().ends_with("digest"), "{name}: {what}: {flaw}");
                }
                Ok(_) if what.starts_with("/facts/in_hardship: ") => {} // no step reads it
                Ok(verified) => {
                    assert_ne!(verified.program_digest(), original.program_digest(), "{name}: {what}");
                    shown += 1;
                }
            }
        }
    }
    assert!(shown * one_in > 10 && shown > 0, "{shown} are shown by the program digest alone");
}

#[test]
fn both_checkers_judge_a_forgery_alike() {
    both_checkers_judge_alike(240);
}

#[test]
#[ignore = "it takes long: the same of more forgeries"]
fn both_checkers_judge_every_forgery_alike() {
    both_checkers_judge_alike(1);
}

fn both_checkers_judge_alike(one_in: usize) {
    let mut forgeries = forge::rewritten(&sample("nothing-due.of-batch"));
    forgeries.extend(forge::forged(&sample("zhao"), true, 5 * one_in));
    forgeries.extend(forge::forged(&sample("pended"), false, 3 * one_in));
    forgeries.extend(forge::forged(&sample("nothing-due.of-batch"), false, 3 * one_in));
    let of_batch = serde_json::from_str(&sample("nothing-due.of-batch")).unwrap();
    forgeries.extend(forge::proofs(&of_batch).into_iter().step_by(one_in));
    for (text, step) in [(sample("zhao"), 23 * one_in), (sample_batch(), 101 * one_in)] {
        let changed = forge::changed_digits(&text, |digit| vec![(digit + 1) % 10]).step_by(step);
        forgeries.extend(changed.map(|changed| Forged {
            what: format!("digit at {}", changed.place),
            text: String::from_utf8(changed.bytes).unwrap(),
        }));
    }
    let verdicts = python::judge(forgeries.iter().map(|forged| forged.text.clone()));
    assert_eq!(verdicts.len(), forgeries.len());
    for (Forged { what, text }, verdict) in forgeries.iter().zip(verdicts) {
        let is_batch = text.starts_with("{\"program\":");
        let flaw = if is_batch { batch(text.as_bytes()).err() } else { certificate(text.as_bytes()).err() };
        let in_rust = flaw.map_or_else(|| "holds".to_owned(), |flaw| flaw.en());
        assert_eq!(in_rust == "holds", verdict == "holds", "{what}: {in_rust} / {verdict}");
    }
    println!("{} forgeries", forgeries.len());
}

/// What the specification forbids is refused though all digests are right and nothing is worked out from it.
#[test]
fn what_the_form_forbids_is_refused() {
    let json: Json = serde_json::from_str(&sample("zhao")).unwrap();
    let steps = json["program"]["steps"].as_array().unwrap();
    let first =
        |op: &str| steps.iter().position(|step| step["op"] == op).map(|step| format!("/program/steps/{step}")).unwrap();
    let doubled = |place: &str| {
        let mut items = json.pointer(place).unwrap().as_array().unwrap().clone();
        items.insert(0, items[0].clone());
        Json::from(items)
    };
    let of_table = json["program"]["sources"].as_array().unwrap().iter().position(|source| source["kind"] == "table");
    let table = format!("/program/sources/{}", of_table.unwrap());
    let truth = json["program"]["outcome"]["sound"].clone();
    let of_fact = |name: &str| {
        let facts = json["program"]["facts"].as_array().unwrap();
        format!("/program/facts/{}", facts.iter().position(|fact| fact["name"] == name).unwrap())
    };
    let [number, date, category] = ["disability_grade", "event_date", "cause"].map(of_fact);
    let edits: Vec<(String, Json)> = vec![
        ("/claim".into(), Json::Null),
        ("/enrollment".into(), 1.into()),
        ("/format".into(), "huzhu-certificate/1".into()),
        ("/format".into(), "huzhu-certificate/3".into()),
        ("/member".into(), 1.into()),
        ("/program/format".into(), "huzhu-program/1".into()),
        ("/program/format".into(), "huzhu-program/3".into()),
        ("/program/plan/version".into(), 1.into()),
        ("/program/plan/title".into(), "title".into()),
        ("/program/facts".into(), doubled("/program/facts")),
        ("/program/facts/0/holder".into(), "plan".into()),
        ("/program/facts/0/kind".into(), "text".into()),
        ("/program/sources/0/provenance".into(), "guessed".into()),
        ("/program/sources/0/kind".into(), "number".into()),
        ("/program/sources/0/unit".into(), "fen".into()),
        ("/program/sources/0/unit".into(), "date".into()),
        ("/program/sources/0/unit".into(), Json::Null),
        ("/program/sources/0/value".into(), Json::Null),
        (format!("{table}/value"), "1".into()),
        (format!("{table}/unit"), "yuan".into()),
        ("/program/priors/0/scope".into(), "month".into()),
        ("/program/priors/0/entry".into(), "paid:".into()),
        ("/program/priors/0/entry".into(), "owed:death".into()),
        ("/program/priors/0/places".into(), 3.into()),
        ("/program/priors/0/places".into(), Json::Null),
        ("/program/priors/0/min".into(), "-1".into()),
        ("/program/priors/0/min".into(), Json::Null),
        ("/program/priors/0/max".into(), "-1".into()),
        (format!("{number}/min"), "11".into()),
        (format!("{number}/min"), Json::Null),
        (format!("{number}/max"), 10.into()),
        (format!("{number}/values"), serde_json::json!([])),
        (format!("{date}/min"), "1".into()),
        (format!("{date}/values"), serde_json::json!([])),
        (format!("{category}/values"), serde_json::json!(["accident", "accident"])),
        (format!("{category}/values"), serde_json::json!(["accident", 1])),
        (format!("{category}/max"), "1".into()),
        ("/program/identities/0/holds".into(), 1.into()),
        ("/program/identities/0/holds".into(), 10_000.into()),
        ("/program/conditions/0/otherwise".into(), "pay".into()),
        ("/program/conditions/0/provenance".into(), "".into()),
        ("/program/conditions/0/met".into(), 1.into()),
        ("/program/benefits/0/lines".into(), Json::Array(vec![])),
        ("/program/benefits/0/lines/0/step".into(), "gift".into()),
        ("/program/benefits/0/lines/0/leaves".into(), truth.clone()),
        ("/program/benefits/0/gross".into(), truth.clone()),
        ("/program/benefits/0/applies".into(), json["program"]["outcome"]["payable"].clone()),
        ("/program/benefits/0/provenance".into(), "none".into()),
        ("/program/outcome/payable".into(), truth.clone()),
        ("/program/outcome/event_date".into(), truth.clone()),
        ("/program/posts".into(), doubled("/program/posts")),
        ("/program/posts/0/step".into(), truth),
        (format!("{}/to", first("round")), "0".into()),
        (format!("{}/to", first("round")), "-0.01".into()),
        (format!("{}/mode", first("round")), "nearest".into()),
        (format!("{}/by", first("compare")), "like".into()),
        (format!("{}/of", first("among")), serde_json::json!(["accident", 1])),
        (format!("{}/rows", first("look-up")), doubled(&format!("{}/rows", first("look-up")))),
        (format!("{}/rows/0", first("look-up")), serde_json::json!(["1", "1", "1"])),
        (format!("{}/rows/0/0", first("look-up")), "one".into()),
        (format!("{}/rows/0/0", first("look-up")), "1.0".into()),
        (format!("{}/otherwise", first("look-up")), true.into()),
        (format!("{}/fact", first("look-up")), "nothing".into()),
        (format!("{}/fact", first("derived")), "nothing".into()),
        (format!("{}/fact", first("fact")), "nothing".into()),
        (format!("{}/prior", first("prior")), 100.into()),
        (format!("{}/args", first("prior")), serde_json::json!([0])),
        (format!("{}/args", first("and")), serde_json::json!([0])),
        (format!("{}/args", first("and")), serde_json::json!([0, 10_000])),
        (format!("{}/args", first("and")), serde_json::json!([0, steps.len() - 1])),
        (format!("{}/args", first("and")), serde_json::json!([0, 0, 0])),
        (format!("{}/args", first("compare")), serde_json::json!([1, 2])),
        (format!("{}/args", first("choose")), serde_json::json!([0, 0, 1])),
        (format!("{}/op", first("and")), "xor".into()),
        (format!("{}/at", first("and")), 1.into()),
        (format!("{}/source", first("and")), 0.into()),
        (format!("{}/source", first("number")), 1000.into()),
        ("/priors/0".into(), serde_json::json!({ "missing": "birth_date", "value": "0" })),
        ("/priors/0".into(), serde_json::json!({ "missing": null, "value": null })),
    ];
    let mut texts = Vec::new();
    for (place, new) in edits {
        let mut forged = json.clone();
        let (parent, name) = place.rsplit_once('/').unwrap();
        match forged.pointer_mut(parent).unwrap() {
            Json::Object(members) => members.insert(name.to_owned(), new.clone()),
            parent => parent.pointer_mut(&format!("/{name}")).map(|item| std::mem::replace(item, new.clone())),
        };
        texts.push((format!("{place} {new}"), forge::sealed(forged)));
    }
    // a prior that no step reads lacks a fact of the program, or nothing that there is
    for (missing, holds) in [("birth_date", true), ("nothing", false)] {
        let mut forged = json.clone();
        forged["program"]["priors"]
            .as_array_mut()
            .unwrap()
            .push(serde_json::json!({ "entry": "paid:x", "scope": "life", "min": "0", "max": "1", "places": 2 }));
        forged["priors"].as_array_mut().unwrap().push(serde_json::json!({ "missing": missing, "value": null }));
        let text = forge::sealed(forged);
        assert_eq!(certificate(text.as_bytes()).is_ok(), holds, "{missing}");
        texts.extend((!holds).then(|| (missing.to_owned(), text)));
    }
    // what is payable is another step, and the conclusion says so, but not what the benefits pay
    let mut forged = json.clone();
    let burden = json["values"].as_array().unwrap().iter().position(|value| *value == "2019.87").unwrap();
    forged["program"]["outcome"]["payable"] = burden.into();
    forged["conclusion"]["payable"] = "2019.87".into();
    texts.push(("another sum".to_owned(), forge::sealed(forged)));
    // steps that do not stand before, though the value would follow from what is not known
    for step in [steps.len(), steps.len() + 1, 10_000] {
        let mut forged = json.clone();
        let given = serde_json::json!({ "op": "given", "args": [step] });
        forged["program"]["steps"].as_array_mut().unwrap().push(given);
        forged["values"].as_array_mut().unwrap().push(false.into());
        texts.push((format!("given {step}"), forge::sealed(forged)));
    }
    // another order, a space and a doubled key, with the digest of just these bytes
    let text = sample("zhao");
    for (what, from, to) in [
        ("order", "\"acct_mulaid_pay\":null,\"acct_pay\":null", "\"acct_pay\":null,\"acct_mulaid_pay\":null"),
        ("space", "\"acct_pay\":null", "\"acct_pay\": null"),
        ("doubled", "\"acct_pay\":null", "\"acct_pay\":null,\"acct_pay\":null"),
        ("escape", "\"claim\":\"zhao", "\"claim\":\"\\u007ahao"),
    ] {
        texts.push((what.to_owned(), forge::sealed_as_written(&text, from, to)));
    }
    let verdicts = python::judge(texts.iter().map(|(_, text)| text.clone()));
    for ((what, text), verdict) in texts.iter().zip(verdicts) {
        let flaw = certificate(text.as_bytes()).expect_err(what);
        assert!(!flaw.place().ends_with("digest"), "{what}: {flaw}");
        assert!(verdict.starts_with("refused") && !verdict.contains("digest is another"), "{what}: {verdict}");
    }
}

#[test]
fn what_is_missing_for_the_clearance_alone_is_a_reason() {
    let mut json: Json = serde_json::from_str(&sample("zhao")).unwrap();
    let steps = json["program"]["steps"].as_array_mut().unwrap();
    let last = steps.len();
    steps.push(serde_json::json!({ "op": "fact", "args": [], "fact": "vali_flag" }));
    steps.push(serde_json::json!({ "op": "among", "args": [last], "of": ["1"] }));
    json["values"].as_array_mut().unwrap().extend([Json::Null, Json::Null]);
    json["program"]["outcome"]["cleared"] = (last + 1).into();
    let missing = serde_json::json!([{ "code": "missing-fact", "fact": "vali_flag" }]);
    json["conclusion"] = serde_json::json!({
        "benefits": [], "decision": "pended", "payable": "0", "posts": {}, "reasons": missing,
    });
    let right = forge::sealed(json.clone());
    assert_eq!(certificate(right.as_bytes()).unwrap().decision(), "pended");
    let mut unsaid = json.clone();
    unsaid["conclusion"]["reasons"] = Json::Array(vec![]);
    let wrong = forge::sealed(unsaid);
    assert_eq!(flaw(&wrong).place(), "conclusion.reasons");
    // of what is chosen from, only what was chosen can be missing
    let mut longer = Longer(json);
    let chooses = longer.constant("truth", true);
    let other = longer.step("fact", &[], &serde_json::json!({ "fact": "refd_setl_flag" }), Json::Null);
    let other = longer.step("among", &[other], &serde_json::json!({ "of": ["1"] }), Json::Null);
    let chosen = longer.step("choose", &[chooses, last + 1, other], &Json::Null, Json::Null);
    longer.0["program"]["outcome"]["cleared"] = chosen.into();
    let of_the_chosen = forge::sealed(longer.0);
    assert_eq!(certificate(of_the_chosen.as_bytes()).unwrap().decision(), "pended");
    let verdicts = python::judge([right, of_the_chosen, wrong]);
    assert!(verdicts[..2] == ["holds", "holds"] && verdicts[2].starts_with("refused"), "{verdicts:?}");
}

#[test]
fn a_wrong_value_is_said_with_its_step() {
    wrong_values_are_said(83);
}

#[test]
#[ignore = "it takes long: the same of more values"]
fn every_wrong_value_is_said_with_its_step() {
    wrong_values_are_said(4);
}

fn wrong_values_are_said(one_in: usize) {
    let mut thought_of = 0_usize;
    let json: Json = serde_json::from_str(&sample("zhao")).unwrap();
    for (step, value) in json["values"].as_array().unwrap().iter().enumerate() {
        for other in forge::other_values(value) {
            thought_of += 1;
            if !thought_of.is_multiple_of(one_in) {
                continue;
            }
            let mut forged = json.clone();
            forged["values"][step] = other.clone();
            let flaw = flaw(&forge::sealed(forged));
            assert_eq!(
                (flaw.step(), flaw.place()),
                (Some(step), format!("values[{step}]").as_str()),
                "{value} {other}"
            );
        }
    }
}

#[test]
fn a_changed_fact_or_prior_is_caught_where_it_is_read() {
    changed_facts_are_caught(9);
}

#[test]
#[ignore = "it takes long: the same of every value"]
fn every_changed_fact_or_prior_is_caught_where_it_is_read() {
    changed_facts_are_caught(1);
}

fn changed_facts_are_caught(one_in: usize) {
    let mut caught = 0;
    for name in ["zhao", "settlement"] {
        let json: Json = serde_json::from_str(&sample(name)).unwrap();
        let steps = json["program"]["steps"].as_array().unwrap();
        let reading = |key: &str, of: &Json| steps.iter().position(|step| step["op"] == key && step[key] == *of);
        for fact in json["program"]["facts"].as_array().unwrap() {
            let fact = fact["name"].as_str().unwrap();
            // a fact that no step reads changes nothing but the digest
            let Some(read) = reading("fact", &fact.into()) else { continue };
            for other in forge::other_values(&json["facts"][fact]).into_iter().skip(caught % one_in).step_by(one_in) {
                caught += 1;
                let mut forged = json.clone();
                forged["facts"][fact] = other.clone();
                let flaw = flaw(&forge::sealed(forged));
                let is_of_type = !flaw.place().starts_with("facts.");
                assert_eq!(flaw.step(), Some(read).filter(|_| is_of_type), "{fact} {other}: {flaw}");
            }
        }
        for prior in 0..json["priors"].as_array().unwrap().len() {
            let mut forged = json.clone();
            forged["priors"][prior]["value"] = "1234".into();
            assert_eq!(flaw(&forge::sealed(forged)).step(), reading("prior", &prior.into()));
        }
    }
}

#[test]
fn a_forged_limit_is_caught_at_its_source_then_at_its_use_then_by_the_program() {
    let published = certificate(sample("limited").as_bytes()).unwrap().program_digest().to_owned();
    let mut json: Json = serde_json::from_str(&sample("limited")).unwrap();
    let of_limit = |source: &Json| source["value"] == "10000";
    let source = json["program"]["sources"].as_array().unwrap().iter().position(of_limit).unwrap();
    let cites = |step: &Json| step["source"] == source && step["op"] == "number";
    let step = json["program"]["steps"].as_array().unwrap().iter().position(cites).unwrap();

    json["program"]["steps"][step]["is"] = "20000".into();
    let flaw = flaw(&forge::sealed(json.clone()));
    let [en, zh] = ["the rules in the certificate, its program, were changed", "凭证中的规则（程序）被改动过"];
    assert_eq!(
        flaw.en(),
        format!("{en} (`program.steps[{step}].source`: the step is not the figure that its source states)")
    );
    assert!(flaw.zh().starts_with(zh), "{}", flaw.zh());
    json["program"]["sources"][source]["value"] = "20000".into();
    let flaw = self::flaw(&forge::sealed(json.clone()));
    let [en, zh] = ["\"20000\" follows, not \"10000\"", "应为 \"20000\"，不是 \"10000\""];
    let at = "`benefit:hospital-medical/step:0`";
    let what = "the amount of the benefit `hospital-medical` does not follow from its inputs";
    assert_eq!(flaw.en(), format!("{what} (`values[{step}]`: {en} (step {step}, number, of {at}))"));
    let what = "待遇 `hospital-medical` 的金额不是由其依据得出的";
    assert_eq!(flaw.zh(), format!("{what}（`values[{step}]`：{zh}（第 {step} 步，number，在 {at}））"));
    json["values"][step] = "20000".into();
    assert!(self::flaw(&forge::sealed(json)).step() > Some(step));

    // The engine works it all out from a forged pack: every identity holds, and only the program is another.
    let pack = fs::read_to_string("rules/henan-accident.toml").unwrap();
    let forged = pack.replacen("10_000 yuan", "20_000 yuan", 1);
    assert_ne!(pack, forged);
    let text = certified(&forged, "tests/expected/limited.json").to_text();
    let verified = certificate(text.as_bytes()).unwrap();
    assert_ne!(verified.program_digest(), published);
    let honest = certified(&pack, "tests/expected/limited.json").to_text();
    assert_eq!(certificate(honest.as_bytes()).unwrap().program_digest(), published);
    let folder = std::env::temp_dir().join(format!("huzhu-forged-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    for (name, text, code) in [("forged.json", &text, 1), ("honest.json", &honest, 0)] {
        let path = folder.join(name);
        fs::write(&path, text).unwrap();
        assert_eq!(python::run([path.to_str().unwrap()]).code, 0);
        assert_eq!(python::run(["--program", &published, path.to_str().unwrap()]).code, code);
        #[cfg(feature = "cli")]
        {
            assert_eq!(program(&["verify", path.to_str().unwrap()]).0, 0);
            let (compared, out) = program(&["verify", path.to_str().unwrap(), "--program", &published, "--lang", "en"]);
            assert_eq!(compared, code, "{out}");
            assert_eq!(out.contains("none that was asked for"), code == 1, "{out}");
        }
    }
    fs::remove_dir_all(&folder).unwrap();
}

/// A program that the engine would not write is worked out by the specification all the same; what is too large for it is refused, not rounded.
#[test]
fn a_result_that_the_format_can_not_write_is_refused() {
    let mut json: Json = serde_json::from_str(&sample("zhao")).unwrap();
    let last = json["program"]["steps"].as_array().unwrap().len();
    let add = |json: &mut Json, step: Json, value: Json| {
        json["program"]["steps"].as_array_mut().unwrap().push(step);
        json["values"].as_array_mut().unwrap().push(value);
    };
    let largest = "79228162514264337593543950335";
    add(&mut json, serde_json::json!({ "op": "number", "args": [], "is": largest }), largest.into());
    assert!(certificate(forge::sealed(json.clone()).as_bytes()).is_ok());
    for op in ["add", "times"] {
        let mut json = json.clone();
        add(&mut json, serde_json::json!({ "op": op, "args": [last, last] }), largest.into());
        let flaw = flaw(&forge::sealed(json.clone()));
        let why = "the result has more than 28 decimal places or more than 96 bits";
        assert_eq!(flaw.en(), format!("`values[{}]`: {why}", last + 1));
        assert!(python::judge([forge::sealed(json)])[0].contains("too long for the format"));
    }
    let mut of_days = json.clone();
    let date = of_days["program"]["outcome"]["event_date"].clone();
    add(&mut of_days, serde_json::json!({ "op": "plus-days", "args": [date, last] }), Json::Null);
    assert!(certificate(forge::sealed(of_days.clone()).as_bytes()).is_ok());
    add(&mut of_days, serde_json::json!({ "op": "number", "args": [], "is": "0.5" }), "0.5".into());
    add(&mut of_days, serde_json::json!({ "op": "plus-days", "args": [date, last + 2] }), Json::Null);
    assert!(python::judge([forge::sealed(of_days.clone())])[0].contains("not a whole number of days"));
    assert_eq!(flaw(&forge::sealed(of_days)).en(), format!("`values[{}]`: the number of days is not whole", last + 3));
}

/// A certificate with steps added to its program, each with the value that is to follow.
struct Longer(Json);

impl Longer {
    fn step(&mut self, op: &str, args: &[usize], more: &Json, value: impl Into<Json>) -> usize {
        let mut step = serde_json::json!({ "op": op, "args": args });
        step.as_object_mut()
            .unwrap()
            .extend(more.as_object().into_iter().flatten().map(|(k, v)| (k.clone(), v.clone())));
        self.0["values"].as_array_mut().unwrap().push(value.into());
        let steps = self.0["program"]["steps"].as_array_mut().unwrap();
        steps.push(step);
        steps.len() - 1
    }

    /// A number, a date or a truth.
    fn constant(&mut self, op: &str, value: impl Into<Json>) -> usize {
        let value = value.into();
        self.step(op, &[], &serde_json::json!({ "is": value }), value.clone())
    }

    fn of_two(&mut self, op: &str, kind: &str, first: &str, second: &str, value: impl Into<Json>) {
        let args = [first, second].map(|text| self.constant(kind, text));
        self.step(op, &args, &Json::Null, value);
    }
}

#[test]
fn every_step_is_worked_out_as_it_is_specified() {
    use serde_json::json;
    let mut longer = Longer(serde_json::from_str(&sample("zhao")).unwrap());
    for (op, first, second, value) in [
        ("add", "0.1", "0.2", "0.3"),
        ("subtract", "0.1", "0.2", "-0.1"),
        ("times", "-0.1", "0.2", "-0.02"),
        ("least", "0.1", "-0.2", "-0.2"),
        ("greatest", "0.1", "-0.2", "0.1"),
    ] {
        longer.of_two(op, "number", first, second, value);
    }
    for (op, first, second, value) in [
        ("days-between", "2024-02-28", "2024-03-01", "2"),
        ("days-between", "2024-03-01", "2024-02-28", "-2"),
        ("days-between", "2024-12-31", "2025-01-01", "1"),
        ("months-between", "2025-01-31", "2025-02-27", "0"),
        ("months-between", "2025-01-31", "2025-02-28", "1"),
        ("months-between", "2024-11-20", "2025-02-20", "3"),
        ("months-between", "2024-11-20", "2025-02-19", "2"),
        ("months-between", "2025-02-20", "2024-11-20", "0"),
        ("years-between", "1990-05-05", "2025-05-04", "34"),
        ("years-between", "1990-05-05", "2025-05-05", "35"),
        ("years-between", "2024-02-29", "2025-02-28", "0"),
        ("years-between", "2024-02-29", "2025-03-01", "1"),
        ("years-between", "2025-03-01", "2024-02-29", "0"),
    ] {
        longer.of_two(op, "date", first, second, value);
    }
    for (date, days, value) in [
        ("2024-02-28", "2", json!("2024-03-01")),
        ("2024-03-01", "-1", json!("2024-02-29")),
        ("2000-02-28", "1", json!("2000-02-29")),
        ("1900-02-28", "1", json!("1900-03-01")),
        ("9999-12-30", "1", json!("9999-12-31")),
        ("0001-01-02", "-1", json!("0001-01-01")),
        ("9999-12-31", "0", json!("9999-12-31")),
        ("9999-12-31", "1", Json::Null),
        ("0001-01-01", "-1", Json::Null),
    ] {
        let args = [longer.constant("date", date), longer.constant("number", days)];
        longer.step("plus-days", &args, &Json::Null, value);
    }
    for (date, months, value) in [
        ("2025-01-31", 0, json!("2025-01-31")),
        ("2025-01-31", 1, json!("2025-02-28")),
        ("2024-01-31", 1, json!("2024-02-29")),
        ("2024-12-31", 2, json!("2025-02-28")),
        ("2024-10-31", 14, json!("2025-12-31")),
        ("9999-11-01", 1, json!("9999-12-01")),
        ("9999-12-01", 1, Json::Null),
    ] {
        let date = longer.constant("date", date);
        longer.step("plus-months", &[date], &json!({ "months": months }), value);
    }
    for (by, holds) in [
        ("equal", [false, true, false]),
        ("unequal", [true, false, true]),
        ("less", [true, false, false]),
        ("at-most", [true, true, false]),
        ("greater", [false, false, true]),
        ("at-least", [false, true, true]),
    ] {
        for (kind, values) in [("number", ["-1", "0.5", "1"]), ("date", ["2024-12-31", "2025-01-01", "2025-01-02"])] {
            let middle = longer.constant(kind, values[1]);
            for (value, holds) in values.into_iter().zip(holds) {
                let first = longer.constant(kind, value);
                longer.step("compare", &[first, middle], &json!({ "by": by }), holds);
            }
        }
    }
    let nothing = longer.step("fact", &[], &json!({ "fact": "admitted" }), Json::Null);
    let day = longer.constant("date", "2025-01-01");
    let unknown = longer.step("compare", &[nothing, day], &json!({ "by": "equal" }), Json::Null);
    let truths = [true, false].map(|truth| longer.constant("truth", truth));
    let of_truth = [(truths[0], Some(true)), (truths[1], Some(false)), (unknown, None)];
    for (first, one) in of_truth {
        longer.step("not", &[first], &Json::Null, one.map(|one| !one));
        longer.step("not-false", &[first], &Json::Null, one != Some(false));
        longer.step("given", &[first], &Json::Null, one.is_some());
        let numbers = ["1", "2"].map(|number| longer.constant("number", number));
        let chosen = one.map(|one| if one { "1" } else { "2" });
        longer.step("choose", &[first, numbers[0], numbers[1]], &Json::Null, chosen);
        for (second, other) in of_truth {
            let both = if [one, other].contains(&Some(false)) { Some(false) } else { one.and(other) };
            let either = if [one, other].contains(&Some(true)) { Some(true) } else { one.and(other) };
            longer.step("and", &[first, second], &Json::Null, both);
            longer.step("or", &[first, second], &Json::Null, either);
        }
    }
    let cause = longer.step("fact", &[], &json!({ "fact": "cause" }), "accident");
    let no_flag = longer.step("fact", &[], &json!({ "fact": "vali_flag" }), Json::Null);
    longer.step("among", &[cause], &json!({ "of": ["illness", "accident"] }), true);
    longer.step("among", &[cause], &json!({ "of": ["illness"] }), false);
    longer.step("among", &[no_flag], &json!({ "of": ["1"] }), Json::Null);
    let rows = json!([["accident", "0.5"], ["illness", "0.25"]]);
    let more = |rows: &Json, otherwise: Json| json!({ "rows": rows, "otherwise": otherwise, "fact": "cause" });
    longer.step("look-up", &[cause], &more(&rows, Json::Null), "0.5");
    longer.step("look-up", &[cause], &more(&json!([["illness", "0.25"]]), json!("9")), "9");
    longer.step("look-up", &[cause], &more(&json!([["illness", "0.25"]]), Json::Null), Json::Null);
    longer.step("look-up", &[no_flag], &more(&rows, json!("9")), Json::Null);
    let grade = longer.constant("number", "2");
    longer.step("look-up", &[grade], &more(&json!([["1", "0.5"], ["2", "0.25"]]), json!("9")), "0.25");
    longer.step("look-up", &[grade], &more(&json!([["1", "0.5"]]), json!("9")), "9");
    longer.step("derived", &[grade], &json!({ "fact": "hospital_days" }), "2");
    // floor, ceiling, down, up, half-up, half-down, half-even
    for (number, rounded) in [
        ("1.005", ["1", "1.01", "1", "1.01", "1.01", "1", "1"]),
        ("1.015", ["1.01", "1.02", "1.01", "1.02", "1.02", "1.01", "1.02"]),
        ("-1.005", ["-1.01", "-1", "-1", "-1.01", "-1.01", "-1", "-1"]),
        ("1.0051", ["1", "1.01", "1", "1.01", "1.01", "1.01", "1.01"]),
        ("1.01", ["1.01"; 7]),
    ] {
        let modes = ["floor", "ceiling", "down", "up", "half-up", "half-down", "half-even"];
        let number = longer.constant("number", number);
        for (mode, value) in modes.into_iter().zip(rounded) {
            longer.step("round", &[number], &json!({ "to": "0.01", "mode": mode }), value);
        }
    }
    let text = forge::sealed(longer.0.clone());
    // of priors it has as many as it lists
    let priors = longer.0["program"]["priors"].as_array().unwrap().len();
    longer.step("prior", &[], &json!({ "prior": priors }), Json::Null);
    assert!(flaw(&forge::sealed(longer.0)).en().contains("there is no such prior"));
    assert_eq!(certificate(text.as_bytes()).map(|held| held.payable().to_owned()), Ok("7119.87".to_owned()));
    assert_eq!(python::judge([text]), ["holds"]);
}

// ── places in a batch ─────────────────────────────────────────────────────

#[test]
fn a_proof_holds_at_its_place_only() {
    proofs_hold_at_their_place(&[1, 2, 3, 6], 5);
}

#[test]
#[ignore = "it takes long: the same in more batches"]
fn every_proof_holds_at_its_place_only() {
    proofs_hold_at_their_place(&(1..=13).collect::<Vec<_>>(), 1);
}

fn proofs_hold_at_their_place(counts: &[usize], one_in: usize) {
    let (mut held, mut refused) = (0, 0);
    let mut in_python: Vec<(String, bool)> = Vec::new();
    let certificates: Vec<Certificate> = ["zhao", "limited", "denied"].into_iter().map(made).collect();
    for count in counts.iter().copied() {
        let members: Vec<&Certificate> = certificates.iter().cycle().take(count).collect();
        let tree: Tree = members.iter().copied().collect();
        for (index, member) in members.iter().enumerate().step_by(if count > 7 { 4 } else { 1 }) {
            let text = member.to_text_within(&tree.inclusion(index).unwrap());
            let verified = certificate(text.as_bytes()).unwrap_or_else(|flaw| panic!("{index} of {count}: {flaw}"));
            assert_eq!(verified.inclusion().unwrap().root(), tree.root());
            held += 1;
            let json: Json = serde_json::from_str(&text).unwrap();
            let mut elsewhere = json.clone();
            elsewhere["inclusion"]["index"] = (index + 1).into();
            in_python.extend([(text, true), (forge::sealed(elsewhere), false)]);
            for Forged { what, text } in forge::proofs(&json).into_iter().step_by(one_in) {
                assert!(certificate(text.as_bytes()).is_err(), "{index} of {count}: {what}");
                refused += 1;
            }
        }
    }
    for ((text, holds), verdict) in in_python.iter().zip(python::judge(in_python.iter().map(|(text, _)| text.clone())))
    {
        assert_eq!(verdict == "holds", *holds, "{verdict}");
        assert_eq!(certificate(text.as_bytes()).is_ok(), *holds);
    }
    println!("{held} proofs, {refused} forged ones refused");
}

#[test]
fn a_batch_of_any_size_has_its_root() {
    let names = ["zhao", "denied", "settlement"].into_iter().cycle().zip(0..17);
    let certificates: Vec<Certificate> = names.map(|(name, number)| made_of(name, &format!("M-{number}"))).collect();
    let mut files = Vec::new();
    for count in 0..=17 {
        let mut file = Vec::new();
        let mut roll = Roll::to(&mut file);
        for certificate in certificates.iter().take(count) {
            roll.add(certificate).unwrap();
        }
        let root = roll.end().unwrap();
        let held = batch(&file).unwrap();
        assert_eq!((held.count(), held.root()), (u64::try_from(count).unwrap(), root.as_str()));
        files.push(String::from_utf8(file).unwrap());
    }
    assert_eq!(python::judge(files), ["holds"; 18]);
}

#[test]
fn a_batch_that_lacks_doubles_or_moves_a_line_is_refused() {
    let forgeries = forge::batches(&sample_batch());
    let verdicts = python::judge(forgeries.iter().map(|forged| forged.text.clone()));
    for (Forged { what, text }, verdict) in forgeries.iter().zip(verdicts) {
        let flaw = batch(text.as_bytes()).expect_err(what);
        assert!(flaw.line().is_some(), "{what}: {flaw}");
        assert!(verdict.starts_with("refused"), "{what}: {verdict}");
    }
    assert!(forgeries.len() > 30);
}

#[test]
fn a_flaw_is_said_of_the_one_value_that_is_wrong() {
    let mut json: Json = serde_json::from_str(&sample("zhao")).unwrap();
    json["conclusion"]["benefits"][1]["lines"][0]["leaves"] = "5200".into();
    let flaw = flaw(&forge::sealed(json));
    assert_eq!(flaw.place(), "conclusion.benefits[1].lines[0].leaves");
    let what = "a step of the benefit `hospital-allowance` does not follow from its inputs";
    let place = "`conclusion.benefits[1].lines[0].leaves`: \"5100\" follows, not \"5200\"";
    assert_eq!(flaw.en(), format!("{what} ({place})"));
    let mut json: Json = serde_json::from_str(&sample("zhao")).unwrap();
    json["conclusion"]["benefits"].as_array_mut().unwrap().pop();
    let flaw = self::flaw(&forge::sealed(json));
    let what = "the benefits that are listed are not those that follow from the values";
    assert_eq!(flaw.en(), format!("{what} (`conclusion.benefits`: it has 1 items, not 2)"));
}

/// What was changed is said first, in words that need no knowledge of the format, by both checkers alike.
#[test]
fn an_auditor_reads_first_what_was_changed() {
    let changes = [
        (
            "\"paid\":\"2019.87\"",
            "\"paid\":\"2010\"",
            "the amount paid of the benefit `hospital-medical` does not follow from its inputs",
        ),
        ("\"payable\":\"7119.87\"", "\"payable\":\"8119.87\"", "the amount payable does not follow from the values"),
        ("\"decision\":\"paid\"", "\"decision\":\"denied\"", "the decision does not follow from the values"),
        ("\"reasons\":[]", "\"reasons\":[{\"code\":\"a\",\"fact\":null}]", "the reasons do not follow from the values"),
        (
            "\"count:death\":\"0\"",
            "\"count:death\":\"1\"",
            "what counts for later claims does not follow from the values",
        ),
        (
            "\"hospital_days\":\"51\"",
            "\"hospital_days\":\"61\"",
            "the fact `hospital_days` is not the one that the amounts were worked out from",
        ),
        ("zhao-2025-01", "zhao-2025-02", "the content is not the one that the digest was made of"),
        ("\"program_digest\":\"", "\"program_digest\":\"0", "`program_digest`"),
        ("\"op\":\"add\"", "\"op\":\"subtract\"", ""),
    ];
    let texts = changes.map(|(from, to, _)| sample("zhao").replacen(from, to, 1));
    let verdicts = python::judge(texts.clone());
    for (((_, to, what), text), verdict) in changes.into_iter().zip(texts).zip(verdicts) {
        let said = flaw(&text).en();
        assert!(said.starts_with(what), "{to}: {said}");
        assert!(verdict.starts_with("refused: "), "{to}: {verdict}");
        if !what.starts_with('`') {
            assert!(verdict["refused: ".len()..].starts_with(what), "{to}: {verdict}");
        }
    }
}

#[test]
fn a_certificate_that_was_laid_out_anew_is_said_to_be() {
    let json: Json = serde_json::from_str(&sample("zhao")).unwrap();
    let flaw = flaw(&serde_json::to_string_pretty(&json).unwrap());
    assert!(flaw.en().contains("a certificate that was laid out anew"), "{flaw}");
    assert!(self::flaw("PK\u{3}\u{4}").en().contains("an Excel workbook"));
    assert!(self::flaw("").en().contains("the file is empty"));
}

#[test]
fn a_value_of_another_type_is_said_with_the_type_that_it_should_have() {
    for (fact, en, zh) in [
        ("event_date", "it must be a date", "应为日期"),
        ("hospital_days", "it must be a number", "应为数"),
        ("death", "it must be a truth", "应为真假"),
        ("cause", "it must be a text", "应为文本"),
    ] {
        let mut json: Json = serde_json::from_str(&sample("zhao")).unwrap();
        json["facts"][fact] = if fact == "cause" { true.into() } else { "?".into() };
        let flaw = flaw(&forge::sealed(json));
        assert_eq!((flaw.en(), flaw.zh()), (format!("`facts.{fact}`: {en}"), format!("`facts.{fact}`：{zh}")));
    }
}

/// What a later line is, nobody can say of the file.
#[test]
fn a_batch_is_no_file_of_another_kind_because_of_a_line_in_it() {
    let program = sample_batch().lines().next().unwrap().to_owned();
    let said = batch(format!("{program}\nclaim_id,payable\n").as_bytes()).unwrap_err();
    assert_eq!((said.line(), said.is_foreign()), (Some(2), false), "{said}");
}

#[test]
fn one_kind_of_file_is_not_taken_for_the_other() {
    assert!(batch(sample("zhao").as_bytes()).is_err());
    assert!(certificate(sample_batch().as_bytes()).is_err());
    for line in sample_batch().lines() {
        assert!(certificate(line.as_bytes()).is_err());
    }
}

// ── the command line ──────────────────────────────────────────────────────

#[cfg(feature = "cli")]
#[test]
fn the_command_says_what_holds_and_what_does_not() {
    let samples = "tests/expected/certificates";
    let (zhao, of_batch, all) = (
        format!("{samples}/zhao.json"),
        format!("{samples}/nothing-due.of-batch.json"),
        format!("{samples}/batch.jsonl"),
    );
    let held = certificate(sample("zhao").as_bytes()).unwrap();
    let root = batch(sample_batch().as_bytes()).unwrap().root().to_owned();
    let other = "0".repeat(64);
    for (arguments, code, says) in [
        (vec![zhao.as_str()], 0, "paid 7119.87 yuan · claim `zhao-2025-01` · `henan-accident` version `1`"),
        (vec![&zhao], 0, "not compared"),
        (vec![&zhao, "--program", held.program_digest()], 0, "as asked for"),
        (vec![&zhao, "--program", &other, "--program", held.program_digest()], 0, "as asked for"),
        (vec![&zhao, "--program", &other], 1, "none that was asked for"),
        (vec![&zhao, "--root", &other], 1, "it does not prove that it is in a batch"),
        (vec![&of_batch], 0, "number 3 of a batch of 7"),
        (vec![&of_batch, "--root", &root], 0, "as asked for"),
        (vec![&of_batch, "--root", &other], 1, "its root is"),
        (vec![&all, "--root", &root], 0, "7 certificates"),
        (vec![&all, "--program", held.program_digest()], 1, "none that was asked for"),
        (vec![&zhao, &of_batch, &all], 0, "7 certificates"),
        (vec![&zhao, "--lang", "zh"], 0, "给付 7119.87 元 · 理赔申请 `zhao-2025-01` · `henan-accident` 版本 `1`"),
        (vec![&zhao, "nowhere.json"], 2, ""),
        (vec!["tests"], 2, ""),
        (vec![&zhao, "--program", "abc"], 2, ""),
        (vec![], 2, ""),
    ] {
        let mut line = vec!["verify"];
        line.extend(&arguments);
        if !arguments.contains(&"--lang") {
            line.extend(["--lang", "en"]);
        }
        let (ended, out) = program(&line);
        assert_eq!(ended, code, "{arguments:?}: {out}");
        assert!(out.contains(says), "{arguments:?}: {out}");
        assert_eq!(out.is_empty(), code == 2, "{arguments:?}: {out}");
    }
    // no certificate at all: nothing was changed, and there is nothing to verify
    let csv = "rules/cases/claims.csv";
    for (file, says) in [
        ("tests/expected/limited.json", "it is a case file, not a certificate"),
        (csv, "it is not JSON, so it is no certificate"),
    ] {
        let ran = std::process::Command::new(env!("CARGO_BIN_EXE_huzhu"))
            .args(["verify", file, &zhao, "--lang", "en"])
            .output();
        let ran = ran.unwrap();
        let (out, err) = (String::from_utf8(ran.stdout).unwrap(), String::from_utf8(ran.stderr).unwrap());
        assert_eq!((ran.status.code(), err), (Some(2), format!("error: `{file}`: {says}\n")));
        assert!(out.starts_with("✓ ") && !out.contains(file), "{out}");
    }
    let in_python = python::run([csv]);
    assert_eq!(
        (in_python.code, in_python.out),
        (2, format!("no certificate: \"{csv}\": it is not JSON, so it is no certificate\n"))
    );
    let (code, out) = program(&["verify", &zhao, "rules/cases/zhao.json", "--format", "json"]);
    let json: Json = serde_json::from_str(&out).unwrap();
    assert_eq!(code, 2);
    assert_eq!((&json["files"][0]["holds"], &json["files"][0]["says"]["payable"]), (&true.into(), &"7119.87".into()));
    assert_eq!((&json["files"][1]["holds"], &json["files"][1]["flaw"]["place"]), (&false.into(), &"".into()));
}

/// The id would turn the terminal green, write a verdict of its own and hide the rest; others leave their quotes.
#[cfg(feature = "cli")]
#[test]
fn no_id_passes_for_a_verdict() {
    let folder = std::env::temp_dir().join(format!("huzhu-ids-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let attack = fs::read_to_string("tests/attack/inputs/ids/escape-in-id.json").unwrap();
    let case: Json = serde_json::from_str(&attack).unwrap();
    let ids = [
        of(&case["claim"]["id"]),
        "x\": paid 999999",
        "x` · paid 999999 yuan",
        "x\nholds: \"y\": paid 999999",
        "\u{202e}999",
    ];
    let catalog = Catalog::load(Path::new("rules")).unwrap();
    for id in ids {
        let mut case = case.clone();
        case["claim"]["id"] = id.into();
        let case = Case::read("case.json", case.to_string().as_bytes(), &catalog).unwrap();
        let path = folder.join("certificate.json");
        fs::write(&path, Certifier::new(&catalog).certify(&case).unwrap().to_text()).unwrap();
        let path = path.to_str().unwrap();
        let in_python = python::run([path]).out;
        assert_eq!(
            (in_python.lines().count(), in_python.find(huzhu::is_control)),
            (1, Some(in_python.len() - 1)),
            "{in_python}"
        );
        let [before, quoted] = in_python.split(", claim \"").collect::<Vec<_>>()[..] else { panic!("{in_python}") };
        assert_eq!(before, format!("holds: \"{path}\": paid 7119.87"));
        let inside = quoted.replace("\\\"", "").find('"').unwrap();
        assert!(quoted.replace("\\\"", "")[inside..].starts_with("\"; program "), "{in_python}");
        let (_, out) = program(&["verify", path, "--lang", "en"]);
        let verdict = out.lines().next().unwrap();
        assert_eq!((out.lines().count(), verdict.find(huzhu::is_control)), (2, None), "{out}");
        let said = format!("✓ {path}  paid 7119.87 yuan · claim {} · `henan-accident` version `1`", huzhu::quoted(id));
        assert_eq!(verdict, said);
        // nor in what is said of one that does not hold
        let forged = fs::read_to_string(path).unwrap().replacen("\"conclusion\":", "\"conclusion\\u001b\":", 1);
        fs::write(path, forged).unwrap();
        let flaw = certificate(&fs::read(path).unwrap()).unwrap_err();
        assert_eq!((flaw.en().find(huzhu::is_control), flaw.zh().find(huzhu::is_control)), (None, None));
        let in_python = python::run([path]).out;
        assert!(in_python.starts_with("does not hold: \"") && in_python.lines().count() == 1, "{in_python}");
    }
    fs::remove_dir_all(&folder).unwrap();
}

#[cfg(feature = "cli")]
fn program(arguments: &[&str]) -> (i32, String) {
    let ran = std::process::Command::new(env!("CARGO_BIN_EXE_huzhu")).args(arguments).output().unwrap();
    (ran.status.code().unwrap(), String::from_utf8(ran.stdout).unwrap())
}

// ── helpers ───────────────────────────────────────────────────────────────

fn sample(name: &str) -> String {
    fs::read_to_string(format!("tests/expected/certificates/{name}.json")).unwrap()
}

fn sample_batch() -> String {
    fs::read_to_string("tests/expected/certificates/batch.jsonl").unwrap()
}

fn of(json: &Json) -> &str {
    json.as_str().unwrap()
}

fn flaw(text: &str) -> Flaw {
    certificate(text.as_bytes()).expect_err("it is forged")
}

/// The certificate of a case by the shipped packs.
fn made(name: &str) -> Certificate {
    made_of(name, name)
}

/// The same of a member of this id.
fn made_of(name: &str, member: &str) -> Certificate {
    let catalog = Catalog::load(Path::new("rules")).unwrap();
    let path = if name == "zhao" { "rules/cases/zhao.json".to_owned() } else { format!("tests/expected/{name}.json") };
    let text = ["zhao", "M1", "M2"].iter().fold(fs::read_to_string(&path).unwrap(), |text, known| {
        text.replacen(&format!("\"member\": \"{known}\""), &format!("\"member\": \"{member}\""), 1)
    });
    let case = Case::read(&path, text.as_bytes(), &catalog).unwrap();
    Certifier::new(&catalog).certify(&case).unwrap()
}

/// The certificate of a case by one pack.
fn certified(pack: &str, path: &str) -> Certificate {
    let catalog = Catalog::read([("henan-accident.toml".to_owned(), pack.as_bytes().to_vec())]).unwrap();
    let case = Case::read(path, &fs::read(path).unwrap(), &catalog).unwrap();
    Certifier::new(&catalog).certify(&case).unwrap()
}
