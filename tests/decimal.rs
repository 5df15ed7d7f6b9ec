//! `exact` against the decimal test data of the Python standard library.
//!
//! The data are the General Decimal Arithmetic cases: operands, a precision, a rounding mode, and the correctly rounded result.
//! `exact` has no precision, so every case is asked twice. The operation itself must give the exact result, or refuse where
//! that does not fit 28 digits, and never the rounded one. The rounding of the case is then asked of [`exact::round`] alone.
//! What is exact is decided by big integers here, which are themselves held against the results of the data.
//!
//! The folder is named by `HUZHU_DECIMAL_DATA`, or is that of `python3`, of the system's or of a pyenv version; without one the test,
//! which is run on request alone, fails. `scripts/setup` installs it.

use std::env;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use huzhu::exact;
use huzhu::rounding::{Mode, Rounding};
use num_bigint::BigInt;
use num_traits::{Signed, ToPrimitive, Zero};
use rust_decimal::Decimal;

/// Each file with the least numbers of operations, of refusals and of roundings that must be checked in it.
const FILES: [(&str, [usize; 3]); 10] = [
    ("add", [1300, 50, 1300]),
    ("subtract", [500, 0, 500]),
    ("multiply", [170, 0, 170]),
    ("divide", [350, 0, 300]),
    ("quantize", [0, 0, 4000]),
    ("rounding", [800, 0, 700]),
    // of 16 and of 34 digits, whose products are too long
    ("ddMultiply", [200, 1, 200]),
    ("ddDivide", [300, 100, 400]),
    ("dqMultiply", [200, 15, 200]),
    ("randoms", [800, 0, 800]),
];

#[test]
#[ignore = "it needs the decimal test data of Python's standard library, which scripts/setup installs"]
fn exact_agrees_with_the_decimal_cases_of_python() {
    let folder = data_folder();
    let folder = folder.expect(
        "no folder `decimaltestdata` is with python3 or pyenv, and HUZHU_DECIMAL_DATA is not set: see scripts/setup",
    );
    println!("the cases in {}", folder.display());
    let tallies = FILES.map(|(name, _)| {
        let tally = tally_of(&folder.join(name).with_extension("decTest"));
        println!("{name:10} {tally}");
        tally
    });
    let faults: Vec<&str> = tallies.iter().flat_map(|tally| &tally.faults).map(String::as_str).collect();
    assert!(faults.is_empty(), "{} cases differ:\n{}", faults.len(), faults.join("\n"));
    for ((name, floors), tally) in FILES.iter().zip(&tallies) {
        let counts = [tally.exact, tally.refused, tally.rounded];
        let are_reached = counts.iter().zip(floors).all(|(count, floor)| count >= floor);
        assert!(are_reached, "{name}: {counts:?} cases were checked, {floors:?} are the least");
    }
}

// ── finding the data ──────────────────────────────────────────────────────

fn data_folder() -> Option<PathBuf> {
    if let Some(named) = env::var_os("HUZHU_DECIMAL_DATA") {
        let folder = PathBuf::from(named);
        assert!(is_complete(&folder), "HUZHU_DECIMAL_DATA names {}, which has not all of the files", folder.display());
        return Some(folder);
    }
    ["python3", "/usr/bin/python3"]
        .into_iter()
        .filter_map(of_python)
        .chain(of_pyenv())
        .map(|library| library.join("test/decimaltestdata"))
        .find(|folder| is_complete(folder))
}

fn is_complete(folder: &Path) -> bool {
    FILES.iter().all(|(name, _)| folder.join(name).with_extension("decTest").is_file())
}

/// The standard library of a Python.
fn of_python(python: &str) -> Option<PathBuf> {
    let program = "import sysconfig; print(sysconfig.get_path('stdlib'))";
    let output = Command::new(python).args(["-c", program]).output().ok()?;
    Some(PathBuf::from(String::from_utf8(output.stdout).ok()?.trim_end()))
}

fn of_pyenv() -> Vec<PathBuf> {
    let home = env::var_os("HOME").map(|home| Path::new(&home).join(".pyenv"));
    let root = env::var_os("PYENV_ROOT").map(PathBuf::from).or(home);
    let versions = root.map(|root| folders_in(&root.join("versions"))).unwrap_or_default();
    versions.iter().flat_map(|version| folders_in(&version.join("lib"))).collect()
}

