//! Law 6: a missing fact pends the claim and is named; it never pays and is never zero.

use std::collections::BTreeSet;

use huzhu::{Absent, Accumulators, Adjudication, Decision, STANDARD};
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::law::{decide, decide_in_turn, over_every_pack};
use super::member::{Telling, Told};
use super::shelf::{Pack, SHELF};

#[test]
fn a_missing_fact_pends_and_is_named_and_never_pays() {
    over_every_pack(Telling { is_coherent: true, ..Telling::anything(2) }, |pack, told| {
        let decided = decide_in_turn(pack, told);
        for decided in decided.iter().filter(|decided| decided.adjudication.decision() != Decision::Pended) {
            let with = &decided.adjudication;
            for fact in decided.told.names().filter(|name| !may_be_absent(pack, name)) {
                let without = decide(pack, &decided.told.without(fact), &decided.before);
                if without.decision() == Decision::Pended {
                    let named = missing(&without);
                    let follow = what_follows_from(fact);
                    let is_named = named.iter().any(|name| *name == fact || follow.contains(name));
                    prop_assert!(is_named, "without {fact}, {named:?} is named");
                    prop_assert_eq!(without.payable(), 0.into());
                } else {
                    prop_assert_eq!(without.decision(), with.decision(), "without {}", fact);
                    prop_assert_eq!(without.payable(), with.payable(), "without {}", fact);
                    if with.decision() != Decision::Denied {
                        prop_assert_eq!(without.reasons(), with.reasons(), "without {}", fact);
                        prop_assert_eq!(paying(&without), paying(with), "without {}", fact);
                    }
                }
            }
        }
        Ok(())
    });
}

/// A claim is pended for facts that are not there, and only for those.
#[test]
fn only_what_is_missing_is_named() {
    over_every_pack(Telling { is_coherent: true, ..Telling::anything(2) }, |pack, told| {
        for decided in decide_in_turn(pack, told) {
            for name in missing(&decided.adjudication) {
                prop_assert!(decided.told.value(name).is_none(), "{name} is given");
                prop_assert!(pack.plan.reads(name), "{name} is read");
            }
        }
        Ok(())
    });
}

/// Without a single fact nothing is due and nothing is posted; a plan may still be sure that it does not cover what is not said.
#[test]
fn a_claim_without_facts_is_never_paid() {
    for pack in SHELF.iter() {
        let bare = Told {
            id: "C".to_owned(),
            plan: pack.plan.id(),
            cover_id: "E".to_owned(),
            cover: Vec::new(),
            claim: Vec::new(),
        };
        let adjudication = decide(pack, &bare, &Accumulators::new());
        match adjudication.decision() {
            Decision::Pended => {
                let named = missing(&adjudication);
                assert!(named.contains(&"event_date") && named.contains(&"coverage_start"), "{}: {named:?}", pack.file);
            }
            Decision::Denied => assert_eq!(adjudication.reasons()[0].code, "listed-illness", "{}", pack.file),
            Decision::Paid | Decision::NothingDue | Decision::Reversed => {
                panic!("{}: decided without a date", pack.file)
            }
        }
    }
}

/// The benefits that pay, each with what it pays.
fn paying(adjudication: &Adjudication) -> Vec<(&str, Decimal)> {
    let paid = adjudication.benefits().iter().map(|benefit| (benefit.id(), benefit.paid()));
    paid.filter(|(_, paid)| !paid.is_zero()).collect()
}

fn missing(adjudication: &Adjudication) -> Vec<&str> {
    adjudication.reasons().iter().filter_map(|reason| reason.fact.as_deref()).collect()
}

/// Facts whose absence means that there was none.
fn may_be_absent(pack: &Pack, name: &str) -> bool {
    let stated = pack.fact(name).map(|fact| fact.absent);
    let standard = STANDARD.iter().find(|fact| fact.name == name).map(|fact| fact.absent);
    stated.or(standard) == Some(Absent::None)
}

/// The facts that follow from this one, at first hand or at second.
fn what_follows_from(fact: &str) -> BTreeSet<&'static str> {
    let mut follow = BTreeSet::new();
    let mut sources = vec![fact];
    while let Some(source) = sources.pop() {
        let is_word =
            |derived: &str| derived.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').any(|word| word == source);
        for derived in STANDARD.iter().filter(|fact| fact.derived.is_some_and(is_word)) {
            if follow.insert(derived.name) {
                sources.push(derived.name);
            }
        }
    }
    follow
}

/// A sudden death on the first day of the cover waits, however many shares are held: that, and nothing else, is the reason.
#[test]
fn a_reason_does_not_change_with_a_fact_that_it_does_not_need() {
    let pack = SHELF.iter().find(|pack| pack.file == "henan-accident.toml").unwrap();
    let facts =
        |facts: &[(&str, &str)]| facts.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())).collect();
    let with_shares = Told {
        id: "C".to_owned(),
        plan: pack.plan.id(),
        cover_id: "E".to_owned(),
        cover: facts(&[
            ("birth_date", "1990-05-05"),
            ("coverage_start", "2025-01-01"),
            ("coverage_end", "2025-12-31"),
            ("shares", "1"),
        ]),
        claim: facts(&[("event_date", "2025-01-01"), ("cause", "sudden-death"), ("death", "true")]),
    };
    let codes = |told: &Told| -> Vec<String> {
        let adjudication = decide(pack, told, &Accumulators::new());
        adjudication.reasons().iter().map(|reason| reason.code.clone()).collect()
    };
    assert_eq!(codes(&with_shares), ["waiting-period"]);
    let without_shares = codes(&with_shares.without("shares"));
    assert!(["waiting-period", "missing-fact"].contains(&without_shares[0].as_str()), "{without_shares:?}");
}
