//! Members whose claims meet: reversals, claims of one event, covers of several plans.

use std::collections::BTreeMap;

use super::account::{self, Rules};
use super::calendar::day;
use super::draw::Draw;
use super::facts::{Named, Value};
use super::member::{Cover, Member, Told};
use super::population::{PLANS, Plan, history, moved};
use super::verdict::Decision;

/// A member with one to five claims under one plan. Ids come in another order than the claims were drawn.
pub(crate) fn of_one_plan(plan: &'static Plan, number: usize, draw: &mut Draw) -> Member {
    let mut member = of_one_plan_without_reversals(plan, number, draw);
    add_reversals(&mut member, draw);
    member
}

pub(crate) fn of_one_plan_without_reversals(plan: &'static Plan, number: usize, draw: &mut Draw) -> Member {
    let mut member = Member { id: format!("M{number}"), ..Member::default() };
    add_history(&mut member, plan, draw);
    let pays_for_death = plan.benefits.iter().any(|benefit| benefit.contains("death"));
    if draw.chance(if pays_for_death { 90 } else { 20 }) {
        claim_the_same_event_again(&mut member, draw);
    }
    member
}

/// Two to four claims of one event under one cover.
pub(crate) fn of_one_event(plan: &'static Plan, number: usize, draw: &mut Draw) -> Member {
    let mut member = Member { id: format!("M{number}"), ..Member::default() };
    add_history(&mut member, plan, draw);
    member.claims.truncate(1);
    member.forget_covers_without_claims();
    for _ in 0..draw.between(1, 3) {
        claim_the_same_event_again(&mut member, draw);
    }
    member
}

/// What the first claim under a cover does not know of it, none knows.
fn add_history(member: &mut Member, plan: &'static Plan, draw: &mut Draw) {
    let mut places: BTreeMap<&'static str, usize> = BTreeMap::new();
    for facts in history(plan, draw) {
        let cover = *places.entry(facts.enrollment_id).or_insert_with(|| {
            let id = format!("{}-{}-{}", member.id, plan.id, facts.enrollment_id).leak();
            member.covers.push(Cover { id, plan, facts: facts.enrollment.clone() });
            member.covers.len() - 1
        });
        let id = new_id(member, draw);
        member.claims.push(Told { id, cover, reverses: None, facts: facts.claim });
    }
}

/// Any letters, so that the order by id is by chance.
fn new_id(member: &Member, draw: &mut Draw) -> String {
    let letters: String = (0..3).map(|_| draw.one_of(&['a', 'b', 'c', 'd', 'e', 'x', 'y', 'z'])).collect();
    format!("{letters}-{}-{}", member.id, member.claims.len())
}

/// Two claims of one event: what one has of a death, a grade or a stay goes to another claim.
fn claim_the_same_event_again(member: &mut Member, draw: &mut Draw) {
    let Some(first) = member.claims.first().cloned() else { return };
    let id = new_id(member, draw);
    let mut again = Told { id, ..first };
    for name in ["death", "disability_grade", "hospital_days"] {
        again.facts.remove(name);
    }
    if draw.chance(60) {
        again.facts.insert("death", Value::YesNo(true));
    } else {
        again.facts.insert("disability_grade", Value::Whole(draw.one_of(&[1, 2, 5, 10])));
    }
    if draw.chance(40) {
        again.facts.insert("hospital_days", Value::Whole(draw.one_of(&[1, 10, 60])));
    }
    member.claims.push(again);
}

/// One or two claims that have posted are taken back; now and then the right claim follows.
fn add_reversals(member: &mut Member, draw: &mut Draw) {
    for _ in 0..draw.one_of(&[0, 0, 1, 1, 2]) {
        let answers = account::decide(member, &Rules::without_a_look_at_what_is_open());
        let was_posted = |told: &&Told| {
            let is_taken_back = member.claims.iter().any(|other| other.reverses.as_ref() == Some(&told.id));
            let decision = answers[&(member.plan_of(told), told.id.clone())].decision;
            !is_taken_back && matches!(decision, Decision::Paid | Decision::NothingDue)
        };
        let posted: Vec<Told> = member.claims.iter().filter(was_posted).cloned().collect();
        let Some(reversed) = posted.first().cloned() else { return };
        let mut with_it = member.clone();
        let facts = if draw.chance(50) { Named::new() } else { reversed.facts.clone() };
        let id = new_id(member, draw);
        with_it.claims.push(Told { id, reverses: Some(reversed.id.clone()), facts, ..reversed.clone() });
        if draw.chance(40) {
            let id = new_id(&with_it, draw);
            let mut corrected = Told { id, ..reversed };
            correct(&mut corrected);
            with_it.claims.push(corrected);
        }
        if account::reversals_stand(&with_it, &Rules::without_a_look_at_what_is_open()) {
            *member = with_it;
        }
    }
}

