//! The standard facts: what claims and enrollments say, with type, unit, bounds and titles.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::arena::{Arena, Index, indexes};
use crate::spelling::{self, Spellings, Spelt};
use crate::text::{Text, say};
use crate::{calendar, money, written};

indexes! {
    /// Of a standard fact, in [`STANDARD`].
    StandardIndex,
}

impl StandardIndex {
    /// That of a fact which the engine names itself: one that is not there does not compile.
    #[expect(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "it is worked out while compiling")]
    pub(crate) const fn of(name: &str) -> StandardIndex {
        let mut place = 0;
        while !is_same(STANDARD[place].name.as_bytes(), name.as_bytes()) {
            place += 1;
        }
        StandardIndex(place)
    }
}

/// Whether two names are one, while compiling.
const fn is_same(name: &[u8], other: &[u8]) -> bool {
    match (name, other) {
        ([], []) => true,
        ([first, name @ ..], [second, other @ ..]) => *first == *second && is_same(name, other),
        ([], _) | (_, []) => false,
    }
}

/// What a fact's value is, with its unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// An amount in yuan, to the fen: at most 2 places.
    Money,
    /// A ratio without unit, at most 8 places.
    Ratio,
    /// A whole number without unit.
    Number,
    /// A whole number of days.
    Days,
    /// A calendar date.
    Date,
    /// True or false.
    YesNo,
    /// One of several named values, or any other text.
    Category,
}

impl Kind {
    /// Every kind with its name in a pack.
    pub const ALL: [(&'static str, Kind); 7] = [
        ("money", Kind::Money),
        ("ratio", Kind::Ratio),
        ("number", Kind::Number),
        ("days", Kind::Days),
        ("date", Kind::Date),
        ("yes-no", Kind::YesNo),
        ("category", Kind::Category),
    ];

    /// The kind's name in a pack.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Kind::Money => "money",
            Kind::Ratio => "ratio",
            Kind::Number => "number",
            Kind::Days => "days",
            Kind::Date => "date",
            Kind::YesNo => "yes-no",
            Kind::Category => "category",
        }
    }

    /// The places after the point that a value of this kind may have.
    #[must_use]
    pub fn places(self) -> u32 {
        match self {
            Kind::Money => 2,
            Kind::Ratio => 8,
            Kind::Number | Kind::Days | Kind::Date | Kind::YesNo | Kind::Category => 0,
        }
    }
}

/// Who a fact is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Holder {
    /// The member's enrollment.
    Enrollment,
    /// The claim.
    Claim,
}

/// What it means that a fact is not given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Absent {
    /// It is not known; a claim that needs it is pended.
    Unknown,
    /// There was none: 0, no, or no such category.
    None,
}

/// The value of a fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Value {
    /// Money in yuan, a ratio, a number or days.
    Number(#[serde(with = "money::text")] Decimal),
    /// True or false.
    YesNo(bool),
    /// A date.
    Date(NaiveDate),
    /// A category's value, or a text that has not been read as another kind yet.
    Text(Box<str>),
}

// What a value is, if it is of that kind.
impl Value {
    #[inline]
    pub(crate) fn number(&self) -> Option<Decimal> {
        match self {
            Value::Number(number) => Some(*number),
            Value::YesNo(_) | Value::Date(_) | Value::Text(_) => None,
        }
    }

    #[inline]
    pub(crate) fn truth(&self) -> Option<bool> {
        match self {
            Value::YesNo(truth) => Some(*truth),
            Value::Number(_) | Value::Date(_) | Value::Text(_) => None,
        }
    }

    #[inline]
    pub(crate) fn date(&self) -> Option<NaiveDate> {
        match self {
            Value::Date(date) => Some(*date),
            Value::Number(_) | Value::YesNo(_) | Value::Text(_) => None,
        }
    }

    #[inline]
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            Value::Number(_) | Value::YesNo(_) | Value::Date(_) => None,
        }
    }
}

