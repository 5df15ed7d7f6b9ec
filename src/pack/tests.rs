//! How much there is to read of a pack, counted: the figures are the same on every machine.

#![expect(clippy::arithmetic_side_effects, reason = "the numbers here are small")]

use std::fmt::Write as _;
use std::path::PathBuf;

use super::load;
use crate::accumulator::Accumulators;
use crate::claim::Claim;
use crate::enrollment::Enrollment;
use crate::plan::Plan;
use crate::plan::parts::{Named, PARTS_OF_A_DERIVATION};
use crate::reading::exact::{Exact, Listener};
use crate::reading::tally::Tally;
use crate::semantics::{Event, Meaning, Source};

const CITED: &str = "title = { zh = \"值\", en = \"v\" }\nclause = \"2\"\nprovenance = \"assumed\"\n";

/// A pack with these values and rules.
pub(super) fn a_pack(values: &[String], rules: &str) -> String {
    let mut text = String::from(
        "[plan]\nid = \"large\"\ntitle = { zh = \"测\", en = \"test\" }\n\
         effective = { from = 2025-01-01, by = \"coverage_start\" }\n\
         rounding = { to = \"0.01 yuan\", mode = \"half-up\", clause = \"1\", provenance = \"assumed\" }\n",
    );
    for (number, value) in values.iter().enumerate() {
        write!(text, "[value.v{number}]\nis = \"{value}\"\n{CITED}").unwrap();
    }
    write!(text, "[figure.f]\nvalue = \"100 yuan\"\n{CITED}{rules}").unwrap();
    text
}

pub(super) fn paying(amount: &str) -> String {
    format!("[[benefit]]\nid = \"b\"\nwhen = \"cause = accident\"\ngross = \"{amount}\"\n{CITED}")
}

/// Each value names the one before it so many times.
pub(super) fn nested(values: usize, times: usize) -> Vec<String> {
    let first = "least(personal_burden, f)".to_owned();
    let others = (1..values).map(|number| format!("least({})", vec![format!("v{}", number - 1); times].join(", ")));
    std::iter::once(first).chain(others).collect()
}

fn plan(values: &[String], rules: &str) -> Plan {
    let text = a_pack(values, rules);
    load("large.toml", text.as_bytes()).unwrap_or_else(|found| panic!("{found}"))
}

/// What was read of the pack.
#[derive(Debug, Default, PartialEq)]
struct Count {
    figures: usize,
    values: usize,
    again: usize,
}

impl Listener for Count {
    fn hear(&mut self, _: Event<'_, Exact<'_, Count>>) {}

    fn cite(&mut self, _: Source) {
        self.figures += 1;
    }

    fn enter(&mut self, _: Named) {
        self.values += 1;
    }

    fn again(&mut self, _: Named) {
        self.again += 1;
    }
}

fn a_claim(plan: &Plan) -> (Enrollment, Claim) {
    let date = |day: &str| day.parse::<chrono::NaiveDate>().unwrap();
    let enrollment = Enrollment::new("E", plan.id(), "M").with("coverage_start", date("2025-01-01")).unwrap();
    let claim = Claim::new("C").with("event_date", date("2025-03-01")).unwrap();
    let claim = claim.with("cause", "accident").unwrap();
    (enrollment, claim.with("personal_burden", rust_decimal::Decimal::from(500)).unwrap())
}

fn read(plan: &Plan) -> Count {
    let (enrollment, claim) = a_claim(plan);
    let nothing = Accumulators::new();
    let mut meaning = Meaning::new(plan, Exact::new(plan, &enrollment, &claim, &nothing, Count::default()));
    meaning.adjudicate();
    meaning.reading.listener
}

#[test]
fn a_value_is_read_once_however_often_it_is_named() {
    let plan = plan(&nested(4, 20), &paying("v3"));
    // put in where they are named, the values come to 20 × 20 × 20 times the first
    assert_eq!(read(&plan), Count { figures: 1, values: 3, again: 3 * 19 });
}

