//! The missing facts without which values are not known.

use std::collections::BTreeSet;

use super::program::Program;
use super::step::Op;
use super::value::Value;

/// What is missing for some steps together, as places in the program's facts.
///
/// Goes once backwards over the steps: what a step lacks is what the steps lack that it follows.
pub(super) fn missing(
    program: &Program,
    values: &[Value<'_>],
    prior_missing: &[Option<usize>],
    steps: &[usize],
) -> BTreeSet<usize> {
    let mut facts = BTreeSet::new();
    let mut wanted: BTreeSet<usize> = steps.iter().copied().collect();
    while let Some(place) = wanted.pop_last() {
        let is_null = |step: usize| values.get(step).is_none_or(|value| value.is_null());
        let Some(step) = program.steps.get(place).filter(|_| is_null(place)) else { continue };
        let first = step.args.first().and_then(|first| values.get(*first)).copied().unwrap_or(Value::Null);
        match (&step.op, first.is_null()) {
            (Op::Fact(fact) | Op::Derived { fact }, _)
            | (Op::LookUpNumber { fact, .. } | Op::LookUpText { fact, .. }, false) => {
                facts.insert(*fact);
            }
            (Op::Prior(prior), _) => facts.extend(prior_missing.get(*prior).copied().flatten()),
            (Op::Choose, false) => {
                let chosen = if first == Value::Truth(true) { 1 } else { 2 };
                wanted.extend(step.args.get(chosen));
            }
            _ => wanted.extend(step.args.iter().filter(|arg| is_null(**arg))),
        }
    }
    facts
}
