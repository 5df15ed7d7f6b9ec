//! Enrollment terms, dates, rounding and waiting periods.

use super::{Builder, assumption, title, whole};
use crate::arena::Arena;
use crate::code::Code;
use crate::diagnostic::Findings;
use crate::document::{Form, Node};
use crate::exact;
use crate::fact::SHARES_ELSEWHERE;
use crate::money::FEN;
use crate::order::{self, OrderRule};
use crate::pack::choice;
use crate::pack::resolve::{Countable, Named, expression};
use crate::pack::syntax::Unit;
use crate::plan::expression::{Comparison, Date, Number, Truth, WaitingIndex};
use crate::plan::{
    Assumed, Citation, Effective, EffectiveBy, Excess, Period, Spelled, Term as CoverTerm, Terms, Waiting,
    some_shares_count,
};
use crate::rounding::{Mode, Rounding};
use crate::text::say;
use rust_decimal::Decimal;
use std::collections::BTreeSet;
use std::sync::Arc;

impl<'n> Builder<'n> {
    pub(super) fn declare_waitings(&mut self) -> Arena<WaitingIndex, (String, &'n Node)> {
        let mut nodes = Arena::new();
        for (name, span, node) in self.named("waiting") {
            let index = nodes.push((name.to_owned(), node));
            self.declare(name, span, Named::Waiting(index), assumption(name, node, None));
        }
        nodes
    }

    pub(super) fn waiting(&mut self, name: &str, node: &'n Node) -> Option<Waiting> {
        let parts_before = self.resolver.extent.parts;
        let waiting = self.waiting_period(name, node);
        let parts = self.resolver.extent.parts.saturating_sub(parts_before);
        self.resolver.waiting_parts.push(parts);
        waiting
    }

    fn waiting_period(&mut self, name: &str, node: &'n Node) -> Option<Waiting> {
        for key in ["not_when", "counts"] {
            if let Some(syntax) = node.get(key).and_then(|node| {
                expression(node, &mut Findings::of(Arc::clone(self.resolver.findings.source())), &|_| None)
            }) {
                self.resolver.guard(&syntax);
            }
        }
        let period = node.get("period").and_then(|node| self.period(node));
        let counts = node.get("counts").and_then(|node| self.date(node));
        let from = match node.get("from") {
            Some(node) => self.date(node),
            None => self.resolver.slot("coverage_start").map(Date::Fact),
        };
        let not_when = self.optional(node, "not_when", Builder::truth);
        let waived_within = self.optional(node, "waived_within", |b, node| {
            let grace = b.days_of_waiting(node)?;
            Some((grace, b.resolver.rule_slot("previous_coverage_end")?))
        });
        let reduced = match (node.get("reduced_until"), node.get("reduced_pay")) {
            (Some(until), Some(pay)) => {
                let (until, pay) = (self.days_of_waiting(until), self.number(pay, Unit::Plain));
                until.zip(pay).map(Some)
            }
            (Some(lone), None) | (None, Some(lone)) => {
                let message =
                    say!("`reduced_until` 与 `reduced_pay` 须同时写", "`reduced_until` and `reduced_pay` go together");
                let help = say!("补上另一项，或两项都删去", "add the other one, or leave both out");
                self.resolver.findings.report(Code::MissingKey, &lone.span, message).help_with([help]);
                None
            }
            (None, None) => Some(None),
        };
        let assumed = self.resolver.take_touched();
        if let Some(declared) = self.resolver.names.get_mut(name) {
            declared.assumed.extend(&assumed);
        }
        Some(Waiting {
            title: title(node)?.into(),
            period: period?,
            counts: counts?,
            from: from?,
            not_when: not_when?,
            waived_within: waived_within?,
            reduced: reduced?,
        })
    }

    fn days_of_waiting(&mut self, node: &Node) -> Option<Number> {
        let days = self.number(node, Unit::Day)?;
        self.resolver.count(Countable::DaysOfAWaitingPeriod, &days, &node.span);
        Some(days)
    }

