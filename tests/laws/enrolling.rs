//! Laws of enrolling: the price is the sum of what its payers pay, pools are never overdrawn, and the order of a file says nothing.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use huzhu::enroll::{Answer, Application, Pools};
use huzhu::{Catalog, Decimal, Diagnostics, Enrollment, NaiveDate};
use proptest::prelude::*;

use super::law::config;

const PACKS: u32 = 96;

/// A payer as it is drawn: what it pays, for whom, and out of which pool.
#[derive(Debug, Clone)]
struct Payer {
    kind: u8,
    fen: u32,
    percent: u32,
    shares: u32,
    per_person: bool,
    of_rest: bool,
    only_riders: bool,
    cap: Option<u32>,
    /// What becomes of who comes too late, where it draws from the pool of its kind.
    short: Option<usize>,
    mode: usize,
}

#[derive(Debug, Clone)]
struct Drawn {
    price: u32,
    cap: u32,
    joins: bool,
    payers: Vec<Payer>,
    places: u32,
    money: u32,
    applications: Vec<Asked>,
}

/// Who asks for how many shares, when, and what of the conditions is met.
#[derive(Debug, Clone)]
struct Asked {
    member: u32,
    shares: u32,
    moment: u32,
    start: u32,
    is_rider: bool,
    is_grown: bool,
}

const SHORT: [&str; 3] = ["part", "nothing", "refuse"];
const MODES: [&str; 4] = ["half-up", "down", "up", "half-even"];

fn a_payer() -> impl Strategy<Value = Payer> {
    let amounts = (0_u8..4, 0_u32..4_000, 0_u32..101, 0_u32..3);
    let kinds = (any::<bool>(), any::<bool>(), any::<bool>(), prop::option::of(0_u32..3_000));
    (amounts, kinds, prop::option::of(0_usize..3), 0_usize..4).prop_map(|(amounts, kinds, short, mode)| {
        let ((kind, fen, percent, shares), (per_person, of_rest, only_riders, cap)) = (amounts, kinds);
        Payer { kind, fen, percent, shares, per_person, of_rest, only_riders, cap, short, mode }
    })
}

fn drawn() -> impl Strategy<Value = Drawn> {
    let asked = (0_u32..4, 1_u32..5, 0_u32..6, 0_u32..500, any::<bool>(), prop::bool::weighted(0.8)).prop_map(
        |(member, shares, moment, start, is_rider, is_grown)| Asked {
            member,
            shares,
            moment,
            start,
            is_rider,
            is_grown,
        },
    );
    let pack = (1_u32..6_000, 1_u32..4, any::<bool>(), prop::collection::vec(a_payer(), 0..5));
    (pack, 0_u32..6, 0_u32..9_000, prop::collection::vec(asked, 1..9)).prop_map(
        |(pack, places, money, applications)| {
            let (price, cap, joins, payers) = pack;
            Drawn { price, cap, joins, payers, places, money, applications }
        },
    )
}

fn yuan(fen: u32) -> String {
    format!("{}.{:02}", fen / 100, fen % 100)
}

const CITED: &str = "clause = \"Article 3\"\nprovenance = \"stated\"\n";

