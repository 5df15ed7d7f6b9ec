//! Numbers that look random and are the same everywhere.

/// A stream of numbers (`SplitMix64`).
pub struct Random(u64);

impl Random {
    /// The stream of a place: of a member, a cover, a claim. Every place has its own, so that rows can be made in any order.
    pub fn at(place: [u64; 4]) -> Random {
        Random(place.into_iter().fold(0, |state, part| scrambled(state.wrapping_add(GOLDEN) ^ part)))
    }

    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GOLDEN);
        scrambled(self.0)
    }

    /// From 0 to one less than `bound`.
    pub fn below(&mut self, bound: u64) -> u64 {
        let wide = u128::from(self.bits()) * u128::from(bound);
        u64::try_from(wide >> 64).unwrap_or_default()
    }

    /// Both ends included.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        let width = (high - low).unsigned_abs() + 1;
        low.wrapping_add_unsigned(self.below(width))
    }

    /// Whether it happens, so many times in 100,000.
    pub fn happens(&mut self, times: u64) -> bool {
        self.below(100_000) < times
    }

    /// One of several ranges by its weight, then a number inside it: a skewed distribution without a float.
    pub fn skewed(&mut self, ranges: &[(u64, i64, i64)]) -> i64 {
        let all = ranges.iter().map(|(weight, ..)| weight).sum();
        let mut left = self.below(all);
        for (weight, low, high) in ranges {
            if left < *weight {
                return self.between(*low, *high);
            }
            left -= weight;
        }
        0
    }
}

const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

fn scrambled(state: u64) -> u64 {
    let state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ (state >> 31)
}

/// A shuffle of the numbers below a count that keeps no table: a Feistel network, walked until it lands below the count.
pub struct Shuffle {
    count: u64,
    half: u32,
    keys: [u64; 4],
}

impl Shuffle {
    pub fn of(count: u64, seed: u64) -> Shuffle {
        let bits = u64::BITS - count.saturating_sub(1).leading_zeros();
        let mut random = Random::at([seed, 0, 0, 0]);
        Shuffle { count, half: bits.div_ceil(2).max(1), keys: std::array::from_fn(|_| random.bits()) }
    }

    /// Where a number goes.
    pub fn place(&self, number: u64) -> u64 {
        self.walk(number, |mut left, mut right| {
            for key in self.keys {
                (left, right) = (right, left ^ self.mixed(right, key));
            }
            (left, right)
        })
    }

    /// What number comes to a place.
    pub fn number(&self, place: u64) -> u64 {
        self.walk(place, |mut left, mut right| {
            for key in self.keys.into_iter().rev() {
                (left, right) = (right ^ self.mixed(left, key), left);
            }
            (left, right)
        })
    }

    fn walk(&self, from: u64, step: impl Fn(u64, u64) -> (u64, u64)) -> u64 {
        let mut at = from;
        loop {
            let (left, right) = step(at >> self.half, at & self.mask());
            at = left << self.half | right;
            if at < self.count {
                return at;
            }
        }
    }

    fn mixed(&self, half: u64, key: u64) -> u64 {
        scrambled(half ^ key) & self.mask()
    }

    fn mask(&self) -> u64 {
        (1 << self.half) - 1
    }
}
