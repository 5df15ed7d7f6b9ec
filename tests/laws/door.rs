//! Law 8: what enters is bounded at the door, and nothing inside the bounds fails.

use huzhu::{Accumulators, Claim, Enrollment, Error, Holder, Kind, STANDARD, StandardFact, Value};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use rust_decimal::Decimal;

use super::law::{config, decide_in_turn, over_every_pack};
use super::member::{Telling, Told};
use super::shelf::{SHELF, widest};

#[test]
fn what_enters_is_bounded_at_the_door() {
    for fact in &STANDARD {
        let takes = |value: Value| match fact.holder {
            Holder::Enrollment => Enrollment::new("E", "henan-accident", "M").with(fact.name, value).map(|_| ()),
            Holder::Claim => Claim::new("C").with(fact.name, value).map(|_| ()),
        };
        for (value, is_good) in values(fact) {
            let taken = takes(value.clone());
            assert_eq!(taken.is_ok(), is_good, "{} = {value:?}: {taken:?}", fact.name);
            assert!(taken.is_ok() || taken.is_err_and(|refused| refused.is_fact()));
        }
        let elsewhere = match fact.holder {
            Holder::Claim => Enrollment::new("E", "henan-accident", "M").with(fact.name, "1").map(|_| ()),
            Holder::Enrollment => Claim::new("C").with(fact.name, "1").map(|_| ()),
        };
        assert!(elsewhere.is_err_and(|refused| refused.is_fact()), "{} belongs to one side", fact.name);
    }
}

/// Values at the edges, and whether the fact may have them.
fn values(fact: &StandardFact) -> Vec<(Value, bool)> {
    let min = Decimal::from(fact.min);
    let max = fact.max.map_or(widest(fact.kind), Decimal::from);
    let unit = Decimal::new(1, fact.kind.places());
    let finer = Decimal::new(1, fact.kind.places() + 1);
    let both = |number: Decimal| [Value::from(number), Value::from(number.to_string().as_str())];
    let texts =
        |texts: &[&str], are_good: bool| texts.iter().map(|text| (Value::from(*text), are_good)).collect::<Vec<_>>();
    let is_settled_on = fact.settlement;
    match fact.kind {
        Kind::Money | Kind::Ratio | Kind::Number | Kind::Days => {
            let good = [min, max, min + unit, max - unit];
            let bad =
                [min - unit, max + unit, min + finer, -Decimal::ONE, Decimal::MAX, Decimal::MIN, Decimal::new(1, 28)];
            let mut values: Vec<(Value, bool)> = good.into_iter().flat_map(both).map(|value| (value, true)).collect();
            values.extend(bad.into_iter().flat_map(both).map(|value| (value, false)));
            values.extend(texts(
                &["", "1e3", "NaN", "inf", "-0.001", "0x1", "1_000", "1,00", "1 0", "--1", ".", "一", "true"],
                false,
            ));
            // what people write is that number, and has its bounds
            let is_good = |number: Decimal| number >= min && number <= max && number.scale() <= fact.kind.places();
            let one = [" 1", "1 ", "+1", "１", "1.", "1.00000000000"].map(|text| (text, Decimal::ONE));
            let others = [("1,000", Decimal::from(1000)), (".5", Decimal::new(5, 1)), ("(1)", -Decimal::ONE)];
            let read = one.into_iter().chain(others);
            values.extend(read.map(|(text, number)| (Value::from(text), is_good(number))));
            values.push((true.into(), false));
            values
        }
        Kind::Date => {
            let mut values = texts(&["2025-01-01", "2024-02-29", "1800-01-01", "2999-12-31"], true);
            values.extend(texts(&["2025-1-1", "20250101", "2025/1/1", "2025年1月1日", "2025-01-01T00:00:00"], true));
            values.extend(texts(
                &[
                    "2025-02-30",
                    "2025-02-29",
                    "2025-13-01",
                    "2025-00-01",
                    "0000-01-01",
                    "1799-12-31",
                    "3000-01-01",
                    "",
                    "today",
                    "01/01/2025",
                    "2025-01-01x",
                ],
                false,
            ));
            values.extend(texts(&["2025-01-01 23:59:59"], is_settled_on));
            values.extend(texts(&["2025-01-01 24:00:00", "2025-01-01 12:60:00", "2025-01-01 noon"], false));
            values.extend([(true.into(), false), (20_250_101_u32.into(), false)]);
            values
        }
        Kind::YesNo => {
            let mut values = texts(&["true", "false", "yes", "True", " no ", "是", "否"], true);
            values.extend(texts(&["1", "0", "", "maybe", "不是"], false));
            values.extend([(true.into(), true), (false.into(), true), (1_u32.into(), false)]);
            values
        }
        Kind::Category => {
            let mut values = texts(fact.values, true);
            values.extend(texts(&["something-else", "快递员"], fact.is_open()));
            values.push((true.into(), false));
            values
        }
    }
}

