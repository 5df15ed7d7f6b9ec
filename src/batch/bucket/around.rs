//! What is known around the accounts of a bucket: members who cannot be one person, ids that are alike, covers that overlap,
//! bills that may come twice.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use arrow_array::{Array, Int64Array};

use super::accounts::Accounts;
use super::facts::{Days, Rows, Texts};
use super::{Bucket, exactly};
use crate::alike::fold;
use crate::batch::door::Vocabulary;
use crate::batch::hash::hash_of_member;
use crate::batch::{Input, Observation, Observations};
use crate::claim::Claim;
use crate::code::Code;
use crate::enrollment::Enrollment;
use crate::error::{Error, OrBug};
use crate::fact::{Holder, Kind};
use crate::member::{self, Contradiction, MOST_NAMED, PERSONAL, Said};
use crate::notice::Notice;
use crate::text::say;

/// What there is to be told of accounts; of most there is nothing.
#[derive(Debug, Default)]
pub(super) struct Around {
    /// By account: what pends every claim of the member.
    held: BTreeMap<usize, Vec<Notice>>,
    /// By account: the rows of covers of which two overlap.
    crossing: BTreeMap<usize, Vec<usize>>,
    /// Accounts in which a bill may come twice.
    repeating: BTreeSet<usize>,
    pub(super) observations: Observations,
}

/// The rows of a bucket as they are looked through.
#[derive(Clone, Copy)]
struct Seen<'a> {
    vocabulary: &'a Vocabulary,
    claims: &'a Rows<'a>,
    enrollments: &'a Rows<'a>,
    accounts: &'a Accounts,
    starts: Days<'a>,
    ends: Days<'a>,
    events: Days<'a>,
    settlements: Texts<'a>,
    amounts: &'a [&'a Int64Array],
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
        let amounts = amounts(vocabulary, claims);
        let seen = Seen {
            vocabulary,
            claims,
            enrollments,
            accounts,
            starts: enrollments.days("coverage_start"),
            ends: enrollments.days("coverage_end"),
            events: claims.days("event_date"),
            settlements: claims.some_texts("setl_id"),
            amounts: &amounts,
        };
        let mut around = Around::default();
        let ids = enrollments.texts("member_id")?;
        let (mut member, mut family) = (Member::default(), Family::default());
        for (rows, account) in accounts.covers() {
            let Some(first) = rows.first() else { continue };
            let id = ids.value(*first);
            if id != member.id {
                around.look_at(seen, &member, &mut family)?;
                member = Member { id, hash: hash_of_member(id), ..Member::default() };
            }
            member.enrollments.extend(rows);
            member.accounts.extend(account);
            if rows.len() > 1 && seen.are_crossing(rows) {
                around.observations.add(seen.observed_crossing(rows, id)?);
                around.crossing.extend(account.map(|account| (account, rows.to_vec())));
            }
            around.repeating.extend(account.filter(|account| seen.may_repeat(*account)));
        }
        around.look_at(seen, &member, &mut family)?;
        around.observations.extend(&family.observed());
        Ok(around)
    }

    /// Whether something is to be told of the account, so that it is decided claim by claim.
    pub(super) fn is_told_of(&self, account: usize) -> bool {
        self.held.contains_key(&account) || self.crossing.contains_key(&account) || self.repeating.contains(&account)
    }

    /// Tells claims of an account what is known around them.
    ///
    /// # Errors
    /// [`Error::is_bug`].
    pub(super) fn tell(
        &self,
        bucket: Bucket<'_>,
        account: usize,
        claims: &mut [(Enrollment, Claim)],
    ) -> Result<(), Error> {
        if !self.is_told_of(account) {
            return Ok(());
        }
        let mut covers = Vec::new();
        for row in self.crossing.get(&account).into_iter().flatten() {
            match exactly::read_enrollment(bucket, *row) {
                Ok(cover) => covers.push(cover),
                // Its claims are rejected for the same fault.
                Err(refused) => {
                    refused.of_the_row()?;
                }
            }
        }
        let pairs: Vec<(&Enrollment, &Claim)> = claims.iter().map(|(enrollment, claim)| (enrollment, claim)).collect();
        let held = self.held.get(&account).map_or(&[][..], Vec::as_slice);
        let told = member::account::around(bucket.plans.catalog(), &pairs, &covers, held);
        claims.iter_mut().zip(told).for_each(|((_, claim), told)| told.tell(claim));
        Ok(())
    }

    fn look_at<'a>(&mut self, seen: Seen<'_>, member: &Member<'a>, family: &mut Family<'a>) -> Result<(), Error> {
        if member.enrollments.is_empty() {
            return Ok(());
        }
        if family.hash != member.hash {
            self.observations.extend(&family.observed());
            *family = Family { hash: member.hash, ..Family::default() };
        }
        family.add(seen, member)?;
        let contradictions = seen.contradictions(member)?;
        if contradictions.is_empty() {
            return Ok(());
        }
        for found in &contradictions {
            self.observations.add(observed(found, member.id)?);
        }
        let notices = member::notices(member.id, &contradictions);
        self.held.extend(member.accounts.iter().map(|account| (*account, notices.clone())));
        Ok(())
    }
}

