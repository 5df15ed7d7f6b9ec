//! Numbers that must be whole, and amounts finer than money.

use huzhu::{Accumulators, Claim, Enrollment, Plan, pack};
use serde_json::json;

use super::program::{huzhu, input};

#[test]
fn a_rounding_finer_than_the_fen_is_refused_by_every_way_in() {
    let [rules, case, claims, enrollments] =
        ["rules", "c.json", "c.csv", "e.csv"].map(|name| input(&format!("10-rounding-finer-than-fen/{name}")));
    let checked = huzhu(&["check", &format!("{rules}/fine.toml")]);
    assert_eq!(checked.code, 1, "{checked:?}");
    let adjudicated = huzhu(&["adjudicate", &case, "--rules", &rules]);
    let out = std::env::temp_dir().join(format!("huzhu-fine-{}.csv", std::process::id()));
    let out = out.to_string_lossy();
    let files = ["--claims", &claims, "--enrollments", &enrollments, "--out", &out, "--rules", &rules];
    let batched = huzhu(&[&["batch"], &files[..]].concat());
    for (ran, said) in [(&adjudicated, &adjudicated.err), (&batched, &batched.err), (&checked, &checked.out)] {
        assert!(
            ran.code > 0 && said.contains("error[finer-than-money]: `0.001 yuan` is not a multiple of the fen"),
            "{ran:?}"
        );
    }
}

/// A plan with one benefit that pays 100 yuan where the condition holds, and whatever else it needs.
fn plan(when: &str, more: &str) -> Result<Plan, Vec<(String, String)>> {
    let text = text_of(when, more);
    pack::load("example.toml", text.as_bytes()).map_err(|found| {
        let place = |one: &huzhu::Diagnostic| text.get(one.span()).unwrap().trim_matches('"').to_owned();
        found.iter().map(|one| (one.code().name().to_owned(), place(one))).collect()
    })
}

fn text_of(when: &str, more: &str) -> String {
    format!(
        r#"
[plan]
id = "example"
title = {{ zh = "示例计划", en = "example plan" }}
effective = {{ from = 2020-01-01, by = "event_date" }}
rounding = {{ to = "0.01 yuan", mode = "half-up", clause = "article 1", provenance = "assumed" }}

[figure.sum]
value = "100 yuan"
title = {{ zh = "金额", en = "sum" }}
clause = "article 2"
provenance = "assumed"

[[benefit]]
id = "benefit"
title = {{ zh = "待遇", en = "benefit" }}
clause = "article 3"
provenance = "assumed"
when = "{when}"
gross = "sum"
{more}
"#
    )
}

fn figure(value: &str) -> String {
    named("figure", value)
}

fn named(name: &str, value: &str) -> String {
    format!(
        "[figure.{name}]\nvalue = \"{value}\"\ntitle = {{ zh = \"数\", en = \"figure\" }}\nclause = \"article 4\"\n\
         provenance = \"assumed\"\n"
    )
}

#[test]
fn days_that_may_have_a_fraction_are_not_added_to_a_date() {
    for (value, days) in [
        ("50%", "hospital_days * figure"),
        ("1.5 days", "figure"),
        ("0.1 days", "figure"),
        ("1.5 days", "greatest(hospital_days, figure)"),
        ("1.5 days", "least(hospital_days, figure)"),
        ("1.5 days", "if cause = accident then figure else 1 days"),
        ("50%", "1 days * figure"),
        ("50%", "prior.sum(hospital_days, life) * figure"),
        ("50%", "days(admitted, discharged) * figure + 1 days"),
    ] {
        let refused = plan(&format!("reported_on <= event_date + ({days})"), &figure(value)).unwrap_err();
        assert_eq!(refused, [("not-whole".to_owned(), days.to_owned())]);
    }
}

#[test]
fn whole_days_are_added_to_a_date_however_they_are_written() {
    for (value, days) in [
        ("30 days", "figure"),
        ("30.0 days", "figure"),
        ("2", "hospital_days * figure"),
        ("50%", "hospital_days * 0 + figure * 0 days"),
        ("30 days", "figure - hospital_days"),
        ("30 days", "least(figure, days(admitted, discharged))"),
        ("30 days", "figure + prior.sum(hospital_days, life)"),
    ] {
        let accepted = plan(&format!("reported_on <= event_date + ({days})"), &figure(value));
        assert!(accepted.is_ok(), "{days}: {accepted:?}");
    }
}

#[test]
fn an_elapsed_number_of_days_is_compared_exactly_with_a_part_of_a_day() -> Result<(), huzhu::Error> {
    let plan = plan("days(event_date, reported_on) <= figure", &figure("1.5 days")).unwrap();
    for (reported, paid) in [("2025-03-02", 100), ("2025-03-03", 0)] {
        let claim = Claim::new("c").with("event_date", "2025-03-01")?.with("reported_on", reported)?;
        let decided = plan.adjudicate(&enrollment()?, &claim, &Accumulators::new())?;
        assert_eq!(decided.payable(), paid.into());
    }
    Ok(())
}

