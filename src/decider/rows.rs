//! Many claims decided call after call, as Arrow record batches.

use std::sync::OnceLock;

use arrow_array::RecordBatch;

use super::{Decider, MemberAccounts};
use crate::batch::{self, Decided, Posted, Prepared};
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
        batch::decide_prepared(self.prepared()?, claims, enrollments)
    }

    /// Decides the next claims of many members on what is posted, and posts them: accounts go in and come out as rows, [as they are
    /// described](MemberAccounts::to_rows), and are all that has to be kept between calls.
    ///
    /// This is [`Decider::decide`] of each member: a database, a partition of a table or a service gives the accounts that it has of the members whose
    /// claims have come (none of a member who is new), and keeps those that it gets in their place. In the order of the catalog it is nothing how claims are
    /// split into calls. As there, what is said of a claim because of others is said of those that it comes with, so that bills which come twice are
    /// seen within a call. A row that cannot be decided is among the rejects, and its claim is open in the account until it comes again and is decided; of
    /// one that is withdrawn, drop the row that holds it as `open`. A claim that has posted before is rejected. A reversal may take back what an earlier call has posted. All enrollments of these members go in with each call.
    ///
    /// Claims are decided one by one here, for the accounts that they are decided on differ: [`Decider::decide_rows`] is quicker where all claims of a
    /// member come together.
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use arrow_array::{ArrayRef, RecordBatch, StringArray};
    /// use huzhu::{Catalog, Decider, MemberAccounts};
    ///
    /// let column = |value: &str| Arc::new(StringArray::from(vec![value])) as ArrayRef;
    /// let row = |cells: &[(&str, &str)]| RecordBatch::try_from_iter(cells.iter().map(|(name, value)| (*name, column(value))));
    /// let claim = |id, day| {
    ///     row(&[("claim_id", id), ("enrollment_id", "E1"), ("event_date", day), ("cause", "accident"), ("personal_burden", "0"), ("hospital_days", "60")])
    /// };
    /// let enrollments = row(&[
    ///     ("enrollment_id", "E1"), ("member_id", "M1"), ("plan", "henan-accident"), ("shares", "2"), ("birth_date", "1990-05-05"),
    ///     ("coverage_start", "2025-01-01"), ("coverage_end", "2025-12-31"),
    /// ])?;
    ///
    /// let catalog = Catalog::load("rules".as_ref())?;
    /// let decider = Decider::new(&catalog);
    /// let none = MemberAccounts::to_rows([])?;
    /// let first = decider.decide_rows_on(&none, &claim("C1", "2025-01-10")?, &enrollments)?;
    /// let second = decider.decide_rows_on(&first.accounts, &claim("C2", "2025-06-01")?, &enrollments)?;
    /// let [accounts] = &MemberAccounts::of_rows(&second.accounts)?[..] else { panic!("one member") };
    /// let paid = |id: &str| accounts.under("henan-accident").and_then(|account| account.postings().find(|posting| posting.claim() == id)?.paid().ok());
    /// assert_eq!([paid("C1"), paid("C2")], [Some(6000.into()), Some(4000.into())]); // of 100 days in the period 40 were left
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`batch::decide`] and of [`MemberAccounts::of_rows`]; [`Error::is_history`] if an account is of a member without an enrollment here, under a plan that
    /// is not in the catalog, or has a claim under an enrollment of somebody else. Nothing is decided then.
    pub fn decide_rows_on(
        &self,
        accounts: &RecordBatch,
        claims: &RecordBatch,
        enrollments: &RecordBatch,
    ) -> Result<Continued, Error> {
        let accounts = MemberAccounts::of_rows(accounts)?.into_iter();
        let mut posted: Posted = accounts.map(|MemberAccounts { member, held }| (member, held)).collect();
        let decided = batch::decide_prepared_on(self.prepared()?, claims, enrollments, &mut posted)?;
        let accounts = posted.into_iter().map(|(member, held)| MemberAccounts { member, held });
        let accounts = MemberAccounts::to_rows(&accounts.collect::<Vec<_>>())?;
        Ok(Continued { decided, accounts })
    }

    fn prepared(&self) -> Result<&Prepared<'_>, Error> {
        if let Some(prepared) = self.ready.0.get() {
            return Ok(prepared);
        }
        let prepared = Prepared::of(self.catalog)?;
        Ok(self.ready.0.get_or_init(|| prepared))
    }
}

/// What became of claims, and what is posted then.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Continued {
    /// The decisions, the lines of benefits and the rows that could not be decided.
    pub decided: Decided,
    /// All accounts that were given and those of the members who had a claim, as [`MemberAccounts::to_rows`] describes them: what goes into the next call.
    pub accounts: RecordBatch,
}
