//! Packs that are legal in every part and monstrous as a whole: refused or read, never a crash, never a hang.

use std::fmt::Write as _;

use huzhu::limits::MAX_NESTING;
use huzhu::{Code, Diagnostic, pack};

const HEAD: &str = r#"
[plan]
id = "hostile"
title = { zh = "测", en = "test" }
effective = { from = 2025-01-01, by = "coverage_start" }
rounding = { to = "0.01 yuan", mode = "half-up", clause = "1", provenance = "assumed" }
"#;

/// A pack with these values, the last of which is paid.
fn with_values(values: &[String]) -> String {
    let mut text = HEAD.to_owned();
    for (number, value) in values.iter().enumerate() {
        let _ = write!(
            text,
            "[value.v{number}]\nis = \"{value}\"\ntitle = {{ zh = \"值\", en = \"value\" }}\nclause = \"2\"\nprovenance = \"assumed\"\n"
        );
    }
    let last = values.len().saturating_sub(1);
    let _ = write!(
        text,
        "[[benefit]]\nid = \"b\"\ntitle = {{ zh = \"待遇\", en = \"benefit\" }}\nclause = \"3\"\nprovenance = \"assumed\"\nwhen = \"cause = accident\"\ngross = \"v{last}\"\n"
    );
    text
}

fn codes(text: &str) -> Vec<Code> {
    match pack::load("hostile.toml", text.as_bytes()).inspect_err(|found| println!("{found}")) {
        Ok(_) => Vec::new(),
        Err(found) => found.iter().map(Diagnostic::code).collect(),
    }
}

#[test]
fn values_may_be_as_deep_as_the_limit_and_no_deeper() {
    // A value of depth n, half of it written in the value that it builds on.
    let half =
        |inner: &str, depth: usize| format!("{}{inner}{}", "least(".repeat(depth), ", personal_burden)".repeat(depth));
    let of_depth = |depth: usize| {
        let outer = depth / 2;
        with_values(&[half("v1", outer), half("personal_burden", depth - outer)])
            .replace("gross = \"v1\"", "gross = \"v0\"")
    };
    // The two names and the innermost fact are a level each.
    assert_eq!(codes(&of_depth(MAX_NESTING - 3)), []);
    assert_eq!(codes(&of_depth(MAX_NESTING - 2)), [Code::TooDeep]); // told once, where the value is used
}

#[test]
fn values_that_double_and_double_again_are_refused() {
    let mut values = vec!["personal_burden".to_owned()];
    for number in 1..16 {
        let previous = format!("v{}", number - 1);
        values.push(format!("least({})", vec![previous; 40].join(", ")));
    }
    assert_eq!(codes(&with_values(&values)), [Code::TooMany]);
}
