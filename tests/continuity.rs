//! Within a batch a claim inherits what the earlier ones of its account have posted, and a fact or an earlier amount is of its kind and within its
//! bounds. Both checkers hold what is written against that, and agree.

use std::fs;
use std::path::Path;

use huzhu::certificate::{Record, Roll};
use huzhu::verify::{self, VerifiedBatch};
use huzhu::{Accumulators, Catalog, Certifier, Claim, Enrollment, facts};
use serde_json::{Value as Json, json};

use crate::forgery::{forge, generate, python};

fn catalog() -> Catalog {
    Catalog::load(Path::new("rules")).unwrap()
}

fn zhao() -> Json {
    serde_json::from_str(&fs::read_to_string("tests/expected/certificates/zhao.json").unwrap()).unwrap()
}

/// Why both checkers refuse each text: the one in English.
fn refused(texts: &[String], is_batch: bool) -> Vec<String> {
    let verdicts = python::judge(texts.iter().cloned());
    let said = texts.iter().zip(verdicts).map(|(text, verdict)| {
        let bytes = text.as_bytes();
        let flaw = if is_batch { verify::batch(bytes).err() } else { verify::certificate(bytes).err() };
        let flaw = flaw.unwrap_or_else(|| panic!("it holds, in Python {verdict}"));
        assert!(verdict.starts_with("refused: "), "{flaw} / {verdict}");
        flaw.to_string()
    });
    said.collect()
}

// ── one certificate ───────────────────────────────────────────────────────

/// All follows, and all digests are right: only what a fact or an earlier amount may be is broken.
#[test]
fn a_fact_or_an_earlier_amount_that_cannot_be_is_refused() {
    let forgeries = [
        ("facts/hospital_days", json!("0.5"), "it has more than 0 decimal places"),
        ("facts/hospital_days", json!("-1"), "it must be from 0 to 36500, not -1"),
        ("facts/hospital_days", json!("36501"), "it must be from 0 to 36500, not 36501"),
        ("facts/shares", json!("1.5"), "it has more than 0 decimal places"),
        ("facts/shares", json!("0"), "it must be from 1 to 1000, not 0"),
        ("facts/personal_burden", json!("2019.875"), "it has more than 2 decimal places"),
        ("facts/personal_burden", json!("-0.01"), "it must be from 0 to 999999999999999.99, not -0.01"),
        ("facts/cause", json!("Accident"), "`Accident` is none of its values"),
        ("facts/cause", json!(""), "`` is none of its values"),
        ("facts/refd_setl_flag", json!("2"), "`2` is none of its values"),
        ("priors/0/value", json!("-0.01"), "it must be from 0 to 1000000000000000, not -0.01"),
        ("priors/0/value", json!("0.001"), "it has more than 2 decimal places"),
        ("priors/1/value", json!("-1"), "it must be from 0 to 1000000000000000, not -1"),
        ("priors/1/value", json!("0.5"), "it has more than 0 decimal places"),
        ("priors/3/value", json!("-8990000"), "it must be from 0 to 1000000000000000, not -8990000"),
    ];
    let changed = forgeries.iter().map(|(place, value, _)| {
        let mut certificate = zhao();
        *certificate.pointer_mut(&format!("/{place}")).unwrap() = value.clone();
        certificate
    });
    let texts = python::worked_out_again(changed);
    for ((place, value, why), said) in forgeries.iter().zip(refused(&texts, false)) {
        let place = place.replace("/0/", "[0].").replace("/1/", "[1].").replace("/3/", "[3].").replace('/', ".");
        assert_eq!(said, format!("`{place}`: {why}"), "{value}");
    }
    // the forger is no bungler: what may be holds
    let mut honest = zhao();
    honest["facts"]["hospital_days"] = "52".into();
    let [text] = &python::worked_out_again([honest])[..] else { panic!("there is one") };
    assert_eq!(verify::certificate(text.as_bytes()).unwrap().payable(), "7219.87");
    assert_eq!(python::judge([text.clone()]), ["holds"]);
}

