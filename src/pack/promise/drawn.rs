//! Drawn packs and claims, on which it is tried that what is proven is kept.

#![expect(clippy::arithmetic_side_effects, reason = "the numbers drawn here are small")]

use std::fmt::Write as _;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::tried::Dice;
use crate::claim::Claim;
use crate::fact::Value;
use crate::plan::Plan;

pub(super) fn day(number: u32) -> Value {
    Value::Date(date(number))
}

/// The day of 2025, or of the years after.
pub(super) fn date(number: u32) -> NaiveDate {
    let first = NaiveDate::from_yo_opt(2025, 1).unwrap();
    first + chrono::Days::new(u64::from(number - 1))
}

pub(super) fn a_claim(plan: &Plan, id: &str, date: u32, dice: &mut Dice) -> Claim {
    let amount = |dice: &mut Dice| match between(dice, 0, 4) {
        0 => Decimal::from(between(dice, 0, 8) * 50),
        1 => Decimal::new(between(dice, 0, 800) * 50, 2),
        2 => Decimal::new(between(dice, 0, 40_000), 2),
        3 => Decimal::new(between(dice, 0, 300), 2),
        _ => Decimal::ZERO,
    };
    let (cost, lump) = (amount(dice), amount(dice));
    let facts = [
        ("cost", Value::from(cost)),
        ("lump", Value::from(lump)),
        ("kind_of_loss", Value::from(u32::try_from(between(dice, 1, 3)).unwrap())),
        ("is_severe", Value::from(chance(dice, 50))),
    ];
    let claim = Claim::new(id).with("event_date", day(date)).unwrap();
    let read = facts.into_iter().filter(|(fact, _)| plan.reads(fact));
    read.fold(claim, |claim, (fact, value)| claim.with(fact, value).unwrap())
}

/// What a drawn pack may name; what it does not name is left out.
const NAMED: [(&str, &str); 9] = [
    (
        "ladder",
        "[bands.ladder]\nkind = \"marginal\"\nrows = [{ above = \"0 yuan\", up_to = \"100 yuan\", pays = \"35%\" }, { above = \"100 yuan\", up_to = \"200 yuan\", pays = \"100%\" }, { above = \"200 yuan\", pays = \"80%\" }]\n",
    ),
    ("cost", "[fact.cost]\nof = \"claim\"\ntype = \"money\"\nmin = \"0 yuan\"\nmax = \"1_000 yuan\"\n"),
    ("lump", "[fact.lump]\nof = \"claim\"\ntype = \"money\"\nmin = \"0 yuan\"\nmax = \"1_000 yuan\"\n"),
    ("is_severe", "[fact.is_severe]\nof = \"claim\"\ntype = \"yes-no\"\n"),
    ("ratio", "[table.ratio]\nby = \"kind_of_loss\"\nrows = { 1 = \"100%\", 2 = \"35%\", 3 = \"0%\" }\n"),
    ("kind_of_loss", "[fact.kind_of_loss]\nof = \"claim\"\ntype = \"number\"\nmin = 1\nmax = 3\n"),
    ("sum_a", "[figure.sum_a]\nvalue = \"150 yuan\"\n"),
    ("sum_b", "[figure.sum_b]\nvalue = \"200 yuan\"\n"),
    ("rate", "[figure.rate]\nvalue = \"35%\"\n"),
];
const CITED: &str = "clause = \"c\"\nprovenance = \"stated\"\n";
const TITLED: &str = "title = { zh = \"t\", en = \"t\" }\n";
const SCOPES: [&str; 5] = ["claim", "event", "event", "period", "life"];

