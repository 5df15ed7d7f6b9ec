//! A second opinion on every plan.
//!
//! The modules below decide claims from the text of the rules alone: by hand, plan by plan, on exact fractions, with figures
//! typed in from the printed clauses. They share no code with the engine. They must never be edited to agree with it: where the
//! two differ, one of them is wrong, and a difference is investigated until the rules say which.

#[cfg(feature = "batch")]
pub(crate) mod account;
pub(crate) mod amounts;
#[cfg(feature = "batch")]
pub(crate) mod answer;
pub(crate) mod calendar;
mod cases;
pub(crate) mod claims;
pub(crate) mod disability;
pub(crate) mod draw;
#[cfg(feature = "batch")]
pub(crate) mod duplicate;
#[cfg(feature = "batch")]
mod every_step;
pub(crate) mod exact;
pub(crate) mod facts;
#[cfg(feature = "batch")]
mod files;
pub(crate) mod gansu_comprehensive;
pub(crate) mod guangdong_accident;
pub(crate) mod guangdong_critical_illness;
pub(crate) mod guangdong_hospital_allowance;
pub(crate) mod guangdong_second_medical;
pub(crate) mod guangdong_self_funded;
pub(crate) mod guangdong_womens_illness;
pub(crate) mod henan_accident;
#[cfg(feature = "batch")]
pub(crate) mod joint;
#[cfg(feature = "batch")]
pub(crate) mod late;
#[cfg(feature = "batch")]
pub(crate) mod level;
#[cfg(feature = "batch")]
pub(crate) mod member;
pub(crate) mod ningbo_critical;
pub(crate) mod ningbo_hospital;
#[cfg(feature = "batch")]
pub(crate) mod open;
#[cfg(feature = "batch")]
pub(crate) mod order;
#[cfg(feature = "batch")]
pub(crate) mod overlap;
#[cfg(feature = "batch")]
pub(crate) mod person;
pub(crate) mod population;
#[cfg(feature = "batch")]
mod received;
pub(crate) mod record;
#[cfg(feature = "batch")]
pub(crate) mod situations;
#[cfg(feature = "batch")]
pub(crate) mod spelling;
pub(crate) mod truth;
pub(crate) mod verdict;
pub(crate) mod wuxi_return_allowance;
pub(crate) mod wuxi_xixinbao;

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::{self, Write};
use std::path::Path;

use huzhu::{Accumulators, Adjudication, Catalog, Claim, Enrollment};
use num_bigint::BigInt;
use rust_decimal::Decimal;

use self::calendar::day;
use self::draw::Draw;
use self::exact::{Exact, fraction, nothing};
use self::facts::{Facts, Value};
use self::population::{PLANS, Plan, history};
use self::record::Record;
use self::verdict::{Decision, Verdict};

const CLAIMS: usize = 10_000;
const MANY_CLAIMS: usize = 100_000;
const SEED: u64 = 20_250_508;
/// Of each decision that a plan can give, one in so many, so that no plan passes unasked.
const LEAST_OF_EACH_DECISION: usize = 1_000;
/// Differences of one kind that are written out; the rest are only counted.
const DIFFERENCES_SHOWN: usize = 2;

#[test]
fn the_engine_decides_every_claim_as_the_rules_do() -> Result<(), Box<dyn Error>> {
    decided_as_the_rules_do(CLAIMS)
}

#[test]
#[ignore = "it takes long: the same of a hundred thousand claims"]
fn the_engine_decides_every_claim_of_many_as_the_rules_do() -> Result<(), Box<dyn Error>> {
    decided_as_the_rules_do(MANY_CLAIMS)
}

fn decided_as_the_rules_do(claims: usize) -> Result<(), Box<dyn Error>> {
    let catalog = Catalog::load(Path::new("rules"))?;
    let mut census = Census::default();
    let mut draw = Draw::seeded(SEED);
    for plan in PLANS.iter().cycle() {
        if census.decided == claims {
            break;
        }
        decide_history(&catalog, plan, &mut draw, &mut census, claims)?;
    }
    println!("{census}");
    assert!(census.differences.is_empty(), "{census}");
    for plan in PLANS {
        for decision in plan.can_give {
            let seen = census.decisions.get(&(plan.title, *decision)).copied().unwrap_or(0);
            assert!(seen * LEAST_OF_EACH_DECISION >= claims, "{}: {decision:?} was seen only {seen} times", plan.title);
        }
    }
    Ok(())
}

