//! What a number may be beyond being one: since version 2 a program states it of its facts, and of what earlier claims have posted.

use super::flaw::{Flaw, Place};
use super::members::Members;
use super::number::Number;

/// The least and the most, both included, and the places after the point.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    min: Number,
    max: Number,
    places: u32,
}

/// What is counted, by the beginning of an entry, with the places that it has if they are always the same, and whether it may be negative.
const MEASURES: [(&str, Option<u32>, bool); 4] =
    [("paid:", Some(2), false), ("count:", Some(0), false), ("deducted:", None, false), ("sum:", None, true)];
const MOST_PLACES: u64 = 28;

impl Bounds {
    /// Reads `min` and `max`.
    pub(super) fn read(members: &mut Members<'_, '_, '_>, places: u32, place: &Place<'_>) -> Result<Bounds, Flaw> {
        let bounds = Bounds { min: members.number("min")?, max: members.number("max")?, places };
        if bounds.min > bounds.max {
            return Err(Flaw::new(place.member("min"), "大于 `max`", "it is above `max`"));
        }
        Ok(bounds)
    }

    /// The same with `places`, for what is posted to an entry, whose name says the rest.
    pub(super) fn of_entry(members: &mut Members<'_, '_, '_>, entry: &str, place: &Place<'_>) -> Result<Bounds, Flaw> {
        let (always, may_be_negative) = measure(entry, &place.member("entry"))?;
        let places = members.whole("places")?;
        let known = u32::try_from(places).ok().filter(|_| places <= MOST_PLACES);
        let known = known.filter(|places| always.is_none_or(|always| always == *places));
        let places = known.ok_or_else(|| {
            Flaw::new(place.member("places"), "不是该名目的小数位数", "the entry does not have so many decimal places")
        })?;
        let bounds = Bounds::read(members, places, place)?;
        if bounds.min.is_negative() && !may_be_negative {
            return Err(Flaw::new(place.member("min"), "该名目不会为负", "the entry is never negative"));
        }
        Ok(bounds)
    }

    pub(super) fn check(&self, number: Number, place: &Place<'_>) -> Result<(), Flaw> {
        let Bounds { min, max, places } = self;
        if number.places() > *places {
            return Err(Flaw::new(
                place,
                format!("小数至多 {places} 位"),
                format!("it has more than {places} decimal places"),
            ));
        }
        if number < *min || number > *max {
            let zh = format!("应在 {min} 至 {max} 之间，不是 {number}");
            return Err(Flaw::new(place, zh, format!("it must be from {min} to {max}, not {number}")));
        }
        Ok(())
    }

    /// Whether nothing below 0 can have been posted.
    pub(super) fn are_never_negative(&self) -> bool {
        !self.min.is_negative()
    }
}

/// Checks what a claim without a certificate adds to an entry.
pub(super) fn check_posted(entry: &str, amount: Number, place: &Place<'_>) -> Result<(), Flaw> {
    let (places, may_be_negative) = measure(entry, place)?;
    if places.is_some_and(|places| amount.places() > places) || (amount.is_negative() && !may_be_negative) {
        return Err(Flaw::new(place, "该名目没有这样的数", "it is no amount of the entry"));
    }
    Ok(())
}

fn measure(entry: &str, place: &Place<'_>) -> Result<(Option<u32>, bool), Flaw> {
    let found = MEASURES.iter().find(|(beginning, ..)| entry.len() > beginning.len() && entry.starts_with(beginning));
    found
        .map(|(_, places, may_be_negative)| (*places, *may_be_negative))
        .ok_or_else(|| Flaw::new(place, format!("不认识名目 `{entry}`"), format!("there is no entry `{entry}`")))
}
