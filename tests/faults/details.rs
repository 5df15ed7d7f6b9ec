//! What a result names, it names with its fact: which fact is missing, of which benefit an amount is, which file a row is of.

use serde_json::Value as Json;

use super::program::{Folder, huzhu};

const ENROLLMENTS: &str = "enrollment_id,member_id,plan,shares,coverage_start,coverage_end,birth_date,occupation\n\
    e1,m1,henan-accident,2,2025-01-01,2025-12-31,1990-05-05,courier\n\
    e2,m2,henan-accident,2,2025-01-01,2025-12-31,1990-05-05,courier\n";
const CLAIMS: &str = "claim_id,enrollment_id,event_date,cause,total_cost,fund_paid,personal_burden,admitted,discharged,hospital_days\n\
    lacks,e1,2025-02-01,,,,100.00,,,2\n\
    days,e1,2025-03-01,accident,,,100.00,2025-03-01,2025-03-05,9\n\
    funds,e1,2025-04-01,accident,100.00,120.50,0.00,,,2\n\
    dates,e1,2025-05-01,accident,,,100.00,2025-05-10,2025-05-05,2\n\
    paid,e2,2025-06-01,accident,,,100.00,,,2\n";

/// The column of a CSV file by its header, with the claim of each row.
fn column(csv: &str, name: &str) -> Vec<(String, String)> {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let place = reader.headers().unwrap().iter().position(|head| head == name).unwrap();
    reader.records().map(|row| row.unwrap()).map(|row| (row[0].to_owned(), row[place].to_owned())).collect()
}

// ── payouts ───────────────────────────────────────────────────────────────

#[test]
fn a_pended_payout_names_its_facts_from_every_way_in() {
    let folder = Folder::new("details");
    let (claims, enrollments) = (folder.write("c.csv", CLAIMS), folder.write("e.csv", ENROLLMENTS));
    let batch = |name: &str, options: &[&str]| {
        let out = folder.path(name);
        let files = ["batch", "-c", &claims, "-e", &enrollments, "-o", &out];
        let ran = huzhu(&[&files[..], options].concat());
        assert_eq!(ran.code, 0, "{}", ran.err);
        folder.read(name)
    };
    let payouts = batch("by-columns.csv", &["--threads", "1"]);
    let expected = [
        ("lacks", "missing-fact(cause)"),
        ("days", "fact-contradicts(hospital_days=9 admitted=2025-03-01 discharged=2025-03-05 by 5)"),
        ("funds", "fund-above-total(fund_paid=120.5 total_cost=100 by 20.5)"),
        ("dates", "stay-dates(admitted=2025-05-10 discharged=2025-05-05)"),
        ("paid", ""),
    ];
    let mut found = column(&payouts, "details");
    for (claim, details) in expected {
        let place = found.iter().position(|(id, _)| id == claim).unwrap();
        let (_, said) = found.swap_remove(place);
        assert!(said.split(';').any(|said| said == details), "{claim}: {said}");
        let case = case(claim);
        let path = folder.write("case.json", &case);
        let ran = huzhu(&["adjudicate", &path, "--format", "json"]);
        let json: Json = serde_json::from_str(&ran.out).unwrap();
        let reasons = json["reasons"].as_array().unwrap().iter();
        let alone = reasons
            .filter_map(|reason| Some(format!("{}({})", reason["code"].as_str().unwrap(), reason["detail"].as_str()?)));
        assert_eq!(alone.collect::<Vec<_>>().join(";"), said, "{claim}");
    }
    // a reversal sends the account to the exact reading
    assert_eq!(batch("threads.csv", &["--threads", "2", "--memory", "64MiB"]), payouts);
    let with_reversal = CLAIMS.replacen("hospital_days\n", "hospital_days,reverses\n", 1);
    let with_reversal: String = with_reversal
        .lines()
        .enumerate()
        .map(|(row, line)| if row == 0 { format!("{line}\n") } else { format!("{line},\n") })
        .collect();
    folder.write("c.csv", &format!("{with_reversal}back,e1,2025-07-01,,,,,,,,lacks\n"));
    let exact = folder.path("exactly.csv");
    huzhu(&["batch", "-c", &claims, "-e", &enrollments, "-o", &exact]);
    let exact = column(&folder.read("exactly.csv"), "details");
    for row in column(&payouts, "details") {
        assert!(exact.contains(&row), "{row:?} is not among {exact:?}");
    }
}

