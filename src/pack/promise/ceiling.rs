//! What all claims of a scope are paid together, at most; `design.md` has the argument.

#[cfg(test)]
mod tests;

use std::cmp::Reverse;
use std::collections::BTreeSet;

use rust_decimal::Decimal;

use super::cases::{self, Effort};
use super::doubt;
use super::work::Work;
use crate::arena::Arena;
use crate::exact;
use crate::plan::expression::{BenefitIndex, Comparison, LimitIndex, Number, Prior, Truth};
use crate::plan::{LedgerAmount, Plan};
use crate::reading::bounds::cases::Answer;
use crate::reading::bounds::{Bounded, Bounds, Leaves, Posted};
use crate::scope::Scope;
use crate::semantics::{Meaning, Place};
use crate::text::{Text, say};

/// How many ways to put ceilings together are looked at.
const MOST_WAYS: usize = 20_000;
/// How many benefits are looked at on all those ways.
const MOST_LOOKS: usize = 20_000_000;
/// How many are put together at most; beyond, the first way is taken.
const MOST_CEILINGS: usize = 64;
/// What a claim alone is paid of a benefit, and what all of them are.
const BOUNDS_OF_A_BENEFIT: usize = 2;
/// How often the plan is read for all bounds, where no claims are split into cases.
const READINGS_AT_ONCE: usize = 4;
/// How often the plan is read for a bound before the first case is split.
const READINGS_BEFORE_CASES: usize = 4;
/// So many ceilings are told one by one.
const MOST_TOLD: usize = 20;

/// Proves that no more than `most` is paid over all claims of a scope, or says which rule does not bound it.
pub(super) fn prove(plan: &Plan, scope: Scope, most: Decimal, work: &Work) -> Result<(), Text> {
    // At first no claims are split into cases, which takes long and is seldom needed.
    work.spend(plan.parts.saturating_mul(READINGS_AT_ONCE));
    let at_once = Proof { plan, scope, work, splits: false };
    if at_once.least_of(&at_once.ceilings()).is_some_and(|together| together.sum <= most) {
        return Ok(());
    }
    let by_cases = Proof::by_cases(plan, scope, work);
    let ceilings = by_cases.ceilings();
    match by_cases.least_of(&ceilings) {
        Some(together) if together.sum <= most => Ok(()),
        Some(together) => Err(by_cases.too_much(&together)),
        None => Err(by_cases.unbounded(&ceilings)),
    }
}

/// The claims of a scope in words.
pub(super) fn claims(scope: Scope) -> Text {
    match scope {
        Scope::Event => say!("同一事件的各次理赔", "the claims of one event"),
        Scope::Period => say!("同一保障期的各次理赔", "the claims of one period"),
        Scope::CalendarYear => say!("同一自然年度的各次理赔", "the claims of one calendar year"),
        Scope::Life => say!("一名会员的历次理赔", "all claims of one member"),
    }
}

/// What each benefit is paid before limits.
type Paid = Arena<BenefitIndex, Bounded>;

struct Proof<'p, 'w> {
    plan: &'p Plan,
    scope: Scope,
    work: &'w Work,
    /// Whether claims are split into cases.
    splits: bool,
}

/// What some benefits are paid together at most over all claims of the scope.
struct Ceiling {
    /// From the first to the last.
    over: Vec<BenefitIndex>,
    most: Decimal,
    /// The limit over several benefits; none where the benefit bounds itself.
    limit: Option<LimitIndex>,
}

impl Ceiling {
    fn has(&self, benefit: BenefitIndex) -> bool {
        self.over.binary_search(&benefit).is_ok()
    }
}

/// Ceilings over all benefits, and what they come to.
#[derive(Clone)]
struct Together<'c> {
    sum: Decimal,
    ceilings: Vec<&'c Ceiling>,
}

impl<'p, 'w> Proof<'p, 'w> {
    /// A plan of which there is too much to read for each benefit is not split.
    fn by_cases(plan: &'p Plan, scope: Scope, work: &'w Work) -> Proof<'p, 'w> {
        let bounds = plan.benefits.len().saturating_mul(BOUNDS_OF_A_BENEFIT);
        let needed = bounds.saturating_mul(plan.parts).saturating_mul(READINGS_BEFORE_CASES);
        Proof { plan, scope, work, splits: work.has(needed) }
    }

