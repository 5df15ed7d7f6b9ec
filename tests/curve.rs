//! A curve says of every value of a fact what deciding the claim with it says.

use std::path::Path;

use huzhu::curve::Piece;
use huzhu::{Case, Catalog, Curve, Decision, Kind, STANDARD, WorkedCases};
use rust_decimal::Decimal;

/// Every so many worked cases, and values of each piece.
const EVERY: usize = 5;
const EVERY_OF_FEW: usize = 25;
const VALUES: i64 = 5;
/// No payout of the shipped packs is rounded to more, and none adds more amounts that are rounded.
const ROUNDED: Decimal = Decimal::from_parts(6, 0, 0, false, 0);
/// Nobody is paid for so many days, nor bears so much.
const MOST: i64 = 1_000_000;

#[test]
fn a_curve_is_what_deciding_with_each_value_gives() {
    curves_are_what_deciding_gives(EVERY_OF_FEW);
}

#[test]
#[ignore = "it takes long: the same of more worked cases"]
fn the_curve_of_many_worked_cases_is_what_deciding_with_each_value_gives() {
    curves_are_what_deciding_gives(EVERY);
}

fn curves_are_what_deciding_gives(every: usize) {
    let catalog = catalog();
    let (mut curves, mut values) = (0, 0);
    for case in worked_cases(&catalog).iter().step_by(every) {
        let Ok(plan) = catalog.resolve(&case.enrollment, &case.claim) else { continue };
        for fact in STANDARD.iter().filter(|fact| plan.reads(fact.name) && fact.kind != Kind::Date) {
            let Some(curve) = curve(&catalog, case, fact.name) else { continue };
            check_ends(&curve, fact.name);
            curves += 1;
            values += curve.pieces.iter().map(|piece| check_piece(&catalog, case, &curve, piece)).sum::<usize>();
        }
    }
    assert!(curves * every > 500 && values * every > 2_500, "only {curves} curves with {values} values");
}

#[test]
fn the_kinks_are_named_after_the_rules_that_make_them() {
    let catalog = catalog();
    let case = zhao(&catalog);
    let of = |fact: &str| {
        let curve = curve(&catalog, &case, fact).expect("it has a curve");
        let said = |piece: &Piece| {
            let because: Vec<&str> = piece.because.iter().map(|turn| turn.text.en.as_str()).collect();
            let (from, to) = (piece.payable_from.normalize(), piece.payable_to.normalize());
            format!("{}: {from} to {to}, {}", piece.from.normalize(), because.join("; "))
        };
        curve.pieces.iter().map(said).collect::<Vec<_>>()
    };
    assert_eq!(
        of("personal_burden"),
        [
            "0: 5100 to 25100, ",
            "20000.01: 25100 to 25100, hospital costs after an accident: at most 10,000 yuan a share in a period",
        ]
    );
    assert_eq!(
        of("hospital_days"),
        [
            "0: 0 to 0, ",
            "1: 2119.87 to 12019.87, hospital costs after an accident: whether it applies; \
             hospital allowance after an accident: whether it applies",
            "101: 12019.87 to 12019.87, hospital allowance after an accident: at most 100 days in a period",
        ]
    );
    assert_eq!(of("shares"), ["1: 4569.87 to 7119.87, ", "3: 7119.87 to 7119.87, shares held: at most 2"]);
}

#[test]
fn what_has_no_curve_is_said() {
    let catalog = catalog();
    let case = zhao(&catalog);
    let why = |fact: &str| {
        let plan = catalog.resolve(&case.enrollment, &case.claim).expect("it has a plan");
        let before = case.accumulators(&catalog).expect("it has no history");
        plan.curve(&case.enrollment, &case.claim, &before, fact).expect_err("it has no curve").to_string()
    };
    assert_eq!(why("event_date"), "`event_date` is no number");
    let unknown = why("hospital_day");
    assert!(unknown.starts_with("the plan reads no number `hospital_day`, only: "), "{unknown}");
    assert!(unknown.ends_with("did you mean `hospital_days`?"), "{unknown}");
}

