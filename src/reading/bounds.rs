//! The reading by intervals: what a plan can ever pay, whether a digit can be lost, which way a fact moves the payout.
//!
//! Every number is a range with the most places that it may have; every operation is done on the ends of ranges. The
//! result holds for every claim whose facts lie within their bounds.

pub(crate) mod cases;

use cases::{Answer, Cases, Question};
use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::accumulator::{MOST_PLACES_POSTED, MOST_POSTED};
use crate::exact::{self, Inexact};
use crate::money::FEN;
use crate::plan::expression::{Comparison, Members, Prior, Slot, TableIndex, Truth};
use crate::plan::{Ladder, LedgerAmount, Plan};
use crate::rounding::{Mode, Rounding};
use crate::scope::Scope;
use crate::semantics::{Event, Meaning, Place, Reading};

/// All that a number can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Range {
    pub(crate) low: Decimal,
    pub(crate) high: Decimal,
    /// The most places after the point.
    places: u32,
    trend: Trend,
    /// Never above the fact that is watched as what was borne.
    at_most_borne: bool,
    /// Where it is more than nothing: the most that it comes to together with what the watched benefit has posted.
    with_posted: Option<Decimal>,
    /// Never below what the watched benefit has posted.
    at_least_posted: bool,
}

/// A benefit of which earlier claims may have posted anything, in the scope that is looked at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Posted {
    pub(crate) benefit: usize,
    pub(crate) scope: Scope,
    /// The most that it has posted, where that is known in this case.
    pub(crate) most: Option<Decimal>,
}

/// How a value moves while the watched fact grows and all else stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trend {
    Still,
    /// Never down. A truth: never from true to false.
    Up,
    /// Never up. A truth: never from false to true.
    Down,
    Unclear,
}

impl Trend {
    fn with(self, other: Trend) -> Trend {
        match (self, other) {
            (Trend::Still, trend) | (trend, Trend::Still) => trend,
            (Trend::Up, Trend::Up) => Trend::Up,
            (Trend::Down, Trend::Down) => Trend::Down,
            (Trend::Up | Trend::Down | Trend::Unclear, _) => Trend::Unclear,
        }
    }

    fn turned(self) -> Trend {
        match self {
            Trend::Still => Trend::Still,
            Trend::Up => Trend::Down,
            Trend::Down => Trend::Up,
            Trend::Unclear => Trend::Unclear,
        }
    }
}

/// What a truth can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Possible {
    pub(crate) may_hold: bool,
    pub(crate) may_fail: bool,
    trend: Trend,
}

impl Possible {
    /// Whether the watched fact does not move it.
    pub(crate) fn is_still(self) -> bool {
        self.trend == Trend::Still
    }

    const OPEN: Possible = Possible { may_hold: true, may_fail: true, trend: Trend::Still };
}

/// What the reading found beside the ranges, each with its place in the pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Finding {
    /// A number may need more than 28 digits.
    Inexact(Place),
    Condition {
        index: usize,
        met: Possible,
    },
    When {
        benefit: usize,
        holds: Possible,
    },
    Gross {
        benefit: usize,
        low: Decimal,
    },
}

/// What is left of a benefit at one of its places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Leaves {
    pub(crate) benefit: usize,
    pub(crate) place: Place,
    pub(crate) amount: Range,
}

/// Reads a plan over all claims at once.
pub(crate) struct Bounds<'p> {
    plan: &'p Plan,
    watched: Option<Slot>,
    borne: Option<Slot>,
    posted: Option<Posted>,
    /// The case that is looked at, and what would split it.
    cases: Cases,
    place: Place,
    /// The sums that are being bounded: a value may sum itself.
    summed: Vec<usize>,
    pub(crate) findings: Vec<Finding>,
    /// Benefits on their way down, from the gross amount to what is left by limits.
    pub(crate) leaves: Vec<Leaves>,
}

/// Between the first and the last day that a date can be.
const MOST_DAYS: Decimal = Decimal::from_parts(438_291, 0, 0, false, 0);

