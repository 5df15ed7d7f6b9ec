//! What is known around the claims of one member under one plan: covers that overlap, bills that come twice.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::{Pair, Told};
use crate::alike::fold;
use crate::calendar;
use crate::catalog::Catalog;
use crate::claim::Claim;
use crate::code::Code;
use crate::enrollment::Enrollment;
use crate::fact::{Kind, SHARES_ELSEWHERE, StandardFact, Value};
use crate::notice::Notice;
use crate::order::Order;
use crate::plan::Plan;
use crate::text::say;
use crate::written;

/// What is said of each claim of an account, whose other covers may have no claim, besides what is `held` against all of them; in the
/// order of the claims, and empty where there is nothing to be said.
pub(crate) fn around(catalog: &Catalog, claims: &[Pair<'_>], others: &[Enrollment], held: &[Notice]) -> Vec<Told> {
    let covers = Cover::all(claims.iter().map(|(enrollment, _)| *enrollment).chain(others));
    let mut told = vec![Told { notices: held.to_vec(), ..Told::default() }; claims.len()];
    let plans: Vec<Option<&Plan>> =
        claims.iter().map(|(enrollment, claim)| catalog.resolve(enrollment, claim).ok()).collect();
    if covers.len() > 1 {
        for ((pair, plan), told) in claims.iter().zip(&plans).zip(&mut told) {
            tell_of_covers(*pair, *plan, &covers, told);
        }
    }
    if claims.len() > 1 {
        for (place, notice) in repeated(claims, &plans, catalog.order()) {
            if let Some(told) = told.get_mut(place) {
                told.notices.push(notice);
            }
        }
    }
    if told.iter().all(|told| told.notices.is_empty()) { Vec::new() } else { told }
}

/// A cover of the member; they come by their first day, then by id, and shares count in that order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Cover<'a> {
    start: Option<NaiveDate>,
    id: &'a str,
}