    /// The least that ceilings over all benefits come to; none where a benefit is under none.
    fn least_of<'c>(&self, ceilings: &'c [Ceiling]) -> Option<Together<'c>> {
        let benefits: Vec<BenefitIndex> = self.plan.benefits.indexes().collect();
        let mut search = Search { ceilings, ways: 0, looks: 0, best: Search::first(ceilings, &benefits) };
        search.cover(benefits, Together { sum: Decimal::ZERO, ceilings: Vec::new() });
        search.best
    }

    fn ceilings(&self) -> Vec<Ceiling> {
        let paid = Meaning::new(self.plan, Bounds::new(self.plan, None, None)).waterfalls();
        let limits = self.plan.limits.indexes();
        let mut ceilings: Vec<Ceiling> = limits.filter_map(|index| self.of_limit(index, &paid)).collect();
        ceilings.extend(self.plan.benefits.indexes().filter_map(|benefit| self.of_benefit(benefit, &paid)));
        // those over most benefits are tried first, and of these the lowest
        ceilings.sort_by_key(|ceiling| (Reverse(ceiling.over.len()), ceiling.most));
        ceilings
    }

    /// The last claim that is paid anything under a limit is paid no more than what was left of it.
    fn of_limit(&self, index: LimitIndex, paid: &Paid) -> Option<Ceiling> {
        let limit = self.plan.limit(index);
        let is_counted = |prior: Prior| prior.scope.holds_all_of(self.scope);
        if !limit.over.iter().all(|earlier| earlier.paid_before.is_some_and(is_counted)) {
            return None;
        }
        // limits before this one may have left anything of it
        let paid = paid.iter().copied().map(Bounded::or_less).collect();
        let amount = Meaning::beside(self.plan, Bounds::new(self.plan, None, None), paid).number(&limit.amount);
        let mut over: Vec<BenefitIndex> = limit.over.iter().map(|earlier| earlier.benefit).collect();
        over.sort_unstable();
        Some(Ceiling { over, most: amount.high().max(Decimal::ZERO), limit: Some(index) })
    }

    /// What the last claim is paid of which the benefit pays anything, with all that was posted before.
    fn of_benefit(&self, benefit: BenefitIndex, paid: &Paid) -> Option<Ceiling> {
        let at_once = self.at_once(benefit, paid);
        let most = if self.splits { at_once.min(self.case_by_case(benefit)) } else { at_once };
        let most = most.max(Decimal::ZERO);
        (most < Decimal::MAX).then(|| Ceiling { over: vec![benefit], most, limit: None })
    }

    fn at_once(&self, benefit: BenefitIndex, paid: &Paid) -> Decimal {
        let posted = Posted { benefit, scope: self.scope, most: None };
        let bounds = Bounds::new(self.plan, None, None).beside_posted(posted);
        let before = paid.before(benefit).copied().collect();
        let paid = Meaning::beside(self.plan, bounds, before).waterfall_of(benefit);
        paid.with_posted().unwrap_or(Decimal::MAX)
    }

    fn case_by_case(&self, benefit: BenefitIndex) -> Decimal {
        let left = self.plan.benefits.from(benefit).count().saturating_mul(BOUNDS_OF_A_BENEFIT);
        let work = self.work.share(left);
        let alone = cases::most(
            self.plan,
            Effort { enough: Decimal::MIN, work: &work },
            |supposed| Bounds::new(self.plan, None, None).in_case(supposed),
            |meaning| most_of(meaning, benefit, |paid| Some(paid.high())),
        );
        self.work.give_back(&work);
        let work = self.work.share(left.saturating_sub(1));
        let together = cases::most(
            self.plan,
            Effort { enough: Decimal::MIN, work: &work },
            |supposed| {
                let most = self.posted_at_most(benefit, alone, &supposed);
                Bounds::new(self.plan, None, None).in_case(supposed).beside_posted(Posted {
                    benefit,
                    scope: self.scope,
                    most,
                })
            },
            |meaning| most_of(meaning, benefit, Bounded::with_posted),
        );
        self.work.give_back(&work);
        together
    }

    /// What earlier claims can have been paid where it is supposed how many there were, or how much it was.
    fn posted_at_most(&self, benefit: BenefitIndex, alone: Decimal, supposed: &[Answer]) -> Option<Decimal> {
        let bounds = supposed.iter().filter_map(|answer| {
            let Answer::Holds(Truth::Compare(comparison, sides), holds) = answer else { return None };
            let (entry, bound) = self.bounded(*comparison, sides, *holds)?;
            match entry {
                LedgerAmount::Paid(of) if *of == benefit => Some(bound),
                LedgerAmount::Count(of) if *of == benefit => exact::multiply(bound, alone).ok(),
                LedgerAmount::Paid(_) | LedgerAmount::Count(_) | LedgerAmount::Deducted(_) | LedgerAmount::Sum(_) => {
                    None
                }
            }
        });
        bounds.min().map(|most| most.max(Decimal::ZERO))
    }

    /// An entry that is no more than a constant, if the comparison holds, or does not.
    fn bounded(&self, comparison: Comparison, sides: &[Number; 2], holds: bool) -> Option<(&'p LedgerAmount, Decimal)> {
        let [left, right] = sides;
        let (entry, constant, is_left) = match (self.entry(left), self.entry(right)) {
            (Some(entry), None) => (entry, self.constant(right)?, true),
            (None, Some(entry)) => (entry, self.constant(left)?, false),
            (Some(_), Some(_)) | (None, None) => return None,
        };
        let (is_bounded, is_below) = match comparison {
            Comparison::Less => (holds == is_left, is_left),
            Comparison::AtMost => (holds == is_left, !is_left),
            Comparison::Equal => (holds, false),
            // asked as their opposites
            Comparison::Unequal | Comparison::Greater | Comparison::AtLeast => (false, false),
        };
        let most = match entry {
            LedgerAmount::Count(_) if is_below => exact::subtract(constant.ceil(), Decimal::ONE).ok()?,
            LedgerAmount::Count(_) => constant.floor(),
            LedgerAmount::Paid(_) | LedgerAmount::Deducted(_) | LedgerAmount::Sum(_) => constant,
        };
        is_bounded.then_some((entry, most))
    }

    /// What earlier claims have posted, in a scope that holds all of the one that is looked at.
    fn entry(&self, number: &Number) -> Option<&'p LedgerAmount> {
        match number {
            Number::Prior(Prior { entry, scope }) if scope.holds_all_of(self.scope) => {
                Some(&self.plan.entry(*entry).amount)
            }
            Number::Value(index) => self.entry(self.plan.number_value(*index)),
            _ => None,
        }
    }

    fn constant(&self, number: &Number) -> Option<Decimal> {
        match number {
            Number::Constant(constant) => Some(*constant),
            Number::Figure(index) => Some(self.plan.number_figure(*index).value),
            Number::Value(index) => self.constant(self.plan.number_value(*index)),
            _ => None,
        }
    }

    fn too_much(&self, together: &Together<'_>) -> Text {
        let id = |benefit: &BenefitIndex| format!("`{}`", self.plan.benefit(*benefit).id);
        let parts = together.ceilings.iter().take(MOST_TOLD).map(|ceiling| {
            let benefits: Vec<String> = match ceiling.limit {
                Some(limit) => self.plan.limit(limit).over.iter().map(|earlier| id(&earlier.benefit)).collect(),
                None => ceiling.over.iter().map(id).collect(),
            };
            let (zh, en, most) = (benefits.join("、"), benefits.join(", "), ceiling.most.normalize());
            if let Some(limit) = ceiling.limit {
                let limit = &self.plan.limit(limit).id;
                return say!("{zh} {most}（限额 `{limit}`）", "{en} {most} (limit `{limit}`)");
            }
            match ceiling.over.first().and_then(|benefit| self.raised(*benefit)) {
                Some(Text { zh: zh_place, en: en_place }) => {
                    say!(
                        "{zh} {most}（{zh_place}可能使其超出限额）",
                        "{en} {most} ({en_place} may go beyond the limit)"
                    )
                }
                None => say!("{zh} {most}", "{en} {most}"),
            }
        });
        let parts: Vec<Text> = parts.collect();
        let list = |of: fn(&Text) -> &str, by: &str| parts.iter().map(of).collect::<Vec<_>>().join(by);
        let (zh, en) = (list(|text| &text.zh, "，"), list(|text| &text.en, "; "));
        let sum = together.sum.normalize();
        let untold = together.ceilings.len().saturating_sub(MOST_TOLD);
        if untold > 0 {
            return say!(
                "只能证明合计不超过 {sum} 元：{zh}，另有 {untold} 项",
                "only {sum} yuan together could be proven: {en}; and {untold} more"
            );
        }
        say!("只能证明合计不超过 {sum} 元：{zh}", "only {sum} yuan together could be proven: {en}")
    }

    /// The first benefit under no ceiling, with the step that does not make one.
    fn unbounded(&self, ceilings: &[Ceiling]) -> Text {
        let is_bounded = |benefit: &BenefitIndex| ceilings.iter().any(|ceiling| ceiling.has(*benefit));
        let Some(benefit) = self.plan.benefits.indexes().find(|benefit| !is_bounded(benefit)) else {
            return say!("未能证明", "it could not be proven");
        };
        let Text { zh: zh_claims, en: en_claims } = claims(self.scope);
        let id = &self.plan.benefit(benefit).id;
        match self.last_limit(benefit) {
            None => say!("待遇 `{id}` 对{zh_claims}没有累计限额", "`{id}` has no limit over {en_claims}"),
            Some((place, false)) => {
                let Text { zh, en } = doubt::place(self.plan, place);
                say!("{zh}不按{zh_claims}累计", "{en} does not count {en_claims} together")
            }
            Some((place, true)) => {
                let Text { zh, en } = doubt::place(self.plan, self.first_beyond(benefit, place));
                say!("{zh}可能使{zh_claims}合计超出限额", "{en} may bring {en_claims} beyond the limit")
            }
        }
    }

    /// The last limit that the benefit is under, and whether it counts all claims of the scope.
    fn last_limit(&self, benefit: BenefitIndex) -> Option<(Place, bool)> {
        let counts = |used: Option<Prior>| used.is_some_and(|prior| prior.scope.holds_all_of(self.scope));
        let steps = self.plan.benefit(benefit).steps.indexed();
        let own = steps.filter_map(|(step, stated)| {
            let (_, used) = stated.action.as_limit()?;
            Some((Place::Step(benefit, step), counts(used)))
        });
        let shared = self.plan.limits.indexed().filter_map(|(index, limit)| {
            let earlier = limit.over.iter().find(|earlier| earlier.benefit == benefit)?;
            Some((Place::Limit(index), counts(earlier.paid_before)))
        });
        let limits: Vec<(Place, bool)> = own.chain(shared).collect();
        limits.iter().find(|(_, counts)| *counts).or(limits.last()).copied()
    }

    /// The first place, from a limit on, at which the benefit is not within it.
    fn first_beyond(&self, benefit: BenefitIndex, limit: Place) -> Place {
        let leaves = self.leaves(benefit);
        let mut from_limit = leaves.iter().skip_while(|leaves| leaves.place != limit);
        from_limit.find(|leaves| leaves.amount.with_posted().is_none()).map_or(limit, |leaves| leaves.place)
    }

    /// The last place at which the benefit may come to more, with what was posted, than the limit before leaves.
    fn raised(&self, benefit: BenefitIndex) -> Option<Text> {
        let leaves = self.leaves(benefit);
        let raises = |two: &&[Leaves]| match two {
            [before, now] => {
                before.amount.with_posted().zip(now.amount.with_posted()).is_some_and(|(was, is)| was < is)
            }
            _ => false,
        };
        match leaves.windows(2).rfind(raises)? {
            [_, raised] => Some(doubt::place(self.plan, raised.place)),
            _ => None,
        }
    }

    /// The benefit on its way down, in all cases at once.
    fn leaves(&self, benefit: BenefitIndex) -> Vec<Leaves> {
        let posted = Posted { benefit, scope: self.scope, most: None };
        let mut meaning = Meaning::new(self.plan, Bounds::new(self.plan, None, None).beside_posted(posted));
        meaning.waterfalls();
        meaning.reading.leaves.into_iter().filter(|leaves| leaves.benefit == benefit).collect()
    }
}

