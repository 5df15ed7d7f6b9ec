//! What the bounds of all claims say about a plan: lost digits, negative amounts, rules that never matter.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::build::Places;
use super::promise::member::is_exact;
use super::resolve::{Countable, Counted};
use crate::code::Code;
use crate::diagnostic::{Findings, Span};
use crate::exact::{self, divides};
use crate::fact::Kind;
use crate::money::FEN;
use crate::plan::expression::{BenefitIndex, Choice, EntryIndex, Number, NumberValue, StepIndex, Truth};
use crate::plan::{Action, LedgerAmount, Of, Operand, Part, Plan, Rows};
use crate::reading::bounds::{Bounded, Bounds, Finding, Possible};
use crate::rounding::Rounding;
use crate::semantics::{Meaning, Place};
use crate::text::say;

/// One check: looks for one mistake and reports it.
type Check = fn(&Seen<'_>, &mut Findings);

const CHECKS: [Check; 12] = [
    every_number_is_exact,
    every_count_is_whole,
    every_condition_matters,
    every_benefit_can_apply,
    every_step_can_apply,
    no_amount_is_negative,
    every_rate_is_a_rate,
    every_limit_is_a_multiple_of_the_rounding,
    the_union_pays_no_more_than_the_price,
    every_admission_matters,
    every_payer_can_pay,
    the_premium_is_exact,
];

/// Runs every check.
pub(super) fn check(plan: &Plan, places: &Places, findings: &mut Findings) {
    let mut meaning = Meaning::new(plan, Bounds::new(plan, None, None));
    let paid = meaning.read_all();
    for stated in &plan.entries {
        meaning.posting(&stated.amount, &paid);
    }
    let found = std::mem::take(&mut meaning.reading.findings);
    let paid = Meaning::new(plan, Bounds::new(plan, None, None)).waterfalls();
    let single = RefCell::new(Meaning::beside(plan, Bounds::new(plan, None, None), paid));
    let multiples = RefCell::new(Multiples { plan, summed: Vec::new(), known: BTreeMap::new() });
    let seen = Seen { plan, places, found, single, multiples };
    for check in CHECKS {
        check(&seen, findings);
    }
}

/// A plan, where it stands, and what was found when it was read over all claims.
struct Seen<'p> {
    plan: &'p Plan,
    places: &'p Places,
    found: Vec<Finding>,
    /// The plan over all claims, to read single expressions of it.
    single: RefCell<Meaning<'p, Bounds<'p>>>,
    /// Whether numbers are whole multiples, as far as that was asked.
    multiples: RefCell<Multiples<'p>>,
}

impl<'p> Seen<'p> {
    fn span(&self, place: Place) -> Span {
        match place {
            Place::Condition(index) => self.places.conditions.find(index),
            Place::When(benefit) => self.places.whens.find(benefit),
            Place::Gross(benefit) => self.places.grosses.find(benefit),
            Place::Step(benefit, step) => self.places.steps.find(benefit).and_then(|steps| steps.find(step)),
            Place::Rounding(benefit) => {
                let last = self.places.steps.find(benefit).and_then(|steps| steps.iter().last());
                last.or(self.places.grosses.find(benefit))
            }
            Place::Limit(index) => self.places.limits.find(index),
            Place::Identity(_) | Place::Ledger => None,
        }
        .unwrap_or(&self.places.plan)
        .clone()
    }

    fn bounded(&self, number: &'p Number) -> Bounded {
        self.single.borrow_mut().number(number)
    }

    fn truth(&self, truth: &'p Truth) -> Possible {
        self.single.borrow_mut().truth(truth)
    }

    /// Whether a number is a whole multiple whatever the facts are.
    fn is_multiple(&self, number: &'p Number, of: Decimal) -> bool {
        self.multiples.borrow_mut().has(number, of)
    }

    /// Reports an amount that nobody could pay: below zero, or finer than a fen.
    fn is_payable(&self, amount: &'p Number, span: &Span, findings: &mut Findings) {
        report_negative(self.bounded(amount).low(), span, findings);
        if !self.is_multiple(amount, FEN) {
            let message = say!("此金额可能有不足一分的零头", "this amount may have parts of a fen");
            findings.report(Code::FinerThanMoney, span, message);
        }
    }

    fn step_when(&self, benefit: BenefitIndex, step: StepIndex) -> Span {
        let place = self.places.step_whens.get(&(benefit, step)).cloned();
        place.unwrap_or_else(|| self.span(Place::Step(benefit, step)))
    }

    /// Every step with its place.
    fn steps(&self) -> impl Iterator<Item = (Place, &'p Action, Rounding)> {
        self.plan.benefits.indexed().flat_map(|(benefit, stated)| {
            let steps = stated.steps.indexed();
            steps.map(move |(step, stated_step)| (Place::Step(benefit, step), &stated_step.action, stated.rounding))
        })
    }
}

