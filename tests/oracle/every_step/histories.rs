//! Members under the made-up plan whose claims sit on the edges of its rules.

use chrono::{Datelike, NaiveDate};

use super::rules::months_later;
use crate::oracle::calendar::{day, days_between};
use crate::oracle::draw::Draw;
use crate::oracle::facts::{Facts, Named, Value};
use crate::oracle::population::moved;

/// A member with one cover or two, and claims under them.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) id: String,
    pub(crate) covers: Vec<(&'static str, Named)>,
    pub(crate) claims: Vec<Told>,
}

#[derive(Clone, Debug)]
pub(crate) struct Told {
    pub(crate) id: String,
    pub(crate) cover: usize,
    /// The claim that it takes back.
    pub(crate) reverses: Option<String>,
    pub(crate) facts: Named,
}

impl Told {
    pub(crate) fn event_date(&self) -> NaiveDate {
        match self.facts.get("event_date") {
            Some(Value::Date(date)) => *date,
            other => panic!("every claim is drawn with its day: {other:?}"),
        }
    }

    fn reported_on(&self) -> Option<NaiveDate> {
        match self.facts.get("reported_on")? {
            Value::Date(date) => Some(*date),
            other => panic!("a day is no {other:?}"),
        }
    }
}

impl Member {
    pub(crate) fn facts_of(&self, told: &Told) -> Facts {
        let (id, enrollment) = &self.covers[told.cover];
        Facts { enrollment_id: id, enrollment: enrollment.clone(), claim: told.facts.clone() }
    }

    /// By the event, then by the report, where a claim without one comes after those that have it, then by id. A reversal stands
    /// right after what it takes back.
    pub(crate) fn in_order(&self) -> Vec<&Told> {
        let mut order: Vec<&Told> = self.claims.iter().collect();
        order.sort_by_key(|told| {
            let stands = told.reverses.as_ref().and_then(|id| self.claims.iter().find(|other| other.id == *id));
            let stands = stands.unwrap_or(told);
            let report = stands.reported_on();
            (stands.event_date(), report.is_none(), report, &stands.id, told.reverses.is_some())
        });
        order
    }
}

const FIRST_DAYS: [(i32, u32, u32); 9] = [
    (2024, 1, 31),
    (2024, 2, 29),
    (2024, 7, 1),
    (2024, 12, 31),
    (2025, 1, 1),
    (2025, 4, 30),
    (2025, 7, 1),
    (2025, 9, 15),
    (2025, 12, 31),
];

pub(crate) fn member(number: usize, draw: &mut Draw) -> Member {
    let mut member = Member { id: format!("M{number}"), covers: Vec::new(), claims: Vec::new() };
    let (year, month, first) = draw.one_of(&FIRST_DAYS);
    let start = day(year, month, first);
    let end = moved(months_later(start, 12), -1);
    let mut spans = vec![(start, end)];
    if draw.chance(60) {
        let next = moved(end, draw.one_of(&[1, 1, 1, 30, 31, 60]));
        spans.push((next, moved(months_later(next, 12), -1)));
    }
    let mut events: Vec<(usize, NaiveDate)> = Vec::new();
    for _ in 0..draw.between(1, 9) {
        let cover = usize::from(spans.len() > 1 && draw.chance(45));
        let event = event_date(draw, spans[cover], &events, cover);
        events.push((cover, event));
    }
    let (_, watched) = draw.one_of(&events);
    let person = person(draw, start, watched);
    for (place, (start, end)) in spans.iter().enumerate() {
        let id = format!("{}-E{place}", member.id).leak();
        let before = if place == 0 { None } else { Some(spans[place - 1].1) };
        member.covers.push((id, cover(draw, &person, *start, *end, before)));
    }
    for (place, (cover, event)) in events.iter().enumerate() {
        let letter = draw.one_of(&['a', 'b', 'c', 'x', 'y', 'z']);
        let facts = claim(draw, &member.covers[*cover].1, *event);
        member.claims.push(Told {
            id: format!("{letter}-{}-{place}", member.id),
            cover: *cover,
            reverses: None,
            facts,
        });
    }
    member
}

