//! Files of applications, good and bad: every row is decided or rejected with its reason, and all files are written or none.

use huzhu::enroll::{Application, Pools};
use huzhu::{Accumulators, Catalog, Claim, Decision, Enrollment, facts};
use serde_json::Value as Json;

use super::program::{Folder, Ran, huzhu};

const RIDERS: &str = "rules/examples";

fn enroll(applications: &str, out: &str, more: &[&str]) -> Ran {
    let own = ["enroll", "--rules", RIDERS, "--applications", applications, "--out", out];
    huzhu(&[&own, more].concat())
}

fn summary(ran: &Ran) -> Json {
    serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{ran:?}"))
}

#[test]
fn premiums_refusals_and_pools_are_written() {
    let folder = Folder::new("enroll");
    let out = folder.path("out.csv");
    let ran = enroll("rules/examples/june.csv", &out, &["--format", "json"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, "")); // a refusal is a result
    let json = summary(&ran);
    assert_eq!(json["decisions"], serde_json::json!({ "enrolled": 5, "refused": 1, "pended": 1 }));
    assert_eq!((&json["rows"], &json["rejected"], &json["price"]), (&7.into(), &0.into(), &"310.00".into()));
    let answers = folder.read("out.csv");
    let rows: Vec<&str> = answers.lines().collect();
    assert_eq!(rows[2], "MADE-UP-A2,MADE-UP-M2,rider-care,1,enrolled,2,0,2025-06-02,2026-06-01,90.00,31.50,,");
    assert!(rows[6].contains(",refused,,,,,,,age-at-start;trade,"), "{}", rows[6]);
    let payers = folder.read("out.payers.csv");
    let of_a2: Vec<&str> = payers.lines().filter(|row| row.starts_with("MADE-UP-A2,")).collect();
    let pays: Vec<&str> = of_a2.iter().map(|row| row.split(',').nth(3).unwrap()).collect();
    assert_eq!(pays, ["45.00", "0.00", "13.50", "31.50"]);
    assert_eq!(
        folder.read("out.pools.csv").lines().filter(|row| row.contains("summer-gift")).collect::<Vec<_>>(),
        [
            "rider-care,summer-gift,shares,opening,,0,3",
            "rider-care,summer-gift,shares,taken,MADE-UP-A1,1,2",
            "rider-care,summer-gift,shares,taken,MADE-UP-A2,1,1",
            "rider-care,summer-gift,shares,taken,MADE-UP-A3,1,0",
            "rider-care,summer-gift,shares,too-late,MADE-UP-A4,0,0",
        ]
    );
}

#[test]
fn the_order_of_the_rows_changes_nothing() {
    let folder = Folder::new("enroll-turned");
    let given = std::fs::read_to_string("rules/examples/june.csv").unwrap();
    let mut rows: Vec<&str> = given.lines().collect();
    rows[1..].reverse();
    let turned = folder.write("turned.csv", &(rows.join("\n") + "\n"));
    enroll("rules/examples/june.csv", &folder.path("one.csv"), &[]);
    enroll(&turned, &folder.path("other.csv"), &[]);
    for file in ["", ".payers", ".pools", ".enrollments"] {
        assert_eq!(folder.read(&format!("one{file}.csv")), folder.read(&format!("other{file}.csv")), "{file}");
    }
}

/// The covers of one run are those that the next knows; what was taken from pools stays taken.
#[test]
fn a_second_run_goes_on_from_the_first() {
    let folder = Folder::new("enroll-again");
    enroll("rules/examples/june.csv", &folder.path("one.csv"), &[]);
    let (covers, pools) = (folder.path("one.enrollments.csv"), folder.path("one.pools.csv"));
    let more = ["--enrollments", &covers, "--pools", &pools];
    let ran = enroll("rules/examples/fall.csv", &folder.path("two.csv"), &more);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{}", ran.out);
    let answers = folder.read("two.csv");
    let rows: Vec<&str> = answers.lines().collect();
    assert!(
        rows[1].starts_with("MADE-UP-B1,MADE-UP-M9,rider-care,1,enrolled,1,0,2025-09-02,2026-09-01,40.00,40.00,"),
        "{}",
        rows[1]
    );
    // a renewal in time runs from the day after the cover before
    assert!(
        rows[2].starts_with("MADE-UP-B2,MADE-UP-M1,rider-care,1,enrolled,1,0,2026-06-02,2027-06-01,"),
        "{}",
        rows[2]
    );
    assert!(folder.read("two.pools.csv").contains("rider-care,province-2025,yuan,earlier,,40.00,0.00"));
    let again = enroll("rules/examples/june.csv", &folder.path("three.csv"), &more);
    let rejected = folder.read("three.rejects.csv");
    assert_eq!(again.code, 1);
    assert!(rejected.contains("there is a cover with the id `MADE-UP-A1` already"), "{rejected}");
}

