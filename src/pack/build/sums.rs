//! Wholes, the parts that make them up, and what must hold of them, in the rule language.
//!
//! Where a whole and all its parts are known they are equal. Where a part is absent, the others come to no more than the whole:
//! no amount is below zero, so an absent part mends a sum that is too small, and none that is too large. An absent part counts
//! for what its own parts come to, or for nothing.

use crate::code::Code;
use crate::fact::StandardFact;
use crate::names;
use crate::plan::expression::Comparison;
use crate::text::{Text, say};

/// What must hold between two amounts; asked where all of `given` and, if it names some, one of `any` are there.
pub(super) struct Relation {
    pub(super) id: Code,
    pub(super) given: &'static [&'static str],
    pub(super) any: &'static [&'static str],
    /// Where nothing can be said, or another relation says it.
    pub(super) unless: String,
    pub(super) left: String,
    pub(super) comparison: Comparison,
    pub(super) right: String,
    pub(super) text: Text,
    /// What is wrong where it does not hold.
    pub(super) broken: Text,
}

/// A whole and its parts.
struct Sum {
    /// The code where the whole is not what its parts come to.
    id: Code,
    whole: &'static str,
    parts: &'static [&'static str],
    /// The facts of which one is there where the sum is told.
    any: &'static [&'static str],
    /// The words for the whole and for the parts together.
    zh: [&'static str; 2],
    en: [&'static str; 2],
}

const FUNDS: &[&str] =
    &["hifp_pay", "cvlserv_pay", "hifes_pay", "hifmi_pay", "hifob_pay", "maf_pay", "oth_pay", "hifdm_pay"];
const ALL_OF_FUNDS: &[&str] = &[
    "fund_paid",
    "fund_pay_sumamt",
    "hifp_pay",
    "cvlserv_pay",
    "hifes_pay",
    "hifmi_pay",
    "hifob_pay",
    "maf_pay",
    "oth_pay",
    "hifdm_pay",
];
const PAYMENTS: &[&str] = &["acct_pay", "psn_cash_pay", "acct_mulaid_pay"];

/// The sums of the national platform's record (`setlinfo`); what a bill calls by another name follows from the record.
const SUMS: [Sum; 4] = [
    Sum {
        id: Code::SettlementScope,
        whole: "total_cost",
        parts: &["inscp_scp_amt", "fulamt_ownpay_amt", "overlmt_selfpay", "preselfpay_amt"],
        any: &["inscp_scp_amt", "fulamt_ownpay_amt", "overlmt_selfpay", "preselfpay_amt"],
        zh: ["医疗费总额", "符合政策范围 + 全自费 + 超限价 + 先行自付"],
        en: ["the total cost", "within scope + self-funded + above the limit + paid first"],
    },
    Sum {
        id: Code::SettlementFunds,
        whole: "fund_paid",
        parts: FUNDS,
        any: FUNDS,
        zh: ["基金支付总额", "八项基金之和"],
        en: ["all funds", "the sum of the eight"],
    },
    Sum {
        id: Code::SettlementBurden,
        whole: "total_cost",
        parts: &["fund_paid", "psn_part_amt", "hosp_part_amt"],
        any: &["psn_part_amt", "acct_pay", "psn_cash_pay", "acct_mulaid_pay", "hosp_part_amt"],
        zh: ["医疗费总额", "基金 + 个人负担 + 医院负担"],
        en: ["the total cost", "the funds + the person + the hospital"],
    },
    Sum {
        id: Code::SettlementPayments,
        whole: "psn_part_amt",
        parts: PAYMENTS,
        any: PAYMENTS,
        zh: ["个人负担", "个人账户 + 现金 + 共济"],
        en: ["borne by the person", "account + cash + relative's account"],
    },
];

/// All that must hold between amounts. Which facts a plan takes for nothing where they are absent is its own to say.
pub(super) fn relations(is_none_if_absent: &dyn Fn(&str) -> bool) -> Vec<Relation> {
    let told = Told { is_none_if_absent };
    let sums = SUMS.iter().flat_map(|sum| [Told::equal(sum), told.fits(sum)]);
    let of_the_bill = [told.funds(), deductible(), told.self_funded(), told.burden(), told.payments()];
    let in_pool = [told.in_pool_in_scope(), told.in_pool_in_total(), told.in_pool_in_burden()];
    sums.chain(of_the_bill).chain(in_pool).collect()
}

/// How amounts are told in one plan.
struct Told<'a> {
    is_none_if_absent: &'a dyn Fn(&str) -> bool,
}

