//! Earlier claims that are open, and claims that come late.

use std::io::Cursor;
use std::path::Path;

use calamine::{Reader, Xlsx};
use huzhu::{Adjudication, Case, Catalog, Claim, Enrollment, Hold, Language, Notice, Recalculated, history, money};
use rust_decimal::Decimal;
use serde_json::json;

use super::program::{adjudicated, batched, huzhu, input};

const LATE: &str = "07-late-claim/2-march-comes-later.json";

fn catalog() -> Catalog {
    Catalog::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("rules")).unwrap()
}

/// A case of one member of the Gansu plan: claims of the history, then the one to decide.
fn gansu(claims: &[&str]) -> Case {
    let (claim, history) = claims.split_last().unwrap();
    let enrollment = r#"{"id": "E1", "plan": "gansu-comprehensive", "member": "M", "shares": 1, "coverage_start": "2022-01-01",
        "coverage_end": "2022-12-31", "birth_date": "1990-05-05", "occupation": "courier"}"#;
    let case = format!(r#"{{"enrollment": {enrollment}, "history": [{}], "claim": {claim}}}"#, history.join(", "));
    Case::read("case.json", case.as_bytes(), &catalog()).unwrap()
}

/// A stay of three days that bears so much.
fn stay(id: &str, event_date: &str, burden: &str) -> String {
    format!(
        r#"{{"id": "{id}", "event_date": "{event_date}", "cause": "illness", "hospital_days": 3, "hospital_grade": 3,
            "in_pool_burden": "{burden}"}}"#
    )
}

fn notices(claims: &[&str]) -> Vec<Notice> {
    gansu(claims).decide(&catalog()).unwrap().0.notices().to_vec()
}

/// Some columns of a file, row by row.
fn picked<const N: usize>(rows: &[String], columns: [&str; N]) -> Vec<[String; N]> {
    let cells: Vec<Vec<&str>> = rows.iter().map(|row| row.split(',').collect()).collect();
    let (head, rows) = cells.split_first().unwrap();
    let places = columns.map(|column| head.iter().position(|name| *name == column).unwrap());
    rows.iter().map(|row| places.map(|place| (*row.get(place).unwrap()).to_owned())).collect()
}

// ── claims that come late ─────────────────────────────────────────────────

#[test]
fn a_claim_that_comes_late_says_what_the_declared_order_makes_of_the_amounts() {
    let (june, march) = (adjudicated("07-late-claim/1-june.json"), adjudicated(LATE));
    assert!(june["notices"].is_null());
    assert_eq!((&june["payable"], &march["payable"]), (&json!("1000.00"), &json!("4150.00")));
    let (rows, _) = batched("07-late-claim/c.csv", "07-late-claim/e.csv", &[]);
    assert_eq!(picked(&rows, ["claim_id", "payable", "notices"]), [["B", "7300.00", ""], ["A", "550.00", ""]]);
    let text = "the history has claims that come after this one in order: `A`; as received, 4150.00 yuan are paid for this one \
                and 1000.00 for those, 5150.00 in all; worked out again in order, 7300.00 and 550.00, 7850.00 in all, which is \
                2700.00 more";
    assert_eq!(
        march["notices"],
        json!([{
            "code": "later-claim-in-history",
            "about": ["A"],
            "text": text,
            "holds": false,
            "recalculation": {
                "claims": [
                    {"claim": "B", "as_received": "4150.00", "in_order": "7300.00"},
                    {"claim": "A", "as_received": "1000.00", "in_order": "550.00"},
                ],
                "as_received": "5150.00",
                "in_order": "7850.00",
                "difference": "2700.00",
            }
        }])
    );
}

