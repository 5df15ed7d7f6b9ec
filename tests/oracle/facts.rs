//! What is known of one claim.

use std::collections::BTreeMap;
use std::fmt;

use chrono::NaiveDate;

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

    /// The shares that count: those beyond the cap are void.
    pub(crate) fn shares_up_to(&self, cap: i64) -> Option<i64> {
        self.whole("shares").map(|held| held.min(cap))
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

    /// Whether the facts can not all be true.
    pub(crate) fn contradict_each_other(&self) -> bool {
        self.dates_reversed()
            || self.event_after_its_stay()
            || differs(self.whole("hospital_days"), self.days_by_the_dates())
            || differs(self.money("personal_burden"), self.burden_by_the_bill())
            || differs(self.money("in_pool_burden"), self.in_pool_by_the_settlement())
            || self.settlement_does_not_add_up()
            || self.part_above_its_whole()
    }

    fn dates_reversed(&self) -> bool {
        let in_order = [
            ("admitted", "discharged"),
            ("birth_date", "event_date"),
            ("birth_date", "admitted"),
            ("birth_date", "coverage_start"),
            ("coverage_start", "coverage_end"),
            ("event_date", "reported_on"),
        ];
        let is_reversed = |(first, then): (&str, &str)| {
            contradicts(self.date(first).zip(self.date(then)), |(first, then)| first > then)
        };
        let previous = self.date("previous_coverage_end").zip(self.date("coverage_start"));
        in_order.into_iter().any(is_reversed) || contradicts(previous, |(end, start)| end >= start)
    }

    /// An accident comes before its stay ends. An illness may be diagnosed, and a patient die, once the stay is over.
    fn event_after_its_stay(&self) -> bool {
        let may_follow = self.is("cause", "accident") != Some(true) && (self.died() || self.given("illness_class"));
        contradicts(self.date("event_date").zip(self.date("discharged")), |(event, end)| event > end) && !may_follow
    }

    /// The sums of the platform's settlement: equal where all parts are said, and where one is not, the others are no more than
    /// the whole. What is not said is not known, but for the hospital's part and the fund of the disabled, which were none.
    fn settlement_does_not_add_up(&self) -> bool {
        let (bill, funds, person) = (self.bill(), self.funds(), self.money("psn_part_amt"));
        let by_payer = [self.all_funds(), self.all_of_the_person(), Some(self.hospital())].into_iter().sum();
        let least_by_payer = self.least_of_funds() + self.least_of_the_person() + self.hospital();
        let tells_the_person =
            person.is_some() || PAYMENTS.iter().chain(["hosp_part_amt"].iter()).any(|name| self.given(name));
        breaks(bill.as_ref(), self.sum(&SCOPE), self.least(&SCOPE))
            || breaks(funds.as_ref(), self.sum_of_funds(), self.least(&FUNDS))
            || breaks(person.as_ref(), self.sum(&PAYMENTS), self.least(&PAYMENTS))
            || (tells_the_person && breaks(bill.as_ref(), by_payer, least_by_payer))
    }

    /// What each amount of a bill is at most.
    fn part_above_its_whole(&self) -> bool {
        let (funds, hospital) = (self.least_of_funds(), self.hospital());
        let others = self.money("other_paid").unwrap_or_else(nothing);
        let first = self.least(&["preselfpay_amt"]);
        let within = self.least(&["inscp_scp_amt"]);
        let wholly = self.least(&["fulamt_ownpay_amt", "overlmt_selfpay"]);
        let self_funded = self.money("self_funded").unwrap_or_else(|| self.least(&["fulamt_ownpay_amt"]));
        let outside = self_funded.max(wholly) + first.clone();
        let above =
            |part: Option<Exact>, whole: Option<Exact>| contradicts(part.zip(whole), |(part, whole)| part > whole);

        let burden = self.money("personal_burden").filter(|burden| *burden > nothing());
        let burden = burden.filter(|_| self.funds().is_none() && !self.given("psn_part_amt"));
        let in_pool = self.money("in_pool_burden").filter(|in_pool| *in_pool > nothing());
        let record_tells_it = self.given("inscp_scp_amt") && self.given("fund_pay_sumamt");
        let paid_by_the_person = self.least(&PAYMENTS);
        let bears = self.money("personal_burden").filter(|_| !self.given("psn_part_amt"));

        above(Some(funds.clone()), self.bill())
            || above(self.money("act_pay_dedc"), self.bill())
            || above(self.money("self_funded").map(|self_funded| self_funded + within + first), self.bill())
            || above(burden.map(|burden| burden + funds.clone() + others.clone() + hospital.clone()), self.bill())
            || above(Some(paid_by_the_person), bears.map(|bears| bears + others))
            || (!self.given("fund_pay_sumamt")
                && above(in_pool.clone().map(|in_pool| in_pool + funds.clone()), self.money("inscp_scp_amt")))
            || (!record_tells_it
                && above(in_pool.clone().map(|in_pool| in_pool + funds.clone() + outside.clone()), self.bill()))
            || (self.bill().zip(self.funds()).is_none()
                && above(
                    in_pool.map(|in_pool| in_pool + outside),
                    self.money("psn_part_amt").map(|person| person + hospital),
                ))
    }

    fn bill(&self) -> Option<Exact> {
        self.money("total_cost").or_else(|| self.money("medfee_sumamt"))
    }

    fn funds(&self) -> Option<Exact> {
        self.money("fund_paid").or_else(|| self.money("fund_pay_sumamt"))
    }

    fn hospital(&self) -> Exact {
        self.money("hosp_part_amt").unwrap_or_else(nothing)
    }

    fn sum_of_funds(&self) -> Option<Exact> {
        let seven = self.sum(&FUNDS)?;
        Some(seven + self.money("hifdm_pay").unwrap_or_else(nothing))
    }

    fn all_funds(&self) -> Option<Exact> {
        self.funds().or_else(|| self.sum_of_funds())
    }

    fn all_of_the_person(&self) -> Option<Exact> {
        self.money("psn_part_amt").or_else(|| self.sum(&PAYMENTS))
    }

    fn least_of_funds(&self) -> Exact {
        self.funds().unwrap_or_else(|| self.least(&FUNDS) + self.money("hifdm_pay").unwrap_or_else(nothing))
    }

    fn least_of_the_person(&self) -> Exact {
        self.money("psn_part_amt").unwrap_or_else(|| self.least(&PAYMENTS))
    }

    /// What amounts come to, if all are said.
    fn sum(&self, names: &[&str]) -> Option<Exact> {
        names.iter().map(|name| self.money(name)).sum()
    }

    /// What they come to at least: no amount is below nothing.
    fn least(&self, names: &[&str]) -> Exact {
        names.iter().filter_map(|name| self.money(name)).sum()
    }
}

const FUNDS: [&str; 7] = ["hifp_pay", "cvlserv_pay", "hifes_pay", "hifmi_pay", "hifob_pay", "maf_pay", "oth_pay"];
const SCOPE: [&str; 4] = ["inscp_scp_amt", "fulamt_ownpay_amt", "overlmt_selfpay", "preselfpay_amt"];
const PAYMENTS: [&str; 3] = ["acct_pay", "psn_cash_pay", "acct_mulaid_pay"];

/// Whether a whole is not the sum of its parts, or less than what is known of them.
fn breaks(whole: Option<&Exact>, sum: Option<Exact>, least: Exact) -> bool {
    match (whole, sum) {
        (None, _) => false,
        (Some(whole), Some(sum)) => *whole != sum,
        (Some(whole), None) => *whole < least,
    }
}

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
