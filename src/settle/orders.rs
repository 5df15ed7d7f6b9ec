//! What claims would be paid if they were decided in the other order.

use std::sync::Arc;

use arrow_array::{ArrayRef, Decimal128Array, RecordBatch, StringArray};

use super::book::{Writing, fault, tried};
use super::claims::Claims;
use super::results::{Results, Row, count, table, yuan};
use crate::catalog::Catalog;
use crate::decider::Decider;
use crate::error::{Error, OrBug};
use crate::exact;
use crate::order::Order;
use crate::text::say;

/// Where the ledger keeps the order that it is booked in.
const ORDER: &str = "order";

/// A claim that the other order pays otherwise.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Apart {
    member: String,
    claim: String,
    plan: String,
    /// In fen.
    payable: i64,
    other: i64,
}

/// The order that a catalog does not go by.
pub(super) fn other(catalog: &Catalog) -> Catalog {
    let other = match catalog.order() {
        Order::ByEvent => Order::AsReceived,
        Order::AsReceived => Order::ByEvent,
    };
    catalog.with_each(|_| {}).in_order(other)
}

/// A ledger is booked in one order for good: in another, members who come up would be decided anew, and others not.
pub(super) fn check(catalog: &Catalog, book: &Writing<'_>) -> Result<(), Error> {
    let now = catalog.order().to_string();
    let message = huzhu_ledger::Message { kind: ORDER, id: ORDER, owner: "", undoes: None, content: &now };
    if let Some(kept) = book.kept(ORDER, ORDER)? {
        let kept = kept.content;
        if kept == now {
            return Ok(());
        }
        return Err(Error::history(say!(
            "账本按 `{kept}` 的先后入账，不能改按 `{now}`；请仍用 `{kept}`",
            "the ledger is booked `{kept}`, and cannot go on `{now}`"
        )));
    }
    book.book.take(&message).map_err(|found| fault(book.path, &found)).map(drop)
}

/// Adds the claims that the other order pays otherwise.
pub(super) fn add(
    decider: Option<&Decider<'_>>,
    claims: &Claims,
    decided: &[Row],
    results: &mut Results,
) -> Result<(), Error> {
    let Some(decider) = decider.filter(|_| !decided.is_empty()) else { return Ok(()) };
    let paid = tried(decider, &claims.rows, &claims.enrollments)?;
    for row in decided {
        let Some(other) = paid.get(&row.claim).copied().filter(|other| *other != row.payable) else { continue };
        let (member, claim, plan) = (row.member.clone(), row.claim.clone(), row.plan.clone());
        results.apart(Apart { member, claim, plan, payable: row.payable, other })?;
    }
    Ok(())
}

impl Results {
    fn apart(&mut self, apart: Apart) -> Result<(), Error> {
        let more = apart.other.checked_sub(apart.payable).or_bug()?;
        count(&mut self.summary.apart);
        self.summary.other_order = exact::add(self.summary.other_order, yuan(more)?)?;
        self.apart.get_or_insert_default().push(apart);
        Ok(())
    }
}

pub(super) fn rows(apart: &[Apart]) -> Result<RecordBatch, Error> {
    let text = |of: &dyn Fn(&Apart) -> &str| -> ArrayRef {
        Arc::new(apart.iter().map(|apart| Some(of(apart))).collect::<StringArray>())
    };
    let amount = |of: &dyn Fn(&Apart) -> Option<i64>| -> Result<ArrayRef, Error> {
        let fen: Decimal128Array = apart.iter().map(|apart| of(apart).map(i128::from)).collect();
        Ok(Arc::new(fen.with_precision_and_scale(18, 2).ok().or_bug()?))
    };
    table([
        ("member_id", text(&|apart| &apart.member)),
        ("claim_id", text(&|apart| &apart.claim)),
        ("plan", text(&|apart| &apart.plan)),
        ("payable", amount(&|apart| Some(apart.payable))?),
        ("other_order", amount(&|apart| Some(apart.other))?),
        ("difference", amount(&|apart| apart.other.checked_sub(apart.payable))?),
    ])
}
