//! Conditions, benefits with their steps, and limits.

use super::{Builder, assumption, assumption_titled, title, whole};
use crate::accumulator::Measure;
use crate::arena::Arena;
use crate::code::Code;
use crate::diagnostic::{Span, did_you_mean};
use crate::document::{Entry, Node};
use crate::pack::resolve::{Declared, Named};
use crate::pack::syntax::{Syntax, Unit};
use crate::pack::{choice, shape};
use crate::plan::expression::{BenefitIndex, LimitIndex, Number, Truth};
use crate::plan::{Action, Benefit, Condition, EarlierBenefit, Edge, Limit, Otherwise, Spelled, Step, StepKind};
use crate::rounding::Rounding;
use crate::scope::Scope;
use crate::text::{Text, say};
use std::collections::BTreeSet;
use std::sync::Arc;

/// A key beside the action of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Companion {
    Per,
    Edge,
}

impl Companion {
    const ALL: [Companion; 2] = [Companion::Per, Companion::Edge];

    /// What a step of this kind needs.
    const fn of(kind: StepKind) -> Option<Companion> {
        match kind {
            StepKind::Deductible | StepKind::Limit | StepKind::Offset | StepKind::Exclusive => Some(Companion::Per),
            StepKind::Franchise => Some(Companion::Edge),
            StepKind::Pay
            | StepKind::Bands
            | StepKind::Less
            | StepKind::Waiting
            | StepKind::Minimum
            | StepKind::Add => None,
        }
    }

    const fn key(self) -> &'static str {
        match self {
            Companion::Per => "per",
            Companion::Edge => "edge",
        }
    }

    /// What is said where it is missing, and the texts it may be.
    fn missing(self, action: &str) -> (Text, Vec<&'static str>) {
        match self {
            Companion::Per => (
                say!("`{action}` 须写 `per`，说明累计范围", "`per` is missing: `{action}` counts within a scope"),
                Scope::ALL.map(|(name, _)| name).to_vec(),
            ),
            Companion::Edge => (
                say!(
                    "`{action}` 须写 `edge`，说明恰好等于该金额时是否给付",
                    "`edge` is missing: it says whether an amount that is exactly the `{action}` is paid"
                ),
                Edge::ALL.map(|(name, _)| name).to_vec(),
            ),
        }
    }
}

impl<'n> Builder<'n> {
    pub(super) fn condition(&mut self, node: &'n Node) -> Option<Condition> {
        let id = node.get("id")?.text()?;
        let require_node = node.get("require")?;
        self.places.conditions.push(require_node.span.clone());
        let require = self.truth(require_node);
        self.touch(assumption_titled(id, node, "text"));
        let citation = self.citation(node);
        let otherwise = if node.get("otherwise")?.text()? == "pend" { Otherwise::Pend } else { Otherwise::Deny };
        Some(Condition {
            id: id.into(),
            require: require?,
            otherwise,
            text: node.get("text")?.words().into(),
            citation: citation?,
        })
    }

    pub(super) fn benefit(
        &mut self,
        index: BenefitIndex,
        node: &'n Node,
        plan_rounding: Option<Rounding>,
    ) -> Option<Benefit> {
        self.resolver.benefit = index;
        let id = Arc::clone(&self.resolver.benefits[index]);
        let (when_node, gross_node) = (node.get("when"), node.get("gross"));
        self.places.whens.push(when_node.map(|node| node.span.clone()).unwrap_or_default());
        self.places.grosses.push(gross_node.map(|node| node.span.clone()).unwrap_or_default());
        self.places.steps.push(Arena::new());
        let when_syntax = when_node.and_then(|node| self.read(node));
        if let Some(syntax) = &when_syntax {
            self.resolver.guard(syntax);
        }
        let when: Option<Vec<Spelled<Truth>>> = when_syntax.and_then(|syntax| {
            let parts: Vec<Option<Spelled<Truth>>> =
                syntax.conjuncts().into_iter().map(|part| self.spelled_truth(part)).collect();
            whole(parts)
        });
        if let Some((_, parts)) = self.resolver.max_shares {
            self.resolver.count_parts(parts);
        }
        let when = when.map(|parts| self.some_shares_count.clone().into_iter().chain(parts).collect());
        let gross_syntax = gross_node.and_then(|node| self.read(node));
        let (gross, gross_assumed) = self.assumed_by(|b| {
            let syntax = gross_syntax?;
            b.resolver.guard(&syntax);
            let expression = b.resolver.number(&syntax, Unit::Yuan)?;
            Some(Spelled { expression, wording: b.wording(&syntax).into() })
        });
        let steps: Vec<Option<Step>> =
            node.get("steps").map(Node::items).unwrap_or_default().iter().map(|step| self.step(index, step)).collect();
        self.check_step_order(&steps, index);
        self.touch(assumption(&id, node, None));
        let own_rounding = self.optional(node, "rounding", |b, node| {
            let outer = std::mem::take(&mut b.resolver.touched);
            let rounding = b.rounding(node);
            b.resolver.touched.extend(&outer);
            rounding
        });
        let citation = self.citation(node);
        let (rounding, rounding_citation) = match own_rounding? {
            Some((rounding, citation)) => (rounding, Some(citation)),
            None => (plan_rounding?, None),
        };
        Some(Benefit {
            id,
            title: title(node)?.into(),
            when: when?,
            gross: gross?,
            gross_assumed,
            steps: whole(steps)?,
            rounding,
            rounding_citation,
            citation: citation?,
            is_within_outermost: false,
            rounding_of_steps: None,
        })
    }

