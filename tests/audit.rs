//! Audits: every recorded payout is in one of the numbers, and every planted error is found with its cause.

pub(super) mod planted;
pub(super) mod world;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use self::planted::Planted;
use self::world::World;
use crate::workbook::office::{Job, recalculated};
use huzhu::audit::{Audit, Policy, Sampled, Sampling, Unit};
use huzhu::rounding::{Mode, Rounding};
use huzhu::{Code, Language};
use rust_decimal::Decimal;
use serde_json::Value as Json;

// ── planted errors ────────────────────────────────────────────────────────

#[test]
fn planted_errors_are_found_with_their_causes() {
    every_planted_error_is_found(2_500, 8);
}

/// The full size, for an optimised build: `cargo test --release audit:: -- --ignored --nocapture`.
#[test]
#[ignore = "a hundred thousand claims take minutes in a debug build"]
fn planted_errors_are_found_with_their_causes_among_a_hundred_thousand_claims() {
    every_planted_error_is_found(100_000, 40);
}

/// Plants so many errors of each kind that there are; says what was found of each.
fn every_planted_error_is_found(claims: usize, of_each: usize) {
    let world = World::new("planted", claims);
    let Planted { recorded, errors } = planted::plant(&world, of_each);
    let summary = world.audit(&recorded);
    let mut planted = errors.clone();
    let (mut found_in_all, mut right_in_all) = (0, 0);
    println!(
        "{:<22} {:>7} {:>6} {:>6} {:>7} {:>9} {:>6}",
        "cause", "planted", "found", "right", "recall", "precision", "first"
    );
    for cause in huzhu::audit::causes().filter(|cause| errors.values().any(|(planted, _)| planted == cause)) {
        let rows: Vec<&String> =
            errors.iter().filter(|(_, (planted, _))| *planted == cause).map(|(id, _)| id).collect();
        let lines: Vec<_> = summary.differences.iter().filter(|line| rows.contains(&&line.claim)).collect();
        let right = lines.iter().filter(|line| line.codes().any(|code| code == cause)).count();
        let first = summary.differences.iter().filter(|line| line.cause() == cause);
        let (first, first_right) = first.fold((0, 0), |(all, right), line| {
            (all + 1, right + usize::from(errors.get(&line.claim).is_some_and(|(planted, _)| *planted == cause)))
        });
        println!(
            "{:<22} {:>7} {:>6} {:>6} {:>6}% {:>8}% {:>6}",
            cause.name(),
            rows.len(),
            lines.len(),
            right,
            right * 100 / rows.len(),
            (first_right * 100).checked_div(first).unwrap_or(100),
            first
        );
        assert!(rows.len() >= of_each / 2, "too few errors of {cause} could be planted");
        found_in_all += lines.len();
        right_in_all += right;
    }
    for line in &summary.differences {
        let (_, recorded) = planted.remove(&line.claim).unwrap_or_else(|| panic!("{line:?} is accused and clean"));
        assert_eq!(line.recorded, recorded, "{line:?}");
    }
    println!("found {found_in_all} of {}, {right_in_all} with the right cause, no clean row accused", errors.len());
    assert!(found_in_all * 100 >= errors.len() * 99);
    assert!(right_in_all * 100 >= errors.len() * 95);
    assert!(planted.len() * 100 <= errors.len(), "not found: {planted:?}");
}

/// One that has no place in the list would be found and not said.
#[test]
fn every_cause_has_its_place_in_the_list() {
    let causes: Vec<Code> = huzhu::audit::causes().collect();
    for code in Code::ALL.iter().filter(|code| code.kind() == huzhu::CodeKind::Cause) {
        assert!(causes.contains(code), "{code} has no place in the list of causes");
    }
}

// ── rounding and sampling ─────────────────────────────────────────────────

#[test]
fn the_rule_of_rounding_that_made_the_records_explains_all_of_them() {
    a_rule_of_rounding_explains_all("roundings", 1_200, 1);
}

