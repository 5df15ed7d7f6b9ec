//! What a member's earlier claims have posted, so that later ones can count it.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;
use serde::de::Error as _;
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error::Error;
use crate::exact::{self, Inexact};
use crate::money;
use crate::order::Order;
use crate::order::day::{Comes, Day};
use crate::scope::Scope;
use crate::text::say;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Measure {
    /// What a benefit paid, in yuan.
    Paid,
    /// The number of claims in which a benefit paid more than nothing.
    Count,
    /// What the accumulated deductible of a benefit took, in yuan.
    Deducted,
    /// The sum of a fact or a named value.
    Sum,
}

/// What earlier claims can have posted of one entry together at most, in any unit.
pub(crate) const MOST_POSTED: Decimal = Decimal::from_parts(0xa4c6_8000, 0x0003_8d7e, 0, false, 0); // 10¹⁵
/// The most places that a posted deductible or sum can have.
pub(crate) const MOST_PLACES_POSTED: u32 = 8;

impl Measure {
    /// The places after the point that an amount can have: what was paid is in fen, what was counted is whole.
    pub(crate) fn places(self) -> u32 {
        match self {
            Measure::Paid => 2,
            Measure::Count => 0,
            Measure::Deducted | Measure::Sum => MOST_PLACES_POSTED,
        }
    }

    /// Whether an amount is never below nothing, whatever the plan says.
    pub(crate) fn is_never_negative(self) -> bool {
        match self {
            Measure::Paid | Measure::Count | Measure::Deducted => true,
            Measure::Sum => false,
        }
    }
}

impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Measure::Paid => "paid",
            Measure::Count => "count",
            Measure::Deducted => "deducted",
            Measure::Sum => "sum",
        })
    }
}

/// A measure of one benefit, fact or value, written with a colon between: `paid:death`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    pub(crate) measure: Measure,
    pub(crate) name: Arc<str>,
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.measure, self.name)
    }
}

impl Entry {
    /// What is counted.
    #[must_use]
    pub fn measure(&self) -> Measure {
        self.measure
    }

    /// The id of the benefit, or the name of the fact or the value.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn parse(text: &str) -> Option<Entry> {
        let (measure, name) = text.split_once(':')?;
        let measure = [Measure::Paid, Measure::Count, Measure::Deducted, Measure::Sum]
            .into_iter()
            .find(|known| known.to_string() == measure)?;
        Some(Entry { measure, name: name.into() })
    }

    /// Why no claim can have posted so much, in words to follow the amount.
    pub(crate) fn misfit(&self, amount: Decimal) -> Option<&'static str> {
        if self.measure.is_never_negative() && amount < Decimal::ZERO {
            return Some("it is below 0");
        }
        let is_whole = match self.measure {
            Measure::Paid => exact::divides(money::FEN, amount),
            Measure::Count => exact::divides(Decimal::ONE, amount),
            Measure::Deducted | Measure::Sum => true,
        };
        (!is_whole).then_some("it has too many places")
    }
}

/// What one decided claim has posted: amounts that later claims of the member count.
///
/// It is made by deciding, and taken in by [`Accumulators::post`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posting {
    pub(crate) claim: Arc<str>,
    pub(crate) event_date: NaiveDate,
    pub(crate) period: Period,
    pub(crate) amounts: Vec<(Entry, Decimal)>,
    /// Sums to which the claim adds what is not known.
    pub(crate) unknown: Vec<Entry>,
}

impl Posting {
    /// The id of the claim.
    #[must_use]
    pub fn claim(&self) -> &str {
        &self.claim
    }

    /// The amounts, each with what it is of.
    pub fn amounts(&self) -> impl Iterator<Item = (&Entry, Decimal)> {
        self.amounts.iter().map(|(entry, amount)| (entry, *amount))
    }
}

