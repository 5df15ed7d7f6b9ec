//! Laws 10 and 12: a history at once is its claims one by one, and a reversal undoes exactly what its claim posted.

use std::cell::Cell;

use chrono::NaiveDate;
use huzhu::history::Measure;
use huzhu::{
    Accumulators, Adjudication, BenefitLines, Case, Claim, Code, Decider, Decision, Enrollment, MemberAccounts, Notice,
    Order, Outcome, Reason, Value, exact, history,
};
use proptest::prelude::*;
use rust_decimal::Decimal;
use serde_json::{Value as Json, json};

use super::law::{decide_in_turn, over_every_pack};
use super::member::{Telling, Told};
use super::shelf::{CATALOG, RECEIVED, WAITING};

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

/// An account that knows of these claims only that they are open.
fn open(claims: &[&Pair]) -> Accumulators {
    let date = |value: Option<&Value>| match value {
        Some(Value::Date(date)) => Json::from(date.to_string()),
        _ => Json::Null,
    };
    let claims = claims.iter().map(|(enrollment, claim)| {
        let (event_date, coverage_start) = (date(claim.fact("event_date")), date(enrollment.fact("coverage_start")));
        let cover = enrollment.id();
        let open = json!({
            "open": true, "event_date": event_date, "coverage_start": coverage_start, "enrollment_id": cover,
        });
        (claim.id(), open)
    });
    serde_json::from_value(claims.collect()).unwrap()
}

/// Nobody knows what comes before a claim without a date; it is open from the start, unless it is denied whatever that is.
fn start(claims: &[Pair]) -> Accumulators {
    let undated = claims.iter().filter(|(_, claim)| claim.reverses().is_none() && claim.fact("event_date").is_none());
    let is_denied = |pair: &&Pair| {
        let plan = CATALOG.resolve(&pair.0, &pair.1).unwrap();
        plan.adjudicate(&pair.0, &pair.1, &Accumulators::new()).unwrap().decision() == Decision::Denied
    };
    open(&undated.filter(|pair| !is_denied(pair)).collect::<Vec<_>>())
}

/// One claim after another, each told what is known around it and added to the account before the next is decided.
fn one_by_one(ordered: &[Pair]) -> (Vec<Adjudication>, Accumulators) {
    let mut accumulators = start(ordered);
    let mut decided = Vec::new();
    for (enrollment, claim) in &history::known(&CATALOG, ordered) {
        let plan = CATALOG.resolve(enrollment, claim).unwrap();
        let adjudication = plan.adjudicate(enrollment, claim, &accumulators).unwrap();
        adjudication.outcome().add_to(&mut accumulators).unwrap();
        decided.push(adjudication);
    }
    (decided, accumulators)
}

/// All of a decision but what is said where only ids order claims: who decides one claim after another does not know of it.
type Answered<'a> = (&'a Outcome, &'a [BenefitLines], &'a [Reason], Vec<&'a Notice>);

fn but_for_ids(adjudication: &Adjudication) -> Answered<'_> {
    let notices = adjudication.notices().iter().filter(|notice| notice.code() != Code::DecidedById);
    (adjudication.outcome(), adjudication.benefits(), adjudication.reasons(), notices.collect())
}

fn all_but_for_ids(adjudications: &[Adjudication]) -> Vec<Answered<'_>> {
    adjudications.iter().map(but_for_ids).collect()
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
            let (decided, accumulators) = history::decide(&CATALOG, &shuffled).unwrap();
            prop_assert_eq!(all_but_for_ids(&decided), all_but_for_ids(&expected.0), "turn {}", turn);
            prop_assert_eq!(&accumulators, &expected.1, "turn {}", turn);
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
        let (decided, _) = history::decide(&CATALOG, &claims).unwrap();
        prop_assert_eq!(Some(&last), decided.last(), "a case is the last claim of its history");
        prop_assert_eq!(accumulators, expected.1);
        Ok(())
    });
    assert!(depending.get() > 0, "the order mattered to no history");
}

