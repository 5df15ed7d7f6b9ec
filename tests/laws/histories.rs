//! Laws 10 and 12: a history at once is its claims one by one, and a reversal undoes exactly what its claim posted.

use std::cell::Cell;

use chrono::NaiveDate;
use huzhu::{Accumulators, Adjudication, Case, Claim, Decision, Enrollment, Posting, Value, exact, history};
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::law::{decide_in_turn, over_every_pack};
use super::member::{Telling, Told};
use super::shelf::CATALOG;

type Pair = (Enrollment, Claim);

fn pairs(told: &[Told]) -> Vec<Pair> {
    told.iter().map(|told| (told.enrollment(), told.claim())).collect()
}

/// By event date, then by claim id; claims without a date last.
fn in_order(claims: &[Pair]) -> Vec<Pair> {
    let mut ordered = claims.to_vec();
    ordered.sort_by_key(|(_, claim)| match claim.fact("event_date") {
        Some(Value::Date(date)) => (*date, claim.id().to_owned()),
        _ => (NaiveDate::MAX, claim.id().to_owned()),
    });
    ordered
}

/// One claim after another, each posted before the next is decided.
fn one_by_one(ordered: &[Pair]) -> (Vec<Adjudication>, Accumulators) {
    let mut accumulators = Accumulators::new();
    let mut decided = Vec::new();
    for (enrollment, claim) in ordered {
        let plan = CATALOG.resolve(enrollment, claim).unwrap();
        let adjudication = plan.adjudicate(enrollment, claim, &accumulators).unwrap();
        if let Some(posting) = adjudication.posting() {
            accumulators.post(posting).unwrap();
        }
        decided.push(adjudication);
    }
    (decided, accumulators)
}

// ── law 10 ────────────────────────────────────────────────────────────────

#[test]
fn deciding_a_history_at_once_equals_claim_by_claim() {
    let depending = Cell::new(0);
    over_every_pack(Telling::anything(6), |_, told| {
        let claims = pairs(told);
        let ordered = in_order(&claims);
        let expected = one_by_one(&ordered);
        let mut shuffled = claims.clone();
        for turn in 0..claims.len() {
            shuffled.rotate_left(1);
            shuffled[1..].reverse();
            prop_assert_eq!(&history::decide(&CATALOG, &shuffled).unwrap(), &expected, "turn {}", turn);
        }
        if one_by_one(&claims).1 != expected.1 {
            depending.set(depending.get() + 1);
        }
        let Some(((enrollment, claim), earlier)) = ordered.split_last() else { unreachable!("there are six") };
        let case = Case {
            enrollment: enrollment.clone(),
            history: earlier.to_vec(),
            other_covers: None,
            claim: claim.clone(),
        };
        let (last, accumulators) = case.decide(&CATALOG).unwrap();
        prop_assert_eq!(Some(&last), expected.0.last(), "a case is the last claim of its history");
        prop_assert_eq!(accumulators, expected.1);
        Ok(())
    });
    assert!(depending.get() > 0, "the order mattered to no history");
}

/// What the claim was paid, by what is posted in the end.
fn paid(accumulators: &Accumulators, claim: &str) -> Decimal {
    accumulators.postings().find(|posting| posting.claim() == claim).map(Posting::paid).unwrap_or_default()
}

#[test]
fn a_claim_that_comes_late_says_what_either_order_pays() {
    let (late, moved) = (Cell::new(0), Cell::new(0));
    over_every_pack(Telling::anything(4), |_, told| {
        let ordered = in_order(&pairs(told));
        let (_, declared) = one_by_one(&ordered);
        for (place, (enrollment, claim)) in ordered.iter().enumerate() {
            let mut received = ordered.clone();
            let last = received.remove(place);
            let case = Case {
                enrollment: enrollment.clone(),
                history: received.clone(),
                other_covers: None,
                claim: claim.clone(),
            };
            received.push(last);
            let (decided, as_received) = one_by_one(&received);
            let (adjudication, accumulators) = case.decide(&CATALOG).unwrap();
            prop_assert_eq!(&accumulators, &as_received);
            prop_assert_eq!(Some(adjudication.outcome()), decided.last().map(Adjudication::outcome));
            let later: Vec<&str> = ordered[place + 1..].iter().map(|(_, claim)| claim.id()).collect();
            if later.is_empty() || claim.fact("event_date").is_none() {
                prop_assert_eq!(adjudication.notices(), &[]);
                continue;
            }
            let [notice] = adjudication.notices() else { panic!("{:?}", adjudication.notices()) };
            prop_assert_eq!(notice.code().name(), "later-claim-in-history");
            prop_assert_eq!(notice.subjects(), &later[..]);
            let recalculation = notice.recalculation().unwrap();
            for (recalculated, id) in recalculation.claims().iter().zip([claim.id()].iter().chain(&later)) {
                prop_assert_eq!(&recalculated.claim, id);
                prop_assert_eq!(recalculated.as_received, paid(&as_received, id));
                prop_assert_eq!(recalculated.in_order, paid(&declared, id));
            }
            let difference = exact::subtract(posted(&declared), posted(&as_received)).unwrap();
            prop_assert_eq!(recalculation.difference(), difference, "earlier claims are paid the same either way");
            late.set(late.get() + 1);
            moved.set(moved.get() + usize::from(!difference.is_zero()));
        }
        Ok(())
    });
    assert!(moved.get() > 0, "of {} late claims the order moved none", late.get());
}

