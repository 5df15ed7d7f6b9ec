//! A pack's promises: proven over all claims, or refuted by one that is shown.

mod order;
mod tried;

use tried::{Dice, Tried};

use crate::accumulator::Accumulators;
use crate::adjudicate::Outcome;
use crate::code::Code;
use crate::diagnostic::{Findings, Span};
use crate::document::Node;
use crate::plan::Plan;
use crate::plan::expression::Slot;
use crate::reading::bounds::{Bounds, Range, Trend};
use crate::semantics::Meaning;
use crate::text::{Text, say};

/// How many claims are tried to refute what could not be proven, over all promises of a pack.
const TRIES: usize = 40_000;
/// And at least so many for one promise.
const LEAST_TRIES: usize = 50;

/// Checks every promise.
pub(super) fn check(plan: &Plan, promises: Option<&Node>, findings: &mut Findings) {
    let Some(promises) = promises else { return };
    let count =
        promises.entries().len().saturating_add(promises.get("monotone_in").map_or(0, |list| list.items().len()));
    let tries = TRIES.checked_div(count).unwrap_or(TRIES).max(LEAST_TRIES);
    if let Some(node) = promises.get("never_pays_more_than") {
        check_most(plan, node, tries, findings);
    }
    if let Some(node) = promises.get("never_pays_more_than_borne") {
        check_borne(plan, node, tries, findings);
    }
    for node in promises.get("monotone_in").map(Node::items).unwrap_or_default() {
        check_monotone(plan, node, tries, findings);
    }
    if let Some(node) = promises.get("same_in_any_order") {
        check_order(plan, node, tries, findings);
    }
}

/// The promises in words, once they are proven.
pub(super) fn words(plan: &Plan, promises: &Node, findings: &mut Findings) -> Vec<Text> {
    let title = |name: &str| plan.fact_title(name).cloned().unwrap_or_else(|| Text::same(name));
    let mut words = Vec::new();
    if let Some(most) = promises.get("never_pays_more_than").and_then(|node| super::yuan(node, findings)) {
        words.push(say!("每次给付不超过 {most} 元", "no claim is paid more than {most} yuan"));
    }
    if let Some(borne) = promises.get("never_pays_more_than_borne").and_then(Node::text).map(title) {
        let (zh, en) = (borne.zh, borne.en);
        words.push(say!("给付不超过{zh}", "no claim is paid more than `{en}`"));
    }
    for fact in promises.get("monotone_in").map(Node::items).unwrap_or_default().iter().filter_map(Node::text) {
        let Text { zh, en } = title(fact);
        words.push(say!("{zh}增加，给付不减少", "more `{en}` never pays less"));
    }
    if promises.get("same_in_any_order").is_some() {
        words.push(say!(
            "同一事件的几次理赔，不论先后，合计给付相同",
            "the claims of one event are paid the same together, in whatever order they are decided"
        ));
    }
    words
}

fn check_most(plan: &Plan, node: &Node, tries: usize, findings: &mut Findings) {
    let Some(most) = super::yuan(node, findings) else { return };
    let high = payable(plan, None, None).high;
    if high <= most {
        return;
    }
    let refuted = refute(plan, None, tries, |_, one, _| one.payable() > most);
    let unproven = say!("只能证明不超过 {high} 元", "only {high} yuan could be proven");
    report(&node.span, refuted, unproven, findings);
}

fn check_borne(plan: &Plan, node: &Node, tries: usize, findings: &mut Findings) {
    let Some(slot) = slot_of(plan, node) else { return };
    if payable(plan, None, Some(slot)).is_at_most_borne() {
        return;
    }
    let refuted =
        refute(plan, None, tries, |facts, one, _| facts.number(slot).is_some_and(|borne| one.payable() > borne));
    report(&node.span, refuted, say!("未能证明", "it could not be proven"), findings);
}

fn check_monotone(plan: &Plan, node: &Node, tries: usize, findings: &mut Findings) {
    let Some(slot) = slot_of(plan, node) else { return };
    if matches!(payable(plan, Some(slot), None).trend(), Trend::Still | Trend::Up) {
        return;
    }
    let refuted =
        refute(plan, Some(slot), tries, |_, one, more| more.is_some_and(|more| more.payable() < one.payable()));
    report(&node.span, refuted, say!("未能证明", "it could not be proven"), findings);
}

fn check_order(plan: &Plan, node: &Node, tries: usize, findings: &mut Findings) {
    if let Err(unproven) = order::prove(plan) {
        report(&node.span, order::refute(plan, tries), unproven, findings);
    }
}

/// All that any single claim can be paid.
fn payable(plan: &Plan, watched: Option<Slot>, borne: Option<Slot>) -> Range {
    Meaning::new(plan, Bounds::new(plan, watched, borne)).adjudicate().payable
}

fn slot_of(plan: &Plan, node: &Node) -> Option<Slot> {
    let name = node.text()?;
    plan.facts.iter().position(|fact| &*fact.name == name)
}

fn report(span: &Span, refuted: Option<Text>, unproven: Text, findings: &mut Findings) {
    match refuted {
        Some(claim) => {
            findings.report(Code::PromiseBroken, span, say!("承诺不成立", "the promise is broken")).help_with([claim])
        }
        None => findings
            .report(
                Code::PromiseUnproven,
                span,
                say!("承诺未得证明，也未找到反例", "the promise is neither proven nor refuted"),
            )
            .help_with([unproven]),
    };
}

/// Looks for a claim that breaks a promise; the same claims are tried every time.
fn refute(
    plan: &Plan,
    raised: Option<Slot>,
    tries: usize,
    broken: impl Fn(&Tried, &Outcome, Option<&Outcome>) -> bool,
) -> Option<Text> {
    let mut dice = Dice::new();
    let nothing = Accumulators::new();
    for _ in 0..tries {
        let tried = Tried::random(plan, &mut dice);
        let Some(one) = tried.decide(plan, &nothing) else { continue };
        let more = match raised {
            Some(slot) => tried
                .raised(plan, slot, &mut dice)
                .map(|more| more.decide(plan, &nothing).map(|outcome| (more, outcome))),
            None => None,
        };
        match more {
            Some(Some((other, outcome))) if broken(&tried, &one, Some(&outcome)) => {
                let (one, two) = (tried.words(plan, &one), other.words(plan, &outcome));
                return Some(say!("反例：{one}；而 {two}", "a claim that breaks it: {one}; but {two}"));
            }
            None if broken(&tried, &one, None) => {
                let one = tried.words(plan, &one);
                return Some(say!("反例：{one}", "a claim that breaks it: {one}"));
            }
            Some(_) | None => {}
        }
    }
    None
}
