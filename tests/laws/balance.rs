//! Laws 1 and 3: amounts balance, and are rounded once.

use huzhu::history::Measure;
use huzhu::rounding::{Mode, Rounding};
use huzhu::{Accumulators, Adjudication, BenefitLines, Claim, Decision, Enrollment, Inapplicable, Line, exact, money};
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, Zero};
use proptest::prelude::*;
use proptest::test_runner::{TestCaseError, TestRunner};
use rust_decimal::Decimal;

use super::law::{config, decide_in_turn, over_every_pack};
use super::member::Telling;
use super::small;

// ── law 1 ─────────────────────────────────────────────────────────────────

#[test]
fn every_benefit_line_balances_exactly() {
    over_every_pack(Telling::anything(3), |pack, told| {
        for decided in decide_in_turn(pack, told) {
            balances(&decided.adjudication)?;
            let benefits: Vec<&str> = decided.adjudication.benefits().iter().map(BenefitLines::id).collect();
            let inapplicable: Vec<&str> = decided.adjudication.inapplicable().iter().map(Inapplicable::id).collect();
            if matches!(decided.adjudication.decision(), Decision::Paid | Decision::NothingDue) {
                let told_of = pack.plan.benefit_ids().filter(|id| benefits.contains(id) != inapplicable.contains(id));
                prop_assert_eq!(told_of.count(), pack.plan.benefit_ids().count(), "a benefit is told of once");
            }
        }
        Ok(())
    });
}

/// Gross is what the lines take and what is paid; the lines leave what the next one finds; payable is what the benefits pay.
pub(crate) fn balances(adjudication: &Adjudication) -> Result<(), TestCaseError> {
    let mut payable = Decimal::ZERO;
    for benefit in adjudication.benefits() {
        let mut due = benefit.gross();
        let mut taken = Decimal::ZERO;
        for line in benefit.lines() {
            prop_assert_eq!(
                line.leaves(),
                exact::subtract(due, line.takes()).unwrap(),
                "{} of {}",
                line.step(),
                benefit.id()
            );
            // A line that leaves nothing of an amount that is not known decides it, though the gross is then told as nothing.
            let decides = line.is_binding() && benefit.gross().is_zero() && line.leaves().is_zero();
            prop_assert!(decides || line.is_binding() == (due != line.leaves()));
            taken = exact::add(taken, line.takes()).unwrap();
            due = line.leaves();
        }
        prop_assert_eq!(due, benefit.paid(), "the last line of {} leaves what is paid", benefit.id());
        prop_assert_eq!(benefit.gross(), exact::add(taken, benefit.paid()).unwrap());
        prop_assert!(benefit.paid() >= Decimal::ZERO);
        payable = exact::add(payable, benefit.paid()).unwrap();
    }
    prop_assert_eq!(adjudication.payable(), payable);
    prop_assert_eq!(adjudication.decision() == Decision::Paid, payable > Decimal::ZERO);
    prop_assert_eq!(
        adjudication.posting().is_some(),
        matches!(adjudication.decision(), Decision::Paid | Decision::NothingDue)
    );
    if let Some(posting) = adjudication.posting() {
        let paid = posting.amounts().filter(|(entry, _)| entry.measure() == Measure::Paid).map(|(_, amount)| amount);
        prop_assert_eq!(
            paid.fold(Decimal::ZERO, |sum, amount| exact::add(sum, amount).unwrap()),
            payable,
            "what is posted is what is paid"
        );
    }
    Ok(())
}

// ── law 3 ─────────────────────────────────────────────────────────────────

#[test]
fn exact_until_rounded_and_rounded_once() {
    over_every_pack(Telling::anything(2), |pack, told| {
        let to = pack.rounding();
        for decided in decide_in_turn(pack, told) {
            for benefit in decided.adjudication.benefits() {
                let steps: Vec<&str> = benefit.lines().iter().map(Line::step).collect();
                let roundings = steps.iter().filter(|step| **step == "rounding").count();
                prop_assert_eq!(roundings, 1, "one rounding in {:?}", &steps);
                let mut after = benefit.lines().iter().skip_while(|line| line.step() != "rounding");
                let rounding = after.next().unwrap();
                prop_assert!(rounding.takes().abs() < to, "less than one multiple is rounded away");
                prop_assert!(is_multiple(rounding.leaves(), to), "{} is not a multiple of {to}", rounding.leaves());
                prop_assert!(after.all(|line| line.step() == "limit"), "only limits follow the rounding: {steps:?}");
                prop_assert!(is_multiple(benefit.paid(), to), "{} is not a multiple of {to}", benefit.paid());
            }
        }
        Ok(())
    });
}

fn is_multiple(amount: Decimal, of: Decimal) -> bool {
    (rational(amount) / rational(of)).is_integer()
}

