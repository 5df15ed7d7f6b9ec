//! What a plan means, written once over [`Reading`].
//!
//! Eligibility, then the waterfall of each benefit, then the limits over several benefits. Everything that the engine can do
//! with a plan is a reading of this one text: deciding a claim, proving what it can ever pay, and whatever comes next.

mod once;
pub(crate) mod outcome;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::fact::Absent;
use crate::plan::expression::{Choice, Comparison, Date, Members, Number, Prior, Several, Slot, Slots, Truth};
use crate::plan::parts::Named;
use crate::plan::{
    Action, AnyFigure, Asked, Benefit, Derived, EarlierBenefit, Identity, Ladder, LedgerAmount, Limit, Otherwise,
    Period, Plan, Rows, Rung, Step, Waiting,
};
use crate::rounding::Rounding;
use once::ReadBefore;
use outcome::LineKind;

/// A way to read a plan: what its numbers, truths and dates are, and a few primitives over them.
///
/// Every primitive is strict. What a reading can settle at once is told by [`Reading::settled`], and then only the side that
/// counts is read.
pub(crate) trait Reading {
    type Number: Clone;
    type Truth: Clone;
    type Date: Clone;

    fn number(&mut self, constant: Decimal) -> Self::Number;
    fn truth(&mut self, constant: bool) -> Self::Truth;
    fn date(&mut self, constant: NaiveDate) -> Self::Date;

    /// A constant that the pack has given a name; a reading that cites nothing does not ask which.
    #[inline]
    fn sourced(&mut self, _source: Source, constant: Decimal) -> Self::Number {
        self.number(constant)
    }

    /// The same of a date.
    #[inline]
    fn sourced_date(&mut self, _source: Source, constant: NaiveDate) -> Self::Date {
        self.date(constant)
    }

    /// The fact as it is given; where it is not, it is unknown, whatever its absence may say.
    fn number_fact(&mut self, slot: Slot) -> Self::Number;
    fn truth_fact(&mut self, slot: Slot) -> Self::Truth;
    fn date_fact(&mut self, slot: Slot) -> Self::Date;
    /// Whether the fact itself is present; never unknown.
    fn given(&mut self, slot: Slot) -> Self::Truth;
    /// Whether all of the facts are given.
    fn all_given(&mut self, slots: Slots) -> Self::Truth {
        let all = self.truth(true);
        slots.iter().fold(all, |all, slot| {
            let given = self.given(slot);
            self.and(all, given)
        })
    }

    /// Whether one of the facts is given.
    fn any_given(&mut self, slots: Slots) -> Self::Truth {
        let none = self.truth(false);
        slots.iter().fold(none, |any, slot| {
            let given = self.given(slot);
            self.or(any, given)
        })
    }

    /// Whether the category that is given is one of these; unknown where none is.
    fn among(&mut self, slot: Slot, values: &Members) -> Self::Truth;
    fn prior(&mut self, prior: Prior) -> Self::Number;

    fn add(&mut self, left: Self::Number, right: Self::Number) -> Self::Number;
    fn subtract(&mut self, left: Self::Number, right: Self::Number) -> Self::Number;
    fn times(&mut self, left: Self::Number, right: Self::Number) -> Self::Number;
    fn least(&mut self, left: Self::Number, right: Self::Number) -> Self::Number;
    fn greatest(&mut self, left: Self::Number, right: Self::Number) -> Self::Number;
    fn round(&mut self, number: Self::Number, rounding: Rounding) -> Self::Number;
    /// The rows are those of the plan's table of this index, as is what holds otherwise.
    fn look_up(
        &mut self,
        table: usize,
        key: Self::Number,
        rows: &[(Decimal, Decimal)],
        otherwise: Option<Decimal>,
    ) -> Self::Number;
    /// Unknown where the category is not given.
    fn look_up_category(
        &mut self,
        table: usize,
        key: Slot,
        rows: &[(Box<str>, Decimal)],
        otherwise: Option<Decimal>,
    ) -> Self::Number;

    fn days_between(&mut self, from: Self::Date, to: Self::Date) -> Self::Number;
    fn months_between(&mut self, from: Self::Date, to: Self::Date) -> Self::Number;
    fn years_between(&mut self, from: Self::Date, to: Self::Date) -> Self::Number;
    fn plus_days(&mut self, date: Self::Date, days: Self::Number) -> Self::Date;
    fn plus_months(&mut self, date: Self::Date, months: u32) -> Self::Date;

