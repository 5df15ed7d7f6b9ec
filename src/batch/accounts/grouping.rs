//! Accounts: what one member has under one plan, with its claims in the declared order.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::mem;
use std::ops::Range;
use std::sync::Arc;

use arrow_array::{Array, StringArray};

use super::facts::{Days, Rows, Texts};
use super::plans::{PlanIndex, Plans};
use crate::alike::fold;
use crate::arena::Arena;
use crate::batch::groups::Groups;
use crate::batch::hash::{Seed, hash_of_member, place_of};
use crate::batch::{Input, Reject};
use crate::error::Error;
use crate::order::day::{Day, are_tied};
use crate::order::{Order, OrderRule};
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
    plans: Vec<PlanIndex>,
    /// Whether a claim of the account reverses another.
    with_reversals: Vec<bool>,
    /// Whether dates do not put all claims of the account in order.
    lacking_order: Vec<bool>,
    /// By account: its claims that were rejected.
    lost: BTreeMap<usize, Vec<Lost>>,
    /// Those of accounts that have no other claim.
    lost_alone: Vec<Lost>,
    /// The numbers of rejected rows of claims that are of no account.
    pub(super) unplaced: Vec<u64>,
    /// The rows of enrollments by account, those without a claim among them.
    covers: Groups<usize>,
    /// Where each account stands among `covers`.
    numbers: Vec<usize>,
    members: Vec<Person>,
}

/// Who has accounts that follow one another.
#[derive(Debug, Clone)]
struct Person {
    /// Of the member id; alike ids share it, and stand together.
    hash: u64,
    /// The places of the accounts among all covers.
    covers: Range<usize>,
}

impl Person {
    /// The same where places are counted from this one.
    fn since(&self, first: usize) -> Person {
        Person {
            hash: self.hash,
            covers: self.covers.start.saturating_sub(first)..self.covers.end.saturating_sub(first),
        }
    }
}

/// All that the files have of one member.
#[derive(Debug, Clone)]
pub(super) struct Member<'a> {
    pub(super) hash: u64,
    /// The rows of the enrollments; none if all were refused.
    pub(super) enrollments: &'a [usize],
    /// The rows of the claims.
    pub(super) claims: &'a [usize],
    /// The accounts that have claims.
    pub(super) accounts: Range<usize>,
    covers: Range<usize>,
}

/// A claim of an account that was rejected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Lost {
    pub(super) id: Arc<str>,
    /// The day of its event, if it could be read.
    pub(super) day: Option<i32>,
    /// The row of its enrollment.
    pub(super) enrollment: usize,
}

/// Rejected rows by account, and the numbers of those that are of none.
type Refused = (BTreeMap<usize, Vec<Lost>>, Vec<u64>);

/// One account: a part of the claims in order.
#[derive(Debug, Clone)]
pub(super) struct Account {
    pub(super) index: usize,
    /// The number of the plan.
    pub(super) plan: PlanIndex,
    pub(super) places: Range<usize>,
    pub(super) has_reversals: bool,
    /// Whether dates do not put all claims in order: ids do, or a claim comes last for want of one.
    pub(super) lacks_order: bool,
}

