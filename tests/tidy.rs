//! Style as a test.

use std::fs;
use std::path::{Path, PathBuf};

use huzhu::{Code, Language};

const MOST_LINES_OF_A_FILE: usize = 1100;
/// A float must not come near money; a placeholder or a lint that is off without a reason must not stay.
const FLOATS: [&str; 2] = ["f32", "f64"];
/// Where a float is the matter itself: what another system makes of money, and how sure a sample is. Neither gives an amount of ours.
const WITH_FLOATS: [&str; 2] = ["audit/binary.rs", "audit/interval.rs"];
const FORBIDDEN_WORDS: [&str; 6] = ["f32", "f64", "todo!", "unimplemented!", "dbg!", "#[allow"];
/// The modules that decide money, dates, versions and places: files, and folders with all that is in them.
const DECIDING: [&str; 43] = [
    "accumulator.rs",
    "adjudicate.rs",
    "adjudicate/",
    "audit/compare.rs",
    "audit/difference.rs",
    "audit/roundings.rs",
    "audit/found.rs",
    "audit/recorded.rs",
    "batch/accounts.rs",
    "batch/accounts/",
    "batch/ingest/codes.rs",
    "batch/ingest/dates.rs",
    "batch/ingest/numbers.rs",
    "batch/ingest/target.rs",
    "batch/ingest/vocabulary.rs",
    "batch/files/cells.rs",
    "batch/groups.rs",
    "batch/hash.rs",
    "batch/refused.rs",
    "calendar.rs",
    "catalog.rs",
    "certificate/",
    "enroll/",
    "curve/",
    "exact.rs",
    "fact.rs",
    "facts.rs",
    "history.rs",
    "history/",
    "joint.rs",
    "member.rs",
    "member/",
    "money.rs",
    "pack/check.rs",
    "pack/resolve.rs",
    "pack/resolve/",
    "plan.rs",
    "plan/",
    "quote.rs",
    "reading/",
    "semantics.rs",
    "semantics/",
    "../crates/huzhu-verify/src/step.rs",
];
/// What would stand there in place of what is not.
const DEFAULTS: [&str; 7] = [
    "unwrap_or_default",
    "unwrap_or(Decimal::ZERO",
    "map_or(Decimal::ZERO",
    "unwrap_or(NaiveDate::",
    "map_or(NaiveDate::",
    "unwrap_or(Fixed::",
    "map_or(Fixed::",
];
/// A page says what the code means, why it matters and what to do.
const LEAST_LINES_OF_A_PAGE: usize = 4;

#[test]
fn a_file_is_short_enough_to_be_read() {
    let long = sources().filter_map(|(path, text)| {
        let lines = text.lines().count();
        (lines > MOST_LINES_OF_A_FILE).then(|| format!("{} has {lines} lines", path.display()))
    });
    none(long, "split at a noun");
}

#[test]
fn a_file_says_first_what_it_is_about() {
    let silent = sources().filter(|(_, text)| !text.starts_with("//! "));
    none(silent.map(|(path, _)| path.display().to_string()), "the first line is `//! …`");
}

#[test]
fn no_float_and_no_placeholder_is_in_the_sources() {
    let found = sources().flat_map(|(path, text)| {
        let may_have_floats = WITH_FLOATS.iter().any(|file| path.ends_with(file));
        let is_allowed = move |word: &&str| may_have_floats && FLOATS.contains(word);
        let lines = (1..).zip(text.lines().map(str::to_owned));
        let lines = lines.flat_map(|(number, line)| {
            words_in(&line).filter(|word| !is_allowed(word)).map(move |word| (number, word)).collect::<Vec<_>>()
        });
        lines.map(|(number, word)| format!("{}:{number}: {word}", path.display())).collect::<Vec<_>>()
    });
    none(found, "write it without");
}