/// Rates and amounts of any digits in a row of steps, against fractions that lose none.
#[test]
fn exact_until_rounded_and_rounded_once_on_any_figures() {
    let rate = (1_u32..=9_999).prop_map(|basis_points| Decimal::new(basis_points.into(), 4));
    let multiple = prop::sample::select(vec![Decimal::new(1, 2), Decimal::ONE, Decimal::TEN, Decimal::new(5, 1)]);
    let modes = prop::sample::select(Mode::ALL.to_vec());
    let given =
        (prop::array::uniform3(rate), 0_i64..1_000_000, multiple, modes, prop::collection::vec(0_i64..100_000_000, 8));
    let tried = TestRunner::new(config(128)).run(&given, |(rates, bonus, to, (mode_name, mode), burdens)| {
        let [first, second, third] = rates.map(|rate| format!("{}%", exact::multiply(rate, Decimal::ONE_HUNDRED).unwrap().normalize()));
        let bonus = Decimal::new(bonus, 2);
        let plan = small::plan(&format!(
            r#"
            plan = {{ id = "small", title = {{ zh = "某", en = "some" }}, effective = {{ from = 2000-01-01, by = "coverage_start" }}, rounding = {{ to = "{to} yuan", mode = "{mode_name}", @cited }} }}
            fact.personal_burden = {{ max = "1_000_000 yuan" }}
            figure.first = {{ value = "{first}", @titled }}
            figure.second = {{ value = "{second}", @titled }}
            figure.third = {{ value = "{third}", @titled }}
            figure.bonus = {{ value = "{bonus} yuan", @titled }}
            benefit = [{{ id = "care", when = "personal_burden >= 0 yuan", gross = "personal_burden * first", @titled,
                steps = [{{ pay = "second" }}, {{ add = "bonus" }}, {{ pay = "third" }}] }}]
            "#
        ));
        for burden in burdens {
            let burden = Decimal::new(burden, 2);
            let enrollment = Enrollment::new("E", "small", "M").with("coverage_start", "2025-01-01").unwrap();
            let claim = Claim::new("C").with("event_date", "2025-06-01").unwrap().with("personal_burden", burden).unwrap();
            let adjudication = plan.adjudicate(&enrollment, &claim, &Accumulators::new()).unwrap();
            balances(&adjudication)?;
            let [first, second, third] = rates.map(rational);
            let gross = rational(burden) * first;
            let due = (&gross * second + rational(bonus)) * third;
            let lines = adjudication.benefits()[0].lines();
            prop_assert_eq!(rational(adjudication.benefits()[0].gross()), gross);
            prop_assert_eq!(rational(lines[2].leaves()), due.clone(), "every digit is kept until the rounding");
            prop_assert_eq!(rational(adjudication.payable()), rounded(&due, &rational(to), mode));
            prop_assert_eq!(exact::round(lines[2].leaves(), Rounding { to, mode }).unwrap(), adjudication.payable());
        }
        Ok(())
    });
    tried.unwrap_or_else(|broken| panic!("{broken}"));
}

/// The neighbouring multiples of a fraction, and which of them the mode takes.
fn rounded(value: &BigRational, to: &BigRational, mode: Mode) -> BigRational {
    let below = (value / to).floor() * to;
    if below == *value {
        return below;
    }
    let above = &below + to;
    let (to_below, to_above) = (value - &below, &above - value);
    let toward_zero = if value.is_negative() { &above } else { &below };
    let away_from_zero = if value.is_negative() { &below } else { &above };
    let at_a_half = match mode {
        Mode::HalfUp => away_from_zero,
        Mode::HalfDown => toward_zero,
        Mode::HalfEven => {
            if ((&below / to).to_integer() % BigInt::from(2)).is_zero() {
                &below
            } else {
                &above
            }
        }
        Mode::Up => return away_from_zero.clone(),
        Mode::Down => return toward_zero.clone(),
        Mode::Ceiling => return above,
        Mode::Floor => return below,
    };
    match to_below.cmp(&to_above) {
        std::cmp::Ordering::Less => below,
        std::cmp::Ordering::Equal => at_a_half.clone(),
        std::cmp::Ordering::Greater => above,
    }
}

fn rational(amount: Decimal) -> BigRational {
    BigRational::new(BigInt::from(amount.mantissa()), BigInt::from(10).pow(amount.scale()))
}

/// What is printed keeps every digit of an amount.
#[test]
fn what_is_printed_is_what_is_paid() {
    over_every_pack(Telling::sound(1), |pack, told| {
        for decided in decide_in_turn(pack, told) {
            let explanation = decided.adjudication.explain(huzhu::Language::En);
            prop_assert_eq!(exact::parse(&explanation.payable).unwrap(), decided.adjudication.payable());
            for (explained, benefit) in explanation.benefits.iter().zip(decided.adjudication.benefits()) {
                prop_assert_eq!(&explained.gross, &money::print(benefit.gross()));
                prop_assert_eq!(&explained.paid, &money::print(benefit.paid()));
                prop_assert_eq!(explained.steps.len(), benefit.lines().len());
            }
        }
        Ok(())
    });
}
