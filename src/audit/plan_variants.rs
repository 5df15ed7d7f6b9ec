//! Plans as another system may have read them: one thing changed in each.
//!
//! Every one is decided by the same meaning as the plan itself. Nothing here works out an amount.

use std::sync::Arc;

use rust_decimal::Decimal;

use super::cause::{Cause, Subject};
use super::fact_variants::Otherwise;
use crate::adjudicate::{Adjudication, BenefitLines};
use crate::arena::Index;
use crate::code::Code;
use crate::plan::expression::{BenefitIndex, Date, LimitIndex, Number, StepIndex};
use crate::plan::{Action, Benefit, Plan, Step, StepKind};
use crate::rounding::{Mode, Rounding};
use crate::text::say;

/// A plan with one thing changed.
#[derive(Debug)]
pub(super) struct Variant {
    pub(super) cause: Code,
    /// The only benefit that it changes, if there is one.
    pub(super) benefit: Option<BenefitIndex>,
    /// What it changes.
    about: Vec<Subject>,
    pub(super) plan: Plan,
}

impl Variant {
    pub(super) fn as_cause(&self) -> Cause {
        Cause::of(self.cause, self.about.clone())
    }

    /// What another system uses where this version decides.
    pub(super) fn instead_of(&self, plan: &Plan) -> Option<&Plan> {
        (self.cause == Code::VersionOther || plan.version() == self.plan.version()).then_some(&self.plan)
    }

    /// Whether the change cannot touch a claim that was decided so: its conditions are met, its benefits do not apply, or its steps took nothing.
    pub(super) fn is_idle(&self, plan: &Plan, decided: &Adjudication) -> bool {
        let is_open = decided.decision().is_open();
        match self.cause {
            Code::VersionOther | Code::SharesUncapped => return false,
            Code::ConditionIgnored => return is_open,
            _ if !is_open => return true,
            _ => {}
        }
        let benefit = self.benefit.map(|benefit| plan.benefit(benefit));
        let mut touched =
            decided.benefits().iter().filter(|lines| benefit.is_none_or(|benefit| lines.id() == &*benefit.id));
        match self.step() {
            None => benefit.is_some() && touched.next().is_none(),
            Some(step) => {
                !touched.flat_map(BenefitLines::lines).any(|line| line.step() == step.key() && line.is_binding())
            }
        }
    }

    /// The step that alone it changes, if it makes nothing of one that took nothing.
    fn step(&self) -> Option<StepKind> {
        StepKind::ALL.into_iter().find(|kind| Misreadings::of(*kind).of_what_it_took.contains(&self.cause))
    }
}

/// What another system may make of a step.
struct Misreadings {
    /// What comes to the same where the step took nothing.
    of_what_it_took: &'static [Code],
    others: &'static [Code],
}

impl Misreadings {
    const fn of(kind: StepKind) -> Misreadings {
        let (of_what_it_took, others): (&[Code], &[Code]) = match kind {
            StepKind::Limit => (&[Code::LimitIgnored, Code::LimitPerClaim], &[]),
            StepKind::Deductible => (&[Code::DeductibleMissed, Code::DeductibleTwice, Code::DeductibleAfterRate], &[]),
            StepKind::Franchise => (&[Code::FranchiseMissed], &[Code::FranchiseAsDeductible]),
            StepKind::Less => (&[Code::BaseBeforeOthers], &[]),
            StepKind::Waiting => (&[Code::WaitingMissed], &[Code::WaitingOffByADay]),
            // another rate, another band or an amount that is left out look like anything
            StepKind::Pay
            | StepKind::Bands
            | StepKind::Offset
            | StepKind::Exclusive
            | StepKind::Minimum
            | StepKind::Add => (&[], &[]),
        };
        Misreadings { of_what_it_took, others }
    }

    fn has(&self, cause: Code) -> bool {
        self.of_what_it_took.contains(&cause) || self.others.contains(&cause)
    }
}

