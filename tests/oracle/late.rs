//! Claims that are received after others that come later.

use std::collections::BTreeMap;

use super::account::{self, Name, Rules};
use super::answer::Answer;
use super::exact::{Exact, nothing};
use super::member::{Member, Told};
use super::order;

/// What is to be said of a claim that is received last.
#[derive(Debug, PartialEq)]
pub(crate) struct Late {
    /// The claims that were decided before it though they come after it.
    pub(crate) later: Vec<String>,
    /// All that is paid for it and for them: as they were received, and in order.
    pub(crate) as_received: Exact,
    pub(crate) in_order: Exact,
}

/// `None` where no claim comes after it. Nobody knows what comes after a claim without a day.
pub(crate) fn of(member: &Member, told: &Told) -> Option<Late> {
    told.event_date()?;
    let order = order::by_event(member);
    let place = order.iter().position(|other| other.id == told.id).expect("it is one of them");
    let later: Vec<&Told> = order.into_iter().skip(place + 1).filter(|other| other.reverses.is_none()).collect();
    if later.is_empty() {
        return None;
    }
    let rules = Rules::without_a_look_at_what_is_open();
    let (received, in_order) = (account::decide_last(member, &told.id, &rules), account::decide(member, &rules));
    let is_taken_back = |claim: &Told| member.claims.iter().any(|other| other.reverses.as_ref() == Some(&claim.id));
    let together = |answers: &BTreeMap<Name, Answer>| -> Exact {
        let paid = |claim: &&Told| {
            let name = (member.plan_of(claim), claim.id.clone());
            if is_taken_back(claim) { nothing() } else { answers[&name].payable.clone() }
        };
        later.iter().chain([&told]).map(paid).sum()
    };
    let as_received = together(&received);
    let in_order = together(&in_order);
    let mut later: Vec<String> = later.iter().map(|told| told.id.clone()).collect();
    later.sort();
    Some(Late { later, as_received, in_order })
}