#[test]
fn it_is_said_in_chinese_too() {
    let catalog = catalog();
    let case = Case::read(LATE, &std::fs::read(input(LATE)).unwrap(), &catalog).unwrap();
    let (adjudication, _) = case.decide(&catalog).unwrap();
    let said = adjudication.notices()[0].text().in_language(Language::Zh);
    let expected = "既往理赔中有按顺序应在本件之后的：`A`；按收到的先后，本件 4150.00 元，其余 1000.00 元，共 5150.00 元；\
                    按顺序重算，本件 7300.00 元，其余 550.00 元，共 7850.00 元，多 2700.00 元";
    assert_eq!(said, expected);
}

#[test]
fn the_statement_and_a_what_if_say_it() {
    let said = "come after this one in order: `A`";
    let statement = huzhu(&["adjudicate", &input(LATE)]).out;
    assert!(statement.contains("Please note") && statement.contains(said), "{statement}");
    let earlier = huzhu(&["adjudicate", &input("07-late-claim/1-june.json")]).out;
    assert!(!earlier.contains("Please note"), "{earlier}");
    let moved = huzhu(&["adjudicate", &input(LATE), "--what-if", "event_date=2022-07-01"]).out;
    let (now, then) = moved.split_once("As it is").unwrap().1.split_once("Then").unwrap_or((&moved, ""));
    assert!(now.contains(said) && !then.contains(said), "{moved}");
}

#[cfg(feature = "workbook")]
#[test]
fn the_sheet_says_it_beside_the_outcome() {
    let catalog = catalog();
    let case = Case::read(LATE, &std::fs::read(input(LATE)).unwrap(), &catalog).unwrap();
    let mut workbook = huzhu::Workbook::new(&catalog, Language::En);
    workbook.add(&case).unwrap();
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(workbook.to_bytes().unwrap())).unwrap();
    let sheet = book.worksheet_range("B").unwrap();
    let cell = |row: u32| sheet.get_value((row, 5)).unwrap().to_string();
    assert_eq!(cell(4), "Please note");
    assert!(cell(5).starts_with("the history has claims that come after this one in order: `A`; "), "{}", cell(5));
}

#[test]
fn an_order_that_changes_no_amount_says_so() {
    let (march, after_the_cover) = (stay("B", "2022-03-01", "100.00"), stay("A", "2023-06-01", "100.00"));
    let [notice] = notices(&[&after_the_cover, &march]).try_into().unwrap();
    assert!(notice.text().en.ends_with("; worked out again in order, no amount changes"), "{}", notice.text().en);
    assert!(notice.recalculation().unwrap().difference().is_zero());
    assert_eq!(notices(&[&march, &after_the_cover]), []);
}

#[test]
fn a_later_claim_that_was_taken_back_counts_as_nothing_both_ways() {
    let (march, june) = (stay("B", "2022-03-01", "10000.00"), stay("A", "2022-06-01", "1000.00"));
    let back = r#"{"id": "R", "reverses": "A"}"#;
    let [notice] = notices(&[&june, back, &march]).try_into().unwrap();
    let recalculation = notice.recalculation().unwrap();
    let paid = |of: fn(&Recalculated) -> Decimal| -> Vec<String> {
        recalculation.claims().iter().map(|claim| money::print(of(claim))).collect()
    };
    assert_eq!(paid(|claim| claim.as_received), paid(|claim| claim.in_order));
    assert_eq!(paid(|claim| claim.in_order)[1], "0.00");
    assert!(recalculation.difference().is_zero());
}

