//! The rules as they are printed, or one of them misread.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::ledger::Scope;
use crate::oracle::exact::{Exact, fraction, half_up, nothing};

/// One rule, and the way in which it is misread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Slip {
    /// What is misread, as it is counted.
    pub(crate) what: &'static str,
    rule: &'static str,
    way: usize,
}

/// Each rule is asked for by a name of its own, so that each can be misread alone.
#[derive(Debug, Default)]
pub(crate) struct Reader {
    slip: Option<Slip>,
    ways: RefCell<BTreeMap<&'static str, (&'static str, usize)>>,
}

impl Reader {
    pub(crate) fn that_slips(slip: Slip) -> Self {
        Self { slip: Some(slip), ways: RefCell::default() }
    }

    /// What this reader could have misread among all that it was asked for.
    pub(crate) fn slips(&self) -> Vec<Slip> {
        let ways = self.ways.borrow();
        ways.iter().flat_map(|(rule, (what, ways))| (0..*ways).map(|way| Slip { what, rule, way })).collect()
    }

    fn read<T: Clone>(&self, what: &'static str, rule: &'static str, printed: T, misread: &[T]) -> T {
        self.ways.borrow_mut().insert(rule, (what, misread.len()));
        match self.slip {
            Some(slip) if slip.rule == rule => misread[slip.way].clone(),
            Some(_) | None => printed,
        }
    }

    /// An amount, or one fen more or less.
    pub(crate) fn fen(&self, rule: &'static str, printed: i64) -> Exact {
        self.fen_by(1, rule, printed)
    }

    /// An amount, or so much more or less: one fen is not seen through a coarse rounding.
    pub(crate) fn fen_by(&self, step: i64, rule: &'static str, printed: i64) -> Exact {
        fraction(self.read("amount", rule, printed, &[printed + step, printed - step]), 100)
    }

    /// A part in ten thousand, or one more or less.
    pub(crate) fn part(&self, rule: &'static str, printed: i64) -> Exact {
        self.part_by(1, rule, printed)
    }

    pub(crate) fn part_by(&self, step: i64, rule: &'static str, printed: i64) -> Exact {
        fraction(self.read("rate", rule, printed, &[printed + step, printed - step]), 10_000)
    }

    /// Days, years, times, or one more or less.
    pub(crate) fn whole(&self, rule: &'static str, printed: i64) -> i64 {
        self.read("days, years, times", rule, printed, &[printed + 1, printed - 1])
    }

    pub(crate) fn scope(&self, rule: &'static str, printed: Scope) -> Scope {
        let others: Vec<Scope> = Scope::ALL.into_iter().filter(|other| *other != printed).collect();
        self.read("scope", rule, printed, &others)
    }

    /// What earlier claims count: `claim` has none of them, and is no scope of it.
    pub(crate) fn scope_of_earlier(&self, rule: &'static str, printed: Scope) -> Scope {
        let is_other = |other: &Scope| *other != printed && *other != Scope::Claim;
        let others: Vec<Scope> = Scope::ALL.into_iter().filter(is_other).collect();
        self.read("scope", rule, printed, &others)
    }

    /// Whether the edge itself belongs to what is below it.
    pub(crate) fn takes_the_edge(&self, rule: &'static str, printed: bool) -> bool {
        self.read("edge", rule, printed, &[!printed])
    }

    /// What is asked, or as if it were always so, or never.
    pub(crate) fn asks(&self, rule: &'static str, is_so: Option<bool>) -> Option<bool> {
        self.read("condition", rule, is_so, &[Some(true), Some(false)])
    }

    /// Any other choice that could be meant.
    pub(crate) fn one_of<T: Clone>(&self, rule: &'static str, printed: T, misread: &[T]) -> T {
        self.read("other choice", rule, printed, misread)
    }

    /// One step and then another, or the other way round.
    pub(crate) fn in_order(
        &self,
        rule: &'static str,
        due: Exact,
        first: impl Fn(Exact) -> Option<Exact>,
        second: impl Fn(Exact) -> Option<Exact>,
    ) -> Option<Exact> {
        if self.read("order of two steps", rule, true, &[false]) { second(first(due)?) } else { first(second(due)?) }
    }

    pub(crate) fn rounded(&self, rule: &'static str, due: &Exact, unit: Exact, printed: Mode) -> Exact {
        let others: Vec<Mode> = Mode::ALL.into_iter().filter(|other| *other != printed).collect();
        self.read("direction of rounding", rule, printed, &others).round(due, &unit)
    }
}

/// Nothing here is negative: `up` is `ceiling`, and `down` is `floor`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    HalfUp,
    HalfDown,
    HalfEven,
    Up,
    Down,
}

impl Mode {
    const ALL: [Self; 5] = [Self::HalfUp, Self::HalfDown, Self::HalfEven, Self::Up, Self::Down];

    fn round(self, amount: &Exact, unit: &Exact) -> Exact {
        assert!(*amount >= nothing(), "no amount that is due is negative: {amount}");
        let times = amount / unit;
        let (down, up) = (times.floor(), times.ceil());
        let is_half = &times - &down == fraction(1, 2);
        let is_even = (&down / fraction(2, 1)).is_integer();
        let rounded = match self {
            Self::Up => up,
            Self::Down => down,
            Self::HalfDown if is_half => down,
            Self::HalfEven if is_half && is_even => down,
            Self::HalfUp | Self::HalfDown | Self::HalfEven => return half_up(amount, unit),
        };
        rounded * unit
    }
}

#[test]
fn each_mode_rounds_as_its_name_says() {
    let rounded = |mode: Mode, hundredths: i64| mode.round(&fraction(hundredths, 100), &fraction(1, 1));
    for (mode, expected) in [
        (Mode::HalfUp, [0, 1, 1, 2, 3]),
        (Mode::HalfDown, [0, 0, 1, 1, 2]),
        (Mode::HalfEven, [0, 0, 1, 2, 2]),
        (Mode::Up, [0, 1, 1, 2, 3]),
        (Mode::Down, [0, 0, 0, 1, 2]),
    ] {
        let amounts = [0, 50, 51, 150, 250].map(|hundredths| rounded(mode, hundredths));
        assert_eq!(amounts, expected.map(|whole| fraction(whole, 1)), "{mode:?}");
    }
}
