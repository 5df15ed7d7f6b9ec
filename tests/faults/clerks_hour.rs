//! What a clerk stumbled over in the first hour: money that was silent, advice that was wrong, words that were not taken.

use std::collections::BTreeMap;

use rust_xlsxwriter::Workbook;
use serde_json::Value as Json;

use super::program::{Folder, Ran, huzhu, huzhu_in};

const ENROLLMENTS: &str = "enrollment_id,member_id,plan,shares,coverage_start,coverage_end,birth_date\n\
    e1,m1,henan-accident,2,2025-01-01,2025-12-31,1990-05-05\n\
    e2,m2,henan-accident,2,2025-01-01,2025-12-31,1985-03-03\n";
/// Two claims of one member that share a limit; the second is rejected for its number of days.
const CLAIMS: &str = "claim_id,enrollment_id,event_date,cause,personal_burden,hospital_days\n\
    a1,e1,2025-01-10,accident,19000.00,10\n\
    a2,e1,2025-02-10,accident,19000.00,ten\n\
    b1,e2,2025-02-10,illness,100.00,1\n\
    b2,e2,2025-03-10,,100.00,1\n\
    x1,e9,2025-03-10,accident,100.00,1\n";

fn folder(name: &str) -> Folder {
    let folder = Folder::new(name);
    folder.write("c.csv", CLAIMS);
    folder.write("e.csv", ENROLLMENTS);
    folder
}

fn batch(folder: &Folder, claims: &str, out: &str, more: &[&str]) -> Ran {
    let [claims, enrollments, out] = [claims, "e.csv", out].map(|name| folder.path(name));
    huzhu(&[&["batch", "-c", &claims, "-e", &enrollments, "-o", &out, "--force"], more].concat())
}

/// The rows of a CSV file, each by its columns.
fn rows(text: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let head = reader.headers().unwrap().clone();
    let row = |row: csv::StringRecord| head.iter().zip(&row).map(|(head, cell)| (head.into(), cell.into())).collect();
    reader.records().map(|record| row(record.unwrap())).collect()
}

#[test]
fn rejected_rows_that_are_decided_alone_say_so() {
    let folder = folder("clerks-hour-apart");
    assert_eq!(batch(&folder, "c.csv", "out.csv", &[]).code, 1);
    let whole = rows(&folder.read("out.csv"));
    assert!(whole.iter().all(|row| !row["notices"].contains("decided-apart")), "{whole:?}");
    // corrected in place and given alone, too much is due, and it is said of each claim and first of all
    let corrected = folder.read("out.rejects.csv").replace("19000.00,ten,", "19000.00,10,");
    folder.write("again.csv", &corrected);
    let ran = batch(&folder, "again.csv", "again-out.csv", &[]);
    let again = rows(&folder.read("again-out.csv"));
    assert_eq!(again.len(), 1, "{again:?}");
    assert_eq!((again[0]["claim_id"].as_str(), again[0]["notices"].as_str()), ("a2", "decided-apart"));
    assert!(ran.out.starts_with("note: this is a file of rejected rows; the claims decided (1) were"), "{}", ran.out);
    let dry = batch(&folder, "again.csv", "dry.csv", &["--dry-run"]);
    assert!(dry.out.contains("note: this is a file of rejected rows"), "{}", dry.out);
    // put back into its table, the limit counts both, and there is nothing to say
    folder.write("whole.csv", &CLAIMS.replace(",ten\n", ",10\n"));
    let ran = batch(&folder, "whole.csv", "whole-out.csv", &[]);
    assert!(!ran.out.contains("file of rejected rows"), "{}", ran.out);
    let whole = rows(&folder.read("whole-out.csv"));
    let right = whole.iter().find(|row| row["claim_id"] == "a2").unwrap();
    assert_eq!(right["notices"], "");
    let fen = |row: &BTreeMap<String, String>| row["payable"].replace('.', "").parse::<i64>().unwrap();
    assert!(fen(right) < fen(&again[0]), "{right:?} {again:?}");
}

