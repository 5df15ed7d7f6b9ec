//! The `huzhu` program as its users run it: what it prints where, and how it ends.
//!
//! `HUZHU_BLESS=1` writes the expected texts anew.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value as Json;

const PROGRAM: &str = env!("CARGO_BIN_EXE_huzhu");
const ROOT: &str = env!("CARGO_MANIFEST_DIR");
const ZHAO: &str = "rules/cases/zhao.json";
pub(crate) const COMMANDS: [&str; 18] = [
    "adjudicate",
    "check",
    "test",
    "batch",
    "audit",
    "template",
    "enroll",
    "settle",
    "ledger",
    "demo",
    "verify",
    "extract",
    "schema",
    "explain",
    "init",
    "completions",
    "man",
    "help",
];

// ── what a member and an auditor read ─────────────────────────────────────

#[test]
fn the_explanation_of_every_decision_reads_as_expected() {
    for case in ["zhao", "limited", "nothing-due", "denied", "pended", "contradicts", "reversal", "settlement"] {
        let path = if case == "zhao" { ZHAO.to_owned() } else { format!("tests/expected/{case}.json") };
        for language in ["zh", "en"] {
            let ran = huzhu(&["adjudicate", &path, "--lang", language]);
            assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{case}");
            expect(&format!("{case}.{language}.txt"), &ran.out);
        }
    }
}

/// A number before a clause is for what names it above; a clause that nothing names has none.
#[test]
fn every_numbered_clause_of_a_page_is_named_on_it() {
    let (mut numbered, mut plain) = (0, 0);
    for path in fs::read_dir(expected("")).unwrap().map(|entry| entry.unwrap().path()) {
        let Some(page) =
            fs::read_to_string(&path).ok().filter(|_| path.extension().is_some_and(|ending| ending == "txt"))
        else {
            continue;
        };
        let Some((above, clauses)) = page.split_once("\n条款\n").or_else(|| page.split_once("\nClauses\n")) else {
            continue;
        };
        for line in clauses.lines().take_while(|line| line.starts_with(' ')) {
            match line.trim_start().split_once("] ").filter(|(mark, _)| mark.starts_with('[')) {
                Some((mark, _)) => {
                    numbered += 1;
                    assert!(above.contains(&format!("{mark}]")), "{}: {mark}]", path.display());
                }
                None => plain += usize::from(line.starts_with("  •")),
            }
        }
    }
    assert!(numbered > 20 && plain > 5, "{numbered} numbered, {plain} not");
}

#[test]
fn the_amounts_of_a_page_stand_point_under_point() {
    for case in ["zhao.zh.txt", "zhao.en.txt", "settlement.zh.txt", "limited.en.txt"] {
        let page = fs::read_to_string(expected(case)).unwrap();
        let ledger = page.lines().skip_while(|line| !(line.contains("待遇") || line.starts_with("  Benefits")));
        let ledger = ledger.skip(1).take_while(|line| line.is_empty() || line.starts_with(' '));
        // what stands apart at the end of a line, not the numbers of a sentence
        let is_amount = |last: &str| last.ends_with(|digit: char| digit.is_ascii_digit()) && !last.contains(' ');
        let points = ledger
            .filter(|line| line.trim_start().rsplit_once("  ").is_some_and(|(_, last)| is_amount(last.trim_start())));
        let ends: Vec<usize> = points.map(unicode_width::UnicodeWidthStr::width).collect();
        assert!(ends.len() > 2 && ends.iter().all(|end| *end == 80), "{case}: {ends:?}");
    }
}

#[test]
fn a_page_is_no_wider_than_eighty_columns() {
    let pages = fs::read_dir(expected("")).unwrap().map(|entry| entry.unwrap().path());
    for path in pages.filter(|path| path.extension().is_some_and(|ending| ending == "txt")) {
        for line in fs::read_to_string(&path).unwrap().lines() {
            assert!(unicode_width::UnicodeWidthStr::width(line) <= 80, "{}: {line}", path.display());
        }
    }
}

#[test]
fn json_has_the_keys_that_others_rely_on() {
    let ran = huzhu(&["adjudicate", ZHAO, "--format", "json", "--lang", "en"]);
    let json: Json = serde_json::from_str(&ran.out).unwrap();
    let keys = |value: &Json| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    for key in ["claim", "plan", "decision", "payable", "benefits", "reasons", "assumed", "accumulators"] {
        assert!(keys(&json).iter().any(|known| known == key), "{key}");
    }
    assert_eq!(
        (&json["claim"], &json["decision"], &json["payable"]),
        (&"zhao-2025-01".into(), &"paid".into(), &"7119.87".into())
    );
    assert_eq!(keys(&json["plan"]), ["fingerprint", "id", "version"]);
    assert_eq!(json["benefits"][0]["gross"], "2019.87");
    for key in ["step", "takes", "leaves", "reason", "clause", "binding"] {
        assert!(!json["benefits"][0]["steps"][0][key].is_null(), "{key}");
    }
    assert!(json["assumed"].as_array().unwrap().contains(&"daily_allowance".into()));
    assert_eq!(json["accumulators"]["zhao-2025-01"]["amounts"]["paid:hospital-allowance"], "5100.00");
    assert_eq!(json["next_yuan"][0], serde_json::json!({ "fact": "personal_burden", "change": "1.00" }));
}

