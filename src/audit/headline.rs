//! What the differences of an audit come to.

use super::difference::Difference;
use super::summary::{CauseTotal, Summary};

/// The figures that matter most, in fen.
///
/// A payout of which nobody knows what is due is neither right nor wrong: it is counted apart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Headline {
    /// What was recorded too much.
    pub over: i64,
    /// In so many payouts.
    pub over_count: u64,
    /// What was recorded too little, or not at all.
    pub under: i64,
    /// In so many payouts.
    pub under_count: u64,
    /// What was recorded of claims of which nobody knows what is due.
    pub not_checked: i64,
    /// In so many payouts.
    pub not_checked_count: u64,
    /// Payouts recorded as is due.
    pub right: u64,
    /// All recorded payouts.
    pub read: u64,
}

impl Headline {
    /// What was recorded too much in all; below nothing if it was too little.
    #[must_use]
    pub fn net(&self) -> i64 {
        self.over.saturating_sub(self.under)
    }

    /// The right ones among all recorded payouts, in hundredths of a per cent, rounded down; none if nothing was recorded.
    #[must_use]
    pub fn share_right(&self) -> Option<u64> {
        self.right.saturating_mul(10_000).checked_div(self.read)
    }

    fn take(&mut self, line: &Difference) {
        let (sum, count, amount) = match line.excess() {
            Some(excess) if excess < 0 => (&mut self.under, &mut self.under_count, excess.saturating_neg()),
            Some(excess) => (&mut self.over, &mut self.over_count, excess),
            None => (&mut self.not_checked, &mut self.not_checked_count, line.recorded.unwrap_or(0)),
        };
        *sum = sum.saturating_add(amount);
        *count = count.saturating_add(1);
    }
}

impl Summary {
    /// The figures that matter most.
    #[must_use]
    pub fn headline(&self) -> Headline {
        let mut headline = Headline { right: self.rows.equal, read: self.rows.read, ..Headline::default() };
        self.differences.iter().for_each(|line| headline.take(line));
        headline
    }

    /// The causes of differences between what is recorded and what is due.
    pub(super) fn causes_checked(&self) -> impl Iterator<Item = &CauseTotal> {
        self.causes.iter().filter(|total| total.checked() > 0)
    }

    /// Why payouts could not be checked.
    pub(super) fn causes_not_checked(&self) -> impl Iterator<Item = &CauseTotal> {
        self.causes.iter().filter(|total| total.not_checked > 0)
    }
}
