//! Claims of which nothing but an id says which comes first.

use std::collections::BTreeMap;

use super::account::Account;
use super::answer::notice;
use super::exact::Exact;
use super::member::Told;
use super::order;

/// What is said of the claims that are level with this one, by id, before any of them is decided: each whose amount is another one
/// where they come the other way round, or where it comes first, names the others. Nothing, if it is not the first of several.
pub(crate) fn decided_by_id(account: &Account<'_>, first: &Told) -> BTreeMap<String, String> {
    let level = order::level_with(account.member, first);
    if level.len() < 2 || level[0].id != first.id {
        return BTreeMap::new();
    }
    let turned: Vec<&Told> = level.iter().rev().copied().collect();
    let by_id = paid(account, &level);
    let the_other_way = paid(account, &turned);
    let as_the_first = |told: &Told| paid(account, &[told])[&told.id].clone();
    let hangs_on_ids = |told: &&&Told| {
        let amount = &by_id[&told.id];
        *amount != the_other_way[&told.id] || *amount != as_the_first(told)
    };
    let changed = level.iter().filter(hangs_on_ids);
    changed.map(|told| (told.id.clone(), notice("decided-by-id", names_of_all_but(told, &level)))).collect()
}

/// What each is paid, by id, if they are decided in this order on what was posted before.
fn paid(before: &Account<'_>, order: &[&Told]) -> BTreeMap<String, Exact> {
    let rules = before.rules.for_amounts();
    let mut account = before.under(&rules);
    let mut amounts = BTreeMap::new();
    for told in order {
        amounts.insert(told.id.clone(), account.decide(told).payable);
    }
    amounts
}

fn names_of_all_but<'level>(told: &'level Told, level: &'level [&Told]) -> impl Iterator<Item = &'level str> {
    level.iter().map(|other| other.id.as_str()).filter(|id| *id != told.id)
}