/// Accumulators that went out after some claims and came back carry on as if they had stayed.
#[test]
fn a_history_may_be_decided_in_two_sittings() {
    over_every_pack(Telling::anything(4), |pack, told| {
        let ordered = in_order(&pairs(told));
        let expected = one_by_one(&ordered);
        for first in 0..ordered.len() {
            let (_, halfway) = history::decide(&CATALOG, &ordered[..first]).unwrap();
            let mut accumulators: Accumulators =
                serde_json::from_str(&serde_json::to_string(&halfway).unwrap()).unwrap();
            for (index, (enrollment, claim)) in ordered.iter().enumerate().skip(first) {
                let adjudication =
                    CATALOG.resolve(enrollment, claim).unwrap().adjudicate(enrollment, claim, &accumulators).unwrap();
                prop_assert_eq!(&adjudication, &expected.0[index], "{}", &pack.file);
                if let Some(posting) = adjudication.posting() {
                    accumulators.post(posting).unwrap();
                }
            }
            prop_assert_eq!(&accumulators, &expected.1);
        }
        Ok(())
    });
}

#[test]
fn a_history_has_each_claim_once() {
    over_every_pack(Telling::sound(2), |_, told| {
        let mut claims = pairs(told);
        claims.push(claims[0].clone());
        prop_assert!(history::decide(&CATALOG, &claims).is_err_and(|error| error.is_history()));
        Ok(())
    });
}

#[test]
fn a_history_has_at_most_ten_thousand_claims() {
    let enrollment = Enrollment::new("E", "henan-accident", "M").with("coverage_start", "2025-01-01").unwrap();
    let claims: Vec<Pair> =
        (0..=history::MAX_CLAIMS).map(|number| (enrollment.clone(), Claim::new(&number.to_string()))).collect();
    assert!(history::decide(&CATALOG, &claims).is_err_and(|error| error.is_history()));
    assert_eq!(history::decide(&CATALOG, &claims[1..]).map(|(decided, _)| decided.len()), Ok(10_000));
}

// ── law 12 ────────────────────────────────────────────────────────────────

#[test]
fn a_reversal_undoes_exactly_what_its_claim_posted() {
    let moved = Cell::new(0);
    over_every_pack(Telling::anything(4), |_, told| {
        let claims = in_order(&pairs(told));
        let (decided, accumulators) = one_by_one(&claims);
        for (index, adjudication) in decided.iter().enumerate() {
            let reversal = Claim::reversal("R", adjudication.outcome().claim());
            let mut with_reversal = claims.clone();
            with_reversal.insert(0, (claims[index].0.clone(), reversal));
            if adjudication.posting().is_none() {
                prop_assert!(
                    history::decide(&CATALOG, &with_reversal).is_err_and(|error| error.is_history()),
                    "nothing was posted"
                );
                continue;
            }
            let mut without = claims.clone();
            without.remove(index);
            let expected = history::decide(&CATALOG, &without).unwrap();
            let (mut found, left) = history::decide(&CATALOG, &with_reversal).unwrap();
            let reversed = found.remove(index + 1);
            let original = found.remove(index);
            prop_assert_eq!(&original, adjudication, "what is reversed was decided as ever");
            prop_assert_eq!(reversed.outcome().claim(), "R");
            prop_assert_eq!(reversed.decision(), Decision::Reversed);
            prop_assert_eq!(&reversed.reasons()[0].code, "reversal");
            sums_to_nothing(&original, &reversed)?;
            let due = [&original, &reversed].into_iter().chain(&found).map(Adjudication::payable);
            prop_assert_eq!(sum(due), posted(&left), "what is due in all is what is posted in the end");
            prop_assert_eq!(&found, &expected.0, "the rest is decided as if the claim had never been");
            prop_assert_eq!(&left, &expected.1);
            with_reversal.push((claims[index].0.clone(), Claim::reversal("S", adjudication.outcome().claim())));
            prop_assert!(
                history::decide(&CATALOG, &with_reversal).is_err_and(|error| error.is_history()),
                "reversed twice"
            );
            moved.set(moved.get() + usize::from(left != accumulators));
        }
        Ok(())
    });
    assert!(moved.get() > 0, "no reversal moved anything");
}

