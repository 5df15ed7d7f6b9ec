//! What is proven of a pack over all claims: how much an amount can come to, which way it moves with a fact, what is exact.
//!
//! In the tables a promise is `proven`, `broken` by a claim that is shown, or `unproven`: it holds, or nearly, but the proof does
//! not see it.

use huzhu::pack;
use rust_decimal::Decimal;

use super::small;

/// What the packs of this file may use; each declares only what it does use.
const WORDS: &str = r#"
    fact.bill = { of = "claim", type = "money", max = "100 yuan", @named }
    fact.refund = { of = "claim", type = "money", max = "50 yuan", @named }
    fact.vast = { of = "claim", type = "money", @named }
    fact.portion = { of = "claim", type = "ratio", @named }
    fact.visits = { of = "claim", type = "number", min = 1, max = 3, @named }
    fact.grants = { of = "claim", type = "number", max = 10, @named }
    fact.stay = { of = "claim", type = "days", max = "30 days", @named }
    fact.urgent = { of = "claim", type = "yes-no", @named }
    fact.ward = { of = "claim", type = "category", values = ["open", "closed"], @named }
    figure.two_fifty = { value = "2.50 yuan", @titled }
    figure.ten = { value = "10 yuan", @titled }
    figure.fifty = { value = "50 yuan", @titled }
    figure.sixty = { value = "60 yuan", @titled }
    figure.hundred = { value = "100 yuan", @titled }
    figure.half = { value = "50%", @titled }
    figure.part = { value = "12.34%", @titled }
    figure.two = { value = 2, @titled }
    figure.four = { value = 4, @titled }
    figure.dozen = { value = 12, @titled }
    figure.another_dozen = { value = 12, @titled }
    figure.decade = { value = 10, @titled }
    figure.week = { value = "7 days", @titled }
    table.rising = { by = "visits", rows = { 1 = "10 yuan", 2 = "20 yuan", 3 = "90 yuan" }, @cited }
    table.falling = { by = "visits", rows = { 1 = "90 yuan", 2 = "20 yuan", 3 = "10 yuan" }, @cited }
    table.level = { by = "visits", rows = { 1 = "20 yuan", 2 = "20 yuan", 3 = "20 yuan" }, @cited }
    table.then_less = { by = "visits", rows = { 1 = "10 yuan", 2 = "20 yuan" }, otherwise = "0 yuan", @cited }
    table.then_more = { by = "visits", rows = { 1 = "90 yuan", 2 = "20 yuan" }, otherwise = "100 yuan", @cited }
    table.by_haste = { by = "urgent", rows = { true = "10 yuan", false = "15 yuan" }, @cited }
    table.by_ward = { by = "ward", rows = { open = "10 yuan", closed = "20 yuan" }, otherwise = "15 yuan", @cited }
    table.by_odd_ward = { by = "ward", rows = { open = "10 yuan", closed = "15 yuan" }, otherwise = "20 yuan", @cited }
    bands.graded = { kind = "marginal", rows = [{ above = "0 yuan", up_to = "50 yuan", pays = "100%" }, { above = "50 yuan", up_to = "60 yuan", pays = "50%" }, { above = "60 yuan", pays = "80%" }], @cited }
    bands.odd_first = { kind = "slab", by = "bill", edge = "below", rows = [{ up_to = "50 yuan", pays = "15 yuan" }, { pays = "10 yuan" }], @cited }
    bands.odd_last = { kind = "slab", by = "bill", edge = "below", rows = [{ up_to = "50 yuan", pays = "10 yuan" }, { pays = "15 yuan" }], @cited }
"#;

/// The sections with the words that they use, and with those that these use in turn: a word stands below what it uses.
fn with_words(sections: &str) -> String {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let uses = |text: &str, word: &str| text.split(|c| !is_name(c)).any(|found| found == word);
    let declared = WORDS.lines().map(str::trim).filter(|line| !line.is_empty());
    let pack = declared.rev().fold(sections.to_owned(), |pack, line| {
        let word = line.split(['.', ' ']).nth(1).unwrap();
        if uses(&pack, word) { format!("{line}\n{pack}") } else { pack }
    });
    pack.replace("@named", r#"title = { zh = "某", en = "some" }"#)
}

/// The codes that a pack gets.
fn codes(sections: &str) -> Vec<&'static str> {
    let found = pack::load("small.toml", small::text(&with_words(sections)).as_bytes()).err().unwrap_or_default();
    found.iter().map(|diagnostic| diagnostic.code().name()).collect()
}