fn every_number_is_exact(seen: &Seen<'_>, findings: &mut Findings) {
    for found in &seen.found {
        if let Finding::Inexact(place) = found {
            let message =
                say!("此处的数可能超过28位，会丢失数字", "a number here may need more than 28 digits and lose some");
            let help = say!(
                "以 `[fact.名称]` 的 `max` 收窄事实的范围，或减少相乘的小数位",
                "narrow the facts with `max` in `[fact.NAME]`, or multiply fewer places"
            );
            findings.report(Code::Inexact, &seen.span(*place), message).help_with([help]);
        }
    }
}

/// A part of a day would be cut off in silence where it is added to a date.
fn every_count_is_whole(seen: &Seen<'_>, findings: &mut Findings) {
    for Counted { number, of, span } in &seen.places.counted {
        if !seen.is_multiple(number, Decimal::ONE) {
            let message = match of {
                Countable::DaysAddedToADate => {
                    say!("加到日期上的天数不一定是整数", "the days that are added to a date may not be a whole number")
                }
                Countable::DaysOfAWaitingPeriod => {
                    say!("等待期的天数不一定是整数", "the days of a waiting period may not be a whole number")
                }
                Countable::Shares => say!("份数上限不一定是整数", "the most shares may not be a whole number"),
            };
            findings.report(Code::NotWhole, span, message);
        }
    }
}

fn every_condition_matters(seen: &Seen<'_>, findings: &mut Findings) {
    for found in &seen.found {
        if let Finding::Condition { index, met } = found
            && seen.places.conditions.find(*index).is_some()
        {
            let span = seen.span(Place::Condition(*index));
            if !met.may.fail {
                findings.report(Code::AlwaysMet, &span, say!("此条件恒成立", "this condition is always met"));
            } else if !met.may.hold {
                findings.report(Code::NeverMet, &span, say!("此条件永不成立", "this condition is never met"));
            }
        }
    }
}

fn every_benefit_can_apply(seen: &Seen<'_>, findings: &mut Findings) {
    for found in &seen.found {
        if let Finding::When { benefit, holds } = found
            && !holds.may.hold
        {
            findings.report(
                Code::NeverMet,
                &seen.span(Place::When(*benefit)),
                say!("此待遇永不适用", "this benefit never applies"),
            );
        }
    }
}

fn every_step_can_apply(seen: &Seen<'_>, findings: &mut Findings) {
    for (benefit, stated) in seen.plan.benefits.indexed() {
        for (step, when) in stated.steps.indexed().filter_map(|(step, stated)| Some((step, stated.when.as_ref()?))) {
            if !seen.truth(when).may.hold {
                let message = say!("此步骤永不适用", "this step never applies");
                findings.report(Code::NeverMet, &seen.step_when(benefit, step), message);
            }
        }
    }
}

fn no_amount_is_negative(seen: &Seen<'_>, findings: &mut Findings) {
    let mut report = |place: Place, low: Decimal| report_negative(low, &seen.span(place), findings);
    for found in &seen.found {
        if let Finding::Gross { benefit, low } = found {
            report(Place::Gross(*benefit), *low);
        }
    }
    for (place, action, _) in seen.steps() {
        match action.operand() {
            Operand::Amount(amount) => report(place, seen.bounded(amount).low()),
            Operand::Rate(_) | Operand::Ladder(_) | Operand::Benefits(_) | Operand::Waiting(_) => {}
        }
    }
    for (index, limit) in seen.plan.limits.indexed() {
        report(Place::Limit(index), seen.bounded(&limit.amount).low());
    }
}

fn report_negative(low: Decimal, span: &Span, findings: &mut Findings) {
    if low < Decimal::ZERO {
        let low = low.normalize();
        let message = say!("此金额可能为负，低至 {low}", "this amount may be negative, down to {low}");
        let help = say!("用 `greatest(…, 0元)` 保底", "floor it with `greatest(…, 0 yuan)`");
        findings.report(Code::MayBeNegative, span, message).help_with([help]);
    }
}

fn every_rate_is_a_rate(seen: &Seen<'_>, findings: &mut Findings) {
    for (place, action, _) in seen.steps() {
        let rate = match action.operand() {
            Operand::Rate(rate) => Some(rate),
            Operand::Waiting(waiting) => seen.plan.waiting(waiting).reduced.as_ref().map(|(_, rate)| rate),
            Operand::Amount(_) | Operand::Ladder(_) | Operand::Benefits(_) => None,
        };
        if let Some(rate) = rate.map(|rate| seen.bounded(rate)) {
            report_rate(rate.low(), rate.high(), &seen.span(place), findings);
        }
    }
}