/// What these files exploit is not said in version 1, which holds as before; what it leaves open is told.
#[test]
fn a_certificate_of_version_1_holds_and_says_what_it_does_not_prove() {
    let samples = fs::read_dir("tests/expected/certificates/version-1").unwrap();
    let attacks = fs::read_dir("tests/attack/inputs/certificates").unwrap();
    let mut count = 0;
    for path in samples.chain(attacks).map(|entry| entry.unwrap().path()) {
        let bytes = fs::read(&path).unwrap();
        let is_batch = verify::begins_a_batch(&bytes);
        let format = if is_batch {
            verify::batch(&bytes).map(|held| held.format())
        } else {
            verify::certificate(&bytes).map(|held| held.format())
        };
        assert_eq!(format, Ok(1), "{}", path.display());
        let ran = python::run([&path]);
        assert!(ran.code == 0 && ran.out.contains("version 1, which does not prove"), "{}", ran.out);
        assert_eq!(ran.out.contains("inherit"), is_batch, "{}", ran.out);
        count += 1;
    }
    assert_eq!(count, 13);
}

// ── what a claim inherits ─────────────────────────────────────────────────

fn enrollment(member: &str) -> Enrollment {
    Enrollment::new("E", "guangdong-second-medical", member)
        .with(facts::SHARES, 1)
        .unwrap()
        .with(facts::BIRTH_DATE, "1980-01-01".parse().unwrap())
        .unwrap()
        .with(facts::COVERAGE_START, "2020-01-01".parse().unwrap())
        .unwrap()
        .with(facts::COVERAGE_END, "2020-12-31".parse().unwrap())
        .unwrap()
}

fn stay(id: &str, day: &str) -> Claim {
    let day: huzhu::NaiveDate = day.parse().unwrap();
    let claim = Claim::new(id).with(facts::EVENT_DATE, day).unwrap().with(facts::ADMITTED, day).unwrap();
    claim.with(facts::CAUSE, "accident").unwrap().with(facts::IN_POOL_BURDEN, "10000".parse().unwrap()).unwrap()
}

fn written(records: &[Record]) -> String {
    let mut file = Vec::new();
    let mut roll = Roll::to(&mut file);
    for record in records {
        roll.record(record).unwrap();
    }
    roll.end().unwrap();
    String::from_utf8(file).unwrap()
}

/// The records of a member with two stays, the first of them taken back in the end, and a third stay.
fn account(catalog: &Catalog, member: &str) -> Vec<Record> {
    let claims =
        [stay("C1", "2020-03-01"), stay("C2", "2020-05-01"), Claim::reversal("R1", "C1"), stay("C3", "2020-07-01")];
    let claims = claims.map(|claim| (enrollment(member), claim));
    Certifier::new(catalog).certify_history(&claims).unwrap()
}

fn holds(text: &str) -> VerifiedBatch {
    assert_eq!(python::judge([text.to_owned()]), ["holds"]);
    verify::batch(text.as_bytes()).unwrap_or_else(|flaw| panic!("{flaw}"))
}

const UNLIKE: &str = "what was paid before is not what the earlier claims of the batch have posted";

#[test]
fn a_claim_that_contradicts_what_the_first_one_posts_is_refused() {
    let catalog = catalog();
    let plan = &catalog.resolve(&enrollment("M"), &stay("C1", "2020-03-01")).unwrap();
    let program = plan.program();
    // each is right by itself, decided as if the member had no other
    let alone = [stay("C1", "2020-03-01"), stay("C2", "2020-05-01")]
        .map(|claim| Record::Certificate(program.certify(&enrollment("M"), &claim, &Accumulators::new()).unwrap()));
    let said = refused(&[written(&alone)], true);
    assert_eq!(said, [format!("line 3: {UNLIKE} (`priors[0].value`: 1 follows, not 0)")]);
}

#[test]
fn the_records_of_a_history_go_on_from_each_other() {
    let catalog = catalog();
    let records = account(&catalog, "M");
    let held = holds(&written(&records));
    assert_eq!((held.format(), held.count(), held.moves(), held.continued()), (2, 3, 1, 0));
    // R1 stands right behind C1, so that C2 inherits nothing
    let lines: Vec<bool> = records.iter().map(|record| record.certificate().is_some()).collect();
    assert_eq!(lines, [true, false, true, true]);
}

