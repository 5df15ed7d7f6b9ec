//! What the declared order makes of a claim or a reversal that comes after claims which follow it in that order.

use rust_decimal::Decimal;

use super::Case;
use crate::accumulator::Accumulators;
use crate::catalog::Catalog;
use crate::claim::Claim;
use crate::code::Code;
use crate::error::Error;
use crate::exact;
use crate::history::{self, turn};
use crate::money;
use crate::notice::{self, Notice, Recalculated, Recalculation};
use crate::order::Order;
use crate::text::{Text, say};

/// What is said of a claim that is decided and posted to `received`; nothing where no claim of the history comes after it in order.
pub(super) fn notice(case: &Case, catalog: &Catalog, received: &Accumulators) -> Result<Option<Notice>, Error> {
    match catalog.order() {
        Order::ByEvent => {}
        Order::AsReceived => return Ok(None), // no claim is late
    }
    let own = case.claim.reverses().unwrap_or(case.claim.id());
    let mut all = case.history.clone();
    all.push((case.enrollment.clone(), case.claim.clone()));
    let in_turn = turn::of_account(catalog, history::as_given(&all), None)?;
    // A claim without a date comes last only because nobody knows where it belongs.
    let claims = in_turn.iter().filter(|(turn, _, claim)| claim.reverses().is_none() && !turn.day().0.is_unknown());
    let claims: Vec<&str> = claims.map(|(_, _, claim)| claim.id()).skip_while(|id| *id != own).collect();
    let later = claims.get(1..).unwrap_or_default();
    if later.is_empty() {
        return Ok(None);
    }
    let notice = |effect: &Text| {
        Notice::new(Code::LaterClaimInHistory, text(&case.claim, later, effect)).about(later.iter().copied())
    };
    // An order that does not work is no fault of the case: a claim may be reversed that would have posted nothing.
    Ok(Some(match case.in_order(catalog, all.clone()) {
        Ok(in_order) => {
            let recalculation = recalculation(&claims, received, &in_order)?;
            notice(&effect(&case.claim, &recalculation)?).with_recalculation(recalculation)
        }
        Err(error) => notice(&does_not_work(&error.text())),
    }))
}

/// What each claim is paid either way: nothing where it has posted nothing, or that was taken back.
fn recalculation(
    claims: &[&str],
    received: &Accumulators,
    in_order: &Accumulators,
) -> Result<Recalculation, exact::Inexact> {
    let claims: Vec<Recalculated> = claims
        .iter()
        .map(|claim| {
            let (as_received, in_order) = (received.paid_for(claim)?, in_order.paid_for(claim)?);
            Ok(Recalculated { claim: (*claim).to_owned(), as_received, in_order })
        })
        .collect::<Result<_, exact::Inexact>>()?;
    let sum = |of: fn(&Recalculated) -> Decimal| claims.iter().map(of).try_fold(Decimal::ZERO, exact::add);
    let (as_received, in_order) = (sum(|claim| claim.as_received)?, sum(|claim| claim.in_order)?);
    Ok(Recalculation { as_received, in_order, difference: exact::subtract(in_order, as_received)?, claims })
}

fn text(claim: &Claim, later: &[&str], effect: &Text) -> Text {
    let (Text { zh: later_zh, en: later_en }, Text { zh: effect_zh, en: effect_en }) = (notice::named(later), effect);
    if claim.reverses().is_some() {
        return say!(
            "既往理赔中有按顺序在所冲销的一件之后的：{later_zh}；{effect_zh}",
            "the history has claims that come after the reversed one in order: {later_en}; {effect_en}"
        );
    }
    say!(
        "既往理赔中有按顺序应在本件之后的：{later_zh}；{effect_zh}",
        "the history has claims that come after this one in order: {later_en}; {effect_en}"
    )
}

fn effect(claim: &Claim, recalculation: &Recalculation) -> Result<Text, exact::Inexact> {
    let Recalculation { claims, as_received, in_order, difference } = recalculation;
    let Some(this) = claims.first().filter(|_| claims.iter().any(|claim| claim.as_received != claim.in_order)) else {
        return Ok(say!("按顺序重算，金额都不变", "worked out again in order, no amount changes"));
    };
    let others = |all: &Decimal, this: Decimal| exact::subtract(*all, this).map(money::print);
    let (later, later_in_order) = (others(as_received, this.as_received)?, others(in_order, this.in_order)?);
    let [now, then] = [this.as_received, this.in_order].map(money::print);
    let [all, all_in_order] = [*as_received, *in_order].map(money::print);
    let Text { zh, en } = more_or_less(*difference);
    if claim.reverses().is_some() {
        return Ok(say!(
            "按收到的先后，它们共 {later} 元；按顺序重算，共 {later_in_order} 元，{zh}",
            "as received, {later} yuan are paid for them; worked out again in order, {later_in_order}, which is {en}"
        ));
    }
    Ok(say!(
        "按收到的先后，本件 {now} 元，其余 {later} 元，共 {all} 元；按顺序重算，本件 {then} 元，其余 {later_in_order} 元，\
         共 {all_in_order} 元，{zh}",
        "as received, {now} yuan are paid for this one and {later} for those, {all} in all; worked out again in order, \
         {then} and {later_in_order}, {all_in_order} in all, which is {en}"
    ))
}

fn more_or_less(difference: Decimal) -> Text {
    let amount = money::print(difference.abs());
    match difference {
        none if none.is_zero() => say!("合计不变", "the same"),
        less if less.is_sign_negative() => say!("少 {amount} 元", "{amount} less"),
        _more => say!("多 {amount} 元", "{amount} more"),
    }
}

fn does_not_work(fault: &Text) -> Text {
    let Text { zh, en } = fault;
    say!("按顺序无法重算：{zh}", "they cannot be worked out again in order: {en}")
}
