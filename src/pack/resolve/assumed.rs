//! What the rules of a pack stand on that is assumed.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Resolver;
use crate::plan::{AllAssumed, Assumed};

/// Assumed things of one pack, as bits by the order in which they were declared: a value has those of all values that it names.
#[derive(Debug, Clone, Default)]
pub(in crate::pack) struct AssumedSet(Vec<u64>);

impl AssumedSet {
    fn insert(&mut self, index: usize) {
        let place = index / 64;
        if self.0.len() <= place {
            self.0.resize(place.saturating_add(1), 0);
        }
        if let Some(bits) = self.0.get_mut(place) {
            *bits |= 1 << (index % 64);
        }
    }

    pub(in crate::pack) fn extend(&mut self, others: &AssumedSet) {
        if self.0.len() < others.0.len() {
            self.0.resize(others.0.len(), 0);
        }
        for (bits, others) in self.0.iter_mut().zip(&others.0) {
            *bits |= others;
        }
    }

    /// From the first declared to the last.
    fn indexes(&self) -> impl Iterator<Item = usize> {
        let words = self.0.iter().enumerate().filter(|(_, bits)| **bits != 0);
        words.flat_map(|(place, bits)| {
            (0..64)
                .filter(move |bit| bits & (1 << bit) != 0)
                .map(move |bit| place.saturating_mul(64).saturating_add(bit))
        })
    }
}

impl Resolver {
    /// Notes what an item assumes; gives it as a set.
    pub(in crate::pack) fn assume(&mut self, assumed: BTreeSet<Assumed>) -> AssumedSet {
        let mut set = AssumedSet::default();
        for assumed in assumed {
            set.insert(self.assumptions.len());
            self.assumptions.push(Arc::new(assumed));
        }
        set
    }

    /// What a set holds, by name.
    pub(in crate::pack) fn all_assumed(&self, set: &AssumedSet) -> AllAssumed {
        let held = set.indexes().filter_map(|index| self.assumptions.get(index));
        let mut all: Vec<Arc<Assumed>> = held.map(Arc::clone).collect();
        all.sort();
        all.dedup();
        all.into()
    }
}
