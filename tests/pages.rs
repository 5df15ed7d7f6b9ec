//! Every page of a code holds examples that fail as it says.

use std::collections::BTreeSet;
use std::path::Path;

use huzhu::{Case, Catalog, Code, CodeKind, Diagnostics, Language, WorkedCases};
use serde_json::Value as Json;

/// Codes that no text on a page can give: files that are too large, not text, or nested too deep; and those of decisions.
const TOLD_IN_WORDS: [Code; 6] =
    [Code::NotText, Code::NotUtf8, Code::TooLarge, Code::TooDeep, Code::TooMany, Code::ExpressionTooLong];

#[test]
fn every_failing_example_gives_the_code_of_its_page() {
    let catalog = Catalog::load(Path::new("rules")).expect("the shipped packs load");
    let mut examples = 0;
    for code in Code::ALL {
        let page = code.page(Language::En);
        let packs = blocks(page, "toml,fails");
        if !packs.is_empty() {
            examples += 1;
            let files =
                packs.iter().enumerate().map(|(number, text)| (format!("{number}.toml"), text.clone().into_bytes()));
            assert_gives(*code, &Catalog::read(files).map_or_else(|found| found, |_| Diagnostics::default()));
        }
        for text in blocks(page, "toml,joint,fails") {
            examples += 1;
            let mut files = shipped().expect("the shipped packs are read");
            files.push(("joint.joint.toml".to_owned(), text.into_bytes()));
            assert_gives(*code, &Catalog::read(files).map_or_else(|found| found, |_| Diagnostics::default()));
        }
        for text in blocks(page, "toml,cases,fails") {
            examples += 1;
            let found = match WorkedCases::read("page.cases.toml", text.as_bytes(), &catalog) {
                Ok(cases) => cases.run(&catalog).failures,
                Err(found) => found,
            };
            assert_gives(*code, &found);
        }
        for text in blocks(page, "json,fails") {
            examples += 1;
            let found = Case::read("page.json", text.as_bytes(), &catalog)
                .map_or_else(|found| found, |_| Diagnostics::default());
            assert_gives(*code, &found);
        }
    }
    assert!(examples >= 49, "only {examples} failing examples");
}

#[test]
fn every_code_of_a_problem_has_a_failing_example() {
    let mistakes = Code::ALL.iter().filter(|code| code.kind() == CodeKind::Mistake);
    for code in mistakes.filter(|code| !TOLD_IN_WORDS.contains(code)) {
        assert!(code.page(Language::En).contains(",fails\n"), "{code} has no failing example");
    }
}

/// At least one diagnostic has the code, and no other code is given.
fn assert_gives(code: Code, found: &Diagnostics) {
    let codes: Vec<Code> = found.iter().map(huzhu::Diagnostic::code).collect();
    assert!(!codes.is_empty(), "the example of {code} is not refused");
    assert!(codes.iter().all(|given| *given == code), "the example of {code} gives {codes:?}:\n{found}");
}

/// The fenced blocks of a page with this word after the fence.
fn blocks(page: &str, word: &str) -> Vec<String> {
    let opening = format!("```{word}\n");
    page.split(&opening).skip(1).filter_map(|rest| rest.split("```").next()).map(str::to_owned).collect()
}

fn shipped() -> std::io::Result<Vec<(String, Vec<u8>)>> {
    let files = std::fs::read_dir("rules")?.collect::<Result<Vec<_>, _>>()?.into_iter().map(|entry| entry.path());
    let packs = files.filter(|path| {
        let name = path.to_string_lossy();
        name.ends_with(".toml") && !name.ends_with(".cases.toml")
    });
    packs.map(|path| Ok((path.to_string_lossy().into_owned(), std::fs::read(&path)?))).collect()
}

// ── in Chinese ────────────────────────────────────────────────────────────

