//! The most that something comes to over all claims, looked at case by case where all at once is too coarse.
//!
//! What excludes each other is seen in no range: a benefit `when = "serious"` and another `when = "not serious"` can each pay, but never both.
//! So claims are split by a question that the plan asks until every case is within bounds, or nothing is left to ask.

use std::cell::RefCell;
use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::work::Work;
use crate::arena::Arena;
use crate::fact::Absent;
use crate::plan::expression::{BenefitIndex, StepIndex, Truth};
use crate::plan::{Action, Plan};
use crate::reading::bounds::cases::{Answer, Question};
use crate::reading::bounds::{Bounded, Bounds, Possible, Trend};
use crate::reading::range::May;
use crate::semantics::{Meaning, Place};

/// How many cases are looked at for one bound.
const MOST_CASES: usize = 1_000;
/// How much is done for one bound.
#[derive(Clone, Copy)]
pub(super) struct Effort<'w> {
    /// What the bound need not be below.
    pub(super) enough: Decimal,
    /// How much may be read for it; what is looked at in the first place is read all the same.
    pub(super) work: &'w Work,
}

/// A plan read with the bounds of a case.
pub(super) type Read<'p> = Meaning<'p, Bounds<'p>>;

/// The most that `read` gives in any case; cases are split while it is more than enough.
pub(super) fn most<'p>(
    plan: &'p Plan,
    effort: Effort<'_>,
    bounds: impl Fn(Vec<Answer>) -> Bounds<'p>,
    read: impl Fn(&mut Read<'p>) -> Decimal,
) -> Decimal {
    let Effort { enough, work } = effort;
    let paid = Meaning::new(plan, bounds(Vec::new())).waterfalls();
    work.spend(plan.parts.saturating_mul(2));
    let splitting = Splitting { plan, paid: RefCell::new(paid), known: RefCell::default(), work, bounds, read };
    let mut looked_at = 1;
    let mut cases = vec![splitting.case(Vec::new())];
    loop {
        let worst = (0..cases.len()).max_by_key(|index| cases.get(*index).map(|case| case.most));
        let Some(worst) = worst.map(|index| cases.swap_remove(index)) else { return Decimal::MIN };
        if worst.most <= enough {
            return worst.most;
        }
        let answers = splitting.answers(&worst).filter(|_| looked_at < MOST_CASES);
        let Some(answers) = answers.filter(|answers| work.has(plan.parts.saturating_mul(answers.len()))) else {
            return worst.most;
        };
        looked_at = looked_at.saturating_add(answers.len());
        for answer in answers {
            let supposed = worst.supposed.iter().cloned().chain([answer]).collect();
            cases.push(splitting.case(supposed));
        }
    }
}

struct Splitting<'p, 'w, B, R> {
    plan: &'p Plan,
    /// What each benefit pays before limits over all claims.
    paid: RefCell<Arena<BenefitIndex, Bounded>>,
    /// Whether a question splits claims into cases, as far as it was asked.
    known: RefCell<BTreeMap<Question, bool>>,
    work: &'w Work,
    bounds: B,
    read: R,
}

struct Case {
    supposed: Vec<Answer>,
    most: Decimal,
    /// The first question that splits it.
    question: Option<Question>,
}

impl<'p, B: Fn(Vec<Answer>) -> Bounds<'p>, R: Fn(&mut Read<'p>) -> Decimal> Splitting<'p, '_, B, R> {
    /// What is supposed is looked for at every part that is read.
    fn case(&self, supposed: Vec<Answer>) -> Case {
        self.work.spend(self.plan.parts.saturating_mul(supposed.len().saturating_add(1)));
        let mut meaning = Meaning::new(self.plan, (self.bounds)(supposed.clone()));
        let most = (self.read)(&mut meaning);
        let most = if meaning.reading.is_impossible() { Decimal::MIN } else { most };
        let mut questions = meaning.reading.questions();
        let exclusions = self.exclusions().filter(|(_, benefit)| !supposes(&supposed, *benefit));
        questions.extend(exclusions.map(|(place, benefit)| (place, Question::Pays(benefit))));
        questions.sort_by_key(|(place, _)| turn(*place));
        let question = questions.into_iter().map(|(_, question)| question).find(|question| self.splits(question));
        Case { supposed, most, question }
    }

    /// The answers to the question that splits the case.
    fn answers(&self, case: &Case) -> Option<Vec<Answer>> {
        Some(match case.question.as_ref()? {
            Question::Holds(truth) => [true, false].map(|holds| Answer::Holds(truth.clone(), holds)).to_vec(),
            Question::Pays(benefit) => [true, false].map(|pays| Answer::Pays(*benefit, pays)).to_vec(),
            Question::Is(slot) => {
                let fact = self.plan.fact(*slot);
                let told_apart = fact.symbols.iter().map(|symbol| Some(symbol.name.clone()));
                let none = (fact.open || fact.absent == Absent::None).then_some(None);
                told_apart.chain(none).map(|value| Answer::Is(*slot, value)).collect()
            }
        })
    }

    /// Whether claims answer it in different ways, but all claims that are compared with each other in the same.
    fn splits(&self, question: &Question) -> bool {
        match question {
            Question::Is(_) => true,
            Question::Pays(benefit) => self.paid.borrow()[*benefit].trend() == Trend::Still,
            Question::Holds(truth) => {
                if let Some(splits) = self.known.borrow().get(question) {
                    return *splits;
                }
                let holds = self.over_all_claims(truth);
                let splits = holds.may == May::BE_EITHER && holds.is_still();
                self.known.borrow_mut().insert(question.clone(), splits);
                splits
            }
        }
    }

    fn over_all_claims(&self, truth: &Truth) -> Possible {
        let mut meaning = Meaning::beside(self.plan, (self.bounds)(Vec::new()), self.paid.take());
        let holds = meaning.truth(truth);
        self.paid.replace(meaning.into_paid());
        holds
    }

    /// Whether a benefit pays is asked by what it excludes.
    fn exclusions(&self) -> impl Iterator<Item = (Place, BenefitIndex)> {
        self.plan.benefits.indexed().flat_map(|(index, benefit)| {
            // any other step is asked nothing: fewer cases, so that a bound may come out too high, never too low
            let others = benefit.steps.iter().filter_map(|step| {
                let Action::Exclusive(others) = &step.action else { return None };
                Some(others)
            });
            others.flatten().map(move |other| (Place::Gross(index), other.benefit))
        })
    }
}

fn supposes(supposed: &[Answer], benefit: BenefitIndex) -> bool {
    supposed.iter().any(|answer| matches!(answer, Answer::Pays(known, _) if *known == benefit))
}

/// Benefits are taken in their order, each by whether it applies at all.
fn turn(place: Place) -> Turn {
    match place {
        Place::When(benefit) => Turn::Of(benefit, Part::When),
        Place::Gross(benefit) => Turn::Of(benefit, Part::Gross),
        Place::Step(benefit, step) => Turn::Of(benefit, Part::Step(step)),
        Place::Rounding(benefit) => Turn::Of(benefit, Part::Rounding),
        Place::Condition(_) | Place::Identity(_) | Place::Limit(_) | Place::Ledger => Turn::Last,
    }
}

/// What comes first stands first.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Turn {
    Of(BenefitIndex, Part),
    Last,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    When,
    Gross,
    Step(StepIndex),
    Rounding,
}