/// One of the claims as a case file.
fn case(claim: &str) -> String {
    let rows = |text: &str| -> Vec<Vec<String>> {
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
        reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
    };
    let object = |heads: &[String], row: &[String]| -> serde_json::Map<String, Json> {
        let given = heads.iter().zip(row).filter(|(_, value)| !value.is_empty());
        given.map(|(head, value)| (head.clone(), Json::from(value.as_str()))).collect()
    };
    let (claims, enrollments) = (rows(CLAIMS), rows(ENROLLMENTS));
    let row = claims.iter().find(|row| row[0] == claim).unwrap();
    let mut of_claim = object(&claims[0], row);
    let mut enrollment = object(&enrollments[0], enrollments.iter().find(|other| other[0] == row[1]).unwrap());
    let id = of_claim.remove("claim_id").unwrap();
    of_claim.insert("id".to_owned(), id);
    of_claim.remove("enrollment_id");
    for (from, to) in [("enrollment_id", "id"), ("member_id", "member")] {
        let value = enrollment.remove(from).unwrap();
        enrollment.insert(to.to_owned(), value);
    }
    serde_json::json!({ "enrollment": enrollment, "claim": of_claim }).to_string()
}

// ── audits ────────────────────────────────────────────────────────────────

#[test]
fn a_cause_names_its_fact_in_the_file_the_list_and_the_report() {
    let folder = Folder::new("details-audit");
    let claims = "claim_id,enrollment_id,event_date,cause,personal_burden,hospital_days\n\
        a,e1,2025-02-01,accident,100.00,3\n\
        b,e2,2025-02-01,accident,100.00,\n\
        c,e2,2025-03-01,,100.00,2\n";
    let (claims, enrollments) = (folder.write("c.csv", claims), folder.write("e.csv", ENROLLMENTS));
    let recorded = folder.write("r.csv", "claim_id,payable\na,500.00\nb,0.00\nc,300.00\n");
    let (out, report) = (folder.path("d.csv"), folder.path("report.html"));
    let files =
        ["audit", "-c", &claims, "-e", &enrollments, "-r", &recorded, "-o", &out, "--report", &report, "--force"];
    let ran = huzhu(&files);
    let details = column(&folder.read("d.csv"), "details");
    let of = |claim: &str| details.iter().find(|(id, _)| id == claim).unwrap().1.clone();
    assert!(of("a").split(';').any(|cause| cause == "days-off-by-one(hospital_days)"), "{details:?}");
    assert_eq!(of("c"), "claim-pended(cause)");
    assert!(ran.out.contains("days-off-by-one(hospital_days)"), "{}", ran.out);
    assert!(folder.read("report.html").contains("the days off by one (days in hospital)"));
    let chinese = chinese(&files);
    assert!(chinese.contains("天数差一天（住院天数）"), "{chinese}");
    assert!(folder.read("report.html").contains("天数差一天（住院天数）"));
}

/// What the program prints in Chinese.
fn chinese(arguments: &[&str]) -> String {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_huzhu"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).args(arguments).args(["--lang", "zh"]).env_remove("HUZHU_RULES");
    let done = command.output().unwrap();
    String::from_utf8(done.stdout).unwrap() + &String::from_utf8(done.stderr).unwrap()
}

// ── worked cases ──────────────────────────────────────────────────────────

#[test]
fn a_failed_worked_case_says_of_what_and_how_it_came() {
    let folder = Folder::new("details-cases");
    folder.copy("rules/henan-accident.toml", "henan-accident.toml");
    let cases = r#"plan = "henan-accident"
[defaults.enrollment]
coverage_start = 2025-01-01
coverage_end   = 2025-12-31
birth_date     = 1990-05-05
shares         = 1
[defaults.claim]
cause      = "accident"
event_date = 2025-01-10
[[table]]
rule    = { en = "a stay" }
why     = { en = "to fail" }
columns = ["id", "personal_burden", "hospital_days", "decision", "paid:hospital-medical", "payable"]
rows = [
  ["one", "12000.00", 1, "paid", "12000.00", "12050.00"],
  ["two", "", 1, "denied", "", ""],
]
"#;
    let path = folder.write("henan-accident.cases.toml", cases);
    let arguments = ["test", &path, "--rules", &folder.path("")];
    let ran = huzhu(&arguments);
    assert_eq!(ran.code, 1, "{}", ran.err);
    for said in [
        "`one`: expected `paid:hospital-medical` (hospital costs after an accident) 12000.00, got 10000.00",
        "the amount before all steps is 12000.00",
        "leaves 10000.00",
        "`one`: expected `payable` 12050.00, got 10050.00",
        "`hospital-medical` (hospital costs after an accident) pays 10000.00",
        "`two`: expected `decision` denied, got pended",
        "`missing-fact`: ",
        ":15:",
    ] {
        assert!(ran.out.contains(said), "no `{said}` in\n{}", ran.out);
    }
    let chinese = chinese(&arguments);
    for said in [
        "`one` 的 `payable`（应付合计）应为 12050.00，实为 10050.00",
        "基数 12000.00",
        "`two` 的 `decision`（审核结果）应为 denied，实为 pended",
    ] {
        assert!(chinese.contains(said), "no `{said}` in\n{chinese}");
    }
}

// ── what if ───────────────────────────────────────────────────────────────