/// What the claim was paid, by what is posted in the end.
fn paid(accumulators: &Accumulators, claim: &str) -> Decimal {
    accumulators
        .postings()
        .find(|posting| posting.claim() == claim)
        .map_or(Decimal::ZERO, |posting| posting.paid().unwrap())
}

/// The notice of this code; there is one at most.
fn told(adjudication: &Adjudication, code: Code) -> Option<&Notice> {
    let mut notices = adjudication.notices().iter().filter(|notice| notice.code() == code);
    let notice = notices.next();
    assert_eq!(notices.next(), None);
    notice
}

#[test]
fn a_claim_that_comes_late_says_what_either_order_pays() {
    let (late, moved) = (Cell::new(0), Cell::new(0));
    over_every_pack(Telling::anything(4), |_, members_claims| {
        let ordered = in_order(&pairs(members_claims));
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
            let later = ordered[place + 1..].iter().filter(|(_, claim)| claim.fact("event_date").is_some());
            let later: Vec<&str> = later.map(|(_, claim)| claim.id()).collect();
            if later.is_empty() || claim.fact("event_date").is_none() {
                prop_assert_eq!(told(&adjudication, Code::LaterClaimInHistory), None);
                continue;
            }
            let notice = told(&adjudication, Code::LaterClaimInHistory).unwrap();
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

/// Accumulators that went out after some claims and came back carry on as if they had stayed. A claim without a date would have to be known
/// from the start, and so is what is known around each claim: that its bill comes again under a cover that counts first, say.
#[test]
fn a_history_may_be_decided_in_two_sittings() {
    over_every_pack(Telling::anything(4), |pack, told| {
        let mut ordered = in_order(&pairs(told));
        ordered.retain(|(_, claim)| claim.fact("event_date").is_some());
        let expected = one_by_one(&ordered);
        for first in 0..ordered.len() {
            let mut accumulators = Accumulators::new();
            for (index, (enrollment, claim)) in history::known(&CATALOG, &ordered).iter().enumerate() {
                if index == first {
                    accumulators = serde_json::from_str(&serde_json::to_string(&accumulators).unwrap()).unwrap();
                }
                let adjudication =
                    CATALOG.resolve(enrollment, claim).unwrap().adjudicate(enrollment, claim, &accumulators).unwrap();
                prop_assert_eq!(&adjudication, &expected.0[index], "{}", &pack.file);
                adjudication.outcome().add_to(&mut accumulators).unwrap();
            }
            prop_assert_eq!(&accumulators, &expected.1);
        }
        Ok(())
    });
}

/// Splitting is nothing: the claims of a member in one call, or one call after another, in the order of the catalog, with what is posted going
/// out and coming back. What is said of a claim because of others is told from the start; of claims that only ids order, it is said within a call.
#[test]
fn splitting_claims_into_calls_is_nothing() {
    let (split, reversed) = (Cell::new(0), Cell::new(0));
    for catalog in [&*CATALOG, &*RECEIVED] {
        let decider = Decider::new(catalog);
        over_every_pack(Telling::anything(4), |pack, told| {
            let mut claims = match catalog.order() {
                Order::ByEvent => in_order(&pairs(told)),
                Order::AsReceived => pairs(told),
            };
            if catalog.order() == Order::ByEvent {
                claims.retain(|(_, claim)| claim.fact("event_date").is_some()); // one without a date would have to be known from the start
            }
            let Some((cover, first)) = claims.first().cloned() else { return Ok(()) };
            let reversal = (cover, Claim::reversal("R", first.id()));
            let place = if catalog.order() == Order::ByEvent { 1 } else { claims.len() / 2 + 1 };
            let mut with_reversal = claims.clone();
            with_reversal.insert(place, reversal);
            for claims in [claims, with_reversal] {
                let known = history::known(catalog, &claims);
                let mut whole = MemberAccounts::new("M1");
                let Ok(expected) = decider.decide(&mut whole, &known) else { continue }; // nothing was posted that could be reversed
                reversed.set(reversed.get() + usize::from(claims.iter().any(|(_, claim)| claim.reverses().is_some())));
                for size in 1..claims.len() {
                    let (mut accounts, mut decided) = (MemberAccounts::new("M1"), Vec::new());
                    for call in known.chunks(size) {
                        accounts = serde_json::from_str(&serde_json::to_string(&accounts).unwrap()).unwrap();
                        match call {
                            [(enrollment, claim)] => {
                                decided.push(decider.next(&mut accounts, enrollment, claim).unwrap());
                            }
                            several => decided.extend(decider.decide(&mut accounts, several).unwrap()),
                        }
                    }
                    prop_assert_eq!(
                        all_but_for_ids(&decided),
                        all_but_for_ids(&expected),
                        "{} in {}",
                        &pack.file,
                        size
                    );
                    prop_assert_eq!(&accounts, &whole, "{} in {}", &pack.file, size);
                    split.set(split.get() + 1);
                }
            }
            Ok(())
        });
    }
    assert!(split.get() > 0 && reversed.get() > 0, "{} splits, {} with a reversal", split.get(), reversed.get());
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
fn a_history_of_more_than_ten_thousand_claims_is_refused() {
    history_is_bounded(false);
}

#[test]
#[ignore = "it takes long: ten thousand claims of one member"]
fn a_history_of_ten_thousand_claims_is_decided() {
    history_is_bounded(true);
}

fn history_is_bounded(is_whole: bool) {
    let enrollment = Enrollment::new("E", "henan-accident", "M").with("coverage_start", "2025-01-01").unwrap();
    let claims: Vec<Pair> =
        (0..=history::MAX_CLAIMS).map(|number| (enrollment.clone(), Claim::new(&number.to_string()))).collect();
    assert!(history::decide(&CATALOG, &claims).is_err_and(|error| error.is_history()));
    let least = if is_whole { 1 } else { claims.len() - 100 };
    assert_eq!(history::decide(&CATALOG, &claims[least..]).map(|(decided, _)| decided.len()), Ok(claims.len() - least));
}

// ── claims that are open ──────────────────────────────────────────────────

/// The earlier claims that are open, of claims in order: pended, or without a date.
fn open_before<'a>(ordered: &'a [Pair], decided: &[Adjudication], place: usize) -> Vec<&'a Pair> {
    let undated = start(ordered);
    let is_open = |at: usize| {
        let is_undated = undated.open_claims().any(|open| open == ordered[at].1.id());
        is_undated || (at < place && decided[at].decision() == Decision::Pended)
    };
    (0..ordered.len()).filter(|at| *at != place && is_open(*at)).map(|at| &ordered[at]).collect()
}

/// Whatever an open claim turns out to be, a claim that says nothing of it comes out the same. What it may turn out to be are the facts of the
/// member's other claims.
#[test]
fn a_claim_that_does_not_name_an_open_one_does_not_hang_on_it() {
    let (named, unnamed) = (Cell::new(0), Cell::new(0));
    over_every_pack(Telling::anything(5), |_, members_claims| {
        let ordered = in_order(&pairs(members_claims));
        let (decided, _) = history::decide(&CATALOG, &ordered).unwrap();
        let mut account = Accumulators::new(); // of what is posted alone
        for (place, adjudication) in decided.iter().enumerate() {
            let (enrollment, claim) = &ordered[place];
            let plan = CATALOG.resolve(enrollment, claim).unwrap();
            let open = open_before(&ordered, &decided, place);
            let notice = told(adjudication, Code::EarlierClaimOpen);
            let subjects = notice.map(Notice::subjects).unwrap_or_default();
            prop_assert!(notice.is_none_or(|notice| !notice.holds() && !subjects.is_empty()));
            prop_assert!(subjects.iter().all(|subject| open.iter().any(|(_, open)| open.id() == subject)));
            prop_assert!(adjudication.decision() != Decision::Pended || notice.is_none(), "it is open itself");
            named.set(named.get() + subjects.len());
            for (of_open, open) in
                open.iter().filter(|_| notice.is_none() && adjudication.decision() != Decision::Pended)
            {
                for (_, facts) in &ordered {
                    let Some(settled) = settled(open, facts) else { continue };
                    let Ok(settling) = CATALOG.resolve(of_open, &settled) else { continue };
                    let posted = settling.adjudicate(of_open, &settled, &account).unwrap();
                    let Some(posting) = posted.posting() else { continue };
                    let mut with = account.clone();
                    with.post(posting).unwrap();
                    let after = plan.decide(enrollment, claim, &with).unwrap();
                    prop_assert_eq!(&after, adjudication.outcome(), "{} hangs on {}", claim.id(), open.id());
                    unnamed.set(unnamed.get() + 1);
                }
            }
            if let Some(posting) = adjudication.posting() {
                account.post(posting).unwrap();
            }
        }
        Ok(())
    });
    assert!(named.get() > 0 && unnamed.get() > 0, "{} named, {} settled", named.get(), unnamed.get());
}

/// The claim with the facts of another, and its own date if it has one.
fn settled(open: &Claim, facts: &Claim) -> Option<Claim> {
    let date = open.fact("event_date").or_else(|| facts.fact("event_date"))?.clone();
    let mut told = serde_json::to_value(facts).unwrap();
    told["id"] = open.id().into();
    let settled: Claim = serde_json::from_value(told).unwrap();
    settled.with("event_date", date).ok()
}

/// With `hold`, a claim that hangs on an open one is pended for that alone, and is open itself; all others are decided as ever.
#[test]
fn what_hangs_on_an_open_claim_waits_for_it() {
    let held = Cell::new(0);
    over_every_pack(Telling::anything(5), |_, members_claims| {
        let ordered = in_order(&pairs(members_claims));
        let (decided, after) = history::decide(&WAITING, &ordered).unwrap();
        let known = history::known(&CATALOG, &ordered);
        let mut account = Accumulators::new(); // of what is posted alone
        for (place, adjudication) in decided.iter().enumerate() {
            let (enrollment, claim) = &known[place];
            let plan = CATALOG.resolve(enrollment, claim).unwrap();
            let by_the_rules = plan.adjudicate(enrollment, claim, &account).unwrap();
            match told(adjudication, Code::EarlierClaimOpen) {
                None => prop_assert_eq!(but_for_ids(adjudication), but_for_ids(&by_the_rules)),
                Some(notice) => {
                    let open = open_before(&ordered, &decided, place);
                    prop_assert!(!open.is_empty() && notice.holds() && adjudication.is_held());
                    let (decision, posting) = (adjudication.decision(), adjudication.posting());
                    prop_assert_eq!(
                        (decision, posting, adjudication.payable()),
                        (Decision::Pended, None, Decimal::ZERO)
                    );
                    prop_assert_eq!(adjudication.reasons()[0].code.as_str(), "earlier-claim-open");
                    prop_assert_eq!(adjudication.reasons().len(), 1);
                    prop_assert!(by_the_rules.decision() != Decision::Pended);
                    prop_assert!(after.open_claims().any(|open| open == claim.id()));
                    held.set(held.get() + 1);
                }
            }
            if let Some(posting) = adjudication.posting() {
                account.post(posting).unwrap();
            }
        }
        Ok(())
    });
    assert!(held.get() > 0, "no claim waited");
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
            if adjudication.notices().iter().any(Notice::holds) {
                continue; // a bill that comes twice no longer does once it is taken back
            }
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
            prop_assert_eq!(original.outcome(), adjudication.outcome(), "what is reversed was decided as ever");
            prop_assert_eq!(original.benefits(), adjudication.benefits());
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
    sum(accumulators.postings().map(|posting| posting.paid().unwrap()))
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
                    .filter(|(entry, _)| entry.measure() == Measure::Paid)
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