impl Posting {
    /// What all benefits of the claim paid together, in yuan.
    ///
    /// # Errors
    /// [`Inexact`] if the sum does not fit, which that of a posting of the engine does.
    pub fn paid(&self) -> Result<Decimal, Inexact> {
        let paid = self.amounts.iter().filter(|(entry, _)| entry.measure == Measure::Paid);
        paid.map(|(_, amount)| *amount).try_fold(Decimal::ZERO, exact::add)
    }

    /// What each benefit paid that paid something.
    pub(crate) fn payments(&self) -> impl Iterator<Item = (&str, Decimal)> {
        let paid = self.amounts.iter().filter(|(entry, amount)| entry.measure == Measure::Paid && !amount.is_zero());
        paid.map(|(entry, amount)| (&*entry.name, *amount))
    }

    /// The groups that it counts in, one of each scope.
    fn groups(&self) -> impl Iterator<Item = Group> {
        Scope::ALL.into_iter().map(|(_, scope)| Group::of(scope, self.event_date, &self.period))
    }

    /// Corrects what a benefit paid, after a joint limit.
    pub(crate) fn set_paid(&mut self, benefit: &str, paid: Decimal) {
        for (entry, amount) in &mut self.amounts {
            match entry.measure {
                Measure::Paid if &*entry.name == benefit => *amount = paid,
                Measure::Count if &*entry.name == benefit && paid.is_zero() => *amount = Decimal::ZERO,
                Measure::Paid | Measure::Count | Measure::Deducted | Measure::Sum => {}
            }
        }
        self.amounts.retain(|(_, amount)| !amount.is_zero());
    }
}

/// A period of cover: what the scope `period` counts by. Two covers of one plan may start on the same day.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Period {
    pub(crate) start: NaiveDate,
    /// The id of the enrollment. An account that does not name it counts with every cover that starts on the day.
    pub(crate) enrollment: Option<Arc<str>>,
}

impl Period {
    pub(crate) fn of(start: NaiveDate, enrollment: &Arc<str>) -> Period {
        Period { start, enrollment: Some(Arc::clone(enrollment)) }
    }

    pub(crate) fn of_any_that_starts(start: NaiveDate) -> Period {
        Period { start, enrollment: None }
    }
}

/// A claim of which nobody knows yet what it posts: it is pended, or could not be read. What is missing may be any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OpenClaim {
    pub(crate) event_date: Option<NaiveDate>,
    pub(crate) coverage_start: Option<NaiveDate>,
    pub(crate) enrollment: Option<Arc<str>>,
    pub(crate) comes: Comes,
}

impl OpenClaim {
    /// A claim of which nothing is known but its cover.
    pub(crate) fn under(enrollment: Option<Arc<str>>) -> OpenClaim {
        OpenClaim { event_date: None, coverage_start: None, enrollment, comes: Comes::ANYWHERE }
    }

    /// Whether it may count together with another claim.
    pub(crate) fn may_share(&self, scope: Scope, other: &OpenClaim) -> bool {
        fn may_be<T: Copy>(own: Option<T>, other: Option<T>, is: impl Fn(T, T) -> bool) -> bool {
            own.zip(other).is_none_or(|(own, other)| is(own, other))
        }
        match scope {
            Scope::Event => may_be(self.event_date, other.event_date, |own, other| own == other),
            Scope::Period => {
                may_be(self.coverage_start, other.coverage_start, |own, other| own == other)
                    && may_be(self.enrollment.as_ref(), other.enrollment.as_ref(), |own, other| own == other)
            }
            Scope::CalendarYear => may_be(self.event_date, other.event_date, |own, other| own.year() == other.year()),
            Scope::Life => true,
        }
    }

    /// The period of its cover, if its first day is known.
    pub(crate) fn period(&self) -> Option<Period> {
        self.coverage_start.map(|start| Period { start, enrollment: self.enrollment.clone() })
    }
}

/// The claims that one scope counts together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Group {
    Event(NaiveDate),
    Period(Period),
    CalendarYear(i32),
    Life,
}

