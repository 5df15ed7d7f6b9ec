//! What is known around the claims of one member: whether one person is meant, and what the account says.

pub(crate) mod account;

use std::borrow::Cow;
use std::collections::BTreeMap;

use rust_decimal::Decimal;

use crate::alike::fold;
use crate::catalog::Catalog;
use crate::claim::Claim;
use crate::code::Code;
use crate::enrollment::Enrollment;
use crate::fact::{Holder, StandardFact, Value};
use crate::notice::Notice;
use crate::text::{Text, say};

/// What one person has one of. A pack may declare a fact `sex` of its own.
pub(crate) const PERSONAL: [(&str, Holder); 3] =
    [("birth_date", Holder::Enrollment), ("sex", Holder::Enrollment), ("certno", Holder::Claim)];

/// What one record says of the person.
#[derive(Debug, Clone)]
pub(crate) struct Said<'a> {
    pub(crate) fact: &'static str,
    pub(crate) value: Cow<'a, str>,
    /// The id of the enrollment or the claim that says it.
    pub(crate) record: &'a str,
    /// Its row, where it stands in one.
    pub(crate) row: Option<u64>,
}

/// A fact of a person of which the records of one member say several values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Contradiction {
    pub(crate) fact: &'static str,
    pub(crate) holder: Holder,
    /// By value, the records that say it, by id.
    values: Vec<Stated>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Stated {
    value: String,
    /// Each id with its row.
    records: Vec<(String, Option<u64>)>,
}

/// So many records are named of each value.
pub(crate) const MOST_NAMED: usize = 3;

/// Where what is said of one member cannot be true of one person.
pub(crate) fn contradictions<'a>(said: impl IntoIterator<Item = Said<'a>>) -> Vec<Contradiction> {
    let mut by_fact: BTreeMap<&'static str, BTreeMap<String, Vec<Said<'a>>>> = BTreeMap::new();
    for said in said {
        by_fact.entry(said.fact).or_default().entry(fold(&said.value).into_owned()).or_default().push(said);
    }
    let several = PERSONAL.into_iter().filter_map(|(fact, holder)| {
        let values = by_fact.remove(fact).filter(|values| values.len() > 1)?;
        let mut values: Vec<Stated> = values.into_values().filter_map(Stated::of).collect();
        values.sort_by(|one, other| one.records.cmp(&other.records));
        Some(Contradiction { fact, holder, values })
    });
    several.collect()
}

impl Stated {
    fn of(mut said: Vec<Said<'_>>) -> Option<Stated> {
        said.sort_by(|one, other| (one.record, one.row, &one.value).cmp(&(other.record, other.row, &other.value)));
        said.dedup_by(|one, other| (one.record, one.row) == (other.record, other.row));
        let value = said.first()?.value.clone().into_owned();
        Some(Stated { value, records: said.into_iter().map(|said| (said.record.to_owned(), said.row)).collect() })
    }

    /// The value and where it stands.
    fn in_words(&self) -> Text {
        let value = &self.value;
        let rows: Vec<String> = self.rows().take(MOST_NAMED).map(|row| row.to_string()).collect();
        let more = self.records.len() > MOST_NAMED;
        let (zh_more, en_more) = if more { ("等", ", …") } else { ("", "") };
        if rows.is_empty() {
            let ids: Vec<&str> = self.records.iter().take(MOST_NAMED).map(|(id, _)| id.as_str()).collect();
            let ids = ids.join("`, `");
            return say!("`{value}`（`{ids}`{zh_more}）", "`{value}` (`{ids}`{en_more})");
        }
        let (zh, en) = (rows.join("、"), rows.join(", "));
        let word = if self.records.len() > 1 { "rows" } else { "row" };
        say!("`{value}`（第 {zh} 行{zh_more}）", "`{value}` ({word} {en}{en_more})")
    }

    fn rows(&self) -> impl Iterator<Item = u64> {
        let mut rows: Vec<u64> = self.records.iter().filter_map(|(_, row)| *row).collect();
        rows.sort_unstable();
        rows.into_iter()
    }
}

