//! How a run comes along.

use crate::error::Error;
use crate::text::say;

/// A part of a run; each goes over all of its rows before the next begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// The enrollments are read and put by their members.
    Enrollments,
    /// The claims are read and put by their members.
    Claims,
    /// The claims are decided, member by member.
    Deciding,
    /// The results are put together under their final names.
    Writing,
}

impl Stage {
    /// All of them in their order.
    pub const ALL: [Stage; 4] = [Stage::Enrollments, Stage::Claims, Stage::Deciding, Stage::Writing];
}

/// Hears how a run comes along, and may stop it.
///
/// Both functions are called between blocks of rows, from any thread, some hundred times a second at most.
pub trait Progress: Sync {
    /// So many rows of a stage are done, and about so many there are; a stage that a resumed run finds done is told in one go.
    fn advance(&self, stage: Stage, done: u64, total: u64) {
        let _ = (stage, done, total);
    }

    /// Whether the run is to stop. It leaves a state from which the same run goes on.
    fn stops(&self) -> bool {
        false
    }
}

/// Hears nothing and never stops.
impl Progress for () {}

/// Stops the run if it is to stop.
pub(crate) fn heed(progress: &dyn Progress) -> Result<(), Error> {
    if progress.stops() {
        Err(Error::interrupted(say!(
            "已中断；再次运行同一命令即可继续",
            "interrupted; run the same command again to resume"
        )))
    } else {
        Ok(())
    }
}