/// What a terminal, a workbook, a page or a spreadsheet obeys stands in `foreign` alone, so that nothing prints a text from elsewhere by a rule of its own.
/// (`spelling` reads past what nobody sees; the checker of certificates shares no code.)
#[test]
fn one_file_says_what_a_medium_obeys() {
    const OF_A_MEDIUM: [&str; 8] =
        [".is_control()", "'\\u{202a}'", "'\\u{2028}'", "&amp;", "&lt;", "'\\u{fffd}'", "escape_default", "'＝'"];
    const MAY: [&str; 4] = ["src/foreign.rs", "src/spelling.rs", "src/diagnostic.rs", "huzhu-verify/src/flaw.rs"];
    let found = sources().filter(|(path, _)| !MAY.iter().any(|file| path.ends_with(file)));
    let found = found.flat_map(|(path, text)| {
        let lines = (1..).zip(without_tests(&text).lines());
        let lines = lines.filter(|(_, line)| OF_A_MEDIUM.iter().any(|sign| line.contains(sign)));
        lines.map(|(number, line)| format!("{}:{number}: {}", path.display(), line.trim())).collect::<Vec<_>>()
    });
    none(found, "say it in `foreign`");
}

/// What touches a file goes through `disk`, so that tests can put a disk in its place that fails. The program itself reads what it is given and leaves all writing
/// to the library.
#[test]
fn files_are_touched_in_one_module() {
    const ANY: [&str; 8] = [
        "std::fs",
        ".exists()",
        ".try_exists()",
        ".read_dir()",
        ".canonicalize()",
        "path.metadata()",
        "path.is_file()",
        "path.is_dir()",
    ];
    const TO_WRITE: [&str; 8] = [
        "fs::write",
        "fs::rename",
        "fs::remove",
        "fs::create",
        "fs::copy",
        "File::create",
        "OpenOptions",
        "set_permissions",
    ];
    let is_exempt = |path: &Path| {
        let is_of_tests =
            path.iter().any(|part| ["tests", "tests.rs", "trial.rs"].iter().any(|of_tests| part == *of_tests));
        is_of_tests || path.starts_with("disk") || path == "disk.rs"
    };
    let found = sources().filter(|(path, _)| !is_exempt(path.strip_prefix(source()).unwrap_or(path)));
    let found = found.flat_map(|(path, text)| {
        let is_program = path.starts_with(source().join("cli"));
        let signs = if is_program { &TO_WRITE } else { &ANY };
        let lines = (1..).zip(without_tests(&text).lines()).filter(|(_, line)| !line.trim_start().starts_with("//"));
        let lines = lines.filter(|(_, line)| signs.iter().any(|sign| line.contains(sign)));
        lines.map(|(number, line)| format!("{}:{number}: {}", path.display(), line.trim())).collect::<Vec<_>>()
    });
    none(found, "go through `disk`");
}

/// A zero, the first of January 1970 or the first row in place of what is not there would be paid, and nobody would see it.
#[test]
fn nothing_is_decided_on_a_default() {
    let root = source();
    let found = sources().filter(|(path, _)| {
        let beside = path.strip_prefix(env!("CARGO_MANIFEST_DIR")).map(|path| Path::new("..").join(path));
        let path = path.strip_prefix(&root).map(Path::to_owned).or(beside).unwrap_or_else(|_| path.clone());
        DECIDING.iter().any(|deciding| path.starts_with(deciding))
    });
    let found = found.flat_map(|(path, text)| {
        let is_default = |line: &str| DEFAULTS.iter().any(|default| line.contains(default));
        let lines = (1..).zip(text.lines()).filter(|(_, line)| is_default(line));
        lines.map(|(number, _)| format!("{}:{number}", path.display())).collect::<Vec<_>>()
    });
    none(found, "say what a default means there, make its lack impossible, or ask for it with `or_bug`");
    let gone = DECIDING.iter().filter(|deciding| !root.join(deciding).exists());
    none(gone.map(ToString::to_string), "no such module is in src");
}

#[test]
fn a_word_is_found_where_it_stands_alone() {
    assert_eq!(words_in("let rate: f64 = 0.8; dbg!(rate);").collect::<Vec<_>>(), ["f64", "dbg!"]);
    assert_eq!(words_in("let half64 = of32(todo); // #[allow(x)]").collect::<Vec<_>>(), ["#[allow"]);
}