#[test]
fn every_pack_that_comes_with_the_program_has_a_second_opinion() -> Result<(), Box<dyn Error>> {
    let mut asked = 0;
    for entry in Path::new("rules").read_dir()? {
        let name = entry?.file_name().into_string().map_err(|name| format!("{name:?} is no text"))?;
        let is_of_something_else = name.ends_with(".cases.toml") || name.ends_with(".joint.toml");
        if let Some(pack) = name.strip_suffix(".toml").filter(|_| !is_of_something_else) {
            let title = pack.replacen('.', " ", 1);
            assert!(PLANS.iter().any(|plan| plan.title == title), "{title}");
            asked += 1;
        }
    }
    assert_eq!(asked, PLANS.len());
    Ok(())
}

/// Decides one member's claims twice, each side with its own record of the earlier ones.
fn decide_history(
    catalog: &Catalog,
    plan: &Plan,
    draw: &mut Draw,
    census: &mut Census,
    claims: usize,
) -> Result<(), Box<dyn Error>> {
    let mut accumulators = Accumulators::new();
    let mut record = Record::default();
    let mut story = String::new();
    for (index, facts) in history(plan, draw).into_iter().enumerate() {
        if census.decided == claims {
            break;
        }
        let expected = (plan.decide)(&facts, &record);
        let decided = decide_by_engine(catalog, plan, &facts, index, &mut accumulators)?;
        write!(story, "  claim {index}\n{facts}    by the rules: {expected}\n    by the engine: {decided}\n")?;
        census.count(plan, &expected, &decided, &story);
        if !decided.agrees_with(&expected) {
            // From here on the two records differ, so what follows says nothing new.
            break;
        }
        record.enter(&facts, expected);
    }
    Ok(())
}

/// What the engine made of a claim.
struct Decided {
    decision: Decision,
    payable: Exact,
    paid: BTreeMap<String, Exact>,
}

fn decide_by_engine(
    catalog: &Catalog,
    plan: &Plan,
    facts: &Facts,
    index: usize,
    accumulators: &mut Accumulators,
) -> Result<Decided, Box<dyn Error>> {
    let enrollment = enrollment_of(plan, facts)?;
    let claim = claim_of(facts, index)?;
    let adjudication = catalog.resolve(&enrollment, &claim)?.adjudicate(&enrollment, &claim, accumulators)?;
    if let Some(posting) = adjudication.posting() {
        accumulators.post(posting)?;
    }
    Ok(Decided::from(&adjudication))
}

fn enrollment_of(plan: &Plan, facts: &Facts) -> Result<Enrollment, Box<dyn Error>> {
    let mut enrollment = Enrollment::new(facts.enrollment_id, plan.id, "M1");
    for (name, value) in &facts.enrollment {
        enrollment = match *value {
            Value::Money(_) => enrollment.with(name, value.to_string().as_str())?,
            Value::Whole(number) => enrollment.with(name, number)?,
            Value::YesNo(is_so) => enrollment.with(name, is_so)?,
            Value::Date(date) => enrollment.with(name, date)?,
            Value::Word(word) => enrollment.with(name, word)?,
        };
    }
    Ok(enrollment)
}

fn claim_of(facts: &Facts, index: usize) -> Result<Claim, Box<dyn Error>> {
    let mut claim = Claim::new(&format!("C{index}"));
    for (name, value) in &facts.claim {
        claim = match *value {
            Value::Money(_) => claim.with(name, value.to_string().as_str())?,
            Value::Whole(number) => claim.with(name, number)?,
            Value::YesNo(is_so) => claim.with(name, is_so)?,
            Value::Date(date) => claim.with(name, date)?,
            Value::Word(word) => claim.with(name, word)?,
        };
    }
    Ok(claim)
}

impl From<&Adjudication> for Decided {
    fn from(adjudication: &Adjudication) -> Self {
        let decision = match adjudication.decision() {
            huzhu::Decision::Paid => Decision::Paid,
            huzhu::Decision::NothingDue => Decision::NothingDue,
            huzhu::Decision::Denied => Decision::Denied,
            huzhu::Decision::Pended => Decision::Pended,
            huzhu::Decision::Reversed => panic!("no claim of these reverses another"),
        };
        let benefits = adjudication.benefits().iter();
        let paid = benefits.map(|benefit| (benefit.id().to_string(), exact(benefit.paid()))).collect();
        Self { decision, payable: exact(adjudication.payable()), paid }
    }
}

