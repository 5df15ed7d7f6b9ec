//! Each step in each scope, on small packs: what is given, and what was worked out by hand.

use super::small::{decides, decides_each};

const SCOPES: [&str; 5] = ["claim", "event", "period", "calendar-year", "life"];

// ── parts of the amount ───────────────────────────────────────────────────

#[test]
fn pay_leaves_a_share_of_the_due() {
    let pack = r#"
        figure.rate = { value = "80%", @titled }
        benefit = [{ id = "care", when = "personal_burden >= 0 yuan", gross = "personal_burden", steps = [{ pay = "rate" }], @titled }]
    "#;
    decides(
        pack,
        "
        personal_burden     | payable             | decision    | reasons
        1000.00             | 800.00              | paid        |
        1.23                | 0.98                | paid        |
        0.01                | 0.01                | paid        |
        999999999999999.99  | 799999999999999.99  | paid        |
        0.00                | 0.00                | nothing-due | nothing-claimed
    ",
    );
}

#[test]
fn pay_of_a_table_is_the_rate_of_its_row() {
    let pack = r#"
        fact.illness_class = { values = ["grave", "mild"] }
        table.rate = { by = "illness_class", rows = { grave = "100%", mild = "30%" }, otherwise = "0%", @cited }
        benefit = [{ id = "care", when = "given(illness_class)", gross = "personal_burden", steps = [{ pay = "rate" }], @titled }]
    "#;
    decides(
        pack,
        "
        illness_class | personal_burden | payable | decision    | reasons
        grave         | 1000.00         | 1000.00 | paid        |
        mild          | 1000.00         | 300.00  | paid        |
        another       | 1000.00         | 0.00    | nothing-due | rate-is-zero
                      | 1000.00         | 0.00    | nothing-due | no-benefit-applies
    ",
    );
}

#[test]
fn marginal_bands_pay_each_part_at_its_own_rate() {
    let pack = r#"
        bands.ladder = { kind = "marginal", @cited, rows = [
            { above = "0 yuan", up_to = "3_000 yuan", pays = "80%" },
            { above = "3_000 yuan", up_to = "10_000 yuan", pays = "50%" },
            { pays = "10%" },
        ] }
        benefit = [{ id = "care", when = "personal_burden >= 0 yuan", gross = "personal_burden", steps = [{ bands = "ladder" }], @titled }]
    "#;
    // 3,000 × 80% = 2,400; 7,000 × 50% = 3,500; the rest × 10%
    decides(
        pack,
        "
        personal_burden | payable
        1000.00         | 800.00
        3000.00         | 2400.00
        3000.02         | 2400.01
        10000.00        | 5900.00
        10000.10        | 5900.01
        25000.00        | 7400.00
    ",
    );
}

#[test]
fn a_band_with_at_most_pays_no_more_than_that() {
    let pack = r#"
        bands.ladder = { kind = "marginal", @cited, rows = [
            { up_to = "1_000 yuan", pays = "100%", at_most = "600 yuan" },
            { pays = "50%", at_most = "1_500 yuan" },
        ] }
        benefit = [{ id = "care", when = "personal_burden >= 0 yuan", gross = "personal_burden", steps = [{ bands = "ladder" }], @titled }]
    "#;
    decides(
        pack,
        "
        personal_burden | payable
        599.99          | 599.99
        600.00          | 600.00
        1000.00         | 600.00
        3000.00         | 1600.00
        3999.98         | 2099.99
        4000.00         | 2100.00
        90000.00        | 2100.00
    ",
    );
}

#[test]
fn the_edge_of_a_slab_belongs_up_to_or_below() {
    let pack = r#"
        bands.grant = { kind = "slab", by = "personal_burden", edge = "EDGE", @cited, rows = [
            { up_to = "1_000 yuan", pays = "100 yuan" },
            { up_to = "2_000 yuan", pays = "200 yuan" },
            { pays = "300 yuan" },
        ] }
        benefit = [{ id = "care", when = "personal_burden >= 0 yuan", gross = "grant", @titled }]
    "#;
    decides_each(
        "EDGE",
        &["up-to", "below"],
        pack,
        "
        personal_burden | up-to | below
        0.00            | 100   | 100
        999.99          | 100   | 100
        1000.00         | 100   | 200
        1000.01         | 200   | 200
        2000.00         | 200   | 300
        2000.01         | 300   | 300
    ",
    );
}

