//! Law 9: over any history a limit is never exceeded, a deductible never taken twice, a share beyond the cap never counts.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate};
use huzhu::{Accumulators, Adjudication, BenefitLines, Catalog, Claim, Enrollment, Plan};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use rust_decimal::Decimal;

use super::balance::balances;
use super::law::{Decided, config, decide, decide_in_turn, over, over_every_pack, the_same_members};
use super::member::{Telling, Told};
use super::shelf::{CATALOG, SHELF};
use super::small;

// ── what the shipped plans may pay over a history ─────────────────────────

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Per {
    Claim,
    Cover,
    Life,
}

use Per::{Claim as PerClaim, Cover, Life};

/// All benefits of the plan.
const ALL: &[&str] = &[];

/// Plan, benefits, scope, most in yuan, and the most shares that it is multiplied by (0: it is for the member).
#[rustfmt::skip]
const CEILINGS: [Ceiling; 27] = [
    ("gansu-comprehensive",         &["death", "disability", "critical-illness", "hospital"], Cover, 300_000, 0),
    ("gansu-comprehensive",         &["relief"],                  Cover,     50_000, 0),
    ("gansu-comprehensive",         &["critical-illness"],        Life,      10_000, 0),
    ("gansu-comprehensive",         &["death"],                   Life,     300_000, 0),
    ("guangdong-accident",          ALL,                          Cover,     65_400, 0),
    ("guangdong-accident",          &["accidental-disability"],   Cover,     50_000, 0),
    ("guangdong-accident",          &["accident-medical"],        Cover,     10_000, 0),
    ("guangdong-accident",          &["accident-allowance"],      Cover,      5_400, 0), // 60 yuan × 90 days
    ("guangdong-critical-illness",  ALL,                          Cover,    195_000, 0),
    ("guangdong-critical-illness",  &["severe-illness"],          Life,     195_000, 0),
    ("guangdong-critical-illness",  &["mild-illness"],            Life,      58_500, 0), // 30% of 195,000
    ("guangdong-hospital-allowance", ALL,                         Cover,     10_800, 0), // 60 yuan × 180 days
    ("guangdong-second-medical",    ALL,                          Cover,    173_000, 0),
    ("guangdong-self-funded",       ALL,                          Cover,      8_000, 0),
    ("guangdong-womens-illness",    ALL,                          Cover,     54_000, 0),
    ("henan-accident",              ALL,                          Cover,     65_000, 2),
    ("henan-accident",              &["hospital-medical"],        Cover,     10_000, 2),
    ("henan-accident",              &["hospital-allowance"],      Cover,      5_000, 2), // 50 yuan × 100 days
    ("henan-accident",              &["death", "sudden-death"],   Life,     100_000, 0),
    ("ningbo-critical",             ALL,                          Cover,     10_000, 3),
    ("ningbo-hospital",             &["first-stay"],              Cover,        200, 0),
    ("wuxi-return-allowance",       ALL,                          Cover,        200, 0),
    ("wuxi-xixinbao",               &["death", "disability"],     Cover,    100_000, 0),
    ("wuxi-xixinbao",               &["death"],                   Life,     100_000, 0),
    ("wuxi-xixinbao",               &["hospital-allowance"],      PerClaim,   4_500, 0), // 50 yuan × 90 days
    ("wuxi-xixinbao",               &["hospital-allowance"],      Cover,      9_000, 0), // 50 yuan × 180 days
    ("wuxi-xixinbao",               ALL,                          PerClaim, 104_500, 0),
];

/// Plan, benefit, and the most claims of one cover in which it pays.
const COUNTS: [(&str, &str, usize); 4] = [
    ("gansu-comprehensive", "hospital", 2),
    ("guangdong-second-medical", "second-medical", 2),
    ("ningbo-hospital", "first-stay", 1),
    ("wuxi-return-allowance", "return-allowance", 1),
];

