//! What a plan means, written once over [`Reading`].
//!
//! Eligibility, then the waterfall of each benefit, then the limits over several benefits. Everything that the engine can do
//! with a plan is a reading of this one text: deciding a claim, proving what it can ever pay, and whatever comes next.

mod expressions;
mod once;
pub(crate) mod outcome;
mod premium;
mod reading;
mod waterfall;

use rust_decimal::Decimal;

use crate::arena::Arena;
use crate::plan::expression::{BenefitIndex, IdentityIndex};
use crate::plan::{Asked, Identity, LedgerAmount, Otherwise, Plan};
use once::ReadBefore;
pub(crate) use premium::Premium;
pub(crate) use reading::{Event, Place, Reading, Source};

/// What a plan says about one claim.
pub(crate) struct Verdict<R: Reading> {
    /// No identity between the facts is broken.
    pub(crate) sound: R::Truth,
    /// All conditions that deny are met.
    pub(crate) eligible: R::Truth,
    /// All conditions that pend are met.
    pub(crate) cleared: R::Truth,
    /// What each benefit pays, after limits.
    pub(crate) paid: Arena<BenefitIndex, R::Number>,
    pub(crate) payable: R::Number,
}

/// One reading of one plan under way.
pub(crate) struct Meaning<'p, R: Reading> {
    plan: &'p Plan,
    pub(crate) reading: R,
    /// What each benefit pays so far.
    paid: Arena<BenefitIndex, R::Number>,
    /// What the accumulated deductible of each benefit has taken.
    deducted: Arena<BenefitIndex, R::Number>,
    read_before: ReadBefore<R>,
}