#[test]
#[ignore = "it takes long: the same of more rules and claims"]
fn each_rule_of_rounding_that_made_many_records_explains_all_of_them() {
    a_rule_of_rounding_explains_all("roundings-of-many", 2_000, 3);
}

fn a_rule_of_rounding_explains_all(name: &str, claims: u64, rules: usize) {
    let world = World::new(name, claims.try_into().unwrap());
    let to = |fen: i64| Decimal::new(fen, 2).normalize();
    let cases = [
        ("\"down\"", "\"0.01 yuan\"", Policy::AtTheEnd(Rounding { to: to(1), mode: Mode::Down })),
        ("\"half-even\"", "\"0.01 yuan\"", Policy::AtTheEnd(Rounding { to: to(1), mode: Mode::HalfEven })),
        ("\"up\"", "\"0.1 yuan\"", Policy::AtTheEnd(Rounding { to: to(10), mode: Mode::Up })),
    ];
    for (mode, place, policy) in cases.into_iter().take(rules) {
        let other = world::catalog(|pack| pack.replace("\"half-up\"", mode).replace("\"0.01 yuan\"", place));
        let recorded = lines(&world.otherwise(&other, &world.rows));
        let fits = world.audit_with(&recorded, Audit::roundings).roundings;
        assert_eq!((fits[0].policy, fits[0].explained), (policy, claims));
        assert!(fits[1].explained < claims, "{fits:?}");
        let group = |policy: Policy| fits.iter().find(|fit| fit.policy == policy).map(|fit| fit.group);
        let half_up = Policy::AtTheEnd(Rounding { to: to(1), mode: Mode::HalfUp });
        assert_eq!(group(Policy::OfThePacks), group(half_up), "the packs round so");
        assert_ne!(group(Policy::OfThePacks), group(Policy::BinaryScaled));
    }
    let due = lines(&world.due());
    let plain: Vec<String> = due.into_iter().filter(|line| line.ends_with(".00")).take(3).collect();
    let fits = world.audit_with(&plain, Audit::roundings).roundings;
    let alike = fits.iter().filter(|fit| fit.group == fits[0].group).count();
    assert!(alike > 3, "a few round payouts tell little: {fits:?}");
}

/// Payouts as rows of a file.
fn lines(payouts: &BTreeMap<String, i64>) -> Vec<String> {
    payouts.iter().map(|(id, fen)| format!("{id},{}", world::yuan(*fen))).collect()
}

#[test]
fn a_sample_is_drawn_from_the_payouts_whose_claims_were_decided() {
    let world = World::new("sample", 1_000);
    let Planted { recorded, .. } = planted::plant(&world, 5);
    let sampling = Sampling { size: 300, seed: 3, is_stratified: true };
    let summary = world.audit_with(&recorded, |audit| audit.sample(sampling));
    let sample = summary.sample.as_ref().unwrap();
    assert_eq!(sample.population, summary.rows.equal + summary.rows.different);
    let is_wrong = |drawn: &&Sampled| drawn.recorded != drawn.due;
    assert_eq!(sample.errors, u64::try_from(sample.claims.iter().filter(is_wrong).count()).unwrap());
    for drawn in &sample.claims {
        let line = summary.differences.iter().find(|line| line.claim == drawn.claim && line.recomputed.is_some());
        let (recorded, due) =
            line.map_or((drawn.due, drawn.due), |line| (line.recorded.unwrap(), line.recomputed.unwrap()));
        assert_eq!((drawn.recorded, drawn.due), (recorded, due));
    }
    let true_rate = summary.rows.different * 1_000_000 / sample.population;
    assert!((sample.interval.0..=sample.interval.1).contains(&true_rate), "{true_rate} {sample:?}");
    let all = world.audit_with(&recorded, |audit| audit.sample(Sampling { size: 10_000, ..sampling }));
    assert!(all.sample.unwrap().error_rate.abs_diff(true_rate) <= 1);
}