impl Drawn {
    /// The pack; each payer of an amount or a rate has the figures `a0`, `c0`, ….
    fn pack(&self, promise: Option<Decimal>) -> String {
        let mut text = String::from(
            "[plan]\nid = \"drawn\"\ntitle = \"drawn\"\neffective = { from = 2000-01-01, by = \"coverage_start\" }\n\
             rounding = { to = \"0.01 yuan\", mode = \"half-up\", clause = \"Article 9\", provenance = \"stated\" }\n\n",
        );
        let mut figures = Vec::new();
        let overlap = if self.joins { "join" } else { "refuse" };
        let _ = write!(
            text,
            "[enrollment]\nprice = \"price\"\nmax_shares = \"most\"\nexcess = \"void\"\nterm = \"1 year\"\n\n\
             [enrollment.cover]\noverlap = \"{overlap}\"\n{CITED}\n\
             [[enrollment.condition]]\nid = \"grown\"\nrequire = \"age(coverage_start) >= grown_age\"\notherwise = \"refuse\"\ntext = \"grown\"\n{CITED}\n\
             [[enrollment.condition]]\nid = \"rider\"\nrequire = \"not (occupation = nobody)\"\notherwise = \"pend\"\ntext = \"rider\"\n{CITED}\n"
        );
        figures.push(("price".to_owned(), format!("\"{} yuan\"", yuan(self.price))));
        figures.push(("most".to_owned(), self.cap.to_string()));
        figures.push(("grown_age".to_owned(), "16".to_owned()));
        let mut pools = BTreeSet::new();
        for (place, payer) in self.payers.iter().enumerate() {
            let _ = write!(text, "[[enrollment.payer]]\nid = \"p{place}\"\ntitle = \"p{place}\"\n");
            let is_shares = payer.kind == 0;
            let is_rate = payer.kind == 1;
            if is_shares {
                let _ = writeln!(text, "shares = \"a{place}\"");
                figures.push((format!("a{place}"), payer.shares.to_string()));
            } else if is_rate {
                let of = if payer.of_rest { "rest" } else { "price" };
                let mode = MODES[payer.mode];
                let _ = writeln!(
                    text,
                    "pays = \"a{place}\"\nof = \"{of}\"\nrounding = {{ to = \"0.01 yuan\", mode = \"{mode}\", clause = \"Article 3\", provenance = \"stated\" }}"
                );
                figures.push((format!("a{place}"), format!("\"{}%\"", payer.percent)));
            } else {
                let _ = writeln!(text, "pays = \"a{place}\"");
                figures.push((format!("a{place}"), format!("\"{} yuan\"", yuan(payer.fen))));
            }
            let has_cap = !is_shares && payer.cap.is_some();
            if let Some(cap) = payer.cap.filter(|_| has_cap) {
                let _ = writeln!(text, "at_most = \"c{place}\"");
                figures.push((format!("c{place}"), format!("\"{} yuan\"", yuan(cap))));
            }
            if has_cap || (!is_shares && !is_rate) {
                let _ = writeln!(text, "per = \"{}\"", if payer.per_person { "person" } else { "share" });
            }
            if payer.only_riders {
                let _ = writeln!(text, "when = \"occupation = rider\"");
            }
            if let Some(short) = payer.short {
                let pool = if is_shares { "places" } else { "money" };
                pools.insert(pool);
                let _ = writeln!(text, "pool = \"{pool}\"\nif_short = \"{}\"", SHORT[short]);
            }
            let _ = writeln!(text, "{CITED}");
        }
        let _ = writeln!(text, "[[enrollment.payer]]\nid = \"member\"\ntitle = \"member\"\npays = \"rest\"\n{CITED}");
        for pool in pools {
            let _ = writeln!(
                text,
                "[[enrollment.pool]]\nid = \"{pool}\"\ntitle = \"{pool}\"\nholds = \"{pool}\"\nfrom = 2025-01-02\nuntil = 2025-01-05\n{CITED}"
            );
            let holds =
                if pool == "places" { self.places.to_string() } else { format!("\"{} yuan\"", yuan(self.money)) };
            figures.push((pool.to_owned(), holds));
        }
        let _ = writeln!(text, "[fact.occupation]\nvalues = [\"rider\", \"nobody\"]\n");
        for (name, value) in figures {
            let _ = writeln!(text, "[figure.{name}]\nvalue = {value}\ntitle = \"{name}\"\n{CITED}");
        }
        let _ = writeln!(
            text,
            "[[benefit]]\nid = \"medical\"\ntitle = \"medical\"\nwhen = \"personal_burden > 0 yuan\"\ngross = \"personal_burden\"\n{CITED}"
        );
        if let Some(promise) = promise {
            let _ = writeln!(text, "[promise]\nmember_pays_at_most = \"{promise} yuan\"");
        }
        text
    }

    fn catalog(&self, promise: Option<Decimal>) -> Result<Catalog, Diagnostics> {
        Catalog::read([("drawn.toml".to_owned(), self.pack(promise).into_bytes())])
    }

    fn applications(&self) -> Vec<Application> {
        let first = NaiveDate::from_ymd_opt(2025, 1, 1).unwrap();
        let day = |days: u32| first + chrono::Days::new(days.into());
        let application = |(place, asked): (usize, &Asked)| {
            let start = day(10 + asked.start);
            let born = start - chrono::Months::new(if asked.is_grown { 12 * 30 } else { 12 * 10 });
            let enrollment = Enrollment::new(&format!("a{place}"), "drawn", &format!("m{}", asked.member))
                .with("shares", asked.shares)
                .unwrap()
                .with("coverage_start", start)
                .unwrap()
                .with("birth_date", born)
                .unwrap()
                .with("occupation", if asked.is_rider { "rider" } else { "gardener" })
                .unwrap();
            Application::new(enrollment).at(&format!("{} 0{}:00", day(asked.moment / 2), asked.moment % 2)).unwrap()
        };
        self.applications.iter().enumerate().map(application).collect()
    }
}

fn enrolled(catalog: &Catalog, applications: &[Application]) -> (Vec<Answer>, Pools) {
    let mut pools = Pools::new();
    let answers = catalog.enroll_all(applications, &[], &mut pools).unwrap();
    (answers.into_iter().map(Result::unwrap).collect(), pools)
}

