//! What must hold between facts, whatever the plan.

use super::Builder;
use rust_decimal::Decimal;

use crate::code::Code;
use crate::fact::{Kind, STANDARD, StandardFact};
use crate::pack::parse;
use crate::pack::resolve::Typed;
use crate::pack::syntax::Term;
use crate::plan::expression::{Comparison, Date, Number, Slot, Slots, Truth};
use crate::plan::{Asked, Citation, Condition, Derived, Excess, Identity, Otherwise, PlanFact, Provenance, Terms};
use crate::text::{Text, say};
use std::collections::BTreeSet;

impl Builder<'_> {
    /// The conditions of every plan: a settlement record that stands, shares that may be held.
    pub(super) fn standing_conditions(&mut self, terms: Option<&Terms>) -> Vec<Option<Condition>> {
        let mut conditions = vec![
            self.not_among(
                "refd_setl_flag",
                "1",
                "settlement-refunded",
                say!("结算未退费", "the settlement was not refunded"),
            ),
            self.not_among(
                "vali_flag",
                "0",
                "settlement-invalid",
                say!("结算记录有效", "the settlement record is valid"),
            ),
        ];
        if let Some(Terms { max_shares: Some((max, Excess::Refuse)), .. }) = terms {
            let held = self.resolver.slot("shares").map(Number::Fact);
            conditions.push(held.map(|held| {
                let require = Truth::Compare(Comparison::AtMost, Box::new([held, max.clone()]));
                standing("too-many-shares", require, say!("持有份数不超过上限", "no more shares than the cap"))
            }));
        }
        conditions
    }

    pub(super) fn not_among(&mut self, fact: &str, value: &str, id: &str, text: Text) -> Option<Condition> {
        let slot = self.resolver.slot(fact)?;
        let among = Truth::Among(slot, vec![value.into()]);
        Some(standing(id, Truth::Not(Box::new(among)), text))
    }

    /// What must agree between facts, whatever the plan: see [`IDENTITIES`].
    pub(super) fn identities(&mut self) -> Vec<Identity> {
        let mut identities: Vec<Identity> = IDENTITIES
            .iter()
            .filter_map(|Stated { id, left, relation, right, given, zh, en }| {
                let given: Option<Slots> = given.iter().map(|name| self.resolver.slot(name)).collect();
                let asked = Asked { given: given?, ..Asked::default() };
                let sides = self
                    .resolver
                    .standard(left, |r, left| Some(r.typed(left)))
                    .zip(self.resolver.standard(right, |r, right| Some(r.typed(right))))?;
                let (agrees, sides) = match sides {
                    (Typed::Number(left, _), Typed::Number(right, _)) => (
                        Truth::Compare(*relation, Box::new([left.clone(), right.clone()])),
                        Some(Box::new([left, right])),
                    ),
                    (Typed::Date(left), Typed::Date(right)) => {
                        (Truth::CompareDates(*relation, Box::new([left, right])), None)
                    }
                    _ => return None,
                };
                let text = Text { zh: (*zh).to_owned(), en: (*en).to_owned() };
                Some(Identity { id, text, asked, agrees, sides })
            })
            .collect();
        // Facts that contradict each other are not decided on, whether a rule reads them or not.
        let used = self.resolver.used.clone();
        for standard in STANDARD.iter().filter(|standard| standard.derived.is_some()) {
            self.resolver.slot(standard.name);
        }
        self.resolver.used = used;
        for (slot, fact) in self.resolver.facts.iter().enumerate() {
            identities.extend(self.derivation_identities(slot, fact));
        }
        identities
    }

    /// A fact that is given must agree with what follows from others; what follows must lie within the fact's bounds.
    pub(super) fn derivation_identities(&self, slot: Slot, fact: &PlanFact) -> Vec<Identity> {
        let id = Code::FactContradicts.name();
        let Text { zh, en } = &fact.title;
        let text = say!("所给{zh}与其他事实一致", "{en} agrees with the other facts");
        let sources = self.sources(slot);
        let Some(derived) = &fact.derived else { return Vec::new() };
        let any: Slots = sources.into_iter().collect();
        let asked = Asked { given: Slots::of(slot), any, ..Asked::default() };
        match derived {
            Derived::Date(derived) => {
                let agrees = Truth::CompareDates(Comparison::Equal, Box::new([Date::Fact(slot), derived.clone()]));
                vec![Identity { id, text, asked, agrees, sides: None }]
            }
            Derived::Number(derived) => {
                let sides = Box::new([Number::Fact(slot), derived.clone()]);
                let mut agrees = Truth::Compare(Comparison::Equal, sides.clone());
                if fact.kind == Kind::Days {
                    // Without dates no days follow, and days that are given contradict nothing.
                    let none = Box::new([derived.clone(), Number::Constant(Decimal::ZERO)]);
                    agrees = Truth::Or(Box::new([Truth::Compare(Comparison::Equal, none), agrees]));
                }
                let contradiction = Identity { id, text, asked, agrees, sides: Some(sides) };
                let max = Box::new([derived.clone(), Number::Constant(fact.bounds.max)]);
                let text = say!("{zh}不超过上限", "{en} is within its bounds");
                let bounded = Identity {
                    id,
                    text,
                    asked: Asked { absent: Slots::of(slot), any, ..Asked::default() },
                    agrees: Truth::Compare(Comparison::AtMost, max.clone()),
                    sides: Some(max),
                };
                if fact.kind == Kind::Days { vec![contradiction, bounded] } else { vec![contradiction] }
            }
        }
    }

    /// The facts from which a fact may follow, however far back.
    pub(super) fn sources(&self, slot: Slot) -> BTreeSet<Slot> {
        let mut found = BTreeSet::new();
        let mut open = vec![slot];
        while let Some(next) = open.pop() {
            let name = self.resolver.facts.get(next).map(|fact| fact.name.clone()).unwrap_or_default();
            let Some(text) = StandardFact::named(&name).and_then(|standard| standard.derived) else { continue };
            let Ok(syntax) = parse::expression(text) else { continue };
            syntax.walk(&mut |inner| {
                if let Term::Name(name) = &inner.term
                    && let Some(source) = self.resolver.facts.iter().position(|fact| *fact.name == **name)
                    && source != slot
                    && found.insert(source)
                {
                    open.push(source);
                }
            });
        }
        found
    }
}

