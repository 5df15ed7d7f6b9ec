//! Law 7, what can be seen of it from outside: what a pack promises holds for every claim.

use std::cell::Cell;

use huzhu::{Accumulators, Decision, Value, calendar};
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::law::{decide, decide_in_turn, over, over_every_pack};
use super::member::{Telling, Told, later};
use super::shelf::{Pack, SHELF, amount};

#[test]
fn no_claim_is_paid_more_than_its_pack_promises() {
    assert!(SHELF.iter().filter(|pack| most(pack).is_some()).count() >= 12, "most packs promise it");
    over_every_pack(Telling::anything(3), |pack, told| {
        let most = most(pack);
        let borne = pack.says["promise"]["never_pays_more_than_borne"].as_str();
        for decided in decide_in_turn(pack, told) {
            let payable = decided.adjudication.payable();
            if let Some(most) = most {
                prop_assert!(payable <= most, "{payable} is more than {most}");
            }
            if let Some(borne) = borne.and_then(|fact| decided.told.number(fact)) {
                prop_assert!(payable <= borne, "{payable} is more than the {borne} that is borne");
            }
        }
        Ok(())
    });
}

/// A pack may need more members than a law asks for until claims share a limit.
const ROUNDS: usize = 8;

#[test]
fn no_period_is_paid_more_than_its_pack_promises() {
    let promising: Vec<&Pack> = SHELF.iter().filter(|pack| most_of_a_period(pack).is_some()).collect();
    assert_eq!(promising.len(), 8);
    for pack in promising {
        let most = most_of_a_period(pack).unwrap();
        let highest = Cell::new(Decimal::ZERO);
        for _ in 0..ROUNDS {
            over(pack, Telling::sound(8), |told| {
                let claims: Vec<Told> = told.iter().map(|claim| under_one_cover(claim, &told[0])).collect();
                let decided = decide_in_turn(pack, &claims);
                let together = decided.iter().map(|decided| decided.adjudication.payable()).sum::<Decimal>();
                prop_assert!(together <= most, "{together} is more than {most}");
                highest.set(highest.get().max(together));
                Ok(())
            });
            if highest.get() * Decimal::TWO > most {
                break;
            }
        }
        assert!(highest.get() * Decimal::TWO > most, "{} comes to {} of {most} at most", pack.file, highest.get());
    }
}

/// The same claim under the cover of another.
fn under_one_cover(told: &Told, other: &Told) -> Told {
    Told { cover_id: other.cover_id.clone(), cover: other.cover.clone(), ..told.clone() }
}

/// More of a fact never pays less, all else equal; and never makes a claim wait or be denied.
#[test]
fn more_of_a_monotone_fact_never_lowers_the_payout() {
    assert!(SHELF.iter().filter(|pack| !monotone(pack).is_empty()).count() >= 8, "most packs promise it");
    over_every_pack(Telling { is_outright: true, ..Telling::sound(2) }, |pack, told| {
        for decided in decide_in_turn(pack, told) {
            for name in monotone(pack) {
                let fact = pack.fact(name).unwrap();
                let unit = Decimal::new(1, fact.kind.places());
                let now = decided.told.number(name).unwrap_or(fact.min);
                for more in [now + unit, now + Decimal::from(100), now + now, fact.max] {
                    let raised = decide(pack, &decided.told.with(fact, more.min(fact.max)), &decided.before);
                    prop_assert!(
                        raised.payable() >= decided.adjudication.payable(),
                        "{name} = {more} pays {}",
                        raised.payable()
                    );
                    if matches!(decided.adjudication.decision(), Decision::Paid | Decision::NothingDue) {
                        prop_assert!(matches!(raised.decision(), Decision::Paid | Decision::NothingDue));
                    }
                }
            }
        }
        Ok(())
    });
}

const ORDERS: [[usize; 3]; 6] = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];

/// Three claims of one cover and event date, after another claim of the member, in every order.
#[test]
fn claims_of_one_event_are_paid_the_same_in_any_order() {
    let promising: Vec<&Pack> =
        SHELF.iter().filter(|pack| pack.says["promise"].get("same_in_any_order").is_some()).collect();
    assert_eq!(promising.len(), 9);
    for pack in promising {
        let paid_less_together = Cell::new(0);
        for _ in 0..ROUNDS {
            over(pack, Telling::sound(4), |told| {
                let [before, claims @ ..] = told else { unreachable!("there are four") };
                let claims: Vec<Told> = claims.iter().map(|claim| of_one_event(claim, &claims[0])).collect();
                let Some(sums) = ORDERS
                    .iter()
                    .map(|order| together(pack, before, order.map(|claim| &claims[claim])))
                    .collect::<Option<Vec<_>>>()
                else {
                    return Ok(());
                };
                prop_assert!(sums.iter().all(|sum| *sum == sums[0]), "{sums:?} of {claims:?}");
                let apart = claims.iter().map(|claim| decide(pack, claim, &Accumulators::new()).payable());
                if apart.sum::<Decimal>() > sums[0] {
                    paid_less_together.set(paid_less_together.get() + 1);
                }
                Ok(())
            });
            if paid_less_together.get() > 0 {
                break;
            }
        }
        assert!(paid_less_together.get() > 0, "no claims of an event of {} count together", pack.file);
    }
}

/// The same claim under the cover and on the day of another; its other dates go with the event, so that they stay in order.
fn of_one_event(told: &Told, other: &Told) -> Told {
    let day = |told: &Told| match told.value("event_date") {
        Some(Value::Date(date)) => *date,
        Some(Value::Number(_) | Value::YesNo(_) | Value::Text(_)) | None => unreachable!("every claim has its day"),
    };
    let days = calendar::days(day(told), day(other));
    let mut claim = told.without("shares_elsewhere").claim;
    claim.extend(other.claim.iter().filter(|(name, _)| name == "shares_elsewhere").cloned());
    for (_, value) in &mut claim {
        if let Value::Date(date) = value {
            *date = later(*date, days);
        }
    }
    Told { cover_id: other.cover_id.clone(), cover: other.cover.clone(), claim, ..told.clone() }
}

/// What the claims are paid in this order; nothing is said if one of them is pended.
fn together(pack: &Pack, before: &Told, claims: [&Told; 3]) -> Option<Decimal> {
    let told: Vec<Told> = [before].into_iter().chain(claims).cloned().collect();
    let decided = decide_in_turn(pack, &told);
    let of_the_event = decided.iter().skip(1).map(|decided| &decided.adjudication);
    if of_the_event.clone().any(|adjudication| adjudication.decision() == Decision::Pended) {
        return None;
    }
    Some(of_the_event.map(huzhu::Adjudication::payable).sum())
}

/// The most that one claim is paid: of a pack that promises it of all claims of a period, of one claim too.
fn most(pack: &Pack) -> Option<Decimal> {
    let says = &pack.says["promise"]["never_pays_more_than"];
    says.as_str().or(says["amount"].as_str()).map(amount)
}

/// The most that all claims of a period are paid together.
fn most_of_a_period(pack: &Pack) -> Option<Decimal> {
    let says = &pack.says["promise"]["never_pays_more_than"];
    assert!(says["per"].is_null() || says["per"] == "period", "{says}");
    says["amount"].as_str().map(amount)
}

fn monotone(pack: &Pack) -> Vec<&str> {
    pack.says["promise"]["monotone_in"].as_array().into_iter().flatten().filter_map(|name| name.as_str()).collect()
}
