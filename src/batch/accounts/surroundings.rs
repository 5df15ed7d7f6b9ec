//! What is known around the accounts of a bucket: members who cannot be one person, ids that are alike, covers that overlap,
//! bills that may come twice.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use arrow_array::{Array, ArrayRef, Int64Array, StringArray};
use arrow_buffer::NullBuffer;
use arrow_ord::ord::{DynComparator, make_comparator};
use arrow_schema::SortOptions;

use super::facts::{Days, Rows, Texts};
use super::grouping::{Accounts, Member};
use super::payouts::internal;
use super::{Bucket, fallback};
use crate::alike::fold;
use crate::batch::ingest::{Vocabulary, uncoded};
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
pub(super) struct Surroundings {
    /// By account: what pends every claim of the member.
    held: BTreeMap<usize, Vec<Notice>>,
    /// By account: the rows of covers of which two overlap.
    crossing: BTreeMap<usize, Vec<usize>>,
    /// Accounts in which a bill may come twice.
    repeating: BTreeSet<usize>,
    pub(super) observations: Observations,
}

/// The rows of a bucket as they are looked through.
struct Seen<'a> {
    vocabulary: &'a Vocabulary,
    claims: &'a Rows<'a>,
    enrollments: &'a Rows<'a>,
    accounts: &'a Accounts,
    members: &'a StringArray,
    starts: Days<'a>,
    ends: Days<'a>,
    events: Days<'a>,
    /// None where no claim has any.
    settlements: Option<Texts<'a>>,
    amounts: Vec<&'a Int64Array>,
    personal: Vec<Personal>,
}

/// A fact of a person that the rows have.
struct Personal {
    fact: &'static str,
    holder: Holder,
    given: Option<NullBuffer>,
    values: DynComparator,
    /// The texts of a category that no plan tells apart.
    texts: Option<DynComparator>,
}

/// Neighbours whose ids only look different.
#[derive(Default)]
struct Family<'a> {
    members: Vec<Member<'a>>,
}

impl Surroundings {
    pub(super) fn of(
        vocabulary: &Vocabulary,
        claims: &Rows<'_>,
        enrollments: &Rows<'_>,
        accounts: &Accounts,
    ) -> Result<Surroundings, Error> {
        let seen = Seen::of(vocabulary, claims, enrollments, accounts)?;
        let mut around = Surroundings::default();
        let (mut family, mut dates) = (Family::default(), Vec::new());
        for member in accounts.members().filter(|member| !member.enrollments.is_empty()) {
            around.look_for_contradictions(&seen, &member)?;
            for (rows, account) in accounts.covers(&member) {
                if rows.len() > 1 && seen.are_crossing(rows, &mut dates) {
                    around.observations.add(seen.observed_crossing(rows)?);
                    around.crossing.extend(account.map(|account| (account, rows.to_vec())));
                }
            }
            around.repeating.extend(member.accounts.clone().filter(|account| seen.may_repeat(*account)));
            if !family.is_of(&member) {
                around.observations.extend(&family.observed(&seen)?);
                family.members.clear();
            }
            family.members.push(member);
        }
        around.observations.extend(&family.observed(&seen)?);
        Ok(around)
    }