/// Every sheet works out what is due; the list of them has what is recorded, and the difference.
#[test]
#[ignore = "it needs LibreOffice Calc, which scripts/setup installs"]
fn the_workbook_of_a_sample_works_out_what_is_due() {
    let world = World::new("workbook", 400);
    let Planted { recorded, .. } = planted::plant(&world, 3);
    let audit = world.audit_of(&recorded).sample(Sampling { size: 60, seed: 5, is_stratified: true });
    let sample = huzhu::audit::run(&audit, &world.catalog, &()).unwrap().sample.unwrap();
    let workbook = huzhu::audit::workbook(&audit, &world.catalog, &sample, Language::En, &()).unwrap();
    assert_eq!(workbook.len(), sample.claims.len());
    let yuan = |fen: i64| serde_json::from_str::<Json>(&world::yuan(fen)).unwrap().as_f64();
    let job = Job { file: workbook.to_bytes().unwrap(), rounds: vec![Vec::new()] };
    let found = recalculated("sample", &[job]);
    let sheets = &found[0][0];
    let mut rows = 0;
    for row in sheets["claims"].iter().skip(2).filter(|row| row[0] != "") {
        let drawn = sample.claims.iter().find(|drawn| row[0] == drawn.claim.as_str()).unwrap();
        let amounts = [3, 4, 5].map(|column| row[column].as_f64());
        assert_eq!(amounts, [drawn.due, drawn.recorded, drawn.recorded - drawn.due].map(yuan), "{row:?}");
        assert_eq!(sheets[&drawn.claim][4][2].as_f64(), yuan(drawn.due), "{row:?}");
        rows += 1;
    }
    assert_eq!(rows, sample.claims.len());
    assert!(sample.claims.iter().any(|drawn| drawn.recorded != drawn.due));
}

// ── nothing is dropped ────────────────────────────────────────────────────

#[test]
fn every_recorded_row_is_in_one_of_the_numbers() {
    let world = World::new("numbers", 300);
    let due = world.due();
    let mut lines: Vec<String> = due.iter().map(|(id, fen)| format!("{id},{}", world::yuan(*fen))).collect();
    lines[3] = "C9999999,10.00".to_owned(); // one claim is not recorded, and another is not there
    lines[5] = format!("{},12.345", due.keys().nth(5).unwrap());
    lines.push(lines[7].clone());
    lines.push("C00001,".to_owned());
    lines.push(",5.00".to_owned());
    lines.push("too,many,fields".to_owned());
    let summary = world.audit(&lines);
    let rows = summary.rows;
    assert_eq!(rows.read, u64::try_from(lines.len()).unwrap());
    assert_eq!(
        rows.read,
        rows.equal + rows.different + rows.pended + rows.again + rows.orphans + rows.ambiguous + rows.rejected
    );
    assert_eq!((rows.different, rows.again, rows.orphans, rows.rejected), (0, 1, 1, 4));
    assert_eq!(summary.notes.len(), 4);
    let reasons: Vec<&str> = summary.notes.iter().map(|note| note.reason.en.as_str()).collect();
    assert_eq!(
        reasons,
        [
            "there are more than two places after the point",
            "there is no amount",
            "there is no claim id",
            "the row has 3 fields, the header 2",
        ]
    );
}

/// What became of each record, by claim, of claims that are changed line by line.
fn causes_after(
    name: &str,
    change: impl Fn(&[String]) -> Vec<String>,
    records: &[(&str, &str)],
) -> BTreeMap<String, Vec<Code>> {
    let world = World::new(name, 60);
    let claims = fs::read_to_string(world.path("claims.csv")).unwrap();
    let lines: Vec<String> = claims.lines().map(str::to_owned).collect();
    fs::write(world.path("claims.csv"), change(&lines).join("\n") + "\n").unwrap();
    let records: Vec<String> = records.iter().map(|(id, amount)| format!("{id},{amount}")).collect();
    let summary = world.audit(&records);
    let recorded = summary.differences.into_iter().filter(|line| line.recorded.is_some());
    recorded.map(|line| (line.claim.clone(), line.codes().collect())).collect()
}