#[test]
fn a_claim_of_two_tables_is_explained_as_the_batch_decides_it() {
    let folder = folder("clerks-hour-tables");
    folder.write("whole.csv", &CLAIMS.replace(",ten\n", ",10\n"));
    batch(&folder, "whole.csv", "out.csv", &[]);
    let (claims, enrollments) = (folder.path("whole.csv"), folder.path("e.csv"));
    let tables = ["adjudicate", "-c", &claims, "-e", &enrollments];
    let decided = rows(&folder.read("out.csv"));
    assert_eq!(decided.len(), 4);
    for row in &decided {
        let ran = huzhu(&[&tables[..], &[&row["claim_id"], "--format", "json"]].concat());
        let json: Json = serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{ran:?}"));
        assert_eq!((ran.code, json.as_array().unwrap().len()), (0, 1));
        let found = ["claim", "decision", "payable"].map(|key| json[0][key].as_str().unwrap().to_owned());
        assert_eq!(found, ["claim_id", "decision", "payable"].map(|column| row[column].clone()));
    }
    // what the limit has cut is shown, with what the earlier claim has used of it
    let ran = huzhu(&[&tables[..], &["a2"]].concat());
    assert!(
        ran.out.contains("10,000 yuan × 2 shares = 20,000.00, less 19,000.00 used, leaves 1,000.00"),
        "{}",
        ran.out
    );
    assert!(ran.out.contains("earlier claims"), "{}", ran.out);
    // several at once, short, and as a workbook
    let book = folder.path("book.xlsx");
    let ran = huzhu(&[&tables[..], &["a1", "b1", "a1", "--brief", "--workbook", &book]].concat());
    assert_eq!((ran.code, ran.out.matches("claim a1:").count(), ran.out.matches("claim b1:").count()), (0, 1, 1));
    assert!(std::fs::read(&book).unwrap().starts_with(b"PK"));
}

#[test]
fn a_rejected_row_that_is_looked_up_says_why() {
    let folder = folder("clerks-hour-rejected");
    let (claims, enrollments) = (folder.path("c.csv"), folder.path("e.csv"));
    let tables = ["adjudicate", "--claims", &claims, "--enrollments", &enrollments];
    let ran = huzhu(&[&tables[..], &["a2"]].concat());
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.out.starts_with("claim a2: its row was rejected and not decided\n"), "{}", ran.out);
    assert!(ran.out.contains("row 2, column `hospital_days`, `ten`"), "{}", ran.out);
    let ran = huzhu(&[&tables[..], &["x1", "--format", "json"]].concat());
    let json: Json = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((ran.code, &json[0]["claim"]), (1, &"x1".into()));
    assert_eq!(json[0]["rejected"][0]["column"], "enrollment_id", "{json}");
    let ran = huzhu(&[&tables[..], &["nobody"]].concat());
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("no claim of `") && ran.err.contains("has the id `nobody`"), "{}", ran.err);
    // what makes no sense together is refused
    let ran = huzhu(&["adjudicate", "a.json", "b.json"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("one case file is decided at a time"), "{}", ran.err);
}

#[test]
fn a_claim_of_rejected_rows_says_that_it_was_decided_apart() {
    let folder = folder("clerks-hour-apart-one");
    batch(&folder, "c.csv", "out.csv", &[]);
    let corrected = folder.read("out.rejects.csv").replace("19000.00,ten,", "19000.00,10,");
    let (claims, enrollments) = (folder.write("again.csv", &corrected), folder.path("e.csv"));
    let ran = huzhu(&["adjudicate", "-c", &claims, "-e", &enrollments, "a2", "--format", "json"]);
    let json: Json = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(json[0]["notices"][0]["code"], "decided-apart", "{json}");
}

#[test]
fn a_file_that_is_no_text_is_told_by_what_it_is() {
    let folder = Folder::new("clerks-hour-kinds");
    let mut book = Workbook::new();
    book.add_worksheet();
    book.save(folder.path("c.xlsx")).unwrap();
    // whatever the file is called
    std::fs::copy(folder.path("c.xlsx"), folder.path("c.json")).unwrap();
    std::fs::write(folder.path("p.json"), b"PAR1....").unwrap();
    std::fs::write(folder.path("u.json"), b"\xff\xfe{\0}\0").unwrap();
    for (name, zh) in [
        ("c.xlsx", "这是 Excel 工作簿（或 zip 压缩文件），不是文本文件"),
        ("c.json", "这是 Excel 工作簿（或 zip 压缩文件），不是文本文件"),
        ("p.json", "这是 Parquet 文件，不是文本文件"),
        ("u.json", "文件存为 UTF-16"),
    ] {
        let ran = huzhu_in("zh", &["adjudicate", &folder.path(name)]);
        assert_eq!(ran.code, 1, "{ran:?}");
        assert!(ran.err.contains(zh), "{name}: {}", ran.err);
        assert!(!ran.err.contains("GBK"), "{name}: {}", ran.err);
        assert_eq!(ran.err.contains("huzhu adjudicate --claims"), name != "u.json", "{}", ran.err);
    }
    // a pack that is a workbook
    std::fs::copy(folder.path("c.xlsx"), folder.path("pack.toml")).unwrap();
    let ran = huzhu(&["check", &folder.path("pack.toml")]);
    assert!(ran.out.contains("it is an Excel workbook (or a zip archive), not a text file"), "{ran:?}");
}

