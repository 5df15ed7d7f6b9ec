//! Who pays what of the price of a cover.
//!
//! What is left runs down the payers in their order, as what is due runs down the steps of a benefit; the last takes all of it. So the price is the sum
//! of what they pay, whatever each of them pays.

use super::{Meaning, Reading};
use crate::arena::Arena;
use crate::plan::expression::{Comparison, Number, PayerIndex, PoolIndex};
use crate::plan::{Draws, IfShort, Of, Part, Payer, Per, Pool, PoolUnit};

/// The price of a cover, and who pays it.
pub(crate) struct Premium<R: Reading> {
    /// Of one share.
    pub(crate) price: R::Number,
    pub(crate) total: R::Number,
    pub(crate) lines: Arena<PayerIndex, PayerLine<R>>,
}

/// What one payer pays.
pub(crate) struct PayerLine<R: Reading> {
    pub(crate) applies: R::Truth,
    /// Whether the pool has less than the part.
    pub(crate) short: R::Truth,
    /// The shares that it gives whole.
    pub(crate) gives: R::Number,
    pub(crate) pays: R::Number,
    pub(crate) leaves: R::Number,
}

/// What is still open while the price runs down the payers.
struct Open<R: Reading> {
    price: R::Number,
    /// Shares that nobody has given whole.
    shares: R::Number,
    /// Shares that were gifted, as the enrollment says.
    gifted: R::Number,
    due: R::Number,
    pools: Arena<PoolIndex, R::Number>,
}

/// What a payer would pay, were nothing short.
struct Wanted<R: Reading> {
    gives: R::Number,
    pays: R::Number,
}

impl<'p, R: Reading> Meaning<'p, R> {
    /// What each payer pays for so many shares, of which so many were gifted before, where the pools hold so much.
    pub(crate) fn premium(
        &mut self,
        price: &'p Number,
        [shares, gifted]: [R::Number; 2],
        pools: Arena<PoolIndex, R::Number>,
    ) -> Premium<R> {
        let price = self.number(price);
        let total = self.reading.times(price.clone(), shares.clone());
        let mut open = Open { price: price.clone(), shares, gifted, due: total.clone(), pools };
        let payers = &self.plan.terms.payers;
        let mut lines = Arena::with_capacity(payers.len());
        for payer in payers {
            lines.push(self.payer(payer, &mut open));
        }
        Premium { price, total, lines }
    }

    fn payer(&mut self, payer: &'p Payer, open: &mut Open<R>) -> PayerLine<R> {
        let applies = self.payer_applies(payer);
        let Wanted { gives, pays } = self.wanted(payer, open);
        let never = self.reading.truth(false);
        let (short, gives, pays) = match payer.draws {
            None => (never, gives, pays),
            Some(draws) => self.drawn(draws, gives, pays, open),
        };
        let short = self.reading.and(applies.clone(), short);
        let gives = self.choose(applies.clone(), |_| gives, Self::nothing);
        let pays = self.choose(applies.clone(), |_| pays, Self::nothing);
        if let Some(Draws { pool, .. }) = payer.draws {
            let taken = match self.plan.pool(pool).unit {
                PoolUnit::Shares => gives.clone(),
                PoolUnit::Yuan => pays.clone(),
            };
            open.pools[pool] = self.less(open.pools[pool].clone(), taken);
        }
        // None of these takes more than there is, which a reading by intervals has lost sight of.
        open.shares = self.less(open.shares.clone(), gives.clone());
        open.due = self.less(open.due.clone(), pays.clone());
        PayerLine { applies, short, gives, pays, leaves: open.due.clone() }
    }

    /// Whether it is for this applicant, and its pool open on the day of the application.
    fn payer_applies(&mut self, payer: &'p Payer) -> R::Truth {
        let for_whom = match &payer.when {
            Some(when) => self.truth(&when.expression),
            None => self.reading.truth(true),
        };
        match payer.draws {
            None => for_whom,
            Some(Draws { pool, applied_on, .. }) => {
                let pool = self.plan.pool(pool);
                self.both(for_whom, |m| {
                    let day = m.reading.date_fact(applied_on);
                    m.is_open(pool, day)
                })
            }
        }
    }

    fn is_open(&mut self, pool: &Pool, day: R::Date) -> R::Truth {
        let first = self.reading.date(pool.from);
        let has_begun = self.reading.compare_dates(Comparison::AtLeast, day.clone(), first);
        match pool.until {
            None => has_begun,
            Some(until) => self.both(has_begun, |m| {
                let last = m.reading.date(until);
                m.reading.compare_dates(Comparison::AtMost, day, last)
            }),
        }
    }

    /// What a payer is to pay by its own rule, never more than is left.
    fn wanted(&mut self, payer: &'p Payer, open: &Open<R>) -> Wanted<R> {
        let none = self.nothing();
        let amount = match &payer.part {
            Part::Shares(shares) => {
                let shares = self.number(&shares.expression);
                return self.whole_shares(shares, open);
            }
            Part::Gifted => return self.whole_shares(open.gifted.clone(), open),
            Part::Rest => open.due.clone(),
            Part::Amount(amount, per) => {
                let amount = self.number(&amount.expression);
                self.for_all(amount, *per, open)
            }
            Part::Rate(rate, of) => {
                let rate = self.number(&rate.expression);
                let base = match of {
                    Of::Price => self.reading.times(open.price.clone(), open.shares.clone()),
                    Of::Rest => open.due.clone(),
                };
                self.reading.times(base, rate)
            }
        };
        let amount = match &payer.at_most {
            None => amount,
            Some((most, per)) => {
                let most = self.number(&most.expression);
                let most = self.for_all(most, *per, open);
                self.reading.least(amount, most)
            }
        };
        let amount = self.rounded(amount, payer.rounding);
        Wanted { gives: none, pays: self.reading.least(amount, open.due.clone()) }
    }

    fn whole_shares(&mut self, shares: R::Number, open: &Open<R>) -> Wanted<R> {
        let gives = self.reading.least(shares, open.shares.clone());
        let pays = self.reading.times(open.price.clone(), gives.clone());
        Wanted { pays: self.reading.least(pays, open.due.clone()), gives }
    }

    fn for_all(&mut self, amount: R::Number, per: Per, open: &Open<R>) -> R::Number {
        match per {
            Per::Person => amount,
            Per::Share => self.reading.times(amount, open.shares.clone()),
        }
    }

    /// The same out of a pool: never more than it holds. Also whether it holds less than is wanted.
    fn drawn(
        &mut self,
        Draws { pool, if_short, .. }: Draws,
        gives: R::Number,
        pays: R::Number,
        open: &Open<R>,
    ) -> (R::Truth, R::Number, R::Number) {
        let (unit, holds) = (self.plan.pool(pool).unit, open.pools[pool].clone());
        let wanted = match unit {
            PoolUnit::Shares => gives,
            PoolUnit::Yuan => pays,
        };
        let short = self.reading.compare(Comparison::Greater, wanted.clone(), holds.clone());
        let taken = match if_short {
            IfShort::Part => self.reading.least(wanted, holds),
            IfShort::Nothing | IfShort::Refuse => self.choose(short.clone(), Self::nothing, |_| wanted),
        };
        match unit {
            PoolUnit::Yuan => (short, self.nothing(), taken),
            PoolUnit::Shares => {
                let pays = self.reading.times(open.price.clone(), taken.clone());
                let pays = self.reading.least(pays, open.due.clone());
                (short, taken, pays)
            }
        }
    }
}
