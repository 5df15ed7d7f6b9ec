//! Bills that come twice.

use std::collections::BTreeMap;

use super::account::Rules;
use super::facts::Value;
use super::member::{Member, Told, date};
use super::order::Order;

/// The first claim of the same bill that comes before this one, and whether one is under another cover.
pub(crate) struct Before<'member> {
    pub(crate) first: Option<&'member Told>,
    pub(crate) under_another_cover: bool,
}

pub(crate) fn before<'member>(member: &'member Member, told: &Told, rules: &Rules) -> Before<'member> {
    let is_of_the_plan = |other: &&Told| member.plan_of(other) == member.plan_of(told);
    let both_stand = |other: &Told| member.stands(other) && member.stands(told);
    let is_before = |other: &&Told| match rules.order {
        Order::ByEvent => both_stand(other) && place(member, other) < place(member, told),
        Order::AsReceived => is_known(member, other, told),
    };
    let is_same = |other: &&Told| is_same_bill(other, told);
    let bills = member.claims.iter().filter(is_of_the_plan).filter(is_before).filter(is_same);
    let claims: Vec<&Told> = bills.collect();
    let under_another_cover = claims.iter().any(|other| other.cover != told.cover);
    let first = match rules.order {
        Order::ByEvent => claims.into_iter().min_by_key(|other| place(member, other)),
        Order::AsReceived => claims.into_iter().next(),
    };
    Before { first, under_another_cover }
}

/// The cover that starts first comes first; under one cover the claims come in their order.
fn place<'member>(member: &'member Member, told: &'member Told) -> impl Ord + use<'member> {
    let cover = member.cover_of(told);
    ((cover.start(), cover.id), told.event_date(), &told.id)
}

/// Whether it was received before, and not yet taken back by then.
fn is_known(member: &Member, other: &Told, told: &Told) -> bool {
    let is_earlier = |other: &Told| member.receipt(other) < member.receipt(told);
    other.reverses.is_none() && is_earlier(other) && !member.taking_back(other).is_some_and(is_earlier)
}

/// The same settlement, or the same days and the same amounts.
fn is_same_bill(one: &Told, other: &Told) -> bool {
    let days = |told: &Told| ["event_date", "admitted", "discharged"].map(|name| date(&told.facts, name));
    let is_same_settlement = settlement(one).is_some() && settlement(one) == settlement(other);
    let has_amounts = amounts(one).values().any(|fen| *fen > 0) && one.event_date().is_some();
    is_same_settlement || (has_amounts && days(one) == days(other) && amounts(one) == amounts(other))
}

fn settlement(told: &Told) -> Option<Value> {
    told.facts.get("setl_id").copied()
}

fn amounts(told: &Told) -> BTreeMap<&'static str, i64> {
    let money = told.facts.iter().filter_map(|(name, value)| match value {
        Value::Money(fen) => Some((*name, *fen)),
        Value::Whole(_) | Value::YesNo(_) | Value::Date(_) | Value::Word(_) => None,
    });
    money.collect()
}
