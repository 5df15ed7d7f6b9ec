//! The first files of somebody who has never used the program: what stops them, says why and what to do.

use std::fs;

use encoding_rs::GB18030;
use serde_json::{Value as Json, json};

use super::program::{Folder, Ran, huzhu, huzhu_in, input};

const CLAIMS: &str = "claim_id,enrollment_id,event_date,cause,personal_burden,hospital_days\n\
                      a,e1,2025-01-10,accident,2019.87,51\n";
const ENROLLMENTS: &str = "enrollment_id,member_id,plan,shares,coverage_start,coverage_end,birth_date\n\
                           e1,m1,henan-accident,2,2025-01-01,2025-12-31,1990-05-05\n";

fn batch(folder: &Folder, out: &str, options: &[&str]) -> Ran {
    batch_in("en", folder, out, options)
}

fn batch_in(language: &str, folder: &Folder, out: &str, options: &[&str]) -> Ran {
    let [claims, enrollments, out] = ["c.csv", "e.csv", out].map(|name| folder.path(name));
    huzhu_in(language, &[&["batch", "-c", &claims, "-e", &enrollments, "-o", &out], options].concat())
}

fn as_json(ran: &Ran) -> Json {
    serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{ran:?}"))
}

#[test]
fn columns_of_notes_are_left_out_by_themselves_and_come_back_with_a_rejected_row() {
    let folder = Folder::new("first-notes");
    let claims = CLAIMS.replace("hospital_days\n", "hospital_days,备注\n").replace(",51\n", ",51,已电话核实\n");
    folder.write("c.csv", &format!("{claims}b,e1,2025-01-11,accident,x,1,待查\n"));
    folder.write("e.csv", &ENROLLMENTS.replace("birth_date\n", "birth_date, Notes\n").replace("05-05\n", "05-05,-\n"));
    let ran = batch(&folder, "out.csv", &["--format", "json"]);
    let json = as_json(&ran);
    assert_eq!((ran.code, &json["payable"]), (1, &"7119.87".into()), "{ran:?}");
    assert_eq!(json["read_as"]["claims"]["text"], "column `备注` left out");
    assert_eq!(json["read_as"]["enrollments"]["text"], "column `Notes` left out");
    assert!(folder.read("out.rejects.csv").contains("\nb,e1,2025-01-11,accident,x,1,待查,2,3,E3,"));
    // one that is misspelt is no note
    folder.write("c.csv", &claims.replace("备注", "备 注 二"));
    let ran = batch(&folder, "other.csv", &[]);
    assert!(ran.code == 2 && ran.err.contains("no plan knows the column `备 注 二`"), "{ran:?}");
}