fn event_date(
    draw: &mut Draw,
    (start, end): (NaiveDate, NaiveDate),
    events: &[(usize, NaiveDate)],
    cover: usize,
) -> NaiveDate {
    let of_the_cover: Vec<NaiveDate> =
        events.iter().filter(|(other, _)| *other == cover).map(|(_, day)| *day).collect();
    let settled = months_later(months_later(start, 1), 1);
    let edges = [
        day(2025, 6, 30),
        day(2025, 7, 1),
        day(2026, 2, 28),
        day(2026, 3, 1),
        day(2024, 12, 31),
        day(2025, 1, 1),
        day(2026, 1, 1),
    ];
    let within: Vec<NaiveDate> = edges.into_iter().filter(|edge| *edge >= start && *edge <= end).collect();
    match draw.between(1, 100) {
        1..=35 if !of_the_cover.is_empty() => draw.one_of(&of_the_cover),
        36..=38 => moved(start, draw.one_of(&[-1, 0])).max(day(2024, 1, 1)),
        39..=41 => moved(end, draw.one_of(&[-1, 0, 1])),
        42..=48 => moved(start, draw.one_of(&[29, 30, 89, 90])),
        49..=56 => moved(settled, draw.one_of(&[-1, 0, 1])),
        57..=68 if !within.is_empty() => draw.one_of(&within),
        _ => moved(start, draw.between(0, days_between(start, end))),
    }
}

/// What every cover of the member says.
fn person(draw: &mut Draw, start: NaiveDate, watched: NaiveDate) -> Named {
    let mut person = Named::new();
    let birth = match draw.between(1, 20) {
        1 | 2 => moved(months_later(start, -12 * draw.one_of(&[16, 61])), draw.between(0, 1)),
        3 | 4 => moved(months_later(watched, -12 * draw.one_of(&[18, 19])), draw.between(0, 1)),
        _ => months_later(start, -12 * draw.one_of(&[25, 40, 59])),
    };
    person.insert("birth_date", Value::Date(birth));
    let joined = match draw.between(1, 10) {
        1 | 2 => moved(months_later(watched, -draw.one_of(&[6, 6, 6, 5, 7])), draw.between(-1, 1)),
        // Long enough ago for most events, and not for a first visit.
        3..=5 => moved(start, -draw.between(60, 200)),
        _ => moved(start, -draw.between(200, 900)),
    };
    person.insert("joined_on", Value::Date(joined));
    person.insert(
        "occupation",
        Value::Word(draw.one_of(&[
            "courier",
            "courier",
            "courier",
            "truck-driver",
            "truck-driver",
            "truck-driver",
            "courier",
            "truck-driver",
            "teacher",
            "nurse",
        ])),
    );
    if draw.chance(60) {
        person.insert("seniority", Value::Whole(draw.one_of(&[0, 1, 9, 10, 11, 30, 60, 60])));
    }
    person.insert("hardship", Value::YesNo(draw.chance(40)));
    person.insert("shares", Value::Whole(draw.one_of(&[1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 3, 4])));
    person
}

fn cover(draw: &mut Draw, person: &Named, start: NaiveDate, end: NaiveDate, before: Option<NaiveDate>) -> Named {
    let mut cover = person.clone();
    cover.insert("coverage_start", Value::Date(start));
    cover.insert("coverage_end", Value::Date(end));
    if before.is_some() || draw.chance(30) {
        let ended = before.unwrap_or_else(|| moved(start, -draw.one_of(&[1, 29, 30, 31, 32])));
        cover.insert("previous_coverage_end", Value::Date(ended));
    }
    forget(
        draw,
        &mut cover,
        &["birth_date", "joined_on", "occupation", "hardship", "shares", "coverage_end", "seniority"],
        4,
    );
    cover
}