fn report_rate(low: Decimal, high: Decimal, span: &Span, findings: &mut Findings) {
    if low < Decimal::ZERO || high > Decimal::ONE {
        let (low, high) = (low.normalize(), high.normalize());
        let message = say!(
            "比例可能在 0 至 1 之外：{low} 至 {high}",
            "a rate from 0 to 1 is expected; this one runs from {low} to {high}"
        );
        findings.report(Code::RateOutOfRange, span, message);
    }
}

/// A limit that is not a multiple of the rounding could be passed by rounding up to it.
fn every_limit_is_a_multiple_of_the_rounding(seen: &Seen<'_>, findings: &mut Findings) {
    let mut report = |place: Place, amount, to: Decimal| {
        if !seen.is_multiple(amount, to) {
            let message = say!(
                "限额不一定是舍入倍数 {to} 元的整倍数",
                "the limit may not be a multiple of {to} yuan, to which the benefit is rounded"
            );
            findings.report(Code::LimitFinerThanRounding, &seen.span(place), message);
        }
    };
    for (place, action, rounding) in seen.steps() {
        if let Some((amount, _)) = action.as_limit() {
            report(place, amount, rounding.to);
        }
    }
    for (index, limit) in seen.plan.limits.indexed() {
        let roundings = limit.over.iter().map(|earlier| seen.plan.benefit(earlier.benefit).rounding.to);
        for to in roundings.collect::<BTreeSet<Decimal>>() {
            report(Place::Limit(index), &limit.amount, to);
        }
    }
}

/// In the short form, where nothing else caps it.
fn the_union_pays_no_more_than_the_price(seen: &Seen<'_>, findings: &mut Findings) {
    let terms = &seen.plan.terms;
    if seen.places.union_pays.is_empty() {
        return;
    }
    for payer in &terms.payers {
        if let (Some(price), Part::Amount(amount, _)) = (&terms.price, &payer.part)
            && !is_at_most(seen, &amount.expression, &price.expression)
        {
            let message = say!("工会承担的金额可能超过会费", "the union may pay more than the price");
            findings.report(Code::MayBeNegative, &seen.places.union_pays, message);
        }
    }
}

fn every_admission_matters(seen: &Seen<'_>, findings: &mut Findings) {
    for (condition, span) in seen.plan.terms.conditions.iter().zip(&seen.places.admissions) {
        let met = seen.truth(&condition.require);
        if !met.may.fail {
            findings.report(Code::AlwaysMet, span, say!("此条件恒成立", "this condition is always met"));
        } else if !met.may.hold {
            findings.report(Code::NeverMet, span, say!("此条件永不成立", "this condition is never met"));
        }
    }
}

/// What payers pay is an amount of whole fen or a rate, and the price one too: else the price would not be the sum of what can be paid.
fn every_payer_can_pay(seen: &Seen<'_>, findings: &mut Findings) {
    let Some(price) = &seen.plan.terms.price else { return };
    seen.is_payable(&price.expression, &seen.places.price, findings);
    for (payer, place) in seen.plan.terms.payers.iter().zip(&seen.places.payers) {
        if let Some((when, span)) = payer.when.as_ref().zip(place.when.as_ref())
            && !seen.truth(&when.expression).may.hold
        {
            let message = say!("此承担方永不适用", "this payer never applies");
            findings.report(Code::NeverMet, span, message);
        }
        if let Some(((most, _), span)) = payer.at_most.as_ref().zip(place.at_most.as_ref()) {
            seen.is_payable(&most.expression, span, findings);
        }
        match &payer.part {
            Part::Amount(amount, _) => seen.is_payable(&amount.expression, &place.part, findings),
            Part::Rate(rate, of) => {
                let bounds = seen.bounded(&rate.expression);
                report_rate(bounds.low(), bounds.high(), &place.part, findings);
                let product = Number::Times(Box::new([price.expression.clone(), rate.expression.clone()]));
                let is_whole = *of == Of::Price && seen.multiples.borrow_mut().has(&product, FEN);
                if payer.rounding.is_none() && !is_whole {
                    let message = say!("按比例承担的金额可能有不足一分的零头", "a rate may come to parts of a fen");
                    let help = say!("给承担方写上 `rounding`", "give the payer a `rounding`");
                    findings.report(Code::FinerThanMoney, &place.part, message).help_with([help]);
                }
            }
            Part::Shares(shares) => report_negative(seen.bounded(&shares.expression).low(), &place.part, findings),
            Part::Gifted | Part::Rest => {}
        }
    }
}

