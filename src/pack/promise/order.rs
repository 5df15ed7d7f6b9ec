//! Whether claims of one event are paid the same together, whichever is decided first.
//!
//! Proven by what telescopes; `design.md` has the argument. What cannot be proven is tried on pairs of claims.

#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use super::tried::{Dice, Pair, Trial};
use crate::arena::Arena;
use crate::exact::divides;
use crate::plan::expression::{BenefitIndex, Number, Prior};
use crate::plan::{Action, EarlierBenefit, LedgerAmount, Limit, Plan, Step};
use crate::reading::ties::{NumberTies, Tied};
use crate::rounding::{Mode, Rounding};
use crate::semantics::{Meaning, Place};
use crate::text::{Text, say};

/// Proves the promise, or says of which rule it cannot be shown.
pub(super) fn prove(plan: &Plan) -> Result<(), Text> {
    let proof = Proof::of(plan);
    proof.every_condition_stands_still()?;
    let mut groups = Groups::of_single_benefits(plan);
    for benefit in plan.benefits.indexes() {
        if proof.counts_earlier_claims(benefit)? {
            groups.count(benefit);
        }
    }
    plan.limits.iter().try_for_each(|limit| proof.limit_has_the_last_word(limit, &mut groups))
}

/// To try a pair costs as much as to try so many claims.
const CLAIMS_A_PAIR: usize = 8;

/// Two claims of an event that are paid more one way round than the other.
pub(super) fn refute(trial: &Trial<'_>, tries: usize) -> Option<Text> {
    let mut dice = Dice::new();
    let pairs = tries.div_ceil(CLAIMS_A_PAIR);
    let mut paid = None;
    let pairs = (0..pairs).take_while(|_| trial.has_work(CLAIMS_A_PAIR));
    let mut drawn = pairs.map(|_| Pair::random(trial, &mut paid, &mut dice));
    let broken = drawn.find(|pair| pair.depends_on_order(trial))?;
    broken.with_few_facts(trial).words(trial)
}

/// What is known of the plan while the proof goes on.
struct Proof<'p> {
    plan: &'p Plan,
    /// Read over all claims of an event at once.
    read: Tied<'p>,
    /// The same, to read single expressions of benefits.
    single: RefCell<Meaning<'p, Tied<'p>>>,
}

