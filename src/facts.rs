//! The facts given about one enrollment or one claim.

use std::collections::BTreeMap;

use crate::error::Error;
use crate::fact::{Holder, Kind, Misfit, STANDARD, StandardFact, Value};
use crate::names;
use crate::text::{Text, say};

/// Given facts: the standard ones by their place in [`STANDARD`], a pack's own by name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Facts {
    standard: Vec<Option<Value>>,
    /// Which of the standard ones are given, as bits by place.
    given: u64,
    own: BTreeMap<String, Value>,
}

const _: () = assert!(STANDARD.len() <= 64, "a place must have a bit");

impl Facts {
    /// Sets a fact of the holder; a standard one is read by its kind and bounds at once, a pack's own when a plan needs it.
    pub(crate) fn set(&mut self, holder: Holder, name: &str, value: Value) -> Result<(), Error> {
        let name = StandardFact::meant_by(name);
        let place = StandardFact::place_of(name);
        let Some((place, fact)) = place.and_then(|place| Some((place, STANDARD.get(place)?))) else {
            return self.set_own(name, value);
        };
        if fact.holder != holder {
            return Err(Error::fact(match holder {
                Holder::Enrollment => say!(
                    "`{name}` 是理赔申请的事实，不属于参保记录",
                    "`{name}` is a fact of the claim, not of the enrollment"
                ),
                Holder::Claim => say!(
                    "`{name}` 是参保记录的事实，不属于理赔申请",
                    "`{name}` is a fact of the enrollment, not of the claim"
                ),
            }));
        }
        let value = fact.fit(&value).map_err(|misfit| Error::fact(misfit_text(fact, &value, misfit)))?;
        if self.standard.is_empty() {
            self.standard = vec![None; STANDARD.len()];
        }
        if let Some(slot) = self.standard.get_mut(place) {
            *slot = Some(value);
            self.given |= 1_u64.rotate_left(u32::try_from(place).unwrap_or_default());
        }
        Ok(())
    }

    /// The same for a record that may say a fact twice, under each of its names: it must say the same.
    pub(crate) fn tell(&mut self, holder: Holder, name: &str, value: Value) -> Result<(), Error> {
        let before = self.get(name).cloned();
        self.set(holder, name, value)?;
        match (before, self.get(name)) {
            (Some(before), Some(now)) if before != *now => Err(Error::fact(told_twice_text(name, &before, now))),
            (Some(_) | None, _) => Ok(()),
        }
    }

    /// Takes a fact away, as if it had not been given.
    pub(crate) fn unset(&mut self, name: &str) {
        let name = StandardFact::meant_by(name);
        match StandardFact::place_of(name) {
            Some(place) => {
                if let Some(slot) = self.standard.get_mut(place) {
                    *slot = None;
                    self.given &= !1_u64.rotate_left(u32::try_from(place).unwrap_or_default());
                }
            }
            None => {
                self.own.remove(name);
            }
        }
    }

    fn set_own(&mut self, name: &str, value: Value) -> Result<(), Error> {
        if !names::is_name(name) {
            return Err(Error::fact(say!("`{name}` 不能作事实的名称", "`{name}` can not name a fact")));
        }
        // Kept as it would be written, until a plan says what kind it is.
        let value = match value {
            Value::Number(number) => Value::Text(number.to_string().into()),
            Value::Date(date) => Value::Text(date.to_string().into()),
            Value::YesNo(_) | Value::Text(_) => value,
        };
        self.own.insert(name.to_owned(), value);
        Ok(())
    }

    #[inline]
    pub(crate) fn standard(&self, place: usize) -> Option<&Value> {
        self.standard.get(place).and_then(Option::as_ref)
    }

    /// The places of the standard facts that are given.
    #[inline]
    pub(crate) fn places(&self) -> impl Iterator<Item = usize> {
        let mut left = self.given;
        std::iter::from_fn(move || {
            let place = left.trailing_zeros();
            left &= left.wrapping_sub(1);
            if place < u64::BITS { usize::try_from(place).ok() } else { None }
        })
    }

    pub(crate) fn own(&self, name: &str) -> Option<&Value> {
        self.own.get(name)
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        let name = StandardFact::meant_by(name);
        match StandardFact::place_of(name) {
            Some(place) => self.standard(place),
            None => self.own(name),
        }
    }

    /// Every given fact with its name; the standard ones first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        let standard =
            STANDARD.iter().zip(&self.standard).filter_map(|(fact, value)| Some((fact.name, value.as_ref()?)));
        standard.chain(self.own.iter().map(|(name, value)| (name.as_str(), value)))
    }
}

/// What is wrong with a record that says a fact twice, and not the same.
pub(crate) fn told_twice_text(name: &str, first: &Value, second: &Value) -> Text {
    let meant = StandardFact::meant_by(name);
    match StandardFact::named(meant).and_then(|fact| fact.alias) {
        Some(alias) => say!(
            "`{meant}` 与 `{alias}` 是同一事实，一条记录中却有 `{first}` 与 `{second}` 两个值",
            "`{meant}` and `{alias}` are one fact, and the record says `{first}` and `{second}`"
        ),
        None => say!(
            "一条记录中 `{meant}` 有 `{first}` 与 `{second}` 两个值",
            "the record says `{first}` and `{second}` for `{meant}`"
        ),
    }
}

/// What is wrong with the value of a standard fact.
pub(crate) fn misfit_text(fact: &StandardFact, value: &Value, misfit: Misfit) -> Text {
    let name = fact.name;
    match misfit {
        Misfit::Kind => fact.kind.misfit_text(name, &value.to_string()),
        Misfit::Digits => fact.kind.digits_text(name, &value.to_string()),
        Misfit::Bounds => {
            let (min, max) = (fact.bounds().min, fact.bounds().max);
            let Text { zh, en } = way_to_refund(fact, value);
            say!(
                "`{name}` 的值 `{value}` 不在 {min} 至 {max} 之间{zh}",
                "the value `{value}` of `{name}` is not from {min} to {max}{en}"
            )
        }
        Misfit::Value => {
            let list = fact.values.join(", ");
            say!("`{name}` 的值 `{value}` 不是下列之一：{list}", "the value `{value}` of `{name}` is not one of {list}")
        }
    }
}

/// A refund comes as a record of negative amounts; here it is another claim.
fn way_to_refund(fact: &StandardFact, value: &Value) -> Text {
    if fact.kind == Kind::Money && value.to_string().starts_with('-') {
        say!(
            "；退费请录入为冲销原申请的另一件申请（`reverses`）",
            "; a refund is entered as another claim, which reverses the one that was paid (`reverses`)"
        )
    } else {
        Text::default()
    }
}
