//! Which of a member's claims is decided before which.

use super::joint::Joint;
use super::member::{Member, Told};

/// The two that can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// As the plans put them, whenever they were received.
    ByEvent,
    /// As they stand in the file.
    AsReceived,
}

impl Order {
    pub(crate) fn of(self, member: &Member) -> Vec<&Told> {
        match self {
            Self::ByEvent => by_event(member),
            Self::AsReceived => member.claims.iter().collect(),
        }
    }
}

/// By the date of the event, then in the order in which a joint limit serves the plans, then by id. Whatever is later than a claim
/// that is taken back is decided as if that one had never been: the reversal stands right after it.
pub(crate) fn by_event(member: &Member) -> Vec<&Told> {
    let place = |told: &Told| {
        let plan = member.plan_of(told);
        let reversed = told.reverses.as_ref().and_then(|id| member.named(id, plan));
        let stands = reversed.unwrap_or(told);
        (stands.event_date(), Joint::place_of(plan), stands.id.clone(), told.reverses.is_some())
    };
    let mut order: Vec<&Told> = member.claims.iter().collect();
    order.sort_by_key(|told| place(told));
    order
}

/// The claims of the same plan and the same day, this one among them, by id: the day is the only date that the shipped plans go by.
/// One that is taken back is level with none.
pub(crate) fn level_with<'member>(member: &'member Member, told: &'member Told) -> Vec<&'member Told> {
    let is_level = |other: &&Told| {
        member.plan_of(other) == member.plan_of(told)
            && other.event_date() == told.event_date()
            && member.stands(other)
            && member.stands(told)
    };
    let mut level: Vec<&Told> = member.claims.iter().filter(is_level).collect();
    level.sort_by_key(|other| &other.id);
    level
}