fn the_premium_is_exact(seen: &Seen<'_>, findings: &mut Findings) {
    if !is_exact(seen.plan) {
        let message = say!("会费可能超过28位，会丢失数字", "the price may need more than 28 digits and lose some");
        findings.report(Code::Inexact, &seen.places.price, message);
    }
}

fn is_at_most<'p>(seen: &Seen<'p>, number: &'p Number, other: &'p Number) -> bool {
    match number {
        same if same == other => true,
        Number::Choose(choice) => is_at_most(seen, &choice.then, other) && is_at_most(seen, &choice.otherwise, other),
        _ => seen.bounded(number).high() <= seen.bounded(other).low(),
    }
}

/// Whether numbers are whole multiples whatever the facts are.
struct Multiples<'p> {
    plan: &'p Plan,
    /// The sums over earlier claims that are being looked at: a value may sum itself, and does so in multiples if all else is one.
    summed: Vec<(EntryIndex, Decimal)>,
    /// What was found of values.
    known: BTreeMap<(NumberValue, Decimal), bool>,
}

impl Multiples<'_> {
    fn has(&mut self, number: &Number, of: Decimal) -> bool {
        let plan = self.plan;
        match number {
            Number::Constant(constant) => divides(of, *constant),
            Number::Figure(index) => divides(of, plan.number_figure(*index).value),
            Number::Fact(slot) => match plan.fact(*slot).kind {
                Kind::Money => divides(of, FEN),
                Kind::Number | Kind::Days => divides(of, Decimal::ONE),
                Kind::Ratio | Kind::Date | Kind::YesNo | Kind::Category => false,
            },
            Number::Value(index) => self.value_has(*index, of),
            Number::Table(index) => {
                let table = plan.table(*index);
                let rows = match &table.rows {
                    Rows::Numbers(rows) => rows.iter().all(|(_, value)| divides(of, *value)),
                    Rows::Categories(rows) => rows.iter().all(|(_, value)| divides(of, *value)),
                    Rows::YesNo { yes, no } => divides(of, *yes) && divides(of, *no),
                };
                rows && table.otherwise.is_none_or(|value| divides(of, value))
            }
            Number::Slab(index) => {
                let slab = plan.slab(*index);
                slab.bands.iter().all(|(_, value)| divides(of, *value)) && divides(of, slab.above)
            }
            Number::Paid(benefit) => divides(of, plan.benefit(*benefit).rounding.to),
            Number::Prior(prior) => match &plan.entry(prior.entry).amount {
                LedgerAmount::Paid(benefit) => divides(of, plan.benefit(*benefit).rounding.to),
                LedgerAmount::Count(_) => divides(of, Decimal::ONE),
                LedgerAmount::Deducted(_) => false,
                LedgerAmount::Sum(number) => self.sums(prior.entry, number, of),
            },
            Number::Add(sides) | Number::Subtract(sides) => sides.iter().all(|side| self.has(side, of)),
            Number::Times(sides) => self.times(sides, of),
            Number::Least(numbers) | Number::Greatest(numbers) => numbers.iter().all(|number| self.has(number, of)),
            Number::Choose(choice) => {
                let Choice { then, otherwise, .. } = &**choice;
                self.has(then, of) && self.has(otherwise, of)
            }
            Number::DaysBetween(_) | Number::MonthsBetween(_) | Number::YearsBetween(_) => divides(of, Decimal::ONE),
        }
    }

    /// What is found while a sum is looked at may stand on the sum.
    fn value_has(&mut self, index: NumberValue, of: Decimal) -> bool {
        if let Some(known) = self.known.get(&(index, of)) {
            return *known;
        }
        let has = self.has(self.plan.number_value(index), of);
        if self.summed.is_empty() {
            self.known.insert((index, of), has);
        }
        has
    }

    fn sums(&mut self, entry: EntryIndex, number: &Number, of: Decimal) -> bool {
        if self.summed.contains(&(entry, of)) {
            return true;
        }
        self.summed.push((entry, of));
        let holds = self.has(number, of);
        self.summed.pop();
        holds
    }

    fn times(&mut self, sides: &[Number; 2], of: Decimal) -> bool {
        let [left, right] = sides;
        let product = constant(self.plan, left).zip(constant(self.plan, right));
        if let Some((left, right)) = product {
            return exact::multiply(left, right).is_ok_and(|product| divides(of, product));
        }
        let one = Decimal::ONE;
        if of == one {
            return self.has(left, one) && self.has(right, one);
        }
        (self.has(left, of) && self.has(right, one)) || (self.has(right, of) && self.has(left, one))
    }
}

fn constant(plan: &Plan, number: &Number) -> Option<Decimal> {
    match number {
        Number::Constant(constant) => Some(*constant),
        Number::Figure(index) => Some(plan.number_figure(*index).value),
        _ => None,
    }
}
