//! Members whose claims sit on the edges of the rules.

use chrono::{Days, Months, NaiveDate};

use super::calendar::{day, days_between};
use super::claims;
use super::draw::Draw;
use super::facts::{Facts, Named, Value};
use super::record::Record;
use super::verdict::{Decision, Verdict};
use super::{
    gansu_comprehensive, guangdong_accident, guangdong_critical_illness, guangdong_hospital_allowance,
    guangdong_second_medical, guangdong_self_funded, guangdong_womens_illness, henan_accident, ningbo_critical,
    ningbo_hospital, wuxi_return_allowance, wuxi_xixinbao,
};

/// A plan, or one version of it, with the claims that are made under it.
#[derive(Debug)]
pub(crate) struct Plan {
    /// What the counts call it.
    pub(crate) title: &'static str,
    pub(crate) id: &'static str,
    pub(crate) decide: fn(&Facts, &Record) -> Verdict,
    pub(crate) most_shares: i64,
    pub(crate) benefits: &'static [&'static str],
    pub(crate) can_give: &'static [Decision],
    /// First days of first covers.
    starts: &'static [(i32, u32, u32)],
    describe_member: fn(&mut Draw, &mut Named),
    describe_claim: fn(&mut Draw, &Cover<'_>, &mut Named),
}

impl Plan {
    /// The first day on which a cover starts here.
    pub(crate) fn first_start(&self) -> Option<NaiveDate> {
        self.starts.iter().map(|(year, month, first)| day(*year, *month, *first)).min()
    }
}

/// The cover under which a claim is made.
pub(crate) struct Cover<'history> {
    pub(crate) start: NaiveDate,
    pub(crate) end: NaiveDate,
    /// Events that this member has claimed for before.
    pub(crate) earlier_events: &'history [NaiveDate],
}

const ALL: &[Decision] = &[Decision::Paid, Decision::NothingDue, Decision::Denied, Decision::Pended];

const SINCE_JULY_2025: &[(i32, u32, u32)] =
    &[(2025, 7, 1), (2025, 7, 2), (2025, 9, 15), (2026, 1, 1), (2027, 3, 1), (2028, 2, 29)];