impl Accounts {
    /// Joins claims with enrollments and puts them in order; rejects what has no account.
    pub(super) fn of(
        plans: &Plans<'_>,
        claims: &Rows<'_>,
        refused: &Rows<'_>,
        enrollments: &Rows<'_>,
        rejects: &mut Vec<Reject>,
    ) -> Result<Accounts, Error> {
        let mut owners = Owners::of(plans, enrollments, rejects)?;
        let (mut refused, mut unplaced) = owners.refused(refused)?;
        let (days, reversals) = (claims.days("event_date"), claims.some_texts("reverses"));
        let sequences = plans.order_rules().map(|rule| Sequence::of(plans.catalog().order(), rule, claims));
        let sequences: Arena<PlanIndex, Sequence<'_>> = sequences.collect::<Result<_, Error>>()?;
        let (ids, of) = (claims.texts("claim_id")?, claims.texts("enrollment_id")?);
        let mut joined = Vec::with_capacity(claims.count());
        for row in 0..claims.count() {
            let id = of.value(row);
            let owner = owners.find(id).map_err(|reason| {
                rejects.push(reject(claims, row, "enrollment_id", id, reason));
                unplaced.push(claims.number(row));
            });
            joined.push(owner.ok());
        }
        let mut accounts = Accounts {
            claims: Vec::with_capacity(joined.len()),
            enrollments: Vec::with_capacity(joined.len()),
            starts: vec![0],
            plans: Vec::new(),
            with_reversals: Vec::new(),
            lacking_order: Vec::new(),
            lost: BTreeMap::new(),
            lost_alone: Vec::new(),
            unplaced,
            covers: Groups::of(owners.account_count, owners.accounts.iter().copied().zip(0..)),
            numbers: Vec::new(),
            members: mem::take(&mut owners.members),
        };
        let owned = joined.iter().enumerate().map(|(row, owner)| match owner {
            Some(Owner { account, enrollment }) => {
                (Some(*account), Joined { row, enrollment: *enrollment, account: *account })
            }
            None => (None, Joined::default()), // left out of every group
        });
        Groups::of(owners.account_count, owned).each(|rows| {
            let Some(Joined { enrollment, account: number, .. }) = rows.first().copied() else { return };
            let Some(plan) = owners.plan_of(enrollment) else { return };
            let (index, sequence) = (accounts.plans.len(), &sequences[plan]);
            accounts.plans.push(plan);
            accounts.numbers.push(number);
            rows.sort_unstable_by(|one, other| sequence.compare(one.row, other.row));
            let rejected = accounts.push(rows, claims, ids, reversals, rejects);
            accounts.lacking_order.push(sequence.lacks_order(&without(rows, &rejected)));
            let mut lost: Vec<Lost> = refused.remove(&number).into_iter().flatten().collect();
            for Joined { row, enrollment, .. } in rejected {
                lost.push(Lost { id: ids.value(row).into(), day: days.at(row), enrollment });
            }
            if !lost.is_empty() {
                accounts.lost.insert(index, lost);
            }
        });
        accounts.lost_alone = refused.into_values().flatten().collect();
        Ok(accounts)
    }

    /// Takes one account; rows that share a claim id are rejected, each of them, and given back.
    fn push(
        &mut self,
        account: &[Joined],
        claims: &Rows<'_>,
        ids: &StringArray,
        reversals: Texts<'_>,
        rejects: &mut Vec<Reject>,
    ) -> Vec<Joined> {
        let twice = ids_given_twice(account, ids);
        let (mut has_reversals, mut rejected) = (false, Vec::new());
        for joined in account {
            let Joined { row, enrollment, .. } = joined;
            let id = ids.value(*row);
            if twice.contains(id) {
                rejects.push(reject(claims, *row, "claim_id", id, same_claim()));
                rejected.push(*joined);
                continue;
            }
            has_reversals |= reversals.at(*row).is_some();
            self.claims.push(*row);
            self.enrollments.push(*enrollment);
        }
        self.starts.push(self.claims.len());
        self.with_reversals.push(has_reversals);
        rejected
    }

    /// The same in shares of members who follow one another: of at most so many claims, or of one member, and of those whose ids are alike.
    pub(super) fn cut(mut self, most: usize) -> Vec<Accounts> {
        if self.claim_count() <= most {
            return vec![self];
        }
        let mut shares: Vec<Accounts> = self.cuts(most).iter().map(|members| self.share(members)).collect();
        if let Some(first) = shares.first_mut() {
            (first.unplaced, first.lost_alone) = (mem::take(&mut self.unplaced), mem::take(&mut self.lost_alone));
        }
        shares
    }

    /// The members of each share.
    fn cuts(&self, most: usize) -> Vec<Range<usize>> {
        let (mut cuts, mut first, mut end) = (Vec::new(), 0, 0_usize);
        let mut claims = 0_usize;
        for alike in self.members.chunk_by(|one, other| one.hash == other.hash) {
            let own = alike.iter().map(|person| self.claims_of(&self.with_claims(&person.covers)).len()).sum();
            let with = claims.saturating_add(own);
            if with > most && first < end {
                cuts.push(first..end);
                (first, claims) = (end, own);
            } else {
                claims = with;
            }
            end = end.saturating_add(alike.len());
        }
        cuts.push(first..end);
        cuts
    }

