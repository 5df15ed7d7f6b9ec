//! What is applied for, and when.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};

use crate::enrollment::Enrollment;
use crate::error::Error;
use crate::facts;
use crate::text::say;
use crate::written;

/// An application for cover: the enrollment that is asked for, as far as it is known, and the moment of the application.
///
/// ```
/// use huzhu::enroll::Application;
/// use huzhu::{Enrollment, facts};
///
/// let asked = Enrollment::new("A1", "henan-accident", "M1").with(facts::SHARES, 2)?;
/// let application = Application::new(asked).at("2024-12-01 09:30")?;
/// assert_eq!(application.enrollment().fact(facts::APPLIED_ON), Some("2024-12-01".parse()?));
/// assert!(application.at("yesterday").is_err_and(|error| error.is_fact()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    pub(super) enrollment: Enrollment,
    at: Option<NaiveDateTime>,
}

impl Application {
    /// An application for this enrollment; its day is the fact `applied_on`, if that is given.
    #[must_use]
    pub fn new(enrollment: Enrollment) -> Application {
        let at = enrollment.fact(facts::APPLIED_ON).and_then(|day| day.and_hms_opt(0, 0, 0));
        Application { enrollment, at }
    }

    /// The same, made at this moment: a date, or one with a time of day, such as `2024-12-01 09:30:00`.
    ///
    /// # Errors
    /// [`Error::is_fact`] if it is no moment, or of another day than the fact `applied_on`.
    pub fn at(self, moment: &str) -> Result<Application, Error> {
        let Some(at) = read(moment) else {
            return Err(Error::fact(say!(
                "`applied_at` 的值 `{moment}` 应为日期，可带时刻，如 `2024-12-01 09:30:00`",
                "the value `{moment}` of `applied_at` is no moment, such as `2024-12-01 09:30:00`"
            )));
        };
        let day = at.date();
        if let Some(other) = self.enrollment.fact(facts::APPLIED_ON).filter(|other| *other != day) {
            return Err(Error::fact(say!(
                "`applied_at` 为 {day}，`applied_on` 为 {other}，互相矛盾",
                "`applied_at` is on {day}, and `applied_on` says {other}"
            )));
        }
        Ok(Application { enrollment: self.enrollment.with(facts::APPLIED_ON, day)?, at: Some(at) })
    }

    /// The id, which the enrollment has as well.
    #[must_use]
    pub fn id(&self) -> &str {
        self.enrollment.id()
    }

    /// What is asked for.
    #[must_use]
    pub fn enrollment(&self) -> &Enrollment {
        &self.enrollment
    }

    /// When it was made, if that is known.
    #[cfg(feature = "batch")]
    pub(crate) fn moment(&self) -> Option<NaiveDateTime> {
        self.at
    }

    /// Its place among others: first come, first served; at the same moment by id, and last where no moment is known.
    pub(crate) fn turn(&self) -> (bool, Option<NaiveDateTime>, &str) {
        (self.at.is_none(), self.at, self.id())
    }
}

fn read(moment: &str) -> Option<NaiveDateTime> {
    let moment = moment.trim();
    let (day, time) = moment.split_once(['T', ' ']).map_or((moment, ""), |(day, time)| (day, time.trim()));
    let day: NaiveDate = written::date(day, false).ok()?;
    let time = if time.is_empty() {
        NaiveTime::MIN
    } else {
        ["%H:%M:%S%.f", "%H:%M"].iter().find_map(|form| NaiveTime::parse_from_str(time, form).ok())?
    };
    Some(day.and_time(time))
}