fn folders_in(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

// ── reading the data ──────────────────────────────────────────────────────

/// One line of the data: `addx001 add 1 1 -> 2`.
struct Case<'a> {
    id: &'a str,
    operation: &'a str,
    operands: Vec<&'a str>,
    result: &'a str,
    /// A digit that counts was lost in the result.
    is_inexact: bool,
    mode: Option<Mode>,
}

/// A coefficient times a power of ten.
#[derive(Debug, Clone)]
struct Number {
    coefficient: BigInt,
    exponent: i64,
}

#[derive(Default)]
struct Tally {
    /// Operations whose exact result was given.
    exact: usize,
    /// Operations whose exact result does not fit, and that refused.
    refused: usize,
    /// Roundings that were compared.
    rounded: usize,
    /// Operands or results that are no number, or not of 28 digits.
    beyond: usize,
    /// Cases of the mode 05up, which `huzhu` does not have.
    other_mode: usize,
    /// Cases of operations that `exact` does not have.
    other_operation: usize,
    faults: Vec<String>,
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Tally { exact, refused, rounded, beyond, other_mode, other_operation, faults: _ } = self;
        write!(f, "{exact} exact, {refused} refused, {rounded} roundings; ")?;
        write!(
            f,
            "skipped: {beyond} beyond 28 digits, {other_mode} of mode 05up, {other_operation} of other operations"
        )
    }
}

fn tally_of(path: &Path) -> Tally {
    let text = fs::read_to_string(path).unwrap_or_else(|fault| panic!("{}: {fault}", path.display()));
    let mut tally = Tally::default();
    let mut mode = None;
    for line in text.lines() {
        let line = line.split("--").next().unwrap_or("").trim();
        if let Some((directive, value)) = line.split_once(':') {
            if directive.eq_ignore_ascii_case("rounding") {
                mode = mode_named(value.trim());
            }
        } else if let Some(case) = case_in(line, mode) {
            check_case(&case, &mut tally);
        }
    }
    tally
}

fn case_in(line: &str, mode: Option<Mode>) -> Option<Case<'_>> {
    let (question, answer) = line.split_once("->")?;
    let mut question = question.split_whitespace();
    let mut answer = answer.split_whitespace();
    let (id, operation) = (question.next()?, question.next()?);
    let operands = question.map(unquoted).collect();
    let result = unquoted(answer.next()?);
    let is_inexact = answer.any(|condition| condition.eq_ignore_ascii_case("inexact"));
    Some(Case { id, operation, operands, result, is_inexact, mode })
}

fn unquoted(word: &str) -> &str {
    word.trim_matches(['"', '\''])
}

/// `None` for 05up, and for a name that the data should not have.
fn mode_named(name: &str) -> Option<Mode> {
    let name = name.to_lowercase().replace('_', "-");
    let known = Mode::ALL.iter().find(|(known, _)| *known == name).map(|(_, mode)| *mode);
    assert!(known.is_some() || name == "05up", "the rounding mode `{name}` is not known");
    known
}

/// `None` for an infinity or what is no number.
fn number(text: &str) -> Option<Number> {
    let lower = text.to_lowercase();
    let (digits, exponent) = lower.split_once('e').unwrap_or((&lower, "0"));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let coefficient = format!("{whole}{fraction}").parse().ok()?;
    let places = i64::try_from(fraction.len()).ok()?;
    let exponent: i64 = exponent.parse().ok()?;
    Some(Number { coefficient, exponent: exponent - places })
}

// ── checking a case ───────────────────────────────────────────────────────

fn check_case(case: &Case<'_>, tally: &mut Tally) {
    let check: fn(&Case<'_>, Decimal, Decimal, &mut Tally) = match case.operation {
        "add" => |case, a, b, tally| check_operation(case, &sum(a, b), exact::add(a, b), tally),
        "subtract" => |case, a, b, tally| check_operation(case, &sum(a, -b), exact::subtract(a, b), tally),
        "multiply" => |case, a, b, tally| check_operation(case, &product(a, b), exact::multiply(a, b), tally),
        "divide" => check_division,
        "quantize" => check_quantize,
        _ => {
            tally.other_operation += 1;
            return;
        }
    };
    match case.operands.iter().map(|operand| decimal(&number(operand)?)).collect::<Option<Vec<Decimal>>>().as_deref() {
        Some([a, b]) => check(case, *a, *b, tally),
        Some(_) | None => tally.beyond += 1,
    }
}

