//! The causes that a difference may have, in the order in which they are listed.

use std::fmt;

use crate::code::Code;
use crate::fact::StandardFact;
use crate::plan::expression::Slot;
use crate::plan::{Benefit, Condition, Limit, Plan};
use crate::text::{Language, Text};

/// What may have led to a difference.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Cause {
    /// What kind of cause it is.
    pub code: Code,
    /// The facts, benefits, limits or conditions that it is about: any one of them would explain the record, or all of several together
    /// where no single one does.
    pub about: Vec<Subject>,
}

/// A fact, a benefit, a limit or a condition.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Subject {
    /// Its name in packs and files.
    pub name: String,
    /// What it is called.
    pub title: Text,
}

impl Cause {
    pub(super) fn of(code: Code, about: Vec<Subject>) -> Cause {
        Cause { code, about }
    }

    /// The title of the cause, and in brackets what it is about.
    #[must_use]
    pub fn in_words(&self, language: Language) -> String {
        let title = title(self.code);
        let about: Vec<&str> = self.about.iter().map(|subject| subject.title.in_language(language)).collect();
        match language {
            _ if about.is_empty() => title.in_language(language).to_owned(),
            Language::Zh => format!("{}（{}）", title.zh, about.join("、")),
            Language::En => format!("{} ({})", title.en, about.join(", ")),
        }
    }
}

impl From<Code> for Cause {
    fn from(code: Code) -> Cause {
        Cause { code, about: Vec::new() }
    }
}

/// `limit-ignored(death disability)`.
impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.about.iter().map(|subject| subject.name.as_str()).collect();
        match names.as_slice() {
            [] => write!(f, "{}", self.code),
            names => write!(f, "{}({})", self.code, names.join(" ")),
        }
    }
}

impl Subject {
    pub(super) fn fact(plan: &Plan, slot: Slot) -> Subject {
        let fact = plan.fact(slot);
        Subject { name: fact.name.to_string(), title: fact.title.clone() }
    }

    /// One that the plan may not read.
    pub(super) fn standard_fact(name: &str) -> Subject {
        let title = StandardFact::named(name).map(|fact| Text { zh: fact.zh.to_owned(), en: fact.en.to_owned() });
        Subject { name: name.to_owned(), title: title.unwrap_or_else(|| Text::same(name)) }
    }

    pub(super) fn benefit(Benefit { id, title, .. }: &Benefit) -> Subject {
        Subject { name: id.to_string(), title: Text::clone(title) }
    }

    pub(super) fn limit(Limit { id, title, .. }: &Limit) -> Subject {
        Subject { name: id.to_string(), title: Text::clone(title) }
    }

    pub(super) fn condition(Condition { id, text, .. }: &Condition) -> Subject {
        Subject { name: id.to_string(), title: Text::clone(text) }
    }

    pub(super) fn called(name: &str, title: &Text) -> Subject {
        Subject { name: name.to_owned(), title: title.clone() }
    }
}

/// What is said of a difference that nothing explains.
pub(super) const UNEXPLAINED: Code = Code::Unexplained;

