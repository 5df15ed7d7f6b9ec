//! Missing facts follow three-valued logic: false and unknown is false, true or unknown is true, the rest is unknown.

use std::collections::BTreeSet;

use huzhu::{Accumulators, Adjudication, Claim, Decision, Enrollment, Plan};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::law::config;
use super::small::{self, decides};

/// A formula over four yes-no facts, each of which stands in it once.
#[derive(Debug, Clone)]
enum Formula {
    Fact(usize),
    Not(Box<Formula>),
    And(Box<[Formula; 2]>),
    Or(Box<[Formula; 2]>),
}

const FACTS: [&str; 4] = ["first", "second", "third", "fourth"];

type Given = [Option<bool>; 4];

impl Formula {
    /// A formula of the facts in the row, parted and joined as the rolls say.
    fn of(facts: &[usize], rolls: &mut impl Iterator<Item = usize>) -> Formula {
        let mut roll = || rolls.next().unwrap_or(0);
        let (part, join, negated) = (roll(), roll(), roll());
        let formula = match facts {
            [fact] => Formula::Fact(*fact),
            _ => {
                let (left, right) = facts.split_at(1 + part % (facts.len() - 1));
                let sides = Box::new([Formula::of(left, rolls), Formula::of(right, rolls)]);
                if join % 2 == 0 { Formula::And(sides) } else { Formula::Or(sides) }
            }
        };
        if negated % 3 == 2 { Formula::Not(Box::new(formula)) } else { formula }
    }

    fn text(&self) -> String {
        match self {
            Formula::Fact(fact) => FACTS[*fact].to_owned(),
            Formula::Not(inner) => format!("not ({})", inner.text()),
            Formula::And(sides) => format!("({}) and ({})", sides[0].text(), sides[1].text()),
            Formula::Or(sides) => format!("({}) or ({})", sides[0].text(), sides[1].text()),
        }
    }

    /// The truth where every fact is known.
    fn holds(&self, facts: [bool; 4]) -> bool {
        match self {
            Formula::Fact(fact) => facts[*fact],
            Formula::Not(inner) => !inner.holds(facts),
            Formula::And(sides) => sides[0].holds(facts) && sides[1].holds(facts),
            Formula::Or(sides) => sides[0].holds(facts) || sides[1].holds(facts),
        }
    }
}

/// Every way in which what is missing may turn out.
fn completions(given: Given) -> Vec<[bool; 4]> {
    let all = (0..16_usize).map(|bits| [0, 1, 2, 3].map(|fact| bits >> fact & 1 == 1));
    all.filter(|facts| given.iter().zip(facts).all(|(given, fact)| given.is_none_or(|given| given == *fact))).collect()
}

/// What is certain of a formula of independent facts is what holds in every completion.
fn certain(formula: &Formula, given: Given) -> Option<bool> {
    let outcomes: BTreeSet<bool> = completions(given).into_iter().map(|facts| formula.holds(facts)).collect();
    if outcomes.len() == 1 { outcomes.first().copied() } else { None }
}

/// The missing facts that can still turn the outcome.
fn that_matter(formula: &Formula, given: Given) -> BTreeSet<String> {
    let turns = |fact: usize| {
        completions(given).into_iter().any(|facts| {
            let mut other = facts;
            other[fact] = !other[fact];
            formula.holds(facts) != formula.holds(other)
        })
    };
    (0..4).filter(|fact| given[*fact].is_none() && turns(*fact)).map(|fact| FACTS[fact].to_owned()).collect()
}