/// The operation, and then the rounding of its result as a step of its own.
fn check_operation(case: &Case<'_>, truth: &Number, given: Result<Decimal, exact::Inexact>, tally: &mut Tally) {
    let stated = number(case.result);
    if let Some(stated) = &stated {
        let lost_a_digit = !equal(stated, truth);
        tally.expect(case, "the big integers agree with the data", lost_a_digit == case.is_inexact);
    }
    check_exact(case, truth, given, tally);
    let (Some(truth), Some(stated)) = (as_it_stands(truth), stated) else { return };
    let Some(mode) = case.mode else {
        tally.other_mode += 1;
        return;
    };
    check_rounding(case, truth, &Number { coefficient: 1.into(), exponent: stated.exponent }, mode, &stated, tally);
}

/// The exact result at its own scale where it fits, and a refusal where it does not.
fn check_exact(case: &Case<'_>, truth: &Number, given: Result<Decimal, exact::Inexact>, tally: &mut Tally) {
    match (as_it_stands(truth), given) {
        (Some(truth), Ok(given)) => {
            tally.exact += 1;
            tally.expect(case, "the result is exact", given == truth && given.scale() == truth.scale());
        }
        (None, Err(exact::Inexact)) => tally.refused += 1,
        (Some(_), Err(exact::Inexact)) => tally.fault(case, "the result fits and was refused"),
        (None, Ok(given)) => tally.fault(case, &format!("{given} was given and does not fit")),
    }
}

/// `exact` does not divide: the quotient is multiplied back, and asked for as a rounding to a multiple of the divisor.
fn check_division(case: &Case<'_>, dividend: Decimal, divisor: Decimal, tally: &mut Tally) {
    let Some((stated, quotient)) = number(case.result).and_then(|stated| Some((decimal(&stated)?, stated))) else {
        tally.beyond += 1;
        return;
    };
    let truth = product(stated, divisor);
    let is_exact = equal(&truth, &of(dividend));
    tally.expect(case, "the big integers agree with the data", is_exact != case.is_inexact);
    check_exact(case, &truth, exact::multiply(stated, divisor), tally);
    let Some(mode) = case.mode else {
        tally.other_mode += 1;
        return;
    };
    // The divisor's sign goes to the dividend: a multiple is above zero.
    let Number { coefficient, exponent } = of(divisor);
    let multiple = Number { coefficient: coefficient.abs(), exponent: exponent + quotient.exponent };
    let expected = Number { coefficient: truth.coefficient * coefficient.signum(), ..truth };
    check_rounding(case, dividend * divisor.signum(), &multiple, mode, &expected, tally);
}

/// The second operand's exponent says to which power of ten; beside the mode of the case, every other one is asked.
fn check_quantize(case: &Case<'_>, value: Decimal, _: Decimal, tally: &mut Tally) {
    let Some(power) = case.operands.get(1).and_then(|power| number(power)) else { return };
    let unit = Number { coefficient: 1.into(), exponent: power.exponent };
    match (number(case.result), case.mode) {
        (Some(stated), Some(mode)) => {
            let ours = by_big_integers(value, &unit, mode);
            tally.expect(case, "the big integers agree with the data", ours.is_none_or(|ours| equal(&ours, &stated)));
            check_rounding(case, value, &unit, mode, &stated, tally);
        }
        (Some(_), None) => tally.other_mode += 1,
        (None, _) => tally.beyond += 1, // more digits than the precision of the case
    }
    for (_, mode) in Mode::ALL {
        match by_big_integers(value, &unit, mode) {
            Some(expected) => check_rounding(case, value, &unit, mode, &expected, tally),
            None => tally.beyond += 1,
        }
    }
}

/// The rounded value where it fits, at the scale of the multiple, and a refusal where it does not.
fn check_rounding(
    case: &Case<'_>,
    value: Decimal,
    multiple: &Number,
    mode: Mode,
    expected: &Number,
    tally: &mut Tally,
) {
    let Some(to) = as_it_stands(multiple) else {
        tally.beyond += 1;
        return;
    };
    tally.rounded += 1;
    let given = exact::round(value, Rounding { to, mode });
    let expected = decimal(expected).filter(|expected| as_it_stands(&at_scale(*expected, to.scale())).is_some());
    match (expected, given) {
        (Some(expected), Ok(given)) if given == expected && given.scale() == to.scale() => {}
        (None, Err(exact::Inexact)) => {}
        (expected, given) => {
            let name = mode.name();
            tally.fault(
                case,
                &format!("{value} to a multiple of {to}, {name}: {expected:?} is right, {given:?} was given"),
            );
        }
    }
}