impl From<Decimal> for Value {
    fn from(number: Decimal) -> Value {
        Value::Number(number)
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Value {
        Value::Number(number.into())
    }
}

impl From<i32> for Value {
    fn from(number: i32) -> Value {
        Value::Number(number.into())
    }
}

impl From<bool> for Value {
    fn from(answer: bool) -> Value {
        Value::YesNo(answer)
    }
}

impl From<NaiveDate> for Value {
    fn from(date: NaiveDate) -> Value {
        Value::Date(date)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::Text(text.into())
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Number(number) => write!(f, "{number}"),
            Value::YesNo(answer) => write!(f, "{answer}"),
            Value::Date(date) => write!(f, "{date}"),
            Value::Text(text) => f.write_str(text),
        }
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

struct AnyValue;

impl serde::de::Visitor<'_> for AnyValue {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, a whole number, true or false (amounts with places go in a text: \"2019.87\")")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Value, E> {
        Ok(Value::from(text))
    }

    fn visit_bool<E: serde::de::Error>(self, answer: bool) -> Result<Value, E> {
        Ok(Value::YesNo(answer))
    }

    fn visit_i64<E: serde::de::Error>(self, whole: i64) -> Result<Value, E> {
        Ok(Value::Number(whole.into()))
    }

    fn visit_u64<E: serde::de::Error>(self, whole: u64) -> Result<Value, E> {
        Ok(Value::Number(whole.into()))
    }
}

/// Why a value does not fit its fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Misfit {
    /// Of another kind.
    Kind,
    /// A number with too many digits or places.
    Digits,
    /// A number outside the fact's bounds.
    Bounds,
    /// Not one of a closed category's values.
    Value,
    /// A category's value of which nothing can be seen.
    Blank,
    /// A moment where a date is wanted.
    TimeOfDay,
}

/// Bounds of a number, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bounds {
    pub(crate) min: Decimal,
    pub(crate) max: Decimal,
}

impl Bounds {
    /// The widest that a fact of the kind may have.
    pub(crate) fn of(kind: Kind) -> Bounds {
        let max = match kind {
            Kind::Money => Decimal::from_parts(0x5d89_ffff, 0x0163_4578, 0, false, 2), // 999,999,999,999,999.99
            Kind::Ratio | Kind::YesNo => Decimal::ONE,
            Kind::Number => Decimal::from_parts(1_000_000_000, 0, 0, false, 0),
            Kind::Days => Decimal::from_parts(36_500, 0, 0, false, 0),
            Kind::Date | Kind::Category => Decimal::ZERO,
        };
        Bounds { min: Decimal::ZERO, max }
    }
}

impl Kind {
    /// What is wrong with a value that is not of this kind.
    pub(crate) fn misfit_text(self, name: &str, value: &str) -> Text {
        if let Some(written::Why { said: why, .. }) = written::why(value, self) {
            return say!("`{name}` 的值 `{value}` {why}", "the value `{value}` of `{name}` {why}"; why);
        }
        let (kind, form) = (self.said(), self.form());
        say!(
            "`{name}` 的值 `{value}` 应为{kind}{form}",
            "the value `{value}` of `{name}` is not of type {kind}{form}"; kind, form
        )
    }

    /// What is wrong with a moment where a date is wanted.
    pub(crate) fn time_of_day_text(name: &str, value: &str) -> Text {
        say!("`{name}` 是日期，`{value}` 含有时刻", "`{name}` is a date, and `{value}` has a time of day")
    }

    /// How a text calls the kind; the English one is its name in a pack.
    pub(crate) fn said(self) -> Text {
        let zh = match self {
            Kind::Money => "金额",
            Kind::Ratio => "比例",
            Kind::Number => "整数",
            Kind::Days => "天数",
            Kind::Date => "日期",
            Kind::YesNo => "是否",
            Kind::Category => "文本",
        };
        Text { zh: zh.to_owned(), en: self.name().to_owned() }
    }

    /// What is wrong with a number that has more digits than one of this kind.
    pub(crate) fn digits_text(self, name: &str, value: &str) -> Text {
        let places = self.places();
        if places == 0 && written::without_zeros(value).contains('.') {
            return say!("`{name}` 的值 `{value}` 不是整数", "the value `{value}` of `{name}` is not a whole number");
        }
        say!(
            "`{name}` 的值 `{value}` 位数过多，小数至多 {places} 位",
            "the value `{value}` of `{name}` has too many digits: at most {places} after the point"
        )
    }