impl<'p, R: Reading> Meaning<'p, R> {
    pub(crate) fn new(plan: &'p Plan, reading: R) -> Meaning<'p, R> {
        Meaning::beside(plan, reading, Arena::with_capacity(plan.benefits.len()))
    }

    /// To read single expressions of benefits: what they say of others is what these pay before limits, as [`Meaning::waterfalls`] gives it.
    pub(crate) fn beside(plan: &'p Plan, reading: R, paid: Arena<BenefitIndex, R::Number>) -> Meaning<'p, R> {
        Meaning { plan, reading, paid, deducted: Arena::new(), read_before: ReadBefore::nothing() }
    }

    /// What each benefit pays, as far as it was read or said; see [`Meaning::beside`].
    pub(crate) fn into_paid(self) -> Arena<BenefitIndex, R::Number> {
        self.paid
    }

    /// What each benefit pays before limits.
    pub(crate) fn waterfalls(&mut self) -> Arena<BenefitIndex, R::Number> {
        self.read_benefits();
        std::mem::take(&mut self.paid)
    }

    /// What one benefit pays before limits, where it is known what those before it do; see [`Meaning::beside`].
    pub(crate) fn waterfall_of(&mut self, index: BenefitIndex) -> R::Number {
        self.benefit(index, self.plan.benefit(index))
    }

    /// What each benefit pays before limits in a claim that is open to them; nothing is where none is.
    pub(crate) fn open_waterfalls(&mut self) -> Option<Arena<BenefitIndex, R::Number>> {
        let eligible = self.conditions(Otherwise::Deny);
        let cleared = self.conditions(Otherwise::Pend);
        let open = self.reading.and(eligible, cleared);
        (self.reading.settled(&open) != Some(false)).then(|| self.waterfalls())
    }

    /// Reads the whole plan: eligibility, waterfalls, limits.
    pub(crate) fn adjudicate(&mut self) -> Verdict<R> {
        let sound = self.sound();
        self.verdict(sound)
    }

    /// The same without asking whether the facts agree with each other.
    pub(crate) fn adjudicate_as_given(&mut self) -> Verdict<R> {
        let sound = self.reading.truth(true);
        self.verdict(sound)
    }

    #[inline]
    fn verdict(&mut self, sound: R::Truth) -> Verdict<R> {
        let eligible = self.conditions(Otherwise::Deny);
        let cleared = self.conditions(Otherwise::Pend);
        let open = self.reading.and(sound.clone(), eligible.clone());
        let open = self.reading.and(open, cleared.clone());
        let payable = self.choose(open, Self::benefits, Self::nothing);
        Verdict { sound, eligible, cleared, paid: std::mem::take(&mut self.paid), payable }
    }

    /// Reads every condition and every benefit, also where no claim could be open to them.
    pub(crate) fn read_all(&mut self) -> Arena<BenefitIndex, R::Number> {
        self.conditions(Otherwise::Deny);
        self.conditions(Otherwise::Pend);
        self.benefits();
        std::mem::take(&mut self.paid)
    }

    /// What the claim posts to one ledger entry of the plan, once it is decided.
    pub(crate) fn posting(&mut self, amount: &'p LedgerAmount, paid: &Arena<BenefitIndex, R::Number>) -> R::Number {
        self.reading.hear(Event::At(Place::Ledger));
        // Where a claim is not open no benefit is read, and pays nothing; a deductible that is worked nowhere takes nothing.
        let of = |amounts: &Arena<BenefitIndex, R::Number>, benefit: &BenefitIndex| amounts.find(*benefit).cloned();
        match amount {
            LedgerAmount::Paid(benefit) => of(paid, benefit),
            LedgerAmount::Deducted(benefit) => of(&self.deducted, benefit),
            LedgerAmount::Count(benefit) => of(paid, benefit).map(|paid| {
                if self.reading.is_nothing(&paid) {
                    return paid;
                }
                let anything = self.more_than_nothing(paid);
                self.choose(anything, |m| m.reading.number(Decimal::ONE), Self::nothing)
            }),
            LedgerAmount::Sum(number) => Some(self.number(number)),
        }
        .unwrap_or_else(|| self.nothing())
    }

    pub(crate) fn sound(&mut self) -> R::Truth {
        let plan = self.plan;
        let mut sound = self.reading.truth(true);
        for (index, identity) in plan.identities.indexed() {
            self.reading.hear(Event::At(Place::Identity(index)));
            let asked = self.asked(identity.asked);
            if self.reading.settled(&asked) == Some(false) {
                continue;
            }
            let not_asked = self.reading.not(asked);
            let holds = self.either(not_asked, |m| m.truth(&identity.agrees));
            let holds = self.reading.unless_false(holds);
            self.hear_identity(index, identity, &holds);
            sound = self.reading.and(sound, holds);
        }
        sound
    }

    #[inline]
    fn asked(&mut self, Asked { given, absent, any }: Asked) -> R::Truth {
        let all = self.reading.all_given(given);
        self.both(all, |m| {
            let present = m.reading.any_given(absent);
            let none = m.reading.not(present);
            let some = |m: &mut Self| if any.is_empty() { m.reading.truth(true) } else { m.reading.any_given(any) };
            m.both(none, some)
        })
    }

    fn hear_identity(&mut self, index: IdentityIndex, identity: &'p Identity, holds: &R::Truth) {
        match &identity.sides {
            Some(sides) if self.reading.settled(holds) == Some(false) => {
                let [left, right] = self.numbers(&sides.amounts);
                self.reading.hear(Event::Identity { index, holds, sides: Some([&left, &right]) });
            }
            Some(_) | None => self.reading.hear(Event::Identity { index, holds, sides: None }),
        }
    }

    /// Whether all conditions of one kind are met; every one is read, so that every reason is heard.
    fn conditions(&mut self, otherwise: Otherwise) -> R::Truth {
        let plan = self.plan;
        let mut all = self.reading.truth(true);
        for (index, condition) in plan.conditions.indexed() {
            if condition.otherwise == otherwise {
                self.reading.hear(Event::At(Place::Condition(index)));
                let met = self.truth(&condition.require);
                self.reading.hear(Event::Condition { index, met: &met });
                all = self.reading.and(all, met);
            }
        }
        all
    }

    /// Every benefit, then every limit; what is payable in all.
    fn benefits(&mut self) -> R::Number {
        self.read_benefits();
        let plan = self.plan;
        let mut total = self.nothing();
        for (index, limit) in plan.limits.indexed() {
            let within = self.limit(index, limit);
            if limit.is_outermost {
                total = self.reading.add(total, within);
            }
        }
        for (index, benefit) in plan.benefits.indexed() {
            if !benefit.is_within_outermost {
                let paid = self.paid(index);
                total = self.reading.add(total, paid);
            }
        }
        total
    }

    fn read_benefits(&mut self) {
        for (index, benefit) in self.plan.benefits.indexed() {
            let paid = self.benefit(index, benefit);
            let paid = self.reading.pays(index, paid);
            self.paid.push(paid);
        }
    }
}