fn exact(amount: Decimal) -> Exact {
    Exact::new(BigInt::from(amount.mantissa()), BigInt::from(10).pow(amount.scale()))
}

impl Decided {
    /// A benefit that does not apply is not listed, and pays nothing.
    fn agrees_with(&self, expected: &Verdict) -> bool {
        let is_decided = matches!(expected.decision, Decision::Paid | Decision::NothingDue);
        let pays_the_same = || {
            let listed = self.paid.keys().map(String::as_str);
            let due = expected.payout.iter().map(|(benefit, _)| *benefit);
            listed
                .chain(due)
                .all(|benefit| self.paid.get(benefit).cloned().unwrap_or_else(nothing) == expected.paid_by(benefit))
        };
        self.decision == expected.decision && self.payable == expected.payable() && (!is_decided || pays_the_same())
    }
}

impl fmt::Display for Decided {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?} {}", self.decision, self.payable)?;
        for (benefit, paid) in &self.paid {
            write!(formatter, ", {benefit} {paid}")?;
        }
        Ok(())
    }
}

/// What was seen.
#[derive(Default)]
struct Census {
    decided: usize,
    decisions: BTreeMap<(&'static str, Decision), usize>,
    different: BTreeMap<(&'static str, Decision, Decision), usize>,
    differences: Vec<String>,
}

impl Census {
    fn count(&mut self, plan: &Plan, expected: &Verdict, decided: &Decided, story: &str) {
        self.decided += 1;
        *self.decisions.entry((plan.title, expected.decision)).or_default() += 1;
        if decided.agrees_with(expected) {
            return;
        }
        let seen = self.different.entry((plan.title, expected.decision, decided.decision)).or_default();
        *seen += 1;
        if *seen <= DIFFERENCES_SHOWN {
            self.differences.push(format!("{}\n{story}", plan.title));
        }
    }
}

impl fmt::Display for Census {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{} claims", self.decided)?;
        for ((plan, decision), seen) in &self.decisions {
            writeln!(formatter, "{seen:6} {decision:?}: {plan}")?;
        }
        for ((plan, expected, decided), seen) in &self.different {
            writeln!(formatter, "{seen:6} {expected:?} by the rules, {decided:?} by the engine: {plan}")?;
        }
        for difference in &self.differences {
            writeln!(formatter, "{difference}")?;
        }
        Ok(())
    }
}

// ── the oracle itself, on payouts that are in print ──────────────────────

#[test]
fn the_courier_zhao_is_paid_as_printed() {
    let facts = case(
        &[
            ("shares", Value::Whole(2)),
            ("birth_date", Value::Date(day(1990, 5, 5))),
            ("coverage_start", Value::Date(day(2025, 1, 1))),
            ("coverage_end", Value::Date(day(2025, 12, 31))),
        ],
        &[
            ("event_date", Value::Date(day(2025, 1, 10))),
            ("cause", Value::Word("accident")),
            ("total_cost", Value::Money(956_646)),
            ("fund_paid", Value::Money(754_659)),
            ("hospital_days", Value::Whole(51)),
        ],
    );
    let verdict = henan_accident::decide(&facts, &Record::default());
    assert_eq!(verdict.paid_by("hospital-medical"), fraction(201_987, 100));
    assert_eq!(verdict.paid_by("hospital-allowance"), fraction(510_000, 100));
    assert_eq!(verdict.payable(), fraction(711_987, 100));
}

#[test]
fn the_family_of_the_truck_driver_xu_is_paid_as_printed() {
    let facts = case(
        &[
            ("occupation", Value::Word("truck-driver")),
            ("coverage_start", Value::Date(day(2022, 1, 1))),
            ("coverage_end", Value::Date(day(2022, 12, 31))),
        ],
        &[
            ("event_date", Value::Date(day(2022, 9, 2))),
            ("cause", Value::Word("accident")),
            ("death", Value::YesNo(true)),
        ],
    );
    let verdict = gansu_comprehensive::decide(&facts, &Record::default());
    assert_eq!(verdict.payable(), fraction(300_000, 1));
}

fn case(enrollment: &[(&'static str, Value)], claim: &[(&'static str, Value)]) -> Facts {
    Facts {
        enrollment_id: "E1",
        enrollment: enrollment.iter().copied().collect(),
        claim: claim.iter().copied().collect(),
    }
}
