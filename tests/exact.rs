//! What numbers may enter, and that arithmetic keeps every digit or fails.

use huzhu::exact::{self, Inexact, Malformed};
use huzhu::rounding::{Mode, Rounding};
use rust_decimal::Decimal;

#[test]
fn a_plain_decimal_is_read_digit_by_digit() {
    /// Coefficient and places, or why not.
    type Read = Result<(i64, u32), Malformed>;
    let table: [(&str, Read); 32] = [
        ("0", Ok((0, 0))),
        ("7", Ok((7, 0))),
        ("-7", Ok((-7, 0))),
        ("-0.01", Ok((-1, 2))),
        ("9566.46", Ok((956_646, 2))),
        ("007.10", Ok((710, 2))),
        ("999999999999999", Ok((999_999_999_999_999, 0))),
        ("1000000000000000", Err(Malformed::TooManyDigits)), // 16 before the point
        ("0.12345678", Ok((12_345_678, 8))),
        ("0.123456789", Err(Malformed::TooManyDigits)), // 9 after the point
        ("12345678901.12345678", Ok((1_234_567_890_112_345_678, 8))), // 19 in all
        ("123456789012.12345678", Err(Malformed::TooManyDigits)), // 20 in all
        ("123456789012345.1234", Ok((1_234_567_890_123_451_234, 4))),
        ("123456789012345.12345", Err(Malformed::TooManyDigits)),
        ("", Err(Malformed::NotANumber)),
        ("-", Err(Malformed::NotANumber)),
        ("--1", Err(Malformed::NotANumber)),
        ("+1", Err(Malformed::NotANumber)),
        (".5", Err(Malformed::NotANumber)),
        ("5.", Err(Malformed::NotANumber)),
        ("5.x", Err(Malformed::NotANumber)),
        ("x.5", Err(Malformed::NotANumber)),
        ("1.2.3", Err(Malformed::NotANumber)),
        ("1e5", Err(Malformed::NotANumber)),
        ("1_000", Err(Malformed::NotANumber)),
        ("1,000", Err(Malformed::NotANumber)),
        (" 1", Err(Malformed::NotANumber)),
        ("1 ", Err(Malformed::NotANumber)),
        ("１", Err(Malformed::NotANumber)), // full width
        ("NaN", Err(Malformed::NotANumber)),
        ("inf", Err(Malformed::NotANumber)),
        ("0x10", Err(Malformed::NotANumber)),
    ];
    for (text, expected) in table {
        let expected = expected.map(|(coefficient, scale)| Decimal::new(coefficient, scale));
        assert_eq!(exact::parse(text), expected, "{text}");
        if let (Ok(read), Ok(expected)) = (exact::parse(text), expected) {
            assert_eq!(read.scale(), expected.scale(), "{text}");
        }
    }
}

#[test]
fn what_does_not_fit_fails_and_is_never_rounded() {
    let (most, tiny) = (Decimal::MAX, Decimal::new(1, 28));
    assert_eq!(exact::add(most, Decimal::ONE), Err(Inexact));
    assert_eq!(exact::add(most, Decimal::new(4, 1)), Err(Inexact));
    assert_eq!(exact::subtract(Decimal::MIN, Decimal::ONE), Err(Inexact));
    assert_eq!(exact::multiply(tiny, Decimal::new(1, 1)), Err(Inexact));
    assert_eq!(exact::multiply(most, Decimal::TWO), Err(Inexact));
    assert_eq!(exact::add(most, Decimal::ZERO), Ok(most));
    assert_eq!(exact::multiply(most, Decimal::ONE), Ok(most));
    let no_multiple = Rounding { to: Decimal::ZERO, mode: Mode::Down };
    assert_eq!(exact::round(Decimal::ONE, no_multiple), Err(Inexact));
    assert_eq!(exact::round(Decimal::ONE, Rounding { to: Decimal::NEGATIVE_ONE, ..no_multiple }), Err(Inexact));
}

#[test]
fn every_mode_rounds_as_its_name_says() {
    let modes = [Mode::HalfUp, Mode::HalfDown, Mode::HalfEven, Mode::Up, Mode::Down, Mode::Ceiling, Mode::Floor];
    // value in fen, then to the yuan by each mode
    let table = [
        (249, [2, 2, 2, 3, 2, 3, 2]),
        (250, [3, 2, 2, 3, 2, 3, 2]),
        (251, [3, 3, 3, 3, 2, 3, 2]),
        (350, [4, 3, 4, 4, 3, 4, 3]),
        (300, [3, 3, 3, 3, 3, 3, 3]),
        (0, [0, 0, 0, 0, 0, 0, 0]),
        (-249, [-2, -2, -2, -3, -2, -2, -3]),
        (-250, [-3, -2, -2, -3, -2, -2, -3]),
        (-251, [-3, -3, -3, -3, -2, -2, -3]),
    ];
    for (fen, expected) in table {
        for (mode, yuan) in modes.into_iter().zip(expected) {
            let rounded = exact::round(Decimal::new(fen, 2), Rounding { to: Decimal::ONE, mode });
            assert_eq!(rounded, Ok(Decimal::from(yuan)), "{fen} fen, {}", mode.name());
        }
    }
    let to_ten = Rounding { to: Decimal::TEN, mode: Mode::HalfUp };
    assert_eq!(exact::round(Decimal::new(12_345, 2), to_ten), Ok(Decimal::from(120)));
    assert_eq!(exact::round(Decimal::new(12_500, 2), to_ten), Ok(Decimal::from(130)));
    let to_five_fen = Rounding { to: Decimal::new(5, 2), mode: Mode::HalfEven };
    assert_eq!(exact::round(Decimal::new(1_025, 3), to_five_fen), Ok(Decimal::new(100, 2)));
}

#[test]
fn an_order_does_not_depend_on_places() {
    let table = [("1", "1.00"), ("0.1", "0.10"), ("-2", "-2.0")];
    for (left, right) in table.map(|(left, right)| (exact::parse(left).unwrap(), exact::parse(right).unwrap())) {
        assert!(exact::compare(left, right).is_eq());
        assert!(exact::compare(left, right + Decimal::new(1, 2)).is_lt());
        assert!(exact::compare(left, right - Decimal::new(1, 2)).is_gt());
    }
}