#[test]
fn every_code_has_a_page_in_both_languages() {
    let lacking = Code::ALL.iter().filter(|code| {
        let (zh, en) = (code.page(Language::Zh), code.page(Language::En));
        let is_long = |page: &str| page.trim().lines().count() >= LEAST_LINES_OF_A_PAGE;
        zh == en || !is_long(zh) || !is_long(en)
    });
    none(
        lacking.map(ToString::to_string),
        "src/docs/codes/CODE.md has the Chinese text, `<!-- en -->`, the English text",
    );
}

#[test]
fn every_input_of_a_fault_has_a_test_that_reads_it() {
    let faults = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/faults");
    let tests: String = entries(&faults)
        .iter()
        .filter(|path| path.extension().is_some_and(|ending| ending == "rs"))
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    let inputs = fs::read_dir(faults.join("inputs")).unwrap();
    let names = inputs.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    none(names.filter(|name| !tests.contains(name.as_str())), "an input of `tests/faults/inputs` is read by a test");
}

#[test]
fn every_page_is_of_a_code() {
    let pages = entries(&source().join("docs/codes"));
    let names = pages.iter().filter_map(|path| path.file_stem()).map(|name| name.to_string_lossy().into_owned());
    none(names.filter(|name| Code::named(name).is_none()), "no such code is in src/code.rs");
}

/// The pages that a reader is sent to.
const PAGES: [&str; 8] = [
    "README.md",
    "README.zh.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "SECURITY.zh.md",
    "rules/README.md",
    "rules/README.zh.md",
    "tests/README.md",
];

/// As files, where the source is read; as modules, `scripts/links` follows them.
#[test]
fn a_link_of_a_page_leads_to_a_file_and_to_a_heading_in_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let docs = entries(&source().join("docs")).into_iter().filter(|path| path.is_file());
    let mut followed = 0;
    let broken: Vec<String> = PAGES
        .iter()
        .map(|page| root.join(page))
        .chain(docs)
        .flat_map(|page| {
            let text = fs::read_to_string(&page).unwrap();
            let folder = page.parent().unwrap();
            let links = links_in(&text);
            followed += links.len();
            let broken = links.into_iter().filter(|link| {
                let (file, heading) = link.split_once('#').unwrap_or((link, ""));
                let target = if file.is_empty() { page.clone() } else { folder.join(file) };
                let has_it = || headings_in(&fs::read_to_string(&target).unwrap()).any(|has| has == heading);
                !target.exists() || (!heading.is_empty() && !has_it())
            });
            broken.map(|link| format!("{}: {link}", page.display())).collect::<Vec<_>>()
        })
        .collect();
    none(broken.into_iter(), "the file or the heading is not there");
    assert!(followed > 40, "{followed} links");
}

/// Whoever looks a main type up finds how it is used, in an example that runs.
#[test]
fn every_main_type_has_an_example() {
    let types = [
        ("accumulator.rs", "struct Accumulators"),
        ("adjudicate.rs", "struct Adjudication"),
        ("adjudicate.rs", "struct Outcome"),
        ("audit/job.rs", "struct Audit"),
        ("batch/local_run/job.rs", "struct Job"),
        ("case.rs", "struct Case"),
        ("catalog.rs", "struct Catalog"),
        ("catalog.rs", "enum LoadError"),
        ("certificate.rs", "struct Certificate"),
        ("certificate/certifier.rs", "struct Certifier"),
        ("claim.rs", "struct Claim"),
        ("curve.rs", "struct Curve"),
        ("diagnostic.rs", "struct Diagnostics"),
        ("enrollment.rs", "struct Enrollment"),
        ("error.rs", "struct Error"),
        ("explain.rs", "struct Explanation"),
        ("history.rs", "fn decide"),
        ("history/prior.rs", "fn reads_of_history"),
        ("plan.rs", "struct Plan"),
        ("workbook.rs", "struct Workbook"),
    ];
    none(
        types
            .into_iter()
            .filter(|(file, item)| {
                !has_example(&fs::read_to_string(source().join(file)).expect("the file is there"), item)
            })
            .map(|(_, item)| item.to_owned()),
        "the documentation of each main type has an example",
    );
}