    /// The accounts that have claims among these covers.
    fn with_claims(&self, covers: &Range<usize>) -> Range<usize> {
        let past = |end: usize| self.numbers.partition_point(|number| *number < end);
        past(covers.start)..past(covers.end)
    }

    /// The places of the claims of accounts that follow one another.
    #[expect(
        clippy::indexing_slicing,
        reason = "an account starts where the one before ends, and the last end is there"
    )]
    fn claims_of(&self, accounts: &Range<usize>) -> Range<usize> {
        self.starts[accounts.start]..self.starts[accounts.end]
    }

    /// The accounts of members who follow one another.
    #[expect(clippy::indexing_slicing, reason = "each range is one of what is there")]
    fn share(&self, members: &Range<usize>) -> Accounts {
        let members = &self.members[members.clone()];
        let covers = match members {
            [] => 0..0,
            [only] => only.covers.clone(),
            [first, .., last] => first.covers.start..last.covers.end,
        };
        let accounts = self.with_claims(&covers);
        let claims = self.claims_of(&accounts);
        let lost = self.lost.range(accounts.clone());
        Accounts {
            claims: self.claims[claims.clone()].to_vec(),
            enrollments: self.enrollments[claims.clone()].to_vec(),
            starts: since(&self.starts[accounts.start..=accounts.end], claims.start).collect(),
            plans: self.plans[accounts.clone()].to_vec(),
            with_reversals: self.with_reversals[accounts.clone()].to_vec(),
            lacking_order: self.lacking_order[accounts.clone()].to_vec(),
            lost: lost.map(|(account, lost)| (account.saturating_sub(accounts.start), lost.clone())).collect(),
            lost_alone: Vec::new(),
            unplaced: Vec::new(),
            covers: self.covers.share(&covers),
            numbers: since(&self.numbers[accounts.clone()], covers.start).collect(),
            members: members.iter().map(|person| person.since(covers.start)).collect(),
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Account> {
        let bounds = self.starts.iter().zip(self.starts.iter().skip(1));
        let accounts = bounds.zip(&self.plans).zip(self.with_reversals.iter().zip(&self.lacking_order)).enumerate();
        accounts.map(|(index, (((start, end), plan), (has_reversals, lacks_order)))| Account {
            index,
            plan: *plan,
            places: *start..*end,
            has_reversals: *has_reversals,
            lacks_order: *lacks_order,
        })
    }

    /// The members in the order of the output, those without a claim among them.
    pub(super) fn members(&self) -> impl Iterator<Item = Member<'_>> {
        let mut past = 0_usize;
        self.members.iter().map(move |Person { hash, covers }| {
            let first = past;
            while self.numbers.get(past).is_some_and(|number| *number < covers.end) {
                past = past.saturating_add(1);
            }
            let accounts = first..past;
            Member {
                hash: *hash,
                enrollments: self.covers.of_groups(covers),
                claims: self.rows_of(&accounts),
                accounts,
                covers: covers.clone(),
            }
        })
    }

    /// The enrollments of a member by account: the rows, with the account if it has a claim.
    pub(super) fn covers<'a>(&'a self, member: &Member<'_>) -> impl Iterator<Item = (&'a [usize], Option<usize>)> {
        let mut accounts = member.accounts.clone().peekable();
        member.covers.clone().map(move |number| {
            let account = accounts.next_if(|account| self.numbers.get(*account) == Some(&number));
            (self.covers.of_groups(&(number..number.saturating_add(1))), account)
        })
    }

    /// The rows of the claims of accounts that follow one another, in order.
    #[expect(clippy::indexing_slicing, reason = "the places are those of the claims")]
    pub(super) fn rows_of(&self, accounts: &Range<usize>) -> &[usize] {
        &self.claims[self.claims_of(accounts)]
    }

    /// The account of the claim at a place.
    pub(super) fn account_at(&self, place: usize) -> usize {
        self.starts.partition_point(|start| *start <= place).saturating_sub(1)
    }

    /// The claims of an account that were rejected before it was made.
    pub(super) fn lost(&self, account: usize) -> &[Lost] {
        self.lost.get(&account).map_or(&[], Vec::as_slice)
    }

    /// The rejected claims of which nothing else of their account is decided.
    pub(super) fn lost_alone(&self) -> impl Iterator<Item = &Lost> {
        let is_empty = |account: &usize| self.rows_of(&(*account..account.saturating_add(1))).is_empty();
        let of_accounts = self.lost.iter().filter(move |(account, _)| is_empty(account));
        of_accounts.flat_map(|(_, lost)| lost).chain(&self.lost_alone)
    }

    pub(super) fn count(&self) -> usize {
        self.with_reversals.len()
    }

    pub(super) fn claim_count(&self) -> usize {
        self.claims.len()
    }

    /// The row of the claim at a place.
    #[expect(
        clippy::indexing_slicing,
        reason = "a place is one of the accounts'; another would be a row of somebody else"
    )]
    pub(super) fn claim_at(&self, place: usize) -> usize {
        self.claims[place]
    }

    /// The row of the enrollment of the claim at a place.
    #[expect(
        clippy::indexing_slicing,
        reason = "a place is one of the accounts'; another would be a row of somebody else"
    )]
    pub(super) fn enrollment_at(&self, place: usize) -> usize {
        self.enrollments[place]
    }
}