impl Group {
    /// With what a claim of this event, under a cover of this period, counts in a scope.
    #[inline]
    pub(crate) fn of(scope: Scope, event_date: NaiveDate, period: &Period) -> Group {
        Group::without_period(scope, event_date).unwrap_or_else(|| Group::Period(period.clone()))
    }

    /// The same where the period is not known; none of the scope that counts by it.
    #[inline]
    pub(crate) fn without_period(scope: Scope, event_date: NaiveDate) -> Option<Group> {
        match scope {
            Scope::Event => Some(Group::Event(event_date)),
            Scope::Period => None,
            Scope::CalendarYear => Some(Group::CalendarYear(event_date.year())),
            Scope::Life => Some(Group::Life),
        }
    }

    /// The claims that count with those of the group though they do not say under which cover.
    fn beside(&self) -> Option<Group> {
        match self {
            Group::Period(Period { start, enrollment: Some(_) }) => {
                Some(Group::Period(Period::of_any_that_starts(*start)))
            }
            Group::Period(_) | Group::Event(_) | Group::CalendarYear(_) | Group::Life => None,
        }
    }
}

/// One member's account under one plan: the postings of decided claims and their sums by scope.
///
/// A claim is decided on the account of those before it, and then added to it. The account serialises, by claim id, to be kept between calls.
///
/// ```
/// use huzhu::{Accumulators, Case, Catalog};
///
/// # let catalog = Catalog::load("rules".as_ref())?;
/// let case = Case::read("zhao.json", &std::fs::read("rules/cases/zhao.json")?, &catalog)?;
/// let plan = catalog.resolve(&case.enrollment, &case.claim)?;
///
/// let mut account = Accumulators::new();
/// plan.decide(&case.enrollment, &case.claim, &account)?.add_to(&mut account)?;
/// assert!(account.has_posted("zhao-2025-01"));
///
/// let mut kept: Accumulators = serde_json::from_str(&serde_json::to_string(&account)?)?;
/// assert_eq!(kept, account);
/// assert_eq!(kept.reverse("zhao-2025-01")?.paid()?.to_string(), "7119.87");
/// assert!(kept.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// An amount from outside must be at most 10¹⁵ with 4 places, in fen where it was paid, whole where it was counted, and below 0 only
/// where it is a sum; what the engine posts always is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Accumulators {
    postings: BTreeMap<Arc<str>, Posting>,
    balances: BTreeMap<Group, BTreeMap<Entry, Decimal>>,
    /// How many claims add what is not known.
    unknown: BTreeMap<Group, BTreeMap<Entry, u32>>,
    /// By claim id. They post nothing.
    open: Open,
}

/// Claims that are open, by id.
pub(crate) type Open = BTreeMap<Arc<str>, OpenClaim>;

impl Accumulators {
    /// An account with nothing posted.
    #[must_use]
    pub fn new() -> Accumulators {
        Accumulators::default()
    }