#[test]
fn a_record_of_a_claim_that_can_not_be_read_says_so_and_is_laid_beside_no_other() {
    let spoil = |line: &String| {
        let mut fields: Vec<&str> = line.split(',').collect();
        fields[4] = "many";
        fields.join(",")
    };
    let found = causes_after(
        "spoilt",
        |lines| {
            let mut lines = lines.to_vec();
            lines[3] = spoil(&lines[3]);
            let twin = spoil(&lines[5]).replacen("C000004", "C000007", 1);
            lines.push(twin);
            lines
        },
        &[("C000002", "5.00"), ("C000007", "5.00"), ("C000004", "5.00")],
    );
    assert_eq!(found["C000002"], [Code::ClaimRejected]);
    assert_eq!(
        found["C000007"],
        [Code::ClaimAmbiguous],
        "two members have a claim of this id, one of which cannot be read"
    );
    assert_ne!(found["C000004"], [Code::ClaimAmbiguous]);
}

#[test]
fn a_record_of_a_pended_claim_is_said_to_be_one_and_a_reversal_of_half_is_unexplained() {
    let (id, paid) = {
        let world = World::new("reversed-due", 60);
        world.due().into_iter().find(|(_, fen)| *fen > 0).unwrap()
    };
    let found = causes_after(
        "reversed",
        |lines| {
            let mut changed: Vec<String> = lines.iter().map(|line| format!("{line},")).collect();
            changed[0] = format!("{}reverses", changed[0]);
            let enrollment = lines.iter().find(|line| line.starts_with(&id)).unwrap().split(',').nth(1).unwrap();
            changed.push(format!("R1,{enrollment},,,,,,,,{id}"));
            changed[60] = changed[60].replacen(",accident,", ",,", 1).replacen(",illness,", ",,", 1);
            changed
        },
        &[("R1", &world::yuan(-paid / 2 - 1)), ("C000059", "600.00")],
    );
    assert_eq!(found["R1"], [Code::Unexplained]);
    assert_eq!(found["C000059"], [Code::ClaimPended]);
}

/// Where the system in floating point errs on a claim, it takes back what it paid.
#[test]
fn a_rule_of_rounding_explains_a_reversal_as_it_explains_the_claim() {
    let world = World::new("taken-back", 500);
    let paid: BTreeMap<String, i64> = world.due().into_iter().filter(|(_, fen)| *fen > 0).collect();
    let claims = fs::read_to_string(world.path("claims.csv")).unwrap();
    let mut lines: Vec<String> = claims.lines().map(|line| format!("{line},")).collect();
    lines[0] = format!("{}reverses", lines[0]);
    for line in claims.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        if let Some((id, _)) = paid.get_key_value(fields[0]) {
            lines.push(format!("R{id},{},,,,,,,,{id}", fields[1]));
        }
    }
    fs::write(world.path("claims.csv"), lines.join("\n") + "\n").unwrap();
    let records = |of: &dyn Fn(&str) -> Option<String>| -> Vec<String> {
        let out = world.path("due.csv");
        let job = huzhu::batch::Job::new(world.path("claims.csv"), world.path("enrollments.csv"), &out).force();
        huzhu::batch::run(&job, &world.catalog, &()).unwrap();
        let due = fs::read_to_string(&out).unwrap();
        let due = due.lines().skip(1).map(|line| line.split(',').collect::<Vec<_>>());
        due.filter_map(|fields| Some(format!("{},{}", of(fields[0])?, fields[5]))).collect()
    };
    let claims = records(&|id| paid.contains_key(id).then(|| id.to_owned()));
    let reversals = records(&|id| id.starts_with('R').then(|| id.to_owned()));
    let explained = |recorded: &[String]| -> BTreeMap<String, u64> {
        let fits = world.audit_with(recorded, Audit::roundings).roundings;
        fits.iter().map(|fit| (fit.policy.name(), fit.explained)).collect()
    };
    let (of_claims, of_reversals) = (explained(&claims), explained(&reversals));
    assert_eq!(of_claims, of_reversals);
    assert_eq!(of_reversals["of-the-packs"], u64::try_from(paid.len()).unwrap());
    assert!(of_reversals["binary-scaled"] < of_reversals["of-the-packs"], "{of_reversals:?}");
}