#[test]
fn a_slab_by_days_may_be_a_rate() {
    let pack = r#"
        bands.rate = { kind = "slab", by = "hospital_days", edge = "below", @cited, rows = [
            { up_to = "3 days", pays = "0%" },
            { up_to = "10 days", pays = "50%" },
            { pays = "90%" },
        ] }
        benefit = [{ id = "care", when = "personal_burden >= 0 yuan", gross = "personal_burden", steps = [{ pay = "rate" }], @titled }]
    "#;
    decides(
        pack,
        "
        hospital_days | personal_burden | payable
        2             | 1000.00         | 0.00
        3             | 1000.00         | 500.00
        9             | 1000.00         | 500.00
        10            | 1000.00         | 900.00
                      | 1000.00         | 0.00
    ",
    );
}

// ── amounts off and on ────────────────────────────────────────────────────

#[test]
fn less_takes_an_amount_and_never_goes_below_nothing() {
    let pack = r#"
        figure.own_part = { value = "200 yuan", @titled }
        benefit = [{ id = "care", when = "personal_burden >= 0 yuan", gross = "personal_burden", steps = [{ less = "own_part" }], @titled }]
    "#;
    decides(
        pack,
        "
        personal_burden | payable | decision    | reasons
        150.00          | 0.00    | nothing-due | offset-by-others
        200.00          | 0.00    | nothing-due | offset-by-others
        200.01          | 0.01    | paid        |
        1000.00         | 800.00  | paid        |
    ",
    );
}

#[test]
fn minimum_raises_what_is_due_but_not_what_is_not() {
    let pack = r#"
        figure.rate = { value = "10%", @titled }
        figure.least = { value = "100 yuan", @titled }
        benefit = [{ id = "care", when = "personal_burden >= 0 yuan", gross = "personal_burden", steps = [{ pay = "rate" }, { minimum = "least" }], @titled }]
    "#;
    decides(
        pack,
        "
        personal_burden | payable
        0.00            | 0.00
        0.01            | 100.00
        1000.00         | 100.00
        1000.10         | 100.01
        1500.00         | 150.00
    ",
    );
}

#[test]
fn a_franchise_lets_all_pass_or_nothing() {
    let pack = r#"
        figure.rate = { value = "50%", @titled }
        figure.passed = { value = "100 yuan", @titled }
        benefit = [{ id = "care", when = "personal_burden >= 0 yuan", gross = "personal_burden", steps = [{ pay = "rate" }, { franchise = "passed", edge = "EDGE" }], @titled }]
    "#;
    decides_each(
        "EDGE",
        &["up-to", "below"],
        pack,
        "
        personal_burden | up-to  | below
        0.00            | 0      | 0
        199.98          | 0      | 0
        199.99          | 0      | 0
        200.00          | 0      | 100
        200.02          | 100.01 | 100.01
        900.00          | 450    | 450
    ",
    );
    decides(
        &pack.replace("EDGE", "up-to"),
        "
        personal_burden | payable | decision    | reasons
        0.00            | 0.00    | nothing-due | nothing-claimed
        200.00          | 0.00    | nothing-due | franchise-not-met
                        | 0.00    | pended      | missing-fact:personal_burden
    ",
    );
}

#[test]
fn add_puts_an_amount_on_top() {
    let pack = r#"
        figure.rate = { value = "50%", @titled }
        figure.bonus = { value = "300 yuan", @titled }
        benefit = [{ id = "care", when = "personal_burden >= 0 yuan", gross = "personal_burden", steps = [{ pay = "rate" }, { add = "bonus" }], @titled }]
    "#;
    decides(
        pack,
        "
        personal_burden | payable
        0.00            | 300.00
        1000.00         | 800.00
    ",
    );
}