#[test]
fn bands_and_waiting_periods_are_read_once_too() {
    let rules = format!(
        "[bands.s]\nkind = \"slab\"\nby = \"least(personal_burden, f)\"\nedge = \"up-to\"\n\
         rows = [{{ above = \"0 yuan\", up_to = \"10 yuan\", pays = \"5 yuan\" }}, {{ above = \"10 yuan\", pays = \"6 yuan\" }}]\n{CITED}\
         [figure.days]\nvalue = \"30 days\"\n{CITED}\
         [waiting.w]\nperiod = \"days\"\ncounts = \"event_date\"\n{CITED}{}steps = [{}]\n",
        paying("least(s, s, s)"),
        ["{ waiting = \"w\" }"; 4].join(", ")
    )
    .replace("figure.days", "figure.wait")
    .replace("\"days\"", "\"wait\"");
    // the bands by one figure and up to one edge, of which the second band gives the value; the days of the period
    assert_eq!(read(&plan(&[], &rules)), Count { figures: 4, values: 2, again: 2 + 3 });
}

#[test]
fn a_chain_twice_as_long_is_twice_as_much_to_read() {
    let chains = |number: usize| {
        let links = (0..number * 40).map(|link| match link % 40 {
            0 => "personal_burden".to_owned(),
            _ => format!("greatest(v{}, f)", link - 1),
        });
        let ends: Vec<String> = (0..number).map(|chain| format!("v{}", chain * 40 + 39)).collect();
        plan(&links.collect::<Vec<_>>(), &paying(&format!("least({})", ends.join(", "))))
    };
    let [one, two, four] = [10, 20, 40].map(chains);
    assert_eq!([read(&one), read(&two), read(&four)].map(|count| count.figures), [390, 780, 1560]);
    // a chain begins with a fact that follows from others, and its end is named once
    let of_a_chain = 39 * 3 + (1 + PARTS_OF_A_DERIVATION) + 1;
    assert_eq!((two.parts - one.parts, four.parts - two.parts), (10 * of_a_chain, 20 * of_a_chain));
}

#[test]
fn what_is_asked_for_again_is_told_where_it_counts() {
    let rules =
        format!("[[benefit]]\nid = \"a\"\nwhen = \"v0 > f\"\ngross = \"personal_burden\"\n{CITED}{}", paying("v0"));
    let rules = format!("[figure.half]\nvalue = \"50%\"\n{CITED}{rules}").replace("v0 > f", "v0 > personal_burden");
    let plan = plan(&["least(personal_burden, f) * half".to_owned()], &rules);
    let (enrollment, claim) = a_claim(&plan);
    let worked = plan.work_out(&enrollment, &claim, &Accumulators::new()).unwrap();
    // read for `a` first, which does not apply
    let figures: Vec<&str> = worked.figures().iter().map(|figure| figure.name.as_str()).collect();
    assert_eq!(figures, ["f", "half"]);
}

/// A budget of parts is a budget of operations, of which a reading that settles nothing reads the most.
#[test]
fn the_parts_of_a_plan_measure_what_is_read_of_it() {
    const MOST_OPERATIONS_A_PART: usize = 8;

    let files = std::fs::read_dir("rules").unwrap().map(|entry| entry.unwrap().path());
    let is_beside_a_pack = |name: &str| name.contains(".cases.") || name.contains(".joint.");
    let is_pack = |path: &PathBuf| {
        path.extension().is_some_and(|ending| ending == "toml") && !is_beside_a_pack(&path.to_string_lossy())
    };
    let mut plans = 0;
    for path in files.filter(is_pack) {
        let plan = load("pack.toml", &std::fs::read(&path).unwrap()).unwrap_or_else(|found| panic!("{found}"));
        let mut meaning = Meaning::new(&plan, Tally::default());
        meaning.adjudicate();
        let (operations, parts) = (meaning.reading.0, plan.parts);
        let measured = format!("{}: {operations} operations of {parts} parts", path.display());
        println!("{measured}");
        assert!(operations > 0 && operations <= parts * MOST_OPERATIONS_A_PART, "{measured}");
        plans += 1;
    }
    assert!(plans > 10, "{plans} plans");
}