/// B bore the deductible of the year for A; once it is taken back, A alone would have borne it.
#[test]
fn a_reversal_that_comes_late_says_what_the_claims_after_it_come_to_without_it() {
    let (march, june) = (stay("B", "2022-03-01", "10000.00"), stay("A", "2022-06-01", "1000.00"));
    let back = r#"{"id": "R", "reverses": "B"}"#;
    let case = gansu(&[&march, &june, back]);
    let (adjudication, _) = case.decide(&catalog()).unwrap();
    assert_eq!(money::print(adjudication.payable()), "-7300.00");
    let [notice] = adjudication.notices() else { panic!("{:?}", adjudication.notices()) };
    let said = "the history has claims that come after the reversed one in order: `A`; as received, 550.00 yuan are paid for them; \
                worked out again in order, 1000.00, which is 450.00 more";
    assert_eq!((notice.code().name(), notice.text().en.as_str()), ("later-claim-in-history", said));
    assert_eq!(
        notice.text().zh,
        "既往理赔中有按顺序在所冲销的一件之后的：`A`；按收到的先后，它们共 550.00 元；按顺序重算，共 1000.00 元，多 450.00 元"
    );
    let recalculation = notice.recalculation().unwrap();
    assert_eq!(money::print(recalculation.difference()), "450.00");
    // The last claim in order has nothing after it.
    assert_eq!(notices(&[&march, &june, r#"{"id": "R", "reverses": "A"}"#]), []);
}

/// In order the second allowance is denied, so that there is nothing to reverse.
#[test]
fn an_order_that_does_not_work_is_said_and_changes_nothing() {
    let enrollment = r#"{"id": "E", "plan": "wuxi-return-allowance", "member": "M", "shares": 1, "coverage_start": "2026-02-21",
        "coverage_end": "2026-03-04"}"#;
    let allowance = |id: &str, event_date: &str| {
        format!(
            r#"{{"id": "{id}", "event_date": "{event_date}", "came_from": "out-of-province", "registered_in_wuxi": false,
                "travel_ticket": true, "social_insurance_record": true, "voucher_number": 1, "voucher_online": true,
                "reported_on": "2026-03-10"}}"#
        )
    };
    let (later, now) = (allowance("A", "2026-02-25"), allowance("B", "2026-02-22"));
    let case = format!(
        r#"{{"enrollment": {enrollment}, "history": [{later}, {{"id": "R", "reverses": "A"}}], "claim": {now}}}"#
    );
    let catalog = catalog();
    let (adjudication, _) = Case::read("case.json", case.as_bytes(), &catalog).unwrap().decide(&catalog).unwrap();
    assert_eq!(money::print(adjudication.payable()), "200.00");
    let [notice] = adjudication.notices() else { panic!("{:?}", adjudication.notices()) };
    let said = "the history has claims that come after this one in order: `A`; they cannot be worked out again in order: claim `A` \
                has posted nothing that could be reversed";
    assert_eq!((notice.text().en.as_str(), notice.recalculation()), (said, None));
}

#[test]
fn many_later_claims_are_counted_in_words_and_all_named_in_the_notice() {
    let mut claims: Vec<String> =
        (1..=7).map(|day| stay(&format!("A{day}"), &format!("2022-06-0{day}"), "1000.00")).collect();
    claims.push(stay("B", "2022-03-01", "10000.00"));
    let claims: Vec<&str> = claims.iter().map(String::as_str).collect();
    let [notice] = notices(&claims).try_into().unwrap();
    assert_eq!(notice.subjects(), ["A1", "A2", "A3", "A4", "A5", "A6", "A7"]);
    assert!(notice.text().en.contains("order: `A1`, `A2`, `A3`, `A4`, `A5` and 2 more; "), "{}", notice.text().en);
    assert!(notice.text().zh.contains("`A5`等 7 件；"), "{}", notice.text().zh);
    assert_eq!(notice.recalculation().unwrap().claims().len(), 8);
}

// ── earlier claims that are open ──────────────────────────────────────────

const OPEN: [&str; 2] = ["05-open-earlier-claims/c.csv", "05-open-earlier-claims/e.csv"];