    /// Whether nothing is posted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.postings.is_empty() && self.balances.is_empty()
    }

    /// An account of which only some sums are known; it can be read, not continued.
    #[cfg(feature = "batch")]
    pub(crate) fn of_balances(sums: impl IntoIterator<Item = (Group, Entry, Decimal)>) -> Accumulators {
        let mut accumulators = Accumulators::new();
        for (group, entry, sum) in sums {
            accumulators.balances.entry(group).or_default().insert(entry, sum);
        }
        accumulators
    }

    /// Whether the claim of this id has posted.
    #[must_use]
    pub fn has_posted(&self, claim: &str) -> bool {
        self.postings.contains_key(claim)
    }

    /// Whether the claim of this id has posted, made under this enrollment as far as that is known.
    pub(crate) fn has_posted_under(&self, claim: &str, enrollment: &str) -> bool {
        let own = |posting: &Posting| posting.period.enrollment.as_ref().is_none_or(|own| **own == *enrollment);
        self.postings.get(claim).is_some_and(own)
    }

    /// Keeps a claim as open until it is posted or closed; where it is open already with another date or cover, that may be any.
    pub(crate) fn keep_open(&mut self, claim: Arc<str>, open: OpenClaim) {
        let known = self.open.entry(claim).or_insert_with(|| open.clone());
        known.event_date = known.event_date.filter(|date| open.event_date == Some(*date));
        known.coverage_start = known.coverage_start.filter(|date| open.coverage_start == Some(*date));
        known.enrollment = known.enrollment.take().filter(|id| open.enrollment.as_ref() == Some(id));
        if known.comes != open.comes {
            known.comes = Comes::ANYWHERE;
        }
    }

    /// Lets a claim come before all that are decided from now on, if it is open.
    pub(crate) fn come_first(&mut self, claim: &str) {
        if let Some(open) = self.open.get_mut(claim) {
            open.comes = Comes::AsReceived;
        }
    }

    /// A claim that is decided without a posting is open no longer; whether it was.
    pub(crate) fn close(&mut self, claim: &str) -> bool {
        self.open.remove(claim).is_some()
    }

    pub(crate) fn has_no_open_claim(&self) -> bool {
        self.open.is_empty()
    }

    pub(crate) fn open_ones(&self) -> &Open {
        &self.open
    }

    pub(crate) fn set_open(&mut self, open: Open) {
        self.open = open;
    }

    /// The claims that are open, by id.
    pub(crate) fn open(&self) -> impl Iterator<Item = (&str, &OpenClaim)> {
        self.open.iter().map(|(claim, open)| (&**claim, open))
    }

    /// The ids of claims that are open: pended, so that nobody knows yet what they will post.
    pub fn open_claims(&self) -> impl Iterator<Item = &str> {
        self.open.keys().map(|claim| &**claim)
    }

    /// What the claim of this id was paid, in yuan; nothing where it has posted nothing, or that was taken back.
    pub(crate) fn paid_for(&self, claim: &str) -> Result<Decimal, Inexact> {
        self.postings.get(claim).map_or(Ok(Decimal::ZERO), Posting::paid)
    }

    /// What is posted, by claim id.
    pub fn postings(&self) -> impl Iterator<Item = &Posting> {
        self.postings.values()
    }

    /// What the claim of this id has posted.
    ///
    /// # Errors
    /// [`Error::is_history`] if it has posted nothing.
    pub(crate) fn posting(&self, claim: &str) -> Result<&Posting, Error> {
        self.postings.get(claim).ok_or_else(|| {
            Error::history(say!(
                "理赔申请 `{claim}` 没有入账，不能冲销",
                "claim `{claim}` has posted nothing that could be reversed"
            ))
        })
    }

    /// Adds what a decided claim posts.
    ///
    /// # Errors
    /// [`Error::is_history`] if the claim has posted already; [`Error::is_arithmetic`] if a sum does not fit.
    /// Nothing is posted then.
    pub fn post(&mut self, posting: &Posting) -> Result<(), Error> {
        let claim = &posting.claim;
        if self.postings.contains_key(claim) {
            return Err(Error::history(say!("理赔申请 `{claim}` 已经入账", "claim `{claim}` has posted already")));
        }
        self.move_balances(posting, exact::add)?;
        self.move_unknown(posting, |count| count.saturating_add(1));
        self.open.remove(claim);
        self.postings.insert(Arc::clone(claim), posting.clone());
        Ok(())
    }

    /// Takes back exactly what a claim has posted, and gives it.
    ///
    /// # Errors
    /// [`Error::is_history`] if the claim has posted nothing.
    pub fn reverse(&mut self, claim: &str) -> Result<Posting, Error> {
        let posting = self.posting(claim)?.clone();
        self.move_balances(&posting, exact::subtract)?;
        self.move_unknown(&posting, |count| count.saturating_sub(1));
        self.postings.remove(claim);
        Ok(posting)
    }

    /// What all benefits together have paid in the group.
    pub(crate) fn paid_in_all(&self, group: &Group) -> Result<Decimal, Inexact> {
        let entries = self.balances.get(group).into_iter().flatten();
        let paid = entries.filter(|(entry, _)| entry.measure == Measure::Paid);
        paid.map(|(_, amount)| *amount).try_fold(Decimal::ZERO, exact::add)
    }

    /// The sum of an entry over all claims that count with one of the group: nothing where nothing was posted.
    #[inline]
    pub(crate) fn sum(&self, group: &Group, entry: &Entry) -> Result<Decimal, Inexact> {
        let sum = self.balance(group, entry);
        group.beside().map_or(Ok(sum), |beside| exact::add(sum, self.balance(&beside, entry)))
    }

    #[inline]
    fn balance(&self, group: &Group, entry: &Entry) -> Decimal {
        match self.balances.get(group).and_then(|entries| entries.get(entry)) {
            Some(sum) => *sum,
            None => Decimal::ZERO,
        }
    }

    /// Whether a claim that counts with one of the group adds to the entry what is not known.
    #[inline]
    pub(crate) fn is_unknown(&self, group: &Group, entry: &Entry) -> bool {
        let is_in = |group: &Group| self.unknown.get(group).is_some_and(|entries| entries.contains_key(entry));
        !self.unknown.is_empty() && (is_in(group) || group.beside().is_some_and(|beside| is_in(&beside)))
    }

    fn move_unknown(&mut self, posting: &Posting, by: impl Fn(u32) -> u32) {
        for group in posting.groups() {
            for entry in &posting.unknown {
                let entries = self.unknown.entry(group.clone()).or_default();
                let count = by(entries.remove(entry).map_or(0, |count| count));
                if count > 0 {
                    entries.insert(entry.clone(), count);
                }
                if entries.is_empty() {
                    self.unknown.remove(&group);
                }
            }
        }
    }

    fn move_balances(
        &mut self,
        posting: &Posting,
        by: impl Fn(Decimal, Decimal) -> Result<Decimal, Inexact>,
    ) -> Result<(), Error> {
        let mut moved = Vec::new();
        for group in posting.groups() {
            for (entry, amount) in &posting.amounts {
                let balance = by(self.balance(&group, entry), *amount).map_err(|_| {
                    Error::arithmetic(say!("累计 `{entry}` 超出可表示的范围", "the accumulated `{entry}` does not fit"))
                })?;
                moved.push((group.clone(), entry.clone(), balance));
            }
        }
        for (group, entry, balance) in moved {
            let entries = self.balances.entry(group.clone()).or_default();
            if balance.is_zero() {
                entries.remove(&entry);
            } else {
                entries.insert(entry, balance);
            }
            if entries.is_empty() {
                self.balances.remove(&group);
            }
        }
        Ok(())
    }
}

