//! Accounts of one member that joint limits hold together.

use std::ops::Range;

use super::Bucket;
use super::grouping::Account;
use crate::joint::Turn;

/// The accounts under plans of a joint limit, member by member and family by family.
#[derive(Debug, Default)]
pub(super) struct Joint {
    accounts: Vec<Account>,
    groups: Vec<Range<usize>>,
}

impl Joint {
    /// Those of a bucket; accounts under other plans are none of them.
    pub(super) fn of(bucket: Bucket<'_>) -> Joint {
        let mut joint = Joint::default();
        if !bucket.plans.has_joint_limits() {
            return joint;
        }
        let members = bucket.enrollments.some_texts("member_id");
        let member = |account: &Account| members.at(bucket.accounts.enrollment_at(account.places.start));
        let mut of_member: Vec<(Turn, Account)> = Vec::new();
        for account in bucket.accounts.iter().filter(|account| !account.places.is_empty()) {
            let Some(turn) = bucket.plans.turn_of(account.plan) else { continue };
            if of_member.first().is_some_and(|(_, other)| member(other) != member(&account)) {
                joint.add(&mut of_member);
            }
            of_member.push((turn, account));
        }
        joint.add(&mut of_member);
        joint
    }

    /// Takes the accounts of one member.
    fn add(&mut self, of_member: &mut Vec<(Turn, Account)>) {
        of_member.sort_by_key(|(turn, _)| *turn);
        for family in of_member.chunk_by(|(one, _), (other, _)| one.family == other.family) {
            let start = self.accounts.len();
            self.accounts.extend(family.iter().map(|(_, account)| account.clone()));
            self.groups.push(start..self.accounts.len());
        }
        of_member.clear();
    }

    /// The accounts of one member under the plans of one family.
    pub(super) fn groups(&self) -> impl Iterator<Item = &[Account]> {
        self.groups.iter().filter_map(|group| self.accounts.get(group.clone()))
    }
}
