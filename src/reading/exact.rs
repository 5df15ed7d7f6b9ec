//! The exact reading: one claim, in decimals, facts missing or not.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::accumulator::{Accumulators, Group, OpenClaim, Period};
use crate::calendar;
use crate::claim::Claim;
use crate::enrollment::Enrollment;
use crate::error::Error;
use crate::exact::{Fixed, Inexact};
use crate::fact::{Holder, StandardIndex, Value};
use crate::plan::expression::{Comparison, Members, Prior, Slot, Slots, TableIndex};
use crate::plan::parts::Named;
use crate::plan::{Plan, PlanFact};
pub(crate) use crate::reading::known::Known;
use crate::rounding::Rounding;
use crate::scope::Scope;
use crate::semantics::{Event, Reading, Source};
use crate::text::say;

use Known::{Known as Is, Missing};

/// Who hears what happens while a claim is decided.
pub(crate) trait Listener: Sized {
    fn hear(&mut self, event: Event<'_, Exact<'_, Self>>);

    /// A constant of the pack has been read.
    #[inline]
    fn cite(&mut self, _source: Source) {}

    /// A fact has been derived.
    #[inline]
    fn derive(&mut self, _fact: Slot) {}

    /// A named part begins to be read.
    #[inline]
    fn enter(&mut self, _named: Named) {}

    /// It has been read.
    #[inline]
    fn leave(&mut self) {}

    /// It is asked for again.
    #[inline]
    fn again(&mut self, _named: Named) {}
}

/// Hears nothing: the cheap path.
pub(crate) struct Silence;

impl Listener for Silence {
    #[inline]
    fn hear(&mut self, _: Event<'_, Exact<'_, Silence>>) {}
}

/// Reads a plan for one claim.
pub(crate) struct Exact<'a, L> {
    plan: &'a Plan,
    enrollment: &'a Enrollment,
    claim: &'a Claim,
    accumulators: &'a Accumulators,
    given: Slots,
    /// Where the claim stands among those of the account.
    stands: OpenClaim,
    period: Option<Period>,
    /// One fact read as this much more than it is: what would the next yuan have paid?
    raised: Option<(Slot, Decimal)>,
    /// Categories that are read as meant, with the value.
    meant: Vec<(Slot, Value)>,
    /// Claims that may have posted anything: what counts them together with this one is not known.
    open: &'a [OpenClaim],
    /// The scopes that were asked and count one of them.
    asked: BTreeSet<Scope>,
    fault: Option<Error>,
    pub(crate) listener: L,
}

