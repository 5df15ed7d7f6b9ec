//! The order in which a member's claims are decided: as the plan says, or as they were received; the same from every way in.

use huzhu::{
    Adjudication, Case, Catalog, Claim, Code, Decider, Diagnostics, Enrollment, Language, MemberAccounts, Order, facts,
    history,
};

/// What is paid of hospital bills, at most 1,000 yuan in a period.
const PACK: &str = r#"
[plan]
id = "bills"
version = "1"
title = { zh = "住院互助", en = "hospital aid" }
effective = { from = 2025-01-01, by = "coverage_start" }
rounding = { to = "0.01 yuan", mode = "half-up", clause = "Article 9", provenance = "stated" }

[[benefit]]
id = "aid"
title = { zh = "住院医疗互助金", en = "hospital aid" }
when = "personal_burden > 0 yuan"
gross = "personal_burden"
clause = "Article 5"
provenance = "stated"

[figure.most]
value = "1_000 yuan"
title = { zh = "年度限额", en = "annual limit" }
clause = "Article 6"
provenance = "stated"

[[limit]]
id = "annual"
title = { zh = "年度限额", en = "annual limit" }
over = ["aid"]
amount = "most"
per = "period"
clause = "Article 6"
provenance = "stated"
"#;

const BY_REPORT: &str = r#"order = ["event_date", "reported_on"]"#;

fn read(packs: &[&str]) -> Result<Catalog, Diagnostics> {
    let files = packs.iter().enumerate();
    Catalog::read(files.map(|(number, pack)| (format!("{number}.toml"), pack.as_bytes().to_vec())))
}

fn ordered_by(order: &str) -> String {
    PACK.replace("effective = ", &format!("{order}\neffective = "))
}

fn cover() -> Enrollment {
    let cover = Enrollment::new("E", "bills", "M").with(facts::COVERAGE_START, "2025-01-01".parse().unwrap()).unwrap();
    cover.with(facts::COVERAGE_END, "2025-12-31".parse().unwrap()).unwrap()
}