#[test]
fn the_numbers_of_every_rule_are_shown() {
    let decided = |case: &str, language: &str| -> Json {
        serde_json::from_str(&huzhu(&["adjudicate", case, "--format", "json", "--lang", language]).out).unwrap()
    };
    let (en, zh) = (decided(ZHAO, "en"), decided(ZHAO, "zh"));
    assert_eq!(en["benefits"][1]["formula"], "50 yuan/day × 51 days × 2 shares = 5,100.00");
    assert_eq!(zh["benefits"][1]["formula"], "50 元/天 × 51 天 × 2 份 = 5,100.00");
    assert_eq!(en["benefits"][1]["steps"][0]["working"], "50 yuan/day × 100 days × 2 shares = 10,000.00");
    assert!(en["benefits"][0]["formula"].is_null(), "a fact as it stands is no formula");
    let figure =
        |name: &str| en["figures"].as_array().unwrap().iter().find(|figure| figure["name"] == name).unwrap().clone();
    assert_eq!(
        figure("ceiling"),
        serde_json::json!({
            "name": "ceiling",
            "title": "most a person may receive in a year",
            "value": "130,000 yuan",
            "provenance": "stated",
            "clause": "Workers' Daily, 8 May 2025, p. 3",
        })
    );
    assert_eq!(
        (&figure("daily_allowance")["value"], &figure("max_age")["value"]),
        (&"50 yuan/day".into(), &"60".into())
    );

    let limited = decided("tests/expected/limited.json", "en");
    let working = "10,000 yuan × 2 shares = 20,000.00, less 15,000.00 used, leaves 5,000.00";
    assert_eq!(limited["benefits"][0]["steps"][0]["working"], working);
    let limited = decided("tests/expected/limited.json", "zh");
    let working = "10,000 元 × 2 份 = 20,000.00，已用 15,000.00，余 5,000.00";
    assert_eq!(limited["benefits"][0]["steps"][0]["working"], working);

    let settlement = decided("tests/expected/settlement.json", "en");
    assert_eq!(
        settlement["benefits"][0]["steps"][1]["working"],
        "2,000 yuan × 80% = 1,600.00 (claims already paid in the period 0)"
    );
    assert_eq!(settlement["derived"][0]["fact"], "in_pool_burden");
    assert!(
        settlement["derived"][0]["formula"].as_str().unwrap().ends_with(" = 2,000.00"),
        "{}",
        settlement["derived"]
    );

    let denied = decided("tests/expected/denied.json", "en");
    let found: Vec<&Json> = denied["reasons"].as_array().unwrap().iter().map(|reason| &reason["found"][0]).collect();
    assert_eq!(
        found,
        [
            "age on the first day of cover 74, 16 to 60 wanted",
            "date of the event 2026-05-01, 2025-01-01 to 2025-12-31 wanted",
            "cause illness, accident or sudden-death wanted",
        ]
    );
}

#[test]
fn a_page_is_short_and_a_brief_one_has_ten_lines_at_most() {
    for language in ["zh", "en"] {
        let page = huzhu(&["adjudicate", ZHAO, "--lang", language]).out;
        // about a screen
        assert!(page.lines().count() <= 51, "{} lines:\n{page}", page.lines().count());
        for case in ["zhao", "limited", "nothing-due", "denied", "pended", "contradicts", "reversal", "settlement"] {
            let path = if case == "zhao" { ZHAO.to_owned() } else { format!("tests/expected/{case}.json") };
            let ran = huzhu(&["adjudicate", &path, "--brief", "--lang", language]);
            assert!((3..=10).contains(&ran.out.lines().count()), "{case}:\n{}", ran.out);
            expect(&format!("{case}.brief.{language}.txt"), &ran.out);
        }
    }
}

#[test]
fn a_change_that_contradicts_other_facts_says_which_to_leave_out() {
    let what_if = |change: &str| huzhu(&["adjudicate", ZHAO, "--lang", "en", "--what-if", change]).out;
    let contradicting = what_if("personal_burden=3000");
    assert!(contradicting.contains("The change contradicts other facts of the claim"), "{contradicting}");
    assert!(contradicting.contains("--what-if fund_paid="), "{contradicting}");
    let total = what_if("total_cost=10000");
    assert!(total.contains("--what-if personal_burden= (borne by the member): Paid, 7,553.41 yuan"), "{total}");
    let json = ["adjudicate", ZHAO, "--lang", "en", "--format", "json", "--what-if", "total_cost=10000"];
    let json: Json = serde_json::from_str(&huzhu(&json).out).unwrap();
    let way = serde_json::json!({ "fact": "personal_burden", "decision": "paid", "payable": "7553.41" });
    assert!(json["leave_out"].as_array().unwrap().contains(&way), "{json}");
    assert!(!what_if("hospital_days=30").contains("contradicts"));
}