pub(crate) const PLANS: &[Plan] = &[
    Plan {
        title: "henan-accident",
        id: "henan-accident",
        decide: henan_accident::decide,
        most_shares: henan_accident::MOST_SHARES,
        benefits: henan_accident::BENEFITS,
        can_give: ALL,
        starts: &[(2024, 12, 1), (2025, 1, 1), (2025, 2, 28), (2025, 3, 1), (2025, 7, 1), (2028, 2, 29)],
        describe_member: claims::nothing_more,
        describe_claim: claims::of_henan_accident,
    },
    Plan {
        title: "guangdong-second-medical 2015",
        id: "guangdong-second-medical",
        decide: guangdong_second_medical::decide,
        most_shares: guangdong_second_medical::MOST_SHARES,
        benefits: guangdong_second_medical::BENEFITS,
        can_give: ALL,
        starts: &[(2015, 1, 1), (2016, 2, 29), (2017, 12, 31), (2018, 1, 1), (2018, 12, 31)],
        describe_member: claims::fee_of_the_second_medical_of_2015,
        describe_claim: claims::of_guangdong_second_medical,
    },
    Plan {
        title: "guangdong-second-medical 2019",
        id: "guangdong-second-medical",
        decide: guangdong_second_medical::decide,
        most_shares: guangdong_second_medical::MOST_SHARES,
        benefits: guangdong_second_medical::BENEFITS,
        can_give: ALL,
        starts: &[(2019, 1, 1), (2020, 2, 29), (2024, 1, 1), (2024, 7, 1), (2025, 2, 28), (2025, 6, 30)],
        describe_member: claims::fee_of_the_second_medical,
        describe_claim: claims::of_guangdong_second_medical,
    },
    Plan {
        title: "guangdong-second-medical 2025-07",
        id: "guangdong-second-medical",
        decide: guangdong_second_medical::decide,
        most_shares: guangdong_second_medical::MOST_SHARES,
        benefits: guangdong_second_medical::BENEFITS,
        can_give: ALL,
        starts: SINCE_JULY_2025,
        describe_member: claims::fee_of_the_second_medical,
        describe_claim: claims::of_guangdong_second_medical,
    },
    Plan {
        title: "guangdong-self-funded",
        id: "guangdong-self-funded",
        decide: guangdong_self_funded::decide,
        most_shares: guangdong_self_funded::MOST_SHARES,
        benefits: guangdong_self_funded::BENEFITS,
        can_give: ALL,
        starts: SINCE_JULY_2025,
        describe_member: claims::nothing_more,
        describe_claim: claims::of_guangdong_self_funded,
    },
    Plan {
        title: "guangdong-accident",
        id: "guangdong-accident",
        decide: guangdong_accident::decide,
        most_shares: guangdong_accident::MOST_SHARES,
        benefits: guangdong_accident::BENEFITS,
        can_give: ALL,
        starts: SINCE_JULY_2025,
        describe_member: claims::nothing_more,
        describe_claim: claims::of_guangdong_accident,
    },
    Plan {
        title: "guangdong-hospital-allowance",
        id: "guangdong-hospital-allowance",
        decide: guangdong_hospital_allowance::decide,
        most_shares: guangdong_hospital_allowance::MOST_SHARES,
        benefits: guangdong_hospital_allowance::BENEFITS,
        can_give: ALL,
        starts: SINCE_JULY_2025,
        describe_member: claims::nothing_more,
        describe_claim: claims::of_guangdong_hospital_allowance,
    },
    Plan {
        title: "guangdong-womens-illness",
        id: "guangdong-womens-illness",
        decide: guangdong_womens_illness::decide,
        most_shares: guangdong_womens_illness::MOST_SHARES,
        benefits: guangdong_womens_illness::BENEFITS,
        can_give: ALL,
        starts: SINCE_JULY_2025,
        describe_member: claims::sex,
        describe_claim: claims::of_guangdong_womens_illness,
    },
    Plan {
        title: "guangdong-critical-illness",
        id: "guangdong-critical-illness",
        decide: guangdong_critical_illness::decide,
        most_shares: guangdong_critical_illness::MOST_SHARES,
        benefits: guangdong_critical_illness::BENEFITS,
        can_give: ALL,
        starts: SINCE_JULY_2025,
        describe_member: claims::nothing_more,
        describe_claim: claims::of_guangdong_critical_illness,
    },
    Plan {
        title: "gansu-comprehensive",
        id: "gansu-comprehensive",
        decide: gansu_comprehensive::decide,
        most_shares: gansu_comprehensive::MOST_SHARES,
        benefits: gansu_comprehensive::BENEFITS,
        can_give: ALL,
        starts: &[(2022, 1, 1), (2023, 1, 1), (2024, 1, 1), (2025, 7, 1)],
        describe_member: claims::trade,
        describe_claim: claims::of_gansu_comprehensive,
    },
    Plan {
        title: "ningbo-hospital",
        id: "ningbo-hospital",
        decide: ningbo_hospital::decide,
        most_shares: ningbo_hospital::MOST_SHARES,
        benefits: ningbo_hospital::BENEFITS,
        can_give: ALL,
        starts: &[(2023, 1, 1), (2024, 2, 29), (2025, 1, 1), (2025, 5, 20)],
        describe_member: claims::active_or_retired,
        describe_claim: claims::of_ningbo_hospital,
    },
    Plan {
        title: "ningbo-critical",
        id: "ningbo-critical",
        decide: ningbo_critical::decide,
        most_shares: ningbo_critical::MOST_SHARES,
        benefits: ningbo_critical::BENEFITS,
        can_give: ALL,
        starts: &[(2023, 1, 1), (2024, 1, 1), (2025, 1, 1), (2025, 5, 20)],
        describe_member: claims::nothing_more,
        describe_claim: claims::of_ningbo_critical,
    },
    Plan {
        title: "wuxi-xixinbao",
        id: "wuxi-xixinbao",
        decide: wuxi_xixinbao::decide,
        most_shares: wuxi_xixinbao::MOST_SHARES,
        benefits: wuxi_xixinbao::BENEFITS,
        can_give: ALL,
        starts: &[(2025, 1, 1), (2025, 2, 28), (2025, 3, 1), (2025, 10, 1)],
        describe_member: claims::place,
        describe_claim: claims::of_wuxi_xixinbao,
    },
    Plan {
        title: "wuxi-return-allowance",
        id: "wuxi-return-allowance",
        decide: wuxi_return_allowance::decide,
        most_shares: wuxi_return_allowance::MOST_SHARES,
        benefits: wuxi_return_allowance::BENEFITS,
        // Who meets every condition is paid 100 or 200 yuan: no claim comes to nothing.
        can_give: &[Decision::Paid, Decision::Denied, Decision::Pended],
        starts: &[(2026, 1, 1), (2026, 2, 21), (2026, 2, 1)],
        describe_member: claims::nothing_more,
        describe_claim: claims::of_wuxi_return_allowance,
    },
];

/// The claims of one member, 1 to 5, in the order in which they are decided.
pub(crate) fn history(plan: &Plan, draw: &mut Draw) -> Vec<Facts> {
    let covers = covers(plan, draw);
    let mut earlier_events = Vec::new();
    let mut history = Vec::new();
    for _ in 0..draw.between(1, 5) {
        let in_the_second = covers.len() > 1 && draw.chance(40);
        let (enrollment, start, end) = &covers[usize::from(in_the_second)];
        let mut claim = Named::new();
        let cover = Cover { start: *start, end: *end, earlier_events: &earlier_events };
        (plan.describe_claim)(draw, &cover, &mut claim);
        if let Some(Value::Date(event_date)) = claim.get("event_date") {
            earlier_events.push(*event_date);
        }
        let enrollment_id = if in_the_second { "E2" } else { "E1" };
        let mut facts = Facts { enrollment_id, enrollment: enrollment.clone(), claim };
        forget_some(draw, &mut facts);
        history.push(facts);
    }
    history
}

