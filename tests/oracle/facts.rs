//! What is known of one claim.

use std::collections::BTreeMap;
use std::fmt;

use chrono::NaiveDate;

use super::amounts;
use super::calendar::{completed_years, days_between};
use super::exact::{Exact, fraction, left_of, nothing};
use super::truth::{Truth, all, not};

/// One fact. Money is a whole number of fen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Value {
    Money(i64),
    Whole(u32),
    YesNo(bool),
    Date(NaiveDate),
    Word(&'static str),
}

/// The facts of the enrollment or of the claim, by their standard names.
pub(crate) type Named = BTreeMap<&'static str, Value>;

/// The cover of one enrollment, from its first day on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Period {
    cover: &'static str,
    start: NaiveDate,
}

/// All facts that one decision may look at.
#[derive(Clone, Debug, Default)]
pub(crate) struct Facts {
    pub(crate) enrollment_id: &'static str,
    pub(crate) enrollment: Named,
    pub(crate) claim: Named,
}

impl Facts {
    pub(crate) fn given(&self, name: &str) -> bool {
        self.value(name).is_some()
    }

    pub(crate) fn money(&self, name: &str) -> Option<Exact> {
        match self.value(name)? {
            Value::Money(fen) => Some(fraction(fen, 100)),
            other => panic!("`{name}` is not money: {other:?}"),
        }
    }

    pub(crate) fn whole(&self, name: &str) -> Option<i64> {
        match self.value(name)? {
            Value::Whole(number) => Some(i64::from(number)),
            other => panic!("`{name}` is not a whole number: {other:?}"),
        }
    }

    pub(crate) fn yes(&self, name: &str) -> Truth {
        match self.value(name)? {
            Value::YesNo(is_so) => Some(is_so),
            other => panic!("`{name}` is not yes or no: {other:?}"),
        }
    }

    pub(crate) fn date(&self, name: &str) -> Option<NaiveDate> {
        match self.value(name)? {
            Value::Date(date) => Some(date),
            other => panic!("`{name}` is not a date: {other:?}"),
        }
    }

    /// One cover is one period.
    pub(crate) fn period(&self) -> Option<Period> {
        Some(Period { cover: self.enrollment_id, start: self.date("coverage_start")? })
    }

