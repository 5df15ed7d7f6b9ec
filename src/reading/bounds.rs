//! The reading by intervals: what a plan can ever pay, whether a digit can be lost, which way a fact moves the payout.
//!
//! Every number is a range (see [`Range`]) with what is known of it beside what else: how it moves, what it cannot pass. The
//! result holds for every claim whose facts lie within their bounds.

pub(crate) mod cases;

use cases::{Answer, Cases, Question};
use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::accumulator::{MOST_PLACES_POSTED, MOST_POSTED};
use crate::exact;
use crate::money::FEN;
use crate::plan::expression::{
    BenefitIndex, Comparison, ConditionIndex, EntryIndex, Members, Prior, Slot, TableIndex, Truth,
};
use crate::plan::{Ladder, LedgerAmount, Plan};
use crate::reading::range::{May, Range};
use crate::rounding::{Mode, Rounding};
use crate::scope::Scope;
use crate::semantics::{Event, Meaning, Place, Reading};

/// What is known of a number over all claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bounded {
    range: Range,
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
    pub(crate) benefit: BenefitIndex,
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

/// What is known of a truth over all claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Possible {
    pub(crate) may: May,
    trend: Trend,
}

/// What is known of a date over all claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Day {
    range: Range,
    trend: Trend,
}

impl Possible {
    /// Whether the watched fact does not move it.
    pub(crate) fn is_still(self) -> bool {
        self.trend == Trend::Still
    }

    const OPEN: Possible = Possible { may: May::BE_EITHER, trend: Trend::Still };
}

/// What the reading found beside the ranges, each with its place in the pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Finding {
    /// A number may need more than 28 digits.
    Inexact(Place),
    Condition {
        index: ConditionIndex,
        met: Possible,
    },
    When {
        benefit: BenefitIndex,
        holds: Possible,
    },
    Gross {
        benefit: BenefitIndex,
        low: Decimal,
    },
}

/// What is left of a benefit at one of its places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Leaves {
    pub(crate) benefit: BenefitIndex,
    pub(crate) place: Place,
    pub(crate) amount: Bounded,
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
    summed: Vec<EntryIndex>,
    pub(crate) findings: Vec<Finding>,
    /// Benefits on their way down, from the gross amount to what is left by limits.
    pub(crate) leaves: Vec<Leaves>,
}

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
    pub(crate) fn may_sum_to_less_than_nothing(&self, entry: EntryIndex) -> bool {
        let LedgerAmount::Sum(number) = &self.plan.entry(entry).amount else { return false };
        if self.summed.contains(&entry) {
            return true;
        }
        let mut inner = Bounds::new(self.plan, None, None);
        inner.summed.clone_from(&self.summed);
        inner.summed.push(entry);
        !Meaning::new(self.plan, inner).number(number).range.is_never_negative()
    }

    fn bounded(&mut self, range: Range) -> Bounded {
        let range = self.fitting(range);
        let never_positive = range.is_never_positive();
        let with_posted = if never_positive { Some(Decimal::ZERO) } else { self.with_most_posted(range.high()) };
        Bounded { range, trend: Trend::Still, at_most_borne: never_positive, with_posted, at_least_posted: false }
    }

    fn with_most_posted(&self, amount: Decimal) -> Option<Decimal> {
        exact::add(amount, self.posted?.most?).ok()
    }

    /// What may lose a digit is reported; from there on it is taken for the largest number that is ever kept.
    fn fitting(&mut self, range: Range) -> Range {
        if range.fits_a_decimal() {
            return range;
        }
        self.findings.push(Finding::Inexact(self.place));
        let kept = Range::between(-MOST_POSTED, MOST_POSTED, MOST_PLACES_POSTED);
        if range.is_never_negative() { kept.at_least(Decimal::ZERO) } else { kept }
    }
}

impl Bounded {
    pub(crate) fn low(&self) -> Decimal {
        self.range.low()
    }

    pub(crate) fn high(&self) -> Decimal {
        self.range.high()
    }

    pub(crate) fn trend(&self) -> Trend {
        self.trend
    }

    pub(crate) fn is_at_most_borne(&self) -> bool {
        self.at_most_borne
    }

