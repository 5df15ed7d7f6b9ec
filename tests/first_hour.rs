//! The first hour with the program: what the pages say is done word by word, wherever the program stands.

use std::fs;
use std::path::Path;

use serde_json::Value as Json;

use crate::cli::{Folder, Ran, copy, program, run};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
const GUANGDONG: [&str; 6] =
    ["accident", "critical-illness", "hospital-allowance", "second-medical", "self-funded", "womens-illness"];

impl Folder {
    /// The program in a folder below, in English.
    fn huzhu_in(&self, below: &str, arguments: &[&str]) -> Ran {
        let mut command = program();
        command.args(arguments).args(["--lang", "en"]).current_dir(self.path(below));
        run(command)
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    fn is(&self, name: &str) -> bool {
        self.path(name).exists()
    }
}

fn shipped(name: &str) -> String {
    fs::read_to_string(Path::new(ROOT).join("rules").join(name)).unwrap()
}

// ── the page on rule packs ────────────────────────────────────────────────

/// What stands between fences of a page, by section: the number of the section, the language of the fence, the text.
fn fenced(page: &str) -> Vec<(usize, String, String)> {
    let (mut section, mut open, mut blocks) = (0, false, Vec::new());
    for line in page.lines() {
        if let Some(language) = line.strip_prefix("```") {
            open = !open;
            if open {
                blocks.push((section, language.to_owned(), String::new()));
            }
        } else if open {
            blocks.last_mut().unwrap().2.extend([line, "\n"]);
        } else if let Some(heading) = line.strip_prefix("## ") {
            section = heading.split('.').next().unwrap().parse().unwrap();
        }
    }
    blocks
}

/// The commands of the first section succeed, and the blocks of sections 2 to 6 are a pack and its cases that pass, in every folder that the page speaks of.
#[test]
fn the_page_on_rule_packs_can_be_followed_word_by_word() {
    for page in ["README.md", "README.zh.md"] {
        let blocks = fenced(&shipped(page));
        for stands in ["above", "inside"] {
            let folder = Folder::new(&format!("page-{page}-{stands}"));
            fs::create_dir(folder.path("rules")).unwrap();
            let here = if stands == "above" { "" } else { "rules" };
            let commands = blocks.iter().filter(|(section, language, _)| *section == 1 && language == "console");
            let commands: Vec<&str> = commands
                .flat_map(|(_, _, text)| text.lines())
                .map(|line| line.strip_prefix("$ huzhu ").unwrap())
                .collect();
            assert_eq!(commands, ["init my-plan", "check my-plan.toml", "test my-plan.toml"], "{page}");
            for command in commands {
                let ran = folder.huzhu_in(here, &command.split(' ').collect::<Vec<_>>());
                assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{page}, {stands}: {command}: {}", ran.out);
            }
            assert!(!folder.is("rules/rules") && !folder.is("my-plan.toml"));
            follow(page, &folder, here, &blocks);
        }
    }
}

/// Sections 2 to 8.
fn follow(page: &str, folder: &Folder, here: &str, blocks: &[(usize, String, String)]) {
    let toml = |sections: std::ops::RangeInclusive<usize>| {
        let chosen = blocks.iter().filter(|(section, language, _)| sections.contains(section) && language == "toml");
        chosen.map(|(_, _, text)| text.as_str()).collect::<Vec<_>>().join("\n")
    };
    let (pack, cases) = (toml(2..=5), toml(6..=6));
    let ask = |command: &str| folder.huzhu_in(here, &[command, "my-plan.toml"]);
    folder.write("rules/my-plan.toml", &pack);
    folder.write("rules/my-plan.cases.toml", &cases);
    for command in ["check", "test"] {
        let ran = ask(command);
        assert_eq!(ran.code, 0, "{page}: {command}: {}{}", ran.out, ran.err);
    }
    folder.write("rules/my-plan.toml", &pack.replace("60 yuan/day", "80 yuan/day").replace("60元/天", "80元/天"));
    let ran = ask("test");
    assert_eq!(ran.code, 1, "{page}");
    assert!(ran.out.contains("7 of 12 cases failed"), "{page}: {}", ran.out);
    folder.write(
        "rules/my-plan.toml",
        &pack.replacen("daily_allowance * hospital_days", "daily_alowance * hospital_days", 1),
    );
    let ran = ask("check");
    assert_eq!(ran.code, 1, "{page}");
    assert!(
        ran.out.contains("error[unknown-name]") && ran.out.contains("did you mean `daily_allowance`"),
        "{}",
        ran.out
    );

    // a new version: renamed, copied, and told apart
    fs::remove_file(folder.path("rules/my-plan.toml")).unwrap();
    fs::remove_file(folder.path("rules/my-plan.cases.toml")).unwrap();
    let id = "id        = \"my-plan\"\n";
    let effective = "effective = { from = 2025-01-01, by = \"coverage_start\" }";
    assert!(pack.contains(id) && pack.contains(effective), "{page}");
    for (version, dates) in [("2025", "from = 2025-01-01, until = 2025-12-31"), ("2026", "from = 2026-01-01")] {
        let dates = format!("effective = {{ {dates}, by = \"coverage_start\" }}");
        let named = pack.replacen(id, &format!("{id}version   = \"{version}\"\n"), 1).replace(effective, &dates);
        folder.write(&format!("rules/my-plan.{version}.toml"), &named);
        let head = "plan = \"my-plan\"\n";
        let mut named = cases.replacen(head, &format!("{head}version = \"{version}\"\n"), 1);
        if version == "2026" {
            named = named.replace("2026-", "2027-").replace("2025-", "2026-");
        }
        folder.write(&format!("rules/my-plan.{version}.cases.toml"), &named);
    }
    for command in ["check", "test"] {
        let ran = folder.huzhu_in(here, &[command, "my-plan"]);
        assert_eq!(ran.code, 0, "{page}: {command}: {}{}", ran.out, ran.err);
    }
}

// ── a first pack ──────────────────────────────────────────────────────────

#[test]
fn a_folder_of_packs_is_known_from_inside() {
    let folder = Folder::new("inside");
    folder.huzhu_in("", &["init", "first"]);
    let ran = folder.huzhu_in("rules", &["init", "second"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    assert!(ran.out.starts_with("wrote\n  second.toml\n  second.cases.toml\n"), "{}", ran.out);
    assert!(folder.is("rules/second.toml") && !folder.is("rules/rules"));
    let ran = folder.huzhu_in("rules", &["check"]);
    assert!(ran.out.contains("✓ first.toml ") && ran.out.contains("✓ second.toml "), "{}", ran.out);

    // a folder of packs by another name
    fs::rename(folder.path("rules"), folder.path("ours")).unwrap();
    assert_eq!(folder.huzhu_in("ours", &["test"]).code, 0);
    // a folder that only has a folder of packs beside it is none
    fs::create_dir(folder.path("elsewhere")).unwrap();
    let ran = folder.huzhu_in("elsewhere", &["check"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("`huzhu init --from henan-accident`"), "{}", ran.err);
}

#[test]
fn every_shipped_plan_can_be_copied_and_passes() {
    let folder = Folder::new("shipped");
    let plans = fs::read_dir(Path::new(ROOT).join("rules"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let plans =
        plans.filter_map(|name| name.strip_suffix(".toml").map(str::to_owned)).filter(|name| name != "guangdong.joint");
    let plans: std::collections::BTreeSet<String> =
        plans.map(|name| name.split('.').next().unwrap().to_owned()).collect();
    assert!(plans.len() >= 12, "{plans:?}");
    for plan in &plans {
        let ran = folder.huzhu_in("", &["init", "--from", plan]);
        assert_eq!(ran.code, 0, "{plan}: {}", ran.err);
    }
    for entry in fs::read_dir(folder.path("rules")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let plain =
            |text: &str| text.lines().map(|line| line.split('#').next().unwrap().to_owned()).collect::<Vec<_>>();
        assert_eq!(plain(&folder.read(&format!("rules/{name}"))), plain(&shipped(&name)), "{name}");
    }
    let ran = folder.huzhu_in("", &["check"]);
    assert_eq!(ran.code, 0, "{}", ran.out);
    let ran = folder.huzhu_in("", &["adjudicate", &format!("{ROOT}/rules/cases/zhao.json"), "--format", "json"]);
    assert_eq!(serde_json::from_str::<Json>(&ran.out).unwrap()["payable"], "7119.87");
    // it is there already
    let ran = folder.huzhu_in("", &["init", "--from", "henan-accident"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("`rules/henan-accident.cases.toml` already exists"), "{}", ran.err);
}

#[test]
fn a_shipped_plan_can_be_copied_under_another_id() {
    let folder = Folder::new("renamed");
    let ran = folder.huzhu_in("", &["init", "our-second", "--from", "guangdong-second-medical"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    assert!(folder.is("rules/our-second.2015.toml") && folder.is("rules/our-second.2025-07.cases.toml"));
    for command in ["check", "test"] {
        assert_eq!(folder.huzhu_in("", &[command, "our-second"]).code, 0);
    }
    let ran = folder.huzhu_in("", &["init", "--from", "henan-acident"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("no plan `henan-acident` comes with the program"), "{}", ran.err);
    assert!(ran.err.contains("did you mean `henan-accident`?"), "{}", ran.err);
}

/// A joint limit over plans that are not there would be a mistake; one that is left out silently would be a wrong payout.
#[test]
fn a_joint_limit_comes_with_the_last_of_its_plans() {
    let folder = Folder::new("joint");
    for (number, plan) in GUANGDONG.iter().enumerate() {
        let ran = folder.huzhu_in("", &["init", "--from", &format!("guangdong-{plan}")]);
        let is_last = number + 1 == GUANGDONG.len();
        assert_eq!(ran.code, 0, "{}", ran.err);
        assert_eq!(ran.err.contains("the joint limit `guangdong.joint.toml` is not copied"), !is_last, "{}", ran.err);
        assert_eq!(folder.is("rules/guangdong.joint.toml"), is_last);
    }
    assert_eq!(folder.huzhu_in("", &["check"]).code, 0);
}

// ── where the packs are ───────────────────────────────────────────────────

#[test]
fn the_rules_folder_is_named_by_option_environment_file_or_custom_in_this_order() {
    let folder = Folder::new("home");
    for plan in ["option", "environment", "file", "rules"] {
        folder.huzhu_in("", &["init", plan, "--rules", plan]);
    }
    fs::create_dir_all(folder.path("deep/deeper")).unwrap();
    let checked = |below: &str, environment: Option<&str>, more: &[&str]| {
        let mut command = program();
        command.args(["check", "--format", "json"]).args(more).current_dir(folder.path(below));
        environment.map(|value| command.env("HUZHU_RULES", value));
        let ran = run(command);
        assert_eq!(ran.code, 0, "{}", ran.err);
        serde_json::from_str::<Json>(&ran.out).unwrap()["packs"][0]["id"].as_str().unwrap().to_owned()
    };
    assert_eq!(checked("", None, &[]), "rules");
    folder.write("huzhu.toml", "rules = \"file\"\nlang = \"zh\"\n");
    assert_eq!(checked("", None, &[]), "file");
    // a file above counts, and its folder is meant from where it is
    assert_eq!(checked("deep/deeper", None, &[]), "file");
    let environment = folder.path("environment").display().to_string();
    assert_eq!(checked("deep", Some(&environment), &[]), "environment");
    assert_eq!(checked("deep", Some(""), &[]), "file");
    assert_eq!(checked("", Some(&environment), &["--rules", "option"]), "option");
}

#[test]
fn the_language_is_named_by_option_file_or_environment_in_this_order() {
    let folder = Folder::new("tongue");
    folder.huzhu_in("", &["init", "plan"]);
    let spoken = |locale: &str, more: &[&str]| {
        let mut command = program();
        command.args(["check"]).args(more).env("LANG", locale).current_dir(folder.path(""));
        let ran = run(command);
        assert_eq!(ran.code, 0, "{}", ran.err);
        if ran.out.contains("已证明") { "zh" } else { "en" }
    };
    assert_eq!((spoken("zh_CN.UTF-8", &[]), spoken("C.UTF-8", &[])), ("zh", "en"));
    folder.write("huzhu.toml", "lang = \"zh\"\n");
    assert_eq!((spoken("C.UTF-8", &[]), spoken("C.UTF-8", &["--lang", "en"])), ("zh", "en"));
    // inside the folder of packs it is no pack
    fs::rename(folder.path("huzhu.toml"), folder.path("rules/huzhu.toml")).unwrap();
    assert_eq!(spoken("C.UTF-8", &[]), "en");
}

#[test]
fn a_home_that_cannot_be_read_is_said_before_anything_is_done() {
    let folder = Folder::new("misread");
    folder.huzhu_in("", &["init", "plan"]);
    for (text, says) in [
        ("rule = \"rules\"", "`huzhu.toml`: there is no key `rule`"),
        ("rules = 1", "`huzhu.toml`: `rules` names a folder"),
        ("lang = \"de\"", "`huzhu.toml`: `lang` is `zh` or `en`"),
        ("rules = ", "`huzhu.toml`: "),
    ] {
        folder.write("huzhu.toml", text);
        let ran = folder.huzhu_in("", &["init", "second"]);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{text}");
        assert!(ran.err.contains(says) && ran.err.contains("both may be left out"), "{text}: {}", ran.err);
        assert!(!folder.is("rules/second.toml"));
    }
}

// ── one bad pack ──────────────────────────────────────────────────────────

const MISTAKE: &str = "\n[figure.unknown]\nvalue = \"1 parsec\"\n";

#[test]
fn a_bad_pack_does_not_stop_a_claim_of_another_plan() {
    let folder = Folder::new("bad");
    copy(&Path::new(ROOT).join("rules"), &folder.path("rules"));
    let decided = |case: &str| folder.huzhu_in("", &["adjudicate", case, "--format", "json"]);
    let good = decided("rules/cases/zhao.json");
    assert_eq!((good.code, good.err.as_str()), (0, ""));
    for (bad, text) in [
        ("rules/ningbo-hospital.toml", shipped("ningbo-hospital.toml") + MISTAKE),
        ("rules/wuxi-xixinbao.toml", shipped("wuxi-xixinbao.toml") + "\n[[benefit"),
        // each version is in order, but not the two together
        (
            "rules/guangdong-second-medical.2019.toml",
            shipped("guangdong-second-medical.2019.toml").replace("2019-01-01", "2020-01-01"),
        ),
        (
            "rules/other.joint.toml",
            "[joint]\nid = \"other\"\nplans = [\"ningbo-hospital\", \"ningbo-critical\"]\n".to_owned(),
        ),
    ] {
        let before = fs::read(folder.path(bad)).ok();
        folder.write(bad, &text);
        let ran = decided("rules/cases/zhao.json");
        assert_eq!((ran.code, &ran.out), (0, &good.out), "{bad}: {}", ran.err);
        let warning = format!("warning: `{bad}` has mistakes and was left out; `huzhu check {bad}` shows them\n");
        assert!(ran.err.contains(&warning), "{bad}: {}", ran.err);
        before.map_or_else(|| fs::remove_file(folder.path(bad)), |before| fs::write(folder.path(bad), before)).unwrap();
    }
}

#[test]
fn a_bad_pack_stops_the_claims_that_it_may_be_about() {
    let folder = Folder::new("bad-own");
    copy(&Path::new(ROOT).join("rules"), &folder.path("rules"));
    let zhao = shipped("cases/zhao.json");
    folder.write("escaped.json", &zhao.replace("henan-accident", "henan\\u002daccident"));
    // the plan of an earlier claim counts too
    let henan = shipped("henan-accident.toml");
    for (case, bad, text) in [
        ("rules/cases/zhao.json", "rules/henan-accident.toml", henan.clone() + MISTAKE),
        (
            "rules/cases/zhao.json",
            "rules/another-name.toml",
            henan.replace("\nid        = \"henan-accident\"", "\nversion = \"2\"\nid = \"henan-accident\"") + MISTAKE,
        ),
        ("rules/cases/zhao.json", "rules/henan-accident.2026.toml", "[plan]\nid = ".to_owned()),
        ("rules/cases/zhao.json", "rules/notes.toml", "remember = \"this\"".to_owned()),
        (
            "rules/cases/zhao.json",
            "rules/more.joint.toml",
            "[joint]\nplans = [\"henan-accident\", \"ningbo-hospital\"]\n".to_owned(),
        ),
        ("escaped.json", "rules/ningbo-hospital.toml", shipped("ningbo-hospital.toml") + MISTAKE),
    ] {
        let before = fs::read(folder.path(bad)).ok();
        folder.write(bad, &text);
        let ran = folder.huzhu_in("", &["adjudicate", case]);
        assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{bad}: {}", ran.err);
        assert!(ran.err.contains(&format!("{bad}:")), "{bad}: {}", ran.err);
        before.map_or_else(|| fs::remove_file(folder.path(bad)), |before| fs::write(folder.path(bad), before)).unwrap();
    }
}

// ── how much memory ───────────────────────────────────────────────────────

#[test]
fn memory_is_said_as_people_say_it() {
    let folder = Folder::new("memory");
    copy(&Path::new(ROOT).join("rules"), &folder.path("rules"));
    let fixed =
        ["batch", "-crules/cases/claims.csv", "-erules/cases/enrollments.csv", "-oout.csv", "--dry-run", "--quiet"];
    let asked = |size: &str| {
        let memory = format!("--memory={size}");
        folder.huzhu_in("", &[&fixed[..], &[memory.as_str()]].concat())
    };
    for size in
        ["512M", "512MB", "512MiB", "512m", "512 MB", "1G", "1gb", "1GiB", "1T", "536870912", "536870912B", "600000K"]
    {
        let ran = asked(size);
        assert_eq!(ran.code, 0, "{size}: {}", ran.err);
    }
    for size in ["", "M", "0.5G", "512X", "512 M B", "-1G", "20000000T"] {
        let ran = asked(size);
        assert_eq!(ran.code, 2, "{size}");
        assert!(ran.err.contains("such as 512M"), "{size}: {}", ran.err);
    }
    // they are multiples of 1024, not of 1000
    for (size, is_enough) in [("65536K", true), ("64M", true), ("65535K", false), ("64000000", false)] {
        assert_eq!(asked(size).code == 0, is_enough, "{size}: {}", asked(size).err);
    }
}
