//! Characters and files that are seldom met: escapes of two parts, what is no character of XML, what a terminal would obey, pipes, hidden files.

use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use calamine::{Reader, Xlsx, open_workbook};
use huzhu::{Case, Catalog, Language, Workbook};

use super::program::{Folder, adjudicated, huzhu, input};

const CASE: &str = r#"{"enrollment": {"id": "E1", "plan": "henan-accident", "member": "MEMBER", "shares": 2, "coverage_start": "2025-01-01", "coverage_end": "2025-12-31", "birth_date": "1990-05-05"}, "history": [], "claim": {"id": "CLAIM", "event_date": "2025-01-10", "cause": "accident", "personal_burden": "2019.87", "hospital_days": 51}}"#;

/// The plan of the case.
static CATALOG: LazyLock<Catalog> = LazyLock::new(|| {
    Catalog::read([("henan-accident.toml".to_owned(), std::fs::read("rules/henan-accident.toml").unwrap())]).unwrap()
});

fn case(claim: &str) -> Result<Case, huzhu::Diagnostics> {
    Case::read("case.json", CASE.replace("CLAIM", claim).as_bytes(), &CATALOG)
}

// ── escapes ───────────────────────────────────────────────────────────────

#[test]
fn a_character_of_two_escapes_is_that_character() {
    for (name, claim) in [("ascii", "𠮷-1"), ("raw", "𠮷-1"), ("bmp", "张-1")] {
        let json = adjudicated(&format!("01-json-surrogate-pairs/{name}.json"));
        assert_eq!(
            (&json["claim"], &json["decision"], &json["payable"]),
            (&claim.into(), &"paid".into(), &"7119.87".into())
        );
    }
}

