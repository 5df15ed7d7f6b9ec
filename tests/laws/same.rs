//! Law 2: the same inputs decide the same way.

use huzhu::{Accumulators, Claim, Enrollment};
use proptest::prelude::*;
use serde::{Serialize, de::DeserializeOwned};

use super::law::{decide, decide_in_turn, over_every_pack, turned};
use super::member::{Telling, Told};

#[test]
fn the_same_inputs_decide_the_same_way() {
    over_every_pack(Telling::anything(3), |pack, told| {
        for decided in decide_in_turn(pack, told) {
            let (enrollment, claim) = (decided.told.enrollment(), decided.told.claim());
            let again = pack.plan.adjudicate(&enrollment, &claim, &decided.before).unwrap();
            prop_assert_eq!(&again, &decided.adjudication);
            let alone = pack.plan.decide(&enrollment, &claim, &decided.before).unwrap();
            prop_assert_eq!(&alone, decided.adjudication.outcome(), "the answer alone is the answer with reasons");
            let (enrollment, claim): (Enrollment, Claim) = (through_json(&enrollment), through_json(&claim));
            let before: Accumulators = through_json(&decided.before);
            let reread = pack.plan.adjudicate(&enrollment, &claim, &before).unwrap();
            prop_assert_eq!(&reread, &decided.adjudication, "what went through JSON decides the same");
        }
        Ok(())
    });
}

fn through_json<T: Serialize + DeserializeOwned>(value: &T) -> T {
    serde_json::from_str(&serde_json::to_string(value).unwrap()).unwrap()
}

#[test]
fn the_order_of_facts_changes_nothing() {
    over_every_pack(Telling::anything(2), |pack, told| {
        for decided in decide_in_turn(pack, told) {
            let told = &decided.told;
            let other = Told { cover: turned(&told.cover), claim: turned(&told.claim), ..told.clone() };
            prop_assert_eq!(other.enrollment(), told.enrollment());
            prop_assert_eq!(other.claim(), told.claim());
            prop_assert_eq!(decide(pack, &other, &decided.before), decided.adjudication);
        }
        Ok(())
    });
}

/// The first value of a fact leaves no trace once it is given anew.
#[test]
fn the_last_value_of_a_fact_counts() {
    over_every_pack(Telling::sound(2), |pack, told| {
        let [first, second] = told else { unreachable!("two claims were asked for") };
        let mut claim = Claim::new(&second.id);
        for (name, value) in first.claim.iter().filter(|(name, _)| second.value(name).is_some()).chain(&second.claim) {
            claim = claim.with(name, value.clone()).unwrap();
        }
        prop_assert_eq!(&claim, &second.claim());
        let nothing = Accumulators::new();
        prop_assert_eq!(
            pack.plan.adjudicate(&second.enrollment(), &claim, &nothing).unwrap(),
            decide(pack, second, &nothing)
        );
        Ok(())
    });
}
