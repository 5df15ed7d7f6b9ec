//! What the claims of one member under one plan inherit from each other, within a batch.

use std::collections::{BTreeMap, BTreeSet};

use super::bounds::Bounds;
use super::date::Date;
use super::digest::Digest;
use super::flaw::{Flaw, Place};
use super::number::Number;

/// What is counted, and of which claims.
#[derive(Debug)]
pub(super) struct Prior {
    pub(super) entry: String,
    pub(super) scope: Scope,
    /// None in version 1.
    pub(super) bounds: Option<Bounds>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    Event,
    Period,
    CalendarYear,
    Life,
}

impl Scope {
    pub(super) const ALL: [(&str, Scope); 4] = [
        ("event", Scope::Event),
        ("period", Scope::Period),
        ("calendar-year", Scope::CalendarYear),
        ("life", Scope::Life),
    ];
}

/// Where a claim stands in its account.
#[derive(Debug, Clone)]
pub(super) struct Standing {
    pub(super) claim: String,
    pub(super) enrollment: String,
    pub(super) event_date: Option<Date>,
    pub(super) coverage_start: Option<Date>,
}

/// What a claim adds, by entry; `None` is what is not known.
pub(super) type Posts = Vec<(String, Option<Number>)>;

/// The claims that one scope counts together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Group {
    Event(Date),
    Period(Date, String),
    CalendarYear(i64),
    Life,
}

impl Standing {
    /// `None` where it cannot be told for want of a date.
    fn group(&self, scope: Scope) -> Option<Group> {
        let event_date = self.event_date?;
        Some(match scope {
            Scope::Event => Group::Event(event_date),
            Scope::Period => Group::Period(self.coverage_start?, self.enrollment.clone()),
            Scope::CalendarYear => Group::CalendarYear(event_date.year()),
            Scope::Life => Group::Life,
        })
    }
}

/// The accounts of a batch, one after the other: no more than one is held.
#[derive(Debug, Default)]
pub(super) struct Accounts {
    /// Those that are left, by a digest of their names.
    left: BTreeSet<Digest>,
    open: Option<(Digest, Account)>,
    /// How many begin with what was posted before the batch.
    pub(super) continued: u64,
}

impl Accounts {
    /// The account of a member under a plan, whose lines stand together.
    pub(super) fn of(&mut self, member: &str, plan: &str) -> Result<&mut Account, Flaw> {
        let length = u64::try_from(member.len()).unwrap_or(u64::MAX).to_be_bytes();
        let name = Digest::of(&[&length, member.as_bytes(), plan.as_bytes()]);
        if self.open.as_ref().is_none_or(|(open, _)| *open != name) {
            self.leave();
            if self.left.contains(&name) {
                return Err(Flaw::new(
                    "member",
                    "同一会员在同一计划下的各行须相连",
                    "the lines of one member under one plan must stand together",
                ));
            }
        }
        let (_, account) = self.open.get_or_insert_with(|| (name, Account::default()));
        Ok(account)
    }

    /// Leaves the account that is open.
    pub(super) fn leave(&mut self) {
        if let Some((name, account)) = self.open.take() {
            self.left.insert(name);
            self.continued = self.continued.saturating_add(account.is_continued.into());
        }
    }
}

#[derive(Debug, Default)]
pub(super) struct Account {
    /// By id, with what each has added and not taken back.
    claims: BTreeMap<String, Option<(Standing, Posts)>>,
    balances: BTreeMap<(String, Group), Balance>,
    is_continued: bool,
}

/// What one entry comes to over the claims of a group.
#[derive(Debug)]
struct Balance {
    /// What the batch has added.
    added: Number,
    /// How many claims have added what is not known.
    unknown: u64,
    /// What stood there before the batch, once a claim has said so.
    before: Option<Before>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Before {
    Known(Number),
    Unknown,
}

impl Default for Balance {
    fn default() -> Balance {
        Balance { added: Number::ZERO, unknown: 0, before: None }
    }
}

impl Account {
    /// Checks what a claim says that it inherits.
    pub(super) fn check(
        &mut self,
        standing: &Standing,
        priors: &[Prior],
        stated: &[Option<Number>],
        place: &Place<'_>,
    ) -> Result<(), Flaw> {
        for (number, (prior, stated)) in priors.iter().zip(stated).enumerate() {
            let place = place.item(number);
            let is_said = self.inherits(standing, prior, *stated, &place.member("value"));
            is_said.map_err(|flaw| {
                flaw.of_a_change(
                    "此前累计与批次中在前各件理赔申请的入账不符",
                    "what was paid before is not what the earlier claims of the batch have posted",
                )
            })?;
        }
        Ok(())
    }

