//! What the last payer of a price pays at most, whatever the facts are and though every pool be empty.
//!
//! The price is read by intervals for each number of shares that can count. A pool that gives less leaves more to those after it, and never less to the
//! last: so an empty one is the worst.

use rust_decimal::Decimal;

use crate::code::Code;
use crate::diagnostic::Findings;
use crate::document::Node;
use crate::exact;
use crate::fact::StandardFact;
use crate::plan::Plan;
use crate::reading::bounds::{Bounds, Finding};
use crate::semantics::{Meaning, Reading};
use crate::text::say;

/// Checks the promise, if there is one.
pub(super) fn check(plan: &Plan, promises: Option<&Node>, findings: &mut Findings) {
    let Some(node) = promises.and_then(|promises| promises.get("member_pays_at_most")) else { return };
    let Some(promised) = super::super::yuan(node, findings) else { return };
    let Some((shares, pays)) = worst(plan) else {
        let message = say!(
            "没有 `price`，会员无须承担；请写上每份会费 `price`，或删去此项承诺",
            "`price` is missing, so that the member pays nothing"
        );
        findings.report(Code::Unused, &node.span, message);
        return;
    };
    if pays > promised {
        let (shares, pays) = (shares.normalize(), pays.normalize());
        let message = say!("承诺未得证明，也未找到反例", "the promise is neither proven nor refuted");
        let help = say!(
            "{shares} 份时，会员承担可达 {pays} 元（名额与补助资金均已用完）",
            "for {shares} shares the member may pay up to {pays} yuan, every pool being empty"
        );
        findings.report(Code::PromiseUnproven, &node.span, message).help_with([help]);
    }
}

/// The number of shares for which the last payer pays most, and how much; none if the plan has no price.
fn worst(plan: &Plan) -> Option<(Decimal, Decimal)> {
    let most = most_shares(plan);
    let mut worst = (Decimal::ONE, pays(plan, Decimal::ONE)?.0);
    let mut shares = Decimal::TWO;
    while shares <= most {
        let (pays, _) = pays(plan, shares)?;
        if pays > worst.1 {
            worst = (shares, pays);
        }
        shares = exact::add(shares, Decimal::ONE).ok()?;
    }
    Some(worst)
}

/// Whether every number of a price keeps all its digits, for as many shares as can count.
pub(in crate::pack) fn is_exact(plan: &Plan) -> bool {
    pays(plan, most_shares(plan)).is_none_or(|(_, is_exact)| is_exact)
}

/// The most that the last payer pays for so many shares, and whether every number on the way keeps all its digits.
fn pays(plan: &Plan, shares: Decimal) -> Option<(Decimal, bool)> {
    let price = plan.terms.price.as_ref()?;
    let mut meaning = Meaning::new(plan, Bounds::new(plan, None, None));
    let shares = [shares, Decimal::ZERO].map(|number| meaning.reading.number(number));
    let empty = plan.terms.pools.iter().map(|_| meaning.reading.number(Decimal::ZERO)).collect();
    let premium = meaning.premium(&price.expression, shares, empty);
    let pays = premium.lines.iter().last().map_or(Decimal::ZERO, |line| line.pays.high());
    let is_lost = |found: &Finding| matches!(found, Finding::Inexact(_));
    Some((pays, !meaning.reading.findings.iter().any(is_lost)))
}

/// The most shares that can count in one application.
fn most_shares(plan: &Plan) -> Decimal {
    let most = StandardFact::named("shares").map_or(Decimal::ONE, |fact| fact.bounds().max);
    let cap = plan.terms.max_shares.as_ref().map(|(cap, _)| {
        let mut meaning = Meaning::new(plan, Bounds::new(plan, None, None));
        meaning.number(cap).high()
    });
    cap.map_or(most, |cap| most.min(cap))
}