#[test]
fn a_record_that_is_dropped_doubled_or_moved_is_refused_though_the_root_is_right() {
    let catalog = catalog();
    let [first, reversal, second, third] = &account(&catalog, "M")[..] else { panic!("there are four") };
    let other = &account(&catalog, "N")[..];
    let changed: Vec<(&str, Vec<&Record>)> = vec![
        ("the first is dropped", vec![reversal, second, third]),
        ("the reversal is dropped", vec![first, second, third]),
        ("the reversal stands first", vec![reversal, first, second, third]),
        ("the reversal comes later", vec![first, second, reversal, third]),
        ("the reversal comes twice", vec![first, reversal, reversal, second, third]),
        ("the second is dropped", vec![first, reversal, third]),
        ("the second comes twice", vec![first, reversal, second, second, third]),
        ("the last two change places", vec![first, reversal, third, second]),
        ("the account is divided", vec![first, reversal, second, &other[0], third]),
    ];
    let texts = changed.iter().map(|(_, records)| written(&records.iter().copied().cloned().collect::<Vec<_>>()));
    let said = refused(&texts.collect::<Vec<_>>(), true);
    let whys = [
        "no claim `C1` that has posted under the enrollment stands before it, or it was taken back already",
        "1 follows, not 0",
        "no claim `C1` that has posted under the enrollment stands before it, or it was taken back already",
        "follows, not",
        "there are two claims `R1` of one member under one plan",
        "",
        "follows, not",
        "follows, not",
        "the lines of one member under one plan must stand together",
    ];
    for (((what, _), said), why) in changed.iter().zip(said).zip(whys) {
        assert!(said.contains(why), "{what}: {said}");
    }
}

#[test]
fn an_account_that_goes_on_from_before_is_told() {
    let catalog = catalog();
    let [first, reversal, second, third] = &account(&catalog, "M")[..] else { panic!("there are four") };
    let held = holds(&written(std::slice::from_ref(third)));
    assert_eq!((held.count(), held.continued()), (1, 1));
    let [_, _, other, _] = &account(&catalog, "N")[..] else { panic!("there are four") };
    let all = [first, reversal, second, third, other].map(Record::clone);
    assert_eq!(holds(&written(&all)).continued(), 0);
}

/// Every account of the oracle's population, with lines dropped, doubled and moved: both checkers say the same.
#[test]
fn both_checkers_judge_a_changed_account_alike() {
    changed_accounts_are_judged_alike(16, 2);
}

#[test]
#[ignore = "it takes long: the same of more accounts"]
fn both_checkers_judge_many_changed_accounts_alike() {
    changed_accounts_are_judged_alike(120, 5);
}

fn changed_accounts_are_judged_alike(count: u64, one_in: usize) {
    let generated = generate::batch(count);
    let lines: Vec<&str> = generated.lines.lines().collect();
    let program = |line: &str| line.starts_with("{\"program\":");
    let mut changed: Vec<Vec<&str>> = Vec::new();
    for place in (0..lines.len() - 1).filter(|place| !program(lines[*place])).step_by(one_in) {
        let without = [&lines[..place], &lines[place + 1..]].concat();
        changed.push(without.clone());
        changed.push([&lines[..=place], &lines[place..]].concat());
        if place + 1 < lines.len() - 1 && !program(lines[place + 1]) {
            let mut swapped = lines.clone();
            swapped.swap(place, place + 1);
            changed.push(swapped);
        }
    }
    let texts: Vec<String> = changed.iter().map(|lines| rolled(lines)).collect();
    let verdicts = python::judge(texts.iter().cloned());
    let (mut held, mut refused) = (0, 0);
    for (text, verdict) in texts.iter().zip(verdicts) {
        let flaw = verify::batch(text.as_bytes()).err();
        assert_eq!(flaw.is_none(), verdict == "holds", "{flaw:?} / {verdict}");
        if flaw.is_none() { held += 1 } else { refused += 1 }
    }
    println!("{held} hold, {refused} are refused");
    assert!(held > 0 && refused > 0);
}

/// The lines with an end of their own: a root that is right.
fn rolled(lines: &[&str]) -> String {
    let mut file = Vec::new();
    let mut roll = Roll::to(&mut file);
    for line in lines {
        roll.append(line).unwrap();
    }
    roll.end().unwrap();
    String::from_utf8(file).unwrap()
}