/// What the waiting period itself reads: the last day of the cover before.
#[test]
fn a_renewal_within_the_grace_does_not_wait_again() {
    let pack = std::fs::read("rules/examples/rider-care.toml").unwrap();
    let catalog = Catalog::read([("rider-care.toml".to_owned(), pack)]).unwrap();
    let application = |id: &str, paid_on: &str| {
        let asked = Enrollment::new(id, "rider-care", "M1").with("shares", 1).unwrap();
        let asked = asked.with("birth_date", "1990-05-05").unwrap().with("occupation", "courier").unwrap();
        Application::new(asked.with("paid_on", paid_on).unwrap().with("applied_on", paid_on).unwrap())
    };
    for (paid_on, waived) in [("2026-03-30", true), ("2026-03-31", false)] {
        let applications = [application("A1", "2025-03-01"), application("A2", paid_on)];
        let answers = catalog.enroll_all(&applications, &[], &mut Pools::new()).unwrap();
        let renewal = answers[1].as_ref().unwrap().enrolled().unwrap();
        let previous = renewal.enrollment().fact(facts::PREVIOUS_COVERAGE_END);
        assert_eq!(previous.map(|day| day.to_string()).as_deref(), Some("2026-03-01"));
        assert_eq!(renewal.waived().count() == 1, waived, "{paid_on}");
        let claim = Claim::new("C1").with("event_date", "2026-04-05").unwrap().with("cause", "illness").unwrap();
        let claim = claim.with("hospital_days", 2).unwrap();
        let plan = &catalog.versions("rider-care")[0];
        let decided = plan.decide(renewal.enrollment(), &claim, &Accumulators::new()).unwrap();
        assert_eq!(decided.decision() == Decision::Paid, waived, "{paid_on}");
    }
}

