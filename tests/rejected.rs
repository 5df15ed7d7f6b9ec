//! Bad input: every file of the corpora beside gets exactly the codes and the places that it must get, and no input is too
//! large, too deep or too odd for an answer.
//!
//! | folder of `tests/rejected` | a file is | what it must get stands in |
//! |---|---|---|
//! | `packs` | a rule pack | its first lines: `# expect: CODE LINE:COLUMN` |
//! | `worked` | a file of worked cases; what fails when they are run counts too | its first lines |
//! | `catalogs` | a folder of packs and joint limits that are read together | the first lines of each file |
//! | `cases` | a case file | `EXPECT.txt`: `FILE CODE LINE:COLUMN` |
//! | `rendered` | the text that is shown for a file of the others | it is that text; `HUZHU_BLESS=1` writes it anew |

#![expect(clippy::format_collect, reason = "a bad text is built once, and as it reads")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use huzhu::limits::{
    MAX_BANDS, MAX_CASE_BYTES, MAX_CLAIMS, MAX_DEPTH, MAX_EARLIER_ROWS, MAX_EXPRESSION_BYTES, MAX_EXPRESSION_DEPTH,
    MAX_FACTS, MAX_KEYS, MAX_NESTING, MAX_NUMBER_DIGITS, MAX_PACK_BYTES, MAX_PARTS, MAX_PROBLEMS, MAX_RULES,
};
use huzhu::{Case, Catalog, Code, CodeKind, Diagnostics, Language, WorkedCases, pack};

const LEAST_PACKS: usize = 400;
const LEAST_CASES: usize = 200;
/// An answer to hostile input takes a second at most on a quiet machine that runs an optimised build.
const LONGEST_ANSWER: Duration = Duration::from_secs(20);

/// Files that do not get what they must get, by what is wrong. One that gets it must leave the list; may it stay empty.
const KNOWN_WRONG: &[(&str, &[&str])] = &[];

/// Codes of a pack or a case that no corpus can show, each with the test that shows it.
const SHOWN_ELSEWHERE: [(Code, &str); 2] = [
    (Code::TooLarge, "a_file_is_read_up_to_its_size"),
    (Code::NotText, "what_begins_as_another_kind_of_file_is_told_so"),
];

/// What is shown for these files is kept word for word.
const RENDERED: [&str; 28] = [
    "packs/bad-name-row-with-underscore.toml",
    "packs/bands-three-mistakes.toml",
    "packs/bare-range.toml",
    "packs/circular-value-two.toml",
    "packs/expression-full-width-brackets.toml",
    "packs/gbk.toml",
    "packs/limit-finer-than-ten-yuan.toml",
    "packs/promise-broken-monotone-by-a-slab.toml",
    "packs/promise-broken-order.toml",
    "packs/promise-broken-over-a-year.toml",
    "packs/promise-broken-period.toml",
    "packs/promise-unproven-order.toml",
    "packs/promise-unproven-period-by-a-step.toml",
    "packs/promise-unproven-period-by-rounding.toml",
    "packs/promise-unproven-period-sum.toml",
    "packs/several-mistakes-in-expressions.toml",
    "packs/several-mistakes-shape.toml",
    "packs/table-gap.toml",
    "packs/unguarded-grade.toml",
    "packs/unknown-category-value-fixed.toml",
    "packs/unknown-name-minus-without-blanks.toml",
    "cases/bad-facts-in-the-history.json",
    "cases/date-that-is-not.json",
    "cases/duplicate-claim.json",
    "cases/enrollment-inside-the-claim.json",
    "cases/no-version-of-three.json",
    "cases/settlement-several.json",
    "cases/unknown-fact-near.json",
];
/// These also in Chinese.
const RENDERED_IN_CHINESE: [&str; 11] = [
    "packs/promise-broken-monotone-by-a-slab.toml",
    "packs/promise-broken-order.toml",
    "packs/promise-broken-over-a-year.toml",
    "packs/promise-broken-period.toml",
    "packs/promise-unproven-order.toml",
    "packs/promise-unproven-period-by-a-step.toml",
    "packs/promise-unproven-period-by-rounding.toml",
    "packs/promise-unproven-period-sum.toml",
    "packs/several-mistakes-in-expressions.toml",
    "packs/unguarded-grade.toml",
    "cases/settlement-several.json",
];

// ── the corpora ──────────────────────────────────────────────────────────

#[test]
fn every_bad_pack_gets_its_codes_and_places() {
    let corpus = packs();
    assert!(corpus.len() >= LEAST_PACKS, "{} packs, at least {LEAST_PACKS} are expected", corpus.len());
    judge(corpus);
}

#[test]
fn every_bad_case_gets_its_codes_and_places() {
    let corpus = cases();
    assert!(corpus.len() >= LEAST_CASES, "{} cases, at least {LEAST_CASES} are expected", corpus.len());
    judge(corpus);
}

#[test]
fn every_bad_file_of_worked_cases_gets_its_codes_and_places() {
    judge(worked());
}

#[test]
fn every_bad_catalog_gets_its_codes_and_places() {
    judge(catalogs());
}