// ── claims without a certificate, and amounts that are not known ──────────

/// A line that states what a claim of the same period adds.
fn posting(claim: &str, posts: &Json) -> String {
    let posting = json!({
        "claim": claim, "coverage_start": "2025-01-01", "enrollment": "henan-2025-zhao", "event_date": "2025-01-09",
        "member": "zhao", "plan": "henan-accident", "posts": posts,
    });
    forge::written(&json!({ "posting": posting }))
}

fn reversal(claim: &str, reverses: &str) -> String {
    let reversal = json!({
        "claim": claim, "enrollment": "henan-2025-zhao", "member": "zhao", "plan": "henan-accident", "reverses": reverses,
    });
    forge::written(&json!({ "reversal": reversal }))
}

/// What was paid for hospital bills in the period before.
const PAID_BEFORE: usize = 5;
const ALLOWED_BEFORE: usize = 6;

/// The certificate with other earlier amounts; one that is null is not known.
fn inheriting(claim: &str, before: &[(usize, Json)]) -> Json {
    let mut certificate = zhao();
    certificate["claim"] = claim.into();
    for (place, value) in before {
        let missing = if value.is_null() { json!("birth_date") } else { Json::Null };
        certificate["priors"][*place] = json!({ "missing": missing, "value": value });
    }
    certificate
}

/// Each of them as its line of a batch, after that of its program, worked out again.
fn as_lines<const COUNT: usize>(certificates: [Json; COUNT]) -> [[String; 2]; COUNT] {
    let texts = python::worked_out_again(certificates);
    let lines = texts.iter().map(|text| {
        let mut json: Json = serde_json::from_str(text).unwrap();
        let program = json.as_object_mut().unwrap().remove("program").unwrap();
        let program = json!({ "program": program, "program_digest": json["program_digest"] });
        [program, json].map(|line| forge::written(&line))
    });
    lines.collect::<Vec<_>>().try_into().unwrap()
}

/// How many certificates and moves each text has, and how many accounts go on from before; it holds for both checkers.
fn told(texts: &[String]) -> Vec<(u64, u64, u64)> {
    assert_eq!(python::judge(texts.iter().cloned()), vec!["holds"; texts.len()]);
    let held = texts.iter().map(|text| verify::batch(text.as_bytes()).unwrap_or_else(|flaw| panic!("{flaw}")));
    held.map(|held| (held.count(), held.moves(), held.continued())).collect()
}

#[test]
fn a_claim_inherits_what_a_claim_without_a_certificate_is_said_to_have_added() {
    let hundred = posting("C0", &json!({ "paid:hospital-medical": "100" }));
    let unknown = posting("C0", &json!({ "paid:hospital-medical": null }));
    let taken_back = reversal("R0", "C0");
    let on = |value: Json| inheriting("C1", &[(PAID_BEFORE, value)]);
    let second_on = |value: Json| inheriting("C2", &[(PAID_BEFORE, value), (ALLOWED_BEFORE, json!("5100"))]);
    let [
        [program, on_none],
        [_, on_hundred],
        [_, on_more],
        [_, on_unknown],
        [_, second_on_unknown],
        [_, other_on_unknown],
        [_, other_on_none],
    ] = &as_lines([
        on(json!("0")),
        on(json!("100")),
        on(json!("150")),
        on(Json::Null),
        second_on(Json::Null),
        inheriting("C2", &[(PAID_BEFORE, Json::Null)]),
        inheriting("C2", &[]),
    ]);
    let right = [
        rolled(&[&hundred, program, on_hundred]),
        rolled(&[&hundred, program, on_more]),
        rolled(&[&hundred, &taken_back, program, on_none]),
        rolled(&[&unknown, program, on_unknown]),
        rolled(&[&unknown, &taken_back, program, on_none]),
        rolled(&[program, on_unknown]),
        rolled(&[program, on_unknown, other_on_unknown]),
        rolled(&[program, on_none, &unknown, second_on_unknown]),
    ];
    let expected = [(1, 1, 0), (1, 1, 1), (1, 2, 0), (1, 1, 0), (1, 2, 0), (1, 0, 1), (2, 0, 1), (2, 1, 0)];
    assert_eq!(told(&right), expected);
    let wrong = [
        (rolled(&[&hundred, program, on_none]), 3, "100 follows, not 0"),
        (rolled(&[&unknown, program, on_hundred]), 3, "null follows, not 100"),
        (rolled(&[program, on_unknown, other_on_none]), 3, "null follows, not 0"),
        (rolled(&[program, on_none, second_on_unknown]), 3, "2019.87 follows, not null"),
        (rolled(&[program, on_none, &unknown, &taken_back, second_on_unknown]), 5, "2019.87 follows, not null"),
    ];
    let said = refused(&wrong.each_ref().map(|(text, ..)| text.clone()), true);
    for ((text, line, why), said) in wrong.iter().zip(said) {
        assert_eq!(said, format!("line {line}: {UNLIKE} (`priors[{PAID_BEFORE}].value`: {why})"));
        let flaw = verify::batch(text.as_bytes()).unwrap_err();
        assert_eq!((flaw.line(), flaw.step()), (Some(*line), None));
    }
}