#[test]
fn reasons_are_explained_by_what_results_call_them() {
    let page = |language: &str, name: &str| huzhu_in(language, &["explain", name]);
    let missing = page("zh", "missing-fact").out;
    for name in ["缺少事实", " 缺少事实 ", "缺少事实（住院天数）", "a fact is missing", "A fact is missing (cause)"]
    {
        assert_eq!(page("zh", name).out, missing, "{name}");
    }
    // causes of an audit, notices, and conditions of packs
    assert_eq!(page("zh", "天数差一天").out, page("zh", "days-off-by-one").out);
    assert_eq!(page("zh", "单独审核，未计其他理赔").out, page("zh", "decided-apart").out);
    let condition = page("zh", "仅保障意外伤害和猝死，疾病不在保障范围内");
    assert!(condition.out.starts_with("# covered-cause\n"), "{condition:?}");
    // a whole cell
    let both = page("zh", "缺少事实；受合计限额限制").out;
    assert!(both.contains("# missing-fact") && both.contains("# joint-limit"), "{both}");
    let unknown = page("zh", "缺少事物");
    assert_eq!(unknown.code, 2);
    assert!(unknown.err.contains("是否想写 `缺少事实`"), "{}", unknown.err);
}

#[test]
fn a_blank_text_of_a_pack_is_as_good_as_none() {
    let folder = Folder::new("clerks-hour-blank");
    let whole = std::fs::read_to_string("rules/henan-accident.toml").unwrap();
    for (section, key, blank, code) in [
        ("[[benefit]]", "clause", "\"\"", "missing-clause"),
        ("[[benefit]]", "clause", "\" \"", "missing-clause"),
        ("[[benefit]]", "clause", "{ zh = \"\", en = \"\" }", "missing-clause"),
        ("[[benefit]]", "title", "\"\"", "missing-key"),
        ("[[condition]]", "text", "\"\"", "missing-key"),
        ("[[condition]]", "clause", "{ zh = \"\u{3000}\" }", "missing-clause"),
        ("[plan]", "title", "{ zh = \"\", en = \"Plan\" }", "missing-key"),
    ] {
        let mut lines: Vec<String> = whole.lines().map(str::to_owned).collect();
        let start = lines.iter().position(|line| line == section).unwrap();
        let is_key = |line: &String| line.split_once('=').is_some_and(|(name, _)| name.trim() == key);
        let place = start + lines[start..].iter().position(is_key).unwrap();
        lines[place] = format!("{key} = {blank}");
        let pack = lines.join("\n");
        let ran = huzhu(&["check", &folder.write("henan-accident.toml", &pack)]);
        assert_eq!(ran.code, 1, "{section} {key} = {blank}: {ran:?}");
        assert!(ran.out.contains(&format!("error[{code}]")), "{section} {key} = {blank}: {}", ran.out);
    }
}