#[test]
fn steps_are_worked_from_left_to_right() {
    let pack = r#"
        figure.rate = { value = "50%", @titled }
        figure.own_part = { value = "100 yuan", @titled }
        figure.most = { value = "400 yuan", @titled }
        benefit = [{ id = "care", when = "personal_burden >= 0 yuan", gross = "personal_burden", steps = [STEPS], @titled }]
    "#;
    let pay = r#"{ pay = "rate" }"#;
    let less = r#"{ less = "own_part" }"#;
    let limit = r#"{ limit = "most", per = "claim" }"#;
    let table = "
        personal_burden | payable
        1000.00         | EXPECTED
    ";
    let orders = [
        ([pay, less, limit], "400.00"), // 500, 400, 400
        ([less, pay, limit], "400.00"), // 900, 450, 400
        ([limit, pay, less], "100.00"), // 400, 200, 100
        ([limit, less, pay], "150.00"), // 400, 300, 150
        ([less, limit, pay], "200.00"), // 900, 400, 200
        ([pay, limit, less], "300.00"), // 500, 400, 300
    ];
    for (order, expected) in orders {
        decides(&pack.replace("STEPS", &order.join(", ")), &table.replace("EXPECTED", expected));
    }
}

#[test]
fn a_step_with_when_leaves_the_due_unless_it_holds() {
    let pack = r#"
        figure.rate = { value = "50%", @titled }
        figure.most = { value = "300 yuan", @titled }
        benefit = [{ id = "care", when = "personal_burden >= 0 yuan", gross = "personal_burden", steps = [
            { pay = "rate", when = "cause = illness" },
            { limit = "most", per = "period", when = "death" },
        ], @titled }]
    "#;
    decides(
        pack,
        "
        cause    | death | personal_burden | payable | decision | reasons
        accident | false | 1000.00         | 1000.00 | paid     |
        illness  | false | 1000.00         | 500.00  | paid     |
        -
        accident | true  | 1000.00         | 300.00  | paid     |
        -
        illness  | true  | 500.00          | 250.00  | paid     |
        illness  | true  | 500.00          | 50.00   | paid     |
        illness  |       | 500.00          | 250.00  | paid     |
                 | false | 500.00          | 0.00    | pended   | missing-fact:cause
    ",
    );
}

// ── what earlier claims used up ───────────────────────────────────────────

/// Two covers from July to June, so that period and calendar year part ways.
#[test]
fn a_deductible_is_used_up_within_its_scope() {
    let pack = r#"
        figure.own_part = { value = "500 yuan", @titled }
        benefit = [{ id = "care", when = "personal_burden >= 0 yuan", gross = "personal_burden", steps = [{ deductible = "own_part", per = "SCOPE" }], @titled }]
    "#;
    decides_each(
        "SCOPE",
        &SCOPES,
        pack,
        "
        coverage_start | event_date | personal_burden | claim  | event  | period | calendar-year | life
        2025-07-01     | 2025-08-01 | 300.00          | 0.00   | 0.00   | 0.00   | 0.00          | 0.00
        2025-07-01     | 2025-08-01 | 400.00          | 0.00   | 200.00 | 200.00 | 200.00        | 200.00
        2025-07-01     | 2025-09-01 | 600.00          | 100.00 | 100.00 | 600.00 | 600.00        | 600.00
        2025-07-01     | 2026-02-01 | 700.00          | 200.00 | 200.00 | 700.00 | 200.00        | 700.00
        2026-07-01     | 2026-08-01 | 800.00          | 300.00 | 300.00 | 300.00 | 800.00        | 800.00
        2027-07-01     | 2027-08-01 | 900.00          | 400.00 | 400.00 | 400.00 | 400.00        | 900.00
    ",
    );
}

#[test]
fn a_limit_is_used_up_within_its_scope() {
    let pack = r#"
        figure.most = { value = "1_000 yuan", @titled }
        benefit = [{ id = "care", when = "personal_burden >= 0 yuan", gross = "personal_burden", steps = [{ limit = "most", per = "SCOPE" }], @titled }]
    "#;
    decides_each(
        "SCOPE",
        &SCOPES,
        pack,
        "
        coverage_start | event_date | personal_burden | claim   | event   | period  | calendar-year | life
        2025-07-01     | 2025-08-01 | 700.00          | 700.00  | 700.00  | 700.00  | 700.00        | 700.00
        2025-07-01     | 2025-08-01 | 600.00          | 600.00  | 300.00  | 300.00  | 300.00        | 300.00
        2025-07-01     | 2025-09-01 | 500.00          | 500.00  | 500.00  | 0.00    | 0.00          | 0.00
        2025-07-01     | 2026-02-01 | 1200.00         | 1000.00 | 1000.00 | 0.00    | 1000.00       | 0.00
        2026-07-01     | 2026-08-01 | 400.00          | 400.00  | 400.00  | 400.00  | 0.00          | 0.00
        2027-07-01     | 2027-08-01 | 1500.00         | 1000.00 | 1000.00 | 1000.00 | 1000.00       | 0.00
    ",
    );
}