fn plan_of(formula: &str, place: &str) -> Plan {
    let facts = FACTS.map(|fact| {
        format!(r#"fact.{fact} = {{ of = "claim", type = "yes-no", title = {{ zh = "某", en = "some" }} }}"#)
    });
    let facts = facts.join("\n");
    let always = "personal_burden >= 0 yuan";
    let condition = |otherwise: &str| {
        format!(
            r#"condition = [{{ id = "formula", require = "{formula}", otherwise = "{otherwise}", text = {{ zh = "某", en = "some" }}, @cited }}]"#
        )
    };
    let (conditions, when, step) = match place {
        "when" => (String::new(), formula, String::new()),
        "step" => (String::new(), always, format!(r#"{{ less = "personal_burden", when = "not ({formula})" }}"#)),
        otherwise => (condition(otherwise), always, String::new()),
    };
    small::plan(&format!(
        r#"
        {facts}
        {conditions}
        benefit = [{{ id = "care", when = "{when}", gross = "personal_burden", steps = [{step}], @titled }}]
        "#
    ))
}

fn decide(plan: &Plan, given: Given) -> Adjudication {
    let enrollment = Enrollment::new("E", "small", "M").with("coverage_start", "2025-01-01").unwrap();
    let claim = Claim::new("C").with("event_date", "2025-06-01").unwrap().with("personal_burden", "100.00").unwrap();
    let known = FACTS.iter().zip(given).filter_map(|(fact, given)| Some((fact, given?)));
    let claim = known.fold(claim, |claim, (fact, given)| claim.with(fact, given).unwrap());
    plan.adjudicate(&enrollment, &claim, &Accumulators::new()).unwrap()
}

/// A formula as a condition that denies or pends, as the `when` of a benefit or of a step: paid where it is certainly true, not
/// paid where it is certainly false, and else pended for the facts that matter.
#[test]
fn three_valued_logic() {
    let rolls = prop::collection::vec(0_usize..60, 24);
    let order = Just(vec![0, 1, 2, 3]).prop_shuffle();
    let places = prop::sample::select(vec!["deny", "pend", "when", "step"]);
    let tried = TestRunner::new(config(96)).run(&(rolls, order, places), |(rolls, order, place)| {
        let formula = Formula::of(&order, &mut rolls.into_iter());
        let plan = plan_of(&formula.text(), place);
        for number in 0..81_usize {
            let given = [1, 3, 9, 27].map(|place| [None, Some(false), Some(true)][number / place % 3]);
            let adjudication = decide(&plan, given);
            let expected = match (certain(&formula, given), place) {
                (Some(true), _) => Decision::Paid,
                (Some(false), "deny") => Decision::Denied,
                (Some(false), "pend") | (None, _) => Decision::Pended,
                (Some(false), _) => Decision::NothingDue,
            };
            prop_assert_eq!(adjudication.decision(), expected, "{} of {:?}", formula.text(), given);
            let named: BTreeSet<String> =
                adjudication.reasons().iter().filter_map(|reason| reason.fact.clone()).collect();
            let expected =
                if certain(&formula, given).is_none() { that_matter(&formula, given) } else { BTreeSet::new() };
            prop_assert_eq!(named, expected, "{} of {:?}", formula.text(), given);
        }
        Ok(())
    });
    tried.unwrap_or_else(|broken| panic!("{broken}"));
}

// ── tables ────────────────────────────────────────────────────────────────

const TWO: &str = r#"
    fact.first = { of = "claim", type = "yes-no", title = { zh = "某", en = "some" } }
    fact.second = { of = "claim", type = "yes-no", title = { zh = "某", en = "some" } }
    condition = [{ id = "formula", require = "FORMULA", otherwise = "deny", text = { zh = "某", en = "some" }, @cited }]
    benefit = [{ id = "care", when = "personal_burden >= 0 yuan", gross = "personal_burden", @titled }]
"#;

#[test]
fn false_and_unknown_is_false() {
    decides(
        &TWO.replace("FORMULA", "first and second"),
        "
        first | second | personal_burden | decision | reasons                                  | payable
        true  | true   | 1.00            | paid     |                                          | 1.00
        true  | false  | 1.00            | denied   | formula                                  | 0.00
        false | true   | 1.00            | denied   | formula                                  | 0.00
        false | false  | 1.00            | denied   | formula                                  | 0.00
        false |        | 1.00            | denied   | formula                                  | 0.00
              | false  | 1.00            | denied   | formula                                  | 0.00
        true  |        | 1.00            | pended   | missing-fact:second                      | 0.00
              | true   | 1.00            | pended   | missing-fact:first                       | 0.00
              |        | 1.00            | pended   | missing-fact:first missing-fact:second   | 0.00
    ",
    );
}

#[test]
fn true_or_unknown_is_true() {
    decides(
        &TWO.replace("FORMULA", "first or second"),
        "
        first | second | personal_burden | decision | reasons                                  | payable
        true  |        | 1.00            | paid     |                                          | 1.00
              | true   | 1.00            | paid     |                                          | 1.00
        false | false  | 1.00            | denied   | formula                                  | 0.00
        false |        | 1.00            | pended   | missing-fact:second                      | 0.00
              | false  | 1.00            | pended   | missing-fact:first                       | 0.00
              |        | 1.00            | pended   | missing-fact:first missing-fact:second   | 0.00
    ",
    );
}

/// Whatever the missing fact would turn out to be, it is needed to choose.
#[test]
fn an_unknown_choice_is_unknown() {
    let three = TWO.replace("FORMULA", "if first then second else death");
    decides(
        &three,
        "
        first | second | death | personal_burden | decision | reasons             | payable
        true  | true   | false | 1.00            | paid     |                     | 1.00
        false | false  | true  | 1.00            | paid     |                     | 1.00
        true  |        | true  | 1.00            | pended   | missing-fact:second | 0.00
        false |        | true  | 1.00            | paid     |                     | 1.00
              | true   | false | 1.00            | pended   | missing-fact:first  | 0.00
              | false  | true  | 1.00            | pended   | missing-fact:first  | 0.00
    ",
    );
}

/// One condition that is surely not met denies, whatever else is missing; a missing amount pends what it would pay.
#[test]
fn a_sure_no_needs_no_more_facts() {
    decides(
        &TWO.replace("FORMULA", "first and second"),
        "
        first | second | personal_burden | decision | reasons                      | payable
        false |        |                 | denied   | formula                      | 0.00
        true  | true   |                 | pended   | missing-fact:personal_burden | 0.00
    ",
    );
}

/// An unknown fact that some other amount makes of no account is still asked for: nobody pays on a guess.
#[test]
fn an_unknown_amount_is_never_zero() {
    let pack = r#"
        figure.most = { value = "100 yuan", @titled }
        benefit = [{ id = "care", when = "hospital_days > 0 days", gross = "personal_burden + self_funded", steps = [{ limit = "most", per = "claim" }], @titled }]
    "#;
    decides(
        pack,
        "
        hospital_days | personal_burden | self_funded | decision    | reasons                      | payable
        3             | 60.00           | 50.00       | paid        |                              | 100.00
        3             | 500.00          |             | pended      | missing-fact:self_funded     | 0.00
        3             |                 | 50.00       | pended      | missing-fact:personal_burden | 0.00
        0             |                 |             | nothing-due | no-benefit-applies           | 0.00
                      |                 |             | nothing-due | no-benefit-applies           | 0.00
    ",
    );
}

/// The first claim is decided without an amount that the second one counts: one of them must wait for it.
#[test]
fn a_sum_over_a_missing_fact_is_never_zero() {
    let plan = small::plan(
        r#"
        figure.grant = { value = "1 yuan", @titled }
        benefit = [
            { id = "grant", when = "death", gross = "grant", @titled },
            { id = "echo", when = "not death", gross = "prior.sum(personal_burden, life)", @titled },
        ]
        "#,
    );
    let enrollment = Enrollment::new("E", "small", "M").with("coverage_start", "2025-01-01").unwrap();
    let claim =
        |id: &str, death: bool| Claim::new(id).with("event_date", "2025-06-01").unwrap().with("death", death).unwrap();
    let mut accumulators = Accumulators::new();
    let first = plan.adjudicate(&enrollment, &claim("C1", true), &accumulators).unwrap();
    if let Some(posting) = first.posting() {
        accumulators.post(posting).unwrap();
    }
    let second = claim("C2", false).with("personal_burden", "5.00").unwrap();
    let second = plan.adjudicate(&enrollment, &second, &accumulators).unwrap();
    assert!(
        [first.decision(), second.decision()].contains(&Decision::Pended),
        "{:?}, then {:?}",
        first.decision(),
        second.decision()
    );
}