impl<'p> Bounds<'p> {
    /// Over all facts within their bounds; the payout's trend is that of the watched fact.
    pub(crate) fn new(plan: &'p Plan, watched: Option<Slot>, borne: Option<Slot>) -> Bounds<'p> {
        Bounds {
            plan,
            watched,
            borne,
            posted: None,
            cases: Cases::default(),
            place: Place::Ledger,
            summed: Vec::new(),
            findings: Vec::new(),
            leaves: Vec::new(),
        }
    }

    /// Watches what a benefit comes to together with what earlier claims have posted of it.
    pub(crate) fn beside_posted(self, posted: Posted) -> Bounds<'p> {
        Bounds { posted: Some(posted), ..self }
    }

    /// Looks at the claims of one case only.
    pub(crate) fn in_case(self, supposed: Vec<Answer>) -> Bounds<'p> {
        Bounds { cases: Cases::of(supposed), ..self }
    }

    /// What would split the case, as far as it was read.
    pub(crate) fn questions(&mut self) -> Vec<(Place, Question)> {
        self.cases.questions()
    }

    /// Whether no claim is of the case, as far as can be seen.
    pub(crate) fn is_impossible(&self) -> bool {
        self.cases.is_impossible
    }

    /// Whether earlier claims can have added less than nothing to the entry.
    pub(crate) fn may_sum_to_less_than_nothing(&self, entry: usize) -> bool {
        let LedgerAmount::Sum(number) = &self.plan.entry(entry).amount else { return false };
        if self.summed.contains(&entry) {
            return true;
        }
        let mut inner = Bounds::new(self.plan, None, None);
        inner.summed.clone_from(&self.summed);
        inner.summed.push(entry);
        Meaning::new(self.plan, inner).number(number).low < Decimal::ZERO
    }

    fn range(&mut self, low: Decimal, high: Decimal, places: u32) -> Range {
        self.check_fits(low, high, places);
        let never_positive = high <= Decimal::ZERO;
        let with_posted = if never_positive { Some(Decimal::ZERO) } else { self.with_most_posted(high) };
        Range {
            low,
            high,
            places,
            trend: Trend::Still,
            at_most_borne: never_positive,
            with_posted,
            at_least_posted: false,
        }
    }

    fn with_most_posted(&self, amount: Decimal) -> Option<Decimal> {
        exact::add(amount, self.posted?.most?).ok()
    }

    /// A digit may be lost if either end, written with all its places, needs more than 96 bits.
    fn check_fits(&mut self, low: Decimal, high: Decimal, places: u32) {
        let unit = if places > 28 { None } else { Some(Decimal::new(1, places)) };
        let fits = |end: Decimal| unit.is_some_and(|unit| exact::add(end, unit).is_ok());
        if !fits(low) || !fits(high) {
            self.findings.push(Finding::Inexact(self.place));
        }
    }

    fn end(&mut self, result: Result<Decimal, Inexact>) -> Decimal {
        result.unwrap_or_else(|_| {
            self.findings.push(Finding::Inexact(self.place));
            Decimal::ZERO
        })
    }
}

impl Range {
    fn is_constant(&self) -> bool {
        self.low == self.high
    }

    fn is_never_negative(&self) -> bool {
        self.low >= Decimal::ZERO
    }

    #[cfg(feature = "batch")]
    pub(crate) fn places(&self) -> u32 {
        self.places
    }

    pub(crate) fn trend(&self) -> Trend {
        self.trend
    }

    pub(crate) fn is_at_most_borne(&self) -> bool {
        self.at_most_borne
    }

    /// The same, or anything down to nothing: what may be left of it.
    pub(crate) fn or_less(self) -> Range {
        Range { low: self.low.min(Decimal::ZERO), ..self }
    }

    pub(crate) fn with_posted(&self) -> Option<Decimal> {
        self.with_posted
    }

    fn is_never_positive(&self) -> bool {
        self.high <= Decimal::ZERO
    }

    fn is_ratio(&self) -> bool {
        self.is_never_negative() && self.high <= Decimal::ONE
    }
}