impl<'p> Proof<'p> {
    fn of(plan: &'p Plan) -> Proof<'p> {
        let mut meaning = Meaning::new(plan, Tied::new(plan));
        meaning.adjudicate();
        let paid = Meaning::new(plan, Tied::new(plan)).waterfalls();
        let single = RefCell::new(Meaning::beside(plan, Tied::new(plan), paid));
        Proof { plan, read: meaning.reading, single }
    }

    fn moves(&self, place: Place) -> bool {
        self.read.moved.contains(&place)
    }

    /// A claim is open to the plan or not, whatever came before.
    fn every_condition_stands_still(&self) -> Result<(), Text> {
        if let Some(identity) = self.plan.identities.indexes().find(|index| self.moves(Place::Identity(*index))) {
            let Text { zh, en } = &self.plan.identity(identity).text;
            return Err(say!("核对「{zh}」与此前的理赔有关", "whether {en} depends on earlier claims"));
        }
        match self.plan.conditions.indexes().find(|index| self.moves(Place::Condition(*index))) {
            None => Ok(()),
            Some(condition) => {
                let id = self.plan.condition(condition).id();
                Err(say!(
                    "条件 `{id}` 与同一事件此前的理赔有关",
                    "the condition `{id}` depends on earlier claims of the event"
                ))
            }
        }
    }

    /// Whether what the benefit pays depends on earlier claims of the event; only in ways that come to the same in any order.
    fn counts_earlier_claims(&self, index: BenefitIndex) -> Result<bool, Text> {
        let benefit = self.plan.benefit(index);
        let id = &benefit.id;
        for (key, place) in [("when", Place::When(index)), ("gross", Place::Gross(index))] {
            if self.moves(place) {
                return Err(say!(
                    "待遇 `{id}` 的 `{key}` 与同一事件此前的理赔有关",
                    "`{key}` of `{id}` depends on earlier claims of the event"
                ));
            }
        }
        let mut counting = benefit.steps.indexed().skip_while(|(step, _)| !self.moves(Place::Step(index, *step)));
        let Some((first, step)) = counting.next() else { return Ok(false) };
        if !(self.is_own_limit(step) || self.is_own_highest(index, step)) {
            return Err(step_in_doubt(id, first.number(), &step.action));
        }
        if let Some((number, step)) = counting.find(|(_, step)| !self.is_own_limit(step)) {
            return Err(step_in_doubt(id, number.number(), &step.action));
        }
        let Rounding { to, mode } = benefit.rounding;
        let finer = self.plan.benefits.iter().find(|other| !divides(to, other.rounding.to));
        match finer.filter(|_| !shifts_with_multiples(mode)) {
            None => Ok(true),
            Some(finer) => {
                let other = &finer.id;
                Err(say!(
                    "待遇 `{other}` 舍入得比 `{id}` 更细，限额所余可能不是整倍数，而 `{id}` 四舍六入五成双",
                    "`{other}` is rounded more finely than `{id}`, so that what a limit leaves may be no multiple, and `{id}` is rounded half to even"
                ))
            }
        }
    }

    /// At most so much together with what the benefit was paid before: the same amount for every claim of the event.
    fn is_own_limit(&self, step: &'p Step) -> bool {
        match step.action.as_limit() {
            Some((amount, Some(_))) => self.is_fixed(amount) && self.applies_to_all_or_none(step),
            Some((_, None)) | None => false,
        }
    }

    /// Less what the benefit itself was paid before, so that the highest of all claims is paid in the end.
    fn is_own_highest(&self, index: BenefitIndex, step: &'p Step) -> bool {
        let Action::Less(amount) = &step.action else { return false };
        shifts_with_multiples(self.plan.benefit(index).rounding.mode)
            && self.is_paid_before(index, amount)
            && self.applies_to_all_or_none(step)
    }

    fn is_paid_before(&self, benefit: BenefitIndex, amount: &Number) -> bool {
        match amount {
            Number::Prior(Prior { entry, .. }) => self.plan.entry(*entry).amount == LedgerAmount::Paid(benefit),
            Number::Value(index) => self.is_paid_before(benefit, self.plan.number_value(*index)),
            Number::Constant(_)
            | Number::Figure(_)
            | Number::Fact(_)
            | Number::Table(_)
            | Number::Slab(_)
            | Number::Paid(_)
            | Number::Add(_)
            | Number::Subtract(_)
            | Number::Times(_)
            | Number::Least(_)
            | Number::Greatest(_)
            | Number::Choose(_)
            | Number::DaysBetween(_)
            | Number::MonthsBetween(_)
            | Number::YearsBetween(_) => false,
        }
    }

    fn ties(&self, number: &'p Number) -> NumberTies {
        self.single.borrow_mut().number(number)
    }

    fn is_fixed(&self, number: &'p Number) -> bool {
        self.ties(number).is_fixed()
    }

    fn applies_to_all_or_none(&self, step: &'p Step) -> bool {
        let is_fixed = |when| self.single.borrow_mut().truth(when).is_fixed();
        step.when.as_ref().is_none_or(is_fixed)
    }

    /// A limit over several benefits must be over all that count together, or over none that counts.
    fn limit_has_the_last_word(&self, limit: &'p Limit, groups: &mut Groups) -> Result<(), Text> {
        let id = &limit.id;
        let counts = limit.over.iter().any(|earlier| earlier.paid_before.is_some());
        if counts && !self.is_fixed(&limit.amount) {
            return Err(say!(
                "限额 `{id}` 的金额因理赔申请而异",
                "the amount of the limit `{id}` is not the same for every claim"
            ));
        }
        if self.ties(&limit.amount).moves() {
            return Err(say!(
                "限额 `{id}` 的金额与同一事件此前的理赔有关",
                "the amount of the limit `{id}` depends on earlier claims of the event"
            ));
        }
        let stray = if counts { groups.left_out_by(&limit.over) } else { groups.counted_in(&limit.over) };
        match stray {
            None if counts => groups.join(&limit.over),
            None => {}
            Some((inside, other)) => {
                let of = |benefit: BenefitIndex| &self.plan.benefit(benefit).id;
                let (inside, other) = (of(inside), of(other));
                return Err(if counts {
                    say!(
                        "限额 `{id}` 含 `{inside}` 而不含与之合计的 `{other}`",
                        "the limit `{id}` is over `{inside}` but not over `{other}`, which counts together with it"
                    )
                } else {
                    say!(
                        "按次的限额 `{id}` 含 `{inside}`，而该待遇计入此前的理赔",
                        "the limit `{id}` is for each claim, but `{inside}` counts earlier ones"
                    )
                });
            }
        }
        Ok(())
    }
}

/// Whether rounding less a multiple is rounding what is less by the multiple.
fn shifts_with_multiples(mode: Mode) -> bool {
    match mode {
        Mode::HalfUp | Mode::HalfDown | Mode::Up | Mode::Down | Mode::Ceiling | Mode::Floor => true,
        Mode::HalfEven => false,
    }
}

fn step_in_doubt(benefit: &str, number: usize, action: &Action) -> Text {
    let key = action.kind().key();
    match action.as_limit() {
        Some((_, Some(_))) => say!(
            "待遇 `{benefit}` 的第 {number} 步 `{key}` 对同一事件的各次理赔并不相同",
            "step {number} of `{benefit}`, `{key}`, is not the same for every claim of the event"
        ),
        Some((_, None)) | None => say!(
            "待遇 `{benefit}` 的第 {number} 步 `{key}` 与同一事件此前的理赔有关，且不是其累计限额",
            "step {number} of `{benefit}`, `{key}`, depends on earlier claims of the event and is no limit on what they are paid"
        ),
    }
}

/// Benefits that count together: what one of them pays may change what another is paid later.
struct Groups {
    /// The group of each benefit, by the benefit that it was named after.
    of: Arena<BenefitIndex, BenefitIndex>,
    /// Whether what the benefit pays depends on earlier claims of the event.
    counts: Arena<BenefitIndex, bool>,
}

impl Groups {
    fn of_single_benefits(plan: &Plan) -> Groups {
        Groups { of: plan.benefits.indexes().collect(), counts: plan.benefits.each(false) }
    }

