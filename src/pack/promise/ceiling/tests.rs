//! What is proven is tried on drawn packs: claims of a member one after the other, some of them cut by joint limits, some reversed.

#![expect(clippy::arithmetic_side_effects, reason = "the numbers drawn here are small")]

use rust_decimal::Decimal;

use super::super::cases::{self, Effort};
use super::super::drawn::{a_claim, a_pack, between, chance, date, day, one_of};
use super::super::tried::Dice;
use super::super::work::{self, Work};
use super::super::{claims, holds, payable};
use super::{Proof, prove};
use crate::accumulator::{Accumulators, Group, Period, Posting};
use crate::adjudicate::{Decision, Outcome};
use crate::claim::Claim;
use crate::enrollment::Enrollment;
use crate::fact::Value;
use crate::money::FEN;
use crate::pack;
use crate::plan::Plan;
use crate::reading::bounds::{Bounded, Trend};
use crate::scope::Scope;

/// `CEILING_PACKS=10000` asks for another number.
const PACKS: u32 = 60;
const MANY_PACKS: u32 = 600;
const HISTORIES: usize = 60;
const DAYS: [u32; 4] = [10, 20, 200, 370];

/// Steps that raise what is due, or share it out, beside those of every drawn pack.
const MORE_STEPS: [&str; 9] = [
    "{ bands = \"ladder\" }",
    "{ bands = \"ladder\" }",
    "{ add = \"sum_a\" }",
    "{ add = \"sum_a\", when = \"is_severe\" }",
    "{ minimum = \"sum_a\" }",
    "{ franchise = \"sum_a\", edge = \"up-to\" }",
    "{ franchise = \"sum_b\", edge = \"below\", when = \"is_severe\" }",
    "{ limit = \"sum_a\", per = \"period\", when = \"is_severe\" }, { limit = \"sum_b\", per = \"life\", when = \"not is_severe\" }",
    "{ limit = \"sum_b\", per = \"calendar-year\" }, { pay = \"rate\" }",
];

#[test]
fn what_is_proven_of_many_claims_is_kept() {
    bounds_are_kept(PACKS);
}

#[test]
#[ignore = "it takes long: the same of many packs"]
fn what_is_proven_of_many_claims_is_kept_under_many_packs() {
    bounds_are_kept(MANY_PACKS);
}

fn bounds_are_kept(packs: u32) {
    let packs = std::env::var("CEILING_PACKS").map_or(packs, |asked| asked.parse().unwrap());
    let mut dice = Dice::new();
    let (mut read, mut bounded, mut reached, mut unbounded, mut passed) = (0_u32, 0_u32, 0_u32, 0_u32, 0_u32);
    for _ in 0..packs {
        let text = a_pack(&MORE_STEPS, &mut dice);
        let Ok(plan) = pack::load("drawn.toml", text.as_bytes()) else { continue };
        read += 1;
        let ceilings = Scope::ALL.map(|(_, scope)| (scope, least(&plan, scope)));
        for (scope, least) in ceilings {
            if let Some(least) = least {
                assert_eq!(prove(&plan, scope, least, &work()), Ok(()), "{scope} {least}\n{text}");
                assert!(prove(&plan, scope, least - FEN, &work()).is_err(), "{scope} {least}\n{text}");
            }
        }
        let mut most = ceilings.map(|(scope, least)| (scope, least, Decimal::ZERO));
        let one = One::of(&plan);
        for _ in 0..HISTORIES {
            let account = a_history(&plan, &one, &text, &mut dice);
            for (scope, least, highest) in &mut most {
                for group in groups(*scope) {
                    let paid = account.paid_in_all(&group).unwrap();
                    assert!(least.is_none_or(|least| paid <= least), "{group:?} {paid} {least:?}\n{text}");
                    *highest = paid.max(*highest);
                }
            }
        }
        for (_, least, highest) in most {
            bounded += u32::from(least.is_some());
            reached += u32::from(least == Some(highest));
            unbounded += u32::from(least.is_none());
            passed += u32::from(least.is_none() && highest > Decimal::from(1_000));
        }
    }
    println!(
        "{read} packs: {bounded} bounds, {reached} of them reached; {unbounded} without a bound, {passed} of them high"
    );
    assert!(bounded > packs && reached * 3 > bounded, "{bounded} bounds, {reached} reached");
    assert!(passed * 3 > unbounded, "{passed} of {unbounded} that have no bound come to much");
}

/// As much as is done for one promise.
fn work() -> Work {
    Work::of(work::FOR_PROOFS)
}

fn least(plan: &Plan, scope: Scope) -> Option<Decimal> {
    let work = work();
    let proof = Proof::by_cases(plan, scope, &work);
    proof.least_of(&proof.ceilings()).map(|together| together.sum)
}