impl Reading for Bounds<'_> {
    type Number = Range;
    type Truth = Possible;
    /// Dates are not bounded; what is said of them may be so or not.
    type Date = Trend;

    fn number(&mut self, constant: Decimal) -> Range {
        self.range(constant, constant, constant.scale())
    }

    fn truth(&mut self, constant: bool) -> Possible {
        Possible { may_hold: constant, may_fail: !constant, trend: Trend::Still }
    }

    fn date(&mut self, _: NaiveDate) -> Trend {
        Trend::Still
    }

    fn number_fact(&mut self, slot: Slot) -> Range {
        let fact = self.plan.fact(slot);
        let mut range = self.range(fact.bounds.min, fact.bounds.max, fact.kind.places());
        if self.watched == Some(slot) {
            range.trend = Trend::Up;
        }
        range.at_most_borne |= self.borne == Some(slot);
        range
    }

    fn truth_fact(&mut self, slot: Slot) -> Possible {
        if self.watched == Some(slot) { Possible { trend: Trend::Up, ..Possible::OPEN } } else { Possible::OPEN }
    }

    /// A date cannot be more, so that none is ever watched.
    fn date_fact(&mut self, _: Slot) -> Trend {
        Trend::Still
    }

    /// A fact that can be derived is taken as given: its derivation lies within its bounds.
    fn given(&mut self, slot: Slot) -> Possible {
        match self.plan.fact(slot).derived {
            Some(_) => self.truth(true),
            None if self.watched == Some(slot) => self.truth(true),
            None => Possible::OPEN,
        }
    }

    fn among(&mut self, _: Slot, _: &Members) -> Possible {
        Possible::OPEN
    }

    fn prior(&mut self, Prior { entry, scope }: Prior) -> Range {
        let places = match &self.plan.entry(entry).amount {
            LedgerAmount::Count(_) => 0,
            LedgerAmount::Paid(benefit) => self.plan.benefit(*benefit).rounding.to.scale(),
            LedgerAmount::Deducted(_) | LedgerAmount::Sum(_) => MOST_PLACES_POSTED,
        };
        let low = if self.may_sum_to_less_than_nothing(entry) { -MOST_POSTED } else { Decimal::ZERO };
        let mut range = self.range(low, MOST_POSTED, places);
        range.at_least_posted = self.posted.is_some_and(|posted| {
            self.plan.entry(entry).amount == LedgerAmount::Paid(posted.benefit) && scope.holds_all_of(posted.scope)
        });
        range
    }

    fn add(&mut self, left: Range, right: Range) -> Range {
        let (low, high) = (self.end(exact::add(left.low, right.low)), self.end(exact::add(left.high, right.high)));
        let mut sum = self.range(low, high, left.places.max(right.places));
        sum.trend = left.trend.with(right.trend);
        sum.at_most_borne |=
            (left.at_most_borne && right.is_never_positive()) || (right.at_most_borne && left.is_never_positive());
        sum.with_posted = tighter(sum.with_posted, added_to_posted(&left, &right));
        sum.at_least_posted =
            (left.at_least_posted && right.is_never_negative()) || (right.at_least_posted && left.is_never_negative());
        sum
    }

    fn subtract(&mut self, left: Range, right: Range) -> Range {
        let (low, high) =
            (self.end(exact::subtract(left.low, right.high)), self.end(exact::subtract(left.high, right.low)));
        let mut difference = self.range(low, high, left.places.max(right.places));
        difference.trend = left.trend.with(right.trend.turned());
        difference.at_most_borne |= left.at_most_borne && right.is_never_negative();
        if right.at_least_posted {
            difference.with_posted = tighter(difference.with_posted, Some(left.high));
        }
        if right.is_never_negative() {
            let less = left.with_posted.and_then(|bound| exact::subtract(bound, right.low).ok());
            difference.with_posted = tighter(difference.with_posted, less);
        }
        difference
    }

    fn times(&mut self, left: Range, right: Range) -> Range {
        let corners = [
            exact::multiply(left.low, right.low),
            exact::multiply(left.low, right.high),
            exact::multiply(left.high, right.low),
            exact::multiply(left.high, right.high),
        ];
        let [a, b, c, d] = corners.map(|corner| self.end(corner));
        let (low, high) = (a.min(b).min(c).min(d), a.max(b).max(c).max(d));
        let mut product = self.range(low, high, left.places.saturating_add(right.places));
        product.trend = if left.is_never_negative() && right.is_never_negative() {
            left.trend.with(right.trend)
        } else if left.trend == Trend::Still && right.trend == Trend::Still {
            Trend::Still
        } else {
            Trend::Unclear
        };
        product.at_most_borne |= (left.at_most_borne && right.is_ratio()) || (right.at_most_borne && left.is_ratio());
        for (part, of) in [(left, right), (right, left)] {
            if part.is_ratio() && of.is_never_negative() {
                product.with_posted = tighter(product.with_posted, of.with_posted);
            }
        }
        product
    }

    fn least(&mut self, left: Range, right: Range) -> Range {
        let mut least = self.range(left.low.min(right.low), left.high.min(right.high), left.places.max(right.places));
        least.trend = left.trend.with(right.trend);
        least.at_most_borne |= left.at_most_borne || right.at_most_borne;
        least.with_posted = tighter(least.with_posted, tighter(left.with_posted, right.with_posted));
        least.at_least_posted = left.at_least_posted && right.at_least_posted;
        least
    }

    fn greatest(&mut self, left: Range, right: Range) -> Range {
        let mut greatest =
            self.range(left.low.max(right.low), left.high.max(right.high), left.places.max(right.places));
        greatest.trend = left.trend.with(right.trend);
        greatest.at_most_borne |= left.at_most_borne && right.at_most_borne;
        greatest.with_posted = tighter(greatest.with_posted, looser(left.with_posted, right.with_posted));
        greatest.at_least_posted = left.at_least_posted || right.at_least_posted;
        greatest
    }

    fn round(&mut self, number: Range, rounding: Rounding) -> Range {
        let (low, high) = (self.end(exact::round(number.low, rounding)), self.end(exact::round(number.high, rounding)));
        let mut rounded = self.range(low, high, rounding.to.scale());
        rounded.trend = number.trend;
        // What was borne is a whole number of fen, so that rounding to the fen cannot pass it.
        rounded.at_most_borne |= number.at_most_borne && rounding.to == FEN;
        rounded.with_posted = tighter(rounded.with_posted, rounded_beside_posted(number.with_posted, rounding));
        rounded
    }

    fn look_up(&mut self, _: TableIndex, key: Range, rows: &[(Decimal, Decimal)], otherwise: Option<Decimal>) -> Range {
        let mut found = self.hull(rows.iter().map(|(_, value)| *value).chain(otherwise));
        if key.trend != Trend::Still {
            let rising = rows.is_sorted_by(|a, b| a.1 <= b.1) && otherwise.is_none();
            let falling = rows.is_sorted_by(|a, b| a.1 >= b.1) && otherwise.is_none();
            found.trend = match (rising, falling) {
                (true, true) => Trend::Still,
                (true, false) => key.trend,
                (false, true) => key.trend.turned(),
                (false, false) => Trend::Unclear,
            };
        }
        found
    }

    fn look_up_category(
        &mut self,
        _: TableIndex,
        _: Slot,
        rows: &[(Box<str>, Decimal)],
        otherwise: Option<Decimal>,
    ) -> Range {
        self.hull(rows.iter().map(|(_, value)| *value).chain(otherwise))
    }

    fn days_between(&mut self, from: Trend, to: Trend) -> Range {
        let mut days = self.range(-MOST_DAYS, MOST_DAYS, 0);
        days.trend = to.with(from.turned());
        days
    }

    fn months_between(&mut self, from: Trend, to: Trend) -> Range {
        let mut months = self.range(Decimal::ZERO, MOST_DAYS, 0);
        months.trend = to.with(from.turned());
        months
    }

    fn years_between(&mut self, from: Trend, to: Trend) -> Range {
        let mut years = self.range(Decimal::ZERO, Decimal::ONE_THOUSAND, 0);
        years.trend = to.with(from.turned());
        years
    }

    fn plus_days(&mut self, date: Trend, days: Range) -> Trend {
        date.with(days.trend)
    }

    fn plus_months(&mut self, date: Trend, _: u32) -> Trend {
        date
    }

    fn compare(&mut self, comparison: Comparison, left: Range, right: Range) -> Possible {
        let (may_hold, may_fail) = match comparison {
            Comparison::Equal => {
                (overlap(&left, &right), !(left.is_constant() && right.is_constant() && left.low == right.low))
            }
            Comparison::Unequal => {
                (!(left.is_constant() && right.is_constant() && left.low == right.low), overlap(&left, &right))
            }
            Comparison::Less => (left.low < right.high, left.high >= right.low),
            Comparison::AtMost => (left.low <= right.high, left.high > right.low),
            Comparison::Greater => (left.high > right.low, left.low <= right.high),
            Comparison::AtLeast => (left.high >= right.low, left.low < right.high),
        };
        Possible { may_hold, may_fail, trend: trend_of(comparison, left.trend, right.trend) }
    }

    fn compare_dates(&mut self, comparison: Comparison, left: Trend, right: Trend) -> Possible {
        Possible { trend: trend_of(comparison, left, right), ..Possible::OPEN }
    }

    fn and(&mut self, left: Possible, right: Possible) -> Possible {
        Possible {
            may_hold: left.may_hold && right.may_hold,
            may_fail: left.may_fail || right.may_fail,
            trend: left.trend.with(right.trend),
        }
    }

    fn or(&mut self, left: Possible, right: Possible) -> Possible {
        Possible {
            may_hold: left.may_hold || right.may_hold,
            may_fail: left.may_fail && right.may_fail,
            trend: left.trend.with(right.trend),
        }
    }

    fn not(&mut self, truth: Possible) -> Possible {
        Possible { may_hold: truth.may_fail, may_fail: truth.may_hold, trend: truth.trend.turned() }
    }

    /// Whether the facts agree says nothing of how one of them moves the payout: a claim that is set aside is not decided.
    fn unless_false(&mut self, truth: Possible) -> Possible {
        Possible { trend: Trend::Still, ..truth }
    }

    fn choose(&mut self, condition: Possible, then: Range, otherwise: Range) -> Range {
        let mut chosen =
            self.range(then.low.min(otherwise.low), then.high.max(otherwise.high), then.places.max(otherwise.places));
        let both = then.trend.with(otherwise.trend);
        chosen.trend = match condition.trend {
            Trend::Still => both,
            Trend::Up if otherwise.high <= then.low && matches!(both, Trend::Still | Trend::Up) => Trend::Up,
            Trend::Up if otherwise.low >= then.high && matches!(both, Trend::Still | Trend::Down) => Trend::Down,
            Trend::Down if then.high <= otherwise.low && matches!(both, Trend::Still | Trend::Up) => Trend::Up,
            Trend::Down if then.low >= otherwise.high && matches!(both, Trend::Still | Trend::Down) => Trend::Down,
            Trend::Up | Trend::Down | Trend::Unclear => Trend::Unclear,
        };
        chosen.at_most_borne = then.at_most_borne && otherwise.at_most_borne;
        chosen.with_posted = tighter(chosen.with_posted, looser(then.with_posted, otherwise.with_posted));
        chosen.at_least_posted = then.at_least_posted && otherwise.at_least_posted;
        chosen
    }

    fn choose_date(&mut self, condition: Possible, then: Trend, otherwise: Trend) -> Trend {
        if condition.trend == Trend::Still { then.with(otherwise) } else { Trend::Unclear }
    }

    fn is_nothing(&self, number: &Range) -> bool {
        number.low.is_zero() && number.high.is_zero()
    }

    fn is_empty_range(&self, upper: Comparison, from: &Range, to: &Range) -> bool {
        !upper.holds(from.low.cmp(&to.high))
    }

    fn pays(&mut self, benefit: usize, paid: Range) -> Range {
        match self.cases.pays(benefit) {
            None => paid,
            Some(false) => {
                self.cases.is_impossible |= paid.low > Decimal::ZERO;
                self.number(Decimal::ZERO)
            }
            Some(true) => {
                self.cases.is_impossible |= paid.is_never_positive();
                Range { low: paid.low.max(self.plan.benefit(benefit).rounding.to), ..paid }
            }
        }
    }

    fn climbed(&mut self, due: &Range, together: Range, ladder: &Ladder, each: Option<Rounding>) -> Range {
        if due.is_never_negative() && ladder.gives_parts(each) {
            let trend = together.trend;
            Range { trend, ..self.least(*due, together) }
        } else {
            together
        }
    }

    fn supposed(&mut self, truth: &Truth) -> Option<Possible> {
        let supposed = self.cases.answer(truth, self.place)?;
        Some(self.truth(supposed))
    }

    fn settled(&self, truth: &Possible) -> Option<bool> {
        match (truth.may_hold, truth.may_fail) {
            (true, false) => Some(true),
            (false, true) => Some(false),
            (true, true) | (false, false) => None,
        }
    }

    fn hear(&mut self, event: Event<'_, Self>) {
        match event {
            Event::At(place) => self.place = place,
            Event::Condition { index, met } => self.findings.push(Finding::Condition { index, met: *met }),
            Event::When { benefit, holds, .. } => self.findings.push(Finding::When { benefit, holds: *holds }),
            Event::Gross { benefit, amount } => {
                self.findings.push(Finding::Gross { benefit, low: amount.low });
                self.leaves.push(Leaves { benefit, place: self.place, amount: *amount });
            }
            Event::Line { benefit, leaves, .. } => {
                self.leaves.push(Leaves { benefit, place: self.place, amount: *leaves });
            }
            Event::Identity { .. } => {}
        }
    }
}