    pub(crate) fn word(&self, name: &str) -> Option<&'static str> {
        match self.value(name)? {
            Value::Word(word) => Some(word),
            other => panic!("`{name}` is not a word: {other:?}"),
        }
    }

    fn value(&self, name: &str) -> Option<Value> {
        self.claim.get(name).or_else(|| self.enrollment.get(name)).copied()
    }

    /// Whether a word is the one asked for.
    pub(crate) fn is(&self, name: &str, asked: &str) -> Truth {
        self.word(name).map(|word| word == asked)
    }

    /// A death that nobody mentions did not happen.
    pub(crate) fn died(&self) -> bool {
        self.yes("death").unwrap_or(false)
    }

    /// An illness that nobody mentions is none of the listed ones.
    pub(crate) fn illness_is_one_of(&self, listed: &[&str]) -> bool {
        self.word("illness_class").is_some_and(|illness| listed.contains(&illness))
    }

    /// The shares that count: those beyond the cap are void, and what counts under other covers counts first.
    pub(crate) fn shares_up_to(&self, cap: i64) -> Option<i64> {
        self.whole("shares").map(|held| held.min(cap - self.shares_elsewhere()))
    }

    /// How many count first under other covers; nobody says so where there are none.
    pub(crate) fn shares_elsewhere(&self) -> i64 {
        self.whole("shares_elsewhere").unwrap_or(0)
    }

    /// 16 to 60 completed years on the first day of cover.
    pub(crate) fn aged_16_to_60_at_the_start(&self) -> Truth {
        let age = completed_years(self.date("birth_date")?, self.date("coverage_start")?);
        Some((16..=60).contains(&age))
    }

    /// On the first day of cover, the last, or between them.
    pub(crate) fn falls_in_cover(&self, name: &str) -> Truth {
        let date = self.date(name);
        let from_the_start = date.zip(self.date("coverage_start")).map(|(date, start)| date >= start);
        let up_to_the_end = date.zip(self.date("coverage_end")).map(|(date, end)| date <= end);
        all(&[from_the_start, up_to_the_end])
    }

    /// 1 on the first day of cover.
    pub(crate) fn day_of_cover(&self, name: &str) -> Option<i64> {
        Some(days_between(self.date("coverage_start")?, self.date(name)?) + 1)
    }

    /// The cover before this one ended at most 30 days before this one starts. Who had none did not renew.
    pub(crate) fn renewed_within_30_days(&self) -> Truth {
        let Some(previous_end) = self.date("previous_coverage_end") else {
            return Some(false);
        };
        Some(days_between(previous_end, self.date("coverage_start")?) <= 30)
    }

    /// Days 1 to the last day of waiting, for who did not renew in time.
    pub(crate) fn waits(&self, counted: &str, last_day: i64) -> Truth {
        let early = self.day_of_cover(counted).map(|day| day <= last_day);
        all(&[early, not(self.renewed_within_30_days())])
    }

    /// The same, where an accident does not wait.
    pub(crate) fn waits_unless_an_accident(&self, counted: &str, last_day: i64) -> Truth {
        all(&[self.waits(counted, last_day), not(self.is("cause", "accident"))])
    }

    /// Days in hospital: none without a stay, and at least one with it.
    pub(crate) fn hospital_days(&self) -> Option<i64> {
        if let Some(days) = self.whole("hospital_days") {
            return Some(days);
        }
        if self.given("admitted") || self.given("discharged") { self.days_by_the_dates() } else { Some(0) }
    }

    fn days_by_the_dates(&self) -> Option<i64> {
        Some(days_between(self.date("admitted")?, self.date("discharged")?).max(1))
    }

    pub(crate) fn in_hospital(&self) -> Truth {
        self.hospital_days().map(|days| days > 0)
    }

    /// What the member still bears.
    pub(crate) fn personal_burden(&self) -> Option<Exact> {
        self.money("personal_burden").or_else(|| self.burden_by_the_bill())
    }

    fn burden_by_the_bill(&self) -> Option<Exact> {
        let borne_by_others = self.money("fund_paid")?
            + self.money("hosp_part_amt").unwrap_or_else(nothing)
            + self.money("other_paid").unwrap_or_else(nothing);
        Some(left_of(self.money("total_cost")?, borne_by_others))
    }

    /// What the member bears within the pool.
    pub(crate) fn in_pool_burden(&self) -> Option<Exact> {
        self.money("in_pool_burden").or_else(|| self.in_pool_by_the_settlement())
    }

    fn in_pool_by_the_settlement(&self) -> Option<Exact> {
        Some(left_of(self.money("inscp_scp_amt")?, self.money("fund_pay_sumamt")?))
    }

    /// The codes of what shows that the facts cannot all be true.
    pub(crate) fn contradictions(&self) -> Vec<&'static str> {
        let found = [
            ("cover-dates", self.reversed("coverage_start", "coverage_end")),
            ("previous-cover", self.previous_cover_goes_on()),
            ("stay-dates", self.reversed("admitted", "discharged")),
            ("birth-after-event", BORN_BEFORE.iter().any(|then| self.reversed("birth_date", then))),
            ("report-before-event", self.reversed("event_date", "reported_on")),
            ("event-after-stay", self.event_after_its_stay()),
            ("fact-contradicts", self.told_otherwise_than_it_follows()),
        ];
        let of_dates = found.into_iter().filter(|(_, is_so)| *is_so).map(|(code, _)| code);
        of_dates.chain(amounts::contradictions(self)).collect()
    }

    fn reversed(&self, first: &str, then: &str) -> bool {
        contradicts(self.date(first).zip(self.date(then)), |(first, then)| first > then)
    }

    /// Both days are covered: who is covered on the first day of this cover had no other that ends on it.
    fn previous_cover_goes_on(&self) -> bool {
        contradicts(self.date("previous_coverage_end").zip(self.date("coverage_start")), |(end, start)| end >= start)
    }

    /// Told, and something else than what follows from the others.
    fn told_otherwise_than_it_follows(&self) -> bool {
        differs(self.whole("hospital_days"), self.days_by_the_dates())
            || differs(self.money("personal_burden"), self.burden_by_the_bill())
            || differs(self.money("in_pool_burden"), self.in_pool_by_the_settlement())
    }

    /// An accident comes before its stay ends. An illness may be diagnosed, and a patient die, once the stay is over.
    fn event_after_its_stay(&self) -> bool {
        let may_follow = self.is("cause", "accident") != Some(true) && (self.died() || self.given("illness_class"));
        contradicts(self.date("event_date").zip(self.date("discharged")), |(event, end)| event > end) && !may_follow
    }
}

/// The facts that come to be only once one is born.
const BORN_BEFORE: [&str; 3] = ["event_date", "admitted", "coverage_start"];

fn contradicts<T>(both: Option<T>, is_impossible: impl Fn(T) -> bool) -> bool {
    both.is_some_and(is_impossible)
}

fn differs<T: PartialEq>(given: Option<T>, derived: Option<T>) -> bool {
    contradicts(given.zip(derived), |(given, derived)| given != derived)
}

impl fmt::Display for Value {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Money(fen) => write!(formatter, "{}.{:02}", fen / 100, fen % 100),
            Self::Whole(number) => write!(formatter, "{number}"),
            Self::YesNo(is_so) => write!(formatter, "{is_so}"),
            Self::Date(date) => write!(formatter, "{date}"),
            Self::Word(word) => formatter.write_str(word),
        }
    }
}

impl fmt::Display for Facts {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (heading, facts) in [(self.enrollment_id, &self.enrollment), ("claim", &self.claim)] {
            write!(formatter, "    {heading}:")?;
            for (name, value) in facts {
                write!(formatter, " {name}={value}")?;
            }
            writeln!(formatter)?;
        }
        Ok(())
    }
}