#[test]
fn a_claim_whose_record_can_not_be_read_is_not_said_to_have_none() {
    let world = World::new("unread", 60);
    let due = world.due();
    let mut records = lines(&due);
    let place = due.values().position(|fen| *fen > 0).unwrap();
    let id = due.keys().nth(place).unwrap();
    records[place] = format!("{id},12.345");
    let summary = world.audit(&records);
    assert_eq!((summary.rows.rejected, summary.not_recorded, summary.differences.len()), (1, 0, 0));
}

#[test]
fn amounts_are_put_right_or_rejected_and_said() {
    let world = World::new("amounts", 50);
    let due = world.due();
    let (id, fen) = due.iter().find(|(_, fen)| **fen >= 100_000).unwrap();
    let whole = fen / 100;
    let written = format!("\"￥{},{:03}.{:02}\"", whole / 1_000, whole % 1_000, fen % 100);
    let summary = world.audit(&[format!("{id},{written}")]);
    assert_eq!((summary.rows.equal, summary.rows.put_right), (1, 1));
    assert_eq!(summary.notes[0].read_as, Some(*fen));
    let in_fen = world.audit_with(&[format!("{id},{fen}")], |audit| audit.unit(Unit::Fen));
    assert_eq!(in_fen.rows.equal, 1);
    let in_yuan = world.audit(&[format!("{id},{fen}")]);
    assert_eq!(
        in_yuan.differences.iter().find(|line| line.claim == *id).unwrap().codes().collect::<Vec<_>>(),
        [Code::PointMoved]
    );
}

// ── the same whatever the machine ─────────────────────────────────────────

#[test]
fn threads_and_the_order_of_rows_change_no_byte() {
    let world = World::new("order", 1_000);
    let Planted { mut recorded, .. } = planted::plant(&world, 3);
    world.audit_with(&recorded, |audit| audit.threads(1.try_into().unwrap()));
    let one = fs::read_to_string(world.path("differences.csv")).unwrap();
    recorded.reverse();
    world.audit_with(&recorded, |audit| audit.threads(3.try_into().unwrap()));
    let other = fs::read_to_string(world.path("differences.csv")).unwrap();
    assert!(one.lines().count() > 30);
    // Of a claim recorded twice the first row counts; which one that is follows from the order.
    let without_twice = |text: &str| -> Vec<String> {
        text.lines().filter(|line| !line.ends_with("paid-again")).map(str::to_owned).collect()
    };
    assert_eq!(without_twice(&one), without_twice(&other));
}

#[test]
fn parquet_and_csv_say_the_same() {
    let world = World::new("forms", 500);
    let Planted { recorded, .. } = planted::plant(&world, 2);
    let by_csv = world.audit(&recorded);
    let audit = Audit::new(
        world.path("claims.csv"),
        world.path("enrollments.csv"),
        world.path("recorded.csv"),
        world.path("differences.parquet"),
    )
    .force();
    let by_parquet = huzhu::audit::run(&audit, &world.catalog, &()).unwrap();
    assert_eq!(by_parquet.differences, by_csv.differences);
    assert!(fs::read(world.path("differences.parquet")).unwrap().starts_with(b"PAR1"));
}