impl Contradiction {
    /// Every row that says one of the values.
    #[cfg(feature = "batch")]
    pub(crate) fn rows(&self) -> Vec<u64> {
        let mut rows: Vec<u64> = self.values.iter().flat_map(Stated::rows).collect();
        rows.sort_unstable();
        rows
    }

    /// What is said of the member, in words.
    pub(crate) fn text(&self, member: &str) -> Text {
        let all: Vec<Text> = self.values.iter().map(Stated::in_words).collect();
        let list = |of: fn(&Text) -> &str, joint| all.iter().map(of).collect::<Vec<_>>().join(joint);
        let (zh, en) = (list(|text| &text.zh, "、"), list(|text| &text.en, ", "));
        let fact = self.fact;
        let Text { zh: zh_title, en: en_title } = title(fact);
        let Text { zh: zh_where, en: en_where } = match self.holder {
            Holder::Enrollment => say!("参保记录", "the enrollments"),
            Holder::Claim => say!("理赔申请", "the claims"),
        };
        say!(
            "会员 `{member}` 不像是同一人：{zh_where}中的{zh_title}（`{fact}`）不止一个：{zh}",
            "`{member}` cannot be one person: {en_where} give more than one {en_title} (`{fact}`): {en}"
        )
    }

    /// Pends a claim of the member.
    fn notice(&self, member: &str) -> Notice {
        let of_value = |stated: &Stated| stated.records.iter().take(MOST_NAMED).map(|(id, _)| id.clone()).collect();
        let mut about: Vec<String> = self.values.iter().flat_map::<Vec<String>, _>(of_value).collect();
        about.dedup();
        Notice::new(Code::MemberContradicts, self.text(member)).about(about).holding()
    }
}

fn title(fact: &str) -> Text {
    let titled = |fact: &StandardFact| Text { zh: fact.zh.to_owned(), en: fact.en.to_owned() };
    StandardFact::named(fact).map_or_else(|| say!("性别", "sex"), titled)
}

/// What pends every claim of the member.
pub(crate) fn notices(member: &str, contradictions: &[Contradiction]) -> Vec<Notice> {
    contradictions.iter().map(|found| found.notice(member)).collect()
}

/// What an enrollment says of the person.
fn said_of_enrollment(enrollment: &Enrollment) -> impl Iterator<Item = Said<'_>> {
    said(Holder::Enrollment, enrollment.id(), |fact| enrollment.fact(fact))
}

/// What a claim says of the person.
fn said_of_claim(claim: &Claim) -> impl Iterator<Item = Said<'_>> {
    said(Holder::Claim, claim.id(), |fact| claim.fact(fact))
}

fn said<'a>(
    holder: Holder,
    record: &'a str,
    fact: impl Fn(&str) -> Option<&'a Value>,
) -> impl Iterator<Item = Said<'a>> {
    let personal = PERSONAL.into_iter().filter(move |(_, of)| *of == holder);
    personal.filter_map(move |(name, _)| {
        let value = Cow::Owned(fact(name)?.to_string());
        Some(Said { fact: name, value, record, row: None })
    })
}

/// A claim under its enrollment.
type Pair<'a> = (&'a Enrollment, &'a Claim);

/// What is known around one claim.
#[derive(Debug, Clone, Default)]
pub(crate) struct Told {
    notices: Vec<Notice>,
    /// Shares that count first under other covers of the plan.
    shares_elsewhere: Option<Decimal>,
}

impl Told {
    /// Tells the claim.
    pub(crate) fn tell(self, claim: &mut Claim) {
        claim.tell(self.notices, self.shares_elsewhere);
    }
}