fn claim(draw: &mut Draw, cover: &Named, event: NaiveDate) -> Named {
    let mut claim = Named::new();
    claim.insert("event_date", Value::Date(event));
    if draw.chance(60) {
        let days = draw.one_of(&[0, 1, 5, 20]);
        let month = months_later(event, draw.one_of(&[1, 1, 1, 2]));
        let reported = if draw.chance(80) { moved(event, days) } else { moved(month, draw.between(-1, 1)) };
        claim.insert("reported_on", Value::Date(reported));
    }
    claim.insert("cause", Value::Word(draw.one_of(&["illness", "illness", "accident", "sudden-death"])));
    claim.insert("first_seen", Value::Date(first_seen(draw, cover, event)));
    claim.insert("admitted", Value::Date(admitted(draw, cover, event)));
    if draw.chance(20) {
        claim.insert("moved_on", Value::Date(moved(event, draw.one_of(&[-3, 0, 5, 9, 10, 11]))));
    }
    claim.insert("bill", Value::Money(bill(draw)));
    if draw.chance(60) {
        claim.insert("drugs", Value::Money(drugs(draw)));
    }
    let nights = draw.one_of(&[0, 1, 3, 4, 5, 6, 8, 9, 10, 11, 12, 19, 20, 21, 29, 30, 31, 44, 45, 46, 400]);
    claim.insert("nights", Value::Whole(nights));
    claim.insert("visits", Value::Whole(draw.one_of(&[0, 0, 1, 1, 2, 2, 3, 4, 7, 20, 40, 60])));
    claim.insert("ward", Value::Word(draw.one_of(&["general", "general", "special", "special", "intensive"])));
    if draw.chance(15) {
        claim.insert("abroad", Value::YesNo(draw.chance(80)));
    }
    if draw.chance(45) {
        let grade = draw.between(1, 10).min(draw.between(1, 10));
        claim.insert("disability_grade", Value::Whole(u32::try_from(grade).expect("it is not negative")));
    }
    if draw.chance(20) {
        claim.insert("death", Value::YesNo(draw.chance(90)));
    }
    if draw.chance(40) {
        claim.insert("fault", Value::Money(draw.one_of(&[0, 1, 20, 25, 50, 99, 100])));
    }
    match draw.between(1, 100) {
        1..=5 => tell_only_of_a_death(draw, &mut claim),
        6..=11 => tell_of_few_drugs(draw, &mut claim),
        12..=17 => tell_of_a_threshold(draw, &mut claim),
        18..=22 => _ = claim.insert("bill", Value::Money(10_000 + draw.one_of(&[-1, 0, 0, 1]))),
        _ => {}
    }
    let names =
        ["cause", "first_seen", "admitted", "bill", "drugs", "nights", "visits", "ward", "abroad", "death", "fault"];
    forget(draw, &mut claim, &names, 8);
    claim
}

/// Nothing was billed, and nobody says which ward it was: no other benefit asks for it.
fn tell_only_of_a_death(draw: &mut Draw, claim: &mut Named) {
    claim.insert("death", Value::YesNo(true));
    claim.insert("bill", Value::Money(0));
    claim.insert("nights", Value::Whole(draw.one_of(&[0, 0, 1])));
    for name in ["drugs", "ward", "disability_grade"] {
        claim.remove(name);
    }
}

/// Drugs of which 50 yuan are due, and those at which the rate changes, or a fen off.
fn tell_of_few_drugs(draw: &mut Draw, claim: &mut Named) {
    let drugs = draw.one_of(&[52_500, 52_500, 100_000, 400_000]);
    claim.insert("drugs", Value::Money(drugs + draw.one_of(&[-1, 0, 1])));
    claim.insert("visits", Value::Whole(0));
    claim.insert("nights", Value::Whole(1));
    claim.insert("ward", Value::Word("general"));
}

/// Bills of which 330 yuan are due, before the part of the year is borne or after; those at which the rate changes; those of which
/// most of the year is due: or less than a fen off.
fn tell_of_a_threshold(draw: &mut Draw, claim: &mut Named) {
    let bill = draw.one_of(&[260_000, 260_000, 60_000, 500_000, 900_000, 2_460_000, 2_460_000]);
    claim.insert("bill", Value::Money(bill + draw.one_of(&[-1, 0, 1])));
    claim.insert("visits", Value::Whole(draw.one_of(&[2, 3])));
    claim.insert("ward", Value::Word("special"));
}