    fn compare(&mut self, comparison: Comparison, left: Self::Number, right: Self::Number) -> Self::Truth;
    fn compare_dates(&mut self, comparison: Comparison, left: Self::Date, right: Self::Date) -> Self::Truth;
    fn and(&mut self, left: Self::Truth, right: Self::Truth) -> Self::Truth;
    fn or(&mut self, left: Self::Truth, right: Self::Truth) -> Self::Truth;
    fn not(&mut self, truth: Self::Truth) -> Self::Truth;
    /// True unless it is known to be false.
    fn unless_false(&mut self, truth: Self::Truth) -> Self::Truth;
    fn choose(&mut self, condition: Self::Truth, then: Self::Number, otherwise: Self::Number) -> Self::Number;
    fn choose_date(&mut self, condition: Self::Truth, then: Self::Date, otherwise: Self::Date) -> Self::Date;

    /// Whether the number is known to be nothing.
    fn is_nothing(&self, number: &Self::Number) -> bool;

    /// What a limit comes to, or, where nothing is due of a benefit, what held before, though the room be unknown. A reading that
    /// sees single claims has left such a benefit out.
    fn unless_nothing(&mut self, _due: &Self::Number, now: Self::Number, _before: &Self::Number) -> Self::Number {
        now
    }

    /// Whether nothing can lie between the ends; a reading that sees single claims does not ask.
    fn is_empty_range(&self, _upper: Comparison, _from: &Self::Number, _to: &Self::Number) -> bool {
        false
    }

    /// What a fact follows to be; where that is unknown, the fact itself is what is missing.
    fn derived(&mut self, _fact: Slot, number: Self::Number) -> Self::Number {
        number
    }

    /// The same for a date.
    fn derived_date(&mut self, _fact: Slot, date: Self::Date) -> Self::Date {
        date
    }

    /// What a benefit pays before limits; a reading that looks at one case after another may know more of it.
    #[inline]
    fn pays(&mut self, _benefit: usize, paid: Self::Number) -> Self::Number {
        paid
    }

    /// What the bands of a ladder pay together of the due, where what each pays is rounded so.
    #[inline]
    fn climbed(
        &mut self,
        _due: &Self::Number,
        together: Self::Number,
        _ladder: &Ladder,
        _each: Option<Rounding>,
    ) -> Self::Number {
        together
    }

    /// What is supposed of a truth, by a reading that looks at one case after another; it is not read then.
    #[inline]
    fn supposed(&mut self, _truth: &Truth) -> Option<Self::Truth> {
        None
    }

    /// A named part of the pack begins to be read, which is read once.
    #[inline]
    fn enter(&mut self, _named: Named) {}

    /// It has been read.
    #[inline]
    fn leave(&mut self) {}

    /// It is asked for again: all that it was worked out from counts here too.
    #[inline]
    fn again(&mut self, _named: Named) {}

    /// The answer, where the reading has it now.
    fn settled(&self, truth: &Self::Truth) -> Option<bool>;
    /// Hears what happens, in order. A reading that gives no reasons does not listen.
    fn hear(&mut self, _event: Event<'_, Self>) {}
}

/// What happens while a plan is read.
pub(crate) enum Event<'a, R: Reading + ?Sized> {
    /// The sides are given where the identity is broken and between amounts.
    Identity {
        index: usize,
        holds: &'a R::Truth,
        sides: Option<[&'a R::Number; 2]>,
    },
    Condition {
        index: usize,
        met: &'a R::Truth,
    },
    /// One part of a benefit's `when`.
    When {
        benefit: usize,
        part: usize,
        holds: &'a R::Truth,
    },
    Gross {
        benefit: usize,
        amount: &'a R::Number,
    },
    Line {
        benefit: usize,
        kind: LineKind,
        leaves: &'a R::Number,
    },
    /// What is read next belongs to this place of the pack.
    At(Place),
}

/// What a pack gives a name to, where its constants come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Source {
    Figure(AnyFigure),
    Table(usize),
    Slab(usize),
    Ladder(usize),
}

/// A place of the pack that a reading may want to name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Place {
    Identity(usize),
    Condition(usize),
    When(usize),
    Gross(usize),
    Step(usize, usize),
    Rounding(usize),
    Limit(usize),
    Ledger,
}

/// What a plan says about one claim.
pub(crate) struct Verdict<R: Reading> {
    /// No identity between the facts is broken.
    pub(crate) sound: R::Truth,
    /// All conditions that deny are met.
    pub(crate) eligible: R::Truth,
    /// All conditions that pend are met.
    pub(crate) cleared: R::Truth,
    /// What each benefit pays, after limits.
    pub(crate) paid: Vec<R::Number>,
    pub(crate) payable: R::Number,
}

/// One reading of one plan under way.
pub(crate) struct Meaning<'p, R: Reading> {
    plan: &'p Plan,
    pub(crate) reading: R,
    /// What each benefit pays so far.
    paid: Vec<R::Number>,
    /// What the accumulated deductible of each benefit has taken.
    deducted: Vec<R::Number>,
    read_before: ReadBefore<R>,
}