    pub(super) fn period(&mut self, node: &Node) -> Option<Period> {
        let syntax = self.read(node)?;
        let (number, unit) = self.resolver.measured(&syntax)?;
        match (unit, self.resolver.stated_months(&number)) {
            (Unit::Day, _) => {
                self.resolver.count(Countable::DaysOfAWaitingPeriod, &number, &syntax.span);
                Some(Period::Days(number))
            }
            (Unit::Month, Some(months)) => self.resolver.whole_months(months, &syntax.span).map(Period::Months),
            (Unit::Plain | Unit::Yuan | Unit::YuanPerDay | Unit::Month, _) => {
                let unit = unit.said();
                let message = say!(
                    "等待期须为天数，或以月计的数字，却是{unit}",
                    "a waiting period is in days, or a figure in months; {unit} found"; unit
                );
                self.resolver.findings.report(Code::UnitMismatch, &syntax.span, message);
                None
            }
        }
    }

    pub(super) fn terms(&mut self) -> Option<Terms> {
        let Some(node) = self.root.get("enrollment") else { return Some(Terms::default()) };
        let parts_before = self.resolver.extent.parts;
        let max = self.optional(node, "max_shares", |b, node| {
            let max = b.number(node, Unit::Plain)?;
            b.resolver.count(Countable::Shares, &max, &node.span);
            Some(max)
        })?;
        let max_shares = match (max, node.get("excess").and_then(Node::text)) {
            (Some(max), Some("void")) => {
                let parts = self.resolver.extent.parts.saturating_sub(parts_before);
                self.resolver.max_shares = Some((max.clone(), parts));
                self.some_shares_count = self.some_shares_count(&max);
                Some((max, Excess::Void))
            }
            (Some(max), Some(_)) => Some((max, Excess::Refuse)),
            (Some(_), None) => {
                let message = say!(
                    "有份数上限就须写 `excess`",
                    "`excess` is missing: it says what becomes of shares beyond `max_shares`"
                );
                let all = choice::all(&["void", "refuse"]);
                let help = say!("加上 `excess = \"…\"`：{all}", "add `excess = \"…\"`: {all}"; all);
                self.resolver.findings.report(Code::MissingKey, &node.span, message).help_with([help]);
                None
            }
            (None, Some(_)) => {
                let message = say!("没有 `max_shares`，`excess` 无意义", "`excess` means nothing without `max_shares`");
                let span = node.get("excess").map(|node| node.span.clone()).unwrap_or_default();
                self.resolver.findings.report(Code::Unused, &span, message);
                None
            }
            (None, None) => None,
        };
        let price = self.optional(node, "price", |b, node| {
            b.places.price = node.span.clone();
            let (expression, wording) = b.spelled_number(node, Unit::Yuan)?;
            b.check_is_of_the_enrollment(node);
            Some(Spelled { expression, wording: wording.into() })
        })?;
        let assumed = self.resolver.take_touched();
        let assumed = self.resolver.all_assumed(&assumed);
        let term = self.optional(node, "term", Self::term)?;
        self.resolver.take_touched();
        let cover = self.optional(node, "cover", Self::cover);
        let conditions: Vec<_> = node
            .get("condition")
            .map(Node::items)
            .unwrap_or_default()
            .iter()
            .map(|node| self.admission(node))
            .collect();
        let pools = self.pools(node);
        let payers = self.payers(node, price.is_some(), pools.as_ref());
        self.resolver.take_touched();
        Some(Terms {
            price,
            max_shares,
            term,
            cover: cover?,
            conditions: whole(conditions)?,
            payers: payers?,
            pools: pools?,
            assumed,
        })
    }

    /// What every benefit needs where shares beyond a cap are void: that other covers have not come to the cap already.
    fn some_shares_count(&mut self, max: &Number) -> Option<Spelled<Truth>> {
        let elsewhere = self.resolver.slot(SHARES_ELSEWHERE)?;
        let expression = Truth::Compare(Comparison::Less, Box::new([Number::Fact(elsewhere), max.clone()]));
        Some(Spelled { expression, wording: some_shares_count().into() })
    }

