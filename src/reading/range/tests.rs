//! Ranges of a few numbers, gone through number by number.

use chrono::Days;

use super::*;

/// Every range between -3 and 3, whole and in tenths.
fn ranges() -> Vec<Range> {
    let ends = (-3..=3).flat_map(|low| (low..=3).map(move |high| (low, high)));
    ends.flat_map(|(low, high)| [0, 1].map(|places| Range::units(low, high, places))).collect()
}

fn numbers(range: Range) -> Vec<Decimal> {
    let [low, high] = range.ends();
    (low..=high).map(|units| Decimal::from_i128_with_scale(units, range.places())).collect()
}

/// The range has every one of the results, with its places, and no end that none of them reaches.
fn assert_is_the_hull(range: Range, results: &[Decimal], of: impl std::fmt::Debug) {
    let (low, high) = (results.iter().min().unwrap(), results.iter().max().unwrap());
    assert_eq!((range.low(), range.high()), (*low, *high), "{of:?}");
    assert!(results.iter().all(|result| result.normalize().scale() <= range.places()), "{of:?}");
}

#[test]
fn a_range_is_what_comes_of_all_numbers_in_its_arguments() {
    type Join = (&'static str, fn(Range, Range) -> Range, fn(Decimal, Decimal) -> Decimal);
    let operations: [Join; 5] = [
        ("add", Range::add, |one, other| one + other),
        ("subtract", Range::subtract, |one, other| one - other),
        ("times", Range::times, |one, other| one * other),
        ("least", Range::least, Decimal::min),
        ("greatest", Range::greatest, Decimal::max),
    ];
    for (one, other) in pairs() {
        for (name, of_ranges, of_numbers) in operations {
            let results: Vec<Decimal> = both(one, other).map(|(one, other)| of_numbers(one, other)).collect();
            assert_is_the_hull(of_ranges(one, other), &results, (name, one, other));
        }
        let either: Vec<Decimal> = numbers(one).into_iter().chain(numbers(other)).collect();
        assert_is_the_hull(one.or(other), &either, ("or", one, other));
    }
}

fn pairs() -> impl Iterator<Item = (Range, Range)> {
    ranges().into_iter().flat_map(|one| ranges().into_iter().map(move |other| (one, other)))
}

fn both(one: Range, other: Range) -> impl Iterator<Item = (Decimal, Decimal)> {
    numbers(one).into_iter().flat_map(move |one| numbers(other).into_iter().map(move |other| (one, other)))
}

#[test]
fn a_rounded_range_is_what_all_its_numbers_are_rounded_to() {
    let multiples = ["0.1", "0.2", "0.25", "0.5", "1", "2", "10"].map(|to| exact::parse(to).unwrap());
    for range in ranges() {
        for (name, mode) in Mode::ALL {
            for to in multiples {
                let rounding = Rounding { to, mode };
                let results: Vec<Decimal> =
                    numbers(range).into_iter().map(|number| exact::round(number, rounding).unwrap()).collect();
                assert_is_the_hull(range.round(rounding), &results, (range, name, to));
            }
        }
    }
}

#[test]
fn a_comparison_is_settled_where_all_numbers_say_the_same() {
    let comparisons = [
        Comparison::Equal,
        Comparison::Unequal,
        Comparison::Less,
        Comparison::AtMost,
        Comparison::Greater,
        Comparison::AtLeast,
    ];
    for (one, other) in pairs() {
        for comparison in comparisons {
            let may = one.compare(comparison, other);
            let all: Vec<bool> = both(one, other).map(|(one, other)| comparison.holds(one.cmp(&other))).collect();
            let says = May { hold: all.contains(&true), fail: all.contains(&false) };
            if one.places() == other.places() {
                assert_eq!(may, says, "{one:?} {comparison:?} {other:?}");
            }
            // in tenths and in whole numbers, ranges can overlap where no number is in both
            assert!(may.hold >= says.hold && may.fail >= says.fail, "{one:?} {comparison:?} {other:?}");
        }
        assert_eq!(one.is_at_most(other), both(one, other).all(|(one, other)| one <= other), "{one:?} {other:?}");
    }
}

#[test]
fn what_is_between_two_days_is_in_its_range() {
    let days = ["1996-02-29", "1999-12-31", "2000-01-31", "2000-02-28", "2000-02-29", "2001-03-01"];
    let days = days.map(|day| calendar::parse(day).unwrap());
    let has =
        |range: Range, count: Decimal| assert!(range.low() <= count && count <= range.high(), "{range:?} {count}");
    for from in days {
        for (to, distance) in days.into_iter().flat_map(|to| [0, 1, 29, 365, 800].map(|more| (to, more))) {
            let last = to + Days::new(distance);
            let spread = Range::day(to).or(Range::day(last));
            for to in [to, last] {
                has(Range::days_between(Range::day(from), spread), calendar::days(from, to).into());
                has(Range::months_between(Range::day(from), spread), calendar::months(from, to).into());
                has(Range::years_between(Range::day(from), spread), calendar::years(from, to).into());
            }
        }
        for months in [0, 1, 2, 11, 12, 13, 48, 1_200] {
            let later = calendar::plus_months(from, months).unwrap();
            has(Range::day(from).plus_months(months), Range::day(later).low());
        }
        let a_week_later = Range::day(from).plus_days(Range::of(Decimal::new(70, 1)));
        assert_eq!(a_week_later, Range::day(from + Days::new(7)));
    }
}

#[test]
fn what_is_open_stays_open_and_fits_nowhere() {
    let (open, one) = (Range::anything(2), Range::of(Decimal::ONE));
    let above = Range::of(Decimal::MAX).times(Range::of(Decimal::MAX));
    let to_the_fen = Rounding { to: Decimal::new(1, 2), mode: Mode::Down };
    for range in [open, above] {
        for result in
            [range.add(one), range.subtract(one), one.subtract(range), range.round(to_the_fen), range.raised(9)]
        {
            assert!(!result.fits_a_decimal(), "{range:?} {result:?}");
        }
    }
    assert!(open.add(above).low() == Decimal::MIN && open.subtract(above).high() == Decimal::MAX);
    assert!(open.times(Range::NOTHING).is_nothing());
    assert_eq!(above.least(one), one.raised(0));
}

#[test]
fn a_decimal_fits_while_it_has_no_more_than_its_digits() {
    let most = Range::of(Decimal::MAX);
    assert!(!most.fits_a_decimal(), "the next one would not fit");
    assert!(most.subtract(Range::of(Decimal::ONE)).fits_a_decimal());
    assert!(Range::of(Decimal::new(1, 28)).fits_a_decimal());
    assert!(!Range::of(Decimal::new(1, 28)).times(Range::of(Decimal::new(1, 1))).fits_a_decimal());
    assert!(!Range::of(Decimal::MIN).fits_a_decimal());
}
