//! Members and their claims, drawn so that most claims are payable and the rest lie at an edge.
//!
//! A member is told from a row of rolls. A roll of 0 is the plain choice everywhere, so a failing member shrinks to a plain one.

use std::fmt;
use std::slice::Iter;

use chrono::NaiveDate;
use huzhu::{Absent, Claim, Enrollment, Holder, Kind, Plan, StandardFact, Value, calendar};
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::shelf::{Fact, Pack, widest};

/// How much is told of a member.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Telling {
    pub(crate) claims: usize,
    /// Whether no fact is left out that a decision may need.
    pub(crate) is_complete: bool,
    /// Whether facts never contradict each other.
    pub(crate) is_coherent: bool,
    /// Whether amounts and days are told as such, not by bills, settlements and dates.
    pub(crate) is_outright: bool,
}

impl Telling {
    /// Whatever can be told in so many claims.
    pub(crate) const fn anything(claims: usize) -> Telling {
        Telling { claims, is_complete: false, is_coherent: false, is_outright: false }
    }

    /// So many claims without a gap or a contradiction.
    pub(crate) const fn sound(claims: usize) -> Telling {
        Telling { claims, is_complete: true, is_coherent: true, is_outright: false }
    }
}

pub(crate) type Facts = Vec<(String, Value)>;

/// What is told of one claim and of the cover that it is made under.
#[derive(Clone, PartialEq)]
pub(crate) struct Told {
    pub(crate) id: String,
    pub(crate) plan: &'static str,
    pub(crate) cover_id: String,
    pub(crate) cover: Facts,
    pub(crate) claim: Facts,
}

impl Told {
    pub(crate) fn enrollment(&self) -> Enrollment {
        let enrollment = Enrollment::new(&self.cover_id, self.plan, "M1");
        self.cover.iter().fold(enrollment, |enrollment, (name, value)| enrollment.with(name, value.clone()).unwrap())
    }

    pub(crate) fn claim(&self) -> Claim {
        let claim = Claim::new(&self.id);
        self.claim.iter().fold(claim, |claim, (name, value)| claim.with(name, value.clone()).unwrap())
    }

    /// The names of all facts that are told.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.cover.iter().chain(&self.claim).map(|(name, _)| name.as_str())
    }

    pub(crate) fn value(&self, fact: &str) -> Option<&Value> {
        self.cover.iter().chain(&self.claim).find(|(name, _)| name == fact).map(|(_, value)| value)
    }

    pub(crate) fn number(&self, fact: &str) -> Option<Decimal> {
        match self.value(fact) {
            Some(Value::Number(number)) => Some(*number),
            Some(Value::YesNo(_) | Value::Date(_) | Value::Text(_)) | None => None,
        }
    }

    /// The same with one fact left out.
    pub(crate) fn without(&self, fact: &str) -> Told {
        let mut told = self.clone();
        told.cover.retain(|(name, _)| name != fact);
        told.claim.retain(|(name, _)| name != fact);
        told
    }

    /// The same with another value of one fact.
    pub(crate) fn with(&self, fact: &Fact, value: impl Into<Value>) -> Told {
        let mut told = self.without(&fact.name);
        let facts = match fact.holder {
            Holder::Enrollment => &mut told.cover,
            Holder::Claim => &mut told.claim,
        };
        facts.push((fact.name.clone(), value.into()));
        told
    }
}

impl fmt::Debug for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}, {}:", self.id, self.plan, self.cover_id)?;
        self.cover.iter().try_for_each(|(name, value)| write!(f, " {name}={value}"))?;
        f.write_str(" |")?;
        self.claim.iter().try_for_each(|(name, value)| write!(f, " {name}={value}"))
    }
}

/// One member of a plan with claims, in no order.
pub(crate) fn a_member(pack: &'static Pack, telling: Telling) -> impl Strategy<Value = Vec<Told>> {
    let rolls = prop::collection::vec(any::<u16>(), 64 + 40 * telling.claims);
    rolls.prop_map(move |rolls| Teller { pack, telling, dice: Dice(rolls.iter()) }.member())
}