    pub(super) fn term(&mut self, node: &Node) -> Option<CoverTerm> {
        let text = node.text()?;
        let written = text.trim();
        let digits = written.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(written.len());
        let (count, unit) = written.split_at_checked(digits).unwrap_or_default();
        let has_blank = unit.starts_with(char::is_whitespace);
        let count = count.parse::<u32>().ok().filter(|count| *count > 0);
        let parsed = count.and_then(|count| match unit.trim_start() {
            "year" | "years" if has_blank => Some(CoverTerm::Years(count)),
            "month" | "months" if has_blank => Some(CoverTerm::Months(count)),
            "day" | "days" if has_blank => Some(CoverTerm::Days(count)),
            "年" => Some(CoverTerm::Years(count)),
            "个月" => Some(CoverTerm::Months(count)),
            "天" => Some(CoverTerm::Days(count)),
            _ => None,
        });
        if parsed.is_none() {
            let message = say!("`{text}` 不是期限", "`{text}` is not a term");
            let help = say!("写作 `1年`、`12个月` 或 `365天`", "write `1 year`, `12 months` or `365 days`");
            self.resolver.findings.report(Code::BadValue, &node.span, message).help_with([help]);
        }
        parsed
    }

    pub(super) fn rounding(&mut self, node: &Node) -> Option<(Rounding, Citation)> {
        let to_node = node.get("to")?;
        let to = self.amount(to_node, Unit::Yuan)?;
        if to <= Decimal::ZERO {
            self.resolver
                .findings
                .report(Code::BadValue, &to_node.span, say!("舍入倍数须大于零", "the multiple is above zero"))
                .help_with([say!("写作 `0.01元`（到分）或 `1元`", "write `0.01 yuan` or `1 yuan`")]);
            return None;
        }
        if !exact::divides(FEN, to) {
            let message = say!("舍入倍数 {to} 元不是分的整倍数", "`{to} yuan` is not a multiple of the fen");
            let help = say!(
                "舍入到分写 `0.01元`；也可以是它的任意整倍数",
                "write `0.01 yuan` to round to the fen, or any multiple of it"
            );
            self.resolver.findings.report(Code::FinerThanMoney, &to_node.span, message).help_with([help]);
            return None;
        }
        let name = node.get("mode")?.text()?;
        let mode = Mode::ALL.into_iter().find(|(known, _)| *known == name).map(|(_, mode)| mode)?;
        let written = format!("{to} yuan, {name}");
        let assumed = assumption("rounding", node, Some(written)).into_iter();
        self.touch(assumed.map(|assumed| Assumed { title: say!("舍入规则", "rounding"), ..assumed }).collect());
        Some((Rounding { to: to.normalize(), mode }, self.citation(node)?))
    }

    pub(super) fn effective(&mut self, node: &Node) -> Option<Effective> {
        let date = |key| match node.get(key).map(|node| &node.form) {
            Some(Form::Date(date)) => Some(*date),
            Some(_) | None => None,
        };
        let from = date("from")?;
        let until = date("until");
        if until.is_some_and(|until| until < from) {
            let span = node.get("until").map(|node| node.span.clone()).unwrap_or_default();
            self.resolver.findings.report(
                Code::EffectiveReversed,
                &span,
                say!("失效日早于生效日", "the last day is before the first"),
            );
        }
        let by =
            if node.get("by")?.text()? == "event_date" { EffectiveBy::EventDate } else { EffectiveBy::CoverageStart };
        Some(Effective { from, until, by })
    }

    /// What orders the claims of a member: their event date, where the pack does not say.
    pub(super) fn order_of_claims(&mut self, node: Option<&Node>) -> Option<OrderRule> {
        let Some(node) = node else { return Some(OrderRule::clone(&order::BY_EVENT_DATE)) };
        if node.is_empty_list() {
            let help = say!("写上决定先后的日期，如 `event_date`", "name the dates that count, such as `event_date`");
            let message = say!("列表不能为空", "the list is empty");
            self.resolver.findings.report(Code::BadValue, &node.span, message).help_with([help]);
        }
        let mut seen = BTreeSet::new();
        for date in node.items() {
            let Some(name) = date.text() else { continue };
            if !seen.insert(name) {
                let message = say!("日期 `{name}` 列了两次", "the date `{name}` is listed twice");
                self.resolver.findings.report(Code::DuplicateName, &date.span, message);
            }
            self.resolver.slot(name)?;
        }
        OrderRule::of(&node.items().iter().filter_map(Node::text).collect::<Vec<_>>())
    }
}