/// What becomes of a promise of a pack whose one benefit is of the amount, whatever the facts are.
fn judged(amount: &str, rounding: &str, promise: &str) -> &'static str {
    let found = codes(&format!(
        r#"
        benefit = [{{ id = "care", when = "bill >= 0 yuan and visits >= 1", gross = "{amount}", rounding = {{ {rounding}, @cited }}, @titled }}]
        promise = {{ {promise} }}
        "#
    ));
    verdict(&found)
}

fn verdict(found: &[&str]) -> &'static str {
    match found[..] {
        [] => "proven",
        ["promise-broken"] => "broken",
        ["promise-unproven"] => "unproven",
        _ => panic!("{found:?}"),
    }
}

/// The rows of a table, below its head.
fn rows(table: &str) -> impl Iterator<Item = Vec<&str>> {
    table.lines().map(str::trim).filter(|line| !line.is_empty()).skip(1).map(|line| {
        let cells = line.split('|').map(str::trim);
        cells.collect()
    })
}

/// Each pack of a table gets the code of its row, or none.
fn gets(table: &str, codes: impl Fn(&str) -> Vec<&'static str>) {
    for row in rows(table) {
        let [pack, code] = row[..] else { panic!("two cells are expected, not {row:?}") };
        assert_eq!(codes(pack).join(" "), code, "`{pack}`");
    }
}

const TO_THE_FEN: &str = r#"to = "0.01 yuan", mode = "half-up""#;