impl Told<'_> {
    fn equal(sum: &Sum) -> Relation {
        let Sum { id, whole, parts, any, zh: [whole_zh, sum_zh], en: [whole_en, sum_en] } = sum;
        Relation {
            id: *id,
            given: &[],
            any,
            unless: absent(whole),
            left: (*whole).to_owned(),
            comparison: Comparison::Equal,
            right: sum_of(parts.iter().map(|part| exactly(part))),
            text: say!("{whole_zh} = {sum_zh}", "{whole_en} = {sum_en}"),
            broken: say!("{whole_zh}不等于{sum_zh}", "{whole_en} is not {sum_en}"),
        }
    }

    fn fits(&self, sum: &Sum) -> Relation {
        let Sum { whole, parts, any, zh: [whole_zh, sum_zh], en: [whole_en, sum_en], .. } = sum;
        let all_known = all_of(parts.iter().map(|part| self.is_exact(part)));
        Relation {
            any,
            unless: format!("{} or {all_known}", absent(whole)),
            ..at_most(
                sum_of(parts.iter().map(|part| self.at_least(part))),
                whole,
                say!("{sum_zh}（已知各项）不超过{whole_zh}", "{sum_en}, as far as known, is no more than {whole_en}"),
                say!("{sum_zh}（已知各项）超过{whole_zh}", "{sum_en}, as far as known, is more than {whole_en}"),
            )
        }
    }

    fn funds(&self) -> Relation {
        let text = say!("基金支付不超过医疗费总额", "the funds pay no more than the total cost");
        let broken = say!("基金支付超过医疗费总额", "the funds pay more than the total cost");
        Relation {
            id: Code::FundAboveTotal,
            any: ALL_OF_FUNDS,
            unless: absent("total_cost"),
            ..at_most(self.at_least("fund_paid"), "total_cost", text, broken)
        }
    }

    /// What is above the price limit may be told as self-funded, so it is left out.
    fn self_funded(&self) -> Relation {
        let parts = ["inscp_scp_amt", "self_funded", "preselfpay_amt"].map(|part| self.at_least(part));
        let text = say!(
            "符合政策范围 + 自费 + 先行自付不超过医疗费总额",
            "within scope + self-funded + paid first is no more than the total cost"
        );
        let broken = say!(
            "符合政策范围 + 自费 + 先行自付超过医疗费总额",
            "within scope + self-funded + paid first is more than the total cost"
        );
        Relation {
            given: &["self_funded"],
            unless: absent("total_cost"),
            ..at_most(sum_of(parts.into_iter()), "total_cost", text, broken)
        }
    }

    /// What the member bears, others having paid, where it does not follow: else the two must agree.
    fn burden(&self) -> Relation {
        let parts = ["fund_paid", "personal_burden", "other_paid", "hosp_part_amt"].map(|part| self.at_least(part));
        let follows = format!("{} or {}", told("fund_paid"), told("psn_part_amt"));
        let text = say!(
            "基金 + 个人负担 + 其他途径 + 医院负担不超过医疗费总额",
            "the funds + the member + others + the hospital is no more than the total cost"
        );
        let broken = say!(
            "基金 + 个人负担 + 其他途径 + 医院负担超过医疗费总额",
            "the funds + the member + others + the hospital is more than the total cost"
        );
        Relation {
            given: &["personal_burden"],
            unless: format!("{follows} or {} or personal_burden = 0 yuan", absent("total_cost")),
            ..at_most(sum_of(parts.into_iter()), "total_cost", text, broken)
        }
    }

    fn payments(&self) -> Relation {
        let text = say!(
            "个人账户 + 现金 + 共济不超过个人负担 + 其他途径支付",
            "account + cash + relative's account is no more than what the member bears and others paid"
        );
        let broken = say!(
            "个人账户 + 现金 + 共济超过个人负担 + 其他途径支付",
            "account + cash + relative's account is more than what the member bears and others paid"
        );
        Relation {
            given: &["personal_burden"],
            any: PAYMENTS,
            unless: told("psn_part_amt"),
            ..at_most(
                sum_of(PAYMENTS.iter().map(|part| self.at_least(part))),
                "personal_burden + other_paid",
                text,
                broken,
            )
        }
    }

    /// What the member bears inside the pool is what the funds leave of it, if they leave anything.
    fn in_pool_in_scope(&self) -> Relation {
        let text = say!(
            "统筹范围内个人自付 + 基金不超过符合政策范围金额",
            "borne inside the pool + the funds is no more than within scope"
        );
        let broken = say!(
            "统筹范围内个人自付 + 基金超过符合政策范围金额",
            "borne inside the pool + the funds is more than within scope"
        );
        Relation {
            given: &["in_pool_burden", "inscp_scp_amt"],
            unless: "given(fund_pay_sumamt) or in_pool_burden = 0 yuan".to_owned(),
            ..at_most(format!("in_pool_burden + {}", self.at_least("fund_paid")), "inscp_scp_amt", text, broken)
        }
    }

    fn in_pool_in_total(&self) -> Relation {
        let (funds, outside) = (self.at_least("fund_paid"), self.outside_scope());
        let text = say!(
            "统筹范围内个人自付 + 基金 + 范围外费用不超过医疗费总额",
            "borne inside the pool + the funds + cost outside the scope is no more than the total cost"
        );
        let broken = say!(
            "统筹范围内个人自付 + 基金 + 范围外费用超过医疗费总额",
            "borne inside the pool + the funds + cost outside the scope is more than the total cost"
        );
        let follows = "given(inscp_scp_amt) and given(fund_pay_sumamt)";
        Relation {
            given: &["in_pool_burden"],
            unless: format!("{follows} or {} or in_pool_burden = 0 yuan", absent("total_cost")),
            ..at_most(format!("in_pool_burden + {funds} + {outside}"), "total_cost", text, broken)
        }
    }

    /// Of the settlement record alone: what a claim calls the member's burden may be what others have left of it.
    fn in_pool_in_burden(&self) -> Relation {
        let outside = self.outside_scope();
        let text = say!(
            "统筹范围内个人自付 + 范围外费用不超过个人和医院的负担",
            "borne inside the pool + cost outside the scope is no more than what the person and the hospital bear"
        );
        let broken = say!(
            "统筹范围内个人自付 + 范围外费用超过个人和医院的负担",
            "borne inside the pool + cost outside the scope is more than what the person and the hospital bear"
        );
        let by_the_total = all_of(["total_cost", "fund_paid"].map(told).into_iter());
        Relation {
            given: &["in_pool_burden", "psn_part_amt"],
            unless: format!("{by_the_total} or in_pool_burden = 0 yuan"),
            ..at_most(format!("in_pool_burden + {outside}"), "psn_part_amt + hosp_part_amt", text, broken)
        }
    }

    /// The least that may lie outside the scope; what is self-funded may be told with what is above the price limit.
    fn outside_scope(&self) -> String {
        let [all, wholly, above, first] =
            ["self_funded", "fulamt_ownpay_amt", "overlmt_selfpay", "preselfpay_amt"].map(|part| self.at_least(part));
        format!("greatest({all}, {wholly} + {above}) + {first}")
    }

    fn is_exact(&self, name: &str) -> String {
        match parts_of(name) {
            _ if (self.is_none_if_absent)(name) => "0 = 0".to_owned(),
            Some(parts) => format!("({} or {})", told(name), all_of(parts.iter().map(|part| self.is_exact(part)))),
            None => told(name),
        }
    }

    /// The least that the amount may be.
    fn at_least(&self, name: &str) -> String {
        match parts_of(name) {
            _ if (self.is_none_if_absent)(name) => name.to_owned(),
            Some(parts) => {
                let parts = sum_of(parts.iter().map(|part| self.at_least(part)));
                format!("(if {} then {name} else {parts})", told(name))
            }
            None => format!("(if {} then {name} else 0 yuan)", told(name)),
        }
    }
}