    pub(super) fn spelled_truth(&mut self, syntax: &Syntax) -> Option<Spelled<Truth>> {
        let expression = self.resolver.truth(syntax)?;
        Some(Spelled { expression, wording: self.wording(syntax).into() })
    }

    pub(super) fn step(&mut self, benefit: BenefitIndex, node: &'n Node) -> Option<Step> {
        let step = self.places.steps[benefit].push(node.span.clone());
        self.places.step_whens.extend(node.get("when").map(|when| ((benefit, step), when.span.clone())));
        if !node.is_table() {
            return None;
        }
        let as_action = |entry: &'n Entry| Some((StepKind::named(&entry.key)?, entry));
        let actions: Vec<(StepKind, &Entry)> = node.entries().iter().filter_map(as_action).collect();
        let [(kind, action)] = actions.as_slice() else {
            if actions.is_empty() && node.entries().iter().any(|entry| !shape::is_key_of_a_step(&entry.key)) {
                return None; // an unknown key, which was reported, may be the action
            }
            let list = StepKind::ALL.map(StepKind::key).join(", ");
            let message = say!("一个步骤恰有一个动作：{list}", "a step does one thing: {list}");
            self.resolver.findings.report(Code::StepForm, &node.span, message);
            return None;
        };
        self.check_companions(*kind, node, &action.key_span);
        let (read, assumed) = self.assumed_by(|b| {
            let when = b.optional(node, "when", Builder::truth);
            let (parsed, wording) = b.action(benefit, *kind, &action.node, node)?;
            Some((when?, parsed, wording))
        });
        let (when, parsed, wording) = read?;
        let text = node.get("text").map_or_else(|| standing_reason(&parsed, &wording), Node::words).into();
        let clause = node.get("clause").map(|clause| clause.words().into());
        Some(Step { action: parsed, when, text, clause, assumed })
    }

    /// Reports the keys that the action does not have, and the one that it lacks.
    fn check_companions(&mut self, kind: StepKind, node: &Node, action: &Span) {
        let key = kind.key();
        for companion in Companion::ALL {
            let name = companion.key();
            let written = node.entries().iter().find(|entry| entry.key == name);
            match (written, Companion::of(kind) == Some(companion)) {
                (Some(entry), false) => {
                    let message = say!("`{key}` 没有 `{name}`", "`{key}` has no `{name}`");
                    self.resolver.findings.report(Code::StepForm, &entry.key_span, message);
                }
                (None, true) => {
                    let (message, choices) = companion.missing(key);
                    let all = choice::all(&choices);
                    let help = say!("加上 `{name} = \"…\"`：{all}", "add `{name} = \"…\"`: {all}"; all);
                    self.resolver.findings.report(Code::MissingKey, action, message).help_with([help]);
                }
                (Some(_), true) | (None, false) => {}
            }
        }
    }

