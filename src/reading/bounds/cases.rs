//! Cases: what may be supposed of claims, so that bounds hold for some of them at a time and for all of them together.
//!
//! Every claim answers a question in one way, or its answer is unknown. What is decided although an answer is unknown is decided the same
//! whatever the answer be, so that the cases of all answers leave no claim out.

use std::collections::BTreeSet;

use crate::plan::expression::{BenefitIndex, Comparison, Number, Slot, Truth};
use crate::semantics::Place;

/// What splits claims into cases.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Question {
    /// Whether this holds, which is no other truth's opposite, nor made of others.
    Holds(Truth),
    /// Which value the category has.
    Is(Slot),
    /// Whether the benefit pays anything before limits.
    Pays(BenefitIndex),
}

/// How the claims of a case answer a question.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Answer {
    Holds(Truth, bool),
    /// One of the values that the plan tells apart; `None` of any other, or of none.
    Is(Slot, Option<Box<str>>),
    Pays(BenefitIndex, bool),
}

/// The case that is looked at, and the questions that came up in it.
#[derive(Debug, Default)]
pub(crate) struct Cases {
    supposed: Vec<Answer>,
    open: Vec<(Place, Question)>,
    asked: BTreeSet<Question>,
    /// Whether no claim can answer so.
    pub(crate) is_impossible: bool,
}

impl Cases {
    pub(crate) fn of(supposed: Vec<Answer>) -> Cases {
        Cases { supposed, ..Cases::default() }
    }

    pub(crate) fn questions(&mut self) -> Vec<(Place, Question)> {
        std::mem::take(&mut self.open)
    }

    /// What is supposed of a truth that is read at this place; what is not becomes a question.
    pub(crate) fn answer(&mut self, truth: &Truth, place: Place) -> Option<bool> {
        if let Truth::Among(slot, values) = truth {
            return match self.value_of(*slot) {
                Some(value) => Some(value.as_ref().is_some_and(|value| values.has(value))),
                None => self.ask(place, Question::Is(*slot)),
            };
        }
        if let Some(benefit) = compares_paid_with_nothing(truth) {
            return match self.pays(benefit) {
                Some(_) => None, // what it pays is bounded accordingly
                None => self.ask(place, Question::Pays(benefit)),
            };
        }
        let (asked, is_opposite) = as_asked(truth)?;
        // Here `paid(…)` is no longer what it was.
        if matches!(place, Place::Limit(_) | Place::Ledger) {
            return None;
        }
        let answer = self.supposed.iter().find_map(|answer| match answer {
            Answer::Holds(known, holds) if *known == asked => Some(*holds),
            Answer::Holds(..) | Answer::Is(..) | Answer::Pays(..) => None,
        });
        match answer {
            Some(holds) => Some(holds != is_opposite),
            None => self.ask(place, Question::Holds(asked)),
        }
    }

    /// What is supposed of whether a benefit pays anything.
    pub(crate) fn pays(&self, benefit: BenefitIndex) -> Option<bool> {
        self.supposed.iter().find_map(|answer| match answer {
            Answer::Pays(known, pays) if *known == benefit => Some(*pays),
            Answer::Holds(..) | Answer::Is(..) | Answer::Pays(..) => None,
        })
    }

    fn value_of(&self, slot: Slot) -> Option<Option<Box<str>>> {
        self.supposed.iter().find_map(|answer| match answer {
            Answer::Is(known, value) if *known == slot => Some(value.clone()),
            Answer::Holds(..) | Answer::Is(..) | Answer::Pays(..) => None,
        })
    }

    fn ask(&mut self, place: Place, question: Question) -> Option<bool> {
        if self.asked.insert(question.clone()) {
            self.open.push((place, question));
        }
        None
    }
}

/// The truth of a pair of opposites that is asked for, and whether this one is the other; none of what is made of other truths.
fn as_asked(truth: &Truth) -> Option<(Truth, bool)> {
    match truth {
        Truth::Compare(comparison, sides) => {
            let (asked, is_opposite) = one_of_the_pair(*comparison);
            Some((Truth::Compare(asked, sides.clone()), is_opposite))
        }
        Truth::CompareDates(comparison, sides) => {
            let (asked, is_opposite) = one_of_the_pair(*comparison);
            Some((Truth::CompareDates(asked, sides.clone()), is_opposite))
        }
        Truth::Fact(_) | Truth::Given(_) | Truth::Within(..) | Truth::WithinDates(..) => Some((truth.clone(), false)),
        Truth::Among(..) | Truth::Value(_) | Truth::And(_) | Truth::Or(_) | Truth::Not(_) | Truth::Choose(_) => None,
    }
}

/// The benefit of `paid(benefit) = 0` and the like.
fn compares_paid_with_nothing(truth: &Truth) -> Option<BenefitIndex> {
    let Truth::Compare(_, sides) = truth else { return None };
    match &**sides {
        [Number::Paid(benefit), Number::Constant(constant)] | [Number::Constant(constant), Number::Paid(benefit)]
            if constant.is_zero() =>
        {
            Some(*benefit)
        }
        _ => None,
    }
}

fn one_of_the_pair(comparison: Comparison) -> (Comparison, bool) {
    match comparison {
        Comparison::Equal => (Comparison::Equal, false),
        Comparison::Unequal => (Comparison::Equal, true),
        Comparison::Less => (Comparison::Less, false),
        Comparison::AtLeast => (Comparison::Less, true),
        Comparison::AtMost => (Comparison::AtMost, false),
        Comparison::Greater => (Comparison::AtMost, true),
    }
}
