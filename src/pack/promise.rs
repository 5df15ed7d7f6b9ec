//! A pack's promises: proven over all claims, or refuted by one that is shown.

mod cases;
mod ceiling;
mod doubt;
#[cfg(test)]
mod drawn;
#[cfg(test)]
mod extents;
mod history;
pub(super) mod member;
mod order;
#[cfg(test)]
mod tests;
mod tried;
mod work;

use std::collections::BTreeSet;

use cases::Effort;
use rust_decimal::Decimal;
use tried::{Dice, Trial, Tried};
use work::Work;

use super::build::Places;
use crate::accumulator::Accumulators;
use crate::adjudicate::Outcome;
use crate::code::Code;
use crate::diagnostic::{Findings, Span};
use crate::document::{Form, Node};
use crate::plan::Plan;
use crate::plan::expression::Slot;
use crate::reading::bounds::cases::Answer;
use crate::reading::bounds::{Bounded, Bounds, Trend};
use crate::scope::Scope;
use crate::text::{Text, say};

/// How many claims are tried to refute what could not be proven, over all promises of a pack.
const TRIES: usize = 40_000;
/// And at least so many for one promise.
const LEAST_TRIES: usize = 50;

/// Checks every promise.
pub(super) fn check(plan: &Plan, places: &Places, promises: Option<&Node>, findings: &mut Findings) {
    let (proofs, trials) = (Work::of(work::FOR_PROOFS), Work::of(work::FOR_TRIALS));
    check_within(&proofs, &trials, plan, places, promises, findings);
    member::check(plan, promises, findings);
}

fn check_within(
    proofs: &Work,
    trials: &Work,
    plan: &Plan,
    places: &Places,
    promises: Option<&Node>,
    findings: &mut Findings,
) {
    let Some(promises) = promises else { return };
    let stated = stated(plan, promises, findings);
    let tries = TRIES.checked_div(stated.len()).unwrap_or(TRIES).max(LEAST_TRIES);
    for (place, Stated { promise, span }) in stated.iter().enumerate() {
        let left = stated.len().saturating_sub(place);
        let (proving, trying) = (proofs.share(left), trials.share(left));
        let trial = Trial::of(plan, &trying);
        if let Err(Doubt { refuted, unproven }) = promise.check(plan, &proving, &trial, tries) {
            let is_short = proving.is_short() || trying.is_short();
            report(span, refuted, unproven, is_short.then(|| too_much(plan, places, findings)), findings);
        }
        proofs.give_back(&proving);
        trials.give_back(&trying);
    }
}

/// A promise, and where it is stated.
struct Stated {
    promise: Promise,
    span: Span,
}

enum Promise {
    /// No claim is paid more.
    Most(Decimal),
    /// No more is paid over all claims of a scope.
    MostOfAll(Scope, Decimal),
    /// No claim is paid more than the fact.
    Borne(Slot),
    /// More of the fact never pays less.
    Monotone(Slot),
    SameInAnyOrder,
}

/// Why a promise does not stand: what breaks it, if that was found, and else where the proof ends.
struct Doubt {
    refuted: Option<Text>,
    unproven: Text,
}

/// What the pack promises, each once.
fn stated(plan: &Plan, promises: &Node, findings: &mut Findings) -> Vec<Stated> {
    let most = ceilings(promises, findings).into_iter().map(|Ceiling { amount, per, span }| {
        let promise = per.map_or(Promise::Most(amount), |scope| Promise::MostOfAll(scope, amount));
        Stated { promise, span }
    });
    let of = |node: &Node, promise: fn(Slot) -> Promise| {
        Some(Stated { promise: promise(slot_of(plan, node)?), span: node.span.clone() })
    };
    let borne = promises.get("never_pays_more_than_borne").and_then(|node| of(node, Promise::Borne));
    let mut stated: Vec<Stated> = most.chain(borne).collect();
    let mut watched = BTreeSet::new();
    for node in promises.get("monotone_in").map(Node::items).unwrap_or_default() {
        if slot_of(plan, node).is_some_and(|slot| watched.insert(slot)) {
            stated.extend(of(node, Promise::Monotone));
        }
    }
    let order = promises.get("same_in_any_order");
    stated.extend(order.map(|node| Stated { promise: Promise::SameInAnyOrder, span: node.span.clone() }));
    stated
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
    if let Some(most) = promises.get("member_pays_at_most").and_then(|node| super::yuan(node, findings)) {
        words.push(say!("会员一次参保承担不超过 {most} 元", "the member pays at most {most} yuan for one application"));
    }
    if promises.get("same_in_any_order").is_some() {
        words.push(say!(
            "同一事件的几次理赔，不论先后，合计给付相同",
            "the claims of one event are paid the same together, in whatever order they are decided"
        ));
    }
    words
}

impl Promise {
    /// Proves it, or tries to refute it.
    fn check(&self, plan: &Plan, proving: &Work, trial: &Trial<'_>, tries: usize) -> Result<(), Doubt> {
        match self {
            Promise::Most(most) => check_most(plan, *most, proving, trial, tries),
            Promise::MostOfAll(scope, most) => ceiling::prove(plan, *scope, *most, proving)
                .map_err(|unproven| Doubt { refuted: history::refute(trial, *scope, *most, tries), unproven }),
            Promise::Borne(slot) => check_borne(plan, *slot, proving, trial, tries),
            Promise::Monotone(slot) => check_monotone(plan, *slot, proving, trial, tries),
            Promise::SameInAnyOrder => {
                order::prove(plan).map_err(|unproven| Doubt { refuted: order::refute(trial, tries), unproven })
            }
        }
    }
}