    fn inherits(
        &mut self,
        standing: &Standing,
        prior: &Prior,
        stated: Option<Number>,
        place: &Place<'_>,
    ) -> Result<(), Flaw> {
        let Some(group) = standing.group(prior.scope) else {
            return match stated {
                Some(number) if !number.is_zero() => Err(unlike(place, "null", number)),
                Some(_) | None => Ok(()),
            };
        };
        let balance = self.balances.entry((prior.entry.clone(), group)).or_default();
        let Some(stated) = stated else {
            return match balance.before {
                Some(Before::Known(before)) if balance.unknown == 0 => {
                    Err(unlike(place, sum(before, balance.added, place)?, "null"))
                }
                Some(Before::Unknown) => Ok(()),
                Some(Before::Known(_)) | None if balance.unknown > 0 => Ok(()),
                Some(Before::Known(_)) | None => {
                    balance.before = Some(Before::Unknown);
                    self.is_continued = true;
                    Ok(())
                }
            };
        };
        if balance.unknown > 0 {
            return Err(unlike(place, "null", stated));
        }
        match balance.before {
            Some(Before::Known(before)) => {
                let follows = sum(before, balance.added, place)?;
                if follows == stated { Ok(()) } else { Err(unlike(place, follows, stated)) }
            }
            Some(Before::Unknown) => Err(unlike(place, "null", stated)),
            None => {
                let before = sum(stated, balance.added.negated(), place)?;
                if before.is_negative() && prior.bounds.is_none_or(|bounds| bounds.are_never_negative()) {
                    return Err(unlike(place, balance.added, stated));
                }
                balance.before = Some(Before::Known(before));
                self.is_continued |= !before.is_zero();
                Ok(())
            }
        }
    }

    /// Takes in a claim, which may have posted.
    pub(super) fn add(&mut self, standing: Standing, posts: Option<Posts>, place: &Place<'_>) -> Result<(), Flaw> {
        let claim = standing.claim.clone();
        if self.claims.contains_key(&claim) {
            return Err(Flaw::new(
                place,
                format!("理赔申请 `{claim}` 重复"),
                format!("there are two claims `{claim}` of one member under one plan"),
            ));
        }
        if let Some(posts) = &posts {
            self.moves(&standing, posts, place, |balance, amount| match amount {
                Some(amount) => balance.added.add(amount).map(|added| balance.added = added),
                None => balance.unknown.checked_add(1).map(|unknown| balance.unknown = unknown),
            })?;
        }
        self.claims.insert(claim, posts.map(|posts| (standing, posts)));
        Ok(())
    }

    /// Takes back what the claim of an id has posted.
    pub(super) fn reverse(
        &mut self,
        claim: &str,
        enrollment: &str,
        reversed: &str,
        place: &Place<'_>,
    ) -> Result<(), Flaw> {
        let standing = Standing {
            claim: claim.to_owned(),
            enrollment: enrollment.to_owned(),
            event_date: None,
            coverage_start: None,
        };
        self.add(standing, None, &place.member("claim"))?;
        let place = place.member("reverses");
        let posted = self.claims.get_mut(reversed).and_then(Option::take);
        let Some((standing, posts)) = posted.filter(|(standing, _)| standing.enrollment == enrollment) else {
            return Err(Flaw::new(
                place,
                format!("此前没有在该参保记录下入账而未冲销的理赔申请 `{reversed}`"),
                format!(
                    "no claim `{reversed}` that has posted under the enrollment stands before it, or it was taken back already"
                ),
            ));
        };
        self.moves(&standing, &posts, &place, |balance, amount| match amount {
            Some(amount) => balance.added.subtract(amount).map(|added| balance.added = added),
            None => balance.unknown.checked_sub(1).map(|unknown| balance.unknown = unknown),
        })
    }

    fn moves(
        &mut self,
        standing: &Standing,
        posts: &Posts,
        place: &Place<'_>,
        by: impl Fn(&mut Balance, Option<Number>) -> Option<()>,
    ) -> Result<(), Flaw> {
        for (entry, amount) in posts {
            for group in Scope::ALL.iter().filter_map(|(_, scope)| standing.group(*scope)) {
                let balance = self.balances.entry((entry.clone(), group)).or_default();
                by(balance, *amount).ok_or_else(|| too_long(place))?;
            }
        }
        Ok(())
    }
}

fn sum(one: Number, other: Number, place: &Place<'_>) -> Result<Number, Flaw> {
    one.add(other).ok_or_else(|| too_long(place))
}

fn too_long(place: &Place<'_>) -> Flaw {
    Flaw::new(place, "累计的数超出格式", "what is accumulated is too long for the format")
}

fn unlike(place: &Place<'_>, follows: impl std::fmt::Display, stated: impl std::fmt::Display) -> Flaw {
    Flaw::new(place, format!("应为 {follows}，不是 {stated}"), format!("{follows} follows, not {stated}"))
}
