//! The axis of a drawing, marked at round numbers. Its places are whole numbers.

use std::iter;

/// A range of whole units with marks at multiples of one round number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Scale {
    low: i128,
    high: i128,
    step: i128,
}

impl Scale {
    /// From `low` to `high`; `unit` is the least step, `most` the number of steps that there is room for.
    pub(crate) fn over(low: i128, high: i128, unit: i128, most: i128) -> Scale {
        let high = high.max(low.saturating_add(1));
        Scale { low, high, step: round_step(high.saturating_sub(low), unit, most.max(1)) }
    }

    /// The same with both ends at marks.
    pub(crate) fn to_marks(self) -> Scale {
        let Scale { low, high, step } = self;
        let down = |value: i128| value.div_euclid(step).saturating_mul(step);
        let above = high.saturating_add(step).saturating_sub(1);
        Scale { low: down(low), high: down(above), step }
    }

    pub(crate) fn high(self) -> i128 {
        self.high
    }

    pub(crate) fn step(self) -> i128 {
        self.step
    }

    pub(crate) fn contains(self, value: i128) -> bool {
        (self.low..=self.high).contains(&value)
    }

    /// Where a value lies on an axis of this length; one beyond lies at its end.
    pub(crate) fn place(self, value: i128, length: i128) -> i128 {
        let along = value.clamp(self.low, self.high).saturating_sub(self.low);
        let span = self.high.saturating_sub(self.low).max(1);
        along.saturating_mul(length).div_euclid(span)
    }

    /// The marks from the lowest up.
    pub(crate) fn marks(self) -> impl Iterator<Item = i128> {
        let above = self.low.saturating_add(self.step).saturating_sub(1).div_euclid(self.step).checked_mul(self.step);
        iter::successors(above, move |mark| mark.checked_add(self.step)).take_while(move |mark| *mark <= self.high)
    }
}

/// The least of 1, 2, 5, 10, 20, 50 … units of which no more than `most` go into the span.
fn round_step(span: i128, unit: i128, most: i128) -> i128 {
    let mut decade = unit.max(1);
    loop {
        for part in [1, 2, 5] {
            let step = decade.saturating_mul(part);
            if step.saturating_mul(most) >= span {
                return step;
            }
        }
        decade = decade.saturating_mul(10);
    }
}

#[cfg(test)]
mod tests {
    use super::Scale;

    #[test]
    fn marks_are_round_and_few() {
        let marks = |low, high, unit| Scale::over(low, high, unit, 5).to_marks().marks().collect::<Vec<_>>();
        assert_eq!(marks(0, 2_340, 1), [0, 500, 1_000, 1_500, 2_000, 2_500]);
        assert_eq!(marks(-130, 300, 100), [-200, -100, 0, 100, 200, 300]);
        assert_eq!(marks(0, 3, 1), [0, 1, 2, 3]);
        assert_eq!(marks(0, 0, 100), [0, 100]);
        let bare: Vec<i128> = Scale::over(3, 101, 1, 5).marks().collect();
        assert_eq!(bare, [20, 40, 60, 80, 100]);
    }

    #[test]
    fn a_value_lies_between_the_ends() {
        let scale = Scale::over(-100, 300, 1, 4);
        let places = [-500, -100, 0, 100, 300, i128::MAX].map(|value| scale.place(value, 800));
        assert_eq!(places, [0, 0, 200, 400, 800, 800]);
    }

    #[test]
    fn the_widest_span_has_marks_too() {
        assert!(Scale::over(i128::MIN, i128::MAX, 1, 5).marks().count() < 12);
    }
}