#[test]
fn every_escape_of_json_says_what_it_says() {
    let escapes = [
        (r"\ud842\udfb7", "𠮷"),
        (r"\uD842\uDFB7x\ud83d\ude00", "𠮷x😀"),
        (r"\udbff\udffd", "\u{10fffd}"),
        (r"\\ud842\\udfb7", r"\ud842\udfb7"),
        (r"\\\ud842\udfb7", r"\𠮷"),
        (r"\u2028\u2029", "\u{2028}\u{2029}"),
        (r"\u0000\u001f\u007f\u009b", "\0\u{1f}\u{7f}\u{9b}"),
        (r"\ufffe\uffff\ufdd0", "\u{fffe}\u{ffff}\u{fdd0}"),
        (r#"\"\\\/\b\f\n\r\t"#, "\"\\/\u{8}\u{c}\n\r\t"),
    ];
    for (written, meant) in escapes {
        assert_eq!(case(written).unwrap().claim.id(), meant, "{written}");
    }
    for half in [r"\ud842", r"\udfb7", r"\udfb7\ud842", r"\ud842x\udfb7", r"\ud842\n", r"\ud842\\udfb7"] {
        let found = case(half).unwrap_err();
        assert!(found.len() == 1 && found.iter().all(|one| one.code().name() == "syntax"), "{half}: {found}");
    }
}

#[test]
fn a_mistake_behind_two_escapes_is_underlined_where_it_stands() {
    let text = CASE.replace("MEMBER", r"\ud842\udfb7").replace("henan-accident", "henan-acident");
    let found = Case::read("case.json", text.as_bytes(), &CATALOG).unwrap_err();
    let [one] = &*found.iter().collect::<Vec<_>>() else { panic!("{found}") };
    assert_eq!(text.get(one.span()).map(|text| text.trim_matches('"')), Some("henan-acident"));
    let twice = CASE.replace(r#""history""#, r#""\ud842\udfb7": 1, "𠮷": 2, "history""#);
    let found = Case::read("case.json", twice.as_bytes(), &CATALOG).unwrap_err();
    assert!(found.iter().any(|one| one.code().name() == "duplicate-key"), "{found}");
}

// ── workbooks ─────────────────────────────────────────────────────────────

/// Every part of these workbooks is XML that a strict parser reads.
fn assert_are_xml(paths: &[String]) {
    let check = "import sys, zipfile, xml.parsers.expat\n\
                 for path in sys.argv[1:]:\n  \
                 for name in (book := zipfile.ZipFile(path)).namelist():\n    \
                 try: xml.parsers.expat.ParserCreate().Parse(book.read(name), True)\n    \
                 except xml.parsers.expat.ExpatError as fault: sys.exit(f'{path} {name}: {fault}')";
    let done = Command::new("python3").args(["-c", check]).args(paths).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

#[test]
fn a_workbook_is_xml_whatever_an_id_holds() {
    let folder = Folder::new("rare-workbook");
    let out = folder.path("out.xlsx");
    let ran = huzhu(&["adjudicate", &input("04-xlsx-noncharacter/c.json"), "--workbook", &out]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    assert_are_xml(std::slice::from_ref(&out));
    let mut book: Xlsx<_> = open_workbook(&out).unwrap();
    let sheet = book.worksheet_range_at(0).unwrap().unwrap();
    let texts: Vec<String> = sheet.cells().map(|(_, _, cell)| cell.to_string()).collect();
    assert!(texts.iter().any(|text| text.contains("C\u{fffd}1")), "{texts:?}");
    let letters = [
        "\\u0000",
        "\\u0001",
        "\\u001f",
        "\\u007f",
        "\\u009b",
        "\\ufffe",
        "\\uffff",
        "\\ufdd0",
        "\\ud842\\udfb7",
        "\\u2028",
        "_x0041_",
    ];
    let books: Vec<String> = (0..letters.len()).map(|number| folder.path(&format!("{number}.xlsx"))).collect();
    for (letter, path) in letters.iter().zip(&books) {
        let mut workbook = Workbook::new(&CATALOG, Language::En);
        workbook.add(&case(&format!("C{letter}1")).unwrap()).unwrap();
        std::fs::write(path, workbook.to_bytes().unwrap()).unwrap();
    }
    assert_are_xml(&books);
}

#[test]
fn sheets_have_names_that_a_spreadsheet_takes() {
    let mut workbook = Workbook::new(&CATALOG, Language::En);
    let long = "一".repeat(40);
    let wanted = [
        "History",
        "HISTORY",
        "历史记录",
        "Claims",
        "a",
        "A",
        "[]:*?/\\",
        "'x'",
        "\u{fffe}\u{202e}",
        &long,
        &long,
        "henan-accident 1",
    ];
    for id in wanted {
        let escaped = serde_json::to_string(id).unwrap();
        workbook.add(&case(escaped.trim_matches('"')).unwrap()).unwrap();
    }
    let folder = Folder::new("rare-sheets");
    let path = folder.path("out.xlsx");
    std::fs::write(&path, workbook.to_bytes().unwrap()).unwrap();
    assert_are_xml(std::slice::from_ref(&path));
    let book: Xlsx<_> = open_workbook(&path).unwrap();
    let names = book.sheet_names();
    let first: Vec<&str> = names.iter().skip(1).take(wanted.len()).map(String::as_str).collect();
    let expected = ["History (2)", "HISTORY (3)", "历史记录 (2)", "Claims (2)", "a", "A (2)", "-------", "-x-", "--"];
    assert_eq!(first[..expected.len()], expected);
    assert_eq!((first[9].chars().count(), first[10].chars().count()), (31, 31));
    assert!(names.iter().all(|name| name.encode_utf16().count() <= 31 && !name.contains(['[', ']', ':', '*', '?', '/', '\\', '\''])));
    let mut folded: Vec<String> = names.iter().map(|name| name.to_lowercase()).collect();
    folded.sort_unstable();
    folded.dedup();
    assert_eq!(folded.len(), names.len());
}

/// Ids with a control character, with noncharacters, with marks of direction, with what a spreadsheet reads as an escape.
#[test]
fn the_workbooks_and_the_report_of_an_audit_are_well_formed_whatever_the_ids() {
    let folder = Folder::new("rare-audit");
    let given = |name: &str| std::fs::read_to_string(format!("tests/attack/inputs/ids/{name}.csv")).unwrap();
    let ids = ["C\u{fffe}3", "C\u{ffff}4", "C\u{202e}5", "C\u{1b}[2J6", "C_x0041_7", "=1+1", "C<&>8"];
    let more = |row: &dyn Fn(&str) -> String| ids.iter().map(|id| row(id)).collect::<String>();
    let claims = given("c") + &more(&|id| format!("{id},E1,2025-04-01,accident,100.00,1\n"));
    let recorded = given("r") + &more(&|id| format!("{id},7\n"));
    let [claims, recorded, enrollments] =
        [("c.csv", claims), ("r.csv", recorded), ("e.csv", given("e"))].map(|(name, text)| folder.write(name, &text));
    let [out, workbook, report] = ["out.xlsx", "sample.xlsx", "report.html"].map(|name| folder.path(name));
    let files = ["--claims", &claims, "--enrollments", &enrollments, "--recorded", &recorded, "--out", &out];
    let asked = ["--sample", "9", "--workbook", &workbook, "--report", &report];
    let ran = huzhu(&[&["audit"][..], &files, &asked].concat());
    assert_eq!(ran.code, 1, "{ran:?}");
    assert_are_xml(&[out, folder.path("out.notes.xlsx"), workbook]);
    let page = std::fs::read_to_string(report).unwrap();
    let is_bad =
        |letter: char| (huzhu::is_control(letter) && letter != '\n') || matches!(letter, '\u{fffe}' | '\u{ffff}');
    assert_eq!(page.find(is_bad), None);
}

// ── what a terminal would obey ────────────────────────────────────────────

/// The control characters of a text, but for ends of lines, tabs and colours.
fn controls(text: &str) -> Vec<char> {
    let mut plain = text.to_owned();
    while let Some(start) = plain.find("\u{1b}[") {
        let Some(length) = plain[start..].find('m') else { break };
        let code = plain[start + 2..start + length].to_owned();
        if !code.chars().all(|letter| letter.is_ascii_digit() || letter == ';') {
            break;
        }
        plain.replace_range(start..=start + length, "");
    }
    plain.chars().filter(|letter| huzhu::is_control(*letter) && !matches!(letter, '\n' | '\t')).collect()
}

#[test]
fn no_control_character_of_an_input_reaches_the_terminal() {
    let folder = Folder::new("rare-terminal");
    // written out, as escapes, in an id, in a member, in a value that is refused, in a key
    let hostile = [
        "\u{9b}31m",
        "\u{85}",
        "\u{202e}",
        "\u{2066}",
        "\u{200f}",
        "\u{61c}",
        "\u{7f}",
        "\\u001b[31m",
        "\\u009b2J",
        "\\u0007",
        "\\u2028",
    ];
    std::fs::create_dir(folder.path("rules")).unwrap();
    folder.copy("rules/henan-accident.toml", "rules/henan-accident.toml");
    let rules = folder.path("rules");
    let mut files = vec![input("38-c1-control-in-snippet/c.json")];
    for (number, text) in hostile.iter().enumerate() {
        let id = CASE.replace("CLAIM", &format!("C{text}")).replace("MEMBER", &format!("M{text}"));
        let value = CASE.replace(r#""accident""#, &format!(r#""accident{text}""#));
        let key = CASE.replace(r#""history""#, &format!(r#""hi{text}""#));
        for (place, text) in [("id", id), ("value", value), ("key", key)] {
            files.push(folder.write(&format!("{place}-{number}.json"), &text));
        }
    }
    for file in &files {
        for options in [&[][..], &["--color", "always"], &["--format", "json"]] {
            let ran = huzhu(&[&["adjudicate", file, "--rules", &rules], options].concat());
            assert_eq!((controls(&ran.out), controls(&ran.err)), (vec![], vec![]), "{file} {options:?}: {ran:?}");
        }
    }
    let json = huzhu(&["adjudicate", &folder.path("id-0.json"), "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(json["claim"], "C\u{9b}31m", "JSON loses nothing");
}

#[test]
fn nor_does_one_of_a_batch_or_of_a_name() {
    let folder = Folder::new("rare-batch");
    let enrollments = "enrollment_id,member_id,plan,shares,coverage_start,coverage_end,birth_date\n\
                       e1,m1,henan-accident,2,2025-01-01,2025-12-31,1990-05-05\n";
    let claims = "claim_id,enrollment_id,event_date,cause,personal_burden,hospital_days\n\
                  a\u{9b},e1,2025-\u{9b}31m,accident,2019.87,51\n\
                  b,e\u{202e}9,2025-01-10,accident,\u{1b}[2J,51\n";
    let (claims, enrollments) = (folder.write("c\u{9b}.csv", claims), folder.write("e.csv", enrollments));
    let out = folder.path("out\u{85}.csv");
    let files = ["batch", "--claims", &claims, "--enrollments", &enrollments, "--out", &out];
    for options in [&["--dry-run"][..], &[], &["--force", "--color", "always"], &["--force", "--format", "json"], &[]] {
        let ran = huzhu(&[&files, options].concat());
        assert_eq!((controls(&ran.out), controls(&ran.err)), (vec![], vec![]), "{options:?}: {ran:?}");
    }
    let unknown = folder.write("u.csv", "claim_id,enrollment_id,stra\u{9b}ng\u{202e}e\na,e1,x\n");
    let ran = huzhu(&["batch", "--claims", &unknown, "--enrollments", &enrollments, "--out", &folder.path("o.csv")]);
    assert!(ran.code == 2 && controls(&ran.err).is_empty(), "{ran:?}");
}

// ── pipes, hidden files, links ────────────────────────────────────────────

#[test]
#[cfg(unix)]
fn a_pipe_is_refused_at_once_and_by_name() {
    let folder = Folder::new("rare-pipes");
    let pipe = folder.path("claims.csv");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let (plain, out) = (input("06-reversal-amount/e.csv"), folder.path("out.csv"));
    let said = |path: &str| {
        format!(
            "`{path}` is a pipe or a device, which can be read only once, and inputs are read several times; write it to a file first"
        )
    };
    let claims = input("06-reversal-amount/c.csv");
    let recorded = ["audit", "-c", &claims, "-e", &plain, "-r", &pipe, "-o", &out];
    for asked in [
        &["batch", "-c", &pipe, "-e", &plain, "-o", &out][..],
        &["batch", "-c", &claims, "-e", &pipe, "-o", &out],
        &recorded,
    ] {
        let ran = huzhu(asked);
        assert!(ran.code == 2 && ran.err.contains(&said(&pipe)), "{ran:?}");
    }
    let mut child = Command::new(env!("CARGO_BIN_EXE_huzhu"));
    child
        .args(["batch", "-c", "/dev/stdin", "-e", &plain, "-o", &out, "--lang", "en"])
        .current_dir(env!("CARGO_MANIFEST_DIR"));
    let mut child = child.stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"claim_id\n").unwrap();
    let done = child.wait_with_output().unwrap();
    assert!(String::from_utf8_lossy(&done.stderr).contains(&said("/dev/stdin")), "{done:?}");
    assert!(!std::path::Path::new(&out).exists());
}

#[test]
fn hidden_files_of_a_rules_folder_are_left_alone() {
    let folder = Folder::new("rare-hidden");
    folder.copy("rules/henan-accident.toml", "henan-accident.toml");
    folder.copy("rules/henan-accident.cases.toml", "henan-accident.cases.toml");
    let hidden = input("32-apple-double/._henan-accident.toml");
    folder.copy(&hidden, "._henan-accident.toml");
    folder.copy(&hidden, ".henan-accident.cases.toml");
    let rules = folder.path("");
    let ran = huzhu(&["adjudicate", "rules/cases/zhao.json", "--rules", &rules, "--format", "json"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    assert!(ran.out.contains("\"payable\": \"7119.87\""));
    for command in ["check", "test"] {
        let ran = huzhu(&[command, "--rules", &rules]);
        assert!(ran.code == 0 && !ran.out.contains("._"), "{ran:?}");
    }
    assert_eq!(Catalog::load(rules.as_ref()).unwrap().plans().count(), 1);
}

#[test]
#[cfg(unix)]
fn a_link_of_a_rules_folder_that_leads_nowhere_is_said() {
    let folder = Folder::new("rare-links");
    folder.copy("rules/henan-accident.toml", "henan-accident.toml");
    let (rules, link) = (folder.path(""), folder.path("gone.toml"));
    std::os::unix::fs::symlink("nowhere.toml", &link).unwrap();
    let ran = huzhu(&["adjudicate", "rules/cases/zhao.json", "--rules", &rules]);
    let said = format!("error: `{link}` is a link that leads nowhere\n");
    assert!(ran.code == 2 && ran.err.starts_with(&said), "{ran:?}");
    let fault = Catalog::load(rules.as_ref()).unwrap_err().to_string();
    assert_eq!(fault, format!("{link} is a link that leads nowhere"));
    // a link that leads somewhere is a file as any other
    std::fs::remove_file(&link).unwrap();
    folder.copy("rules/henan-accident.toml", "kept.txt");
    std::fs::remove_file(folder.path("henan-accident.toml")).unwrap();
    std::os::unix::fs::symlink("kept.txt", &link).unwrap();
    assert_eq!(huzhu(&["adjudicate", "rules/cases/zhao.json", "--rules", &rules]).code, 0);
}
