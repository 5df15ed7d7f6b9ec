//! Rows put into groups by counting, without comparing them.

use std::ops::Range;

/// Rows group by group.
pub(super) struct Groups {
    rows: Vec<usize>,
    ranges: Vec<Range<usize>>,
}

impl Groups {
    /// Puts each row into the group of its number, which is less than `count`; a row without one is in none.
    pub(super) fn of(count: usize, groups: impl Iterator<Item = Option<usize>> + Clone) -> Groups {
        let mut ranges = vec![0_usize..0; count];
        for group in groups.clone().flatten() {
            if let Some(range) = ranges.get_mut(group) {
                range.end = range.end.saturating_add(1); // its length so far
            }
        }
        let mut start = 0_usize;
        for range in &mut ranges {
            let length = range.end;
            *range = start..start; // its end grows while rows are placed
            start = start.saturating_add(length);
        }
        let mut rows = vec![0; start];
        for (row, group) in groups.enumerate() {
            let Some(range) = group.and_then(|group| ranges.get_mut(group)) else { continue };
            if let Some(place) = rows.get_mut(range.end) {
                *place = row;
            }
            range.end = range.end.saturating_add(1);
        }
        Groups { rows, ranges }
    }

    /// Puts rows into about as many groups as there are rows, so that no key of a group is less than one of the group before.
    pub(super) fn spread(keys: &[u64]) -> Groups {
        let low = keys.iter().min().copied().unwrap_or_default();
        let width = keys.iter().max().map_or(0, |high| high.wrapping_sub(low));
        let bits = keys.len().checked_ilog2().unwrap_or(0);
        let shift = u64::BITS.saturating_sub(width.leading_zeros()).saturating_sub(bits);
        let group = |key: u64| usize::try_from(key.wrapping_sub(low).checked_shr(shift).unwrap_or(0)).ok();
        let count = group(low.wrapping_add(width)).map_or(0, |last| last.saturating_add(1));
        Groups::of(count, keys.iter().map(|key| group(*key)))
    }

    /// Gives every group that is not empty, in order; it may be put in order within.
    pub(super) fn each(&mut self, mut take: impl FnMut(&mut [usize])) {
        for range in &self.ranges {
            if let Some(rows) = self.rows.get_mut(range.clone())
                && !rows.is_empty()
            {
                take(rows);
            }
        }
    }
}