/// The last claim under the first version makes the bills of its year come to 15,000 yuan, or a fen off; or the bill before it, which
/// is now of the same event, comes to 2,000 yuan.
pub(crate) fn tell_of_high_bills(draw: &mut Draw, claims: &mut [Told], is_posted: impl Fn(&Told) -> bool) {
    claims.sort_by_key(Told::event_date);
    let of_the_first = claims.iter().take_while(|told| told.event_date() < day(2025, 7, 1)).count();
    let Some((last, earlier)) = claims[..of_the_first].split_last_mut() else { return };
    let mut earlier: Vec<&mut Told> = earlier.iter_mut().filter(|told| is_posted(told)).collect();
    let off = draw.one_of(&[-1, 0, 1]);
    match earlier.last_mut() {
        Some(before) if draw.chance(50) => {
            last.facts.insert("event_date", Value::Date(before.event_date()));
            last.facts.remove("reported_on");
            before.facts.insert("reported_on", Value::Date(before.event_date()));
            before.facts.insert("bill", Value::Money(200_000 + off));
            before.facts.remove("drugs");
        }
        Some(_) | None => {
            let of_the_year = earlier.iter().filter(|told| told.event_date().year() == last.event_date().year());
            let bills: i64 = of_the_year.filter_map(|told| fen(&told.facts, "bill")).sum();
            last.facts.insert("bill", Value::Money((1_500_000 - bills + off).max(0)));
        }
    }
}

fn fen(facts: &Named, name: &str) -> Option<i64> {
    match facts.get(name)? {
        Value::Money(fen) => Some(*fen),
        other => panic!("`{name}` is no {other:?}"),
    }
}

/// Now and then one of them is not told.
fn forget(draw: &mut Draw, facts: &mut Named, names: &[&'static str], hundredths: i64) {
    if draw.chance(hundredths) {
        facts.remove(draw.one_of(names));
    }
}

fn date(facts: &Named, name: &str) -> Option<NaiveDate> {
    match facts.get(name)? {
        Value::Date(date) => Some(*date),
        other => panic!("`{name}` is no {other:?}"),
    }
}

/// Before the event as a rule, and often on an edge of the waiting since joining.
fn first_seen(draw: &mut Draw, cover: &Named, event: NaiveDate) -> NaiveDate {
    let edge = date(cover, "joined_on").map(|joined| match draw.between(1, 2) {
        1 => moved(months_later(joined, 2), draw.between(-1, 1)),
        _ => moved(joined, draw.one_of(&[98, 99, 100])),
    });
    let edge = edge.filter(|edge| *edge <= event && draw.chance(45));
    edge.unwrap_or_else(|| moved(event, draw.one_of(&[0, 0, 0, -1, -1, -1, -5, -5, -20, -20, 1])))
}

fn admitted(draw: &mut Draw, cover: &Named, event: NaiveDate) -> NaiveDate {
    let start = date(cover, "coverage_start").expect("it is drawn");
    if draw.chance(30) { moved(start, draw.one_of(&[-1, 0, 13, 14, 15])) } else { moved(event, draw.between(0, 3)) }
}

/// In fen: on the edges, just beside them, round and not.
fn bill(draw: &mut Draw) -> i64 {
    let edge = draw.one_of(&[
        0,
        10_000,
        15_050,
        100_000,
        115_050,
        315_050,
        1_015_050,
        500_000,
        2_000_000,
        199_615 + 15_050,
        250_025,
        300_025,
        800_025,
        1_500_000,
    ]);
    amount(draw, edge, 2_000_000)
}

fn drugs(draw: &mut Draw) -> i64 {
    let edge = draw.one_of(&[0, 40_000, 100_000, 400_000, 52_500, 30_000]);
    amount(draw, edge, 500_000)
}

fn amount(draw: &mut Draw, edge: i64, most: i64) -> i64 {
    match draw.between(1, 10) {
        1..=3 => (edge + draw.one_of(&[-1, 0, 0, 1])).max(0),
        4 => edge + 1_000 * draw.between(0, 50),
        5 | 6 => 1_000 * draw.between(0, most / 1_000),
        7 => 5 * draw.between(0, most / 5),
        _ => {
            let part = draw.one_of(&[1, 4, 20]);
            draw.between(0, most / part)
        }
    }
}