    pub(super) fn action(
        &mut self,
        benefit: BenefitIndex,
        kind: StepKind,
        value: &'n Node,
        step: &'n Node,
    ) -> Option<(Action, Text)> {
        let scope = step.get("per").and_then(Node::text).and_then(scope_named);
        match kind {
            StepKind::Pay => {
                let (rate, wording) = self.spelled_number(value, Unit::Plain)?;
                if let Number::Figure(index) = rate
                    && let Some(figure) = self.figures.number(index)
                {
                    self.check_rate(figure, &value.span);
                }
                Some((Action::Pay(rate), wording))
            }
            StepKind::Deductible => {
                let (amount, wording) = self.spelled_number(value, Unit::Yuan)?;
                let used = self.used(Measure::Deducted, benefit, scope);
                Some((Action::Deductible { amount, used }, wording))
            }
            StepKind::Limit => {
                let (amount, wording) = self.spelled_number(value, Unit::Yuan)?;
                let used = self.used(Measure::Paid, benefit, scope);
                Some((Action::Limit { amount, used }, wording))
            }
            StepKind::Less => {
                self.spelled_number(value, Unit::Yuan).map(|(amount, wording)| (Action::Less(amount), wording))
            }
            StepKind::Franchise => {
                let (amount, wording) = self.spelled_number(value, Unit::Yuan)?;
                let edge = step.get("edge").and_then(Node::text).and_then(Edge::named)?;
                Some((Action::Franchise { amount, edge }, wording))
            }
            StepKind::Minimum => {
                self.spelled_number(value, Unit::Yuan).map(|(amount, wording)| (Action::Minimum(amount), wording))
            }
            StepKind::Add => {
                self.spelled_number(value, Unit::Yuan).map(|(amount, wording)| (Action::Add(amount), wording))
            }
            StepKind::Offset => {
                self.earlier(value, scope).map(|earlier| (Action::Offset(earlier), self.benefit_titles(value)))
            }
            StepKind::Exclusive => {
                self.earlier(value, scope).map(|earlier| (Action::Exclusive(earlier), self.benefit_titles(value)))
            }
            StepKind::Bands => match self.declared(value)?.named {
                Named::Ladder(index) => Some((Action::Bands(index), self.named_title(value))),
                Named::Poisoned => None,
                _ => self.not_such(value, say!("不是分段累进（`kind = \"marginal\"`）", "is not marginal bands")),
            },
            StepKind::Waiting => match self.declared(value)?.named {
                Named::Waiting(index) => {
                    self.resolver.count_parts(self.resolver.waiting_parts[index]);
                    Some((Action::Waiting(index), self.named_title(value)))
                }
                Named::Poisoned => None,
                _ => self.not_such(value, say!("不是等待期", "is not a waiting period")),
            },
        }
    }

    pub(super) fn used(
        &mut self,
        measure: Measure,
        benefit: BenefitIndex,
        scope: Option<Scope>,
    ) -> Option<crate::plan::expression::Prior> {
        scope.and_then(|scope| self.resolver.prior(measure, benefit, scope))
    }

    pub(super) fn declared(&mut self, node: &Node) -> Option<Declared> {
        let name = node.text()?;
        match self.resolver.names.get(name).cloned() {
            Some(declared) => {
                self.resolver.used.insert(name.to_owned());
                self.resolver.touched.extend(&declared.assumed);
                Some(declared)
            }
            None if self.resolver.may_be_poisoned(name) => None,
            None => {
                let help = did_you_mean(name, self.resolver.names.keys().map(String::as_str));
                let message = say!("没有名为 `{name}` 的分段或等待期", "no bands or waiting period is named `{name}`");
                self.resolver.findings.report(Code::UnknownName, &node.span, message).help_with(help);
                None
            }
        }
    }

    pub(super) fn not_such<T>(&mut self, node: &Node, what: Text) -> Option<T> {
        let name = node.text()?;
        let (zh, en) = (what.zh, what.en);
        self.resolver.findings.report(Code::TypeMismatch, &node.span, say!("`{name}` {zh}", "`{name}` {en}"));
        None
    }

    pub(super) fn spelled_number(&mut self, node: &Node, unit: Unit) -> Option<(Number, Text)> {
        let syntax = self.read(node)?;
        self.resolver.guard(&syntax);
        let number = self.resolver.number(&syntax, unit)?;
        Some((number, self.wording(&syntax)))
    }

    /// Benefits that stand before, each with what it has paid before in the scope.
    pub(super) fn earlier(&mut self, list: &Node, scope: Option<Scope>) -> Option<Vec<EarlierBenefit>> {
        let mut seen = BTreeSet::new();
        for (id, span) in list.items().iter().filter_map(|node| Some((node.text()?, &node.span))) {
            if !seen.insert(id) {
                let message = say!("待遇 `{id}` 列了两次", "the benefit `{id}` is listed twice");
                self.resolver.findings.report(Code::DuplicateName, span, message);
            }
        }
        if list.is_empty_list() {
            let help = say!("写上所指的待遇，或删去这一键", "name the benefits, or leave the key out");
            self.resolver
                .findings
                .report(Code::BadValue, &list.span, say!("列表不能为空", "the list is empty"))
                .help_with([help]);
        }
        let found: Vec<Option<EarlierBenefit>> = list
            .items()
            .iter()
            .map(|node| {
                let benefit = self.resolver.earlier_benefit(node.text()?, &node.span)?;
                let paid_before = scope.and_then(|scope| self.resolver.prior(Measure::Paid, benefit, scope));
                Some(EarlierBenefit { benefit, paid_before })
            })
            .collect();
        whole(found)
    }

