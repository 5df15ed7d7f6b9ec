//! How an amount is rounded: to a multiple, in a mode.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::text::Text;

/// Where a value between two multiples goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// To the nearest multiple; a half goes away from zero (四舍五入).
    HalfUp,
    /// To the nearest multiple; a half goes towards zero (五舍六入).
    HalfDown,
    /// To the nearest multiple; a half goes to the even one (banker's rounding).
    HalfEven,
    /// Away from zero.
    Up,
    /// Towards zero.
    Down,
    /// Towards positive infinity.
    Ceiling,
    /// Towards negative infinity.
    Floor,
}

impl Mode {
    /// Every mode with its name in a pack.
    pub const ALL: [(&'static str, Mode); 7] = [
        ("half-up", Mode::HalfUp),
        ("half-down", Mode::HalfDown),
        ("half-even", Mode::HalfEven),
        ("up", Mode::Up),
        ("down", Mode::Down),
        ("ceiling", Mode::Ceiling),
        ("floor", Mode::Floor),
    ];

    /// The mode's name in a pack.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Mode::HalfUp => "half-up",
            Mode::HalfDown => "half-down",
            Mode::HalfEven => "half-even",
            Mode::Up => "up",
            Mode::Down => "down",
            Mode::Ceiling => "ceiling",
            Mode::Floor => "floor",
        }
    }

    /// What the mode is called; in English by its name.
    #[must_use]
    pub fn title(self) -> Text {
        let zh = match self {
            Mode::HalfUp => "四舍五入",
            Mode::HalfDown => "五舍六入",
            Mode::HalfEven => "四舍六入五成双",
            Mode::Up => "进位",
            Mode::Down => "截尾",
            Mode::Ceiling => "向上取整",
            Mode::Floor => "向下取整",
        };
        Text { zh: zh.to_owned(), en: self.name().to_owned() }
    }
}

/// A rounding that a pack asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Rounding {
    /// The result is a whole multiple of this; greater than zero. In yuan: `0.01`, `1`, `10`.
    #[serde(with = "crate::money::text")]
    pub to: Decimal,
    /// Where a value between two multiples goes.
    pub mode: Mode,
}