/// What is proven of any single claim.
struct One {
    most: Decimal,
    /// Whether no more than `cost` is paid, and never less where that is more.
    at_most_borne: bool,
    never_falls: bool,
}

impl One {
    fn of(plan: &Plan) -> One {
        let cost = plan.slots().find(|slot| &*plan.fact(*slot).name == "cost");
        let never_falls = |amount: &Bounded| matches!(amount.trend(), Trend::Still | Trend::Up);
        One {
            most: cases::most(
                plan,
                Effort { enough: Decimal::MIN, work: &work() },
                |case| claims(plan, None, None, case),
                |read| payable(read).high(),
            ),
            at_most_borne: cost.is_some()
                && holds(plan, &work(), |case| claims(plan, None, cost, case), Bounded::is_at_most_borne),
            never_falls: cost.is_some() && holds(plan, &work(), |case| claims(plan, cost, None, case), never_falls),
        }
    }

    fn check(&self, claim: &Claim, paid: Decimal, more: impl Fn(&Claim) -> Option<Decimal>, text: &str) {
        assert!(paid <= self.most, "{paid} is more than {}\n{claim:?}\n{text}", self.most);
        let Some(Value::Number(cost)) = claim.fact("cost").cloned() else { return };
        assert!(!self.at_most_borne || paid <= cost, "{paid} is more than {cost}\n{claim:?}\n{text}");
        if self.never_falls {
            let raised = claim.clone().with("cost", (cost + FEN * Decimal::from(7)).min(Decimal::from(1_000))).unwrap();
            assert!(more(&raised).is_none_or(|more| more >= paid), "{paid} falls\n{claim:?}\n{text}");
        }
    }
}

/// Every group that claims here can be of.
fn groups(scope: Scope) -> Vec<Group> {
    let dates = DAYS.map(date);
    let periods = COVERS.map(|(id, start)| Period::of(date(start), &id.into()));
    dates.iter().flat_map(|date| periods.iter().map(|period| Group::of(scope, *date, period))).collect()
}

const COVERS: [(&str, u32); 2] = [("E", 1), ("F", 100)];

fn a_history(plan: &Plan, one: &One, text: &str, dice: &mut Dice) -> Accumulators {
    let mut account = Accumulators::new();
    let enrollments = COVERS.map(|(id, start)| {
        let shares = u32::try_from(between(dice, 1, 3)).unwrap();
        let enrollment = Enrollment::new(id, "drawn", "M").with("coverage_start", day(start)).unwrap();
        enrollment.with("shares", shares).unwrap()
    });
    let repeated = a_claim(plan, "A", 10, dice);
    for number in 0..between(dice, 1, 12) {
        let id = format!("C{number}");
        let date = one_of(dice, &DAYS);
        let claim = if chance(dice, 30) { renamed(&repeated, &id, date) } else { a_claim(plan, &id, date, dice) };
        let claim =
            if chance(dice, 10) { claim.without(one_of(dice, &["is_severe", "lump", "kind_of_loss"])) } else { claim };
        let enrollment = &enrollments[usize::from(chance(dice, 20))];
        let decide = |claim: &Claim| plan.decide(enrollment, claim, &account).ok().filter(is_decided);
        let Some(outcome) = decide(&claim) else { continue };
        one.check(&claim, outcome.payable(), |claim| decide(claim).map(|outcome| outcome.payable()), text);
        let Some(mut posting) = outcome.posting().cloned() else { continue };
        if chance(dice, 10) {
            cut(&mut posting, plan, dice);
        }
        account.post(&posting).unwrap();
        if chance(dice, 10) {
            account.reverse(&format!("C{}", between(dice, 0, number))).ok();
        }
    }
    account
}

fn is_decided(outcome: &Outcome) -> bool {
    match outcome.decision() {
        Decision::Paid | Decision::NothingDue | Decision::Denied => true,
        Decision::Pended | Decision::Reversed => false,
    }
}

/// The same once more, under another id and perhaps on another day.
fn renamed(claim: &Claim, id: &str, date: u32) -> Claim {
    let facts = ["cost", "lump", "kind_of_loss", "is_severe"].into_iter();
    let facts = facts.filter_map(|name| Some((name, claim.fact(name)?.clone())));
    let renamed = Claim::new(id).with("event_date", day(date)).unwrap();
    facts.fold(renamed, |renamed, (name, value)| renamed.with(name, value).unwrap())
}

/// What a joint limit may do: it takes off anything, to the fen.
fn cut(posting: &mut Posting, plan: &Plan, dice: &mut Dice) {
    for id in plan.benefit_ids() {
        let paid = posting.payments().find(|(benefit, _)| *benefit == id).map(|(_, paid)| paid);
        if let Some(paid) = paid {
            let fen = paid / FEN;
            let left = between(dice, 0, i64::try_from(fen).unwrap());
            posting.set_paid(id, Decimal::new(left, 2));
        }
    }
}