/// The serialised form of a posting; balances follow from all of them.
#[derive(Serialize)]
struct PostingRecord<'a> {
    event_date: NaiveDate,
    coverage_start: NaiveDate,
    #[serde(skip_serializing_if = "Option::is_none")]
    enrollment_id: Option<&'a str>,
    amounts: BTreeMap<String, Amount>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unknown: Vec<String>,
}

/// The serialised form of a claim that is open.
#[derive(Serialize)]
struct OpenRecord<'a> {
    open: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    event_date: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    coverage_start: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    enrollment_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    order: Option<OrderRecord>,
}

/// What an open claim comes before, where its event date alone does not say.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum OrderRecord {
    /// `as-received`
    Order(Order),
    Dates(Vec<Option<NaiveDate>>),
}

impl OrderRecord {
    fn of(comes: &Comes, event_date: Option<NaiveDate>) -> Option<OrderRecord> {
        let Comes::ByEvent { first, then } = comes else { return Some(OrderRecord::Order(Order::AsReceived)) };
        let is_said = then.is_empty() && first.date() == event_date;
        let dates = || [first].into_iter().chain(then).map(Day::date).collect();
        (!is_said).then(|| OrderRecord::Dates(dates()))
    }

    fn read(order: Option<OrderRecord>, event_date: Option<NaiveDate>) -> Comes {
        let mut dates = match order {
            Some(OrderRecord::Order(Order::AsReceived)) => return Comes::AsReceived,
            Some(OrderRecord::Dates(dates)) => dates,
            Some(OrderRecord::Order(Order::ByEvent)) | None => vec![event_date],
        }
        .into_iter()
        .map(Day::from);
        Comes::ByEvent { first: dates.next().unwrap_or(Day::Unknown), then: dates.collect() }
    }
}

