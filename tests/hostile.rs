//! Packs that are legal in every part and monstrous as a whole: refused or read, never a crash, never a hang.

use std::fmt::Write as _;

use huzhu::limits::{MAX_NESTING, MAX_PROBLEMS};
use huzhu::{Code, Diagnostic, Language, pack};

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
    let text = with_values(&values);
    assert_eq!(codes(&text), [Code::TooMany]);
    let found = pack::load("hostile.toml", text.as_bytes()).unwrap_err();
    let found = found.iter().next().unwrap();
    assert_eq!(
        [Language::Zh, Language::En].map(|language| found.message(language).to_owned()),
        [
            "各表达式展开后共有超过 1000000 个部分，上限为 200000；此处的最大，有超过 1000000 个",
            "the expressions come to over 1000000 parts once values are put in, at most 200000 are read; the largest is here, with over 1000000",
        ]
    );
    assert_eq!(text[found.span()].split(',').next(), Some("least(v11"));
}

/// What is told of a pack, in Chinese.
fn told(text: &str) -> Vec<String> {
    let told = |found: &Diagnostic| format!("{} {}", found.code(), found.message(Language::Zh));
    pack::load("hostile.toml", text.as_bytes()).map_or_else(|found| found.iter().map(told).collect(), |_| Vec::new())
}

/// Packs of a few kilobytes that took seconds, minutes and gigabytes: their values name each other dozens of times.
#[test]
fn values_that_are_named_dozens_of_times_are_read_once() {
    for name in ["e2", "l8"] {
        let text = std::fs::read_to_string(format!("tests/hostile/{name}.toml")).unwrap();
        assert_eq!(told(&text), ["promise-unproven 承诺未得证明，也未找到反例"], "{name}");
    }
}

const SLAB: &str = "edge = \"up-to\"\nkind = \"slab\"\ntitle = { zh = \"分段\", en = \"bands\" }\nclause = \"4\"\nprovenance = \"assumed\"\nrows = [{ above = \"0 yuan\", up_to = \"10 yuan\", pays = \"5 yuan\" }, { above = \"10 yuan\", pays = \"6 yuan\" }]\n";

#[test]
fn bands_are_not_picked_by_what_they_give() {
    let by_a_value = format!("{}[bands.s]\nby = \"v0\"\n{SLAB}", with_values(&["s".to_owned()]));
    assert_eq!(told(&by_a_value), ["circular-value 分段的依据绕回了自身"]);
    let by_each_other =
        format!("{}[bands.s]\nby = \"t\"\n{SLAB}[bands.t]\nby = \"s\"\n{SLAB}", with_values(&["s".to_owned()]));
    assert_eq!(told(&by_each_other), ["circular-value 分段的依据绕回了自身"]);
}

#[test]
fn bands_that_are_picked_by_bands_nest_no_deeper_than_values() {
    let chain = |count: usize| {
        let by = |number: usize| if number == 0 { "personal_burden".to_owned() } else { format!("s{}", number - 1) };
        let bands: Vec<String> =
            (0..count).map(|number| format!("[bands.s{number}]\nby = \"{}\"\n{SLAB}", by(number))).collect();
        with_values(&[format!("s{}", count - 1)]) + &bands.concat()
    };
    assert_eq!(told(&chain(MAX_NESTING - 2)), [""; 0]);
    assert_eq!(told(&chain(MAX_NESTING - 1)), [format!("too-deep 表达式连同其中的计算值嵌套超过 {MAX_NESTING} 层")]);
}

/// Of thousands of names that mean nothing only the first hundreds are told, and no more are looked for.
#[test]
fn a_name_that_means_nothing_is_looked_for_only_where_it_is_told() {
    let values: Vec<String> = (0..40)
        .map(|value| {
            format!("least({})", (0..60).map(|name| format!("q{value}_{name}")).collect::<Vec<_>>().join(", "))
        })
        .collect();
    let told = told(&with_values(&values));
    assert_eq!(
        (told.len(), told.last().map(String::as_str)),
        (MAX_PROBLEMS, Some("too-many 问题超过 500 个，其余从略"))
    );
}