fn moves(table: &str) {
    for row in rows(table) {
        let [amount, fact, verdict] = row[..] else { panic!("three cells are expected, not {row:?}") };
        let found = judged(amount, TO_THE_FEN, &format!(r#"monotone_in = ["{fact}"]"#));
        assert_eq!(found, verdict, "more of `{fact}` in `{amount}`");
    }
}

fn stays_within_the_bill(table: &str) {
    for row in rows(table) {
        let [amount, verdict] = row[..] else { panic!("two cells are expected, not {row:?}") };
        let found = judged(amount, TO_THE_FEN, r#"never_pays_more_than_borne = "bill""#);
        assert_eq!(found, verdict, "`{amount}`");
    }
}

// ── which way an amount moves ─────────────────────────────────────────────

#[test]
fn an_amount_moves_as_its_parts_do() {
    moves(
        "
        amount                                    | more of | is
        bill                                      | bill    | proven
        refund                                    | bill    | proven
        bill + refund                             | bill    | proven
        greatest(bill - refund, 0 yuan)           | bill    | proven
        greatest(refund - bill, 0 yuan)           | bill    | broken
        hundred - bill                            | bill    | broken
        hundred - (hundred - bill)                | bill    | proven
        least(bill, refund)                       | bill    | proven
        greatest(bill, refund)                    | bill    | proven
        least(bill, hundred - bill)               | bill    | broken
        greatest(bill, hundred - bill)            | bill    | broken
        greatest(bill - bill * half, 0 yuan)      | bill    | unproven
    ",
    );
}

#[test]
fn a_product_moves_as_its_factors_do_unless_one_may_be_negative() {
    moves(
        "
        amount                                    | more of | is
        bill * portion                              | bill    | proven
        portion * bill                              | bill    | proven
        hundred - bill * portion                    | bill    | broken
        sixty + bill * (portion - half)             | bill    | broken
        sixty + (portion - half) * bill             | bill    | broken
        bill + fifty + refund * (portion - half)    | bill    | proven
    ",
    );
}

#[test]
fn a_choice_moves_as_its_condition_and_both_sides_do() {
    moves(
        "
        amount                                                     | more of | is
        if urgent then bill else fifty                             | bill    | proven
        if urgent then bill else hundred - bill                    | bill    | broken
        if bill > ten then sixty else fifty                        | bill    | proven
        if bill > ten then fifty else sixty                        | bill    | broken
        if bill > ten then refund else ten                         | bill    | broken
        if bill > ten then hundred - bill else 0 yuan              | bill    | broken
        if bill < ten then fifty else sixty                        | bill    | proven
        if bill < ten then sixty else fifty                        | bill    | broken
        if bill < ten then refund else ten                         | bill    | broken
        if bill < ten then 0 yuan else hundred - bill              | bill    | broken
        hundred - (if bill > ten then fifty else sixty)            | bill    | proven
        hundred - (if bill > ten then sixty else fifty)            | bill    | broken
        hundred - (if bill > ten then refund else ten)             | bill    | broken
        hundred - (if bill > ten then bill - ten else hundred)     | bill    | broken
        hundred - (if bill < ten then sixty else fifty)            | bill    | proven
        hundred - (if bill < ten then fifty else sixty)            | bill    | broken
        hundred - (if bill < ten then refund else ten)             | bill    | broken
        hundred - (if bill < ten then hundred else bill - ten)     | bill    | broken
        if bill == ten then sixty else fifty                       | bill    | broken
        bill + (if refund == ten then sixty else fifty)            | bill    | proven
    ",
    );
}

/// What is never there is no part of the amount.
#[test]
fn a_choice_that_is_settled_moves_as_the_side_that_is_taken() {
    moves(
        "
        amount                                                     | more of | is
        if given(bill) then bill else hundred - bill               | bill    | proven
        if grants <= dozen then bill else hundred - bill           | bill    | proven
        if grants > dozen then hundred - bill else bill            | bill    | proven
    ",
    );
}

/// No claim is tried to break it: yes is no number.
#[test]
fn yes_is_more_than_no() {
    moves(
        "
        amount                                    | more of | is
        if urgent then sixty else ten             | urgent  | proven
        if urgent then ten else sixty             | urgent  | unproven
        if not urgent then ten else sixty         | urgent  | proven
        if urgent then sixty else ten             | bill    | proven
    ",
    );
}

#[test]
fn a_table_moves_as_its_rows_do_in_order() {
    moves(
        "
        amount                                    | more of | is
        rising                                    | visits  | proven
        falling                                   | visits  | broken
        level                                     | visits  | proven
        then_less                                 | visits  | broken
        hundred - rising                          | visits  | broken
        hundred - falling                         | visits  | proven
        hundred - level                           | visits  | proven
        hundred - then_more                       | visits  | broken
        bill + falling                            | bill    | proven
    ",
    );
}

#[test]
fn a_date_moves_with_the_days_and_the_condition_that_it_comes_of() {
    moves(
        "
        amount                                                                                      | more of | is
        if admitted + stay > discharged then sixty else ten                                         | stay    | proven
        if admitted + stay > discharged then ten else sixty                                         | stay    | broken
        if days(admitted + stay, discharged) > week then sixty else ten                             | stay    | broken
        if days(admitted, discharged + stay) > week then sixty else ten                             | stay    | proven
        if days(if bill > ten then event_date else admitted, event_date) > week then sixty else ten | bill    | broken
        bill + (if days(if urgent then event_date else admitted, event_date) > week then sixty else ten) | bill | proven
    ",
    );
}

/// A claim whose facts contradict each other is set aside, not paid less.
#[test]
fn that_facts_agree_is_taken_for_granted() {
    moves(
        "
        amount                                    | more of   | is
        least(fund_paid, total_cost)              | fund_paid | proven
    ",
    );
}

// ── how much an amount can come to ────────────────────────────────────────

#[test]
fn what_is_never_more_than_the_bill() {
    stays_within_the_bill(
        "
        amount                                                     | is
        bill                                                       | proven
        refund                                                     | broken
        bill + refund                                              | broken
        refund + bill                                              | broken
        greatest(bill + (0 yuan - refund), 0 yuan)                 | proven
        greatest((0 yuan - refund) + bill, 0 yuan)                 | proven
        greatest(bill - refund, 0 yuan)                            | proven
        greatest(refund - ten, 0 yuan)                             | broken
        greatest(bill - (refund - ten), 0 yuan)                    | broken
        bill * portion                                               | proven
        portion * bill                                               | proven
        refund * portion                                             | broken
        portion * refund                                             | broken
        bill * two                                                 | broken
        two * bill                                                 | broken
        greatest(ten - (ten - bill) * (portion - 1), 0 yuan)         | broken
        least(bill, refund)                                        | proven
        least(refund, bill)                                        | proven
        least(refund, ten)                                         | broken
        greatest(bill, refund)                                     | broken
        greatest(bill, 0 yuan)                                     | proven
        if urgent then bill else refund                            | broken
        if urgent then refund else bill                            | broken
        if urgent then bill else 0 yuan                            | proven
    ",
    );
}

/// What is borne is whole fen, so that no rounding to the fen can pass it.
#[test]
fn rounding_stays_within_the_bill_if_it_is_to_the_fen() {
    for (rounding, verdict) in [
        (r#"to = "0.01 yuan", mode = "up""#, "proven"),
        (r#"to = "0.010 yuan", mode = "down""#, "proven"),
        (r#"to = "0.02 yuan", mode = "up""#, "broken"),
        (r#"to = "1 yuan", mode = "half-up""#, "broken"),
    ] {
        assert_eq!(judged("bill", rounding, r#"never_pays_more_than_borne = "bill""#), verdict, "{rounding}");
    }
}

/// No claim comes to a fen more than the most, nor is the least a fen lower.
#[test]
fn an_amount_is_bounded_to_the_fen() {
    let table = "
        amount                                                     | least | most
        bill                                                       |     0 | 100
        bill + refund                                              |     0 | 150
        bill - refund                                              |   -50 | 100
        refund - bill                                              |  -100 |  50
        least(bill, refund)                                        |     0 |  50
        greatest(bill, refund)                                     |     0 | 100
        bill * two                                                 |     0 | 200
        (bill - refund) * (portion - half)                           |   -50 |  50
        (refund - hundred) * visits                                |  -300 | -50
        if urgent then bill else fifty                             |     0 | 100
        if urgent then ten else fifty                              |    10 |  50
        if grants <= dozen then refund else bill                   |     0 |  50
        if grants > dozen then bill else refund                    |     0 |  50
        rising                                                     |    10 |  90
        then_less                                                  |     0 |  20
        by_ward                                                    |    10 |  20
    ";
    for row in rows(table) {
        let [amount, least, most] = row[..] else { panic!("three cells are expected, not {row:?}") };
        let least: i64 = least.parse().unwrap();
        let most: i64 = most.parse().unwrap();
        // What is left of the amount after its least is nothing or more, and so is what it leaves of its most.
        let left = |of: &str, fen: i64| {
            let (sign, edge) = (if fen < 0 { "+" } else { "-" }, Decimal::new(fen.abs(), 2));
            codes(&format!(
                r#"
                figure.edge = {{ value = "{edge} yuan", @titled }}
                benefit = [{{ id = "care", when = "bill >= 0 yuan", gross = "{of} {sign} edge", @titled }}]
                "#
            ))
        };
        let above = |edge: i64| left(&format!("({amount})"), edge);
        let below = |edge: i64| left(&format!("0 yuan - ({amount})"), -edge);
        assert_eq!(above(least * 100), [""; 0], "`{amount}` is {least} at least");
        assert_eq!(above(least * 100 + 1), ["may-be-negative"], "`{amount}` may be {least}");
        assert_eq!(below(most * 100), [""; 0], "`{amount}` is {most} at most");
        assert_eq!(below(most * 100 - 1), ["may-be-negative"], "`{amount}` may be {most}");
    }
}

/// A benefit of the amount, and a limit over it.
fn limited(amount: &str, limit: &str, promise: &str) -> Vec<&'static str> {
    codes(&format!(
        r#"
        benefit = [{{ id = "care", when = "bill >= 0 yuan", gross = "{amount}", @titled }}]
        limit = [{{ id = "cap", over = ["care"], amount = "{limit}", per = "claim", @titled }}]
        promise = {{ {promise} }}
        "#
    ))
}

#[test]
fn a_limit_over_benefits_is_the_most_that_they_are_paid() {
    let most = |yuan: &str| limited("bill + refund", "hundred", &format!(r#"never_pays_more_than = "{yuan} yuan""#));
    assert_eq!(most("100"), [""; 0]);
    assert_eq!(most("99.99"), ["promise-broken"]);
}

#[test]
fn a_limit_that_falls_lowers_only_what_is_paid() {
    let rises = |amount: &str| limited(amount, "hundred - bill", r#"monotone_in = ["bill"]"#);
    assert_eq!(rises("bill"), ["promise-broken"]);
    assert_eq!(rises("0 yuan"), [""; 0]);
}

/// Two benefits of at most 100 yuan each are paid no more than that in one claim if they exclude each other.
#[test]
fn benefits_that_exclude_each_other_are_not_added_up() {
    let table = "
        one applies when           | the other when                        | they are paid 100 at most
        urgent                     | not urgent                            | proven
        urgent                     | urgent                                | broken
        urgent                     | bill > ten                            | broken
        ward == open               | ward == closed                        | proven
        ward == open               | ward in [open, closed]                | broken
        ward != open               | ward == open                          | proven
        ward in [open, closed]     | not (ward in [open, closed])          | proven
        visits < two               | not (visits < two)                    | proven
        visits < two               | visits >= two                         | proven
        visits <= two              | visits > two                          | proven
        visits < two               | visits <= two                         | broken
        visits == two              | visits != two                         | proven
        bill > refund              | bill <= refund                        | proven
        given(urgent)              | not given(urgent)                     | proven
        urgent and visits < two    | not urgent or visits >= two           | proven
        urgent and visits < two    | urgent or visits >= two               | broken
        visits in 1..two           | not (visits in 1..two)                | proven
        visits < two               | visits > two                          | unproven
        bill > 0 yuan              | paid(one) == 0 yuan                   | proven
        bill > 0 yuan              | not (paid(one) > 0 yuan)              | proven
        bill > 0 yuan              | paid(one) > 0 yuan                    | broken
    ";
    for row in rows(table) {
        let [one, other, expected] = row[..] else { panic!("three cells are expected, not {row:?}") };
        let found = codes(&format!(
            r#"
            benefit = [
              {{ id = "one", when = "{one}", gross = "bill", @titled }},
              {{ id = "other", when = "{other}", gross = "hundred", @titled }},
            ]
            promise = {{ never_pays_more_than = "100 yuan" }}
            "#
        ));
        assert_eq!(verdict(&found), expected, "`{one}`, `{other}`");
    }
}

/// What excludes another is paid beside it never, of whatever else each depends.
#[test]
fn what_is_excluded_is_not_added_up() {
    let excluding = |steps: &str, promise: &str| {
        let found = codes(&format!(
            r#"
            benefit = [
              {{ id = "one", when = "urgent", gross = "bill", @titled }},
              {{ id = "other", when = "visits >= 1", gross = "bill", steps = [{steps}], @titled }},
            ]
            promise = {{ {promise} }}
            "#
        ));
        verdict(&found)
    };
    for promise in [r#"never_pays_more_than = "100 yuan""#, r#"never_pays_more_than_borne = "bill""#] {
        assert_eq!(excluding(r#"{ exclusive = ["one"], per = "claim" }"#, promise), "proven");
        assert_eq!(excluding(r#"{ exclusive = ["one"], per = "event" }"#, promise), "proven");
        assert_eq!(excluding(r#"{ exclusive = ["one"], per = "claim", when = "visits > two" }"#, promise), "broken");
        assert_eq!(excluding("", promise), "broken");
    }
}

#[test]
fn bands_that_share_the_bill_out_stay_within_it() {
    let banded = |steps: &str, rounding: &str, promise: &str| {
        let found = codes(&format!(
            r#"
            benefit = [{{ id = "care", when = "urgent", gross = "bill", steps = [{steps}], rounding = {{ {rounding}, @cited }}, @titled }}]
            promise = {{ {promise} }}
            "#
        ));
        verdict(&found)
    };
    let borne = r#"never_pays_more_than_borne = "bill""#;
    assert_eq!(banded(r#"{ bands = "graded" }"#, TO_THE_FEN, borne), "proven");
    assert_eq!(banded(r#"{ bands = "graded" }, { pay = "half" }"#, TO_THE_FEN, borne), "proven");
    assert_eq!(banded(r#"{ bands = "graded" }"#, r#"to = "1 yuan", mode = "up""#, borne), "broken");
    assert_eq!(banded(r#"{ bands = "graded" }, { add = "ten" }"#, TO_THE_FEN, borne), "broken");
    // 50 + 5 + 32
    assert_eq!(banded(r#"{ bands = "graded" }"#, TO_THE_FEN, r#"never_pays_more_than = "87 yuan""#), "proven");
    assert_eq!(banded(r#"{ bands = "graded" }"#, TO_THE_FEN, r#"never_pays_more_than = "86.99 yuan""#), "broken");
    assert_eq!(banded(r#"{ bands = "graded" }"#, TO_THE_FEN, r#"monotone_in = ["bill"]"#), "proven");
}

// ── many claims ───────────────────────────────────────────────────────────

/// A benefit of at most 100 yuan a claim.
#[test]
fn what_claims_of_a_scope_are_paid_together() {
    let table = r#"
        steps                                                        | all claims of a | most   | is
                                                                     | period          | 100    | broken
        { limit = "hundred", per = "period" }                        | period          | 100    | proven
        { limit = "hundred", per = "period" }                        | period          | 99.99  | broken
        { limit = "hundred", per = "life" }                          | period          | 100    | proven
        { limit = "hundred", per = "life" }                          | calendar-year   | 100    | proven
        { limit = "hundred", per = "life" }                          | event           | 100    | proven
        { limit = "hundred", per = "life" }                          | life            | 100    | proven
        { limit = "hundred", per = "period" }                        | life            | 100    | unproven
        { limit = "hundred", per = "calendar-year" }                 | event           | 100    | proven
        { limit = "hundred", per = "calendar-year" }                 | period          | 100    | broken
        { limit = "hundred", per = "calendar-year" }                 | life            | 100    | broken
        { limit = "hundred", per = "event" }                         | calendar-year   | 100    | broken
        { limit = "hundred", per = "event" }                         | period          | 100    | broken
        { limit = "hundred", per = "claim" }                         | event           | 100    | broken
        { limit = "fifty", per = "event" }, { limit = "sixty", per = "period" } | period | 60   | proven
        { limit = "fifty", per = "event" }, { limit = "sixty", per = "period" } | event  | 50   | proven
        { limit = "fifty", per = "event" }, { limit = "sixty", per = "period" } | claim  | 50   | proven
        { limit = "sixty", per = "period" }, { pay = "half" }        | period          | 60     | proven
        { limit = "sixty", per = "period" }, { pay = "half" }        | period          | 59     | broken
        { limit = "sixty", per = "period" }, { bands = "graded" }    | period          | 60     | proven
        { limit = "sixty", per = "period" }, { less = "ten" }        | period          | 60     | proven
        { limit = "fifty", per = "period", when = "urgent" }, { limit = "sixty", per = "period", when = "not urgent" } | period | 60 | proven
        { limit = "fifty", per = "period", when = "urgent" }, { limit = "sixty", per = "period", when = "not urgent" } | period | 59.99 | broken
        { limit = "fifty", per = "period", when = "urgent" }         | period          | 100    | broken
        { less = "prior.paid(care, period)" }                        | period          | 100    | proven
        { less = "prior.paid(care, event)" }                         | period          | 100    | broken
        { less = "prior.paid(care, life)" }                          | period          | 100    | proven
    "#;
    for row in rows(table) {
        let [steps, per, most, expected] = row[..] else { panic!("four cells are expected, not {row:?}") };
        let found = codes(&format!(
            r#"
            benefit = [{{ id = "care", when = "bill >= 0 yuan", gross = "bill", steps = [{steps}], @titled }}]
            promise.never_pays_more_than = {{ amount = "{most} yuan", per = "{per}" }}
            "#
        ));
        assert_eq!(verdict(&found), expected, "{most} a {per} of `{steps}`");
    }
}

/// The same where the amount itself says what was paid before.
#[test]
fn an_amount_that_counts_earlier_claims_is_bounded_with_them() {
    let table = "
        gross                                                                | a period | is
        least(bill, greatest(hundred - prior.paid(care, period), 0 yuan))    | 100      | proven
        least(bill, greatest(hundred - prior.paid(care, life), 0 yuan))      | 100      | proven
        least(bill, greatest(hundred - prior.paid(care, event), 0 yuan))     | 100      | broken
        greatest(hundred - prior.paid(care, period), 0 yuan) * half          | 100      | proven
        greatest(hundred - prior.paid(care, period) - ten, 0 yuan)           | 90       | proven
        greatest(hundred - ten - prior.paid(care, period), 0 yuan)           | 90       | proven
        greatest(hundred - prior.paid(care, period), 0 yuan) + ten           | 110      | broken
        greatest(hundred - prior.paid(care, period), ten)                    | 110      | broken
        greatest(hundred - prior.paid(care, period) + ten, 0 yuan)           | 110      | unproven
        if urgent then greatest(hundred - prior.paid(care, period), 0 yuan) else bill | 100 | broken
        if urgent then greatest(hundred - prior.paid(care, period), 0 yuan) else 0 yuan | 100 | proven
        if prior.count(care, period) == 0 then bill else greatest(hundred - prior.paid(care, period), 0 yuan) | 100 | proven
        hundred - least(prior.paid(care, period), hundred)                   | 100      | unproven
    ";
    for row in rows(table) {
        let [gross, most, expected] = row[..] else { panic!("three cells are expected, not {row:?}") };
        let found = codes(&format!(
            r#"
            benefit = [{{ id = "care", when = "visits >= 1 and bill >= 0 yuan", gross = "{gross}", @titled }}]
            promise.never_pays_more_than = {{ amount = "{most} yuan", per = "period" }}
            "#
        ));
        assert_eq!(verdict(&found), expected, "{most} of `{gross}`");
    }
}

#[test]
fn so_many_claims_and_no_more_are_bounded_by_what_each_is_paid() {
    let table = "
        it applies when                                    | all claims of a | most   | is
        prior.count(care, period) < two                    | period          | 200    | proven
        prior.count(care, period) < two                    | period          | 199.99 | broken
        not (prior.count(care, period) >= two)             | period          | 200    | proven
        two > prior.count(care, period)                    | period          | 200    | proven
        prior.count(care, period) <= two                   | period          | 300    | proven
        prior.count(care, period) <= two                   | period          | 299.99 | broken
        prior.count(care, life) == 0                       | period          | 100    | proven
        prior.count(care, event) == 0                      | period          | 100    | broken
        prior.count(care, life) < two and urgent           | event           | 200    | proven
        prior.count(care, life) < two or urgent            | event           | 200    | broken
        prior.paid(care, period) < fifty                   | period          | 150    | proven
        prior.paid(care, period) == 0 yuan                 | period          | 100    | proven
    ";
    for row in rows(table) {
        let [when, per, most, expected] = row[..] else { panic!("four cells are expected, not {row:?}") };
        let found = codes(&format!(
            r#"
            benefit = [{{ id = "care", when = "{when}", gross = "bill", @titled }}]
            promise.never_pays_more_than = {{ amount = "{most} yuan", per = "{per}" }}
            "#
        ));
        assert_eq!(verdict(&found), expected, "{most} a {per} of `{when}`");
    }
}

/// Three benefits of at most 100 yuan a claim each, of which two are limited to 50 and 60 yuan a period.
#[test]
fn limits_over_several_benefits_are_put_together() {
    let table = r#"
        limits over several                                                          | most | is
                                                                                     | 110  | broken
        over = ["first", "second", "third"], amount = "hundred", per = "period"           | 100  | proven
        over = ["first", "second", "third"], amount = "hundred", per = "life"             | 100  | proven
        over = ["first", "second", "third"], amount = "hundred", per = "period"           | 99.99 | broken
        over = ["first", "second", "third"], amount = "hundred", per = "event"            | 100  | broken
        over = ["third"], amount = "ten", per = "period"                             | 120  | proven
        over = ["third"], amount = "ten", per = "period"                             | 119.99 | broken
        over = ["second", "third"], amount = "ten", per = "period"                      | 60   | proven
        over = ["second", "third"], amount = "ten", per = "claim"                       | 60   | broken
    "#;
    for row in rows(table) {
        let [limit, most, expected] = row[..] else { panic!("three cells are expected, not {row:?}") };
        let limit =
            if limit.is_empty() { String::new() } else { format!("limit = [{{ id = \"cap\", {limit}, @titled }}]") };
        let found = codes(&format!(
            r#"
            benefit = [
              {{ id = "first", when = "bill >= 0 yuan", gross = "bill", steps = [{{ limit = "fifty", per = "period" }}], @titled }},
              {{ id = "second", when = "bill >= 0 yuan", gross = "bill", steps = [{{ limit = "sixty", per = "period" }}], @titled }},
              {{ id = "third", when = "bill >= 0 yuan", gross = "bill", @titled }},
            ]
            {limit}
            promise.never_pays_more_than = {{ amount = "{most} yuan", per = "period" }}
            "#
        ));
        assert_eq!(verdict(&found), expected, "{most} of `{limit}`");
    }
}

/// A joint limit may leave a part of a yuan of an earlier claim, so that the next may pass the limit by less than one.
#[test]
fn rounding_to_the_yuan_may_pass_what_a_limit_leaves() {
    for (rounding, most, expected) in [
        (r#"to = "1 yuan", mode = "half-up""#, "60", "unproven"),
        (r#"to = "1 yuan", mode = "half-up""#, "61", "proven"),
        (r#"to = "1 yuan", mode = "down""#, "60", "proven"),
        (r#"to = "1 yuan", mode = "floor""#, "60", "proven"),
        (TO_THE_FEN, "60", "proven"),
    ] {
        let found = codes(&format!(
            r#"
            benefit = [{{ id = "care", when = "bill >= 0 yuan", gross = "bill", steps = [{{ limit = "sixty", per = "period" }}], rounding = {{ {rounding}, @cited }}, @titled }}]
            promise.never_pays_more_than = {{ amount = "{most} yuan", per = "period" }}
            "#
        ));
        assert_eq!(verdict(&found), expected, "{most} with {rounding}");
    }
}

// ── conditions ────────────────────────────────────────────────────────────

fn condition(require: &str) -> Vec<&'static str> {
    codes(&format!(
        r#"
        condition = [{{ id = "ask", require = "{require}", otherwise = "deny", text = {{ zh = "某", en = "some" }}, @cited }}]
        benefit = [{{ id = "care", when = "personal_burden >= 0 yuan", gross = "personal_burden", @titled }}]
        "#
    ))
}

#[test]
fn a_condition_is_always_or_never_met_by_the_bounds_of_its_facts() {
    let table = "
        condition                                 | code
        grants < decade                           |
        grants < dozen                            | always-met
        grants < 0                                | never-met
        grants <= decade                          | always-met
        grants <= 0                               |
        visits <= 0                               | never-met
        grants > decade                           | never-met
        grants > 0                                |
        visits > 0                                | always-met
        grants >= dozen                           | never-met
        grants >= decade                          |
        grants >= 0                               | always-met
        decade < grants                           | never-met
        decade >= grants                          | always-met
        grants == 0                               |
        grants == decade                          |
        grants == dozen                           | never-met
        dozen == grants                           | never-met
        visits == 0                               | never-met
        0 == visits                               | never-met
        grants != 0                               |
        grants != decade                          |
        grants != dozen                           | always-met
        visits != 0                               | always-met
        dozen == another_dozen                    | always-met
        dozen != another_dozen                    | never-met
        dozen == decade                           | never-met
        dozen != decade                           | always-met
        urgent                                    |
        given(urgent)                             |
        days(admitted, discharged) > 0 days       |
        days(admitted, discharged) >= 0 days      |
        urgent and grants < 0                     | never-met
        urgent and grants >= 0                    |
        grants < 0 and urgent                     | never-met
        grants >= 0 and urgent                    |
        urgent or grants >= 0                     | always-met
        urgent or grants < 0                      |
        grants >= 0 or urgent                     | always-met
        not (grants >= 0)                         | never-met
        not (grants < 0)                          | always-met
    ";
    gets(table, condition);
}

/// The pack states no such condition, so there is none to strike out.
#[test]
fn a_cap_on_shares_that_no_one_can_pass_is_no_mistake() {
    let refuses = |shares: u32| {
        codes(&format!(
            r#"
            figure.cap = {{ value = {shares}, @titled }}
            figure.fee = {{ value = "10 yuan", @titled }}
            enrollment = {{ price = "fee", max_shares = "cap", excess = "refuse" }}
            benefit = [{{ id = "care", when = "personal_burden >= 0 yuan", gross = "personal_burden", @titled }}]
            "#
        ))
    };
    assert_eq!(refuses(999), [""; 0]);
    assert_eq!(refuses(1000), [""; 0]);
}

// ── what is exact ─────────────────────────────────────────────────────────

/// What has up to 28 places, and no more than 28 digits in all.
#[test]
fn what_may_lose_a_digit_is_inexact() {
    let table = "
        condition                                          | code
        portion * portion * portion * part < part                |
        portion * portion * portion * portion < part               | inexact
        portion * portion * portion * part * half < half * part  | inexact
        vast * portion < ten                                 |
        vast * portion * part < ten                          |
        vast * portion * part * dozen < ten                  | inexact
        vast * portion * portion < ten                         | inexact
        (0 yuan - vast) * portion * portion > 0 yuan - ten     | inexact
    ";
    gets(table, condition);
}

/// A limit on a benefit that is rounded to 10 yuan.
#[test]
fn a_limit_is_a_multiple_of_the_rounding_whatever_the_facts_are() {
    let table = "
        limit                                     | code
        hundred                                   |
        two_fifty                                 | limit-finer-than-rounding
        bill                                      | limit-finer-than-rounding
        ten + hundred                             |
        ten + two_fifty                           | limit-finer-than-rounding
        hundred - ten                             |
        ten * visits                              |
        visits * ten                              |
        two_fifty * visits                        | limit-finer-than-rounding
        visits * two_fifty                        | limit-finer-than-rounding
        ten * half                                | limit-finer-than-rounding
        half * ten                                | limit-finer-than-rounding
        ten * portion                               | limit-finer-than-rounding
        two_fifty * four                          |
        four * two_fifty                          |
        two_fifty * two                           | limit-finer-than-rounding
        two_fifty * 0                             |
        0 * two_fifty                             |
        least(hundred, ten)                       |
        least(hundred, two_fifty)                 | limit-finer-than-rounding
        greatest(two_fifty, ten)                  | limit-finer-than-rounding
        if urgent then ten else hundred           |
        if urgent then ten else two_fifty         | limit-finer-than-rounding
        if urgent then two_fifty else ten         | limit-finer-than-rounding
        rising                                    |
        by_haste                                  | limit-finer-than-rounding
        by_ward                                   | limit-finer-than-rounding
        by_odd_ward                               | limit-finer-than-rounding
        odd_first                                 | limit-finer-than-rounding
        odd_last                                  | limit-finer-than-rounding
    ";
    gets(table, |limit| {
        codes(&format!(
            r#"
            benefit = [{{ id = "care", when = "bill >= 0 yuan", gross = "bill", steps = [{{ limit = "{limit}", per = "claim" }}], rounding = {{ to = "10 yuan", mode = "up", @cited }}, @titled }}]
            "#
        ))
    });
}

/// The shape of a choice is followed, since its sides alone cannot be told apart by their bounds.
#[test]
fn the_union_never_pays_more_than_the_price_on_any_side_of_a_choice() {
    let table = "
        union_pays                                     | code
        fee                                            |
        ten                                            |
        hundred                                        | may-be-negative
        if insured_as == none then fee else 0 yuan     |
        if insured_as == none then fee else hundred    | may-be-negative
        if insured_as == none then hundred else fee    | may-be-negative
    ";
    gets(table, |union_pays| {
        codes(&format!(
            r#"
            table.fee = {{ by = "insured_as", rows = {{ employee = "10 yuan", resident = "20 yuan", none = "30 yuan" }}, @cited }}
            enrollment = {{ price = "fee", union_pays = "{union_pays}" }}
            benefit = [{{ id = "care", when = "bill >= 0 yuan", gross = "bill", @titled }}]
            "#
        ))
    });
}