/// A1 and B1 are rejected, and nobody knows when B1 was; A2 lacks an amount. A5 comes before them, A4 is denied whatever they come to.
#[test]
fn a_batch_says_which_earlier_claims_are_open_that_a_claim_hangs_on() {
    let (rows, summary) = batched(OPEN[0], OPEN[1], &[]);
    let said = [
        ["A2", "pended", "0.00", "missing-fact", ""],
        ["A3", "paid", "550.00", "", "earlier-claim-open(A1, A2)"],
        ["A4", "denied", "0.00", "event-in-cover", ""],
        ["A5", "paid", "1000.00", "", ""],
        ["B2", "paid", "1000.00", "", "earlier-claim-open(B1)"],
        ["C1", "paid", "1000.00", "", ""],
        ["C2", "paid", "550.00", "", ""],
    ];
    assert_eq!(picked_with_commas(&rows), said);
    assert_eq!(summary["notices"], json!([{"code": "earlier-claim-open", "claims": 2}]));
    let unplaced =
        summary["observations"].as_array().unwrap().iter().find(|seen| seen["code"] == "rejected-claim-unplaced");
    assert_eq!(unplaced.map(|seen| (&seen["rows"], &seen["first_row"])), Some((&json!(3), &json!(10))));
}

#[test]
fn with_hold_such_a_claim_waits_and_nothing_is_paid_for_it() {
    let (rows, _) = batched(OPEN[0], OPEN[1], &["--hold"]);
    let said = [
        ["A2", "pended", "0.00", "missing-fact", ""],
        ["A3", "pended", "0.00", "earlier-claim-open", "earlier-claim-open(A1, A2)"],
        ["A4", "denied", "0.00", "event-in-cover", ""],
        ["A5", "paid", "1000.00", "", ""],
        ["B2", "pended", "0.00", "earlier-claim-open", "earlier-claim-open(B1)"],
        ["C1", "paid", "1000.00", "", ""],
        ["C2", "paid", "550.00", "", ""],
    ];
    assert_eq!(picked_with_commas(&rows), said);
}

/// Claim, decision, amount, reasons and notices of each row, by claim; the notices may have commas.
fn picked_with_commas(rows: &[String]) -> Vec<[String; 5]> {
    let mut reader = csv::Reader::from_reader(Cursor::new(rows.join("\n")));
    let head = reader.headers().unwrap().clone();
    let columns = ["claim_id", "decision", "payable", "reasons", "notices"];
    let places = columns.map(|column| head.iter().position(|name| name == column).unwrap());
    let rows = reader.records().map(|row| places.map(|place| row.as_ref().unwrap().get(place).unwrap().to_owned()));
    let mut rows: Vec<[String; 5]> = rows.collect();
    rows.sort();
    rows
}

/// The files of a run over the inputs, its rows of claims in another order and with other threads: they are the same.
#[test]
fn the_order_of_rows_and_the_threads_change_nothing() {
    let folder = Folder::new("order");
    let claims = std::fs::read_to_string(input(OPEN[0])).unwrap();
    let (head, rows) = claims.split_once('\n').unwrap();
    let mut written = Vec::new();
    for (name, is_reversed, threads) in [("a", false, "1"), ("b", true, "1"), ("c", true, "2")] {
        let mut rows: Vec<&str> = rows.lines().collect();
        if is_reversed {
            rows.reverse();
        }
        let (claims, out) = (folder.path(&format!("{name}.csv")), folder.path(&format!("{name}-out.csv")));
        std::fs::write(&claims, format!("{head}\n{}\n", rows.join("\n"))).unwrap();
        huzhu(&["batch", "-c", &claims, "-e", &input(OPEN[1]), "-o", &out, "--threads", threads, "--hold"]);
        written.push(std::fs::read_to_string(&out).unwrap());
    }
    assert_eq!(written[0], written[1]);
    assert_eq!(written[1], written[2]);
}

/// A folder of a test's own, gone with it.
struct Folder(std::path::PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("huzhu-histories-{name}-{}", std::process::id()));
        let _gone = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).to_string_lossy().into_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _gone = std::fs::remove_dir_all(&self.0);
    }
}

