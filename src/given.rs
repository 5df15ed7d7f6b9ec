//! The facts given about one enrollment or one claim.

use std::collections::{BTreeMap, BTreeSet};

use crate::arena::{Arena, Index};
use crate::error::Error;
use crate::fact::{Holder, Kind, Misfit, STANDARD, StandardFact, StandardIndex, Value};
use crate::names;
use crate::spelling::{self, Spelt};
use crate::text::{Text, say};
use crate::written;

/// Given facts: the standard ones by their index, a pack's own by name.
#[derive(Debug, Clone, Eq, Default)]
pub(crate) struct Facts {
    /// Empty as long as none is given.
    standard: Arena<StandardIndex, Option<Value>>,
    /// Which of the standard ones are given, as bits by place.
    given: u64,
    own: BTreeMap<String, Value>,
    /// Those of `own` that the deciding plan need not know.
    foreign: BTreeSet<String>,
    /// How values that were read as meant had been written.
    written: BTreeMap<&'static str, Box<str>>,
}

const _: () = assert!(STANDARD.len() <= 64, "a place must have a bit");

impl PartialEq for Facts {
    /// How a value was spelt is no part of what is given.
    fn eq(&self, other: &Facts) -> bool {
        (&self.standard, &self.own, &self.foreign) == (&other.standard, &other.own, &other.foreign)
    }
}

impl Facts {
    /// Sets a fact of the holder; a standard one is read by its kind and bounds at once, a pack's own when a plan needs it.
    pub(crate) fn set(&mut self, holder: Holder, name: &str, value: Value) -> Result<(), Error> {
        let name = StandardFact::meant_by(name);
        let Some(index) = StandardFact::index_of(name) else {
            check_name(holder, name)?;
            self.foreign.remove(name);
            self.set_own(name, value);
            return Ok(());
        };
        let fact = StandardFact::at(index);
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
        let given = value;
        let value = fact.fit(&given).map_err(|misfit| Error::fact(misfit_text(fact, &given, misfit)))?;
        self.written.remove(fact.name);
        if let Some(text) = otherwise_written(&given, &value, fact.kind, fact.may_be_a_moment()) {
            self.written.insert(fact.name, text.into());
        }
        self.put(index, value);
        Ok(())
    }

