//! Every page of a code holds examples that fail as it says.

use std::path::Path;

use huzhu::{Case, Catalog, Code, Diagnostics, Language, WorkedCases};

/// Codes that no text on a page can give: files that are too large, not text, or nested too deep; and those of decisions.
const TOLD_IN_WORDS: [Code; 5] = [Code::NotUtf8, Code::TooLarge, Code::TooDeep, Code::TooMany, Code::ExpressionTooLong];

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
    let is_reason = |code: &Code| *code >= Code::MissingFact;
    for code in Code::ALL.iter().filter(|code| !is_reason(code) && !TOLD_IN_WORDS.contains(code)) {
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