impl<'a, L: Listener> Exact<'a, L> {
    pub(crate) fn new(
        plan: &'a Plan,
        enrollment: &'a Enrollment,
        claim: &'a Claim,
        accumulators: &'a Accumulators,
        listener: L,
    ) -> Exact<'a, L> {
        let mut reading = Exact {
            plan,
            enrollment,
            claim,
            accumulators,
            given: Slots::default(),
            stands: OpenClaim::under(Some(Arc::clone(&enrollment.id))),
            period: None,
            raised: None,
            meant: Vec::new(),
            open: &[],
            asked: BTreeSet::new(),
            fault: None,
            listener,
        };
        reading.given = reading.all_given_facts();
        reading.check_names();
        reading.read_words();
        reading.stands.event_date = reading.given_date(plan.event_date);
        reading.stands.coverage_start = reading.given_date(plan.coverage_start);
        reading.period = reading.stands.period();
        reading
    }

    /// Which facts are given. A bad value of a fact of the pack's own is a fault even where no rule comes to need it.
    fn all_given_facts(&mut self) -> Slots {
        let plan = self.plan;
        let standard = [self.enrollment.facts.given_standard(), self.claim.facts.given_standard()];
        let standard = standard.into_iter().flatten();
        let mut given: Slots = standard.filter_map(|index| plan.slot_of_standard(index)).collect();
        for slot in &plan.own_facts {
            if self.own(plan.fact(*slot)).is_some() {
                given = given.and(Slots::of(*slot));
            }
        }
        given
    }

    /// A fact that no plan of the catalog knows is a slip, unless it is said to be foreign.
    fn check_names(&mut self) {
        let of_enrollment = self.enrollment.facts.own_to_know().map(|name| (Holder::Enrollment, name));
        let own = of_enrollment.chain(self.claim.facts.own_to_know().map(|name| (Holder::Claim, name)));
        for (holder, name) in own {
            if let Some(text) = self.plan.stranger(holder, name) {
                self.fault.get_or_insert(Error::fact(text));
            }
        }
    }

    /// Reads the words of categories as they are meant; a word that is near known ones is a fault, as the claim would be denied for a slip.
    fn read_words(&mut self) {
        for slot in &self.plan.worded {
            let fact = self.plan.fact(*slot);
            let facts = match fact.holder {
                Holder::Enrollment => &self.enrollment.facts,
                Holder::Claim => &self.claim.facts,
            };
            let given = match fact.standard {
                Some(index) => facts.standard(index),
                None => facts.own(&fact.name),
            };
            let Some(Value::Text(text)) = given else { continue };
            if fact.symbols.named(text).is_none() {
                self.read_word(*slot, text);
            }
        }
    }

    #[cold]
    fn read_word(&mut self, slot: Slot, text: &str) {
        match self.plan.fact(slot).word(text) {
            Ok(Some(name)) => self.meant.push((slot, Value::from(name))),
            Ok(None) => {}
            Err(wrong) => {
                self.fault.get_or_insert(Error::fact(wrong));
            }
        }
    }

    /// The same with one number fact raised.
    pub(crate) fn raised(self, slot: Slot, by: Decimal) -> Exact<'a, L> {
        Exact { raised: Some((slot, by)), ..self }
    }

    /// The same where these claims may have posted anything.
    pub(crate) fn beside(self, open: &'a [OpenClaim]) -> Exact<'a, L> {
        Exact { open, ..self }
    }

    /// The scopes in which the rules have asked for what an open claim may have posted.
    pub(crate) fn asked(&self) -> &BTreeSet<Scope> {
        &self.asked
    }

    /// Whether an open claim may count together with this one.
    fn is_open(&mut self, scope: Scope) -> bool {
        let is_open = self.open.iter().any(|open| open.may_share(scope, &self.stands));
        if is_open {
            self.asked.insert(scope);
        }
        is_open
    }

    /// Where the claim stands among those of the account, as far as that is known.
    pub(crate) fn stands(&self) -> &OpenClaim {
        &self.stands
    }

    /// The first fact whose value does not fit, or number that does not.
    pub(crate) fn fault(&mut self) -> Option<Error> {
        self.fault.take()
    }

    #[inline]
    fn standard(&self, fact: &PlanFact, index: StandardIndex) -> Option<&'a Value> {
        match fact.holder {
            Holder::Enrollment => self.enrollment.facts.standard(index),
            Holder::Claim => self.claim.facts.standard(index),
        }
    }

    /// A fact of the pack's own is read by its kind and bounds only here, where the plan is known.
    fn own(&mut self, fact: &PlanFact) -> Option<Value> {
        let value = match fact.holder {
            Holder::Enrollment => self.enrollment.facts.own(&fact.name),
            Holder::Claim => self.claim.facts.own(&fact.name),
        }?;
        match fact.kind.fit(value, fact.bounds) {
            Ok(value) => Some(value),
            Err(_) => {
                let (name, kind) = (&fact.name, fact.kind.said());
                self.fault.get_or_insert(Error::fact(say!(
                    "`{name}` 的值 `{value}` 不是规则包所要求的{kind}，或超出范围",
                    "the value `{value}` of `{name}` is not of type {kind} or outside the bounds of the pack"; kind
                )));
                None
            }
        }
    }

    /// Reads a given fact in place; one that is read as meant, as what it means.
    #[inline]
    fn given_as<T>(&mut self, slot: Slot, read: impl Fn(&Value) -> Option<T>) -> Option<T> {
        if let Some((_, meant)) = self.meant.iter().find(|(meant, _)| *meant == slot) {
            return read(meant);
        }
        let fact = self.plan.fact(slot);
        match fact.standard {
            Some(index) => self.standard(fact, index).and_then(read),
            None => self.own(fact).as_ref().and_then(read),
        }
    }

    /// The fact as it is given, if it is.
    pub(crate) fn given_value(&mut self, slot: Slot) -> Option<Value> {
        self.given_as(slot, |value| Some(value.clone()))
    }

    #[inline]
    fn given_number(&mut self, slot: Slot) -> Option<Decimal> {
        self.given_as(slot, Value::number)
    }

    #[inline]
    fn given_date(&mut self, slot: Slot) -> Option<NaiveDate> {
        self.given_as(slot, Value::date)
    }

    #[inline]
    fn exactly(&mut self, result: Result<Fixed, Inexact>) -> Fixed {
        match result {
            Ok(number) => number,
            Err(Inexact) => self.does_not_fit(),
        }
    }

    #[cold]
    fn does_not_fit(&mut self) -> Fixed {
        self.fault.get_or_insert(Inexact.into());
        Fixed::ZERO
    }

    /// Joins two known values; else all that is missing to tell either.
    #[inline]
    fn join<A, B, T>(&mut self, left: Known<A>, right: Known<B>, by: impl FnOnce(&mut Self, A, B) -> T) -> Known<T> {
        left.with(right).map(|(left, right)| by(self, left, right))
    }

    #[cold]
    fn has_no_row(&mut self, key: Decimal) -> Fixed {
        let message = say!("表中没有 `{key}` 一行", "a table has no row for `{key}`");
        self.fault.get_or_insert(Error::fact(message));
        Fixed::ZERO
    }

    /// The checker has proven the days of the pack to be whole; a sum of accumulators from outside need not be.
    #[cold]
    fn adds_part_of_a_day(&mut self, date: NaiveDate) -> NaiveDate {
        let message = say!("加到日期上的天数不是整数", "the days that are added to a date are not a whole number");
        self.fault.get_or_insert(Error::arithmetic(message));
        date
    }

    /// A step in the calendar that leaves it is a fault of the data.
    fn on_calendar(&mut self, from: NaiveDate, date: Option<NaiveDate>) -> NaiveDate {
        match date {
            Some(date) => date,
            None => {
                self.fault
                    .get_or_insert(Error::arithmetic(say!("日期超出日历范围", "a date lies beyond the calendar")));
                from
            }
        }
    }
}