    /// Sets a standard fact to a value that fits it.
    pub(crate) fn put(&mut self, index: StandardIndex, value: Value) {
        if self.standard.is_empty() {
            self.standard = STANDARD.iter().map(|_| None).collect();
        }
        self.standard[index] = Some(value);
        self.given |= bit_of(index);
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

    /// Sets a fact that the deciding plan need not know; it is read if the plan knows it.
    pub(crate) fn set_foreign(&mut self, holder: Holder, name: &str, value: Value) -> Result<(), Error> {
        if StandardFact::named(StandardFact::meant_by(name)).is_some() {
            return self.set(holder, name, value);
        }
        if !names::is_name(name) {
            return Err(no_name(name));
        }
        self.set_own(name, value);
        self.foreign.insert(name.to_owned());
        Ok(())
    }

    /// Takes a fact away, as if it had not been given.
    pub(crate) fn unset(&mut self, name: &str) {
        let name = StandardFact::meant_by(name);
        match StandardFact::index_of(name) {
            Some(_) if self.standard.is_empty() => {}
            Some(index) => {
                self.standard[index] = None;
                self.given &= !bit_of(index);
            }
            None => {
                self.own.remove(name);
                self.foreign.remove(name);
            }
        }
    }

    fn set_own(&mut self, name: &str, value: Value) {
        // Kept as it would be written, until a plan says what kind it is.
        let value = match value {
            Value::Number(number) => Value::Text(number.to_string().into()),
            Value::Date(date) => Value::Text(date.to_string().into()),
            Value::YesNo(_) | Value::Text(_) => value,
        };
        self.own.insert(name.to_owned(), value);
    }

    #[inline]
    pub(crate) fn standard(&self, index: StandardIndex) -> Option<&Value> {
        self.standard.find(index).and_then(Option::as_ref)
    }

    /// The standard facts that are given.
    #[inline]
    pub(crate) fn given_standard(&self) -> impl Iterator<Item = StandardIndex> {
        let mut left = self.given;
        std::iter::from_fn(move || {
            let place = left.trailing_zeros();
            left &= left.wrapping_sub(1);
            if place < u64::BITS { usize::try_from(place).ok().map(StandardIndex) } else { None }
        })
    }

    pub(crate) fn own(&self, name: &str) -> Option<&Value> {
        self.own.get(name)
    }

    /// The facts of a pack's own that the deciding plan must know.
    pub(crate) fn own_to_know(&self) -> impl Iterator<Item = &str> {
        self.own.keys().map(String::as_str).filter(|name| !self.foreign.contains(*name))
    }

    /// The facts that the deciding plan need not know.
    pub(crate) fn foreign(&self) -> BTreeMap<&str, &Value> {
        self.own.iter().filter(|(name, _)| self.is_foreign(name)).map(|(name, value)| (name.as_str(), value)).collect()
    }

    /// Whether the deciding plan need not know a fact.
    pub(crate) fn is_foreign(&self, name: &str) -> bool {
        self.foreign.contains(name)
    }

    /// How the value of a standard fact was written, if it was read as meant.
    pub(crate) fn written(&self, name: &str) -> Option<&str> {
        self.written.get(name).map(|text| &**text)
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        let name = StandardFact::meant_by(name);
        match StandardFact::index_of(name) {
            Some(index) => self.standard(index),
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

/// Every place has a bit, as is asserted above.
fn bit_of(index: StandardIndex) -> u64 {
    u32::try_from(index.place()).ok().and_then(|place| 1_u64.checked_shl(place)).unwrap_or(0)
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

/// A name that stands for no standard fact is that of a pack's own, unless it is near a standard one: no pack may have a fact of such a name.
fn check_name(holder: Holder, name: &str) -> Result<(), Error> {
    if !names::is_name(name) {
        return Err(no_name(name));
    }
    let standard = STANDARD.iter().filter(|fact| fact.holder == holder).map(|fact| fact.name);
    match spelling::near_name(name, standard) {
        Some(near) => Err(Error::fact(say!(
            "没有名为 `{name}` 的事实；是否想写 `{near}`？",
            "no fact is named `{name}`; did you mean `{near}`?"
        ))),
        None => Ok(()),
    }
}

fn no_name(name: &str) -> Error {
    Error::fact(say!("`{name}` 不能作事实的名称", "`{name}` cannot name a fact"))
}

/// How a value was written, if not as what it was read as.
pub(crate) fn otherwise_written<'g>(
    given: &'g Value,
    read: &Value,
    kind: Kind,
    may_be_a_moment: bool,
) -> Option<&'g str> {
    let Value::Text(text) = given else { return None };
    let is_plain = match read {
        Value::Text(read) => text == read,
        Value::YesNo(read) => **text == *read.to_string(),
        Value::Number(_) | Value::Date(_) => written::is_plain(text, kind, may_be_a_moment),
    };
    (!is_plain).then_some(text)
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
            let text = value.to_string();
            let named = |values: &[&str]| -> Vec<Text> {
                values.iter().map(|value| spelling::named(value, Some(&fact.value_title(value)))).collect()
            };
            match fact.word(&text) {
                Spelt::Near(near) => spelling::near_text(name, &text, &named(&near)),
                Spelt::Exact | Spelt::Meant(_) | Spelt::Other => {
                    spelling::unlisted_text(name, &text, &named(fact.values))
                }
            }
        }
        Misfit::Blank => spelling::blank_text(name),
        Misfit::TimeOfDay => Kind::time_of_day_text(name, &value.to_string()),
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
