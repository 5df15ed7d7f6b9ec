//! Accounts: what one member has under one plan, with its claims in the declared order.

use std::collections::BTreeSet;
use std::ops::Range;

use arrow::array::{Array, StringArray};
use xxhash_rust::xxh3::xxh3_64;

use super::facts::Rows;
use crate::batch::{Input, Reject};
use crate::catalog::Catalog;
use crate::text::{Text, say};

/// All accounts of a bucket, in the order of the output.
#[derive(Debug)]
pub(super) struct Accounts {
    /// Rows of claims, account by account, each in the order in which it is decided.
    pub(super) claims: Vec<usize>,
    /// The row of the enrollment of each of `claims`.
    pub(super) enrollments: Vec<usize>,
    /// Where each account starts in `claims`; the end of the last one too.
    starts: Vec<usize>,
    /// Whether a claim of the account reverses another.
    with_reversals: Vec<bool>,
}

/// One account: a part of the claims in order.
#[derive(Debug, Clone)]
pub(super) struct Account {
    pub(super) index: usize,
    pub(super) places: Range<usize>,
    pub(super) has_reversals: bool,
}

impl Accounts {
    /// Joins claims with enrollments and puts them in order; rejects what has no account.
    pub(super) fn of(
        catalog: &Catalog,
        claims: &Rows<'_>,
        enrollments: &Rows<'_>,
        rejects: &mut Vec<Reject>,
    ) -> Result<Accounts, crate::error::Error> {
        let owners = Owners::of(catalog, enrollments, rejects)?;
        let (ids, of) = (claims.texts("claim_id")?, claims.texts("enrollment_id")?);
        let mut joined = Vec::with_capacity(claims.count());
        for row in 0..claims.count() {
            match owners.find(of.value(row)) {
                Found::One(owner) => joined.push(Joined::of(owner, row, claims.day("event_date", row))),
                Found::None => rejects.push(reject(claims, row, "enrollment_id", of.value(row), unknown())),
                Found::Refused => rejects.push(reject(claims, row, "enrollment_id", of.value(row), refused())),
            }
        }
        // Account and day in one number: texts are compared only where both are the same.
        joined.sort_unstable_by(|a, b| a.order.cmp(&b.order).then_with(|| ids.value(a.row).cmp(ids.value(b.row))));
        let mut accounts = Accounts {
            claims: Vec::with_capacity(joined.len()),
            enrollments: Vec::with_capacity(joined.len()),
            starts: vec![0],
            with_reversals: Vec::new(),
        };
        for account in joined.chunk_by(|a, b| a.account() == b.account()) {
            accounts.push(account, claims, ids, rejects);
        }
        Ok(accounts)
    }

    /// Takes one account; rows that share a claim id are rejected, each of them.
    fn push(&mut self, account: &[Joined], claims: &Rows<'_>, ids: &StringArray, rejects: &mut Vec<Reject>) {
        let twice = ids_given_twice(account, ids);
        let mut has_reversals = false;
        for Joined { row, enrollment, .. } in account {
            let id = ids.value(*row);
            if twice.contains(id) {
                rejects.push(reject(claims, *row, "claim_id", id, same_claim()));
                continue;
            }
            has_reversals |= claims.text("reverses", *row).is_some();
            self.claims.push(*row);
            self.enrollments.push(*enrollment);
        }
        self.starts.push(self.claims.len());
        self.with_reversals.push(has_reversals);
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Account> {
        let bounds = self.starts.iter().zip(self.starts.iter().skip(1)).zip(&self.with_reversals).enumerate();
        bounds.map(|(index, ((start, end), has_reversals))| Account {
            index,
            places: *start..*end,
            has_reversals: *has_reversals,
        })
    }

    pub(super) fn count(&self) -> usize {
        self.with_reversals.len()
    }

    pub(super) fn claim_count(&self) -> usize {
        self.claims.len()
    }

    /// The row of the claim at a place.
    pub(super) fn claim_at(&self, place: usize) -> usize {
        self.claims.get(place).copied().unwrap_or_default()
    }

    /// The row of the enrollment of the claim at a place.
    pub(super) fn enrollment_at(&self, place: usize) -> usize {
        self.enrollments.get(place).copied().unwrap_or_default()
    }
}

/// A claim with its enrollment.
struct Joined {
    /// The account, then the day of the event; a claim without one comes last.
    order: u64,
    row: usize,
    enrollment: usize,
}

impl Joined {
    fn of(owner: Owner, row: usize, day: Option<i32>) -> Joined {
        let day = day.map_or(u32::MAX, |day| day.cast_unsigned() ^ (1 << 31));
        Joined { order: u64::from(owner.account) << 32 | u64::from(day), row, enrollment: owner.enrollment }
    }