/// `burial` is served before `care`; both run down one limit.
#[test]
fn a_limit_over_several_benefits_serves_them_in_its_order() {
    let pack = r#"
        figure.most = { value = "1_000 yuan", @titled }
        benefit = [
            { id = "care", when = "personal_burden >= 0 yuan", gross = "personal_burden", @titled },
            { id = "burial", when = "self_funded >= 0 yuan", gross = "self_funded", @titled },
        ]
        limit = [{ id = "together", over = ["burial", "care"], amount = "most", per = "SCOPE", @titled }]
    "#;
    decides_each("SCOPE", &SCOPES, pack, "
        coverage_start | event_date | personal_burden | self_funded | claim   | event   | period | calendar-year | life
        2025-07-01     | 2025-08-01 | 300.00          | 400.00      | 700.00  | 700.00  | 700.00 | 700.00        | 700.00
        2025-07-01     | 2025-08-01 | 300.00          | 200.00      | 500.00  | 300.00  | 300.00 | 300.00        | 300.00
        2025-07-01     | 2025-09-01 | 900.00          | 900.00      | 1000.00 | 1000.00 | 0.00   | 0.00          | 0.00
        2025-07-01     | 2026-02-01 | 400.00          | 0.00        | 400.00  | 400.00  | 0.00   | 400.00        | 0.00
        2026-07-01     | 2026-08-01 | 900.00          | 300.00      | 1000.00 | 1000.00 | 1000.00 | 600.00       | 0.00
    ");
    decides(
        &pack.replace("SCOPE", "claim"),
        "
        personal_burden | self_funded | paid:burial | paid:care | payable
        300.00          | 400.00      | 400.00      | 300.00    | 700.00
        800.00          | 400.00      | 400.00      | 600.00    | 1000.00
        800.00          | 1400.00     | 1000.00     | 0.00      | 1000.00
    ",
    );
}

/// The inner limit first, then the outer, in the order of the file.
#[test]
fn limits_are_worked_in_the_order_of_the_file() {
    let pack = r#"
        figure.inner = { value = "500 yuan", @titled }
        figure.outer = { value = "800 yuan", @titled }
        benefit = [
            { id = "care", when = "personal_burden >= 0 yuan", gross = "personal_burden", @titled },
            { id = "burial", when = "self_funded >= 0 yuan", gross = "self_funded", @titled },
        ]
        limit = [
            { id = "of-care", over = ["care"], amount = "inner", per = "period", @titled },
            { id = "of-both", over = ["care", "burial"], amount = "outer", per = "period", @titled },
        ]
    "#;
    decides(
        pack,
        "
        personal_burden | self_funded | paid:care | paid:burial | payable
        600.00          | 200.00      | 500.00    | 200.00      | 700.00
        100.00          | 200.00      | 0.00      | 100.00      | 100.00
        100.00          | 200.00      | 0.00      | 0.00        | 0.00
        -
        400.00          | 900.00      | 400.00    | 400.00      | 800.00
    ",
    );
}

// ── beside other benefits ─────────────────────────────────────────────────

/// `care` pays all that is borne; `relief` pays 500 less what `care` paid in the scope.
#[test]
fn offset_takes_what_another_benefit_paid_in_the_scope() {
    let pack = r#"
        figure.grant = { value = "500 yuan", @titled }
        benefit = [
            { id = "care", when = "personal_burden >= 0 yuan", gross = "personal_burden", @titled },
            { id = "relief", when = "death", gross = "grant", steps = [{ offset = ["care"], per = "SCOPE" }], @titled },
        ]
    "#;
    decides_each(
        "SCOPE",
        &SCOPES,
        pack,
        "
        coverage_start | event_date | personal_burden | death | claim  | event  | period | calendar-year | life
        2025-07-01     | 2025-08-01 | 200.00          | true  | 500.00 | 500.00 | 500.00 | 500.00        | 500.00
        2025-07-01     | 2025-08-01 | 0.00            | true  | 500.00 | 300.00 | 300.00 | 300.00        | 300.00
        2025-07-01     | 2025-09-01 | 0.00            | true  | 500.00 | 500.00 | 300.00 | 300.00        | 300.00
        2025-07-01     | 2026-02-01 | 0.00            | true  | 500.00 | 500.00 | 300.00 | 500.00        | 300.00
        2026-07-01     | 2026-08-01 | 0.00            | true  | 500.00 | 500.00 | 500.00 | 500.00        | 300.00
        -              |            |                 |       |        |        |        |               |
        2025-07-01     | 2025-08-01 | 700.00          | true  | 700.00 | 700.00 | 700.00 | 700.00        | 700.00
    ",
    );
}

/// `relief` pays 500 unless `care` paid in the scope.
#[test]
fn exclusive_pays_nothing_beside_another_benefit_in_the_scope() {
    let pack = r#"
        figure.grant = { value = "500 yuan", @titled }
        benefit = [
            { id = "care", when = "personal_burden >= 0 yuan", gross = "personal_burden", @titled },
            { id = "relief", when = "death", gross = "grant", steps = [{ exclusive = ["care"], per = "SCOPE" }], @titled },
        ]
    "#;
    decides_each(
        "SCOPE",
        &SCOPES,
        pack,
        "
        coverage_start | event_date | personal_burden | death | claim  | event  | period | calendar-year | life
        2025-07-01     | 2025-08-01 | 0.01            | true  | 0.01   | 0.01   | 0.01   | 0.01          | 0.01
        2025-07-01     | 2025-08-01 | 0.00            | true  | 500.00 | 0.00   | 0.00   | 0.00          | 0.00
        2025-07-01     | 2025-09-01 | 0.00            | true  | 500.00 | 500.00 | 0.00   | 0.00          | 0.00
        2025-07-01     | 2026-02-01 | 0.00            | true  | 500.00 | 500.00 | 0.00   | 500.00        | 0.00
        2026-07-01     | 2026-08-01 | 0.00            | true  | 500.00 | 500.00 | 500.00 | 500.00        | 0.00
    ",
    );
}

// ── waiting ───────────────────────────────────────────────────────────────

/// The first day of the cover is day 1; days 1 to 30 wait.
#[test]
fn waiting_in_days_counts_the_first_day_as_day_one() {
    let pack = r#"
        figure.days = { value = "30 days", @titled }
        waiting.illness = { period = "days", counts = "event_date", not_when = "cause = accident", @titled }
        benefit = [{ id = "care", when = "personal_burden >= 0 yuan", gross = "personal_burden", steps = [{ waiting = "illness" }], @titled }]
    "#;
    decides(
        pack,
        "
        coverage_start | event_date | cause    | personal_burden | payable | decision    | reasons
        2025-01-01     | 2024-12-31 | illness  | 100.00          | 0.00    | nothing-due | waiting-period
        2025-01-01     | 2025-01-01 | illness  | 100.00          | 0.00    | nothing-due | waiting-period
        2025-01-01     | 2025-01-30 | illness  | 100.00          | 0.00    | nothing-due | waiting-period
        2025-01-01     | 2025-01-31 | illness  | 100.00          | 100.00  | paid        |
        2025-01-01     | 2025-01-01 | accident | 100.00          | 100.00  | paid        |
        2024-02-01     | 2024-03-01 | illness  | 100.00          | 0.00    | nothing-due | waiting-period
        2024-02-01     | 2024-03-02 | illness  | 100.00          | 100.00  | paid        |
        2025-01-01     | 2025-01-30 |          | 100.00          | 0.00    | pended      | missing-fact:cause
    ",
    );
}

/// The wait ends on the same day of the month, or on the last day of a month that has no such day.
#[test]
fn waiting_in_months_ends_on_the_same_day_of_the_month() {
    let pack = r#"
        figure.months = { value = "3 months", @titled }
        waiting.illness = { period = "months", counts = "event_date", @titled }
        benefit = [{ id = "care", when = "personal_burden >= 0 yuan", gross = "personal_burden", steps = [{ waiting = "illness" }], @titled }]
    "#;
    decides(
        pack,
        "
        coverage_start | event_date | personal_burden | payable
        2025-01-15     | 2025-04-14 | 100.00          | 0.00
        2025-01-15     | 2025-04-15 | 100.00          | 100.00
        2025-01-31     | 2025-04-29 | 100.00          | 0.00
        2025-01-31     | 2025-04-30 | 100.00          | 100.00
        2023-11-30     | 2024-02-28 | 100.00          | 0.00
        2023-11-30     | 2024-02-29 | 100.00          | 100.00
    ",
    );
}

#[test]
fn waiting_is_waived_after_a_short_gap_only() {
    let pack = r#"
        figure.days = { value = "30 days", @titled }
        figure.grace = { value = "30 days", @titled }
        waiting.illness = { period = "days", counts = "event_date", waived_within = "grace", @titled }
        benefit = [{ id = "care", when = "personal_burden >= 0 yuan", gross = "personal_burden", steps = [{ waiting = "illness" }], @titled }]
    "#;
    decides(
        pack,
        "
        previous_coverage_end | coverage_start | event_date | personal_burden | payable
                              | 2025-01-01     | 2025-01-10 | 100.00          | 0.00
        2024-12-31            | 2025-01-01     | 2025-01-10 | 100.00          | 100.00
        2024-12-02            | 2025-01-01     | 2025-01-10 | 100.00          | 100.00
        2024-12-01            | 2025-01-01     | 2025-01-10 | 100.00          | 0.00
        2024-12-01            | 2025-01-01     | 2025-01-31 | 100.00          | 100.00
    ",
    );
}

/// Days 1 to 30 pay nothing, days 31 to 90 half, from day 91 all.
#[test]
fn the_reduced_window_ends_with_its_last_day() {
    let pack = r#"
        figure.days = { value = "30 days", @titled }
        figure.last_reduced = { value = "90 days", @titled }
        figure.half = { value = "50%", @titled }
        waiting.illness = { period = "days", counts = "event_date", reduced_until = "last_reduced", reduced_pay = "half", @titled }
        benefit = [{ id = "care", when = "personal_burden >= 0 yuan", gross = "personal_burden", steps = [{ waiting = "illness" }], @titled }]
    "#;
    decides(
        pack,
        "
        event_date | personal_burden | payable
        2025-01-30 | 100.00          | 0.00
        2025-01-31 | 100.00          | 50.00
        2025-03-31 | 100.00          | 50.00
        2025-04-01 | 100.00          | 100.00
    ",
    );
}

#[test]
fn waiting_may_run_from_another_date_and_count_another() {
    let pack = r#"
        figure.days = { value = "10 days", @titled }
        waiting.late = { period = "days", counts = "reported_on", from = "event_date", @titled }
        benefit = [{ id = "care", when = "personal_burden >= 0 yuan", gross = "personal_burden", steps = [{ waiting = "late" }], @titled }]
    "#;
    decides(
        pack,
        "
        event_date | reported_on | personal_burden | payable | reasons
        2025-06-01 | 2025-06-10  | 100.00          | 0.00    | waiting-period
        2025-06-01 | 2025-06-11  | 100.00          | 100.00  |
        2025-06-01 |             | 100.00          | 0.00    | missing-fact:reported_on
    ",
    );
}

// ── rounding ──────────────────────────────────────────────────────────────

const MODES: [&str; 7] = ["half-up", "half-down", "half-even", "up", "down", "ceiling", "floor"];

fn rounded_to(multiple: &str) -> String {
    r#"
        plan = { id = "small", title = { zh = "某", en = "some" }, effective = { from = 2000-01-01, by = "coverage_start" }, rounding = { to = "MULTIPLE", mode = "MODE", @cited } }
        figure.half = { value = "50%", @titled }
        benefit = [{ id = "care", when = "personal_burden >= 0 yuan", gross = "personal_burden", steps = [{ pay = "half" }], @titled }]
    "#
    .replace("MULTIPLE", multiple)
}

#[test]
fn rounding_to_the_fen() {
    decides_each(
        "MODE",
        &MODES,
        &rounded_to("0.01 yuan"),
        "
        personal_burden | half-up | half-down | half-even | up   | down | ceiling | floor
        0.01            | 0.01    | 0.00      | 0.00      | 0.01 | 0.00 | 0.01    | 0.00
        0.03            | 0.02    | 0.01      | 0.02      | 0.02 | 0.01 | 0.02    | 0.01
        0.05            | 0.03    | 0.02      | 0.02      | 0.03 | 0.02 | 0.03    | 0.02
        0.06            | 0.03    | 0.03      | 0.03      | 0.03 | 0.03 | 0.03    | 0.03
        2019.87         | 1009.94 | 1009.93   | 1009.94   | 1009.94 | 1009.93 | 1009.94 | 1009.93
    ",
    );
}

#[test]
fn rounding_to_the_yuan() {
    decides_each(
        "MODE",
        &MODES,
        &rounded_to("1 yuan"),
        "
        personal_burden | half-up | half-down | half-even | up | down | ceiling | floor
        0.98            | 0       | 0         | 0         | 1  | 0    | 1       | 0
        1.00            | 1       | 0         | 0         | 1  | 0    | 1       | 0
        3.00            | 2       | 1         | 2         | 2  | 1    | 2       | 1
        4.98            | 2       | 2         | 2         | 3  | 2    | 3       | 2
        5.00            | 3       | 2         | 2         | 3  | 2    | 3       | 2
        5.01            | 3       | 3         | 3         | 3  | 2    | 3       | 2
        6.00            | 3       | 3         | 3         | 3  | 3    | 3       | 3
    ",
    );
}

#[test]
fn rounding_to_ten_yuan() {
    decides_each(
        "MODE",
        &MODES,
        &rounded_to("10 yuan"),
        "
        personal_burden | half-up | half-down | half-even | up | down | ceiling | floor
        10.00           | 10      | 0         | 0         | 10 | 0    | 10      | 0
        30.00           | 20      | 10        | 20        | 20 | 10   | 20      | 10
        49.98           | 20      | 20        | 20        | 30 | 20   | 30      | 20
        50.00           | 30      | 20        | 20        | 30 | 20   | 30      | 20
        50.02           | 30      | 30        | 30        | 30 | 20   | 30      | 20
        60.00           | 30      | 30        | 30        | 30 | 30   | 30      | 30
    ",
    );
}

#[test]
fn a_benefit_may_be_rounded_in_its_own_way() {
    let pack = r#"
        figure.half = { value = "50%", @titled }
        benefit = [
            { id = "care", when = "personal_burden >= 0 yuan", gross = "personal_burden", steps = [{ pay = "half" }], @titled },
            { id = "relief", when = "personal_burden >= 0 yuan", gross = "personal_burden", steps = [{ pay = "half" }], rounding = { to = "10 yuan", mode = "up", @cited }, @titled },
        ]
    "#;
    decides(
        pack,
        "
        personal_burden | paid:care | paid:relief | payable | decision    | reasons
        0.01            | 0.01      | 10.00       | 10.01   | paid        |
        20.00           | 10.00     | 10.00       | 20.00   | paid        |
        20.02           | 10.01     | 20.00       | 30.01   | paid        |
    ",
    );
    let down = pack.replace(r#"mode = "up""#, r#"mode = "down""#);
    decides(
        &down,
        "
        personal_burden | paid:care | paid:relief | payable | decision | reasons
        19.98           | 9.99      | 0.00        | 9.99    | paid     |
        0.00            | 0.00      | 0.00        | 0.00    | nothing-due | nothing-claimed nothing-claimed
    ",
    );
}

// ── shares ────────────────────────────────────────────────────────────────

#[test]
fn shares_beyond_the_cap_are_void_or_refused() {
    let pack = r#"
        figure.most = { value = 2, @titled }
        figure.sum = { value = "100 yuan", @titled }
        enrollment = { max_shares = "most", excess = "EXCESS" }
        benefit = [{ id = "grant", when = "death", gross = "sum * shares", @titled }]
    "#;
    decides_each(
        "EXCESS",
        &["void", "refuse"],
        pack,
        "
        shares | death | void | refuse
        1      | true  | 100  | 100
        2      | true  | 200  | 200
        3      | true  | 200  | 0
        1000   | true  | 200  | 0
    ",
    );
    decides(
        &pack.replace("EXCESS", "refuse"),
        "
        shares | death | payable | decision | reasons
        2      | true  | 200     | paid     |
        3      | true  | 0       | denied   | too-many-shares
               | true  | 0       | pended   | missing-fact:shares
    ",
    );
}

#[test]
fn without_a_cap_every_share_counts() {
    let pack = r#"
        figure.sum = { value = "100 yuan", @titled }
        benefit = [{ id = "grant", when = "death", gross = "sum * shares", @titled }]
    "#;
    decides(
        pack,
        "
        shares | death | payable
        1      | true  | 100
        1000   | true  | 100000
    ",
    );
}

// ── earlier claims in expressions ─────────────────────────────────────────

/// Each claim is paid what the expression says of those before it.
#[test]
fn prior_counts_pays_and_sums_within_its_scope() {
    let pack = r#"
        figure.step = { value = "1 yuan", @titled }
        benefit = [
            { id = "care", when = "personal_burden > 0 yuan", gross = "personal_burden", @titled },
            { id = "echo", when = "death", gross = "ECHO", @titled },
        ]
    "#;
    let first = "
        coverage_start | event_date | personal_burden | death | event | period | calendar-year | life
        2025-07-01     | 2025-08-01 | 5.00            | false | 5     | 5      | 5             | 5
        2025-07-01     | 2025-08-01 | 7.00            | false | 7     | 7      | 7             | 7
    ";
    let echo = |expression: &str, rows: &str| {
        let pack = pack.replace("ECHO", expression);
        decides_each("SCOPE", &SCOPES[1..], &pack, &format!("{first}{rows}"));
    };
    echo(
        "step * prior.count(care, SCOPE)",
        "
        2025-07-01     | 2025-08-01 | 0.00            | true  | 2     | 2      | 2             | 2
        2025-07-01     | 2025-09-01 | 0.00            | true  | 0     | 2      | 2             | 2
        2025-07-01     | 2026-02-01 | 0.00            | true  | 0     | 2      | 0             | 2
        2026-07-01     | 2026-08-01 | 0.00            | true  | 0     | 0      | 0             | 2
    ",
    );
    echo(
        "step + prior.paid(care, SCOPE)",
        "
        2025-07-01     | 2025-08-01 | 0.00            | true  | 13    | 13     | 13            | 13
        2025-07-01     | 2025-09-01 | 0.00            | true  | 1     | 13     | 13            | 13
        2025-07-01     | 2026-02-01 | 0.00            | true  | 1     | 13     | 1             | 13
        2026-07-01     | 2026-08-01 | 0.00            | true  | 1     | 1      | 1             | 13
    ",
    );
    echo(
        "step + prior.sum(personal_burden, SCOPE)",
        "
        2025-07-01     | 2025-08-01 | 0.00            | true  | 13    | 13     | 13            | 13
        2025-07-01     | 2025-09-01 | 0.00            | true  | 1     | 13     | 13            | 13
        2025-07-01     | 2026-02-01 | 0.00            | true  | 1     | 13     | 1             | 13
        2026-07-01     | 2026-08-01 | 0.00            | true  | 1     | 1      | 1             | 13
    ",
    );
}

/// A claim that is denied or pended is not counted; one that is due nothing is summed but not counted.
#[test]
fn prior_counts_decided_claims_only() {
    let pack = r#"
        figure.step = { value = "1 yuan", @titled }
        condition = [{ id = "ill", require = "cause = illness", otherwise = "deny", text = { zh = "病", en = "ill" }, @cited }]
        benefit = [
            { id = "care", when = "not death", gross = "personal_burden", steps = [{ less = "step" }], @titled },
            { id = "echo", when = "death", gross = "step * prior.count(care, life) + prior.sum(personal_burden, life)", @titled },
        ]
    "#;
    decides(
        pack,
        "
        cause    | death | personal_burden | payable | decision
        illness  | false | 100.00          | 99.00   | paid
        illness  | false | 1.00            | 0.00    | nothing-due
        accident | false | 1000.00         | 0.00    | denied
                 | false | 1000.00         | 0.00    | pended
        illness  | true  | 0.00            | 102.00  | paid
    ",
    );
}

/// `paid(care)` is what care pays in this claim, before the limit over both.
#[test]
fn paid_is_what_an_earlier_benefit_pays_before_limits() {
    let pack = r#"
        figure.most = { value = "100 yuan", @titled }
        figure.own_most = { value = "80 yuan", @titled }
        benefit = [
            { id = "care", when = "personal_burden > 0 yuan", gross = "personal_burden", steps = [{ limit = "own_most", per = "claim" }], @titled },
            { id = "echo", when = "death", gross = "paid(care)", @titled },
        ]
        limit = [{ id = "together", over = ["care", "echo"], amount = "most", per = "claim", @titled }]
    "#;
    decides(
        pack,
        "
        personal_burden | death | paid:care | paid:echo | payable
        30.00           | true  | 30.00     | 30.00     | 60.00
        90.00           | true  | 80.00     | 20.00     | 100.00
        0.00            | true  | 0.00      | 0.00      | 0.00
    ",
    );
}
