//! A pack's promises: proven over all claims, or refuted by one that is shown.

mod cases;
mod ceiling;
mod doubt;
#[cfg(test)]
mod drawn;
mod history;
mod order;
mod tried;

use cases::Effort;
use rust_decimal::Decimal;
use tried::{Dice, Tried};

use crate::accumulator::Accumulators;
use crate::adjudicate::Outcome;
use crate::code::Code;
use crate::diagnostic::{Findings, Span};
use crate::document::{Form, Node};
use crate::plan::Plan;
use crate::plan::expression::Slot;
use crate::reading::bounds::cases::Answer;
use crate::reading::bounds::{Bounds, Range, Trend};
use crate::scope::Scope;
use crate::text::{Text, say};

/// How many claims are tried to refute what could not be proven, over all promises of a pack.
const TRIES: usize = 40_000;
/// And at least so many for one promise.
const LEAST_TRIES: usize = 50;

/// Checks every promise.
pub(super) fn check(plan: &Plan, promises: Option<&Node>, findings: &mut Findings) {
    let Some(promises) = promises else { return };
    let ceilings = ceilings(promises, findings);
    let listed = promises.get("monotone_in").map_or(0, |list| list.items().len());
    let count = promises.entries().len().saturating_add(listed).saturating_add(ceilings.len());
    let tries = TRIES.checked_div(count).unwrap_or(TRIES).max(LEAST_TRIES);
    for Ceiling { amount, per, span } in ceilings {
        match per {
            None => check_most(plan, amount, &span, tries, findings),
            Some(scope) => check_most_of_all(plan, scope, amount, &span, tries, findings),
        }
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

/// The most that is paid to one claim, or to all claims of a scope.
struct Ceiling {
    amount: Decimal,
    per: Option<Scope>,
    span: Span,
}

/// What `never_pays_more_than` says: an amount, a table with its scope, or a list of them.
fn ceilings(promises: &Node, findings: &mut Findings) -> Vec<Ceiling> {
    let Some(node) = promises.get("never_pays_more_than") else { return Vec::new() };
    let nodes = match &node.form {
        Form::List(nodes) => nodes.iter().collect(),
        Form::Table(_)
        | Form::Text { .. }
        | Form::Number(_)
        | Form::YesNo(_)
        | Form::Date(_)
        | Form::Other
        | Form::Poisoned => vec![node],
    };
    let mut ceilings: Vec<Ceiling> = Vec::new();
    for node in nodes {
        let Some(ceiling) = ceiling(node, findings) else { continue };
        if ceilings.iter().any(|known| known.per == ceiling.per) {
            let message = say!("同一累计范围已有承诺", "there is a promise of this scope already");
            findings.report(Code::DuplicateName, &ceiling.span, message);
        } else {
            ceilings.push(ceiling);
        }
    }
    ceilings
}

fn ceiling(node: &Node, findings: &mut Findings) -> Option<Ceiling> {
    let span = node.span.clone();
    let Some(amount) = node.get("amount") else {
        return Some(Ceiling { amount: super::yuan(node, findings)?, per: None, span });
    };
    let per = node.get("per").and_then(Node::text);
    let per = Scope::ALL.into_iter().find(|(name, _)| per == Some(*name)).map(|(_, scope)| scope);
    Some(Ceiling { amount: super::yuan(amount, findings)?, per, span })
}

/// The promises in words, once they are proven.
pub(super) fn words(plan: &Plan, promises: &Node, findings: &mut Findings) -> Vec<Text> {
    let title = |name: &str| plan.fact_title(name).cloned().unwrap_or_else(|| Text::same(name));
    let mut words = Vec::new();
    for Ceiling { amount, per, .. } in ceilings(promises, findings) {
        words.push(match per.map(ceiling::claims) {
            None => say!("每次给付不超过 {amount} 元", "no claim is paid more than {amount} yuan"),
            Some(Text { zh, en }) => {
                say!("{zh}合计给付不超过 {amount} 元", "{en} are paid no more than {amount} yuan together")
            }
        });
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

fn check_most(plan: &Plan, most: Decimal, span: &Span, tries: usize, findings: &mut Findings) {
    let high =
        cases::most(plan, Effort::until(most), |case| claims(plan, None, None, case), |meaning| payable(meaning).high);
    if high <= most {
        return;
    }
    let refuted = refute(plan, None, tries, |_, one, _| one.payable() > most);
    let Text { zh, en } = doubt::each(plan);
    let unproven = say!("只能证明不超过 {high} 元：{zh}", "only {high} yuan could be proven: {en}");
    report(span, refuted, unproven, findings);
}

fn check_most_of_all(plan: &Plan, scope: Scope, most: Decimal, span: &Span, tries: usize, findings: &mut Findings) {
    if let Err(unproven) = ceiling::prove(plan, scope, most) {
        report(span, history::refute(plan, scope, most, tries), unproven, findings);
    }
}

fn check_borne(plan: &Plan, node: &Node, tries: usize, findings: &mut Findings) {
    let Some(slot) = slot_of(plan, node) else { return };
    let bounds = |case| claims(plan, None, Some(slot), case);
    if holds(plan, bounds, Range::is_at_most_borne) {
        return;
    }
    let refuted =
        refute(plan, None, tries, |facts, one, _| facts.number(slot).is_some_and(|borne| one.payable() > borne));
    let Text { zh, en } = doubt::first(plan, bounds(Vec::new()), Range::is_at_most_borne);
    report(&node.span, refuted, say!("未能证明：{zh}可能超出", "it could not be proven: {en} may pass it"), findings);
}

fn check_monotone(plan: &Plan, node: &Node, tries: usize, findings: &mut Findings) {
    let Some(slot) = slot_of(plan, node) else { return };
    let bounds = |case| claims(plan, Some(slot), None, case);
    let never_falls = |amount: &Range| matches!(amount.trend(), Trend::Still | Trend::Up);
    if holds(plan, bounds, never_falls) {
        return;
    }
    let refuted =
        refute(plan, Some(slot), tries, |_, one, more| more.is_some_and(|more| more.payable() < one.payable()));
    let Text { zh, en } = doubt::first(plan, bounds(Vec::new()), never_falls);
    let unproven = say!("未能证明：{zh}可能随之减少", "it could not be proven: {en} may pay less where it is more");
    report(&node.span, refuted, unproven, findings);
}

fn check_order(plan: &Plan, node: &Node, tries: usize, findings: &mut Findings) {
    if let Err(unproven) = order::prove(plan) {
        report(&node.span, order::refute(plan, tries), unproven, findings);
    }
}

/// The claims of a case, read by bounds.
fn claims(plan: &Plan, watched: Option<Slot>, borne: Option<Slot>, case: Vec<Answer>) -> Bounds<'_> {
    Bounds::new(plan, watched, borne).in_case(case)
}

/// All that a single claim can be paid. Whether its facts agree is not asked: what is unknown counts as agreement, so that facts may contradict
/// each other in every case of a question and yet be decided on where that is open.
fn payable(meaning: &mut cases::Read<'_>) -> Range {
    meaning.adjudicate_as_given().payable
}

/// Whether what is payable is so in every case.
fn holds<'p>(plan: &'p Plan, bounds: impl Fn(Vec<Answer>) -> Bounds<'p>, is_so: impl Fn(&Range) -> bool) -> bool {
    let otherwise = |meaning: &mut cases::Read<'p>| if is_so(&payable(meaning)) { Decimal::ZERO } else { Decimal::ONE };
    cases::most(plan, Effort::until(Decimal::ZERO), bounds, otherwise) <= Decimal::ZERO
}

fn slot_of(plan: &Plan, node: &Node) -> Option<Slot> {
    let name = node.text()?;
    plan.facts.iter().position(|fact| &*fact.name == name)
}

fn report(span: &Span, refuted: Option<Text>, unproven: Text, findings: &mut Findings) {
    match refuted {
        Some(claim) => {
            let what_to_do = say!(
                "核对上面的一件：若条款确是如此，改写或删去承诺；若不是，改正规则",
                "if the clause says so, change the promise or leave it out; if it does not, correct the rules"
            );
            findings
                .report(Code::PromiseBroken, span, say!("承诺不成立", "the promise is broken"))
                .help_with([claim, what_to_do])
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
                let Text { zh: one_zh, en: one } = tried.words(plan, &one);
                let Text { zh: two_zh, en: two } = other.words(plan, &outcome);
                return Some(say!("反例：{one_zh}；而 {two_zh}", "a claim that breaks it: {one}; but {two}"));
            }
            None if broken(&tried, &one, None) => {
                let Text { zh, en } = tried.words(plan, &one);
                return Some(say!("反例：{zh}", "a claim that breaks it: {en}"));
            }
            Some(_) | None => {}
        }
    }
    None
}
