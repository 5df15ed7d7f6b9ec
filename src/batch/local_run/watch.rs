//! Someone who looks on while a run decides.

use std::path::Path;

use crate::batch::accounts::Plans;
use crate::batch::{Decided, Given};
use crate::error::Error;

/// Looks at every bucket once it is decided. What it writes stands under the name of the payouts; they themselves are not kept.
pub(crate) trait Watch: Sync {
    /// A claim whose enrollment is not there or was rejected.
    fn turn_away(&self, claim: &str);

    /// A claim whose row cannot be read.
    fn refuse(&self, claim: &str);

    /// A bucket of members: the plain rows, and what was decided of them. Buckets come in no order, from any thread.
    fn see(&self, plans: &Plans<'_>, given: Given<'_>, decided: &Decided) -> Result<(), Error>;

    /// Writes to this path, once all buckets were seen.
    fn write(&self, to: &Path) -> Result<(), Error>;

    /// Writes what else it has to say to this path.
    fn write_notes(&self, to: &Path) -> Result<(), Error>;
}