/// The claims as they came in, in an order by chance; now and then one that was decided is taken back later, and the right claim
/// follows. Others have been decided in between, with what was taken back counted.
pub(crate) fn received(mut member: Member, draw: &mut Draw) -> Member {
    shuffle(&mut member.claims, draw);
    let rules = Rules { tells_open: false, ..Rules::as_received() };
    for _ in 0..draw.one_of(&[0, 1, 1, 2]) {
        let answers = account::decide(&member, &rules);
        let was_posted = |told: &&Told| {
            let decision = answers[&(member.plan_of(told), told.id.clone())].decision;
            member.stands(told) && matches!(decision, Decision::Paid | Decision::NothingDue)
        };
        let posted: Vec<&Told> = member.claims.iter().filter(was_posted).collect();
        if posted.is_empty() {
            break;
        }
        let reversed = draw.one_of(&posted).clone();
        let mut with_it = member.clone();
        let mut place = member.receipt(&reversed);
        let facts = if draw.chance(50) { Named::new() } else { reversed.facts.clone() };
        let id = new_id(&with_it, draw);
        let takes_back = Told { id, reverses: Some(reversed.id.clone()), facts, ..reversed.clone() };
        place = insert_after(place, takes_back, &mut with_it.claims, draw);
        if draw.chance(40) {
            let id = new_id(&with_it, draw);
            let mut corrected = Told { id, ..reversed };
            correct(&mut corrected);
            insert_after(place, corrected, &mut with_it.claims, draw);
        }
        if account::reversals_stand(&with_it, &rules) {
            member = with_it;
        }
    }
    member
}

fn shuffle(claims: &mut [Told], draw: &mut Draw) {
    for place in (1..claims.len()).rev() {
        claims.swap(place, drawn_place(0, place, draw));
    }
}

/// Somewhere after the place; gives where it is now.
fn insert_after(place: usize, told: Told, claims: &mut Vec<Told>, draw: &mut Draw) -> usize {
    let place = drawn_place(place + 1, claims.len(), draw);
    claims.insert(place, told);
    place
}

fn drawn_place(first: usize, last: usize, draw: &mut Draw) -> usize {
    let [first, last] = [first, last].map(|place| i64::try_from(place).expect("they are few"));
    usize::try_from(draw.between(first, last)).expect("it is not negative")
}

/// The same bill with another fen.
fn correct(told: &mut Told) {
    for value in told.facts.values_mut() {
        if let Value::Money(fen) = value {
            *fen += 1;
        }
    }
}

/// Another cover of the plan at the same time, with claims of other bills and of the same ones.
pub(crate) fn with_covers_at_once(plan: &'static Plan, number: usize, draw: &mut Draw) -> Member {
    let mut member = with_covers_at_once_without_reversals(plan, number, draw);
    add_reversals(&mut member, draw);
    member
}

pub(crate) fn with_covers_at_once_without_reversals(plan: &'static Plan, number: usize, draw: &mut Draw) -> Member {
    let mut member = Member { id: format!("M{number}"), ..Member::default() };
    add_history(&mut member, plan, draw);
    for _ in 0..draw.one_of(&[1, 1, 1, 2]) {
        add_cover_at_once(&mut member, draw);
    }
    if draw.chance(70) {
        member.forget_covers_without_claims();
    }
    member
}

/// So many days later, or earlier, but not before the plan.
fn free_shift(first: &Cover, draw: &mut Draw) -> i64 {
    let mut shift = draw.one_of(&[0, 0, -1, 1, -100, 100, 200]);
    let Some(start) = first.start() else { return shift };
    while Some(moved(start, shift)) < first.plan.first_start() {
        shift += 3;
    }
    shift
}

fn add_cover_at_once(member: &mut Member, draw: &mut Draw) {
    let Some(first) = member.covers.first().cloned() else { return };
    let letter = draw.one_of(&['A', 'F', 'Z']);
    let id = format!("{}-{}-{letter}{}", member.id, first.plan.id, member.covers.len()).leak();
    let mut cover = Cover { id, ..first.clone() };
    let shift = free_shift(&first, draw);
    for name in ["coverage_start", "coverage_end"] {
        if let Some(Value::Date(day)) = cover.facts.get_mut(name) {
            *day = moved(*day, shift);
        }
    }
    cover.facts.remove("previous_coverage_end");
    match draw.between(1, 20) {
        1 => _ = cover.facts.remove("shares"),
        _ => _ = cover.facts.insert("shares", Value::Whole(draw.one_of(&[1, 1, 1, 2, 3]))),
    }
    if draw.chance(70)
        && let Some(first) = member.covers.first_mut()
    {
        first.facts.insert("shares", Value::Whole(draw.one_of(&[1, 1, 2])));
    }
    member.covers.push(cover);
    let place = member.covers.len() - 1;
    for told in member.claims.clone() {
        if draw.chance(60) {
            let id = new_id(member, draw);
            let mut again = Told { id, cover: place, ..told };
            change(&mut again, draw);
            if draw.chance(20) {
                again.facts.insert("shares_elsewhere", Value::Whole(draw.one_of(&[0, 1, 2, 3])));
            }
            member.claims.push(again);
        }
    }
}

