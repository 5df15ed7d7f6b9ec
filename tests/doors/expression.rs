//! Any text in the places of a pack that hold expressions: a plan that decides, or problems that lie in the text.

use std::fmt::Write;

use huzhu::{Accumulators, Claim, Enrollment, Plan, pack};

use super::said;

const REQUIRE: &str = "event_date in coverage_start..=coverage_end";
const WHEN: &str = "personal_burden > 0 yuan";
const GROSS: &str = "personal_burden";
const LIMIT: &str = "cap * shares";

pub(super) fn text(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else { return };
    let text = quoted(text);
    for pack in [
        pack_with(&text, WHEN, GROSS, LIMIT),
        pack_with(REQUIRE, &text, GROSS, LIMIT),
        pack_with(REQUIRE, WHEN, &text, LIMIT),
        pack_with(REQUIRE, WHEN, GROSS, &text),
    ] {
        match pack::load("pack.toml", pack.as_bytes()) {
            Ok(plan) => decide(&plan),
            Err(found) => said::is_located(&found, pack.as_bytes()),
        }
    }
}

/// A claim that gives what the pack around the text needs; what the text needs beyond that is missing.
fn decide(plan: &Plan) {
    let enrollment = Enrollment::new("E1", "example", "M1").with("shares", 2);
    let enrollment = enrollment.and_then(|enrollment| enrollment.with("coverage_start", "2025-01-01"));
    let enrollment = enrollment.and_then(|enrollment| enrollment.with("coverage_end", "2025-12-31"));
    let claim = Claim::new("C1").with("event_date", "2025-01-10");
    let claim = claim.and_then(|claim| claim.with("personal_burden", "2019.87"));
    let claim = claim.and_then(|claim| claim.with("disability_grade", 9));
    let (Ok(enrollment), Ok(claim)) = (enrollment, claim) else { panic!("the facts have these forms") };
    let adjudication = plan.adjudicate(&enrollment, &claim, &Accumulators::new());
    let outcome = plan.decide(&enrollment, &claim, &Accumulators::new());
    assert_eq!(adjudication.map(|adjudication| adjudication.outcome().clone()), outcome);
}

/// The inside of a basic string of TOML.
fn quoted(text: &str) -> String {
    text.chars().fold(String::new(), |mut quoted, letter| {
        let _ = match letter {
            '"' | '\\' => write!(quoted, "\\{letter}"),
            letter if letter.is_control() => write!(quoted, "\\U{:08x}", u32::from(letter)),
            letter => write!(quoted, "{letter}"),
        };
        quoted
    })
}

/// The pack around the text, with expressions that are right.
pub(super) fn usual() -> String {
    pack_with(REQUIRE, WHEN, GROSS, LIMIT)
}

fn pack_with(require: &str, when: &str, gross: &str, limit: &str) -> String {
    format!(
        r#"[plan]
id = "example"
title = {{ zh = "示例计划", en = "Example plan" }}
effective = {{ from = 2025-01-01, by = "coverage_start" }}
rounding = {{ to = "0.01 yuan", mode = "half-up", clause = "Article 9", provenance = "stated" }}

[figure.cap]
value = "10_000 yuan"
title = {{ zh = "每期限额", en = "most in a period" }}
clause = "Article 6"
provenance = "stated"

[table.ratio]
by = "disability_grade"
rows = {{ 1 = "100%", 2 = "90%", 3 = "80%", 4 = "70%", 5 = "60%", 6 = "50%", 7 = "40%", 8 = "30%", 9 = "20%", 10 = "10%" }}
clause = "Article 7"
provenance = "stated"

[[benefit]]
id = "disability"
title = {{ zh = "伤残互助金", en = "disability" }}
when = "given(disability_grade)"
gross = "cap * ratio"
clause = "Article 8"
provenance = "stated"

[[condition]]
id = "must"
require = "{require}"
otherwise = "deny"
text = {{ zh = "条件", en = "condition" }}
clause = "Article 4"
provenance = "stated"

[[benefit]]
id = "medical"
title = {{ zh = "住院医疗互助金", en = "hospital aid" }}
when = "{when}"
gross = "{gross}"
clause = "Article 5"
provenance = "stated"
steps = [{{ limit = "{limit}", per = "period" }}]
"#
    )
}