    /// How a value is written, to be put behind the name of the kind.
    fn form(self) -> Text {
        let example = match self {
            Kind::Money => "1234.50",
            Kind::Ratio => "0.8",
            Kind::Number | Kind::Days => "12",
            Kind::Date => "2025-01-31",
            Kind::YesNo => return say!("，即 `true` 或 `false`", ", `true` or `false`"),
            Kind::Category => return Text::default(),
        };
        say!("，如 `{example}`", ", such as `{example}`")
    }

    /// Reads a value as one of this kind, within the bounds.
    pub(crate) fn fit(self, value: &Value, bounds: Bounds) -> Result<Value, Misfit> {
        match (self, value) {
            (Kind::Money | Kind::Ratio | Kind::Number | Kind::Days, Value::Number(number)) => {
                self.fit_number(*number, bounds).map(Value::Number)
            }
            (Kind::Money | Kind::Ratio | Kind::Number | Kind::Days, Value::Text(text)) => {
                self.fit_number(written::fact(text, self)?, bounds).map(Value::Number)
            }
            (Kind::Category, Value::Text(text)) if spelling::is_blank(text) => Err(Misfit::Blank),
            (Kind::Date, Value::Date(date)) if !calendar::has(*date) => Err(Misfit::Kind),
            (Kind::Date, Value::Date(_)) | (Kind::YesNo, Value::YesNo(_)) | (Kind::Category, Value::Text(_)) => {
                Ok(value.clone())
            }
            (Kind::Date, Value::Text(text)) => written::date(text, false).map(Value::Date),
            (Kind::YesNo, Value::Text(text)) => spelling::answer(text).map(Value::YesNo).ok_or(Misfit::Kind),
            (Kind::Category, Value::Number(number)) => Ok(Value::Text(number.to_string().into())),
            (_, Value::Number(_) | Value::YesNo(_) | Value::Date(_)) => Err(Misfit::Kind),
        }
    }

    fn fit_number(self, number: Decimal, bounds: Bounds) -> Result<Decimal, Misfit> {
        let short = if number.scale() > self.places() { number.normalize() } else { number };
        if short.scale() > self.places() {
            return Err(Misfit::Digits);
        }
        if short < bounds.min || short > bounds.max {
            return Err(Misfit::Bounds);
        }
        Ok(short)
    }
}

/// One of the facts that every plan may use.
#[derive(Debug)]
pub struct StandardFact {
    /// The name in case files, packs and columns.
    pub name: &'static str,
    /// What queries of the platform call it; read as `name` wherever a name comes from outside.
    pub alias: Option<&'static str>,
    /// Who it is about.
    pub holder: Holder,
    /// What its value is.
    pub kind: Kind,
    /// A category's values; empty if it is open and packs declare their own.
    pub values: &'static [&'static str],
    /// The most that a number may be; `None` for the widest of its kind.
    pub max: Option<u32>,
    /// The least that a number may be.
    pub min: u32,
    /// What absence means.
    pub absent: Absent,
    /// How it follows from other facts where it is absent, as an expression of the rule language.
    pub derived: Option<&'static str>,
    /// Whether it is a field of the settlement record.
    pub settlement: bool,
    /// The Chinese title.
    pub zh: &'static str,
    /// The English title.
    pub en: &'static str,
}