/// All that another system may have made of one version.
#[derive(Debug)]
pub(super) struct Variants {
    /// The version itself, with facts taken as given though they contradict each other.
    pub(super) as_given: Plan,
    /// Rules left out or taken otherwise.
    pub(super) rules: Vec<Variant>,
    /// Facts read otherwise.
    pub(super) facts: Vec<Otherwise>,
    /// Amounts rounded otherwise.
    pub(super) roundings: Vec<Variant>,
}

/// More than any limit leaves.
const NO_LIMIT: Decimal = Decimal::from_parts(1_000_000_000, 0, 0, false, 0);
/// The most shares that an enrollment may say.
const ALL_SHARES: Decimal = Decimal::from_parts(1_000, 0, 0, false, 0);

impl Variants {
    /// Those of a version, the others of its plan among them.
    pub(super) fn of(plan: &Plan, versions: &[Plan]) -> Variants {
        let mut as_given = plan.clone();
        as_given.identities.edit(Vec::clear);
        let mut rules = Rules { plan, found: Vec::new() };
        rules.versions(versions);
        rules.limits();
        rules.shares();
        rules.deductibles();
        rules.franchises();
        rules.waitings();
        rules.conditions();
        rules.benefits();
        Variants { as_given, rules: rules.found, facts: Otherwise::all(plan), roundings: roundings(plan) }
    }
}

/// A step of a benefit.
type StepPlace = (BenefitIndex, StepIndex);

struct Rules<'p> {
    plan: &'p Plan,
    found: Vec<Variant>,
}

