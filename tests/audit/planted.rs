//! Errors as other systems make them, at known rows. None is made by the code that finds it: rules are changed in the text of the pack, facts in
//! the files, and what has no words in a pack is worked out by hand.

use std::collections::BTreeMap;

use huzhu::Code;

use super::world::{Row, World, catalog, yuan};

/// What is recorded, and where it is wrong.
pub(crate) struct Planted {
    /// The rows of the recorded payouts.
    pub(crate) recorded: Vec<String>,
    /// By claim: the cause, and what is recorded, in fen.
    pub(crate) errors: BTreeMap<String, (Code, Option<i64>)>,
}

type Amounts = BTreeMap<String, i64>;

pub(crate) fn plant(world: &World, of_each: usize) -> Planted {
    let (due, benefits) = world.decided(&world.catalog, &world.rows);
    let mut errors: BTreeMap<String, (Code, Option<i64>)> = BTreeMap::new();
    let mut plant = |cause: Code, other: Amounts| {
        let differing = other.into_iter().filter(|(id, amount)| due.get(id).is_some_and(|due| due != amount));
        let free: Vec<_> = differing.filter(|(id, _)| !errors.contains_key(id)).collect();
        let step = (free.len() / of_each.max(1)).max(1); // not all from the first members
        for (id, amount) in free.into_iter().step_by(step).take(of_each) {
            errors.insert(id, (cause, Some(amount)));
        }
    };
    // The rarer kinds choose first.
    plant(Code::OrderOfClaims, in_reverse(world));
    for (cause, text, other) in RULES {
        plant(*cause, by_rules(world, text, other));
    }
    for (cause, change) in FACTS {
        plant(*cause, by_facts(world, *change));
    }
    plant(Code::RoundingBinary, by_hand(world, &due, in_binary));
    plant(Code::RoundingEachStep, by_hand(world, &due, at_each_step));
    plant(Code::BenefitLeftOut, of_benefit(&due, &benefits, -1));
    plant(Code::BenefitTwice, of_benefit(&due, &benefits, 1));
    let paid = || due.iter().filter(|(_, fen)| **fen > 0).map(|(id, fen)| (id.clone(), *fen));
    plant(Code::SignReversed, paid().map(|(id, fen)| (id, -fen)).collect());
    plant(Code::PointMoved, paid().map(|(id, fen)| (id, if fen % 100 == 0 { fen / 100 } else { fen * 10 })).collect());
    plant(Code::DigitsSwapped, paid().map(|(id, fen)| (id, swapped(fen))).collect());
    let mut recorded: Vec<String> = Vec::new();
    for (id, fen) in &due {
        let amount = errors.get(id).and_then(|(_, amount)| *amount).unwrap_or(*fen);
        recorded.push(format!("{id},{}", yuan(amount)));
    }
    of_records(world, of_each, &due, &mut recorded, &mut errors);
    Planted { recorded, errors }
}

/// What is wrong with the records themselves: a row too many, a row too few, a row of nothing.
fn of_records(
    world: &World,
    of_each: usize,
    due: &Amounts,
    recorded: &mut Vec<String>,
    errors: &mut BTreeMap<String, (Code, Option<i64>)>,
) {
    let clean: Vec<(String, i64)> = due
        .iter()
        .filter(|(id, fen)| **fen > 0 && !errors.contains_key(*id))
        .map(|(id, fen)| (id.clone(), *fen))
        .collect();
    for (id, fen) in clean.iter().take(of_each) {
        recorded.push(format!("{id},{}", yuan(*fen)));
        errors.insert(id.clone(), (Code::PaidAgain, Some(*fen)));
    }
    for (id, _) in clean.iter().skip(of_each).take(of_each) {
        recorded.retain(|row| !row.starts_with(&format!("{id},")));
        errors.insert(id.clone(), (Code::NotRecorded, None));
    }
    for number in 0..of_each {
        recorded.push(format!("X{number},77.00"));
        errors.insert(format!("X{number}"), (Code::NoSuchClaim, Some(7_700)));
    }
    let unknown: Vec<String> = (0..of_each).map(|number| format!("U{number}")).collect();
    world.add_claims_without_enrollment(&unknown);
    for id in unknown {
        recorded.push(format!("{id},88.00"));
        errors.insert(id, (Code::UnknownEnrollment, Some(8_800)));
    }
}

const PERIOD: &str = "limit = \"medical_limit * shares\", per = \"period\"";
const ACCIDENT_ONLY: &str = "require    = \"cause = accident\"";

