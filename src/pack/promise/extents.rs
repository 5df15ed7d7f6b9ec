//! What is said of every node of a formula is tried on claims of drawn packs, and of one that counts days and sums over sums.

#![expect(clippy::arithmetic_side_effects, reason = "the numbers here are small")]

use rust_decimal::Decimal;

use super::drawn::{a_claim, a_pack, between, chance, day};
use super::tried::Dice;
use crate::accumulator::Accumulators;
use crate::claim::Claim;
use crate::enrollment::Enrollment;
use crate::fact::Value;
use crate::pack;
use crate::plan::Plan;
use crate::reading::formula::Formula;
use crate::reading::formula::evaluate::Inputs;
use crate::reading::formula::extents::{AsStated, Extents, Kind, places_of_entries, places_of_priors};
use crate::reading::range::Range;

const PACKS: u32 = 25;
const HISTORIES: u32 = 6;
const CLAIMS: u32 = 3;

/// Its values come to more places from claim to claim than one claim shows: `carried` is in hundredths, and sums what is in
/// hundred-thousandths.
const COUNTING: &str = r#"
[plan]
id = "counting"
title = { zh = "t", en = "t" }
effective = { from = 2025-01-01, by = "coverage_start" }
rounding = { to = "0.01 yuan", mode = "half-even", clause = "c", provenance = "stated" }

[value.third]
is = "personal_burden * share"
title = { zh = "t", en = "t" }
clause = "c"
provenance = "stated"

[value.carried]
is = "greatest(prior.sum(third, life) * half, 0 yuan)"
title = { zh = "t", en = "t" }
clause = "c"
provenance = "stated"

[[benefit]]
id = "days"
title = { zh = "t", en = "t" }
when = "event_date <= coverage_start + grace"
gross = "daily * greatest(days(coverage_start, event_date + hospital_days), 0 days) + least(prior.sum(carried, life), most)"
steps = [{ pay = "rate", when = "age(event_date) >= old or months(coverage_start, event_date) = third_month" }, { less = "prior.paid(days, life)" }]
clause = "c"
provenance = "stated"
"#;

const FIGURES: [(&str, &str); 8] = [
    ("share", "0.333"),
    ("half", "0.5"),
    ("daily", "1.25 yuan/day"),
    ("grace", "430 days"),
    ("most", "500 yuan"),
    ("rate", "80%"),
    ("old", "60"),
    ("third_month", "3"),
];

fn counting() -> String {
    let figures = FIGURES.map(|(name, value)| {
        format!(
            "[figure.{name}]\nvalue = \"{value}\"\ntitle = {{ zh = \"t\", en = \"t\" }}\nclause = \"c\"\nprovenance = \"stated\"\n"
        )
    });
    COUNTING.to_owned() + &figures.concat()
}

#[test]
fn every_value_of_a_formula_is_one_that_its_extent_allows() {
    let mut dice = Dice::new();
    let mut seen = 0;
    for number in 0..PACKS {
        let text = if number == 0 { counting() } else { a_pack(&[], &mut dice) };
        let plan = match pack::load("drawn.toml", text.as_bytes()) {
            Ok(plan) => plan,
            Err(found) if number == 0 => panic!("{found}"),
            Err(_) => continue,
        };
        let formula = Formula::of(&plan);
        for _ in 0..HISTORIES {
            seen += values_of_a_history(&plan, &formula, &mut dice);
        }
    }
    assert!(seen > 20_000, "{seen} values");
}

/// Holds every value against what is said of it; gives how many there were.
fn values_of_a_history(plan: &Plan, formula: &Formula, dice: &mut Dice) -> usize {
    let stated = AsStated(plan);
    let extents = Extents::of(plan, formula, &stated, &places_of_priors(plan, formula, &stated));
    let places = places_of_entries(plan, formula, &stated);
    let enrollment = Enrollment::new("E", plan.id(), "M").with("coverage_start", day(1)).unwrap();
    let enrollment = if plan.reads("birth_date") { enrollment.with("birth_date", day(1)).unwrap() } else { enrollment };
    let mut account = Accumulators::new();
    let mut seen = 0;
    for number in 0..CLAIMS {
        let claim = a_claim_of_any_pack(plan, &format!("C{number}"), dice);
        let inputs = Inputs::of(plan, &formula.priors, &enrollment, &claim, &account).unwrap();
        let values = formula.values(plan, &inputs).unwrap();
        for (node, step) in formula.graph.nodes() {
            let (value, kind) = (values.value(node), extents.kind(node));
            let is_allowed = value.map_or(extents.may_lack(node), |value| allows(kind, value));
            assert!(is_allowed, "{value:?} is not of {kind:?}: {:?} of {}\n{claim:?}", step.operation, plan.id());
            seen += 1;
        }
        for (entry, node) in &formula.posts {
            let posted = values.number(*node).unwrap_or_default();
            assert!(posted.normalize().scale() <= places[*entry], "{posted} at {places:?}");
        }
        let outcome = plan.decide(&enrollment, &claim, &account).unwrap();
        if let Some(posting) = outcome.posting() {
            account.post(posting).unwrap();
        }
    }
    seen
}

fn allows(kind: Kind, value: &Value) -> bool {
    match (kind, value) {
        (Kind::Number(range), Value::Number(number)) => has(range, Range::of(number.normalize())),
        (Kind::Date(range), Value::Date(date)) => has(range, Range::day(*date)),
        (Kind::Truth, Value::YesNo(_)) | (Kind::Text, Value::Text(_)) => true,
        (Kind::Number(_) | Kind::Date(_) | Kind::Truth | Kind::Text, _) => false,
    }
}

fn has(range: Range, value: Range) -> bool {
    value.within(range) == value.raised(range.places()) && value.places() <= range.places()
}

fn a_claim_of_any_pack(plan: &Plan, id: &str, dice: &mut Dice) -> Claim {
    let date = u32::try_from(between(dice, 1, 500)).unwrap();
    let claim = a_claim(plan, id, date, dice);
    let facts = [
        ("personal_burden", Value::from(Decimal::new(between(dice, 0, 900_000), 2))),
        ("hospital_days", Value::from(u32::try_from(between(dice, 0, 40)).unwrap())),
    ];
    let told = facts.into_iter().filter(|(fact, _)| plan.reads(fact) && !chance(dice, 20));
    told.fold(claim, |claim, (fact, value)| claim.with(fact, value).unwrap())
}

#[test]
fn an_entry_is_kept_at_the_places_that_sums_over_sums_come_to() {
    let plan = pack::load("counting.toml", counting().as_bytes()).unwrap_or_else(|found| panic!("{found}"));
    let formula = Formula::of(&plan);
    let places = places_of_entries(&plan, &formula, &AsStated(&plan));
    let kept: Vec<(String, u32)> = plan.entries.iter().map(|stated| stated.entry.to_string()).zip(places).collect();
    let expected = [("sum:third", 5), ("sum:carried", 6), ("paid:days", 2), ("count:days", 0)];
    assert_eq!(kept, expected.map(|(entry, places)| (entry.to_owned(), places)));
}