#[test]
fn a_date_or_a_number_that_is_refused_says_what_to_write() {
    let folder = Folder::new("first-values");
    let rows = [
        ("3/4/2025", "1.00", "1"),
        ("13/4/2025", "1.00", "1"),
        ("4/4/2025", "1.00", "1"),
        ("25-1-10", "1.00", "1"),
        ("2025-02-30", "1.00", "1"),
        ("2025年13月1日", "1.00", "1"),
        ("1799-01-01", "1.00", "1"),
        ("昨天", "1.00", "1"),
        ("2025-01-10", "\"2.019,87\"", "1"),
        ("2025-01-10", "\"1,0\"", "1"),
        ("2025-01-10", "\"1.234.567,89\"", "1"),
        ("2025-01-10", "约一百", "1"),
        ("2025-01-10", "1.00", "3.5"),
        ("2025-01-10", "1.00", "三天"),
        ("2025-01-10", "1.005", "1"),
    ];
    let rows = rows.iter().enumerate();
    let rows = rows.map(|(row, (date, amount, days))| format!("c{row},e1,{date},accident,{amount},{days}\n"));
    let header = CLAIMS.lines().next().unwrap();
    folder.write("c.csv", &format!("{header}\n{}", rows.collect::<String>()));
    folder.write("e.csv", ENROLLMENTS);
    let [zh, en] = ["zh", "en"].map(|language| {
        assert_eq!(batch_in(language, &folder, "out.csv", &["--force"]).code, 1);
        let rejects = folder.read("out.rejects.csv");
        let mut reader = csv::Reader::from_reader(rejects.trim_start_matches('\u{feff}').as_bytes());
        let said = reader.records().map(|row| row.unwrap()[11].to_owned());
        said.collect::<Vec<String>>()
    });
    let said: Vec<(String, String)> = zh.into_iter().zip(en).collect();
    let expected = [
        (
            "`event_date` 的值 `3/4/2025` 可以是4月3日，也可以是3月4日；请写 `2025-04-03` 或 `2025-03-04`",
            "the value `3/4/2025` of `event_date` can be 3 April or 4 March; write `2025-04-03` or `2025-03-04`",
        ),
        (
            "`event_date` 的值 `13/4/2025` 没有把年份写在前面；请写 `2025-04-13`",
            "the value `13/4/2025` of `event_date` does not begin with the year; write `2025-04-13`",
        ),
        (
            "`event_date` 的值 `4/4/2025` 没有把年份写在前面；请写 `2025-04-04`",
            "the value `4/4/2025` of `event_date` does not begin with the year; write `2025-04-04`",
        ),
        (
            "`event_date` 的值 `25-1-10` 的年份不足四位",
            "the value `25-1-10` of `event_date` has a year of two digits; write all four",
        ),
        (
            "`event_date` 的值 `2025-02-30` 不是日期：2025年2月没有30日",
            "the value `2025-02-30` of `event_date` is no date: there is no 30 February 2025",
        ),
        (
            "`event_date` 的值 `2025年13月1日` 不是日期：没有13月",
            "the value `2025年13月1日` of `event_date` is no date: there is no month 13",
        ),
        (
            "`event_date` 的值 `1799-01-01` 不在 1800 年至 2999 年之间",
            "the value `1799-01-01` of `event_date` is not of the years 1800 to 2999",
        ),
        (
            "`event_date` 的值 `昨天` 应为日期，如 `2025-01-31`",
            "the value `昨天` of `event_date` is not of type date, such as `2025-01-31`",
        ),
        (
            "`personal_burden` 的值 `2.019,87` 有两种读法：`2019.87` 或 `2.01987`；请去掉逗号重写",
            "the value `2.019,87` of `personal_burden` can mean two numbers, `2019.87` or `2.01987`; \
             write the one that is meant, without a comma",
        ),
        (
            "`personal_burden` 的值 `1,0` 有两种读法：`1.0` 或 `10`；请去掉逗号重写",
            "the value `1,0` of `personal_burden` can mean two numbers, `1.0` or `10`; \
             write the one that is meant, without a comma",
        ),
        (
            "`personal_burden` 的值 `1.234.567,89` 的逗号不是千位分隔符；如指 `1234567.89`，请这样写",
            "the value `1.234.567,89` of `personal_burden` has a comma that separates no thousands; \
             if `1234567.89` is meant, write that",
        ),
        (
            "`personal_burden` 的值 `约一百` 应为金额，如 `1234.50`",
            "the value `约一百` of `personal_burden` is not of type money, such as `1234.50`",
        ),
        ("`hospital_days` 的值 `3.5` 不是整数", "the value `3.5` of `hospital_days` is not a whole number"),
        (
            "`hospital_days` 的值 `三天` 应为天数，如 `12`",
            "the value `三天` of `hospital_days` is not of type days, such as `12`",
        ),
        (
            "`personal_burden` 的值 `1.005` 位数过多，小数至多 2 位",
            "the value `1.005` of `personal_burden` has too many digits: at most 2 after the point",
        ),
    ];
    let expected = expected.map(|(zh, en)| (zh.to_owned(), en.to_owned()));
    assert_eq!(said, expected);
    // counted by what is wrong, whatever the values are
    let json = as_json(&batch(&folder, "out.csv", &["--dry-run", "--format", "json"]));
    let causes = json["rejects"].as_array().unwrap().iter();
    let counted = |text: &str| causes.clone().find(|cause| cause["reason"] == text).map(|cause| cause["rows"].clone());
    for (text, rows) in [
        ("the value `…` of `event_date` does not begin with the year", 2),
        ("the value `…` of `event_date` is no date: there is no such day", 2),
        ("the value `3/4/2025` of `event_date` can be 3 April or 4 March; write `2025-04-03` or `2025-03-04`", 1),
        ("the value `…` of `personal_burden` can mean two numbers; write the one that is meant, without a comma", 2),
    ] {
        assert_eq!(counted(text), Some(rows.into()), "{json}");
    }
}