/// Accounts with no more claims are compared claim by claim.
const FEW: usize = 8;

/// Duplicate claim ids in the account. Most accounts have a claim or two.
fn ids_given_twice<'a>(account: &[Joined], ids: &'a StringArray) -> BTreeSet<&'a str> {
    let id = |joined: &Joined| ids.value(joined.row);
    let stands_before = |(at, row): (usize, &Joined)| account.iter().take(at).any(|before| id(before) == id(row));
    if account.len() <= FEW && !account.iter().enumerate().any(stands_before) {
        return BTreeSet::new();
    }
    let mut found: Vec<&str> = account.iter().map(id).collect();
    found.sort_unstable();
    let twice = found.windows(2).filter_map(|pair| match pair {
        [one, other] if one == other => Some(*one),
        _ => None,
    });
    twice.collect()
}

/// What puts the claims of an account in order.
struct Sequence<'a> {
    order: Order,
    first: Days<'a>,
    then: Vec<Days<'a>>,
    ids: &'a StringArray,
    claims: &'a Rows<'a>,
}

impl<'a> Sequence<'a> {
    fn of(order: Order, rule: &OrderRule, claims: &'a Rows<'a>) -> Result<Sequence<'a>, Error> {
        let then = rule.then.iter().map(|date| claims.days(date.fact)).collect();
        Ok(Sequence { order, first: claims.days(rule.first.fact), then, ids: claims.texts("claim_id")?, claims })
    }

    fn compare(&self, one: usize, other: usize) -> Ordering {
        match self.order {
            Order::ByEvent => {
                let by_id = || self.ids.value(one).cmp(self.ids.value(other));
                self.dates(one).cmp(self.dates(other)).then_with(by_id)
            }
            Order::AsReceived => self.claims.number(one).cmp(&self.claims.number(other)),
        }
    }

    /// Whether dates do not put all of these claims in order, which stand in it.
    fn lacks_order(&self, claims: &[Joined]) -> bool {
        let is_tied = |pair: &[Joined]| match pair {
            [one, other] => are_tied(self.dates(one.row), self.dates(other.row)),
            _ => false,
        };
        match self.order {
            Order::ByEvent => {
                // One that lacks the first date comes last.
                let lacks_a_date = claims.last().is_some_and(|last| self.first.at(last.row).is_none());
                claims.len() > 1 && (lacks_a_date || claims.windows(2).any(is_tied))
            }
            Order::AsReceived => false,
        }
    }

    fn dates(&self, row: usize) -> impl Iterator<Item = Day<i32>> {
        let day = move |days: &Days<'_>| Day::from(days.at(row));
        [day(&self.first)].into_iter().chain(self.then.iter().map(day))
    }
}

/// The claims but for those that were rejected, which stand in the same order.
fn without<'r>(claims: &'r [Joined], rejected: &[Joined]) -> Cow<'r, [Joined]> {
    if rejected.is_empty() {
        return Cow::Borrowed(claims);
    }
    let mut rejected = rejected.iter().map(|claim| claim.row).peekable();
    claims.iter().filter(|claim| rejected.next_if_eq(&claim.row).is_none()).copied().collect()
}