#[test]
fn a_waiting_period_has_whole_days_and_a_cap_whole_shares() {
    let waiting = |days: [&str; 3]| {
        let [period, grace, until] = days;
        let text = format!(
            "steps = [{{ waiting = \"waiting\" }}]\n{}{}{}{}\n[waiting.waiting]\nperiod = \"period\"\n\
             counts = \"event_date\"\nwaived_within = \"grace\"\nreduced_until = \"until\"\nreduced_pay = \"half\"\n\
             title = {{ zh = \"等待期\", en = \"waiting\" }}\nclause = \"article 5\"\nprovenance = \"assumed\"\n",
            named("period", period),
            named("grace", grace),
            named("until", until),
            named("half", "50%"),
        );
        plan("cause = illness", &text).map(|_| ())
    };
    assert_eq!(waiting(["30 days", "45 days", "90 days"]), Ok(()));
    let not_whole = |name: &str| Err(vec![("not-whole".to_owned(), name.to_owned())]);
    assert_eq!(waiting(["30.5 days", "45 days", "90 days"]), not_whole("period"));
    assert_eq!(waiting(["30 days", "45.5 days", "90 days"]), not_whole("grace"));
    assert_eq!(waiting(["30 days", "45 days", "90.5 days"]), not_whole("until"));
    let shares = |most: &str| {
        let text = format!("{}\n[enrollment]\nmax_shares = \"figure\"\nexcess = \"void\"\n", figure(most));
        plan("shares > 0", &text).map(|_| ())
    };
    assert_eq!(shares("2"), Ok(()));
    assert_eq!(shares("2.5"), not_whole("figure"));
}

fn enrollment() -> Result<Enrollment, huzhu::Error> {
    Enrollment::new("e", "example", "m").with("coverage_start", "2025-01-01")?.with("coverage_end", "2025-12-31")
}

/// What earlier claims have posted, of which `sum:hospital_days` came from outside.
fn posted(days: &str, paid: &str) -> Result<Accumulators, serde_json::Error> {
    let amounts = json!({ "sum:hospital_days": days, "paid:benefit": paid });
    let earlier = json!({ "event_date": "2025-02-01", "coverage_start": "2025-01-01", "amounts": amounts });
    serde_json::from_value(json!({ "earlier": earlier }))
}

#[test]
fn a_fraction_of_a_day_from_outside_stops_the_claim_and_is_not_cut_off() -> Result<(), Box<dyn std::error::Error>> {
    let plan = plan("reported_on <= event_date + prior.sum(hospital_days, life)", "").unwrap();
    let claim = Claim::new("c").with("event_date", "2025-03-01")?.with("reported_on", "2025-03-03")?;
    let whole = plan.adjudicate(&enrollment()?, &claim, &posted("2.0", "100.00")?)?;
    assert_eq!(whole.payable(), 100.into());
    let fault = plan.adjudicate(&enrollment()?, &claim, &posted("2.5", "100.00")?).unwrap_err();
    assert!(fault.is_arithmetic());
    assert_eq!(fault.to_string(), "the days that are added to a date are not a whole number");
    Ok(())
}