    pub(super) fn check_step_order(&mut self, steps: &[Option<Step>], benefit: BenefitIndex) {
        let spans = self.places.steps[benefit].clone();
        let mut limited = false;
        let mut accumulated = false;
        for (step, span) in steps.iter().zip(&spans) {
            let Some(step) = step else { continue };
            match &step.action {
                Action::Limit { .. } => limited = true,
                Action::Add(_) | Action::Minimum(_) => {
                    if limited {
                        let message = say!("限额之后不能再加", "nothing can be added after a limit");
                        let help = say!("把限额移到最后", "move the limit to the end");
                        self.resolver.findings.report(Code::AdditionAfterLimit, span, message).help_with([help]);
                    }
                }
                Action::Deductible { used: Some(_), .. } => {
                    if accumulated {
                        let message =
                            say!("一项待遇只能有一个累计起付线", "a benefit has one accumulated deductible at most");
                        self.resolver.findings.report(Code::TwoAccumulatedDeductibles, span, message);
                    }
                    accumulated = true;
                }
                Action::Deductible { used: None, .. }
                | Action::Pay(_)
                | Action::Bands(_)
                | Action::Less(_)
                | Action::Offset(_)
                | Action::Exclusive(_)
                | Action::Waiting(_)
                | Action::Franchise { .. } => {}
            }
        }
    }

    pub(super) fn limit(&mut self, node: &'n Node) -> Option<Limit> {
        let id = node.get("id")?.text()?;
        let amount_node = node.get("amount")?;
        self.places.limits.push(amount_node.span.clone());
        self.resolver.benefit = self.resolver.benefits.next_index();
        let scope = node.get("per").and_then(Node::text).and_then(scope_named);
        let over = self.earlier(node.get("over")?, scope);
        let amount = self.number(amount_node, Unit::Yuan);
        self.touch(assumption(id, node, None));
        let citation = self.citation(node);
        Some(Limit {
            id: id.into(),
            title: title(node)?.into(),
            over: over?,
            amount: amount?,
            citation: citation?,
            is_outermost: false,
        })
    }
}

/// The reason of a step that states none of its own.
fn standing_reason(action: &Action, wording: &Text) -> Text {
    let (zh, en) = (&wording.zh, &wording.en);
    match action {
        Action::Pay(_) => say!("按{zh}给付", "paid at {en}"),
        Action::Bands(_) => say!("分段给付：{zh}", "paid by bands: {en}"),
        Action::Deductible { .. } => say!("起付线：{zh}", "deductible: {en}"),
        Action::Limit { .. } => say!("限额：{zh}", "limit: {en}"),
        Action::Less(_) => say!("扣减：{zh}", "less {en}"),
        Action::Offset(_) => say!("扣减已给付的{zh}", "less what is paid for {en}"),
        Action::Exclusive(_) => say!("与{zh}不重复给付", "not beside {en}"),
        Action::Waiting(_) => say!("等待期：{zh}", "waiting period: {en}"),
        Action::Franchise { edge: Edge::UpTo, .. } => say!("超过{zh}才给付", "paid only above {en}"),
        Action::Franchise { edge: Edge::Below, .. } => say!("达到{zh}才给付", "paid only from {en} up"),
        Action::Minimum(_) => say!("最低给付：{zh}", "at least {en}"),
        Action::Add(_) => say!("加给：{zh}", "plus {en}"),
    }
}

/// Which limit has the last word on each benefit, so that the total can be counted at the limits.
pub(super) fn count_at_the_outermost(
    limits: &mut Arena<LimitIndex, Limit>,
    benefits: &mut Arena<BenefitIndex, Benefit>,
) {
    let mut last_over: Arena<BenefitIndex, Option<LimitIndex>> = benefits.each(None);
    for (index, limit) in limits.indexed() {
        for earlier in &limit.over {
            last_over[earlier.benefit] = Some(index);
        }
    }
    for (index, limit) in limits.indexed_mut() {
        limit.is_outermost = limit.over.iter().all(|earlier| last_over[earlier.benefit] == Some(index));
    }
    for (index, benefit) in benefits.indexed_mut() {
        benefit.is_within_outermost = last_over[index].is_some_and(|limit| limits[limit].is_outermost);
    }
}

fn scope_named(name: &str) -> Option<Scope> {
    Scope::ALL.into_iter().find(|(known, _)| *known == name).map(|(_, scope)| scope)
}
