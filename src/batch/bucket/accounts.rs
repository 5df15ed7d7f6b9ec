//! Accounts: what one member has under one plan, with its claims in the declared order.

use std::collections::BTreeSet;
use std::ops::Range;

use arrow::array::{Array, StringArray};
use xxhash_rust::xxh3::xxh3_64;

use super::facts::{Rows, Texts};
use super::plans::Plans;
use crate::batch::{Input, Reject};
use crate::error::Error;
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
    /// The number of each account's plan.
    plans: Vec<usize>,
    /// Whether a claim of the account reverses another.
    with_reversals: Vec<bool>,
}

/// One account: a part of the claims in order.
#[derive(Debug, Clone)]
pub(super) struct Account {
    pub(super) index: usize,
    /// The number of the plan.
    pub(super) plan: usize,
    pub(super) places: Range<usize>,
    pub(super) has_reversals: bool,
}

impl Accounts {
    /// Joins claims with enrollments and puts them in order; rejects what has no account.
    pub(super) fn of(
        plans: &Plans<'_>,
        claims: &Rows<'_>,
        enrollments: &Rows<'_>,
        rejects: &mut Vec<Reject>,
    ) -> Result<Accounts, Error> {
        let owners = Owners::of(plans, enrollments, rejects)?;
        let (days, reversals) = (claims.days("event_date"), claims.some_texts("reverses"));
        let (ids, of) = (claims.texts("claim_id")?, claims.texts("enrollment_id")?);
        let mut joined = Vec::with_capacity(claims.count());
        for row in 0..claims.count() {
            match owners.find(of.value(row)) {
                Found::One(owner) => joined.push(Joined::of(owner, row, days.at(row))),
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
            plans: Vec::new(),
            with_reversals: Vec::new(),
        };
        for account in joined.chunk_by(|a, b| a.account() == b.account()) {
            accounts.push(account, claims, ids, reversals, rejects);
            let plan = account.first().and_then(|joined| owners.plans.get(joined.enrollment));
            accounts.plans.push(plan.copied().unwrap_or_default());
        }
        Ok(accounts)
    }

    /// Takes one account; rows that share a claim id are rejected, each of them.
    fn push(
        &mut self,
        account: &[Joined],
        claims: &Rows<'_>,
        ids: &StringArray,
        reversals: Texts<'_>,
        rejects: &mut Vec<Reject>,
    ) {
        let twice = ids_given_twice(account, ids);
        let mut has_reversals = false;
        for Joined { row, enrollment, .. } in account {
            let id = ids.value(*row);
            if twice.contains(id) {
                rejects.push(reject(claims, *row, "claim_id", id, same_claim()));
                continue;
            }
            has_reversals |= reversals.at(*row).is_some();
            self.claims.push(*row);
            self.enrollments.push(*enrollment);
        }
        self.starts.push(self.claims.len());
        self.with_reversals.push(has_reversals);
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Account> {
        let bounds = self.starts.iter().zip(self.starts.iter().skip(1));
        let accounts = bounds.zip(self.plans.iter().zip(&self.with_reversals)).enumerate();
        accounts.map(|(index, ((start, end), (plan, has_reversals)))| Account {
            index,
            plan: *plan,
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

/// Claim ids that stand twice in the account. Most accounts have a claim or two.
fn ids_given_twice<'a>(account: &[Joined], ids: &'a StringArray) -> BTreeSet<&'a str> {
    let mut found: Vec<&str> = Vec::new();
    if account.len() > 1 {
        found.extend(account.iter().map(|joined| ids.value(joined.row)));
        found.sort_unstable();
    }
    let twice = found.windows(2).filter_map(|pair| match pair {
        [one, other] if one == other => Some(*one),
        _ => None,
    });
    twice.collect()
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
    /// By enrollment row: the number of its plan.
    plans: Vec<usize>,
    /// By enrollment row: its account; `None` if it was refused.
    accounts: Vec<Option<u32>>,
    /// At or after the place that the hash of an id leads to: that hash, and the row of the enrollment.
    slots: Vec<Option<(u64, usize)>>,
}

impl<'a> Owners<'a> {
    fn of(plans: &Plans<'_>, enrollments: &Rows<'a>, rejects: &mut Vec<Reject>) -> Result<Owners<'a>, Error> {
        let count = enrollments.count();
        let mut owners = Owners {
            ids: enrollments.texts("enrollment_id")?,
            plans: vec![0; count],
            accounts: vec![None; count],
            slots: vec![None; count.saturating_mul(2).next_power_of_two().max(2)],
        };
        owners.open_accounts(plans, enrollments, rejects)?;
        owners.index(enrollments, rejects);
        Ok(owners)
    }

    /// Numbers the accounts: by the hash of the member, the member, the plan.
    fn open_accounts(
        &mut self,
        plans: &Plans<'_>,
        enrollments: &Rows<'a>,
        rejects: &mut Vec<Reject>,
    ) -> Result<(), Error> {
        let (members, ids) = (enrollments.texts("member_id")?, enrollments.texts("plan")?);
        let mut taken = Vec::with_capacity(self.plans.len());
        let (mut last_id, mut last_plan) = ("", None);
        for (row, plan) in self.plans.iter_mut().enumerate() {
            let id = ids.value(row);
            if id != last_id {
                (last_id, last_plan) = (id, plans.number_of(id));
            }
            match last_plan {
                Some(number) => {
                    *plan = number;
                    taken.push((xxh3_64(members.value(row).as_bytes()), number, row));
                }
                None => {
                    let reason = plans.catalog().unknown_plan(id).text();
                    rejects.push(reject_of(Input::Enrollments, enrollments, row, "plan", id, reason));
                }
            }
        }
        let member = |row: usize| members.value(row);
        taken.sort_unstable_by(|a, b| {
            a.0.cmp(&b.0).then_with(|| member(a.2).cmp(member(b.2))).then_with(|| a.1.cmp(&b.1))
        });
        let accounts = taken.chunk_by(|a, b| a.0 == b.0 && a.1 == b.1 && member(a.2) == member(b.2));
        for (account, rows) in (0_u32..).zip(accounts) {
            for (.., row) in rows {
                if let Some(place) = self.accounts.get_mut(*row) {
                    *place = Some(account);
                }
            }
        }
        Ok(())
    }

    /// Puts every id in its slot; of an id that stands twice, every row is refused.
    fn index(&mut self, enrollments: &Rows<'_>, rejects: &mut Vec<Reject>) {
        let mut twice = BTreeSet::new();
        for row in 0..self.ids.len() {
            let hash = xxh3_64(self.ids.value(row).as_bytes());
            let slot = self.slot_of(hash, self.ids.value(row));
            match self.slots.get_mut(slot) {
                Some(Some((_, earlier))) => twice.extend([*earlier, row]),
                Some(free) => *free = Some((hash, row)),
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
    fn slot_of(&self, hash: u64, id: &str) -> usize {
        let mask = self.slots.len().saturating_sub(1);
        let mut slot = usize::try_from(hash).unwrap_or_default() & mask;
        while let Some(Some((other, row))) = self.slots.get(slot) {
            if *other == hash && self.ids.value(*row) == id {
                break;
            }
            slot = slot.wrapping_add(1) & mask;
        }
        slot
    }

    fn find(&self, id: &str) -> Found {
        let slot = self.slot_of(xxh3_64(id.as_bytes()), id);
        let Some(Some((_, row))) = self.slots.get(slot) else { return Found::None };
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
