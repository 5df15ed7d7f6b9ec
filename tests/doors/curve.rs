//! The curve of a case by a fact: pieces that follow each other, on which deciding the case with the value gives the payout that they state.

use huzhu::curve::Piece;
use huzhu::{Case, Curve, Decision, Kind, STANDARD};
use rust_decimal::Decimal;

use super::choices::{self, Choices};
use super::{CATALOG, said};

/// No payout of the shipped packs is rounded to more, and none adds more amounts that are rounded.
const ROUNDED: Decimal = Decimal::from_parts(6, 0, 0, false, 0);
/// Nobody is paid for so many days, nor bears so much.
const MOST: i64 = 1_000_000;
const PIECES: usize = 4;

pub(super) fn of_a_case(bytes: &[u8]) {
    let mut choices = Choices::of(bytes);
    let case = choices::case(&mut choices);
    let facts: Vec<_> = STANDARD.iter().filter(|fact| fact.kind != Kind::Date).collect();
    let fact = facts[usize::from(choices.next()) % facts.len()].name;
    let Ok(plan) = CATALOG.resolve(&case.enrollment, &case.claim) else { return };
    let Ok(before) = case.accumulators(&CATALOG) else { return };
    let curve = match plan.curve(&case.enrollment, &case.claim, &before, fact) {
        Ok(curve) => curve,
        Err(error) => return said::is_an_answer(&error),
    };
    let unit = Decimal::new(1, curve.kind.places());
    for pair in curve.pieces.windows(2) {
        assert_eq!(pair[0].to + unit, pair[1].from, "{fact}: {case:?}");
    }
    assert!(!curve.pieces.is_empty(), "{fact}: {case:?}");
    let first = usize::from(choices.next());
    for piece in curve.pieces.iter().cycle().skip(first % curve.pieces.len()).take(PIECES) {
        let most = piece.to.min(piece.from.max(Decimal::from(MOST)));
        let steps = ((most - piece.from) / unit).trunc();
        let within = piece.from + (steps * Decimal::from(choices.next()) / Decimal::from(255)).trunc() * unit;
        for value in [piece.from, within, most] {
            is_on_the_line(&case, &curve, piece, value);
        }
    }
}

fn is_on_the_line(case: &Case, curve: &Curve, piece: &Piece, value: Decimal) {
    let Ok(changed) = case.with(&CATALOG, &curve.fact, &value.to_string()) else { return };
    // a curve is of the plan alone, as it stands, whatever is around the claim
    let Ok(plan) = CATALOG.resolve(&changed.enrollment, &changed.claim) else { return };
    let Ok(before) = changed.accumulators(&CATALOG) else { return };
    let Ok(adjudication) = plan.adjudicate(&changed.enrollment, &changed.claim, &before) else { return };
    let is_contradicted = adjudication.decision() == Decision::Pended
        && adjudication.reasons().iter().any(|reason| reason.fact.is_none() && reason.clause.is_none());
    if is_contradicted {
        return; // a curve does not ask whether the facts agree
    }
    let what = format!("{} = {value} in {case:?}", curve.fact);
    assert_eq!(adjudication.decision(), piece.decision, "{what}");
    let (along, whole) = (value - piece.from, piece.to - piece.from);
    let rise = (piece.payable_to - piece.payable_from) * if whole.is_zero() { Decimal::ZERO } else { along / whole };
    let off = (adjudication.payable() - piece.payable_from - rise).abs();
    assert!(off <= ROUNDED, "{what}: {} is off the line by {off}", adjudication.payable());
}
