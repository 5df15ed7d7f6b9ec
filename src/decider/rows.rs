//! Many claims decided call after call, as Arrow record batches.

use std::sync::OnceLock;

use arrow_array::RecordBatch;

use super::Decider;
use crate::batch::{self, Decided, Prepared};
use crate::error::Error;

/// The plans as columns read them, made with the first batch.
#[derive(Default)]
pub(super) struct Ready<'c>(OnceLock<Prepared<'c>>);

impl Decider<'_> {
    /// Decides many claims as [`batch::decide`] does, of which each is its account's first or comes with all before it. What a plan comes to in columns is
    /// worked out once for all calls.
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use arrow_array::{ArrayRef, RecordBatch, StringArray};
    /// use huzhu::{Catalog, Decider};
    ///
    /// let column = |value: &str| Arc::new(StringArray::from(vec![value])) as ArrayRef;
    /// let claims = [("claim_id", "C1"), ("enrollment_id", "E1"), ("event_date", "2025-05-10"), ("cause", "accident"), ("personal_burden", "0"), ("hospital_days", "60")];
    /// let enrollments = [
    ///     ("enrollment_id", "E1"), ("member_id", "M1"), ("plan", "henan-accident"), ("shares", "2"), ("birth_date", "1990-05-05"),
    ///     ("coverage_start", "2025-01-01"), ("coverage_end", "2025-12-31"),
    /// ];
    /// let claims = RecordBatch::try_from_iter(claims.map(|(name, value)| (name, column(value))))?;
    /// let enrollments = RecordBatch::try_from_iter(enrollments.map(|(name, value)| (name, column(value))))?;
    ///
    /// let catalog = Catalog::load("rules".as_ref())?;
    /// let decider = Decider::new(&catalog); // keep it for the next batch
    /// assert_eq!(decider.decide_rows(&claims, &enrollments)?.payouts.num_rows(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`batch::decide`].
    pub fn decide_rows(&self, claims: &RecordBatch, enrollments: &RecordBatch) -> Result<Decided, Error> {
        let prepared = match self.ready.0.get() {
            Some(prepared) => prepared,
            None => {
                let prepared = Prepared::of(self.catalog)?;
                self.ready.0.get_or_init(|| prepared)
            }
        };
        batch::decide_prepared(prepared, claims, enrollments)
    }
}
