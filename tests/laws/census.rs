//! That the laws are not tried on empty ground: members of every plan are paid, due nothing, denied and pended.

use std::collections::BTreeMap;

use huzhu::Decision;

use super::law::{decide_in_turn, the_same_members};
use super::member::Telling;
use super::shelf::SHELF;
use super::small::name;

const MEMBERS: usize = 100;
const CLAIMS: usize = 3;

#[test]
fn members_of_every_plan_meet_every_decision() {
    for pack in SHELF.iter() {
        let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
        let mut paying: BTreeMap<String, usize> = BTreeMap::new();
        let mut binding: BTreeMap<String, usize> = BTreeMap::new();
        for told in the_same_members(pack, Telling::anything(CLAIMS), MEMBERS) {
            for decided in decide_in_turn(pack, &told) {
                *seen.entry(name(decided.adjudication.decision())).or_default() += 1;
                for benefit in decided.adjudication.benefits() {
                    *paying.entry(benefit.id().to_owned()).or_default() += usize::from(!benefit.paid().is_zero());
                    for line in benefit.lines() {
                        *binding.entry(format!("{} of {}", line.step(), benefit.id())).or_default() +=
                            usize::from(line.is_binding());
                    }
                }
            }
        }
        println!("{}: {seen:?}, {paying:?}, {binding:?}", pack.file);
        let share_of = |decision: Decision| seen.get(name(decision)).copied().unwrap_or(0) * 100 / (MEMBERS * CLAIMS);
        assert!(share_of(Decision::Paid) >= 8, "{}: {seen:?}", pack.file);
        assert!(share_of(Decision::Pended) >= 2, "{}: {seen:?}", pack.file);
        assert!(share_of(Decision::Denied) >= 5, "{}: {seen:?}", pack.file);
        for benefit in pack.plan.benefit_ids() {
            assert!(paying.get(benefit).is_some_and(|seen| *seen > 0), "{}: {benefit} never pays", pack.file);
        }
    }
}
