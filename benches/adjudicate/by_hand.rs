//! The baseline: the Henan accident plan as a claim service would write it by hand, on `rust_decimal`.
//!
//! It has the rules of `rules/henan-accident.toml` with their figures in the code, no names, no reasons, no missing facts and
//! no proof of anything. What the engine takes beyond it is the price of those.

#![expect(clippy::arithmetic_side_effects, reason = "code written by hand uses the operators")]

use std::hint::black_box;

use chrono::NaiveDate;
use criterion::Criterion;
use rust_decimal::{Decimal, RoundingStrategy};

#[derive(Clone, Copy, PartialEq)]
enum Cause {
    Accident,
    SuddenDeath,
    Illness,
}

struct Cover {
    shares: u32,
    birth_date: NaiveDate,
    start: NaiveDate,
    end: NaiveDate,
    previous_end: Option<NaiveDate>,
}

#[derive(Clone, Copy)]
struct Event {
    date: NaiveDate,
    cause: Cause,
    is_death: bool,
    disability_grade: Option<u32>,
    hospital_days: u32,
    personal_burden: Decimal,
}

/// What earlier claims were paid: of the accident, of the period, of the life.
#[derive(Default)]
struct Earlier {
    disability_of_event: Decimal,
    /// For disability and death.
    of_event: Decimal,
    medical: Decimal,
    allowance: Decimal,
    total: Decimal,
    /// Of other events.
    deaths: u32,
}

/// In yuan; `None` if the claim is denied.
fn payable(cover: &Cover, event: &Event, earlier: &Earlier) -> Option<Decimal> {
    let age = cover.start.years_since(cover.birth_date)?;
    let is_covered = (16..=60).contains(&age) && (cover.start..=cover.end).contains(&event.date);
    if !is_covered || event.cause == Cause::Illness {
        return None;
    }
    let shares = Decimal::from(cover.shares.min(2));
    let is_accident = event.cause == Cause::Accident;
    let mut of_event = Decimal::ZERO;
    if let (true, Some(grade)) = (is_accident, event.disability_grade) {
        let ratio = Decimal::new(i64::from(11 - grade), 1);
        let due = Decimal::from(50_000) * shares * ratio - earlier.disability_of_event;
        of_event += to_the_fen(due.max(Decimal::ZERO));
    }
    let sum = Decimal::from(50_000) * shares;
    if event.is_death && earlier.deaths == 0 && (is_accident || !waits(cover, event)) {
        of_event += to_the_fen(sum);
    }
    let mut total = of_event.min((sum - earlier.of_event).max(Decimal::ZERO));
    if is_accident && event.hospital_days > 0 {
        let limit = Decimal::from(10_000) * shares - earlier.medical;
        total += to_the_fen(event.personal_burden.min(limit));
        let a_day = Decimal::from(50) * shares;
        let limit = a_day * Decimal::from(100) - earlier.allowance;
        total += to_the_fen((a_day * Decimal::from(event.hospital_days)).min(limit));
    }
    let ceiling = (Decimal::from(65_000) * shares).min(Decimal::from(130_000));
    Some(total.min(ceiling - earlier.total))
}

/// Days 1 to 30 of a cover that is no renewal.
fn waits(cover: &Cover, event: &Event) -> bool {
    let is_renewal = cover.previous_end.is_some_and(|end| (cover.start - end).num_days() <= 30);
    !is_renewal && (event.date - cover.start).num_days() < 30
}

fn to_the_fen(amount: Decimal) -> Decimal {
    amount.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)
}

/// The claim that is also asked of the engine.
pub(crate) fn bench(criterion: &mut Criterion) {
    let cover = Cover {
        shares: 2,
        birth_date: day(1990, 5, 5),
        start: day(2025, 1, 1),
        end: day(2025, 12, 31),
        previous_end: None,
    };
    let event = Event {
        date: day(2025, 1, 10),
        cause: Cause::Accident,
        is_death: false,
        disability_grade: None,
        hospital_days: 51,
        personal_burden: Decimal::new(201_987, 2),
    };
    let earlier = Earlier::default();
    assert_other_rules(&cover, &event, &earlier);
    assert_eq!(payable(&cover, &event, &earlier), Some(Decimal::new(711_987, 2)));
    criterion.bench_function("by hand/henan-accident", |bencher| {
        bencher.iter(|| payable(black_box(&cover), black_box(&event), black_box(&earlier)));
    });
}

/// What the published case does not reach is there too, and right: rows of `rules/henan-accident.cases.toml`.
fn assert_other_rules(cover: &Cover, event: &Event, earlier: &Earlier) {
    let no_stay = Event { hospital_days: 0, ..*event };
    let sudden = Event { cause: Cause::SuddenDeath, is_death: true, ..no_stay };
    let expected = [
        (Event { cause: Cause::Illness, ..*event }, None),
        (Event { disability_grade: Some(8), ..no_stay }, Some(30_000)),
        (Event { disability_grade: Some(8), is_death: true, ..no_stay }, Some(100_000)),
        (Event { date: day(2025, 1, 30), ..sudden }, Some(0)),
        (Event { date: day(2025, 1, 31), ..sudden }, Some(100_000)),
        (
            Event { disability_grade: Some(1), hospital_days: 365, personal_burden: Decimal::from(99_999), ..*event },
            Some(130_000),
        ),
    ];
    for (event, expected) in expected {
        assert_eq!(payable(cover, &event, earlier), expected.map(Decimal::from));
    }
}

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default()
}