// ── the program ───────────────────────────────────────────────────────────

fn huzhu(recorded: &str, out: &Path, more: &[&str]) -> Output {
    let cases = concat!(env!("CARGO_MANIFEST_DIR"), "/rules/cases");
    let rules = concat!(env!("CARGO_MANIFEST_DIR"), "/rules");
    let (claims, enrollments) = (format!("{cases}/claims.csv"), format!("{cases}/enrollments.csv"));
    let files = ["audit", "--rules", rules, "-c", &claims, "-e", &enrollments, "-r", recorded, "--force", "-o"];
    Command::new(env!("CARGO_BIN_EXE_huzhu")).args(files).arg(out).args(more).output().unwrap()
}

#[test]
fn the_program_says_what_it_found_and_ends_with_a_code_that_says_it_too() {
    let world = World::new("program", 1);
    let (out, shipped) = (world.path("d.csv"), concat!(env!("CARGO_MANIFEST_DIR"), "/rules/cases/recorded.csv"));
    let found = huzhu(shipped, &out, &["--format", "json", "--rounding", "--sample", "4"]);
    assert_eq!((found.status.code(), found.stderr.as_slice()), (Some(1), b"".as_slice()));
    let json: Json = serde_json::from_slice(&found.stdout).unwrap();
    let keys: Vec<&String> = json.as_object().unwrap().keys().collect();
    let expected = [
        "causes",
        "claims",
        "differences",
        "enrollments",
        "files",
        "inputs",
        "milliseconds",
        "net",
        "not_checked",
        "not_recorded",
        "nothing_to_record",
        "overpaid",
        "packs",
        "recomputed_sum",
        "recorded",
        "recorded_sum",
        "resumed",
        "roundings",
        "sample",
        "underpaid",
    ];
    assert_eq!(keys, expected);
    let headline = ["overpaid", "underpaid", "net"].map(|name| json[name].as_str());
    assert_eq!(headline, [Some("3080.00"), Some("0.00"), Some("3080.00")]);
    assert_eq!(json["not_checked"], serde_json::json!({ "count": 1, "recorded": "88.00" }));
    assert_eq!(json["sample"]["size"], 4);
    let differences = fs::read_to_string(&out).unwrap();
    let expected = "claim_id,recorded,recomputed,difference,causes,details\n\
        qian-2025-02,2800.00,1300.00,1500.00,base-total-cost;base-before-others,base-total-cost(personal_burden);base-before-others(fund_paid)\n\
        qian-2025-02,1300.00,,1300.00,paid-again,\n\
        sun-2025-01,10530.00,10350.00,180.00,digits-swapped,\n\
        zhao-2025-02,720.00,620.00,100.00,days-off-by-one,days-off-by-one(hospital_days)\n\
        wang-2025-01,88.00,,,no-such-claim,\n";
    assert_eq!(differences, expected);
    let chinese = huzhu(shipped, &out, &["--lang", "zh", "--rounding", "--sample", "4"]);
    let text = String::from_utf8(chinese.stdout).unwrap();
    for words in ["以总费用为基数", "差错率", "四舍五入至 0.01 元", "5 处差异"] {
        assert!(text.contains(words), "no `{words}` in\n{text}");
    }
    let right = world.path("right.csv");
    fs::write(
        &right,
        "claim_id,payable\nzhao-2025-01,7119.87\nzhao-2025-02,620\nsun-2025-01,10350\nqian-2025-02,1300\n",
    )
    .unwrap();
    assert_eq!(huzhu(right.to_str().unwrap(), &out, &[]).status.code(), Some(0));
    assert_eq!(huzhu("none.csv", &out, &[]).status.code(), Some(2));
    let in_fen = world.path("fen.csv");
    fs::write(&in_fen, "claim_id,payable\nzhao-2025-01,711987\nzhao-2025-02,62000\nsun-2025-01,1035000\n").unwrap();
    let moved = huzhu(in_fen.to_str().unwrap(), &out, &[]);
    assert!(String::from_utf8(moved.stdout).unwrap().contains("`--unit fen`"));
    let same = huzhu(shipped, &out, &["--report", out.to_str().unwrap()]);
    assert_eq!(same.status.code(), Some(2), "a report in place of the differences");
    let report = world.path("report.html");
    assert_eq!(huzhu(shipped, &out, &["--report", report.to_str().unwrap()]).status.code(), Some(1));
    assert!(fs::read_to_string(&report).unwrap().ends_with("</html>\n"));
}