/// What is known around each of these claims, `others` being covers under which there may be no claim; empty where nothing is to be
/// said of any.
pub(crate) fn around<'c>(
    catalog: &Catalog,
    claims: impl IntoIterator<Item = Pair<'c>>,
    others: &[Enrollment],
) -> Vec<Told> {
    let claims: Vec<Pair<'c>> = claims.into_iter().collect();
    let were_told = claims.iter().any(|(_, claim)| claim.was_told());
    let mut told = vec![Told::default(); if were_told { claims.len() } else { 0 }];
    let mut tell = |place: usize, more: Told| {
        told.resize_with(claims.len(), Told::default);
        if let Some(told) = told.get_mut(place) {
            told.notices.extend(more.notices);
            told.shares_elsewhere = more.shares_elsewhere.or(told.shares_elsewhere);
        }
    };
    for (place, notices) in held(&claims, others) {
        tell(place, Told { notices, ..Told::default() });
    }
    let mut accounts: BTreeMap<(&str, &str), Vec<usize>> = BTreeMap::new();
    for (place, (enrollment, _)) in claims.iter().enumerate() {
        accounts.entry((enrollment.member(), enrollment.plan())).or_default().push(place);
    }
    for ((member, plan), places) in accounts {
        let is_own = |other: &&Enrollment| other.member() == member && other.plan() == plan;
        let others: Vec<Enrollment> = others.iter().filter(is_own).cloned().collect();
        if places.len().saturating_add(others.len()) > 1 {
            let of_account: Vec<Pair<'_>> = places.iter().filter_map(|place| claims.get(*place).copied()).collect();
            let found = account::around(catalog, &of_account, &others, &[]);
            places.into_iter().zip(found).for_each(|(place, more)| tell(place, more));
        }
    }
    told
}

/// Each claim of a member who cannot be one person, with what pends it.
fn held(claims: &[Pair<'_>], others: &[Enrollment]) -> Vec<(usize, Vec<Notice>)> {
    if PERSONAL.into_iter().all(|(fact, holder)| is_said_once(fact, holder, claims, others)) {
        return Vec::new();
    }
    let mut by_member: BTreeMap<&str, Vec<Said<'_>>> = BTreeMap::new();
    for (enrollment, claim) in claims {
        let said = said_of_enrollment(enrollment).chain(said_of_claim(claim));
        by_member.entry(enrollment.member()).or_default().extend(said);
    }
    for enrollment in others {
        by_member.entry(enrollment.member()).or_default().extend(said_of_enrollment(enrollment));
    }
    let held: BTreeMap<&str, Vec<Notice>> =
        by_member.into_iter().map(|(member, said)| (member, notices(member, &contradictions(said)))).collect();
    let of_claim = |(place, (enrollment, _)): (usize, &Pair<'_>)| {
        let notices = held.get(enrollment.member()).filter(|notices| !notices.is_empty())?;
        Some((place, notices.clone()))
    };
    claims.iter().enumerate().filter_map(of_claim).collect()
}

/// Whether no two of them say differently what one person has one of.
fn is_said_once(fact: &str, holder: Holder, claims: &[Pair<'_>], others: &[Enrollment]) -> bool {
    let by_claims = claims.iter().filter_map(|(enrollment, claim)| match holder {
        Holder::Enrollment => enrollment.fact(fact),
        Holder::Claim => claim.fact(fact),
    });
    let by_others = others.iter().filter_map(|enrollment| match holder {
        Holder::Enrollment => enrollment.fact(fact),
        Holder::Claim => None,
    });
    let mut said = by_claims.chain(by_others);
    let first = said.next();
    said.all(|value| Some(value) == first)
}

/// The claims, each told what is known around it and these covers; as they are where nothing is to be said.
pub(crate) fn known<'c>(
    catalog: &Catalog,
    claims: &'c [(Enrollment, Claim)],
    others: &[Enrollment],
) -> Cow<'c, [(Enrollment, Claim)]> {
    let told = around(catalog, claims.iter().map(|(enrollment, claim)| (enrollment, claim)), others);
    if told.is_empty() {
        return Cow::Borrowed(claims);
    }
    let mut claims = claims.to_vec();
    claims.iter_mut().zip(told).for_each(|((_, claim), told)| told.tell(claim));
    Cow::Owned(claims)
}