/// Either of them.
#[derive(Deserialize)]
struct Record {
    #[serde(default)]
    open: bool,
    event_date: Option<NaiveDate>,
    coverage_start: Option<NaiveDate>,
    enrollment_id: Option<String>,
    order: Option<OrderRecord>,
    #[serde(default)]
    amounts: BTreeMap<String, Amount>,
    #[serde(default)]
    unknown: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct Amount(#[serde(with = "money::text")] Decimal);

impl Serialize for Posting {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.record().serialize(serializer)
    }
}

impl Posting {
    fn record(&self) -> PostingRecord<'_> {
        PostingRecord {
            event_date: self.event_date,
            coverage_start: self.period.start,
            enrollment_id: self.period.enrollment.as_deref(),
            amounts: self.amounts().map(|(entry, amount)| (entry.to_string(), Amount(amount))).collect(),
            unknown: self.unknown.iter().map(Entry::to_string).collect(),
        }
    }
}

impl Serialize for Accumulators {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.postings.len().saturating_add(self.open.len())))?;
        for (claim, posting) in &self.postings {
            map.serialize_entry(&**claim, &posting.record())?;
        }
        for (claim, OpenClaim { event_date, coverage_start, enrollment, comes }) in &self.open {
            let (event_date, coverage_start) = (*event_date, *coverage_start);
            let enrollment_id = enrollment.as_deref();
            let order = OrderRecord::of(comes, event_date);
            map.serialize_entry(
                &**claim,
                &OpenRecord { open: true, event_date, coverage_start, enrollment_id, order },
            )?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Accumulators {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Accumulators, D::Error> {
        let records = BTreeMap::<String, Record>::deserialize(deserializer)?;
        let mut accumulators = Accumulators::new();
        for (claim, record) in records {
            let Record { open, event_date, coverage_start, enrollment_id, order, amounts, unknown } = record;
            let enrollment = enrollment_id.map(Arc::from);
            if open {
                let comes = OrderRecord::read(order, event_date);
                accumulators.keep_open(claim.into(), OpenClaim { event_date, coverage_start, enrollment, comes });
                continue;
            }
            let event_date = event_date.ok_or_else(|| D::Error::missing_field("event_date"))?;
            let start = coverage_start.ok_or_else(|| D::Error::missing_field("coverage_start"))?;
            let amounts = amounts.into_iter().map(|(name, Amount(amount))| {
                let entry =
                    Entry::parse(&name).ok_or_else(|| D::Error::custom(format_args!("`{name}` names no entry")))?;
                if let Some(why) = entry.misfit(amount) {
                    return Err(D::Error::custom(format_args!("`{name}` cannot be `{amount}`: {why}")));
                }
                Ok((entry, amount))
            });
            let mut amounts = amounts.collect::<Result<Vec<(Entry, Decimal)>, D::Error>>()?;
            amounts.sort();
            let unknown = unknown.iter().map(|name| {
                Entry::parse(name).ok_or_else(|| D::Error::custom(format_args!("`{name}` names no entry")))
            });
            let posting = Posting {
                claim: claim.into(),
                event_date,
                period: Period { start, enrollment },
                amounts,
                unknown: unknown.collect::<Result<_, D::Error>>()?,
            };
            accumulators.post(&posting).map_err(D::Error::custom)?;
        }
        Ok(accumulators)
    }
}