/// A claim by id, event date, amount and day of report; the last may be empty.
type Bill = (&'static str, &'static str, u32, &'static str);

fn claim((id, event_date, amount, reported_on): Bill) -> Claim {
    let claim = Claim::new(id).with("event_date", event_date).unwrap().with("personal_burden", amount).unwrap();
    if reported_on.is_empty() { claim } else { claim.with("reported_on", reported_on).unwrap() }
}

fn pairs(bills: &[Bill]) -> Vec<(Enrollment, Claim)> {
    bills.iter().map(|bill| (cover(), claim(*bill))).collect()
}

/// What each claim is paid, with the claims that are tied with it if the ids decide, in the order in which they are decided.
fn paid(decided: &[Adjudication]) -> Vec<String> {
    let said = |decided: &Adjudication| {
        let by_id = decided.notices().iter().find(|notice| notice.code() == Code::DecidedById);
        let by_id = by_id.map(|notice| format!(" as {} has another id", notice.subjects().join(", ")));
        format!("{} {}{}", decided.outcome().claim(), decided.payable(), by_id.unwrap_or_default())
    };
    decided.iter().map(said).collect()
}

#[test]
fn the_order_of_claims_is_what_the_pack_says() {
    let march: [Bill; 3] = [
        ("C1", "2025-03-01", 800, "2025-04-09"),
        ("C2", "2025-03-01", 500, "2025-04-02"),
        ("C3", "2025-02-01", 100, "2025-05-01"),
    ];
    let told = [
        ("", Order::ByEvent, ["C3 100.00", "C1 800.00 as C2 has another id", "C2 100.00 as C1 has another id"]),
        (BY_REPORT, Order::ByEvent, ["C3 100.00", "C2 500.00", "C1 400.00"]),
        (r#"order = ["reported_on"]"#, Order::ByEvent, ["C2 500.00", "C1 500.00", "C3 0"]),
        ("", Order::AsReceived, ["C1 800.00", "C2 200.00", "C3 0"]),
    ];
    for (order, how, expected) in told {
        let catalog = read(&[&ordered_by(order)]).unwrap().in_order(how);
        let (decided, _) = history::decide(&catalog, &pairs(&march)).unwrap();
        assert_eq!(paid(&decided), expected, "{order} {how}");
    }
}

#[test]
fn where_only_ids_put_claims_in_order_and_that_changes_an_amount_both_say_so() {
    let catalog = read(&[PACK]).unwrap();
    let tied: [Bill; 2] = [("C1", "2025-03-01", 800, ""), ("C2", "2025-03-01", 500, "")];
    let (decided, _) = history::decide(&catalog, &pairs(&tied)).unwrap();
    let texts: Vec<&str> =
        decided.iter().map(|decided| decided.notices()[0].text().in_language(Language::En)).collect();
    assert_eq!(
        texts,
        [
            "only the ids say whether it comes before or after `C2`: 800.00 yuan are paid in this order, 500.00 in another",
            "only the ids say whether it comes before or after `C1`: 200.00 yuan are paid in this order, 500.00 in another",
        ]
    );
    assert_eq!(
        decided[1].notices()[0].text().zh,
        "与 `C1` 的先后只凭编号而定：按此顺序付 200.00 元，按另一顺序付 500.00 元"
    );
    // Enough for all of them in any order, or a day apart: nothing is said.
    for quiet in
        [[("C1", "2025-03-01", 400, ""), ("C2", "2025-03-01", 500, "")], [("C1", "2025-03-01", 800, ""), tied[1]]]
    {
        let quiet = if quiet[0].2 == 800 { [quiet[0], ("C2", "2025-03-02", 500, "")] } else { quiet };
        let (decided, _) = history::decide(&catalog, &pairs(&quiet)).unwrap();
        assert!(decided.iter().all(|decided| decided.notices().is_empty()), "{decided:?}");
    }
}

#[test]
fn of_more_claims_than_two_the_least_and_the_most_are_said() {
    let catalog = read(&[PACK]).unwrap();
    let tied: [Bill; 3] = [("C1", "2025-03-01", 600, ""), ("C2", "2025-03-01", 500, ""), ("C3", "2025-03-01", 700, "")];
    let (decided, _) = history::decide(&catalog, &pairs(&tied)).unwrap();
    assert_eq!(
        decided[1].notices()[0].text().in_language(Language::En),
        "only the ids say whether it comes before or after `C1`, `C3`: 400.00 yuan are paid in this order, 300.00 to 500.00 in others"
    );
}

#[test]
fn a_date_that_one_of_two_claims_lacks_does_not_put_them_in_order() {
    let catalog = read(&[&ordered_by(BY_REPORT)]).unwrap();
    let bills: [Bill; 2] = [("C1", "2025-03-01", 800, ""), ("C2", "2025-03-01", 500, "2025-04-02")];
    let (decided, _) = history::decide(&catalog, &pairs(&bills)).unwrap();
    assert_eq!(paid(&decided), ["C2 500.00 as C1 has another id", "C1 500.00 as C2 has another id"]);
}

#[test]
fn a_claim_that_is_reversed_is_tied_with_none() {
    let catalog = read(&[PACK]).unwrap();
    let mut claims = pairs(&[("C1", "2025-03-01", 800, ""), ("C2", "2025-03-01", 500, "")]);
    claims.push((cover(), Claim::reversal("R", "C1")));
    let (decided, _) = history::decide(&catalog, &claims).unwrap();
    assert_eq!(paid(&decided), ["C1 800.00", "R -800.00", "C2 500.00"]);
    // As received, the second one has been decided before the first was taken back.
    let (decided, _) = history::decide(&catalog.in_order(Order::AsReceived), &claims).unwrap();
    assert_eq!(paid(&decided), ["C1 800.00", "C2 200.00", "R -800.00"]);
}

#[test]
fn claims_of_an_earlier_call_are_reversed_in_a_later_one() {
    let catalog = read(&[PACK]).unwrap();
    let decider = Decider::new(&catalog);
    let mut accounts = MemberAccounts::new("M");
    let bills = pairs(&[("C1", "2025-03-01", 300, ""), ("C2", "2025-03-01", 500, "")]);
    assert_eq!(paid(&decider.decide(&mut accounts, &bills).unwrap()), ["C1 300.00", "C2 500.00"]);
    let mut later = pairs(&[("C3", "2025-02-01", 1000, "")]);
    later.extend([("R1", "C1"), ("R2", "C2")].map(|(id, of)| (cover(), Claim::reversal(id, of))));
    assert_eq!(paid(&decider.decide(&mut accounts, &later).unwrap()), ["R1 -300.00", "R2 -500.00", "C3 1000.00"]);
    let other = Enrollment::new("F", "bills", "M");
    let wrong = decider.decide(&mut accounts, &[(other, Claim::reversal("R3", "C3"))]).unwrap_err();
    assert_eq!(wrong.message(Language::En), "`R3` reverses `C3`: the claim that it reverses is not among them");
}

#[test]
fn a_case_is_decided_on_its_history_in_either_order() {
    let history = [("C1", "2025-06-01", 800, ""), ("C2", "2025-03-01", 500, "")];
    let case = |claim: Bill| Case {
        enrollment: cover(),
        history: pairs(&history),
        other_covers: None,
        claim: self::claim(claim),
    };
    let catalog = read(&[PACK]).unwrap();
    let (_, account) = case(("C3", "2025-07-01", 50, "")).decide(&catalog).unwrap();
    let posted =
        |id: &str| account.postings().find(|posting| posting.claim() == id).unwrap().paid().unwrap().to_string();
    assert_eq!([posted("C1"), posted("C2")], ["500.00", "500.00"]);
    let (late, _) = case(("C3", "2025-04-01", 50, "")).decide(&catalog).unwrap();
    assert_eq!(late.notices()[0].code(), Code::LaterClaimInHistory);
    let (tied, _) = case(("C3", "2025-06-01", 50, "")).decide(&catalog).unwrap();
    assert_eq!(tied.notices()[0].subjects(), ["C1"]);

    let catalog = catalog.in_order(Order::AsReceived);
    let (received, account) = case(("C3", "2025-04-01", 50, "")).decide(&catalog).unwrap();
    let posted =
        |id: &str| account.postings().find(|posting| posting.claim() == id).unwrap().paid().unwrap().to_string();
    assert_eq!([posted("C1"), posted("C2")], ["800.00", "200.00"]);
    assert!(received.notices().is_empty(), "no claim is late: {:?}", received.notices());
}

/// The message at which these files are refused.
fn refused(packs: &[&str]) -> String {
    let wrong = read(packs).expect_err("they contradict each other");
    let wrong: Vec<String> =
        wrong.iter().map(|wrong| format!("{}: {}", wrong.code(), wrong.message(Language::En))).collect();
    wrong.join("\n")
}

#[test]
fn what_counts_together_has_one_order() {
    let first = PACK.replace("from = 2025-01-01", "from = 2025-01-01, until = 2025-12-31");
    let second = ordered_by(BY_REPORT).replace("\"1\"", "\"2\"").replace("from = 2025-01-01", "from = 2026-01-01");
    assert_eq!(
        refused(&[&first, &second]),
        "order-differs: the claims of version `2` come in another order than those of `1`"
    );
    assert_eq!(refused(&[&ordered_by("order = []")]), "bad-value: the list is empty");
    assert_eq!(
        refused(&[&ordered_by(r#"order = ["event_date", "event_date"]"#)]),
        "duplicate-name: the date `event_date` is listed twice"
    );
    let other = refused(&[&ordered_by(r#"order = ["received_on"]"#)]);
    assert!(other.starts_with("bad-value: "), "{other}");
}