/// Whether a block of code stands in the comment right above the public item of this name, and runs.
fn has_example(text: &str, item: &str) -> bool {
    let item = format!("pub {item}");
    let is_item = |line: &&str| {
        line.trim_start()
            .strip_prefix(item.as_str())
            .is_some_and(|rest| !rest.starts_with(|letter: char| letter.is_alphanumeric() || letter == '_'))
    };
    let lines: Vec<&str> = text.lines().collect();
    let place = lines.iter().position(is_item).expect("the item is in its file");
    let above = lines[..place].iter().rev().map(|line| line.trim_start());
    above.take_while(|line| line.starts_with("///") || line.starts_with("#[")).any(|line| line == "/// ```")
}

/// The relative targets of a page: `[text](target)` and `[label]: target`; and each label that is used has a target.
fn links_in(text: &str) -> Vec<String> {
    let prose: String = text.split("```").step_by(2).collect();
    let prose: String = prose.split('`').step_by(2).collect();
    let defined: Vec<(&str, &str)> =
        prose.lines().filter_map(|line| line.strip_prefix('[')?.split_once("]: ")).collect();
    let used = prose.split("][").skip(1).filter_map(|rest| rest.split(']').next());
    let lacking = used.filter(|label| !defined.iter().any(|(defined, _)| defined == label));
    none(lacking.map(str::to_owned), "the label of a link has no target");
    let inline = prose.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let targets = inline.chain(defined.iter().map(|(_, target)| *target));
    targets.filter(|target| !target.contains("://") && !target.contains(' ')).map(str::to_owned).collect()
}

/// The headings of a page, as a link names them.
fn headings_in(text: &str) -> impl Iterator<Item = String> {
    let headings = text
        .lines()
        .filter_map(|line| line.trim_start_matches('#').strip_prefix(' ').filter(|_| line.starts_with('#')));
    headings.map(|heading| {
        let letters = heading.chars().filter(|letter| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_'));
        letters.map(|letter| if letter == ' ' { '-' } else { letter.to_ascii_lowercase() }).collect()
    })
}

fn none(found: impl Iterator<Item = String>, rule: &str) {
    let found: Vec<String> = found.collect();
    assert!(found.is_empty(), "{rule}:\n{}", found.join("\n"));
}

/// The forbidden words of a line, in the order of the list.
fn words_in(line: &str) -> impl Iterator<Item = &'static str> {
    let is_letter = |letter: char| letter.is_alphanumeric() || letter == '_';
    FORBIDDEN_WORDS.into_iter().filter(move |word| {
        line.match_indices(word).any(|(place, _)| {
            let before = line.get(..place).and_then(|text| text.chars().next_back());
            let after = line.get(place + word.len()..).and_then(|text| text.chars().next());
            let ends_in_a_letter = word.ends_with(is_letter);
            !(before.is_some_and(is_letter) || (ends_in_a_letter && after.is_some_and(is_letter)))
        })
    })
}

/// A file up to its tests.
fn without_tests(text: &str) -> &str {
    text.split("#[cfg(test)]\nmod tests {").next().unwrap_or(text)
}

/// Every file of Rust in `src` and in the crates beside it, with its text.
fn sources() -> impl Iterator<Item = (PathBuf, String)> {
    let mut folders = vec![source(), Path::new(env!("CARGO_MANIFEST_DIR")).join("crates")];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for path in entries(&folder) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    files.into_iter().map(|path| {
        let text = fs::read_to_string(&path).unwrap_or_else(|fault| panic!("{}: {fault}", path.display()));
        (path, text)
    })
}

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|fault| panic!("{}: {fault}", folder.display()));
    entries.flatten().map(|entry| entry.path()).collect()
}
