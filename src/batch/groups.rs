//! Things put into groups by counting, without comparing them.

use std::ops::Range;

/// Things group by group, in the order in which they came.
#[derive(Debug)]
pub(super) struct Groups<T> {
    pub(super) things: Vec<T>,
    /// Where each group stands among them.
    pub(super) ranges: Vec<Range<usize>>,
}

impl<T: Copy + Default> Groups<T> {
    /// Puts each thing into the group of its number, which is less than `count`; what has none is left out.
    pub(super) fn of(count: usize, things: impl Iterator<Item = (Option<usize>, T)> + Clone) -> Groups<T> {
        let mut ranges = vec![0_usize..0; count];
        things.clone().for_each(|(group, _)| {
            if let Some(range) = group.and_then(|group| ranges.get_mut(group)) {
                range.end = range.end.saturating_add(1); // its length so far
            }
        });
        let mut start = 0_usize;
        for range in &mut ranges {
            let length = range.end;
            *range = start..start; // its end grows while things are placed
            start = start.saturating_add(length);
        }
        let mut placed = vec![T::default(); start];
        things.for_each(|(group, thing)| {
            let Some(range) = group.and_then(|group| ranges.get_mut(group)) else { return };
            if let Some(place) = placed.get_mut(range.end) {
                *place = thing;
            }
            range.end = range.end.saturating_add(1);
        });
        Groups { things: placed, ranges }
    }

    /// Groups that follow one another, with their things.
    #[expect(clippy::indexing_slicing, reason = "the groups are some of these")]
    pub(super) fn share(&self, groups: &Range<usize>) -> Groups<T> {
        let things = self.of_groups(groups).to_vec();
        let own = &self.ranges[groups.clone()];
        let first = own.first().map_or(0, |first| first.start);
        let ranges = own.iter().map(|range| range.start.saturating_sub(first)..range.end.saturating_sub(first));
        Groups { things, ranges: ranges.collect() }
    }

    /// The things of groups that follow one another.
    #[expect(clippy::indexing_slicing, reason = "the ranges are those of the things, one after the other")]
    pub(super) fn of_groups(&self, groups: &Range<usize>) -> &[T] {
        match &self.ranges[groups.clone()] {
            [] => &[],
            [only] => &self.things[only.clone()],
            [first, .., last] => &self.things[first.start..last.end],
        }
    }

    /// Gives every group that is not empty, in order; it may be put in order within.
    pub(super) fn each(&mut self, mut take: impl FnMut(&mut [T])) {
        for range in &self.ranges {
            if let Some(things) = self.things.get_mut(range.clone())
                && !things.is_empty()
            {
                take(things);
            }
        }
    }
}

impl Groups<usize> {
    /// Puts the places of keys into about as many groups, so that no key of a group is less than one of the group before.
    pub(super) fn spread(keys: &[u64]) -> Groups<usize> {
        let ends = keys.iter().fold(None, |ends: Option<(u64, u64)>, key| {
            Some(ends.map_or((*key, *key), |(low, high)| (low.min(*key), high.max(*key))))
        });
        let Some((low, high)) = ends else { return Groups { things: Vec::new(), ranges: Vec::new() } };
        let width = high.wrapping_sub(low);
        let bits = keys.len().checked_ilog2().unwrap_or(0);
        let shift = u64::BITS.saturating_sub(width.leading_zeros()).saturating_sub(bits);
        let group = |key: u64| usize::try_from(key.wrapping_sub(low).checked_shr(shift).unwrap_or(0)).ok();
        let count = group(low.wrapping_add(width)).map_or(0, |last| last.saturating_add(1));
        Groups::of(count, keys.iter().map(|key| group(*key)).zip(0..))
    }
}