impl<'p, R: Reading> Meaning<'p, R> {
    pub(crate) fn new(plan: &'p Plan, reading: R) -> Meaning<'p, R> {
        let benefits = plan.benefits.len();
        Meaning {
            plan,
            reading,
            paid: Vec::with_capacity(benefits),
            deducted: Vec::new(),
            read_before: ReadBefore::nothing(),
        }
    }

    /// To read single expressions of benefits: what they say of others is what these pay before limits, as [`Meaning::waterfalls`] gives it.
    pub(crate) fn beside(plan: &'p Plan, reading: R, paid: Vec<R::Number>) -> Meaning<'p, R> {
        Meaning { plan, reading, paid, deducted: Vec::new(), read_before: ReadBefore::nothing() }
    }

    /// What each benefit pays, as far as it was read or said; see [`Meaning::beside`].
    pub(crate) fn into_paid(self) -> Vec<R::Number> {
        self.paid
    }

    /// What each benefit pays before limits.
    pub(crate) fn waterfalls(&mut self) -> Vec<R::Number> {
        self.read_benefits();
        std::mem::take(&mut self.paid)
    }

    /// What one benefit pays before limits, where it is known what those before it do; see [`Meaning::beside`].
    pub(crate) fn waterfall_of(&mut self, index: usize) -> R::Number {
        self.benefit(index, self.plan.benefit(index))
    }

    /// What each benefit pays before limits in a claim that is open to them; nothing is where none is.
    pub(crate) fn open_waterfalls(&mut self) -> Option<Vec<R::Number>> {
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
    pub(crate) fn read_all(&mut self) -> Vec<R::Number> {
        self.conditions(Otherwise::Deny);
        self.conditions(Otherwise::Pend);
        self.benefits();
        std::mem::take(&mut self.paid)
    }

    /// What the claim posts to one ledger entry of the plan, once it is decided.
    pub(crate) fn posting(&mut self, amount: &'p LedgerAmount, paid: &[R::Number]) -> R::Number {
        self.reading.hear(Event::At(Place::Ledger));
        let of = |amounts: &[R::Number], benefit: &usize| amounts.get(*benefit).cloned();
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

    fn sound(&mut self) -> R::Truth {
        let plan = self.plan;
        let mut sound = self.reading.truth(true);
        for (index, identity) in plan.identities.iter().enumerate() {
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

    fn hear_identity(&mut self, index: usize, identity: &'p Identity, holds: &R::Truth) {
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
        for (index, condition) in plan.conditions.iter().enumerate() {
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
        for (index, limit) in plan.limits.iter().enumerate() {
            let within = self.limit(index, limit);
            if limit.is_outermost {
                total = self.reading.add(total, within);
            }
        }
        for (index, benefit) in plan.benefits.iter().enumerate() {
            if !benefit.is_within_outermost {
                let paid = self.paid(index);
                total = self.reading.add(total, paid);
            }
        }
        total
    }

    fn read_benefits(&mut self) {
        for (index, benefit) in self.plan.benefits.iter().enumerate() {
            let paid = self.benefit(index, benefit);
            let paid = self.reading.pays(index, paid);
            self.paid.push(paid);
        }
    }

    fn benefit(&mut self, index: usize, benefit: &'p Benefit) -> R::Number {
        self.reading.hear(Event::At(Place::When(index)));
        let mut applies = self.reading.truth(true);
        for (part, when) in benefit.when.iter().enumerate() {
            let holds = self.truth(&when.expression);
            self.reading.hear(Event::When { benefit: index, part, holds: &holds });
            applies = self.reading.and(applies, holds);
        }
        let paid = self.choose(applies.clone(), |m| m.waterfall(index, benefit), Self::nothing);
        self.deduct_only_if(applies, index);
        paid
    }

    /// A deductible that was not worked has taken nothing, also where both sides of a choice are read.
    fn deduct_only_if(&mut self, worked: R::Truth, benefit: usize) {
        if let Some(deducted) = self.deducted.get(benefit).cloned() {
            let deducted = self.choose(worked, |_| deducted, Self::nothing);
            self.set_deducted(benefit, deducted);
        }
    }

    /// The gross amount runs down the steps; what the last one, rounding, leaves is paid.
    fn waterfall(&mut self, index: usize, benefit: &'p Benefit) -> R::Number {
        self.reading.hear(Event::At(Place::Gross(index)));
        let mut due = self.number(&benefit.gross.expression);
        due = self.rounded(due, benefit.rounding_of_steps);
        self.reading.hear(Event::Gross { benefit: index, amount: &due });
        for (number, step) in benefit.steps.iter().enumerate() {
            self.reading.hear(Event::At(Place::Step(index, number)));
            let leaves = self.step(index, step, &due);
            let leaves = self.rounded(leaves, benefit.rounding_of_steps);
            self.hear_line(index, LineKind::Step(number), &leaves);
            due = leaves;
        }
        self.reading.hear(Event::At(Place::Rounding(index)));
        let leaves = self.reading.round(due.clone(), benefit.rounding);
        self.hear_line(index, LineKind::Rounding, &leaves);
        leaves
    }

    #[inline]
    fn hear_line(&mut self, benefit: usize, kind: LineKind, leaves: &R::Number) {
        self.reading.hear(Event::Line { benefit, kind, leaves });
    }

    fn rounded(&mut self, number: R::Number, rounding: Option<Rounding>) -> R::Number {
        match rounding {
            None => number,
            Some(rounding) => self.reading.round(number, rounding),
        }
    }

    fn step(&mut self, benefit: usize, step: &'p Step, due: &R::Number) -> R::Number {
        match &step.when {
            None => self.action(benefit, &step.action, due.clone()),
            Some(when) => {
                let applies = self.truth(when);
                let leaves =
                    self.choose(applies.clone(), |m| m.action(benefit, &step.action, due.clone()), |_| due.clone());
                if let Action::Deductible { used: Some(_), .. } = step.action {
                    self.deduct_only_if(applies, benefit);
                }
                leaves
            }
        }
    }

    /// What a step leaves of the amount due. A step is defined here and nowhere else.
    fn action(&mut self, benefit: usize, action: &'p Action, due: R::Number) -> R::Number {
        match action {
            Action::Pay(rate) => {
                let rate = self.number(rate);
                self.reading.times(due, rate)
            }
            Action::Bands(ladder) => self.climb(*ladder, &due, self.plan.benefit(benefit).rounding_of_steps),
            Action::Deductible { amount, used } => {
                let open = self.room(amount, *used);
                let leaves = self.less(due.clone(), open);
                if used.is_some() {
                    let taken = self.reading.subtract(due, leaves.clone());
                    self.set_deducted(benefit, taken);
                }
                leaves
            }
            Action::Limit { amount, used } => {
                let room = self.room(amount, *used);
                self.reading.least(due, room)
            }
            Action::Less(amount) => {
                let amount = self.number(amount);
                self.less(due, amount)
            }
            Action::Offset(benefits) => benefits.iter().fold(due, |due, benefit| {
                let paid = self.paid_so_far(*benefit);
                self.less(due, paid)
            }),
            Action::Exclusive(benefits) => benefits.iter().fold(due, |due, benefit| {
                let paid = self.paid_so_far(*benefit);
                let excluded = self.more_than_nothing(paid);
                self.choose(excluded, Self::nothing, |_| due)
            }),
            Action::Waiting(waiting) => self.wait(*waiting, due),
            Action::Minimum(amount) => {
                let anything = self.more_than_nothing(due.clone());
                let raise = |m: &mut Self| {
                    let amount = m.number(amount);
                    m.reading.greatest(due.clone(), amount)
                };
                self.choose(anything, raise, |_| due.clone())
            }
            Action::Add(amount) => {
                let amount = self.number(amount);
                self.reading.add(due, amount)
            }
        }
    }

    /// The sum over marginal bands: each rate on the part of the due inside its band.
    fn climb(&mut self, ladder: usize, due: &R::Number, each: Option<Rounding>) -> R::Number {
        let mut sum = self.nothing();
        let source = Source::Ladder(ladder);
        let ladder = self.plan.ladder(ladder);
        for rung in &ladder.rungs {
            let inside = self.inside(source, rung, due);
            let pays = self.rung(source, rung, inside);
            let pays = self.rounded(pays, each);
            sum = self.reading.add(sum, pays);
        }
        self.reading.climbed(due, sum, ladder, each)
    }

    /// The part of the due inside a band.
    pub(crate) fn inside(&mut self, source: Source, rung: &Rung, due: &R::Number) -> R::Number {
        let mut inside = due.clone();
        if let Some(edge) = rung.up_to {
            let edge = self.reading.sourced(source, edge);
            inside = self.reading.least(inside, edge);
        }
        let from = self.reading.sourced(source, rung.from);
        self.less(inside, from)
    }

    /// What a band pays on the part inside it.
    pub(crate) fn rung(&mut self, source: Source, rung: &Rung, inside: R::Number) -> R::Number {
        let rate = self.reading.sourced(source, rung.pays);
        let pays = self.reading.times(inside, rate);
        match rung.at_most {
            None => pays,
            Some(cap) => {
                let cap = self.reading.sourced(source, cap);
                self.reading.least(pays, cap)
            }
        }
    }

    /// Nothing in the waiting period, the reduced rate in the window after it, all that is due from then on.
    fn wait(&mut self, index: usize, due: R::Number) -> R::Number {
        let waiting = self.plan.waiting(index);
        let waits = self.truth_once(Named::Waiting(index), |m| {
            let in_period = m.waits(waiting);
            m.both(in_period, |m| m.not_exempt(waiting))
        });
        self.choose(waits, Self::nothing, |m| match &waiting.reduced {
            None => due.clone(),
            Some((until, rate)) => {
                let reduced = m.truth_once(Named::Reduced(index), |m| {
                    let in_window = m.is_within_days(waiting, until);
                    m.both(in_window, |m| m.not_exempt(waiting))
                });
                let pay = |m: &mut Self| {
                    let rate = m.number(rate);
                    m.reading.times(due.clone(), rate)
                };
                m.choose(reduced, pay, |_| due.clone())
            }
        })
    }

    fn not_exempt(&mut self, waiting: &'p Waiting) -> R::Truth {
        let exempt = self.exempt(waiting);
        self.reading.not(exempt)
    }

    fn exempt(&mut self, waiting: &'p Waiting) -> R::Truth {
        let not_needed = match &waiting.not_when {
            Some(truth) => self.truth(truth),
            None => self.reading.truth(false),
        };
        let renewed = |m: &mut Self| match &waiting.waived_within {
            None => m.reading.truth(false),
            Some((grace, previous_end)) => {
                let given = m.reading.given(*previous_end);
                let in_time = |m: &mut Self| {
                    let (end, start) = (m.reading.date_fact(*previous_end), m.reading.date_fact(m.plan.coverage_start));
                    let gap = m.reading.days_between(end, start);
                    let grace = m.number(grace);
                    m.reading.compare(Comparison::AtMost, gap, grace)
                };
                m.both(given, in_time)
            }
        };
        self.either(not_needed, renewed)
    }

    fn waits(&mut self, waiting: &'p Waiting) -> R::Truth {
        match &waiting.period {
            Period::Days(days) => self.is_within_days(waiting, days),
            Period::Months(months) => {
                let (from, counts) = (self.date(&waiting.from), self.date(&waiting.counts));
                let end = self.reading.plus_months(from, *months);
                self.reading.compare_dates(Comparison::Less, counts, end)
            }
        }
    }

    /// Whether the date that counts is among the first so many days, the first day being day 1.
    fn is_within_days(&mut self, waiting: &'p Waiting, days: &'p Number) -> R::Truth {
        let (from, counts) = (self.date(&waiting.from), self.date(&waiting.counts));
        let elapsed = self.reading.days_between(from, counts);
        let days = self.number(days);
        self.reading.compare(Comparison::Less, elapsed, days)
    }

    /// Works one limit over its benefits, in their order; gives what they are paid together.
    fn limit(&mut self, index: usize, limit: &'p Limit) -> R::Number {
        self.reading.hear(Event::At(Place::Limit(index)));
        let room = self.room_of(limit);
        let mut filled = self.nothing();
        for EarlierBenefit { benefit, .. } in &limit.over {
            let due = self.paid(*benefit);
            if self.reading.is_nothing(&due) {
                self.hear_line(*benefit, LineKind::Limit(index), &due);
                continue;
            }
            let wanted = self.reading.add(filled.clone(), due.clone());
            let now = self.reading.least(wanted, room.clone());
            let now = self.reading.unless_nothing(&due, now, &filled);
            let leaves = self.reading.subtract(now.clone(), filled);
            let leaves = self.reading.unless_nothing(&due, leaves, &due);
            self.hear_line(*benefit, LineKind::Limit(index), &leaves);
            if let Some(paid) = self.paid.get_mut(*benefit) {
                *paid = leaves;
            }
            filled = now;
        }
        filled
    }

    /// What earlier claims have left of a limit over several benefits.
    pub(crate) fn room_of(&mut self, limit: &'p Limit) -> R::Number {
        let room = self.number(&limit.amount);
        limit.over.iter().filter_map(|earlier| earlier.paid_before).fold(room, |room, prior| {
            let before = self.reading.prior(prior);
            self.less(room, before)
        })
    }

    /// What is left of an amount after what was used of it before; never below nothing.
    pub(crate) fn room(&mut self, amount: &'p Number, used: Option<Prior>) -> R::Number {
        let amount = self.number(amount);
        match used {
            None => amount,
            Some(prior) => {
                let used = self.reading.prior(prior);
                self.less(amount, used)
            }
        }
    }

    /// The first less the second, never below nothing.
    fn less(&mut self, from: R::Number, amount: R::Number) -> R::Number {
        let rest = self.reading.subtract(from, amount);
        let nothing = self.nothing();
        self.reading.greatest(rest, nothing)
    }

    fn paid_so_far(&mut self, earlier: EarlierBenefit) -> R::Number {
        let now = self.paid(earlier.benefit);
        match earlier.paid_before {
            None => now,
            Some(prior) => {
                let before = self.reading.prior(prior);
                self.reading.add(before, now)
            }
        }
    }

    #[expect(clippy::indexing_slicing, reason = "the resolver lets a benefit be named only where it has been read")]
    pub(crate) fn paid(&self, benefit: usize) -> R::Number {
        self.paid[benefit].clone()
    }

    fn set_deducted(&mut self, benefit: usize, amount: R::Number) {
        if self.deducted.is_empty() {
            let nothing = self.nothing();
            self.deducted = vec![nothing; self.plan.benefits.len()];
        }
        if let Some(deducted) = self.deducted.get_mut(benefit) {
            *deducted = amount;
        }
    }

    fn more_than_nothing(&mut self, amount: R::Number) -> R::Truth {
        let nothing = self.nothing();
        self.reading.compare(Comparison::Greater, amount, nothing)
    }

    fn nothing(&mut self) -> R::Number {
        self.reading.number(Decimal::ZERO)
    }

    pub(crate) fn number(&mut self, number: &'p Number) -> R::Number {
        match number {
            Number::Constant(constant) => self.reading.number(*constant),
            Number::Figure(index) => {
                let source = Source::Figure(AnyFigure::Number(*index));
                self.reading.sourced(source, self.plan.number_figure(*index).value)
            }
            Number::Fact(slot) => self.number_fact(*slot),
            Number::Value(index) => self.number_value(*index),
            Number::Table(index) => self.look_up(*index),
            Number::Slab(index) => self.pick(*index),
            Number::Paid(benefit) => self.paid(*benefit),
            Number::Prior(prior) => self.reading.prior(*prior),
            Number::Add(sides) => {
                let [left, right] = self.numbers(sides);
                self.reading.add(left, right)
            }
            Number::Subtract(sides) => {
                let [left, right] = self.numbers(sides);
                self.reading.subtract(left, right)
            }
            Number::Times(sides) => {
                let [left, right] = self.numbers(sides);
                self.reading.times(left, right)
            }
            Number::Least(numbers) => self.fold(numbers, R::least),
            Number::Greatest(numbers) => self.fold(numbers, R::greatest),
            Number::Choose(choice) => self.choose_number(choice),
            Number::DaysBetween(sides) => {
                let [from, to] = self.dates(sides);
                self.reading.days_between(from, to)
            }
            Number::MonthsBetween(sides) => {
                let [from, to] = self.dates(sides);
                self.reading.months_between(from, to)
            }
            Number::YearsBetween(sides) => {
                let [from, to] = self.dates(sides);
                self.reading.years_between(from, to)
            }
        }
    }

    /// The fact as given, or as it follows from others.
    #[inline(never)]
    pub(crate) fn number_fact(&mut self, slot: Slot) -> R::Number {
        match &self.plan.fact(slot).derived {
            Some(Derived::Number(derived)) => {
                let given = self.reading.given(slot);
                let derive = |m: &mut Self| {
                    let number = m.number(derived);
                    m.reading.derived(slot, number)
                };
                self.choose(given, |m| m.stated_number(slot), derive)
            }
            Some(Derived::Date(_)) | None => self.stated_number(slot),
        }
    }

    // What an absent fact says is said in these three and nowhere else: there was none, or it is not known.

    fn stated_number(&mut self, slot: Slot) -> R::Number {
        let stated = self.plan.fact(slot);
        match stated.absent {
            Absent::None if stated.bounds.min.is_zero() => {
                let given = self.reading.given(slot);
                self.choose(given, |m| m.reading.number_fact(slot), Self::nothing)
            }
            Absent::None | Absent::Unknown => self.reading.number_fact(slot),
        }
    }

    fn unless_absent(&mut self, slot: Slot, stated: R::Truth) -> R::Truth {
        match self.plan.fact(slot).absent {
            Absent::None => {
                let given = self.reading.given(slot);
                self.reading.and(given, stated)
            }
            Absent::Unknown => stated,
        }
    }

    fn look_up_category(&mut self, index: usize, slot: Slot, rows: &[(Box<str>, Decimal)]) -> R::Number {
        let otherwise = self.plan.table(index).otherwise;
        let found = self.reading.look_up_category(index, slot, rows, otherwise);
        match (self.plan.fact(slot).absent, otherwise) {
            (Absent::None, Some(otherwise)) => {
                let given = self.reading.given(slot);
                let otherwise = self.reading.sourced(Source::Table(index), otherwise);
                self.reading.choose(given, found, otherwise)
            }
            (Absent::None, None) | (Absent::Unknown, _) => found,
        }
    }

    #[inline(never)]
    fn choose_number(&mut self, choice: &'p Choice<Number>) -> R::Number {
        let Choice { condition, then, otherwise } = choice;
        let condition = self.truth(condition);
        self.choose(condition, |m| m.number(then), |m| m.number(otherwise))
    }

    fn numbers(&mut self, [left, right]: &'p [Number; 2]) -> [R::Number; 2] {
        [self.number(left), self.number(right)]
    }

    #[inline(never)]
    fn fold(&mut self, numbers: &'p Several, join: impl Fn(&mut R, R::Number, R::Number) -> R::Number) -> R::Number {
        let first = self.number(&numbers.first);
        numbers.rest.iter().fold(first, |sofar, number| {
            let number = self.number(number);
            join(&mut self.reading, sofar, number)
        })
    }

    #[inline(never)]
    pub(crate) fn look_up(&mut self, index: usize) -> R::Number {
        self.number_once(Named::Table(index), |m| m.look_up_row(index))
    }

    fn look_up_row(&mut self, index: usize) -> R::Number {
        let table = self.plan.table(index);
        match &table.rows {
            Rows::Numbers(rows) => {
                let key = self.number_fact(table.by);
                self.reading.look_up(index, key, rows, table.otherwise)
            }
            Rows::Categories(rows) => self.look_up_category(index, table.by, rows),
            Rows::YesNo { yes, no } => {
                let key = self.truth_fact(table.by);
                let source = Source::Table(index);
                self.choose(key, |m| m.reading.sourced(source, *yes), |m| m.reading.sourced(source, *no))
            }
        }
    }

    /// The value of the band that the key lies in.
    #[inline(never)]
    pub(crate) fn pick(&mut self, index: usize) -> R::Number {
        self.number_once(Named::Slab(index), |m| {
            let key = m.number(&m.plan.slab(index).by);
            m.pick_from(index, &m.plan.slab(index).bands, &key)
        })
    }

    fn pick_from(&mut self, index: usize, bands: &'p [(Decimal, Decimal)], key: &R::Number) -> R::Number {
        let (slab, source) = (self.plan.slab(index), Source::Slab(index));
        let Some(((edge, value), higher)) = bands.split_first() else {
            return self.reading.sourced(source, slab.above);
        };
        let comparison = if slab.up_to { Comparison::AtMost } else { Comparison::Less };
        let edge = self.reading.sourced(source, *edge);
        let inside = self.reading.compare(comparison, key.clone(), edge);
        self.choose(inside, |m| m.reading.sourced(source, *value), |m| m.pick_from(index, higher, key))
    }

    pub(crate) fn truth(&mut self, truth: &'p Truth) -> R::Truth {
        if let Some(supposed) = self.reading.supposed(truth) {
            return supposed;
        }
        match truth {
            Truth::Fact(slot) => self.truth_fact(*slot),
            Truth::Value(index) => self.truth_value(*index),
            Truth::Given(slot) => self.reading.given(*slot),
            Truth::Compare(comparison, sides) => self.compare(*comparison, sides),
            Truth::CompareDates(comparison, sides) => self.compare_dates(*comparison, sides),
            Truth::Within(upper, numbers) => self.within(*upper, numbers),
            Truth::WithinDates(upper, dates) => self.within_dates(*upper, dates),
            Truth::Among(slot, values) => {
                let among = self.reading.among(*slot, values);
                self.unless_absent(*slot, among)
            }
            Truth::And(sides) => {
                let [left, right] = &**sides;
                let left = self.truth(left);
                self.both(left, |m| m.truth(right))
            }
            Truth::Or(sides) => {
                let [left, right] = &**sides;
                let left = self.truth(left);
                self.either(left, |m| m.truth(right))
            }
            Truth::Not(truth) => {
                let truth = self.truth(truth);
                self.reading.not(truth)
            }
            Truth::Choose(choice) => self.choose_truth(choice),
        }
    }

    fn truth_fact(&mut self, slot: Slot) -> R::Truth {
        let fact = self.reading.truth_fact(slot);
        self.unless_absent(slot, fact)
    }

    // The arms that need room of their own stand apart: a small frame keeps the recursion fast.
    #[inline(never)]
    fn compare(&mut self, comparison: Comparison, sides: &'p [Number; 2]) -> R::Truth {
        let [left, right] = self.numbers(sides);
        self.reading.compare(comparison, left, right)
    }

    #[inline(never)]
    fn compare_dates(&mut self, comparison: Comparison, sides: &'p [Date; 2]) -> R::Truth {
        let [left, right] = self.dates(sides);
        self.reading.compare_dates(comparison, left, right)
    }

    #[inline(never)]
    fn within(&mut self, upper: Comparison, [subject, from, to]: &'p [Number; 3]) -> R::Truth {
        let (subject, from) = (self.number(subject), self.number(from));
        let above = self.reading.compare(Comparison::AtLeast, subject.clone(), from.clone());
        self.both(above, |m| {
            let to = m.number(to);
            if m.reading.is_empty_range(upper, &from, &to) {
                return m.reading.truth(false);
            }
            m.reading.compare(upper, subject, to)
        })
    }

    #[inline(never)]
    fn within_dates(&mut self, upper: Comparison, [subject, from, to]: &'p [Date; 3]) -> R::Truth {
        let (subject, from) = (self.date(subject), self.date(from));
        let after = self.reading.compare_dates(Comparison::AtLeast, subject.clone(), from);
        self.both(after, |m| {
            let to = m.date(to);
            m.reading.compare_dates(upper, subject, to)
        })
    }

    #[inline(never)]
    fn choose_truth(&mut self, choice: &'p Choice<Truth>) -> R::Truth {
        let Choice { condition, then, otherwise } = choice;
        let condition = self.truth(condition);
        let negated = self.reading.not(condition.clone());
        let then = self.both(condition, |m| m.truth(then));
        let otherwise = self.both(negated, |m| m.truth(otherwise));
        self.reading.or(then, otherwise)
    }

    pub(crate) fn date(&mut self, date: &'p Date) -> R::Date {
        match date {
            Date::Figure(index) => {
                let source = Source::Figure(AnyFigure::Date(*index));
                self.reading.sourced_date(source, self.plan.date_figure(*index).value)
            }
            Date::Fact(slot) => match &self.plan.fact(*slot).derived {
                Some(Derived::Date(derived)) => {
                    let given = self.reading.given(*slot);
                    let derive = |m: &mut Self| {
                        let date = m.date(derived);
                        m.reading.derived_date(*slot, date)
                    };
                    self.choose_date(given, |m| m.reading.date_fact(*slot), derive)
                }
                Some(Derived::Number(_)) | None => self.reading.date_fact(*slot),
            },
            Date::Value(index) => self.date_value(*index),
            Date::PlusDays(sides) => {
                let (date, days) = &**sides;
                let (date, days) = (self.date(date), self.number(days));
                self.reading.plus_days(date, days)
            }
            Date::PlusMonths(date, months) => {
                let date = self.date(date);
                self.reading.plus_months(date, *months)
            }
            Date::Choose(choice) => {
                let Choice { condition, then, otherwise } = &**choice;
                let condition = self.truth(condition);
                self.choose_date(condition, |m| m.date(then), |m| m.date(otherwise))
            }
        }
    }

    fn dates(&mut self, [from, to]: &'p [Date; 2]) -> [R::Date; 2] {
        [self.date(from), self.date(to)]
    }

    fn both(&mut self, left: R::Truth, right: impl FnOnce(&mut Self) -> R::Truth) -> R::Truth {
        match self.reading.settled(&left) {
            Some(false) => left,
            Some(true) => right(self),
            None => {
                let right = right(self);
                self.reading.and(left, right)
            }
        }
    }

    fn either(&mut self, left: R::Truth, right: impl FnOnce(&mut Self) -> R::Truth) -> R::Truth {
        match self.reading.settled(&left) {
            Some(true) => left,
            Some(false) => right(self),
            None => {
                let right = right(self);
                self.reading.or(left, right)
            }
        }
    }

    fn choose(
        &mut self,
        condition: R::Truth,
        then: impl FnOnce(&mut Self) -> R::Number,
        otherwise: impl FnOnce(&mut Self) -> R::Number,
    ) -> R::Number {
        match self.reading.settled(&condition) {
            Some(true) => then(self),
            Some(false) => otherwise(self),
            None => {
                let (then, otherwise) = (then(self), otherwise(self));
                self.reading.choose(condition, then, otherwise)
            }
        }
    }

    fn choose_date(
        &mut self,
        condition: R::Truth,
        then: impl FnOnce(&mut Self) -> R::Date,
        otherwise: impl FnOnce(&mut Self) -> R::Date,
    ) -> R::Date {
        match self.reading.settled(&condition) {
            Some(true) => then(self),
            Some(false) => otherwise(self),
            None => {
                let (then, otherwise) = (then(self), otherwise(self));
                self.reading.choose_date(condition, then, otherwise)
            }
        }
    }
}