impl Tally {
    fn expect(&mut self, case: &Case<'_>, law: &str, holds: bool) {
        if !holds {
            self.fault(case, &format!("it does not hold that {law}"));
        }
    }

    fn fault(&mut self, case: &Case<'_>, what: &str) {
        let Case { id, operation, operands, result, .. } = case;
        self.faults.push(format!("{id} {operation} {} -> {result}: {what}", operands.join(" ")));
    }
}

// ── what is exact, by big integers ────────────────────────────────────────

const MOST_PLACES: i64 = 28;
const MOST_BITS: u64 = 96;

fn of(value: Decimal) -> Number {
    Number { coefficient: value.mantissa().into(), exponent: -i64::from(value.scale()) }
}

/// The coefficient of a number at a lower exponent.
fn raised(number: &Number, exponent: i64) -> BigInt {
    let places = u32::try_from(number.exponent - exponent).expect("numbers are brought to the lower exponent");
    &number.coefficient * BigInt::from(10).pow(places)
}

fn at_scale(value: Decimal, scale: u32) -> Number {
    let exponent = -i64::from(scale.max(value.scale()));
    Number { coefficient: raised(&of(value), exponent), exponent }
}

fn sum(left: Decimal, right: Decimal) -> Number {
    let (left, right) = (of(left), of(right));
    let exponent = left.exponent.min(right.exponent);
    Number { coefficient: raised(&left, exponent) + raised(&right, exponent), exponent }
}

fn product(left: Decimal, right: Decimal) -> Number {
    let (left, right) = (of(left), of(right));
    Number { coefficient: left.coefficient * right.coefficient, exponent: left.exponent + right.exponent }
}

/// Whether two numbers have one value, whatever their exponents.
fn equal(left: &Number, right: &Number) -> bool {
    shortest(left) == shortest(right)
}

/// Without trailing zeros.
fn shortest(number: &Number) -> (BigInt, i64) {
    let mut coefficient = number.coefficient.clone();
    if coefficient.is_zero() {
        return (coefficient, 0);
    }
    let mut exponent = number.exponent;
    while (&coefficient % 10_u8).is_zero() {
        coefficient /= 10_u8;
        exponent += 1;
    }
    (coefficient, exponent)
}

/// The number as a [`Decimal`] at its own scale (0 if its exponent is above zero), if that fits.
fn as_it_stands(number: &Number) -> Option<Decimal> {
    if number.exponent > MOST_PLACES && !number.coefficient.is_zero() {
        return None;
    }
    let exponent = number.exponent.min(0);
    let coefficient = if number.coefficient.is_zero() { BigInt::ZERO } else { raised(number, exponent) };
    if exponent < -MOST_PLACES || coefficient.bits() > MOST_BITS {
        return None;
    }
    Decimal::try_from_i128_with_scale(coefficient.to_i128()?, u32::try_from(-exponent).ok()?).ok()
}

/// The number as a [`Decimal`] at any scale, if that fits without loss.
fn decimal(number: &Number) -> Option<Decimal> {
    as_it_stands(number).or_else(|| {
        let (coefficient, exponent) = shortest(number);
        as_it_stands(&Number { coefficient, exponent })
    })
}

/// A rounding by its definition: the two multiples beside the value, and the one that the mode takes.
fn by_big_integers(value: Decimal, unit: &Number, mode: Mode) -> Option<Number> {
    as_it_stands(unit)?;
    let exponent = unit.exponent.min(of(value).exponent);
    let (value, unit) = (raised(&of(value), exponent), raised(unit, exponent));
    let beyond = &value % &unit;
    let nearer_zero = &value - &beyond;
    if beyond.is_zero() {
        return Some(Number { coefficient: value, exponent });
    }
    let farther = &nearer_zero + &unit * value.signum();
    let is_even = (&nearer_zero / &unit % 2_u8).is_zero();
    let half = (beyond.abs() * 2_u8).cmp(&unit);
    let goes_away = match mode {
        Mode::Up => true,
        Mode::Down => false,
        Mode::Ceiling => value.is_positive(),
        Mode::Floor => value.is_negative(),
        Mode::HalfUp => half.is_ge(),
        Mode::HalfDown => half.is_gt(),
        Mode::HalfEven => half.is_gt() || (half.is_eq() && !is_even),
    };
    Some(Number { coefficient: if goes_away { farther } else { nearer_zero }, exponent })
}
