//! What must hold between facts, whatever the plan.

use super::Builder;
use super::sums::{Relation, relations};
use rust_decimal::Decimal;

use crate::code::Code;
use crate::fact::{Absent, Kind, SHARES_ELSEWHERE, STANDARD, StandardFact};
use crate::pack::parse;
use crate::pack::resolve::Resolver;
use crate::pack::syntax::{Term, Unit};
use crate::plan::expression::{Comparison, Date, Members, Number, Slot, Slots, Truth};
use crate::plan::{
    AllAssumed, Asked, Citation, Condition, Derived, Excess, Identity, Otherwise, PlanFact, Provenance, Sides, Terms,
};
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
            let held = self.resolver.slot("shares").zip(self.resolver.slot(SHARES_ELSEWHERE));
            conditions.push(held.map(|(here, elsewhere)| {
                let held = Number::Add(Box::new([Number::Fact(here), Number::Fact(elsewhere)]));
                let require = Truth::Compare(Comparison::AtMost, Box::new([held, max.clone()]));
                standing("too-many-shares", require, say!("持有份数不超过上限", "no more shares than the cap"))
            }));
        }
        conditions
    }

    pub(super) fn not_among(&mut self, fact: &str, value: &str, id: &str, text: Text) -> Option<Condition> {
        let slot = self.resolver.slot(fact)?;
        let among = Truth::Among(slot, Members::of(vec![value.into()]));
        Some(standing(id, Truth::Not(Box::new(among)), text))
    }

    /// What must hold between facts, whatever the plan.
    pub(super) fn identities(&mut self) -> Vec<Identity> {
        let used = self.resolver.used.clone();
        let mut identities: Vec<Identity> = DATES.iter().filter_map(|order| self.order(order)).collect();
        identities.extend([self.birth_first(), self.event_within_stay()].into_iter().flatten());
        identities
            .extend(relations(&|fact| self.is_none_if_absent(fact)).iter().filter_map(|held| self.relation(held)));
        identities.extend(self.refund_is_flagged());
        // Facts that contradict each other are not decided on, whether a rule reads them or not.
        for standard in STANDARD.iter().filter(|standard| standard.derived.is_some()) {
            self.resolver.slot(standard.name);
        }
        self.resolver.used = used;
        for (slot, fact) in self.resolver.facts.indexed() {
            identities.extend(self.derivation_identities(slot, fact));
        }
        identities
    }

    fn order(&mut self, Order { id, first, relation, then, any, zh, en, broken }: &Order) -> Option<Identity> {
        let dates = [self.resolver.standard(first, Resolver::date)?, self.resolver.standard(then, Resolver::date)?];
        let agrees = Truth::CompareDates(*relation, Box::new(dates));
        let [text, broken] =
            [(zh, en), (&broken.0, &broken.1)].map(|(zh, en)| Text { zh: (*zh).to_owned(), en: (*en).to_owned() });
        let about = self.named_in(&[first, then]);
        Some(Identity { id: id.name(), text, broken, asked: self.asked(&[], any)?, agrees, about, sides: None })
    }

    fn birth_first(&mut self) -> Option<Identity> {
        let first = "birth_date <= event_date and birth_date <= admitted and birth_date <= coverage_start";
        Some(Identity {
            id: Code::BirthAfterEvent.name(),
            text: say!(
                "出生日期不晚于事故、入院和保障起始日期",
                "the birth is not after the event, the admission or the first day of cover"
            ),
            broken: say!(
                "出生日期晚于事件、入院或保障起始日期",
                "the birth is after the event, the admission or the first day of cover"
            ),
            asked: self.asked(&["birth_date"], &[])?,
            agrees: self.resolver.standard(first, Resolver::truth)?,
            about: self.named_in(&[first]),
            sides: None,
        })
    }

    /// An accident is before the end of its stay, and so is an illness that only the stay tells of. A diagnosis may be confirmed,
    /// and a patient die, after it.
    fn event_within_stay(&mut self) -> Option<Identity> {
        let within = self.resolver.standard("event_date <= discharged", Resolver::truth)?;
        let may_follow = self.resolver.standard("death or given(illness_class)", Resolver::truth)?;
        let is_accident = Truth::Among(self.resolver.slot("cause")?, Members::of(vec!["accident".into()]));
        let follows = Truth::And(Box::new([Truth::Not(Box::new(is_accident)), may_follow]));
        Some(Identity {
            id: Code::EventAfterStay.name(),
            text: say!("事故日期不晚于出院日期", "the event is not after the discharge"),
            broken: say!("事件日期晚于出院日期", "the event is after the discharge"),
            asked: self.asked(&[], &["discharged", "enddate"])?,
            agrees: Truth::Or(Box::new([within, follows])),
            about: self.named_in(&["event_date <= discharged"]),
            sides: None,
        })
    }

    /// The platform flags both a refund and the settlement that it takes back.
    fn refund_is_flagged(&mut self) -> Option<Identity> {
        Some(Identity {
            id: Code::FactContradicts.name(),
            text: say!(
                "冲退其他结算的记录（`init_setl_id`）带退费标志（`refd_setl_flag` 为 1）",
                "a settlement that takes another back (`init_setl_id`) is flagged as refunded (`refd_setl_flag` is 1)"
            ),
            broken: say!(
                "冲退其他结算的记录（`init_setl_id`）没有退费标志（`refd_setl_flag` 不为 1）",
                "a settlement that takes another back (`init_setl_id`) is not flagged as refunded (`refd_setl_flag` is not 1)"
            ),
            asked: self.asked(&["init_setl_id"], &[])?,
            agrees: Truth::Among(self.resolver.slot("refd_setl_flag")?, Members::of(vec!["1".into()])),
            about: self.named_in(&["init_setl_id", "refd_setl_flag"]),
            sides: None,
        })
    }

    fn relation(
        &mut self,
        Relation { id, given, any, unless, left, comparison, right, text, broken }: &Relation,
    ) -> Option<Identity> {
        let about = self.named_in(&[left, right]);
        let left = self.resolver.standard(left, |r, left| r.number(left, Unit::Yuan))?;
        let right = self.resolver.standard(right, |r, right| r.number(right, Unit::Yuan))?;
        let unless = self.resolver.standard(unless, Resolver::truth)?;
        let sides = Sides::of(*comparison, [left, right]);
        Some(Identity {
            id: id.name(),
            text: text.clone(),
            broken: broken.clone(),
            asked: self.asked(given, any)?,
            agrees: Truth::Or(Box::new([unless, sides.agree()])),
            about,
            sides: Some(sides),
        })
    }

    /// The facts that expressions name, in order, each once.
    fn named_in(&self, expressions: &[&str]) -> Vec<Slot> {
        let mut named = Vec::new();
        for syntax in expressions.iter().filter_map(|text| parse::standard(text)) {
            syntax.walk(&mut |inner| {
                if let Term::Name(name) = &inner.term
                    && let Some(slot) = self.resolver.facts.position(|fact| *fact.name == **name)
                    && !named.contains(&slot)
                {
                    named.push(slot);
                }
            });
        }
        named
    }

    fn asked(&mut self, given: &[&str], any: &[&str]) -> Option<Asked> {
        let mut slots = |names: &[&str]| names.iter().map(|name| self.resolver.slot(name)).collect::<Option<Slots>>();
        Some(Asked { given: slots(given)?, any: slots(any)?, ..Asked::default() })
    }

    /// Whether the plan takes the fact for nothing where it is absent.
    fn is_none_if_absent(&self, fact: &str) -> bool {
        let own = self.resolver.own_facts.get(fact).map(|(_, own)| own.absent);
        own.or(StandardFact::named(fact).map(|standard| standard.absent)) == Some(Absent::None)
    }

    /// A fact that is given must agree with what follows from others; what follows must lie within the fact's bounds.
    pub(super) fn derivation_identities(&self, slot: Slot, fact: &PlanFact) -> Vec<Identity> {
        let id = Code::FactContradicts.name();
        let Text { zh, en } = &fact.title;
        let text = say!("所给{zh}与其他事实一致", "{en} agrees with the other facts");
        let broken = say!("{zh}与其他事实不符", "{en} does not agree with the other facts");
        let sources = self.sources(slot);
        let Some(derived) = &fact.derived else { return Vec::new() };
        let any: Slots = sources.into_iter().collect();
        let asked = Asked { given: Slots::of(slot), any, ..Asked::default() };
        let about: Vec<Slot> = [slot].into_iter().chain(any.iter()).collect();
        match derived {
            Derived::Date(derived) => {
                let agrees = Truth::CompareDates(Comparison::Equal, Box::new([Date::Fact(slot), derived.clone()]));
                vec![Identity { id, text, broken, asked, agrees, about, sides: None }]
            }
            Derived::Number(derived) => {
                let sides = Sides::of_a_derivation([Number::Fact(slot), derived.clone()]);
                let mut agrees = sides.agree();
                if fact.kind == Kind::Days {
                    // Without dates no days follow, and days that are given contradict nothing.
                    let none = Box::new([derived.clone(), Number::Constant(Decimal::ZERO)]);
                    agrees = Truth::Or(Box::new([Truth::Compare(Comparison::Equal, none), agrees]));
                }
                let contradiction =
                    Identity { id, text, broken, asked, agrees, about: about.clone(), sides: Some(sides) };
                let max = Sides::of(Comparison::AtMost, [derived.clone(), Number::Constant(fact.bounds.max)]);
                let text = say!("{zh}不超过上限", "{en} is within its bounds");
                let bounded = Identity {
                    id,
                    text,
                    broken: say!(
                        "推算出的{zh}超过上限",
                        "{en}, as it follows from the other facts, is out of its bounds"
                    ),
                    asked: Asked { absent: Slots::of(slot), any, ..Asked::default() },
                    agrees: max.agree(),
                    about,
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
            let name = self.resolver.facts[next].name.clone();
            let Some(text) = StandardFact::named(&name).and_then(|standard| standard.derived) else { continue };
            let Some(syntax) = parse::standard(text) else { continue };
            syntax.walk(&mut |inner| {
                if let Term::Name(name) = &inner.term
                    && let Some(source) = self.resolver.facts.position(|fact| *fact.name == **name)
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

/// Two dates in the only order that is possible; asked where one of the facts of `any` is there, if it names some.
struct Order {
    id: Code,
    first: &'static str,
    relation: Comparison,
    then: &'static str,
    any: &'static [&'static str],
    zh: &'static str,
    en: &'static str,
    /// What is wrong where they are in the other order.
    broken: (&'static str, &'static str),
}

const DATES: [Order; 4] = [
    Order {
        id: Code::CoverDates,
        first: "coverage_start",
        relation: Comparison::AtMost,
        then: "coverage_end",
        any: &[],
        zh: "保障终止日不早于起始日",
        en: "the cover does not end before it starts",
        broken: ("保障终止日早于起始日", "the cover ends before it starts"),
    },
    Order {
        id: Code::PreviousCover,
        first: "previous_coverage_end",
        relation: Comparison::Less,
        then: "coverage_start",
        any: &["previous_coverage_end"],
        zh: "上期保障在本期起始日之前终止",
        en: "the previous cover ends before this one starts",
        broken: ("上期保障未在本期起始日之前终止", "the previous cover does not end before this one starts"),
    },
    Order {
        id: Code::StayDates,
        first: "admitted",
        relation: Comparison::AtMost,
        then: "discharged",
        any: &["admitted", "begndate"],
        zh: "出院日期不早于入院日期",
        en: "the discharge is not before the admission",
        broken: ("出院日期早于入院日期", "the discharge is before the admission"),
    },
    Order {
        id: Code::ReportBeforeEvent,
        first: "event_date",
        relation: Comparison::AtMost,
        then: "reported_on",
        any: &["reported_on"],
        zh: "申请日期不早于事故日期",
        en: "the report is not before the event",
        broken: ("申请日期早于事件日期", "the report is before the event"),
    },
];

fn standing(id: &str, require: Truth, text: Text) -> Condition {
    let clause = say!("通则", "general rule").into();
    let citation = Citation { clause, provenance: Provenance::Stated, assumed: AllAssumed::default() };
    Condition { id: id.into(), require, otherwise: Otherwise::Deny, text: text.into(), citation }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    /// What is stated here is right by this test: an expression that could not be read would be left out in silence.
    #[test]
    fn every_plan_keeps_all_that_is_stated() {
        let text = include_str!("../../../rules/henan-accident.toml");
        let plan = crate::pack::load("henan-accident.toml", text.as_bytes()).expect("the pack is right");
        let mut stated: BTreeMap<&str, usize> = BTreeMap::new();
        for identity in &plan.identities {
            *stated.entry(identity.id).or_default() += 1;
        }
        let expected = [
            ("birth-after-event", 1),
            ("cover-dates", 1),
            ("event-after-stay", 1),
            ("fact-contradicts", 10), // nine facts that may follow from others, and a refund without its flag
            ("fund-above-total", 1),
            ("part-above-whole", 11),
            ("previous-cover", 1),
            ("report-before-event", 1),
            ("settlement-burden", 1),
            ("settlement-funds", 1),
            ("settlement-payments", 1),
            ("settlement-scope", 1),
            ("stay-dates", 1),
        ];
        assert_eq!(stated.into_iter().collect::<Vec<_>>(), expected);
    }
}