impl Bounds<'_> {
    /// What a table can give; one without a row, which no plan has, could give anything.
    fn hull(&mut self, values: impl Iterator<Item = Decimal>) -> Range {
        let ends = |value: Decimal| (value, value, value.scale());
        let hull = values.map(ends).reduce(|(low, high, places), (other, _, other_places)| {
            (low.min(other), high.max(other), places.max(other_places))
        });
        let Some((low, high, places)) = hull else {
            self.findings.push(Finding::Inexact(self.place));
            return self.range(-MOST_POSTED, MOST_POSTED, MOST_PLACES_POSTED);
        };
        self.range(low, high, places)
    }
}

/// Both bounds hold.
fn tighter(one: Option<Decimal>, other: Option<Decimal>) -> Option<Decimal> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (bound, None) | (None, bound) => bound,
    }
}

/// One of the bounds holds.
fn looser(one: Option<Decimal>, other: Option<Decimal>) -> Option<Decimal> {
    Some(one?.max(other?))
}

/// A sum that is more than nothing has one side that is. Where the other is not, the sum is no more than the one.
fn added_to_posted(left: &Range, right: &Range) -> Option<Decimal> {
    if right.is_never_positive() {
        return left.with_posted;
    }
    if left.is_never_positive() {
        return right.with_posted;
    }
    let raised = |bound: Option<Decimal>, by: &Range| exact::add(bound?, by.high).ok();
    let both = tighter(raised(left.with_posted, right), raised(right.with_posted, left));
    looser(both, looser(left.with_posted, right.with_posted))
}

