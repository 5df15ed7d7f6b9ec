//! Reproducible chance.

/// splitmix64: the same seed draws the same population on every machine.
#[derive(Debug)]
pub(crate) struct Draw {
    state: u64,
}

impl Draw {
    pub(crate) fn seeded(seed: u64) -> Self {
        Self { state: seed }
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        let choices = high.abs_diff(low) + 1;
        low + i64::try_from(self.next() % choices).expect("no range in this program is that wide")
    }

    /// Yes in so many cases of a hundred.
    pub(crate) fn chance(&mut self, hundredths: i64) -> bool {
        self.between(1, 100) <= hundredths
    }

    pub(crate) fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        let last = i64::try_from(choices.len()).expect("a list fits") - 1;
        choices[usize::try_from(self.between(0, last)).expect("an index is not negative")]
    }
}

#[test]
fn the_first_numbers_of_seed_0_are_those_of_splitmix64() {
    let mut draw = Draw::seeded(0);
    assert_eq!([draw.next(), draw.next()], [0xe220_a839_7b1d_cdaf, 0x6e78_9e6a_a1b9_65f4]);
}