/// A row of a claim with that of its enrollment, and the number of its account.
#[derive(Debug, Clone, Copy, Default)]
struct Joined {
    row: usize,
    enrollment: usize,
    account: usize,
}

/// Whose an enrollment is.
#[derive(Debug, Clone, Copy)]
struct Owner {
    /// The number of the account, in the order of the output.
    account: usize,
    enrollment: usize,
}

/// The enrollments by id: open addressing over the hashes of the ids.
struct Owners<'a> {
    ids: &'a StringArray,
    seed: Seed,
    account_count: usize,
    members: Vec<Person>,
    /// By enrollment row: its plan; `None` if the rules have none of that id.
    plans: Vec<Option<PlanIndex>>,
    /// By enrollment row: its account; `None` if it was refused.
    accounts: Vec<Option<usize>>,
    /// By enrollment row: the hash of its id.
    hashes: Vec<u64>,
    /// At or after the place that the hash of an id leads to: the row of the enrollment plus one; 0 is free.
    slots: Vec<u32>,
    /// By folded id, the first id of those that are alike; made where an id is not found.
    folded: OnceCell<BTreeMap<Cow<'a, str>, &'a str>>,
}

impl<'a> Owners<'a> {
    fn of(plans: &Plans<'_>, enrollments: &Rows<'a>, rejects: &mut Vec<Reject>) -> Result<Owners<'a>, Error> {
        let count = enrollments.count();
        let ids = enrollments.texts("enrollment_id")?;
        let seed = Seed::drawn();
        let mut owners = Owners {
            ids,
            seed,
            account_count: 0,
            members: Vec::new(),
            plans: vec![None; count],
            accounts: vec![None; count],
            hashes: (0..count).map(|row| seed.hash(ids.value(row))).collect(),
            slots: vec![0; count.saturating_mul(2).next_power_of_two().max(2)],
            folded: OnceCell::new(),
        };
        owners.open_accounts(plans, enrollments, rejects)?;
        owners.index(enrollments, rejects);
        Ok(owners)
    }

    /// Numbers the accounts: by the hash of the member, which alike ids share, the member, the plan.
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
                    *plan = Some(number);
                    taken.push((hash_of_member(members.value(row)), number, row));
                }
                None => {
                    let reason = plans.catalog().unknown_plan(id).text();
                    rejects.push(reject_of(Input::Enrollments, enrollments, row, "plan", id, reason));
                }
            }
        }
        let hashes: Vec<u64> = taken.iter().map(|(hash, ..)| *hash).collect();
        #[expect(clippy::indexing_slicing, reason = "groups hold the places of what was put into them")]
        let owner = |at: usize| {
            let (hash, plan, row) = taken[at];
            (hash, members.value(row), plan)
        };
        let person = |at: usize| {
            let (hash, id, _) = owner(at);
            (hash, id)
        };
        Groups::spread(&hashes).each(|near| {
            near.sort_unstable_by(|a, b| owner(*a).cmp(&owner(*b)));
            for member in near.chunk_by(|a, b| person(*a) == person(*b)) {
                let first = self.account_count;
                for account in member.chunk_by(|a, b| owner(*a).2 == owner(*b).2) {
                    let rows = account.iter().filter_map(|at| Some(taken.get(*at)?.2));
                    for row in rows {
                        if let Some(account) = self.accounts.get_mut(row) {
                            *account = Some(self.account_count);
                        }
                    }
                    self.account_count = self.account_count.saturating_add(1);
                }
                let hash = member.first().map(|at| owner(*at).0);
                self.members.extend(hash.map(|hash| Person { hash, covers: first..self.account_count }));
            }
        });
        Ok(())
    }

    /// Puts every id in its slot; of a duplicate id, every row is refused.
    fn index(&mut self, enrollments: &Rows<'_>, rejects: &mut Vec<Reject>) {
        let mut twice = BTreeSet::new();
        for row in 0..self.ids.len() {
            let slot = self.slot_of(self.hash_at(row), self.ids.value(row));
            match (self.row_in(slot), self.slots.get_mut(slot), u32::try_from(row.saturating_add(1))) {
                (Some(earlier), ..) => twice.extend([earlier, row]),
                (None, Some(free), Ok(row)) => *free = row,
                (None, ..) => {}
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

    /// The plan of an enrollment; an account has one.
    fn plan_of(&self, enrollment: usize) -> Option<PlanIndex> {
        self.plans.get(enrollment).copied().flatten()
    }

    #[expect(clippy::indexing_slicing, reason = "there is a hash for each row of the enrollments")]
    fn hash_at(&self, row: usize) -> u64 {
        self.hashes[row]
    }

    /// The row in a slot; none if it is free.
    fn row_in(&self, slot: usize) -> Option<usize> {
        usize::try_from(*self.slots.get(slot)?).ok()?.checked_sub(1)
    }

    /// The slot that holds the id, or else the free one where it belongs.
    fn slot_of(&self, hash: u64, id: &str) -> usize {
        let mask = self.slots.len().saturating_sub(1);
        let mut slot = place_of(hash) & mask;
        while let Some(row) = self.row_in(slot) {
            if self.hash_at(row) == hash && self.ids.value(row) == id {
                break;
            }
            slot = slot.wrapping_add(1) & mask;
        }
        slot
    }

    /// The rejected rows by the account that they say they are of, and the numbers of those that are of none.
    fn refused(&self, refused: &Rows<'_>) -> Result<Refused, Error> {
        let (ids, of, days) = (refused.texts("claim_id")?, refused.texts("enrollment_id")?, refused.days("event_date"));
        let (mut lost, mut unplaced) = (BTreeMap::<usize, Vec<Lost>>::new(), Vec::new());
        for row in 0..refused.count() {
            match self.find(of.value(row)) {
                Ok(Owner { account, enrollment }) => {
                    let claim = Lost { id: ids.value(row).into(), day: days.at(row), enrollment };
                    lost.entry(account).or_default().push(claim);
                }
                Err(_) => unplaced.push(refused.number(row)),
            }
        }
        Ok((lost, unplaced))
    }

    /// The owner of the enrollment of this id, or else why there is none.
    fn find(&self, id: &str) -> Result<Owner, Text> {
        let enrollment = self.row_in(self.slot_of(self.seed.hash(id), id)).ok_or_else(|| self.unknown(id))?;
        let account = self.accounts.get(enrollment).copied().flatten().ok_or_else(refused)?;
        Ok(Owner { account, enrollment })
    }
}

impl Owners<'_> {
    /// No enrollment has this id; one may have an id that looks the same.
    fn unknown(&self, id: &str) -> Text {
        let folded = self.folded.get_or_init(|| {
            let mut ids: Vec<&str> = self.ids.iter().flatten().collect();
            ids.sort_unstable_by(|one, other| other.cmp(one));
            ids.into_iter().map(|id| (fold(id), id)).collect()
        });
        match folded.get(&fold(id)) {
            None => unknown_enrollment(),
            Some(alike) => say!(
                "参保表中没有此编号；`{alike}` 与之只在大小写、全角半角或空白上不同",
                "no such enrollment; `{alike}` differs from it only in case, width or blanks"
            ),
        }
    }
}

fn reject(claims: &Rows<'_>, row: usize, column: &str, value: &str, reason: Text) -> Reject {
    reject_of(Input::Claims, claims, row, column, value, reason)
}

pub(super) fn reject_of(input: Input, rows: &Rows<'_>, row: usize, column: &str, value: &str, reason: Text) -> Reject {
    Reject { input, row: rows.number(row), column: column.to_owned(), value: value.to_owned(), reason }
}

/// The same wherever it is seen: an id that is in no bucket may lead to one.
pub(crate) fn unknown_enrollment() -> Text {
    say!("参保表中没有此编号，或该参保记录也被退回；请先改参保表", "no such enrollment, or it was rejected")
}

fn refused() -> Text {
    say!("其参保记录已退回", "its enrollment was rejected")
}

fn same_claim() -> Text {
    say!("同一会员在同一计划下有两次理赔申请用此编号", "two claims of one member under one plan have this id")
}

fn same_enrollment() -> Text {
    say!("有两条参保记录用此编号", "two enrollments have this id")
}

/// Places counted from this one.
fn since(places: &[usize], first: usize) -> impl Iterator<Item = usize> {
    places.iter().map(move |place| place.saturating_sub(first))
}