fn deductible() -> Relation {
    let text = say!("起付线不超过医疗费总额", "the deductible paid is no more than the total cost");
    let broken = say!("起付线超过医疗费总额", "the deductible paid is more than the total cost");
    Relation {
        given: &["act_pay_dedc"],
        unless: absent("total_cost"),
        ..at_most("act_pay_dedc".to_owned(), "total_cost", text, broken)
    }
}

/// The amount; what its parts come to, where it is not told and they are.
fn exactly(name: &str) -> String {
    match parts_of(name) {
        Some(parts) => {
            format!("(if {} then {name} else {})", told(name), sum_of(parts.iter().map(|part| (*part).to_owned())))
        }
        None => name.to_owned(),
    }
}

fn at_most(left: String, right: &str, text: Text, broken: Text) -> Relation {
    Relation {
        id: Code::PartAboveWhole,
        given: &[],
        any: &[],
        unless: String::new(),
        left,
        comparison: Comparison::AtMost,
        right: right.to_owned(),
        text,
        broken,
    }
}

/// The parts of an amount that is itself a part.
fn parts_of(name: &str) -> Option<&'static [&'static str]> {
    SUMS.iter().find(|sum| sum.whole == name && name != "total_cost").map(|sum| sum.parts)
}

/// The fact is given, or the other that it is a name for.
fn told(name: &str) -> String {
    match StandardFact::named(name).and_then(|fact| fact.derived).filter(|derived| names::is_name(derived)) {
        Some(other) => format!("(given({name}) or given({other}))"),
        None => format!("given({name})"),
    }
}

fn absent(name: &str) -> String {
    format!("not {}", told(name))
}

fn sum_of(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(" + ")
}

fn all_of(truths: impl Iterator<Item = String>) -> String {
    format!("({})", truths.collect::<Vec<_>>().join(" and "))
}