/// Every cause, the most likely first, with its title.
///
/// The order is a plain one: what is wrong with the payout as a record; a rule left out or taken otherwise; a fact read otherwise; rounding; and last
/// a typo, which can look like anything. Of two alike, the one that would fit less often by chance stands first: a waiting period that is
/// off by a day before one that was not applied. A cause that fits is listed whatever stands before it.
const CAUSES: &[(Code, &str, &str)] = &[
    (Code::Unexplained, "原因不明", "unexplained"),
    (Code::PaidAgain, "同一理赔重复记录", "the claim is recorded again"),
    (Code::NotRecorded, "应付而无记录", "due, but not recorded"),
    (Code::UnknownEnrollment, "理赔的参保记录不存在或已退回", "the claim's enrollment is unknown or rejected"),
    (Code::NoSuchClaim, "没有这一理赔", "no such claim"),
    (Code::ClaimRejected, "理赔申请已退回，无法重算", "the claim could not be decided"),
    (Code::ClaimAmbiguous, "多件理赔用同一编号", "several claims have this id"),
    (Code::ClaimPended, "理赔申请暂缓，应付未定", "the claim is pended: what is due is not known"),
    (Code::Reversal, "冲销未记应追回的金额", "a reversal recorded without what it takes back"),
    (Code::ReversalAsRecorded, "按原记录而非应付冲回", "a reversal of what was recorded, not of what was due"),
    (Code::VersionOther, "用了另一版本的规则", "another version of the plan"),
    (Code::LimitPerClaim, "期间限额按每次理赔计", "a limit of the period taken for each claim"),
    (Code::PriorNotCounted, "未计此前的给付", "earlier payments not counted"),
    (Code::LimitIgnored, "未按限额扣减", "a limit not applied"),
    (Code::JointLimitIgnored, "未按合计限额扣减", "a joint limit not applied"),
    (Code::SharesUncapped, "份数未封顶", "the share cap not applied"),
    (Code::DeductibleMissed, "未扣起付线", "the deductible not taken"),
    (Code::DeductibleTwice, "起付线扣了两次", "the deductible taken twice"),
    (Code::DeductibleAfterRate, "先乘比例后扣起付线", "the deductible taken after the rate"),
    (Code::FranchiseMissed, "未按给付门槛审核", "the franchise not applied"),
    (Code::FranchiseAsDeductible, "给付门槛当作起付线扣除", "the franchise taken off as a deductible"),
    (Code::WaitingOffByADay, "等待期差一天", "the waiting period off by a day"),
    (Code::WaitingMissed, "未按等待期扣减", "the waiting period not applied"),
    (Code::ConditionIgnored, "不符条件而给付", "a condition not applied"),
    (Code::BenefitLeftOut, "漏付一项待遇", "a benefit left out"),
    (Code::BenefitTwice, "一项待遇付了两次", "a benefit paid twice"),
    (Code::DaysOffByOne, "天数差一天", "the days off by one"),
    (Code::BaseTotalCost, "以总费用为基数", "the total cost taken as the base"),
    (Code::BaseBeforeOthers, "基数未减其他支付", "the base taken before what others paid"),
    (Code::OrderOfClaims, "理赔次序不同", "the claims taken in another order"),
    (Code::RoundingBinary, "用二进制浮点计算", "worked out in binary floating point"),
    (Code::RoundingMode, "舍入方式不同", "rounded in another mode"),
    (Code::RoundingEachStep, "每步舍入", "rounded at each step"),
    (Code::RoundingPlace, "舍入到另一位", "rounded to another place"),
    (Code::SignReversed, "正负号相反", "the sign reversed"),
    (Code::PointMoved, "小数点移位", "the decimal point moved"),
    (Code::DigitsSwapped, "相邻两位对调", "two neighbouring digits swapped"),
];

/// The title of a cause.
#[must_use]
pub fn title(cause: Code) -> Text {
    let found = CAUSES.iter().find(|(code, ..)| *code == cause);
    found.map_or_else(|| Text::same(cause.name()), |(_, zh, en)| Text { zh: (*zh).to_owned(), en: (*en).to_owned() })
}

/// Every cause in the order in which they are listed.
pub fn causes() -> impl Iterator<Item = Code> {
    CAUSES.iter().map(|(code, ..)| *code)
}

/// In the order of the list, each once, with all that it is about. Several things at once are named only where no single one explains it.
pub(super) fn in_order(found: &[Cause]) -> Vec<Cause> {
    let of = |code: Code| {
        let here = || found.iter().filter(move |cause| cause.code == code);
        here().next()?;
        let single = here().any(|cause| cause.about.len() == 1);
        let mut about: Vec<Subject> = Vec::new();
        for subject in here().filter(|cause| !single || cause.about.len() == 1).flat_map(|cause| &cause.about) {
            if !about.contains(subject) {
                about.push(subject.clone());
            }
        }
        Some(Cause { code, about })
    };
    causes().filter_map(of).collect()
}