/// One cover, or one and a second that follows it.
fn covers(plan: &Plan, draw: &mut Draw) -> Vec<(Named, NaiveDate, NaiveDate)> {
    let (year, month, first) = draw.one_of(plan.starts);
    let start = day(year, month, first);
    let end = last_day(draw, start);
    let previous_end = draw.chance(60).then(|| moved(start, -draw.one_of(&[1, 1, 2, 29, 30, 31, 32, 60, 400])));
    let second_start = moved(end.max(start), draw.one_of(&[1, 1, 2, 29, 30, 31, 32, 366]));
    let second_end = last_day(draw, second_start);

    let mut member = Named::new();
    if draw.chance(97) {
        let counted_at = if draw.chance(70) { start } else { second_start };
        member.insert("birth_date", Value::Date(birth_date(draw, counted_at)));
    }
    (plan.describe_member)(draw, &mut member);

    let mut covers = vec![(enrollment(draw, &member, start, end, previous_end), start, end)];
    if draw.chance(45) {
        covers.push((enrollment(draw, &member, second_start, second_end, Some(end)), second_start, second_end));
    }
    covers
}

/// A year of cover as a rule; a single day, or less than none, now and then.
fn last_day(draw: &mut Draw, start: NaiveDate) -> NaiveDate {
    match draw.between(1, 100) {
        1 => moved(start, -1),
        2 => start,
        _ => moved(start.checked_add_months(Months::new(12)).expect("the calendar is long enough"), -1),
    }
}

fn birth_date(draw: &mut Draw, counted_at: NaiveDate) -> NaiveDate {
    let birthday =
        |years: u32| counted_at.checked_sub_months(Months::new(12 * years)).expect("the calendar is long enough");
    match draw.between(1, 100) {
        1..=12 => moved(birthday(draw.one_of(&[16, 60, 61])), draw.between(-1, 1)),
        13..=15 => draw.one_of(&[day(2008, 2, 29), day(1964, 2, 29), day(2004, 2, 29)]),
        _ => moved(birthday(16), -draw.between(0, 44 * 365)),
    }
}

fn enrollment(
    draw: &mut Draw,
    member: &Named,
    start: NaiveDate,
    end: NaiveDate,
    previous_end: Option<NaiveDate>,
) -> Named {
    let mut enrollment = member.clone();
    enrollment.insert("coverage_start", Value::Date(start));
    enrollment.insert("coverage_end", Value::Date(end));
    if let Some(previous_end) = previous_end {
        enrollment.insert("previous_coverage_end", Value::Date(previous_end));
    }
    let shares = draw.one_of(&[1, 1, 1, 2, 2, 2, 3, 4, 100, 1000]);
    enrollment.insert("shares", Value::Whole(shares));
    if draw.chance(10) {
        enrollment.insert("gifted_shares", Value::Whole(1));
    }
    enrollment
}

/// Loses a fact in one claim of twelve, and several in one of a hundred.
fn forget_some(draw: &mut Draw, facts: &mut Facts) {
    let lost = match draw.between(1, 100) {
        1 => 4,
        2..=8 => 1,
        _ => 0,
    };
    for _ in 0..lost {
        let names: Vec<&str> = facts.enrollment.keys().chain(facts.claim.keys()).copied().collect();
        let name = draw.one_of(&names);
        facts.enrollment.remove(name);
        facts.claim.remove(name);
    }
}

/// A day of the cover, with its edges and those of the waiting periods drawn often, or the day of an earlier event.
pub(crate) fn day_of(draw: &mut Draw, cover: &Cover<'_>) -> NaiveDate {
    let length = days_between(cover.start, cover.end).max(0);
    match draw.between(1, 100) {
        1..=20 if !cover.earlier_events.is_empty() => draw.one_of(cover.earlier_events),
        21..=34 => moved(cover.start, draw.one_of(&[-1, 0, 0, 1])),
        35..=46 => moved(cover.end, draw.one_of(&[-1, 0, 0, 1])),
        47..=70 => moved(cover.start, draw.one_of(&[28, 29, 30, 31, 32, 88, 89, 90, 91, 92]) - 1),
        _ => moved(cover.start, draw.between(0, length)),
    }
}

/// So many days later, or earlier.
pub(crate) fn moved(date: NaiveDate, days: i64) -> NaiveDate {
    let distance = Days::new(days.unsigned_abs());
    let moved = if days < 0 { date.checked_sub_days(distance) } else { date.checked_add_days(distance) };
    moved.expect("the calendar is long enough")
}