/// What is read of a benefit in a case; anything is possible where it has no bound.
fn most_of(
    meaning: &mut cases::Read<'_>,
    benefit: BenefitIndex,
    bound: impl Fn(&Bounded) -> Option<Decimal>,
) -> Decimal {
    match meaning.open_waterfalls() {
        None => Decimal::ZERO,
        Some(paid) => bound(&paid[benefit]).unwrap_or(Decimal::MAX),
    }
}

/// Looks for the ceilings that come to the least, benefit by benefit.
struct Search<'c> {
    ceilings: &'c [Ceiling],
    ways: usize,
    looks: usize,
    best: Option<Together<'c>>,
}

impl<'c> Search<'c> {
    /// For each benefit the first ceiling that it is under.
    fn first(ceilings: &'c [Ceiling], benefits: &[BenefitIndex]) -> Option<Together<'c>> {
        let mut first = Together { sum: Decimal::ZERO, ceilings: Vec::new() };
        let mut covered: BTreeSet<BenefitIndex> = BTreeSet::new();
        for benefit in benefits {
            if !covered.contains(benefit) {
                let ceiling = ceilings.iter().find(|ceiling| ceiling.has(*benefit))?;
                covered.extend(&ceiling.over);
                first.sum = exact::add(first.sum, ceiling.most).ok()?;
                first.ceilings.push(ceiling);
            }
        }
        Some(first)
    }

    fn cover(&mut self, mut left: Vec<BenefitIndex>, so_far: Together<'c>) {
        self.ways = self.ways.saturating_add(1);
        if self.ways > MOST_WAYS
            || self.looks > MOST_LOOKS
            || so_far.ceilings.len() > MOST_CEILINGS
            || self.best.as_ref().is_some_and(|best| best.sum <= so_far.sum)
        {
            return;
        }
        let Some(benefit) = left.pop() else {
            self.best = Some(so_far);
            return;
        };
        for ceiling in self.ceilings.iter().filter(|ceiling| ceiling.has(benefit)) {
            self.looks = self.looks.saturating_add(left.len()).saturating_add(self.ceilings.len());
            let Ok(sum) = exact::add(so_far.sum, ceiling.most) else { continue };
            let left = left.iter().copied().filter(|benefit| !ceiling.has(*benefit)).collect();
            let ceilings = so_far.ceilings.iter().copied().chain([ceiling]).collect();
            self.cover(left, Together { sum, ceilings });
        }
    }
}
