//! Finds where the choices of a plan turn.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::Piece;
use super::rules::Rules;
use super::ways::Ways;
use crate::adjudicate::Decision;
use crate::error::{Error, OrBug};
use crate::exact;
use crate::fact::Value;
use crate::plan::Plan;
use crate::plan::expression::Slot;
use crate::reading::formula::Formula;
use crate::reading::formula::evaluate::Inputs;
use crate::text::say;

/// A curve with more pieces would help nobody.
const MOST_PIECES: usize = 1_000;

/// Finds the pieces.
pub(super) struct Search<'a> {
    pub(super) plan: &'a Plan,
    pub(super) formula: &'a Formula,
    pub(super) inputs: Inputs,
    pub(super) slot: Slot,
}

/// What the plan makes of one value of the fact.
struct Point {
    decision: Decision,
    payable: Decimal,
    /// Of all choices.
    ways: Ways,
    /// Of those alone that the payout depends on.
    taken: Ways,
}

impl Search<'_> {
    pub(super) fn pieces(mut self) -> Result<Vec<Piece>, Error> {
        let fact = self.plan.fact(self.slot);
        let (least, most) = (self.units(fact.bounds.min, Decimal::ceil)?, self.units(fact.bounds.max, Decimal::floor)?);
        let last = self.at(most)?;
        let mut pieces: Vec<(Piece, Ways)> = Vec::new();
        let (mut from, mut here) = (least, self.at(least)?);
        loop {
            let (to, next) =
                if here.ways == last.ways { (most, most) } else { self.turn_after(from, &here.ways, most)? };
            self.add((from, &here), to, &mut pieces)?;
            if to == most {
                return Ok(pieces.into_iter().map(|(piece, _)| piece).collect());
            }
            if pieces.len() > MOST_PIECES {
                return Err(Error::fact(say!("分段过多", "there are too many pieces")));
            }
            (from, here) = (next, self.at(next)?);
        }
    }

    /// The last value at which all choices go as they do here, and the one after it.
    fn turn_after(&mut self, from: i64, ways: &Ways, most: i64) -> Result<(i64, i64), Error> {
        let (mut same, mut other) = (from, most);
        while other.saturating_sub(same) > 1 {
            let middle = same.midpoint(other);
            if self.at(middle)?.ways == *ways {
                same = middle;
            } else {
                other = middle;
            }
        }
        Ok((same, other))
    }

    /// Adds a piece, or lengthens the one before if nothing turns that the payout depends on.
    fn add(&mut self, (from, first): (i64, &Point), to: i64, pieces: &mut Vec<(Piece, Ways)>) -> Result<(), Error> {
        let end = self.at(to)?;
        let mut piece = Piece {
            from: self.value(from),
            to: self.value(to),
            decision: first.decision,
            payable_from: first.payable,
            payable_to: end.payable,
            because: Vec::new(),
        };
        if let Some((before, taken)) = pieces.last_mut() {
            piece.because = Rules { plan: self.plan, formula: self.formula }.turns(taken, &first.taken);
            let is_level = before.is_level_with(&piece);
            let goes_on = *taken == first.taken || is_level || (piece.because.is_empty() && before.runs_on(&piece));
            if before.decision == piece.decision && goes_on {
                if !is_level || before.from == before.to {
                    *taken = end.taken; // of what is level, the choices before are those that a line may leave
                }
                (before.to, before.payable_to) = (piece.to, piece.payable_to);
                return Ok(());
            }
        }
        pieces.push((piece, end.taken));
        Ok(())
    }

    fn at(&mut self, units: i64) -> Result<Point, Error> {
        self.inputs.facts[self.slot] = Some(Value::Number(self.value(units)));
        let values = self.formula.values(self.plan, &self.inputs)?;
        let decision = self.formula.decision(&values);
        let payable = match decision {
            Decision::Paid => values.number(self.formula.outcome.payable).or_bug()?,
            Decision::NothingDue | Decision::Denied | Decision::Pended | Decision::Reversed => Decimal::ZERO,
        };
        let taken = self.formula.taken(&values, decision);
        Ok(Point { decision, payable, ways: self.formula.ways(&values), taken })
    }

    /// A bound in the smallest unit of the fact.
    fn units(&self, bound: Decimal, within: fn(&Decimal) -> Decimal) -> Result<i64, Error> {
        let unit = Decimal::from(10_i64.saturating_pow(self.plan.fact(self.slot).kind.places()));
        within(&exact::multiply(bound, unit)?).to_i64().or_bug()
    }

    fn value(&self, units: i64) -> Decimal {
        Decimal::new(units, self.plan.fact(self.slot).kind.places())
    }
}