/// An identity between standard facts, in the rule language; asked where the facts of `given` are there.
struct Stated {
    id: &'static str,
    left: &'static str,
    relation: Comparison,
    right: &'static str,
    given: &'static [&'static str],
    zh: &'static str,
    en: &'static str,
}

/// What must agree. The settlement's are those of the national platform's record (`setlinfo`); all amounts in yuan.
const IDENTITIES: [Stated; 8] = [
    Stated {
        id: "cover-dates",
        left: "coverage_start",
        relation: Comparison::AtMost,
        right: "coverage_end",
        given: &[],
        zh: "保障终止日不早于起始日",
        en: "the cover does not end before it starts",
    },
    Stated {
        id: "stay-dates",
        left: "admitted",
        relation: Comparison::AtMost,
        right: "discharged",
        given: &[],
        zh: "出院日期不早于入院日期",
        en: "the discharge is not before the admission",
    },
    Stated {
        id: "birth-after-event",
        left: "birth_date",
        relation: Comparison::AtMost,
        right: "event_date",
        given: &[],
        zh: "出生日期不晚于事故日期",
        en: "the birth is not after the event",
    },
    Stated {
        id: "fund-above-total",
        left: "fund_paid",
        relation: Comparison::AtMost,
        right: "total_cost",
        given: &[],
        zh: "基金支付不超过医疗费总额",
        en: "the funds pay no more than the total cost",
    },
    Stated {
        id: "settlement-scope",
        left: "inscp_scp_amt",
        relation: Comparison::Equal,
        right: "medfee_sumamt - fulamt_ownpay_amt - overlmt_selfpay - preselfpay_amt",
        given: &["inscp_scp_amt"],
        zh: "符合政策范围金额 = 总额 − 全自费 − 超限价 − 先行自付",
        en: "within scope = total - self-funded - above the limit - paid first",
    },
    Stated {
        id: "settlement-funds",
        left: "fund_pay_sumamt",
        relation: Comparison::Equal,
        right: "hifp_pay + cvlserv_pay + hifes_pay + hifmi_pay + hifob_pay + maf_pay + oth_pay",
        given: &["fund_pay_sumamt", "hifp_pay"],
        zh: "基金支付总额 = 七项基金之和",
        en: "all funds = the sum of the seven",
    },
    Stated {
        id: "settlement-burden",
        left: "psn_part_amt",
        relation: Comparison::Equal,
        right: "total_cost - fund_paid - hosp_part_amt",
        given: &["psn_part_amt"],
        zh: "个人负担 = 总额 − 基金 − 医院负担",
        en: "borne by the person = total - funds - hospital's part",
    },
    Stated {
        id: "settlement-payments",
        left: "psn_part_amt",
        relation: Comparison::Equal,
        right: "acct_pay + psn_cash_pay + acct_mulaid_pay",
        given: &["psn_part_amt", "acct_pay"],
        zh: "个人负担 = 个人账户 + 现金 + 共济",
        en: "borne by the person = account + cash + relative's account",
    },
];

fn standing(id: &str, require: Truth, text: Text) -> Condition {
    let clause = say!("通则", "general rule");
    let citation = Citation { clause, provenance: Provenance::Stated, assumed: Vec::new() };
    Condition { id: id.into(), require, otherwise: Otherwise::Deny, text, citation }
}