impl Rules<'_> {
    fn add(&mut self, cause: Code, about: Vec<Subject>, change: impl FnOnce(&mut Plan)) {
        let mut plan = self.plan.clone();
        change(&mut plan);
        self.found.push(Variant { cause, benefit: None, about, plan });
    }

    fn add_to(&mut self, benefit: BenefitIndex, cause: Code, change: impl FnOnce(&mut Plan)) {
        let mut plan = self.plan.clone();
        change(&mut plan);
        self.found.push(Variant { cause, benefit: Some(benefit), about: self.benefit(benefit), plan });
    }

    fn benefit(&self, benefit: BenefitIndex) -> Vec<Subject> {
        vec![Subject::benefit(self.plan.benefit(benefit))]
    }

    fn versions(&mut self, versions: &[Plan]) {
        for other in versions.iter().filter(|other| other.version() != self.plan.version()) {
            let version = other.version();
            let about = vec![Subject::called(version, &say!("{version} 版", "version {version}"))];
            self.found.push(Variant { cause: Code::VersionOther, benefit: None, about, plan: other.clone() });
        }
    }

    /// The places of the steps that another system may have misread so.
    fn misread(&self, cause: Code) -> Vec<StepPlace> {
        self.steps(|action| Misreadings::of(action.kind()).has(cause))
    }

    /// The places of the steps of which this is so.
    fn steps(&self, is_so: impl Fn(&Action) -> bool) -> Vec<StepPlace> {
        let steps = |(index, benefit): (BenefitIndex, &Benefit)| -> Vec<StepPlace> {
            let steps = benefit.steps.indexed().filter(|(_, step)| is_so(&step.action));
            steps.map(|(step, _)| (index, step)).collect()
        };
        self.plan.benefits.indexed().flat_map(steps).collect()
    }

    fn limits(&mut self) {
        let (steps, limits) = (self.misread(Code::LimitIgnored), self.plan.limits.indexes());
        for place in &steps {
            self.add_to(place.0, Code::LimitIgnored, |plan| remove(plan, *place));
            self.add_to(place.0, Code::LimitPerClaim, |plan| forget(plan, *place));
        }
        for limit in limits.clone() {
            let about = || vec![Subject::limit(self.plan.limit(limit))];
            let (ignored, per_claim) = (about(), about());
            self.add(Code::LimitIgnored, ignored, |plan| lift(plan, limit));
            self.add(Code::LimitPerClaim, per_claim, |plan| forget_before(plan, limit));
        }
        if steps.len().saturating_add(limits.len()) > 1 {
            let of_steps = steps.iter().flat_map(|(benefit, _)| self.benefit(*benefit));
            let mut all: Vec<Subject> = of_steps.chain(self.plan.limits.iter().map(Subject::limit)).collect();
            all.dedup();
            self.add(Code::LimitIgnored, all.clone(), |plan| {
                steps.iter().rev().for_each(|place| remove(plan, *place));
                limits.clone().for_each(|limit| lift(plan, limit));
            });
            self.add(Code::LimitPerClaim, all, |plan| {
                for place in &steps {
                    forget(plan, *place);
                }
                limits.for_each(|limit| forget_before(plan, limit));
            });
        }
    }

    /// The cap is a figure of the pack; as high as shares go it caps nothing.
    fn shares(&mut self) {
        if let Some((Number::Figure(figure), _)) = self.plan.terms.max_shares {
            self.add(Code::SharesUncapped, vec![Subject::standard_fact("shares")], |plan| {
                plan.figures.numbers[figure].value = ALL_SHARES;
            });
        }
    }

    fn deductibles(&mut self) {
        for (benefit, step) in self.misread(Code::DeductibleMissed) {
            self.add_to(benefit, Code::DeductibleMissed, |plan| remove(plan, (benefit, step)));
            self.add_to(benefit, Code::DeductibleTwice, |plan| {
                let again = plan.benefit(benefit).step(step).clone();
                with_steps(plan, benefit, |steps| steps.insert(step.place(), again));
            });
            let rates = self.steps(|action| matches!(action, Action::Pay(_) | Action::Bands(_)));
            if let Some((_, rate)) = rates.into_iter().rfind(|(of, rate)| *of == benefit && *rate > step) {
                self.add_to(benefit, Code::DeductibleAfterRate, |plan| {
                    with_steps(plan, benefit, |steps| {
                        if let Some(moved) = steps.get_mut(step.place()..=rate.place()) {
                            moved.rotate_left(1);
                        }
                    });
                });
            }
        }
        for place in self.steps(|action| matches!(action, Action::Less(Number::Fact(_)))) {
            self.add(Code::BaseBeforeOthers, self.payer(place), |plan| remove(plan, place));
        }
    }

    fn franchises(&mut self) {
        for (benefit, step) in self.misread(Code::FranchiseMissed) {
            self.add_to(benefit, Code::FranchiseMissed, |plan| remove(plan, (benefit, step)));
            self.add_to(benefit, Code::FranchiseAsDeductible, |plan| {
                let action = &mut plan.benefits[benefit].steps[step].action;
                if let Action::Franchise { amount, .. } = action {
                    *action = Action::Deductible { amount: amount.clone(), used: None };
                }
            });
        }
    }

    /// The fact that a step subtracts.
    fn payer(&self, (benefit, step): StepPlace) -> Vec<Subject> {
        let Action::Less(Number::Fact(slot)) = &self.plan.benefit(benefit).step(step).action else { return Vec::new() };
        vec![Subject::fact(self.plan, *slot)]
    }

    fn waitings(&mut self) {
        for waiting in self.plan.waitings.indexes() {
            let steps = self.steps(|action| matches!(action, Action::Waiting(other) if *other == waiting));
            let mut benefits: Vec<BenefitIndex> = steps.iter().map(|(benefit, _)| *benefit).collect();
            benefits.dedup();
            let about: Vec<Subject> = benefits.into_iter().flat_map(|benefit| self.benefit(benefit)).collect();
            self.add(Code::WaitingMissed, about.clone(), |plan| {
                steps.iter().rev().for_each(|place| remove(plan, *place));
            });
            for day in [Decimal::ONE, Decimal::NEGATIVE_ONE] {
                self.add(Code::WaitingOffByADay, about.clone(), |plan| {
                    let from = &mut plan.waitings[waiting].from;
                    *from = Date::PlusDays(Box::new((from.clone(), Number::Constant(day))));
                });
            }
        }
    }

    fn conditions(&mut self) {
        for (index, condition) in self.plan.conditions.indexed() {
            self.add(Code::ConditionIgnored, vec![Subject::condition(condition)], |plan| {
                plan.conditions.edit(|conditions| {
                    conditions.remove(index.place());
                });
            });
        }
    }

    fn benefits(&mut self) {
        for benefit in self.plan.benefits.indexes() {
            self.add_to(benefit, Code::BenefitLeftOut, |plan| {
                with_steps(plan, benefit, Vec::clear);
                plan.benefits[benefit].gross.expression = Number::Constant(Decimal::ZERO);
            });
            self.add_to(benefit, Code::BenefitTwice, |plan| {
                with_steps(plan, benefit, |steps| {
                    let action = Action::Pay(Number::Constant(Decimal::TWO));
                    steps.push(Step {
                        action,
                        when: None,
                        text: Arc::default(),
                        clause: None,
                        assumed: Arc::default(),
                    });
                });
            });
        }
    }
}