#[test]
fn a_cover_of_enrolling_is_one_that_claims_are_decided_under() {
    let folder = Folder::new("enroll-then-batch");
    enroll("rules/examples/june.csv", &folder.path("one.csv"), &[]);
    let claims = folder.write(
        "claims.csv",
        "claim_id,enrollment_id,event_date,cause,hospital_days\nC1,MADE-UP-A2,2025-06-20,accident,3\nC2,MADE-UP-A3,2025-06-20,illness,3\n",
    );
    let (covers, out) = (folder.path("one.enrollments.csv"), folder.path("payouts.csv"));
    let ran = huzhu(&["batch", "--rules", RIDERS, "--claims", &claims, "--enrollments", &covers, "--out", &out]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let payouts = folder.read("payouts.csv");
    assert!(payouts.contains("C1,MADE-UP-A2,rider-care,1,paid,300.00,"), "{payouts}"); // two shares
    assert!(payouts.contains("C2,MADE-UP-A3,rider-care,1,nothing-due,0.00,waiting-period"), "{payouts}");
}

#[test]
fn a_bad_row_is_rejected_and_stops_no_other() {
    let rows = [
        ("A1,M1,rider-care,courier,1,1990-05-05,2025-03-01,2025-03-01 08:00", ""),
        (
            "A2,M2,rider-car,courier,1,1990-05-05,2025-03-01,2025-03-01 08:00",
            "there is no plan `rider-car`; did you mean `rider-care`?",
        ),
        ("A3,M3,rider-care,courier,0,1990-05-05,2025-03-01,2025-03-01 08:00", "`shares`"),
        ("A4,M4,rider-care,courier,1,1990-02-30,2025-03-01,2025-03-01 08:00", "`birth_date`"),
        ("A5,M5,rider-care,courier,1,1990-05-05,2025-03-01,noon", "no moment"),
        (",M6,rider-care,courier,1,1990-05-05,2025-03-01,2025-03-01 08:00", "`application_id` is empty"),
        ("A7,,rider-care,courier,1,1990-05-05,2025-03-01,2025-03-01 08:00", "`member_id` is empty"),
        ("A8,M8,rider-care,courier,1,1990-05-05,2025-03-01,2025-03-01 08:00", "several applications have the id `A8`"),
        ("A8,M9,rider-care,courier,1,1990-05-05,2025-03-01,2025-03-01 08:00", "several applications have the id `A8`"),
        (
            "A9,M9,rider-care,courier,1,1990-05-05,2024-03-01,2024-03-01 08:00",
            "no version of the plan `rider-care` holds on 2024-03-02",
        ),
        ("A10,M10,rider-care,courrier,1,1990-05-05,2025-03-01,2025-03-01 08:00", "courrier"),
        ("A11,M11,rider-care,courier,1", ""),
    ];
    let folder = Folder::new("enroll-bad-rows");
    let header = "application_id,member_id,plan,occupation,shares,birth_date,paid_on,applied_at";
    let lines: Vec<&str> = [header].into_iter().chain(rows.iter().map(|(row, _)| *row)).collect();
    let given = folder.write("given.csv", &lines.join("\n"));
    let ran = enroll(&given, &folder.path("out.csv"), &["--format", "json"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    let json = summary(&ran);
    assert_eq!((&json["rows"], &json["rejected"], &json["decisions"]["enrolled"]), (&12.into(), &11.into(), &1.into()));
    let rejected = folder.read("out.rejects.csv");
    for (number, (_, reason)) in rows.iter().enumerate().filter(|(_, (_, reason))| !reason.is_empty()) {
        let row = rejected.lines().find(|row| row.starts_with(&format!("{},", number + 1)));
        assert!(row.is_some_and(|row| row.contains(reason)), "{}: {row:?} has no {reason}", number + 1);
    }
}

#[test]
fn nothing_is_written_where_one_file_cannot_be() {
    let folder = Folder::new("enroll-all-or-nothing");
    let out = folder.path("out.csv");
    std::fs::create_dir(folder.path("out.rejects.csv")).unwrap();
    let ran = enroll("rules/examples/june.csv", &out, &["--force"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(!std::path::Path::new(&out).exists());
    std::fs::remove_dir(folder.path("out.rejects.csv")).unwrap();
    let before = folder.write("out.payers.csv", "mine");
    let refused = enroll("rules/examples/june.csv", &out, &[]);
    assert_eq!(refused.code, 2, "{refused:?}");
    assert_eq!(std::fs::read_to_string(before).unwrap(), "mine");
    assert_eq!(enroll("rules/examples/june.csv", &out, &["--force"]).code, 0);
}

#[test]
fn what_cannot_be_read_stops_the_run_and_says_why() {
    let folder = Folder::new("enroll-unread");
    let out = folder.path("out.csv");
    let strange = folder.write("strange.csv", "application_id,member_id,plan,hospital_days\nA1,M1,rider-care,3\n");
    let lacking = folder.write("lacking.csv", "application_id,plan\nA1,rider-care\n");
    let covers =
        folder.write("covers.csv", "enrollment_id,member_id,plan,coverage_start\nE1,M1,rider-care,2025-02-30\n");
    let pools = folder.write("pools.csv", "plan,pool,taken\nrider-care,summer-gift,-1\n");
    let good = "rules/examples/june.csv";
    for (given, more, said) in [
        (&*strange, vec![], "`hospital_days`"),
        (&*lacking, vec![], "has no column `member_id`"),
        (good, vec!["--enrollments", &*covers], "row 1"),
        (good, vec!["--pools", &*pools], "`taken` in row 1"),
        ("nowhere.csv", vec![], "nowhere.csv"),
    ] {
        let ran = enroll(given, &out, &more);
        assert_eq!(ran.code, 2, "{given} {more:?}: {ran:?}");
        assert!(ran.err.contains(said), "{given} {more:?}: {}", ran.err);
        assert!(!std::path::Path::new(&out).exists());
    }
}

#[test]
fn an_answer_is_explained_line_by_line_in_both_languages() {
    let folder = Folder::new("enroll-explained");
    for (language, lines) in [
        (
            "en",
            [
                "application `MADE-UP-A2` (rider-care): enrolled",
                "  2 shares at 45.00 yuan: 90.00 yuan",
                "    gift of the union 45.00 yuan, leaves 45.00: whole shares; left of gift shares of the summer: 1 share (article 5(1))",
                "    the member 31.50 yuan, leaves 0.00: the rest (article 5(4))",
            ],
        ),
        (
            "zh",
            [
                "参保申请 `MADE-UP-A2`（rider-care）：已受理",
                "  2 份，每份 45.00 元，共 90.00 元",
                "    工会赠送 45.00 元，余 45.00 元：整份承担；夏季赠送名额尚余 1 份（第五条第一项）",
                "    会员本人 31.50 元，余 0.00 元：其余部分（第五条第四项）",
            ],
        ),
    ] {
        let out = folder.path(&format!("{language}.csv"));
        let own = ["enroll", "--rules", RIDERS, "-a", "rules/examples/june.csv", "-o", &out];
        let ran = super::program::huzhu_in(language, &[&own, ["--explain", "MADE-UP-A2"].as_slice()].concat());
        for line in lines {
            assert!(ran.out.lines().any(|said| said == line), "{line}\n{}", ran.out);
        }
    }
}