impl StandardFact {
    /// The standard fact of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static StandardFact> {
        StandardFact::index_of(name).map(StandardFact::at)
    }

    /// The fact's own name, where a name from outside is what queries call it; else the name as it is.
    pub(crate) fn meant_by(name: &str) -> &str {
        static BY_ALIAS: LazyLock<BTreeMap<&str, &'static str>> =
            LazyLock::new(|| STANDARD.iter().filter_map(|fact| Some((fact.alias?, fact.name))).collect());
        BY_ALIAS.get(name).copied().unwrap_or(name)
    }

    /// The index of the standard fact of this name.
    pub(crate) fn index_of(name: &str) -> Option<StandardIndex> {
        static BY_NAME: LazyLock<BTreeMap<&str, StandardIndex>> =
            LazyLock::new(|| StandardFact::indexed().map(|(index, fact)| (fact.name, index)).collect());
        BY_NAME.get(name).copied()
    }

    /// Every standard fact with its index.
    pub(crate) fn indexed() -> impl Iterator<Item = (StandardIndex, &'static StandardFact)> {
        (0..).map(StandardIndex).zip(&STANDARD)
    }

    #[expect(clippy::indexing_slicing, reason = "indexes come from the list itself")]
    pub(crate) fn at(index: StandardIndex) -> &'static StandardFact {
        &STANDARD[index.place()]
    }

    /// The words for a value of this category; the value itself where there are none.
    #[must_use]
    pub fn value_title(&self, value: &str) -> Text {
        let zh = match value {
            _ if self.is_open() || self.kind != Kind::Category => value,
            "accident" => "意外伤害",
            "sudden-death" => "猝死",
            "illness" => "疾病",
            "employee" => "职工医保",
            "resident" => "居民医保",
            "none" => "未参保",
            "active" => "在职",
            "retired" => "退休",
            other => other,
        };
        Text { zh: zh.to_owned(), en: value.to_owned() }
    }

    /// Whether a category may also have values that no one has declared.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.values.is_empty()
    }

    pub(crate) fn bounds(&self) -> Bounds {
        let widest = Bounds::of(self.kind);
        Bounds { min: self.min.into(), max: self.max.map_or(widest.max, Decimal::from) }
    }

    /// Whether it is a date that may come with a time of day: settlement records have one, and no rule needs it.
    pub(crate) fn may_be_a_moment(&self) -> bool {
        self.settlement && self.kind == Kind::Date
    }

    /// Reads a value as one of this fact.
    pub(crate) fn fit(&self, value: &Value) -> Result<Value, Misfit> {
        let value = match value {
            Value::Text(moment) if self.may_be_a_moment() => &Value::Date(written::date(moment, true)?),
            other => other,
        };
        let value = self.kind.fit(value, self.bounds())?;
        match &value {
            Value::Text(text) if !self.is_open() => match self.word(text) {
                Spelt::Exact => Ok(value),
                Spelt::Meant(name) => Ok(Value::from(name)),
                Spelt::Near(_) | Spelt::Other => Err(Misfit::Value),
            },
            Value::Text(_) | Value::Number(_) | Value::YesNo(_) | Value::Date(_) => Ok(value),
        }
    }

    /// What a text is among the values of this category.
    pub(crate) fn word(&self, text: &str) -> Spelt<'static> {
        if self.values.contains(&text) {
            return Spelt::Exact;
        }
        let spellings = StandardFact::index_of(self.name).and_then(|index| SPELLINGS.find(index));
        spelling::read(text, self.values.iter().copied().zip(spellings.into_iter().flatten()))
    }
}

/// Of every value of every standard fact.
static SPELLINGS: LazyLock<Arena<StandardIndex, Vec<Spellings>>> = LazyLock::new(|| {
    let spellings =
        |fact: &StandardFact| fact.values.iter().map(|value| Spellings::of(value, &fact.value_title(value))).collect();
    STANDARD.iter().map(spellings).collect()
});

const OF_CLAIM: StandardFact = StandardFact {
    name: "",
    alias: None,
    holder: Holder::Claim,
    kind: Kind::Money,
    values: &[],
    max: None,
    min: 0,
    absent: Absent::Unknown,
    derived: None,
    settlement: false,
    zh: "",
    en: "",
};

const OF_ENROLLMENT: StandardFact = StandardFact { holder: Holder::Enrollment, ..OF_CLAIM };

const OF_SETTLEMENT: StandardFact = StandardFact { settlement: true, ..OF_CLAIM };

/// How many shares of the member count first under other covers of the plan.
pub(crate) const SHARES_ELSEWHERE: &str = "shares_elsewhere";