/// By benefit and in all; a reversal lists the benefits that were paid, in the same order, and has no steps.
fn sums_to_nothing(original: &Adjudication, reversed: &Adjudication) -> Result<(), TestCaseError> {
    prop_assert_eq!(sum([original.payable(), reversed.payable()].into_iter()), Decimal::ZERO);
    prop_assert!(!reversed.payable().is_sign_negative() || !reversed.payable().is_zero(), "no minus before nothing");
    let paid = original.benefits().iter().filter(|lines| !lines.paid().is_zero());
    let paid: Vec<(&str, Decimal)> = paid.map(|lines| (lines.id(), -lines.paid())).collect();
    let back: Vec<(&str, Decimal)> = reversed.benefits().iter().map(|lines| (lines.id(), lines.paid())).collect();
    prop_assert_eq!(back, paid);
    for lines in reversed.benefits() {
        prop_assert_eq!((lines.gross(), lines.lines().len()), (lines.paid(), 0));
    }
    Ok(())
}

fn sum(amounts: impl Iterator<Item = Decimal>) -> Decimal {
    amounts.fold(Decimal::ZERO, |sum, amount| exact::add(sum, amount).unwrap())
}

fn posted(accumulators: &Accumulators) -> Decimal {
    sum(accumulators.postings().map(Posting::paid))
}

#[test]
fn a_reversal_is_decided_with_its_history_alone_whatever_facts_it_repeats() {
    over_every_pack(Telling::sound(2), |pack, told| {
        for told in told {
            let mut reversal = Claim::reversal("R", &told.id);
            let claim = serde_json::to_value(told.claim()).unwrap();
            for name in claim.as_object().unwrap().keys().filter(|name| told.claim().fact(name).is_some()) {
                reversal = reversal.with(name, told.claim().fact(name).unwrap().clone()).unwrap();
            }
            let (enrollment, none) = (told.enrollment(), Accumulators::new());
            let plan = CATALOG.resolve(&enrollment, &reversal).unwrap();
            prop_assert!(
                plan.adjudicate(&enrollment, &reversal, &none).is_err_and(|error| error.is_history()),
                "{}: a reversal is paid by the rules",
                &pack.file
            );
            prop_assert!(plan.decide(&enrollment, &reversal, &none).is_err_and(|error| error.is_history()));
            let together = CATALOG.adjudicate_together(&[(&enrollment, &none)], &reversal);
            prop_assert!(together.is_err_and(|error| error.is_history()));
        }
        Ok(())
    });
}

#[test]
fn posting_and_reversing_leaves_the_accumulators_as_they_were() {
    over_every_pack(Telling::anything(4), |pack, told| {
        let decided = decide_in_turn(pack, told);
        let mut all = Accumulators::new();
        for decided in &decided {
            if let Some(posting) = decided.adjudication.posting() {
                all.post(posting).unwrap();
                let full = all.clone();
                prop_assert!(all.post(posting).is_err_and(|error| error.is_history()), "a claim posts once");
                prop_assert_eq!(&all, &full, "a refused posting leaves no trace");
                prop_assert_eq!(&all.reverse(posting.claim()).unwrap(), posting);
                prop_assert_eq!(&all, &decided.before);
                prop_assert!(
                    all.reverse(posting.claim()).is_err_and(|error| error.is_history()),
                    "it is reversed once"
                );
                prop_assert_eq!(&all, &decided.before);
                all.post(posting).unwrap();
            }
        }
        // Taken back from the first to the last, in another order than they came.
        for decided in &decided {
            if let Some(posting) = decided.adjudication.posting() {
                prop_assert!(all.has_posted(posting.claim()));
                let paid: Decimal = posting
                    .amounts()
                    .filter(|(name, _)| name.starts_with("paid:"))
                    .fold(Decimal::ZERO, |sum, (_, amount)| exact::add(sum, amount).unwrap());
                prop_assert_eq!(paid, decided.adjudication.payable());
                all.reverse(posting.claim()).unwrap();
            }
        }
        prop_assert!(all.is_empty());
        prop_assert_eq!(all, Accumulators::new());
        Ok(())
    });
}
