//! What is known around the accounts of a bucket: members who cannot be one person, ids that are alike.

use std::collections::BTreeMap;

use super::accounts::Accounts;
use super::facts::Rows;
use crate::alike::fold;
use crate::batch::door::Vocabulary;
use crate::batch::hash::hash_of_member;
use crate::batch::{Input, Observation, Observations};
use crate::claim::Claim;
use crate::code::Code;
use crate::error::Error;
use crate::fact::Holder;
use crate::member::{self, Contradiction, PERSONAL, Said};
use crate::notice::Notice;
use crate::text::say;

/// What there is to be told of accounts; of most there is nothing.
#[derive(Debug, Default)]
pub(super) struct Around {
    /// By account: what pends every claim of the member.
    held: BTreeMap<usize, Vec<Notice>>,
    pub(super) observations: Observations,
}

/// The rows of a bucket as they are looked through.
#[derive(Clone, Copy)]
struct Seen<'a> {
    vocabulary: &'a Vocabulary,
    claims: &'a Rows<'a>,
    enrollments: &'a Rows<'a>,
    accounts: &'a Accounts,
}

/// All that the files have of one member.
#[derive(Default)]
struct Member<'a> {
    id: &'a str,
    hash: u64,
    enrollments: Vec<usize>,
    /// The accounts that have claims.
    accounts: Vec<usize>,
}

/// Neighbours whose ids only look different.
#[derive(Default)]
struct Family<'a> {
    hash: u64,
    /// The first row of each id.
    ids: Vec<(u64, &'a str)>,
    rows: u64,
}

impl Around {
    pub(super) fn of(
        vocabulary: &Vocabulary,
        claims: &Rows<'_>,
        enrollments: &Rows<'_>,
        accounts: &Accounts,
    ) -> Result<Around, Error> {
        let seen = Seen { vocabulary, claims, enrollments, accounts };
        let mut around = Around::default();
        let ids = enrollments.texts("member_id")?;
        let (mut member, mut family) = (Member::default(), Family::default());
        for (rows, account) in accounts.covers() {
            let Some(first) = rows.first() else { continue };
            let id = ids.value(*first);
            if id != member.id {
                around.look_at(seen, &member, &mut family);
                member = Member { id, hash: hash_of_member(id), ..Member::default() };
            }
            member.enrollments.extend(rows);
            member.accounts.extend(account);
        }
        around.look_at(seen, &member, &mut family);
        around.observations.extend(&family.observed());
        Ok(around)
    }

    /// Whether something is to be told of the account, so that it is decided claim by claim.
    pub(super) fn is_told_of(&self, account: usize) -> bool {
        self.held.contains_key(&account)
    }

    /// Tells the claim of an account what is known around it.
    pub(super) fn tell(&self, account: usize, claim: &mut Claim) {
        claim.tell(self.held.get(&account).into_iter().flatten().cloned());
    }

    fn look_at<'a>(&mut self, seen: Seen<'_>, member: &Member<'a>, family: &mut Family<'a>) {
        if member.enrollments.is_empty() {
            return;
        }
        if family.hash != member.hash {
            self.observations.extend(&family.observed());
            *family = Family { hash: member.hash, ..Family::default() };
        }
        family.add(seen, member);
        let contradictions = seen.contradictions(member);
        if contradictions.is_empty() {
            return;
        }
        for found in &contradictions {
            self.observations.extend(&observed(found, member.id));
        }
        let notices = member::notices(member.id, &contradictions);
        self.held.extend(member.accounts.iter().map(|account| (*account, notices.clone())));
    }
}

impl<'a> Family<'a> {
    fn add(&mut self, seen: Seen<'_>, member: &Member<'a>) {
        let first = member.enrollments.iter().map(|row| seen.enrollments.number(*row)).min().unwrap_or_default();
        self.ids.push((first, member.id));
        self.rows = self.rows.saturating_add(count(member.enrollments.len()));
    }

    /// The ids of it that are alike; others may share the hash.
    fn observed(&self) -> Observations {
        if self.ids.len() < 2 {
            return Observations::default();
        }
        let mut ids = self.ids.clone();
        ids.sort_unstable();
        let alike = ids.iter().enumerate().find_map(|(place, (first, id))| {
            let other = ids.iter().skip(place.saturating_add(1)).find(|(_, other)| fold(id) == fold(other))?;
            Some((*first, *id, other.1))
        });
        let observation = alike.map(|(first_row, one, other)| Observation {
            input: Input::Enrollments,
            column: "member_id".to_owned(),
            code: Code::AlikeIds,
            rows: self.rows,
            first_row,
            text: say!(
                "`{one}` 与 `{other}` 只在大小写、全角半角或空白上不同，按两人计",
                "`{one}` and `{other}` differ only in case, width or blanks; they are kept apart"
            )
            .on_one_line(),
        });
        observation.into_iter().collect()
    }
}

impl Seen<'_> {
    /// What is said of a member and cannot be so of one person.
    fn contradictions(self, member: &Member<'_>) -> Vec<Contradiction> {
        let mut said = Vec::new();
        for (fact, holder) in PERSONAL {
            let (rows, places) = match holder {
                Holder::Enrollment => (self.enrollments, member.enrollments.clone()),
                Holder::Claim => (self.claims, self.claims_of(member)),
            };
            let id = match holder {
                Holder::Enrollment => "enrollment_id",
                Holder::Claim => "claim_id",
            };
            let ids = rows.some_texts(id);
            let value = |row: usize| rows.shown(fact, row, self.vocabulary);
            if places.len() < 2 || rows.column(fact).is_none() || are_all_one(places.iter().map(|row| value(*row))) {
                continue;
            }
            said.extend(places.into_iter().filter_map(|row| {
                let record = ids.at(row).unwrap_or_default();
                Some(Said { fact, value: value(row)?, record, row: Some(rows.number(row)) })
            }));
        }
        member::contradictions(said)
    }

    /// The rows of the member's claims.
    fn claims_of(self, member: &Member<'_>) -> Vec<usize> {
        let places = member.accounts.iter().flat_map(|account| self.accounts.places(*account));
        places.map(|place| self.accounts.claim_at(place)).collect()
    }
}

fn observed(found: &Contradiction, member: &str) -> Observations {
    let rows = found.rows();
    let input = match found.holder {
        Holder::Enrollment => Input::Enrollments,
        Holder::Claim => Input::Claims,
    };
    let observation = Observation {
        input,
        column: found.fact.to_owned(),
        code: Code::MemberContradicts,
        rows: count(rows.len()),
        first_row: rows.first().copied().unwrap_or_default(),
        text: found.text(member).on_one_line(),
    };
    [observation].into_iter().collect()
}

/// Whether no two values that are given differ.
fn are_all_one<V: PartialEq>(values: impl Iterator<Item = Option<V>>) -> bool {
    let mut given = values.flatten();
    let first = given.next();
    given.all(|value| Some(value) == first)
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