#[test]
fn the_price_is_exactly_the_sum_of_what_the_payers_pay() {
    law(|drawn| {
        let (answers, _) = enrolled(&drawn.catalog(None).unwrap(), &drawn.applications());
        for enrolled in answers.iter().filter_map(Answer::enrolled) {
            let price = Decimal::new(drawn.price.into(), 2) * enrolled.shares();
            prop_assert_eq!(enrolled.total(), price);
            let sum: Decimal = enrolled.payers().iter().map(huzhu::enroll::PayerLine::pays).sum();
            prop_assert_eq!(sum, price);
            let mut left = price;
            for line in enrolled.payers() {
                prop_assert!(line.pays() >= Decimal::ZERO && line.pays().normalize().scale() <= 2, "{line:?}");
                left -= line.pays();
                prop_assert_eq!(line.leaves(), left);
            }
        }
        Ok(())
    });
}

#[test]
fn a_pool_never_gives_more_than_it_holds() {
    law(|drawn| {
        let catalog = drawn.catalog(None).unwrap();
        let (answers, pools) = enrolled(&catalog, &drawn.applications());
        let plan = &catalog.versions("drawn")[0];
        for (pool, holds) in [("places", Decimal::from(drawn.places)), ("money", Decimal::new(drawn.money.into(), 2))] {
            let drawn = answers.iter().filter_map(Answer::enrolled).flat_map(huzhu::enroll::Enrolled::drawn);
            let given: Decimal = drawn.filter(|drawn| drawn.pool() == pool).map(huzhu::enroll::Drawn::taken).sum();
            prop_assert!(given <= holds, "{pool}: {given} of {holds}");
            prop_assert_eq!(pools.taken("drawn", pool), given);
            if let Some(left) = pools.left(plan, pool) {
                prop_assert_eq!(left, holds - given);
            }
        }
        Ok(())
    });
}

#[test]
fn the_order_of_applications_says_nothing() {
    law(|drawn| {
        let catalog = drawn.catalog(None).unwrap();
        let applications = drawn.applications();
        let (answers, pools) = enrolled(&catalog, &applications);
        let turned: Vec<Application> = applications.iter().rev().cloned().collect();
        let (mut others, other_pools) = enrolled(&catalog, &turned);
        others.reverse();
        prop_assert_eq!(answers, others);
        prop_assert_eq!(pools, other_pools);
        Ok(())
    });
}

/// Also against covers that others of the batch have become: first come, first served, by another way than the engine's.
#[test]
fn a_refusal_names_every_reason() {
    law(|drawn| {
        let catalog = drawn.catalog(None).unwrap();
        let applications = drawn.applications();
        let (answers, _) = enrolled(&catalog, &applications);
        let mut in_turn: Vec<usize> = (0..applications.len()).collect();
        in_turn.sort_by_key(|place| (drawn.applications[*place].moment, format!("a{place}")));
        let mut covers: Vec<(u32, NaiveDate, NaiveDate, Decimal)> = Vec::new();
        for place in in_turn {
            let (asked, answer) = (&drawn.applications[place], &answers[place]);
            let start = applications[place].enrollment().fact(huzhu::facts::COVERAGE_START).unwrap();
            let end = start + chrono::Months::new(12) - chrono::Days::new(1);
            let overlapping: Vec<_> = covers
                .iter()
                .filter(|(member, first, last, _)| *member == asked.member && *first <= end && start <= *last)
                .collect();
            let mut expected: Vec<&str> = Vec::new();
            if !drawn.joins {
                expected.extend(overlapping.iter().map(|_| "cover-overlaps"));
            } else if overlapping.iter().map(|(.., shares)| shares).sum::<Decimal>() >= drawn.cap.into() {
                expected.push("no-share-left");
            }
            if !asked.is_grown {
                expected.push("grown");
            }
            let mut named: Vec<&str> = answer.reasons().iter().map(|reason| &*reason.code).collect();
            named.retain(|code| *code != "pool-used-up");
            named.sort_unstable();
            expected.sort_unstable();
            prop_assert_eq!(named, expected, "{}: {:?}", place, answer);
            if let Answer::Enrolled(enrolled) = answer {
                covers.push((asked.member, start, end, enrolled.shares()));
            }
        }
        Ok(())
    });
}

#[test]
fn no_member_pays_more_than_a_proven_promise() {
    law(|drawn| {
        let (answers, _) = enrolled(&drawn.catalog(None).unwrap(), &drawn.applications());
        let paid = answers.iter().filter_map(|answer| answer.enrolled()?.paid_by("member")).max().unwrap_or_default();
        if paid > Decimal::ZERO {
            let less = paid - Decimal::new(1, 2);
            prop_assert!(drawn.catalog(Some(less)).is_err(), "{less} is promised, {paid} is paid");
        }
        let all = Decimal::new(drawn.price.into(), 2) * Decimal::from(drawn.cap);
        prop_assert!(drawn.catalog(Some(all)).is_ok(), "no more than the price can be paid");
        Ok(())
    });
}

fn law(law: impl Fn(&Drawn) -> Result<(), TestCaseError>) {
    let tried = proptest::test_runner::TestRunner::new(config(PACKS)).run(&drawn(), |drawn| law(&drawn));
    tried.unwrap_or_else(|broken| panic!("{broken}"));
}