// ── the report ────────────────────────────────────────────────────────────

#[test]
fn the_report_is_whole_needs_nothing_else_and_is_not_taken_over_by_an_id() {
    let world = World::new("report", 500);
    let Planted { mut recorded, .. } = planted::plant(&world, 2);
    recorded.push("<script>alert(1)</script>,9000000.00".to_owned());
    let sampling = Sampling { size: 100, seed: 1, is_stratified: false };
    let summary = world.audit_with(&recorded, |audit| audit.keep_gravest().roundings().sample(sampling));
    for (language, heading) in [(Language::Zh, "已付记录核对报告"), (Language::En, "Audit of recorded payouts")]
    {
        let html = summary.report(language).to_html();
        assert!(html.contains(heading) && html.matches("<section>").count() == 10, "{html}");
        assert!(!html.contains("http") && !html.contains("src=") && !html.contains("<script"));
        assert!(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
        let decided =
            summary.differences.iter().take(50).filter(|line| summary.gravest.contains_key(&line.claim)).count();
        assert!(decided > 20 && html.matches("<details>").count() == decided);
        assert_eq!(unbalanced(&html), Vec::<String>::new());
    }
}

/// Tags that are not closed where they should be.
fn unbalanced(html: &str) -> Vec<String> {
    const EMPTY: [&str; 3] = ["meta", "!doctype", "br"];
    let (mut open, mut wrong): (Vec<&str>, Vec<String>) = (Vec::new(), Vec::new());
    for tag in html.split('<').skip(1) {
        let name = tag.split(|sign: char| sign.is_whitespace() || sign == '>').next().unwrap();
        let name = name.trim_end_matches('/');
        match name.strip_prefix('/') {
            Some(closed) if open.pop() != Some(closed) => wrong.push(closed.to_owned()),
            None if !EMPTY.contains(&name) && !tag.contains("/>") => open.push(name),
            Some(_) | None => {}
        }
    }
    wrong.extend(open.into_iter().map(str::to_owned));
    wrong
}

// ── what cannot run ──────────────────────────────────────────────────────

#[test]
fn what_can_not_run_is_said_before_anything_is_written() {
    let world = World::new("faults", 20);
    let run = |recorded: &str, out: &str| {
        let audit =
            Audit::new(world.path("claims.csv"), world.path("enrollments.csv"), world.path(recorded), world.path(out));
        huzhu::audit::run(&audit, &world.catalog, &()).unwrap_err()
    };
    fs::write(world.path("no-amount.csv"), "claim_id,amount\nC1,2.00\n").unwrap();
    assert!(run("no-amount.csv", "out.csv").is_columns());
    assert!(run("none.csv", "out.csv").is_input());
    assert!(run("claims.csv", "out.csv").is_output(), "a file that is named twice");
    fs::write(world.path("recorded.csv"), "claim_id,payable\n").unwrap();
    assert!(run("recorded.csv", "out.txt").is_output(), "an ending that says nothing");
    fs::write(world.path("there.notes.csv"), "").unwrap();
    assert!(run("recorded.csv", "there.csv").is_output(), "notes that are there already");
    assert!(!world.path("out.csv").exists() && !world.path("there.csv").exists());
}