/// Another bill, as a rule: another amount, another day. Else it is the same, at times by its settlement alone.
fn change(told: &mut Told, draw: &mut Draw) {
    let add = match draw.between(1, 10) {
        1..=4 => 0,
        _ => draw.one_of(&[1, 100]),
    };
    for value in told.facts.values_mut() {
        if let Value::Money(fen) = value {
            *fen += add;
        }
    }
    if draw.chance(20) {
        let days = draw.one_of(&[1, 2, 30]);
        for name in ["event_date", "admitted", "discharged", "reported_on", "confirmed_on"] {
            if let Some(Value::Date(day)) = told.facts.get_mut(name) {
                *day = moved(*day, days);
            }
        }
    }
}

/// Covers under several plans, of which now and then not all can be one person's.
pub(crate) fn perhaps_of_two_people(number: usize, draw: &mut Draw) -> Member {
    let mut member = Member { id: format!("M{number}"), ..Member::default() };
    let sex = Value::Word(draw.one_of(&["female", "male"]));
    let certno = Value::Word("41010119900505123X");
    for _ in 0..draw.between(1, 3) {
        let plan = &PLANS[usize::try_from(draw.between(0, 13)).expect("it is not negative")];
        if member.covers.iter().all(|cover| cover.plan.id != plan.id) {
            add_history(&mut member, plan, draw);
        }
    }
    let (birth, is_with_numbers) = (Value::Date(day(1985, 6, 15)), draw.chance(40));
    for cover in &mut member.covers {
        if cover.facts.contains_key("birth_date") {
            cover.facts.insert("birth_date", birth);
        }
        if cover.facts.contains_key("sex") {
            cover.facts.insert("sex", sex);
        }
    }
    for told in &mut member.claims {
        if is_with_numbers {
            told.facts.insert("certno", certno);
        }
    }
    if draw.chance(60) {
        mistake_one(&mut member, draw);
    }
    member
}

fn mistake_one(member: &mut Member, draw: &mut Draw) {
    let last = |count: usize, draw: &mut Draw| {
        usize::try_from(draw.between(1, i64::try_from(count).expect("they are few"))).expect("it is not negative") - 1
    };
    match draw.between(1, 3) {
        1 if !member.covers.is_empty() => {
            let place = last(member.covers.len(), draw);
            member.covers[place].facts.insert("birth_date", Value::Date(day(1985, 6, draw.one_of(&[15, 16]))));
        }
        2 if !member.claims.is_empty() => {
            let place = last(member.claims.len(), draw);
            let number = draw.one_of(&["41010119900505123x", "410101199005051248", "41010119900505123X"]);
            member.claims[place].facts.insert("certno", Value::Word(number));
        }
        _ => {
            let of_women = member.covers.iter_mut().filter(|cover| cover.facts.contains_key("sex"));
            for cover in of_women.take(1) {
                cover.facts.insert("sex", Value::Word(draw.one_of(&["female", "male"])));
            }
        }
    }
}

/// Covers under two to six plans of Guangdong, most of which start on one day.
pub(crate) fn of_the_family(number: usize, draw: &mut Draw) -> Member {
    let mut member = of_the_family_without_reversals(number, draw);
    add_reversals(&mut member, draw);
    member
}

pub(crate) fn of_the_family_without_reversals(number: usize, draw: &mut Draw) -> Member {
    let family: Vec<&'static Plan> = PLANS
        .iter()
        .filter(|plan| {
            plan.title.starts_with("guangdong") && !plan.title.ends_with("2015") && !plan.title.ends_with("2019")
        })
        .collect();
    let mut member = Member { id: format!("M{number}"), ..Member::default() };
    let start = draw.one_of(&[day(2025, 7, 1), day(2026, 1, 1)]);
    for plan in family {
        if draw.chance(60) {
            add_history(&mut member, plan, draw);
        }
    }
    let mut moved_by: BTreeMap<usize, i64> = BTreeMap::new();
    for (place, cover) in member.covers.iter_mut().enumerate() {
        let Some(own) = cover.start() else { continue };
        if draw.chance(80) && cover.id.ends_with("E1") {
            let days = super::calendar::days_between(own, start);
            moved_by.insert(place, days);
            shift(&mut cover.facts, days);
        }
        if cover.facts.contains_key("birth_date") {
            cover.facts.insert("birth_date", Value::Date(day(1985, 6, 15)));
        }
        if cover.facts.contains_key("sex") {
            cover.facts.insert("sex", Value::Word("female"));
        }
    }
    for told in &mut member.claims {
        shift(&mut told.facts, moved_by.get(&told.cover).copied().unwrap_or(0));
    }
    member
}

fn shift(facts: &mut Named, days: i64) {
    for value in facts.values_mut() {
        if let Value::Date(day) = value {
            *day = moved(*day, days);
        }
    }
}

/// A member with one claim, if that one tells the category.
pub(crate) fn of_one_claim_that_tells(
    plan: &'static Plan,
    category: &str,
    number: usize,
    draw: &mut Draw,
) -> Option<Member> {
    let mut member = Member { id: format!("M{number}"), ..Member::default() };
    add_history(&mut member, plan, draw);
    member.claims.truncate(1);
    member.forget_covers_without_claims();
    let told = member.claims.first()?;
    let tells = told.facts.contains_key(category) || member.cover_of(told).facts.contains_key(category);
    tells.then_some(member)
}