#[test]
fn without_its_date_a_claim_inherits_nothing_or_what_is_not_known() {
    let undated = [json!("0"), Json::Null, json!("1")].map(|value| {
        let mut certificate = inheriting("C1", &[(PAID_BEFORE, value)]);
        certificate["facts"]["event_date"] = Json::Null;
        certificate
    });
    let [none, unknown, one] = as_lines(undated).map(|[program, line]| rolled(&[&program, &line]));
    assert_eq!(told(&[none, unknown]), [(1, 0, 0); 2]);
    let said = refused(&[one], true);
    assert_eq!(said, [format!("line 2: {UNLIKE} (`priors[{PAID_BEFORE}].value`: null follows, not 1)")]);
}

/// A sum may have been below nothing before, what was paid never.
#[test]
fn what_stood_there_before_is_negative_for_a_sum_alone() {
    let before = |entry: &str, value: &str| {
        let mut certificate = inheriting("C1", &[(PAID_BEFORE, json!(value))]);
        let prior = &mut certificate["program"]["priors"][PAID_BEFORE];
        prior["entry"] = entry.into();
        prior["min"] = if entry.starts_with("sum:") { "-100" } else { "0" }.into();
        serde_json::from_str(&forge::sealed(certificate)).unwrap()
    };
    let [[of_a_sum, negative], [of_what_was_paid, nothing]] =
        &as_lines([before("sum:x", "-50"), before("paid:x", "0")]);
    let added = posting("C0", &json!({ "paid:x": "50", "sum:x": "0" }));
    assert_eq!(told(&[rolled(&[&added, of_a_sum, negative])]), [(1, 1, 1)]);
    let said = refused(&[rolled(&[&added, of_what_was_paid, nothing])], true);
    assert_eq!(said, [format!("line 3: {UNLIKE} (`priors[{PAID_BEFORE}].value`: 50 follows, not 0)")]);
}

/// Of 2024, what is counted by the year is nothing to a claim of 2025.
#[test]
fn what_is_counted_by_the_year_is_of_the_year_of_the_event() {
    let by_year = |value: &str| {
        let mut certificate = inheriting("C1", &[(PAID_BEFORE, json!(value))]);
        certificate["program"]["priors"][PAID_BEFORE]["scope"] = "calendar-year".into();
        serde_json::from_str(&forge::sealed(certificate)).unwrap()
    };
    let [[program, on_none], [_, on_hundred]] = &as_lines([by_year("0"), by_year("100")]);
    let of_this_year = posting("C0", &json!({ "paid:hospital-medical": "100" }));
    let of_the_last = of_this_year.replace("2025-01-09", "2024-12-31");
    let right = [rolled(&[&of_this_year, program, on_hundred]), rolled(&[&of_the_last, program, on_none])];
    assert_eq!(told(&right), [(1, 1, 0); 2]);
    let said = refused(&[rolled(&[&of_this_year, program, on_none])], true);
    assert_eq!(said, [format!("line 3: {UNLIKE} (`priors[{PAID_BEFORE}].value`: 100 follows, not 0)")]);
}