    fn look_for_contradictions(&mut self, seen: &Seen<'_>, member: &Member<'_>) -> Result<(), Error> {
        if !seen.may_contradict(member) {
            return Ok(());
        }
        let contradictions = seen.contradictions(member)?;
        if contradictions.is_empty() {
            return Ok(());
        }
        let id = seen.id_of(member)?;
        for found in &contradictions {
            self.observations.add(observed(found, id)?);
        }
        let notices = member::notices(id, &contradictions);
        self.held.extend(member.accounts.clone().map(|account| (account, notices.clone())));
        Ok(())
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
            match fallback::read_enrollment(bucket, *row) {
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
}

impl<'a> Family<'a> {
    fn is_of(&self, member: &Member<'_>) -> bool {
        self.members.first().is_some_and(|first| first.hash == member.hash)
    }

    /// The ids of it that are alike; others may share the hash.
    fn observed(&self, seen: &Seen<'a>) -> Result<Observations, Error> {
        if self.members.len() < 2 {
            return Ok(Observations::default());
        }
        let first_row = |member: &Member<'_>| {
            let row = member.enrollments.iter().map(|row| seen.enrollments.number(*row)).min().or_bug()?;
            Ok((row, seen.id_of(member)?))
        };
        let mut ids: Vec<(u64, &str)> = self.members.iter().map(first_row).collect::<Result<_, Error>>()?;
        ids.sort_unstable();
        let alike = ids.iter().enumerate().find_map(|(place, (first, id))| {
            let other = ids.iter().skip(place.saturating_add(1)).find(|(_, other)| fold(id) == fold(other))?;
            Some((*first, *id, other.1))
        });
        let rows = self.members.iter().map(|member| count(member.enrollments.len())).fold(0, u64::saturating_add);
        let observation = alike.map(|(first_row, one, other)| Observation {
            input: Input::Enrollments,
            column: "member_id".to_owned(),
            code: Code::AlikeIds,
            rows,
            first_row,
            text: say!(
                "`{one}` 与 `{other}` 只在大小写、全角半角或空白上不同，按两人计",
                "`{one}` and `{other}` differ only in case, width or blanks; they are kept apart"
            )
            .on_one_line(),
        });
        Ok(observation.into_iter().collect())
    }
}

impl Personal {
    fn of(fact: &'static str, holder: Holder, rows: &Rows<'_>) -> Result<Option<Personal>, Error> {
        let Some(column) = rows.column(fact) else { return Ok(None) };
        let compared = |column: &ArrayRef| make_comparator(column, column, SortOptions::default()).map_err(internal);
        let texts = rows.column(&uncoded(fact)).map(compared).transpose()?;
        Ok(Some(Personal { fact, holder, given: column.logical_nulls(), values: compared(column)?, texts }))
    }

    /// Whether the rows that say a value all say the same.
    fn is_one_in(&self, rows: &[usize]) -> bool {
        let is_same = |one: usize, other: usize| {
            (self.values)(one, other).is_eq() && self.texts.as_ref().is_none_or(|texts| texts(one, other).is_eq())
        };
        let mut given = rows.iter().copied().filter(|row| self.given.as_ref().is_none_or(|given| given.is_valid(*row)));
        given.next().is_none_or(|first| given.all(|other| is_same(first, other)))
    }
}

/// The columns of what a bill comes to.
fn amounts<'a>(vocabulary: &Vocabulary, claims: &Rows<'a>) -> Vec<&'a Int64Array> {
    let money = vocabulary.names_of(Kind::Money).filter_map(|name| claims.column(name));
    money.filter_map(|column| column.as_any().downcast_ref()).collect()
}

/// In longer runs of claims of one day bills are not compared one by one here.
const MOST_OF_A_DAY: usize = 32;

