//! What both versions of the made-up plan are written with: the text of the format page, step by step.

use chrono::{Datelike, NaiveDate};

use super::ledger::{Earlier, Scope, of};
use super::misread::Reader;
use crate::oracle::exact::{Exact, left_of, lesser, nothing};
use crate::oracle::facts::Facts;
use crate::oracle::truth::Truth;
use crate::oracle::verdict::{Payout, Verdict, hold_together};

/// One claim before one version.
pub(crate) struct Rules<'claim> {
    pub(crate) facts: &'claim Facts,
    pub(crate) earlier: Earlier<'claim>,
    pub(crate) read: &'claim Reader,
}

/// What becomes of it, and what it leaves behind beside what is paid.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) verdict: Verdict,
    pub(crate) borne: Payout,
    pub(crate) eligible: Option<Exact>,
}

/// Several benefits, served in this order, are paid so much together in a scope.
pub(crate) struct Ceiling<'rules> {
    pub(crate) rule: &'static str,
    pub(crate) served: &'rules [&'static str],
    /// Asked for only where something is due of them.
    pub(crate) amount: Option<Exact>,
    /// What these are paid by then, if that is more than the amount; one counts as often as it is named.
    pub(crate) or_as_much_as: Vec<&'static str>,
    pub(crate) per: Scope,
}

impl Rules<'_> {
    pub(crate) fn money(&self, name: &str) -> Option<Exact> {
        self.facts.money(name)
    }

    /// An amount that nobody tells is none.
    pub(crate) fn money_or_none(&self, name: &str) -> Exact {
        self.money(name).unwrap_or_else(nothing)
    }

    /// Yes only where somebody says so.
    pub(crate) fn says(&self, name: &str) -> bool {
        self.facts.yes(name) == Some(true)
    }

    /// At most the amount, less what the benefit was paid before in the scope.
    pub(crate) fn at_most(&self, due: Exact, amount: Exact, benefit: &str, per: Scope) -> Exact {
        lesser(due, left_of(amount, self.earlier.paid(&[benefit], per)))
    }

    /// What is open of a deductible in the scope.
    pub(crate) fn open_of(&self, amount: Exact, benefit: &str, per: Scope) -> Exact {
        left_of(amount, self.earlier.borne(benefit, per))
    }

    /// What other benefits were paid before in the scope, or pay in this claim.
    pub(crate) fn paid_with(&self, so_far: &[(&'static str, Exact)], benefits: &[&str], per: Scope) -> Exact {
        self.earlier.paid(benefits, per) + of(so_far, benefits)
    }

    /// All of the due if it passes the amount.
    pub(crate) fn if_it_passes(&self, rule: &'static str, due: Exact, amount: &Exact, with_the_edge: bool) -> Exact {
        let passes = if self.read.takes_the_edge(rule, with_the_edge) { due >= *amount } else { due > *amount };
        if passes { due } else { nothing() }
    }

    /// At least the amount, if anything is due.
    pub(crate) fn at_least(&self, rule: &'static str, due: Exact, amount: Exact) -> Option<Exact> {
        Some(if self.read.asks(rule, Some(due > nothing()))? { due.max(amount) } else { due })
    }

    /// The rule picks one value for the whole amount.
    pub(crate) fn picked(
        &self,
        rule: &'static str,
        by: &Exact,
        edge_belongs: bool,
        rows: &[(Exact, Exact)],
        last: Exact,
    ) -> Exact {
        let belongs = self.read.takes_the_edge(rule, edge_belongs);
        let is_below = |edge: &Exact| if belongs { by <= edge } else { by < edge };
        rows.iter().find(|(edge, _)| is_below(edge)).map_or(last, |(_, value)| value.clone())
    }

    pub(crate) fn hold(&self, mut payout: Payout, ceilings: Vec<Ceiling<'_>>) -> Option<Payout> {
        for ceiling in ceilings {
            let served = self.served_by(&ceiling);
            let before = self.earlier.paid(ceiling.served, ceiling.per);
            if of(&payout, ceiling.served) <= nothing() {
                continue;
            }
            let as_much: Exact = ceiling.or_as_much_as.iter().map(|benefit| of(&payout, &[benefit])).sum();
            let amount = ceiling.amount?.max(as_much);
            hold_together(&mut payout, &served, amount, before);
        }
        Some(payout)
    }

    /// In the order that is printed, or the other way round.
    fn served_by(&self, ceiling: &Ceiling<'_>) -> Vec<&'static str> {
        let printed = ceiling.served.to_vec();
        let turned: Vec<&'static str> = printed.iter().rev().copied().collect();
        if turned == printed { printed } else { self.read.one_of(ceiling.rule, printed, &[turned]) }
    }
}

/// The part of the amount inside a band.
pub(crate) fn inside(amount: &Exact, above: &Exact, up_to: Option<&Exact>) -> Exact {
    let below = up_to.map_or_else(|| amount.clone(), |edge| lesser(amount.clone(), edge.clone()));
    left_of(below, above.clone())
}

/// Whether it is so, where a truth says whether it is the one or the other.
pub(crate) fn either<T>(is_so: Truth, one: impl FnOnce() -> Option<T>, other: impl FnOnce() -> Option<T>) -> Option<T> {
    if is_so? { one() } else { other() }
}

/// The same day of a later month, or the last day of a month that has no such day.
pub(crate) fn months_later(date: NaiveDate, months: i32) -> NaiveDate {
    let counted = date.year() * 12 + i32::try_from(date.month0()).expect("it is below 12") + months;
    let month = u32::try_from(counted.rem_euclid(12)).expect("it is below 12") + 1;
    let fits = |day: &u32| NaiveDate::from_ymd_opt(counted.div_euclid(12), month, *day);
    (1..=date.day()).rev().find_map(|day| fits(&day)).expect("every month has a first day")
}

/// Months that are completed; none where the second date comes first.
pub(crate) fn completed_months(from: NaiveDate, to: NaiveDate) -> i64 {
    (1..=12 * 200).take_while(|months| months_later(from, *months) <= to).count().try_into().expect("they are few")
}

#[test]
fn a_month_ends_on_its_last_day() {
    use crate::oracle::calendar::day;
    assert_eq!(months_later(day(2025, 1, 31), 1), day(2025, 2, 28));
    assert_eq!(months_later(day(2024, 12, 30), 2), day(2025, 2, 28));
    assert_eq!(months_later(day(2025, 2, 28), 6), day(2025, 8, 28));
    assert_eq!(completed_months(day(2025, 1, 31), day(2025, 2, 28)), 1);
    assert_eq!(completed_months(day(2025, 1, 31), day(2025, 2, 27)), 0);
    assert_eq!(completed_months(day(2025, 1, 31), day(2024, 2, 27)), 0);
}
