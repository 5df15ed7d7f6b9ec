//! What an application must meet, when its cover starts, and who pays its price out of which pools.

use super::{Builder, assumption, assumption_titled, title, whole};
use crate::arena::Arena;
use crate::code::Code;
use crate::diagnostic::{Findings, Span, did_you_mean};
use crate::document::{Form, Node};
use crate::exact::divides;
use crate::fact::Holder;
use crate::pack::resolve::{Countable, Named, expression};
use crate::pack::syntax::{Syntax, Term, Unit};
use crate::pack::{choice, shape};
use crate::plan::expression::{Number, PayerIndex, PoolIndex};
use crate::plan::{
    Assumed, Citation, Condition, CoverRule, Draws, IfShort, Of, Otherwise, Overlap, Part, Payer, Per, Pool, PoolUnit,
    Provenance, Spelled,
};
use crate::text::{Text, say};
use rust_decimal::Decimal;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Where the parts of a payer stand.
#[derive(Debug, Clone, Default)]
pub(in crate::pack) struct PayerPlaces {
    pub(in crate::pack) part: Span,
    pub(in crate::pack) at_most: Option<Span>,
    pub(in crate::pack) when: Option<Span>,
}

/// The text for all that is left.
const REST: &str = "rest";

impl Builder<'_> {
    /// When a cover starts, and what becomes of one that overlaps another.
    pub(super) fn cover(&mut self, node: &Node) -> Option<CoverRule> {
        let starts = self.optional(node, "starts", |b, node| {
            let syntax = b.read(node)?;
            b.resolver.guard(&syntax);
            b.check_is_of_the_enrollment(node);
            let expression = b.resolver.date(&syntax)?;
            Some(Spelled { expression, wording: b.wording(&syntax).into() })
        });
        let assumed = assumption("enrollment.cover", node, None).into_iter();
        self.touch(
            assumed.map(|assumed| Assumed { title: say!("保障期规则", "rule of the cover"), ..assumed }).collect(),
        );
        let citation = self.citation(node);
        let overlap = Overlap::named(node.get("overlap")?.text()?)?;
        Some(CoverRule { starts: starts?, overlap, citation: citation? })
    }

    /// Something that an application must meet.
    pub(super) fn admission(&mut self, node: &Node) -> Option<Condition> {
        let id = node.get("id")?.text()?;
        let require_node = node.get("require")?;
        self.places.admissions.push(require_node.span.clone());
        let require = self.truth(require_node);
        self.check_is_of_the_enrollment(require_node);
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

    pub(super) fn pools(&mut self, enrollment: &Node) -> Option<Arena<PoolIndex, Pool>> {
        let nodes = enrollment.get("pool").map(Node::items).unwrap_or_default();
        let mut seen = BTreeSet::new();
        let mut pools = Vec::new();
        for node in nodes {
            let id = node.get("id").and_then(Node::text).unwrap_or_default();
            self.check_duplicate_id(node, !seen.insert(id));
            pools.push(self.pool(node));
        }
        whole(pools)
    }

    fn pool(&mut self, node: &Node) -> Option<Pool> {
        let id = node.get("id")?.text()?;
        let holds = self.holds(node.get("holds")?);
        let date = |key| match node.get(key).map(|node| &node.form) {
            Some(Form::Date(date)) => Some(*date),
            Some(_) | None => None,
        };
        let (from, until) = (date("from"), date("until"));
        if let Some((from, until)) = from.zip(until).filter(|(from, until)| until < from) {
            let span = node.get("until").map(|node| node.span.clone()).unwrap_or_default();
            let message = say!("末日 {until} 早于首日 {from}", "the last day {until} is before the first, {from}");
            self.resolver.findings.report(Code::EffectiveReversed, &span, message);
        }
        self.touch(assumption(id, node, None));
        let citation = self.citation(node);
        let (holds, unit) = holds?;
        Some(Pool { id: id.into(), title: title(node)?.into(), unit, holds, from: from?, until, citation: citation? })
    }

    /// What a pool holds: a figure, of shares where it has no unit.
    fn holds(&mut self, node: &Node) -> Option<(Decimal, PoolUnit)> {
        let syntax = self.read(node)?;
        let (number, unit) = self.resolver.measured(&syntax)?;
        let figure = match number {
            Number::Figure(index) => self.figures.number(index),
            _ => None,
        };
        let unit = match unit {
            Unit::Plain => Some(PoolUnit::Shares),
            Unit::Yuan => Some(PoolUnit::Yuan),
            Unit::YuanPerDay | Unit::Day | Unit::Month => None,
        };
        let (Some(figure), Some(unit)) = (figure, unit) else {
            let message = say!(
                "此处应为一个数值的名称，以元计，或无单位（份数）",
                "the name of a figure is expected here, in yuan or without unit (shares)"
            );
            self.resolver.findings.report(Code::TypeMismatch, &syntax.span, message);
            return None;
        };
        let is_countable = unit == PoolUnit::Yuan || divides(Decimal::ONE, figure);
        if !is_countable || figure < Decimal::ZERO {
            let message = say!("份数须为整数，且不为负", "shares are a whole number, not below zero");
            self.resolver.findings.report(Code::NotWhole, &syntax.span, message);
            return None;
        }
        Some((figure, unit))
    }

    /// Those who pay the price: as the pack lists them, or as its short form says.
    pub(super) fn payers(
        &mut self,
        enrollment: &Node,
        has_price: bool,
        pools: Option<&Arena<PoolIndex, Pool>>,
    ) -> Option<Arena<PayerIndex, Payer>> {
        let Some(list) = enrollment.get("payer") else {
            self.check_pools_are_drawn(enrollment, &BTreeSet::new());
            return self.short_form(enrollment, has_price);
        };
        if let Some(node) = enrollment.get("union_pays") {
            let message = say!(
                "已列明承担方（`payer`），`union_pays` 无意义",
                "`union_pays` means nothing beside a list of payers"
            );
            let help = say!("写成一项 `[[enrollment.payer]]`", "write it as one of `[[enrollment.payer]]`");
            self.resolver.findings.report(Code::Unused, &node.span, message).help_with([help]);
        }
        if !has_price && enrollment.get("price").is_none() {
            let message = say!("没有 `price`，承担方没有可承担的会费", "`price` is missing: payers share it");
            let help = say!("写上每份会费 `price`", "add `price`, what a share costs");
            self.resolver.findings.report(Code::MissingKey, &list.span, message).help_with([help]);
        }
        let mut seen = BTreeSet::new();
        let mut drawn = BTreeSet::new();
        let mut payers = Vec::new();
        for node in list.items() {
            let id = node.get("id").and_then(Node::text).unwrap_or_default();
            self.check_duplicate_id(node, !seen.insert(id));
            drawn.extend(node.get("pool").and_then(Node::text));
            payers.push(self.payer(node, pools));
        }
        self.check_the_rest_is_paid(list);
        self.check_pools_are_drawn(enrollment, &drawn);
        whole(payers)
    }

    /// All but the last leave something, and the last takes it: so the price is the sum of what they pay.
    fn check_the_rest_is_paid(&mut self, list: &Node) {
        let is_rest = |node: &Node| node.get("pays").and_then(Node::text).map(str::trim) == Some(REST);
        let Some((last, others)) = list.items().split_last() else {
            let message = say!("没有承担方", "there is no payer");
            self.resolver.findings.report(Code::RestUnpaid, &list.span, message).help_with([rest_help()]);
            return;
        };
        if !is_rest(last) || last.get("when").is_some() || last.get("pool").is_some() || last.get("at_most").is_some() {
            let message = if is_rest(last) {
                say!(
                    "最后一个承担方须无条件承担其余部分，不可有 `when`、`pool`、`at_most`",
                    "the last payer pays the rest whatever it is: without `when`, `pool` and `at_most`"
                )
            } else {
                say!(
                    "会费可能没有付清：最后一个承担方没有写 `pays = \"rest\"`",
                    "the price may not be paid in full: the last payer does not pay the rest"
                )
            };
            self.resolver.findings.report(Code::RestUnpaid, &last.span, message).help_with([rest_help()]);
        }
        for node in others.iter().filter(|node| is_rest(node)) {
            let span = node.get("pays").map_or_else(|| node.span.clone(), |pays| pays.span.clone());
            let message = say!(
                "其余部分已全由此承担方承担，之后的承担方没有可承担的",
                "this payer pays all that is left, so that nothing is left to those after it"
            );
            let help = say!("把它移到最后", "move it to the end");
            self.resolver.findings.report(Code::PayerAfterRest, &span, message).help_with([help]);
        }
    }

    fn check_pools_are_drawn(&mut self, enrollment: &Node, drawn: &BTreeSet<&str>) {
        for node in enrollment.get("pool").map(Node::items).unwrap_or_default() {
            if let Some(id) = node.get("id").filter(|id| id.text().is_some_and(|name| !drawn.contains(name))) {
                let name = id.text().unwrap_or_default();
                let message = say!("没有承担方用到 `{name}`", "no payer draws from `{name}`");
                let help = say!(
                    "删去它，或在承担方中写 `pool = \"{name}\"`",
                    "remove it, or write `pool = \"{name}\"` with a payer"
                );
                self.resolver.findings.report(Code::Unused, &id.span, message).help_with([help]);
            }
        }
    }

    fn payer(&mut self, node: &Node, pools: Option<&Arena<PoolIndex, Pool>>) -> Option<Payer> {
        let id = node.get("id")?.text()?;
        let place = |key| node.get(key).map(|node: &Node| node.span.clone());
        let part_place = place("pays").or(place("shares")).unwrap_or_else(|| node.span.clone());
        self.places.payers.push(PayerPlaces { part: part_place, at_most: place("at_most"), when: place("when") });
        let when = self.optional(node, "when", |b, node| {
            let syntax = b.read(node)?;
            b.resolver.guard(&syntax);
            b.check_is_of_the_enrollment(node);
            b.spelled_truth(&syntax)
        });
        let part = self.part(node);
        let at_most = self.optional(node, "at_most", |b, at_most| {
            let amount = b.of_enrollment(at_most, Unit::Yuan)?;
            Some((amount, b.per(node, &at_most.span)?))
        });
        self.check_companions_of_a_payer(node, part.as_ref());
        let rounding = self.optional(node, "rounding", |b, node| {
            let outer = std::mem::take(&mut b.resolver.touched);
            let rounding = b.rounding(node);
            b.resolver.touched.extend(&outer);
            rounding.map(|(rounding, _)| rounding)
        });
        let draws = self.optional(node, "pool", |b, pool| b.draws(pool, node, pools));
        if let (Some(part), Some(Some(draws)), Some(pools)) = (&part, &draws, pools) {
            self.check_unit_of_the_pool(node, part, &pools[draws.pool]);
        }
        self.touch(assumption(id, node, None));
        let citation = self.citation(node);
        Some(Payer {
            id: id.into(),
            title: title(node)?.into(),
            when: when?,
            part: part?,
            at_most: at_most?,
            rounding: rounding?,
            draws: draws?,
            citation: citation?,
        })
    }

    fn part(&mut self, node: &Node) -> Option<Part> {
        match (node.get("pays"), node.get("shares")) {
            (Some(pays), None) if pays.text().map(str::trim) == Some(REST) => Some(Part::Rest),
            (Some(pays), None) => self.amount_or_rate(pays, node),
            (None, Some(shares)) => {
                let spelled = self.of_enrollment(shares, Unit::Plain)?;
                self.resolver.count(Countable::Shares, &spelled.expression, &shares.span);
                Some(Part::Shares(spelled))
            }
            (Some(_), Some(shares)) => {
                let message = say!("`pays` 与 `shares` 只能写一项", "a payer has `pays` or `shares`, not both");
                self.resolver.findings.report(Code::StepForm, &shares.span, message);
                None
            }
            (None, None) => {
                let message = say!("缺少 `pays`（承担多少）", "`pays` is missing: what the payer pays");
                let help = shape::example_for_a_payer("pays");
                self.resolver.findings.report(Code::MissingKey, &node.span, message).help_with(help);
                None
            }
        }
    }

    fn amount_or_rate(&mut self, pays: &Node, payer: &Node) -> Option<Part> {
        let syntax = self.read(pays)?;
        self.resolver.guard(&syntax);
        self.check_is_of_the_enrollment(pays);
        let (expression, unit) = self.resolver.measured(&syntax)?;
        let spelled = Spelled { expression, wording: self.wording(&syntax).into() };
        match unit {
            Unit::Yuan => Some(Part::Amount(spelled, self.per(payer, &pays.span)?)),
            Unit::Plain => {
                if let Number::Figure(index) = spelled.expression
                    && let Some(figure) = self.figures.number(index)
                {
                    self.check_rate(figure, &pays.span);
                }
                let Some(of) = payer.get("of") else {
                    let message = say!("比例须写 `of`，说明按什么计算", "`of` is missing: it says what the rate is of");
                    let all = choice::all(&Of::ALL.map(|(name, _)| name));
                    let help = say!("加上 `of = \"…\"`：{all}", "add `of = \"…\"`: {all}"; all);
                    self.resolver.findings.report(Code::MissingKey, &pays.span, message).help_with([help]);
                    return None;
                };
                Some(Part::Rate(spelled, Of::named(of.text()?)?))
            }
            Unit::YuanPerDay | Unit::Day | Unit::Month => {
                let unit = unit.said();
                let message =
                    say!("此处应为金额或比例，却是{unit}", "an amount or a rate is expected here, {unit} found"; unit);
                self.resolver.findings.report(Code::UnitMismatch, &syntax.span, message);
                None
            }
        }
    }

    /// Whether an amount counts for each share or for the person: always written, since it is a difference of the whole amount.
    fn per(&mut self, payer: &Node, amount: &Span) -> Option<Per> {
        let Some(per) = payer.get("per") else {
            let message = say!(
                "金额须写 `per`，说明按份或按人",
                "`per` is missing: it says whether the amount is for each share or for the person"
            );
            let all = choice::all(&Per::ALL.map(|(name, _)| name));
            let help = say!("加上 `per = \"…\"`：{all}", "add `per = \"…\"`: {all}"; all);
            self.resolver.findings.report(Code::MissingKey, amount, message).help_with([help]);
            return None;
        };
        Per::named(per.text()?)
    }

    /// Reports the keys that mean nothing beside the part.
    fn check_companions_of_a_payer(&mut self, node: &Node, part: Option<&Part>) {
        let Some(part) = part else { return };
        let has_amount = matches!(part, Part::Amount(..)) || node.get("at_most").is_some();
        let means_something = |key: &str| match key {
            "per" => has_amount,
            "of" => matches!(part, Part::Rate(..)),
            "rounding" => matches!(part, Part::Amount(..) | Part::Rate(..)),
            "at_most" => matches!(part, Part::Amount(..) | Part::Rate(..) | Part::Rest),
            "if_short" => node.get("pool").is_some(),
            _ => true,
        };
        for entry in node.entries().iter().filter(|entry| !means_something(&entry.key)) {
            let key = &entry.key;
            let message = say!("`{key}` 在此不起作用，请删去", "`{key}` means nothing here");
            self.resolver.findings.report(Code::Unused, &entry.key_span, message);
        }
    }

    fn draws(&mut self, pool: &Node, payer: &Node, pools: Option<&Arena<PoolIndex, Pool>>) -> Option<Draws> {
        let name = pool.text()?;
        let pools = pools?;
        let Some(index) = pools.position(|known| &*known.id == name) else {
            let help = did_you_mean(name, pools.iter().map(|pool| &*pool.id));
            let message = say!("没有名为 `{name}` 的名额或补助资金", "no pool is named `{name}`");
            self.resolver.findings.report(Code::UnknownName, &pool.span, message).help_with(help);
            return None;
        };
        let Some(if_short) = payer.get("if_short") else {
            let message = say!(
                "从 `{name}` 支出须写 `if_short`，说明不足时如何处理",
                "`if_short` is missing: it says what becomes of an application for which `{name}` has not enough"
            );
            let all = choice::all(&IfShort::ALL.map(|(name, _)| name));
            let help = say!("加上 `if_short = \"…\"`：{all}", "add `if_short = \"…\"`: {all}"; all);
            self.resolver.findings.report(Code::MissingKey, &pool.span, message).help_with([help]);
            return None;
        };
        let if_short = IfShort::named(if_short.text()?)?;
        Some(Draws { pool: index, if_short, applied_on: self.resolver.rule_slot("applied_on")? })
    }

    /// Shares come out of a pool of shares, yuan out of one of yuan.
    fn check_unit_of_the_pool(&mut self, node: &Node, part: &Part, pool: &Pool) {
        let fits = match pool.unit {
            PoolUnit::Shares => matches!(part, Part::Shares(_)),
            PoolUnit::Yuan => matches!(part, Part::Amount(..) | Part::Rate(..)),
        };
        if !fits {
            let id = &pool.id;
            let span = node.get("pool").map(|node| node.span.clone()).unwrap_or_default();
            let message = match pool.unit {
                PoolUnit::Shares => {
                    say!("`{id}` 以份数计，承担方须写 `shares`", "`{id}` holds shares: the payer has `shares`")
                }
                PoolUnit::Yuan => {
                    say!("`{id}` 以元计，承担方须写金额或比例", "`{id}` holds yuan: the payer pays an amount or a rate")
                }
            };
            self.resolver.findings.report(Code::UnitMismatch, &span, message);
        }
    }

    fn of_enrollment(&mut self, node: &Node, unit: Unit) -> Option<Spelled<Number>> {
        let (expression, wording) = self.spelled_number(node, unit)?;
        self.check_is_of_the_enrollment(node);
        Some(Spelled { expression, wording: wording.into() })
    }

    /// Where no payers are listed: shares that others have given, what the union pays, and the member the rest.
    fn short_form(&mut self, enrollment: &Node, has_price: bool) -> Option<Arena<PayerIndex, Payer>> {
        let union_pays = self.optional(enrollment, "union_pays", |b, node| b.of_enrollment(node, Unit::Yuan));
        if let Some(node) = enrollment.get("union_pays") {
            self.places.union_pays = node.span.clone();
            if enrollment.get("price").is_none() {
                let message =
                    say!("没有 `price`，`union_pays` 无意义", "`price` is missing: `union_pays` is a part of it");
                let help = say!("写上每份会费 `price`，或删去 `union_pays`", "add `price`, or leave `union_pays` out");
                self.resolver.findings.report(Code::MissingKey, &node.span, message).help_with([help]);
            }
        }
        if !has_price {
            return union_pays.map(|_| Arena::new());
        }
        let union = union_pays?.map(|amount| ("union", say!("工会", "union"), Part::Amount(amount, Per::Share)));
        let parts = [("gift", say!("赠送", "gift"), Part::Gifted)].into_iter().chain(union).chain([(
            "member",
            say!("会员", "member"),
            Part::Rest,
        )]);
        let citation = Citation {
            clause: Arc::new(say!("规则包 `[enrollment]`", "`[enrollment]` of the pack")),
            provenance: Provenance::Stated,
            assumed: Arc::from(Vec::new()),
        };
        Some(
            parts
                .map(|(id, title, part)| Payer {
                    id: id.into(),
                    title: title.into(),
                    when: None,
                    part,
                    at_most: None,
                    rounding: None,
                    draws: None,
                    citation: citation.clone(),
                })
                .collect(),
        )
    }

    /// Whoever enrolls has no claim yet: what is asked of an application is asked of the enrollment.
    pub(super) fn check_is_of_the_enrollment(&mut self, node: &Node) {
        let Some(syntax) = self.reread(node) else { return };
        let mut seen = BTreeSet::new();
        if let Some(name) = self.claim_fact_behind(&syntax, &mut seen) {
            let message = say!(
                "参保时还没有理赔申请，此处却用到 `{name}`",
                "whoever enrolls has no claim yet, and this reads `{name}`"
            );
            let help = say!("参保规则只用参保记录的事实", "rules of enrolling read facts of the enrollment");
            self.resolver.findings.report(Code::ClaimFactInEnrollment, &syntax.span, message).help_with([help]);
        }
    }

    /// The expression of a node that was read, or is reported where it is.
    fn reread(&self, node: &Node) -> Option<Syntax> {
        let mut unheard = Findings::of(Arc::clone(self.resolver.findings.source()));
        expression(node, &mut unheard, &|_| None)
    }

    fn claim_fact_behind(&self, syntax: &Syntax, seen: &mut BTreeSet<String>) -> Option<String> {
        let mut found = None;
        let mut names = Vec::new();
        syntax.walk(&mut |inner| match &inner.term {
            Term::Call(function, _) if function == "paid" || function.starts_with("prior.") => {
                found.get_or_insert_with(|| function.clone());
            }
            Term::Name(name) => names.push(name.clone()),
            Term::Call(..)
            | Term::Number(_)
            | Term::Date(_)
            | Term::Binary(..)
            | Term::Within(..)
            | Term::Not(_)
            | Term::If(_) => {}
        });
        let behind = |name: String| self.claim_fact_of_name(name, seen);
        found.or_else(|| names.into_iter().find_map(behind))
    }

    /// A fact of the claim that is behind a name: the fact itself, or one that a value, a table or bands are read by.
    fn claim_fact_of_name(&self, name: String, seen: &mut BTreeSet<String>) -> Option<String> {
        if !seen.insert(name.clone()) {
            return None;
        }
        if let Some(declared) = self.resolver.names.get(&name) {
            let key = match declared.named {
                Named::Value(_) => "is",
                Named::Table(..) | Named::Slab(..) => "by",
                Named::NumberFigure(..)
                | Named::DateFigure(_)
                | Named::Ladder(_)
                | Named::List(..)
                | Named::Waiting(_)
                | Named::Poisoned => return None,
            };
            let syntax = self.reread(self.named_nodes.get(name.as_str())?.get(key)?)?;
            return self.claim_fact_behind(&syntax, seen);
        }
        let fact = self.resolver.facts.iter().find(|fact| *fact.name == *name)?;
        (fact.holder == Holder::Claim).then_some(name)
    }
}

fn rest_help() -> Text {
    say!(
        "最后写一项 `pays = \"rest\"` 的承担方，如会员本人",
        "let a last payer, such as the member, have `pays = \"rest\"`"
    )
}