/// A claim without the amount that the plan needs, and one that is like it.
fn open_and_next() -> [String; 2] {
    let lacking =
        r#"{"id": "A", "event_date": "2022-03-01", "cause": "illness", "hospital_days": 3, "hospital_grade": 3}"#;
    [lacking.to_owned(), stay("B", "2022-04-01", "1000.00")]
}

#[test]
fn a_case_says_it_as_a_batch_does() {
    let [open, next] = open_and_next();
    let [notice] = notices(&[&open, &next]).try_into().unwrap();
    let says = (notice.code().name(), notice.subjects(), notice.holds());
    assert_eq!(says, ("earlier-claim-open", &["A".to_owned()][..], false));
    assert_eq!(
        notice.text().en,
        "earlier claims are open: `A`; once they are settled, this one may come out otherwise"
    );
    assert_eq!(notice.text().zh, "既往理赔未结：`A`；其结案后，本件的结果可能改变");
    assert_eq!(notices(&[&stay("A", "2022-03-01", "1000.00"), &next]), []);
}

#[test]
fn with_hold_a_case_waits_and_has_no_certificate_and_no_sheet() {
    let [open, next] = open_and_next();
    let (case, waiting) = (gansu(&[&open, &next]), catalog().holding(Hold::OpenClaims));
    let (adjudication, accumulators) = case.decide(&waiting).unwrap();
    assert_eq!((adjudication.decision(), adjudication.posting()), (huzhu::Decision::Pended, None));
    let reasons: Vec<&str> = adjudication.reasons().iter().map(|reason| reason.code.as_str()).collect();
    assert_eq!(reasons, ["earlier-claim-open"]);
    assert_eq!(accumulators.open_claims().collect::<Vec<_>>(), ["A", "B"]);
    let refused = huzhu::Certifier::new(&waiting).certify(&case).unwrap_err();
    assert!(
        refused.is_certificate() && refused.to_string().contains("is pended for what is known around it"),
        "{refused}"
    );
    assert!(huzhu::Certifier::new(&catalog()).certify(&case).is_ok());
    let refused = huzhu::Workbook::new(&waiting, Language::En).add(&case).unwrap_err();
    assert!(
        refused.is_workbook() && refused.to_string().contains("is pended for what is known around it"),
        "{refused}"
    );
    assert!(huzhu::Workbook::new(&catalog(), Language::En).add(&case).is_ok());
}

#[test]
fn a_pack_can_say_that_claims_wait() {
    let folder = Folder::new("pack");
    let text =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/gansu-comprehensive.toml")).unwrap();
    std::fs::write(folder.path("gansu.toml"), text.replacen("[plan]\n", "[plan]\nearlier_open = \"pend\"\n", 1))
        .unwrap();
    let [open, next] = open_and_next();
    let decided = |rules: &Catalog| gansu(&[&open, &next]).decide(rules).unwrap().0.decision();
    assert_eq!(decided(&Catalog::load(&folder.0).unwrap()), huzhu::Decision::Pended);
    assert_eq!(decided(&catalog()), huzhu::Decision::Paid);
    std::fs::write(folder.path("gansu.toml"), text.replacen("[plan]\n", "[plan]\nearlier_open = \"wait\"\n", 1))
        .unwrap();
    assert!(Catalog::load(&folder.0).is_err());
}