#[test]
fn a_case_comes_from_standard_input_too() {
    let case = fs::read(Path::new(ROOT).join(ZHAO)).unwrap();
    let piped = with_input(&["adjudicate", "-", "--lang", "en"], &case);
    assert_eq!(piped.out, huzhu(&["adjudicate", ZHAO, "--lang", "en"]).out);
    let toml = b"[enrollment]\nid = 'E'\nplan = 'henan-accident'\nmember = 'M'\nshares = 1\ncoverage_start = 2025-01-01\n\
        coverage_end = 2025-12-31\nbirth_date = 1990-05-05\n[claim]\nid = 'C'\nevent_date = 2025-02-01\ncause = 'illness'\n";
    let piped = with_input(&["adjudicate", "-", "--format", "json"], toml);
    assert_eq!(serde_json::from_str::<Json>(&piped.out).unwrap()["decision"], "denied");
}

#[test]
fn the_language_is_the_environments_unless_it_is_said() {
    let in_environment = |variables: &[(&str, &str)], arguments: &[&str]| {
        let mut command = program();
        command.args(["adjudicate", ZHAO]).args(arguments).envs(variables.iter().copied());
        run(command).out.contains("应付")
    };
    assert!(in_environment(&[("LANG", "zh_CN.UTF-8")], &[]));
    assert!(in_environment(&[("LC_ALL", "zh_CN.UTF-8"), ("LANG", "en_US.UTF-8")], &[]));
    assert!(!in_environment(&[("LC_ALL", "C"), ("LANG", "zh_CN.UTF-8")], &[]));
    assert!(!in_environment(&[("LANG", "zh_CN.UTF-8")], &["--lang", "en"]));
    assert!(!in_environment(&[], &[]));
}

