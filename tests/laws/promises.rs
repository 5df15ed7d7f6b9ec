//! Law 7, what can be seen of it from outside: what a pack promises holds for every claim.

use huzhu::Decision;
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::law::{decide, decide_in_turn, over_every_pack};
use super::member::Telling;
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

fn most(pack: &Pack) -> Option<Decimal> {
    pack.says["promise"]["never_pays_more_than"].as_str().map(amount)
}

fn monotone(pack: &Pack) -> Vec<&str> {
    pack.says["promise"]["monotone_in"].as_array().into_iter().flatten().filter_map(|name| name.as_str()).collect()
}