/// A pack's own facts are known only to the pack: it refuses what it cannot have when it decides.
#[test]
fn a_pack_refuses_what_its_own_facts_can_not_be() {
    for pack in SHELF.iter() {
        for fact in pack.facts.iter().filter(|fact| fact.is_own) {
            let unit = Decimal::new(1, fact.kind.places());
            let (good, bad): (Vec<Value>, Vec<Value>) = match fact.kind {
                Kind::Money | Kind::Ratio | Kind::Number | Kind::Days => (
                    vec![fact.min.into(), fact.max.into()],
                    vec![(fact.min - unit).into(), (fact.max + unit).into(), "many".into(), true.into()],
                ),
                Kind::Date => (vec!["2025-10-08".into()], vec!["2025-02-30".into(), true.into(), 1_u32.into()]),
                Kind::YesNo => (vec![true.into(), "false".into()], vec!["maybe".into(), 1_u32.into()]),
                Kind::Category => {
                    let (mut good, mut bad) = (vec![Value::from(fact.values[0].as_str())], vec![true.into()]);
                    if fact.is_open { &mut good } else { &mut bad }.push("something-else".into());
                    (good, bad)
                }
            };
            let decide = |value: Value| -> Result<(), Error> {
                let told = Told {
                    id: "C".to_owned(),
                    plan: pack.plan.id(),
                    cover_id: "E".to_owned(),
                    cover: vec![("coverage_start".to_owned(), Value::Date(pack.plan.effective().from))],
                    claim: vec![("event_date".to_owned(), Value::Date(pack.plan.effective().from))],
                };
                let told = told.with(fact, value);
                pack.plan.decide(&told.enrollment(), &told.claim(), &Accumulators::new()).map(|_| ())
            };
            for value in good {
                assert_eq!(decide(value.clone()), Ok(()), "{}: {} = {value:?}", pack.file, fact.name);
            }
            for value in bad {
                let is_read = decide(value.clone());
                assert!(is_read.is_err_and(|refused| refused.is_fact()), "{}: {} = {value:?}", pack.file, fact.name);
            }
        }
    }
}

/// Any number at all is taken as it is, or refused.
#[test]
fn a_number_is_taken_as_it_is_or_refused() {
    let numbers = (any::<i64>(), 0_u32..=28).prop_map(|(coefficient, scale)| Decimal::new(coefficient, scale));
    let facts = prop::sample::select(vec!["personal_burden", "hospital_days", "disability_grade", "pool_prop_selfpay"]);
    let tried = TestRunner::new(config(256)).run(&(facts, numbers), |(name, number)| {
        let fact = StandardFact::named(name).unwrap();
        let max = fact.max.map_or(widest(fact.kind), Decimal::from);
        let fits =
            number >= Decimal::from(fact.min) && number <= max && number.normalize().scale() <= fact.kind.places();
        match Claim::new("C").with(name, number) {
            Ok(claim) => {
                prop_assert!(fits, "{name} = {number}");
                prop_assert_eq!(claim.fact(name), Some(&Value::Number(number)));
            }
            Err(refused) => prop_assert!(!fits && refused.is_fact(), "{name} = {number}: {refused}"),
        }
        Ok(())
    });
    tried.unwrap_or_else(|broken| panic!("{broken}"));
}

/// Whatever is within the bounds is decided: no sum overflows, no date leaves the calendar.
#[test]
fn whatever_is_within_the_bounds_is_decided() {
    over_every_pack(Telling::sound(3), |pack, told| {
        let told: Vec<Told> = told.iter().map(|told| at_the_top(pack, told)).collect();
        // An error would be a panic here.
        prop_assert_eq!(decide_in_turn(pack, &told).len(), told.len());
        Ok(())
    });
}

/// The same with every number that is told at its most.
fn at_the_top(pack: &super::shelf::Pack, told: &Told) -> Told {
    let numbers =
        pack.facts.iter().filter(|fact| matches!(fact.kind, Kind::Money | Kind::Number | Kind::Days | Kind::Ratio));
    numbers.filter(|fact| told.value(&fact.name).is_some()).fold(told.clone(), |told, fact| told.with(fact, fact.max))
}
