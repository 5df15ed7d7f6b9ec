//! A clerk who reads only Chinese and has only a spreadsheet: what she gets is in her language, and what she sends back is read.

use std::path::Path;

use calamine::{Data, Reader, Xlsx, open_workbook};
use rust_xlsxwriter::Workbook;

use super::program::{Folder, Ran, huzhu_in};

const CLAIMS: &str = "理赔编号,参保编号,事故日期,原因,个人负担（元）,住院天数\n\
                      a,e1,2025-01-10,意外伤害,2019.87,51\n\
                      b,e1,2025-02-10,疾病,2019.87,51\n\
                      c,e2,2025-03-01,意外伤害,,3\n\
                      d,e2,2025-02-30,意外伤害,400.00,三天\n\
                      f,e9,2025-03-01,意外伤害,400.00,3\n";
const ENROLLMENTS: &str = "参保编号,会员编号,计划,持有份数,保障起始日,保障终止日,出生日期\n\
                           e1,m1,henan-accident,2,2025-01-01,2025-12-31,1990-05-05\n\
                           e2,m2,henan-accident,2,2025-01-01,2025-12-31,1985-03-03\n";

fn inputs(name: &str) -> Folder {
    let folder = Folder::new(name);
    folder.write("c.csv", CLAIMS);
    folder.write("e.csv", ENROLLMENTS);
    folder
}

fn batch(language: &str, folder: &Folder, files: [&str; 3], options: &[&str]) -> Ran {
    let [claims, enrollments, out] = files.map(|name| folder.path(name));
    huzhu_in(language, &[&["batch", "-c", &claims, "-e", &enrollments, "-o", &out, "--force"], options].concat())
}

fn is_csv(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|ending| ending == "csv")
}

/// The cells of the first sheet, or of a CSV file.
fn rows(path: &str) -> Vec<Vec<String>> {
    if is_csv(path) {
        let text = std::fs::read_to_string(path).unwrap();
        let text = text.trim_start_matches('\u{feff}').as_bytes();
        let reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text);
        return reader.into_records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
    }
    let mut book: Xlsx<_> = open_workbook(path).unwrap();
    let sheet = book.worksheet_range_at(0).unwrap().unwrap();
    sheet.rows().map(|row| row.iter().map(Data::to_string).collect()).collect()
}

fn save(path: &str, rows: &[Vec<String>]) {
    if is_csv(path) {
        let mut writer = csv::Writer::from_path(path).unwrap();
        for row in rows {
            writer.write_record(row).unwrap();
        }
        return writer.flush().unwrap();
    }
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (row, cells) in (0_u32..).zip(rows) {
        for (column, cell) in (0_u16..).zip(cells).filter(|(_, cell)| !cell.is_empty()) {
            sheet.write_string(row, column, cell).unwrap();
        }
    }
    book.save(path).unwrap();
}

/// The values under a heading, by the first column.
fn under(rows: &[Vec<String>], heading: &str) -> Vec<(String, String)> {
    let place = rows[0].iter().position(|head| head == heading).unwrap_or_else(|| panic!("{heading}: {:?}", rows[0]));
    let mut found: Vec<(String, String)> = rows[1..].iter().map(|row| (row[0].clone(), row[place].clone())).collect();
    found.sort();
    found
}

fn pairs<const N: usize>(expected: [(&str, &str); N]) -> Vec<(String, String)> {
    expected.map(|(id, value)| (id.to_owned(), value.to_owned())).to_vec()
}

/// No word of English but ids, codes of plans and names in backticks.
fn english_in(rows: &[Vec<String>], ids: &[&str]) -> Vec<String> {
    let is_english = |cell: &&String| {
        cell.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_'))
            .any(|word| word.len() > 1 && word.contains(|c: char| c.is_ascii_alphabetic()) && !ids.contains(&word))
    };
    rows.iter().flatten().filter(is_english).cloned().collect()
}