    /// The same, or anything down to nothing: what may be left of it.
    pub(crate) fn or_less(self) -> Bounded {
        Bounded { range: self.range.or_less(), ..self }
    }

    pub(crate) fn with_posted(&self) -> Option<Decimal> {
        self.with_posted
    }
}

impl Reading for Bounds<'_> {
    type Number = Bounded;
    type Truth = Possible;
    type Date = Day;

    fn number(&mut self, constant: Decimal) -> Bounded {
        self.bounded(Range::of(constant))
    }

    fn truth(&mut self, constant: bool) -> Possible {
        Possible { may: May::be(constant), trend: Trend::Still }
    }

    fn date(&mut self, constant: NaiveDate) -> Day {
        Day { range: Range::day(constant), trend: Trend::Still }
    }

    fn number_fact(&mut self, slot: Slot) -> Bounded {
        let fact = self.plan.fact(slot);
        let mut bounded = self.bounded(Range::of_fact(fact));
        if self.watched == Some(slot) {
            bounded.trend = Trend::Up;
        }
        bounded.at_most_borne |= self.borne == Some(slot);
        bounded
    }

    fn truth_fact(&mut self, slot: Slot) -> Possible {
        if self.watched == Some(slot) { Possible { trend: Trend::Up, ..Possible::OPEN } } else { Possible::OPEN }
    }

    /// A date cannot be more, so that none is ever watched.
    fn date_fact(&mut self, _: Slot) -> Day {
        Day { range: Range::GIVEN_DAYS, trend: Trend::Still }
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

    fn prior(&mut self, Prior { entry, scope }: Prior) -> Bounded {
        let places = match &self.plan.entry(entry).amount {
            LedgerAmount::Count(_) => 0,
            LedgerAmount::Paid(benefit) => self.plan.benefit(*benefit).rounding.to.scale(),
            LedgerAmount::Deducted(_) | LedgerAmount::Sum(_) => MOST_PLACES_POSTED,
        };
        let low = if self.may_sum_to_less_than_nothing(entry) { -MOST_POSTED } else { Decimal::ZERO };
        let mut bounded = self.bounded(Range::between(low, MOST_POSTED, places));
        bounded.at_least_posted = self.posted.is_some_and(|posted| {
            self.plan.entry(entry).amount == LedgerAmount::Paid(posted.benefit) && scope.holds_all_of(posted.scope)
        });
        bounded
    }

    fn add(&mut self, left: Bounded, right: Bounded) -> Bounded {
        let mut sum = self.bounded(left.range.add(right.range));
        sum.trend = left.trend.with(right.trend);
        sum.at_most_borne |= (left.at_most_borne && right.range.is_never_positive())
            || (right.at_most_borne && left.range.is_never_positive());
        sum.with_posted = tighter(sum.with_posted, added_to_posted(&left, &right));
        sum.at_least_posted = (left.at_least_posted && right.range.is_never_negative())
            || (right.at_least_posted && left.range.is_never_negative());
        sum
    }

    fn subtract(&mut self, left: Bounded, right: Bounded) -> Bounded {
        let mut difference = self.bounded(left.range.subtract(right.range));
        difference.trend = left.trend.with(right.trend.turned());
        difference.at_most_borne |= left.at_most_borne && right.range.is_never_negative();
        if right.at_least_posted {
            difference.with_posted = tighter(difference.with_posted, Some(left.high()));
        }
        if right.range.is_never_negative() {
            let less = left.with_posted.and_then(|bound| exact::subtract(bound, right.low()).ok());
            difference.with_posted = tighter(difference.with_posted, less);
        }
        difference
    }

    fn times(&mut self, left: Bounded, right: Bounded) -> Bounded {
        let mut product = self.bounded(left.range.times(right.range));
        product.trend = if left.range.is_never_negative() && right.range.is_never_negative() {
            left.trend.with(right.trend)
        } else if left.trend == Trend::Still && right.trend == Trend::Still {
            Trend::Still
        } else {
            Trend::Unclear
        };
        product.at_most_borne |=
            (left.at_most_borne && right.range.is_ratio()) || (right.at_most_borne && left.range.is_ratio());
        for (part, of) in [(left, right), (right, left)] {
            if part.range.is_ratio() && of.range.is_never_negative() {
                product.with_posted = tighter(product.with_posted, of.with_posted);
            }
        }
        product
    }

    fn least(&mut self, left: Bounded, right: Bounded) -> Bounded {
        let mut least = self.bounded(left.range.least(right.range));
        least.trend = left.trend.with(right.trend);
        least.at_most_borne |= left.at_most_borne || right.at_most_borne;
        least.with_posted = tighter(least.with_posted, tighter(left.with_posted, right.with_posted));
        least.at_least_posted = left.at_least_posted && right.at_least_posted;
        least
    }

    fn greatest(&mut self, left: Bounded, right: Bounded) -> Bounded {
        let mut greatest = self.bounded(left.range.greatest(right.range));
        greatest.trend = left.trend.with(right.trend);
        greatest.at_most_borne |= left.at_most_borne && right.at_most_borne;
        greatest.with_posted = tighter(greatest.with_posted, looser(left.with_posted, right.with_posted));
        greatest.at_least_posted = left.at_least_posted || right.at_least_posted;
        greatest
    }

    fn round(&mut self, number: Bounded, rounding: Rounding) -> Bounded {
        let mut rounded = self.bounded(number.range.round(rounding));
        rounded.trend = number.trend;
        // What was borne is a whole number of fen, so that rounding to the fen cannot pass it.
        rounded.at_most_borne |= number.at_most_borne && rounding.to == FEN;
        rounded.with_posted = tighter(rounded.with_posted, rounded_beside_posted(number.with_posted, rounding));
        rounded
    }

    fn look_up(
        &mut self,
        _: TableIndex,
        key: Bounded,
        rows: &[(Decimal, Decimal)],
        otherwise: Option<Decimal>,
    ) -> Bounded {
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
    ) -> Bounded {
        self.hull(rows.iter().map(|(_, value)| *value).chain(otherwise))
    }

    fn days_between(&mut self, from: Day, to: Day) -> Bounded {
        self.between(Range::days_between, from, to)
    }

    fn months_between(&mut self, from: Day, to: Day) -> Bounded {
        self.between(Range::months_between, from, to)
    }

    fn years_between(&mut self, from: Day, to: Day) -> Bounded {
        self.between(Range::years_between, from, to)
    }

    fn plus_days(&mut self, date: Day, days: Bounded) -> Day {
        Day { range: date.range.plus_days(days.range).within(Range::CALENDAR), trend: date.trend.with(days.trend) }
    }

    fn plus_months(&mut self, date: Day, months: u32) -> Day {
        Day { range: date.range.plus_months(months).within(Range::CALENDAR), ..date }
    }

    fn compare(&mut self, comparison: Comparison, left: Bounded, right: Bounded) -> Possible {
        let may = left.range.compare(comparison, right.range);
        Possible { may, trend: trend_of(comparison, left.trend, right.trend) }
    }

    fn compare_dates(&mut self, comparison: Comparison, left: Day, right: Day) -> Possible {
        let may = left.range.compare(comparison, right.range);
        Possible { may, trend: trend_of(comparison, left.trend, right.trend) }
    }

    fn and(&mut self, left: Possible, right: Possible) -> Possible {
        Possible { may: left.may.and(right.may), trend: left.trend.with(right.trend) }
    }

    fn or(&mut self, left: Possible, right: Possible) -> Possible {
        Possible { may: left.may.or(right.may), trend: left.trend.with(right.trend) }
    }

    fn not(&mut self, truth: Possible) -> Possible {
        Possible { may: truth.may.not(), trend: truth.trend.turned() }
    }

    /// Whether the facts agree says nothing of how one of them moves the payout: a claim that is set aside is not decided.
    fn unless_false(&mut self, truth: Possible) -> Possible {
        Possible { trend: Trend::Still, ..truth }
    }

    fn choose(&mut self, condition: Possible, then: Bounded, otherwise: Bounded) -> Bounded {
        let mut chosen = self.bounded(then.range.or(otherwise.range));
        let both = then.trend.with(otherwise.trend);
        let never_down = matches!(both, Trend::Still | Trend::Up);
        let never_up = matches!(both, Trend::Still | Trend::Down);
        let (rises, falls) = (otherwise.range.is_at_most(then.range), then.range.is_at_most(otherwise.range));
        chosen.trend = match condition.trend {
            Trend::Still => both,
            Trend::Up if rises && never_down => Trend::Up,
            Trend::Up if falls && never_up => Trend::Down,
            Trend::Down if falls && never_down => Trend::Up,
            Trend::Down if rises && never_up => Trend::Down,
            Trend::Up | Trend::Down | Trend::Unclear => Trend::Unclear,
        };
        chosen.at_most_borne = then.at_most_borne && otherwise.at_most_borne;
        chosen.with_posted = tighter(chosen.with_posted, looser(then.with_posted, otherwise.with_posted));
        chosen.at_least_posted = then.at_least_posted && otherwise.at_least_posted;
        chosen
    }

    fn choose_date(&mut self, condition: Possible, then: Day, otherwise: Day) -> Day {
        let is_still = condition.trend == Trend::Still;
        let trend = if is_still { then.trend.with(otherwise.trend) } else { Trend::Unclear };
        Day { range: then.range.or(otherwise.range), trend }
    }

    fn is_nothing(&self, number: &Bounded) -> bool {
        number.range.is_nothing()
    }

    fn is_empty_range(&self, upper: Comparison, from: &Bounded, to: &Bounded) -> bool {
        !from.range.compare(upper, to.range).hold
    }

    fn pays(&mut self, benefit: BenefitIndex, paid: Bounded) -> Bounded {
        match self.cases.pays(benefit) {
            None => paid,
            Some(false) => {
                self.cases.is_impossible |= paid.low() > Decimal::ZERO;
                self.number(Decimal::ZERO)
            }
            Some(true) => {
                self.cases.is_impossible |= paid.range.is_never_positive();
                Bounded { range: paid.range.at_least(self.plan.benefit(benefit).rounding.to), ..paid }
            }
        }
    }

    fn climbed(&mut self, due: &Bounded, together: Bounded, ladder: &Ladder, each: Option<Rounding>) -> Bounded {
        if due.range.is_never_negative() && ladder.gives_parts(each) {
            let trend = together.trend;
            Bounded { trend, ..self.least(*due, together) }
        } else {
            together
        }
    }

    fn supposed(&mut self, truth: &Truth) -> Option<Possible> {
        let supposed = self.cases.answer(truth, self.place)?;
        Some(self.truth(supposed))
    }

    fn settled(&self, truth: &Possible) -> Option<bool> {
        truth.may.settled()
    }

    fn hear(&mut self, event: Event<'_, Self>) {
        match event {
            Event::At(place) => self.place = place,
            Event::Condition { index, met } => self.findings.push(Finding::Condition { index, met: *met }),
            Event::When { benefit, holds, .. } => self.findings.push(Finding::When { benefit, holds: *holds }),
            Event::Gross { benefit, amount } => {
                self.findings.push(Finding::Gross { benefit, low: amount.low() });
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
    fn between(&mut self, count: fn(Range, Range) -> Range, from: Day, to: Day) -> Bounded {
        let mut bounded = self.bounded(count(from.range, to.range));
        bounded.trend = to.trend.with(from.trend.turned());
        bounded
    }

    /// What a table can give; one without a row, which no plan has, could give anything.
    fn hull(&mut self, values: impl Iterator<Item = Decimal>) -> Bounded {
        let hull = Range::hull(values.map(Range::of)).unwrap_or_else(|| {
            self.findings.push(Finding::Inexact(self.place));
            Range::between(-MOST_POSTED, MOST_POSTED, MOST_PLACES_POSTED)
        });
        self.bounded(hull)
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
fn added_to_posted(left: &Bounded, right: &Bounded) -> Option<Decimal> {
    if right.range.is_never_positive() {
        return left.with_posted;
    }
    if left.range.is_never_positive() {
        return right.with_posted;
    }
    let raised = |bound: Option<Decimal>, by: &Bounded| exact::add(bound?, by.high()).ok();
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