#[test]
fn what_a_claim_without_a_certificate_adds_is_an_amount_of_its_entry() {
    let text = |posts: Json| rolled(&[&posting("C0", &posts)]);
    let right = [
        ("paid:x", json!("1.05")),
        ("paid:x", json!("0")),
        ("paid:x", Json::Null),
        ("count:x", json!("2")),
        ("deducted:x", json!("0.125")),
        ("sum:x", json!("-0.125")),
    ];
    assert_eq!(told(&right.map(|(entry, amount)| text(json!({ entry: amount })))), [(0, 1, 0); 6]);
    let no_amount = "it is no amount of the entry";
    let wrong = [
        ("paid:x", "1.005", no_amount),
        ("paid:x", "-1", no_amount),
        ("count:x", "0.5", no_amount),
        ("deducted:x", "-0.01", no_amount),
        ("paid:", "1", "there is no entry `paid:`"),
        ("owed:x", "1", "there is no entry `owed:x`"),
    ];
    let said = refused(&wrong.map(|(entry, amount, _)| text(json!({ entry: amount }))), true);
    for ((entry, amount, why), said) in wrong.iter().zip(said) {
        assert_eq!(said, format!("line 1, `posting.posts.{entry}`: {why}"), "{amount}");
    }
    // what it is said to be of has its dates
    let undated = posting("C0", &json!({})).replace("\"2025-01-09\"", "null");
    assert_eq!(refused(&[rolled(&[&undated])], true), ["line 1, `posting.event_date`: it must not be null"]);
}

#[test]
fn the_bounds_of_an_earlier_amount_are_those_of_its_entry() {
    let with = |member: &str, value: Json| {
        let mut certificate = zhao();
        certificate["program"]["priors"][PAID_BEFORE][member] = value;
        forge::sealed(certificate)
    };
    // one amount only may have been paid, and that is what was
    assert_eq!(verify::certificate(with("max", json!("0")).as_bytes()).unwrap().payable(), "7119.87");
    let forged =
        [("min", json!("1000000000000001")), ("min", json!("-1")), ("places", json!(3)), ("places", json!(29))];
    let said = refused(&forged.map(|(member, value)| with(member, value)), false);
    let rules = "the rules in the certificate, its program, were changed";
    let places = "`program.priors[5].places`: the entry does not have so many decimal places";
    let whys = [
        "`program.priors[5].min`: it is above `max`",
        "`program.priors[5].min`: the entry is never negative",
        places,
        places,
    ];
    assert_eq!(said, whys.map(|why| format!("{rules} ({why})")));
}

// ── the limit of size ─────────────────────────────────────────────────────

#[test]
fn both_checkers_keep_the_same_limit_of_size() {
    let limit = 64 << 20;
    assert_eq!(verify::MAX_BYTES, limit);
    let source = fs::read_to_string("scripts/verify.py").unwrap();
    assert!(source.contains("MOST_BYTES = 64 << 20"));
    let folder = std::env::temp_dir().join(format!("huzhu-size-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    for (name, beginning, code) in [("certificate", "{\"claim\":\"", 1), ("batch", "{\"program\":\"", 1)] {
        let path = folder.join(name);
        let mut text = beginning.to_owned();
        text.push_str(&"x".repeat(limit + 1 - text.len()));
        if name == "certificate" {
            text.insert_str(beginning.len(), "\",\"conclusion\":\"");
        }
        fs::write(&path, &text).unwrap();
        let ran = python::run([&path]);
        assert!(ran.code == code && ran.out.contains("it is longer than 64 MiB"), "{name}: {}", ran.out.len());
        let flaw = if name == "batch" {
            verify::batch(text.as_bytes()).unwrap_err()
        } else {
            verify::certificate(text.as_bytes()).unwrap_err()
        };
        assert!(flaw.en().ends_with("it is longer than 64 MiB"), "{flaw}");
        text.truncate(limit);
        let bytes = text.as_bytes();
        let flaw = if name == "batch" { verify::batch(bytes).err() } else { verify::certificate(bytes).err() };
        assert!(!flaw.unwrap().en().contains("longer than"), "of just that size");
    }
    fs::remove_dir_all(&folder).unwrap();
}