#[test]
fn what_if_takes_titles_as_the_header_of_a_table_does() {
    let zhao = "rules/cases/zhao.json";
    let by_name = huzhu(&["adjudicate", zhao, "--what-if", "hospital_days=30", "--format", "json"]);
    for title in ["住院天数", "住院天数（天）", "Days in hospital"] {
        let by_title = huzhu(&["adjudicate", zhao, "--what-if", &format!("{title}=30"), "--format", "json"]);
        assert_eq!((by_title.code, &by_title.out), (0, &by_name.out), "{title}: {}", by_title.err);
    }
    let chinese_text = chinese(&["adjudicate", zhao, "--what-if", "hospital_days=30"]);
    assert!(chinese_text.contains("若 住院天数 = 30") && !chinese_text.contains("hospital_days"), "{chinese_text}");
    let near = huzhu(&["adjudicate", zhao, "--what-if", "住院天=30"]);
    assert_eq!(near.code, 1);
    assert!(near.err.contains("did you mean `住院天数`?") || near.out.contains("did you mean `住院天数`?"), "{near:?}");
    let curve = |fact: &str| huzhu(&["adjudicate", zhao, "--curve", fact]).out;
    assert_eq!(curve("住院天数"), curve("hospital_days"));
}

// ── files of rules ────────────────────────────────────────────────────────

#[test]
fn slips_in_a_pack_say_what_to_write() {
    let folder = Folder::new("details-packs");
    let pack = std::fs::read_to_string("rules/henan-accident.toml").unwrap();
    let [line, id] = ["effective", "id "].map(|key| pack.lines().find(|line| line.starts_with(key)).unwrap());
    let check = |text: &[u8]| {
        let path = folder.path("pack.toml");
        std::fs::write(&path, text).unwrap();
        let ran = huzhu(&["check", &path]);
        assert_eq!(ran.code, 1);
        (ran.out + &ran.err, chinese(&["check", &path]))
    };
    let (en, zh) = check(pack.replacen(line, "effective = { from = 2025/1/1, by = \"coverage_start\" }", 1).as_bytes());
    assert!(
        en.contains("`2025/1/1` is not how TOML writes a date") && en.contains("write `2025-01-01`, without quotes"),
        "{en}"
    );
    assert!(zh.contains("写作 `2025-01-01`，不加引号"), "{zh}");
    let (en, _) = check(pack.replacen(id, "id = \"henan-accident”", 1).as_bytes());
    assert!(en.contains("`”` is a full-width sign") && en.contains("write `id = \"henan-accident\"`"), "{en}");
    let (in_gbk, ..) = encoding_rs::GB18030.encode(&pack);
    let (en, zh) = check(&in_gbk);
    assert!(en.contains("save it anew where it was written, with UTF-8 as its encoding"), "{en}");
    assert!(zh.contains("“另存为”，编码选 UTF-8"), "{zh}");
}

// ── batches ───────────────────────────────────────────────────────────────

#[test]
fn an_id_with_blanks_is_said_and_kept() {
    let folder = Folder::new("details-ids");
    let claims = folder.write(
        "c.csv",
        "claim_id,enrollment_id,event_date,cause,personal_burden,hospital_days\na,e1,2025-02-01,accident,100.00,1\n",
    );
    let enrollments = folder.write("e.csv", &ENROLLMENTS.replace("e1,m1,", "e1,m1 ,"));
    let out = folder.path("p.csv");
    let ran = huzhu(&[
        "batch",
        "-c",
        &claims,
        "-e",
        &enrollments,
        "-o",
        &out,
        "--lines",
        &folder.path("l.csv"),
        "--format",
        "json",
    ]);
    let summary: Json = serde_json::from_str(&ran.out).unwrap();
    let seen = &summary["observations"][0];
    assert_eq!(
        (ran.code, &seen["code"], &seen["column"], &seen["rows"]),
        (0, &"blank-around-id".into(), &"member_id".into(), &1.into()),
        "{summary}"
    );
    assert!(folder.read("l.csv").contains(",m1 ,"));
}

#[test]
fn a_header_row_that_is_not_every_files_names_the_file_that_has_another() {
    let folder = Folder::new("details-header");
    let rows =
        "claim_id,enrollment_id,event_date,cause,personal_burden,hospital_days\na,e1,2025-02-01,accident,100.00,1\n";
    let claims = folder.write("c.csv", &format!("理赔清单\n2025年\n{rows}"));
    let enrollments = folder.write("e.csv", ENROLLMENTS);
    let out = folder.path("p.csv");
    let files = ["batch", "-c", &claims, "-e", &enrollments, "-o", &out];
    let ran = huzhu(&[&files[..], &["--header-row", "3"]].concat());
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.err.contains(&format!("row 3 of `{enrollments}` is no header; that seems to be row 1")), "{}", ran.err);
    assert!(ran.err.contains("`--header-row claims=ROW`"), "{}", ran.err);
    let ran = huzhu(&[&files[..], &["--header-row", "claims=3"]].concat());
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("header in row 3"), "{}", ran.out);
}