/// Words of the pack, and what another system has in their place.
const RULES: &[(Code, &str, &str)] = &[
    (Code::WaitingOffByADay, "\"30 days\"", "\"29 days\""),
    (Code::WaitingOffByADay, "\"30 days\"", "\"31 days\""),
    (Code::LimitPerClaim, PERIOD, "limit = \"medical_limit * shares\", per = \"claim\""),
    (Code::LimitIgnored, "\"5_000 yuan\"", "\"500_000 yuan\""),
    (Code::SharesUncapped, "value      = 2\n", "value      = 1000\n"),
    (Code::WaitingMissed, "\"30 days\"", "\"0 days\""),
    (Code::ConditionIgnored, ACCIDENT_ONLY, "require    = \"cause in [accident, illness]\""),
    (Code::DeductibleMissed, "\"100 yuan\"", "\"0 yuan\""),
    (Code::DeductibleTwice, "\"100 yuan\"", "\"200 yuan\""),
    (Code::DeductibleAfterRate, BEFORE, AFTER),
    (Code::RoundingMode, "\"half-up\"", "\"down\""),
    (Code::RoundingPlace, "\"0.01 yuan\"", "\"1 yuan\""),
];
const BEFORE: &str =
    "  { deductible = \"deductible\", per = \"claim\" },\n  { pay = \"insured_rate\" },\n  { pay = \"co_rate\" },\n";
const AFTER: &str =
    "  { pay = \"insured_rate\" },\n  { pay = \"co_rate\" },\n  { deductible = \"deductible\", per = \"claim\" },\n";

fn by_rules(world: &World, text: &str, other: &str) -> Amounts {
    let changed = catalog(|pack| {
        assert!(pack.contains(text), "the pack has no `{text}`");
        pack.replace(text, other)
    });
    world.otherwise(&changed, &world.rows)
}

type Change = fn(&mut Row);

/// What another system reads otherwise.
const FACTS: &[(Code, Change)] = &[
    (Code::PriorNotCounted, |row| {
        row.member = format!("M{}", row.id);
        row.enrollment = format!("E{}", row.id);
    }),
    (Code::VersionOther, |row| row.pinned = Some(3 - row.version)),
    (Code::DaysOffByOne, |row| row.days += 1),
    (Code::BaseBeforeOthers, |row| {
        row.burden += row.other;
        row.other = 0;
    }),
    (Code::BaseTotalCost, |row| {
        row.burden = row.total;
        (row.fund, row.other) = (0, 0);
    }),
];

fn by_facts(world: &World, change: Change) -> Amounts {
    let mut rows = world.rows.clone();
    rows.iter_mut().for_each(change);
    world.otherwise(&world.catalog, &rows)
}

/// Claims of one day are decided by their ids; here the other way round.
fn in_reverse(world: &World) -> Amounts {
    let turned = |id: &str| -> String {
        let digits =
            id.chars().map(|sign| sign.to_digit(10).map_or(sign, |digit| char::from_digit(9 - digit, 10).unwrap()));
        digits.collect()
    };
    let rows: Vec<Row> = world.rows.iter().map(|row| Row { id: turned(&row.id), ..row.clone() }).collect();
    world.otherwise(&world.catalog, &rows).into_iter().map(|(id, fen)| (turned(&id), fen)).collect()
}

/// One benefit more or less, of claims that have both.
fn of_benefit(due: &Amounts, benefits: &BTreeMap<(String, String), i64>, times: i64) -> Amounts {
    let of = |id: &str, benefit: &str| benefits.get(&(id.to_owned(), benefit.to_owned())).copied().unwrap_or_default();
    let both = due.iter().filter(|(id, _)| of(id, "medical") > 0 && of(id, "allowance") > 0);
    both.map(|(id, fen)| (id.clone(), fen + times * of(id, "allowance"))).collect()
}

/// The costs of a claim and its rate, where no limit binds: worked out by hand and recognised by what is due.
fn by_hand(world: &World, due: &Amounts, otherwise: fn(i64, i64) -> i64) -> Amounts {
    let mut amounts = Amounts::new();
    for row in &world.rows {
        let (above, rate) = ((row.burden - 10_000).max(0), if row.version == 1 { 75 } else { 80 });
        let allowance = 5_000 * i64::try_from(row.days * row.shares.min(2)).unwrap();
        let exact = (above * rate * 85 + 5_000).div_euclid(10_000) + allowance;
        if due.get(&row.id) == Some(&exact) {
            amounts.insert(row.id.clone(), otherwise(above, rate) + allowance);
        }
    }
    amounts
}

fn at_each_step(above: i64, rate: i64) -> i64 {
    let insured = (above * rate + 50).div_euclid(100);
    (insured * 85 + 50).div_euclid(100)
}

#[expect(
    clippy::float_arithmetic,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::as_conversions,
    reason = "the error itself"
)]
fn in_binary(above: i64, rate: i64) -> i64 {
    let paid = above as f64 / 100.0 * (rate as f64 / 100.0) * 0.85;
    (paid * 100.0).round() as i64
}

/// The first two neighbours that differ, exchanged.
fn swapped(fen: i64) -> i64 {
    let mut digits = fen.to_string().into_bytes();
    if let Some(place) = (1..digits.len()).find(|place| digits[*place] != digits[place - 1]) {
        digits.swap(place, place - 1);
    }
    String::from_utf8(digits).unwrap().parse().unwrap()
}