#[test]
fn a_date_with_whole_days_added_is_certified_as_it_is_decided() {
    let folder = std::env::temp_dir().join(format!("huzhu-whole-days-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.join(name);
        std::fs::write(&path, text).unwrap();
        path.to_string_lossy().into_owned()
    };
    let condition = "reported_on <= event_date + least(figure * hospital_days, prior.sum(hospital_days, life))";
    file("example.toml", &text_of(condition, &figure("2")));
    let claim = |id: &str, day: &str| json!({ "id": id, "event_date": day, "reported_on": "2025-03-05", "cause": "accident", "hospital_days": "2" });
    let enrollment = json!({ "id": "e", "plan": "example", "member": "m", "shares": "1",
        "coverage_start": "2025-01-01", "coverage_end": "2025-12-31" });
    let history = [claim("a", "2025-02-01"), claim("b", "2025-02-02")];
    let case = json!({ "enrollment": enrollment, "history": history, "claim": claim("c", "2025-03-01") });
    let (case, certificate) = (file("case.json", &case.to_string()), file("certificate.json", ""));
    let rules = folder.to_string_lossy();
    let ran = huzhu(&["adjudicate", &case, "--rules", &rules, "--certificate", &certificate, "--format", "json"]);
    let verified = huzhu(&["verify", &certificate]);
    std::fs::remove_dir_all(&folder).unwrap();
    assert!(ran.out.contains("\"payable\": \"100.00\""), "{ran:?}");
    assert_eq!(verified.code, 0, "{verified:?}");
}

#[test]
fn what_earlier_claims_were_paid_is_in_fen_where_it_comes_from_outside() {
    assert!(posted("2", "100.00").is_ok() && posted("2", "100.10").is_ok());
    let refused = posted("2", "99.995").unwrap_err();
    assert_eq!(refused.to_string(), "`paid:benefit` cannot be `99.995`: it has too many places");
}

#[test]
fn a_value_that_sums_itself_is_looked_at_once() {
    let text = "[value.so_far]\nis = \"personal_burden + prior.sum(so_far, life)\"\n\
                title = { zh = \"累计\", en = \"so far\" }\nclause = \"article 6\"\nprovenance = \"assumed\"\n\
                [[limit]]\nid = \"limit\"\ntitle = { zh = \"限额\", en = \"limit\" }\nover = [\"benefit\"]\n\
                amount = \"greatest(so_far, 0 yuan)\"\nper = \"period\"\nclause = \"article 7\"\nprovenance = \"assumed\"\n";
    assert_eq!(plan("cause = accident", text).map(|_| ()), Ok(()));
}

#[test]
fn a_value_that_sums_itself_is_an_amount_and_nothing_else() {
    let value = |is: &str| {
        let text = format!(
            "[value.so_far]\nis = \"{is}\"\ntitle = {{ zh = \"累计\", en = \"so far\" }}\nclause = \"article 6\"\n\
             provenance = \"assumed\"\n"
        );
        let when = if is.starts_with("if") { "so_far > 0" } else { "so_far" };
        plan(when, &text).map(|_| ()).map_err(|found| found.into_iter().map(|(code, _)| code).collect::<Vec<_>>())
    };
    // Read as an amount, a truth was nothing, and a count yuan.
    assert_eq!(value("prior.sum(so_far, life) < 1 yuan"), Err(vec!["type-mismatch".to_owned()]));
    assert_eq!(value("if prior.sum(so_far, life) > 0 yuan then 1 else 0"), Err(vec!["unit-mismatch".to_owned()]));
}

/// A standard fact is held against its own bounds where it enters, and not against those that a pack sets closer.
#[test]
fn a_table_without_a_row_for_a_fact_is_read_as_nothing_in_no_way_in() {
    let table = "[fact.hospital_grade]\nmin = 2\n[table.daily]\nby = \"hospital_grade\"\n\
                 rows = { 2 = \"20%\", 3 = \"30%\" }\ntitle = { zh = \"按级\", en = \"by grade\" }\n\
                 clause = \"article 8\"\nprovenance = \"assumed\"\n";
    let text = text_of("cause = accident", &format!("steps = [{{ pay = \"daily\" }}]\n{table}"));
    let folder = std::env::temp_dir().join(format!("huzhu-no-row-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.join(name);
        std::fs::write(&path, text).unwrap();
        path.to_string_lossy().into_owned()
    };
    file("example.toml", &text);
    let claims = "claim_id,enrollment_id,event_date,cause,hospital_grade\n\
                  a,e,2025-03-01,accident,2\nb,e,2025-04-01,accident,1\n";
    let enrollments = "enrollment_id,member_id,plan,shares,coverage_start,coverage_end\n\
                       e,m,example,1,2025-01-01,2025-12-31\n";
    let (claims, enrollments) = (file("claims.csv", claims), file("enrollments.csv", enrollments));
    let (out, rules) = (folder.join("out.csv").to_string_lossy().into_owned(), folder.to_string_lossy().into_owned());
    let files = ["batch", "--claims", &claims, "--enrollments", &enrollments, "--out", &out, "--rules", &rules];
    let ran = huzhu(&files);
    let (payouts, rejects) = ["out.csv", "out.rejects.csv"]
        .map(|name| std::fs::read_to_string(folder.join(name)).unwrap_or_default())
        .into();
    std::fs::remove_dir_all(&folder).unwrap();
    assert_eq!(payouts.lines().count(), 2, "{ran:?}\n{payouts}");
    assert!(payouts.contains("a,e,example,1,paid,20.00"), "{payouts}");
    assert!(rejects.contains("a table has no row for `1`"), "{rejects}");
}

/// A step by itself was checked as if no other benefit paid anything: it could add where it should take, and `when = "paid(…) > 0 yuan"` never applied.
#[test]
fn what_a_step_says_of_another_benefit_is_what_that_can_pay() {
    let second = |step: &str| {
        let text = format!(
            "{}\n[[benefit]]\nid = \"second\"\ntitle = {{ zh = \"其二\", en = \"second\" }}\nclause = \"article 9\"\n\
             provenance = \"assumed\"\nwhen = \"cause = accident\"\ngross = \"sum\"\nsteps = [{{ {step} }}]\n",
            figure("50 yuan")
        );
        let found = plan("cause = accident", &text).map(|_| ());
        found.map_err(|found| found.into_iter().map(|(code, _)| code).collect::<Vec<_>>())
    };
    let may_be_negative = Err(vec!["may-be-negative".to_owned()]);
    for action in
        ["less = \"ACTION\"", "deductible = \"ACTION\", per = \"claim\"", "limit = \"ACTION\", per = \"claim\""]
    {
        assert_eq!(second(&action.replace("ACTION", "figure - paid(benefit)")), may_be_negative, "{action}");
        assert_eq!(second(&action.replace("ACTION", "greatest(figure - paid(benefit), 0 yuan)")), Ok(()), "{action}");
    }
    assert_eq!(second("less = \"figure\", when = \"paid(benefit) > 0 yuan\""), Ok(()));
}