/// `more_steps` are drawn beside the others. Benefits with limits, deductions and counts of earlier claims, some of which come to the same in any order.
pub(super) fn a_pack(more_steps: &[&str], dice: &mut Dice) -> String {
    let mode = one_of(dice, &["half-up", "half-up", "half-even", "down", "up"]);
    let to = one_of(dice, &["0.01 yuan", "0.01 yuan", "1 yuan"]);
    let mut text = format!(
        "[plan]\nid = \"drawn\"\n{TITLED}effective = {{ from = 2025-01-01, by = \"coverage_start\" }}\n\
         rounding = {{ to = \"{to}\", mode = \"{mode}\", clause = \"c\", provenance = \"stated\" }}\n"
    );
    let benefits = between(dice, 1, 4);
    for benefit in 0..benefits {
        let mut steps: Vec<String> = Vec::new();
        for _ in 0..between(dice, 0, 2) {
            let step = if !more_steps.is_empty() && chance(dice, 30) {
                one_of(dice, more_steps).to_owned()
            } else {
                a_step(benefit, benefits, dice)
            };
            steps.push(step);
        }
        let (when, gross) = (a_when(benefit, benefits, dice), a_gross(dice));
        let rounding = if chance(dice, 10) {
            "rounding = { to = \"1 yuan\", mode = \"half-up\", clause = \"c\", provenance = \"stated\" }\n"
        } else {
            ""
        };
        write!(
            text,
            "\n[[benefit]]\nid = \"b{benefit}\"\n{TITLED}when = \"{when}\"\ngross = \"{gross}\"\n{rounding}{CITED}steps = [{}]\n",
            steps.join(", ")
        )
        .unwrap();
    }
    for limit in 0..between(dice, 0, 3) {
        let mut over: Vec<i64> = (0..benefits).filter(|_| chance(dice, 70)).collect();
        if chance(dice, 50) {
            over = (0..benefits).collect();
        }
        if over.is_empty() {
            continue;
        }
        let over: Vec<String> = over.iter().map(|benefit| format!("\"b{benefit}\"")).collect();
        let (amount, per) = (an_amount(dice), one_of(dice, &SCOPES));
        write!(
            text,
            "\n[[limit]]\nid = \"l{limit}\"\n{TITLED}over = [{}]\namount = \"{amount}\"\nper = \"{per}\"\n{CITED}",
            over.join(", ")
        )
        .unwrap();
    }
    for (name, item) in NAMED {
        let is_named =
            |text: &str| text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').any(|word| word == name);
        if is_named(&text) {
            let cited = if item.starts_with("[fact") { "" } else { CITED };
            write!(text, "\n{item}{TITLED}{cited}").unwrap();
        }
    }
    text
}

fn an_amount(dice: &mut Dice) -> &'static str {
    if chance(dice, 4) {
        return "lump";
    }
    one_of(dice, &["sum_a", "sum_b", "sum_a * shares", "least(sum_a * shares, sum_b)"])
}

fn a_gross(dice: &mut Dice) -> &'static str {
    one_of(dice, &["cost", "lump", "sum_a", "sum_b * ratio", "cost + lump", "sum_a * shares", "greatest(cost, lump)"])
}

fn a_when(benefit: i64, benefits: i64, dice: &mut Dice) -> String {
    let any = between(dice, 0, benefits - 1);
    let plain = one_of(dice, &["is_severe", "not is_severe", "cost > 0 yuan", "kind_of_loss = 1", "lump < cost"]);
    match between(dice, 0, 15) {
        0 => format!("prior.count(b{any}, life) = prior.count(b{any}, event)"),
        1 => format!("{plain} and prior.count(b{any}, period) <= prior.count(b{any}, event)"),
        2 => format!("prior.count(b{any}, event) = 0"),
        3 => format!("{plain} and prior.paid(b{any}, event) - prior.paid(b{any}, life) < sum_a"),
        4 => format!("prior.paid(b{any}, event) < sum_a"),
        5 if benefit > 0 => format!("paid(b{}) > 0 yuan", between(dice, 0, benefit - 1)),
        6 => format!("{plain} and prior.count(b{any}, life) = 0"),
        _ => plain.to_owned(),
    }
}

fn a_step(benefit: i64, benefits: i64, dice: &mut Dice) -> String {
    let scope = one_of(dice, &SCOPES);
    let when = if chance(dice, 10) { ", when = \"is_severe\"" } else { "" };
    let amount = an_amount(dice);
    let earlier = |dice: &mut Dice| between(dice, 0, benefit - 1);
    match between(dice, 0, 12) {
        0 => format!("{{ pay = \"rate\"{when} }}"),
        1 => format!("{{ pay = \"ratio\"{when} }}"),
        2..=4 => format!("{{ limit = \"{amount}\", per = \"{scope}\"{when} }}"),
        5 | 6 => {
            format!("{{ less = \"prior.paid(b{benefit}, {})\"{when} }}", one_of(dice, &["event", "period", "life"]))
        }
        7 => format!("{{ less = \"prior.paid(b{}, event)\"{when} }}", between(dice, 0, benefits - 1)),
        8 if benefit > 0 => format!("{{ offset = [\"b{}\"], per = \"{scope}\"{when} }}", earlier(dice)),
        9 if benefit > 0 => format!("{{ exclusive = [\"b{}\"], per = \"{scope}\"{when} }}", earlier(dice)),
        10 if chance(dice, 30) => format!("{{ deductible = \"{amount}\", per = \"{scope}\"{when} }}"),
        11 => format!("{{ less = \"lump\"{when} }}"),
        _ => format!("{{ limit = \"{amount}\", per = \"{scope}\" }}"),
    }
}

pub(super) fn between(dice: &mut Dice, low: i64, high: i64) -> i64 {
    low + i64::from(dice.below(u32::try_from(high - low + 1).unwrap()))
}

/// Yes in so many cases of a hundred.
pub(super) fn chance(dice: &mut Dice, hundredths: u32) -> bool {
    dice.below(100) < hundredths
}

pub(super) fn one_of<T: Copy>(dice: &mut Dice, choices: &[T]) -> T {
    choices[usize::try_from(dice.below(u32::try_from(choices.len()).unwrap())).unwrap()]
}