/// What is written in English on the one page stands in Chinese on the other: units, titles, clauses. The rest is the same.
fn in_chinese(example: &str) -> String {
    let units = [
        (" yuan/day", "元/天"),
        (" yuan", "元"),
        (" days", "天"),
        (" day", "天"),
        (" months", "个月"),
        (" years", "年"),
        (" year", "年"),
    ];
    let numbers = ["一", "二", "三", "四", "五", "六", "七", "八", "九"];
    let mut text = String::new();
    for part in example.split("{ zh = ") {
        match part.split_once(", en = ").filter(|_| !text.is_empty()) {
            Some((zh, rest)) => text = text + zh + rest.split_once("\" }").unwrap().1,
            None => text += part,
        }
    }
    for digit in '0'..='9' {
        text = units.iter().fold(text, |text, (en, zh)| text.replace(&format!("{digit}{en}"), &format!("{digit}{zh}")));
    }
    for (number, zh) in (1..).zip(numbers) {
        text = text.replace(&format!("\"Article {number}\""), &format!("\"第{zh}条\""));
    }
    text
}

#[test]
fn the_examples_of_a_chinese_page_are_those_of_the_english_one_in_chinese() {
    let mut examples = 0;
    for code in Code::ALL {
        for word in ["toml", "json"] {
            let (zh, en) = (blocks(code.page(Language::Zh), word), blocks(code.page(Language::En), word));
            let wanted: Vec<String> = en.iter().map(|example| in_chinese(example)).collect();
            assert_eq!(zh, wanted, "{code}");
            examples += zh.len();
            // a row of a table of cases is no file by itself
            for example in zh.iter().filter(|_| word == "toml" && *code != Code::CaseFailed) {
                assert!(toml::de::DeTable::parse(example).is_ok(), "{code}: {example}");
            }
        }
    }
    assert!(examples > 50, "{examples} examples");
}

/// The pages on the format hold worked cases of a shipped plan, and a joint limit.
#[test]
fn the_examples_of_the_format_pages_hold() {
    let catalog = Catalog::load(Path::new("rules")).expect("the shipped packs load");
    for page in [include_str!("../src/docs/format.zh.md"), include_str!("../src/docs/format.en.md")] {
        let examples = blocks(page, "toml");
        let (cases, joints): (Vec<_>, Vec<_>) = examples.iter().partition(|example| example.contains("[[table]]"));
        assert_eq!((cases.len(), joints.len()), (1, 1));
        let ran = WorkedCases::read("page.cases.toml", cases[0].as_bytes(), &catalog).unwrap().run(&catalog);
        assert!(ran.failures.iter().next().is_none(), "{}", ran.failures);
        let mut files = shipped().expect("the shipped packs are read");
        files.retain(|(name, _)| !name.ends_with(".joint.toml"));
        files.push(("page.joint.toml".to_owned(), joints[0].clone().into_bytes()));
        Catalog::read(files).unwrap_or_else(|found| panic!("{found}"));
    }
}

/// Every key of a pack, and every text that a key may be, stands on both pages.
#[test]
fn the_format_pages_name_every_word_of_the_schema() {
    let mut words = BTreeSet::new();
    words_of(&huzhu::pack::schema(), &mut words);
    assert!(words.len() > 80, "{words:?}");
    for (page, text) in
        [("zh", include_str!("../src/docs/format.zh.md")), ("en", include_str!("../src/docs/format.en.md"))]
    {
        let said: BTreeSet<&str> =
            text.split(|letter: char| !letter.is_ascii_alphanumeric() && !"-_".contains(letter)).collect();
        let missing: Vec<&String> = words.iter().filter(|word| !said.contains(word.as_str())).collect();
        assert!(missing.is_empty(), "not on the page format.{page}.md: {missing:?}");
    }
}

fn words_of(schema: &Json, words: &mut BTreeSet<String>) {
    if let Some(keys) = schema["properties"].as_object() {
        words.extend(keys.keys().cloned());
    }
    words.extend(schema["enum"].as_array().into_iter().flatten().filter_map(Json::as_str).map(str::to_owned));
    // the dates of `order` are standard facts, which `huzhu schema --case` lists
    let within = schema.as_object().into_iter().flatten().filter(|(key, _)| *key != "order").map(|(_, inner)| inner);
    let within = within.chain(schema.as_array().into_iter().flatten());
    within.filter(|inner| inner.is_object() || inner.is_array()).for_each(|inner| words_of(inner, words));
}