type Ceiling = (&'static str, &'static [&'static str], Per, i64, u32);

#[test]
fn a_limit_is_never_exceeded_over_any_history() {
    let known: BTreeSet<&str> = CEILINGS.iter().map(|(plan, ..)| *plan).collect();
    let plans: BTreeSet<&str> = CATALOG.plans().map(Plan::id).collect();
    assert_eq!(known, plans, "every plan has a ceiling");
    over_every_pack(Telling::sound(8), |pack, told| {
        let decided = decide_in_turn(pack, told);
        for ceiling in CEILINGS.iter().filter(|(plan, ..)| *plan == pack.plan.id()) {
            for (sum, room) in sums(ceiling, &decided) {
                prop_assert!(sum <= room, "{sum} is more than {room}, {ceiling:?}");
            }
        }
        for (_, benefit, most) in COUNTS.iter().filter(|(plan, ..)| *plan == pack.plan.id()) {
            let mut counts: BTreeMap<String, usize> = BTreeMap::new();
            for decided in decided.iter().filter(|decided| paid(decided, &[benefit]) > Decimal::ZERO) {
                *counts.entry(group(Cover, &decided.told)).or_default() += 1;
            }
            prop_assert!(counts.values().all(|count| count <= most), "{benefit} pays in {counts:?} claims");
        }
        Ok(())
    });
}

/// The ceilings are no wider than what histories come to: each is reached to the fen by members that are the same every time.
#[test]
fn every_limit_is_reached_by_some_history() {
    let mut never: BTreeSet<Ceiling> = CEILINGS.into_iter().collect();
    for pack in SHELF.iter() {
        for told in the_same_members(pack, Telling::sound(8), 200) {
            let decided = decide_in_turn(pack, &told);
            never.retain(|ceiling| {
                ceiling.0 != pack.plan.id() || sums(ceiling, &decided).iter().all(|(sum, room)| sum != room)
            });
        }
    }
    assert!(never.is_empty(), "no history came up to {never:#?}");
}

/// What was paid in each scope, and what may be.
fn sums((_, benefits, per, most, share_cap): &Ceiling, decided: &[Decided]) -> Vec<(Decimal, Decimal)> {
    let mut sums: BTreeMap<String, (Decimal, Decimal)> = BTreeMap::new();
    for decided in decided {
        let shares = decided.told.number("shares").unwrap_or(Decimal::ONE).min((*share_cap).max(1).into());
        let (sum, room) = sums.entry(group(*per, &decided.told)).or_default();
        *sum += paid(decided, benefits);
        *room = shares * Decimal::from(*most);
    }
    sums.into_values().collect()
}

fn group(per: Per, told: &Told) -> String {
    match per {
        PerClaim => told.id.clone(),
        Cover => told.cover_id.clone(),
        Life => "life".to_owned(),
    }
}

fn paid(decided: &Decided, benefits: &[&str]) -> Decimal {
    let lines = decided.adjudication.benefits().iter();
    lines.filter(|lines| benefits.is_empty() || benefits.contains(&lines.id())).map(BenefitLines::paid).sum()
}

#[test]
fn a_share_beyond_the_cap_never_counts() {
    let capped: Vec<_> = SHELF.iter().filter(|pack| pack.share_cap().is_some()).collect();
    assert!(capped.len() >= 7);
    for pack in capped {
        let cap = pack.share_cap().unwrap();
        assert_eq!(pack.says["enrollment"]["excess"], "void");
        over(pack, Telling::sound(2), |told| {
            let Some(shares) = pack.fact("shares") else { return Ok(()) };
            for decided in decide_in_turn(pack, told) {
                let at_the_cap = decide(pack, &decided.told.with(shares, cap), &decided.before);
                for more in [cap + Decimal::ONE, Decimal::from(1_000)] {
                    prop_assert_eq!(&decide(pack, &decided.told.with(shares, more), &decided.before), &at_the_cap);
                }
            }
            Ok(())
        });
    }
}

// ── small plans in every scope ────────────────────────────────────────────

/// One claim of a member, its amounts in fen.
#[derive(Debug, Clone)]
struct Spent {
    cover: NaiveDate,
    event: NaiveDate,
    care: i64,
    drugs: i64,
    death: bool,
}

/// Few days and covers, so that claims share them; covers from July to June, so that years part ways with them.
fn a_history() -> impl Strategy<Value = Vec<Spent>> {
    let days = prop::sample::select(vec![(2025, 7, 1), (2025, 8, 1), (2025, 12, 31), (2026, 1, 1), (2026, 6, 30)]);
    let amount = || prop_oneof![Just(0), Just(1), 0_i64..30_000, 0_i64..300_000, Just(50_000), Just(100_000)];
    let spent = (0_i32..3, days, amount(), amount(), prop::bool::weighted(0.2));
    let spent = spent.prop_map(|(years, (year, month, day), care, drugs, death)| Spent {
        cover: NaiveDate::from_ymd_opt(2025 + years, 7, 1).unwrap(),
        event: NaiveDate::from_ymd_opt(year + years, month, day).unwrap(),
        care,
        drugs,
        death,
    });
    prop::collection::vec(spent, 1..12)
}

impl Spent {
    fn group(&self, number: usize, scope: &str) -> String {
        match scope {
            "claim" => number.to_string(),
            "event" => self.event.to_string(),
            "period" => self.cover.to_string(),
            "calendar-year" => self.event.year().to_string(),
            "life" => String::new(),
            other => panic!("no scope is named {other}"),
        }
    }

    fn enrollment(&self, plan: &str) -> Enrollment {
        Enrollment::new("E", plan, "M").with("coverage_start", self.cover).unwrap()
    }

    fn claim(&self, number: usize) -> Claim {
        let claim = Claim::new(&number.to_string()).with("event_date", self.event).unwrap();
        let claim = claim.with("personal_burden", Decimal::new(self.care, 2)).unwrap();
        claim.with("self_funded", Decimal::new(self.drugs, 2)).unwrap().with("death", self.death).unwrap()
    }
}

const SCOPES: [&str; 5] = ["claim", "event", "period", "calendar-year", "life"];

/// The deductible and the limit of one benefit, and the limit over two.
#[test]
fn an_accumulated_deductible_is_never_taken_twice() {
    const OWN_PART: i64 = 50_000;
    for scope in SCOPES {
        let plan = small::plan(
            &r#"
            figure.own_part = { value = "500 yuan", @titled }
            benefit = [{ id = "care", when = "personal_burden >= 0 yuan", gross = "personal_burden", steps = [{ deductible = "own_part", per = "SCOPE" }], @titled }]
            "#
            .replace("SCOPE", scope),
        );
        let tried = TestRunner::new(config(64)).run(&a_history(), |history| {
            let mut accumulators = Accumulators::new();
            let mut open: BTreeMap<String, i64> = BTreeMap::new();
            for (number, spent) in history.iter().enumerate() {
                let open = open.entry(spent.group(number, scope)).or_insert(OWN_PART);
                let takes = spent.care.min(*open);
                *open -= takes;
                let adjudication =
                    plan.adjudicate(&spent.enrollment("small"), &spent.claim(number), &accumulators).unwrap();
                let line = &adjudication.benefits()[0].lines()[0];
                prop_assert_eq!(line.takes(), Decimal::new(takes, 2), "claim {} takes what is open", number);
                prop_assert_eq!(adjudication.payable(), Decimal::new(spent.care - takes, 2));
                accumulators.post(adjudication.posting().unwrap()).unwrap();
            }
            Ok(())
        });
        tried.unwrap_or_else(|broken| panic!("per {scope}: {broken}"));
    }
}

/// Care alone and both together, each within its own limit, whatever came before.
#[test]
fn a_limit_is_never_exceeded_in_any_scope() {
    let (own, both) = (Decimal::new(100_000, 2), Decimal::new(150_000, 2));
    for (scope, scope_of_both) in SCOPES.iter().flat_map(|scope| SCOPES.map(|other| (*scope, other))) {
        let plan = small::plan(
            &r#"
            figure.own_most = { value = "1_000 yuan", @titled }
            figure.most = { value = "1_500 yuan", @titled }
            benefit = [
                { id = "care", when = "personal_burden >= 0 yuan", gross = "personal_burden", steps = [{ limit = "own_most", per = "SCOPE" }], @titled },
                { id = "drugs", when = "self_funded >= 0 yuan", gross = "self_funded", @titled },
            ]
            limit = [{ id = "both", over = ["drugs", "care"], amount = "most", per = "OTHER", @titled }]
            "#
            .replace("SCOPE", scope)
            .replace("OTHER", scope_of_both),
        );
        let tried = TestRunner::new(config(16)).run(&a_history(), |history| {
            let mut accumulators = Accumulators::new();
            let mut used: BTreeMap<String, Decimal> = BTreeMap::new();
            let mut used_by_both: BTreeMap<String, Decimal> = BTreeMap::new();
            for (number, spent) in history.iter().enumerate() {
                let used = used.entry(spent.group(number, scope)).or_default();
                let used_by_both = used_by_both.entry(spent.group(number, scope_of_both)).or_default();
                let adjudication =
                    plan.adjudicate(&spent.enrollment("small"), &spent.claim(number), &accumulators).unwrap();
                let room = both - *used_by_both;
                let drugs = Decimal::new(spent.drugs, 2).min(room);
                let care = Decimal::new(spent.care, 2).min(own - *used).min(room - drugs);
                prop_assert_eq!(small::paid(&adjudication, "drugs"), drugs, "claim {}", number);
                prop_assert_eq!(small::paid(&adjudication, "care"), care, "claim {}", number);
                *used += care;
                *used_by_both += care + drugs;
                accumulators.post(adjudication.posting().unwrap()).unwrap();
            }
            prop_assert!(used.values().all(|used| *used <= own) && used_by_both.values().all(|used| *used <= both));
            Ok(())
        });
        tried.unwrap_or_else(|broken| panic!("per {scope} and per {scope_of_both}: {broken}"));
    }
}

// ── several plans together ────────────────────────────────────────────────

/// Two plans under a joint limit, the second served first; the first denies a claim for a death.
fn a_family(scope: &str) -> Catalog {
    let plan = |id: &str, gross: &str, condition: &str| {
        format!(
            r#"
            plan = {{ id = "{id}", title = {{ zh = "某", en = "some" }}, effective = {{ from = 2000-01-01, by = "coverage_start" }}, rounding = {{ to = "0.01 yuan", mode = "half-up", @cited }} }}
            benefit = [{{ id = "{id}-benefit", when = "{gross} >= 0 yuan", gross = "{gross}", @titled }}]
            {condition}
            "#
        )
    };
    let alive = r#"condition = [{ id = "alive", require = "not death", otherwise = "deny", text = { zh = "某", en = "some" }, @cited }]"#;
    let joint = format!(
        r#"joint = {{ id = "family", plans = ["drugs", "care"], amount = "1_000 yuan", per = "{scope}", @titled }}"#
    );
    let files = [
        ("care.toml".to_owned(), small::text(&plan("care", "personal_burden", alive))),
        ("drugs.toml".to_owned(), small::text(&plan("drugs", "self_funded", ""))),
        ("family.joint.toml".to_owned(), small::words(&joint)),
    ];
    Catalog::read(files.map(|(name, text)| (name, text.into_bytes()))).unwrap_or_else(|wrong| panic!("{wrong}"))
}

#[test]
fn a_joint_limit_is_never_exceeded_over_any_history() {
    let most = Decimal::new(100_000, 2);
    for scope in &SCOPES[1..] {
        let catalog = a_family(scope);
        let tried = TestRunner::new(config(64)).run(&a_history(), |history| {
            let (mut of_care, mut of_drugs) = (Accumulators::new(), Accumulators::new());
            let mut used: BTreeMap<String, Decimal> = BTreeMap::new();
            for (number, spent) in history.iter().enumerate() {
                let used = used.entry(spent.group(number, scope)).or_default();
                let covers = [(&spent.enrollment("care"), &of_care), (&spent.enrollment("drugs"), &of_drugs)];
                let together = catalog.adjudicate_together(&covers, &spent.claim(number)).unwrap();
                let drugs = Decimal::new(spent.drugs, 2).min(most - *used);
                let claimed = if spent.death { 0 } else { spent.care };
                let care = Decimal::new(claimed, 2).min(most - *used - drugs);
                let payable: Vec<Decimal> = together.iter().map(Adjudication::payable).collect();
                prop_assert_eq!(payable, [care, drugs], "claim {}", number);
                *used += care + drugs;
                for adjudication in &together {
                    balances(adjudication)?;
                }
                for (adjudication, accumulators) in together.iter().zip([&mut of_care, &mut of_drugs]) {
                    if let Some(posting) = adjudication.posting() {
                        accumulators.post(posting).unwrap();
                    }
                }
            }
            Ok(())
        });
        tried.unwrap_or_else(|broken| panic!("per {scope}: {broken}"));
    }
}

/// The six Guangdong plans pay at most 506,200 yuan together in a period.
#[test]
fn the_six_guangdong_plans_stay_within_their_joint_limit() {
    const PLANS: [&str; 6] = [
        "guangdong-second-medical",
        "guangdong-self-funded",
        "guangdong-accident",
        "guangdong-hospital-allowance",
        "guangdong-womens-illness",
        "guangdong-critical-illness",
    ];
    let most = Decimal::from(506_200);
    let money = || prop_oneof![Just(0_i64), Just(10_000_000_000), 0_i64..100_000_000];
    let illnesses = vec!["malignant-tumour", "mild-stroke-sequelae", "breast-cancer", "carcinoma-in-situ", "a-cold"];
    let claim = (
        0_i64..366,
        prop::sample::select(vec!["accident", "illness"]),
        prop::sample::select(illnesses),
        (money(), money(), money()),
        (0_u32..200, 1_u32..11, any::<bool>()),
    );
    let highest = RefCell::new(Decimal::ZERO);
    let tried = TestRunner::new(config(128)).run(&prop::collection::vec(claim, 1..8), |claims| {
        let start = NaiveDate::from_ymd_opt(2025, 7, 1).unwrap();
        let enrollments = PLANS.map(|plan| {
            let enrollment = Enrollment::new("E", plan, "M").with("coverage_start", start).unwrap();
            let facts = [
                ("coverage_end", "2026-06-30"),
                ("birth_date", "1990-01-01"),
                ("previous_coverage_end", "2025-06-30"),
                ("shares", "1"),
                ("sex", "female"),
            ];
            facts.iter().fold(enrollment, |enrollment, (name, value)| enrollment.with(name, *value).unwrap())
        });
        let mut accumulators = PLANS.map(|_| Accumulators::new());
        let mut sum = Decimal::ZERO;
        for (number, (day, cause, illness, (in_pool, self_funded, borne), (days, grade, death))) in
            claims.into_iter().enumerate()
        {
            let date = super::member::later(start, day);
            let claim =
                Claim::new(&number.to_string()).with("cause", cause).unwrap().with("illness_class", illness).unwrap();
            let claim = ["event_date", "admitted", "confirmed_on"]
                .iter()
                .fold(claim, |claim, name| claim.with(name, date).unwrap());
            let money = [("in_pool_burden", in_pool), ("self_funded", self_funded), ("personal_burden", borne)];
            let claim = money.iter().fold(claim, |claim, (name, fen)| claim.with(name, Decimal::new(*fen, 2)).unwrap());
            let claim = claim
                .with("hospital_days", days)
                .unwrap()
                .with("disability_grade", grade)
                .unwrap()
                .with("death", death)
                .unwrap();
            let covers: Vec<_> = enrollments.iter().zip(&accumulators).collect();
            let together = CATALOG.adjudicate_together(&covers, &claim).unwrap();
            for (adjudication, accumulators) in together.iter().zip(&mut accumulators) {
                balances(adjudication)?;
                sum += adjudication.payable();
                if let Some(posting) = adjudication.posting() {
                    accumulators.post(posting).unwrap();
                }
            }
        }
        prop_assert!(sum <= most, "{sum} is more than {most}");
        highest.replace_with(|highest| (*highest).max(sum));
        Ok(())
    });
    tried.unwrap_or_else(|broken| panic!("{broken}"));
    assert!(highest.into_inner() > Decimal::from(400_000), "no history came near the limit");
}