impl<'a> Cover<'a> {
    fn of(enrollment: &'a Enrollment) -> Cover<'a> {
        Cover { start: day(enrollment.fact("coverage_start")), id: enrollment.id() }
    }

    /// Each cover with its enrollment.
    fn all(enrollments: impl Iterator<Item = &'a Enrollment>) -> BTreeMap<Cover<'a>, &'a Enrollment> {
        enrollments.map(|enrollment| (Cover::of(enrollment), enrollment)).collect()
    }

    /// What it is called beside another one: by its id, and by its first day where the other has the same.
    fn name_beside(self, own: Cover<'_>) -> String {
        match self.start {
            Some(start) if self.id == own.id => format!("{} {start}", self.id),
            Some(_) | None => self.id.to_owned(),
        }
    }
}

/// Whether the cover is in force on the day. One whose dates are not all known pays nothing until they are.
fn is_in_force(enrollment: &Enrollment, on: NaiveDate) -> bool {
    let dates = day(enrollment.fact("coverage_start")).zip(day(enrollment.fact("coverage_end")));
    dates.is_some_and(|(start, end)| (start..=end).contains(&on))
}

/// The days on which other covers matter: those of the event, of the admission and of what else the plan itself dates, such as a pathology report,
/// where the claim's own cover is in force.
fn days_under(enrollment: &Enrollment, claim: &Claim, plan: Option<&Plan>) -> Vec<NaiveDate> {
    let own = plan.into_iter().flat_map(|plan| &plan.facts).filter(|fact| fact.kind == Kind::Date);
    let own = own.filter(|fact| StandardFact::named(&fact.name).is_none()).map(|fact| own_day(claim, &fact.name));
    let days = [day(claim.fact("event_date")), admitted(claim)].into_iter().chain(own);
    days.flatten().filter(|day| is_in_force(enrollment, *day)).collect()
}

/// The day that one of a pack's own facts tells; it is kept as it is written.
fn own_day(claim: &Claim, fact: &str) -> Option<NaiveDate> {
    match claim.facts.own(fact)? {
        Value::Date(day) => Some(*day),
        Value::Text(text) => calendar::parse(text),
        Value::Number(_) | Value::YesNo(_) => None,
    }
}

fn admitted(claim: &Claim) -> Option<NaiveDate> {
    day(claim.fact("admitted")).or_else(|| day(claim.fact("begndate")))
}

fn discharged(claim: &Claim) -> Option<NaiveDate> {
    day(claim.fact("discharged")).or_else(|| day(claim.fact("enddate")))
}

fn day(value: Option<&Value>) -> Option<NaiveDate> {
    match value? {
        Value::Date(day) => Some(*day),
        Value::Number(_) | Value::YesNo(_) | Value::Text(_) => None,
    }
}

/// Says which other covers of the plan are in force, and how many shares count under those that come first.
fn tell_of_covers(
    (enrollment, claim): Pair<'_>,
    plan: Option<&Plan>,
    covers: &BTreeMap<Cover<'_>, &Enrollment>,
    told: &mut Told,
) {
    if claim.reverses().is_some() {
        return;
    }
    let days = days_under(enrollment, claim, plan);
    let own = Cover::of(enrollment);
    let others: Vec<(&Cover<'_>, &&Enrollment)> = covers
        .iter()
        .filter(|(cover, other)| **cover != own && days.iter().any(|day| is_in_force(other, *day)))
        .collect();
    if others.is_empty() {
        return;
    }
    let names: Vec<String> = others.iter().map(|(cover, _)| cover.name_beside(own)).collect();
    let list = names.join("`, `");
    let text = say!(
        "同一会员同时有本计划的另一保障：`{list}`",
        "the member has another cover of the plan on that day: `{list}`"
    );
    told.notices.push(Notice::new(Code::OverlappingCovers, text).about(names));
    let earlier: Vec<_> = others.into_iter().filter(|(cover, _)| **cover < own).collect();
    if !earlier.is_empty() && plan.is_some_and(|plan| plan.reads(SHARES_ELSEWHERE)) {
        let names = earlier.iter().map(|(cover, _)| cover.name_beside(own)).collect();
        let held: Option<Decimal> = earlier.iter().map(|(_, other)| number(other.fact("shares"))).sum();
        let most = plan.and_then(|plan| plan.most_shares(enrollment).ok().flatten()).unwrap_or(MOST_SHARES.into());
        tell_of_shares(claim, names, held.map(|held| held.min(most)), told);
    }
}

/// The most shares elsewhere that a claim can say.
const MOST_SHARES: u32 = 1_000_000;

fn tell_of_shares(claim: &Claim, names: Vec<String>, held: Option<Decimal>, told: &mut Told) {
    let list = names.join("`, `");
    let notice = |text| Notice::new(Code::SharesElsewhere, text).about(names);
    let Some(held) = held else {
        let text = say!(
            "先计入份数的保障 `{list}` 未给份数，本保障可计多少份不明",
            "shares count under `{list}` first, and how many is not given"
        );
        told.notices.push(notice(text).holding());
        return;
    };
    match number(claim.shares_elsewhere()) {
        Some(given) if given < held => {
            let text = say!(
                "所给 `{SHARES_ELSEWHERE}` 为 {given}，而保障 `{list}` 先计入的已有 {held} 份",
                "`{SHARES_ELSEWHERE}` is given as {given}, and {held} shares count under `{list}` first"
            );
            told.notices.push(notice(text).holding());
        }
        given => {
            let text = say!("保障 `{list}` 先计入 {held} 份", "{held} shares count under `{list}` first");
            told.notices.push(notice(text));
            told.shares_elsewhere = if given.is_none() { Some(held) } else { None };
        }
    }
}

fn number(value: Option<&Value>) -> Option<Decimal> {
    match value? {
        Value::Number(number) => Some(*number),
        Value::YesNo(_) | Value::Date(_) | Value::Text(_) => None,
    }
}

/// What makes a bill: when it was, and what it comes to.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Bill<'a> {
    event: NaiveDate,
    stay: (Option<NaiveDate>, Option<NaiveDate>),
    amounts: BTreeMap<&'a str, Decimal>,
}

impl<'a> Bill<'a> {
    /// The bill of a claim; none where no amount is given.
    fn of(claim: &'a Claim, plan: Option<&Plan>) -> Option<Bill<'a>> {
        let amounts: BTreeMap<&str, Decimal> = claim
            .facts
            .iter()
            .filter(|(name, _)| kind_of(name, plan) == Some(Kind::Money))
            .filter_map(|(name, value)| Some((name, amount(value)?.normalize())))
            .collect();
        let event = day(claim.fact("event_date"))?;
        let is_anything = amounts.values().any(|amount| !amount.is_zero());
        is_anything.then(|| Bill { event, stay: (admitted(claim), discharged(claim)), amounts })
    }
}

fn kind_of(fact: &str, plan: Option<&Plan>) -> Option<Kind> {
    let own = || plan?.facts.iter().find(|own| &*own.name == fact).map(|own| own.kind);
    StandardFact::named(fact).map(|fact| fact.kind).or_else(own)
}

/// An amount; one of a pack's own facts is kept as it is written.
fn amount(value: &Value) -> Option<Decimal> {
    match value {
        Value::Number(number) => Some(*number),
        Value::Text(text) => written::fact(text, Kind::Money).ok(),
        Value::YesNo(_) | Value::Date(_) => None,
    }
}

/// Bills that come twice: each later claim with what is said of it. What is reversed does not count, nor does a reversal; as received, it counts
/// for those that come before the reversal.
fn repeated(claims: &[Pair<'_>], plans: &[Option<&Plan>], in_order: Order) -> Vec<(usize, Notice)> {
    let (mut settlements, mut bills) = (Standing::default(), Standing::default());
    let by_id: OnceCell<BTreeMap<&str, usize>> = OnceCell::new();
    let mut found = Vec::new();
    for place in looked_through(claims, in_order) {
        let Some(pair @ (_, claim)) = claims.get(place) else { continue };
        let of = |place: usize| claims.get(place).zip(plans.get(place));
        if let Some(reversed) = claim.reverses() {
            let by_id = by_id.get_or_init(|| (0..).zip(claims).map(|(at, (_, claim))| (claim.id(), at)).collect());
            if let Some((at, ((_, claim), plan))) = by_id.get(reversed).and_then(|at| Some((*at, of(*at)?))) {
                settlements.remove(settlement(claim).as_ref(), at);
                bills.remove(Bill::of(claim, *plan).as_ref(), at);
            }
            continue;
        }
        let plan = plans.get(place).copied().flatten();
        let settlement = settlements.first_of(settlement(claim), place);
        let bill = bills.first_of(Bill::of(claim, plan), place);
        let first = [settlement, bill].into_iter().flatten().find(|first| *first != place);
        if let Some(first) = first.and_then(|first| claims.get(first)) {
            found.push((place, repeats(*first, *pair, settlement.is_some_and(|first| first != place), plan)));
        }
    }
    found
}

/// The claims as they are looked through for bills that come again: those that stand; as received, all of them.
fn looked_through(claims: &[Pair<'_>], in_order: Order) -> Vec<usize> {
    match in_order {
        Order::ByEvent => {
            let reversed: BTreeSet<&str> = claims.iter().filter_map(|(_, claim)| claim.reverses()).collect();
            let stands = |(_, claim): &Pair<'_>| claim.reverses().is_none() && !reversed.contains(claim.id());
            let standing = claims.iter().enumerate().filter(|(_, pair)| stands(pair));
            let mut standing: Vec<usize> = standing.map(|(place, _)| place).collect();
            standing.sort_by_key(|place| claims.get(*place).map(|(enrollment, claim)| order(enrollment, claim)));
            standing
        }
        Order::AsReceived => (0..claims.len()).collect(),
    }
}

/// The claims that have one bill, or one settlement, in the order in which they are looked through.
struct Standing<K>(BTreeMap<K, Vec<usize>>);

impl<K> Default for Standing<K> {
    fn default() -> Self {
        Standing(BTreeMap::new())
    }
}

impl<K: Ord> Standing<K> {
    /// The first that has it, after this one is added.
    fn first_of(&mut self, key: Option<K>, place: usize) -> Option<usize> {
        let places = self.0.entry(key?).or_default();
        places.push(place);
        places.first().copied()
    }

    fn remove(&mut self, key: Option<&K>, place: usize) {
        if let Some(places) = key.and_then(|key| self.0.get_mut(key)) {
            places.retain(|other| *other != place);
        }
    }
}

/// Of two bills of one day, that under the cover whose shares count first is the first.
fn order<'a>(enrollment: &'a Enrollment, claim: &'a Claim) -> (bool, Option<NaiveDate>, Cover<'a>, &'a str) {
    let day = day(claim.fact("event_date"));
    (day.is_none(), day, Cover::of(enrollment), claim.id())
}

fn settlement(claim: &Claim) -> Option<String> {
    match claim.fact("setl_id")? {
        Value::Text(id) => Some(fold(id).into_owned()).filter(|id| !id.is_empty()),
        Value::Number(_) | Value::YesNo(_) | Value::Date(_) => None,
    }
}

fn repeats(first: Pair<'_>, pair: Pair<'_>, is_settlement: bool, plan: Option<&Plan>) -> Notice {
    let id = first.1.id();
    let text = if is_settlement {
        say!(
            "与理赔申请 `{id}` 的结算编号相同，可能重复",
            "its settlement id is that of the claim `{id}`: a possible duplicate"
        )
    } else {
        say!(
            "与理赔申请 `{id}` 的日期和金额相同，可能重复",
            "its dates and amounts are those of the claim `{id}`: a possible duplicate"
        )
    };
    let notice = Notice::new(Code::PossibleDuplicate, text).about([id]);
    let is_under_another = Cover::of(first.0) != Cover::of(pair.0);
    if is_under_another || plan.is_some_and(|plan| plan.holds_duplicates) { notice.holding() } else { notice }
}