    fn account(&self) -> u64 {
        self.order >> 32
    }
}

fn ids_given_twice<'a>(account: &[Joined], ids: &'a StringArray) -> BTreeSet<&'a str> {
    let (mut seen, mut twice) = (BTreeSet::new(), BTreeSet::new());
    if account.len() > 1 {
        for Joined { row, .. } in account {
            let id = ids.value(*row);
            if !seen.insert(id) {
                twice.insert(id);
            }
        }
    }
    twice
}

/// Whose an enrollment is.
#[derive(Debug, Clone, Copy)]
struct Owner {
    /// The number of the account, in the order of the output.
    account: u32,
    enrollment: usize,
}

enum Found {
    One(Owner),
    None,
    /// The enrollment itself could not be taken.
    Refused,
}

/// The enrollments by id: open addressing over the hashes of the ids.
struct Owners<'a> {
    ids: &'a StringArray,
    /// By enrollment row: its account; `None` if it was refused.
    accounts: Vec<Option<u32>>,
    /// Rows of enrollments, at or after the place that the hash of the id leads to.
    slots: Vec<Option<usize>>,
}

impl<'a> Owners<'a> {
    fn of(
        catalog: &Catalog,
        enrollments: &Rows<'a>,
        rejects: &mut Vec<Reject>,
    ) -> Result<Owners<'a>, crate::error::Error> {
        let ids = enrollments.texts("enrollment_id")?;
        let (members, plans) = (enrollments.texts("member_id")?, enrollments.texts("plan")?);
        let count = enrollments.count();
        let mut owners = Owners {
            ids,
            accounts: vec![None; count],
            slots: vec![None; count.saturating_mul(2).next_power_of_two().max(2)],
        };
        let mut taken = Vec::with_capacity(count);
        for row in 0..count {
            if catalog.versions(plans.value(row)).is_empty() {
                let reason = catalog.unknown_plan(plans.value(row)).text();
                rejects.push(reject_of(Input::Enrollments, enrollments, row, "plan", plans.value(row), reason));
            } else {
                taken.push((xxh3_64(members.value(row).as_bytes()), row));
            }
        }
        let who = |row: usize| (members.value(row), plans.value(row));
        taken.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| who(a.1).cmp(&who(b.1))));
        let accounts = taken.chunk_by(|a, b| a.0 == b.0 && who(a.1) == who(b.1));
        for (account, rows) in (0_u32..).zip(accounts) {
            for (_, row) in rows {
                if let Some(place) = owners.accounts.get_mut(*row) {
                    *place = Some(account);
                }
            }
        }
        owners.index(enrollments, rejects);
        Ok(owners)
    }

    /// Puts every id in its slot; of an id that stands twice, every row is refused.
    fn index(&mut self, enrollments: &Rows<'_>, rejects: &mut Vec<Reject>) {
        let mut twice = BTreeSet::new();
        for row in 0..self.ids.len() {
            let slot = self.slot_of(self.ids.value(row));
            match self.slots.get_mut(slot) {
                Some(Some(earlier)) => twice.extend([*earlier, row]),
                Some(free) => *free = Some(row),
                None => {}
            }
        }
        for row in twice {
            if let Some(account) = self.accounts.get_mut(row) {
                *account = None;
            }
            let id = self.ids.value(row);
            rejects.push(reject_of(Input::Enrollments, enrollments, row, "enrollment_id", id, same_enrollment()));
        }
    }

    /// The slot that holds the id, or else the free one where it belongs.
    fn slot_of(&self, id: &str) -> usize {
        let mask = self.slots.len().saturating_sub(1);
        let mut slot = usize::try_from(xxh3_64(id.as_bytes())).unwrap_or_default() & mask;
        while let Some(Some(row)) = self.slots.get(slot) {
            if self.ids.value(*row) == id {
                break;
            }
            slot = slot.wrapping_add(1) & mask;
        }
        slot
    }

    fn find(&self, id: &str) -> Found {
        let Some(Some(row)) = self.slots.get(self.slot_of(id)) else { return Found::None };
        match self.accounts.get(*row) {
            Some(Some(account)) => Found::One(Owner { account: *account, enrollment: *row }),
            Some(None) | None => Found::Refused,
        }
    }
}

fn reject(claims: &Rows<'_>, row: usize, column: &str, value: &str, reason: Text) -> Reject {
    reject_of(Input::Claims, claims, row, column, value, reason)
}

pub(super) fn reject_of(input: Input, rows: &Rows<'_>, row: usize, column: &str, value: &str, reason: Text) -> Reject {
    Reject { input, row: rows.number(row), column: column.to_owned(), value: value.to_owned(), reason }
}

fn unknown() -> Text {
    say!("没有这一参保记录", "no such enrollment")
}

fn refused() -> Text {
    say!("其参保记录未被接受", "its enrollment was rejected")
}

fn same_claim() -> Text {
    say!("同一会员在同一计划下有两次理赔申请用此编号", "two claims of one member under one plan have this id")
}

fn same_enrollment() -> Text {
    say!("有两条参保记录用此编号", "two enrollments have this id")
}
