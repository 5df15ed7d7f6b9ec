//! The standard facts: what claims and enrollments say, with type, unit, bounds and titles.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::spelling::{self, Spellings, Spelt};
use crate::text::{Text, say};
use crate::{calendar, money, written};

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
        STANDARD.get(StandardFact::place_of(name)?)
    }

    /// The fact's own name, where a name from outside is what queries call it; else the name as it is.
    pub(crate) fn meant_by(name: &str) -> &str {
        static BY_ALIAS: LazyLock<BTreeMap<&str, &'static str>> =
            LazyLock::new(|| STANDARD.iter().filter_map(|fact| Some((fact.alias?, fact.name))).collect());
        BY_ALIAS.get(name).copied().unwrap_or(name)
    }

    /// The place of the standard fact of this name in [`STANDARD`].
    pub(crate) fn place_of(name: &str) -> Option<usize> {
        static BY_NAME: LazyLock<BTreeMap<&str, usize>> =
            LazyLock::new(|| STANDARD.iter().enumerate().map(|(place, fact)| (fact.name, place)).collect());
        BY_NAME.get(name).copied()
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
        let spellings = StandardFact::place_of(self.name).and_then(|place| SPELLINGS.get(place));
        spelling::read(text, self.values.iter().copied().zip(spellings.into_iter().flatten()))
    }
}

/// Of every value of every standard fact, by their places.
static SPELLINGS: LazyLock<Vec<Vec<Spellings>>> = LazyLock::new(|| {
    let spellings =
        |fact: &StandardFact| fact.values.iter().map(|value| Spellings::of(value, &fact.value_title(value))).collect();
    STANDARD.iter().map(spellings).collect()
});

const NONE: StandardFact = StandardFact {
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

const fn of_enrollment(name: &'static str, kind: Kind, zh: &'static str, en: &'static str) -> StandardFact {
    StandardFact { name, holder: Holder::Enrollment, kind, zh, en, ..NONE }
}

const fn of_claim(name: &'static str, kind: Kind, zh: &'static str, en: &'static str) -> StandardFact {
    StandardFact { name, kind, zh, en, ..NONE }
}

const fn of_settlement(name: &'static str, kind: Kind, zh: &'static str, en: &'static str) -> StandardFact {
    StandardFact { name, kind, zh, en, settlement: true, ..NONE }
}

const fn optional(fact: StandardFact) -> StandardFact {
    StandardFact { absent: Absent::None, ..fact }
}

const fn within(min: u32, max: u32, fact: StandardFact) -> StandardFact {
    StandardFact { min, max: Some(max), ..fact }
}

const fn one_of(values: &'static [&'static str], fact: StandardFact) -> StandardFact {
    StandardFact { values, ..fact }
}

const fn also(alias: &'static str, fact: StandardFact) -> StandardFact {
    StandardFact { alias: Some(alias), ..fact }
}

const fn else_by(derived: &'static str, fact: StandardFact) -> StandardFact {
    StandardFact { derived: Some(derived), ..fact }
}

/// How many shares of the member count first under other covers of the plan.
pub(crate) const SHARES_ELSEWHERE: &str = "shares_elsewhere";