fn with_steps(plan: &mut Plan, benefit: BenefitIndex, change: impl FnOnce(&mut Vec<Step>)) {
    plan.benefits[benefit].steps.edit(change);
}

fn remove(plan: &mut Plan, (benefit, step): StepPlace) {
    with_steps(plan, benefit, |steps| {
        steps.remove(step.place());
    });
}

/// A limit that counts nothing of what was paid before.
fn forget(plan: &mut Plan, (benefit, step): StepPlace) {
    if let Action::Limit { used, .. } = &mut plan.benefits[benefit].steps[step].action {
        *used = None;
    }
}

fn lift(plan: &mut Plan, limit: LimitIndex) {
    forget_before(plan, limit);
    plan.limits[limit].amount = Number::Constant(NO_LIMIT);
}

fn forget_before(plan: &mut Plan, limit: LimitIndex) {
    plan.limits[limit].over.iter_mut().for_each(|earlier| earlier.paid_before = None);
}

/// The places that amounts are rounded to: the fen, the jiao, the yuan.
pub(super) const PLACES: [Decimal; 3] =
    [Decimal::from_parts(1, 0, 0, false, 2), Decimal::from_parts(1, 0, 0, false, 1), Decimal::ONE];
/// The ways to round an amount that is not below nothing, the most usual first.
pub(super) fn modes() -> impl Iterator<Item = Mode> {
    let mut ranked: Vec<(u8, Mode)> = Mode::ALL.into_iter().filter_map(|(_, mode)| Some((rank(mode)?, mode))).collect();
    ranked.sort_unstable();
    ranked.into_iter().map(|(_, mode)| mode)
}

/// None for a mode that is the same as another where nothing is below nothing.
const fn rank(mode: Mode) -> Option<u8> {
    match mode {
        Mode::HalfUp => Some(0),
        Mode::Down => Some(1),
        Mode::HalfEven => Some(2),
        Mode::Up => Some(3),
        Mode::HalfDown => Some(4),
        Mode::Ceiling | Mode::Floor => None,
    }
}

fn roundings(plan: &Plan) -> Vec<Variant> {
    let mut found = Vec::new();
    let mut add = |cause: Code, change: &dyn Fn(&mut Benefit)| {
        let mut plan = plan.clone();
        plan.benefits.iter_mut().for_each(change);
        found.push(Variant { cause, benefit: None, about: Vec::new(), plan });
    };
    for mode in modes() {
        add(Code::RoundingMode, &|benefit| benefit.rounding.mode = mode);
    }
    for (to, mode) in PLACES.into_iter().flat_map(|to| modes().map(move |mode| (to, mode))) {
        if plan.benefits.iter().any(|benefit| benefit.rounding.to != to) {
            add(Code::RoundingPlace, &|benefit| benefit.rounding = Rounding { to, mode });
        }
    }
    for mode in modes() {
        add(Code::RoundingEachStep, &|benefit| {
            benefit.rounding_of_steps = Some(Rounding { mode, ..benefit.rounding });
            benefit.rounding.mode = mode;
        });
    }
    found
}
