//! The standard facts by name, each with the type of its value.
//!
//! A constant cannot be misspelt, belongs to a claim or to an enrollment, and takes no value of another type. What is left to go wrong is a value
//! out of bounds, such as a negative amount. A fact of a pack's own goes by its name as a text, and so may a standard one.
//!
//! ```
//! use huzhu::{Claim, Decimal, Enrollment, Value, facts};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let enrollment = Enrollment::new("E1", "henan-accident", "M1").with(facts::SHARES, 2)?;
//! let claim = Claim::new("C1")
//!     .with(facts::EVENT_DATE, "2025-01-10".parse()?)? // a `NaiveDate`
//!     .with(facts::CAUSE, "accident")?
//!     .with(facts::HOSPITAL_DAYS, 51)?
//!     .with(facts::PERSONAL_BURDEN, "2019.87".parse()?)?; // a `Decimal`
//!
//! assert_eq!(claim.fact(facts::HOSPITAL_DAYS), Some(51));
//! assert_eq!(claim.fact("hospital_days"), Some(&Value::from(51)));
//! assert!(claim.with(facts::PERSONAL_BURDEN, Decimal::NEGATIVE_ONE).is_err_and(|error| error.is_fact()));
//! # Ok(()) }
//! ```
//!
//! Neither of these compiles: a text is no number of days, and shares are said of the enrollment.
//!
//! ```compile_fail,E0277
//! huzhu::Claim::new("C1").with(huzhu::facts::HOSPITAL_DAYS, "fifty-one");
//! ```
//! ```compile_fail,E0277
//! huzhu::Claim::new("C1").with(huzhu::facts::SHARES, 2);
//! ```

use std::fmt;
use std::marker::PhantomData;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::claim::Claim;
use crate::enrollment::Enrollment;
use crate::fact::{Value, standard_facts};

/// The name of a standard fact of `H`, a [`Claim`] or an [`Enrollment`], whose value is a `V`: an amount or a ratio is a [`Decimal`], a
/// count a [`u32`], a date a [`NaiveDate`], a yes or no a [`bool`], a category a [`str`].
pub struct Fact<H, V: ?Sized> {
    name: &'static str,
    of: PhantomData<fn(&H, &V)>,
}

impl<H, V: ?Sized> Fact<H, V> {
    /// The name in case files, packs and columns. [`StandardFact::named`](crate::StandardFact::named) gives what else is known of it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.name
    }
}

impl<H, V: ?Sized> Clone for Fact<H, V> {
    fn clone(&self) -> Fact<H, V> {
        *self
    }
}

impl<H, V: ?Sized> Copy for Fact<H, V> {}

impl<H, V: ?Sized> fmt::Debug for Fact<H, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Fact").field(&self.name).finish()
    }
}

/// What names a fact of `H`: a constant of this module, or any text.
pub trait FactName<H>: sealed::Sealed {
    /// As what the value is read: of a constant as the type that it states, by a text as a [`Value`].
    type Read<'v>;

    /// The name.
    fn name(&self) -> &str;

    /// Reads a value that was given; `None` if it is of another type, which that of a constant never is.
    fn read(value: &Value) -> Option<Self::Read<'_>>;
}

/// What names a fact of `H` and takes a `V`: a constant the type that it states, a text whatever becomes a [`Value`].
pub trait Takes<H, V>: FactName<H> {
    /// The value as it is kept.
    fn value(given: V) -> Value;
}

impl<H, T: AsRef<str> + ?Sized> FactName<H> for &T {
    type Read<'v> = &'v Value;

    fn name(&self) -> &str {
        (*self).as_ref()
    }

    fn read(value: &Value) -> Option<&Value> {
        Some(value)
    }
}

impl<H, T: AsRef<str> + ?Sized, V: Into<Value>> Takes<H, V> for &T {
    fn value(given: V) -> Value {
        given.into()
    }
}

/// What a fact of a type takes, and how it is read back.
macro_rules! typed {
    ($($type:ty: $from:ident => $value:expr, $kept:pat => $read:expr;)*) => {
        $(
            impl<H> FactName<H> for Fact<H, $type> {
                type Read<'v> = $type;

                fn name(&self) -> &str {
                    self.name
                }

                fn read(value: &Value) -> Option<$type> {
                    if let $kept = value { $read } else { None }
                }
            }

            impl<H> Takes<H, $type> for Fact<H, $type> {
                fn value($from: $type) -> Value {
                    $value
                }
            }
        )*
    };
}

typed! {
    Decimal: number => Value::Number(number), Value::Number(number) => Some(*number);
    u32: number => Value::from(number), Value::Number(number) => number.to_u32();
    NaiveDate: date => Value::Date(date), Value::Date(date) => Some(*date);
    bool: answer => Value::YesNo(answer), Value::YesNo(answer) => Some(*answer);
}

impl<H> FactName<H> for Fact<H, str> {
    type Read<'v> = &'v str;

    fn name(&self) -> &str {
        self.name
    }

    fn read(value: &Value) -> Option<&str> {
        if let Value::Text(text) = value { Some(text) } else { None }
    }
}

impl<H> Takes<H, &str> for Fact<H, str> {
    fn value(text: &str) -> Value {
        Value::from(text)
    }
}

mod sealed {
    pub trait Sealed {}

    impl<T: AsRef<str> + ?Sized> Sealed for &T {}
    impl<H, V: ?Sized> Sealed for super::Fact<H, V> {}
}

/// The type of the values of a kind.
macro_rules! value_of {
    (Money) => {
        Decimal
    };
    (Ratio) => {
        Decimal
    };
    (Number) => {
        u32
    };
    (Days) => {
        u32
    };
    (Date) => {
        NaiveDate
    };
    (YesNo) => {
        bool
    };
    (Category) => {
        str
    };
}

/// Of the table of standard facts the constants; each is named as its fact is.
macro_rules! constants {
    ($($holder:ident: $rest:ident {
        $($constant:ident $name:literal: $kind:ident, $zh:literal, $en:literal { $($fields:tt)* })*
    })*) => {
        $($(
            #[doc = concat!("`", $name, "`: ", $en, " (", $zh, ").")]
            pub const $constant: Fact<$holder, value_of!($kind)> = Fact { name: $name, of: PhantomData };
            const _: () = assert!($name.eq_ignore_ascii_case(stringify!($constant)));
        )*)*
    };
}
standard_facts!(constants);