/// Rolls as choices; when they run out, every choice is the plain one.
struct Dice<'r>(Iter<'r, u16>);

impl Dice<'_> {
    fn roll(&mut self) -> i64 {
        self.0.next().copied().unwrap_or(0).into()
    }

    fn below(&mut self, end: i64) -> i64 {
        self.roll() % end
    }

    /// Never on a plain roll.
    fn one_in(&mut self, many: i64) -> bool {
        self.below(many) == many - 1
    }

    fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[usize::try_from(self.roll()).unwrap() % from.len()].clone()
    }
}

struct Teller<'r> {
    pack: &'static Pack,
    telling: Telling,
    dice: Dice<'r>,
}

/// One cover from its first to its last day.
struct Cover {
    facts: Facts,
    start: NaiveDate,
    end: NaiveDate,
}

impl Teller<'_> {
    fn member(mut self) -> Vec<Told> {
        let plan: &'static Plan = self.pack.plan;
        let covers = self.covers();
        let mut told = Vec::new();
        for number in 1..=self.telling.claims {
            let index = usize::try_from(self.dice.below(covers.len().try_into().unwrap())).unwrap();
            let cover = &covers[index];
            let claim = self.claim(cover);
            told.push(Told {
                id: format!("C{number}"),
                plan: plan.id(),
                cover_id: format!("E{}", index + 1),
                cover: cover.facts.clone(),
                claim,
            });
        }
        told
    }

    fn covers(&mut self) -> Vec<Cover> {
        let first = self.first_day();
        let about_the_member = self.about_the_member(first);
        let mut covers: Vec<Cover> = Vec::new();
        let mut previous_end = self
            .dice
            .pick(&[None, Some(400), None, Some(1), Some(30), Some(31), Some(29)])
            .map(|gap| later(first, -gap));
        let mut start = first;
        for _ in 0..=self.dice.below(3) {
            let end = later(start, self.dice.pick(&[364, 364, 364, 364, 29, 729]));
            let mut facts = about_the_member.clone();
            self.add(&mut facts, "coverage_start", Value::Date(start));
            self.add(&mut facts, "coverage_end", Value::Date(end));
            if let Some(previous_end) = previous_end {
                self.add(&mut facts, "previous_coverage_end", Value::Date(previous_end));
            }
            let shares: u32 = self.dice.pick(&[1, 1, 2, 3, 4, 1000]);
            self.add(&mut facts, "shares", shares.into());
            covers.push(Cover { facts, start, end });
            previous_end = Some(end);
            start = later(end, self.dice.pick(&[1, 1, 2, 29, 30, 31, 200]));
            if !self.holds(start) {
                break;
            }
        }
        covers
    }

    /// Whether a cover of this version may begin on the day.
    fn holds(&self, day: NaiveDate) -> bool {
        self.pack.plan.effective().holds_on(day)
    }

    fn first_day(&mut self) -> NaiveDate {
        let from = self.pack.plan.effective().from;
        let shift = self.dice.pick(&[0, 31, 364, 59, 60, 1000]);
        let near_figure = self.figure_date().unwrap_or(from);
        let start = if self.dice.one_in(4) { near_figure } else { later(from, shift) };
        if self.holds(start) { start } else { from }
    }

    fn figure_date(&mut self) -> Option<NaiveDate> {
        let (roll, shift) = (self.dice.roll(), self.dice.pick(&[0, 0, 1, -1]));
        let dates = &self.pack.dates;
        let index = usize::try_from(roll).unwrap().checked_rem(dates.len())?;
        Some(later(dates[index], shift))
    }

    fn about_the_member(&mut self, first: NaiveDate) -> Facts {
        let mut facts = Facts::new();
        let age: i64 = if self.dice.one_in(5) { self.dice.pick(&[16, 60, 61, 15]) } else { 30 };
        let birth = later(first, -(age * 36525 / 100) + self.dice.pick(&[0, 1, -1, 2, -20]));
        self.add(&mut facts, "birth_date", Value::Date(birth));
        let told_elsewhere = ["birth_date", "shares", "coverage_start", "coverage_end", "previous_coverage_end"];
        let pack = self.pack;
        for fact in pack.facts.iter().filter(|fact| fact.holder == Holder::Enrollment) {
            if !told_elsewhere.contains(&fact.name.as_str()) {
                self.tell(&mut facts, fact, first);
            }
        }
        facts
    }

    fn claim(&mut self, cover: &Cover) -> Facts {
        let mut facts = Facts::new();
        let event = self.event_date(cover);
        self.add(&mut facts, "event_date", Value::Date(event));
        let told_elsewhere = |fact: &Fact| {
            let is_derived = StandardFact::named(&fact.name).is_some_and(|fact| fact.derived.is_some());
            is_derived
                || fact.is_settlement
                || matches!(fact.name.as_str(), "event_date" | "other_paid" | "shares_elsewhere")
        };
        let pack = self.pack;
        for fact in pack.facts.iter().filter(|fact| fact.holder == Holder::Claim && !told_elsewhere(fact)) {
            self.tell(&mut facts, fact, event);
        }
        self.stay(&mut facts, event);
        self.costs(&mut facts);
        if !self.telling.is_coherent && self.dice.one_in(12) {
            self.contradict(&mut facts);
        }
        if self.dice.one_in(16) && self.pack.plan.reads("shares_elsewhere") {
            let shares: u32 = self.dice.pick(&[1, 0, 2]);
            self.add(&mut facts, "shares_elsewhere", shares.into());
        }
        facts
    }

    fn event_date(&mut self, cover: &Cover) -> NaiveDate {
        let days: Vec<i64> =
            self.pack.counts.iter().filter_map(|count| i64::try_from(*count).ok()).filter(|days| *days < 400).collect();
        let plain = self.pack.dates.first().copied().filter(|date| (cover.start..=cover.end).contains(date));
        let length = calendar::days(cover.start, cover.end) + 1;
        let edge = self.dice.pick(&days) + self.dice.pick(&[0, -1, 1]);
        let figure = self.figure_date();
        let date = match self.dice.below(12) {
            0 | 1 => plain.unwrap_or(later(cover.start, 100)),
            2..=5 => later(cover.start, self.dice.below(length)),
            6 | 7 => later(cover.start, edge),
            8 | 9 => figure.filter(|date| *date >= cover.start).unwrap_or(later(cover.start, edge)),
            10 => self.dice.pick(&[cover.start, cover.end]),
            _ => self.dice.pick(&[cover.start, later(cover.start, -1), later(cover.end, 1)]),
        };
        let effective = self.pack.plan.effective();
        let is_by_event = effective.by == huzhu::EffectiveBy::EventDate;
        if is_by_event && !effective.holds_on(date) { cover.start } else { date }
    }

    /// A fact by its kind, unless it is left out.
    fn tell(&mut self, facts: &mut Facts, fact: &Fact, day: NaiveDate) {
        let is_left_out = fact.absent == Absent::None && self.dice.below(8) == 0;
        let value = self.value(fact, day);
        if !is_left_out && let Some(value) = value {
            self.add(facts, &fact.name, value);
        }
    }

    fn value(&mut self, fact: &Fact, day: NaiveDate) -> Option<Value> {
        let value = match fact.kind {
            Kind::Money => self.money().into(),
            Kind::Ratio => Decimal::new(self.dice.below(100_000_001), 8).into(),
            Kind::Number | Kind::Days => {
                let around = self.dice.pick(&self.pack.counts) + Decimal::from(self.dice.pick(&[0, 1, -1]));
                let span = i64::try_from(fact.max - fact.min).unwrap().min(30_000) + 1;
                let any = fact.min + Decimal::from(self.dice.below(span));
                let number = self.dice.pick(&[any, any, around]);
                number.clamp(fact.min, fact.max).into()
            }
            Kind::Date => {
                let figure = self.figure_date().unwrap_or(day);
                let after = later(day, self.dice.pick(&[0, 0, 1, 30, 89]));
                // Nothing is reported before it happens, unless a claim may contradict itself.
                let is_after = fact.name == "reported_on" && (self.telling.is_coherent || !self.dice.one_in(4));
                let figure = if is_after { figure.max(day) } else { figure };
                Value::Date(self.dice.pick(&[after, figure, after]))
            }
            Kind::YesNo => match fact.name.as_str() {
                "registered_in_wuxi" => self.dice.one_in(6).into(),
                "death" => self.dice.one_in(4).into(),
                _ => (!self.dice.one_in(6)).into(),
            },
            Kind::Category => {
                let known: Vec<&str> = fact.values.iter().map(String::as_str).collect();
                let first = *known.first()?;
                let any = self.dice.pick(&known);
                let other = if fact.is_open { "something-else" } else { any };
                if self.dice.one_in(16) {
                    other.into()
                } else {
                    self.dice.pick(&[first, first, any, first, any]).into()
                }
            }
        };
        Some(value)
    }

    /// A stay told by its days, by its dates, by the settlement's dates, or none.
    fn stay(&mut self, facts: &mut Facts, event: NaiveDate) {
        let admitted = later(event, self.dice.pick(&[0, 0, 0, 1, 30]));
        let days = self.days();
        let discharged = later(admitted, days);
        let counted = Decimal::from(days.max(1));
        let form = if self.telling.is_outright { 0 } else { self.dice.below(6) };
        if matches!(form, 0..=3) {
            self.add(facts, "admitted", Value::Date(admitted));
        }
        match form {
            0 => self.add(facts, "hospital_days", Decimal::from(days).into()),
            1 => self.add(facts, "discharged", Value::Date(discharged)),
            2 => {
                self.add(facts, "discharged", Value::Date(discharged));
                self.add(facts, "hospital_days", counted.into());
            }
            3 | 4 => {
                self.add(facts, "begndate", Value::Date(admitted));
                self.add(facts, "enddate", Value::Date(discharged));
            }
            _ => {}
        }
    }

    fn days(&mut self) -> i64 {
        let around = i64::try_from(self.dice.pick(&self.pack.counts)).unwrap().min(400);
        let any = self.dice.below(40);
        self.dice.pick(&[10, any, any, around, around + 1, 0, 1, 364, 10_000])
    }

    /// What was spent, told by what the member bears, by the bill, or by the settlement record.
    fn costs(&mut self, facts: &mut Facts) {
        let form = if self.telling.is_outright { 0 } else { self.dice.below(5) };
        match form {
            0 | 1 => self.direct_costs(facts, &["personal_burden", "in_pool_burden", "self_funded"]),
            2 => self.bill(facts),
            _ => self.settlement(facts),
        }
        let pack = self.pack;
        for fact in pack.facts.iter().filter(|fact| fact.is_settlement && fact.kind == Kind::Money) {
            if !facts.iter().any(|(name, _)| name == "fund_pay_sumamt") {
                let money = self.money();
                self.add(facts, &fact.name, money.into());
            }
        }
        if self.dice.one_in(25) {
            self.add(facts, "refd_setl_flag", "1".into());
        }
        if self.dice.one_in(25) {
            self.add(facts, "vali_flag", "0".into());
        }
    }

    fn direct_costs(&mut self, facts: &mut Facts, names: &[&str]) {
        for name in names {
            let money = if self.dice.one_in(30) { widest(Kind::Money) } else { self.money() };
            self.add(facts, name, money.into());
        }
    }

    fn bill(&mut self, facts: &mut Facts) {
        let (fund, other, burden) = (self.fen(), self.part(100_000), self.fen());
        self.add_fen(facts, "total_cost", fund + other + burden);
        self.add_fen(facts, "fund_paid", fund);
        if other > 0 {
            self.add_fen(facts, "other_paid", other);
        }
        if self.dice.one_in(2) {
            self.add_fen(facts, "personal_burden", burden);
        }
        let in_pool = self.part(burden);
        let self_funded = self.part(burden - in_pool);
        self.add_fen(facts, "in_pool_burden", in_pool);
        self.add_fen(facts, "self_funded", self_funded);
    }

    /// A record whose identities hold: what is not said follows from what is.
    fn settlement(&mut self, facts: &mut Facts) {
        const FUNDS: [&str; 7] =
            ["hifp_pay", "cvlserv_pay", "hifes_pay", "hifmi_pay", "hifob_pay", "maf_pay", "oth_pay"];
        let mut funds = 0;
        for fund in FUNDS {
            let pays = self.part(1_000_000);
            self.add_fen(facts, fund, pays);
            funds += pays;
        }
        let (borne, by_hospital) = (self.fen(), self.part(100_000));
        let total = borne + funds + by_hospital;
        let self_funded = self.part(total);
        let above_limit = self.part(total - self_funded);
        let paid_first = self.part(total - self_funded - above_limit);
        let from_account = self.part(borne);
        let from_relative = self.part(borne - from_account);
        self.add_fen(facts, "medfee_sumamt", total);
        self.add_fen(facts, "fulamt_ownpay_amt", self_funded);
        self.add_fen(facts, "overlmt_selfpay", above_limit);
        self.add_fen(facts, "preselfpay_amt", paid_first);
        self.add_fen(facts, "inscp_scp_amt", total - self_funded - above_limit - paid_first);
        self.add_fen(facts, "fund_pay_sumamt", funds);
        self.add_fen(facts, "psn_part_amt", borne);
        self.add_fen(facts, "acct_pay", from_account);
        self.add_fen(facts, "acct_mulaid_pay", from_relative);
        self.add_fen(facts, "psn_cash_pay", borne - from_account - from_relative);
        if by_hospital > 0 {
            // What the hospital bears counts as none where it is not said, so it is never left out by chance.
            facts.push(("hosp_part_amt".to_owned(), Decimal::new(by_hospital, 2).into()));
        }
    }

    fn money(&mut self) -> Decimal {
        Decimal::new(self.fen(), 2)
    }

    fn fen(&mut self) -> i64 {
        let figure = i64::try_from(self.dice.pick(&self.pack.amounts) * Decimal::ONE_HUNDRED).unwrap();
        let (a, b) = (self.dice.roll(), self.dice.roll());
        match self.dice.below(10) {
            0 => 100_000,
            1 | 2 => a,
            3 => a * b / 100,
            4 => a * b,
            5 => figure,
            6 => figure + 1,
            7 => (figure - 1).max(0),
            8 => figure * 2,
            _ => self.dice.pick(&[0, 1]),
        }
    }

    /// Some of an amount, or none, or all of it.
    fn part(&mut self, of: i64) -> i64 {
        let some = self.dice.roll() * of / 65_536;
        self.dice.pick(&[0, some, some, of / 2])
    }

    fn add_fen(&mut self, facts: &mut Facts, name: &str, fen: i64) {
        self.add(facts, name, Decimal::new(fen, 2).into());
    }

    /// Adds a fact that the plan reads, unless the teller forgets it.
    fn add(&mut self, facts: &mut Facts, name: &str, value: Value) {
        let is_forgotten = self.dice.one_in(50) && !self.telling.is_complete;
        if self.pack.plan.reads(name) && !is_forgotten && !facts.iter().any(|(known, _)| known == name) {
            facts.push((name.to_owned(), value));
        }
    }

    /// Another value for an amount or a date that is told.
    fn contradict(&mut self, facts: &mut Facts) {
        let shift = self.dice.pick(&[1, -1, 100]);
        let index = usize::try_from(self.dice.roll()).unwrap() % facts.len();
        let (name, value) = &mut facts[index];
        match value {
            Value::Number(number) if number.scale() == 2 => {
                *number = (*number + Decimal::new(shift, 2)).clamp(Decimal::ZERO, widest(Kind::Money));
            }
            Value::Date(date) if name != "event_date" => *date = later(*date, shift),
            Value::Number(_) | Value::Date(_) | Value::YesNo(_) | Value::Text(_) => {}
        }
    }
}

pub(crate) fn later(date: NaiveDate, days: i64) -> NaiveDate {
    calendar::plus_days(date, days).unwrap()
}
