//! What follows from the values, written as a certificate writes it.

use std::collections::{BTreeMap, BTreeSet};

use super::canonical::quoted;
use super::flaw::{Flaw, Place};
use super::missing::missing;
use super::number::Number;
use super::program::{Benefit, Program};
use super::step::Refusal;
use super::value::Value;

/// The members of the conclusion, each as canonical JSON.
#[derive(Debug)]
pub(super) struct Conclusion {
    pub(super) decision: Decision,
    pub(super) payable: Number,
    pub(super) benefits: String,
    pub(super) reasons: String,
    pub(super) posts: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decision {
    Paid,
    NothingDue,
    Denied,
    Pended,
}

impl Decision {
    pub(super) fn name(self) -> &'static str {
        match self {
            Decision::Paid => "paid",
            Decision::NothingDue => "nothing-due",
            Decision::Denied => "denied",
            Decision::Pended => "pended",
        }
    }
}

/// The values of one claim under a program.
#[derive(Debug, Clone, Copy)]
pub(super) struct Worked<'a, 't> {
    pub(super) program: &'a Program,
    pub(super) values: &'a [Value<'t>],
    /// The missing fact without which each prior is not known.
    pub(super) prior_missing: &'a [Option<usize>],
}

impl<'t> Worked<'_, 't> {
    pub(super) fn conclusion(self, place: &Place<'_>) -> Result<Conclusion, Flaw> {
        let decision = self.decision();
        let payable = self.value(self.program.outcome.payable).number();
        let payable = payable.filter(|_| decision == Decision::Paid).unwrap_or(Number::ZERO);
        let is_worked_out = matches!(decision, Decision::Paid | Decision::NothingDue);
        let waterfalls = if is_worked_out { self.waterfalls(place)? } else { Vec::new() };
        if is_worked_out {
            let total = waterfalls.iter().try_fold(Number::ZERO, |sum, waterfall| sum.add(waterfall.paid?));
            if total != Some(payable) {
                return Err(Flaw::new(
                    place.member("benefits"),
                    "各项待遇的给付之和不等于应付金额",
                    "what the benefits pay does not add up to what is payable",
                ));
            }
        }
        Ok(Conclusion {
            decision,
            payable,
            benefits: listed(waterfalls.iter().map(|waterfall| waterfall.text.clone())),
            reasons: listed(self.reasons(decision, &waterfalls).into_iter()),
            posts: if is_worked_out { self.posts() } else { "{}".to_owned() },
        })
    }

    fn value(self, step: usize) -> Value<'t> {
        self.values.get(step).copied().unwrap_or(Value::Null)
    }

    fn decision(self) -> Decision {
        let outcome = &self.program.outcome;
        let is_false = |step: usize| self.value(step).truth() == Some(false);
        let needed = [
            outcome.sound,
            outcome.eligible,
            outcome.cleared,
            outcome.payable,
            outcome.event_date,
            outcome.coverage_start,
        ];
        if is_false(outcome.sound) {
            Decision::Pended
        } else if is_false(outcome.eligible) {
            Decision::Denied
        } else if is_false(outcome.cleared) || needed.iter().any(|step| self.value(*step).is_null()) {
            Decision::Pended
        } else if self.value(outcome.payable).number().is_some_and(Number::is_positive) {
            Decision::Paid
        } else {
            Decision::NothingDue
        }
    }

    fn waterfalls(self, place: &Place<'_>) -> Result<Vec<Waterfall>, Flaw> {
        let applying = self.program.benefits.iter().filter(|benefit| self.value(benefit.applies) == Value::Truth(true));
        let waterfalls = applying.map(|benefit| {
            let too_large = || Refusal::TooLarge.flaw(place.member("benefits"));
            self.waterfall(benefit).ok_or_else(too_large)
        });
        waterfalls.collect()
    }

    /// `None` if a difference is no number of the format.
    fn waterfall(self, benefit: &Benefit) -> Option<Waterfall> {
        let stated = self.value(benefit.gross).number();
        let (mut gross, mut due) = (stated, stated);
        let mut lines = Vec::new();
        // The reason is that of the first line that leaves nothing, if it took what was due.
        let mut reason = None;
        for line in &benefit.lines {
            let Some(leaves) = self.value(line.leaves).number() else {
                lines.push("{\"leaves\":null,\"takes\":null}".to_owned());
                continue;
            };
            let is_first_known = due.is_none();
            if is_first_known {
                (gross, due) = (Some(leaves), Some(leaves));
            }
            let takes = due?.subtract(leaves)?;
            due = Some(leaves);
            if leaves.is_zero() && reason.is_none() {
                reason = Some(if takes.is_zero() && !is_first_known { "nothing-claimed" } else { line.reason });
            }
            lines.push(format!("{{\"leaves\":\"{leaves}\",\"takes\":\"{takes}\"}}"));
        }
        let written = |number: Option<Number>| number.map_or(Value::Null, Value::Number);
        let (id, lines) = (quoted(&benefit.id), listed(lines.into_iter()));
        let text = format!("{{\"gross\":{},\"id\":{id},\"lines\":{lines},\"paid\":{}}}", written(gross), written(due));
        Some(Waterfall { text, paid: due, reason: reason.unwrap_or("nothing-claimed") })
    }

    fn reasons(self, decision: Decision, waterfalls: &[Waterfall]) -> Vec<String> {
        let code = |code: &str| format!("{{\"code\":{},\"fact\":null}}", quoted(code));
        let failing = |list: &[(String, usize)]| -> Vec<String> {
            let failing = list.iter().filter(|(_, step)| self.value(*step) == Value::Truth(false));
            failing.map(|(id, _)| code(id)).collect()
        };
        match decision {
            Decision::Paid => Vec::new(),
            Decision::Denied => failing(&self.program.conditions),
            Decision::Pended => {
                let mut reasons = failing(&self.program.identities);
                reasons.extend(failing(&self.program.conditions));
                let missing = self.missing();
                let facts = missing.iter().filter_map(|fact| self.program.facts.list.get(*fact));
                reasons
                    .extend(facts.map(|fact| format!("{{\"code\":\"missing-fact\",\"fact\":{}}}", quoted(&fact.name))));
                reasons
            }
            Decision::NothingDue if waterfalls.is_empty() => vec![code("no-benefit-applies")],
            Decision::NothingDue => waterfalls.iter().map(|waterfall| code(waterfall.reason)).collect(),
        }
    }

    fn missing(self) -> BTreeSet<usize> {
        let outcome = &self.program.outcome;
        let mut steps = vec![outcome.event_date, outcome.coverage_start];
        if self.value(outcome.sound) != Value::Truth(false) {
            steps.extend([outcome.eligible, outcome.cleared, outcome.payable]);
        }
        missing(self.program, self.values, self.prior_missing, &steps)
    }

    fn posts(self) -> String {
        let posts: BTreeMap<&str, usize> =
            self.program.posts.iter().map(|(entry, step)| (entry.as_str(), *step)).collect();
        let posts = posts.into_iter().map(|(entry, step)| format!("{}:{}", quoted(entry), self.value(step)));
        format!("{{{}}}", posts.collect::<Vec<_>>().join(","))
    }
}

/// What became of one benefit.
#[derive(Debug)]
struct Waterfall {
    text: String,
    paid: Option<Number>,
    /// Why nothing is due of it, where nothing is due at all.
    reason: &'static str,
}

fn listed(items: impl Iterator<Item = String>) -> String {
    format!("[{}]", items.collect::<Vec<_>>().join(","))
}