#[test]
fn what_is_due_of_a_claim_that_waits_is_not_known() {
    let folder = folder("clerks-hour-waits");
    folder.write("whole.csv", &CLAIMS.replace(",ten\n", ",10\n"));
    folder.write("r.csv", "claim_id,payable\na1,19000.00\nb2,700.00\n");
    batch(&folder, "whole.csv", "out.csv", &[]);
    let [claims, enrollments, recorded, out, report] =
        ["whole.csv", "e.csv", "r.csv", "d.csv", "r.html"].map(|name| folder.path(name));
    let files = ["audit", "-c", &claims, "-e", &enrollments, "-r", &recorded, "-o", &out, "--force"];
    let ran = huzhu_in("zh", &[&files[..], &["--report", &report]].concat());
    assert_eq!(ran.code, 1, "{ran:?}");
    let waits = rows(&folder.read("d.csv")).into_iter().find(|row| row["claim_id"] == "b2").unwrap();
    let cells = ["recorded", "recomputed", "difference", "causes"].map(|column| waits[column].as_str());
    assert_eq!(cells, ["700.00", "", "", "claim-pended"]);
    assert!(ran.out.contains("理赔暂缓，应付未定"), "{}", ran.out);
    assert!(ran.out.lines().any(|line| line.starts_with("b2") && line.contains("未定")), "{}", ran.out);
    let html = folder.read("r.html");
    assert!(html.contains("未定") && html.contains("应付为何未定"), "{html}");
    assert!(!html.contains("+700.00"), "the difference is not known");
    assert!(html.contains("理赔暂缓而应付未定的记录不在其中"));
    let ran = huzhu(&[&files[..], &["--format", "json"]].concat());
    let json: Json = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(json["recorded"]["pended"], 1);
    assert_eq!(json["not_checked"], serde_json::json!({ "count": 1, "recorded": "700.00" }));
    let headline = |name: &str| json[name].as_str().unwrap().replace('.', "").parse::<i64>().unwrap();
    assert_eq!(headline("recorded_sum"), 1_900_000, "what waits is in no sum");
    let known = headline("recorded_sum") - headline("recomputed_sum");
    let unrecorded = json["causes"].as_array().unwrap().iter().find(|cause| cause["cause"] == "not-recorded").unwrap();
    let under = unrecorded["under"].as_str().unwrap().replace('.', "").parse::<i64>().unwrap();
    assert_eq!(known - under, headline("net"));
}

#[test]
fn a_plan_goes_by_its_title() {
    let folder = folder("clerks-hour-titles");
    let ran = huzhu_in(
        "zh",
        &["batch", "-c", &folder.path("c.csv"), "-e", &folder.path("e.csv"), "-o", &folder.path("o.csv")],
    );
    assert_eq!(ran.code, 1, "{ran:?}");
    let title = huzhu::Catalog::load(std::path::Path::new("rules")).unwrap();
    let title = title.plans().find(|plan| plan.id() == "henan-accident").unwrap().title().clone();
    folder.write("t.csv", &ENROLLMENTS.replace("henan-accident", &title.zh));
    let files = ["batch", "-c", &folder.path("c.csv"), "-e", &folder.path("t.csv"), "-o", &folder.path("t-out.csv")];
    let ran = huzhu_in("zh", &files);
    assert_eq!(folder.read("t-out.csv"), folder.read("o.csv"), "{ran:?}");
    assert!(ran.out.contains("读作计划 `henan-accident`"), "{}", ran.out);
    let template = |plan: &str| huzhu_in("zh", &["template", plan]);
    assert_eq!(template(&title.zh).out, template("henan-accident").out);
    assert_eq!(huzhu(&["check", &title.en]).code, 0);
    // what is no plan is answered with those that there are, by their titles too
    folder.write("u.csv", &ENROLLMENTS.replace("henan-accident", "某地某计划"));
    let files = ["batch", "-c", &folder.path("c.csv"), "-e", &folder.path("u.csv"), "-o", &folder.path("u-out.csv")];
    let ran = huzhu_in("zh", &files);
    assert!(ran.out.contains(&format!("`henan-accident`（{}）", title.zh)), "{}", ran.out);
}

#[test]
fn files_the_wrong_way_round_are_told_as_such() {
    let folder = folder("clerks-hour-swapped");
    let [claims, enrollments, out] = ["c.csv", "e.csv", "o.csv"].map(|name| folder.path(name));
    let ran = huzhu_in("zh", &["batch", "-c", &enrollments, "-e", &claims, "-o", &out]);
    assert_eq!(ran.code, 2);
    let first = ran.err.lines().next().unwrap();
    assert!(first.ends_with("：这是参保表的列，此处应为理赔表；两个文件是否写反了？"), "{}", ran.err);
}

#[test]
fn an_amount_in_ten_thousands_is_answered_with_what_to_write() {
    let folder = folder("clerks-hour-amounts");
    folder.write("r.csv", "claim_id,payable\na1,10万元\nb1,\nb2,\"¥1,234.00\"\n");
    let [claims, enrollments, recorded, out] = ["c.csv", "e.csv", "r.csv", "d.csv"].map(|name| folder.path(name));
    let ran = huzhu_in("zh", &["audit", "-c", &claims, "-e", &enrollments, "-r", &recorded, "-o", &out]);
    for told in ["以万为单位；请写 `100000`", "没有填金额，请补填", "已去掉货币符号或正号、已去掉千位分隔符"]
    {
        assert!(ran.out.contains(told), "no `{told}` in {}", ran.out);
    }
}