/// The certificates of a batch are of what is decided; a claim that waits has none.
#[test]
fn a_certified_batch_and_an_audit_wait_as_well() {
    let folder = Folder::new("certified");
    let (out, proven) = (folder.path("paid.csv"), folder.path("proven.jsonl"));
    let files = ["-c", &input(OPEN[0]), "-e", &input(OPEN[1])];
    let run = |more: &[&str]| {
        huzhu(&[&["batch"], &files[..], &["-o", &out, "--certificates", &proven, "--force"], more].concat())
    };
    let certified = |ran: super::program::Ran| -> usize {
        assert_eq!(ran.code, 1, "{ran:?}");
        let lines = std::fs::read_to_string(&proven).unwrap();
        lines.lines().filter(|line| line.contains("\"conclusion\"")).count()
    };
    assert_eq!(certified(run(&[])), 7);
    let audit = |more: &[&str]| {
        let wrong = folder.path("wrong.csv");
        let ran = huzhu(&[&["audit"], &files[..], &["-r", &out, "-o", &wrong, "--force"], more].concat());
        assert!(ran.code <= 1, "{ran:?}");
        let rows = std::fs::read_to_string(&wrong).unwrap();
        let mut rows: Vec<String> = rows.lines().skip(1).map(str::to_owned).collect();
        rows.sort();
        rows
    };
    assert!(audit(&[]).is_empty(), "{:?}", audit(&[]));
    let waiting = audit(&["--hold"]);
    assert_eq!(waiting.len(), 2, "{waiting:?}");
    assert!(waiting[0].starts_with("A3,550.00,,,claim-pended"), "{waiting:?}");
    assert!(waiting[1].starts_with("B2,1000.00,,,claim-pended"), "{waiting:?}");
    assert_eq!(certified(run(&["--hold"])), 5);
}

/// Stops a run at once.
struct Stop;

impl huzhu::batch::Progress for Stop {
    fn stops(&self) -> bool {
        true
    }
}

/// A run that stopped without `--hold` is not gone on with under it.
#[test]
fn a_run_with_hold_is_another_run() {
    let folder = Folder::new("resume");
    let out = folder.path("paid.csv");
    let job = huzhu::batch::Job::new(input(OPEN[0]), input(OPEN[1]), &out);
    assert!(huzhu::batch::run(&job, &catalog(), &Stop).unwrap_err().is_interrupted());
    let other = huzhu::batch::run(&job, &catalog().holding(Hold::OpenClaims), &()).unwrap_err();
    assert!(other.is_resume() && other.to_string().contains("what pends claims is not the same"), "{other}");
    huzhu::batch::run(&job, &catalog(), &()).unwrap();
}

/// The second claim is paid while earlier ones come to less than 100 yuan, counted through a value that names no fact itself.
const OF_VALUES: &str = r#"
[plan]
id = "values"
version = "1"
title = { zh = "t", en = "t" }
effective = { from = 2025-01-01, by = "coverage_start" }
rounding = { to = "0.01 yuan", mode = "half-up", clause = "c", provenance = "stated" }

[figure.most]
value = "100 yuan"
title = { zh = "t", en = "t" }
clause = "c"
provenance = "stated"

[value.own]
is = "self_funded"
title = { zh = "t", en = "t" }
clause = "c"
provenance = "stated"

[value.counted]
is = "own"
title = { zh = "t", en = "t" }
clause = "c"
provenance = "stated"

[[benefit]]
id = "aid"
title = { zh = "t", en = "t" }
when = "personal_burden > 0 yuan and prior.sum(counted, life) < most"
gross = "personal_burden"
clause = "c"
provenance = "stated"
"#;

#[test]
fn a_sum_of_values_of_values_is_not_known_where_an_earlier_claim_is_not() {
    let catalog = Catalog::read([("values.toml".to_owned(), OF_VALUES.as_bytes().to_vec())]).unwrap();
    let cover = Enrollment::new("E", "values", "M").with("coverage_start", "2025-01-01").unwrap();
    let cover = cover.with("coverage_end", "2025-12-31").unwrap();
    let claim = |id, day| Claim::new(id).with("event_date", day).unwrap().with("personal_burden", "50").unwrap();
    let claims = [(cover.clone(), claim("C1", "2025-03-01")), (cover, claim("C2", "2025-04-01"))];
    let (decided, _) = history::decide(&catalog, &claims).unwrap();
    let said = |decided: &Adjudication| format!("{} {}", decided.decision().name(), decided.details());
    assert_eq!([said(&decided[0]), said(&decided[1])], ["paid ", "pended missing-fact(self_funded)"]);
}