/// All standard facts, those of the enrollment first, the settlement record last.
#[rustfmt::skip]
pub static STANDARD: [StandardFact; 59] = [
    within(1, 1000, of_enrollment("shares", Kind::Number, "持有份数", "shares held")),
    of_enrollment("birth_date", Kind::Date, "出生日期", "date of birth"),
    of_enrollment("occupation", Kind::Category, "职业", "occupation"),
    of_enrollment("coverage_start", Kind::Date, "保障起始日", "first day of cover"),
    of_enrollment("coverage_end", Kind::Date, "保障终止日", "last day of cover"),
    optional(of_enrollment("previous_coverage_end", Kind::Date, "上期保障终止日", "last day of the previous cover")),
    within(0, 1000, optional(of_enrollment("gifted_shares", Kind::Number, "赠送份数", "shares gifted"))),
    one_of(&["employee", "resident", "none"], of_enrollment("insured_as", Kind::Category, "基本医保参保身份", "basic medical insurance as")),
    one_of(&["active", "retired"], of_enrollment("employment", Kind::Category, "在职或退休", "employment")),

    of_claim("event_date", Kind::Date, "事故（确诊、身故）日期", "date of the event"),
    one_of(&["accident", "sudden-death", "illness"], of_claim("cause", Kind::Category, "原因", "cause")),
    optional(of_claim("death", Kind::YesNo, "身故", "death")),
    within(1, 10, optional(of_claim("disability_grade", Kind::Number, "伤残等级", "disability grade"))),
    else_by("begndate", of_claim("admitted", Kind::Date, "入院日期", "date of admission")),
    else_by("enddate", of_claim("discharged", Kind::Date, "出院日期", "date of discharge")),
    else_by("if given(admitted) or given(begndate) or given(discharged) or given(enddate) \
             then greatest(days(admitted, discharged), 1 day) else 0 days",
        optional(of_claim("hospital_days", Kind::Days, "住院天数", "days in hospital"))),
    within(1, 3, of_claim("hospital_grade", Kind::Number, "医院等级", "hospital grade")),
    optional(of_claim("illness_class", Kind::Category, "疾病类别", "class of illness")),
    of_claim("reported_on", Kind::Date, "申请日期", "date reported"),
    else_by("medfee_sumamt", of_claim("total_cost", Kind::Money, "医疗费总额", "total cost")),
    else_by("fund_pay_sumamt", of_claim("fund_paid", Kind::Money, "医保基金支付", "paid by basic insurance funds")),
    optional(of_claim("other_paid", Kind::Money, "其他途径支付", "paid by others")),
    else_by("if given(psn_part_amt) then greatest(psn_part_amt - other_paid, 0 yuan) \
             else greatest(total_cost - fund_paid - hosp_part_amt - other_paid, 0 yuan)",
        of_claim("personal_burden", Kind::Money, "个人负担", "borne by the member")),
    else_by("greatest(inscp_scp_amt - fund_pay_sumamt, 0 yuan)",
        of_claim("in_pool_burden", Kind::Money, "统筹范围内个人自付", "borne by the member inside the pool")),
    else_by("fulamt_ownpay_amt", of_claim("self_funded", Kind::Money, "自费费用", "self-funded cost")),
    within(0, 1_000_000, optional(of_claim(SHARES_ELSEWHERE, Kind::Number, "其他保障先计入的份数", "shares that count under other covers first"))),

    of_settlement("setl_id", Kind::Category, "结算编号", "settlement id"),
    of_settlement("mdtrt_id", Kind::Category, "就诊编号", "visit id"),
    of_settlement("psn_no", Kind::Category, "人员编号", "insured person"),
    of_settlement("certno", Kind::Category, "证件号码", "identity document"),
    of_settlement("setl_time", Kind::Date, "结算时间", "settled on"),
    of_settlement("begndate", Kind::Date, "入院日期（结算）", "admission (settlement)"),
    of_settlement("enddate", Kind::Date, "出院日期（结算）", "discharge (settlement)"),
    of_settlement("med_type", Kind::Category, "医疗类别", "kind of care"),
    of_settlement("insutype", Kind::Category, "险种类型", "kind of insurance"),
    of_settlement("medfee_sumamt", Kind::Money, "医疗费总额（结算）", "total cost (settlement)"),
    of_settlement("fulamt_ownpay_amt", Kind::Money, "全自费金额", "wholly self-funded"),
    of_settlement("overlmt_selfpay", Kind::Money, "超限价自费费用", "above the price limit"),
    of_settlement("preselfpay_amt", Kind::Money, "先行自付金额", "paid first on class-B items"),
    also("inscp_amt", of_settlement("inscp_scp_amt", Kind::Money, "符合政策范围金额", "within policy scope")),
    of_settlement("act_pay_dedc", Kind::Money, "实际支付起付线", "deductible paid"),
    of_settlement("hifp_pay", Kind::Money, "统筹基金支出", "pool fund"),
    of_settlement("cvlserv_pay", Kind::Money, "公务员医疗补助", "civil-servant subsidy"),
    of_settlement("hifes_pay", Kind::Money, "企业补充医疗保险", "enterprise supplement"),
    of_settlement("hifmi_pay", Kind::Money, "居民大病保险", "residents' major illness"),
    of_settlement("hifob_pay", Kind::Money, "职工大额医疗费用补助", "employees' large-sum"),
    of_settlement("maf_pay", Kind::Money, "医疗救助基金", "medical assistance"),
    also("othfund_pay", of_settlement("oth_pay", Kind::Money, "其他支出", "other funds")),
    optional(of_settlement("hifdm_pay", Kind::Money, "伤残人员医疗保障基金支出", "disabled persons' medical security")),
    of_settlement("fund_pay_sumamt", Kind::Money, "基金支付总额", "all funds together"),
    also("psn_pay", of_settlement("psn_part_amt", Kind::Money, "个人负担总金额", "borne by the person")),
    of_settlement("acct_pay", Kind::Money, "个人账户支出", "from the personal account"),
    also("cash_payamt", of_settlement("psn_cash_pay", Kind::Money, "个人现金支出", "paid in cash")),
    of_settlement("acct_mulaid_pay", Kind::Money, "账户共济支付", "from a relative's account"),
    optional(of_settlement("hosp_part_amt", Kind::Money, "医院负担金额", "borne by the hospital")),
    of_settlement("pool_prop_selfpay", Kind::Ratio, "统筹基金支付比例", "ratio that the pool fund pays"),
    optional(one_of(&["0", "1"], of_settlement("refd_setl_flag", Kind::Category, "退费结算标志", "refunded settlement"))),
    optional(of_settlement("init_setl_id", Kind::Category, "原结算编号（退费所冲）", "settlement that a refund takes back")),
    optional(one_of(&["0", "1"], of_settlement("vali_flag", Kind::Category, "有效标志", "valid record"))),
];
