//! The most that something comes to over all claims, looked at case by case where all at once is too coarse.
//!
//! What excludes each other is seen in no range: a benefit `when = "serious"` and another `when = "not serious"` can each pay, but never both.
//! So claims are split by a question that the plan asks until every case is within bounds, or nothing is left to ask.

use rust_decimal::Decimal;

use crate::fact::Absent;
use crate::plan::{Action, Plan};
use crate::reading::bounds::cases::{Answer, Question};
use crate::reading::bounds::{Bounds, Range, Trend};
use crate::semantics::{Meaning, Place};

/// How many cases are looked at for one bound.
const MOST_CASES: usize = 1_000;
/// How many rules are read for all bounds of a promise; a plan of very many rules is looked at in fewer cases.
const MOST_RULES_READ: usize = 2_000_000;

/// How much is done for one bound.
#[derive(Clone, Copy)]
pub(super) struct Effort {
    /// What the bound need not be below.
    pub(super) enough: Decimal,
    /// How many bounds are worked out for the promise.
    pub(super) bounds: usize,
}

impl Effort {
    pub(super) fn until(enough: Decimal) -> Effort {
        Effort { enough, bounds: 1 }
    }

    pub(super) fn cases(self, plan: &Plan) -> usize {
        let steps: usize = plan.benefits.iter().map(|benefit| benefit.steps.len().saturating_add(1)).sum();
        let rules = steps.saturating_add(plan.conditions.len()).saturating_add(plan.limits.len());
        MOST_RULES_READ.checked_div(rules.saturating_mul(self.bounds)).unwrap_or(MOST_CASES).min(MOST_CASES)
    }
}

/// A plan read with the bounds of a case.
pub(super) type Read<'p> = Meaning<'p, Bounds<'p>>;

/// The most that `read` gives in any case; cases are split while it is more than enough.
pub(super) fn most<'p>(
    plan: &'p Plan,
    effort: Effort,
    bounds: impl Fn(Vec<Answer>) -> Bounds<'p>,
    read: impl Fn(&mut Read<'p>) -> Decimal,
) -> Decimal {
    let splitting = Splitting { plan, paid: Meaning::new(plan, bounds(Vec::new())).waterfalls(), bounds, read };
    let most_cases = effort.cases(plan);
    let mut looked_at = 1;
    let mut cases = vec![splitting.case(Vec::new())];
    loop {
        let worst = (0..cases.len()).max_by_key(|index| cases.get(*index).map(|case| case.most));
        let Some(worst) = worst.map(|index| cases.swap_remove(index)) else { return Decimal::MIN };
        if worst.most <= effort.enough {
            return worst.most;
        }
        let Some(answers) = splitting.answers(&worst).filter(|_| looked_at < most_cases) else { return worst.most };
        looked_at = looked_at.saturating_add(answers.len());
        for answer in answers {
            let supposed = worst.supposed.iter().cloned().chain([answer]).collect();
            cases.push(splitting.case(supposed));
        }
    }
}

struct Splitting<'p, B, R> {
    plan: &'p Plan,
    /// What each benefit pays before limits over all claims.
    paid: Vec<Range>,
    bounds: B,
    read: R,
}

struct Case {
    supposed: Vec<Answer>,
    most: Decimal,
    /// What would split it.
    questions: Vec<(Place, Question)>,
}

impl<'p, B: Fn(Vec<Answer>) -> Bounds<'p>, R: Fn(&mut Read<'p>) -> Decimal> Splitting<'p, B, R> {
    fn case(&self, supposed: Vec<Answer>) -> Case {
        let mut meaning = Meaning::new(self.plan, (self.bounds)(supposed.clone()));
        let most = (self.read)(&mut meaning);
        let most = if meaning.reading.is_impossible() { Decimal::MIN } else { most };
        let mut questions = meaning.reading.questions();
        let exclusions = self.exclusions().filter(|(_, benefit)| !supposes(&supposed, *benefit));
        questions.extend(exclusions.map(|(place, benefit)| (place, Question::Pays(benefit))));
        questions.sort_by_key(|(place, _)| turn(*place));
        Case { supposed, most, questions }
    }

    /// The answers to the first question that splits the case.
    fn answers(&self, case: &Case) -> Option<Vec<Answer>> {
        let (_, question) = case.questions.iter().find(|(_, question)| self.splits(question))?;
        Some(match question {
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
            Question::Pays(benefit) => self.paid.get(*benefit).is_some_and(|paid| paid.trend() == Trend::Still),
            Question::Holds(truth) => {
                let holds = Meaning::beside(self.plan, (self.bounds)(Vec::new()), self.paid.clone()).truth(truth);
                holds.may_hold && holds.may_fail && holds.is_still()
            }
        }
    }

    /// Whether a benefit pays is asked by what it excludes.
    fn exclusions(&self) -> impl Iterator<Item = (Place, usize)> {
        self.plan.benefits.iter().enumerate().flat_map(|(index, benefit)| {
            benefit.steps.iter().flat_map(move |step| match &step.action {
                Action::Exclusive(others) => others.iter().map(|other| (Place::Gross(index), other.benefit)).collect(),
                Action::Pay(_)
                | Action::Bands(_)
                | Action::Deductible { .. }
                | Action::Limit { .. }
                | Action::Less(_)
                | Action::Offset(_)
                | Action::Waiting(_)
                | Action::Minimum(_)
                | Action::Add(_) => Vec::new(),
            })
        })
    }
}

fn supposes(supposed: &[Answer], benefit: usize) -> bool {
    supposed.iter().any(|answer| matches!(answer, Answer::Pays(known, _) if *known == benefit))
}

/// Benefits are taken in their order, each by whether it applies at all.
fn turn(place: Place) -> (usize, usize) {
    match place {
        Place::When(benefit) => (benefit, 0),
        Place::Gross(benefit) => (benefit, 1),
        Place::Step(benefit, step) => (benefit, step.saturating_add(2)),
        Place::Rounding(benefit) => (benefit, usize::MAX),
        Place::Condition(_) | Place::Identity(_) | Place::Limit(_) | Place::Ledger => (usize::MAX, 0),
    }
}