#[test]
fn the_outcome_alone_is_not_shown_as_json() {
    let case = input("01-json-surrogate-pairs/bmp.json");
    let ran = huzhu(&["adjudicate", &case, "--format", "json", "--brief"]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    assert!(ran.err.contains("`--brief` cannot be used with `--format json`"), "{}", ran.err);
    assert!(ran.err.contains("leave one of them out; `decision`, `payable` and `reasons` of the JSON"), "{}", ran.err);
}

#[test]
fn all_results_that_are_there_are_named_before_any_is_overwritten() {
    let folder = Folder::new("first-overwrite");
    folder.write("c.csv", CLAIMS);
    folder.write("e.csv", ENROLLMENTS);
    assert_eq!(batch(&folder, "out.csv", &[]).code, 0);
    let ran = batch(&folder, "out.csv", &[]);
    let [rejects, manifest, out] =
        ["out.rejects.csv", "out.csv.manifest.json", "out.csv"].map(|name| folder.path(name));
    let said = format!(
        "`{rejects}`, `{manifest}`, `{out}` already exist (`{rejects}` may hold corrections); \
         `--force` overwrites what is there"
    );
    assert!(ran.code == 2 && ran.err.contains(&said), "{}", ran.err);
    for gone in [&rejects, &manifest] {
        fs::remove_file(gone).unwrap();
    }
    let ran = batch(&folder, "out.csv", &[]);
    let said = format!("`{out}` already exists; `--force` overwrites what is there");
    assert!(ran.code == 2 && ran.err.contains(&said), "{}", ran.err);
}

#[test]
fn a_manifest_says_which_input_was_read_in_which_encoding() {
    let folder = Folder::new("first-manifest");
    fs::write(folder.path("c.csv"), GB18030.encode(&CLAIMS.replace("cause", "原因")).0).unwrap();
    folder.write("e.csv", ENROLLMENTS);
    for options in [&[][..], &["--encoding", "claims=GB18030", "--force"]] {
        assert_eq!(batch(&folder, "out.csv", options).code, 0);
        let manifest: Json = serde_json::from_str(&folder.read("out.csv.manifest.json")).unwrap();
        let intake = |input: &str, encoding: &str| json!({ "input": input, "sheet": null, "header_row": null, "encoding": encoding });
        let intakes = json!([intake("claims", "GB18030"), intake("enrollments", "UTF-8")]);
        assert_eq!(manifest["options"]["intakes"], intakes);
    }
}

#[test]
fn a_dry_run_counts_as_the_run_does_where_it_has_seen_all() {
    let folder = Folder::new("first-dry");
    let claims = (1..=60).map(|n| format!("c{n},e{n},2025-01-10,accident,{}.00,5\n", 400 + n));
    let (header, _) = CLAIMS.split_once('\n').unwrap();
    folder.write("c.csv", &format!("{header}\n{}x,e1,2025-13-10,accident,1.00,5\n", claims.collect::<String>()));
    let (header, _) = ENROLLMENTS.split_once('\n').unwrap();
    let enrollment = |n: u32| {
        let (plan, shares) = (if n == 75 { "no-such-plan" } else { "henan-accident" }, if n == 70 { "x" } else { "2" });
        format!("e{n},m{n},{plan},{shares},2025-01-01,2025-12-31,1990-05-05\n")
    };
    // the last ones are of no claim; one of them stands twice
    let enrollments = (1..=80).chain([77]).map(enrollment);
    folder.write("e.csv", &format!("{header}\n{}", enrollments.collect::<String>()));
    let counted = |options: &[&str]| {
        let mut json = as_json(&batch(&folder, "out.csv", &[options, &["--format", "json"]].concat()));
        for other in ["dry_run", "milliseconds", "claims_per_second", "files"] {
            json.as_object_mut().unwrap().remove(other);
        }
        json
    };
    let (dry, run) = (counted(&["--dry-run"]), counted(&[]));
    assert_eq!(dry, run);
    assert_eq!(run["enrollments"]["read"], 81);
    assert_eq!((&run["claims"]["decided"], &run["claims"]["rejected"]), (&60.into(), &1.into()));
}

#[test]
fn what_is_wrong_with_a_whole_row_is_said_of_the_row() {
    let folder = Folder::new("first-row");
    folder.write("c.csv", &format!("{CLAIMS}b,e1,2025-01-10,accident,1.00,5,,x\n"));
    folder.write("e.csv", ENROLLMENTS);
    let ran = batch(&folder, "out.csv", &["--dry-run"]);
    assert!(
        ran.out.contains("claims, the whole row: the row has 8 fields, the header 6 (first in row 2)"),
        "{}",
        ran.out
    );
    let said = "claims, row 2, the whole row `b,e1,2025-01-10,accident,1.00,5,,x`: the row has 8 fields, the header 6";
    assert!(ran.out.contains(said), "{}", ran.out);
    let ran = batch(&folder, "out.csv", &[]);
    assert!(
        ran.out.contains("claims, the whole row: the row has 8 fields, the header 6 (first in row 2)"),
        "{}",
        ran.out
    );
}