/// The one table of the standard facts, given to a macro: those of the enrollment first, the settlement record last. A row has the name as
/// a constant and as it is written, kind, titles, and what differs from most.
macro_rules! standard_facts {
    ($take:ident) => { $take! {
        Enrollment: OF_ENROLLMENT {
            SHARES "shares": Number, "持有份数", "shares held" { min: 1, max: Some(1000) }
            BIRTH_DATE "birth_date": Date, "出生日期", "date of birth" {}
            OCCUPATION "occupation": Category, "职业", "occupation" {}
            COVERAGE_START "coverage_start": Date, "保障起始日", "first day of cover" {}
            COVERAGE_END "coverage_end": Date, "保障终止日", "last day of cover" {}
            PREVIOUS_COVERAGE_END "previous_coverage_end": Date, "上期保障终止日", "last day of the previous cover" { absent: Absent::None }
            GIFTED_SHARES "gifted_shares": Number, "赠送份数", "shares gifted" { min: 0, max: Some(1000), absent: Absent::None }
            INSURED_AS "insured_as": Category, "基本医保参保身份", "basic medical insurance as" { values: &["employee", "resident", "none"] }
            EMPLOYMENT "employment": Category, "在职或退休", "employment" { values: &["active", "retired"] }
            APPLIED_ON "applied_on": Date, "申请参保日期", "date of the application for cover" {}
            PAID_ON "paid_on": Date, "缴费日期", "date of payment" {}
        }
        Claim: OF_CLAIM {
            EVENT_DATE "event_date": Date, "事故（确诊、身故）日期", "date of the event" {}
            CAUSE "cause": Category, "原因", "cause" { values: &["accident", "sudden-death", "illness"] }
            DEATH "death": YesNo, "身故", "death" { absent: Absent::None }
            DISABILITY_GRADE "disability_grade": Number, "伤残等级", "disability grade" { min: 1, max: Some(10), absent: Absent::None }
            ADMITTED "admitted": Date, "入院日期", "date of admission" { derived: Some("begndate") }
            DISCHARGED "discharged": Date, "出院日期", "date of discharge" { derived: Some("enddate") }
            HOSPITAL_DAYS "hospital_days": Days, "住院天数", "days in hospital" {
                derived: Some("if given(admitted) or given(begndate) or given(discharged) or given(enddate) \
                then greatest(days(admitted, discharged), 1 day) else 0 days"),
                absent: Absent::None,
            }
            HOSPITAL_GRADE "hospital_grade": Number, "医院等级", "hospital grade" { min: 1, max: Some(3) }
            ILLNESS_CLASS "illness_class": Category, "疾病类别", "class of illness" { absent: Absent::None }
            REPORTED_ON "reported_on": Date, "申请日期", "date reported" {}
            TOTAL_COST "total_cost": Money, "医疗费总额", "total cost" { derived: Some("medfee_sumamt") }
            FUND_PAID "fund_paid": Money, "医保基金支付", "paid by basic insurance funds" { derived: Some("fund_pay_sumamt") }
            OTHER_PAID "other_paid": Money, "其他途径支付", "paid by others" { absent: Absent::None }
            PERSONAL_BURDEN "personal_burden": Money, "个人负担", "borne by the member" {
                derived: Some("if given(psn_part_amt) then greatest(psn_part_amt - other_paid, 0 yuan) \
                else greatest(total_cost - fund_paid - hosp_part_amt - other_paid, 0 yuan)"),
            }
            IN_POOL_BURDEN "in_pool_burden": Money, "统筹范围内个人自付", "borne by the member inside the pool" {
                derived: Some("greatest(inscp_scp_amt - fund_pay_sumamt, 0 yuan)"),
            }
            SELF_FUNDED "self_funded": Money, "自费费用", "self-funded cost" { derived: Some("fulamt_ownpay_amt") }
            SHARES_ELSEWHERE "shares_elsewhere": Number, "其他保障先计入的份数", "shares that count under other covers first" { min: 0, max: Some(1_000_000), absent: Absent::None }
        }
        Claim: OF_SETTLEMENT {
            SETL_ID "setl_id": Category, "结算编号", "settlement id" {}
            MDTRT_ID "mdtrt_id": Category, "就诊编号", "visit id" {}
            PSN_NO "psn_no": Category, "人员编号", "insured person" {}
            CERTNO "certno": Category, "证件号码", "identity document" {}
            SETL_TIME "setl_time": Date, "结算时间", "settled on" {}
            BEGNDATE "begndate": Date, "入院日期（结算）", "admission (settlement)" {}
            ENDDATE "enddate": Date, "出院日期（结算）", "discharge (settlement)" {}
            MED_TYPE "med_type": Category, "医疗类别", "kind of care" {}
            INSUTYPE "insutype": Category, "险种类型", "kind of insurance" {}
            MEDFEE_SUMAMT "medfee_sumamt": Money, "医疗费总额（结算）", "total cost (settlement)" {}
            FULAMT_OWNPAY_AMT "fulamt_ownpay_amt": Money, "全自费金额", "wholly self-funded" {}
            OVERLMT_SELFPAY "overlmt_selfpay": Money, "超限价自费费用", "above the price limit" {}
            PRESELFPAY_AMT "preselfpay_amt": Money, "先行自付金额", "paid first on class-B items" {}
            INSCP_SCP_AMT "inscp_scp_amt": Money, "符合政策范围金额", "within policy scope" { alias: Some("inscp_amt") }
            ACT_PAY_DEDC "act_pay_dedc": Money, "实际支付起付线", "deductible paid" {}
            HIFP_PAY "hifp_pay": Money, "统筹基金支出", "pool fund" {}
            CVLSERV_PAY "cvlserv_pay": Money, "公务员医疗补助", "civil-servant subsidy" {}
            HIFES_PAY "hifes_pay": Money, "企业补充医疗保险", "enterprise supplement" {}
            HIFMI_PAY "hifmi_pay": Money, "居民大病保险", "residents' major illness" {}
            HIFOB_PAY "hifob_pay": Money, "职工大额医疗费用补助", "employees' large-sum" {}
            MAF_PAY "maf_pay": Money, "医疗救助基金", "medical assistance" {}
            OTH_PAY "oth_pay": Money, "其他支出", "other funds" { alias: Some("othfund_pay") }
            HIFDM_PAY "hifdm_pay": Money, "伤残人员医疗保障基金支出", "disabled persons' medical security" { absent: Absent::None }
            FUND_PAY_SUMAMT "fund_pay_sumamt": Money, "基金支付总额", "all funds together" {}
            PSN_PART_AMT "psn_part_amt": Money, "个人负担总金额", "borne by the person" { alias: Some("psn_pay") }
            ACCT_PAY "acct_pay": Money, "个人账户支出", "from the personal account" {}
            PSN_CASH_PAY "psn_cash_pay": Money, "个人现金支出", "paid in cash" { alias: Some("cash_payamt") }
            ACCT_MULAID_PAY "acct_mulaid_pay": Money, "账户共济支付", "from a relative's account" {}
            HOSP_PART_AMT "hosp_part_amt": Money, "医院负担金额", "borne by the hospital" { absent: Absent::None }
            POOL_PROP_SELFPAY "pool_prop_selfpay": Ratio, "统筹基金支付比例", "ratio that the pool fund pays" {}
            REFD_SETL_FLAG "refd_setl_flag": Category, "退费结算标志", "refunded settlement" { absent: Absent::None, values: &["0", "1"] }
            INIT_SETL_ID "init_setl_id": Category, "原结算编号（退费所冲）", "settlement that a refund takes back" { absent: Absent::None }
            VALI_FLAG "vali_flag": Category, "有效标志", "valid record" { absent: Absent::None, values: &["0", "1"] }
        }
    } };
}
pub(crate) use standard_facts;

/// Of the table the list.
macro_rules! list {
    ($($holder:ident: $rest:ident {
        $($constant:ident $name:literal: $kind:ident, $zh:literal, $en:literal { $($field:ident: $value:expr),* $(,)? })*
    })*) => {
        /// All standard facts, those of the enrollment first, the settlement record last.
        pub static STANDARD: [StandardFact; [$($($name,)*)*].len()] = [
            $($(StandardFact { name: $name, kind: Kind::$kind, zh: $zh, en: $en, $($field: $value,)* ..$rest },)*)*
        ];
    };
}
standard_facts!(list);
