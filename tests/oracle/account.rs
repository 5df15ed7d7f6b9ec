//! All claims of one member, one after the other.

use std::collections::BTreeMap;

use super::answer::{Answer, notice};
use super::duplicate;
use super::exact::yuan;
use super::facts::Facts;
use super::joint::Joint;
use super::level;
use super::member::{Member, Told};
use super::open;
use super::order::{self, Order};
use super::overlap;
use super::person;
use super::record::Record;
use super::verdict::{Decision, Verdict};

/// A claim by its plan and its id.
pub(crate) type Name = (&'static str, String);

/// What is asked for beside the packs.
#[derive(Debug)]
pub(crate) struct Rules {
    pub(crate) order: Order,
    pub(crate) joint: Joint,
    /// Claims wait for earlier ones that are open.
    pub(crate) hold_open: bool,
    /// Claims say that earlier ones are open.
    pub(crate) tells_open: bool,
    /// A bill that may have come before waits.
    pub(crate) hold_duplicates: bool,
}

impl Rules {
    pub(crate) fn shipped() -> Self {
        Self {
            order: Order::ByEvent,
            joint: Joint::shipped(),
            hold_open: false,
            tells_open: true,
            hold_duplicates: false,
        }
    }

    /// For amounts alone, which do not hang on it.
    pub(crate) fn without_a_look_at_what_is_open() -> Self {
        Self { tells_open: false, ..Self::shipped() }
    }

    pub(crate) fn as_received() -> Self {
        Self { order: Order::AsReceived, ..Self::shipped() }
    }

    /// As if each plan stood alone.
    pub(crate) fn without_joint(&self) -> Self {
        Self { joint: Joint { amount: yuan(1_000_000_000) }, tells_open: false, ..*self }
    }

    /// Only what amounts hang on: whether claims wait for others that are open is of it, that others are open is not.
    pub(crate) fn for_amounts(&self) -> Self {
        Self { joint: self.joint.clone(), tells_open: self.hold_open, ..*self }
    }
}

/// What becomes of each claim.
pub(crate) fn decide(member: &Member, rules: &Rules) -> BTreeMap<Name, Answer> {
    let mut account = Account::of(member, rules);
    let mut answers = BTreeMap::new();
    let mut decided_by_id = BTreeMap::new();
    for told in rules.order.of(member) {
        let plan = member.plan_of(told);
        if rules.order == Order::ByEvent {
            let level = level::decided_by_id(&account, told);
            decided_by_id.extend(level.into_iter().map(|(id, said)| ((plan, id), said)));
        }
        let name = (plan, told.id.clone());
        let mut answer = match &told.reverses {
            Some(reversed) => account.take_back(told, reversed),
            None => account.decide(told),
        };
        answer.notices.extend(decided_by_id.remove(&name));
        answers.insert(name, answer);
    }
    answers
}

/// What a member's claims have come to so far.
#[derive(Clone)]
pub(crate) struct Account<'member> {
    pub(crate) member: &'member Member,
    pub(crate) rules: &'member Rules,
    posted: Vec<(&'member Told, Facts, Verdict)>,
    open: Vec<(&'member Told, Facts)>,
}

impl<'member> Account<'member> {
    fn of(member: &'member Member, rules: &'member Rules) -> Self {
        Self { member, rules, posted: Vec::new(), open: Vec::new() }
    }

    /// The same, where other rules hold from here on.
    pub(crate) fn under<'rules>(&self, rules: &'rules Rules) -> Account<'rules>
    where
        'member: 'rules,
    {
        Account { rules, ..self.clone() }
    }

    pub(crate) fn decide(&mut self, told: &'member Told) -> Answer {
        let mut facts = self.member.facts_of(told);
        let plan = self.member.cover_of(told).plan;
        let elsewhere = overlap::count_shares(self.member, told, &mut facts, plan.most_shares);
        let before = duplicate::before(self.member, told, self.rules);
        let of_others = person::contradictions(self.member);

        let record = self.record(plan.id);
        let verdict = (plan.decide)(&facts, &record);
        let mut notices = elsewhere.notices;
        let mut held = Vec::new();
        if elsewhere.pends {
            held.push("shares-elsewhere");
        }
        if let Some(first) = before.first {
            notices.push(notice("possible-duplicate", [first.id.as_str()]));
            if before.under_another_cover || self.rules.hold_duplicates {
                held.push("possible-duplicate");
            }
        }
        if !of_others.is_empty() {
            notices.push(notice("member-contradicts", of_others.iter().map(String::as_str)));
            held.push("member-contradicts");
        }
        if held.is_empty() && self.rules.tells_open {
            let open = self.open_before(told, plan.id);
            let of_plan: Vec<Facts> = open.iter().map(|(_, facts)| facts.clone()).collect();
            let matter = open::that_matter(plan, &of_plan, &facts, &record);
            if !matter.is_empty() {
                notices.push(notice("earlier-claim-open", matter.iter().map(|place| open[*place].0.id.as_str())));
                if self.rules.hold_open {
                    held.push("earlier-claim-open");
                }
            }
        }
        let verdict = if held.is_empty() {
            let paid = self.posted.iter().map(|(told, _, verdict)| (*told, verdict));
            self.rules.joint.hold(self.member, told, verdict, paid)
        } else {
            // What pends it already is said beside.
            let own = Some(verdict).filter(|verdict| verdict.decision == Decision::Pended);
            Verdict::unpaid(Decision::Pended, [own.map_or_else(Vec::new, |own| own.reasons), held].concat())
        };
        let mut answer = Answer::of(&verdict);
        answer.notices = notices.into_iter().collect();
        match verdict.decision {
            Decision::Paid | Decision::NothingDue => self.posted.push((told, facts, verdict)),
            Decision::Pended => self.open.push((told, facts)),
            Decision::Denied | Decision::Reversed => {}
        }
        answer
    }

    /// Those that are open of the same plan: all that came before, and those that nobody can place without a day.
    fn open_before(&self, told: &Told, plan: &str) -> Vec<(&'member Told, Facts)> {
        let is_of_it = |(open, _): &&(&Told, Facts)| self.member.plan_of(open) == plan && open.id != told.id;
        self.open.iter().filter(is_of_it).cloned().collect()
    }

    /// What was posted is gone, and everything after is decided as if it had never been.
    fn take_back(&mut self, told: &Told, reversed: &str) -> Answer {
        let plan = self.member.plan_of(told);
        let is_it =
            |(posted, ..): &(&Told, Facts, Verdict)| posted.id == reversed && self.member.plan_of(posted) == plan;
        let place = self.posted.iter().position(is_it).expect("only what was posted is reversed here");
        Answer::taking_back(&self.posted.remove(place).2)
    }

    fn record(&self, plan: &str) -> Record {
        let mut record = Record::default();
        for (told, facts, verdict) in &self.posted {
            if self.member.plan_of(told) == plan {
                record.enter(facts, verdict.clone());
            }
        }
        record
    }
}

/// What becomes of one claim that is received after all others, whatever their days.
pub(crate) fn decide_last(member: &Member, last: &str, rules: &Rules) -> BTreeMap<Name, Answer> {
    let mut account = Account::of(member, rules);
    let mut answers = BTreeMap::new();
    let (mut order, received): (Vec<&Told>, Vec<&Told>) =
        order::by_event(member).into_iter().partition(|told| told.id != last);
    order.extend(received);
    for told in order {
        let answer = match &told.reverses {
            Some(reversed) => account.take_back(told, reversed),
            None => account.decide(told),
        };
        answers.insert((member.plan_of(told), told.id.clone()), answer);
    }
    answers
}

/// Whether every reversal takes back what was posted before it.
pub(crate) fn reversals_stand(member: &Member, rules: &Rules) -> bool {
    let mut account = Account::of(member, rules);
    rules.order.of(member).into_iter().all(|told| match &told.reverses {
        Some(reversed) if account.posted.iter().any(|(posted, ..)| posted.id == *reversed) => {
            account.take_back(told, reversed);
            true
        }
        Some(_) => false,
        None => {
            account.decide(told);
            true
        }
    })
}
