//! What a benefit comes to: its gross amount, its steps, and the limits over several.

use rust_decimal::Decimal;

use super::outcome::LineKind;
use super::{Event, Meaning, Place, Reading, Source};
use crate::plan::expression::{BenefitIndex, Comparison, LadderIndex, LimitIndex, Number, Prior, WaitingIndex};
use crate::plan::parts::NamedTruth;
use crate::plan::{Action, Benefit, EarlierBenefit, Limit, Period, Rung, Step, Waiting};
use crate::rounding::Rounding;

impl<'p, R: Reading> Meaning<'p, R> {
    pub(super) fn benefit(&mut self, index: BenefitIndex, benefit: &'p Benefit) -> R::Number {
        self.reading.hear(Event::At(Place::When(index)));
        let mut applies = self.reading.truth(true);
        for (part, when) in benefit.when.indexed() {
            let holds = self.truth(&when.expression);
            self.reading.hear(Event::When { benefit: index, part, holds: &holds });
            applies = self.reading.and(applies, holds);
        }
        let paid = self.choose(applies.clone(), |m| m.waterfall(index, benefit), Self::nothing);
        self.deduct_only_if(applies, index);
        paid
    }

    /// A deductible that was not worked has taken nothing, also where both sides of a choice are read.
    pub(super) fn deduct_only_if(&mut self, worked: R::Truth, benefit: BenefitIndex) {
        if let Some(deducted) = self.deducted.find(benefit).cloned() {
            let deducted = self.choose(worked, |_| deducted, Self::nothing);
            self.set_deducted(benefit, deducted);
        }
    }

    /// The gross amount runs down the steps; what the last one, rounding, leaves is paid.
    pub(super) fn waterfall(&mut self, index: BenefitIndex, benefit: &'p Benefit) -> R::Number {
        self.reading.hear(Event::At(Place::Gross(index)));
        let mut due = self.number(&benefit.gross.expression);
        due = self.rounded(due, benefit.rounding_of_steps);
        self.reading.hear(Event::Gross { benefit: index, amount: &due });
        for (number, step) in benefit.steps.indexed() {
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
    pub(super) fn hear_line(&mut self, benefit: BenefitIndex, kind: LineKind, leaves: &R::Number) {
        self.reading.hear(Event::Line { benefit, kind, leaves });
    }

    pub(super) fn rounded(&mut self, number: R::Number, rounding: Option<Rounding>) -> R::Number {
        match rounding {
            None => number,
            Some(rounding) => self.reading.round(number, rounding),
        }
    }

    pub(super) fn step(&mut self, benefit: BenefitIndex, step: &'p Step, due: &R::Number) -> R::Number {
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
    pub(super) fn action(&mut self, benefit: BenefitIndex, action: &'p Action, due: R::Number) -> R::Number {
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
            Action::Franchise { amount, edge } => {
                let amount = self.number(amount);
                let passes = self.reading.compare(edge.above(), due.clone(), amount);
                self.choose(passes, |_| due, Self::nothing)
            }
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
    pub(super) fn climb(&mut self, ladder: LadderIndex, due: &R::Number, each: Option<Rounding>) -> R::Number {
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
    pub(super) fn wait(&mut self, index: WaitingIndex, due: R::Number) -> R::Number {
        let waiting = self.plan.waiting(index);
        let waits = self.truth_once(NamedTruth::Waiting(index), |m| {
            let in_period = m.waits(waiting);
            m.both(in_period, |m| m.not_exempt(waiting))
        });
        self.choose(waits, Self::nothing, |m| match &waiting.reduced {
            None => due.clone(),
            Some((until, rate)) => {
                let reduced = m.truth_once(NamedTruth::Reduced(index), |m| {
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

    pub(super) fn not_exempt(&mut self, waiting: &'p Waiting) -> R::Truth {
        let exempt = self.exempt(waiting);
        self.reading.not(exempt)
    }

    pub(super) fn exempt(&mut self, waiting: &'p Waiting) -> R::Truth {
        let not_needed = match &waiting.not_when {
            Some(truth) => self.truth(truth),
            None => self.reading.truth(false),
        };
        self.either(not_needed, |m| m.renewed(waiting))
    }

    /// Whether the cover follows another within the grace.
    pub(crate) fn renewed(&mut self, waiting: &'p Waiting) -> R::Truth {
        match &waiting.waived_within {
            None => self.reading.truth(false),
            Some((grace, previous_end)) => {
                let given = self.reading.given(*previous_end);
                self.both(given, |m| {
                    let (end, start) = (m.reading.date_fact(*previous_end), m.reading.date_fact(m.plan.coverage_start));
                    let gap = m.reading.days_between(end, start);
                    let grace = m.number(grace);
                    m.reading.compare(Comparison::AtMost, gap, grace)
                })
            }
        }
    }

    pub(super) fn waits(&mut self, waiting: &'p Waiting) -> R::Truth {
        match &waiting.period {
            Period::Days(days) => self.is_within_days(waiting, days),
            Period::Months(months) => {
                let (from, counts) = (self.date(&waiting.from), self.date(&waiting.counts));
                let end = self.plus_months(from, *months);
                self.reading.compare_dates(Comparison::Less, counts, end)
            }
        }
    }

    /// Whether the date that counts is among the first so many days, the first day being day 1.
    pub(super) fn is_within_days(&mut self, waiting: &'p Waiting, days: &'p Number) -> R::Truth {
        let (from, counts) = (self.date(&waiting.from), self.date(&waiting.counts));
        let elapsed = self.reading.days_between(from, counts);
        let days = self.number(days);
        self.reading.compare(Comparison::Less, elapsed, days)
    }

    /// Works one limit over its benefits, in their order; gives what they are paid together.
    pub(super) fn limit(&mut self, index: LimitIndex, limit: &'p Limit) -> R::Number {
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
            self.paid[*benefit] = leaves;
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
    pub(super) fn less(&mut self, from: R::Number, amount: R::Number) -> R::Number {
        let rest = self.reading.subtract(from, amount);
        let nothing = self.nothing();
        self.reading.greatest(rest, nothing)
    }

    pub(super) fn paid_so_far(&mut self, earlier: EarlierBenefit) -> R::Number {
        let now = self.paid(earlier.benefit);
        match earlier.paid_before {
            None => now,
            Some(prior) => {
                let before = self.reading.prior(prior);
                self.reading.add(before, now)
            }
        }
    }

    /// What a benefit pays that has been read: the resolver lets no other be named.
    pub(crate) fn paid(&self, benefit: BenefitIndex) -> R::Number {
        self.paid[benefit].clone()
    }

    pub(super) fn set_deducted(&mut self, benefit: BenefitIndex, amount: R::Number) {
        if self.deducted.is_empty() {
            let nothing = self.nothing();
            self.deducted = self.plan.benefits.each(nothing);
        }
        self.deducted[benefit] = amount;
    }

    pub(super) fn more_than_nothing(&mut self, amount: R::Number) -> R::Truth {
        let nothing = self.nothing();
        self.reading.compare(Comparison::Greater, amount, nothing)
    }

    pub(super) fn nothing(&mut self) -> R::Number {
        self.reading.number(Decimal::ZERO)
    }
}