#[test]
fn colour_is_where_it_is_wanted() {
    let is_coloured = |variables: &[(&str, &str)], arguments: &[&str]| {
        let mut command = program();
        command.args(["adjudicate", ZHAO]).args(arguments).envs(variables.iter().copied());
        run(command).out.contains('\u{1b}')
    };
    assert!(!is_coloured(&[], &[]));
    assert!(is_coloured(&[], &["--color", "always"]));
    assert!(is_coloured(&[("CLICOLOR_FORCE", "1")], &[]));
    assert!(!is_coloured(&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")], &[]));
    assert!(!is_coloured(&[("CLICOLOR_FORCE", "1")], &["--color", "never"]));
}

#[test]
fn a_page_without_its_colours_is_the_same() {
    let coloured = huzhu(&["adjudicate", ZHAO, "--lang", "zh", "--color", "always"]).out;
    let mut plain = String::new();
    for (number, part) in coloured.split('\u{1b}').enumerate() {
        plain.push_str(if number == 0 { part } else { part.split_once('m').unwrap().1 });
    }
    assert_eq!(plain, huzhu(&["adjudicate", ZHAO, "--lang", "zh"]).out);
}

// ── how the program ends ──────────────────────────────────────────────────

#[test]
fn nothing_wrong_ends_with_zero() {
    for arguments in [
        vec!["adjudicate", ZHAO],
        vec!["adjudicate", "tests/expected/denied.json"],
        vec!["adjudicate", "tests/expected/pended.json"],
        vec!["check"],
        vec!["check", "rules/henan-accident.toml", "guangdong", "wuxi-xixinbao"],
        vec!["test"],
        vec!["test", "henan-accident", "rules/ningbo-hospital.cases.toml"],
        vec!["schema"],
        vec!["schema", "--case"],
        vec!["explain"],
        vec!["explain", "missing-fact"],
        vec!["explain", "age-at-enrolment"],
        vec!["completions", "bash"],
        vec!["man"],
        vec!["man", "adjudicate"],
        vec!["--help"],
        vec!["--version"],
    ] {
        let ran = huzhu(&arguments);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{arguments:?}");
        assert!(!ran.out.is_empty(), "{arguments:?}");
    }
}

#[test]
fn something_wrong_with_what_was_examined_ends_with_one() {
    let folder = Folder::new("wrong");
    let pack = fs::read_to_string(Path::new(ROOT).join("rules/henan-accident.toml")).unwrap();
    let cases = fs::read_to_string(Path::new(ROOT).join("rules/henan-accident.cases.toml")).unwrap();
    folder.write("bad/henan-accident.toml", &pack.replace("\"50 yuan/day\"", "\"50 yuan\""));
    folder.write("failing/henan-accident.toml", &pack);
    folder.write("failing/henan-accident.cases.toml", &cases.replacen("\"7119.87\"", "\"7119.88\"", 1));
    folder.write("case.json", "{ \"enrollment\": {} }");
    let case = Path::new(ROOT).join(ZHAO);
    let case = case.to_str().unwrap();

    // of a check and of a test, what is wrong is the result
    for (arguments, code) in [
        (vec!["check", "--rules", "bad"], "error[unit-mismatch]"),
        (vec!["check", "bad/henan-accident.toml"], "error[unit-mismatch]"),
        (vec!["test", "--rules", "failing"], "error[case-failed]"),
        (vec!["test", "--rules", "bad", "failing/henan-accident.toml"], "error[case-failed]"),
    ] {
        let ran = folder.huzhu(&arguments);
        assert_eq!((ran.code, ran.err.as_str()), (1, ""), "{arguments:?}");
        assert!(ran.out.contains(code), "{arguments:?}: {}", ran.out);
    }
    // of a decision it is the reason that there is none
    for (arguments, code) in [
        (vec!["adjudicate", case, "--rules", "bad"], "error[unit-mismatch]"),
        (vec!["adjudicate", "case.json", "--rules", "failing"], "error[missing-key]"),
    ] {
        let ran = folder.huzhu(&arguments);
        assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{arguments:?}");
        assert!(ran.err.contains(code), "{arguments:?}: {}", ran.err);
    }
}

#[test]
fn what_can_not_run_ends_with_two_and_says_what_to_do() {
    let folder = Folder::new("unrunnable");
    folder.write("empty/README.md", "no packs here");
    folder.write(
        "alone/henan-accident.toml",
        &fs::read_to_string(Path::new(ROOT).join("rules/henan-accident.toml")).unwrap(),
    );
    for (arguments, says) in [
        (vec!["adjudicate", "nowhere.json"], "`nowhere.json` cannot be read: no such file or folder"),
        (vec!["adjudicate", "empty"], "it is a folder, not a file"),
        (vec!["adjudicate", "-"], "the rules folder `rules` cannot be read"),
        (vec!["check"], "name the folder of packs with `--rules DIR`"),
        (vec!["check", "--rules", "empty"], "no rule pack is in `empty`"),
        (vec!["check", "henan-accidnt", "--rules", "alone"], "did you mean `henan-accident`?"),
        (vec!["check", "nowhere.toml"], "`nowhere.toml` cannot be read"),
        (vec!["test", "--rules", "alone"], "there are no worked cases"),
        (vec!["test", "henan-accident", "--rules", "alone"], "write `henan-accident.cases.toml` in the same folder"),
        (vec!["batch", "--claims", "a.csv"], "required arguments"),
        (
            vec!["batch", "--claims=a.csv", "--enrollments=b.csv", "--out=c.csv"],
            "the rules folder `rules` cannot be read",
        ),
        (
            vec!["batch", "--claims=a.csv", "--enrollments=b.csv", "--out=c.csv", "--rules=alone"],
            "`a.csv` cannot be read: no such file or folder",
        ),
        (
            vec!["batch", "--claims=empty/README.md", "--enrollments=empty/README.md", "--out=c.csv", "--rules=alone"],
            "is named twice",
        ),
        (vec!["batch", "--claims=a.csv", "--enrollments=b.csv", "--out=c.csv", "--memory=5XB"], "such as 512M"),
        (vec!["extract", "nowhere.jsonl", "C-1"], "`nowhere.jsonl` cannot be read: no such file or folder"),
        (vec!["extract", "empty/README.md", "C-1"], "`empty/README.md`: line 1: it is not a line of a batch"),
        (
            vec!["audit", "-ca.csv", "-eb.csv", "-rc.csv", "-od.csv", "--workbook=e.xlsx", "--rules=alone"],
            "the following required arguments were not provided:\n  --sample",
        ),
        (
            vec![
                "audit",
                "-ca.csv",
                "-eb.csv",
                "-rc.csv",
                "-od.csv",
                "--sample=2000",
                "--workbook=e.xlsx",
                "--rules=alone",
            ],
            "a workbook has at most 1000 claims; draw fewer with `--sample`",
        ),
        (
            vec![
                "audit",
                "-ca.csv",
                "-eb.csv",
                "-rc.csv",
                "-od.csv",
                "--sample=2",
                "--workbook=c.csv",
                "--rules=alone",
            ],
            "`c.csv` is named twice",
        ),
        (vec!["adjudicate", "a.json", "--certificate", "./a.json"], "`./a.json` is named twice"),
        (vec!["adjudicate", "a.json", "--certificate", "b.xlsx", "--workbook", "b.xlsx"], "`b.xlsx` is named twice"),
        (vec!["adjudicate", "a.json", "--workbook", "b.xls"], "`b.xls` does not end in `.xlsx`"),
        (vec!["adjudicate", "a.json", "--what-if", "shares=1", "--certificate", "b"], "cannot be used with"),
        (
            vec![
                "audit",
                "-ca.csv",
                "-eb.csv",
                "-rc.csv",
                "-od.csv",
                "--sample=2",
                "--workbook=e.ods",
                "--rules=alone",
            ],
            "`e.ods` does not end in `.xlsx`",
        ),
        (vec!["audit", "-ca.csv", "-eb.csv", "-rc.csv", "-od.csv", "--sample=0"], "a whole number above zero"),
        (vec!["explain", "limit-reachd"], "did you mean `limit-reached`"),
        (vec!["explain", "zzz"], "`huzhu explain` lists all codes"),
        (vec!["init", "My Plan"], "lower case letters and digits joined by hyphens"),
        (vec!["man", "adjudicat"], "did you mean `adjudicate`"),
        (vec!["decide"], "unrecognized subcommand"),
        (vec!["adjudicate"], "required arguments"),
        (vec!["check", "--format", "xml"], "invalid value"),
        (vec![], "Usage: huzhu"),
    ] {
        let ran = folder.huzhu(&arguments);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{arguments:?}");
        assert!(ran.err.contains(says), "{arguments:?}: {}", ran.err);
    }
}

#[test]
fn a_reader_who_leaves_after_the_first_line_is_no_failure() {
    let mut child = program().arg("schema").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut first = String::new();
    BufReader::with_capacity(1, child.stdout.take().unwrap()).read_line(&mut first).unwrap();
    assert_eq!(first, "{\n");
    let ran = child.wait_with_output().unwrap();
    assert_eq!((ran.status.code(), ran.stderr.as_slice()), (Some(0), b"".as_slice()));
}

#[test]
fn shares_beyond_the_cap_are_said_not_to_count() {
    let folder = Folder::new("shares");
    let zhao = fs::read_to_string(Path::new(ROOT).join(ZHAO)).unwrap();
    let more = zhao.replacen("\"shares\": 2", "\"shares\": 3", 1);
    assert_ne!(zhao, more);
    folder.write("more.json", &more);
    let rules = Path::new(ROOT).join("rules");
    let adjudicate = |case: &str, language: &str| {
        folder.huzhu(&["adjudicate", case, "--rules", rules.to_str().unwrap(), "--lang", language]).out
    };
    let page = adjudicate("more.json", "en");
    let lines: Vec<&str> = page.lines().skip_while(|line| !line.contains("shares held")).take(2).collect();
    let starts = |line: &str, name: &str, count: &str| {
        let mut words = line.split("  ").map(str::trim).filter(|word| !word.is_empty());
        (words.next(), words.next()) == (Some(name), Some(count))
    };
    assert!(starts(lines[0], "shares held", "3") && starts(lines[1], "of which count", "2"), "{page}");
    assert!(page.contains("payable 7,119.87 yuan"), "{page}");
    assert!(adjudicate("more.json", "zh").contains("其中计入"));
    assert!(!adjudicate(Path::new(ROOT).join(ZHAO).to_str().unwrap(), "en").contains("of which count"));
}

/// Two members whose claims share an id.
#[test]
fn one_certificate_of_a_batch_is_given_out_with_its_proof() {
    let folder = Folder::new("extract");
    copy(&Path::new(ROOT).join("rules"), &folder.path("rules"));
    let read = |name: &str| fs::read_to_string(folder.path("rules/cases").join(name)).unwrap();
    folder.write("claims.csv", &read("claims.csv").replace("qian-2025-02", "zhao-2025-02"));
    folder.write("enrollments.csv", &read("enrollments.csv"));
    let batch = ["batch", "--lang=en", "-cclaims.csv", "-eenrollments.csv", "-ooktober.csv", "--certificates"];
    let ran = folder.huzhu(&batch);
    let root = ran.out.lines().skip_while(|line| !line.ends_with("note their root:")).nth(1).unwrap().trim();
    assert!(ran.code == 0 && ran.out.contains("6 certificates; note their root:"), "{} {}", ran.out, ran.err);

    let file = "oktober.certificates.jsonl";
    let one = folder.huzhu(&["extract", file, "zhao-2025-01", "-oone.json"]);
    assert_eq!((one.code, one.out.as_str(), one.err.as_str()), (0, "", ""));
    assert_eq!(folder.huzhu(&["verify", "one.json", "--root", root]).code, 0);
    assert_eq!(folder.huzhu(&["verify", "one.json", "--root", &"0".repeat(64)]).code, 1);

    let two = folder.huzhu(&["extract", "--lang=en", file, "zhao-2025-02"]);
    assert_eq!((two.code, two.out.as_str()), (2, ""));
    let says = "error: several claims have the id `zhao-2025-02`\n  help: say which with `--enrollment`: `henan-2025-";
    assert!(two.err.starts_with(says), "{}", two.err);
    let qian = folder.huzhu(&["extract", file, "zhao-2025-02", "-ehenan-2025-qian"]);
    let qian: Json = serde_json::from_str(&qian.out).unwrap();
    assert_eq!((&qian["enrollment"], &qian["inclusion"]["root"]), (&Json::from("henan-2025-qian"), &Json::from(root)));

    for (asked, under) in
        [(vec!["zhao-2025-09"], ""), (vec!["zhao-2025-02", "-ehenan"], " under the enrollment `henan`")]
    {
        let none = folder.huzhu(&[&["extract", "--lang=en", file], &asked[..]].concat());
        let claim = asked[0];
        let says = format!("error: `oktober.certificates.jsonl` has no certificate of the claim `{claim}`{under}\n");
        assert!(none.code == 2 && none.err.starts_with(&says), "{}", none.err);
    }
    let whole = fs::read(folder.path(file)).unwrap();
    let over = folder.huzhu(&["extract", "--lang=en", file, "zhao-2025-01", "-o", file]);
    assert!(over.code == 2 && over.err.contains("is named twice"), "{}", over.err);
    assert_eq!(fs::read(folder.path(file)).unwrap(), whole);
}

#[test]
fn the_sample_of_an_audit_comes_as_a_workbook() {
    let folder = Folder::new("sampled");
    copy(&Path::new(ROOT).join("rules"), &folder.path("rules"));
    folder.write("paid.csv", "claim_id,payable\nzhao-2025-01,7119.87\nzhao-2025-02,260.00\nqian-2025-02,1300.00\n");
    let fixed = ["audit", "-crules/cases/claims.csv", "-erules/cases/enrollments.csv", "-rpaid.csv", "-owrong.csv"];
    let ran = folder.huzhu(&[&fixed[..], &["--sample=3", "--workbook=sample.xlsx", "--format=json"]].concat());
    let json: Json = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((ran.code, &json["files"]["workbook"]), (1, &Json::from("sample.xlsx")));
    let drawn = json["sample"]["claims"].as_array().unwrap();
    assert!(drawn.contains(&serde_json::json!({ "claim": "zhao-2025-02", "recorded": "260.00", "due": "620.00" })));
    assert!(fs::read(folder.path("sample.xlsx")).unwrap().starts_with(b"PK"));
    let again = folder.huzhu(&[&fixed[..], &["--sample=3", "--workbook=sample.xlsx", "--lang=en"]].concat());
    assert_eq!(
        (again.code, again.err.as_str()),
        (2, "error: `sample.xlsx` already exists; `--force` overwrites what is there\n")
    );
}

#[test]
fn a_certificate_is_written_beside_the_explanation() {
    let folder = Folder::new("certificate");
    let (rules, case) = (Path::new(ROOT).join("rules"), Path::new(ROOT).join(ZHAO));
    let (rules, case) = (rules.to_str().unwrap(), case.to_str().unwrap());
    let asked = ["adjudicate", case, "--rules", rules, "--lang", "en", "--certificate"];
    let ran = folder.huzhu(&[&asked[..], &["zhao.certificate.json"]].concat());
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    assert_eq!(ran.out, huzhu(&["adjudicate", ZHAO, "--lang", "en"]).out);
    let written = fs::read_to_string(folder.path("zhao.certificate.json")).unwrap();
    assert_eq!(written, fs::read_to_string(expected("certificates/zhao.json")).unwrap());

    let ran = folder.huzhu(&[&asked[..], &["nowhere/zhao.json"]].concat());
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    assert!(ran.err.contains("`nowhere/zhao.json` cannot be written: there is no folder `nowhere`"), "{}", ran.err);
}

#[test]
fn a_workbook_is_written_beside_the_explanation() {
    let folder = Folder::new("workbook");
    let (rules, case) = (Path::new(ROOT).join("rules"), Path::new(ROOT).join(ZHAO));
    let (rules, case) = (rules.to_str().unwrap(), case.to_str().unwrap());
    let ran = folder.huzhu(&["adjudicate", case, "--rules", rules, "--lang", "en", "--workbook", "zhao.xlsx"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    assert_eq!(ran.out, huzhu(&["adjudicate", ZHAO, "--lang", "en"]).out);
    assert!(fs::read(folder.path("zhao.xlsx")).unwrap().starts_with(b"PK"));

    let file = folder.path("reversal.xlsx");
    let ran =
        huzhu(&["adjudicate", "tests/expected/reversal.json", "--lang", "en", "--workbook", file.to_str().unwrap()]);
    let says = "error: tests/expected/reversal.json: a reversal has no workbook\n";
    assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (1, "", says));
    assert!(!file.exists());
}

#[test]
fn a_check_publishes_the_digest_of_the_program_that_certificates_hold() {
    let checked: Json = serde_json::from_str(&huzhu(&["check", "henan-accident", "--format", "json"]).out).unwrap();
    let certificate = fs::read_to_string(expected("certificates/zhao.json")).unwrap();
    let certificate: Json = serde_json::from_str(&certificate).unwrap();
    assert_eq!(checked["packs"][0]["program"], certificate["program_digest"]);
}

#[test]
fn a_reversal_has_no_certificate() {
    let folder = Folder::new("no-certificate");
    let file = folder.path("reversal.certificate.json");
    let ran =
        huzhu(&["adjudicate", "tests/expected/reversal.json", "--lang", "en", "--certificate", file.to_str().unwrap()]);
    let says = "error: tests/expected/reversal.json: a reversal has no certificate\n";
    assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (1, "", says));
    assert!(!file.exists());
}

// ── packs ─────────────────────────────────────────────────────────────────

#[test]
fn a_check_names_every_file_with_what_it_promises() {
    let ran = huzhu(&["check", "henan-accident", "--lang", "en"]);
    let lines: Vec<&str> = ran.out.lines().collect();
    assert!(lines[0].starts_with("✓ rules/henan-accident.toml  version 1 · from 2024-12-01 · "), "{}", lines[0]);
    assert_eq!(lines[1], "    proven: the claims of one period are paid no more than 130000 yuan together");
    assert_eq!(lines.last(), Some(&"1 file checked, nothing wrong, 4 promises proven"));

    let json: Json = serde_json::from_str(&huzhu(&["check", "--format", "json"]).out).unwrap();
    let packs = json["packs"].as_array().unwrap();
    let files = fs::read_dir(Path::new(ROOT).join("rules")).unwrap().map(|entry| entry.unwrap().file_name());
    let files = files.filter_map(|name| name.into_string().ok());
    let is_pack = |name: &String| name.contains(".toml") && !name.contains(".cases.");
    assert_eq!(packs.len(), files.filter(is_pack).count());
    assert!(packs.iter().all(|pack| pack["problems"] == 0) && json["diagnostics"].as_array().unwrap().is_empty());
    let henan = packs.iter().find(|pack| pack["id"] == "henan-accident").unwrap();
    assert_eq!(henan["fingerprint"].as_str().unwrap().len(), 64);
}

#[test]
fn a_check_shows_all_that_is_wrong_and_what_is_right_beside_it() {
    let folder = Folder::new("check");
    folder.huzhu(&["init", "good", "--rules", "."]);
    folder.huzhu(&["init", "bad", "--rules", "."]);
    let pack = fs::read_to_string(folder.path("bad.toml")).unwrap();
    folder.write(
        "bad.toml",
        &pack.replace("\"80%\"", "\"180%\"").replace("allowance * hospital_days", "allowence * hospital_days"),
    );
    let ran = folder.huzhu(&["check", "--rules", ".", "--lang", "en"]);
    assert_eq!(ran.code, 1);
    for part in [
        "✗ bad.toml   2 problems",
        "✓ good.toml  version 1",
        "error[rate-out-of-range]",
        "did you mean `daily_allowance`?",
        "2 problems in 1 of 2 files",
    ] {
        assert!(ran.out.contains(part), "{part}\n{}", ran.out);
    }
    let json: Json =
        serde_json::from_str(&folder.huzhu(&["check", "bad", "--rules", ".", "--format", "json"]).out).unwrap();
    let codes: Vec<&Json> =
        json["diagnostics"].as_array().unwrap().iter().map(|diagnostic| &diagnostic["code"]).collect();
    assert_eq!(codes, ["rate-out-of-range", "unknown-name"]);
    assert_eq!(folder.huzhu(&["check", "good", "--rules", "."]).code, 0);
    assert_eq!(folder.huzhu(&["test", "good", "--rules", "."]).code, 0);
}

#[test]
fn a_test_counts_its_cases_and_lists_them_if_asked() {
    let ran = huzhu(&["test", "wuxi-xixinbao", "--lang", "en"]);
    assert!(ran.out.starts_with("✓ rules/wuxi-xixinbao.cases.toml  "), "{}", ran.out);
    let json: Json = serde_json::from_str(&huzhu(&["test", "wuxi-xixinbao", "--format", "json"]).out).unwrap();
    let file = &json["files"][0];
    let cases = file["cases"].as_array().unwrap();
    assert_eq!((&file["passed"], &file["failed"]), (&cases.len().into(), &0.into()));
    let verbose = huzhu(&["test", "wuxi-xixinbao", "--verbose", "--lang", "zh"]).out;
    assert!(cases.iter().all(|case| {
        let (rule, id) = (case["rule"]["zh"].as_str().unwrap(), case["id"].as_str().unwrap());
        verbose.contains(&format!("    {rule}\n")) && verbose.contains(&format!("      ✓ {id}\n"))
    }));
}

#[test]
fn a_new_pack_works_as_it_is_written() {
    let folder = Folder::new("init");
    let ran = folder.huzhu(&["init", "my-plan", "--lang", "en"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    assert!(ran.out.contains("rules/my-plan.cases.toml") && ran.out.contains("huzhu check my-plan"), "{}", ran.out);
    assert_eq!(folder.huzhu(&["check"]).code, 0);
    let tested = folder.huzhu(&["test", "my-plan", "--lang", "en"]);
    assert_eq!(tested.code, 0, "{}", tested.out);

    folder.write("rules/my-plan.toml", "mine");
    let again = folder.huzhu(&["init", "my-plan", "--lang", "en"]);
    assert_eq!(again.code, 2);
    assert!(again.err.contains("`--force`"), "{}", again.err);
    assert_eq!(fs::read_to_string(folder.path("rules/my-plan.toml")).unwrap(), "mine");
    assert_eq!(folder.huzhu(&["init", "my-plan", "--force"]).code, 0);
    assert_eq!(folder.huzhu(&["check"]).code, 0);

    let files = fs::read_dir(folder.path("rules")).unwrap();
    assert_eq!(files.count(), 2, "nothing else is left in the folder");
}

#[test]
fn a_plan_that_is_there_under_another_name_is_not_written_again() {
    let folder = Folder::new("init-twice");
    folder.huzhu(&["init", "my-plan"]);
    fs::rename(folder.path("rules/my-plan.toml"), folder.path("rules/my-plan.1.toml")).unwrap();
    fs::remove_file(folder.path("rules/my-plan.cases.toml")).unwrap();
    let again = folder.huzhu(&["init", "my-plan", "--lang", "en"]);
    assert_eq!(again.code, 2);
    assert!(again.err.contains("the plan `my-plan` is in `rules/my-plan.1.toml` already"), "{}", again.err);
}

// ── what the program says of itself ───────────────────────────────────────

#[test]
fn every_code_is_explained_in_both_languages() {
    let english = huzhu(&["explain", "--lang", "en"]).out;
    let chinese = huzhu(&["explain", "--lang", "zh"]).out;
    let names: Vec<&str> = huzhu::Code::ALL.iter().map(|code| code.name()).collect();
    let pages = huzhu(&["explain", &names.join(";"), "--lang", "en"]);
    assert_eq!(pages.code, 0, "{}", pages.err);
    let mut pages = pages.out.as_str();
    for code in huzhu::Code::ALL {
        let line = |list: &str| {
            list.lines().find(|line| line.split_whitespace().next() == Some(code.name())).map(str::to_owned)
        };
        let (english, chinese) = (line(&english).unwrap(), line(&chinese).unwrap());
        assert!(english.len() > code.name().len() + 4 && chinese.len() > code.name().len() + 4, "{code}");
        pages = pages.split_once(&format!("# {code}\n")).unwrap_or_else(|| panic!("{code} has no page in its turn")).1;
    }
}

#[test]
fn the_schemas_parse() {
    for (arguments, title) in [(vec!["schema"], "huzhu rule pack"), (vec!["schema", "--case"], "huzhu case file")] {
        let schema: Json = serde_json::from_str(&huzhu(&arguments).out).unwrap();
        assert_eq!(schema["title"], title);
    }
}

#[test]
fn there_are_completions_for_every_shell_and_a_man_page_for_every_command() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = huzhu(&["completions", shell]).out;
        assert!(COMMANDS.iter().all(|command| script.contains(command)), "{shell}");
    }
    for command in COMMANDS {
        let page = huzhu(&["man", command]).out;
        assert!(page.contains(".SH NAME") && page.contains(&format!("huzhu\\-{command}")), "{command}");
    }
}

#[test]
fn the_examples_of_every_help_run() {
    let folder = Folder::new("examples");
    copy(&Path::new(ROOT).join("rules"), &folder.path("rules"));
    let path =
        format!("{}:{}", Path::new(PROGRAM).parent().unwrap().display(), std::env::var("PATH").unwrap_or_default());
    let mut ran = 0;
    for command in [""].iter().chain(&COMMANDS) {
        let arguments: Vec<&str> = [*command, "--help"].into_iter().filter(|argument| !argument.is_empty()).collect();
        let help = huzhu(&arguments).out;
        let examples: Vec<&str> = help.lines().filter(|line| line.starts_with("  huzhu ")).map(str::trim).collect();
        assert!(!examples.is_empty(), "`huzhu {command} --help` has no examples");
        for example in examples {
            let shell =
                Command::new("sh").args(["-c", example]).current_dir(&folder.root).env("PATH", &path).output().unwrap();
            assert!(shell.status.success(), "{example}\n{}", String::from_utf8_lossy(&shell.stderr));
            ran += 1;
        }
    }
    assert!(ran > 20);
}

// ── helpers ───────────────────────────────────────────────────────────────

/// What a run has printed, and its exit code.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Ran {
        Ran {
            code: output.status.code().expect("no signal ends the program"),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// The program at the top of the project, in an environment that says nothing.
pub(crate) fn program() -> Command {
    let mut command = Command::new(PROGRAM);
    command.current_dir(ROOT).stdin(Stdio::null());
    for variable in ["LC_ALL", "LC_MESSAGES", "LANG", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "HUZHU_RULES"] {
        command.env_remove(variable);
    }
    command
}

pub(crate) fn run(mut command: Command) -> Ran {
    command.output().unwrap().into()
}

fn huzhu(arguments: &[&str]) -> Ran {
    let mut command = program();
    command.args(arguments);
    run(command)
}

fn with_input(arguments: &[&str], input: &[u8]) -> Ran {
    let mut command = program();
    let mut child =
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    child.wait_with_output().unwrap().into()
}

fn expected(name: &str) -> PathBuf {
    Path::new(ROOT).join("tests/expected").join(name)
}

/// Compares a text with the one that is kept, or keeps it.
fn expect(name: &str, text: &str) {
    let path = expected(name);
    if std::env::var_os("HUZHU_BLESS").is_some() {
        fs::write(&path, text).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == text, "{name} differs (HUZHU_BLESS=1 keeps the new text)\n── kept\n{kept}\n── now\n{text}");
}

/// A folder of one test's own, gone with it.
pub(crate) struct Folder {
    root: PathBuf,
}

impl Folder {
    pub(crate) fn new(name: &str) -> Folder {
        let root = std::env::temp_dir().join(format!("huzhu-{name}-{}", std::process::id()));
        fs::create_dir_all(&root).unwrap();
        Folder { root }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn huzhu(&self, arguments: &[&str]) -> Ran {
        let mut command = program();
        command.args(arguments).current_dir(&self.root);
        run(command)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _gone = fs::remove_dir_all(&self.root);
    }
}

pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}
