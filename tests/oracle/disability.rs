//! The disability ratios of JR/T 0083-2013.

use super::exact::{Exact, percent};
use super::facts::Facts;

/// 100% for grade 1, 10% less for each grade below. `None` without a grade.
pub(crate) fn ratio(facts: &Facts) -> Option<Exact> {
    let hundredths = match facts.whole("disability_grade")? {
        1 => 100,
        2 => 90,
        3 => 80,
        4 => 70,
        5 => 60,
        6 => 50,
        7 => 40,
        8 => 30,
        9 => 20,
        10 => 10,
        other => panic!("there is no grade {other}"),
    };
    Some(percent(hundredths))
}