impl<'a> Family<'a> {
    fn add(&mut self, seen: Seen<'_>, member: &Member<'a>) -> Result<(), Error> {
        let first = member.enrollments.iter().map(|row| seen.enrollments.number(*row)).min().or_bug()?;
        self.ids.push((first, member.id));
        self.rows = self.rows.saturating_add(count(member.enrollments.len()));
        Ok(())
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

/// The columns of what a bill comes to.
fn amounts<'a>(vocabulary: &Vocabulary, claims: &Rows<'a>) -> Vec<&'a Int64Array> {
    let money = vocabulary.names_of(Kind::Money).filter_map(|name| claims.column(name));
    money.filter_map(|column| column.as_any().downcast_ref()).collect()
}

/// In longer runs of claims of one day bills are not compared one by one here.
const MOST_OF_A_DAY: usize = 32;

impl Seen<'_> {
    /// Whether two of these covers have a day in common: of those that have a day at all, some two neighbours do then.
    fn are_crossing(self, rows: &[usize]) -> bool {
        let dates = rows.iter().filter_map(|row| self.starts.at(*row).zip(self.ends.at(*row)));
        let mut dates: Vec<(i32, i32)> = dates.filter(|(start, end)| start <= end).collect();
        dates.sort_unstable();
        dates.iter().zip(dates.iter().skip(1)).any(|((_, end), (start, _))| end >= start)
    }

    fn observed_crossing(self, rows: &[usize], member: &str) -> Result<Observation, Error> {
        let (ids, plans) = (self.enrollments.texts("enrollment_id")?, self.enrollments.texts("plan")?);
        let mut covers: Vec<(u64, &str)> =
            rows.iter().map(|row| (self.enrollments.number(*row), ids.value(*row))).collect();
        covers.sort_unstable();
        let plan = plans.value(*rows.first().or_bug()?);
        let list = covers.iter().map(|(_, id)| *id).take(MOST_NAMED).collect::<Vec<_>>().join("`, `");
        Ok(Observation {
            input: Input::Enrollments,
            column: "coverage_start".to_owned(),
            code: Code::OverlappingCovers,
            rows: count(covers.len()),
            first_row: covers.first().or_bug()?.0,
            text: say!(
                "会员 `{member}` 在计划 `{plan}` 有重叠的保障：`{list}`",
                "`{member}` has covers of `{plan}` that overlap: `{list}`"
            )
            .on_one_line(),
        })
    }

    /// Whether two claims of an account may be of one bill; where in doubt, they may.
    fn may_repeat(self, account: usize) -> bool {
        let places = self.accounts.places(account);
        if places.len() < 2 {
            return false;
        }
        let rows: Vec<usize> = places.map(|place| self.accounts.claim_at(place)).collect();
        let mut settlements: Vec<Cow<'_, str>> =
            rows.iter().filter_map(|row| self.settlements.at(*row)).map(fold).collect();
        settlements.sort_unstable();
        settlements.windows(2).any(|pair| matches!(pair, [one, other] if one == other))
            || rows
                .chunk_by(|one, other| self.events.at(*one) == self.events.at(*other))
                .any(|day| self.may_repeat_on(day))
    }

    /// The same of claims of one day.
    fn may_repeat_on(self, rows: &[usize]) -> bool {
        let are_one =
            |one: &usize, other: &usize| self.amounts.iter().all(|column| at(column, *one) == at(column, *other));
        let mut pairs =
            rows.iter().enumerate().flat_map(|(place, one)| rows.iter().take(place).map(move |other| (one, other)));
        rows.len() > MOST_OF_A_DAY || pairs.any(|(one, other)| are_one(one, other))
    }

    /// What is said of a member and cannot be so of one person.
    fn contradictions(self, member: &Member<'_>) -> Result<Vec<Contradiction>, Error> {
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
            let ids = rows.texts(id)?;
            let value = |row: usize| rows.shown(fact, row, self.vocabulary);
            if places.len() < 2 || rows.column(fact).is_none() || are_all_one(places.iter().map(|row| value(*row))) {
                continue;
            }
            said.extend(places.into_iter().filter_map(|row| {
                Some(Said { fact, value: value(row)?, record: ids.value(row), row: Some(rows.number(row)) })
            }));
        }
        Ok(member::contradictions(said))
    }

    /// The rows of the member's claims.
    fn claims_of(self, member: &Member<'_>) -> Vec<usize> {
        let places = member.accounts.iter().flat_map(|account| self.accounts.places(*account));
        places.map(|place| self.accounts.claim_at(place)).collect()
    }
}

fn observed(found: &Contradiction, member: &str) -> Result<Observation, Error> {
    let rows = found.rows();
    let input = match found.holder {
        Holder::Enrollment => Input::Enrollments,
        Holder::Claim => Input::Claims,
    };
    Ok(Observation {
        input,
        column: found.fact.to_owned(),
        code: Code::MemberContradicts,
        rows: count(rows.len()),
        first_row: *rows.first().or_bug()?,
        text: found.text(member).on_one_line(),
    })
}

/// Whether no two values that are given differ.
fn are_all_one<V: PartialEq>(values: impl Iterator<Item = Option<V>>) -> bool {
    let mut given = values.flatten();
    let first = given.next();
    given.all(|value| Some(value) == first)
}

fn at(column: &Int64Array, row: usize) -> Option<i64> {
    (row < column.len() && column.is_valid(row)).then(|| column.value(row))
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