#[test]
fn a_case_with_a_fact_changed_is_the_case_that_says_so() {
    let catalog = catalog();
    let case = zhao(&catalog);
    let changed = case.with(&catalog, "hospital_days", "30").expect("it fits");
    let (adjudication, _) = changed.decide(&catalog).expect("it is decided");
    assert_eq!(adjudication.payable(), Decimal::new(501_987, 2));
    let without = case.with(&catalog, "shares", "").expect("it can be taken away");
    let (adjudication, _) = without.decide(&catalog).expect("it is decided");
    assert_eq!(adjudication.decision(), Decision::Pended);
    let error = case.with(&catalog, "hospital_dayz", "30").expect_err("there is no such fact");
    assert_eq!(error.to_string(), "there is no fact `hospital_dayz`: did you mean `hospital_days`?");
}

fn catalog() -> Catalog {
    Catalog::load(Path::new("rules")).expect("the packs are right")
}

fn zhao(catalog: &Catalog) -> Case {
    let bytes = std::fs::read("rules/cases/zhao.json").expect("it is there");
    Case::read("zhao.json", &bytes, catalog).expect("it is right")
}

fn worked_cases(catalog: &Catalog) -> Vec<Case> {
    let files = std::fs::read_dir("rules").expect("the rules are there").map(|entry| entry.expect("it is read").path());
    let mut files: Vec<_> = files.filter(|path| path.to_string_lossy().ends_with(".cases.toml")).collect();
    files.sort();
    let cases = files.iter().flat_map(|path| {
        let bytes = std::fs::read(path).expect("it is read");
        let cases = WorkedCases::read(&path.to_string_lossy(), &bytes, catalog).expect("the cases are right");
        cases.cases().collect::<Vec<_>>()
    });
    cases.filter(|case| case.claim.reverses().is_none()).collect()
}

pub(crate) fn curve(catalog: &Catalog, case: &Case, fact: &str) -> Option<Curve> {
    let plan = catalog.resolve(&case.enrollment, &case.claim).ok()?;
    plan.curve(&case.enrollment, &case.claim, &case.accumulators(catalog).ok()?, fact).ok()
}

/// One piece begins where the one before ends.
pub(crate) fn check_ends(curve: &Curve, fact: &str) {
    let unit = Decimal::new(1, curve.kind.places());
    for pair in curve.pieces.windows(2) {
        assert_eq!(pair[0].to + unit, pair[1].from, "{fact}");
    }
}

/// Decides the claim with values of the piece; how many could be compared.
pub(crate) fn check_piece(catalog: &Catalog, case: &Case, curve: &Curve, piece: &Piece) -> usize {
    let unit = Decimal::new(1, curve.kind.places());
    let most = piece.to.min(piece.from.max(Decimal::from(MOST)));
    let steps = ((most - piece.from) / unit).trunc();
    let values =
        (0..=VALUES).map(|part| piece.from + (steps * Decimal::from(part) / Decimal::from(VALUES)).trunc() * unit);
    values.filter(|value| check_value(catalog, case, curve, piece, *value)).count()
}

fn check_value(catalog: &Catalog, case: &Case, curve: &Curve, piece: &Piece, value: Decimal) -> bool {
    let Ok(changed) = case.with(catalog, &curve.fact, &value.to_string()) else { return false };
    let (adjudication, _) = changed.decide(catalog).expect("it is decided");
    let is_contradicted = adjudication.decision() == Decision::Pended
        && adjudication.reasons().iter().any(|reason| reason.fact.is_none() && reason.clause.is_none());
    if is_contradicted {
        return false; // a curve does not ask whether the facts agree
    }
    let what = format!("{} = {value} in {}", curve.fact, case.claim.id());
    assert_eq!(adjudication.decision(), piece.decision, "{what}");
    let (along, whole) = (value - piece.from, piece.to - piece.from);
    let rise = (piece.payable_to - piece.payable_from) * if whole.is_zero() { Decimal::ZERO } else { along / whole };
    let off = (adjudication.payable() - piece.payable_from - rise).abs();
    assert!(off <= ROUNDED, "{what}: {} is off the line by {off}", adjudication.payable());
    true
}