impl<L: Listener> Reading for Exact<'_, L> {
    type Number = Known<Fixed>;
    type Truth = Known<bool>;
    type Date = Known<NaiveDate>;

    #[inline]
    fn number(&mut self, constant: Decimal) -> Known<Fixed> {
        Is(constant.into())
    }

    #[inline]
    fn truth(&mut self, constant: bool) -> Known<bool> {
        Is(constant)
    }

    #[inline]
    fn date(&mut self, constant: NaiveDate) -> Known<NaiveDate> {
        Is(constant)
    }

    #[inline]
    fn sourced(&mut self, source: Source, constant: Decimal) -> Known<Fixed> {
        self.listener.cite(source);
        self.number(constant)
    }

    #[inline]
    fn sourced_date(&mut self, source: Source, constant: NaiveDate) -> Known<NaiveDate> {
        self.listener.cite(source);
        self.date(constant)
    }

    fn number_fact(&mut self, slot: Slot) -> Known<Fixed> {
        match self.given_number(slot) {
            Some(number) => match self.raised {
                Some((raised, by)) if raised == slot => Is(self.exactly(Fixed::from(number).add(by.into()))),
                Some(_) | None => Is(number.into()),
            },
            None => Missing(Slots::of(slot)),
        }
    }

    fn truth_fact(&mut self, slot: Slot) -> Known<bool> {
        let answer = self.given_as(slot, Value::truth);
        Known::or_lacks(answer, slot)
    }

    fn date_fact(&mut self, slot: Slot) -> Known<NaiveDate> {
        Known::or_lacks(self.given_date(slot), slot)
    }

    #[inline]
    fn given(&mut self, slot: Slot) -> Known<bool> {
        Is(self.given.has_any(Slots::of(slot)))
    }

    #[inline]
    fn all_given(&mut self, slots: Slots) -> Known<bool> {
        Is(self.given.has_all(slots))
    }

    #[inline]
    fn any_given(&mut self, slots: Slots) -> Known<bool> {
        Is(self.given.has_any(slots))
    }

    fn among(&mut self, slot: Slot, values: &Members) -> Known<bool> {
        let found = self.given_as(slot, |value| match value {
            Value::Text(text) => Some(values.has(text)),
            Value::Number(_) | Value::Date(_) | Value::YesNo(_) => None,
        });
        Known::or_lacks(found, slot)
    }

    #[inline]
    fn prior(&mut self, Prior { entry, scope }: Prior) -> Known<Fixed> {
        if !self.open.is_empty() && self.is_open(scope) {
            return Missing(Slots::of(self.plan.event_date)); // of which facts it is for want, nobody asks
        }
        if self.accumulators.is_empty() {
            return Is(Fixed::ZERO);
        }
        // Without its day nobody knows which of the others came before it.
        let Some(event_date) = self.stands.event_date else { return Missing(Slots::of(self.plan.event_date)) };
        let group = match &self.period {
            Some(period) => Group::of(scope, event_date, period),
            None => match Group::without_period(scope, event_date) {
                Some(group) => group,
                None => return Missing(Slots::of(self.plan.coverage_start)),
            },
        };
        let stated = self.plan.entry(entry);
        if self.accumulators.is_unknown(&group, &stated.entry) {
            // A value may hang on no fact but through what was posted before.
            return Missing(Slots::of(stated.named.unwrap_or(self.plan.event_date)));
        }
        let sum = self.accumulators.sum(&group, &stated.entry);
        Is(self.exactly(sum.map(Fixed::from)))
    }

    #[inline]
    fn add(&mut self, left: Known<Fixed>, right: Known<Fixed>) -> Known<Fixed> {
        self.join(left, right, |r, left, right| r.exactly(left.add(right)))
    }

    #[inline]
    fn subtract(&mut self, left: Known<Fixed>, right: Known<Fixed>) -> Known<Fixed> {
        self.join(left, right, |r, left, right| r.exactly(left.subtract(right)))
    }

    #[inline]
    fn times(&mut self, left: Known<Fixed>, right: Known<Fixed>) -> Known<Fixed> {
        self.join(left, right, |r, left, right| r.exactly(left.times(right)))
    }

    #[inline]
    fn least(&mut self, left: Known<Fixed>, right: Known<Fixed>) -> Known<Fixed> {
        self.join(left, right, |_, left, right| if right.compare(left).is_lt() { right } else { left })
    }

    #[inline]
    fn greatest(&mut self, left: Known<Fixed>, right: Known<Fixed>) -> Known<Fixed> {
        self.join(left, right, |_, left, right| if right.compare(left).is_gt() { right } else { left })
    }

    #[inline]
    fn round(&mut self, number: Known<Fixed>, rounding: Rounding) -> Known<Fixed> {
        number.map(|number| self.exactly(number.round(rounding)))
    }

    fn look_up(
        &mut self,
        table: TableIndex,
        key: Known<Fixed>,
        rows: &[(Decimal, Decimal)],
        otherwise: Option<Decimal>,
    ) -> Known<Fixed> {
        self.listener.cite(Source::Table(table));
        key.map(|key| {
            let key = Decimal::from(key);
            let row = rows.iter().find(|(row, _)| *row == key).map(|(_, value)| *value);
            row.or(otherwise).map_or_else(|| self.has_no_row(key), Fixed::from)
        })
    }

    fn look_up_category(
        &mut self,
        table: TableIndex,
        key: Slot,
        rows: &[(Box<str>, Decimal)],
        otherwise: Option<Decimal>,
    ) -> Known<Fixed> {
        self.listener.cite(Source::Table(table));
        let found = self.given_as(key, |value| match value {
            Value::Text(text) => Some(rows.iter().find(|(row, _)| row == text).map(|(_, value)| *value)),
            Value::Number(_) | Value::Date(_) | Value::YesNo(_) => None,
        });
        let stated = found.and_then(|row| row.or(otherwise));
        Known::or_lacks(stated.map(Fixed::from), key)
    }

    fn days_between(&mut self, from: Known<NaiveDate>, to: Known<NaiveDate>) -> Known<Fixed> {
        self.join(from, to, |_, from, to| Decimal::from(calendar::days(from, to)).into())
    }

    fn months_between(&mut self, from: Known<NaiveDate>, to: Known<NaiveDate>) -> Known<Fixed> {
        self.join(from, to, |_, from, to| Decimal::from(calendar::months(from, to)).into())
    }

    fn years_between(&mut self, from: Known<NaiveDate>, to: Known<NaiveDate>) -> Known<Fixed> {
        self.join(from, to, |_, from, to| Decimal::from(calendar::years(from, to)).into())
    }

    fn plus_days(&mut self, date: Known<NaiveDate>, days: Known<Fixed>) -> Known<NaiveDate> {
        self.join(date, days, |r, date, days| {
            let Ok(days) = days.whole() else { return r.adds_part_of_a_day(date) };
            let later = i64::try_from(days).ok().and_then(|days| calendar::plus_days(date, days));
            r.on_calendar(date, later)
        })
    }

    fn plus_sourced_months(&mut self, source: Source, date: Known<NaiveDate>, months: u32) -> Known<NaiveDate> {
        self.listener.cite(source);
        self.plus_months(date, months)
    }

    fn plus_months(&mut self, date: Known<NaiveDate>, months: u32) -> Known<NaiveDate> {
        date.map(|date| self.on_calendar(date, calendar::plus_months(date, months)))
    }

    #[inline]
    fn compare(&mut self, comparison: Comparison, left: Known<Fixed>, right: Known<Fixed>) -> Known<bool> {
        self.join(left, right, |_, left, right| comparison.holds(left.compare(right)))
    }

    #[inline]
    fn compare_dates(
        &mut self,
        comparison: Comparison,
        left: Known<NaiveDate>,
        right: Known<NaiveDate>,
    ) -> Known<bool> {
        self.join(left, right, |_, left, right| comparison.holds(left.cmp(&right)))
    }

    #[inline]
    fn and(&mut self, left: Known<bool>, right: Known<bool>) -> Known<bool> {
        left.and(right)
    }

    #[inline]
    fn or(&mut self, left: Known<bool>, right: Known<bool>) -> Known<bool> {
        left.or(right)
    }

    #[inline]
    fn not(&mut self, truth: Known<bool>) -> Known<bool> {
        truth.map(|truth| !truth)
    }

    #[inline]
    fn unless_false(&mut self, truth: Known<bool>) -> Known<bool> {
        Is(truth.unless_false())
    }

    fn choose(&mut self, condition: Known<bool>, then: Known<Fixed>, otherwise: Known<Fixed>) -> Known<Fixed> {
        Known::chosen(condition, then, otherwise)
    }

    fn choose_date(
        &mut self,
        condition: Known<bool>,
        then: Known<NaiveDate>,
        otherwise: Known<NaiveDate>,
    ) -> Known<NaiveDate> {
        Known::chosen(condition, then, otherwise)
    }

    #[inline]
    fn is_nothing(&self, number: &Known<Fixed>) -> bool {
        matches!(number, Is(number) if number.is_zero())
    }

    fn derived(&mut self, fact: Slot, number: Known<Fixed>) -> Known<Fixed> {
        self.listener.derive(fact);
        let number = match self.raised {
            Some((raised, by)) if raised == fact => number.map(|number| self.exactly(number.add(by.into()))),
            Some(_) | None => number,
        };
        number.followed(fact)
    }

    fn derived_date(&mut self, fact: Slot, date: Known<NaiveDate>) -> Known<NaiveDate> {
        self.listener.derive(fact);
        date.followed(fact)
    }

    #[inline]
    fn enter(&mut self, named: Named) {
        self.listener.enter(named);
    }

    #[inline]
    fn leave(&mut self) {
        self.listener.leave();
    }

    #[inline]
    fn again(&mut self, named: Named) {
        self.listener.again(named);
    }

    #[inline]
    fn settled(&self, truth: &Known<bool>) -> Option<bool> {
        truth.known()
    }

    #[inline]
    fn hear(&mut self, event: Event<'_, Self>) {
        self.listener.hear(event);
    }
}
