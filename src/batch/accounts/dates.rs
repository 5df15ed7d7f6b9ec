//! The dates of claims that columns count by, and the version that decides.

use super::Bucket;
use super::facts::{Days, Texts};
use super::plans::{Prepared, VersionIndex};

/// The columns that say when a claim was and which version it is under.
pub(super) struct Dates<'b> {
    events: Days<'b>,
    starts: Days<'b>,
    versions: Texts<'b>,
}

/// A claim that has both dates, as day numbers, and a version.
pub(super) struct Dated {
    pub(super) event: i32,
    /// The first day of the cover.
    pub(super) start: i32,
    pub(super) version: VersionIndex,
}

impl<'b> Dates<'b> {
    pub(super) fn of(bucket: Bucket<'b>) -> Dates<'b> {
        Dates {
            events: bucket.claims.days("event_date"),
            starts: bucket.enrollments.days("coverage_start"),
            versions: bucket.enrollments.some_texts("plan_version"),
        }
    }

    /// Those of the claim at a place; `None` if a date is missing, or no version is for it.
    pub(super) fn at(&self, bucket: Bucket<'_>, prepared: &Prepared<'_>, place: usize) -> Option<Dated> {
        let enrollment = bucket.accounts.enrollment_at(place);
        let (event, start) = (self.events.at(bucket.accounts.claim_at(place))?, self.starts.at(enrollment)?);
        let version = match self.versions.at(enrollment) {
            Some(named) => prepared.named(named)?,
            None => prepared.version_on(event, start)?,
        };
        Some(Dated { event, start, version })
    }
}
