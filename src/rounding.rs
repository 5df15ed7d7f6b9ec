//! How an amount is rounded: to a multiple, in a mode.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::text::Text;

/// The one list of the modes: the name in a pack, and what the mode is called in Chinese.
macro_rules! modes {
    ($($(#[$says:meta])* $mode:ident $name:literal $zh:literal,)*) => {
        /// Where a value between two multiples goes.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum Mode {
            $($(#[$says])* $mode,)*
        }

        impl Mode {
            /// Every mode with its name in a pack.
            pub const ALL: [(&'static str, Mode); [$($name),*].len()] = [$(($name, Mode::$mode)),*];

            /// The mode's name in a pack.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Mode::$mode => $name,)*
                }
            }

            /// What the mode is called; in English by its name.
            #[must_use]
            pub fn title(self) -> Text {
                let zh = match self {
                    $(Mode::$mode => $zh,)*
                };
                Text { zh: zh.to_owned(), en: self.name().to_owned() }
            }
        }
    };
}

modes! {
    /// To the nearest multiple; a half goes away from zero (四舍五入).
    HalfUp "half-up" "四舍五入",
    /// To the nearest multiple; a half goes towards zero (五舍六入).
    HalfDown "half-down" "五舍六入",
    /// To the nearest multiple; a half goes to the even one (banker's rounding).
    HalfEven "half-even" "四舍六入五成双",
    /// Away from zero.
    Up "up" "进位",
    /// Towards zero.
    Down "down" "截尾",
    /// Towards positive infinity.
    Ceiling "ceiling" "向上取整",
    /// Towards negative infinity.
    Floor "floor" "向下取整",
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
