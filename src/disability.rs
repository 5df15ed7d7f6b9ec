//! The disability grade of one accident, by JR/T 0083-2013 《人身保险伤残评定标准及代码》.

use rust_decimal::Decimal;

/// The lightest of the ten grades; grade 1 is the heaviest.
pub const LIGHTEST_GRADE: u8 = 10;

/// The standard has no such grade.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no disability grade `{0}`, they run from 1 to 10")]
pub struct NoSuchGrade(
    /// What was taken for a grade.
    pub u8,
);

/// The grade that the injuries of one accident have together; `None` without an injury.
///
/// The heaviest injury decides. Where two or more share the heaviest grade, the result is one step heavier, at most grade 1;
/// one step whatever their number, and lighter injuries add nothing.
///
/// The grades are those that the assessors gave. Whether two of them describe the same injury of the same part, which the
/// standard scores once, is for the assessors to say, and so is the state on day 180 of an injury that still heals.
///
/// # Errors
/// [`NoSuchGrade`] for the first that is not from 1 to 10.
///
/// ```
/// use huzhu::disability::{self, NoSuchGrade};
///
/// assert_eq!(disability::combine(&[9, 7, 10])?, Some(7)); // the heaviest
/// assert_eq!(disability::combine(&[7, 7, 7, 6, 6])?, Some(5)); // two share the heaviest: one step, never two
/// assert_eq!(disability::combine(&[1, 1])?, Some(1)); // nothing is heavier
/// assert_eq!(disability::combine(&[])?, None);
/// assert_eq!(disability::combine(&[3, 11]), Err(NoSuchGrade(11)));
/// # Ok::<(), NoSuchGrade>(())
/// ```
pub fn combine(grades: &[u8]) -> Result<Option<u8>, NoSuchGrade> {
    for grade in grades {
        check(*grade)?;
    }
    Ok(grades.iter().min().map(|heaviest| {
        let is_shared = grades.iter().filter(|grade| *grade == heaviest).nth(1).is_some();
        if is_shared { heaviest.saturating_sub(1).max(1) } else { *heaviest }
    }))
}

/// The share of the sum that a grade pays: 1 for grade 1, a tenth less for each lighter grade, 0.1 for grade 10.
///
/// # Errors
/// [`NoSuchGrade`] if it is not from 1 to 10.
///
/// ```
/// use huzhu::disability;
///
/// assert_eq!(disability::ratio(1)?.to_string(), "1.0");
/// assert_eq!(disability::ratio(8)?.to_string(), "0.3");
/// # Ok::<(), disability::NoSuchGrade>(())
/// ```
pub fn ratio(grade: u8) -> Result<Decimal, NoSuchGrade> {
    check(grade)?;
    let tenths = LIGHTEST_GRADE.saturating_add(1).saturating_sub(grade);
    Ok(Decimal::new(tenths.into(), 1))
}

fn check(grade: u8) -> Result<(), NoSuchGrade> {
    if (1..=LIGHTEST_GRADE).contains(&grade) { Ok(()) } else { Err(NoSuchGrade(grade)) }
}