#[test]
fn every_code_of_packs_and_cases_is_given() {
    let corpora = [packs(), cases(), worked(), catalogs()];
    let given: BTreeSet<String> =
        corpora.into_iter().flatten().flat_map(|file| code_names(&file.found)).map(str::to_owned).collect();
    let diagnostics = Code::ALL.iter().filter(|code| code.kind() == CodeKind::Mistake);
    for code in diagnostics {
        let elsewhere = SHOWN_ELSEWHERE.iter().any(|(shown, _)| shown == code);
        assert_ne!(given.contains(code.name()), elsewhere, "{code} is given by a corpus or shown elsewhere, not both");
    }
}

#[test]
fn what_is_known_to_be_wrong_is_in_a_corpus() {
    let corpora = [packs(), cases(), worked(), catalogs()];
    let names: BTreeSet<&str> = corpora.into_iter().flatten().map(|file| file.name.as_str()).collect();
    let mut seen = BTreeSet::new();
    for name in KNOWN_WRONG.iter().flat_map(|(_, files)| *files) {
        assert!(names.contains(name), "no file {name}");
        assert!(seen.insert(name), "{name} is listed twice");
    }
}

#[test]
fn a_message_begins_small_and_ends_without_a_stop() {
    let corpora = [packs(), cases(), worked(), catalogs()];
    let diagnostics = corpora.into_iter().flatten().flat_map(|file| file.diagnostics.iter());
    let is_styled = |text: &str| {
        let mut start = text.chars();
        let is_word = !start.next().is_some_and(char::is_uppercase) || start.next().is_some_and(char::is_uppercase);
        is_word && !text.ends_with(['.', '。']) || text.ends_with("…")
    };
    let texts = diagnostics.flat_map(|found| [Language::Zh, Language::En].map(|language| found.message(language)));
    let faults: Vec<&str> = texts.filter(|text| !is_styled(text)).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn what_must_be_one_of_a_list_or_is_missing_comes_with_what_to_write() {
    let corpora = [packs(), cases(), worked(), catalogs()];
    let diagnostics =
        corpora.into_iter().flatten().flat_map(|file| file.diagnostics.iter().map(move |one| (file, one)));
    let wants_help =
        |code: Code| matches!(code, Code::BadValue | Code::MissingKey | Code::MissingClause | Code::MissingProvenance);
    let mut without = Vec::new();
    for (file, one) in diagnostics.filter(|(_, one)| wants_help(one.code())) {
        for language in [Language::Zh, Language::En] {
            if one.help(language).next().is_none() {
                without.push(format!("{}: {}", file.name, one.message(language)));
            }
        }
    }
    assert!(without.is_empty(), "{}", without.join("\n"));
}

#[test]
fn a_message_is_one_line() {
    let corpora = [packs(), cases(), worked(), catalogs()];
    let mut faults = Vec::new();
    for file in corpora.into_iter().flatten() {
        for diagnostic in file.diagnostics.iter() {
            for language in [Language::Zh, Language::En] {
                let texts = diagnostic.help(language).chain([diagnostic.message(language)]);
                let is_plain = |text: &str| !text.is_empty() && !text.chars().any(char::is_control);
                faults.extend(texts.filter(|text| !is_plain(text)).map(|text| format!("{}: {text:?}", file.name)));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn what_is_shown_is_kept_word_for_word() {
    let corpora = [packs(), cases()];
    let files: BTreeMap<&str, &File> = corpora.into_iter().flatten().map(|file| (file.name.as_str(), file)).collect();
    let mut faults = Vec::new();
    for name in RENDERED {
        let file = files.get(name).unwrap_or_else(|| panic!("no file {name}"));
        keep(name, "en", &file.diagnostics.to_string(), &mut faults);
        if RENDERED_IN_CHINESE.contains(&name) {
            let chinese: Vec<String> =
                file.diagnostics.iter().map(|diagnostic| diagnostic.render(Language::Zh, false)).collect();
            keep(name, "zh", &chinese.join("\n\n"), &mut faults);
        }
    }
    assert!(faults.is_empty(), "{}\nHUZHU_BLESS=1 writes what is shown now", faults.join("\n\n"));
}

/// A bad file, or a folder of them, with what it must get and what it gets.
struct File {
    name: String,
    expected: Vec<String>,
    found: Vec<String>,
    diagnostics: Diagnostics,
}

fn judge(corpus: &[File]) {
    let mut faults = Vec::new();
    for File { name, expected, found, .. } in corpus {
        assert!(!expected.is_empty(), "{name} expects nothing");
        let reason = KNOWN_WRONG.iter().find(|(_, files)| files.contains(&name.as_str())).map(|(reason, _)| reason);
        match (expected == found, reason) {
            (true, None) | (false, Some(_)) => {}
            (true, Some(_)) => faults.push(format!("{name} gets what it must get: take it off KNOWN_WRONG")),
            (false, None) => faults.push(format!("{name}\n  expected {expected:?}\n  found    {found:?}")),
        }
    }
    assert!(faults.is_empty(), "{} of {} differ:\n{}", faults.len(), corpus.len(), faults.join("\n"));
}

/// Each corpus is read once.
macro_rules! corpora {
    ($($name:ident $read:ident)*) => { $(
        fn $name() -> &'static [File] {
            static FILES: LazyLock<Vec<File>> = LazyLock::new($read);
            &FILES
        }
    )* };
}
corpora! { packs read_packs cases read_cases worked read_worked catalogs read_catalogs }

fn read_packs() -> Vec<File> {
    let read = |path: &Path, bytes: &[u8]| {
        let found = pack::load(&name_of(path), bytes).err().unwrap_or_default();
        (format!("packs/{}", name_of(path)), expectations(bytes), found)
    };
    files(&folder("packs")).iter().map(|(path, bytes)| File::of(read(path, bytes))).collect()
}

fn read_worked() -> Vec<File> {
    let catalog = shipped();
    let read = |path: &Path, bytes: &[u8]| {
        let found = match WorkedCases::read(&name_of(path), bytes, catalog) {
            Ok(cases) => cases.run(catalog).failures,
            Err(found) => found,
        };
        (format!("worked/{}", name_of(path)), expectations(bytes), found)
    };
    files(&folder("worked")).iter().map(|(path, bytes)| File::of(read(path, bytes))).collect()
}

fn read_cases() -> Vec<File> {
    let catalog = shipped();
    let list = fs::read_to_string(folder("cases").join("EXPECT.txt")).expect("EXPECT.txt is there");
    let mut expected: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (name, expectation) in list.lines().filter_map(|line| line.split_once(' ')) {
        expected.entry(name).or_default().push(expectation.to_owned());
    }
    let files = files(&folder("cases")).into_iter().filter(|(path, _)| name_of(path) != "EXPECT.txt");
    let cases: Vec<File> = files
        .map(|(path, bytes)| {
            let name = name_of(&path);
            let found = Case::read(&name, &bytes, catalog).err().unwrap_or_default();
            File::of((format!("cases/{name}"), expected.remove(name.as_str()).unwrap_or_default(), found))
        })
        .collect();
    assert!(expected.is_empty(), "EXPECT.txt names files that are not there: {expected:?}");
    cases
}

/// Each place is preceded by the file's name.
fn read_catalogs() -> Vec<File> {
    let folders: Vec<PathBuf> = entries(&folder("catalogs"));
    let read = |path: &PathBuf| {
        let files: Vec<(String, Vec<u8>)> =
            files(path).into_iter().map(|(path, bytes)| (name_of(&path), bytes)).collect();
        let expected = files
            .iter()
            .flat_map(|(name, bytes)| expectations(bytes).into_iter().map(move |one| format!("{name} {one}")));
        let expected = expected.collect();
        let found = Catalog::read(files).err().unwrap_or_default();
        let places = found.iter().zip(places(&found)).map(|(one, place)| format!("{} {place}", one.path())).collect();
        File { name: format!("catalogs/{}", name_of(path)), expected, found: places, diagnostics: found }
    };
    folders.iter().map(read).collect()
}

impl File {
    fn of((name, expected, diagnostics): (String, Vec<String>, Diagnostics)) -> File {
        File { name, expected, found: places(&diagnostics), diagnostics }
    }
}

/// `CODE LINE:COLUMN`, in the order of the diagnostics.
fn places(diagnostics: &Diagnostics) -> Vec<String> {
    let place = |diagnostic: &huzhu::Diagnostic| {
        let (line, column) = diagnostic.position();
        format!("{} {line}:{column}", diagnostic.code())
    };
    diagnostics.iter().map(place).collect()
}

/// The codes of places; those of a catalog begin with a file's name.
fn code_names(places: &[String]) -> impl Iterator<Item = &str> {
    places.iter().filter_map(|place| place.rsplit(' ').nth(1))
}

fn expectations(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes);
    text.lines().map_while(|line| line.strip_prefix("# expect: ")).map(str::to_owned).collect()
}

/// Compares what is shown with what was kept, or keeps it.
fn keep(name: &str, language: &str, shown: &str, faults: &mut Vec<String>) {
    let stem = name.replace('/', "-").replace(".toml", "").replace(".json", "");
    let path = folder("rendered").join(format!("{stem}.{language}.txt"));
    if std::env::var_os("HUZHU_BLESS").is_some() {
        fs::write(&path, format!("{shown}\n")).unwrap_or_else(|fault| panic!("{}: {fault}", path.display()));
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    if kept.trim_end_matches('\n') != shown {
        faults.push(format!("{} is not what is shown:\n{shown}", path.display()));
    }
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rejected").join(name)
}

/// The shipped packs.
fn shipped() -> &'static Catalog {
    static SHIPPED: LazyLock<Catalog> = LazyLock::new(|| {
        Catalog::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("rules")).expect("the shipped packs are right")
    });
    &SHIPPED
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|fault| panic!("{}: {fault}", folder.display()));
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let read = |path: PathBuf| {
        let bytes = fs::read(&path).unwrap_or_else(|fault| panic!("{}: {fault}", path.display()));
        (path, bytes)
    };
    entries(folder).into_iter().map(read).collect()
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

// ── the limits at the door: at the limit, and one beyond ─────────────────

/// `{gross}` and `{before}` are the places to fill.
const PACK: &str = r#"[plan]
id = "example"
title = { zh = "示例计划", en = "Example plan" }
effective = { from = 2025-01-01, by = "coverage_start" }
rounding = { to = "0.01 yuan", mode = "half-up", clause = "Article 9", provenance = "stated" }

{before}[[benefit]]
id = "medical"
title = { zh = "住院医疗互助金", en = "hospital aid" }
when = "personal_burden > 0 yuan"
gross = "{gross}"
clause = "Article 5"
provenance = "stated"
"#;

/// `{burden}`, `{history}` and `{notes}` are the places to fill.
const CASE: &str = r#"{
  "enrollment": {
    "id": "E1", "plan": "henan-accident", "member": "M1", "shares": 2,
    "birth_date": "1990-05-05", "coverage_start": "2025-01-01", "coverage_end": "2025-12-31"
  },
  "history": [{history}],
  "claim": {
    "id": "C1", "event_date": "2025-01-10", "cause": "accident",
    "personal_burden": {burden}, "hospital_days": 51
  },
  "notes": {notes}
}"#;

const WORKED: &str = r#"plan = "henan-accident"

[[table]]
rule = { zh = "不在保障期内", en = "outside the cover" }
columns = ["coverage_start", "coverage_end", "birth_date", "event_date", "cause", "decision"]
rows = [[2025-01-01, 2025-12-31, 1990-05-05, 2026-01-01, "accident", "denied"]]
"#;

const JOINT: &str = r#"[joint]
id = "family"
title = { zh = "合计限额", en = "most together" }
plans = []
amount = "500 yuan"
per = "period"
clause = "Article 1"
provenance = "stated"
"#;

fn pack_with(before: &str, gross: &str) -> String {
    PACK.replace("{before}", before).replace("{gross}", gross)
}

fn case_with(burden: &str, history: &str, notes: &str) -> String {
    CASE.replace("{burden}", burden).replace("{history}", history).replace("{notes}", notes)
}

fn loaded(pack: &str) -> Vec<String> {
    codes(pack::load("pack.toml", pack.as_bytes()).err())
}

fn codes(found: Option<Diagnostics>) -> Vec<String> {
    let found = found.unwrap_or_default();
    found.iter().map(|one| one.code().name().to_owned()).collect()
}

fn padded(text: &str, padding: &str, size: usize) -> Vec<u8> {
    let mut bytes = format!("{text}{padding}").into_bytes();
    assert!(bytes.len() <= size, "the text is longer than the limit");
    bytes.resize(size, b' ');
    bytes
}

#[test]
fn the_limits_are_those_that_are_documented() {
    assert_eq!((MAX_PACK_BYTES, MAX_CASE_BYTES), (1 << 20, 16 << 20));
    assert_eq!((MAX_DEPTH, MAX_EXPRESSION_DEPTH, MAX_EXPRESSION_BYTES), (64, 64, 4096));
    assert_eq!((MAX_RULES, MAX_CLAIMS, MAX_NUMBER_DIGITS, MAX_FACTS), (10_000, 10_000, 19, 128));
    assert_eq!(MAX_EARLIER_ROWS, 100);
    assert_eq!((MAX_PROBLEMS, MAX_KEYS, MAX_BANDS, MAX_NESTING, MAX_PARTS), (500, 10_000, 100, 128, 200_000));
}

#[test]
fn a_file_is_read_up_to_its_size() {
    let catalog = shipped();
    let joint = |bytes| codes(Catalog::read([("family.joint.toml".to_owned(), bytes)]).err());
    let worked = |bytes: Vec<u8>| codes(WorkedCases::read("a.cases.toml", &bytes, catalog).err());
    let pack = |bytes: Vec<u8>| codes(pack::load("pack.toml", &bytes).err());
    let case = |bytes: Vec<u8>| codes(Case::read("case.json", &bytes, catalog).err());
    let pack_text = pack_with("", "personal_burden");
    let case_text = case_with("\"2019.87\"", "", "null");
    let (most, more) = (MAX_PACK_BYTES, MAX_PACK_BYTES + 1);
    assert_eq!(pack(padded(&pack_text, "#", most)), [""; 0]);
    assert_eq!(pack(padded(&pack_text, "#", more)), ["too-large"]);
    assert_eq!(worked(padded(WORKED, "#", most)), [""; 0]);
    assert_eq!(worked(padded(WORKED, "#", more)), ["too-large"]);
    assert!(!joint(padded(JOINT, "#", most)).contains(&"too-large".to_owned()));
    assert_eq!(joint(padded(JOINT, "#", more)), ["too-large"]);
    assert_eq!(case(padded(&case_text, "", MAX_CASE_BYTES)), [""; 0]);
    assert_eq!(case(padded(&case_text, "", MAX_CASE_BYTES + 1)), ["too-large"]);
}

#[test]
fn a_file_nests_up_to_its_depth() {
    let catalog = shipped();
    // The file itself is the first table.
    let lists = |deep: usize| format!("{}0{}", "[".repeat(deep - 1), "]".repeat(deep - 1));
    let tables = |deep: usize| format!("{}0{}", "{\"a\": ".repeat(deep - 1), "}".repeat(deep - 1));
    let json =
        |notes: &str| codes(Case::read("case.json", case_with("\"2019.87\"", "", notes).as_bytes(), catalog).err());
    let toml = |notes: &str| {
        let case = format!(
            "notes = {notes}\n[enrollment]\nid = \"E1\"\nplan = \"henan-accident\"\nmember = \"M1\"\n[claim]\nid = \"C1\"\n"
        );
        codes(Case::read("case.toml", case.as_bytes(), catalog).err())
    };
    assert_eq!(json(&lists(MAX_DEPTH)), [""; 0]);
    assert_eq!(json(&lists(MAX_DEPTH + 1)), ["too-deep"]);
    assert_eq!(json(&tables(MAX_DEPTH)), [""; 0]);
    assert_eq!(json(&tables(MAX_DEPTH + 1)), ["too-deep"]);
    assert_eq!(toml(&lists(MAX_DEPTH)), [""; 0]);
    assert_eq!(toml(&lists(MAX_DEPTH + 1)), ["too-deep"]);
    assert_eq!(toml(&tables(MAX_DEPTH).replace("\"a\": ", "a = ")), [""; 0]);
    assert_eq!(toml(&tables(MAX_DEPTH + 1).replace("\"a\": ", "a = ")), ["too-deep"]);
}

#[test]
fn an_expression_is_read_up_to_its_length() {
    let long = |size: usize| format!("personal_burden{}", " ".repeat(size - "personal_burden".len()));
    assert_eq!(loaded(&pack_with("", &long(MAX_EXPRESSION_BYTES))), [""; 0]);
    assert_eq!(loaded(&pack_with("", &long(MAX_EXPRESSION_BYTES + 1))), ["expression-too-long"]);
}

#[test]
fn an_expression_nests_up_to_its_depth() {
    // What stands inside all brackets is the deepest.
    let brackets = |deep: usize| format!("{}personal_burden{}", "(".repeat(deep - 1), ")".repeat(deep - 1));
    let sum = |operators: usize| vec!["personal_burden"; operators + 1].join(" + ");
    assert_eq!(loaded(&pack_with("", &brackets(MAX_EXPRESSION_DEPTH))), [""; 0]);
    assert_eq!(loaded(&pack_with("", &brackets(MAX_EXPRESSION_DEPTH + 1))), ["too-deep"]);
    assert_eq!(loaded(&pack_with("", &sum(MAX_EXPRESSION_DEPTH))), [""; 0]);
    assert_eq!(loaded(&pack_with("", &sum(MAX_EXPRESSION_DEPTH + 1))), ["too-deep"]);
}

#[test]
fn a_pack_has_up_to_so_many_rules() {
    // The five keys of the plan and the one benefit count too.
    let conditions = |rules: usize| {
        let one = |number| {
            format!(
                "{{id=\"c{number}\",require=\"death\",otherwise=\"pend\",text=\"t\",clause=\"c\",provenance=\"stated\"}},"
            )
        };
        let list: String = (0..rules - 5).map(one).collect();
        format!("condition=[{list}]\n{}", pack_with("", "personal_burden"))
    };
    assert_eq!(loaded(&conditions(MAX_RULES)), [""; 0]);
    assert_eq!(loaded(&conditions(MAX_RULES + 1)), ["too-many"]);
}

#[test]
fn a_table_has_up_to_so_many_keys() {
    let catalog = shipped();
    let json = |keys: usize| {
        let list: Vec<String> = (0..keys).map(|number| format!("\"k{number}\": 1")).collect();
        let case = case_with("\"2019.87\"", "", &format!("{{ {} }}", list.join(", ")));
        codes(Case::read("case.json", case.as_bytes(), catalog).err())
    };
    let toml = |keys: usize| {
        let list: String = (0..keys).map(|number| format!("k{number} = 1\n")).collect();
        let case = format!(
            "[enrollment]\nid = \"E1\"\nplan = \"henan-accident\"\nmember = \"M1\"\n[claim]\nid = \"C1\"\n[notes]\n{list}"
        );
        codes(Case::read("case.toml", case.as_bytes(), catalog).err())
    };
    assert_eq!(json(MAX_KEYS), [""; 0]);
    assert_eq!(json(MAX_KEYS + 1), ["too-many"]);
    assert_eq!(toml(MAX_KEYS), [""; 0]);
    assert_eq!(toml(MAX_KEYS + 1), ["too-many"]);
}

#[test]
fn bands_have_up_to_so_many_rows() {
    let bands = |rows: usize| {
        let list: String =
            (1..rows).map(|edge| format!("{{ up_to = \"{edge} yuan\", pays = \"{edge} yuan\" }}, ")).collect();
        let slab = format!(
            "[bands.sum]\nkind = \"slab\"\nby = \"personal_burden\"\nedge = \"below\"\nrows = [{list}{{ pays = \"1 yuan\" }}]\nclause = \"c\"\nprovenance = \"stated\"\n\n"
        );
        loaded(&pack_with(&slab, "sum"))
    };
    assert_eq!(bands(MAX_BANDS), [""; 0]);
    assert_eq!(bands(MAX_BANDS + 1), ["too-many"]);
}

/// Values of which each is made of the next, and the last is `personal_burden`.
fn chain_of_values(count: usize, of_next: impl Fn(&str) -> String) -> String {
    let value = |number: usize| {
        let next = if number + 1 == count { "personal_burden".to_owned() } else { format!("v{}", number + 1) };
        let is = of_next(&next);
        format!("[value.v{number}]\nis=\"{is}\"\ntitle=\"t\"\nclause=\"c\"\nprovenance=\"stated\"\n")
    };
    (0..count).map(value).collect()
}

#[test]
fn expressions_nest_up_to_a_depth_through_values() {
    let chain = |values: usize| loaded(&pack_with(&chain_of_values(values, str::to_owned), "v0"));
    // The amount names the first value, and the last value the fact.
    assert_eq!(chain(MAX_NESTING - 1), [""; 0]);
    assert_eq!(chain(MAX_NESTING), ["too-deep"]);
    assert!(chain(9_000).contains(&"too-deep".to_owned()));
}

#[test]
fn expressions_have_up_to_so_many_parts_through_values() {
    let doubled = |values: usize| loaded(&pack_with(&chain_of_values(values, |next| format!("{next} + {next}")), "v0"));
    // Each value comes to twice the parts of the next.
    let start = Instant::now();
    assert_eq!(doubled(14), [""; 0]);
    assert!(doubled(20).contains(&"too-many".to_owned()));
    assert!(doubled(100).contains(&"too-many".to_owned()));
    assert!(start.elapsed() <= LONGEST_ANSWER, "{:?}", start.elapsed());
}

#[test]
fn a_plan_reads_up_to_so_many_facts() {
    let with_facts = |count: usize| {
        let names: Vec<String> = (0..count).map(|number| format!("f{number}")).collect();
        let fact = |name: &String| format!("[fact.{name}]\nof = \"claim\"\ntype = \"money\"\ntitle = \"t\"\n\n");
        let facts: String = names.iter().map(fact).collect();
        let pack = pack_with(&facts, &format!("least({})", names.join(", ")));
        pack::load("pack.toml", pack.as_bytes())
    };
    // The standard facts that every plan reads count too.
    let refused = (1..=MAX_FACTS).find_map(|count| with_facts(count).err()).expect("too many are refused");
    let messages: Vec<&str> = refused.iter().map(|diagnostic| diagnostic.message(Language::En)).collect();
    assert_eq!(messages, ["the rules read 129 facts, at most 128 are possible"]);
    assert_eq!(codes(Some(refused)), ["too-many"]);
}

#[test]
fn a_number_has_up_to_so_many_digits() {
    let catalog = shipped();
    let case = |burden: &str| codes(Case::read("case.json", case_with(burden, "", "null").as_bytes(), catalog).err());
    let figure = |value: &str| {
        let figure = format!("[figure.n]\nvalue = {value}\ntitle = \"n\"\nclause = \"c\"\nprovenance = \"stated\"\n\n");
        loaded(&pack_with(&figure, "least(n, 1) * personal_burden"))
    };
    let literal = |number: &str| loaded(&pack_with("", &format!("personal_burden * least({number}, 1)")));
    assert_eq!(case("100000000000.0000000"), [""; 0]);
    assert_eq!(case("1000000000000.0000000"), [""; 0], "zeros at the end are no digits to keep");
    assert_eq!(case("1000000000000.0000001"), ["number-too-long"]);
    assert_eq!(case("\"100000000000.0000000\""), [""; 0]);
    assert_eq!(case("\"1000000000000.0000000\""), [""; 0]);
    assert_eq!(case("\"1000000000000.0000001\""), ["bad-fact"]);
    assert_eq!(figure("12345678901.00000000"), [""; 0]);
    assert_eq!(figure("123456789012.00000000"), ["expression-syntax"]);
    assert_eq!(figure("123456789012.00000001"), ["number-too-long"]);
    assert_eq!(figure("\"123456789012.00000000\""), ["expression-syntax"]);
    assert_eq!(literal("000000000001.0000000"), [""; 0]);
    assert_eq!(literal("0000000000001.0000000"), ["expression-syntax"]);
}

#[test]
fn a_history_has_up_to_so_many_claims() {
    let catalog = shipped();
    let case = |claims: usize| {
        let one = |number| format!("{{ \"id\": \"H{number}\", \"event_date\": \"2025-01-03\" }}");
        let history: Vec<String> = (0..claims).map(one).collect();
        codes(Case::read("case.json", case_with("\"2019.87\"", &history.join(","), "null").as_bytes(), catalog).err())
    };
    assert_eq!(case(MAX_CLAIMS), [""; 0]);
    assert_eq!(case(MAX_CLAIMS + 1), ["too-many"]);
}

#[test]
fn a_file_gets_up_to_so_many_problems() {
    let catalog = shipped();
    let bad_claims = |count: usize| {
        let case = case_with("\"2019.87\"", &vec!["null"; count].join(","), "null");
        Case::read("case.json", case.as_bytes(), catalog).expect_err("no claim is null")
    };
    assert_eq!(codes(Some(bad_claims(MAX_PROBLEMS))), vec!["wrong-type"; MAX_PROBLEMS]);
    // The last of them then says that there are more.
    let more = bad_claims(MAX_PROBLEMS + 1);
    assert_eq!(more.len(), MAX_PROBLEMS);
    let last = more.iter().last().expect("there are many");
    assert_eq!((last.code(), last.help(Language::En).count()), (Code::TooMany, 0));
    assert_eq!(last.message(Language::En), "more than 500 problems; the rest are left out");
}

#[test]
fn what_is_left_out_leaves_no_help_behind() {
    let keys: String = (0..=MAX_PROBLEMS).map(|number| format!("k{number} = 1\n")).collect();
    let found = pack::load("pack.toml", format!("{keys}{}", pack_with("", "personal_burden")).as_bytes());
    let found = found.expect_err("no key is named so");
    let last = found.iter().last().expect("there are many");
    assert_eq!((last.code(), last.help(Language::En).count()), (Code::TooMany, 0));
}

#[test]
fn one_byte_order_mark_is_no_mistake() {
    let catalog = shipped();
    let marked = |text: &str| format!("\u{feff}{text}").into_bytes();
    assert_eq!(codes(pack::load("pack.toml", &marked(&pack_with("", "personal_burden"))).err()), [""; 0]);
    assert_eq!(codes(WorkedCases::read("a.cases.toml", &marked(WORKED), catalog).err()), [""; 0]);
    let case = marked(&case_with("\"2019.87\"", "", "null"));
    assert_eq!(codes(Case::read("case.json", &case, catalog).err()), [""; 0]);
    // Places count from the first character after it.
    let bad = marked(&case_with("-1", "", "null"));
    let found = Case::read("case.json", &bad, catalog).expect_err("money is not negative");
    assert_eq!(places(&found), ["bad-fact 9:24"]);
}

// ── hostile files ────────────────────────────────────────────────────────

/// Reads the bytes as everything that can be read, and asserts that each reader says no, in time.
fn refused(what: &str, bytes: &[u8]) -> Vec<(&'static str, Vec<String>)> {
    let catalog = shipped();
    let readers: [(&str, &dyn Fn() -> Option<Diagnostics>); 5] = [
        ("pack", &|| pack::load("hostile.toml", bytes).err()),
        ("worked cases", &|| WorkedCases::read("hostile.cases.toml", bytes, catalog).err()),
        ("joint limit", &|| Catalog::read([("hostile.joint.toml".to_owned(), bytes.to_vec())]).err()),
        ("case in TOML", &|| Case::read("hostile.toml", bytes, catalog).err()),
        ("case in JSON", &|| Case::read("hostile.json", bytes, catalog).err()),
    ];
    let mut given = Vec::new();
    for (reader, read) in readers {
        let start = Instant::now();
        let found = codes(read());
        let took = start.elapsed();
        assert!(!found.is_empty(), "{what}, read as {reader}, is taken");
        assert!(took <= LONGEST_ANSWER, "{what}, read as {reader}, takes {took:?}");
        given.push((reader, found));
    }
    given
}

#[test]
fn a_file_of_fifty_megabytes_is_refused() {
    for byte in [b' ', b'[', b'"', b'1', b'\n', 0, 0xff] {
        for (reader, found) in refused("a file of 50 MB", &vec![byte; 50_000_000]) {
            assert_eq!(found, ["too-large"], "{reader} of bytes {byte}");
        }
    }
}

#[test]
fn bytes_that_are_no_text_are_refused() {
    for bytes in
        [&b"\xff"[..], b"\xc3\x28", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"[plan]\nid = \"\xb9\xa4\xbb\xe1\"\n"]
    {
        for (reader, found) in refused("what is not UTF-8", bytes) {
            assert_eq!(found, ["not-utf8"], "{reader} of {bytes:?}");
        }
    }
    for bytes in
        [&b"\0"[..], &[0; 10_000], b"plan = \"\0\"", b"{\"claim\": \0}", b"\xfe\xff\0[", "\u{feff}\u{feff}".as_bytes()]
    {
        refused("what holds a NUL or a mark", bytes);
    }
}

#[test]
fn what_begins_as_another_kind_of_file_is_told_so() {
    for beginning in [&b"PK\x03\x04"[..], b"\xd0\xcf\x11\xe0", b"PAR1", b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"%PDF"] {
        for (reader, found) in refused("a file of another kind", &[beginning, b"1.7\n[plan]\n"].concat()) {
            assert_eq!(found, ["not-text"], "{reader} of {beginning:?}");
        }
    }
}

#[test]
fn what_nests_ten_thousand_deep_is_refused() {
    const DEEP: usize = 10_000;
    let closed = |open: &str, close: &str| format!("{}1{}", open.repeat(DEEP), close.repeat(DEEP));
    let nested = [
        closed("[", "]"),
        closed("{\"a\":", "}"),
        format!("a = {}", closed("[", "]")),
        format!("a = {}", closed("{ a = ", " }")),
        format!("{} = 1", vec!["a"; DEEP].join(".")),
        format!("[{}]\nb = 1", vec!["a"; DEEP].join(".")),
        format!("[[{}]]\nb = 1", vec!["a"; DEEP].join(".")),
    ];
    for text in &nested {
        refused("what nests deep", text.as_bytes());
    }
    for expression in
        [closed("(", ")"), closed("least(", ")"), "not ".repeat(DEEP), "if ".repeat(DEEP), "- ".repeat(DEEP)]
    {
        let pack = pack_with("", &expression);
        assert_eq!(loaded(&pack), ["expression-too-long"]);
        let deepest: String = expression.chars().take(MAX_EXPRESSION_BYTES).collect();
        assert!(!loaded(&pack_with("", &deepest)).is_empty());
    }
}

#[test]
fn a_hundred_thousand_open_brackets_are_refused() {
    for open in ["[", "{", "{\"a\":", "[{\"a\":", "a = [", "[[", "(", "\"", "\"\"\"", "'''", "\\", "/*"] {
        refused("what is never closed", open.repeat(100_000).as_bytes());
        refused("what is never closed", format!("a = {}", open.repeat(100_000)).as_bytes());
    }
}

#[test]
fn a_number_of_ten_thousand_digits_is_refused() {
    let digits = "9".repeat(10_000);
    let catalog = shipped();
    let case = |burden: &str| codes(Case::read("case.json", case_with(burden, "", "null").as_bytes(), catalog).err());
    assert_eq!(case(&digits), ["number-too-long"]);
    assert_eq!(case(&format!("0.{digits}")), ["number-too-long"]);
    assert_eq!(case(&format!("1e{digits}")), ["number-too-long"]);
    assert_eq!(case(&format!("\"{digits}\"")), ["bad-fact"]);
    assert_eq!(case(&format!("\"0.{digits}\"")), ["bad-fact"]);
    let figure = |value: &str| {
        let figure = format!("[figure.n]\nvalue = {value}\ntitle = \"n\"\nclause = \"c\"\nprovenance = \"stated\"\n\n");
        loaded(&pack_with(&figure, "n * personal_burden"))
    };
    assert_eq!(figure(&digits), ["number-too-long"]);
    assert_eq!(figure(&format!("\"{digits}\"")), ["expression-too-long"]);
    assert_eq!(loaded(&pack_with("", &format!("{} * personal_burden", "9".repeat(4000)))), ["expression-syntax"]);
}

#[test]
fn a_file_of_one_thing_to_the_limit_is_refused() {
    one_thing_is_refused(32);
}

#[test]
#[ignore = "it takes long: the same of longer files"]
fn a_long_file_of_one_thing_to_the_limit_is_refused() {
    one_thing_is_refused(8);
}

/// A part of the most that a file may have, over and over.
fn one_thing_is_refused(part_of: usize) {
    for part in ["a", "1", "=", ".", "\"", "\n", "#", ",", "你", "[a]\n", "a=1\n", "\r", "\\u"] {
        refused("one thing over and over", part.repeat(MAX_PACK_BYTES / part.len() / part_of).as_bytes());
    }
}

#[test]
fn a_row_comes_after_so_many_rows() {
    let chain = |most: usize| {
        let rows: String = (1..=most).map(|number| format!("[{number}, {}, \"denied\"],\n", number - 1)).collect();
        let columns = WORKED.find("columns").expect("there are columns");
        let defaults = "[defaults.enrollment]\ncoverage_start = 2025-01-01\ncoverage_end = 2025-12-31\nbirth_date = 1990-05-05\n\
                        [defaults.claim]\nevent_date = 2026-01-01\ncause = \"accident\"\n";
        let table = format!("columns = [\"id\", \"after\", \"decision\"]\nrows = [[0, \"\", \"denied\"],\n{rows}]\n");
        let text = format!("{}{table}", WORKED.get(..columns).expect("it is a place"))
            .replace("[[table]]", &format!("{defaults}[[table]]"));
        WorkedCases::read("a.cases.toml", text.as_bytes(), shipped())
    };
    let read = chain(MAX_EARLIER_ROWS).expect("no row has too many before it");
    assert_eq!(codes(Some(read.run(shipped()).failures)), [""; 0]);
    assert_eq!(codes(chain(MAX_EARLIER_ROWS + 1).err()), ["too-many"]);
    let start = Instant::now();
    assert!(!codes(chain(40_000).err()).is_empty());
    assert!(start.elapsed() <= LONGEST_ANSWER, "{:?}", start.elapsed());
}

#[test]
fn a_case_of_a_hundred_thousand_keys_is_answered_in_time() {
    let catalog = shipped();
    let facts: String = (0..100_000).map(|number| format!("\"k{number}\": 1,\n")).collect();
    let case = case_with("\"2019.87\"", "", "null").replace("\"shares\": 2", &format!("{facts}\"shares\": 2"));
    let start = Instant::now();
    let found = Case::read("case.json", case.as_bytes(), catalog).expect_err("no fact has such a name");
    assert!(start.elapsed() <= LONGEST_ANSWER, "{:?} for {} mistakes", start.elapsed(), found.len());
}

#[test]
fn twenty_thousand_mistakes_are_shown_in_time() {
    let catalog = shipped();
    let twice = "\"shares\": 2, ".repeat(20_000);
    let case = case_with("\"2019.87\"", "", "null").replace("\"shares\": 2", &format!("{twice}\"shares\": 2"));
    let found = Case::read("case.json", case.as_bytes(), catalog).expect_err("there is a duplicate key");
    let start = Instant::now();
    let shown = found.to_string();
    assert!(start.elapsed() <= LONGEST_ANSWER, "{:?} for {} bytes", start.elapsed(), shown.len());
}

#[test]
fn four_hundred_promises_are_answered_in_time() {
    let promises = vec!["\"total_cost\""; 400].join(", ");
    let pack = pack_with("", "greatest(personal_burden + total_cost - total_cost, 0 yuan)");
    let start = Instant::now();
    loaded(&format!("{pack}[promise]\nmonotone_in = [{promises}]\n"));
    assert!(start.elapsed() <= LONGEST_ANSWER, "{:?}", start.elapsed());
}
