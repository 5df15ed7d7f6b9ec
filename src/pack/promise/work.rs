//! How much is read for the promises of a pack. It is counted and not timed, so that a pack has the same answer on every machine.

use std::cell::Cell;

/// How many parts of rules may be read to prove the promises of a pack.
pub(super) const FOR_PROOFS: usize = 30_000_000;
/// How many may be read to try what could not be proven.
pub(super) const FOR_TRIALS: usize = 200_000_000;

/// What is left to be read, in parts of rules.
#[derive(Debug)]
pub(super) struct Work {
    left: Cell<usize>,
    is_short: Cell<bool>,
}

impl Work {
    pub(super) fn of(parts: usize) -> Work {
        Work { left: Cell::new(parts), is_short: Cell::new(false) }
    }

    /// Counts what is read; what has begun is ended, though it come to more than was left.
    pub(super) fn spend(&self, parts: usize) {
        self.left.set(self.left.get().saturating_sub(parts));
    }

    /// Whether there is so much left; if not, it is remembered that something was left out.
    pub(super) fn has(&self, parts: usize) -> bool {
        let has = self.left.get() >= parts;
        self.is_short.set(self.is_short.get() || !has);
        has
    }

    #[cfg(test)]
    pub(super) fn left(&self) -> usize {
        self.left.get()
    }

    /// Whether something was left out because there was too much to read.
    pub(super) fn is_short(&self) -> bool {
        self.is_short.get()
    }

    /// A part of it, for one of so many that still need it.
    pub(super) fn share(&self, among: usize) -> Work {
        let share = self.left.get().checked_div(among).unwrap_or_default();
        self.spend(share);
        Work::of(share)
    }

    /// What was not needed of a share is there for the others.
    pub(super) fn give_back(&self, share: &Work) {
        self.left.set(self.left.get().saturating_add(share.left.get()));
        self.is_short.set(self.is_short.get() || share.is_short.get());
    }
}

#[cfg(test)]
mod tests {
    use super::Work;

    #[test]
    fn what_one_does_not_need_is_there_for_the_others() {
        let work = Work::of(90);
        let first = work.share(3);
        first.spend(10);
        assert!(first.has(20) && !first.has(21));
        work.give_back(&first);
        assert!(work.has(80) && work.is_short() && !work.has(81));
    }

    #[test]
    fn what_has_begun_is_ended() {
        let work = Work::of(5);
        work.spend(8);
        assert!(!work.is_short() && !work.has(1) && work.is_short());
    }
}