#[test]
fn a_workbook_of_results_is_in_the_language_of_the_run() {
    let folder = inputs("clerk-results");
    let lines = folder.path("lines.xlsx");
    let ran = batch("zh", &folder, ["c.csv", "e.csv", "out.xlsx"], &["--lines", &lines]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert_eq!(under(&rows(&folder.path("out.rejects.xlsx")), "行号"), pairs([("d", "4"), ("f", "5")]));
    let payouts = rows(&folder.path("out.xlsx"));
    assert_eq!(payouts[0][..8], ["理赔编号", "参保编号", "计划", "计划版本", "审核结果", "应付（元）", "理由", "提示"]);
    assert_eq!(under(&payouts, "审核结果"), pairs([("a", "给付"), ("b", "不予给付"), ("c", "暂缓")]));
    assert_eq!(under(&payouts, "应付（元）"), pairs([("a", "7119.87"), ("b", "0"), ("c", "0")]));
    let reasons = under(&payouts, "理由");
    assert_eq!(reasons[2], ("c".to_owned(), "缺少事实".to_owned()));
    assert_eq!(reasons[1].1, "仅保障意外伤害和猝死，疾病不在保障范围内", "the words of the pack");
    let fingerprints = under(&payouts, "规则包指纹");
    let ids: Vec<&str> =
        fingerprints.iter().map(|(_, print)| print.as_str()).chain(["e1", "e2", "henan-accident"]).collect();
    assert_eq!(english_in(&payouts, &ids), [""; 0]);
    let lines = rows(&lines);
    assert_eq!(lines[0], ["理赔编号", "待遇", "计算基数（元）", "给付（元）", "参保编号", "会员编号", "计划"]);
    assert_eq!(english_in(&lines, &["e1", "e2", "m1", "m2", "henan-accident"]), [""; 0]);
    assert!(lines[1..].iter().any(|row| row[1].contains("住院")), "{lines:?}");
    // in English just so
    let ran = batch("en", &folder, ["c.csv", "e.csv", "out.xlsx"], &[]);
    assert_eq!(ran.code, 1, "{ran:?}");
    let payouts = rows(&folder.path("out.xlsx"));
    assert_eq!(under(&payouts, "decision"), pairs([("a", "Paid"), ("b", "Denied"), ("c", "Pended")]));
    assert_eq!(under(&payouts, "reasons")[2].1, "a fact is missing");
    // and it can be audited as it is
    let (recorded, differences) = (folder.path("out.xlsx"), folder.path("d.xlsx"));
    let [claims, enrollments] = ["c.csv", "e.csv"].map(|name| folder.path(name));
    let files = ["-c", &claims, "-e", &enrollments, "-r", &recorded, "-o", &differences];
    let ran = huzhu_in("zh", &[&["audit"], &files[..]].concat());
    assert!(ran.out.contains("0 处差异"), "{ran:?}");
}

#[test]
fn programs_get_names_and_codes_unless_they_ask_for_words() {
    let folder = inputs("clerk-headers");
    let payouts = |out: &str, language: &str, options: &[&str]| {
        batch(language, &folder, ["c.csv", "e.csv", out], options);
        rows(&folder.path(out))
    };
    let names = payouts("out.csv", "en", &[]);
    assert_eq!(names[0][..6], ["claim_id", "enrollment_id", "plan", "plan_version", "decision", "payable"]);
    assert_eq!(under(&names, "reasons")[2].1, "missing-fact");
    assert_eq!(payouts("out.csv", "zh", &[]), names);
    assert_eq!(payouts("out.csv", "zh", &["--headers", "names"]), names);
    let titles = payouts("out.csv", "zh", &["--headers", "titles"]);
    assert!(folder.read("out.csv").starts_with("\u{feff}理赔编号,"), "a spreadsheet knows it");
    assert!(folder.read("out.csv.manifest.json").contains("\"words\": \"zh\""));
    let sheet = payouts("out.xlsx", "zh", &[]);
    for heading in ["审核结果", "理由", "提示"] {
        assert_eq!(under(&titles, heading), under(&sheet, heading));
    }
    assert_eq!(titles[0], sheet[0]);
    let sheet = payouts("out.xlsx", "zh", &["--headers", "names"]);
    assert_eq!((&sheet[0], &under(&sheet, "decision")[0].1), (&names[0], &"paid".to_owned()));
    assert!(!folder.read("out.xlsx.manifest.json").contains("\"words\""));
}

#[test]
fn rejected_rows_are_corrected_in_the_language_of_the_run() {
    for (language, reason, place) in [("zh", "退回原因", "行号"), ("en", "reason", "row")] {
        for form in ["csv", "xlsx"] {
            let folder = inputs(&format!("clerk-rejects-{language}-{form}"));
            let [rejects, again] = [format!("r.{form}"), format!("r-again.{form}")];
            let to = ["--rejects", &folder.path(&rejects)];
            assert_eq!(batch(language, &folder, ["c.csv", "e.csv", "out.csv"], &to).code, 1);
            let mut given = rows(&folder.path(&rejects));
            assert_eq!(given[0].last().unwrap(), reason);
            assert_eq!(under(&given, place), pairs([("d", "4"), ("f", "5")]));
            let told = under(&given, reason);
            if language == "zh" {
                assert_eq!(
                    told[0].1,
                    "`事故日期` 的值 `2025-02-30` 不是日期：2025年2月没有30日；`住院天数` 的值 `三天` 应为天数，如 `12`"
                );
            } else {
                assert!(told[1].1.starts_with("no such enrollment"), "{told:?}");
            }
            if form == "csv" {
                assert_eq!(folder.read(&rejects).starts_with('\u{feff}'), language == "zh");
            }
            // given again as it is: rejected as before, in a file of the same columns
            let to = ["--rejects", &folder.path(&again)];
            for language_of_the_next in ["zh", "en"] {
                let ran = batch(language_of_the_next, &folder, [&rejects, "e.csv", "again.csv"], &to);
                assert_eq!(ran.code, 1, "{ran:?}");
                let rejected = rows(&folder.path(&again));
                assert_eq!((rejected.len(), rejected[0].len()), (3, given[0].len()), "{rejected:?}");
            }
            // corrected where it stands
            given[1][2] = "2025-02-28".to_owned();
            given[1][5] = "3".to_owned();
            given[2][1] = "e2".to_owned();
            save(&folder.path(&rejects), &given);
            for language in ["zh", "en"] {
                let ran = batch(language, &folder, [&rejects, "e.csv", "corrected.csv"], &[]);
                assert_eq!(ran.code, 0, "{ran:?}");
                let paid = under(&rows(&folder.path("corrected.csv")), "payable");
                assert_eq!(paid, pairs([("d", "700.00"), ("f", "700.00")]));
            }
        }
    }
}

#[test]
fn added_columns_are_told_from_columns_that_no_plan_knows() {
    let folder = inputs("clerk-added");
    let header = "claim_id,enrollment_id,event_date,cause,personal_burden,hospital_days";
    let row = "a,e1,2025-01-10,accident,2019.87,51";
    for (added, is_taken) in [
        ("row,line,cell,column,value,reason", true),
        ("row,line,cell,column,value,reason_zh,reason_en", true),
        ("行号,文件中的行,单元格,有误的列,原值,退回原因", true),
        ("退回原因", true),
        ("行号,row,column,value,reason", true),
        ("reason", false),
        ("value", false),
        ("行号,原值", false),
        ("row,column,value", false),
    ] {
        let blank = ",".repeat(added.split(',').count());
        folder.write("c.csv", &format!("{header},{added}\n{row}{blank}\n"));
        let ran = batch("zh", &folder, ["c.csv", "e.csv", "out.csv"], &[]);
        assert_eq!(ran.code, if is_taken { 0 } else { 2 }, "{added}: {ran:?}");
    }
    // a name that the input has itself
    folder.write("c.csv", &format!("{header},行号\n{},1\n", row.replace("51", "x")));
    batch("zh", &folder, ["c.csv", "e.csv", "out.csv"], &["--ignore-columns", "行号"]);
    let rejects = rows(&folder.path("out.rejects.csv"));
    assert_eq!(rejects[0][6..9], ["行号", "退回的行号", "文件中的行"]);
    let ran = batch("en", &folder, ["out.rejects.csv", "e.csv", "again.csv"], &["--ignore-columns", "行号"]);
    assert_eq!(ran.code, 1, "{ran:?}");
}

#[test]
fn differences_and_notes_are_in_the_language_of_the_run() {
    let folder = inputs("clerk-audit");
    folder.write("r.csv", "理赔编号,应付\na,71198.7\nb,一千\nx,1.00\n");
    let [claims, enrollments, recorded, out, notes] =
        ["c.csv", "e.csv", "r.csv", "d.xlsx", "n.xlsx"].map(|name| folder.path(name));
    let files = ["audit", "-c", &claims, "-e", &enrollments, "-r", &recorded, "-o", &out, "--notes", &notes];
    let ran = huzhu_in("zh", &files);
    assert_eq!(ran.code, 1, "{ran:?}");
    let differences = rows(&out);
    assert_eq!(differences[0][..5], ["理赔编号", "记录金额（元）", "应付金额（元）", "差额（元）", "原因"]);
    let causes = under(&differences, "原因");
    assert!(causes[0].1.split('；').any(|cause| cause == "小数点移位"), "{causes:?}");
    assert_eq!(causes.last().unwrap(), &("x".to_owned(), "没有这一理赔".to_owned()));
    let notes = rows(&notes);
    assert_eq!(notes[0], ["行号", "理赔编号", "列", "原值", "读作（元）", "退回或改读的原因"]);
    assert_eq!(notes[1][..4], ["2", "b", "应付", "一千"]);
    assert_eq!(english_in(&notes, &[]), [""; 0]);
    let notes = folder.path("n.csv");
    let ran = huzhu_in("en", &[&files[..7], &["-o", &folder.path("d.csv"), "--notes", &notes, "--force"]].concat());
    assert_eq!(ran.code, 1, "{ran:?}");
    assert_eq!(rows(&notes)[0], ["row", "claim_id", "column", "value", "read_as", "reason"]);
    assert!(folder.read("d.csv").contains("point-moved"));
}

#[test]
fn an_empty_table_is_filled_in_and_decided() {
    for (language, form) in [("zh", "xlsx"), ("en", "xlsx"), ("zh", "csv"), ("en", "csv")] {
        let folder = Folder::new(&format!("clerk-template-{language}-{form}"));
        let [claims, enrollments] = ["c", "e"].map(|name| folder.path(&format!("{name}.{form}")));
        let files = ["-c", &claims, "-e", &enrollments];
        let ran = huzhu_in(language, &[&["template", "henan-accident"], &files[..]].concat());
        assert_eq!(ran.code, 0, "{ran:?}");
        let pick = |zh: &'static str, en: &'static str| if language == "zh" { zh } else { en };
        let fill = |path: &str, values: &[(&'static str, &'static str, &str)]| {
            let mut table = rows(path);
            assert_eq!(table.len(), 1, "it is empty: {table:?}");
            let mut row = vec![String::new(); table[0].len()];
            for (zh, en, value) in values {
                let place = table[0].iter().position(|head| head == pick(zh, en));
                row[place.unwrap_or_else(|| panic!("{zh}: {:?}", table[0]))] = (*value).to_owned();
            }
            table.push(row);
            save(path, &table);
        };
        fill(
            &claims,
            &[
                ("理赔编号", "claim id", "a"),
                ("参保编号", "enrollment id", "e1"),
                ("事故（确诊、身故）日期", "date of the event", "2025-01-10"),
                ("原因", "cause", pick("意外伤害", "accident")),
                ("个人负担（元）", "borne by the member (yuan)", "2019.87"),
                ("住院天数", "days in hospital", "51"),
            ],
        );
        fill(
            &enrollments,
            &[
                ("参保编号", "enrollment id", "e1"),
                ("会员编号", "member id", "m1"),
                ("计划", "plan", "henan-accident"),
                ("持有份数", "shares held", "2"),
                ("保障起始日", "first day of cover", "2025-01-01"),
                ("保障终止日", "last day of cover", "2025-12-31"),
                ("出生日期", "date of birth", "1990-05-05"),
            ],
        );
        let [c, e] = ["c", "e"].map(|name| format!("{name}.{form}"));
        let ran = batch(language, &folder, [&c, &e, "out.csv"], &[]);
        assert_eq!(ran.code, 0, "{ran:?}");
        assert_eq!(under(&rows(&folder.path("out.csv")), "payable"), pairs([("a", "7119.87")]));
        // it is not written over what somebody has filled in
        let ran = huzhu_in(language, &[&["template", "henan-accident"], &files[..]].concat());
        assert_eq!(ran.code, 2, "{ran:?}");
        assert_eq!(rows(&claims).len(), 2);
    }
}

/// Every example of every column of every plan is read, in both languages.
#[test]
fn what_an_empty_table_gives_as_examples_is_read() {
    for language in ["zh", "en"] {
        let ran = huzhu_in(language, &["template", "--format", "json"]);
        let json: serde_json::Value = serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{ran:?}"));
        let table = |input: &str| -> Vec<Vec<String>> {
            let columns = json[input].as_array().unwrap();
            assert!(columns.len() > 6);
            let of = |key: &str| columns.iter().map(|column| column[key].as_str().unwrap().to_owned()).collect();
            vec![of("title"), of("example")]
        };
        let folder = Folder::new(&format!("clerk-examples-{language}"));
        save(&folder.path("c.csv"), &table("claims"));
        save(&folder.path("e.csv"), &table("enrollments"));
        let ran = batch(language, &folder, ["c.csv", "e.csv", "out.csv"], &[]);
        assert_eq!(ran.code, 0, "{ran:?}\n{}", folder.read("out.rejects.csv"));
        assert_eq!(rows(&folder.path("out.csv")).len(), 2);
    }
}

/// A table has what its plan's rules read, and little else: without the fields from which other systems' records are checked.
#[test]
fn an_empty_table_has_what_the_plan_reads() {
    let names = |plan: &str, input: &str| -> Vec<String> {
        let ran = huzhu_in("zh", &["template", plan, "--format", "json"]);
        let json: serde_json::Value = serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{ran:?}"));
        json[input].as_array().unwrap().iter().map(|column| column["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(
        names("ningbo-hospital", "claims"),
        [
            "claim_id",
            "enrollment_id",
            "event_date",
            "admitted",
            "computed_base",
            "receipt_self_paid",
            "cvlserv_pay",
            "reverses"
        ]
    );
    assert_eq!(
        names("henan-accident", "claims"),
        [
            "claim_id",
            "enrollment_id",
            "event_date",
            "cause",
            "death",
            "disability_grade",
            "admitted",
            "discharged",
            "hospital_days",
            "total_cost",
            "fund_paid",
            "other_paid",
            "personal_burden",
            "reverses"
        ]
    );
    assert_eq!(
        names("wuxi-return-allowance", "enrollments")[..6],
        ["enrollment_id", "member_id", "plan", "shares", "coverage_start", "coverage_end"]
    );
}

#[test]
fn a_list_of_columns_says_what_to_write() {
    let ran = huzhu_in("zh", &["template", "henan-accident"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{ran:?}");
    for line in [
        "理赔申请（--claims）",
        "  个人负担（元）  personal_burden",
        "    金额，单位元，至多两位小数，如 2019.87；不填则由医疗费总额、医保基金支付、其",
        "参保记录（--enrollments）",
        "    计划编号，如 henan-accident；必填；可填：henan-accident",
    ] {
        assert!(ran.out.lines().any(|found| found == line), "{line}\n{}", ran.out);
    }
    let ran = huzhu_in("zh", &["template", "henan-acident"]);
    assert!(
        ran.code == 2 && ran.err.contains("没有计划 `henan-acident`") && ran.err.contains("`henan-accident`"),
        "{ran:?}"
    );
    let folder = Folder::new("clerk-form");
    let ran = huzhu_in("zh", &["template", "-c", &folder.path("c.xls")]);
    assert!(ran.code == 2 && ran.err.contains("应以 `.xlsx` 或 `.csv` 结尾"), "{ran:?}");
    assert!(!Path::new(&folder.path("c.xls")).exists());
}