impl<'a> Seen<'a> {
    fn of(
        vocabulary: &'a Vocabulary,
        claims: &'a Rows<'a>,
        enrollments: &'a Rows<'a>,
        accounts: &'a Accounts,
    ) -> Result<Seen<'a>, Error> {
        let personal = PERSONAL.into_iter().map(|(fact, holder)| {
            Personal::of(
                fact,
                holder,
                match holder {
                    Holder::Enrollment => enrollments,
                    Holder::Claim => claims,
                },
            )
        });
        Ok(Seen {
            vocabulary,
            claims,
            enrollments,
            accounts,
            members: enrollments.texts("member_id")?,
            starts: enrollments.days("coverage_start"),
            ends: enrollments.days("coverage_end"),
            events: claims.days("event_date"),
            settlements: Some(claims.some_texts("setl_id")).filter(|texts| texts.is_any()),
            amounts: amounts(vocabulary, claims),
            personal: personal.filter_map(Result::transpose).collect::<Result<_, Error>>()?,
        })
    }

    fn id_of(&self, member: &Member<'_>) -> Result<&'a str, Error> {
        Ok(self.members.value(*member.enrollments.first().or_bug()?))
    }

    /// Whether two of these covers have a day in common: of those that have a day at all, some two neighbours do then.
    fn are_crossing(&self, rows: &[usize], dates: &mut Vec<(i32, i32)>) -> bool {
        dates.clear();
        let given = rows.iter().filter_map(|row| self.starts.at(*row).zip(self.ends.at(*row)));
        dates.extend(given.filter(|(start, end)| start <= end));
        dates.sort_unstable();
        dates.iter().zip(dates.iter().skip(1)).any(|((_, end), (start, _))| end >= start)
    }

    fn observed_crossing(&self, rows: &[usize]) -> Result<Observation, Error> {
        let (ids, plans) = (self.enrollments.texts("enrollment_id")?, self.enrollments.texts("plan")?);
        let member = self.members.value(*rows.first().or_bug()?);
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
    fn may_repeat(&self, account: usize) -> bool {
        let mut rows = Cow::from(self.accounts.rows_of(&(account..account.saturating_add(1))));
        if !rows.is_sorted_by_key(|row| self.events.at(*row)) {
            rows.to_mut().sort_by_key(|row| self.events.at(*row));
        }
        rows.len() > 1
            && (self.settlements.is_some_and(|settlements| is_any_twice(settlements, &rows))
                || rows
                    .chunk_by(|one, other| self.events.at(*one) == self.events.at(*other))
                    .any(|day| self.may_repeat_on(day)))
    }

    /// The same of claims of one day.
    fn may_repeat_on(&self, rows: &[usize]) -> bool {
        let comes_to_something =
            |row: usize| self.amounts.iter().any(|column| at(column, row).is_some_and(|amount| amount != 0));
        let are_one = |one: &usize, other: &usize| {
            self.amounts.iter().all(|column| at(column, *one) == at(column, *other)) && comes_to_something(*one)
        };
        let mut pairs =
            rows.iter().enumerate().flat_map(|(place, one)| rows.iter().take(place).map(move |other| (one, other)));
        let is_dated = rows.first().is_some_and(|row| self.events.at(*row).is_some());
        is_dated && (rows.len() > MOST_OF_A_DAY || pairs.any(|(one, other)| are_one(one, other)))
    }

    /// Whether the records of a member may say several values of what one person has one of.
    fn may_contradict(&self, member: &Member<'_>) -> bool {
        self.personal.iter().any(|personal| !personal.is_one_in(member.rows(personal.holder)))
    }

    /// What is said of a member and cannot be so of one person.
    fn contradictions(&self, member: &Member<'_>) -> Result<Vec<Contradiction>, Error> {
        let mut said = Vec::new();
        for Personal { fact, holder, .. } in &self.personal {
            let (rows, id) = match holder {
                Holder::Enrollment => (self.enrollments, "enrollment_id"),
                Holder::Claim => (self.claims, "claim_id"),
            };
            let ids = rows.texts(id)?;
            said.extend(member.rows(*holder).iter().filter_map(|row| {
                let value = rows.shown(fact, *row, self.vocabulary)?;
                Some(Said { fact, value, record: ids.value(*row), row: Some(rows.number(*row)) })
            }));
        }
        Ok(member::contradictions(said))
    }
}

impl Member<'_> {
    /// The rows of what holds a fact.
    fn rows(&self, holder: Holder) -> &[usize] {
        match holder {
            Holder::Enrollment => self.enrollments,
            Holder::Claim => self.claims,
        }
    }
}

/// Whether one text, as people read it, stands in two of the rows.
fn is_any_twice(texts: Texts<'_>, rows: &[usize]) -> bool {
    let mut given: Vec<Cow<'_, str>> = rows.iter().filter_map(|row| texts.at(*row)).map(fold).collect();
    given.sort_unstable();
    given.windows(2).any(|pair| matches!(pair, [one, other] if one == other))
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

fn at(column: &Int64Array, row: usize) -> Option<i64> {
    (row < column.len() && column.is_valid(row)).then(|| column.value(row))
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