/// What is posted is a whole number of fen, so that rounding to the fen ends at the next fen at most. A coarser rounding may pass the bound by
/// less than one multiple: what a limit over several benefits or several plans has cut need not be one.
fn rounded_beside_posted(bound: Option<Decimal>, Rounding { to, mode }: Rounding) -> Option<Decimal> {
    let bound = bound?;
    match mode {
        Mode::Down | Mode::Floor => Some(bound),
        Mode::HalfUp | Mode::HalfDown | Mode::HalfEven | Mode::Up | Mode::Ceiling if to == FEN => {
            exact::round(bound, Rounding { to: FEN, mode: Mode::Ceiling }).ok()
        }
        Mode::HalfUp | Mode::HalfDown | Mode::HalfEven | Mode::Up | Mode::Ceiling => exact::add(bound, to).ok(),
    }
}

fn overlap(left: &Range, right: &Range) -> bool {
    left.low <= right.high && right.low <= left.high
}

/// How the truth of a comparison moves.
fn trend_of(comparison: Comparison, left: Trend, right: Trend) -> Trend {
    let rising = left.with(right.turned());
    match comparison {
        Comparison::Greater | Comparison::AtLeast => rising,
        Comparison::Less | Comparison::AtMost => rising.turned(),
        Comparison::Equal | Comparison::Unequal if rising == Trend::Still => Trend::Still,
        Comparison::Equal | Comparison::Unequal => Trend::Unclear,
    }
}
