//! The codes of a category's values, found by hashing.

use crate::batch::hash::{Seed, place_of};
use crate::batch::ingest::vocabulary::KnownFact;

/// A table at most half full, in which a value stands at its hash or at the next free place.
#[derive(Debug)]
pub(super) struct Codes {
    /// Codes; 0 is a free place.
    places: Vec<u16>,
    /// The values, of which the first has the code 1.
    values: Vec<Box<str>>,
    seed: Seed,
}

impl Codes {
    pub(super) fn of(known: &KnownFact) -> Codes {
        let values = known.values.clone();
        let places = vec![0; values.len().saturating_mul(2).next_power_of_two().max(2)];
        let mut codes = Codes { places, values, seed: Seed::drawn() };
        for value in &known.values {
            let free = codes.around(value).find(|place| codes.places.get(*place) == Some(&0));
            if let Some(place) = free.and_then(|place| codes.places.get_mut(place)) {
                *place = known.code(value);
            }
        }
        codes
    }

    /// The code of a value; 0 if it has none.
    #[inline]
    pub(super) fn code(&self, text: &str) -> u16 {
        for place in self.around(text) {
            let code = self.code_at(place);
            let Some(value) = usize::from(code).checked_sub(1) else { return 0 };
            if self.values.get(value).is_some_and(|value| **value == *text) {
                return code;
            }
        }
        0
    }

    #[expect(clippy::indexing_slicing, reason = "`around` gives places that there are")]
    #[inline]
    fn code_at(&self, place: usize) -> u16 {
        self.places[place]
    }

    /// Every place, from that of the hash.
    #[inline]
    fn around(&self, text: &str) -> impl Iterator<Item = usize> + use<> {
        let mask = self.places.len().saturating_sub(1);
        let hash = place_of(self.seed.hash(text));
        (0..self.places.len()).map(move |step| hash.wrapping_add(step) & mask)
    }

    pub(super) fn values(&self) -> &[Box<str>] {
        &self.values
    }
}