    fn count(&mut self, benefit: BenefitIndex) {
        self.counts[benefit] = true;
    }

    /// A benefit of the list, and one outside of it that counts together with it.
    fn left_out_by(&self, over: &[EarlierBenefit]) -> Option<(BenefitIndex, BenefitIndex)> {
        let over_them: BTreeSet<BenefitIndex> = over.iter().map(|earlier| earlier.benefit).collect();
        let outside = self.of.indexed().filter(|(benefit, _)| !over_them.contains(benefit));
        let mut first_outside: BTreeMap<BenefitIndex, BenefitIndex> = BTreeMap::new();
        for (benefit, group) in outside {
            first_outside.entry(*group).or_insert(benefit);
        }
        over.iter().find_map(|earlier| {
            let group = self.of[earlier.benefit];
            first_outside.get(&group).map(|other| (earlier.benefit, *other))
        })
    }

    /// A benefit of the list that counts earlier claims.
    fn counted_in(&self, over: &[EarlierBenefit]) -> Option<(BenefitIndex, BenefitIndex)> {
        let mut benefits = over.iter().map(|earlier| earlier.benefit);
        benefits.find(|benefit| self.counts[*benefit]).map(|benefit| (benefit, benefit))
    }

    fn join(&mut self, over: &[EarlierBenefit]) {
        let Some(group) = over.first().map(|first| self.of[first.benefit]) else { return };
        for EarlierBenefit { benefit, .. } in over {
            self.count(*benefit);
            self.of[*benefit] = group;
        }
    }
}
