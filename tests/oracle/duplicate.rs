//! Bills that come twice.

use std::collections::BTreeMap;

use super::facts::Value;
use super::member::{Member, Told, date};

/// The first claim of the same bill that comes before this one, and whether one is under another cover.
pub(crate) struct Before<'member> {
    pub(crate) first: Option<&'member Told>,
    pub(crate) under_another_cover: bool,
}

pub(crate) fn before<'member>(member: &'member Member, told: &Told) -> Before<'member> {
    let is_before = |other: &&Told| {
        stands(member, other)
            && stands(member, told)
            && is_same_bill(other, told)
            && place(member, other) < place(member, told)
    };
    let of_the_plan = member.claims.iter().filter(|other| member.plan_of(other) == member.plan_of(told));
    let claims: Vec<&Told> = of_the_plan.filter(is_before).collect();
    let under_another_cover = claims.iter().any(|other| other.cover != told.cover);
    Before { first: claims.into_iter().min_by_key(|other| place(member, other)), under_another_cover }
}

/// Neither taken back nor taking back.
fn stands(member: &Member, told: &Told) -> bool {
    let plan = member.plan_of(told);
    let takes_it_back = |other: &Told| other.reverses.as_ref() == Some(&told.id) && member.plan_of(other) == plan;
    told.reverses.is_none() && !member.claims.iter().any(takes_it_back)
}

/// The cover that starts first comes first; under one cover the claims come in their order.
fn place<'member>(member: &'member Member, told: &'member Told) -> impl Ord + use<'member> {
    let cover = member.cover_of(told);
    ((cover.start(), cover.id), told.event_date(), &told.id)
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