fn check_most(plan: &Plan, most: Decimal, proving: &Work, trial: &Trial<'_>, tries: usize) -> Result<(), Doubt> {
    let effort = Effort { enough: most, work: proving };
    let high = cases::most(plan, effort, |case| claims(plan, None, None, case), |meaning| payable(meaning).high());
    if high <= most {
        return Ok(());
    }
    let refuted = refute(trial, None, tries, |_, one, _| one.payable() > most);
    let Text { zh, en } = doubt::each(plan);
    Err(Doubt {
        refuted, unproven: say!("只能证明不超过 {high} 元：{zh}", "only {high} yuan could be proven: {en}")
    })
}

fn check_borne(plan: &Plan, slot: Slot, proving: &Work, trial: &Trial<'_>, tries: usize) -> Result<(), Doubt> {
    let bounds = |case| claims(plan, None, Some(slot), case);
    if holds(plan, proving, bounds, Bounded::is_at_most_borne) {
        return Ok(());
    }
    let refuted =
        refute(trial, None, tries, |facts, one, _| facts.number(slot).is_some_and(|borne| one.payable() > borne));
    let Text { zh, en } = doubt::first(plan, bounds(Vec::new()), Bounded::is_at_most_borne);
    Err(Doubt {
        refuted, unproven: say!("未能证明：{zh}可能超出", "it could not be proven: {en} may pass it")
    })
}

fn check_monotone(plan: &Plan, slot: Slot, proving: &Work, trial: &Trial<'_>, tries: usize) -> Result<(), Doubt> {
    let bounds = |case| claims(plan, Some(slot), None, case);
    let never_falls = |amount: &Bounded| matches!(amount.trend(), Trend::Still | Trend::Up);
    if holds(plan, proving, bounds, never_falls) {
        return Ok(());
    }
    let refuted =
        refute(trial, Some(slot), tries, |_, one, more| more.is_some_and(|more| more.payable() < one.payable()));
    let Text { zh, en } = doubt::first(plan, bounds(Vec::new()), never_falls);
    let unproven = say!("未能证明：{zh}可能随之减少", "it could not be proven: {en} may pay less where it is more");
    Err(Doubt { refuted, unproven })
}

/// The claims of a case, read by bounds.
fn claims(plan: &Plan, watched: Option<Slot>, borne: Option<Slot>, case: Vec<Answer>) -> Bounds<'_> {
    Bounds::new(plan, watched, borne).in_case(case)
}

/// All that a single claim can be paid. Whether its facts agree is not asked: what is unknown counts as agreement, so that facts may contradict
/// each other in every case of a question and yet be decided on where that is open.
fn payable(meaning: &mut cases::Read<'_>) -> Bounded {
    meaning.adjudicate_as_given().payable
}

/// Whether what is payable is so in every case.
fn holds<'p>(
    plan: &'p Plan,
    work: &Work,
    bounds: impl Fn(Vec<Answer>) -> Bounds<'p>,
    is_so: impl Fn(&Bounded) -> bool,
) -> bool {
    let otherwise = |meaning: &mut cases::Read<'p>| if is_so(&payable(meaning)) { Decimal::ZERO } else { Decimal::ONE };
    cases::most(plan, Effort { enough: Decimal::ZERO, work }, bounds, otherwise) <= Decimal::ZERO
}

fn slot_of(plan: &Plan, node: &Node) -> Option<Slot> {
    let name = node.text()?;
    plan.facts.position(|fact| &*fact.name == name)
}

/// Why not everything was looked at: how large the rules are, and which of them is largest.
fn too_much(plan: &Plan, places: &Places, findings: &Findings) -> Text {
    let (all, (parts, span)) = (plan.parts, &places.largest);
    let line = findings.line_of(span.start);
    say!(
        "规则共有 {all} 个部分，核验以定量的工作为限，未能全部看完；最大的表达式在第 {line} 行，展开后有 {parts} 个部分",
        "the rules come to {all} parts, too many to look at every case within the limit of work; the largest expression is in line {line}, {parts} parts once values are put in"
    )
}

fn report(span: &Span, refuted: Option<Text>, unproven: Text, too_much: Option<Text>, findings: &mut Findings) {
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
            .help_with(std::iter::once(unproven).chain(too_much)),
    };
}

/// A claim, and the same with more of a fact.
const CLAIMS_COMPARED: usize = 2;

/// Looks for a claim that breaks a promise; the same claims are tried every time.
fn refute(
    trial: &Trial<'_>,
    raised: Option<Slot>,
    tries: usize,
    broken: impl Fn(&Tried, &Outcome, Option<&Outcome>) -> bool,
) -> Option<Text> {
    let mut dice = Dice::new();
    let nothing = Accumulators::new();
    let plan = trial.plan;
    for _ in (0..tries).take_while(|_| trial.has_work(CLAIMS_COMPARED)) {
        let tried = Tried::random(trial, &mut dice);
        let Some(one) = tried.decide(trial, &nothing) else { continue };
        let more = match raised {
            Some(slot) => tried
                .raised(plan, slot, &mut dice)
                .map(|more| more.decide(trial, &nothing).map(|outcome| (more, outcome))),
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
